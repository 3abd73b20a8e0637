/* SPDX-License-Identifier: ISC
 *
 * JSON lines: hostile bytes parse and can be read back, the fields are where EVE has
 * them, and a line that could not be written whole is not in the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "record/eve.h"
#include "record/json.h"
#include "record/sink.h"
#include "scene.h"

static json_t *parse(const char *text, size_t length)
{
    json_error_t error;
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("%s in: %.*s", error.text, (int)length, text);
    return json;
}

/* What a reader does who wants the bytes: each \xNN of the text is one of them. */
static size_t bytes_of_text(const char *text, uint8_t *bytes)
{
    size_t length = 0;
    while (*text) {
        unsigned value;
        if (sscanf(text, "\\x%2X", &value) == 1) {
            bytes[length++] = (uint8_t)value;
            text += 4;
        } else {
            bytes[length++] = (uint8_t)*text++;
        }
    }
    return length;
}

static void assert_survives(const void *bytes, size_t length)
{
    uint8_t back[1024];
    struct wb__json line = {0};
    wb__json_reset(&line);
    wb__json_begin(&line, NULL, '{');
    wb__json_bytes(&line, "text", bytes, length);
    wb__json_end(&line, '}');
    json_t *json = parse(line.text, line.length);
    const char *text = json_string_value(json_object_get(json, "text"));
    assert_non_null(text);
    assert_int_equal(bytes_of_text(text, back), length);
    assert_memory_equal(back, bytes, length);
    json_decref(json);
    wb__json_free(&line);
}

static void any_bytes_can_be_read_back(void **state)
{
    static const struct wb_slice texts[] = {
        SLICE_INIT(""),
        SLICE_INIT("\0"),
        SLICE_INIT("\\"),
        SLICE_INIT("\\x41"),
        SLICE_INIT("\\\\x41"),
        SLICE_INIT("\\x"),
        SLICE_INIT("\"quoted\"\t\r\n\b\f\x1b\x7f"),
        SLICE_INIT("h\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
        SLICE_INIT("\xc0\x80"),
        SLICE_INIT("\xed\xa0\x80"),
        SLICE_INIT("\xf4\x90\x80\x80"),
        SLICE_INIT("\xe0\x80\x80"),
        SLICE_INIT("\xc3"),
        SLICE_INIT("\xe2\x82"),
        SLICE_INIT("\xf0\x9f\x98"),
        SLICE_INIT("\xff\xfe"),
    };
    uint8_t bytes[3];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_survives(texts[i].data, texts[i].length);
    for (unsigned i = 0; i < 0x10000; i++) {
        bytes[0] = '\\';
        bytes[1] = (uint8_t)(i >> 8);
        bytes[2] = (uint8_t)i;
        assert_survives(bytes + (i & 1), 3 - (i & 1));
    }
}

/* Each byte in each place of a word, among such as its neighbours might be mistaken for. */
static void any_byte_can_stand_anywhere(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte <= 0xff; byte++) {
        for (size_t place = 0; place < 16; place++) {
            uint8_t bytes[17];
            memset(bytes, " a~"[place % 3], sizeof bytes);
            bytes[place] = (uint8_t)byte;
            assert_survives(bytes, sizeof bytes);
        }
    }
}

static void numbers_are_exact(void **state)
{
    struct wb__json line = {0};
    (void)state;
    wb__json_reset(&line);
    wb__json_begin(&line, NULL, '[');
    wb__json_number(&line, NULL, 0);
    wb__json_number(&line, NULL, UINT64_MAX);
    wb__json_signed(&line, NULL, INT64_MIN);
    wb__json_bool(&line, NULL, false);
    wb__json_end(&line, ']');
    static const char expected[] = "[0,18446744073709551615,-9223372036854775808,false]";
    assert_int_equal(line.length, sizeof expected - 1);
    assert_memory_equal(line.text, expected, line.length);
    wb__json_free(&line);
}

