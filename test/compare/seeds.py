# SPDX-License-Identifier: ISC
"""The packets among the seeds of the decode fuzzer, whose first bytes choose the link type and
how much longer the packet was on the wire (fuzz/fuzz_decode.c)."""
import os
import re

from savefile import Packet

FUZZER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../fuzz/fuzz_decode.c")
CHOICE_BYTES = 4


def read_link_types():
    with open(FUZZER, encoding="utf8") as file:
        text = re.search(r"link_types\[\] = \{(.*?)\}", file.read(), re.S).group(1)
    return [int(number) for number in text.replace(",", " ").split()]


def read(folder):
    link_types = read_link_types()
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            seed = file.read()
        if len(seed) >= CHOICE_BYTES:
            choice, data = seed[:CHOICE_BYTES], seed[CHOICE_BYTES:]
            yield Packet(name, link_types[choice[0] % len(link_types)], data,
                         len(data) + (choice[2] << 8 | choice[3]))
