/* SPDX-License-Identifier: ISC
 *
 * Link layers as lines of text. Lines marked TCPDUMP are what tcpdump 4.99 prints of the
 * same bytes with -nn -t. Of the others it differs by intent:
 *
 * - what is malformed is said in words, and what is readable goes on behind it;
 * - tags in 802.2 and Cisco HDLC's CDP are decoded, fragments and QoS data of 802.11 not
 *   taken for LLC, an A-MSDU is taken apart, NFLOG is read in either byte order;
 * - EAP, MAC control, SLL's direction and both addresses of a control frame are shown;
 *   the peer's password is not;
 * - the length of a PPP control packet is that of its length field, without what is around.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include <wirebeam/record.h>

#include "support/hex.h"

enum { ETH_LINK = 1, RING_LINK = 6, PPP_LINK = 9, FDDI_LINK = 10, PPP_HDLC_LINK = 50,
       PPP_ETHER_LINK = 51, ATM_LINK = 100, CHDLC_LINK = 104, WLAN_LINK = 105, FR_LINK = 107,
       SLL_LINK = 113, PRISM_LINK = 119, RADIOTAP_LINK = 127, AVS_LINK = 163, PPI_LINK = 192,
       NFLOG_LINK = 239 };
enum judge { TCPDUMP, OURS };

#define ETH(type) "020000000002 020000000001 " type " "
#define PING "4500 001c 0001 0000 4001 f6dc c0000201 c0000202 0800 f7fd 0001 0001 " /* 28 */
#define PING_LINE "IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id 1, seq 1, length 8"
#define SNAP(oui, pid) "aaaa03 " oui pid " "
#define BRIDGE_IDS "8000 020000000001 00000004 8000 020000000002 8001 "
#define TIMES "0100 1400 0200 0f00 "
#define A1 "020000000001 "
#define A2 "020000000002 "
#define A3 "020000000003 "
#define SUBFRAME(length) A1 A2 length " "
#define BEACON "8000 0000 ffffffffffff " A2 A2 "1000 "
#define EIGHT(bytes) bytes bytes bytes bytes bytes bytes bytes bytes

struct row {
    enum judge judge;
    uint16_t link_type;
    const char *bytes;
    const char *line;
};

