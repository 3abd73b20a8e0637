#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Attacks wirebeam and says whether the ceilings of ARCHITECTURE.md hold.

    run.py [--full] [--rounds N] WIREBEAM TRAFFIC SPEND ARCHITECTURE.md [ATTACK ...]

Each attack is played at two sizes, n and 2n, as `wirebeam http -r FILE --json FILE` by a
user; what the sizes are and what must come of it stands in ATTACKS below. Of every run:

 - the largest resident set stays below the ceiling that the table "Under attack" of
   ARCHITECTURE.md publishes, with a tenth to spare, and so do the stages' own accounts;
 - what the stages account for explains the resident set, but for a constant;
 - every honest transaction of the capture is complete and has its body;
 - counters and anomaly records tell what happened.

And CPU(2n) < 2.2 CPU(n). Noise only ever adds to a time, so the least of several rounds is
compared, and more are made where the first ones do not show it. A round plays n, 2n and n
again, so that both figures are of about equal spans, in which other programs disturb as much;
what it writes of records goes nowhere, so that only wirebeam's work counts, and not where the
system finds the memory for its output. Prints TAP; --full plays the large sizes.
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HONEST = 480
HONEST_EARLY = 160  # segments
MARGIN = 0.9
MOST_RATIO = 2.2
LEAST_ROUNDS, MOST_ROUNDS = 2, 9
UNACCOUNTED_MIB = 24  # code, libraries, batches, buffers of files
MIB = 1 << 20


def peaks(stats):
    """What the stages say that they held at most, in bytes."""
    return {path: value for stage in stats if isinstance(stats[stage], dict)
            for path, value in ((f"{stage}.{key}", stats[stage][key]) for key in stats[stage])
            if path.endswith("memory_peak")}


def lookup(stats, path):
    stage, rest = path.split(".", 1)
    values = stats[stage]
    part, _, name = rest.partition("/")
    return values[part][name] if name else values[rest]


class Attack:
    """The traffic, sizes n of `make test` and of `make attack`, options of the command at
    both, what counters must say: {path: number, or a function of n and the value that says
    whether it is right}, and kinds of anomaly that the attack's transactions must show."""

    def __init__(self, small, full, counters, small_options=(), full_options=(), traffic=None,
                 shows=(), output=False):
        self.small, self.full, self.counters, self.traffic = small, full, counters, traffic
        self.small_options, self.full_options = list(small_options), list(full_options)
        self.shows, self.output = set(shows), output

    def size(self, full):
        return self.full if full else self.small

    def options(self, full):
        return self.full_options if full else self.small_options


def limit(**limits):
    return [word for name, value in limits.items()
            for word in ("--limit", f"{name.replace('_', '-')}={value}")]


def times(factor):
    return lambda n, value: value == factor * n


def least(factor, less=0):
    return lambda n, value: value >= factor * n - less


def some(n, value):
    return value > 0


HONEST_FLOWS = 300
ALL_STAY = {"flow.flows_peak": least(1), "flow.ended/evicted": 0, "flow.gaps": 0}
# Beyond the limit of flows, which evicts about as many as there are more.
MANY_GO = {"flow.ended/evicted": least(1 / 3)}
TO_THE_END = {"flow.flows": HONEST_FLOWS + 1, "flow.ended/closed": HONEST_FLOWS + 1,
              "flow.gaps": 0}

