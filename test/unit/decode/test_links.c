/* SPDX-License-Identifier: ISC
 *
 * Link layers but 802.11: packets, the layers that they have, and what these tell.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <wirebeam/error.h>

#include "links.h"
#include "rows.h"
#include "show.h"

#define BRIDGE_IDS "8000 020000000001 00000004 8000 020000000002 8001 "
#define TIMES "0100 1400 0200 0f00 "

static const struct layers_row layers_rows[] = {
    {"LLC with a SNAP header (RFC 1042)", ETH_LINK, ETH("0024") SNAP("000000", "0800") UDP_PACKET,
     "eth 0+14/50 llc 14+8/36 ip 22+20/28 udp 42+8/8"},
    {"LLC with a SNAP header, a tag inside of it", ETH_LINK,
     ETH("0028") SNAP("000000", "8100") "0064 0800" UDP_PACKET,
     "eth 0+14/54 llc 14+8/40 vlan 22+4/32 ip 26+20/28 udp 46+8/8"},
    {"the OUI of the bridge tunnel encapsulation (802.1H)", ETH_LINK,
     ETH("0024") SNAP("0000f8", "0800") UDP_PACKET,
     "eth 0+14/50 llc 14+8/36 ip 22+20/28 udp 42+8/8"},
    {"a length in a tag", ETH_LINK, ETH("8100") "0064 0003 f0f07f 0000",
     "eth 0+14/23 vlan 14+4/7 llc 18+3/3 unknown"},
    {"LLC with IP right behind it", ETH_LINK, ETH("001f") "060603" UDP_PACKET,
     "eth 0+14/45 llc 14+3/31 ip 17+20/28 udp 37+8/8"},
    {"a supervisory frame has a control field of two bytes", ETH_LINK,
     ETH("0004") "f0f1 0101 0000", "eth 0+14/18 llc 14+4/4 unknown"},
    {"an OUI without a decoder", ETH_LINK, ETH("000a") SNAP("0000aa", "0001") "0102",
     "eth 0+14/24 llc 14+8/10 unknown payload 22+0/2"},
    {"LLC shorter than its header", ETH_LINK, ETH("0002") "aaaa 0000",
     "eth 0+14/16 llc 14+0/2 malformed"},
    {"SNAP that ends before its PID", ETH_LINK, ETH("0006") "aaaa03 000000 0000",
     "eth 0+14/20 llc 14+0/6 malformed"},
    {"IPX behind LLC, shorter than the frame", ETH_LINK,
     ETH("0023") "e0e003 ffff 001e 00 11 00000000 ffffffffffff 0455 00000001 " A1 "0455 0102",
     "eth 0+14/49 llc 14+3/35 ipx 17+30/30"},
    {"IPX with a length below its header", ETH_LINK,
     ETH("8137") "ffff 001d 00 11 00000000 ffffffffffff 0455 00000001 " A1 "0455",
     "eth 0+14/44 ipx 14+30/30 malformed"},

    {"STP (IEEE 802.1D, 9.3.1), and padding", ETH_LINK,
     ETH("0026") "424203 0000 00 00 01" BRIDGE_IDS TIMES "0000000000000000",
     "eth 0+14/52 llc 14+3/38 stp 17+35/35"},
    {"a topology change has no more than its type", ETH_LINK, ETH("0007") "424203 0000 00 80",
     "eth 0+14/21 llc 14+3/7 stp 17+4/4"},
    {"RSTP", ETH_LINK, ETH("0027") "424203 0000 02 02 3c" BRIDGE_IDS TIMES "00",
     "eth 0+14/53 llc 14+3/39 stp 17+36/36"},
    {"MSTP with an instance (IEEE 802.1Q, 14)", ETH_LINK,
     ETH("0079") "424203 0000 03 02 7c" BRIDGE_IDS TIMES "00 0050 00"
     "726567696f6e0000000000000000000000000000000000000000000000000000 0001"
     "ac36177f50283cd4b83821d8ab26de62 00000000 8000" A2 "14"
     "7c 8001" A1 "00000005 80 80 14",
     "eth 0+14/135 llc 14+3/121 stp 17+102/118"},
    {"a BPDU that ends too early", ETH_LINK, ETH("0008") "424203 0000 00 00 01",
     "eth 0+14/22 llc 14+3/8 stp 17+0/5 malformed"},
    {"PVST: Cisco's SNAP, and a VLAN behind", ETH_LINK,
     ETH("0032") SNAP("00000c", "010b") "0000 02 02 3c" BRIDGE_IDS TIMES "00 0000 0002 0005",
     "eth 0+14/64 llc 14+8/50 stp 22+36/42"},
    {"CDP", ETH_LINK, ETH("0012") SNAP("00000c", "2000") "02 b4 0000 0001 0006 5231",
     "eth 0+14/32 llc 14+8/18 cdp 22+4/10"},
    {"CDP whose TLV is cut off: the header stands", ETH_LINK,
     ETH("0010") SNAP("00000c", "2000") "02 b4 0000 0001 0008",
     "eth 0+14/30 llc 14+8/16 cdp 22+4/8"},
    {"LLDP (IEEE 802.1AB)", ETH_LINK,
     ETH("88cc") "0207 04" A1 "0403 026531 0602 0078 0a02 7331 0e04 00140010 "
     "100c 05 01 c0000201 02 00000001 00 0000",
     "eth 0+14/58 lldp 14+2/44"},
    {"an LLDP frame of one byte", ETH_LINK, ETH("88cc") "02", "eth 0+14/15 lldp 14+0/1 malformed"},
    {"EAPOL start, and padding", ETH_LINK, ETH("888e") "01 01 0000 000000",
     "eth 0+14/21 eapol 14+4/4"},
    {"EAP in EAPOL (RFC 3748, 5.1)", ETH_LINK, ETH("888e") "01 00 0009 02 01 0009 01 75736572 00",
     "eth 0+14/28 eapol 14+4/13 eap 18+5/9"},
    {"EAP success has no type", ETH_LINK, ETH("888e") "01 00 0004 03 01 0004 0000",
     "eth 0+14/24 eapol 14+4/8 eap 18+4/4"},
    {"EAP with a length below its header", ETH_LINK, ETH("888e") "01 00 0004 03 01 0003",
     "eth 0+14/22 eapol 14+4/8 eap 18+4/4 malformed"},
    {"EAPOL with a length beyond the frame", ETH_LINK, ETH("888e") "01 03 0060 02",
     "eth 0+14/19 eapol 14+4/5 malformed"},
    {"a key frame (IEEE 802.11, 12.7.2)", ETH_LINK,
     ETH("888e") "01 03 005f 02 008a 0010 0000000000000001" EIGHT("01020304")
     EIGHT("0000") EIGHT("00") EIGHT("00") EIGHT("0000") "0000",
     "eth 0+14/113 eapol 14+4/99"},
    {"PAUSE (IEEE 802.3, 31B), and padding", ETH_LINK, ETH("8808") "0001 ffff 00000000",
     "eth 0+14/22 macc 14+4/8"},
    {"pause by priority (IEEE 802.1Qbb)", ETH_LINK, ETH("8808") "0101 0009" EIGHT("0010"),
     "eth 0+14/34 macc 14+20/20"},
    {"a MAC control frame shorter than what its opcode has", ETH_LINK, ETH("8808") "0001 00",
     "eth 0+14/17 macc 14+0/3 malformed"},

    {"PPPoE discovery (RFC 2516, 5.1), and padding", ETH_LINK,
     ETH("8863") "11 09 0000 000c 0101 0000 0103 0004 01020304 0000",
     "eth 0+14/34 pppoed 14+6/18"},
    {"a PPPoE session", ETH_LINK, ETH("8864") "11 00 0017 001e 0021" UDP_PACKET "0000",
     "eth 0+14/52 pppoes 14+6/36 ppp 20+2/30 ip 22+20/28 udp 42+8/8"},
    {"a PPPoE session with a length beyond the frame", ETH_LINK,
     ETH("8864") "11 00 0017 0020 0021" UDP_PACKET,
     "eth 0+14/50 pppoes 14+6/36 malformed ppp 20+2/30 ip 22+20/28 udp 42+8/8"},
    {"an empty PPPoE session packet", ETH_LINK, ETH("8864") "11 00 0017 0000",
     "eth 0+14/20 pppoes 14+6/6"},
    {"PPP_ETHER", PPP_ETHER_LINK, "11 00 0017 000a c021 09 01 0008 00000000",
     "pppoes 0+6/16 ppp 6+2/10 ppp.control 8+4/8"},
    {"PPP_ETHER with a discovery packet", PPP_ETHER_LINK, "11 a7 0017 0004 0101 0000",
     "pppoes 0+6/10"},
    {"PPP with address and control (RFC 1662, 3.1)", PPP_LINK, "ff03 0021" UDP_PACKET,
     "ppp 0+4/32 ip 4+20/28 udp 24+8/8"},
    {"PPP with its protocol compressed (RFC 1661, 6.5)", PPP_LINK, "ff03 21" UDP_PACKET,
     "ppp 0+3/31 ip 3+20/28 udp 23+8/8"},
    {"PPP with both elided", PPP_LINK, "21" UDP_PACKET, "ppp 0+1/29 ip 1+20/28 udp 21+8/8"},
    {"a protocol of ff without a control of 03", PPP_LINK, "ff04 01",
     "ppp 0+1/3 unknown payload 1+0/2"},
    {"LCP, and what is behind its length", PPP_LINK, "ff03 c021 01 01 0008 01 04 05dc 0000",
     "ppp 0+4/14 ppp.control 4+4/8"},
    {"PAP (RFC 1334)", PPP_LINK, "c023 01 01 000a 02 6162 02 6364",
     "ppp 0+2/12 ppp.control 2+4/10"},
    {"CHAP (RFC 1994) with a length below its header", PPP_LINK, "c223 01 01 0003 0000",
     "ppp 0+2/8 ppp.control 2+4/4 malformed"},
    {"EAP in PPP", PPP_LINK, "c227 01 01 0005 01", "ppp 0+2/7 eap 2+5/5"},
    {"a PPP protocol without a decoder", PPP_LINK, "c025 0102",
     "ppp 0+2/4 unknown payload 2+0/2"},
    {"PPP_HDLC", PPP_HDLC_LINK, "ff03 0057 60000000 0000 3b 40"
     "20010db8000000000000000000000001 20010db8000000000000000000000002",
     "ppp 0+4/44 ipv6 4+40/40"},
    {"nothing in PPP_HDLC", PPP_HDLC_LINK, "", "ppp 0+0/0 malformed"},
    {"Cisco HDLC", CHDLC_LINK, "0f00 0800" UDP_PACKET, "chdlc 0+4/32 ip 4+20/28 udp 24+8/8"},
    {"SLARP with an uptime", CHDLC_LINK, "8f00 8035 00000002 00000005 00000002 ffff 00010000",
     "chdlc 0+4/22 slarp 4+18/18"},
    {"SLARP without one", CHDLC_LINK, "8f00 8035 00000001 0a000001 ffffff00 ffff",
     "chdlc 0+4/18 slarp 4+14/14"},
    {"CDP in Cisco HDLC", CHDLC_LINK, "8f00 2000 02 b4 0000", "chdlc 0+4/8 cdp 4+4/4"},
    {"Cisco HDLC without a decoder", CHDLC_LINK, "8f00 fefe 03", "chdlc 0+4/5 unknown payload 4+0/1"},

    {"Frame Relay (RFC 2427): IP by its NLPID", FR_LINK, "0401 03 cc" UDP_PACKET,
     "fr 0+4/32 ip 4+20/28 udp 24+8/8"},
    {"an address of three bytes", FR_LINK, "040005 03 cc" UDP_PACKET,
     "fr 0+5/33 ip 5+20/28 udp 25+8/8"},
    {"an address of four bytes, padding, SNAP", FR_LINK, "04000005 03 00 80 000000 0800" UDP_PACKET,
     "fr 0+12/40 ip 12+20/28 udp 32+8/8"},
    {"a bridged frame with its FCS", FR_LINK,
     "0401 03 00 80 0080c2 0001" ETH("0800") UDP_PACKET "00000000",
     "fr 0+10/52 eth 10+14/42 ip 24+20/28 udp 44+8/8"},
    {"Cisco's encapsulation: an EtherType", FR_LINK, "0401 0800" UDP_PACKET,
     "fr 0+4/32 ip 4+20/28 udp 24+8/8"},
    {"PPP in Frame Relay (RFC 1973, 4)", FR_LINK, "0401 03 cf 0021" UDP_PACKET,
     "fr 0+4/34 ppp 4+2/30 ip 6+20/28 udp 26+8/8"},
    {"an NLPID without a decoder", FR_LINK, "0401 03 81 01",
     "fr 0+4/5 unknown payload 4+0/1"},
    {"an address that does not end", FR_LINK, "04000000 03 cc", "fr 0+0/6 malformed"},
    {"an address of one byte", FR_LINK, "0501 03 cc", "fr 0+0/4 malformed"},
    {"SNAP that is not all there", FR_LINK, "0401 03 80 000000", "fr 0+0/7 malformed"},
    {"LLC over ATM (RFC 2684, 5.1)", ATM_LINK, SNAP("000000", "0800") UDP_PACKET,
     "llc 0+8/36 ip 8+20/28 udp 28+8/8"},
    {"a bridged frame over ATM: padding before it (RFC 2684, 5.2)", ATM_LINK,
     SNAP("0080c2", "0007") "0000" ETH("0800") UDP_PACKET,
     "llc 0+10/52 eth 10+14/42 ip 24+20/28 udp 44+8/8"},
    {"a bridged frame over ATM that ends in the padding", ATM_LINK, SNAP("0080c2", "0007") "00",
     "llc 0+0/9 malformed"},
    {"a BPDU over ATM", ATM_LINK, SNAP("0080c2", "000e") "0000 00 80", "llc 0+8/12 stp 8+4/4"},
    {"FDDI", FDDI_LINK, "50" A1 A2 SNAP("000000", "0800") UDP_PACKET,
     "fddi 0+13/49 llc 13+8/36 ip 21+20/28 udp 41+8/8"},
    {"a FDDI frame without LLC", FDDI_LINK, "c0" A1 A2 "00", "fddi 0+13/14 unknown payload 13+0/1"},
    {"Token Ring with a route (IEEE 802.5)", RING_LINK,
     "1040" A1 "820000000002 0630 0011 0022" SNAP("000000", "0800") UDP_PACKET,
     "tr 0+20/56 llc 20+8/36 ip 28+20/28 udp 48+8/8"},
    {"Token Ring with a route of no length", RING_LINK, "1040" A1 "820000000002 0030 0000",
     "tr 0+0/18 malformed"},
    {"Linux cooked, LLC", SLL_LINK, "0000 0001 0006 020000000001 0000 0004" "f0f07f",
     "sll 0+16/19 llc 16+3/3 unknown"},
    {"Linux cooked, 802.11 with radiotap", SLL_LINK,
     "0000 0323 0006 020000000001 0000 0019 0000 0800 00000000 d400 0000" A1,
     "sll 0+16/34 radiotap 16+8/18 wlan 24+10/10"},

    {"NFLOG: TLVs, and the packet in the last", NFLOG_LINK,
     "02 00 0014 0800 0100 08000100 0600 0a00 6100 0000 2000 0900" UDP_PACKET,
     "nflog 0+24/52 ip 24+20/28 udp 44+8/8"},
    {"NFLOG in the other byte order", NFLOG_LINK,
     "02 00 0014 0008 0001 08000100 0020 0009" UDP_PACKET,
     "nflog 0+16/44 ip 16+20/28 udp 36+8/8"},
    {"NFLOG of another family", NFLOG_LINK, "07 00 0014 0500 0900 01",
     "nflog 0+8/9 unknown payload 8+0/1"},
    {"NFLOG without a packet", NFLOG_LINK, "02 00 0014 0800 0100 08000100", "nflog 0+12/12"},
    {"NFLOG with a TLV shorter than its head", NFLOG_LINK, "02 00 0014 0300 0100 08000100",
     "nflog 0+0/12 malformed"},
    {"NFLOG with a payload beyond the packet", NFLOG_LINK, "02 00 0014 3000 0900" UDP_PACKET,
     "nflog 0+8/36 malformed ip 8+20/28 udp 28+8/8"},

};

static const struct fields_row fields_rows[] = {
    {ETH_LINK,
     ETH("0004") "f0f1 0101 0000",
     "llc",
     "dsap=240 ssap=241 control=257 format=supervisory"},
    {ETH_LINK,
     ETH("0032") SNAP("00000c", "010b") "0000 02 02 3c" BRIDGE_IDS TIMES "00 0000 0002 0005",
     "llc",
     "dsap=170 ssap=170 control=3 format=unnumbered oui=12 pid=267 pid_name=PVST"},
    {ETH_LINK,
     ETH("0023") "e0e003 ffff 001e 00 11 00000000 ffffffffffff 0455 00000001 " A1 "0455 0102",
     "ipx",
     "checksum=65535 length=30 transport_control=0 packet_type=17 destination_network=0 "
     "destination_node=ffffffffffff destination_socket=1109 source_network=1 "
     "source_node=020000000001 source_socket=1109"},
    {ETH_LINK,
     ETH("0026") "424203 0000 00 00 01" BRIDGE_IDS TIMES "0000000000000000",
     "stp",
     "protocol_id=0 version=0 type=0 flags=[topology_change] port_role=unknown "
     "root={priority=32768 address=020000000001} root_path_cost=4 bridge={priority=32768 "
     "address=020000000002} port_id=32769 message_age_ms=1000 max_age_ms=20000 "
     "hello_time_ms=2000 forward_delay_ms=15000"},
    {ETH_LINK,
     ETH("0079") "424203 0000 03 02 7c" BRIDGE_IDS TIMES "00 0050 00"
     "726567696f6e0000000000000000000000000000000000000000000000000000 0001"
     "ac36177f50283cd4b83821d8ab26de62 00000000 8000" A2 "14"
     "7c 8001" A1 "00000005 80 80 14",
     "stp",
     "protocol_id=0 version=3 type=2 flags=[learning forwarding agreement] port_role=designated "
     "root={priority=32768 address=020000000001} root_path_cost=4 bridge={priority=32768 "
     "address=020000000002} port_id=32769 message_age_ms=1000 max_age_ms=20000 "
     "hello_time_ms=2000 forward_delay_ms=15000 version_3_length=80 configuration_name='region' "
     "revision=1 digest=ac36177f50283cd4b83821d8ab26de62 internal_root_path_cost=0 "
     "cist_bridge={priority=32768 address=020000000002} remaining_hops=20 "
     "instances=[{flags=[learning forwarding agreement] port_role=designated "
     "regional_root={priority=32769 address=020000000001} internal_root_path_cost=5 "
     "bridge_priority=128 port_priority=128 remaining_hops=20}]"},
    {ETH_LINK,
     ETH("0032") SNAP("00000c", "010b") "0000 02 02 3c" BRIDGE_IDS TIMES "00 0000 0002 0005",
     "stp",
     "protocol_id=0 version=2 type=2 flags=[learning forwarding] port_role=designated "
     "root={priority=32768 address=020000000001} root_path_cost=4 bridge={priority=32768 "
     "address=020000000002} port_id=32769 message_age_ms=1000 max_age_ms=20000 "
     "hello_time_ms=2000 forward_delay_ms=15000 originating_vlan=5"},
    {ETH_LINK,
     ETH("0010") SNAP("00000c", "2000") "02 b4 0000 0001 0008",
     "cdp",
     "version=2 ttl_s=180 checksum=0 tlvs=[] incomplete=1"},
    {ETH_LINK,
     ETH("88cc") "0207 04" A1 "0403 026531 0602 0078 0a02 7331 0e04 00140010 "
     "100c 05 01 c0000201 02 00000001 00 0000",
     "lldp",
     "tlvs=[{type=1 name=chassis_id subtype=4 address=020000000001} {type=2 name=port_id "
     "subtype=2 id='e1'} {type=3 name=time_to_live ttl_s=120} {type=5 name=system_name "
     "text='s1'} {type=7 name=system_capabilities capabilities=[bridge router] "
     "enabled=[router]} {type=8 name=management_address address_family=1 address=192.0.2.1 "
     "interface_subtype=2 interface_number=1 object_id=}]"},
    {ETH_LINK,
     ETH("888e") "01 00 0009 02 01 0009 01 75736572 00",
     "eapol",
     "version=1 type=0 type_name=EAP packet length=9"},
    {ETH_LINK,
     ETH("888e") "01 00 0009 02 01 0009 01 75736572 00",
     "eap",
     "code=2 code_name=Response identifier=1 length=9 type=1 type_name=Identity text='user'"},
    {ETH_LINK,
     ETH("888e") "01 03 005f 02 008a 0010 0000000000000001" EIGHT("01020304")
     EIGHT("0000") EIGHT("00") EIGHT("00") EIGHT("0000") "0000",
     "eapol",
     "version=1 type=3 type_name=EAPOL key length=95 descriptor_type=2 descriptor_version=2 "
     "key_information=[pairwise ack] key_length=16 replay_counter=1 "
     "nonce=0102030401020304010203040102030401020304010203040102030401020304 "
     "iv=00000000000000000000000000000000 receive_sequence_counter=0000000000000000 "
     "mic=00000000000000000000000000000000 key_data_length=0 key_data="},
    {ETH_LINK,
     ETH("888e") "01 03 0060 02",
     "eapol",
     "version=1 type=3 type_name=EAPOL key length=96 descriptor_type=2 incomplete=1"},
    {ETH_LINK,
     ETH("8808") "0001 ffff 00000000",
     "macc",
     "opcode=1 opcode_name=Pause time=65535"},
    {ETH_LINK,
     ETH("8808") "0101 0009" EIGHT("0010"),
     "macc",
     "opcode=257 opcode_name=Priority pause enable=9 times=[16 16 16 16 16 16 16 16]"},
    {ETH_LINK,
     ETH("8863") "11 09 0000 000c 0101 0000 0103 0004 01020304 0000",
     "pppoed",
     "version=1 type=1 code=9 code_name=PADI session_id=0 length=12 tags=[{type=257 "
     "name=Service-Name text=''} {type=259 name=Host-Uniq data=01020304}]"},
    {ETH_LINK,
     ETH("8864") "11 00 0017 001e 0021" UDP_PACKET "0000",
     "pppoes",
     "version=1 type=1 code=0 session_id=23 length=30"},
    {PPP_LINK,
     "ff03 0021" UDP_PACKET,
     "ppp",
     "address=255 control=3 protocol=33 protocol_name=IP"},
    {PPP_LINK,
     "ff03 c021 01 01 0008 01 04 05dc 0000",
     "ppp.control",
     "protocol=49185 protocol_name=LCP code=1 code_name=Conf-Request identifier=1 length=8 "
     "options=[{type=1 data=05dc}]"},
    {PPP_LINK,
     "c023 01 01 000a 02 6162 02 6364",
     "ppp.control",
     "protocol=49187 protocol_name=PAP code=1 code_name=Auth-Req identifier=1 length=10 "
     "peer_id='ab' password='cd'"},
    {CHDLC_LINK,
     "8f00 8035 00000002 00000005 00000002 ffff 00010000",
     "slarp",
     "code=2 my_sequence=5 your_sequence=2 reliability=65535 uptime_ms=65536"},
    {CHDLC_LINK,
     "8f00 8035 00000001 0a000001 ffffff00 ffff",
     "slarp",
     "code=1 address=10.0.0.1 mask=255.255.255.0"},
    {FR_LINK,
     "040005 03 cc" UDP_PACKET,
     "fr",
     "dlci=1025 address_length=3 command_response=0 forward_congestion=0 backward_congestion=0 "
     "discard_eligible=0 control=3 nlpid=204"},
    {FR_LINK,
     "04000005 03 00 80 000000 0800" UDP_PACKET,
     "fr",
     "dlci=131073 address_length=4 command_response=0 forward_congestion=0 "
     "backward_congestion=0 discard_eligible=0 control=3 nlpid=128 oui=0 pid=2048"},
    {FR_LINK,
     "0401 0800" UDP_PACKET,
     "fr",
     "dlci=16 address_length=2 command_response=0 forward_congestion=0 backward_congestion=0 "
     "discard_eligible=0 type=2048"},
    {FDDI_LINK,
     "50" A1 A2 SNAP("000000", "0800") UDP_PACKET,
     "fddi",
     "frame_control=80 destination=020000000001 source=020000000002"},
    {RING_LINK,
     "1040" A1 "820000000002 0630 0011 0022" SNAP("000000", "0800") UDP_PACKET,
     "tr",
     "access_control=16 frame_control=64 destination=020000000001 source=020000000002 "
     "route=063000110022"},
    {NFLOG_LINK,
     "02 00 0014 0800 0100 08000100 0600 0a00 6100 0000 2000 0900" UDP_PACKET,
     "nflog",
     "family=2 version=0 resource_id=20 tlvs=[{type=1 hardware_protocol=2048 hook=1} {type=10 "
     "prefix='a'}]"},
    {ETH_LINK,
     ETH("0051") SNAP("00000c", "2000") "02 b4 0000 0002 0011 00000001 01 01 cc 0004 c0000201"
     "0004 0008 00000029 000a 0006 0064 000b 0005 01 0010 0006 3c00 0011 0008 000005dc"
     "0012 0005 00 0017 0009 00 6c616231 0063 0005 07",
     "cdp",
     "version=2 ttl_s=180 checksum=0 tlvs=[{type=2 addresses=[192.0.2.1]} {type=4 "
     "capabilities=[router switch igmp]} {type=10 native_vlan=100} {type=11 full_duplex=1} "
     "{type=16 power_mw=15360} {type=17 mtu=1500} {type=18 trust_bitmap=0} {type=23 "
     "physical_location='lab1'} {type=99 data=07}]"},
    {ETH_LINK,
     ETH("88cc") "fe06 00120f 01 0300 0406 0401 c0000201 0602 0001",
     "lldp",
     "tlvs=[{type=127 name=organization_specific oui=4623 subtype=1 data=0300} {type=2 "
     "name=port_id subtype=4 address_family=1 address=192.0.2.1} {type=3 name=time_to_live "
     "ttl_s=1}]"},
    {PPP_LINK, "c223 01 07 000b 03 010203 6d65 78",
     "ppp.control",
     "protocol=49699 protocol_name=CHAP code=1 code_name=Challenge identifier=7 length=11 "
     "value=010203 name='mex'"},
};

static void rows_have_their_layers(void **state)
{
    (void)state;
    check_layers_rows(layers_rows, sizeof layers_rows / sizeof layers_rows[0]);
}

static void rows_tell_their_fields(void **state)
{
    (void)state;
    check_fields_rows(fields_rows, sizeof fields_rows / sizeof fields_rows[0]);
}

/* What follows is guessed from its first bytes: their prefixes may be something else. */
static void guesses_have_their_layers(void **state)
{
    static const struct layers_row guesses[] = {
        {"PPP_HDLC that holds Cisco HDLC", PPP_HDLC_LINK, "0f00 0800" UDP_PACKET,
         "chdlc 0+4/32 ip 4+20/28 udp 24+8/8"},
        {"Novell's frames have the checksum of IPX, ffff, in the place of LLC", ETH_LINK,
         ETH("001e") "ffff 001e 00 11 00000000 ffffffffffff 0455 00000001 " A1 "0455",
         "eth 0+14/44 ipx 14+30/30"},
        {"a label stack in PPP", PPP_LINK, "0281 00064140" UDP_PACKET,
         "ppp 0+2/34 mpls 2+4/32 ip 6+20/28 udp 26+8/8"},
    };
    char text[SHOW_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++) {
        struct wb_packet packet = packet_of(guesses[i].link_type, guesses[i].bytes, UINT32_MAX);
        struct wb_decoded decoded;
        wb_decode(&packet, &decoded);
        assert_string_equal(show_layers(&decoded, text), guesses[i].layers);
    }
}

