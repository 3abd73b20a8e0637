/* SPDX-License-Identifier: ISC */
#include "decode/ip4_option.h"

#include "decode/decoder.h"
#include "decode/fields.h"

bool wb__ip4_option_next(struct wb__cursor *options, struct wb__ip4_option *option)
{
    *option = (struct wb__ip4_option){0};
    if (options->failed || wb__cursor_left(options) == 0)
        return false;
    option->type = wb__cursor_read8(options);
    if (option->type == WB__IP4_OPTION_END) {
        options->at = options->end;
        return true;
    }
    if (option->type == WB__IP4_OPTION_NOP)
        return true;
    uint8_t length = wb__cursor_read8(options);
    if (length < 2) {
        options->failed = true;
        return false;
    }
    option->length = length - 2u;
    option->value = wb__cursor_take(options, option->length);
    return !options->failed;
}

const char *wb__ip4_option_name(uint8_t type)
{
    switch (type) {
    case WB__IP4_OPTION_END:
        return "end_of_option_list";
    case WB__IP4_OPTION_NOP:
        return "no_operation";
    case WB__IP4_OPTION_RECORD_ROUTE:
        return "record_route";
    case 25: /* RFC 4782 */
        return "quick_start";
    case WB__IP4_OPTION_TIMESTAMP:
        return "internet_timestamp";
    case 82: /* RFC 1393 */
        return "traceroute";
    case 130:
        return "security";
    case WB__IP4_OPTION_LOOSE_ROUTE:
        return "loose_source_route";
    case 133: /* RFC 1108 */
        return "extended_security";
    case WB__IP4_OPTION_SECURITY:
        return "commercial_security";
    case 136:
        return "stream_id";
    case WB__IP4_OPTION_STRICT_ROUTE:
        return "strict_source_route";
    case WB__IP4_OPTION_ROUTER_ALERT: /* RFC 2113 */
        return "router_alert";
    default:
        return NULL;
    }
}

static void tell_route(const struct wb__fields *fields, const struct wb__ip4_option *option)
{
    if (option->length < 1) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_number(fields, "pointer", option->value[0]);
    wb__tell_list(fields, "route_data");
    for (uint32_t at = 1; at + 4 <= option->length; at += 4)
        wb__tell_address(fields, NULL, option->value + at, 4);
    wb__tell_end(fields);
}

/* Times alone, or each behind the address of the one who put it there. */
static void tell_timestamp(const struct wb__fields *fields, const struct wb__ip4_option *option)
{
    if (option->length < 2) {
        wb__tell_incomplete(fields);
        return;
    }
    uint8_t flag = option->value[1] & 15;
    uint32_t step = flag == 0 ? 4 : 8;
    wb__tell_number(fields, "pointer", option->value[0]);
    wb__tell_number(fields, "overflow", option->value[1] >> 4);
    wb__tell_number(fields, "flag", flag);
    wb__tell_list(fields, "entries");
    for (uint32_t at = 2; at + step <= option->length; at += step) {
        wb__tell_object(fields, NULL);
        if (step == 8)
            wb__tell_address(fields, "internet_address", option->value + at, 4);
        wb__tell_number(fields, "timestamp_ms", wb__load32(option->value + at + step - 4));
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
}

static void tell_value(const struct wb__fields *fields, const struct wb__ip4_option *option)
{
    switch (option->type) {
    case WB__IP4_OPTION_END:
    case WB__IP4_OPTION_NOP:
        break;
    case WB__IP4_OPTION_RECORD_ROUTE:
    case WB__IP4_OPTION_LOOSE_ROUTE:
    case WB__IP4_OPTION_STRICT_ROUTE:
        tell_route(fields, option);
        break;
    case WB__IP4_OPTION_TIMESTAMP:
        tell_timestamp(fields, option);
        break;
    case WB__IP4_OPTION_ROUTER_ALERT:
        if (option->length == 2)
            wb__tell_number(fields, "value", wb__load16(option->value));
        break;
    default:
        wb__tell_bytes(fields, "data", option->value, option->length);
    }
}

void wb__tell_ip4_options(const struct wb__fields *fields, const struct wb_ip4 *ip)
{
    struct wb__cursor options = wb__cursor(ip->options, ip->options_length);
    struct wb__ip4_option option;
    wb__tell_list(fields, "options");
    while (wb__ip4_option_next(&options, &option)) {
        const char *name = wb__ip4_option_name(option.type);
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "type", option.type);
        if (name)
            wb__tell_word(fields, "name", name);
        tell_value(fields, &option);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    if (options.failed)
        wb__tell_bool(fields, "options_malformed", true);
}
