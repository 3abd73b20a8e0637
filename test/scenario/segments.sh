#!/bin/sh
# SPDX-License-Identifier: ISC
# TCP segments in every state of disorder. The response is 58 bytes of head and 6000 of
# body, so stream byte 1000 is body byte 942.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# The exchange as if nothing had happened, and what the flow record says of the server's
# side.
whole() { # SCENARIO KEY=VALUE ...
	scenario "$1" <<-END
		http 0 target=/pattern status=200 body='pattern(9, 6000)' file=pattern
		flow 0 reason=closed toclient.stream_bytes=6058 toclient.gaps=0 $2
	END
}

whole segments-reversed 'toclient.out_of_order=6 toclient.retransmissions=0'
whole segments-retransmitted 'toclient.out_of_order=0 toclient.retransmissions=14'
whole overlap-same toclient.overlaps_differing=0
whole sequence-wrap 'toclient.out_of_order=0 toclient.retransmissions=0'
# A probe that brings the byte before the next looks like a keep-alive; both are harmless.
whole zero-window toclient.overlaps_differing=0
whole ethernet-padding 'toserver.stream_bytes=45 toserver.payload_bytes=45 toclient.payload_bytes=6058'

# RFC 9293, 3.8.4: a byte before the window is a question, not data.
scenario keep-alive <<'END'
http 0 target=/pattern body='pattern(9, 6000)'
http 1 target=/again body='b"again"'
flow 0 reason=closed toclient.overlaps_differing=0 toserver.overlaps_differing=0 toserver.gaps=0
END

scenario sequence-wrap-with-gap <<'END'
http 0 target=/pattern missing=gap_in_response gaps.0.offset=1500 gaps.0.length=1000 gap_count=1 body='pattern(9, 6000)[:1442] + pattern(9, 6000)[2442:]'
stream-anomalies tcp.gap
flow 0 reason=closed toclient.gap_bytes=1000 toclient.gaps=1 toclient.retransmissions=1
END

# Two versions of the same bytes: the policy chooses, the anomaly is told either way.
scenario overlap-differs --target first <<'END'
http 0 target=/pattern body='pattern(9, 6000)'
stream-anomalies tcp.overlap_differs
flow 0 toclient.overlaps_differing=1000
END

scenario overlap-differs --target last <<'END'
http 0 target=/pattern body='pattern(9, 6000)[:942] + b"Z" * 1000 + pattern(9, 6000)[1942:]'
stream-anomalies tcp.overlap_differs
flow 0 toclient.overlaps_differing=1000
END

# Too late for any policy: the first version was handed on and stays. Told all
# the same.
scenario overlap-too-late --target last <<'END'
http 0 target=/pattern body='pattern(9, 6000)'
stream-anomalies tcp.overlap_differs
flow 0 toclient.retransmissions=1 toclient.overlaps_differing=1000 toclient.uncompared_bytes=0
END

for size in tso-60-kb tso-beyond-64-kib; do
	scenario $size <<-'END'
		http 0 target=/pattern body='pattern(10, 150000)'
		flow 0 reason=closed toclient.gaps=0
		stats decode.malformed=0 decode.truncated=0
	END
done

scenario segment-far-ahead <<'END'
http 0 target=/pattern body='pattern(9, 6000)'
stream-anomalies tcp.window_exceeded
stats flow.ignored_window=1 flow.gaps=0
END

scenario byte-by-byte <<'END'
http 0 target=/pattern body='pattern(9, 600)'
END

# An application does not find urgent bytes in its stream, unless it asks for them inline; then
# the lost one is missed. RFC 6093, 2.
scenario urgent <<'END'
http 0 method=GET target=/pattern body='pattern(9, 6000)'
stream-anomalies tcp.urgent
flow 0 reason=closed toclient.gaps=0
stats flow.urgent_bytes=3 flow.gaps=0
END

scenario urgent --lenient urgent <<'END'
http 0 method=GXET target=/pattern missing=gap_in_response body='pattern(9, 6000)[:1942] + b"#" + pattern(9, 6000)[1942:5998]'
stream-anomalies tcp.gap
http-anomalies http.bytes_after_message
stats flow.urgent_bytes=0 flow.gap_bytes=1
END

finish
