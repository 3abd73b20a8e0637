/* SPDX-License-Identifier: ISC
 *
 * The summary. A number that is lost or broken stands out in colour on a terminal.
 * It tells what the engine counted and counts nothing itself.
 */
#include "summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "sandbox.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct tally {
    uint64_t count;
    const char *name;
};

/* A number that ought to be 0. */
static void print_bad(uint64_t count, const char *text)
{
    bool has_colour = count > 0 && message_has_colour(stderr);

    fprintf(stderr, "%s%" PRIu64 " %s%s", has_colour ? "\033[1;31m" : "", count, text,
            has_colour ? "\033[0m" : "");
}

/* "label: 3 this, 2 that" of the tallies that are not 0; nothing where all are. */
static void print_tallies(const char *label, const struct tally *tallies, size_t count)
{
    bool is_first = true;

    for (size_t i = 0; i < count; i++) {
        if (tallies[i].count == 0)
            continue;
        fprintf(stderr, "%s%" PRIu64 " %s", is_first ? label : ", ", tallies[i].count,
                tallies[i].name);
        is_first = false;
    }
    if (!is_first)
        fputc('\n', stderr);
}

static void print_source(const struct wb_source_stats *source)
{
    const struct tally more[] = {
        { source->filtered, "rejected by the filter" },
        { source->skipped_blocks, "blocks of an unknown type skipped" },
        { source->malformed_blocks, "malformed blocks skipped" },
        { source->ring_full_events, "times the ring was full" },
    };

    fprintf(stderr, "%" PRIu64 " packets seen = %" PRIu64 " delivered + ", source->seen,
            source->delivered);
    print_bad(source->dropped_ring, "dropped by kernel ring");
    fputs(" + ", stderr);
    print_bad(source->dropped_interface, "dropped by interface");
    fputc('\n', stderr);
    print_tallies("    ", more, COUNT_OF(more));
}

static void print_decode(const struct wb_decode_stats *decode)
{
    const struct tally broken[] = {
        { decode->truncated, "with a truncated layer" },
        { decode->malformed, "with a malformed layer" },
        { decode->too_deep, "with too many layers" },
        { decode->fragments, "IP fragments" },
    };

    print_tallies("    packets: ", broken, COUNT_OF(broken));
}

static void print_fragments(const struct wb_fragment_stats *fragment)
{
    const struct tally lost[] = {
        { fragment->expired, "never completed" },
        { fragment->evicted, "given up for newer ones" },
        { fragment->discarded, "contradict themselves" },
    };

    if (fragment->fragments == 0)
        return;
    fprintf(stderr, "%" PRIu64 " IP fragments; %" PRIu64 " datagrams put together\n",
            fragment->fragments, fragment->completed);
    print_tallies("    datagrams not put together: ", lost, COUNT_OF(lost));
}

