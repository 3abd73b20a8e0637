# SPDX-License-Identifier: ISC
"""Insertion and evasion with IP: fragments, and the headers of IPv6.

Fragments are of a UDP datagram of six units of 8 bytes, its header being the first, or of a
TCP segment. Their bytes do not change the checksum (see fragments.py).
"""
import struct

from case import Case, CASES, case
from fragments import Pieces, unit
from packets import (ACK, DESTINATION, FRAGMENT, HOP_BY_HOP, ICMP, NO_NEXT, ROUTING, RST, TCP,
                     UDP)
import target as host

HONEST, FALSE, OTHER = 0x61, 0x41, 0x30 # 'a', 'A', '0'
CELLS = 6
BLANK = bytes((CELLS - 1) * 8)
OF_DATAGRAMS = dict(timestamps=(False,))


def datagram(c, identification=7):
    whole = c.path.udp((c.port, host.DATAGRAM_PORT), BLANK)
    return Pieces(c.path, UDP, whole[:8], identification, CELLS)


def send(c, pieces, *fragments):
    """Fragments as (first byte, begin, end)."""
    for first_byte, begin, end in fragments:
        c.send_packet(pieces.fragment(first_byte, begin, end))


# Each is sent as a UDP datagram and as a TCP segment, which then is sent again whole ('R').
ORDERS = (
    ("in order", ((HONEST, 0, 2), (HONEST, 2, 4), (HONEST, 4, 6))),
    ("out of order", ((HONEST, 2, 4), (HONEST, 4, 6), (HONEST, 0, 2))),
    ("backwards", ((HONEST, 4, 6), (HONEST, 2, 4), (HONEST, 0, 2))),
    ("each twice", ((HONEST, 0, 2), (HONEST, 0, 2), (HONEST, 2, 4), (HONEST, 2, 4),
                    (HONEST, 4, 6), (HONEST, 4, 6))),
    ("duplicates with other bytes", ((HONEST, 0, 2), (FALSE, 0, 2), (HONEST, 2, 4), (FALSE, 2, 4),
                                     (HONEST, 4, 6))),
    ("duplicates with other bytes first", ((FALSE, 2, 4), (HONEST, 2, 4), (HONEST, 0, 2),
                                           (HONEST, 4, 6))),
    ("two last ones with other bytes", ((HONEST, 0, 4), (FALSE, 4, 6), (HONEST, 4, 6))),
    ("an overlap of equal bytes", ((HONEST, 0, 4), (HONEST, 2, 6))),
    ("an overlap at the left", ((HONEST, 2, 6), (FALSE, 0, 3), (HONEST, 0, 2))),
    ("an overlap at the right", ((HONEST, 0, 3), (FALSE, 2, 6), (HONEST, 3, 6))),
    ("one inside of another (teardrop)", ((HONEST, 0, 4), (FALSE, 1, 2), (HONEST, 4, 6))),
    ("one around another", ((HONEST, 2, 3), (FALSE, 1, 4), (HONEST, 0, 2), (HONEST, 3, 6))),
    ("one that covers two", ((HONEST, 1, 2), (HONEST, 2, 3), (FALSE, 1, 3), (HONEST, 0, 1),
                             (HONEST, 3, 6))),
    ("all again after an overlap", ((HONEST, 0, 3), (FALSE, 2, 4), (HONEST, 0, 2), (HONEST, 2, 4),
                                    (HONEST, 4, 6))),
    ("the last one only", ((HONEST, 4, 6),)),
)


def as_datagram(fragments):
    return lambda c: send(c, datagram(c), *fragments)


def as_segment(fragments):
    def play(c):
        c.handshake()
        segment = c.segment(0, BLANK)
        send(c, Pieces(c.path, TCP, segment[:-len(BLANK)], 7, CELLS), *fragments)
        c.send(0, unit(0x52, 0) * (CELLS - 1))
        c.end(len(BLANK))
    return play


for what, fragments in ORDERS:
    CASES.append(Case("fragments of UDP: " + what, as_datagram(fragments), **OF_DATAGRAMS))
    CASES.append(Case("fragments of TCP: " + what, as_segment(fragments), timestamps=(True,)))

