/* SPDX-License-Identifier: ISC
 *
 * Rules and a packet: lines of a letter (m, n, p or v: a rule for MAC addresses, networks, ports or
 * the tag) and the rule; an empty line; a byte for what the packet begins with; the packet. A rule
 * that is refused says why and changes nothing. A packet that is rewritten stays in its memory, and
 * its checksums stay right, wrong or absent.
 */
#include <stdlib.h>
#include <string.h>

#include <wirebeam/decode.h>
#include <wirebeam/rewrite.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static const uint16_t link_types[] = {1, 101, 113, 276};

/* ---- Rules ------------------------------------------------------------------------ */

static int add(struct wb_rewrite *rewrite, const char *line, struct wb_error *error)
{
    switch (line[0]) {
    case 'm':
        return wb_rewrite_add_mac(rewrite, line + 1, error);
    case 'n':
        return wb_rewrite_add_network(rewrite, line + 1, error);
    case 'p':
        return wb_rewrite_add_port(rewrite, line + 1, error);
    default:
        return wb_rewrite_set_vlan(rewrite, line + 1, error);
    }
}

static void add_line(struct wb_rewrite *rewrite, const uint8_t *bytes, size_t length)
{
    struct wb_rewrite before = *rewrite;
    struct wb_error error = {0};
    char *line = malloc(length + 1);
    memcpy(line, bytes, length);
    line[length] = '\0';
    int code = line[0] ? add(rewrite, line, &error) : 0;
    CHECK(code <= 0 && error.code == code && (error.text[0] != '\0') == (code < 0));
    if (code < 0)
        CHECK(memcmp(rewrite, &before, sizeof before) == 0);
    free(line);
}

/* Returns where the packet begins. */
static size_t read_rules(struct wb_rewrite *rewrite, const uint8_t *data, size_t size)
{
    size_t at = 0;
    while (at < size && data[at] != '\n') {
        const uint8_t *newline = memchr(data + at, '\n', size - at);
        size_t length = newline ? (size_t)(newline - data) - at : size - at;
        add_line(rewrite, data + at, length);
        at += length + (newline != NULL);
    }
    return at < size ? at + 1 : size;
}

/* ---- Packets ---------------------------------------------------------------------- */

static struct wb_packet packet_of(const uint8_t *bytes, uint32_t length, uint16_t link_type)
{
    return (struct wb_packet){.data = bytes,
                              .captured_length = length,
                              .wire_length = length,
                              .link_type = link_type};
}

static bool is_same(const struct wb_layer *was, const struct wb_layer *is)
{
    return was->kind == is->kind && was->status == is->status && was->offset == is->offset &&
           was->header_length == is->header_length && was->length == is->length;
}

/* Where a new address or port changes what a payload is taken for, the layers differ from there. */
static void check_sums(const uint8_t *bytes, const uint8_t *rewritten, uint32_t length,
                       uint16_t link_type)
{
    struct wb_packet before = packet_of(bytes, length, link_type);
    struct wb_packet after = packet_of(rewritten, length, link_type);
    struct wb_decoded was, is;
    wb_decode(&before, &was);
    wb_decode(&after, &is);
    for (unsigned i = 0; i < was.layer_count && i < is.layer_count; i++) {
        if (!is_same(&was.layers[i], &is.layers[i]))
            return;
        CHECK(wb_checksum_state(&before, &was, i) == wb_checksum_state(&after, &is, i));
    }
}

static void apply(const struct wb_rewrite *rewrite, const uint8_t *data, uint32_t length,
                  uint16_t link_type, uint32_t room)
{
    uint8_t *bytes = malloc(length + room); /* with no byte to spare */
    if (length > 0)
        memcpy(bytes, data, length);
    uint32_t now = wb_rewrite_apply(rewrite, bytes, length, length + room, link_type);
    bool is_ethernet = link_type == 1;
    CHECK(now == length || (is_ethernet && rewrite->vlan == WB_REWRITE_VLAN_REMOVE &&
                            now == length - WB_REWRITE_GROWTH) ||
          (is_ethernet && rewrite->vlan == WB_REWRITE_VLAN_ADD &&
           room >= WB_REWRITE_GROWTH && now == length + WB_REWRITE_GROWTH));
    if (wb_rewrite_is_empty(rewrite) && length > 0)
        CHECK(memcmp(bytes, data, length) == 0);
    if (rewrite->vlan == WB_REWRITE_VLAN_KEEP)
        check_sums(data, bytes, length, link_type);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb_rewrite rewrite = {0};
    size_t at = read_rules(&rewrite, data, size);
    if (at >= size)
        return 0;
    uint16_t link_type = link_types[data[at] % 4];
    const uint8_t *packet = data + at + 1;
    uint32_t length = (uint32_t)(size - at - 1);
    apply(&rewrite, packet, length, link_type, WB_REWRITE_GROWTH);
    apply(&rewrite, packet, length, link_type, 0);
    return 0;
}
