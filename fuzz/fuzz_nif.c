/* SPDX-License-Identifier: ISC
 *
 * The NIF from Erlang's side, in a fake of the virtual machine. Input: steps of one byte, some
 * with more. Two processes share up to four workers and do with them what the bytes say:
 * call functions with terms of every kind, lose handles, die, upgrade the library. Whatever
 * they do, only messages of the known forms come, none from a worker after it was stopped,
 * and in the end nothing is left. Commands are anything but OPEN, which is always for the
 * capture below: others could open what this machine has.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "buffer.h"
#include "protocol.h"
#include "support/beam.h"

#define WORKERS     4
#define PROCESSES   2
#define PACKETS     50
#define PATIENCE_MS 20000
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

/* A worker as its owner knows it. */
struct known {
    int owner;          /* its process */
    uint64_t reference; /* 0: none */
    bool is_stopped;
};

/* Terms live in the environment of a process: each has its own of a handle. */
struct machine {
    const uint8_t *data, *end;
    ErlNifEnv *processes[PROCESSES];
    ERL_NIF_TERM handles[PROCESSES][WORKERS]; /* 0: it has none */
    struct known workers[WORKERS];
};

static unsigned next_byte(struct machine *machine)
{
    return machine->data < machine->end ? *machine->data++ : 0;
}

/* ---- The capture ------------------------------------------------------------------ */

/* The command that opens it, made with the first input. */
static const struct buffer *opening(void)
{
    static struct buffer command;
    static const uint32_t header[] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1};
    static const uint32_t packet[] = {1, 0, 60, 60, [18] = 0};
    if (command.used > 0)
        return &command;
    int descriptor = memfd_create("capture", 0);
    FILE *file = fdopen(descriptor, "wb");
    CHECK(file);
    fwrite(header, sizeof header, 1, file);
    for (int i = 0; i < PACKETS; i++)
        fwrite(packet, sizeof packet, 1, file);
    fflush(file); /* it stays open: its path is that of the descriptor */
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    buffer_put8(&command, COMMAND_OPEN);
    buffer_put8(&command, OPTION_FILE);
    buffer_put_string(&command, path);
    buffer_put8(&command, OPTION_BATCH_BYTES);
    buffer_put_string(&command, "1000");
    return &command;
}

/* ---- Terms ------------------------------------------------------------------------ */

/* A command of what the input says next; OPEN becomes a type that there is not. */
static ERL_NIF_TERM some_binary(struct machine *machine, ErlNifEnv *process)
{
    size_t length = next_byte(machine), left = (size_t)(machine->end - machine->data);
    if (length > left)
        length = left;
    uint8_t bytes[256];
    memcpy(bytes, machine->data, length);
    machine->data += length;
    if (length > 0 && (bytes[0] == COMMAND_OPEN || bytes[0] == COMMAND_INTERFACES))
        bytes[0] = 0;
    return beam_binary(process, bytes, length);
}

static ERL_NIF_TERM some_term(struct machine *machine, int process)
{
    ErlNifEnv *env = machine->processes[process];
    unsigned choice = next_byte(machine);
    ERL_NIF_TERM handle = machine->handles[process][choice / 8 % WORKERS];
    switch (choice % 8) {
    case 0:
        return enif_make_atom(env, "atom");
    case 1:
        return beam_other(env);
    case 2:
        return enif_make_ref(env);
    case 3:
        return beam_strange_handle(env);
    case 4:
        return some_binary(machine, env);
    case 5:
        return enif_make_tuple1(env, beam_other(env));
    default:
        return handle ? handle : beam_other(env);
    }
}

/* ---- Steps ------------------------------------------------------------------------ */

static void start(struct machine *machine, int process, int worker)
{
    struct known *known = &machine->workers[worker];
    if (known->reference)
        return;
    ERL_NIF_TERM answer = beam_call(machine->processes[process], "start", 0, NULL);
    CHECK(beam_arity(answer) == 3 && beam_is_atom(beam_element(answer, 0), "ok"));
    machine->handles[process][worker] = beam_element(answer, 1);
    *known = (struct known){process, beam_reference(beam_element(answer, 2)), false};
}

static void give(struct machine *machine, int process, ERL_NIF_TERM handle, ERL_NIF_TERM command)
{
    const ERL_NIF_TERM arguments[] = {handle, command};
    ERL_NIF_TERM answer = beam_call(machine->processes[process], "give", 2, arguments);
    bool is_badarg = answer == 0;
    CHECK(is_badarg || beam_is_atom(answer, "ok") || beam_is_atom(answer, "busy") ||
          beam_is_atom(answer, "closed"));
    CHECK(is_badarg || (beam_kind(handle) == BEAM_HANDLE && beam_kind(command) == BEAM_BINARY));
}

static void stop(struct machine *machine, int process, int worker)
{
    ERL_NIF_TERM handle = machine->handles[process][worker];
    if (!handle)
        return;
    CHECK(beam_is_atom(beam_call(machine->processes[process], "stop", 1, &handle), "ok"));
    machine->workers[worker].is_stopped = true;
}

static void stop_something(struct machine *machine, int process)
{
    ERL_NIF_TERM term = some_term(machine, process);
    for (int worker = 0; worker < WORKERS; worker++)
        if (term == machine->handles[process][worker]) {
            stop(machine, process, worker);
            return;
        }
    CHECK(beam_call(machine->processes[process], "stop", 1, &term) == 0);
}

