/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <wirebeam/setting.h>

#include "base/error.h"

#define NETWORK_SIZE 64 /* the longest IPv6 address and its prefix length fit in */

static int bad_policy(const char *name, struct wb_error *error)
{
    char names[128] = "";
    for (unsigned policy = WB_OVERLAP_FIRST; policy <= WB_OVERLAP_SOLARIS; policy++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used ? "|" : "",
                 wb_overlap_policy_name(policy));
    }
    return wb__error_set(error, WB_E_ARGUMENT, 0, "target must name one of %s, not '%s'", names,
                         name);
}

static int bad_network(const char *text, size_t length, struct wb_error *error)
{
    return wb__error_set(error, WB_E_ARGUMENT, 0,
                         "target wants a network like 192.0.2.0/24, not '%.*s'", (int)length, text);
}

static bool read_address(const char *text, struct wb_flow_target *target)
{
    target->ip_version = 4;
    if (inet_pton(AF_INET, text, target->address) == 1)
        return true;
    target->ip_version = 6;
    return inet_pton(AF_INET6, text, target->address) == 1;
}

static bool has_host_bits(const struct wb_flow_target *target)
{
    unsigned bits = target->ip_version == 4 ? 32 : 128;
    for (unsigned bit = target->prefix_length; bit < bits; bit++)
        if ((target->address[bit / 8] & 0x80 >> bit % 8) != 0)
            return true;
    return false;
}

/* "192.0.2.0/24" or "2001:db8::/32"; without a length it is one address. */
static int read_network(const char *text, size_t length, struct wb_flow_target *target,
                        struct wb_error *error)
{
    char network[NETWORK_SIZE];
    if (length >= sizeof network)
        return bad_network(text, length, error);
    memcpy(network, text, length);
    network[length] = '\0';
    char *slash = strchr(network, '/');
    if (slash)
        *slash = '\0';
    if (!read_address(network, target))
        return bad_network(text, length, error);
    uint64_t bits = target->ip_version == 4 ? 32 : 128, prefix_length = bits;
    if (slash && (!wb_number_read(slash + 1, false, &prefix_length) || prefix_length > bits))
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "target %s: the prefix length must be from 0 to %u, not '%s'", network,
                             (unsigned)bits, slash + 1);
    target->prefix_length = (uint8_t)prefix_length;
    if (has_host_bits(target))
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "target %.*s: the address has bits beyond its prefix length",
                             (int)length, text);
    return 0;
}

int wb_targets_add(struct wb_targets *targets, const char *text, struct wb_error *error)
{
    const char *equals = strchr(text, '='), *name = equals ? equals + 1 : text;
    struct wb_flow_target target = {.policy = wb_overlap_policy_find(name)};
    if (target.policy == WB_OVERLAP_DEFAULT)
        return bad_policy(name, error);
    if (!equals) {
        targets->others = target.policy;
        return 0;
    }
    if (targets->count == WB_TARGETS_MAX)
        return wb__error_set(error, WB_E_LIMIT, 0, "target may name at most %d networks",
                             WB_TARGETS_MAX);
    int result = read_network(text, (size_t)(equals - text), &target, error);
    if (result == 0)
        targets->networks[targets->count++] = target;
    return result;
}

void wb_targets_apply(const struct wb_targets *targets, struct wb_flow_options *options)
{
    options->overlap = targets->others;
    options->targets = targets->networks;
    options->target_count = targets->count;
}
