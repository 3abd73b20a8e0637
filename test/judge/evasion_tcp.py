# SPDX-License-Identifier: ISC
"""Insertion and evasion with TCP, after Ptacek and Newsham, "Insertion, Evasion, and Denial
of Service: Eluding Network Intrusion Detection" (1998), and what was found since.

Honest bytes are in small letters, what is slipped in is in capitals.
"""
from case import Case, CASES, case
from packets import ACK, FIN, PSH, RST, SYN, URG
from remote import Connection

# --- one segment slipped in --------------------------------------------------------
#
# Each is tried before the honest bytes of its place, at the next byte and early, and once
# more early after them.

NOT_NEGOTIATED = b"\1\1" + bytes([8, 10]) + bytes([0, 0, 0, 5, 0, 0, 0, 0])
ONLY_WITH, ONLY_WITHOUT = dict(timestamps=(True,)), dict(timestamps=(False,))

SLIPPED_IN = (
    ("nothing wrong", {}, {}),
    ("wrong checksum", dict(wrong_checksum=True), {}),
    ("no ACK flag", dict(flags=PSH), {}),
    ("no flags (NULL)", dict(flags=0), {}),
    ("FIN PSH URG (XMAS)", dict(flags=FIN | PSH | URG), {}),
    ("all flags", dict(flags=0x3F), {}),
    ("SYN", dict(flags=SYN), {}),
    ("SYN ACK", dict(flags=SYN | ACK), {}),
    ("SYN FIN", dict(flags=SYN | FIN), {}),
    ("SYN RST", dict(flags=SYN | RST), {}),
    ("FIN without ACK", dict(flags=FIN), {}),
    ("ECN flags", dict(flags=ACK | 0xC0), {}),
    ("ACK of 1 byte never sent", dict(ack_ahead=1), {}),
    ("ACK of 1000 bytes never sent", dict(ack_ahead=1000), {}),
    ("ACK of 2^30 bytes never sent", dict(ack_ahead=1 << 30), {}),
    ("ACK of the SYN only, again", dict(ack_ahead=0), {}),
    ("ACK of 1 byte before the start", dict(ack_ahead=-1), {}),
    ("ACK of 100000 bytes before the start", dict(ack_ahead=-100000), {}),
    ("timestamp of long ago", dict(timestamp=1), ONLY_WITH),
    ("timestamp just too old", dict(timestamp=999), ONLY_WITH),
    ("timestamp 2^31 ahead", dict(timestamp=1000 + (1 << 31)), ONLY_WITH),
    ("timestamp ahead", dict(timestamp=100000), ONLY_WITH),
    ("no timestamp though agreed", dict(timestamp=False), ONLY_WITH),
    ("a timestamp though not agreed", dict(options=NOT_NEGOTIATED), ONLY_WITHOUT),
    ("window 0", dict(window=0), {}),
    ("header length of 4 words", dict(words=4), ONLY_WITHOUT),
    ("header length 0", dict(words=0), ONLY_WITHOUT),
    ("header length beyond the segment", dict(words=15), ONLY_WITHOUT),
    ("header length 1 word more", dict(words=6), ONLY_WITHOUT),
    ("option with length 0", dict(options=bytes([254, 0, 0, 0])), ONLY_WITHOUT),
    ("option with length 1", dict(options=bytes([254, 1, 0, 0])), ONLY_WITHOUT),
    ("option beyond the header", dict(options=bytes([1, 1, 254, 40])), ONLY_WITHOUT),
    ("MD5 signature though not agreed", dict(options=bytes([1, 1, 19, 18]) + bytes(16)),
     ONLY_WITHOUT),
    ("AO signature though not agreed", dict(options=bytes([29, 16]) + bytes(14)), ONLY_WITHOUT),
    ("window scale in mid-stream", dict(options=bytes([1, 3, 3, 14])), ONLY_WITHOUT),
    ("URG flag, pointer 0", dict(flags=ACK | URG), {}),
    ("urgent pointer without URG", dict(urgent=2), {}),
    ("wrong IP checksum", dict(wrong_ip_checksum=True), dict(versions=(4,))),
    ("TTL 0", dict(ttl=0), {}),
    ("reserved IP flag", dict(reserved=1), dict(versions=(4,))),
    ("IP header length of 4 words", dict(ip_words=4), dict(versions=(4,))),
    ("IP header length beyond the packet", dict(ip_words=15), dict(versions=(4,))),
    ("IP length 2 bytes short", dict(ip_cut=2), {}),
    ("IP length 2 bytes beyond the packet", dict(ip_cut=-2), {}),
    ("IP option: no operation", dict(ip_options=bytes([1, 1, 1, 0])), dict(versions=(4,))),
    ("IP option: loose source route", dict(ip_options=bytes([131, 7, 4, 10, 99, 0, 1, 0])),
     dict(versions=(4,))),
    ("IP option: loose source route, done", dict(ip_options=bytes([131, 7, 8, 10, 99, 0, 9, 0])),
     dict(versions=(4,))),
    ("IP option: strict source route", dict(ip_options=bytes([137, 7, 4, 10, 99, 0, 1, 0])),
     dict(versions=(4,))),
    ("IP option: strict source route, done", dict(ip_options=bytes([137, 7, 8, 10, 99, 0, 9, 0])),
     dict(versions=(4,))),
    ("IP option: record route", dict(ip_options=bytes([7, 7, 4, 0, 0, 0, 0, 0])),
     dict(versions=(4,))),
    ("IP option: record route with pointer 2", dict(ip_options=bytes([7, 7, 2, 0, 0, 0, 0, 0])),
     dict(versions=(4,))),
    ("IP option: timestamp", dict(ip_options=bytes([68, 8, 5, 0, 0, 0, 0, 0])),
     dict(versions=(4,))),
    ("IP option: router alert", dict(ip_options=bytes([148, 4, 0, 0])), dict(versions=(4,))),
    ("IP option with length 0", dict(ip_options=bytes([130, 0, 0, 0])), dict(versions=(4,))),
    ("IP option with length 1", dict(ip_options=bytes([130, 1, 0, 0])), dict(versions=(4,))),
    ("IP option beyond the header", dict(ip_options=bytes([130, 9, 0, 0])), dict(versions=(4,))),
    ("IP option: unknown", dict(ip_options=bytes([158, 4, 0, 0])), dict(versions=(4,))),
)


