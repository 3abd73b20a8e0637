/* SPDX-License-Identifier: ISC */
#include "json_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

bool json_line_print(json_t *object)
{
    char *line = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    bool is_printed = line != NULL && puts(line) >= 0 && fflush(stdout) == 0;

    if (!is_printed)
        message("standard output: %s", line == NULL ? "out of memory" : strerror(errno));
    free(line);
    json_decref(object);
    return is_printed;
}
