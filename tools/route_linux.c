/* SPDX-License-Identifier: ISC
 *
 * Asks by rtnetlink(7): RTM_GETROUTE for the gateway and the source address, RTM_GETNEIGH for the
 * hardware address. A kernel before 5.0 lists neighbours only as a whole, and tells none here.
 */
#include "route.h"

#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define USABLE (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT)

struct question {
    struct nlmsghdr header;
    union {
        struct rtmsg route;
        struct ndmsg neighbour;
    };
    uint8_t attributes[64];
};

struct answer {
    uint8_t bytes[4096];
    size_t length;
};

static void begin(struct question *question, uint16_t type, size_t body)
{
    memset(question, 0, sizeof(*question));
    question->header.nlmsg_type = type;
    question->header.nlmsg_flags = NLM_F_REQUEST;
    question->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(body);
}

static void add(struct question *question, uint16_t type, const void *bytes, size_t length)
{
    const struct rtattr attribute = { .rta_len = (uint16_t)RTA_LENGTH(length), .rta_type = type };
    uint8_t *at = (uint8_t *)question + NLMSG_ALIGN(question->header.nlmsg_len);

    memcpy(at, &attribute, sizeof(attribute));
    memcpy(at + RTA_LENGTH(0), bytes, length);
    question->header.nlmsg_len = NLMSG_ALIGN(question->header.nlmsg_len) + RTA_ALIGN(attribute.rta_len);
}

/* The kernel answers before send returns. False where the answer is an error. */
static bool ask(int descriptor, const struct question *question, uint16_t wanted,
                struct answer *answer)
{
    struct nlmsghdr header;
    ssize_t length;

    if (send(descriptor, question, question->header.nlmsg_len, 0) < 0)
        return false;
    length = recv(descriptor, answer->bytes, sizeof(answer->bytes), MSG_DONTWAIT);
    if (length < (ssize_t)sizeof(header))
        return false;
    memcpy(&header, answer->bytes, sizeof(header));
    answer->length = (size_t)length;
    return header.nlmsg_type == wanted;
}

/* Copies the attribute behind a body of so many bytes. False where there is none of that length. */
static bool get(const struct answer *answer, size_t body, uint16_t type, void *bytes, size_t length)
{
    struct rtattr attribute;

    for (size_t at = NLMSG_SPACE(body); at + sizeof(attribute) <= answer->length;
         at += RTA_ALIGN((size_t)attribute.rta_len)) {
        memcpy(&attribute, answer->bytes + at, sizeof(attribute));
        if (attribute.rta_len < sizeof(attribute) || attribute.rta_len > answer->length - at)
            return false;
        if (attribute.rta_type != type || attribute.rta_len != RTA_LENGTH(length))
            continue;
        memcpy(bytes, answer->bytes + at + RTA_LENGTH(0), length);
        return true;
    }
    return false;
}

/* An IPv4 route may lead by an IPv6 gateway: struct rtvia, RFC 5549. */
struct hop {
    uint8_t family, bytes[16];
};

static size_t bytes_of(uint8_t family)
{
    return family == AF_INET ? 4 : 16;
}

static void find_hop(int descriptor, uint32_t index, struct hop *hop, struct route *route)
{
    size_t length = bytes_of(hop->family);
    struct question question;
    struct answer answer;
    uint8_t via[2 + 16];

    begin(&question, RTM_GETROUTE, sizeof(question.route));
    question.route.rtm_family = hop->family;
    question.route.rtm_dst_len = (uint8_t)(8 * length);
    add(&question, RTA_DST, hop->bytes, length);
    add(&question, RTA_OIF, &index, sizeof(index));
    if (!ask(descriptor, &question, RTM_NEWROUTE, &answer))
        return;
    route->has_source = get(&answer, sizeof(question.route), RTA_PREFSRC, route->source, length);
    get(&answer, sizeof(question.route), RTA_GATEWAY, hop->bytes, length);
    if (get(&answer, sizeof(question.route), RTA_VIA, via, sizeof(via))) {
        hop->family = AF_INET6;
        memcpy(hop->bytes, via + 2, sizeof(hop->bytes));
    }
}

static void find_neighbour(int descriptor, uint32_t index, const struct hop *hop,
                           struct route *route)
{
    struct question question;
    struct answer answer;
    struct ndmsg found;

    begin(&question, RTM_GETNEIGH, sizeof(question.neighbour));
    question.neighbour.ndm_family = hop->family;
    question.neighbour.ndm_ifindex = (int)index;
    add(&question, NDA_DST, hop->bytes, bytes_of(hop->family));
    if (!ask(descriptor, &question, RTM_NEWNEIGH, &answer) ||
        answer.length < NLMSG_LENGTH(sizeof(found)))
        return;
    memcpy(&found, answer.bytes + NLMSG_HDRLEN, sizeof(found));
    route->has_hardware = (found.ndm_state & USABLE) != 0 &&
                          get(&answer, sizeof(found), NDA_LLADDR, route->hardware,
                              sizeof(route->hardware));
}

void route_find(const char *interface, unsigned ip_version, const uint8_t *destination,
                struct route *route)
{
    struct hop hop = { .family = ip_version == 4 ? AF_INET : AF_INET6 };
    uint32_t index = if_nametoindex(interface);
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    *route = (struct route){ 0 };
    memcpy(hop.bytes, destination, bytes_of(hop.family));
    if (descriptor >= 0 && index != 0) {
        find_hop(descriptor, index, &hop, route);
        find_neighbour(descriptor, index, &hop, route);
    }
    if (descriptor >= 0)
        close(descriptor);
}
