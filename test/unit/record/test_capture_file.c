/* SPDX-License-Identifier: ISC
 *
 * Capture files, byte by byte: what the formats prescribe, and packets that cannot be
 * written are counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cursor.h"
#include "record/capture_file.h"
#include "scene.h"

#define TIME_NS INT64_C(1767323045123456789)

static const uint8_t frame[7] = {1, 2, 3, 4, 5, 6, 7};

static const struct wb_source_interface ethernet = {
    .name = "eth0", .description = "", .link_type = 1, .snaplen = 65535};
static const struct wb_source_interface raw = {.name = "", .description = "", .link_type = 101};

static struct wb_packet packet_of(unsigned interface, unsigned link_type)
{
    return (struct wb_packet){.data = frame,
                              .captured_length = sizeof frame,
                              .wire_length = 60,
                              .time_ns = TIME_NS,
                              .link_type = (uint16_t)link_type,
                              .interface_index = (uint16_t)interface,
                              .direction = WB_PACKET_OUT};
}

/* Records two interfaces and three packets into the file "capture". */
static struct wb_record_stats record(struct scene *scene, enum wb_record_capture_format format)
{
    char path[128];
    scene_open(scene, &(struct wb_record_options){0});
    snprintf(path, sizeof path, "%s/capture", scene->path);
    scene->options = (struct wb_record_options){.capture = path, .capture_format = format};
    scene_reopen(scene);
    struct wb_packet packets[] = {packet_of(0, 1), packet_of(1, 101), packet_of(2, 1)};
    wb__recorder_interface(scene->recorder, 0, &ethernet);
    wb__recorder_interface(scene->recorder, 1, &raw);
    for (int i = 0; i < 3; i++)
        wb__recorder_packet(scene->recorder, &packets[i]);
    wb__recorder_finish(scene->recorder, NULL);
    return scene_stats(scene);
}

/* Takes one pcapng block off: checks its frame, returns its body. The files are in this
 * host's order, which the tests take to be little. */
static struct wb__cursor take_block(struct wb__cursor *file, uint32_t type)
{
    const uint8_t *head = wb__cursor_take(file, 8);
    assert_non_null(head);
    uint32_t length = wb__load32_little(head + 4);
    assert_int_equal(wb__load32_little(head), type);
    assert_int_equal(length % 4, 0);
    const uint8_t *body = wb__cursor_take(file, length - 12);
    const uint8_t *tail = wb__cursor_take(file, 4);
    assert_non_null(tail);
    assert_int_equal(wb__load32_little(tail), length);
    return wb__cursor(body, length - 12);
}

static void pcapng_has_sections_interfaces_and_packets(void **state)
{
    struct scene scene;
    size_t length;
    (void)state;
    struct wb_record_stats stats = record(&scene, WB_RECORD_PCAPNG);
    assert_int_equal(stats.capture_packets, 2);
    assert_int_equal(stats.capture_lost, 1); /* of an interface that nobody described */
    char *bytes = scene_read(&scene, "capture", &length);
    assert_int_equal(stats.capture_bytes, length);
    struct wb__cursor file = wb__cursor(bytes, length);

    struct wb__cursor section = take_block(&file, 0x0a0d0d0a);
    assert_int_equal(wb__load32_little(section.at), 0x1a2b3c4d);
    struct wb__cursor first = take_block(&file, 1);
    assert_int_equal(wb__load16_little(first.at), 1);
    assert_int_equal(wb__load32_little(first.at + 4), 65535);
    assert_memory_equal(first.at + 8, "\2\0\4\0eth0\x09\0\1\0\x09\0\0\0\0\0\0\0", 20);
    struct wb__cursor second = take_block(&file, 1);
    assert_int_equal(wb__load16_little(second.at), 101);
    for (uint32_t id = 0; id < 2; id++) {
        struct wb__cursor packet = take_block(&file, 6);
        uint64_t time =
            (uint64_t)wb__load32_little(packet.at + 4) << 32 | wb__load32_little(packet.at + 8);
        assert_int_equal(wb__load32_little(packet.at), id);
        assert_int_equal(time, TIME_NS);
        assert_int_equal(wb__load32_little(packet.at + 12), sizeof frame);
        assert_int_equal(wb__load32_little(packet.at + 16), 60);
        assert_memory_equal(packet.at + 20, "\1\2\3\4\5\6\7\0\2\0\4\0\2\0\0\0\0\0\0\0", 20);
    }
    assert_int_equal(wb__cursor_left(&file), 0);
    free(bytes);
    scene_close(&scene);
}

