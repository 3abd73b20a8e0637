/* SPDX-License-Identifier: ISC
 *
 * The pcap format (draft-ietf-opsawg-pcap): a header of 24 bytes, then records. Both
 * byte orders, micro- and nanoseconds, and Alexey Kuznetzov's "modified" format whose
 * record headers are eight bytes longer. The loop over the records is the hot path of
 * reading files: it is compiled once for each byte order and reads a record header in
 * three loads. It must not look at packet bytes.
 */
#include <stdlib.h>

#include "base/cursor.h"
#include "base/error.h"
#include "source/file.h"

#define MAGIC_MICROSECONDS 0xa1b2c3d4U
#define MAGIC_NANOSECONDS 0xa1b23c4dU
#define MAGIC_MODIFIED 0xa1b2cd34U

/* The word of the link type: the type, ten bits that must be zero, and the length of
 * the frame check sequence with its flags, which do not concern us. */
#define LINK_TYPE_RESERVED 0x03ff0000U

#define FILE_HEADER_BYTES 24
#define RECORD_HEADER_BYTES 16
#define MODIFIED_HEADER_BYTES 24 /* and interface, protocol, packet type, padding */

struct pcap_state {
    bool is_big_endian;
    bool may_swap_lengths; /* written before 2.4, when the two lengths had no fixed order */
    uint16_t link_type;
    uint32_t header_length; /* of a record */
    uint32_t fraction_ns;   /* nanoseconds in a unit of the timestamp's fraction */
    uint32_t limit;         /* a longer captured length is damage */
};

static bool is_magic(uint32_t magic)
{
    return magic == MAGIC_MICROSECONDS || magic == MAGIC_NANOSECONDS || magic == MAGIC_MODIFIED;
}

static bool is_it(const uint8_t *magic)
{
    return is_magic(wb__load32(magic)) || is_magic(wb__load32_little(magic));
}

static uint32_t load32(const uint8_t *bytes, bool is_big_endian)
{
    return is_big_endian ? wb__load32(bytes) : wb__load32_little(bytes);
}

static uint16_t load16(const uint8_t *bytes, bool is_big_endian)
{
    return is_big_endian ? wb__load16(bytes) : wb__load16_little(bytes);
}

static int check_version(struct wb__file *file, uint16_t major, uint16_t minor,
                         struct wb_error *error)
{
    if (major == 2 && minor <= 4)
        return 0;
    return wb__error_set(error, WB_E_UNSUPPORTED, 0,
                         "%s: pcap version %u.%u is not known: 2.4 is what programs write",
                         file->input.name, major, minor);
}

static int check_link_type(struct wb__file *file, uint32_t word, struct wb_error *error)
{
    if (!(word & LINK_TYPE_RESERVED))
        return 0;
    return wb__error_set(error, WB_E_UNSUPPORTED, 0,
                         "%s: its link type 0x%08x is not known: reserved bits are set",
                         file->input.name, word);
}

static int open_format(struct wb__file *file, struct wb_error *error)
{
    int result = wb__input_need(&file->input, FILE_HEADER_BYTES, -1, error);
    if (result == WB_E_END)
        return wb__file_cut(file, FILE_HEADER_BYTES, error);
    if (result <= 0)
        return result < 0 ? result
                          : wb__error_set(error, WB_E_SYSTEM, 0,
                                          "%s: interrupted in the file's header",
                                          file->input.name);
    struct pcap_state *state = file->state = calloc(1, sizeof *state);
    if (!state)
        return wb__error_set(error, WB_E_MEMORY, 0, "%s: out of memory", file->input.name);

    const uint8_t *header = file->input.at;
    bool is_big_endian = state->is_big_endian = is_magic(wb__load32(header));
    uint32_t magic = load32(header, is_big_endian);
    uint16_t minor = load16(header + 6, is_big_endian);
    uint32_t link_type = load32(header + 20, is_big_endian);
    result = check_version(file, load16(header + 4, is_big_endian), minor, error);
    if (result == 0)
        result = check_link_type(file, link_type, error);
    if (result < 0)
        return result;
    uint32_t snaplen = load32(header + 16, is_big_endian);
    state->may_swap_lengths = minor < 4;
    state->link_type = (uint16_t)link_type;
    state->header_length = magic == MAGIC_MODIFIED ? MODIFIED_HEADER_BYTES : RECORD_HEADER_BYTES;
    state->fraction_ns = magic == MAGIC_NANOSECONDS ? 1 : 1000;
    state->limit = wb__record_limit(snaplen);
    file->input.at += FILE_HEADER_BYTES;
    const struct wb_source_interface interface = {
        .name = "", .description = "", .link_type = state->link_type, .snaplen = snaplen};
    result = wb__file_add_interface(file, &interface, error);
    return result < 0 ? result : 0;
}

