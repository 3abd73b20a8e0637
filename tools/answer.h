/* SPDX-License-Identifier: ISC
 *
 * What of the packets that came is an answer to a question (asking.h), and to which. They are
 * whatever anybody sends.
 */
#ifndef TOOLS_ANSWER_H
#define TOOLS_ANSWER_H

#include <stdbool.h>

#include <wirebeam/decode.h>

#include "asking.h"

/* Of questions, and of answers in kind. */
enum wb_layer_kind answer_layer(const struct asking *asking);

/* Is it one? Of asking it needs target, kind and our_end. */
bool answer_read(const struct asking *asking, const struct wb_packet *packet,
                 const struct wb_decoded *decoded, struct answer *answer);

#endif
