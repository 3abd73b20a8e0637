/* SPDX-License-Identifier: ISC
 *
 * What a process gets when the one that forked it is gone, and who is left with it.
 */
#ifndef TOOLS_ORPHAN_H
#define TOOLS_ORPHAN_H

/* This signal, from now on, until it changes its user; nothing where the system has no such thing. */
void orphan_gets(int signal_number);

/* Processes below this one whose parent ends become children of this one; nothing where the system
 * has no such thing. */
void orphan_adopt(void);

#endif
