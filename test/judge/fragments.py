# SPDX-License-Identifier: ISC
"""Every ordered arrangement of one to three overlapping fragments of a datagram.

The first cell is the transport header, the others are units of 8 bytes. Each unit has bytes of
its fragment's own whose Internet checksum is 0, so that the datagram's checksum is right
whosever bytes stay. Units that no fragment covers are sent last, each alone.
"""
from grid import FILL_BYTE, FIRST_BYTES, arrangements, name_of, uncovered
from packets import TCP, UDP
from remote import Connection
import target as host

CELLS, UNIT = 4, 8


def unit(first_byte, cell):
    text = bytes([first_byte + cell]) * (UNIT // 2)
    return text + bytes(byte ^ 0xFF for byte in text)


def is_legible(unit_bytes):
    return len(unit_bytes) == UNIT and unit_bytes[4:] == bytes(b ^ 0xFF for b in unit_bytes[:4])


def legible(payload):
    """One byte for each unit, which tells it."""
    units = [payload[i:i + UNIT] for i in range(0, len(payload), UNIT)]
    return b"".join(u[:1] if is_legible(u) else u for u in units)


class Pieces:
    """A datagram's payload, to be cut at cells: header, then units."""

    def __init__(self, path, protocol, header, identification, cells):
        self.path, self.protocol, self.header = path, protocol, header
        self.identification, self.cells = identification, cells

    def at(self, cell):
        return len(self.header) + (cell - 1) * UNIT if cell else 0

    def fragment(self, first_byte, begin, end):
        payload = b"".join(unit(first_byte, cell) if cell else self.header
                           for cell in range(begin, end))
        return self.path.fragment(self.protocol, payload, self.identification, self.at(begin),
                                  end < self.cells)


def play(connection, pieces, chunks):
    for i, (begin, end) in enumerate(chunks):
        connection.send_packet(pieces.fragment(FIRST_BYTES[i], begin, end))
    for cell in uncovered(chunks, pieces.cells):
        connection.send_packet(pieces.fragment(FILL_BYTE, cell, cell + 1))


class Variant:
    """One way to send the grid. has_end: a fragment that reaches the last cell is the last one;
    else the last one comes on its own, after the arrangement."""

    def __init__(self, address, protocol, has_end):
        self.address, self.protocol = address, protocol
        self.cells = CELLS if has_end else CELLS + 1

    def title(self, chunks):
        return "%s, %s, %s" % (name_of(chunks), "UDP" if self.protocol == UDP else "TCP",
                               "with the end" if self.cells == CELLS else "the end comes last")

    def run(self, target):
        play_one = self.play_udp if self.protocol == UDP else self.play_tcp
        for i, chunks in enumerate(arrangements()):
            connection = Connection(target, self.address, 1024 + i, timestamps=True)
            play_one(connection, chunks, 1 + i)
            yield self.title(chunks), connection

    def blank(self):
        return bytes((self.cells - 1) * UNIT)

    def play_udp(self, connection, chunks, identification):
        datagram = connection.path.udp((connection.port, host.DATAGRAM_PORT), self.blank())
        play(connection, Pieces(connection.path, UDP, datagram[:8], identification, self.cells),
             chunks)

    def play_tcp(self, connection, chunks, identification):
        """What the kernel discards is sent again, whole, as 'R'."""
        connection.handshake()
        segment = connection.segment(0, self.blank())
        header = segment[:len(segment) - len(self.blank())]
        connection.path.identification = identification
        play(connection, Pieces(connection.path, TCP, header, identification, self.cells), chunks)
        again = b"".join(unit(0x52, 0) for _ in range(self.cells - 1))
        connection.send(0, again)
        connection.end(len(again))
        connection.close()
