/* SPDX-License-Identifier: ISC */
#include "source/packet_borrow.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "source/filter.h"
#include "source/live.h"
#include "source/packet_program.h"

#define OWN_FILTER_BYTES 2048 /* a filter of ours sees so much, whatever is kept of it */

/* Expressions like "inbound" ask for what the kernel knows beside the packet. */
static bool asks_kernel(const struct bpf_program *program)
{
    for (unsigned i = 0; i < program->bf_len; i++) {
        const struct bpf_insn *insn = &program->bf_insns[i];
        if (BPF_CLASS(insn->code) == BPF_LD && BPF_MODE(insn->code) == BPF_ABS &&
            insn->k >= (bpf_u_int32)SKF_LL_OFF)
            return true;
    }
    return false;
}

/* A word with "vlan" in it may be another one: there too, tags are in their place, then. */
static bool names_tags(const char *filter)
{
    return wb__filter_is_given(filter) && strstr(filter, "vlan");
}

int wb__packet_borrow_filter(struct wb__packet_ring *ring, const char *filter,
                             struct wb_error *error)
{
    struct bpf_program program;
    int result = wb__filter_compile(&program, ring->compiler, filter, error);
    if (result < 0)
        return result;
    if (asks_kernel(&program)) {
        pcap_freecode(&program);
        return wb__error_set(error, WB_E_FILTER, 0,
                             "filter \"%s\": without the right to capture it cannot be combined "
                             "with VLAN tags, nor be changed to: ask for a direction instead",
                             filter);
    }
    if (ring->filters_itself)
        pcap_freecode(&ring->own_filter);
    ring->own_filter = program;
    ring->filter_sees_tags = names_tags(filter);
    ring->filters_itself = true;
    return 0;
}

static int make_compiler(struct wb__packet_ring *ring, struct wb_error *error)
{
    int snaplen = (int)(ring->snaplen > OWN_FILTER_BYTES ? ring->snaplen : OWN_FILTER_BYTES);
    ring->compiler = pcap_open_dead(wb__link_type_to_dlt(ring->interface.link_type), snaplen);
    return ring->compiler ? 0 : wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
}

static void end_compiler(struct wb__packet_ring *ring)
{
    pcap_close(ring->compiler);
    ring->compiler = NULL;
}

static int request(struct wb__packet_ring *ring, const struct wb_source_options *options,
                   const struct sock_fprog *program, struct wb_error *error)
{
    const struct wb_opener_request request = {.verb = WB_OPENER_PACKET,
                                              .interface = ring->name,
                                              .cooked = ring->is_cooked,
                                              .filter = program->filter,
                                              .filter_count = program->len};
    struct wb_error reason = {0};
    int result = options->opener ? options->opener(&request, &ring->descriptor, &reason)
                                 : WB_E_UNSUPPORTED;
    if (result == 0)
        return 0;
    if (result == WB_E_FILTER)
        return wb__error_set(error, result, reason.system, "%s", reason.text);
    if (result == WB_E_UNSUPPORTED)
        return wb__live_no_permission(ring->name, error);
    return wb__error_set(error, result, reason.system, "%s: no permission to capture: %s",
                         ring->name, reason.text);
}

int wb__packet_borrow(struct wb__packet_ring *ring, const struct wb_source_options *options,
                      struct wb_error *error)
{
    struct sock_fprog program;
    struct wb_source_options in_kernel = *options;
    int result = make_compiler(ring, error);
    if (result == 0 && (options->filter_changes || names_tags(options->filter))) {
        in_kernel.filter = NULL;
        in_kernel.snaplen = ring->kernel_snaplen =
            ring->snaplen > OWN_FILTER_BYTES ? ring->snaplen : OWN_FILTER_BYTES;
        result = wb__packet_borrow_filter(ring, options->filter, error);
    }
    if (result == 0)
        result = wb__packet_program_build(&program, &in_kernel, ring->compiler, ring->is_cooked,
                                          error);
    if (result < 0)
        return result;
    ring->is_borrowed = true;
    if (!options->filter_changes)
        end_compiler(ring);
    result = request(ring, options, &program, error);
    free(program.filter);
    return result;
}
