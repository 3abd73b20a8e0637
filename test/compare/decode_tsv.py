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
PROTOCOLS = {"sll2": "sll", "l2tpv3": "l2tp", "loop": "null", "carp": "vrrp"}
PPP_CONTROL = {0xC021: "lcp", 0xC023: "pap", 0xC223: "chap", 0x8021: "ipcp", 0x8057: "ipv6cp",
               0x80FD: "ccp", 0x8281: "mplscp"}
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


def version2(key):
    """Ids that only version 2 has; in control messages too."""
    return lambda layer: number(key)(layer) if layer.get("version") == 2 else ""


def present_checksum(layer):
    """Wireshark has no state of a checksum that is not there."""
    return "" if layer.get("checksum_state") == "absent" else checksum(layer)


def each(items, key):
    return lambda layer: ",".join(str(item[key]) for item in layer.get(items, []) if key in item)


def records(key):
    """Of all sections of a DNS message."""
    def read(layer):
        found = [each(section, key)(layer) for section in ("answers", "authorities", "additionals")]
        return ",".join(text for text in found if text)
    return read


def dhcp6_types(message):
    """Of a message, and of those that it relays."""
    relayed = [option["value"] for option in message.get("options", [])
               if option.get("name") == "relay_message" and isinstance(option.get("value"), dict)]
    return ",".join([number("msg_type")(message), *map(dhcp6_types, relayed)])


def udp_length(layer):
    """UDP-Lite has none: it is that of the packet."""
    is_lite = layer["layer"] == "udplite" and "payload_length" in layer
    return str(8 + layer["payload_length"]) if is_lite else number("length")(layer)


def udp_checksum(layer):
    """4: a checksum of 0 where none may be left out (RFC 8200, 8.1; RFC 3828, 3.1)."""
    is_illegal = layer.get("checksum") == 0 and layer.get("checksum_state") == "wrong"
    return "4" if is_illegal else checksum(layer)


