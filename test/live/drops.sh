#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Drops are counted, exactly. The writer's output is a pipe that nobody reads for a while,
# so the small ring fills for certain; what the interface received is what was delivered
# and what was dropped, and what was delivered is in the file.
set -eu
. "$(dirname "$0")/lib.sh"
live tcpreplay tcpdump python3

python3 "$here/frames.py" udp 100 >"$work/udp.pcap"

flood() { # SOURCE
	name=drops-$1
	mkfifo "$work/$name.pipe"
	(
		exec <"$work/$name.pipe"
		wait_until test -e "$work/$name.go"
		cat >"$work/$name.pcapng"
	) &
	reader=$!
	pids="$pids $reader"
	ip netns exec "$server_ns" "$wirebeam" capture -i "$server_if" -B 1024 -Q in --source "$1" -w - \
		>"$work/$name.pipe" 2>"$work/$name.err" &
	begun "$name" $!
	before=$(counter "$server_ns" "$server_if" rx_packets)
	in_client tcpreplay -q -t -l 500 -i "$client_if" "$work/udp.pcap" >"$work/$name.replay" 2>&1 ||
		cat "$work/$name.replay"
	received=$(($(counter "$server_ns" "$server_if" rx_packets) - before))
	touch "$work/$name.go"
	interrupt "$name"
	wait "$reader" || true
	equal "$1: exit status" 0 "$wb_status"
	adds_up "$name"
	equal "$1: seen is what the interface received" "$received" "$(number "$name" 'packets seen')"
	is_true "$1: drops were forced" test "$(number "$name" 'dropped by kernel ring')" -gt 0
	equal "$1: delivered is what the file has" "$(number "$name" delivered)" \
		"$(tcpdump -r "$work/$name.pcapng" --count 2>/dev/null | sed 's/ .*//')"
}

flood packet
flood libpcap
finish
