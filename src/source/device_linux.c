/* SPDX-License-Identifier: ISC
 *
 * Asks for one device by rtnetlink(7): RTM_GETLINK, whose answer has its flags and a struct
 * rtnl_link_stats. What the kernel writes is ours to trust, but for its length.
 */
#include "source/device.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/wake.h"

#define ASK_INTERVAL_MS 50
#define ANSWER_BYTES (32U << 10) /* what the kernel takes care to stay below */
#define HEADERS_BYTES NLMSG_SPACE(sizeof(struct ifinfomsg))
#define STATS_BYTES offsetof(struct rtnl_link_stats, tx_aborted_errors) /* what is needed */

struct answer {
    uint8_t bytes[ANSWER_BYTES];
    size_t length;
    unsigned flags;
};

static bool ask(const struct wb__device *device, struct answer *answer)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg device;
    } question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = RTM_GETLINK,
                   .nlmsg_flags = NLM_F_REQUEST},
        .device = {.ifi_family = AF_UNSPEC, .ifi_index = device->index},
    };
    struct nlmsghdr header;
    struct ifinfomsg about;
    if (send(device->descriptor, &question, sizeof question, MSG_DONTWAIT) < 0)
        return false;
    ssize_t length = recv(device->descriptor, answer->bytes, sizeof answer->bytes, MSG_DONTWAIT);
    if (length < (ssize_t)HEADERS_BYTES)
        return false;
    memcpy(&header, answer->bytes, sizeof header);
    memcpy(&about, answer->bytes + NLMSG_HDRLEN, sizeof about);
    answer->length = (size_t)length;
    answer->flags = about.ifi_flags;
    return header.nlmsg_type == RTM_NEWLINK;
}

static bool find_losses(const struct answer *answer, uint32_t *value)
{
    struct rtattr attribute;
    struct rtnl_link_stats stats;
    for (size_t at = HEADERS_BYTES; at + sizeof attribute <= answer->length;
         at += RTA_ALIGN((size_t)attribute.rta_len)) {
        memcpy(&attribute, answer->bytes + at, sizeof attribute);
        if (attribute.rta_len < sizeof attribute || attribute.rta_len > answer->length - at)
            return false;
        if (attribute.rta_type != IFLA_STATS || attribute.rta_len < RTA_LENGTH(STATS_BYTES))
            continue;
        memcpy(&stats, answer->bytes + at + RTA_LENGTH(0), STATS_BYTES);
        *value = stats.rx_missed_errors + stats.rx_fifo_errors;
        return true;
    }
    return false;
}

void wb__device_open(struct wb__device *device, const char *name)
{
    struct answer answer;
    *device = (struct wb__device){
        .name = name, .descriptor = -1, .index = (int)if_nametoindex(name)};
    if (device->index == 0)
        return;
    device->descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (device->descriptor >= 0 &&
        !(ask(device, &answer) && find_losses(&answer, &device->last)))
        wb__device_close(device);
    device->asked_ms = wb__clock_ms();
}

bool wb__device_is_up(struct wb__device *device)
{
    struct answer answer;
    return device->descriptor < 0 || (ask(device, &answer) && answer.flags & IFF_UP);
}

bool wb__device_tells_losses(const struct wb__device *device)
{
    (void)device;
    return true;
}

uint64_t wb__device_losses(struct wb__device *device)
{
    struct answer answer;
    uint32_t now;
    int64_t now_ms = wb__clock_ms();
    if (device->descriptor < 0 || now_ms - device->asked_ms < ASK_INTERVAL_MS)
        return device->losses;
    device->asked_ms = now_ms;
    if (ask(device, &answer) && find_losses(&answer, &now)) {
        device->losses += now - device->last; /* modulo 2^32 */
        device->last = now;
    }
    return device->losses;
}

void wb__device_close(struct wb__device *device)
{
    if (device->descriptor >= 0)
        close(device->descriptor);
    device->descriptor = -1;
}
