/* SPDX-License-Identifier: ISC */
#ifndef WB_ENGINE_OPENING_H
#define WB_ENGINE_OPENING_H

#include "source/source.h"

/* wb__source_open, which asks wirebeam-open where options name nobody else. */
int wb__opening_source(struct wb__source **source, const struct wb_source_options *options,
                       struct wb_error *error);

#endif
