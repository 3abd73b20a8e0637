/* SPDX-License-Identifier: ISC
 *
 * Processes that follow one another (wb_engine_options.forks): each dies at a packet of its own,
 * and what the last one counts is what all of them saw, but for what they had in their hands.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <wirebeam/wirebeam.h>

#include "support/savefile.h"

#define PACKETS 10000
#define IN_HAND 256
#define FRAME 60

/* In memory that all processes have in common. */
struct world {
    uint8_t seen[PACKETS + 1]; /* how often, by number */
    uint64_t fatal[3];         /* numbers of the packets that kill */
    unsigned forked;
    int died_of[4];
    uint64_t last_packet[4], in_hand[4];
    struct wb_stats stats;
    int result;
    const char *json; /* where lines go, or NULL */
    bool lies;        /* who dies leaves... */
    uint8_t lie;      /* ...this in every byte of all memory but ours */
};

static struct world *new_world(void)
{
    void *memory = mmap(NULL, sizeof(struct world), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(memory, MAP_FAILED);
    return memory;
}

static void write_packets(char *path, enum savefile_format format, enum savefile_coding coding)
{
    uint8_t frame[FRAME] = {0};
    struct savefile_options options = {.format = format, .coding = coding, .interfaces = {{.link_type = 1}}};
    strcpy(path, "/tmp/successor-XXXXXX");
    close(mkstemp(path));
    struct savefile *file = savefile_open(path, &options);
    for (int i = 0; i < PACKETS; i++) {
        frame[13] = (uint8_t)(i & 1); /* for a filter */
        savefile_put(file, &(struct wb_packet){.data = frame,
                                               .captured_length = FRAME,
                                               .wire_length = FRAME,
                                               .time_ns = i,
                                               .link_type = 1});
    }
    savefile_close(file);
}

/* All that processes have in common, as the system knows it. */
static void fill_shared_memory(const struct world *world)
{
    char line[512], rights[8];
    uintptr_t begin, end;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps))
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &begin, &end, rights) == 3 &&
            strcmp(rights, "rw-s") == 0)
            for (uintptr_t at = begin; at < end; at++)
                if (at < (uintptr_t)world || at >= (uintptr_t)(world + 1))
                    *(volatile uint8_t *)at = world->lie;
    fclose(maps);
}

/* The first process is killed by the first fatal packet, and so on. */
static void on_packet(void *context, const struct wb_packet *packet,
                      const struct wb_decoded *decoded)
{
    struct world *world = context;
    (void)decoded;
    if (world->forked <= 3 && packet->number == world->fatal[world->forked - 1]) {
        if (world->lies)
            fill_shared_memory(world);
        raise(SIGKILL);
    }
    world->seen[packet->number]++;
}

static int fork_on(void *context, const struct wb_engine_progress *progress,
                   struct wb_error *error)
{
    struct world *world = context;
    (void)error;
    for (;;) {
        int status;
        world->forked++;
        pid_t child = fork();
        if (child == 0)
            return 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status))
            return WB_E_END; /* of the test's parent process */
        unsigned i = world->forked - 1;
        world->died_of[i] = WTERMSIG(status);
        world->last_packet[i] = progress->packet;
        world->in_hand[i] = progress->in_hand;
        if (!progress->has_begun || !progress->goes_on)
            return WB_E_UNSUPPORTED;
    }
}

/* Returns what the opening in the first process returned. */
static int run(struct world *world, const char *path, const char *filter, uint64_t max_packets)
{
    struct wb_engine_options options = {.source = {.file = path, .filter = filter},
                                        .handlers = {.packet = on_packet},
                                        .context = world,
                                        .record = {.json = world->json},
                                        .max_packets = max_packets,
                                        .forks = fork_on,
                                        .forks_context = world};
    struct wb_engine *engine;
    struct wb_error error;
    pid_t self = getpid();
    int code = wb_engine_open(&engine, &options, &error);
    if (getpid() == self)
        return code;
    while ((world->result = wb_engine_step(engine, -1, &error)) >= 0)
        ;
    wb_engine_finish(engine, &error);
    wb_engine_stats(engine, &world->stats);
    wb_engine_close(engine);
    _exit(0);
}

