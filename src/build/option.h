/* SPDX-License-Identifier: ISC
 *
 * Options by name: a view of the bytes that a header's field "options" has.
 */
#ifndef WB_BUILD_OPTION_H
#define WB_BUILD_OPTION_H

#include "build/draft.h"

/* The option that a field is in, in place of the one of its type, else behind the last one; what
 * filled the options up is taken away. Of a number, of which 0 is no option where the option has
 * nothing but its type, or of bytes. 0, WB_E_ARGUMENT (they are too many), _LIMIT, _MEMORY. */
int wb__option_number(struct wb_draft *draft, struct wb__value *options,
                      const struct wb__field *field, uint64_t number);
int wb__option_bytes(struct wb_draft *draft, struct wb__value *options,
                     const struct wb__field *field, const void *bytes, size_t length);

bool wb__option_is_set(const struct wb_draft *draft, const struct wb__value *options,
                       const struct wb__field *field);
int wb__option_remove(struct wb_draft *draft, struct wb__value *options,
                      const struct wb__field *field);

#endif
