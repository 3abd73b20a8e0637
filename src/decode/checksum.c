/* SPDX-License-Identifier: ISC
 *
 * The checksums of all layers that have one, at any depth: the pseudo-header of a layer is
 * that of the nearest IP layer around it, so that those of a tunnel and of what is inside are
 * both judged. Only what can be known is said: fragments, quotations, cut packets and what an
 * offload has yet to finish are "unverified" or "not_computed", never "wrong".
 */
#include <arpa/inet.h>

#include "decode/checksum.h"
#include "decode/crc32c.h"
#include "decode/dccp.h"
#include "decode/decoder.h"
#include "decode/sum.h"

#define IP4_MIN_BYTES 20

static enum wb_checksum_state judge(uint64_t sum)
{
    return wb__sum_fold(sum) == 0xffff ? WB_CHECKSUM_RIGHT : WB_CHECKSUM_WRONG;
}

static bool is_captured(const struct wb_packet *packet, uint32_t offset, uint32_t length)
{
    return offset <= packet->captured_length && length <= packet->captured_length - offset;
}

static enum wb_checksum_state check_ip4_header(const struct wb_packet *packet,
                                               const struct wb_layer *layer)
{
    if (!is_captured(packet, layer->offset, layer->header_length))
        return WB_CHECKSUM_UNVERIFIED;
    return judge(wb__sum_words(0, packet->data + layer->offset, layer->header_length / 4));
}

/* RFC 8200, 8.1: the destination of the pseudo-header is the final one, which a
 * routing header holds as long as it has segments left. NULL where it is not known. */
static const uint8_t *find_routed_destination(const struct wb_packet *packet,
                                              const struct wb_layer *routing,
                                              const uint8_t *destination)
{
    const uint8_t *header = packet->data + routing->offset;
    uint32_t length = routing->header_length;
    uint8_t type = header[2], segments_left = header[3];
    if (segments_left == 0)
        return destination;
    if (length < 24)
        return NULL;
    switch (type) {
    case 0: /* RFC 2460, 4.4: addresses in the order of the way */
        return header + 8 + (length - 24) / 16 * 16;
    case 2: /* RFC 6275, 6.4: the home address */
    case 4: /* RFC 8754, 2: segments in reverse order */
        return header + 8;
    default:
        return NULL;
    }
}

/* RFC 791, 3.1: a source route holds the final destination as its last address, as long
 * as its pointer has not passed its end. NULL where the options cannot be read. */
static const uint8_t *find_source_routed(const struct wb_ip4 *ip, const uint8_t *destination)
{
    enum { END = 0, NOP = 1, LOOSE = 131, STRICT = 137 };
    struct wb__cursor options = wb__cursor(ip->options, ip->options_length);
    while (wb__cursor_left(&options) > 0) {
        uint8_t type = wb__cursor_read8(&options);
        if (type == END)
            break;
        if (type == NOP)
            continue;
        uint8_t length = wb__cursor_read8(&options);
        const uint8_t *value = length >= 2 ? wb__cursor_take(&options, length - 2u) : NULL;
        if (!value)
            return NULL;
        if ((type == LOOSE || type == STRICT) && length >= 7 && value[0] <= length - 3)
            return value + length - 2 - 4;
    }
    return destination;
}

/* RFC 6275, 6.3 and 11.3.1: with a Home Address option the source of the
 * pseudo-header is the home address, which the option holds. */
static const uint8_t *find_home_address(const struct wb_packet *packet,
                                        const struct wb_layer *options, const uint8_t *source)
{
    enum { PAD1 = 0, HOME_ADDRESS = 201 };
    struct wb__cursor cursor =
        wb__cursor(packet->data + options->offset + 2, options->header_length - 2);
    while (wb__cursor_left(&cursor) > 0) {
        uint8_t type = wb__cursor_read8(&cursor);
        if (type == PAD1)
            continue;
        uint8_t length = wb__cursor_read8(&cursor);
        const uint8_t *value = wb__cursor_take(&cursor, length);
        if (!value)
            break;
        if (type == HOME_ADDRESS && length == 16)
            return value;
    }
    return source;
}

