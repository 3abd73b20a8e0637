/* SPDX-License-Identifier: ISC
 *
 * Content codings as a chain of coders: what one puts out, the next takes in; the
 * coding that was applied last is undone first. A coder is one of a few const structs
 * of operations. Limits are checked after every buffer of output, at every link, so
 * that a bomb inside of a bomb is stopped as early. A coding that is named but plainly
 * not there, by the first bytes, is passed over: the reader gets what there is, and is
 * told.
 *
 *     bytes -> coder of the last coding -> ... -> coder of the first -> sink
 */
#include "http/content.h"

#include <stdlib.h>
#include <string.h>

#define ZSTD_STATIC_LINKING_ONLY /* for ZSTD_createDStream_advanced: an allocator of ours */
#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "http/stage.h"
#include "http/text.h"

#define OUTPUT_BYTES 16384
#define CODERS_MAX 4              /* more codings on one body are nobody's honest work */
#define RATIO_FROM (UINT64_C(1) << 20)
#define ZSTD_WINDOW_LOG_MAX 23    /* RFC 9659, 3: a window of at most 8 MiB */

#define PROBE_BYTES 5

/* Whether bytes are in the coding that was said of them. */
enum presence { UNDECIDED, PRESENT, ABSENT };

struct coder {
    const struct coding *coding;
    struct wb__budget *budget;
    union {
        z_stream zlib;
        BrotliDecoderState *brotli;
        ZSTD_DStream *zstd;
    } state;
    bool is_open;   /* state holds memory */
    bool has_input; /* it was given any byte */
    bool is_over;   /* at the end of the coding: nothing, or another member, may follow */
    uint8_t presence; /* enum presence */
    uint8_t first_length;
    uint8_t first[PROBE_BYTES]; /* kept until they tell the presence */
    uint64_t produced;
    uint8_t output[OUTPUT_BYTES];
};

struct wb__content {
    struct wb__budget *budget;
    uint64_t max_bytes, max_ratio;
    uint64_t consumed; /* bytes given */
    enum wb__content_status status;
    wb__content_sink *sink;
    void *context;
    unsigned count;
    struct coder coders[]; /* in the order of the field: the first was applied first */
};

/* Input and room for output of one step. */
struct step {
    const uint8_t *in;
    size_t in_left;
    size_t produced; /* bytes in coder->output */
};

struct coding {
    const char *name;
    /* Judges one to PROBE_BYTES first bytes. */
    enum presence (*probe)(const uint8_t *first, unsigned length);
    enum wb__content_status (*open)(struct coder *);
    /* Decodes some. May be called again while it fills the output. */
    enum wb__content_status (*decode)(struct coder *, struct step *);
    void (*close)(struct coder *);
};

/* ---- Memory of the decoders -------------------------------------------------------- */

/* All of it is charged: a few bytes of traffic make a decoder hold megabytes. In front of
 * each piece stands how much it was. */
#define PIECE_HEADER 16

static void *charged_alloc(void *budget, size_t bytes)
{
    if (bytes > SIZE_MAX - PIECE_HEADER || !wb__budget_take(budget, bytes + PIECE_HEADER))
        return NULL;
    char *piece = malloc(bytes + PIECE_HEADER);
    if (!piece) {
        wb__budget_give(budget, bytes + PIECE_HEADER);
        return NULL;
    }
    memcpy(piece, &bytes, sizeof bytes);
    return piece + PIECE_HEADER;
}

static void charged_free(void *budget, void *memory)
{
    if (!memory)
        return;
    char *piece = (char *)memory - PIECE_HEADER;
    size_t bytes;
    memcpy(&bytes, piece, sizeof bytes);
    wb__budget_give(budget, bytes + PIECE_HEADER);
    free(piece);
}

static void *zlib_alloc(void *budget, uInt items, uInt size)
{
    return charged_alloc(budget, (size_t)items * size);
}

/* ---- The codings -------------------------------------------------------------------- */

static enum wb__content_status open_zlib(struct coder *coder, int window_bits)
{
    coder->state.zlib.zalloc = zlib_alloc;
    coder->state.zlib.zfree = charged_free;
    coder->state.zlib.opaque = coder->budget;
    coder->is_open = inflateInit2(&coder->state.zlib, window_bits) == Z_OK;
    return coder->is_open ? WB__CONTENT_OK : WB__CONTENT_NO_MEMORY;
}

static void close_zlib(struct coder *coder)
{
    inflateEnd(&coder->state.zlib);
}

/* zlib's struct wants a pointer to bytes that it will not change. */
static void set_input(z_stream *zlib, struct step *step)
{
    memcpy(&zlib->next_in, &step->in, sizeof zlib->next_in);
    zlib->avail_in = (uInt)step->in_left;
}

