#!/bin/sh
# SPDX-License-Identifier: ISC
# One exchange in every file format and link type: what comes out is the same everywhere,
# to the microsecond.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

for format in pcap-nanoseconds pcap-microseconds pcap-nanoseconds-swapped \
	pcap-microseconds-swapped pcap-gzip pcap-zstd pcapng pcapng-swapped pcapng-gzip \
	pcapng-zstd link-null link-raw link-sll link-sll2 vlan ipv6-extension-headers \
	ip-and-tcp-options; do
	scenario $format <<-'END'
		http 0 target=/pattern status=200 body='pattern(9, 3000)' file=pattern request.start=2024-01-01T00:00:00.003000+0000
		flow 0 reason=closed src_port=40000 toserver.stream_bytes=45 toclient.stream_bytes=3058
		stats decode.truncated=0 decode.malformed=0
	END
done

# Each packet has the link type and the clock of its own interface.
scenario pcapng-two-interfaces <<'END'
http 0 target=/ethernet body='pattern(1, 2000)' request.start=2024-01-01T00:00:00.003000+0000
http 1 target=/null     body='pattern(2, 2000)' request.start=2024-01-01T00:00:00.003500+0000
stats decode.layers.eth=12 decode.layers.null=12
END

# The tags belong to what tells flows apart.
scenario vlans-apart <<'END'
http 0 target=/vlan body='pattern(0, 100)'
http 1 target=/vlan body='pattern(1, 100)'
http 2 target=/vlan body='pattern(2, 100)'
http 3 target=/vlan body='pattern(3, 100)'
flow 0 vlan=10
flow 1 vlan=20
flow 2 vlan=30,10
flow 3 vlan=none
END

# Tags are a part of the filter's language, in files as on the wire: pcap-filter(7).
scenario_filter() { # SCENARIO PACKETS FILTER
	"$generate" "$1" "$work/filtered" >"$work/packets"
	play "$1" "$work/filtered" "$2" "$3"
}
scenario_filter vlans-apart 11 'vlan 20 and tcp port 80' <<'END'
http 0 target=/vlan body='pattern(1, 100)'
stats source.filtered=33
END

# A file that ends in the middle of its last record: the packets before it are kept, the
# exit status and one line say what happened.
"$generate" pcap-nanoseconds "$work/whole" >"$work/packets"
head -c -10 "$work/whole" >"$work/cut"
play 'pcap cut off' "$work/cut" 12 <<'END'
exit 1
stderr 'cut'
http 0 target=/pattern body='pattern(9, 3000)'
END
"$generate" pcapng "$work/whole" >"$work/packets"
head -c -10 "$work/whole" >"$work/cut"
play 'pcapng cut off' "$work/cut" 12 <<'END'
exit 1
stderr 'cut'
http 0 target=/pattern body='pattern(9, 3000)'
END
"$generate" pcap-gzip "$work/whole" >"$work/packets"
head -c -10 "$work/whole" >"$work/cut"
play 'gzip cut off' "$work/cut" 12 <<'END'
exit 1
stderr 'cut'
http 0 target=/pattern body='pattern(9, 3000)'
END

finish
