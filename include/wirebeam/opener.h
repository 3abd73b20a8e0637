/* SPDX-License-Identifier: ISC
 *
 * Opening without rights: wirebeam-open, a small program that has them, opens one socket or
 * device for its caller, as far as its allow-list permits, hands the descriptor over, and is
 * gone (wirebeam-open(8), open.conf(5)). Captures ask it by themselves where they must.
 *
 *     struct wb_opener_request request = {.verb = WB_OPENER_INJECT, .interface = "eth0"};
 *     int descriptor;
 *     struct wb_error error;
 *     if (wb_opener_open(&request, &descriptor, &error) < 0)
 *         errx(1, "%s", error.text);
 */
#ifndef WIREBEAM_OPENER_H
#define WIREBEAM_OPENER_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* X(NAME, word): what can be asked for.
 *   PACKET   a packet socket to capture by, not bound yet. Its filter is locked: it takes packets
 *            of the interface alone, of those only what the rule permits, and of those what the
 *            requested filter takes
 *   INJECT   a packet socket to send by, bound to the interface; it receives nothing
 *   IP4 IP6  a raw socket that takes packets with their own header; it receives nothing
 *   ICMP4 ICMP6  a raw socket of that protocol; it receives it, too
 *   TUN      a TUN or TAP device, without packet information (IFF_NO_PI)
 * All but PACKET and TUN have the socket mark WB_INJECT_MARK. */
#define WB_OPENER_VERBS(X) \
    X(PACKET, "packet")    \
    X(INJECT, "inject")    \
    X(IP4, "ip4")          \
    X(IP6, "ip6")          \
    X(ICMP4, "icmp4")      \
    X(ICMP6, "icmp6")      \
    X(TUN, "tun")

enum wb_opener_verb {
#define WB_OPENER_VERB(name, word) WB_OPENER_##name,
    WB_OPENER_VERBS(WB_OPENER_VERB)
#undef WB_OPENER_VERB
};

struct wb_opener_request {
    enum wb_opener_verb verb;
    const char *interface; /* "any": all of them, or what the routing table says (not INJECT);
                              TUN: the name of the device */
    const char *netns;     /* the path of another network namespace, as the allow-list has it;
                              NULL: the one that the caller is in */
    bool cooked;           /* PACKET, INJECT: without the link header (SOCK_DGRAM) */
    bool tap;              /* TUN: Ethernet frames */
    /* PACKET: instructions as in struct sock_filter of Linux, of which it takes packets and how
     * many bytes of each; NULL: all of them, whole. */
    const void *filter;
    uint32_t filter_count;
};

/* On success *descriptor is the caller's, close-on-exec, and is what was asked for. On failure
 * it is -1, and *error has the line of wirebeam-open: WB_E_PERMISSION, _NOT_FOUND, _FILTER,
 * _ARGUMENT, _SYSTEM; WB_E_UNSUPPORTED where wirebeam-open is not installed. Starts a process and
 * waits for it, at most some seconds; may be called by any thread, and touches no other child. */
int wb_opener_open(const struct wb_opener_request *request, int *descriptor,
                   struct wb_error *error);

/* Whether wb_opener_open would be permitted, so far as the allow-list and the rights of
 * wirebeam-open say. Nothing is opened or logged. */
bool wb_opener_permits(const struct wb_opener_request *request);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
