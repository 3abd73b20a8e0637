/* SPDX-License-Identifier: ISC
 *
 * The fields of a DNS message: header, questions and the records of three sections. A
 * message that does not go on as it says ends with "stopped": where, and in what.
 */
#include "decode/dns_data.h"

struct message {
    const struct wb__fields *fields;
    struct wb__dns dns;
    struct wb__dns_walk walk;
    const uint8_t *record; /* where the last question or record began */
    bool is_mdns;
};

static void tell_flags(const struct message *message)
{
    const struct wb__fields *fields = message->fields;
    unsigned flags = message->dns.flags, opcode = wb__dns_opcode(&message->dns), rcode = flags & 15;
    wb__tell_bool(fields, "qr", flags & WB__DNS_QR);
    wb__tell_dns_number(fields, "opcode", "opcode_name", opcode, wb__dns_opcode_name(opcode));
    wb__tell_bool(fields, "aa", flags & WB__DNS_AA);
    wb__tell_bool(fields, "tc", flags & WB__DNS_TC);
    wb__tell_bool(fields, "rd", flags & WB__DNS_RD);
    wb__tell_bool(fields, "ra", flags & WB__DNS_RA);
    wb__tell_bool(fields, "z", flags & WB__DNS_Z);
    wb__tell_bool(fields, "ad", flags & WB__DNS_AD);
    wb__tell_bool(fields, "cd", flags & WB__DNS_CD);
    wb__tell_dns_number(fields, "rcode", "rcode_name", rcode, wb__dns_rcode_name(rcode));
}

/* RFC 1035, 4.1.1; an update has other names for the same (RFC 2136, 2.2). */
static void tell_counts(const struct message *message)
{
    static const char *const names[] = {"qdcount", "ancount", "nscount", "arcount"};
    for (unsigned section = 0; section < 4; section++)
        wb__tell_number(message->fields, names[section], message->dns.counts[section]);
}

static void tell_class(const struct message *message, unsigned class, const char *name,
                       const char *name_of_name, const char *mdns_bit)
{
    if (message->is_mdns) {
        wb__tell_bool(message->fields, mdns_bit, class & WB__DNS_MDNS_BIT);
        class &= ~(unsigned)WB__DNS_MDNS_BIT;
    }
    wb__tell_dns_number(message->fields, name, name_of_name, class, wb__dns_class_name(class));
}

static bool tell_question(struct message *message)
{
    const struct wb__fields *fields = message->fields;
    struct wb__dns_record question;
    if (!wb__dns_take_question(&message->walk, &question))
        return false;
    wb__tell_object(fields, NULL);
    wb__tell_text(fields, "qname", question.name.text, question.name.length);
    wb__tell_dns_number(fields, "qtype", "qtype_name", question.type,
                        wb__dns_type_name(question.type));
    tell_class(message, question.class, "qclass", "qclass_name", "unicast_response");
    wb__tell_end(fields);
    return true;
}

/* RFC 6891, 6.1.2 and 6.1.3: class and TTL have other meanings. */
static void tell_opt(const struct message *message, struct wb__dns_record *record)
{
    const struct wb__fields *fields = message->fields;
    unsigned rcode = (record->ttl >> 24) << 4 | (message->dns.flags & 15u);
    wb__tell_number(fields, "udp_payload_size", record->class);
    wb__tell_dns_number(fields, "extended_rcode", "extended_rcode_name", rcode,
                        wb__dns_rcode_name(rcode));
    wb__tell_number(fields, "version", record->ttl >> 16 & 0xff);
    wb__tell_bool(fields, "do", record->ttl & 0x8000);
    wb__tell_number(fields, "z", record->ttl & 0x7fff);
    wb__tell_number(fields, "rdlength", record->length);
    wb__tell_dns_options(fields, &record->data.cursor);
    if (record->data.cursor.failed)
        wb__tell_incomplete(fields);
}

static bool tell_record(struct message *message)
{
    const struct wb__fields *fields = message->fields;
    struct wb__dns_record record;
    if (!wb__dns_take_record(&message->walk, &record))
        return false;
    wb__tell_object(fields, NULL);
    wb__tell_text(fields, "name", record.name.text, record.name.length);
    wb__tell_dns_number(fields, "type", "type_name", record.type,
                        wb__dns_type_name(record.type));
    if (record.type == WB__DNS_OPT) {
        tell_opt(message, &record);
    } else {
        tell_class(message, record.class, "class", "class_name", "cache_flush");
        wb__tell_number(fields, "ttl", record.ttl);
        wb__tell_number(fields, "rdlength", record.length);
        wb__tell_dns_data(fields, &record);
    }
    wb__tell_end(fields);
    return true;
}

/* Returns how many of the section were there. */
static unsigned tell_section(struct message *message, unsigned section)
{
    static const char *const names[] = {"questions", "answers", "authorities", "additionals"};
    unsigned told = 0;
    wb__tell_list(message->fields, names[section]);
    while (told < message->dns.counts[section]) {
        message->record = message->walk.cursor.at;
        bool is_told = section == WB__DNS_QUESTION ? tell_question(message)
                                                   : tell_record(message);
        if (!is_told)
            break;
        told++;
    }
    wb__tell_end(message->fields);
    return told;
}

static void tell_stop(const struct message *message, unsigned section, unsigned told)
{
    static const char *const names[] = {"question", "answer", "authority", "additional"};
    const struct wb__fields *fields = message->fields;
    wb__tell_object(fields, "stopped");
    wb__tell_word(fields, "in", names[section]);
    wb__tell_number(fields, "index", told);
    wb__tell_number(fields, "offset", (uint64_t)(message->record - message->walk.start));
    wb__tell_end(fields);
    wb__tell_incomplete(fields);
}

void wb__tell_dns(const struct wb__fields *fields)
{
    struct message message = {.fields = fields, .is_mdns = fields->layer->kind == WB_LAYER_MDNS};
    if (wb__dns_read(fields->packet, fields->layer, &message.dns, &message.walk) < 0)
        return;
    wb__tell_number(fields, "id", message.dns.id);
    tell_flags(&message);
    tell_counts(&message);
    for (unsigned section = 0; section < 4; section++) {
        if (message.dns.counts[section] == 0)
            continue;
        unsigned told = tell_section(&message, section);
        if (told < message.dns.counts[section]) {
            tell_stop(&message, section, told);
            return;
        }
    }
    size_t rest = wb__cursor_left(&message.walk.cursor);
    if (rest > 0)
        wb__tell_bytes(fields, "trailing_data", message.walk.cursor.at, rest);
}
