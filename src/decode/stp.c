/* SPDX-License-Identifier: ISC
 *
 * Bridge protocol data units of the spanning trees: the original one and RSTP (IEEE
 * 802.1D-2004, 9.3), MSTP (IEEE 802.1Q, 14), and Cisco's, which have a VLAN behind.
 */
#include "decode/bridge.h"
#include "decode/fields.h"

#define BPDU_BYTES 4    /* protocol, version, type */
#define CONFIG_BYTES 35
#define RAPID_BYTES 36  /* and the length of version 1, 0 */
#define MULTIPLE_BYTES 102
#define INSTANCE_BYTES 16
#define INSTANCES_MAX 64

static uint32_t find_length(const uint8_t *header)
{
    switch (header[3]) {
    case WB__BPDU_CONFIG:
        return CONFIG_BYTES;
    case WB__BPDU_RAPID:
        return RAPID_BYTES;
    default:
        return BPDU_BYTES;
    }
}

/* An MSTP frame without its own part is a RSTP frame to all (IEEE 802.1Q, 14.4). */
static bool is_multiple(const struct wb_layer *layer, const uint8_t *header)
{
    return header[2] >= WB__STP_MULTIPLE && header[3] == WB__BPDU_RAPID &&
           layer->length >= MULTIPLE_BYTES;
}

unsigned wb__decode_stp(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, BPDU_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint32_t length = find_length(header);
    header = wb__header(walk, layer, length);
    if (header && is_multiple(layer, header)) {
        length = MULTIPLE_BYTES;
        header = wb__header(walk, layer, length);
    }
    if (header)
        layer->header_length = length;
    return WB__LAYER_END;
}

static struct wb__bridge_id read_bridge(struct wb__cursor *cursor)
{
    struct wb__bridge_id id = {.priority = wb__cursor_read16(cursor)};
    wb__cursor_read(cursor, id.address, 6);
    return id;
}

static void read_config(struct wb__cursor *cursor, struct wb__stp *stp)
{
    stp->has_config = true;
    stp->flags = wb__cursor_read8(cursor);
    stp->root = read_bridge(cursor);
    stp->path_cost = wb__cursor_read32(cursor);
    stp->bridge = read_bridge(cursor);
    stp->port_id = wb__cursor_read16(cursor);
    stp->message_age = wb__cursor_read16(cursor);
    stp->max_age = wb__cursor_read16(cursor);
    stp->hello_time = wb__cursor_read16(cursor);
    stp->forward_delay = wb__cursor_read16(cursor);
}

/* IEEE 802.1Q, 14.4: behind the length of version 1 and its own, a selector of 0, then
 * the region's name, revision and digest. */
static void read_multiple(struct wb__cursor *cursor, struct wb__stp *stp)
{
    stp->has_multiple = true;
    stp->version3_length = (wb__cursor_skip(cursor, 1), wb__cursor_read16(cursor));
    wb__cursor_skip(cursor, 1);
    stp->name = wb__cursor_take(cursor, 32);
    stp->revision = wb__cursor_read16(cursor);
    stp->digest = wb__cursor_take(cursor, 16);
    stp->internal_path_cost = wb__cursor_read32(cursor);
    stp->cist_bridge = read_bridge(cursor);
    stp->remaining_hops = wb__cursor_read8(cursor);
}

/* As many as the length says and were captured. */
static void find_instances(struct wb__cursor all, struct wb__stp *stp)
{
    wb__cursor_skip(&all, MULTIPLE_BYTES);
    uint32_t own = MULTIPLE_BYTES - RAPID_BYTES - 2;
    uint32_t count = stp->version3_length > own ? (stp->version3_length - own) / INSTANCE_BYTES : 0;
    uint32_t there = (uint32_t)(wb__cursor_left(&all) / INSTANCE_BYTES);
    stp->instances = all.at;
    stp->instance_count = count < there ? count : there;
    if (stp->instance_count > INSTANCES_MAX)
        stp->instance_count = INSTANCES_MAX;
}

int wb__stp_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb__stp *stp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_STP, BPDU_BYTES, &header);
    if (error < 0)
        return error;
    *stp = (struct wb__stp){0};
    struct wb__cursor cursor = wb__cursor(header, layer->header_length);
    stp->protocol_id = wb__cursor_read16(&cursor);
    stp->version = wb__cursor_read8(&cursor);
    stp->type = wb__cursor_read8(&cursor);
    if (layer->header_length >= CONFIG_BYTES)
        read_config(&cursor, stp);
    if (layer->header_length < MULTIPLE_BYTES)
        return 0;
    read_multiple(&cursor, stp);
    find_instances(wb__layer_bytes(packet, layer), stp);
    return 0;
}

