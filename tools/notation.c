/* SPDX-License-Identifier: ISC */
#include "notation.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <wirebeam/build.h>
#include <wirebeam/source.h>

#include "command.h"
#include "message.h"
#include "options.h"
#include "route.h"

#define CONTEXT 60 /* columns of the notation that are shown before a mistake */
#define DISCARD 9  /* any port */

/* ---- Reading ---------------------------------------------------------------------- */

/* UTF-8: is it a byte of a character that began before? */
static bool is_continued(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The line with the place below. Tabs and newlines count one column. */
static void point_at(const char *text, size_t where)
{
    size_t from = where > CONTEXT ? where - CONTEXT : 0, end = where;
    int columns = 0;

    while (from < where && is_continued(text[from]))
        from++;
    while (text[end] != '\0' && (end < where + CONTEXT || is_continued(text[end])))
        end++;
    for (size_t i = from; i < where; i++)
        columns += !is_continued(text[i]);
    fprintf(stderr, "    ");
    for (size_t i = from; i < end; i++)
        fputc((unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i], stderr);
    fprintf(stderr, "\n    %*s^\n", columns, "");
}

static int parse(struct wb_draft *draft, const char *text)
{
    struct wb_error error = { 0 };
    size_t where;

    if (draft == NULL) {
        message("out of memory for a packet");
        return STATUS_FAILED;
    }
    if (wb_draft_parse(draft, text, &where, &error) == 0)
        return OPTIONS_GO;
    message_usage("column %zu: %s", where + 1, error.text);
    point_at(text, where);
    return STATUS_USAGE;
}

int notation_check(char **packets, int count)
{
    int status = OPTIONS_GO;

    for (int i = 0; i < count && status == OPTIONS_GO; i++) {
        struct wb_draft *draft = wb_draft_new();

        status = parse(draft, packets[i]);
        wb_draft_free(draft);
    }
    return status;
}

/* ---- Addresses of the sender ------------------------------------------------------ */

/* What the interface has of each kind, the first. */
struct own {
    const char *interface;
    uint8_t hardware[6], ip4[4], ip6[16];
    bool has_hardware, has_ip4, has_ip6;
};

static bool read_hardware(const char *text, uint8_t bytes[6])
{
    return sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", bytes, bytes + 1, bytes + 2,
                  bytes + 3, bytes + 4, bytes + 5) == 6;
}

static void take_interface(void *context, const struct wb_interface *interface)
{
    struct own *own = context;

    if (strcmp(interface->name, own->interface) != 0)
        return;
    for (size_t i = 0; i < interface->address_count; i++) {
        char text[INET6_ADDRSTRLEN + 8];

        snprintf(text, sizeof(text), "%s", interface->addresses[i]);
        text[strcspn(text, "/%")] = '\0';
        if (!own->has_ip4 && inet_pton(AF_INET, text, own->ip4) == 1)
            own->has_ip4 = true;
        else if (!own->has_ip6 && inet_pton(AF_INET6, text, own->ip6) == 1)
            own->has_ip6 = true;
        else if (!own->has_hardware)
            own->has_hardware = read_hardware(text, own->hardware);
    }
}

/* The address that the system sends from to another one, by any interface. */
static bool find_source(int family, const void *destination, void *source)
{
    struct sockaddr_in to4 = { .sin_family = AF_INET, .sin_port = htons(DISCARD) };
    struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons(DISCARD) };
    bool is_4 = family == AF_INET;
    socklen_t length = is_4 ? sizeof(to4) : sizeof(to6);
    struct sockaddr *to = is_4 ? (struct sockaddr *)&to4 : (struct sockaddr *)&to6;
    int fd = socket(family, SOCK_DGRAM, 0);

    memcpy(is_4 ? (void *)&to4.sin_addr : (void *)&to6.sin6_addr, destination, is_4 ? 4 : 16);
    bool is_found = fd >= 0 && connect(fd, to, length) == 0 && getsockname(fd, to, &length) == 0;
    if (is_found)
        memcpy(source, is_4 ? (void *)&to4.sin_addr : (void *)&to6.sin6_addr, is_4 ? 4 : 16);
    if (fd >= 0)
        close(fd);
    return is_found;
}

/* ---- Completing ------------------------------------------------------------------- */

/* The bytes of an address of a layer, as it will be written. */
static bool get_destination(const struct wb_draft *draft, unsigned layer, uint8_t *address)
{
    static uint8_t bytes[WB_DRAFT_BYTES_MAX];
    struct wb_error error;
    struct wb_decoded decoded;
    size_t length;

    if (!wb_draft_is_set(draft, layer, "destination") ||
        wb_draft_write(draft, bytes, sizeof(bytes), &length, &error) < 0)
        return false;
    const struct wb_packet packet = { .data = bytes,
                                      .captured_length = (uint32_t)length,
                                      .wire_length = (uint32_t)length,
                                      .link_type = (uint16_t)wb_draft_link_type(draft) };
    wb_decode(&packet, &decoded);
    for (unsigned i = 0; i < decoded.layer_count; i++) {
        struct wb_ip4 ip4;
        struct wb_ip6 ip6;

        if (decoded.layers[i].kind != wb_draft_kind(draft, layer))
            continue;
        if (wb_ip4_read(&packet, &decoded.layers[i], &ip4) == 0) {
            memcpy(address, ip4.destination, 4);
            return true;
        }
        if (wb_ip6_read(&packet, &decoded.layers[i], &ip6) == 0) {
            memcpy(address, ip6.destination, 16);
            return true;
        }
    }
    return false;
}

