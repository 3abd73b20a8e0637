# SPDX-License-Identifier: ISC
"""The owner's side of wirebeam-port, for tests: commands as protocol.h has them, and frames
taken apart. It shares nothing with the program but that page."""

import os
import select
import struct
import subprocess
import time

OPEN, CREDIT, SET_FILTER, STATS, INTERFACES = 1, 2, 3, 4, 5
OPENED, PACKETS, EVENTS, REPLY, CLOSED = 1, 2, 3, 4, 5
KEYS = {name: key for key, name in enumerate(
    ("interface file filter snaplen buffer_bytes latency_ms immediate promiscuous direction deliver "
     "time_per_second limit lenient target bodies max_body_bytes stats_interval_ms batch_bytes "
     "kind max_packets max_body_total").split(), 1)}
E_ARGUMENT, E_NOT_FOUND, E_PERMISSION, E_FORMAT, E_TRUNCATED, E_FILTER, E_DOWN, E_END = \
    1, 4, 5, 6, 7, 8, 10, 11


def text(value):
    value = value if isinstance(value, bytes) else str(value).encode()
    return struct.pack(">I", len(value)) + value


def options(pairs):
    """Bytes of an OPEN: a value that is a list is repeated."""
    body = b""
    for name, value in pairs.items():
        for one in value if isinstance(value, list) else [value]:
            body += bytes([KEYS[name]]) + text(one)
    return body


class Reader:
    """Takes values off the front of bytes; reading past the end raises."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, length):
        assert self.at + length <= len(self.data), "a frame ends too early"
        self.at += length
        return self.data[self.at - length:self.at]

    def number(self, length, signed=False):
        return int.from_bytes(self.take(length), "big", signed=signed)

    def text(self):
        return self.take(self.number(4))

    def rest(self):
        return self.take(len(self.data) - self.at)

    def done(self):
        return self.at == len(self.data)


class Port:
    def __init__(self, program, prefix=()):
        self.process = subprocess.Popen([*prefix, program], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        self.buffer = b""
        self.references = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()

    # ---- To the worker

    def raw(self, data):
        self.process.stdin.write(data)

    def command(self, kind, body=b""):
        self.raw(struct.pack(">IB", 1 + len(body), kind) + body)

    def open(self, **pairs):
        self.command(OPEN, options(pairs))

    def credit(self, count):
        self.command(CREDIT, struct.pack(">I", count))

    def ask(self, kind, body=b""):
        self.references += 1
        self.command(kind, struct.pack(">I", self.references) + body)
        return self.references

    # ---- From the worker

    def frame(self, timeout=10.0):
        """(type, body), or None when nothing came in time, or EOFError."""
        until = time.monotonic() + timeout
        while len(self.buffer) < 4 or len(self.buffer) < 4 + self.length():
            left = until - time.monotonic()
            if left < 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return None
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                raise EOFError
            self.buffer += data
        end = 4 + self.length()
        frame, self.buffer = self.buffer[4:end], self.buffer[end:]
        return frame[0], frame[1:]

    def length(self):
        return int.from_bytes(self.buffer[:4], "big")

    def expect(self, kind, timeout=10.0):
        frame = self.frame(timeout)
        assert frame is not None, f"no frame came, where one of type {kind} should"
        assert frame[0] == kind, f"a frame of type {frame[0]} came, not {kind}: {frame[1][:200]}"
        return frame[1]

    def closed(self):
        return error(self.expect(CLOSED))

    def all(self):
        """Everything until CLOSED, with credit without end: packets, events, (code, text)."""
        self.credit(1 << 31)
        found, told = [], []
        while True:
            kind, body = self.frame()
            if kind == PACKETS:
                found += packets(body)
            elif kind == EVENTS:
                told += events(body)
            elif kind == CLOSED:
                return found, told, error(body)


def error(body):
    read = Reader(body)
    code, system = read.number(1), read.number(4)
    return code, system, read.rest().decode()


def packets(body):
    """[(data, wire length, time, link type, interface, direction, flags)]"""
    read = Reader(body)
    count, length = read.number(4), read.number(4)
    entries = Reader(read.take(26 * count))
    data = Reader(read.take(length))
    assert read.done(), "bytes behind a frame of packets"
    found = []
    for _ in range(count):
        data.take(entries.number(4))
        captured, wire = entries.number(4), entries.number(4)
        found.append((data.take(captured), wire, entries.number(8, signed=True),
                      entries.number(2), entries.number(2), entries.number(1), entries.number(1)))
    assert data.done(), "bytes behind the last packet"
    return found


def events(body):
    read, found = Reader(body), []
    while not read.done():
        found.append((read.number(1), read.text()))
    return found
