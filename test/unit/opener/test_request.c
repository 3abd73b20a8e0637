/* SPDX-License-Identifier: ISC
 *
 * Words to requests: what is one, and each way not to be one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "request.h"

#define WORDS_MAX 16

/* Splits text at blanks; a part "''" is the empty word. */
static int parse(struct request *request, const char *text, struct wb_error *error)
{
    static char copy[1024];
    const char *words[WORDS_MAX];
    size_t count = 0;
    char *rest;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        words[count++] = strcmp(word, "''") == 0 ? "" : word;
    return request_parse(request, words, count, error);
}

static void requests(void **unused)
{
    (void)unused;
    struct request request;
    struct wb_error error;
    assert_int_equal(parse(&request, "packet eth0", &error), 0);
    assert_int_equal(request.verb, WB_OPENER_PACKET);
    assert_string_equal(request.name, "eth0");
    assert_string_equal(request.netns, "");
    assert_false(request.is_check || request.is_cooked || request.is_tap || request.has_filter);
    assert_int_equal(parse(&request, "packet any cooked filter netns=/run/netns/a", &error), 0);
    assert_true(request.is_cooked && request.has_filter);
    assert_string_equal(request.netns, "/run/netns/a");
    assert_int_equal(parse(&request, "check tun tun0 tap", &error), 0);
    assert_true(request.is_check && request.is_tap);
    assert_int_equal(request.verb, WB_OPENER_TUN);
    assert_int_equal(parse(&request, "icmp6 any", &error), 0);
    assert_int_equal(parse(&request, "inject fifteen-letters cooked", &error), 0);
    assert_int_equal(parse(&request, "ip4 eth0.7", &error), 0);
    assert_int_equal(parse(&request, "packet check", &error), 0); /* a device may be named so */
}

static void verbs_have_words(void **unused)
{
    (void)unused;
    for (int verb = WB_OPENER_PACKET; verb <= WB_OPENER_TUN; verb++)
        assert_int_equal(verb_of(verb_word((enum wb_opener_verb)verb)), verb);
    assert_int_equal(verb_of(""), -1);
    assert_int_equal(verb_of("packets"), -1);
}

static void refused(const char *text, const char *wanted)
{
    struct request request;
    struct wb_error error = {0};
    assert_int_equal(parse(&request, text, &error), WB_E_ARGUMENT);
    if (!strstr(error.text, wanted))
        fail_msg("%s: '%s' is not in '%s'", text, wanted, error.text);
}

static void what_is_no_request(void **unused)
{
    (void)unused;
    refused("", "a verb and a name");
    refused("check", "a verb and a name");
    refused("packet", "a verb and a name");
    refused("check packet", "a verb and a name");
    refused("check check packet eth0", "no such verb");
    refused("Packet eth0", "no such verb");
    refused("'' eth0", "no such verb");
    refused("packet ''", "name of a network device");
    refused("packet sixteen-letters-", "name of a network device");
    refused("packet ..", "name of a network device");
    refused("packet a/b", "name of a network device");
    refused("packet eth0:1", "name of a network device");
    refused("packet eth\t0", "name of a network device");
    refused("tun tun%d", "name of a network device");
    refused("inject any", "one interface");
    refused("tun any", "one interface");
    refused("packet eth0 frob", "no such option");
    refused("packet eth0 ''", "no such option");
    refused("packet eth0 cooked cooked", "said before");
    refused("packet eth0 tap", "no meaning");
    refused("tun tun0 cooked", "no meaning");
    refused("inject eth0 filter", "no meaning");
    refused("packet eth0 netns=", "whole path");
    refused("packet eth0 netns=a", "whole path");
    refused("packet eth0 netns=/run/../a", "whole path");
    refused("packet eth0 netns=/..", "whole path");
    refused("packet eth0 netns=/a netns=/a", "second network namespace");
    refused("check packet eth0 cooked filter netns=/a more", "too many words");
}

/* The longest words that there may be, and one byte more. */
static void lengths(void **unused)
{
    (void)unused;
    struct request request;
    struct wb_error error;
    char word[sizeof "netns=" + NETNS_MAX_BYTES + 1] = "netns=/";
    const char *const words[] = {"packet", "eth0", word};
    memset(word + 7, 'a', NETNS_MAX_BYTES - 1);
    assert_int_equal(request_parse(&request, words, 3, &error), 0);
    assert_int_equal(strlen(request.netns), NETNS_MAX_BYTES);
    word[6 + NETNS_MAX_BYTES] = 'a';
    assert_int_equal(request_parse(&request, words, 3, &error), WB_E_ARGUMENT);
    assert_non_null(strstr(error.text, "too long"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(verbs_have_words),
        cmocka_unit_test(what_is_no_request),
        cmocka_unit_test(lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
