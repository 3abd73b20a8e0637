/* SPDX-License-Identifier: ISC
 *
 * A packet as a JSON object in the shape of Suricata's EVE: who to whom at the top, as
 * every EVE record has it, and below "layers" each layer with all its fields, named as
 * in wirebeam/decode.h. One table says which function writes the fields of a kind.
 *
 * Addresses and numbers only: what is text on the wire is not touched here.
 */
#include <time.h>
#include <wirebeam/record.h>
#include <wirebeam/source.h>

#include "record/json.h"
#include "record/packet_line.h"

struct packet_record {
    const struct wb_packet *packet;
    const struct wb_decoded *decoded;
    struct wb__json json;
};

static void put_time(struct wb__json *json, int64_t time_ns)
{
    struct wb__moment moment = wb__moment(time_ns);
    time_t second = (time_t)moment.second;
    struct tm tm;
    if (!gmtime_r(&second, &tm))
        tm = (struct tm){.tm_year = 70, .tm_mday = 1};
    char text[64];
    struct wb__line line = wb__line(text, sizeof text);
    wb__line_put(&line, "%04d-%02d-%02dT%02d:%02d:%02d.%06d+0000", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                 moment.nanosecond / 1000);
    wb__json_text(json, "timestamp", text);
    wb__json_signed(json, "time_ns", time_ns);
}

static void put_address(struct wb__json *json, const char *key, const uint8_t *address,
                        size_t length)
{
    char text[64];
    struct wb__line line = wb__line(text, sizeof text);
    wb__line_address(&line, address, length);
    wb__json_text(json, key, text);
}

/* Hardware addresses may be up to 255 bytes long: of one that does not fit, the
 * beginning is shown. */
static void put_hardware(struct wb__json *json, const char *key, const uint8_t *address,
                         size_t length)
{
    char text[256];
    struct wb__line line = wb__line(text, sizeof text);
    wb__line_hardware(&line, address, length);
    wb__json_text(json, key, text);
}

static void put_ethernet(struct packet_record *record, const struct wb_layer *layer)
{
    struct wb_ethernet ethernet;
    if (wb_ethernet_read(record->packet, layer, &ethernet) < 0)
        return;
    put_hardware(&record->json, "destination", ethernet.destination, 6);
    put_hardware(&record->json, "source", ethernet.source, 6);
    wb__json_number(&record->json, "type", ethernet.type);
}

static void put_vlan(struct packet_record *record, const struct wb_layer *layer)
{
    struct wb_vlan vlan;
    if (wb_vlan_read(record->packet, layer, &vlan) < 0)
        return;
    wb__json_number(&record->json, "tpid", vlan.tpid);
    wb__json_number(&record->json, "priority", vlan.priority);
    wb__json_bool(&record->json, "drop_eligible", vlan.drop_eligible);
    wb__json_number(&record->json, "id", vlan.id);
    wb__json_number(&record->json, "type", vlan.type);
}

static void put_sll(struct packet_record *record, const struct wb_layer *layer)
{
    struct wb_sll sll;
    if (wb_sll_read(record->packet, layer, &sll) < 0)
        return;
    size_t length = sll.address_length < 8 ? sll.address_length : 8;
    wb__json_number(&record->json, "packet_type", sll.packet_type);
    wb__json_number(&record->json, "arphrd_type", sll.arphrd_type);
    wb__json_number(&record->json, "address_length", sll.address_length);
    put_hardware(&record->json, "address", sll.address, length);
    wb__json_number(&record->json, "protocol", sll.protocol);
    if (layer->kind == WB_LAYER_SLL2)
        wb__json_number(&record->json, "interface_index", sll.interface_index);
}

static void put_loopback(struct packet_record *record, const struct wb_layer *layer)
{
    if (layer->header_length > 0)
        wb__json_number(&record->json, "family", layer->next);
}

