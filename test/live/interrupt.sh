#!/bin/sh
# SPDX-License-Identifier: ISC
#
# An interrupt ends the capture within 100 ms, also without traffic, and loses nothing
# that was seen; SIGUSR1 prints the summary in between.
set -eu
. "$(dirname "$0")/lib.sh"
live ping tcpdump

# The best of three attempts: what others do on this machine is not measured here.
idle() { # SIGNAL ARGUMENT ...
	signal=$1 best=
	shift
	for _ in 1 2 3; do
		begin idle "$server_ns" "$@"
		sleep 0.3
		start=$(now_ms)
		send "$signal" idle
		wait "$(cat "$work/idle.pid")" && wb_status=0 || wb_status=$?
		took=$(($(now_ms) - start))
		equal "$signal ends in $took ms: $*" 0 "$wb_status"
		[ -n "$best" ] && [ "$best" -le $took ] || best=$took
	done
	is_true "within 100 ms: $best" test "$best" -le 100
}

# Everything that ping sent and got, although the interrupt follows at once.
busy() { # SOURCE
	begin "busy-$1" "$server_ns" capture -i "$server_if" --source "$1" -w "$work/$1.pcapng" icmp
	in_client ping -q -f -c 1000 $server_ip >"$work/ping.txt"
	interrupt "busy-$1"
	equal "$1: exit status" 0 "$wb_status"
	adds_up "busy-$1"
	equal "$1: echo requests and replies in the file" 2000 \
		"$(tcpdump -r "$work/$1.pcapng" --count 2>/dev/null | sed 's/ .*//')"
}

# A process that asks for one packet only ends by itself.
counted() {
	begin counted "$server_ns" capture -i "$server_if" -c 3 -w "$work/three.pcapng" icmp
	in_client ping -q -c 5 -i 0.05 $server_ip >/dev/null
	ended counted
	equal "-c 3: exit status" 0 "$wb_status"
	adds_up counted
	equal "-c 3: packets in the file" 3 \
		"$(tcpdump -r "$work/three.pcapng" --count 2>/dev/null | sed 's/ .*//')"
}

in_between() {
	begin usr1 "$server_ns" capture -i "$server_if" -w "$work/usr1.pcapng" icmp
	in_client ping -q -c 2 -i 0.05 $server_ip >/dev/null
	sleep 0.3
	send USR1 usr1
	wait_until grep -q 'packets seen' "$work/usr1.err"
	equal "SIGUSR1: seen so far" 4 "$(number usr1 'packets seen')"
	is_true "SIGUSR1: it still runs" send 0 usr1
	interrupt usr1
	equal "SIGUSR1: exit status" 0 "$wb_status"
}

for source in packet libpcap; do
	idle INT capture -i "$server_if" --source $source -w "$work/idle.pcapng"
	idle TERM http -i "$server_if" --source $source
	busy $source
done
counted
in_between
finish