static const struct row rows[] = {
    {TCPDUMP, ETH_LINK,
     ETH("0024") SNAP("000000", "0800") PING,
     PING_LINE},
    {OURS, ETH_LINK,
     ETH("0028") SNAP("000000", "8100") "0064 0800" PING,
     "vlan 100, " PING_LINE},
    {OURS, ETH_LINK,
     ETH("8100") "0064 0003 f0f07f 0000",
     "vlan 100, NetBeui Unnumbered, sabme, Flags [Poll], length 3"},
    {TCPDUMP, ETH_LINK,
     ETH("001f") "060603" PING,
     PING_LINE},
    {OURS, ETH_LINK,
     ETH("0004") "f0f1 0101 0000",
     "02:00:00:00:00:01 > 02:00:00:00:00:02, NetBeui Supervisory, Receiver Ready, rcv seq 0, "
     "Flags [Final], length 4"},
    {OURS, ETH_LINK,
     ETH("000a") SNAP("0000aa", "0001") "0102",
     "02:00:00:00:00:01 > 02:00:00:00:00:02, SNAP, oui Unknown (0x0000aa), pid Unknown (0x0001), "
     "length 2"},
    {OURS, ETH_LINK,
     ETH("0002") "aaaa 0000",
     "[malformed llc: shorter than its header]"},
    {OURS, ETH_LINK,
     ETH("0023") "e0e003 ffff 001e 00 11 00000000 ffffffffffff 0455 00000001 " A1 "0455 0102",
     "IPX 00000001.02:00:00:00:00:01.0455 > 00000000.ff:ff:ff:ff:ff:ff.0455: length 0"},
    {OURS, ETH_LINK,
     ETH("8137") "ffff 001d 00 11 00000000 ffffffffffff 0455 00000001 " A1 "0455",
     "IPX 00000001.02:00:00:00:00:01.0455 > 00000000.ff:ff:ff:ff:ff:ff.0455: length 0 [malformed "
     "ipx: length below 30]"},
    {TCPDUMP, ETH_LINK,
     ETH("0026") "424203 0000 00 00 01" BRIDGE_IDS TIMES "0000000000000000",
     "STP 802.1d, Config, Flags [Topology change], bridge-id 8000.02:00:00:00:00:02.8001, length "
     "35"},
    {TCPDUMP, ETH_LINK,
     ETH("0007") "424203 0000 00 80",
     "STP 802.1d, Topology Change"},
    {TCPDUMP, ETH_LINK,
     ETH("0027") "424203 0000 02 02 3c" BRIDGE_IDS TIMES "00",
     "STP 802.1w, Rapid STP, Flags [Learn, Forward], bridge-id 8000.02:00:00:00:00:02.8001, "
     "length 36"},
    {TCPDUMP, ETH_LINK,
     ETH("0079") "424203 0000 03 02 7c" BRIDGE_IDS TIMES "00 0050 00"
     "726567696f6e0000000000000000000000000000000000000000000000000000 0001"
     "ac36177f50283cd4b83821d8ab26de62 00000000 8000" A2 "14"
     "7c 8001" A1 "00000005 80 80 14",
     "STP 802.1s, Rapid STP, CIST Flags [Learn, Forward, Agreement], length 118"},
    {OURS, ETH_LINK,
     ETH("0008") "424203 0000 00 00 01",
     "STP [malformed stp: shorter than its header]"},
    {TCPDUMP, ETH_LINK,
     ETH("0032") SNAP("00000c", "010b") "0000 02 02 3c" BRIDGE_IDS TIMES "00 0000 0002 0005",
     "STP 802.1w, Rapid STP, Flags [Learn, Forward], bridge-id 8000.02:00:00:00:00:02.8001, "
     "length 42"},
    {TCPDUMP, ETH_LINK,
     ETH("0012") SNAP("00000c", "2000") "02 b4 0000 0001 0006 5231",
     "CDPv2, ttl: 180s, Device-ID 'R1', length 10"},
    {OURS, ETH_LINK,
     ETH("0010") SNAP("00000c", "2000") "02 b4 0000 0001 0008",
     "CDPv2, ttl: 180s [|cdp], length 8"},
    {TCPDUMP, ETH_LINK,
     ETH("88cc") "0207 04" A1 "0403 026531 0602 0078 0a02 7331 0e04 00140010 "
     "100c 05 01 c0000201 02 00000001 00 0000",
     "LLDP, length 44: s1"},
    {OURS, ETH_LINK,
     ETH("88cc") "02",
     "LLDP, length 1 [|lldp] [malformed lldp: shorter than its header]"},
    {TCPDUMP, ETH_LINK,
     ETH("888e") "01 01 0000 000000",
     "EAPOL start (1) v1, len 0"},
    {OURS, ETH_LINK,
     ETH("888e") "01 00 0009 02 01 0009 01 75736572 00",
     "EAP packet (0) v1, len 9, Response (2), id 1, len 9, Type Identity (1), Identity: user"},
    {OURS, ETH_LINK,
     ETH("888e") "01 00 0004 03 01 0004 0000",
     "EAP packet (0) v1, len 4, Success (3), id 1, len 4"},
    {OURS, ETH_LINK,
     ETH("888e") "01 00 0004 03 01 0003",
     "EAP packet (0) v1, len 4, Success (3), id 1, len 3 [malformed eap: length below 4]"},
    {OURS, ETH_LINK,
     ETH("888e") "01 03 0060 02",
     "EAPOL key (3) v1, len 96 [malformed eapol: length beyond the frame]"},
    {TCPDUMP, ETH_LINK,
     ETH("888e") "01 03 005f 02 008a 0010 0000000000000001" EIGHT("01020304")
     EIGHT("0000") EIGHT("00") EIGHT("00") EIGHT("0000") "0000",
     "EAPOL key (3) v1, len 95"},
    {OURS, ETH_LINK,
     ETH("8808") "0001 ffff 00000000",
     "MAC control, opcode Pause (0x0001), time 65535, length 8"},
    {OURS, ETH_LINK,
     ETH("8808") "0101 0009" EIGHT("0010"),
     "MAC control, opcode Priority pause (0x0101), priority 0 time 16, priority 3 time 16, "
     "length 20"},
    {TCPDUMP, ETH_LINK,
     ETH("8863") "11 09 0000 000c 0101 0000 0103 0004 01020304 0000",
     "PPPoE PADI [Service-Name] [Host-Uniq 0x01020304]"},
    {TCPDUMP, ETH_LINK,
     ETH("8864") "11 00 0017 001e 0021" PING "0000",
     "PPPoE  [ses 0x17] " PING_LINE},
    {OURS, ETH_LINK,
     ETH("8864") "11 00 0017 0020 0021" PING,
     "PPPoE  [ses 0x17] [malformed pppoes: length beyond the frame] IP 192.0.2.1 > 192.0.2.2: "
     "ICMP echo request, id 1, seq 1, length 8"},
    {OURS, ETH_LINK,
     ETH("8864") "11 00 0017 0000",
     "PPPoE  [ses 0x17]"},
    {OURS, PPP_ETHER_LINK,
     "11 00 0017 000a c021 09 01 0008 00000000",
     "PPPoE  [ses 0x17] LCP, Echo-Request (0x09), id 1, length 8"},
    {TCPDUMP, PPP_ETHER_LINK,
     "11 a7 0017 0004 0101 0000",
     "PPPoE PADT [ses 0x17] [Service-Name]"},
    {TCPDUMP, PPP_LINK,
     "ff03 0021" PING,
     PING_LINE},
    {TCPDUMP, PPP_LINK,
     "21" PING,
     PING_LINE},
    {OURS, PPP_LINK,
     "ff04 01",
     "unknown PPP protocol (0x00ff), length 2"},
    {OURS, PPP_LINK,
     "ff03 c021 01 01 0008 01 04 05dc 0000",
     "LCP, Conf-Request (0x01), id 1, length 8"},
    {OURS, PPP_LINK,
     "c023 01 01 000a 02 6162 02 6364",
     "PAP, Auth-Req (0x01), id 1, length 10"},
    {OURS, PPP_LINK,
     "c223 01 01 0003 0000",
     "CHAP, Challenge (0x01), id 1, length 3 [malformed ppp.control: length below 4]"},
    {OURS, PPP_LINK,
     "c227 01 01 0005 01",
     "EAP, Request (1), id 1, len 5, Type Identity (1)"},
    {OURS, PPP_LINK,
     "c025 0102",
     "LQR (0xc025), length 2"},
    {OURS, PPP_HDLC_LINK,
     "",
     "[malformed ppp: shorter than its header]"},
    {TCPDUMP, CHDLC_LINK,
     "0f00 0800" PING,
     PING_LINE},
    {TCPDUMP, CHDLC_LINK,
     "8f00 8035 00000002 00000005 00000002 ffff 00010000",
     "SLARP (length: 18), keepalive: mineseen=0x00000005, yourseen=0x00000002, "
     "reliability=0xffff, link uptime=0d0h1m5s"},
    {TCPDUMP, CHDLC_LINK,
     "8f00 8035 00000001 0a000001 ffffff00 ffff",
     "SLARP (length: 14), reply 10.0.0.1/255.255.255.0"},
    {OURS, CHDLC_LINK,
     "8f00 2000 02 b4 0000",
     "CDPv2, ttl: 180s, length 4"},
    {OURS, CHDLC_LINK,
     "8f00 fefe 03",
     "unknown CHDLC protocol (0xfefe), length 1"},
    {TCPDUMP, FR_LINK,
     "0401 03 cc" PING,
     PING_LINE},
    {OURS, FR_LINK,
     "04000005 03 00 80 000000 0800" PING,
     PING_LINE},
    {TCPDUMP, FR_LINK,
     "0401 0800" PING,
     PING_LINE},
    {TCPDUMP, FR_LINK,
     "0401 03 cf 0021" PING,
     PING_LINE},
    {OURS, FR_LINK,
     "0401 03 81 01",
     "Q.922, hdr-len 2, DLCI 16, Flags [none], NLPID CLNP (0x81), length 5"},
    {OURS, FR_LINK,
     "04000000 03 cc",
     "[malformed fr: address does not end]"},
    {OURS, FR_LINK,
     "0401 03 80 000000",
     "[malformed fr: shorter than its header]"},
    {TCPDUMP, ATM_LINK,
     SNAP("000000", "0800") PING,
     PING_LINE},
    {TCPDUMP, ATM_LINK,
     SNAP("0080c2", "0007") "0000" ETH("0800") PING,
     PING_LINE},
    {TCPDUMP, ATM_LINK,
     SNAP("0080c2", "000e") "0000 00 80",
     "STP 802.1d, Topology Change"},
    {TCPDUMP, FDDI_LINK,
     "50" A1 A2 SNAP("000000", "0800") PING,
     PING_LINE},
    {OURS, FDDI_LINK,
     "c0" A1 A2 "00",
     "02:00:00:00:00:02 > 02:00:00:00:00:01, fc 0xc0, length 14"},
    {OURS, RING_LINK,
     "1040" A1 "820000000002 0630 0011 0022" SNAP("000000", "0800") PING,
     PING_LINE},
    {OURS, RING_LINK,
     "1040" A1 "820000000002 0030 0000",
     "[malformed tr: route shorter than its header]"},
    {OURS, SLL_LINK,
     "0000 0001 0006 020000000001 0000 0004" "f0f07f",
     "In NetBeui Unnumbered, sabme, Flags [Poll], length 3"},
    {OURS, SLL_LINK,
     "0000 0323 0006 020000000001 0000 0019 0000 0800 00000000 d400 0000" A1,
     "In Acknowledgment RA:02:00:00:00:00:01"},
    {TCPDUMP, NFLOG_LINK,
     "02 00 0014 0800 0100 08000100 0600 0a00 6100 0000 2000 0900" PING,
     PING_LINE},
    {OURS, NFLOG_LINK,
     "07 00 0014 0500 0900 01",
     "NFLOG version 0, resource ID 20, family 7, length 1"},
    {OURS, NFLOG_LINK,
     "02 00 0014 0800 0100 08000100",
     "NFLOG version 0, resource ID 20, family 2, length 0"},
    {OURS, NFLOG_LINK,
     "02 00 0014 0300 0100 08000100",
     "[malformed nflog: TLV that does not fit]"},
    {OURS, NFLOG_LINK,
     "02 00 0014 3000 0900" PING,
     "[malformed nflog: payload beyond the packet] IP 192.0.2.1 > 192.0.2.2: ICMP echo request, "
     "id 1, seq 1, length 8"},
    {TCPDUMP, WLAN_LINK,
     "0801 0000" A1 A2 A3 "1000" SNAP("000000", "0800") PING,
     PING_LINE},
    {OURS, WLAN_LINK,
     "8883 0000" A1 A2 A3 "1000" A1 "0000 00000000" SNAP("000000", "0800") PING,
     PING_LINE},
    {OURS, WLAN_LINK,
     "0841 0000" A1 A2 A3 "1000 0102030405060708",
     "Data 02:00:00:00:00:02 > 02:00:00:00:00:01, protected, length 8"},
    {OURS, WLAN_LINK,
     "c801 0000" A1 A2 A3 "1000 0000",
     "QoS Null 02:00:00:00:00:02 > 02:00:00:00:00:01, length 0"},
    {OURS, WLAN_LINK,
     "0805 0000" A1 A2 A3 "1000" SNAP("000000", "0800"),
     "Data 02:00:00:00:00:02 > 02:00:00:00:00:01, fragment 0 of 1+, length 8"},
    {OURS, WLAN_LINK,
     "0801 0000" A1 A2 A3 "1100 0102",
     "Data 02:00:00:00:00:02 > 02:00:00:00:00:01, fragment 1 of 1, length 2"},
    {OURS, WLAN_LINK,
     "8801 0000" A1 A2 A3 "1000 8000" SUBFRAME("0024") SNAP("000000", "0800") PING "0000"
     SUBFRAME("0024") SNAP("000000", "0800") PING,
     PING_LINE "; IP 192.0.2.1 > "
     "192.0.2.2: ICMP echo request, id 1, seq 1, length 8"},
    {OURS, WLAN_LINK,
     "8801 0000" A1 A2 A3 "1000 8000" SUBFRAME("0025") SNAP("000000", "0800") PING,
     "[malformed wlan_aggregate: length beyond the frame] IP 192.0.2.1 > 192.0.2.2: ICMP echo "
     "request, id 1, seq 1, length 8"},
    {TCPDUMP, WLAN_LINK,
     BEACON "0000000000000001 6400 1104 0003 617070 0102 8284 0301 06",
     "Beacon (app) [1.0* 2.0* Mbit] ESS CH: 6, PRIVACY"},
    {OURS, WLAN_LINK,
     "d080 0000" A1 A2 A3 "1000 00000000 0301",
     "Action: category 3, action 1"},
    {TCPDUMP, WLAN_LINK,
     "d400 0000" A1,
     "Acknowledgment RA:02:00:00:00:00:01"},
    {OURS, WLAN_LINK,
     "b400 0000" A1 A2,
     "Request-To-Send RA:02:00:00:00:00:01 TA:02:00:00:00:00:02"},
    {OURS, WLAN_LINK,
     "9400 0000" A1 A2 "0500 1000" EIGHT("ff"),
     "BA RA:02:00:00:00:00:01 TA:02:00:00:00:00:02 CTL(5) SEQ(1)"},
    {OURS, WLAN_LINK,
     "0901 0000" A1,
     "[malformed wlan: version is not 0]"},
    {OURS, WLAN_LINK,
     "d400 0000 0200",
     "[malformed wlan: shorter than its header]"},
    {TCPDUMP, RADIOTAP_LINK,
     "0000 0900 02000000 30 8801 0000" A1 A2 A3 "1000 0000 0000" SNAP("000000", "0800") PING
     "01020304",
     PING_LINE},
    {TCPDUMP, RADIOTAP_LINK,
     "0000 2900 010000c0 020000a0 2e000000 0100000000000000 000102 00 0300 010203"
     "10 02 00 6c09 a000 d8" "d400 0000" A1 "01020304",
     "1us tsft 1.0 Mb/s 2412 MHz 11b -40dBm signal Acknowledgment RA:02:00:00:00:00:01"},
    {OURS, RADIOTAP_LINK,
     "0000 0a00 01000000 0000 d400 0000" A1,
     "[malformed radiotap: fields beyond the header, or of unknown length] Acknowledgment "
     "RA:02:00:00:00:00:01"},
    {OURS, RADIOTAP_LINK,
     "0000 0800 00000080 d400 0000" A1,
     "[malformed radiotap: fields beyond the header, or of unknown length] Acknowledgment "
     "RA:02:00:00:00:00:01"},
    {OURS, RADIOTAP_LINK,
     "0000 0c00 00000080 01000000 d400 0000" A1,
     "[malformed radiotap: fields beyond the header, or of unknown length] Acknowledgment "
     "RA:02:00:00:00:00:01"},
    {OURS, RADIOTAP_LINK,
     "0000 0700 00000000",
     "[malformed radiotap: length below 8 or beyond the packet]"},
    {OURS, RADIOTAP_LINK,
     "0100 0800 00000000",
     "[malformed radiotap: version is not 0]"},
    {TCPDUMP, AVS_LINK,
     "80211001 00000040" EIGHT("0000") EIGHT("00000000") EIGHT("00") "d400 0000" A1,
     "Acknowledgment RA:02:00:00:00:00:01"},
    {OURS, AVS_LINK,
     "80211001 0000003f",
     "[malformed wlancap: no magic number, or a length below 64]"},
    {TCPDUMP, PRISM_LINK,
     "44000000 90000000 776c616e30" EIGHT("0000000000000000") EIGHT("0000000000000000") "000000"
     "d400 0000" A1,
     "Acknowledgment RA:02:00:00:00:00:01"},
    {TCPDUMP, PPI_LINK,
     "00 00 2000 69000000 0200 1400 0000000000000000 0100 0200 6c09 a000 00 00 d8 a0"
     "d400 0000" A1 "01020304",
     "Acknowledgment RA:02:00:00:00:00:01"},
    {TCPDUMP, PPI_LINK,
     "00 01 0800 01000000" ETH("0800") PING,
     PING_LINE},
    {OURS, PPI_LINK,
     "00 00 0800 93000000 00",
     "PPI version 0, link type 147, length 1"},
    {OURS, PPI_LINK,
     "00 00 0700 69000000",
     "[malformed ppi: length below 8 or beyond the packet]"},
    {OURS, WLAN_LINK,
     "b000 0000" A1 A2 A3 "1000 0000 0100 0000",
     "Authentication (Open System)-1"},
    {OURS, WLAN_LINK,
     "b000 0000" A1 A2 A3 "1000 0000 0200 0000",
     "Authentication (Open System)-2 [Successful]"},
    {OURS, WLAN_LINK,
     "b000 0000" A1 A2 A3 "1000 0300 0200 4d00",
     "Authentication (SAE)-2 [status 77]"},
    {TCPDUMP, WLAN_LINK,
     "4000 0000" A1 A2 A3 "1000 0001 61 0102 8284",
     "Probe Request (a) [1.0* 2.0* Mbit]"},
    {TCPDUMP, WLAN_LINK,
     "0000 0000" A1 A2 A3 "1000 0104 0a00 0001 61 0102 820b",
     "Assoc Request (a) [1.0* 5.5 Mbit]"},
    {TCPDUMP, WLAN_LINK,
     "2000 0000" A1 A2 A3 "1000 0104 0a00" A2 "0001 61",
     "ReAssoc Request (a) AP : 02:00:00:00:00:02"},
    {TCPDUMP, WLAN_LINK,
     "1000 0000" A1 A2 A3 "1000 0104 0000 01c0 3001 01",
     "Assoc Response AID(1) :: Successful"},
    {OURS, WLAN_LINK,
     "1000 0000" A1 A2 A3 "1000 0104 6300 01c0",
     "Assoc Response AID(1) :: status 99"},
    {OURS, WLAN_LINK,
     "c000 0000" A1 A2 A3 "1000 0700",
     "DeAuthentication: reason 7"},
    {OURS, WLAN_LINK,
     "a000 0000" A1 A2 A3 "1000 07",
     "Disassociation [|wlan]"},
    {OURS, WLAN_LINK,
     "b040 0000" A1 A2 A3 "1000 01020304",
     "Authentication protected, length 4"},
    {OURS, WLAN_LINK,
     "a400 01c0" A1 A2,
     "Power Save-Poll AID(1)"},
    {OURS, WLAN_LINK,
     "6000 0000" A1 A2 A3 "1000",
     "Timing Advertisement"},
    {OURS, WLAN_LINK,
     "0c00 0000" A1,
     "DMG Beacon RA:02:00:00:00:00:01"},
    {OURS, WLAN_LINK,
     BEACON "0000000000000001 6400 0204 0003 1b0061",
     "Beacon (\\x1B\\x00a) IBSS"},
    {TCPDUMP, ETH_LINK,
     ETH("8863") "11 07 0000 0017 0102 0004 42524153 0203 0002 6e6f 0999 0001 ff 0101 0008",
     "PPPoE PADO [AC-Name \"BRAS\"] [Generic-Error \"no\"] [TAG-0x999 0xFF] [|pppoe]"},
    {OURS, ETH_LINK,
     ETH("0007") "424203 0000 07 01",
     "STP version 7, BPDU type 0x01, length 4"},
    {OURS, ETH_LINK,
     ETH("8808") "0007",
     "MAC control, opcode Unknown (0x0007), length 2"},
    {OURS, ETH_LINK,
     ETH("888e") "01 09 0000",
     "EAPOL unknown (9) v1, len 0"},
    {OURS, ETH_LINK,
     ETH("0004") "f0f0 0204",
     "02:00:00:00:00:01 > 02:00:00:00:00:02, NetBeui Information, send seq 1, rcv seq 2, length 4"},
    {OURS, ETH_LINK,
     ETH("0003") "12f0 bf",
     "02:00:00:00:00:01 > 02:00:00:00:00:02, NetBeui > SAP 0x12 Unnumbered, xid, Flags [Poll], "
     "length 3"},
    {OURS, PPP_LINK,
     "c021 2a 01 0004",
     "LCP, Unknown (0x2a), id 1, length 4"},
    {OURS, PPP_LINK,
     "4001 00",
     "unknown PPP protocol (0x4001), length 1"},
    {TCPDUMP, CHDLC_LINK,
     "8f00 8035 00000000 00000000 00000000 ffff",
     "SLARP (length: 14), request"},
    {OURS, CHDLC_LINK,
     "8f00 8035 00000009 00000000 00000000 ffff",
     "SLARP (length: 14), SLARP code unknown (9)"},
    {OURS, FR_LINK,
     "062f 03 00 80 0000aa 0001 00",
     "Q.922, hdr-len 2, DLCI 18, Flags [C!, DE, BECN, FECN], NLPID SNAP (0x80): oui 0x0000aa, "
     "pid 0x0001, length 11"},
    {OURS, FR_LINK,
     "0401 88b5 00",
     "Q.922, hdr-len 2, DLCI 16, Flags [none], cisco-ethertype 0x88b5, length 5"},
    {OURS, RADIOTAP_LINK,
     "0000 1900 ee3c0800 40 04 6c09 8004 e2 a0 5a00 14 01 2a 08 07 05 07 d400 0000" A1,
     "bad-fcs 2.0 Mb/s 2412 MHz 11g -30dBm signal -96dBm noise 90 sq 20dBm tx power antenna 1 "
     "42dB signal 8dB noise MCS 7 40 MHz short GI Acknowledgment RA:02:00:00:00:00:01"},
    {TCPDUMP, RADIOTAP_LINK,
     "0000 1700 2b000000 15cd5b0700000000 04 00 3c14 4001 d8 d400 0000" A1 "0102",
     "123456789us tsft wep 5180 MHz 11a -40dBm signal Acknowledgment RA:02:00:00:00:00:01"},
    {OURS, AVS_LINK,
     "80211001 00000040" EIGHT("0000") "00000000 00000006 0000006e 00000000 00000000 00000002 ffffffd8 00000000 00000000 00000000 d400 0000" A1,
     "channel 6 11.0 Mb/s -40dBm signal Acknowledgment RA:02:00:00:00:00:01"},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static void make_line(const struct row *row, uint32_t captured, char line[1024])
{
    static uint8_t bytes[1024];
    uint32_t length = (uint32_t)hex_bytes(row->bytes, bytes, sizeof bytes);
    struct wb_packet packet = {.data = bytes,
                               .captured_length = captured < length ? captured : length,
                               .wire_length = length, .link_type = row->link_type};
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    size_t text_length = wb_packet_text(&packet, &decoded, line, 1024);
    assert_int_equal(text_length, strlen(line));
}

/* The line behind the time; one that says nothing ends with the time. */
static const char *without_time(const char *line)
{
    const char *space = strchr(line, ' ');
    return space ? space + 1 : "";
}

static void link_layers_become_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char line[1024];
        make_line(&rows[i], UINT32_MAX, line);
        if (strcmp(without_time(line), rows[i].line) != 0)
            fail_msg("row %zu:\n got  %s\n want %s", i, line, rows[i].line);
    }
}

