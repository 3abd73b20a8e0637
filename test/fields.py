#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""docs/layers.md names every field that the packets of the fuzz corpus make the decoders tell.

usage: test/fields.py WIREBEAM SEEDS PAGE

Each seed (see fuzz/fuzz_decode.c) becomes a capture file of one packet, which `wirebeam read
--json` prints; every key below "layers" must stand in the section of its layer, as `key`.
"""
import json, os, re, subprocess, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'compare'))
import savefile, seeds

COMMON = {'layer', 'status', 'reason', 'incomplete', 'quoted'}


def keys(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


def read_page(path):
    sections, name = {}, None
    for line in open(path, encoding='utf8'):
        heading = re.match(r'## `([^`]+)`((?:, `[^`]+`)*)', line)
        if heading:
            name = re.findall(r'`([^`]+)`', line)
            for one in name:
                sections[one] = set()
        elif name:
            for one in name:
                sections[one].update(re.findall(r'`([^`]+)`', line))
    return sections


def tell_fields(wirebeam, folder):
    told = {}
    for packet in seeds.read(folder):
        name = packet.name
        done = subprocess.run([wirebeam, 'read', '-q', '--json', '-r', '-'],
                              input=savefile.pcap([packet], packet.link_type),
                              capture_output=True)
        for line in done.stdout.splitlines():
            printed = json.loads(line)
            for layers in [printed['layers'], *printed.get('other_packets', [])]:
                for layer in layers:
                    told.setdefault(layer['layer'], {}).update(
                        (key, name) for key in keys(layer) if key not in COMMON)
    return told


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    wirebeam, folder, page = sys.argv[1:]
    sections, failures = read_page(page), 0
    told = tell_fields(wirebeam, folder)
    if not told:
        sys.exit('no seed in %s made a packet' % folder)
    for layer, fields in sorted(told.items()):
        for field, seed in sorted(fields.items()):
            if field not in sections.get(layer, ()):
                failures += 1
                print('%s: layer %s has no field `%s` (told of seed %s)'
                      % (page, layer, field, seed))
    sys.exit(1 if failures else 0)


if __name__ == '__main__':
    main()
