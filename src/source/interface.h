/* SPDX-License-Identifier: ISC
 *
 * What the system says of a device.
 */
#ifndef WB_SOURCE_INTERFACE_H
#define WB_SOURCE_INTERFACE_H

#include <net/if.h>
#include <stdbool.h>

#include <wirebeam/error.h>
#include <wirebeam/opener.h>
#include <wirebeam/source.h>

/* Asks the system about a device by an ioctl of struct ifreq. 0, or -1 with errno set. */
int wb__interface_ask(struct ifreq *request, unsigned long what, const char *name);

/* Is the device there and up? "any" always is. */
bool wb__interface_is_up(const char *name);

/* wb_interfaces, for whom permits tells what others would open for this process. */
typedef bool wb__interface_permits(const struct wb_opener_request *request);

int wb__interfaces(void (*each)(void *context, const struct wb_interface *), void *context,
                   wb__interface_permits *permits, struct wb_error *error);

#endif
