/* SPDX-License-Identifier: ISC
 *
 * What the layers of tunnels say in a packet's line, in tcpdump's manner where tcpdump
 * knows them.
 */
#include "decode/tunnel.h"
#include "record/packet_text.h"

static bool is_kind_before(const struct wb__packet_text *text, const struct wb_layer *layer,
                           enum wb_layer_kind kind)
{
    return layer > text->decoded->layers && layer[-1].kind == kind;
}

static uint32_t payload_length(const struct wb_layer *layer)
{
    return layer->length - layer->header_length;
}

void wb__put_mpls(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__mpls entry;
    if (!is_kind_before(text, layer, WB_LAYER_MPLS))
        wb__line_put(line, "MPLS ");
    if (wb__mpls_read(text->packet, layer, &entry) < 0)
        return;
    wb__line_put(line, "(label %u, tc %u, %sttl %u) ", entry.label, entry.traffic_class,
                 entry.is_bottom ? "[S], " : "", entry.ttl);
}

void wb__put_pseudowire(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__pseudowire word;
    if (wb__pseudowire_read(text->packet, layer, &word) < 0)
        return;
    if (word.is_channel)
        wb__line_put(&text->line, "PW channel 0x%04x, ", word.channel_type);
    else
        wb__line_put(&text->line, "PW control word, seq %u: ", word.sequence);
}

/* --- GRE --------------------------------------------------------------------- */

enum { ROUTE_IP4 = 0x0800, ROUTE_AS = 0xfffe };

/* The address or AS number that comes next is marked by a star. */
static void put_hops(struct wb__line *line, const struct wb__gre_route *route, uint32_t size)
{
    for (uint32_t i = 0; i + size <= route->length; i += size) {
        wb__line_put(line, i == route->offset ? " *" : " ");
        if (size == 4)
            wb__line_address(line, route->data + i, 4);
        else
            wb__line_put(line, "%u", wb__load16(route->data + i));
    }
}

static void put_routes(struct wb__line *line, const struct wb__gre *gre)
{
    struct wb__cursor routing = wb__cursor(gre->routing, gre->routing_length);
    struct wb__gre_route route;
    while (wb__gre_route_next(&routing, &route)) {
        wb__line_put(line, ", (rtaf=");
        if (route.address_family == ROUTE_IP4) {
            wb__line_put(line, "ip");
            put_hops(line, &route, 4);
        } else if (route.address_family == ROUTE_AS) {
            wb__line_put(line, "asn");
            put_hops(line, &route, 2);
        } else {
            wb__line_put(line, "0x%x", route.address_family);
        }
        wb__line_put(line, ")");
    }
}

static void put_gre_fields(struct wb__line *line, const struct wb__gre *gre)
{
    bool is_pptp = gre->version == 1;
    if (!is_pptp && gre->flags & (WB__GRE_CHECKSUM | WB__GRE_ROUTING))
        wb__line_put(line, ", off 0x%x", gre->offset);
    if (gre->flags & WB__GRE_KEY) {
        if (is_pptp)
            wb__line_put(line, ", call %u", gre->key & 0xffff);
        else
            wb__line_put(line, ", key=0x%x", gre->key);
    }
    if (gre->flags & WB__GRE_SEQUENCE)
        wb__line_put(line, ", seq %u", gre->sequence);
    if (is_pptp && gre->flags & WB__GRE_ACKNOWLEDGMENT)
        wb__line_put(line, ", ack %u", gre->acknowledgment);
    if (gre->flags & WB__GRE_ROUTING)
        put_routes(line, gre);
}

/* The length is that of the whole GRE packet, as tcpdump has it. */
void wb__put_gre(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__gre gre;
    if (wb__gre_read(text->packet, layer, &gre) < 0) {
        wb__line_put(line, "GRE");
        return;
    }
    wb__line_put(line, "GREv%u", gre.version);
    if (gre.version > 1) {
        wb__line_put(line, " ERROR: unknown-version");
        return;
    }
    put_gre_fields(line, &gre);
    if (gre.version == 1 && payload_length(layer) == 0)
        wb__line_put(line, ", no-payload");
    wb__line_put(line, ", length %u", layer->length);
    if (gre.version == 0 && gre.protocol == WB__GRE_KEEPALIVE)
        wb__line_put(line, ": keepalive");
    else if (gre.version == 0 || payload_length(layer) > 0)
        wb__line_put(line, ": ");
}

