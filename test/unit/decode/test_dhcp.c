/* SPDX-License-Identifier: ISC
 *
 * DHCP and DHCPv6 messages and the fields that are told of their options, at every length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "show.h"
#include "support/guard.h"
#include "support/hex.h"

enum { DHCP_PORT = 67, DHCP6_PORT = 547, UDP_START = 20, MESSAGE_START = 28, TEXT_SIZE = 16384 };

#define ZEROS16 "00000000000000000000000000000000"
#define ZEROS64 ZEROS16 ZEROS16 ZEROS16 ZEROS16
#define SERVED "736572766572" /* "server" and NULs: 64 bytes */                        \
    "00000000000000000000" ZEROS16 ZEROS16 ZEROS16
#define FIXED "01010600 deadbeef 0003 8000 00000000 0a000005 0a000001 00000000"       \
    "02000000000a 00000000000000000000"
#define DHCP(options) FIXED SERVED ZEROS64 ZEROS64 "63825363" options
#define HEAD                                                                          \
    "op=1 op_name=BOOTREQUEST htype=1 hlen=6 hops=0 xid=3735928559 secs=3 flags=32768 " \
    "broadcast=1 ciaddr=0.0.0.0 yiaddr=10.0.0.5 siaddr=10.0.0.1 giaddr=0.0.0.0 "      \
    "chaddr=0x02000000000a sname='server' file='' "

struct row {
    const char *what;
    uint16_t port;
    const char *message;
    const char *fields;
};

