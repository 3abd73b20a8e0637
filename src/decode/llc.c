/* SPDX-License-Identifier: ISC
 *
 * LLC (IEEE 802.2) and SNAP: what follows a length field in place of an EtherType. A SNAP
 * header is taken for a part of the LLC header, as is the padding that RFC 2684, 5.2 puts
 * before a bridged frame. With OUI 0 the PID is an EtherType (RFC 1042).
 */
#include "decode/fields.h"
#include "decode/link.h"

#define LLC_BYTES 3  /* with a control field of one byte */
#define SNAP_BYTES 8 /* LLC, OUI, PID */

enum oui {
    OUI_ETHERTYPE = 0x000000,
    OUI_CISCO = 0x00000c,
    OUI_BRIDGE_TUNNEL = 0x0000f8, /* IEEE 802.1H */
    OUI_APPLE = 0x080007,
    OUI_BRIDGED = 0x0080c2, /* RFC 2427, RFC 2684 */
};

enum cisco_pid {
    PID_UDLD = 0x0111,
    PID_PVST = 0x010b,
    PID_CDP = 0x2000,
    PID_VTP = 0x2003,
    PID_DTP = 0x2004,
};

enum bridged_pid {
    PID_ETHERNET_FCS = 0x0001,
    PID_ETHERNET = 0x0007,
    PID_BPDU = 0x000e,
};

#define FCS_BYTES 4

static bool is_unnumbered(const uint8_t *header)
{
    return (header[2] & 3) == 3;
}

static bool has_snap(const uint8_t *header)
{
    return (header[0] & 0xfe) == WB__SAP_SNAP && (header[1] & 0xfe) == WB__SAP_SNAP &&
           header[2] == 3;
}

static uint32_t load24(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 16 | (uint32_t)wb__load16(bytes + 1);
}

unsigned wb__by_length(const struct wb__walk *walk, const struct wb_layer *layer)
{
    uint32_t start = layer->offset + layer->header_length;
    if (layer->length <= layer->header_length)
        return WB__LAYER_END;
    bool are_there = walk->captured >= start + 2 && layer->length >= layer->header_length + 2;
    if (are_there && wb__load16(walk->data + start) == 0xffff)
        return WB_LAYER_IPX;
    return WB_LAYER_LLC;
}

static unsigned unknown(struct wb_layer *layer)
{
    wb__complain(layer, WB_LAYER_UNKNOWN);
    return wb__rest(layer);
}

static unsigned by_cisco_pid(struct wb_layer *layer, uint16_t pid)
{
    switch (pid) {
    case PID_CDP:
        return WB_LAYER_CDP;
    case PID_PVST:
        return WB_LAYER_STP;
    default:
        return unknown(layer);
    }
}

/* RFC 2684, 5.2: over ATM a bridged frame begins on a multiple of 4. */
static bool skip_padding(const struct wb__walk *walk, struct wb_layer *layer)
{
    if (walk->link_type != WB__LINK_ATM_RFC1483)
        return true;
    if (!wb__header(walk, layer, layer->header_length + 2)) {
        layer->header_length = 0;
        return false;
    }
    layer->header_length += 2;
    return true;
}

static unsigned by_bridged_pid(const struct wb__walk *walk, struct wb_layer *layer, uint16_t pid)
{
    switch (pid) {
    case PID_ETHERNET_FCS:
        if (!skip_padding(walk, layer))
            return WB__LAYER_END;
        if (layer->length >= layer->header_length + FCS_BYTES)
            layer->length -= FCS_BYTES;
        return WB_LAYER_ETHERNET;
    case PID_ETHERNET:
        return skip_padding(walk, layer) ? WB_LAYER_ETHERNET : WB__LAYER_END;
    case PID_BPDU:
        return WB_LAYER_STP;
    default:
        return unknown(layer);
    }
}

unsigned wb__by_snap(const struct wb__walk *walk, struct wb_layer *layer, uint32_t oui,
                     uint16_t pid)
{
    layer->next = pid;
    switch (oui) {
    case OUI_ETHERTYPE:
    case OUI_BRIDGE_TUNNEL:
        return wb__by_ethertype(layer, pid);
    case OUI_CISCO:
        return by_cisco_pid(layer, pid);
    case OUI_BRIDGED:
        return by_bridged_pid(walk, layer, pid);
    default:
        return unknown(layer);
    }
}

static unsigned by_sap(struct wb_layer *layer, const uint8_t *header)
{
    layer->next = header[0];
    if (!is_unnumbered(header))
        return unknown(layer);
    switch (header[0]) {
    case WB__SAP_STP:
        return WB_LAYER_STP;
    case WB__SAP_IP:
        return WB_LAYER_IP4;
    case WB__SAP_IPX:
        return WB_LAYER_IPX;
    default:
        return unknown(layer);
    }
}

