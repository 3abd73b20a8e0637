/* SPDX-License-Identifier: ISC
 *
 * Replies are read as data. Errors that others sent about a request are read from the socket's
 * error queue (ip(7), IP_RECVERR), where the system has one: a ping socket gets them in no other
 * way, and a raw socket in the same. What a reply holds is not trusted: it is looked at through
 * lengths that the system tells.
 */
#include "echo.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#ifdef IP_RECVERR
#include <linux/errqueue.h>
#endif

#include <wirebeam/build.h>
#include <wirebeam/decode.h>

#include "command.h"
#include "icmp_error.h"
#include "message.h"
#include "options.h"
#include "sandbox.h"

#define HEADER 8 /* of an ICMP echo message */
#define LINK_TYPE_IP 101
#define TOKEN 16 /* random bytes that the data begins with */

/* ---- Opening ---------------------------------------------------------------------- */

static void set_option(const struct echo *echo, int level, int option)
{
    int on = 1;

    setsockopt(echo->descriptor, level, option, &on, sizeof(on));
}

/* Without them a reply has no hop limit, and errors are not told: no reason to give up. */
static void ask_for_more(const struct echo *echo)
{
    if (echo->target->ip_version == 4) {
        set_option(echo, IPPROTO_IP, IP_RECVTTL);
#ifdef IP_RECVERR
        set_option(echo, IPPROTO_IP, IP_RECVERR);
#endif
        return;
    }
    set_option(echo, IPPROTO_IPV6, IPV6_RECVHOPLIMIT);
#ifdef IPV6_RECVERR
    set_option(echo, IPPROTO_IPV6, IPV6_RECVERR);
#endif
}

static void choose_contents(struct echo *echo, size_t size)
{
    uint8_t random[TOKEN + sizeof(echo->identifier)] = { 0 };

    if (getentropy(random, sizeof(random)) != 0)
        random[TOKEN] = (uint8_t)getpid();
    echo->size = size;
    for (size_t i = 0; i < size; i++)
        echo->data[i] = i < TOKEN ? random[i] : (uint8_t)i;
    memcpy(&echo->identifier, random + TOKEN, sizeof(echo->identifier));
}

static int open_socket(struct echo *echo, struct wb_error *error)
{
    const char *interface = echo->target->interface;
    const struct wb_inject_options options = {
        .kind = "icmp",
        .interface = interface[0] != '\0' ? interface : NULL,
        .ip_version = (uint8_t)echo->target->ip_version,
    };
    int result = wb_injector_open(&echo->injector, &options, error), type = SOCK_RAW;
    socklen_t length = sizeof(type);

    if (result < 0)
        return result;
    echo->descriptor = wb_injector_descriptor(echo->injector, echo->target->ip_version);
    getsockopt(echo->descriptor, SOL_SOCKET, SO_TYPE, &type, &length);
    echo->is_ping_socket = type == SOCK_DGRAM;
    ask_for_more(echo);
    return 0;
}

int echo_open(struct echo *echo, const struct target *target, size_t size,
              const struct wb_guard_options *sandbox)
{
    struct wb_guard_options options = *sandbox;
    struct wb_error error = { 0 };
    int result;

    echo->target = target;
    choose_contents(echo, size);
    result = open_socket(echo, &error);
    options.is_live = options.sends = options.asks = true;
    if (result == 0)
        result = sandbox_enter(&options, &error);
    if (result == 0)
        return OPTIONS_GO;
    message("%s", error.text);
    echo_close(echo);
    return result == WB_E_ARGUMENT ? STATUS_USAGE : STATUS_FAILED;
}

void echo_close(struct echo *echo)
{
    wb_injector_close(echo->injector);
    echo->injector = NULL;
}

/* ---- Sending ---------------------------------------------------------------------- */