# --- fragments that are wrong by themselves ----------------------------------------------


def cut(c, protocol, payload, places, identification=7):
    """The payload as fragments, cut at these places."""
    ends = list(places) + [len(payload)]
    for begin, end in zip([0] + ends, ends):
        c.send_packet(c.path.fragment(protocol, payload[begin:end], identification, begin,
                                      end < len(payload)))


for size in (8, 16):
    def play(c, size=size):
        c.handshake()
        cut(c, TCP, c.segment(0, b"XXXXyyyy"), [size])
        c.send(0, b"aaaaaaaa")
        c.end(8)
    CASES.append(Case("a first fragment of %d bytes of the TCP header" % size, play))


@case("fragments that rewrite the flags of the TCP header", timestamps=(False,))
def rewrite_header(c):
    c.handshake()
    false, true = c.segment(0, b"XXXXYYYY", flags=ACK | RST), c.segment(0, b"XXXXYYYY")
    for offset, payload, more in ((0, false[:16], True), (8, true[8:24], True),
                                  (24, true[24:], False)):
        c.send_packet(c.path.fragment(TCP, payload, 7, offset, more))
    c.send(0, b"aaaaaaaa")
    c.end(8)


@case("fragments beyond 65535 bytes (ping of death)", **OF_DATAGRAMS)
def ping_of_death(c):
    pieces = datagram(c)
    send(c, pieces, (HONEST, 0, 4))
    c.send_packet(c.path.fragment(UDP, unit(FALSE, 0) * 100, 7, 65528 - 8, False))
    send(c, pieces, (HONEST, 4, 6))


@case("two last fragments, the nearer one first", **OF_DATAGRAMS)
def two_ends(c):
    pieces = datagram(c)
    nearer = Pieces(c.path, UDP, pieces.header, 7, 4)
    send(c, nearer, (FALSE, 3, 4))
    send(c, pieces, (HONEST, 4, 6), (HONEST, 0, 3), (HONEST, 3, 4))


@case("two last fragments, the further one first", **OF_DATAGRAMS)
def two_ends_turned(c):
    pieces = datagram(c)
    nearer = Pieces(c.path, UDP, pieces.header, 7, 4)
    send(c, pieces, (HONEST, 4, 6))
    send(c, nearer, (FALSE, 3, 4))
    send(c, pieces, (HONEST, 0, 3), (HONEST, 3, 4))


@case("a fragment behind the last one", **OF_DATAGRAMS)
def behind_the_end(c):
    pieces = datagram(c)
    longer = Pieces(c.path, UDP, pieces.header, 7, 9)
    send(c, pieces, (HONEST, 4, 6))
    send(c, longer, (FALSE, 7, 8))
    send(c, pieces, (HONEST, 0, 4))


@case("a fragment of 12 bytes that is not the last", **OF_DATAGRAMS)
def odd_length(c):
    pieces = datagram(c)
    whole = pieces.header + unit(HONEST, 1) * (CELLS - 1)
    c.send_packet(c.path.fragment(UDP, whole[:12], 7, 0, True))
    c.send_packet(c.path.fragment(UDP, whole[8:], 7, 8, False))
    c.send_packet(c.path.fragment(UDP, whole[:8], 7, 0, True))


@case("an empty fragment", **OF_DATAGRAMS)
def empty(c):
    pieces = datagram(c)
    send(c, pieces, (HONEST, 0, 2))
    c.send_packet(c.path.fragment(UDP, b"", 7, 16, True))
    send(c, pieces, (HONEST, 2, 6))


@case("an empty last fragment", **OF_DATAGRAMS)
def empty_last(c):
    pieces = datagram(c)
    longer = Pieces(c.path, UDP, pieces.header, 7, CELLS + 1)
    send(c, longer, (HONEST, 0, 6))
    c.send_packet(c.path.fragment(UDP, b"", 7, 48, False))


@case("an empty first fragment", **OF_DATAGRAMS)
def empty_first(c):
    pieces = datagram(c)
    c.send_packet(c.path.fragment(UDP, b"", 7, 0, True))
    send(c, pieces, (HONEST, 0, 2), (HONEST, 2, 6))


