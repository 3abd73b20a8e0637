/* SPDX-License-Identifier: ISC
 *
 * The messages by which networks are run: layers and fields. The checksums in the packets
 * were computed by other code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "rows.h"

enum { RAW_LINK = 101 };

static const struct layers_row layers_rows[] = {
    {"an ICMP error quotes a packet (RFC 792)", RAW_LINK,
     "45000048 00010000 400166b2 0a000001 0a000002 0303c859 00000000 4500002c 00010000 "
     "401166be 0a000001 0a000002 0035a8ca 00180000 71717171 71717171 71717171 71717171",
     "raw 0+0/72 ip 0+20/72 icmp 20+8/52 ip 28+20/44 udp 48+8/24 dns 56+12/16"},
    {"a quotation that ends within its UDP datagram", RAW_LINK,
     "45000038 00010000 400166c2 0a000001 0a000002 0b004be8 00000000 4500002c 00010000 "
     "401166be 0a000001 0a000002 0035a8ca 00180000",
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
     "450000a8 00010000 40016652 0a000001 0a000002 0b00c03c 00200000 4500002c 00010000 "
     "401166be 0a000001 0a000002 0035a8ca 00180000 71717171 71717171 71717171 71717171 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 2000bf10 00080101 03e81bfe",
     "raw 0+0/168 ip 0+20/168 icmp 20+8/148 ip 28+20/44 udp 48+8/24 dns 56+12/16"},
    {"a length of the quotation that is beyond the message", RAW_LINK,
     "45000048 00010000 400166b2 0a000001 0a000002 0b00bf94 00c80000 4500002c 00010000 "
     "401166be 0a000001 0a000002 0035a8ca 00180000 71717171 71717171 71717171 71717171",
     "raw 0+0/72 ip 0+20/72 icmp 20+8/52 ip 28+20/44 udp 48+8/24 dns 56+12/16"},
    {"an ICMPv6 error quotes a packet (RFC 4443)", RAW_LINK,
     "60000000 00483a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 01045e74 00000000 60000000 00181140 fe800000 00000000 00000000 00000001 "
     "fe800000 00000000 00000000 00000002 0035a8ca 00180000 71717171 71717171 71717171 "
     "71717171",
     "raw 0+0/112 ipv6 0+40/112 icmpv6 40+8/72 ipv6 48+40/64 udp 88+8/24 dns 96+12/16"},
    {"an ICMPv6 error quotes a first fragment", RAW_LINK,
     "60000000 00503a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 03003060 00000000 60000000 00202c40 fe800000 00000000 00000000 00000001 "
     "fe800000 00000000 00000000 00000002 11000001 00000007 0035a8ca 00180000 71717171 "
     "71717171 71717171 71717171",
     "raw 0+0/120 ipv6 0+40/120 icmpv6 40+8/80 ipv6 48+40/72 ipv6.fraghdr 88+8/32 udp "
     "96+8/24 dns 104+12/16"},
    {"an ICMPv6 error with extensions", RAW_LINK,
     "60000000 00943a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 01004e2c 10000000 60000000 00181140 fe800000 00000000 00000000 00000001 "
     "fe800000 00000000 00000000 00000002 0035a8ca 00180000 71717171 71717171 71717171 "
     "71717171 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 2000bf10 "
     "00080101 03e81bfe",
     "raw 0+0/188 ipv6 0+40/188 icmpv6 40+8/148 ipv6 48+40/64 udp 88+8/24 dns 96+12/16"},
    {"a redirect quotes in an option, not in layers", RAW_LINK,
     "60000000 00783a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 8900a1f4 00000000 fe800000 00000000 00000000 00000003 20010db8 00000000 "
     "00000000 00000009 02010200 00000003 04090000 00000000 60000000 00181140 fe800000 "
     "00000000 00000000 00000001 fe800000 00000000 00000000 00000002 0035a8ca 00180000 "
     "71717171 71717171 71717171 71717171",
     "raw 0+0/160 ipv6 0+40/160 icmpv6 40+8/120 payload 48+0/112"},
};

static const struct fields_row fields_rows[] = {
    {RAW_LINK,
     "4500001f 00010000 400166db 0a000001 0a000002 0800338d 00070009 616263",
     "icmp",
     "identifier=7 sequence_number=9 payload_length=3"},
    {RAW_LINK,
     "45000048 00010000 400166b2 0a000001 0a000002 0304c2e0 00000578 4500002c 00010000 "
     "401166be 0a000001 0a000002 0035a8ca 00180000 71717171 71717171 71717171 71717171",
     "icmp",
     "next_hop_mtu=1400 payload_length=44"},
    {RAW_LINK,
     "45000048 00010000 400166b2 0a000001 0a000002 0501bb5d 0a0000fe 4500002c 00010000 "
     "401166be 0a000001 0a000002 0035a8ca 00180000 71717171 71717171 71717171 71717171",
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
     "45000048 00010000 400166b2 0a000001 0a000002 0c00ab5c 14000000 4500002c 00010000 "
     "401166be 0a000001 0a000002 0035a8ca 00180000 71717171 71717171 71717171 71717171",
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
     "450000ca 00010000 40016630 0a000001 0a000002 0b00c03c 00200000 4500002c 00010000 "
     "401166be 0a000001 0a000002 0035a8ca 00180000 71717171 71717171 71717171 71717171 "
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
     "450000a4 00010000 40016656 0a000001 0a000002 0b009f38 00200000 4500002c 00010000 "
     "401166be 0a000001 0a000002 0035a8ca 00180000 71717171 71717171 71717171 71717171 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 20000000 00030101",
     "icmp",
     "objects=[] incomplete=1} payload_length"},
    {RAW_LINK,
     "450000a8 00010000 40016652 0a000001 0a000002 0b009e21 00200000 4500002c 00010000 "
     "401166be 0a000001 0a000002 0035a8ca 00180000 71717171 71717171 71717171 71717171 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
     "00000000 00000000 00000000 20000000 0008020c 00000007",
     "icmp",
     "objects=[{length=8 class_num=2 c_type=12 interface_role=incoming if_index=7 "
     "incomplete=1}]} payload_length"},
    {RAW_LINK,
     "60000000 00483a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 02005878 00000500 60000000 00181140 fe800000 00000000 00000000 00000001 "
     "fe800000 00000000 00000000 00000002 0035a8ca 00180000 71717171 71717171 71717171 "
     "71717171",
     "icmpv6",
     "mtu=1280 payload_length=64"},
    {RAW_LINK,
     "60000000 00483a40 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 04015b4f 00000028 60000000 00181140 fe800000 00000000 00000000 00000001 "
     "fe800000 00000000 00000000 00000002 0035a8ca 00180000 71717171 71717171 71717171 "
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
