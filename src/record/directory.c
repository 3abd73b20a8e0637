/* SPDX-License-Identifier: ISC
 *
 * Each thing in both ways: asked of the writer, or done by the descriptor.
 */
#include "record/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/nameless.h"
#include "record/writer.h"

#define ALWAYS (O_NOFOLLOW | O_CLOEXEC)

/* ---- By the writer ----------------------------------------------------------------- */

static bool has_writer(const struct wb__directory *directory)
{
    return directory->writer >= 0;
}

/* What no files come back for. */
static int ask(const struct wb__directory *directory, const struct wb__writer_question *question)
{
    struct wb__writer_files none;
    return wb__writer_ask(directory, question, &none, NULL);
}

/* Where it was opened and did not come, this process may not hold as many. One that was made is not
 * left behind then. */
static int ask_for_file(struct wb__directory *directory, uint64_t number, const char *name)
{
    struct wb__writer_files files = {.count = 0};
    const struct wb__writer_question question = {.number = number, .names = {name}};
    int failed = -wb__writer_ask(directory, &question, &files, NULL);
    if (!failed && files.count == 1)
        return files.descriptors[0];
    if (!failed && number == WB__WRITER_CREATE)
        wb__directory_remove(directory, name);
    errno = failed ? failed : EMFILE;
    return -1;
}

/* Several come at a time. */
static int take_ahead(struct wb__directory *directory)
{
    struct wb__writer_files *ahead = &directory->ahead;
    int failed = 0;
    if (ahead->count == 0)
        failed = -wb__writer_ask(
            directory, &(struct wb__writer_question){.number = WB__WRITER_NAMELESS}, ahead, NULL);
    if (!failed && ahead->count > 0)
        return ahead->descriptors[--ahead->count];
    errno = failed ? failed : EMFILE;
    return -1;
}

bool wb__directory_free_descriptors(struct wb__directory *directory)
{
    bool could = directory->ahead.count > 0;
    wb__writer_close_files(&directory->ahead);
    return could;
}

/* ---- Either way -------------------------------------------------------------------- */

void wb__directory_open(struct wb__directory *directory, int descriptor, const char *path)
{
    *directory = (struct wb__directory){.descriptor = descriptor, .writer = -1, .path = path};
}

void wb__directory_close(struct wb__directory *directory)
{
    wb__writer_close_files(&directory->ahead);
    if (has_writer(directory))
        wb__writer_end(directory);
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
    if (has_writer(directory))
        return ask_for_file(directory, WB__WRITER_CREATE, name);
    return openat(directory->descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | ALWAYS,
                  0600);
}

/* What may be no file, or one that would have us wait, is none to us. */
static int open_regular(const struct wb__directory *directory, const char *name, int flags)
{
    struct stat status;
    int fd = openat(directory->descriptor, name, flags | O_NONBLOCK | ALWAYS);
    if (fd < 0 || (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

int wb__directory_append(struct wb__directory *directory, const char *name)
{
    return has_writer(directory) ? ask_for_file(directory, WB__WRITER_APPEND, name)
                                 : open_regular(directory, name, O_WRONLY | O_APPEND);
}

int wb__directory_read(struct wb__directory *directory, const char *name)
{
    return has_writer(directory) ? ask_for_file(directory, WB__WRITER_READ, name)
                                 : open_regular(directory, name, O_RDONLY);
}

int wb__directory_nameless(struct wb__directory *directory)
{
    return has_writer(directory) ? take_ahead(directory) : wb__nameless_open(directory->descriptor);
}

static int ask_to_link(struct wb__directory *directory, const struct wb__writer_files *nameless,
                       const char *const *names, unsigned *done)
{
    struct wb__writer_question question = {.number = WB__WRITER_LINK, .with = *nameless};
    struct wb__writer_files none;
    for (unsigned i = 0; i < nameless->count; i++)
        question.names[i] = names[i];
    return wb__writer_ask(directory, &question, &none, done);
}

int wb__directory_link(struct wb__directory *directory, const struct wb__writer_files *nameless,
                       const char *const *names, unsigned *done)
{
    int code = 0;
    *done = 0;
    if (has_writer(directory))
        return ask_to_link(directory, nameless, names, done);
    while (*done < nameless->count && code == 0) {
        int file = nameless->descriptors[*done];
        code = wb__nameless_publish(file, directory->descriptor, names[*done]);
        *done += code == 0;
    }
    return code;
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
    const struct wb__writer_question question = {.number = WB__WRITER_MOVE, .names = {from, to}};
    if (has_writer(directory))
        return ask(directory, &question);
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
    const struct wb__writer_question question = {.number = WB__WRITER_REMOVE, .names = {name}};
    if (has_writer(directory))
        return ask(directory, &question);
    return result_of(unlinkat(directory->descriptor, name, 0));
}

int wb__directory_sync(struct wb__directory *directory)
{
    const struct wb__writer_question question = {.number = WB__WRITER_SYNC};
    if (has_writer(directory))
        return ask(directory, &question);
    return result_of(fsync(directory->descriptor));
}

int wb__directory_look(struct wb__directory *directory, const char *name)
{
    const struct wb__writer_question question = {.number = WB__WRITER_LOOK, .names = {name}};
    if (has_writer(directory))
        return ask(directory, &question);
    struct stat status;
    return result_of(fstatat(directory->descriptor, name, &status, AT_SYMLINK_NOFOLLOW));
}

int wb__directory_remove_inode(struct wb__directory *directory, const char *name, uint64_t inode)
{
    const struct wb__writer_question question = {
        .number = WB__WRITER_REMOVE_INODE, .names = {name}, .inode = inode};
    if (has_writer(directory))
        return ask(directory, &question);
    struct stat status;
    int here = directory->descriptor;
    if (fstatat(here, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || status.st_ino != inode ||
        !S_ISREG(status.st_mode) || unlinkat(here, name, 0) == 0 || errno == ENOENT)
        return 0;
    return -errno;
}