def changes_of(c, changes, data):
    """Those that depend on the connection: a distance to its ACK, a length to the packet's."""
    changes = dict(changes)
    if "ack_ahead" in changes:
        changes["acknowledgment"] = c.next + changes.pop("ack_ahead")
    if "ip_cut" in changes:
        length = len(c.packet(0, data)) - changes.pop("ip_cut")
        changes["ip_length"] = length - (40 if c.path.version == 6 else 0)
    return changes


def at_the_next_byte(changes):
    def play(c):
        c.handshake()
        c.send(0, b"aaaa")
        c.send(4, b"XXXX", **changes_of(c, changes, b"XXXX"))
        c.send(4, b"bbbb")
        c.send(8, b"cccc")
        c.end(12)
    return play


def early(changes):
    def play(c):
        c.handshake()
        c.send(0, b"aaaa")
        c.send(8, b"XXXX", **changes_of(c, changes, b"XXXX"))
        c.send(8, b"cccc")
        c.send(4, b"bbbb")
        c.end(12)
    return play


def over_what_waits(changes):
    def play(c):
        c.handshake()
        c.send(0, b"aaaa")
        c.send(8, b"cccc")
        c.send(6, b"XXXXYYYY", **changes_of(c, changes, b"XXXXYYYY"))
        c.send(4, b"bbbb")
        c.send(12, b"dddd")
        c.end(16)
    return play


def with_the_handshake(changes):
    """It takes the place of the ACK that ends the handshake."""
    def play(c):
        c.send(-1, flags=SYN)
        c.send(0, b"XXXX", **changes_of(c, changes, b"XXXX"))
        c.send(0)
        c.send(0, b"aaaa")
        c.send(4, b"bbbb")
        c.end(8)
    return play


for what, changes, traits in SLIPPED_IN:
    for where, make in (("at the next byte", at_the_next_byte), ("early", early),
                        ("over what waits", over_what_waits),
                        ("as the end of the handshake", with_the_handshake)):
        CASES.append(Case("%s, %s" % (what, where), make(changes), **traits))

# --- where a segment lies ----------------------------------------------------------


def fill(c, begin, end):
    for offset in range(begin, end, 1400):
        c.send(offset, b"f" * min(1400, end - offset))


