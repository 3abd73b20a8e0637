/* SPDX-License-Identifier: ISC
 *
 * 802.11 and what capturing systems put before it, taken apart: for the decoders, the
 * functions that tell fields, and those that put them into words. See link.h. All of it is
 * little-endian, as 802.11 is.
 */
#ifndef WB_DECODE_RADIO_H
#define WB_DECODE_RADIO_H

#include "decode/link.h"

/* Fields of a radiotap header (radiotap.org), by their bit in the presence bitmaps. */
enum wb__radiotap_field {
    WB__RADIOTAP_TSFT = 0,
    WB__RADIOTAP_FLAGS = 1,
    WB__RADIOTAP_RATE = 2,
    WB__RADIOTAP_CHANNEL = 3,
    WB__RADIOTAP_FHSS = 4,
    WB__RADIOTAP_SIGNAL_DBM = 5,
    WB__RADIOTAP_NOISE_DBM = 6,
    WB__RADIOTAP_LOCK_QUALITY = 7,
    WB__RADIOTAP_ATTENUATION = 8,
    WB__RADIOTAP_ATTENUATION_DB = 9,
    WB__RADIOTAP_POWER_DBM = 10,
    WB__RADIOTAP_ANTENNA = 11,
    WB__RADIOTAP_SIGNAL_DB = 12,
    WB__RADIOTAP_NOISE_DB = 13,
    WB__RADIOTAP_RX_FLAGS = 14,
    WB__RADIOTAP_TX_FLAGS = 15,
    WB__RADIOTAP_RTS_RETRIES = 16,
    WB__RADIOTAP_DATA_RETRIES = 17,
    WB__RADIOTAP_XCHANNEL = 18,
    WB__RADIOTAP_MCS = 19,
    WB__RADIOTAP_AMPDU = 20,
    WB__RADIOTAP_VHT = 21,
    WB__RADIOTAP_TIMESTAMP = 22,
    WB__RADIOTAP_HE = 23,
    WB__RADIOTAP_HE_MU = 24,
    WB__RADIOTAP_HE_MU_OTHER = 25,
    WB__RADIOTAP_ZERO_LENGTH_PSDU = 26,
    WB__RADIOTAP_L_SIG = 27,
    WB__RADIOTAP_TLV = 28,
    WB__RADIOTAP_NAMESPACE = 29,
    WB__RADIOTAP_VENDOR = 30,
    WB__RADIOTAP_EXTENSION = 31,
};
enum wb__radiotap_flag {
    WB__RADIOTAP_CFP = 0x01,
    WB__RADIOTAP_SHORT_PREAMBLE = 0x02,
    WB__RADIOTAP_WEP = 0x04,
    WB__RADIOTAP_FRAGMENTED = 0x08,
    WB__RADIOTAP_FCS = 0x10,     /* the frame ends with its FCS */
    WB__RADIOTAP_PADDED = 0x20,  /* behind the 802.11 header, to a multiple of 4 */
    WB__RADIOTAP_BAD_FCS = 0x40,
};

/* Walks through the fields of a header, in the order of their bits. */
struct wb__radiotap {
    const uint8_t *header;
    uint32_t length;        /* of the header */
    uint32_t bitmap, bits;  /* where the current bitmap stands; its bits yet to come */
    uint32_t base;          /* the field that its lowest bit stands for */
    uint32_t at;            /* where the next field's data begins, before alignment */
    bool is_vendor;         /* bits of a namespace that we do not know */
    bool is_over;
    bool has_failed;        /* data beyond the header, or a field of unknown length */
};
struct wb__radiotap_value {
    unsigned field;      /* enum wb__radiotap_field */
    const uint8_t *data; /* of the length that the field has */
    uint32_t length;
};

/* header has length bytes, as its own length field says. */
struct wb__radiotap wb__radiotap_begin(const uint8_t *header, uint32_t length);
bool wb__radiotap_next(struct wb__radiotap *radiotap, struct wb__radiotap_value *value);

/* What precedes an 802.11 frame says of it: enum wb__radiotap_flag bits; 0 where nothing. */
uint8_t wb__radio_flags(const uint8_t *data, const struct wb_layer *layer);

struct wb__avs { /* AVS capture header */
    uint32_t version, channel, rate_100kbps, antenna, priority, signal_type, preamble, encoding;
    uint32_t phy_type;
    int32_t signal, noise;
    uint64_t mac_time, host_time;
};
int wb__avs_read(const struct wb_packet *, const struct wb_layer *, struct wb__avs *);

struct wb__ppi { /* Per-Packet Information, CACE 2008 */
    uint8_t version, flags;
    uint16_t length;
    uint32_t link_type;
};
int wb__ppi_read(const struct wb_packet *, const struct wb_layer *, struct wb__ppi *);
bool wb__ppi_field_next(struct wb__cursor *fields, uint8_t flags, struct wb__tlv *field);

