/* SPDX-License-Identifier: ISC
 *
 * A burst where there is no sendmmsg(2): a call for each packet.
 */
#include <errno.h>
#include <stdlib.h>

#include "inject/inject.h"
#include "inject/socket.h"

struct wb__burst {
    struct sockaddr_storage address;
};

struct wb__burst *wb__burst_new(void)
{
    return calloc(1, sizeof(struct wb__burst));
}

size_t wb__burst_send(struct wb__burst *burst, int descriptor, struct wb_inject_packet *packets,
                      size_t count,
                      socklen_t (*address_of)(void *, const struct wb_inject_packet *,
                                              struct sockaddr_storage *),
                      void *context)
{
    for (size_t i = 0; i < count; i++) {
        socklen_t length =
            address_of ? address_of(context, &packets[i], &burst->address) : 0;
        ssize_t sent = sendto(descriptor, packets[i].data, packets[i].length, MSG_DONTWAIT,
                              length ? (struct sockaddr *)&burst->address : NULL, length);
        packets[i].result = sent < 0 ? errno : 0;
        if (wb__inject_is_full(packets[i].result))
            return i;
    }
    return count;
}
