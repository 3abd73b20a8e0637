#!/bin/sh
# SPDX-License-Identifier: ISC
#
# `wirebeam send`: tcpdump on the other end of a veth pair sees what was written down, hosts
# answer, each packet that the system refuses has its reason, and every mistake gets one line.
set -eu
. "$(dirname "$0")/lib.sh"
live tcpdump python3 setpriv

# sends ARGUMENT ...: what the client's end says; $wb_status is its exit status.
sends() {
	wb_status=0
	in_client timeout 30 "$wirebeam" send "$@" >"$work/send.out" 2>"$work/send.err" || wb_status=$?
	sed "s/^/  | /" "$work/send.err"
}
adds_up_sent() { # SENT REFUSED OTHER
	equal "the summary adds up" \
		"$(($1 + $2 + $3)) packets offered = $1 sent + $2 refused + $3 of another link type + 0 not sent" \
		"$(grep 'packets offered' "$work/send.err")"
}
bytes_of() { tcpdump -r "$1" -nn -t -xx 2>/dev/null | sed -n 's/^\t0x[0-9a-f]*: *//p' | tr -d ' \n'; } # FILE

frame=ffffffffffff0200000000aa88b500112233445566778899aabbccddeeff
filter='ether proto 0x88b5'

# Hexadecimal text, its spellings, and how often.
oracle hex "$server_ns" "$server_if" "$filter"
sends -i "$client_if" -x 'ff:ff:ff:ff:ff:ff 02-00-00-00-00-aa 88b5 00112233 445566778899aabbccddeeff # a comment' -c 3
equal "hex: exit status" 0 "$wb_status"
adds_up_sent 3 0 0
oracle_ends hex 3
equal "hex: the bytes arrive" $frame$frame$frame "$(bytes_of "$work/hex.pcap")"

# Lines of a file, a file of bytes, a capture, standard input.
python3 "$here/frames.py" udp 50 >"$work/udp.pcap"
printf '# two frames\n%s\n\n  %s\n' $frame $frame >"$work/lines"
printf %s $frame | python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >"$work/raw"
oracle files "$server_ns" "$server_if" "$filter or udp"
sends -i "$client_if" -x "@$work/lines"
adds_up_sent 2 0 0
sends -i "$client_if" --raw "$work/raw"
sends -i "$client_if" --raw - <"$work/raw"
sends -i "$client_if" -x @- <"$work/lines"
sends -i "$client_if" -r "$work/udp.pcap" --injector libpcap -p 1000 # what tcpdump can take
adds_up_sent 50 0 0
oracle_ends files 56
printf %s $frame$frame$frame$frame$frame$frame "$(bytes_of "$work/udp.pcap")" >"$work/wanted"
bytes_of "$work/files.pcap" >"$work/got"
is_true "files: the bytes arrive" cmp "$work/wanted" "$work/got"

# The interval is kept: 10 packets take 0.45 s, and a little more.
oracle interval "$server_ns" "$server_if" "$filter"
sends -i "$client_if" -x $frame -c 10 -I 0.05
oracle_ends interval 10
is_true "the interval is kept" python3 -c '
import sys
times = [float(line) for line in sys.stdin]
gaps = [b - a for a, b in zip(times, times[1:])]
print("  | gaps", min(gaps), "to", max(gaps))
sys.exit(not 0.449 < times[-1] - times[0] < 0.6)' <<-TIMES
	$(tcpdump -r "$work/interval.pcap" -tt 2>/dev/null | sed -n 's/^\([0-9.]*\) .*/\1/p')
TIMES

# IP by the routing table: the kernel answers a datagram to a closed port; ICMP is answered.
oracle answers "$server_ns" "$server_if" icmp
sends --ip -x '4500001d0000000040110000 00000000 0a4d0001 12345678 00090000 78'
equal "IP: exit status" 0 "$wb_status"
sends --icmp $server_ip -x 0800f7fd00010001
equal "ICMP: exit status" 0 "$wb_status"
oracle_ends answers 3
equal "the kernel answers" "$client_ip udp port unreachable, request, reply" "$(tcpdump -nn -t -r "$work/answers.pcap" 2>/dev/null |
	sed -E -e "s/.*> ($client_ip): ICMP $server_ip udp port 22136 unreachable.*/\1 udp port unreachable/" \
		-e 's/.*ICMP echo (request|reply).*/\1/' | paste -sd , | sed 's/,/, /g')"

# Fragments: the kernel of the other end puts them together.
for bytes in 4000 8001; do
	rm -f "$work/datagram"
	in_server timeout 20 python3 -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('$server_ip', 7))
print('ready', flush=True)
print(len(s.recv(65536)), flush=True)" >"$work/datagram" &
	pids="$pids $!"
	wait_until grep -q ready "$work/datagram"
	sends -i "$client_if" -m 576 "eth/ip(dst=$server_ip,id=7)/udp(sport=9,dport=7)/zeros($bytes)"
	wait_until grep -q $bytes "$work/datagram"
	equal "fragments of $bytes bytes: the kernel has the datagram" $bytes "$(tail -1 "$work/datagram")"
done

