/* SPDX-License-Identifier: ISC */
#include "source/packet_program.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <wirebeam/inject.h>

#include "base/error.h"
#include "source/filter.h"
#include "source/live.h"

#define PRELUDE_MAX   12
#define LOOPBACK_NAME "lo"

/* A list of instructions that never outgrows its array. */
struct list {
    struct sock_filter *at;
    unsigned short count;
};

static void add(struct list *list, struct sock_filter instruction)
{
    list->at[list->count++] = instruction;
}

static void load(struct list *list, int field)
{
    unsigned offset = (unsigned)(SKF_AD_OFF + field);
    add(list, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void reject_if_equal(struct list *list, unsigned value)
{
    add(list, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
    add(list, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0));
}

static void reject_own(struct list *list)
{
    load(list, SKF_AD_MARK);
    reject_if_equal(list, WB_INJECT_MARK);
}

/* A packet on loopback is seen twice, on its way out and on its way in; as every
 * capturing program does, we take the second. Other packets by options->direction. */
static void add_prelude(struct list *list, const struct wb_source_options *options)
{
    bool is_any = strcmp(options->interface, "any") == 0;
    bool is_loopback = strcmp(options->interface, LOOPBACK_NAME) == 0;
    if (!options->own_packets)
        reject_own(list);
    if (options->direction == WB_SOURCE_OUT) {
        load(list, SKF_AD_PKTTYPE);
        add(list, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 1, 0));
        add(list, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0));
    }
    if (options->direction == WB_SOURCE_IN || is_loopback) {
        load(list, SKF_AD_PKTTYPE);
        reject_if_equal(list, PACKET_OUTGOING);
    } else if (is_any) {
        load(list, SKF_AD_PKTTYPE);
        add(list, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 3));
        load(list, SKF_AD_IFINDEX);
        reject_if_equal(list, if_nametoindex(LOOPBACK_NAME));
    }
}

/* libpcap compiles for a packet with its SLL2 header; the kernel runs the program on what
 * comes after that header, and knows the header's fields by other names. */
static bool map_cooked_offset(__u32 *offset)
{
    if (*offset >= (__u32)SKF_LL_OFF) /* negative: a field already */
        return true;
    if (*offset >= WB__SLL2_BYTES) {
        *offset -= WB__SLL2_BYTES;
        return true;
    }
    switch (*offset) {
    case 0:
        *offset = (__u32)(SKF_AD_OFF + SKF_AD_PROTOCOL);
        return true;
    case 4:
        *offset = (__u32)(SKF_AD_OFF + SKF_AD_IFINDEX);
        return true;
    case 8:
        *offset = (__u32)(SKF_AD_OFF + SKF_AD_HATYPE);
        return true;
    case 10:
        *offset = (__u32)(SKF_AD_OFF + SKF_AD_PKTTYPE);
        return true;
    default:
        return false;
    }
}

static bool map_cooked(struct sock_filter *instruction)
{
    if (BPF_CLASS(instruction->code) == BPF_LDX && BPF_MODE(instruction->code) == BPF_MSH)
        return map_cooked_offset(&instruction->k);
    if (BPF_CLASS(instruction->code) != BPF_LD)
        return true;
    /* An offset below the header's length may still be indexed past it. */
    if (BPF_MODE(instruction->code) == BPF_IND && instruction->k < WB__SLL2_BYTES)
        return false;
    if (BPF_MODE(instruction->code) == BPF_ABS || BPF_MODE(instruction->code) == BPF_IND)
        return map_cooked_offset(&instruction->k);
    return true;
}

static int copy_instructions(struct list *list, const struct bpf_program *from, bool is_cooked,
                             const struct wb_source_options *options, struct wb_error *error)
{
    if (from->bf_len > BPF_MAXINSNS - PRELUDE_MAX)
        return wb__error_set(error, WB_E_FILTER, 0,
                             "filter \"%s\": it is too long for the kernel: %u instructions",
                             options->filter, from->bf_len);
    for (unsigned i = 0; i < from->bf_len; i++) {
        const struct bpf_insn *insn = &from->bf_insns[i];
        struct sock_filter instruction = {insn->code, insn->jt, insn->jf, insn->k};
        if (is_cooked && !map_cooked(&instruction))
            return wb__error_set(error, WB_E_FILTER, 0,
                                 "filter \"%s\": it asks for bytes of the link header, which the "
                                 "kernel does not have on %s: name another interface",
                                 options->filter, options->interface);
        add(list, instruction);
    }
    return 0;
}

