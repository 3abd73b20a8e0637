/* SPDX-License-Identifier: ISC
 *
 * A draft to bytes: first the places of all layers, from which lengths are known; then the
 * headers; last the checksums, from the innermost out.
 */
#include <string.h>

#include <wirebeam/build.h>

#include "base/error.h"
#include "build/checksum.h"
#include "build/draft.h"

#define FRAME_MIN              60     /* IEEE 802.3, 4A.2.3.2.4, without the frame check sequence */
#define ETHERTYPE_EXPERIMENTAL 0x88b5 /* IEEE 802, 9.2.4: for bytes of no protocol */
#define PROTOCOL_NO_NEXT       59
#define PROTOCOL_RESERVED      255

/* Where a layer is. */
struct place {
    uint32_t offset;
    uint32_t header;  /* bytes */
    uint32_t end;     /* of what its length covers */
    uint32_t present; /* fields, as a set of bits */
};

struct writing {
    const struct wb_draft *draft;
    uint8_t *bytes;
    struct place places[WB_LAYERS_MAX + 1];
    uint32_t length;
};

/* ---- Defaults --------------------------------------------------------------------- */

static bool is_last(const struct writing *writing, unsigned index)
{
    unsigned next = index + 1;
    return next >= writing->draft->count || writing->draft->layers[next].kind == WB_LAYER_PAYLOAD;
}

static bool is_of_ethertypes(unsigned computed)
{
    return computed == WB__ETHERTYPE || computed == WB__TYPE_OR_LENGTH || computed == WB__PID ||
           computed == WB__CHDLC_PROTOCOL || computed == WB__GRE_PROTOCOL;
}

static uint64_t next_number(const struct writing *writing, unsigned index,
                            const struct wb__field *field)
{
    const struct place *place = &writing->places[index];
    if (!is_last(writing, index)) {
        unsigned kind = writing->draft->layers[index + 1].kind;
        if (field->computed == WB__TYPE_OR_LENGTH && kind == WB_LAYER_LLC)
            return place->end - place->offset - place->header;
        int32_t number = wb__layer_number(field->computed, kind);
        return number >= 0 ? (uint64_t)number : field->initial;
    }
    if (field->initial != 0)
        return field->initial;
    if (is_of_ethertypes(field->computed))
        return ETHERTYPE_EXPERIMENTAL;
    if (field->computed == WB__PROTOCOL)
        return writing->draft->layers[index].kind == WB_LAYER_IP4 ? PROTOCOL_RESERVED
                                                                  : PROTOCOL_NO_NEXT;
    return 0;
}

/* What the optional fields that are set want to see in the header's flags. */
static struct wb__when wanted_flags(const struct wb__draft_layer *layer)
{
    const struct wb__layer *table = wb__layer_of(layer->kind);
    struct wb__when wanted = {0};
    for (unsigned i = 0; i < table->count; i++)
        if (layer->values[i].is_set && !table->fields[i].is_inverse) {
            wanted.mask |= table->fields[i].mask;
            wanted.flag =
                (uint16_t)((wanted.flag & ~table->fields[i].mask) | table->fields[i].flag);
        }
    return wanted;
}

/* A field at its place in the header's flags. */
static struct wb__field in_flags(const struct wb__layer *table, const struct wb__field *field)
{
    struct wb__field part = *field;
    part.bit -= table->flags_at * 8U;
    return part;
}

static uint64_t part_of_flags(const struct wb__layer *table, const struct wb__field *field,
                              uint16_t flags)
{
    const struct wb__field part = in_flags(table, field);
    const uint8_t bytes[] = {(uint8_t)(flags >> 8), (uint8_t)flags};
    return wb__field_get(&part, bytes);
}

static uint64_t computed_flags(const struct writing *writing, unsigned index,
                               const struct wb__field *field)
{
    const struct wb__layer *table = wb__layer_of(writing->draft->layers[index].kind);
    struct wb__when wanted = wanted_flags(&writing->draft->layers[index]);
    if (!is_last(writing, index)) {
        int32_t number = wb__layer_number(WB__FLAGS, writing->draft->layers[index + 1].kind);
        wanted.mask |= number > 0 ? (uint16_t)number : 0;
        wanted.flag |= number > 0 ? (uint16_t)number : 0;
    }
    return (field->initial & ~part_of_flags(table, field, wanted.mask)) |
           part_of_flags(table, field, wanted.flag);
}

