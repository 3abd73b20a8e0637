/* SPDX-License-Identifier: ISC */
#include "source/source.h"
