/* SPDX-License-Identifier: ISC
 *
 * The NIF without a virtual machine (support/beam.h): terms of every kind, ends in every
 * order, shortages. What nobody can see from Erlang: that nothing is left of a channel, and,
 * under a sanitizer, that no term is used when it is gone, and no thread is in another's way.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "buffer.h"
#include "channel.h"
#include "protocol.h"
#include "support/beam.h"

#define WAIT_MS      10000
#define PACKETS      2000
#define PACKET_BYTES 1000

struct worker_of {
    ERL_NIF_TERM handle;
    uint64_t reference;
};

static char path[] = "/tmp/wirebeam-test_nif-XXXXXX";

static void write_words(FILE *file, const uint32_t *words, size_t count)
{
    assert_int_equal(fwrite(words, sizeof *words, count, file), count);
}

static int write_capture(void **state)
{
    (void)state;
    static const uint8_t bytes[PACKET_BYTES];
    FILE *file = fdopen(mkstemp(path), "wb");
    assert_non_null(file);
    write_words(file, (const uint32_t[]){0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1}, 6);
    for (uint32_t i = 0; i < PACKETS; i++) {
        write_words(file, (const uint32_t[]){i, 0, PACKET_BYTES, PACKET_BYTES}, 4);
        assert_int_equal(fwrite(bytes, sizeof bytes, 1, file), 1);
    }
    return fclose(file);
}

static int remove_capture(void **state)
{
    (void)state;
    return unlink(path);
}

/* ---- Waiting ---------------------------------------------------------------------- */

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

static int entries_of(const char *folder)
{
    int count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static void wait_for_entries(const char *folder, int count)
{
    for (int ms = 0; ms < WAIT_MS && entries_of(folder) > count; ms++)
        pause_ms(1);
    assert_int_equal(entries_of(folder), count);
}

/* Threads end on their own, and take all that is theirs along. */
static void wait_for_nothing(void)
{
    for (int ms = 0; ms < WAIT_MS && beam_alive() > 0; ms++)
        pause_ms(1);
    assert_int_equal(beam_alive(), 0);
}

static int begin(void **state)
{
    beam_load();
    *state = beam_spawn();
    return 0;
}

static int finish(void **state)
{
    beam_exit(*state);
    wait_for_nothing();
    beam_unload();
    return 0;
}

/* ---- Calls ------------------------------------------------------------------------ */

static struct worker_of start(ErlNifEnv *process)
{
    ERL_NIF_TERM answer = beam_call(process, "start", 0, NULL);
    assert_int_equal(beam_arity(answer), 3);
    assert_true(beam_is_atom(beam_element(answer, 0), "ok"));
    return (struct worker_of){beam_element(answer, 1), beam_reference(beam_element(answer, 2))};
}

static ERL_NIF_TERM give_term(ErlNifEnv *process, ERL_NIF_TERM handle, ERL_NIF_TERM command)
{
    return beam_call(process, "give", 2, (const ERL_NIF_TERM[]){handle, command});
}

static ERL_NIF_TERM give(ErlNifEnv *process, ERL_NIF_TERM handle, const void *bytes, size_t length)
{
    return give_term(process, handle, beam_binary(process, bytes, length));
}

static void give_number(ErlNifEnv *process, ERL_NIF_TERM handle, enum command_type type,
                        uint32_t number)
{
    uint8_t command[5] = {(uint8_t)type};
    store32(command + 1, number);
    assert_true(beam_is_atom(give(process, handle, command, sizeof command), "ok"));
}

static void give_open(ErlNifEnv *process, ERL_NIF_TERM handle, const char *file)
{
    struct buffer command = {0};
    buffer_put8(&command, COMMAND_OPEN);
    buffer_put8(&command, OPTION_FILE);
    buffer_put_string(&command, file);
    buffer_put8(&command, OPTION_DELIVER);
    buffer_put_string(&command, "packets");
    assert_true(beam_is_atom(give(process, handle, command.bytes, command.used), "ok"));
    buffer_free(&command);
}

static ERL_NIF_TERM stop(ErlNifEnv *process, ERL_NIF_TERM handle)
{
    return beam_call(process, "stop", 1, &handle);
}

/* The next frame of a worker. */
static ErlNifBinary next_frame(ErlNifEnv *process, struct worker_of worker)
{
    ErlNifBinary frame;
    ERL_NIF_TERM message = beam_receive(process, WAIT_MS);
    assert_true(message != 0);
    assert_int_equal(beam_arity(message), 3);
    assert_true(beam_is_atom(beam_element(message, 0), "wirebeam_nif"));
    assert_int_equal(beam_reference(beam_element(message, 1)), worker.reference);
    assert_true(enif_inspect_binary(process, beam_element(message, 2), &frame));
    return frame;
}

static void expect_exit(ErlNifEnv *process, struct worker_of worker, const char *reason)
{
    ERL_NIF_TERM message = beam_receive(process, WAIT_MS);
    assert_true(message != 0);
    assert_int_equal(beam_arity(message), 4);
    assert_true(beam_is_atom(beam_element(message, 0), "wirebeam_nif"));
    assert_int_equal(beam_reference(beam_element(message, 1)), worker.reference);
    assert_true(beam_is_atom(beam_element(message, 2), "exit"));
    assert_true(beam_is_atom(beam_element(message, 3), reason));
}

static struct worker_of open_capture(ErlNifEnv *process)
{
    struct worker_of worker = start(process);
    give_open(process, worker.handle, path);
    assert_int_equal(next_frame(process, worker).data[0], FRAME_OPENED);
    return worker;
}

/* ---- Tests ------------------------------------------------------------------------ */

static void all_packets_of_a_file(void **state)
{
    struct worker_of worker = open_capture(*state);
    uint32_t packets = 0;
    for (;;) {
        give_number(*state, worker.handle, COMMAND_CREDIT, 1);
        ErlNifBinary frame = next_frame(*state, worker);
        if (frame.data[0] == FRAME_CLOSED)
            break;
        assert_int_equal(frame.data[0], FRAME_PACKETS);
        packets += load32(frame.data + 1);
    }
    assert_int_equal(packets, PACKETS);
}

static void terms_of_every_kind(void **state)
{
    ErlNifEnv *process = *state;
    struct worker_of worker = start(process);
    const ERL_NIF_TERM strange[] = {enif_make_atom(process, "a"), beam_other(process),
                                    enif_make_ref(process), beam_strange_handle(process),
                                    enif_make_tuple1(process, worker.handle)};
    ERL_NIF_TERM binary = beam_binary(process, "\2\0\0\0\1", 5);
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        assert_true(give_term(process, strange[i], binary) == 0);
        assert_true(give_term(process, worker.handle, strange[i]) == 0);
        assert_true(give_term(process, strange[i], strange[i]) == 0);
        assert_true(stop(process, strange[i]) == 0);
    }
    assert_true(give_term(process, binary, binary) == 0);
    assert_true(give_term(process, worker.handle, worker.handle) == 0);
    assert_true(stop(process, binary) == 0);
    give_number(process, worker.handle, COMMAND_STATS, 7);
    assert_int_equal(load32(next_frame(process, worker).data + 1), 7);
}

