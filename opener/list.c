/* SPDX-License-Identifier: ISC */
#include "list.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

/* O_NONBLOCK and O_NOCTTY: what is no regular file shall do nothing when it is opened. */
#define FLAGS (O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

static int no_list(struct wb_error *error)
{
    if (errno == ENOENT)
        return say(error, WB_E_PERMISSION, ENOENT,
                   "nothing is permitted: there is no " LIST_PATH);
    return say(error, WB_E_PERMISSION, errno, "nothing is permitted: " LIST_PATH ": %s",
               errno == ELOOP ? "it is a symbolic link" : strerror(errno));
}

static int check(int descriptor, mode_t kind, const char *path, struct wb_error *error)
{
    struct stat info;
    if (fstat(descriptor, &info) < 0)
        return no_list(error);
    const char *what = (info.st_mode & S_IFMT) != kind       ? "it is no regular file"
                       : info.st_uid != 0                    ? "it is not root's"
                       : info.st_mode & (S_IWGRP | S_IWOTH) ? "others than root may write there"
                                                             : NULL;
    if (!what)
        return 0;
    return say(error, WB_E_PERMISSION, 0, "nothing is permitted: %s: %s", path, what);
}

static int open_in(int folder, struct wb_error *error)
{
    int code = check(folder, S_IFDIR, WB_OPEN_DIRECTORY, error);
    if (code < 0)
        return code;
    int descriptor = openat(folder, "open.conf", O_RDONLY | FLAGS);
    if (descriptor < 0)
        return no_list(error);
    code = check(descriptor, S_IFREG, LIST_PATH, error);
    if (code == 0)
        return descriptor;
    close(descriptor);
    return code;
}

int list_open(struct wb_error *error)
{
    int folder = open(WB_OPEN_DIRECTORY, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (folder < 0)
        return no_list(error);
    int result = open_in(folder, error);
    close(folder);
    return result;
}

int list_read(int descriptor, char *list, size_t *length, struct wb_error *error)
{
    ssize_t count = 1;
    *length = 0;
    while (count > 0 && *length <= LIST_MAX_BYTES) {
        count = read(descriptor, list + *length, LIST_MAX_BYTES + 1 - *length);
        if (count > 0)
            *length += (size_t)count;
    }
    close(descriptor);
    if (count < 0)
        return no_list(error);
    if (*length > LIST_MAX_BYTES)
        return say(error, WB_E_PERMISSION, 0,
                   "nothing is permitted: " LIST_PATH " has more than %d bytes", LIST_MAX_BYTES);
    return 0;
}
