#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Events of wirebeam-port from captures of the generator, whose scripts say what was sent:
transactions with their bodies, streams, gaps, flows, anomalies, counters, limits."""

import os
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from port import *

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../scenario"))
from check import pattern  # what the generator fills bodies with

PROGRAM, GENERATE = os.environ["PORT"], os.environ["GENERATE"]
GAP_IN_RESPONSE, CLOSED_BY_FIN = 1 << 3, 1


class Scenario:
    def __init__(self, name, ballast=0):
        folder = os.environ.get("TMPDIR", "/tmp")
        descriptor, self.path = tempfile.mkstemp(dir=folder)
        os.close(descriptor)
        os.chmod(self.path, 0o644)
        subprocess.run([GENERATE, name, self.path], check=True, stdout=subprocess.DEVNULL)
        self.spread(ballast)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        os.unlink(self.path)


    def spread(self, ballast):
        """Puts about so many bytes of other packets behind each packet."""
        with open(self.path, "rb") as file:
            header, records = file.read(24), file.read()
        with open(self.path, "wb") as file:
            file.write(header)
            while records:
                length, = struct.unpack_from("<I", records, 8)
                file.write(records[:16 + length])
                other = records[:8] + struct.pack("<II", 60000, 60000) + bytes(60000)
                file.write(other * (ballast // len(other)))
                records = records[16 + length:]


def play(name, ballast=0, **how):
    with Scenario(name, ballast) as path, Port(PROGRAM) as port:
        port.open(file=path, **how)
        port.expect(OPENED)
        found, told, (code, _, words) = port.all()
        assert code == E_END, words
        assert port.ends() == (0, b"")
        return found, told


def transactions(name, **how):
    return of_kind(play(name, deliver="transactions", **how)[1], TRANSACTION)


class Transactions(unittest.TestCase):
    def test_all_that_is_told_of_one(self):
        one, = transactions("chunk-extensions-and-trailers")
        request, response = one["request"], one["response"]
        self.assertEqual((one["number"], one["index"], one["missing"], one["tunnel"]), (1, 0, 0, 0))
        self.assertEqual((request["method"], request["target"]), (b"GET", b"/chunked"))
        self.assertEqual((request["seen"], request["version"], request["ended"]), (1, 11, 1))
        self.assertIn((b"Host", b"example.test"), request["headers"])
        self.assertTrue(request["head"].startswith(b"GET /chunked HTTP/1.1\r\n"))
        self.assertTrue(request["head"].endswith(b"\r\n\r\n"))
        self.assertEqual((response["status"], response["reason"]), (200, b"OK"))
        self.assertEqual(response["body"], b"Wikipedia in chunks")
        self.assertEqual(response["left_out"], 0)
        self.assertEqual(dict(response["trailers"]), {b"Digest": b"abc", b"X-Time": b"5"})
        self.assertLessEqual(request["first"], response["last"])
        self.assertEqual(one["endpoints"][1][1], 80)

    def test_pipelined(self):
        found = transactions("pipelined-50")
        self.assertEqual([one["response"]["body"] for one in found],
                         [pattern(i, i * 7) for i in range(50)])
        self.assertEqual([one["index"] for one in found], list(range(50)))

    def test_both_bodies(self):
        one, = transactions("post-chunked")
        self.assertEqual(one["request"]["body"], pattern(2, 100000))
        self.assertEqual(one["response"]["body"], b"ok\n")
        self.assertEqual(one["request"]["body_bytes"], 100000)

    def test_a_gap(self):
        first, second = transactions("gap-in-length-body")
        response = first["response"]
        self.assertEqual(first["missing"], GAP_IN_RESPONSE)
        self.assertEqual(response["gaps"], [(1054, 500)])
        self.assertEqual((response["gap_count"], response["gap_bytes"]), (1, 500))
        self.assertEqual(response["body"], pattern(4, 5000)[:1000] + pattern(4, 5000)[1500:])
        self.assertEqual((second["missing"], second["response"]["body"]), (0, b"second"))

    def test_limit_of_a_body(self):
        for limit in (0, 1, 50000, 99999, 100000, 100001):
            _, told = play("post-chunked", deliver=["transactions", "stats"], max_body_bytes=limit)
            one, = of_kind(told, TRANSACTION)
            body = pattern(2, 100000)[:limit]
            self.assertEqual(one["request"]["body"], body)
            self.assertEqual(one["request"]["left_out"], 100000 - len(body))
            stats = of_kind(told, STATS_EVENT)[-1]
            answer = one["response"]
            self.assertEqual(stats["worker.body_left_out_limit"],
                             one["request"]["left_out"] + answer["left_out"])
            self.assertEqual(stats["worker.body_bytes"], len(body) + len(answer["body"]))
            self.assertEqual(stats["worker.body_left_out_total"], 0)
            self.assertEqual(stats["worker.body_memory_bytes"], 0)

    def test_bodies_outlive_the_memory_of_their_packets(self):
        """Which is written again while they are gathered, more than once."""
        for ballast in (0, 240000, 1000000):
            _, told = play("post-chunked", ballast, deliver=["transactions", "stats"])
            one, = of_kind(told, TRANSACTION)
            self.assertEqual(one["request"]["body"], pattern(2, 100000))
            self.assertEqual((one["missing"], one["request"]["left_out"]), (0, 0))
            stats = of_kind(told, STATS_EVENT)[-1]
            self.assertEqual(stats["worker.body_bytes"], 100000 + len(one["response"]["body"]))
            self.assertEqual(stats["worker.body_memory_peak"] > 100000, ballast > 0)
            self.assertEqual(stats["worker.body_memory_bytes"], 0)

    def test_limit_of_all_bodies(self):
        _, told = play("post-chunked", deliver="transactions", max_body_total=10000)
        self.assertEqual(of_kind(told, TRANSACTION)[0]["request"]["left_out"], 0)
        _, told = play("post-chunked", 1000000, deliver=["transactions", "stats"],
                       max_body_total=30000)
        one, = of_kind(told, TRANSACTION)
        body, stats = one["request"]["body"], of_kind(told, STATS_EVENT)[-1]
        self.assertTrue(pattern(2, 100000).startswith(body))
        self.assertGreater(len(body), 10000)
        self.assertEqual(len(body) + one["request"]["left_out"], 100000)
        self.assertGreater(stats["worker.body_left_out_total"], 0)
        self.assertEqual(stats["worker.body_left_out_limit"], 0)
        self.assertLessEqual(stats["worker.body_memory_peak"], 30000)

    def test_without_bodies(self):
        one, = transactions("post-chunked", bodies=0)
        self.assertEqual((one["request"]["body"], one["request"]["left_out"]), (b"", 100000))

    def test_limits_of_the_engine(self):
        one = transactions("head-70-kib", limit=["head=64K"])[0]
        self.assertNotEqual(one["missing"], 0)
        one = transactions("head-70-kib", limit=["head=64K", "head=256K"])[0]
        self.assertEqual(one["missing"], 0)

    def test_credit_holds_in_the_midst_of_a_step(self):
        """A frame for each event; all lie in one step."""
        with Scenario("pipelined-50") as path, Port(PROGRAM) as port:
            port.open(file=path, deliver="transactions", batch_bytes=1)
            port.expect(OPENED)
            told = []
            for credit in (1, 2, 5):
                port.credit(credit)
                for _ in range(credit):
                    told += events(port.expect(EVENTS))
                self.assertIsNone(port.frame(0.2))
                self.assertGreaterEqual(port.stats()["http.transactions"], len(told))
                self.assertEqual(port.set_filter("tcp"), (0, ""))
            told += port.all()[1]
            self.assertEqual([one["response"]["body"] for one in of_kind(told, TRANSACTION)],
                             [pattern(i, i * 7) for i in range(50)])

    def test_the_owner_goes_in_the_midst_of_a_step(self):
        with Scenario("pipelined-50") as path, Port(PROGRAM) as port:
            port.open(file=path, deliver=["transactions", "streams"], batch_bytes=1)
            port.credit(3)
            for kind in (OPENED, EVENTS, EVENTS, EVENTS):
                port.expect(kind)
            self.assertEqual(port.ends(), (0, b""))


class Streams(unittest.TestCase):
    def streams_of(self, told):
        """{(flow, direction): bytes}, put together by offset; a gap is zeros."""
        streams, known = {}, set()
        for kind, body in told:
            if kind == FLOW:
                one = event(kind, body)
                self.assertNotIn(one["flow"], known)
                known.add(one["flow"])
            if kind in (STREAM, GAP):
                one = event(kind, body)
                self.assertIn(one["flow"], known)
                stream = streams.setdefault((one["flow"], one["direction"]), bytearray())
                self.assertEqual(one["offset"], len(stream))
                stream += one["bytes"] if kind == STREAM else bytes(one["length"])
        return streams

    def test_bytes_in_order(self):
        for name in ("segments-reversed", "segments-retransmitted", "close-delimited"):
            _, told = play(name, deliver="streams")
            ends = {one["flow"]: one for one in of_kind(told, FLOW_END)}
            streams = self.streams_of(told)
            self.assertGreater(len(streams), 0)
            for (flow, direction), stream in streams.items():
                half = ends[flow]["halves"][direction]
                self.assertEqual(half["stream_bytes"], len(stream))
                self.assertEqual(half["gap_bytes"], 0)
            self.assertEqual({one["end"] for one in ends.values()}, {CLOSED_BY_FIN})
        self.assertTrue(stream.endswith(pattern(1, 10000)))

    def test_a_gap(self):
        _, told = play("gap-in-length-body", deliver="streams")
        gap, = of_kind(told, GAP)
        self.assertEqual((gap["direction"], gap["offset"], gap["length"]), (1, 1054, 500))
        whole = self.streams_of(told)[gap["flow"], 1]
        body = pattern(4, 5000)
        self.assertEqual(whole[54:5054], body[:1000] + bytes(500) + body[1500:])
        self.assertEqual(of_kind(told, FLOW_END)[0]["halves"][1]["gap_bytes"], 500)

    def test_midstream_and_one_side(self):
        for name, bit in (("midstream", 1), ("only-client", 2), ("keep-alive", 0)):
            end = of_kind(play(name, deliver="streams")[1], FLOW_END)[0]
            self.assertEqual(end["flags"] & 3 & (bit or 3), bit)

    def test_packets_beside_streams(self):
        found, told = play("close-delimited", deliver=["packets", "streams", "stats"])
        end, = of_kind(told, FLOW_END)
        stats = of_kind(told, STATS_EVENT)[-1]
        followed = sum(half["packets"] for half in end["halves"])
        self.assertEqual(len(found), followed + stats["flow.ignored_late"])
        self.assertEqual(sum(half["wire_bytes"] for half in end["halves"]),
                         sum(p[1] for p in found[:followed]))
        self.assertEqual((end["first"], end["last"]), (found[0][2], found[followed - 1][2]))


class Anomalies(unittest.TestCase):
    def test_of_a_flow(self):
        _, told = play("overlap-differs", deliver="anomalies")
        one, = [one for one in of_kind(told, ANOMALY) if one["name"] == "tcp.overlap_differs"]
        self.assertEqual(one["has_flow"], 1)
        self.assertEqual(len(one["kept"]), len(one["rejected"]))
        self.assertNotEqual(one["kept"], one["rejected"])
        self.assertEqual(one["endpoints"][1][1], 80)

    def test_of_http(self):
        _, told = play("response-first", deliver="anomalies")
        self.assertIn("http.response_before_request",
                      [one["name"] for one in of_kind(told, ANOMALY)])

    def test_of_a_datagram(self):
        _, told = play("fragment-overlap", deliver="anomalies")
        found = [one for one in of_kind(told, ANOMALY) if one["name"].startswith("fragment.")]
        self.assertGreater(len(found), 0)
        for one in found:
            self.assertEqual((one["has_flow"], one["flow"]), (2, 0))
            self.assertEqual([port for _, port in one["endpoints"]], [0, 0])
            self.assertNotEqual(one["endpoints"][0][0], bytes(4))

    def test_lenient_and_target(self):
        _, told = play("urgent", deliver="anomalies")
        self.assertIn("tcp.urgent", [one["name"] for one in of_kind(told, ANOMALY)])
        _, told = play("urgent", deliver="anomalies", lenient="urgent")
        self.assertNotIn("tcp.urgent", [one["name"] for one in of_kind(told, ANOMALY)])
        kept = []
        for target in ("first", ["first", "0.0.0.0/0=last"]):
            _, told = play("overlap-differs", deliver="anomalies", target=target)
            kept.append(of_kind(told, ANOMALY)[0]["kept"])
        self.assertNotEqual(*kept)


class Stats(unittest.TestCase):
    def test_the_last_word(self):
        found, told = play("pipelined-50", deliver=["packets", "transactions", "stats"])
        stats = of_kind(told, STATS_EVENT)[-1]
        self.assertEqual(stats["source.seen"], len(found))
        self.assertEqual(stats["source.delivered"], len(found))
        self.assertEqual(stats["decode.packets"], len(found))
        self.assertEqual(stats["http.transactions"], 50)
        self.assertEqual(stats["http.complete"] + stats["http.incomplete"], 50)
        self.assertEqual(stats["flow.flows"], 1)
        self.assertEqual(of_kind(told, LOST), [])

    def test_by_the_clock_while_nothing_comes(self):
        folder = tempfile.mkdtemp()
        path = os.path.join(folder, "fifo")
        os.mkfifo(path)
        with Scenario("keep-alive") as capture, Port(PROGRAM) as port:
            port.open(file=path, deliver="stats", stats_interval_ms=50)
            with open(capture, "rb") as source, open(path, "wb", buffering=0) as fifo:
                fifo.write(source.read(24))
                port.expect(OPENED)
                port.credit(1000)
                began = time.monotonic()
                for _ in range(4):
                    self.assertEqual(len(of_kind(events(port.expect(EVENTS)), STATS_EVENT)), 1)
                self.assertGreaterEqual(time.monotonic() - began, 0.14)
        os.unlink(path)
        os.rmdir(folder)


if __name__ == "__main__":
    unittest.main()
