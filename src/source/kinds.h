/* SPDX-License-Identifier: ISC
 *
 * The kinds of source; source.c lists them.
 */
#ifndef WB_SOURCE_KINDS_H
#define WB_SOURCE_KINDS_H

#include "source/source.h"

extern const struct wb__source_operations wb__source_file;
extern const struct wb__source_operations wb__source_libpcap;
extern const struct wb__source_operations wb__source_packet; /* Linux only */

#define WB__SNAPLEN_DEFAULT 262144U
#define WB__SNAPLEN_LIVE_MAX (1U << 20)
#define WB__BUFFER_DEFAULT (32U << 20)
#define WB__LATENCY_DEFAULT_MS 50U
#define WB__LATENCY_MAX_MS 10000U

#endif
