#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2013,SC2044 # no file of the project has a space in its name
#
# Checks the order of the house: a stage of src includes only the stages that it may,
# tools and examples only <wirebeam/...> and their own files, operating systems are told
# apart in the stages that touch the system alone, every file says its licence, and every public header
# compiles alone as C17 and as C++. Usage: layers.sh SOURCE-DIRECTORY
set -eu
cd "$1"

failures=0
fail() {
	echo "FAIL: $*"
	failures=$((failures + 1))
}

# What a stage may include besides itself and the public headers.
allowed() {
	case $1 in
	base) echo ;;
	source | decode | http | guard | inject) echo base ;;
	flow | build) echo base decode ;;
	record) echo base decode http ;;
	engine) echo base source decode flow http record guard ;;
	*) echo none ;;
	esac
}

# The names in #include "..." of the files below a folder: FILE:NAME.
quoted_includes() {
	grep -rEo --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]+"' "$1" |
		sed -E 's/^([^:]+):[^"]*"([^"]+)"/\1:\2/'
}

check_stage() {
	stage=$1
	for pair in $(quoted_includes "src/$stage"); do
		file=${pair%%:*} name=${pair#*:}
		case $name in
		../*) fail "$file includes \"$name\": upwards" ;;
		*/*)
			case " $stage $(allowed "$stage") " in
			*" ${name%%/*} "*) ;;
			*) fail "$file includes \"$name\": $stage may include: $(allowed "$stage")" ;;
			esac
			;;
		*) [ -f "src/$stage/$name" ] || fail "$file includes \"$name\", which is not in src/$stage" ;;
		esac
	done
}

# Programs see the public headers only.
check_program_folder() {
	for pair in $(quoted_includes "$1"); do
		file=${pair%%:*} name=${pair#*:}
		[ -f "${file%/*}/$name" ] || fail "$file includes \"$name\", which is not beside it"
		case $name in ../*) fail "$file includes \"$name\": upwards" ;; esac
	done
}

check_systems() {
	for file in $(grep -rlE --include='*.[ch]' '__linux__|__APPLE__|__FreeBSD__|__OpenBSD__|_WIN32' \
		include src tools erlang); do
		case $file in
		src/source/* | src/guard/* | src/inject/*) ;;
		*) fail "$file tells operating systems apart" ;;
		esac
	done
}

check_licences() {
	for file in $(find include src tools opener erlang test fuzz bench examples scripts -type f \
		\( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' \)); do
		head -n 2 "$file" | grep -q 'SPDX-License-Identifier: ISC' || fail "$file has no SPDX line"
	done
}

check_headers() {
	for header in include/wirebeam/*.h; do
		name=wirebeam/${header##*/}
		echo "#include <$name>" | cc -std=c17 -Wall -Wextra -Wpedantic -Werror -Iinclude \
			-fsyntax-only -x c - || fail "$name does not compile alone as C17"
		echo "#include <$name>" | c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -Iinclude \
			-fsyntax-only -x c++ - || fail "$name does not compile alone as C++"
	done
}

for stage in src/*/; do
	check_stage "$(basename "$stage")"
done
check_program_folder tools
check_program_folder opener
check_program_folder examples
check_program_folder erlang/native
check_systems
check_licences
check_headers
[ "$failures" -eq 0 ]
