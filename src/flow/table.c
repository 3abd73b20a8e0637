/* SPDX-License-Identifier: ISC
 *
 * The flow table: finds the flow of a packet under a keyed hash, begins flows, expires
 * them by packet time and makes room when it is full. Its slots are allocated once,
 * for the greatest number of flows; it never rehashes. What a segment means for its
 * flow is decided in tcp.c.
 */
#include "flow/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/defaults.h"
#include "base/huge.h"
#include "flow/context.h"
#include "flow/hole.h"
#include "flow/receiver.h"

#define NS_PER_MS 1000000
#define WELL_KNOWN_PORTS 1024
#define HUGE_SLOTS_BYTES ((size_t)8 << 20) /* smaller tables stay as small as they are used */
#define FLOWS_MAX INT32_MAX /* with its direction a number has 32 bits (wb__queue.owner) */

void wb__flow_fill_in_defaults(struct wb_flow_options *options)
{
    wb__default32(&options->max_flows, 262144);
    wb__default32(&options->max_buffer_per_direction, 4 << 20);
    wb__default64(&options->max_buffer_total, UINT64_C(256) << 20);
    wb__default32(&options->max_history_per_direction, 64 << 10);
    wb__default64(&options->max_history_total, UINT64_C(64) << 20);
    wb__default32(&options->max_suspect_per_direction, 1 << 20);
    wb__default64(&options->max_suspect_total, UINT64_C(64) << 20);
    wb__default32(&options->opening_timeout_ms, 30000);
    wb__default32(&options->established_timeout_ms, 300000);
    wb__default32(&options->closing_timeout_ms, 10000);
    wb__default32(&options->gap_wait_ms, 100);
    if (options->overlap == WB_OVERLAP_DEFAULT)
        options->overlap = WB_OVERLAP_LINUX;
}

/* At least half of the slots stay free, so that a search ends soon. */
static uint64_t slot_count(uint32_t max_flows)
{
    uint64_t count = 1024;
    while (count < UINT64_C(2) * max_flows)
        count *= 2;
    return count;
}

static size_t slots_bytes(const struct wb__flow_table *table)
{
    return (table->slot_mask + 1) * sizeof *table->slots;
}

/* Slots and entries for the greatest number of flows; both cost only what is used. */
static int make_room(struct wb__flow_table *table)
{
    table->slot_mask = slot_count(table->options.max_flows) - 1;
    if (slots_bytes(table) < HUGE_SLOTS_BYTES)
        table->slots = calloc(table->slot_mask + 1, sizeof *table->slots);
    else
        table->slots = wb__huge_new(slots_bytes(table));
    if (!table->slots)
        return -1;
    return wb__pool_init(&table->flows, sizeof(struct wb__flow), table->options.max_flows,
                         &table->flows_memory);
}

static void free_room(struct wb__flow_table *table)
{
    wb__pool_free(&table->flows);
    if (slots_bytes(table) < HUGE_SLOTS_BYTES)
        free(table->slots);
    else
        wb__huge_free(table->slots, slots_bytes(table));
}

struct wb__flow_table *wb__flow_table_new(const struct wb_flow_options *options,
                                          const struct wb__flow_events *events, void *context,
                                          const uint8_t key[16])
{
    struct wb__flow_table *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    table->options = *options;
    wb__flow_fill_in_defaults(&table->options);
    table->events = *events;
    table->context = context;
    memcpy(&table->key, key, sizeof table->key);
    if (table->options.max_flows > FLOWS_MAX)
        table->options.max_flows = FLOWS_MAX;
    wb__slab_init(&table->tunnels, WB_FLOW_TUNNELS_KEPT * sizeof(struct wb_flow_tunnel),
                  &table->flows_memory);
    wb__queue_memory_init(&table->memory, table->options.max_buffer_per_direction,
                          table->options.max_buffer_total, wb__load64(key + 8));
    wb__histories_init(&table->histories, table->options.max_history_per_direction,
                       table->options.max_history_total, wb__load64(key));
    wb__suspects_init(&table->suspects, table->options.max_suspect_per_direction,
                      table->options.max_suspect_total, wb__load64(key));
    for (int i = 0; i < WB__FLOW_STATES; i++)
        wb__list_init(&table->states[i]);
    table->timeouts_ns[WB__FLOW_OPENING] =
        (int64_t)table->options.opening_timeout_ms * NS_PER_MS;
    table->timeouts_ns[WB__FLOW_ESTABLISHED] =
        (int64_t)table->options.established_timeout_ms * NS_PER_MS;
    table->timeouts_ns[WB__FLOW_CLOSING] =
        (int64_t)table->options.closing_timeout_ms * NS_PER_MS;
    table->timeouts_ns[WB__FLOW_OVER] = table->timeouts_ns[WB__FLOW_CLOSING];
    table->gap_wait_ns = (int64_t)table->options.gap_wait_ms * NS_PER_MS;
    table->next_expiry_ns = INT64_MAX;
    if (wb__targets_copy(&table->targets, &table->options) < 0 || make_room(table) < 0) {
        wb__flow_table_free(table);
        return NULL;
    }
    return table;
}