/* A scene whose JSON lines go to the file "lines" in its directory. */
static void open_lines(struct scene *scene, struct wb_record_options options, char path[128])
{
    scene_open(scene, &(struct wb_record_options){.naming = WB_RECORD_ETAG});
    snprintf(path, 128, "%s/lines", scene->path);
    options.json = path;
    scene->options = options;
    scene_reopen(scene);
}

static void a_transaction_has_the_fields_of_eve(void **state)
{
    struct scene scene;
    char path[128];
    size_t length, sidecar_length;
    (void)state;
    open_lines(&scene, (struct wb_record_options){.hash_bodies = true}, path);
    scene_tell(&scene, &(struct story){.etag = SLICE("\"\xff\0e\""),
                                       .body = "abc",
                                       .body_length = 3,
                                       .missing = WB_HTTP_MISSING_RESPONSE_GAP |
                                                  WB_HTTP_MISSING_CAPTURE_END});
    assert_int_equal(scene_finish(&scene), 0);
    char *line = scene_read(&scene, "lines", &length);
    char *sidecar = scene_read(&scene, "%FF%00e.incomplete.json", &sidecar_length);
    assert_int_equal(length, sidecar_length);
    assert_memory_equal(line, sidecar, length);

    json_t *json = parse(line, length), *http = json_object_get(json, "http");
    json_t *response = json_object_get(http, "response"), *missing;
    const char *hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_string_equal(json_string_value(json_object_get(json, "event_type")), "http");
    assert_string_equal(json_string_value(json_object_get(json, "src_ip")), "192.0.2.1");
    assert_string_equal(json_string_value(json_object_get(json, "dest_ip")), "192.0.2.2");
    assert_int_equal(json_integer_value(json_object_get(json, "dest_port")), 80);
    assert_int_equal(json_integer_value(json_object_get(http, "status")), 200);
    assert_int_equal(json_integer_value(json_object_get(http, "length")), 3);
    assert_string_equal(json_string_value(json_object_get(http, "url")), "/a");
    assert_string_equal(json_string_value(json_object_get(http, "http_method")), "GET");
    assert_string_equal(json_string_value(json_object_get(response, "body_sha256")), hash);
    assert_true(json_is_false(json_object_get(http, "complete")));
    missing = json_object_get(http, "missing");
    assert_int_equal(json_array_size(missing), 2);
    assert_string_equal(json_string_value(json_array_get(missing, 0)), "gap_in_response");
    assert_string_equal(json_string_value(json_object_get(http, "file")), "%FF%00e.incomplete");
    json_decref(json);
    free(sidecar);
    free(line);
    scene_close(&scene);
}

/* The example of the Community ID specification: 1:LQU9qZlK+B5F3KDmev6m5PMibrg= is the
 * flow 128.232.110.120:34855 to 66.35.250.204:80 over TCP, from either end. */
