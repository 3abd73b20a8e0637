/* SPDX-License-Identifier: ISC */
#include "support/savefile.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>

/* The whole file is gathered in memory and coded at the end. */
struct savefile {
    struct savefile_options options;
    const char *path;
    FILE *out;
    char *bytes;
    size_t length;
};

static void put(struct savefile *file, const void *bytes, size_t length)
{
    if (length && fwrite(bytes, 1, length, file->out) != length)
        err(1, "%s", file->path);
}

static void put16(struct savefile *file, uint16_t value)
{
    if (file->options.swapped)
        value = __builtin_bswap16(value);
    put(file, &value, sizeof value);
}

static void put32(struct savefile *file, uint32_t value)
{
    if (file->options.swapped)
        value = __builtin_bswap32(value);
    put(file, &value, sizeof value);
}

static uint32_t padded(size_t length)
{
    return (uint32_t)((length + 3) & ~(size_t)3);
}

static void put_padded(struct savefile *file, const void *bytes, size_t length)
{
    put(file, bytes, length);
    put(file, "\0\0\0", padded(length) - length);
}

static int64_t units_per_second(unsigned digits)
{
    int64_t units = 1;
    while (digits--)
        units *= 10;
    return units;
}

static void put_pcap_header(struct savefile *file)
{
    put32(file, file->options.microseconds ? 0xa1b2c3d4 : 0xa1b23c4d);
    put16(file, 2);
    put16(file, 4);
    put32(file, 0);
    put32(file, 0);
    put32(file, 262144);
    put32(file, file->options.interfaces[0].link_type);
}

static void put_pcap_packet(struct savefile *file, const struct wb_packet *packet)
{
    int64_t fraction = packet->time_ns % 1000000000;
    put32(file, (uint32_t)(packet->time_ns / 1000000000));
    put32(file, (uint32_t)(file->options.microseconds ? fraction / 1000 : fraction));
    put32(file, packet->captured_length);
    put32(file, packet->wire_length);
    put(file, packet->data, packet->captured_length);
}

static void put_section_header(struct savefile *file)
{
    put32(file, 0x0a0d0d0a);
    put32(file, 28);
    put32(file, 0x1a2b3c4d);
    put16(file, 1);
    put16(file, 0);
    put32(file, 0xffffffff); /* section length: not given */
    put32(file, 0xffffffff);
    put32(file, 28);
}

static unsigned digits_of(const struct savefile_interface *interface)
{
    return interface->digits ? interface->digits : 9;
}

static void put_interface(struct savefile *file, const struct savefile_interface *interface)
{
    size_t name_length = interface->name ? strlen(interface->name) : 0;
    uint32_t length = 20 + (name_length ? 4 + padded(name_length) : 0) + 8 + 4;
    put32(file, 1);
    put32(file, length);
    put16(file, interface->link_type);
    put16(file, 0);
    put32(file, 262144);
    if (name_length) {
        put16(file, 2); /* if_name */
        put16(file, (uint16_t)name_length);
        put_padded(file, interface->name, name_length);
    }
    put16(file, 9); /* if_tsresol */
    put16(file, 1);
    put_padded(file, (uint8_t[]){(uint8_t)digits_of(interface)}, 1);
    put32(file, 0); /* opt_endofopt */
    put32(file, length);
}

static void put_enhanced_packet(struct savefile *file, const struct wb_packet *packet)
{
    unsigned index = packet->interface_index;
    unsigned digits = digits_of(&file->options.interfaces[index]);
    int64_t unit_ns = 1000000000 / units_per_second(digits);
    uint64_t stamp = (uint64_t)(packet->time_ns / unit_ns);
    uint32_t length = 32 + padded(packet->captured_length);
    put32(file, 6);
    put32(file, length);
    put32(file, index);
    put32(file, (uint32_t)(stamp >> 32));
    put32(file, (uint32_t)stamp);
    put32(file, packet->captured_length);
    put32(file, packet->wire_length);
    put_padded(file, packet->data, packet->captured_length);
    put32(file, length);
}

struct savefile *savefile_open(const char *path, const struct savefile_options *options)
{
    struct savefile *file = calloc(1, sizeof *file);
    if (!file)
        err(1, NULL);
    file->options = *options;
    file->path = path;
    file->out = open_memstream(&file->bytes, &file->length);
    if (!file->out)
        err(1, NULL);
    if (!file->options.interface_count)
        file->options.interface_count = 1;
    if (options->format == SAVEFILE_PCAP) {
        put_pcap_header(file);
        return file;
    }
    put_section_header(file);
    for (unsigned i = 0; i < file->options.interface_count; i++)
        put_interface(file, &file->options.interfaces[i]);
    return file;
}

void savefile_put(struct savefile *file, const struct wb_packet *packet)
{
    if (file->options.format == SAVEFILE_PCAP)
        put_pcap_packet(file, packet);
    else
        put_enhanced_packet(file, packet);
}

static void write_plain(const char *path, const void *bytes, size_t length)
{
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(bytes, 1, length, out) != length || fclose(out) != 0)
        err(1, "%s", path);
}

static void write_gzip(const char *path, const void *bytes, size_t length)
{
    gzFile out = gzopen(path, "wb");
    if (!out || gzwrite(out, bytes, (unsigned)length) != (int)length || gzclose(out) != Z_OK)
        errx(1, "%s: cannot write gzip", path);
}

static void write_zstd(const char *path, const void *bytes, size_t length)
{
    size_t room = ZSTD_compressBound(length);
    void *coded = malloc(room);
    size_t coded_length = coded ? ZSTD_compress(coded, room, bytes, length, 3) : 0;
    if (!coded || ZSTD_isError(coded_length))
        errx(1, "%s: cannot write zstd", path);
    write_plain(path, coded, coded_length);
    free(coded);
}

void savefile_close(struct savefile *file)
{
    if (fclose(file->out) != 0)
        err(1, "%s", file->path);
    if (file->options.coding == SAVEFILE_GZIP)
        write_gzip(file->path, file->bytes, file->length);
    else if (file->options.coding == SAVEFILE_ZSTD)
        write_zstd(file->path, file->bytes, file->length);
    else
        write_plain(file->path, file->bytes, file->length);
    free(file->bytes);
    free(file);
}
