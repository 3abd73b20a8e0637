/* SPDX-License-Identifier: ISC
 *
 * Descriptors that were handed out by to_fd/1, as bare numbers, and belong to no socket any more.
 * Neither gen_udp nor socket closes a descriptor that it was given: whoever got it has it closed
 * here, which is done only for one that is on the list, and still the same file. So no number
 * can close what the virtual machine has open.
 *
 * The list is shared by a library and the one that takes over from it.
 */
#ifndef WIREBEAM_NATIVE_SOCKET_HANDED_H
#define WIREBEAM_NATIVE_SOCKET_HANDED_H

struct socket_handed;

/* An empty list with one holder, or NULL. */
struct socket_handed *handed_new(void);

void handed_keep(struct socket_handed *handed);
void handed_release(struct socket_handed *handed);

/* Puts a descriptor on the list. Returns 0, or a negative errno. */
int handed_add(struct socket_handed *handed, int descriptor);

/* Closes one that is on the list, and takes it off. Returns 0, or -EINVAL where it is not on it, or
 * has become another file. */
int handed_close(struct socket_handed *handed, int descriptor);

#endif