static void community_id_is_that_of_the_specification(void **state)
{
    struct wb__eve eve;
    struct wb_endpoint from = {.address = {128, 232, 110, 120}, .port = 34855};
    struct wb_endpoint to = {.address = {66, 35, 250, 204}, .port = 80};
    (void)state;
    assert_int_equal(wb__eve_open(&eve), 0);
    for (uint64_t id = 1; id <= 2; id++) {
        struct wb_flow flow = {.id = id, .ip_version = 4, .protocol = 6};
        flow.endpoint[id == 1] = to;
        flow.endpoint[id != 1] = from;
        wb__json_reset(&eve.line);
        wb__json_begin(&eve.line, NULL, '{');
        wb__eve_endpoints(&eve, &flow, false);
        wb__json_end(&eve.line, '}');
        json_t *json = parse(eve.line.text, eve.line.length);
        assert_string_equal(json_string_value(json_object_get(json, "community_id")),
                            "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        json_decref(json);
    }
    wb__eve_close(&eve);
}

/* Told from the end that the record names first; the Community ID is the inner flow's. */
static void tunnels_stand_outermost_first(void **state)
{
    struct wb__eve eve;
    struct wb_flow_tunnel tunnels[WB_FLOW_TUNNELS_KEPT] = {
        {.kind = WB_LAYER_GRE, .ip_version = 6, .address = {{0xfd, [15] = 1}, {0xfd, [15] = 2}}},
        {.kind = WB_LAYER_VXLAN, .has_id = true, .id = 42, .ip_version = 4,
         .address = {{10, 0, 0, 1}, {10, 0, 0, 2}}},
    };
    struct wb_flow flow = {.id = 1, .ip_version = 4, .protocol = 6, .tunnel_count = 2,
                           .tunnels = tunnels};
    (void)state;
    assert_int_equal(wb__eve_open(&eve), 0);
    wb__json_begin(&eve.line, NULL, '{');
    wb__eve_endpoints(&eve, &flow, true);
    wb__json_end(&eve.line, '}');
    json_t *json = parse(eve.line.text, eve.line.length), *list = json_object_get(json, "tunnel");
    assert_int_equal(json_array_size(list), 2);
    json_t *inner = json_array_get(list, 1), *outer = json_array_get(list, 0);
    assert_string_equal(json_string_value(json_object_get(outer, "layer")), "gre");
    assert_null(json_object_get(outer, "id"));
    assert_string_equal(json_string_value(json_object_get(outer, "src_ip")), "fd00::2");
    assert_int_equal(json_integer_value(json_object_get(inner, "id")), 42);
    assert_string_equal(json_string_value(json_object_get(inner, "dest_ip")), "10.0.0.1");
    assert_null(json_object_get(json, "tunnel_count"));
    json_decref(json);

    flow.tunnel_count = 3;
    wb__json_reset(&eve.line);
    wb__json_begin(&eve.line, NULL, '{');
    wb__eve_endpoints(&eve, &flow, false);
    wb__json_end(&eve.line, '}');
    json = parse(eve.line.text, eve.line.length);
    assert_int_equal(json_array_size(json_object_get(json, "tunnel")), 2);
    assert_int_equal(json_integer_value(json_object_get(json, "tunnel_count")), 3);
    json_decref(json);
    wb__eve_close(&eve);
}

static void flows_anomalies_and_statistics_have_records(void **state)
{
    static const char *const types[] = {"flow", "anomaly", "anomaly", "stats"};
    struct scene scene;
    char path[128], *at, *end;
    void *place = NULL;
    size_t length;
    (void)state;
    open_lines(&scene, (struct wb_record_options){.flows = true, .anomalies = true}, path);
    scene.flow.vlan_count = 2;
    wb__recorder_flow_end(scene.recorder, &place, &scene.flow, true, 0);
    wb__recorder_flow_anomaly(scene.recorder, &scene.flow,
                              &(struct wb_flow_anomaly){.kind = WB_FLOW_ANOMALY_GAP, .length = 9});
    wb__recorder_http_anomaly(scene.recorder, &scene.flow, NULL,
                              &(struct wb_http_anomaly){.kind = WB_HTTP_ANOMALY_BARE_LF});
    wb__recorder_stats_record(scene.recorder, &(struct wb_stats){.source = {.seen = 5}}, 1);
    assert_int_equal(scene_finish(&scene), 0);
    assert_int_equal(scene_stats(&scene).json_records, 4);
    at = end = scene_read(&scene, "lines", &length);
    for (unsigned i = 0; i < 4; i++, end++) {
        char *start = end;
        end = strchr(start, '\n');
        assert_non_null(end);
        json_t *json = parse(start, (size_t)(end - start));
        assert_string_equal(json_string_value(json_object_get(json, "event_type")), types[i]);
        json_decref(json);
    }
    assert_int_equal(end - at, length);
    free(at);
    scene_close(&scene);
}

/* A process died in write(2): three lines wait, of which the file has as many bytes as given. */
static struct wb__backlog *died_while_writing(const char *path, size_t bytes)
{
    static const char lines[] = "{\"timestamp\":\"1\n{\"timestamp\":\"2\n{\"timestamp\":\"3\n";
    struct wb__backlog *backlog = wb__backlog_new();
    memcpy(backlog->bytes, lines, sizeof lines - 1);
    for (backlog->count = 0; backlog->count < 3; backlog->count++)
        backlog->ends[backlog->count] = (backlog->count + 1) * (sizeof lines - 1) / 3;
    backlog->is_writing = true;
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fwrite("before\n", 1, 7, file);
        backlog->start = 7;
        fwrite(lines, 1, bytes, file);
        fclose(file);
    }
    return backlog;
}

