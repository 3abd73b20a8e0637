/* SPDX-License-Identifier: ISC */
#include "decode/tcp_option.h"

#include <stddef.h>

bool wb__tcp_option_next(struct wb__cursor *options, struct wb__tcp_option *option)
{
    *option = (struct wb__tcp_option){0};
    if (options->failed || wb__cursor_left(options) == 0)
        return false;
    option->kind = wb__cursor_read8(options);
    if (option->kind == WB__TCP_OPTION_END) {
        options->at = options->end; /* RFC 9293, 3.2: what follows is padding */
        return true;
    }
    if (option->kind == WB__TCP_OPTION_NOP)
        return true;
    uint8_t length = wb__cursor_read8(options);
    if (length < 2) {
        options->failed = true;
        return false;
    }
    option->length = length - 2u;
    option->value = wb__cursor_take(options, option->length);
    return !options->failed;
}

const char *wb__tcp_option_name(const struct wb__tcp_option *option)
{
    switch (option->kind) {
    case WB__TCP_OPTION_END:
        return "eol";
    case WB__TCP_OPTION_NOP:
        return "nop";
    case WB__TCP_OPTION_MSS:
        return option->length == 2 ? "mss" : NULL;
    case WB__TCP_OPTION_WINDOW_SCALE:
        return option->length == 1 ? "wscale" : NULL;
    case WB__TCP_OPTION_SACK_PERMITTED:
        return option->length == 0 ? "sackOK" : NULL;
    case WB__TCP_OPTION_SACK:
        return option->length > 0 && option->length % 8 == 0 ? "sack" : NULL;
    case WB__TCP_OPTION_TIMESTAMPS:
        return option->length == 8 ? "TS" : NULL;
    default:
        return NULL;
    }
}
