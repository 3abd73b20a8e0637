/* SPDX-License-Identifier: ISC
 *
 * Every packet of captures becomes a draft and is written again, byte for byte. Then its lengths
 * and checksums are computed anew: where all of them were right, nothing may change. Usage:
 * again [--seeds] FILE...; with --seeds, a file is an input of fuzz_decode. Status 0: all the same.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wirebeam/build.h>
#include <wirebeam/engine.h>

#define TOLD_MAX 20

static const uint16_t seed_link_types[] = {1,   113, 276, 0,   108, 101, 228, 229, 12,
                                           14,  147, 6,   9,   10,  50,  51,  100, 104,
                                           105, 107, 119, 127, 163, 192, 239, 219};

struct count {
    const char *file;
    struct wb_draft *draft;
    uint64_t packets, well_formed, computed, unlike, unlike_computed;
};

static void tell(struct count *count, const struct wb_packet *packet, const char *what,
                 const uint8_t *bytes, size_t length, const struct wb_decoded *decoded)
{
    size_t at = 0;
    if (count->unlike + count->unlike_computed > TOLD_MAX)
        return;
    while (at < length && at < packet->captured_length && bytes[at] == packet->data[at])
        at++;
    printf("%s: packet %llu of %u bytes %s: %zu bytes, first difference at %zu:", count->file,
           (unsigned long long)packet->number, packet->captured_length, what, length, at);
    for (unsigned i = 0; i < decoded->layer_count; i++)
        printf(" %s@%u+%u/%u", wb_layer_name(decoded->layers[i].kind), decoded->layers[i].offset,
               decoded->layers[i].header_length, decoded->layers[i].length);
    printf("\n");
}

static bool is_same(const struct count *count, const struct wb_packet *packet, uint8_t *bytes,
                    size_t *length)
{
    struct wb_error error;
    return wb_draft_write(count->draft, bytes, WB_DRAFT_BYTES_MAX, length, &error) == 0 &&
           *length == packet->captured_length && memcmp(bytes, packet->data, *length) == 0;
}

/* RFC 791 has none, but offloads leave it, and decode goes by the bytes that are there. */
static bool has_no_length(const struct wb_packet *packet, const struct wb_layer *layer)
{
    struct wb_ip4 ip;
    return wb_ip4_read(packet, layer, &ip) == 0 && ip.total_length == 0;
}

/* Nobody judges the sum of CDP; 0 is none. */
static bool has_no_sum(const struct wb_packet *packet, const struct wb_layer *layer)
{
    return layer->kind == WB_LAYER_CDP && layer->header_length >= 4 &&
           packet->data[layer->offset + 2] == 0 && packet->data[layer->offset + 3] == 0;
}

/* Nobody judges how many addresses VRRP says that it has. */
static bool has_other_count(const struct wb_packet *packet, const struct wb_decoded *decoded,
                            unsigned index)
{
    const struct wb_layer *layer = &decoded->layers[index];
    if (layer->kind != WB_LAYER_VRRP || layer->header_length < 8)
        return false;
    const uint8_t *header = packet->data + layer->offset;
    uint32_t network = index;
    while (network > 0 && decoded->layers[network].kind != WB_LAYER_IP4 &&
           decoded->layers[network].kind != WB_LAYER_IP6)
        network--;
    uint32_t bytes = decoded->layers[network].kind == WB_LAYER_IP6 ? 16 : 4;
    uint32_t other = header[0] >> 4 == 2 ? 16 : 8; /* header and authentication */
    return layer->length != other + header[3] * bytes;
}

/* Whole, well-formed to the end, with no wrong or absent checksum. */
static bool is_right(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    if (packet->captured_length != packet->wire_length || decoded->is_fragment ||
        decoded->quoted != WB_LAYER_NONE)
        return false;
    for (unsigned i = 0; i < decoded->layer_count; i++) {
        const struct wb_layer *layer = &decoded->layers[i];
        if ((layer->status != WB_LAYER_OK && layer->status != WB_LAYER_UNKNOWN) ||
            has_no_length(packet, layer) || has_no_sum(packet, layer) ||
            has_other_count(packet, decoded, i))
            return false;
        enum wb_checksum_state state = wb_checksum_state(packet, decoded, i);
        if (state == WB_CHECKSUM_WRONG || state == WB_CHECKSUM_ABSENT ||
            state == WB_CHECKSUM_NOT_COMPUTED)
            return false;
    }
    return true;
}

static void check(struct count *count, const struct wb_packet *packet,
                  const struct wb_decoded *decoded)
{
    static uint8_t bytes[WB_DRAFT_BYTES_MAX];
    struct wb_error error;
    size_t length = 0;
    count->packets++;
    count->well_formed += decoded->status == WB_LAYER_OK;
    if (wb_draft_from(count->draft, packet, decoded, &error) < 0 ||
        !is_same(count, packet, bytes, &length)) {
        count->unlike++;
        tell(count, packet, "is not the same", bytes, length, decoded);
        return;
    }
    if (!is_right(packet, decoded))
        return;
    count->computed++;
    wb_draft_recompute(count->draft);
    if (!is_same(count, packet, bytes, &length)) {
        count->unlike_computed++;
        tell(count, packet, "is computed otherwise", bytes, length, decoded);
    }
}

static void on_packets(void *context, const struct wb_packet *packets, int number)
{
    for (int i = 0; i < number; i++) {
        struct wb_decoded decoded;
        wb_decode(&packets[i], &decoded);
        check(context, &packets[i], &decoded);
    }
}

static int read_capture(struct count *count)
{
    const struct wb_handlers handlers = {.packets = on_packets};
    struct wb_engine_options options = {
        .source.file = count->file, .handlers = handlers, .context = count};
    struct wb_engine *engine;
    struct wb_error error;
    int code = wb_engine_open(&engine, &options, &error);
    while (code >= 0)
        code = wb_engine_step(engine, -1, &error);
    wb_engine_close(engine);
    if (code == WB_E_END || count->packets > 0)
        return 0;
    fprintf(stderr, "%s: %s\n", count->file, error.text);
    return -1;
}

static int read_seed(struct count *count)
{
    static uint8_t bytes[WB_DRAFT_BYTES_MAX];
    FILE *file = fopen(count->file, "rb");
    if (!file)
        return -1;
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    if (length < 4)
        return 0;
    struct wb_packet packet = {.data = bytes + 4,
                               .captured_length = (uint32_t)length - 4,
                               .wire_length = (uint32_t)length - 4};
    packet.link_type =
        seed_link_types[bytes[0] % (sizeof seed_link_types / sizeof *seed_link_types)];
    on_packets(count, &packet, 1);
    return 0;
}

int main(int argc, char **argv)
{
    bool are_seeds = argc > 1 && strcmp(argv[1], "--seeds") == 0;
    struct count count = {.draft = wb_draft_new()};
    int failed = 0;
    for (int i = 1 + are_seeds; i < argc; i++) {
        count.file = argv[i];
        failed |= are_seeds ? read_seed(&count) : read_capture(&count);
    }
    printf(
        "packets %llu, well-formed %llu, not the same %llu; computed anew %llu, otherwise %llu\n",
        (unsigned long long)count.packets, (unsigned long long)count.well_formed,
        (unsigned long long)count.unlike, (unsigned long long)count.computed,
        (unsigned long long)count.unlike_computed);
    wb_draft_free(count.draft);
    return failed || count.packets == 0 || count.unlike > 0 || count.unlike_computed > 0;
}