static bool find_ip6_addresses(const struct wb_packet *packet, const struct wb_decoded *decoded,
                               unsigned network, unsigned transport,
                               struct wb__checksum_addresses *addresses)
{
    const uint8_t *header = packet->data + decoded->layers[network].offset;
    *addresses = (struct wb__checksum_addresses){header + 8, header + 24, 16};
    for (unsigned i = network + 1u; i < transport && addresses->destination; i++) {
        const struct wb_layer *layer = &decoded->layers[i];
        if (layer->kind == WB_LAYER_IP6_ROUTING)
            addresses->destination =
                find_routed_destination(packet, layer, addresses->destination);
        else if (layer->kind == WB_LAYER_IP6_DSTOPTS)
            addresses->source = find_home_address(packet, layer, addresses->source);
    }
    return addresses->destination != NULL;
}

bool wb__checksum_find_addresses(const struct wb_packet *packet, const struct wb_decoded *decoded,
                                 unsigned network, unsigned transport,
                                 struct wb__checksum_addresses *addresses)
{
    const struct wb_layer *layer = &decoded->layers[network];
    if (layer->kind == WB_LAYER_IP6)
        return find_ip6_addresses(packet, decoded, network, transport, addresses);
    const uint8_t *header = packet->data + layer->offset;
    *addresses = (struct wb__checksum_addresses){header + 12, header + 16, 4};
    struct wb_ip4 ip;
    if (layer->header_length > IP4_MIN_BYTES && wb_ip4_read(packet, layer, &ip) == 0)
        addresses->destination = find_source_routed(&ip, addresses->destination);
    return addresses->destination != NULL;
}

/* The upper-layer length is four bytes wide in IPv6 (RFC 8200, 8.1), two in IPv4 (RFC
 * 9293, 3.1) and the protocol one; added up as 32-bit words they come to the same. */
static uint64_t add_pseudo_header(const struct wb__checksum_addresses *addresses, uint8_t protocol,
                                  uint32_t length)
{
    uint64_t sum = (uint64_t)htonl(length) + htonl(protocol);
    sum = wb__sum_words(sum, addresses->source, addresses->length / 4);
    return wb__sum_words(sum, addresses->destination, addresses->length / 4);
}

/* IP lengths of 0 mark a frame that is yet to be cut into segments. */
static bool has_ip_length(const struct wb_packet *packet, const struct wb_layer *network)
{
    const uint8_t *header = packet->data + network->offset;
    return wb__load16(header + (network->kind == WB_LAYER_IP4 ? 2 : 4)) > 0;
}

/* A frame that is shorter than its IP length leaves open where a TCP segment or an ICMP
 * message ends; a UDP datagram says so itself (RFC 768). */
static bool has_known_end(const struct wb_layer *network, unsigned kind)
{
    return network->status != WB_LAYER_MALFORMED || kind == WB_LAYER_UDP;
}

/* A layer whose checksum is asked for, and the IP layer that it lies in. */
struct summed {
    const struct wb_packet *packet;
    const struct wb_decoded *decoded;
    const struct wb_layer *layer;
    const uint8_t *bytes; /* of layer */
    unsigned index, network, kind;
};

/* RFC 4340, 9.2: 0 where the header names more than there is. */
static uint32_t dccp_coverage(const struct summed *summed)
{
    struct wb__dccp dccp;
    if (wb__dccp_read(summed->packet, summed->layer, &dccp) < 0)
        return summed->layer->length;
    return wb__dccp_coverage(&dccp, summed->layer->length);
}

