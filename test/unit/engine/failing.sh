#!/bin/sh
# SPDX-License-Identifier: ISC
# Every allocation that these captures take fails once: see failing.c.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for scenario in segments-reversed overlap-differs fragments fragments-ip6 "$@"; do
	"$GENERATE" "$scenario" "$work/$scenario" >/dev/null
	"$FAILING" "$work/$scenario"
done
