# SPDX-License-Identifier: ISC
"""Crafts IPv4, IPv6, TCP and UDP packets: right in every field unless told otherwise.

Nothing here is checked: to lie in any field is what these packets are for.
"""
import socket
import struct

FIN, SYN, RST, PSH, ACK, URG = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
TCP, UDP, ICMP = 6, 17, 1
HOP_BY_HOP, ROUTING, FRAGMENT, NO_NEXT, DESTINATION = 0, 43, 44, 59, 60


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


class Path:
    """From one address to another, of either version of IP."""

    def __init__(self, source, destination):
        self.version = 6 if ":" in source else 4
        family = socket.AF_INET6 if self.version == 6 else socket.AF_INET
        self.source = socket.inet_pton(family, source)
        self.destination = socket.inet_pton(family, destination)
        self.identification = 0

    def next_identification(self):
        self.identification = self.identification % 0xFFFF + 1
        return self.identification

    def pseudo(self, protocol, length):
        if self.version == 4:
            return self.source + self.destination + struct.pack("!HH", protocol, length)
        return self.source + self.destination + struct.pack("!II", length, protocol)

    def packet(self, protocol, payload, **changes):
        if self.version == 4:
            return self.ip4(protocol, payload, **changes)
        return self.ip6(protocol, payload, **changes)

    def ip4(self, protocol, payload, ttl=64, identification=None, offset=0, more=False,
            options=b"", wrong_checksum=False, length=None, words=None, reserved=0):
        if identification is None:
            identification = self.next_identification()
        if words is None:
            words = 5 + len(options) // 4
        header = struct.pack("!BBHHHBBH4s4s", 4 << 4 | words, 0,
                             20 + len(options) + len(payload) if length is None else length,
                             identification,
                             reserved << 15 | more << 13 | offset // 8, ttl, protocol, 0,
                             self.source, self.destination) + options
        total = checksum(header) ^ (0x1234 if wrong_checksum else 0)
        return header[:10] + struct.pack("!H", total) + header[12:] + payload

    def ip6(self, protocol, payload, ttl=64, length=None):
        return struct.pack("!IHBB16s16s", 6 << 28,
                           len(payload) if length is None else length, protocol, ttl,
                           self.source, self.destination) + payload

    def fragment(self, protocol, payload, identification, offset, more, before=b"", first=FRAGMENT):
        """A fragment of a datagram's payload. IPv6: before is what stands ahead of the fragment
        header, and first the number of what comes first there."""
        if self.version == 4:
            return self.ip4(protocol, payload, identification=identification, offset=offset,
                            more=more)
        header = struct.pack("!BBHI", protocol, 0, offset | more, identification)
        return self.ip6(first, before + header + payload)

    def tcp(self, ports, sequence, acknowledgment, flags, payload=b"", options=b"", window=65535,
            urgent=0, wrong_checksum=False, words=None):
        """The segment alone, without IP."""
        if words is None:
            words = 5 + len(options) // 4
        header = struct.pack("!HHIIBBHHH", *ports, sequence & 0xFFFFFFFF,
                             acknowledgment & 0xFFFFFFFF, words << 4, flags, window, 0,
                             urgent) + options
        segment = header + payload
        total = checksum(self.pseudo(TCP, len(segment)) + segment)
        total ^= 0x1234 if wrong_checksum else 0
        return segment[:16] + struct.pack("!H", total) + segment[18:]

    def udp(self, ports, payload):
        header = struct.pack("!HHHH", *ports, 8 + len(payload), 0)
        total = checksum(self.pseudo(UDP, 8 + len(payload)) + header + payload)
        return header[:6] + struct.pack("!H", total or 0xFFFF) + payload


class Segment:
    """A TCP segment in an IP packet as the kernel under test sends them."""

    def __init__(self, packet):
        self.version = packet[0] >> 4
        start = (packet[0] & 15) * 4 if self.version == 4 else 40
        self.destination = packet[16:20] if self.version == 4 else packet[24:40]
        self.is_tcp = len(packet) >= start + 20 and packet[9 if self.version == 4 else 6] == TCP
        if not self.is_tcp:
            return
        (self.source_port, self.port, self.sequence, self.acknowledgment, words, self.flags,
         self.window) = struct.unpack("!HHIIBBH", packet[start:start + 16])
        end = start + (words >> 4) * 4
        self.options, self.payload = packet[start + 20:end], packet[end:]

    def window_shift(self):
        options = self.options
        while options and options[0] != 0:
            if options[0] == 3:
                return options[2]
            options = options[1:] if options[0] == 1 else options[options[1]:]
        return 0


def option_mss(size):
    return struct.pack("!BBH", 2, 4, size)


def option_window_scale(shift):
    return struct.pack("!BBBB", 1, 3, 3, shift)


def option_timestamps(value, echo):
    return struct.pack("!BBBBII", 1, 1, 8, 10, value & 0xFFFFFFFF, echo & 0xFFFFFFFF)


OPTION_SACK_PERMITTED = bytes([1, 1, 4, 2])