@case("the last fragment has 5 bytes", **OF_DATAGRAMS)
def short_last(c):
    payload = c.path.udp((c.port, host.DATAGRAM_PORT), b"abcdefghijklm")
    cut(c, UDP, payload, [8, 16])


@case("a fragment with a wrong IP checksum", versions=(4,), **OF_DATAGRAMS)
def wrong_checksum(c):
    pieces = datagram(c)
    send(c, pieces, (HONEST, 0, 2))
    false = pieces.fragment(FALSE, 2, 4)
    c.send_packet(false[:10] + b"\x12\x34" + false[12:])
    send(c, pieces, (HONEST, 2, 4), (HONEST, 4, 6))


@case("fragments of two datagrams with one identification", **OF_DATAGRAMS)
def mixed(c):
    pieces = datagram(c)
    send(c, pieces, (HONEST, 0, 2), (FALSE, 0, 2), (FALSE, 2, 6), (HONEST, 2, 6))


@case("the same identification, but another protocol", versions=(4,), **OF_DATAGRAMS)
def other_protocol(c):
    pieces = datagram(c)
    send(c, pieces, (HONEST, 0, 2))
    c.send_packet(c.path.fragment(ICMP, unit(FALSE, 0) * 2, 7, 16, True))
    send(c, pieces, (HONEST, 2, 6))


@case("fragments with another next header in a later one", versions=(6,), **OF_DATAGRAMS)
def other_next_header(c):
    pieces = datagram(c)
    send(c, pieces, (HONEST, 0, 2))
    c.send_packet(c.path.fragment(TCP, unit(OTHER, 0) * 4, 7, 16, False))


@case("fragments with another next header in an earlier one", versions=(6,), **OF_DATAGRAMS)
def other_next_header_first(c):
    pieces = datagram(c)
    c.send_packet(c.path.fragment(TCP, unit(OTHER, 0) * 4, 7, 16, False))
    send(c, pieces, (HONEST, 0, 2))


@case("do not fragment, but more fragments", versions=(4,), **OF_DATAGRAMS)
def dont_fragment(c):
    pieces = datagram(c)
    for begin, end in ((0, 2), (2, 6)):
        packet = pieces.fragment(HONEST, begin, end)
        flags = struct.pack("!H", struct.unpack("!H", packet[6:8])[0] | 0x4000)
        total = struct.unpack("!H", packet[10:12])[0] - 0x4000
        c.send_packet(packet[:6] + flags + packet[8:10] + struct.pack("!H", total % 0xFFFF) +
                      packet[12:])


@case("a fragment that never arrives, then the honest one", is_undecidable=True, **OF_DATAGRAMS)
def lost_fragment(c):
    pieces = datagram(c)
    send(c, pieces, (HONEST, 0, 2))
    c.target.lose(pieces.fragment(FALSE, 2, 4))
    send(c, pieces, (HONEST, 2, 4), (HONEST, 4, 6))


# --- the headers of IPv6 -----------------------------------------------------------------

ONLY_6 = dict(versions=(6,))


