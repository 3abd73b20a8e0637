/* SPDX-License-Identifier: ISC
 *
 * The NIF of raw sockets without a virtual machine (support/beam.h): terms of every kind, ends in
 * every order, threads that call while a socket is closed. What nobody can see from
 * Erlang: that nothing is left, that each descriptor is closed once, and, under a sanitizer, that
 * no term or socket is used when it is gone. Sockets are pairs of the local kind, which need
 * no rights.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "socket_packets.h"
#include "support/beam.h"

#define WAIT_MS   10000
#define SNAPLEN   1000
#define ARGUMENTS 6

/* A socket of the library, and the other end of its pair, which is the test's. */
struct pair {
    ERL_NIF_TERM socket;
    int other;
};

static const struct {
    const char *name;
    int arity;
} functions[] = {{"open", 5},           {"ask", 6},   {"adopt", 2},     {"release", 1},
                 {"close_released", 1}, {"close", 1}, {"is_closed", 1}, {"owner", 1},
                 {"set_owner", 2},      {"set_pump", 2}, {"recv", 1},   {"send", 2},
                 {"cancel", 2},         {"index", 2}, {"bind", 3},      {"set", 4},
                 {"filter", 2},         {"compile", 3}, {"name", 1},    {"counters", 1},
                 {"ioctl", 3}};

#define FUNCTIONS (sizeof functions / sizeof *functions)

/* ---- Waiting ---------------------------------------------------------------------- */

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

static int count_descriptors(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static int descriptors_before;

static int begin(void **state)
{
    descriptors_before = count_descriptors();
    beam_load();
    beam_delay_stops(false);
    *state = beam_spawn();
    return 0;
}

/* Every object and every descriptor is gone. */
static int finish(void **state)
{
    beam_exit(*state);
    beam_poll(0);
    for (int ms = 0; ms < WAIT_MS && beam_alive() > 0; ms++)
        pause_ms(1);
    assert_int_equal(beam_alive(), 0);
    beam_unload();
    assert_int_equal(count_descriptors(), descriptors_before);
    return 0;
}

/* ---- Calls ------------------------------------------------------------------------ */

static ERL_NIF_TERM call(ErlNifEnv *process, const char *name, ERL_NIF_TERM socket)
{
    return beam_call(process, name, 1, &socket);
}

static ERL_NIF_TERM call2(ErlNifEnv *process, const char *name, ERL_NIF_TERM a, ERL_NIF_TERM b)
{
    return beam_call(process, name, 2, (const ERL_NIF_TERM[]){a, b});
}

static void expect_error(ERL_NIF_TERM answer, const char *reason)
{
    assert_int_equal(beam_arity(answer), 2);
    assert_true(beam_is_atom(beam_element(answer, 0), "error"));
    assert_true(beam_is_atom(beam_element(answer, 1), reason));
}

static ERL_NIF_TERM value_of(ERL_NIF_TERM answer)
{
    assert_int_equal(beam_arity(answer), 2);
    assert_true(beam_is_atom(beam_element(answer, 0), "ok"));
    return beam_element(answer, 1);
}

static ERL_NIF_TERM adopt(ErlNifEnv *process, int descriptor)
{
    return value_of(
        call2(process, "adopt", beam_number(process, descriptor), beam_number(process, SNAPLEN)));
}

static struct pair open_pair(ErlNifEnv *process, int type)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, type, 0, ends), 0);
    struct pair pair = {adopt(process, ends[0]), ends[1]};
    close(ends[0]);
    return pair;
}

static ERL_NIF_TERM list_of(ErlNifEnv *process, int count, size_t length)
{
    static const uint8_t bytes[4 * SNAPLEN];
    ERL_NIF_TERM list = beam_nil(process);
    while (count-- > 0)
        list = beam_cons(process, beam_binary(process, bytes, length), list);
    return list;
}

/* A message {wirebeam_socket_nif, Socket, What}. */
static void expect_message(ErlNifEnv *process, const char *what)
{
    beam_poll(1000);
    ERL_NIF_TERM message = beam_receive(process, 1000);
    assert_true(message != 0);
    assert_int_equal(beam_arity(message), 3);
    assert_true(beam_is_atom(beam_element(message, 0), "wirebeam_socket_nif"));
    assert_true(beam_is_atom(beam_element(message, 2), what));
}

static void expect_nothing(ErlNifEnv *process)
{
    beam_poll(0);
    assert_true(beam_receive(process, 0) == 0);
}

/* ---- Terms ------------------------------------------------------------------------ */