void wb__flow_table_free(struct wb__flow_table *table)
{
    if (!table)
        return;
    wb__queue_memory_free(&table->memory);
    wb__histories_free(&table->histories);
    wb__suspects_free(&table->suspects);
    wb__targets_free(&table->targets);
    wb__slab_free(&table->tunnels);
    free_room(table);
    free(table);
}

/* --- expiry ------------------------------------------------------------------ */

void wb__flow_set_state(struct wb__flow_table *table, struct wb__flow *flow,
                        enum wb__flow_state state, int64_t now_ns)
{
    wb__list_remove(&flow->queue);
    wb__list_append(&table->states[state], &flow->queue);
    flow->state = state;
    flow->queued_ns = now_ns;
    int64_t due_ns = now_ns + table->timeouts_ns[state];
    if (due_ns < table->next_expiry_ns)
        table->next_expiry_ns = due_ns;
}

static void touch(struct wb__flow_table *table, struct wb__flow *flow, int64_t now_ns)
{
    if (now_ns - flow->queued_ns > table->timeouts_ns[flow->state] / 8)
        wb__flow_set_state(table, flow, flow->state, now_ns);
}

/* Frees a slot. Those behind it that a search would no longer reach move up. */
static void free_slot(struct wb__flow_table *table, uint64_t at)
{
    struct wb__slot *slots = table->slots;
    uint64_t mask = table->slot_mask;
    for (uint64_t next = (at + 1) & mask; slots[next].number; next = (next + 1) & mask) {
        uint64_t from_home = (next - slots[next].tag) & mask;
        if (from_home < ((next - at) & mask))
            continue;
        slots[at] = slots[next];
        at = next;
    }
    slots[at].number = 0;
}

static void unlink_flow(struct wb__flow_table *table, struct wb__flow *flow)
{
    uint64_t at = wb__flow_key_hash(flow->key, &table->key) & table->slot_mask;
    while (table->slots[at].number != flow->number)
        at = (at + 1) & table->slot_mask;
    free_slot(table, at);
    wb__list_remove(&flow->queue);
    wb__slab_give(&table->tunnels, flow->public.tunnels);
    wb__pool_give(&table->flows, flow->number);
    table->entries--;
}

void wb__flow_end(struct wb__flow_table *table, struct wb__flow *flow, enum wb_flow_end end,
                  int64_t now_ns)
{
    wb__hole_flush(table, flow, flow->public.last_ns);
    wb__history_drop(&table->histories, &flow->half[WB_FLOW_CLIENT]);
    wb__history_drop(&table->histories, &flow->half[WB_FLOW_SERVER]);
    wb__suspect_clear(&table->suspects, &flow->half[WB_FLOW_CLIENT]);
    wb__suspect_clear(&table->suspects, &flow->half[WB_FLOW_SERVER]);
    flow->public.end = end;
    table->stats.ended[end]++;
    table->stats.flows_active--;
    if (table->events.end)
        table->events.end(table->context, &flow->public);
    wb__flow_set_state(table, flow, WB__FLOW_OVER, now_ns);
}

/* Ends a flow that is not over yet, and forgets it. One that only waits for its last
 * bytes after both FINs has closed, whatever ends the waiting, and silence confirms a RST. */
static void drop(struct wb__flow_table *table, struct wb__flow *flow, enum wb_flow_end end,
                 int64_t now_ns)
{
    if (flow->has_doubtful_reset)
        end = WB_FLOW_END_RESET;
    else if (flow->state == WB__FLOW_CLOSING)
        end = WB_FLOW_END_CLOSED;
    if (flow->state != WB__FLOW_OVER)
        wb__flow_end(table, flow, end, now_ns);
    unlink_flow(table, flow);
}

static struct wb__flow *oldest(struct wb__flow_table *table, enum wb__flow_state state)
{
    if (wb__list_is_empty(&table->states[state]))
        return NULL;
    return wb__container(table->states[state].next, struct wb__flow, queue);
}

