# shellcheck shell=sh disable=SC2034 # sourced; what it sets is used by the tests
# SPDX-License-Identifier: ISC
#
# What the live tests share: two network namespaces joined by a veth pair, programs in
# them, checks, and an end that removes all of it. Each test sources this first. A test
# that lacks root, namespaces or a program ends with 77, which Meson shows as skipped.
# Nothing outside of the namespaces and $work is touched.
#
#   $server_ns 10.77.0.1 on veth $server_if   <->   $client_ns 10.77.0.2 on $client_if

here=$(cd "$(dirname "$0")" && pwd)
wirebeam=${WIREBEAM:?the path of the wirebeam command}
server_ns=wblive$$s client_ns=wblive$$c
server_if=wbs$$ client_if=wbc$$
server_ip=10.77.0.1 client_ip=10.77.0.2
failures=0
pids=

skip() {
	echo "SKIPPED: $*"
	exit 77
}

end() { # [STATUS]
	status=${1:-$?}
	trap '' INT TERM
	for pid in $pids; do # only what still runs as our own child
		[ "$(ps -o ppid= -p "$pid" 2>/dev/null | tr -d ' ')" = $$ ] && kill "$pid"
	done
	# What those had started: a client whose server is gone would try for two minutes more.
	for ns in "$server_ns" "$client_ns" ${far_ns-}; do
		ip netns pids "$ns" 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
	done
	wait
	for ns in "$server_ns" "$client_ns" ${far_ns-}; do
		ip netns del "$ns" 2>/dev/null || true
	done
	if [ -n "${mounted-}" ]; then umount "$mounted"; fi
	if [ "$status" -ne 0 ] && [ "$status" -ne 77 ] && [ -n "${KEEP-}" ]; then
		echo "kept: $work"
	else
		rm -rf "$work"
	fi
	exit "$status"
}

in_server() { ip netns exec "$server_ns" "$@"; }
in_client() { ip netns exec "$client_ns" "$@"; }

# live PROGRAM ...: makes the namespaces, or skips where that or a program is missing.
live() {
	[ "$(id -u)" -eq 0 ] || skip "needs root, for network namespaces"
	for program in ip "$@"; do
		command -v "$program" >/dev/null || skip "needs $program"
	done
	work=$(mktemp -d)
	chmod 755 "$work"
	trap end EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	ip netns add "$server_ns" 2>/dev/null || skip "no network namespaces here"
	in_server true 2>/dev/null || skip "network namespaces cannot be entered here"
	ip netns add "$client_ns"
	ip link add "$server_if" netns "$server_ns" type veth peer name "$client_if" netns "$client_ns" \
		2>/dev/null || skip "no veth pairs here"
	join_ns "$server_ns" "$server_if" $server_ip
	join_ns "$client_ns" "$client_if" $client_ip
}

# No IPv6: its neighbour discovery would add packets that no test sent.
join_ns() { # NAMESPACE INTERFACE ADDRESS
	ip netns exec "$1" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6' 2>/dev/null || true
	ip -n "$1" link set lo up
	ip -n "$1" addr add "$3/24" dev "$2"
	ip -n "$1" link set "$2" up
}

# Checks. A failed one is told, and the test goes on and fails at its end.
fail() {
	echo "FAIL: $*"
	failures=$((failures + 1))
}
equal() { # WHAT WANTED GOT
	if [ "$2" = "$3" ]; then
		echo "ok: $1 ($3)"
	else
		fail "$1: wanted '$2', got '$3'"
	fi
}
is_true() { # WHAT COMMAND ...
	what=$1
	shift
	if "$@"; then
		echo "ok: $what"
	else
		fail "$what"
	fi
}
finish() {
	[ "$failures" -eq 0 ] || exit 1
	exit 0
}

wait_until() { # COMMAND ...: at most 10 seconds
	tries=0
	until "$@" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 500 ] || { fail "waited in vain for: $*"; return 1; }
		sleep 0.02
	done
}

# begin NAME NAMESPACE ARGUMENT ...: runs wirebeam in the background; $work/NAME.err is
# what it says, $work/NAME.out its output. $without: what it is run by, or nothing. Returns when
# the capture has begun.
begin() {
	name=$1 ns=$2
	shift 2
	# shellcheck disable=SC2086 # words, or none
	ip netns exec "$ns" ${without-} "$wirebeam" "$@" >"$work/$name.out" 2>"$work/$name.err" &
	begun "$name" $!
}
begun() { # NAME PID
	echo "$2" >"$work/$1.pid"
	pids="$pids $2"
	wait_until grep -q '^capturing on' "$work/$1.err" || cat "$work/$1.err"
}
# worker NAME: the process that parses for it.
worker() { pgrep -P "$(cat "$work/$1.pid")"; }
send() { kill "-$1" "$(cat "$work/$2.pid")"; } # SIGNAL NAME

# ended NAME: waits for it; $wb_status is its exit status.
ended() {
	wb_status=0
	wait "$(cat "$work/$1.pid")" || wb_status=$?
	sed "s/^/  | /" "$work/$1.err"
}
interrupt() { # NAME
	send INT "$1"
	ended "$1"
}

