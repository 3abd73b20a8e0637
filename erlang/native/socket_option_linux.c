/* SPDX-License-Identifier: ISC
 *
 * What is set and asked of sockets on Linux, and the requests of ioctl(2) that are allowed.
 */
#include "socket_endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static int or_errno(int result)
{
    return result < 0 ? -errno : result;
}

/* ---- Options ---------------------------------------------------------------------- */

int endpoint_index(const struct endpoint *endpoint, const char *name)
{
    struct ifreq request = {0};
    if (strlen(name) >= sizeof request.ifr_name)
        return -ENODEV;
    strcpy(request.ifr_name, name);
    int result = ioctl(endpoint->control, SIOCGIFINDEX, &request);
    return result < 0 ? -errno : request.ifr_ifindex;
}

int endpoint_bind(const struct endpoint *endpoint, int index, uint16_t protocol)
{
    const struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_ifindex = index, .sll_protocol = htons(protocol)};
    return or_errno(bind(endpoint->descriptor, (const struct sockaddr *)&address, sizeof address));
}

static int set(const struct endpoint *endpoint, int level, int option, int value)
{
    return or_errno(setsockopt(endpoint->descriptor, level, option, &value, sizeof value));
}

/* Beyond what any user may have, where that is allowed. */
static int set_buffer(const struct endpoint *endpoint, int bytes)
{
    int result = set(endpoint, SOL_SOCKET, SO_RCVBUFFORCE, bytes / 2); /* doubled by the kernel */
    return result == -EPERM ? set(endpoint, SOL_SOCKET, SO_RCVBUF, bytes / 2) : result;
}

static int set_promiscuous(const struct endpoint *endpoint, bool is_wanted, int index)
{
    const struct packet_mreq request = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
    int option = is_wanted ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP;
    return or_errno(setsockopt(endpoint->descriptor, SOL_PACKET, option, &request, sizeof request));
}

int endpoint_set(const struct endpoint *endpoint, enum endpoint_option option, int value, int index)
{
    switch (option) {
    case ENDPOINT_PROMISCUOUS:
        return set_promiscuous(endpoint, value, index);
    case ENDPOINT_INCOMING:
        return set(endpoint, SOL_PACKET, PACKET_IGNORE_OUTGOING, value);
    case ENDPOINT_BUFFER_BYTES:
        return set_buffer(endpoint, value);
    case ENDPOINT_LOCK_FILTER:
        return set(endpoint, SOL_SOCKET, SO_LOCK_FILTER, 1);
    case ENDPOINT_MARK:
        return set(endpoint, SOL_SOCKET, SO_MARK, value);
    }
    return -EINVAL;
}

