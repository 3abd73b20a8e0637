/* SPDX-License-Identifier: ISC
 *
 * Capture files: every shape that a sound one has, and every way to be broken. Files are
 * read plain, compressed and through pipes, whole, cut off at every byte, and one byte
 * at a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "shape.h"

#define MICROSECONDS 0xa1b2c3d4U
#define NANOSECONDS 0xa1b23c4dU
#define MODIFIED 0xa1b2cd34U

static struct wb__source *opened(struct bytes bytes, const struct wb_source_options *options)
{
    struct wb__source *source;
    struct wb_error error = {0};
    if (open_file(&source, bytes, options, &error) < 0)
        fail_msg("%s", error.text);
    return source;
}

static int next(struct wb__source *source, struct wb_packet *packets, int capacity)
{
    struct wb_error error;
    return source->operations->next(source, packets, capacity, -1, &error);
}

static struct wb_source_stats stats_of(struct wb__source *source)
{
    struct wb_source_stats stats;
    source->operations->stats(source, &stats);
    return stats;
}

static void close_source(struct wb__source *source)
{
    source->operations->close(source);
}

/* ---- pcap ------------------------------------------------------------------------- */

static void check_pcap(uint32_t magic, bool is_big_endian, int64_t fraction_ns)
{
    struct shape shape = {.is_big_endian = is_big_endian};
    /* Above the link type: a frame check sequence of two words, and that it is known. */
    put_pcap_header(&shape, magic, 0x24000071);
    for (unsigned i = 0; i < 2; i++) {
        put32(&shape, 1700000000);
        put32(&shape, 123 + i);
        put32(&shape, 5 + i);
        put32(&shape, i == 0 ? 1500 : 3); /* the second is longer than it can have been */
        if (magic == MODIFIED)
            put64(&shape, 0);
        bytes_fill(&shape.bytes, 'a' + (int)i, 5 + i);
    }
    struct wb__source *source = opened(shape.bytes, NULL);
    struct wb_packet packets[4];
    assert_int_equal(next(source, packets, 4), 2);
    assert_int_equal(packets[0].captured_length, 5);
    assert_int_equal(packets[0].wire_length, 1500);
    assert_int_equal(packets[1].wire_length, 6);
    assert_memory_equal(packets[1].data, "bbbbbb", 6);
    assert_int_equal(packets[1].time_ns, 1700000000000000000 + 124 * fraction_ns);
    assert_int_equal(packets[1].number, 2);
    assert_int_equal(packets[1].link_type, 0x71);
    assert_int_equal(next(source, packets, 4), WB_E_END);
    assert_int_equal(next(source, packets, 4), WB_E_END);
    assert_int_equal(stats_of(source).seen, 2);
    assert_int_equal(stats_of(source).bytes, 11);
    assert_int_equal(source->operations->interface(source, 0)->snaplen, 65535);
    assert_null(source->operations->interface(source, 1));
    close_source(source);
    bytes_free(&shape.bytes);
}

static void pcap_in_both_byte_orders_and_all_resolutions(void **unused)
{
    (void)unused;
    for (int is_big_endian = 0; is_big_endian < 2; is_big_endian++) {
        check_pcap(MICROSECONDS, is_big_endian, 1000);
        check_pcap(NANOSECONDS, is_big_endian, 1);
        check_pcap(MODIFIED, is_big_endian, 1000);
    }
}

/* ---- pcapng ----------------------------------------------------------------------- */

static void put_all_blocks(struct shape *shape)
{
    put_section(shape);
    put_interface(shape, 1, 0, 0xff, 0);
    put_interface(shape, 113, 96, 9, 1000000000);
    put_interface(shape, 1, 0, 0x80 | 32, 0);
    put_enhanced(shape, 0, 1700000000123456, 7, 60, 1);
    put_enhanced(shape, 1, 700000000123456789, 8, 8, 2);
    size_t start = begin_block(shape, 0x7777); /* of no known type */
    put64(shape, 0);
    end_block(shape, start);
    put_enhanced(shape, 2, UINT64_C(1700000000) << 32 | 0x80000000, 9, 9, 0);
    put_enhanced(shape, 3, 0, 9, 9, 0); /* there is no such interface */
    start = begin_block(shape, 3);      /* simple */
    put32(shape, 4);
    bytes_add(&shape->bytes, "smpl", 4);
    end_block(shape, start);
    start = begin_block(shape, 2); /* obsolete */
    put16(shape, 1);
    put16(shape, 0);
    put64(shape, 0);
    put32(shape, 3);
    put32(shape, 3);
    bytes_add(&shape->bytes, "old", 3);
    end_block(shape, start);
}

