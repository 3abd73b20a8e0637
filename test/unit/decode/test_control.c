/* SPDX-License-Identifier: ISC
 *
 * The messages by which networks are run, and the extensions of IP: layers and fields. The
 * checksums in the packets were computed by other code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "rows.h"

enum { RAW_LINK = 101 };

static const struct layers_row layers_rows[] = {
    {"an ICMP error quotes a packet (RFC 792)", RAW_LINK,
     "45000048 00010000 400166b2 0a000001 0a000002 0303b506 00000000 4500002c 00010000 "
     "401166be 0a000001 0a000002 1388a8ca 00180000 71717171 71717171 71717171 71717171",
     "raw 0+0/72 ip 0+20/72 icmp 20+8/52 ip 28+20/44 udp 48+8/24 payload 56+0/16"},
    {"a quotation that ends within its UDP datagram", RAW_LINK,
     "45000038 00010000 400166c2 0a000001 0a000002 0b003895 00000000 4500002c 00010000 "
     "401166be 0a000001 0a000002 1388a8ca 00180000",
     "raw 0+0/56 ip 0+20/56 icmp 20+8/36 ip 28+20/28 udp 48+8/8"},
    {"a quotation that ends within its TCP header", RAW_LINK,
     "45000038 00010000 400166c2 0a000001 0a000002 0301dd6d 00000000 4500003c 00010000 "
     "400666b9 0a000001 0a000002 00501f40 00000001",
     "raw 0+0/56 ip 0+20/56 icmp 20+8/36 ip 28+20/28 tcp 48+0/8 truncated"},
    {"a quotation that is no IP packet", RAW_LINK,
     "45000020 00010000 400166da 0a000001 0a000002 0301daba 00000000 00112233",
     "raw 0+0/32 ip 0+20/32 icmp 20+8/12 ip 28+0/4 truncated"},
    {"an error that quotes nothing", RAW_LINK,
     "4500001c 00010000 400166de 0a000001 0a000002 0b00f4ff 00000000",
     "raw 0+0/28 ip 0+20/28 icmp 20+8/8"},
    {"an extension structure behind a quotation (RFC 4884)", RAW_LINK,
     "450000a8 00010000 40016652 0a000001 0a000002 0b00ace9 00200000 4500002c 00010000 "
     "401166be 0a000001 0a000002 1388a8ca 00180000 71717171 71717171 71717171 71717171 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 2000bf10 00080101 03e81bfe",
     "raw 0+0/168 ip 0+20/168 icmp 20+8/148 ip 28+20/44 udp 48+8/24 payload 56+0/16"},
    {"a length of the quotation that is beyond the message", RAW_LINK,
     "45000048 00010000 400166b2 0a000001 0a000002 0b00ac41 00c80000 4500002c 00010000 "
     "401166be 0a000001 0a000002 1388a8ca 00180000 71717171 71717171 71717171 71717171",
     "raw 0+0/72 ip 0+20/72 icmp 20+8/52 ip 28+20/44 udp 48+8/24 payload 56+0/16"},
    {"an ICMPv6 error quotes a packet (RFC 4443)", RAW_LINK,
     "60000000 00483a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 01044b21 00000000 60000000 00181140 fe800000 00000000 00000000 00000001 "
     "fe800000 00000000 00000000 00000002 1388a8ca 00180000 71717171 71717171 71717171 "
     "71717171",
     "raw 0+0/112 ipv6 0+40/112 icmpv6 40+8/72 ipv6 48+40/64 udp 88+8/24 payload 96+0/16"},
    {"an ICMPv6 error quotes a first fragment", RAW_LINK,
     "60000000 00503a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 03001d0d 00000000 60000000 00202c40 fe800000 00000000 00000000 00000001 "
     "fe800000 00000000 00000000 00000002 11000001 00000007 1388a8ca 00180000 71717171 "
     "71717171 71717171 71717171",
     "raw 0+0/120 ipv6 0+40/120 icmpv6 40+8/80 ipv6 48+40/72 ipv6.fraghdr 88+8/32 udp "
     "96+8/24 payload 104+0/16"},
    {"an ICMPv6 error with extensions", RAW_LINK,
     "60000000 00943a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 01003ad9 10000000 60000000 00181140 fe800000 00000000 00000000 00000001 "
     "fe800000 00000000 00000000 00000002 1388a8ca 00180000 71717171 71717171 71717171 "
     "71717171 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 2000bf10 "
     "00080101 03e81bfe",
     "raw 0+0/188 ipv6 0+40/188 icmpv6 40+8/148 ipv6 48+40/64 udp 88+8/24 payload 96+0/16"},
    {"a redirect quotes in an option, not in layers", RAW_LINK,
     "60000000 00783a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 89008ea1 00000000 fe800000 00000000 00000000 00000003 20010db8 00000000 "
     "00000000 00000009 02010200 00000003 04090000 00000000 60000000 00181140 fe800000 "
     "00000000 00000000 00000001 fe800000 00000000 00000000 00000002 1388a8ca 00180000 "
     "71717171 71717171 71717171 71717171",
     "raw 0+0/160 ipv6 0+40/160 icmpv6 40+8/120 payload 48+0/112"},
    {"IGMPv3 report in a packet with a router alert", RAW_LINK,
     "46000028 00010000 01023ab8 0a000001 e0000016 94040000 2200f7f9 00000001 04000000 "
     "e0010203",
     "raw 0+0/40 ip 0+24/40 igmp 24+8/16"},
    {"an IGMP message shorter than its header", RAW_LINK,
     "45000018 00010000 400266e1 0a000001 0a000002 11640000",
     "raw 0+0/24 ip 0+20/24 igmp 20+0/4 malformed"},
    {"VRRP version 3 over IPv6", RAW_LINK,
     "60000000 001870ff fe800000 00000000 00000000 00000001 ff020000 00000000 00000000 "
     "00000012 31016401 00646df0 fe800000 00000000 00000000 00000009",
     "raw 0+0/64 ipv6 0+40/64 vrrp 40+8/24"},
    {"VRRP of a version that there is not", RAW_LINK,
     "4500001c 00010000 4070666f 0a000001 0a000002 51016401 00640000",
     "raw 0+0/28 ip 0+20/28 vrrp 20+8/8 malformed"},
    {"CARP", RAW_LINK,
     "45000038 00010000 ff70d141 0a000001 e0000012 21010007 0001747e 01020304 05060708 "
     "00010203 04050607 08090a0b 0c0d0e0f 10111213",
     "raw 0+0/56 ip 0+20/56 carp 20+36/36"},
    {"PIM Hello", RAW_LINK,
     "4500003e 00010000 0167cf4a 0a000001 e000000d 2000e9df 00010002 00690002 000481f4 "
     "09c40013 00040000 00010014 00041234 56780015 00040100 0000",
     "raw 0+0/62 ip 0+20/62 pim 20+4/42"},
    {"a PIM Register is a tunnel", RAW_LINK,
     "4500003b 00010000 4067ae51 0a000001 c0000209 21009eff 40000000 4500001f 00010000 "
     "401166cb 0a000001 0a000002 13881388 000b0063 616263",
     "raw 0+0/59 ip 0+20/59 pim 20+8/39 ip 28+20/31 udp 48+8/11 payload 56+0/3"},
    {"a PIM Null-Register without a packet", RAW_LINK,
     "4500001c 00010000 0167cf6c 0a000001 e000000d 21009eff 40000000",
     "raw 0+0/28 ip 0+20/28 pim 20+8/8"},
    {"OSPFv2 Hello", RAW_LINK,
     "45000048 00010000 0159cf56 0a000001 e0000005 02010034 c0000201 00000001 32870000 "
     "00000000 00000000 ffffff00 000a0201 00000028 c0000201 c0000202 c0000203 c0000204",
     "raw 0+0/72 ip 0+20/72 ospf 20+24/52"},
    {"OSPFv3 Hello", RAW_LINK,
     "60000000 00285901 fe800000 00000000 00000000 00000001 ff020000 00000000 00000000 "
     "00000005 03010028 c0000201 00000001 f1760400 00000005 01000013 000a0028 c0000201 "
     "c0000202 c0000203",
     "raw 0+0/80 ipv6 0+40/80 ospf 40+16/40"},
    {"an OSPF length within the header", RAW_LINK,
     "4500002c 00010000 40596676 0a000001 0a000002 0201000f 00000000 00000000 00000000 "
     "00000000 00000000",
     "raw 0+0/44 ip 0+20/44 ospf 20+24/24 malformed"},
    {"an OSPF version that there is not", RAW_LINK,
     "4500002c 00010000 40596676 0a000001 0a000002 04010018 00000000 00000000 00000000 "
     "00000000 00000000",
     "raw 0+0/44 ip 0+20/44 ospf 20+0/24 malformed"},
    {"an OSPF length beyond the packet", RAW_LINK,
     "4500002c 00010000 40596676 0a000001 0a000002 02010030 00000000 00000000 00000000 "
     "00000000 00000000",
     "raw 0+0/44 ip 0+20/44 ospf 20+24/24 malformed"},
    {"hop-by-hop, destination options, segments, a fragment header, and UDP", RAW_LINK,
     "60000000 003b0040 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 3c000502 00000100 2b000401 05010100 2c020400 00000000 fe800000 00000000 "
     "00000000 00000002 11000000 00000007 13881388 000b1761 616263",
     "raw 0+0/99 ipv6 0+40/99 ipv6.hopopts 40+8/59 ipv6.dstopts 48+8/51 ipv6.routing "
     "56+24/43 ipv6.fraghdr 80+8/19 udp 88+8/11 payload 96+0/3"},
    {"a jumbo payload option in a packet that has a length (RFC 2675, 3)", RAW_LINK,
     "60000000 00130040 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 1100c204 00010000 13881388 000b1761 616263",
     "raw 0+0/59 ipv6 0+40/59 ipv6.hopopts 40+8/19 malformed udp 48+8/11 payload 56+0/3"},
    {"HIP and Shim6 are walked over", RAW_LINK,
     "60000000 00108b40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 8c000000 00000000 3b000000 00000000",
     "raw 0+0/56 ipv6 0+40/56 hip 40+8/16 shim6 48+8/8"},
    {"a mobility header", RAW_LINK,
     "60000000 00108740 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 3b010100 b64e0000 01020304 05060708",
     "raw 0+0/56 ipv6 0+40/56 mipv6 40+16/16"},
};

static const struct fields_row fields_rows[] = {
    {RAW_LINK,
     "4500001f 00010000 400166db 0a000001 0a000002 0800338d 00070009 616263",
     "icmp",
     "identifier=7 sequence_number=9 payload_length=3"},
    {RAW_LINK,
     "45000048 00010000 400166b2 0a000001 0a000002 0304af8d 00000578 4500002c 00010000 "
     "401166be 0a000001 0a000002 1388a8ca 00180000 71717171 71717171 71717171 71717171",
     "icmp",
     "next_hop_mtu=1400 payload_length=44"},
    {RAW_LINK,
     "45000048 00010000 400166b2 0a000001 0a000002 0501a80a 0a0000fe 4500002c 00010000 "
     "401166be 0a000001 0a000002 1388a8ca 00180000 71717171 71717171 71717171 71717171",
     "icmp",
     "gateway_internet_address=10.0.0.254 payload_length=44"},
    {RAW_LINK,
     "4500002c 00010000 400166ce 0a000001 0a000002 090059ed 02020708 0a000003 00000001 "
     "0a000004 80000000",
     "icmp",
     "num_addrs=2 addr_entry_size=2 lifetime_s=1800 routers=[{router_address=10.0.0.3 "
     "preference_level=1} {router_address=10.0.0.4 preference_level=-2147483648}] "
     "payload_length=16"},
    {RAW_LINK,
     "45000028 00010000 400166d2 0a000001 0a000002 0900d9ed 02020708 0a000003 00000001 "
     "0a000004",
     "icmp",
     "preference_level=1}] incomplete=1 payload_length=12"},
    {RAW_LINK,
     "45000048 00010000 400166b2 0a000001 0a000002 0c009809 14000000 4500002c 00010000 "
     "401166be 0a000001 0a000002 1388a8ca 00180000 71717171 71717171 71717171 71717171",
     "icmp",
     "pointer=20 payload_length=44"},
    {RAW_LINK,
     "45000028 00010000 400166d2 0a000001 0a000002 0e0090d4 00010002 00000001 00000002 "
     "05265bff",
     "icmp",
     "identifier=1 sequence_number=2 originate_timestamp_ms=1 receive_timestamp_ms=2 "
     "transmit_timestamp_ms=86399999 payload_length=12"},
    {RAW_LINK,
     "45000020 00010000 400166da 0a000001 0a000002 0d002e36 00010002 61626364",
     "icmp",
     "sequence_number=2 incomplete=1 payload_length=4"},
    {RAW_LINK,
     "45000020 00010000 400166da 0a000001 0a000002 1200eefb 00010002 ffffff00",
     "icmp",
     "identifier=1 sequence_number=2 address_mask=255.255.255.0 payload_length=4"},
    {RAW_LINK,
     "45000028 00010000 400166d2 0a000001 0a000002 2a00d3fd 00010201 2000dcee 00080302 "
     "00000007",
     "icmp",
     "identifier=1 sequence_number=2 local=1 extensions={version=2"},
    {RAW_LINK,
     "4500001c 00010000 400166de 0a000001 0a000002 2b00d2b8 00010246",
     "icmp",
     "identifier=1 sequence_number=2 state=2 active=1 ipv4=1 ipv6=0"},
    {RAW_LINK,
     "450000ca 00010000 40016630 0a000001 0a000002 0b00ace9 00200000 4500002c 00010000 "
     "401166be 0a000001 0a000002 1388a8ca 00180000 71717171 71717171 71717171 71717171 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 2000c6a9 00080101 03e81bfe 001c020f 00000007 00010000 "
     "c0000209 08657468 30000000 000005dc 00060901 7879",
     "icmp",
     "quoted_length=128 extensions={version=2 checksum=50857 objects=[{length=8 class_num=1 "
     "c_type=1 labels=[{label=16001 traffic_class=5 bottom_of_stack=1 ttl=254}]} {length=28 "
     "class_num=2 c_type=15 interface_role=incoming if_index=7 address=192.0.2.9 "
     "interface_name='eth0' mtu=1500} {length=6 class_num=9 c_type=1 data=7879}]} "
     "payload_length=174"},
    {RAW_LINK,
     "450000a4 00010000 40016656 0a000001 0a000002 0b008be5 00200000 4500002c 00010000 "
     "401166be 0a000001 0a000002 1388a8ca 00180000 71717171 71717171 71717171 71717171 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 20000000 00030101",
     "icmp",
     "objects=[] incomplete=1} payload_length"},
    {RAW_LINK,
     "450000a8 00010000 40016652 0a000001 0a000002 0b008ace 00200000 4500002c 00010000 "
     "401166be 0a000001 0a000002 1388a8ca 00180000 71717171 71717171 71717171 71717171 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 20000000 0008020c 00000007",
     "icmp",
     "objects=[{length=8 class_num=2 c_type=12 interface_role=incoming if_index=7 "
     "incomplete=1}]} payload_length"},
    {RAW_LINK,
     "60000000 00483a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 02004525 00000500 60000000 00181140 fe800000 00000000 00000000 00000001 "
     "fe800000 00000000 00000000 00000002 1388a8ca 00180000 71717171 71717171 71717171 "
     "71717171",
     "icmpv6",
     "mtu=1280 payload_length=64"},
    {RAW_LINK,
     "60000000 00483a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 040147fc 00000028 60000000 00181140 fe800000 00000000 00000000 00000001 "
     "fe800000 00000000 00000000 00000002 1388a8ca 00180000 71717171 71717171 71717171 "
     "71717171",
     "icmpv6",
     "pointer=40 payload_length=64"},
    {RAW_LINK,
     "60000000 00083a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 800082a8 00070009",
     "icmpv6",
     "identifier=7 sequence_number=9 payload_length=0"},
    {RAW_LINK,
     "60000000 00183a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 82005a91 27100000 ff020000 00000000 00000000 00010003",
     "icmpv6",
     "version=1 maximum_response_code=10000 maximum_response_delay_ms=10000 "
     "multicast_address=ff02::1:3 payload_length=16"},
    {RAW_LINK,
     "60000000 002c3a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 8200ae86 9abc0000 ff020000 00000000 00000000 00010003 0a8f0001 20010db8 "
     "00000000 00000000 00000001",
     "icmpv6",
     "version=2 maximum_response_code=39612 maximum_response_delay_ms=109504 "
     "multicast_address=ff02::1:3 suppress_router_side_processing=1 "
     "querier_robustness_variable=2 querier_query_interval_code=143 "
     "querier_query_interval_s=248 number_of_sources=1 source_addresses=[2001:db8::1] "
     "payload_length=36"},
    {RAW_LINK,
     "60000000 002c3a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 82005153 00010000 ff020000 00000000 00000000 00010003 027d0002 20010db8 "
     "00000000 00000000 00000001",
     "icmpv6",
     "number_of_sources=2 source_addresses=[2001:db8::1] incomplete=1 payload_length=36"},
    {RAW_LINK,
     "60000000 00183a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 84007fa1 00000000 ff020000 00000000 00000000 00010003",
     "icmpv6",
     "multicast_address=ff02::1:3 payload_length=16"},
    {RAW_LINK,
     "60000000 00443a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 8f0067ec 00000002 04000000 ff020000 00000000 00000000 00010003 03010001 "
     "ff020000 00000000 00000000 00010004 20010db8 00000000 00000000 00000001 64617461",
     "icmpv6",
     "number_of_records=2 records=[{record_type=4 record_type_name=change_to_exclude_mode "
     "multicast_address=ff02::1:3 number_of_sources=0 source_addresses=[]} {record_type=3 "
     "record_type_name=change_to_include_mode multicast_address=ff02::1:4 "
     "number_of_sources=1 source_addresses=[2001:db8::1] auxiliary_data=64617461}] "
     "payload_length=60"},
    {RAW_LINK,
     "60000000 001c3a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 8f00709a 00000002 04000001 ff020000 00000000 00000000 00010003",
     "icmpv6",
     "number_of_sources=1 source_addresses=[] incomplete=1}] incomplete=1 payload_length=20"},
    {RAW_LINK,
     "60000000 00103a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 85007aae 00000000 01010200 00000001",
     "icmpv6",
     "options=[{type=1 name=source_link_layer_address length=1 "
     "link_layer_address=020000000001}] payload_length=8"},
    {RAW_LINK,
     "60000000 00e03a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 86006e6a 40e80708 00007530 000003e8 01010200 00000001 05010000 000005dc "
     "030440e0 00278d00 00093a80 00000000 20010db8 00000000 00000000 00000000 18023008 "
     "00000708 20010db8 00050000 19050000 00000258 20010db8 00000000 00000000 00000053 "
     "20010db8 00000000 00000000 00000054 1f040000 00000258 07657861 6d706c65 036e6574 "
     "00036c61 62000000 00000000 0e010102 03040506 26020078 0064ff9b 00000000 00000000 "
     "07010000 000003e8 08010000 00020708 25036874 74703a2f 2f612e65 78616d70 6c652f00 "
     "00000000 c8010a0b 0c0d0e0f",
     "icmpv6",
     "cur_hop_limit=64 managed=1 other=1 home_agent=1 router_preference=high proxy=0 "
     "router_lifetime_s=1800 reachable_time_ms=30000 retrans_timer_ms=1000 options=[{type=1 "
     "name=source_link_layer_address length=1 link_layer_address=020000000001} {type=5 "
     "name=mtu length=1 mtu=1500} {type=3 name=prefix_information length=4 prefix_length=64 "
     "on_link=1 autonomous=1 router_address=1 valid_lifetime_s=2592000 "
     "preferred_lifetime_s=604800 prefix=2001:db8::} {type=24 name=route_information "
     "length=2 prefix_length=48 route_preference=high route_lifetime_s=1800 "
     "prefix=2001:db8:5::} {type=25 name=rdnss length=5 lifetime_s=600 "
     "addresses=[2001:db8::53 2001:db8::54]} {type=31 name=dnssl length=4 lifetime_s=600 "
     "domain_names=['example.net' 'lab']} {type=14 name=nonce length=1 data=010203040506} "
     "{type=38 name=pref64 length=2 lifetime_s=120 prefix_length=96 prefix=64:ff9b::} "
     "{type=7 name=advertisement_interval length=1 advertisement_interval_ms=1000} {type=8 "
     "name=home_agent_information length=1 home_agent_preference=2 "
     "home_agent_lifetime_s=1800} {type=37 name=captive_portal length=3 "
     "uri='http://a.example/'} {type=200 length=1 data=0a0b0c0d0e0f}] payload_length=216"},
    {RAW_LINK,
     "60000000 00203a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 87007c1c 00000000 fe800000 00000000 00000000 00000003 01000000 00000000",
     "icmpv6",
     "target_address=fe80::3 options=[] incomplete=1 payload_length=24"},
    {RAW_LINK,
     "60000000 00203a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 88009817 e0000000 fe800000 00000000 00000000 00000003 02010200 00000003",
     "icmpv6",
     "router=1 solicited=1 override=1 target_address=fe80::3 options=[{type=2 "
     "name=target_link_layer_address length=1 link_layer_address=020000000003}] "
     "payload_length=24"},
    {RAW_LINK,
     "60000000 00113a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 88009c2d e0000000 fe800000 00000000 00",
     "icmpv6",
     "override=1 incomplete=1 payload_length=9"},
    {RAW_LINK,
     "60000000 00383a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 8900392c 00000000 fe800000 00000000 00000000 00000003 20010db8 00000000 "
     "00000000 00000009 04020000 00000000 01020304 05060708",
     "icmpv6",
     "target_address=fe80::3 destination_address=2001:db8::9 options=[{type=4 "
     "name=redirected_header length=2 data=0000000000000102030405060708}]"},
    {RAW_LINK,
     "60000000 00103a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 8a007323 00000005 01a003e8 00000000",
     "icmpv6",
     "sequence_number=5 segment_number=1 flags=[all_interfaces test] max_delay_ms=1000"},
    {RAW_LINK,
     "60000000 00203a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 8b0068c9 0003003e 01020304 05060708 fe800000 00000000 00000000 00000001",
     "icmpv6",
     "qtype=3 flags=62 nonce=0102030405060708 data=fe80"},
    {RAW_LINK,
     "60000000 00283a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 9100161a 00090000 20010db8 00000000 00000000 00000001 20010db8 00000000 "
     "00000000 00000002",
     "icmpv6",
     "identifier=9 home_agent_addresses=[2001:db8::1 2001:db8::2]"},
    {RAW_LINK,
     "60000000 00103a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 9300a4c9 0009c000 05010000 000005dc",
     "icmpv6",
     "identifier=9 managed=1 other=1 options=[{type=5 name=mtu length=1 mtu=1500}]"},
    {RAW_LINK,
     "60000000 00083a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 97146b25 007d0002",
     "icmpv6",
     "advertisement_interval_s=20 query_interval_s=125 robustness_variable=2"},
    {RAW_LINK,
     "60000000 001c3a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 9b01c2ab 1ef00100 88050000 fd000000 00000000 00000000 00000001",
     "icmpv6",
     "secure=0 rpl_message=dio rpl_instance_id=30 version_number=240 rank=256 grounded=1 "
     "mode_of_operation=1 dodag_preference=0 dtsn=5 dodag_id=fd00::1"},
    {RAW_LINK,
     "46000020 00010000 01023ad5 0a000001 e0000001 94040000 1100eeff 00000000",
     "igmp",
     "type=17 name=membership_query max_resp_code=0 checksum=61183 checksum_state=right "
     "version=1 group_address=0.0.0.0 payload_length=0"},
    {RAW_LINK,
     "46000020 00010000 01023ac0 0a000001 e0000016 94040000 11640c97 e0010203",
     "igmp",
     "version=2 max_resp_time_ms=10000 group_address=224.1.2.3 payload_length=0"},
    {RAW_LINK,
     "4600002c 00010000 01023ab4 0a000001 e0000016 94040000 118fedd7 e0010203 0a8f0002 "
     "0a000001 0a000002",
     "igmp",
     "version=3 max_resp_time_ms=24800 group_address=224.1.2.3 "
     "suppress_router_side_processing=1 querier_robustness_variable=2 "
     "querier_query_interval_code=143 querier_query_interval_s=248 number_of_sources=2 "
     "source_addresses=[10.0.0.1 10.0.0.2] payload_length=12"},
    {RAW_LINK,
     "46000028 00010000 01023ab8 0a000001 e0000016 94040000 11640017 e0010203 027d0002 "
     "0a000001",
     "igmp",
     "number_of_sources=2 source_addresses=[10.0.0.1] incomplete=1 payload_length=8"},
    {RAW_LINK,
     "46000040 00010000 01023aa0 0a000001 e0000016 94040000 22004950 00000003 04000000 "
     "e0010203 06010001 e0010204 0a000001 61757821 01000001 e0010205",
     "igmp",
     "name=v3_membership_report max_resp_code=0 checksum=18768 checksum_state=right "
     "number_of_group_records=3 group_records=[{record_type=4 "
     "record_type_name=change_to_exclude_mode multicast_address=224.1.2.3 "
     "number_of_sources=0 source_addresses=[]} {record_type=6 "
     "record_type_name=block_old_sources multicast_address=224.1.2.4 number_of_sources=1 "
     "source_addresses=[10.0.0.1] auxiliary_data=61757821} {record_type=1 "
     "record_type_name=mode_is_include multicast_address=224.1.2.5 number_of_sources=1 "
     "source_addresses=[] incomplete=1}] incomplete=1 payload_length=32"},
    {RAW_LINK,
     "46000020 00010000 01023ac0 0a000001 e0000016 94040000 160007fb e0010203",
     "igmp",
     "type=22 name=v2_membership_report max_resp_code=0 checksum=2043 checksum_state=right "
     "group_address=224.1.2.3"},
    {RAW_LINK,
     "46000020 00010000 01023ac0 0a000001 e0000016 94040000 12000bfb e0010203",
     "igmp",
     "name=v1_membership_report"},
    {RAW_LINK,
     "46000020 00010000 01023ac0 0a000001 e0000016 94040000 170006fb e0010203",
     "igmp",
     "name=leave_group"},
    {RAW_LINK,
     "4500002c 00010000 ff70d14d 0a000001 e0000012 21016402 0101299c 0a000009 0a00000a "
     "73656372 65740000",
     "vrrp",
     "version=2 type=1 virtual_rtr_id=1 priority=100 count_ip_addrs=2 auth_type=1 "
     "adver_int_s=1 checksum=10652 checksum_state=right ip_addresses=[10.0.0.9 10.0.0.10] "
     "authentication_data=7365637265740000 payload_length=16"},
    {RAW_LINK,
     "45000020 00010000 ff70d159 0a000001 e0000012 31016401 00647600 0a000009",
     "vrrp",
     "version=3 type=1 virtual_rtr_id=1 priority=100 count_ip_addrs=1 max_adver_int_ms=1000 "
     "checksum=30208 checksum_state=right ip_addresses=[10.0.0.9] payload_length=4"},
    {RAW_LINK,
     "60000000 001870ff fe800000 00000000 00000000 00000001 ff020000 00000000 00000000 "
     "00000012 31016402 00646def fe800000 00000000 00000000 00000009",
     "vrrp",
     "checksum_state=right ip_addresses=[fe80::9] incomplete=1 payload_length=16"},
    {RAW_LINK,
     "45000038 00010000 ff70d141 0a000001 e0000012 21010007 0001747e 01020304 05060708 "
     "00010203 04050607 08090a0b 0c0d0e0f 10111213",
     "carp",
     "version=2 type=1 vhid=1 advskew=0 authlen=7 demote=0 advbase_s=1 checksum=29822 "
     "checksum_state=right counter=72623859790382856 "
     "digest=000102030405060708090a0b0c0d0e0f10111213"},
    {RAW_LINK,
     "4500003e 00010000 0167cf4a 0a000001 e000000d 2000e9df 00010002 00690002 000481f4 "
     "09c40013 00040000 00010014 00041234 56780015 00040100 0000",
     "pim",
     "version=2 type=0 name=hello checksum=59871 checksum_state=right "
     "options=[{option_type=1 holdtime_s=105} {option_type=2 tracking_support=1 "
     "propagation_delay_ms=500 override_interval_ms=2500} {option_type=19 dr_priority=1} "
     "{option_type=20 generation_id=305419896} {option_type=21 option_value=01000000}] "
     "payload_length=38"},
    {RAW_LINK,
     "60000000 00286701 fe800000 00000000 00000000 00000001 ff020000 00000000 00000000 "
     "0000000d 2000ebbe 00010002 00690002 000481f4 09c40013 00040000 00010014 00041234 "
     "56780015 00040100",
     "pim",
     "checksum_state=right options=[{option_type=1 holdtime_s=105} {option_type=2 "
     "tracking_support=1 propagation_delay_ms=500 override_interval_ms=2500} "
     "{option_type=19 dr_priority=1} {option_type=20 generation_id=305419896}] incomplete=1 "
     "payload_length=36"},
    {RAW_LINK,
     "4500003b 00010000 4067ae51 0a000001 c0000209 21009eff 40000000 4500001f 00010000 "
     "401166cb 0a000001 0a000002 13881388 000b0063 616263",
     "pim",
     "type=1 name=register checksum=40703 checksum_state=right border=0 null_register=1 "
     "payload_length=31"},
    {RAW_LINK,
     "4500003b 00010000 0167cf4d 0a000001 e000000d 2100b31e 40000000 4500001f 00010000 "
     "401166cb 0a000001 0a000002 13881388 000b0063 616263",
     "pim",
     "checksum_state=right border=0 null_register=1"},
    {RAW_LINK,
     "45000048 00010000 0159cf56 0a000001 e0000005 02010034 c0000201 00000001 32870000 "
     "00000000 00000000 ffffff00 000a0201 00000028 c0000201 c0000202 c0000203 c0000204",
     "ospf",
     "version=2 type=1 name=hello packet_length=52 router_id=192.0.2.1 area_id=0.0.0.1 "
     "checksum=12935 checksum_state=right autype=0 authentication=0000000000000000 "
     "network_mask=255.255.255.0 hello_interval_s=10 options=2 rtr_pri=1 "
     "router_dead_interval_s=40 designated_router=192.0.2.1 "
     "backup_designated_router=192.0.2.2 neighbors=[192.0.2.3 192.0.2.4] payload_length=28"},
    {RAW_LINK,
     "45000046 00010000 0159cf58 0a000001 e0000005 02010032 c0000201 00000001 348b0002 "
     "00000110 00000005 ffffff00 000a0201 00000028 c0000201 c0000202 c0000203 c000",
     "ospf",
     "checksum_state=absent autype=2 authentication=0000011000000005"},
    {RAW_LINK,
     "45000046 00010000 0159cf58 0a000001 e0000005 02010032 c0000201 00000001 348d0000 "
     "00000000 00000000 ffffff00 000a0201 00000028 c0000201 c0000202 c0000203 c000",
     "ospf",
     "neighbors=[192.0.2.3] incomplete=1"},
    {RAW_LINK,
     "45000034 00010000 0159cf6a 0a000001 e0000005 02020020 c0000201 00000001 29ed0000 "
     "00000000 00000000 05dc0207 00000a0b",
     "ospf",
     "type=2 name=database_description packet_length=32 router_id=192.0.2.1 area_id=0.0.0.1 "
     "checksum=10733 checksum_state=right autype=0 authentication=0000000000000000 "
     "interface_mtu=1500 flags=[MS M I] dd_sequence_number=2571 payload_length=8"},
    {RAW_LINK,
     "45000030 00010000 0159cf6e 0a000001 e0000005 0204001c c0000201 00000001 3bdb0000 "
     "00000000 00000000 00000002",
     "ospf",
     "number_of_lsas=2"},
    {RAW_LINK,
     "60000000 00285901 fe800000 00000000 00000000 00000001 ff020000 00000000 00000000 "
     "00000005 03010028 c0000201 00000001 f1760400 00000005 01000013 000a0028 c0000201 "
     "c0000202 c0000203",
     "ospf",
     "version=3 type=1 name=hello packet_length=40 router_id=192.0.2.1 area_id=0.0.0.1 "
     "checksum=61814 checksum_state=right instance_id=4 interface_id=5 rtr_pri=1 options=19 "
     "hello_interval_s=10 router_dead_interval_s=40 designated_router_id=192.0.2.1 "
     "backup_designated_router_id=192.0.2.2 neighbors=[192.0.2.3] payload_length=24"},
    {RAW_LINK,
     "60000000 001c5901 fe800000 00000000 00000000 00000001 ff020000 00000000 00000000 "
     "00000005 0302001c c0000201 00000001 28e00400 00000013 05dc0006 00000a0b",
     "ospf",
     "interface_mtu=1500 flags=[M I] dd_sequence_number=2571"},
    {RAW_LINK,
     "4900002f 00010000 40114ca5 0a000001 0a000002 01070b08 0a000007 00000000 00000000 "
     "13881388 000b0063 616263",
     "ip",
     "options=[{type=1 name=no_operation} {type=7 name=record_route pointer=8 "
     "route_data=[10.0.0.7 0.0.0.0]} {type=0 name=end_of_option_list}] payload_length=11"},
    {RAW_LINK,
     "4800002b 00010000 4011c819 0a000001 0a000002 8307080a 00000794 04000500 13881388 "
     "000b0063 616263",
     "ip",
     "options=[{type=131 name=loose_source_route pointer=8 route_data=[10.0.0.7]} {type=148 "
     "name=router_alert value=5} {type=0 name=end_of_option_list}]"},
    {RAW_LINK,
     "4900002f 00010000 4011015b 0a000001 0a000002 89030444 0c0d1000 0003e800 0007d000 "
     "13881388 000b0063 616263",
     "ip",
     "{type=137 name=strict_source_route pointer=4 route_data=[]} {type=68 "
     "name=internet_timestamp pointer=13 overflow=1 flag=0 entries=[{timestamp_ms=1000} "
     "{timestamp_ms=2000}]} {type=0"},
    {RAW_LINK,
     "4900002f 00010000 401180b6 0a000001 0a000002 440c0d03 0a000007 000003e8 82040102 "
     "13881388 000b0063 616263",
     "ip",
     "flag=3 entries=[{internet_address=10.0.0.7 timestamp_ms=1000}]} {type=130 "
     "name=security data=0102}]"},
    {RAW_LINK,
     "46000023 00010000 4011bebb 0a000001 0a000002 44026309 13881388 000b0063 616263",
     "ip",
     "options=[{type=68 name=internet_timestamp incomplete=1}] options_malformed=1"},
    {RAW_LINK,
     "60000000 00130040 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 11000502 00000100 13881388 000b1761 616263",
     "ipv6.hopopts",
     "next_header=17 header_length=8 options=[{type=5 name=router_alert value=0} {type=1 "
     "name=padn data=}]"},
    {RAW_LINK,
     "60000000 00130040 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 1100c204 00010000 13881388 000b1761 616263",
     "ipv6.hopopts",
     "options=[{type=194 name=jumbo_payload jumbo_payload_length=65536}]"},
    {RAW_LINK,
     "60000000 00130040 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 11000509 00000000 13881388 000b1761 616263",
     "ipv6.hopopts",
     "options=[] options_malformed=1"},
    {RAW_LINK,
     "60000000 00233c40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 11020401 0500c910 20010db8 00000000 00000000 00000007 13881388 000be822 "
     "616263",
     "ipv6.dstopts",
     "header_length=24 options=[{type=4 name=tunnel_encapsulation_limit limit=5} {type=0 "
     "name=pad1} {type=201 name=home_address home_address=2001:db8::7}]"},
    {RAW_LINK,
     "60000000 00232b40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 11020001 00000000 20010db8 00000000 00000000 00000002 13881388 000be828 "
     "616263",
     "ipv6.routing",
     "next_header=17 header_length=24 routing_type=0 segments_left=1 addresses=[2001:db8::2]"},
    {RAW_LINK,
     "60000000 001b2b40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 11010301 ff600000 0a0b0000 00000000 13881388 000b1761 616263",
     "ipv6.routing",
     "routing_type=3 segments_left=1 cmpri=15 cmpre=15 pad=6 addresses=[0a 0b]"},
    {RAW_LINK,
     "60000000 00432b40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 11060401 0100002a 20010db8 00000000 00000000 00000002 20010db8 00000000 "
     "00000000 00000001 05060000 00000007 04060000 00000000 13881388 000be828 616263",
     "ipv6.routing",
     "routing_type=4 segments_left=1 last_entry=1 flags=0 tag=42 segments=[2001:db8::2 "
     "2001:db8::1] tlvs=[{type=5 hmac_key_id=7 hmac=} {type=4 data=000000000000}]"},
    {RAW_LINK,
     "60000000 00232b40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 11020401 0500002a 20010db8 00000000 00000000 00000002 13881388 000b1761 "
     "616263",
     "ipv6.routing",
     "last_entry=5 flags=0 tag=42 segments=[2001:db8::2] incomplete=1"},
    {RAW_LINK,
     "60000000 00132b40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 11000901 01020304 13881388 000b1761 616263",
     "ipv6.routing",
     "routing_type=9 segments_left=1 data=01020304"},
    {RAW_LINK,
     "60000000 00132c40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 11ff0006 00000007 13881388 000b1761 616263",
     "ipv6.fraghdr",
     "next_header=17 reserved=255 res=3 fragment_offset=0 more_fragments=0 identification=7"},
    {RAW_LINK,
     "60000000 00108740 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 3b010100 b64e0000 01020304 05060708",
     "mipv6",
     "payload_proto=59 header_length=16 mh_type=1 name=home_test_init checksum=46670 "
     "checksum_state=right init_cookie=0102030405060708 mobility_options=[]"},
    {RAW_LINK,
     "60000000 00188740 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 3b020300 63e80009 01020304 05060708 11121314 15161718",
     "mipv6",
     "name=home_test checksum=25576 checksum_state=right nonce_index=9 "
     "init_cookie=0102030405060708 keygen_token=1112131415161718 mobility_options=[]"},
    {RAW_LINK,
     "60000000 00108740 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 3b010500 e11c0007 e000003c 01020000",
     "mipv6",
     "name=binding_update checksum=57628 checksum_state=right sequence_number=7 flags=[L H "
     "A] lifetime_s=240 mobility_options=[{type=1 data=0000}]"},
    {RAW_LINK,
     "60000000 00108740 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 3b010600 bf9d0080 0007003c 01020000",
     "mipv6",
     "status_code=0 key_management=1 sequence_number=7 lifetime_s=240 "
     "mobility_options=[{type=1 data=0000}]"},
    {RAW_LINK,
     "60000000 00188740 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 3b020700 90990200 20010db8 00000000 00000000 00000007",
     "mipv6",
     "status_code=2 home_address=2001:db8::7 mobility_options=[]"},
    {RAW_LINK,
     "60000000 00108740 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 3b010d00 ba610000 00000001 00000000",
     "mipv6",
     "mh_type=13 name=heartbeat checksum=47713 checksum_state=right data=000000000001"},
    {RAW_LINK,
     "60000000 00088740 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 3b000500 c2640007",
     "mipv6",
     "name=binding_update checksum=49764 checksum_state=right incomplete=1"},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_their_layers),
        cmocka_unit_test(rows_tell_their_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
