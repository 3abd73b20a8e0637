/* SPDX-License-Identifier: ISC
 *
 * The version of the headers and, by function, of the library that is linked.
 */
#ifndef WIREBEAM_VERSION_H
#define WIREBEAM_VERSION_H

#define WB_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* WB_VERSION of the library. */
const char *wb_version(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
