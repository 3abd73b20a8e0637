/* SPDX-License-Identifier: ISC
 *
 * The notation of packets: what it says is what is written; each mistake is told with its place,
 * and leaves the draft as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <wirebeam/build.h>

#include "support/guard.h"

static void assert_written(const char *text, const char *hex)
{
    struct wb_draft *draft = wb_draft_new();
    struct wb_error error = {0};
    uint8_t bytes[2048];
    char got[4097] = "";
    size_t length, where;
    if (wb_draft_parse(draft, text, &where, &error) < 0)
        fail_msg("%s, at %zu: %s", text, where, error.text);
    if (wb_draft_write(draft, bytes, sizeof bytes, &length, &error) < 0)
        fail_msg("%s: %s", text, error.text);
    for (size_t i = 0; i < length; i++)
        sprintf(got + 2 * i, "%02x", bytes[i]);
    assert_string_equal(got, hex);
    wb_draft_free(draft);
}

static void test_packets(void **state)
{
    (void)state;
    assert_written(
        "eth(dst=02:00:00:00:00:01, src=02-00-00-00-00-02, type=0x88b5, trailer=\"\")/\"hi\"",
        "020000000001"
        "020000000002"
        "88b5"
        "6869");
    assert_written("ip(src=192.0.2.1,dst=192.0.2.2,ttl=1)/udp(sport=7,dport=9)/\"\\x00\\n\\\"a\"",
                   "4500002000000000011135cac0000201c0000202"
                   "00070009000c5957"
                   "000a2261");
    assert_written(" ipv6 ( src = 2001:db8::1 , dst = ::1 ) / tcp ( flags = syn|ack , win = 10 ) ",
                   "600000000014064020010db800000000000000000000000100000000000000000000000000000001"
                   "0000000000000000000000005012000a820e0000");
    assert_written("hex'0a0b 0c'", "0a0b0c");
    assert_written("zeros(0x3)", "000000");
    assert_written("\"\\t\\r\\\\\\0\"", "090d5c00");
    assert_written("\"\\a\\b\\f\\v\\'\\?\\18\\0123\\377\\x4aa\"", "07080c0b273f01380a33ff4a61");
    assert_written("zeros(010)", "00000000000000000000");
    assert_written("ipv6.hopopts(hlen=2048,nh=59,options=zeros(6))", "3bff000000000000");
    assert_written("tcp(mss=1460,tsval=1,tsecr=0x203,wscale=7,sackok=1,sum=0,flags=syn|ack)",
                   "000000000000000000000000a012ffff00000000"
                   "020405b4080a00000001000002030303070402"
                   "00");
    assert_written("tcp(sack=1 + 0x10203+192.0.2.1,sackok=0,sum=0)",
                   "0000000000000000000000009002ffff00000000"
                   "050e0000000100010203c00002010000");
    assert_written("ip(rr=zeros(8),alert=1,sum=0)/icmp(type=redirect,code=host,gateway=192.0.2.1)",
                   "4900002c000000004001000000000000"
                   "00000000070b0400000000000000009404000100"
                   "050138fdc0000201");
    assert_written("gtp(type=echo_request,seq=7)", "320100040000000000070000");
    assert_written("ppp(proto=ipcp)/ppp.control(code=terminate_ack,id=2)", "802106020004");
    assert_written("dccp(sum=0,sseq=5)", "00000000040000000000000500000000");
    assert_written("arp()", "00010800060400010000000000000000000000000000000000000000");
}

/* Text, where the mistake is, and a part of what is said of it. */
static const struct {
    const char *text;
    size_t where;
    const char *said;
} mistakes[] = {
    {"", 0, "a layer"},
    {"  ", 2, "a layer"},
    {"eth/", 4, "a layer"},
    {"eth//ip", 4, "a layer"},
    {"ethe", 0, "'ethe'"},
    {"eth ip", 4, "/ and another layer"},
    {"eth(", 4, "the name of a field of eth"},
    {"eth(,)", 4, "the name of a field of eth"},
    {"eth(dst)", 7, "= and a value"},
    {"eth(dst=)", 8, "destination: a value"},
    {"eth(dst=1.2.3.4)", 8, "02:00:00:00:00:01"},
    {"eth(dst=02:00:00:00:00:0g)", 8, "02:00:00:00:00:01"},
    {"ip(ttl=256)", 7, "ttl: a number from 0 to 255, not '256'"},
    {"ip(ttl=0x100000000000000000)", 7, "ttl: a number"},
    {"ip(ttl=18446744073709551616)", 7, "ttl: a number"},
    {"ip(ttl=-1)", 7, "ttl: a number"},
    {"ip(ttl=0x)", 7, "ttl: a number"},
    {"ip(frag=3)", 8, "a multiple of 8 from 0 to 65528, not '3'"},
    {"ip(dst=::1)", 7, "192.0.2.1"},
    {"ipv6(dst=1.2.3.4)", 9, "2001:db8::1"},
    {"ip(frag=65536)", 8, "a multiple of 8 from 0 to 65528"},
    {"ipv6.hopopts(hlen=0)", 18, "a multiple of 8 from 8 to 2048"},
    {"ip(ttl=1,dst=1.2.3.4,ttl=1)", 21, "ttl is set already"},
    {"ip(dst=1.2.3.4,destination=1.2.3.4)", 15, "destination is set already"},
    {"eth(trailer=\"\",trailer=\"\")", 15, "trailer is set already"},
    {"payload(data=\"\",data=\"\")", 16, "data is set already"},
    {"tcp(header=\"x\",options=\"\")", 15, "in one piece"},
    {"tcp(sport=1,header=\"x\")", 12, "or by its fields, as source_port"},
    {"tcp(flags=syn|)", 10, "a number from 0 to 511, or flags of fin"},
    {"tcp(flags=|syn)", 10, "fin, syn"},
    {"tcp(flags=syn||ack)", 10, "fin, syn"},
    {"tcp(flags=512)", 10, "0 to 511"},
    {"tpc", 0, "no layer is called 'tpc'; some are eth"},
    {"eht", 0, "some are eth"},
    {"vxlam", 0, "'vxlam'; like it: vxlan"},
    {"icmp7", 0, "like it: icmp, icmpv6"},
    {"UDP", 0, "some are"},
    {"zeros(-1)", 6, "how many zeros"},
    {"zeros(18446744073709551616)", 6, "how many zeros"},
    {"zeros(3", 6, "and a )"},
    {"\"a\\400\"", 2, "octal digits up to 377"},
    {"\"a\\8\"", 2, "octal digits"},
    {"\"a\\", 2, "after a backslash"},
    {"ip(color=1)", 3, "ip has no field 'color', but version"},
    {"ip(ttl=1", 8, "a comma and another field, or )"},
    {"ip(ttl=1;)", 8, "a comma and another field, or )"},
    {"tcp(flags=syn|no)", 10, "fin, syn, rst"},
    {"tcp(options=5)", 12, "bytes"},
    {"tcp(options=hex'0')", 16, "two hexadecimal digits"},
    {"tcp(header=\"x\",sport=1)", 15, "in one piece"},
    {"eth(dst=hex'0011')", 8, "destination: 6 bytes, not 2"},
    {"\"abc", 0, "no end"},
    {"\"a\\q\"", 2, "after a backslash"},
    {"\"a\\x4\"", 2, "after a backslash"},
    {"\"a\"/ip", 4, "nothing can follow a payload"},
    {"zeros(x)", 6, "how many zeros"},
    {"tcp(mss=1,mss=2)", 10, "mss is set already"},
    {"tcp(mss=1,options=\"\")", 10, "options is set already"},
    {"tcp(sackok=2)", 11, "a number from 0 to 1, not '2'"},
    {"tcp(sack=)", 9, "numbers from 0 to 4294967295"},
    {"tcp(sack=1+)", 11, "with + between them"},
    {"tcp(sack=1++2)", 11, "with + between them"},
    {"tcp(sack=4294967296)", 9, "with + between them"},
    {"tcp(sack=zeros(254))", 9, "sack: "},
    {"tcp(sack=zeros(8)+1)", 17, "a comma and another field, or )"},
    {"icmp(type=ping)", 10, "0 to 255, or one of echo_reply, unreachable"},
    {"icmp(type=echo|redirect)", 10, "or one of"},
    {"icmp(id=1,gateway=1.2.3.4)", 10, "lies where identifier does, which is set"},
    {"vrrp(auth=1,adver=1)", 12, "lies where auth_type does"},
    {"ppp.control(code=no)", 17, "configure_request"},
    {"zeros(262145)", 6, "more than 262144 bytes"},
    {"zeros(262144)/\"a\"", 14, "nothing can follow a payload"},
    {"hex'0102", 8, "or ' as the end"},
};

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct wb_draft *draft = wb_draft_new();
        struct wb_error error = {0};
        size_t where = 999;
        assert_int_equal(wb_draft_add(draft, WB_LAYER_ETHERNET), 0);
        int code = wb_draft_parse(draft, mistakes[i].text, &where, &error);
        if (code >= 0 || where != mistakes[i].where || !strstr(error.text, mistakes[i].said))
            fail_msg("%s: %d at %zu: %s", mistakes[i].text, code, where, error.text);
        assert_int_equal(wb_draft_count(draft), 1);
        assert_true(wb_draft_parse(draft, mistakes[i].text, NULL, NULL) < 0);
        wb_draft_free(draft);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct wb_draft *draft = wb_draft_new();
    struct wb_error error = {0};
    char layers[(WB_LAYERS_MAX + 1) * 5 + 1] = "", word[200];
    size_t where;
    for (unsigned i = 0; i < WB_LAYERS_MAX; i++)
        strcat(layers, i == 0 ? "vlan" : "/vlan");
    assert_int_equal(wb_draft_parse(draft, layers, &where, &error), 0);
    wb_draft_clear(draft);
    strcat(layers, "/vlan");
    assert_int_equal(wb_draft_parse(draft, layers, &where, &error), WB_E_LIMIT);
    assert_int_equal(where, strlen(layers) - 4);
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_int_equal(wb_draft_parse(draft, word, &where, &error), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_parse(draft, "zeros(200000)", &where, &error), 0);
    wb_draft_clear(draft);
    assert_int_equal(
        wb_draft_parse(draft, "ip(options=zeros(200000))/zeros(100000)", &where, &error),
        WB_E_LIMIT);
    assert_non_null(strstr(error.text, "262144 bytes in all"));
    wb_draft_free(draft);
}

/* Every prefix, at the end of memory, is a packet or a mistake within it. */
static void test_prefixes(void **state)
{
    (void)state;
    static const char text[] = "eth(dst=02:00:00:00:00:01)/ip(dst=192.0.2.1,options=hex'94040000')/"
                               "udp(dport=53)/\"a\\x41\\n\"";
    struct guard guard = guard_open(sizeof text);
    struct wb_draft *draft = wb_draft_new();
    for (size_t length = 0; length < sizeof text; length++) {
        char prefix[sizeof text];
        struct wb_error error;
        size_t where = 0;
        memcpy(prefix, text, length);
        prefix[length] = '\0';
        const char *at = (const char *)guard_put(&guard, prefix, length + 1);
        if (wb_draft_parse(draft, at, &where, &error) < 0)
            assert_true(where <= length);
        wb_draft_clear(draft);
    }
    wb_draft_free(draft);
    guard_close(&guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packets),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