int endpoint_filter(const struct endpoint *endpoint,
                    const struct wb_filter_instruction *instructions, size_t count)
{
    _Static_assert(sizeof *instructions == sizeof(struct sock_filter), "one layout");
    if (count == 0)
        return set(endpoint, SOL_SOCKET, SO_DETACH_FILTER, 0);
    if (count > BPF_MAXINSNS)
        return -EINVAL;
    const struct sock_fprog program = {
        .len = (unsigned short)count,
        .filter = (struct sock_filter *)(uintptr_t)instructions /* which the kernel reads */};
    return or_errno(
        setsockopt(endpoint->descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

int endpoint_drops(const struct endpoint *endpoint, uint64_t *drops)
{
    struct tpacket_stats stats;
    socklen_t length = sizeof stats;
    if (getsockopt(endpoint->descriptor, SOL_PACKET, PACKET_STATISTICS, &stats, &length) < 0)
        return -errno;
    *drops += stats.tp_drops; /* since it was asked before */
    return 0;
}

static const char *type_name(int type)
{
    switch (type) {
    case SOCK_RAW:
        return "raw";
    case SOCK_DGRAM:
        return "dgram";
    case SOCK_STREAM:
        return "stream";
    default:
        return "other";
    }
}

int endpoint_name(const struct endpoint *endpoint, uint8_t name[ENDPOINT_NAME_MAX],
                  const char **type)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int number;
    _Static_assert(sizeof address <= ENDPOINT_NAME_MAX, "any name fits");
    if (getsockname(endpoint->descriptor, (struct sockaddr *)&address, &length) < 0 ||
        getsockopt(endpoint->descriptor, SOL_SOCKET, SO_TYPE, &number,
                   &(socklen_t){sizeof number}) < 0)
        return -errno;
    if (length > sizeof address)
        return -EINVAL;
    memcpy(name, &address, length);
    *type = type_name(number);
    return (int)length;
}

/* ---- ioctl ------------------------------------------------------------------------ */

#define INTERFACE(name, request)                                                                   \
    {                                                                                              \
        name, request, sizeof(struct ifreq), true, false, false                                    \
    }
#define DEVICE(name, request, type)                                                                \
    {                                                                                              \
        name, request, sizeof(type), false, false, false                                           \
    }
#define DEVICE_VALUE(name, request)                                                                \
    {                                                                                              \
        name, request, sizeof(int), false, true, false                                             \
    }

/* The size is what the kernel copies, which is not always what the number says: TUNGETIFF names
 * an int and stores a struct ifreq. */
static const struct endpoint_ioctl allowed[] = {
    INTERFACE("siocgifindex", SIOCGIFINDEX),
    INTERFACE("siocgifname", SIOCGIFNAME),
    INTERFACE("siocsifname", SIOCSIFNAME),
    INTERFACE("siocgifflags", SIOCGIFFLAGS),
    INTERFACE("siocsifflags", SIOCSIFFLAGS),
    INTERFACE("siocgifmtu", SIOCGIFMTU),
    INTERFACE("siocsifmtu", SIOCSIFMTU),
    INTERFACE("siocgifhwaddr", SIOCGIFHWADDR),
    INTERFACE("siocsifhwaddr", SIOCSIFHWADDR),
    INTERFACE("siocgifaddr", SIOCGIFADDR),
    INTERFACE("siocsifaddr", SIOCSIFADDR),
    INTERFACE("siocgifdstaddr", SIOCGIFDSTADDR),
    INTERFACE("siocsifdstaddr", SIOCSIFDSTADDR),
    INTERFACE("siocgifbrdaddr", SIOCGIFBRDADDR),
    INTERFACE("siocsifbrdaddr", SIOCSIFBRDADDR),
    INTERFACE("siocgifnetmask", SIOCGIFNETMASK),
    INTERFACE("siocsifnetmask", SIOCSIFNETMASK),
    INTERFACE("siocgifmetric", SIOCGIFMETRIC),
    INTERFACE("siocgiftxqlen", SIOCGIFTXQLEN),
    INTERFACE("siocsiftxqlen", SIOCSIFTXQLEN),
    INTERFACE("siocgifmap", SIOCGIFMAP),
    INTERFACE("siocaddmulti", SIOCADDMULTI),
    INTERFACE("siocdelmulti", SIOCDELMULTI),
    DEVICE("fionread", FIONREAD, int),
    DEVICE("siocoutq", SIOCOUTQ, int),
    DEVICE("tunsetiff", TUNSETIFF, struct ifreq),
    DEVICE("tungetiff", TUNGETIFF, struct ifreq),
    DEVICE("tunsetqueue", TUNSETQUEUE, struct ifreq),
    DEVICE("tungetfeatures", TUNGETFEATURES, unsigned),
    DEVICE("tungetsndbuf", TUNGETSNDBUF, int),
    DEVICE("tunsetsndbuf", TUNSETSNDBUF, int),
    DEVICE_VALUE("tunsetpersist", TUNSETPERSIST),
    DEVICE_VALUE("tunsetowner", TUNSETOWNER),
    DEVICE_VALUE("tunsetgroup", TUNSETGROUP),
    DEVICE_VALUE("tunsetlink", TUNSETLINK),
};

#define ALLOWED_COUNT (sizeof allowed / sizeof *allowed)

static bool is_named(const struct endpoint_ioctl *each, const char *name, unsigned long request)
{
    return name ? strcmp(each->name, name) == 0 : each->request == request;
}

bool endpoint_find_ioctl(struct endpoint_ioctl *found, const char *name, unsigned long request)
{
    for (size_t i = 0; i < ALLOWED_COUNT; i++)
        if (is_named(&allowed[i], name, request)) {
            *found = allowed[i];
            return true;
        }
    *found =
        (struct endpoint_ioctl){.request = request, .bytes = _IOC_SIZE(request), .is_blank = true};
    return !name && request <= UINT32_MAX && _IOC_DIR(request) == _IOC_READ && found->bytes > 0;
}

/* Whatever the number says, the kernel may store more: it has room. */
#define ROOM_BYTES (2 << _IOC_SIZEBITS)

int endpoint_do_ioctl(const struct endpoint *endpoint, const struct endpoint_ioctl *request,
                      uint8_t *bytes)
{
    int descriptor = request->is_control ? endpoint->control : endpoint->descriptor, value;
    if (request->is_value) {
        memcpy(&value, bytes, sizeof value);
        return or_errno(ioctl(descriptor, request->request, (unsigned long)value));
    }
    uint8_t *room = calloc(1, ROOM_BYTES);
    if (!room)
        return -ENOMEM;
    if (!request->is_blank)
        memcpy(room, bytes, request->bytes);
    int result = or_errno(ioctl(descriptor, request->request, room));
    if (result >= 0)
        memcpy(bytes, room, request->bytes);
    free(room);
    return result;
}
