/* SPDX-License-Identifier: ISC
 *
 * Capture files from anyone: the bytes are opened once as a regular file and once as a
 * pipe, read to their end with every byte of every packet touched, and both ways must
 * give the same packets; so must a third one, into memory that is gone once it is given back.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "source/source.h"

/* Packets that a compressed input may make in one run. */
#define PACKETS_MAX 100000
#define PIPE_MAX 65536 /* what a pipe takes without a reader */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
    uint64_t packets, sum;
    int end;
};

static void read_batch(struct result *result, const struct wb_packet *packets, int count)
{
    for (int i = 0; i < count; i++) {
        if (packets[i].wire_length < packets[i].captured_length)
            abort();
        result->sum += (uint64_t)packets[i].time_ns + packets[i].link_type;
        for (uint32_t j = 0; j < packets[i].captured_length; j++)
            result->sum = result->sum * 31 + packets[i].data[j];
    }
    result->packets += (unsigned)count;
}

static void *take(void *context, size_t bytes)
{
    (void)context;
    return malloc(bytes);
}

static void give_back(void *context, void *memory, size_t bytes)
{
    (void)context, (void)bytes;
    free(memory);
}

static const struct wb_source_memory own, lent = {.take = take, .give_back = give_back};

static struct result read_all(int descriptor, const char *filter, struct wb_source_memory memory)
{
    struct result result = {0};
    struct wb__source *source;
    struct wb_error error;
    struct wb_packet packets[16];
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    const struct wb_source_options options = {.file = path, .filter = filter, .memory = memory};
    result.end = wb__source_open(&source, &options, &error);
    close(descriptor);
    if (result.end < 0)
        return result;
    while (result.packets < PACKETS_MAX &&
           (result.end = source->operations->next(source, packets, 16, -1, &error)) > 0)
        read_batch(&result, packets, result.end);
    struct wb_source_stats stats;
    source->operations->stats(source, &stats);
    if (stats.seen != result.packets || stats.delivered != result.packets)
        abort();
    source->operations->close(source);
    return result;
}

static void must_be_the_same(struct result one, struct result other)
{
    if (one.packets != other.packets || one.sum != other.sum || one.end != other.end)
        abort();
}

static int file_of(const uint8_t *data, size_t size)
{
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    if (descriptor < 0 || write(descriptor, data, size) != (ssize_t)size)
        abort();
    return descriptor;
}

static int pipe_of(const uint8_t *data, size_t size)
{
    int ends[2];
    if (pipe(ends) < 0 || write(ends[1], data, size) != (ssize_t)size)
        abort();
    close(ends[1]);
    return ends[0];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > PIPE_MAX)
        return 0;
    struct result whole = read_all(file_of(data, size), NULL, own);
    must_be_the_same(whole, read_all(pipe_of(data, size), NULL, own));
    must_be_the_same(whole, read_all(file_of(data, size), NULL, lent));
    read_all(file_of(data, size), "tcp port 80 or vlan", own);
    return 0;
}
