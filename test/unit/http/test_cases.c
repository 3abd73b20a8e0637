/* SPDX-License-Identifier: ISC
 *
 * Runs the documents in test/cases/http. A case is a heading, words, a block ```http
 * with what the two sides send, and a block ```events with what the stage must tell:
 *
 *     > client bytes          a line ends with CR LF, unless it ends with a backslash
 *     < server bytes          \r \n \t \\ \xHH and {N*byte} as usual
 *     gap > 10                ten bytes of the client are missing
 *     due >                   the server acknowledged bytes of the client that come later
 *     fin <                   the server's direction is over
 *     end reset               closed (also without this line), reset, timeout, shutdown
 *     wait 1500               milliseconds go by
 *     midstream               the beginning is missing
 *     max_headers 3           a limit
 *     show fields             field lines appear in the events
 *
 * Each case runs whole, one byte at a time, and cut in two at every place of every
 * run of bytes; the bytes end at a guard page; the events must be the same. With
 * --print the program shows what it got instead of judging.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorder.h"
#include "support/guard.h"

#define STEPS_MAX 64
#define CASES_MAX 256
#define BYTES_MAX (1 << 17)

struct step {
    enum { BYTES, GAP, DUE, FIN, WAIT, END } kind;
    unsigned direction;
    uint8_t *bytes;
    uint64_t length; /* WAIT: milliseconds */
    enum wb__http_end how;
};

struct one_case {
    char *name;
    struct step steps[STEPS_MAX];
    size_t step_count;
    struct wb_http_options options;
    bool midstream, shows_headers;
    char *expected;
};

static struct one_case *cases[CASES_MAX];
static size_t case_count;
static bool only_prints;

static void fail_at(const char *name, const char *line)
{
    fprintf(stderr, "%s: not understood: %s\n", name, line);
    exit(1);
}

static struct step *add_step(struct one_case *one, int kind)
{
    if (one->step_count == STEPS_MAX)
        fail_at(one->name, "too many steps");
    struct step *step = &one->steps[one->step_count++];
    *step = (struct step){.kind = kind};
    return step;
}

static void add_bytes(struct step *step, const void *bytes, size_t length)
{
    step->bytes = realloc(step->bytes, step->length + length + 1);
    memcpy(step->bytes + step->length, bytes, length);
    step->length += length;
}

static uint8_t escaped(const char **at)
{
    switch (*(*at)++) {
    case 'r':
        return '\r';
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'x': {
        char digits[3] = {(*at)[0], (*at)[1], 0};
        *at += 2;
        return (uint8_t)strtoul(digits, NULL, 16);
    }
    default:
        return (uint8_t)(*at)[-1];
    }
}

/* {N*byte}: the byte N times. False where that is not what stands there. */
static bool add_repeated(struct step *step, const char **at)
{
    char *rest;
    unsigned long count = strtoul(*at + 1, &rest, 10);
    if (rest == *at + 1 || *rest != '*' || rest[1] == 0 || rest[2] != '}')
        return false;
    while (count-- > 0)
        add_bytes(step, rest + 1, 1);
    *at = rest + 3;
    return true;
}

static void add_text(struct step *step, const char *at)
{
    while (*at) {
        if (*at == '{' && add_repeated(step, &at))
            continue;
        if (*at != '\\') {
            add_bytes(step, at++, 1);
            continue;
        }
        if (at[1] == 0)
            return; /* no line end */
        at++;
        uint8_t byte = escaped(&at);
        add_bytes(step, &byte, 1);
    }
    add_bytes(step, "\r\n", 2);
}

static void read_bytes(struct one_case *one, const char *line)
{
    unsigned direction = line[0] == '>' ? 0 : 1;
    struct step *last = one->step_count ? &one->steps[one->step_count - 1] : NULL;
    if (!last || last->kind != BYTES || last->direction != direction) {
        last = add_step(one, BYTES);
        last->direction = direction;
    }
    add_text(last, line[1] == ' ' ? line + 2 : line + 1);
}

