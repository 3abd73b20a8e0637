/* SPDX-License-Identifier: ISC
 *
 * The engine through its public API alone: what a C program sees of a capture file, from
 * packets to transactions, and that all its counters add up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <wirebeam/wirebeam.h>

#include "support/hex.h"
#include "support/savefile.h"
#include "support/talk.h"

#define REQUEST "GET /a HTTP/1.1\r\nHost: example.org\r\n\r\n"
#define RESPONSE "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"x\"\r\n\r\nhello"

struct seen {
    unsigned packets, heads, transactions, complete, flows, gaps;
    char body[64], target[64], stream[2][256];
    uint64_t stream_length[2];
};

static void on_packet(void *context, const struct wb_packet *packet,
                      const struct wb_decoded *decoded)
{
    struct seen *seen = context;
    seen->packets++;
    assert_int_equal(packet->number, seen->packets);
    assert_int_not_equal(decoded->transport, WB_LAYER_NONE);
}

static void on_stream(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                      uint64_t offset, const uint8_t *bytes, uint32_t length)
{
    struct seen *seen = context;
    (void)flow;
    memcpy(seen->stream[direction] + offset, bytes, length);
    seen->stream_length[direction] += length;
}

static void on_gap(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                   uint64_t offset, uint64_t length)
{
    struct seen *seen = context;
    (void)flow;
    (void)direction;
    (void)offset;
    (void)length;
    seen->gaps++;
}

static void on_flow(void *context, struct wb_flow *flow)
{
    struct seen *seen = context;
    seen->flows++;
    assert_ptr_equal(flow->user, seen); /* as set with the first transaction */
}

static void on_head(void *context, struct wb_flow *flow, struct wb_http_transaction *transaction,
                    enum wb_http_side side)
{
    struct seen *seen = context;
    seen->heads++;
    flow->user = seen;
    if (side == WB_HTTP_REQUEST) {
        assert_null(transaction->user);
        transaction->user = seen;
    }
}

static void on_http_bytes(void *context, struct wb_flow *flow,
                          struct wb_http_transaction *transaction, enum wb_http_side side,
                          enum wb_http_part part, const uint8_t *bytes, uint32_t length)
{
    struct seen *seen = context;
    (void)flow;
    assert_ptr_equal(transaction->user, seen);
    if (side == WB_HTTP_RESPONSE && part == WB_HTTP_PART_BODY)
        strncat(seen->body, (const char *)bytes, length);
}

static void on_transaction(void *context, struct wb_flow *flow,
                           struct wb_http_transaction *transaction)
{
    struct seen *seen = context;
    (void)flow;
    seen->transactions++;
    seen->complete += transaction->missing == 0;
    snprintf(seen->target, sizeof seen->target, "%.*s", (int)transaction->request.target.length,
             transaction->request.target.data);
}

static const struct wb_handlers all_handlers = {
    .packet = on_packet,
    .stream = on_stream,
    .gap = on_gap,
    .flow = on_flow,
    .http_head = on_head,
    .http_bytes = on_http_bytes,
    .transaction = on_transaction,
};

static void put(void *file, const struct wb_packet *packet)
{
    savefile_put(file, packet);
}

/* One connection with one transaction, in a file whose name is stored in path. */
static void write_capture(char *path)
{
    strcpy(path, "/tmp/wirebeam-engine-XXXXXX");
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    static const struct savefile_options options = {.interfaces = {{.link_type = 1}}};
    struct savefile *file = savefile_open(path, &options);
    struct talk talk = talk_v4(put, file);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, REQUEST);
    talk_say_text(&talk, SERVER, RESPONSE);
    talk_close(&talk);
    savefile_close(file);
}

static int run_to_end(struct wb_engine *engine, struct wb_error *error)
{
    int code;
    while ((code = wb_engine_step(engine, -1, error)) >= 0)
        ;
    assert_int_equal(wb_engine_finish(engine, error), 0);
    return code;
}