static void commands_of_no_sense(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } commands[] = {{"", 0},       {"\0", 1}, {"\2", 1},   {"\2\0\0\0", 4},
                    {"\3\0\0", 3}, {"\4", 1}, {"\1\1", 2}, {"\1\2\xff\xff\xff\xff", 6},
                    {"\xff", 1}};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct worker_of worker = start(*state);
        give(*state, worker.handle, commands[i].bytes, commands[i].length);
        expect_exit(*state, worker, "protocol");
        assert_true(beam_is_atom(give(*state, worker.handle, "\4\0\0\0\1", 5), "closed"));
        assert_true(beam_is_atom(stop(*state, worker.handle), "ok"));
    }
}

static void commands_outlive_their_terms(void **state)
{
    static uint8_t command[100000] = {COMMAND_SET_FILTER};
    for (size_t length = 5; length < sizeof command; length = length * 3 - 1) {
        struct worker_of worker = start(*state);
        store32(command + 1, (uint32_t)length);
        assert_true(beam_is_atom(give(*state, worker.handle, command, length), "ok"));
        assert_int_equal(load32(next_frame(*state, worker).data + 1), length);
        beam_collect(*state);
        wait_for_nothing();
    }
}

/* A worker that is busy with a frame is given no more than fits. */
static void more_commands_than_fit(void **state)
{
    static uint8_t command[100000] = {COMMAND_SET_FILTER};
    struct worker_of worker = start(*state);
    beam_hold_binaries();
    give_number(*state, worker.handle, COMMAND_STATS, 1);
    beam_wait_for_held();
    int count = 0;
    ERL_NIF_TERM answer;
    while (beam_is_atom(answer = give(*state, worker.handle, command, sizeof command), "ok"))
        count++;
    assert_true(beam_is_atom(answer, "busy"));
    assert_int_equal(count, COMMANDS_MAX_BYTES / sizeof command);
    assert_true(beam_is_atom(stop(*state, worker.handle), "ok"));
    assert_true(beam_is_atom(give(*state, worker.handle, command, 1), "closed"));
    beam_release_binaries();
    assert_true(beam_receive(*state, 20) == 0);
}

