/* SPDX-License-Identifier: ISC
 *
 * For tests of the whole program: what a worker that was taken over would try, tried by the
 * worker itself, in its place. Only builds with tests have it.
 */
#ifndef WB_GUARD_PROBE_H
#define WB_GUARD_PROBE_H

/* Where the environment has WIREBEAM_GUARD_PROBE, tries each and tells on standard error what
 * came of it. */
#ifdef WB_GUARD_PROBE
void wb__guard_probe(void);
#else
static inline void wb__guard_probe(void)
{
}
#endif

#endif
