/* SPDX-License-Identifier: ISC
 *
 * A packet as a JSON object in the shape of Suricata's EVE: who to whom at the top, as
 * every EVE record has it, and below "layers" each layer with all its fields, as
 * wirebeam/fields.h tells them. Text from the wire goes through the JSON writer's escapes.
 */
#include <assert.h>
#include <openssl/evp.h>
#include <time.h>
#include <wirebeam/fields.h>
#include <wirebeam/record.h>
#include <wirebeam/source.h>

#include "decode/decode.h"
#include "record/json.h"
#include "record/packet_text.h"

#define DEPTH_MAX 64 /* of groups and lists within a layer: tellers do not nest deeper */

struct packet_record {
    const struct wb_packet *packet;
    const struct wb_decoded *decoded;
    const struct wb_packet_style *style;
    struct wb__json json;
    char brackets[DEPTH_MAX]; /* of the groups and lists that are open */
    unsigned depth;
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

static void put_field(void *context, const struct wb_field *field)
{
    struct packet_record *record = context;
    struct wb__json *json = &record->json;
    switch (field->type) {
    case WB_FIELD_NUMBER:
        wb__json_number(json, field->name, field->number);
        break;
    case WB_FIELD_SIGNED:
        wb__json_signed(json, field->name, (int64_t)field->number);
        break;
    case WB_FIELD_BOOL:
        wb__json_bool(json, field->name, field->number != 0);
        break;
    case WB_FIELD_WORD:
        wb__json_text(json, field->name, field->word);
        break;
    case WB_FIELD_TEXT:
        wb__json_bytes(json, field->name, field->bytes, field->length);
        break;
    case WB_FIELD_BYTES:
        wb__json_hex(json, field->name, field->bytes, field->length);
        break;
    case WB_FIELD_HARDWARE:
        put_hardware(json, field->name, field->bytes, field->length);
        break;
    case WB_FIELD_ADDRESS:
        put_address(json, field->name, field->bytes, field->length);
        break;
    case WB_FIELD_OBJECT:
    case WB_FIELD_LIST:
        assert(record->depth < DEPTH_MAX);
        record->brackets[record->depth] = field->type == WB_FIELD_OBJECT ? '{' : '[';
        wb__json_begin(json, field->name, record->brackets[record->depth++]);
        break;
    case WB_FIELD_END:
        wb__json_end(json, record->brackets[--record->depth] == '{' ? '}' : ']');
        break;
    }
}

/* What an ICMP message says, in the words of the text form. */
static void put_message(struct packet_record *record, const struct wb_layer *layer)
{
    char text[128];
    struct wb__line line = wb__line(text, sizeof text);
    if (layer->kind != WB_LAYER_ICMP && layer->kind != WB_LAYER_ICMP6)
        return;
    wb__line_icmp(&line, record->packet, record->decoded, layer);
    if (line.length > 0)
        wb__json_text(&record->json, "message", text + 1);
}

static void put_layers(struct packet_record *record, const char *name, unsigned first)
{
    struct wb__json *json = &record->json;
    wb__json_begin(json, name, '[');
    for (unsigned i = first; i < record->decoded->layer_count; i++) {
        const struct wb_layer *layer = &record->decoded->layers[i];
        if (!wb__is_shown(record->style, layer->kind))
            continue;
        wb__json_begin(json, NULL, '{');
        wb__json_text(json, "layer", wb_layer_name(layer->kind));
        if (i >= record->decoded->quoted)
            wb__json_bool(json, "quoted", true);
        wb_layer_fields(record->packet, record->decoded, i, put_field, record);
        put_message(record, layer);
        if (layer->status != WB_LAYER_OK)
            wb__json_text(json, "status", wb_layer_status_name(layer->status));
        if (layer->status == WB_LAYER_MALFORMED)
            wb__json_text(json, "reason", wb__malformed_words(record->packet, layer));
        wb__json_end(json, '}');
    }
    wb__json_end(json, ']');
}

/* The other packets of the frame (wb_decode_next), from the layer on that they do not share. */
static void put_others(struct packet_record *record)
{
    const struct wb_decoded *first = record->decoded;
    if (!first->has_next)
        return;
    struct wb_decoded next = *first;
    record->decoded = &next;
    wb__json_begin(&record->json, "other_packets", '[');
    while (wb_decode_next(record->packet, &next))
        put_layers(record, NULL, wb__decode_aggregate(&next));
    wb__json_end(&record->json, ']');
    record->decoded = first;
}

static void put_flags(struct wb__json *json, uint8_t flags)
{
    static const char *const names[] = {"checksum_not_ready", "checksum_valid",
                                        "segmented_later", "vlan_restored", "reassembled"};
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
    wb__json_number(json, "link_type_number", packet->link_type);
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

/* What the last header of the IP chain names. */
static unsigned find_protocol(const struct wb_decoded *decoded)
{
    unsigned last = decoded->network;
    while (last + 1u < decoded->layer_count &&
           wb__is_ip6_extension(decoded->layers[last + 1].kind) &&
           decoded->layers[last + 1].header_length > 0)
        last++;
    return decoded->layers[last].next;
}

/* Suricata's names of protocols, which are IANA's keywords. */
static const char *protocol_name(unsigned protocol)
{
    static const struct {
        uint8_t number;
        const char *name;
    } names[] = {
        {1, "ICMP"},     {2, "IGMP"},   {6, "TCP"},
        {17, "UDP"},     {33, "DCCP"},  {47, "GRE"},
        {50, "ESP"},     {51, "AH"},    {58, "IPv6-ICMP"}, {59, "IPv6-NoNxt"},
        {89, "OSPFIGP"}, {103, "PIM"},  {108, "IPComp"},  {112, "VRRP"},
        {132, "SCTP"},   {135, "Mobility-Header"},        {136, "UDPLite"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == protocol)
            return names[i].name;
    return NULL;
}

/* A number of three digits where there is no name. */
static void put_protocol(struct packet_record *record)
{
    char number[8];
    struct wb__line line = wb__line(number, sizeof number);
    unsigned protocol = find_protocol(record->decoded);
    const char *name = protocol_name(protocol);
    if (!name)
        wb__line_put(&line, "%03u", protocol);
    wb__json_text(&record->json, "proto", name ? name : number);
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

/* The payload that was put together is the end of the packet, whatever its headers. */
static void put_datagram(struct packet_record *record, const struct wb_datagram *datagram)
{
    struct wb__json *json = &record->json;
    const struct wb_packet *packet = record->packet;
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned hash_length = 0;
    if (!datagram)
        return;
    wb__json_begin(json, "datagram", '{');
    wb__json_begin(json, "packets", '[');
    for (uint32_t i = 0; i < datagram->packet_count; i++)
        wb__json_number(json, NULL, datagram->packets[i]);
    wb__json_end(json, ']');
    wb__json_number(json, "layer_index", datagram->layer);
    wb__json_number(json, "payload_length", datagram->payload_length);
    if (EVP_Digest(packet->data + packet->captured_length - datagram->payload_length,
                   datagram->payload_length, hash, &hash_length, EVP_sha256(), NULL))
        wb__json_hex(json, "payload_sha256", hash, hash_length);
    wb__json_end(json, '}');
}

static char *make_json(const struct wb_packet *packet, const struct wb_decoded *decoded,
                       const struct wb_datagram *datagram, const struct wb_packet_style *style)
{
    struct packet_record record = {.packet = packet, .decoded = decoded, .style = style};
    struct wb__json *json = &record.json;
    wb__json_begin(json, NULL, '{');
    put_time(json, packet->time_ns);
    wb__json_text(json, "event_type", datagram ? "datagram" : "packet");
    put_source(json, packet);
    put_vlan_ids(json, decoded);
    put_network(&record);
    if (decoded->status != WB_LAYER_OK)
        wb__json_text(json, "status", wb_layer_status_name(decoded->status));
    put_datagram(&record, datagram);
    put_layers(&record, "layers", 0);
    put_others(&record);
    wb__json_end(json, '}');
    return finish(json);
}

char *wb_packet_json(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    return make_json(packet, decoded, NULL, &(struct wb_packet_style){0});
}

char *wb_packet_styled_json(const struct wb_packet *packet, const struct wb_decoded *decoded,
                            const struct wb_packet_style *style)
{
    return make_json(packet, decoded, NULL, style);
}

char *wb_datagram_json(const struct wb_packet *packet, const struct wb_decoded *decoded,
                       const struct wb_datagram *datagram, const struct wb_packet_style *style)
{
    return make_json(packet, decoded, datagram, style);
}
