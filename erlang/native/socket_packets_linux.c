/* SPDX-License-Identifier: ISC
 *
 * Packets in and out, on Linux: sockets by recvmmsg and sendmmsg, devices by read and write. No
 * call waits, whatever the flags of the descriptor are, which others may hold as well.
 */
#include "socket_endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEND_ROUND 64

/* ---- In --------------------------------------------------------------------------- */

#define CONTROL_BYTES CMSG_SPACE(sizeof(struct tpacket_auxdata))

/* The kernel takes a tag out of a frame, and tells of it beside the frame. */
static void take_tag(struct endpoint_packet *packet, struct msghdr *message)
{
    packet->has_tag = false;
    for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at)) {
        struct tpacket_auxdata data;
        if (at->cmsg_level != SOL_PACKET || at->cmsg_type != PACKET_AUXDATA ||
            at->cmsg_len < CMSG_LEN(sizeof data))
            continue;
        memcpy(&data, CMSG_DATA(at), sizeof data);
        if (!(data.tp_status & TP_STATUS_VLAN_VALID))
            continue;
        uint16_t tpid =
            htons(data.tp_status & TP_STATUS_VLAN_TPID_VALID ? data.tp_vlan_tpid : ETH_P_8021Q);
        uint16_t tci = htons(data.tp_vlan_tci);
        memcpy(packet->tag, &tpid, sizeof tpid);
        memcpy(packet->tag + 2, &tci, sizeof tci);
        packet->has_tag = packet->length >= 2 * ETH_ALEN;
    }
}

static void take_address(struct endpoint_address *address, const struct sockaddr_ll *from)
{
    address->protocol = ntohs(from->sll_protocol);
    address->mac_length =
        from->sll_halen < ENDPOINT_MAC_BYTES ? from->sll_halen : ENDPOINT_MAC_BYTES;
    memcpy(address->mac, from->sll_addr, address->mac_length);
}

static int receive_messages(const struct endpoint *endpoint, uint8_t *memory, size_t each_bytes,
                            struct endpoint_packet *packets)
{
    struct mmsghdr messages[ENDPOINT_ROUND];
    struct iovec parts[ENDPOINT_ROUND];
    struct sockaddr_ll from[ENDPOINT_ROUND];
    _Alignas(struct cmsghdr) char control[ENDPOINT_ROUND][CONTROL_BYTES];
    for (int i = 0; i < ENDPOINT_ROUND; i++) {
        packets[i].data = memory + (size_t)i * each_bytes;
        parts[i] = (struct iovec){packets[i].data, each_bytes};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
        if (endpoint->is_addressed) {
            from[i] = (struct sockaddr_ll){0};
            messages[i].msg_hdr.msg_name = &from[i];
            messages[i].msg_hdr.msg_namelen = sizeof from[i];
        }
        /* Elsewhere there may be descriptors in it, which nobody would close. */
        if (endpoint->is_tagged) {
            messages[i].msg_hdr.msg_control = control[i];
            messages[i].msg_hdr.msg_controllen = sizeof control[i];
        }
    }
    int count = recvmmsg(endpoint->descriptor, messages, ENDPOINT_ROUND, MSG_DONTWAIT, NULL);
    if (count < 0)
        return -errno;
    for (int i = 0; i < count; i++) {
        packets[i].length = messages[i].msg_len;
        packets[i].is_truncated = messages[i].msg_hdr.msg_flags & MSG_TRUNC;
        if (endpoint->is_addressed)
            take_address(&packets[i].address, &from[i]);
        if (endpoint->is_tagged)
            take_tag(&packets[i], &messages[i].msg_hdr);
    }
    return count;
}

/* An end comes once, behind all else. */
static int receive_stream(const struct endpoint *endpoint, uint8_t *memory, size_t bytes,
                          struct endpoint_packet *packet)
{
    ssize_t length = recv(endpoint->descriptor, memory, bytes, MSG_DONTWAIT);
    if (length < 0)
        return -errno;
    *packet = (struct endpoint_packet){.data = memory, .length = (size_t)length};
    return length > 0;
}

static int read_packets(const struct endpoint *endpoint, uint8_t *memory, size_t each_bytes,
                        struct endpoint_packet *packets)
{
    int count = 0;
    while (count < ENDPOINT_ROUND) {
        uint8_t *at = memory + (size_t)count * each_bytes;
        ssize_t length = read(endpoint->descriptor, at, each_bytes);
        if (length <= 0)
            return count > 0 ? count : length < 0 ? -errno : -EAGAIN;
        packets[count++] = (struct endpoint_packet){
            .data = at, .length = (size_t)length, .is_truncated = (size_t)length == each_bytes};
    }
    return count;
}

int endpoint_receive(struct endpoint *endpoint, uint8_t *memory, size_t each_bytes,
                     struct endpoint_packet packets[ENDPOINT_ROUND])
{
    memset(packets, 0, ENDPOINT_ROUND * sizeof *packets);
    if (endpoint->is_stream)
        return receive_stream(endpoint, memory, each_bytes, packets);
    if (endpoint->is_socket)
        return receive_messages(endpoint, memory, each_bytes, packets);
    return read_packets(endpoint, memory, each_bytes, packets);
}

/* ---- Out -------------------------------------------------------------------------- */

static void put_address(struct sockaddr_ll *to, const struct endpoint_address *address,
                        const struct sockaddr_ll *bound)
{
    *to = (struct sockaddr_ll){.sll_family = AF_PACKET,
                               .sll_ifindex = bound->sll_ifindex,
                               .sll_protocol = htons(address->protocol),
                               .sll_halen = address->mac_length};
    memcpy(to->sll_addr, address->mac, address->mac_length);
}

static int send_messages(const struct endpoint *endpoint, const struct endpoint_packet *packets,
                         int count, size_t *short_bytes)
{
    struct mmsghdr messages[SEND_ROUND];
    struct iovec parts[SEND_ROUND];
    struct sockaddr_ll to[SEND_ROUND], bound = {0};
    if (count > SEND_ROUND)
        count = SEND_ROUND;
    if (endpoint->is_addressed && getsockname(endpoint->descriptor, (struct sockaddr *)&bound,
                                              &(socklen_t){sizeof bound}) < 0)
        return -errno;
    for (int i = 0; i < count; i++) {
        parts[i] = (struct iovec){packets[i].data, packets[i].length};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
        if (endpoint->is_addressed) {
            put_address(&to[i], &packets[i].address, &bound);
            messages[i].msg_hdr.msg_name = &to[i];
            messages[i].msg_hdr.msg_namelen = sizeof to[i];
        }
    }
    /* A part of a stream that is cut short would be followed by the next. */
    int sent = sendmmsg(endpoint->descriptor, messages, endpoint->is_stream ? 1 : (unsigned)count,
                        MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0)
        return -errno;
    if (sent > 0 && messages[sent - 1].msg_len < packets[sent - 1].length)
        *short_bytes = messages[sent - 1].msg_len;
    return sent;
}

static int write_packets(const struct endpoint *endpoint, const struct endpoint_packet *packets,
                         int count)
{
    int sent = 0;
    while (sent < count) {
        if (write(endpoint->descriptor, packets[sent].data, packets[sent].length) < 0)
            return sent > 0 ? sent : -errno;
        sent++;
    }
    return sent;
}

int endpoint_send(const struct endpoint *endpoint, const struct endpoint_packet *packets, int count,
                  size_t *short_bytes)
{
    *short_bytes = SIZE_MAX;
    if (endpoint->is_socket)
        return send_messages(endpoint, packets, count, short_bytes);
    return write_packets(endpoint, packets, count);
}
