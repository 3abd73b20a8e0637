/* SPDX-License-Identifier: ISC
 *
 * The fields of ICMP messages: RFC 792, router discovery (RFC 1256), address masks (RFC
 * 950), extended echo (RFC 8335), and the extensions of errors (RFC 4884), which are MPLS
 * labels (RFC 4950) and interfaces (RFC 5837).
 */
#include "decode/icmp.h"

#include "decode/decoder.h"

static void tell_echo(const struct wb__fields *fields, const struct wb_icmp *icmp)
{
    wb__tell_number(fields, "identifier", icmp->rest >> 16);
    wb__tell_number(fields, "sequence_number", icmp->rest & 0xffff);
}

static void tell_gateway(const struct wb__fields *fields, const struct wb_icmp *icmp)
{
    const uint8_t gateway[4] = {(uint8_t)(icmp->rest >> 24), (uint8_t)(icmp->rest >> 16),
                                (uint8_t)(icmp->rest >> 8), (uint8_t)icmp->rest};
    wb__tell_address(fields, "gateway_internet_address", gateway, 4);
}

/* Each entry has as many words as the header says, and the first two are known. */
static void tell_routers(const struct wb__fields *fields, const struct wb_icmp *icmp,
                         struct wb__cursor *payload)
{
    uint32_t count = icmp->rest >> 24, words = icmp->rest >> 16 & 0xff;
    wb__tell_number(fields, "num_addrs", count);
    wb__tell_number(fields, "addr_entry_size", words);
    wb__tell_number(fields, "lifetime_s", icmp->rest & 0xffff);
    wb__tell_list(fields, "routers");
    for (uint32_t i = 0; i < count && words >= 2; i++) {
        const uint8_t *entry = wb__cursor_take(payload, (size_t)words * 4);
        if (!entry)
            break;
        wb__tell_object(fields, NULL);
        wb__tell_address(fields, "router_address", entry, 4);
        wb__tell_signed(fields, "preference_level", (int32_t)wb__load32(entry + 4));
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    if (payload->failed)
        wb__tell_incomplete(fields);
}

static void tell_timestamps(const struct wb__fields *fields, struct wb__cursor *payload)
{
    uint32_t originate = wb__cursor_read32(payload);
    uint32_t receive = wb__cursor_read32(payload);
    uint32_t transmit = wb__cursor_read32(payload);
    if (payload->failed) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_number(fields, "originate_timestamp_ms", originate);
    wb__tell_number(fields, "receive_timestamp_ms", receive);
    wb__tell_number(fields, "transmit_timestamp_ms", transmit);
}

static void tell_mask(const struct wb__fields *fields, struct wb__cursor *payload)
{
    const uint8_t *mask = wb__cursor_take(payload, 4);
    if (mask)
        wb__tell_address(fields, "address_mask", mask, 4);
    else
        wb__tell_incomplete(fields);
}

static void tell_extended_echo(const struct wb__fields *fields, const struct wb_icmp *icmp,
                               bool is_reply)
{
    wb__tell_number(fields, "identifier", icmp->rest >> 16);
    wb__tell_number(fields, "sequence_number", icmp->rest >> 8 & 0xff);
    if (!is_reply) {
        wb__tell_bool(fields, "local", icmp->rest & 1);
        return;
    }
    wb__tell_number(fields, "state", icmp->rest >> 5 & 7);
    wb__tell_bool(fields, "active", icmp->rest & 4);
    wb__tell_bool(fields, "ipv4", icmp->rest & 2);
    wb__tell_bool(fields, "ipv6", icmp->rest & 1);
}

/* RFC 8335, 2: the request holds an extension structure, which says which interface. */
static void tell_extended_request(const struct wb__fields *fields, const struct wb_icmp *icmp,
                                  struct wb__cursor *payload)
{
    tell_extended_echo(fields, icmp, false);
    if (wb__cursor_left(payload) > 0)
        wb__tell_icmp_extensions(fields, payload);
}

void wb__tell_icmp4_message(const struct wb__fields *fields, const struct wb_icmp *icmp,
                            struct wb__cursor payload)
{
    enum { ECHO_REPLY = 0, ECHO = 8, TIMESTAMP = 13, TIMESTAMP_REPLY = 14, INFORMATION = 15,
           INFORMATION_REPLY = 16, MASK = 17, MASK_REPLY = 18, EXTENDED_ECHO = 42,
           EXTENDED_REPLY = 43, CODE_NEED_FRAGMENT = 4 };
    switch (icmp->type) {
    case ECHO_REPLY:
    case ECHO:
    case INFORMATION:
    case INFORMATION_REPLY:
        tell_echo(fields, icmp);
        break;
    case WB__ICMP_UNREACHABLE:
        if (icmp->code == CODE_NEED_FRAGMENT)
            wb__tell_number(fields, "next_hop_mtu", icmp->rest & 0xffff);
        break;
    case WB__ICMP_REDIRECT:
        tell_gateway(fields, icmp);
        break;
    case WB__ICMP_ROUTER_ADVERTISEMENT:
        tell_routers(fields, icmp, &payload);
        break;
    case WB__ICMP_PARAMETER_PROBLEM:
        wb__tell_number(fields, "pointer", icmp->rest >> 24);
        break;
    case TIMESTAMP:
    case TIMESTAMP_REPLY:
        tell_echo(fields, icmp);
        tell_timestamps(fields, &payload);
        break;
    case MASK:
    case MASK_REPLY:
        tell_echo(fields, icmp);
        tell_mask(fields, &payload);
        break;
    case EXTENDED_ECHO:
        tell_extended_request(fields, icmp, &payload);
        break;
    case EXTENDED_REPLY:
        tell_extended_echo(fields, icmp, true);
        break;
    default:
        break;
    }
}

static void tell_labels(const struct wb__fields *fields, struct wb__cursor *object)
{
    wb__tell_list(fields, "labels");
    while (wb__cursor_left(object) >= 4) {
        uint32_t entry = wb__cursor_read32(object);
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "label", entry >> 12);
        wb__tell_number(fields, "traffic_class", entry >> 9 & 7);
        wb__tell_bool(fields, "bottom_of_stack", entry >> 8 & 1);
        wb__tell_number(fields, "ttl", entry & 0xff);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
}

/* RFC 5837, 4.2: the family's number, two reserved bytes, the address. */
static void tell_interface_address(const struct wb__fields *fields, struct wb__cursor *object)
{
    enum { AFI_IP4 = 1, AFI_IP6 = 2 };
    uint16_t family = wb__cursor_read16(object);
    wb__cursor_skip(object, 2);
    size_t length = family == AFI_IP4 ? 4 : family == AFI_IP6 ? 16 : 0;
    const uint8_t *address = wb__cursor_take(object, length);
    if (address && length > 0)
        wb__tell_address(fields, "address", address, length);
    else
        object->failed = true;
}

/* RFC 5837, 4.3: the length counts itself; zeros fill it up. */
static void tell_interface_name(const struct wb__fields *fields, struct wb__cursor *object)
{
    uint8_t length = wb__cursor_read8(object);
    const uint8_t *name = length > 0 ? wb__cursor_take(object, length - 1u) : NULL;
    if (!name) {
        object->failed = true;
        return;
    }
    for (length--; length > 0 && name[length - 1] == 0; length--)
        ;
    wb__tell_text(fields, "interface_name", name, length);
}

/* RFC 5837, 4.1: the type's bits say what is there, in this order. */
static void tell_interface(const struct wb__fields *fields, struct wb__cursor *object,
                           uint8_t type)
{
    enum { MTU = 1, NAME = 2, ADDRESS = 4, INDEX = 8 };
    static const char *const roles[] = {"incoming", "incoming_sub_ip", "outgoing", "next_hop"};
    wb__tell_word(fields, "interface_role", roles[type >> 6]);
    if (type & INDEX) {
        uint32_t index = wb__cursor_read32(object);
        if (!object->failed)
            wb__tell_number(fields, "if_index", index);
    }
    if (type & ADDRESS)
        tell_interface_address(fields, object);
    if (type & NAME && !object->failed)
        tell_interface_name(fields, object);
    if (type & MTU) {
        uint32_t mtu = wb__cursor_read32(object);
        if (!object->failed)
            wb__tell_number(fields, "mtu", mtu);
    }
    if (object->failed)
        wb__tell_incomplete(fields);
}

static void tell_extension_object(const struct wb__fields *fields, const uint8_t *header,
                                  struct wb__cursor object)
{
    enum { MPLS_STACK = 1, INTERFACE = 2 };
    wb__tell_object(fields, NULL);
    wb__tell_number(fields, "length", wb__load16(header));
    wb__tell_number(fields, "class_num", header[2]);
    wb__tell_number(fields, "c_type", header[3]);
    if (header[2] == MPLS_STACK && header[3] == 1)
        tell_labels(fields, &object);
    else if (header[2] == INTERFACE)
        tell_interface(fields, &object, header[3]);
    else
        wb__tell_bytes(fields, "data", object.at, wb__cursor_left(&object));
    wb__tell_end(fields);
}

void wb__tell_icmp_extensions(const struct wb__fields *fields, struct wb__cursor *extension)
{
    enum { HEADER_BYTES = 4 };
    wb__tell_object(fields, "extensions");
    const uint8_t *header = wb__cursor_take(extension, HEADER_BYTES);
    if (header) {
        wb__tell_number(fields, "version", header[0] >> 4);
        wb__tell_number(fields, "checksum", wb__load16(header + 2));
        wb__tell_list(fields, "objects");
        while (wb__cursor_left(extension) > 0) {
            const uint8_t *object = wb__cursor_take(extension, HEADER_BYTES);
            uint32_t length = object ? wb__load16(object) : 0;
            if (length < HEADER_BYTES || !wb__cursor_skip(extension, length - HEADER_BYTES)) {
                extension->failed = true;
                break;
            }
            tell_extension_object(fields, object,
                                  wb__cursor(object + HEADER_BYTES, length - HEADER_BYTES));
        }
        wb__tell_end(fields);
    }
    if (extension->failed)
        wb__tell_incomplete(fields);
    wb__tell_end(fields);
}