/* Before version 2.3 the lengths were swapped, in 2.3 sometimes: the shorter one is what
 * was captured. */
static void order_lengths(uint32_t *captured, uint32_t *wire)
{
    uint32_t shorter = *captured < *wire ? *captured : *wire;
    *wire = *captured < *wire ? *wire : *captured;
    *captured = shorter;
}

/* Turns whole records in reach to packets. Stops before one that is not all there, or
 * whose length is not sane. */
static inline __attribute__((always_inline)) int
fill(struct wb__file *file, struct wb_packet *packets, int capacity, bool is_big_endian)
{
    const struct pcap_state state = *(const struct pcap_state *)file->state;
    const uint8_t *at = file->input.at, *const end = file->input.end;
    uint64_t number = file->stats.delivered;
    int count = 0;
    while (count < capacity) {
        size_t left = (size_t)(end - at);
        if (left < state.header_length)
            break;
        uint32_t captured = load32(at + 8, is_big_endian);
        uint32_t wire = load32(at + 12, is_big_endian);
        if (state.may_swap_lengths)
            order_lengths(&captured, &wire);
        if (captured > state.limit || left - state.header_length < captured)
            break;
        packets[count++] = (struct wb_packet){
            .data = at + state.header_length,
            .captured_length = captured,
            .wire_length = wire < captured ? captured : wire,
            .time_ns = (int64_t)load32(at, is_big_endian) * 1000000000 +
                       (int64_t)load32(at + 4, is_big_endian) * state.fraction_ns,
            .number = ++number,
            .link_type = state.link_type,
        };
        at += state.header_length + captured;
    }
    file->input.at = at;
    file->records += (unsigned)count;
    return count;
}

static int fill_big_endian(struct wb__file *file, struct wb_packet *packets, int capacity)
{
    return fill(file, packets, capacity, true);
}

static int fill_little_endian(struct wb__file *file, struct wb_packet *packets, int capacity)
{
    return fill(file, packets, capacity, false);
}

static int insane(struct wb__file *file, uint32_t captured, struct wb_error *error)
{
    return wb__error_set(error, WB_E_FORMAT, 0,
                         "%s: record %llu at offset %llu is damaged: its captured length is %u",
                         file->input.name, (unsigned long long)file->records + 1,
                         (unsigned long long)wb__input_offset(&file->input), captured);
}

/* Brings the next record into reach, or says why there is none. */
static int reach(struct wb__file *file, int timeout_ms, struct wb_error *error)
{
    const struct pcap_state *state = file->state;
    int64_t start = timeout_ms > 0 ? wb__clock_ms() : 0;
    uint64_t length = state->header_length;
    int result = wb__input_need(&file->input, length, timeout_ms, error);
    if (result > 0) {
        uint32_t captured = load32(file->input.at + 8, state->is_big_endian);
        uint32_t wire = load32(file->input.at + 12, state->is_big_endian);
        if (state->may_swap_lengths)
            order_lengths(&captured, &wire);
        if (captured > state->limit)
            return insane(file, captured, error);
        length += captured;
        result = wb__input_need(&file->input, length, wb__timeout_left(timeout_ms, start), error);
    }
    return result == WB_E_END ? wb__file_cut(file, length, error) : result;
}

static int next_packets(struct wb__file *file, struct wb_packet *packets, int capacity,
                        int timeout_ms, struct wb_error *error)
{
    const struct pcap_state *state = file->state;
    for (;;) {
        int count = state->is_big_endian ? fill_big_endian(file, packets, capacity)
                                         : fill_little_endian(file, packets, capacity);
        if (count > 0)
            return count;
        int result = reach(file, timeout_ms, error);
        if (result <= 0)
            return result;
    }
}

static void close_format(struct wb__file *file)
{
    free(file->state);
}

const struct wb__format wb__format_pcap = {
    .is_it = is_it,
    .open = open_format,
    .next = next_packets,
    .close = close_format,
};
