/* SPDX-License-Identifier: ISC
 *
 * DNS messages and the fields that are told of them: the bytes as RFC 1035 draws them, and
 * what they say. Names that run in circles, backwards, too far, or on without end are told as
 * far as they are sound, and where they stop is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "show.h"
#include "support/guard.h"
#include "support/hex.h"

enum { DNS_PORT = 53, MDNS_PORT = 5353, UDP_START = 20, MESSAGE_START = 28, TEXT_SIZE = 8192 };

#define FLAGS(qr, aa, tc, rd, ra)                                                      \
    "qr=" #qr " opcode=0 opcode_name=QUERY aa=" #aa " tc=" #tc " rd=" #rd " ra=" #ra   \
    " z=0 ad=0 cd=0 rcode=0 rcode_name=NOERROR "
#define RESPONSE FLAGS(1, 0, 0, 0, 0)
#define COUNTS(q, a, n, r) "qdcount=" #q " ancount=" #a " nscount=" #n " arcount=" #r
#define EXAMPLE "076578616d706c65036f726700" /* example.org, at 12 */
#define ONE_ANSWER "0001 8000 0000 0001 0000 0000 " EXAMPLE
#define ANSWER(type, ttl, rdlength)                                                       \
    "id=1 " RESPONSE COUNTS(0, 1, 0, 0) " answers=((name='example.org' type=" type        \
    " class=1 class_name=IN ttl=" ttl " rdlength=" rdlength " rdata=("

struct row {
    const char *what;
    uint16_t port;
    const char *message;
    const char *fields;
};

