/* SPDX-License-Identifier: ISC
 *
 * The writer of pcapng and pcap files (see capture_file.h). An interface's description
 * is written before its first packet, and tried again with each packet while the disk
 * is full: a packet block never stands in the file without it.
 */
#include "record/capture_file.h"

#include <stdlib.h>
#include <string.h>

#include <wirebeam/version.h>

#include "base/error.h"

/* Section 4 of the pcapng draft: block types, then options by block. */
enum {
    BLOCK_SECTION = 0x0A0D0D0A,
    BLOCK_INTERFACE = 1,
    BLOCK_STATISTICS = 5,
    BLOCK_PACKET = 6,
    OPTION_END = 0,
    SHB_USERAPPL = 4,
    IF_NAME = 2,
    IF_DESCRIPTION = 3,
    IF_TSRESOL = 9,
    EPB_FLAGS = 2,
    ISB_IFRECV = 4,
    ISB_IFDROP = 5,
    ISB_OSDROP = 7,
};

#define BYTE_ORDER_MAGIC 0x1A2B3C4Du
#define PCAP_MAGIC_NS 0xA1B23C4Du
#define PCAP_SNAPLEN 262144u /* of a file whose interface knows no limit */
#define TEXT_MAX 256u        /* bytes kept of an interface's name and description */
#define INTERFACES_MAX 65536u

struct interface {
    char *name, *description;
    uint32_t snaplen;
    uint32_t id; /* in the file, once is_written */
    uint16_t link_type;
    bool is_known, is_written;
};

struct wb__capture_file {
    struct wb__sink sink;
    enum wb_record_capture_format format;
    struct interface *interfaces;
    unsigned interface_count;
    uint32_t next_id;
    uint32_t link_type;    /* of a pcap file */
    uint64_t header_count; /* records of the sink that are not packets */
    uint64_t refused;      /* packets that cannot stand in this file */
    uint64_t header_lost;
};

/* A block while it is put together. */
struct block {
    uint8_t *start, *at;
};

static void put_bytes(struct block *block, const void *bytes, size_t length)
{
    if (length)
        memcpy(block->at, bytes, length);
    block->at += length;
    size_t padding = -length & 3;
    memset(block->at, 0, padding);
    block->at += padding;
}

static void put16(struct block *block, unsigned first, unsigned second)
{
    uint16_t pair[2] = {(uint16_t)first, (uint16_t)second};
    put_bytes(block, pair, sizeof pair);
}

static void put32(struct block *block, uint32_t value)
{
    put_bytes(block, &value, sizeof value);
}

static void put64(struct block *block, uint64_t value)
{
    put_bytes(block, &value, sizeof value);
}

static void put_option(struct block *block, unsigned code, const void *bytes, size_t length)
{
    put16(block, code, (unsigned)length);
    put_bytes(block, bytes, length);
}

static void put_time(struct block *block, int64_t time_ns)
{
    put32(block, (uint32_t)((uint64_t)time_ns >> 32));
    put32(block, (uint32_t)time_ns);
}

static bool begin(struct wb__capture_file *file, struct block *block, uint32_t type, size_t room)
{
    block->start = block->at = wb__sink_reserve(&file->sink, room);
    if (!block->start)
        return false;
    put32(block, type);
    put32(block, 0); /* the length, known in end() */
    return true;
}

static void end(struct wb__capture_file *file, struct block *block)
{
    uint32_t length = (uint32_t)(block->at - block->start) + 4;
    memcpy(block->start + 4, &length, sizeof length);
    put32(block, length);
    wb__sink_commit(&file->sink, length);
}

/* Writes out a header that was just committed: whether it reached the file. */
static bool is_through(struct wb__capture_file *file)
{
    uint64_t lost = file->sink.lost;
    wb__sink_flush(&file->sink);
    bool through = file->sink.lost == lost;
    file->header_count += through;
    file->header_lost += !through;
    return through;
}

static bool write_section(struct wb__capture_file *file)
{
    static const char application[] = "wirebeam " WB_VERSION;
    struct block block;
    if (!begin(file, &block, BLOCK_SECTION, 64 + sizeof application))
        return false;
    put32(&block, BYTE_ORDER_MAGIC);
    put16(&block, 1, 0);       /* version 1.0 */
    put64(&block, UINT64_MAX); /* the section's length: not known */
    put_option(&block, SHB_USERAPPL, application, sizeof application - 1);
    put_option(&block, OPTION_END, NULL, 0);
    end(file, &block);
    return is_through(file);
}

