/* SPDX-License-Identifier: ISC
 *
 * The loop over commands and steps of the engine.
 *
 *     waiting --OPEN--> opening --opened--> running --its end, a failure--> closed
 *                          \------failed------------------------------------^
 *
 * In each state commands are taken; the end of the owner ends the worker. In running, a frame
 * without credit waits inside of the step that made it: commands are taken there too, which
 * the engine allows for those that there are.
 */
#include "worker.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "options.h"
#include "say.h"
#include "sending.h"

#define IDLE_MS      100  /* between looks at timers, when no packet comes */
#define FILE_WAIT_MS 20   /* for bytes of a file that is a pipe, while commands have to wait */
#define LOSSES_MS    1000 /* losses are told at most so often */

struct worker {
    const struct transport *transport;
    enum { WAITING, OPENING, RUNNING, CLOSED } state;
    bool is_over; /* the owner is gone: nothing is sent or taken any more */
    enum received why;
    uint32_t credit;
    struct settings settings;
    struct wb_engine *engine;
    struct events events;
    struct sending sending;
    struct worker_stats stats;
    struct buffer reply;
    bool is_out_of_memory;
    int64_t stats_due_ms, losses_due_ms;
    uint64_t told_ring, told_interface; /* losses */
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void end(struct worker *worker, enum received why)
{
    worker->is_over = true;
    worker->why = why;
}

void worker_out_of_memory(struct worker *worker)
{
    worker->is_out_of_memory = true;
}

static void take_command(struct worker *worker, int timeout_ms);

/* ---- Sending ---------------------------------------------------------------------- */

static void send_frame(struct worker *worker, const struct iovec *parts, int count)
{
    if (worker->is_over)
        return;
    enum sent sent = worker->transport->send(worker->transport->context, parts, count);
    worker->stats.lent_frames += sent == SENT_LENT;
    worker->stats.unlent_frames += sent == SENT_UNLENT;
    if (sent == SENT_GONE)
        end(worker, RECEIVED_END);
}

static void send_reply(struct worker *worker)
{
    const struct iovec frame = {worker->reply.bytes, worker->reply.used};
    if (worker->reply.is_failed)
        end(worker, RECEIVED_END);
    else
        send_frame(worker, &frame, 1);
    worker->reply.used = 0;
}

static void begin_reply(struct worker *worker, uint32_t reference)
{
    buffer_put8(&worker->reply, FRAME_REPLY);
    buffer_put32(&worker->reply, reference);
}

/* An error as every frame has it. Its words are those of *error where it is about it. */
static void put_error(struct buffer *buffer, int code, const struct wb_error *error)
{
    const char *text = error->code == code ? error->text : wb_error_text(code);
    buffer_put8(buffer, (unsigned)-code);
    buffer_put32(buffer, error->code == code ? (uint32_t)error->system : 0);
    buffer_put_bytes(buffer, text, strlen(text));
}

static void refuse(struct worker *worker, uint32_t reference, int code,
                   const struct wb_error *error)
{
    begin_reply(worker, reference);
    put_error(&worker->reply, code, error);
    send_reply(worker);
}

static void send_closed(struct worker *worker, int code, const struct wb_error *error)
{
    buffer_put8(&worker->reply, FRAME_CLOSED);
    put_error(&worker->reply, code, error);
    send_reply(worker);
    worker->state = CLOSED;
}

/* ---- Questions -------------------------------------------------------------------- */

static void add_credit(struct worker *worker, uint32_t more)
{
    worker->credit = more > UINT32_MAX - worker->credit ? UINT32_MAX : worker->credit + more;
}

static void set_filter(struct worker *worker, uint32_t reference, const uint8_t *bytes,
                       size_t length)
{
    struct wb_error error = {0};
    char *expression = strndup((const char *)bytes, length);
    int code = 0;
    if (!expression)
        code = say(&error, WB_E_MEMORY, "out of memory");
    else if (memchr(bytes, 0, length))
        code = say(&error, WB_E_FILTER, "the filter has a NUL byte");
    else
        code = wb_engine_set_filter(worker->engine, expression, &error);
    free(expression);
    if (code < 0) {
        refuse(worker, reference, code, &error);
        return;
    }
    begin_reply(worker, reference);
    buffer_put8(&worker->reply, 0);
    send_reply(worker);
}

static void get_stats(struct worker *worker, struct wb_stats *stats)
{
    wb_engine_stats(worker->engine, stats);
    sending_stats(&worker->sending, &worker->stats.inject);
}

static void tell_stats(struct worker *worker, uint32_t reference)
{
    struct wb_stats stats;
    get_stats(worker, &stats);
    begin_reply(worker, reference);
    buffer_put8(&worker->reply, 0);
    stats_put(&worker->reply, &stats, &worker->stats);
    send_reply(worker);
}

struct listing {
    struct buffer list;
    uint32_t count;
};

static void put_interface(void *context, const struct wb_interface *interface)
{
    struct listing *listing = context;
    struct buffer *list = &listing->list;
    listing->count++;
    buffer_put_string(list, interface->name);
    buffer_put_string(list, interface->description);
    buffer_put8(list, (unsigned)(interface->is_up | interface->is_running << 1 |
                                 interface->is_loopback << 2 | interface->is_wireless << 3 |
                                 interface->can_capture << 4));
    buffer_put32(list, interface->mtu);
    buffer_put32(list, (uint32_t)interface->address_count);
    for (size_t i = 0; i < interface->address_count; i++)
        buffer_put_string(list, interface->addresses[i]);
}

static void tell_interfaces(struct worker *worker, uint32_t reference)
{
    struct wb_error error = {0};
    struct listing listing = {0};
    int code = wb_interfaces(put_interface, &listing, &error);
    if (code >= 0 && listing.list.is_failed)
        code = say(&error, WB_E_MEMORY, "out of memory");
    if (code < 0) {
        refuse(worker, reference, code, &error);
    } else {
        begin_reply(worker, reference);
        buffer_put8(&worker->reply, 0);
        buffer_put32(&worker->reply, listing.count);
        buffer_put_bytes(&worker->reply, listing.list.bytes, listing.list.used);
        send_reply(worker);
    }
    buffer_free(&listing.list);
}

/* ---- Packets of the owner --------------------------------------------------------- */

static void tell_sent(struct worker *worker)
{
    begin_reply(worker, worker->sending.reference);
    buffer_put8(&worker->reply, 0);
    sending_put_results(&worker->sending, &worker->reply);
    send_reply(worker);
    sending_end(&worker->sending);
}

static void send_some(struct worker *worker)
{
    struct wb_error error = {0};
    int code = sending_step(&worker->sending, &error);
    if (code > 0) {
        tell_sent(worker);
    } else if (code < 0) {
        refuse(worker, worker->sending.reference, code, &error);
        sending_end(&worker->sending);
    }
}

static void begin_sending(struct worker *worker, uint32_t reference, const struct command *command)
{
    struct wb_error error = {0};
    int code =
        sending_begin(&worker->sending, reference, command->body + 4, command->length - 4, &error);
    if (code < 0)
        refuse(worker, reference, code, &error);
}

/* A command that needs a capture, when there is none yet. */
static void refuse_early(struct worker *worker, uint32_t reference)
{
    struct wb_error error;
    int code = say(&error, WB_E_ARGUMENT, "nothing is open");
    refuse(worker, reference, code, &error);
}

/* ---- Opening ---------------------------------------------------------------------- */

/* A FIFO has to be written to before it can be opened; until then commands are taken, and
 * the owner's end is heard. Returns its descriptor, to be closed when the engine has one of
 * its own, or -1 where the file is no FIFO; what else it is, the engine tells. */
static int wait_for_writer(struct worker *worker, const char *path)
{
    struct stat info;
    int fifo = -1;
    if (!path || stat(path, &info) < 0 || !S_ISFIFO(info.st_mode))
        return -1;
    while (!worker->is_over) {
        if (fifo < 0)
            fifo = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (fifo < 0)
            return -1;
        struct pollfd fds[2] = {{.fd = worker->transport->descriptor, .events = POLLIN},
                                {.fd = fifo, .events = POLLIN}};
        poll(fds, 2, -1);
        if (fds[0].revents)
            take_command(worker, 0);
        if (fds[1].revents & POLLIN)
            return fifo;
        if (fds[1].revents) { /* the writer left without a word */
            close(fifo);
            fifo = -1;
        }
    }
    return fifo;
}

static int share_memory(struct worker *worker, struct wb_error *error)
{
    const struct transport *transport = worker->transport;
    if (!worker->settings.memory)
        return 0;
    if (!transport->share)
        return say(error, WB_E_UNSUPPORTED, "memory: it cannot be shared here");
    return transport->share(transport->context, worker->settings.memory, error);
}

static int confine(void *context, struct wb_error *error)
{
    const struct worker *worker = context;
    const struct settings *settings = &worker->settings;
    const struct wb_guard_options needs = {
        .mode = settings->sandbox,
        .is_live = settings->engine.source.interface != NULL,
        .sends = settings->injects,
        .user = settings->user,
    };
    if (worker->transport->confine)
        return worker->transport->confine(worker->transport->context, &needs, error);
    if (settings->sandbox != WB_GUARD_ON && !settings->user)
        return 0;
    return say(error, WB_E_UNSUPPORTED,
               "sandbox: nothing confines a thread of the virtual machine; use the backend port");
}

static int open_engine(struct worker *worker, struct wb_error *error)
{
    struct wb_engine_options *options = &worker->settings.engine;
    options->source.opened = confine;
    options->source.opened_context = worker;
    if (options->source.file && worker->settings.deliver & DELIVER_PACKETS)
        options->source.memory = worker->transport->memory(worker->transport->context);
    int result = sending_open(&worker->sending, &worker->settings, error);
    if (result < 0)
        return result;
    if (!events_start(&worker->events, worker, &worker->settings, &worker->stats, options))
        return say(error, WB_E_MEMORY, "out of memory for a batch of packets");
    int fifo = wait_for_writer(worker, options->source.file);
    int code = worker->is_over ? WB_E_END : wb_engine_open(&worker->engine, options, error);
    worker->events.engine = worker->engine;
    if (fifo >= 0)
        close(fifo);
    return code;
}

static void put_sandbox(struct buffer *buffer, const struct wb_guard_state *state)
{
    unsigned count = 0;
    while (state->means[count])
        count++;
    buffer_put_string(buffer, state->mode_name);
    buffer_put8(buffer, state->is_complete);
    buffer_put_string(buffer, state->user);
    buffer_put_string(buffer, state->missing ? state->missing : "");
    buffer_put8(buffer, count);
    for (unsigned i = 0; i < count; i++)
        buffer_put_string(buffer, state->means[i]);
}

static void tell_opened(struct worker *worker)
{
    buffer_put8(&worker->reply, FRAME_OPENED);
    buffer_put_string(&worker->reply, wb_engine_source_kind(worker->engine));
    put_sandbox(&worker->reply, wb_guard_state());
    send_reply(worker);
}

static void open_capture(struct worker *worker, const struct command *command)
{
    struct wb_error error = {0};
    int code = options_read(&worker->settings, command->body, command->length, &error);
    if (code == OPTIONS_MALFORMED) {
        end(worker, RECEIVED_MALFORMED);
        return;
    }
    worker->state = OPENING;
    if (code == 0)
        code = share_memory(worker, &error);
    if (code == 0)
        code = open_engine(worker, &error);
    if (code < 0) {
        send_closed(worker, code, &error);
        return;
    }
    worker->state = RUNNING;
    worker->losses_due_ms = now_ms() + LOSSES_MS;
    worker->stats_due_ms = now_ms() + worker->settings.stats_interval_ms;
    tell_opened(worker);
}

/* ---- All commands ----------------------------------------------------------------- */

static bool is_well_formed(const struct worker *worker, const struct command *command)
{
    switch (command->type) {
    case COMMAND_OPEN:
        return worker->state == WAITING;
    case COMMAND_SET_FILTER:
    case COMMAND_SEND:
        return command->length >= 4;
    case COMMAND_CREDIT:
    case COMMAND_STATS:
    case COMMAND_INTERFACES:
        return command->length == 4;
    default:
        return false;
    }
}

static void obey(struct worker *worker, const struct command *command)
{
    if (!is_well_formed(worker, command)) {
        end(worker, RECEIVED_MALFORMED);
        return;
    }
    if (command->type == COMMAND_OPEN) {
        open_capture(worker, command);
        return;
    }
    uint32_t number = load32(command->body);
    if (command->type == COMMAND_CREDIT)
        add_credit(worker, number);
    else if (worker->state == CLOSED)
        return; /* after CLOSED nothing is said */
    else if (command->type == COMMAND_INTERFACES)
        tell_interfaces(worker, number);
    else if (worker->state != RUNNING)
        refuse_early(worker, number);
    else if (command->type == COMMAND_STATS)
        tell_stats(worker, number);
    else if (command->type == COMMAND_SEND)
        begin_sending(worker, number, command);
    else
        set_filter(worker, number, command->body + 4, command->length - 4);
}

static void take_command(struct worker *worker, int timeout_ms)
{
    struct command command;
    switch (worker->transport->receive(worker->transport->context, &command, timeout_ms)) {
    case RECEIVED_COMMAND:
        obey(worker, &command);
        break;
    case RECEIVED_NOTHING:
        break;
    case RECEIVED_END:
        end(worker, RECEIVED_END);
        break;
    case RECEIVED_MALFORMED:
        end(worker, RECEIVED_MALFORMED);
        break;
    }
}

void worker_emit(struct worker *worker, const struct iovec *parts, int count)
{
    worker->stats.credit_waits += worker->credit == 0;
    while (worker->credit == 0 && !worker->is_over) {
        bool sends = sending_is_under_way(&worker->sending);
        if (sends)
            send_some(worker);
        take_command(worker, sends ? 0 : -1);
    }
    if (worker->is_over)
        return;
    worker->credit--;
    worker->stats.frames++;
    for (int i = 0; i < count; i++)
        worker->stats.frame_bytes += parts[i].iov_len;
    send_frame(worker, parts, count);
}

/* ---- Running ---------------------------------------------------------------------- */

static void tell_losses(struct worker *worker)
{
    struct wb_stats stats;
    wb_engine_stats(worker->engine, &stats);
    uint64_t ring = stats.source.dropped_ring - worker->told_ring;
    uint64_t interface = stats.source.dropped_interface - worker->told_interface;
    if (ring == 0 && interface == 0)
        return;
    worker->told_ring += ring;
    worker->told_interface += interface;
    events_put_lost(&worker->events, ring, interface);
}

static void tell_stats_event(struct worker *worker)
{
    struct wb_stats stats;
    if (!(worker->settings.deliver & DELIVER_STATS))
        return;
    get_stats(worker, &stats);
    events_put_stats(&worker->events, &stats);
}

static void look_at_timers(struct worker *worker)
{
    int64_t now = now_ms();
    if (now >= worker->losses_due_ms) {
        tell_losses(worker);
        worker->losses_due_ms = now + LOSSES_MS;
    }
    if (now >= worker->stats_due_ms) {
        tell_stats_event(worker);
        worker->stats_due_ms = now + worker->settings.stats_interval_ms;
    }
}

/* Ends all flows and transactions, which frees what is gathered of them. */
static void finish(struct worker *worker)
{
    struct wb_error ignored; /* nothing is recorded that could fail */
    wb_engine_finish(worker->engine, &ignored);
}

static void close_capture(struct worker *worker, int code, struct wb_error *error)
{
    finish(worker);
    tell_losses(worker);
    tell_stats_event(worker);
    events_flush(&worker->events);
    if (worker->is_out_of_memory)
        code = say(error, WB_E_MEMORY, "out of memory for what is to be delivered");
    wb_engine_close(worker->engine); /* no ring fills while the owner only has not gone yet */
    worker->engine = NULL;
    send_closed(worker, code, error);
}

static int wait_ms(const struct worker *worker)
{
    int64_t left = worker->stats_due_ms - now_ms();
    if (!(worker->settings.deliver & DELIVER_STATS) || left > IDLE_MS)
        return IDLE_MS;
    return left < 0 ? 0 : (int)left;
}

static void run_step(struct worker *worker)
{
    struct wb_error error = {0};
    int packets = wb_engine_descriptor(worker->engine);
    struct pollfd fds[2] = {{.fd = worker->transport->descriptor, .events = POLLIN},
                            {.fd = packets, .events = POLLIN}};
    bool is_busy = packets < 0 || sending_is_under_way(&worker->sending);
    if (poll(fds, 2, is_busy ? 0 : wait_ms(worker)) > 0 && fds[0].revents)
        take_command(worker, 0);
    if (sending_is_under_way(&worker->sending))
        send_some(worker);
    if (worker->is_over)
        return;
    int code = wb_engine_step(worker->engine, packets < 0 ? FILE_WAIT_MS : 0, &error);
    look_at_timers(worker);
    events_flush(&worker->events);
    if (code < 0 || worker->is_out_of_memory)
        close_capture(worker, code, &error);
}

enum received worker_run(const struct transport *transport)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker)
        return RECEIVED_END;
    worker->transport = transport;
    while (!worker->is_over) {
        if (worker->state == RUNNING)
            run_step(worker);
        else
            take_command(worker, -1);
    }
    enum received why = worker->why;
    if (worker->state == RUNNING)
        finish(worker);
    wb_engine_close(worker->engine);
    sending_close(&worker->sending);
    events_free(&worker->events);
    options_free(&worker->settings);
    buffer_free(&worker->reply);
    free(worker);
    return why;
}
