/* SPDX-License-Identifier: ISC
 *
 * The header of IGMP, and the times of group membership queries, which beyond some number
 * are floating-point codes.
 */
#ifndef WB_DECODE_IGMP_H
#define WB_DECODE_IGMP_H

#include <stdint.h>

#include <wirebeam/decode.h>

struct wb__igmp {
    uint8_t type, code;
    uint8_t version; /* of a query; 0 where the type says it */
    uint16_t checksum;
    const uint8_t *group; /* 4 bytes; in a report of version 3 the count of records */
};

int wb__igmp_read(const struct wb_packet *packet, const struct wb_layer *layer,
                  struct wb__igmp *igmp);

/* RFC 3376, 4.1.1 and 4.1.7, RFC 3810, 5.1.9: in the unit of the field. */
static inline uint32_t wb__igmp_code(uint8_t code)
{
    return code < 0x80 ? code : ((code & 0x0fu) | 0x10u) << ((code >> 4 & 7) + 3);
}

/* RFC 3810, 5.1.3: milliseconds. */
static inline uint32_t wb__mld_code(uint16_t code)
{
    return code < 0x8000 ? code : ((code & 0x0fffu) | 0x1000u) << ((code >> 12 & 7) + 3);
}

/* The name of a group record's type (RFC 3376, 4.2.12, and the same in RFC 3810). */
static inline const char *wb__group_record_name(uint8_t type)
{
    static const char *const names[] = {
        "unknown",
        "mode_is_include",
        "mode_is_exclude",
        "change_to_include_mode",
        "change_to_exclude_mode",
        "allow_new_sources",
        "block_old_sources",
    };
    return type < sizeof names / sizeof *names ? names[type] : names[0];
}

#endif
