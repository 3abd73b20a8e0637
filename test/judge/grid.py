# SPDX-License-Identifier: ISC
"""Every ordered arrangement of one to three overlapping chunks, as TCP segments; and some of
more, by chance.

A chunk is a run of cells; every chunk has bytes of its own, so that each byte of what was
read tells its chunk and its place: 'ABC' is from the first chunk, 'abc' from the second, '012'
from the third. Cells that no chunk covers are sent last, each alone ('!"#').
"""
import itertools
import random

from packets import ACK, FIN, PSH
from remote import Connection

CELLS, CELL_BYTES = 4, 3
FIRST_BYTES = (0x41, 0x61, 0x30) # by chunk
FILL_BYTE = 0x21

# Where the chunks stand: early, behind a cell that comes last; or at the next byte.
EARLY, IN_ORDER = 1, 0


def intervals(cells=CELLS):
    return list(itertools.combinations(range(cells + 1), 2))


def arrangements(cells=CELLS):
    for count in (1, 2, 3):
        yield from itertools.product(intervals(cells), repeat=count)


def content(first_byte, begin, end):
    return bytes(first_byte + i for i in range(begin * CELL_BYTES, end * CELL_BYTES))


def uncovered(chunks, cells=CELLS):
    return [i for i in range(cells) if not any(begin <= i < end for begin, end in chunks)]


def has_overlap(chunks):
    return any(max(one[0], other[0]) < min(one[1], other[1])
               for one, other in itertools.combinations(chunks, 2))


def name_of(chunks, fin_chunk=None):
    return " ".join("%d-%d%s" % (begin, end, "+FIN" if i == fin_chunk else "")
                    for i, (begin, end) in enumerate(chunks))


def play(connection, chunks, first_cell, fin_chunk=None, push=False):
    """Sends an arrangement, and what it leaves uncovered, and a FIN at the end."""
    flags = ACK | (PSH if push else 0)
    connection.handshake()
    base = first_cell * CELL_BYTES
    for i, (begin, end) in enumerate(chunks):
        connection.send(base + begin * CELL_BYTES, content(FIRST_BYTES[i], begin, end),
                        flags | (FIN if i == fin_chunk else 0))
    if first_cell:
        connection.send(0, b"~" * base)
    for cell in uncovered(chunks):
        connection.send(base + cell * CELL_BYTES, content(FILL_BYTE, cell, cell + 1))
    connection.end(base + CELLS * CELL_BYTES)
    connection.close()


class Variant:
    """One way to send the whole grid: its own address, a port for each arrangement."""

    def __init__(self, address, first_cell, timestamps, with_fin=False):
        self.address, self.first_cell, self.timestamps = address, first_cell, timestamps
        self.with_fin = with_fin

    def title(self, chunks, fin_chunk):
        return "%s, %s%s" % (name_of(chunks, fin_chunk),
                             "early" if self.first_cell == EARLY else "in order",
                             ", timestamps" if self.timestamps else "")

    def cases(self):
        for chunks in arrangements():
            if self.with_fin:
                yield from ((chunks, i) for i in range(len(chunks)))
            else:
                yield chunks, None

    def run(self, target):
        """Plays all; yields the name and the connection of each."""
        for i, (chunks, fin_chunk) in enumerate(self.cases()):
            # Sequence numbers that pass zero somewhere in the chunks, at every place in turn.
            isn = 0xFFFFFFFF - i % (2 * CELLS * CELL_BYTES)
            connection = Connection(target, self.address, 1024 + i, isn, self.timestamps,
                                    sack=self.timestamps)
            connection.has_overlap = has_overlap(chunks)
            play(connection, chunks, self.first_cell, fin_chunk, push=self.timestamps)
            yield self.title(chunks, fin_chunk), connection


class Random:
    """Arrangements of four to twelve early chunks over ten cells, always the same ones. A
    chunk's bytes are all its letter, in the order in which they come."""

    COUNT, CELLS, CHUNKS = 2000, 10, (4, 12)

    def __init__(self, address):
        self.address = address

    def cases(self):
        chance = random.Random(1998)
        choices = intervals(self.CELLS)
        for _ in range(self.COUNT):
            yield [chance.choice(choices) for _ in range(chance.randint(*self.CHUNKS))]

    def run(self, target):
        for i, chunks in enumerate(self.cases()):
            connection = Connection(target, self.address, 1024 + i, 0xFFFFFFFF - i % 40)
            connection.handshake()
            for letter, (begin, end) in enumerate(chunks):
                connection.send((1 + begin) * CELL_BYTES,
                                bytes([0x41 + letter]) * ((end - begin) * CELL_BYTES))
            connection.send(0, b"~" * CELL_BYTES)
            for cell in uncovered(chunks, self.CELLS):
                connection.send((1 + cell) * CELL_BYTES, b"." * CELL_BYTES)
            connection.end((1 + self.CELLS) * CELL_BYTES)
            connection.close()
            connection.has_overlap = has_overlap(chunks)
            yield name_of(chunks), connection
