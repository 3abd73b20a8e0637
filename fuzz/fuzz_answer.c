/* SPDX-License-Identifier: ISC
 *
 * What `probe` and `trace` take for an answer. The first byte says what was asked: 3 a kind, 4 the
 * version of IP; the second what the packet begins with. What is taken is from whom it has to be,
 * about what was asked, and no longer taken when the target or our end were others.
 */
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "icmp_error.h"

#define OUR_END 40000

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static const uint16_t link_types[] = {1, 101, 113, 276};

static const struct target target_4 = {.ip_version = 4, .address = {192, 0, 2, 1}};
static const struct target target_6 = {
    .ip_version = 6, .address = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};

static void check_answer(const struct asking *asking, const struct answer *answer)
{
    unsigned version = asking->target->ip_version;
    if (answer->is_error) {
        CHECK(icmp_error_is(version, answer->type));
        return;
    }
    CHECK(memcmp(answer->from, asking->target->address, version == 4 ? 4 : 16) == 0);
    CHECK(asking->kind != ASKING_TCP || (answer->tcp_flags & WB_TCP_ACK));
    CHECK(asking->kind != ASKING_ICMP || answer->type == (version == 4 ? 0 : 129));
}

/* The same packet is none for who asked somebody else, from elsewhere, or by another protocol. */
static void check_others(const struct asking *asking, const struct wb_packet *packet,
                         const struct wb_decoded *decoded)
{
    struct asking other = *asking;
    struct target somebody = *asking->target;
    struct answer answer;
    other.our_end ^= 1;
    CHECK(!answer_read(&other, packet, decoded, &answer));
    other = *asking;
    somebody.address[3] ^= 1;
    other.target = &somebody;
    CHECK(!answer_read(&other, packet, decoded, &answer));
    other = *asking;
    other.target = asking->target == &target_4 ? &target_6 : &target_4;
    CHECK(!answer_read(&other, packet, decoded, &answer));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct asking asking = {.target = data[0] & 4 ? &target_6 : &target_4,
                            .kind = (enum asking_kind)((data[0] & 3) % 3),
                            .our_end = OUR_END};
    struct wb_packet packet = {.data = data + 2,
                               .captured_length = (uint32_t)size - 2,
                               .wire_length = (uint32_t)size - 2,
                               .link_type = link_types[data[1] % 4],
                               .time_ns = 7};
    struct wb_decoded decoded;
    struct answer answer;
    wb_decode(&packet, &decoded);
    if (!answer_read(&asking, &packet, &decoded, &answer))
        return 0;
    CHECK(answer.time_ns == packet.time_ns);
    check_answer(&asking, &answer);
    check_others(&asking, &packet, &decoded);
    return 0;
}