static void expire_state(struct wb__flow_table *table, enum wb__flow_state state, int64_t now_ns)
{
    int64_t timeout_ns = table->timeouts_ns[state];
    for (struct wb__flow *flow; (flow = oldest(table, state));) {
        if (now_ns - flow->queued_ns < timeout_ns)
            break;
        if (state != WB__FLOW_OVER && now_ns - flow->public.last_ns < timeout_ns)
            wb__flow_set_state(table, flow, state, flow->public.last_ns);
        else
            drop(table, flow, WB_FLOW_END_TIMEOUT, now_ns);
    }
}

static void find_next_expiry(struct wb__flow_table *table)
{
    table->next_expiry_ns = INT64_MAX;
    for (int state = 0; state < WB__FLOW_STATES; state++) {
        const struct wb__flow *flow = oldest(table, state);
        if (flow && flow->queued_ns + table->timeouts_ns[state] < table->next_expiry_ns)
            table->next_expiry_ns = flow->queued_ns + table->timeouts_ns[state];
    }
}

void wb__flow_table_expire(struct wb__flow_table *table, int64_t now_ns)
{
    if (now_ns < table->next_expiry_ns)
        return;
    for (int state = 0; state < WB__FLOW_STATES; state++)
        expire_state(table, state, now_ns);
    find_next_expiry(table);
}

void wb__flow_table_finish(struct wb__flow_table *table)
{
    for (int state = 0; state < WB__FLOW_STATES; state++)
        for (struct wb__flow *flow; (flow = oldest(table, state));)
            drop(table, flow, WB_FLOW_END_SHUTDOWN, flow->public.last_ns);
}

/* --- lookup and beginnings --------------------------------------------------- */

/* The flow of a slot, if it is that of the lookup, or NULL. */
static struct wb__flow *flow_at(const struct wb__flow_table *table, uint64_t at,
                                const struct wb__flow_lookup *lookup)
{
    struct wb__slot slot = table->slots[at];
    if (!slot.number || slot.tag != (uint32_t)lookup->hash)
        return NULL;
    struct wb__flow *flow = wb__pool_at(&table->flows, slot.number);
    return wb__flow_key_is_equal(flow->key, lookup->key.words) ? flow : NULL;
}

/* Mostly it is still where it was when it was fetched. */
static struct wb__flow *find(const struct wb__flow_table *table,
                             const struct wb__flow_lookup *lookup)
{
    struct wb__flow *flow = flow_at(table, lookup->slot, lookup);
    if (flow)
        return flow;
    uint64_t at = lookup->hash & table->slot_mask;
    for (; table->slots[at].number && !flow; at = (at + 1) & table->slot_mask)
        flow = flow_at(table, at, lookup);
    return flow;
}

static void fill_slot(struct wb__flow_table *table, uint64_t hash, const struct wb__flow *flow)
{
    uint64_t at = hash & table->slot_mask;
    while (table->slots[at].number)
        at = (at + 1) & table->slot_mask;
    table->slots[at] = (struct wb__slot){.tag = (uint32_t)hash, .number = flow->number};
}

void wb__flow_tell(struct wb__flow_table *table, struct wb__flow *flow,
                   enum wb_flow_direction direction, enum wb_flow_anomaly_kind kind,
                   const struct wb_flow_anomaly *where)
{
    struct wb_flow_anomaly anomaly = *where;
    anomaly.kind = (uint8_t)kind;
    anomaly.direction = (uint8_t)direction;
    if (table->events.anomaly)
        table->events.anomaly(table->context, &flow->public, &anomaly);
}

/* The flow of a state that was silent for the longest time, about: one that had packets since
 * it was queued is queued again, which those packets pay for. */
static struct wb__flow *most_silent(struct wb__flow_table *table, enum wb__flow_state state)
{
    struct wb__flow *flow = oldest(table, state);
    while (flow && flow->public.last_ns > flow->queued_ns) {
        wb__flow_set_state(table, flow, state, flow->public.last_ns);
        flow = oldest(table, state);
    }
    return flow;
}

/* Makes room in a full table: first those that are over, then half-open ones, since a
 * flood makes those, and only then the one that was silent for the longest time. */
