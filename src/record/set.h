/* SPDX-License-Identifier: ISC
 *
 * Files that belong together: all of them get their names, or none does, also where the run
 * is killed in between. The last one comes last, so who sees it sees all.
 */
#ifndef WB_RECORD_SET_H
#define WB_RECORD_SET_H

#include <stdbool.h>

#include "record/part.h"
#include "record/store.h"

#define WB__SET_FILES 3

/* Moves each part to stem and its ending; endings end with NULL. 0, -EEXIST when a name is
 * taken (the parts stay), or another negative errno. */
int wb__set_publish(struct wb__store *store, struct wb__part *const *parts, const char *stem,
                    const char *const *endings);

/* Do all files of the set stand there? */
bool wb__set_stands(struct wb__store *store, const char *stem, const char *const *endings);

#endif
