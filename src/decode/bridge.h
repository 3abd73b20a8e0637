/* SPDX-License-Identifier: ISC
 *
 * What bridges and their neighbours say to each other (STP, CDP, LLDP, 802.1X), taken
 * apart: for the functions that tell the fields and those that put them into words. The
 * _read functions are as those of link.h; a _next gives one element and is false at the
 * end, where the cursor has failed if the element is cut off.
 */
#ifndef WB_DECODE_BRIDGE_H
#define WB_DECODE_BRIDGE_H

#include "decode/link.h"

enum wb__stp_version { WB__STP_ORIGINAL = 0, WB__STP_RAPID = 2, WB__STP_MULTIPLE = 3,
                       WB__STP_SHORTEST_PATH = 4 };
enum wb__bpdu_type { WB__BPDU_CONFIG = 0, WB__BPDU_RAPID = 2, WB__BPDU_TOPOLOGY_CHANGE = 0x80 };
enum wb__bpdu_flag { WB__BPDU_CHANGE = 0x01, WB__BPDU_CHANGE_ACKNOWLEDGED = 0x80 };

struct wb__bridge_id {
    uint16_t priority;
    uint8_t address[6];
};
struct wb__stp { /* IEEE 802.1D, 9.3; 802.1Q, 14 */
    uint16_t protocol_id;
    uint8_t version, type, flags;
    struct wb__bridge_id root, bridge;
    uint32_t path_cost;
    uint16_t port_id, message_age, max_age, hello_time, forward_delay; /* in 1/256 s */
    bool has_config;   /* the fields above from flags on */
    bool has_multiple; /* those below: of MSTP */
    uint16_t version3_length, revision;
    const uint8_t *name, *digest; /* borrowed: 32 and 16 bytes */
    uint32_t internal_path_cost;
    struct wb__bridge_id cist_bridge;
    uint8_t remaining_hops;
    const uint8_t *instances; /* borrowed: 16 bytes each */
    uint32_t instance_count;
};
int wb__stp_read(const struct wb_packet *, const struct wb_layer *, struct wb__stp *);

struct wb__cdp {
    uint8_t version, ttl_s;
    uint16_t checksum;
};
enum wb__cdp_type {
    WB__CDP_DEVICE_ID = 1,
    WB__CDP_ADDRESSES = 2,
    WB__CDP_PORT_ID = 3,
    WB__CDP_CAPABILITIES = 4,
    WB__CDP_VERSION = 5,
    WB__CDP_PLATFORM = 6,
    WB__CDP_PREFIXES = 7,
    WB__CDP_VTP_DOMAIN = 9,
    WB__CDP_NATIVE_VLAN = 10,
    WB__CDP_DUPLEX = 11,
    WB__CDP_VOICE_REPLY = 14,
    WB__CDP_VOICE_QUERY = 15,
    WB__CDP_POWER = 16,
    WB__CDP_MTU = 17,
    WB__CDP_TRUST = 18,
    WB__CDP_UNTRUSTED_COS = 19,
    WB__CDP_SYSTEM_NAME = 20,
    WB__CDP_SYSTEM_OBJECT_ID = 21,
    WB__CDP_MANAGEMENT = 22,
    WB__CDP_LOCATION = 23,
};
int wb__cdp_read(const struct wb_packet *, const struct wb_layer *, struct wb__cdp *);
bool wb__cdp_tlv_next(struct wb__cursor *tlvs, struct wb__tlv *tlv);
bool wb__cdp_address_next(struct wb__cursor *addresses, struct wb__tlv *address);

enum wb__lldp_type {
    WB__LLDP_END = 0,
    WB__LLDP_CHASSIS_ID = 1,
    WB__LLDP_PORT_ID = 2,
    WB__LLDP_TTL = 3,
    WB__LLDP_PORT_DESCRIPTION = 4,
    WB__LLDP_SYSTEM_NAME = 5,
    WB__LLDP_SYSTEM_DESCRIPTION = 6,
    WB__LLDP_CAPABILITIES = 7,
    WB__LLDP_MANAGEMENT = 8,
    WB__LLDP_PRIVATE = 127,
};
bool wb__lldp_tlv_next(struct wb__cursor *tlvs, struct wb__tlv *tlv);

enum wb__eapol_type { WB__EAPOL_EAP = 0, WB__EAPOL_START = 1, WB__EAPOL_LOGOFF = 2,
                      WB__EAPOL_KEY = 3, WB__EAPOL_ALERT = 4 };
struct wb__eapol { /* IEEE 802.1X, 11.3 */
    uint8_t version, type;
    uint16_t length;
};
int wb__eapol_read(const struct wb_packet *, const struct wb_layer *, struct wb__eapol *);
const char *wb__eapol_type_name(uint8_t type); /* NULL where unknown */

enum wb__eap_code { WB__EAP_REQUEST = 1, WB__EAP_RESPONSE = 2, WB__EAP_SUCCESS = 3,
                    WB__EAP_FAILURE = 4 };
struct wb__eap { /* RFC 3748, 4 */
    uint8_t code, identifier, type; /* type: of requests and responses */
    uint16_t length;
    bool has_type;
};
int wb__eap_read(const struct wb_packet *, const struct wb_layer *, struct wb__eap *);
const char *wb__eap_code_name(uint8_t code); /* NULL where unknown */
const char *wb__eap_type_name(uint8_t type); /* NULL where unknown */

#endif
