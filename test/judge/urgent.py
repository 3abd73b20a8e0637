# SPDX-License-Identifier: ISC
"""Urgent pointers: segments, some of them empty, of which any may point anywhere in and around
them; by chance, but always the same ones. A segment's bytes are all its letter, in the order in
which they come.
"""
import itertools
import random

from grid import has_overlap, uncovered
from packets import ACK, URG
from remote import Connection

COUNT, CELLS, CELL_BYTES = 3000, 5, 2
SEGMENTS_MAX, POINTER_MAX = 5, 14


def choose(chance):
    """A segment's cells, and its urgent pointer or None."""
    choices = list(itertools.combinations_with_replacement(range(CELLS + 1), 2))
    has_pointer = chance.random() < 0.6
    return chance.choice(choices), chance.randint(0, POINTER_MAX) if has_pointer else None


def name_of(segments, first_cell, timestamps):
    words = ["%d-%d%s" % (begin, end, "" if pointer is None else " URG %d" % pointer)
             for (begin, end), pointer in segments]
    return "%s, %s%s" % (", ".join(words), "early" if first_cell else "in order",
                         ", timestamps" if timestamps else "")


def play(connection, segments, first_cell):
    connection.handshake()
    for letter, ((begin, end), pointer) in enumerate(segments):
        connection.send((first_cell + begin) * CELL_BYTES,
                        bytes([0x41 + letter]) * ((end - begin) * CELL_BYTES),
                        ACK if pointer is None else ACK | URG, urgent=pointer or 0)
    if first_cell:
        connection.send(0, b"~" * CELL_BYTES)
    for cell in uncovered([cells for cells, _ in segments], CELLS):
        connection.send((first_cell + cell) * CELL_BYTES, b"." * CELL_BYTES)
    connection.end((first_cell + CELLS) * CELL_BYTES)
    connection.close()


class Random:
    def __init__(self, address):
        self.address = address

    def run(self, target):
        chance = random.Random(1122)
        for i in range(COUNT):
            segments = [choose(chance) for _ in range(chance.randint(1, SEGMENTS_MAX))]
            first_cell, timestamps = i % 2, i % 4 > 1
            connection = Connection(target, self.address, 1024 + i, 0xFFFFFFFF - i % 20,
                                    timestamps)
            play(connection, segments, first_cell)
            connection.has_overlap = has_overlap([cells for cells, _ in segments])
            yield name_of(segments, first_cell, timestamps), connection
