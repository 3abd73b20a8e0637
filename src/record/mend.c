/* SPDX-License-Identifier: ISC
 *
 * Mending the end of a file of lines (see mend.h). Where it cannot be read it stays as it is.
 */
#include "record/mend.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/claim.h"

#define PIECE 4096

static const char beginning[] = "{\"timestamp\":\""; /* of each line of ours */

/* A second descriptor of the same file, for reading, or -1. */
static int open_to_read(int descriptor, const char *path, off_t *size)
{
    struct stat mine, status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && fstat(descriptor, &mine) == 0 && fstat(fd, &status) == 0 &&
        mine.st_dev == status.st_dev && mine.st_ino == status.st_ino) {
        *size = status.st_size;
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Where the last line begins that has no end: size if all have one; -1 where reading fails. */
static off_t last_line(int fd, off_t size)
{
    char piece[PIECE];
    for (off_t end = size; end > 0;) {
        size_t length = end < PIECE ? (size_t)end : PIECE;
        if (pread(fd, piece, length, end - (off_t)length) != (ssize_t)length)
            return -1;
        const char *newline = memrchr(piece, '\n', length);
        if (newline)
            return end - (off_t)length + (newline - piece) + 1;
        end -= (off_t)length;
    }
    return 0;
}

/* As much of our beginning as is there. */
static bool is_ours(int fd, off_t start)
{
    char text[sizeof beginning];
    ssize_t length = pread(fd, text, sizeof beginning - 1, start);
    return length > 0 && memcmp(text, beginning, (size_t)length) == 0;
}

static unsigned mend(int descriptor, int fd, off_t size)
{
    off_t start = last_line(fd, size);
    if (start < 0 || start == size)
        return 0;
    if (is_ours(fd, start))
        return ftruncate(descriptor, start) == 0;
    ssize_t ignored = write(descriptor, "\n", 1);
    (void)ignored; /* a full disk is told with the first line of ours */
    return 0;
}

unsigned wb__mend(int descriptor, const char *path)
{
    off_t size;
    unsigned mended = 0;
    if (wb__claim_alone(descriptor)) {
        int fd = open_to_read(descriptor, path, &size);
        if (fd >= 0) {
            mended = mend(descriptor, fd, size);
            close(fd);
        }
    }
    wb__claim_share(descriptor);
    return mended;
}
