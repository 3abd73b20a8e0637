/* SPDX-License-Identifier: ISC */
#include "orphan.h"

#include <sys/prctl.h>

void orphan_gets(int signal_number)
{
    prctl(PR_SET_PDEATHSIG, signal_number);
}

void orphan_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}
