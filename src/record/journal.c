/* SPDX-License-Identifier: ISC
 *
 * The journal of names (see journal.h). An entry is one write within the first page of a
 * file whose room was made before: it is there whole or not at all, even if the disk is
 * full. It is read as hostile: another may have written it.
 */
#include "record/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRY_SIZE 1024 /* three names and inodes */
#define TRIES 1000

_Static_assert(WB__JOURNAL_FILES * (WB__NAME_SIZE + 24) < ENTRY_SIZE, "an entry has its room");

/* 0 or a negative errno. */
static int put(const struct wb__journal *journal, const char *bytes, size_t length)
{
    ssize_t n = pwrite(journal->fd, bytes, length, 0);
    if (n < 0)
        return -errno;
    return (size_t)n == length ? 0 : -ENOSPC;
}

int wb__journal_open(struct wb__journal *journal, struct wb__directory *directory)
{
    static const char room[ENTRY_SIZE];
    int tries = 0;
    *journal = (struct wb__journal){.fd = -1, .directory = directory};
    do {
        snprintf(journal->name, sizeof journal->name, WB__JOURNAL_PREFIX "%ld-%d", (long)getpid(),
                 ++tries);
        journal->fd = openat(directory->descriptor, journal->name,
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    } while (journal->fd < 0 && errno == EEXIST && tries < TRIES);
    if (journal->fd < 0)
        return -errno;
    int code = put(journal, room, sizeof room);
    if (code < 0)
        wb__journal_close(journal);
    return code;
}

void wb__journal_close(struct wb__journal *journal)
{
    if (journal->fd < 0)
        return;
    close(journal->fd);
    journal->fd = -1;
    wb__directory_remove(journal->directory, journal->name);
}

int wb__journal_begin(struct wb__journal *journal, const struct wb__journal_file *files,
                      unsigned count)
{
    char entry[ENTRY_SIZE];
    size_t length = 0;
    if (journal->fd < 0)
        return 0;
    for (unsigned i = 0; i < count; i++)
        length += (size_t)snprintf(entry + length, sizeof entry - length, "%" PRIu64 " %s\n",
                                   files[i].inode, files[i].name);
    int code = put(journal, entry, length + 1);
    if (code < 0)
        wb__journal_end(journal);
    return code;
}

void wb__journal_end(struct wb__journal *journal)
{
    if (journal->fd >= 0)
        put(journal, "", 1); /* what would stay is whole, or taken back as it should be */
}

static bool stands(int directory, const struct wb__journal_file *file)
{
    struct stat status;
    return fstatat(directory, file->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(status.st_mode) && status.st_ino == file->inode;
}

/* Reads an entry; returns how many files it names. */
static unsigned parse(char *entry, struct wb__journal_file *files)
{
    unsigned count = 0;
    char *end;
    for (char *line = entry; count < WB__JOURNAL_FILES && (end = strchr(line, '\n'));
         line = end + 1) {
        struct wb__journal_file *file = &files[count];
        *end = '\0';
        if (sscanf(line, "%" SCNu64 " %255s", &file->inode, file->name) != 2 ||
            strchr(file->name, '/'))
            return 0;
        count++;
    }
    return count;
}

static unsigned remove_partial(int directory, const struct wb__journal_file *files, unsigned count)
{
    unsigned standing = 0, removed = 0;
    for (unsigned i = 0; i < count; i++)
        standing += stands(directory, &files[i]);
    for (unsigned i = 0; i < count && standing < count; i++)
        if (stands(directory, &files[i]))
            removed += unlinkat(directory, files[i].name, 0) == 0;
    return removed;
}

unsigned wb__journal_undo(int directory, const char *name)
{
    char entry[ENTRY_SIZE + 1];
    struct wb__journal_file files[WB__JOURNAL_FILES];
    unsigned removed = 0;
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return 0;
    ssize_t length = read(fd, entry, ENTRY_SIZE);
    close(fd);
    if (length > 0) {
        entry[length] = '\0';
        removed = remove_partial(directory, files, parse(entry, files));
    }
    unlinkat(directory, name, 0);
    return removed;
}
