/* SPDX-License-Identifier: ISC
 *
 * Half a line at the end of a file of JSON lines: a run that is killed may be in the middle
 * of a write. Who appends to it would make one broken line of two.
 */
#ifndef WB_RECORD_MEND_H
#define WB_RECORD_MEND_H

/* Puts right the end of the file path, open for appending as descriptor: takes off half a
 * line that has the beginning of ours, and ends one of anybody else. Only where nobody
 * else appends to it; then holds it as in use (claim.h). Returns how many lines were
 * taken off. */
unsigned wb__mend(int descriptor, const char *path);

#endif