static ERL_NIF_TERM strange_term(ErlNifEnv *process, ERL_NIF_TERM socket, int which)
{
    static const int64_t numbers[] = {0,      1,         -1,         3,        0x8921,
                                      0x8946, INT32_MAX, UINT32_MAX, INT64_MAX};
    static const char *const atoms[] = {"none",  "packet",     "tun",  "inet",
                                        "raw",   "dgram",      "mark", "read",
                                        "write", "siocgifmtu", "",     "promiscuous"};
    static const uint8_t bytes[40] = "lo";
    switch (which % 10) {
    case 0:
        return beam_number(process, numbers[rand() % 9]);
    case 1:
        return beam_atom(process, atoms[rand() % 12]);
    case 2:
        return beam_binary(process, bytes, (size_t)(rand() % 41));
    case 3:
        return beam_cons(process, beam_binary(process, bytes, 40), beam_nil(process));
    case 4: /* an improper list */
        return beam_cons(process, beam_binary(process, bytes, 4), beam_number(process, 4));
    case 5:
        return enif_make_ref(process);
    case 6:
        return beam_strange_handle(process);
    case 7:
        return beam_pid(process, process);
    case 8:
        return beam_other(process);
    default:
        return socket;
    }
}

/* By chance, each function gets each kind of term in each place. What it opens is collected. */
static void terms_of_every_kind(void **state)
{
    for (int i = 0; i < 5000; i++) {
        ErlNifEnv *process = beam_spawn();
        struct pair pair = open_pair(process, SOCK_DGRAM);
        for (int j = 0; j < 20; j++) {
            size_t which = (size_t)rand() % FUNCTIONS;
            ERL_NIF_TERM arguments[ARGUMENTS];
            for (int k = 0; k < functions[which].arity; k++)
                arguments[k] = strange_term(process, pair.socket, rand());
            if (strcmp(functions[which].name, "release") == 0 ||
                strcmp(functions[which].name, "adopt") == 0 ||
                strcmp(functions[which].name, "open") == 0)
                arguments[0] = beam_other(process); /* it would open what is this machine's */
            beam_call(process, functions[which].name, functions[which].arity, arguments);
        }
        close(pair.other);
        beam_exit(process);
        beam_poll(0);
    }
    (void)state;
}

static void what_is_no_socket(void **state)
{
    for (size_t i = 1; i < FUNCTIONS; i++) {
        ERL_NIF_TERM arguments[ARGUMENTS];
        for (int j = 0; j < ARGUMENTS; j++)
            arguments[j] = beam_strange_handle(*state);
        assert_true(beam_call(*state, functions[i].name, functions[i].arity, arguments) == 0);
    }
}

/* ---- Packets ---------------------------------------------------------------------- */

static void packets_go_through(void **state)
{
    struct pair pair = open_pair(*state, SOCK_DGRAM);
    for (int i = 0; i < 20; i++)
        assert_int_equal(send(pair.other, "packet", 6, MSG_DONTWAIT), 6);
    ERL_NIF_TERM answer = call(*state, "recv", pair.socket);
    if (beam_length(value_of(answer)) < 20) /* its queue may be shorter */
        assert_true(beam_length(value_of(answer)) >= 10);
    ERL_NIF_TERM sent = call2(*state, "send", pair.socket, list_of(*state, 5, 60));
    assert_int_equal(beam_value(beam_element(sent, 0)), 5);
    assert_true(beam_is_atom(beam_element(sent, 1), "ok"));
    char bytes[100];
    for (int i = 0; i < 5; i++)
        assert_int_equal(recv(pair.other, bytes, sizeof bytes, MSG_DONTWAIT), 60);
    ERL_NIF_TERM counters = call(*state, "counters", pair.socket);
    assert_int_equal(beam_value(beam_element(counters, 4)), 5);
    assert_int_equal(beam_value(beam_element(counters, 5)), 300);
    close(pair.other);
}

static void longer_than_there_is_room(void **state)
{
    static const char bytes[3 * SNAPLEN];
    struct pair pair = open_pair(*state, SOCK_DGRAM);
    assert_int_equal(send(pair.other, bytes, sizeof bytes, MSG_DONTWAIT), sizeof bytes);
    assert_int_equal(beam_length(value_of(call(*state, "recv", pair.socket))), 1);
    ERL_NIF_TERM counters = call(*state, "counters", pair.socket);
    assert_int_equal(beam_value(beam_element(counters, 1)), SNAPLEN);
    assert_int_equal(beam_value(beam_element(counters, 2)), 1);
    close(pair.other);
}

