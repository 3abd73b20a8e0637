/* SPDX-License-Identifier: ISC */
#include "source/file.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/shared.h"
#include "source/cooked.h"

static const struct wb__format *const formats[] = {&wb__format_pcap, &wb__format_pcapng};

static struct wb__file *file_of(struct wb__source *source)
{
    return (struct wb__file *)source;
}

/* ---- What formats share ----------------------------------------------------------- */

static void free_interface(struct wb__file_interface *interface)
{
    if (!interface)
        return;
    pcap_freecode(&interface->program);
    free((char *)(uintptr_t)interface->is.name);
    free((char *)(uintptr_t)interface->is.description);
    free(interface);
}

/* Compiles the file's filter for the interface with this index. */
static int compile_filter(const struct wb__file *file, unsigned index,
                          struct wb__file_interface *interface, struct wb_error *error)
{
    interface->program = (struct bpf_program){0};
    interface->is_unfilterable = false;
    if (!file->filter)
        return 0;
    int result = file->ahead ? wb__ahead_program(file->ahead, &interface->program,
                                                 interface->is.link_type, error)
                             : wb__filter_compile_offline(&interface->program,
                                                          interface->is.link_type,
                                                          WB__RECORD_MAX_BYTES, file->filter,
                                                          error);
    if (result == WB_E_FILTER && index > 0) {
        interface->is_unfilterable = true;
        return 0;
    }
    return result;
}

static struct wb__file_interface *copy_interface(const struct wb_source_interface *from)
{
    struct wb__file_interface *interface = calloc(1, sizeof *interface);
    if (!interface)
        return NULL;
    interface->is = *from;
    interface->is.name = strdup(from->name);
    interface->is.description = strdup(from->description);
    if (!interface->is.name || !interface->is.description) {
        free_interface(interface);
        return NULL;
    }
    return interface;
}

/* The array doubles: its length is the power of two at or above the count. */
static bool grow_interfaces(struct wb__file *file)
{
    unsigned count = file->interface_count;
    if (count & (count - 1))
        return true;
    size_t length = count ? 2 * (size_t)count : 1;
    struct wb__file_interface **longer =
        realloc(file->interfaces, length * sizeof(struct wb__file_interface *));
    if (longer)
        file->interfaces = longer;
    return longer != NULL;
}

int wb__file_add_interface(struct wb__file *file, const struct wb_source_interface *from,
                           struct wb_error *error)
{
    if (file->interface_count > UINT16_MAX)
        return wb__error_set(error, WB_E_LIMIT, 0, "%s: it describes more than %u interfaces",
                             file->input.name, UINT16_MAX + 1U);
    struct wb__file_interface *interface = copy_interface(from);
    if (!interface || !grow_interfaces(file)) {
        free_interface(interface);
        return wb__error_set(error, WB_E_MEMORY, 0, "%s: out of memory", file->input.name);
    }
    int result = compile_filter(file, file->interface_count, interface, error);
    if (result < 0) {
        free_interface(interface);
        return result;
    }
    if (from->link_type == WB__LINKTYPE_LINUX_SLL || from->link_type == WB__LINKTYPE_LINUX_SLL2)
        file->has_directions = true;
    file->interfaces[file->interface_count] = interface;
    return (int)file->interface_count++;
}

int wb__file_cut(struct wb__file *file, uint64_t length, struct wb_error *error)
{
    size_t left = wb__input_left(&file->input);
    if (left == 0)
        return WB_E_END;
    return wb__error_set(
        error, WB_E_TRUNCATED, 0,
        "%s: the file is cut off in its last record, at offset %llu after %llu packets: at least "
        "%llu bytes are missing",
        file->input.name, (unsigned long long)wb__input_offset(&file->input),
        (unsigned long long)file->records, (unsigned long long)(length - left));
}

/* ---- Filter, direction, snaplen --------------------------------------------------- */

static bool passes_direction(const struct wb__file *file, const struct wb_packet *packet)
{
    if (file->direction == WB_SOURCE_INOUT || packet->direction == WB_PACKET_UNKNOWN)
        return true;
    return packet->direction ==
           (file->direction == WB_SOURCE_IN ? WB_PACKET_IN : WB_PACKET_OUT);
}

