/* SPDX-License-Identifier: ISC
 *
 * Filters: pcap-filter(7) expressions compiled by libpcap, with libpcap's own reason
 * when one does not compile. Files run the program on each packet; a live source gives
 * it to the kernel.
 */
#ifndef WB_SOURCE_FILTER_H
#define WB_SOURCE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include <pcap/pcap.h>

#include <wirebeam/error.h>
#include <wirebeam/packet.h>

/* Has the user asked for a filter? NULL and "" mean none. */
bool wb__filter_is_given(const char *expression);

/* Compiles expression for an open handle. The program is the caller's, for
 * pcap_freecode. A NULL or empty expression gives a program that accepts all. */
int wb__filter_compile(struct bpf_program *program, pcap_t *handle, const char *expression,
                       struct wb_error *error);

/* The same for packets of a file of this LINKTYPE_ value. */
int wb__filter_compile_offline(struct bpf_program *program, uint16_t link_type, uint32_t snaplen,
                               const char *expression, struct wb_error *error);

static inline bool wb__filter_accepts(const struct bpf_program *program,
                                      const struct wb_packet *packet)
{
    return bpf_filter(program->bf_insns, packet->data, packet->wire_length,
                      packet->captured_length) != 0;
}

/* The DLT_ value that libpcap on this system knows a LINKTYPE_ value by, and back. */
int wb__link_type_to_dlt(uint16_t link_type);
uint16_t wb__link_type_from_dlt(int dlt);

#endif
