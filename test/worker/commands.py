#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What wirebeam-port makes of wrong options, of bytes that are no commands, and of the end of
its owner; and which rights it has once it reads."""

import os
import random
import signal
import struct
import subprocess
import tempfile
import time
import unittest

from files import Capture, mixed
from port import *

PROGRAM = os.environ["PORT"]
COMPLAINT = b"wirebeam-port: what came on standard input is no command of the protocol\n"


class Options(unittest.TestCase):
    def refusal(self, body):
        with Port(PROGRAM) as port:
            port.command(OPEN, body)
            code, _, words = port.closed()
            self.assertNotIn("\n", words)
            self.assertEqual(port.ends(), (0, b""))
            return code, words

    def check(self, code, words, **pairs):
        with Capture(mixed(1)) as file:
            pairs.setdefault("file", file.path)
            found = self.refusal(options({k: v for k, v in pairs.items() if v is not None}))
        self.assertEqual(found[0], code, found)
        self.assertIn(words, found[1])

    def test_each_is_named(self):
        for name in ("snaplen buffer_bytes latency_ms batch_bytes stats_interval_ms max_body_bytes "
                     "max_packets max_body_total").split():
            for value in ("", "x", "-1", "1x", "99999999999999999999", " 1"):
                self.check(E_ARGUMENT, f"{name} must be a number", **{name: value})
        for value in ("0", "1000000001"):
            self.check(E_ARGUMENT, "time_unit must be", time_per_second=value)
        self.check(E_ARGUMENT, "batch_bytes must be", batch_bytes=0)
        for name in "immediate promiscuous bodies".split():
            self.check(E_ARGUMENT, f"{name} must be 0 or 1, not 'yes'", **{name: "yes"})
        self.check(E_ARGUMENT, "direction must be in or out", direction="up")
        self.check(E_ARGUMENT, "deliver must name", deliver="everything")
        self.check(E_ARGUMENT, "limit wants NAME=VALUE", limit="flows")
        self.check(E_ARGUMENT, "limit: there is no limit named", limit=["flows=1", "flaws=1"])
        self.check(E_ARGUMENT, "limit flows must be", limit="flows=0")
        self.check(E_ARGUMENT, "lenient must name", lenient="urgently")
        self.check(E_ARGUMENT, "target wants a network", target="10.0.0=linux")
        self.check(E_ARGUMENT, "target must name", target="amiga")

    def test_what_the_engine_refuses(self):
        self.check(E_NOT_FOUND, "no such file", file="/nonexistent/file")
        self.check(E_FORMAT, "directory", file="/")
        self.check(E_FORMAT, "not a capture file", file="/bin/sh")
        self.check(E_ARGUMENT, "both", interface="lo")
        self.check(E_ARGUMENT, "no source", file=None)
        self.check(E_NOT_FOUND, "no such interface", file=None, interface="nonesuch0")
        self.check(E_ARGUMENT, "no such kind of source", file=None, interface="lo", kind="magic")
        self.check(E_FILTER, "filter", filter="prt 80")
        self.check(E_ARGUMENT, "standard input brings commands", file="-")
        self.check(E_ARGUMENT, "must be best-effort, on or off", sandbox="report")
        self.check(E_ARGUMENT, "no rights are given up", sandbox="off", user="nobody")
        self.check(E_ARGUMENT, "no-such-user", user="no-such-user")

    def test_bytes_that_are_no_text(self):
        self.check(E_ARGUMENT, "file: its value has a NUL byte", file=b"/tmp\0/x")
        self.check(E_NOT_FOUND, "?[31m", file=b"/\x1b[31m")

    def test_unknown_keys(self):
        for key in (0, len(KEYS) + 1, 255):
            code, words = self.refusal(bytes([key]) + text("1"))
            self.assertEqual(code, E_ARGUMENT)
            self.assertIn(f"no option with the key {key}", words)

    def test_a_file_that_may_not_be_read(self):
        if os.geteuid() == 0:
            self.skipTest("root may read every file")
        with Capture(mixed(1)) as file:
            os.chmod(file.path, 0)
            self.assertEqual(self.refusal(options({"file": file.path}))[0], E_PERMISSION)


class Malformed(unittest.TestCase):
    def check(self, data, is_open=False):
        with Capture(mixed(100)) as file, Port(PROGRAM) as port:
            if is_open:
                port.open(file=file.path)
                port.expect(OPENED)
            port.raw(data)
            self.assertEqual(port.process.wait(10), 2)
            self.assertEqual(port.process.stderr.read(), COMPLAINT)

    def test_frames(self):
        whole = options({"file": "/x"})
        for body in (b"\0", b"\6", b"\xff" * 9, bytes([CREDIT]), bytes([CREDIT]) + bytes(3),
                     bytes([CREDIT]) + bytes(5), bytes([STATS]), bytes([SET_FILTER]) + bytes(3),
                     bytes([INTERFACES]) + bytes(8), bytes([SEND]) + bytes(3), bytes([7]) + bytes(4),
                     bytes([OPEN]) + whole[:-1],
                     bytes([OPEN]) + whole[:3], bytes([OPEN, 2]) + b"\xff" * 4 + b"/x"):
            for is_open in (False, True):
                self.check(struct.pack(">I", len(body)) + body, is_open)
        self.check(struct.pack(">IB", 1 + len(whole), OPEN) + whole, is_open=True)

    def test_lengths(self):
        for length in (0, (16 << 20) + 1, 1 << 31, (1 << 32) - 1):
            self.check(struct.pack(">I", length) + bytes(100))
            self.check(struct.pack(">I", length) + bytes(100), is_open=True)

    def test_random_bytes(self):
        """Whatever they are: it ends by itself once they do, with 0 or 2, and at most one line."""
        chance = random.Random(3)
        for _ in range(150):
            body = chance.randbytes(chance.randrange(200))
            data = struct.pack(">IB", 1 + len(body), chance.randrange(8)) + body
            with Port(PROGRAM) as port:
                try:
                    port.raw(data if chance.random() < 0.8 else chance.randbytes(100))
                except BrokenPipeError:
                    pass
                status, words = port.ends()
                self.assertIn((status, words), [(0, b""), (2, COMPLAINT)])

    def test_a_command_in_pieces(self):
        with Capture(mixed(3)) as file, Port(PROGRAM) as port:
            body = options({"file": file.path})
            for byte in struct.pack(">IB", 1 + len(body), OPEN) + body:
                port.raw(bytes([byte]))
            port.expect(OPENED)
            self.assertEqual(port.all()[0], file.packets())

    def test_early_questions(self):
        with Port(PROGRAM) as port:
            for kind in (STATS, SET_FILTER):
                reference = port.ask(kind)
                read = Reader(port.expect(REPLY))
                self.assertEqual((read.number(4), read.number(1)), (reference, E_ARGUMENT))
            names = [interface["name"] for interface in port.interfaces()]
            self.assertIn("lo", names)
            self.assertIn("any", names)


class Ends(unittest.TestCase):
    """The worker never outlives its owner, whatever it waits for."""

    def check_end(self, port):
        self.assertEqual(port.ends(), (0, b""))

    def test_its_input_ends(self):
        with Port(PROGRAM) as port:
            self.check_end(port)
        with Port(PROGRAM) as port:
            port.raw(b"\0\0")
            self.check_end(port)
        with Capture(mixed(1000)) as file, Port(PROGRAM) as port:  # waits for credit
            port.open(file=file.path)
            port.expect(OPENED)
            time.sleep(0.1)
            self.check_end(port)

    def test_its_input_ends_while_its_output_is_full(self):
        with Capture(mixed(4000)) as file, Port(PROGRAM) as port:
            port.open(file=file.path)
            port.credit(1000)
            time.sleep(0.3)
            self.assertIsNone(port.process.poll())
            port.process.stdin.close()
            self.assertEqual(port.process.wait(10), 0)

    def test_its_input_ends_while_a_fifo_has_no_writer(self):
        """Nor one that came and said nothing."""
        folder = tempfile.mkdtemp()
        path = os.path.join(folder, "fifo")
        os.mkfifo(path)
        with Port(PROGRAM) as port:
            port.open(file=path)
            self.assertIsNone(port.frame(0.2))
            os.close(os.open(path, os.O_WRONLY))
            self.assertIsNone(port.frame(0.2))
            reference = port.ask(STATS)
            self.assertEqual(port.reply(reference).number(1), E_ARGUMENT)
            self.check_end(port)
        os.unlink(path)
        os.rmdir(folder)

    def test_its_output_breaks(self):
        with Capture(mixed(4000)) as file, Port(PROGRAM) as port:
            port.open(file=file.path)
            port.credit(1000)
            time.sleep(0.3)
            port.process.stdout.close()
            self.assertEqual(port.process.wait(10), 0)

    def test_its_owner_is_killed(self):
        """The owner, a shell, holds both pipes; when it is killed both break."""
        with Capture(mixed(1000)) as file:
            body = options({"file": file.path})
            data = struct.pack(">IB", 1 + len(body), OPEN) + body
            with tempfile.NamedTemporaryFile() as commands:
                commands.write(data)
                commands.flush()
                owner = subprocess.Popen(
                    ["python3", "-c",
                     "import subprocess, sys, time\n"
                     "p = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE,"
                     " stdout=subprocess.PIPE)\n"
                     "p.stdin.write(open(sys.argv[2], 'rb').read()); p.stdin.flush()\n"
                     "p.stdout.read(10)\n"
                     "print(p.pid, flush=True)\n"
                     "time.sleep(100)", PROGRAM, commands.name], stdout=subprocess.PIPE)
                worker = int(owner.stdout.readline())
                owner.kill()
                owner.wait()
                owner.stdout.close()
            until = time.monotonic() + 10
            while is_running(worker) and time.monotonic() < until:
                time.sleep(0.01)
            self.assertFalse(is_running(worker))

    def test_it_is_killed(self):
        with Capture(mixed(4000)) as file, Port(PROGRAM) as port:
            port.open(file=file.path)
            port.credit(1000)
            port.expect(OPENED)
            port.process.send_signal(signal.SIGKILL)
            with self.assertRaises(EOFError):
                while True:
                    self.assertIsNotNone(port.frame())
            self.assertEqual(port.process.wait(10), -signal.SIGKILL)


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Rights(unittest.TestCase):
    def status(self, pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as lines:
            return {line.split(":")[0]: line.split(":")[1].split() for line in lines}

    def test_once_it_reads_it_has_none(self):
        with Capture(mixed(10)) as file, open("/etc/passwd", "rb") as inherited:
            os.chmod(file.path, 0o600)  # it is opened with the rights of who starts it
            os.set_inheritable(inherited.fileno(), True)
            with Port(PROGRAM, close_fds=False) as port:
                port.open(file=file.path)
                port.expect(OPENED)
                status = self.status(port.process.pid)
                for name in "CapInh CapPrm CapEff CapAmb".split():
                    self.assertEqual(int(status[name][0], 16), 0, name)
                self.assertEqual(status["NoNewPrivs"], ["1"])
                if os.geteuid() == 0:
                    self.check_root_is_gone(port.process.pid, status)
                self.assertEqual(port.all()[0], file.packets())

    def check_root_is_gone(self, pid, status):
        self.assertEqual(status["Groups"], [])
        self.assertEqual(int(status["CapBnd"][0], 16), 0)
        for name in "Uid Gid".split():
            self.assertEqual(len(set(status[name])), 1)
            self.assertNotEqual(status[name][0], "0")
        with open(f"/proc/{pid}/limits", encoding="ascii") as lines:
            limits = {line[:26].strip(): line[26:].split()[:2] for line in lines}
        self.assertEqual(limits["Max core file size"], ["0", "0"])
        self.assertEqual(limits["Max open files"], ["64", "64"])
        targets = [os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd")]
        self.assertNotIn("/etc/passwd", targets)
        self.assertEqual(os.stat(f"/proc/{pid}/fd").st_uid, 0)  # not dumpable: proc(5)


class Pages(unittest.TestCase):
    def run_with(self, *words):
        return subprocess.run([PROGRAM, *words], capture_output=True, stdin=subprocess.DEVNULL,
                              text=True, check=False)

    def test_help_and_version(self):
        for word in ("-h", "--help"):
            result = self.run_with(word)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertLess(result.stdout.count("\n"), 24)
            self.assertIn("usage: wirebeam-port", result.stdout)
        self.assertRegex(self.run_with("--version").stdout, r"^wirebeam-port \d+\.\d+\.\d+\n$")
        result = self.run_with("--nonsense")
        self.assertEqual((result.returncode, result.stdout), (2, ""))


if __name__ == "__main__":
    unittest.main()
