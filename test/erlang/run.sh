#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Runs one of the checks of the OTP application. Usage: run.sh ct|unprivileged|xref|dialyzer|
# edoc|elixir, with WIREBEAM_BUILD, the directory of a Meson build whose native part is taken.
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
	for program in epmd nginx curl pgrep ip tcpdump; do
		command -v $program >/dev/null || skip "needs $program"
	done
	# Its processes are counted and killed: none but its own. The shell stays, to reap those that
	# lost their parent.
	unshare -npf --mount-proc sh -c \
		'ip link set lo up && rebar3 ct --logdir "$REBAR_BASE_DIR/logs"; exit $?'
}

unprivileged_suites='wirebeam_SUITE wirebeam_live_SUITE wirebeam_send_SUITE wirebeam_probe_SUITE
wirebeam_unprivileged_SUITE'

# shellcheck disable=SC2016 # for a shell of its own, in namespaces
as_nobody='
	work=$0
	erl_as_root() { erl -noshell -pa "$work/suites" -eval "$1, halt()."; }
	mount --bind "$work/tun" /dev/net/tun
	ip link set lo up
	for setting in route_localnet accept_local; do echo 1 >/proc/sys/net/ipv4/conf/lo/$setting; done
	echo 1 0 >/proc/sys/net/ipv4/ping_group_range
	erl_as_root "made = routed:up()"
	ip tuntap add mode tun name wbutun user root
	ip tuntap add mode tap name wbutap user root
	for device in wbutun wbutap; do ip link set $device addrgenmode none up; done
	ip address add 10.88.1.1/24 dev wbutun
	ip address add 10.88.2.1/24 dev wbutap
	setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-sys_ptrace \
		ct_run -noinput -dir "$work/suites" -suite "$@" -logdir "$work/logs"
	erl_as_root "ok = routed:down(made)"'

# Captures, packets sent and probes of both backends again, and raw sockets, in a VM whose user has
# no rights: it and its workers get their sockets from wirebeam-open. What the suites need of the
# network is there before; `slow' is an interface that wirebeam-open takes a second to look for.
unprivileged() {
	[ "$(id -u)" -eq 0 ] || skip "needs root, for a network namespace and a setuid program"
	unshare -npf --mount-proc true 2>/dev/null || skip "no namespaces here"
	for program in setpriv findmnt nginx curl ip; do
		command -v $program >/dev/null || skip "needs $program"
	done
	[ ! -e "$OPENER_LIST" ] || skip "$OPENER_LIST is there: another test runs"
	work=$(mktemp -d)
	case ,$(findmnt -no OPTIONS -T "$work"), in *,nosuid,*) skip "no setuid programs in $work" ;; esac
	trap 'rm -rf "$work" "$OPENER_LIST"' EXIT
	rebar3 as test compile
	mkdir -m 755 "$OPENER_LIST"
	cat >"$OPENER_LIST/open.conf" <<-RULES
		user nobody packet,ip4,ip6,icmp4,icmp6 *
		user nobody inject                     lo,slow
		user nobody tun                        wbu*
		user nobody packet                     * netns=/run/netns/wbhost
	RULES
	chmod 755 "$work"
	install -m 4755 "$OPENER" "$work/wirebeam-open"
	printf '#!/bin/sh\n[ "$2" != slow ] || sleep 1\nexec %s "$@"\n' "$work/wirebeam-open" >"$work/opener"
	chmod 755 "$work/opener"
	mknod -m 666 "$work/tun" c 10 200
	cp -R test/erlang "$work/suites"
	erlc -o "$work/suites" test/erlang/network.erl test/erlang/routed.erl
	mkdir "$work/logs"
	chown -R nobody "$work/suites" "$work/logs"
	export WIREBEAM_OPEN="$work/opener" ERL_LIBS="$REBAR_BASE_DIR/test/lib" HOME="$work/logs"
	# shellcheck disable=SC2086 # words
	unshare -npf --mount-proc sh -c "$as_nobody" "$work" $unprivileged_suites | tee "$work/said"
	# shellcheck disable=SC2086 # words
	wanted=$(echo $unprivileged_suites | wc -w)
	[ "$(grep -Ec ': TEST COMPLETE, [1-9][0-9]* ok, 0 failed(, [0-9]+ skipped)? of' "$work/said")" = "$wanted" ]
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
unprivileged) unprivileged ;;
elixir) elixir ;;
xref | dialyzer | edoc) rebar3 "$1" ;;
*) echo "run.sh: no check named '$1'" >&2 && exit 2 ;;
esac
