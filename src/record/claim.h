/* SPDX-License-Identifier: ISC
 *
 * Who uses a directory or a file that several runs may share. A claim is a lock of the
 * kernel (flock): it ends with its process, however that ends, and is seen from other
 * containers, where a process id says nothing. What a killed run left half is put right
 * only by who is alone.
 */
#ifndef WB_RECORD_CLAIM_H
#define WB_RECORD_CLAIM_H

#include <stdbool.h>

/* Is nobody else there? If so, nobody comes until wb__claim_share. */
bool wb__claim_alone(int descriptor);

/* Lets others in, and keeps them from being alone until the descriptor is closed. Waits a
 * second at most for one who is alone; file systems without locks are used without. */
void wb__claim_share(int descriptor);

#endif
