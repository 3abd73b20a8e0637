/* SPDX-License-Identifier: ISC
 *
 * Transport protocols beside TCP and UDP, and what IPsec adds: layers and fields. The checksums
 * in the packets were computed by other code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "rows.h"

enum { RAW_LINK = 101 };

static const struct layers_row layers_rows[] = {
    {"SCTP (RFC 9260)", RAW_LINK,
     "45000044 00010000 40846633 0a000001 0a000002 13881770 01020304 43e2eb06 0a00000a "
     "636f6f6b 69650000 00070015 00000001 00020003 0000002e 61626364 65000000",
     "raw 0+0/68 ip 0+20/68 sctp 20+12/48 payload 32+0/36"},
    {"SCTP without chunks", RAW_LINK,
     "45000020 00010000 40846657 0a000001 0a000002 13881770 01020304 ccf76bdf",
     "raw 0+0/32 ip 0+20/32 sctp 20+12/12"},
    {"SCTP shorter than its header", RAW_LINK,
     "4500001c 00010000 4084665b 0a000001 0a000002 13881770 01020304",
     "raw 0+0/28 ip 0+20/28 sctp 20+0/8 malformed"},
    {"UDP-Lite (RFC 3828)", RAW_LINK,
     "4500001f 00010000 40886654 0a000001 0a000002 13881770 0008c069 616263",
     "raw 0+0/31 ip 0+20/31 udplite 20+8/11 payload 28+0/3"},
    {"UDP-Lite: a coverage that does not hold the header", RAW_LINK,
     "4500001f 00010000 40886654 0a000001 0a000002 13881770 0007c06a 616263",
     "raw 0+0/31 ip 0+20/31 udplite 20+8/11 malformed payload 28+0/3"},
    {"UDP-Lite: a coverage beyond the packet", RAW_LINK,
     "4500001f 00010000 40886654 0a000001 0a000002 13881770 000c0000 616263",
     "raw 0+0/31 ip 0+20/31 udplite 20+8/11 malformed payload 28+0/3"},
    {"DCCP (RFC 4340)", RAW_LINK,
     "45000034 00010000 402166a6 0a000001 0a000002 13881770 0700d7ee 09000001 00000009 "
     "00000000 00000008 00000000 64617461",
     "raw 0+0/52 ip 0+20/52 dccp 20+28/32 payload 48+0/4"},
    {"DCCP: a data offset that has no room for what the type needs", RAW_LINK,
     "45000028 00010000 402166b2 0a000001 0a000002 13881770 0400bbc0 01000001 00000009 "
     "00000005",
     "raw 0+0/40 ip 0+20/40 dccp 20+0/20 malformed"},
    {"DCCP: a data offset beyond the packet", RAW_LINK,
     "45000028 00010000 402166b2 0a000001 0a000002 13881770 0900b6c0 01000001 00000009 "
     "00000005",
     "raw 0+0/40 ip 0+20/40 dccp 20+0/20 malformed"},
    {"AH in IPv4 (RFC 4302)", RAW_LINK,
     "45000037 00010000 40336691 0a000001 0a000002 11040000 00000100 00000007 69696969 "
     "69696969 69696969 13881388 000b0063 616263",
     "raw 0+0/55 ip 0+20/55 ah 20+24/35 udp 44+8/11 payload 52+0/3"},
    {"AH in IPv6, around destination options", RAW_LINK,
     "60000000 002b3340 fe800000 00000000 00000000 00000001 fe800000 00000000 00000000 "
     "00000002 3c040000 00000100 00000007 69696969 69696969 69696969 11000104 00000000 "
     "13881388 000b1761 616263",
     "raw 0+0/83 ipv6 0+40/83 ah 40+24/43 ipv6.dstopts 64+8/19 udp 72+8/11 payload 80+0/3"},
    {"AH around IP: the outer IP is the tunnel", RAW_LINK,
     "4500004b 00010000 4033667d 0a000001 0a000002 04040000 00000100 00000007 69696969 "
     "69696969 69696969 4500001f 00010000 401166cb 0a000001 0a000002 13881388 000b0063 "
     "616263",
     "raw 0+0/75 ip 0+20/75 ah 20+24/55 ip 44+20/31 udp 64+8/11 payload 72+0/3"},
    {"AH of a length below its header", RAW_LINK,
     "45000020 00010000 403366a8 0a000001 0a000002 11000000 00000100 00000007",
     "raw 0+0/32 ip 0+20/32 ah 20+0/12 malformed"},
    {"ESP (RFC 4303)", RAW_LINK,
     "45000030 00010000 40326699 0a000001 0a000002 00000100 00000007 78787878 78787878 "
     "78787878 78787878 78787878",
     "raw 0+0/48 ip 0+20/48 esp 20+8/28 payload 28+0/20"},
    {"ESP in UDP (RFC 3948)", RAW_LINK,
     "4500002c 00010000 401166be 0a000001 0a000002 11941194 00180000 00000100 00000007 "
     "78787878 78787878",
     "raw 0+0/44 ip 0+20/44 udp 20+8/24 esp 28+8/16 payload 36+0/8"},
    {"IPComp (RFC 3173)", RAW_LINK,
     "4500001a 00010000 406c6675 0a000001 0a000002 06000002 7a7a",
     "raw 0+0/26 ip 0+20/26 ipcomp 20+4/6 payload 24+0/2"},
};

static const struct fields_row fields_rows[] = {
    {RAW_LINK,
     "45000048 00010000 4084662f 0a000001 0a000002 13881770 01020304 c3918fa1 00070015 "
     "00000001 00020003 0000002e 61626364 65000000 00080010 00000002 00020004 00000000",
     "sctp",
     "source_port=5000 destination_port=6000 verification_tag=16909060 checksum=3281096609 "
     "checksum_state=right chunks=[{type=0 name=DATA chunk_flags=7 flags=[E B U] length=21 "
     "tsn=1 stream_identifier=2 stream_sequence_number=3 payload_protocol_identifier=46 "
     "user_data_length=5} {type=0 name=DATA chunk_flags=8 flags=[I] length=16 tsn=2 "
     "stream_identifier=2 stream_sequence_number=4 payload_protocol_identifier=0 "
     "user_data_length=0}] payload_length=40"},
    {RAW_LINK,
     "45000050 00010000 40846627 0a000001 0a000002 13881770 01020304 7cda9fea 01000030 "
     "00000007 00010000 000a0005 00000063 00050008 0a000001 000c0008 00050006 c0000004 "
     "80080006 c0800000",
     "sctp",
     "initiate_tag=7 a_rwnd=65536 number_of_outbound_streams=10 number_of_inbound_streams=5 "
     "initial_tsn=99 parameters=[{type=5 name=ipv4_address address=10.0.0.1} {type=12 "
     "name=supported_address_types value=00050006} {type=49152 name=forward_tsn_supported "
     "value=} {type=32776 name=supported_extensions value=c080}]}]"},
    {RAW_LINK,
     "4500003c 00010000 4084663b 0a000001 0a000002 13881770 01020304 6c302e87 02000019 "
     "00000007 00010000 000a0005 00000063 0007ffff 00000000",
     "sctp",
     "name=INIT ACK chunk_flags=0 flags=[] length=25 initiate_tag=7 a_rwnd=65536 "
     "number_of_outbound_streams=10 number_of_inbound_streams=5 initial_tsn=99 "
     "parameters=[] incomplete=1}]"},
    {RAW_LINK,
     "4500003c 00010000 4084663b 0a000001 0a000002 13881770 01020304 6210c253 0300001c "
     "00000001 00000002 00020001 00020003 00050006 00000009",
     "sctp",
     "cumulative_tsn_ack=1 a_rwnd=2 gap_ack_blocks=[[2 3] [5 6]] duplicate_tsns=[9]}]"},
    {RAW_LINK,
     "45000034 00010000 40846643 0a000001 0a000002 13881770 01020304 0ed69cee 03000014 "
     "00000001 00000002 00020001 00020003",
     "sctp",
     "gap_ack_blocks=[[2 3]] duplicate_tsns=[] incomplete=1}]"},
    {RAW_LINK,
     "4500003c 00010000 4084663b 0a000001 0a000002 13881770 01020304 ed13fbda 0400000c "
     "00010008 61626364 07000008 00000001 0b000004 0e010004",
     "sctp",
     "chunks=[{type=4 name=HEARTBEAT chunk_flags=0 flags=[] length=12 parameters=[{type=1 "
     "name=heartbeat_info value=61626364}]} {type=7 name=SHUTDOWN chunk_flags=0 flags=[] "
     "length=8 cumulative_tsn_ack=1} {type=11 name=COOKIE ACK chunk_flags=0 flags=[] "
     "length=4 value_length=0} {type=14 name=SHUTDOWN COMPLETE chunk_flags=1 flags=[T] "
     "length=4 value_length=0}]"},
    {RAW_LINK,
     "4500004c 00010000 4084662b 0a000001 0a000002 13881770 01020304 f6a5f988 0601000a "
     "000c0006 61620000 0c000008 00000005 c000000c 00000009 00010002 0f00000c 00010003 "
     "68617368",
     "sctp",
     "chunks=[{type=6 name=ABORT chunk_flags=1 flags=[T] length=10 causes=[{cause_code=12 "
     "value=6162}]} {type=12 name=ECNE chunk_flags=0 flags=[] length=8 lowest_tsn=5} "
     "{type=192 name=FORWARD-TSN chunk_flags=0 flags=[] length=12 new_cumulative_tsn=9 "
     "streams=[[1 2]]} {type=15 name=AUTH chunk_flags=0 flags=[] length=12 "
     "shared_key_identifier=1 hmac_identifier=3 hmac=68617368}]"},
    {RAW_LINK,
     "45000068 00010000 4084660f 0a000001 0a000002 13881770 01020304 8801e2d5 40020015 "
     "00000001 00020000 00000003 0000002e 78000000 40000015 00000002 00020000 00000003 "
     "00000001 79000000 c1000010 00000001 00050008 0a000001 4d000007 78797a00",
     "sctp",
     "chunks=[{type=64 name=I-DATA chunk_flags=2 flags=[B] length=21 tsn=1 "
     "stream_identifier=2 message_identifier=3 payload_protocol_identifier=46 "
     "user_data_length=1} {type=64 name=I-DATA chunk_flags=0 flags=[] length=21 tsn=2 "
     "stream_identifier=2 message_identifier=3 fragment_sequence_number=1 "
     "user_data_length=1} {type=193 name=ASCONF chunk_flags=0 flags=[] length=16 "
     "sequence_number=1 parameters=[{type=5 name=ipv4_address address=10.0.0.1}]} {type=77 "
     "chunk_flags=0 flags=[] length=7 value_length=3}]"},
    {RAW_LINK,
     "45000028 00010000 4084664f 0a000001 0a000002 13881770 01020304 656f412e 00070015 "
     "00000001",
     "sctp",
     "length=21 cut=1 incomplete=1}] payload_length=8"},
    {RAW_LINK,
     "45000024 00010000 40846653 0a000001 0a000002 13881770 01020304 3bfaac22 00000003",
     "sctp",
     "chunks=[] incomplete=1 payload_length=4"},
    {RAW_LINK,
     "4500001f 00010000 40886654 0a000001 0a000002 13881770 0008c069 616263",
     "udplite",
     "source_port=5000 destination_port=6000 checksum_coverage=8 checksum=49257 "
     "checksum_state=right payload_length=3"},
    {RAW_LINK,
     "4500001f 00010000 40886654 0a000001 0a000002 13881770 0000fc0e 616263",
     "udplite",
     "checksum_coverage=0 checksum=64526 checksum_state=right"},
    {RAW_LINK,
     "4500001f 00010000 40886654 0a000001 0a000002 13881770 000a5f04 616263",
     "udplite",
     "checksum_state=wrong"},
    {RAW_LINK,
     "4500001f 00010000 40886654 0a000001 0a000002 13881770 000b0000 616263",
     "udplite",
     "checksum=0 checksum_state=wrong"},
    {RAW_LINK,
     "45000030 00010000 402166aa 0a000001 0a000002 13881770 070094ac 01000001 00000009 "
     "00000005 20060102 03040000",
     "dccp",
     "source_port=5000 destination_port=6000 header_length=28 ccval=0 cscov=0 "
     "checksum=38060 checksum_state=right type=0 name=DCCP-Request "
     "extended_sequence_numbers=1 sequence_number=4294967305 service_code=5 "
     "options=[{type=32 data=01020304} {type=0} {type=0}] payload_length=0"},
    {RAW_LINK,
     "45000034 00010000 402166a6 0a000001 0a000002 13881770 0602d8ec 09000001 00000009 "
     "00000000 00000008 64617461 64617461",
     "dccp",
     "cscov=2 checksum=55532 checksum_state=right type=4 name=DCCP-DataAck "
     "extended_sequence_numbers=1 sequence_number=4294967305 acknowledgment_number=8 "
     "options=[] payload_length=8"},
    {RAW_LINK,
     "45000024 00010000 402166b6 0a000001 0a000002 13881770 0300f503 04000009 61626364",
     "dccp",
     "type=2 name=DCCP-Data extended_sequence_numbers=0 sequence_number=9 options=[] "
     "payload_length=4"},
    {RAW_LINK,
     "45000028 00010000 402166b2 0a000001 0a000002 13881770 050088b3 06000009 00000008 "
     "2c090102",
     "dccp",
     "name=DCCP-Ack extended_sequence_numbers=0 sequence_number=9 acknowledgment_number=8 "
     "options=[] options_malformed=1 payload_length=0"},
    {RAW_LINK,
     "45000030 00010000 402166aa 0a000001 0a000002 13881770 0700a7b5 0f000001 00000009 "
     "00000000 00000008 03000000",
     "dccp",
     "name=DCCP-Reset extended_sequence_numbers=1 sequence_number=4294967305 "
     "acknowledgment_number=8 reset_code=3 reset_code_name=no_connection"},
    {RAW_LINK,
     "45000024 00010000 402166b6 0a000001 0a000002 13881770 0304f4ff 04000009 61626364",
     "dccp",
     "cscov=4 checksum=62719 checksum_state=wrong"},
    {RAW_LINK,
     "45000037 00010000 40336691 0a000001 0a000002 11040000 00000100 00000007 69696969 "
     "69696969 69696969 13881388 000b0063 616263",
     "ah",
     "next_header=17 header_length=24 spi=256 sequence_number=7 "
     "integrity_check_value=696969696969696969696969 payload_length=11"},
    {RAW_LINK,
     "45000037 00010000 40336691 0a000001 0a000002 11040000 00000100 00000007 69696969 "
     "69696969 69696969 13881388 000b0063 616263",
     "udp",
     "checksum_state=right"},
    {RAW_LINK,
     "45000030 00010000 40326699 0a000001 0a000002 00000100 00000007 78787878 78787878 "
     "78787878 78787878 78787878",
     "esp",
     "spi=256 sequence_number=7 payload_length=20"},
    {RAW_LINK,
     "4500001a 00010000 406c6675 0a000001 0a000002 06000002 7a7a",
     "ipcomp",
     "next_header=6 flags=0 cpi=2 payload_length=2"},
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