static uint64_t computed(const struct writing *writing, unsigned index,
                         const struct wb__field *field)
{
    const struct wb__draft_layer *layer = &writing->draft->layers[index];
    const struct wb__layer *table = wb__layer_of(layer->kind);
    const struct place *place = &writing->places[index];
    switch (field->computed) {
    case WB__BYTES_ALL:
        return place->end - place->offset;
    case WB__BYTES_BEHIND:
        return place->end - place->offset - wb__layer_fixed_bytes(table, wb__layer_required(table));
    case WB__BYTES_HEADER:
        return place->header;
    case WB__BYTES_VARIABLE:
        return place->header - wb__layer_fixed_bytes(table, place->present);
    case WB__ADDRESSES:
        return (place->end - place->offset - wb__layer_fixed_bytes(table, place->present)) /
               (wb__draft_is_in_ip6(writing->draft, index) ? 16 : 4);
    case WB__BYTES_TLV:
        return place->end - place->offset - field->bit / 8U;
    case WB__BOTTOM:
        return is_last(writing, index) || writing->draft->layers[index + 1].kind != layer->kind;
    case WB__FLAGS:
        return computed_flags(writing, index, field);
    case WB__SAP:
        return wanted_flags(layer).mask ? field->initial : next_number(writing, index, field);
    case WB__CHECKSUM: /* in the end */
    case WB__AS_INITIAL:
        return field->initial;
    default:
        return next_number(writing, index, field);
    }
}

/* ---- Places ----------------------------------------------------------------------- */

/* The flags of a header, as far as they are always there. */
static uint16_t header_flags(const struct writing *writing, unsigned index)
{
    const struct wb__draft_layer *layer = &writing->draft->layers[index];
    const struct wb__layer *table = wb__layer_of(layer->kind);
    uint8_t bytes[2] = {0};
    for (unsigned i = 0; i < table->count; i++) {
        const struct wb__field *field = &table->fields[i];
        const struct wb__value *value = &layer->values[i];
        struct wb__field part = in_flags(table, field);
        if (field->type == WB_DRAFT_NUMBER && field->mask == 0 &&
            field->bit >= table->flags_at * 8U && part.bit + part.bits <= 16)
            wb__field_put(&part, bytes,
                          value->is_set ? value->number : computed(writing, index, field));
    }
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* Optional fields are there where the flags say so, or where they or what they come with are set,
 * whatever the flags say. */
static uint32_t present_fields(const struct writing *writing, unsigned index)
{
    const struct wb__draft_layer *layer = &writing->draft->layers[index];
    const struct wb__layer *table = wb__layer_of(layer->kind);
    uint32_t set = 0;
    for (unsigned i = 0; i < WB__FIELDS_MAX; i++)
        set |= (uint32_t)layer->values[i].is_set << i;
    return wb__layer_present(table, header_flags(writing, index), set);
}

static uint32_t align(uint32_t bytes, uint32_t to)
{
    return (bytes + to - 1) / to * to;
}

static uint32_t header_bytes(const struct writing *writing, unsigned index)
{
    const struct wb__draft_layer *layer = &writing->draft->layers[index];
    const struct wb__layer *table = wb__layer_of(layer->kind);
    if (layer->header.is_set)
        return layer->header.length;
    if (!table)
        return 0;
    uint32_t bytes = wb__layer_fixed_bytes(table, writing->places[index].present);
    unsigned variable = wb__layer_variable(table);
    if (variable < table->count)
        bytes += layer->values[variable].is_set ? layer->values[variable].length
                                                : (uint32_t)table->fields[variable].initial;
    return align(bytes, wb__layer_align(table, wb__draft_is_in_ip6(writing->draft, index)));
}

/* The outermost frame of Ethernet has at least 60 bytes. */
static uint32_t trailer_bytes(const struct writing *writing, unsigned index, uint32_t before)
{
    const struct wb__draft_layer *layer = &writing->draft->layers[index];
    if (layer->trailer.is_set)
        return layer->trailer.length;
    bool is_frame = index == 0 && layer->kind == WB_LAYER_ETHERNET && !layer->header.is_set;
    return is_frame && before < FRAME_MIN ? FRAME_MIN - before : 0;
}

static void find_places(struct writing *writing)
{
    uint32_t at = 0;
    for (unsigned i = 0; i < writing->draft->count; i++) {
        const struct wb__draft_layer *layer = &writing->draft->layers[i];
        struct place *place = &writing->places[i];
        place->offset = at;
        place->present = wb__layer_of(layer->kind) ? present_fields(writing, i) : 0;
        place->header = header_bytes(writing, i);
        at += place->header;
    }
    for (unsigned i = writing->draft->count; i-- > 0;) {
        writing->places[i].end = at;
        at += trailer_bytes(writing, i, at);
    }
    writing->length = at;
}

/* ---- Headers ---------------------------------------------------------------------- */

static void put_bytes(struct writing *writing, uint32_t offset, const struct wb__value *value)
{
    if (value->is_set && value->length > 0)
        memcpy(writing->bytes + offset, writing->draft->bytes + value->offset, value->length);
}

static int write_field(struct writing *writing, unsigned index, unsigned number,
                       struct wb_error *error)
{
    const struct wb__draft_layer *layer = &writing->draft->layers[index];
    const struct place *place = &writing->places[index];
    const struct wb__field field =
        wb__layer_field(wb__layer_of(layer->kind), place->present, place->header, number);
    const struct wb__value *value = &layer->values[number];
    if (!(place->present >> number & 1))
        return 0;
    if (field.type != WB_DRAFT_NUMBER) {
        put_bytes(writing, place->offset + field.bit / 8U, value);
        return 0;
    }
    uint64_t what = value->is_set ? value->number : computed(writing, index, &field);
    if (!wb__field_fits(&field, what))
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "%s: %s has no room for %llu: set it, or put less inside",
                             wb_layer_name(layer->kind), field.name, (unsigned long long)what);
    wb__field_put(&field, writing->bytes + place->offset, what);
    return 0;
}

