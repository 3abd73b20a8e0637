/* SPDX-License-Identifier: ISC
 *
 * The fields of drafts, as docs/notation.md lists them: test/notation.sh compares.
 */
#include <stdio.h>

#include <wirebeam/build.h>

static void print_field(const struct wb_draft_field *field)
{
    static const char *const types[] = {[WB_DRAFT_HARDWARE] = "MAC address",
                                        [WB_DRAFT_IP4] = "IPv4 address",
                                        [WB_DRAFT_IP6] = "IPv6 address",
                                        [WB_DRAFT_BYTES] = "bytes",
                                        [WB_DRAFT_LIST] = "list"};
    printf("| `%s` | ", field->name);
    if (field->alias)
        printf("`%s`", field->alias);
    if (field->type == WB_DRAFT_NUMBER)
        printf(" | %u bit%s", field->bits, field->bits > 1 ? "s" : "");
    else if (field->type == WB_DRAFT_BYTES && field->bits > 0)
        printf(" | %u bytes", field->bits / 8);
    else
        printf(" | %s", types[field->type]);
    if (field->unit > 1)
        printf(", a multiple of %u", field->unit);
    for (const struct wb_draft_name *name = field->names; name && name->name; name++)
        printf(name->number > 255 ? "%s `%s` 0x%04llx" : "%s `%s` %llu", name > field->names ? "," : field->are_flags ? "; flags:" : ";",
               name->name, (unsigned long long)name->number);
    printf(" | %s |\n", field->is_computed ? "yes" : "");
}

int main(void)
{
    for (unsigned kind = 1; kind < WB_LAYER_KIND_COUNT; kind++) {
        struct wb_draft_field field;
        wb_draft_field_at((enum wb_layer_kind)kind, 0, &field);
        if (wb_draft_field_find((enum wb_layer_kind)kind, "header") == 0)
            continue; /* it has no others */
        printf("\n### `%s`\n\n%s.\n\n| field | short | value | computed |\n|---|---|---|---|\n",
               wb_layer_name(kind), wb_layer_about(kind));
        for (unsigned i = 0; wb_draft_field_find((enum wb_layer_kind)kind, "header") > (int)i; i++)
            if (wb_draft_field_at((enum wb_layer_kind)kind, i, &field))
                print_field(&field);
    }
    return 0;
}