/* A packet that was cut off says what is there, and where it ends. */
static void cut_packets_say_where(void **state)
{
    static const struct {
        struct row row;
        uint32_t captured;
    } cuts[] = {
        {{OURS, ETH_LINK, ETH("0024") SNAP("000000", "0800") PING, "[|llc]"}, 21},
        {{OURS, ETH_LINK, ETH("8864") "11 00 0017 001e 0021" PING, "PPPoE [|pppoes]"}, 19},
        {{OURS, ETH_LINK, ETH("8864") "11 00 0017 001e 0021" PING, "PPPoE  [ses 0x17] [|ppp]"}, 21},
        {{OURS, ETH_LINK, ETH("8863") "11 09 0000 000c 0101 0000 0103 0004 01020304",
          "PPPoE PADI [Service-Name] [|pppoe]"}, 26},
        {{OURS, PPP_LINK, "c021 01 01 0008 01 04 05dc", "LCP, [|ppp.control]"}, 5},
        {{OURS, ETH_LINK, ETH("0026") "424203 0000 00 00 01" BRIDGE_IDS TIMES, "STP [|stp]"}, 40},
        {{OURS, ETH_LINK, ETH("88cc") "0207 04" A1 "0403 026531", "LLDP, length 14 [|lldp]"}, 20},
        {{OURS, WLAN_LINK, "b400 0000" A1 A2, "[|wlan]"}, 15},
        {{OURS, WLAN_LINK, BEACON "0000000000000001 6400 1104 0003 617070 0102 8284",
          "Beacon (app) ESS, PRIVACY [|wlan]"}, 43},
        {{OURS, RADIOTAP_LINK, "0000 0900 02000000 10 d400 0000" A1 "01020304", "[|radiotap]"}, 8},
        {{OURS, FR_LINK, "0401 03 cc" PING, "[|fr]"}, 3},
        {{OURS, NFLOG_LINK, "02 00 0014 0800 0100 08000100 2000 0900" PING, "[|nflog]"}, 15},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        char line[1024];
        make_line(&cuts[i].row, cuts[i].captured, line);
        assert_string_equal(without_time(line), cuts[i].row.line);
    }
}