static bool passes_filter(const struct wb__file *file, const struct wb_packet *packet)
{
    const struct wb__file_interface *interface = file->interfaces[packet->interface_index];
    if (interface->is_unfilterable)
        return false;
    return !interface->program.bf_insns || wb__filter_accepts(&interface->program, packet);
}

/* Keeps what filter and direction let pass, in place. */
static int sift(struct wb__file *file, struct wb_packet *packets, int count)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        struct wb_packet packet = packets[i];
        if (packet.direction == WB_PACKET_UNKNOWN)
            wb__cooked_direction(&packet);
        if (!passes_direction(file, &packet) || !passes_filter(file, &packet))
            continue;
        if (packet.captured_length > file->snaplen)
            packet.captured_length = file->snaplen;
        packet.number = file->stats.delivered + (uint64_t)kept + 1;
        packets[kept++] = packet;
    }
    file->stats.filtered += (uint64_t)(count - kept);
    return kept;
}

/* ---- The operations --------------------------------------------------------------- */

static void account(struct wb__file *file, const struct wb_packet *packets, int count)
{
    uint64_t bytes = 0;
    for (int i = 0; i < count; i++)
        bytes += packets[i].captured_length;
    file->stats.bytes += bytes;
    file->stats.delivered += (uint64_t)count;
}

static bool needs_sifting(const struct wb__file *file)
{
    return file->filter || file->snaplen != UINT32_MAX || file->direction || file->has_directions;
}

/* Passes over what another process took, and takes over what it counted. */
static int catch_up(struct wb__file *file, struct wb_packet *packets, int capacity, int timeout_ms,
                    struct wb_error *error)
{
    const struct wb__file_place *place = file->place;
    while (file->records < place->records && !wb__wake_is_rung(&file->input.wake)) {
        uint64_t left = place->records - file->records;
        int few = left < (uint64_t)capacity ? (int)left : capacity;
        int count = file->format->next(file, packets, few, timeout_ms, error);
        if (count <= 0)
            return count;
    }
    file->stats = place->stats;
    return 1;
}

/* After a wake a file gives no more: what was not read was not seen. */
static int file_next(struct wb__source *source, struct wb_packet *packets, int capacity,
                     int timeout_ms, struct wb_error *error)
{
    struct wb__file *file = file_of(source);
    int count = 0;
    if (file->records < file->place->records) {
        count = catch_up(file, packets, capacity, timeout_ms, error);
        if (count <= 0)
            return count;
        count = 0;
    }
    *file->place = (struct wb__file_place){.records = file->records, .stats = file->stats};
    while (count == 0 && !wb__wake_is_rung(&file->input.wake)) {
        count = file->format->next(file, packets, capacity, timeout_ms, error);
        if (count <= 0)
            return count;
        if (needs_sifting(file))
            count = sift(file, packets, count);
    }
    account(file, packets, count);
    return count;
}

static void before_reuse(void *source)
{
    wb__source_before_reuse(source, false);
}

static void file_wake(struct wb__source *source)
{
    wb__wake_ring(&file_of(source)->input.wake);
}

static void file_stats(struct wb__source *source, struct wb_source_stats *stats)
{
    *stats = file_of(source)->stats;
    stats->seen = stats->delivered;
}

static const struct wb_source_interface *file_interface(const struct wb__source *source,
                                                        unsigned index)
{
    const struct wb__file *file = (const struct wb__file *)source;
    return index < file->interface_count ? &file->interfaces[index]->is : NULL;
}

static int file_descriptor(const struct wb__source *source)
{
    (void)source;
    return -1;
}

/* ---- Another filter --------------------------------------------------------------- */

/* A program for each interface, or none of them. */
static int compile_all(const struct wb__file *file, struct wb__file_interface *compiled,
                       struct wb_error *error)
{
    for (unsigned i = 0; i < file->interface_count; i++) {
        compiled[i].is = file->interfaces[i]->is;
        int result = compile_filter(file, i, &compiled[i], error);
        if (result == 0)
            continue;
        while (i-- > 0)
            pcap_freecode(&compiled[i].program);
        return result;
    }
    return 0;
}

static void take_over(struct wb__file *file, const struct wb__file_interface *compiled)
{
    for (unsigned i = 0; i < file->interface_count; i++) {
        pcap_freecode(&file->interfaces[i]->program);
        file->interfaces[i]->program = compiled[i].program;
        file->interfaces[i]->is_unfilterable = compiled[i].is_unfilterable;
    }
}

