/* SPDX-License-Identifier: ISC */
#include "scene.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/journal.h"

#define START_NS INT64_C(1767323045123456789)

struct borrowed {
    struct borrowed *next;
    size_t length;
    uint8_t bytes[];
};

static const char request_text[] = "GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n";

void scene_open(struct scene *scene, const struct wb_record_options *options)
{
    memset(scene, 0, sizeof *scene);
    place_directory(scene->path);
    scene->options = *options;
    scene->flow = (struct wb_flow){
        .id = 7,
        .ip_version = 4,
        .protocol = 6,
        .first_ns = START_NS,
        .last_ns = START_NS + 2000000000,
        .endpoint = {{.address = {192, 0, 2, 1}, .port = 40000},
                     {.address = {192, 0, 2, 2}, .port = 80}},
    };
    scene_reopen(scene);
}

void scene_reopen(struct scene *scene)
{
    struct wb_error error = {0};
    struct wb_http_options http = {0};
    struct wb_record_options options = scene->options;
    scene_end_batch(scene);
    wb__recorder_close(scene->recorder);
    if (!options.directory)
        options.directory = scene->path;
    if (wb__recorder_open(&scene->recorder, &options, &http, scene->legacy, &error) < 0)
        fail_msg("%s", error.text);
}

struct wb_record_stats scene_stats(struct scene *scene)
{
    struct wb_record_stats stats;
    wb__recorder_stats(scene->recorder, &stats);
    return stats;
}

int scene_finish(struct scene *scene)
{
    struct wb_error error = {0};
    scene_end_batch(scene);
    return wb__recorder_finish(scene->recorder, &error);
}

static void remove_tree(const char *path)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
}

void scene_close(struct scene *scene)
{
    scene_end_batch(scene);
    wb__recorder_close(scene->recorder);
    remove_tree(scene->path);
}

const uint8_t *scene_borrow(struct scene *scene, const void *bytes, size_t length)
{
    struct borrowed *borrowed = malloc(sizeof *borrowed + length);
    assert_non_null(borrowed);
    borrowed->next = scene->borrowed;
    borrowed->length = length;
    if (length)
        memcpy(borrowed->bytes, bytes, length);
    scene->borrowed = borrowed;
    return borrowed->bytes;
}

void scene_end_batch(struct scene *scene)
{
    if (scene->recorder)
        wb__recorder_batch_end(scene->recorder, START_NS);
    while (scene->borrowed) {
        struct borrowed *borrowed = scene->borrowed;
        scene->borrowed = borrowed->next;
        memset(borrowed->bytes, 0xee, borrowed->length);
        free(borrowed);
    }
    scene->pieces = 0;
}

/* What is told of one story. */
struct telling {
    struct scene *scene;
    const struct story *story;
    struct wb_http_transaction transaction;
    struct wb_http_header headers[3];
    char head[8192];
    size_t head_length;
    void *state;
};

static void tell_bytes(struct telling *telling, enum wb_http_side side, enum wb_http_part part,
                       const void *bytes, size_t length)
{
    struct scene *scene = telling->scene;
    size_t piece = telling->story->piece ? telling->story->piece : length;
    for (size_t at = 0; at < length; at += piece) {
        size_t now = length - at < piece ? length - at : piece;
        const uint8_t *place = scene_borrow(scene, (const uint8_t *)bytes + at, now);
        wb__recorder_http_bytes(scene->recorder, &telling->state, &scene->flow,
                                &telling->transaction, side, part, place, (uint32_t)now,
                                !telling->story->copied);
        if (telling->story->batch && ++scene->pieces == telling->story->batch)
            scene_end_batch(scene);
    }
}

static void put_head(struct telling *telling, const void *bytes, size_t length)
{
    memcpy(telling->head + telling->head_length, bytes, length);
    telling->head_length += length;
}

static void put_header(struct telling *telling, const char *name, struct wb_slice value)
{
    struct wb_http_message *response = &telling->transaction.response;
    put_head(telling, name, strlen(name));
    put_head(telling, ": ", 2);
    put_head(telling, value.data, value.length);
    put_head(telling, "\r\n", 2);
    telling->headers[response->header_count++] =
        (struct wb_http_header){{name, (uint32_t)strlen(name)}, value};
}

