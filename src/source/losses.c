/* SPDX-License-Identifier: ISC
 *
 * Asks for one device by rtnetlink(7): RTM_GETLINK, whose answer has struct rtnl_link_stats.
 * What the kernel writes is ours to trust, but for its length.
 */
#include "source/losses.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/wake.h"

#define ASK_INTERVAL_MS 50
#define ANSWER_BYTES (32U << 10) /* what the kernel takes care to stay below */

static bool ask(const struct wb__losses *losses)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg device;
    } question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = RTM_GETLINK,
                   .nlmsg_flags = NLM_F_REQUEST},
        .device = {.ifi_family = AF_UNSPEC, .ifi_index = losses->index},
    };
    return send(losses->descriptor, &question, sizeof question, MSG_DONTWAIT) ==
           (ssize_t)sizeof question;
}

/* Finds the attribute in an answer of length bytes. */
static bool find_losses(const uint8_t *answer, size_t length, uint32_t *value)
{
    struct nlmsghdr header;
    struct rtattr attribute;
    struct rtnl_link_stats stats;
    if (length < NLMSG_SPACE(sizeof(struct ifinfomsg)))
        return false;
    memcpy(&header, answer, sizeof header);
    if (header.nlmsg_type != RTM_NEWLINK)
        return false;
    for (size_t at = NLMSG_SPACE(sizeof(struct ifinfomsg)); at + sizeof attribute <= length;
         at += RTA_ALIGN((size_t)attribute.rta_len)) {
        memcpy(&attribute, answer + at, sizeof attribute);
        if (attribute.rta_len < sizeof attribute || attribute.rta_len > length - at)
            return false;
        if (attribute.rta_type != IFLA_STATS ||
            attribute.rta_len < RTA_LENGTH(0) + offsetof(struct rtnl_link_stats, tx_aborted_errors))
            continue;
        memcpy(&stats, answer + at + RTA_LENGTH(0), offsetof(struct rtnl_link_stats, tx_aborted_errors));
        *value = stats.rx_missed_errors + stats.rx_fifo_errors;
        return true;
    }
    return false;
}

/* Returns whether there was an answer: a device may be gone. */
static bool read_losses(const struct wb__losses *losses, uint32_t *value)
{
    uint8_t answer[ANSWER_BYTES];
    if (!ask(losses))
        return false;
    ssize_t length = recv(losses->descriptor, answer, sizeof answer, MSG_DONTWAIT);
    return length > 0 && find_losses(answer, (size_t)length, value);
}

void wb__losses_start(struct wb__losses *losses, int index)
{
    *losses = (struct wb__losses){.descriptor = -1, .index = index};
    if (index == 0)
        return;
    losses->descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (losses->descriptor >= 0 && !read_losses(losses, &losses->last)) {
        close(losses->descriptor);
        losses->descriptor = -1;
    }
    losses->asked_ms = wb__clock_ms();
}

uint64_t wb__losses_total(struct wb__losses *losses)
{
    int64_t now_ms = wb__clock_ms();
    uint32_t now;
    if (losses->descriptor < 0 || now_ms - losses->asked_ms < ASK_INTERVAL_MS)
        return losses->total;
    losses->asked_ms = now_ms;
    if (read_losses(losses, &now)) {
        losses->total += now - losses->last; /* modulo 2^32 */
        losses->last = now;
    }
    return losses->total;
}

void wb__losses_end(struct wb__losses *losses)
{
    if (losses->descriptor >= 0)
        close(losses->descriptor);
    losses->descriptor = -1;
}
