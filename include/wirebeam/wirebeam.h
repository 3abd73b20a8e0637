/* SPDX-License-Identifier: ISC
 *
 * All of wirebeam's public headers. Start with engine.h.
 */
#ifndef WIREBEAM_WIREBEAM_H
#define WIREBEAM_WIREBEAM_H

#include <wirebeam/build.h>
#include <wirebeam/decode.h>
#include <wirebeam/engine.h>
#include <wirebeam/error.h>
#include <wirebeam/fields.h>
#include <wirebeam/filter.h>
#include <wirebeam/flow.h>
#include <wirebeam/fragment.h>
#include <wirebeam/guard.h>
#include <wirebeam/http.h>
#include <wirebeam/inject.h>
#include <wirebeam/opener.h>
#include <wirebeam/packet.h>
#include <wirebeam/record.h>
#include <wirebeam/rewrite.h>
#include <wirebeam/setting.h>
#include <wirebeam/source.h>
#include <wirebeam/version.h>

#endif
