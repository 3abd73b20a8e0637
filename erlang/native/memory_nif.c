/* SPDX-License-Identifier: ISC
 *
 * The owner's side of memory.h, for the virtual machine: makes the memory, tells a path by
 * which the worker finds it, and copies frames out of it. It parses nothing.
 *
 * A hostile worker can write whatever it likes into the memory, at any time. It cannot make
 * it shorter (F_SEAL_SHRINK; so no access here faults), cannot reach beyond it (places are
 * checked against what was made here), and cannot change what was copied out.
 *
 * When the module is upgraded, the new library takes over the memory of the old one where both
 * are of the same layout. Else, and once the module was purged, it is strange to the new one.
 */
#include <erl_nif.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* To be changed with struct shared. */
#define LAYOUT "wirebeam_memory_2"

struct shared {
    const unsigned char *bytes;
    unsigned length, longest; /* longest: that is copied at once */
    int descriptor;
};

static ErlNifResourceType *shared_type;

static void release(ErlNifEnv *env, void *object)
{
    struct shared *shared = object;
    (void)env;
    if (shared->bytes)
        munmap((void *)(uintptr_t)shared->bytes, shared->length);
    if (shared->descriptor >= 0)
        close(shared->descriptor);
}

/* Only whoever can look into this process by /proc can open the memory. */
static int make(struct shared *shared)
{
    shared->descriptor = memfd_create("wirebeam", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (shared->descriptor < 0 || ftruncate(shared->descriptor, (off_t)shared->length) < 0 ||
        fcntl(shared->descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        return -1;
    void *bytes = mmap(NULL, shared->length, PROT_READ, MAP_SHARED, shared->descriptor, 0);
    if (bytes == MAP_FAILED)
        return -1;
    shared->bytes = bytes;
    return 0;
}

/* new(Length, Longest) -> {Memory, Path} | error */
static ERL_NIF_TERM new_memory(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    unsigned length, longest;
    (void)argc;
    if (!enif_get_uint(env, argv[0], &length) || length == 0 ||
        !enif_get_uint(env, argv[1], &longest))
        return enif_make_badarg(env);
    struct shared *shared = enif_alloc_resource(shared_type, sizeof *shared);
    *shared = (struct shared){.length = length, .longest = longest, .descriptor = -1};
    ERL_NIF_TERM answer = enif_make_atom(env, "error");
    if (make(shared) == 0) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)getpid(), shared->descriptor);
        answer = enif_make_tuple2(env, enif_make_resource(env, shared),
                                  enif_make_string(env, path, ERL_NIF_LATIN1));
    }
    enif_release_resource(shared);
    return answer;
}

/* copy(Memory, Offset, Length) -> Binary */
static ERL_NIF_TERM copy(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    struct shared *shared;
    unsigned offset, length;
    ERL_NIF_TERM binary;
    (void)argc;
    if (!enif_get_resource(env, argv[0], shared_type, (void **)&shared))
        return enif_raise_exception(env, enif_make_atom(env, "not_loaded"));
    if (!enif_get_uint(env, argv[1], &offset) || offset > shared->length ||
        !enif_get_uint(env, argv[2], &length) || length > shared->longest ||
        length > shared->length - offset)
        return enif_make_badarg(env);
    unsigned char *to = enif_make_new_binary(env, length, &binary);
    memcpy(to, shared->bytes + offset, length);
    return binary;
}

static int load(ErlNifEnv *env, void **data, ERL_NIF_TERM info)
{
    (void)data;
    (void)info;
    shared_type = enif_open_resource_type(env, NULL, LAYOUT, release,
                                          ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER, NULL);
    return shared_type ? 0 : -1;
}

static int upgrade(ErlNifEnv *env, void **data, void **old_data, ERL_NIF_TERM info)
{
    (void)old_data;
    return load(env, data, info);
}

static ErlNifFunc functions[] = {{"new", 2, new_memory, 0}, {"copy", 3, copy, 0}};

ERL_NIF_INIT(wirebeam_memory, functions, load, NULL, upgrade, NULL)
