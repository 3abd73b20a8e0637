/* SPDX-License-Identifier: ISC
 *
 * What all EVE records share (time, addresses, Community ID), and the records of flows
 * and anomalies. Addresses and Community ID of the last flow are kept as text, since
 * the next record is often of the same one.
 */
#include "record/eve.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define NS 1000000000
#define VERSION_BYTES_MAX 1024 /* of each version of differing bytes, in hex */

int wb__eve_open(struct wb__eve *eve)
{
    memset(eve, 0, sizeof *eve);
    eve->second = INT64_MIN;
    eve->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    eve->digest = EVP_MD_CTX_new();
    return eve->sha1 && eve->digest ? 0 : WB_E_MEMORY;
}

void wb__eve_close(struct wb__eve *eve)
{
    EVP_MD_CTX_free(eve->digest);
    EVP_MD_free(eve->sha1);
    wb__json_free(&eve->line);
    memset(eve, 0, sizeof *eve);
}

static void split_time(int64_t time_ns, int64_t *second, int64_t *microsecond)
{
    *second = time_ns / NS;
    int64_t rest = time_ns % NS;
    if (rest < 0) {
        rest += NS;
        --*second;
    }
    *microsecond = rest / 1000;
}

/* Suricata's form: 2026-01-02T03:04:05.123456+0000, here always in UTC. */
void wb__eve_time(struct wb__eve *eve, const char *key, int64_t time_ns)
{
    int64_t second, microsecond;
    split_time(time_ns, &second, &microsecond);
    if (second != eve->second) {
        time_t time = (time_t)second;
        struct tm tm;
        if (!gmtime_r(&time, &tm) ||
            !strftime(eve->second_text, sizeof eve->second_text, "%Y-%m-%dT%H:%M:%S", &tm))
            eve->second_text[0] = '\0';
        eve->second_length = strlen(eve->second_text);
        memcpy(eve->second_text + eve->second_length, ".000000+0000", 13);
        eve->second = second;
    }
    for (char *digit = eve->second_text + eve->second_length + 6; *digit != '.'; digit--) {
        *digit = (char)('0' + microsecond % 10);
        microsecond /= 10;
    }
    wb__json_bytes(&eve->line, key, eve->second_text, eve->second_length + 12);
}

/* Community ID flow hashing, version 1, seed 0 (the specification of Corelight): the
 * smaller endpoint first, then protocol, a zero byte and the ports. */
static void make_community_id(struct wb__eve *eve, const struct wb_flow *flow, char *text)
{
    const struct wb_endpoint *a = &flow->endpoint[0], *b = &flow->endpoint[1];
    size_t size = flow->ip_version == 6 ? 16 : 4;
    int order = memcmp(a->address, b->address, size);
    if (order > 0 || (order == 0 && a->port > b->port)) {
        const struct wb_endpoint *swap = a;
        a = b;
        b = swap;
    }
    uint8_t input[2 + 16 + 16 + 2 + 4] = {0};
    memcpy(input + 2, a->address, size);
    memcpy(input + 2 + size, b->address, size);
    uint8_t *rest = input + 2 + 2 * size;
    rest[0] = flow->protocol;
    rest[2] = (uint8_t)(a->port >> 8);
    rest[3] = (uint8_t)a->port;
    rest[4] = (uint8_t)(b->port >> 8);
    rest[5] = (uint8_t)b->port;

    uint8_t hash[EVP_MAX_MD_SIZE] = {0};
    unsigned length = 0;
    if (!EVP_DigestInit_ex2(eve->digest, eve->sha1, NULL) ||
        !EVP_DigestUpdate(eve->digest, input, 2 + 2 * size + 6) ||
        !EVP_DigestFinal_ex(eve->digest, hash, &length))
        length = 0;
    memcpy(text, "1:", 3);
    EVP_EncodeBlock((uint8_t *)text + 2, hash, (int)length);
}

