/* SPDX-License-Identifier: ISC
 *
 * Where tests keep their files: below TMPDIR, which scripts/test has in memory where it can,
 * or else in /tmp.
 */
#ifndef TEST_SUPPORT_PLACE_H
#define TEST_SUPPORT_PLACE_H

#define PLACE_BYTES 64

/* Makes a directory; its path is written to path. Aborts where it cannot. */
void place_directory(char path[PLACE_BYTES]);

#endif
