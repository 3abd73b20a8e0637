# SPDX-License-Identifier: ISC
"""What wirebeam reads in the capture, by the remote host's address and port."""
import collections
import subprocess


class Stream:
    """What one side of a flow said: the bytes before the first gap, for an application gets no
    further."""

    def __init__(self):
        self.bytes, self.has_gap = b"", False

    def add(self, piece):
        if not self.has_gap:
            self.bytes += piece


class Reading:
    def __init__(self, program, capture_path):
        self.streams = collections.defaultdict(list)   # (address, port) to streams, oldest first
        self.datagrams = collections.defaultdict(list) # the same to payloads
        self.anomalies = collections.defaultdict(set)  # the same, and address alone, to names
        self.flows = collections.defaultdict(lambda: (Stream(), Stream(), set()))
        told = subprocess.run([program, capture_path], stdout=subprocess.PIPE, check=True, text=True)
        for line in told.stdout.splitlines():
            kind, *words = line.split()
            getattr(self, "take_" + kind)(*words)
        for numbered in self.streams.values(): # flows are told when they end
            numbered.sort(key=lambda pair: pair[0])

    def take_bytes(self, flow, side, digits):
        self.flows[flow][int(side)].add(bytes.fromhex(digits))

    def take_gap(self, flow, side, _):
        self.flows[flow][int(side)].has_gap = True

    def take_anomaly(self, flow, _, name):
        self.flows[flow][2].add(name)

    def take_flow(self, flow, _, *ends):
        for side in (0, 1):
            address, port = ends[2 * side], int(ends[2 * side + 1])
            self.streams[address, port].append((int(flow), self.flows[flow][side].bytes))
            self.anomalies[address, port] |= self.flows[flow][2]
            self.anomalies[address] |= self.flows[flow][2]

    def take_datagram(self, address, port, digits=""):
        self.datagrams[address, int(port)].append(bytes.fromhex(digits))

    def take_fragment(self, address, name):
        self.anomalies[address].add(name)

    def of(self, address, port):
        return ([text for _, text in self.streams[address, port] if text] +
                self.datagrams[address, port])