static enum wb__content_status inflate_step(struct coder *coder, struct step *step)
{
    z_stream *zlib = &coder->state.zlib;
    set_input(zlib, step);
    zlib->next_out = coder->output;
    zlib->avail_out = OUTPUT_BYTES;
    int result = inflate(zlib, Z_NO_FLUSH);
    step->in += step->in_left - zlib->avail_in;
    step->in_left = zlib->avail_in;
    step->produced = OUTPUT_BYTES - zlib->avail_out;
    coder->is_over = result == Z_STREAM_END;
    if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR)
        return WB__CONTENT_OK;
    return result == Z_MEM_ERROR ? WB__CONTENT_NO_MEMORY : WB__CONTENT_INVALID;
}

static enum presence probe_magic(const uint8_t *first, unsigned length, const char *magic,
                                 unsigned magic_length)
{
    if (memcmp(first, magic, length < magic_length ? length : magic_length) != 0)
        return ABSENT;
    return length < magic_length ? UNDECIDED : PRESENT;
}

/* RFC 1952, 2.3.1 */
static enum presence probe_gzip(const uint8_t *first, unsigned length)
{
    return probe_magic(first, length, "\x1f\x8b", 2);
}

static enum wb__content_status open_gzip(struct coder *coder)
{
    return open_zlib(coder, MAX_WBITS + 16);
}

/* RFC 1952, 2.2: members follow one another. */
static enum wb__content_status decode_gzip(struct coder *coder, struct step *step)
{
    if (coder->is_over && step->in_left) {
        if (*step->in != 0x1f || inflateReset(&coder->state.zlib) != Z_OK)
            return WB__CONTENT_INVALID;
    }
    return inflate_step(coder, step);
}

/* RFC 1950, 2.2: the method is 8, and the two bytes are a multiple of 31. */
static bool is_zlib_header(const uint8_t *first)
{
    return (first[0] & 15) == 8 && (first[0] << 8 | first[1]) % 31 == 0;
}

/* Without a header, the first block tells: its type, and of a stored one the length, which
 * stands there twice (RFC 1951, 3.2.3 and 3.2.4). */
static enum presence probe_deflate(const uint8_t *first, unsigned length)
{
    if (length < 2)
        return UNDECIDED;
    unsigned type = first[0] >> 1 & 3;
    if (is_zlib_header(first) || type == 1 || type == 2)
        return PRESENT;
    if (type == 3)
        return ABSENT;
    if (length < 5)
        return UNDECIDED;
    bool is_stored = (first[1] ^ first[3]) == 0xff && (first[2] ^ first[4]) == 0xff;
    return is_stored ? PRESENT : ABSENT;
}

static enum wb__content_status open_deflate(struct coder *coder)
{
    (void)coder;
    return WB__CONTENT_OK;
}

/* "deflate" means zlib (RFC 9110, 8.4.1.2), but some senders leave the wrapper out:
 * the first two bytes tell. */
static enum wb__content_status decode_deflate(struct coder *coder, struct step *step)
{
    if (coder->is_over)
        return step->in_left ? WB__CONTENT_INVALID : WB__CONTENT_OK;
    if (!coder->is_open) {
        int bits = is_zlib_header(coder->first) ? MAX_WBITS : -MAX_WBITS;
        enum wb__content_status status = open_zlib(coder, bits);
        if (status != WB__CONTENT_OK)
            return status;
    }
    return inflate_step(coder, step);
}

/* RFC 7932 has no magic number: the coder has to find out. */
static enum presence probe_brotli(const uint8_t *first, unsigned length)
{
    (void)first;
    (void)length;
    return PRESENT;
}

static enum wb__content_status open_brotli(struct coder *coder)
{
    coder->state.brotli = BrotliDecoderCreateInstance(charged_alloc, charged_free, coder->budget);
    coder->is_open = coder->state.brotli;
    return coder->is_open ? WB__CONTENT_OK : WB__CONTENT_NO_MEMORY;
}

static enum wb__content_status brotli_error(const struct coder *coder)
{
    BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(coder->state.brotli);
    bool is_memory = code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
                     code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
    return is_memory ? WB__CONTENT_NO_MEMORY : WB__CONTENT_INVALID;
}

static enum wb__content_status decode_brotli(struct coder *coder, struct step *step)
{
    if (coder->is_over)
        return step->in_left ? WB__CONTENT_INVALID : WB__CONTENT_OK;
    uint8_t *out = coder->output;
    size_t room = OUTPUT_BYTES;
    BrotliDecoderResult result = BrotliDecoderDecompressStream(
        coder->state.brotli, &step->in_left, &step->in, &room, &out, NULL);
    step->produced = OUTPUT_BYTES - room;
    coder->is_over = result == BROTLI_DECODER_RESULT_SUCCESS;
    return result == BROTLI_DECODER_RESULT_ERROR ? brotli_error(coder) : WB__CONTENT_OK;
}

