/* SPDX-License-Identifier: ISC
 *
 * What DNS and DHCP messages say, in the manner of tcpdump: of a query the question, of a
 * response its answers. Names come from the wire and go through wb__line_text.
 */
#include "decode/dhcp.h"
#include "decode/dns.h"
#include "record/packet_text.h"

struct dns_line {
    struct wb__line *line;
    struct wb__dns dns;
    struct wb__dns_walk walk;
    bool is_mdns, is_verbose;
};

/* tcpdump's words for opcodes and response codes. */
static const char *const opcodes[16] = {"",        " inv_q", " stat", " op3",  " notify", " update",
                                        " op6",    " op7",   " op8",  " op9",  " op10",   " op11",
                                        " op12",   " op13",  " op14", " op15"};
static const char *const rcodes[] = {"",         " FormErr", " ServFail", " NXDomain", " NotImp",
                                     " Refused", " YXDomain", " YXRRSet", " NXRRSet",  " NotAuth",
                                     " NotZone"};

static void put_name(struct wb__line *line, const struct wb__dns_name *name)
{
    wb__line_text(line, name->text, name->length);
    if (name->text[name->length - 1] != '.' || name->length > 1)
        wb__line_put(line, ".");
}

static void put_type(struct wb__line *line, unsigned type)
{
    const char *name = wb__dns_type_name(type);
    if (name)
        wb__line_put(line, " %s", name);
    else
        wb__line_put(line, " Type%u", type);
}

static void put_class(struct dns_line *dns, unsigned class, const char *set, const char *unset)
{
    const char *name;
    if (dns->is_mdns) {
        wb__line_put(dns->line, "%s", class & WB__DNS_MDNS_BIT ? set : unset);
        class &= ~(unsigned)WB__DNS_MDNS_BIT;
    }
    if (class == WB__DNS_CLASS_IN)
        return;
    name = wb__dns_class_name(class);
    if (name)
        wb__line_put(dns->line, " %s", name);
    else
        wb__line_put(dns->line, " (Class %u)", class);
}

static bool put_question(struct dns_line *dns)
{
    struct wb__dns_record question;
    if (!wb__dns_take_question(&dns->walk, &question))
        return false;
    put_type(dns->line, question.type);
    put_class(dns, question.class, " (QU)", " (QM)");
    wb__line_put(dns->line, "? ");
    put_name(dns->line, &question.name);
    return true;
}

static void put_named(struct wb__line *line, struct wb__dns_walk *data)
{
    struct wb__dns_name name;
    if (!wb__dns_take_name(data, &name))
        return;
    wb__line_put(line, " ");
    put_name(line, &name);
}

static void put_strings(struct wb__line *line, struct wb__cursor *data)
{
    const uint8_t *bytes;
    size_t length;
    while (wb__cursor_left(data) > 0 && wb__dns_take_string(data, &bytes, &length)) {
        wb__line_put(line, " \"");
        wb__line_text(line, bytes, length);
        wb__line_put(line, "\"");
    }
}

static void put_address(struct wb__line *line, struct wb__cursor *data, size_t length)
{
    const uint8_t *address = wb__cursor_take(data, length);
    if (!address)
        return;
    wb__line_put(line, " ");
    wb__line_address(line, address, length);
}

static void put_mx(struct wb__line *line, struct wb__dns_walk *data)
{
    unsigned preference = wb__cursor_read16(&data->cursor);
    put_named(line, data);
    if (!data->cursor.failed)
        wb__line_put(line, " %u", preference);
}

static void put_srv(struct wb__line *line, struct wb__dns_walk *data)
{
    unsigned priority = wb__cursor_read16(&data->cursor);
    unsigned weight = wb__cursor_read16(&data->cursor);
    unsigned port = wb__cursor_read16(&data->cursor);
    put_named(line, data);
    if (!data->cursor.failed)
        wb__line_put(line, ":%u %u %u", port, priority, weight);
}

