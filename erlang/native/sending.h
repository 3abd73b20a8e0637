/* SPDX-License-Identifier: ISC
 *
 * The packets of a COMMAND_SEND on their way to the wire, one command at a time. The thread that
 * captures sends them, a little between one step of the engine and the next.
 */
#ifndef WIREBEAM_NATIVE_SENDING_H
#define WIREBEAM_NATIVE_SENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/inject.h>

#include "buffer.h"
#include "options.h"

struct sending {
    struct wb_injector *injector;
    uint8_t *body;                    /* of the command that is under way, or NULL */
    struct wb_inject_packet *packets; /* in body */
    uint32_t count, handled;
    uint32_t reference;
    int64_t deadline_ns; /* on the clock of the injector; INT64_MAX: none */
};

/* Opens what the options ask for. Nothing where they ask for nothing. */
int sending_open(struct sending *sending, const struct settings *settings, struct wb_error *error);

/* Takes a command's body, whose reference was read: WB_E_UNSUPPORTED without injector,
 * WB_E_LIMIT while another one is under way, WB_E_ARGUMENT where its lengths contradict each
 * other. */
int sending_begin(struct sending *sending, uint32_t reference, const uint8_t *body, size_t length,
                  struct wb_error *error);

static inline bool sending_is_under_way(const struct sending *sending)
{
    return sending->body != NULL;
}

/* Sends what is due, for a millisecond at most. 1 when the command is done with: all were
 * handled, or its time is over; 0 when it is not; or a negative code. */
int sending_step(struct sending *sending, struct wb_error *error);

/* Puts why, for each packet that was not sent, as the reply has it. */
void sending_put_results(const struct sending *sending, struct buffer *buffer);

/* The command that was under way is forgotten. */
void sending_end(struct sending *sending);

void sending_stats(const struct sending *sending, struct wb_inject_stats *stats);

void sending_close(struct sending *sending);

#endif
