# SPDX-License-Identifier: ISC
"""The owner's side of wirebeam-port, for tests: commands as protocol.h has them, and frames
taken apart. It shares nothing with the program but that page."""

import os
import re
import select
import struct
import subprocess
import time

OPEN, CREDIT, SET_FILTER, STATS, INTERFACES, SEND = 1, 2, 3, 4, 5, 6
OPENED, PACKETS, EVENTS, REPLY, CLOSED = 1, 2, 3, 4, 5
KEYS = {name: key for key, name in enumerate(
    ("interface file filter snaplen buffer_bytes latency_ms immediate promiscuous direction "
     "deliver time_per_second limit lenient target bodies max_body_bytes stats_interval_ms batch_bytes "
     "kind max_packets max_body_total memory inject inject_packets inject_bits own_packets sandbox user").split(), 1)}
E_ARGUMENT, E_NOT_FOUND, E_PERMISSION, E_FORMAT, E_TRUNCATED, E_FILTER, E_UNSUPPORTED, E_DOWN, \
    E_END, E_LIMIT = 1, 4, 5, 6, 7, 8, 9, 10, 11, 13


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


def opened(body):
    """The kind of the source, and what confines the worker."""
    read = Reader(body)
    kind, mode = read.text(), read.text()
    state = {"mode": mode, "complete": bool(read.number(1)), "user": read.text(),
             "missing": read.text(), "means": [read.text() for _ in range(read.number(1))]}
    assert read.done()
    return kind, state


class Port:
    def __init__(self, program, **how):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, bufsize=0, **how)
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

    def set_filter(self, expression):
        """(0, "") or (code, words). Only replies may be under way."""
        expression = expression if isinstance(expression, bytes) else expression.encode()
        read = self.reply(self.ask(SET_FILTER, expression))
        code = read.number(1)
        return code, read.rest()[4:].decode()

    def stats(self):
        read = self.reply(self.ask(STATS))
        assert read.number(1) == 0
        return counters(read)

    def send(self, frames, timeout_ms=0xffffffff):
        """{index: why} of those that were not sent. Only replies may be under way."""
        body = struct.pack(">II", timeout_ms, len(frames))
        body += b"".join(struct.pack(">I", len(frame)) for frame in frames) + b"".join(frames)
        read = self.reply(self.ask(SEND, body))
        assert read.number(1) == 0, read.rest()
        failed = {}
        while not read.done():
            index = read.number(4)
            failed[index] = read.text().decode()
        return failed

    def interfaces(self):
        read = self.reply(self.ask(INTERFACES))
        assert read.number(1) == 0
        found = []
        for _ in range(read.number(4)):
            found.append({"name": read.text().decode(), "description": read.text(),
                          "flags": read.number(1), "mtu": read.number(4),
                          "addresses": [read.text() for _ in range(read.number(4))]})
        assert read.done()
        return found

    def reply(self, reference):
        read = Reader(self.expect(REPLY))
        assert read.number(4) == reference
        return read

    def ends(self):
        """Closes its input, and returns its status and what it said."""
        self.process.stdin.close()
        status = self.process.wait(10)
        return status, self.process.stderr.read()

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


def counter_names():
    """As counters.h lists them."""
    path = os.path.join(os.path.dirname(__file__), "../../erlang/native/counters.h")
    with open(path, encoding="ascii") as lines:
        return [f"{m[1]}.{m[2]}" for line in lines
                if (m := re.match(r"^    X\((\w+), (\w+)\)", line))]


def counters(read):
    names = counter_names()
    assert read.number(2) == len(names)
    found = {name: read.number(8) for name in names}
    assert read.done()
    return found


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


STREAM, GAP, FLOW, FLOW_END, TRANSACTION, ANOMALY, STATS_EVENT, LOST = range(1, 9)


def endpoints(read):
    length = {4: 4, 6: 16}[read.number(1)]
    return [(read.take(length), read.number(2)) for _ in range(2)]


def headers(read):
    return [(read.text(), read.text()) for _ in range(read.number(4))]


def message(read):
    found = {"seen": read.number(1), "version": read.number(1), "framing": read.number(1),
             "ended": read.number(1), "status": read.number(2), "interim": read.number(2),
             "content_length": read.number(8), "body_bytes": read.number(8),
             "wire_bytes": read.number(8), "first": read.number(8, signed=True),
             "last": read.number(8, signed=True), "gap_bytes": read.number(8),
             "gap_count": read.number(4)}
    found["gaps"] = [(read.number(8), read.number(8)) for _ in range(read.number(1))]
    for name in ("method", "target", "reason", "head"):
        found[name] = read.text()
    found["headers"], found["trailers"] = headers(read), headers(read)
    found["body"], found["left_out"] = read.text(), read.number(8)
    return found


def event(kind, body):
    """What an event tells, as a dict; its form is checked to the last byte."""
    read = Reader(body)
    if kind == STREAM:
        return {"flow": read.number(8), "direction": read.number(1), "offset": read.number(8),
                "bytes": read.rest()}
    if kind == STATS_EVENT:
        return counters(read)
    if kind == GAP:
        found = {"flow": read.number(8), "direction": read.number(1), "offset": read.number(8),
                 "length": read.number(8)}
    elif kind == FLOW:
        found = {"flow": read.number(8), "endpoints": endpoints(read)}
    elif kind == FLOW_END:
        found = {"flow": read.number(8), "endpoints": endpoints(read), "end": read.number(1),
                 "flags": read.number(1), "first": read.number(8, signed=True),
                 "last": read.number(8, signed=True)}
        names = ("packets", "wire_bytes", "stream_bytes", "gap_bytes")
        found["halves"] = [{name: read.number(8) for name in names} for _ in range(2)]
    elif kind == TRANSACTION:
        found = {"number": read.number(8), "index": read.number(4), "missing": read.number(4),
                 "anomalies": read.number(8), "tunnel": read.number(1), "flow": read.number(8),
                 "endpoints": endpoints(read), "request": message(read), "response": message(read)}
    elif kind == ANOMALY:
        found = {"name": read.text().decode(), "time": read.number(8, signed=True),
                 "has_flow": read.number(1), "flow": read.number(8)}
        found["endpoints"] = endpoints(read) if found["has_flow"] else None
        found |= {"direction": read.number(1), "offset": read.number(8), "length": read.number(8),
                  "kept": read.text(), "rejected": read.text()}
    elif kind == LOST:
        found = {"ring": read.number(8), "interface": read.number(8)}
    else:
        raise AssertionError(f"there is no event of the kind {kind}")
    assert read.done(), f"bytes behind an event of the kind {kind}"
    return found


def of_kind(told, kind):
    return [event(*one) for one in told if one[0] == kind]
