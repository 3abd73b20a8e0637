/* SPDX-License-Identifier: ISC
 *
 * Where the memory for heads is used up, somebody has to do without: the connection that
 * holds some and was silent for the longest time. Else a flood of requests that never end, or
 * that nobody answers, would keep all others out until it times out.
 *
 * Streams that hold memory stand in a queue, in the order in which they began to. One that
 * was heard since is queued again before another one is chosen, and one that holds nothing
 * any more is passed over; both are paid for by the bytes that came.
 */
#include "http/stage.h"

static int64_t last_heard_ns(const struct wb__http_stream *stream)
{
    int64_t a = stream->halves[0].last_ns, b = stream->halves[1].last_ns;
    return a > b ? a : b;
}

static bool is_holder(const struct wb__http_stream *stream)
{
    return stream->halves[0].gather.bytes || stream->halves[1].gather.bytes ||
           !wb__list_is_empty(&stream->pairing.transactions);
}

static void queue(struct wb__http_stream *stream)
{
    stream->queued_ns = last_heard_ns(stream);
    wb__list_append(&stream->http->holders, &stream->holder);
}

void wb__shortage_watch(struct wb__http_stream *stream)
{
    if (wb__list_is_empty(&stream->holder) && is_holder(stream))
        queue(stream);
}

/* Takes the one that has to do without out of the queue, or NULL: needy is spared. */
static struct wb__http_stream *choose(struct wb__http *http, struct wb__http_stream *needy)
{
    while (!wb__list_is_empty(&http->holders)) {
        struct wb__http_stream *stream =
            wb__container(http->holders.next, struct wb__http_stream, holder);
        wb__list_remove(&stream->holder);
        if (stream == needy || !is_holder(stream))
            continue;
        if (last_heard_ns(stream) <= stream->queued_ns)
            return stream;
        queue(stream);
    }
    return NULL;
}

bool wb__shortage_relieve(struct wb__http_stream *needy)
{
    struct wb__http_stream *stream = choose(needy->http, needy);
    if (stream)
        wb__stream_give_up(stream);
    return stream != NULL;
}

void wb__shortage_free(struct wb__http *http)
{
    while (!wb__list_is_empty(&http->holders)) {
        struct wb__http_stream *stream =
            wb__container(http->holders.next, struct wb__http_stream, holder);
        wb__list_remove(&stream->holder);
        for (unsigned i = 0; i < 2; i++)
            wb__gather_clear(&stream->halves[i].gather, &http->gather_memory);
        wb__pairing_free(stream);
    }
}
