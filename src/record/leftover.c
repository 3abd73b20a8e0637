/* SPDX-License-Identifier: ISC
 *
 * Cleaning up after a killed run (see leftover.h). Only names that nobody but a recorder
 * makes are touched.
 */
#include "record/leftover.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/journal.h"
#include "record/part.h"

static const char digits[] = "0123456789";

/* PREFIX and two numbers with a '-' between them. */
static bool is_ours(const char *name, const char *prefix)
{
    size_t length = strlen(prefix);
    if (strncmp(name, prefix, length) != 0)
        return false;
    name += length;
    size_t first = strspn(name, digits);
    if (!first || name[first] != '-')
        return false;
    name += first + 1;
    size_t second = strspn(name, digits);
    return second && name[second] == '\0';
}

static bool is_regular(int directory, const char *name)
{
    struct stat status;
    return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
}

static unsigned remove_one(int directory, const char *name)
{
    bool is_journal = is_ours(name, WB__JOURNAL_PREFIX);
    if ((!is_journal && !is_ours(name, WB__PART_PREFIX)) || !is_regular(directory, name))
        return 0;
    return is_journal ? wb__journal_undo(directory, name) : unlinkat(directory, name, 0) == 0;
}

unsigned wb__leftover_remove(int directory)
{
    unsigned removed = 0;
    int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    if (!entries) {
        if (copy >= 0)
            close(copy);
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(entries));)
        removed += remove_one(directory, entry->d_name);
    closedir(entries);
    return removed;
}