/* How many bytes of the layer its checksum covers, from the first on. */
static uint32_t covered_length(const struct summed *summed)
{
    const struct wb_layer *layer = summed->layer;
    uint16_t udplite;
    switch (summed->kind) {
    case WB_LAYER_DCCP:
        return dccp_coverage(summed);
    case WB_LAYER_UDPLITE: /* RFC 3828, 3.1: 0 covers all */
        udplite = wb__load16(summed->bytes + 4);
        return udplite > 0 ? udplite : layer->length;
    case WB_LAYER_IP6_MOBILITY:
        return layer->header_length;
    default:
        return layer->length;
    }
}

static bool can_verify(const struct summed *summed)
{
    const struct wb_packet *packet = summed->packet;
    const struct wb_layer *layer = summed->layer;
    if (packet->flags & (WB_PACKET_CHECKSUM_NOT_READY | WB_PACKET_SEGMENTED_LATER))
        return false;
    const struct wb_layer *network = &summed->decoded->layers[summed->network];
    return summed->index < summed->decoded->fragment && has_known_end(network, summed->kind) &&
           layer->status != WB_LAYER_MALFORMED && has_ip_length(packet, network) &&
           is_captured(packet, layer->offset, covered_length(summed));
}

static enum wb_checksum_state check_plain(const struct summed *summed)
{
    return judge(wb__sum_add(0, summed->bytes, summed->layer->length));
}

/* A system that leaves the checksum to its network card puts the sum of the pseudo-header in
 * its place, folded but not complemented. 0xffff and 0 are the same number there. */
static bool is_begun(const struct summed *summed, uint64_t pseudo_sum)
{
    unsigned kind = summed->kind;
    uint32_t at = kind == WB_LAYER_TCP ? 16 : kind == WB_LAYER_UDP ? 6 : 2;
    if (kind != WB_LAYER_TCP && kind != WB_LAYER_UDP && kind != WB_LAYER_ICMP6)
        return false; /* nobody leaves these to the interface */
    uint16_t field;
    memcpy(&field, summed->bytes + at, sizeof field);
    return field % 0xffff == wb__sum_fold(pseudo_sum) % 0xffff;
}

/* Over the pseudo-header and the first covered bytes; the length in it is the layer's even so. */
static enum wb_checksum_state check_covered(const struct summed *summed, uint8_t protocol,
                                            uint32_t covered)
{
    struct wb__checksum_addresses addresses;
    if (!wb__checksum_find_addresses(summed->packet, summed->decoded, summed->network, summed->index,
                        &addresses))
        return WB_CHECKSUM_UNVERIFIED;
    uint64_t sum = add_pseudo_header(&addresses, protocol, summed->layer->length);
    enum wb_checksum_state state = judge(wb__sum_add(sum, summed->bytes, covered));
    if (state == WB_CHECKSUM_WRONG && is_begun(summed, sum))
        return WB_CHECKSUM_NOT_COMPUTED;
    return state;
}

static enum wb_checksum_state check_pseudo(const struct summed *summed, uint8_t protocol)
{
    return check_covered(summed, protocol, covered_length(summed));
}

static bool is_in_ip6(const struct summed *summed)
{
    return summed->decoded->layers[summed->network].kind == WB_LAYER_IP6;
}

/* RFC 768: 0 means that there is none; RFC 8200, 8.1 forbids that in IPv6, but RFC 6935
 * allows it around the packets of a tunnel. */
static enum wb_checksum_state check_zero_udp(const struct summed *summed)
{
    unsigned next = summed->index + 1;
    struct wb_tunnel tunnel;
    if (!is_in_ip6(summed))
        return WB_CHECKSUM_ABSENT;
    bool is_tunnel = next < summed->decoded->layer_count &&
                     wb_tunnel_read(summed->packet, &summed->decoded->layers[next], &tunnel) == 0;
    return is_tunnel ? WB_CHECKSUM_ABSENT : WB_CHECKSUM_WRONG;
}

static enum wb_checksum_state check_icmp6(const struct summed *summed)
{
    if (!is_in_ip6(summed))
        return WB_CHECKSUM_UNVERIFIED;
    return check_pseudo(summed, WB__PROTOCOL_ICMP6);
}

