#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""wirebeam-port without shared memory: what it read of a file goes into the pipe as it lies, and is
not written to again before the owner has read it, however slowly that reads."""

import ctypes
import fcntl
import os
import platform
import random
import struct
import termios
import time
import unittest

from files import Capture, frame, mixed
from port import *

PROGRAM = os.environ["PORT"]
VMSPLICE = {"x86_64": 278, "aarch64": 75}[platform.machine()]
BLOCKS, BLOCK = 4, 2 << 20  # as a file is read
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def without_vmsplice():
    """For the calling process, which is about to become the program: it comes to EPERM."""
    program = b"".join(struct.pack("<HBBI", *line) for line in [
        (0x20, 0, 0, 0), (0x15, 0, 1, VMSPLICE), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)])
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(Filter(4, program)), 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "seccomp")


class Lending(unittest.TestCase):
    def read_to_end(self, port, read):
        """All packets, where read gives bytes; and the worker's counters when some of them were there."""
        data, found, asked, told = bytearray(), [], False, None
        while True:
            piece = read()
            self.assertTrue(piece, "the worker ended")
            data += piece
            at = 0
            while len(data) - at >= 4:
                end = at + 4 + int.from_bytes(data[at:at + 4], "big")
                if len(data) < end:
                    break
                kind, body = data[at + 4], bytes(data[at + 5:end])
                at = end
                if kind == PACKETS:
                    found += packets(body)
                    if len(found) > 1000 and not asked:
                        port.ask(STATS)
                        asked = True
                elif kind == REPLY and not told:
                    answer = Reader(body)
                    answer.take(5)
                    told = counters(answer)
                elif kind == CLOSED:
                    self.assertEqual(error(body)[0], E_END)
                    return found, told
            del data[:at]

    def read_anyhow(self, port, largest, pause, **options):
        chance = random.Random(largest)

        def read():
            if pause:
                time.sleep(pause * chance.random())
            return os.read(port.process.stdout.fileno(), chance.randrange(1, largest))

        with Capture(mixed(40000)) as file:
            port.open(file=file.path, **options)
            port.expect(OPENED)
            port.credit(1 << 31)
            found, told = self.read_to_end(port, read)
            self.assertTrue(found == file.packets())  # not a long word about where not
        return told["worker.lent_frames"], told["worker.frames"]

    def test_an_owner_that_reads_in_any_pieces(self):
        for largest, pause in ((1 << 20, 0), (100000, 0.0005), (5000, 0)):
            with self.subTest(largest), Port(PROGRAM) as port:
                lent, frames = self.read_anyhow(port, largest, pause)
                self.assertGreater(lent, frames // 2)

    def test_small_frames_are_copied(self):
        with Port(PROGRAM) as port:
            lent, frames = self.read_anyhow(port, 1 << 20, 0, batch_bytes=8192)
            self.assertEqual(lent, 0)
            self.assertGreater(frames, 10)

    def test_a_system_that_does_not_borrow(self):
        with Port(PROGRAM, preexec_fn=without_vmsplice) as port:
            lent, _ = self.read_anyhow(port, 1 << 20, 0)
            self.assertEqual(lent, 0)

    def test_an_owner_that_does_not_read(self):
        """What it has not read stays as it is, also when the worker went on through all blocks since;
        when all of them hold such bytes, no more are lent."""
        wanted = [frame(1000, i, protocol=17) for i in range(64)]
        others = [frame(1000, i) for i in range(2 * BLOCK // 1000)]
        records = [(data, None, 0) for _ in range(12) for data in wanted + others]
        with Capture(records) as file, Port(PROGRAM) as port:
            port.open(file=file.path, filter="udp")
            port.expect(OPENED)
            port.credit(10)
            self.wait_until_nothing_comes(port)
            port.ask(STATS)
            self.wait_until_nothing_comes(port)
            port.credit(1 << 31)
            output = port.process.stdout.fileno()
            found, told = self.read_to_end(port, lambda: os.read(output, 1 << 20))
            self.assertEqual((told["worker.frames"], told["worker.lent_frames"]), (10, BLOCKS))
            self.assertTrue([packet[0] for packet in found] == wanted * 12)

    def wait_until_nothing_comes(self, port):
        waits, before = 0, None
        while waits != before:
            before = waits
            time.sleep(0.3)
            waits = struct.unpack("i", fcntl.ioctl(port.process.stdout, termios.FIONREAD, bytes(4)))[0]
        self.assertGreater(waits, 0)


if __name__ == "__main__":
    unittest.main()
