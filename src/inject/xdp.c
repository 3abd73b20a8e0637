/* SPDX-License-Identifier: ISC
 *
 * Frames by an AF_XDP socket in copy mode, which costs the kernel less for each than a packet
 * socket does. Frames are copied into memory that is shared with the kernel, their places put
 * into a ring, and one call has the kernel send up to BURST of them:
 *
 *     free frames -> TX ring -> [sendto: the driver] -> completion ring -> free frames
 *
 * What the kernel did not take from the ring when that call returns is made void there, so that
 * it is not sent behind the back of who was told that it was not. A packet that the driver
 * drops is refused with ENOBUFS; the packets behind it go on.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <xdp/libxdp.h>
#include <xdp/xsk.h>

#include "base/error.h"
#include "inject/inject.h"
#include "inject/socket.h"

#define FRAME_BYTES 2048U /* the least that the kernel takes */
#define FRAMES 2048U
#define BURST 32U /* as many as a sendto(2) sends */
#define ETHERNET_BYTES 14U
#define TAG_BYTES 4U
#define NOWHERE UINT64_MAX /* the address of a place in the ring that is void */

struct by_xdp {
    struct wb_injector injector;
    struct xsk_umem *umem;
    struct xsk_socket *socket;
    struct xsk_ring_prod fill, tx; /* nothing is received, so fill stays empty */
    struct xsk_ring_cons completion;
    uint8_t *memory;
    uint32_t longest;  /* frame without a tag */
    uint32_t taken;    /* position in the TX ring up to which packets are settled */
    uint64_t free[FRAMES];
    uint32_t free_count;
};

/* ---- Sending ---------------------------------------------------------------------- */

/* Some kernels complete void places, too. */
static void take_back(struct by_xdp *by)
{
    uint32_t at = 0, count = xsk_ring_cons__peek(&by->completion, FRAMES, &at);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t place = *xsk_ring_cons__comp_addr(&by->completion, at + i);
        if (place != NOWHERE && by->free_count < FRAMES)
            by->free[by->free_count++] = place;
    }
    if (count)
        xsk_ring_cons__release(&by->completion, count);
}

/* What the driver would not take, as the packet socket tells it: 0 or an errno. */
static int fault_of(const struct by_xdp *by, const struct wb_inject_packet *packet)
{
    if (packet->length < ETHERNET_BYTES)
        return EINVAL;
    bool is_tagged = packet->data[12] == 0x81 && packet->data[13] == 0;
    return packet->length > by->longest + (is_tagged ? TAG_BYTES : 0) ? EMSGSIZE : 0;
}

/* Puts packets into the ring up to the first with a fault. Returns how many. */
static uint32_t put(struct by_xdp *by, const struct wb_inject_packet *packets, size_t count)
{
    uint32_t most = count < BURST ? (uint32_t)count : BURST, put = 0, at = 0;
    if (most > by->free_count)
        most = by->free_count;
    while (put < most && fault_of(by, &packets[put]) == 0)
        put++;
    if (put == 0 || xsk_ring_prod__reserve(&by->tx, put, &at) == 0)
        return 0;
    for (uint32_t i = 0; i < put; i++) {
        uint64_t place = by->free[--by->free_count];
        memcpy(by->memory + place, packets[i].data, packets[i].length);
        *xsk_ring_prod__tx_desc(&by->tx, at + i) =
            (struct xdp_desc){.addr = place, .len = packets[i].length};
    }
    xsk_ring_prod__submit(&by->tx, put);
    return put;
}

/* How far the kernel is in the ring beyond what is settled; negative where it has yet to go over
 * void places, or has not written down that it took the one that it dropped. */
static int32_t advance(const struct by_xdp *by)
{
    return (int32_t)(__atomic_load_n(by->tx.consumer, __ATOMIC_ACQUIRE) - by->taken);
}

/* 0 or an errno. */
static int call_kernel(const struct by_xdp *by)
{
    return sendto(xsk_socket__fd(by->socket), NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 ? errno : 0;
}

/* Has the kernel send; EBUSY: the last that it took was dropped. Returns how many it took. */
static uint32_t kick(struct by_xdp *by, int *code)
{
    *code = call_kernel(by);
    int32_t took = advance(by);
    if (took <= 0)
        took = *code == EBUSY;
    by->taken += (uint32_t)took;
    return (uint32_t)took;
}

/* Leads the kernel over void places, one with each call. Returns 0, or the errno for the packet
 * that would come behind them. */
static int skip_void(const struct by_xdp *by)
{
    int32_t before;
    while ((before = advance(by)) < 0) {
        int code = call_kernel(by);
        if (advance(by) == before)
            return code == 0 || code == EAGAIN ? ENOBUFS : code;
    }
    return 0;
}

/* Makes the last count places in the ring void. */
static void retract(struct by_xdp *by, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct xdp_desc *place = xsk_ring_prod__tx_desc(&by->tx, by->taken++);
        by->free[by->free_count++] = place->addr;
        place->addr = NOWHERE;
    }
}

/* Sends what was put into the ring. Returns how many were handled. */
static uint32_t send_put(struct by_xdp *by, struct wb_inject_packet *packets, uint32_t count)
{
    uint32_t handled = 0, took;
    int code = 0;
    while (handled < count && (took = kick(by, &code)) > 0) {
        for (uint32_t i = 0; i < took; i++)
            packets[handled++].result = 0;
        if (code == EBUSY)
            packets[handled - 1].result = ENOBUFS;
    }
    if (handled == count)
        return count;
    retract(by, count - handled);
    /* Nobody tells when a driver has room again. */
    packets[handled].result = code == 0 || code == EAGAIN ? ENOBUFS : code;
    return wb__inject_is_full(packets[handled].result) ? handled : handled + 1;
}

