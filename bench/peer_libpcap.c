/* SPDX-License-Identifier: ISC
 *
 * What libpcap needs to hand over every packet of a file or an interface: counts them,
 * and looks at nothing. An interrupt ends a live count.
 */
#include <err.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <pcap/pcap.h>

static pcap_t *pcap;

static void stop(int signal_number)
{
    (void)signal_number;
    pcap_breakloop(pcap);
}

static void count_packet(u_char *packets, const struct pcap_pkthdr *header, const u_char *bytes)
{
    (void)header;
    (void)bytes;
    ++*(uint64_t *)(void *)packets;
}

static pcap_t *open_live(const char *interface, char *reason)
{
    pcap_t *live = pcap_create(interface, reason);

    if (live == NULL)
        return NULL;
    pcap_set_snaplen(live, 262144);
    pcap_set_promisc(live, 1);
    pcap_set_timeout(live, 50);
    pcap_set_buffer_size(live, 32 << 20);
    if (pcap_activate(live) < 0)
        errx(1, "%s: %s", interface, pcap_geterr(live));
    return live;
}

int main(int argc, char **argv)
{
    static uint64_t packets;
    char reason[PCAP_ERRBUF_SIZE] = "";

    if (argc != 3 || (strcmp(argv[1], "-r") != 0 && strcmp(argv[1], "-i") != 0))
        errx(2, "usage: peer_libpcap -r FILE | -i INTERFACE");
    pcap = argv[1][1] == 'r' ? pcap_open_offline(argv[2], reason) : open_live(argv[2], reason);
    if (pcap == NULL)
        errx(1, "%s", reason);
    signal(SIGINT, stop);
    if (pcap_loop(pcap, -1, count_packet, (u_char *)&packets) == PCAP_ERROR)
        errx(1, "%s", pcap_geterr(pcap));
    printf("packets %" PRIu64 "\n", packets);
    pcap_close(pcap);
    return 0;
}
