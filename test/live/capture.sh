#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Capture files that others can read: pcapng and pcap, to a file and through a pipe, hold
# what tcpdump captured at the same time, packet by packet, to the nanosecond.
set -eu
. "$(dirname "$0")/lib.sh"
live ping tcpdump tshark

packets() { # FILE: one line for each packet: the bytes of it
	tcpdump -nn -t -xx -r "$1" 2>/dev/null
}
frame_times() { tshark -r "$1" -T fields -e frame.time_epoch -e frame.len -e frame.cap_len 2>/dev/null; }

oracle tcpdump "$server_ns" "$server_if" icmp
begin ng "$server_ns" capture -i "$server_if" -w "$work/ng.pcapng" icmp
begin old "$server_ns" capture -i "$server_if" --format pcap -w "$work/old.pcap" icmp
begin short "$server_ns" capture -i "$server_if" -s 60 -w "$work/short.pcapng" icmp
begin in "$server_ns" capture -i "$server_if" -Q in -w "$work/in.pcapng" icmp
begin pipe "$server_ns" capture -i "$server_if" -w - icmp
in_client ping -q -c 50 -i 0.005 -s 1000 $server_ip >/dev/null
sleep 0.2
interrupt pipe
for name in ng old short in; do
	interrupt $name
	equal "$name: exit status" 0 "$wb_status"
	adds_up $name
done
oracle_ends tcpdump 100

packets "$work/tcpdump.pcap" >"$work/tcpdump.txt"
is_true "tcpdump has all" has_packets "$work/tcpdump.pcap" 100
for file in ng.pcapng old.pcap; do
	packets "$work/$file" >"$work/$file.txt"
	is_true "$file has the packets of tcpdump" cmp -s "$work/tcpdump.txt" "$work/$file.txt"
done
equal "files are for their owner" 600 "$(stat -c %a "$work"/*.pcapng "$work/old.pcap" | sort -u)"
packets "$work/pipe.out" >"$work/pipe.txt"
is_true "standard output has the packets of tcpdump" cmp -s "$work/tcpdump.txt" "$work/pipe.txt"
frame_times "$work/ng.pcapng" >"$work/ng.times"
is_true "times have nanoseconds" grep -qE '^[0-9]+\.[0-9]{6}([1-9]|[0-9][1-9]|[0-9]{2}[1-9])' "$work/ng.times"
frame_times "$work/old.pcap" >"$work/old.times"
is_true "pcap and pcapng tell the same lengths" test "$(cut -f 2- "$work/ng.times" | sha256sum)" = \
	"$(cut -f 2- "$work/old.times" | sha256sum)"
equal "-s 60 keeps 60 bytes and the length" "1042 60" \
	"$(frame_times "$work/short.pcapng" | cut -f 2- | sort -u | tr '\t' ' ')"
equal "-Q in has the requests only" 50 \
	"$(tcpdump -nn -r "$work/in.pcapng" "dst host $server_ip" --count 2>/dev/null | sed 's/ .*//')"
equal "-Q in has nothing else" 50 "$(number in 'packets seen')"
is_true "capinfos reads the file" tshark -r "$work/ng.pcapng" -q -z io,stat,0
finish
