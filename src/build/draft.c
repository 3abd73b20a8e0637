/* SPDX-License-Identifier: ISC */
#include "build/draft.h"

#include <stdlib.h>
#include <string.h>

#include "build/option.h"

struct wb_draft *wb_draft_new(void)
{
    return calloc(1, sizeof(struct wb_draft));
}

void wb_draft_free(struct wb_draft *draft)
{
    if (!draft)
        return;
    free(draft->bytes);
    free(draft);
}

void wb_draft_clear(struct wb_draft *draft)
{
    draft->count = 0;
    draft->used = 0;
}

int wb_draft_add(struct wb_draft *draft, enum wb_layer_kind kind)
{
    if ((unsigned)kind >= WB_LAYER_KIND_COUNT)
        return WB_E_ARGUMENT;
    if (draft->count > 0 && draft->layers[draft->count - 1].kind == WB_LAYER_PAYLOAD)
        return WB_E_ARGUMENT;
    if (draft->count >= WB_LAYERS_MAX + (kind == WB_LAYER_PAYLOAD))
        return WB_E_LIMIT;
    draft->layers[draft->count] = (struct wb__draft_layer){.kind = (uint8_t)kind};
    return (int)draft->count++;
}

unsigned wb_draft_count(const struct wb_draft *draft)
{
    return draft->count;
}

enum wb_layer_kind wb_draft_kind(const struct wb_draft *draft, unsigned layer)
{
    return layer < draft->count ? draft->layers[layer].kind : WB_LAYER_PAYLOAD;
}

int wb_draft_link_type(const struct wb_draft *draft)
{
    static const struct {
        uint8_t kind;
        int link_type; /* tcpdump.org/linktypes.html */
    } links[] = {
        {WB_LAYER_ETHERNET, 1},   {WB_LAYER_SLL, 113},         {WB_LAYER_SLL2, 276},
        {WB_LAYER_NULL, 0},       {WB_LAYER_LOOP, 108},        {WB_LAYER_RAW, 101},
        {WB_LAYER_IP4, 101},      {WB_LAYER_IP6, 101},         {WB_LAYER_PPP, 9},
        {WB_LAYER_CHDLC, 104},    {WB_LAYER_FRAME_RELAY, 107}, {WB_LAYER_FDDI, 10},
        {WB_LAYER_TOKEN_RING, 6}, {WB_LAYER_RADIOTAP, 127},    {WB_LAYER_PRISM, 119},
        {WB_LAYER_AVS, 163},      {WB_LAYER_PPI, 192},         {WB_LAYER_WLAN, 105},
        {WB_LAYER_NFLOG, 239},
    };
    for (unsigned i = 0; draft->count > 0 && i < sizeof links / sizeof links[0]; i++)
        if (links[i].kind == draft->layers[0].kind)
            return links[i].link_type;
    return -1;
}

/* ---- Fields ----------------------------------------------------------------------- */

/* Those of every kind, behind the ones of its tables. */
static const struct wb__field header_field = {.name = "header", .type = WB_DRAFT_BYTES};
static const struct wb__field data_field = {.name = "data", .type = WB_DRAFT_BYTES};
static const struct wb__field trailer_field = {.name = "trailer", .type = WB_DRAFT_BYTES};

const struct wb__field *wb__draft_field(unsigned kind, unsigned index)
{
    const struct wb__layer *layer = wb__layer_of(kind);
    unsigned count = layer ? layer->count + layer->option_count : 0;
    if (index < count)
        return index < layer->count ? &layer->fields[index] : &layer->options[index - layer->count];
    if (kind == WB_LAYER_PAYLOAD)
        return index == 0 ? &data_field : NULL;
    return index == count ? &header_field : index == count + 1 ? &trailer_field : NULL;
}

