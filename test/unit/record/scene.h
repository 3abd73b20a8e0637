/* SPDX-License-Identifier: ISC
 *
 * A recorder in a directory of its own, told of transactions as the engine would tell
 * them: bytes in pieces, in batches, borrowed. Borrowed bytes are overwritten when
 * their batch is over, so that who keeps a pointer too long is found out.
 */
#ifndef TEST_RECORD_SCENE_H
#define TEST_RECORD_SCENE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "record/legacy.h"
#include "record/record.h"
#include "support/place.h"

struct scene {
    char path[PLACE_BYTES]; /* of the directory */
    struct wb__recorder *recorder;
    struct wb_record_options options;
    const struct wb__legacy *legacy; /* for the next scene_reopen; NULL */
    struct wb_flow flow;
    uint32_t told;
    struct borrowed *borrowed; /* pieces of this batch */
    unsigned pieces;           /* told in this batch */
};

struct story {
    struct wb_slice etag; /* data NULL: no ETag field */
    const void *body;
    size_t body_length;
    const char *coding;  /* Content-Encoding, or NULL */
    uint32_t missing;    /* enum wb_http_missing bits */
    size_t piece;        /* bytes in a piece; 0: as many as there are */
    unsigned batch;      /* pieces in a batch; 0: no end of batch within the story */
    bool is_chunked;     /* one chunk */
    bool response_first; /* its head and half its body come before the request's bytes */
    bool copied;         /* bytes are not borrowed */
};

#define SLICE_INIT(text)                                                                           \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    } /* for static tables */
#define SLICE(text) ((struct wb_slice)SLICE_INIT(text))

/* Makes the directory; options may leave its name NULL, which then is the scene's. */
void scene_open(struct scene *scene, const struct wb_record_options *options);
/* Opens the recorder anew on the same directory. */
void scene_reopen(struct scene *scene);
struct wb_record_stats scene_stats(struct scene *scene);
/* Finishes the recorder: its code. */
int scene_finish(struct scene *scene);
void scene_close(struct scene *scene); /* removes everything */

void scene_tell(struct scene *scene, const struct story *story);
void scene_end_batch(struct scene *scene);

/* A copy of bytes that lives until scene_end_batch. */
const uint8_t *scene_borrow(struct scene *scene, const void *bytes, size_t length);

/* The names in the directory but for the journal's, sorted, each followed by a newline; to be freed. */
char *scene_list(const struct scene *scene);
/* The contents of a file, NUL-terminated; to be freed. Fails the test where it is not. */
char *scene_read(const struct scene *scene, const char *name, size_t *length);
void assert_list(const struct scene *scene, const char *expected);
void assert_file(const struct scene *scene, const char *name, const void *bytes, size_t length);

#endif
