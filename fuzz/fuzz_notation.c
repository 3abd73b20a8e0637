/* SPDX-License-Identifier: ISC
 *
 * Packets as users write them. A text that is refused says why in one line, at a place within it,
 * and appends nothing. One that is taken can be written, or one of its lengths has no room; what
 * is written becomes a draft again that writes the same.
 */
#include <stdlib.h>
#include <string.h>

#include <wirebeam/build.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static void check_error(int code, const struct wb_error *error)
{
    CHECK(code < 0 && error->code == code && error->text[0] != '\0');
    for (const char *c = error->text; *c; c++)
        CHECK((uint8_t)*c >= 0x20 && *c != 0x7f);
}

static void check_again(struct wb_draft *draft, const uint8_t *bytes, size_t length, int link_type)
{
    struct wb_packet packet = {.data = bytes,
                               .captured_length = (uint32_t)length,
                               .wire_length = (uint32_t)length,
                               .link_type = (uint16_t)link_type};
    struct wb_decoded decoded;
    struct wb_error error;
    uint8_t *again = malloc(length + 1);
    size_t again_length;
    wb_decode(&packet, &decoded);
    CHECK(wb_draft_from(draft, &packet, &decoded, &error) == 0);
    CHECK(wb_draft_write(draft, again, length, &again_length, &error) == 0);
    CHECK(again_length == length && memcmp(again, bytes, length) == 0);
    free(again);
}

static void check_written(struct wb_draft *draft)
{
    static uint8_t bytes[WB_DRAFT_BYTES_MAX];
    struct wb_error error = {0};
    size_t length;
    int code = wb_draft_write(draft, bytes, sizeof bytes, &length, &error);
    if (code < 0)
        check_error(code, &error);
    else if (wb_draft_link_type(draft) >= 0)
        check_again(draft, bytes, length, wb_draft_link_type(draft));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct wb_draft *draft = wb_draft_new();
    struct wb_error error = {0};
    size_t where = 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    int code = wb_draft_parse(draft, text, &where, &error);
    if (code < 0) {
        check_error(code, &error);
        CHECK(where <= strlen(text) && wb_draft_count(draft) == 0);
    } else {
        check_written(draft);
    }
    wb_draft_free(draft);
    free(text);
    return 0;
}