static void put_soa(struct wb__line *line, struct wb__dns_walk *data)
{
    put_named(line, data);
    put_named(line, data);
    if (wb__cursor_left(&data->cursor) < 20)
        data->cursor.failed = true;
    for (unsigned i = 0; i < 5 && !data->cursor.failed; i++)
        wb__line_put(line, " %u", wb__cursor_read32(&data->cursor));
}

static void put_service(struct wb__line *line, struct wb__dns_walk *data)
{
    unsigned priority = wb__cursor_read16(&data->cursor);
    if (!data->cursor.failed)
        wb__line_put(line, " %u", priority);
    put_named(line, data);
}

static void put_opt(struct wb__line *line, const struct wb__dns_record *record)
{
    wb__line_put(line, " UDPsize=%u", record->class);
    if (record->ttl & 0x8000)
        wb__line_put(line, " DO");
}

static void put_data(struct dns_line *dns, struct wb__dns_record *record)
{
    struct wb__line *line = dns->line;
    struct wb__dns_walk *data = &record->data;
    switch (record->length > 0 || record->type == WB__DNS_OPT ? record->type : 0) {
    case WB__DNS_A:
        put_address(line, &data->cursor, 4);
        break;
    case WB__DNS_AAAA:
        put_address(line, &data->cursor, 16);
        break;
    case WB__DNS_NS:
    case WB__DNS_CNAME:
    case WB__DNS_PTR:
    case WB__DNS_DNAME:
        put_named(line, data);
        break;
    case WB__DNS_MX:
        put_mx(line, data);
        break;
    case WB__DNS_SRV:
        put_srv(line, data);
        break;
    case WB__DNS_TXT:
    case WB__DNS_SPF:
        put_strings(line, &data->cursor);
        break;
    case WB__DNS_SVCB:
    case WB__DNS_HTTPS:
        put_service(line, data);
        break;
    case WB__DNS_OPT:
        put_opt(line, record);
        break;
    case WB__DNS_SOA:
        if (dns->is_verbose)
            put_soa(line, data);
        break;
    default:
        break;
    }
}

static void put_duration(struct wb__line *line, uint32_t seconds)
{
    static const struct {
        uint32_t seconds;
        char letter;
    } units[] = {{604800, 'w'}, {86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    if (seconds == 0)
        wb__line_put(line, "0s");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (seconds >= units[i].seconds)
            wb__line_put(line, "%u%c", seconds / units[i].seconds, units[i].letter);
        seconds %= units[i].seconds;
    }
}

static bool put_record(struct dns_line *dns)
{
    struct wb__dns_record record;
    if (!wb__dns_take_record(&dns->walk, &record))
        return false;
    if (dns->is_verbose) {
        wb__line_put(dns->line, " ");
        put_name(dns->line, &record.name);
    }
    if (record.type != WB__DNS_OPT)
        put_class(dns, record.class, " (Cache flush)", "");
    if (dns->is_verbose && record.type != WB__DNS_OPT) {
        wb__line_put(dns->line, " [");
        put_duration(dns->line, record.ttl);
        wb__line_put(dns->line, "]");
    }
    put_type(dns->line, record.type);
    put_data(dns, &record);
    return true;
}

/* Records with commas between them. False where one is not all there. */
static bool put_records(struct dns_line *dns, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            wb__line_put(dns->line, ",");
        if (!put_record(dns))
            return false;
    }
    return true;
}

static bool put_other_sections(struct dns_line *dns)
{
    static const char *const names[] = {" ns:", " ar:"};
    bool is_whole = true;
    for (unsigned i = 0; i < 2 && is_whole && dns->is_verbose; i++) {
        unsigned count = dns->dns.counts[WB__DNS_AUTHORITY + i];
        if (count == 0)
            continue;
        wb__line_put(dns->line, "%s", names[i]);
        is_whole = put_records(dns, count);
    }
    return is_whole;
}

