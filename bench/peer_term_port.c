/* SPDX-License-Identifier: ISC
 *
 * A peer for bench/run: an Erlang port as the older library had it. It reads a capture file
 * with libpcap and writes a term in the external term format for each packet, {packet,
 * Seconds, Microseconds, Length, Bytes}, as a frame of {packet, 4}. It asks for no credit.
 */
#include <err.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ATOM "packet"

static uint8_t *put32(uint8_t *to, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        *to++ = (uint8_t)(value >> shift);
    return to;
}

/* SMALL_BIG_EXT: a second does not fit into INTEGER_EXT for ever. */
static uint8_t *put_big(uint8_t *to, uint32_t value)
{
    *to++ = 110;
    *to++ = 4;
    *to++ = 0;
    for (int shift = 0; shift < 32; shift += 8)
        *to++ = (uint8_t)(value >> shift);
    return to;
}

static void write_all(const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, length);
        if (written < 0)
            err(1, "standard output");
        bytes += written;
        length -= (size_t)written;
    }
}

int main(int argc, char **argv)
{
    static uint8_t frame[(1 << 18) + 64];
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *bytes;

    if (argc != 2)
        errx(2, "usage: peer_term_port FILE");
    pcap_t *file = pcap_open_offline(argv[1], error);
    if (!file)
        errx(1, "%s", error);
    while (pcap_next_ex(file, &header, &bytes) == 1) {
        uint8_t *at = frame + 4;
        *at++ = 131; /* version */
        *at++ = 104; /* SMALL_TUPLE_EXT */
        *at++ = 5;
        *at++ = 119; /* SMALL_ATOM_UTF8_EXT */
        *at++ = sizeof ATOM - 1;
        memcpy(at, ATOM, sizeof ATOM - 1);
        at += sizeof ATOM - 1;
        at = put_big(at, (uint32_t)header->ts.tv_sec);
        at = put_big(at, (uint32_t)header->ts.tv_usec);
        at = put_big(at, header->len);
        *at++ = 109; /* BINARY_EXT */
        at = put32(at, header->caplen);
        memcpy(at, bytes, header->caplen);
        at += header->caplen;
        put32(frame, (uint32_t)(at - frame - 4));
        write_all(frame, (size_t)(at - frame));
    }
    pcap_close(file);
    return 0;
}
