#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""wirebeam-port with capture files: what it delivers is what the file holds, no frame comes
without credit, a filter changes while it runs. The files are made here."""

import os
import random
import struct
import tempfile
import time
import unittest

from port import *

PROGRAM = os.environ["PORT"]
SECRET = b"\x5eCRET"
QUIET = 0.3  # seconds without a frame that show that none comes


def frame(size, number, protocol=6):
    """An Ethernet frame with an IPv4 header of that protocol."""
    data = bytes(12) + b"\x08\x00\x45\x00" + struct.pack(">HHHBB", size - 14, 0, 0, 64, protocol)
    data += bytes(10) + number.to_bytes(4, "big") + bytes(range(256)) * (size // 256 + 1)
    return data[:size]


class Capture:
    """A pcap file with nanoseconds, and what is in it."""

    def __init__(self, records):
        self.records = [(data, wire or len(data), time_ns) for data, wire, time_ns in records]
        descriptor, self.path = tempfile.mkstemp(suffix=".pcap")
        os.fchmod(descriptor, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(struct.pack("<IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))
            for data, wire, time_ns in self.records:
                file.write(struct.pack("<IIII", time_ns // 10**9, time_ns % 10**9, len(data), wire))
                file.write(data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.unlink(self.path)

    def packets(self, per_second=10**9):
        return [(data, wire, time_ns * per_second // 10**9, 1, 0, 0, 0)
                for data, wire, time_ns in self.records]


def mixed(count, largest=3000, seed=1):
    chance = random.Random(seed)
    return [(frame(chance.randrange(60, largest), i), None, 1_700_000_000 * 10**9 + i * 777_777)
            for i in range(count)]


class Files(unittest.TestCase):
    def run_to_end(self, **options):
        with Port(PROGRAM) as port:
            port.open(**options)
            self.assertEqual(opened(port.expect(OPENED))[0], b"file")
            return port.all()

    def test_packets_are_those_of_the_file(self):
        with Capture(mixed(2000)) as file:
            for batch in (1, 100, 5000, 65536, 262144, 1 << 22):
                found, told, (code, _, _) = self.run_to_end(file=file.path, batch_bytes=batch)
                self.assertEqual(code, E_END)
                self.assertEqual(told, [])
                self.assertEqual(found, file.packets())

    def test_long_packets_and_short_ones(self):
        sizes = [60, 300000, 0, 1, 65536, 65537, 200000, 255, 256, 257, 4095, 4096, 4097] * 3
        records = [(bytes([i]) * size, size + i, i) for i, size in enumerate(sizes)
                   if size < 262145]
        with Capture(records) as file:
            for batch in (1, 70000, 262144):
                found, _, _ = self.run_to_end(file=file.path, batch_bytes=batch)
                self.assertEqual(found, file.packets())

    def test_time_in_every_unit(self):
        times = (0, 1, 999, 1_500_000_001, 4 * 10**18)
        with Capture([(frame(60, 0), None, time_ns) for time_ns in times]) as file:
            for unit in (1, 3, 1000, 10**6, 10**9):
                found, _, _ = self.run_to_end(file=file.path, time_per_second=unit)
                self.assertEqual(found, file.packets(unit))

    def test_what_a_filter_rejects_does_not_leave(self):
        """Rejected packets, as short as can be, lie between long ones that go out as they lie."""
        records = []
        for i in range(300):
            records.append((frame(1400, i), None, i))
            for _ in range(i % 3):
                rejected = (SECRET * 4)[:i % 17]
                records.append((rejected, None, i))
        with Capture(records) as file, Port(PROGRAM) as port:
            port.open(file=file.path, filter="greater 1000")
            port.expect(OPENED)
            port.credit(1000)
            found = []
            while (one := port.frame()) and one[0] == PACKETS:
                self.assertNotIn(SECRET[:2], one[1])
                found += packets(one[1])
            self.assertEqual(found, [p for p in file.packets() if len(p[0]) > 1000])

    def test_what_a_snaplen_cuts_off_does_not_leave(self):
        for snaplen in (1000, 1004, 1010):
            records = [(bytes(1000) + SECRET * 2, None, i) for i in range(100)]
            with Capture(records) as file:
                found, _, _ = self.run_to_end(file=file.path, snaplen=snaplen)
                self.assertEqual([p[0] for p in found], [r[0][:snaplen] for r in records])
                self.assertEqual({p[1] for p in found}, {1010})

    def test_raw_frames_hold_nothing_beside_the_packets_but_headers(self):
        records = [(bytes(1000) + SECRET, None, i) for i in range(100)]
        with Capture(records) as file, Port(PROGRAM) as port:
            port.open(file=file.path, snaplen=1000)
            port.expect(OPENED)
            port.credit(100)
            while (one := port.frame()) and one[0] == PACKETS:
                self.assertNotIn(SECRET, one[1])

    def test_no_frame_without_credit(self):
        with Capture(mixed(400)) as file, Port(PROGRAM) as port:
            port.open(file=file.path, batch_bytes=4096)
            port.expect(OPENED)
            self.assertIsNone(port.frame(QUIET))
            found = []
            for credit in (1, 3, 10):
                port.credit(credit)
                for _ in range(credit):
                    found += packets(port.expect(PACKETS))
                self.assertIsNone(port.frame(QUIET))
            rest, _, (code, _, _) = port.all()
            self.assertEqual(found + rest, file.packets())
            self.assertEqual(code, E_END)

    def test_credit_adds_up_and_never_wraps(self):
        with Capture(mixed(400)) as file, Port(PROGRAM) as port:
            port.credit(1)
            port.open(file=file.path, batch_bytes=4096)
            port.credit((1 << 32) - 1)
            port.credit((1 << 32) - 1)
            port.expect(OPENED)
            found = []
            while (one := port.frame()) and one[0] == PACKETS:
                found += packets(one[1])
            self.assertEqual(found, file.packets())

    def test_stats_are_answered_while_a_frame_waits(self):
        with Capture(mixed(400)) as file, Port(PROGRAM) as port:
            port.open(file=file.path, batch_bytes=4096)
            port.expect(OPENED)
            port.credit(1)
            port.expect(PACKETS)
            counted = port.stats()
            self.assertGreater(counted["source.delivered"], 0)
            self.assertLessEqual(counted["source.delivered"], 400)
            self.assertEqual(counted["decode.packets"], 0)  # nobody needs it
            self.assertEqual(counted["worker.frames"], 1)
            self.assertGreaterEqual(counted["worker.credit_waits"], 1)

    def test_a_filter_changes_while_it_runs(self):
        """From one packet on, exactly the new filter holds; nothing is lost before."""
        chance = random.Random(2)
        records = [(frame(1000, i, chance.choice([6, 17])), None, i) for i in range(8000)]
        with Capture(records) as file, Port(PROGRAM) as port:
            port.open(file=file.path)
            port.expect(OPENED)
            port.credit(1)
            found = packets(port.expect(PACKETS))
            self.assertEqual(port.set_filter("udp"), (0, ""))
            rest, _, _ = port.all()
            self.check_swap(file, found + rest, len(found), lambda p: p[0][23] == 17)

    def check_swap(self, file, found, before, passes):
        everything = file.packets()
        changed = next(i for i, p in enumerate(everything) if i >= len(found) or found[i] != p)
        self.assertGreaterEqual(changed, before)
        self.assertLess(changed, len(everything) // 2)
        self.assertEqual(found[changed:], [p for p in everything[changed:] if passes(p)])

    def test_a_wrong_filter_leaves_the_old_one(self):
        with Capture([(frame(1000, i, 6 if i % 2 else 17), None, i) for i in range(3000)]) as file:
            with Port(PROGRAM) as port:
                port.open(file=file.path, filter="tcp")
                port.expect(OPENED)
                port.credit(1)
                found = packets(port.expect(PACKETS))
                code, words = port.set_filter("tcp prt 80")
                self.assertEqual(code, E_FILTER)
                self.assertIn('filter "tcp prt 80": ', words)
                code, words = port.set_filter(b"tcp\0udp")
                self.assertEqual(code, E_FILTER)
                rest, _, _ = port.all()
                self.assertEqual(found + rest, [p for p in file.packets() if p[0][23] == 6])

    def test_an_empty_filter_lets_all_pass(self):
        with Capture([(frame(1000, i, 6 if i % 2 else 17), None, i) for i in range(8000)]) as file:
            with Port(PROGRAM) as port:
                port.open(file=file.path, filter="tcp")
                port.expect(OPENED)
                port.credit(1)
                first = packets(port.expect(PACKETS))
                self.assertEqual(port.set_filter(""), (0, ""))
                rest, _, _ = port.all()
                self.assertEqual(rest[-1000:], file.packets()[-1000:])
                self.assertLess(len(first) + len(rest), 8000)

    def test_max_packets(self):
        with Capture(mixed(100)) as file:
            found, _, (code, _, _) = self.run_to_end(file=file.path, max_packets=37)
            self.assertEqual((found, code), (file.packets()[:37], E_END))

    def test_a_cut_file_gives_all_good_packets(self):
        with Capture(mixed(100)) as file:
            os.truncate(file.path, os.path.getsize(file.path) - 1)
            found, _, (code, _, words) = self.run_to_end(file=file.path)
            self.assertEqual(found, file.packets()[:99])
            self.assertEqual(code, E_TRUNCATED)
            self.assertIn("cut off", words)

    def test_nothing_comes_after_closed(self):
        with Capture(mixed(10)) as file, Port(PROGRAM) as port:
            port.open(file=file.path)
            port.expect(OPENED)
            port.all()
            port.ask(STATS)
            port.ask(SET_FILTER, b"udp")
            port.ask(INTERFACES)
            self.assertIsNone(port.frame(QUIET))
            self.assertEqual(port.ends(), (0, b""))

    def test_a_fifo_is_followed_while_commands_are_obeyed(self):
        folder = tempfile.mkdtemp()
        path = os.path.join(folder, "fifo")
        os.mkfifo(path)
        with Capture(mixed(50)) as file, Port(PROGRAM) as port:
            port.open(file=path)
            with open(file.path, "rb") as source, open(path, "wb", buffering=0) as fifo:
                fifo.write(source.read(4000))
                port.expect(OPENED)
                port.credit(1000)
                found = packets(port.expect(PACKETS))
                asked = time.monotonic()
                self.assertEqual(port.stats()["source.delivered"], len(found))
                self.assertLess(time.monotonic() - asked, 1)
                fifo.write(source.read())
            rest, _, (code, _, _) = port.all()
            self.assertEqual((found + rest, code), (file.packets(), E_END))
        os.unlink(path)
        os.rmdir(folder)


if __name__ == "__main__":
    unittest.main()
