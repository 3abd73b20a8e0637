/* SPDX-License-Identifier: ISC
 *
 * Filters as users type them, and what they make of packets. Input: a byte that chooses
 * the link type, the expression up to a NUL, then the packet. An expression that is
 * refused says why in one line; one that compiles takes any packet.
 */
#include <stdlib.h>
#include <string.h>

#include "source/filter.h"

#define EXPRESSION_MAX 512
#define CHECK(condition)  \
    do {                  \
        if (!(condition)) \
            abort();      \
    } while (0)

static const uint16_t link_types[] = {1, 113, 276, 101, 108, 127, 9, 104};

static void check_error(int code, const struct wb_error *error)
{
    CHECK(code < 0 && error->code == code && error->text[0] != '\0');
    for (const char *c = error->text; *c; c++)
        CHECK((uint8_t)*c >= 0x20 && *c != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 1 ? memchr(data + 1, '\0', size - 1) : NULL;
    if (!end || end - data > EXPRESSION_MAX)
        return 0;
    uint16_t link_type = link_types[data[0] % (sizeof link_types / sizeof *link_types)];
    struct bpf_program program;
    struct wb_error error = {0};
    int code = wb__filter_compile_offline(&program, link_type, 65535, (const char *)data + 1,
                                          &error);
    if (code < 0) {
        check_error(code, &error);
        return 0;
    }
    uint32_t length = (uint32_t)(data + size - (end + 1));
    uint8_t *bytes = malloc(length ? length : 1);
    CHECK(bytes);
    memcpy(bytes, end + 1, length);
    struct wb_packet packet = {.data = bytes, .captured_length = length, .wire_length = length + 9,
                               .link_type = link_type};
    wb__filter_accepts(&program, &packet);
    free(bytes);
    pcap_freecode(&program);
    return 0;
}