static void a_frame_of_one_packet_has_no_next(void **state)
{
    (void)state;
    check_rows_have_no_next(layers_rows, sizeof layers_rows / sizeof layers_rows[0]);
}

static void pppoe_names_its_session(void **state)
{
    (void)state;
    struct wb_packet packet = packet_of(
        ETH_LINK, ETH("8864") "12 00 0017 001e 0021" UDP_PACKET, UINT32_MAX);
    struct wb_decoded decoded;
    struct wb_pppoe pppoe;
    struct wb_tunnel tunnel;
    wb_decode(&packet, &decoded);
    assert_int_equal(wb_pppoe_read(&packet, &decoded.layers[1], &pppoe), 0);
    assert_int_equal(pppoe.version, 1);
    assert_int_equal(pppoe.type, 2);
    assert_int_equal(pppoe.code, 0);
    assert_int_equal(pppoe.session_id, 0x17);
    assert_int_equal(pppoe.length, 30);
    assert_int_equal(wb_pppoe_read(&packet, &decoded.layers[0], &pppoe), WB_E_ARGUMENT);
    assert_int_equal(decoded.tunnel_count, 1);
    assert_int_equal(wb_tunnel_read(&packet, &decoded.layers[1], &tunnel), 0);
    assert_true(tunnel.has_id && tunnel.is_shared);
    assert_int_equal(tunnel.id, 0x17);
    packet.captured_length = 19;
    assert_int_equal(wb_pppoe_read(&packet, &decoded.layers[1], &pppoe), WB_E_TRUNCATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_their_layers),
        cmocka_unit_test(rows_tell_their_fields),
        cmocka_unit_test(guesses_have_their_layers),
        cmocka_unit_test(a_frame_of_one_packet_has_no_next),
        cmocka_unit_test(pppoe_names_its_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