static void put_arp(struct packet_record *record, const struct wb_layer *layer)
{
    struct wb__json *json = &record->json;
    struct wb_arp arp;
    if (wb_arp_read(record->packet, layer, &arp) < 0)
        return;
    wb__json_number(json, "hardware_type", arp.hardware_type);
    wb__json_number(json, "protocol_type", arp.protocol_type);
    wb__json_number(json, "hardware_length", arp.hardware_length);
    wb__json_number(json, "protocol_length", arp.protocol_length);
    wb__json_number(json, "operation", arp.operation);
    put_hardware(json, "sender_hardware", arp.sender_hardware, arp.hardware_length);
    put_address(json, "sender_protocol", arp.sender_protocol, arp.protocol_length);
    put_hardware(json, "target_hardware", arp.target_hardware, arp.hardware_length);
    put_address(json, "target_protocol", arp.target_protocol, arp.protocol_length);
}

static void put_checksum(struct packet_record *record, const struct wb_layer *layer,
                         uint16_t checksum)
{
    static const char *const states[] = {
        [WB_CHECKSUM_WRONG] = "wrong",
        [WB_CHECKSUM_RIGHT] = "right",
        [WB_CHECKSUM_UNVERIFIED] = "unverified",
        [WB_CHECKSUM_ABSENT] = "absent",
    };
    unsigned index = (unsigned)(layer - record->decoded->layers);
    wb__json_number(&record->json, "checksum", checksum);
    wb__json_text(&record->json, "checksum_state",
                  states[wb_checksum_state(record->packet, record->decoded, index)]);
}

static void put_payload_length(struct packet_record *record, const struct wb_layer *layer)
{
    wb__json_number(&record->json, "payload_length", layer->length - layer->header_length);
}

static void put_ip4(struct packet_record *record, const struct wb_layer *layer)
{
    struct wb__json *json = &record->json;
    struct wb_ip4 ip;
    if (wb_ip4_read(record->packet, layer, &ip) < 0)
        return;
    wb__json_number(json, "header_length", layer->header_length);
    wb__json_number(json, "dscp", ip.dscp);
    wb__json_number(json, "ecn", ip.ecn);
    wb__json_number(json, "total_length", ip.total_length);
    wb__json_number(json, "identification", ip.identification);
    wb__json_bool(json, "reserved_flag", ip.reserved_flag);
    wb__json_bool(json, "dont_fragment", ip.dont_fragment);
    wb__json_bool(json, "more_fragments", ip.more_fragments);
    wb__json_number(json, "fragment_offset", ip.fragment_offset);
    wb__json_number(json, "ttl", ip.ttl);
    wb__json_number(json, "protocol", ip.protocol);
    put_checksum(record, layer, ip.checksum);
    put_address(json, "source", ip.source, 4);
    put_address(json, "destination", ip.destination, 4);
    if (ip.options_length > 0)
        wb__json_hex(json, "options", ip.options, ip.options_length);
    put_payload_length(record, layer);
}

static void put_ip6(struct packet_record *record, const struct wb_layer *layer)
{
    struct wb__json *json = &record->json;
    struct wb_ip6 ip;
    if (wb_ip6_read(record->packet, layer, &ip) < 0)
        return;
    wb__json_number(json, "traffic_class", ip.traffic_class);
    wb__json_number(json, "flow_label", ip.flow_label);
    wb__json_number(json, "payload_length", ip.payload_length);
    wb__json_number(json, "next_header", ip.next_header);
    wb__json_number(json, "hop_limit", ip.hop_limit);
    put_address(json, "source", ip.source, 16);
    put_address(json, "destination", ip.destination, 16);
}

static void put_ip6_extension(struct packet_record *record, const struct wb_layer *layer)
{
    if (layer->header_length == 0)
        return;
    wb__json_number(&record->json, "next_header", layer->next);
    wb__json_number(&record->json, "header_length", layer->header_length);
}

static void put_ip6_fragment(struct packet_record *record, const struct wb_layer *layer)
{
    struct wb_ip6_fragment fragment;
    if (wb_ip6_fragment_read(record->packet, layer, &fragment) < 0)
        return;
    wb__json_number(&record->json, "next_header", fragment.next_header);
    wb__json_number(&record->json, "fragment_offset", fragment.fragment_offset);
    wb__json_bool(&record->json, "more_fragments", fragment.more_fragments);
    wb__json_number(&record->json, "identification", fragment.identification);
}

