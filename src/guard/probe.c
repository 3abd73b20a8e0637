/* SPDX-License-Identifier: ISC */
#include "guard/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 1024

/* Where files are made, or a number that is none. */
static int directory(void)
{
    struct stat info;
    for (int i = 0; i < DESCRIPTORS_MAX; i++)
        if (fstat(i, &info) == 0 && S_ISDIR(info.st_mode))
            return i;
    return -1;
}

static int packet_socket(void)
{
    for (int i = 3; i < DESCRIPTORS_MAX; i++) {
        int domain = 0;
        socklen_t length = sizeof domain;
        if (getsockopt(i, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_PACKET)
            return i;
    }
    return -1;
}

/* ---- The attempts: each returns -1 with errno where it is denied ------------------- */

/* Where one succeeds all the same, it does no harm to the machine. */

static long try_open(void)
{
    return open("/etc/passwd", O_RDONLY);
}

static long try_create(void)
{
    return open("/tmp/wirebeam-probe", O_WRONLY | O_CREAT, 0600);
}

static long try_up(void)
{
    return openat(directory(), "../escaped", O_WRONLY | O_CREAT, 0600);
}

static long try_link(void)
{
    return openat(directory(), "link", O_WRONLY | O_CREAT, 0600);
}

static long try_link_name(void)
{
    return linkat(directory(), "link", directory(), "../escaped", AT_SYMLINK_FOLLOW);
}

static long try_rename(void)
{
    return syscall(SYS_renameat2, directory(), "mine", directory(), "../escaped", 0);
}

static long try_unlink(void)
{
    return unlinkat(directory(), "../victim", 0);
}

static long try_mkdir(void)
{
    return mkdirat(directory(), "below", 0700);
}

static long try_symlink(void)
{
    return symlinkat("/etc/passwd", directory(), "symbolic");
}

static long try_chmod(void)
{
    return chmod("/not-there", 0777);
}

static long try_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static long try_packet_socket(void)
{
    return socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
}

static long try_connect(void)
{
    const struct sockaddr_in where = {.sin_family = AF_INET,
                                      .sin_port = htons(80),
                                      .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return connect(STDIN_FILENO, (const struct sockaddr *)&where, sizeof where);
}

static long try_inject(void)
{
    static const char frame[60];
    return write(packet_socket(), frame, sizeof frame);
}

static long try_duplicate(void)
{
    return dup(STDERR_FILENO);
}

static long try_exec(void)
{
    char *const none[] = {NULL};
    return execve("/bin/true", none, none);
}

static long try_fork(void)
{
    long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0)
        _exit(0);
    return child;
}

static long try_ptrace(void)
{
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static long try_kill(void)
{
    return kill(getppid(), 0);
}

static long try_kill_by_thread(void)
{
    return syscall(SYS_tgkill, 1, 1, 0);
}

static long try_root(void)
{
    return setuid(0);
}

static long try_executable(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                      -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}

static long try_mount(void)
{
    return syscall(SYS_mount, "none", "/not-there", "tmpfs", 0, NULL);
}

static long try_bpf(void)
{
    return syscall(SYS_bpf, 0, NULL, 0);
}

static long try_uring(void)
{
    return syscall(SYS_io_uring_setup, 1, NULL);
}

static const struct {
    const char *name;
    long (*attempt)(void);
} probes[] = {
    {"open", try_open},
    {"create", try_create},
    {"up", try_up},
    {"link", try_link},
    {"link-name", try_link_name},
    {"rename", try_rename},
    {"unlink", try_unlink},
    {"mkdir", try_mkdir},
    {"symlink", try_symlink},
    {"chmod", try_chmod},
    {"socket", try_socket},
    {"packet-socket", try_packet_socket},
    {"connect", try_connect},
    {"inject", try_inject},
    {"duplicate", try_duplicate},
    {"exec", try_exec},
    {"fork", try_fork},
    {"ptrace", try_ptrace},
    {"kill", try_kill},
    {"kill-by-thread", try_kill_by_thread},
    {"root", try_root},
    {"executable", try_executable},
    {"mount", try_mount},
    {"bpf", try_bpf},
    {"uring", try_uring},
};

void wb__guard_probe(void)
{
    if (!secure_getenv("WIREBEAM_GUARD_PROBE"))
        return;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        long result = probes[i].attempt();
        fprintf(stderr, "probe %s: %s\n", probes[i].name,
                result < 0 ? strerrorname_np(errno) : "allowed");
    }
}