static const struct row rows[] = {
    {"BOOTP (RFC 951): no cookie", DHCP_PORT, FIXED SERVED ZEROS64 ZEROS64 "0102",
     HEAD "vend=0x0102"},
    {"a message type, pads, and the end", DHCP_PORT, DHCP("350101 00 00 ff 0000"),
     HEAD "options=((code=53 name=dhcp_message_type length=1 value=1 value_name=DISCOVER))"},
    {"addresses, numbers and text", DHCP_PORT,
     DHCP("0104ffffff00 03080a0000010a000002 0c02c3a9 3304000e1000 0204fffffe0c 130101 ff"),
     HEAD "options=((code=1 name=subnet_mask length=4 value=255.255.255.0) "
          "(code=3 name=router length=8 value=(10.0.0.1 10.0.0.2)) "
          "(code=12 name=host_name length=2 value='\xc3\xa9') "
          "(code=51 name=ip_address_lease_time_s length=4 value=921600) "
          "(code=2 name=time_offset_s length=4 value=-500) "
          "(code=19 name=ip_forwarding length=1 value=1))"},
    {"lists", DHCP_PORT, DHCP("3702 0103 1904 00440128 2108 0a000001 0a000002 ff"),
     HEAD "options=((code=55 name=parameter_request_list length=2 value=(1 3)) "
          "(code=25 name=path_mtu_plateau_table length=4 value=(68 296)) "
          "(code=33 name=static_route length=8 value=((10.0.0.1 10.0.0.2))))"},
    {"a client identifier (RFC 2132, 9.14)", DHCP_PORT, DHCP("3d07 01 02000000000a 3d03 00 6162 ff"),
     HEAD "options=((code=61 name=client_identifier length=7 type=1 value=0x02000000000a) "
          "(code=61 name=client_identifier length=3 type=0 value=0x6162))"},
    {"relay agent information (RFC 3046)", DHCP_PORT, DHCP("520a 01026162 0504 0a000000 ff"),
     HEAD "options=((code=82 name=relay_agent_information length=10 value=("
          "(code=1 name=circuit_id value=0x6162) "
          "(code=5 name=link_selection value=10.0.0.0))))"},
    {"a search list with a pointer (RFC 3397)", DHCP_PORT, DHCP("7708 0161 00 0162 c000 00 ff"),
     HEAD "options=((code=119 name=domain_search length=8 value=('a' 'b.a' '.')))"},
    {"classless routes (RFC 3442)", DHCP_PORT, DHCP("790d 18 0a0001 0a000001 00 0a000001 ff"),
     HEAD "options=((code=121 name=classless_static_route length=13 value=("
          "(destination=10.0.1.0 prefix_length=24 router=10.0.0.1) "
          "(destination=0.0.0.0 prefix_length=0 router=10.0.0.1))))"},
    {"a name (RFC 4702)", DHCP_PORT, DHCP("5106 04 00 00 0161 00 5105 00 00 00 6162 ff"),
     HEAD "options=((code=81 name=client_fqdn length=6 flags=4 rcode1=0 rcode2=0 value='a') "
          "(code=81 name=client_fqdn length=5 flags=0 rcode1=0 rcode2=0 value='ab'))"},
    {"overload: options in file and sname (RFC 2132, 9.3)", DHCP_PORT,
     FIXED "0c0161ff" ZEROS16 ZEROS16 ZEROS16 "000000000000000000000000"
           "0f0162ff" ZEROS16 ZEROS16 ZEROS16 "000000000000000000000000" ZEROS64
           "63825363 340103 ff",
     "op=1 op_name=BOOTREQUEST htype=1 hlen=6 hops=0 xid=3735928559 secs=3 flags=32768 "
     "broadcast=1 ciaddr=0.0.0.0 yiaddr=10.0.0.5 siaddr=10.0.0.1 giaddr=0.0.0.0 "
     "chaddr=0x02000000000a sname_options=((code=12 name=host_name length=1 value='a')) "
     "file_options=((code=15 name=domain_name length=1 value='b')) "
     "options=((code=52 name=option_overload length=1 value=3))"},
    {"another length than the option has", DHCP_PORT, DHCP("3303 000e10 0303 0a0000 ff"),
     HEAD "options=((code=51 name=ip_address_lease_time_s length=3 data=0x000e10) "
          "(code=3 name=router length=3 data=0x0a0000))"},
    {"an option beyond the message", DHCP_PORT, DHCP("350101 0c05 6162"),
     HEAD "options=((code=53 name=dhcp_message_type length=1 value=1 value_name=DISCOVER)) "
          "incomplete=1"},

    {"DHCPv6: solicit", DHCP6_PORT, "01 0102 03 0001 000a 0003 0001 02000000000a 0008 0002 0064"
                                    "0006 0004 0017 0018 000e 0000",
     "msg_type=1 msg_type_name=solicit transaction_id=66051 options=("
     "(code=1 name=client_id length=10 duid_type=3 duid_type_name=duid-ll hardware_type=1 "
     "link_layer_address=0x02000000000a) (code=8 name=elapsed_time_10ms length=2 value=100) "
     "(code=6 name=option_request length=4 value=(23 24)) "
     "(code=14 name=rapid_commit length=0 data=0x))"},
    {"DHCPv6: an address in an association, with a status", DHCP6_PORT,
     "07 000001 0003 0030 00000001 00000002 00000003"
     "0005 0020 20010db8000000000000000000000001 00000004 00000005 000d 0004 0002 6e6f",
     "msg_type=7 msg_type_name=reply transaction_id=1 options=("
     "(code=3 name=ia_na length=48 iaid=1 t1=2 t2=3 options=("
     "(code=5 name=ia_address length=32 address=2001:db8::1 preferred_lifetime=4 "
     "valid_lifetime=5 options=((code=13 name=status_code length=4 status=2 "
     "status_name=NoAddrsAvail message='no'))))))"},
    {"DHCPv6: a prefix", DHCP6_PORT,
     "07 000001 0019 0029 00000001 00000002 00000003"
     "001a 0019 00000004 00000005 30 20010db8000000000000000000000000",
     "msg_type=7 msg_type_name=reply transaction_id=1 options=("
     "(code=25 name=ia_pd length=41 iaid=1 t1=2 t2=3 options=("
     "(code=26 name=ia_prefix length=25 preferred_lifetime=4 valid_lifetime=5 prefix_length=48 "
     "prefix=2001:db8:: options=()))))"},
    {"DHCPv6: a relay agent's message holds another (RFC 8415, 9)", DHCP6_PORT,
     "0c 01 20010db8000000000000000000000001 fe800000000000000000000000000002"
     "0009 0004 01 000005 0012 0002 6530",
     "msg_type=12 msg_type_name=relay-forw hop_count=1 link_address=2001:db8::1 "
     "peer_address=fe80::2 options=((code=9 name=relay_message length=4 value=(msg_type=1 "
     "msg_type_name=solicit transaction_id=5 options=())) "
     "(code=18 name=interface_id length=2 data=0x6530))"},
    {"DHCPv6: names, without pointers (RFC 8415, 10)", DHCP6_PORT,
     "07 000001 0018 0006 0161 00 0162 00 0018 0002 c000 0027 0004 01 0161 00",
     "msg_type=7 msg_type_name=reply transaction_id=1 options=("
     "(code=24 name=domain_list length=6 value=('a' 'b')) "
     "(code=24 name=domain_list length=2 value=() data=0xc000) "
     "(code=39 name=client_fqdn length=4 flags=1 value='a'))"},
    {"DHCPv6: an option beyond the message", DHCP6_PORT, "01 000001 0001 0005 0003",
     "msg_type=1 msg_type_name=solicit transaction_id=1 options=() incomplete=1"},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static struct guard guard;
static char text[TEXT_SIZE];

static struct wb_packet make_packet(const uint8_t *message, uint32_t length, uint16_t port,
                                    uint32_t captured)
{
    static uint8_t bytes[4096];
    uint32_t whole = MESSAGE_START + length;
    hex_bytes("4500 0000 0001 0000 4011 0000 0a000001 0a000002", bytes, sizeof bytes);
    bytes[2] = (uint8_t)(whole >> 8);
    bytes[3] = (uint8_t)whole;
    bytes[UDP_START] = bytes[UDP_START + 2] = (uint8_t)(port >> 8);
    bytes[UDP_START + 1] = bytes[UDP_START + 3] = (uint8_t)port;
    bytes[UDP_START + 4] = (uint8_t)((length + 8) >> 8);
    bytes[UDP_START + 5] = (uint8_t)(length + 8);
    memcpy(bytes + MESSAGE_START, message, length);
    if (captured > whole)
        captured = whole;
    return (struct wb_packet){.data = guard_put(&guard, bytes, captured),
                              .captured_length = captured, .wire_length = whole,
                              .link_type = 228};
}

static const char *show(const struct wb_packet *packet)
{
    struct wb_decoded decoded;
    wb_decode(packet, &decoded);
    check_rules(packet, &decoded);
    return show_layer(packet, &decoded, decoded.layer_count - 1u, text, TEXT_SIZE);
}

static void messages_have_their_fields(void **state)
{
    uint8_t message[1024];
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        uint32_t length = (uint32_t)hex_bytes(rows[i].message, message, sizeof message);
        struct wb_packet packet = make_packet(message, length, rows[i].port, UINT32_MAX);
        if (strcmp(show(&packet), rows[i].fields) != 0)
            fail_msg("%s:\n got  %s\n want %s", rows[i].what, text, rows[i].fields);
    }
}

