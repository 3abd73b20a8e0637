# SPDX-License-Identifier: ISC
"""Makes what tshark says of the packets of a capture comparable with what wirebeam says.

Rules, not lists of cases: what tshark counts and wirebeam does not (blocks of a pcapng
file that are no packets), what nobody can say (the time of a simple packet block), and
layers that this release does not decode. Of a packet with such a layer everything up to
it is compared; the fields of what lies behind it (the packet in a tunnel, the packet
that an ICMP error quotes) are cut off, and the packet is counted as compared in part.
"""
import collections
import gzip

# The layers that this release decodes, as Wireshark names them, in the order in which
# they may follow each other. Tags and extension headers may follow their like; anything
# else out of this order (IP in IP, the packet in an ICMP error) ends what is decoded.
LINK, TAG, NETWORK, EXTENSION, TRANSPORT = range(5)
RANKS = {
    'eth': LINK, 'sll': LINK, 'null': LINK, 'raw': LINK,
    'vlan': TAG, 'ieee8021ad': TAG,
    'arp': NETWORK, 'ip': NETWORK, 'ipv6': NETWORK,
    'ipv6.hopopts': EXTENSION, 'ipv6.routing': EXTENSION, 'ipv6.fraghdr': EXTENSION,
    'ipv6.dstopts': EXTENSION,
    'tcp': TRANSPORT, 'udp': TRANSPORT, 'icmp': TRANSPORT, 'icmpv6': TRANSPORT}
REPEATABLE = (TAG, EXTENSION)
WITHOUT_LINK = ('ip', 'ipv6')  # link types of nothing but IP
NO_LAYERS = ('ethertype', 'data')
FRAME = 'frame.'


def split_protocols(text):
    """The layers of frame.protocols that this release decodes, and those behind them."""
    layers = [layer for layer in text.split(':') if layer and layer not in NO_LAYERS]
    last = -1
    for index, layer in enumerate(layers):
        rank = RANKS.get(layer, -1)
        if rank < last or rank < 0 or (rank == last and rank not in REPEATABLE) \
                or (index == 0 and rank != LINK and layer not in WITHOUT_LINK):
            return layers[:index], layers[index:]
        last = rank
    return layers, []


def is_in_part(decoded, rest):
    """Is more in the packet than we decode, other than what a transport layer carries?"""
    is_complete = decoded and (RANKS[decoded[-1]] == TRANSPORT or decoded[-1] == 'arp')
    return bool(rest) and (not is_complete or any(layer in RANKS for layer in rest))


def cut(row, decoded):
    """Takes from every field only the values of the layers that are decoded."""
    seen = collections.Counter(decoded)
    for column, value in row.items():
        if column.startswith(FRAME):
            continue
        layer = column.rsplit('.checksum', 1)[0].rsplit('.', 1)[0]
        while layer and layer not in RANKS:
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
    return theirs, counts
