# SPDX-License-Identifier: ISC
"""Connections whose bytes depend on who wins where segments or fragments overlap: the
arrangements of the judge's grid, as captures that two programs read.

Each connection has its own client port. Of up to two overlapping pieces, those under `bsd`
are what tshark keeps: the piece that begins first wins, and of two at the same place the one that
came first. With three it takes pieces as they came, whole, which is no policy of any host."""
import collections
import json
import subprocess

import fragments
import grid
from packets import ACK, FIN, PSH, SYN, TCP, Path, option_timestamps
from savefile import Packet

POLICY, PIECES = "bsd", 2
RAW, SERVER_PORT, FIRST_PORT = 101, 9, 1024
ENDS = {4: (Path("10.0.0.1", "10.0.0.2"), Path("10.0.0.2", "10.0.0.1")),
        6: (Path("fd00::1", "fd00::2"), Path("fd00::2", "fd00::1"))}
OPTIONS = option_timestamps(1, 1)  # they make a header of whole units of 8 bytes

Connection = collections.namedtuple("Connection", "name port packets")


def arrangements():
    return [chunks for chunks in grid.arrangements() if len(chunks) <= PIECES]


class Talk:
    """What the client sends, and the server's handshake and acknowledgment."""

    def __init__(self, version, port):
        self.client, self.server = ENDS[version]
        self.port, self.packets = port, []
        self.isn = 0xFFFFFFFF - port % 24  # sequence numbers pass zero at every place

    def put(self, data):
        self.packets.append(Packet("", RAW, data, len(data)))

    def segment(self, offset, flags, payload=b"", acknowledgment=8):
        return self.client.tcp((self.port, SERVER_PORT), self.isn + 1 + offset, acknowledgment,
                               flags, payload, OPTIONS)

    def send(self, *segment):
        self.put(self.client.packet(TCP, self.segment(*segment)))

    def answer(self, sequence, end, flags):
        self.put(self.server.packet(TCP, self.server.tcp(
            (SERVER_PORT, self.port), sequence, self.isn + 1 + end, flags, b"", OPTIONS)))

    def open(self):
        self.send(-1, SYN, b"", 0)
        self.answer(7, 0, SYN | ACK)
        self.send(0, ACK)

    def close(self, length):
        self.answer(8, length, ACK)
        self.send(length, FIN | ACK)
        self.answer(8, length + 1, FIN | ACK)
        self.send(length + 1, ACK, b"", 9)


def overlapping_segments(version, port, chunks, first_cell):
    """As the judge plays it (test/judge/grid.py)."""
    talk, base = Talk(version, port), first_cell * grid.CELL_BYTES
    talk.open()
    for first_byte, (begin, end) in zip(grid.FIRST_BYTES, chunks):
        talk.send(base + begin * grid.CELL_BYTES, PSH | ACK, grid.content(first_byte, begin, end))
    if first_cell:
        talk.send(0, PSH | ACK, b"~" * base)
    for cell in grid.uncovered(chunks):
        talk.send(base + cell * grid.CELL_BYTES, PSH | ACK,
                  grid.content(grid.FILL_BYTE, cell, cell + 1))
    talk.close(base + grid.CELLS * grid.CELL_BYTES)
    return talk.packets


def overlapping_fragments(version, port, chunks):
    """One segment, in fragments (test/judge/fragments.py)."""
    talk, length = Talk(version, port), (fragments.CELLS - 1) * fragments.UNIT
    talk.open()
    segment = talk.segment(0, PSH | ACK, bytes(length))
    pieces = fragments.Pieces(talk.client, TCP, segment[:-length], port, fragments.CELLS)
    for first_byte, (begin, end) in zip(fragments.FIRST_BYTES, chunks):
        talk.put(pieces.fragment(first_byte, begin, end))
    for cell in fragments.uncovered(chunks, fragments.CELLS):
        talk.put(pieces.fragment(fragments.FILL_BYTE, cell, cell + 1))
    talk.close(length)
    return talk.packets


def plays():
    """Of all grids: a name, and what makes its connection of a port and an arrangement."""
    for version in (4, 6):
        for first_cell, title in ((grid.IN_ORDER, "in-order"), (grid.EARLY, "early")):
            yield "segments-%d-%s" % (version, title), \
                lambda *play, v=version, f=first_cell: overlapping_segments(v, *play, f)
    yield "fragments-4", lambda *play: overlapping_fragments(4, *play)


def connections():
    """Those of a grid, for each grid."""
    for title, play in plays():
        yield [Connection("%s:%s" % (title, grid.name_of(chunks).replace(" ", "+")),
                          FIRST_PORT + i, play(FIRST_PORT + i, chunks))
               for i, chunks in enumerate(arrangements())]


def run_wirebeam(wirebeam, path):
    """SHA-256 of what each client sent, by port."""
    done = subprocess.run([wirebeam, "http", "-q", "--records", "flow", "--hash", "--json", "-",
                           "--target", POLICY, "-r", path], stdout=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit("wirebeam http -r %s: exit status %d" % (path, done.returncode))
    flows = [json.loads(line) for line in done.stdout.splitlines()]
    return {flow["src_port"]: flow["flow"]["toserver"]["sha256"] for flow in flows
            if flow["event_type"] == "flow"}


def run_tshark(path, count):
    """What each client sent, by port: lines of hexadecimal, the server's begin with a tab."""
    command = ["tshark", "-n", "-q", "-r", path]
    for stream in range(count):
        command += ["-z", "follow,tcp,raw,%d" % stream]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit(done.stderr.decode())
    sent, port = {}, None
    for line in done.stdout.decode().splitlines():
        if line.startswith("Node 0: "):
            port = int(line.rpartition(":")[2])
            sent[port] = b""
        elif line and line[0] in "0123456789abcdef":
            sent[port] += bytes.fromhex(line)
    return sent