static void check_pcapng(bool is_big_endian)
{
    struct shape shape = {.is_big_endian = is_big_endian};
    put_all_blocks(&shape);
    shape.is_big_endian = !is_big_endian; /* a second section, in the other order */
    put_section(&shape);
    put_interface(&shape, 276, 0, 0xff, 0);
    put_enhanced(&shape, 0, 5, 3, 3, 0);

    struct wb__source *source = opened(shape.bytes, NULL);
    struct wb_packet all[6], packets[6];
    int taken = 0;
    for (int count; (count = next(source, packets, 6)) > 0; taken += count)
        memcpy(all + taken, packets, (unsigned)count * sizeof packets[0]);
    assert_int_equal(taken, 6);
    assert_int_equal(all[0].time_ns, 1700000000123456000);
    assert_int_equal(all[0].direction, WB_PACKET_IN);
    assert_int_equal(all[0].wire_length, 60);
    assert_int_equal(all[1].time_ns, 1700000000123456789);
    assert_int_equal(all[1].direction, WB_PACKET_OUT);
    assert_int_equal(all[1].interface_index, 1);
    assert_int_equal(all[2].time_ns, 1700000000500000000);
    assert_memory_equal(all[3].data, "smpl", 4);
    assert_int_equal(all[3].interface_index, 0);
    assert_memory_equal(all[4].data, "old", 3);
    assert_int_equal(all[4].link_type, 113);
    assert_int_equal(all[5].interface_index, 3);
    assert_int_equal(all[5].link_type, 276);
    assert_string_equal(source->operations->interface(source, 1)->name, "eth7");
    assert_int_equal(source->operations->interface(source, 1)->snaplen, 96);
    assert_int_equal(stats_of(source).skipped_blocks, 1);
    assert_int_equal(stats_of(source).malformed_blocks, 1);
    close_source(source);
    bytes_free(&shape.bytes);
}

static void pcapng_with_sections_interfaces_and_all_blocks(void **unused)
{
    (void)unused;
    check_pcapng(false);
    check_pcapng(true);
}

/* Timestamps and offsets at the ends of their ranges stay in range. */
static void pcapng_with_extreme_clocks(void **unused)
{
    (void)unused;
    const int64_t offsets[] = {0, INT64_MAX, INT64_MIN};
    struct shape shape = {.is_big_endian = false};
    put_section(&shape);
    uint32_t count = 0;
    for (unsigned resolution = 0; resolution < 256; resolution += 5)
        for (unsigned i = 0; i < 3; i++) {
            put_interface(&shape, 1, 0, resolution, offsets[i]);
            put_enhanced(&shape, count++, UINT64_MAX, 1, 1, 0);
        }
    struct wb__source *source = opened(shape.bytes, NULL);
    struct wb_error error;
    int end;
    assert_int_equal(take_all(source, 64, &end, &error), count);
    assert_int_equal(end, WB_E_END);
    close_source(source);
    bytes_free(&shape.bytes);
}

/* ---- Cut off ---------------------------------------------------------------------- */

/* Files of three records, and the offsets at which whole records end. */
struct sample {
    struct shape shape;
    size_t ends[4]; /* of the header, then of the records */
};

static void make_pcap_sample(struct sample *sample)
{
    *sample = (struct sample){.shape = {.is_big_endian = false}};
    put_pcap_header(&sample->shape, MICROSECONDS, 1);
    sample->ends[0] = sample->shape.bytes.length;
    for (unsigned i = 1; i < 4; i++) {
        put_pcap_record(&sample->shape, i, 0, 13 * i, 13 * i);
        sample->ends[i] = sample->shape.bytes.length;
    }
}

