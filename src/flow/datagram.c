/* SPDX-License-Identifier: ISC */
#include "flow/datagram.h"

#include <string.h>

#include "base/cursor.h"

#define UNIT 8

static bool has_bit(const uint64_t *bits, uint32_t index)
{
    return bits[index / 64] >> (index % 64) & 1;
}

static void set_bit(uint64_t *bits, uint32_t index)
{
    bits[index / 64] |= UINT64_C(1) << (index % 64);
}

static uint32_t units_of(uint32_t length)
{
    return (length + UNIT - 1) / UNIT;
}

/* Linux (net/ipv4/inet_fragment.c) looks at runs, not at bytes: within one run is a
 * duplicate, anything else that touches one is an overlap. */
static enum wb__fragment_verdict compare_with_runs(const struct wb__datagram *datagram,
                                                   const struct wb__fragment *fragment)
{
    const struct wb__runs *runs = datagram->runs;
    uint32_t first = fragment->offset / UNIT;
    uint32_t end = first + units_of(fragment->length);
    uint32_t there = 0, begins = 0;
    for (uint32_t unit = first; unit < end; unit++) {
        there += has_bit(runs->present, unit);
        begins += unit > first && has_bit(runs->begins, unit);
    }
    if (there == end - first && begins == 0)
        return WB__FRAGMENT_DUPLICATE;
    return there > 0 ? WB__FRAGMENT_DISCARDED : WB__FRAGMENT_TAKEN;
}

static void mark_run(struct wb__datagram *datagram, const struct wb__fragment *fragment,
                     uint32_t furthest)
{
    struct wb__runs *runs = datagram->runs;
    uint32_t first = fragment->offset / UNIT;
    if (fragment->offset == 0 || fragment->offset != furthest)
        set_bit(runs->begins, first);
    for (uint32_t unit = first; unit < first + units_of(fragment->length); unit++)
        set_bit(runs->present, unit);
}

/* Is the fragment at odds with the end of the datagram, as far as that is known? */
static bool has_other_end(const struct wb__datagram *datagram, const struct wb__fragment *fragment)
{
    uint32_t end = fragment->offset + fragment->length;
    if (fragment->more_fragments)
        return datagram->has_last && end > datagram->length;
    return end < datagram->length || (datagram->has_last && end != datagram->length);
}

/* An IPv6 host drops a fragment of an odd length (RFC 8200, 4.5), an IPv4 host that
 * follows Linux what is odd of it. */
static enum wb__fragment_verdict check_length(struct wb__fragment *fragment, int *complaint)
{
    uint32_t odd = fragment->more_fragments ? fragment->length % UNIT : 0;
    if (odd == 0 && fragment->length > 0)
        return WB__FRAGMENT_TAKEN;
    *complaint = WB_FRAGMENT_ANOMALY_LENGTH;
    if (odd > 0 && fragment->ip_version == 6)
        return WB__FRAGMENT_IGNORED;
    fragment->length -= odd;
    return fragment->length > 0 ? WB__FRAGMENT_TAKEN : WB__FRAGMENT_DISCARDED;
}

/* The length field has 16 bits: of the whole packet in IPv4, without its first header in
 * IPv6. The IPv6 host drops the fragment, the IPv4 host the datagram. */
static enum wb__fragment_verdict check_end(const struct wb__fragment *fragment, int *complaint)
{
    bool is_ip4 = fragment->ip_version == 4;
    uint32_t header = fragment->headers_length - fragment->ip_offset;
    uint32_t length = fragment->offset + fragment->length + (is_ip4 ? header : header - 40);
    if (length <= WB__DATAGRAM_MAX)
        return WB__FRAGMENT_TAKEN;
    *complaint = WB_FRAGMENT_ANOMALY_TOO_LONG;
    return is_ip4 ? WB__FRAGMENT_DISCARDED : WB__FRAGMENT_IGNORED;
}

