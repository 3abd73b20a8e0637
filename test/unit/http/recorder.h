/* SPDX-License-Identifier: ISC
 *
 * Writes down what the HTTP stage tells, as lines of text that do not depend on how
 * the stream was split: neighbouring bytes of one part are one line, and anomalies
 * stand in the line of the verdict.
 */
#ifndef TEST_HTTP_RECORDER_H
#define TEST_HTTP_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/http.h"

struct recorder {
    char *text; /* NUL-terminated */
    size_t length, capacity;
    bool shows_headers;
    bool is_due[2]; /* bytes of a direction that are known to come */
    /* bytes of one part that may go on */
    uint32_t run_index;
    int run_side, run_part;
    uint8_t *run;
    size_t run_length, run_capacity;
    uint64_t unowned; /* anomalies without a transaction, as a mask */
    uint64_t told_bytes, gap_bytes;
    uint32_t ended;
};

extern const struct wb__http_events recorder_events; /* context: a struct recorder */

void recorder_open(struct recorder *recorder);
void recorder_close(struct recorder *recorder);

/* Adds the counters that are not zero; to be called after the end of the stream. */
void recorder_finish(struct recorder *recorder, const struct wb__http *http);

#endif
