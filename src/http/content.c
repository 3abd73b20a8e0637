/* SPDX-License-Identifier: ISC */
#include "http/http.h"