static void print_flows(const struct wb_flow_stats *flow)
{
    struct tally ended[WB_FLOW_END_SHUTDOWN + 1];
    const struct tally lost[] = {
        { flow->dropped_buffer_limit, "bytes beyond the direction-buffer limit" },
        { flow->dropped_memory_limit, "bytes beyond the total-buffer limit" },
        { flow->given_up_memory_limit, "holes given up at the total-buffer limit" },
        { flow->ignored_midstream, "packets of connections already established" },
        { flow->ignored_window, "segments outside the window" },
        { flow->ignored_timestamp, "segments with an old timestamp" },
        { flow->ignored_checksum, "segments with a wrong checksum" },
        { flow->ignored_reset, "RSTs that do not fit" },
        { flow->ignored_syn, "SYNs in established connections" },
        { flow->ignored_ack, "segments without a possible ACK" },
        { flow->ignored_ip, "segments in packets that a host's IP refuses" },
        { flow->urgent_bytes, "urgent bytes" },
        { flow->dropped_suspect_limit, "suspect bytes beyond the suspect limits" },
        { flow->ignored_malformed, "unreadable TCP headers" },
    };
    const struct tally doubted[] = {
        { flow->checksum_untrusted, "segments with a wrong checksum, like all before them" },
        { flow->suspects_vouched, "bytes not believed but acknowledged" },
    };

    for (unsigned i = 0; i < COUNT_OF(ended); i++)
        ended[i] = (struct tally){ flow->ended[i], wb_flow_end_name(i) };
    fprintf(stderr, "%" PRIu64 " connections, %" PRIu64 " of them begun before the capture\n",
            flow->flows, flow->flows_midstream);
    print_tallies("    ended: ", ended, COUNT_OF(ended));
    fprintf(stderr, "%" PRIu64 " stream bytes in order, ", flow->stream_bytes);
    print_bad(flow->gap_bytes, "missing");
    fprintf(stderr, " in %" PRIu64 " gaps\n", flow->gaps);
    print_tallies("    not taken: ", lost, COUNT_OF(lost));
    print_tallies("    taken with doubt: ", doubted, COUNT_OF(doubted));
}

static void print_http(const struct wb_http_stats *http)
{
    struct tally missing[COUNT_OF(http->missing)];

    for (unsigned i = 0; i < COUNT_OF(missing); i++)
        missing[i] = (struct tally){ http->missing[i], wb_http_missing_name(i) };
    fprintf(stderr, "%" PRIu64 " transactions seen = %" PRIu64 " complete + ", http->transactions,
            http->complete);
    print_bad(http->incomplete, "incomplete");
    fputc('\n', stderr);
    print_tallies("    incomplete: ", missing, COUNT_OF(missing));
}

static void print_anomalies(const struct wb_stats *stats)
{
    struct tally anomalies[WB_HTTP_ANOMALY_COUNT + 1];

    for (unsigned i = 0; i < WB_HTTP_ANOMALY_COUNT; i++)
        anomalies[i] = (struct tally){ stats->http.anomalies[i], wb_http_anomaly_name(i) };
    anomalies[WB_HTTP_ANOMALY_COUNT] =
        (struct tally){ stats->flow.overlaps_differing,
                        wb_flow_anomaly_name(WB_FLOW_ANOMALY_OVERLAP_DIFFERS) };
    print_tallies("anomalies: ", anomalies, COUNT_OF(anomalies));
}

static void print_directory(const struct wb_record_stats *record, bool is_client)
{
    if (is_client) {
        fprintf(stderr, "%" PRIu64 " client files", record->client_files);
    } else {
        fprintf(stderr, "%" PRIu64 " transactions offered = %" PRIu64 " written + %" PRIu64
                        " shared + %" PRIu64 " without body + ",
                record->transactions, record->written - record->shared, record->shared,
                record->without_body);
        print_bad(record->lost_disk_full + record->lost_quota + record->lost_error, "lost");
    }
    fprintf(stderr, "; %" PRIu64 " files, %" PRIu64 " bytes\n", record->files, record->bytes);
    if (record->renamed > 0)
        fprintf(stderr, "    %" PRIu64 " of the same ETag but another body were renamed\n",
                record->renamed);
    if (record->bodies_cut > 0)
        fprintf(stderr, "    %" PRIu64 " are kept without all of their bodies, as was wanted\n",
                record->bodies_cut);
    if (record->deleted > 0)
        fprintf(stderr,
                "    the oldest %" PRIu64 " were deleted for the quota: %" PRIu64 " files, %" PRIu64
                " bytes\n",
                record->deleted, record->deleted_files, record->deleted_bytes);
}

static void print_losses(const struct wb_record_stats *record)
{
    const struct tally lost[] = {
        { record->lost_disk_full, "disk full" },
        { record->lost_quota, "quota reached" },
        { record->lost_error, "write failed" },
        { record->json_lost, "JSON records" },
        { record->capture_lost, "packets of the capture file" },
    };

    print_tallies("    lost: ", lost, COUNT_OF(lost));
}