static void put_tcp_flags(struct wb__json *json, uint16_t flags)
{
    static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK",
                                        "URG", "ECE", "CWR", "AE"};
    wb__json_begin(json, "flags", '[');
    for (unsigned bit = 0; bit < sizeof names / sizeof *names; bit++)
        if (flags & 1u << bit)
            wb__json_text(json, NULL, names[bit]);
    wb__json_end(json, ']');
}

static void put_sack(struct wb__json *json, const struct wb__tcp_option *option)
{
    wb__json_begin(json, "blocks", '[');
    for (uint32_t i = 0; i < option->length; i += 8) {
        wb__json_begin(json, NULL, '[');
        wb__json_number(json, NULL, wb__load32(option->value + i));
        wb__json_number(json, NULL, wb__load32(option->value + i + 4));
        wb__json_end(json, ']');
    }
    wb__json_end(json, ']');
}

/* The value of an option that wb__tcp_option_name has a name for. */
static void put_known_option(struct wb__json *json, const struct wb__tcp_option *option)
{
    switch (option->kind) {
    case WB__TCP_OPTION_MSS:
        wb__json_number(json, "value", wb__load16(option->value));
        break;
    case WB__TCP_OPTION_WINDOW_SCALE:
        wb__json_number(json, "value", option->value[0]);
        break;
    case WB__TCP_OPTION_SACK:
        put_sack(json, option);
        break;
    case WB__TCP_OPTION_TIMESTAMPS:
        wb__json_number(json, "value", wb__load32(option->value));
        wb__json_number(json, "echo_reply", wb__load32(option->value + 4));
        break;
    default:
        break;
    }
}

static void put_tcp_option(struct wb__json *json, const struct wb__tcp_option *option)
{
    const char *name = wb__tcp_option_name(option);
    wb__json_begin(json, NULL, '{');
    wb__json_number(json, "kind", option->kind);
    if (name) {
        wb__json_text(json, "name", name);
        put_known_option(json, option);
    } else {
        wb__json_hex(json, "data", option->value, option->length);
    }
    wb__json_end(json, '}');
}

static void put_tcp_options(struct wb__json *json, const struct wb_tcp *tcp)
{
    struct wb__cursor options = wb__cursor(tcp->options, tcp->options_length);
    struct wb__tcp_option option;
    if (tcp->options_length == 0)
        return;
    wb__json_begin(json, "options", '[');
    while (wb__tcp_option_next(&options, &option))
        put_tcp_option(json, &option);
    wb__json_end(json, ']');
    if (options.failed)
        wb__json_bool(json, "options_malformed", true);
}

static void put_tcp(struct packet_record *record, const struct wb_layer *layer)
{
    struct wb__json *json = &record->json;
    struct wb_tcp tcp;
    if (wb_tcp_read(record->packet, layer, &tcp) < 0)
        return;
    wb__json_number(json, "source_port", tcp.source_port);
    wb__json_number(json, "destination_port", tcp.destination_port);
    wb__json_number(json, "sequence", tcp.sequence);
    wb__json_number(json, "acknowledgment", tcp.acknowledgment);
    wb__json_number(json, "header_length", layer->header_length);
    put_tcp_flags(json, tcp.flags);
    if (tcp.reserved)
        wb__json_number(json, "reserved", tcp.reserved);
    wb__json_number(json, "window", tcp.window);
    put_checksum(record, layer, tcp.checksum);
    wb__json_number(json, "urgent_pointer", tcp.urgent_pointer);
    put_tcp_options(json, &tcp);
    put_payload_length(record, layer);
}

static void put_udp(struct packet_record *record, const struct wb_layer *layer)
{
    struct wb_udp udp;
    if (wb_udp_read(record->packet, layer, &udp) < 0)
        return;
    wb__json_number(&record->json, "source_port", udp.source_port);
    wb__json_number(&record->json, "destination_port", udp.destination_port);
    wb__json_number(&record->json, "length", udp.length);
    put_checksum(record, layer, udp.checksum);
    put_payload_length(record, layer);
}

