#!/bin/sh
# SPDX-License-Identifier: ISC
# Messages that are whole: where each ends (RFC 9112, 6 and 7), and which response belongs
# to which request (RFC 9112, 9).
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# RFC 9112, 7.1.1 (extensions) and 7.1.2 (trailer section).
scenario chunk-extensions-and-trailers <<'END'
http 0 target=/chunked status=200 framing=chunked body='b"Wikipedia in chunks"' file=chunks trailer:Digest=abc trailer:X-Time=5
contents chunks.body 'b"Wikipedia in chunks"'
END

# White space after the size must be taken (7.1.1) and must not be sent; not everyone
# takes it, so it is named.
scenario chunk-size-with-space <<'END'
http 0 framing=chunked body='b"in chunks"' anomalies=http.chunk_invalid
END

# RFC 9112, 6.3, rule 1: these end with their heads, whatever Content-Length says.
scenario head-and-304-pipelined <<'END'
http 0 method=GET  target=/1 status=200 body='b"one"'   framing=content-length
http 1 method=HEAD target=/1 status=200 body='b""'      framing=none
http 2 method=GET  target=/1 status=304 body='b""'      framing=none
http 3 method=GET  target=/2 status=204 body='b""'      framing=none
http 4 method=GET  target=/3 status=200 body='b"three"' framing=content-length
stats http.skipped_bytes=0
END

scenario continue-100 <<'END'
http 0 method=POST target=/up request-body='b"hello world"' status=201 interim=100 body='b"ok\n"'
stats http.interim=1 http.responses=1
END

scenario early-hints-103 <<'END'
http 0 target=/hints status=200 interim=103 body='b"final"'
stats http.interim=2 http.responses=1
END

# RFC 9110, 9.3.6: a 2xx makes it a tunnel, and its Content-Length says nothing.
scenario connect-tunnel <<'END'
http 0 method=CONNECT target=example.test:443 status=200 tunnel=true framing=tunnel
stats http.tunnels=1 http.requests=1
END

scenario connect-refused <<'END'
http 0 method=CONNECT target=example.test:25 status=403 tunnel=false body='b"no\n"'
http 1 method=GET target=/after status=200 body='b"after"'
stats http.tunnels=0
END

scenario upgrade-101 <<'END'
http 0 target=/chat status=101 tunnel=true framing=tunnel
stats http.tunnels=1 http.interim=0
END

scenario close-delimited <<'END'
http 0 target=/close status=200 framing=close body='pattern(1, 10000)' ended=true
flow 0 reason=closed
END

scenario http-1.0 <<'END'
http 0 target=/old request.version=HTTP/1.0 response.version=HTTP/1.0 framing=close body='b"old text\n"'
END

# RFC 1945, 6: a simple request and a simple response, which is a body alone.
scenario http-0.9 <<'END'
http 0 method=GET target=/ancient request.version=HTTP/0.9 response.version=HTTP/0.9 framing=close body='b"<html>ancient</html>\n"'
END

scenario pipelined-50 <<END
$(for i in $(seq 0 49); do echo "http $i target=/$i status=200 body='pattern($i, $((i * 7)))'"; done)
END

scenario response-first <<'END'
http 0 target=/late status=200 body='b"early"' anomalies=http.response_before_request
END

scenario post-chunked <<'END'
http 0 method=POST request.framing=chunked request-body='pattern(2, 100000)' body='b"ok\n"'
END

scenario head-70-kib <<'END'
http 0 target=/long status=200 body='b"body"' file=after-long
END

# Beyond the limit of 256 KiB. The limit is one stream's affair: the next is parsed.
scenario head-300-kib <<'END'
http 0 target=/too-long status=none missing=limit_reached anomalies=http.head_limit
http 1 target=/next status=200 body='b"next"'
END

# 1001 field lines where 1000 may be.
scenario many-headers <<'END'
http 0 target=/many status=none missing=limit_reached anomalies=http.header_limit
END

scenario many-headers --limit headers=1001 <<'END'
http 0 target=/many status=200 body='b""' response:X-999=999
END

scenario not-http <<'END'
files
stats http.streams=0 http.streams_other=1
flow 0 app_proto=none reason=closed
END

# A limit of bodies: files hold so much of each, the record says so and knows the whole.
scenario chunk-extensions-and-trailers --no-bodies <<'END'
http 0 body='b"Wikipedia in chunks"' file=chunks file_cut=true trailer:Digest=abc
files chunks.http chunks.json
contents chunks.http 'b"GET /chunked HTTP/1.1\r\nHost: example.test\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Digest\r\nETag: \"chunks\"\r\n\r\n"'
stats record.bodies_cut=1 record.files=2
END

scenario chunk-extensions-and-trailers --max-body 6 <<'END'
http 0 body='b"Wikipedia in chunks"' file=chunks file_cut=true
contents chunks.body 'b"Wikipe"'
contents chunks.http 'b"GET /chunked HTTP/1.1\r\nHost: example.test\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Digest\r\nETag: \"chunks\"\r\n\r\n4;name=value\r\nWiki\r\n0005;q=\"a;b\\\"c\";flag\r\npe"'
stats record.bodies_cut=1 record.files=3
END

scenario chunk-extensions-and-trailers --max-body 19 <<'END'
http 0 body='b"Wikipedia in chunks"' file=chunks file_cut=none
contents chunks.body 'b"Wikipedia in chunks"'
stats record.bodies_cut=0 record.files=3
END

scenario continue-100 --max-body 5 <<'END'
http 0 file_cut=true interim=100
stats record.bodies_cut=1
END

finish
