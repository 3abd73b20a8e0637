#!/bin/sh
# SPDX-License-Identifier: ISC
# Bytes that the capture lacks. A gap is told with its place and length, never filled;
# what is known beside it is kept; a transaction that lacks bytes is never complete; and
# the next message is found again.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# The head of the response has 54 bytes, so body byte 1000 is message byte 1054.
scenario gap-in-length-body <<'END'
http 0 target=/gap status=200 missing=gap_in_response gap_count=1 gap_bytes=500 gaps.0.side=response gaps.0.offset=1054 gaps.0.length=500 ended=true body='pattern(4, 5000)[:1000] + pattern(4, 5000)[1500:]' file=gap.incomplete
http 1 target=/second status=200 body='b"second"'
stream-anomalies tcp.gap
flow 0 toclient.gaps=1 toclient.gap_bytes=500 toserver.gaps=0
END

# The size of the second chunk is missing: from there on, nothing can be framed.
scenario gap-in-chunk-size <<'END'
http 0 target=/gap status=200 missing=gap_in_response,response_cut_off gaps.0.offset=554 gaps.0.length=5 ended=false body='pattern(5, 500)'
http 1 target=/second status=200 body='b"second"' anomalies=http.resynchronised
stream-anomalies tcp.gap
END

# Every size is known here: the framing holds.
scenario gap-in-chunk-data <<'END'
http 0 target=/gap status=200 missing=gap_in_response gaps.0.offset=759 gaps.0.length=100 ended=true body='pattern(5, 1500)[:700] + pattern(5, 1500)[800:]'
http 1 target=/second status=200 body='b"second"'
stream-anomalies tcp.gap
END

# Content that could be decoded before the gap is kept; that it is cut off is the gap's
# doing, not the sender's, so no anomaly of the coding.
scenario gap-in-gzip-tail <<'END'
http 0 target=/gap missing=gap_in_response gap_bytes=20 body-where='len(body) > 45000 and pattern(3, 50000).startswith(body)'
http 1 target=/second status=200 body='b"second"'
stream-anomalies tcp.gap
END

# A head with a hole is not understood. The second response begins in the middle of a
# line: a body need not end with one.
scenario gap-in-head <<'END'
http 0 target=/gap status=none missing=gap_in_response,response_cut_off gaps.0.offset=25 gaps.0.length=30
http 1 target=/second status=200 body='b"second"' anomalies=http.resynchronised
stream-anomalies tcp.gap
END

# With time enough between the packets that the gap is known before the response comes.
scenario gap-in-request-known-early <<'END'
http 0 status=200 body='b"first"' missing=gap_in_request,request_cut_off gaps.0.offset=40 gaps.0.length=10
http 1 target=/second status=200 body='b"second"' anomalies=http.resynchronised
stream-anomalies tcp.gap
END

# In haste, both responses are there before the gap is known. The first answers the request
# whose beginning was seen; that no other request lies in the gap is not known any more,
# and a shifted pair is worse than none: the second response stays alone.
scenario gap-in-request <<'END'
http 0 status=200 body='b"first"' missing=gap_in_request,request_cut_off gaps.0.offset=40 gaps.0.length=10
http 1 target=none status=200 body='b"second"' missing=request_not_seen,gap_in_request
http 2 target=/second status=none missing=response_not_seen anomalies=http.resynchronised
stream-anomalies tcp.gap
END

# One of three responses is missing. What comes after the gap may answer the second request
# or the third (the gap may hold a 1xx): it is kept, and given to neither.
scenario gap-of-a-whole-response <<'END'
http 0 target=/1 status=200 body='b"one"'
http 1 target=/2 status=none missing=response_not_seen,gap_in_response
http 2 target=/3 status=none missing=response_not_seen,gap_in_response
http 3 target=none status=200 body='b"three"' missing=request_not_seen anomalies=http.resynchronised
stream-anomalies tcp.gap
END

# Bytes that come late are not missing.
scenario gap-filled-late <<'END'
http 0 target=/late status=200 body='pattern(6, 3000)' file=late
flow 0 toclient.gaps=0 toclient.out_of_order=2 toclient.retransmissions=0
END

# The FIN's sequence number tells what is missing before it.
scenario gap-before-fin <<'END'
http 0 target=/fin status=200 missing=gap_in_response gap_bytes=1000 body='pattern(8, 4000)'
stream-anomalies tcp.gap
flow 0 reason=closed toclient.gap_bytes=1000
END

scenario capture-ends-in-body <<'END'
http 0 target=/end status=200 missing=response_cut_off,capture_ended body='pattern(7, 1000)' ended=false
flow 0 reason=shutdown
END

# A snaplen of 200 leaves 146 bytes of each segment of 1460.
scenario snaplen-200 <<'END'
http 0 target=/pattern status=200 missing=gap_in_response gap_count=5 gap_bytes=5328 gaps.4.offset=5986 gaps.4.length=72 body='b"".join((bytes(58) + pattern(9, 6000))[1460 * i : 1460 * i + 146] for i in range(5))[58:]'
stream-anomalies tcp.gap
flow 0 toclient.stream_bytes=730 toclient.gap_bytes=5328
END

finish
