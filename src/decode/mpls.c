/* SPDX-License-Identifier: ISC
 *
 * MPLS label stacks (RFC 3032): each entry is a layer. Nothing in the stack says what lies
 * below it. Only the explicit null labels do; else it is a guess from the first four bits,
 * as routers make it (RFC 4928): 4 and 6 are IP, 0 is the control word of a pseudowire
 * and 1 its associated channel (RFC 4385). The guess that was made is told with the entry.
 */
#include "decode/fields.h"
#include "decode/tunnel.h"

#define ENTRY_BYTES 4
#define CONTROL_WORD_BYTES 4
#define ETHERNET_BYTES 14

enum label {
    IP4_EXPLICIT_NULL = 0,
    ROUTER_ALERT = 1,
    IP6_EXPLICIT_NULL = 2,
    IMPLICIT_NULL = 3,
    ENTROPY_INDICATOR = 7, /* RFC 6790 */
    GENERIC_CHANNEL = 13,  /* RFC 5586: GAL */
    OAM_ALERT = 14,        /* RFC 3429 */
};

enum channel { CHANNEL_IP4 = 0x21, CHANNEL_IP6 = 0x57 }; /* RFC 4385, 5 */

static inline struct wb__mpls parse_entry(const uint8_t *header)
{
    uint32_t entry = wb__load32(header);
    return (struct wb__mpls){
        .label = entry >> 12,
        .traffic_class = (uint8_t)(entry >> 9 & 7),
        .is_bottom = (entry & 0x100) != 0,
        .ttl = (uint8_t)entry,
    };
}

static unsigned unknown(struct wb_layer *layer)
{
    wb__complain(layer, WB_LAYER_UNKNOWN);
    return wb__rest(layer);
}

/* Are there too few bytes to tell Ethernet from anything else, because the capture ends? */
static bool is_cut(const struct wb__inside *inside)
{
    return inside->captured < CONTROL_WORD_BYTES + ETHERNET_BYTES + 2 &&
           inside->captured < inside->length;
}

/* A control word is a good guess where an Ethernet frame follows it, and an Ethernet frame
 * without one where the bytes say so: addresses may begin with any four bits. */
static unsigned guess_pseudowire(struct wb_layer *layer, const struct wb__inside *inside)
{
    bool has_control_word =
        inside->captured > CONTROL_WORD_BYTES &&
        wb__is_ethernet(inside->bytes + CONTROL_WORD_BYTES, inside->captured - CONTROL_WORD_BYTES);
    if (!has_control_word && wb__is_ethernet(inside->bytes, inside->captured))
        return WB_LAYER_ETHERNET;
    return inside->length >= CONTROL_WORD_BYTES ? WB_LAYER_PSEUDOWIRE : unknown(layer);
}

static unsigned guess(struct wb_layer *layer, const struct wb__inside *inside)
{
    uint8_t first = inside->captured > 0 ? inside->bytes[0] : 0;
    if (first >= 0x45 && first <= 0x4f)
        return WB_LAYER_IP4;
    if (first >> 4 == 6)
        return WB_LAYER_IP6;
    if (inside->length == 0 || is_cut(inside))
        return wb__rest(layer);
    switch (first >> 4) {
    case 0:
    case 1:
        return guess_pseudowire(layer, inside);
    default:
        return wb__is_ethernet(inside->bytes, inside->captured) ? WB_LAYER_ETHERNET
                                                                : unknown(layer);
    }
}

unsigned wb__decode_mpls(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, ENTRY_BYTES);
    if (!header)
        return WB__LAYER_END;
    struct wb__mpls entry = parse_entry(header);
    layer->header_length = ENTRY_BYTES;
    if (!entry.is_bottom)
        return WB_LAYER_MPLS;
    wb__is_tunnel(walk);
    struct wb__inside inside = wb__inside(walk, layer);
    switch (entry.label) {
    case IP4_EXPLICIT_NULL:
        return WB_LAYER_IP4;
    case IP6_EXPLICIT_NULL:
        return WB_LAYER_IP6;
    default:
        return guess(layer, &inside);
    }
}

/* A stack has a bottom, and not as far away as a packet is long. */
bool wb__is_mpls(const struct wb__inside *inside)
{
    for (uint32_t at = 0; at / ENTRY_BYTES < WB_LAYERS_MAX; at += ENTRY_BYTES) {
        if (inside->length < at + ENTRY_BYTES)
            return false;
        if (inside->captured < at + ENTRY_BYTES)
            return true;
        if (parse_entry(inside->bytes + at).is_bottom)
            return true;
    }
    return false;
}

