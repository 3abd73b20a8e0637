/* SPDX-License-Identifier: ISC
 *
 * Source routes are refused (accept_source_route is off by default, RFC 6274, 3.13.2.3; RFC 5095),
 * segment routing headers as well (seg6_enabled and rpl_seg_enabled are off).
 */
#include "flow/host.h"

#include "decode/ip4_option.h"
#include "decode/ip6_option.h"
#include "decode/sum.h"

/* A length of 0 stands for a frame that is yet to be cut into segments, but not where it fits
 * into any network's packets (RFC 791, 3.1; RFC 8200, 5). */
#define IP4_FITS 576
#define IP6_FITS 1280

static const uint8_t *bytes_of(const struct wb_packet *packet, const struct wb_layer *layer)
{
    return packet->data + layer->offset;
}

/* --- IPv4 ---------------------------------------------------------------------- */

/* The pointer counts from 1 at the option's type, of which length leaves out two bytes. */
static bool has_room_at(const struct wb__ip4_option *option, unsigned pointer, unsigned bytes)
{
    return pointer + bytes - 1 <= option->length + 2;
}

static bool takes_record_route(const struct wb__ip4_option *option)
{
    if (option->length < 1 || option->value[0] < 4)
        return false;
    uint8_t pointer = option->value[0];
    return !has_room_at(option, pointer, 1) || has_room_at(option, pointer, 4);
}

static bool takes_timestamp(const struct wb__ip4_option *option)
{
    enum { WITH_ADDRESS = 1, PRESPECIFIED = 3 };
    if (option->length < 2 || option->value[0] < 5)
        return false;
    uint8_t pointer = option->value[0], flag = option->value[1] & 15;
    if (!has_room_at(option, pointer, 1))
        return flag == PRESPECIFIED || option->value[1] >> 4 < 15; /* hosts without room */
    bool has_address = flag == WITH_ADDRESS || flag == PRESPECIFIED;
    return has_room_at(option, pointer, has_address ? 8 : 4);
}

/* A domain and tags (FIPS 188); whether the host knows that domain, nobody can see. */
static bool takes_security(const struct wb__ip4_option *option)
{
    if (option->length < 6 || wb__load32(option->value) == 0)
        return false;
    for (uint32_t at = 4; at < option->length;) {
        uint32_t left = option->length - at;
        uint8_t length = left > 1 ? option->value[at + 1] : 0;
        if (length == 0 || length > left)
            return false;
        at += length;
    }
    return true;
}

/* Does an option that may come once come again? */
static bool comes_again(unsigned bit, unsigned *seen)
{
    bool is_there = *seen & bit;
    *seen |= bit;
    return is_there;
}

static bool takes_ip4_option(const struct wb__ip4_option *option, unsigned *seen)
{
    enum { RECORD = 1, TIMES = 2, SECURITY = 4 };
    switch (option->type) {
    case WB__IP4_OPTION_LOOSE_ROUTE:
    case WB__IP4_OPTION_STRICT_ROUTE:
        return false;
    case WB__IP4_OPTION_RECORD_ROUTE:
        return !comes_again(RECORD, seen) && takes_record_route(option);
    case WB__IP4_OPTION_TIMESTAMP:
        return !comes_again(TIMES, seen) && takes_timestamp(option);
    case WB__IP4_OPTION_SECURITY:
        return !comes_again(SECURITY, seen) && takes_security(option);
    case WB__IP4_OPTION_ROUTER_ALERT:
        return option->length >= 2;
    default:
        return true;
    }
}

static bool takes_ip4_options(const uint8_t *header, uint32_t header_length)
{
    struct wb__cursor options = wb__cursor(header + 20, header_length - 20);
    struct wb__ip4_option option;
    unsigned seen = 0;
    while (wb__ip4_option_next(&options, &option))
        if (!takes_ip4_option(&option, &seen))
            return false;
    return !options.failed;
}

static enum wb__host_verdict judge_ip4(const struct wb_packet *packet,
                                       const struct wb_layer *layer)
{
    const uint8_t *header = bytes_of(packet, layer);
    bool has_length = wb__load16(header + 2) > 0 || layer->length > IP4_FITS ||
                      packet->flags & WB_PACKET_SEGMENTED_LATER;
    if (!has_length ||
        (layer->header_length > 20 && !takes_ip4_options(header, layer->header_length)))
        return WB__HOST_REFUSES;
    uint64_t sum = layer->header_length == 20 ? wb__sum_words(0, header, 5)
                                              : wb__sum_words(0, header,
                                                              layer->header_length / 4);
    bool is_right = wb__sum_fold(sum) == 0xffff;
    return is_right ? WB__HOST_TAKES : WB__HOST_DOUBTS;
}