static bool write_request(const struct echo *echo, uint16_t sequence, uint8_t *bytes, size_t size,
                          size_t *length)
{
    bool is_6 = echo->target->ip_version == 6;
    struct wb_draft *draft = wb_draft_new();
    struct wb_error error;
    bool is_written =
        draft != NULL && wb_draft_add(draft, is_6 ? WB_LAYER_ICMP6 : WB_LAYER_ICMP) == 0 &&
        wb_draft_number(draft, 0, "type", is_6 ? 128 : 8) == 0 &&
        wb_draft_number(draft, 0, "identifier", echo->identifier) == 0 &&
        wb_draft_number(draft, 0, "sequence_number", sequence) == 0 &&
        wb_draft_bytes(draft, 0, "data", echo->data, echo->size) == 0 &&
        wb_draft_write(draft, bytes, size, length, &error) == 0;

    wb_draft_free(draft);
    return is_written;
}

int echo_send(struct echo *echo, uint16_t sequence)
{
    static uint8_t bytes[HEADER + ECHO_DATA_MAX];
    struct wb_inject_packet packet = { .data = bytes,
                                       .ip_version = (uint8_t)echo->target->ip_version };
    struct wb_error error;
    size_t length;

    if (!write_request(echo, sequence, bytes, sizeof(bytes), &length))
        return ENOMEM;
    packet.length = (uint32_t)length;
    memcpy(packet.destination, echo->target->address, sizeof(packet.destination));
    if (wb_inject(echo->injector, &packet, 1, 0, &error) < 0)
        return EINVAL;
    return packet.result;
}

/* ---- Taking what comes back ------------------------------------------------------- */

/* A message as the system gave it. */
struct arrival {
    uint8_t bytes[65536];
    size_t length;
    struct sockaddr_storage from;
    _Alignas(struct cmsghdr) uint8_t control[512];
    struct msghdr header;
};

static bool receive(const struct echo *echo, int flags, struct arrival *arrival)
{
    struct iovec vector = { .iov_base = arrival->bytes, .iov_len = sizeof(arrival->bytes) };
    ssize_t length;

    arrival->header = (struct msghdr){ .msg_name = &arrival->from,
                                       .msg_namelen = sizeof(arrival->from),
                                       .msg_iov = &vector,
                                       .msg_iovlen = 1,
                                       .msg_control = arrival->control,
                                       .msg_controllen = sizeof(arrival->control) };
    length = recvmsg(echo->descriptor, &arrival->header, flags | MSG_DONTWAIT);
    arrival->length = length > 0 ? (size_t)length : 0;
    return length >= 0;
}

static void copy_address(uint8_t address[16], unsigned ip_version, const void *socket_address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (ip_version == 4) {
        memcpy(&in, socket_address, sizeof(in));
        memcpy(address, &in.sin_addr, 4);
    } else {
        memcpy(&in6, socket_address, sizeof(in6));
        memcpy(address, &in6.sin6_addr, 16);
    }
}

static int ttl_of(struct arrival *arrival)
{
    int ttl = -1;

    for (struct cmsghdr *at = CMSG_FIRSTHDR(&arrival->header); at != NULL;
         at = CMSG_NXTHDR(&arrival->header, at))
        if (((at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_TTL) ||
             (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_HOPLIMIT)) &&
            at->cmsg_len >= CMSG_LEN(sizeof(ttl)))
            memcpy(&ttl, CMSG_DATA(at), sizeof(ttl));
    return ttl;
}

/* Raw sockets show IPv4 packets with their header, before their checksum was looked at. Returns
 * the offset of the ICMP message, or the length where there is none. */
static size_t message_offset(const struct echo *echo, const struct arrival *arrival)
{
    const struct wb_packet packet = { .data = arrival->bytes,
                                      .captured_length = (uint32_t)arrival->length,
                                      .wire_length = (uint32_t)arrival->length,
                                      .link_type = LINK_TYPE_IP };
    struct wb_decoded decoded;

    if (echo->target->ip_version == 6 || echo->is_ping_socket)
        return 0;
    wb_decode(&packet, &decoded);
    if (decoded.transport == WB_LAYER_NONE ||
        decoded.layers[decoded.transport].kind != WB_LAYER_ICMP ||
        wb_checksum_state(&packet, &decoded, decoded.transport) == WB_CHECKSUM_WRONG)
        return arrival->length;
    return decoded.layers[decoded.transport].offset;
}

