/* SPDX-License-Identifier: ISC
 *
 * 802.11 and what captures put before it: packets, the layers that they have, and what these
 * tell.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "links.h"
#include "rows.h"
#include "show.h"

#define A3 "020000000003 "
#define SUBFRAME(length) A1 A2 length " "
#define BEACON "8000 0000 ffffffffffff " A2 A2 "1000 "

static const struct layers_row layers_rows[] = {
    {"an 802.11 data frame to an access point", WLAN_LINK,
     "0801 0000" A1 A2 A3 "1000" SNAP("000000", "0800") UDP_PACKET,
     "wlan 0+24/60 llc 24+8/36 ip 32+20/28 udp 52+8/8"},
    {"four addresses, QoS, HT control (IEEE 802.11, 9.3.2.1)", WLAN_LINK,
     "8883 0000" A1 A2 A3 "1000" A1 "0000 00000000" SNAP("000000", "0800") UDP_PACKET,
     "wlan 0+36/72 llc 36+8/36 ip 44+20/28 udp 64+8/8"},
    {"a protected frame ends as payload", WLAN_LINK, "0841 0000" A1 A2 A3 "1000 0102030405060708",
     "wlan 0+24/32 payload 24+0/8"},
    {"no data: a null frame", WLAN_LINK, "c801 0000" A1 A2 A3 "1000 0000", "wlan 0+26/26"},
    {"a fragment of an MSDU", WLAN_LINK, "0805 0000" A1 A2 A3 "1000" SNAP("000000", "0800"),
     "wlan 0+24/32 fragment payload 24+0/8"},
    {"a later fragment", WLAN_LINK, "0801 0000" A1 A2 A3 "1100 0102",
     "wlan 0+24/26 fragment payload 24+0/2"},
    {"a subframe beyond the frame", WLAN_LINK,
     "8801 0000" A1 A2 A3 "1000 8000" SUBFRAME("0025") SNAP("000000", "0800") UDP_PACKET,
     "wlan 0+26/76 wlan_aggregate 26+14/50 malformed llc 40+8/36 ip 48+20/28 udp 68+8/8"},
    {"a beacon", WLAN_LINK, BEACON "0000000000000001 6400 1104 0003 617070 0102 8284 0301 06",
     "wlan 0+24/48"},
    {"an action frame with HT control", WLAN_LINK, "d080 0000" A1 A2 A3 "1000 00000000 0301",
     "wlan 0+28/30"},
    {"an acknowledgment", WLAN_LINK, "d400 0000" A1, "wlan 0+10/10"},
    {"a request to send", WLAN_LINK, "b400 0000" A1 A2, "wlan 0+16/16"},
    {"a block acknowledgment and its bitmap", WLAN_LINK, "9400 0000" A1 A2 "0500 1000" EIGHT("ff"),
     "wlan 0+20/28 payload 20+0/8"},
    {"another version of 802.11", WLAN_LINK, "0901 0000" A1, "wlan 0+0/10 malformed"},
    {"an acknowledgment that ends too early", WLAN_LINK, "d400 0000 0200", "wlan 0+0/6 malformed"},
    {"radiotap with nothing in it", RADIOTAP_LINK, "0000 0800 00000000 d400 0000" A1,
     "radiotap 0+8/18 wlan 8+10/10"},
    {"radiotap that tells of an FCS, and padding behind the 802.11 header", RADIOTAP_LINK,
     "0000 0900 02000000 30 8801 0000" A1 A2 A3 "1000 0000 0000" SNAP("000000", "0800") UDP_PACKET
     "01020304",
     "radiotap 0+9/73 wlan 9+28/64 llc 37+8/36 ip 45+20/28 udp 65+8/8"},
    {"radiotap: fields are aligned, bitmaps go on, a vendor's data is skipped", RADIOTAP_LINK,
     "0000 2900 010000c0 020000a0 2e000000 0100000000000000 000102 00 0300 010203"
     "10 02 00 6c09 a000 d8" "d400 0000" A1 "01020304",
     "radiotap 0+41/51 wlan 41+10/10"},
    {"radiotap whose fields do not fit", RADIOTAP_LINK, "0000 0a00 01000000 0000 d400 0000" A1,
     "radiotap 0+10/20 malformed wlan 10+10/10"},
    {"radiotap whose bitmaps do not end", RADIOTAP_LINK, "0000 0800 00000080 d400 0000" A1,
     "radiotap 0+8/18 malformed wlan 8+10/10"},
    {"radiotap with a field of unknown length", RADIOTAP_LINK,
     "0000 0c00 00000080 01000000 d400 0000" A1, "radiotap 0+12/22 malformed wlan 12+10/10"},
    {"radiotap with a length below 8", RADIOTAP_LINK, "0000 0700 00000000",
     "radiotap 0+0/8 malformed"},
    {"radiotap with a length beyond the packet", RADIOTAP_LINK, "0000 0900 00000000",
     "radiotap 0+0/8 malformed"},
    {"another version of radiotap", RADIOTAP_LINK, "0100 0800 00000000",
     "radiotap 0+0/8 malformed"},
    {"nothing behind radiotap", RADIOTAP_LINK, "0000 0800 00000000", "radiotap 0+8/8"},
    {"AVS", AVS_LINK,
     "80211001 00000040" EIGHT("0000") EIGHT("00000000") EIGHT("00") "d400 0000" A1,
     "wlancap 0+64/74 wlan 64+10/10"},
    {"AVS with a length below 64", AVS_LINK, "80211001 0000003f", "wlancap 0+0/8 malformed"},
    {"no AVS", AVS_LINK, "80212001 00000040", "wlancap 0+0/8 malformed"},
    {"Prism", PRISM_LINK,
     "44000000 90000000 776c616e30" EIGHT("0000000000000000") EIGHT("0000000000000000") "000000"
     "d400 0000" A1,
     "prism 0+144/154 wlan 144+10/10"},
    {"PPI with an 802.11 frame and its FCS", PPI_LINK,
     "00 00 2000 69000000 0200 1400 0000000000000000 0100 0200 6c09 a000 00 00 d8 a0"
     "d400 0000" A1 "01020304",
     "ppi 0+32/42 wlan 32+10/10"},
    {"PPI around Ethernet", PPI_LINK, "00 01 0800 01000000" ETH("0800") UDP_PACKET,
     "ppi 0+8/50 eth 8+14/42 ip 22+20/28 udp 42+8/8"},
    {"PPI around a link type without a decoder", PPI_LINK, "00 00 0800 93000000 00",
     "ppi 0+8/9 unknown payload 8+0/1"},
    {"PPI with a length below 8", PPI_LINK, "00 00 0700 69000000", "ppi 0+0/8 malformed"},
    {"PPI with a length beyond the packet", PPI_LINK, "00 00 0900 69000000",
     "ppi 0+0/8 malformed"},
};

/* It holds another packet. */
static const struct layers_row aggregate_row =
    {"an A-MSDU: the first of its subframes", WLAN_LINK,
     "8801 0000" A1 A2 A3 "1000 8000" SUBFRAME("0024") SNAP("000000", "0800") UDP_PACKET "0000"
     SUBFRAME("0024") SNAP("000000", "0800") UDP_PACKET,
     "wlan 0+26/128 wlan_aggregate 26+14/50 llc 40+8/36 ip 48+20/28 udp 68+8/8"};

