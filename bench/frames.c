/* SPDX-License-Identifier: ISC
 *
 * Writes a capture of frames of one length: TCP over IPv4, of which only addresses and ports
 * mean anything, and those differ from frame to frame. Usage: frames FILE COUNT LENGTH.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define IP_AT 14
#define TCP_AT 34
#define LENGTH_MIN 54
#define LENGTH_MAX 9000

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        errx(2, "usage: frames FILE COUNT LENGTH");
    uint32_t count = (uint32_t)strtoul(argv[2], NULL, 10);
    uint32_t length = (uint32_t)strtoul(argv[3], NULL, 10);
    if (length < LENGTH_MIN || length > LENGTH_MAX)
        errx(2, "frames: LENGTH is from %d to %d", LENGTH_MIN, LENGTH_MAX);
    FILE *out = fopen(argv[1], "wb");
    if (out == NULL)
        err(1, "%s", argv[1]);

    static const uint32_t file_header[6] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1 };
    static uint8_t frame[LENGTH_MAX] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45 };
    put16(frame + IP_AT + 2, length - IP_AT);
    frame[IP_AT + 8] = 64;
    frame[IP_AT + 9] = 6;
    frame[TCP_AT + 12] = 5 << 4;
    fwrite(file_header, sizeof(file_header), 1, out);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t header[4] = { 1700000000 + i / 1000000, i % 1000000, length, length };

        put16(frame + IP_AT + 14, i & 0xffff);
        put16(frame + TCP_AT, i * 7 & 0xffff);
        put16(frame + TCP_AT + 2, i % 1024);
        fwrite(header, sizeof(header), 1, out);
        fwrite(frame, length, 1, out);
    }
    if (fclose(out) != 0)
        err(1, "%s", argv[1]);
    return 0;
}