ATTACKS = {
    # Connections.
    "flows": Attack(20000, 500000, {
        **ALL_STAY, "http.anomalies/http.memory_limit": some, "http.missing/request_cut_off": some,
    }, limit(http_memory="16M"), limit(flows=1 << 20)),
    "flows-evicted": Attack(20000, 1000000, {
        **MANY_GO, "http.anomalies/http.memory_limit": some,
    }, limit(flows=8192, http_memory="8M"), traffic="flows"),
    "syn-flood": Attack(50000, 1500000, MANY_GO, limit(flows=8192)),
    "ack-flood": Attack(50000, 1500000, {**MANY_GO, "flow.flows_midstream": least(1)},
                        limit(flows=8192)),
    "unanswered": Attack(20000, 1000000, {
        "http.transactions": lambda n, value: value == n + HONEST,
        "http.missing/response_not_seen": times(1), "http.missing/limit_reached": least(1 / 2),
        "http.anomalies/http.memory_limit": least(1 / 2),
    }, limit(http_memory="8M")),
    "uploads": Attack(10000, 200000, {
        "http.missing/request_cut_off": some, "record.lost_error": 0,
        "record.without_body": times(1), "http.missing/response_not_seen": times(1),
    }, limit(record_memory="4M"), output=True),
    **{name: Attack(20000, full, {
        "flow.out_of_order": lambda n, value: value == n + HONEST_EARLY,
        "flow.given_up_memory_limit": least(1 / 2), "flow.gaps": times(1),
        "flow.dropped_memory_limit": 0, "flow.dropped_buffer_limit": 0,
    }, limit(total_buffer="16M", total_history="8M", http_memory="8M"))
       for name, full in (("holes", 1000000), ("holes-busy", 1000000))},
    # Datagrams of which only the first fragment comes.
    **{f"fragments{version}": Attack(20000, 100000, {
        "fragment.fragments": times(1), "fragment.completed": 0, "fragment.active_peak": some,
        "fragment.evicted": least(1, 8192), "decode.fragments": times(1),
    }, limit(datagrams=2048)) for version in (4, 6)},
    # One stream.
    "bytes-reverse": Attack(200000, 500000, {
        **TO_THE_END, "flow.out_of_order": lambda n, value: value == n - 1 + HONEST_EARLY,
        "flow.dropped_buffer_limit": 0,
    }),
    "bytes-shuffled": Attack(200000, 500000, {
        "flow.dropped_buffer_limit": some, "flow.gap_bytes": some,
        "http.missing/gap_in_response": 1,
    }),
    "bytes-alternate": Attack(200000, 500000, {
        "flow.dropped_buffer_limit": some, "flow.gap_bytes": some,
        "http.missing/gap_in_response": 1,
    }),
    # Messages.
    "header-lines": Attack(20000, 20000, {
        **TO_THE_END, "http.anomalies/http.header_limit": 1, "http.missing/limit_reached": 1,
    }),
    "header-bytes": Attack(100000, 500000, {
        **TO_THE_END, "http.anomalies/http.head_limit": 1, "http.missing/limit_reached": 1,
    }, traffic="header-lines"),
    "pipeline": Attack(50000, 500000, {
        **TO_THE_END, "http.anomalies/http.pipeline_limit": least(1 / 1001, 1),
        "http.missing/limit_reached": least(1, 1000),
    }),
    "interim": Attack(500000, 1000000, {**TO_THE_END, "http.interim": times(1),
                                        "http.complete": HONEST + 1}),
    "tiny-chunks": Attack(500000, 1000000, {**TO_THE_END, "http.complete": HONEST + 1}),
    "etags": Attack(5000, 50000, {
        **TO_THE_END, "record.written": lambda n, value: value == n + HONEST,
        "http.complete": lambda n, value: value == n + HONEST,
    }, output=True),
    # Decompression: more than a thousand times, and less but a gigabyte.
    **{f"bomb-{coding}": Attack(64, 1024, {
        **TO_THE_END, "record.content_limited": 1, "record.written": HONEST + 1,
        "http.complete": HONEST + 1,
    }, shows=["http.decompression_ratio"], output=True) for coding in ("gzip", "br", "zstd")},
    "bomb-slow": Attack(64, 1100, {
        **TO_THE_END, "record.content_limited": 1, "record.written": HONEST + 1,
    }, limit(decoded_body="48M"), shows=["http.decompressed_limit"], output=True),
}


