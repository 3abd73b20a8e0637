/* SPDX-License-Identifier: ISC */
#include "flow/fragment.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/defaults.h"
#include "base/hash.h"
#include "decode/decode.h"
#include "flow/context.h"
#include "flow/datagram.h"
#include "flow/flow.h"
#include "flow/host.h"
#include "flow/policy.h"

#define NS_PER_MS 1000000
#define PROTOCOL_TCP 6
#define TCP_BYTES 20
#define PACKETS_FIRST 8 /* numbers that a datagram has room for at first */
#define ROOM_SPARE 4096 /* what the blocks of a fragment may cost beyond its bytes */

/* The memory of a datagram that was put together, until the batch ends. */
struct whole {
    struct whole *next;
    uint64_t *packets;
    uint64_t cost; /* charged for this and for packets */
    uint8_t bytes[];
};

struct wb__fragment_table {
    struct wb_fragment_options options;
    struct wb__targets targets;
    wb__fragment_anomaly_handler *anomaly;
    void *context;
    bool asks_host; /* whether it takes a fragment */
    struct wb__hash_key key;
    struct wb__datagram **buckets;
    uint64_t bucket_mask;
    struct wb__link ages; /* the oldest first */
    struct wb__slab datagrams, headers, runs;
    struct wb__queue_memory memory; /* its budget is that of all of them */
    struct whole *wholes;
    struct wb_fragment_stats stats;
};

void wb__fragment_fill_in_defaults(struct wb_fragment_options *options)
{
    wb__default32(&options->max_datagrams, 8192);
    wb__default64(&options->max_memory, UINT64_C(32) << 20);
    wb__default32(&options->timeout_ms, 30000);
}

struct wb__fragment_table *wb__fragment_table_new(const struct wb_fragment_options *options,
                                                  const struct wb_flow_options *flow,
                                                  wb__fragment_anomaly_handler *anomaly,
                                                  void *context, const uint8_t key[16])
{
    struct wb__fragment_table *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    table->options = *options;
    wb__fragment_fill_in_defaults(&table->options);
    table->anomaly = anomaly;
    table->context = context;
    memcpy(&table->key, key, sizeof table->key);
    uint64_t count = 64;
    while (count < table->options.max_datagrams)
        count *= 2;
    table->bucket_mask = count - 1;
    table->buckets = calloc(count, sizeof(struct wb__datagram *));
    wb__queue_memory_init(&table->memory, UINT32_MAX, table->options.max_memory, table->key.k0);
    table->memory.is_for_fragments = true;
    wb__slab_init(&table->datagrams, sizeof(struct wb__datagram), &table->memory.budget);
    wb__slab_init(&table->headers, WB__DATAGRAM_HEADERS_MAX, &table->memory.budget);
    wb__slab_init(&table->runs, sizeof(struct wb__runs), &table->memory.budget);
    wb__list_init(&table->ages);
    table->asks_host = !(flow->lenient >> WB_FLOW_CHECK_IP & 1);
    struct wb_flow_options filled = *flow;
    wb__flow_fill_in_defaults(&filled);
    if (wb__targets_copy(&table->targets, &filled) < 0 || !table->buckets) {
        wb__fragment_table_free(table);
        return NULL;
    }
    return table;
}

static struct wb__datagram *oldest(const struct wb__fragment_table *table)
{
    if (wb__list_is_empty(&table->ages))
        return NULL;
    return wb__container(table->ages.next, struct wb__datagram, age);
}

bool wb__fragment_table_has_wholes(const struct wb__fragment_table *table)
{
    return table->wholes;
}

void wb__fragment_table_before_reuse(struct wb__fragment_table *table)
{
    for (struct whole *whole; (whole = table->wholes);) {
        table->wholes = whole->next;
        wb__budget_give(&table->memory.budget, whole->cost);
        free(whole->packets);
        free(whole);
    }
}

