/* SPDX-License-Identifier: ISC
 *
 * Descriptors that a program was started with.
 */
#ifndef WB_GUARD_INHERITED_H
#define WB_GUARD_INHERITED_H

/* Closes those that wb_guard_note_inherited found. */
void wb__inherited_close_noted(void);

#endif