/* The other process gets a handle, as in a message. */
static void share(struct machine *machine, int process, int worker)
{
    int other = 1 - process;
    if (!machine->handles[process][worker] || machine->handles[other][worker])
        return;
    machine->handles[other][worker] =
        enif_make_copy(machine->processes[other], machine->handles[process][worker]);
}

/* Workers whose handles nobody has any more are forgotten. */
static void forget(struct machine *machine, int process)
{
    memset(machine->handles[process], 0, sizeof machine->handles[process]);
    for (int worker = 0; worker < WORKERS; worker++)
        if (!machine->handles[1 - process][worker])
            machine->workers[worker].reference = 0;
}

static void collect(struct machine *machine, int process)
{
    beam_collect(machine->processes[process]);
    forget(machine, process);
}

static void die(struct machine *machine, int process)
{
    beam_exit(machine->processes[process]);
    forget(machine, process);
    machine->processes[process] = beam_spawn();
    for (int worker = 0; worker < WORKERS; worker++)
        if (machine->workers[worker].owner == process)
            machine->workers[worker].owner = -1; /* nobody hears of it */
}

static uint64_t sum(const ErlNifBinary *bytes)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < bytes->size; i++)
        sum += bytes->data[i];
    return sum;
}

/* One binary, or for packets two; each byte of them is there to be read. */
static void check_frame(ErlNifEnv *process, ERL_NIF_TERM term)
{
    ErlNifBinary frame, data = {0};
    bool is_lent = beam_kind(term) == BEAM_TUPLE;
    if (is_lent) {
        CHECK(beam_arity(term) == 2 &&
              enif_inspect_binary(process, beam_element(term, 1), &data));
        CHECK(sum(&data) < UINT64_MAX);
        term = beam_element(term, 0);
    }
    CHECK(enif_inspect_binary(process, term, &frame) && frame.size > 0);
    CHECK(frame.data[0] >= FRAME_OPENED && frame.data[0] <= FRAME_CLOSED);
    CHECK(!is_lent || frame.data[0] == FRAME_PACKETS);
    if (frame.data[0] == FRAME_PACKETS)
        CHECK(frame.size + data.size ==
              9 + load32(frame.data + 1) * (uint64_t)PACKET_ENTRY_BYTES + load32(frame.data + 5));
}

/* Returns whether there was a message. */
static bool receive(struct machine *machine, int process, int timeout_ms)
{
    ErlNifEnv *env = machine->processes[process];
    ERL_NIF_TERM message = beam_receive(env, timeout_ms);
    if (!message)
        return false;
    CHECK(beam_arity(message) == 3 || beam_arity(message) == 4);
    CHECK(beam_is_atom(beam_element(message, 0), "wirebeam_nif"));
    if (beam_arity(message) == 3) {
        check_frame(env, beam_element(message, 2));
        return true;
    }
    CHECK(beam_is_atom(beam_element(message, 2), "exit"));
    CHECK(beam_is_atom(beam_element(message, 3), "protocol"));
    return true;
}

/* Stops a worker by its owner's hand; what it sent before is taken. Nothing comes from it
 * afterwards: its messages all bear its reference. */
static void stop_and_listen(struct machine *machine, int process, int worker)
{
    uint64_t reference = machine->workers[worker].reference;
    stop(machine, process, worker);
    while (receive(machine, process, 0))
        ;
    if (!reference || !machine->workers[worker].is_stopped ||
        machine->workers[worker].owner != process)
        return;
    ERL_NIF_TERM message = beam_receive(machine->processes[process], 1);
    CHECK(!message || beam_reference(beam_element(message, 1)) != reference);
}

static void take_step(struct machine *machine)
{
    unsigned step = next_byte(machine);
    int process = step / 16 % PROCESSES, worker = (int)(step / 32 % WORKERS);
    ErlNifEnv *env = machine->processes[process];
    ERL_NIF_TERM handle = machine->handles[process][worker], term;
    switch (step % 16) {
    case 0:
        start(machine, process, worker);
        break;
    case 1:
        if (handle)
            give(machine, process, handle, beam_binary(env, opening()->bytes, opening()->used));
        break;
    case 2:
        if (handle)
            give(machine, process, handle, some_binary(machine, env));
        break;
    case 3:
        if (handle)
            give(machine, process, handle, beam_binary(env, "\2\0\0\0\4", 5));
        break;
    case 4:
        term = some_term(machine, process);
        give(machine, process, term, some_term(machine, process));
        break;
    case 5:
        stop(machine, process, worker);
        break;
    case 6:
        stop_something(machine, process);
        break;
    case 7:
        stop_and_listen(machine, process, worker);
        break;
    case 8:
        share(machine, process, worker);
        break;
    case 9:
        collect(machine, process);
        break;
    case 10:
        die(machine, process);
        break;
    case 11:
        beam_upgrade();
        break;
    default:
        receive(machine, process, 1);
    }
}

static void wait_for_nothing(void)
{
    const struct timespec little = {.tv_nsec = 50000};
    for (int i = 0; beam_alive() > 0; i++) {
        CHECK(i < PATIENCE_MS * 20);
        nanosleep(&little, NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct machine machine = {.data = data, .end = data + size};
    beam_load();
    for (int i = 0; i < PROCESSES; i++)
        machine.processes[i] = beam_spawn();
    while (machine.data < machine.end)
        take_step(&machine);
    for (int i = 0; i < PROCESSES; i++)
        beam_exit(machine.processes[i]);
    wait_for_nothing();
    beam_unload();
    return 0;
}
