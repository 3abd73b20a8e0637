#!/bin/sh
# SPDX-License-Identifier: ISC
# Messages that two receivers may read differently (RFC 9112, 11.2). The record names the
# anomaly; the reading is the one that RFC 9112 prefers; where it forbids one, the message
# counts as malformed.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# 6.3, rule 3: Transfer-Encoding overrides Content-Length.
scenario length-and-chunked <<'END'
http 0 method=POST target=/a request.framing=chunked request-body='b""' status=200 anomalies=http.content_length_and_transfer_encoding
http 1 method=GET target=/hidden status=200
END

# 6.3, rule 5: no valid length, so no end of the request that could be trusted.
scenario lengths-differ <<'END'
http 0 method=POST target=/a status=200 missing=malformed anomalies=http.content_lengths_differ
END

# RFC 9110, 8.6: the same number said several times is one number.
scenario lengths-same <<'END'
http 0 method=POST target=/a request-body='b"abcde"' status=200
http 1 method=GET target=/b status=200
END

scenario length-invalid <<'END'
http 0 target=/0 status=200 missing=malformed anomalies=http.content_length_invalid
http 1 target=/1 status=200 missing=malformed anomalies=http.content_length_invalid
http 2 target=/2 status=200 missing=malformed anomalies=http.content_length_invalid
http 3 target=/3 status=200 missing=malformed anomalies=http.content_length_invalid
END

scenario obs-fold <<'END'
http 0 status=200 body='b"ok"' anomalies=http.obs_fold
END

scenario bare-lf <<'END'
http 0 status=200 body='b"ok"' response:X-A=b anomalies=http.bare_lf
END

scenario bare-cr <<'END'
http 0 status=200 body='b"ok"' response:X-B=none anomalies=http.bare_cr
END

# 5.1: no white space there. The field is read as what it means to be, as the receiver
# that is to be fooled would.
scenario space-before-colon <<'END'
http 0 method=POST request.framing=chunked request-body='b""' status=200 anomalies=http.space_before_colon
END

# 6.3, rule 4: a request's length cannot be known then.
scenario transfer-coding-unknown <<'END'
http 0 method=POST status=200 missing=malformed anomalies=http.transfer_coding_unknown,http.chunked_not_last
END

# 6.3, rule 4: in a response, the body lasts until the connection closes.
scenario chunked-not-last <<'END'
http 0 status=200 framing=close body='b"2\r\nok\r\n0\r\n\r\n"' anomalies=http.chunked_not_last
END

scenario chunk-size-overflow <<'END'
http 0 status=200 missing=malformed,response_cut_off body='b""' anomalies=http.chunk_invalid
END

scenario chunk-without-end <<'END'
http 0 status=200 missing=malformed,response_cut_off body='b"abcde"' anomalies=http.chunk_invalid
END

# 3.2
scenario hosts-missing-and-differing <<'END'
http 0 target=/none status=200 anomalies=http.host_missing
http 1 target=/two  status=200 anomalies=http.hosts_differ
END

# 9112, 6.3: what follows a message and is not a message. 14 bytes of it.
scenario bytes-nobody-asked-for <<'END'
http 0 status=200 body='b"ok"'
http-anomalies http.bytes_after_message
stats http.skipped_bytes=14
END

finish
