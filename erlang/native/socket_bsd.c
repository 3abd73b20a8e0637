/* SPDX-License-Identifier: ISC
 *
 * Frames of an interface through a BPF device, on the BSDs and macOS: bpf(4). A device is opened
 * first and bound to an interface later; of frames that are sent the link header is the
 * sender's (BIOCSHDRCMPLT). There are no namespaces, no other kinds of endpoints, and no
 * ioctl but those below. No test has run this file.
 */
#include "socket_endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <net/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define DEVICES_MAX 256 /* /dev/bpf0 and so on, where /dev/bpf does not clone */

static int or_errno(int result)
{
    return result < 0 ? -errno : result;
}

/* ---- Opening ---------------------------------------------------------------------- */

static int open_device(void)
{
    char name[32] = "/dev/bpf";
    int descriptor = open(name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    for (int i = 0; descriptor < 0 && i < DEVICES_MAX && (errno == ENOENT || errno == EBUSY); i++) {
        snprintf(name, sizeof name, "/dev/bpf%d", i);
        descriptor = open(name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    }
    return or_errno(descriptor);
}

int endpoint_open(struct endpoint *endpoint, const struct endpoint_request *request)
{
    *endpoint = (struct endpoint){.descriptor = -1, .control = -1};
    if (request->kind != ENDPOINT_PACKET || request->type != ENDPOINT_RAW || request->namespace[0])
        return -EOPNOTSUPP;
    endpoint->descriptor = open_device();
    if (endpoint->descriptor < 0)
        return endpoint->descriptor;
    endpoint->control = endpoint->descriptor;
    endpoint->is_slow_to_close = true;
    unsigned one = 1;
    if (ioctl(endpoint->descriptor, BIOCIMMEDIATE, &one) < 0 ||
        ioctl(endpoint->descriptor, BIOCSHDRCMPLT, &one) < 0) {
        int error = errno;
        endpoint_close(endpoint);
        return -error;
    }
    return 0;
}

int endpoint_adopt(struct endpoint *endpoint, int descriptor)
{
    (void)descriptor;
    *endpoint = (struct endpoint){.descriptor = -1, .control = -1};
    return -EOPNOTSUPP;
}

int endpoint_duplicate(const struct endpoint *endpoint)
{
    return or_errno(fcntl(endpoint->descriptor, F_DUPFD_CLOEXEC, 0));
}

void endpoint_close(struct endpoint *endpoint)
{
    if (endpoint->descriptor >= 0)
        close(endpoint->descriptor);
    endpoint->descriptor = endpoint->control = -1;
}

/* ---- Packets ---------------------------------------------------------------------- */

/* Takes frames out of what a read gave: records, each a header and a frame. What is beyond a
 * round is held for the next. */
static int split(struct endpoint *endpoint, uint8_t *memory, struct endpoint_packet *packets)
{
    int count = 0;
    struct bpf_hdr header;
    while (count < ENDPOINT_ROUND && endpoint->held_bytes >= sizeof header) {
        uint8_t *at = memory + endpoint->held_at;
        memcpy(&header, at, sizeof header);
        size_t whole = (size_t)header.bh_hdrlen + header.bh_caplen;
        if (whole > endpoint->held_bytes)
            break;
        packets[count++] =
            (struct endpoint_packet){.data = at + header.bh_hdrlen,
                                     .length = header.bh_caplen,
                                     .is_truncated = header.bh_caplen < header.bh_datalen};
        size_t aligned = BPF_WORDALIGN(whole);
        if (aligned > endpoint->held_bytes)
            aligned = endpoint->held_bytes; /* of the last, where nothing follows */
        endpoint->held_at += aligned;
        endpoint->held_bytes -= aligned;
    }
    if (count < ENDPOINT_ROUND)
        endpoint->held_bytes = 0;
    return count;
}

/* A read has to ask for the device's whole buffer. */
static int read_buffer(struct endpoint *endpoint, uint8_t *memory, size_t size)
{
    unsigned bytes;
    if (ioctl(endpoint->descriptor, BIOCGBLEN, &bytes) < 0)
        return -errno;
    if (bytes > size)
        return -ENOBUFS;
    ssize_t length = read(endpoint->descriptor, memory, bytes);
    if (length < 0)
        return -errno;
    endpoint->held_at = 0;
    endpoint->held_bytes = (size_t)length;
    return 0;
}

int endpoint_receive(struct endpoint *endpoint, uint8_t *memory, size_t each_bytes,
                     struct endpoint_packet packets[ENDPOINT_ROUND])
{
    int result = 0;
    memset(packets, 0, ENDPOINT_ROUND * sizeof *packets);
    if (endpoint->held_bytes == 0)
        result = read_buffer(endpoint, memory, ENDPOINT_ROUND * each_bytes);
    if (result < 0)
        return result;
    int count = split(endpoint, memory, packets);
    return count > 0 ? count : -EAGAIN;
}

int endpoint_send(const struct endpoint *endpoint, const struct endpoint_packet *packets, int count,
                  size_t *short_bytes)
{
    int sent = 0;
    *short_bytes = SIZE_MAX;
    while (sent < count) {
        if (write(endpoint->descriptor, packets[sent].data, packets[sent].length) < 0)
            return sent > 0 ? sent : -errno;
        sent++;
    }
    return sent;
}

/* ---- Options ---------------------------------------------------------------------- */

int endpoint_index(const struct endpoint *endpoint, const char *name)
{
    (void)endpoint;
    unsigned index = if_nametoindex(name);
    return index > 0 ? (int)index : -ENXIO;
}

/* All protocols; there is no device of all interfaces. */
int endpoint_bind(const struct endpoint *endpoint, int index, uint16_t protocol)
{
    struct ifreq request = {0};
    char name[IF_NAMESIZE];
    (void)protocol;
    if (!if_indextoname((unsigned)index, name))
        return -ENXIO;
    memcpy(request.ifr_name, name, sizeof request.ifr_name);
    return or_errno(ioctl(endpoint->descriptor, BIOCSETIF, &request));
}

/* A device that is promiscuous stays so until it is closed. */
static int set_promiscuous(const struct endpoint *endpoint, bool is_wanted)
{
    return is_wanted ? or_errno(ioctl(endpoint->descriptor, BIOCPROMISC, NULL)) : -EOPNOTSUPP;
}

int endpoint_set(const struct endpoint *endpoint, enum endpoint_option option, int value, int index)
{
    unsigned number = (unsigned)value;
    (void)index;
    switch (option) {
    case ENDPOINT_PROMISCUOUS:
        return set_promiscuous(endpoint, value);
    case ENDPOINT_BUFFER_BYTES: /* before it is bound */
        return or_errno(ioctl(endpoint->descriptor, BIOCSBLEN, &number));
#ifdef BIOCLOCK
    case ENDPOINT_LOCK_FILTER:
        return or_errno(ioctl(endpoint->descriptor, BIOCLOCK, NULL));
#endif
    default:
        return -EOPNOTSUPP;
    }
}

int endpoint_filter(const struct endpoint *endpoint,
                    const struct wb_filter_instruction *instructions, size_t count)
{
    _Static_assert(sizeof *instructions == sizeof(struct bpf_insn), "one layout");
    struct bpf_program program = {
        .bf_len = (unsigned)count,
        .bf_insns = (struct bpf_insn *)(uintptr_t)instructions /* which the kernel reads */};
    return or_errno(ioctl(endpoint->descriptor, BIOCSETF, &program));
}

/* The system counts from the opening, and never forgets. */
int endpoint_drops(const struct endpoint *endpoint, uint64_t *drops)
{
    struct bpf_stat stats;
    if (ioctl(endpoint->descriptor, BIOCGSTATS, &stats) < 0)
        return -errno;
    *drops = stats.bs_drop;
    return 0;
}

int endpoint_name(const struct endpoint *endpoint, uint8_t name[ENDPOINT_NAME_MAX],
                  const char **type)
{
    (void)endpoint, (void)name, (void)type;
    return -EOPNOTSUPP;
}

/* ---- ioctl ------------------------------------------------------------------------ */

static const struct endpoint_ioctl allowed[] = {
    {"fionread", FIONREAD, sizeof(int), false, false, false},
    {"biocgblen", BIOCGBLEN, sizeof(unsigned), false, false, false},
    {"biocgdlt", BIOCGDLT, sizeof(unsigned), false, false, false},
    {"biocgetif", BIOCGETIF, sizeof(struct ifreq), false, false, false},
    {"biocgstats", BIOCGSTATS, sizeof(struct bpf_stat), false, false, false},
};

bool endpoint_find_ioctl(struct endpoint_ioctl *found, const char *name, unsigned long request)
{
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (name ? strcmp(allowed[i].name, name) == 0 : allowed[i].request == request) {
            *found = allowed[i];
            return true;
        }
    return false;
}

int endpoint_do_ioctl(const struct endpoint *endpoint, const struct endpoint_ioctl *request,
                      uint8_t *bytes)
{
    union {
        max_align_t aligned;
        uint8_t bytes[256];
    } room = {0};
    _Static_assert(sizeof(struct ifreq) <= sizeof room, "the largest fits");
    memcpy(room.bytes, bytes, request->bytes);
    int result = or_errno(ioctl(endpoint->descriptor, request->request, room.bytes));
    if (result >= 0)
        memcpy(bytes, room.bytes, request->bytes);
    return result;
}
