/* SPDX-License-Identifier: ISC
 *
 * Files in the making (see part.h). Knows descriptors and temporary names; what is in a
 * file, and what it is called, is decided elsewhere.
 */
#include "record/part.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_TRIES 1000 /* names that others left behind and that are passed over */
#define COPY_BYTES (16u << 10)

/* Returns 0 or an errno: some file systems tell of a failed write only here. */
static int close_part(struct wb__store *store, struct wb__part *part)
{
    if (part->fd < 0)
        return 0;
    int fd = part->fd;
    part->fd = -1;
    if (part->is_nameless && store->ahead) {
        wb__nameless_close(store->ahead, fd);
        return 0;
    }
    if (!part->is_nameless) {
        wb__list_remove(&part->link);
        store->open_count--;
    }
    return close(fd) < 0 ? errno : 0;
}

static void close_oldest(struct wb__store *store)
{
    if (wb__list_is_empty(&store->open))
        return;
    int failed = close_part(store, wb__container(store->open.next, struct wb__part, link));
    if (failed)
        wb__store_note(store, failed, "a temporary file");
}

bool wb__part_free_descriptors(struct wb__store *store)
{
    bool could = wb__directory_free_descriptors(&store->directory) || store->ahead ||
                 store->open_count;
    wb__nameless_stop(store->ahead);
    store->ahead = NULL;
    close_oldest(store);
    return could;
}

/* After a failure to open: were descriptors short, and are not now? */
static bool is_worth_another_try(struct wb__store *store)
{
    return (errno == EMFILE || errno == ENFILE) && wb__part_free_descriptors(store);
}

static int open_by(int (*way)(struct wb__directory *, const char *), struct wb__store *store,
                   const char *name)
{
    int fd = way(&store->directory, name);
    if (fd < 0 && is_worth_another_try(store))
        fd = way(&store->directory, name);
    return fd;
}

static int open_nameless(struct wb__store *store)
{
    int directory = store->directory.descriptor; /* what has a writer needs no thread */
    if (directory >= 0 && !store->was_ahead_tried && store->quota.files >= WB__STORE_AHEAD_FROM) {
        store->ahead = wb__nameless_start(directory);
        store->was_ahead_tried = true;
    }
    int fd = store->ahead ? wb__nameless_take(store->ahead) : -1;
    if (fd < 0)
        fd = wb__directory_nameless(&store->directory);
    if (fd < 0 && is_worth_another_try(store))
        fd = wb__directory_nameless(&store->directory);
    return fd;
}

static void hold(struct wb__store *store, struct wb__part *part, int fd)
{
    if (store->open_count >= WB__STORE_OPEN_PARTS)
        close_oldest(store);
    part->fd = fd;
    wb__list_append(&store->open, &part->link);
    store->open_count++;
}

/* Gives the part a file with a name. Returns 0 or an errno. */
static int create_named(struct wb__store *store, struct wb__part *part)
{
    char name[WB__PART_NAME_SIZE];
    for (int tries = 0; tries < PART_TRIES; tries++) {
        part->number = ++store->next_part;
        wb__store_part_name(name, part->number);
        int fd = open_by(wb__directory_create, store, name);
        if (fd >= 0) {
            hold(store, part, fd);
            return 0;
        }
        if (errno != EEXIST)
            break;
    }
    return errno;
}

enum wb__loss wb__part_create(struct wb__store *store, struct wb__part *part, bool is_final)
{
    *part = (struct wb__part){.fd = -1};
    if (is_final && store->has_nameless)
        part->fd = open_nameless(store);
    part->is_nameless = part->fd >= 0;
    int failed = part->is_nameless ? 0 : create_named(store, part);
    part->exists = !failed;
    return failed ? wb__store_note(store, failed, "a temporary file") : WB__LOSS_NONE;
}