class Run:
    """One run of the command, and what it left behind."""

    def __init__(self, arguments, work, attack, capture, records):
        self.records, out = records, os.path.join(work, "out")
        shutil.rmtree(out, ignore_errors=True)
        command = [arguments.wirebeam, "http", "-q", "-r", capture, "--json", records,
                   "--records", "anomaly", "--hash", *attack.options(arguments.full)]
        if attack.output:
            command += ["-o", out]
        spent = subprocess.run([arguments.spend, *command], stdout=subprocess.PIPE, check=True)
        cpu, kib, status = spent.stdout.split()[-3:]
        self.cpu, self.mib, self.status = float(cpu), int(kib) / 1024, int(status)

    def read(self):
        """Honest transactions by their target, anomaly records by kind, kinds of anomaly of
        the attack's transactions, counters."""
        self.honest, self.anomalies, self.shown, self.stats = {}, {}, set(), {}
        with open(self.records, "rb") as file:
            for line in file:
                if b'"event_type":"anomaly"' in line:
                    kind = re.search(rb'"event":"([^"]*)"', line).group(1).decode()
                    self.anomalies[kind] = self.anomalies.get(kind, 0) + 1
                elif b'"url":"/honest/' in line:
                    record = json.loads(line)["http"]
                    self.honest.setdefault(record["url"], []).append(record)
                elif b'"event_type":"stats"' in line:
                    self.stats = json.loads(line)["stats"]
                elif b'"event_type":"http"' in line and b'"anomalies":[]' not in line:
                    self.shown |= set(json.loads(line)["http"]["anomalies"])


def pattern(seed, length):
    """The same as bytes_pattern of the generator."""
    lines = range(seed << 32, (seed << 32) + (length + 15) // 16)
    return b"".join(b"%015x\n" % line for line in lines)[:length]


def check_honest(run):
    for number in range(HONEST):
        body = pattern(number, 500 + 500 * (number % 7))
        records = run.honest.get(f"/honest/{number}", [])
        if len(records) != 1:
            yield f"honest transaction {number} is there {len(records)} times"
            continue
        record, response = records[0], records[0].get("response") or {}
        if not record["complete"] or response.get("status") != 200:
            yield f"honest transaction {number} lacks {record['missing']}"
        elif response.get("body_sha256") != hashlib.sha256(body).hexdigest():
            yield f"honest transaction {number} has another body"


def check_counters(run, attack, n):
    for path, wanted in attack.counters.items():
        value = lookup(run.stats, path)
        if not (wanted(n, value) if callable(wanted) else wanted == value):
            yield f"{path} is {value} for n = {n}"
    for kind in attack.shows - run.shown:
        yield f"no transaction shows {kind}"


# What there is an anomaly record of for each time that a counter counts.
def recorded(stats):
    counted = {kind: count for kind, count in stats["http"]["anomalies"].items() if count}
    counted["flow.limit"] = stats["flow"]["ended"]["evicted"]
    counted["tcp.gap"] = stats["flow"]["gaps"]
    counted["tcp.memory_limit"] = stats["flow"]["given_up_memory_limit"]
    counted["fragment.timeout"] = stats["fragment"]["expired"]
    return counted


def check_anomalies(run):
    for kind, count in recorded(run.stats).items():
        if run.anomalies.get(kind, 0) != count:
            yield f"{run.anomalies.get(kind, 0)} anomaly records of {kind}, counted {count}"
    told = [run.anomalies.get(f"fragment.{kind}", 0) for kind in ("limit", "memory_limit")]
    if sum(told) != run.stats["fragment"]["evicted"]:
        yield f"{told} anomaly records of datagrams that had to go"
    told = run.anomalies.get("tcp.buffer_limit", 0)
    if (told > 0) != (run.stats["flow"]["dropped_buffer_limit"] > 0):
        yield f"{told} anomaly records of tcp.buffer_limit"


def check_memory(run, ceiling):
    accounted = sum(peaks(run.stats).values()) / MIB
    if run.mib > ceiling * MARGIN:
        yield f"{run.mib:.0f} MiB resident, ceiling {ceiling}, of which a tenth is to spare"
    if accounted > ceiling:
        yield f"{accounted:.0f} MiB accounted for, ceiling {ceiling}"
    if run.mib > accounted + UNACCOUNTED_MIB:
        yield f"{run.mib:.0f} MiB resident, but only {accounted:.0f} accounted for"


def complaints(run, attack, n, packets, ceiling):
    if run.status != 0:
        yield f"exit status {run.status}"
        return
    run.read()
    if run.stats["source"]["delivered"] != packets:
        yield f"{run.stats['source']['delivered']} of {packets} packets"
    yield from check_honest(run)
    yield from check_counters(run, attack, n)
    yield from check_anomalies(run)
    yield from check_memory(run, ceiling)


def ceilings(path, full):
    """{attack: MiB} from the table of ARCHITECTURE.md."""
    with open(path, encoding="utf-8") as file:
        section = file.read().split("## Under attack", 1)
    found = {}
    for line in section[1].splitlines() if len(section) > 1 else []:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) >= 4 and cells[0].strip("`") in ATTACKS:
            found[cells[0].strip("`")] = int(cells[3 if full else 2].split()[0])
    return found


