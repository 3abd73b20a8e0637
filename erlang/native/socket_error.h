/* SPDX-License-Identifier: ISC
 *
 * The names of errors of the operating system, as Erlang has them: those of errno, in lower case.
 */
#ifndef WIREBEAM_NATIVE_SOCKET_ERROR_H
#define WIREBEAM_NATIVE_SOCKET_ERROR_H

/* NULL where it has none here. */
const char *socket_error_name(int error);

#endif
