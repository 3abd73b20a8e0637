/* SPDX-License-Identifier: ISC */
#include "written.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "notation.h"
#include "options.h"
#include "packets.h"
#include "sandbox.h"

#define PACKET_BYTES_MAX (256U << 10) /* what an injector takes */

struct reading {
    struct tape *tape;
    bool is_full;
};

int written_check(struct written_arguments *written, int argc, char **argv, int rest)
{
    written->notations = argv + rest;
    written->notation_count = argc - rest;
    if ((written->notation_count > 0) + (written->hex != NULL) + (written->raw != NULL) +
            (written->file != NULL) != 1)
        return message_usage("name what to send, one of PACKET ..., -x HEX, --raw FILE and -r FILE");
    return notation_check(written->notations, written->notation_count);
}

static int too_much(void)
{
    message("what is to be sent takes more than %zu MiB of memory", TAPE_BYTES_MAX >> 20);
    return STATUS_FAILED;
}

/* ---- Hexadecimal text ------------------------------------------------------------- */

/* The text of a line, without its comment, to bytes. Returns how many, or -1 with *wrong at the
 * place. */
static long read_hex(const char *text, uint8_t *bytes, size_t size, const char **wrong)
{
    size_t count = 0;

    *wrong = text;
    for (const char *at = text; *at != '\0' && *at != '#';) {
        const char pair[] = { at[0], at[0] != '\0' ? at[1] : '\0', '\0' };

        if (strchr(" \t\r\n:-", *at) != NULL) {
            at++;
            continue;
        }
        *wrong = at;
        if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]) || count == size)
            return -1;
        bytes[count++] = (uint8_t)strtoul(pair, NULL, 16);
        at += 2;
    }
    return (long)count;
}

static int tell_hex(const char *name, unsigned line, const char *text, const char *wrong)
{
    int column = (int)(wrong - text) + 1;

    if (line > 0)
        message("%s, line %u, column %d: two hexadecimal digits are wanted at '%.8s'", name, line,
                column, wrong);
    else
        message("--hex, column %d: two hexadecimal digits are wanted at '%.8s'", column, wrong);
    return line > 0 ? STATUS_FAILED : STATUS_USAGE;
}

static int add_hex(const char *name, unsigned line, const char *text, uint16_t link_type,
                   struct tape *tape)
{
    static uint8_t bytes[PACKET_BYTES_MAX];
    const char *wrong;
    long count = read_hex(text, bytes, sizeof(bytes), &wrong);

    if (count < 0)
        return tell_hex(name, line, text, wrong);
    if (count > 0 && !tape_add(tape, bytes, (uint32_t)count, link_type, 0))
        return too_much();
    return OPTIONS_GO;
}

static int read_hex_lines(FILE *file, const char *name, uint16_t link_type, struct tape *tape)
{
    int status = OPTIONS_GO;
    unsigned line = 0;
    char *text = NULL;
    size_t size = 0;

    while (status == OPTIONS_GO && getline(&text, &size, file) >= 0)
        status = add_hex(name, ++line, text, link_type, tape);
    if (status == OPTIONS_GO && ferror(file)) {
        message("%s: %s", name, strerror(errno));
        status = STATUS_FAILED;
    }
    free(text);
    return status;
}

/* ---- Files ------------------------------------------------------------------------ */

static int read_raw(FILE *file, const char *name, uint16_t link_type, struct tape *tape)
{
    static uint8_t bytes[PACKET_BYTES_MAX + 1];
    size_t count = fread(bytes, 1, sizeof(bytes), file);
    int status = OPTIONS_GO;

    if (ferror(file)) {
        message("%s: %s", name, strerror(errno));
        status = STATUS_FAILED;
    } else if (count > PACKET_BYTES_MAX) {
        message("%s: it is longer than a packet can be, which is %u bytes", name,
                PACKET_BYTES_MAX);
        status = STATUS_FAILED;
    } else if (count > 0 && !tape_add(tape, bytes, (uint32_t)count, link_type, 0)) {
        status = too_much();
    }
    return status;
}

/* Opens the file, confines the process, and has it read. */
static int read_file(const char *name,
                     int (*read)(FILE *file, const char *name, uint16_t link_type,
                                 struct tape *tape),
                     uint16_t link_type, struct wb_guard_options *sandbox, struct tape *tape)
{
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    int status;

    if (file == NULL) {
        message("%s: %s", name, strerror(errno));
        return STATUS_FAILED;
    }
    status = sandbox_begin(sandbox);
    if (status == OPTIONS_GO)
        status = read(file, name, link_type, tape);
    if (file != stdin)
        fclose(file);
    return status;
}

static bool keep(void *context, const struct wb_packet *packets, int count)
{
    struct reading *reading = context;

    for (int i = 0; i < count && !reading->is_full; i++)
        reading->is_full = !tape_add(reading->tape, packets[i].data, packets[i].captured_length,
                                     packets[i].link_type, packets[i].time_ns);
    return !reading->is_full;
}

static int read_capture(const char *name, struct wb_guard_options *sandbox, struct tape *tape)
{
    struct reading reading = { .tape = tape };
    struct packets packets = { 0 };
    int status = packets_open(&packets, name, sandbox);

    if (status == OPTIONS_GO)
        status = packets_read(&packets, keep, &reading);
    packets_close(&packets);
    return status == OPTIONS_GO && reading.is_full ? too_much() : status;
}

static int read_hex_word(const char *text, uint16_t link_type, struct wb_guard_options *sandbox,
                         struct tape *tape)
{
    int status = sandbox_begin(sandbox);

    return status == OPTIONS_GO ? add_hex(NULL, 0, text, link_type, tape) : status;
}

static int read_notations(const struct written_arguments *written, uint16_t link_type,
                          struct wb_guard_options *sandbox, struct tape *tape)
{
    int status = OPTIONS_GO;

    for (int i = 0; i < written->notation_count && status == OPTIONS_GO; i++)
        status = notation_read(written->notations[i], written->interface, link_type, tape);
    return status == OPTIONS_GO ? sandbox_begin(sandbox) : status;
}

int written_read(const struct written_arguments *written, uint16_t link_type,
                 struct wb_guard_options *sandbox, struct tape *tape)
{
    int status;

    if (written->notation_count > 0)
        status = read_notations(written, link_type, sandbox, tape);
    else if (written->file != NULL)
        status = read_capture(written->file, sandbox, tape);
    else if (written->raw != NULL)
        status = read_file(written->raw, read_raw, link_type, sandbox, tape);
    else if (written->hex[0] == '@')
        status = read_file(written->hex + 1, read_hex_lines, link_type, sandbox, tape);
    else
        status = read_hex_word(written->hex, link_type, sandbox, tape);
    if (status == OPTIONS_GO && tape->count == 0) {
        message("there is no packet in it: nothing to send");
        return STATUS_FAILED;
    }
    return status;
}
