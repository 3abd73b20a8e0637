#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""wirebeam-port on interfaces, in a network namespace of this process's own: every packet that
was sent is delivered or counted as lost, also while the filter changes and while nobody takes
what it has; and all of it after the rights are gone. Ends with 77, skipped, without root."""

import ctypes
import os
import socket
import struct
import subprocess
import sys
import time
import unittest

from port import *

PROGRAM = os.environ["PORT"]
CLONE_NEWNET = 0x40000000
NEAR, FAR = "wbnear", "wbfar"  # captured on; the other end
KINDS = ("packet", "libpcap")


def run(words):
    subprocess.run(words.split(), check=True)


def enter_namespace():
    if os.geteuid() != 0:
        print("SKIPPED: needs root, for a network namespace")
        sys.exit(77)
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        print("SKIPPED: no network namespaces here")
        sys.exit(77)
    with open("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w", encoding="ascii") as setting:
        setting.write("1")
    run("ip link set lo up")
    run(f"ip link add {NEAR} type veth peer name {FAR}")
    run(f"ip link set {NEAR} up")
    run(f"ip link set {FAR} up")


def udp(count, port, size=100):
    """Datagrams on loopback: each is seen there once. Nobody listens; no ICMP is provoked."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for i in range(count):
            sender.sendto(i.to_bytes(4, "big") + bytes(size - 4), ("127.0.0.1", port))


def port_of(packet):
    return int.from_bytes(packet[0][36:38], "big")


class Listener:
    """Takes what comes to a UDP port, so that no ICMP error goes back."""

    def __init__(self, *ports):
        self.sockets = []
        for number in ports:
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.bind(("127.0.0.1", number))
            self.sockets.append(one)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in self.sockets:
            one.close()


SO_RCVBUFFORCE = 33