# What the system refuses is told, packet by packet, and in JSON.
long=$(python3 -c 'print("ff" * 12 + "88b5" + "00" * 1600)')
printf '%s\n%s\n%s\n' $frame "$long" $frame >"$work/mixed"
sends -i "$client_if" -x "@$work/mixed" -c 2
equal "refused: exit status" 1 "$wb_status"
adds_up_sent 4 2 0
is_true "refused: the reason is told" grep -q '2 packets were refused, packet 2 first: Message too long' "$work/send.err"
sends -i "$client_if" -x "@$work/mixed" --json
equal "refused: JSON" "3 2 1 0 90 1 2" "$(python3 -c '
import json, sys
j = json.load(sys.stdin)
r = j["refusals"][0]
print(j["offered"], j["sent"], j["refused"], j["not_sent"], r["errno"], r["count"], r["first_packet"])' <"$work/send.out")"
sends --ip -r "$work/udp.pcap"
equal "another link type: exit status" 1 "$wb_status"
adds_up_sent 0 0 50

# An interface that goes down ends the run; an interrupt does, too.
in_client "$wirebeam" send -i "$client_if" -x $frame -c 0 -p 1000 2>"$work/send.err" &
pids="$pids $!"
sleep 0.3
ip -n "$client_ns" link set "$client_if" down
wb_status=0
wait $! || wb_status=$?
equal "down: exit status" 1 "$wb_status"
is_true "down: it is told" grep -q 'refused, packet [0-9]* first: Network is down' "$work/send.err"
ip -n "$client_ns" link set "$client_if" up
ip netns exec "$client_ns" "$wirebeam" send -i "$client_if" -x $frame -c 0 -p 1000 2>"$work/send.err" &
pids="$pids $!"
sleep 0.5
kill -INT $!
wb_status=0
wait $! || wb_status=$?
equal "interrupted: exit status" 1 "$wb_status"
is_true "interrupted: the rest is told" grep -Eq '= [1-9][0-9]* sent \+ 0 refused \+ 0 of another link type \+ [1-9][0-9]* not sent' "$work/send.err"

# A capture on the same host leaves it out, unless it is asked not to.
for own in '' --own-packets; do
	for source in packet libpcap; do
		# shellcheck disable=SC2086 # empty, or an option
		begin own "$client_ns" capture -i lo --source $source $own -w "$work/own.pcapng" "$filter"
		sends -i lo -x $frame -c 5
		sends -i lo -x $frame -c 2 --unmarked
		sleep 0.2
		interrupt own >/dev/null
		equal "own packets, $source $own" "$([ -n "$own" ] && echo 7 || echo 2)" "$(number own 'packets seen')"
	done
done

# Mistakes.
mistake() { # STATUS TEXT ARGUMENT ...
	wanted=$1 text=$2
	shift 2
	sends "$@" >/dev/null
	lines=$(grep -c '^wirebeam send: ' "$work/send.err" || true)
	if [ "$wb_status" = "$wanted" ] && [ "$lines" = 1 ] && grep -q -e "$text" "$work/send.err"; then
		echo "ok: $*: $(cat "$work/send.err")"
	else
		fail "$*: wanted status $wanted and one line with '$text', got status $wb_status and: $(cat "$work/send.err")"
	fi
}
mistake 2 'name where to send' -x $frame
mistake 2 'name what to send' -i "$client_if"
mistake 2 'name what to send' -i "$client_if" -x $frame --raw "$work/raw"
mistake 2 'name what to send' -i "$client_if" -x $frame eth
mistake 2 'column 8: ip has no field' -i "$client_if" 'eth/ip(color=1)'
mistake 2 'column 5: no layer is called' -i "$client_if" eth/arp 'eth/app'
mistake 2 'header_length has no room' -i "$client_if" 'eth/ip/tcp(options=zeros(60))'
mistake 1 'dont_fragment is set' -i "$client_if" -m 500 'eth/ip(df=1)/zeros(1000)'
mistake 1 'has no room for the headers' -i "$client_if" -m 20 'eth/ip/zeros(1000)'
mistake 2 'exclude each other' -i "$client_if" -x $frame -p 1 -b 1
mistake 2 'exclude each other' -n --json -x $frame
mistake 2 'exclude each other' -i "$client_if" -x $frame -p 1 -I 1
mistake 2 'exclude each other' --ip --icmp 10.77.0.1 -x $frame
mistake 2 'is for frames' --ip --injector packet -x $frame
mistake 2 'wants packets a second' -i "$client_if" -x $frame -p fast
mistake 2 'wants packets a second' -i "$client_if" -x $frame -p 0
mistake 2 'wants packets a second' -i "$client_if" -x $frame -p 2G
mistake 2 'wants packets a second' -i "$client_if" -x $frame -p 10m
mistake 2 'wants bits a second' -i "$client_if" -x $frame -b 1.2.3
mistake 2 'wants seconds' -i "$client_if" -x $frame -I -1
mistake 2 'wants an IPv4 or IPv6 address' --icmp host -x $frame
mistake 2 'column 3: two hexadecimal digits' -i "$client_if" -x 'ffx'
mistake 1 "line 6, column 1: two hex" -i "$client_if" -x "@$here/send.sh"
mistake 1 'nothing to send' -i "$client_if" -x '#'
mistake 1 'missing: No such file' -i "$client_if" --raw missing
mistake 1 'not-there: .*such' -i "$client_if" -r not-there
mistake 1 'there is no such interface' -i nosuchif0 -x $frame
got=0
cp "$wirebeam" "$work/wirebeam"
chmod 755 "$work/wirebeam"
in_client setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$work/wirebeam" send \
	-i "$client_if" -x $frame 2>"$work/send.err" || got=$?
equal "without rights: exit status" 1 $got
is_true "without rights: what to do is told" grep -q "no permission to send: run as root, .*setcap cap_net_raw" "$work/send.err"
finish