static void evict(struct wb__flow_table *table, int64_t now_ns)
{
    static const enum wb__flow_state order[] = {WB__FLOW_OVER, WB__FLOW_OPENING,
                                                WB__FLOW_CLOSING, WB__FLOW_ESTABLISHED};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        struct wb__flow *flow = most_silent(table, order[i]);
        if (!flow)
            continue;
        if (flow->state != WB__FLOW_OVER)
            wb__flow_tell(table, flow, WB_FLOW_CLIENT, WB_FLOW_ANOMALY_FLOW_LIMIT,
                          &(struct wb_flow_anomaly){.time_ns = now_ns});
        drop(table, flow, WB_FLOW_END_EVICTED, now_ns);
        return;
    }
}

/* Is the sender of a flow's first packet its client? The sender of a SYN is; the sender
 * of a SYN with ACK is not; in mid-stream, who sends from a well-known port is not. */
static bool is_client(uint16_t flags, uint16_t source_port, uint16_t destination_port)
{
    if (flags & WB_TCP_SYN)
        return !(flags & WB_TCP_ACK);
    return !(source_port < WELL_KNOWN_PORTS && source_port < destination_port);
}

static void describe(struct wb__flow *flow, const struct wb_packet *packet,
                     const struct wb_decoded *decoded, bool sender_is_client)
{
    struct wb_flow *public = &flow->public;
    wb__flow_key_endpoints(packet, decoded, &public->endpoint[!sender_is_client],
                           &public->endpoint[sender_is_client]);
    public->ip_version = decoded->layers[decoded->network].kind == WB_LAYER_IP4 ? 4 : 6;
    public->protocol = 6;
    public->one_sided = true;
    public->first_ns = public->last_ns = packet->time_ns;
    public->vlan_count = decoded->vlan_count < 2 ? decoded->vlan_count : 2;
    memcpy(public->vlan_ids, decoded->vlan_ids, sizeof public->vlan_ids);
}

/* Without memory for them, a flow shows none of its tunnels. */
static void describe_tunnels(struct wb__flow_table *table, struct wb__flow *flow,
                             const struct wb_packet *packet, const struct wb_decoded *decoded,
                             bool sender_is_client)
{
    struct wb_flow_tunnel *tunnels = wb__slab_take(&table->tunnels);
    if (!tunnels)
        return;
    flow->public.tunnels = tunnels;
    flow->public.tunnel_count =
        (uint8_t)wb__flow_tunnels(packet, decoded, sender_is_client, tunnels);
}

/* Each direction is put together as its receiver would. */
static void choose_policies(const struct wb__flow_table *table, struct wb__flow *flow)
{
    for (int d = 0; d < 2; d++)
        flow->policy[d] =
            (uint8_t)wb__targets_find(&table->targets, flow->public.endpoint[!d].address,
                                      flow->public.ip_version);
}

static struct wb__flow *begin(struct wb__flow_table *table, const struct wb__flow_lookup *lookup,
                              const struct wb_packet *packet, const struct wb_decoded *decoded,
                              uint16_t flags)
{
    if (table->entries >= table->options.max_flows)
        evict(table, packet->time_ns);
    uint32_t number = wb__pool_take(&table->flows);
    if (!number)
        return NULL;
    struct wb__flow *flow = wb__pool_at(&table->flows, number);
    memset(flow, 0, sizeof *flow);
    flow->number = number;
    const uint8_t *ports = packet->data + decoded->layers[decoded->transport].offset;
    bool sender_is_client = is_client(flags, wb__load16(ports), wb__load16(ports + 2));
    memcpy(flow->key, lookup->key.words,
           wb__flow_key_count(lookup->key.words) * sizeof *flow->key);
    flow->is_swapped = lookup->key.is_swapped == sender_is_client;
    flow->half[WB_FLOW_SERVER].is_server = true;
    describe(flow, packet, decoded, sender_is_client);
    if (decoded->tunnel_count > 0)
        describe_tunnels(table, flow, packet, decoded, sender_is_client);
    choose_policies(table, flow);
    flow->public.id = ++table->last_id;
    flow->public.midstream = !(flags & WB_TCP_SYN);

    fill_slot(table, lookup->hash, flow);
    wb__list_init(&flow->queue);
    wb__flow_set_state(table, flow,
                       flow->public.midstream ? WB__FLOW_ESTABLISHED : WB__FLOW_OPENING,
                       packet->time_ns);
    table->entries++;
    table->stats.flows++;
    table->stats.flows_midstream += flow->public.midstream;
    if (++table->stats.flows_active > table->stats.flows_peak)
        table->stats.flows_peak = table->stats.flows_active;
    if (table->events.begin)
        table->events.begin(table->context, &flow->public);
    return flow;
}