static const struct fields_row fields_rows[] = {
    {WLAN_LINK,
     "8883 0000" A1 A2 A3 "1000" A1 "0000 00000000" SNAP("000000", "0800") UDP_PACKET,
     "wlan",
     "type=data subtype=8 subtype_name=QoS Data flags=[to_ds from_ds order] duration=0 "
     "address_1=020000000001 address_2=020000000002 address_3=020000000003 "
     "address_4=020000000001 sequence_number=1 fragment_number=0 tid=0 end_of_service_period=0 "
     "ack_policy=0 a_msdu=0 ht_control=0"},
    {WLAN_LINK,
     "8801 0000" A1 A2 A3 "1000 8000" SUBFRAME("0024") SNAP("000000", "0800") UDP_PACKET "0000"
     SUBFRAME("0024") SNAP("000000", "0800") UDP_PACKET,
     "wlan_aggregate",
     "destination=020000000001 source=020000000002 length=36"},
    {WLAN_LINK,
     BEACON "0000000000000001 6400 1104 0003 617070 0102 8284 0301 06",
     "wlan",
     "type=management subtype=8 subtype_name=Beacon flags=[] duration=0 address_1=ffffffffffff "
     "address_2=020000000002 address_3=020000000002 sequence_number=1 fragment_number=0 "
     "timestamp_us=72057594037927936 beacon_interval=100 capabilities=[ess privacy "
     "short_slot_time] elements=[{id=0 name=ssid ssid='app'} {id=1 name=supported_rates "
     "rates_kbps=[1000 2000]} {id=3 name=ds_parameter channel=6}]"},
    {WLAN_LINK,
     "9400 0000" A1 A2 "0500 1000" EIGHT("ff"),
     "wlan",
     "type=control subtype=9 subtype_name=BA flags=[] duration=0 address_1=020000000001 "
     "address_2=020000000002 block_ack_control=5 block_ack_starting_sequence=1"},
    {RADIOTAP_LINK,
     "0000 2900 010000c0 020000a0 2e000000 0100000000000000 000102 00 0300 010203"
     "10 02 00 6c09 a000 d8" "d400 0000" A1 "01020304",
     "radiotap",
     "version=0 length=41 tsft_us=1 flags=[fcs] rate_kbps=1000 channel_mhz=2412 "
     "channel_flags=[cck 2ghz] signal_dbm=-40"},
    {RADIOTAP_LINK,
     "0000 0a00 01000000 0000 d400 0000" A1,
     "radiotap",
     "version=0 length=10 incomplete=1"},
    {PPI_LINK,
     "00 00 2000 69000000 0200 1400 0000000000000000 0100 0200 6c09 a000 00 00 d8 a0"
     "d400 0000" A1 "01020304",
     "ppi",
     "version=0 flags=0 length=32 link_type=105 fields=[{type=2 tsf=0 flags=[fcs] "
     "rate_kbps=1000 channel_mhz=2412 channel_flags=160 fhss_hop_set=0 fhss_hop_pattern=0 "
     "signal_dbm=-40 noise_dbm=-96}]"},
    {RADIOTAP_LINK,
     "00007000d0ffff0f010203000405060708090a0b0c0d0e0f1011121314151617"
     "18191a1b1c1d1e001f202122232425262728292a2b2c2d2e2f30313200000000"
     "333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152"
     "535455565758595a5b5c5d005e5f6061"
     "d400 0000" A1,
     "radiotap",
     "version=0 length=112 fhss_hop_set=1 fhss_hop_pattern=2 noise_dbm=3 lock_quality=1284 "
     "tx_attenuation=1798 tx_attenuation_db=2312 tx_power_dbm=10 antenna=11 signal_db=12 "
     "noise_db=13 rx_flags=3854 tx_flags=4368 rts_retries=18 data_retries=19 "
     "xchannel={flags=387323156 frequency_mhz=6424 channel=26 max_power=27} mcs={known=28 "
     "flags=29 index=30} a_mpdu={reference=572596255 flags=9251 delimiter_crc=37} "
     "vht={known=10279 flags=41 bandwidth=42 mcs_nss=[43 44 45 46] coding=47 group_id=48 "
     "partial_aid=12849} timestamp={value=4195446337656140851 accuracy=15419 unit_position=61 "
     "flags=62} he=[16447 16961 17475 17989 18503 19017] he_mu=4b4c4d4e4f50515253545556 "
     "he_mu_other_user=5758595a5b5c zero_length_psdu=93 l_sig=[24414 24928]"},
    {PRISM_LINK,
     "44000000 90000000 776c616e30" EIGHT("00") "000000" "44100000 0000 0400 0a000000"
     "44600000 0100 0400 00000000" EIGHT("0000000000000000") EIGHT("00000000") "d400 0000" A1,
     "prism",
     "message_code=68 message_length=144 device='wlan0' items=[{host_time=10}]"},
    {WLAN_LINK, "b000 0000" A1 A2 A3 "1000 0000 0200 0000", "wlan",
     "algorithm=0 transaction_sequence=2 status_code=0 elements=[]"},
    {WLAN_LINK, "2000 0000" A1 A2 A3 "1000 0104 0a00" A2 "0001 61", "wlan",
     "capabilities=[ess short_slot_time] listen_interval=10 current_ap=020000000002 "
     "elements=[{id=0 name=ssid ssid='a'}]"},
    {WLAN_LINK, "1000 0000" A1 A2 A3 "1000 0104 0000 01c0 3001 01", "wlan",
     "capabilities=[ess short_slot_time] status_code=0 association_id=1 elements=[{id=48 "
     "name=rsn data=01}]"},
    {WLAN_LINK, "c000 0000" A1 A2 A3 "1000 0700 dd", "wlan",
     "reason_code=7 elements=[] incomplete=1"},
};

