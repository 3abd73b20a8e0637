# SPDX-License-Identifier: ISC
"""Compares lines of `wirebeam read` with those of tcpdump, which say much in the same way.

A line is reduced to facts: its time, the ends 'A > B' of every IP packet in it (with ports
apart, since fragments have them elsewhere), what the first TCP segment says, and what every
header of some other kinds says. tcpdump stops earlier in some tunnels and wirebeam in others, so
of lists the common beginning is compared; of what only one says, nothing can be known.
"""
import ipaddress
import re
import subprocess

ENDS = re.compile(r"(?<!\S)([0-9a-f.:]+) > ([0-9a-f.:]+)(?=[ ,]|$)")
TCP = re.compile(r"Flags \[(?P<flags>[^\]]*)\]")
TCP_FACTS = {"tcp.seq": re.compile(r", seq ([\d:]+)"), "tcp.ack": re.compile(r", ack (\d+)"),
             "tcp.win": re.compile(r", win (\d+)"), "tcp.length": re.compile(r", length (\d+)")}
HEADERS = {
    "udp": re.compile(r"UDP, length (\d+)"),
    "icmp": re.compile(r"ICMP6?, echo \w+, id \d+, seq \d+, length \d+|"
                       r"ICMP echo \w+, id \d+, seq \d+, length \d+"),
    "arp": re.compile(r"ARP, (?:Request who-has \S+ tell \S+|Reply \S+ is-at \S+), length \d+"),
    "gre": re.compile(r"GREv[01], (?:call \d+, )?(?:key=\w+, )?(?:seq \d+, )?(?:ack \d+, )?"),
    "vxlan": re.compile(r"VXLAN, flags \[\S*\] \(\w+\), vni \d+"),
    "geneve": re.compile(r"Geneve, Flags \[\w+\], vni \w+"),
    "l2tp": re.compile(r"l2tp:\[\w*\]\(\d+/\d+\)(?:Ns=\d+,Nr=\d+)?"),
    "mpls": re.compile(r"\(label \d+(?: \([^)]*\))?, tc \d, (?:\[S\], )?ttl \d+\)"),
    "ah": re.compile(r"AH\(spi=\w+,seq=\w+,icv=\w+\)"),
    "esp": re.compile(r"ESP\(spi=\w+,seq=\w+\)"),
    "pppoe": re.compile(r"PPPoE +\[ses \w+\]"),
    "route": re.compile(r"RT6 \(len=\d+, type=\d+[^,]*, segleft=\d+"),
    "extension": re.compile(r"\b(?:HBH|DSTOPT|no next header)\b"),
}
OPTIONS = re.compile(r", options \[([^\]\[]*)\]")
OPTION = re.compile(r"(mss|nop|eol|wscale|sackOK|TS|sack)\b.*")


COMMAND = ["tcpdump", "-nn", "-tt", "-S", "-K", "-r"]


def can_read(path):
    """Neither compressed files, nor different link types in one."""
    done = subprocess.run([*COMMAND, path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0


def run_tcpdump(path):
    done = subprocess.run([*COMMAND, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit(done.stderr.decode())
    # What a line cannot hold goes on in indented ones.
    return [line for line in done.stdout.decode(errors="replace").splitlines()
            if line[:1].isdigit()]


def time_of(line):
    seconds, _, fraction = line.partition(" ")[0].partition(".")
    return seconds, fraction[:6]


def parse_address(text):
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def parse_end(text):
    """An address and its port, which may be missing; None for what is no IP address."""
    text = text[:-1] if text[-1] == ":" and not parse_address(text) else text
    address, port = parse_address(text), ""
    if not address:
        head, _, port = text.rpartition(".")
        address = parse_address(head)
    return (address, port) if address else None


def ends_of(line):
    """Pairs of ends."""
    pairs = [(parse_end(a), parse_end(b)) for a, b in ENDS.findall(line)]
    return [pair for pair in pairs if None not in pair]


def addresses_of(line):
    return [(a[0], b[0]) for a, b in ends_of(line)]


def ports_of(line):
    """Of the packets that have ports beside their addresses."""
    return [(a[1], b[1]) for a, b in ends_of(line)]


def differing(ours, theirs):
    """Ports that only one line has, or has elsewhere, cannot be compared."""
    return [(our, their) for our, their in zip(ours, theirs)
            if our != their and our[0] and their[0]]


def tcp_of(line):
    """What stands behind the first flags, up to the next packet in the line."""
    found = TCP.search(line)
    if not found:
        return {}
    facts = {"tcp.flags": found["flags"]}
    rest = line[found.end():]
    for name, pattern in TCP_FACTS.items():
        value = pattern.search(rest)
        if value:
            facts[name] = value[1]
    return facts


def options_of(line):
    """The options that both name alike, others as None."""
    found = OPTIONS.search(line)
    options = found[1].split(",") if found else []
    return [option if OPTION.fullmatch(option) else None for option in options]


def compare(ours, theirs):
    """How many facts both lines tell, and the names of those that differ."""
    compared, wrong = 1, [] if time_of(ours) == time_of(theirs) else ["time"]
    for name, read in (("addresses", addresses_of), ("ports", ports_of)):
        our_pairs, their_pairs = read(ours), read(theirs)
        compared += min(len(our_pairs), len(their_pairs))
        if differing(our_pairs, their_pairs):
            wrong.append(name)
    options = [pair for pair in zip(options_of(ours), options_of(theirs)) if all(pair)]
    compared += len(options)
    if any(our != their for our, their in options):
        wrong.append("tcp.options")
    for name, pattern in HEADERS.items():
        pairs = list(zip(pattern.findall(ours), pattern.findall(theirs)))
        compared += len(pairs)
        if any(our != their for our, their in pairs):
            wrong.append(name)
    our_facts, their_facts = tcp_of(ours), tcp_of(theirs)
    for name in our_facts.keys() & their_facts.keys():
        compared += 1
        if our_facts[name] != their_facts[name]:
            wrong.append(name)
    return compared, sorted(wrong)
