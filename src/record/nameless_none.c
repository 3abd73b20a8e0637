/* SPDX-License-Identifier: ISC
 *
 * Where every file has a name from its beginning.
 */
#include "record/nameless.h"

#include <errno.h>
#include <stddef.h>

int wb__nameless_open(int directory)
{
    (void)directory;
    errno = ENOTSUP;
    return -1;
}

int wb__nameless_publish(int descriptor, int directory, const char *name)
{
    (void)descriptor, (void)directory, (void)name;
    return -ENOTSUP;
}

struct wb__nameless *wb__nameless_start(int directory)
{
    (void)directory;
    return NULL;
}

int wb__nameless_take(struct wb__nameless *nameless)
{
    (void)nameless;
    return -1;
}

void wb__nameless_close(struct wb__nameless *nameless, int descriptor)
{
    (void)nameless, (void)descriptor;
}

void wb__nameless_stop(struct wb__nameless *nameless)
{
    (void)nameless;
}