void wb__fragment_table_free(struct wb__fragment_table *table)
{
    if (!table)
        return;
    for (struct wb__link *link = table->ages.next; link != &table->ages; link = link->next)
        free(wb__container(link, struct wb__datagram, age)->packets);
    wb__fragment_table_before_reuse(table);
    wb__slab_free(&table->datagrams);
    wb__slab_free(&table->headers);
    wb__slab_free(&table->runs);
    wb__queue_memory_free(&table->memory);
    wb__targets_free(&table->targets);
    free(table->buckets);
    free(table);
}

/* --- complaints -------------------------------------------------------------- */

static void tell(struct wb__fragment_table *table, const struct wb__datagram *datagram,
                 struct wb_fragment_anomaly anomaly, enum wb_fragment_anomaly_kind kind)
{
    if (!table->anomaly)
        return;
    anomaly.kind = (uint8_t)kind;
    anomaly.ip_version = datagram->ip_version;
    anomaly.protocol = datagram->protocol;
    anomaly.identification = datagram->identification;
    memcpy(anomaly.source, datagram->source, 16);
    memcpy(anomaly.destination, datagram->destination, 16);
    table->anomaly(table->context, &anomaly);
}

/* --- endings ----------------------------------------------------------------- */

static uint64_t cost_of_packets(const struct wb__datagram *datagram)
{
    return datagram->packet_capacity * sizeof *datagram->packets;
}

static void forget(struct wb__fragment_table *table, struct wb__datagram *datagram)
{
    struct wb__datagram **place = &table->buckets[datagram->hash & table->bucket_mask];
    while (*place != datagram)
        place = &(*place)->chain;
    *place = datagram->chain;
    wb__list_remove(&datagram->age);
    wb__queue_clear(&datagram->queue, &table->memory);
    wb__budget_give(&table->memory.budget, cost_of_packets(datagram));
    free(datagram->packets);
    wb__slab_give(&table->headers, datagram->headers);
    wb__slab_give(&table->runs, datagram->runs);
    wb__slab_give(&table->datagrams, datagram);
    table->stats.active--;
}

static void give_up(struct wb__fragment_table *table, struct wb__datagram *datagram,
                    enum wb_fragment_anomaly_kind kind, int64_t now_ns)
{
    if (kind == WB_FRAGMENT_ANOMALY_TIMEOUT)
        table->stats.expired++;
    else
        table->stats.evicted++;
    tell(table, datagram,
         (struct wb_fragment_anomaly){.time_ns = now_ns, .length = datagram->stored}, kind);
    forget(table, datagram);
}

void wb__fragment_table_expire(struct wb__fragment_table *table, int64_t now_ns)
{
    int64_t timeout_ns = (int64_t)table->options.timeout_ms * NS_PER_MS;
    for (struct wb__datagram *datagram; (datagram = oldest(table));) {
        if (now_ns - datagram->begun_ns < timeout_ns)
            return;
        give_up(table, datagram, WB_FRAGMENT_ANOMALY_TIMEOUT, now_ns);
    }
}

void wb__fragment_table_finish(struct wb__fragment_table *table)
{
    for (struct wb__datagram *datagram; (datagram = oldest(table));)
        give_up(table, datagram, WB_FRAGMENT_ANOMALY_TIMEOUT, datagram->begun_ns);
}

/* Makes room by giving up the oldest datagram other than spared. False: there is none. */
static bool make_room(struct wb__fragment_table *table, const struct wb__datagram *spared,
                      enum wb_fragment_anomaly_kind kind, int64_t now_ns)
{
    struct wb__link *link = table->ages.next;
    if (link != &table->ages && wb__container(link, struct wb__datagram, age) == spared)
        link = link->next;
    if (link == &table->ages)
        return false;
    give_up(table, wb__container(link, struct wb__datagram, age), kind, now_ns);
    return true;
}

/* --- reading fragments ------------------------------------------------------- */

