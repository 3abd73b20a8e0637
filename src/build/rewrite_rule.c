/* SPDX-License-Identifier: ISC
 *
 * Rules of a rewrite as texts.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <wirebeam/rewrite.h>

#include "base/error.h"

#define SIDE_MAX 64 /* the longest IPv6 address and its prefix length fit in */
#define VLAN_MAX 4095

/* Splits "left=right". False where it is not that. */
static bool split(const char *text, char left[SIDE_MAX], const char **right)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals - text >= SIDE_MAX)
        return false;
    memcpy(left, text, (size_t)(equals - text));
    left[equals - text] = '\0';
    *right = equals + 1;
    return true;
}

static bool read_number(const char *text, unsigned max, unsigned *number)
{
    if (!isdigit((unsigned char)*text) || strlen(text) > 5 || text[strspn(text, "0123456789")])
        return false;
    *number = (unsigned)strtoul(text, NULL, 10);
    return *number <= max;
}

static int too_many(const char *what, struct wb_error *error)
{
    return wb__error_set(error, WB_E_LIMIT, 0, "more than %d rules for %s are given",
                         WB_REWRITE_RULES_MAX, what);
}

/* ---- MAC addresses ---------------------------------------------------------------- */

static bool read_mac(const char *text, uint8_t mac[6])
{
    if (strlen(text) != 17)
        return false;
    for (int i = 0; i < 6; i++) {
        const char *at = text + 3 * i;
        if (!isxdigit((unsigned char)at[0]) || !isxdigit((unsigned char)at[1]) ||
            (i < 5 && at[2] != ':' && at[2] != '-'))
            return false;
        mac[i] = (uint8_t)strtoul((const char[]){at[0], at[1], '\0'}, NULL, 16);
    }
    return true;
}

int wb_rewrite_add_mac(struct wb_rewrite *rewrite, const char *text, struct wb_error *error)
{
    struct wb_rewrite_mac rule = {.side = WB_REWRITE_MAC_EITHER};
    char from[SIDE_MAX];
    const char *to;
    bool is_right = split(text, from, &to) && read_mac(to, rule.to);
    if (is_right && strcmp(from, "src") == 0)
        rule.side = WB_REWRITE_MAC_SOURCE;
    else if (is_right && strcmp(from, "dst") == 0)
        rule.side = WB_REWRITE_MAC_DESTINATION;
    else
        is_right = is_right && read_mac(from, rule.from);
    if (!is_right)
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "a rule for MAC addresses is like "
                             "02:00:00:00:00:01=02:00:00:00:00:02, src=02:00:00:00:00:02 or "
                             "dst=02:00:00:00:00:02, not '%s'",
                             text);
    if (rewrite->mac_count == WB_REWRITE_RULES_MAX)
        return too_many("MAC addresses", error);
    rewrite->macs[rewrite->mac_count++] = rule;
    return 0;
}

/* ---- Networks --------------------------------------------------------------------- */

/* "192.0.2.0/24" or one address. Returns its prefix length, or -1. */
static int read_network(const char *text, unsigned *version, uint8_t address[16])
{
    char network[SIDE_MAX];
    if (strlen(text) >= sizeof network)
        return -1;
    strcpy(network, text);
    char *slash = strchr(network, '/');
    if (slash)
        *slash = '\0';
    *version = strchr(network, ':') ? 6 : 4;
    unsigned bits = *version == 4 ? 32 : 128, prefix = bits;
    if (inet_pton(*version == 4 ? AF_INET : AF_INET6, network, address) != 1 ||
        (slash && !read_number(slash + 1, bits, &prefix)))
        return -1;
    return (int)prefix;
}

static bool has_host_bits(const uint8_t address[16], unsigned prefix, unsigned version)
{
    for (unsigned bit = prefix; bit < (version == 4 ? 32U : 128U); bit++)
        if (address[bit / 8] & 0x80 >> bit % 8)
            return true;
    return false;
}

int wb_rewrite_add_network(struct wb_rewrite *rewrite, const char *text, struct wb_error *error)
{
    struct wb_rewrite_network rule = {0};
    char from[SIDE_MAX];
    const char *to;
    unsigned version = 0, to_version = 0;
    int prefix = -1, to_prefix = -1;
    if (split(text, from, &to)) {
        prefix = read_network(from, &version, rule.from);
        to_prefix = read_network(to, &to_version, rule.to);
    }
    if (prefix < 0 || to_prefix < 0)
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "a rule for networks is like 192.0.2.0/24=10.1.1.0/24, not '%s'",
                             text);
    if (version != to_version || prefix != to_prefix)
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "%s: both networks must be of one version of IP and one size", text);
    if (has_host_bits(rule.from, (unsigned)prefix, version) ||
        has_host_bits(rule.to, (unsigned)prefix, version))
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "%s: an address has bits beyond its prefix length", text);
    if (rewrite->network_count == WB_REWRITE_RULES_MAX)
        return too_many("networks", error);
    rule.ip_version = (uint8_t)version;
    rule.prefix_length = (uint8_t)prefix;
    rewrite->networks[rewrite->network_count++] = rule;
    return 0;
}

/* ---- Ports and tags --------------------------------------------------------------- */

int wb_rewrite_add_port(struct wb_rewrite *rewrite, const char *text, struct wb_error *error)
{
    char left[SIDE_MAX];
    const char *right;
    unsigned from, to;
    if (!split(text, left, &right) || !read_number(left, UINT16_MAX, &from) ||
        !read_number(right, UINT16_MAX, &to))
        return wb__error_set(error, WB_E_ARGUMENT, 0, "a rule for ports is like 80=8080, not '%s'",
                             text);
    if (rewrite->port_count == WB_REWRITE_RULES_MAX)
        return too_many("ports", error);
    rewrite->ports[rewrite->port_count++] =
        (struct wb_rewrite_port){.from = (uint16_t)from, .to = (uint16_t)to};
    return 0;
}

int wb_rewrite_set_vlan(struct wb_rewrite *rewrite, const char *text, struct wb_error *error)
{
    char verb[SIDE_MAX];
    const char *id;
    unsigned number = 0;
    uint8_t vlan = WB_REWRITE_VLAN_KEEP;
    if (strcmp(text, "remove") == 0)
        vlan = WB_REWRITE_VLAN_REMOVE;
    else if (split(text, verb, &id) && read_number(id, VLAN_MAX, &number))
        vlan = strcmp(verb, "add") == 0   ? WB_REWRITE_VLAN_ADD
               : strcmp(verb, "set") == 0 ? WB_REWRITE_VLAN_SET
                                          : WB_REWRITE_VLAN_KEEP;
    if (vlan == WB_REWRITE_VLAN_KEEP)
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "a rule for VLAN tags is add=ID, set=ID or remove, with ID from 0 to "
                             "%d, not '%s'",
                             VLAN_MAX, text);
    rewrite->vlan = vlan;
    rewrite->vlan_id = (uint16_t)number;
    return 0;
}

bool wb_rewrite_is_empty(const struct wb_rewrite *rewrite)
{
    return rewrite->mac_count == 0 && rewrite->network_count == 0 && rewrite->port_count == 0 &&
           rewrite->vlan == WB_REWRITE_VLAN_KEEP;
}
