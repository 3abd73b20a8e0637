/* SPDX-License-Identifier: ISC */
#include "support/place.h"

#include <stdio.h>
#include <stdlib.h>

void place_directory(char path[PLACE_BYTES])
{
    const char *root = getenv("TMPDIR");
    int length = snprintf(path, PLACE_BYTES, "%s/wirebeam-XXXXXX", root ? root : "/tmp");
    if (length >= PLACE_BYTES)
        snprintf(path, PLACE_BYTES, "/tmp/wirebeam-XXXXXX");
    if (!mkdtemp(path))
        abort();
}