def options_header(following, *options):
    """A hop-by-hop or destination options header, filled up with PadN."""
    body = b"".join(options)
    missing = -(2 + len(body)) % 8
    if missing == 1:
        body += b"\0"
    elif missing:
        body += bytes([1, missing - 2]) + bytes(missing - 2)
    return bytes([following, (2 + len(body)) // 8 - 1]) + body


def routing_header(following, kind, left):
    return bytes([following, 2, kind, left]) + bytes(4) + bytes.fromhex("fd99" + "00" * 13 + "05")


def fragment_header(following, offset=0, more=False, identification=7, reserved=0):
    return struct.pack("!BBHI", following, reserved, offset | more, identification)


UNKNOWN = {"skip": 0x1E, "discard": 0x5E, "discard and tell": 0x9E,
           "discard and tell unless multicast": 0xDE}
CHAINS = [
    ("hop-by-hop options", HOP_BY_HOP, options_header(TCP)),
    ("destination options", DESTINATION, options_header(TCP)),
    ("hop-by-hop, destination", HOP_BY_HOP, options_header(DESTINATION) + options_header(TCP)),
    ("destination, hop-by-hop", DESTINATION, options_header(HOP_BY_HOP) + options_header(TCP)),
    ("two hop-by-hop", HOP_BY_HOP, options_header(HOP_BY_HOP) + options_header(TCP)),
    ("eight destination", DESTINATION, options_header(DESTINATION) * 7 + options_header(TCP)),
    ("PadN of 100 bytes", DESTINATION, options_header(TCP, bytes([1, 100]) + bytes(100))),
    ("PadN of 5 bytes that are not 0", DESTINATION, options_header(TCP, bytes([1, 5]) + b"XXXXX")),
    ("an option beyond its header", DESTINATION, bytes([TCP, 0, 0x1E, 200, 0, 0, 0, 0])),
    ("a header beyond the packet", DESTINATION, bytes([TCP, 200]) + bytes(6)),
    ("routing type 0, none left", ROUTING, routing_header(TCP, 0, 0)),
    ("routing type 0, one left", ROUTING, routing_header(TCP, 0, 1)),
    ("routing type 2, none left", ROUTING, routing_header(TCP, 2, 0)),
    ("routing type 4, none left", ROUTING, routing_header(TCP, 4, 0)),
    ("routing type 99, none left", ROUTING, routing_header(TCP, 99, 0)),
    ("routing type 99, one left", ROUTING, routing_header(TCP, 99, 1)),
    ("no next header", NO_NEXT, b""),
    ("destination, then no next header", DESTINATION, options_header(NO_NEXT)),
    ("an atomic fragment", FRAGMENT, fragment_header(TCP)),
    ("an atomic fragment with reserved bits", FRAGMENT, fragment_header(TCP, 6, False, 7, 255)),
    ("two atomic fragments in one", FRAGMENT, fragment_header(FRAGMENT) + fragment_header(TCP)),
    ("an atomic fragment, then destination", FRAGMENT,
     fragment_header(DESTINATION) + options_header(TCP)),
    ("destination, then an atomic fragment", DESTINATION,
     options_header(FRAGMENT) + fragment_header(TCP)),
    ("hop-by-hop inside an atomic fragment", FRAGMENT,
     fragment_header(HOP_BY_HOP) + options_header(TCP)),
    ("an unknown header", 253, options_header(TCP)),
]
for kind, name in ((HOP_BY_HOP, "hop-by-hop"), (DESTINATION, "destination")):
    CHAINS += [("an unknown %s option: %s" % (name, action), kind,
                options_header(TCP, bytes([code, 2, 0, 0]))) for action, code in UNKNOWN.items()]

for what, first, chain in CHAINS:
    def play(c, first=first, chain=chain):
        c.handshake()
        c.send(0, b"aaaa")
        c.send_packet(c.path.ip6(first, chain + c.segment(4, b"XXXX")))
        c.send(4, b"bbbb")
        c.end(8)
    CASES.append(Case("IPv6: %s before TCP" % what, play, **ONLY_6))


@case("IPv6: an atomic fragment beside fragments of its identification", **ONLY_6, **OF_DATAGRAMS)
def atomic_beside(c):
    pieces = datagram(c)
    send(c, pieces, (HONEST, 0, 2))
    atomic = pieces.header + unit(FALSE, 0) * (CELLS - 1)
    c.send_packet(c.path.ip6(FRAGMENT, fragment_header(UDP) + atomic))
    send(c, pieces, (HONEST, 2, 6))


@case("IPv6: a first fragment without the transport header", **ONLY_6, **OF_DATAGRAMS)
def headers_split(c):
    payload = options_header(UDP) * 1 + c.path.udp((c.port, host.DATAGRAM_PORT), b"abcdefgh")
    cut(c, DESTINATION, payload, [8])


@case("IPv6: a first fragment that ends in an extension header", **ONLY_6, **OF_DATAGRAMS)
def extension_split(c):
    long = options_header(UDP, bytes([1, 20]) + bytes(20))
    cut(c, DESTINATION, long + c.path.udp((c.port, host.DATAGRAM_PORT), b"abcdefgh"), [16])


@case("IPv6: an extension header inside of fragments", **ONLY_6, **OF_DATAGRAMS)
def extension_inside(c):
    payload = options_header(UDP) + c.path.udp((c.port, host.DATAGRAM_PORT), b"abcdefgh")
    cut(c, DESTINATION, payload, [16])


@case("IPv6: destination options before the fragment header", **ONLY_6, **OF_DATAGRAMS)
def options_before(c):
    payload = c.path.udp((c.port, host.DATAGRAM_PORT), b"abcdefghijklmnop")
    for begin, end in ((0, 16), (16, 24)):
        c.send_packet(c.path.fragment(UDP, payload[begin:end], 7, begin, end < 24,
                                      options_header(FRAGMENT), DESTINATION))


@case("IPv6: fragments inside of fragments", **ONLY_6, **OF_DATAGRAMS)
def nested(c):
    payload = c.path.udp((c.port, host.DATAGRAM_PORT), b"abcdefghijklmnop")
    cut(c, FRAGMENT, fragment_header(UDP, 0, True, 9) + payload[:16], [16])
    cut(c, FRAGMENT, fragment_header(UDP, 16, False, 9) + payload[16:], [8], 8)


@case("IPv6: payload length 0", **ONLY_6)
def no_length(c):
    c.handshake()
    c.send(0, b"aaaa")
    c.send(4, b"XXXX", ip_length=0)
    c.send(4, b"bbbb")
    c.end(8)


@case("IPv6: payload length 0, with hop-by-hop options", **ONLY_6)
def no_length_hop_by_hop(c):
    c.handshake()
    c.send(0, b"aaaa")
    c.send_packet(c.path.ip6(HOP_BY_HOP, options_header(TCP) + c.segment(4, b"XXXX"), length=0))
    c.send(4, b"bbbb")
    c.end(8)


@case("IPv6: hop-by-hop options inside of fragments", **ONLY_6, **OF_DATAGRAMS)
def hop_by_hop_inside(c):
    payload = options_header(UDP) + c.path.udp((c.port, host.DATAGRAM_PORT), b"abcdefgh")
    cut(c, HOP_BY_HOP, payload, [16])


for what, before, kind in (
        ("an option that asks to be discarded", options_header(FRAGMENT, b"\x9e\0"), DESTINATION),
        ("a routing header with segments left", routing_header(FRAGMENT, 0, 1), ROUTING),
        ("an atomic fragment", fragment_header(FRAGMENT), FRAGMENT)):
    def play(c, before=before, kind=kind):
        pieces = datagram(c)
        send(c, pieces, (HONEST, 0, 2))
        c.send_packet(c.path.fragment(UDP, unit(FALSE, 2) * 2, 7, 16, True, before, kind))
        send(c, pieces, (HONEST, 2, 4), (HONEST, 4, 6))
    CASES.append(Case("IPv6: %s before a fragment header" % what, play, **ONLY_6, **OF_DATAGRAMS))

# --- the header of IPv4 ------------------------------------------------------------------

ONLY_4 = dict(versions=(4,))

for what, options in (("a source route", bytes([131, 7, 8, 10, 99, 0, 9, 0])),
                      ("an option beyond the header", bytes([130, 9, 0, 0])),
                      ("a record of its route", bytes([7, 7, 4, 0, 0, 0, 0, 0]))):
    def play(c, options=options):
        pieces = datagram(c)
        send(c, pieces, (HONEST, 0, 2))
        c.send_packet(c.path.ip4(UDP, unit(FALSE, 2) * 2, identification=7, offset=16, more=True,
                                 options=options))
        send(c, pieces, (HONEST, 2, 4), (HONEST, 4, 6))
    CASES.append(Case("a fragment with %s" % what, play, **ONLY_4, **OF_DATAGRAMS))


for what, changes in (("length 0", dict(ip_length=0)),
                      ("a short commercial security option",
                       dict(ip_options=bytes([134, 6, 0, 0, 0, 1, 0, 0])))):
    def play(c, changes=changes):
        c.handshake()
        c.send(0, b"aaaa")
        c.send(4, b"XXXX", **changes)
        c.send(4, b"bbbb")
        c.end(8)
    CASES.append(Case("IPv4: %s" % what, play, **ONLY_4))
