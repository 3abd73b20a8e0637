/* SPDX-License-Identifier: ISC
 *
 * GENEVE (RFC 8926): a virtual network id, options as type, length and value, and an
 * EtherType for what follows.
 */
#include "decode/fields.h"
#include "decode/tunnel.h"

#define GENEVE_BYTES 8

static inline uint32_t find_options_length(const uint8_t *header)
{
    return (header[0] & 0x3fu) * 4;
}

static inline struct wb__geneve parse_geneve(const uint8_t *header)
{
    return (struct wb__geneve){
        .version = header[0] >> 6,
        .is_control = header[1] >> 7,
        .has_critical = header[1] >> 6 & 1,
        .protocol = wb__load16(header + 2),
        .vni = wb__load32(header + 4) >> 8,
        .options = header + GENEVE_BYTES,
        .options_length = find_options_length(header),
    };
}

bool wb__is_geneve(const struct wb__inside *inside)
{
    if (inside->captured == 0)
        return inside->length >= GENEVE_BYTES;
    return inside->bytes[0] >> 6 == 0 &&
           inside->length >= GENEVE_BYTES + find_options_length(inside->bytes);
}

unsigned wb__decode_geneve(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, GENEVE_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint32_t header_length = GENEVE_BYTES + find_options_length(header);
    if (!wb__header(walk, layer, header_length))
        return WB__LAYER_END;
    layer->header_length = header_length;
    wb__is_tunnel(walk);
    return wb__by_ethertype(layer, wb__load16(header + 2));
}

int wb__geneve_read(const struct wb_packet *packet, const struct wb_layer *layer,
                    struct wb__geneve *geneve)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_GENEVE, GENEVE_BYTES, &header);
    if (error == 0)
        *geneve = parse_geneve(header);
    return error;
}

bool wb__geneve_option_next(struct wb__cursor *options, struct wb__geneve_option *option)
{
    if (wb__cursor_left(options) == 0)
        return false;
    option->option_class = wb__cursor_read16(options);
    option->type = wb__cursor_read8(options);
    option->length = (wb__cursor_read8(options) & 0x1fu) * 4;
    option->data = wb__cursor_take(options, option->length);
    return option->data != NULL;
}

static void tell_options(const struct wb__fields *fields, const struct wb__geneve *geneve)
{
    struct wb__cursor options = wb__cursor(geneve->options, geneve->options_length);
    struct wb__geneve_option option;
    if (geneve->options_length == 0)
        return;
    wb__tell_list(fields, "options");
    while (wb__geneve_option_next(&options, &option)) {
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "class", option.option_class);
        wb__tell_number(fields, "type", option.type);
        wb__tell_bool(fields, "critical", option.type >> 7);
        wb__tell_bytes(fields, "data", option.data, option.length);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    if (options.failed)
        wb__tell_incomplete(fields);
}

void wb__tell_geneve(const struct wb__fields *fields)
{
    struct wb__geneve geneve;
    if (wb__geneve_read(fields->packet, fields->layer, &geneve) < 0)
        return;
    wb__tell_number(fields, "version", geneve.version);
    wb__tell_number(fields, "options_length", geneve.options_length);
    wb__tell_bool(fields, "control_packet", geneve.is_control);
    wb__tell_bool(fields, "critical_options_present", geneve.has_critical);
    wb__tell_number(fields, "protocol_type", geneve.protocol);
    wb__tell_number(fields, "vni", geneve.vni);
    tell_options(fields, &geneve);
}
