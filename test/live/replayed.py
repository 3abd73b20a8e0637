#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Captures for the test of `wirebeam replay`, and what is to be said of what arrived.

usage: replayed.py make FILE          frames of every protocol that the tests know, 1 ms apart
       replayed.py timed FILE         200 frames in 2 s, with gaps from 0.1 ms to 50 ms
       replayed.py same SENT GOT [N]  GOT holds the frames of SENT, N times, byte for byte
       replayed.py timing SENT GOT FACTOR
                                      GOT took FACTOR of the time of SENT: told, and within 1 %
       replayed.py pace GOT GAP_NS    the frames are GAP_NS apart on average, within 1 %
       replayed.py sums SENT GOT      tshark finds the same checksums right, wrong or unverified; of
                                      fragments, those that are in a packet as a whole
       replayed.py rewritten GOT WORD ...
                                      tshark finds none of these addresses, ports or tags
"""
import os
import random
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", name) for name in ("differential", "compare", "judge")]

ETHERNET, RAW = 1, 101
SHORTEST, LONGEST = 14, 1514
# Packets of more layers are left as they are; tshark counts a stack of labels as one.
DEEP, DEEP_NAMES = 23, ("mpls-22", "mpls-30")


def write(path, frames, gaps_ns):
    time = 1_700_000_000_000_000_000
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, ETHERNET))
        for frame, gap in zip(frames, gaps_ns):
            time += gap
            file.write(struct.pack("<IIII", time // 10**9, time % 10**9, len(frame), len(frame)))
            file.write(frame)


def read(path):
    """(time in ns, bytes) of each packet of a little-endian pcap file."""
    with open(path, "rb") as file:
        data = file.read()
    unit = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}[struct.unpack("<I", data[:4])[0]]
    packets, at = [], 24
    while at < len(data):
        seconds, fraction, captured, length = struct.unpack("<IIII", data[at:at + 16])
        assert captured == length, "a packet was cut"
        packets.append((seconds * 10**9 + fraction * unit, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return packets


def make(path):
    import frames
    import seeds
    made = []
    for packet in [*seeds.read(os.path.join(HERE, "../../fuzz/corpus/decode")), *frames.packets()]:
        data = packet.data
        if packet.link_type == RAW and data and data[0] >> 4 in (4, 6):
            data = frames.ethernet(0x0800 if data[0] >> 4 == 4 else 0x86DD, data)
        elif packet.link_type != ETHERNET:
            continue
        if SHORTEST <= len(data) <= LONGEST and packet.name not in DEEP_NAMES:
            made.append(data)
    write(path, made, [1_000_000] * len(made))
    print(len(made))


def timed(path):
    chance = random.Random(1)
    gaps = [chance.choice((100_000, 500_000, 2_000_000, 50_000_000)) for _ in range(200)]
    scale = 2_000_000_000 / sum(gaps[1:])
    write(path, [bytes.fromhex("ffffffffffff0200000000aa88b5") + struct.pack("!I", n) * 12
                 for n in range(200)], [round(gap * scale) for gap in gaps])


def same(sent, got, times="1"):
    wanted = [data for _, data in read(sent)] * int(times)
    found = [data for _, data in read(got)]
    for n, (a, b) in enumerate(zip(wanted, found)):
        if a != b:
            sys.exit("packet %d differs:\n%s\n%s" % (n + 1, a.hex(), b.hex()))
    if len(wanted) != len(found):
        sys.exit("%d packets were sent, %d arrived" % (len(wanted), len(found)))


def slope(xs, ys):
    """Of the line of least squares: one late packet at an end does not count for all."""
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)


def timing(sent, got, factor):
    times = [time for time, _ in read(sent)], [time for time, _ in read(got)]
    wanted, found = ([time - each[0] for time in each] for each in times)
    errors = sorted(abs(b - a * float(factor)) for a, b in zip(wanted, found))
    total = slope(wanted, found) / float(factor) - 1
    print("  | off by %.1f us in the median, %.1f us at 95 %%, %.1f us at most; %.3f %% in all"
          % (errors[len(errors) // 2] / 1e3, errors[len(errors) * 95 // 100] / 1e3,
             errors[-1] / 1e3, 100 * total))
    sys.exit(abs(total) > 0.01)


def pace(got, gap_ns):
    times = [time for time, _ in read(got)]
    gaps = sorted(b - a for a, b in zip(times, times[1:]))
    average = slope(range(len(times)), times)
    print("  | gaps of %.0f ns on average, %d in the median, %d to %d; wanted %s"
          % (average, gaps[len(gaps) // 2], gaps[0], gaps[-1], gap_ns))
    sys.exit(abs(average / float(gap_ns) - 1) > 0.01)


def tshark(path, fields, *options):
    command = ["tshark", "-n", "-r", path, "-T", "fields", *options]
    for preference in ("ip.check_checksum:TRUE", "tcp.check_checksum:TRUE",
                       "udp.check_checksum:TRUE", "ip.defragment:FALSE", "ipv6.defragment:FALSE"):
        command += ["-o", preference]
    for field in fields:
        command += ["-e", field]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=True).stdout.splitlines()


def sums(sent, got):
    listed = subprocess.run(["tshark", "-G", "fields"], stdout=subprocess.PIPE, text=True,
                            stderr=subprocess.DEVNULL, check=True).stdout
    fields = sorted({line.split("\t")[2] for line in listed.splitlines()
                     if line.startswith("F\t") and line.split("\t")[2].endswith(".checksum.status")})
    before, after = tshark(sent, fields), tshark(got, fields)
    changed = [n + 1 for n, (a, b) in enumerate(zip(before, after)) if a != b]
    right = sum("1" in line for line in before)
    print("  | %d packets, %d of them with a right checksum" % (len(before), right))
    if right < 100 or len(before) != len(after) or changed:
        sys.exit("checksums of packets %s are not what they were" % changed[:20])


def rewritten(got, *words):
    fields = ["ip.addr", "ipv6.addr", "tcp.port", "udp.port", "eth.addr", "vlan.id",
              "arp.src.proto_ipv4", "arp.dst.proto_ipv4", "arp.src.hw_mac", "arp.dst.hw_mac"]
    lines = [line.split("\t", 1) for line in tshark(got, ["frame.protocols", *fields])]
    found = {value for protocols, line in lines if protocols.count(":") < DEEP
             for value in line.replace("\t", ",").split(",")}
    left = sorted(value for value in found if any(value == word or word.endswith("*") and
                                                  value.startswith(word[:-1]) for word in words))
    if left:
        sys.exit("still there: %s" % ", ".join(left))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
