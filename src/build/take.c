/* SPDX-License-Identifier: ISC
 *
 * A decoded packet as a draft. A header is what lies between the beginnings of two layers; one
 * that is not as the table of its kind has it, is kept as bytes.
 */
#include <string.h>

#include <wirebeam/build.h>

#include "base/error.h"
#include "build/draft.h"

struct taking {
    struct wb_draft *draft;
    const struct wb_packet *packet;
    const struct wb_decoded *decoded;
};

static uint32_t clip(const struct wb_packet *packet, uint64_t offset)
{
    return offset < packet->captured_length ? (uint32_t)offset : packet->captured_length;
}

/* Where the layers behind it begin. */
static uint32_t header_end(const struct taking *taking, unsigned index)
{
    const struct wb_layer *layer = &taking->decoded->layers[index];
    if (index + 1 < taking->decoded->layer_count)
        return clip(taking->packet, taking->decoded->layers[index + 1].offset);
    const struct wb__layer *table = wb__layer_of(layer->kind);
    if (table && table->is_message)
        return clip(taking->packet, (uint64_t)layer->offset + layer->length);
    return clip(taking->packet, (uint64_t)layer->offset + layer->header_length);
}

/* length is that of a field of bytes. */
static int take_field(struct taking *taking, struct wb__value *value, const struct wb__field *field,
                      const uint8_t *header, uint32_t length)
{
    if (field->type != WB_DRAFT_NUMBER)
        return wb__draft_keep(taking->draft, value, header + field->bit / 8U, length);
    *value = (struct wb__value){.is_set = true, .number = wb__field_get(field, header)};
    return 0;
}

static uint32_t present_fields(const struct wb__layer *table, const uint8_t *header,
                               uint32_t length)
{
    uint32_t at = table->flags_at;
    unsigned first = length > at ? header[at] : 0, second = length > at + 1 ? header[at + 1] : 0;
    return wb__layer_present(table, (uint16_t)(first << 8 | second), 0);
}

/* Can the table write this header again? */
static bool fits_table(const struct wb__layer *table, uint32_t present, uint32_t length,
                       bool is_in_ip6)
{
    uint32_t fixed = wb__layer_fixed_bytes(table, present);
    if (wb__layer_variable(table) == table->count)
        return length == fixed;
    return length >= fixed && length % wb__layer_align(table, is_in_ip6) == 0;
}

static int take_header(struct taking *taking, unsigned index, const uint8_t *header,
                       uint32_t length)
{
    struct wb__draft_layer *layer = &taking->draft->layers[index];
    const struct wb__layer *table = wb__layer_of(layer->kind);
    uint32_t present = table ? present_fields(table, header, length) : 0;
    int result = 0;
    if (!table || !fits_table(table, present, length, wb__draft_is_in_ip6(taking->draft, index)))
        return wb__draft_keep(taking->draft, &layer->header, header, length);
    uint32_t variable = length - wb__layer_fixed_bytes(table, present);
    for (unsigned i = 0; i < table->count && result == 0; i++) {
        const struct wb__field field = wb__layer_field(table, present, length, i);
        if (present >> i & 1)
            result = take_field(taking, &layer->values[i], &field, header,
                                field.bits ? field.bits / 8U : variable);
    }
    return result;
}

static int take_layer(struct taking *taking, unsigned index, uint32_t begin, uint32_t end)
{
    int added = wb_draft_add(taking->draft, taking->decoded->layers[index].kind);
    if (added < 0)
        return added;
    return take_header(taking, (unsigned)added, taking->packet->data + begin, end - begin);
}

/* What is behind the end of layer number index, up to limit, which is then that end. */
static int take_trailer(struct taking *taking, unsigned index, uint32_t content, uint32_t *limit)
{
    const struct wb_layer *layer = &taking->decoded->layers[index];
    uint32_t end = clip(taking->packet, (uint64_t)layer->offset + layer->length);
    if (end < content)
        end = content;
    if (end > *limit)
        end = *limit;
    int result = wb__draft_keep(taking->draft, &taking->draft->layers[index].trailer,
                                taking->packet->data + end, *limit - end);
    *limit = end;
    return result;
}

/* Layers in order, whose headers lie one behind the other; then trailers, outermost first, as
 * each takes from what the one around it left; then what is between. */
static int take(struct taking *taking)
{
    const struct wb_decoded *decoded = taking->decoded;
    uint32_t at = 0, limit = taking->packet->captured_length;
    unsigned count = 0;
    for (; count < decoded->layer_count; count++) {
        uint32_t end = header_end(taking, count);
        if (decoded->layers[count].kind == WB_LAYER_PAYLOAD || end < at)
            break;
        int result = take_layer(taking, count, at, end);
        if (result < 0)
            return result;
        at = end;
    }
    for (unsigned i = 0; i < count; i++) {
        int result = take_trailer(taking, i, at, &limit);
        if (result < 0)
            return result;
    }
    if (at == limit)
        return 0;
    int payload = wb_draft_add(taking->draft, WB_LAYER_PAYLOAD);
    return payload < 0 ? payload
                       : wb__draft_keep(taking->draft, &taking->draft->layers[payload].header,
                                        taking->packet->data + at, limit - at);
}

int wb_draft_from(struct wb_draft *draft, const struct wb_packet *packet,
                  const struct wb_decoded *decoded, struct wb_error *error)
{
    struct taking taking = {draft, packet, decoded};
    wb_draft_clear(draft);
    int result = take(&taking);
    if (result == 0)
        return 0;
    wb_draft_clear(draft);
    return wb__error_set(error, result, 0, "the packet cannot become a draft: %s",
                         wb_error_text(result));
}