static void make_ends(struct wb__eve *eve, const struct wb_flow *flow, bool is_swapped,
                      struct wb__eve_ends *ends)
{
    char community_id[2 + (EVP_MAX_MD_SIZE + 2) / 3 * 4 + 1];
    char source[INET6_ADDRSTRLEN] = "", target[INET6_ADDRSTRLEN] = "";
    const struct wb_endpoint *from = &flow->endpoint[is_swapped];
    const struct wb_endpoint *to = &flow->endpoint[!is_swapped];
    int family = flow->ip_version == 6 ? AF_INET6 : AF_INET;
    inet_ntop(family, from->address, source, sizeof source);
    inet_ntop(family, to->address, target, sizeof target);
    make_community_id(eve, flow, community_id);
    ends->flow_id = flow->id;
    ends->is_swapped = is_swapped;
    ends->length = (size_t)snprintf(
        ends->text, sizeof ends->text,
        "\"src_ip\":\"%s\",\"src_port\":%u,\"dest_ip\":\"%s\",\"dest_port\":%u,"
        "\"proto\":\"TCP\",\"community_id\":\"%s\"",
        source, from->port, target, to->port, community_id);
}

static void write_address(struct wb__json *line, const char *key, uint8_t ip_version,
                          const uint8_t *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(ip_version == 6 ? AF_INET6 : AF_INET, address, text, sizeof text);
    wb__json_text(line, key, text);
}

static void write_tunnel(struct wb__json *line, const struct wb_flow_tunnel *tunnel,
                         bool is_swapped)
{
    wb__json_begin(line, NULL, '{');
    wb__json_text(line, "layer", wb_layer_name(tunnel->kind));
    if (tunnel->has_id)
        wb__json_number(line, "id", tunnel->id);
    if (tunnel->ip_version) {
        write_address(line, "src_ip", tunnel->ip_version, tunnel->address[is_swapped]);
        write_address(line, "dest_ip", tunnel->ip_version, tunnel->address[!is_swapped]);
    }
    wb__json_end(line, '}');
}

/* Outermost first; of more than are kept, the innermost. */
static void write_tunnels(struct wb__json *line, const struct wb_flow *flow, bool is_swapped)
{
    wb__json_begin(line, "tunnel", '[');
    for (unsigned i = 0; i < flow->tunnel_count && i < WB_FLOW_TUNNELS_KEPT; i++)
        write_tunnel(line, &flow->tunnels[i], is_swapped);
    wb__json_end(line, ']');
    if (flow->tunnel_count > WB_FLOW_TUNNELS_KEPT)
        wb__json_number(line, "tunnel_count", flow->tunnel_count);
}

void wb__eve_endpoints(struct wb__eve *eve, const struct wb_flow *flow, bool is_swapped)
{
    struct wb__eve_ends *ends = &eve->ends[flow->id % WB__EVE_ENDS];
    if (ends->flow_id != flow->id || ends->is_swapped != is_swapped)
        make_ends(eve, flow, is_swapped, ends);
    wb__json_raw(&eve->line, ends->text, ends->length);
    if (flow->tunnel_count > 0)
        write_tunnels(&eve->line, flow, is_swapped);
}

void wb__eve_begin(struct wb__eve *eve, int64_t time_ns, const struct wb_flow *flow,
                   const char *event_type)
{
    struct wb__json *line = &eve->line;
    wb__json_reset(line);
    wb__json_begin(line, NULL, '{');
    wb__eve_time(eve, "timestamp", time_ns);
    if (flow)
        wb__json_number(line, "flow_id", flow->id);
    wb__json_text(line, "event_type", event_type);
    if (flow && flow->vlan_count) {
        wb__json_begin(line, "vlan", '[');
        for (unsigned i = 0; i < flow->vlan_count && i < 2; i++)
            wb__json_number(line, NULL, flow->vlan_ids[i]);
        wb__json_end(line, ']');
    }
}

