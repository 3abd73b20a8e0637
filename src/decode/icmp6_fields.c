/* SPDX-License-Identifier: ISC
 *
 * The fields of ICMPv6 messages: errors and echo (RFC 4443), Neighbor Discovery (RFC 4861,
 * 3122), multicast listeners (RFC 2710, 3810) and routers (RFC 4286), home agents (RFC
 * 6275), node information (RFC 4620), renumbering (RFC 2894) and RPL (RFC 6550).
 */
#include "decode/decoder.h"
#include "decode/icmp.h"
#include "decode/igmp.h"

static void tell_echo(const struct wb__fields *fields, uint32_t rest)
{
    wb__tell_number(fields, "identifier", rest >> 16);
    wb__tell_number(fields, "sequence_number", rest & 0xffff);
}

/* An address that must be there; false, told as incomplete, where it is not. */
static bool tell_address(const struct wb__fields *fields, const char *name,
                         struct wb__cursor *payload)
{
    const uint8_t *address = wb__cursor_take(payload, 16);
    if (address)
        wb__tell_address(fields, name, address, 16);
    else
        wb__tell_incomplete(fields);
    return address != NULL;
}

static void tell_sources(const struct wb__fields *fields, struct wb__cursor *payload,
                         uint32_t count)
{
    wb__tell_number(fields, "number_of_sources", count);
    wb__tell_list(fields, "source_addresses");
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *source = wb__cursor_take(payload, 16);
        if (!source)
            break;
        wb__tell_address(fields, NULL, source, 16);
    }
    wb__tell_end(fields);
    if (payload->failed)
        wb__tell_incomplete(fields);
}

/* RFC 3810, 8.1: a query of version 2 is one that has at least 28 bytes. */
static void tell_listener_query(const struct wb__fields *fields, const struct wb_icmp *icmp,
                                struct wb__cursor *payload)
{
    enum { VERSION_2_BYTES = 28 };
    uint16_t code = (uint16_t)(icmp->rest >> 16);
    bool is_version_2 = fields->layer->length >= VERSION_2_BYTES;
    wb__tell_number(fields, "version", is_version_2 ? 2 : 1);
    wb__tell_number(fields, "maximum_response_code", code);
    wb__tell_number(fields, "maximum_response_delay_ms", is_version_2 ? wb__mld_code(code) : code);
    if (!tell_address(fields, "multicast_address", payload) || !is_version_2)
        return;
    uint8_t flags = wb__cursor_read8(payload), interval = wb__cursor_read8(payload);
    uint16_t count = wb__cursor_read16(payload);
    if (payload->failed) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_bool(fields, "suppress_router_side_processing", flags & 8);
    wb__tell_number(fields, "querier_robustness_variable", flags & 7);
    wb__tell_number(fields, "querier_query_interval_code", interval);
    wb__tell_number(fields, "querier_query_interval_s", wb__igmp_code(interval));
    tell_sources(fields, payload, count);
}

static void tell_listener_record(const struct wb__fields *fields, struct wb__cursor *payload)
{
    uint8_t type = wb__cursor_read8(payload), words = wb__cursor_read8(payload);
    uint16_t count = wb__cursor_read16(payload);
    const uint8_t *address = wb__cursor_take(payload, 16);
    if (!address)
        return;
    wb__tell_object(fields, NULL);
    wb__tell_number(fields, "record_type", type);
    wb__tell_word(fields, "record_type_name", wb__group_record_name(type));
    wb__tell_address(fields, "multicast_address", address, 16);
    tell_sources(fields, payload, count);
    const uint8_t *data = wb__cursor_take(payload, words * 4u);
    if (data && words > 0)
        wb__tell_bytes(fields, "auxiliary_data", data, words * 4u);
    wb__tell_end(fields);
}

static void tell_listener_report(const struct wb__fields *fields, const struct wb_icmp *icmp,
                                 struct wb__cursor *payload)
{
    uint32_t count = icmp->rest & 0xffff;
    wb__tell_number(fields, "number_of_records", count);
    wb__tell_list(fields, "records");
    for (uint32_t i = 0; i < count && !payload->failed; i++)
        tell_listener_record(fields, payload);
    wb__tell_end(fields);
    if (payload->failed)
        wb__tell_incomplete(fields);
}

