/* SPDX-License-Identifier: ISC
 *
 * The table of messages, their check, and the socket that they go by (see writer_message.h). Who
 * asks may have been taken over: of a request, every byte has to be as an honest worker's is.
 */
#include "record/writer_message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define READY WB__WRITER_READY
#define ENDED WB__WRITER_ENDED

/* clang-format off */
static const struct wb__writer_message messages[] = {
    /*                             name            names  inode  files  answered              in     to */
    [WB__WRITER_CREATE]       = { "create",        1,     false, 0,     1,                    READY, READY },
    [WB__WRITER_APPEND]       = { "append",        1,     false, 0,     1,                    READY, READY },
    [WB__WRITER_READ]         = { "read",          1,     false, 0,     1,                    READY, READY },
    [WB__WRITER_NAMELESS]     = { "nameless",      0,     false, 0,     WB__WRITER_AHEAD,     READY, READY },
    [WB__WRITER_LINK]         = { "link",          3,     false, 3,     0,                    READY, READY },
    [WB__WRITER_MOVE]         = { "move",          2,     false, 0,     0,                    READY, READY },
    [WB__WRITER_REMOVE]       = { "remove",        1,     false, 0,     0,                    READY, READY },
    [WB__WRITER_REMOVE_INODE] = { "remove inode",  1,     true,  0,     0,                    READY, READY },
    [WB__WRITER_LOOK]         = { "look",          1,     false, 0,     0,                    READY, READY },
    [WB__WRITER_SYNC]         = { "sync",          0,     false, 0,     0,                    READY, READY },
    [WB__WRITER_END]          = { "end",           0,     false, 0,     0,                    READY, ENDED },
};
/* clang-format on */

const struct wb__writer_message *wb__writer_message(uint64_t number)
{
    bool is_one = number < sizeof messages / sizeof messages[0] && messages[number].name;
    return is_one ? &messages[number] : NULL;
}

/* ---- The check -------------------------------------------------------------------- */

static bool is_zero(const char *bytes, size_t length)
{
    while (length > 0 && bytes[length - 1] == '\0')
        length--;
    return length == 0;
}

/* The name of a file of the directory itself. Nothing stands behind it. */
static bool is_name(const char name[WB__WRITER_NAME_SIZE])
{
    size_t length = strnlen(name, WB__WRITER_NAME_SIZE);
    return length > 0 && length < WB__WRITER_NAME_SIZE && !memchr(name, '/', length) &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           is_zero(name + length, WB__WRITER_NAME_SIZE - length);
}

static bool has_names(const struct wb__writer_request *request, unsigned count)
{
    bool has = true;
    for (unsigned i = 0; i < WB__WRITER_NAMES && has; i++)
        has = i < count ? is_name(request->names[i])
                        : is_zero(request->names[i], WB__WRITER_NAME_SIZE);
    return has;
}

const char *wb__writer_violation(const struct wb__writer_request *request, size_t length,
                                 unsigned files, enum wb__writer_state state)
{
    if (length != sizeof *request)
        return "a message of another length";
    const struct wb__writer_message *message = wb__writer_message(request->number);
    if (!message)
        return "a message that there is not";
    if (message->in != state)
        return "a message at another time";
    if (files > message->files || (files == 0 && message->files > 0))
        return "a message with other descriptors";
    if (!message->has_inode && request->inode != 0)
        return "a message with an inode";
    unsigned names = message->files > 0 ? files : message->names;
    return has_names(request, names) ? NULL : "a message with other names";
}

/* ---- The socket ------------------------------------------------------------------- */

/* Room for more than any request has, so that too many are seen. */
union control {
    struct cmsghdr header; /* for its alignment */
    char bytes[CMSG_SPACE(sizeof(int) * WB__WRITER_AHEAD)];
};

void wb__writer_close_files(struct wb__writer_files *files)
{
    while (files->count > 0)
        close(files->descriptors[--files->count]);
}

static void pack(struct msghdr *header, union control *control,
                 const struct wb__writer_files *files)
{
    size_t length = sizeof(int) * files->count;
    memset(control, 0, sizeof *control);
    header->msg_control = control->bytes;
    header->msg_controllen = CMSG_SPACE(length);
    struct cmsghdr *part = CMSG_FIRSTHDR(header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(part), files->descriptors, length);
}

bool wb__writer_send(int socket, const void *message, size_t length,
                     const struct wb__writer_files *files, int flags)
{
    struct iovec vector = {.iov_base = (void *)(uintptr_t)message, .iov_len = length};
    struct msghdr header = {.msg_iov = &vector, .msg_iovlen = 1};
    union control control;
    ssize_t sent;
    if (files->count > 0)
        pack(&header, &control, files);
    do {
        sent = sendmsg(socket, &header, MSG_NOSIGNAL | flags);
    } while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)length;
}

static void unpack(struct msghdr *header, struct wb__writer_files *files)
{
    files->count = 0;
    files->is_cut = header->msg_flags & MSG_CTRUNC;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part; part = CMSG_NXTHDR(header, part)) {
        size_t bytes = part->cmsg_len - CMSG_LEN(0);
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS ||
            bytes > sizeof files->descriptors - files->count * sizeof(int))
            continue;
        memcpy(files->descriptors + files->count, CMSG_DATA(part), bytes);
        files->count += (unsigned)(bytes / sizeof(int));
    }
}

long wb__writer_receive(int socket, void *message, size_t size, struct wb__writer_files *files)
{
    struct iovec vector = {.iov_base = message, .iov_len = size};
    union control control;
    struct msghdr header;
    ssize_t length;
    do {
        header = (struct msghdr){.msg_iov = &vector,
                                 .msg_iovlen = 1,
                                 .msg_control = control.bytes,
                                 .msg_controllen = sizeof control.bytes};
        length = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    } while (length < 0 && errno == EINTR);
    *files = (struct wb__writer_files){.count = 0};
    if (length >= 0)
        unpack(&header, files);
    return length >= 0 && header.msg_flags & MSG_TRUNC ? (long)size + 1 : (long)length;
}
