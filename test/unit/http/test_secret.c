/* SPDX-License-Identifier: ISC
 *
 * What is secret in a head: names of fields as hostile hosts write them, and userinfo
 * wherever a URL may stand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include <wirebeam/http.h>

#include "support/guard.h"

static struct wb_slice slice(const char *text)
{
    return (struct wb_slice){text, (uint32_t)strlen(text)};
}

static void test_fields(void **state)
{
    static const char *const secret[] = {
        "Authorization", "authorization", "PROXY-AUTHORIZATION", "Cookie", "set-cookie",
        "Cookie \t",     "\x0b" "Cookie",
    };
    static const char *const open[] = {
        "", " ", "Cookies", "Cooki", "X-Cookie", "Set-Cookie2", "WWW-Authenticate", "Host",
    };
    (void)state;
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
        assert_true(wb_http_is_secret(slice(secret[i])));
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        assert_false(wb_http_is_secret(slice(open[i])));
}

/* The userinfo of text, which ends at an unmapped page; NULL where there is none. */
static void expect(const char *text, bool begins_with_authority, const char *userinfo)
{
    struct guard guard = guard_open(strlen(text) + 1);
    const char *at = (const char *)guard_put(&guard, text, strlen(text));
    struct wb_slice found =
        wb_http_userinfo((struct wb_slice){at, (uint32_t)strlen(text)}, begins_with_authority);
    if (userinfo) {
        assert_non_null(found.data);
        assert_int_equal(found.length, strlen(userinfo));
        assert_memory_equal(found.data, userinfo, found.length);
    } else {
        assert_null(found.data);
    }
    guard_close(&guard);
}

static void test_userinfo(void **state)
{
    (void)state;
    expect("http://u:p@example.test/", false, "u:p");
    expect("http://u:p@example.test/", true, "u:p");
    expect("https://u@[::1]:80?a@b", false, "u");
    expect("//u:p@host", false, "u:p");
    expect("see <http://a/> and <ftp://u:p@host>", false, "u:p");
    expect("/go?to=http://u:p@host/", false, "u:p");
    expect("http://u:p@@host/", false, "u:p@"); /* the last sign parts it from the host */
    expect("http:////u@host", false, "u");
    expect("http://@host", false, "");
    expect("u:p@host:443", true, "u:p");
    expect("u:p@host:443", false, NULL);
    expect("https://example.test/@name", false, NULL);
    expect("https://example.test?a@b", false, NULL);
    expect("https://example.test#a@b", false, NULL);
    expect("https://example.test mail@example.test", false, NULL);
    expect("mailto:mail@example.test", false, NULL);
    expect("@", false, NULL);
    expect("//", false, NULL);
    expect("@//", false, NULL);
    expect("", true, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_userinfo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