static bool write_pcapng_interface(struct wb__capture_file *file, struct interface *interface)
{
    static const uint8_t nanoseconds = 9;
    struct block block;
    if (!begin(file, &block, BLOCK_INTERFACE, 64 + 2 * TEXT_MAX))
        return false;
    put16(&block, interface->link_type, 0);
    put32(&block, interface->snaplen);
    if (interface->name[0])
        put_option(&block, IF_NAME, interface->name, strlen(interface->name));
    if (interface->description[0])
        put_option(&block, IF_DESCRIPTION, interface->description, strlen(interface->description));
    put_option(&block, IF_TSRESOL, &nanoseconds, 1);
    put_option(&block, OPTION_END, NULL, 0);
    end(file, &block);
    return is_through(file);
}

/* The file header: the one description that a pcap file has. */
static bool write_pcap_header(struct wb__capture_file *file, const struct interface *interface)
{
    struct block block;
    block.start = block.at = wb__sink_reserve(&file->sink, 24);
    if (!block.start)
        return false;
    put32(&block, PCAP_MAGIC_NS);
    put16(&block, 2, 4); /* version 2.4 */
    put64(&block, 0);    /* time zone and accuracy: always zero */
    put32(&block, interface->snaplen ? interface->snaplen : PCAP_SNAPLEN);
    put32(&block, interface->link_type);
    wb__sink_commit(&file->sink, 24);
    file->link_type = interface->link_type;
    return is_through(file);
}

static void describe(struct wb__capture_file *file, struct interface *interface)
{
    bool is_pcap = file->format == WB_RECORD_PCAP;
    if (is_pcap && file->next_id) /* another interface, maybe of the same link type */
        interface->is_written = interface->link_type == file->link_type;
    else
        interface->is_written =
            is_pcap ? write_pcap_header(file, interface) : write_pcapng_interface(file, interface);
    if (interface->is_written)
        interface->id = file->next_id++;
}

struct wb__capture_file *wb__capture_file_open(const char *path,
                                               enum wb_record_capture_format format,
                                               struct wb__faults *faults, struct wb_error *error)
{
    struct wb__capture_file *file = calloc(1, sizeof *file);
    if (!file) {
        wb__error_set(error, WB_E_MEMORY, 0, "no memory for a capture file");
        return NULL;
    }
    file->format = format;
    if (wb__sink_open(&file->sink, path, WB__SINK_TRUNCATE, NULL, faults, error) < 0) {
        free(file);
        return NULL;
    }
    if (format == WB_RECORD_PCAPNG && !write_section(file)) {
        if (error)
            *error = faults->first;
        wb__capture_file_close(file);
        return NULL;
    }
    return file;
}

static bool make_room(struct wb__capture_file *file, unsigned index)
{
    if (index < file->interface_count)
        return true;
    if (index >= INTERFACES_MAX)
        return false;
    unsigned count = index + 1 < 8 ? 8 : 2 * (index + 1);
    struct interface *interfaces = realloc(file->interfaces, count * sizeof *interfaces);
    if (!interfaces)
        return false;
    memset(interfaces + file->interface_count, 0,
           (count - file->interface_count) * sizeof *interfaces);
    file->interfaces = interfaces;
    file->interface_count = count;
    return true;
}

void wb__capture_file_interface(struct wb__capture_file *file, unsigned index,
                                const struct wb_source_interface *interface)
{
    if (!make_room(file, index) || file->interfaces[index].is_known)
        return;
    struct interface *mine = &file->interfaces[index];
    mine->name = strndup(interface->name ? interface->name : "", TEXT_MAX);
    mine->description = strndup(interface->description ? interface->description : "", TEXT_MAX);
    if (!mine->name || !mine->description) {
        free(mine->name);
        free(mine->description);
        *mine = (struct interface){0};
        return;
    }
    mine->link_type = interface->link_type;
    mine->snaplen = interface->snaplen;
    mine->is_known = true;
    describe(file, mine);
}

