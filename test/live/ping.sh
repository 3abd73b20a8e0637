#!/bin/sh
# SPDX-License-Identifier: ISC
#
# `wirebeam ping`: kernels answer, routers complain, hosts are silent or answer twice, and users
# without rights ask, too. tcpdump judges what is sent.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/far.sh"
live_far tcpdump ping python3 setpriv

said() { # WHAT REGULAR-EXPRESSION TIMES
	equal "$1" "$3" "$(grep -Ec "$2" "$work/asks.out" || true)"
}
field() { # EVENT-TYPE EXPRESSION: of each such line, joined
	python3 -c '
import json, sys
print(*(eval(sys.argv[2]) for j in map(json.loads, sys.stdin) if j["event_type"] == sys.argv[1]))' "$1" "$2" \
		<"$work/asks.out"
}

for host in $far_ip $far_ip6; do
	case $host in *:*) echo=128 filter=icmp6 bad='bad icmp6 cksum|udp sum' ;; *) echo=8 filter=icmp bad='wrong icmp cksum|bad cksum' ;; esac

	# Answered: by whom, how often, how far away; what is sent is right.
	oracle sent "$far_ns" "$far_if" "$filter and dst host $host"
	asks ping -c 3 -i 0.05 -s 1000 $host
	oracle_ends sent 3
	equal "$host: exit status" 0 "$wb_status"
	said "$host: answers" "^1008 bytes from $host: seq=[123] ttl=63 time=[0-9]+\.[0-9]{3} ms\$" 3
	said "$host: summary" '^3 sent, 3 answered, 0 lost \(0 %\)$' 1
	said "$host: times" '^round trip min/avg/max/mdev = [0-9.]+/[0-9.]+/[0-9.]+/[0-9.]+ ms$' 1
	tcpdump -r "$work/sent.pcap" -nn -t -vv 2>/dev/null >"$work/sent.txt"
	equal "$host: requests, numbered" "1 2 3" \
		"$(grep -Eo 'echo request, id [0-9]+, seq [0-9]+' "$work/sent.txt" | sed 's/.* //' | paste -sd ' ')"
	equal "$host: no checksum is wrong" 0 "$(grep -Ec "$bad" "$work/sent.txt" || true)"

	# JSON says the same, and its times are within each other.
	asks ping -j -c 4 -i 0.05 $host
	equal "$host: JSON" "4 4 0 0" "$(field ping '"%(sent)d %(answered)d %(lost)d %(errors)d" % j')"
	equal "$host: JSON, times" True "$(field ping 'j["min_ms"] <= j["avg_ms"] <= j["max_ms"] < 1000')"
	equal "$host: JSON, answers" "1 2 3 4" "$(field echo_reply 'j["sequence"]')"

	# Sizes: none, and more than a packet holds.
	asks ping -c 1 -s 0 $host
	said "$host: no data" "^8 bytes from $host: " 1
	asks ping -c 1 -s 9000 $host
	said "$host: in fragments" "^9008 bytes from $host: " 1

	# The intervals are kept.
	oracle times "$far_ns" "$far_if" "$filter and dst host $host"
	asks ping -q -c 10 -i 0.1 $host
	oracle_ends times 10
	is_true "$host: nine intervals of 0.1 s" python3 -c '
import sys
times = [float(line.split()[0]) for line in sys.stdin]
sys.exit(not 0.89 < times[-1] - times[0] < 1.1)' <<-TIMES
		$(tcpdump -r "$work/times.pcap" -tt -nn 2>/dev/null)
	TIMES
done

# What routers and the own host say; silence.
errors() { # HOST TEXT ERRORS
	asks ping -c 2 -i 0.2 -W 0.5 "$1"
	equal "$1: exit status" 1 "$wb_status"
	said "$1: told" "$2" "$3"
	said "$1: lost" '^2 sent, 0 answered, 2 lost \(100 %\)'"$([ "$3" -gt 0 ] && echo ', 2 errors')\$" 1
}
errors 10.99.0.1 "^from $server_ip: seq=[12] host unreachable\$" 2
errors 10.99.0.2 "^from $server_ip: seq=[12] communication prohibited\$" 2
errors 10.99.0.3 '^from ' 0
errors fd99::1 "^from $server_ip6: seq=[12] no route\$" 2
errors fd99::2 "^from $server_ip6: seq=[12] communication prohibited\$" 2
errors fd99::3 '^from ' 0
asks ping -j -c 1 -W 0.5 10.99.0.1
equal "JSON error" "$server_ip 3 1 host unreachable" \
	"$(field echo_error '"%(address)s %(icmp_type)d %(icmp_code)d %(error)s" % j')"

