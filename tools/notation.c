/* SPDX-License-Identifier: ISC */
#include "notation.h"

#include <arpa/inet.h>
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

#define CONTEXT 60 /* columns of the notation that are shown before a mistake */
#define DISCARD 9  /* any port */

/* ---- Reading ---------------------------------------------------------------------- */

/* The line with the place below. Tabs and newlines count one column. */
static void point_at(const char *text, size_t where)
{
    size_t from = where > CONTEXT ? where - CONTEXT : 0;

    fprintf(stderr, "    ");
    for (const char *c = text + from; *c != '\0' && c < text + where + CONTEXT; c++)
        fputc((unsigned char)*c < 0x20 || *c == 0x7f ? ' ' : *c, stderr);
    fprintf(stderr, "\n    %*s^\n", (int)(where - from), "");
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
        else if (inet_pton(AF_INET6, text, own->ip6) == 1)
            own->has_ip6 = true;
        else if (!own->has_hardware)
            own->has_hardware = read_hardware(text, own->hardware);
    }
}

/* The address that the system sends from to another one. */
static bool find_route(int family, const void *destination, void *source)
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

/* ---- The neighbour ---------------------------------------------------------------- */

/* Of IPv4, where the system lists neighbours as Linux does (proc(5), /proc/net/arp). */
static bool find_neighbour(const char *interface, const uint8_t ip4[4], uint8_t hardware[6])
{
    FILE *table = fopen("/proc/net/arp", "r");
    char line[256], address[64], text[64], device[64], wanted[INET_ADDRSTRLEN];
    bool is_found = false;

    inet_ntop(AF_INET, ip4, wanted, sizeof(wanted));
    while (table != NULL && !is_found && fgets(line, sizeof(line), table) != NULL)
        is_found = sscanf(line, "%63s %*s %*s %63s %*s %63s", address, text, device) == 3 &&
                   strcmp(address, wanted) == 0 && strcmp(device, interface) == 0 &&
                   read_hardware(text, hardware);
    if (table != NULL)
        fclose(table);
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

static void complete_ip(struct wb_draft *draft, unsigned layer, const struct own *own)
{
    bool is_4 = wb_draft_kind(draft, layer) == WB_LAYER_IP4;
    uint8_t destination[16], source[16];

    if (is_4 && own->has_ip4)
        set_unless(draft, layer, "source", own->ip4, 4);
    else if (!is_4 && own->has_ip6)
        set_unless(draft, layer, "source", own->ip6, 16);
    else if (get_destination(draft, layer, destination) &&
             find_route(is_4 ? AF_INET : AF_INET6, destination, source))
        set_unless(draft, layer, "source", source, is_4 ? 4 : 16);
}

/* IEEE 802.3: all ones are every station; where IP says who, and the system knows his address,
 * it is that. */
static void complete_ethernet(struct wb_draft *draft, int ip, const struct own *own)
{
    uint8_t destination[16], hardware[6];

    memset(hardware, 0xff, sizeof(hardware));
    if (ip >= 0 && wb_draft_kind(draft, (unsigned)ip) == WB_LAYER_IP4 &&
        get_destination(draft, (unsigned)ip, destination))
        find_neighbour(own->interface, destination, hardware);
    set_unless(draft, 0, "destination", hardware, sizeof(hardware));
    if (own->has_hardware)
        set_unless(draft, 0, "source", own->hardware, sizeof(own->hardware));
}

static void complete(struct wb_draft *draft, const char *interface)
{
    struct own own = { .interface = interface };
    struct wb_error error;
    int ip = -1;

    if (interface != NULL)
        wb_interfaces(take_interface, &own, &error);
    for (unsigned i = 0; i < wb_draft_count(draft) && ip < 0; i++)
        if (wb_draft_kind(draft, i) == WB_LAYER_IP4 || wb_draft_kind(draft, i) == WB_LAYER_IP6)
            ip = (int)i;
    if (ip >= 0)
        complete_ip(draft, (unsigned)ip, &own);
    if (interface != NULL && wb_draft_kind(draft, 0) == WB_LAYER_ETHERNET)
        complete_ethernet(draft, ip, &own);
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