enum wb__wlan_type { WB__WLAN_MANAGEMENT = 0, WB__WLAN_CONTROL = 1, WB__WLAN_DATA = 2,
                     WB__WLAN_EXTENSION = 3 };
enum wb__wlan_flag { /* of the frame control field */
    WB__WLAN_TO_DS = 0x0100,
    WB__WLAN_FROM_DS = 0x0200,
    WB__WLAN_MORE_FRAGMENTS = 0x0400,
    WB__WLAN_RETRY = 0x0800,
    WB__WLAN_POWER_MANAGEMENT = 0x1000,
    WB__WLAN_MORE_DATA = 0x2000,
    WB__WLAN_PROTECTED = 0x4000,
    WB__WLAN_ORDER = 0x8000,
};
enum wb__wlan_management {
    WB__WLAN_ASSOCIATION_REQUEST = 0,
    WB__WLAN_ASSOCIATION_RESPONSE = 1,
    WB__WLAN_REASSOCIATION_REQUEST = 2,
    WB__WLAN_REASSOCIATION_RESPONSE = 3,
    WB__WLAN_PROBE_REQUEST = 4,
    WB__WLAN_PROBE_RESPONSE = 5,
    WB__WLAN_BEACON = 8,
    WB__WLAN_ATIM = 9,
    WB__WLAN_DISASSOCIATION = 10,
    WB__WLAN_AUTHENTICATION = 11,
    WB__WLAN_DEAUTHENTICATION = 12,
    WB__WLAN_ACTION = 13,
    WB__WLAN_ACTION_NO_ACK = 14,
};
enum wb__wlan_control {
    WB__WLAN_WRAPPER = 7,
    WB__WLAN_BLOCK_ACK_REQUEST = 8,
    WB__WLAN_BLOCK_ACK = 9,
    WB__WLAN_PS_POLL = 10,
    WB__WLAN_RTS = 11,
    WB__WLAN_CTS = 12,
    WB__WLAN_ACK = 13,
    WB__WLAN_CF_END = 14,
    WB__WLAN_CF_END_ACK = 15,
};
struct wb__wlan { /* IEEE 802.11, 9.2 */
    uint16_t control, duration;
    uint8_t type, subtype;
    unsigned address_count;
    const uint8_t *addresses[4]; /* borrowed, as they are numbered */
    bool has_sequence, has_qos, has_ht;
    uint16_t sequence; /* 12 bits */
    uint8_t fragment;
    uint16_t qos;
    uint32_t ht;
    bool has_block_ack; /* and the sequence number that it begins with */
    uint16_t block_ack_control, block_ack_start;
};
int wb__wlan_read(const struct wb_packet *, const struct wb_layer *, struct wb__wlan *);
const char *wb__wlan_subtype_name(unsigned type, unsigned subtype); /* NULL where unknown */

/* The fixed fields of a management frame's body; the elements follow. */
struct wb__wlan_body {
    bool has_beacon;     /* timestamp, interval, capabilities */
    bool has_capability, has_listen_interval, has_current_ap, has_status, has_reason,
        has_authentication, has_action;
    uint64_t timestamp;
    uint16_t interval, capability, listen_interval, status, association_id, reason, algorithm,
        transaction;
    const uint8_t *current_ap;
    uint8_t category, action;
    struct wb__cursor elements;
    bool is_incomplete;
};
void wb__wlan_body_read(const struct wb__wlan *wlan, struct wb__cursor body,
                        struct wb__wlan_body *result);

/* Tells the body of a management frame. */
struct wb__fields;
void wb__tell_wlan_body(const struct wb__fields *fields, const struct wb__wlan *wlan);

enum wb__wlan_element {
    WB__ELEMENT_SSID = 0,
    WB__ELEMENT_RATES = 1,
    WB__ELEMENT_DS = 3,
    WB__ELEMENT_TIM = 5,
    WB__ELEMENT_COUNTRY = 7,
    WB__ELEMENT_CHALLENGE = 16,
    WB__ELEMENT_ERP = 42,
    WB__ELEMENT_RSN = 48,
    WB__ELEMENT_EXTENDED_RATES = 50,
    WB__ELEMENT_VENDOR = 221,
};
bool wb__wlan_element_next(struct wb__cursor *elements, struct wb__tlv *element);

#define WB__AMSDU_BYTES 14
struct wb__amsdu { /* IEEE 802.11, 9.3.2.2 */
    const uint8_t *destination, *source; /* borrowed */
    uint16_t length;
};
int wb__amsdu_read(const struct wb_packet *, const struct wb_layer *, struct wb__amsdu *);

#endif
