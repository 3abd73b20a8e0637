#!/bin/sh
# SPDX-License-Identifier: ISC
#
# `vlan 10 and tcp port 80` and its like match the same packets on both live sources and
# in the file that was sent, although the kernel takes the tag off what it captures.
set -eu
. "$(dirname "$0")/lib.sh"
live tcpreplay tcpdump python3

python3 "$here/frames.py" vlan >"$work/sent.pcap"

matched() { tcpdump -nn -e -t -xx -r "$1" 2>/dev/null; }

check() { # NAME WANTED FILTER
	tcpdump -r "$work/sent.pcap" -w "$work/$1.oracle" "$3" 2>/dev/null
	matched "$work/$1.oracle" >"$work/$1.oracle.txt"
	equal "'$3': tcpdump offline" "$2" "$(grep -c '^[^[:space:]]' "$work/$1.oracle.txt" || true)"
	begin "$1-packet" "$server_ns" capture -i "$server_if" --source packet -w "$work/$1.packet" "$3"
	begin "$1-libpcap" "$server_ns" capture -i "$server_if" --source libpcap -w "$work/$1.libpcap" "$3"
	in_client tcpreplay -q -p 1000 -i "$client_if" "$work/sent.pcap" >/dev/null 2>&1
	sleep 0.1
	interrupt "$1-libpcap" >/dev/null
	interrupt "$1-packet" >/dev/null
	for source in packet libpcap; do
		matched "$work/$1.$source" >"$work/$1.$source.txt"
		is_true "'$3': $source captures the same bytes" \
			cmp -s "$work/$1.oracle.txt" "$work/$1.$source.txt"
	done
	equal "'$3': offline" "$2" "$(offline "$3")"
}

# How many packets of the file wirebeam's own file source delivers.
offline() {
	"$wirebeam" http -r "$work/sent.pcap" "$1" 2>"$work/offline.err" >/dev/null
	number offline delivered
}

check all 13 ''
check vlan 9 vlan
check vlan10 6 'vlan 10'
check port 4 'vlan 10 and tcp port 80'
check twenty 2 'vlan 20'
check plain 3 'tcp port 80'
check stacked 1 'vlan 30 and vlan 40'
finish
