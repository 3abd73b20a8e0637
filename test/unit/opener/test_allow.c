/* SPDX-License-Identifier: ISC
 *
 * Which rule fits, and which lines are none. The caller is user alice in group staff.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "allow.h"

static bool is_user(const void *context, const char *name)
{
    (void)context;
    return strcmp(name, "alice") == 0 || strcmp(name, "*") == 0;
}

static bool is_in_group(const void *context, const char *name)
{
    (void)context;
    return strcmp(name, "staff") == 0;
}

static const struct caller_answers caller = {is_user, is_in_group, NULL};

static int find(const char *list, const char *verb, const char *name, const char *netns,
                struct permit *permit, struct wb_error *error)
{
    const char *const words[] = {verb, name, netns};
    struct request request;
    assert_int_equal(request_parse(&request, words, netns ? 3 : 2, error), 0);
    /* Not one byte behind the list is there to be read. */
    char *copy = malloc(strlen(list) + !*list);
    memcpy(copy, list, strlen(list));
    int code = allow_find(permit, copy, strlen(list), &request, &caller, error);
    free(copy);
    return code;
}

static bool permits(const char *list, const char *verb, const char *name)
{
    struct permit permit;
    struct wb_error error = {0};
    int code = find(list, verb, name, NULL, &permit, &error);
    if (code < 0)
        fail_msg("%s: %s", list, error.text);
    return code;
}

static void nothing_permits_nothing(void **unused)
{
    (void)unused;
    assert_false(permits("", "packet", "eth0"));
    assert_false(permits("\n\n  \t\r\n# user alice packet *", "packet", "eth0"));
    assert_false(permits("#", "packet", "eth0"));
}

static void who(void **unused)
{
    (void)unused;
    assert_true(permits("user alice packet eth0", "packet", "eth0"));
    assert_true(permits("group staff packet eth0\n", "packet", "eth0"));
    assert_true(permits("user * packet eth0\r\n", "packet", "eth0"));
    assert_false(permits("user bob packet eth0", "packet", "eth0"));
    assert_false(permits("user staff packet eth0", "packet", "eth0"));
    assert_false(permits("group alice packet eth0", "packet", "eth0"));
    assert_false(permits("group * packet eth0", "packet", "eth0"));
    assert_false(permits("user Alice packet eth0", "packet", "eth0"));
}

static void what(void **unused)
{
    (void)unused;
    assert_true(permits("\tuser  alice\tip4,packet,tun   eth0 # yes", "packet", "eth0"));
    assert_false(permits("user alice inject eth0", "packet", "eth0"));
    assert_true(permits("user bob packet *\nuser alice packet *", "packet", "eth0"));
    assert_true(permits("user alice ip4,ip6,icmp4,icmp6 *", "icmp6", "any"));
}

static void where(void **unused)
{
    (void)unused;
    assert_true(permits("user alice packet wl*,eth0", "packet", "eth0"));
    assert_true(permits("user alice packet wl*,eth0", "packet", "wlan7"));
    assert_true(permits("user alice packet wl*", "packet", "wl"));
    assert_false(permits("user alice packet wl*,eth0", "packet", "eth01"));
    assert_false(permits("user alice packet eth01", "packet", "eth0"));
    assert_false(permits("user alice packet wl*", "packet", "w"));
    /* All interfaces at once are more than each that begins so. */
    assert_true(permits("user alice packet *", "packet", "any"));
    assert_false(permits("user alice packet a*,any", "packet", "any"));
}

static void in_which_namespace(void **unused)
{
    (void)unused;
    const char *list = "user alice packet * netns=/run/netns/a";
    struct permit permit;
    struct wb_error error;
    assert_int_equal(find(list, "packet", "lo", "netns=/run/netns/a", &permit, &error), 1);
    assert_int_equal(find(list, "packet", "lo", "netns=/run/netns/b", &permit, &error), 0);
    assert_int_equal(find(list, "packet", "lo", "netns=/run/netns//a", &permit, &error), 0);
    assert_int_equal(find(list, "packet", "lo", NULL, &permit, &error), 0);
    list = "user alice packet *";
    assert_int_equal(find(list, "packet", "lo", "netns=/run/netns/a", &permit, &error), 0);
}

