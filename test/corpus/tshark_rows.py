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

# The layers that are compared, as Wireshark names them. A layer that is not here ends the
# comparison of its packet, on both sides.
LAYERS = frozenset("""
    eth sll null raw vlan ieee8021ad arp
    ip ipv6 ipv6.hopopts ipv6.routing ipv6.fraghdr ipv6.dstopts
    tcp udp icmp icmpv6
    mpls gre erspan etherip ieee8021ah vxlan nsh geneve gtp l2tp teredo udpencap
    pppoes ppp""".split())
# What they carry, if it is none of these layers, belongs to applications.
CARRIERS = ('tcp', 'udp', 'icmp', 'icmpv6', 'arp', 'udpencap', 'gtp', 'l2tp', 'ppp')
NO_LAYERS = ('ethertype', 'data')
FRAME = 'frame.'


def split_protocols(text):
    """The layers of frame.protocols that are compared, and those behind them."""
    layers = [layer for layer in text.split(':') if layer and layer not in NO_LAYERS]
    for index, layer in enumerate(layers):
        is_quoted = index > 0 and layers[index - 1] in ('icmp', 'icmpv6')
        if layer not in LAYERS or is_quoted:
            return layers[:index], layers[index:]
    return layers, []


def is_in_part(decoded, rest):
    """Is more in the packet than is compared, other than what an application sent?"""
    is_complete = decoded and decoded[-1] in CARRIERS
    return bool(rest) and (not is_complete or any(layer in LAYERS for layer in rest))


def cut(row, decoded):
    """Takes from every field only the values of the layers that are decoded."""
    seen = collections.Counter(decoded)
    for column, value in row.items():
        if column.startswith(FRAME):
            continue
        layer = column.rsplit('.checksum', 1)[0].rsplit('.', 1)[0]
        while layer and layer not in LAYERS:
            layer = layer.rpartition('.')[0]
        row[column] = ','.join(value.split(',')[:seen[layer]])
    row['frame.protocols'] = ':'.join(decoded)


def keep_frame_only(row):
    for column in row:
        if not column.startswith(FRAME) or column == 'frame.protocols':
            row[column] = ''


def read_table(text):
    lines = [line.rstrip('\n').split('\t') for line in text.splitlines() if line[:1] != '#']
    names = lines[0] if lines else []
    return [dict(zip(names, line + [''] * (len(names) - len(line)))) for line in lines[1:]]


def write_table(rows, columns, file):
    file.write('\t'.join(columns) + '\n')
    for row in rows:
        file.write('\t'.join(row[column] for column in columns) + '\n')
    file.flush()


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


def make_comparable(ours, theirs):
    """Changes both tables in place; returns theirs, and how many of what there were."""
    counts = collections.Counter()
    theirs = [row for row in theirs if is_packet(row)]
    by_number = {row['frame.number']: row for row in ours}
    for number, row in enumerate(theirs, 1):
        row['frame.number'] = str(number)
        if not row['frame.time_epoch']:  # pcapng, 4.4: simple packet blocks have no time
            row['frame.time_epoch'] = '0.000000000'
        decoded, rest = split_protocols(row['frame.protocols'])
        if (row['_ws.malformed'] or row['_ws.short']) and not rest:
            counts['malformed'] += 1
            keep_frame_only(row)
            keep_frame_only(by_number.get(row['frame.number'], {}))
            continue
        counts['in part'] += is_in_part(decoded, rest)
        cut(row, decoded)
        if row['frame.number'] in by_number:
            our_row = by_number[row['frame.number']]
            cut(our_row, split_protocols(our_row['frame.protocols'])[0])
    return theirs, counts
