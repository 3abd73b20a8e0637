# SPDX-License-Identifier: ISC
"""Writes packets into capture files (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng), and reads
what tcpdump and editcap have written: whole files in the byte order of this machine."""
import collections
import struct

MICROSECONDS, SNAPLEN = 0xA1B2C3D4, 65535
SECTION, INTERFACE, ENHANCED_PACKET = 0x0A0D0D0A, 1, 6

# name says where the packet comes from; wire_length is at least the number of its bytes.
Packet = collections.namedtuple("Packet", "name link_type data wire_length")


def pcap(packets, link_type):
    """All of one link type, a second between them."""
    header = struct.pack("<IHHIIII", MICROSECONDS, 2, 4, 0, 0, SNAPLEN, link_type)
    return header + b"".join(struct.pack("<IIII", second, 0, len(packet.data), packet.wire_length)
                             + packet.data for second, packet in enumerate(packets, 1))


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))


def pcapng(packets):
    """Each in the interface of its link type, a second between them."""
    link_types = sorted({packet.link_type for packet in packets})
    blocks = [block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    blocks += [block(INTERFACE, struct.pack("<HHI", link_type, 0, SNAPLEN))
               for link_type in link_types]
    for second, packet in enumerate(packets, 1):
        time = second * 10 ** 6
        blocks.append(block(ENHANCED_PACKET, struct.pack(
            "<IIIII", link_types.index(packet.link_type), time >> 32, time & 0xFFFFFFFF,
            len(packet.data), packet.wire_length) + packet.data))
    return b"".join(blocks)


def read_pcap(data):
    """(link type, bytes) of each packet."""
    packets, at = [], 24
    while at < len(data):
        length, = struct.unpack_from("=8xI", data, at)
        packets.append((struct.unpack_from("=I", data, 20)[0], data[at + 16:at + 16 + length]))
        at += 16 + length
    return packets


def read_pcapng(data):
    """(link type, bytes) of each packet in enhanced packet blocks."""
    packets, link_types, at = [], [], 0
    while at < len(data):
        kind, size = struct.unpack_from("=II", data, at)
        if kind == SECTION:
            link_types = []
        elif kind == INTERFACE:
            link_types.append(struct.unpack_from("=H", data, at + 8)[0])
        elif kind == ENHANCED_PACKET:
            interface, length = struct.unpack_from("=I8xI", data, at + 8)
            packets.append((link_types[interface], data[at + 28:at + 28 + length]))
        at += size
    return packets
