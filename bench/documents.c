/* SPDX-License-Identifier: ISC
 *
 * Makes the documents that the benchmark's web server serves: DIRECTORY/0 to
 * DIRECTORY/COUNT-1, of 4 to 36 KiB (20 on average), all different, and with modification
 * times that differ, so that nginx gives each an ETag of its own. The same every time:
 * nothing here is random.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAST_BYTES 4096
#define SPREAD_BYTES 32768
#define FIRST_MTIME 1600000000

/* xorshift64 (Marsaglia, "Xorshift RNGs", 2003). */
static uint64_t next_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t fill(char *text, uint64_t *state)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz ,.aeiou      aeiorstnABCDEFGHI  012\n";
    size_t length = LEAST_BYTES + next_number(state) % SPREAD_BYTES;

    for (size_t at = 0; at < length;) {
        uint64_t number = next_number(state);

        for (int i = 0; i < 10 && at < length; i++, number >>= 6)
            text[at++] = letters[number & 63];
    }
    return length;
}

static void write_document(int directory, unsigned long index, const char *text, size_t length)
{
    char name[24];
    int file;

    snprintf(name, sizeof(name), "%lu", index);
    file = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0 || write(file, text, length) != (ssize_t)length)
        err(1, "document %s", name);
    const struct timespec times[2] = { { .tv_sec = FIRST_MTIME + (time_t)index },
                                       { .tv_sec = FIRST_MTIME + (time_t)index } };
    if (futimens(file, times) < 0 || close(file) < 0)
        err(1, "document %s", name);
}

int main(int argc, char **argv)
{
    static char text[LEAST_BYTES + SPREAD_BYTES];
    uint64_t state = 0x9e3779b97f4a7c15;
    int directory;

    if (argc != 3)
        errx(2, "usage: documents DIRECTORY COUNT");
    directory = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        err(1, "%s", argv[1]);
    for (unsigned long i = 0, count = strtoul(argv[2], NULL, 10); i < count; i++)
        write_document(directory, i, text, fill(text, &state));
    close(directory);
    return 0;
}