static void which_ports(void **unused)
{
    (void)unused;
    struct permit permit;
    struct wb_error error;
    assert_int_equal(find("\nuser bob packet *\nuser alice packet * ports=80,8000-8099,0-65535",
                          "packet", "lo", NULL, &permit, &error), 1);
    assert_int_equal(permit.line, 3);
    assert_int_equal(permit.port_count, 3);
    assert_int_equal(permit.ports[0].first, 80);
    assert_int_equal(permit.ports[0].last, 80);
    assert_int_equal(permit.ports[1].first, 8000);
    assert_int_equal(permit.ports[1].last, 8099);
    assert_int_equal(permit.ports[2].last, 65535);
    /* The first that fits decides. */
    assert_int_equal(find("user alice packet * ports=1\nuser alice packet *", "packet", "lo", NULL,
                          &permit, &error), 1);
    assert_int_equal(permit.port_count, 1);
}

static void is_void(const char *list, const char *wanted)
{
    struct permit permit;
    struct wb_error error = {0};
    assert_int_equal(find(list, "packet", "eth0", NULL, &permit, &error), WB_E_FORMAT);
    if (!strstr(error.text, wanted))
        fail_msg("%s: '%s' is not in '%s'", list, wanted, error.text);
}

static void a_wrong_line_makes_all_void(void **unused)
{
    (void)unused;
    is_void("user alice packet *\nuser bob", "line 2: a rule is");
    is_void("user alice packet", "a rule is");
    is_void("alice alice packet *", "begins with");
    is_void("user alice packets *", "a verb is none of");
    is_void("user alice packet, *", "a verb is none of");
    is_void("user alice packet eth0,", "an interface is");
    is_void("user alice packet ,eth0", "an interface is");
    is_void("user alice packet *0", "an interface is");
    is_void("user alice packet **", "an interface is");
    is_void("user alice packet a/b", "an interface is");
    is_void("user alice packet sixteen-letters-", "an interface is");
    is_void("user alice packet sixteen-letters-*", "an interface is");
    is_void("user alice packet eth0 eth1", "only ports=... and netns=...");
    is_void("user alice packet eth0 ports=", "a port is");
    is_void("user alice packet eth0 ports=80,", "a port is");
    is_void("user alice packet eth0 ports=65536", "a port is");
    is_void("user alice packet eth0 ports=000080", "a port is");
    is_void("user alice packet eth0 ports=9-8", "a port is");
    is_void("user alice packet eth0 ports=-8", "a port is");
    is_void("user alice packet eth0 ports=8-", "a port is");
    is_void("user alice packet eth0 ports=http", "a port is");
    is_void("user alice packet eth0 ports=1 ports=2", "twice");
    is_void("user alice packet,inject eth0 ports=1", "only 'packet'");
    is_void("user alice packet eth0 netns=", "whole path");
    is_void("user alice packet eth0 netns=run", "whole path");
    is_void("user alice packet eth0 netns=/a/..", "whole path");
    is_void("user alice packet eth0 netns=/a netns=/b", "two network namespaces");
    is_void("user alice packet eth0 ports=1 netns=/a more", "too many fields");
    is_void("user alice packet eth0\x01", "a control byte");
}

static void a_nul_is_a_control_byte(void **unused)
{
    (void)unused;
    const char list[] = "user alice packet *\0 nothing";
    const char *const words[] = {"packet", "eth0"};
    struct request request;
    struct permit permit;
    struct wb_error error;
    assert_int_equal(request_parse(&request, words, 2, &error), 0);
    assert_int_equal(allow_find(&permit, list, sizeof list - 1, &request, &caller, &error),
                     WB_E_FORMAT);
}

static void limits(void **unused)
{
    (void)unused;
    char list[LINE_MAX_BYTES + 64] = "user alice packet eth0 ports=1";
    for (unsigned i = 1; i < PORTS_MAX; i++)
        strcat(list, ",1");
    assert_true(permits(list, "packet", "eth0"));
    strcat(list, ",1");
    is_void(list, "16 ranges");
    strcpy(list, "user alice packet eth0 #");
    memset(list + strlen(list), 'x', LINE_MAX_BYTES - strlen(list));
    list[LINE_MAX_BYTES] = '\0';
    assert_true(permits(list, "packet", "eth0"));
    list[LINE_MAX_BYTES] = 'x';
    is_void(list, "too long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_permits_nothing),
        cmocka_unit_test(who),
        cmocka_unit_test(what),
        cmocka_unit_test(where),
        cmocka_unit_test(in_which_namespace),
        cmocka_unit_test(which_ports),
        cmocka_unit_test(a_wrong_line_makes_all_void),
        cmocka_unit_test(a_nul_is_a_control_byte),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
