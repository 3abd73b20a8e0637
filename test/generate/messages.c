/* SPDX-License-Identifier: ISC
 *
 * How messages are framed and paired (RFC 9112, 6 to 9) when everything is in order and
 * nothing is missing.
 */
#include "generate/scenario.h"

/* Chunks with extensions, quoted ones too, upper-case and zero-padded sizes, and a
 * trailer section of two fields. Body: "Wikipedia in chunks". RFC 9112, 7.1. */
static void chunk_extensions(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/chunked");
    talk_say_text(&talk, SERVER,
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Digest\r\n"
                  "ETag: \"chunks\"\r\n\r\n"
                  "4;name=value\r\nWiki\r\n"
                  "0005;q=\"a;b\\\"c\";flag\r\npedia\r\n"
                  "A\r\n in chunks\r\n"
                  "0;last\r\nDigest: abc\r\nX-Time: 5\r\n\r\n");
    talk_close(&talk);
}

/* White space after the chunk size and around the extension's sign (BWS in the grammar of
 * RFC 9112, 7.1.1). Body: "in chunks". */
static void chunk_size_with_space(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/chunked");
    talk_say_text(&talk, SERVER,
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3 \r\nin \r\n6 ; x = y\r\nchunks\r\n0\r\n\r\n");
    talk_close(&talk);
}

/* Keep-alive: GET /1 (200, "one"), HEAD /1 (200 with Content-Length 3, no body), GET /1
 * (304 with Content-Length 3, no body), GET /2 (204, no body), GET /3 (200, "three").
 * All five requests go out before the first response. RFC 9112, 6.3: responses to HEAD,
 * and 304 and 204, end with their heads. */
static void head_and_304(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/1");
    talk_say_text(&talk, CLIENT, "HEAD /1 HTTP/1.1\r\nHost: example.test\r\n\r\n");
    get(&talk, "/1");
    get(&talk, "/2");
    get(&talk, "/3");
    talk_say_text(&talk, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: \"e1\"\r\n\r\none");
    talk_say_text(&talk, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: \"e1\"\r\n\r\n");
    talk_say_text(&talk, SERVER,
                  "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\nETag: \"e1\"\r\n\r\n");
    talk_say_text(&talk, SERVER, "HTTP/1.1 204 No Content\r\n\r\n");
    talk_say_text(&talk, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthree");
    talk_close(&talk);
}

/* POST with Expect: 100-continue; 100, then the 11 bytes of the body, then 201. One
 * transaction; interim status 100. RFC 9110, 10.1.1 and 15.2. */
static void continue_100(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT,
                  "POST /up HTTP/1.1\r\nHost: example.test\r\nContent-Length: 11\r\n"
                  "Expect: 100-continue\r\n\r\n");
    talk_say_text(&talk, SERVER, "HTTP/1.1 100 Continue\r\n\r\n");
    talk_say_text(&talk, CLIENT, "hello world");
    talk_say_text(&talk, SERVER, "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nok\n");
    talk_close(&talk);
}

/* Two 103 (RFC 8297) with fields of their own before the 200: one transaction. */
static void early_hints_103(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/hints");
    talk_say_text(&talk, SERVER, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
    talk_say_text(&talk, SERVER, "HTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n");
    talk_say_text(&talk, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal");
    talk_close(&talk);
}

/* CONNECT and 200 (with a Content-Length that RFC 9110, 9.3.6 forbids and tells us to
 * ignore): from there on the stream is opaque, also where it looks like HTTP. One
 * transaction. */
static void connect_tunnel(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT,
                  "CONNECT example.test:443 HTTP/1.1\r\nHost: example.test:443\r\n\r\n");
    talk_say_text(&talk, SERVER,
                  "HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n");
    get(&talk, "/inside");
    answer(&talk, response_text("", "inside"));
    talk_close(&talk);
}

/* A CONNECT that is refused (403 with a body) is an ordinary exchange; the GET after it
 * is too. Two transactions, no tunnel. */
static void connect_refused(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT,
                  "CONNECT example.test:25 HTTP/1.1\r\nHost: example.test:25\r\n\r\n");
    talk_say_text(&talk, SERVER, "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno\n");
    get(&talk, "/after");
    answer(&talk, response_text("", "after"));
    talk_close(&talk);
}

/* Upgrade: websocket and 101: opaque after it. 7 bytes go to the client, 5 to the
 * server. One transaction. RFC 9110, 7.8. */
static void upgrade_101(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT,
                  "GET /chat HTTP/1.1\r\nHost: example.test\r\nConnection: Upgrade\r\n"
                  "Upgrade: websocket\r\n\r\n");
    talk_say_text(&talk, SERVER,
                  "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                  "Upgrade: websocket\r\n\r\n\x81\x05Hello");
    talk_say_text(&talk, CLIENT, "\x81\x03" "abc");
    talk_close(&talk);
}

/* No Content-Length, no Transfer-Encoding: 10,000 bytes until the server's FIN. RFC
 * 9112, 6.3, rule 8. */
static void close_delimited(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    struct bytes body = bytes_pattern(1, 10000);
    talk_handshake(&talk);
    get(&talk, "/close");
    talk_say_text(&talk, SERVER, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    answer(&talk, body);
    talk_fin(&talk, SERVER);
    talk_fin(&talk, CLIENT);
}

/* HTTP/1.0 in both directions, the response ended by close. */
static void http_1_0(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "GET /old HTTP/1.0\r\nUser-Agent: old\r\n\r\n");
    talk_say_text(&talk, SERVER, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold text\n");
    talk_fin(&talk, SERVER);
    talk_fin(&talk, CLIENT);
}

/* HTTP/0.9: "GET /" and a line end; the response is a body alone, until close. */
static void http_0_9(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "GET /ancient\r\n");
    talk_say_text(&talk, SERVER, "<html>ancient</html>\n");
    talk_fin(&talk, SERVER);
    talk_fin(&talk, CLIENT);
}

/* 50 requests in one go, then 50 responses in one go, of bodies of 0, 7, 14 ... bytes. */
static void pipelined_50(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    struct bytes requests = {0};
    talk_handshake(&talk);
    for (unsigned i = 0; i < 50; i++)
        bytes_print(&requests, "GET /%u HTTP/1.1\r\nHost: example.test\r\n\r\n", i);
    talk_say(&talk, CLIENT, requests.data, requests.length);
    bytes_free(&requests);
    struct bytes responses = {0};
    for (unsigned i = 0; i < 50; i++) {
        struct bytes one = response("", bytes_pattern(i, (size_t)i * 7));
        bytes_add_bytes(&responses, one);
        bytes_free(&one);
    }
    answer(&talk, responses);
    talk_close(&talk);
}

/* The capture has the response before the request that it answers, as two taps with
 * different delays make it. One complete transaction. */
static void response_first(struct capture *capture)
{
    static const char request[] = "GET /late HTTP/1.1\r\nHost: example.test\r\n\r\n";
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk.sent[CLIENT] = sizeof request - 1;
    answer(&talk, response_text("", "early"));
    talk_segment(&talk, CLIENT, 0, request, sizeof request - 1);
    talk_close(&talk);
}

/* A POST of 100,000 bytes, chunked, answered by 200 with 3 bytes: request bodies are
 * bodies too. */
static void post_chunked(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    struct bytes coded = chunked(bytes_pattern(2, 100000), 4096);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT,
                  "POST /big HTTP/1.1\r\nHost: example.test\r\nTransfer-Encoding: chunked\r\n\r\n");
    talk_say(&talk, CLIENT, coded.data, coded.length);
    bytes_free(&coded);
    answer(&talk, response_text("", "ok\n"));
    talk_close(&talk);
}