static void rows_have_their_layers(void **state)
{
    (void)state;
    check_layers_rows(layers_rows, sizeof layers_rows / sizeof layers_rows[0]);
    check_layers_rows(&aggregate_row, 1);
}

static void rows_tell_their_fields(void **state)
{
    (void)state;
    check_fields_rows(fields_rows, sizeof fields_rows / sizeof fields_rows[0]);
}

/* Guessed from its first bytes: their prefixes may be something else. */
static void prism_may_be_avs(void **state)
{
    static const char avs[] =
        "80211001 00000040" EIGHT("0000") EIGHT("00000000") EIGHT("00") "d400 0000" A1;
    char text[SHOW_SIZE];
    (void)state;
    struct wb_packet packet = packet_of(PRISM_LINK, avs, UINT32_MAX);
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    assert_string_equal(show_layers(&decoded, text), "wlancap 0+64/74 wlan 64+10/10");
}

static const char amsdu[] =
    "8801 0000" A1 A2 A3 "1000 8000" SUBFRAME("0024") SNAP("000000", "0800") UDP_PACKET "0000"
    SUBFRAME("0000") "0000" SUBFRAME("0024") SNAP("000000", "0800") UDP_PACKET "0000 0000";

static void an_aggregate_is_decoded_one_by_one(void **state)
{
    static const char *const expected[] = {
        "wlan 0+26/148 wlan_aggregate 26+14/50 llc 40+8/36 ip 48+20/28 udp 68+8/8",
        "wlan 0+26/148 wlan_aggregate 78+14/14",
        "wlan 0+26/148 wlan_aggregate 94+14/50 llc 108+8/36 ip 116+20/28 udp 136+8/8",
    };
    char text[SHOW_SIZE];
    (void)state;
    struct wb_packet packet = packet_of(WLAN_LINK, amsdu, UINT32_MAX);
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    for (unsigned i = 0; i < 3; i++) {
        assert_string_equal(show_layers(&decoded, text), expected[i]);
        assert_int_equal(decoded.has_next, i < 2);
        assert_int_equal(decoded.transport, i == 1 ? WB_LAYER_NONE : 4);
        assert_int_equal(wb_decode_next(&packet, &decoded), i < 2);
    }
    assert_string_equal(show_layers(&decoded, text), expected[2]);
}

