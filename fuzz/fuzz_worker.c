/* SPDX-License-Identifier: ISC
 *
 * The worker of the Erlang application, from the side of its owner. Input: commands, each a
 * length of two bytes, a type and a body. Whatever they are, frames keep their form, none
 * that takes credit comes without, and none after CLOSED. The owner's words may name a file
 * or an interface; what is opened is always the capture of one HTTP transaction below.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "buffer.h"
#include "options.h"
#include "protocol.h"
#include "worker.h"

#define FLOWS_MAX (1U << 18) /* more make a table that is slow to make */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

struct owner {
    const uint8_t *data, *end;
    struct buffer command; /* the body of the one that was taken */
    uint64_t credit;
    bool is_opened, is_closed;
};

/* ---- The capture ------------------------------------------------------------------ */

static void put_segment(FILE *file, bool is_server, unsigned sequence, unsigned acknowledgment,
                        unsigned flags, const char *text)
{
    unsigned length = (unsigned)strlen(text), total = 40 + length;
    uint8_t frame[54] = {[12] = 8,
                         [14] = 0x45,
                         [16] = (uint8_t)(total >> 8),
                         [17] = (uint8_t)total,
                         [22] = 64,
                         [23] = 6,
                         [26] = 10,
                         [29] = is_server ? 2 : 1,
                         [30] = 10,
                         [33] = is_server ? 1 : 2,
                         [46] = 0x50,
                         [47] = (uint8_t)flags,
                         [48] = 0xff};
    const uint8_t ports[2][4] = {{0x9c, 0x40, 0, 80}, {0, 80, 0x9c, 0x40}};
    memcpy(frame + 34, ports[is_server], 4);
    store32(frame + 38, sequence);
    store32(frame + 42, acknowledgment);
    const uint32_t record[4] = {1, 0, 54 + length, 54 + length};
    fwrite(record, sizeof record, 1, file);
    fwrite(frame, sizeof frame, 1, file);
    fwrite(text, 1, length, file);
}

/* The path of the capture, made with the first input. */
static const char *capture(void)
{
    static char path[64];
    static const uint32_t header[] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1};
    static const char response[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                   "3\r\ntwo\r\n0\r\nDigest: c\r\n\r\n";
    if (*path)
        return path;
    char request[1000]; /* its body is long enough to be borrowed */
    const unsigned answered = sizeof response - 1,
                   asked = (unsigned)snprintf(request, sizeof request,
                                              "POST /a HTTP/1.1\r\nHost: b\r\n"
                                              "Content-Length: 700\r\n\r\n%0700d",
                                              1);
    int descriptor = memfd_create("capture", 0);
    FILE *file = fdopen(dup(descriptor), "wb");
    CHECK(descriptor >= 0 && file);
    fwrite(header, sizeof header, 1, file);
    put_segment(file, false, 0, 0, 0x02, "");
    put_segment(file, true, 0, 1, 0x12, "");
    put_segment(file, false, 1, 1, 0x18, request);
    put_segment(file, true, 1, 1 + asked, 0x18, response);
    put_segment(file, false, 1 + asked, 1 + answered, 0x11, "");
    put_segment(file, true, 1 + answered, 2 + asked, 0x11, "");
    fclose(file);
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return path;
}

/* ---- The transport ---------------------------------------------------------------- */

/* Options that can be read get the capture's file as their last word. */
static bool redirect(struct owner *owner)
{
    struct settings *settings = calloc(1, sizeof *settings);
    struct wb_error error = {0};
    CHECK(settings);
    int code = options_read(settings, owner->command.bytes, owner->command.used, &error);
    CHECK(code == 0 || code == OPTIONS_MALFORMED || (code < 0 && error.code == code));
    CHECK(code >= 0 || (error.text[0] && !strchr(error.text, '\n')));
    CHECK(code != 0 || (settings->batch_bytes > 0 && settings->time_per_second > 0));
    bool is_too_large = settings->engine.flow.max_flows > FLOWS_MAX;
    options_free(settings);
    free(settings);
    if (code == OPTIONS_MALFORMED)
        return true;
    buffer_put8(&owner->command, OPTION_FILE);
    buffer_put_string(&owner->command, capture());
    return !is_too_large;
}