/* The part's descriptor, opened again when it was closed for another's sake. */
static int descriptor(struct wb__store *store, struct wb__part *part)
{
    char name[WB__PART_NAME_SIZE];
    struct stat status;
    if (part->is_nameless)
        return part->fd;
    if (part->fd >= 0) {
        wb__list_remove(&part->link);
        wb__list_append(&store->open, &part->link);
        return part->fd;
    }
    wb__store_part_name(name, part->number);
    int fd = open_by(wb__directory_append, store, name);
    if (fd < 0)
        return -1;
    bool is_mine = fstat(fd, &status) == 0 && status.st_size == (off_t)part->length &&
                   S_ISREG(status.st_mode) && status.st_nlink == 1;
    if (!is_mine) {
        close(fd);
        errno = ESTALE;
        return -1;
    }
    hold(store, part, fd);
    return fd;
}

static uint64_t vector_length(const struct iovec *vector, unsigned count)
{
    uint64_t length = 0;
    for (unsigned i = 0; i < count; i++)
        length += vector[i].iov_len;
    return length;
}

/* Drops the first done bytes of a vector; returns how many entries are over. */
static unsigned advance(struct iovec *vector, unsigned count, size_t done)
{
    unsigned over = 0;
    while (over < count && done >= vector[over].iov_len)
        done -= vector[over++].iov_len;
    if (over < count) {
        vector[over].iov_base = (uint8_t *)vector[over].iov_base + done;
        vector[over].iov_len -= done;
    }
    return over;
}

/* Returns 0 or an errno; adds what went to part->length. */
static int write_vector(struct wb__part *part, int fd, struct iovec *vector, unsigned count)
{
    while (count) {
        ssize_t n = writev(fd, vector, count > IOV_MAX ? IOV_MAX : (int)count);
        if (n < 0 && errno != EINTR)
            return errno;
        if (n < 0)
            continue;
        part->length += (uint64_t)n;
        unsigned over = advance(vector, count, (size_t)n);
        vector += over;
        count -= over;
        if (n == 0 && count)
            return EIO;
    }
    return 0;
}

enum wb__loss wb__part_append(struct wb__store *store, struct wb__part *part, struct iovec *vector,
                               unsigned count)
{
    uint64_t length = vector_length(vector, count), before = part->length;
    enum wb__loss loss = length ? wb__quota_take_bytes(&store->quota, length) : WB__LOSS_NONE;
    if (loss || !length)
        return loss;
    wb__fault_enter(store->faults);
    int fd = descriptor(store, part);
    int failed = fd < 0 ? errno : write_vector(part, fd, vector, count);
    wb__fault_leave(store->faults);
    wb__quota_give_bytes(&store->quota, length - (part->length - before));
    return failed ? wb__store_note(store, failed, "a temporary file") : WB__LOSS_NONE;
}

/* Appends what can be read from fd. */
static enum wb__loss append_file(struct wb__store *store, struct wb__part *part, int fd,
                                 uint64_t length)
{
    uint8_t buffer[COPY_BYTES];
    uint64_t done = 0;
    ssize_t n;
    while ((n = pread(fd, buffer, sizeof buffer, (off_t)done)) > 0) {
        struct iovec vector = {.iov_base = buffer, .iov_len = (size_t)n};
        enum wb__loss loss = wb__part_append(store, part, &vector, 1);
        if (loss)
            return loss;
        done += (uint64_t)n;
    }
    if (n < 0 || done != length)
        return wb__store_note(store, n < 0 ? errno : ESTALE, "a temporary file");
    return WB__LOSS_NONE;
}

enum wb__loss wb__part_append_part(struct wb__store *store, struct wb__part *part,
                                    struct wb__part *other)
{
    char name[WB__PART_NAME_SIZE];
    uint64_t length = 0;
    wb__store_part_name(name, other->number);
    int fd = wb__store_read(store, name, &length);
    if (fd < 0)
        return wb__store_note(store, errno, name);
    enum wb__loss loss = append_file(store, part, fd, other->length);
    close(fd);
    return loss;
}

/* The bytes go to a part with a name, and so does everything after it: the right to link by
 * descriptor is gone since the directory was opened. */
