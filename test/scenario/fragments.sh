#!/bin/sh
# SPDX-License-Identifier: ISC
# IP fragments on the way of the main job. The response is 58 bytes of head and 6000 of
# body; packet 7 has its bytes 1460 to 2920, which are body bytes 1402 to 2862.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

whole() { # SCENARIO FRAGMENTS DATAGRAMS [OPTION ...]
	name=$1 fragments=$2 datagrams=$3
	shift 3
	scenario "$name" "$@" <<-END
		http 0 target=/pattern status=200 body='pattern(9, 6000)' file=pattern
		flow 0 reason=closed toclient.stream_bytes=6058 toclient.gaps=0
		stats fragment.fragments=$fragments fragment.completed=$datagrams fragment.active=0
	END
}

lost() { # SCENARIO COUNTER ANOMALY ...: packet 7 is not put together
	name=$1 counter=$2
	shift 2
	scenario "$name" <<-END
		http 0 target=/pattern missing=gap_in_response gaps.0.offset=1460 gaps.0.length=1460 body='pattern(9, 6000)[:1402] + pattern(9, 6000)[2862:]'
		stream-anomalies tcp.gap
		fragment-anomalies $*
		stats fragment.$counter=1
	END
}

whole fragments 16 4
whole fragments-ip6 16 4
whole fragments-reversed 63 5
# All of it was there already: every policy has its own mind, Linux looks at no byte of it.
scenario fragment-repeated <<'END'
http 0 target=/pattern body='pattern(9, 6000)'
fragment-anomalies fragment.overlap_differs
stats fragment.duplicates=1 fragment.overlaps_differing=400
END

# RFC 791, 3.2 has the last byte win; Linux since 4.20 drops the datagram, and what comes
# after it begins another that is never complete.
lost fragment-lost expired fragment.timeout
lost fragment-overlap discarded fragment.overlap_differs fragment.timeout
lost fragment-overlap-ip6 discarded fragment.overlap_differs fragment.timeout

# The checksum tells that no receiver put it together so; it is the ACK that vouches for it.
scenario fragment-overlap --target first <<'END'
http 0 target=/pattern body='pattern(9, 6000)[:2182] + bytes(b ^ 255 for b in pattern(9, 6000)[2182:2190]) + pattern(9, 6000)[2190:]'
stream-anomalies tcp.checksum tcp.suspect_vouched
fragment-anomalies fragment.overlap_differs
END

finish