static void all_that_a_file_tells(void **state)
{
    (void)state;
    char path[64];
    write_capture(path);
    struct seen seen = {0};
    struct wb_engine_options options = {
        .source = {.file = path}, .handlers = all_handlers, .context = &seen};
    struct wb_engine *engine;
    struct wb_error error = {0};
    assert_int_equal(wb_engine_open(&engine, &options, &error), 0);
    assert_string_equal(wb_engine_source_kind(engine), "file");
    assert_int_equal(run_to_end(engine, &error), WB_E_END);

    assert_string_equal(seen.stream[WB_FLOW_CLIENT], REQUEST);
    assert_string_equal(seen.stream[WB_FLOW_SERVER], RESPONSE);
    assert_string_equal(seen.body, "hello");
    assert_string_equal(seen.target, "/a");
    assert_int_equal(seen.heads, 2);
    assert_int_equal(seen.transactions, 1);
    assert_int_equal(seen.complete, 1);
    assert_int_equal(seen.flows, 1);
    assert_int_equal(seen.gaps, 0);

    struct wb_stats stats;
    wb_engine_stats(engine, &stats);
    assert_int_equal(stats.source.seen, seen.packets);
    assert_int_equal(stats.source.seen, stats.source.delivered + stats.source.dropped_ring +
                                            stats.source.dropped_interface);
    assert_int_equal(stats.decode.packets, stats.source.delivered);
    assert_int_equal(stats.decode.layers[WB_LAYER_TCP], seen.packets);
    assert_int_equal(stats.flow.packets, seen.packets);
    assert_int_equal(stats.flow.stream_bytes, strlen(REQUEST RESPONSE));
    assert_int_equal(stats.http.transactions, stats.http.complete + stats.http.incomplete);
    assert_int_equal(stats.http.headers, 3);
    assert_int_equal(stats.flow.flows_active, 0);
    assert_int_equal(wb_engine_interface(engine, 0)->link_type, 1);
    assert_null(wb_engine_interface(engine, 1));
    wb_engine_close(engine);
    unlink(path);
}

/* An 802.11 QoS data frame that holds Ethernet frames as subframes (IEEE 802.11, 9.3.2.2). */
struct aggregate {
    uint8_t bytes[4096];
    uint32_t length;
    unsigned count;
};

static void add_subframe(void *context, const struct wb_packet *packet)
{
    enum { HEADER = 26, MACS = 12, SNAP = 6 };
    static const uint8_t header[HEADER] = {0x88, 0x01, [HEADER - 2] = 0x80};
    struct aggregate *frame = context;
    if (frame->count++ == 0) {
        memcpy(frame->bytes, header, HEADER);
        frame->length = HEADER;
    }
    while ((frame->length - HEADER) % 4)
        frame->bytes[frame->length++] = 0;
    uint8_t *at = frame->bytes + frame->length;
    uint32_t rest = packet->captured_length - MACS;
    assert_true(frame->length + MACS + 2 + SNAP + rest <= sizeof frame->bytes);
    memcpy(at, packet->data, MACS);
    at[MACS] = (uint8_t)((SNAP + rest) >> 8);
    at[MACS + 1] = (uint8_t)(SNAP + rest);
    memcpy(at + MACS + 2, "\xaa\xaa\x03\0\0\0", SNAP);
    memcpy(at + MACS + 2 + SNAP, packet->data + MACS, rest);
    frame->length += MACS + 2 + SNAP + rest;
}

