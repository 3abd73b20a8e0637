/* SPDX-License-Identifier: ISC
 *
 * Checks what the source cannot know: that the options on the command line agree with
 * each other. What is wrong with a file or an interface, the source tells.
 */
#include "input.h"

#include "command.h"
#include "message.h"
#include "options.h"

/* The name of an option that was given and means nothing for a file, or NULL. */
static const char *live_only_option(const struct input_arguments *input)
{
    if (input->buffer_kib != 0)
        return "buffer";
    if (input->direction != WB_SOURCE_INOUT)
        return "direction";
    if (input->kind != NULL)
        return "source";
    if (input->immediate)
        return "immediate";
    if (input->no_promiscuous)
        return "no-promiscuous";
    return NULL;
}

static int check(const struct input_arguments *input)
{
    const char *option;

    if (input->interface != NULL && input->file != NULL)
        return message_usage("-i and -r exclude each other: a live interface, or a file");
    if (input->interface == NULL && input->file == NULL)
        return message_usage("name where the packets come from: -i INTERFACE or -r FILE");
    if (input->file != NULL && (option = live_only_option(input)) != NULL)
        return message_usage("--%s has no meaning with -r", option);
    return OPTIONS_GO;
}

int input_apply(struct input_arguments *input, int argc, char **argv, int rest,
                struct wb_engine_options *options)
{
    int status = check(input);

    if (status != OPTIONS_GO)
        return status;
    input->filter = options_join(argc, argv, rest);
    if (input->filter == NULL) {
        message("out of memory");
        return STATUS_FAILED;
    }
    options->source = (struct wb_source_options){
        .interface = input->interface,
        .file = input->file,
        .kind = input->kind,
        .filter = input->filter,
        .snaplen = (uint32_t)input->snaplen,
        .buffer_bytes = (uint32_t)(input->buffer_kib * 1024),
        .immediate = input->immediate,
        .own_packets = input->own_packets,
        .promiscuous = !input->no_promiscuous,
        .direction = (enum wb_source_direction)input->direction,
    };
    options->max_packets = input->count;
    return OPTIONS_GO;
}
