/* SPDX-License-Identifier: ISC
 *
 * wirebeam-port: the worker behind a pipe, as an Erlang port drives it.
 * Commands come on standard input, frames leave on standard output. It ends when either
 * breaks, also while it waits, and so never outlives the virtual machine that started it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wirebeam/guard.h>
#include <wirebeam/version.h>

#include "buffer.h"
#include "memory.h"
#include "worker.h"

#define PIPE_BYTES   (1 << 20)
#define COMMAND_MAX  (16U << 20) /* longer than any command can be */
#define LENGTH_BYTES 4

struct port {
    uint8_t head[LENGTH_BYTES];
    size_t head_used;
    uint8_t *body;
    size_t length, used;
    struct memory memory;
};

/* ---- Receiving -------------------------------------------------------------------- */

/* Reads into to what is there. Returns whether the length is reached; else *answer says why. */
static bool fill(uint8_t *to, size_t *used, size_t length, int timeout_ms, enum received *answer)
{
    while (*used < length) {
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        *answer = RECEIVED_NOTHING;
        if (poll(&input, 1, timeout_ms) <= 0)
            return false;
        ssize_t count = read(STDIN_FILENO, to + *used, length - *used);
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            return false;
        *answer = RECEIVED_END;
        if (count <= 0)
            return false;
        *used += (size_t)count;
    }
    return true;
}

static enum received begin_body(struct port *port)
{
    port->length = load32(port->head);
    if (port->length == 0 || port->length > COMMAND_MAX)
        return RECEIVED_MALFORMED;
    port->body = malloc(port->length);
    return port->body ? RECEIVED_COMMAND : RECEIVED_END;
}

static enum received receive(void *context, struct command *command, int timeout_ms)
{
    struct port *port = context;
    enum received answer;
    if (port->body && port->used == port->length) { /* that of the last call */
        free(port->body);
        *port = (struct port){.memory = port->memory};
    }
    if (!port->body) {
        if (!fill(port->head, &port->head_used, LENGTH_BYTES, timeout_ms, &answer))
            return answer;
        answer = begin_body(port);
        if (answer != RECEIVED_COMMAND)
            return answer;
    }
    if (!fill(port->body, &port->used, port->length, timeout_ms, &answer))
        return answer;
    *command = (struct command){port->body[0], port->body + 1, port->length - 1};
    return RECEIVED_COMMAND;
}

/* ---- Sending ---------------------------------------------------------------------- */

/* Waits until there is room; false when nobody will make any. */
static bool wait_for_room(void)
{
    struct pollfd fds[2] = {{.fd = STDOUT_FILENO, .events = POLLOUT}, {.fd = STDIN_FILENO}};
    if (poll(fds, 2, -1) < 0)
        return errno == EINTR;
    return !(fds[0].revents & (POLLERR | POLLNVAL)) && !(fds[1].revents & (POLLHUP | POLLERR));
}

/* What did not fit finds no room at once either. */
static int write_all(struct iovec *parts, int count)
{
    for (;;) {
        ssize_t written = writev(STDOUT_FILENO, parts, count);
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        size_t left = written < 0 ? 0 : (size_t)written;
        for (; count > 0 && left >= parts->iov_len; parts++, count--)
            left -= parts->iov_len;
        if (count == 0)
            return 0;
        parts->iov_base = (uint8_t *)parts->iov_base + left;
        parts->iov_len -= left;
        if (!wait_for_room())
            return -1;
    }
}

static int send_place(const struct place *place)
{
    uint8_t frame[LENGTH_BYTES + 1 + sizeof place->parts];
    uint8_t *to = frame + LENGTH_BYTES;
    *to++ = FRAME_PLACED;
    for (int i = 0; i < place->count; i++)
        to = store32(store32(to, place->parts[i].offset), place->parts[i].length);
    store32(frame, (uint32_t)(to - frame) - LENGTH_BYTES);
    return write_all(&(struct iovec){frame, (size_t)(to - frame)}, 1);
}

