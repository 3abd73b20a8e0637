/* SPDX-License-Identifier: ISC */
#include "allow.h"

#include <stdbool.h>
#include <string.h>

#include "say.h"

#define PORTS      "ports="
#define NETNS      "netns="
#define BLANKS     " \t\r"
#define PORT_MAX   65535
#define FIELDS_MAX 6

/* A line taken apart; the strings lie in text. */
struct rule {
    char text[LINE_MAX_BYTES + 1];
    char *fields[FIELDS_MAX];
    unsigned field_count;
    bool is_group;
    const char *name;
    unsigned verbs; /* a bit for each */
    char *patterns; /* of interfaces, separated by commas */
    const char *netns;
    struct permit permit;
};

static int wrong(const struct rule *rule, const char *what, struct wb_error *error)
{
    return say(error, WB_E_FORMAT, 0, "line %u: %s", rule->permit.line, what);
}

/* The next part of a list with commas, or NULL at its end; an empty one is "". It is cut off
 * with a NUL, which is why a list is walked through once. */
static char *next_part(char **list)
{
    char *part = *list;
    if (!part)
        return NULL;
    char *comma = strchr(part, ',');
    if (comma)
        *comma = '\0';
    *list = comma ? comma + 1 : NULL;
    return part;
}

/* ---- A line to a rule ------------------------------------------------------------- */

/* Digits alone, at most five of them. Moves *at behind. */
static bool take_port(const char **at, uint16_t *port)
{
    unsigned value = 0, digits = 0;
    for (; **at >= '0' && **at <= '9' && digits < 6; (*at)++, digits++)
        value = value * 10 + (unsigned)(**at - '0');
    *port = (uint16_t)value;
    return digits > 0 && digits < 6 && value <= PORT_MAX;
}

static bool parse_range(struct port_range *range, const char *text)
{
    if (!take_port(&text, &range->first))
        return false;
    range->last = range->first;
    if (*text == '-') {
        text++;
        if (!take_port(&text, &range->last))
            return false;
    }
    return *text == '\0' && range->first <= range->last;
}

static int parse_ports(struct rule *rule, char *list, struct wb_error *error)
{
    struct permit *permit = &rule->permit;
    if (permit->port_count)
        return wrong(rule, "ports are named twice", error);
    if (rule->verbs != 1U << WB_OPENER_PACKET)
        return wrong(rule, "only 'packet' can be held to ports", error);
    for (char *part; (part = next_part(&list));) {
        if (permit->port_count == PORTS_MAX)
            return wrong(rule, "too many ports: 16 ranges are the most", error);
        if (!parse_range(&permit->ports[permit->port_count++], part))
            return wrong(rule, "a port is a number, or two with '-' between, up to 65535", error);
    }
    return 0;
}

static int parse_netns(struct rule *rule, const char *path, struct wb_error *error)
{
    if (rule->netns)
        return wrong(rule, "two network namespaces are named", error);
    if (strlen(path) > NETNS_MAX_BYTES || !is_whole_path(path))
        return wrong(rule, "a network namespace is named by its whole path", error);
    rule->netns = path;
    return 0;
}

static int parse_option(struct rule *rule, char *word, struct wb_error *error)
{
    if (strncmp(word, PORTS, sizeof PORTS - 1) == 0)
        return parse_ports(rule, word + sizeof PORTS - 1, error);
    if (strncmp(word, NETNS, sizeof NETNS - 1) == 0)
        return parse_netns(rule, word + sizeof NETNS - 1, error);
    return wrong(rule, "behind the interfaces only ports=... and netns=... may stand", error);
}

static int parse_who(struct rule *rule, const char *kind, const char *name, struct wb_error *error)
{
    rule->is_group = strcmp(kind, "group") == 0;
    rule->name = name;
    if (!rule->is_group && strcmp(kind, "user") != 0)
        return wrong(rule, "a rule begins with 'user' or 'group'", error);
    return 0;
}

static int parse_verbs(struct rule *rule, char *list, struct wb_error *error)
{
    for (char *part; (part = next_part(&list));) {
        int verb = verb_of(part);
        if (verb < 0)
            return wrong(rule, "a verb is none of packet, inject, ip4, ip6, icmp4, icmp6, tun",
                         error);
        rule->verbs |= 1U << verb;
    }
    return 0;
}