static bool is_whole_header(const struct wb_packet *packet, const struct wb_decoded *decoded,
                            const struct wb_layer *layer)
{
    bool is_there = layer->status != WB_LAYER_MALFORMED && layer->status != WB_LAYER_TRUNCATED;
    unsigned index = (unsigned)(layer - decoded->layers);
    return is_there && wb_checksum_state(packet, decoded, index) != WB_CHECKSUM_WRONG;
}

/* The payload, where all of it was captured. */
static bool find_payload(const struct wb_packet *packet, const struct wb_layer *layer,
                         struct wb__fragment *fragment)
{
    uint32_t captured = wb_layer_payload(packet, layer, &fragment->bytes);
    fragment->length = layer->length - layer->header_length;
    return captured == fragment->length;
}

static bool read_ip4(const struct wb_packet *packet, const struct wb_decoded *decoded,
                     struct wb__fragment *fragment)
{
    const struct wb_layer *layer = &decoded->layers[decoded->fragment];
    struct wb_ip4 ip;
    if (!is_whole_header(packet, decoded, layer) || wb_ip4_read(packet, layer, &ip) < 0)
        return false;
    *fragment = (struct wb__fragment){
        .offset = ip.fragment_offset,
        .more_fragments = ip.more_fragments,
        .ip_version = 4,
        .protocol = ip.protocol,
        .identification = ip.identification,
        .ip_layer = decoded->fragment,
        .headers_length = layer->offset + layer->header_length,
        .ip_offset = layer->offset,
    };
    return find_payload(packet, layer, fragment);
}

static bool is_ip6_extension(uint8_t kind)
{
    return kind == WB_LAYER_IP6_HOPOPTS || kind == WB_LAYER_IP6_ROUTING ||
           kind == WB_LAYER_IP6_DSTOPTS;
}

/* Does the first fragment of an IPv6 packet hold all headers up to the upper layer's, as
 * RFC 7112, 5 has hosts insist on? */
static bool has_all_headers(const struct wb_decoded *decoded)
{
    for (unsigned i = decoded->fragment + 1u; i < decoded->layer_count; i++) {
        const struct wb_layer *layer = &decoded->layers[i];
        if (is_ip6_extension(layer->kind) && layer->header_length > 0)
            continue;
        switch (layer->kind) {
        case WB_LAYER_TCP:
            return layer->length >= TCP_BYTES;
        case WB_LAYER_UDP:
        case WB_LAYER_ICMP6:
            return layer->length >= 8;
        default:
            return !is_ip6_extension(layer->kind);
        }
    }
    return false;
}

/* The header that names the fragment header may be the IPv6 header itself, at its byte 6,
 * or an extension header, which begins with that byte (RFC 8200, 4). */
static bool read_ip6(const struct wb_packet *packet, const struct wb_decoded *decoded,
                     struct wb__fragment *fragment)
{
    const struct wb_layer *layer = &decoded->layers[decoded->fragment];
    const struct wb_layer *before = layer - 1;
    struct wb_ip6_fragment header;
    unsigned ip = decoded->fragment;
    while (ip > 0 && decoded->layers[ip].kind != WB_LAYER_IP6)
        ip--;
    if (decoded->layers[ip].status == WB_LAYER_MALFORMED ||
        wb_ip6_fragment_read(packet, layer, &header) < 0)
        return false;
    *fragment = (struct wb__fragment){
        .offset = header.fragment_offset,
        .more_fragments = header.more_fragments,
        .ip_version = 6,
        .protocol = header.next_header,
        .identification = header.identification,
        .ip_layer = (uint8_t)ip,
        .headers_length = layer->offset,
        .ip_offset = decoded->layers[ip].offset,
        .link_offset = before->offset + (before->kind == WB_LAYER_IP6 ? 6 : 0),
        .lacks_headers = header.fragment_offset == 0 && !has_all_headers(decoded),
    };
    return find_payload(packet, layer, fragment);
}