/* A descriptor that comes along with a message is not received. */
static void descriptors_do_not_come_along(void **state)
{
    struct pair pair = open_pair(*state, SOCK_DGRAM);
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.header = {.cmsg_level = SOL_SOCKET,
                            .cmsg_type = SCM_RIGHTS,
                            .cmsg_len = CMSG_LEN(sizeof(int))}};
    memcpy(CMSG_DATA(&control.header), &pair.other, sizeof(int));
    char byte = 0;
    struct iovec part = {&byte, 1};
    const struct msghdr message = {.msg_iov = &part,
                                   .msg_iovlen = 1,
                                   .msg_control = &control,
                                   .msg_controllen = sizeof control};
    assert_int_equal(sendmsg(pair.other, &message, 0), 1);
    int before = count_descriptors();
    assert_int_equal(beam_length(value_of(call(*state, "recv", pair.socket))), 1);
    assert_int_equal(count_descriptors(), before);
    close(pair.other);
}

static void streams_end(void **state)
{
    struct pair pair = open_pair(*state, SOCK_STREAM);
    assert_int_equal(send(pair.other, "abc", 3, 0), 3);
    close(pair.other);
    assert_int_equal(beam_length(value_of(call(*state, "recv", pair.socket))), 1);
    expect_error(call(*state, "recv", pair.socket), "eof");
    ERL_NIF_TERM sent = call2(*state, "send", pair.socket, list_of(*state, 1, 10));
    expect_error(beam_element(sent, 1), "epipe");
}

/* ---- Waiting ---------------------------------------------------------------------- */

static void who_waits_is_told(void **state)
{
    struct pair pair = open_pair(*state, SOCK_DGRAM);
    assert_true(beam_is_atom(call(*state, "recv", pair.socket), "wait"));
    expect_nothing(*state);
    assert_int_equal(send(pair.other, "x", 1, 0), 1);
    expect_message(*state, "ready");
    value_of(call(*state, "recv", pair.socket));
    assert_true(beam_is_atom(call(*state, "recv", pair.socket), "wait"));
    assert_true(
        beam_is_atom(call2(*state, "cancel", pair.socket, beam_atom(*state, "read")), "ok"));
    assert_int_equal(send(pair.other, "x", 1, 0), 1);
    expect_nothing(*state);
    close(pair.other);
}

/* One at a time, until it dies. */
static void another_waits(void **state)
{
    struct pair pair = open_pair(*state, SOCK_DGRAM);
    ErlNifEnv *another = beam_spawn();
    ERL_NIF_TERM socket = enif_make_copy(another, pair.socket);
    assert_true(beam_is_atom(call(another, "recv", socket), "wait"));
    expect_error(call(*state, "recv", pair.socket), "ebusy");
    beam_exit(another);
    assert_true(beam_is_atom(call(*state, "recv", pair.socket), "wait"));
    close(pair.other);
}

static void who_waits_is_told_of_the_end(void **state)
{
    for (int is_delayed = 0; is_delayed < 2; is_delayed++) {
        beam_delay_stops(is_delayed);
        struct pair pair = open_pair(*state, SOCK_DGRAM);
        ErlNifEnv *another = beam_spawn();
        ERL_NIF_TERM socket = enif_make_copy(another, pair.socket);
        assert_true(beam_is_atom(call(another, "recv", socket), "wait"));
        assert_true(beam_is_atom(call(*state, "is_closed", pair.socket), "false"));
        assert_true(beam_is_atom(call(*state, "close", pair.socket), "ok"));
        assert_true(
            beam_is_atom(call(*state, "is_closed", pair.socket), is_delayed ? "false" : "true"));
        expect_message(another, "closed");
        assert_true(beam_is_atom(call(*state, "is_closed", pair.socket), "true"));
        expect_error(call(another, "recv", socket), "closed");
        assert_true(beam_is_atom(call(*state, "close", pair.socket), "ok"));
        expect_nothing(another);
        beam_exit(another);
        close(pair.other);
    }
}

/* ---- Ends ------------------------------------------------------------------------- */

static void owner_dies_before_its_socket(void **state)
{
    for (int i = 0; i < 200; i++) {
        beam_delay_stops(i % 2);
        ErlNifEnv *owner = beam_spawn();
        struct pair pair = open_pair(owner, SOCK_DGRAM);
        ERL_NIF_TERM socket = enif_make_copy(*state, pair.socket);
        if (i % 3 == 0)
            call(owner, "recv", pair.socket);
        beam_exit(owner);
        expect_error(call(*state, "recv", socket), "closed");
        close(pair.other);
        beam_collect(*state);
    }
}

/* Of one that waited before, too. */
static void socket_goes_before_its_owner(void **state)
{
    int before = count_descriptors();
    for (int i = 0; i < 200; i++) {
        struct pair pair = open_pair(*state, SOCK_DGRAM);
        if (i % 2) {
            call(*state, "recv", pair.socket);
            call2(*state, "cancel", pair.socket, beam_atom(*state, "read"));
        }
        close(pair.other);
        beam_collect(*state);
        assert_int_equal(count_descriptors(), before);
    }
}

