/* SPDX-License-Identifier: ISC */
#include "source/live.h"

#include <errno.h>
#include <limits.h>

#include "base/error.h"

int wb__live_not_found(const char *interface, struct wb_error *error)
{
    return wb__error_set(error, WB_E_NOT_FOUND, ENODEV,
                         "%s: there is no such interface: `wirebeam interfaces` lists them",
                         interface);
}

int wb__live_no_permission(const char *interface, struct wb_error *error)
{
    return wb__error_set(error, WB_E_PERMISSION, EPERM,
                         "%s: no permission to capture: run as root, give the program the "
                         "capability with `setcap cap_net_raw+ep PROGRAM`, or have it opened by "
                         "wirebeam-open",
                         interface);
}

int wb__live_is_down(const char *interface, struct wb_error *error)
{
    return wb__error_set(error, WB_E_DOWN, ENETDOWN,
                         "%s: the interface is down: bring it up, with `ip link set %s up`",
                         interface, interface);
}

int wb__live_went_down(const char *interface, struct wb_error *error)
{
    return wb__error_set(error, WB_E_DOWN, ENETDOWN,
                         "%s: the interface went down while capturing", interface);
}

static int activation_failure(int code, pcap_t *handle, const char *interface,
                              struct wb_error *error)
{
    switch (code) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return wb__live_not_found(interface, error);
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return wb__live_no_permission(interface, error);
    case PCAP_ERROR_IFACE_NOT_UP:
        return wb__live_is_down(interface, error);
    default:
        return wb__error_set(error, WB_E_SYSTEM, 0, "%s: libpcap cannot open it: %s", interface,
                             code == PCAP_ERROR ? pcap_geterr(handle) : pcap_statustostr(code));
    }
}

static void set_options(pcap_t *handle, const struct wb_source_options *options)
{
    uint32_t buffer = wb__live_buffer(options);
    pcap_set_snaplen(handle, (int)wb__live_snaplen(options));
    pcap_set_buffer_size(handle, buffer > INT_MAX ? INT_MAX : (int)buffer);
    pcap_set_timeout(handle, (int)wb__live_latency_ms(options));
    pcap_set_immediate_mode(handle, options->immediate);
    pcap_set_promisc(handle, options->promiscuous);
    pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
}

int wb__live_handle(pcap_t **result, const struct wb_source_options *options,
                    struct wb_error *error)
{
    char reason[PCAP_ERRBUF_SIZE];
    *result = NULL;
    pcap_t *handle = pcap_create(options->interface, reason);
    if (!handle)
        return wb__error_set(error, WB_E_SYSTEM, 0, "%s: libpcap cannot open it: %s",
                             options->interface, reason);
    set_options(handle, options);
    int code = pcap_activate(handle);
    if (code < 0) {
        code = activation_failure(code, handle, options->interface, error);
        pcap_close(handle);
        return code;
    }
    if (pcap_datalink(handle) == DLT_LINUX_SLL)
        pcap_set_datalink(handle, DLT_LINUX_SLL2);
    *result = handle;
    return 0;
}