static void make_messages(struct telling *telling)
{
    const struct story *story = telling->story;
    struct wb_http_transaction *transaction = &telling->transaction;
    transaction->index = telling->scene->told;
    transaction->number = ++telling->scene->told;
    transaction->missing = story->missing;
    transaction->request = (struct wb_http_message){
        .seen = true, .version = 11, .method = SLICE("GET"), .target = SLICE("/a")};
    transaction->response = (struct wb_http_message){
        .seen = true,
        .version = 11,
        .status = 200,
        .reason = SLICE("OK"),
        .framing = story->is_chunked ? WB_HTTP_FRAMING_CHUNKED : WB_HTTP_FRAMING_CLOSE,
        .ended = !story->missing,
        .headers = telling->headers,
        .body_bytes = story->body_length,
    };
    put_head(telling, "HTTP/1.1 200 OK\r\n", 17);
    if (story->etag.data)
        put_header(telling, "ETag", story->etag);
    if (story->coding)
        put_header(telling, "Content-Encoding",
                   (struct wb_slice){story->coding, (uint32_t)strlen(story->coding)});
    if (story->is_chunked)
        put_header(telling, "Transfer-Encoding", SLICE("chunked"));
    put_head(telling, "\r\n", 2);
}

static void tell_request(struct telling *telling)
{
    tell_bytes(telling, WB_HTTP_REQUEST, WB_HTTP_PART_HEAD, request_text, sizeof request_text - 1);
    telling->transaction.request.ended = true;
}

static void tell_response(struct telling *telling)
{
    const struct story *story = telling->story;
    char line[32];
    int line_length = snprintf(line, sizeof line, "%zx\r\n", story->body_length);
    tell_bytes(telling, WB_HTTP_RESPONSE, WB_HTTP_PART_HEAD, telling->head, telling->head_length);
    if (story->is_chunked)
        tell_bytes(telling, WB_HTTP_RESPONSE, WB_HTTP_PART_FRAMING, line, (size_t)line_length);
    size_t half = story->response_first ? story->body_length / 2 : story->body_length;
    tell_bytes(telling, WB_HTTP_RESPONSE, WB_HTTP_PART_BODY, story->body, half);
    if (story->response_first)
        tell_request(telling);
    tell_bytes(telling, WB_HTTP_RESPONSE, WB_HTTP_PART_BODY, (const char *)story->body + half,
               story->body_length - half);
    if (story->is_chunked)
        tell_bytes(telling, WB_HTTP_RESPONSE, WB_HTTP_PART_FRAMING, "\r\n0\r\n\r\n", 7);
}

void scene_tell(struct scene *scene, const struct story *story)
{
    struct telling telling = {.scene = scene, .story = story};
    make_messages(&telling);
    if (!story->response_first)
        tell_request(&telling);
    tell_response(&telling);
    wb__recorder_transaction(scene->recorder, &telling.state, &scene->flow, false,
                             &telling.transaction);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *scene_list(const struct scene *scene)
{
    char *names[1024];
    size_t count = 0, length = 0;
    DIR *directory = opendir(scene->path);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) && count < 1024;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strncmp(entry->d_name, WB__JOURNAL_PREFIX, strlen(WB__JOURNAL_PREFIX)) != 0)
            names[count++] = strdup(entry->d_name);
    closedir(directory);
    qsort(names, count, sizeof *names, compare);
    char *list = calloc(count + 1, 258);
    assert_non_null(list);
    for (size_t i = 0; i < count; i++) {
        length += (size_t)sprintf(list + length, "%s\n", names[i]);
        free(names[i]);
    }
    return list;
}

char *scene_read(const struct scene *scene, const char *name, size_t *length)
{
    char path[512];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", scene->path, name);
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &status) < 0)
        fail_msg("cannot open %s", path);
    char *bytes = calloc(1, (size_t)status.st_size + 1);
    assert_non_null(bytes);
    *length = (size_t)status.st_size;
    assert_int_equal(read(fd, bytes, *length), status.st_size);
    close(fd);
    return bytes;
}

void assert_list(const struct scene *scene, const char *expected)
{
    char *list = scene_list(scene);
    assert_string_equal(list, expected);
    free(list);
}

void assert_file(const struct scene *scene, const char *name, const void *bytes, size_t length)
{
    size_t found;
    char *contents = scene_read(scene, name, &found);
    assert_int_equal(found, length);
    assert_memory_equal(contents, bytes, length);
    free(contents);
}