static void make_pcapng_sample(struct sample *sample)
{
    *sample = (struct sample){.shape = {.is_big_endian = true}};
    put_section(&sample->shape);
    sample->ends[0] = sample->shape.bytes.length;
    put_interface(&sample->shape, 1, 0, 0xff, 0);
    for (unsigned i = 1; i < 4; i++) {
        put_enhanced(&sample->shape, 0, i, 13 * i, 13 * i, i == 2);
        sample->ends[i] = sample->shape.bytes.length;
    }
}

static unsigned whole_records(const struct sample *sample, size_t length)
{
    unsigned count = 0;
    while (count < 3 && length >= sample->ends[count + 1])
        count++;
    return count;
}

static bool is_boundary(const struct sample *sample, size_t length)
{
    /* Between the pcapng sample's section and its first packet lies its interface. */
    for (unsigned i = 0; i < 4; i++)
        if (length == sample->ends[i])
            return true;
    return sample->shape.is_big_endian && length == sample->ends[0] + 32;
}

static void check_cut(const struct sample *sample, size_t length)
{
    struct bytes cut = {.data = sample->shape.bytes.data, .length = length};
    struct wb__source *source;
    struct wb_error error = {0};
    int end = open_file(&source, cut, NULL, &error);
    if (length < sample->ends[0]) {
        assert_null(source);
        assert_int_equal(end, length < 4 ? WB_E_FORMAT : WB_E_TRUNCATED);
        assert_non_null(strstr(error.text, "/proc/self/fd/"));
        return;
    }
    assert_int_equal(end, 0);
    assert_int_equal(take_all(source, 2, &end, &error), whole_records(sample, length));
    assert_int_equal(end, is_boundary(sample, length) ? WB_E_END : WB_E_TRUNCATED);
    if (end == WB_E_TRUNCATED)
        assert_non_null(strstr(error.text, "missing"));
    close_source(source);
}

static void one_byte_at_a_time(const struct sample *sample)
{
    struct bytes header = {.data = sample->shape.bytes.data, .length = sample->ends[0]};
    struct wb__source *source;
    struct wb_error error;
    struct wb_packet packets[2];
    int write_end;
    assert_int_equal(open_pipe(&source, header, &write_end, &error), 0);
    unsigned taken = 0;
    for (size_t at = header.length; at < sample->shape.bytes.length; at++) {
        assert_int_equal(source->operations->next(source, packets, 2, 0, &error), 0);
        assert_int_equal(write(write_end, sample->shape.bytes.data + at, 1), 1);
        if (whole_records(sample, at + 1) == taken)
            continue;
        assert_int_equal(source->operations->next(source, packets, 2, -1, &error), 1);
        assert_int_equal(packets[0].captured_length, 13 * ++taken);
        assert_int_equal(packets[0].data[13 * taken - 1], 0xd0);
    }
    close(write_end);
    assert_int_equal(source->operations->next(source, packets, 2, -1, &error), WB_E_END);
    close_source(source);
}

static void cut_off_at_every_byte_and_one_byte_at_a_time(void **unused)
{
    (void)unused;
    struct sample samples[2];
    make_pcap_sample(&samples[0]);
    make_pcapng_sample(&samples[1]);
    for (unsigned i = 0; i < 2; i++) {
        for (size_t length = 1; length <= samples[i].shape.bytes.length; length++)
            check_cut(&samples[i], length);
        one_byte_at_a_time(&samples[i]);
        bytes_free(&samples[i].shape.bytes);
    }
}

/* ---- Compressed ------------------------------------------------------------------- */

