/* SPDX-License-Identifier: ISC
 *
 * The fields of a layer, one after the other: every field of every kind that decode
 * knows, under its name in the RFC, in host byte order, with its unit in the name where
 * it is not the RFC's own (..._ms, ..._bytes). For those who show packets, or turn them
 * into terms of another language; a program that wants one field of a common header
 * uses the wb_..._read functions of wirebeam/decode.h.
 *
 *     static void show(void *context, const struct wb_field *field)
 *     {
 *         if (field->type == WB_FIELD_NUMBER)
 *             printf("%s=%llu ", field->name, (unsigned long long)field->number);
 *     }
 *     for (unsigned i = 0; i < decoded.layer_count; i++)
 *         wb_layer_fields(&packet, &decoded, i, show, NULL);
 */
#ifndef WIREBEAM_FIELDS_H
#define WIREBEAM_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include <wirebeam/decode.h>
#include <wirebeam/packet.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

enum wb_field_type {
    WB_FIELD_NUMBER,   /* number */
    WB_FIELD_SIGNED,   /* number, as a two's complement int64_t */
    WB_FIELD_BOOL,     /* number: 0 or 1 */
    WB_FIELD_WORD,     /* word: a word of ours for a number, never bytes of the packet */
    WB_FIELD_TEXT,     /* bytes: text from the wire, which may hold any byte */
    WB_FIELD_BYTES,    /* bytes: to be shown in hexadecimal */
    WB_FIELD_HARDWARE, /* bytes: a hardware address, aa:bb:cc:dd:ee:ff */
    WB_FIELD_ADDRESS,  /* bytes: an address of IPv4 (4 bytes) or IPv6 (16) */
    WB_FIELD_OBJECT,   /* begins a group of named fields */
    WB_FIELD_LIST,     /* begins a list: its members have no names */
    WB_FIELD_END,      /* ends the group or list that was begun last */
};

struct wb_field {
    const char *name; /* lower case; NULL for a member of a list and for WB_FIELD_END */
    enum wb_field_type type;
    uint64_t number;
    const char *word;
    const uint8_t *bytes; /* borrowed until the handler returns */
    size_t length;        /* of bytes */
};

typedef void wb_field_handler(void *context, const struct wb_field *field);

/* Tells handler the fields of the layer numbered index of a decoded packet. Groups and
 * lists are always ended. Nothing is told of a header that was not captured whole; what
 * is cut off inside of it ends with a field "incomplete". Returns 0, or WB_E_ARGUMENT
 * where there is no such layer. */
int wb_layer_fields(const struct wb_packet *packet, const struct wb_decoded *decoded,
                    unsigned index, wb_field_handler *handler, void *context);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
