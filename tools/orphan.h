/* SPDX-License-Identifier: ISC
 *
 * What a process gets when the one that forked it is gone.
 */
#ifndef TOOLS_ORPHAN_H
#define TOOLS_ORPHAN_H

/* This signal, from now on, until it changes its user; nothing where the system has no such thing. */
void orphan_gets(int signal_number);

#endif