/* --- packets ----------------------------------------------------------------- */

/* Takes a header apart that is known to have been captured whole. */
static void read_segment(struct wb__tcp_segment *segment, const struct wb_packet *packet,
                         const struct wb_layer *layer)
{
    const uint8_t *header = packet->data + layer->offset;
    segment->sequence = wb__load32(header + 4);
    segment->acknowledgment = wb__load32(header + 8);
    segment->flags = wb__load16(header + 12) & 0x1ff;
    segment->window = wb__load16(header + 14);
    segment->urgent_pointer = wb__load16(header + 18);
    segment->options = header + 20;
    segment->options_length = layer->header_length - 20;
    segment->payload = header + layer->header_length;
    segment->length = layer->length - layer->header_length;
    segment->captured = packet->captured_length - layer->offset - layer->header_length;
    if (segment->captured > segment->length)
        segment->captured = segment->length;
    segment->checksum = WB_CHECKSUM_UNVERIFIED;
    segment->time_ns = packet->time_ns;
    wb__receiver_read_timestamp(segment);
}

static bool is_checked(const struct wb__flow_table *table, enum wb_flow_check check)
{
    return !(table->options.lenient >> check & 1);
}

/* A receiver's check reads every byte, so it is done only where a segment can do harm. */
static bool needs_checksum(const struct wb__flow_table *table,
                           const struct wb__tcp_segment *segment)
{
    return is_checked(table, WB_FLOW_CHECK_CHECKSUM) &&
           (wb__is_ordered(segment) || segment->flags & WB_TCP_RST);
}

/* The TCP layer of a packet that this stage takes, or NULL. */
static const struct wb_layer *tcp_layer(const struct wb_decoded *decoded)
{
    if (decoded->transport == WB_LAYER_NONE || decoded->network == WB_LAYER_NONE)
        return NULL;
    const struct wb_layer *layer = &decoded->layers[decoded->transport];
    return layer->kind == WB_LAYER_TCP ? layer : NULL;
}

static void count_packet(struct wb__flow *flow, enum wb_flow_direction direction,
                         const struct wb_packet *packet, const struct wb__tcp_segment *segment)
{
    struct wb_flow_half *half = &flow->public.half[direction];
    half->packets++;
    half->wire_bytes += packet->wire_length;
    half->payload_bytes += segment->length;
    if (packet->time_ns > flow->public.last_ns)
        flow->public.last_ns = packet->time_ns;
    if (flow->public.one_sided && flow->public.half[!direction].packets)
        flow->public.one_sided = false;
}

static enum wb_flow_direction direction_of(const struct wb__flow *flow,
                                           const struct wb__flow_key *key)
{
    return key->is_swapped == flow->is_swapped ? WB_FLOW_CLIENT : WB_FLOW_SERVER;
}

/* Does the packet begin a new connection where an old one stands? */
static bool is_new_connection(struct wb__flow *flow, enum wb_flow_direction direction,
                              const struct wb__tcp_segment *segment)
{
    if (!(segment->flags & WB_TCP_SYN))
        return false;
    if (wb__receiver_is_refused_by_ip(&flow->half[direction], segment))
        return false;
    if (flow->state == WB__FLOW_OVER)
        return true;
    if (segment->checksum == WB_CHECKSUM_WRONG && flow->half[direction].has_right_checksum)
        return false;
    return wb__tcp_is_reuse(flow, direction, segment);
}

void wb__flow_table_prepare(const struct wb__flow_table *table, const struct wb_packet *packet,
                            const struct wb_decoded *decoded, struct wb__flow_lookup *lookup,
                            const struct wb__flow_lookup *previous)
{
    const struct wb_layer *layer = tcp_layer(decoded);
    lookup->is_tcp = layer && layer->header_length >= 20 && !decoded->is_fragment;
    if (!lookup->is_tcp)
        return;
    wb__flow_key_read(&lookup->key, packet, decoded);
    if (wb__flow_has_context(decoded))
        wb__flow_key_add_context(&lookup->key, packet, decoded, &table->key);
    const uint64_t *words = lookup->key.words;
    bool is_same =
        previous && previous->is_tcp && wb__flow_key_is_equal(previous->key.words, words);
    lookup->hash = is_same ? previous->hash : wb__flow_key_hash(words, &table->key);
    lookup->slot = lookup->hash & table->slot_mask;
    __builtin_prefetch(&table->slots[lookup->slot]);
}

