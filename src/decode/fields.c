/* SPDX-License-Identifier: ISC */
#include "decode/fields.h"

#include <wirebeam/error.h>

#include "decode/decoder.h"

struct wb__cursor wb__fields_header(const struct wb__fields *fields)
{
    return wb__cursor(fields->packet->data + fields->layer->offset, fields->layer->header_length);
}

struct wb__cursor wb__fields_payload(const struct wb__fields *fields)
{
    const uint8_t *payload;
    uint32_t length = wb_layer_payload(fields->packet, fields->layer, &payload);
    return wb__cursor(payload, length);
}

static void tell(const struct wb__fields *fields, const struct wb_field *field)
{
    fields->handler(fields->context, field);
}

void wb__tell_number(const struct wb__fields *fields, const char *name, uint64_t value)
{
    tell(fields, &(struct wb_field){.name = name, .type = WB_FIELD_NUMBER, .number = value});
}

void wb__tell_signed(const struct wb__fields *fields, const char *name, int64_t value)
{
    tell(fields,
         &(struct wb_field){.name = name, .type = WB_FIELD_SIGNED, .number = (uint64_t)value});
}

void wb__tell_bool(const struct wb__fields *fields, const char *name, bool value)
{
    tell(fields, &(struct wb_field){.name = name, .type = WB_FIELD_BOOL, .number = value});
}

void wb__tell_word(const struct wb__fields *fields, const char *name, const char *word)
{
    tell(fields, &(struct wb_field){.name = name, .type = WB_FIELD_WORD, .word = word});
}

static void tell_bytes(const struct wb__fields *fields, const char *name, enum wb_field_type type,
                       const uint8_t *bytes, size_t length)
{
    tell(fields,
         &(struct wb_field){.name = name, .type = type, .bytes = bytes, .length = length});
}

void wb__tell_text(const struct wb__fields *fields, const char *name, const uint8_t *bytes,
                   size_t length)
{
    tell_bytes(fields, name, WB_FIELD_TEXT, bytes, length);
}

void wb__tell_bytes(const struct wb__fields *fields, const char *name, const uint8_t *bytes,
                    size_t length)
{
    tell_bytes(fields, name, WB_FIELD_BYTES, bytes, length);
}

void wb__tell_hardware(const struct wb__fields *fields, const char *name, const uint8_t *bytes,
                       size_t length)
{
    tell_bytes(fields, name, WB_FIELD_HARDWARE, bytes, length);
}

void wb__tell_address(const struct wb__fields *fields, const char *name, const uint8_t *bytes,
                      size_t length)
{
    tell_bytes(fields, name, WB_FIELD_ADDRESS, bytes, length);
}

void wb__tell_object(const struct wb__fields *fields, const char *name)
{
    tell(fields, &(struct wb_field){.name = name, .type = WB_FIELD_OBJECT});
}

void wb__tell_list(const struct wb__fields *fields, const char *name)
{
    tell(fields, &(struct wb_field){.name = name, .type = WB_FIELD_LIST});
}

void wb__tell_end(const struct wb__fields *fields)
{
    tell(fields, &(struct wb_field){.type = WB_FIELD_END});
}

void wb__tell_flags(const struct wb__fields *fields, const char *name, uint32_t bits,
                    const char *const *names, unsigned count)
{
    wb__tell_list(fields, name);
    for (unsigned bit = 0; bit < count; bit++)
        if (bits >> bit & 1 && names[bit])
            wb__tell_word(fields, NULL, names[bit]);
    wb__tell_end(fields);
}

void wb__tell_checksum(const struct wb__fields *fields, uint32_t checksum)
{
    wb__tell_number(fields, "checksum", checksum);
    wb__tell_word(fields, "checksum_state",
                  wb_checksum_state_name(
                      wb_checksum_state(fields->packet, fields->decoded, fields->index)));
}

void wb__tell_payload_length(const struct wb__fields *fields)
{
    wb__tell_number(fields, "payload_length",
                    fields->layer->length - fields->layer->header_length);
}

void wb__tell_incomplete(const struct wb__fields *fields)
{
    wb__tell_bool(fields, "incomplete", true);
}
