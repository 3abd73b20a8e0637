#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Compares what one run of `wirebeam http` left behind with an expectation.

    check.py RUN STATUS PACKETS < EXPECTATION

RUN holds out (the directory of files), records (JSON lines), stderr. The expectation is
lines of words, quoted as in a shell; what it does not allow must not be there:

    http N KEY=VALUE ...    the transaction records, by flow and by place in it; there must
                            be as many as lines. `http *` speaks of all, and `count http=N`
                            says how many
    flow N KEY=VALUE ...    the flow records, in the order of their beginnings, where named
    count TYPE=N ...        how many records there are of a type
    stream-anomalies X ...  the kinds of anomaly that the TCP streams showed, and those of
    http-anomalies X ...    HTTP that belong to no transaction; none if not named
    fragment-anomalies X ...  those that IP fragments showed; none if not named
    stats PATH=VALUE ...    counters of the final statistics record
    files NAME ...          the whole directory (`files` alone: it is empty)
    contents NAME BYTES     the bytes of one file, a Python expression
    exit STATUS             0 if not named
    stderr TEXT             standard error holds this

KEY is a path in the record's http or flow object (response.status), or one of the short
words below. Two have a strict default: missing= (nothing: complete) and anomalies=
(none); "*" means that another scenario looks at it. body= and request-body= are Python
expressions that yield the bytes; they are compared by length and SHA-256. body-where= is
one that must hold for body, the bytes of the file. client= of a flow is the contents of
its file (client naming). request:NAME, response:NAME and trailer:NAME are the values of a
field.

Besides, every run must keep the house rules: see check_rules.
"""
import hashlib
import json
import os
import re
import shlex
import stat
import sys

SHORT = {
    "target": "request.target", "method": "request.method", "status": "response.status",
    "shared": "file_shared", "framing": "response.framing",
    "interim": "response.interim_status", "ended": "response.ended",
}
TOP = ("vlan", "app_proto")  # absent where they do not apply
failures = []


def expect(what, wanted, got):
    if wanted != got:
        failures.append(f"{what}: expected {wanted}, got {got}")


def pattern(seed, length):
    """The same as bytes_pattern of the generator."""
    lines = range((seed << 32), (seed << 32) + (length + 15) // 16)
    return b"".join(b"%015x\n" % line for line in lines)[:length]


def evaluate(expression, **names):
    return eval(expression, {"pattern": pattern, **names})  # our own test's text


def text_of(value):
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "none" if not value else ",".join(text_of(item) for item in value)
    if isinstance(value, dict):
        return "object"
    return str(value)


def lookup(record, path):
    for part in path.split("."):
        if isinstance(record, list) and part.isdigit() and int(part) < len(record):
            record = record[int(part)]
        else:
            record = record.get(part) if isinstance(record, dict) else None
    return record


def named(message, kind, name):
    """The values of all fields of that name, in order."""
    fields = (message or {}).get(kind, [])
    return [f["value"] for f in fields if f["name"].lower() == name.lower()]


class Run:
    def __init__(self, directory, status, packets):
        self.out = os.path.join(directory, "out")
        self.status, self.packets = status, packets
        with open(os.path.join(directory, "stderr"), errors="replace") as file:
            self.stderr = file.read()
        self.lines = []
        path = os.path.join(directory, "records")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.lines = [json.loads(line) for line in file]
        self.names = sorted(os.listdir(self.out)) if os.path.isdir(self.out) else []

    def records(self, kind):
        return [line for line in self.lines if line["event_type"] == kind]

    def http(self):
        return sorted(self.records("http"), key=lambda r: (r["flow_id"], r["tx_id"]))

    def flows(self):
        return sorted(self.records("flow"), key=lambda r: r["flow_id"])

    def stats(self):
        return self.records("stats")[-1]["stats"] if self.records("stats") else {}

    def read(self, name):
        with open(os.path.join(self.out, name), "rb") as file:
            return file.read()


def check_rules(run):
    """What must hold whatever was captured."""
    stats = run.stats()
    expect("statistics records", 1, len(run.records("stats")))
    for counter in "source.seen", "source.delivered", "decode.packets":
        expect(counter, run.packets, lookup(stats, counter))
    http = stats.get("http", {})
    expect("transactions counted", len(run.http()), http.get("transactions"))
    expect("complete ones counted", sum(r["http"]["complete"] for r in run.http()),
           http.get("complete"))
    expect("flows counted", len(run.flows()), lookup(stats, "flow.flows"))
    kept = stats.get("record", {})
    expect("offered = written + without body + lost", kept.get("transactions"),
           sum(kept.get(k, 0) for k in ("written", "without_body", "lost_disk_full",
                                        "lost_quota", "lost_error")))
    check_names(run)
    for record in run.http():
        check_files_of(run, record)


def check_names(run):
    known = {name for r in run.http() for name in r["http"].get("files", [])}
    for record in run.flows():
        client = lookup(record, "flow.client_side.file")
        if client:
            known |= {client, client + ".json"}
            expect(f"{client}.json", record, json.loads(run.read(client + ".json")))
    for name in run.names:
        status = os.lstat(os.path.join(run.out, name))
        if not re.fullmatch(r"[A-Za-z0-9%_~-][A-Za-z0-9%._~-]*", name):
            failures.append(f"a name with bytes that need care: {name!r}")
        expect(f"type and mode of {name}", oct(stat.S_IFREG | 0o600), oct(status.st_mode))
        expect(f"{name} named by a record", True, name in known)
    expect("files that records name but are not there", set(), known - set(run.names))


def check_files_of(run, record):
    """A transaction's own files say the same as its record."""
    http = record["http"]
    name = http.get("file")
    if not name:
        return
    if http.get("file_cut"):  # the scenario says what they hold
        expect(f"{name}.json", record, json.loads(run.read(name + ".json")))
        return
    body = run.read(name + ".body")
    expect(f"SHA-256 of {name}.body", http["response"]["body_sha256"],
           hashlib.sha256(body).hexdigest())
    if http["file_shared"] or name + ".http" not in http["files"]:
        return
    if "request" in http:  # part of a head that was not understood is in the file as well
        wire = http["request"]["wire_bytes"] + http["response"]["wire_bytes"]
        expect(f"bytes of {name}.http", wire, len(run.read(name + ".http")))
    expect(f"{name}.json", record, json.loads(run.read(name + ".json")))