/* libpcap tests the tag that the kernel keeps beside a packet only in programs that are
 * compiled for an open interface. The handle's own socket is bound to a protocol that nobody
 * speaks, since 0 would mean the one before, and rejects even that: so the kernel does not
 * look at it for any packet. */
int wb__packet_program_compiler(pcap_t **compiler, const struct wb_source_options *options,
                                struct wb_error *error)
{
    struct wb_source_options plain = *options;
    plain.promiscuous = false;
    plain.buffer_bytes = 2U << 20;
    int result = wb__live_handle(compiler, &plain, error);
    if (result < 0)
        return result;
    struct sockaddr_ll nothing = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_LOOPBACK)};
    if (wb__packet_program_attach(pcap_fileno(*compiler), NULL) == 0 &&
        bind(pcap_fileno(*compiler), (struct sockaddr *)&nothing, sizeof nothing) == 0)
        return 0;
    result = wb__error_set(error, WB_E_SYSTEM, errno, "%s: a socket cannot be silenced: %s",
                           options->interface, strerror(errno));
    pcap_close(*compiler);
    *compiler = NULL;
    return result;
}

static int compile(struct bpf_program *compiled, const struct wb_source_options *options,
                   pcap_t *compiler, struct wb_error *error)
{
    if (compiler)
        return wb__filter_compile(compiled, compiler, options->filter, error);
    int result = wb__packet_program_compiler(&compiler, options, error);
    if (result == 0)
        result = wb__filter_compile(compiled, compiler, options->filter, error);
    if (compiler)
        pcap_close(compiler);
    return result;
}

static int take_compiled(struct list *list, const struct wb_source_options *options,
                         pcap_t *compiler, bool is_cooked, struct wb_error *error)
{
    struct bpf_program compiled;
    int result = compile(&compiled, options, compiler, error);
    if (result < 0)
        return result;
    result = copy_instructions(list, &compiled, is_cooked, options, error);
    pcap_freecode(&compiled);
    return result;
}

int wb__packet_program_build(struct sock_fprog *program, const struct wb_source_options *options,
                             pcap_t *compiler, bool is_cooked, struct wb_error *error)
{
    *program = (struct sock_fprog){0};
    struct list list = {.at = calloc(BPF_MAXINSNS, sizeof(struct sock_filter))};
    if (!list.at)
        return wb__error_set(error, WB_E_MEMORY, ENOMEM, "out of memory");
    add_prelude(&list, options);
    int result = 0;
    if (wb__filter_is_given(options->filter))
        result = take_compiled(&list, options, compiler, is_cooked, error);
    else
        add(&list, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, wb__live_snaplen(options)));
    if (result < 0) {
        free(list.at);
        return result;
    }
    *program = (struct sock_fprog){.len = list.count, .filter = list.at};
    return 0;
}

int wb__packet_program_attach(int descriptor, const struct sock_fprog *program)
{
    struct sock_filter reject = BPF_STMT(BPF_RET | BPF_K, 0);
    const struct sock_fprog rejecting = {.len = 1, .filter = &reject};
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, program ? program : &rejecting,
                      sizeof *program);
}

/* SO_GET_FILTER counts instructions, and answers with how many there are. */
int wb__packet_program_reject_own(int descriptor)
{
    socklen_t present = 0;
    if (getsockopt(descriptor, SOL_SOCKET, SO_GET_FILTER, NULL, &present) < 0)
        return -1;
    struct list list = {.at = calloc(PRELUDE_MAX + present + 1, sizeof(struct sock_filter))};
    if (!list.at)
        return -1;
    reject_own(&list);
    int result = 0;
    if (present)
        result = getsockopt(descriptor, SOL_SOCKET, SO_GET_FILTER, list.at + list.count, &present);
    else
        list.at[list.count + present++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
    const struct sock_fprog program = {.len = (unsigned short)(list.count + present),
                                       .filter = list.at};
    if (result == 0)
        result = wb__packet_program_attach(descriptor, &program);
    free(list.at);
    return result;
}
