/* SPDX-License-Identifier: ISC
 *
 * Why a call is there: memory, time, signals and threads are the C library's; the others are
 * ours, and stand with what needs them.
 */
#include "guard/calls.h"

#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EVERY     (WB__ROLE_FILE | WB__ROLE_LIVE)
#define LIVE      WB__ROLE_LIVE
#define DIRECTORY WB__ROLE_DIRECTORY
#define SENDS     WB__ROLE_SENDS
#define ASKS      WB__ROLE_ASKS
#define LENDS     WB__ROLE_LENDS
#define HANDED    WB__ROLE_HAS_WRITER
#define WRITER    WB__ROLE_WRITER
#define ALL_BITS  UINT32_MAX

#define CALL(call, who) {.name = #call, .number = __NR_##call, .roles = (who)}
#define CALL_ONLY(call, who, words, count, ...)                                                    \
    {.name = #call, .number = __NR_##call, .roles = (who), .only = (words),                        \
     .conditions = {__VA_ARGS__}, .condition_count = (count)}

#define IS(which, wanted)      {.argument = (which), .mask = ALL_BITS, .value = (wanted)}
#define HAS(which, bits)       {.argument = (which), .mask = (bits), .value = (bits)}
#define HAS_NOT(which, bits)   {.argument = (which), .mask = (bits), .value = 0}
#define IS_PROCESS(which)      {.argument = (which), .kind = WB__VALUE_PROCESS}
#define IS_WRITER(which)       {.argument = (which), .kind = WB__VALUE_WRITER}
#define IS_NO_PACKETS(which)   {.argument = (which), .kind = WB__VALUE_NO_PACKET_SOCKET}