static enum wb_checksum_state check_dccp(const struct summed *summed)
{
    return covered_length(summed) > 0 ? check_pseudo(summed, WB__PROTOCOL_DCCP)
                                      : WB_CHECKSUM_WRONG;
}

/* RFC 9260, 6.8: over the packet with zeros in the checksum's place, and in the order of
 * bytes in which the CRC comes out. */
static enum wb_checksum_state check_sctp(const struct summed *summed)
{
    enum { CHECKSUM_AT = 8, AFTER = 12 };
    static const uint8_t zeros[4];
    uint32_t crc = wb__crc32c(WB__CRC32C_START, summed->bytes, CHECKSUM_AT);
    crc = wb__crc32c(crc, zeros, sizeof zeros);
    crc = ~wb__crc32c(crc, summed->bytes + AFTER, summed->layer->length - AFTER);
    bool is_right = crc == wb__load32_little(summed->bytes + CHECKSUM_AT);
    return is_right ? WB_CHECKSUM_RIGHT : WB_CHECKSUM_WRONG;
}

/* RFC 5798, 5.2.8: version 3 has a pseudo-header; RFC 9568 leaves that of IPv4 out, tcpdump and
 * tshark do not. */
static enum wb_checksum_state check_vrrp(const struct summed *summed)
{
    bool is_version_3 = summed->bytes[0] >> 4 == 3;
    return is_version_3 ? check_pseudo(summed, WB__PROTOCOL_VRRP) : check_plain(summed);
}

/* RFC 7761, 4.9: of a Register the packet inside is left out; some do not. */
static enum wb_checksum_state check_pim(const struct summed *summed)
{
    enum { REGISTER = 1, REGISTER_BYTES = 8 };
    bool is_register = (summed->bytes[0] & 15) == REGISTER;
    enum wb_checksum_state state = is_in_ip6(summed) ? check_pseudo(summed, WB__PROTOCOL_PIM)
                                                     : check_plain(summed);
    if (state != WB_CHECKSUM_WRONG || !is_register || summed->layer->length < REGISTER_BYTES)
        return state;
    return is_in_ip6(summed) ? check_covered(summed, WB__PROTOCOL_PIM, REGISTER_BYTES)
                             : judge(wb__sum_add(0, summed->bytes, REGISTER_BYTES));
}

/* RFC 2328, D.4: the authentication is left out, and where that is cryptographic there is
 * no checksum; RFC 5340, A.3.1: as of any protocol over IPv6. */
static enum wb_checksum_state check_ospf(const struct summed *summed)
{
    enum { CRYPTOGRAPHIC = 2, BEFORE = 16, AFTER = 24 };
    if (summed->bytes[0] == 3)
        return check_pseudo(summed, WB__PROTOCOL_OSPF);
    if (wb__load16(summed->bytes + 14) == CRYPTOGRAPHIC)
        return WB_CHECKSUM_ABSENT;
    uint64_t sum = wb__sum_add(0, summed->bytes, BEFORE);
    return judge(wb__sum_add(sum, summed->bytes + AFTER, summed->layer->length - AFTER));
}

static enum wb_checksum_state check_layer(const struct summed *summed)
{
    switch (summed->kind) {
    case WB_LAYER_SCTP:
        return check_sctp(summed);
    case WB_LAYER_UDPLITE:
        return check_pseudo(summed, WB__PROTOCOL_UDPLITE);
    case WB_LAYER_DCCP:
        return check_dccp(summed);
    case WB_LAYER_VRRP:
        return check_vrrp(summed);
    case WB_LAYER_PIM:
        return check_pim(summed);
    case WB_LAYER_OSPF:
        return check_ospf(summed);
    case WB_LAYER_IP6_MOBILITY:
        return check_pseudo(summed, WB__PROTOCOL_MOBILITY);
    case WB_LAYER_TCP:
        return check_pseudo(summed, WB__PROTOCOL_TCP);
    case WB_LAYER_UDP:
        return check_pseudo(summed, WB__PROTOCOL_UDP);
    case WB_LAYER_ICMP6:
        return check_icmp6(summed);
    default:
        return check_plain(summed);
    }
}

