#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The kernel as judge: what an application on a Linux host reads, and what wirebeam reads.

usage: judge.py READING SECURITY.md [--capture FILE] [-v]

Runs in a network namespace of its own (test/judge/run makes it). Plays every arrangement of up
to three overlapping TCP segments and IP fragments, and the cases of insertion and evasion, to
this kernel, and compares what its application got with what READING, a program on libwirebeam,
makes of the capture. Prints the scores and each difference; -v prints each case of evasion.

Exit status: 0 as good as SECURITY.md says, 1 worse, 77 this machine cannot run it.
"""
import argparse
import os
import platform
import re
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import evasion_ip # noqa: their cases register themselves
import evasion_tcp
import fragments
import grid
import options
import ours
import target as host
import urgent
from case import CASES
from packets import TCP, UDP
from remote import Connection

AS_THE_KERNEL, NOT_DECIDED, DIFFERS = "as the kernel", "not decided (anomaly told)", "differs"


class Played:
    """One connection or sender of datagrams, and what the application got of it."""

    def __init__(self, title, connection, is_undecidable=False):
        self.title, self.is_undecidable = title, is_undecidable
        self.key = connection.address, connection.port
        self.has_overlap = connection.has_overlap
        target = connection.target
        self.kernel = ([accepted.bytes for accepted in connection.accepted() if accepted.bytes] +
                       target.datagrams.get(self.key, []))

    def judge(self, reading):
        self.ours = reading.of(*self.key)
        self.is_overlap_told = "tcp.overlap_differs" in reading.anomalies[self.key]
        self.anomalies = sorted(reading.anomalies[self.key[0]]) if self.is_evasion() else []
        if self.kernel == self.ours:
            self.verdict = AS_THE_KERNEL
        elif self.is_undecidable and self.anomalies:
            self.verdict = NOT_DECIDED
        else:
            self.verdict = DIFFERS

    def is_evasion(self):
        return self.key[1] == EVASION_PORT

    def line(self):
        text = "%s: %s" % (self.title, self.verdict)
        if self.verdict != AS_THE_KERNEL:
            text += ": kernel %s, wirebeam %s" % (show(self.kernel), show(self.ours))
        return text + (" [%s]" % ", ".join(self.anomalies) if self.anomalies else "")


def show(read):
    return " and ".join(repr(shorten(fragments.legible(text)))[1:] for text in read) or "nothing"


def shorten(text):
    return re.sub(rb"(f|a|aaXX)\1{19,}",
                  lambda match: b"%s(%d bytes)" % (match[1], len(match[0])), text)


# --- the sections: a line of the table each ----------------------------------------------


def tcp_grid(version):
    net = "10.99.1.%d" if version == 4 else "fd99::1:%d"
    return [grid.Variant(net % (1 + 2 * first_cell + timestamps), first_cell, timestamps)
            for first_cell in (grid.IN_ORDER, grid.EARLY) for timestamps in (False, True)]


def random_grid(version):
    return [grid.Random("10.99.4.1" if version == 4 else "fd99::4:1")]


def urgent_grid(version):
    return [urgent.Random("10.99.5.1" if version == 4 else "fd99::5:1")]


def options_grid(version):
    return [options.Random("10.99.6.1" if version == 4 else "fd99::6:1", version)]


def fin_grid(version):
    net = "10.99.2.%d" if version == 4 else "fd99::2:%d"
    return [grid.Variant(net % (1 + first_cell), first_cell, False, True)
            for first_cell in (grid.IN_ORDER, grid.EARLY)]


def fragment_grid(version):
    net = "10.99.3.%d" if version == 4 else "fd99::3:%d"
    return [fragments.Variant(net % (1 + 2 * (protocol == UDP) + has_end), protocol, has_end)
            for protocol in (TCP, UDP) for has_end in (False, True)]


EVASION_PORT = 1023 # no grid has it


class Evasion:
    """The cases of one module for one version of IP, each from an address of its own."""

    def __init__(self, version, is_of_ip):
        self.version, self.is_of_ip = version, is_of_ip

    def address(self, number):
        if self.version == 4:
            return "10.99.%d.%d" % (64 + 64 * self.is_of_ip + number // 200, 1 + number % 200)
        return "fd99::%x:%x" % (64 + self.is_of_ip, 1 + number)

    def run(self, target):
        for number, (case, timestamps) in enumerate(self.cases()):
            connection = Connection(target, self.address(number), EVASION_PORT, 1000000, timestamps,
                                    case.sack, host.SLOW_PORT if case.is_slow else host.PORT)
            case.play(connection)
            connection.close()
            yield case.title + (", timestamps" if timestamps else ""), connection, case

    def cases(self):
        for case in CASES:
            if self.version in case.versions and self.is_of_ip == is_of_ip(case):
                yield from ((case, timestamps) for timestamps in case.timestamps)


def is_of_ip(case):
    return case.play.__module__ == evasion_ip.__name__


SECTIONS = [(title % version, make, version) for title, make in (
    ("TCP segments, IPv%d", tcp_grid), ("more TCP segments, IPv%d", random_grid),
    ("TCP segments with a FIN, IPv%d", fin_grid),
    ("urgent pointers, IPv%d", urgent_grid),
    ("IP fragments, IPv%d", fragment_grid),
    ("packets that IP may refuse, IPv%d", options_grid),
    ("evasion by TCP, IPv%d", lambda version: [Evasion(version, False)]),
    ("evasion by IP, IPv%d", lambda version: [Evasion(version, True)])) for version in (4, 6)]


def play_all(target):
    for title, make, version in SECTIONS:
        played = []
        for variant in make(version):
            for name, connection, *case in variant.run(target):
                played.append(Played(name, connection, bool(case) and case[0].is_undecidable))
        yield title, played


# --- the table ------------------------------------------------------------------------------


class Score:
    def __init__(self, played):
        self.cases = len(played)
        self.same, self.undecided, self.differing = (
            sum(one.verdict == verdict for one in played)
            for verdict in (AS_THE_KERNEL, NOT_DECIDED, DIFFERS))

    def numbers(self):
        return [self.cases, self.same, self.undecided, self.differing]

    def is_worse_than(self, stated):
        return self.cases != stated[0] or self.same < stated[1] or self.differing > stated[3]


def stated_scores(path):
    """The rows '| title | cases | as the kernel | not decided | differs |' of the page."""
    scores = {}
    for line in open(path, encoding="utf8"):
        match = re.fullmatch(r"\| *(.*?) *((?:\| *\d+ *){4})\|\s*", line)
        if match:
            scores[match[1]] = [int(number) for number in re.findall(r"\d+", match[2])]
    return scores


def print_table(results, stated):
    """Returns whether all is as good as stated."""
    is_good = True
    print("| %-32s | number | as the kernel | not decided | differs |" % "")
    print("|%s|-------:|--------------:|------------:|--------:|" % ("-" * 34))
    for title, played in results:
        score = Score(played)
        print("| %-32s | %6d | %13d | %11d | %7d |" % (title, *score.numbers()))
    for title, played in results:
        score = Score(played)
        if title not in stated or score.is_worse_than(stated[title]):
            print("WORSE than SECURITY.md says of %s: %s" % (title, stated.get(title)))
            is_good = False
        elif score.numbers() != stated[title]:
            print("better than SECURITY.md says of %s: %s" % (title, stated[title]))
    return is_good


def are_overlaps_told(results):
    """Whatever was read: bytes that contradict each other are told, and no others. Where a FIN
    ends the stream, some are beyond its end."""
    played = [one for title, section in results for one in section
              if one.has_overlap is not None and "FIN" not in title]
    for one in played:
        if one.is_overlap_told != one.has_overlap:
            print("%s: %s" % (one.title, "an overlap is NOT TOLD" if one.has_overlap else
                              "an overlap is told that is none"))
    overlaps = sum(one.has_overlap for one in played)
    wrong = sum(one.is_overlap_told != one.has_overlap for one in played)
    print("bytes that differ: in %d of %d arrangements of segments, told wrongly of %d" %
          (overlaps, len(played), wrong))
    return wrong == 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("reading")
    parser.add_argument("security")
    parser.add_argument("--capture")
    parser.add_argument("-v", dest="is_verbose", action="store_true")
    arguments = parser.parse_args()
    begun = time.monotonic()
    try:
        device = host.open_device()
    except host.Missing as missing:
        print("SKIPPED: %s" % missing)
        sys.exit(77)
    with tempfile.TemporaryDirectory() as directory:
        capture = arguments.capture or os.path.join(directory, "judge.pcap")
        target = host.Target(device, capture)
        results = list(play_all(target))
        target.close()
        reading = ours.Reading(arguments.reading, capture)
    for title, played in results:
        for one in played:
            one.judge(reading)
            if one.verdict != AS_THE_KERNEL or (arguments.is_verbose and one.is_evasion()):
                print("%s: %s" % (title, one.line()))
    print("\nLinux %s is the judge; %.1f s" % (platform.release(), time.monotonic() - begun))
    is_good = print_table(results, stated_scores(arguments.security))
    is_good &= are_overlaps_told(results)
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
