/* SPDX-License-Identifier: ISC
 *
 * Building packets: a draft is a list of layers, each with the fields that one cares about; the
 * rest gets its correct default. Lengths, header lengths, the numbers of what follows, checksums
 * and padding are filled in unless they are set, and all may be set wrong on purpose.
 *
 *     struct wb_draft *draft = wb_draft_new();
 *     struct wb_error error;
 *     uint8_t bytes[2048];
 *     size_t length;
 *     if (wb_draft_parse(draft, "eth/ip(dst=192.0.2.1)/udp(dport=53)/\"text\"", NULL, &error) < 0)
 *         errx(2, "%s", error.text);
 *     if (wb_draft_write(draft, bytes, sizeof bytes, &length, &error) < 0)
 *         errx(1, "%s", error.text);
 *     wb_draft_free(draft);
 *
 * The kinds of layer are those of wirebeam/decode.h, the fields have the names that
 * wb_layer_fields tells (wirebeam/fields.h); what a header has behind those is "data" or
 * "options". Every kind has a field "header", which is its header in one piece in place of all
 * others. Setting an optional field (GRE's "key", say) sets the flag that tells of it. Options that
 * have a name ("mss" of TCP) are a view of the field "options": setting one replaces it there, or
 * appends it.
 *
 * A packet that was decoded becomes a draft by wb_draft_from, and is the same again, byte for
 * byte, when it is written. A draft is used by one thread at a time.
 */
#ifndef WIREBEAM_BUILD_H
#define WIREBEAM_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/decode.h>
#include <wirebeam/error.h>
#include <wirebeam/packet.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define WB_DRAFT_BYTES_MAX 262144 /* of a packet, and of all that a draft holds */

struct wb_draft;

/* NULL when there is no memory. */
struct wb_draft *wb_draft_new(void);
void wb_draft_free(struct wb_draft *draft); /* NULL is accepted */

/* Takes all layers away. */
void wb_draft_clear(struct wb_draft *draft);

/* Appends a layer, inside of the one before. Returns its index, from 0, or WB_E_ARGUMENT, or
 * WB_E_LIMIT beyond WB_LAYERS_MAX. WB_LAYER_PAYLOAD is for bytes; nothing follows it. */
int wb_draft_add(struct wb_draft *draft, enum wb_layer_kind kind);

unsigned wb_draft_count(const struct wb_draft *draft);
enum wb_layer_kind wb_draft_kind(const struct wb_draft *draft, unsigned layer);

/* What a field takes. */
enum wb_draft_type {
    WB_DRAFT_NUMBER,   /* a number of so many bits */
    WB_DRAFT_HARDWARE, /* 6 bytes */
    WB_DRAFT_IP4,      /* 4 bytes */
    WB_DRAFT_IP6,      /* 16 bytes */
    WB_DRAFT_BYTES,    /* any number of bytes, or as many as it says */
    WB_DRAFT_LIST,     /* IP addresses, or numbers of 4 bytes, one behind the other */
};

/* A number that has a name. */
struct wb_draft_name {
    const char *name; /* NULL behind the last one */
    uint64_t number;
};

struct wb_draft_field {
    const char *name;
    const char *alias;       /* a shorter name, or NULL */
    enum wb_draft_type type;
    unsigned bits;           /* of a number; of bytes: eight times how many, 0 for any */
    unsigned unit;           /* of a number: it is a multiple of this, as a length in words; 1 */
    const struct wb_draft_name *names; /* that a number may have; NULL: none */
    bool are_flags;          /* the names: several may be set */
    bool is_computed;        /* by default from the rest of the packet */
    bool is_optional;        /* there where it is set, or flags of the header say that it is */
};

/* The fields of a kind, by index from 0. False where there are no more. "trailer" is one of
 * every kind but the payload: bytes behind what the layer's own length covers. */
bool wb_draft_field_at(enum wb_layer_kind kind, unsigned index, struct wb_draft_field *field);

/* Its index by name or alias, or -1. */
int wb_draft_field_find(enum wb_layer_kind kind, const char *name);

/* Set a field. Names may be aliases. Returns 0, or WB_E_NOT_FOUND (no such field), _ARGUMENT
 * (it takes bytes, not a number, or the other way round; the value does not fit; the header is
 * set in one piece, or another field at the same place), _LIMIT (WB_DRAFT_BYTES_MAX), _MEMORY.
 * Bytes are copied. */
int wb_draft_number(struct wb_draft *draft, unsigned layer, const char *field, uint64_t value);
int wb_draft_bytes(struct wb_draft *draft, unsigned layer, const char *field, const void *bytes,
                   size_t length);

/* Was it set, by whatever? */
bool wb_draft_is_set(const struct wb_draft *draft, unsigned layer, const char *field);

/* Gives it its default again. 0, or WB_E_NOT_FOUND; of options _LIMIT, _MEMORY. */
int wb_draft_unset(struct wb_draft *draft, unsigned layer, const char *field);

/* Gives their defaults to all lengths and checksums: after a change to a packet that was
 * decoded, say. */
void wb_draft_recompute(struct wb_draft *draft);

/* The layers of a packet, all fields set as they are in it. Bytes that were not captured are not
 * there. 0, WB_E_LIMIT, or WB_E_MEMORY. */
int wb_draft_from(struct wb_draft *draft, const struct wb_packet *packet,
                  const struct wb_decoded *decoded, struct wb_error *error);

/* Appends the layers that a text describes (docs/notation.md). Where it is wrong nothing is
 * appended, *where, unless that is NULL, is the offset of the place in text, and *error says
 * what is wanted there. WB_E_ARGUMENT, _LIMIT, _MEMORY. */
int wb_draft_parse(struct wb_draft *draft, const char *text, size_t *where, struct wb_error *error);

/* The packet: at most size bytes to bytes; *length is how many. WB_E_ARGUMENT where a value does
 * not fit, or where lengths have no room for what is inside; WB_E_LIMIT beyond size. */
int wb_draft_write(const struct wb_draft *draft, uint8_t *bytes, size_t size, size_t *length,
                   struct wb_error *error);

/* The LINKTYPE_ of what it writes, by its first layer; -1 for a kind that no link begins with. */
int wb_draft_link_type(const struct wb_draft *draft);

/* ---- Finished packets ------------------------------------------------------------- */

/* Takes one piece; not 0: the cutting ends with that. */
typedef int wb_piece_handler(void *context, const uint8_t *bytes, uint32_t length);

/* Cuts a packet into IP fragments (RFC 791, 3.2; RFC 8200, 4.5) whose IP packets have at most mtu
 * bytes, each behind the packet's link header. One that fits goes as it is. identification is
 * for IPv6, which has none of its own. Returns 0, what handler returned, WB_E_ARGUMENT (no IP
 * packet, or an mtu too small for it), or WB_E_UNSUPPORTED (IPv4's dont_fragment is set, it is a
 * fragment already), or WB_E_TRUNCATED, WB_E_MEMORY. */
int wb_fragment_ip(const struct wb_packet *packet, uint32_t mtu, uint32_t identification,
                   wb_piece_handler *handler, void *context, struct wb_error *error);

/* Cuts a TCP packet into segments of at most mss bytes of payload each: sequence numbers, IPv4
 * identifications, lengths and checksums follow; FIN and PSH stay with the last one, CWR with
 * the first. The same errors. */
int wb_segment_tcp(const struct wb_packet *packet, uint32_t mss, wb_piece_handler *handler,
                   void *context, struct wb_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