static void owners_change(void **state)
{
    struct pair pair = open_pair(*state, SOCK_DGRAM);
    ErlNifEnv *first = beam_spawn(), *second = beam_spawn();
    assert_true(
        beam_is_atom(call2(*state, "set_owner", pair.socket, beam_pid(*state, first)), "ok"));
    assert_true(
        beam_is_atom(call2(*state, "set_owner", pair.socket, beam_pid(*state, second)), "ok"));
    ERL_NIF_TERM dead = beam_pid(*state, first);
    beam_exit(first);
    assert_true(beam_is_atom(call(*state, "recv", pair.socket), "wait"));
    expect_error(call2(*state, "set_owner", pair.socket, dead), "noproc");
    beam_exit(second);
    expect_message(*state, "closed");
    expect_error(call(*state, "recv", pair.socket), "closed");
    close(pair.other);
}

static void descriptors_are_handed_out(void **state)
{
    struct pair pair = open_pair(*state, SOCK_DGRAM);
    int given = (int)beam_value(value_of(call(*state, "release", pair.socket)));
    expect_error(call(*state, "release", pair.socket), "closed");
    assert_int_equal(send(given, "x", 1, 0), 1); /* it lives on */
    beam_upgrade();                              /* and the next library knows it */
    expect_error(call(*state, "close_released", beam_number(*state, pair.other)), "einval");
    assert_true(beam_is_atom(call(*state, "close_released", beam_number(*state, given)), "ok"));
    expect_error(call(*state, "close_released", beam_number(*state, given)), "einval");
    /* One that has become another file meanwhile. */
    given = (int)beam_value(value_of(call(*state, "release", adopt(*state, pair.other))));
    assert_int_equal(dup2(pair.other, given), given);
    close(given);
    assert_int_equal(dup2(0, given), given);
    expect_error(call(*state, "close_released", beam_number(*state, given)), "einval");
    assert_true(fcntl(given, F_GETFD) >= 0);
    close(given);
    close(pair.other);
}

static void another_library_takes_over(void **state)
{
    struct pair pair = open_pair(*state, SOCK_DGRAM);
    assert_true(beam_is_atom(call(*state, "recv", pair.socket), "wait"));
    beam_upgrade();
    assert_int_equal(send(pair.other, "x", 1, 0), 1);
    expect_message(*state, "ready");
    value_of(call(*state, "recv", pair.socket));
    assert_true(beam_is_atom(call(*state, "close", pair.socket), "ok"));
    close(pair.other);
}

/* ---- Threads ---------------------------------------------------------------------- */

struct caller {
    pthread_t thread;
    ErlNifEnv *process;
    ERL_NIF_TERM socket;
    const char *function;
};

static bool is_closed_error(ERL_NIF_TERM answer)
{
    return beam_arity(answer) == 2 && beam_is_atom(beam_element(answer, 0), "error") &&
           beam_is_atom(beam_element(answer, 1), "closed");
}

static void *call_until_closed(void *context)
{
    struct caller *caller = context;
    while (!is_closed_error(call(caller->process, caller->function, caller->socket)))
        beam_poll(0);
    return NULL;
}

/* Several are inside while it is closed: the last one that leaves lets the descriptor go. */
static void close_while_others_call(void **state)
{
    static const char *const called[] = {"recv", "recv", "counters", "name"};
    struct caller callers[4];
    for (int i = 0; i < 300; i++) {
        beam_delay_stops(i % 2);
        struct pair pair = open_pair(*state, SOCK_DGRAM);
        for (int j = 0; j < 4; j++) {
            callers[j] = (struct caller){.process = beam_spawn(), .function = called[j]};
            callers[j].socket = enif_make_copy(callers[j].process, pair.socket);
            assert_int_equal(
                pthread_create(&callers[j].thread, NULL, call_until_closed, &callers[j]), 0);
        }
        if (i % 3)
            pause_ms(1);
        call(*state, "close", pair.socket);
        for (int j = 0; j < 4; j++) {
            pthread_join(callers[j].thread, NULL);
            beam_exit(callers[j].process);
        }
        close(pair.other);
        beam_poll(0);
        beam_collect(*state);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(terms_of_every_kind),
        TEST(what_is_no_socket),
        TEST(packets_go_through),
        TEST(longer_than_there_is_room),
        TEST(descriptors_do_not_come_along),
        TEST(streams_end),
        TEST(who_waits_is_told),
        TEST(another_waits),
        TEST(who_waits_is_told_of_the_end),
        TEST(owner_dies_before_its_socket),
        TEST(socket_goes_before_its_owner),
        TEST(owners_change),
        TEST(descriptors_are_handed_out),
        TEST(another_library_takes_over),
        TEST(close_while_others_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
