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


class Shared:
    def __init__(self, slots, slot_bytes):
        self.slots, self.slot_bytes = slots, slot_bytes
        descriptor, self.path = tempfile.mkstemp()
        os.ftruncate(descriptor, slots * slot_bytes)
        self.bytes = mmap.mmap(descriptor, slots * slot_bytes)
        os.close(descriptor)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.unlink(self.path)

    def description(self):
        return f"{self.slots} {self.slot_bytes} {self.path}"

    def frame(self, body):
        """The frame of a FRAME_PLACED, and its slot."""
        read = Reader(body)
        slot, length = read.number(4), read.number(4)
        assert read.done() and slot < self.slots and length <= self.slot_bytes
        at = slot * self.slot_bytes
        frame = self.bytes[at:at + length]
        return slot, frame[0], frame[1:]


class Memory(unittest.TestCase):
    def run_to_end(self, shared, records, **options):
        """Packets in their order, one credit at a time, and how many frames came each way."""
        found, ways, slots = [], {PACKETS: 0, PLACED: 0}, []
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
                    slot, kind, body = shared.frame(body)
                    slots.append(slot)
                self.assertEqual(kind, PACKETS)
                found += packets(body)
            self.assertEqual(found, file.packets())
        return ways, slots

    def test_frames_are_placed_in_turn(self):
        with Shared(3, 16 * PAGE) as shared:
            ways, slots = self.run_to_end(shared, mixed(1000), batch_bytes=8 * PAGE)
        self.assertEqual(ways[PACKETS], 0)
        self.assertGreater(ways[PLACED], 10)
        self.assertEqual(slots, [i % 3 for i in range(len(slots))])

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
                self.assertEqual(shared.frame(port.expect(PLACED))[0], slot)
            before = bytes(shared.bytes)
            self.assertIsNone(port.frame(0.3))
            self.assertEqual(before, bytes(shared.bytes))

    def test_what_cannot_be_shared(self):
        with Shared(2, PAGE) as shared, Capture(mixed(1)) as file:
            for memory, words in (
                    ("", "is not SLOTS SLOT_BYTES PATH"), ("2 4096", "is not SLOTS"),
                    ("2 4096 ", "is not SLOTS"), (f"0 4096 {shared.path}", "is not SLOTS"),
                    (f"2 0 {shared.path}", "is not SLOTS"), (f"9999 4096 {shared.path}", "is not"),
                    (f"-2 4096 {shared.path}", "is not"), (f"2 99999999999 {shared.path}", "is not"),
                    (f"3 4096 {shared.path}", "has another length")):
                with self.subTest(memory), Port(PROGRAM) as port:
                    port.open(file=file.path, memory=memory)
                    self.assertIn(words, port.closed()[2])

    def test_memory_that_is_not_there(self):
        for path in ("/no/such", "/"):
            with self.subTest(path), Capture(mixed(10)) as file, Port(PROGRAM) as port:
                port.open(file=file.path, memory=f"2 4096 {path}")
                port.expect(OPENED)
                self.assertEqual(port.all()[0], file.packets())


if __name__ == "__main__":
    unittest.main()
