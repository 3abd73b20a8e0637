#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""wirebeam-port with memory that it shares with its owner: what is placed there is what would
have come by the pipe, and no slot is written to that the owner may still read."""

import mmap
import os
import tempfile
import unittest

from files import Capture, mixed
from port import *

PROGRAM = os.environ["PORT"]
PLACED = 6
PAGE = 4096
BLOCK = 2 << 20  # as a file is read


class Shared:
    def __init__(self, slots, slot_bytes, blocks=0, block_bytes=0):
        self.slots, self.slot_bytes = slots, slot_bytes
        self.blocks, self.block_bytes = blocks, block_bytes
        self.first_block = slots * slot_bytes
        length = self.first_block + blocks * block_bytes
        descriptor, self.path = tempfile.mkstemp()
        os.ftruncate(descriptor, length)
        self.bytes = mmap.mmap(descriptor, length)
        os.close(descriptor)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.unlink(self.path)

    def description(self):
        return f"{self.slots} {self.slot_bytes} {self.blocks} {self.block_bytes} {self.path}"

    def part(self, read):
        offset, length = read.number(4), read.number(4)
        assert length <= self.slot_bytes and offset + length <= len(self.bytes)
        return offset, self.bytes[offset:offset + length]

    def frame(self, body):
        """The frame of a FRAME_PLACED, its slot, and the block where its data lie, or None."""
        read, block = Reader(body), None
        at, frame = self.part(read)
        assert at % self.slot_bytes == 0 and at < self.first_block
        if not read.done():
            offset, data = self.part(read)
            assert offset >= self.first_block and read.done()
            block = (offset - self.first_block) // self.block_bytes
            frame += data
        return at // self.slot_bytes, block, frame[0], frame[1:]


class Memory(unittest.TestCase):
    def run_to_end(self, shared, records, **options):
        """Packets in their order, one credit at a time: how many frames came each way, and the
        slots and blocks of those that were placed."""
        found, ways, places = [], {PACKETS: 0, PLACED: 0}, []
        with Capture(records) as file, Port(PROGRAM) as port:
            port.open(file=file.path, memory=shared.description(), **options)
            port.expect(OPENED)
            while True:
                port.credit(1)
                kind, body = port.frame()
                if kind == CLOSED:
                    self.assertEqual(error(body)[0], E_END)
                    break
                ways[kind] += 1
                if kind == PLACED:
                    slot, block, kind, body = shared.frame(body)
                    places.append((slot, block))
                self.assertEqual(kind, PACKETS)
                found += packets(body)
            self.assertEqual(found, file.packets())
        return ways, places

    def test_frames_are_placed_in_turn(self):
        with Shared(3, 16 * PAGE) as shared:
            ways, places = self.run_to_end(shared, mixed(1000), batch_bytes=8 * PAGE)
        self.assertEqual(ways[PACKETS], 0)
        self.assertGreater(ways[PLACED], 10)
        self.assertEqual(places, [(i % 3, None) for i in range(len(places))])

    def test_packets_stay_in_blocks(self):
        for batch_bytes in (8 * PAGE, 64 * PAGE):
            with Shared(9, 80 * PAGE, 4, BLOCK) as shared:
                ways, places = self.run_to_end(shared, mixed(20000), batch_bytes=batch_bytes)
            self.assertEqual(ways[PACKETS], 0)
            self.assertEqual([slot for slot, _ in places], [i % 9 for i in range(len(places))])
            self.assertEqual({block for _, block in places}, {0, 1})

    def test_no_block_is_free(self):
        """They are too short, or too few of them, or frames in them are under way for too long."""
        for shared, found in ((Shared(3, 80 * PAGE, 4, BLOCK - 1), {None}),
                              (Shared(3, 80 * PAGE, 1, BLOCK), {None, 0}),
                              (Shared(1000, 80 * PAGE, 2, BLOCK), {None, 0, 1})):
            with shared:
                _, places = self.run_to_end(shared, mixed(20000))
            self.assertEqual({block for _, block in places}, found)

    def test_a_block_is_not_written_to_before_its_turn(self):
        """The owner reads what was placed only when it has no credit any more."""
        slots = 40  # more than there are frames in a block
        with Shared(slots, 80 * PAGE, 3, BLOCK) as shared, Capture(mixed(20000)) as file, \
                Port(PROGRAM) as port:
            port.open(file=file.path, memory=shared.description())
            port.expect(OPENED)
            port.credit(slots)
            found, waiting = [], []
            while True:
                kind, body = port.frame()
                if kind != CLOSED:
                    waiting.append((kind, body))
                    if len(waiting) < slots:
                        continue
                    self.assertIsNone(port.frame(0.02))
                for placed in waiting:
                    self.assertEqual(placed[0], PLACED)
                    found += packets(shared.frame(placed[1])[3])
                if kind == CLOSED:
                    break
                waiting = []
                port.credit(slots)
            self.assertTrue(found == file.packets())  # not a long word about where not

    def test_what_does_not_fit_goes_by_the_pipe(self):
        records = mixed(5) + [(bytes(100000), None, 1)] + mixed(5)
        with Shared(2, PAGE * 4) as shared:
            ways, _ = self.run_to_end(shared, records, batch_bytes=PAGE)
        self.assertGreaterEqual(ways[PACKETS], 1)
        self.assertGreater(ways[PLACED], 1)

    def test_nothing_is_written_without_credit(self):
        with Shared(2, 16 * PAGE) as shared, Capture(mixed(1000)) as file, Port(PROGRAM) as port:
            port.open(file=file.path, memory=shared.description(), batch_bytes=8 * PAGE)
            port.expect(OPENED)
            port.credit(2)
            for slot in range(2):
                self.assertEqual(shared.frame(port.expect(PLACED))[:2], (slot, None))
            before = bytes(shared.bytes)
            self.assertIsNone(port.frame(0.3))
            self.assertEqual(before, bytes(shared.bytes))

    def test_what_cannot_be_shared(self):
        with Shared(2, PAGE) as shared, Capture(mixed(1)) as file:
            for memory, words in (
                    ("", "is not SLOTS SLOT_BYTES BLOCKS BLOCK_BYTES PATH"),
                    ("2 4096", "is not SLOTS"), ("2 4096 0 0 ", "is not SLOTS"),
                    (f"2 4096 {shared.path}", "is not SLOTS"),
                    (f"0 4096 0 0 {shared.path}", "is not SLOTS"),
                    (f"2 0 0 0 {shared.path}", "is not SLOTS"),
                    (f"9999 4096 0 0 {shared.path}", "is not"),
                    (f"-2 4096 0 0 {shared.path}", "is not"),
                    (f"2 99999999999 0 0 {shared.path}", "is not"),
                    (f"2 4096 65 4096 {shared.path}", "is not"),
                    (f"1000 2147483647 2 1 {shared.path}", "is not"),
                    (f"3 4096 0 0 {shared.path}", "has another length"),
                    (f"2 4096 1 4096 {shared.path}", "has another length")):
                with self.subTest(memory), Port(PROGRAM) as port:
                    port.open(file=file.path, memory=memory)
                    self.assertIn(words, port.closed()[2])

    def test_memory_that_is_not_there(self):
        for path in ("/no/such", "/"):
            with self.subTest(path), Capture(mixed(10)) as file, Port(PROGRAM) as port:
                port.open(file=file.path, memory=f"2 4096 4 {BLOCK} {path}")
                port.expect(OPENED)
                self.assertEqual(port.all()[0], file.packets())


if __name__ == "__main__":
    unittest.main()
