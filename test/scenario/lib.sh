# shellcheck shell=sh # sourced
# SPDX-License-Identifier: ISC
#
# What the scenario tests share. Each test file is a document: the scenarios of one topic
# with what the command must make of them, run as `wirebeam http` would be by a user. The
# captures come from the generator (test/generate), where the comment above each script
# says what was sent. The words of an expectation are explained in check.py.
#
#     scenario NAME [OPTION ...] <<'END'
#     http 0 target=/1 status=200 body='b"one"' file=v1
#     END
#
# Results are told in TAP, one line for each scenario; the end tells how many there were.

here=$(cd "$(dirname "$0")" && pwd)
wirebeam=${WIREBEAM:?the path of the wirebeam command}
generate=${GENERATE:?the path of the generator of captures}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

# scenario NAME [OPTION ...]: plays it, with these options of the command besides the usual
# ones, and compares with the expectation on standard input.
scenario() {
	name=$1
	shift
	packets=$("$generate" "$name" "$work/$name.capture") || return
	play "$name" "$work/$name.capture" "$packets" "$@"
}

# play NAME FILE PACKETS [OPTION ...]: the same for a file that is there already, which
# holds so many whole packets.
play() {
	title=$1 file=$2 packets=$3
	shift 3
	count=$((count + 1))
	run=$work/$count
	mkdir "$run"
	status=0
	"$wirebeam" http -r "$file" -o "$run/out" --json "$run/records" --records all --hash "$@" \
		>"$run/stdout" 2>"$run/stderr" </dev/null || status=$?
	if python3 "$here/check.py" "$run" "$status" "$packets" >"$run/verdict"; then
		echo "ok $count - $title $*"
	else
		echo "not ok $count - $title $*"
		sed 's/^/# /' "$run/verdict"
	fi
	rm -rf "$run"
}

finish() {
	echo "1..$count"
}
