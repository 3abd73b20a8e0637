/* SPDX-License-Identifier: ISC
 *
 * wirebeam-port: the worker behind a pipe, as an Erlang port drives it.
 * Commands come on standard input, frames leave on standard output. It ends when either
 * breaks, also while it waits, and so never outlives the virtual machine that started it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wirebeam/guard.h>
#include <wirebeam/version.h>

#include "buffer.h"
#include "memory.h"
#include "output.h"
#include "pipe.h"
#include "worker.h"

#define INPUT_BYTES  (1U << 20)  /* the system may hold as much of commands */
#define COMMAND_MAX  (16U << 20) /* longer than any command can be */
#define LENGTH_BYTES 4

/* The command that comes. */
struct input {
    uint8_t head[LENGTH_BYTES];
    size_t head_used;
    uint8_t *body;
    size_t length, used;
};

struct port {
    struct input input;
    struct output output;
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

static enum received begin_body(struct input *input)
{
    input->length = load32(input->head);
    if (input->length == 0 || input->length > COMMAND_MAX)
        return RECEIVED_MALFORMED;
    input->body = malloc(input->length);
    return input->body ? RECEIVED_COMMAND : RECEIVED_END;
}

static enum received receive(void *context, struct command *command, int timeout_ms)
{
    struct input *input = &((struct port *)context)->input;
    enum received answer;
    if (input->body && input->used == input->length) { /* that of the last call */
        free(input->body);
        *input = (struct input){0};
    }
    if (!input->body) {
        if (!fill(input->head, &input->head_used, LENGTH_BYTES, timeout_ms, &answer))
            return answer;
        answer = begin_body(input);
        if (answer != RECEIVED_COMMAND)
            return answer;
    }
    if (!fill(input->body, &input->used, input->length, timeout_ms, &answer))
        return answer;
    *command = (struct command){input->body[0], input->body + 1, input->length - 1};
    return RECEIVED_COMMAND;
}

/* ---- Sending ---------------------------------------------------------------------- */

static enum sent send_place(struct output *output, const struct place *place)
{
    uint8_t frame[1 + sizeof place->parts];
    uint8_t *to = frame;
    *to++ = FRAME_PLACED;
    for (int i = 0; i < place->count; i++)
        to = store32(store32(to, place->parts[i].offset), place->parts[i].length);
    return output_send(output, &(struct iovec){frame, (size_t)(to - frame)}, 1);
}

/* Only frames that take credit are placed: credit says which slots are free. */
static bool takes_credit(const struct iovec *parts)
{
    const uint8_t *type = parts[0].iov_base;
    return *type == FRAME_PACKETS || *type == FRAME_EVENTS;
}

static enum sent send_frame(void *context, const struct iovec *parts, int count)
{
    struct port *port = context;
    struct place place = {0};
    if (takes_credit(parts))
        place = memory_place(&port->memory, parts, count);
    if (place.count == 0)
        return output_send(&port->output, parts, count);
    if (send_place(&port->output, &place) == SENT_GONE)
        return SENT_GONE;
    return place.count > 1 ? SENT_LENT : SENT_COPIED;
}

static struct wb_source_memory memory(void *context)
{
    struct port *port = context;
    return port->memory.bytes ? blocks_memory(&port->memory.blocks) : output_memory(&port->output);
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

static int confine(void *context, const struct wb_guard_options *needs, struct wb_error *error)
{
    const struct port *port = context;
    struct wb_guard_options all = *needs;
    all.lends = port->output.blocks.count > 0;
    int code = wb_guard_drop_rights(&all, error);
    return code < 0 ? code : wb_guard_confine(&all, error);
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
    pipe_widen(STDIN_FILENO, INPUT_BYTES);
    output_begin(&port.output, STDOUT_FILENO, STDIN_FILENO);
    enum received why = worker_run(&transport);
    free(port.input.body);
    output_end(&port.output);
    memory_detach(&port.memory);
    if (why != RECEIVED_MALFORMED)
        return 0;
    fputs("wirebeam-port: what came on standard input is no command of the protocol\n", stderr);
    return 2;
}