static void check_compressed(struct bytes (*compress)(struct bytes))
{
    struct sample sample;
    make_pcap_sample(&sample);
    struct bytes whole = sample.shape.bytes, file = {0};
    struct bytes halves[2] = {{.data = whole.data, .length = 70},
                              {.data = whole.data + 70, .length = whole.length - 70}};
    for (unsigned i = 0; i < 2; i++) { /* two members, or frames, in a row */
        struct bytes member = compress(halves[i]);
        bytes_add_bytes(&file, member);
        bytes_free(&member);
    }
    struct wb_error error;
    struct wb__source *source = opened(file, NULL);
    int end;
    assert_int_equal(take_all(source, 64, &end, &error), 3);
    assert_int_equal(end, WB_E_END);
    close_source(source);

    struct bytes cut = {.data = file.data, .length = file.length - 5};
    source = opened(cut, NULL);
    take_all(source, 64, &end, &error);
    assert_int_equal(end, WB_E_TRUNCATED);
    close_source(source);
    bytes_free(&file);
    bytes_free(&whole);
}

static void compressed_in_several_members(void **unused)
{
    (void)unused;
    check_compressed(gzipped);
    check_compressed(zstandard);
}

/* A checksum that does not fit is told, after everything that came before it. */
static void damaged_gzip(void **unused)
{
    (void)unused;
    struct sample sample;
    make_pcap_sample(&sample);
    struct bytes file = gzipped(sample.shape.bytes);
    file.data[file.length - 8] ^= 1; /* CRC-32: RFC 1952, 2.3.1 */
    struct wb__source *source = opened(file, NULL);
    struct wb_error error;
    int end;
    assert_int_equal(take_all(source, 64, &end, &error), 3);
    assert_int_equal(end, WB_E_FORMAT);
    assert_non_null(strstr(error.text, "gzip"));
    close_source(source);
    bytes_free(&file);
    bytes_free(&sample.shape.bytes);
}

/* ---- Filter, direction, snaplen --------------------------------------------------- */

static void put_frame(struct shape *shape, int vlan, unsigned port)
{
    uint8_t frame[64] = {0};
    unsigned at = 12;
    if (vlan >= 0) {
        memcpy(frame + at, (uint8_t[]){0x81, 0, (uint8_t)(vlan >> 8), (uint8_t)vlan}, 4);
        at += 4;
    }
    memcpy(frame + at, (uint8_t[]){8, 0, 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6}, 12);
    frame[at + 2 + 20 + 3] = (uint8_t)port;
    put32(shape, 0);
    put32(shape, 0);
    put32(shape, sizeof frame);
    put32(shape, sizeof frame);
    bytes_add(&shape->bytes, frame, sizeof frame);
}

static void filters_count_what_they_reject(void **unused)
{
    (void)unused;
    struct shape shape = {.is_big_endian = false};
    put_pcap_header(&shape, MICROSECONDS, 1);
    put_frame(&shape, -1, 80);
    put_frame(&shape, 10, 80);
    put_frame(&shape, 10, 81);
    put_frame(&shape, 11, 80);
    const struct wb_source_options options = {.filter = "vlan 10 and tcp port 80", .snaplen = 20};
    struct wb__source *source = opened(shape.bytes, &options);
    struct wb_packet packets[4];
    assert_int_equal(next(source, packets, 4), 1);
    assert_int_equal(packets[0].data[15], 10);
    assert_int_equal(packets[0].number, 1);
    assert_int_equal(packets[0].captured_length, 20);
    assert_int_equal(packets[0].wire_length, 64);
    assert_int_equal(next(source, packets, 4), WB_E_END);
    assert_int_equal(stats_of(source).seen, 1);
    assert_int_equal(stats_of(source).filtered, 3);
    assert_int_equal(stats_of(source).bytes, 20);
    close_source(source);
    bytes_free(&shape.bytes);
}

/* A filter is compiled for each link type; one that a link type does not know, as a MAC
 * address on a raw one, takes nothing from it. */
