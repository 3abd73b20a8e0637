/* SPDX-License-Identifier: ISC
 *
 * A filter of a file, compiled before the first byte is read. Only then it is known for which
 * link type the filter is needed; but names of hosts and services ("port http") can be looked
 * up only as long as nothing confines the process. So it is compiled for the link types that
 * files usually have, and for any other when one comes, where names are then unknown.
 */
#ifndef WB_SOURCE_AHEAD_H
#define WB_SOURCE_AHEAD_H

#include <pcap/pcap.h>
#include <stdint.h>

#include <wirebeam/error.h>

struct wb__ahead;

/* NULL when out of memory. What does not compile for some link type is no error yet. */
struct wb__ahead *wb__ahead_new(const char *expression, uint32_t snaplen);

/* A program of the caller's, for pcap_freecode. Returns 0, or WB_E_FILTER or _MEMORY. */
int wb__ahead_program(const struct wb__ahead *ahead, struct bpf_program *program,
                      uint16_t link_type, struct wb_error *error);

void wb__ahead_free(struct wb__ahead *ahead); /* NULL is accepted */

#endif
