/* SPDX-License-Identifier: ISC
 *
 * The decode stage, and the printing of packets, under arbitrary bytes. The first four
 * bytes choose link type, flags and how much longer the packet was on the wire; the rest
 * is the packet, in memory of just its size. What decode.h promises of the result is
 * checked; every field is read; text and JSON are made, and may hold no control byte.
 */
#include <stdlib.h>
#include <string.h>

#include <wirebeam/decode.h>
#include <wirebeam/record.h>

#define CHOICE_BYTES 4
#define CHECK(condition)  \
    do {                  \
        if (!(condition)) \
            abort();      \
    } while (0)

static const uint16_t link_types[] = {1,   113, 276, 0,   108, 101, 228, 229, 12, 14, 147, 6,  9,
                                      10,  50,  51,  100, 104, 105, 107, 119, 127, 163, 192, 239,
                                      219};

static void check_layer(const struct wb_packet *packet, const struct wb_layer *layer)
{
    const uint8_t *payload;
    CHECK(layer->kind < WB_LAYER_KIND_COUNT && layer->status <= WB_LAYER_FRAGMENT);
    CHECK(layer->header_length <= layer->length);
    CHECK((uint64_t)layer->offset + layer->header_length <= packet->captured_length);
    CHECK((uint64_t)layer->offset + layer->length <= packet->wire_length);
    CHECK(layer->status != WB_LAYER_TRUNCATED || layer->header_length == 0);
    uint32_t length = wb_layer_payload(packet, layer, &payload);
    CHECK(length <= layer->length - layer->header_length);
    CHECK(length == 0 || payload + length <= packet->data + packet->captured_length);
}

static void check_layers(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    CHECK(decoded->layer_count > 0 && decoded->layer_count <= WB_LAYERS_MAX);
    for (unsigned i = 0; i < decoded->layer_count; i++) {
        const struct wb_layer *layer = &decoded->layers[i];
        check_layer(packet, layer);
        if (i == 0)
            continue;
        const struct wb_layer *outer = layer - 1;
        uint32_t start = outer->offset + outer->header_length;
        CHECK(layer->offset == start || (layer->kind == WB_LAYER_AMSDU && layer->offset > start));
        CHECK(layer->offset + layer->length <= outer->offset + outer->length);
    }
    CHECK(decoded->network == WB_LAYER_NONE || decoded->network < decoded->layer_count);
    CHECK(decoded->transport == WB_LAYER_NONE ||
          (decoded->transport < decoded->layer_count && decoded->network < decoded->transport));
}

/* Every byte that a _read lends can be read. */
static void touch(const uint8_t *bytes, uint32_t length)
{
    volatile uint8_t sum = 0;
    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
}

static void read_borrowing(const struct wb_packet *packet, const struct wb_layer *layer)
{
    struct wb_arp arp;
    struct wb_ip4 ip4;
    struct wb_tcp tcp;
    if (wb_arp_read(packet, layer, &arp) == 0) {
        touch(arp.sender_hardware, arp.hardware_length);
        touch(arp.sender_protocol, arp.protocol_length);
        touch(arp.target_hardware, arp.hardware_length);
        touch(arp.target_protocol, arp.protocol_length);
    }
    if (wb_ip4_read(packet, layer, &ip4) == 0)
        touch(ip4.options, ip4.options_length);
    if (wb_tcp_read(packet, layer, &tcp) == 0)
        touch(tcp.options, tcp.options_length);
}

static void read_fields(const struct wb_packet *packet, const struct wb_layer *layer)
{
    struct wb_ethernet ethernet;
    struct wb_vlan vlan;
    struct wb_sll sll;
    struct wb_ip6 ip6;
    struct wb_ip6_fragment fragment;
    struct wb_udp udp;
    struct wb_icmp icmp;
    struct wb_pppoe pppoe;
    wb_pppoe_read(packet, layer, &pppoe);
    read_borrowing(packet, layer);
    wb_ethernet_read(packet, layer, &ethernet);
    wb_vlan_read(packet, layer, &vlan);
    wb_sll_read(packet, layer, &sll);
    wb_ip6_read(packet, layer, &ip6);
    wb_ip6_fragment_read(packet, layer, &fragment);
    wb_udp_read(packet, layer, &udp);
    wb_icmp_read(packet, layer, &icmp);
}

static void check_printable(const char *text)
{
    for (; *text; text++)
        CHECK((uint8_t)*text >= 0x20 && *text != 0x7f);
}

static void print(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    char text[1024];
    char *small = malloc(40);
    CHECK(small);
    CHECK(wb_packet_text(packet, decoded, text, sizeof text) == strlen(text));
    check_printable(text);
    CHECK(wb_packet_text(packet, decoded, small, 40) == strlen(small));
    CHECK(strncmp(text, small, strlen(small)) == 0);
    free(small);

    const struct wb_packet_style verbose = {.is_verbose = true, .has_link_header = true,
                                            .time = packet->captured_length % 5, .since_ns = 1};
    CHECK(wb_packet_styled_text(packet, decoded, &verbose, text, sizeof text) == strlen(text));
    check_printable(text);

    char *json = wb_packet_json(packet, decoded);
    CHECK(json);
    check_printable(json);
    CHECK(json[0] == '{' && json[strlen(json) - 1] == '}');
    free(json);
}

static void check_decoded(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    check_layers(packet, decoded);
    for (unsigned i = 0; i < decoded->layer_count; i++) {
        read_fields(packet, &decoded->layers[i]);
        CHECK(wb_checksum_state(packet, decoded, i) <= WB_CHECKSUM_NOT_COMPUTED);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < CHOICE_BYTES || size > UINT16_MAX)
        return 0;
    uint32_t captured = (uint32_t)size - CHOICE_BYTES;
    uint8_t *bytes = malloc(captured);
    if (captured > 0) {
        CHECK(bytes);
        memcpy(bytes, data + CHOICE_BYTES, captured);
    }
    struct wb_packet packet = {
        .data = bytes,
        .captured_length = captured,
        .wire_length = captured + (uint32_t)(data[2] << 8 | data[3]),
        .time_ns = (int64_t)((uint64_t)data[3] << 56), /* long ago, or far ahead */
        .number = 1,
        .link_type = link_types[data[0] % (sizeof link_types / sizeof *link_types)],
        .flags = data[1],
    };
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    check_decoded(&packet, &decoded);
    print(&packet, &decoded);
    for (uint32_t others = 0; wb_decode_next(&packet, &decoded); others++) {
        CHECK(others < captured / 16 + 1); /* each lies at least so many bytes further */
        check_decoded(&packet, &decoded);
    }
    free(bytes);
    return 0;
}