def beyond_the_window(distance, length=4):
    """Bytes near the right edge of the window, at first; the honest ones come in their time."""
    def play(c):
        c.handshake()
        place = c.edge + distance
        c.send(place, b"X" * length)
        fill(c, 0, place)
        c.send(place, b"y" * length)
        c.end(place + length)
    return play


for distance, length, where in ((-8, 4, "in the window, 4 bytes before its edge"),
                                (-4, 4, "in the window, as far as its edge"),
                                (-4, 5, "1 byte beyond the edge of the window"),
                                (-1, 4, "3 bytes beyond the edge of the window"),
                                (0, 4, "at the edge of the window"),
                                (1, 4, "1 byte after the edge of the window"),
                                (1000, 4, "1000 bytes after the edge of the window"),
                                (100000, 4, "100000 bytes after the edge of the window")):
    CASES.append(Case("data " + where, beyond_the_window(distance, length)))


def far_away(offset):
    def play(c):
        c.handshake()
        c.send(0, b"aaaa")
        c.send(offset, b"XXXX")
        c.send(4, b"bbbb")
        c.end(8)
    return play


for offset in (-1, -4, -5, -1000, -100000, 1 << 29, 1 << 30, (1 << 31) - 1, 1 << 31,
               -(1 << 31) + 100):
    CASES.append(Case("data at offset %d of the stream" % offset, far_away(offset)))


@case("repeated bytes that differ, after they were read")
def repeated(c):
    c.handshake()
    c.send(0, b"aaaabbbb")
    c.send(0, b"XXXXXXXX")
    c.send(4, b"YYYYcccc")
    c.end(12)


@case("keep-alive with a byte of garbage")
def keep_alive(c):
    c.handshake()
    c.send(-1, b"X")
    c.send(0, b"aaaa")
    c.send(3, b"X")
    c.send(3, b"")
    c.send(4, b"bbbb")
    c.end(8)


@case("keep-alive with garbage while bytes wait")
def keep_alive_waiting(c):
    c.handshake()
    c.send(0, b"aaaa")
    c.send(8, b"cccc")
    c.send(3, b"X")
    c.send(4, b"bbbb")
    c.end(12)


@case("one byte at a time, backwards, each twice with another value")
def backwards(c):
    c.handshake()
    for offset in range(15, -1, -1):
        c.send(offset, bytes([0x61 + offset]))
        c.send(offset, b"X")
    c.end(16)


@case("sequence numbers that wrap inside an overlap")
def wraps(c):
    c.isn = 0xFFFFFFFF - 7
    c.handshake()
    c.send(4, b"XXXXYYYY")
    c.send(6, b"ZZ")
    c.send(3, b"WWWW")
    c.send(0, b"aaaa")
    c.send(12, b"dddd")
    c.end(16)


@case("zero window probes with other bytes", is_slow=True)
def zero_window(c):
    c.handshake()
    sent = 0
    while c.edge > sent:
        length = min(500, c.edge - sent)
        c.send(sent, b"f" * length)
        sent += length
    for probe in (b"X", b"XY", b"XYZ"):
        c.send(sent, probe)
    c.read_all()
    c.send(sent, b"aaaa")
    c.end(sent + 4)


@case("a probe of the window that the application opened", is_slow=True)
def opened_window(c):
    c.handshake()
    sent = 0
    while c.edge > sent:
        length = min(500, c.edge - sent)
        c.send(sent, b"f" * length)
        sent += length
    c.read_all()
    c.send(sent, b"X")
    c.send(sent, b"aaaa")
    c.end(sent + 4)


@case("early bytes for which the host has no memory", is_slow=True, is_undecidable=True)
def no_memory(c):
    c.handshake()
    for offset in range(198, 0, -4):
        c.send(offset, b"XX")
    for offset in range(0, 200, 2):
        c.send(offset, b"aa")
        c.read_all()
    c.end(200)


# --- RST -----------------------------------------------------------------------------

