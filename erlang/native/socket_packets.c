/* SPDX-License-Identifier: ISC */
#include "socket_packets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "socket_error.h"

#define TAG_OFFSET 12 /* behind the addresses of an Ethernet frame */

ERL_NIF_TERM socket_error_term(ErlNifEnv *env, int error)
{
    const char *name = socket_error_name(error);
    return name ? enif_make_atom(env, name) : enif_make_int(env, error);
}

/* ---- In --------------------------------------------------------------------------- */

static size_t whole_length(const struct endpoint_packet *packet)
{
    return packet->length + (packet->has_tag ? sizeof packet->tag : 0);
}

static unsigned char *put(unsigned char *to, const void *bytes, size_t length)
{
    memcpy(to, bytes, length);
    return to + length;
}

static unsigned char *put_packet(unsigned char *to, const struct endpoint_packet *packet)
{
    if (!packet->has_tag)
        return put(to, packet->data, packet->length);
    to = put(to, packet->data, TAG_OFFSET);
    to = put(to, packet->tag, sizeof packet->tag);
    return put(to, packet->data + TAG_OFFSET, packet->length - TAG_OFFSET);
}

static ERL_NIF_TERM with_address(ErlNifEnv *env, const struct endpoint_address *address,
                                 ERL_NIF_TERM data)
{
    ERL_NIF_TERM mac;
    memcpy(enif_make_new_binary(env, address->mac_length, &mac), address->mac, address->mac_length);
    ERL_NIF_TERM from = enif_make_tuple2(env, enif_make_uint(env, address->protocol), mac);
    return enif_make_tuple2(env, from, data);
}

/* The packets of a round in one binary, and a part of it for each. Answers its length. */
static size_t make_terms(ErlNifEnv *env, const struct socket *socket,
                         const struct endpoint_packet *packets, int count, ERL_NIF_TERM *terms)
{
    ERL_NIF_TERM all;
    size_t total = 0, at = 0;
    for (int i = 0; i < count; i++)
        total += whole_length(&packets[i]);
    unsigned char *to = enif_make_new_binary(env, total, &all);
    for (int i = 0; i < count; i++) {
        size_t length = whole_length(&packets[i]);
        to = put_packet(to, &packets[i]);
        ERL_NIF_TERM data = enif_make_sub_binary(env, all, at, length);
        terms[i] =
            socket->endpoint.is_addressed ? with_address(env, &packets[i].address, data) : data;
        at += length;
    }
    return total;
}

static bool begin_receiving(struct socket *socket)
{
    pthread_mutex_lock(&socket->mutex);
    bool is_free = !socket->is_receiving;
    socket->is_receiving = true;
    pthread_mutex_unlock(&socket->mutex);
    return is_free;
}

static void end_receiving(struct socket *socket, const struct socket_counters *more)
{
    pthread_mutex_lock(&socket->mutex);
    socket->is_receiving = false;
    socket->counters.received += more->received;
    socket->counters.received_bytes += more->received_bytes;
    socket->counters.truncated += more->truncated;
    pthread_mutex_unlock(&socket->mutex);
}

/* Rounds until no more are there, or enough. The system tells an error once: one that comes
 * behind packets is kept for the next call. */
static int receive_rounds(ErlNifEnv *env, struct socket *socket, ERL_NIF_TERM *terms,
                          struct socket_counters *counted)
{
    struct endpoint_packet packets[ENDPOINT_ROUND];
    int total = 0, count = socket->late_error;
    socket->late_error = 0;
    if (count < 0)
        return count;
    do {
        count = endpoint_receive(&socket->endpoint, socket->memory, socket->snaplen, packets);
        if (count <= 0)
            break;
        counted->received_bytes += make_terms(env, socket, packets, count, terms + total);
        for (int i = 0; i < count; i++)
            counted->truncated += packets[i].is_truncated;
        total += count;
    } while (count == ENDPOINT_ROUND && total < SOCKET_RECEIVE_MAX &&
             counted->received_bytes < SOCKET_BYTES_MAX);
    counted->received = (uint64_t)total;
    if (total > 0 && count < 0 && count != -EAGAIN)
        socket->late_error = count;
    return total > 0 ? total : count;
}

