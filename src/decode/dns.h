/* SPDX-License-Identifier: ISC
 *
 * A DNS message (RFC 1035) taken apart: for the function that tells its fields and the one
 * that puts it into words. mDNS (RFC 6762) and LLMNR (RFC 4795) have the same form.
 *
 * A name may go on elsewhere in the message (4.1.4), but only further towards its beginning
 * than it has been so far, and with no more than 255 bytes: so no name is endless.
 */
#ifndef WB_DECODE_DNS_H
#define WB_DECODE_DNS_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/decode.h>

#include "base/cursor.h"

enum wb__dns_flag {
    WB__DNS_QR = 0x8000, /* a response */
    WB__DNS_AA = 0x0400,
    WB__DNS_TC = 0x0200,
    WB__DNS_RD = 0x0100,
    WB__DNS_RA = 0x0080,
    WB__DNS_Z = 0x0040,
    WB__DNS_AD = 0x0020, /* RFC 4035 */
    WB__DNS_CD = 0x0010,
};

enum wb__dns_type {
    WB__DNS_A = 1, WB__DNS_NS = 2, WB__DNS_CNAME = 5, WB__DNS_SOA = 6, WB__DNS_PTR = 12,
    WB__DNS_MX = 15, WB__DNS_TXT = 16, WB__DNS_AAAA = 28, WB__DNS_SRV = 33, WB__DNS_DNAME = 39,
    WB__DNS_OPT = 41, WB__DNS_SVCB = 64, WB__DNS_HTTPS = 65, WB__DNS_SPF = 99,
};

enum wb__dns_section { WB__DNS_QUESTION, WB__DNS_ANSWER, WB__DNS_AUTHORITY, WB__DNS_ADDITIONAL };

/* mDNS keeps the upper bit of a class for itself: RFC 6762, 5.4 and 10.2. */
#define WB__DNS_CLASS_IN 1
#define WB__DNS_CLASS_ANY 255
#define WB__DNS_MDNS_BIT 0x8000

#define WB__DNS_LABELS_BYTES 255              /* of a name: RFC 1035, 3.1 */
#define WB__DNS_TEXT_BYTES (2 * WB__DNS_LABELS_BYTES) /* with every byte escaped */

/* "example.org": labels with '.' between them; '.' and '\' within one have a '\' before them
 * (RFC 1035, 5.1). The root is ".". Bytes are otherwise as they are on the wire. */
struct wb__dns_name {
    uint8_t text[WB__DNS_TEXT_BYTES];
    size_t length;
};

struct wb__dns {
    uint16_t id, flags;
    uint16_t counts[4]; /* by section */
};

static inline unsigned wb__dns_opcode(const struct wb__dns *dns)
{
    return dns->flags >> 11 & 15;
}

/* A walk over a message: name by name, record by record. */
struct wb__dns_walk {
    const uint8_t *start; /* of the message: what pointers count from */
    struct wb__cursor cursor;
};

struct wb__dns_record {
    struct wb__dns_name name;
    uint16_t type, class;
    /* Not of a question: */
    uint32_t ttl;
    uint16_t length;            /* of data, as the record says */
    struct wb__dns_walk data;   /* of the same message, and bounded by length */
};

/* The header, and the walk to what follows it, as far as it was captured. 0, WB_E_ARGUMENT
 * for another kind of layer, WB_E_TRUNCATED where the header is not there. */
int wb__dns_read(const struct wb_packet *packet, const struct wb_layer *layer,
                 struct wb__dns *dns, struct wb__dns_walk *walk);

/* Each takes what comes next. False, and the walk has failed, where it is not all there or
 * is no name. */
bool wb__dns_take_name(struct wb__dns_walk *walk, struct wb__dns_name *name);
bool wb__dns_take_question(struct wb__dns_walk *walk, struct wb__dns_record *question);
bool wb__dns_take_record(struct wb__dns_walk *walk, struct wb__dns_record *record);

/* A name without pointers, as DHCPv6 has it (RFC 8415, 10). */
bool wb__dns_take_plain_name(struct wb__cursor *cursor, struct wb__dns_name *name);

/* A <character-string> (RFC 1035, 3.3): false where it is not all there. */
bool wb__dns_take_string(struct wb__cursor *cursor, const uint8_t **bytes, size_t *length);

/* "A", "NOERROR" and so on, or NULL. */
const char *wb__dns_type_name(unsigned type);
const char *wb__dns_class_name(unsigned class);
const char *wb__dns_opcode_name(unsigned opcode);
const char *wb__dns_rcode_name(unsigned rcode);

#endif