# number NAME TEXT: the number before TEXT in the summary of NAME.
number() {
	sed -nE "s/.*(^|[^0-9])([0-9]+) $2.*/\\2/p" "$work/$1.err" | tail -n 1
}

# The equations of the summary, checked from outside.
adds_up() { # NAME
	equal "$1: seen = delivered + dropped" "$(number "$1" 'packets seen')" \
		$(($(number "$1" delivered) + $(number "$1" 'dropped by kernel ring') + $(number "$1" 'dropped by interface')))
	if grep -q 'transactions seen' "$work/$1.err"; then
		equal "$1: transactions = complete + incomplete" "$(number "$1" 'transactions seen')" \
			$(($(number "$1" complete) + $(number "$1" incomplete)))
	fi
	if grep -q 'transactions offered' "$work/$1.err"; then
		equal "$1: offered = written + shared + without body + lost" \
			"$(number "$1" 'transactions offered')" \
			$(($(number "$1" written) + $(number "$1" shared) + $(number "$1" 'without body') + $(number "$1" lost)))
	fi
}

# Of a directory of transactions: nothing half is in it.
only_whole_sets() { # NAME DIRECTORY
	ls -A "$2" >"$work/names"
	equal "$1: temporary files" 0 "$(grep -c '^\.' "$work/names" || true)"
	for ending in http json; do
		grep '\.body$' "$work/names" | sed 's/body$//' | sort >"$work/bodies"
		grep "\\.$ending\$" "$work/names" | sed "s/$ending\$//" | sort >"$work/others"
		is_true "$1: each .body has its .$ending, and back" cmp -s "$work/bodies" "$work/others"
	done
}

# directory_vanishes PATH PATH: of two transactions that cannot be kept, each is counted and told.
directory_vanishes() {
	begin gone "$server_ns" http -i "$server_if" -o "$work/gone" --json "$work/gone.json" 'tcp port 80'
	rm -rf "$work/gone"
	in_client curl -sS --fail -o /dev/null "http://$server_ip/$1" -o /dev/null "http://$server_ip/$2"
	interrupt gone
	equal "gone: exit status" 1 "$wb_status"
	adds_up gone
	equal "gone: lost" 2 "$(number gone lost)"
	equal "gone: told in JSON all the same" 2 "$(grep -c '"event_type":"http"' "$work/gone.json")"
}

# serve LOCATIONS: nginx in the server's namespace, with files of $work/www.
serve() {
	mkdir -p "$work/nginx" "$work/www"
	cat >"$work/nginx/nginx.conf" <<-CONF
		user root;
		worker_processes 1;
		daemon off;
		pid $work/nginx/pid;
		error_log $work/nginx/error.log;
		events { worker_connections 512; }
		http {
		    access_log off;
		    sendfile on;
		    keepalive_requests 100000;
		    client_max_body_size 0;
		    client_body_temp_path $work/nginx/body;
		    proxy_temp_path $work/nginx/proxy;
		    fastcgi_temp_path $work/nginx/fastcgi;
		    uwsgi_temp_path $work/nginx/uwsgi;
		    scgi_temp_path $work/nginx/scgi;
		    types { text/plain txt; text/html html; application/octet-stream bin; }
		    server {
		        listen $server_ip:80 reuseport;
		        root $work/www;
		        $1
		    }
		}
	CONF
	# Not in_server: a function in the background would hide nginx behind a shell.
	ip netns exec "$server_ns" nginx -p "$work/nginx" -e "$work/nginx/error.log" -c "$work/nginx/nginx.conf" \
		>/dev/null 2>&1 &
	nginx_pid=$!
	pids="$pids $nginx_pid"
	wait_until in_client curl -s -o /dev/null "http://$server_ip/" || cat "$work/nginx/error.log"
}

# oracle NAME NAMESPACE INTERFACE FILTER: tcpdump in the background, to compare with.
oracle() {
	ip netns exec "$2" tcpdump --immediate-mode -U -i "$3" -w "$work/$1.pcap" "$4" \
		2>"$work/$1.err" &
	echo $! >"$work/$1.pid"
	pids="$pids $!"
	wait_until grep -q 'listening on' "$work/$1.err"
}
# catch NAME FILTER: the same on the server's end, with room for what comes at top speed, and
# nanoseconds.
catch() {
	ip netns exec "$server_ns" tcpdump -U -i "$server_if" -s 2000 -B 65536 --nano -w "$work/$1.pcap" \
		"$2" 2>"$work/$1.err" &
	echo $! >"$work/$1.pid"
	pids="$pids $!"
	wait_until grep -q 'listening on' "$work/$1.err"
}
# oracle_ends NAME PACKETS: when it has written so many; it drops what it has not read.
oracle_ends() {
	wait_until has_packets "$work/$1.pcap" "$2" || true
	send INT "$1"
	wait "$(cat "$work/$1.pid")" || true
}
has_packets() { # FILE PACKETS
	[ "$(tcpdump -r "$1" --count 2>/dev/null | sed 's/ .*//')" = "$2" ]
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# counter NAMESPACE INTERFACE NAME: one of the kernel's counters of an interface.
counter() { ip netns exec "$1" cat "/sys/class/net/$2/statistics/$3"; }