# column -> (kinds of layer, how to read it)
COLUMNS = {
    "eth.type": ("eth", ethertype),
    "vlan.id": ("vlan", vlan_id),
    "mpls.label": ("mpls", number("label")),
    "mpls.exp": ("mpls", number("traffic_class")),
    "mpls.ttl": ("mpls", number("ttl")),
    "pppoe.code": ("pppoes pppoed", number("code")),
    "pppoe.session_id": ("pppoes pppoed", number("session_id")),
    "llc.dsap": ("llc", number("dsap")),
    "llc.ssap": ("llc", number("ssap")),
    "stp.version": ("stp", number("version")),
    "stp.type": ("stp", number("type")),
    "eapol.version": ("eapol", number("version")),
    "eapol.type": ("eapol", number("type")),
    "eapol.len": ("eapol", number("length")),
    "eap.code": ("eap", number("code")),
    "eap.id": ("eap", number("identifier")),
    "eap.type": ("eap", number("type")),
    "macc.opcode": ("macc", number("opcode")),
    "fr.dlci": ("fr", number("dlci")),
    "gre.proto": ("gre", number("protocol_type")),
    "gre.key": ("gre", number("key")),
    "gre.key.payload_length": ("gre", number("pptp_payload_length")),
    "gre.key.call_id": ("gre", number("call_id")),
    "gre.sequence_number": ("gre", number("sequence_number")),
    "gre.ack_number": ("gre", number("acknowledgment_number")),
    "gre.checksum.status": ("gre", present_checksum),
    "erspan.spanid": ("erspan", number("session_id")),
    "ieee8021ah.isid": ("ieee8021ah", number("isid")),
    "vxlan.vni": ("vxlan vxlan-gpe", number("vni")),
    "nsh.spi": ("nsh", number("service_path_id")),
    "nsh.si": ("nsh", number("service_index")),
    "geneve.vni": ("geneve", number("vni")),
    "geneve.proto_type": ("geneve", number("protocol_type")),
    "gtp.message": ("gtp", number("message_type")),
    "gtp.teid": ("gtp", number("teid")),
    "gtpv2.message_type": ("gtpv2", number("message_type")),
    "gtpv2.teid": ("gtpv2", number("teid")),
    "l2tp.tunnel": ("l2tp", version2("tunnel_id")),
    "l2tp.session": ("l2tp", version2("session_id")),
    "l2tp.length": ("l2tp", number("length")),
    "l2tp.Ns": ("l2tp", number("ns")),
    "l2tp.Nr": ("l2tp", number("nr")),
    "l2tp.ccid": ("l2tp", number("control_connection_id")),
    "l2tp.sid": ("l2tpv3", number("session_id")),
    "ip.src": ("ip", text("source")),
    "ip.dst": ("ip", text("destination")),
    "ip.dsfield.dscp": ("ip", number("dscp")),
    "ip.proto": ("ip", number("protocol")),
    "ip.len": ("ip", ip_length),
    "ip.ttl": ("ip", number("ttl")),
    "ip.id": ("ip", number("identification")),
    "ip.flags.mf": ("ip", number("more_fragments")),
    "ip.frag_offset": ("ip", offset("fragment_offset")),
    "ip.checksum.status": ("ip", checksum),
    "ipv6.src": ("ipv6", text("source")),
    "ipv6.dst": ("ipv6", text("destination")),
    "ipv6.flow": ("ipv6", number("flow_label")),
    "ipv6.hlim": ("ipv6", number("hop_limit")),
    "ipv6.nxt": ("ipv6", number("next_header")),
    "ipv6.plen": ("ipv6", number("payload_length")),
    "ipv6.routing.type": ("ipv6.routing", number("routing_type")),
    "ipv6.routing.segleft": ("ipv6.routing", number("segments_left")),
    "ipv6.fraghdr.offset": ("ipv6.fraghdr", offset("fragment_offset")),
    "ipv6.fraghdr.more": ("ipv6.fraghdr", number("more_fragments")),
    "ipv6.fraghdr.ident": ("ipv6.fraghdr", number("identification")),
    "ah.spi": ("ah", number("spi")),
    "ah.sequence": ("ah", number("sequence_number")),
    "esp.spi": ("esp", number("spi")),
    "esp.sequence": ("esp", number("sequence_number")),
    "tcp.srcport": ("tcp", number("source_port")),
    "tcp.dstport": ("tcp", number("destination_port")),
    "tcp.flags": ("tcp", tcp_flags),
    "tcp.seq_raw": ("tcp", number("sequence")),
    "tcp.ack_raw": ("tcp", number("acknowledgment")),
    "tcp.hdr_len": ("tcp", number("header_length")),
    "tcp.window_size_value": ("tcp", number("window")),
    "tcp.len": ("tcp", number("payload_length")),
    "tcp.checksum.status": ("tcp", checksum),
    "udp.srcport": ("udp udplite", number("source_port")),
    "udp.dstport": ("udp udplite", number("destination_port")),
    "udp.length": ("udp udplite", udp_length),
    "udp.checksum.status": ("udp udplite", udp_checksum),
    "udp.checksum_coverage": ("udplite", number("checksum_coverage")),
    "sctp.srcport": ("sctp", number("source_port")),
    "sctp.dstport": ("sctp", number("destination_port")),
    "sctp.verification_tag": ("sctp", number("verification_tag")),
    "sctp.checksum.status": ("sctp", checksum),
    "sctp.chunk_type": ("sctp", each("chunks", "type")),
    "dccp.srcport": ("dccp", number("source_port")),
    "dccp.dstport": ("dccp", number("destination_port")),
    "dccp.type": ("dccp", number("type")),
    "dccp.checksum.status": ("dccp", checksum),
    "icmp.type": ("icmp", number("type")),
    "icmp.code": ("icmp", number("code")),
    "icmp.checksum.status": ("icmp", checksum),
    "icmpv6.type": ("icmpv6", number("type")),
    "icmpv6.code": ("icmpv6", number("code")),
    "icmpv6.checksum.status": ("icmpv6", checksum),
    "igmp.type": ("igmp", number("type")),
    "igmp.checksum.status": ("igmp", checksum),
    "vrrp.virt_rtr_id": ("vrrp", number("virtual_rtr_id")),
    "vrrp.prio": ("vrrp", number("priority")),
    "vrrp.checksum.status": ("vrrp", checksum),
    "pim.type": ("pim", number("type")),
    "ospf.msg": ("ospf", number("type")),
    "ospf.srcrouter": ("ospf", text("router_id")),
    "arp.opcode": ("arp", number("operation")),
    "arp.src.proto_ipv4": ("arp", arp_address("sender_protocol")),
    "arp.dst.proto_ipv4": ("arp", arp_address("target_protocol")),
    "dns.id": ("dns mdns llmnr", number("id")),
    "dns.count.queries": ("dns mdns llmnr", number("qdcount")),
    "dns.count.answers": ("dns mdns llmnr", number("ancount")),
    "dns.qry.name": ("dns mdns llmnr", each("questions", "qname")),
    "dns.qry.type": ("dns mdns llmnr", each("questions", "qtype")),
    "dns.resp.type": ("dns mdns llmnr", records("type")),
    "dns.resp.ttl": ("dns mdns llmnr", records("ttl")),
    "dhcp.id": ("dhcp", number("xid")),
    "dhcp.type": ("dhcp", number("op")),
    "dhcp.ip.your": ("dhcp", text("yiaddr")),
    "dhcpv6.msgtype": ("dhcpv6", dhcp6_types),
}