class Far:
    """Frames that arrive at the other end, of a protocol for experiments or none."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
        self.socket.bind((FAR, 3))
        self.socket.settimeout(5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def take(self, count):
        return [self.socket.recv(2048) for _ in range(count)]


def take(port, seconds):
    """What comes until it is quiet for so long: packets, events."""
    found, told = [], []
    while one := port.frame(seconds):
        if one[0] == PACKETS:
            found += packets(one[1])
        else:
            assert one[0] == EVENTS, one
            told += events(one[1])
    return found, told


class Live(unittest.TestCase):
    def opened(self, kind, interface="lo", **how):
        port = Port(PROGRAM)
        port.open(interface=interface, kind=kind, **how)
        self.assertEqual(opened(port.expect(OPENED))[0].decode(), kind)
        return port

    def test_packets_on_loopback(self):
        for kind in KINDS:
            with Listener(5000), self.opened(kind, filter="udp port 5000") as port:
                port.credit(1000)
                before = time.time_ns()
                udp(500, 5000)
                udp(10, 5001)
                found, _ = take(port, 0.5)
                self.assertEqual([p[0][42:46] for p in found],
                                 [i.to_bytes(4, "big") for i in range(500)])
                for data, wire, when, link_type, interface, _, _ in found:
                    self.assertEqual((len(data), wire, link_type, interface), (142, 142, 1, 0))
                    self.assertLess(abs(when - before), 5 * 10**9)
                stats = port.stats()
                self.assertEqual((stats["source.seen"], stats["source.delivered"]), (500, 500))
                self.assertEqual(port.ends(), (0, b""))

    def test_a_lone_packet_does_not_wait_for_others(self):
        with Listener(5000), self.opened("packet", filter="udp", immediate=1) as port:
            port.credit(10)
            udp(1, 5000)
            self.assertEqual(len(packets(port.expect(PACKETS, 0.2))), 1)

    def test_filters_change_while_packets_come(self):
        """The second filter holds from some packet on; what both let pass is never missing,
        but for libpcap, which rejects everything for a moment."""
        for kind in KINDS:
            with Listener(5000, 5001, 5002), \
                    self.opened(kind, filter="udp port 5000 or 5001") as port:
                port.credit(100000)
                for _ in range(20):
                    udp(50, 5000), udp(50, 5001), udp(50, 5002)
                reference = port.ask(SET_FILTER, b"udp port 5001 or 5002")
                for _ in range(20):
                    udp(50, 5000), udp(50, 5001), udp(50, 5002)
                found, replies = [], 0
                while one := port.frame(0.5):
                    if one[0] == REPLY:
                        self.assertEqual(one[1], struct.pack(">IB", reference, 0))
                        replies += 1
                    else:
                        found += packets(one[1])
                udp(50, 5000), udp(50, 5001), udp(50, 5002)
                last, _ = take(port, 0.5)
                ports = [port_of(p) for p in found]
                self.assertEqual(replies, 1)
                if kind == "packet":
                    self.assertEqual(sum(p == 5001 for p in ports), 2000)
                first_new = ports.index(5002) if 5002 in ports else len(ports)
                self.assertNotIn(5000, ports[first_new:])
                self.assertEqual([port_of(p) for p in last], [5001] * 50 + [5002] * 50)
                stats = port.stats()
                self.assertEqual(stats["source.seen"], len(found) + len(last))

    def test_a_wrong_filter_leaves_the_old_one(self):
        for kind in KINDS:
            with Listener(5000, 5001), self.opened(kind, filter="udp port 5000") as port:
                port.credit(1000)
                code, words = port.set_filter("udp prt 5001")
                self.assertEqual(code, E_FILTER)
                self.assertIn('filter "udp prt 5001": ', words)
                udp(10, 5000), udp(10, 5001)
                self.assertEqual({port_of(p) for p in take(port, 0.5)[0]}, {5000})
                self.assertEqual(port.set_filter("udp"), (0, ""))
                udp(10, 5000), udp(10, 5001)
                self.assertEqual(len(take(port, 0.5)[0]), 20)

    def test_vlan_filters_when_the_rights_are_gone(self):
        """The kernel keeps a tag beside the packet: the program has to ask for it there."""
        for kind in KINDS:
            with self.opened(kind, NEAR, filter="udp") as port:
                port.credit(1000)
                self.assertEqual(port.set_filter("vlan 10"), (0, ""))
                self.send_tagged()
                tags = [p[0][14:16] for p in take(port, 0.5)[0]]
                self.assertEqual(tags, [b"\0\x0a"] * 3)
                self.assertEqual(port.set_filter("vlan 20 or vlan 10"), (0, ""))
                self.assertEqual(port.set_filter("vlan 20"), (0, ""))
                self.send_tagged()
                self.assertEqual([p[0][14:16] for p in take(port, 0.5)[0]], [b"\0\x14"] * 3)

    def send_tagged(self):
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
            sender.bind((FAR, 0))
            for tag in (10, 20, 30) * 3:
                sender.send(b"\xff" * 6 + b"\2" + bytes(5) + b"\x81\0" + struct.pack(">H", tag) +
                            b"\x08\0\x45\0\0\x14" + bytes(40))

    def test_without_credit_the_ring_fills_and_drops_are_told(self):
        sent = 30000
        with Listener(5000), self.opened("packet", filter="udp", buffer_bytes=2 << 20) as port:
            udp(sent, 5000, 1000)
            time.sleep(0.5)
            stats = port.stats()
            self.assertGreater(stats["source.dropped_ring"], 0)
            self.assertGreater(stats["worker.credit_waits"], 0)
            port.credit(100000)
            found, told = take(port, 1.5)
            lost = sum(one["ring"] for one in of_kind(told, LOST))
            self.assertEqual(len(found) + lost, sent)
            stats = port.stats()
            self.assertEqual(stats["source.seen"], sent)
            self.assertEqual(stats["source.dropped_ring"], lost)
            self.assertEqual(stats["source.delivered"], len(found))

    def test_losses_are_told_once_a_second(self):
        with Listener(5000), self.opened("packet", filter="udp", buffer_bytes=2 << 20) as port:
            port.credit(100000)
            until, told, began = time.monotonic() + 3, [], time.monotonic()
            while time.monotonic() < until:
                udp(3000, 5000, 1000)
                while one := port.frame(0):
                    told += events(one[1]) if one[0] == EVENTS else []
            told += take(port, 1.5)[1]
            self.assertLessEqual(len(of_kind(told, LOST)), time.monotonic() - began)

    def test_an_interface_that_goes_down(self):
        for kind in KINDS:
            run(f"ip link set {NEAR} up")
            with self.opened(kind, NEAR) as port:
                port.credit(1000)
                run(f"ip link set {NEAR} down")
                while (one := port.frame()) and one[0] == PACKETS:
                    pass
                self.assertEqual(one[0], CLOSED)
                self.assertEqual(error(one[1])[0], E_DOWN)
            run(f"ip link set {NEAR} up")

    def test_it_sleeps_while_nothing_comes(self):
        for kind in KINDS:
            with self.opened(kind, NEAR) as port:
                take(port, 0.3)
                before = self.cpu(port)
                time.sleep(1)
                self.assertLess(self.cpu(port) - before, 0.05)
                self.assertEqual(port.ends(), (0, b""))

    def cpu(self, port):
        with open(f"/proc/{port.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_who_may_not_capture_is_told(self):
        port = Port(PROGRAM, user="nobody", extra_groups=[])
        with port:
            port.open(interface="lo")
            code, _, words = port.closed()
            self.assertEqual(code, E_PERMISSION)
            self.assertIn("cap_net_raw", words)

    def test_frames_are_sent(self):
        """They arrive as they are, each refused one is named, and the pace is kept."""
        with Far() as far, self.opened("packet", NEAR, inject="frames", filter="udp") as port:
            frames = [b"\2" * 12 + b"\x88\xb5" + i.to_bytes(2, "big") * 30 for i in range(300)]
            self.assertEqual(port.send(frames), {})
            self.assertEqual(far.take(300), frames)
            self.assertEqual(port.send([frames[0], bytes(9000), frames[1]]), {1: "emsgsize"})
            self.assertEqual(far.take(2), frames[:2])
            self.assertEqual(port.send([]), {})
            stats = port.stats()
            self.assertEqual([stats[f"inject.{name}"] for name in ("handled", "sent", "failed")],
                             [303, 302, 1])
            self.assertEqual(port.ends(), (0, b""))
        with Far() as far, self.opened("packet", NEAR, inject="packet", inject_packets=100) as port:
            start = time.monotonic()
            self.assertEqual(port.send(frames[:50]), {})
            self.assertGreater(time.monotonic() - start, 0.48)
            failed = port.send(frames[:100], 100)
            self.assertEqual(set(failed.values()), {"etimedout"})
            self.assertEqual(sorted(failed), list(range(100 - len(failed), 100)))
            self.assertEqual(far.take(150 - len(failed)), frames[:50] + frames[:100 - len(failed)])

    def test_what_is_sent_contradicts_itself(self):
        with self.opened("packet", NEAR, inject="frames") as port:
            for body, code in ((b"", E_ARGUMENT), (bytes(7), E_ARGUMENT),
                               (b"\xff" * 8, E_ARGUMENT),
                               (struct.pack(">III", 0, 1, 2) + b"a", E_ARGUMENT),
                               (struct.pack(">III", 0, 1, 2) + b"abc", E_ARGUMENT),
                               (struct.pack(">III", 0, 1, 0), E_ARGUMENT),
                               (struct.pack(">IIII", 0, 2, 1, 0xffffffff) + b"a", E_ARGUMENT)):
                self.assertEqual(port.reply(port.ask(SEND, body)).number(1), code)
            first = port.ask(SEND, struct.pack(">II", 0xffffffff, 0))
            self.assertEqual(port.reply(first).number(1), 0)
            self.assertEqual(port.send([bytes(60)]), {})
        with self.opened("packet", NEAR) as port:
            body = struct.pack(">III", 0, 1, 60) + bytes(60)
            self.assertEqual(port.reply(port.ask(SEND, body)).number(1), E_UNSUPPORTED)
        with self.opened("packet", NEAR, inject="frames", inject_packets=1) as port:
            many = struct.pack(">II", 0xffffffff, 9) + struct.pack(">I", 60) * 9 + bytes(540)
            port.ask(SEND, many)
            self.assertEqual(port.reply(port.ask(SEND, many)).number(1), E_LIMIT)

    def test_all_interfaces(self):
        with Listener(5000), self.opened("packet", "any", filter="udp port 5000") as port:
            port.credit(1000)
            udp(10, 5000)
            found, _ = take(port, 0.5)
            self.assertEqual(len(found), 10)
            self.assertEqual(port.set_filter("udp port 5001"), (0, ""))
            udp(10, 5000)
            self.assertEqual(take(port, 0.5), ([], []))


if __name__ == "__main__":
    enter_namespace()
    unittest.main()
