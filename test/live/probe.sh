#!/bin/sh
# SPDX-License-Identifier: ISC
#
# `wirebeam probe`: kernels answer SYNs and datagrams, a server echoes, routers complain or say
# nothing. tcpdump judges what is sent.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/far.sh"
live_far tcpdump python3 setpriv

ip netns exec "$far_ns" python3 - >"$work/server" <<'PY' &
import select, socket
tcp = [socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True) for port in (80, 8002)]
udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
udp.bind(("::", 7))
mute = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
mute.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
mute.bind(("::", 9))
print("ready", flush=True)
while True:
    data, address = udp.recvfrom(65536)
    print(data.hex() or "-", flush=True)
    udp.sendto(data, address)
PY
pids="$pids $!"
wait_until grep -q ready "$work/server"

said() { # WHAT REGULAR-EXPRESSION TIMES
	equal "$1" "$3" "$(grep -Ec "$2" "$work/asks.out" || true)"
}
status() { equal "$1: exit status" "$2" "$wb_status"; }
ms='[0-9]+\.[0-9]{3} ms'

for host in $far_ip $far_ip6; do
	case $host in
	*:*) v=ip6 first=fd99::1 second=fd99::2 none=fd99::3 router=$server_ip6 code=1/0 text='no route' more=1/1 ;;
	*) v=ip first=10.99.0.1 second=10.99.0.2 none=10.99.0.3 router=$server_ip code=3/1 text='host unreachable' more=3/13 ;;
	esac

	# TCP: open and closed; what is sent is right, and no connection stays half open.
	oracle tcp "$far_ns" "$far_if" "$v and tcp and dst host $host"
	asks probe tcp $host 80,443 8000-8003
	oracle_ends tcp 8
	status "$host" 0
	said "$host: open" "^(80|8002)/tcp +open +$ms  SYN, ACK\$" 2
	said "$host: closed" "^(443|8000|8001|8003)/tcp +closed +$ms  RST\$" 4
	tcpdump -r "$work/tcp.pcap" -nn -t -vv 2>/dev/null >"$work/tcp.txt"
	equal "$host: SYNs with right checksums" 6 "$(grep -Ec 'Flags \[S\], cksum 0x[0-9a-f]+ \(correct\)' "$work/tcp.txt")"
	equal "$host: the SYN, ACKs are answered with RST" 2 "$(grep -Ec 'Flags \[R\]' "$work/tcp.txt")"
	asks probe tcp $host 81
	status "$host, closed alone" 1

	# UDP: a server echoes text and bytes; a port that is closed; a server that says nothing.
	oracle udp "$far_ns" "$far_if" "$v and udp and dst host $host"
	asks probe -W 0.3 -r 0 -d hello udp $host 7-9
	oracle_ends udp 3
	status "$host, udp" 0
	said "$host: open" "^7/udp +open +$ms  datagram\$" 1
	said "$host: closed" "^8/udp +closed +$ms  port unreachable \(ICMP [13]/[34] from $host\)\$" 1
	said "$host: silent" '^9/udp +open\|filtered +no answer$' 1
	equal "$host: datagrams with right checksums" 3 \
		"$(tcpdump -r "$work/udp.pcap" -nn -t -vv 2>/dev/null | grep -c '\[udp sum ok\]')"
	asks probe -x 00ff0a udp $host 7
	asks probe udp $host 7
	equal "$host: what the server got" "68656c6c6f 00ff0a -" "$(tail -n 3 "$work/server" | paste -sd ' ')"

	# Routers.
	asks probe tcp $first 80
	status $first 1
	said "$first: unreachable" "^80/tcp +unreachable +$ms  $text \(ICMP $code from $router\)\$" 1
	asks probe udp $second 53
	said "$second: unreachable" "^53/udp +unreachable +$ms  communication prohibited \(ICMP $more from $router\)\$" 1

	# Silence, and how often it is asked.
	oracle silent "$server_ns" "$server_if" "$v and tcp and dst host $none"
	asks probe -W 0.2 -r 2 tcp $none 80
	oracle_ends silent 3
	status $none 1
	said "$none: filtered" '^80/tcp +filtered +no answer$' 1
	equal "$none: a number for each try" 3 \
		"$(tcpdump -r "$work/silent.pcap" -nn -t -S 2>/dev/null | grep -Eo 'seq [0-9]+' | sort -u | wc -l)"

	# JSON.
	asks probe -j -W 0.2 -r 0 udp $host 7,8,9
	equal "$host: JSON" "7 open True, 8 closed True, 9 open|filtered False" "$(python3 -c '