unsigned wb__decode_llc(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, LLC_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint32_t length = has_snap(header) ? SNAP_BYTES : LLC_BYTES + !is_unnumbered(header);
    if (!wb__header(walk, layer, length))
        return WB__LAYER_END;
    layer->header_length = length;
    if (length == SNAP_BYTES)
        return wb__by_snap(walk, layer, load24(header + 3), wb__load16(header + 6));
    return by_sap(layer, header);
}

int wb__llc_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb__llc *llc)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_LLC, LLC_BYTES, &header);
    if (error < 0)
        return error;
    *llc = (struct wb__llc){.dsap = header[0], .ssap = header[1], .control = header[2]};
    llc->format = is_unnumbered(header) ? WB__LLC_UNNUMBERED
                  : header[2] & 1       ? WB__LLC_SUPERVISORY
                                        : WB__LLC_INFORMATION;
    if (llc->format != WB__LLC_UNNUMBERED)
        llc->control = wb__load16(header + 2);
    llc->is_snap = layer->header_length >= SNAP_BYTES;
    if (llc->is_snap) {
        llc->oui = load24(header + 3);
        llc->pid = wb__load16(header + 6);
    }
    return 0;
}

const char *wb__sap_name(uint8_t sap)
{
    static const struct wb__number_name names[] = {
        {0x00, "Null"},        {0x02, "802.1B I"}, {0x03, "802.1B G"}, {0x06, "IP"},
        {0x0e, "ProWay NM"},   {0x42, "STP"},      {0x4e, "RS511"},    {0x7e, "ISO8208"},
        {0x8e, "ProWay"},      {0xaa, "SNAP"},     {0xe0, "IPX"},      {0xf0, "NetBeui"},
        {0xfe, "OSI"},         {0xff, "Global"},
    };
    return WB__NUMBER_NAME(names, sap);
}

/* The bits of an unnumbered control field without Poll/Final. */
const char *wb__llc_unnumbered_name(uint16_t control)
{
    static const struct wb__number_name names[] = {
        {0x03, "ui"}, {0x63, "ua"},    {0x43, "disc"}, {0x0f, "dm"},
        {0x6f, "sabme"}, {0xe3, "test"}, {0xaf, "xid"},  {0x87, "frmr"},
    };
    return WB__NUMBER_NAME(names, control & 0xefu);
}

const char *wb__oui_name(uint32_t oui)
{
    static const struct wb__number_name names[] = {
        {OUI_ETHERTYPE, "Ethernet"}, {OUI_CISCO, "Cisco"},
        {OUI_BRIDGE_TUNNEL, "Cisco bridged"}, {OUI_APPLE, "AppleTalk"},
        {OUI_BRIDGED, "Ethernet bridged"},
    };
    return WB__NUMBER_NAME(names, oui);
}

const char *wb__pid_name(uint32_t oui, uint16_t pid)
{
    static const struct wb__number_name cisco[] = {
        {PID_CDP, "CDP"}, {PID_UDLD, "UDLD"}, {PID_PVST, "PVST"},
        {PID_VTP, "VTP"}, {PID_DTP, "DTP"},
    };
    static const struct wb__number_name bridged[] = {
        {PID_ETHERNET_FCS, "Ethernet + FCS"}, {PID_ETHERNET, "Ethernet w/o FCS"},
        {PID_BPDU, "BPDU"},
    };
    if (oui == OUI_CISCO)
        return WB__NUMBER_NAME(cisco, pid);
    return oui == OUI_BRIDGED ? WB__NUMBER_NAME(bridged, pid) : NULL;
}

static void tell_snap(const struct wb__fields *fields, const struct wb__llc *llc)
{
    const char *name = wb__pid_name(llc->oui, llc->pid);
    wb__tell_number(fields, "oui", llc->oui);
    wb__tell_number(fields, "pid", llc->pid);
    if (name)
        wb__tell_word(fields, "pid_name", name);
}

void wb__tell_llc(const struct wb__fields *fields)
{
    static const char *const formats[] = {"information", "supervisory", "unnumbered"};
    struct wb__llc llc;
    if (wb__llc_read(fields->packet, fields->layer, &llc) < 0)
        return;
    wb__tell_number(fields, "dsap", llc.dsap);
    wb__tell_number(fields, "ssap", llc.ssap);
    wb__tell_number(fields, "control", llc.control);
    wb__tell_word(fields, "format", formats[llc.format]);
    if (llc.is_snap)
        tell_snap(fields, &llc);
}