/* A whole connection in one frame: told as one packet, followed as all that it holds. */
static void packets_of_one_frame_are_all_followed(void **state)
{
    (void)state;
    char path[64] = "/tmp/wirebeam-engine-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    static const struct savefile_options file_options = {.interfaces = {{.link_type = 105}}};
    static struct aggregate frame;
    frame = (struct aggregate){.count = 0};
    struct talk talk = talk_v4(add_subframe, &frame);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, REQUEST);
    talk_say_text(&talk, SERVER, RESPONSE);
    talk_close(&talk);
    struct savefile *file = savefile_open(path, &file_options);
    savefile_put(file, &(struct wb_packet){.data = frame.bytes, .captured_length = frame.length,
                                           .wire_length = frame.length, .link_type = 105});
    savefile_close(file);

    struct seen seen = {0};
    struct wb_engine_options options = {
        .source = {.file = path}, .handlers = all_handlers, .context = &seen};
    struct wb_engine *engine;
    struct wb_error error = {0};
    struct wb_stats stats;
    assert_int_equal(wb_engine_open(&engine, &options, &error), 0);
    assert_int_equal(run_to_end(engine, &error), WB_E_END);
    wb_engine_stats(engine, &stats);
    assert_int_equal(seen.packets, 1);
    assert_int_equal(seen.complete, 1);
    assert_string_equal(seen.stream[WB_FLOW_CLIENT], REQUEST);
    assert_string_equal(seen.body, "hello");
    assert_int_equal(stats.source.seen, 1);
    assert_int_equal(stats.decode.packets, 1);
    assert_int_equal(stats.decode.other_packets, frame.count - 1);
    assert_int_equal(stats.decode.layers[WB_LAYER_WLAN], 1);
    assert_int_equal(stats.decode.layers[WB_LAYER_AMSDU], frame.count);
    assert_int_equal(stats.decode.layers[WB_LAYER_TCP], frame.count);
    assert_int_equal(stats.decode.malformed, 0);
    assert_int_equal(stats.decode.unknown_link, 0);
    assert_int_equal(stats.flow.packets, frame.count);
    wb_engine_close(engine);
    unlink(path);
}

static void on_datagram_text(void *context, const struct wb_packet *packet,
                             const struct wb_decoded *decoded, const struct wb_datagram *datagram)
{
    char *text = context;
    (void)datagram;
    wb_packet_text(packet, decoded, text, 256);
}

/* The fragments of a datagram in one frame, behind another packet. */
static void fragments_in_one_frame_are_put_together(void **state)
{
    (void)state;
    static const char hex[] =
        "8801 0000 020000000001 020000000002 020000000003 1000 8000"
        "020000000001 020000000002 0024 aaaa03 000000 0800"
        "4500001c 00010000 4011 66ce 0a000001 0a000002 00070009 00080000 0000"
        "020000000001 020000000002 0024 aaaa03 000000 0800"
        "4500001c 00022000 4011 46cd 0a000001 0a000002 c351c352 000c0000 0000"
        "020000000001 020000000002 0020 aaaa03 000000 0800"
        "45000018 00020001 4011 66d0 0a000001 0a000002 61626364";
    uint8_t bytes[512];
    uint32_t length = (uint32_t)hex_bytes(hex, bytes, sizeof bytes);
    char path[64] = "/tmp/wirebeam-engine-XXXXXX", text[256] = "";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    static const struct savefile_options file_options = {.interfaces = {{.link_type = 105}}};
    struct savefile *file = savefile_open(path, &file_options);
    savefile_put(file, &(struct wb_packet){.data = bytes, .captured_length = length,
                                           .wire_length = length, .link_type = 105});
    savefile_close(file);
    struct wb_engine_options options = {.source = {.file = path},
                                        .handlers = {.datagram = on_datagram_text},
                                        .context = text};
    struct wb_engine *engine;
    struct wb_error error = {0};
    assert_int_equal(wb_engine_open(&engine, &options, &error), 0);
    assert_int_equal(run_to_end(engine, &error), WB_E_END);
    assert_non_null(strchr(text, ' '));
    assert_string_equal(strchr(text, ' ') + 1, "IP 10.0.0.1.50001 > 10.0.0.2.50002: UDP, length 4");
    wb_engine_close(engine);
    unlink(path);
}

struct batches {
    struct wb_engine *engine;
    int batches;
    uint64_t packets, tcp, udp;
};

static void on_batch(void *context, const struct wb_packet *packets, int count)
{
    struct batches *seen = context;
    assert_true(count > 0);
    seen->batches++;
    for (int i = 0; i < count; i++) {
        assert_int_equal(packets[i].number, ++seen->packets);
        seen->tcp += packets[i].data[23] == 6;
        seen->udp += packets[i].data[23] == 17;
    }
}

