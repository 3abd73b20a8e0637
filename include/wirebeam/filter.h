/* SPDX-License-Identifier: ISC
 *
 * Filters as programs: a pcap-filter(7) expression compiled to the instructions of classic BPF,
 * for who gives them to a kernel himself. Captures compile their own
 * (wb_source_options.filter).
 */
#ifndef WIREBEAM_FILTER_H
#define WIREBEAM_FILTER_H

#include <stddef.h>
#include <stdint.h>

#include <wirebeam/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* An instruction, with the layout of Linux' struct sock_filter and BSD's struct bpf_insn. */
struct wb_filter_instruction {
    uint16_t code;
    uint8_t jump_true, jump_false;
    uint32_t k;
};

#define WB_FILTER_INSTRUCTIONS_MAX 4096 /* BPF_MAXINSNS of Linux */

/* Compiles expression for packets of a LINKTYPE_ value, of which the program keeps snaplen
 * bytes; NULL or "" accepts all. The program, *count instructions, is the caller's, for free(3).
 * Returns 0, or a negative code with *error filled: WB_E_FILTER where the expression does not
 * compile or is too long. It knows bytes of packets alone, not what a kernel keeps beside
 * them, such as a VLAN tag. Example:
 *
 *     struct wb_filter_instruction *program;
 *     size_t count;
 *     if (wb_filter_compile("udp port 53", 1, 65535, &program, &count, &error) == 0) ...
 */
int wb_filter_compile(const char *expression, uint16_t link_type, uint32_t snaplen,
                      struct wb_filter_instruction **program, size_t *count,
                      struct wb_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
