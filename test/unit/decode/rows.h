/* SPDX-License-Identifier: ISC
 *
 * Tables of packets, of which each row is a document: the bytes and the layers that they
 * have (see show.h), or the fields that one of the layers tells:
 *
 *     type=5 code=1 options=[{type=1 data=0203}] target=fe80::1
 *
 * Every row is also decoded, and its fields told, at every prefix length at a guard page:
 * what was understood of the whole packet is understood of its beginning.
 */
#ifndef TEST_UNIT_DECODE_ROWS_H
#define TEST_UNIT_DECODE_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include <wirebeam/fields.h>

/* The first captured of the bytes that hex stands for, borrowed until the next call. */
struct wb_packet packet_of(uint16_t link_type, const char *hex, uint32_t captured);

struct layers_row {
    const char *what;
    uint16_t link_type;
    const char *bytes;
    const char *layers;
};

void check_layers_rows(const struct layers_row *rows, size_t count);

/* No frame of them holds a second packet. */
void check_rows_have_no_next(const struct layers_row *rows, size_t count);

struct fields_row {
    uint16_t link_type;
    const char *bytes;
    const char *layer;  /* the name of its kind: the first of it */
    const char *fields; /* a part of what it tells */
};

void check_fields_rows(const struct fields_row *rows, size_t count);

/* What the layer tells, as text. Fails the test where a group is not ended, or has a name
 * twice. */
#define FIELDS_SIZE 8192
const char *show_fields(const struct wb_packet *packet, const struct wb_decoded *decoded,
                        unsigned index, char text[FIELDS_SIZE]);

#endif