static int give_name(struct wb__store *store, struct wb__part *part)
{
    struct wb__part named;
    enum wb__loss loss = wb__part_create(store, &named, false);
    if (!loss)
        loss = append_file(store, &named, part->fd, part->length);
    if (loss) {
        wb__part_discard(store, &named);
        return -EIO;
    }
    close_part(store, part);
    close_part(store, &named);
    wb__quota_give_bytes(&store->quota, part->length); /* there were two for a moment */
    part->number = named.number;
    part->is_nameless = false;
    return 0;
}

int wb__part_finish(struct wb__store *store, struct wb__part *part)
{
    struct stat status;
    int code = part->is_nameless && !store->has_nameless ? give_name(store, part) : 0;
    if (code < 0)
        return code;
    int fd = descriptor(store, part);
    if (fd < 0 || fstat(fd, &status) < 0 || (store->syncs && fdatasync(fd) < 0))
        return -errno;
    part->inode = status.st_ino;
    return 0;
}

/* How many of them, from the first on, are to be named by descriptor. */
static unsigned count_nameless(struct wb__part *const *parts, unsigned count)
{
    unsigned nameless = 0;
    while (nameless < count && parts[nameless]->is_nameless)
        nameless++;
    return nameless;
}

static int publish_nameless(struct wb__store *store, struct wb__part *const *parts,
                            const char *const *names, unsigned count, unsigned *done)
{
    struct wb__writer_files files = {.count = count};
    for (unsigned i = 0; i < count; i++)
        files.descriptors[i] = parts[i]->fd;
    int code = wb__directory_link(&store->directory, &files, names, done);
    for (unsigned i = 0; i < *done; i++)
        close_part(store, parts[i]);
    if (code != -ENOENT && code != -EPERM)
        return code;
    store->has_nameless = false;
    return -EAGAIN;
}

static int publish_named(struct wb__store *store, struct wb__part *part, const char *name,
                         unsigned *done)
{
    char temporary[WB__PART_NAME_SIZE];
    int failed = close_part(store, part);
    wb__store_part_name(temporary, part->number);
    int code = failed ? -failed : wb__directory_move(&store->directory, temporary, name);
    *done = code == 0;
    return code;
}

static void count_published(struct wb__store *store, struct wb__part *part)
{
    wb__quota_publish(&store->quota, part->length);
    store->is_unsynced = true;
    part->exists = false;
}

int wb__part_publish(struct wb__store *store, struct wb__part *const *parts,
                     const char *const *names, unsigned count, unsigned *done)
{
    int code = 0;
    *done = 0;
    while (*done < count && code == 0) {
        unsigned first = *done, more = 0;
        unsigned nameless = count_nameless(parts + first, count - first);
        code = nameless > 0
                   ? publish_nameless(store, parts + first, names + first, nameless, &more)
                   : publish_named(store, parts[first], names[first], &more);
        for (*done += more; first < *done; first++)
            count_published(store, parts[first]);
    }
    if (code != 0 && code != -EEXIST && code != -EAGAIN)
        wb__store_note(store, -code, names[*done]);
    return code;
}

void wb__part_unpublish(struct wb__store *store, struct wb__part *part, const char *name)
{
    char temporary[WB__PART_NAME_SIZE];
    if (part->is_nameless)
        part->number = ++store->next_part;
    part->is_nameless = false;
    wb__store_part_name(temporary, part->number);
    int failed = -wb__directory_move(&store->directory, name, temporary);
    if (failed) {
        wb__store_note(store, failed, name);
        return;
    }
    wb__quota_unpublish(&store->quota, part->length);
    part->exists = true;
}

void wb__part_discard(struct wb__store *store, struct wb__part *part)
{
    char name[WB__PART_NAME_SIZE];
    close_part(store, part);
    if (!part->exists)
        return;
    part->exists = false;
    wb__store_part_name(name, part->number);
    if (!part->is_nameless)
        wb__directory_remove(&store->directory, name);
    wb__quota_give_bytes(&store->quota, part->length);
    part->length = 0;
}
