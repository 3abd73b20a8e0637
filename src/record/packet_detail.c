/* SPDX-License-Identifier: ISC
 *
 * The time of a packet's line in its forms, and what is said of headers only to those who
 * ask for more (tcpdump -v and -e): on the same line, where tcpdump begins another.
 */
#include <time.h>

#include "record/packet_text.h"

static void put_clock(struct wb__line *line, struct wb__moment moment, bool has_date)
{
    time_t second = (time_t)moment.second;
    struct tm tm;
    if (!localtime_r(&second, &tm))
        tm = (struct tm){0};
    if (has_date)
        wb__line_put(line, "%04d-%02d-%02d ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    wb__line_put(line, "%02d:%02d:%02d.%09d ", tm.tm_hour, tm.tm_min, tm.tm_sec,
                 moment.nanosecond);
}

/* Of 64 bits, which wb__line_put does not know; never negative. */
static void put_seconds(struct wb__line *line, int64_t second)
{
    const int64_t billion = 1000000000;
    if (second >= billion)
        wb__line_put(line, "%u%09u", (unsigned)(second / billion), (unsigned)(second % billion));
    else
        wb__line_put(line, "%u", (unsigned)second);
}

static void put_epoch(struct wb__line *line, int64_t time_ns)
{
    const int64_t ns = 1000000000;
    uint64_t size = time_ns < 0 ? -(uint64_t)time_ns : (uint64_t)time_ns;
    if (time_ns < 0)
        wb__line_put(line, "-");
    put_seconds(line, (int64_t)(size / (uint64_t)ns));
    wb__line_put(line, ".%09u ", (unsigned)(size % (uint64_t)ns));
}

/* Differences of any two times fit: they are taken of unsigned ones and lie below 2^63. */
static void put_since(struct wb__line *line, int64_t time_ns, int64_t since_ns)
{
    const uint64_t ns = 1000000000;
    bool is_before = time_ns < since_ns;
    uint64_t size = is_before ? (uint64_t)since_ns - (uint64_t)time_ns
                              : (uint64_t)time_ns - (uint64_t)since_ns;
    uint64_t seconds = size / ns;
    if (is_before)
        wb__line_put(line, "-");
    if (seconds / 3600 < 10)
        wb__line_put(line, "0");
    put_seconds(line, (int64_t)(seconds / 3600));
    wb__line_put(line, ":%02u:%02u.%09u ", (unsigned)(seconds / 60 % 60),
                 (unsigned)(seconds % 60), (unsigned)(size % ns));
}

void wb__detail_time(struct wb__packet_text *text)
{
    int64_t time_ns = text->packet->time_ns;
    switch (text->style.time) {
    case WB_PACKET_TIME_NONE:
        break;
    case WB_PACKET_TIME_EPOCH:
        put_epoch(&text->line, time_ns);
        break;
    case WB_PACKET_TIME_SINCE:
        put_since(&text->line, time_ns, text->style.since_ns);
        break;
    case WB_PACKET_TIME_CLOCK:
    case WB_PACKET_TIME_DATE:
        put_clock(&text->line, wb__moment(time_ns), text->style.time == WB_PACKET_TIME_DATE);
        break;
    }
}

void wb__detail_ethernet(struct wb__packet_text *text, const struct wb_ethernet *ethernet)
{
    struct wb__line *line = &text->line;
    wb__line_hardware(line, ethernet->source, 6);
    wb__line_put(line, " > ");
    wb__line_hardware(line, ethernet->destination, 6);
    wb__line_put(line, ethernet->type < 1536 ? ", 802.3 length %u" : ", ethertype 0x%04x",
                 ethernet->type);
    wb__line_put(line, ", length %u: ", text->packet->wire_length);
}

static const char *protocol_name(unsigned protocol)
{
    switch (protocol) {
    case 1:
        return "ICMP";
    case 2:
        return "IGMP";
    case 4:
        return "IPIP";
    case 6:
        return "TCP";
    case 17:
        return "UDP";
    case 41:
        return "IPv6";
    case 47:
        return "GRE";
    case 50:
        return "ESP";
    case 51:
        return "AH";
    case 58:
        return "ICMPv6";
    case 132:
        return "SCTP";
    default:
        return "unknown";
    }
}

void wb__detail_ip4(struct wb__packet_text *text, const struct wb_layer *layer,
                    const struct wb_ip4 *ip)
{
    struct wb__line *line = &text->line;
    unsigned index = (unsigned)(layer - text->decoded->layers);
    wb__line_put(line, "(tos 0x%x, ttl %u, id %u, offset %u, flags [%s%s%s%s], ",
                 ip->dscp << 2 | ip->ecn, ip->ttl, ip->identification, ip->fragment_offset,
                 ip->more_fragments ? "+" : "", ip->dont_fragment ? "DF" : "",
                 ip->reserved_flag ? "rb" : "",
                 ip->more_fragments || ip->dont_fragment || ip->reserved_flag ? "" : "none");
    wb__line_put(line, "proto %s (%u), length %u", protocol_name(ip->protocol), ip->protocol,
                 ip->total_length);
    if (wb_checksum_state(text->packet, text->decoded, index) == WB_CHECKSUM_WRONG)
        wb__line_put(line, ", bad cksum %x", ip->checksum);
    wb__line_put(line, ") ");
}

void wb__detail_ip6(struct wb__packet_text *text, const struct wb_ip6 *ip)
{
    struct wb__line *line = &text->line;
    wb__line_put(line, "(");
    if (ip->traffic_class > 0)
        wb__line_put(line, "class 0x%02x, ", ip->traffic_class);
    if (ip->flow_label > 0)
        wb__line_put(line, "flowlabel 0x%05x, ", ip->flow_label);
    wb__line_put(line, "hlim %u, next-header %s (%u) payload length: %u) ", ip->hop_limit,
                 protocol_name(ip->next_header), ip->next_header, ip->payload_length);
}

void wb__detail_checksum(struct wb__packet_text *text, const struct wb_layer *layer,
                         const char *name, uint16_t checksum)
{
    unsigned index = (unsigned)(layer - text->decoded->layers);
    unsigned state = wb_checksum_state(text->packet, text->decoded, index);
    if (state == WB_CHECKSUM_RIGHT)
        wb__line_put(&text->line, "%s sum ok", name);
    else if (state == WB_CHECKSUM_WRONG)
        wb__line_put(&text->line, "bad %s cksum 0x%04x", name, checksum);
    else if (state == WB_CHECKSUM_ABSENT)
        wb__line_put(&text->line, "no cksum");
    else
        wb__line_put(&text->line, "%s cksum 0x%04x %s", name, checksum,
                     wb_checksum_state_name(state));
}