/* Sends the first packets, as many as one call of the kernel does. Returns how many were
 * handled; 0 where the queue is full. */
static uint32_t send_some(struct by_xdp *by, struct wb_inject_packet *packets, size_t count)
{
    int fault = fault_of(by, &packets[0]);
    if (fault == 0)
        fault = skip_void(by);
    take_back(by);
    uint32_t waiting = fault == 0 ? put(by, packets, count) : 0;
    if (waiting > 0)
        return send_put(by, packets, waiting);
    packets[0].result = fault ? fault : ENOBUFS;
    return !wb__inject_is_full(packets[0].result);
}

static size_t xdp_send(struct wb_injector *injector, struct wb_inject_packet *packets, size_t count)
{
    struct by_xdp *by = (struct by_xdp *)injector;
    size_t handled = 0;
    uint32_t more;
    while (handled < count && (more = send_some(by, packets + handled, count - handled)) > 0)
        handled += more;
    return handled;
}

static int xdp_descriptor(const struct wb_injector *injector, unsigned ip_version)
{
    (void)ip_version;
    return xsk_socket__fd(((const struct by_xdp *)injector)->socket);
}

/* ---- Opening and closing ---------------------------------------------------------- */

static void xdp_close(struct wb_injector *injector)
{
    struct by_xdp *by = (struct by_xdp *)injector;
    if (by->socket)
        xsk_socket__delete(by->socket);
    if (by->umem)
        xsk_umem__delete(by->umem);
    if (by->memory)
        munmap(by->memory, (size_t)FRAMES * FRAME_BYTES);
    free(by);
}

/* Asks about the device by a socket of any kind. */
static bool ask(const char *name, unsigned long what, struct ifreq *request)
{
    if (strlen(name) >= sizeof request->ifr_name)
        return false;
    strcpy(request->ifr_name, name);
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool is_answered = descriptor >= 0 && ioctl(descriptor, what, request) == 0;
    if (descriptor >= 0)
        close(descriptor);
    return is_answered;
}

/* Where it was found to be faster than a packet socket. */
static bool xdp_suits(const struct wb_inject_options *options)
{
    struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
    struct ifreq request = {.ifr_data = (char *)&driver};
    return options->top_speed && !options->without_bypass && options->descriptor_count == 0 &&
           ask(options->interface, SIOCETHTOOL, &request) && strcmp(driver.driver, "veth") == 0;
}

static int open_memory(struct by_xdp *by)
{
    const struct xsk_umem_config config = {
        .fill_size = 64, .comp_size = FRAMES, .frame_size = FRAME_BYTES};
    size_t size = (size_t)FRAMES * FRAME_BYTES;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -errno;
    by->memory = memory;
    while (by->free_count < FRAMES) {
        by->free[by->free_count] = (uint64_t)by->free_count * FRAME_BYTES;
        by->free_count++;
    }
    return xsk_umem__create(&by->umem, memory, size, &by->fill, &by->completion, &config);
}

static int open_socket(struct by_xdp *by, const char *interface)
{
    const struct xsk_socket_config config = {
        .tx_size = FRAMES,
        .libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
        .bind_flags = XDP_COPY,
    };
    return xsk_socket__create(&by->socket, interface, 0, by->umem, NULL, &by->tx, &config);
}

static int examine_device(struct by_xdp *by, const char *name, struct wb_error *error)
{
    struct ifreq request = {0};
    if (!ask(name, SIOCGIFMTU, &request))
        return wb__inject_not_found(name, error);
    by->longest = (uint32_t)request.ifr_mtu + ETHERNET_BYTES;
    if (by->longest + TAG_BYTES > FRAME_BYTES)
        return wb__error_set(error, WB_E_UNSUPPORTED, 0,
                             "%s: its frames may be longer than what an XDP socket takes here, "
                             "which is %u bytes",
                             name, FRAME_BYTES);
    return 0;
}

static int open_all(struct by_xdp *by, const char *name, struct wb_error *error)
{
    int result = examine_device(by, name, error);
    if (result < 0)
        return result;
    libxdp_set_print(NULL);
    libbpf_set_print(NULL);
    result = open_memory(by);
    if (result == 0)
        result = open_socket(by, name);
    if (result == -EPERM || result == -EACCES)
        return wb__inject_no_permission(name, NULL, error);
    if (result < 0)
        return wb__error_set(error, WB_E_SYSTEM, -result, "%s: an XDP socket cannot be made: %s",
                             name, strerror(-result));
    return 0;
}

static int xdp_open(struct wb_injector **injector, const struct wb_inject_options *options,
                    struct wb_error *error)
{
    *injector = NULL;
    bool is_given = options->descriptor_count > 0;
    wb__inject_close_given(options);
    if (is_given)
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "an XDP socket has memory of its own: none can be handed in");
    struct by_xdp *by = calloc(1, sizeof *by);
    if (!by)
        return wb__error_set(error, WB_E_MEMORY, ENOMEM, "out of memory");
    by->injector.operations = &wb__injector_xdp;
    int result = open_all(by, options->interface, error);
    if (result < 0) {
        xdp_close(&by->injector);
        return result;
    }
    by->injector.link_type = 1; /* LINKTYPE_ETHERNET */
    by->injector.is_marked = wb__inject_prepare(xsk_socket__fd(by->socket), options);
    *injector = &by->injector;
    return 0;
}

const struct wb__injector_operations wb__injector_xdp = {
    .kind = "xdp",
    .sends_frames = true,
    .suits = xdp_suits,
    .open = xdp_open,
    .send = xdp_send,
    .descriptor = xdp_descriptor,
    .close = xdp_close,
};