RESETS = (
    ("exact", 0, {}, {}),
    ("1 byte ahead", 1, {}, {}),
    ("1 byte behind", -1, {}, {}),
    ("2 bytes behind", -2, {}, {}),
    ("in the window", 1000, {}, {}),
    ("out of the window", 1000000, {}, {}),
    ("far behind", -1000000, {}, {}),
    ("exact, wrong checksum", 0, dict(wrong_checksum=True), {}),
    ("exact, wrong IP checksum", 0, dict(wrong_ip_checksum=True), dict(versions=(4,))),
    ("exact, without ACK", 0, dict(flags=RST), {}),
    ("exact, ACK of what was never sent", 0, dict(ack_ahead=1000), {}),
    ("exact, with FIN", 0, dict(flags=RST | ACK | FIN), {}),
    ("exact, with SYN", 0, dict(flags=RST | ACK | SYN), {}),
    ("exact, with data", 0, dict(data=b"XXXX"), {}),
    ("exact, timestamp of long ago", 0, dict(timestamp=1), ONLY_WITH),
    ("exact, no timestamp", 0, dict(timestamp=False), ONLY_WITH),
    ("in the window, timestamp of long ago", 1000, dict(timestamp=1), ONLY_WITH),
)


def reset_in_order(distance, changes):
    def play(c):
        c.handshake()
        c.send(0, b"aaaa")
        c.send(4 + distance, **{"flags": RST | ACK, **changes_of(c, changes, b"")})
        c.send(4, b"bbbb")
        c.end(8)
    return play


def reset_while_bytes_wait(distance, changes):
    def play(c):
        c.handshake()
        c.send(0, b"aaaa")
        c.send(8, b"cccc")
        c.send(4 + distance, **{"flags": RST | ACK, **changes_of(c, changes, b"")})
        c.send(4, b"bbbb")
        c.end(12)
    return play


for what, distance, changes, traits in RESETS:
    CASES.append(Case("RST " + what, reset_in_order(distance, changes), **traits))
    CASES.append(Case("RST %s, while bytes wait" % what,
                      reset_while_bytes_wait(distance, changes), **traits))

for sack in (False, True):
    CASES.append(Case("RST at the end of bytes that wait, %s SACK" % ("with" if sack else "without"),
                      reset_while_bytes_wait(8, {}), sack=sack))


@case("RST before the handshake's end, then data")
def reset_half_open(c):
    c.send(-1, flags=SYN)
    c.send(0, flags=RST)
    c.send(0)
    c.send(0, b"aaaa")
    c.end(4)


@case("RST out of place before the handshake's end, then data")
def reset_half_open_far(c):
    c.send(-1, flags=SYN)
    c.send(1000000, flags=RST)
    c.send(0)
    c.send(0, b"aaaa")
    c.end(4)


# --- FIN -----------------------------------------------------------------------------

FINS = (
    ("exact", 0, {}, {}),
    ("early", 4, {}, {}),
    ("early, in the window", 1000, {}, {}),
    ("out of the window", 1000000, {}, {}),
    ("1 byte behind", -1, {}, {}),
    ("behind", -4, {}, {}),
    ("wrong checksum", 0, dict(wrong_checksum=True), {}),
    ("without ACK", 0, dict(flags=FIN), {}),
    ("ACK of what was never sent", 0, dict(ack_ahead=1000), {}),
    ("timestamp of long ago", 0, dict(timestamp=1), ONLY_WITH),
    ("early, wrong checksum", 4, dict(wrong_checksum=True), {}),
    ("early, without ACK", 4, dict(flags=FIN), {}),
    ("with data", 0, dict(data=b"XX"), {}),
    ("early, with data", 4, dict(data=b"XX"), {}),
    ("with bytes known already", -4, dict(data=b"aaaa"), {}),
    ("with bytes known already and new ones", -2, dict(data=b"aaXX"), {}),
)


def fin_then_data(distance, changes):
    def play(c):
        c.handshake()
        c.send(0, b"aaaa")
        c.send(4 + distance, **{"flags": FIN | ACK, **changes_of(c, changes, b"")})
        c.send(4, b"bbbb")
        c.send(8, b"cccc")
        c.end(12)
    return play


for what, distance, changes, traits in FINS:
    CASES.append(Case("FIN %s, then data" % what, fin_then_data(distance, changes), **traits))


@case("FIN that waits, inside of data that comes")
def fin_covered(c):
    c.handshake()
    c.send(8, b"CCCC", flags=ACK | FIN)
    c.send(6, b"xxccccdddd")
    c.send(0, b"aaaabbbb")
    c.end(16)


@case("data that waits, then a FIN inside of it")
def fin_inside(c):
    c.handshake()
    c.send(8, b"ccccdddd")
    c.send(8, b"CCCC", flags=ACK | FIN)
    c.send(0, b"aaaabbbb")
    c.end(16)