static void batches_come_undecoded(void **state)
{
    (void)state;
    char path[64];
    write_capture(path);
    struct batches seen = {0};
    struct wb_engine_options options = {
        .source = {.file = path}, .handlers = {.packets = on_batch}, .context = &seen};
    struct wb_engine *engine;
    struct wb_error error;
    struct wb_stats stats;
    assert_int_equal(wb_engine_open(&engine, &options, &error), 0);
    assert_int_equal(wb_engine_descriptor(engine), -1);
    assert_int_equal(run_to_end(engine, &error), WB_E_END);
    wb_engine_stats(engine, &stats);
    assert_true(seen.packets > 0);
    assert_int_equal(seen.packets, stats.source.delivered);
    assert_int_equal(stats.decode.packets, 0);
    wb_engine_close(engine);
    unlink(path);
}

/* Of a file that is longer than what is read at once, half of it UDP. */
static void write_mixture(char *path, unsigned packets)
{
    static const struct savefile_options options = {.interfaces = {{.link_type = 1}}};
    uint8_t bytes[1000] = {[12] = 8, [14] = 0x45};
    strcpy(path, "/tmp/wirebeam-engine-XXXXXX");
    close(mkstemp(path));
    struct savefile *file = savefile_open(path, &options);
    for (unsigned i = 0; i < packets; i++) {
        bytes[23] = i % 2 ? 6 : 17;
        savefile_put(file, &(struct wb_packet){.data = bytes, .captured_length = sizeof bytes,
                                               .wire_length = sizeof bytes, .link_type = 1});
    }
    savefile_close(file);
}

static void change_filter_once(void *context, const struct wb_packet *packets, int count)
{
    struct batches *seen = context;
    struct wb_error error = {0};
    on_batch(context, packets, count);
    if (seen->batches > 1)
        return;
    assert_int_equal(wb_engine_set_filter(seen->engine, "udp prt 80", &error), WB_E_FILTER);
    assert_non_null(strstr(error.text, "\"udp prt 80\""));
    assert_int_equal(wb_engine_set_filter(seen->engine, "udp", &error), 0);
}

/* From within a handler, even: the batch at hand has passed the old one. */
static void a_filter_changes_between_batches(void **state)
{
    (void)state;
    enum { PACKETS = 4000 };
    char path[64];
    write_mixture(path, PACKETS);
    struct batches seen = {0};
    struct wb_engine_options options = {.source = {.file = path, .filter = "tcp"},
                                        .handlers = {.packets = change_filter_once},
                                        .context = &seen};
    struct wb_error error;
    struct wb_stats stats;
    assert_int_equal(wb_engine_open(&seen.engine, &options, &error), 0);
    assert_true(wb_engine_step(seen.engine, -1, &error) > 0);
    uint64_t before = seen.packets;
    assert_int_equal(seen.tcp, before);
    wb_engine_stats(seen.engine, &stats);
    uint64_t read = stats.source.delivered + stats.source.filtered;
    assert_true(read < PACKETS);
    run_to_end(seen.engine, &error);
    assert_int_equal(seen.tcp, before);
    assert_int_equal(seen.udp, (PACKETS - read) / 2);
    wb_engine_stats(seen.engine, &stats);
    assert_int_equal(stats.source.delivered + stats.source.filtered, PACKETS);
    wb_engine_close(seen.engine);
    unlink(path);
}

static void no_filter_is_a_filter_too(void **state)
{
    (void)state;
    char path[64];
    write_mixture(path, 10);
    struct batches seen = {0};
    struct wb_engine_options options = {.source = {.file = path, .filter = "tcp"},
                                        .handlers = {.packets = on_batch}, .context = &seen};
    struct wb_engine *engine;
    struct wb_error error;
    assert_int_equal(wb_engine_open(&engine, &options, &error), 0);
    assert_int_equal(wb_engine_set_filter(engine, NULL, &error), 0);
    run_to_end(engine, &error);
    assert_int_equal(seen.packets, 10);
    wb_engine_close(engine);
    unlink(path);
}

