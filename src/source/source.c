/* SPDX-License-Identifier: ISC
 *
 * Which source: the kinds there are, the choice between them, and the checks of options
 * that all of them share.
 */
#include "source/source.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "source/kinds.h"

/* Live sources, the best for this system first. */
static const struct wb__source_operations *const live_kinds[] = {
#ifdef WB_HAVE_PACKET_RING
    &wb__source_packet,
#endif
    &wb__source_libpcap,
};

#define LIVE_KIND_COUNT (sizeof live_kinds / sizeof live_kinds[0])

static int bad_option(struct wb_error *error, const char *text)
{
    return wb__error_set(error, WB_E_ARGUMENT, 0, "%s", text);
}

static int unknown_kind(const char *kind, struct wb_error *error)
{
    char list[128] = "";
    for (size_t i = 0; i < LIVE_KIND_COUNT; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", live_kinds[i]->kind);
    }
    return wb__error_set(error, WB_E_ARGUMENT, 0,
                         "source \"%s\": there is no such kind of source here; there are: %s", kind,
                         list);
}

static int choose(const struct wb__source_operations **operations,
                  const struct wb_source_options *options, struct wb_error *error)
{
    if (options->file) {
        *operations = &wb__source_file;
        if (options->kind && strcmp(options->kind, wb__source_file.kind) != 0)
            return wb__error_set(error, WB_E_ARGUMENT, 0,
                                 "source \"%s\" is for interfaces; it cannot read the file %s",
                                 options->kind, options->file);
        return 0;
    }
    for (size_t i = 0; i < LIVE_KIND_COUNT; i++) {
        *operations = live_kinds[i];
        if (!options->kind || strcmp(options->kind, live_kinds[i]->kind) == 0)
            return 0;
    }
    return unknown_kind(options->kind, error);
}

static int check_live(const struct wb_source_options *options, struct wb_error *error)
{
    if (!*options->interface)
        return bad_option(error, "the interface's name is empty: `wirebeam interfaces` lists them");
    if (options->snaplen > WB__SNAPLEN_LIVE_MAX)
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "snaplen %u is too large: an interface gives at most %u bytes of a "
                             "packet",
                             options->snaplen, WB__SNAPLEN_LIVE_MAX);
    if (options->latency_ms > WB__LATENCY_MAX_MS)
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "a latency of %u ms is too long: at most %u ms", options->latency_ms,
                             WB__LATENCY_MAX_MS);
    return 0;
}

static int check(const struct wb_source_options *options, struct wb_error *error)
{
    if (!options->file == !options->interface)
        return bad_option(error, options->file ? "a file and an interface are both given: take one"
                                               : "no source is given: name an interface or a file");
    if (options->direction < WB_SOURCE_INOUT || options->direction > WB_SOURCE_OUT)
        return bad_option(error, "the direction is none of in, out and inout");
    if (options->interface)
        return check_live(options, error);
    return *options->file ? 0 : bad_option(error, "the file's name is empty");
}

int wb__source_open(struct wb__source **source, const struct wb_source_options *options,
                    struct wb_error *error)
{
    *source = NULL;
    const struct wb__source_operations *operations;
    int result = check(options, error);
    if (result == 0)
        result = choose(&operations, options, error);
    return result == 0 ? operations->open(source, options, error) : result;
}