@case("two FINs that wait, the further one first")
def two_fins(c):
    c.handshake()
    c.send(8, b"ccccdddd", flags=ACK | FIN)
    c.send(8, b"CC", flags=ACK | FIN)
    c.send(0, b"aaaabbbb")
    c.end(16)


@case("a FIN that waits and data that waits behind it")
def fin_then_waiting(c):
    c.handshake()
    c.send(12, b"DDDD")
    c.send(8, b"cccc", flags=ACK | FIN)
    c.send(0, b"aaaabbbb")
    c.end(16)


@case("a FIN sent again with more data")
def fin_again(c):
    c.handshake()
    c.send(0, b"aaaa", flags=ACK | FIN)
    c.send(0, b"aaaaXXXX", flags=ACK | FIN)
    c.send(5, b"YYYY")
    c.end(4)


# --- SYN and the handshake -----------------------------------------------------------


@case("data in the SYN, sent again other")
def syn_data(c):
    c.send(-1, b"XXXX", flags=SYN)
    c.send(0)
    c.send(0, b"aaaa")
    c.send(4, b"bbbb")
    c.end(8)


@case("data in the SYN, and the next bytes at once")
def syn_data_next(c):
    c.send(-1, b"XXXX", flags=SYN)
    c.send(0)
    c.send(4, b"bbbb")
    c.send(0, b"aaaa")
    c.end(8)


@case("data in the SYN, and it is never sent again")
def syn_data_only(c):
    c.send(-1, b"XXXX", flags=SYN)
    c.send(0)
    c.send(4, b"bbbb")


SYNS = (("exact", 0, {}), ("in the window", 1000, {}), ("out of the window", 1000000, {}),
        ("behind", -5, {}), ("of the beginning again", -5, dict(flags=SYN)),
        ("exact, with ACK", 0, dict(flags=SYN | ACK)))

for what, distance, changes in SYNS:
    for data in (b"", b"XXXX"):
        def play(c, distance=distance, changes=changes, data=data):
            c.handshake()
            c.send(0, b"aaaa")
            c.send(4 + distance, data, **{"flags": SYN, **changes})
            c.send(4, b"bbbb")
            c.end(8)
        CASES.append(Case("SYN in mid-stream, %s%s" % (what, ", with data" if data else ""), play))


def another(c, isn):
    return Connection(c.target, c.address, c.port, isn, c.timestamps, c.sack, c.to)


@case("a SYN with another number and a wrong checksum, before the handshake")
def desync_before(c):
    another(c, 500000).send(-1, flags=SYN, wrong_checksum=True)
    c.handshake()
    c.send(0, b"aaaa")
    c.end(4)


@case("a SYN with another number that never arrives, before the handshake", is_undecidable=True)
def desync_before_lost(c):
    another(c, 500000).lose(-1, flags=SYN)
    c.handshake()
    c.send(0, b"aaaa")
    c.end(4)


for where, distance in (("in the window", 5000), ("out of the window", 5000000),
                        ("behind", -5000)):
    def play(c, distance=distance):
        c.isn = 1000000
        c.send(-1, flags=SYN)
        another(c, c.isn + distance).send(-1, flags=SYN)
        c.send(0)
        c.send(0, b"aaaa")
        c.end(4)
    CASES.append(Case("a second SYN %s, before the handshake's end" % where, play))

    def play(c, distance=distance):
        c.isn = 1000000
        c.send(-1, flags=SYN)
        second = another(c, c.isn + distance)
        second.next = c.next # unless the host answers its SYN
        second.send(-1, flags=SYN)
        second.send(0)
        second.send(0, b"aaaa")
        second.end(4)
    CASES.append(Case("a second SYN %s, which goes on" % where, play))


@case("after the handshake, a SYN with another number and data that continue it")
def desync_after(c):
    c.isn = 1000000
    c.handshake()
    other = another(c, 9000000)
    other.next = c.next
    other.send(-1, flags=SYN)
    other.send(0, b"XXXX")
    c.send(0, b"aaaa")
    c.end(4)


@case("data before any SYN")
def data_before_syn(c):
    c.send(0, b"XXXX")
    c.handshake()
    c.send(0, b"aaaa")
    c.end(4)


