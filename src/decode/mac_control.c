/* SPDX-License-Identifier: ISC
 *
 * MAC control frames (IEEE 802.3, 31 and annex 31): PAUSE, and the pause by priority of
 * IEEE 802.1Qbb.
 */
#include "decode/fields.h"
#include "decode/link.h"

#define OPCODE_BYTES 2
#define PAUSE_BYTES 4
#define PRIORITY_PAUSE_BYTES 20

static uint32_t find_length(uint16_t opcode)
{
    switch (opcode) {
    case WB__MAC_PAUSE:
        return PAUSE_BYTES;
    case WB__MAC_PRIORITY_PAUSE:
        return PRIORITY_PAUSE_BYTES;
    default:
        return OPCODE_BYTES;
    }
}

/* All that follows is padding, or a timestamp and more of EPON's own frames. */
unsigned wb__decode_mac_control(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, OPCODE_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint16_t opcode = wb__load16(header);
    uint32_t length = find_length(opcode);
    if (!wb__header(walk, layer, length))
        return WB__LAYER_END;
    layer->header_length = length;
    layer->next = opcode;
    return WB__LAYER_END;
}

int wb__mac_control_read(const struct wb_packet *packet, const struct wb_layer *layer,
                         struct wb__mac_control *control)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_MAC_CONTROL, OPCODE_BYTES, &header);
    if (error < 0)
        return error;
    struct wb__cursor cursor = wb__cursor(header, layer->header_length);
    *control = (struct wb__mac_control){.opcode = wb__cursor_read16(&cursor)};
    if (control->opcode == WB__MAC_PAUSE)
        control->times[0] = wb__cursor_read16(&cursor);
    if (control->opcode != WB__MAC_PRIORITY_PAUSE)
        return cursor.failed ? WB_E_TRUNCATED : 0;
    control->enable = wb__cursor_read16(&cursor);
    for (unsigned i = 0; i < 8; i++)
        control->times[i] = wb__cursor_read16(&cursor);
    return cursor.failed ? WB_E_TRUNCATED : 0;
}

const char *wb__mac_control_name(uint16_t opcode)
{
    static const struct wb__number_name names[] = {
        {WB__MAC_PAUSE, "Pause"}, {2, "Gate"},         {3, "Report"},
        {4, "Register request"},  {5, "Register"},     {6, "Register ACK"},
        {WB__MAC_PRIORITY_PAUSE, "Priority pause"},
    };
    return WB__NUMBER_NAME(names, opcode);
}

void wb__tell_mac_control(const struct wb__fields *fields)
{
    struct wb__mac_control control;
    if (wb__mac_control_read(fields->packet, fields->layer, &control) < 0)
        return;
    const char *name = wb__mac_control_name(control.opcode);
    wb__tell_number(fields, "opcode", control.opcode);
    if (name)
        wb__tell_word(fields, "opcode_name", name);
    if (control.opcode == WB__MAC_PAUSE)
        wb__tell_number(fields, "time", control.times[0]);
    if (control.opcode != WB__MAC_PRIORITY_PAUSE)
        return;
    wb__tell_number(fields, "enable", control.enable);
    wb__tell_list(fields, "times");
    for (unsigned i = 0; i < 8; i++)
        wb__tell_number(fields, NULL, control.times[i]);
    wb__tell_end(fields);
}
