/* SPDX-License-Identifier: ISC
 *
 * What ICMP (RFC 792) and ICMPv6 (RFC 4443, 4861, 2710, 3810) messages say, in the
 * words of tcpdump. Of the packet that an error quotes, destination and port are named.
 */
#include "record/packet_line.h"

enum icmp_type {
    ECHO_REPLY = 0,
    UNREACHABLE = 3,
    REDIRECT = 5,
    ECHO = 8,
    TIME_EXCEEDED = 11,
    PARAMETER_PROBLEM = 12,
};

enum icmp6_type {
    UNREACHABLE6 = 1,
    TOO_BIG6 = 2,
    TIME_EXCEEDED6 = 3,
    PARAMETER_PROBLEM6 = 4,
    ECHO6 = 128,
    ECHO_REPLY6 = 129,
    SOLICITATION6 = 135,
    ADVERTISEMENT6 = 136,
};

struct name {
    uint8_t number;
    const char *text;
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct name types4[] = {
    {4, "source quench"},          {9, "router advertisement"},
    {10, "router solicitation"},   {13, "time stamp query"},
    {14, "time stamp reply"},      {15, "information request"},
    {16, "information reply"},     {17, "address mask request"},
    {18, "address mask reply"},
};

static const struct name types6[] = {
    {130, "multicast listener query"},     {131, "multicast listener report"},
    {132, "multicast listener done"},      {133, "router solicitation"},
    {134, "router advertisement"},         {137, "redirect"},
    {138, "router renumbering"},           {141, "inverse neighbor solicitation"},
    {142, "inverse neighbor advertisement"}, {143, "multicast listener report v2"},
};

/* Of UNREACHABLE, apart from protocol, port and "need to frag". */
static const struct name unreachable4[] = {
    {0, "net unreachable"},
    {1, "host unreachable"},
    {5, "source route failed"},
    {6, "net unreachable - unknown"},
    {7, "host unreachable - unknown"},
    {8, "host unreachable - source host isolated"},
    {9, "net unreachable - admin prohibited"},
    {10, "host unreachable - admin prohibited"},
    {11, "net unreachable - tos prohibited"},
    {12, "host unreachable - tos prohibited"},
    {13, "unreachable - admin prohibited filter"},
    {14, "unreachable - host precedence violation"},
    {15, "unreachable - precedence cutoff"},
};

static const struct name unreachable6[] = {
    {0, "unreachable route"},
    {1, "unreachable prohibited"},
    {2, "beyond scope"},
    {3, "unreachable address"},
    {5, "unreachable - source address failed policy"},
    {6, "unreachable - reject route"},
};

static const char *find_name(const struct name *names, size_t count, uint8_t number)
{
    for (size_t i = 0; i < count; i++)
        if (names[i].number == number)
            return names[i].text;
    return NULL;
}

struct message {
    const struct wb_packet *packet;
    const struct wb_decoded *decoded;
    unsigned index; /* of its layer */
    struct wb_icmp icmp;
    const uint8_t *payload;
    uint32_t length; /* of payload */
};

/* What an error quotes: where it was going to. */
struct quoted {
    uint8_t destination[16];
    size_t address_length; /* 0: it cannot be read */
    unsigned protocol;
    const char *protocol_name; /* NULL where there is no port */
    uint16_t port;
};

/* Errors may quote no more than eight bytes, too few for a whole TCP header; the ports are
 * in the first four of TCP and UDP alike. */
static void read_quoted_port(const struct wb_packet *packet, const struct wb_layer *layer,
                             struct quoted *quoted)
{
    bool has_ports = layer->kind == WB_LAYER_TCP || layer->kind == WB_LAYER_UDP;
    if (!has_ports || packet->captured_length - layer->offset < 4 || layer->length < 4)
        return;
    quoted->protocol_name = layer->kind == WB_LAYER_TCP ? "tcp" : "udp";
    quoted->port = wb__load16(packet->data + layer->offset + 2);
}

/* The layers behind an error's are what it quotes: an IP layer, extension headers, and
 * what they carry. */
static struct quoted read_quoted(const struct message *message)
{
    struct quoted quoted = {0};
    struct wb_ip4 ip4;
    struct wb_ip6 ip6;
    unsigned index = message->index + 1;
    if (index >= message->decoded->layer_count)
        return quoted;
    const struct wb_layer *layer = &message->decoded->layers[index];
    if (wb_ip4_read(message->packet, layer, &ip4) == 0) {
        memcpy(quoted.destination, ip4.destination, 4);
        quoted.address_length = 4;
        quoted.protocol = ip4.protocol;
    } else if (wb_ip6_read(message->packet, layer, &ip6) == 0) {
        memcpy(quoted.destination, ip6.destination, 16);
        quoted.address_length = 16;
        quoted.protocol = ip6.next_header;
    }
    while (++index < message->decoded->layer_count &&
           wb__is_ip6_extension(message->decoded->layers[index].kind))
        ;
    if (index < message->decoded->layer_count)
        read_quoted_port(message->packet, &message->decoded->layers[index], &quoted);
    return quoted;
}

static void put_destination(struct wb__line *line, const struct quoted *quoted)
{
    if (quoted->address_length == 0)
        return;
    wb__line_put(line, " ");
    wb__line_address(line, quoted->destination, quoted->address_length);
}

static void put_port_unreachable(struct wb__line *line, const struct quoted *quoted)
{
    put_destination(line, quoted);
    if (quoted->protocol_name)
        wb__line_put(line, " %s port %u unreachable", quoted->protocol_name, quoted->port);
    else
        wb__line_put(line, " port unreachable");
}

static void put_unreachable4(struct wb__line *line, const struct wb_icmp *icmp,
                             const struct quoted *quoted)
{
    enum { PROTOCOL = 2, PORT = 3, NEED_FRAGMENT = 4 };
    if (icmp->code == PORT) {
        put_port_unreachable(line, quoted);
        return;
    }
    put_destination(line, quoted);
    const char *name = find_name(unreachable4, COUNT(unreachable4), icmp->code);
    if (icmp->code == PROTOCOL && quoted->address_length > 0)
        wb__line_put(line, " protocol %u unreachable", quoted->protocol);
    else if (icmp->code == NEED_FRAGMENT)
        wb__line_put(line, " unreachable - need to frag (mtu %u)", icmp->rest & 0xffff);
    else if (name)
        wb__line_put(line, " %s", name);
    else
        wb__line_put(line, " unreachable, code %u", icmp->code);
}

static void put_unreachable6(struct wb__line *line, const struct wb_icmp *icmp,
                             const struct quoted *quoted)
{
    enum { PORT = 4 };
    if (icmp->code == PORT) {
        put_port_unreachable(line, quoted);
        return;
    }
    put_destination(line, quoted);
    const char *name = find_name(unreachable6, COUNT(unreachable6), icmp->code);
    if (name)
        wb__line_put(line, " %s", name);
    else
        wb__line_put(line, " unreachable, code %u", icmp->code);
}

static void put_echo(struct wb__line *line, const struct wb_icmp *icmp, const char *word)
{
    wb__line_put(line, " echo %s, id %u, seq %u", word, icmp->rest >> 16, icmp->rest & 0xffff);
}

static void put_time_exceeded(struct wb__line *line, uint8_t code)
{
    if (code <= 1)
        wb__line_put(line, " time exceeded %s", code == 0 ? "in-transit" : "in reassembly");
    else
        wb__line_put(line, " time exceeded, code %u", code);
}

static void put_named(struct wb__line *line, const struct wb_icmp *icmp, const char *name)
{
    if (name)
        wb__line_put(line, " %s", name);
    else
        wb__line_put(line, " type %u, code %u", icmp->type, icmp->code);
}

static void put_redirect(struct wb__line *line, const struct wb_icmp *icmp,
                         const struct quoted *quoted)
{
    const uint8_t gateway[4] = {(uint8_t)(icmp->rest >> 24), (uint8_t)(icmp->rest >> 16),
                                (uint8_t)(icmp->rest >> 8), (uint8_t)icmp->rest};
    wb__line_put(line, " redirect");
    put_destination(line, quoted);
    wb__line_put(line, " to ");
    wb__line_address(line, gateway, 4);
}

static void put_icmp4(struct wb__line *line, const struct message *message)
{
    const struct wb_icmp *icmp = &message->icmp;
    struct quoted quoted;
    switch (icmp->type) {
    case ECHO:
        put_echo(line, icmp, "request");
        break;
    case ECHO_REPLY:
        put_echo(line, icmp, "reply");
        break;
    case UNREACHABLE:
        quoted = read_quoted(message);
        put_unreachable4(line, icmp, &quoted);
        break;
    case REDIRECT:
        quoted = read_quoted(message);
        put_redirect(line, icmp, &quoted);
        break;
    case TIME_EXCEEDED:
        put_time_exceeded(line, icmp->code);
        break;
    case PARAMETER_PROBLEM:
        wb__line_put(line, " parameter problem - octet %u", icmp->rest >> 24);
        break;
    default:
        put_named(line, icmp, find_name(types4, COUNT(types4), icmp->type));
    }
}

/* RFC 4861, 4.3 and 4.4: the target follows the first eight bytes. */
static void put_neighbor(struct wb__line *line, const char *words, const struct message *message)
{
    wb__line_put(line, " neighbor %s ", words);
    if (message->length >= 16)
        wb__line_address(line, message->payload, 16);
    else
        wb__line_put(line, "[|icmpv6]");
}

static void put_icmp6(struct wb__line *line, const struct message *message)
{
    const struct wb_icmp *icmp = &message->icmp;
    struct quoted quoted;
    switch (icmp->type) {
    case ECHO6:
        put_echo(line, icmp, "request");
        break;
    case ECHO_REPLY6:
        put_echo(line, icmp, "reply");
        break;
    case UNREACHABLE6:
        quoted = read_quoted(message);
        put_unreachable6(line, icmp, &quoted);
        break;
    case TOO_BIG6:
        wb__line_put(line, " packet too big, mtu %u", icmp->rest);
        break;
    case TIME_EXCEEDED6:
        put_time_exceeded(line, icmp->code);
        break;
    case PARAMETER_PROBLEM6:
        wb__line_put(line, " parameter problem - octet %u", icmp->rest);
        break;
    case SOLICITATION6:
        put_neighbor(line, "solicitation, who has", message);
        break;
    case ADVERTISEMENT6:
        put_neighbor(line, "advertisement, tgt is", message);
        break;
    default:
        put_named(line, icmp, find_name(types6, COUNT(types6), icmp->type));
    }
}

void wb__line_icmp(struct wb__line *line, const struct wb_packet *packet,
                   const struct wb_decoded *decoded, const struct wb_layer *layer)
{
    struct message message = {packet, decoded, (unsigned)(layer - decoded->layers), {0}, NULL, 0};
    if (wb_icmp_read(packet, layer, &message.icmp) < 0)
        return;
    message.length = wb_layer_payload(packet, layer, &message.payload);
    if (layer->kind == WB_LAYER_ICMP6)
        put_icmp6(line, &message);
    else
        put_icmp4(line, &message);
}