static bool read_fragment(const struct wb__fragment_table *table, const struct wb_packet *packet,
                          const struct wb_decoded *decoded, struct wb__fragment *fragment)
{
    bool is_ip4 = decoded->layers[decoded->fragment].kind == WB_LAYER_IP4;
    if (is_ip4 ? !read_ip4(packet, decoded, fragment) : !read_ip6(packet, decoded, fragment))
        return false;
    return !table->asks_host ||
           wb__host_judge(packet, decoded, fragment->ip_layer, decoded->fragment + 1u) !=
               WB__HOST_REFUSES;
}

/* --- lookup and beginnings --------------------------------------------------- */

/* RFC 791, 3.2: addresses, protocol and identification; RFC 8200, 4.5: without protocol.
 * Around them, what sets address spaces apart. */
static void make_key(const struct wb__fragment_table *table, struct wb__datagram *datagram,
                     const struct wb_packet *packet, const struct wb_decoded *decoded,
                     const struct wb__fragment *fragment)
{
    const uint8_t *header = packet->data + fragment->ip_offset;
    bool is_ip4 = fragment->ip_version == 4;
    size_t address_length = is_ip4 ? 4 : 16;
    const uint8_t *addresses = header + (is_ip4 ? 12 : 8);
    memcpy(datagram->source, addresses, address_length);
    memcpy(datagram->destination, addresses + address_length, address_length);
    datagram->key[0] = (uint64_t)fragment->identification << 32 |
                       (uint32_t)(is_ip4 ? fragment->protocol : 0) << 8 | fragment->ip_version;
    datagram->key[1] = wb__flow_context(packet, decoded, fragment->ip_layer, &table->key);
    memcpy(&datagram->key[2], datagram->source, 16);
    memcpy(&datagram->key[4], datagram->destination, 16);
    datagram->key_count = WB__DATAGRAM_KEY_WORDS;
}

static struct wb__datagram *find(const struct wb__fragment_table *table,
                                 const struct wb__datagram *wanted)
{
    struct wb__datagram *datagram = table->buckets[wanted->hash & table->bucket_mask];
    while (datagram && memcmp(datagram->key, wanted->key, sizeof wanted->key) != 0)
        datagram = datagram->chain;
    return datagram;
}

/* Linux drops an IPv4 datagram with an overlap since 4.20; every IPv6 host has to (RFC
 * 5722, 4). */
static bool is_strict(const struct wb__datagram *datagram)
{
    return datagram->ip_version == 6 || datagram->policy == WB_OVERLAP_LINUX;
}

static void *take_from(struct wb__fragment_table *table, struct wb__slab *slab,
                       const struct wb__datagram *spared, int64_t now_ns)
{
    void *object;
    while (!(object = wb__slab_take(slab)))
        if (!make_room(table, spared, WB_FRAGMENT_ANOMALY_MEMORY_LIMIT, now_ns))
            break;
    return object;
}

static struct wb__datagram *begin(struct wb__fragment_table *table,
                                  const struct wb__datagram *wanted, int64_t now_ns)
{
    if (table->stats.active >= table->options.max_datagrams)
        make_room(table, NULL, WB_FRAGMENT_ANOMALY_LIMIT, now_ns);
    struct wb__runs *runs = NULL;
    if (is_strict(wanted)) {
        runs = take_from(table, &table->runs, NULL, now_ns);
        if (!runs)
            return NULL;
        memset(runs, 0, sizeof *runs);
    }
    struct wb__datagram *datagram = take_from(table, &table->datagrams, NULL, now_ns);
    if (!datagram) {
        wb__slab_give(&table->runs, runs);
        return NULL;
    }
    *datagram = *wanted;
    datagram->runs = runs;
    if (runs)
        datagram->policy = WB_OVERLAP_FIRST;
    datagram->begun_ns = now_ns;
    struct wb__datagram **bucket = &table->buckets[datagram->hash & table->bucket_mask];
    datagram->chain = *bucket;
    *bucket = datagram;
    wb__list_init(&datagram->age);
    wb__list_append(&table->ages, &datagram->age);
    table->stats.datagrams++;
    if (++table->stats.active > table->stats.active_peak)
        table->stats.active_peak = table->stats.active;
    return datagram;
}

