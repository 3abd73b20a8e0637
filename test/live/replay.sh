#!/bin/sh
# SPDX-License-Identifier: ISC
#
# `wirebeam replay`: what tcpdump captures on the other end of a veth pair is the file, byte for
# byte and in its time; what is rewritten is so everywhere, and tshark finds every checksum as it
# was.
set -eu
. "$(dirname "$0")/lib.sh"
live tcpdump tshark python3

judge() { python3 "$here/replayed.py" "$@"; }

# replays NAME PACKETS ARGUMENT ...: replays, and tcpdump catches so many packets.
replays() {
	name=$1 wanted=$2
	shift 2
	catch "$name" "${filter-}"
	wb_status=0
	in_client timeout 60 "$wirebeam" replay -i "$client_if" "$@" >"$work/replay.out" 2>"$work/replay.err" || wb_status=$?
	sed "s/^/  | /" "$work/replay.err"
	oracle_ends "$name" "$wanted"
	equal "$name: exit status" 0 "$wb_status"
	equal "$name: the summary adds up" \
		"$wanted packets offered = $wanted sent + 0 refused + 0 of another link type + 0 not sent" \
		"$(grep 'packets offered' "$work/replay.err")"
}

# The host at the other end answers nothing that is sent here, so all that comes is ours.
ip -n "$server_ns" link set "$server_if" arp off
in_server sh -c 'echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all'
ip -n "$server_ns" address flush dev "$server_if"
ip -n "$client_ns" address flush dev "$client_if"

count=$(judge make "$work/all.pcap")
echo "  | $count frames of all protocols"
replays every "$count" -r "$work/all.pcap" -t
is_true "every frame arrives byte for byte" judge same "$work/all.pcap" "$work/every.pcap"
replays own-time "$count" -r "$work/all.pcap"
is_true "in its own time, too" judge same "$work/all.pcap" "$work/own-time.pcap"
replays looped $((3 * count)) -r "$work/all.pcap" -p 20k -l 3
is_true "three times" judge same "$work/all.pcap" "$work/looped.pcap" 3
replays by-libpcap "$count" -r "$work/all.pcap" -x 10 --injector libpcap
is_true "by libpcap" judge same "$work/all.pcap" "$work/by-libpcap.pcap"
zstd -q -c "$work/all.pcap" >"$work/all.pcap.zst" 2>/dev/null || gzip -c "$work/all.pcap" >"$work/all.pcap.zst"
replays compressed "$count" -r - -t <"$work/all.pcap.zst"
is_true "compressed, from standard input" judge same "$work/all.pcap" "$work/compressed.pcap"

# Of a file that does not fit into memory each turn reads it again, by the descriptor that it has.
python3 -c '
import struct, sys
sys.stdout.buffer.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
for _ in range(4200):
    sys.stdout.buffer.write(struct.pack("<IIII", 1, 0, 65000, 65000) + bytes(65000))' |
	gzip -1 >"$work/large.pcap.gz"
got=0
in_client timeout 100 "$wirebeam" replay -i lo -r "$work/large.pcap.gz" -t -l 3 --sandbox on 2>"$work/replay.err" || got=$?
sed "s/^/  | /" "$work/replay.err"
equal "a large one: exit status" 0 "$got"
equal "a large one: all of it three times" \
	"12600 packets offered = 12600 sent + 0 refused + 0 of another link type + 0 not sent" \
	"$(grep 'packets offered' "$work/replay.err")"

# Time. The interrupt and the clock of a busy machine may be late now and then; not in all.
judge timed "$work/gaps.pcap"
replays in-time 200 -r "$work/gaps.pcap"
is_true "its own time is kept" judge timing "$work/gaps.pcap" "$work/in-time.pcap" 1
replays faster 200 -r "$work/gaps.pcap" --times 4
is_true "4 times as fast" judge timing "$work/gaps.pcap" "$work/faster.pcap" 0.25
replays slower 200 -r "$work/gaps.pcap" --times 0.5
is_true "half as fast" judge timing "$work/gaps.pcap" "$work/slower.pcap" 2
replays packets-paced 2000 -r "$work/gaps.pcap" -l 10 -p 2k
is_true "2000 packets/s" judge pace "$work/packets-paced.pcap" 500000
replays fast-paced 10000 -r "$work/gaps.pcap" -l 50 -p 50k
is_true "50000 packets/s" judge pace "$work/fast-paced.pcap" 20000
replays bits-paced 2000 -r "$work/gaps.pcap" -l 10 -b 992k # 62 bytes
is_true "992000 bits/s" judge pace "$work/bits-paced.pcap" 500000