int socket_receive(ErlNifEnv *env, struct socket *socket, ERL_NIF_TERM *list)
{
    ERL_NIF_TERM terms[SOCKET_RECEIVE_MAX];
    struct socket_counters counted = {0};
    int result = -ENOMEM;
    if (!begin_receiving(socket))
        return -EBUSY;
    if (!socket->memory)
        socket->memory = malloc(ENDPOINT_ROUND * socket->snaplen);
    if (socket->memory)
        result = receive_rounds(env, socket, terms, &counted);
    end_receiving(socket, &counted);
    if (result > 0) {
        *list = enif_make_list_from_array(env, terms, (unsigned)result);
        enif_consume_timeslice(env, 1 + result * 100 / SOCKET_RECEIVE_MAX);
    }
    return result;
}

/* ---- Out -------------------------------------------------------------------------- */

static bool get_address(ErlNifEnv *env, ERL_NIF_TERM term, struct endpoint_address *address)
{
    const ERL_NIF_TERM *elements;
    ErlNifBinary mac;
    unsigned protocol;
    int arity;
    if (!enif_get_tuple(env, term, &arity, &elements) || arity != 2 ||
        !enif_get_uint(env, elements[0], &protocol) || protocol > UINT16_MAX ||
        !enif_inspect_binary(env, elements[1], &mac) || mac.size > ENDPOINT_MAC_BYTES)
        return false;
    address->protocol = (uint16_t)protocol;
    address->mac_length = (uint8_t)mac.size;
    memcpy(address->mac, mac.data, mac.size);
    return true;
}

static bool get_packet(ErlNifEnv *env, const struct socket *socket, ERL_NIF_TERM term,
                       struct endpoint_packet *packet)
{
    const ERL_NIF_TERM *elements;
    ErlNifBinary data;
    int arity;
    *packet = (struct endpoint_packet){0};
    if (socket->endpoint.is_addressed) {
        if (!enif_get_tuple(env, term, &arity, &elements) || arity != 2 ||
            !get_address(env, elements[0], &packet->address))
            return false;
        term = elements[1];
    }
    if (!enif_inspect_binary(env, term, &data))
        return false;
    packet->data = data.data;
    packet->length = data.size;
    return true;
}

int socket_get_packets(ErlNifEnv *env, const struct socket *socket, ERL_NIF_TERM list,
                       struct endpoint_packet packets[SOCKET_SEND_MAX])
{
    ERL_NIF_TERM head;
    size_t bytes = 0;
    int count = 0;
    while (count < SOCKET_SEND_MAX && bytes < SOCKET_BYTES_MAX &&
           enif_get_list_cell(env, list, &head, &list)) {
        if (!get_packet(env, socket, head, &packets[count]))
            return -1;
        bytes += packets[count++].length;
    }
    return enif_is_list(env, list) ? count : -1;
}

static void count_sent(struct socket *socket, const struct endpoint_packet *packets, int count)
{
    uint64_t bytes = 0;
    for (int i = 0; i < count; i++)
        bytes += packets[i].length;
    pthread_mutex_lock(&socket->mutex);
    socket->counters.sent += (uint64_t)count;
    socket->counters.sent_bytes += bytes;
    pthread_mutex_unlock(&socket->mutex);
}

int socket_send(ErlNifEnv *env, struct socket *socket, const struct endpoint_packet *packets,
                int count, size_t *short_bytes, int *error)
{
    int sent = 0;
    *error = 0;
    *short_bytes = SIZE_MAX;
    while (sent < count && *short_bytes == SIZE_MAX) {
        int result = endpoint_send(&socket->endpoint, packets + sent, count - sent, short_bytes);
        if (result < 0) {
            *error = -result;
            break;
        }
        sent += result;
    }
    count_sent(socket, packets, sent);
    enif_consume_timeslice(env, 1 + sent * 99 / SOCKET_SEND_MAX);
    return sent;
}

/* ---- Counters --------------------------------------------------------------------- */

struct socket_counters socket_count(struct socket *socket)
{
    pthread_mutex_lock(&socket->mutex);
    endpoint_drops(&socket->endpoint, &socket->counters.dropped);
    const struct socket_counters counters = socket->counters;
    pthread_mutex_unlock(&socket->mutex);
    return counters;
}