static int file_set_filter(struct wb__source *source, const char *expression,
                           struct wb_error *error)
{
    struct wb__file *file = file_of(source);
    char *old_one = file->filter;
    struct wb__ahead *old_ahead = file->ahead;
    char *new_one = wb__filter_is_given(expression) ? strdup(expression) : NULL;
    struct wb__file_interface *compiled = calloc(file->interface_count + 1, sizeof *compiled);
    int result = compiled && !new_one == !wb__filter_is_given(expression)
                     ? 0
                     : wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
    if (result == 0) {
        file->ahead = NULL;
        file->filter = new_one;
        result = compile_all(file, compiled, error);
    }
    if (result == 0) {
        take_over(file, compiled);
        wb__ahead_free(old_ahead);
    } else {
        file->filter = old_one;
        file->ahead = old_ahead;
    }
    free(result == 0 ? old_one : new_one);
    free(compiled);
    return result;
}

/* It is read again from its start. */
static bool file_goes_on(const struct wb__source *source)
{
    return !((const struct wb__file *)source)->input.is_pollable;
}

/* What its bytes said. */
static void forget(struct wb__file *file)
{
    if (file->format)
        file->format->close(file);
    for (unsigned i = 0; i < file->interface_count; i++)
        free_interface(file->interfaces[i]);
    free(file->interfaces);
    file->format = NULL;
    file->interfaces = NULL;
    file->interface_count = 0;
}

static void file_close(struct wb__source *source)
{
    struct wb__file *file = file_of(source);
    if (!file)
        return;
    forget(file);
    free(file->filter);
    wb__ahead_free(file->ahead);
    wb__input_close(&file->input);
    wb__shared_free(file->place, sizeof *file->place);
    free(file);
}

static int choose_format(struct wb__file *file, struct wb_error *error)
{
    int result = wb__input_need(&file->input, 4, -1, error);
    for (size_t i = 0; result == 1 && i < sizeof formats / sizeof formats[0]; i++)
        if (formats[i]->is_it(file->input.at))
            file->format = formats[i];
    if (file->format)
        return file->format->open(file, error);
    if (result < 0 && result != WB_E_END)
        return result;
    return wb__error_set(error, WB_E_FORMAT, 0,
                         "%s: it is not a capture file: neither pcap nor pcapng, nor one of them "
                         "compressed by gzip or zstd",
                         file->input.name);
}

static int file_rewind(struct wb__source *source, struct wb_error *error)
{
    struct wb__file *file = file_of(source);
    wb__source_before_reuse(source, true);
    forget(file);
    file->records = file->place->records = 0;
    int result = wb__input_rewind(&file->input, error);
    return result == 0 ? choose_format(file, error) : result;
}

static int set_options(struct wb__file *file, const struct wb_source_options *options,
                       struct wb_error *error)
{
    file->snaplen = options->snaplen ? options->snaplen : UINT32_MAX;
    file->direction = options->direction;
    if (wb__filter_is_given(options->filter)) {
        file->filter = strdup(options->filter);
        file->ahead = wb__ahead_new(options->filter, WB__RECORD_MAX_BYTES);
        if (!file->filter || !file->ahead)
            return wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
    }
    return 0;
}

static int file_open(struct wb__source **source, const struct wb_source_options *options,
                     struct wb_error *error)
{
    *source = NULL;
    struct wb__file *file = calloc(1, sizeof *file);
    if (!file)
        return wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
    file->source.operations = &wb__source_file;
    file->input = (struct wb__input){.descriptor = -1, .wake = {.read_end = -1, .write_end = -1}};
    file->place = wb__shared_new(sizeof *file->place);
    int result = file->place ? set_options(file, options, error)
                             : wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
    if (result == 0)
        result = wb__input_open(&file->input, options, error);
    if (result == 0)
        result = choose_format(file, error);
    if (result < 0) {
        file_close(&file->source);
        return result;
    }
    file->input.before_reuse = before_reuse;
    file->input.context = &file->source;
    *source = &file->source;
    return 0;
}

const struct wb__source_operations wb__source_file = {
    .kind = "file",
    .open = file_open,
    .next = file_next,
    .wake = file_wake,
    .stats = file_stats,
    .interface = file_interface,
    .descriptor = file_descriptor,
    .set_filter = file_set_filter,
    .goes_on = file_goes_on,
    .rewind = file_rewind,
    .close = file_close,
};
