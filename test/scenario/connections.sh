#!/bin/sh
# SPDX-License-Identifier: ISC
# How connections begin and end, and captures that see only a part of them.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

for how in simultaneous-close:/close simultaneous-open:/open half-close:/half \
	data-on-syn:/tfo fin-before-data:/fin; do
	scenario ${how%:*} <<-END
		http 0 target=${how#*:} status=200 body='pattern(9, 3000)' file=pattern
		flow 0 reason=closed src_port=40000 dest_port=80 midstream=false one_sided=false
		count flow=1
	END
done

scenario reset-in-the-middle <<'END'
http 0 target=/reset status=200 missing=response_cut_off,connection_reset body='pattern(9, 1942)' file=pattern.incomplete
flow 0 reason=reset
END

# RFC 5961, 3: a reset counts only where its sequence number fits.
scenario reset-forged <<'END'
http 0 target=/forged status=200 body='pattern(9, 3000)'
stream-anomalies tcp.reset_ignored
flow 0 reason=closed
count flow=1
END

# The first 1000 bytes are the rest of a response whose beginning nobody saw; the next
# response begins behind them in the middle of a line. That its beginning is a guess may be
# said of the transaction; midstream says it of the flow.
scenario midstream <<'END'
http 0 target=/whole status=200 body='pattern(9, 3000)' anomalies='*'
flow 0 midstream=true src_port=40000 reason=closed toclient.stream_bytes=4058
stats http.skipped_bytes=1000 flow.flows_midstream=1
END

scenario midstream-between <<'END'
http 0 target=/whole status=200 body='pattern(9, 3000)'
flow 0 midstream=true src_port=40000 reason=closed
stats http.skipped_bytes=0
END

scenario midstream --no-midstream <<'END'
files
stats flow.flows=0 flow.ignored_midstream=12
END

# A direction that was never seen is no gap, it is one_sided.
scenario only-client <<'END'
http 0 target=/1 status=none missing=response_not_seen,capture_ended
http 1 target=/2 status=none missing=response_not_seen,capture_ended
flow 0 one_sided=true src_port=40000
END

scenario only-server <<'END'
http 0 target=none status=200 body='pattern(9, 3000)' missing=request_not_seen
http 1 target=none status=200 body='b"second"' missing=request_not_seen
flow 0 one_sided=true src_port=40000 dest_port=80
END

scenario port-reuse <<'END'
http 0 target=/first  body='b"first"'
http 1 target=/second body='b"second"'
flow 0 reason=reused
flow 1 reason=closed
count flow=2
stream-anomalies tcp.syn_ignored
END

scenario port-reuse-after-close <<'END'
http 0 target=/first  body='b"first"'
http 1 target=/second body='b"second"'
flow 0 reason=closed
flow 1 reason=closed
count flow=2
END

# 300 s of silence end a flow; what comes after them is another, without a beginning.
scenario idle-for-an-hour <<'END'
http 0 target=/slow status=200 missing=response_cut_off,connection_timed_out body='pattern(9, 942)'
flow 0 reason=timeout midstream=false
flow 1 midstream=true
count flow=2
END

scenario connections-without-data <<'END'
files
flow 0 reason=closed
flow 1 reason=reset
flow 2 reason=shutdown
count flow=3
stats http.streams=0 http.streams_other=0
END

scenario interleaved-300 <<END
$(for i in $(seq 0 299); do echo "http $i target=/many status=200 body='pattern($i, $i)'"; done)
stats flow.flows=300 flow.flows_peak=300
END

finish
