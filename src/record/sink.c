/* SPDX-License-Identifier: ISC
 *
 * A buffered output of records (see sink.h). Knows where each record ends, so that a
 * failure can be put at the right record's door, and nothing of what is inside.
 */
#include "record/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/shared.h"
#include "record/claim.h"
#include "record/mend.h"

struct wb__backlog *wb__backlog_new(void)
{
    return wb__shared_new(sizeof(struct wb__backlog));
}

void wb__backlog_free(struct wb__backlog *backlog)
{
    wb__shared_free(backlog, sizeof *backlog);
}

static int open_error(const char *path, struct wb_error *error)
{
    int system = errno;
    int code = system == EACCES || system == EPERM || system == EROFS ? WB_E_PERMISSION
               : system == ENOENT                                     ? WB_E_NOT_FOUND
               : system == ENOSPC || system == EDQUOT                 ? WB_E_FULL
                                                                      : WB_E_SYSTEM;
    return wb__error_set(error, code, system, "cannot open '%s' for writing: %s", path,
                         strerror(system));
}

/* A descriptor that somebody else made non-blocking: waits until it takes more. */
static bool wait_writable(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLOUT};
    return poll(&pollfd, 1, -1) >= 0 || errno == EINTR;
}

/* Writes as much as goes; returns how much went, with errno set where not all did. */
static size_t write_out(int fd, const uint8_t *bytes, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = write(fd, bytes + done, length - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno == EAGAIN ? !wait_writable(fd) : errno != EINTR)
            break;
    }
    return done;
}

/* Takes the last excess bytes off the file again, unless somebody else has appended
 * to it since. */
static bool cut_back(struct wb__sink *sink, size_t excess)
{
    struct stat status;
    off_t end = lseek(sink->fd, 0, SEEK_CUR);
    if (!sink->is_regular || end < (off_t)excess || fstat(sink->fd, &status) < 0 ||
        status.st_size != end)
        return false;
    off_t start = end - (off_t)excess;
    return ftruncate(sink->fd, start) == 0 && lseek(sink->fd, start, SEEK_SET) == start;
}

/* Sets errno where not. */
static bool is_in_place(const struct wb__sink *sink)
{
    struct stat status;
    bool is_gone = sink->has_name && fstat(sink->fd, &status) == 0 && status.st_nlink == 0;
    if (is_gone)
        errno = ENOENT;
    return !is_gone;
}

/* Counts what was written of the backlog and what was not. */
static void settle(struct wb__sink *sink, size_t written)
{
    struct wb__backlog *backlog = sink->backlog;
    uint32_t whole = 0;
    while (whole < backlog->count && backlog->ends[whole] <= written)
        whole++;
    size_t kept = whole ? backlog->ends[whole - 1] : 0;
    if (written > kept && !cut_back(sink, written - kept))
        sink->is_broken = true;
    sink->records += whole;
    sink->bytes += kept;
    sink->lost += backlog->count - whole;
}

/* From here on nobody knows how much of the backlog is in the file until that is asked. */
static void begin_writing(struct wb__sink *sink)
{
    struct stat status;
    if (sink->is_regular && fstat(sink->fd, &status) == 0)
        sink->backlog->start = status.st_size;
    sink->backlog->is_writing = true;
}

static void end_writing(struct wb__backlog *backlog)
{
    backlog->count = 0;
    backlog->is_writing = false;
}

void wb__sink_flush(struct wb__sink *sink)
{
    struct wb__backlog *backlog = sink->backlog;
    size_t length = wb__backlog_length(backlog), written = 0;
    if (!backlog->count)
        return;
    wb__fault_enter(sink->faults);
    begin_writing(sink);
    if (!sink->is_broken && is_in_place(sink))
        written = write_out(sink->fd, sink->large ? sink->large : backlog->bytes, length);
    if (written < length && !sink->is_broken)
        wb__fault_note(sink->faults, errno, NULL, sink->name);
    settle(sink, written);
    end_writing(backlog);
    wb__fault_leave(sink->faults);
}

/* Whether it can be known how many records of the backlog a process had written that died while
 * it wrote them: not where others write to the same file, or it is none. */
static bool count_written(const struct wb__sink *sink, uint32_t *count)
{
    const struct wb__backlog *backlog = sink->backlog;
    struct stat status;
    if (!sink->is_regular || !wb__claim_alone(sink->fd) || fstat(sink->fd, &status) < 0)
        return false;
    for (*count = 0; *count < backlog->count; ++*count)
        if ((off_t)backlog->ends[*count] > status.st_size - backlog->start)
            break;
    return true;
}

static void drop_first(struct wb__backlog *backlog, uint32_t count)
{
    size_t end = count ? backlog->ends[count - 1] : 0;
    memmove(backlog->bytes, backlog->bytes + end, wb__backlog_length(backlog) - end);
    for (uint32_t i = count; i < backlog->count; i++)
        backlog->ends[i - count] = backlog->ends[i] - end;
    backlog->count -= count;
}