import json, sys
print(", ".join("%d %s %s" % (j["port"], j["state"], "ms" in j) for j in map(json.loads, sys.stdin)))' <"$work/asks.out")"
done

# Many ports, at a rate, each once; the one that is open gets a RST, too. The rest is ARP.
before=$(counter "$far_ns" "$far_if" rx_packets) began=$(now_ms)
asks probe -j -p 2000 tcp $far_ip 1-1000 >/dev/null
took=$(($(now_ms) - began)) packets=$(($(counter "$far_ns" "$far_if" rx_packets) - before))
said "many: closed, by one try" '"state":"closed".*"tries":1,' 999
said "many: open" '"port":80,"state":"open"' 1
is_true "many: $packets packets" [ $packets -ge 1001 ] && is_true "no more" [ $packets -lt 1010 ]
is_true "many: at 2000 a second, $took ms" [ $took -ge 450 ] && is_true "not slower" [ $took -lt 1500 ]

# Errors that quote eight bytes are enough; those about something else are nothing.
ip netns exec "$server_ns" python3 "$here/quoting.py" "$server_if" 10.99.0.3 fd99::3 >"$work/quoting" &
pids="$pids $!"
wait_until grep -q ready "$work/quoting"
for protocol in tcp udp; do
	asks probe $protocol 10.99.0.3 80
	said "quoted, $protocol" "^80/$protocol +unreachable .* \(ICMP 3/13 from $server_ip\)\$" 1
	asks probe $protocol fd99::3 80
	said "quoted, $protocol, IPv6" "^80/$protocol +unreachable .* \(ICMP 1/1 from $server_ip6\)\$" 1
done

# This host itself, whose answers come back by loopback.
for host in $client_ip $client_ip6 127.0.0.1 ::1; do
	asks probe tcp $host 80
	said "$host: this host" "^80/tcp +closed +$ms  RST\$" 1
done

# A link-local address is asked by its link.
address=$(ip -n "$server_ns" -6 addr show dev "$server_if" scope link | sed -n 's/.*inet6 \([^/]*\).*/\1/p')
if [ -n "$address" ]; then
	wait_until in_client ping -qc 1 "$address%$client_if" >/dev/null
	asks probe tcp "$address%$client_if" 80
	said "link-local" "^80/tcp +closed +$ms  RST\$" 1
fi

# Mistakes.
mistake() { # STATUS TEXT ARGUMENT ...
	wanted=$1 text=$2
	shift 2
	asks probe "$@" >/dev/null
	equal "probe $*: status, lines" "$wanted 1" "$wb_status $(wc -l <"$work/asks.err")"
	is_true "probe $*: told" grep -q -e "$text" "$work/asks.err"
}
mistake 2 'say what to probe' tcp $far_ip
mistake 2 'neither tcp nor udp' sctp $far_ip 80
for ports in 0 65536 80, 9-8 80-x '' -1 99999999999999999999; do
	mistake 2 'ports are numbers from 1 to 65535' tcp $far_ip "$ports"
done
mistake 2 'a SYN holds none' -d x tcp $far_ip 80
mistake 2 'exclude each other' -d x -x 00 udp $far_ip 80
mistake 2 'pairs of hexadecimal digits' -x 0 udp $far_ip 80
mistake 2 'pairs of hexadecimal digits' -x "00'/eth" udp $far_ip 80
mistake 1 'none-such.invalid: ' tcp none-such.invalid 80
cp "$wirebeam" "$work/wirebeam"
chmod 755 "$work/wirebeam"
got=0
in_client setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all "$work/wirebeam" \
	probe tcp $far_ip 80 >/dev/null 2>"$work/asks.err" || got=$?
equal "without rights: exit status, lines" "1 1" "$got $(wc -l <"$work/asks.err")"
is_true "without rights: what to do is told" grep -q 'setcap cap_net_raw' "$work/asks.err"
finish
