/* SPDX-License-Identifier: ISC */
#include "packets.h"

#include "command.h"
#include "message.h"
#include "options.h"
#include "sandbox.h"

static void take(void *context, const struct wb_packet *batch, int count)
{
    struct packets *packets = context;

    if (!packets->is_over && !packets->each(packets->context, batch, count))
        packets->is_over = true;
}

int packets_open(struct packets *packets, const char *file, struct wb_guard_options *sandbox)
{
    const struct wb_engine_options options = {
        .source = { .file = file, .opened = sandbox_enter, .opened_context = sandbox },
        .handlers = { .packets = take },
        .context = packets,
    };
    struct wb_error error = { 0 };
    int result = wb_engine_open(&packets->engine, &options, &error);

    if (result == 0) {
        sandbox_tell_missing();
        return OPTIONS_GO;
    }
    message("%s", error.text);
    return result == WB_E_ARGUMENT ? STATUS_USAGE : STATUS_FAILED;
}

int packets_read(struct packets *packets,
                 bool (*each)(void *context, const struct wb_packet *packets, int count),
                 void *context)
{
    struct wb_error error = { 0 };
    int result = packets->was_read ? wb_engine_rewind(packets->engine, &error) : 0;

    packets->each = each;
    packets->context = context;
    packets->was_read = true;
    packets->is_over = false;
    while (result >= 0 && !packets->is_over)
        result = wb_engine_step(packets->engine, -1, &error);
    if (result >= 0 || result == WB_E_END)
        return OPTIONS_GO;
    message("%s", error.text);
    return STATUS_FAILED;
}

void packets_close(struct packets *packets)
{
    wb_engine_close(packets->engine);
}
