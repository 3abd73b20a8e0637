/* SPDX-License-Identifier: ISC
 *
 * A program that asks wirebeam-open by the library, and says what it can do with the answer.
 * Usage: asking VERB NAME [cooked] [tap] [netns=PATH]
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <arpa/inet.h>
#include <dirent.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <wirebeam/opener.h>

static int verb_of(const char *word)
{
#define VERB(name, text)           \
    if (strcmp(word, text) == 0) \
        return WB_OPENER_##name;
    WB_OPENER_VERBS(VERB)
#undef VERB
    return WB_OPENER_TUN + 1;
}

static unsigned count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static const char *may(int result)
{
    return result == 0 ? "yes" : strerror(errno);
}

/* What the kernel lets its holder do, who has no rights of his own. */
static void try_packet(int descriptor)
{
    const struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, 0xffff);
    const struct sock_fprog program = {1, (struct sock_filter *)(uintptr_t)&all};
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(ETH_P_ALL),
                                  .sll_ifindex = (int)if_nametoindex("lo")};
    struct packet_mreq promiscuous = {.mr_ifindex = address.sll_ifindex,
                                      .mr_type = PACKET_MR_PROMISC};
    int off = 0;
    printf("attach: %s\n", may(setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program,
                                          sizeof program)));
    printf("detach: %s\n",
           may(setsockopt(descriptor, SOL_SOCKET, SO_DETACH_FILTER, &off, sizeof off)));
    printf("unlock: %s\n",
           may(setsockopt(descriptor, SOL_SOCKET, SO_LOCK_FILTER, &off, sizeof off)));
    printf("promiscuous: %s\n", may(setsockopt(descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
                                               &promiscuous, sizeof promiscuous)));
    printf("bind: %s\n", may(bind(descriptor, (struct sockaddr *)&address, sizeof address)));
}

/* How many packets of loopback it receives, which it was bound to, when it has some. */
static void hear_loopback(int descriptor)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    char bytes[256];
    unsigned count = 0;
    int sender = socket(AF_INET, SOCK_DGRAM, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 5; i++)
        if (sendto(sender, "hello", 5, 0, (struct sockaddr *)&to, sizeof to) < 0)
            perror("sendto");
    close(sender);
    while (recv(descriptor, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        count++;
    printf("heard: %u\n", count);
}

int main(int argc, char **argv)
{
    struct wb_opener_request request = {.verb = WB_OPENER_PACKET};
    struct wb_error error;
    int descriptor;
    if (argc < 3)
        return 2;
    request.verb = (enum wb_opener_verb)verb_of(argv[1]);
    request.interface = argv[2];
    for (int i = 3; i < argc; i++) {
        request.cooked |= strcmp(argv[i], "cooked") == 0;
        request.tap |= strcmp(argv[i], "tap") == 0;
        if (strncmp(argv[i], "netns=", 6) == 0)
            request.netns = argv[i] + 6;
    }
    unsigned before = count_descriptors();
    printf("permits: %s\n", wb_opener_permits(&request) ? "yes" : "no");
    int code = wb_opener_open(&request, &descriptor, &error);
    printf("descriptors: %u\n", count_descriptors() - before);
    if (code < 0) {
        printf("%s: %s\n", wb_error_name(code), error.text);
        return 1;
    }
    printf("opened\n");
    if (request.verb == WB_OPENER_PACKET || request.verb == WB_OPENER_INJECT) {
        try_packet(descriptor);
        hear_loopback(descriptor);
    }
    return 0;
}
