/* SPDX-License-Identifier: ISC
 *
 * IGMP: version 1 (RFC 1112), 2 (RFC 2236) and 3 (RFC 3376). The first eight bytes are the
 * same in all of them; sources and group records follow in version 3 only.
 */
#include "decode/igmp.h"

#include "decode/decoder.h"
#include "decode/fields.h"

#define IGMP_BYTES 8
#define QUERY_3_BYTES 12

enum { QUERY = 0x11, REPORT_1 = 0x12, REPORT_2 = 0x16, LEAVE = 0x17, REPORT_3 = 0x22 };

unsigned wb__decode_igmp(struct wb__walk *walk, struct wb_layer *layer)
{
    if (!wb__header(walk, layer, IGMP_BYTES))
        return WB__LAYER_END;
    layer->header_length = IGMP_BYTES;
    return WB__LAYER_END;
}

int wb__igmp_read(const struct wb_packet *packet, const struct wb_layer *layer,
                  struct wb__igmp *igmp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_IGMP, IGMP_BYTES, &header);
    if (error < 0)
        return error;
    igmp->type = header[0];
    igmp->code = header[1];
    igmp->checksum = wb__load16(header + 2);
    igmp->group = header + 4;
    igmp->version = 0;
    if (igmp->type == QUERY && layer->length >= QUERY_3_BYTES)
        igmp->version = 3;
    else if (igmp->type == QUERY)
        igmp->version = igmp->code > 0 ? 2 : 1;
    return 0;
}

static const char *name_of(uint8_t type)
{
    switch (type) {
    case QUERY:
        return "membership_query";
    case REPORT_1:
        return "v1_membership_report";
    case 0x13:
        return "dvmrp";
    case 0x14:
        return "pim_v1";
    case REPORT_2:
        return "v2_membership_report";
    case LEAVE:
        return "leave_group";
    case 0x1e:
        return "mtrace_response";
    case 0x1f:
        return "mtrace";
    case REPORT_3:
        return "v3_membership_report";
    case 0x30: /* RFC 4286 */
        return "multicast_router_advertisement";
    case 0x31:
        return "multicast_router_solicitation";
    case 0x32:
        return "multicast_router_termination";
    default:
        return NULL;
    }
}

static void tell_sources(const struct wb__fields *fields, struct wb__cursor *rest, uint32_t count)
{
    wb__tell_number(fields, "number_of_sources", count);
    wb__tell_list(fields, "source_addresses");
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *source = wb__cursor_take(rest, 4);
        if (!source)
            break;
        wb__tell_address(fields, NULL, source, 4);
    }
    wb__tell_end(fields);
    if (rest->failed)
        wb__tell_incomplete(fields);
}

static void tell_query(const struct wb__fields *fields, const struct wb__igmp *igmp)
{
    struct wb__cursor rest = wb__fields_payload(fields);
    uint32_t time = igmp->version == 3 ? wb__igmp_code(igmp->code) : igmp->code;
    wb__tell_number(fields, "version", igmp->version);
    if (igmp->version > 1)
        wb__tell_number(fields, "max_resp_time_ms", time * 100);
    wb__tell_address(fields, "group_address", igmp->group, 4);
    if (igmp->version < 3)
        return;
    uint8_t flags = wb__cursor_read8(&rest), interval = wb__cursor_read8(&rest);
    uint16_t count = wb__cursor_read16(&rest);
    if (rest.failed) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_bool(fields, "suppress_router_side_processing", flags & 8);
    wb__tell_number(fields, "querier_robustness_variable", flags & 7);
    wb__tell_number(fields, "querier_query_interval_code", interval);
    wb__tell_number(fields, "querier_query_interval_s", wb__igmp_code(interval));
    tell_sources(fields, &rest, count);
}

static void tell_record(const struct wb__fields *fields, struct wb__cursor *rest)
{
    uint8_t type = wb__cursor_read8(rest), words = wb__cursor_read8(rest);
    uint16_t count = wb__cursor_read16(rest);
    const uint8_t *address = wb__cursor_take(rest, 4);
    if (!address)
        return;
    wb__tell_object(fields, NULL);
    wb__tell_number(fields, "record_type", type);
    wb__tell_word(fields, "record_type_name", wb__group_record_name(type));
    wb__tell_address(fields, "multicast_address", address, 4);
    tell_sources(fields, rest, count);
    const uint8_t *data = wb__cursor_take(rest, words * 4u);
    if (data && words > 0)
        wb__tell_bytes(fields, "auxiliary_data", data, words * 4u);
    wb__tell_end(fields);
}

static void tell_report(const struct wb__fields *fields, const struct wb__igmp *igmp)
{
    struct wb__cursor rest = wb__fields_payload(fields);
    uint32_t count = wb__load16(igmp->group + 2);
    wb__tell_number(fields, "number_of_group_records", count);
    wb__tell_list(fields, "group_records");
    for (uint32_t i = 0; i < count && !rest.failed; i++)
        tell_record(fields, &rest);
    wb__tell_end(fields);
    if (rest.failed)
        wb__tell_incomplete(fields);
}

void wb__tell_igmp(const struct wb__fields *fields)
{
    struct wb__igmp igmp;
    if (wb__igmp_read(fields->packet, fields->layer, &igmp) < 0)
        return;
    const char *name = name_of(igmp.type);
    wb__tell_number(fields, "type", igmp.type);
    if (name)
        wb__tell_word(fields, "name", name);
    wb__tell_number(fields, "max_resp_code", igmp.code);
    wb__tell_checksum(fields, igmp.checksum);
    if (igmp.type == QUERY)
        tell_query(fields, &igmp);
    else if (igmp.type == REPORT_3)
        tell_report(fields, &igmp);
    else
        wb__tell_address(fields, "group_address", igmp.group, 4);
    wb__tell_payload_length(fields);
}