def check_body(what, message, expression):
    wanted = evaluate(expression)
    got = message or {}
    expect(f"{what}: body length", len(wanted), got.get("body_length"))
    expect(f"{what}: body SHA-256", hashlib.sha256(wanted).hexdigest(), got.get("body_sha256"))


def check_list(what, wanted, got):
    expect(what, sorted(set(wanted.split(",")) - {""}), sorted(got))


def check_http(run, what, http, words):
    for key, wanted in words.items():
        side, _, name = key.partition(":")
        if key == "body":
            check_body(what, http.get("response"), wanted)
        elif key == "request-body":
            check_body(what + ": request", http.get("request"), wanted)
        elif key == "body-where":
            body = run.read(http["file"] + ".body")
            if not evaluate(wanted, body=body):
                failures.append(f"{what}: a body of {len(body)} bytes, not {wanted}")
        elif key in ("missing", "anomalies"):
            if wanted != "*":
                check_list(f"{what}: {key}", wanted, http[key])
        elif name:
            kind = "trailers" if side == "trailer" else "headers"
            got = named(http.get("request" if side == "request" else "response"), kind, name)
            expect(f"{what}: {key}", wanted, text_of(got))
        else:
            expect(f"{what}: {key}", wanted, text_of(lookup(http, SHORT.get(key, key))))
    for key in "missing", "anomalies":
        if key not in words:
            expect(f"{what}: {key}", [], http[key])
    expect(f"{what}: complete", http["missing"] == [], http["complete"])


def words_of(words):
    return dict(word.split("=", 1) for word in words)


class Expectation:
    def __init__(self, text):
        lines = [shlex.split(line, comments=True) for line in text.splitlines()]
        self.lines = [line for line in lines if line]

    def all(self, *keywords):
        return [line for line in self.lines if line[0] in keywords]

    def check(self, run):
        self.check_transactions(run)
        expect("exit status", self.value("exit", "0"), str(run.status))
        records = [r for r in run.records("anomaly") if "tx_id" not in r]
        for keyword, kind in ("stream-anomalies", "stream"), ("http-anomalies", "applayer"), \
                ("fragment-anomalies", "fragment"):
            wanted = {name for line in self.all(keyword) for name in line[1:]}
            got = {r["anomaly"]["event"] for r in records if r["anomaly"]["type"] == kind}
            expect(keyword, sorted(wanted), sorted(got))
        for line in self.all("flow"):
            self.check_flow(run, line)
        for line in self.all("count"):
            for kind, number in words_of(line[1:]).items():
                expect(f"{kind} records", int(number), len(run.records(kind)))
        for line in self.all("stats"):
            for path, value in words_of(line[1:]).items():
                expect(path, value, text_of(lookup(run.stats(), path)))
        for line in self.all("files"):
            expect("files", sorted(line[1:]), run.names)
        for _, name, expression in self.all("contents"):
            expect(f"contents of {name}", evaluate(expression),
                   run.read(name) if name in run.names else None)
        for line in self.all("stderr"):
            if line[1] not in run.stderr:
                failures.append(f"standard error lacks {line[1]!r}")

    def value(self, keyword, default):
        lines = self.all(keyword)
        return lines[0][1] if lines else default

    def check_transactions(self, run):
        lines = self.all("http")
        records = run.http()
        if any(line[1] == "*" for line in lines):
            for number, record in enumerate(records):
                check_http(run, f"http {number}", record["http"], words_of(lines[0][2:]))
            return
        expect("http records", len(lines), len(records))
        for line, record in zip(lines, records):
            check_http(run, f"http {line[1]}", record["http"], words_of(line[2:]))

    def check_flow(self, run, line):
        number = int(line[1])
        if number >= len(run.flows()):
            failures.append(f"there is no flow record {number}")
            return
        record = run.flows()[number]
        for key, wanted in words_of(line[2:]).items():
            if key == "client":
                name = lookup(record, "flow.client_side.file")
                expect(f"flow {number}: client's side", evaluate(wanted), run.read(name))
                continue
            got = record if key in record or key in TOP else record["flow"]
            expect(f"flow {number}: {key}", wanted, text_of(lookup(got, key)))


def main():
    directory, status, packets = sys.argv[1:]
    run = Run(directory, int(status), int(packets))
    check_rules(run)
    Expectation(sys.stdin.read()).check(run)
    for failure in failures:
        print(failure)
    if failures:
        print("standard error was:", run.stderr.strip())
        sys.exit(1)


if __name__ == "__main__":
    main()