#define OPTION(level, option)                                                                      \
    CALL_ONLY(setsockopt, LIVE, #option, 2, IS(1, level), IS(2, option))

const struct wb__call wb__calls[] = {
    /* What is open is read, written and closed; a packet socket is not written to. */
    CALL(read, EVERY),
    CALL(lseek, EVERY),
    CALL(close, EVERY),
    CALL(ftruncate, EVERY),
    CALL(fdatasync, EVERY),
    CALL(ppoll, EVERY),
#ifdef __NR_poll
    CALL(poll, EVERY),
#endif
#ifdef __NR_newfstatat
    CALL(newfstatat, EVERY), /* this is what fstat(3) is made of */
#endif
    CALL(fstat, EVERY),
    CALL_ONLY(write, EVERY, "no packet socket", 1, IS_NO_PACKETS(0)),
    CALL_ONLY(writev, EVERY, "no packet socket", 1, IS_NO_PACKETS(0)),
    CALL_ONLY(fcntl, EVERY, "F_GETFL", 1, IS(1, 3)),
    CALL_ONLY(ioctl, EVERY, "TCGETS", 1, IS(1, TCGETS)), /* isatty(3) */

    /* Memory; none that is executable. */
    CALL(brk, EVERY),
    CALL(munmap, EVERY),
    CALL(mremap, EVERY),
    CALL(madvise, EVERY),
    CALL_ONLY(mmap, EVERY, "no PROT_EXEC", 1, HAS_NOT(2, PROT_EXEC)),
    CALL_ONLY(mprotect, EVERY, "no PROT_EXEC", 1, HAS_NOT(2, PROT_EXEC)),

    /* Time, signals to this process, its end. */
    CALL(clock_gettime, EVERY), /* these two where the vDSO cannot */
    CALL(gettimeofday, EVERY),
    CALL(getpid, EVERY),
    CALL(gettid, EVERY),
    CALL(getrandom, EVERY),
    CALL(futex, EVERY),
    CALL(rt_sigaction, EVERY),
    CALL(rt_sigprocmask, EVERY),
    CALL(rt_sigreturn, EVERY),
    CALL(restart_syscall, EVERY),
    CALL(exit, EVERY),
    CALL(exit_group, EVERY),
    CALL_ONLY(tgkill, EVERY, "this process", 1, IS_PROCESS(0)), /* raise(3), abort(3) */

    /* The packet socket: its counters, and its end (stop_reception in packet_ring.c). Losses of
     * the device are asked for by netlink. */
    CALL(getsockopt, LIVE),
    CALL(bind, LIVE),
    CALL(recvfrom, LIVE),
    CALL_ONLY(sendto, LIVE, "no packet socket", 1, IS_NO_PACKETS(0)),
    OPTION(SOL_SOCKET, SO_ATTACH_FILTER),
    OPTION(SOL_SOCKET, SO_DETACH_FILTER), /* libpcap, with the next, when a filter changes */
    CALL_ONLY(fcntl, LIVE, "F_SETFL", 1, IS(1, 4)),

    /* What was opened for sending, a packet socket, too (src/inject). */
    CALL(sendto, SENDS),
#ifdef __NR_sendmmsg
    CALL(sendmmsg, SENDS),
#endif
    CALL(write, SENDS),
    CALL(clock_nanosleep, SENDS), /* until a packet is due */
    /* An XDP socket asks for it to unmap its rings (xdp.c); as long as they are mapped, the
     * interface has it. */
    CALL_ONLY(getsockopt, SENDS, "XDP_MMAP_OFFSETS", 2, IS(1, SOL_XDP), IS(2, XDP_MMAP_OFFSETS)),

    /* Hop limits and ICMP errors come beside the answers (tools/echo.c). */
    CALL(recvmsg, ASKS),

    /* What an owner reads, as it lies, and how much of it waits (erlang/native/pipe_linux.c). */
    CALL_ONLY(vmsplice, LENDS, "standard output", 1, IS(0, STDOUT_FILENO)),
    CALL_ONLY(ioctl, LENDS, "standard output, FIONREAD", 2, IS(0, STDOUT_FILENO), IS(1, FIONREAD)),

    /* Files in the directory (store.c), opened ahead by a thread (nameless_linux.c). */
    CALL(openat, DIRECTORY),
    CALL(linkat, DIRECTORY),
    CALL(renameat2, DIRECTORY),
    CALL(unlinkat, DIRECTORY),
    CALL(pread64, DIRECTORY),
    CALL(pwrite64, DIRECTORY), /* the journal */
    CALL(fsync, DIRECTORY),
    CALL(sched_getaffinity, DIRECTORY),
    CALL(set_robust_list, DIRECTORY),
#ifdef __NR_rseq
    CALL(rseq, DIRECTORY),
#endif
    CALL_ONLY(clone, DIRECTORY, "CLONE_THREAD", 1, HAS(0, CLONE_THREAD)),

    /* Files from a writer (record/writer.h), which are read and written as those of one's own. */
    CALL_ONLY(sendmsg, HANDED, "the writer's socket", 1, IS_WRITER(0)),
    CALL_ONLY(recvmsg, HANDED, "the writer's socket", 1, IS_WRITER(0)),
    CALL(pread64, HANDED),
    CALL(pwrite64, HANDED), /* the journal */

    /* All that a writer may: its socket, what is done by name, what it says, its end. No memory, no
     * time, no signals; not even what is in its files. */
    CALL_ONLY(sendmsg, WRITER, "its socket", 1, IS(0, STDIN_FILENO)),
    CALL_ONLY(recvmsg, WRITER, "its socket", 1, IS(0, STDIN_FILENO)),
    CALL_ONLY(openat, WRITER, "at its directory", 1, IS(0, STDOUT_FILENO)),
    CALL_ONLY(linkat, WRITER, "at its directory", 1, IS(2, STDOUT_FILENO)),
    CALL_ONLY(renameat2, WRITER, "at its directory", 2, IS(0, STDOUT_FILENO), IS(2, STDOUT_FILENO)),
    CALL_ONLY(unlinkat, WRITER, "at its directory", 1, IS(0, STDOUT_FILENO)),
    CALL_ONLY(fsync, WRITER, "at its directory", 1, IS(0, STDOUT_FILENO)),
#ifdef __NR_newfstatat
    CALL(newfstatat, WRITER),
#endif
    CALL(fstat, WRITER),
    CALL(close, WRITER),
    CALL_ONLY(write, WRITER, "standard error", 1, IS(0, STDERR_FILENO)),
    CALL(exit_group, WRITER),
};

const unsigned wb__call_count = sizeof wb__calls / sizeof wb__calls[0];
