/* SPDX-License-Identifier: ISC
 *
 * The messages by which networks are run, in a packet's line: IGMP, VRRP, CARP, PIM and
 * OSPF, in the words of tcpdump.
 */
#include "decode/igmp.h"
#include "record/packet_text.h"

/* The length bytes of a layer's header, or NULL. */
static const uint8_t *header_of(const struct wb__packet_text *text, const struct wb_layer *layer,
                                uint32_t length)
{
    return layer->header_length >= length ? text->packet->data + layer->offset : NULL;
}

static void put_resp_time(struct wb__line *line, uint32_t tenths)
{
    if (tenths < 600)
        wb__line_put(line, " [max resp time %u.%us]", tenths / 10, tenths % 10);
    else if (tenths % 600 / 10 == 0)
        wb__line_put(line, " [max resp time %um]", tenths / 600);
    else
        wb__line_put(line, " [max resp time %um%us]", tenths / 600, tenths % 600 / 10);
}

/* A query of version 3: the number of sources follows the interval. */
static void put_query_3(struct wb__packet_text *text, const struct wb_layer *layer,
                        const struct wb__igmp *igmp)
{
    struct wb__line *line = &text->line;
    const uint8_t *rest;
    uint32_t length = wb_layer_payload(text->packet, layer, &rest);
    uint32_t sources = length >= 4 ? wb__load16(rest + 2) : 0;
    wb__line_put(line, " v3");
    if (igmp->code != 100)
        put_resp_time(line, wb__igmp_code(igmp->code));
    if (wb__load32(igmp->group) == 0)
        return;
    wb__line_put(line, " [gaddr ");
    wb__line_address(line, igmp->group, 4);
    if (layer->length < layer->header_length + 4 + sources * 4)
        wb__line_put(line, " [invalid number of sources]");
    else if (sources > 0)
        wb__line_put(line, ", %u source(s)", sources);
    wb__line_put(line, "]");
}

static void put_query(struct wb__packet_text *text, const struct wb_layer *layer,
                      const struct wb__igmp *igmp)
{
    struct wb__line *line = &text->line;
    wb__line_put(line, " query");
    if (igmp->version == 3) {
        put_query_3(text, layer, igmp);
        return;
    }
    wb__line_put(line, " v%u", igmp->version);
    if (igmp->version == 2 && igmp->code != 100)
        wb__line_put(line, " [max resp time %u]", igmp->code);
    if (wb__load32(igmp->group) == 0)
        return;
    wb__line_put(line, " [gaddr ");
    wb__line_address(line, igmp->group, 4);
    wb__line_put(line, "]");
}

static void put_membership(struct wb__line *line, const char *words, const struct wb__igmp *igmp)
{
    wb__line_put(line, " %s ", words);
    wb__line_address(line, igmp->group, 4);
}

void wb__put_igmp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__igmp igmp;
    wb__line_put(line, "igmp");
    if (wb__igmp_read(text->packet, layer, &igmp) < 0)
        return;
    switch (igmp.type) {
    case 0x11:
        put_query(text, layer, &igmp);
        break;
    case 0x12:
        put_membership(line, "v1 report", &igmp);
        break;
    case 0x13:
        wb__line_put(line, " dvmrp");
        break;
    case 0x14:
        wb__line_put(line, " pimv1");
        break;
    case 0x16:
        put_membership(line, "v2 report", &igmp);
        break;
    case 0x17:
        put_membership(line, "leave", &igmp);
        break;
    case 0x1e:
        wb__line_put(line, " mresp");
        break;
    case 0x1f:
        wb__line_put(line, " mtrace");
        break;
    case 0x22:
        wb__line_put(line, " v3 report, %u group record(s)", wb__load16(igmp.group + 2));
        break;
    default:
        wb__line_put(line, "-%u", igmp.type);
    }
}

