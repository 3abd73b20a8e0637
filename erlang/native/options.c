/* SPDX-License-Identifier: ISC
 *
 * A table: for each key its name, as the owner knows it, and where its value goes. The
 * engine checks what only it can know.
 */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "protocol.h"
#include "say.h"

#define TIME_PER_SECOND   1000000000U
#define BATCH_BYTES       (256U << 10)
#define BATCH_BYTES_MAX   (64U << 20)
#define BODY_BYTES        (8U << 20)
#define BODY_BYTES_MAX    (512U << 20) /* a transaction has two, and has to fit into one frame */
#define BODY_TOTAL        ((uint64_t)256 << 20)
#define STATS_INTERVAL_MS 1000U

enum kind { TEXT, FLAG, NUMBER_32, NUMBER_64, CALL };

struct option {
    const char *name;
    enum kind kind;
    size_t offset; /* of the value in struct settings */
    uint64_t min, max;
    int (*call)(struct settings *settings, const char *value, struct wb_error *error);
};

static int set_direction(struct settings *settings, const char *value, struct wb_error *error)
{
    if (strcmp(value, "in") == 0)
        settings->engine.source.direction = WB_SOURCE_IN;
    else if (strcmp(value, "out") == 0)
        settings->engine.source.direction = WB_SOURCE_OUT;
    else
        return say(error, WB_E_ARGUMENT, "direction must be in or out, not '%s'", value);
    return 0;
}

static int add_delivery(struct settings *settings, const char *value, struct wb_error *error)
{
    static const char *const names[] = {"packets", "streams", "transactions", "anomalies", "stats"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(value, names[i]) == 0) {
            settings->deliver |= 1U << i;
            return 0;
        }
    return say(error, WB_E_ARGUMENT,
               "deliver must name packets, streams, transactions, anomalies or stats, not '%s'",
               value);
}

static int set_limit(struct settings *settings, const char *value, struct wb_error *error)
{
    return wb_limit_set(&settings->engine, value, error);
}

static int add_lenient(struct settings *settings, const char *value, struct wb_error *error)
{
    return wb_checks_add(&settings->engine.flow.lenient, value, error);
}

static int add_target(struct settings *settings, const char *value, struct wb_error *error)
{
    return wb_targets_add(&settings->targets, value, error);
}

static int set_inject(struct settings *settings, const char *value, struct wb_error *error)
{
    settings->injects = true;
    if (strcmp(value, "frames") == 0)
        return 0;
    if (strcmp(value, "icmp") == 0)
        return say(error, WB_E_ARGUMENT, "inject: messages of ICMP have no place for an address");
    free(settings->inject_kind);
    settings->inject_kind = strdup(value);
    return settings->inject_kind ? 0 : say(error, WB_E_MEMORY, "inject: out of memory");
}

static int set_sandbox(struct settings *settings, const char *value, struct wb_error *error)
{
    static const struct {
        const char *name;
        enum wb_guard_mode mode;
    } modes[] = {{"best-effort", WB_GUARD_BEST_EFFORT}, {"on", WB_GUARD_ON}, {"off", WB_GUARD_OFF}};
    for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(value, modes[i].name) == 0) {
            settings->sandbox = modes[i].mode;
            return 0;
        }
    return say(error, WB_E_ARGUMENT, "sandbox must be best-effort, on or off, not '%s'", value);
}

#define AT(field) .offset = offsetof(struct settings, field)

static const struct option options[] = {
    [OPTION_INTERFACE] = {"interface", TEXT, AT(interface)},
    [OPTION_FILE] = {"file", TEXT, AT(file)},
    [OPTION_FILTER] = {"filter", TEXT, AT(filter)},
    [OPTION_SNAPLEN] = {"snaplen", NUMBER_32, AT(engine.source.snaplen), .max = UINT32_MAX},
    [OPTION_BUFFER_BYTES] = {"buffer_bytes", NUMBER_32, AT(engine.source.buffer_bytes),
                             .max = UINT32_MAX},
    [OPTION_LATENCY_MS] = {"latency_ms", NUMBER_32, AT(engine.source.latency_ms),
                           .max = UINT32_MAX},
    [OPTION_IMMEDIATE] = {"immediate", FLAG, AT(engine.source.immediate)},
    [OPTION_PROMISCUOUS] = {"promiscuous", FLAG, AT(engine.source.promiscuous)},
    [OPTION_DIRECTION] = {"direction", CALL, .call = set_direction},
    [OPTION_DELIVER] = {"deliver", CALL, .call = add_delivery},
    [OPTION_TIME_PER_SECOND] = {"time_unit", NUMBER_32, AT(time_per_second), .min = 1,
                                .max = TIME_PER_SECOND},
    [OPTION_LIMIT] = {"limit", CALL, .call = set_limit},
    [OPTION_LENIENT] = {"lenient", CALL, .call = add_lenient},
    [OPTION_TARGET] = {"target", CALL, .call = add_target},
    [OPTION_BODIES] = {"bodies", FLAG, AT(has_bodies)},
    [OPTION_MAX_BODY_BYTES] = {"max_body_bytes", NUMBER_32, AT(max_body_bytes),
                               .max = BODY_BYTES_MAX},
    [OPTION_STATS_INTERVAL_MS] = {"stats_interval_ms", NUMBER_32, AT(stats_interval_ms), .min = 1,
                                  .max = INT32_MAX},
    [OPTION_BATCH_BYTES] = {"batch_bytes", NUMBER_32, AT(batch_bytes), .min = 1,
                            .max = BATCH_BYTES_MAX},
    [OPTION_KIND] = {"kind", TEXT, AT(kind)},
    [OPTION_MAX_PACKETS] = {"max_packets", NUMBER_64, AT(engine.max_packets), .max = INT64_MAX},
    [OPTION_MAX_BODY_TOTAL] = {"max_body_total", NUMBER_64, AT(max_body_total), .max = INT64_MAX},
    [OPTION_MEMORY] = {"memory", TEXT, AT(memory)},
    [OPTION_INJECT] = {"inject", CALL, .call = set_inject},
    [OPTION_INJECT_PACKETS] = {"packets_per_second", NUMBER_64, AT(inject.packets_per_second),
                               .min = 1, .max = WB_INJECT_PACKETS_PER_SECOND_MAX},
    [OPTION_INJECT_BITS] = {"bits_per_second", NUMBER_64, AT(inject.bits_per_second), .min = 1,
                            .max = WB_INJECT_BITS_PER_SECOND_MAX},
    [OPTION_OWN_PACKETS] = {"own_packets", FLAG, AT(engine.source.own_packets)},
    [OPTION_SANDBOX] = {"sandbox", CALL, .call = set_sandbox},
    [OPTION_USER] = {"user", TEXT, AT(user)},
};

