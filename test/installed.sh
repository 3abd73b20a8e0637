#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What a C programmer gets: the project is installed into a folder, the example is compiled
# against that alone, as C and linked by pkg-config, and must see what the command sees.
# Usage: installed.sh BUILD SOURCE
set -eu
build=$1 source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

DESTDIR=$folder meson install -C "$build" --no-rebuild --quiet
pc=$(find "$folder" -name wirebeam.pc)
prefix=$folder$(sed -n 's/^prefix=//p' "$pc")
export PKG_CONFIG_PATH="${pc%/*}" LD_LIBRARY_PATH="${pc%/pkgconfig/*}"

# shellcheck disable=SC2046 # options, one word each
cc -std=c17 -Wall -Wextra -Werror -pedantic "$source/examples/transactions.c" -o "$folder/example" \
	$(pkg-config --define-variable=prefix="$prefix" --cflags --libs wirebeam)

"$folder/example" "$source/examples/demo.pcapng" >"$folder/seen"
"$prefix/bin/wirebeam" http -v -r "$source/examples/demo.pcapng" 2>/dev/null |
	sed 's|.* [A-Z]* [^/ ]*\(/[^ ]*\) \([0-9]*\) [0-9]* complete$|\1 \2|' >"$folder/expected"
[ -s "$folder/expected" ]
diff "$folder/expected" "$folder/seen"

if "$folder/example" /nonexistent 2>"$folder/error"; then
	echo 'a missing file was not an error'
	exit 1
fi
grep -q '/nonexistent' "$folder/error"
man -l "$prefix/share/man/man1/wirebeam.1" >/dev/null 2>&1 || mandoc "$prefix/share/man/man1/wirebeam.1" >/dev/null
