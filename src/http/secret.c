/* SPDX-License-Identifier: ISC
 *
 * What is secret in a head: the credentials that RFC 9110 and RFC 6265 put into fields, and
 * the userinfo that RFC 3986 puts into URLs. For who writes down what others may read.
 */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include <wirebeam/http.h>

static const struct wb_slice fields[] = {
    {"Authorization", 13},       /* RFC 9110, 11.6.2 */
    {"Proxy-Authorization", 19}, /* RFC 9110, 11.7.2 */
    {"Cookie", 6},               /* RFC 6265, 5.4 */
    {"Set-Cookie", 10},          /* RFC 6265, 5.2 */
};

/* A name with bytes around it that no name has is still read as that name by some. */
static struct wb_slice trim(struct wb_slice name)
{
    while (name.length && (uint8_t)name.data[0] <= ' ')
        name = (struct wb_slice){name.data + 1, name.length - 1};
    while (name.length && (uint8_t)name.data[name.length - 1] <= ' ')
        name.length--;
    return name;
}

bool wb_http_is_secret(struct wb_slice name)
{
    name = trim(name);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (name.length == fields[i].length &&
            strncasecmp(name.data, fields[i].data, name.length) == 0)
            return true;
    return false;
}

/* Behind the next "//", or NULL. */
static const char *next_authority(const char *at, const char *end)
{
    at = memmem(at, (size_t)(end - at), "//", 2);
    return at ? at + 2 : NULL;
}

/* RFC 3986, 3.2: up to the path, the query or the fragment; and a URL in a text ends with
 * what no URL holds. */
static const char *authority_end(const char *at, const char *end)
{
    while (at < end && (uint8_t)*at > ' ' && !memchr("/?#\"<>\\", *at, 7))
        at++;
    return at;
}

struct wb_slice wb_http_userinfo(struct wb_slice text, bool begins_with_authority)
{
    const char *at = text.data, *end = at + text.length;
    if (!text.length || !memchr(at, '@', text.length)) /* nearly always */
        return (struct wb_slice){NULL, 0};
    for (at = begins_with_authority ? at : next_authority(at, end); at;
         at = next_authority(at, end)) {
        const char *sign = memrchr(at, '@', (size_t)(authority_end(at, end) - at));
        if (sign)
            return (struct wb_slice){at, (uint32_t)(sign - at)};
    }
    return (struct wb_slice){NULL, 0};
}
