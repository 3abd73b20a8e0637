/* SPDX-License-Identifier: ISC
 *
 * The portable live source: libpcap, which any Unix has. libpcap lends a packet only
 * until its callback returns (its ring gives the block back then), while a batch lives
 * until the next call; so each packet is copied once, into this source's own buffer.
 *
 * What libpcap counts cannot be made to agree with what it delivers: it looks at some
 * packets itself and tells nobody. So "seen" is what was delivered and what it says was
 * dropped.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#ifdef SO_ATTACH_FILTER
#include <linux/filter.h>
#endif

#include "base/error.h"
#include "source/device.h"
#include "source/filter.h"
#include "source/live.h"
#include "source/wake.h"
#ifdef WB_HAVE_PACKET_RING
#include "source/packet_program.h"
#endif

#define BUFFER_BYTES ((size_t)1 << 20) /* for a batch, and a packet of snaplen more */
#define DRAIN_EXTRA_MS 20

struct live {
    struct wb__source source;
    struct wb__wake wake;
    struct wb_source_interface interface;
    char *name;
    pcap_t *handle;
    int descriptor; /* to be watched */
    uint32_t snaplen, latency_ms;
    uint8_t fixed_direction; /* where only one is asked for */

    uint8_t *buffer;
    size_t buffer_length, used;
    struct wb_packet *packets; /* of the batch being filled */
    int count;

    bool own_packets;
    bool is_stopped, is_down;
    struct wb__device device;
    int64_t drain_until_ms;
    uint64_t delivered, bytes;
    uint64_t dropped, dropped_interface;
    unsigned last_dropped, last_dropped_interface; /* libpcap's counters, which wrap */
};

static struct live *live_of(struct wb__source *source)
{
    return (struct live *)source;
}

/* Copies one packet; there is room, for no more were asked for than fit. */
static void copy_packet(u_char *context, const struct pcap_pkthdr *header, const u_char *bytes)
{
    struct live *live = (struct live *)(void *)context;
    uint32_t captured = header->caplen < live->snaplen ? header->caplen : live->snaplen;
    uint8_t *to = live->buffer + live->used;
    memcpy(to, bytes, captured);
    live->used += captured;
    live->bytes += captured;
    struct wb_packet *packet = &live->packets[live->count++];
    *packet = (struct wb_packet){
        .data = to,
        .captured_length = captured,
        .wire_length = header->len < captured ? captured : header->len,
        /* A handle with nanosecond precision has them in tv_usec. */
        .time_ns = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec,
        .number = ++live->delivered,
        .link_type = live->interface.link_type,
        .direction = live->fixed_direction,
    };
    wb__cooked_direction(packet);
}

/* Takes what is there, as long as one more packet of snaplen has room. Returns how many,
 * or an error. */
static int take(struct live *live, struct wb_packet *packets, int capacity,
                struct wb_error *error)
{
    live->packets = packets;
    live->count = 0;
    live->used = 0;
    for (;;) {
        size_t room = (live->buffer_length - live->used) / live->snaplen;
        int most = capacity - live->count;
        if ((size_t)most > room)
            most = (int)room;
        if (most == 0)
            return live->count;
        int taken = pcap_dispatch(live->handle, most, copy_packet, (u_char *)live);
        if (taken == 0 || (taken < 0 && live->count > 0))
            return live->count;
        if (taken < 0)
            return wb__error_set(error, WB_E_SYSTEM, 0, "%s: libpcap failed: %s", live->name,
                                 pcap_geterr(live->handle));
    }
}

/* Lets nothing more in, where the system has a way; what libpcap holds is then finite.
 * Not by pcap_setfilter: it would apply to what is held, too. */
