#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A user without rights sends, replays, pings, probes and traces through wirebeam-open, as far as
# the allow-list permits; what it does not is told in one line. tcpdump judges what is sent, the
# kernels of a router and of a host behind it answer.
set -eu
. "$(dirname "$0")/lib.sh"
. "$LIVE/far.sh"
live_far tcpdump ping setpriv python3
make_opener
wirebeam=$work/bin/wirebeam
judge() { python3 "$LIVE/replayed.py" "$@"; }

# asks ARGUMENT ...: wirebeam of that user, from the client; $wb_status is its exit status.
asks() {
	wb_status=0
	# shellcheck disable=SC2086 # words
	in_client timeout 60 $nobody "$wirebeam" "$@" >"$work/asks.out" 2>"$work/asks.err" || wb_status=$?
	sed "s/^/  | /" "$work/asks.out" "$work/asks.err"
}
does() { # ARGUMENT ...: and it is done
	asks "$@"
	equal "$1: exit status" 0 "$wb_status"
}
said() { # WHAT REGULAR-EXPRESSION TIMES
	equal "$1" "$3" "$(grep -Ec "$2" "$work/asks.out" || true)"
}
# refused VERB DEVICE ARGUMENT ...: one line says that this is not permitted.
refused() {
	asked="$1 on $2"
	shift 2
	asks "$@"
	equal "$1 without $asked: exit status, lines" "1 1" "$wb_status $(cat "$work/asks.out" "$work/asks.err" | wc -l)"
	is_true "$1 without $asked: it is told" grep -q \
		"no permission to [a-z]*: wirebeam-open: $asked is not permitted to user nobody by $OPENER_LIST/open.conf\$" "$work/asks.err"
}
bytes_of() { tcpdump -r "$1" -nn -t -xx 2>/dev/null | sed -n 's/^\t0x[0-9a-f]*: *//p' | tr -d ' \n'; } # FILE

in_client sh -c 'echo 1 0 > /proc/sys/net/ipv4/ping_group_range'
# shellcheck disable=SC2086 # words
equal "the user has no rights" 0000000000000000 "$(in_client $nobody sed -n 's/^CapEff:\t//p' /proc/self/status)"
ms='[0-9]+\.[0-9]{3} ms'

# An interface that is not there is no matter of permission.
allow "user nobody inject,ip4,ip6 *"
for how in 'send -i nosuch -x 00' 'send --ip -i nosuch -x 00' 'replay -i nosuch -r /dev/null'; do
	# shellcheck disable=SC2086 # words
	asks $how
	equal "$how: exit status" 1 "$wb_status"
	is_true "$how: it is told" grep -q '^wirebeam [a-z]*: wirebeam-open: nosuch: there is no such interface$' "$work/asks.err"
done

# Frames.
frame=ffffffffffff0200000000aa88b500112233445566778899aabbccddeeff
allow "user nobody inject $client_if"
oracle frames "$server_ns" "$server_if" 'ether proto 0x88b5'
does send -i "$client_if" -x $frame
does send -i "$client_if" -x $frame -c 2 -I 0.01 --queueing
oracle_ends frames 3
equal "send: the bytes arrive" $frame$frame$frame "$(bytes_of "$work/frames.pcap")"
refused inject lo send -i lo -x $frame
oracle known "$server_ns" "$server_if" 'udp port 7'
does send -i "$client_if" "eth/ip(dst=$server_ip)/udp(sport=9,dport=7)/\"hello\"" # by the routing table
oracle_ends known 1
is_true "send: by the routing table" sh -c "tcpdump -r '$work/known.pcap' -nn -t -vv 2>/dev/null | grep -q '$client_ip.9 > $server_ip.7: \[udp sum ok\] UDP, length 5'"

# Captures, at their pace and at top speed, for which others would have sockets of other kinds.
judge timed "$work/all.pcap"
chmod 644 "$work/all.pcap"
for pace in '-x 100' -t; do
	catch "replay$pace" 'ether src 02:00:00:00:00:aa'
	# shellcheck disable=SC2086 # words
	does replay -i "$client_if" -r "$work/all.pcap" $pace
	oracle_ends "replay$pace" 200
	is_true "replay $pace: the frames arrive" judge same "$work/all.pcap" "$work/replay$pace.pcap"
done
refused inject lo replay -i lo -r "$work/all.pcap"
allow "user nobody packet,ip4,ip6,icmp4,icmp6,tun *"
refused inject "$client_if" send -i "$client_if" -x $frame
refused inject "$client_if" replay -i "$client_if" -r "$work/all.pcap"
refused inject "$client_if" replay -i "$client_if" -r "$work/all.pcap" -t