static struct bytes long_head(size_t value_length)
{
    struct bytes message = {0};
    bytes_print(&message, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Long: ");
    bytes_fill(&message, 'y', value_length);
    bytes_print(&message, "\r\nETag: \"after-long\"\r\n\r\nbody");
    return message;
}

/* A response head of a little over 70 KiB: parsed like any other, the ETag behind the
 * long field too. */
static void head_70_kib(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    whole_exchange(&talk, "/long", long_head(70 * 1024));
}

/* A response head of 300 KiB: beyond the limit of 256 KiB. The request is known, the
 * verdict says limit_reached; the next connection is parsed as ever. */
static void head_300_kib(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    whole_exchange(&talk, "/too-long", long_head(300 * 1024));
    struct talk next = capture_talk(capture, 40001);
    next.time_ns = talk.time_ns;
    whole_exchange(&next, "/next", response_text("", "next"));
}

/* 1001 field lines where 1000 are allowed. */
static void many_headers(struct capture *capture)
{
    struct bytes message = {0};
    bytes_print(&message, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
    for (unsigned i = 0; i < 1000; i++)
        bytes_print(&message, "X-%u: %u\r\n", i, i);
    bytes_print(&message, "\r\n");
    struct talk talk = capture_talk(capture, 40000);
    whole_exchange(&talk, "/many", message);
}

/* Not HTTP: a TLS-like record each way. No transaction. */
static void not_http(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk_say(&talk, CLIENT, "\x16\x03\x01\x00\x05hello", 10);
    talk_say(&talk, SERVER, "\x16\x03\x03\x00\x05world", 10);
    talk_close(&talk);
}

const struct scenario message_scenarios[] = {
    {.name = "chunk-extensions-and-trailers", .play = chunk_extensions},
    {.name = "chunk-size-with-space", .play = chunk_size_with_space},
    {.name = "head-and-304-pipelined", .play = head_and_304},
    {.name = "continue-100", .play = continue_100},
    {.name = "early-hints-103", .play = early_hints_103},
    {.name = "connect-tunnel", .play = connect_tunnel},
    {.name = "connect-refused", .play = connect_refused},
    {.name = "upgrade-101", .play = upgrade_101},
    {.name = "close-delimited", .play = close_delimited},
    {.name = "http-1.0", .play = http_1_0},
    {.name = "http-0.9", .play = http_0_9},
    {.name = "pipelined-50", .play = pipelined_50},
    {.name = "response-first", .play = response_first},
    {.name = "post-chunked", .play = post_chunked},
    {.name = "head-70-kib", .play = head_70_kib},
    {.name = "head-300-kib", .play = head_300_kib},
    {.name = "many-headers", .play = many_headers},
    {.name = "not-http", .play = not_http},
    {.name = NULL},
};
