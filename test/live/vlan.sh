#!/bin/sh
# SPDX-License-Identifier: ISC
#
# `vlan 10 and tcp port 80` and its like match the same packets on both live sources and
# in the file that was sent, although the kernel takes the tag off what it captures. A
# filter that does not name a VLAN matches what it does for tcpdump: live, where the tag
# is beside the packet, also what is in a VLAN; in a file, only what is in none.
set -eu
. "$(dirname "$0")/lib.sh"
live tcpreplay tcpdump python3

python3 "$here/frames.py" vlan >"$work/sent.pcap"

matched() { tcpdump -nn -e -t -xx -r "$1" 2>/dev/null; }

# check_live NAME WANTED ORACLE-FILE FILTER: both live sources capture what the oracle holds.
check_live() {
	matched "$work/$3" >"$work/$1.oracle.txt"
	equal "'$4': tcpdump" "$2" "$(grep -c '^[^[:space:]]' "$work/$1.oracle.txt" || true)"
	for source in packet libpcap; do
		matched "$work/$1.$source" >"$work/$1.$source.txt"
		is_true "'$4': $source captures the same bytes" \
			cmp -s "$work/$1.oracle.txt" "$work/$1.$source.txt"
	done
}

# Sends all frames while both sources capture with one filter.
capture_both() { # NAME FILTER
	begin "$1-packet" "$server_ns" capture -i "$server_if" --source packet -w "$work/$1.packet" "$2"
	begin "$1-libpcap" "$server_ns" capture -i "$server_if" --source libpcap -w "$work/$1.libpcap" "$2"
	in_client tcpreplay -q -p 1000 -i "$client_if" "$work/sent.pcap" >/dev/null 2>&1
	sleep 0.1
	interrupt "$1-libpcap" >/dev/null
	interrupt "$1-packet" >/dev/null
}

same_everywhere() { # NAME WANTED FILTER
	tcpdump -r "$work/sent.pcap" -w "$work/$1.offline" "$3" 2>/dev/null
	capture_both "$1" "$3"
	check_live "$1" "$2" "$1.offline" "$3"
	equal "'$3': offline" "$2" "$(offline "$3")"
}
tag_not_named() { # NAME WANTED-LIVE WANTED-OFFLINE FILTER
	oracle tcpdump "$server_ns" "$server_if" "$4"
	capture_both "$1" "$4"
	oracle_ends tcpdump "$2"
	check_live "$1" "$2" tcpdump.pcap "$4"
	equal "'$4': offline" "$3" "$(offline "$4")"
}

# How many packets of the file wirebeam's own file source delivers.
offline() {
	"$wirebeam" http -r "$work/sent.pcap" "$1" 2>"$work/offline.err" >/dev/null
	number offline delivered
}

same_everywhere all 13 ''
same_everywhere vlan 9 vlan
same_everywhere vlan10 6 'vlan 10'
same_everywhere port 4 'vlan 10 and tcp port 80'
same_everywhere twenty 2 'vlan 20'
tag_not_named plain 9 3 'tcp port 80'
same_everywhere stacked 1 'vlan 30 and vlan 40'
finish
