/* SPDX-License-Identifier: ISC */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "pipe.h"

#define PIPE_BYTES   (1 << 20)
#define LENGTH_BYTES 4
#define BLOCK_COUNT  4
#define BLOCK_BYTES  (2U << 20)  /* as much as a file is read into at a time */
#define WORTH_BYTES  (16U << 10) /* less is copied sooner than its pages are looked up */

static bool is_pipe(int descriptor)
{
    struct stat info;
    return fstat(descriptor, &info) == 0 && S_ISFIFO(info.st_mode);
}

void output_begin(struct output *output, int descriptor, int owner)
{
    *output = (struct output){.descriptor = descriptor, .owner = owner};
    if (!is_pipe(descriptor))
        return;
    pipe_widen(descriptor, PIPE_BYTES);
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

struct wb_source_memory output_memory(struct output *output)
{
    if (output->blocks.count == 0 && pipe_can_borrow() && is_pipe(output->descriptor)) {
        void *bytes = mmap(NULL, BLOCK_COUNT * BLOCK_BYTES, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (bytes != MAP_FAILED)
            output->blocks =
                (struct blocks){.bytes = bytes, .count = BLOCK_COUNT, .block_bytes = BLOCK_BYTES};
    }
    return blocks_memory(&output->blocks);
}

void output_end(struct output *output)
{
    if (output->blocks.count > 0)
        munmap(output->blocks.bytes, BLOCK_COUNT * BLOCK_BYTES);
    output->blocks = (struct blocks){0};
}

/* ---- Sending ---------------------------------------------------------------------- */

/* Waits until there is room; false when nobody will make any. */
static bool wait_for_room(const struct output *output)
{
    struct pollfd fds[2] = {{.fd = output->descriptor, .events = POLLOUT}, {.fd = output->owner}};
    if (poll(fds, 2, -1) < 0)
        return errno == EINTR;
    return !(fds[0].revents & (POLLERR | POLLNVAL)) && !(fds[1].revents & (POLLHUP | POLLERR));
}

/* What did not fit finds no room at once either. */
static bool put_all(struct output *output, struct iovec *parts, int count,
                    ssize_t (*put)(int descriptor, const struct iovec *parts, int count))
{
    for (;;) {
        ssize_t done = put(output->descriptor, parts, count);
        if (done < 0 && errno != EINTR && errno != EAGAIN)
            return false;
        size_t left = done < 0 ? 0 : (size_t)done;
        output->sent += left;
        for (; count > 0 && left >= parts->iov_len; parts++, count--)
            left -= parts->iov_len;
        if (count == 0)
            return true;
        parts->iov_base = (uint8_t *)parts->iov_base + left;
        parts->iov_len -= left;
        if (!wait_for_room(output))
            return false;
    }
}

static bool can_lend(const struct output *output, const struct iovec *part)
{
    return part->iov_len >= WORTH_BYTES && blocks_hold(&output->blocks, part->iov_base);
}

/* Where the system does not borrow after all, it copies. */
static enum sent lend(struct output *output, struct iovec *part)
{
    const void *bytes = part->iov_base;
    bool is_lent = put_all(output, part, 1, pipe_lend);
    blocks_lend(&output->blocks, bytes, output->sent);
    if (is_lent)
        return SENT_LENT;
    return put_all(output, part, 1, writev) ? SENT_COPIED : SENT_GONE;
}

/* What lies in blocks goes part by part, all else together. */
static enum sent send_parts(struct output *output, struct iovec *parts, int count)
{
    enum sent sent = SENT_COPIED;
    for (int i = 0, end; i < count; i = end) {
        bool lies = can_lend(output, &parts[i]);
        for (end = i + 1; !lies && end < count && !can_lend(output, &parts[end]);)
            end++;
        if (lies)
            sent = lend(output, &parts[i]);
        else if (!put_all(output, parts + i, end - i, writev))
            sent = SENT_GONE;
        if (sent == SENT_GONE)
            break;
    }
    return sent;
}

/* What waits in the pipe was sent last. */
static void tell_time(struct output *output)
{
    ssize_t waiting = pipe_waiting(output->descriptor);
    if (waiting >= 0)
        output->blocks.now = output->sent - (uint64_t)waiting;
}

enum sent output_send(struct output *output, const struct iovec *parts, int count)
{
    struct iovec all[FRAME_PARTS_MAX + 1];
    uint8_t head[LENGTH_BYTES];
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += parts[i].iov_len;
    if (length > UINT32_MAX)
        return SENT_GONE;
    store32(head, (uint32_t)length);
    all[0] = (struct iovec){head, sizeof head};
    memcpy(all + 1, parts, (size_t)count * sizeof *parts);
    enum sent sent = send_parts(output, all, count + 1);
    if (output->blocks.count > 0)
        tell_time(output);
    return sent;
}
