/* SPDX-License-Identifier: ISC */
#include "target.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command.h"
#include "message.h"
#include "options.h"

#define ANY_PORT 33434 /* nothing is sent to it: the system is asked for a route */

static int family_of(const struct target *target)
{
    return target->ip_version == 6 ? AF_INET6 : AF_INET;
}

unsigned target_address_length(const struct target *target)
{
    return target->ip_version == 6 ? 16 : 4;
}

const char *target_address_text(const struct target *target, const uint8_t *address,
                                char text[INET6_ADDRSTRLEN])
{
    if (inet_ntop(family_of(target), address, text, INET6_ADDRSTRLEN) == NULL)
        strcpy(text, "?");
    return text;
}

static socklen_t socket_address(const struct target *target, const uint8_t *address, uint16_t port,
                                struct sockaddr_storage *storage)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

    if (target->ip_version == 4) {
        memcpy(&in.sin_addr, address, 4);
        memcpy(storage, &in, sizeof(in));
        return sizeof(in);
    }
    memcpy(&in6.sin6_addr, address, 16);
    if (target->interface[0] != '\0')
        in6.sin6_scope_id = if_nametoindex(target->interface);
    memcpy(storage, &in6, sizeof(in6));
    return sizeof(in6);
}

socklen_t target_socket_address(const struct target *target, uint16_t port,
                                struct sockaddr_storage *storage)
{
    return socket_address(target, target->address, port, storage);
}

static void take_address(uint8_t address[16], const void *from)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    memcpy(&in, from, sizeof(in));
    if (in.sin_family == AF_INET) {
        memcpy(address, &in.sin_addr, 4);
        return;
    }
    memcpy(&in6, from, sizeof(in6));
    memcpy(address, &in6.sin6_addr, 16);
}

static void take_result(struct target *target, const struct addrinfo *result)
{
    struct sockaddr_in6 in6;

    target->ip_version = result->ai_family == AF_INET6 ? 6 : 4;
    take_address(target->address, result->ai_addr);
    target_address_text(target, target->address, target->text);
    if (target->ip_version == 4)
        return;
    memcpy(&in6, result->ai_addr, sizeof(in6));
    if (in6.sin6_scope_id != 0)
        if_indextoname(in6.sin6_scope_id, target->interface);
}

/* Connecting a datagram socket sends nothing, and chooses the source address. */
static bool find_source(struct target *target)
{
    struct sockaddr_storage storage = { 0 };
    socklen_t length = target_socket_address(target, ANY_PORT, &storage);
    int descriptor = socket(family_of(target), SOCK_DGRAM | SOCK_CLOEXEC, 0), reason;
    bool is_found = descriptor >= 0 &&
                    connect(descriptor, (struct sockaddr *)&storage, length) == 0 &&
                    getsockname(descriptor, (struct sockaddr *)&storage, &length) == 0;

    reason = errno;
    if (descriptor >= 0)
        close(descriptor);
    errno = reason;
    if (!is_found)
        return false;
    take_address(target->source, &storage);
    target_address_text(target, target->source, target->source_text);
    return true;
}

int target_find(const char *name, const struct target_versions *versions, struct target *target)
{
    const struct addrinfo hints = {
        .ai_family = versions->only_4 ? AF_INET : versions->only_6 ? AF_INET6 : AF_UNSPEC,
        .ai_socktype = SOCK_DGRAM,
    };
    struct addrinfo *results;
    int code;

    *target = (struct target){ .name = name };
    if (versions->only_4 && versions->only_6)
        return message_usage("--ipv4 and --ipv6 exclude each other");
    code = getaddrinfo(name, NULL, &hints, &results);
    if (code != 0) {
        message("%s: %s", name, code == EAI_SYSTEM ? strerror(errno) : gai_strerror(code));
        return STATUS_FAILED;
    }
    take_result(target, results);
    freeaddrinfo(results);
    if (find_source(target))
        return OPTIONS_GO;
    message("%s (%s): no way there: %s", name, target->text, strerror(errno));
    return STATUS_FAILED;
}

int target_reserve_port(const struct target *target, int type, uint16_t *port)
{
    struct sockaddr_storage storage = { 0 };
    socklen_t length = socket_address(target, target->source, 0, &storage);
    int descriptor = socket(family_of(target), type | SOCK_CLOEXEC, 0);

    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&storage, length) < 0 ||
        getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) {
        message("no port of %s is to be had: %s", target->source_text, strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
        return -1;
    }
    /* In the same place for both versions. */
    *port = ntohs(((const struct sockaddr_in *)&storage)->sin_port);
    return descriptor;
}
