#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What is said of the programs in SECURITY.md, seen in the programs themselves: position
# independent, relocations read-only from the start, no executable stack, the C library's checked
# functions, the canary, and, on x86, the landing pads of CET. Usage: hardened.sh IS-FORTIFIED FILE ...
set -eu
fortified=$1
shift
command -v readelf >/dev/null || { echo "SKIPPED: needs readelf"; exit 77; }
failures=0
fail() {
	echo "FAIL: $*"
	failures=$((failures + 1))
}
has() { # FILE WHAT PATTERN READELF-OPTION ...
	file=$1 what=$2 pattern=$3
	shift 3
	readelf -W "$@" "$file" | grep -Eq "$pattern" || fail "$file: $what"
}
for file; do
	has "$file" "not position independent" 'Type:[[:space:]]+DYN' -h
	has "$file" "no read-only relocations" GNU_RELRO -l
	has "$file" "bound late" 'BIND_NOW|FLAGS.*NOW' -d
	has "$file" "the stack is executable" 'GNU_STACK.* RW  ' -l
	has "$file" "no canary" __stack_chk_fail --dyn-syms
	! readelf -W -l "$file" | grep -Eq 'LOAD.* RWE ' || fail "$file: memory to write and to run"
	! readelf -W -d "$file" | grep -Eq 'RPATH|RUNPATH|TEXTREL' || fail "$file: RPATH or TEXTREL"
	[ "$fortified" = false ] || has "$file" "not fortified" '_chk@' --dyn-syms
	# The mark in the file is missing where the C library's own beginning of it has none.
	[ "$(uname -m)" != x86_64 ] || objdump -d "$file" | grep -q endbr64 || fail "$file: no CET"
done
[ "$failures" -eq 0 ]
