# SPDX-License-Identifier: ISC
"""The target host: this machine's kernel, behind a TUN device in a network namespace.

What is written to the device is what the host receives, at once: it has been through the
kernel's TCP and into the application's socket, and the answer is waiting to be read, when the
write returns. So a run has no races and needs no waiting. All that passes is captured.

The caller has made the namespace (unshare --net) and it ends with this process.
"""
import errno
import fcntl
import os
import socket
import stat
import struct
import subprocess
import tempfile
import time

DEVICE = "wbjudge0"
ADDRESS = {4: "10.99.0.1", 6: "fd99::1"}
PORT, SLOW_PORT, DATAGRAM_PORT = 80, 81, 82
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
LINKTYPE_RAW = 101

# Room for the unfinished datagrams of a whole grid; no word of IPv6's own on the wire.
SETTINGS = (("net/ipv4/ipfrag_high_thresh", 1 << 28), ("net/ipv6/ip6frag_high_thresh", 1 << 28),
            ("net/ipv6/conf/all/disable_ipv6", 0), ("net/ipv6/conf/default/accept_ra", 0),
            ("net/ipv4/tcp_timestamps", 1), ("net/ipv4/tcp_sack", 1), ("net/ipv4/tcp_fastopen", 0))


class Missing(Exception):
    """What this machine cannot do, so that there is nothing to measure."""


def open_clone_device():
    """/dev/net/tun, or in a container that lacks it a node of the same numbers."""
    flags = os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open("/dev/net/tun", flags)
    except FileNotFoundError:
        with tempfile.TemporaryDirectory() as directory:
            node = os.path.join(directory, "tun")
            os.mknod(node, stat.S_IFCHR | 0o600, os.makedev(10, 200))
            return os.open(node, flags)


def open_device():
    try:
        device = open_clone_device()
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    except OSError as error:
        raise Missing("no TUN device here: %s" % error.strerror)
    for name, value in SETTINGS:
        try:
            with open("/proc/sys/" + name, "w") as setting:
                setting.write(str(value))
        except OSError as error:
            raise Missing("no %s here: %s" % (name, error.strerror))
    for words in ("link set lo up", "link set %s mtu 65535 up" % DEVICE,
                  "addr add %s/16 dev %s" % (ADDRESS[4], DEVICE),
                  "addr add %s/32 dev %s nodad" % (ADDRESS[6], DEVICE)):
        subprocess.run(["ip"] + words.split(), check=True)
    return device


class Capture:
    """A pcap file of nanoseconds, of packets without a link header."""

    def __init__(self, path):
        self.file = open(path, "wb", buffering=1 << 20)
        self.file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, LINKTYPE_RAW))

    def write(self, packet):
        now = time.time_ns()
        self.file.write(struct.pack("<IIII", now // 10**9, now % 10**9, len(packet), len(packet)))
        self.file.write(packet)

    def close(self):
        self.file.close()


class Accepted:
    """The application's end of a connection: it reads until the end and keeps the bytes."""

    def __init__(self, connected):
        self.socket = connected
        self.socket.setblocking(False)
        self.bytes = b""
        self.end = "open"

    def read(self):
        while self.end == "open":
            try:
                piece = self.socket.recv(65536)
            except BlockingIOError:
                return
            except OSError as error:
                self.end = errno.errorcode[error.errno]
                return
            if piece:
                self.bytes += piece
            else:
                self.end = "end"

    def abort_if_open(self):
        """Unless the end was read, closing it sends a RST and leaves nothing behind."""
        if self.end == "open":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self):
        self.end = "closed"
        self.socket.close()


class Target:
    """The host: listeners, and what their connections have read, by the remote's address."""

    def __init__(self, device, capture_path):
        self.device = device
        self.capture = Capture(capture_path)
        self.listeners = [self.listen(family, port, buffer)
                          for family in (socket.AF_INET, socket.AF_INET6)
                          for port, buffer in ((PORT, None), (SLOW_PORT, 4096))]
        self.datagram_sockets = [self.bind(family) for family in (socket.AF_INET, socket.AF_INET6)]
        self.accepted = {}   # (address, port) to the connections, oldest first
        self.datagrams = {}  # the same to what was received

    @staticmethod
    def listen(family, port, buffer):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if buffer:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        listener.bind(("", port))
        listener.listen(1024)
        listener.setblocking(False)
        return listener

    @staticmethod
    def bind(family):
        receiver = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            receiver.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        receiver.bind(("", DATAGRAM_PORT))
        receiver.setblocking(False)
        return receiver

    def lose(self, packet):
        """It is captured but does not reach the host."""
        self.capture.write(packet)

    def receive(self, packet):
        """The host receives a packet. Returns the packets that it sends in answer."""
        self.capture.write(packet)
        try:
            os.write(self.device, packet)
        except OSError as error: # not even the driver takes it, e.g. no version of IP
            if error.errno != errno.EINVAL:
                raise
        return self.answers()

    def answers(self):
        packets = []
        while True:
            try:
                packet = os.read(self.device, 70000)
            except BlockingIOError:
                return packets
            self.capture.write(packet)
            packets.append(packet)

    def accept(self):
        for listener in self.listeners:
            while True:
                try:
                    connected, peer = listener.accept()
                except BlockingIOError:
                    break
                self.accepted.setdefault(peer[:2], []).append(Accepted(connected))

    def receive_datagrams(self):
        for receiver in self.datagram_sockets:
            while True:
                try:
                    payload, peer = receiver.recvfrom(65536)
                except BlockingIOError:
                    break
                self.datagrams.setdefault(peer[:2], []).append(payload)

    def close(self):
        for opened in self.listeners + self.datagram_sockets:
            opened.close()
        self.capture.close()