static const struct row rows[] = {
    {"a query", DNS_PORT, "3039 0100 0001 0000 0000 0000 " EXAMPLE "0001 0001",
     "id=12345 " FLAGS(0, 0, 0, 1, 0) COUNTS(1, 0, 0, 0)
     " questions=((qname='example.org' qtype=1 qtype_name=A qclass=1 qclass_name=IN))"},
    {"the root", DNS_PORT, "0001 0000 0001 0000 0000 0000 00 0002 0001",
     "id=1 " FLAGS(0, 0, 0, 0, 0) COUNTS(1, 0, 0, 0)
     " questions=((qname='.' qtype=2 qtype_name=NS qclass=1 qclass_name=IN))"},
    {"dots and backslashes within a label (RFC 1035, 5.1)", DNS_PORT,
     "0001 0000 0001 0000 0000 0000 03612e5c 00 0002 0001",
     "id=1 " FLAGS(0, 0, 0, 0, 0) COUNTS(1, 0, 0, 0)
     " questions=((qname='a\\.\\\\' qtype=2 qtype_name=NS qclass=1 qclass_name=IN))"},
    {"A", DNS_PORT, ONE_ANSWER "0001 0001 0000003c 0004 c0000201",
     ANSWER("1 type_name=A", "60", "4") "address=192.0.2.1)))"},
    {"AAAA", DNS_PORT,
     ONE_ANSWER "001c 0001 0000003c 0010 20010db8000000000000000000000001",
     ANSWER("28 type_name=AAAA", "60", "16") "address=2001:db8::1)))"},
    {"CNAME with a pointer (4.1.4)", DNS_PORT,
     ONE_ANSWER "0005 0001 0000003c 0006 03777777 c00c",
     ANSWER("5 type_name=CNAME", "60", "6") "cname='www.example.org')))"},
    {"SOA", DNS_PORT,
     ONE_ANSWER "0006 0001 0000003c 0018 c00c c00c 00000001 00000002 00000003 00000004 00000005",
     ANSWER("6 type_name=SOA", "60", "24")
     "mname='example.org' rname='example.org' serial=1 refresh=2 retry=3 expire=4 "
     "minimum=5)))"},
    {"MX", DNS_PORT, ONE_ANSWER "000f 0001 0000003c 0004 000a c00c",
     ANSWER("15 type_name=MX", "60", "4") "preference=10 exchange='example.org')))"},
    {"TXT", DNS_PORT, ONE_ANSWER "0010 0001 0000003c 0006 026162 00 0163",
     ANSWER("16 type_name=TXT", "60", "6") "txt_data=('ab' '' 'c'))))"},
    {"SRV (RFC 2782)", DNS_PORT, ONE_ANSWER "0021 0001 0000003c 0008 0001 0002 01bb c00c",
     ANSWER("33 type_name=SRV", "60", "8")
     "priority=1 weight=2 port=443 target='example.org')))"},
    {"NAPTR (RFC 3403)", DNS_PORT,
     ONE_ANSWER "0023 0001 0000003c 000e 0001 0002 0175 03536970 0121 c00c",
     ANSWER("35 type_name=NAPTR", "60", "14")
     "order=1 preference=2 flags='u' services='Sip' regexp='!' replacement='example.org')))"},
    {"DS", DNS_PORT, ONE_ANSWER "002b 0001 0000003c 0006 0007 08 02 aabb",
     ANSWER("43 type_name=DS", "60", "6") "key_tag=7 algorithm=8 digest_type=2 digest=0xaabb)))"},
    {"RRSIG (RFC 4034, 3)", DNS_PORT,
     ONE_ANSWER "002e 0001 0000003c 0016 0001 08 02 0000003c 00000002 00000001 0007 c00c aabb",
     ANSWER("46 type_name=RRSIG", "60", "22")
     "type_covered=A algorithm=8 labels=2 original_ttl=60 signature_expiration=2 "
     "signature_inception=1 key_tag=7 signers_name='example.org' signature=0xaabb)))"},
    {"NSEC with types 1, 2 and 1234 (4.1.2)", DNS_PORT,
     ONE_ANSWER "002f 0001 0000003c 0022 c00c 0001 60 041b" "000000000000000000000000"
                "000000000000000000000000000020",
     ANSWER("47 type_name=NSEC", "60", "34")
     "next_domain_name='example.org' types=(A NS 1234))))"},
    {"DNSKEY", DNS_PORT, ONE_ANSWER "0030 0001 0000003c 0006 0101 03 08 aabb",
     ANSWER("48 type_name=DNSKEY", "60", "6")
     "flags=257 protocol=3 algorithm=8 public_key=0xaabb)))"},
    {"HTTPS (RFC 9460)", DNS_PORT,
     ONE_ANSWER "0041 0001 0000003c 0018 0001 00 0001 0003 02 6832 0003 0002 01bb"
                "0004 0004 c0000201",
     ANSWER("65 type_name=HTTPS", "60", "24")
     "svc_priority=1 target_name='.' svc_params=((key=1 key_name=alpn value=('h2')) "
     "(key=3 key_name=port value=443) (key=4 key_name=ipv4hint value=(192.0.2.1)))"
     ")))"},
    {"CAA (RFC 8659)", DNS_PORT, ONE_ANSWER "0101 0001 0000003c 000a 80 05 6973737565 61 2e 62",
     ANSWER("257 type_name=CAA", "60", "10") "flags=128 tag='issue' value='a.b')))"},
    {"a type that is not known", DNS_PORT, ONE_ANSWER "ff00 0001 0000003c 0002 aabb",
     ANSWER("65280", "60", "2") "data=0xaabb)))"},
    {"OPT with a client subnet and a cookie (RFC 7871, RFC 7873)", DNS_PORT,
     "0001 8000 0000 0000 0000 0001 00 0029 04d0 00008000 001b"
     "0008 0007 0001 18 00 c00002 000a 0008 0102030405060708 000c 0000",
     "id=1 " RESPONSE COUNTS(0, 0, 0, 1)
     " additionals=((name='.' type=41 type_name=OPT udp_payload_size=1232 extended_rcode=0 "
     "extended_rcode_name=NOERROR version=0 do=1 z=0 rdlength=27 options=("
     "(code=8 name=client_subnet length=7 family=1 source_prefix_length=24 "
     "scope_prefix_length=0 address=192.0.2.0) "
     "(code=10 name=cookie length=8 client_cookie=0x0102030405060708) "
     "(code=12 name=padding length=0))))"},
    {"mDNS: a question that wants unicast, an answer that flushes (RFC 6762, 5.4 and 10.2)",
     MDNS_PORT, "0000 0000 0001 0001 0000 0000 " EXAMPLE "000c 8001"
                "c00c 0001 8001 00000078 0004 c0000201",
     "id=0 " FLAGS(0, 0, 0, 0, 0) COUNTS(1, 1, 0, 0)
     " questions=((qname='example.org' qtype=12 qtype_name=PTR unicast_response=1 qclass=1 "
     "qclass_name=IN)) answers=((name='example.org' type=1 type_name=A cache_flush=1 class=1 "
     "class_name=IN ttl=120 rdlength=4 rdata=(address=192.0.2.1)))"},
    {"bytes behind the message", DNS_PORT,
     "0001 0000 0001 0000 0000 0000 00 0002 0001 aabb",
     "id=1 " FLAGS(0, 0, 0, 0, 0) COUNTS(1, 0, 0, 0)
     " questions=((qname='.' qtype=2 qtype_name=NS qclass=1 qclass_name=IN)) "
     "trailing_data=0xaabb"},

#define STOPPED(section, index, offset)                                               \
    "stopped=(in=" section " index=" #index " offset=" #offset ") incomplete=1"
    {"a pointer to itself", DNS_PORT, "0001 0000 0001 0000 0000 0000 c00c 0001 0001",
     "id=1 " FLAGS(0, 0, 0, 0, 0) COUNTS(1, 0, 0, 0) " questions=() "
     STOPPED("question", 0, 12)},
    {"a pointer forward", DNS_PORT, "0001 0000 0001 0000 0000 0000 c010 0001 0001 00",
     "id=1 " FLAGS(0, 0, 0, 0, 0) COUNTS(1, 0, 0, 0) " questions=() "
     STOPPED("question", 0, 12)},
    {"two pointers that lead to each other", DNS_PORT,
     "0001 0000 0002 0000 0000 0000 0161c012 0001 0001 0162c00c",
     "id=1 " FLAGS(0, 0, 0, 0, 0) COUNTS(2, 0, 0, 0) " questions=() "
     STOPPED("question", 0, 12)},
    {"a name that ends behind its own beginning", DNS_PORT,
     "0001 0000 0001 0000 0000 0000 0161c00c 0001 0001",
     "id=1 " FLAGS(0, 0, 0, 0, 0) COUNTS(1, 0, 0, 0) " questions=() "
     STOPPED("question", 0, 12)},
    {"a label of another kind (RFC 6891, 5)", DNS_PORT,
     "0001 0000 0001 0000 0000 0000 4161 00 0001 0001",
     "id=1 " FLAGS(0, 0, 0, 0, 0) COUNTS(1, 0, 0, 0) " questions=() "
     STOPPED("question", 0, 12)},
    {"data beyond the message", DNS_PORT, ONE_ANSWER "0001 0001 0000003c 0005 c0000201",
     "id=1 " RESPONSE COUNTS(0, 1, 0, 0) " answers=() " STOPPED("answer", 0, 12)},
    {"data shorter than its type has it", DNS_PORT, ONE_ANSWER "0001 0001 0000003c 0003 c00002",
     ANSWER("1 type_name=A", "60", "3") "rest=0xc00002 incomplete=1)))"},
    {"two questions of which one is there", DNS_PORT,
     "0001 0000 0002 0000 0000 0000 00 0002 0001",
     "id=1 " FLAGS(0, 0, 0, 0, 0) COUNTS(2, 0, 0, 0)
     " questions=((qname='.' qtype=2 qtype_name=NS qclass=1 qclass_name=IN)) "
     STOPPED("question", 1, 17)},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static struct guard guard;

/* The message in IPv4 and UDP, the first captured bytes of it at the guard page. */
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

static const char *show(const struct wb_packet *packet, char *text)
{
    struct wb_decoded decoded;
    wb_decode(packet, &decoded);
    check_rules(packet, &decoded);
    return show_layer(packet, &decoded, decoded.layer_count - 1u, text, TEXT_SIZE);
}

static void messages_have_their_fields(void **state)
{
    static char text[TEXT_SIZE];
    uint8_t message[1024];
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        uint32_t length = (uint32_t)hex_bytes(rows[i].message, message, sizeof message);
        struct wb_packet packet = make_packet(message, length, rows[i].port, UINT32_MAX);
        if (strcmp(show(&packet, text), rows[i].fields) != 0)
            fail_msg("%s:\n got  %s\n want %s", rows[i].what, text, rows[i].fields);
    }
}