static void filters_differ_by_link_type(void **unused)
{
    (void)unused;
    struct shape shape = {.is_big_endian = false};
    put_section(&shape);
    put_interface(&shape, 1, 0, 0xff, 0);
    put_interface(&shape, 101, 0, 0xff, 0);
    put_enhanced(&shape, 0, 0, 60, 60, 0);
    put_enhanced(&shape, 1, 0, 60, 60, 0);
    const struct wb_source_options options = {.filter = "ether host d0:d0:d0:d0:d0:d0"};
    struct wb__source *source = opened(shape.bytes, &options);
    struct wb_error error;
    int end;
    assert_int_equal(take_all(source, 8, &end, &error), 1);
    assert_int_equal(stats_of(source).filtered, 1);
    close_source(source);
    bytes_free(&shape.bytes);
}

static void direction_where_it_is_known(void **unused)
{
    (void)unused;
    struct shape shape = {.is_big_endian = false};
    put_section(&shape);
    put_interface(&shape, 1, 0, 0xff, 0);
    put_interface(&shape, 113, 0, 0xff, 0);
    put_enhanced(&shape, 0, 0, 60, 60, 1);
    put_enhanced(&shape, 0, 0, 60, 60, 2);
    put_enhanced(&shape, 0, 0, 60, 60, 0);
    size_t cooked = shape.bytes.length + 28;
    put_enhanced(&shape, 1, 0, 16, 16, 0);
    memcpy(shape.bytes.data + cooked, (uint8_t[]){0, 4}, 2); /* PACKET_OUTGOING */
    const struct wb_source_options options = {.direction = WB_SOURCE_OUT};
    struct wb__source *source = opened(shape.bytes, &options);
    struct wb_packet packets[4];
    assert_int_equal(next(source, packets, 4), 3);
    assert_int_equal(packets[0].direction, WB_PACKET_OUT);
    assert_int_equal(packets[1].direction, WB_PACKET_UNKNOWN);
    assert_int_equal(packets[2].direction, WB_PACKET_OUT);
    assert_int_equal(packets[2].link_type, 113);
    close_source(source);
    bytes_free(&shape.bytes);
}

/* ---- Bad input -------------------------------------------------------------------- */

static void check_error(const char *file, struct bytes bytes,
                        const struct wb_source_options *options, int code, const char *words)
{
    struct wb__source *source;
    struct wb_error error = {0};
    struct wb_source_options named = {.file = file};
    int result = file ? wb__source_open(&source, &named, &error)
                      : open_file(&source, bytes, options, &error);
    if (result == 0) {
        take_all(source, 64, &result, &error);
        close_source(source);
    }
    assert_int_equal(result, code);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
    assert_null(strchr(error.text, '\n'));
}

static void bad_files_get_one_clear_line(void **unused)
{
    (void)unused;
    struct bytes none = {0};
    check_error("/nonexistent/x.pcap", none, NULL, WB_E_NOT_FOUND, "/nonexistent/x.pcap");
    check_error("/tmp", none, NULL, WB_E_FORMAT, "directory");
    check_error("", none, NULL, WB_E_ARGUMENT, "empty");
    check_error(NULL, none, NULL, WB_E_FORMAT, "empty");
    struct bytes text = {.data = (uint8_t[]){"GET / HTTP/1.1\r\n"}, .length = 16};
    check_error(NULL, text, NULL, WB_E_FORMAT, "not a capture file");

    struct shape shape = {.is_big_endian = false};
    put_pcap_header(&shape, MICROSECONDS, 1);
    put_pcap_record(&shape, 0, 0, 4, 4);
    const struct wb_source_options wrong = {.filter = "tcp prt 80"};
    check_error(NULL, shape.bytes, &wrong, WB_E_FILTER, "\"tcp prt 80\": ");
    const struct wb_source_options kind = {.kind = "libpcap"};
    check_error(NULL, shape.bytes, &kind, WB_E_ARGUMENT, "cannot read the file");
    put32(&shape, 0);
    put32(&shape, 0);
    put32(&shape, 0x7fffffff);
    put32(&shape, 0x7fffffff);
    check_error(NULL, shape.bytes, NULL, WB_E_FORMAT, "record 2 at offset 44");
    shape.bytes.data[22] = 1;
    check_error(NULL, shape.bytes, NULL, WB_E_UNSUPPORTED, "link type 0x00010001");
    shape.bytes.data[4] = 3;
    check_error(NULL, shape.bytes, NULL, WB_E_UNSUPPORTED, "version 3.4");
    bytes_free(&shape.bytes);
}

