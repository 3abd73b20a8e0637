/* SPDX-License-Identifier: ISC
 *
 * ETags that want to be more than a file's name. RFC 9110, 8.8.3 lets an ETag hold
 * nearly every byte; whatever it holds, the file must lie in the directory given.
 */
#include "generate/scenario.h"

static void get_with_etag(struct talk *talk, const char *target, const char *etag,
                          const char *body)
{
    struct bytes field = {0};
    bytes_print(&field, "ETag: %s\r\n", etag);
    bytes_add(&field, "", 1);
    get(talk, target);
    answer(talk, response_text((const char *)field.data, body));
    bytes_free(&field);
}

/* 14 complete transactions on one connection, each with another ETag and another body:
 * 14 names, all in the directory, none hidden, none with a byte outside of printable
 * ASCII. */
static void hostile(struct capture *capture)
{
    static const char *const etags[] = {
        "\"../../etc/passwd\"", "\"a/b\\c\"", "\".hidden\"",     "\"..\"",
        "\".\"",                "\"\"",       "\"%2e%2e%2f\"",   "W/\"weak\"",
        "\"\xc3\xa9t\xc3\xa9\"", "\"a\x01\x1f\x7f" "b\"", "unquoted", "\"-rf\"",
        "\"$(id) `id`;*\"",     "\"/etc/passwd\"",
    };
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    for (unsigned i = 0; i < sizeof etags / sizeof *etags; i++) {
        char target[16] = "/", body[16] = "body ";
        target[1] = (char)('a' + i);
        body[5] = (char)('a' + i);
        get_with_etag(&talk, target, etags[i], body);
    }
    talk_close(&talk);
}

/* The ETag holds a NUL: ETag: "a<NUL>/../b". RFC 9110, 5.5 calls such a value invalid
 * and dangerous. The transaction is complete, the anomaly named, and the file's name
 * does not end at the NUL. */
static void nul(struct capture *capture)
{
    static const char head[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nETag: \"a\0/../b\"\r\n\r\nnul\n";
    struct talk talk = capture_talk(capture, 40000);
    struct bytes message = {0};
    bytes_add(&message, head, sizeof head - 1);
    whole_exchange(&talk, "/nul", message);
}

/* Two ETags of 4096 bytes that differ in the last byte only, with bodies "first" and
 * "second"; a third response with the first ETag and "first" again. Names are cut to what
 * a file system takes; still two files, and the third transaction shares the first. */
static void four_kib(struct capture *capture)
{
    struct bytes etag = {0};
    bytes_print(&etag, "\"");
    bytes_fill(&etag, 'x', 4095);
    bytes_print(&etag, "1\"");
    bytes_add(&etag, "", 1);
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get_with_etag(&talk, "/1", (const char *)etag.data, "first");
    etag.data[4096] = '2';
    get_with_etag(&talk, "/2", (const char *)etag.data, "second");
    etag.data[4096] = '1';
    get_with_etag(&talk, "/3", (const char *)etag.data, "first");
    talk_close(&talk);
    bytes_free(&etag);
}

/* "v1" with body "one", again with "one", then with "two", then with "one": one file for
 * "one" that three transactions share, and one with a suffix for "two". */
static void duplicates(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get_with_etag(&talk, "/1", "\"v1\"", "one");
    get_with_etag(&talk, "/2", "\"v1\"", "one");
    get_with_etag(&talk, "/3", "\"v1\"", "two");
    get_with_etag(&talk, "/4", "\"v1\"", "one");
    talk_close(&talk);
}

/* A weak ETag and a strong one with the same text are two names (RFC 9110, 8.8.3.2). */
static void weak_and_strong(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get_with_etag(&talk, "/1", "\"v1\"", "strong");
    get_with_etag(&talk, "/2", "W/\"v1\"", "weak");
    talk_close(&talk);
}

/* No ETag: named by the SHA-256 of the body. "same" comes twice: one file. */
static void none(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    for (unsigned i = 0; i < 3; i++) {
        get(&talk, "/none");
        answer(&talk, response_text("", i == 1 ? "other" : "same"));
    }
    talk_close(&talk);
}

const struct scenario name_scenarios[] = {
    {.name = "etag-hostile", .play = hostile},
    {.name = "etag-nul", .play = nul},
    {.name = "etag-4-kib", .play = four_kib},
    {.name = "etag-duplicates", .play = duplicates},
    {.name = "etag-weak-and-strong", .play = weak_and_strong},
    {.name = "etag-none", .play = none},
    {.name = NULL},
};