static void tell_bridge(const struct wb__fields *fields, const char *name,
                        const struct wb__bridge_id *id)
{
    wb__tell_object(fields, name);
    wb__tell_number(fields, "priority", id->priority);
    wb__tell_hardware(fields, "address", id->address, 6);
    wb__tell_end(fields);
}

static void tell_flags(const struct wb__fields *fields, uint8_t flags)
{
    static const char *const names[] = {"topology_change", "proposal", NULL, NULL, "learning",
                                        "forwarding", "agreement", "topology_change_ack"};
    static const char *const roles[] = {"unknown", "alternate_or_backup", "root", "designated"};
    wb__tell_flags(fields, "flags", flags, names, 8);
    wb__tell_word(fields, "port_role", roles[flags >> 2 & 3]);
}

static void tell_config(const struct wb__fields *fields, const struct wb__stp *stp)
{
    tell_flags(fields, stp->flags);
    tell_bridge(fields, "root", &stp->root);
    wb__tell_number(fields, "root_path_cost", stp->path_cost);
    tell_bridge(fields, "bridge", &stp->bridge);
    wb__tell_number(fields, "port_id", stp->port_id);
    wb__tell_number(fields, "message_age_ms", stp->message_age * 1000u / 256);
    wb__tell_number(fields, "max_age_ms", stp->max_age * 1000u / 256);
    wb__tell_number(fields, "hello_time_ms", stp->hello_time * 1000u / 256);
    wb__tell_number(fields, "forward_delay_ms", stp->forward_delay * 1000u / 256);
}

/* IEEE 802.1Q, 14.4.1: an MSTI configuration message. */
static void tell_instance(const struct wb__fields *fields, const uint8_t *bytes)
{
    struct wb__cursor cursor = wb__cursor(bytes, INSTANCE_BYTES);
    wb__tell_object(fields, NULL);
    tell_flags(fields, wb__cursor_read8(&cursor));
    struct wb__bridge_id root = read_bridge(&cursor);
    tell_bridge(fields, "regional_root", &root);
    wb__tell_number(fields, "internal_root_path_cost", wb__cursor_read32(&cursor));
    wb__tell_number(fields, "bridge_priority", wb__cursor_read8(&cursor));
    wb__tell_number(fields, "port_priority", wb__cursor_read8(&cursor));
    wb__tell_number(fields, "remaining_hops", wb__cursor_read8(&cursor));
    wb__tell_end(fields);
}

static void tell_multiple(const struct wb__fields *fields, const struct wb__stp *stp)
{
    size_t length = 0;
    while (length < 32 && stp->name[length])
        length++;
    wb__tell_number(fields, "version_3_length", stp->version3_length);
    wb__tell_text(fields, "configuration_name", stp->name, length);
    wb__tell_number(fields, "revision", stp->revision);
    wb__tell_bytes(fields, "digest", stp->digest, 16);
    wb__tell_number(fields, "internal_root_path_cost", stp->internal_path_cost);
    tell_bridge(fields, "cist_bridge", &stp->cist_bridge);
    wb__tell_number(fields, "remaining_hops", stp->remaining_hops);
    wb__tell_list(fields, "instances");
    for (uint32_t i = 0; i < stp->instance_count; i++)
        tell_instance(fields, stp->instances + (size_t)i * INSTANCE_BYTES);
    wb__tell_end(fields);
}

/* Behind Cisco's PVST: a byte of padding, type 0, length 2, the VLAN that it is about. */
static void tell_vlan(const struct wb__fields *fields)
{
    struct wb__cursor cursor = wb__fields_payload(fields);
    if (wb__cursor_left(&cursor) == 7)
        wb__cursor_skip(&cursor, 1);
    if (wb__cursor_left(&cursor) >= 6 && wb__load32(cursor.at) == 2)
        wb__tell_number(fields, "originating_vlan", wb__load16(cursor.at + 4));
}

void wb__tell_stp(const struct wb__fields *fields)
{
    struct wb__stp stp;
    if (wb__stp_read(fields->packet, fields->layer, &stp) < 0)
        return;
    wb__tell_number(fields, "protocol_id", stp.protocol_id);
    wb__tell_number(fields, "version", stp.version);
    wb__tell_number(fields, "type", stp.type);
    if (stp.has_config)
        tell_config(fields, &stp);
    if (stp.has_multiple)
        tell_multiple(fields, &stp);
    else if (stp.has_config)
        tell_vlan(fields);
}
