/* SPDX-License-Identifier: ISC
 *
 * Claims by flock(2) (see claim.h).
 */
#include "record/claim.h"

#include <errno.h>
#include <sys/file.h>
#include <time.h>

#define TRIES 100
#define TRY_NS 10000000

bool wb__claim_alone(int descriptor)
{
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0;
}

void wb__claim_share(int descriptor)
{
    for (int i = 0; i < TRIES; i++) {
        if (flock(descriptor, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK)
            return;
        nanosleep(&(struct timespec){.tv_nsec = TRY_NS}, NULL);
    }
}