/* At every length: no byte beyond it is read, and a message that is cut is called so. */
static void messages_are_cut_anywhere(void **state)
{
    static char text[TEXT_SIZE];
    uint8_t message[1024];
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        uint32_t length = (uint32_t)hex_bytes(rows[i].message, message, sizeof message);
        bool is_whole = !strstr(rows[i].fields, "incomplete") &&
                        !strstr(rows[i].fields, "trailing");
        for (uint32_t cut = MESSAGE_START; cut < MESSAGE_START + length; cut++) {
            struct wb_packet packet = make_packet(message, length, rows[i].port, cut);
            show(&packet, text);
            if (is_whole && cut >= MESSAGE_START + 12)
                assert_non_null(strstr(text, "incomplete=1"));
            packet = make_packet(message, cut - MESSAGE_START, rows[i].port, UINT32_MAX);
            show(&packet, text);
        }
    }
}

/* RFC 1035, 3.1: 255 bytes with the lengths and the root. */
static void names_end_at_255_bytes(void **state)
{
    static char text[TEXT_SIZE];
    uint8_t message[512] = {0, 1, 0, 0, 0, 1};
    (void)state;
    for (unsigned last = 60; last <= 62; last++) {
        uint8_t *at = message + 12;
        for (unsigned i = 0; i < 4; i++) {
            *at = (uint8_t)(i < 3 ? 63 : last);
            memset(at + 1, 'a', *at);
            at += 1 + *at;
        }
        memcpy(at, "\0\0\1\0\1", 5);
        struct wb_packet packet =
            make_packet(message, (uint32_t)(at + 5 - message), DNS_PORT, UINT32_MAX);
        show(&packet, text);
        assert_int_equal(strstr(text, "incomplete") == NULL, last <= 61);
    }
}

