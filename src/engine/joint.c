/* SPDX-License-Identifier: ISC
 *
 * The joints between the stages: what flow and http tell is passed on to the next
 * stage, to the recorder and to the user's handlers, in this order. Nothing is decided
 * here. Events about a flow come in stream order; a flow's transactions end before the
 * flow does.
 */
#include "engine/engine.h"

/* Bytes inside the current packet stay where they are until the batch ends, at least; others
 * (reordered segments, gathered heads) only for the call. */
bool wb_engine_bytes_stay(const struct wb_engine *engine, const uint8_t *bytes)
{
    const struct wb_packet *packet = engine->current;
    return packet && (uintptr_t)bytes >= (uintptr_t)packet->data &&
           (uintptr_t)bytes < (uintptr_t)packet->data + packet->captured_length;
}

/* The joint of a flow, made when its first bytes or gap come; NULL without memory, and
 * then the flow is only counted. */
static struct wb__joint *joint_of(struct wb_engine *engine, struct wb_flow *flow)
{
    if (flow->engine)
        return flow->engine;
    struct wb__joint *joint = wb__slab_take(&engine->joints);
    if (!joint)
        return NULL;
    *joint = (struct wb__joint){0};
    if (engine->needs_http)
        joint->http = wb__http_stream_new(engine->http, flow, flow->midstream);
    joint->wants_bytes = joint->http != NULL;
    flow->engine = joint;
    return joint;
}

/* Tells the recorder, as soon as it is known, whose side of the flow it has to keep. */
static void tell_role(struct wb_engine *engine, struct wb__joint *joint)
{
    if (!joint->http)
        return;
    bool is_http = wb__http_stream_is_http(joint->http);
    int client = wb__http_stream_request_direction(joint->http);
    joint->is_role_told = client >= 0 || !joint->wants_bytes;
    if (joint->is_role_told)
        wb__recorder_flow_role(engine->recorder, &joint->record, is_http, client);
}

static void flow_bytes(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                       uint64_t offset, const uint8_t *bytes, uint32_t length, int64_t time_ns)
{
    struct wb_engine *engine = context;
    if (engine->handlers.stream)
        engine->handlers.stream(engine->context, flow, direction, offset, bytes, length);
    struct wb__joint *joint = joint_of(engine, flow);
    if (!joint)
        return;
    if (engine->records_streams)
        wb__recorder_stream_bytes(engine->recorder, &joint->record, flow, direction, offset, bytes,
                                  length, wb_engine_bytes_stay(engine, bytes));
    if (joint->wants_bytes)
        joint->wants_bytes = wb__http_stream_bytes(joint->http, direction, bytes, length, time_ns);
    if (engine->records_streams && !joint->is_role_told)
        tell_role(engine, joint);
}

static void flow_gap(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                     uint64_t offset, uint64_t length, int64_t time_ns)
{
    struct wb_engine *engine = context;
    if (engine->handlers.gap)
        engine->handlers.gap(engine->context, flow, direction, offset, length);
    struct wb__joint *joint = joint_of(engine, flow);
    if (!joint)
        return;
    if (engine->records_streams)
        wb__recorder_stream_gap(engine->recorder, &joint->record, flow, direction, offset, length);
    if (joint->wants_bytes)
        wb__http_stream_gap(joint->http, direction, length, time_ns);
}

static void flow_half_end(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                          int64_t time_ns)
{
    (void)context;
    struct wb__joint *joint = flow->engine;
    if (joint && joint->wants_bytes)
        wb__http_stream_half_end(joint->http, direction, time_ns);
}

static enum wb__http_end http_end_of(enum wb_flow_end end)
{
    switch (end) {
    case WB_FLOW_END_CLOSED:
    case WB_FLOW_END_REUSED:
        return WB__HTTP_END_CLOSED;
    case WB_FLOW_END_RESET:
        return WB__HTTP_END_RESET;
    case WB_FLOW_END_SHUTDOWN:
        return WB__HTTP_END_SHUTDOWN;
    default:
        return WB__HTTP_END_TIMEOUT;
    }
}