/* RFC 6891, 6.1.3: an OPT record holds the upper bits. */
static unsigned find_rcode(const struct dns_line *dns)
{
    struct dns_line ahead = *dns;
    struct wb__dns_record record;
    unsigned records = 0;
    for (unsigned i = 0; i < dns->dns.counts[WB__DNS_QUESTION]; i++)
        if (!wb__dns_take_question(&ahead.walk, &record))
            return dns->dns.flags & 15u;
    for (unsigned section = WB__DNS_ANSWER; section <= WB__DNS_ADDITIONAL; section++)
        records += dns->dns.counts[section];
    while (records-- > 0 && wb__dns_take_record(&ahead.walk, &record))
        if (record.type == WB__DNS_OPT)
            return (record.ttl >> 24) << 4 | (dns->dns.flags & 15u);
    return dns->dns.flags & 15u;
}

static void put_rcode(struct dns_line *dns)
{
    unsigned rcode = find_rcode(dns);
    static const char *const extended[] = {" BadVers", " Resp17", " Resp18", " BadMode", " Resp20",
                                           " BadAlg", " BadTrunc", " BadCookie"};
    if (rcode < sizeof rcodes / sizeof *rcodes)
        wb__line_put(dns->line, "%s", rcodes[rcode]);
    else if (rcode >= 16 && rcode - 16 < sizeof extended / sizeof *extended)
        wb__line_put(dns->line, "%s", extended[rcode - 16]);
    else
        wb__line_put(dns->line, " Resp%u", rcode);
}

static bool put_response(struct dns_line *dns)
{
    const uint16_t *counts = dns->dns.counts;
    unsigned flags = dns->dns.flags;
    struct wb__dns_record question;
    wb__line_put(dns->line, "%u%s", dns->dns.id, opcodes[wb__dns_opcode(&dns->dns)]);
    put_rcode(dns);
    wb__line_put(dns->line, "%s%s%s%s", flags & WB__DNS_AA ? "*" : "",
                 flags & WB__DNS_RA ? "" : "-", flags & WB__DNS_TC ? "|" : "",
                 flags & WB__DNS_AD ? "$" : "");
    if (counts[WB__DNS_QUESTION] != 1)
        wb__line_put(dns->line, " [%uq]", counts[WB__DNS_QUESTION]);
    for (unsigned i = 0; i < counts[WB__DNS_QUESTION]; i++) {
        if (i > 0)
            wb__line_put(dns->line, ",");
        if (!wb__dns_take_question(&dns->walk, &question))
            return false;
    }
    wb__line_put(dns->line, " %u/%u/%u", counts[1], counts[2], counts[3]);
    return put_records(dns, counts[WB__DNS_ANSWER]) && put_other_sections(dns);
}

static bool put_query(struct dns_line *dns)
{
    const uint16_t *counts = dns->dns.counts;
    unsigned flags = dns->dns.flags;
    wb__line_put(dns->line, "%u%s%s%s", dns->dns.id, opcodes[wb__dns_opcode(&dns->dns)],
                 flags & WB__DNS_RD ? "+" : "", flags & WB__DNS_CD ? "%" : "");
    if (counts[WB__DNS_ANSWER] > 0)
        wb__line_put(dns->line, " [%ua]", counts[WB__DNS_ANSWER]);
    if (counts[WB__DNS_QUESTION] != 1)
        wb__line_put(dns->line, " [%uq]", counts[WB__DNS_QUESTION]);
    if (counts[WB__DNS_AUTHORITY] > 0)
        wb__line_put(dns->line, " [%un]", counts[WB__DNS_AUTHORITY]);
    if (counts[WB__DNS_ADDITIONAL] > 0)
        wb__line_put(dns->line, " [%uau]", counts[WB__DNS_ADDITIONAL]);
    for (unsigned i = 0; i < counts[WB__DNS_QUESTION]; i++)
        if (!put_question(dns))
            return false;
    if (!dns->is_verbose)
        return true;
    return put_records(dns, counts[WB__DNS_ANSWER]) && put_other_sections(dns);
}

