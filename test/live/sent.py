#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Writes to standard output what curl says in a --trace file that it sent, exactly.

Usage: sent.py TRACE
"""
import re
import sys

is_sent = False
for line in open(sys.argv[1], encoding="latin-1"):
    if re.match(r"(<=|=>|==) ", line):
        is_sent = line.startswith("=> Send ")
    elif is_sent and re.match(r"[0-9a-f]{4}: ", line):
        sys.stdout.buffer.write(bytes.fromhex(line[6:6 + 48]))