/* EVE's words for how far a connection came. */
static const char *flow_state(const struct wb_flow *flow)
{
    if (flow->end == WB_FLOW_END_CLOSED || flow->end == WB_FLOW_END_RESET)
        return "closed";
    bool both = flow->syn_seen[0] && flow->syn_seen[1];
    return both || flow->midstream ? "established" : "new";
}

static void write_half(struct wb__json *line, const char *key, const struct wb_flow *flow,
                       enum wb_flow_direction direction, const uint8_t *sha256)
{
    const struct wb_flow_stream *stream = &flow->stream[direction];
    wb__json_begin(line, key, '{');
    wb__json_number(line, "payload_bytes", flow->half[direction].payload_bytes);
    wb__json_number(line, "stream_bytes", stream->bytes);
    wb__json_number(line, "gaps", stream->gaps);
    wb__json_number(line, "gap_bytes", stream->gap_bytes);
    wb__json_number(line, "retransmissions", stream->retransmissions);
    wb__json_number(line, "out_of_order", stream->out_of_order);
    wb__json_number(line, "overlaps_differing", stream->overlaps_differing);
    wb__json_number(line, "uncompared_bytes", stream->uncompared_bytes);
    wb__json_bool(line, "syn", flow->syn_seen[direction]);
    wb__json_bool(line, "fin", flow->fin_seen[direction]);
    wb__json_bool(line, "rst", flow->rst_seen[direction]);
    if (sha256)
        wb__json_hex(line, "sha256", sha256, WB__SHA256_BYTES);
    wb__json_end(line, '}');
}

static void write_client(struct wb__json *line, const struct wb__eve_client *client)
{
    wb__json_begin(line, "client_side", '{');
    wb__json_text(line, "direction", client->direction == WB_FLOW_CLIENT ? "toserver" : "toclient");
    wb__json_number(line, "bytes", client->bytes);
    wb__json_begin(line, "gaps", '[');
    for (uint32_t i = 0; i < client->gap_count && i < WB_HTTP_GAPS_KEPT; i++) {
        wb__json_begin(line, NULL, '{');
        wb__json_number(line, "offset", client->gaps[i].offset);
        wb__json_number(line, "length", client->gaps[i].length);
        wb__json_end(line, '}');
    }
    wb__json_end(line, ']');
    wb__json_number(line, "gap_count", client->gap_count);
    wb__json_number(line, "gap_bytes", client->gap_bytes);
    if (client->name)
        wb__json_text(line, "file", client->name);
    if (client->lost)
        wb__json_text(line, "file_lost", client->lost);
    wb__json_end(line, '}');
}

static void write_flow(struct wb__eve *eve, const struct wb__eve_flow *record)
{
    const struct wb_flow *flow = record->flow;
    struct wb__json *line = &eve->line;
    wb__json_begin(line, "flow", '{');
    wb__json_number(line, "pkts_toserver", flow->half[0].packets);
    wb__json_number(line, "pkts_toclient", flow->half[1].packets);
    wb__json_number(line, "bytes_toserver", flow->half[0].wire_bytes);
    wb__json_number(line, "bytes_toclient", flow->half[1].wire_bytes);
    wb__eve_time(eve, "start", flow->first_ns);
    wb__eve_time(eve, "end", flow->last_ns);
    wb__json_signed(line, "age", (flow->last_ns - flow->first_ns) / NS);
    wb__json_text(line, "state", flow_state(flow));
    wb__json_text(line, "reason", wb_flow_end_name(flow->end));
    wb__json_bool(line, "midstream", flow->midstream);
    wb__json_bool(line, "one_sided", flow->one_sided);
    write_half(line, "toserver", flow, WB_FLOW_CLIENT, record->sha256[0]);
    write_half(line, "toclient", flow, WB_FLOW_SERVER, record->sha256[1]);
    if (record->client)
        write_client(line, record->client);
    wb__json_end(line, '}');
}

void wb__eve_flow(struct wb__eve *eve, const struct wb__eve_flow *record)
{
    wb__eve_begin(eve, record->flow->last_ns, record->flow, "flow");
    wb__eve_endpoints(eve, record->flow, false);
    if (record->is_http)
        wb__json_text(&eve->line, "app_proto", "http");
    write_flow(eve, record);
    wb__json_end(&eve->line, '}');
}

