/* SPDX-License-Identifier: ISC
 *
 * Memory that a file is read into (wb_source_memory), and parts of which the virtual machine
 * has as binaries, without a copy. It is in blocks; each is a resource of the virtual machine,
 * held by the source while that reads into it, and by every binary of it:
 *
 *     free --take--> the source reads --give_back--> binaries only --the last one goes--> free
 *                        |        ^
 *                        +--------+ lender_lend: a binary of what was read
 *
 * What a binary shows is not written again before it is gone: a source only appends to a block,
 * and takes another one when that is full. How fast the binaries go is up to the garbage
 * collector and to who keeps packets; so no more than LENT_BYTES_MAX are in blocks with binaries,
 * and whoever would lend beyond that has to copy.
 *
 * Binaries go in any thread, also when the lender's user is gone and the library unloaded.
 */
#ifndef WIREBEAM_NATIVE_LENDER_H
#define WIREBEAM_NATIVE_LENDER_H

#include <stddef.h>
#include <stdint.h>

#include <erl_nif.h>

#include <wirebeam/source.h>

#include "worker.h"

#define LENT_BYTES_MAX ((size_t)32 << 20)

struct lender;

/* To be called when the library is loaded or upgraded: the type of blocks. */
ErlNifResourceType *lender_type(ErlNifEnv *env);

/* NULL where there is no memory. */
struct lender *lender_new(ErlNifResourceType *type);

/* For wb_source_options. Only one thread may use it, and lender_lend. */
struct wb_source_memory lender_memory(struct lender *lender);

/* Makes a binary of bytes where they lie: SENT_LENT. Or not: SENT_COPIED, they do not lie in what
 * was taken and not given back; SENT_UNLENT, too much is lent. */
enum sent lender_lend(struct lender *lender, ErlNifEnv *env, const uint8_t *bytes, size_t length,
                      ERL_NIF_TERM *binary);

/* By its user, once all is given back. What is lent lives on. NULL is accepted. */
void lender_release(struct lender *lender);

#endif