static void put_icmp(struct packet_record *record, const struct wb_layer *layer)
{
    char text[128];
    struct wb__line line = wb__line(text, sizeof text);
    struct wb_icmp icmp;
    if (wb_icmp_read(record->packet, layer, &icmp) < 0)
        return;
    wb__json_number(&record->json, "type", icmp.type);
    wb__json_number(&record->json, "code", icmp.code);
    put_checksum(record, layer, icmp.checksum);
    wb__json_number(&record->json, "rest", icmp.rest);
    wb__line_icmp(&line, record->packet, layer);
    wb__json_text(&record->json, "message", text + 1);
    put_payload_length(record, layer);
}

static void put_payload(struct packet_record *record, const struct wb_layer *layer)
{
    wb__json_number(&record->json, "length", layer->length);
}

static void put_fields(struct packet_record *record, const struct wb_layer *layer)
{
    static void (*const puts_of_kind[WB_LAYER_KIND_COUNT])(struct packet_record *,
                                                           const struct wb_layer *) = {
        [WB_LAYER_PAYLOAD] = put_payload,
        [WB_LAYER_ETHERNET] = put_ethernet,
        [WB_LAYER_VLAN] = put_vlan,
        [WB_LAYER_SLL] = put_sll,
        [WB_LAYER_SLL2] = put_sll,
        [WB_LAYER_NULL] = put_loopback,
        [WB_LAYER_LOOP] = put_loopback,
        [WB_LAYER_ARP] = put_arp,
        [WB_LAYER_IP4] = put_ip4,
        [WB_LAYER_IP6] = put_ip6,
        [WB_LAYER_IP6_HOPOPTS] = put_ip6_extension,
        [WB_LAYER_IP6_ROUTING] = put_ip6_extension,
        [WB_LAYER_IP6_FRAGMENT] = put_ip6_fragment,
        [WB_LAYER_IP6_DSTOPTS] = put_ip6_extension,
        [WB_LAYER_TCP] = put_tcp,
        [WB_LAYER_UDP] = put_udp,
        [WB_LAYER_ICMP] = put_icmp,
        [WB_LAYER_ICMP6] = put_icmp,
    };
    if (puts_of_kind[layer->kind])
        puts_of_kind[layer->kind](record, layer);
}

static void put_layers(struct packet_record *record)
{
    struct wb__json *json = &record->json;
    wb__json_begin(json, "layers", '[');
    for (unsigned i = 0; i < record->decoded->layer_count; i++) {
        const struct wb_layer *layer = &record->decoded->layers[i];
        wb__json_begin(json, NULL, '{');
        wb__json_text(json, "layer", wb_layer_name(layer->kind));
        put_fields(record, layer);
        if (layer->status != WB_LAYER_OK)
            wb__json_text(json, "status", wb_layer_status_name(layer->status));
        if (layer->status == WB_LAYER_MALFORMED)
            wb__json_text(json, "reason", wb__malformed_words(record->packet, layer));
        wb__json_end(json, '}');
    }
    wb__json_end(json, ']');
}

static void put_flags(struct wb__json *json, uint8_t flags)
{
    static const char *const names[] = {"checksum_not_ready", "checksum_valid",
                                        "segmented_later", "vlan_restored"};
    wb__json_begin(json, "flags", '[');
    for (unsigned bit = 0; bit < sizeof names / sizeof *names; bit++)
        if (flags & 1u << bit)
            wb__json_text(json, NULL, names[bit]);
    wb__json_end(json, ']');
}

static void put_source(struct wb__json *json, const struct wb_packet *packet)
{
    const char *link_type = wb_link_type_name(packet->link_type);
    wb__json_number(json, "packet", packet->number);
    if (link_type)
        wb__json_text(json, "link_type", link_type);
    else
        wb__json_number(json, "link_type", packet->link_type);
    wb__json_number(json, "interface", packet->interface_index);
    wb__json_number(json, "captured_length", packet->captured_length);
    wb__json_number(json, "wire_length", packet->wire_length);
    if (packet->direction != WB_PACKET_UNKNOWN)
        wb__json_text(json, "direction", packet->direction == WB_PACKET_IN ? "in" : "out");
    if (packet->flags)
        put_flags(json, packet->flags);
}