static void set_unless(struct wb_draft *draft, unsigned layer, const char *field, const void *bytes,
                       size_t length)
{
    if (!wb_draft_is_set(draft, layer, field) && !wb_draft_is_set(draft, layer, "header"))
        wb_draft_bytes(draft, layer, field, bytes, length);
}

/* RFC 1112, 6.4 and RFC 2464, 7: a group's address has the end of its IP address. */
static bool is_group(bool is_4, const uint8_t *ip, uint8_t hardware[6])
{
    if (is_4 ? ip[0] >> 4 != 0xe : ip[0] != 0xff)
        return false;
    memcpy(hardware, is_4 ? (uint8_t[]){ 0x01, 0x00, 0x5e, ip[1] & 0x7f, ip[2], ip[3] }
                          : (uint8_t[]){ 0x33, 0x33, ip[12], ip[13], ip[14], ip[15] }, 6);
    return true;
}

/* As the routing table says for the interface, or what the interface has first. */
static void complete_ip(struct wb_draft *draft, unsigned layer, const struct own *own,
                        const struct route *route)
{
    bool is_4 = wb_draft_kind(draft, layer) == WB_LAYER_IP4;
    size_t length = is_4 ? 4 : 16;

    if (route->has_source)
        set_unless(draft, layer, "source", route->source, length);
    else if (is_4 ? own->has_ip4 : own->has_ip6)
        set_unless(draft, layer, "source", is_4 ? own->ip4 : own->ip6, length);
}

/* IEEE 802.3: all ones are every station; where IP says who, and the system knows the hardware
 * address of the next hop, it is that. */
static void complete_ethernet(struct wb_draft *draft, const struct own *own,
                              const struct route *route)
{
    uint8_t hardware[6];

    memset(hardware, 0xff, sizeof(hardware));
    set_unless(draft, 0, "destination", route->has_hardware ? route->hardware : hardware,
               sizeof(hardware));
    if (own->has_hardware)
        set_unless(draft, 0, "source", own->hardware, sizeof(own->hardware));
}

/* The outermost IP layer, or -1. */
static int find_ip(const struct wb_draft *draft)
{
    for (unsigned i = 0; i < wb_draft_count(draft); i++)
        if (wb_draft_kind(draft, i) == WB_LAYER_IP4 || wb_draft_kind(draft, i) == WB_LAYER_IP6)
            return (int)i;
    return -1;
}

static void find_way(const struct wb_draft *draft, unsigned ip, const char *interface,
                     struct route *route)
{
    bool is_4 = wb_draft_kind(draft, ip) == WB_LAYER_IP4;
    uint8_t destination[16];

    if (!get_destination(draft, ip, destination))
        return;
    if (interface != NULL)
        route_find(interface, is_4 ? 4 : 6, destination, route);
    else
        route->has_source = find_source(is_4 ? AF_INET : AF_INET6, destination, route->source);
    route->has_hardware |= is_group(is_4, destination, route->hardware);
}

static void complete(struct wb_draft *draft, const char *interface)
{
    struct own own = { .interface = interface };
    struct route route = { 0 };
    struct wb_error error;
    int ip = find_ip(draft);

    if (interface != NULL)
        wb_interfaces(take_interface, &own, &error);
    if (ip >= 0) {
        find_way(draft, (unsigned)ip, interface, &route);
        complete_ip(draft, (unsigned)ip, &own, &route);
    }
    if (interface != NULL && wb_draft_kind(draft, 0) == WB_LAYER_ETHERNET)
        complete_ethernet(draft, &own, &route);
}

static int put(const struct wb_draft *draft, uint16_t link_type, struct tape *tape)
{
    static uint8_t bytes[WB_DRAFT_BYTES_MAX];
    struct wb_error error = { 0 };
    int own_type = wb_draft_link_type(draft);
    size_t length;

    if (wb_draft_write(draft, bytes, sizeof(bytes), &length, &error) < 0)
        return message_usage("%s", error.text);
    if (tape_add(tape, bytes, (uint32_t)length, own_type < 0 ? link_type : (uint16_t)own_type, 0))
        return OPTIONS_GO;
    message("out of memory for the packets");
    return STATUS_FAILED;
}

int notation_read(const char *packet, const char *interface, uint16_t link_type, struct tape *tape)
{
    struct wb_draft *draft = wb_draft_new();
    int status = parse(draft, packet);

    if (status == OPTIONS_GO) {
        complete(draft, interface);
        status = put(draft, link_type, tape);
    }
    wb_draft_free(draft);
    return status;
}