static inline struct wb__pseudowire parse_pseudowire(const uint8_t *header)
{
    uint16_t first = wb__load16(header), second = wb__load16(header + 2);
    bool is_channel = first >> 12 == 1;
    if (is_channel)
        return (struct wb__pseudowire){
            .is_channel = true, .version = first >> 8 & 15, .channel_type = second};
    return (struct wb__pseudowire){
        .flags = first >> 8 & 15,
        .fragmentation = first >> 6 & 3,
        .length = first & 63,
        .sequence = second,
    };
}

static unsigned decode_channel(struct wb_layer *layer, uint16_t type)
{
    switch (type) {
    case CHANNEL_IP4:
        return WB_LAYER_IP4;
    case CHANNEL_IP6:
        return WB_LAYER_IP6;
    default:
        return unknown(layer);
    }
}

/* The length is of short packets only (RFC 4385, 3): it tells the frame from padding. */
unsigned wb__decode_pseudowire(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, CONTROL_WORD_BYTES);
    if (!header)
        return WB__LAYER_END;
    struct wb__pseudowire word = parse_pseudowire(header);
    layer->header_length = CONTROL_WORD_BYTES;
    layer->next = word.channel_type;
    if (word.is_channel)
        return decode_channel(layer, word.channel_type);
    if (word.length >= CONTROL_WORD_BYTES + ETHERNET_BYTES && word.length < layer->length)
        layer->length = word.length;
    struct wb__inside inside = wb__inside(walk, layer);
    if (wb__is_ethernet(inside.bytes, inside.captured))
        return WB_LAYER_ETHERNET;
    return is_cut(&inside) ? wb__rest(layer) : unknown(layer);
}

int wb__mpls_read(const struct wb_packet *packet, const struct wb_layer *layer,
                  struct wb__mpls *entry)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_MPLS, ENTRY_BYTES, &header);
    if (error == 0)
        *entry = parse_entry(header);
    return error;
}

int wb__pseudowire_read(const struct wb_packet *packet, const struct wb_layer *layer,
                        struct wb__pseudowire *word)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_PSEUDOWIRE, CONTROL_WORD_BYTES, &header);
    if (error == 0)
        *word = parse_pseudowire(header);
    return error;
}

const char *wb__mpls_label_name(uint32_t label)
{
    switch (label) {
    case IP4_EXPLICIT_NULL:
        return "ipv4_explicit_null";
    case ROUTER_ALERT:
        return "router_alert";
    case IP6_EXPLICIT_NULL:
        return "ipv6_explicit_null";
    case IMPLICIT_NULL:
        return "implicit_null";
    case ENTROPY_INDICATOR:
        return "entropy_label_indicator";
    case GENERIC_CHANNEL:
        return "generic_associated_channel";
    case OAM_ALERT:
        return "oam_alert";
    default:
        return NULL;
    }
}

static void tell_guess(const struct wb__fields *fields)
{
    unsigned next = fields->index + 1u;
    if (next < fields->decoded->layer_count &&
        fields->decoded->layers[next].kind != WB_LAYER_PAYLOAD)
        wb__tell_word(fields, "guessed_payload",
                      wb_layer_name(fields->decoded->layers[next].kind));
}

void wb__tell_mpls(const struct wb__fields *fields)
{
    struct wb__mpls entry;
    if (wb__mpls_read(fields->packet, fields->layer, &entry) < 0)
        return;
    const char *name = wb__mpls_label_name(entry.label);
    wb__tell_number(fields, "label", entry.label);
    if (name)
        wb__tell_word(fields, "label_name", name);
    wb__tell_number(fields, "traffic_class", entry.traffic_class);
    wb__tell_bool(fields, "bottom_of_stack", entry.is_bottom);
    wb__tell_number(fields, "ttl", entry.ttl);
    bool is_said = entry.label == IP4_EXPLICIT_NULL || entry.label == IP6_EXPLICIT_NULL;
    if (entry.is_bottom && !is_said)
        tell_guess(fields);
}

void wb__tell_pseudowire(const struct wb__fields *fields)
{
    struct wb__pseudowire word;
    if (wb__pseudowire_read(fields->packet, fields->layer, &word) < 0)
        return;
    if (word.is_channel) {
        wb__tell_number(fields, "channel_version", word.version);
        wb__tell_number(fields, "channel_type", word.channel_type);
        return;
    }
    wb__tell_number(fields, "flags", word.flags);
    wb__tell_number(fields, "fragmentation", word.fragmentation);
    wb__tell_number(fields, "length", word.length);
    wb__tell_number(fields, "sequence_number", word.sequence);
    tell_guess(fields);
}