# Rewriting.
replays mapped "$count" -r "$work/all.pcap" -p 20k --map-ip 10.0.0.0/24=172.16.9.0/24 \
	--map-ip 192.0.2.0/24=198.51.100.0/24 --map-ip 2001:db8::/32=2001:db9::/32 \
	--map-ip fd00::/64=fd00:1::/64 --map-port 40000=40001 --map-port 50000=50001 \
	--map-mac 02:00:00:00:00:01=02:00:00:00:00:aa
is_true "checksums are what they were" judge sums "$work/all.pcap" "$work/mapped.pcap"
is_true "nothing is left of the old ones" judge rewritten "$work/mapped.pcap" '10.0.0.*' '192.0.2.*' \
	'2001:db8:*' 'fd00::*' 40000 50000 02:00:00:00:00:01
filter='vlan 77'
replays tagged 200 -r "$work/gaps.pcap" -t --vlan add=77
replays untagged 200 -r "$work/tagged.pcap" -t --vlan set=77
filter='not vlan'
replays plain 200 -r "$work/tagged.pcap" -t --vlan remove
filter=
is_true "a tag comes and goes" judge same "$work/gaps.pcap" "$work/plain.pcap"

# Progress is for terminals alone; a mistake gets one line.
equal "no progress in a file" 0 "$(grep -c '\[K' "$work/replay.err" || true)"
if command -v script >/dev/null; then
	ip netns exec "$client_ns" script -qec "$wirebeam replay -i $client_if -r $work/gaps.pcap" /dev/null \
		>"$work/terminal"
	is_true "a bar on a terminal" grep -q '\[##*\.*\] *[0-9]* %.*sent' "$work/terminal"
fi
mistake() { # STATUS TEXT ARGUMENT ...
	wanted=$1 text=$2 got=0
	shift 2
	in_client timeout 30 "$wirebeam" replay "$@" 2>"$work/mistake.err" || got=$?
	lines=$(grep -c '^wirebeam replay: ' "$work/mistake.err" || true)
	if [ "$got" = "$wanted" ] && [ "$lines" = 1 ] && grep -q -e "$text" "$work/mistake.err"; then
		echo "ok: $*: $(grep '^wirebeam' "$work/mistake.err")"
	else
		fail "$*: wanted status $wanted and one line with '$text', got $got and: $(cat "$work/mistake.err")"
	fi
}
head -c 1000 "$work/all.pcap" >"$work/cut.pcap"
mkfifo "$work/fifo"
cat "$work/large.pcap.gz" >"$work/fifo" &
pids="$pids $!"
mistake 1 'can be read once' -i lo -r "$work/fifo" -t -l 2
mistake 2 'name the file' -i "$client_if"
mistake 2 'name the interface' -r "$work/all.pcap"
mistake 2 'one word too many' -i "$client_if" -r "$work/all.pcap" tcp
mistake 2 'exclude each other' -i "$client_if" -r "$work/all.pcap" -t -x 2
mistake 2 'wants a number' -i "$client_if" -r "$work/all.pcap" -x 0
mistake 2 'wants a number' -i "$client_if" -r "$work/all.pcap" -x 1e99
mistake 2 'can be read once' -i "$client_if" -r - -l 2
mistake 2 'is like 192.0.2.0/24=' -i "$client_if" -r "$work/all.pcap" --map-ip 10
mistake 2 'is like 02:' -i "$client_if" -r "$work/all.pcap" --map-mac 10
mistake 2 'is like 80=8080' -i "$client_if" -r "$work/all.pcap" --map-port 10
mistake 2 'is add=ID' -i "$client_if" -r "$work/all.pcap" --vlan 10
mistake 1 'cut.pcap' -i "$client_if" -r "$work/cut.pcap" -t
mistake 1 'not-there' -i "$client_if" -r not-there
mistake 1 'no such interface' -i nosuchif0 -r "$work/all.pcap"
finish
