/* SPDX-License-Identifier: ISC
 *
 * What became of the packets that a command offered: the summary as text or as JSON.
 */
#ifndef TOOLS_SENT_H
#define TOOLS_SENT_H

#include "sender.h"

/* Tells it as the options say; refusals in any case. Returns whether all was sent. */
bool sent_tell(const struct sender *sender, const struct wb_inject_stats *stats);

#endif