/* What waits while the worker is busy is all taken, one after the other. */
static void commands_that_wait(void **state)
{
    struct worker_of worker = start(*state);
    beam_hold_binaries();
    give_number(*state, worker.handle, COMMAND_STATS, 0);
    beam_wait_for_held();
    for (uint32_t i = 1; i < 10; i++)
        give_number(*state, worker.handle, COMMAND_STATS, i);
    beam_release_binaries();
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(load32(next_frame(*state, worker).data + 1), i);
}

static int64_t used_ms(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

/* A worker with nothing to do takes no time of a processor. */
static void worker_that_waits(void **state)
{
    struct worker_of worker = start(*state);
    give_number(*state, worker.handle, COMMAND_STATS, 1);
    next_frame(*state, worker);
    int64_t before = used_ms();
    pause_ms(300);
    assert_true(used_ms() - before < 30);
}

static void nothing_comes_after_stop(void **state)
{
    for (int i = 0; i < 200; i++) {
        struct worker_of worker = open_capture(*state);
        give_number(*state, worker.handle, COMMAND_CREDIT, 100);
        pause_ms(i % 3);
        stop(*state, worker.handle);
        while (beam_receive(*state, 0))
            ;
        assert_true(beam_receive(*state, i % 20 == 0 ? 20 : 1) == 0);
        beam_collect(*state);
    }
}

static void owner_dies_before_its_handle(void **state)
{
    for (int i = 0; i < 200; i++) {
        ErlNifEnv *owner = beam_spawn();
        struct worker_of worker = open_capture(owner);
        give_number(owner, worker.handle, COMMAND_CREDIT, (uint32_t)i % 10);
        ERL_NIF_TERM handle = enif_make_copy(*state, worker.handle);
        pause_ms(i % 3);
        beam_exit(owner);
        assert_true(beam_is_atom(give(*state, handle, "\2\0\0\0\1", 5), "closed"));
    }
}

static void handle_goes_before_its_owner(void **state)
{
    int threads = entries_of("/proc/self/task");
    for (int i = 0; i < 200; i++) {
        struct worker_of worker = start(*state);
        if (i % 2)
            give_open(*state, worker.handle, path);
        beam_collect(*state);
    }
    wait_for_entries("/proc/self/task", threads);
}

static void no_memory_for_a_frame(void **state)
{
    struct worker_of worker = open_capture(*state);
    beam_binaries_left(2);
    give_number(*state, worker.handle, COMMAND_CREDIT, 100);
    next_frame(*state, worker);
    next_frame(*state, worker);
    expect_exit(*state, worker, "enomem");
    beam_binaries_left(-1);
}

static void no_descriptor_for_a_worker(void **state)
{
    struct rlimit before, none;
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    ERL_NIF_TERM answer = beam_call(*state, "start", 0, NULL);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(beam_arity(answer), 2);
    assert_true(beam_is_atom(beam_element(answer, 0), "error"));
    assert_true(beam_is_atom(beam_element(answer, 1), "emfile"));
}

static void another_library_takes_over(void **state)
{
    struct worker_of worker = open_capture(*state);
    beam_upgrade();
    give_number(*state, worker.handle, COMMAND_CREDIT, 1);
    assert_int_equal(next_frame(*state, worker).data[0], FRAME_PACKETS);
    assert_true(beam_is_atom(stop(*state, worker.handle), "ok"));
}

static void descriptors_go_before_the_handle(void **state)
{
    int descriptors = entries_of("/proc/self/fd");
    for (int i = 0; i < 100; i++) {
        struct worker_of worker = open_capture(*state);
        stop(*state, worker.handle); /* its handle stays */
    }
    wait_for_entries("/proc/self/fd", descriptors);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_packets_of_a_file),
        TEST(terms_of_every_kind),
        TEST(commands_of_no_sense),
        TEST(commands_outlive_their_terms),
        TEST(more_commands_than_fit),
        TEST(commands_that_wait),
        TEST(worker_that_waits),
        TEST(nothing_comes_after_stop),
        TEST(owner_dies_before_its_handle),
        TEST(handle_goes_before_its_owner),
        TEST(no_memory_for_a_frame),
        TEST(no_descriptor_for_a_worker),
        TEST(another_library_takes_over),
        TEST(descriptors_go_before_the_handle),
    };
    return cmocka_run_group_tests(tests, write_capture, remove_capture);
}