static struct wb__datagram *find_or_begin(struct wb__fragment_table *table,
                                          const struct wb_packet *packet,
                                          const struct wb_decoded *decoded,
                                          const struct wb__fragment *fragment)
{
    struct wb__datagram wanted = {
        .ip_version = fragment->ip_version,
        .protocol = fragment->protocol,
        .identification = fragment->identification,
    };
    make_key(table, &wanted, packet, decoded, fragment);
    wanted.policy =
        (uint8_t)wb__targets_find(&table->targets, wanted.destination, wanted.ip_version);
    wanted.hash = wb__hash(&table->key, wanted.key, wanted.key_count);
    struct wb__datagram *datagram = find(table, &wanted);
    return datagram ? datagram : begin(table, &wanted, packet->time_ns);
}

/* --- fragments --------------------------------------------------------------- */

/* The headers of the whole are those of the first fragment (RFC 791, 3.2). */
static bool keep_headers(struct wb__fragment_table *table, struct wb__datagram *datagram,
                         const struct wb_packet *packet, const struct wb__fragment *fragment)
{
    if (fragment->offset > 0 || datagram->headers)
        return true;
    datagram->headers = take_from(table, &table->headers, datagram, packet->time_ns);
    if (!datagram->headers)
        return false;
    memcpy(datagram->headers, packet->data, fragment->headers_length);
    datagram->headers_length = fragment->headers_length;
    datagram->ip_offset = fragment->ip_offset;
    datagram->link_offset = fragment->link_offset;
    datagram->ip_layer = fragment->ip_layer;
    datagram->ip6_protocol = fragment->protocol;
    return true;
}

static bool keep_number(struct wb__fragment_table *table, struct wb__datagram *datagram,
                        uint64_t number)
{
    if (datagram->packet_count == datagram->packet_capacity) {
        uint32_t more = datagram->packet_capacity ? datagram->packet_capacity : PACKETS_FIRST;
        uint64_t cost = more * sizeof *datagram->packets;
        if (!wb__budget_take(&table->memory.budget, cost))
            return false;
        uint64_t *packets = realloc(datagram->packets, cost_of_packets(datagram) + cost);
        if (!packets) {
            wb__budget_give(&table->memory.budget, cost);
            return false;
        }
        datagram->packets = packets;
        datagram->packet_capacity += more;
    }
    datagram->packets[datagram->packet_count++] = number;
    return true;
}

static bool is_tiny(const struct wb__fragment *fragment)
{
    return fragment->offset == 0 && fragment->protocol == PROTOCOL_TCP &&
           fragment->length < TCP_BYTES;
}

static struct wb_fragment_anomaly where(const struct wb_packet *packet,
                                        const struct wb__fragment *fragment)
{
    return (struct wb_fragment_anomaly){.time_ns = packet->time_ns,
                                        .packet = packet->number,
                                        .offset = fragment->offset,
                                        .length = fragment->length};
}

/* Makes room for a fragment's bytes, by giving up older datagrams. */
static void make_room_for(struct wb__fragment_table *table, const struct wb__datagram *datagram,
                          const struct wb_packet *packet, const struct wb__fragment *fragment)
{
    const struct wb__budget *budget = &table->memory.budget;
    uint64_t needed = fragment->length + fragment->length / 4 + ROOM_SPARE;
    while (budget->limit - budget->used < needed)
        if (!make_room(table, datagram, WB_FRAGMENT_ANOMALY_MEMORY_LIMIT, packet->time_ns))
            return;
}

