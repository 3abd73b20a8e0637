/* SPDX-License-Identifier: ISC
 *
 * The types and codes of RFC 792, RFC 1122 (3.2.2.1), RFC 1812 (5.2.7.1) and RFC 4443.
 */
#include "icmp_error.h"

#include <stddef.h>

#define ANY_CODE (-1)

struct meaning {
    uint8_t type;
    int code; /* ANY_CODE: of all that are not named before */
    const char *text;
};

static const struct meaning meanings_4[] = {
    { 3, 0, "network unreachable" },
    { 3, 1, "host unreachable" },
    { 3, 2, "protocol unreachable" },
    { 3, 3, "port unreachable" },
    { 3, 4, "fragmentation needed" },
    { 3, 5, "source route failed" },
    { 3, 6, "network unknown" },
    { 3, 7, "host unknown" },
    { 3, 8, "source host isolated" },
    { 3, 9, "network prohibited" },
    { 3, 10, "host prohibited" },
    { 3, 11, "network unreachable for this type of service" },
    { 3, 12, "host unreachable for this type of service" },
    { 3, 13, "communication prohibited" },
    { 3, 14, "host precedence violation" },
    { 3, 15, "precedence cutoff" },
    { 3, ANY_CODE, "unreachable" },
    { 4, ANY_CODE, "source quench" },
    { 5, ANY_CODE, "redirect" },
    { 11, 0, "time to live exceeded" },
    { 11, 1, "fragment reassembly time exceeded" },
    { 11, ANY_CODE, "time exceeded" },
    { 12, ANY_CODE, "parameter problem" },
    { 0 },
};

static const struct meaning meanings_6[] = {
    { 1, 0, "no route" },
    { 1, 1, "communication prohibited" },
    { 1, 2, "beyond scope of source address" },
    { 1, 3, "address unreachable" },
    { 1, 4, "port unreachable" },
    { 1, 5, "source address failed policy" },
    { 1, 6, "reject route" },
    { 1, ANY_CODE, "unreachable" },
    { 2, ANY_CODE, "packet too big" },
    { 3, 0, "hop limit exceeded" },
    { 3, 1, "fragment reassembly time exceeded" },
    { 3, ANY_CODE, "time exceeded" },
    { 4, ANY_CODE, "parameter problem" },
    { 0 },
};

static const struct meaning *find(unsigned ip_version, uint8_t type, int code)
{
    const struct meaning *meaning = ip_version == 6 ? meanings_6 : meanings_4;

    while (meaning->text != NULL &&
           (meaning->type != type || (meaning->code != code && meaning->code != ANY_CODE)))
        meaning++;
    return meaning;
}

bool icmp_error_is(unsigned ip_version, uint8_t type)
{
    return find(ip_version, type, ANY_CODE)->text != NULL;
}

const char *icmp_error_text(unsigned ip_version, uint8_t type, uint8_t code)
{
    const struct meaning *meaning = find(ip_version, type, code);

    return meaning->text != NULL ? meaning->text : "unknown error";
}

bool icmp_error_is_exceeded(unsigned ip_version, uint8_t type, uint8_t code)
{
    return type == (ip_version == 6 ? 3 : 11) && code == 0;
}

bool icmp_error_is_port_unreachable(unsigned ip_version, uint8_t type, uint8_t code)
{
    return ip_version == 6 ? type == 1 && code == 4 : type == 3 && code == 3;
}
