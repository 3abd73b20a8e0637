/* SPDX-License-Identifier: ISC
 *
 * The physical limit of reading a capture file: goes from record header to record header
 * of a pcap file (this machine's byte order) and looks at nothing else. `walk FILE` maps
 * the file, `walk -r FILE` reads blocks of 1 MiB. Only for files that the benchmark made:
 * it trusts them.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_HEADER_BYTES 24
#define RECORD_HEADER_BYTES 16
#define CAPTURED_LENGTH_AT 8
#define BLOCK_BYTES (1U << 20)
#define WINDOW_BYTES (4UL << 20)

struct count {
    uint64_t packets, bytes;
};

static uint32_t captured_length(const uint8_t *record)
{
    uint32_t length;

    memcpy(&length, record + CAPTURED_LENGTH_AT, sizeof(length));
    return length;
}

/* Pages are mapped a window at a time: by the fault they cost more than the walk. */
static struct count walk_mapped(int file, size_t length)
{
    uint8_t *map = mmap(NULL, length, PROT_READ, MAP_SHARED, file, 0);
    struct count count = { 0 };
    size_t populated = 0;

    if (map == MAP_FAILED)
        err(1, "mmap");
    for (size_t at = FILE_HEADER_BYTES; at + RECORD_HEADER_BYTES <= length; count.packets++) {
        while (populated < length && at + RECORD_HEADER_BYTES > populated) {
            size_t window = length - populated < WINDOW_BYTES ? length - populated : WINDOW_BYTES;

            madvise(map + populated, window, MADV_POPULATE_READ);
            populated += window;
        }
        uint32_t captured = captured_length(map + at);

        count.bytes += captured;
        at += RECORD_HEADER_BYTES + captured;
    }
    return count;
}

/* skip: bytes of the record before that lie in the block to come. */
static struct count walk_read(int file)
{
    static uint8_t block[BLOCK_BYTES];
    struct count count = { 0 };
    size_t have = 0, skip = FILE_HEADER_BYTES;
    ssize_t more;

    while ((more = read(file, block + have, sizeof(block) - have)) > 0) {
        size_t at = skip;

        have += (size_t)more;
        for (; at + RECORD_HEADER_BYTES <= have; count.packets++) {
            uint32_t captured = captured_length(block + at);

            count.bytes += captured;
            at += RECORD_HEADER_BYTES + captured;
        }
        skip = at > have ? at - have : 0;
        have = at < have ? have - at : 0;
        memmove(block, block + at, have);
    }
    return count;
}

int main(int argc, char **argv)
{
    struct stat status;
    bool reads = argc == 3 && strcmp(argv[1], "-r") == 0;
    int file;

    if (argc != 2 && !reads)
        errx(2, "usage: walk [-r] FILE");
    file = open(argv[argc - 1], O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) < 0)
        err(1, "%s", argv[argc - 1]);
    struct count count = reads ? walk_read(file) : walk_mapped(file, (size_t)status.st_size);

    printf("packets %" PRIu64 "\nbytes %" PRIu64 "\n", count.packets, count.bytes);
    return 0;
}
