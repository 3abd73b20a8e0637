/* SPDX-License-Identifier: ISC
 *
 * DNS (RFC 1035), mDNS (RFC 6762) and LLMNR (RFC 4795) over UDP. The layer's header is the
 * message's; questions and records are read on demand, by the walk of dns.h.
 */
#include "decode/dns.h"

#include <wirebeam/error.h>

#include "decode/decoder.h"

#define DNS_BYTES 12

unsigned wb__decode_dns(struct wb__walk *walk, struct wb_layer *layer)
{
    if (wb__header(walk, layer, DNS_BYTES))
        layer->header_length = DNS_BYTES;
    return WB__LAYER_END;
}

static bool is_dns(unsigned kind)
{
    return kind == WB_LAYER_DNS || kind == WB_LAYER_MDNS || kind == WB_LAYER_LLMNR;
}

int wb__dns_read(const struct wb_packet *packet, const struct wb_layer *layer,
                 struct wb__dns *dns, struct wb__dns_walk *walk)
{
    const uint8_t *header, *rest;
    enum wb_layer_kind kind = is_dns(layer->kind) ? (enum wb_layer_kind)layer->kind
                                                  : WB_LAYER_DNS;
    int error = wb__find_header(packet, layer, kind, DNS_BYTES, &header);
    if (error < 0)
        return error;
    dns->id = wb__load16(header);
    dns->flags = wb__load16(header + 2);
    for (unsigned section = 0; section < 4; section++)
        dns->counts[section] = wb__load16(header + 4 + 2 * section);
    uint32_t length = wb_layer_payload(packet, layer, &rest);
    walk->start = header;
    walk->cursor = wb__cursor(length > 0 ? rest : header + DNS_BYTES, length);
    return 0;
}

static void append(struct wb__dns_name *name, uint8_t byte)
{
    name->text[name->length++] = byte;
}

/* Room is not asked for: a name's labels have less than WB__DNS_LABELS_BYTES bytes. */
static void append_label(struct wb__dns_name *name, const uint8_t *label, size_t length)
{
    if (name->length > 0)
        append(name, '.');
    for (size_t i = 0; i < length; i++) {
        if (label[i] == '.' || label[i] == '\\')
            append(name, '\\');
        append(name, label[i]);
    }
}

/* One name as it is read. */
struct labels {
    struct wb__cursor cursor;
    const uint8_t *start; /* of the message; NULL where there are no pointers */
    const uint8_t *run;   /* where the labels that are being read began */
    const uint8_t *end;   /* where the name ends for what follows it; NULL: not known yet */
    size_t wire_bytes;    /* of labels and their lengths */
};

/* To a name that began before the run: so this comes to an end. */
static bool follow_pointer(struct labels *labels, uint8_t first)
{
    size_t offset = (first & 0x3fu) << 8 | wb__cursor_read8(&labels->cursor);
    if (labels->cursor.failed || !labels->start)
        return false;
    size_t room = (size_t)(labels->run - labels->start);
    if (offset >= room)
        return false;
    if (!labels->end)
        labels->end = labels->cursor.at;
    labels->run = labels->start + offset;
    labels->cursor = wb__cursor(labels->run, room - offset);
    return true;
}

static bool take_label(struct labels *labels, struct wb__dns_name *name, uint8_t length)
{
    labels->wire_bytes += 1u + length;
    if (length >= 0x40 || labels->wire_bytes >= WB__DNS_LABELS_BYTES)
        return false;
    const uint8_t *label = wb__cursor_take(&labels->cursor, length);
    if (label)
        append_label(name, label, length);
    return label != NULL;
}

/* Up to the root, whose byte is the last of WB__DNS_LABELS_BYTES. */
static bool take_labels(struct labels *labels, struct wb__dns_name *name)
{
    labels->run = labels->cursor.at;
    name->length = 0;
    for (;;) {
        uint8_t first = wb__cursor_read8(&labels->cursor);
        if (labels->cursor.failed)
            return false;
        if (first == 0)
            break;
        bool is_taken = first >= 0xc0 ? follow_pointer(labels, first)
                                      : take_label(labels, name, first);
        if (!is_taken)
            return false;
    }
    if (!labels->end)
        labels->end = labels->cursor.at;
    if (name->length == 0)
        append(name, '.');
    return true;
}

static bool take_name(struct wb__cursor *cursor, const uint8_t *start, struct wb__dns_name *name)
{
    struct labels labels = {.cursor = *cursor, .start = start};
    if (!cursor->failed && take_labels(&labels, name)) {
        cursor->at = labels.end;
        return true;
    }
    cursor->failed = true;
    return false;
}

bool wb__dns_take_name(struct wb__dns_walk *walk, struct wb__dns_name *name)
{
    return take_name(&walk->cursor, walk->start, name);
}

bool wb__dns_take_plain_name(struct wb__cursor *cursor, struct wb__dns_name *name)
{
    return take_name(cursor, NULL, name);
}

bool wb__dns_take_question(struct wb__dns_walk *walk, struct wb__dns_record *question)
{
    if (!wb__dns_take_name(walk, &question->name))
        return false;
    question->type = wb__cursor_read16(&walk->cursor);
    question->class = wb__cursor_read16(&walk->cursor);
    return !walk->cursor.failed;
}

bool wb__dns_take_record(struct wb__dns_walk *walk, struct wb__dns_record *record)
{
    if (!wb__dns_take_question(walk, record))
        return false;
    record->ttl = wb__cursor_read32(&walk->cursor);
    record->length = wb__cursor_read16(&walk->cursor);
    const uint8_t *data = wb__cursor_take(&walk->cursor, record->length);
    if (!data)
        return false;
    record->data = (struct wb__dns_walk){walk->start, wb__cursor(data, record->length)};
    return true;
}

bool wb__dns_take_string(struct wb__cursor *cursor, const uint8_t **bytes, size_t *length)
{
    *length = wb__cursor_read8(cursor);
    *bytes = wb__cursor_take(cursor, *length);
    return *bytes != NULL;
}
