/* SPDX-License-Identifier: ISC */
#include "record/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/nameless.h"

#define ALWAYS (O_NOFOLLOW | O_CLOEXEC)

void wb__directory_open(struct wb__directory *directory, int descriptor)
{
    *directory = (struct wb__directory){.descriptor = descriptor};
}

void wb__directory_close(struct wb__directory *directory)
{
    if (directory->descriptor >= 0)
        close(directory->descriptor);
    directory->descriptor = -1;
}

static int result_of(int result)
{
    return result < 0 ? -errno : 0;
}

int wb__directory_create(struct wb__directory *directory, const char *name)
{
    return openat(directory->descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | ALWAYS,
                  0600);
}

int wb__directory_append(struct wb__directory *directory, const char *name)
{
    return openat(directory->descriptor, name, O_WRONLY | O_APPEND | ALWAYS);
}

int wb__directory_read(struct wb__directory *directory, const char *name)
{
    return openat(directory->descriptor, name, O_RDONLY | O_NONBLOCK | ALWAYS);
}

int wb__directory_nameless(struct wb__directory *directory)
{
    return wb__nameless_open(directory->descriptor);
}

int wb__directory_link(struct wb__directory *directory, int nameless, const char *name)
{
    return wb__nameless_publish(nameless, directory->descriptor, name);
}

/* Not every system can rename without replacing. */
static int rename_new(int directory, const char *from, const char *to)
{
#ifdef RENAME_NOREPLACE
    return renameat2(directory, from, directory, to, RENAME_NOREPLACE);
#else
    (void)directory, (void)from, (void)to;
    errno = ENOSYS;
    return -1;
#endif
}

/* Nor can every file system; a hard link never replaces. */
int wb__directory_move(struct wb__directory *directory, const char *from, const char *to)
{
    int here = directory->descriptor;
    if (rename_new(here, from, to) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
        return -errno;
    if (linkat(here, from, here, to, 0) < 0)
        return -errno;
    unlinkat(here, from, 0);
    return 0;
}

int wb__directory_remove(struct wb__directory *directory, const char *name)
{
    return result_of(unlinkat(directory->descriptor, name, 0));
}

int wb__directory_sync(struct wb__directory *directory)
{
    return result_of(fsync(directory->descriptor));
}

int wb__directory_look(struct wb__directory *directory, const char *name)
{
    struct stat status;
    return result_of(fstatat(directory->descriptor, name, &status, AT_SYMLINK_NOFOLLOW));
}

int wb__directory_remove_inode(struct wb__directory *directory, const char *name, uint64_t inode)
{
    struct stat status;
    int here = directory->descriptor;
    if (fstatat(here, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || status.st_ino != inode ||
        !S_ISREG(status.st_mode) || unlinkat(here, name, 0) == 0 || errno == ENOENT)
        return 0;
    return -errno;
}
