#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""After workers died: lines, files and counters agree, and no more is lost than what was in their
hands. deaths.py LINES DIRECTORY PROCESSES"""
import json
import os
import sys

processes = int(sys.argv[3])
with open(sys.argv[1]) as file:
    lines = [json.loads(line) for line in file]  # each is whole
http = [line for line in lines if line["event_type"] == "http"]
stats = [line for line in lines if line["event_type"] == "stats"][-1]["stats"]
kept = set(os.listdir(sys.argv[2]))
named = {name for line in http for name in line["http"].get("files", [])}
died, source = stats["died"], stats["source"]
print(f"{len(http)} lines, {stats['http']['transactions']} counted, {died}")
# What it did with the packets in its hands is not counted.
assert stats["http"]["transactions"] <= len(http) <= stats["http"]["transactions"] + died["packets"]
assert died["processes"] == processes and named and not named - kept, (died, len(named - kept))
# A connection was cut each time: all but what was in progress then is complete.
incomplete = [line for line in http if not line["http"]["complete"]]
assert len(incomplete) <= processes * 256, len(incomplete)
assert stats["decode"]["packets"] + died["packets"] == source["delivered"], (stats["decode"]["packets"], source)
assert died["packets"] <= processes * 256
assert stats["record"]["lost_error"] == 0, stats["record"]
