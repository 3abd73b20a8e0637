# SPDX-License-Identifier: ISC
"""Turns packets as `wirebeam read --json` prints them into rows whose columns have
Wireshark's names, so that a program can compare the two. A field that occurs in several
layers has its values joined by commas, outermost first.

Where Wireshark means something else by a name, its meaning is given: offsets of
fragments in units of 8 bytes, 802.1ad tags not among vlan.id, no tcp.len in fragments,
an Ethernet length of 0 as a type, IP headers that contradict themselves named but
without fields, and the true length in ip.len where a segmentation offload left 0.
"""
CHECKSUM_STATES = {"wrong": "0", "right": "1", "unverified": "2", "absent": "3",
                   "not_computed": "0"}
PROTOCOLS = {"sll2": "sll", "vxlan-gpe": "vxlan", "l2tpv3": "l2tp"}
FLAGS = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE")


def number(key):
    return lambda layer: str(int(layer[key])) if key in layer else ""


def text(key):
    return lambda layer: layer.get(key, "")


def checksum(layer):
    return CHECKSUM_STATES.get(layer.get("checksum_state"), "")


def tcp_flags(layer):
    if "flags" not in layer:
        return ""
    flags = sum(1 << FLAGS.index(flag) for flag in layer["flags"])
    return "0x%04x" % (layer.get("reserved", 0) << 9 | flags)


def ethertype(layer):
    """Below 1536 it is a length, except that Wireshark takes 0 for a type."""
    kind = layer.get("type")
    return "0x%04x" % kind if kind is not None and (kind >= 1536 or kind == 0) else ""


def offset(key):
    return lambda layer: str(layer[key] // 8) if key in layer else ""


def vlan_id(layer):
    return number("id")(layer) if layer.get("tpid") != 0x88A8 else ""


def ip_length(layer):
    if layer.get("total_length") == 0:
        return str(layer["header_length"] + layer["payload_length"])
    return number("total_length")(layer)


def arp_address(key):
    """Wireshark has these fields only where ARP is about IPv4."""
    def read(layer):
        is_ip4 = layer.get("protocol_type") == 0x0800 and layer.get("protocol_length") == 4
        return layer.get(key, "") if is_ip4 else ""
    return read


# column -> (kind of layer, how to read it)
COLUMNS = {
    "eth.type": ("eth", ethertype),
    "vlan.id": ("vlan", vlan_id),
    "ip.src": ("ip", text("source")),
    "ip.dst": ("ip", text("destination")),
    "ip.proto": ("ip", number("protocol")),
    "ip.len": ("ip", ip_length),
    "ip.ttl": ("ip", number("ttl")),
    "ip.id": ("ip", number("identification")),
    "ip.flags.mf": ("ip", number("more_fragments")),
    "ip.frag_offset": ("ip", offset("fragment_offset")),
    "ip.checksum.status": ("ip", checksum),
    "ipv6.src": ("ipv6", text("source")),
    "ipv6.dst": ("ipv6", text("destination")),
    "ipv6.nxt": ("ipv6", number("next_header")),
    "ipv6.plen": ("ipv6", number("payload_length")),
    "ipv6.fraghdr.offset": ("ipv6.fraghdr", offset("fragment_offset")),
    "ipv6.fraghdr.more": ("ipv6.fraghdr", number("more_fragments")),
    "ipv6.fraghdr.ident": ("ipv6.fraghdr", number("identification")),
    "tcp.srcport": ("tcp", number("source_port")),
    "tcp.dstport": ("tcp", number("destination_port")),
    "tcp.flags": ("tcp", tcp_flags),
    "tcp.seq_raw": ("tcp", number("sequence")),
    "tcp.ack_raw": ("tcp", number("acknowledgment")),
    "tcp.window_size_value": ("tcp", number("window")),
    "tcp.len": ("tcp", number("payload_length")),
    "tcp.checksum.status": ("tcp", checksum),
    "udp.srcport": ("udp", number("source_port")),
    "udp.dstport": ("udp", number("destination_port")),
    "udp.length": ("udp", number("length")),
    "udp.checksum.status": ("udp", checksum),
    "icmp.type": ("icmp", number("type")),
    "icmp.code": ("icmp", number("code")),
    "icmpv6.type": ("icmpv6", number("type")),
    "icmpv6.code": ("icmpv6", number("code")),
    "arp.opcode": ("arp", number("operation")),
    "arp.src.proto_ipv4": ("arp", arp_address("sender_protocol")),
    "arp.dst.proto_ipv4": ("arp", arp_address("target_protocol")),
}


HEAD = ["frame.number", "frame.time_epoch", "frame.len", "frame.cap_len", "frame.protocols",
        *COLUMNS]


def is_listed(layer, link_type):
    """Layers whose header could be read, those with a field beyond name and status, and
    IP headers that contradict themselves, which Wireshark names without their fields."""
    if layer["layer"] == "raw":
        return link_type not in ("IPV4", "IPV6")
    if layer["layer"] == "ip" and layer.get("status") == "malformed":
        return True
    return layer["layer"] != "payload" and "quoted" not in layer \
        and bool(set(layer) - {"layer", "status", "reason"})


def merged(layers):
    """As Wireshark parts them: a stack of MPLS labels is one layer, and to an I-TAG belong
    the addresses and the type that follow it."""
    kept, last = [], None
    for layer in layers:
        kind = layer["layer"]
        if not (last == kind == "mpls" or (last == "ieee8021ah" and kind == "eth")):
            kept.append(layer)
        last = kind
    return kept


def is_in_fragment(layers, index):
    """Is the IP header that is nearest to a layer one of a fragment?"""
    for layer in reversed(layers[:index]):
        if layer["layer"] in ("ip", "ipv6.fraghdr"):
            return bool(layer.get("more_fragments") or layer.get("fragment_offset"))
    return False


def tcp_length(layers, index):
    return "" if is_in_fragment(layers, index) else number("payload_length")(layers[index])


def protocols(packet, layers):
    return ":".join(PROTOCOLS.get(layer["layer"], layer["layer"]) for layer in layers
                    if is_listed(layer, packet["link_type"]))


def row(packet):
    layers = merged(layer for layer in packet["layers"] if "quoted" not in layer)
    seconds, nanoseconds = divmod(packet["time_ns"], 10 ** 9)
    values = [str(packet["packet"]), "%d.%09d" % (seconds, nanoseconds),
              str(packet["wire_length"]), str(packet["captured_length"]), protocols(packet, layers)]
    for column, (kind, read) in COLUMNS.items():
        if column == "tcp.len":
            found = [tcp_length(layers, i) for i in range(len(layers))
                     if layers[i]["layer"] == kind]
        else:
            found = [read(layer) for layer in layers if layer["layer"] == kind]
        values.append(",".join(value for value in found if value))
    return values