static void flow_end(void *context, struct wb_flow *flow)
{
    struct wb_engine *engine = context;
    struct wb__joint *joint = flow->engine;
    struct wb__joint none = {0};
    if (!joint)
        joint = &none;
    bool is_http = joint->http && wb__http_stream_is_http(joint->http);
    int client = joint->http ? wb__http_stream_request_direction(joint->http) : -1;
    wb__http_stream_end(joint->http, http_end_of(flow->end), flow->last_ns);
    if (engine->records_flows || engine->records_streams)
        wb__recorder_flow_end(engine->recorder, &joint->record, flow, is_http, client);
    if (engine->handlers.flow)
        engine->handlers.flow(engine->context, flow);
    wb__slab_give(&engine->joints, flow->engine);
    flow->engine = NULL;
}

static void flow_anomaly(void *context, struct wb_flow *flow,
                         const struct wb_flow_anomaly *anomaly)
{
    struct wb_engine *engine = context;
    if (engine->recorder)
        wb__recorder_flow_anomaly(engine->recorder, flow, anomaly);
    if (engine->handlers.flow_anomaly)
        engine->handlers.flow_anomaly(engine->context, flow, anomaly);
}

const struct wb__flow_events wb__joint_flow_events = {
    .bytes = flow_bytes,
    .gap = flow_gap,
    .half_end = flow_half_end,
    .end = flow_end,
    .anomaly = flow_anomaly,
};

void wb__joint_fragment_anomaly(void *context, const struct wb_fragment_anomaly *anomaly)
{
    struct wb_engine *engine = context;
    if (engine->recorder)
        wb__recorder_fragment_anomaly(engine->recorder, anomaly);
    if (engine->handlers.fragment_anomaly)
        engine->handlers.fragment_anomaly(engine->context, anomaly);
}

static void http_head(void *context, void *flow, struct wb_http_transaction *transaction,
                      enum wb_http_side side)
{
    struct wb_engine *engine = context;
    if (engine->records_http)
        wb__recorder_http_head(engine->recorder, &transaction->engine, flow, transaction, side);
    if (engine->handlers.http_head)
        engine->handlers.http_head(engine->context, flow, transaction, side);
}

static void http_bytes(void *context, void *flow, struct wb_http_transaction *transaction,
                       enum wb_http_side side, enum wb_http_part part, const uint8_t *bytes,
                       uint32_t length)
{
    struct wb_engine *engine = context;
    if (engine->records_http_bytes)
        wb__recorder_http_bytes(engine->recorder, &transaction->engine, flow, transaction, side,
                                part, bytes, length, wb_engine_bytes_stay(engine, bytes));
    if (engine->handlers.http_bytes)
        engine->handlers.http_bytes(engine->context, flow, transaction, side, part, bytes, length);
}

static void http_gap(void *context, void *flow, struct wb_http_transaction *transaction,
                     enum wb_http_side side, uint64_t length)
{
    struct wb_engine *engine = context;
    if (engine->records_http)
        wb__recorder_http_gap(engine->recorder, &transaction->engine, flow, transaction, side,
                              length);
}

static void http_transaction(void *context, void *flow_pointer,
                             struct wb_http_transaction *transaction)
{
    struct wb_engine *engine = context;
    struct wb_flow *flow = flow_pointer;
    const struct wb__joint *joint = flow->engine;
    if (engine->records_http) {
        bool client_is_server =
            wb__http_stream_request_direction(joint->http) == WB_FLOW_SERVER;
        wb__recorder_transaction(engine->recorder, &transaction->engine, flow, client_is_server,
                                 transaction);
    }
    if (engine->handlers.transaction)
        engine->handlers.transaction(engine->context, flow, transaction);
}

static void http_anomaly(void *context, void *flow, struct wb_http_transaction *transaction,
                         const struct wb_http_anomaly *anomaly)
{
    struct wb_engine *engine = context;
    if (engine->recorder)
        wb__recorder_http_anomaly(engine->recorder, flow, transaction, anomaly);
    if (engine->handlers.http_anomaly)
        engine->handlers.http_anomaly(engine->context, flow, transaction, anomaly);
}

static bool http_is_due(void *context, void *flow, unsigned direction)
{
    (void)context;
    return wb__flow_is_due(flow, (enum wb_flow_direction)direction);
}

const struct wb__http_events wb__joint_http_events = {
    .head = http_head,
    .bytes = http_bytes,
    .gap = http_gap,
    .transaction = http_transaction,
    .anomaly = http_anomaly,
    .is_due = http_is_due,
};
