/* SPDX-License-Identifier: ISC */
#include "sent.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wirebeam/source.h>

#include "message.h"

static double seconds_of(const struct sender *sender)
{
    return (double)(sender->ended_ns - sender->started_ns) / 1e9;
}

static double per_second(uint64_t count, double seconds)
{
    return seconds > 0 ? (double)count / seconds : 0;
}

static uint64_t not_sent(const struct sender *sender, const struct wb_inject_stats *stats)
{
    return sender->offered - stats->handled - sender->skipped;
}

static void print_refusals(const struct sender *sender)
{
    for (unsigned i = 0; i < SENDER_REFUSALS && sender->refusals[i].count != 0; i++) {
        const struct sender_refusal *refusal = &sender->refusals[i];

        message("%" PRIu64 " packets were refused, packet %" PRIu64 " first: %s%s", refusal->count,
                refusal->first, strerror(refusal->code),
                i == SENDER_REFUSALS - 1 ? ", and other reasons" : "");
    }
}

static void print_text(const struct sender *sender, const struct wb_inject_stats *stats)
{
    double seconds = seconds_of(sender);

    fprintf(stderr,
            "%" PRIu64 " packets offered = %" PRIu64 " sent + %" PRIu64 " refused + %" PRIu64
            " of another link type + %" PRIu64 " not sent\n",
            sender->offered, stats->sent, stats->failed, sender->skipped, not_sent(sender, stats));
    fprintf(stderr, "%" PRIu64 " bytes in %.3f s: %.0f packets/s, %.3f Mbit/s\n", stats->bytes,
            seconds, per_second(stats->sent, seconds),
            per_second(stats->bytes * 8, seconds) / 1e6);
    if (stats->full > 0)
        fprintf(stderr, "    %" PRIu64 " times the queue was full\n", stats->full);
    if (stats->late > 0)
        fprintf(stderr, "    %" PRIu64 " packets were more than 1 ms late, at most %.3f ms\n",
                stats->late, (double)stats->latest_ns / 1e6);
    if (stats->forfeited_ns > 0)
        fprintf(stderr, "    %.3f s of the pace could not be made up for\n",
                (double)stats->forfeited_ns / 1e9);
}

static json_t *refusals_json(const struct sender *sender)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < SENDER_REFUSALS && sender->refusals[i].count != 0; i++) {
        const struct sender_refusal *refusal = &sender->refusals[i];

        json_array_append_new(list, json_pack("{s:i, s:s, s:I, s:I}", "errno", refusal->code,
                                              "error", strerror(refusal->code), "count",
                                              (json_int_t)refusal->count, "first_packet",
                                              (json_int_t)refusal->first));
    }
    return list;
}

static bool print_json(const struct sender *sender, const struct wb_inject_stats *stats)
{
    double seconds = seconds_of(sender);
    json_t *object = json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:I, s:I, s:f, s:f, s:o}",
        "event_type", "sent", "injector", wb_injector_kind(sender->injector), "offered",
        (json_int_t)sender->offered, "sent", (json_int_t)stats->sent, "refused",
        (json_int_t)stats->failed, "other_link_type", (json_int_t)sender->skipped, "not_sent",
        (json_int_t)not_sent(sender, stats), "bytes", (json_int_t)stats->bytes, "seconds", seconds,
        "packets_per_second", per_second(stats->sent, seconds), "bits_per_second",
        per_second(stats->bytes * 8, seconds), "queue_full", (json_int_t)stats->full, "late",
        (json_int_t)stats->late, "latest_ms", (double)stats->latest_ns / 1e6, "forfeited_seconds",
        (double)stats->forfeited_ns / 1e9, "refusals", refusals_json(sender));
    char *line;

    if (object != NULL && sender->arguments->interface != NULL)
        json_object_set_new(object, "interface", json_string(sender->arguments->interface));
    line = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    if (line != NULL)
        puts(line);
    free(line);
    json_decref(object);
    return line != NULL && fflush(stdout) == 0;
}

bool sent_tell(const struct sender *sender, const struct wb_inject_stats *stats)
{
    bool is_told = true;

    print_refusals(sender);
    if (sender->arguments->json)
        is_told = print_json(sender, stats);
    else if (!sender->arguments->quiet)
        print_text(sender, stats);
    if (!is_told)
        message("the summary could not be written");
    if (sender->skipped > 0)
        message("%" PRIu64 " packets are of another link type than what is sent there (%s)",
                sender->skipped, wb_link_type_name(wb_injector_link_type(sender->injector)));
    return is_told && stats->sent == sender->offered;
}
