/* SPDX-License-Identifier: ISC
 *
 * The program that the kernel runs on each packet before it enters an AF_PACKET ring:
 * direction, the user's filter, and how many bytes to keep. All rejecting is done there,
 * so that the kernel's counts are the source's counts.
 */
#ifndef WB_SOURCE_PACKET_PROGRAM_H
#define WB_SOURCE_PACKET_PROGRAM_H

#include <stdbool.h>

#include <linux/filter.h>
#include <pcap/pcap.h>

#include <wirebeam/error.h>
#include <wirebeam/source.h>

/* Opens a libpcap handle to compile filters with, which takes no packets in: for those who
 * will compile when they no longer may open one. */
int wb__packet_program_compiler(pcap_t **compiler, const struct wb_source_options *options,
                                struct wb_error *error);

/* Builds the program for an interface. compiler is NULL where one may be opened for the time
 * of the call. The caller frees program->filter with free(3). */
int wb__packet_program_build(struct sock_fprog *program, const struct wb_source_options *options,
                             pcap_t *compiler, bool is_cooked, struct wb_error *error);

/* Puts program in force on a packet socket; NULL: one that rejects everything. Returns 0
 * or -1 with errno set. */
int wb__packet_program_attach(int descriptor, const struct sock_fprog *program);

/* Puts a program in force that rejects packets with the mark of injected ones, and goes on with
 * the one that the socket has, if any. Returns 0 or -1 with errno set. */
int wb__packet_program_reject_own(int descriptor);

#endif
