/* SPDX-License-Identifier: ISC */
#include "lender.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

/* To be changed with any struct of this file: a new library takes the blocks over. */
#define LAYOUT "wirebeam_block_1"

#define HUGE_BYTES      ((size_t)2 << 20) /* of a page that costs one fault, where there is such */
#define SPARE_BYTES_MAX ((size_t)4 << 20) /* a longer block, for a long record, is not kept */

/* What the virtual machine holds. */
struct block {
    struct lender *lender;
    uint8_t *bytes;
    size_t length;
    bool is_lent;
    struct block *next; /* in use by the source */
};

/* Memory that waits to be taken again; all of one length. */
struct spare {
    struct spare *next;
};

struct lender {
    ErlNifResourceType *type;
    struct block *anchor; /* has no memory: its type lives as long as there is a block */
    struct block *in_use; /* of the user's thread */

    pthread_mutex_t mutex; /* of what follows */
    unsigned holders;      /* the user and the blocks */
    size_t lent_bytes, spare_bytes;
    struct spare *spares;
};

/* ---- Lenders and their holders ---------------------------------------------------- */

static void *free_lender(void *context)
{
    struct lender *lender = context;
    for (struct spare *spare = lender->spares, *next; spare; spare = next) {
        next = spare->next;
        free(spare);
    }
    pthread_mutex_destroy(&lender->mutex);
    free(lender);
    return NULL;
}

/* To give up to 32 MiB back takes the system milliseconds, and the last block may go in the
 * garbage collection of a process: a thread of its own does it, where there can be one. */
static void free_apart(struct lender *lender)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, free_lender, lender) == 0)
        pthread_detach(thread);
    else
        free_lender(lender);
}

/* The mutex is held, and let go. */
static void let_go(struct lender *lender)
{
    bool is_last = --lender->holders == 0;
    pthread_mutex_unlock(&lender->mutex);
    if (is_last)
        free_apart(lender);
}

static void free_memory(struct lender *lender, void *memory, size_t length)
{
    struct spare *spare = memory;
    if (length > SPARE_BYTES_MAX || (lender->spares && length != lender->spare_bytes)) {
        free(memory);
        return;
    }
    spare->next = lender->spares;
    lender->spares = spare;
    lender->spare_bytes = length;
}

/* Nobody holds the block any more. */
static void block_goes(ErlNifEnv *env, void *object)
{
    struct block *block = object;
    struct lender *lender = block->lender;
    (void)env;
    pthread_mutex_lock(&lender->mutex);
    if (block->is_lent)
        lender->lent_bytes -= block->length;
    if (block->bytes)
        free_memory(lender, block->bytes, block->length);
    let_go(lender);
}

ErlNifResourceType *lender_type(ErlNifEnv *env)
{
    const ErlNifResourceTypeInit callbacks = {.dtor = block_goes};
    return enif_open_resource_type_x(env, LAYOUT, &callbacks,
                                     ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER, NULL);
}

/* ---- Blocks ----------------------------------------------------------------------- */

static uint8_t *take_spare(struct lender *lender, size_t length)
{
    struct spare *spare = lender->spare_bytes == length ? lender->spares : NULL;
    if (spare)
        lender->spares = spare->next;
    return (uint8_t *)spare;
}

static uint8_t *new_memory(size_t length)
{
    void *memory;
    if (posix_memalign(&memory, HUGE_BYTES, length) != 0)
        return NULL;
#ifdef MADV_HUGEPAGE
    madvise(memory, length & ~(HUGE_BYTES - 1), MADV_HUGEPAGE);
#endif
    return memory;
}

/* Takes over the memory, which may be NULL. */
static struct block *new_block(struct lender *lender, uint8_t *bytes, size_t length)
{
    struct block *block = enif_alloc_resource(lender->type, sizeof *block);
    if (!block) {
        free(bytes);
        return NULL;
    }
    *block = (struct block){.lender = lender, .bytes = bytes, .length = length};
    pthread_mutex_lock(&lender->mutex);
    lender->holders++;
    pthread_mutex_unlock(&lender->mutex);
    return block;
}

static void *take(void *context, size_t length)
{
    struct lender *lender = context;
    pthread_mutex_lock(&lender->mutex);
    uint8_t *bytes = take_spare(lender, length);
    pthread_mutex_unlock(&lender->mutex);
    if (!bytes)
        bytes = new_memory(length);
    struct block *block = bytes ? new_block(lender, bytes, length) : NULL;
    if (!block)
        return NULL;
    block->next = lender->in_use;
    lender->in_use = block;
    return bytes;
}

static void give_back(void *context, void *memory, size_t length)
{
    struct lender *lender = context;
    struct block **at = &lender->in_use;
    (void)length;
    while ((*at)->bytes != memory)
        at = &(*at)->next;
    struct block *block = *at;
    *at = block->next;
    enif_release_resource(block);
}

/* The block in use where the bytes lie, or NULL. */
static struct block *find(const struct lender *lender, const uint8_t *bytes)
{
    struct block *block = lender->in_use;
    while (block && (uintptr_t)bytes - (uintptr_t)block->bytes >= block->length)
        block = block->next;
    return block;
}

/* A block is lent as a whole, with its first binary. */
static bool may_lend(struct lender *lender, struct block *block)
{
    pthread_mutex_lock(&lender->mutex);
    if (!block->is_lent && lender->lent_bytes + block->length <= LENT_BYTES_MAX) {
        block->is_lent = true;
        lender->lent_bytes += block->length;
    }
    pthread_mutex_unlock(&lender->mutex);
    return block->is_lent;
}

enum sent lender_lend(struct lender *lender, ErlNifEnv *env, const uint8_t *bytes, size_t length,
                      ERL_NIF_TERM *binary)
{
    struct block *block = length > 0 ? find(lender, bytes) : NULL;
    if (!block)
        return SENT_COPIED;
    if (!may_lend(lender, block))
        return SENT_UNLENT;
    *binary = enif_make_resource_binary(env, block, bytes, length);
    return SENT_LENT;
}

/* ---- Beginning and end ------------------------------------------------------------ */

struct lender *lender_new(ErlNifResourceType *type)
{
    struct lender *lender = calloc(1, sizeof *lender);
    if (!lender)
        return NULL;
    lender->type = type;
    lender->holders = 1;
    pthread_mutex_init(&lender->mutex, NULL);
    lender->anchor = new_block(lender, NULL, 0);
    if (lender->anchor)
        return lender;
    free_lender(lender);
    return NULL;
}

struct wb_source_memory lender_memory(struct lender *lender)
{
    return (struct wb_source_memory){.take = take, .give_back = give_back, .context = lender};
}

void lender_release(struct lender *lender)
{
    if (!lender)
        return;
    enif_release_resource(lender->anchor);
    pthread_mutex_lock(&lender->mutex);
    let_go(lender);
}