static void stop_reception(struct live *live)
{
#ifdef SO_ATTACH_FILTER
    struct sock_filter reject = BPF_STMT(BPF_RET | BPF_K, 0);
    const struct sock_fprog program = {.len = 1, .filter = &reject};
    setsockopt(pcap_fileno(live->handle), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
#endif
    live->is_stopped = true;
    live->drain_until_ms = wb__clock_ms() + live->latency_ms + DRAIN_EXTRA_MS;
}

/* Some systems cannot wait for their capture device; libpcap then says how long. */
static int wait_limit(struct live *live, int timeout_ms)
{
    const struct timeval *required = pcap_get_required_select_timeout(live->handle);
    if (!required)
        return timeout_ms;
    int limit = (int)(required->tv_sec * 1000 + required->tv_usec / 1000);
    return timeout_ms < 0 || limit < timeout_ms ? limit : timeout_ms;
}

/* Returns 1 to look again, 0 when the time is over, or an error. */
static int wait_for_packets(struct live *live, int timeout_ms, struct wb_error *error)
{
    int limit = wait_limit(live, timeout_ms);
    int ready = wb__wake_wait(&live->wake, live->descriptor, limit, error);
    if (ready < 0)
        return ready;
    /* libpcap may have taken the socket's error already, and keeps it to itself as long as
     * the interface still exists; it then has us look again soon. */
    if (ready & (POLLERR | POLLHUP | POLLNVAL) || (ready == 0 && !wb__device_is_up(&live->device)))
        live->is_down = true;
    return ready != 0 || live->is_down || wb__wake_is_rung(&live->wake) || limit != timeout_ms;
}

/* All that the system counted was delivered or dropped: there is nothing to wait for. Both
 * counters are 32 bits wide. Systems that also count what a filter rejected never get
 * there, and wait for the time. */
static bool is_drained(const struct live *live)
{
    struct pcap_stat now;
    return pcap_stats(live->handle, &now) == 0 &&
           now.ps_recv - now.ps_drop == (unsigned)live->delivered;
}

static int drain(struct live *live, struct wb_error *error)
{
    int64_t now = wb__clock_ms();
    if (now < live->drain_until_ms && !is_drained(live)) {
        int result = 1;
        if (live->is_down) /* its descriptor is ready for ever */
            poll(NULL, 0, 1);
        else
            result = wait_for_packets(live, (int)(live->drain_until_ms - now), error);
        return result < 0 ? result : 1;
    }
    return live->is_down ? wb__live_went_down(live->name, error) : 0;
}

static int libpcap_next(struct wb__source *source, struct wb_packet *packets, int capacity,
                        int timeout_ms, struct wb_error *error)
{
    struct live *live = live_of(source);
    int64_t start = timeout_ms > 0 ? wb__clock_ms() : 0;
    wb__source_before_reuse(source, true);
    for (;;) {
        int count = take(live, packets, capacity, error);
        if (count < 0 && !wb__device_is_up(&live->device)) /* libpcap may have no right to know */
            live->is_down = true;
        if (count > 0 || (count < 0 && !live->is_down))
            return count;
        if (!live->is_stopped && (live->is_down || wb__wake_is_rung(&live->wake))) {
            stop_reception(live);
            continue;
        }
        int result = live->is_stopped
                         ? drain(live, error)
                         : wait_for_packets(live, wb__timeout_left(timeout_ms, start), error);
        if (result <= 0)
            return result;
    }
}

static void libpcap_wake(struct wb__source *source)
{
    wb__wake_ring(&live_of(source)->wake);
}

static void libpcap_stats(struct wb__source *source, struct wb_source_stats *stats)
{
    struct live *live = live_of(source);
    struct pcap_stat now;
    if (pcap_stats(live->handle, &now) == 0) {
        live->dropped += now.ps_drop - live->last_dropped;
        live->dropped_interface += now.ps_ifdrop - live->last_dropped_interface;
        live->last_dropped = now.ps_drop;
        live->last_dropped_interface = now.ps_ifdrop;
    }
    if (wb__device_tells_losses(&live->device)) /* libpcap may open no file any more */
        live->dropped_interface = wb__device_losses(&live->device);
    *stats = (struct wb_source_stats){
        .seen = live->delivered + live->dropped + live->dropped_interface,
        .delivered = live->delivered,
        .dropped_ring = live->dropped,
        .dropped_interface = live->dropped_interface,
        .bytes = live->bytes,
    };
}

static const struct wb_source_interface *libpcap_interface(const struct wb__source *source,
                                                           unsigned index)
{
    return index == 0 ? &((const struct live *)source)->interface : NULL;
}

static int libpcap_failure(struct live *live, const char *what, struct wb_error *error)
{
    return wb__error_set(error, WB_E_SYSTEM, 0, "%s: %s: %s", live->name, what,
                         pcap_geterr(live->handle));
}

/* Where the system marks packets, libpcap's program gets a beginning that it does not know of:
 * libpcap also runs programs itself, and cannot look at marks. */
static int reject_own(struct live *live, struct wb_error *error)
{
#ifdef WB_HAVE_PACKET_RING
    if (!live->own_packets && wb__packet_program_reject_own(pcap_fileno(live->handle)) < 0)
        return wb__error_set(error, WB_E_SYSTEM, errno,
                             "%s: own packets cannot be left out: %s", live->name,
                             strerror(errno));
#else
    (void)live, (void)error;
#endif
    return 0;
}

/* libpcap runs a new program also on what it holds already. On Linux it lets nothing in while
 * it sets one. */
static int libpcap_set_filter(struct wb__source *source, const char *expression,
                              struct wb_error *error)
{
    struct live *live = live_of(source);
    struct bpf_program program;
    int result = wb__filter_compile(&program, live->handle, expression, error);
    if (result < 0)
        return result;
    /* What was stopped rejects all, and goes on to. */
    if (!live->is_stopped && pcap_setfilter(live->handle, &program) < 0)
        result = libpcap_failure(live, "the filter cannot be set", error);
    else if (!live->is_stopped)
        result = reject_own(live, error);
    pcap_freecode(&program);
    return result;
}

/* Where the system says how long one may wait, it does not wake everybody who polls. */
static int libpcap_descriptor(const struct wb__source *source)
{
    const struct live *live = (const struct live *)source;
    return pcap_get_required_select_timeout(live->handle) ? -1 : live->descriptor;
}

static void libpcap_close(struct wb__source *source)
{
    struct live *live = live_of(source);
    if (!live)
        return;
    if (live->handle)
        pcap_close(live->handle);
    wb__device_close(&live->device);
    wb__wake_close(&live->wake);
    free(live->buffer);
    free(live->name);
    free(live);
}

/* ---- Opening ---------------------------------------------------------------------- */

static int set_direction(struct live *live, enum wb_source_direction direction,
                         struct wb_error *error)
{
    if (direction == WB_SOURCE_INOUT)
        return 0;
    bool is_in = direction == WB_SOURCE_IN;
    live->fixed_direction = is_in ? WB_PACKET_IN : WB_PACKET_OUT;
    if (pcap_setdirection(live->handle, is_in ? PCAP_D_IN : PCAP_D_OUT) < 0)
        return libpcap_failure(live, "libpcap cannot choose a direction there", error);
    return 0;
}

static int set_watching(struct live *live, struct wb_error *error)
{
    char reason[PCAP_ERRBUF_SIZE];
    if (pcap_setnonblock(live->handle, 1, reason) < 0)
        return wb__error_set(error, WB_E_SYSTEM, 0, "%s: %s", live->name, reason);
    live->descriptor = pcap_get_selectable_fd(live->handle);
    if (live->descriptor < 0 && !pcap_get_required_select_timeout(live->handle))
        return wb__error_set(error, WB_E_UNSUPPORTED, 0,
                             "%s: libpcap cannot wait for packets of this device", live->name);
    return 0;
}

/* Packets come in from activation on; libpcap itself runs the filter on those that came
 * before the kernel had it. */
static int open_live(struct live *live, const struct wb_source_options *options,
                     struct wb_error *error)
{
    int result = wb__wake_open(&live->wake, error);
    if (result == 0)
        result = wb__live_handle(&live->handle, options, error);
    if (result == 0)
        result = set_watching(live, error);
    if (result == 0)
        result = set_direction(live, options->direction, error);
    if (result == 0 && wb__filter_is_given(options->filter))
        result = libpcap_set_filter(&live->source, options->filter, error);
    else if (result == 0)
        result = reject_own(live, error);
    if (result < 0)
        return result;
    wb__device_open(&live->device, live->name);
    result = wb__source_opened(options, error);
    if (result == 0)
        live->interface.link_type = wb__link_type_from_dlt(pcap_datalink(live->handle));
    return result;
}

static struct live *new_live(const struct wb_source_options *options)
{
    struct live *live = calloc(1, sizeof *live);
    if (!live)
        return NULL;
    live->source.operations = &wb__source_libpcap;
    live->wake.read_end = live->wake.write_end = live->device.descriptor = -1;
    live->snaplen = wb__live_snaplen(options);
    live->latency_ms = wb__live_latency_ms(options);
    live->own_packets = options->own_packets;
    live->buffer_length = BUFFER_BYTES + live->snaplen;
    live->buffer = malloc(live->buffer_length);
    live->name = strdup(options->interface);
    if (!live->buffer || !live->name) {
        libpcap_close(&live->source);
        return NULL;
    }
    live->interface = (struct wb_source_interface){
        .name = live->name, .description = "", .snaplen = live->snaplen};
    return live;
}

static int libpcap_open(struct wb__source **source, const struct wb_source_options *options,
                        struct wb_error *error)
{
    *source = NULL;
    struct live *live = new_live(options);
    if (!live)
        return wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
    int result = open_live(live, options, error);
    if (result < 0) {
        libpcap_close(&live->source);
        return result;
    }
    *source = &live->source;
    return 0;
}

const struct wb__source_operations wb__source_libpcap = {
    .kind = "libpcap",
    .open = libpcap_open,
    .next = libpcap_next,
    .wake = libpcap_wake,
    .stats = libpcap_stats,
    .interface = libpcap_interface,
    .descriptor = libpcap_descriptor,
    .set_filter = libpcap_set_filter,
    .close = libpcap_close,
};