/* Also in the middle of it; numbers go on. */
static void a_file_is_read_again(void **state)
{
    (void)state;
    enum { PACKETS = 4000 };
    char path[64];
    write_mixture(path, PACKETS);
    struct batches seen = {0};
    struct wb_engine_options options = {.source = {.file = path, .filter = "tcp"},
                                        .handlers = {.packets = on_batch}, .context = &seen};
    struct wb_engine *engine;
    struct wb_error error;
    struct wb_stats stats;
    assert_int_equal(wb_engine_open(&engine, &options, &error), 0);
    unlink(path); /* no name is needed any more */
    assert_true(wb_engine_step(engine, -1, &error) > 0);
    unsigned before = seen.packets;
    assert_true(before < PACKETS / 2);
    for (unsigned turn = 1; turn <= 3; turn++) {
        assert_int_equal(wb_engine_rewind(engine, &error), 0);
        run_to_end(engine, &error);
        assert_int_equal(seen.packets, before + turn * PACKETS / 2);
    }
    assert_int_equal(seen.udp, 0);
    wb_engine_stats(engine, &stats);
    assert_int_equal(stats.source.delivered, seen.packets);
    wb_engine_close(engine);
}

static void what_cannot_be_read_again_says_so(void **state)
{
    (void)state;
    char path[64], name[32];
    int ends[2];
    write_mixture(path, 10);
    uint8_t bytes[20000];
    FILE *file = fopen(path, "rb");
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    unlink(path);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes, length), length);
    close(ends[1]);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    struct batches seen = {0};
    struct wb_engine_options options = {.source = {.file = name},
                                        .handlers = {.packets = on_batch}, .context = &seen};
    struct wb_engine *engine;
    struct wb_error error;
    assert_int_equal(wb_engine_open(&engine, &options, &error), 0);
    run_to_end(engine, &error);
    assert_int_equal(wb_engine_rewind(engine, &error), WB_E_SYSTEM);
    assert_non_null(strstr(error.text, "it can be read once"));
    wb_engine_close(engine);
    close(ends[0]);
}

static int count_and_refuse(void *context, struct wb_error *error)
{
    ++*(int *)context;
    error->code = WB_E_PERMISSION;
    strcpy(error->text, "refused");
    return WB_E_PERMISSION;
}

static int count_only(void *context, struct wb_error *error)
{
    (void)error;
    ++*(int *)context;
    return 0;
}

/* Between the opening of a file and its first byte: one that is no capture is opened, too. */
static void opened_is_told_before_the_first_byte(void **state)
{
    (void)state;
    int told = 0;
    struct wb_engine_options options = {
        .source = {.file = "/dev/null", .opened = count_and_refuse, .opened_context = &told}};
    struct wb_engine *engine;
    struct wb_error error = {0};
    assert_int_equal(wb_engine_open(&engine, &options, &error), WB_E_PERMISSION);
    assert_string_equal(error.text, "refused");
    assert_int_equal(told, 1);
    options.source.opened = count_only;
    assert_int_equal(wb_engine_open(&engine, &options, &error), WB_E_FORMAT);
    assert_int_equal(told, 2);
    options.source.file = "/no/such/file";
    assert_int_equal(wb_engine_open(&engine, &options, &error), WB_E_NOT_FOUND);
    assert_int_equal(told, 2);
}

static void stages_that_nobody_needs_do_not_run(void **state)
{
    (void)state;
    char path[64];
    write_capture(path);
    struct wb_engine_options options = {.source = {.file = path}};
    struct wb_engine *engine;
    struct wb_error error;
    assert_int_equal(wb_engine_open(&engine, &options, &error), 0);
    run_to_end(engine, &error);
    struct wb_stats stats;
    wb_engine_stats(engine, &stats);
    assert_true(stats.source.delivered > 0);
    assert_int_equal(stats.decode.packets, 0);
    assert_int_equal(stats.flow.packets, 0);
    wb_engine_close(engine);
    unlink(path);
}

