# SPDX-License-Identifier: ISC
"""Packets of what the seeds of the fuzzer lack: every option of GRE and L2TP, 802.1X, deep
stacks and tunnels, chains of extension headers, fragments, and TCP's flags and options."""
import itertools
import struct

from packets import (DESTINATION, FRAGMENT, HOP_BY_HOP, ICMP, NO_NEXT, OPTION_SACK_PERMITTED,
                     ROUTING, TCP, UDP, Path, checksum, option_mss, option_timestamps,
                     option_window_scale)
from savefile import Packet

ETHERNET, RAW = 1, 101
IPV4, IPV6, TEB, PPP_TYPE, MPLS_TYPE = 0x0800, 0x86DD, 0x6558, 0x880B, 0x8847
VLAN, SERVICE_VLAN, OLD_VLAN, EAPOL_TYPE = 0x8100, 0x88A8, 0x9100, 0x888E
IP_IN_IP, IP6_IN_IP, GRE, AH, ICMP6, L2TP = 4, 41, 47, 51, 58, 115

OUTER, OUTER6 = Path("192.0.2.1", "192.0.2.2"), Path("2001:db8::1", "2001:db8::2")
INNER, INNER6 = Path("10.0.0.1", "10.0.0.2"), Path("fd00::1", "fd00::2")
MACS = bytes.fromhex("020000000002020000000001")


def echo():
    message = struct.pack("!BBHHH", 8, 0, 0, 1, 1) + b"ping"
    return INNER.packet(ICMP, message[:2] + struct.pack("!H", checksum(message)) + message[4:])


def segment(path=INNER, payload=b"abc", **changes):
    return path.packet(TCP, path.tcp((40000, 9), 1000, 2000, changes.pop("flags", 0x18), payload,
                                     **changes))


def datagram(path, port, payload):
    return path.packet(UDP, path.udp((50000, port), payload))


def ethernet(kind, payload):
    return MACS + struct.pack("!H", kind) + payload


def flags_of(letters, bits):
    return sum(bit for letter, bit in bits.items() if letter in letters)


def choices(letters):
    """Every subset."""
    for count in range(len(letters) + 1):
        yield from map("".join, itertools.combinations(letters, count))


# Tunnels.

def gre(kind, payload, options=""):
    """RFC 2784, RFC 2890, RFC 1701: c checksum, r routing, k key, s sequence number."""
    flags = flags_of(options, {"c": 0x8000, "r": 0x4000, "k": 0x2000, "s": 0x1000})
    header = struct.pack("!HH", flags, kind)
    header += bytes(4) if "c" in options or "r" in options else b""
    header += struct.pack("!I", 0xCAFE) if "k" in options else b""
    header += struct.pack("!I", 77) if "s" in options else b""
    if "r" in options:
        header += struct.pack("!HBB", 0x0800, 0, 8) + INNER.source + INNER.destination
        header += bytes(4)
    if "c" in options:
        header = header[:4] + struct.pack("!H", checksum(header + payload)) + header[6:]
    return header + payload


def pptp(payload, options):
    """RFC 2637, 4.1: s sequence number, a acknowledgment."""
    flags = 0x2001 | flags_of(options, {"s": 0x1000, "a": 0x0080})
    header = struct.pack("!HHHH", flags, PPP_TYPE, len(payload), 9)
    header += struct.pack("!I", 5) if "s" in options else b""
    return header + (struct.pack("!I", 4) if "a" in options else b"") + payload


def l2tp(payload, options):
    """RFC 2661, 3.1: l length, s Ns and Nr, o offset, p priority."""
    flags = 2 | flags_of(options, {"l": 0x4000, "s": 0x0800, "o": 0x0200, "p": 0x0100})
    rest = struct.pack("!HH", 7, 9)
    rest += struct.pack("!HH", 1, 2) if "s" in options else b""
    rest += struct.pack("!H", 4) + bytes(4) if "o" in options else b""
    rest += payload
    length = struct.pack("!H", 4 + len(rest)) if "l" in options else b""
    return struct.pack("!H", flags) + length + rest


def vxlan(payload):
    return struct.pack("!II", 0x08000000, 42 << 8) + payload


