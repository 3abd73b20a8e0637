/* SPDX-License-Identifier: ISC
 *
 * What a killed run left half in a directory: files under temporary names, and the begun
 * part of a set.
 */
#ifndef WB_RECORD_LEFTOVER_H
#define WB_RECORD_LEFTOVER_H

/* Removes it; to be called by who is alone there (claim.h). Returns how many files went. */
unsigned wb__leftover_remove(int directory);

#endif