/* Wherever in them it died, the file has all lines, and each once. */
static void lines_of_a_dead_process_are_written_once(void **state)
{
    (void)state;
    char path[] = "/tmp/wirebeam-sink-XXXXXX", text[128];
    close(mkstemp(path));
    for (size_t bytes = 0; bytes <= 48; bytes++) {
        struct wb__faults faults = {0};
        struct wb__sink sink;
        struct wb__backlog *backlog = died_while_writing(path, bytes);
        assert_int_equal(wb__backlog_length(backlog), 48);
        assert_int_equal(wb__sink_open(&sink, path, WB__SINK_APPEND, backlog, &faults, NULL), 0);
        assert_int_equal(sink.lost, 0);
        assert_int_equal(wb__sink_records(&sink), 0); /* they were counted by who died */
        wb__sink_close(&sink);
        FILE *file = fopen(path, "r");
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
        assert_string_equal(text, "before\n{\"timestamp\":\"1\n{\"timestamp\":\"2\n{\"timestamp\":\"3\n");
        wb__backlog_free(backlog);
    }
    unlink(path);
}

/* Of a pipe nobody knows what went into it: they are lost, and nothing follows half a line. */
static void lines_that_a_dead_process_wrote_into_a_pipe_are_lost(void **state)
{
    (void)state;
    char path[64];
    int ends[2];
    struct wb__faults faults = {0};
    struct wb__sink sink;
    struct wb__backlog *backlog = died_while_writing(NULL, 0);
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[1]);
    assert_int_equal(wb__sink_open(&sink, path, WB__SINK_APPEND, backlog, &faults, NULL), 0);
    assert_int_equal(sink.lost, 3);
    assert_int_equal((int64_t)sink.records, -3);
    assert_true(sink.is_broken);
    wb__sink_close(&sink);
    close(ends[0]);
    close(ends[1]);
    wb__backlog_free(backlog);
}

/* Longer than the backlog: such a line is not in it, and died with its process. */
static void a_long_line_of_a_dead_process_is_lost(void **state)
{
    (void)state;
    char path[] = "/tmp/wirebeam-sink-XXXXXX";
    struct stat status;
    struct wb__faults faults = {0};
    struct wb__sink sink;
    close(mkstemp(path));
    struct wb__backlog *backlog = died_while_writing(path, 0);
    backlog->count = 1;
    backlog->ends[0] = 2 * WB__BACKLOG_BYTES;
    assert_int_equal(wb__sink_open(&sink, path, WB__SINK_APPEND, backlog, &faults, NULL), 0);
    assert_int_equal(sink.lost, 1);
    wb__sink_close(&sink);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 7); /* what was before */
    unlink(path);
    wb__backlog_free(backlog);
}

static void a_place_before_the_file_is_not_believed(void **state)
{
    (void)state;
    char path[] = "/tmp/wirebeam-sink-XXXXXX";
    struct wb__faults faults = {0};
    struct wb__sink sink;
    close(mkstemp(path));
    struct wb__backlog *backlog = died_while_writing(path, 0);
    uint32_t count = backlog->count;
    backlog->start = INT64_MIN;
    assert_int_equal(wb__sink_open(&sink, path, WB__SINK_APPEND, backlog, &faults, NULL), 0);
    assert_int_equal(sink.lost, count);
    wb__sink_close(&sink);
    unlink(path);
    wb__backlog_free(backlog);
}