static void max_packets_ends_the_run(void **state)
{
    (void)state;
    char path[64];
    write_capture(path);
    struct seen seen = {0};
    struct wb_engine_options options = {.source = {.file = path},
                                        .handlers = {.packet = on_packet},
                                        .context = &seen,
                                        .max_packets = 3};
    struct wb_engine *engine;
    struct wb_error error;
    assert_int_equal(wb_engine_open(&engine, &options, &error), 0);
    assert_int_equal(run_to_end(engine, &error), WB_E_END);
    assert_int_equal(seen.packets, 3);
    struct wb_stats stats;
    wb_engine_stats(engine, &stats);
    assert_int_equal(stats.source.seen, 3);
    wb_engine_close(engine);
    unlink(path);
}

static void stop_ends_the_run(void **state)
{
    (void)state;
    char path[64];
    write_capture(path);
    struct wb_engine_options options = {.source = {.file = path}, .http_on = true};
    struct wb_engine *engine;
    struct wb_error error;
    assert_int_equal(wb_engine_open(&engine, &options, &error), 0);
    assert_false(wb_engine_is_stopped(engine));
    wb_engine_stop(engine);
    assert_true(wb_engine_is_stopped(engine));
    assert_int_equal(run_to_end(engine, &error), WB_E_END);
    wb_engine_close(engine);
    unlink(path);
}

static void a_file_cut_off_keeps_what_was_read(void **state)
{
    (void)state;
    char path[64];
    write_capture(path);
    FILE *file = fopen(path, "r");
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    fclose(file);
    assert_int_equal(truncate(path, size - 5), 0);
    struct seen seen = {0};
    struct wb_engine_options options = {
        .source = {.file = path}, .handlers = all_handlers, .context = &seen};
    struct wb_engine *engine;
    struct wb_error error;
    assert_int_equal(wb_engine_open(&engine, &options, &error), 0);
    assert_int_equal(run_to_end(engine, &error), WB_E_TRUNCATED);
    assert_non_null(strstr(error.text, path));
    assert_int_equal(seen.transactions, 1);
    wb_engine_close(engine);
    unlink(path);
}

static void mistakes_get_one_line(void **state)
{
    (void)state;
    static const struct {
        struct wb_source_options source;
        int code;
        const char *words;
    } cases[] = {
        {{.file = "/no/such/file.pcap"}, WB_E_NOT_FOUND, "/no/such/file.pcap"},
        {{.file = "/"}, WB_E_FORMAT, "/"},
        {{.interface = "nosuch0"}, WB_E_NOT_FOUND, "nosuch0"},
        {{.file = "/dev/null", .filter = "tcp porz 80"}, WB_E_FORMAT, "/dev/null"},
        {{0}, WB_E_ARGUMENT, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wb_engine_options options = {.source = cases[i].source};
        struct wb_engine *engine = (struct wb_engine *)&options;
        struct wb_error error = {0};
        assert_int_equal(wb_engine_open(&engine, &options, &error), cases[i].code);
        assert_null(engine);
        assert_int_equal(error.code, cases[i].code);
        assert_non_null(strstr(error.text, cases[i].words));
        assert_null(strchr(error.text, '\n'));
    }
    wb_engine_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_a_file_tells),
        cmocka_unit_test(packets_of_one_frame_are_all_followed),
        cmocka_unit_test(fragments_in_one_frame_are_put_together),
        cmocka_unit_test(batches_come_undecoded),
        cmocka_unit_test(a_filter_changes_between_batches),
        cmocka_unit_test(no_filter_is_a_filter_too),
        cmocka_unit_test(a_file_is_read_again),
        cmocka_unit_test(what_cannot_be_read_again_says_so),
        cmocka_unit_test(opened_is_told_before_the_first_byte),
        cmocka_unit_test(stages_that_nobody_needs_do_not_run),
        cmocka_unit_test(max_packets_ends_the_run),
        cmocka_unit_test(stop_ends_the_run),
        cmocka_unit_test(a_file_cut_off_keeps_what_was_read),
        cmocka_unit_test(mistakes_get_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
