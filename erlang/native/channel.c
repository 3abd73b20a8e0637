/* SPDX-License-Identifier: ISC */
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lender.h"
#include "worker.h"

/* A command that waits. The environment holds its binary. */
struct waiting {
    struct waiting *next;
    ErlNifEnv *environment;
    ErlNifBinary bytes;
};

struct channel {
    pthread_mutex_t mutex; /* of what follows */
    enum { OPEN, SILENT } state;
    unsigned holders;
    struct waiting *first, *last;
    size_t waiting_bytes;
    int wake_read, wake_write; /* readable while there is something to receive; -1: the thread
                                  has ended */

    /* The thread's own. */
    ErlNifPid owner;
    ErlNifEnv *reference_environment, *message_environment;
    ERL_NIF_TERM reference;
    struct lender *lender;
    struct waiting *taken; /* the worker looks at it */
};

/* ---- Commands that wait ----------------------------------------------------------- */

static void free_waiting(struct waiting *waiting)
{
    if (!waiting)
        return;
    enif_free_env(waiting->environment);
    free(waiting);
}

static struct waiting *new_waiting(ERL_NIF_TERM command)
{
    struct waiting *waiting = calloc(1, sizeof *waiting);
    if (!waiting)
        return NULL;
    waiting->environment = enif_alloc_env();
    if (waiting->environment) {
        ERL_NIF_TERM copy = enif_make_copy(waiting->environment, command);
        if (enif_inspect_binary(waiting->environment, copy, &waiting->bytes))
            return waiting;
        enif_free_env(waiting->environment);
    }
    free(waiting);
    return NULL;
}

static void append(struct channel *channel, struct waiting *waiting)
{
    if (channel->last)
        channel->last->next = waiting;
    else
        channel->first = waiting;
    channel->last = waiting;
    channel->waiting_bytes += waiting->bytes.size;
}

static struct waiting *take_first(struct channel *channel)
{
    struct waiting *first = channel->first;
    if (!first)
        return NULL;
    channel->first = first->next;
    if (!channel->first)
        channel->last = NULL;
    channel->waiting_bytes -= first->bytes.size;
    return first;
}

/* ---- Waking ----------------------------------------------------------------------- */

static int make_quiet(int descriptor)
{
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0 || fcntl(descriptor, F_SETFL, O_NONBLOCK) < 0)
        return errno;
    return 0;
}

static int open_wake(struct channel *channel)
{
    int ends[2];
    if (pipe(ends) < 0)
        return errno;
    channel->wake_read = ends[0];
    channel->wake_write = ends[1];
    int error = make_quiet(ends[0]);
    return error ? error : make_quiet(ends[1]);
}

static void close_wake(struct channel *channel)
{
    if (channel->wake_read >= 0)
        close(channel->wake_read);
    if (channel->wake_write >= 0)
        close(channel->wake_write);
    channel->wake_read = channel->wake_write = -1;
}

/* A pipe that is full wakes as well. */
static void wake(const struct channel *channel)
{
    if (channel->wake_write >= 0 && write(channel->wake_write, "", 1) < 0)
        return;
}

/* Forgets that it was woken. */
static void settle(const struct channel *channel)
{
    char bytes[16];
    while (read(channel->wake_read, bytes, sizeof bytes) == (ssize_t)sizeof bytes)
        ;
}

/* ---- What the worker asks for ----------------------------------------------------- */

/* Takes what is there; the descriptor stays readable while there is more, and for ever once
 * it is to end. */
static enum received take(struct channel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    enum received answer = RECEIVED_END;
    if (channel->state == OPEN) {
        channel->taken = take_first(channel);
        answer = channel->taken ? RECEIVED_COMMAND : RECEIVED_NOTHING;
        if (!channel->first)
            settle(channel);
    }
    pthread_mutex_unlock(&channel->mutex);
    return answer;
}

static enum received receive(void *context, struct command *command, int timeout_ms)
{
    struct channel *channel = context;
    free_waiting(channel->taken);
    channel->taken = NULL;
    struct pollfd woken = {.fd = channel->wake_read, .events = POLLIN};
    if (poll(&woken, 1, timeout_ms) <= 0)
        return RECEIVED_NOTHING;
    enum received answer = take(channel);
    if (answer != RECEIVED_COMMAND)
        return answer;
    const ErlNifBinary *bytes = &channel->taken->bytes;
    if (bytes->size == 0)
        return RECEIVED_MALFORMED;
    *command = (struct command){bytes->data[0], bytes->data + 1, bytes->size - 1};
    return RECEIVED_COMMAND;
}

static bool put_together(ErlNifEnv *environment, const struct iovec *parts, int count,
                         ERL_NIF_TERM *binary)
{
    ErlNifBinary bytes;
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += parts[i].iov_len;
    if (!enif_alloc_binary(length, &bytes))
        return false;
    unsigned char *to = bytes.data;
    for (int i = 0; i < count; i++) {
        memcpy(to, parts[i].iov_base, parts[i].iov_len);
        to += parts[i].iov_len;
    }
    *binary = enif_make_binary(environment, &bytes);
    return true;
}

/* A frame as a term. Data that lies in one piece is lent where it may be. */
static enum sent make_frame(struct channel *channel, const struct iovec *parts, int count,
                            ERL_NIF_TERM *frame)
{
    ErlNifEnv *environment = channel->message_environment;
    ERL_NIF_TERM head, data;
    enum sent sent = SENT_COPIED;
    if (count == FRAME_HEAD_PARTS + 1)
        sent = lender_lend(channel->lender, environment, parts[FRAME_HEAD_PARTS].iov_base,
                           parts[FRAME_HEAD_PARTS].iov_len, &data);
    if (!put_together(environment, parts, sent == SENT_LENT ? FRAME_HEAD_PARTS : count, &head))
        return SENT_GONE;
    *frame = sent == SENT_LENT ? enif_make_tuple2(environment, head, data) : head;
    return sent;
}

