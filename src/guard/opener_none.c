/* SPDX-License-Identifier: ISC
 *
 * For systems that wirebeam-open is not made for.
 */
#include <wirebeam/opener.h>

#include "base/error.h"

int wb_opener_open(const struct wb_opener_request *request, int *descriptor,
                   struct wb_error *error)
{
    (void)request;
    *descriptor = -1;
    return wb__error_set(error, WB_E_UNSUPPORTED, 0, "there is no wirebeam-open for this system");
}

bool wb_opener_permits(const struct wb_opener_request *request)
{
    (void)request;
    return false;
}