static void bad_blocks_are_told_from_skippable_ones(void **unused)
{
    (void)unused;
    struct shape shape = {.is_big_endian = false};
    put_section(&shape);
    put_interface(&shape, 1, 0, 0xff, 0);
    size_t start = shape.bytes.length;
    put_enhanced(&shape, 0, 0, 8, 8, 0);
    shape.bytes.data[start + 20] = 9; /* captured: more than the block holds */
    put_enhanced(&shape, 0, 0, 8, 8, 0);
    struct wb__source *source = opened(shape.bytes, NULL);
    struct wb_error error;
    int end;
    assert_int_equal(take_all(source, 8, &end, &error), 1);
    assert_int_equal(end, WB_E_END);
    assert_int_equal(stats_of(source).malformed_blocks, 1);
    close_source(source);

    shape.bytes.data[shape.bytes.length - 4] ^= 4;
    check_error(NULL, shape.bytes, NULL, WB_E_FORMAT, "two lengths differ");
    shape.bytes.data[start + 4] = 8;
    check_error(NULL, shape.bytes, NULL, WB_E_FORMAT, "its length is wrong");
    bytes_free(&shape.bytes);
}

/* Blocks of two gigabytes are passed over in a pipe without being held. */
static void huge_blocks_are_not_held(void **unused)
{
    (void)unused;
    struct shape shape = {.is_big_endian = false};
    put_section(&shape);
    put_interface(&shape, 1, 0, 0xff, 0);
    put32(&shape, 6);
    put32(&shape, 0x80000000);
    bytes_fill(&shape.bytes, 0, 1000);
    struct wb__source *source;
    struct wb_error error;
    int write_end, end;
    assert_int_equal(open_pipe(&source, shape.bytes, &write_end, &error), 0);
    close(write_end);
    assert_int_equal(take_all(source, 8, &end, &error), 0);
    assert_int_equal(end, WB_E_TRUNCATED);
    assert_int_equal(stats_of(source).malformed_blocks, 1);
    close_source(source);
    bytes_free(&shape.bytes);
}

/* ---- Large files ------------------------------------------------------------------ */

#define LARGE_RECORDS 40000

static struct bytes large_file(void)
{
    struct shape shape = {.is_big_endian = false};
    put_pcap_header(&shape, MICROSECONDS, 1);
    for (unsigned i = 0; i < LARGE_RECORDS; i++)
        put_pcap_record(&shape, i, 0, 1500, 1500);
    return shape.bytes;
}

/* One that no buffer holds, after and before ordinary ones; its bytes are those of the file. */
static void a_record_may_be_longer_than_a_buffer(void **unused)
{
    (void)unused;
    enum { LONG = 5 << 20, SNAPLEN_AT = 16, FIRST = 24 + 16 + 1500 + 16 };
    struct shape shape = {.is_big_endian = false};
    put_pcap_header(&shape, MICROSECONDS, 1);
    put_pcap_record(&shape, 1, 0, 1500, 1500);
    put_pcap_record(&shape, 2, 0, LONG, LONG);
    put_pcap_record(&shape, 3, 0, 1500, 1500);
    for (unsigned i = 0; i < 4; i++)
        shape.bytes.data[SNAPLEN_AT + i] = (uint8_t)(LONG >> 8 * i);
    for (uint32_t i = 0; i < LONG; i++)
        shape.bytes.data[FIRST + i] = (uint8_t)(i * 7 + i / 4096);
    struct wb__source *source = opened(shape.bytes, NULL);
    const uint32_t lengths[] = {1500, LONG, 1500};
    struct wb_packet packet;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(next(source, &packet, 1), 1);
        assert_int_equal(packet.captured_length, lengths[i]);
        if (i == 1)
            assert_memory_equal(packet.data, shape.bytes.data + FIRST, LONG);
    }
    assert_int_equal(next(source, &packet, 1), WB_E_END);
    close_source(source);
    bytes_free(&shape.bytes);
}

