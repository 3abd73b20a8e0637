/* SPDX-License-Identifier: ISC */
#include "targets.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "options.h"

#define NETWORK_SIZE 64 /* the longest IPv6 address and its prefix length fit in */

static int tell_policies(const char *name)
{
    char names[128] = "";

    for (unsigned policy = WB_OVERLAP_FIRST; policy <= WB_OVERLAP_SOLARIS; policy++) {
        size_t used = strlen(names);

        snprintf(names + used, sizeof(names) - used, "%s%s", used != 0 ? "|" : "",
                 wb_overlap_policy_name(policy));
    }
    return message_usage("--target must name one of %s, not '%s'", names, name);
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
static int read_network(const char *text, size_t length, struct wb_flow_target *target)
{
    char network[NETWORK_SIZE];
    char *slash;
    uint64_t bits, prefix_length;

    if (length >= sizeof(network))
        return message_usage("--target wants a network like 192.0.2.0/24, not '%.*s'",
                             (int)length, text);
    memcpy(network, text, length);
    network[length] = '\0';
    slash = strchr(network, '/');
    if (slash != NULL)
        *slash = '\0';
    if (!read_address(network, target))
        return message_usage("--target wants a network like 192.0.2.0/24, not '%.*s'",
                             (int)length, text);
    bits = prefix_length = target->ip_version == 4 ? 32 : 128;
    if (slash != NULL && (!options_number(slash + 1, false, &prefix_length) ||
                          prefix_length > bits))
        return message_usage("--target %s: the prefix length must be from 0 to %u, not '%s'",
                             network, (unsigned)bits, slash + 1);
    target->prefix_length = (uint8_t)prefix_length;
    if (has_host_bits(target))
        return message_usage("--target %.*s: the address has bits beyond its prefix length",
                             (int)length, text);
    return OPTIONS_GO;
}

int targets_set(struct targets *targets, const char *text)
{
    const char *equals = strchr(text, '='), *name = equals != NULL ? equals + 1 : text;
    struct wb_flow_target target = { .policy = wb_overlap_policy_find(name) };
    int status;

    if (target.policy == WB_OVERLAP_DEFAULT)
        return tell_policies(name);
    if (equals == NULL) {
        targets->others = target.policy;
        return OPTIONS_GO;
    }
    if (targets->count == TARGETS_MAX)
        return message_usage("--target may name at most %d networks", TARGETS_MAX);
    status = read_network(text, (size_t)(equals - text), &target);
    if (status == OPTIONS_GO)
        targets->networks[targets->count++] = target;
    return status;
}

void targets_apply(const struct targets *targets, struct wb_flow_options *options)
{
    options->overlap = targets->others;
    options->targets = targets->networks;
    options->target_count = targets->count;
}