static int set_text(const struct option *option, void *place, const char *value,
                    struct wb_error *error)
{
    char **text = place, *copy = strdup(value);
    if (!copy)
        return say(error, WB_E_MEMORY, "%s: out of memory", option->name);
    free(*text);
    *text = copy;
    return 0;
}

static int set_flag(const struct option *option, void *place, const char *value,
                    struct wb_error *error)
{
    if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
        return say(error, WB_E_ARGUMENT, "%s must be 0 or 1, not '%s'", option->name, value);
    *(bool *)place = *value == '1';
    return 0;
}

static int set_number(const struct option *option, void *place, const char *value,
                      struct wb_error *error)
{
    uint64_t number;
    if (!wb_number_read(value, false, &number) || number < option->min || number > option->max)
        return say(error, WB_E_ARGUMENT, "%s must be a number from %llu to %llu, not '%s'",
                   option->name, (unsigned long long)option->min, (unsigned long long)option->max,
                   value);
    if (option->kind == NUMBER_32)
        *(uint32_t *)place = (uint32_t)number;
    else
        *(uint64_t *)place = number;
    return 0;
}

static int set_option(const struct option *option, struct settings *settings, const char *value,
                      struct wb_error *error)
{
    void *place = (char *)settings + option->offset;
    switch (option->kind) {
    case TEXT:
        return set_text(option, place, value, error);
    case FLAG:
        return set_flag(option, place, value, error);
    case NUMBER_32:
    case NUMBER_64:
        return set_number(option, place, value, error);
    case CALL:
        return option->call(settings, value, error);
    }
    return 0;
}

/* A value is a text that may hold any byte; what is made of it holds no NUL. */
static int take(struct settings *settings, unsigned key, const uint8_t *bytes, uint32_t length,
                struct wb_error *error)
{
    if (key >= sizeof options / sizeof options[0] || !options[key].name)
        return say(error, WB_E_ARGUMENT, "there is no option with the key %u", key);
    if (memchr(bytes, 0, length))
        return say(error, WB_E_ARGUMENT, "%s: its value has a NUL byte", options[key].name);
    char *value = strndup((const char *)bytes, length);
    if (!value)
        return say(error, WB_E_MEMORY, "%s: out of memory", options[key].name);
    int result = set_option(&options[key], settings, value, error);
    free(value);
    return result;
}

static void set_defaults(struct settings *settings)
{
    *settings = (struct settings){.time_per_second = TIME_PER_SECOND,
                                  .batch_bytes = BATCH_BYTES,
                                  .stats_interval_ms = STATS_INTERVAL_MS,
                                  .max_body_bytes = BODY_BYTES,
                                  .max_body_total = BODY_TOTAL,
                                  .has_bodies = true};
}

/* What lies in other fields, where the engine looks for it. */
static int apply(struct settings *settings, struct wb_error *error)
{
    settings->engine.source.interface = settings->interface;
    settings->engine.source.file = settings->file;
    settings->engine.source.filter = settings->filter;
    settings->engine.source.kind = settings->kind;
    settings->engine.source.filter_changes = true;
    wb_targets_apply(&settings->targets, &settings->engine.flow);
    if (!settings->deliver)
        settings->deliver = DELIVER_PACKETS;
    if (settings->file && strcmp(settings->file, "-") == 0)
        return say(error, WB_E_ARGUMENT, "file: standard input brings commands; name a file");
    if (settings->user && settings->sandbox == WB_GUARD_OFF)
        return say(error, WB_E_ARGUMENT, "user: without a sandbox no rights are given up");
    return 0;
}

int options_read(struct settings *settings, const uint8_t *bytes, size_t length,
                 struct wb_error *error)
{
    int result = 0;
    set_defaults(settings);
    while (length > 0 && result == 0) {
        if (length < 5 || load32(bytes + 1) > length - 5)
            return OPTIONS_MALFORMED;
        uint32_t value_length = load32(bytes + 1);
        result = take(settings, bytes[0], bytes + 5, value_length, error);
        bytes += 5 + value_length;
        length -= 5 + value_length;
    }
    return result < 0 ? result : apply(settings, error);
}

void options_free(struct settings *settings)
{
    free(settings->interface);
    free(settings->file);
    free(settings->filter);
    free(settings->kind);
    free(settings->memory);
    free(settings->inject_kind);
    free(settings->user);
}
