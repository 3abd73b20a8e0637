/* SPDX-License-Identifier: ISC
 *
 * What tests of link layers are written in: link types, and pieces of frames in hex.
 */
#ifndef TEST_UNIT_DECODE_LINKS_H
#define TEST_UNIT_DECODE_LINKS_H

enum { ETH_LINK = 1, RING_LINK = 6, PPP_LINK = 9, FDDI_LINK = 10, PPP_HDLC_LINK = 50,
       PPP_ETHER_LINK = 51, ATM_LINK = 100, CHDLC_LINK = 104, WLAN_LINK = 105, FR_LINK = 107,
       SLL_LINK = 113, PRISM_LINK = 119, RADIOTAP_LINK = 127, AVS_LINK = 163, PPI_LINK = 192,
       NFLOG_LINK = 239 };

#define ETH(type) "020000000002 020000000001 " type " "
#define UDP_PACKET "4500 001c 0001 0000 4011 0000 c0000201 c0000202 0035 0035 0008 0000 " /* 28 */
#define SNAP(oui, pid) "aaaa03 " oui pid " "
#define A1 "020000000001 "
#define A2 "020000000002 "
#define EIGHT(bytes) bytes bytes bytes bytes bytes bytes bytes bytes

#endif
