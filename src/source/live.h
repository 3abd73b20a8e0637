/* SPDX-License-Identifier: ISC
 *
 * What the live sources share: a libpcap handle for an interface, for capturing or just
 * for compiling a filter, and the words for what can go wrong with an interface.
 */
#ifndef WB_SOURCE_LIVE_H
#define WB_SOURCE_LIVE_H

#include <pcap/pcap.h>

#include <wirebeam/error.h>
#include <wirebeam/source.h>

#include "source/cooked.h"
#include "source/kinds.h"

/* LINKTYPE_ values that live sources give. */
#define WB__LINKTYPE_EN10MB 1
#define WB__LINKTYPE_RAW 101

/* Cooked packets come as SLL2, which names the interface of each packet. */
#define WB__SLL2_BYTES 20

/* An activated handle as options say, cooked link types as SLL2; no filter yet. */
int wb__live_handle(pcap_t **handle, const struct wb_source_options *options,
                    struct wb_error *error);

int wb__live_not_found(const char *interface, struct wb_error *error);
int wb__live_no_permission(const char *interface, struct wb_error *error);
int wb__live_is_down(const char *interface, struct wb_error *error); /* at opening */
int wb__live_went_down(const char *interface, struct wb_error *error);

static inline uint32_t wb__live_snaplen(const struct wb_source_options *options)
{
    return options->snaplen ? options->snaplen : WB__SNAPLEN_DEFAULT;
}

static inline uint32_t wb__live_buffer(const struct wb_source_options *options)
{
    return options->buffer_bytes ? options->buffer_bytes : WB__BUFFER_DEFAULT;
}

static inline uint32_t wb__live_latency_ms(const struct wb_source_options *options)
{
    if (options->immediate)
        return 1;
    return options->latency_ms ? options->latency_ms : WB__LATENCY_DEFAULT_MS;
}

#endif