static enum received receive(void *context, struct command *command, int timeout_ms)
{
    struct owner *owner = context;
    (void)timeout_ms;
    if (owner->end - owner->data < 3)
        return RECEIVED_END;
    size_t length = (size_t)owner->data[0] << 8 | owner->data[1], left;
    uint8_t type = owner->data[2];
    owner->data += 3;
    left = (size_t)(owner->end - owner->data);
    if (length > left)
        length = left;
    owner->command.used = 0;
    buffer_put_bytes(&owner->command, owner->data, length);
    owner->data += length;
    if (type == COMMAND_INTERFACES) /* the same each time, and slow */
        return RECEIVED_NOTHING;
    if (type == COMMAND_OPEN && !redirect(owner))
        return RECEIVED_END;
    if (type == COMMAND_CREDIT && length == 4)
        owner->credit += load32(owner->command.bytes);
    *command = (struct command){type, owner->command.bytes, owner->command.used};
    return RECEIVED_COMMAND;
}

static void check_packets(const uint8_t *bytes, size_t length)
{
    CHECK(length >= 9);
    uint64_t count = load32(bytes + 1), data = load32(bytes + 5), sum = 0;
    CHECK(count > 0 && length == 9 + count * PACKET_ENTRY_BYTES + data);
    for (const uint8_t *entry = bytes + 9; count-- > 0; entry += PACKET_ENTRY_BYTES)
        sum += (uint64_t)load32(entry) + load32(entry + 4);
    CHECK(sum == data);
}

static void check_events(const uint8_t *bytes, size_t length)
{
    CHECK(length > 1);
    for (size_t at = 1; at < length; at += 5 + load32(bytes + at + 1)) {
        CHECK(length - at >= 5 && length - at - 5 >= load32(bytes + at + 1));
        CHECK(bytes[at] >= EVENT_STREAM && bytes[at] <= EVENT_LOST);
    }
}

static void check_frame(struct owner *owner, const uint8_t *bytes, size_t length)
{
    CHECK(!owner->is_closed && length > 0);
    if (bytes[0] == FRAME_PACKETS || bytes[0] == FRAME_EVENTS) {
        CHECK(owner->is_opened && owner->credit > 0);
        owner->credit--;
    }
    if (bytes[0] == FRAME_PACKETS)
        check_packets(bytes, length);
    else if (bytes[0] == FRAME_EVENTS)
        check_events(bytes, length);
    else
        CHECK(bytes[0] == FRAME_OPENED || bytes[0] == FRAME_REPLY || bytes[0] == FRAME_CLOSED);
    CHECK(bytes[0] != FRAME_OPENED || !owner->is_opened);
    owner->is_opened = owner->is_opened || bytes[0] == FRAME_OPENED;
    owner->is_closed = bytes[0] == FRAME_CLOSED;
}

static enum sent send_frame(void *context, const struct iovec *parts, int count)
{
    struct buffer frame = {0};
    CHECK(count > 0 && count <= FRAME_PARTS_MAX);
    for (int i = 0; i < count; i++)
        buffer_put_bytes(&frame, parts[i].iov_base, parts[i].iov_len);
    check_frame(context, frame.bytes, frame.used);
    buffer_free(&frame);
    return SENT_COPIED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Memory of the transport's own, which is gone when it is given back. */
static void *take(void *context, size_t bytes)
{
    (void)context;
    return malloc(bytes);
}

static void give_back(void *context, void *bytes, size_t length)
{
    (void)context;
    (void)length;
    free(bytes);
}

static struct wb_source_memory memory(void *context)
{
    return (struct wb_source_memory){.take = take, .give_back = give_back, .context = context};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int always_readable = -1; /* poll(2) says so of a file */
    if (always_readable < 0)
        always_readable = memfd_create("commands", 0);
    struct owner owner = {.data = data, .end = data + size};
    const struct transport transport = {.context = &owner,
                                        .descriptor = always_readable,
                                        .receive = receive,
                                        .send = send_frame,
                                        .memory = memory};
    enum received why = worker_run(&transport);
    CHECK(why == RECEIVED_END || why == RECEIVED_MALFORMED);
    buffer_free(&owner.command);
    return 0;
}
