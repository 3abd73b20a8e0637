# SPDX-License-Identifier: ISC
"""Makes what tshark says of the packets of a capture comparable with what wirebeam says.

Rules, not lists of cases: what tshark counts and wirebeam does not (blocks of a pcapng
file that are no packets), what nobody can say (the time of a simple packet block), and
layers whose names or fields cannot be compared. Of a packet with such a layer everything up
to it is compared; the fields of what lies behind it are cut off, and the packet is counted
as compared in part.
"""
import collections
import gzip
import subprocess

import decode_tsv

# The layers that are compared, as Wireshark names them. A layer that is not here ends the
# comparison of its packet, on both sides.
LAYERS = frozenset("""
    eth sll null raw vlan ieee8021ad arp
    llc stp cdp lldp eapol macc ipx
    ppp lcp pap chap ipcp ipv6cp ccp mplscp eap chdlc slarp fr fddi tr pppoed pppoes
    radiotap prism wlancap ppi wlan nflog
    ip ipv6 ipv6.hopopts ipv6.routing ipv6.fraghdr ipv6.dstopts mipv6 hip shim6
    ah esp ipcomp
    tcp udp udplite sctp dccp icmp icmpv6 igmp vrrp pim ospf
    mpls pwach pwethcw gre erspan etherip ieee8021ah vxlan nsh geneve gtp gtpv2 l2tp teredo udpencap
    dns mdns llmnr dhcp dhcpv6""".split())
# What they carry, if it is none of these layers, belongs to applications.
CARRIERS = frozenset("""
    tcp udp udplite sctp dccp icmp icmpv6 arp udpencap gtp gtpv2 l2tp ppp ipcomp esp wlan nflog
    dns mdns llmnr dhcp dhcpv6 lcp eap lldp""".split())
NO_LAYERS = frozenset("""ethertype data wlan_radio wlan_aggregate pcap_pktdata
    vxlan-gpe pwethheuristic""".split())
FRAME = "frame."
SETTINGS = ["ip.defragment:FALSE", "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE",
            "ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE",
            "udplite.check_checksum:TRUE", "udplite.ignore_checksum_coverage:FALSE",
            "sctp.checksum:CRC 32c", "tcp.relative_sequence_numbers:FALSE"]
FAULTS = ["_ws.malformed", "_ws.short"]


def run_tshark(path):
    """What tshark says of each packet of a capture."""
    columns = ["frame.interface_id", *decode_tsv.COMPARED, *FAULTS]
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a",
               "-E", "aggregator=,"]
    for setting in SETTINGS:
        command += ["-o", setting]
    for column in columns:
        command += ["-e", column]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit(done.stderr.decode())
    return read_table("\t".join(columns) + "\n" + done.stdout.decode(errors="replace"))


# What stands for one layer in frame.protocols, though it is two names: IGMP is named twice; UDP
# encapsulation has no header before ESP, GTP none before its version 2, PPP none where it is Cisco
# HDLC and Prism none where it is AVS; a second 802.1ad tag is not named, nor is EAP in EAPOL.
ONE_LAYER = {("igmp", "igmp"), ("udpencap", "esp"), ("gtp", "gtpv2"),
             ("ppp", "chdlc"), ("prism", "wlancap"), ("ieee8021ad", "ieee8021ad"),
             ("eapol", "eap")}


def named_layers(text):
    layers = []
    for layer in text.split(":"):
        if not layer or layer in NO_LAYERS:
            continue
        if layers and (layers[-1], layer) in ONE_LAYER:
            layers[-1] = layer if layer != "eap" else "eapol"
        else:
            layers.append(layer)
    return layers


def split_protocols(text):
    """The layers of frame.protocols that are compared, and those behind them. Neither what ICMP
    quotes is compared, nor what tshark decompresses, nor what streams hold."""
    layers = named_layers(text)
    for index, (before, layer) in enumerate(zip([None, *layers], layers)):
        if layer not in LAYERS or before in ("icmp", "icmpv6", "ipcomp", "tcp"):
            return layers[:index], layers[index:]
    return layers, []