static bool read_limit(struct one_case *one, const char *line)
{
    char name[32];
    unsigned value;
    if (sscanf(line, "%31s %u", name, &value) != 2)
        return false;
    if (strcmp(name, "max_headers") == 0)
        one->options.max_headers = value;
    else if (strcmp(name, "max_head_bytes") == 0)
        one->options.max_head_bytes = value;
    else if (strcmp(name, "max_pipeline") == 0)
        one->options.max_pipeline = value;
    else if (strcmp(name, "max_chunk_line") == 0)
        one->options.max_chunk_line = value;
    else
        return false;
    return true;
}

static bool read_end(struct one_case *one, const char *line)
{
    static const char *const ends[] = {"end closed", "end reset", "end timeout", "end shutdown"};
    for (unsigned i = 0; i < 4; i++) {
        if (strcmp(line, ends[i]) != 0)
            continue;
        add_step(one, END)->how = (enum wb__http_end)i;
        return true;
    }
    return false;
}

static void read_input(struct one_case *one, const char *line)
{
    char arrow;
    unsigned long long length;
    if (line[0] == '>' || line[0] == '<') {
        read_bytes(one, line);
    } else if (sscanf(line, "gap %c %llu", &arrow, &length) == 2) {
        struct step *step = add_step(one, GAP);
        step->direction = arrow == '>' ? 0 : 1;
        step->length = length;
    } else if (sscanf(line, "due %c", &arrow) == 1) {
        add_step(one, DUE)->direction = arrow == '>' ? 0 : 1;
    } else if (sscanf(line, "fin %c", &arrow) == 1) {
        add_step(one, FIN)->direction = arrow == '>' ? 0 : 1;
    } else if (sscanf(line, "wait %llu", &length) == 1) {
        add_step(one, WAIT)->length = length;
    } else if (strcmp(line, "midstream") == 0) {
        one->midstream = true;
    } else if (strcmp(line, "show fields") == 0) {
        one->shows_headers = true;
    } else if (!read_end(one, line) && !read_limit(one, line)) {
        fail_at(one->name, line);
    }
}

static void read_expected(struct one_case *one, const char *line)
{
    size_t before = strlen(one->expected), more = strlen(line);
    one->expected = realloc(one->expected, before + more + 2);
    memcpy(one->expected + before, line, more);
    memcpy(one->expected + before + more, "\n", 2);
}

static struct one_case *begin_case(const char *file, const char *title)
{
    if (case_count == CASES_MAX)
        fail_at(file, "too many cases");
    struct one_case *one = calloc(1, sizeof *one);
    size_t length = strlen(file) + strlen(title) + 3;
    one->name = malloc(length);
    snprintf(one->name, length, "%s: %s", file, title);
    one->expected = calloc(1, 1);
    cases[case_count++] = one;
    return one;
}

static void read_document(const char *folder, const char *name)
{
    char path[4096], line[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_at(path, "could not be opened");
    struct one_case *one = NULL;
    enum { WORDS, INPUT, EVENTS } block = WORDS;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "```", 3) == 0)
            block = strcmp(line, "```http") == 0 ? INPUT
                    : strcmp(line, "```events") == 0 ? EVENTS : WORDS;
        else if (block == WORDS && strncmp(line, "## ", 3) == 0)
            one = begin_case(name, line + 3);
        else if (block == INPUT)
            read_input(one, line);
        else if (block == EVENTS)
            read_expected(one, line);
    }
    fclose(file);
}

static int is_document(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".md") == 0;
}