static bool has_no_checksum(const struct summed *summed)
{
    return summed->kind == WB_LAYER_GRE && !(summed->bytes[0] & 0x80);
}

/* RFC 3828, 3.1: it may not be left out. */
static bool lacks_checksum(const struct summed *summed)
{
    return summed->kind == WB_LAYER_UDPLITE && wb__load16(summed->bytes + 6) == 0;
}

/* What the source says of a checksum, it says of the outermost. */
static bool is_known_valid(const struct summed *summed)
{
    return summed->packet->flags & WB_PACKET_CHECKSUM_VALID &&
           wb__find_network(summed->decoded, summed->network) == WB_LAYER_NONE;
}

static enum wb_checksum_state check_in_ip(const struct summed *summed)
{
    if (summed->network == WB_LAYER_NONE)
        return WB_CHECKSUM_UNVERIFIED;
    struct wb_udp udp;
    bool is_udp = summed->kind == WB_LAYER_UDP &&
                  wb_udp_read(summed->packet, summed->layer, &udp) == 0;
    if (is_udp && udp.checksum == 0)
        return check_zero_udp(summed);
    if (has_no_checksum(summed))
        return WB_CHECKSUM_ABSENT;
    if (lacks_checksum(summed))
        return WB_CHECKSUM_WRONG;
    if (is_known_valid(summed))
        return WB_CHECKSUM_RIGHT;
    return can_verify(summed) ? check_layer(summed) : WB_CHECKSUM_UNVERIFIED;
}

static bool has_checksum(unsigned kind)
{
    switch (kind) {
    case WB_LAYER_TCP:
    case WB_LAYER_UDP:
    case WB_LAYER_ICMP:
    case WB_LAYER_ICMP6:
    case WB_LAYER_GRE:
    case WB_LAYER_SCTP:
    case WB_LAYER_UDPLITE:
    case WB_LAYER_DCCP:
    case WB_LAYER_IGMP:
    case WB_LAYER_VRRP:
    case WB_LAYER_CARP:
    case WB_LAYER_PIM:
    case WB_LAYER_OSPF:
    case WB_LAYER_IP6_MOBILITY:
        return true;
    default:
        return false;
    }
}

/* A quotation is cut short, and routers change what they quote. Asked of each segment, so the
 * small functions above are to be a part of it, and once more with what only TCP needs. */
__attribute__((flatten)) enum wb_checksum_state
wb_checksum_state(const struct wb_packet *packet, const struct wb_decoded *decoded, unsigned index)
{
    if (index >= decoded->layer_count || index >= decoded->quoted)
        return WB_CHECKSUM_UNVERIFIED;
    const struct wb_layer *layer = &decoded->layers[index];
    struct summed summed = {packet, decoded, layer, packet->data + layer->offset, index,
                            wb__find_network(decoded, index), WB_LAYER_TCP};
    if (layer->header_length == 0)
        return WB_CHECKSUM_UNVERIFIED;
    if (layer->kind == WB_LAYER_TCP)
        return check_in_ip(&summed);
    if (layer->kind == WB_LAYER_IP4)
        return check_ip4_header(packet, layer);
    summed.kind = layer->kind;
    return has_checksum(layer->kind) ? check_in_ip(&summed) : WB_CHECKSUM_UNVERIFIED;
}

const char *wb_checksum_state_name(unsigned state)
{
    static const char *const names[] = {
        [WB_CHECKSUM_WRONG] = "wrong",
        [WB_CHECKSUM_RIGHT] = "right",
        [WB_CHECKSUM_UNVERIFIED] = "unverified",
        [WB_CHECKSUM_ABSENT] = "absent",
        [WB_CHECKSUM_NOT_COMPUTED] = "not_computed",
    };
    return state < sizeof names / sizeof *names ? names[state] : "unknown";
}
