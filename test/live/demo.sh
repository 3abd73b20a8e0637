#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The demonstration works in each of its three ways, and tells the same story.
set -eu
. "$(dirname "$0")/lib.sh"
live nginx curl

for where in namespaces loopback file; do
	DEMO_OUT=$work/$where "$here/../../scripts/demo" $where >"$work/$where.out" 2>&1 </dev/null ||
		fail "$where: $(tail -n 3 "$work/$where.out")"
	is_true "$where: all transactions are complete" \
		grep -qx '9 transactions seen = 9 complete + 0 incomplete' "$work/$where.out"
	equal "$where: transactions kept, three files each" 24 "$(find "$work/$where/transactions" -type f | wc -l)"
	equal "$where: clients' sides, two files each" 14 "$(find "$work/$where/clients" -type f | wc -l)"
	is_true "$where: the login is shown" grep -q '^user=ada&password=lovelace' "$work/$where.out"
done
finish