/* A name, or the beginning of one and '*'. */
static bool is_pattern(const char *text, size_t length)
{
    char name[NAME_MAX_BYTES + 1];
    bool is_open = length > 0 && text[length - 1] == '*';
    size_t fixed = length - is_open;
    if (fixed > NAME_MAX_BYTES || memchr(text, '*', fixed))
        return false;
    memcpy(name, text, fixed);
    name[fixed] = '\0';
    return (is_open && fixed == 0) || is_device_name(name);
}

/* They stay as they are, for is_permitted to walk through. */
static int parse_patterns(struct rule *rule, char *list, struct wb_error *error)
{
    rule->patterns = list;
    for (const char *part = list;; part++) {
        size_t length = strcspn(part, ",");
        if (!is_pattern(part, length))
            return wrong(rule, "an interface is a name, or its beginning and '*'", error);
        part += length;
        if (!*part)
            return 0;
    }
}

/* Fields are separated by blanks; what is behind '#' is for people. */
static int split(struct rule *rule, struct wb_error *error)
{
    char *at = rule->text;
    at[strcspn(at, "#")] = '\0';
    for (at += strspn(at, BLANKS); *at; at += strspn(at, BLANKS)) {
        if (rule->field_count == FIELDS_MAX)
            return wrong(rule, "it has too many fields", error);
        rule->fields[rule->field_count++] = at;
        at += strcspn(at, BLANKS);
        if (*at)
            *at++ = '\0';
    }
    return 0;
}

/* A rule without fields is an empty line. */
static int parse_rule(struct rule *rule, struct wb_error *error)
{
    char **fields = rule->fields;
    int code = split(rule, error);
    if (code < 0 || rule->field_count == 0)
        return code;
    if (rule->field_count < 4)
        return wrong(rule, "a rule is: user|group NAME VERBS INTERFACES", error);
    code = parse_who(rule, fields[0], fields[1], error);
    if (code == 0)
        code = parse_verbs(rule, fields[2], error);
    if (code == 0)
        code = parse_patterns(rule, fields[3], error);
    for (unsigned i = 4; code == 0 && i < rule->field_count; i++)
        code = parse_option(rule, fields[i], error);
    return code;
}

/* ---- A rule and a request --------------------------------------------------------- */

/* "any" is all interfaces: only "*" permits that. */
static bool fits_pattern(const char *pattern, const char *name)
{
    size_t length = strlen(pattern);
    if (strcmp(pattern, "*") == 0)
        return true;
    if (strcmp(name, ANY) == 0)
        return false;
    if (pattern[length - 1] == '*')
        return strncmp(pattern, name, length - 1) == 0;
    return strcmp(pattern, name) == 0;
}

static bool fits_patterns(const struct rule *rule, const char *name)
{
    char *list = rule->patterns;
    bool does_fit = false;
    for (const char *part; (part = next_part(&list));)
        does_fit = does_fit || fits_pattern(part, name);
    return does_fit;
}

static bool is_caller(const struct rule *rule, const struct caller_answers *caller)
{
    return rule->is_group ? caller->is_in_group(caller->context, rule->name)
                          : caller->is_user(caller->context, rule->name);
}

static bool fits(const struct rule *rule, const struct request *request,
                 const struct caller_answers *caller)
{
    return rule->verbs >> request->verb & 1 &&
           strcmp(rule->netns ? rule->netns : "", request->netns) == 0 &&
           fits_patterns(rule, request->name) && is_caller(rule, caller);
}

/* ---- The list --------------------------------------------------------------------- */

static int take_line(struct rule *rule, unsigned number, const char *line, size_t length,
                     struct wb_error *error)
{
    *rule = (struct rule){.permit.line = number};
    if (length > LINE_MAX_BYTES)
        return wrong(rule, "the line is too long: 1023 bytes are the most", error);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < ' ' && !strchr(BLANKS, line[i] ? line[i] : '\n'))
            return wrong(rule, "a control byte", error);
    memcpy(rule->text, line, length);
    return parse_rule(rule, error);
}

int allow_find(struct permit *permit, const char *list, size_t length,
               const struct request *request, const struct caller_answers *caller,
               struct wb_error *error)
{
    const char *end = list + length;
    bool is_found = false;
    unsigned number = 0;
    for (const char *line = list; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t bytes = (size_t)((newline ? newline : end) - line);
        struct rule rule;
        int code = take_line(&rule, ++number, line, bytes, error);
        if (code < 0)
            return code;
        if (!is_found && rule.field_count && fits(&rule, request, caller)) {
            *permit = rule.permit;
            is_found = true;
        }
        line = newline ? newline + 1 : end;
    }
    return is_found;
}