static uint16_t number_at(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* Type, identifier and sequence number of an echo message. */
static bool is_ours(const struct echo *echo, const uint8_t *bytes, size_t length, uint8_t type,
                    uint16_t *sequence)
{
    if (length < HEADER || bytes[0] != type || bytes[1] != 0)
        return false;
    *sequence = number_at(bytes + 6);
    return echo->is_ping_socket || number_at(bytes + 4) == echo->identifier;
}

static bool read_reply(const struct echo *echo, struct arrival *arrival,
                       struct echo_answer *answer)
{
    size_t offset = message_offset(echo, arrival), length = arrival->length - offset;
    const uint8_t *bytes = arrival->bytes + offset;

    *answer = (struct echo_answer){ .bytes = length, .ttl = ttl_of(arrival) };
    if (!is_ours(echo, bytes, length, echo->target->ip_version == 6 ? 129 : 0, &answer->sequence))
        return false;
    copy_address(answer->from, echo->target->ip_version, &arrival->from);
    answer->has_other_data = length - HEADER != echo->size ||
                             memcmp(bytes + HEADER, echo->data, echo->size) != 0;
    return true;
}

#ifdef IP_RECVERR
static bool read_error(const struct echo *echo, struct arrival *arrival,
                       struct echo_answer *answer)
{
    bool is_6 = echo->target->ip_version == 6;
    struct sock_extended_err reason;
    struct cmsghdr *at = CMSG_FIRSTHDR(&arrival->header);

    *answer = (struct echo_answer){ .is_error = true, .ttl = -1 };
    while (at != NULL && (at->cmsg_level != (is_6 ? IPPROTO_IPV6 : IPPROTO_IP) ||
                          at->cmsg_type != (is_6 ? IPV6_RECVERR : IP_RECVERR)))
        at = CMSG_NXTHDR(&arrival->header, at);
    if (at == NULL || at->cmsg_len < CMSG_LEN(sizeof(reason)) ||
        !is_ours(echo, arrival->bytes, arrival->length, is_6 ? 128 : 8, &answer->sequence))
        return false;
    memcpy(&reason, CMSG_DATA(at), sizeof(reason));
    answer->reason = (int)reason.ee_errno;
    if (reason.ee_origin != SO_EE_ORIGIN_ICMP && reason.ee_origin != SO_EE_ORIGIN_ICMP6)
        return true;
    answer->reason = 0;
    answer->type = reason.ee_type;
    answer->code = reason.ee_code;
    if (at->cmsg_len >= CMSG_LEN(sizeof(reason) + (is_6 ? sizeof(struct sockaddr_in6)
                                                        : sizeof(struct sockaddr_in))))
        copy_address(answer->from, echo->target->ip_version, CMSG_DATA(at) + sizeof(reason));
    return true;
}

static bool take_error(struct echo *echo, struct arrival *arrival, struct echo_answer *answer)
{
    while (receive(echo, MSG_ERRQUEUE, arrival))
        if (read_error(echo, arrival, answer))
            return true;
    return false;
}
#else
static bool take_error(struct echo *echo, struct arrival *arrival, struct echo_answer *answer)
{
    (void)echo, (void)arrival, (void)answer;
    return false;
}
#endif

bool echo_take(struct echo *echo, struct echo_answer *answer)
{
    static struct arrival arrival;

    if (take_error(echo, &arrival, answer))
        return true;
    while (receive(echo, 0, &arrival))
        if (read_reply(echo, &arrival, answer))
            return true;
    return false;
}
