/* SPDX-License-Identifier: ISC
 *
 * The options of a TCP header (RFC 9293, 3.1), one by one.
 */
#ifndef WB_DECODE_TCP_OPTION_H
#define WB_DECODE_TCP_OPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

/* Its bytes after kind and length are borrowed. */
struct wb__tcp_option {
    uint8_t kind;
    uint32_t length; /* of the value */
    const uint8_t *value;
};

enum wb__tcp_option_kind {
    WB__TCP_OPTION_END = 0,
    WB__TCP_OPTION_NOP = 1,
    WB__TCP_OPTION_MSS = 2,
    WB__TCP_OPTION_WINDOW_SCALE = 3,
    WB__TCP_OPTION_SACK_PERMITTED = 4,
    WB__TCP_OPTION_SACK = 5,
    WB__TCP_OPTION_TIMESTAMPS = 8,
};

/* Takes the next option from what wb_tcp.options holds. False at the end; then
 * options->failed says whether the last one did not fit. */
bool wb__tcp_option_next(struct wb__cursor *options, struct wb__tcp_option *option);

/* The kind's name, NULL where the value has not the length that this kind has. */
const char *wb__tcp_option_name(const struct wb__tcp_option *option);

#endif
