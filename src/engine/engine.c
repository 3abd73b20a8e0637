/* SPDX-License-Identifier: ISC */
#include <wirebeam/engine.h>