static struct wb_source_memory memory(void *context)
{
    const struct channel *channel = context;
    return lender_memory(channel->lender);
}

/* Sends a message, the last one or another, where one may be sent. The mutex is what keeps it
 * from coming after close. Afterwards the environment is empty. */
static bool send_message(struct channel *channel, ERL_NIF_TERM message, bool is_last)
{
    pthread_mutex_lock(&channel->mutex);
    bool is_sent = channel->state == OPEN &&
                   enif_send(NULL, &channel->owner, channel->message_environment, message);
    if (is_last) {
        channel->state = SILENT;
        close_wake(channel);
    }
    pthread_mutex_unlock(&channel->mutex);
    enif_clear_env(channel->message_environment);
    return is_sent;
}

static enum sent send_frame(void *context, const struct iovec *parts, int count)
{
    struct channel *channel = context;
    ErlNifEnv *environment = channel->message_environment;
    ERL_NIF_TERM frame;
    enum sent sent = make_frame(channel, parts, count, &frame);
    if (sent == SENT_GONE)
        return SENT_GONE;
    ERL_NIF_TERM message =
        enif_make_tuple3(environment, enif_make_atom(environment, "wirebeam_nif"),
                         enif_make_copy(environment, channel->reference), frame);
    return send_message(channel, message, false) ? sent : SENT_GONE;
}

/* ---- The thread ------------------------------------------------------------------- */

/* An end that the owner did not cause is always one for memory. */
static void say_goodbye(struct channel *channel, enum received why)
{
    ErlNifEnv *environment = channel->message_environment;
    const char *reason = why == RECEIVED_MALFORMED ? "protocol" : "enomem";
    ERL_NIF_TERM message =
        enif_make_tuple4(environment, enif_make_atom(environment, "wirebeam_nif"),
                         enif_make_copy(environment, channel->reference),
                         enif_make_atom(environment, "exit"), enif_make_atom(environment, reason));
    send_message(channel, message, true);
}

static void free_channel(struct channel *channel)
{
    struct waiting *waiting;
    while ((waiting = take_first(channel)))
        free_waiting(waiting);
    free_waiting(channel->taken);
    close_wake(channel);
    if (channel->reference_environment)
        enif_free_env(channel->reference_environment);
    if (channel->message_environment)
        enif_free_env(channel->message_environment);
    lender_release(channel->lender);
    pthread_mutex_destroy(&channel->mutex);
    free(channel);
}

void channel_release(struct channel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    bool is_last = --channel->holders == 0;
    pthread_mutex_unlock(&channel->mutex);
    if (is_last)
        free_channel(channel);
}

static void *run(void *context)
{
    struct channel *channel = context;
    const struct transport transport = {.context = channel,
                                        .descriptor = channel->wake_read,
                                        .receive = receive,
                                        .send = send_frame,
                                        .memory = memory};
    say_goodbye(channel, worker_run(&transport));
    channel_release(channel);
    return NULL;
}

/* The thread takes no signal: they are the virtual machine's. */
static int start_thread(struct channel *channel)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    int error = pthread_attr_init(&attributes);
    if (error)
        return error;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, &attributes, run, channel);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

/* ---- Opening and closing ---------------------------------------------------------- */

static int make_environments(struct channel *channel, ERL_NIF_TERM reference)
{
    channel->reference_environment = enif_alloc_env();
    channel->message_environment = enif_alloc_env();
    if (!channel->reference_environment || !channel->message_environment)
        return ENOMEM;
    channel->reference = enif_make_copy(channel->reference_environment, reference);
    return 0;
}

int channel_open(struct channel **result, const ErlNifPid *owner, ERL_NIF_TERM reference,
                 ErlNifResourceType *blocks)
{
    struct channel *channel = calloc(1, sizeof *channel);
    if (!channel)
        return ENOMEM;
    pthread_mutex_init(&channel->mutex, NULL);
    channel->holders = 2;
    channel->owner = *owner;
    channel->wake_read = channel->wake_write = -1;
    channel->lender = lender_new(blocks);
    int error = channel->lender ? make_environments(channel, reference) : ENOMEM;
    if (!error)
        error = open_wake(channel);
    if (!error)
        error = start_thread(channel);
    if (error)
        free_channel(channel);
    else
        *result = channel;
    return error;
}

enum given channel_give(struct channel *channel, ERL_NIF_TERM command, size_t length)
{
    struct waiting *waiting = new_waiting(command);
    enum given answer = GIVEN_OK;
    pthread_mutex_lock(&channel->mutex);
    if (channel->state != OPEN) {
        answer = GIVEN_CLOSED;
    } else if (!waiting ||
               (channel->first && channel->waiting_bytes + length > COMMANDS_MAX_BYTES)) {
        answer = GIVEN_BUSY;
    } else {
        append(channel, waiting);
        wake(channel);
    }
    pthread_mutex_unlock(&channel->mutex);
    if (answer != GIVEN_OK)
        free_waiting(waiting);
    return answer;
}

void channel_close(struct channel *channel)
{
    pthread_mutex_lock(&channel->mutex);
    channel->state = SILENT;
    wake(channel);
    pthread_mutex_unlock(&channel->mutex);
}