static enum wb__fragment_verdict take_bytes(struct wb__fragment_table *table,
                                            struct wb__datagram *datagram,
                                            const struct wb_packet *packet,
                                            const struct wb__fragment *fragment)
{
    struct wb__queue_result result;
    int complaint;
    make_room_for(table, datagram, packet, fragment);
    enum wb__fragment_verdict verdict =
        wb__datagram_take(datagram, &table->memory, fragment, &complaint, &result);
    struct wb_fragment_anomaly anomaly = where(packet, fragment);
    if (complaint == WB_FRAGMENT_ANOMALY_OVERLAP_DIFFERS) {
        table->stats.overlaps_differing += result.difference->differing;
        anomaly.offset = result.difference->sequence;
        anomaly.length = result.difference->length;
        anomaly.kept_length = result.difference->shown;
        anomaly.kept = result.difference->kept;
        anomaly.rejected = result.difference->rejected;
    }
    if (complaint >= 0)
        tell(table, datagram, anomaly, (enum wb_fragment_anomaly_kind)complaint);
    return verdict;
}

static void discard(struct wb__fragment_table *table, struct wb__datagram *datagram)
{
    table->stats.discarded++;
    forget(table, datagram);
}

/* Does the whole have a fragment header of its own? No host goes on with it. */
static bool is_nested(const struct wb_decoded *decoded, const struct wb__datagram *datagram)
{
    if (!decoded->is_fragment || decoded->layers[decoded->fragment].kind != WB_LAYER_IP6_FRAGMENT)
        return false;
    unsigned ip = decoded->fragment;
    while (ip > 0 && decoded->layers[ip].kind != WB_LAYER_IP6)
        ip--;
    return ip == datagram->ip_layer;
}

/* Hop-by-hop options that came in fragments do not follow the IPv6 header (RFC 8200, 4.1),
 * though in the whole they may. */
static bool has_inner_hop_by_hop(const struct wb_decoded *decoded,
                                 const struct wb__datagram *datagram)
{
    for (unsigned i = datagram->ip_layer + 1u; i < decoded->layer_count; i++) {
        uint8_t kind = decoded->layers[i].kind;
        if (kind == WB_LAYER_IP6_HOPOPTS && decoded->layers[i].offset >= datagram->headers_length)
            return true;
        if (!is_ip6_extension(kind))
            break;
    }
    return false;
}

/* Accounts for a fragment; false when its datagram is gone. */
static bool take(struct wb__fragment_table *table, struct wb__datagram *datagram,
                 const struct wb_packet *packet, const struct wb__fragment *fragment)
{
    enum wb__fragment_verdict verdict = take_bytes(table, datagram, packet, fragment);
    switch (verdict) {
    case WB__FRAGMENT_TAKEN:
        if (is_tiny(fragment))
            tell(table, datagram, where(packet, fragment), WB_FRAGMENT_ANOMALY_TINY);
        if (keep_headers(table, datagram, packet, fragment) &&
            keep_number(table, datagram, packet->number))
            return true;
        break;
    case WB__FRAGMENT_DUPLICATE:
        table->stats.duplicates++;
        return true;
    case WB__FRAGMENT_IGNORED:
        table->stats.ignored_malformed++;
        return true;
    case WB__FRAGMENT_DISCARDED:
        discard(table, datagram);
        return false;
    case WB__FRAGMENT_NO_MEMORY:
        break;
    }
    table->stats.dropped_memory_limit++;
    give_up(table, datagram, WB_FRAGMENT_ANOMALY_MEMORY_LIMIT, packet->time_ns);
    return false;
}

/* --- the whole --------------------------------------------------------------- */

/* The first fragment's header may be longer than those of the others. */
static bool is_too_long(const struct wb__datagram *datagram)
{
    uint32_t length = wb__datagram_whole_length(datagram) - datagram->ip_offset;
    return length > WB__DATAGRAM_MAX + (datagram->ip_version == 6 ? 40 : 0);
}