/* --- IPv6 ---------------------------------------------------------------------- */

/* The two highest bits say what to do with an option that is not known (RFC 8200, 4.2). */
static bool takes_ip6_option(const struct wb__ip6_option *option, const uint8_t *header,
                             bool is_hop_by_hop)
{
    if (is_hop_by_hop && option->type == WB__IP6_OPTION_ROUTER_ALERT)
        return option->length == 2;
    if (is_hop_by_hop && option->type == WB__IP6_OPTION_JUMBO)
        return option->length == 4 && (option->value - header) % 4 == 0;
    return option->type >> 6 == 0;
}

static bool is_zero(const struct wb__ip6_option *option)
{
    for (uint32_t i = 0; i < option->length; i++)
        if (option->value[i] != 0)
            return false;
    return true;
}

/* At most eight options (max_dst_opts_number), and as much padding as may be needed to align
 * the next (RFC 4942, 2.1.9.5). */
static bool takes_ip6_options(const uint8_t *header, const struct wb_layer *layer)
{
    enum { OPTIONS_MAX = 8, PADDING_MAX = 7 };
    struct wb__cursor options = wb__cursor(header + 2, layer->header_length - 2);
    struct wb__ip6_option option;
    unsigned count = 0, padding = 0;
    while (wb__ip6_option_next(&options, &option)) {
        bool is_padding = option.type == WB__IP6_OPTION_PAD1 || option.type == WB__IP6_OPTION_PADN;
        if (is_padding)
            padding += option.type == WB__IP6_OPTION_PAD1 ? 1 : 2u + option.length;
        else
            padding = 0;
        count += !is_padding;
        bool is_taken = is_padding ? is_zero(&option)
                                   : takes_ip6_option(&option, header,
                                                      layer->kind == WB_LAYER_IP6_HOPOPTS);
        if (!is_taken || count > OPTIONS_MAX || padding > PADDING_MAX)
            return false;
    }
    return !options.failed;
}

static bool takes_routing(const uint8_t *header)
{
    enum { RPL = 3, SEGMENTS = 4 };
    uint8_t type = header[2], segments_left = header[3];
    return segments_left == 0 && type != RPL && type != SEGMENTS;
}

static bool takes_extension(const struct wb_packet *packet, const struct wb_layer *layer,
                            bool is_first, unsigned *fragments)
{
    const uint8_t *header = bytes_of(packet, layer);
    switch (layer->kind) {
    case WB_LAYER_IP6_HOPOPTS:
        return is_first && layer->status != WB_LAYER_MALFORMED &&
               takes_ip6_options(header, layer);
    case WB_LAYER_IP6_DSTOPTS:
        return takes_ip6_options(header, layer);
    case WB_LAYER_IP6_ROUTING:
        return takes_routing(header);
    case WB_LAYER_IP6_FRAGMENT:
        return ++*fragments == 1;
    default:
        return true;
    }
}

static enum wb__host_verdict judge_ip6(const struct wb_packet *packet,
                                       const struct wb_decoded *decoded, unsigned network,
                                       unsigned end)
{
    const struct wb_layer *layer = &decoded->layers[network];
    bool has_length = wb__load16(bytes_of(packet, layer) + 4) > 0 || layer->length > IP6_FITS ||
                      decoded->layers[network + 1].kind == WB_LAYER_IP6_HOPOPTS ||
                      packet->flags & WB_PACKET_SEGMENTED_LATER;
    unsigned fragments = 0;
    if (!has_length)
        return WB__HOST_REFUSES;
    for (unsigned i = network + 1; i < end; i++)
        if (!takes_extension(packet, &decoded->layers[i], i == network + 1, &fragments))
            return WB__HOST_REFUSES;
    return WB__HOST_TAKES;
}

enum wb__host_verdict wb__host_judge(const struct wb_packet *packet,
                                     const struct wb_decoded *decoded, unsigned network,
                                     unsigned end)
{
    const struct wb_layer *layer = &decoded->layers[network];
    if (layer->status == WB_LAYER_MALFORMED) /* its length is beyond the packet */
        return WB__HOST_REFUSES;
    return layer->kind == WB_LAYER_IP4 ? judge_ip4(packet, layer)
                                       : judge_ip6(packet, decoded, network, end);
}