/* Are these records one behind the other? Another process may have left anything, and this one
 * still has its rights. Nor is a record that is longer than all of the backlog in it. */
static bool is_sound(const struct wb__backlog *backlog)
{
    size_t end = 0;
    if (backlog->count > WB__SINK_RECORDS || backlog->start < 0)
        return false;
    for (uint32_t i = 0; i < backlog->count; i++) {
        if (backlog->ends[i] < end || backlog->ends[i] > WB__BACKLOG_BYTES)
            return false;
        end = backlog->ends[i];
    }
    return true;
}

/* Nobody knows which of them are written: they count as lost, and where half a record may stand in
 * something that is no file, nothing can follow it. */
static void give_up_backlog(struct wb__sink *sink)
{
    sink->is_broken = !sink->is_regular;
    sink->lost += sink->backlog->count;
    end_writing(sink->backlog);
    wb__fault_note(sink->faults, EINTR, NULL, sink->name);
}

/* Writes what another process left. It counted them as written, so here they count as written or
 * lost in the place of that. */
static void rescue(struct wb__sink *sink)
{
    struct wb__backlog *backlog = sink->backlog;
    bool is_known = true;
    if (!is_sound(backlog)) {
        give_up_backlog(sink);
        return;
    }
    if (backlog->is_writing) {
        uint32_t written = 0;
        is_known = count_written(sink, &written);
        wb__claim_share(sink->fd);
        drop_first(backlog, written);
        backlog->is_writing = false;
    }
    sink->records -= backlog->count;
    sink->bytes -= wb__backlog_length(backlog);
    if (is_known)
        wb__sink_flush(sink);
    else
        give_up_backlog(sink);
}

int wb__sink_open(struct wb__sink *sink, const char *path, enum wb__sink_mode mode,
                  struct wb__backlog *backlog, struct wb__faults *faults, struct wb_error *error)
{
    bool is_standard = strcmp(path, "-") == 0;
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (mode == WB__SINK_APPEND ? O_APPEND : O_TRUNC);
    int fd = is_standard ? STDOUT_FILENO : open(path, flags, 0600);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0)
        return open_error(path, error);
    memset(sink, 0, sizeof *sink);
    sink->owns_backlog = !backlog;
    sink->backlog = backlog ? backlog : wb__backlog_new();
    if (!sink->backlog) {
        if (!is_standard)
            close(fd);
        return wb__error_set(error, WB_E_MEMORY, 0, "no memory for a buffer for '%s'", path);
    }
    sink->fd = fd;
    sink->is_regular = S_ISREG(status.st_mode);
    sink->has_name = sink->is_regular && status.st_nlink > 0;
    if (sink->is_regular && mode == WB__SINK_APPEND)
        sink->mended = wb__mend(fd, path);
    sink->faults = faults;
    snprintf(sink->name, sizeof sink->name, "%s", is_standard ? "standard output" : path);
    if (sink->backlog->count)
        rescue(sink);
    return 0;
}

void wb__sink_sync(struct wb__sink *sink)
{
    wb__sink_flush(sink);
    wb__fault_enter(sink->faults);
    if (sink->is_regular && fdatasync(sink->fd) < 0)
        wb__fault_note(sink->faults, errno, NULL, sink->name);
    wb__fault_leave(sink->faults);
}

static uint8_t *reserve_large(struct wb__sink *sink, size_t length)
{
    sink->large = malloc(length);
    if (!sink->large) {
        wb__fault_note(sink->faults, ENOMEM, NULL, sink->name);
        sink->lost++;
    }
    return sink->large;
}

uint8_t *wb__sink_reserve(struct wb__sink *sink, size_t length)
{
    struct wb__backlog *backlog = sink->backlog;
    if (length > WB__BACKLOG_BYTES - wb__backlog_length(backlog) ||
        backlog->count == WB__SINK_RECORDS)
        wb__sink_flush(sink);
    return length > WB__BACKLOG_BYTES ? reserve_large(sink, length)
                                      : backlog->bytes + wb__backlog_length(backlog);
}

void wb__sink_commit(struct wb__sink *sink, size_t length)
{
    struct wb__backlog *backlog = sink->backlog;
    backlog->ends[backlog->count] = wb__backlog_length(backlog) + length;
    atomic_signal_fence(memory_order_release);
    backlog->count++;
    if (!sink->large)
        return;
    wb__sink_flush(sink);
    free(sink->large);
    sink->large = NULL;
}

void wb__sink_close(struct wb__sink *sink)
{
    if (!sink->backlog)
        return;
    wb__sink_flush(sink);
    /* Some file systems (NFS, quotas) tell of a failed write only now. */
    if (sink->fd != STDOUT_FILENO && close(sink->fd) < 0)
        wb__fault_note(sink->faults, errno, NULL, sink->name);
    if (sink->owns_backlog)
        wb__backlog_free(sink->backlog);
    sink->backlog = NULL;
    sink->fd = -1;
}