static int write_layer(struct writing *writing, unsigned index, struct wb_error *error)
{
    const struct wb__draft_layer *layer = &writing->draft->layers[index];
    const struct wb__layer *table = wb__layer_of(layer->kind);
    put_bytes(writing, writing->places[index].offset, &layer->header);
    int result = 0;
    for (unsigned i = 0; table && !layer->header.is_set && i < table->count && result == 0; i++)
        result = write_field(writing, index, i, error);
    return result;
}

/* Trailers lie from the innermost out: each ends where that of the layer around begins. */
static void write_trailers(struct writing *writing)
{
    for (unsigned i = 0; i < writing->draft->count; i++)
        put_bytes(writing, writing->places[i].end, &writing->draft->layers[i].trailer);
}

/* ---- Checksums -------------------------------------------------------------------- */

/* A header that is too short for what checksums look up in it counts as bytes. */
static uint8_t trusted_kind(const struct wb__draft_layer *layer, uint32_t header)
{
    const struct wb__layer *table = wb__layer_of(layer->kind);
    bool is_whole =
        table && header > 0 && header >= wb__layer_fixed_bytes(table, wb__layer_required(table));
    return is_whole ? layer->kind : WB_LAYER_PAYLOAD;
}

static bool is_checksum_due(const struct wb__draft_layer *layer)
{
    const struct wb__layer *table = wb__layer_of(layer->kind);
    for (unsigned i = 0; table && !layer->header.is_set && i < table->count; i++)
        if (table->fields[i].computed == WB__CHECKSUM)
            return !layer->values[i].is_set;
    return false;
}

static void write_checksums(struct writing *writing)
{
    struct wb_decoded decoded = {.quoted = WB_LAYER_NONE};
    const struct wb_packet packet = {
        .data = writing->bytes, .captured_length = writing->length, .wire_length = writing->length};
    for (unsigned i = 0; i < writing->draft->count && i < WB_LAYERS_MAX; i++) {
        const struct place *place = &writing->places[i];
        decoded.layers[decoded.layer_count++] =
            (struct wb_layer){.kind = trusted_kind(&writing->draft->layers[i], place->header),
                              .offset = place->offset,
                              .header_length = place->header,
                              .length = place->end - place->offset};
    }
    for (unsigned i = decoded.layer_count; i-- > 0;)
        if (is_checksum_due(&writing->draft->layers[i]))
            wb__checksum_put(writing->bytes, &packet, &decoded, i);
}

int wb_draft_write(const struct wb_draft *draft, uint8_t *bytes, size_t size, size_t *length,
                   struct wb_error *error)
{
    struct writing writing = {.draft = draft, .bytes = bytes};
    find_places(&writing);
    *length = writing.length;
    if (writing.length > size || writing.length > WB_DRAFT_BYTES_MAX)
        return wb__error_set(error, WB_E_LIMIT, 0, "the packet has %u bytes, more than %zu",
                             writing.length, size < WB_DRAFT_BYTES_MAX ? size : WB_DRAFT_BYTES_MAX);
    memset(bytes, 0, writing.length);
    int result = 0;
    for (unsigned i = 0; i < draft->count && result == 0; i++)
        result = write_layer(&writing, i, error);
    if (result < 0)
        return result;
    write_trailers(&writing);
    write_checksums(&writing);
    return 0;
}