void wb__flow_table_fetch(const struct wb__flow_table *table, struct wb__flow_lookup *lookup)
{
    if (!lookup->is_tcp)
        return;
    uint64_t at = lookup->slot;
    while (table->slots[at].number && table->slots[at].tag != (uint32_t)lookup->hash)
        at = (at + 1) & table->slot_mask;
    if (!table->slots[at].number)
        return;
    lookup->slot = at;
    const struct wb__flow *flow = wb__pool_at(&table->flows, table->slots[at].number);
    __builtin_prefetch(flow);
    __builtin_prefetch(&flow->half);
    __builtin_prefetch(&flow->public);
}

/* The flow that stands for the packet, unless the packet begins another in its place. */
static struct wb__flow *find_current(struct wb__flow_table *table,
                                     const struct wb__flow_lookup *lookup,
                                     const struct wb__tcp_segment *segment)
{
    struct wb__flow *flow = find(table, lookup);
    if (flow && is_new_connection(flow, direction_of(flow, &lookup->key), segment)) {
        drop(table, flow, WB_FLOW_END_REUSED, segment->time_ns);
        return NULL;
    }
    return flow;
}

/* May a packet whose flow is not known begin one? */
static bool is_beginning(struct wb__flow_table *table, const struct wb__tcp_segment *segment)
{
    if (segment->flags & WB_TCP_RST)
        return false; /* the answer to a packet that nobody waited for */
    if (segment->host == WB__HOST_REFUSES) {
        table->stats.ignored_ip++;
        return false;
    }
    if (!table->options.skip_midstream || segment->flags & WB_TCP_SYN)
        return true;
    table->stats.ignored_midstream++;
    return false;
}

static void count_ignored(struct wb__flow_table *table, const struct wb_decoded *decoded)
{
    if (!tcp_layer(decoded) || decoded->is_fragment)
        return;
    table->stats.packets++;
    table->stats.ignored_malformed++;
}

void wb__flow_table_packet(struct wb__flow_table *table, const struct wb_packet *packet,
                           const struct wb_decoded *decoded,
                           const struct wb__flow_lookup *lookup)
{
    if (!lookup->is_tcp) {
        count_ignored(table, decoded);
        return;
    }
    table->stats.packets++;
    struct wb__tcp_segment segment;
    read_segment(&segment, packet, tcp_layer(decoded));
    segment.host = WB__HOST_TAKES;
    if (is_checked(table, WB_FLOW_CHECK_IP))
        segment.host =
            (uint8_t)wb__host_judge(packet, decoded, decoded->network, decoded->transport);
    if (needs_checksum(table, &segment))
        segment.checksum = (uint8_t)wb_checksum_state(packet, decoded, decoded->transport);
    if (packet->time_ns >= table->next_expiry_ns)
        wb__flow_table_expire(table, packet->time_ns);

    struct wb__flow *flow = find_current(table, lookup, &segment);
    if (!flow && is_beginning(table, &segment))
        flow = begin(table, lookup, packet, decoded, segment.flags);
    if (!flow)
        return;
    touch(table, flow, packet->time_ns);
    if (flow->state == WB__FLOW_OVER) {
        table->stats.ignored_late++;
        return;
    }
    enum wb_flow_direction direction = direction_of(flow, &lookup->key);
    count_packet(flow, direction, packet, &segment);
    wb__tcp_segment(table, flow, direction, &segment);
}

void wb__flow_table_before_reuse(struct wb__flow_table *table, bool is_all)
{
    wb__history_before_reuse(&table->histories, is_all);
}

void wb__flow_table_stats(const struct wb__flow_table *table, struct wb_flow_stats *stats)
{
    *stats = table->stats;
    stats->buffered_bytes = table->memory.budget.used;
    stats->buffered_peak = table->memory.budget.peak;
    stats->history_bytes = table->histories.memory.budget.used;
    stats->history_peak = table->histories.memory.budget.peak;
    stats->suspects_held = table->suspects.held;
    stats->suspects_vouched = table->suspects.used;
    stats->suspects_dropped = table->suspects.dropped;
    stats->suspect_bytes = table->suspects.memory.budget.used;
    stats->suspect_peak = table->suspects.memory.budget.peak;
    uint64_t fixed = sizeof *table + slots_bytes(table);
    stats->memory_bytes =
        fixed + table->flows_memory.used + stats->buffered_bytes + stats->history_bytes +
        stats->suspect_bytes;
    stats->memory_peak =
        fixed + table->flows_memory.peak + stats->buffered_peak + stats->history_peak +
        stats->suspect_peak;
}