/* The other packets of a frame stand in a list of their own, as far as they are theirs. */
static void an_aggregate_is_one_object(void **state)
{
    static const char subframe[] = SUBFRAME("0024") SNAP("000000", "0800") PING;
    char hex[1024];
    (void)state;
    strcpy(hex, "8801 0000" A1 A2 A3 "1000 8000");
    strcat(strcat(strcat(hex, subframe), "0000"), subframe);
    uint8_t bytes[256];
    uint32_t length = (uint32_t)hex_bytes(hex, bytes, sizeof bytes);
    struct wb_packet packet = {.data = bytes, .captured_length = length, .wire_length = length,
                               .link_type = WLAN_LINK};
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    char *line = wb_packet_json(&packet, &decoded);
    json_error_t error;
    json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(json);
    assert_int_equal(json_array_size(json_object_get(json, "layers")), 5);
    json_t *others = json_object_get(json, "other_packets");
    assert_int_equal(json_array_size(others), 1);
    json_t *layers = json_array_get(others, 0);
    assert_int_equal(json_array_size(layers), 4);
    assert_string_equal(json_string_value(json_object_get(json_array_get(layers, 0), "layer")),
                        "wlan_aggregate");
    assert_string_equal(json_string_value(json_object_get(json_array_get(layers, 2), "source")),
                        "192.0.2.1");
    json_decref(json);
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(link_layers_become_lines),
        cmocka_unit_test(cut_packets_say_where),
        cmocka_unit_test(an_aggregate_is_one_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