static void close_brotli(struct coder *coder)
{
    BrotliDecoderDestroyInstance(coder->state.brotli);
}

static enum wb__content_status open_zstd(struct coder *coder)
{
    ZSTD_customMem memory = {charged_alloc, charged_free, coder->budget};
    coder->state.zstd = ZSTD_createDStream_advanced(memory);
    coder->is_open = coder->state.zstd;
    if (!coder->is_open)
        return WB__CONTENT_NO_MEMORY;
    ZSTD_DCtx_setParameter(coder->state.zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
    return WB__CONTENT_OK;
}

/* Magic numbers of frames and of skippable ones, as their first byte: RFC 8878, 3.1. The
 * formats before the RFC, which libzstd may know too, begin otherwise. */
static bool is_frame_start(uint8_t byte)
{
    return byte == 0x28 || byte >> 4 == 5;
}

static enum presence probe_zstd(const uint8_t *first, unsigned length)
{
    if (first[0] >> 4 != 5)
        return probe_magic(first, length, "\x28\xb5\x2f\xfd", 4);
    return length < 2 ? UNDECIDED : probe_magic(first + 1, length - 1, "\x2a\x4d\x18", 3);
}

/* RFC 8878, 3: frames follow one another. */
static enum wb__content_status decode_zstd(struct coder *coder, struct step *step)
{
    ZSTD_inBuffer in = {step->in, step->in_left, 0};
    ZSTD_outBuffer out = {coder->output, OUTPUT_BYTES, 0};
    if (coder->is_over && !step->in_left)
        return WB__CONTENT_OK;
    if (coder->is_over && !is_frame_start(*step->in))
        return WB__CONTENT_INVALID;
    size_t result = ZSTD_decompressStream(coder->state.zstd, &out, &in);
    step->in += in.pos;
    step->in_left -= in.pos;
    step->produced = out.pos;
    coder->is_over = result == 0;
    if (!ZSTD_isError(result))
        return WB__CONTENT_OK;
    bool is_memory = ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation;
    return is_memory ? WB__CONTENT_NO_MEMORY : WB__CONTENT_INVALID;
}

static void close_zstd(struct coder *coder)
{
    ZSTD_freeDStream(coder->state.zstd);
}

/* "compress" (LZW) is left out: nobody sends it. */
static const struct coding codings[] = {
    {"gzip", probe_gzip, open_gzip, decode_gzip, close_zlib},
    {"x-gzip", probe_gzip, open_gzip, decode_gzip, close_zlib},
    {"deflate", probe_deflate, open_deflate, decode_deflate, close_zlib},
    {"br", probe_brotli, open_brotli, decode_brotli, close_brotli},
    {"zstd", probe_zstd, open_zstd, decode_zstd, close_zstd},
};

static const struct coding *find_coding(struct wb__text name)
{
    for (unsigned i = 0; i < sizeof codings / sizeof *codings; i++)
        if (wb__text_is(name, codings[i].name))
            return &codings[i];
    return NULL;
}

/* The codings of a list without identity; -1 where one is not known. */
static int find_codings(struct wb_slice list, const struct coding *found[CODERS_MAX])
{
    const uint8_t *bytes = (const uint8_t *)list.data;
    struct wb__text rest = {bytes, list.length ? bytes + list.length : bytes};
    struct wb__text name;
    int count = 0;
    while (wb__next_element(&rest, &name)) {
        if (wb__text_is(name, "identity"))
            continue;
        if (count == CODERS_MAX || !(found[count++] = find_coding(name)))
            return -1;
    }
    return count;
}

static struct wb__content *open_coders(const struct coding *const found[], unsigned count,
                                       struct wb__budget *budget)
{
    size_t bytes = sizeof(struct wb__content) + count * sizeof(struct coder);
    struct wb__content *content = charged_alloc(budget, bytes);
    if (!content)
        return NULL;
    memset(content, 0, bytes);
    content->budget = budget;
    content->count = count;
    for (unsigned i = 0; i < count; i++) {
        content->coders[i].coding = found[i];
        content->coders[i].budget = budget;
        if (found[i]->open(&content->coders[i]) != WB__CONTENT_OK) {
            wb__content_free(content);
            return NULL;
        }
    }
    return content;
}

struct wb__content *wb__content_new(struct wb_slice list, const struct wb_http_options *options,
                                    struct wb__budget *budget, enum wb__content_status *status)
{
    const struct coding *found[CODERS_MAX];
    int count = find_codings(list, found);
    *status = count < 0 ? WB__CONTENT_UNKNOWN : WB__CONTENT_OK;
    if (count <= 0)
        return NULL;
    struct wb__content *content = open_coders(found, (unsigned)count, budget);
    if (!content) {
        *status = WB__CONTENT_NO_MEMORY;
        return NULL;
    }
    struct wb_http_options filled = *options;
    wb__http_fill_in_defaults(&filled);
    content->max_bytes = filled.max_decoded_body;
    content->max_ratio = filled.max_decoded_ratio;
    return content;
}

static enum wb__content_status decode(struct wb__content *content, unsigned level,
                                      const uint8_t *bytes, size_t length);

/* Hands the output of a coder to the next one, or to the sink, as far as the limits
 * allow. */
static enum wb__content_status pass_on(struct wb__content *content, unsigned level, size_t length)
{
    struct coder *coder = &content->coders[level];
    enum wb__content_status status = WB__CONTENT_OK;
    if (length > content->max_bytes - coder->produced) {
        length = (size_t)(content->max_bytes - coder->produced);
        status = WB__CONTENT_LIMIT;
    }
    coder->produced += length;
    if (coder->produced > RATIO_FROM && coder->produced / content->max_ratio > content->consumed)
        status = WB__CONTENT_RATIO;
    if (!length)
        return status;
    if (level == 0) {
        content->sink(content->context, coder->output, (uint32_t)length);
        return status;
    }
    enum wb__content_status next = decode(content, level - 1, coder->output, length);
    return status != WB__CONTENT_OK ? status : next;
}

static enum wb__content_status decode_present(struct wb__content *content, unsigned level,
                                              const uint8_t *bytes, size_t length)
{
    struct coder *coder = &content->coders[level];
    struct step step = {.in = bytes, .in_left = length};
    enum wb__content_status status, passed;
    do {
        step.produced = 0;
        status = coder->coding->decode(coder, &step);
        passed = pass_on(content, level, step.produced);
        if (passed != WB__CONTENT_OK)
            return passed;
    } while (status == WB__CONTENT_OK && (step.in_left || step.produced == OUTPUT_BYTES));
    return status;
}

/* Bytes that are not in the coding go on as they are. */
static enum wb__content_status pass_over(struct wb__content *content, unsigned level,
                                         const uint8_t *bytes, size_t length)
{
    enum wb__content_status status = WB__CONTENT_OK;
    while (length > 0 && status == WB__CONTENT_OK) {
        size_t piece = length < OUTPUT_BYTES ? length : OUTPUT_BYTES;
        memcpy(content->coders[level].output, bytes, piece);
        status = pass_on(content, level, piece);
        bytes += piece;
        length -= piece;
    }
    return status;
}

static enum wb__content_status decode(struct wb__content *content, unsigned level,
                                      const uint8_t *bytes, size_t length)
{
    struct coder *coder = &content->coders[level];
    enum wb__content_status status = WB__CONTENT_OK;
    coder->has_input |= length > 0;
    if (coder->presence == UNDECIDED) {
        for (; length > 0 && coder->presence == UNDECIDED; length--) {
            coder->first[coder->first_length++] = *bytes++;
            coder->presence = (uint8_t)coder->coding->probe(coder->first, coder->first_length);
        }
        if (coder->presence != UNDECIDED)
            status = (coder->presence == PRESENT ? decode_present : pass_over)(
                content, level, coder->first, coder->first_length);
    }
    if (!length || status != WB__CONTENT_OK)
        return status;
    return (coder->presence == PRESENT ? decode_present : pass_over)(content, level, bytes,
                                                                     length);
}

enum wb__content_status wb__content_write(struct wb__content *content, const uint8_t *bytes,
                                          uint32_t length, wb__content_sink *sink, void *context)
{
    if (content->status != WB__CONTENT_OK || !length)
        return content->status;
    content->sink = sink;
    content->context = context;
    content->consumed += length;
    content->status = decode(content, content->count - 1, bytes, length);
    return content->status;
}

static enum wb__content_status verdict_of(const struct coder *coder)
{
    if (coder->presence == ABSENT)
        return WB__CONTENT_INVALID;
    /* A body without a byte has no coding to be cut. */
    return coder->has_input && !coder->is_over ? WB__CONTENT_CUT : WB__CONTENT_OK;
}

enum wb__content_status wb__content_finish(struct wb__content *content, wb__content_sink *sink,
                                           void *context)
{
    (void)sink;
    (void)context;
    for (unsigned i = content->count; i-- > 0 && content->status == WB__CONTENT_OK;)
        content->status = verdict_of(&content->coders[i]);
    return content->status;
}

void wb__content_free(struct wb__content *content)
{
    if (!content)
        return;
    for (unsigned i = 0; i < content->count; i++)
        if (content->coders[i].is_open)
            content->coders[i].coding->close(&content->coders[i]);
    charged_free(content->budget, content);
}
