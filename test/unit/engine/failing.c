/* SPDX-License-Identifier: ISC
 *
 * failing FILE...: runs each capture through the whole engine again and again, and lets the
 * first, the second, the third ... allocation fail, until a run needs no more. Each run must
 * end in order: an error in words, or all counters adding up. Leaks and wild pointers are
 * for the sanitizers to find. The linker puts the functions below in the place of the
 * allocator's (--wrap), for our own calls only.
 */
#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <wirebeam/wirebeam.h>

#include "support/place.h"

#define RUNS_MAX 100000
#define CHECK(condition)                                                          \
    do {                                                                          \
        if (!(condition)) {                                                       \
            fprintf(stderr, "%s:%d: %s: does not hold\n", __FILE__, __LINE__, #condition); \
            abort();                                                              \
        }                                                                         \
    } while (0)

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_mmap(void *at, size_t length, int protection, int flags, int file, off_t offset);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_mmap(void *at, size_t length, int protection, int flags, int file, off_t offset);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);

static atomic_long left; /* allocations until the one that fails; below 0: it has failed */

static bool is_to_fail(void)
{
    return atomic_fetch_sub(&left, 1) == 1;
}

void *__wrap_malloc(size_t size)
{
    return is_to_fail() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_to_fail() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return is_to_fail() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return is_to_fail() ? NULL : __real_aligned_alloc(alignment, size);
}

void *__wrap_mmap(void *at, size_t length, int protection, int flags, int file, off_t offset)
{
    return is_to_fail() ? MAP_FAILED
                        : __real_mmap(at, length, protection, flags, file, offset);
}

char *__wrap_strdup(const char *text)
{
    return is_to_fail() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t length)
{
    return is_to_fail() ? NULL : __real_strndup(text, length);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static void show_packet(void *context, const struct wb_packet *packet,
                        const struct wb_decoded *decoded)
{
    (void)context;
    free(wb_packet_json(packet, decoded));
}

static void take_datagram(void *context, const struct wb_packet *packet,
                          const struct wb_decoded *decoded, const struct wb_datagram *datagram)
{
    (void)context, (void)packet;
    CHECK(datagram->layer < decoded->layer_count);
}

static void check_stats(struct wb_engine *engine)
{
    struct wb_stats stats;
    wb_engine_stats(engine, &stats);
    const struct wb_record_stats *record = &stats.record;
    CHECK(stats.source.seen == stats.source.delivered + stats.source.dropped_ring +
                                   stats.source.dropped_interface);
    CHECK(stats.http.transactions == stats.http.complete + stats.http.incomplete);
    CHECK(record->transactions == record->written + record->without_body +
                                      record->lost_disk_full + record->lost_quota +
                                      record->lost_error);
    CHECK(stats.source.delivered == record->capture_packets + record->capture_lost);
    CHECK(stats.fragment.active == 0 && stats.flow.flows_active == 0);
}

static void run(const char *capture, const char *directory)
{
    char json[256], copy[256], out[256];
    snprintf(json, sizeof json, "%s/records", directory);
    snprintf(copy, sizeof copy, "%s/copy.pcapng", directory);
    snprintf(out, sizeof out, "%s/out", directory);
    struct wb_engine_options options = {
        .source = {.file = capture, .filter = "ip or ip6 or vlan"},
        .record = {.directory = out, .json = json, .capture = copy, .hash_bodies = true,
                   .hash_streams = true, .flows = true, .anomalies = true},
        .handlers = {.packet = show_packet, .datagram = take_datagram},
    };
    struct wb_engine *engine;
    struct wb_error error = {0};
    int code = wb_engine_open(&engine, &options, &error);
    if (code < 0) {
        CHECK(engine == NULL && error.text[0] != '\0');
        return;
    }
    while ((code = wb_engine_step(engine, -1, &error)) >= 0)
        ;
    CHECK(code == WB_E_END || error.text[0] != '\0');
    wb_engine_finish(engine, &error);
    check_stats(engine);
    wb_engine_close(engine);
}

/* Returns how many allocations the capture takes. */
static long run_all(const char *capture)
{
    for (long n = 1; n < RUNS_MAX; n++) {
        char directory[PLACE_BYTES];
        place_directory(directory);
        atomic_store(&left, n);
        run(capture, directory);
        bool has_failed = atomic_load(&left) <= 0;
        atomic_store(&left, 0);
        CHECK(nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0);
        if (!has_failed)
            return n - 1;
    }
    CHECK(!"a run that needs no more allocations");
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf("%s: each of %ld allocations failed once\n", argv[i], run_all(argv[i]));
    return argc > 1 ? 0 : 2;
}
