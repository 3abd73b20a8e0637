/* SPDX-License-Identifier: ISC
 *
 * Names made of hostile ETags, as strings and in a real directory.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "record/name.h"
#include "scene.h"

static const struct {
    struct wb_slice etag;
    const char *name;
} cases[] = {
    {SLICE_INIT("\"abc\""), "abc"},
    {SLICE_INIT("unquoted"), "unquoted"},
    {SLICE_INIT("W/\"abc\""), "W%2Fabc"},
    {SLICE_INIT("\"W/abc\""), "%57%2Fabc"},
    {SLICE_INIT("\"\""), "empty-etag"},
    {SLICE_INIT(""), "empty-etag"},
    {SLICE_INIT("W/\"\""), "W%2F"},
    {SLICE_INIT("\""), "%22"},
    {SLICE_INIT("\"..\""), "%2E."},
    {SLICE_INIT("\".\""), "%2E"},
    {SLICE_INIT("\"../../etc/passwd\""), "%2E.%2F..%2Fetc%2Fpasswd"},
    {SLICE_INIT("\"/etc/passwd\""), "%2Fetc%2Fpasswd"},
    {SLICE_INIT("\"a\0b\""), "a%00b"},
    {SLICE_INIT("\"\x01\x1b[2J\r\n\x7f\""), "%01%1B%5B2J%0D%0A%7F"},
    {SLICE_INIT("\"50%\""), "50%25"},
    {SLICE_INIT("\"%2F\""), "%252F"},
    {SLICE_INIT("\"a~b c\""), "a%7Eb%20c"},
    {SLICE_INIT("\"\xc3\xa4\xff\""), "%C3%A4%FF"},
    {SLICE_INIT("\".part-1-1\""), "%2Epart-1-1"},
    {SLICE_INIT("\"x.incomplete\""), "x%2Eincomplete"},
    {SLICE_INIT("\".incomplete\""), "%2Eincomplete"},
    {SLICE_INIT("\"-rf\""), "%2Drf"},
};

static void hostile_etags_make_safe_names(void **state)
{
    char name[WB__NAME_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wb__name_of_etag(name, cases[i].etag);
        assert_string_equal(name, cases[i].name);
    }
}

/* Each single byte: one component, and no two bytes share a name. */
static void every_byte_has_a_name_of_its_own(void **state)
{
    char names[256][WB__NAME_SIZE];
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        char byte = (char)i;
        wb__name_of_etag(names[i], (struct wb_slice){&byte, 1});
        assert_null(strchr(names[i], '/'));
        assert_int_not_equal(names[i][0], '.');
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(names[i], names[j]);
    }
}

static void long_etags_are_capped_and_differ(void **state)
{
    char etag[4096], first[WB__NAME_SIZE], second[WB__NAME_SIZE];
    (void)state;
    for (size_t length = 150; length <= sizeof etag; length += 7) {
        memset(etag, 'a', length);
        for (size_t i = 0; i < length; i += 5)
            etag[i] = '/'; /* so that the cut falls into escapes, too */
        wb__name_of_etag(first, (struct wb_slice){etag, (uint32_t)length});
        etag[length - 1] ^= 1;
        wb__name_of_etag(second, (struct wb_slice){etag, (uint32_t)length});
        assert_string_not_equal(first, second);
        assert_in_range(strlen(first), 1, WB__NAME_CAP);
        for (const char *at = first; (at = strchr(at, '%')); at++)
            assert_memory_equal(at, "%2F", 3);
    }
    assert_non_null(strchr(first, '~'));
}

static void hostile_etags_stay_in_the_directory(void **state)
{
    struct scene scene;
    char expected[16384], path[512];
    struct stat status;
    (void)state;
    scene_open(&scene, &(struct wb_record_options){.naming = WB_RECORD_ETAG});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        scene_tell(&scene, &(struct story){.etag = cases[i].etag, .body = "x", .body_length = 1});
    assert_int_equal(scene_finish(&scene), 0);
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.written, sizeof cases / sizeof *cases);
    assert_int_equal(stats.shared, 1); /* the two ways to be empty */
    assert_int_equal(stats.renamed, 0);

    char *list = scene_list(&scene);
    size_t lines = 0;
    for (const char *at = list; (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, 3 * (sizeof cases / sizeof *cases - 1));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(expected, sizeof expected, "%s.body\n", cases[i].name);
        assert_non_null(strstr(list, expected));
        snprintf(path, sizeof path, "%s/%s.http", scene.path, cases[i].name);
        assert_int_equal(lstat(path, &status), 0);
        assert_int_equal(status.st_mode, S_IFREG | 0600);
    }
    free(list);
    scene_close(&scene);
}

static void flows_have_readable_names(void **state)
{
    char name[WB__NAME_SIZE];
    struct wb_flow flow = {
        .id = 12,
        .ip_version = 6,
        .midstream = true,
        .endpoint = {{.address = {0x20, 1, 0x0d, 0xb8, [15] = 1}, .port = 443},
                     {.address = {0x20, 1, 0x0d, 0xb8, [15] = 2}, .port = 5}},
    };
    (void)state;
    wb__name_of_flow(name, &flow, WB_FLOW_SERVER);
    assert_string_equal(name, "2001_db8__2.5-2001_db8__1.443_12.midstream");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_etags_make_safe_names),
        cmocka_unit_test(every_byte_has_a_name_of_its_own),
        cmocka_unit_test(long_etags_are_capped_and_differ),
        cmocka_unit_test(hostile_etags_stay_in_the_directory),
        cmocka_unit_test(flows_have_readable_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