bool wb_draft_field_at(enum wb_layer_kind kind, unsigned index, struct wb_draft_field *field)
{
    if ((unsigned)kind >= WB_LAYER_KIND_COUNT)
        return false;
    const struct wb__field *found = wb__draft_field(kind, index);
    if (!found)
        return false;
    *field = (struct wb_draft_field){.name = found->name,
                                     .alias = found->alias,
                                     .type = found->type,
                                     .bits = found->bits,
                                     .unit = found->unit ? found->unit : 1,
                                     .names = found->names,
                                     .are_flags = found->are_flags,
                                     .is_computed = found->computed != WB__AS_INITIAL,
                                     .is_optional = found->mask != 0 || found->option != 0};
    return true;
}

int wb_draft_field_find(enum wb_layer_kind kind, const char *name)
{
    struct wb_draft_field field;
    for (unsigned i = 0; wb_draft_field_at(kind, i, &field); i++)
        if (strcmp(name, field.name) == 0 || (field.alias && strcmp(name, field.alias) == 0))
            return (int)i;
    return -1;
}

/* Of an option by its name: that of all options. */
static struct wb__value *value_of(struct wb_draft *draft, unsigned layer, const char *name,
                                  const struct wb__field **field)
{
    if (layer >= draft->count)
        return NULL;
    struct wb__draft_layer *found = &draft->layers[layer];
    int index = wb_draft_field_find(found->kind, name);
    if (index < 0)
        return NULL;
    *field = wb__draft_field(found->kind, (unsigned)index);
    if (*field == &trailer_field)
        return &found->trailer;
    if (*field == &header_field || *field == &data_field)
        return &found->header;
    return &found->values[(*field)->option ? wb__layer_variable(wb__layer_of(found->kind))
                                           : (unsigned)index];
}

const struct wb__field *wb__draft_rival(const struct wb_draft *draft, unsigned layer,
                                        const struct wb__field *field)
{
    const struct wb__draft_layer *found = &draft->layers[layer];
    const struct wb__layer *table = wb__layer_of(found->kind);
    bool is_of_table = table && field >= table->fields && field < table->fields + table->count;
    for (unsigned i = 0; is_of_table && i < table->count; i++)
        if (found->values[i].is_set && &table->fields[i] != field &&
            wb__fields_overlap(&table->fields[i], field))
            return &table->fields[i];
    return NULL;
}

/* Would setting it be without effect, since the header is set in one piece, or another field at
 * its place? */
static bool is_hidden(const struct wb_draft *draft, unsigned layer, const struct wb__field *field)
{
    if (field == &header_field || field == &data_field || field == &trailer_field)
        return false;
    return draft->layers[layer].header.is_set || wb__draft_rival(draft, layer, field);
}

bool wb__draft_is_in_ip6(const struct wb_draft *draft, unsigned layer)
{
    while (layer > 0)
        switch (draft->layers[--layer].kind) {
        case WB_LAYER_IP4:
            return false;
        case WB_LAYER_IP6:
            return true;
        default:
            break;
        }
    return false;
}

bool wb__field_fits(const struct wb__field *field, uint64_t number)
{
    unsigned unit = field->unit ? field->unit : 1;
    uint64_t most = field->bits < 64 ? (UINT64_C(1) << field->bits) - 1 : UINT64_MAX;
    return number % unit == 0 && number / unit >= field->less &&
           number / unit - field->less <= most;
}

/* Of whole bytes: the other order. */
static uint64_t turn(const struct wb__field *field, uint64_t number)
{
    uint64_t turned = 0;
    if (!field->is_little)
        return number;
    for (unsigned bits = 0; bits < field->bits; bits += 8, number >>= 8)
        turned = turned << 8 | (number & 0xff);
    return turned;
}

void wb__field_put(const struct wb__field *field, uint8_t *header, uint64_t number)
{
    unsigned unit = field->unit ? field->unit : 1;
    number = turn(field, number / unit - field->less);
    for (unsigned i = field->bits; i-- > 0; number >>= 1) {
        unsigned bit = field->bit + i;
        uint8_t mask = (uint8_t)(0x80 >> bit % 8);
        header[bit / 8] = (uint8_t)(number & 1 ? header[bit / 8] | mask : header[bit / 8] & ~mask);
    }
}

