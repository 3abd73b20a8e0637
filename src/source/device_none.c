/* SPDX-License-Identifier: ISC
 *
 * For systems that tell of losses through libpcap alone.
 */
#include "source/device.h"

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

void wb__device_open(struct wb__device *device, const char *name)
{
    *device = (struct wb__device){
        .name = name,
        .descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
    };
}

bool wb__device_is_up(struct wb__device *device)
{
    struct ifreq request = {0};
    if (device->descriptor < 0 || strcmp(device->name, "any") == 0)
        return true;
    strncpy(request.ifr_name, device->name, sizeof request.ifr_name - 1);
    return ioctl(device->descriptor, SIOCGIFFLAGS, &request) == 0 && request.ifr_flags & IFF_UP;
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
    if (device->descriptor >= 0)
        close(device->descriptor);
    device->descriptor = -1;
}