static long resident_bytes(void)
{
    long size, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &size, &resident) != 2)
        fail();
    fclose(file);
    return resident * sysconf(_SC_PAGESIZE);
}

static void memory_does_not_grow_with_the_file(void **unused)
{
    (void)unused;
    struct bytes bytes = large_file();
    struct wb__source *source = opened(bytes, NULL);
    struct wb_packet packets[64];
    long most = 0, before = resident_bytes();
    volatile uint8_t sum = 0;
    for (int count; (count = next(source, packets, 64)) > 0;) {
        for (int i = 0; i < count; i++)
            sum = (uint8_t)(sum + packets[i].data[1499]);
        long now = resident_bytes();
        most = now > most ? now : most;
    }
    assert_int_equal(stats_of(source).delivered, LARGE_RECORDS);
    assert_in_range(most - before, 0, 16 << 20);
    close_source(source);
    bytes_free(&bytes);
}

static void a_file_that_shrinks_is_told(void **unused)
{
    (void)unused;
    struct bytes bytes = large_file();
    int descriptor = memfd_create("capture", 0);
    assert_int_equal(write(descriptor, bytes.data, bytes.length), bytes.length);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    const struct wb_source_options options = {.file = path};
    struct wb__source *source;
    struct wb_error error;
    struct wb_packet packets[64];
    int end;
    assert_int_equal(wb__source_open(&source, &options, &error), 0);
    assert_int_equal(next(source, packets, 64), 64);
    assert_int_equal(ftruncate(descriptor, (off_t)bytes.length / 2), 0);
    assert_in_range(take_all(source, 64, &end, &error), LARGE_RECORDS / 2 - 66, LARGE_RECORDS / 2);
    assert_int_equal(end, WB_E_TRUNCATED);
    assert_non_null(strstr(error.text, "another program"));
    close_source(source);
    close(descriptor);
    bytes_free(&bytes);
}

static void wake_ends_a_file_and_a_pipe(void **unused)
{
    (void)unused;
    struct sample sample;
    make_pcap_sample(&sample);
    struct bytes header = {.data = sample.shape.bytes.data, .length = sample.ends[0]};
    struct wb__source *source = opened(sample.shape.bytes, NULL);
    struct wb_packet packets[4];
    assert_int_equal(next(source, packets, 1), 1);
    source->operations->wake(source);
    assert_int_equal(next(source, packets, 1), 0);
    assert_int_equal(stats_of(source).seen, 1);
    close_source(source);

    struct wb_error error;
    int write_end;
    assert_int_equal(open_pipe(&source, header, &write_end, &error), 0);
    assert_int_equal(source->operations->next(source, packets, 4, 10, &error), 0);
    source->operations->wake(source);
    assert_int_equal(next(source, packets, 4), 0);
    close_source(source);
    close(write_end);
    bytes_free(&sample.shape.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pcap_in_both_byte_orders_and_all_resolutions),
        cmocka_unit_test(pcapng_with_sections_interfaces_and_all_blocks),
        cmocka_unit_test(pcapng_with_extreme_clocks),
        cmocka_unit_test(cut_off_at_every_byte_and_one_byte_at_a_time),
        cmocka_unit_test(compressed_in_several_members),
        cmocka_unit_test(damaged_gzip),
        cmocka_unit_test(filters_count_what_they_reject),
        cmocka_unit_test(filters_differ_by_link_type),
        cmocka_unit_test(direction_where_it_is_known),
        cmocka_unit_test(bad_files_get_one_clear_line),
        cmocka_unit_test(bad_blocks_are_told_from_skippable_ones),
        cmocka_unit_test(huge_blocks_are_not_held),
        cmocka_unit_test(a_record_may_be_longer_than_a_buffer),
        cmocka_unit_test(memory_does_not_grow_with_the_file),
        cmocka_unit_test(a_file_that_shrinks_is_told),
        cmocka_unit_test(wake_ends_a_file_and_a_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