uint64_t wb__field_get(const struct wb__field *field, const uint8_t *header)
{
    uint64_t number = 0;
    for (unsigned bit = field->bit; bit < field->bit + field->bits; bit++)
        number = number << 1 | (header[bit / 8] >> (7 - bit % 8) & 1);
    return (turn(field, number) + field->less) * (field->unit ? field->unit : 1);
}

int wb_draft_number(struct wb_draft *draft, unsigned layer, const char *name, uint64_t number)
{
    const struct wb__field *field;
    struct wb__value *value = value_of(draft, layer, name, &field);
    if (!value)
        return WB_E_NOT_FOUND;
    if (field->type != WB_DRAFT_NUMBER || !wb__field_fits(field, number) ||
        is_hidden(draft, layer, field))
        return WB_E_ARGUMENT;
    if (field->option)
        return wb__option_number(draft, value, field, number);
    *value = (struct wb__value){.is_set = true, .number = number};
    return 0;
}

int wb__draft_keep(struct wb_draft *draft, struct wb__value *value, const void *bytes,
                   size_t length)
{
    if (length > WB_DRAFT_BYTES_MAX - draft->used)
        return WB_E_LIMIT;
    uint32_t used = draft->used + (uint32_t)length;
    if (used > draft->room) {
        uint32_t room = used < 2048 ? 4096 : 2 * used;
        uint8_t *grown = realloc(draft->bytes, room);
        if (!grown)
            return WB_E_MEMORY;
        draft->bytes = grown;
        draft->room = room;
    }
    if (length > 0)
        memcpy(draft->bytes + draft->used, bytes, length);
    *value = (struct wb__value){.is_set = true, .offset = draft->used, .length = (uint32_t)length};
    draft->used = used;
    return 0;
}

int wb_draft_bytes(struct wb_draft *draft, unsigned layer, const char *name, const void *bytes,
                   size_t length)
{
    const struct wb__field *field;
    struct wb__value *value = value_of(draft, layer, name, &field);
    if (!value)
        return WB_E_NOT_FOUND;
    if (field->type == WB_DRAFT_NUMBER || (field->bits > 0 && length != field->bits / 8U) ||
        is_hidden(draft, layer, field))
        return WB_E_ARGUMENT;
    return field->option ? wb__option_bytes(draft, value, field, bytes, length)
                         : wb__draft_keep(draft, value, bytes, length);
}

bool wb_draft_is_set(const struct wb_draft *draft, unsigned layer, const char *name)
{
    if (layer >= draft->count)
        return false;
    const struct wb__draft_layer *found = &draft->layers[layer];
    int index = wb_draft_field_find(found->kind, name);
    const struct wb__field *field =
        index < 0 ? NULL : wb__draft_field(found->kind, (unsigned)index);
    if (!field)
        return false;
    if (field == &trailer_field)
        return found->trailer.is_set;
    if (found->header.is_set || field == &header_field || field == &data_field)
        return found->header.is_set;
    const struct wb__value *options = &found->values[wb__layer_variable(wb__layer_of(found->kind))];
    return field->option ? wb__option_is_set(draft, options, field) : found->values[index].is_set;
}

int wb_draft_unset(struct wb_draft *draft, unsigned layer, const char *name)
{
    const struct wb__field *field;
    struct wb__value *value = value_of(draft, layer, name, &field);
    if (!value)
        return WB_E_NOT_FOUND;
    if (field->option)
        return wb__option_remove(draft, value, field);
    value->is_set = false;
    return 0;
}

/* Numbers that say what follows stay: not all that they may be are known here. */
static bool is_of_bytes(unsigned computed)
{
    return computed == WB__CHECKSUM || (computed >= WB__BYTES_ALL && computed <= WB__ADDRESSES);
}

void wb_draft_recompute(struct wb_draft *draft)
{
    for (unsigned i = 0; i < draft->count; i++) {
        const struct wb__layer *layer = wb__layer_of(draft->layers[i].kind);
        for (unsigned field = 0; layer && field < layer->count; field++)
            if (is_of_bytes(layer->fields[field].computed))
                draft->layers[i].values[field].is_set = false;
    }
}
