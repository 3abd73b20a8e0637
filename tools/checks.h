/* SPDX-License-Identifier: ISC
 *
 * The checks of a receiver that are not to be made, as they are named on the command line.
 */
#ifndef WIREBEAM_TOOLS_CHECKS_H
#define WIREBEAM_TOOLS_CHECKS_H

#include <stdint.h>

/* Adds the checks of "CHECK[,CHECK...]" or "all" to bits; OPTIONS_GO or an exit status after
 * a message. */
int checks_add(uint32_t *bits, const char *text);

#endif