/* The packet's interface with its description in the file, or NULL. */
static struct interface *interface_of(struct wb__capture_file *file, const struct wb_packet *packet)
{
    if (packet->interface_index >= file->interface_count)
        return NULL;
    struct interface *interface = &file->interfaces[packet->interface_index];
    if (!interface->is_known || interface->link_type != packet->link_type)
        return NULL;
    if (!interface->is_written)
        describe(file, interface);
    return interface->is_written ? interface : NULL;
}

static void write_pcapng_packet(struct wb__capture_file *file, const struct wb_packet *packet,
                                uint32_t id)
{
    struct block block;
    if (!begin(file, &block, BLOCK_PACKET, packet->captured_length + (size_t)64))
        return;
    put32(&block, id);
    put_time(&block, packet->time_ns);
    put32(&block, packet->captured_length);
    put32(&block, packet->wire_length);
    put_bytes(&block, packet->data, packet->captured_length);
    if (packet->direction == WB_PACKET_IN || packet->direction == WB_PACKET_OUT) {
        uint32_t flags = packet->direction; /* 1 inbound, 2 outbound: the same numbers */
        put_option(&block, EPB_FLAGS, &flags, sizeof flags);
        put_option(&block, OPTION_END, NULL, 0);
    }
    end(file, &block);
}

static void write_pcap_packet(struct wb__capture_file *file, const struct wb_packet *packet)
{
    size_t length = packet->captured_length + (size_t)16;
    uint8_t *record = wb__sink_reserve(&file->sink, length);
    if (!record)
        return;
    uint32_t header[4] = {
        (uint32_t)(packet->time_ns / 1000000000),
        (uint32_t)(packet->time_ns % 1000000000),
        packet->captured_length,
        packet->wire_length,
    };
    memcpy(record, header, sizeof header);
    if (packet->captured_length)
        memcpy(record + sizeof header, packet->data, packet->captured_length);
    wb__sink_commit(&file->sink, length);
}

void wb__capture_file_packet(struct wb__capture_file *file, const struct wb_packet *packet)
{
    struct interface *interface = interface_of(file, packet);
    if (!interface)
        file->refused++;
    else if (file->format == WB_RECORD_PCAP)
        write_pcap_packet(file, packet);
    else
        write_pcapng_packet(file, packet, interface->id);
}

void wb__capture_file_flush(struct wb__capture_file *file)
{
    wb__sink_flush(&file->sink);
}

void wb__capture_file_sync(struct wb__capture_file *file)
{
    wb__sink_sync(&file->sink);
}

bool wb__capture_file_is_regular(const struct wb__capture_file *file)
{
    return file->sink.is_regular;
}

/* The source counts for all its interfaces together, so only a file with one of them
 * can say something true of it. */
static void write_statistics(struct wb__capture_file *file, const struct wb_source_stats *source,
                             int64_t now_ns)
{
    struct block block;
    if (!begin(file, &block, BLOCK_STATISTICS, 128))
        return;
    put32(&block, 0);
    put_time(&block, now_ns);
    put_option(&block, ISB_IFRECV, &source->seen, 8);
    put_option(&block, ISB_IFDROP, &source->dropped_interface, 8);
    put_option(&block, ISB_OSDROP, &source->dropped_ring, 8);
    put_option(&block, OPTION_END, NULL, 0);
    end(file, &block);
    is_through(file);
}

void wb__capture_file_finish(struct wb__capture_file *file, const struct wb_source_stats *source,
                             int64_t now_ns)
{
    wb__sink_flush(&file->sink);
    if (source && file->format == WB_RECORD_PCAPNG && file->next_id == 1)
        write_statistics(file, source, now_ns);
}

void wb__capture_file_stats(const struct wb__capture_file *file, struct wb_record_stats *stats)
{
    stats->capture_packets = wb__sink_records(&file->sink) - file->header_count;
    stats->capture_bytes = wb__sink_bytes(&file->sink);
    stats->capture_lost = file->sink.lost - file->header_lost + file->refused;
}

void wb__capture_file_close(struct wb__capture_file *file)
{
    if (!file)
        return;
    wb__sink_close(&file->sink);
    for (unsigned i = 0; i < file->interface_count; i++) {
        free(file->interfaces[i].name);
        free(file->interfaces[i].description);
    }
    free(file->interfaces);
    free(file);
}