@case("a RST before any SYN")
def reset_before_syn(c):
    c.send(0, flags=RST | ACK)
    c.handshake()
    c.send(0, b"aaaa")
    c.end(4)


@case("early data ends the handshake")
def early_data_ends_handshake(c):
    c.send(-1, flags=SYN)
    c.send(4, b"bbbb")
    c.send(0, b"aaaa")
    c.end(8)


@case("data with a FIN ends the handshake")
def fin_ends_handshake(c):
    c.send(-1, flags=SYN)
    c.send(0, b"aaaa", flags=ACK | FIN)
    c.send(5, b"XXXX")
    c.send(4, b"YYYY")


@case("data from before the start ends the handshake")
def old_data_ends_handshake(c):
    c.send(-1, flags=SYN)
    c.send(-2, b"XXaaaa")
    c.send(0, b"aaaa")
    c.send(4, b"bbbb")
    c.end(8)


for flags, what in ((SYN | FIN, "FIN"), (SYN | RST, "RST"), (SYN | PSH | URG, "PSH URG"),
                    (SYN | 0xC0, "ECN"), (SYN | ACK, "ACK"), (0, "no SYN flag")):
    def play(c, flags=flags):
        c.send(-1, flags=flags)
        c.send(0)
        c.send(0, b"aaaa")
        c.end(4)
    CASES.append(Case("the first SYN with %s" % what, play))


@case("after a RST, the same ports again")
def reuse_after_reset(c):
    c.handshake()
    c.send(0, b"aaaa")
    c.send(4, flags=RST | ACK)
    second = another(c, c.isn + 70000)
    second.clock = c.clock
    second.handshake()
    second.send(0, b"bbbb")
    second.end(4)


@case("after both FINs, the same ports again")
def reuse_after_fin(c):
    c.handshake()
    c.send(0, b"aaaa")
    c.end(4)
    c.close()
    second = another(c, c.isn + 70000)
    second.clock = c.clock
    second.handshake()
    second.send(0, b"bbbb")
    second.end(4)


def closed_by_the_host(c):
    """The host closes first, and has to remember the connection for a while (TIME-WAIT)."""
    c.handshake()
    c.send(0, b"aaaa")
    c.close_application()
    c.send(4)
    c.send(4, flags=ACK | FIN)


for what, distance in (("further on", 70000), ("behind", -70000)):
    def play(c, distance=distance):
        closed_by_the_host(c)
        second = another(c, c.isn + distance)
        second.clock, second.next = c.clock, c.next # unless the host answers its SYN
        second.handshake()
        second.send(0, b"bbbb")
        second.end(4)
    CASES.append(Case("a host in TIME-WAIT, and a SYN %s" % what, play))


# --- URG -----------------------------------------------------------------------------


@case("an urgent byte")
def urgent(c):
    c.handshake()
    c.send(0, b"aaaa")
    c.send(4, b"bbbUcccc", flags=ACK | URG, urgent=4)
    c.end(12)


@case("an urgent byte alone")
def urgent_alone(c):
    c.handshake()
    c.send(0, b"aaaa")
    c.send(4, b"U", flags=ACK | URG, urgent=1)
    c.send(5, b"bbbb")
    c.end(9)


@case("two urgent bytes, one after the other")
def urgent_twice(c):
    c.handshake()
    c.send(0, b"aaaU", flags=ACK | URG, urgent=4)
    c.send(4, b"bbbU", flags=ACK | URG, urgent=4)
    c.send(8, b"cccc")
    c.end(12)


@case("two urgent bytes before the application reads", is_slow=True, is_undecidable=True)
def urgent_twice_unread(c):
    c.handshake()
    c.send(0, b"aaaU", flags=ACK | URG, urgent=4)
    c.send(4, b"bbbU", flags=ACK | URG, urgent=4)
    c.send(8, b"cccc")
    c.end(12)


@case("an urgent pointer to a later segment")
def urgent_ahead(c):
    c.handshake()
    c.send(0, b"aaaa", flags=ACK | URG, urgent=6)
    c.send(4, b"bUbb")
    c.end(8)


@case("an urgent pointer of a segment that waits")
def urgent_waiting(c):
    c.handshake()
    c.send(4, b"bbbU", flags=ACK | URG, urgent=4)
    c.send(0, b"aaaa")
    c.send(8, b"cccc")
    c.end(12)


