#!/bin/sh
# SPDX-License-Identifier: ISC
#
# `wirebeam trace`: a router in between, a host behind it, routers that know no way or say nothing,
# by all three protocols and both versions of IP. tcpdump judges what is sent.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/far.sh"
live_far tcpdump python3 setpriv

said() { # WHAT REGULAR-EXPRESSION TIMES
	equal "$1" "$3" "$(grep -Ec "$2" "$work/asks.out" || true)"
}
ip netns exec "$far_ns" python3 -c '
import socket, time
server = socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
time.sleep(600)' >"$work/server" &
pids="$pids $!"
wait_until grep -q ready "$work/server"

ms='[0-9]+\.[0-9]{3} ms'
for host in $far_ip $far_ip6; do
	case $host in
	*:*) v=ip6 router=$server_ip6 first=fd99::1 second=fd99::2 none=fd99::3 text='no route' hops=ip6[7] ;;
	*) v=ip router=$server_ip first=10.99.0.1 second=10.99.0.2 none=10.99.0.3 text='host unreachable' hops=ip[8] ;;
	esac

	# Each protocol finds the router and the host.
	for kind in '' -U -I -T '-T -p 81'; do
		case $kind in
		'' | -U) end='port unreachable' proto=udp ;;
		-I) end='echo reply' proto="($([ $v = ip6 ] && echo icmp6 and ip6[40] = 128 || echo icmp[0] = 8))" ;;
		-T) end='SYN, ACK' proto=tcp[13]=2 ;;
		*) end=RST proto=tcp[13]=2 ;;
		esac
		[ $v = ip ] || proto=$(echo "$proto" | sed 's/tcp\[13\]=2/ip6[53]=2/')
		oracle sent "$server_ns" "$server_if" "$v and dst host $host and $proto"
		# shellcheck disable=SC2086 # an option, its argument, or nothing
		asks trace $kind $host
		oracle_ends sent 6
		equal "$host $kind: exit status" 0 "$wb_status"
		said "$host $kind: the router" "^  1  $router  $ms  $ms  $ms\$" 1
		said "$host $kind: the host" "^  2  $host  $ms \($end\)  $ms \($end\)  $ms \($end\)\$" 1
		equal "$host $kind: nothing behind it" 3 "$(wc -l <"$work/asks.out")"
		tcpdump -r "$work/sent.pcap" -nn -vv -t 2>/dev/null >"$work/sent.txt"
		equal "$host $kind: hop limits" "1 1 1 2 2 2" "$(grep -Eo '(ttl|hlim) [0-9]+' "$work/sent.txt" | sed 's/.* //' | paste -sd ' ')"
		equal "$host $kind: no checksum is wrong" 0 "$(grep -Eci 'incorrect|wrong|bad' "$work/sent.txt" || true)"
	done

	# Routers that know no way (Linux says so once a second to a host, where it has said it often),
	# and one that says nothing.
	sleep 1.2
	asks trace -q 1 $first
	equal "$first: exit status" 1 "$wb_status"
	said "$first: told" "^  1  $router  $ms \($text\)\$" 1
	equal "$first: nothing behind it" 2 "$(wc -l <"$work/asks.out")"
	sleep 1.2
	asks trace -q 1 -T $second
	said "$second: told" "^  1  $router  $ms \(communication prohibited\)\$" 1
	began=$(now_ms)
	asks trace -m 3 -q 2 -w 0.2 $none
	took=$(($(now_ms) - began))
	equal "$none: exit status" 1 "$wb_status"
	said "$none: silence" '^  [123]  \*  \*$' 3
	is_true "$none: three hops are waited for, $took ms" [ $took -ge 600 ] && is_true "not longer" [ $took -lt 1500 ]

	# JSON.
	asks trace -j -q 1 -I $host
	equal "$host: JSON" "hop 1 $router True, hop 2 $host True, trace 2 True" "$(python3 -c '
import json, sys
def text(j):
    if j["event_type"] == "trace":
        return "trace %d %s" % (j["hops"], j["reached"])
    return "hop %d %s %s" % (j["hop"], j["queries"][0]["address"], 0 <= j["queries"][0]["ms"] < 1000)
print(", ".join(map(text, map(json.loads, sys.stdin))))' <"$work/asks.out")"
done

# Errors that quote eight bytes are enough; those about something else are nothing.
ip netns exec "$server_ns" python3 "$here/quoting.py" "$server_if" 10.99.0.3 fd99::3 >"$work/quoting" &
pids="$pids $!"
wait_until grep -q ready "$work/quoting"
for host in 10.99.0.3 fd99::3; do
	for kind in -I -U -T; do
		ip netns exec "$server_ns" sh -c 'echo 0 > /proc/sys/net/ipv4/ip_forward
			echo 0 > /proc/sys/net/ipv6/conf/all/forwarding' # so that the kernel says nothing
		asks trace -q 1 $kind $host
		said "quoted, $kind $host" "^  1  .* $ms \(communication prohibited\)\$" 1
	done
done

# This host itself.
for host in $client_ip $client_ip6 127.0.0.1 ::1; do
	for kind in -I -U -T; do
		asks trace -q 1 $kind $host
		equal "$host $kind: this host" "0 2" "$wb_status $(wc -l <"$work/asks.out")"
	done
done

# Mistakes.
mistake() { # STATUS TEXT ARGUMENT ...
	wanted=$1 text=$2
	shift 2
	asks trace "$@" >/dev/null
	equal "trace $*: status, lines" "$wanted 1" "$wb_status $(wc -l <"$work/asks.err")"
	is_true "trace $*: told" grep -q -e "$text" "$work/asks.err"
}
mistake 2 'name one host'
mistake 2 'name one host' $far_ip 80
mistake 2 'exclude each other' -T -I $far_ip
mistake 2 'not for --icmp' -I -p 80 $far_ip
mistake 2 'is too high' -p 65447 $far_ip
mistake 2 'must be from 1 to 255' -m 0 $far_ip
mistake 2 'must be from 1 to 10' -q 11 $far_ip
mistake 2 'wait wants seconds' -w 0 $far_ip
mistake 1 'none-such.invalid: ' none-such.invalid
cp "$wirebeam" "$work/wirebeam"
chmod 755 "$work/wirebeam"
got=0
in_client setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all "$work/wirebeam" \
	trace $far_ip >/dev/null 2>"$work/asks.err" || got=$?
equal "without rights: exit status, lines" "1 1" "$got $(wc -l <"$work/asks.err")"
is_true "without rights: what to do is told" grep -q 'setcap cap_net_raw' "$work/asks.err"
finish
