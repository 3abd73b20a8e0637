/* SPDX-License-Identifier: ISC */
#include <wirebeam/decode.h>
