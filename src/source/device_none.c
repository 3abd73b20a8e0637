/* SPDX-License-Identifier: ISC
 *
 * For systems that tell of losses through libpcap alone.
 */
#include "source/device.h"

#include "source/interface.h"

void wb__device_open(struct wb__device *device, const char *name)
{
    *device = (struct wb__device){.name = name, .descriptor = -1};
}

bool wb__device_is_up(struct wb__device *device)
{
    return wb__interface_is_up(device->name);
}

bool wb__device_tells_losses(const struct wb__device *device)
{
    (void)device;
    return false;
}

uint64_t wb__device_losses(struct wb__device *device)
{
    return device->losses;
}

void wb__device_close(struct wb__device *device)
{
    (void)device;
}