static void three_die(enum savefile_format format, enum savefile_coding coding)
{
    char path[64];
    struct world *world = new_world();
    memcpy(world->fatal, (uint64_t[]){1, 5000, 5300}, sizeof world->fatal);
    write_packets(path, format, coding);
    assert_int_equal(run(world, path, NULL, 0), WB_E_END);
    assert_int_equal(world->forked, 4);
    assert_int_equal(world->result, WB_E_END);
    uint64_t missed = 0, in_hand = 0;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(world->died_of[i], SIGKILL);
        assert_int_equal(world->last_packet[i], world->fatal[i]);
        assert_in_range(world->in_hand[i], 1, IN_HAND);
        in_hand += world->in_hand[i];
    }
    for (int i = 1; i <= PACKETS; i++) {
        assert_in_range(world->seen[i], 0, 1);
        missed += !world->seen[i];
    }
    assert_in_range(missed, 3, in_hand);
    const struct wb_stats *stats = &world->stats;
    assert_int_equal(stats->source.seen, PACKETS);
    assert_int_equal(stats->source.delivered, PACKETS);
    assert_int_equal(stats->source.bytes, PACKETS * FRAME);
    assert_int_equal(stats->died.processes, 3);
    assert_int_equal(stats->died.packets, in_hand);
    assert_int_equal(stats->decode.packets + in_hand, PACKETS);
    munmap(world, sizeof *world);
    unlink(path);
}

static void another_process_goes_on(void **state)
{
    (void)state;
    for (int format = SAVEFILE_PCAP; format <= SAVEFILE_PCAPNG; format++)
        for (int coding = SAVEFILE_PLAIN; coding <= SAVEFILE_ZSTD; coding++)
            three_die((enum savefile_format)format, (enum savefile_coding)coding);
}

/* What the filter rejected is counted once, and the limit of packets is that of all. */
static void filter_and_limit_are_those_of_all(void **state)
{
    (void)state;
    char path[64];
    struct world *world = new_world();
    memcpy(world->fatal, (uint64_t[]){100, 1500, 3000}, sizeof world->fatal);
    write_packets(path, SAVEFILE_PCAP, SAVEFILE_PLAIN);
    assert_int_equal(run(world, path, "ether[13] = 1", 4500), WB_E_END);
    assert_int_equal(world->forked, 4);
    assert_int_equal(world->stats.source.delivered, 4500);
    assert_int_equal(world->stats.source.bytes, 4500 * FRAME);
    assert_in_range(world->stats.source.filtered, 4500, 4501);
    assert_int_equal(world->stats.decode.packets + world->stats.died.packets, 4500);
    munmap(world, sizeof *world);
    unlink(path);
}

/* A pipe cannot be read again. */
static void none_goes_on_in_a_pipe(void **state)
{
    (void)state;
    char path[64], command[128];
    struct world *world = new_world();
    memcpy(world->fatal, (uint64_t[]){100, 1, 1}, sizeof world->fatal);
    write_packets(path, SAVEFILE_PCAP, SAVEFILE_PLAIN);
    snprintf(command, sizeof command, "cat %s", path);
    FILE *cat = popen(command, "r");
    assert_non_null(cat);
    assert_int_equal(dup2(fileno(cat), 9), 9);
    assert_int_equal(run(world, "/dev/fd/9", NULL, 0), WB_E_UNSUPPORTED);
    assert_int_equal(world->forked, 1);
    assert_int_equal(world->last_packet[0], 100);
    close(9);
    pclose(cat);
    munmap(world, sizeof *world);
    unlink(path);
}

/* Who was taken over can write what it likes into the memory that all have. The next one, which
 * opens with rights what it needs, gets to its end all the same. */
static void what_a_dead_process_says_is_not_believed(void **state)
{
    (void)state;
    static const uint8_t lies[] = {0xff, 0x7f, 0x41, 0x01};
    char path[64], json[] = "/tmp/successor-json-XXXXXX";
    close(mkstemp(json));
    write_packets(path, SAVEFILE_PCAP, SAVEFILE_PLAIN);
    for (size_t i = 0; i < sizeof lies; i++) {
        struct world *world = new_world();
        world->fatal[0] = 5000;
        world->json = json;
        world->lies = true;
        world->lie = lies[i];
        assert_int_equal(run(world, path, NULL, 0), WB_E_END);
        assert_int_equal(world->died_of[0], SIGKILL);
        assert_int_equal(world->forked, 2);
        assert_int_equal(world->result, WB_E_END);
        munmap(world, sizeof *world);
    }
    unlink(path);
    unlink(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_process_goes_on),
        cmocka_unit_test(filter_and_limit_are_those_of_all),
        cmocka_unit_test(none_goes_on_in_a_pipe),
        cmocka_unit_test(what_a_dead_process_says_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