static void tell_router_advertisement(const struct wb__fields *fields, const struct wb_icmp *icmp,
                                      struct wb__cursor *payload)
{
    static const char *const preferences[] = {"medium", "high", "reserved", "low"};
    uint32_t rest = icmp->rest;
    wb__tell_number(fields, "cur_hop_limit", rest >> 24);
    wb__tell_bool(fields, "managed", rest >> 23 & 1);
    wb__tell_bool(fields, "other", rest >> 22 & 1);
    wb__tell_bool(fields, "home_agent", rest >> 21 & 1);
    wb__tell_word(fields, "router_preference", preferences[rest >> 19 & 3]);
    wb__tell_bool(fields, "proxy", rest >> 18 & 1);
    wb__tell_number(fields, "router_lifetime_s", rest & 0xffff);
    uint32_t reachable = wb__cursor_read32(payload), retransmit = wb__cursor_read32(payload);
    if (payload->failed) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_number(fields, "reachable_time_ms", reachable);
    wb__tell_number(fields, "retrans_timer_ms", retransmit);
    wb__tell_nd_options(fields, payload);
}

static void tell_neighbor_advertisement(const struct wb__fields *fields,
                                        const struct wb_icmp *icmp, struct wb__cursor *payload)
{
    wb__tell_bool(fields, "router", icmp->rest >> 31 & 1);
    wb__tell_bool(fields, "solicited", icmp->rest >> 30 & 1);
    wb__tell_bool(fields, "override", icmp->rest >> 29 & 1);
    if (tell_address(fields, "target_address", payload))
        wb__tell_nd_options(fields, payload);
}

static void tell_redirect(const struct wb__fields *fields, struct wb__cursor *payload)
{
    if (tell_address(fields, "target_address", payload) &&
        tell_address(fields, "destination_address", payload))
        wb__tell_nd_options(fields, payload);
}

/* RFC 2894, 3.1. */
static void tell_renumbering(const struct wb__fields *fields, const struct wb_icmp *icmp,
                             struct wb__cursor *payload)
{
    static const char *const flags[] = {NULL, NULL, NULL, "previous", "site_specific",
                                        "all_interfaces", "result", "test"};
    wb__tell_number(fields, "sequence_number", icmp->rest);
    uint8_t segment = wb__cursor_read8(payload), bits = wb__cursor_read8(payload);
    uint16_t delay = wb__cursor_read16(payload);
    if (payload->failed) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_number(fields, "segment_number", segment);
    wb__tell_flags(fields, "flags", bits, flags, 8);
    wb__tell_number(fields, "max_delay_ms", delay);
}

/* RFC 4620, 4. */
static void tell_node_information(const struct wb__fields *fields, const struct wb_icmp *icmp,
                                  struct wb__cursor *payload)
{
    wb__tell_number(fields, "qtype", icmp->rest >> 16);
    wb__tell_number(fields, "flags", icmp->rest & 0xffff);
    const uint8_t *nonce = wb__cursor_take(payload, 8);
    if (nonce) {
        wb__tell_bytes(fields, "nonce", nonce, 8);
        wb__tell_bytes(fields, "data", payload->at, wb__cursor_left(payload));
    } else {
        wb__tell_incomplete(fields);
    }
}

/* RFC 6275, 6.6: addresses up to the end. */
static void tell_home_agents(const struct wb__fields *fields, struct wb__cursor *payload)
{
    wb__tell_list(fields, "home_agent_addresses");
    while (wb__cursor_left(payload) >= 16)
        wb__tell_address(fields, NULL, wb__cursor_take(payload, 16), 16);
    wb__tell_end(fields);
}

static void tell_mobile_prefix_advertisement(const struct wb__fields *fields, uint32_t rest,
                                             struct wb__cursor *payload)
{
    wb__tell_number(fields, "identifier", rest >> 16);
    wb__tell_bool(fields, "managed", rest >> 15 & 1);
    wb__tell_bool(fields, "other", rest >> 14 & 1);
    wb__tell_nd_options(fields, payload);
}

/* RFC 6550, 6.3.1: the base object of a DIO. */
static void tell_dio(const struct wb__fields *fields, uint32_t rest, struct wb__cursor *payload)
{
    wb__tell_number(fields, "rpl_instance_id", rest >> 24);
    wb__tell_number(fields, "version_number", rest >> 16 & 0xff);
    wb__tell_number(fields, "rank", rest & 0xffff);
    uint8_t bits = wb__cursor_read8(payload), dtsn = wb__cursor_read8(payload);
    wb__cursor_skip(payload, 2);
    if (payload->failed) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_bool(fields, "grounded", bits & 0x80);
    wb__tell_number(fields, "mode_of_operation", bits >> 3 & 7);
    wb__tell_number(fields, "dodag_preference", bits & 7);
    wb__tell_number(fields, "dtsn", dtsn);
    tell_address(fields, "dodag_id", payload);
}