# Of these a layer may have none, or several.
FREE = frozenset("""mpls.label mpls.exp mpls.ttl gre.key gre.sequence_number gre.ack_number
    gre.checksum.status gtp.teid l2tp.tunnel l2tp.session l2tp.length l2tp.Ns l2tp.Nr l2tp.ccid
    l2tp.sid sctp.chunk_type dns.qry.name dns.qry.type dns.resp.type dns.resp.ttl
    dhcpv6.msgtype gre.key.payload_length gre.key.call_id vrrp.virt_rtr_id vrrp.prio
    vrrp.checksum.status
    arp.src.proto_ipv4 arp.dst.proto_ipv4""".split())


COMPARED = ["frame.number", "frame.time_epoch", "frame.len", "frame.cap_len", "frame.protocols",
            *COLUMNS]
HEAD = [*COMPARED, "ended"]  # how: 'truncated' or 'too_deep', else nothing


def is_listed(layer, link_type):
    """Layers whose header could be read, those with a field beyond name and status, and
    IP headers that contradict themselves, which Wireshark names without their fields."""
    if layer["layer"] == "raw":
        return link_type not in ("IPV4", "IPV6")
    if layer["layer"] == "ip" and layer.get("status") == "malformed":
        return True
    return layer["layer"] != "payload" and "quoted" not in layer \
        and bool(set(layer) - {"layer", "status", "reason"})


def all_layers(packet):
    """Of all packets of a frame, what they have in common once; without what ICMP quotes, and
    as Wireshark parts them: to an I-TAG belong the addresses and the type that follow it."""
    kept = []
    for layers in [packet["layers"], *packet.get("other_packets", [])]:
        names = [layer["layer"] for layer in layers]
        common = names.index("wlan_aggregate") + 1 if kept else 0
        for before, layer in zip([None, *names][common:], layers[common:]):
            if "quoted" not in layer and (before, layer["layer"]) != ("ieee8021ah", "eth"):
                kept.append(layer)
    return kept


def is_in_fragment(layers, index):
    """Is the IP header that is nearest to a layer one of a fragment?"""
    for layer in reversed(layers[:index]):
        if layer["layer"] in ("ip", "ipv6.fraghdr"):
            return bool(layer.get("more_fragments") or layer.get("fragment_offset"))
    return False


def tcp_length(layers, index):
    return "" if is_in_fragment(layers, index) else number("payload_length")(layers[index])


def kind_of(layer):
    return "gtpv2" if layer["layer"] == "gtp" and layer.get("version") == 2 else layer["layer"]


def protocol(layer):
    kind = kind_of(layer)
    if kind == "vlan" and layer.get("tpid") == 0x88A8:
        return "ieee8021ad"
    if kind == "pw":
        return "pwach" if "channel_type" in layer else "pwethcw"
    if kind == "ppp.control":
        return PPP_CONTROL.get(layer.get("protocol"), kind)
    return PROTOCOLS.get(kind, kind)


def protocols(packet, layers):
    """A stack of MPLS labels is one."""
    names = [protocol(layer) for layer in layers if is_listed(layer, packet["link_type"])]
    return ":".join(name for i, name in enumerate(names)
                    if not (name == "mpls" and names[i - 1:i] == ["mpls"]))


def row(packet):
    layers = all_layers(packet)
    seconds, nanoseconds = divmod(packet["time_ns"], 10 ** 9)
    values = [str(packet["packet"]), "%d.%09d" % (seconds, nanoseconds),
              str(packet["wire_length"]), str(packet["captured_length"]), protocols(packet, layers)]
    for column, (kinds, read) in COLUMNS.items():
        kinds = kinds.split()
        if column == "tcp.len":
            found = [tcp_length(layers, i) for i in range(len(layers))
                     if kind_of(layers[i]) in kinds]
        else:
            found = [read(layer) for layer in layers if kind_of(layer) in kinds]
        values.append(",".join(value for value in found if value))
    status = layers[-1].get("status", "") if layers else ""
    return [*values, status if status in ("truncated", "too_deep") else ""]
