/* SPDX-License-Identifier: ISC
 *
 * What the text and the JSON of a packet share: a line of text that is cut off rather
 * than overrun, addresses as text, and the words for what is wrong with a layer. Nothing
 * here copies bytes of a packet into text as they are, unless they are printable.
 */
#ifndef WB_RECORD_PACKET_LINE_H
#define WB_RECORD_PACKET_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/decode.h>
#include <wirebeam/packet.h>

#include "base/cursor.h"

struct wb__line {
    char *text; /* always NUL-terminated */
    size_t length, size;
};

/* An empty line in text, of size bytes (more than 0). */
static inline struct wb__line wb__line(char *text, size_t size)
{
    text[0] = '\0';
    return (struct wb__line){text, 0, size};
}

/* Appends formatted text, of printf's conversions %s %c %u %d %x only, with a width that
 * fills up with zeros (%02x). What does not fit is cut off. */
__attribute__((format(printf, 2, 3))) void wb__line_put(struct wb__line *line, const char *format,
                                                        ...);

/* A number of more than 32 bits. */
void wb__line_decimal(struct wb__line *line, uint64_t value);

/* Appends text from the wire. Characters that show themselves stay, and what else there is
 * (control characters, bytes that are no UTF-8) becomes \xNN; a backslash that an 'x' follows
 * becomes \x5C, as in JSON. */
void wb__line_text(struct wb__line *line, const uint8_t *bytes, size_t length);

/* Times before 1970 are possible: a second and the nanoseconds since it, never negative. */
struct wb__moment {
    int64_t second;
    int nanosecond;
};
struct wb__moment wb__moment(int64_t time_ns);

/* "02:00:00:00:00:01": any number of bytes. */
void wb__line_hardware(struct wb__line *line, const uint8_t *address, size_t length);

/* An address of IPv4 (length 4) or IPv6 (16); another length as bytes. */
void wb__line_address(struct wb__line *line, const uint8_t *address, size_t length);

/* The ports of a packet's TCP or UDP layer. False where there are none to read. */
struct wb__ports {
    uint16_t source, destination;
};
bool wb__read_ports(const struct wb_packet *packet, const struct wb_decoded *decoded,
                    struct wb__ports *ports);
bool wb__layer_ports(const struct wb_packet *packet, const struct wb_layer *layer,
                     struct wb__ports *ports);

/* Why a layer is WB_LAYER_MALFORMED, in words. */
const char *wb__malformed_words(const struct wb_packet *packet, const struct wb_layer *layer);

/* " echo request, id 1, seq 2" and so on: what an ICMP or ICMP6 layer says. */
void wb__line_icmp(struct wb__line *line, const struct wb_packet *packet,
                   const struct wb_decoded *decoded, const struct wb_layer *layer);

/* Does a layer of this kind continue the header chain of an IPv6 packet? */
bool wb__is_ip6_extension(unsigned kind);

#endif