static void tell_rpl(const struct wb__fields *fields, const struct wb_icmp *icmp,
                     struct wb__cursor *payload)
{
    static const char *const names[] = {"dis", "dio", "dao", "dao_ack"};
    bool is_secure = icmp->code & 0x80;
    uint8_t code = icmp->code & 0x7f;
    wb__tell_bool(fields, "secure", is_secure);
    if (code < sizeof names / sizeof *names)
        wb__tell_word(fields, "rpl_message", names[code]);
    if (code == 1 && !is_secure)
        tell_dio(fields, icmp->rest, payload);
}

static void tell_neighbor_message(const struct wb__fields *fields, const struct wb_icmp *icmp,
                                  struct wb__cursor *payload)
{
    enum { ROUTER_ADVERTISEMENT = 134, NEIGHBOR_SOLICITATION = 135, NEIGHBOR_ADVERTISEMENT = 136,
           REDIRECT = 137 };
    switch (icmp->type) {
    case ROUTER_ADVERTISEMENT:
        tell_router_advertisement(fields, icmp, payload);
        break;
    case NEIGHBOR_SOLICITATION:
        if (tell_address(fields, "target_address", payload))
            wb__tell_nd_options(fields, payload);
        break;
    case NEIGHBOR_ADVERTISEMENT:
        tell_neighbor_advertisement(fields, icmp, payload);
        break;
    case REDIRECT:
        tell_redirect(fields, payload);
        break;
    default: /* router solicitation, and the inverse messages of RFC 3122 */
        wb__tell_nd_options(fields, payload);
    }
}

/* RFC 8335, 2 and 3: as in ICMP. */
static void tell_extended_echo(const struct wb__fields *fields, const struct wb_icmp *icmp)
{
    wb__tell_number(fields, "identifier", icmp->rest >> 16);
    wb__tell_number(fields, "sequence_number", icmp->rest >> 8 & 0xff);
}

void wb__tell_icmp6_message(const struct wb__fields *fields, const struct wb_icmp *icmp,
                            struct wb__cursor payload)
{
    switch (icmp->type) {
    case WB__ICMP6_TOO_BIG:
        wb__tell_number(fields, "mtu", icmp->rest);
        break;
    case WB__ICMP6_PARAMETER_PROBLEM:
        wb__tell_number(fields, "pointer", icmp->rest);
        break;
    case 128: /* echo request and reply */
    case 129:
        tell_echo(fields, icmp->rest);
        break;
    case 130:
        tell_listener_query(fields, icmp, &payload);
        break;
    case 131: /* report of version 1, done */
    case 132:
        tell_address(fields, "multicast_address", &payload);
        break;
    case 133:
    case 134:
    case 135:
    case 136:
    case 137:
    case 141:
    case 142:
        tell_neighbor_message(fields, icmp, &payload);
        break;
    case 138:
        tell_renumbering(fields, icmp, &payload);
        break;
    case 139:
    case 140:
        tell_node_information(fields, icmp, &payload);
        break;
    case 143:
        tell_listener_report(fields, icmp, &payload);
        break;
    case 144: /* home agent discovery, mobile prefixes */
    case 146:
        wb__tell_number(fields, "identifier", icmp->rest >> 16);
        break;
    case 145:
        wb__tell_number(fields, "identifier", icmp->rest >> 16);
        tell_home_agents(fields, &payload);
        break;
    case 147:
        tell_mobile_prefix_advertisement(fields, icmp->rest, &payload);
        break;
    case 151: /* RFC 4286, 3: in place of a code there is the interval */
        wb__tell_number(fields, "advertisement_interval_s", icmp->code);
        wb__tell_number(fields, "query_interval_s", icmp->rest >> 16);
        wb__tell_number(fields, "robustness_variable", icmp->rest & 0xffff);
        break;
    case 155:
        tell_rpl(fields, icmp, &payload);
        break;
    case 160:
    case 161:
        tell_extended_echo(fields, icmp);
        break;
    default:
        break;
    }
}
