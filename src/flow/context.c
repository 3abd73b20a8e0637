/* SPDX-License-Identifier: ISC */
#include "flow/context.h"

#include <string.h>

#include "base/cursor.h"

/* What sets the packets inside apart: a VLAN tag, or a tunnel and the IP layer around it,
 * NULL where there is none. */
struct found {
    bool is_vlan;
    uint16_t vlan_id;
    struct wb_tunnel tunnel;
    const struct wb_layer *around;
};

/* Goes from one to the next, up to and with the IP layer numbered last. */
struct walk {
    const struct wb_packet *packet;
    const struct wb_decoded *decoded;
    unsigned next, last;
    const struct wb_layer *network; /* the IP layer passed last */
    bool is_tunnelled;              /* a tunnel's layer was passed since */
};

/* IP in IP is found when the inner layer is met: headers may lie between the two. */
static bool find_ip_in_ip(struct walk *walk, const struct wb_layer *layer, struct found *found)
{
    const struct wb_layer *around = walk->network;
    bool is_inside = around && !walk->is_tunnelled;
    walk->network = layer;
    walk->is_tunnelled = false;
    if (!is_inside)
        return false;
    *found = (struct found){.around = around};
    wb_tunnel_read(walk->packet, layer - 1, &found->tunnel);
    found->tunnel.kind = around->kind;
    return true;
}

static bool find_tunnel(struct walk *walk, const struct wb_layer *layer, struct found *found)
{
    *found = (struct found){.around = walk->network};
    if (wb_tunnel_read(walk->packet, layer, &found->tunnel) < 0)
        return false;
    walk->is_tunnelled = true;
    return true;
}

static bool find_vlan(struct walk *walk, const struct wb_layer *layer, struct found *found)
{
    struct wb_vlan vlan;
    if (wb_vlan_read(walk->packet, layer, &vlan) < 0)
        return false;
    *found = (struct found){.is_vlan = true, .vlan_id = vlan.id};
    return true;
}

static bool find_in(struct walk *walk, const struct wb_layer *layer, struct found *found)
{
    switch (layer->kind) {
    case WB_LAYER_VLAN:
        return find_vlan(walk, layer, found);
    case WB_LAYER_IP4:
    case WB_LAYER_IP6:
        return find_ip_in_ip(walk, layer, found);
    case WB_LAYER_IP6_HOPOPTS:
    case WB_LAYER_IP6_ROUTING:
    case WB_LAYER_IP6_FRAGMENT:
    case WB_LAYER_IP6_DSTOPTS:
        return false;
    default:
        return find_tunnel(walk, layer, found);
    }
}

static bool find_next(struct walk *walk, struct found *found)
{
    while (walk->next <= walk->last)
        if (find_in(walk, &walk->decoded->layers[walk->next++], found))
            return true;
    return false;
}

/* Where the two addresses of an IP layer lie, and how long each is. */
static size_t find_ends(const struct wb_packet *packet, const struct wb_layer *layer,
                        const uint8_t **source, const uint8_t **destination)
{
    bool is_ip4 = layer->kind == WB_LAYER_IP4;
    size_t length = is_ip4 ? 4 : 16;
    *source = packet->data + layer->offset + (is_ip4 ? 12 : 8);
    *destination = *source + length;
    return length;
}

/* --- the hash ---------------------------------------------------------------- */

/* Each part begins with a word that says how many words follow. */
#define PART_WORDS 5
#define WORDS_MAX (WB_LAYERS_MAX * PART_WORDS)

struct words {
    uint64_t at[WORDS_MAX];
    unsigned count;
};

static void put_word(struct words *words, uint64_t word)
{
    words->at[words->count++] = word;
}

static void put_address(struct words *words, const uint8_t *address, size_t length)
{
    if (length == 4) {
        put_word(words, wb__load32(address));
        return;
    }
    put_word(words, wb__load64(address));
    put_word(words, wb__load64(address + 8));
}

/* In one order, whoever sends. */
static void put_ends(struct words *words, const struct wb_packet *packet,
                     const struct wb_layer *layer)
{
    const uint8_t *source, *destination;
    size_t length = find_ends(packet, layer, &source, &destination);
    bool is_swapped = memcmp(source, destination, length) > 0;
    put_address(words, is_swapped ? destination : source, length);
    put_address(words, is_swapped ? source : destination, length);
}

static void put_tunnel(struct words *words, const struct wb_packet *packet,
                       const struct found *found)
{
    const struct wb_tunnel *tunnel = &found->tunnel;
    bool has_ends = found->around && !tunnel->is_global;
    uint64_t version = !has_ends ? 0 : found->around->kind == WB_LAYER_IP4 ? 4 : 6;
    uint64_t id = tunnel->is_shared ? UINT64_C(1) << 32 | tunnel->id : 0;
    if (tunnel->kind == WB_LAYER_MPLS)
        return;
    put_word(words, (uint64_t)(tunnel->kind + 1u) << 56 | version << 48 | id);
    if (has_ends)
        put_ends(words, packet, found->around);
}

uint64_t wb__flow_context(const struct wb_packet *packet, const struct wb_decoded *decoded,
                          unsigned layer, const struct wb__hash_key *key)
{
    struct walk walk = {.packet = packet, .decoded = decoded, .last = layer};
    struct words words = {.count = 0};
    struct found found;
    while (find_next(&walk, &found))
        if (found.is_vlan)
            put_word(&words, UINT64_C(0xff) << 56 | found.vlan_id);
        else
            put_tunnel(&words, packet, &found);
    return words.count > 0 ? wb__hash(key, words.at, words.count) : 0;
}

/* --- what a flow shows of it -------------------------------------------------- */

static void describe(const struct wb_packet *packet, const struct found *found,
                     bool sender_is_client, struct wb_flow_tunnel *tunnel)
{
    const uint8_t *source, *destination;
    *tunnel = (struct wb_flow_tunnel){
        .kind = found->tunnel.kind,
        .has_id = found->tunnel.has_id,
        .id = found->tunnel.id,
    };
    if (!found->around)
        return;
    size_t length = find_ends(packet, found->around, &source, &destination);
    tunnel->ip_version = length == 4 ? 4 : 6;
    memcpy(tunnel->address[!sender_is_client], source, length);
    memcpy(tunnel->address[sender_is_client], destination, length);
}

unsigned wb__flow_tunnels(const struct wb_packet *packet, const struct wb_decoded *decoded,
                          bool sender_is_client, struct wb_flow_tunnel *tunnels)
{
    struct walk walk = {.packet = packet, .decoded = decoded, .last = decoded->network};
    struct found found;
    unsigned count = 0;
    while (find_next(&walk, &found)) {
        if (found.is_vlan)
            continue;
        if (count >= WB_FLOW_TUNNELS_KEPT)
            memmove(tunnels, tunnels + 1, (WB_FLOW_TUNNELS_KEPT - 1) * sizeof *tunnels);
        unsigned place = count < WB_FLOW_TUNNELS_KEPT ? count : WB_FLOW_TUNNELS_KEPT - 1;
        describe(packet, &found, sender_is_client, &tunnels[place]);
        count++;
    }
    return count;
}