void wb__put_dns(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct dns_line dns = {.line = &text->line, .is_mdns = layer->kind == WB_LAYER_MDNS,
                           .is_verbose = text->style.is_verbose};
    if (wb__dns_read(text->packet, layer, &dns.dns, &dns.walk) < 0)
        return;
    bool is_whole = dns.dns.flags & WB__DNS_QR ? put_response(&dns) : put_query(&dns);
    if (is_whole)
        wb__line_put(dns.line, " (%u)", layer->length);
    else if (layer->offset + (uint64_t)layer->length > text->packet->captured_length)
        wb__line_put(dns.line, " [|dns]");
    else
        wb__line_put(dns.line, " [malformed dns] (%u)", layer->length);
}

static void put_dhcp_option(struct wb__line *line, const struct wb__dhcp *dhcp)
{
    struct wb__dhcp_option option;
    if (wb__dhcp_find(dhcp, WB__DHCP_MESSAGE_TYPE, &option) && option.length == 1) {
        const char *name = wb__dhcp_message_name(option.value[0]);
        if (name)
            wb__line_put(line, ", %s", name);
        else
            wb__line_put(line, ", message type %u", option.value[0]);
    }
    if (wb__dhcp_find(dhcp, WB__DHCP_REQUESTED_ADDRESS, &option) && option.length == 4) {
        wb__line_put(line, ", Requested-IP ");
        wb__line_address(line, option.value, 4);
    }
    if (wb__dhcp_find(dhcp, WB__DHCP_HOST_NAME, &option)) {
        wb__line_put(line, ", Hostname \"");
        wb__line_text(line, option.value, option.length);
        wb__line_put(line, "\"");
    }
}

static void put_dhcp_address(struct wb__line *line, const char *name, const uint8_t *address)
{
    if (wb__load32(address) == 0)
        return;
    wb__line_put(line, ", %s ", name);
    wb__line_address(line, address, 4);
}

static void put_dhcp_details(struct wb__line *line, const struct wb__dhcp *dhcp)
{
    wb__line_put(line, ", xid 0x%x", dhcp->xid);
    put_dhcp_address(line, "Client-IP", dhcp->ciaddr);
    put_dhcp_address(line, "Your-IP", dhcp->yiaddr);
    put_dhcp_address(line, "Server-IP", dhcp->siaddr);
    put_dhcp_address(line, "Gateway-IP", dhcp->giaddr);
    put_dhcp_option(line, dhcp);
}

void wb__put_dhcp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    enum { REQUEST = 1, REPLY = 2, ETHERNET = 1 };
    struct wb__line *line = &text->line;
    struct wb__dhcp dhcp;
    wb__line_put(line, "BOOTP/DHCP");
    if (wb__dhcp_read(text->packet, layer, &dhcp) < 0)
        return;
    if (dhcp.op == REQUEST || dhcp.op == REPLY)
        wb__line_put(line, ", %s", dhcp.op == REQUEST ? "Request" : "Reply");
    else
        wb__line_put(line, ", unknown (0x%02x)", dhcp.op);
    if (dhcp.op == REQUEST && dhcp.htype == ETHERNET && dhcp.hlen == 6) {
        wb__line_put(line, " from ");
        wb__line_hardware(line, dhcp.chaddr, 6);
    }
    wb__line_put(line, ", length %u", layer->length);
    if (text->style.is_verbose)
        put_dhcp_details(line, &dhcp);
}

void wb__put_dhcp6(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__dhcp6 dhcp;
    wb__line_put(line, "dhcp6");
    if (wb__dhcp6_read(text->packet, layer, &dhcp) < 0)
        return;
    const char *name = wb__dhcp6_message_name(dhcp.msg_type);
    if (name)
        wb__line_put(line, " %s", name);
    else
        wb__line_put(line, " msgtype-%u", dhcp.msg_type);
    if (!text->style.is_verbose)
        return;
    if (!dhcp.is_relayed) {
        wb__line_put(line, " (xid=%x)", dhcp.transaction_id);
        return;
    }
    wb__line_put(line, " (linkaddr=");
    wb__line_address(line, dhcp.link_address, 16);
    wb__line_put(line, " peeraddr=");
    wb__line_address(line, dhcp.peer_address, 16);
    wb__line_put(line, ")");
}
