/* SPDX-License-Identifier: ISC
 *
 * What wirebeam_socket asks of the operating system: one file or a few for each system, chosen
 * by Meson, and one that always builds. An endpoint is a descriptor that packets go through: a
 * socket or a device. These functions know nothing of the virtual machine and lock nothing;
 * those that answer an int answer 0 or a count, or a negative errno. None waits, but where it
 * says so.
 */
#ifndef WIREBEAM_NATIVE_SOCKET_ENDPOINT_H
#define WIREBEAM_NATIVE_SOCKET_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/filter.h>

#define ENDPOINT_ROUND     16  /* packets received by one call of the system, at most */
#define ENDPOINT_MAC_BYTES 8   /* of a link address that the kernel tells */
#define ENDPOINT_NAME_MAX  128 /* bytes of a socket's name */
#define ENDPOINT_PATH_MAX  4096

enum endpoint_kind {
    ENDPOINT_PACKET, /* frames of an interface: AF_PACKET, or a BPF device */
    ENDPOINT_TUN,    /* a TUN or TAP device, which is told its name by an ioctl */
    ENDPOINT_INET,
    ENDPOINT_INET6,
};

enum endpoint_type { ENDPOINT_RAW, ENDPOINT_DGRAM, ENDPOINT_STREAM };

struct endpoint {
    int descriptor;
    int control; /* a socket of the same namespace, for an ioctl about interfaces: the
                    descriptor itself where that is one */
    bool is_socket;
    bool is_stream; /* it has no packets, and an end */
    bool is_tagged; /* the kernel tells of a VLAN tag beside a frame */
    bool is_slow_to_close;
    bool is_addressed; /* its packets have an address beside them: link headers are apart */
    size_t held_at, held_bytes; /* of the memory for a round: received, but not handed out yet */
};

struct endpoint_request {
    enum endpoint_kind kind;
    enum endpoint_type type;
    int protocol;
    char namespace[ENDPOINT_PATH_MAX]; /* path of a network namespace, or "" */
};

/* Opens what the request says, in its namespace, with nothing received yet. May wait. */
int endpoint_open(struct endpoint *endpoint, const struct endpoint_request *request);

/* Makes an endpoint of a duplicate of a descriptor, which stays its holder's: a socket, or a TUN
 * or TAP device. */
int endpoint_adopt(struct endpoint *endpoint, int descriptor);

/* Another descriptor of the same, for someone else. */
int endpoint_duplicate(const struct endpoint *endpoint);

void endpoint_close(struct endpoint *endpoint);

/* ---- Packets ---------------------------------------------------------------------- */

struct endpoint_address {
    uint16_t protocol; /* an Ethertype */
    uint8_t mac[ENDPOINT_MAC_BYTES];
    uint8_t mac_length;
};

struct endpoint_packet {
    uint8_t *data;
    size_t length;
    bool is_truncated; /* it was longer than there was room for; of a device: or as long */
    uint8_t tag[4];    /* an 802.1Q tag that the kernel took out, to be put back behind the */
    bool has_tag;      /* first 12 bytes */
    struct endpoint_address address; /* of whom it comes from or goes to: where is_addressed */
};

/* Receives up to ENDPOINT_ROUND packets of at most each_bytes into memory of
 * ENDPOINT_ROUND * each_bytes, which nobody changes until the next call. A count of 0 is the end
 * of a stream. */
int endpoint_receive(struct endpoint *endpoint, uint8_t *memory, size_t each_bytes,
                     struct endpoint_packet packets[ENDPOINT_ROUND]);

/* Sends packets in order until one fails. Answers how many were sent, where it is one at
 * least; *short_bytes is how many bytes of the last one were, SIZE_MAX where all were. */
int endpoint_send(const struct endpoint *endpoint, const struct endpoint_packet *packets, int count,
                  size_t *short_bytes);

/* ---- Options ---------------------------------------------------------------------- */

/* The number of an interface, by its name. */
int endpoint_index(const struct endpoint *endpoint, const char *name);

/* Binds to an interface (0: all), and receives packets of an Ethertype from now on. */
int endpoint_bind(const struct endpoint *endpoint, int index, uint16_t protocol);

enum endpoint_option {
    ENDPOINT_PROMISCUOUS,  /* 1 or 0, of the interface with the number `index' */
    ENDPOINT_INCOMING,     /* 1: packets that are sent are not received */
    ENDPOINT_BUFFER_BYTES, /* that wait in the kernel */
    ENDPOINT_LOCK_FILTER,  /* the filter stays for ever */
    ENDPOINT_MARK,         /* what is sent bears it */
};

int endpoint_set(const struct endpoint *endpoint, enum endpoint_option option, int value,
                 int index);

/* Puts a filter in force; without instructions, none. The kernel checks the program. */
int endpoint_filter(const struct endpoint *endpoint,
                    const struct wb_filter_instruction *instructions, size_t count);

/* Adds the packets that had no room to those counted before, or sets how many they are, as the
 * system counts. */
int endpoint_drops(const struct endpoint *endpoint, uint64_t *drops);

/* Stores the name of a socket, a struct sockaddr, in name, and what type it is ("raw", "dgram",
 * "stream" or "other") in *type. Answers the name's length. */
int endpoint_name(const struct endpoint *endpoint, uint8_t name[ENDPOINT_NAME_MAX],
                  const char **type);

/* ---- ioctl ------------------------------------------------------------------------ */

/* What a request asks to be given, and where. */
struct endpoint_ioctl {
    const char *name; /* NULL: not in the table */
    unsigned long request;
    size_t bytes;    /* of its structure */
    bool is_control; /* of an interface */
    bool is_value;   /* the argument is an int, not a structure */
    bool is_blank;   /* the kernel is given zeros: what it does with others is not known */
};

/* Finds a request by its name, or where that is NULL, by its number. The structures of those in
 * the table hold no addresses of memory and have the size that it says; of others, those are
 * allowed that by their number only read (_IOR), and they are given zeros, of which no
 * address can be made. False: it is not allowed. */
bool endpoint_find_ioctl(struct endpoint_ioctl *found, const char *name, unsigned long request);

/* Makes the request with a copy of bytes, which it changes. May wait. */
int endpoint_do_ioctl(const struct endpoint *endpoint, const struct endpoint_ioctl *request,
                      uint8_t *bytes);

#endif
