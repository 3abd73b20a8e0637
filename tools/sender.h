/* SPDX-License-Identifier: ISC
 *
 * What the commands that send share: the options of an injector, a queue in front of it, signals,
 * progress, and a summary that adds up: offered = sent + refused + skipped + not sent.
 */
#ifndef TOOLS_SENDER_H
#define TOOLS_SENDER_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/inject.h>

#include "options.h"
#include "sandbox.h"

/* The first member of a command's own arguments, so that the functions below fit its table. */
struct sender_arguments {
    const char *interface, *kind;
    uint64_t packets_per_second, bits_per_second;
    bool queueing, unmarked;
    bool top_speed; /* set by the command: no packet has a time of its own */
    uint8_t ip_version; /* likewise: all of them are of this one; 0: who knows */
    bool quiet, json;
    struct sandbox_arguments sandbox;
};

/* OPTION_CALL: a rate, of which decimals and k, M, G (powers of 1000) may follow. */
int sender_take_rate(void *arguments, const char *value);
int sender_take_bits(void *arguments, const char *value);

/* Reads a decimal number above 0. False where it is none. */
bool sender_read_decimal(const char *text, double *number);

/* The rows of a table for them. */
#define SENDER_ROWS                                                                           \
    { "rate", 'p', OPTION_CALL, .argument = "PPS", .call = sender_take_rate,                  \
      .help = "packets a second, evenly spaced; k, M or G may follow" },                      \
    { "bits", 'b', OPTION_CALL, .argument = "BPS", .call = sender_take_bits,                  \
      .help = "the same in bits a second" },                                                  \
    { "injector", 0, OPTION_WORD, .offset = offsetof(struct sender_arguments, kind),          \
      .argument = "xdp|packet|libpcap", .help = "how to send frames; the best is the default" },  \
    { "queueing", 0, OPTION_FLAG, .offset = offsetof(struct sender_arguments, queueing),      \
      .help = "through the interface's queueing discipline, not past it" },                   \
    { "unmarked", 0, OPTION_FLAG, .offset = offsetof(struct sender_arguments, unmarked),      \
      .help = "without the mark by which captures on this host leave it out" },               \
    { "json", 'j', OPTION_FLAG, .offset = offsetof(struct sender_arguments, json),            \
      .help = "the summary as a JSON object on standard output" },                            \
    { "quiet", 'q', OPTION_FLAG, .offset = offsetof(struct sender_arguments, quiet),          \
      .help = "no summary; what is refused is told all the same" },                           \
    SANDBOX_ROWS(struct sender_arguments, sandbox)

struct sender_refusal {
    int code; /* errno */
    uint64_t count, first; /* the number of the first such packet */
};

#define SENDER_QUEUE 1024
#define SENDER_REFUSALS 8

struct sender {
    const struct sender_arguments *arguments;
    struct wb_injector *injector;
    uint64_t offered, skipped;
    struct wb_inject_packet queue[SENDER_QUEUE];
    uint64_t numbers[SENDER_QUEUE]; /* of the packets in it, from 1 */
    unsigned queued;
    struct sender_refusal refusals[SENDER_REFUSALS]; /* the last has all other codes, too */
    int64_t started_ns, ended_ns; /* by wb_injector_clock_ns */
    bool is_over; /* stopped, or it cannot go on */
    bool has_failed;
    /* Of the work as a whole, from 0 to 1, for the progress bar; negative where nobody knows. */
    double (*fraction)(const struct sender *);
    int64_t progress_due_ns; /* 0: no progress is shown */
};

/* Opens the injector and takes over the signals. kind is that of arguments or another. Returns
 * OPTIONS_GO, or the exit status when the mistake was told. */
int sender_open(struct sender *sender, const struct sender_arguments *arguments,
                const char *kind);

/* Offers a packet; see wb_inject_packet. Its bytes are borrowed until the next sender_flush, or
 * a return of false: the run is over. */
bool sender_put(struct sender *sender, const struct wb_inject_packet *packet, uint16_t link_type);
bool sender_flush(struct sender *sender);

/* Ends it with the summary. Returns the exit status. */
int sender_finish(struct sender *sender);

#endif
