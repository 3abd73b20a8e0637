/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_SECONDS_H
#define TOOLS_SECONDS_H

#include <stdint.h>

#define SECOND_NS INT64_C(1000000000)

/* Seconds, from least to a million, decimals among them, of the option of that name. text may be
 * NULL: then *nanoseconds is as it was. OPTIONS_GO, or the exit status when the mistake was told. */
int seconds_read(const char *name, const char *text, double least, int64_t *nanoseconds);

#endif