static void put_vlan_ids(struct wb__json *json, const struct wb_decoded *decoded)
{
    if (decoded->vlan_count == 0)
        return;
    wb__json_begin(json, "vlan", '[');
    for (unsigned i = 0; i < decoded->vlan_count && i < 2; i++)
        wb__json_number(json, NULL, decoded->vlan_ids[i]);
    wb__json_end(json, ']');
}

/* As EVE has it: source and its port, destination and its port. */
static void put_ends(struct packet_record *record, const uint8_t *source,
                     const uint8_t *destination, size_t length)
{
    struct wb__json *json = &record->json;
    struct wb__ports ports;
    bool has_ports = wb__read_ports(record->packet, record->decoded, &ports);
    put_address(json, "src_ip", source, length);
    if (has_ports)
        wb__json_number(json, "src_port", ports.source);
    put_address(json, "dest_ip", destination, length);
    if (has_ports)
        wb__json_number(json, "dest_port", ports.destination);
}

static bool is_ip6_extension(unsigned kind)
{
    return kind == WB_LAYER_IP6_HOPOPTS || kind == WB_LAYER_IP6_ROUTING ||
           kind == WB_LAYER_IP6_FRAGMENT || kind == WB_LAYER_IP6_DSTOPTS;
}

/* What the last header of the IP chain names. */
static unsigned find_protocol(const struct wb_decoded *decoded)
{
    unsigned last = decoded->network;
    while (last + 1u < decoded->layer_count && is_ip6_extension(decoded->layers[last + 1].kind) &&
           decoded->layers[last + 1].header_length > 0)
        last++;
    return decoded->layers[last].next;
}

/* Suricata's names of protocols, and its number of three digits where there is none. */
static void put_protocol(struct packet_record *record)
{
    char number[8];
    struct wb__line line = wb__line(number, sizeof number);
    unsigned protocol = find_protocol(record->decoded);
    switch (protocol) {
    case 1:
        wb__json_text(&record->json, "proto", "ICMP");
        break;
    case 6:
        wb__json_text(&record->json, "proto", "TCP");
        break;
    case 17:
        wb__json_text(&record->json, "proto", "UDP");
        break;
    case 58:
        wb__json_text(&record->json, "proto", "IPv6-ICMP");
        break;
    default:
        wb__line_put(&line, "%03u", protocol);
        wb__json_text(&record->json, "proto", number);
    }
}

static void put_network(struct packet_record *record)
{
    const struct wb_decoded *decoded = record->decoded;
    struct wb_ip4 ip4;
    struct wb_ip6 ip6;
    if (decoded->network == WB_LAYER_NONE)
        return;
    const struct wb_layer *layer = &decoded->layers[decoded->network];
    if (wb_ip4_read(record->packet, layer, &ip4) == 0)
        put_ends(record, ip4.source, ip4.destination, 4);
    else if (wb_ip6_read(record->packet, layer, &ip6) == 0)
        put_ends(record, ip6.source, ip6.destination, 16);
    else
        return;
    put_protocol(record);
    if (decoded->is_fragment)
        wb__json_bool(&record->json, "fragment", true);
}

/* The NUL that ends the line. */
static char *finish(struct wb__json *json)
{
    json->needs_comma = false;
    wb__json_raw(json, "", 1);
    if (json->failed) {
        wb__json_free(json);
        return NULL;
    }
    return json->text;
}

char *wb_packet_json(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    struct packet_record record = {.packet = packet, .decoded = decoded};
    struct wb__json *json = &record.json;
    wb__json_begin(json, NULL, '{');
    put_time(json, packet->time_ns);
    wb__json_text(json, "event_type", "packet");
    put_source(json, packet);
    put_vlan_ids(json, decoded);
    put_network(&record);
    if (decoded->status != WB_LAYER_OK)
        wb__json_text(json, "status", wb_layer_status_name(decoded->status));
    put_layers(&record);
    wb__json_end(json, '}');
    return finish(json);
}