/* The limit cuts into a line: the file ends with a whole one, the rest is counted, and
 * when there is room again lines go on. */
static void a_line_is_written_whole_or_counted(void **state)
{
    struct rlimit old, limit;
    struct wb__faults faults = {0};
    struct wb__sink sink;
    char path[] = "/tmp/wirebeam-sink-XXXXXX", text[1024];
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    limit = old;
    limit.rlim_cur = 1050;
    close(mkstemp(path));
    assert_int_equal(wb__sink_open(&sink, path, WB__SINK_APPEND, NULL, &faults, NULL), 0);
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 15; i++) {
        memset(wb__sink_reserve(&sink, 100), 'a' + i, 100);
        wb__sink_commit(&sink, 100);
    }
    wb__sink_flush(&sink);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(sink.records, 10);
    assert_int_equal(sink.lost, 5);
    assert_int_equal(faults.first.system, EFBIG);
    memset(wb__sink_reserve(&sink, 10), 'z', 10);
    wb__sink_commit(&sink, 10);
    wb__sink_close(&sink);
    assert_int_equal(sink.records, 11);

    int fd = open(path, O_RDONLY);
    memset(text, 0, sizeof text);
    assert_int_equal(lseek(fd, 0, SEEK_END), 1010);
    assert_int_equal(pread(fd, text, 20, 990), 20);
    assert_string_equal(text, "jjjjjjjjjjzzzzzzzzzz");
    close(fd);
    unlink(path);
}

static void a_full_device_is_told(void **state)
{
    struct wb__faults faults = {0};
    struct wb__sink sink;
    (void)state;
    assert_int_equal(wb__sink_open(&sink, "/dev/full", WB__SINK_APPEND, NULL, &faults, NULL), 0);
    memset(wb__sink_reserve(&sink, 100), 'a', 100);
    wb__sink_commit(&sink, 100);
    wb__sink_close(&sink);
    assert_int_equal(sink.lost, 1);
    assert_int_equal(faults.first.code, WB_E_FULL);
}

static void what_cannot_be_opened_is_told_in_one_line(void **state)
{
    struct wb__recorder *recorder;
    struct wb_error error;
    struct wb_http_options http = {0};
    (void)state;
    struct wb_record_options options = {.json = "/nonexistent/lines"};
    assert_int_equal(wb__recorder_open(&recorder, &options, &http, NULL, &error), WB_E_NOT_FOUND);
    assert_null(recorder);
    assert_non_null(strstr(error.text, "/nonexistent/lines"));
    options = (struct wb_record_options){.directory = "/dev/null"};
    assert_int_equal(wb__recorder_open(&recorder, &options, &http, NULL, &error), WB_E_SYSTEM);
    assert_non_null(strstr(error.text, "not a directory"));
    options = (struct wb_record_options){.json = "-", .capture = "-"};
    assert_int_equal(wb__recorder_open(&recorder, &options, &http, NULL, &error), WB_E_ARGUMENT);
    options = (struct wb_record_options){0};
    assert_int_equal(wb__recorder_open(&recorder, &options, &http, NULL, &error), 0);
    assert_null(recorder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_bytes_can_be_read_back),
        cmocka_unit_test(any_byte_can_stand_anywhere),
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(a_transaction_has_the_fields_of_eve),
        cmocka_unit_test(community_id_is_that_of_the_specification),
        cmocka_unit_test(tunnels_stand_outermost_first),
        cmocka_unit_test(flows_anomalies_and_statistics_have_records),
        cmocka_unit_test(a_line_is_written_whole_or_counted),
        cmocka_unit_test(lines_of_a_dead_process_are_written_once),
        cmocka_unit_test(lines_that_a_dead_process_wrote_into_a_pipe_are_lost),
        cmocka_unit_test(a_long_line_of_a_dead_process_is_lost),
        cmocka_unit_test(a_place_before_the_file_is_not_believed),
        cmocka_unit_test(a_full_device_is_told),
        cmocka_unit_test(what_cannot_be_opened_is_told_in_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
