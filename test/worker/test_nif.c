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
#include "counters.h"
#include "lender.h"
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

/* What a test lent may still be on its way out, in a thread of its own. */
static void wait_for_threads(void)
{
    static int at_first;
    if (at_first == 0)
        at_first = entries_of("/proc/self/task");
    wait_for_entries("/proc/self/task", at_first);
}

static int begin(void **state)
{
    wait_for_threads();
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

/* The next frame of a worker, as a term. */
static ERL_NIF_TERM next_term(ErlNifEnv *process, struct worker_of worker)
{
    ERL_NIF_TERM message = beam_receive(process, WAIT_MS);
    assert_true(message != 0);
    assert_int_equal(beam_arity(message), 3);
    assert_true(beam_is_atom(beam_element(message, 0), "wirebeam_nif"));
    assert_int_equal(beam_reference(beam_element(message, 1)), worker.reference);
    return beam_element(message, 2);
}

static ErlNifBinary bytes_of(ErlNifEnv *process, ERL_NIF_TERM binary)
{
    ErlNifBinary bytes;
    assert_true(enif_inspect_binary(process, binary, &bytes));
    return bytes;
}

/* Its bytes, or where it comes in two, those before the data. */
static ErlNifBinary next_frame(ErlNifEnv *process, struct worker_of worker)
{
    ERL_NIF_TERM frame = next_term(process, worker);
    return bytes_of(process, beam_arity(frame) == 2 ? beam_element(frame, 0) : frame);
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

/* ---- What is lent ----------------------------------------------------------------- */

#define LENT_PACKETS 45000 /* of PACKET_BYTES: more than may be lent */
#define FRAMES_MAX   1000

/* Packets of a frame that was kept, in the environment of a process. */
struct kept {
    ERL_NIF_TERM head, data;
    uint32_t first; /* number of its first packet */
};

/* A capture in which every word of a packet is the packet's number. */
static void write_numbered(char *name)
{
    uint32_t packet[4 + PACKET_BYTES / 4] = {0, 0, PACKET_BYTES, PACKET_BYTES};
    FILE *file = fdopen(mkstemp(name), "wb");
    assert_non_null(file);
    write_words(file, (const uint32_t[]){0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1}, 6);
    for (uint32_t i = 0; i < LENT_PACKETS; i++) {
        for (size_t word = 4; word < sizeof packet / 4; word++)
            packet[word] = i;
        write_words(file, packet, sizeof packet / 4);
    }
    assert_int_equal(fclose(file), 0);
}

/* Returns the number of the packets, after a look at every byte of them. */
static uint32_t check_packets(ErlNifEnv *process, struct kept kept)
{
    ErlNifBinary head = bytes_of(process, kept.head), data = bytes_of(process, kept.data);
    const uint8_t *entry = head.data + 9, *at = data.data;
    uint32_t count = load32(head.data + 1);
    assert_int_equal(head.size, 9 + (size_t)count * PACKET_ENTRY_BYTES);
    assert_int_equal(load32(head.data + 5), data.size);
    for (uint32_t i = 0; i < count; i++, entry += PACKET_ENTRY_BYTES) {
        uint32_t words[PACKET_BYTES / 4];
        assert_int_equal(load32(entry + 4), PACKET_BYTES);
        at += load32(entry);
        memcpy(words, at, PACKET_BYTES);
        for (size_t word = 0; word < PACKET_BYTES / 4; word++)
            assert_int_equal(words[word], kept.first + i);
        at += PACKET_BYTES;
    }
    assert_ptr_equal(at, data.data + data.size);
    return count;
}

struct reading {
    ErlNifEnv *owner, *keeper; /* what the owner gets goes at once, but for what is kept */
    ERL_NIF_TERM handle;       /* the keeper's */
    struct worker_of worker;
    uint32_t packets;
    uint64_t lent_frames, copied_frames, lent_bytes;
};

static struct reading begin_reading(ErlNifEnv *owner, const char *name)
{
    struct reading reading = {.owner = owner, .keeper = beam_spawn(), .worker = start(owner)};
    give_open(owner, reading.worker.handle, name);
    assert_int_equal(next_frame(owner, reading.worker).data[0], FRAME_OPENED);
    reading.handle = enif_make_copy(reading.keeper, reading.worker.handle);
    beam_collect(owner);
    return reading;
}

/* Takes a frame. What is lent is kept where the caller wants it. Returns false at the end. */
static bool read_frame(struct reading *reading, bool is_wanted, struct kept *kept, int *count)
{
    give_number(reading->keeper, reading->handle, COMMAND_CREDIT, 1);
    ERL_NIF_TERM frame = next_term(reading->owner, reading->worker);
    bool is_lent = beam_arity(frame) == 2;
    ErlNifBinary head = bytes_of(reading->owner, is_lent ? beam_element(frame, 0) : frame);
    bool is_end = head.data[0] == FRAME_CLOSED;
    if (is_lent) {
        struct kept lent = {beam_element(frame, 0), beam_element(frame, 1), reading->packets};
        check_packets(reading->owner, lent);
        reading->lent_bytes += bytes_of(reading->owner, lent.data).size;
        if (is_wanted) {
            assert_true(*count < FRAMES_MAX);
            lent.head = enif_make_copy(reading->keeper, lent.head);
            lent.data = enif_make_copy(reading->keeper, lent.data);
            kept[(*count)++] = lent;
        }
    }
    reading->lent_frames += is_lent;
    reading->copied_frames += !is_lent && !is_end;
    reading->packets += is_end ? 0 : load32(head.data + 1);
    beam_collect(reading->owner);
    return !is_end;
}

/* Whatever is kept, and for however long, stays as it was. */
static void what_is_lent_stays(void **state)
{
    static struct kept kept[FRAMES_MAX];
    char name[] = "/tmp/wirebeam-test_nif-XXXXXX";
    write_numbered(name);
    for (int one_of = 1; one_of <= 20; one_of += 19) {
        int count = 0;
        struct reading reading = begin_reading(*state, name);
        while (read_frame(&reading, rand() % one_of == 0, kept, &count))
            ;
        assert_int_equal(reading.packets, LENT_PACKETS);
        assert_true(count > 2);
        for (int i = 0; i < count; i++)
            check_packets(reading.keeper, kept[i]);
        assert_true(reading.lent_bytes > LENT_BYTES_MAX / 2);
        if (one_of == 1) { /* all is kept: what more there is was copied */
            assert_true(reading.lent_bytes <= LENT_BYTES_MAX);
            assert_true(reading.copied_frames > 10);
        }
        beam_exit(reading.keeper);
    }
    unlink(name);
}

/* Counted are frames that were lent, and those that were not since too much was. */
static void what_is_lent_is_counted(void **state)
{
    static struct kept kept[FRAMES_MAX];
    char name[] = "/tmp/wirebeam-test_nif-XXXXXX";
    int count = 0;
    write_numbered(name);
    struct reading reading = begin_reading(*state, name);
    while (reading.packets < LENT_PACKETS - 1000)
        assert_true(read_frame(&reading, true, kept, &count));
    give_number(reading.keeper, reading.handle, COMMAND_STATS, 1);
    ErlNifBinary reply = next_frame(*state, reading.worker);
    uint64_t values[1000], lent = UINT64_MAX, unlent = UINT64_MAX;
    const uint8_t *at = reply.data + 8;
    unsigned number = 0;
#define VALUE(section, name)                                                                       \
    lent = strcmp(#name, "lent_frames") == 0 ? number : lent;                                      \
    unlent = strcmp(#name, "unlent_frames") == 0 ? number : unlent;                                \
    values[number++] = load32(at + 4);                                                             \
    at += 8;
    WORKER_COUNTERS(VALUE)
#undef VALUE
    assert_int_equal(at - reply.data, reply.size);
    assert_int_equal(values[lent], reading.lent_frames);
    assert_int_equal(values[unlent], reading.copied_frames);
    assert_true(reading.copied_frames > 10);
    beam_exit(reading.keeper);
    unlink(name);
}

/* The owner dies, the thread ends, the library goes: binaries live on. */
static void what_is_lent_outlives_all(void **state)
{
    int threads = entries_of("/proc/self/task"), count = 0;
    struct kept kept;
    char name[] = "/tmp/wirebeam-test_nif-XXXXXX";
    (void)state;
    write_numbered(name);
    struct reading reading = begin_reading(beam_spawn(), name);
    assert_true(read_frame(&reading, true, &kept, &count));
    assert_int_equal(count, 1);
    beam_exit(reading.owner);
    wait_for_entries("/proc/self/task", threads);
    beam_unload();
    assert_true(check_packets(reading.keeper, kept) > 0);
    assert_true(beam_alive() > 0);
    beam_exit(reading.keeper);
    wait_for_nothing();
    beam_load();
    unlink(name);
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
        TEST(what_is_lent_stays),
        TEST(what_is_lent_is_counted),
        TEST(what_is_lent_outlives_all),
    };
    return cmocka_run_group_tests(tests, write_capture, remove_capture);
}
