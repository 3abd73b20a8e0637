/* SPDX-License-Identifier: ISC
 *
 * The requests of a worker that was taken over. Input: messages, each a byte that says how many
 * descriptors come with it, one that says of what, and the bytes of a request; the last may be
 * shorter. Whatever comes, the writer comes to its end, has no descriptor more than before, and
 * nothing is outside of its directory.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/writer.h"

#define MESSAGES_MAX 8 /* as many as wait in a socket */
#define FILES_MAX    5
#define CHECK(condition)  \
    do {                  \
        if (!(condition)) \
            abort();      \
    } while (0)

/* place/inside is the writer's. */
static int place = -1, inside = -1;

static void make_place(void)
{
    char path[] = "/tmp/wirebeam-fuzz-XXXXXX";
    CHECK(mkdtemp(path));
    place = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CHECK(place >= 0 && mkdirat(place, "inside", 0700) == 0);
    inside = openat(place, "inside", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CHECK(inside >= 0 && symlinkat("..", inside, "up") == 0);
}

/* Visits what is there; returns how much. */
static unsigned visit(int directory, void (*each)(int directory, const char *name))
{
    unsigned count = 0;
    DIR *entries = fdopendir(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    CHECK(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (each)
            each(directory, entry->d_name);
    }
    closedir(entries);
    return count;
}

static void remove_file(int directory, const char *name)
{
    struct stat status;
    CHECK(fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0);
    CHECK(S_ISLNK(status.st_mode) || (S_ISREG(status.st_mode) && status.st_size == 0));
    CHECK(unlinkat(directory, name, 0) == 0);
}

static void clean(void)
{
    CHECK(visit(place, NULL) == 1);
    visit(inside, remove_file);
    CHECK(symlinkat("..", inside, "up") == 0);
}

static void remove_place(void)
{
    char path[64], target[64] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", place);
    visit(inside, remove_file);
    CHECK(unlinkat(place, "inside", AT_REMOVEDIR) == 0);
    CHECK(readlink(path, target, sizeof target - 1) > 0 && rmdir(target) == 0);
}

static void add_files(struct wb__writer_files *files, unsigned count, unsigned kind)
{
    static const char *const others[] = {"/dev/null", "/", "/proc/self/exe"};
    while (files->count < count) {
        int fd = kind % 4 == 3 ? openat(inside, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600)
                               : open(others[kind % 4], O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return;
        files->descriptors[files->count++] = fd;
    }
}

/* Returns how many bytes of the input it took. */
static size_t send_one(int socket, const uint8_t *data, size_t size)
{
    struct wb__writer_files files = {.count = 0};
    size_t length = size - 2;
    if (length > sizeof(struct wb__writer_request))
        length = sizeof(struct wb__writer_request);
    add_files(&files, data[0] % FILES_MAX, data[1]);
    wb__writer_send(socket, data + 2, length, &files, 0);
    wb__writer_close_files(&files);
    return length + 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];
    if (place < 0) {
        make_place();
        atexit(remove_place);
    }
    int next = dup(inside);
    CHECK(next >= 0 && close(next) == 0);
    CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    for (size_t at = 0, i = 0; i < MESSAGES_MAX && size - at > 2; i++)
        at += send_one(ends[0], data + at, size - at);
    shutdown(ends[0], SHUT_WR);
    wb__writer_serve(ends[1], dup(inside), "fuzz");
    close(ends[0]);
    close(ends[1]);
    CHECK(dup(inside) == next && close(next) == 0);
    clean();
    return 0;
}