/* As check_rules, apart from the place of the subframe. */
static void check_rules_of_next(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    char text[FIELDS_SIZE];
    for (unsigned i = 0; i < decoded->layer_count; i++) {
        const struct wb_layer *layer = &decoded->layers[i];
        assert_true(layer->offset + layer->header_length <= packet->captured_length);
        assert_true(layer->offset + layer->length <= packet->wire_length);
        assert_true(layer->header_length <= layer->length);
        show_fields(packet, decoded, i, text);
    }
}

static void an_aggregate_that_is_cut_ends(void **state)
{
    (void)state;
    for (uint32_t length = 0; length < 150; length++) {
        struct wb_packet packet = packet_of(WLAN_LINK, amsdu, length);
        struct wb_decoded decoded;
        unsigned count = 1;
        wb_decode(&packet, &decoded);
        while (wb_decode_next(&packet, &decoded)) {
            check_rules_of_next(&packet, &decoded);
            count++;
        }
        assert_true(count <= 3);
        assert_int_equal(decoded.status,
                         length < 26 || decoded.layers[decoded.layer_count - 1].header_length == 0
                             ? WB_LAYER_TRUNCATED : WB_LAYER_OK);
    }
}

static void a_frame_of_one_packet_has_no_next(void **state)
{
    (void)state;
    check_rows_have_no_next(layers_rows, sizeof layers_rows / sizeof layers_rows[0]);
}

static void count_field(void *context, const struct wb_field *field)
{
    *(unsigned *)context += field->type != WB_FIELD_END;
}

/* As many bitmaps as fit into the longest header, then half of it data. */
static void radiotap_bitmaps_are_bounded_by_the_header(void **state)
{
    (void)state;
    static uint8_t longest[UINT16_MAX + 10];
    struct wb_packet packet = {.data = longest, .captured_length = sizeof longest,
                               .wire_length = sizeof longest, .link_type = RADIOTAP_LINK};
    struct wb_decoded decoded;
    unsigned count = 0;
    longest[2] = longest[3] = 0xff;
    for (size_t i = 4; i + 4 <= UINT16_MAX; i += 4)
        longest[i + 3] = 0xa0; /* another one follows, of the radiotap namespace */
    wb_decode(&packet, &decoded);
    check_rules(&packet, &decoded);
    assert_int_equal(decoded.layers[0].status, WB_LAYER_MALFORMED);
    for (size_t i = 4; i < 32764; i += 4)
        longest[i] = 0x02; /* the flags */
    longest[32767] = 0;
    wb_decode(&packet, &decoded);
    check_rules(&packet, &decoded);
    assert_int_equal(decoded.layers[0].status, WB_LAYER_OK);
    wb_layer_fields(&packet, &decoded, 0, count_field, &count);
    assert_true(count > 8190 * 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_their_layers),
        cmocka_unit_test(rows_tell_their_fields),
        cmocka_unit_test(prism_may_be_avs),
        cmocka_unit_test(an_aggregate_is_decoded_one_by_one),
        cmocka_unit_test(an_aggregate_that_is_cut_ends),
        cmocka_unit_test(a_frame_of_one_packet_has_no_next),
        cmocka_unit_test(radiotap_bitmaps_are_bounded_by_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
