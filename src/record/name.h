/* SPDX-License-Identifier: ISC
 *
 * Names of files from what came over the wire. A name is one path component by
 * construction: only [A-Za-z0-9._-] stay themselves, every other byte is %NN, the first
 * byte is never a dot.
 *
 *     "abc"        abc                W/"abc"   W%2Fabc      "W/abc"   %57%2Fabc
 *     "../x"       %2E.%2Fx           "50%"     50%25        ""        empty-etag
 *     300 bytes    the first of them, "~" and 16 hex digits of the ETag's SHA-256
 *
 * Two ETags that differ get names that differ (but for "x" and x without quotes, and
 * the word for the empty one). Versions of a name and incomplete transactions:
 *
 *     abc  abc-2  abc-3  abc.incomplete  abc-2.incomplete
 *
 * An ETag that itself ends in ".incomplete" has that dot encoded, so a complete
 * transaction is never taken for an incomplete one.
 */
#ifndef WB_RECORD_NAME_H
#define WB_RECORD_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/flow.h>
#include <wirebeam/http.h>

#define WB__NAME_CAP 200  /* bytes made of an ETag */
#define WB__NAME_SIZE 256 /* a name with version, mark, ending and NUL */

/* The name for the value of an ETag field. */
void wb__name_of_etag(char name[WB__NAME_SIZE], struct wb_slice etag);

/* Lower-case hexadecimal digits, two for each byte, and a NUL. */
void wb__name_of_hash(char *name, const uint8_t *hash, unsigned length);

/* CLIENTIP.PORT-SERVERIP.PORT_FLOWID, with ".midstream" where the flow's beginning is
 * missing. The ':' of IPv6 is '_', since tools take what stands before a ':' for the
 * name of a host. */
void wb__name_of_flow(char name[WB__NAME_SIZE], const struct wb_flow *flow,
                      enum wb_flow_direction client);

/* name with its version (1: none; else ~2, ~3, ...: no encoded ETag has a "~" of its own) and
 * mark. */
void wb__name_of_version(char stem[WB__NAME_SIZE], const char *name, uint32_t version,
                         bool is_incomplete);

#endif