static enum wb__fragment_verdict put(struct wb__datagram *datagram,
                                     struct wb__queue_memory *memory,
                                     const struct wb__fragment *fragment, int *complaint,
                                     struct wb__queue_result *result)
{
    enum wb__fragment_verdict verdict =
        datagram->runs ? compare_with_runs(datagram, fragment) : WB__FRAGMENT_TAKEN;
    const struct wb__chunk chunk = {.sequence = fragment->offset,
                                    .length = fragment->length,
                                    .bytes = fragment->bytes,
                                    .begin = fragment->offset,
                                    .end = fragment->offset + fragment->length};
    *result = wb__queue_put(&datagram->queue, memory, &chunk,
                            (enum wb_overlap_policy)datagram->policy);
    datagram->stored += result->stored;
    if (result->refused)
        return WB__FRAGMENT_NO_MEMORY;
    if (result->difference)
        *complaint = WB_FRAGMENT_ANOMALY_OVERLAP_DIFFERS;
    else if (result->stored == 0)
        return datagram->runs ? verdict : WB__FRAGMENT_DUPLICATE;
    else if (result->stored < fragment->length)
        *complaint = WB_FRAGMENT_ANOMALY_OVERLAP;
    return verdict;
}

enum wb__fragment_verdict wb__datagram_take(struct wb__datagram *datagram,
                                            struct wb__queue_memory *memory,
                                            const struct wb__fragment *given, int *complaint,
                                            struct wb__queue_result *result)
{
    struct wb__fragment fragment = *given;
    *complaint = -1;
    *result = (struct wb__queue_result){0};
    if (fragment.lacks_headers) {
        *complaint = WB_FRAGMENT_ANOMALY_TINY;
        return WB__FRAGMENT_IGNORED;
    }
    enum wb__fragment_verdict verdict = check_end(&fragment, complaint);
    if (verdict == WB__FRAGMENT_TAKEN)
        verdict = check_length(&fragment, complaint);
    if (verdict != WB__FRAGMENT_TAKEN)
        return verdict;
    if (has_other_end(datagram, &fragment)) {
        *complaint = WB_FRAGMENT_ANOMALY_END_DIFFERS;
        return WB__FRAGMENT_DISCARDED;
    }
    uint32_t furthest = datagram->length, end = fragment.offset + fragment.length;
    datagram->has_last |= !fragment.more_fragments;
    datagram->length = end > furthest ? end : furthest;
    verdict = put(datagram, memory, &fragment, complaint, result);
    if (verdict == WB__FRAGMENT_TAKEN && datagram->runs)
        mark_run(datagram, &fragment, furthest);
    return verdict;
}

/* --- the whole --------------------------------------------------------------- */

static void store16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint16_t header_checksum(const uint8_t *header, uint32_t length)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < length; i += 2)
        sum += wb__load16(header + i);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* RFC 791, 3.2: the header of the first fragment, the length of the whole, no fragment. */
static void finish_ip4(uint8_t *header, uint32_t header_length, uint32_t payload_length)
{
    store16(header + 2, header_length + payload_length);
    store16(header + 6, 0);
    store16(header + 10, 0);
    store16(header + 10, header_checksum(header, header_length));
}

void wb__datagram_write(const struct wb__datagram *datagram, uint8_t *packet)
{
    uint8_t *at = packet, *ip = packet + datagram->ip_offset;
    memcpy(at, datagram->headers, datagram->headers_length);
    at += datagram->headers_length;
    for (const struct wb__segment *s = datagram->queue.first; s; s = s->next) {
        memcpy(at, wb__segment_bytes(s), s->length);
        at += s->length;
    }
    uint32_t header_length = datagram->headers_length - datagram->ip_offset;
    if (datagram->ip_version == 4) {
        finish_ip4(ip, header_length, datagram->length);
        return;
    }
    store16(ip + 4, header_length - 40 + datagram->length);
    packet[datagram->link_offset] = datagram->ip6_protocol;
}