# Answers that come twice, and one whose bytes were changed, by a host of our own making.
in_far sh -c 'echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all'
ip netns exec "$far_ns" python3 - >"$work/echoes" <<'PY' &
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
print("ready", flush=True)

def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff

def answer(address, rest, wrong=0):
    message = bytes(4) + rest
    s.sendto(struct.pack("!BBH", 0, 0, checksum(message) ^ wrong) + rest, (address, 0))

while True:
    packet, (address, _) = s.recvfrom(65536)
    if packet[20] != 8:
        continue
    sequence = packet[27]
    if sequence == 1: # twice
        answer(address, packet[24:])
        answer(address, packet[24:])
    elif sequence == 2: # other bytes
        answer(address, packet[24:-1] + b"?")
    elif sequence == 3: # a checksum that is wrong, another identifier, a number never sent, cut off
        answer(address, packet[24:], wrong=0x100)
        answer(address, bytes([packet[24] ^ 1]) + packet[25:])
        answer(address, packet[24:26] + b"\xff\xff" + packet[28:])
        answer(address, packet[24:26])
PY
pids="$pids $!"
wait_until grep -q ready "$work/echoes"
asks ping -c 3 -i 0.3 -W 0.5 $far_ip
said "twice" 'seq=1 .*\(duplicate\)$' 1
said "other data" 'seq=2 .*\(its data is not that of the request\)$' 1
said "summary" '^3 sent, 2 answered, 1 lost \(33.33 %\), 1 duplicates, 1 answers to nothing that was sent$' 1

# Without rights: by ping sockets, where they are permitted.
without_rights() { in_client timeout 20 setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all "$@"; }
cp "$wirebeam" "$work/wirebeam"
chmod 755 "$work/wirebeam"
in_client sh -c 'echo 0 2147483647 > /proc/sys/net/ipv4/ping_group_range'
for host in $server_ip $server_ip6; do
	without_rights "$work/wirebeam" ping -c 2 -i 0.1 $host >"$work/asks.out" 2>"$work/asks.err" || true
	said "$host: a user without rights" "^64 bytes from $host: seq=[12] ttl=64 time=" 2
done
for host in 10.99.0.1 fd99::1; do
	without_rights "$work/wirebeam" ping -c 1 $host >"$work/asks.out" 2>"$work/asks.err" || true
	said "$host: without rights, an error" '^from .*: seq=1 (host unreachable|no route)$' 1
done
in_client sh -c 'echo 1 0 > /proc/sys/net/ipv4/ping_group_range'
got=0
without_rights "$work/wirebeam" ping -c 1 $server_ip >/dev/null 2>"$work/asks.err" || got=$?
equal "forbidden: exit status, lines" "1 1" "$got $(wc -l <"$work/asks.err")"
is_true "forbidden: what to do is told" grep -q 'setcap cap_net_raw' "$work/asks.err"

# An interrupt ends it with its summary.
ip netns exec "$client_ns" "$wirebeam" ping -i 0.05 $server_ip >"$work/asks.out" &
pid=$!
wait_until grep -q seq=3 "$work/asks.out"
kill -INT $pid
got=0
wait $pid || got=$?
equal "interrupted: exit status" 0 "$got"
said "interrupted: summary" ' sent, .* answered, ' 1

# Mistakes.
mistake() { # STATUS TEXT ARGUMENT ...
	wanted=$1 text=$2
	shift 2
	asks ping "$@" >/dev/null
	equal "ping $*: status, lines" "$wanted 1" "$wb_status $(wc -l <"$work/asks.err")"
	is_true "ping $*: told" grep -q -e "$text" "$work/asks.err"
}
mistake 2 'name one host'
mistake 2 'name one host' $server_ip $far_ip
mistake 2 'interval wants seconds' -i 0 $server_ip
mistake 2 'timeout wants seconds' -W x $server_ip
mistake 2 'exclude each other' -4 -6 $server_ip
mistake 2 'must be from 0 to' -s 65536 $server_ip
mistake 1 'none-such.invalid: ' none-such.invalid
mistake 1 "$server_ip: " -6 $server_ip
ip -n "$client_ns" route del default
mistake 1 'no way there: Network is unreachable' 10.99.0.1
finish
