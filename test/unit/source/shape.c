/* SPDX-License-Identifier: ISC */
#include "shape.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static void put(struct shape *shape, uint64_t value, unsigned length)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < length; i++)
        bytes[shape->is_big_endian ? length - 1 - i : i] = (uint8_t)(value >> (8 * i));
    bytes_add(&shape->bytes, bytes, length);
}

void put8(struct shape *shape, unsigned value)
{
    put(shape, value, 1);
}

void put16(struct shape *shape, unsigned value)
{
    put(shape, value, 2);
}

void put32(struct shape *shape, uint32_t value)
{
    put(shape, value, 4);
}

void put64(struct shape *shape, uint64_t value)
{
    put(shape, value, 8);
}

void put_pcap_header(struct shape *shape, uint32_t magic, uint32_t link_type)
{
    put32(shape, magic);
    put16(shape, 2);
    put16(shape, 4);
    put64(shape, 0);
    put32(shape, 65535);
    put32(shape, link_type);
}

void put_pcap_record(struct shape *shape, uint32_t seconds, uint32_t fraction, uint32_t captured,
                     uint32_t wire)
{
    put32(shape, seconds);
    put32(shape, fraction);
    put32(shape, captured);
    put32(shape, wire);
    bytes_fill(&shape->bytes, 0xd0, captured);
}

size_t begin_block(struct shape *shape, uint32_t type)
{
    size_t start = shape->bytes.length;
    put32(shape, type);
    put32(shape, 0);
    return start;
}

void end_block(struct shape *shape, size_t start)
{
    bytes_fill(&shape->bytes, 0, (4 - (shape->bytes.length - start) % 4) % 4);
    uint32_t length = (uint32_t)(shape->bytes.length - start + 4);
    put32(shape, length);
    memcpy(shape->bytes.data + start + 4, shape->bytes.data + shape->bytes.length - 4, 4);
}

void put_section(struct shape *shape)
{
    size_t start = begin_block(shape, 0x0a0d0d0a);
    put32(shape, 0x1a2b3c4d);
    put16(shape, 1);
    put16(shape, 0);
    put64(shape, UINT64_MAX);
    end_block(shape, start);
}

void put_option(struct shape *shape, unsigned code, const void *value, unsigned length)
{
    put16(shape, code);
    put16(shape, length);
    bytes_add(&shape->bytes, value, length);
    bytes_fill(&shape->bytes, 0, (4 - length % 4) % 4);
}

void put_interface(struct shape *shape, unsigned link_type, uint32_t snaplen, unsigned resolution,
                   int64_t offset)
{
    size_t start = begin_block(shape, 1);
    put16(shape, link_type);
    put16(shape, 0);
    put32(shape, snaplen);
    put_option(shape, 2, "eth7", 4);
    if (resolution != 0xff)
        put_option(shape, 9, &(uint8_t){(uint8_t)resolution}, 1);
    if (offset) {
        put16(shape, 14);
        put16(shape, 8);
        put64(shape, (uint64_t)offset);
    }
    put32(shape, 0);
    end_block(shape, start);
}

void put_enhanced(struct shape *shape, uint32_t interface, uint64_t timestamp, uint32_t captured,
                  uint32_t wire, uint32_t flags)
{
    size_t start = begin_block(shape, 6);
    put32(shape, interface);
    put32(shape, (uint32_t)(timestamp >> 32));
    put32(shape, (uint32_t)timestamp);
    put32(shape, captured);
    put32(shape, wire);
    bytes_fill(&shape->bytes, 0xd0, (captured + 3) & ~3U);
    if (flags) {
        put_option(shape, 1, "a comment", 9);
        put16(shape, 2);
        put16(shape, 4);
        put32(shape, flags);
    }
    end_block(shape, start);
}

struct bytes gzipped(struct bytes plain)
{
    struct bytes result = {0};
    z_stream stream = {0};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    bytes_fill(&result, 0, deflateBound(&stream, plain.length));
    stream.next_in = plain.data;
    stream.avail_in = (uInt)plain.length;
    stream.next_out = result.data;
    stream.avail_out = (uInt)result.length;
    int code = deflate(&stream, Z_FINISH);
    assert(code == Z_STREAM_END);
    (void)code;
    result.length = stream.total_out;
    deflateEnd(&stream);
    return result;
}

struct bytes zstandard(struct bytes plain)
{
    struct bytes result = {0};
    bytes_fill(&result, 0, ZSTD_compressBound(plain.length));
    result.length = ZSTD_compress(result.data, result.length, plain.data, plain.length, 3);
    return result;
}

static int file_of(struct bytes bytes)
{
    int descriptor = memfd_create("capture", MFD_CLOEXEC);
    if (descriptor < 0 ||
        write(descriptor, bytes.data, bytes.length) != (ssize_t)bytes.length)
        abort();
    return descriptor;
}

static int open_descriptor(struct wb__source **source, int descriptor,
                           const struct wb_source_options *options, struct wb_error *error)
{
    char path[64];
    struct wb_source_options with_file = {0};
    if (options)
        with_file = *options;
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    with_file.file = path;
    int result = wb__source_open(source, &with_file, error);
    close(descriptor);
    return result;
}

int open_file(struct wb__source **source, struct bytes bytes,
                const struct wb_source_options *options, struct wb_error *error)
{
    return open_descriptor(source, file_of(bytes), options, error);
}

int open_pipe(struct wb__source **source, struct bytes first, int *write_end,
              struct wb_error *error)
{
    int ends[2];
    if (pipe(ends) < 0 || write(ends[1], first.data, first.length) != (ssize_t)first.length)
        abort();
    *write_end = ends[1];
    return open_descriptor(source, ends[0], NULL, error);
}

uint64_t take_all(struct wb__source *source, int capacity, int *end, struct wb_error *error)
{
    struct wb_packet packets[64];
    static volatile uint64_t sum;
    uint64_t taken = 0;
    for (;;) {
        int count = source->operations->next(source, packets, capacity, -1, error);
        *end = count;
        if (count <= 0)
            return taken;
        for (int i = 0; i < count; i++)
            for (uint32_t j = 0; j < packets[i].captured_length; j++)
                sum += packets[i].data[j];
        taken += (unsigned)count;
    }
}
