/* SPDX-License-Identifier: ISC */
#include "packets.h"

#include <wirebeam/engine.h>

#include "command.h"
#include "message.h"
#include "options.h"

struct reader {
    bool (*each)(void *context, const struct wb_packet *packets, int count);
    void *context;
    bool is_over;
};

static void take(void *context, const struct wb_packet *packets, int count)
{
    struct reader *reader = context;

    if (!reader->is_over && !reader->each(reader->context, packets, count))
        reader->is_over = true;
}

int packets_read(const char *file, const char *filter,
                 bool (*each)(void *context, const struct wb_packet *packets, int count),
                 void *context)
{
    struct reader reader = { .each = each, .context = context };
    const struct wb_engine_options options = {
        .source = { .file = file, .filter = filter },
        .handlers = { .packets = take },
        .context = &reader,
    };
    struct wb_error error = { 0 };
    struct wb_engine *engine;
    int result = wb_engine_open(&engine, &options, &error);

    if (result < 0) {
        message("%s", error.text);
        return result == WB_E_FILTER ? STATUS_USAGE : STATUS_FAILED;
    }
    while (result >= 0 && !reader.is_over)
        result = wb_engine_step(engine, -1, &error);
    wb_engine_close(engine);
    if (result >= 0 || result == WB_E_END)
        return OPTIONS_GO;
    message("%s", error.text);
    return STATUS_FAILED;
}