static void print_died(const struct wb_died_stats *died)
{
    if (died->processes == 0)
        return;
    print_bad(died->processes, "workers died");
    fprintf(stderr, ": %" PRIu64 " packets in their hands, %" PRIu64 " connections and %" PRIu64
                    " transactions in progress were lost\n",
            died->packets, died->flows, died->transactions);
}

static void print_verbose(const struct wb_stats *stats)
{
    char sandbox[256];

    fprintf(stderr,
            "memory at most: flows %" PRIu64 " KiB, http %" PRIu64 " KiB, records %" PRIu64
            " KiB; writing took %.3f s\n",
            stats->flow.memory_peak / 1024, stats->http.memory_peak / 1024,
            stats->record.memory_peak / 1024, (double)stats->record.write_ns / 1e9);
    sandbox_text(sandbox, sizeof(sandbox));
    fprintf(stderr, "sandbox %s\n", sandbox);
}

void summary_print(const struct wb_stats *stats, const struct summary_parts *parts)
{
    print_source(&stats->source);
    print_decode(&stats->decode);
    print_fragments(&stats->fragment);
    if (parts->http) {
        print_flows(&stats->flow);
        print_http(&stats->http);
        print_anomalies(stats);
    }
    if (parts->directory)
        print_directory(&stats->record, parts->client);
    if (parts->json)
        fprintf(stderr, "%" PRIu64 " JSON records, %" PRIu64 " bytes\n",
                stats->record.json_records, stats->record.json_bytes);
    if (parts->capture)
        fprintf(stderr, "%" PRIu64 " packets written, %" PRIu64 " bytes\n",
                stats->record.capture_packets, stats->record.capture_bytes);
    if (stats->record.leftovers > 0)
        fprintf(stderr, "%" PRIu64 " unfinished files or lines of a killed run were removed\n",
                stats->record.leftovers);
    print_losses(&stats->record);
    print_died(&stats->died);
    if (parts->verbose)
        print_verbose(stats);
}

static bool check(uint64_t whole, uint64_t sum, const char *what)
{
    if (whole == sum)
        return true;
    message("the counters of %s do not add up: %" PRIu64 " is not %" PRIu64
            "; this is an error in wirebeam, please report it",
            what, whole, sum);
    return false;
}

bool summary_adds_up(const struct wb_stats *stats, const struct summary_parts *parts)
{
    const struct wb_source_stats *source = &stats->source;
    const struct wb_record_stats *record = &stats->record;
    bool adds_up = check(source->seen,
                         source->delivered + source->dropped_ring + source->dropped_interface,
                         "packets");

    if (parts->http)
        adds_up &= check(stats->http.transactions, stats->http.complete + stats->http.incomplete,
                         "transactions");
    if (parts->directory && !parts->client)
        adds_up &= check(record->transactions,
                         record->written + record->without_body + record->lost_disk_full +
                             record->lost_quota + record->lost_error,
                         "the directory");
    if (parts->capture)
        adds_up &= check(source->delivered, record->capture_packets + record->capture_lost,
                         "the capture file");
    return adds_up;
}

bool summary_tell_losses(const struct wb_stats *stats)
{
    const struct wb_record_stats *record = &stats->record;
    const struct tally lost[] = {
        { record->lost_disk_full + record->lost_quota + record->lost_error, "transactions" },
        { record->json_lost, "JSON records" },
        { record->capture_lost, "packets" },
    };
    char text[128] = "";
    size_t length = 0;

    for (size_t i = 0; i < COUNT_OF(lost); i++)
        if (lost[i].count > 0)
            length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%" PRIu64 " %s",
                                       length > 0 ? ", " : "", lost[i].count, lost[i].name);
    if (length == 0)
        return false;
    message("%s not written; %s", text, record->first_error_text);
    return true;
}
