/* SPDX-License-Identifier: ISC */
#include "source/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "source/filter.h"

/* Ethernet first, for which every usual filter compiles: where it does not, a name may be
 * unknown, and to ask for that again and again takes time. Then raw IP, Linux cooked (both),
 * BSD loopback (both), IPv4, IPv6, 802.11 (plain, radiotap, PPI), PPP. */
static const uint16_t usual[] = {1, 101, 113, 276, 0, 108, 228, 229, 105, 127, 192, 9};

#define USUAL_COUNT (sizeof usual / sizeof usual[0])

struct wb__ahead {
    char *expression;
    uint32_t snaplen;
    struct wb_error first; /* why it does not compile for Ethernet */
    struct bpf_program programs[USUAL_COUNT]; /* without instructions where it does not compile */
};

static int compile(const struct wb__ahead *ahead, struct bpf_program *program, uint16_t link_type,
                   struct wb_error *error)
{
    int result = wb__filter_compile_offline(program, link_type, ahead->snaplen, ahead->expression,
                                            error);
    if (result < 0)
        *program = (struct bpf_program){0};
    return result;
}

struct wb__ahead *wb__ahead_new(const char *expression, uint32_t snaplen)
{
    struct wb_error ignored;
    struct wb__ahead *ahead = calloc(1, sizeof *ahead);
    if (!ahead)
        return NULL;
    ahead->snaplen = snaplen;
    ahead->expression = strdup(expression);
    if (!ahead->expression) {
        free(ahead);
        return NULL;
    }
    if (compile(ahead, &ahead->programs[0], usual[0], &ahead->first) < 0)
        return ahead;
    for (size_t i = 1; i < USUAL_COUNT; i++)
        compile(ahead, &ahead->programs[i], usual[i], &ignored);
    return ahead;
}

static int copy(struct bpf_program *program, const struct bpf_program *from,
                struct wb_error *error)
{
    size_t bytes = from->bf_len * sizeof from->bf_insns[0];
    *program = (struct bpf_program){.bf_len = from->bf_len, .bf_insns = malloc(bytes)};
    if (!program->bf_insns)
        return wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
    memcpy(program->bf_insns, from->bf_insns, bytes);
    return 0;
}

int wb__ahead_program(const struct wb__ahead *ahead, struct bpf_program *program,
                      uint16_t link_type, struct wb_error *error)
{
    for (size_t i = 0; i < USUAL_COUNT; i++)
        if (usual[i] == link_type && ahead->programs[i].bf_insns)
            return copy(program, &ahead->programs[i], error);
    if (link_type == usual[0] && ahead->first.code) {
        if (error)
            *error = ahead->first;
        return ahead->first.code;
    }
    return compile(ahead, program, link_type, error);
}

void wb__ahead_free(struct wb__ahead *ahead)
{
    if (!ahead)
        return;
    for (size_t i = 0; i < USUAL_COUNT; i++)
        pcap_freecode(&ahead->programs[i]);
    free(ahead->expression);
    free(ahead);
}
