/* SPDX-License-Identifier: ISC */
#include "program.h"

#include <linux/if_ether.h>
#include <netinet/in.h>

#include "say.h"

#define ALL_BYTES      0x40000 /* longer than any packet */
#define FRAGMENT_BITS  0x1fff  /* of IPv4's fragment offset */
#define IP4_PROTOCOL   9
#define IP4_FRAGMENT   6
#define IP6_NEXT       6
#define IP6_BYTES      40

/* Fields that the kernel knows beside the packet, and bytes from the network header on. */
#define BESIDE(field)  ((__u32)(SKF_AD_OFF + (field)))
#define NETWORK(bytes) ((__u32)(SKF_NET_OFF + (bytes)))

/* The longest that is put before a requested program: interface, headers, two loads, three
 * instructions for each range and port, the last word. */
#define BEFORE_MAX (3 + 23 + 2 + 2 * 3 * PORTS_MAX + 1)

static void add(struct program *program, unsigned code, __u32 k, unsigned if_true,
                unsigned if_false)
{
    program->at[program->count++] = (struct sock_filter){
        .code = (__u16)code, .k = k, .jt = (__u8)if_true, .jf = (__u8)if_false};
}

static void statement(struct program *program, unsigned code, __u32 k)
{
    add(program, code, k, 0, 0);
}

static void reject(struct program *program)
{
    statement(program, BPF_RET | BPF_K, 0);
}

static void if_equal(struct program *program, __u32 k, unsigned if_true, unsigned if_false)
{
    add(program, BPF_JMP | BPF_JEQ | BPF_K, k, if_true, if_false);
}

static void hold_to_interface(struct program *program, unsigned index)
{
    statement(program, BPF_LD | BPF_W | BPF_ABS, BESIDE(SKF_AD_IFINDEX));
    if_equal(program, index, 1, 0);
    reject(program);
}

/* Goes on where the protocol at this offset has ports. */
static void need_ports(struct program *program, unsigned offset)
{
    statement(program, BPF_LD | BPF_B | BPF_ABS, NETWORK(offset));
    if_equal(program, IPPROTO_TCP, 3, 0);
    if_equal(program, IPPROTO_UDP, 2, 0);
    if_equal(program, IPPROTO_SCTP, 1, 0);
    reject(program);
}

/* To X: the length of the IP header. What has no ports there where they are looked for is
 * rejected: all but the first fragments, IPv6 extension headers, tags that are in the bytes. */
static void find_ports(struct program *program)
{
    statement(program, BPF_LD | BPF_W | BPF_ABS, BESIDE(SKF_AD_PROTOCOL));
    if_equal(program, ETH_P_IP, 0, 13);
    need_ports(program, IP4_PROTOCOL);
    statement(program, BPF_LD | BPF_H | BPF_ABS, NETWORK(IP4_FRAGMENT));
    add(program, BPF_JMP | BPF_JSET | BPF_K, FRAGMENT_BITS, 0, 1);
    reject(program);
    statement(program, BPF_LD | BPF_B | BPF_ABS, NETWORK(0));
    statement(program, BPF_ALU | BPF_AND | BPF_K, 0xf);
    statement(program, BPF_ALU | BPF_LSH | BPF_K, 2);
    statement(program, BPF_MISC | BPF_TAX, 0);
    statement(program, BPF_JMP | BPF_JA, 8);
    if_equal(program, ETH_P_IPV6, 1, 0);
    reject(program);
    need_ports(program, IP6_NEXT);
    statement(program, BPF_LDX | BPF_W | BPF_IMM, IP6_BYTES);
}

/* Jumps over the last word, `accepted` instructions from the beginning, if the port is one of
 * those. */
static void compare_port(struct program *program, unsigned offset, const struct permit *permit,
                         unsigned accepted)
{
    statement(program, BPF_LD | BPF_H | BPF_IND, NETWORK(offset));
    for (unsigned i = 0; i < permit->port_count; i++) {
        add(program, BPF_JMP | BPF_JGE | BPF_K, permit->ports[i].first, 0, 2);
        add(program, BPF_JMP | BPF_JGT | BPF_K, permit->ports[i].last, 1, 0);
        statement(program, BPF_JMP | BPF_JA, accepted - program->count - 1);
    }
}

static void hold_to_ports(struct program *program, const struct permit *permit)
{
    find_ports(program);
    unsigned accepted = program->count + 2 * (1 + 3 * permit->port_count) + 1;
    compare_port(program, 0, permit, accepted);
    compare_port(program, 2, permit, accepted);
    reject(program);
}

int program_build(struct program *program, unsigned interface_index, const struct permit *permit,
                  const struct sock_filter *requested, size_t count, struct wb_error *error)
{
    program->count = 0;
    if (count > BPF_MAXINSNS - BEFORE_MAX)
        return say(error, WB_E_FILTER, 0, "the filter is too long: %zu instructions, %d at most",
                   count, BPF_MAXINSNS - BEFORE_MAX);
    if (interface_index)
        hold_to_interface(program, interface_index);
    if (permit->port_count)
        hold_to_ports(program, permit);
    for (size_t i = 0; i < count; i++)
        program->at[program->count++] = requested[i];
    if (count == 0)
        statement(program, BPF_RET | BPF_K, ALL_BYTES);
    return 0;
}

void program_reject(struct program *program)
{
    program->count = 0;
    reject(program);
}
