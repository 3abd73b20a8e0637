/* SPDX-License-Identifier: ISC
 *
 * `wirebeam interfaces`: the devices of this host, as aligned text or JSON lines.
 * Device names come from the system and are not trusted to be printable.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wirebeam/source.h>

#include "command.h"
#include "message.h"
#include "options.h"
#include "text.h"

struct interfaces_arguments {
    bool json;
};

static const struct option_spec options[] = {
    { "json", 0, OPTION_FLAG, offsetof(struct interfaces_arguments, json),
      .help = "a JSON object for each device" },
    { .name = NULL },
};

struct listing {
    int name_width;
    bool is_failed;
};

static void escaped_name(char *text, size_t size, const char *name)
{
    text_escaped(text, size, (struct wb_slice){ name, (uint32_t)strlen(name) });
}

static void measure(void *context, const struct wb_interface *interface)
{
    struct listing *listing = context;
    char name[128];

    escaped_name(name, sizeof(name), interface->name);
    if ((int)strlen(name) > listing->name_width)
        listing->name_width = (int)strlen(name);
}

static void print_text(void *context, const struct wb_interface *interface)
{
    const struct listing *listing = context;
    char name[128], mtu[16] = "-";

    escaped_name(name, sizeof(name), interface->name);
    if (interface->mtu != 0)
        snprintf(mtu, sizeof(mtu), "mtu %u", interface->mtu);
    printf("%-*s  %-4s %-7s %-8s %-7s %-9s", listing->name_width, name,
           interface->is_up ? "up" : "down", interface->is_running ? "running" : "-",
           interface->is_loopback ? "loopback" : interface->is_wireless ? "wireless" : "-",
           interface->can_capture ? "capture" : "denied", mtu);
    for (size_t i = 0; i < interface->address_count; i++)
        printf(" %s", interface->addresses[i]);
    putchar('\n');
}

static void print_json(void *context, const struct wb_interface *interface)
{
    struct listing *listing = context;
    json_t *addresses = json_array(), *object;
    char *line = NULL;

    for (size_t i = 0; i < interface->address_count; i++)
        json_array_append_new(addresses, json_string(interface->addresses[i]));
    object = json_pack("{s:s, s:s, s:o, s:b, s:b, s:b, s:b, s:b, s:i}", "name", interface->name,
                       "description", interface->description, "addresses", addresses, "up",
                       interface->is_up, "running", interface->is_running, "loopback",
                       interface->is_loopback, "wireless", interface->is_wireless, "can_capture",
                       interface->can_capture, "mtu", (int)interface->mtu);
    if (object != NULL)
        line = json_dumps(object, JSON_COMPACT);
    if (line != NULL)
        puts(line);
    else
        listing->is_failed = true;
    free(line);
    json_decref(object);
}

static int run_interfaces(int argc, char **argv)
{
    struct interfaces_arguments arguments = { 0 };
    struct listing listing = { 0 };
    struct wb_error error = { 0 };
    int rest, status = options_parse(&command_interfaces, &arguments, argc, argv, &rest);

    if (status != OPTIONS_GO)
        return status;
    if (rest < argc)
        return message_usage("'%s' is one word too many", argv[rest]);
    if (wb_interfaces(measure, &listing, &error) < 0 ||
        wb_interfaces(arguments.json ? print_json : print_text, &listing, &error) < 0) {
        message("%s", error.text);
        return STATUS_FAILED;
    }
    if (listing.is_failed || fflush(stdout) != 0) {
        message("the list could not be written whole");
        return STATUS_FAILED;
    }
    return STATUS_DONE;
}

const struct command command_interfaces = {
    .name = "interfaces",
    .summary = "List the network devices with their addresses and flags",
    .synopsis = "[--json]",
    .options = options,
    .run = run_interfaces,
};
