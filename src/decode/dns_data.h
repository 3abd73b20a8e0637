/* SPDX-License-Identifier: ISC
 *
 * The data of DNS records, told field by field.
 */
#ifndef WB_DECODE_DNS_DATA_H
#define WB_DECODE_DNS_DATA_H

#include "decode/dns.h"
#include "decode/fields.h"

/* The fields of record's data, as its type has them; what is left over or has another form
 * as bytes. record->data is used up. */
void wb__tell_dns_data(const struct wb__fields *fields, struct wb__dns_record *record);

/* The options of an OPT record (RFC 6891, 6.1.2). */
void wb__tell_dns_options(const struct wb__fields *fields, struct wb__cursor *options);

/* A number and, where it has one, its name: "type": 1, "type_name": "A". */
void wb__tell_dns_number(const struct wb__fields *fields, const char *name,
                         const char *name_of_name, unsigned number, const char *word);

#endif
