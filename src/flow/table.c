/* SPDX-License-Identifier: ISC */
#include "flow/flow.h"
