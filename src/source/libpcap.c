/* SPDX-License-Identifier: ISC */
#include "source/kinds.h"

#include "base/error.h"

static int libpcap_open(struct wb__source **source, const struct wb_source_options *options,
                        struct wb_error *error)
{
    *source = NULL;
    return wb__error_set(error, WB_E_UNSUPPORTED, 0, "%s: not yet", options->interface);
}

const struct wb__source_operations wb__source_libpcap = {.kind = "libpcap", .open = libpcap_open};