void wb__put_erspan(struct wb__packet_text *text, const struct wb_layer *layer)
{
    enum { TYPE2 = 1, ISL = 1, TAG_IN_HEADER = 2 };
    struct wb__line *line = &text->line;
    struct wb__erspan erspan;
    if (wb__erspan_read(text->packet, layer, &erspan) < 0)
        return;
    wb__line_put(line, "erspan type%u session %u", erspan.version + 1u, erspan.session_id);
    if (erspan.version != TYPE2)
        wb__line_put(line, " vlan %u cos %u timestamp %u%s: ", erspan.vlan, erspan.cos,
                     erspan.timestamp, erspan.is_egress ? " egress" : "");
    else if (erspan.encapsulation == ISL)
        wb__line_put(line, " isl %u", erspan.vlan);
    else if (erspan.encapsulation >= TAG_IN_HEADER)
        wb__line_put(line, " vlan %u", erspan.vlan);
    if (erspan.version == TYPE2)
        wb__line_put(line, " cos %u%s index %u: ", erspan.cos,
                     erspan.truncated ? " truncated" : "", erspan.index);
}

/* --- Ethernet in something ---------------------------------------------------- */

void wb__put_etherip(struct wb__packet_text *text, const struct wb_layer *layer)
{
    wb__line_put(&text->line, "EtherIP");
    if (layer->header_length > 0)
        wb__line_put(&text->line, ", length %u: ", layer->length);
}

void wb__put_pbb(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__pbb pbb;
    if (wb__pbb_read(text->packet, layer, &pbb) == 0)
        wb__line_put(&text->line, "I-SID %u, p %u, %s", pbb.isid, pbb.priority,
                     pbb.drop_eligible ? "DEI, " : "");
}

void wb__put_vxlan(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__vxlan vxlan;
    wb__line_put(line, "VXLAN");
    if (wb__vxlan_read(text->packet, layer, &vxlan) < 0)
        return;
    wb__line_put(line, ", flags [%s] (0x%02x), vni %u", vxlan.flags & WB__VXLAN_VNI ? "I" : ".",
                 vxlan.flags >> 8u, vxlan.vni);
    if (vxlan.flags & WB__VXLAN_GROUP_POLICY)
        wb__line_put(line, ", policy %u", vxlan.group_policy_id);
    wb__line_put(line, ": ");
}

void wb__put_vxlan_gpe(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__vxlan vxlan;
    wb__line_put(&text->line, "VXLAN-GPE");
    if (wb__vxlan_read(text->packet, layer, &vxlan) == 0)
        wb__line_put(&text->line, ", flags [%s%s%s%s], vni %u: ",
                     vxlan.flags & WB__VXLAN_VNI ? "I" : "",
                     vxlan.flags & WB__VXLAN_NEXT_PROTOCOL ? "P" : "",
                     vxlan.flags & WB__VXLAN_BUM ? "B" : "",
                     vxlan.flags & WB__VXLAN_OAM ? "O" : "", vxlan.vni);
}

void wb__put_nsh(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__nsh nsh;
    wb__line_put(&text->line, "NSH");
    if (wb__nsh_read(text->packet, layer, &nsh) == 0)
        wb__line_put(&text->line, ", flags [%s], service-path-id 0x%06x, service-index 0x%x: ",
                     nsh.is_oam ? "O" : "none", nsh.service_path_id, nsh.service_index);
}

