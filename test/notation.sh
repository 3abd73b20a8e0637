#!/bin/sh
# SPDX-License-Identifier: ISC
#
# docs/notation.md: its fields are those that there are, and each of its examples is a packet.
# Usage: notation.sh FIELDS WIREBEAM PAGE, with FIELDS the program that lists the fields.
set -eu
fields=$1 wirebeam=$2 page=$3
list=$(mktemp)
trap 'rm -f "$list"' EXIT
"$fields" >"$list"
status=0
sed '1,/^## The fields/d' "$page" | diff -u "$list" - || {
	echo "what stands behind 'The fields' is not what $fields prints (+ is the page)"
	status=1
}
count=0
while IFS= read -r example; do
	count=$((count + 1))
	"$wirebeam" send -n "$example" >/dev/null || { echo "not a packet: $example" && status=1; }
done <<LINES
$(sed -n 's/^    \([a-z"].*\)$/\1/p' "$page" | grep -v '::=\|wirebeam ')
LINES
echo "$count examples"
[ "$count" -gt 5 ] || status=1
exit $status
