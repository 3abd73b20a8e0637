/* SPDX-License-Identifier: ISC
 *
 * Frames by libpcap, on any Unix: a call for each. Its handle would capture too; it is given a
 * filter that rejects everything, and never read.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "inject/inject.h"
#include "inject/socket.h"

#define BUFFER_BYTES (64 << 10) /* of the capture that nobody wants */

struct by_libpcap {
    struct wb_injector injector;
    pcap_t *handle;
};

/* libpcap tells the reason as text alone; errno is still that of its system call. */
static size_t libpcap_send(struct wb_injector *injector, struct wb_inject_packet *packets,
                           size_t count)
{
    struct by_libpcap *by = (struct by_libpcap *)injector;
    for (size_t i = 0; i < count; i++) {
        errno = 0;
        int sent = pcap_inject(by->handle, packets[i].data, packets[i].length);
        packets[i].result = sent >= 0 ? 0 : errno ? errno : EIO;
        if (wb__inject_is_full(packets[i].result))
            return i;
    }
    return count;
}

static int libpcap_descriptor(const struct wb_injector *injector, unsigned ip_version)
{
    (void)ip_version;
    return pcap_fileno(((const struct by_libpcap *)injector)->handle);
}

static void libpcap_close(struct wb_injector *injector)
{
    struct by_libpcap *by = (struct by_libpcap *)injector;
    if (by->handle)
        pcap_close(by->handle);
    free(by);
}

static int activation_failure(int code, pcap_t *handle, const char *interface,
                              struct wb_error *error)
{
    switch (code) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return wb__inject_not_found(interface, error);
    case PCAP_ERROR_PERM_DENIED:
        return wb__inject_no_permission(interface, NULL, error);
    case PCAP_ERROR_IFACE_NOT_UP:
        return wb__error_set(error, WB_E_DOWN, ENETDOWN, "%s: the interface is down", interface);
    default:
        return wb__error_set(error, WB_E_SYSTEM, 0, "%s: libpcap cannot open it: %s", interface,
                             code == PCAP_ERROR ? pcap_geterr(handle) : pcap_statustostr(code));
    }
}

static int open_handle(struct by_libpcap *by, const char *interface, struct wb_error *error)
{
    char reason[PCAP_ERRBUF_SIZE];
    by->handle = pcap_create(interface, reason);
    if (!by->handle)
        return wb__error_set(error, WB_E_SYSTEM, 0, "%s: libpcap cannot open it: %s", interface,
                             reason);
    pcap_set_snaplen(by->handle, 1);
    pcap_set_buffer_size(by->handle, BUFFER_BYTES);
    int code = pcap_activate(by->handle);
    return code < 0 ? activation_failure(code, by->handle, interface, error) : 0;
}

static int reject_all(struct by_libpcap *by, const char *interface, struct wb_error *error)
{
    struct bpf_insn reject = BPF_STMT(BPF_RET | BPF_K, 0);
    struct bpf_program program = {.bf_len = 1, .bf_insns = &reject};
    char reason[PCAP_ERRBUF_SIZE];
    if (pcap_setfilter(by->handle, &program) == 0 && pcap_setnonblock(by->handle, 1, reason) == 0)
        return 0;
    return wb__error_set(error, WB_E_SYSTEM, 0, "%s: libpcap cannot use it: %s", interface,
                         pcap_geterr(by->handle));
}

static uint16_t link_type_of(pcap_t *handle)
{
    int dlt = pcap_datalink(handle);
    return dlt == DLT_RAW ? 101 : (uint16_t)dlt; /* equal for those that can be sent to */
}

static int libpcap_open(struct wb_injector **injector, const struct wb_inject_options *options,
                        struct wb_error *error)
{
    *injector = NULL;
    bool is_given = options->descriptor_count > 0;
    wb__inject_close_given(options);
    if (is_given)
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "libpcap opens its device itself: no descriptor can be handed in");
    struct by_libpcap *by = calloc(1, sizeof *by);
    if (!by)
        return wb__error_set(error, WB_E_MEMORY, ENOMEM, "out of memory");
    by->injector.operations = &wb__injector_libpcap;
    int result = open_handle(by, options->interface, error);
    if (result == 0)
        result = reject_all(by, options->interface, error);
    if (result < 0) {
        libpcap_close(&by->injector);
        return result;
    }
    by->injector.link_type = link_type_of(by->handle);
    by->injector.is_marked = wb__inject_prepare(pcap_fileno(by->handle), options);
    *injector = &by->injector;
    return 0;
}

const struct wb__injector_operations wb__injector_libpcap = {
    .kind = "libpcap",
    .sends_frames = true,
    .open = libpcap_open,
    .send = libpcap_send,
    .descriptor = libpcap_descriptor,
    .close = libpcap_close,
};
