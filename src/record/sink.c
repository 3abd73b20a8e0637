/* SPDX-License-Identifier: ISC
 *
 * A buffered output of records (see sink.h). Knows where each record ends, so that a
 * failure can be put at the right record's door, and nothing of what is inside.
 */
#include "record/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "record/mend.h"

#define BUFFER_BYTES (256u << 10)

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

int wb__sink_open(struct wb__sink *sink, const char *path, enum wb__sink_mode mode,
                  struct wb__faults *faults, struct wb_error *error)
{
    bool is_standard = strcmp(path, "-") == 0;
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (mode == WB__SINK_APPEND ? O_APPEND : O_TRUNC);
    int fd = is_standard ? STDOUT_FILENO : open(path, flags, 0600);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0)
        return open_error(path, error);
    uint8_t *buffer = malloc(BUFFER_BYTES);
    if (!buffer) {
        if (!is_standard)
            close(fd);
        return wb__error_set(error, WB_E_MEMORY, 0, "no memory for a buffer for '%s'", path);
    }
    memset(sink, 0, sizeof *sink);
    sink->fd = fd;
    sink->is_regular = S_ISREG(status.st_mode);
    sink->has_name = sink->is_regular && status.st_nlink > 0;
    if (sink->is_regular && mode == WB__SINK_APPEND)
        sink->mended = wb__mend(fd, path);
    sink->faults = faults;
    sink->buffer = buffer;
    sink->capacity = BUFFER_BYTES;
    snprintf(sink->name, sizeof sink->name, "%s", is_standard ? "standard output" : path);
    return 0;
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

/* Counts what was written of the buffer and what was not. */
static void settle(struct wb__sink *sink, size_t written)
{
    uint32_t whole = 0;
    while (whole < sink->count && sink->ends[whole] <= written)
        whole++;
    size_t kept = whole ? sink->ends[whole - 1] : 0;
    if (written > kept && !cut_back(sink, written - kept))
        sink->is_broken = true;
    sink->records += whole;
    sink->bytes += kept;
    sink->lost += sink->count - whole;
}

void wb__sink_flush(struct wb__sink *sink)
{
    if (!sink->count)
        return;
    wb__fault_enter(sink->faults);
    size_t written = 0;
    if (!sink->is_broken && is_in_place(sink))
        written = write_out(sink->fd, sink->buffer, sink->length);
    if (written < sink->length && !sink->is_broken)
        wb__fault_note(sink->faults, errno, NULL, sink->name);
    settle(sink, written);
    sink->length = 0;
    sink->count = 0;
    wb__fault_leave(sink->faults);
}

void wb__sink_sync(struct wb__sink *sink)
{
    wb__sink_flush(sink);
    wb__fault_enter(sink->faults);
    if (sink->is_regular && fdatasync(sink->fd) < 0)
        wb__fault_note(sink->faults, errno, NULL, sink->name);
    wb__fault_leave(sink->faults);
}

uint8_t *wb__sink_reserve(struct wb__sink *sink, size_t length)
{
    if (length > sink->capacity - sink->length || sink->count == WB__SINK_RECORDS)
        wb__sink_flush(sink);
    if (length > sink->capacity) {
        uint8_t *buffer = realloc(sink->buffer, length);
        if (!buffer) {
            wb__fault_note(sink->faults, ENOMEM, NULL, sink->name);
            sink->lost++;
            return NULL;
        }
        sink->buffer = buffer;
        sink->capacity = length;
    }
    return sink->buffer + sink->length;
}

void wb__sink_commit(struct wb__sink *sink, size_t length)
{
    sink->length += length;
    sink->ends[sink->count++] = sink->length;
}

void wb__sink_close(struct wb__sink *sink)
{
    if (!sink->buffer)
        return;
    wb__sink_flush(sink);
    /* Some file systems (NFS, quotas) tell of a failed write only now. */
    if (sink->fd != STDOUT_FILENO && close(sink->fd) < 0)
        wb__fault_note(sink->faults, errno, NULL, sink->name);
    free(sink->buffer);
    sink->buffer = NULL;
    sink->fd = -1;
}