/* A chain of pointers, each to the one before it: as many as there may be names. */
static void pointers_are_followed_backwards(void **state)
{
    static char text[TEXT_SIZE];
    static uint8_t message[2048] = {0, 1, 0x80, 0, 0, 0, 0, 1};
    (void)state;
    /* An answer of an unknown type whose name is the last of 200 pointers, which lie in a
     * record's data before it. */
    memcpy(message + 12, "\0\xff\0\0\1\0\0\0\0\1\x92", 11);
    uint32_t at = 23;
    message[at++] = 0;
    for (unsigned i = 0; i < 200; i++, at += 2) {
        uint32_t target = i ? at - 2 : 23;
        message[at] = (uint8_t)(0xc0 | target >> 8);
        message[at + 1] = (uint8_t)target;
    }
    message[7] = 2;
    message[at] = (uint8_t)(0xc0 | (at - 2) >> 8);
    message[at + 1] = (uint8_t)(at - 2);
    memcpy(message + at + 2, "\xff\0\0\1\0\0\0\0\0\0", 10);
    message[21] = 401 >> 8;
    message[22] = 401 & 0xff;
    struct wb_packet packet = make_packet(message, at + 12, DNS_PORT, UINT32_MAX);
    show(&packet, text);
    assert_null(strstr(text, "incomplete"));
    assert_non_null(strstr(text, "(name='.' type=65280 class=1 class_name=IN ttl=0 rdlength=0"));
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
        cmocka_unit_test(names_end_at_255_bytes),
        cmocka_unit_test(pointers_are_followed_backwards),
    };
    return cmocka_run_group_tests(tests, open_guard, close_guard);
}