/* The TTL, or hop limit, of the IP layer just before; these messages must have 255. */
static uint8_t ttl_of(const struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb_ip4 ip4;
    struct wb_ip6 ip6;
    if (layer == text->decoded->layers)
        return 255;
    if (wb_ip4_read(text->packet, layer - 1, &ip4) == 0)
        return ip4.ttl;
    return wb_ip6_read(text->packet, layer - 1, &ip6) == 0 ? ip6.hop_limit : 255;
}

static void put_vrrp_timing(struct wb__line *line, const uint8_t *header)
{
    static const char *const types[] = {"none", "simple", "ah"};
    if (header[0] >> 4 == 3) {
        wb__line_put(line, ", intvl %ucs", wb__load16(header + 4) & 0xfffu);
        return;
    }
    if (header[4] < sizeof types / sizeof *types)
        wb__line_put(line, ", authtype %s", types[header[4]]);
    else
        wb__line_put(line, ", authtype #%u", header[4]);
    wb__line_put(line, ", intvl %us", header[5]);
}

void wb__put_vrrp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    const uint8_t *header = header_of(text, layer, 8);
    wb__line_put(line, "VRRP");
    if (!header)
        return;
    wb__line_put(line, "v%u, ", header[0] >> 4);
    if ((header[0] & 15) == 1)
        wb__line_put(line, "Advertisement, ");
    else
        wb__line_put(line, "type %u, ", header[0] & 15);
    if (ttl_of(text, layer) != 255)
        wb__line_put(line, "(ttl %u), ", ttl_of(text, layer));
    if (layer->status == WB_LAYER_MALFORMED) /* of a version that nobody knows */
        return;
    wb__line_put(line, "vrid %u, prio %u", header[1], header[2]);
    put_vrrp_timing(line, header);
    wb__line_put(line, ", length %u", layer->length);
}

void wb__put_carp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    const uint8_t *header = header_of(text, layer, 36);
    wb__line_put(line, "CARP");
    if (!header)
        return;
    wb__line_put(line, "v%u-advertise %u: ", header[0] >> 4, layer->length);
    if (ttl_of(text, layer) != 255)
        wb__line_put(line, "[ttl=%u!] ", ttl_of(text, layer));
    wb__line_put(line, "vhid=%u advbase=%u advskew=%u authlen=%u counter=", header[1], header[5],
                 header[2], header[3]);
    wb__line_decimal(line, wb__load64(header + 8));
}

void wb__put_pim(struct wb__packet_text *text, const struct wb_layer *layer)
{
    static const char *const types[] = {"Hello",     "Register",     "Register-Stop",
                                        "Join / Prune", "Bootstrap", "Assert",
                                        "Graft",     "Graft-ACK",    "Candidate RP Advertisement",
                                        "State Refresh", "DF Election"};
    struct wb__line *line = &text->line;
    const uint8_t *header = header_of(text, layer, 4);
    wb__line_put(line, "PIM");
    if (!header)
        return;
    uint8_t version = header[0] >> 4, type = header[0] & 15;
    wb__line_put(line, "v%u, ", version);
    if (version == 2 && type < sizeof types / sizeof *types)
        wb__line_put(line, "%s, ", types[type]);
    else if (version == 2)
        wb__line_put(line, "type %u, ", type);
    wb__line_put(line, "length %u%s", layer->length, layer->next > 0 ? ": " : "");
}

void wb__put_ospf(struct wb__packet_text *text, const struct wb_layer *layer)
{
    static const char *const types[] = {NULL, "Hello", "Database Description", "LS-Request",
                                        "LS-Update", "LS-Ack"};
    struct wb__line *line = &text->line;
    const uint8_t *header = header_of(text, layer, 16);
    wb__line_put(line, "OSPF");
    if (!header)
        return;
    wb__line_put(line, "v%u, ", header[0]);
    if (header[1] > 0 && header[1] < sizeof types / sizeof *types)
        wb__line_put(line, "%s", types[header[1]]);
    else
        wb__line_put(line, "type %u", header[1]);
    wb__line_put(line, ", length %u", layer->length);
}
