/* SPDX-License-Identifier: ISC
 *
 * What the files of the fake virtual machine share (support/beam.h).
 */
#ifndef TEST_BEAM_VM_H
#define TEST_BEAM_VM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "support/beam.h"

#define HEAP_BINARY_MAX 64       /* longer ones are shared */
#define PID_MAX         0xffffff /* a pid is its number, no place in memory */
#define TYPES           2
#define MONITORS        2 /* of a resource */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

struct blob {
    atomic_uint holders;
    size_t length;
    struct resource *resource; /* whose bytes they are, or NULL: the blob's own */
    unsigned char *bytes;
    unsigned char own[];
};

struct term {
    enum beam_kind kind;
    struct term *next; /* of its environment */
    union {
        char name[32];
        struct {
            struct blob *blob;
            size_t offset, length; /* of the part that it is */
        };
        struct {
            int arity;
            ERL_NIF_TERM elements[6];
        };
        struct {
            ERL_NIF_TERM head, tail; /* 0: the empty list */
        };
        uint64_t reference;
        int64_t number;
        struct resource *resource;
    };
};

struct enif_environment_t {
    struct term *terms;
    struct process *process; /* or NULL */
    void *data;              /* of the library, in a call */
    bool is_sent, is_raised;
};

struct message {
    struct message *next;
    struct term *terms;
    ERL_NIF_TERM term;
};

struct process {
    struct enif_environment_t environment;
    struct process *next;
    uint64_t pid;
    struct message *first, **last;
};

struct enif_resource_type_t {
    const char *name;
    ErlNifResourceTypeInit callbacks;
};

struct monitor {
    uint64_t pid, number; /* pid 0: none */
};

struct resource {
    struct resource *next;
    ErlNifResourceType *type;
    unsigned holders;
    struct monitor monitors[MONITORS];
    struct selection *selection; /* NULL: nothing of it is watched */
    max_align_t object[];
};

extern struct beam_vm {
    pthread_mutex_t mutex;
    pthread_cond_t arrived; /* a message, or somebody at held binaries, or they are released */
    bool is_held;
    unsigned held;
    struct process *processes;
    struct resource *resources;
    uint64_t last_pid, last_monitor;
    atomic_uint_least64_t last_reference;
    atomic_size_t alive;
    atomic_int binaries_left;
    struct enif_resource_type_t types[TYPES], strange; /* the library's, another */
    ErlNifEntry *entry;
    void *data;
} vm;

void *beam__allocate(size_t bytes);

struct term *beam__new_term(ErlNifEnv *env, enum beam_kind kind);
struct blob *beam__new_blob(size_t length);
void beam__keep_blob(struct blob *blob);

static inline struct term *beam__term(ERL_NIF_TERM term)
{
    return (struct term *)(uintptr_t)term;
}

/* That all are terms of the environment is what the real one takes on trust. */
bool beam__is_of(const ErlNifEnv *env, ERL_NIF_TERM term);

void beam__keep(struct resource *resource);
void beam__release(struct resource *resource);
struct resource *beam__resource(void *object);

/* A message that a process gets, a copy of the term; false: there is no such process. */
bool beam__deliver(uint64_t pid, ERL_NIF_TERM message);

#endif
