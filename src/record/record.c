/* SPDX-License-Identifier: ISC */
#include "record/record.h"
