/* SPDX-License-Identifier: ISC
 *
 * What the system says of a device, and the packets that a device itself had no buffer
 * for: they were lost before any capture could see them. The device counts from when it
 * was made; we from when we began.
 */
#ifndef WB_SOURCE_INTERFACE_H
#define WB_SOURCE_INTERFACE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/error.h>
#include <wirebeam/opener.h>
#include <wirebeam/source.h>

/* Asks the system about a device by an ioctl of struct ifreq. 0, or -1 with errno set. */
int wb__interface_ask(struct ifreq *request, unsigned long what, const char *name);

/* Is the device there and up? "any" always is. */
bool wb__interface_is_up(const char *name);

struct wb__interface_losses {
    char name[IF_NAMESIZE];
    uint32_t last; /* the device's counter, which wraps */
    uint64_t total;
    int64_t asked_ms;
};

void wb__interface_losses_start(struct wb__interface_losses *losses, const char *name);

/* The losses since the start; 0 where the system does not tell. May be called for every
 * batch: the system is asked at most 20 times a second. */
uint64_t wb__interface_losses(struct wb__interface_losses *losses);

/* wb_interfaces, for whom permits tells what others would open for this process. */
typedef bool wb__interface_permits(const struct wb_opener_request *request);

int wb__interfaces(void (*each)(void *context, const struct wb_interface *), void *context,
                   wb__interface_permits *permits, struct wb_error *error);

#endif
