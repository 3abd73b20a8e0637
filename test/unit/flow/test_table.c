/* SPDX-License-Identifier: ISC
 *
 * The flow table as a table: thousands of flows that begin, go on, end and are forgotten in
 * no order, compared with a plain array that knows which of them there are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "follow.h"

#define CONNECTIONS 2000
#define STEPS 60000

/* What is known of each connection: the time of its SYN, 0 when it is not open. */
struct model {
    struct follow *follow;
    struct craft_packet packet;
    int64_t opened_ns[CONNECTIONS];
    uint64_t begun, active, random;
};

static uint32_t draw(struct model *model, uint32_t below)
{
    model->random = model->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(model->random >> 33) % below;
}

static void send_packet(struct model *model, unsigned connection, uint16_t flags)
{
    uint8_t frame[256];
    model->packet.source[2] = (uint8_t)(connection >> 8);
    model->packet.source[3] = (uint8_t)connection;
    model->packet.flags = flags;
    struct wb_packet packet = craft_packet_put(&model->packet, frame, sizeof frame);
    follow_packet(model->follow, &packet);
}

/* A SYN where the connection is closed; else now and then a reset, mostly another packet,
 * which must not begin a flow. */
static void step(struct model *model)
{
    unsigned connection = draw(model, CONNECTIONS);
    model->packet.time_ns += 1000000;
    if (!model->opened_ns[connection]) {
        model->packet.sequence = 1000;
        send_packet(model, connection, WB_TCP_SYN);
        model->opened_ns[connection] = model->packet.time_ns;
        model->begun++;
        model->active++;
        return;
    }
    model->packet.sequence = 1001;
    if (draw(model, 3)) {
        send_packet(model, connection, WB_TCP_ACK);
        return;
    }
    send_packet(model, connection, WB_TCP_RST | WB_TCP_ACK);
    model->opened_ns[connection] = 0;
    model->active--;
}

static void every_flow_is_found_again(void **state)
{
    (void)state;
    struct wb_flow_options options = {.max_flows = CONNECTIONS, .closing_timeout_ms = 500,
                                      .opening_timeout_ms = 3600000};
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    model->follow = follow_open(&options);
    model->packet = craft_packet_v4("10.0.0.0", 40000, "192.0.2.2", 80);
    model->packet.time_ns = 1000000000;
    for (int i = 0; i < STEPS; i++) {
        step(model);
        model->follow->log[0] = '\0';
        assert_int_equal(model->follow->begun, model->begun);
        assert_int_equal(model->follow->begun - model->follow->ended, model->active);
    }
    assert_in_range(model->active, CONNECTIONS / 2, CONNECTIONS);
    struct wb_flow_stats stats;
    wb__flow_table_stats(model->follow->table, &stats);
    assert_int_equal(stats.flows_active, model->active);
    assert_int_equal(stats.ended[WB_FLOW_END_RESET], model->begun - model->active);
    follow_close(model->follow);
    free(model);
}

/* A hundred places, a thousand connections of one packet, and one that goes on among them. */
static void a_flow_in_use_is_not_evicted(void **state)
{
    (void)state;
    struct wb_flow_options options = {.max_flows = 100};
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    model->follow = follow_open(&options);
    model->packet = craft_packet_v4("10.0.0.0", 40000, "192.0.2.2", 80);
    for (unsigned i = 0; i < 1000; i++) {
        model->packet.time_ns += 1000000;
        if (i % 20 == 0)
            send_packet(model, 0, WB_TCP_ACK);
        send_packet(model, 1 + i, WB_TCP_ACK);
        model->follow->log[0] = '\0';
    }
    assert_int_equal(model->follow->begun, 1 + 1000);
    assert_int_equal(model->follow->ended, 1 + 1000 - 100);
    follow_close(model->follow);
    free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_flow_is_found_again),
        cmocka_unit_test(a_flow_in_use_is_not_evicted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