def is_in_part(decoded, rest):
    """Is more in the packet than is compared, other than what an application sent?"""
    if not rest or decoded[-1:] == ["tcp"]:
        return False
    return not decoded or decoded[-1] not in CARRIERS or any(layer in LAYERS for layer in rest)


def names_of(column):
    """The names that Wireshark has for the layers of a column."""
    kinds = decode_tsv.COLUMNS[column][0].split()
    return {decode_tsv.PROTOCOLS.get(kind, kind) for kind in kinds}


def cut(row, count):
    """Keeps the fields of the first count layers. Returns the columns of which nobody can say
    which of their values belong to these."""
    layers, unclear = named_layers(row["frame.protocols"]), set()
    row["frame.protocols"] = ":".join(layers[:count])
    for column in decode_tsv.COLUMNS:
        if not row.get(column):
            continue
        names = names_of(column)
        seen = sum(layer in names for layer in layers[:count])
        total = sum(layer in names for layer in layers)
        if seen < total and (column not in decode_tsv.FREE or seen == 0):
            row[column] = ",".join(row[column].split(",")[:seen])
        elif seen < total:
            unclear.add(column)
    return unclear


def read_table(text):
    lines = [line.rstrip('\n').split('\t') for line in text.splitlines() if line[:1] != '#']
    names = lines[0] if lines else []
    return [dict(zip(names, line + [''] * (len(names) - len(line)))) for line in lines[1:]]


def read_expected(path):
    """The rows that tshark printed, and whether it could read the capture at all."""
    with (gzip.open if path.endswith('.gz') else open)(path, 'rt', encoding='utf8',
                                                       errors='replace') as file:
        text = file.read()
    rows = read_table(text)
    return rows, bool(rows) or 'exit=' not in text.partition('\n')[0]


def is_packet(row):
    """tshark gives numbers to pcapng blocks that are no packets; they have neither time nor
    interface."""
    return bool(row['frame.time_epoch'] or row['frame.interface_id'])


def is_faulty(row):
    return bool(row["_ws.malformed"] or row["_ws.short"])


def comparable_layers(our_row, row):
    """How many layers of theirs and of ours can be compared, and why not all of them. tshark
    tells the fields of a header that is not all there, as far as they go, and wirebeam does
    not; where tshark could not read a layer, there is nothing to compare with."""
    decoded, rest = split_protocols(row["frame.protocols"])
    our_count = len(split_protocols(our_row["frame.protocols"])[0])
    has_fault = is_faulty(row) and not rest
    count = len(decoded) - has_fault
    is_cut = our_row["ended"] == "truncated" and count == our_count + 1
    if has_fault:  # what wirebeam read beyond it
        our_count = min(count, our_count)
    if our_row["ended"] == "too_deep":
        return min(count, our_count), our_count, "too deep"
    if is_cut or has_fault:
        return count - is_cut, our_count, "not to the end"
    return count, our_count, "in part" if is_in_part(decoded, rest) else ""


def make_comparable(ours, theirs):
    """Changes both tables in place; returns theirs, and how many of what there were."""
    counts = collections.Counter()
    theirs = [row for row in theirs if is_packet(row)]
    by_number = {row["frame.number"]: row for row in ours}
    for number, row in enumerate(theirs, 1):
        row["frame.number"] = str(number)
        if not row["frame.time_epoch"]:  # pcapng, 4.4: simple packet blocks have no time
            row["frame.time_epoch"] = "0.000000000"
        our_row = by_number.get(row["frame.number"], {"frame.protocols": "", "ended": ""})
        count, our_count, why = comparable_layers(our_row, row)
        counts[why] += 1
        for column in cut(row, count) | cut(our_row, our_count):
            if column in row:
                row[column] = our_row[column] = ""
    del counts[""]
    return theirs, counts