static void pcap_has_one_link_type_and_nanoseconds(void **state)
{
    struct scene scene;
    size_t length;
    (void)state;
    struct wb_record_stats stats = record(&scene, WB_RECORD_PCAP);
    assert_int_equal(stats.capture_packets, 1);
    assert_int_equal(stats.capture_lost, 2);
    uint8_t *bytes = (uint8_t *)scene_read(&scene, "capture", &length);
    assert_int_equal(length, 24 + 16 + sizeof frame);
    assert_int_equal(wb__load32_little(bytes), 0xa1b23c4d);
    assert_int_equal(wb__load32_little(bytes + 16), 65535);
    assert_int_equal(wb__load32_little(bytes + 20), 1);
    assert_int_equal(wb__load32_little(bytes + 24), TIME_NS / 1000000000);
    assert_int_equal(wb__load32_little(bytes + 28), TIME_NS % 1000000000);
    assert_memory_equal(bytes + 40, frame, sizeof frame);
    free(bytes);
    scene_close(&scene);
}

/* What the source counted stands at the end, where it is about one interface. */
static void pcapng_ends_with_the_counters(void **state)
{
    struct wb__faults faults = {0};
    struct wb_error error;
    struct wb_source_stats source = {.seen = 10, .dropped_ring = 3};
    struct wb_packet packet = packet_of(0, 1);
    struct scene scene;
    char path[128];
    size_t length;
    (void)state;
    scene_open(&scene, &(struct wb_record_options){0});
    snprintf(path, sizeof path, "%s/capture", scene.path);
    struct wb__capture_file *file = wb__capture_file_open(path, WB_RECORD_PCAPNG, &faults, &error);
    assert_non_null(file);
    wb__capture_file_interface(file, 0, &ethernet);
    wb__capture_file_packet(file, &packet);
    wb__capture_file_finish(file, &source, TIME_NS);
    struct wb_record_stats stats = {0};
    wb__capture_file_stats(file, &stats);
    assert_int_equal(stats.capture_packets, 1);
    wb__capture_file_close(file);

    char *bytes = scene_read(&scene, "capture", &length);
    struct wb__cursor cursor = wb__cursor(bytes, length);
    take_block(&cursor, 0x0a0d0d0a);
    take_block(&cursor, 1);
    take_block(&cursor, 6);
    struct wb__cursor statistics = take_block(&cursor, 5);
    assert_memory_equal(statistics.at + 12, "\4\0\x08\0\x0a\0\0\0\0\0\0\0", 12);
    assert_memory_equal(statistics.at + 36, "\7\0\x08\0\3\0\0\0\0\0\0\0", 12);
    free(bytes);
    scene_close(&scene);
}

static void a_full_device_is_told_at_the_start(void **state)
{
    struct wb__faults faults = {0};
    struct wb_error error = {0};
    (void)state;
    assert_null(wb__capture_file_open("/dev/full", WB_RECORD_PCAPNG, &faults, &error));
    assert_int_equal(error.code, WB_E_FULL);

    struct wb_packet packet = packet_of(0, 1);
    struct wb_record_stats stats = {0};
    faults = (struct wb__faults){0};
    struct wb__capture_file *file =
        wb__capture_file_open("/dev/full", WB_RECORD_PCAP, &faults, &error);
    assert_non_null(file);
    wb__capture_file_interface(file, 0, &ethernet);
    wb__capture_file_packet(file, &packet);
    wb__capture_file_stats(file, &stats);
    assert_int_equal(stats.capture_packets, 0);
    assert_int_equal(stats.capture_lost, 1);
    wb__capture_file_close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pcapng_has_sections_interfaces_and_packets),
        cmocka_unit_test(pcap_has_one_link_type_and_nanoseconds),
        cmocka_unit_test(pcapng_ends_with_the_counters),
        cmocka_unit_test(a_full_device_is_told_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
