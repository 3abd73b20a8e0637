/* SPDX-License-Identifier: ISC
 *
 * From the table of calls to a program of the kernel's classic BPF:
 *
 *     another architecture than ours: the process ends
 *     clone3: there is no such call (its flags are out of our sight; the C library falls back)
 *     each entry of our roles: its number? its conditions? then the call is allowed
 *     anything else: denied
 *
 * Calls without conditions come first: for those the kernel keeps a bitmap, and does not run the
 * program at all. A call that is denied fails with EPERM; the process goes on, since a library
 * may try what it can do without, and a capture is not to end for that.
 */
#include "guard/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guard/calls.h"
#include "guard/state.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#define ARCHITECTURE 0 /* not known: nothing can be confined */
#endif

#define CLONE3 435 /* the same number everywhere */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW_HALF(argument) (offsetof(struct seccomp_data, args) + 8 * (argument))
#else
#define LOW_HALF(argument) (offsetof(struct seccomp_data, args) + 8 * (argument) + 4)
#endif

#define PROGRAM_MAX 512
#define PACKET_SOCKETS_MAX 8
#define DESCRIPTORS_MAX 1024

struct program {
    struct sock_filter at[PROGRAM_MAX];
    unsigned short count;
    bool is_too_long;
    uint32_t packet_sockets[PACKET_SOCKETS_MAX];
    unsigned packet_socket_count;
};

static void add(struct program *program, uint16_t code, uint32_t k, unsigned yes, unsigned no)
{
    if (program->count == PROGRAM_MAX) {
        program->is_too_long = true;
        return;
    }
    program->at[program->count++] =
        (struct sock_filter){.code = code, .jt = (uint8_t)yes, .jf = (uint8_t)no, .k = k};
}

static void load(struct program *program, size_t offset)
{
    add(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void answer(struct program *program, uint32_t value)
{
    add(program, BPF_RET | BPF_K, value, 0, 0);
}

/* What a process with a packet socket could send by it is not for one that only looks. */
static bool find_packet_sockets(struct program *program)
{
    for (int i = 0; i < DESCRIPTORS_MAX; i++) {
        int domain = 0;
        socklen_t length = sizeof domain;
        if (getsockopt(i, SOL_SOCKET, SO_DOMAIN, &domain, &length) < 0 || domain != AF_PACKET)
            continue;
        if (program->packet_socket_count == PACKET_SOCKETS_MAX)
            return false;
        program->packet_sockets[program->packet_socket_count++] = (uint32_t)i;
    }
    return true;
}

/* ---- One call --------------------------------------------------------------------- */

/* The jumps over the rest of an entry are known when it is complete: until then they hold this.
 * No entry is longer than a jump can be. */
#define TO_NEXT UINT8_MAX

static void test(struct program *program, const struct wb__call *call, unsigned index)
{
    uint32_t mask = call->conditions[index].mask, value = call->conditions[index].value;
    load(program, LOW_HALF(call->conditions[index].argument));
    switch (call->conditions[index].kind) {
    case WB__VALUE_GIVEN:
        if (mask != UINT32_MAX)
            add(program, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
        add(program, BPF_JMP | BPF_JEQ | BPF_K, value, 0, TO_NEXT);
        break;
    case WB__VALUE_PROCESS:
        add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, TO_NEXT);
        break;
    case WB__VALUE_WRITER:
        add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)wb__guard_writer(), 0, TO_NEXT);
        break;
    case WB__VALUE_NO_PACKET_SOCKET:
        for (unsigned i = 0; i < program->packet_socket_count; i++)
            add(program, BPF_JMP | BPF_JEQ | BPF_K, program->packet_sockets[i], TO_NEXT, 0);
        break;
    }
}

static void settle_jumps(struct program *program, unsigned first)
{
    for (unsigned i = first; i < program->count; i++) {
        struct sock_filter *at = &program->at[i];
        uint8_t to_next = (uint8_t)(program->count - i - 1);
        if (BPF_CLASS(at->code) != BPF_JMP)
            continue;
        at->jt = at->jt == TO_NEXT ? to_next : at->jt;
        at->jf = at->jf == TO_NEXT ? to_next : at->jf;
    }
}

/* A condition about packet sockets is none where there are none. */
static bool is_conditional(const struct program *program, const struct wb__call *call)
{
    for (unsigned i = 0; i < call->condition_count; i++)
        if (call->conditions[i].kind != WB__VALUE_NO_PACKET_SOCKET || program->packet_socket_count)
            return true;
    return false;
}

static void allow(struct program *program, const struct wb__call *call)
{
    unsigned first = program->count;
    if (is_conditional(program, call))
        load(program, offsetof(struct seccomp_data, nr));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, call->number, 0, TO_NEXT);
    for (unsigned i = 0; is_conditional(program, call) && i < call->condition_count; i++)
        test(program, call, i);
    answer(program, SECCOMP_RET_ALLOW);
    settle_jumps(program, first);
}

/* ---- The program ------------------------------------------------------------------ */

static void allow_all(struct program *program, unsigned roles, bool conditional)
{
    for (unsigned i = 0; i < wb__call_count; i++)
        if (wb__calls[i].roles & roles && is_conditional(program, &wb__calls[i]) == conditional)
            allow(program, &wb__calls[i]);
}

static void compose(struct program *program, unsigned roles, uint32_t other)
{
    load(program, offsetof(struct seccomp_data, arch));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    answer(program, SECCOMP_RET_KILL_PROCESS);
    load(program, offsetof(struct seccomp_data, nr));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, CLONE3, 0, 1);
    answer(program, SECCOMP_RET_ERRNO | ENOSYS);
    allow_all(program, roles, false);
    allow_all(program, roles, true);
    answer(program, other);
}

int wb__seccomp_confine(unsigned roles, uint32_t other, unsigned flags)
{
    struct program program = {.count = 0};
    if (ARCHITECTURE == 0)
        return -ENOSYS;
    if (!find_packet_sockets(&program))
        return -EMFILE;
    compose(&program, roles, other);
    if (program.is_too_long)
        return -E2BIG;
    const struct sock_fprog whole = {.len = program.count, .filter = program.at};
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &whole);
    return result < 0 ? -errno : (int)result;
}
