#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The manual pages are well-formed, and each names every long option that --help of its
# command does, and no other. Usage: manual.sh WIREBEAM FOLDER
set -eu

wirebeam=$1 folder=$2
command -v mandoc >/dev/null || { echo "SKIPPED: needs mandoc"; exit 77; }
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mandoc -T lint -W warning "$folder"/*.[158] || failures=1
for page in "$folder"/wirebeam-*.1; do
	command=${page##*/wirebeam-}
	command=${command%.1}
	"$wirebeam" "$command" --help | grep -Eo '^  (-.,)? *--[a-z-]+' | sed 's/.*--//' |
		grep -vx help | sort -u >"$work/help"
	grep '^\.It Fl ' "$page" | grep -Eo ' -[a-z][a-z-]+' | sed 's/ -//' | sort -u >"$work/page"
	diff "$work/help" "$work/page" >"$work/diff" || {
		echo "FAIL: wirebeam $command --help (<) and its manual page (>) name different options:"
		cat "$work/diff"
		failures=1
	}
done
exit $failures