def verdict(arguments, work, name, captures, packets, ceiling):
    """What is wrong with a run of each size, apart from its time; MiB by size, a note."""
    attack, wrong, mib, records = ATTACKS[name], [], {}, os.path.join(work, "records")
    for n, capture in captures.items():
        run = Run(arguments, work, attack, capture, records)
        wrong += complaints(run, attack, n, packets[n], ceiling)
        mib[n] = run.mib
        if arguments.verbose:
            print("#", n, run.stats, run.anomalies, run.shown)
        os.remove(records)
    notes = ", ".join(f"{path} {value / MIB:.0f}" for path, value in peaks(run.stats).items())
    return wrong, mib, notes


def times_of(arguments, work, name, captures):
    """The least CPU time by size."""
    (n, small), (double, large) = captures.items()
    least = {n: float("inf"), double: float("inf")}
    for round_number in range(1, (arguments.rounds or MOST_ROUNDS) + 1):
        spent = [Run(arguments, work, ATTACKS[name], capture, os.devnull).cpu
                 for capture in (small, large, small)]
        least[n] = min(least[n], (spent[0] + spent[2]) / 2)
        least[double] = min(least[double], spent[1])
        if round_number >= LEAST_ROUNDS and least[double] < MOST_RATIO * least[n]:
            break
    return least


def play(arguments, work, name, ceiling):
    """What is wrong, and a line of figures."""
    attack = ATTACKS[name]
    n = attack.size(arguments.full)
    captures = {size: os.path.join(work, f"{size}.pcap") for size in (n, 2 * n)}
    packets = {size: int(subprocess.check_output([arguments.traffic, attack.traffic or name,
                                                  str(size), capture]))
               for size, capture in captures.items()}
    wrong, mib, notes = verdict(arguments, work, name, captures, packets, ceiling)
    least = times_of(arguments, work, name, captures)
    ratio = least[2 * n] / least[n]
    if ratio >= MOST_RATIO:
        wrong.append(f"CPU({2 * n}) is {ratio:.2f} CPU({n})")
    figures = (f"n = {n}: {least[n]:.2f} s, {mib[n]:.0f} MiB; 2n: {least[2 * n]:.2f} s, "
               f"{mib[2 * n]:.0f} MiB ({notes}); x{ratio:.2f}")
    return wrong, figures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--rounds", type=int)
    for name in "wirebeam", "traffic", "spend", "architecture":
        parser.add_argument(name)
    parser.add_argument("attacks", nargs="*")
    arguments = parser.parse_args()
    names = arguments.attacks or list(ATTACKS)
    published = ceilings(arguments.architecture, arguments.full)
    failed = 0
    print(f"1..{len(names)}")
    for number, name in enumerate(names, 1):
        shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="wirebeam-attack-", dir=shared) as work:
            wrong, figures = play(arguments, work, name, published.get(name, 0))
        print("not ok" if wrong else "ok", number, "-", name)
        print("#", figures)
        for line in wrong[:20]:
            print("#", line)
        sys.stdout.flush()
        failed += bool(wrong)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
