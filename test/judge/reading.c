/* SPDX-License-Identifier: ISC
 *
 * Tells what the library reads in a capture, line by line, for the judge to compare:
 *
 *     bytes FLOW SIDE HEX          the next bytes of a stream
 *     gap FLOW SIDE LENGTH         missing ones
 *     anomaly FLOW SIDE NAME
 *     flow FLOW END ADDRESS PORT ADDRESS PORT      it is over; side 0, side 1
 *     datagram ADDRESS PORT HEX    the payload of a UDP datagram, by its sender
 *     fragment ADDRESS NAME        an anomaly of fragments, by their sender
 *
 * Usage: reading FILE
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>

#include <wirebeam/wirebeam.h>

static void print_hex(const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        printf("%02x", bytes[i]);
    putchar('\n');
}

static void stream(void *context, struct wb_flow *flow, enum wb_flow_direction side,
                   uint64_t offset, const uint8_t *bytes, uint32_t length)
{
    (void)context;
    (void)offset;
    printf("bytes %" PRIu64 " %d ", flow->id, side);
    print_hex(bytes, length);
}

static void gap(void *context, struct wb_flow *flow, enum wb_flow_direction side, uint64_t offset,
                uint64_t length)
{
    (void)context;
    (void)offset;
    printf("gap %" PRIu64 " %d %" PRIu64 "\n", flow->id, side, length);
}

static void flow_anomaly(void *context, const struct wb_flow *flow,
                         const struct wb_flow_anomaly *anomaly)
{
    (void)context;
    printf("anomaly %" PRIu64 " %d %s\n", flow->id, anomaly->direction,
           wb_flow_anomaly_name(anomaly->kind));
}

static void print_address(unsigned version, const uint8_t *address)
{
    char text[INET6_ADDRSTRLEN];
    inet_ntop(version == 4 ? AF_INET : AF_INET6, address, text, sizeof text);
    printf(" %s", text);
}

static void print_endpoint(const struct wb_flow *flow, enum wb_flow_direction side)
{
    const struct wb_endpoint *endpoint = &flow->endpoint[side];
    print_address(flow->ip_version, endpoint->address);
    printf(" %u", endpoint->port);
}

static void flow_is_over(void *context, struct wb_flow *flow)
{
    (void)context;
    printf("flow %" PRIu64 " %s", flow->id, wb_flow_end_name(flow->end));
    print_endpoint(flow, WB_FLOW_CLIENT);
    print_endpoint(flow, WB_FLOW_SERVER);
    putchar('\n');
}

static void print_sender(const struct wb_packet *packet, const struct wb_layer *layer)
{
    struct wb_ip4 ip4;
    struct wb_ip6 ip6;
    if (wb_ip4_read(packet, layer, &ip4) == 0)
        print_address(4, ip4.source);
    else if (wb_ip6_read(packet, layer, &ip6) == 0)
        print_address(6, ip6.source);
}

/* A datagram that came whole, or was put together: a part of one is none. */
static void print_datagram(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    struct wb_udp udp;
    if (decoded->is_fragment || decoded->transport == WB_LAYER_NONE ||
        wb_udp_read(packet, &decoded->layers[decoded->transport], &udp) < 0)
        return;
    const uint8_t *payload;
    uint32_t length = wb_layer_payload(packet, &decoded->layers[decoded->transport], &payload);
    printf("datagram");
    print_sender(packet, &decoded->layers[decoded->network]);
    printf(" %u ", udp.source_port);
    print_hex(payload, length);
}

static void packet_came(void *context, const struct wb_packet *packet,
                        const struct wb_decoded *decoded)
{
    (void)context;
    print_datagram(packet, decoded);
}

static void datagram(void *context, const struct wb_packet *packet,
                     const struct wb_decoded *decoded, const struct wb_datagram *datagram)
{
    (void)context;
    (void)datagram;
    print_datagram(packet, decoded);
}

static void fragment_anomaly(void *context, const struct wb_fragment_anomaly *anomaly)
{
    (void)context;
    printf("fragment");
    print_address(anomaly->ip_version, anomaly->source);
    printf(" %s\n", wb_fragment_anomaly_name(anomaly->kind));
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: reading FILE\n");
        return 2;
    }
    struct wb_engine_options options = {
        .source = {.file = argv[1]},
        .handlers = {.packet = packet_came,
                     .datagram = datagram,
                     .fragment_anomaly = fragment_anomaly,
                     .stream = stream,
                     .gap = gap,
                     .flow = flow_is_over,
                     .flow_anomaly = flow_anomaly},
    };
    struct wb_engine *engine;
    struct wb_error error;
    if (wb_engine_open(&engine, &options, &error) < 0) {
        fprintf(stderr, "reading: %s\n", error.text);
        return 1;
    }
    int code;
    while ((code = wb_engine_step(engine, -1, &error)) >= 0)
        ;
    wb_engine_finish(engine, &error);
    wb_engine_close(engine);
    if (code == WB_E_END)
        return 0;
    fprintf(stderr, "reading: %s\n", error.text);
    return 1;
}
