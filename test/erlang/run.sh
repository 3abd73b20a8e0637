#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Runs one of the checks of the OTP application. Usage: run.sh ct|xref|dialyzer|edoc|elixir,
# with WIREBEAM_BUILD, the directory of a Meson build whose native part is taken.
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
export WIREBEAM_BUILD
export REBAR_BASE_DIR=$WIREBEAM_BUILD/rebar REBAR_GLOBAL_CONFIG_DIR=$WIREBEAM_BUILD/rebar
export REBAR_CACHE_DIR=$WIREBEAM_BUILD/rebar/cache REBAR_COLOR=none TERM=dumb

skip() {
	echo "SKIPPED: $*"
	exit 77
}

command -v rebar3 >/dev/null || skip "needs rebar3"
cd "$source"

ct() {
	[ "$(id -u)" -eq 0 ] || skip "needs root, for a network namespace"
	unshare -npf --mount-proc true 2>/dev/null || skip "no namespaces here"
	for program in epmd nginx curl pgrep; do
		command -v $program >/dev/null || skip "needs $program"
	done
	# Its processes are counted and killed: none but its own. The shell stays, to reap those that
	# lost their parent.
	unshare -npf --mount-proc sh -c \
		'ip link set lo up && rebar3 ct --logdir "$REBAR_BASE_DIR/logs"; exit $?'
}

# A project of another build tool, which has this one as a dependency.
elixir() {
	command -v mix >/dev/null || skip "needs mix"
	project=$(mktemp -d)
	trap 'rm -rf "$project"' EXIT
	cp -R "$source/test/erlang/elixir/." "$project"
	cd "$project"
	export HOME=$project MIX_REBAR3="$(command -v rebar3)" WIREBEAM_SOURCE=$source
	unset REBAR_BASE_DIR
	got=$(mix run -e 'IO.puts("sum: #{Sniff.bytes(hd(System.argv()))}")' \
		"$source/examples/demo.pcapng" </dev/null | sed -n 's/^sum: //p')
	wanted=$("$WIREBEAM" read -r "$source/examples/demo.pcapng" --json |
		sed -n 's/.*"captured_length":\([0-9]*\).*/\1/p' | awk '{ n += $1 } END { print n }')
	echo "bytes of all packets: $got, wirebeam read says $wanted"
	[ -n "$got" ] && [ "$got" = "$wanted" ]
}

case $1 in
ct) ct ;;
elixir) elixir ;;
xref | dialyzer | edoc) rebar3 "$1" ;;
*) echo "run.sh: no check named '$1'" >&2 && exit 2 ;;
esac
