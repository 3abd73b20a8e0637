/* SPDX-License-Identifier: ISC */
#include "sending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

#define STEP_MS    1 /* the capture waits meanwhile */
#define HEAD_BYTES 8 /* timeout, count */
#define FOR_EVER   UINT32_MAX
#define MS         INT64_C(1000000)

int sending_open(struct sending *sending, const struct settings *settings, struct wb_error *error)
{
    if (!settings->injects)
        return 0;
    if (!settings->interface)
        return say(error, WB_E_ARGUMENT, "inject: packets leave by an interface, not by a file");
    struct wb_inject_options options = settings->inject;
    options.interface = strcmp(settings->interface, "any") == 0 ? NULL : settings->interface;
    options.kind = settings->inject_kind;
    options.top_speed = options.packets_per_second == 0 && options.bits_per_second == 0;
    return wb_injector_open(&sending->injector, &options, error);
}

/* Each packet is a part of the body. */
static int find_packets(struct sending *sending, size_t length, struct wb_error *error)
{
    const uint8_t *lengths = sending->body + HEAD_BYTES;
    const uint8_t *data = lengths + 4 * (size_t)sending->count;
    size_t left = length - HEAD_BYTES - 4 * (size_t)sending->count;
    for (uint32_t i = 0; i < sending->count; i++) {
        uint32_t bytes = load32(lengths + 4 * (size_t)i);
        if (bytes == 0 || bytes > left)
            return say(error, WB_E_ARGUMENT, "send: packet %u has no bytes, or more than came",
                       i + 1);
        sending->packets[i] = (struct wb_inject_packet){.data = data, .length = bytes};
        data += bytes;
        left -= bytes;
    }
    return left == 0 ? 0 : say(error, WB_E_ARGUMENT, "send: bytes behind the last packet");
}

static int take_body(struct sending *sending, const uint8_t *body, size_t length,
                     struct wb_error *error)
{
    sending->count = load32(body + 4);
    if (sending->count > (length - HEAD_BYTES) / 4)
        return say(error, WB_E_ARGUMENT, "send: more packets were announced than came");
    sending->body = malloc(length);
    sending->packets = calloc(sending->count + (size_t)1, sizeof *sending->packets);
    if (!sending->body || !sending->packets)
        return say(error, WB_E_MEMORY, "send: out of memory");
    memcpy(sending->body, body, length);
    return find_packets(sending, length, error);
}

int sending_begin(struct sending *sending, uint32_t reference, const uint8_t *body, size_t length,
                  struct wb_error *error)
{
    if (!sending->injector)
        return say(error, WB_E_UNSUPPORTED, "send: the capture was opened without inject");
    if (sending->body)
        return say(error, WB_E_LIMIT, "send: another one is under way");
    if (length < HEAD_BYTES)
        return say(error, WB_E_ARGUMENT, "send: the command is cut off");
    uint32_t timeout_ms = load32(body);
    sending->reference = reference;
    sending->handled = 0;
    sending->deadline_ns =
        timeout_ms == FOR_EVER ? INT64_MAX : wb_injector_clock_ns() + timeout_ms * MS;
    int code = take_body(sending, body, length, error);
    if (code < 0)
        sending_end(sending);
    return code;
}

int sending_step(struct sending *sending, struct wb_error *error)
{
    int code = wb_inject(sending->injector, sending->packets + sending->handled,
                         sending->count - sending->handled, STEP_MS, error);
    if (code < 0)
        return code;
    sending->handled += (uint32_t)code;
    return sending->handled == sending->count || wb_injector_clock_ns() >= sending->deadline_ns;
}

/* The names of errno that a send may end with: numbers differ from system to system. */
static const struct {
    int number;
    const char *name;
} names[] = {
    {ETIMEDOUT, "etimedout"},
    {EAGAIN, "eagain"},
    {ENOBUFS, "enobufs"},
    {EMSGSIZE, "emsgsize"},
    {ENETDOWN, "enetdown"},
    {ENETUNREACH, "enetunreach"},
    {EHOSTUNREACH, "ehostunreach"},
    {ENODEV, "enodev"},
    {ENXIO, "enxio"},
    {EPERM, "eperm"},
    {EACCES, "eacces"},
    {EINVAL, "einval"},
    {ENOMEM, "enomem"},
    {EAFNOSUPPORT, "eafnosupport"},
    {EPROTONOSUPPORT, "eprotonosupport"},
    {EADDRNOTAVAIL, "eaddrnotavail"},
    {EIO, "eio"},
};

static const char *name_of(int number)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].number == number)
            return names[i].name;
    return strerror(number);
}

void sending_put_results(const struct sending *sending, struct buffer *buffer)
{
    for (uint32_t i = 0; i < sending->count; i++) {
        int result = i < sending->handled ? sending->packets[i].result : ETIMEDOUT;
        if (result == 0)
            continue;
        buffer_put32(buffer, i);
        buffer_put_string(buffer, name_of(result));
    }
}

void sending_end(struct sending *sending)
{
    free(sending->body);
    free(sending->packets);
    sending->body = NULL;
    sending->packets = NULL;
}

void sending_stats(const struct sending *sending, struct wb_inject_stats *stats)
{
    *stats = (struct wb_inject_stats){0};
    if (sending->injector)
        wb_injector_stats(sending->injector, stats);
}

void sending_close(struct sending *sending)
{
    sending_end(sending);
    wb_injector_close(sending->injector);
    sending->injector = NULL;
}