static struct whole *whole_new(struct wb__fragment_table *table, struct wb__datagram *datagram,
                               int64_t now_ns)
{
    uint64_t size = sizeof(struct whole) + wb__datagram_whole_length(datagram);
    while (!wb__budget_take(&table->memory.budget, size))
        if (!make_room(table, datagram, WB_FRAGMENT_ANOMALY_MEMORY_LIMIT, now_ns))
            return NULL;
    struct whole *whole = malloc(size);
    if (!whole) {
        wb__budget_give(&table->memory.budget, size);
        return NULL;
    }
    whole->cost = size + cost_of_packets(datagram);
    whole->packets = datagram->packets;
    whole->next = table->wholes;
    table->wholes = whole;
    return whole;
}

static bool complete(struct wb__fragment_table *table, struct wb__datagram *datagram,
                     const struct wb_packet *last, struct wb_packet *packet,
                     struct wb_decoded *decoded, struct wb_datagram *public)
{
    if (is_too_long(datagram)) {
        tell(table, datagram,
             (struct wb_fragment_anomaly){.time_ns = last->time_ns, .packet = last->number,
                                          .length = datagram->length},
             WB_FRAGMENT_ANOMALY_TOO_LONG);
        discard(table, datagram);
        return false;
    }
    struct whole *whole = whole_new(table, datagram, last->time_ns);
    if (!whole) {
        table->stats.dropped_memory_limit++;
        give_up(table, datagram, WB_FRAGMENT_ANOMALY_MEMORY_LIMIT, last->time_ns);
        return false;
    }
    wb__datagram_write(datagram, whole->bytes);
    *packet = *last;
    packet->data = whole->bytes;
    packet->captured_length = packet->wire_length = wb__datagram_whole_length(datagram);
    packet->flags &= (uint8_t)~WB_PACKET_CHECKSUM_VALID; /* that was about the fragment */
    packet->flags |= WB_PACKET_REASSEMBLED;
    wb__decode_grown(packet, datagram->ip_layer, datagram->ip_offset, decoded);
    *public = (struct wb_datagram){.packets = datagram->packets,
                                   .packet_count = datagram->packet_count,
                                   .payload_length = datagram->length,
                                   .layer = datagram->ip_layer};
    datagram->packets = NULL; /* they are the whole's now, and so is their cost */
    datagram->packet_capacity = 0;
    bool is_inner = is_nested(decoded, datagram);
    if (is_inner || (table->asks_host && has_inner_hop_by_hop(decoded, datagram))) {
        tell(table, datagram,
             (struct wb_fragment_anomaly){.time_ns = last->time_ns, .packet = last->number,
                                          .length = public->payload_length},
             is_inner ? WB_FRAGMENT_ANOMALY_NESTED : WB_FRAGMENT_ANOMALY_HEADER_ORDER);
        discard(table, datagram);
        return false;
    }
    table->stats.completed++;
    forget(table, datagram);
    return true;
}

bool wb__fragment_table_packet(struct wb__fragment_table *table, const struct wb_packet *packet,
                               const struct wb_decoded *decoded, struct wb_packet *whole,
                               struct wb_decoded *whole_decoded, struct wb_datagram *datagram)
{
    struct wb__fragment fragment;
    table->stats.fragments++;
    wb__fragment_table_expire(table, packet->time_ns);
    if (!read_fragment(table, packet, decoded, &fragment) ||
        fragment.headers_length > WB__DATAGRAM_HEADERS_MAX) {
        table->stats.ignored_malformed++;
        return false;
    }
    struct wb__datagram *unfinished = find_or_begin(table, packet, decoded, &fragment);
    if (!unfinished) {
        table->stats.dropped_memory_limit++;
        return false;
    }
    return take(table, unfinished, packet, &fragment) && wb__datagram_is_whole(unfinished) &&
           complete(table, unfinished, packet, whole, whole_decoded, datagram);
}

void wb__fragment_table_stats(const struct wb__fragment_table *table,
                              struct wb_fragment_stats *stats)
{
    *stats = table->stats;
    uint64_t fixed = sizeof *table + (table->bucket_mask + 1) * sizeof(struct wb__datagram *);
    stats->memory_bytes = fixed + table->memory.budget.used;
    stats->memory_peak = fixed + table->memory.budget.peak;
}
