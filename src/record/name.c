/* SPDX-License-Identifier: ISC
 *
 * Names of files (see name.h). Every byte of an ETag passes through put_byte, the one
 * place that decides what may stand in a name.
 */
#include "record/name.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/evp.h>

#define HASH_DIGITS 16
#define MARK ".incomplete"

static const char hex_upper[] = "0123456789ABCDEF";

struct writer {
    char *name;
    size_t length;
    bool is_full;
};

static bool is_safe(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/* A first '.' would hide the file, a first '-' make an option of its name in a shell. */
static bool is_safe_first(uint8_t c)
{
    return c != '.' && c != '-';
}

static void put_byte(struct writer *writer, uint8_t byte, bool must_encode)
{
    bool encode = must_encode || !is_safe(byte) || (writer->length == 0 && !is_safe_first(byte));
    size_t need = encode ? 3 : 1;
    if (writer->is_full || writer->length + need > WB__NAME_CAP) {
        writer->is_full = true;
        return;
    }
    char *at = writer->name + writer->length;
    if (encode) {
        at[0] = '%';
        at[1] = hex_upper[byte >> 4];
        at[2] = hex_upper[byte & 15];
    } else {
        at[0] = (char)byte;
    }
    writer->length += need;
}

/* Room for "~" and the digits: cuts before an escape, never inside one. */
static size_t cut(const char *name)
{
    size_t length = WB__NAME_CAP - 1 - HASH_DIGITS;
    if (name[length - 1] == '%')
        return length - 1;
    return name[length - 2] == '%' ? length - 2 : length;
}

static void put_hash(char *at, struct wb_slice etag)
{
    uint8_t hash[EVP_MAX_MD_SIZE] = {0};
    EVP_Digest(etag.data, etag.length, hash, NULL, EVP_sha256(), NULL);
    *at = '~';
    wb__name_of_hash(at + 1, hash, HASH_DIGITS / 2);
}

static bool ends_in_mark(const char *bytes, size_t length)
{
    size_t mark = sizeof MARK - 1;
    return length >= mark && memcmp(bytes + length - mark, MARK, mark) == 0;
}

void wb__name_of_etag(char name[WB__NAME_SIZE], struct wb_slice etag)
{
    const char *at = etag.data;
    size_t length = etag.length;
    struct writer writer = {.name = name};
    bool is_weak = length >= 2 && memcmp(at, "W/", 2) == 0;
    if (is_weak) {
        put_byte(&writer, 'W', false);
        put_byte(&writer, '/', true);
        at += 2;
        length -= 2;
    }
    if (length >= 2 && at[0] == '"' && at[length - 1] == '"') {
        at++;
        length -= 2;
    }
    bool looks_weak = !is_weak && length >= 2 && memcmp(at, "W/", 2) == 0;
    size_t dot = ends_in_mark(at, length) ? length - (sizeof MARK - 1) : SIZE_MAX;
    for (size_t i = 0; i < length; i++)
        put_byte(&writer, (uint8_t)at[i], (looks_weak && i == 0) || i == dot);
    if (writer.is_full)
        put_hash(name + cut(name), etag);
    else if (writer.length)
        name[writer.length] = '\0';
    else
        strcpy(name, "empty-etag");
}

void wb__name_of_hash(char *name, const uint8_t *hash, unsigned length)
{
    static const char hex[] = "0123456789abcdef";
    for (unsigned i = 0; i < length; i++) {
        name[2 * i] = hex[hash[i] >> 4];
        name[2 * i + 1] = hex[hash[i] & 15];
    }
    name[2 * length] = '\0';
}

static void write_address(char text[INET6_ADDRSTRLEN], const struct wb_flow *flow,
                          const struct wb_endpoint *endpoint)
{
    text[0] = '\0';
    inet_ntop(flow->ip_version == 6 ? AF_INET6 : AF_INET, endpoint->address, text,
              INET6_ADDRSTRLEN);
    for (char *at = text; (at = strchr(at, ':'));)
        *at = '_';
}

void wb__name_of_flow(char name[WB__NAME_SIZE], const struct wb_flow *flow,
                      enum wb_flow_direction client)
{
    char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
    const struct wb_endpoint *source = &flow->endpoint[client];
    const struct wb_endpoint *target = &flow->endpoint[!client];
    write_address(from, flow, source);
    write_address(to, flow, target);
    snprintf(name, WB__NAME_SIZE, "%s.%u-%s.%u_%llu%s", from, source->port, to, target->port,
             (unsigned long long)flow->id, flow->midstream ? ".midstream" : "");
}

void wb__name_of_version(char stem[WB__NAME_SIZE], const char *name, uint32_t version,
                         bool is_incomplete)
{
    char number[16] = "";
    if (version == 1 && !is_incomplete) { /* the usual case: no formatting */
        memcpy(stem, name, strlen(name) + 1);
        return;
    }
    if (version > 1)
        snprintf(number, sizeof number, "~%u", version);
    snprintf(stem, WB__NAME_SIZE, "%.200s%s%s", name, number, is_incomplete ? MARK : "");
}