@case("an urgent pointer taken back by the segment sent again")
def urgent_again(c):
    c.handshake()
    c.send(0, b"aaUa", flags=ACK | URG, urgent=3)
    c.send(0, b"aaUa")
    c.send(4, b"bbbb")
    c.end(8)


@case("an urgent pointer without data, the byte comes after")
def urgent_without_data(c):
    c.handshake()
    c.send(0, b"aaaa")
    c.send(4, flags=ACK | URG, urgent=1)
    c.send(4, b"Ubbb")
    c.end(8)


@case("an urgent byte in the middle of a request")
def urgent_http(c):
    c.handshake()
    c.send(0, b"GXET / HTTP/1.1\r\n\r\n", flags=ACK | URG, urgent=2)
    c.end(19)


@case("an urgent byte with the FIN")
def urgent_with_fin(c):
    c.handshake()
    c.send(0, b"aaaa")
    c.send(4, b"bbbU", flags=ACK | URG | FIN, urgent=4)


@case("an urgent pointer to the FIN")
def urgent_fin(c):
    c.handshake()
    c.send(0, b"aaaa", flags=ACK | URG, urgent=5)
    c.end(4)


@case("an urgent byte that comes with the end of the handshake")
def urgent_handshake(c):
    c.send(-1, flags=SYN)
    c.send(0, b"aaaU", flags=ACK | URG, urgent=4)
    c.send(4, b"bbbb")
    c.end(8)


@case("an urgent pointer in the SYN")
def urgent_syn(c):
    c.send(-1, flags=SYN | URG, urgent=3)
    c.send(0)
    c.send(0, b"aaaabbbb")
    c.end(8)


def pointer_in(offset, **changes):
    """In a segment without data, which is ordinary but for that."""
    def play(c):
        c.handshake()
        c.send(0, b"aaaa")
        c.send(4, b"bbbb")
        c.send(8, b"cccc")
        c.send(offset, urgent=16 - offset if offset < 16 else 1,
               **{"flags": ACK | URG, **changes})
        c.send(12, b"dddeffff")
        c.end(20)
    return play


for what, offset, changes, traits in (
        ("at the next byte", 12, {}, {}),
        ("behind", 11, {}, {}),
        ("far behind", 4, {}, {}),
        ("ahead", 15, {}, {}),
        ("out of the window", 1000000, {}, {}),
        ("with a wrong checksum", 12, dict(wrong_checksum=True), {}),
        ("with a timestamp of long ago", 12, dict(timestamp=1), ONLY_WITH),
        ("with a timestamp just too old", 12, dict(timestamp=1000), ONLY_WITH),
        ("without an ACK", 12, dict(flags=URG), {})):
    CASES.append(Case("an urgent pointer without data, %s" % what,
                      pointer_in(offset, **changes), **traits))


@case("an urgent pointer far behind, with data of before")
def urgent_old(c):
    c.handshake()
    c.send(0, b"aaaa")
    c.send(4, b"bbbb")
    c.send(0, b"aaaa", flags=ACK | URG, urgent=10)
    c.send(4, b"bbbb", flags=ACK | URG, urgent=7)
    c.send(8, b"cccc")
    c.end(12)


@case("urgent bytes one after another")
def urgent_run(c):
    c.handshake()
    for offset in range(8):
        c.send(offset, b"aU"[offset % 2:][:1], flags=ACK | URG, urgent=1)
    c.end(8)


@case("an urgent pointer far ahead")
def urgent_far(c):
    c.handshake()
    c.send(0, b"aaaa", flags=ACK | URG, urgent=60000)
    c.send(4, b"bbbb")
    c.end(8)


# --- what does not reach the host ------------------------------------------------------

LOST = (("data at the next byte", 4, b"XXXX", {}), ("early data", 8, b"XXXX", {}),
        ("RST", 4, b"", dict(flags=RST | ACK)), ("FIN", 4, b"", dict(flags=FIN | ACK)),
        ("FIN with data", 4, b"XX", dict(flags=FIN | ACK)))

for what, offset, data, changes in LOST:
    def play(c, offset=offset, data=data, changes=changes):
        c.handshake()
        c.send(0, b"aaaa")
        c.lose(offset, data, ttl=1, **changes)
        c.send(8, b"cccc")
        c.send(4, b"bbbb")
        c.end(12)
    CASES.append(Case("short TTL: %s, gone before the host" % what, play, is_undecidable=True))
