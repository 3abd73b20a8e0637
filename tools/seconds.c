/* SPDX-License-Identifier: ISC */
#include "seconds.h"

#include <stddef.h>

#include "message.h"
#include "options.h"
#include "sender.h"

int seconds_read(const char *name, const char *text, double least, int64_t *nanoseconds)
{
    double seconds;

    if (text == NULL)
        return OPTIONS_GO;
    if (!sender_read_decimal(text, &seconds) || seconds < least || seconds > 1e6)
        return message_usage("--%s wants seconds, from %g to 1000000 (as 0.2), not '%s'", name,
                             least, text);
    *nanoseconds = (int64_t)(seconds * 1e9 + 0.5);
    return OPTIONS_GO;
}