static void read_folder(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_document, alphasort);
    if (count <= 0)
        fail_at(folder, "no documents");
    for (int i = 0; i < count; i++) {
        read_document(folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

/* How bytes are cut: at each multiple of piece, and in one step also at a place. */
struct cuts {
    size_t piece;
    size_t step, at;
};

static const struct cuts whole = {SIZE_MAX, SIZE_MAX, 0};

static void feed(struct wb__http_stream *stream, const struct step *step, struct guard *guard,
                 struct cuts cuts, int64_t now_ns)
{
    for (size_t at = 0; at < step->length;) {
        size_t length = step->length - at < cuts.piece ? step->length - at : cuts.piece;
        if (at < cuts.at && at + length > cuts.at)
            length = cuts.at - at;
        wb__http_stream_bytes(stream, step->direction, guard_put(guard, step->bytes + at, length),
                              (uint32_t)length, now_ns);
        at += length;
    }
}

static char *run(const struct one_case *one, struct guard *guard, struct cuts cuts)
{
    int64_t now_ns = 1;
    struct recorder recorder;
    recorder_open(&recorder);
    recorder.shows_headers = one->shows_headers;
    struct wb__http *http = wb__http_new(&one->options, &recorder_events, &recorder);
    struct wb__http_stream *stream = wb__http_stream_new(http, NULL, one->midstream);
    for (size_t i = 0; i < one->step_count; i++) {
        const struct step *step = &one->steps[i];
        recorder.is_due[step->direction] &= step->kind != BYTES;
        if (step->kind == BYTES) {
            feed(stream, step, guard, cuts.step == i ? cuts : (struct cuts){cuts.piece, 0, 0},
                 now_ns);
        } else if (step->kind == GAP) {
            wb__http_stream_gap(stream, step->direction, step->length, now_ns);
        } else if (step->kind == DUE) {
            recorder.is_due[step->direction] = true;
        } else if (step->kind == FIN) {
            wb__http_stream_half_end(stream, step->direction, now_ns);
        } else if (step->kind == WAIT) {
            now_ns += (int64_t)step->length * 1000000;
        } else {
            wb__http_stream_end(stream, step->how, now_ns);
            stream = NULL;
        }
    }
    wb__http_stream_end(stream, WB__HTTP_END_CLOSED, now_ns);
    recorder_finish(&recorder, http);
    wb__http_free(http);
    char *text = strdup(recorder.text);
    recorder_close(&recorder);
    return text;
}

static void check(const struct one_case *one, struct guard *guard, struct cuts cuts)
{
    char *text = run(one, guard, cuts);
    if (strcmp(text, one->expected) != 0)
        fail_msg("%s\ncut into %zu, in step %zu at %zu\nexpected:\n%sgot:\n%s", one->name,
                 cuts.piece, cuts.step, cuts.at, one->expected, text);
    free(text);
}

static void test_case(void **state)
{
    const struct one_case *one = *state;
    struct guard guard = guard_open(BYTES_MAX);
    if (only_prints) {
        char *text = run(one, &guard, whole);
        printf("\n## %s\n\n```events\n%s```\n\n", one->name, text);
        fflush(stdout);
        free(text);
        guard_close(&guard);
        return;
    }
    check(one, &guard, whole);
    check(one, &guard, (struct cuts){1, SIZE_MAX, 0});
    for (size_t i = 0; i < one->step_count; i++)
        for (size_t at = 1; one->steps[i].kind == BYTES && at < one->steps[i].length; at++)
            check(one, &guard, (struct cuts){SIZE_MAX, i, at});
    guard_close(&guard);
}

static void free_cases(void)
{
    for (size_t i = 0; i < case_count; i++) {
        for (size_t s = 0; s < cases[i]->step_count; s++)
            free(cases[i]->steps[s].bytes);
        free(cases[i]->expected);
        free(cases[i]->name);
        free(cases[i]);
    }
}

int main(int argc, char **argv)
{
    only_prints = argc > 2 && strcmp(argv[2], "--print") == 0;
    if (argc < 2)
        fail_at(argv[0], "the folder of the documents is missing");
    read_folder(argv[1]);
    static struct CMUnitTest tests[CASES_MAX];
    for (size_t i = 0; i < case_count; i++)
        tests[i] = (struct CMUnitTest){cases[i]->name, test_case, NULL, NULL, cases[i]};
    int result = _cmocka_run_group_tests("http cases", tests, case_count, NULL, NULL);
    free_cases();
    return result;
}
