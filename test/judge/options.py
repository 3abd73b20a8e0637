# SPDX-License-Identifier: ISC
"""What a host's IP takes: a segment in a packet with IPv4 options, or IPv6 extension headers,
that are right, nearly right or not at all; by chance, but always the same ones. Honest bytes for
the same place follow it.
"""
import random

from evasion_ip import fragment_header, options_header, routing_header
from packets import DESTINATION, FRAGMENT, HOP_BY_HOP, ROUTING, TCP
from remote import Connection

COUNT = 2000

# --- IPv4 ------------------------------------------------------------------------------

END, NOP, RECORD_ROUTE, TIMESTAMP, ROUTER_ALERT = 0, 1, 7, 68, 148
ROUTES = (RECORD_ROUTE, 131, 137)
OTHERS = (25, 82, 130, 133, 136, 158, 222) # 134 (CIPSO) depends on what the host is told of it


def right_length(chance, kind):
    if kind == TIMESTAMP:
        return 4 + 4 * chance.randint(0, 6)
    return 4 if kind == ROUTER_ALERT else 3 + 4 * chance.randint(0, 4)


def pointer(chance, length):
    return chance.choice((chance.randint(0, 8), length - 7, length - 3, length, length + 1))


def ip4_option(chance):
    kind = chance.choice((END, NOP, NOP, RECORD_ROUTE, TIMESTAMP, TIMESTAMP, ROUTER_ALERT,
                          chance.choice(ROUTES), chance.choice(OTHERS)))
    if kind in (END, NOP):
        return bytes([kind])
    length = right_length(chance, kind)
    option = bytearray([kind, length]) + bytes(length - 2)
    if kind == TIMESTAMP or kind in ROUTES:
        option[2] = pointer(chance, length) & 255
    if kind == TIMESTAMP:
        option[3] = chance.choice((0, 0, 14, 15)) << 4 | chance.choice((0, 1, 3, 3, 2, 7))
    if chance.random() < 0.1:
        option[1] = chance.randint(0, 12)
    return bytes(option)


def ip4_options(chance):
    options = b"".join(ip4_option(chance) for _ in range(chance.randint(1, 4)))[:40]
    return options + bytes([chance.choice((END, NOP))]) * (-len(options) % 4)


# --- IPv6 ------------------------------------------------------------------------------


def ip6_option(chance):
    kind = chance.choice((0, 1, 1, 4, 5, 0x0F, 0x1E, 0x3E, chance.randint(2, 255)))
    if kind == 0:
        return b"\0" * chance.choice((1, 1, 2, 7))
    if kind == 7 or kind == 0x31: # CALIPSO and IOAM depend on what the host is told of them
        kind = 0x1E
    length = chance.randint(0, 6)
    if kind == 5 and chance.random() < 0.7:
        length = 2
    value = bytes(length) if kind == 1 and chance.random() < 0.8 else b"\1" * length
    return bytes([kind, length]) + value


def ip6_options(chance, following):
    options = [ip6_option(chance) for _ in range(chance.choice((0, 1, 1, 2, 3, 9)))]
    header = bytearray(options_header(following, *options))
    if chance.random() < 0.1:
        header[chance.randint(2, len(header) - 1)] = chance.randint(0, 255)
    return bytes(header)


def extension(chance, kind, following):
    if kind == ROUTING:
        return routing_header(following, chance.choice((0, 2, 3, 4, 5, 99)), chance.choice((0, 0, 1)))
    if kind == FRAGMENT:
        return fragment_header(following, identification=chance.randint(0, 1 << 31))
    return ip6_options(chance, following)


def extensions(chance):
    kinds = [chance.choice((DESTINATION, DESTINATION, ROUTING, FRAGMENT, HOP_BY_HOP))
             for _ in range(chance.randint(0, 2))]
    kinds.insert(0, chance.choice((HOP_BY_HOP, DESTINATION)))
    following = kinds[1:] + [TCP]
    return kinds[0], b"".join(extension(chance, kind, after)
                              for kind, after in zip(kinds, following))


class Random:
    def __init__(self, address, version):
        self.address, self.version = address, version

    def packet(self, connection, chance):
        """One with such headers, and what they are."""
        if self.version == 4:
            options = ip4_options(chance)
            return connection.packet(4, b"XXXX", ip_options=options), options.hex()
        first, headers = extensions(chance)
        return (connection.path.ip6(first, headers + connection.segment(4, b"XXXX")),
                "%d %s" % (first, headers.hex()))

    def run(self, target):
        chance = random.Random(791)
        for i in range(COUNT):
            connection = Connection(target, self.address, 1024 + i)
            connection.handshake()
            connection.send(0, b"aaaa")
            packet, name = self.packet(connection, chance)
            connection.send_packet(packet)
            connection.send(4, b"bbbb")
            connection.end(8)
            connection.close()
            yield name, connection