def geneve(kind, payload):
    option = struct.pack("!HBB", 0x0102, 0x80, 1) + b"opts"
    return struct.pack("!BBHI", len(option) // 4, 0, kind, 43 << 8) + option + payload


def tunnels():
    for options in choices("crks"):
        yield "gre-" + options, OUTER.packet(GRE, gre(IPV4, echo(), options))
        yield "gre-ethernet-" + options, OUTER6.packet(
            GRE, gre(TEB, ethernet(IPV4, echo()), options))
    for options in choices("sa"):
        yield "pptp-" + options, OUTER.packet(GRE, pptp(b"\xff\x03\x00\x21" + echo(), options))
    for options in choices("lsop"):
        yield "l2tp-" + options, datagram(OUTER, 1701, l2tp(b"\xff\x03\x00\x21" + echo(), options))
        yield "l2tp-short-" + options, datagram(OUTER6, 1701, l2tp(b"\x21" + echo(), options))
    yield "l2tp3-ip", OUTER.packet(L2TP, struct.pack("!I", 5) + ethernet(IPV4, echo()))
    yield "l2tp3-udp", datagram(OUTER, 1701, struct.pack("!HHI", 3, 0, 5) + ethernet(IPV4, echo()))
    overlay = datagram(INNER, 4789, vxlan(ethernet(IPV4, segment())))
    overlay = datagram(INNER, 6081, geneve(TEB, ethernet(IPV4, overlay)))
    yield "vxlan-in-geneve-in-gre-in-ipv6", OUTER6.packet(GRE, gre(IPV4, overlay, "ks"))
    yield "gre-in-gre-in-gre", OUTER.packet(GRE, gre(IPV4, INNER.packet(
        GRE, gre(IPV6, INNER6.packet(GRE, gre(IPV4, echo(), "k")), "s")), "c"))
    for depth in (2, 5, 10, 20, 24, 30):
        yield "ip-in-ip-%d" % depth, ip_in_ip(depth)


def ip_in_ip(depth):
    """IPv4 and IPv6 in turn."""
    packet = echo()
    for level in range(depth):
        protocol = IP_IN_IP if packet[0] >> 4 == 4 else IP6_IN_IP
        packet = (OUTER if level % 2 else OUTER6).packet(protocol, packet)
    return packet


# Below IP.

def mpls(depth):
    return b"".join(struct.pack("!I", (100 + level) << 12 | level % 8 << 9
                                | (level == depth - 1) << 8 | 64) for level in range(depth))


def tags(kinds, last, payload):
    """VLAN tags (IEEE 802.1Q), each with its own id and priority."""
    frame, following = b"", [*kinds[1:], last]
    for i, kind in enumerate(following):
        frame += struct.pack("!HH", i % 8 << 13 | 100 + i, kind)
    return ethernet(kinds[0], frame + payload)


def eapol(kind, body, version=2):
    return struct.pack("!BBH", version, kind, len(body)) + body


def eap(code, kind, data):
    return struct.pack("!BBHB", code, 7, 5 + len(data), kind) + data


EAPOL_FRAMES = {
    "eapol-start": eapol(1, b""), "eapol-logoff": eapol(2, b"", version=1),
    "eapol-identity-request": eapol(0, eap(1, 1, b"")),
    "eapol-identity": eapol(0, eap(2, 1, b"user"), version=3),
    "eapol-nak": eapol(0, eap(2, 3, b"\x19\x15")),
    "eapol-tls": eapol(0, eap(1, 13, b"\x20")),
    "eapol-success": eapol(0, struct.pack("!BBH", 3, 7, 4)),
    "eapol-failure": eapol(0, struct.pack("!BBH", 4, 7, 4)),
    "eapol-key": eapol(3, struct.pack("!BHHQ", 2, 0x008A, 16, 1) + bytes(32 + 16 + 8 + 8 + 16)
                       + b"\0\0"),
    "eapol-key-with-data": eapol(3, struct.pack("!BHHQ", 2, 0x010A, 0, 2)
                                 + bytes(32 + 16 + 8 + 8 + 16) + b"\0\x04\x30\x02\1\0"),
}


def links():
    for name, frame in EAPOL_FRAMES.items():
        yield name, ethernet(EAPOL_TYPE, frame)
        yield name + "-vlan", tags([VLAN], EAPOL_TYPE, frame)
    for depth in (1, 2, 16, 22, 30):
        yield "mpls-%d" % depth, ethernet(MPLS_TYPE, mpls(depth) + echo())
    yield "mpls-ipv6", ethernet(MPLS_TYPE, mpls(3) + segment(INNER6))
    yield "mpls-ethernet", ethernet(MPLS_TYPE, mpls(2) + bytes(4) + ethernet(IPV4, echo()))
    for name, kinds in {"1": [VLAN], "ad": [SERVICE_VLAN], "2": [SERVICE_VLAN, VLAN],
                        "old": [OLD_VLAN, VLAN], "3": [SERVICE_VLAN, SERVICE_VLAN, VLAN],
                        "8": [VLAN] * 8, "20": [VLAN] * 20, "30": [VLAN] * 30}.items():
        yield "vlan-" + name, tags(kinds, IPV4, segment())
        yield "vlan-ipv6-" + name, tags(kinds, IPV6, segment(INNER6))
    for session, protocol, packet in ((1, 0x0021, echo()), (2, 0x0057, segment(INNER6))):
        frame = struct.pack("!H", protocol) + packet
        yield "pppoe-%d" % session, ethernet(0x8864, struct.pack(
            "!BBHH", 0x11, 0, session, len(frame)) + frame)


# IP and TCP.

def extension(next_header, body=bytes(6)):
    return struct.pack("!BB", next_header, (2 + len(body)) // 8 - 1) + body


ROUTES = {
    "0": b"\0\2" + bytes(4) + INNER6.source + INNER6.destination, "2": b"\2\1" + bytes(4)
    + INNER6.destination, "4": b"\4\1\1\0\0\0" + INNER6.destination + INNER6.source,
    "done": b"\0\0" + bytes(4),
}
PADDING = b"\1\4" + bytes(4)  # PadN
CHAINS = {
    "hop": [(HOP_BY_HOP, PADDING)], "destination": [(DESTINATION, PADDING)],
    "hop-destination": [(HOP_BY_HOP, PADDING), (DESTINATION, PADDING)],
    "router-alert": [(HOP_BY_HOP, b"\5\2\0\0\1\0")],
    "fragment": [(FRAGMENT, struct.pack("!HI", 0, 9))],
    "ah": [(AH, bytes(2) + struct.pack("!II", 0x100, 7) + bytes(12))],
    **{"route-" + name: [(ROUTING, body)] for name, body in ROUTES.items()},
    "all": [(HOP_BY_HOP, PADDING), (DESTINATION, PADDING), (ROUTING, ROUTES["done"]),
            (FRAGMENT, struct.pack("!HI", 0, 9)), (DESTINATION, PADDING)],
    "long": [(HOP_BY_HOP, PADDING)] + [(DESTINATION, PADDING)] * 15,
    "longer": [(DESTINATION, PADDING)] * 30,
}


def chain(headers, protocol, payload):
    kinds = [kind for kind, _ in headers] + [protocol]
    for (kind, body), following in zip(reversed(headers), reversed(kinds[1:])):
        if kind == FRAGMENT:
            payload = struct.pack("!BB", following, 0) + body + payload
        elif kind == AH:  # in words, without the first two (RFC 4302, 2.2)
            payload = struct.pack("!BB", following, (2 + len(body)) // 4 - 2) + body + payload
        else:
            payload = extension(following, body) + payload
    return INNER6.packet(kinds[0], payload)


def chains():
    message = INNER6.udp((53000, 9), b"abc")
    for name, headers in CHAINS.items():
        yield "chain-" + name, chain(headers, UDP, message)
        yield "chain-tcp-" + name, chain(headers, TCP, INNER6.tcp((40000, 9), 1, 2, 0x10))
        yield "chain-nothing-" + name, chain(headers, NO_NEXT, b"")


PIECES = {"first": (0, 16, True), "middle": (16, 32, True), "last": (32, 43, False),
          "over-first": (8, 24, True), "over-last": (24, 43, False), "tiny": (0, 8, True),
          "beyond": (65528, 65544, False), "not-eighth": (0, 13, True)}


def fragments():
    for version, path in ((4, INNER), (6, INNER6)):
        for protocol, whole in ((UDP, path.udp((53000, 9), bytes(35))),
                                (TCP, path.tcp((40000, 9), 1, 2, 0x18, bytes(23)))):
            for name, (begin, end, more) in PIECES.items():
                piece = (whole * 2000)[begin:end]
                yield "fragment-%d-%d-%s" % (version, protocol, name), path.fragment(
                    protocol, piece, 7, begin, more)


OPTIONS = {
    "syn": option_mss(1460) + OPTION_SACK_PERMITTED + option_window_scale(7),
    "timestamps": option_timestamps(1, 2), "end": b"\0\0\0\0", "nops": b"\1" * 40,
    "sack": b"\1\1\5\x12" + struct.pack("!IIII", 1, 2, 3, 4),
    "md5": b"\1\1\x13\x12" + bytes(16), "ao": b"\x1d\x10\1\2" + bytes(12),
    "user-timeout": b"\x1c\4\x80\5", "fast-open": b"\1\1\x22\x0a" + bytes(8),
    "experiment": b"\xfd\4\xf9\x89", "unknown": b"\x63\4\1\2",
    "too-long": b"\3\x20\1\1", "length-0": b"\2\0\1\1", "length-1": b"\2\1\1\1",
    "wrong-length": b"\2\3\1\0",
}


def segments():
    for path in (INNER, INNER6):
        for flags in [*(1 << bit for bit in range(8)), 0, 0x12, 0x11, 0x14, 0x18, 0x19, 0xC2, 0xFF]:
            yield "flags-%d-%02x" % (path.version, flags), segment(path, flags=flags, urgent=5)
        for name, options in OPTIONS.items():
            yield "options-%d-%s" % (path.version, name), segment(path, flags=0x10, options=options)
        for words in (0, 4, 7, 15):
            yield "words-%d-%d" % (path.version, words), segment(path, words=words)
        yield "wrong-%d" % path.version, segment(path, wrong_checksum=True)
        yield "no-data-%d" % path.version, segment(path, payload=b"", window=0)
    for words in (0, 4, 6, 15):
        yield "ip-words-%d" % words, INNER.packet(TCP, INNER.tcp((1, 2), 3, 4, 2), words=words)
    for length in (0, 10, 20, 30, 39, 41, 60):
        yield "ip-length-%d" % length, INNER.packet(TCP, INNER.tcp((1, 2), 3, 4, 2), length=length)
    yield "ip-wrong", INNER.packet(TCP, INNER.tcp((1, 2), 3, 4, 2), wrong_checksum=True)


def packets():
    for name, data in links():
        yield Packet(name, ETHERNET, data, len(data))
    for group in (tunnels, chains, fragments, segments):
        for name, data in group():
            yield Packet(name, RAW, data, len(data))
