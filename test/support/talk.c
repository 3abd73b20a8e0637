/* SPDX-License-Identifier: ISC */
#include "support/talk.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW 65535

static struct talk talk_between(struct craft_packet client, talk_deliver *deliver, void *context)
{
    return (struct talk){
        .deliver = deliver,
        .context = context,
        .from = {client, craft_packet_turned(&client)},
        .isn = {1000, 5000},
        .mss = 1460,
        .time_ns = INT64_C(1704067200) * 1000000000,
        .step_ns = 1000000,
    };
}

struct talk talk_v4(talk_deliver *deliver, void *context)
{
    return talk_between(craft_packet_v4("192.0.2.1", 40000, "192.0.2.2", 80), deliver, context);
}

struct talk talk_v6(talk_deliver *deliver, void *context)
{
    return talk_between(craft_packet_v6("2001:db8::1", 40000, "2001:db8::2", 80), deliver, context);
}

static enum talk_side other(enum talk_side side)
{
    return side == CLIENT ? SERVER : CLIENT;
}

static void emit(struct talk *talk, enum talk_side side, struct craft_packet *packet)
{
    uint8_t *frame = malloc(CRAFT_FRAME_MAX);
    if (!frame)
        abort();
    packet->time_ns = talk->time_ns;
    talk->time_ns += talk->step_ns;
    if (!talk->unseen[side]) {
        packet->number = talk->number ? ++*talk->number : 0;
        struct wb_packet seen = craft_packet_put(packet, frame, CRAFT_FRAME_MAX);
        seen.interface_index = talk->interface_index;
        talk->deliver(talk->context, &seen);
    }
    free(frame);
}

/* The next packet of side: a FIN already sent takes one sequence number. */
static struct craft_packet next_packet(const struct talk *talk, enum talk_side side,
                                       uint64_t offset)
{
    enum talk_side peer = other(side);
    struct craft_packet packet = talk->from[side];
    packet.flags = WB_TCP_ACK | (packet.flags & WB_TCP_URG);
    packet.sequence = talk->isn[side] + 1 + (uint32_t)offset;
    packet.acknowledgment =
        talk->isn[peer] + 1 + (uint32_t)talk->sent[peer] + talk->fin_sent[peer];
    return packet;
}

static void set_syn_options(const struct talk *talk, enum talk_side side,
                            struct craft_packet *syn, const uint8_t mss[4])
{
    bool is_chosen = talk->syn_options[side];
    syn->options = is_chosen ? talk->syn_options[side] : mss;
    syn->options_length = is_chosen ? talk->syn_options_length[side] : 4;
}

void talk_handshake(struct talk *talk)
{
    const uint8_t options[] = {2, 4, (uint8_t)(talk->mss >> 8), (uint8_t)talk->mss};
    struct craft_packet syn = next_packet(talk, CLIENT, 0);
    syn.sequence = talk->isn[CLIENT];
    syn.acknowledgment = 0;
    syn.flags = WB_TCP_SYN;
    set_syn_options(talk, CLIENT, &syn, options);
    emit(talk, CLIENT, &syn);

    struct craft_packet syn_ack = next_packet(talk, SERVER, 0);
    syn_ack.sequence = talk->isn[SERVER];
    syn_ack.flags = WB_TCP_SYN | WB_TCP_ACK;
    set_syn_options(talk, SERVER, &syn_ack, options);
    emit(talk, SERVER, &syn_ack);
    talk_flags(talk, CLIENT, WB_TCP_ACK);
}

void talk_segment(struct talk *talk, enum talk_side side, uint64_t offset, const void *bytes,
                  size_t length)
{
    struct craft_packet packet = next_packet(talk, side, offset);
    packet.flags |= WB_TCP_PSH;
    packet.payload = bytes;
    packet.payload_length = length;
    emit(talk, side, &packet);
}

void talk_flags(struct talk *talk, enum talk_side side, unsigned flags)
{
    struct craft_packet packet = next_packet(talk, side, talk->sent[side] + talk->fin_sent[side]);
    packet.flags = (uint16_t)flags;
    emit(talk, side, &packet);
}

static void send_segments(struct talk *talk, enum talk_side side, const uint8_t *bytes,
                          size_t length)
{
    size_t unacknowledged = 0;
    while (length) {
        size_t part = length < talk->mss ? length : talk->mss;
        if (unacknowledged > 0 && unacknowledged + part > WINDOW) {
            talk_flags(talk, other(side), WB_TCP_ACK);
            unacknowledged = 0;
        }
        unacknowledged += part;
        talk_segment(talk, side, talk->sent[side], bytes, part);
        talk->sent[side] += part;
        bytes += part;
        length -= part;
    }
}

void talk_say(struct talk *talk, enum talk_side side, const void *bytes, size_t length)
{
    send_segments(talk, side, bytes, length);
    talk_flags(talk, other(side), WB_TCP_ACK);
}

void talk_say_text(struct talk *talk, enum talk_side side, const char *text)
{
    talk_say(talk, side, text, strlen(text));
}

void talk_lose(struct talk *talk, enum talk_side side, size_t length)
{
    talk->sent[side] += length;
    talk_flags(talk, other(side), WB_TCP_ACK);
}

void talk_say_with_hole(struct talk *talk, enum talk_side side, const void *bytes, size_t length,
                        size_t hole_offset, size_t hole_length)
{
    const uint8_t *start = bytes;
    size_t after = hole_offset + hole_length;
    talk_say(talk, side, start, hole_offset);
    talk_lose(talk, side, hole_length);
    talk_say(talk, side, start + after, length - after);
}

void talk_fin(struct talk *talk, enum talk_side side)
{
    talk_flags(talk, side, WB_TCP_FIN | WB_TCP_ACK);
    talk->fin_sent[side] = true;
    talk_flags(talk, other(side), WB_TCP_ACK);
}

void talk_close(struct talk *talk)
{
    talk_fin(talk, CLIENT);
    talk_fin(talk, SERVER);
}

void talk_reset(struct talk *talk, enum talk_side side)
{
    talk_flags(talk, side, WB_TCP_RST | WB_TCP_ACK);
}

void talk_wait_ms(struct talk *talk, int64_t milliseconds)
{
    talk->time_ns += milliseconds * 1000000;
}