for host in $far_ip $far_ip6; do
	case $host in
	*:*) v=6 router=$server_ip6 echo=8000000000010001 echoed='ip6[40] = 129' ip=ip6 gone=fd99::1 text='no route' last=1/4 ;;
	*) v=4 router=$server_ip echo=0800f7fd00010001 echoed='icmp[0] = 0' ip=ip gone=10.99.0.1 text='host unreachable' last=3/3 ;;
	esac
	datagram="$ip(dst=$host)/udp(sport=9,dport=4)"

	# Packets by the routing table, and by a device; messages.
	allow "user nobody ip$v,icmp$v *"
	for by in '' "-i $client_if"; do
		oracle "packets$v" "$far_ns" "$far_if" "udp port 4 and dst host $host"
		# shellcheck disable=SC2086 # words
		does send --ip $by "$datagram"
		oracle_ends "packets$v" 1
		is_true "send --ip $by: it arrives" sh -c "tcpdump -r '$work/packets$v.pcap' -nn -t -vv 2>/dev/null | grep -q '\.9 > $host\.4: \[udp sum ok\]'"
		oracle "messages$v" "$client_ns" "$client_if" "$echoed and src host $host"
		# shellcheck disable=SC2086 # words
		does send --icmp $host $by -x $echo
		oracle_ends "messages$v" 1
		equal "send --icmp $by: it is answered" 1 "$(tcpdump -r "$work/messages$v.pcap" -nn -t 2>/dev/null | grep -c 'echo reply')"
	done
	allow "user nobody packet,inject *" "user nobody ip$v,icmp$v lo"
	refused icmp$v any send --icmp $host -x $echo
	refused ip4 any send --ip "$datagram"
	refused icmp$v any ping -c 1 $host
	refused ip$v any probe tcp $host 80

	# Echoes, by this version of IP alone.
	allow "user nobody icmp$v *"
	does ping -c 3 -i 0.05 $host
	said "$host: echoes" "^64 bytes from $host: seq=[123] ttl=63 time=$ms\$" 3
	asks ping -c 1 $gone
	said "$gone: an error" "^from $router: seq=1 $text\$" 1
	refused icmp$((10 - v)) any ping -c 1 "$([ $v = 4 ] && echo $far_ip6 || echo $far_ip)"

	# Ports, and ways. What is captured is as needed as what is sent.
	allow "user nobody packet,ip$v *"
	asks probe tcp $host 80
	said "$host: closed" "^80/tcp +closed +$ms  RST\$" 1
	asks probe udp $host 9
	said "$host: closed, udp" "^9/udp +closed +$ms  port unreachable \(ICMP $last from $host\)\$" 1
	asks probe udp $gone 53
	said "$gone: unreachable" "^53/udp +unreachable +$ms  $text \(ICMP [13]/[01] from $router\)\$" 1
	for kind in '-I' '-U' '-T'; do
		# shellcheck disable=SC2086 # words
		does trace $kind $host
		said "$host: $kind: the router" "^  1  $router(  $ms){3}\$" 1
		said "$host: $kind: the host" "^  2  $host(  $ms \((echo reply|port unreachable|RST)\)){3}\$" 1
	done
	allow "user nobody packet,icmp$v *" "user nobody ip$((10 - v)) *"
	for kind in '-I' '-U' '-T'; do refused ip$v any trace $kind $host; done
	allow "user nobody inject,ip$v *" "user nobody packet $client_if"
	for kind in '-I' '-U' '-T'; do refused packet any trace $kind $host; done
	for kind in tcp udp; do refused packet any probe $kind $host 80; done
done

# A link-local address is asked by its link, and permitted for it.
address=$(ip -n "$server_ns" -6 addr show dev "$server_if" scope link | sed -n 's/.*inet6 \([^/]*\).*/\1/p')
if [ -n "$address" ]; then
	allow "user nobody icmp6 $client_if"
	does ping -c 1 "$address%$client_if"
	said "link-local: an echo" "^64 bytes from .*: seq=1 ttl=64 time=$ms\$" 1
	allow "user nobody icmp6 lo"
	refused icmp6 "$client_if" ping -c 1 "$address%$client_if"
fi

# One version of IP is permitted, and packets of both are sent.
allow "user nobody ip4 *"
printf '%s\n' 4500001d00000000401100000a4d00020a4d0001123456780009000078 \
	6000000000091140fd770000000000000000000000000002fd770000000000000000000000000001123456780009000078 >"$work/both"
chmod 644 "$work/both"
asks send --ip -x "@$work/both"
equal "both: exit status" 1 "$wb_status"
is_true "both: one is refused" grep -q '1 packets were refused, packet 2 first: Operation not permitted' "$work/asks.err"

# Where ping sockets are permitted, nobody else has to permit them.
rm -f "$OPENER_LIST/open.conf"
in_client sh -c 'echo 0 2147483647 > /proc/sys/net/ipv4/ping_group_range'
for host in $far_ip $far_ip6; do
	does ping -c 1 $host
	said "$host: by a ping socket" "^64 bytes from $host: " 1
done

# Without the program, what to do is told.
WIREBEAM_OPEN=$work/bin/none
asks send -i "$client_if" -x $frame
equal "no program: exit status, lines" "1 1" "$wb_status $(wc -l <"$work/asks.err")"
is_true "no program: it is told" grep -q 'none cannot be run' "$work/asks.err"
finish