/* Both versions of bytes that overlapped and differ, from the first that does: length of
 * them are there, of whole. Of bytes that were left out, there is one. */
static void write_versions(struct wb__json *line, const uint8_t *kept, const uint8_t *rejected,
                           uint32_t length, uint64_t whole)
{
    if (!rejected)
        return;
    if (length > VERSION_BYTES_MAX)
        length = VERSION_BYTES_MAX;
    if (kept)
        wb__json_hex(line, "kept", kept, length);
    wb__json_hex(line, "rejected", rejected, length);
    wb__json_bool(line, "truncated", whole > length);
}

void wb__eve_flow_anomaly(struct wb__eve *eve, const struct wb_flow *flow,
                          const struct wb_flow_anomaly *anomaly)
{
    struct wb__json *line = &eve->line;
    wb__eve_begin(eve, anomaly->time_ns, flow, "anomaly");
    wb__eve_endpoints(eve, flow, false);
    wb__json_begin(line, "anomaly", '{');
    wb__json_text(line, "type", "stream");
    wb__json_text(line, "event", wb_flow_anomaly_name(anomaly->kind));
    wb__json_text(line, "direction",
                  anomaly->direction == WB_FLOW_CLIENT ? "toserver" : "toclient");
    wb__json_number(line, "offset", anomaly->offset);
    wb__json_number(line, "length", anomaly->length);
    write_versions(line, anomaly->kept, anomaly->rejected, anomaly->kept_length,
                   anomaly->length);
    wb__json_end(line, '}');
    wb__json_end(line, '}');
}

static void put_address(struct wb__json *line, const char *key, unsigned ip_version,
                        const uint8_t *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(ip_version == 6 ? AF_INET6 : AF_INET, address, text, sizeof text);
    wb__json_text(line, key, text);
}

void wb__eve_fragment_anomaly(struct wb__eve *eve, const struct wb_fragment_anomaly *anomaly)
{
    struct wb__json *line = &eve->line;
    wb__eve_begin(eve, anomaly->time_ns, NULL, "anomaly");
    put_address(line, "src_ip", anomaly->ip_version, anomaly->source);
    put_address(line, "dest_ip", anomaly->ip_version, anomaly->destination);
    if (anomaly->packet)
        wb__json_number(line, "pcap_cnt", anomaly->packet);
    wb__json_begin(line, "anomaly", '{');
    wb__json_text(line, "type", "fragment");
    wb__json_text(line, "event", wb_fragment_anomaly_name(anomaly->kind));
    wb__json_number(line, "protocol", anomaly->protocol);
    wb__json_number(line, "identification", anomaly->identification);
    wb__json_number(line, "offset", anomaly->offset);
    wb__json_number(line, "length", anomaly->length);
    write_versions(line, anomaly->kept, anomaly->rejected, anomaly->kept_length,
                   anomaly->length);
    wb__json_end(line, '}');
    wb__json_end(line, '}');
}

void wb__eve_http_anomaly(struct wb__eve *eve, const struct wb_flow *flow,
                          const struct wb_http_transaction *transaction,
                          const struct wb_http_anomaly *anomaly)
{
    struct wb__json *line = &eve->line;
    wb__eve_begin(eve, anomaly->time_ns, flow, "anomaly");
    wb__eve_endpoints(eve, flow, false);
    if (transaction)
        wb__json_number(line, "tx_id", transaction->index);
    wb__json_begin(line, "anomaly", '{');
    wb__json_text(line, "app_proto", "http");
    wb__json_text(line, "type", "applayer");
    wb__json_text(line, "event", wb_http_anomaly_name(anomaly->kind));
    wb__json_text(line, "side", anomaly->side == WB_HTTP_REQUEST ? "request" : "response");
    wb__json_end(line, '}');
    wb__json_end(line, '}');
}