void wb__put_geneve(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__geneve geneve;
    wb__line_put(line, "Geneve");
    if (wb__geneve_read(text->packet, layer, &geneve) < 0)
        return;
    bool has_flags = geneve.is_control || geneve.has_critical;
    wb__line_put(line, ", Flags [%s%s%s], vni 0x%x", geneve.is_control ? "O" : "",
                 geneve.has_critical ? "C" : "", has_flags ? "" : "none", geneve.vni);
    if (geneve.options_length > 0)
        wb__line_put(line, ", options [%u bytes]", geneve.options_length);
    wb__line_put(line, ": ");
}

/* --- over UDP ----------------------------------------------------------------- */

void wb__put_gtp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__gtp gtp;
    wb__line_put(line, "GTP");
    if (wb__gtp_read(text->packet, layer, &gtp) < 0)
        return;
    const char *name = wb__gtp_message_name(&gtp);
    wb__line_put(line, "v%u", gtp.version);
    if (name)
        wb__line_put(line, ", %s", name);
    else
        wb__line_put(line, ", type %u", gtp.message_type);
    if (gtp.has_teid)
        wb__line_put(line, ", teid 0x%08x", gtp.teid);
    if (gtp.has_sequence)
        wb__line_put(line, ", seq %u", gtp.sequence);
    wb__line_put(line, ", length %u", gtp.length);
    if (gtp.version == 1 && gtp.message_type == WB__GTP_G_PDU)
        wb__line_put(line, ": ");
}

/* The type of a control message is its first attribute (RFC 2661, 4.1). */
static void put_l2tp_message(struct wb__packet_text *text, const struct wb_layer *layer)
{
    const uint8_t *payload;
    uint32_t length = wb_layer_payload(text->packet, layer, &payload);
    struct wb__cursor avps = wb__cursor(payload, length);
    struct wb__l2tp_avp avp;
    if (length == 0)
        wb__line_put(&text->line, " ZLB");
    else if (wb__l2tp_avp_next(&avps, &avp) && wb__l2tp_message_name(&avp))
        wb__line_put(&text->line, " %sMSGTYPE(%s)", avp.is_mandatory ? "*" : "",
                     wb__l2tp_message_name(&avp));
}

void wb__put_l2tp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__l2tp l2tp;
    wb__line_put(line, "l2tp:");
    if (wb__l2tp_read(text->packet, layer, &l2tp) < 0)
        return;
    wb__line_put(line, "[%s%s%s%s%s]", l2tp.is_control ? "T" : "", l2tp.has_length ? "L" : "",
                 l2tp.has_sequence ? "S" : "", l2tp.has_offset ? "O" : "",
                 l2tp.flags & WB__L2TP_PRIORITY ? "P" : "");
    if (l2tp.version == 2)
        wb__line_put(line, "(%u/%u)", l2tp.tunnel_id, l2tp.session_id);
    else
        wb__line_put(line, "(%u)", l2tp.is_control ? l2tp.connection_id : l2tp.session_id);
    if (l2tp.has_sequence)
        wb__line_put(line, "Ns=%u,Nr=%u", l2tp.ns, l2tp.nr);
    if (l2tp.is_control)
        put_l2tp_message(text, layer);
    else
        wb__line_put(line, " ");
}

void wb__put_teredo(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__teredo teredo;
    wb__line_put(&text->line, "Teredo");
    if (layer->status == WB_LAYER_TRUNCATED ||
        wb__teredo_read(text->packet, layer, &teredo) < 0)
        return;
    if (teredo.has_authentication)
        wb__line_put(&text->line, ", authentication");
    if (teredo.has_origin) {
        wb__line_put(&text->line, ", origin ");
        wb__line_address(&text->line, teredo.origin_address, 4);
        wb__line_put(&text->line, ".%u", teredo.origin_port);
    }
    wb__line_put(&text->line, ": ");
}

void wb__put_udpencap(struct wb__packet_text *text, const struct wb_layer *layer)
{
    if (layer->header_length == 0)
        return;
    if (layer->length == layer->header_length && layer->header_length == 1)
        wb__line_put(&text->line, "isakmp-nat-keep-alive");
    else
        wb__line_put(&text->line, "NONESP-encap, length %u", payload_length(layer));
}