static void messages_are_cut_anywhere(void **state)
{
    uint8_t message[1024];
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        uint32_t length = (uint32_t)hex_bytes(rows[i].message, message, sizeof message);
        for (uint32_t cut = MESSAGE_START; cut < MESSAGE_START + length; cut++) {
            struct wb_packet packet = make_packet(message, length, rows[i].port, cut);
            show(&packet);
            packet = make_packet(message, cut - MESSAGE_START, rows[i].port, UINT32_MAX);
            show(&packet);
        }
    }
}

/* Relay agents without end: the inner ones are told as bytes. */
static void nesting_is_bounded(void **state)
{
    enum { RELAYS = 60, RELAY_BYTES = 34, OPTION_BYTES = 4 };
    static uint8_t message[RELAYS * (RELAY_BYTES + OPTION_BYTES)];
    uint32_t left = sizeof message;
    (void)state;
    for (uint8_t *at = message; left > 0; at += RELAY_BYTES + OPTION_BYTES) {
        left -= RELAY_BYTES + OPTION_BYTES;
        at[0] = 12;
        at[RELAY_BYTES + 1] = 9;
        at[RELAY_BYTES + 2] = (uint8_t)(left >> 8);
        at[RELAY_BYTES + 3] = (uint8_t)left;
    }
    struct wb_packet packet = make_packet(message, sizeof message, DHCP6_PORT, UINT32_MAX);
    show(&packet);
    unsigned messages = 0;
    for (const char *at = text; (at = strstr(at, "msg_type=12")); at++)
        messages++;
    assert_int_equal(messages, 12);
    assert_non_null(strstr(text, "name=relay_message length=1824 data=0x0c00"));
}

static int open_guard(void **state)
{
    (void)state;
    guard = guard_open(4096);
    return 0;
}

static int close_guard(void **state)
{
    (void)state;
    guard_close(&guard);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_have_their_fields),
        cmocka_unit_test(messages_are_cut_anywhere),
        cmocka_unit_test(nesting_is_bounded),
    };
    return cmocka_run_group_tests(tests, open_guard, close_guard);
}
