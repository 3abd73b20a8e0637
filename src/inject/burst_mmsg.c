/* SPDX-License-Identifier: ISC
 *
 * A burst by sendmmsg(2), which does not tell the error of a message behind the first: the next
 * call begins with that one, and tells.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "inject/inject.h"
#include "inject/socket.h"

struct wb__burst {
    struct mmsghdr messages[WB__BURST_MAX];
    struct iovec vectors[WB__BURST_MAX];
    struct sockaddr_storage addresses[WB__BURST_MAX];
};

struct wb__burst *wb__burst_new(void)
{
    struct wb__burst *burst = calloc(1, sizeof *burst);
    if (!burst)
        return NULL;
    for (size_t i = 0; i < WB__BURST_MAX; i++)
        burst->messages[i].msg_hdr =
            (struct msghdr){.msg_iov = &burst->vectors[i], .msg_iovlen = 1};
    return burst;
}

static void *unconst(const uint8_t *data)
{
    union {
        const uint8_t *from;
        void *to;
    } pointer = {.from = data};
    return pointer.to;
}

size_t wb__burst_send(struct wb__burst *burst, int descriptor, struct wb_inject_packet *packets,
                      size_t count,
                      socklen_t (*address_of)(void *, const struct wb_inject_packet *,
                                              struct sockaddr_storage *),
                      void *context)
{
    if (count > WB__BURST_MAX)
        count = WB__BURST_MAX;
    for (size_t i = 0; i < count; i++) {
        burst->vectors[i] =
            (struct iovec){.iov_base = unconst(packets[i].data), .iov_len = packets[i].length};
        if (!address_of)
            continue;
        struct msghdr *header = &burst->messages[i].msg_hdr;
        header->msg_name = &burst->addresses[i];
        header->msg_namelen = address_of(context, &packets[i], &burst->addresses[i]);
    }
    size_t handled = 0;
    while (handled < count) {
        int sent = sendmmsg(descriptor, burst->messages + handled, (unsigned)(count - handled),
                            MSG_DONTWAIT);
        if (sent < 0) {
            packets[handled].result = errno;
            if (wb__inject_is_full(errno))
                break;
            handled++;
            continue;
        }
        for (int i = 0; i < sent; i++)
            packets[handled++].result = 0;
    }
    return handled;
}