/* Only frames that take credit are placed: credit says which slots are free. */
static bool takes_credit(const struct iovec *parts)
{
    const uint8_t *type = parts[0].iov_base;
    return *type == FRAME_PACKETS || *type == FRAME_EVENTS;
}

/* Whole, through the pipe. */
static int send_whole(const struct iovec *parts, int count)
{
    struct iovec all[FRAME_PARTS_MAX + 1];
    uint8_t head[LENGTH_BYTES];
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += parts[i].iov_len;
    if (length > UINT32_MAX)
        return -1;
    store32(head, (uint32_t)length);
    all[0] = (struct iovec){head, sizeof head};
    memcpy(all + 1, parts, (size_t)count * sizeof *parts);
    return write_all(all, count + 1);
}

static enum sent send_frame(void *context, const struct iovec *parts, int count)
{
    struct port *port = context;
    struct place place = {0};
    if (takes_credit(parts))
        place = memory_place(&port->memory, parts, count);
    int result = place.count > 0 ? send_place(&place) : send_whole(parts, count);
    if (result < 0)
        return SENT_GONE;
    return place.count > 1 ? SENT_LENT : SENT_COPIED;
}

static struct wb_source_memory memory(void *context)
{
    struct port *port = context;
    return memory_blocks(&port->memory);
}

/* Memory that the system does not let us have (of an owner with more rights, say) is no
 * error: the frames go through the pipe then. */
static int share(void *context, const char *description, struct wb_error *error)
{
    struct port *port = context;
    memory_detach(&port->memory);
    int code = memory_attach(&port->memory, description, error);
    return code == WB_E_SYSTEM ? 0 : code;
}

/* ---- The program ------------------------------------------------------------------ */

static int confine(const struct wb_guard_options *needs, struct wb_error *error)
{
    int code = wb_guard_drop_rights(needs, error);
    return code < 0 ? code : wb_guard_confine(needs, error);
}

/* A pipe takes a megabyte where the system lets it. */
static bool widen_pipe(int descriptor)
{
    struct stat info;
    if (fstat(descriptor, &info) < 0 || !S_ISFIFO(info.st_mode))
        return false;
#ifdef F_SETPIPE_SZ
    fcntl(descriptor, F_SETPIPE_SZ, PIPE_BYTES);
#endif
    return true;
}

/* Output never blocks: standard input is to be watched while it is full. */
static void prepare_pipes(void)
{
    widen_pipe(STDIN_FILENO);
    if (!widen_pipe(STDOUT_FILENO))
        return;
    fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
}

static int print_help(FILE *stream, int status)
{
    fputs("usage: wirebeam-port [-h | --version]\n\n"
          "The worker of the Erlang application wirebeam: it captures, or reads a file, as the\n"
          "commands on standard input say, and answers in frames on standard output. It is\n"
          "started by the application (backend => port), not by hand; `wirebeam` is the\n"
          "command for people.\n\n"
          "Once the capture is open it gives up its rights and confines itself; it ends with its\n"
          "input.\n\n"
          "Status: 0 when the input ended, 2 when it was no commands.\n",
          stream);
    return status;
}

int main(int argc, char **argv)
{
    if (argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
        return print_help(stdout, 0);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("wirebeam-port %s\n", wb_version()) < 0;
    if (argc != 1)
        return print_help(stderr, 2);

    struct port port = {0};
    const struct transport transport = {.context = &port,
                                        .descriptor = STDIN_FILENO,
                                        .receive = receive,
                                        .send = send_frame,
                                        .memory = memory,
                                        .share = share,
                                        .confine = confine};
    wb_guard_close_inherited();
    signal(SIGPIPE, SIG_IGN);
    prepare_pipes();
    enum received why = worker_run(&transport);
    free(port.body);
    memory_detach(&port.memory);
    if (why != RECEIVED_MALFORMED)
        return 0;
    fputs("wirebeam-port: what came on standard input is no command of the protocol\n", stderr);
    return 2;
}
