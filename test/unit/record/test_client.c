/* SPDX-License-Identifier: ISC
 *
 * Client naming and stream hashes: one file with the client's side of each connection
 * that spoke HTTP, and nothing of any other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "scene.h"

#define NAME "192.0.2.1.40000-192.0.2.2.80_7"

static uint8_t bytes[300000];

static const struct wb_record_options by_client = {.naming = WB_RECORD_CLIENT};

static void tell_stream(struct scene *scene, void **state, enum wb_flow_direction direction,
                        const void *data, size_t length)
{
    for (size_t at = 0; at < length; at += 1448) {
        size_t now = length - at < 1448 ? length - at : 1448;
        wb__recorder_stream_bytes(scene->recorder, state, &scene->flow, direction, at,
                                  scene_borrow(scene, (const uint8_t *)data + at, now),
                                  (uint32_t)now, true);
        if (at % 7 == 0)
            scene_end_batch(scene);
    }
}

static void either_side_may_turn_out_to_be_the_client(void **state)
{
    (void)state;
    for (int client = 0; client < 2; client++) {
        struct scene scene;
        void *place = NULL;
        scene_open(&scene, &by_client);
        tell_stream(&scene, &place, WB_FLOW_CLIENT, bytes, 100000);
        tell_stream(&scene, &place, WB_FLOW_SERVER, bytes + 1, 250000);
        wb__recorder_flow_end(scene.recorder, &place, &scene.flow, true, client);
        assert_null(place);
        if (client == WB_FLOW_CLIENT) {
            assert_list(&scene, NAME "\n" NAME ".json\n");
            assert_file(&scene, NAME, bytes, 100000);
        } else {
            assert_file(&scene, "192.0.2.2.80-192.0.2.1.40000_7", bytes + 1, 250000);
        }
        assert_int_equal(scene_stats(&scene).client_files, 1);
        assert_int_equal(scene_stats(&scene).memory_bytes, 0);
        scene_close(&scene);
    }
}

static void what_is_not_http_leaves_nothing(void **state)
{
    struct scene scene;
    void *place = NULL;
    (void)state;
    scene_open(&scene, &by_client);
    tell_stream(&scene, &place, WB_FLOW_CLIENT, bytes, 100000);
    wb__recorder_flow_end(scene.recorder, &place, &scene.flow, false, -1);
    assert_list(&scene, "");
    assert_int_equal(scene_stats(&scene).client_files, 0);
    assert_int_equal(scene_stats(&scene).bytes, 0);
    scene_close(&scene);
}

/* Once the roles are known, the server's side is held no longer. */
static void a_known_role_frees_the_other_side(void **state)
{
    struct scene scene;
    void *place = NULL;
    (void)state;
    scene_open(&scene, &by_client);
    tell_stream(&scene, &place, WB_FLOW_SERVER, bytes, 250000);
    wb__recorder_flow_role(scene.recorder, &place, true, WB_FLOW_CLIENT);
    assert_list(&scene, "");
    tell_stream(&scene, &place, WB_FLOW_SERVER, bytes, 250000);
    assert_list(&scene, "");
    tell_stream(&scene, &place, WB_FLOW_CLIENT, bytes, 5);
    wb__recorder_flow_end(scene.recorder, &place, &scene.flow, true, WB_FLOW_CLIENT);
    assert_file(&scene, NAME, bytes, 5);
    scene_close(&scene);
}

static void gaps_are_in_the_sidecar_not_in_the_file(void **state)
{
    struct scene scene;
    void *place = NULL;
    size_t length;
    (void)state;
    scene_open(&scene, &by_client);
    scene.flow.midstream = true;
    scene.flow.end = WB_FLOW_END_RESET;
    tell_stream(&scene, &place, WB_FLOW_CLIENT, "before", 6);
    wb__recorder_stream_gap(scene.recorder, &place, &scene.flow, WB_FLOW_CLIENT, 6, 1000);
    tell_stream(&scene, &place, WB_FLOW_CLIENT, "after", 5);
    wb__recorder_flow_end(scene.recorder, &place, &scene.flow, true, WB_FLOW_CLIENT);
    assert_list(&scene, NAME ".midstream\n" NAME ".midstream.json\n");
    assert_file(&scene, NAME ".midstream", "beforeafter", 11);

    char *text = scene_read(&scene, NAME ".midstream.json", &length);
    json_t *json = json_loads(text, 0, NULL), *flow = json_object_get(json, "flow");
    json_t *side = json_object_get(flow, "client_side");
    json_t *gap = json_array_get(json_object_get(side, "gaps"), 0);
    assert_int_equal(json_integer_value(json_object_get(side, "bytes")), 11);
    assert_int_equal(json_integer_value(json_object_get(gap, "offset")), 6);
    assert_int_equal(json_integer_value(json_object_get(gap, "length")), 1000);
    assert_string_equal(json_string_value(json_object_get(flow, "reason")), "reset");
    json_decref(json);
    free(text);
    scene_close(&scene);
}

static void a_file_of_an_earlier_run_stays(void **state)
{
    struct scene scene;
    void *place = NULL;
    (void)state;
    scene_open(&scene, &by_client);
    for (int run = 0; run < 2; run++) {
        tell_stream(&scene, &place, WB_FLOW_CLIENT, run ? "second" : "first", 5);
        wb__recorder_flow_end(scene.recorder, &place, &scene.flow, true, WB_FLOW_CLIENT);
        scene_reopen(&scene);
    }
    assert_file(&scene, NAME, "first", 5);
    assert_file(&scene, NAME "~2", "secon", 5);
    scene_close(&scene);
}

static void a_quota_is_told(void **state)
{
    struct wb_record_options options = by_client;
    struct scene scene;
    void *place = NULL;
    (void)state;
    options.max_bytes = 100000;
    scene_open(&scene, &options);
    tell_stream(&scene, &place, WB_FLOW_CLIENT, bytes, 250000);
    wb__recorder_flow_end(scene.recorder, &place, &scene.flow, true, WB_FLOW_CLIENT);
    assert_list(&scene, "");
    assert_int_equal(scene_stats(&scene).client_lost, 1);
    assert_int_equal(scene_stats(&scene).lost_quota, 1);
    assert_int_equal(scene_finish(&scene), WB_E_LIMIT);
    scene_close(&scene);
}

static void streams_are_hashed(void **state)
{
    struct scene scene;
    char path[128];
    void *place = NULL;
    size_t length;
    (void)state;
    scene_open(&scene, &by_client);
    snprintf(path, sizeof path, "%s/lines", scene.path);
    scene.options.json = path;
    scene.options.flows = scene.options.hash_streams = true;
    scene_reopen(&scene);
    tell_stream(&scene, &place, WB_FLOW_SERVER, "abc", 3);
    wb__recorder_flow_end(scene.recorder, &place, &scene.flow, false, -1);
    scene_finish(&scene);
    char *text = scene_read(&scene, "lines", &length);
    assert_non_null(strstr(
        text, "\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""));
    free(text);
    scene_close(&scene);
}

static int fill_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 31 + i / 256);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(either_side_may_turn_out_to_be_the_client),
        cmocka_unit_test(what_is_not_http_leaves_nothing),
        cmocka_unit_test(a_known_role_frees_the_other_side),
        cmocka_unit_test(gaps_are_in_the_sidecar_not_in_the_file),
        cmocka_unit_test(a_file_of_an_earlier_run_stays),
        cmocka_unit_test(a_quota_is_told),
        cmocka_unit_test(streams_are_hashed),
    };
    return cmocka_run_group_tests(tests, fill_bytes, NULL);
}
