#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Segmentation offload: the capture sees frames that are larger than any wire packet
# (TSO, GSO), checksums that are not computed yet. The bodies are right all the same.
set -eu
. "$(dirname "$0")/lib.sh"
live nginx curl python3 ethtool tshark

serve ''
head -c 50000000 /dev/urandom >"$work/www/large.bin"
ip netns exec "$server_ns" ethtool -K "$server_if" tso on gso on tx on >/dev/null 2>&1 ||
	skip "no segmentation offload here"

for source in packet libpcap; do
	begin "file-$source" "$server_ns" capture -i "$server_if" --source $source -B 131072 \
		-w "$work/$source.pcapng" 'tcp port 80'
	begin "http-$source" "$server_ns" http -i "$server_if" --source $source -B 131072 \
		-o "$work/$source" 'tcp port 80'
	in_client curl -sS --fail -o "$work/got" "http://$server_ip/large.bin"
	interrupt "http-$source"
	equal "$source: exit status" 0 "$wb_status"
	adds_up "http-$source"
	interrupt "file-$source"
	largest=$(tshark -r "$work/$source.pcapng" -T fields -e frame.len 2>/dev/null | sort -n | tail -n 1)
	is_true "$source: there are large frames ($largest bytes)" test "$largest" -gt 1514
	dropped=$(number "http-$source" 'dropped by kernel ring')
	if [ "$dropped" -gt 0 ]; then
		is_true "$source: drops ($dropped) are told as gaps" \
			test "$(number "http-$source" missing)" -gt 0
	else
		is_true "$source: the body is what was served" python3 "$here/bodies.py" "$work/$source" "$work/www"
		equal "$source: transactions complete" 1 "$(number "http-$source" complete)"
	fi
done
finish
