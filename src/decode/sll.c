/* SPDX-License-Identifier: ISC
 *
 * Linux cooked captures, LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2: what the "any"
 * device gives in place of a link header. The protocol field is an EtherType except
 * on devices whose ARPHRD_ type gives it another meaning.
 */
#include "decode/decoder.h"
#include "decode/fields.h"

#define SLL_BYTES 16
#define SLL2_BYTES 20

enum sll_protocol { SLL_NOVELL = 1, SLL_LLC = 4 }; /* where it is no EtherType */

enum arphrd {
    ARPHRD_FRAD = 770,
    ARPHRD_IEEE80211 = 801,
    ARPHRD_IEEE80211_PRISM = 802,
    ARPHRD_IEEE80211_RADIOTAP = 803,
    ARPHRD_NETLINK = 824,
};

static inline void parse_sll(const uint8_t *header, struct wb_sll *sll)
{
    sll->packet_type = wb__load16(header);
    sll->arphrd_type = wb__load16(header + 2);
    sll->address_length = wb__load16(header + 4);
    memcpy(sll->address, header + 6, sizeof sll->address);
    sll->protocol = wb__load16(header + 14);
    sll->interface_index = 0;
}

static inline void parse_sll2(const uint8_t *header, struct wb_sll *sll)
{
    sll->protocol = wb__load16(header);
    sll->interface_index = wb__load32(header + 4);
    sll->arphrd_type = wb__load16(header + 8);
    sll->packet_type = header[10];
    sll->address_length = header[11];
    memcpy(sll->address, header + 12, sizeof sll->address);
}

static bool is_ethertype(const struct wb_sll *sll)
{
    switch (sll->arphrd_type) {
    case ARPHRD_FRAD:
    case ARPHRD_IEEE80211:
    case ARPHRD_IEEE80211_PRISM:
    case ARPHRD_IEEE80211_RADIOTAP:
    case ARPHRD_NETLINK:
        return false;
    default:
        return sll->protocol >= WB__ETHERTYPE_FIRST;
    }
}

/* Devices of 802.11 in monitor mode hand on what their link types hold. */
static unsigned by_device(struct wb_layer *layer, const struct wb_sll *sll)
{
    switch (sll->arphrd_type) {
    case ARPHRD_IEEE80211:
        return WB_LAYER_WLAN;
    case ARPHRD_IEEE80211_PRISM:
        return WB_LAYER_PRISM;
    case ARPHRD_IEEE80211_RADIOTAP:
        return WB_LAYER_RADIOTAP;
    default:
        wb__complain(layer, WB_LAYER_UNKNOWN);
        return wb__rest(layer);
    }
}

static unsigned by_old_protocol(struct wb_layer *layer, const struct wb_sll *sll)
{
    if (sll->arphrd_type == ARPHRD_NETLINK || sll->arphrd_type == ARPHRD_FRAD)
        return by_device(layer, sll);
    if (sll->protocol == SLL_NOVELL)
        return WB_LAYER_IPX;
    return sll->protocol == SLL_LLC ? WB_LAYER_LLC : by_device(layer, sll);
}

static unsigned by_sll_protocol(struct wb_layer *layer, const struct wb_sll *sll)
{
    if (is_ethertype(sll))
        return wb__by_ethertype(layer, sll->protocol);
    return by_old_protocol(layer, sll);
}

unsigned wb__decode_sll(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, SLL_BYTES);
    if (!header)
        return WB__LAYER_END;
    struct wb_sll sll;
    parse_sll(header, &sll);
    layer->header_length = SLL_BYTES;
    return by_sll_protocol(layer, &sll);
}

unsigned wb__decode_sll2(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, SLL2_BYTES);
    if (!header)
        return WB__LAYER_END;
    struct wb_sll sll;
    parse_sll2(header, &sll);
    layer->header_length = SLL2_BYTES;
    return by_sll_protocol(layer, &sll);
}

int wb_sll_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb_sll *sll)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_SLL, SLL_BYTES, &header);
    if (error == 0) {
        parse_sll(header, sll);
        return 0;
    }
    if (layer->kind != WB_LAYER_SLL2)
        return error;
    error = wb__find_header(packet, layer, WB_LAYER_SLL2, SLL2_BYTES, &header);
    if (error == 0)
        parse_sll2(header, sll);
    return error;
}

void wb__tell_sll(const struct wb__fields *fields)
{
    struct wb_sll sll;
    if (wb_sll_read(fields->packet, fields->layer, &sll) < 0)
        return;
    size_t length = sll.address_length < 8 ? sll.address_length : 8;
    wb__tell_number(fields, "packet_type", sll.packet_type);
    wb__tell_number(fields, "arphrd_type", sll.arphrd_type);
    wb__tell_number(fields, "address_length", sll.address_length);
    wb__tell_hardware(fields, "address", sll.address, length);
    wb__tell_number(fields, "protocol", sll.protocol);
    if (fields->layer->kind == WB_LAYER_SLL2)
        wb__tell_number(fields, "interface_index", sll.interface_index);
}
