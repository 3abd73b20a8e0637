/* SPDX-License-Identifier: ISC
 *
 * Credentials where they stand in HTTP: in fields (RFC 9110, 11; RFC 6265) and in URLs
 * (RFC 3986, 3.2.1). What nobody else may read has the word "hush" in it.
 */
#include "generate/scenario.h"

/* A login through a proxy, with every field that is secret, one of them twice, one as a
 * trailer; userinfo in the target, Host, Referer, Location and Link. Then CONNECT with
 * userinfo. Two transactions; the cookie comes back in the anomaly of a space before the
 * colon. */
static void secrets(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT,
                  "POST http://hush:hush@example.test/login?next=//hush@b/ HTTP/1.1\r\n"
                  "Host: hush@example.test:80\r\n"
                  "Authorization: Basic hush\r\n"
                  "proxy-authorization: Digest hush\r\n"
                  "Cookie : a=hush; b=hush\r\n"
                  "Referer: https://hush:hush@example.test/from@here\r\n"
                  "Content-Length: 4\r\n\r\nbody");
    talk_say_text(&talk, SERVER,
                  "HTTP/1.1 302 Found\r\nETag: \"login\"\r\n"
                  "Set-Cookie: a=hush; Secure\r\nSET-COOKIE: b=hush\r\n"
                  "Location: http://hush@example.test/home\r\n"
                  "Link: <http://hush@a/>, <http://hush@b/>\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n"
                  "3\r\nyes\r\n0\r\nSet-Cookie: c=hush\r\n\r\n");
    talk_say_text(&talk, CLIENT,
                  "CONNECT hush:hush@example.test:443 HTTP/1.1\r\nHost: example.test:443\r\n\r\n");
    talk_say_text(&talk, SERVER, "HTTP/1.1 200 OK\r\nETag: \"tunnel\"\r\n\r\n");
    talk_close(&talk);
}

const struct scenario secret_scenarios[] = {
    {.name = "secrets", .play = secrets},
    {.name = NULL},
};
