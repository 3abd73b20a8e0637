/* SPDX-License-Identifier: ISC
 *
 * What a packet was decoded to, as a line that a test can compare:
 *
 *     eth 0+14/60 ip 14+20/41 tcp 34+20/21 payload 54+0/1 malformed
 *
 * Each layer is its name, offset + header length / length, and its status where that is
 * not "ok". And the rules that hold for every packet, whatever its bytes.
 */
#ifndef TEST_UNIT_DECODE_SHOW_H
#define TEST_UNIT_DECODE_SHOW_H

#include <wirebeam/decode.h>

#define SHOW_SIZE 2048

const char *show_layers(const struct wb_decoded *decoded, char text[SHOW_SIZE]);

/* The fields of the layer numbered index: "id=1 flags=(SYN ACK) options=((kind=1) (kind=3))";
 * text from the wire in quotes as it is, bytes in hexadecimal. Fails where size does not do. */
const char *show_layer(const struct wb_packet *packet, const struct wb_decoded *decoded,
                        unsigned index, char *text, size_t size);

/* Fails the test where the result breaks a rule of wirebeam/decode.h. */
void check_rules(const struct wb_packet *packet, const struct wb_decoded *decoded);

#endif
