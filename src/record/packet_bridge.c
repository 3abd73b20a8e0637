/* SPDX-License-Identifier: ISC
 *
 * What bridges and their neighbours say, as text; see packet_link.h.
 */
#include "decode/bridge.h"
#include "record/packet_link.h"

static struct wb__cursor payload_of(const struct wb__packet_text *text,
                                    const struct wb_layer *layer)
{
    const uint8_t *payload;
    uint32_t length = wb_layer_payload(text->packet, layer, &payload);
    return wb__cursor(payload, length);
}

static const char *stp_name(const struct wb__stp *stp)
{
    switch (stp->version) {
    case WB__STP_ORIGINAL:
        return "802.1d";
    case WB__STP_RAPID:
        return "802.1w";
    case WB__STP_MULTIPLE:
        return "802.1s";
    case WB__STP_SHORTEST_PATH:
        return "802.1aq";
    default:
        return NULL;
    }
}

static void put_flags(struct wb__line *line, uint8_t flags)
{
    static const struct {
        uint8_t bit;
        const char *name;
    } names[] = {
        {0x01, "Topology change"}, {0x02, "Proposal"},  {0x10, "Learn"},
        {0x20, "Forward"},         {0x40, "Agreement"}, {0x80, "Topology change ACK"},
    };
    const char *separator = "";
    wb__line_put(line, "Flags [");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!(flags & names[i].bit))
            continue;
        wb__line_put(line, "%s%s", separator, names[i].name);
        separator = ", ";
    }
    wb__line_put(line, "%s]", *separator ? "" : "none");
}

static void put_bridge(struct wb__line *line, const char *name, const struct wb__bridge_id *id)
{
    wb__line_put(line, ", %s %04x.", name, id->priority);
    wb__line_hardware(line, id->address, 6);
}

static void put_config(struct wb__line *line, const struct wb__stp *stp)
{
    bool is_multiple = stp->has_multiple;
    wb__line_put(line, stp->type == WB__BPDU_CONFIG ? "Config, " : "Rapid STP, ");
    wb__line_put(line, is_multiple ? "CIST " : "");
    put_flags(line, stp->flags);
    if (!is_multiple) {
        put_bridge(line, "bridge-id", &stp->bridge);
        wb__line_put(line, ".%04x", stp->port_id);
    }
}

void wb__put_stp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__stp stp;
    wb__line_put(line, "STP ");
    if (wb__stp_read(text->packet, layer, &stp) < 0)
        return;
    const char *name = stp_name(&stp);
    if (name)
        wb__line_put(line, "%s, ", name);
    else
        wb__line_put(line, "version %u, ", stp.version);
    if (stp.type == WB__BPDU_TOPOLOGY_CHANGE) {
        wb__line_put(line, "Topology Change");
        return;
    }
    if (stp.has_config)
        put_config(line, &stp);
    else
        wb__line_put(line, "BPDU type 0x%02x", stp.type);
    wb__line_put(line, ", length %u", layer->length);
}

void wb__put_cdp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__cursor tlvs = payload_of(text, layer);
    struct wb__cdp cdp;
    struct wb__tlv tlv;
    wb__line_put(line, "CDP");
    if (wb__cdp_read(text->packet, layer, &cdp) < 0)
        return;
    wb__line_put(line, "v%u, ttl: %us", cdp.version, cdp.ttl_s);
    while (wb__cdp_tlv_next(&tlvs, &tlv)) {
        if (tlv.type != WB__CDP_DEVICE_ID)
            continue;
        wb__line_put(line, ", Device-ID '");
        wb__line_text(line, tlv.value, tlv.length);
        wb__line_put(line, "'");
    }
    if (tlvs.failed)
        wb__line_put(line, " [|cdp]");
    wb__line_put(line, ", length %u", layer->length);
}

/* Some fill up their names. */
static uint32_t without_nuls(const struct wb__tlv *tlv)
{
    uint32_t length = tlv->length;
    while (length > 0 && tlv->value[length - 1] == 0)
        length--;
    return length;
}

void wb__put_lldp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__cursor tlvs = wb__layer_bytes(text->packet, layer);
    struct wb__tlv tlv;
    wb__line_put(line, "LLDP, length %u", layer->length);
    while (wb__lldp_tlv_next(&tlvs, &tlv)) {
        if (tlv.type != WB__LLDP_SYSTEM_NAME)
            continue;
        wb__line_put(line, ": ");
        wb__line_text(line, tlv.value, without_nuls(&tlv));
    }
    if (tlvs.failed)
        wb__line_put(line, " [|lldp]");
}

void wb__put_eapol(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__eapol eapol;
    if (wb__eapol_read(text->packet, layer, &eapol) < 0)
        return;
    const char *name = wb__eapol_type_name(eapol.type);
    wb__line_put(line, "%s (%u) v%u, len %u", name ? name : "EAPOL unknown", eapol.type,
                 eapol.version, eapol.length);
    if (eapol.type == WB__EAPOL_EAP && layer->length > layer->header_length)
        wb__line_put(line, ", ");
}

void wb__put_eap(struct wb__packet_text *text, const struct wb_layer *layer)
{
    enum { IDENTITY = 1 };
    struct wb__line *line = &text->line;
    struct wb__eap eap;
    if (wb__eap_read(text->packet, layer, &eap) < 0)
        return;
    const char *code = wb__eap_code_name(eap.code), *type = wb__eap_type_name(eap.type);
    if (layer > text->decoded->layers && layer[-1].kind != WB_LAYER_EAPOL)
        wb__line_put(line, "EAP, ");
    wb__line_put(line, "%s (%u), id %u, len %u", code ? code : "Unknown", eap.code,
                 eap.identifier, eap.length);
    if (!eap.has_type)
        return;
    wb__line_put(line, ", Type %s (%u)", type ? type : "unknown", eap.type);
    struct wb__cursor data = payload_of(text, layer);
    if (eap.type == IDENTITY && wb__cursor_left(&data) > 0) {
        wb__line_put(line, ", Identity: ");
        wb__line_text(line, data.at, wb__cursor_left(&data));
    }
}
