#!/bin/sh
# SPDX-License-Identifier: ISC
# Content codings (RFC 9110, 8.4.1): NAME.body is the content, NAME.http the wire.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

for coding in gzip deflate-zlib deflate-raw brotli zstd codings-stacked \
	codings-stacked-in-two-lines chunked-gzip; do
	scenario $coding <<-'END'
		http 0 target=/coded status=200 body='pattern(3, 50000)' shared=false
	END
done

# RFC 1952, 2.2: members follow each other without anything between them.
scenario gzip-members <<'END'
http 0 body='pattern(1, 16) + pattern(2, 16)'
END

scenario coding-unknown <<'END'
http 0 body='b"uryyb"' response.coded_body_length=none anomalies=http.content_coding_unknown
stats record.content_unknown=1
END

# The message is complete, its coding is not. What was decoded before it broke is kept.
scenario gzip-corrupt <<'END'
http 0 anomalies=http.content_coding_invalid body-where='body[:20000] == pattern(3, 20000)'
stats record.content_invalid=1
END

# A coding that was named but never applied: the reader gets what there is.
scenario gzip-not-at-all <<'END'
http 0 anomalies=http.content_coding_invalid body='b"plain after all"' response.coded_body_length=15
END

scenario gzip-cut-off <<'END'
http 0 anomalies=http.content_coding_cut_off body='pattern(3, 50000)'
stats record.content_cut=1
END

# 2 GiB of zeros in 2 MB. Decoding stops at a ratio of 1000 once 1 MiB came out.
scenario gzip-bomb <<'END'
http 0 anomalies=http.decompression_ratio body-where='1 << 20 <= len(body) <= 2 << 20 and not body.strip(b"\0")'
stats record.content_limited=1
END

# Within the ratio, the size has a limit of its own: the bytes up to it are kept.
scenario gzip-bomb --limit decoded-ratio=2000 --limit decoded-body=3M <<'END'
http 0 anomalies=http.decompressed_limit body='bytes(3 << 20)'
stats record.content_limited=1
END

scenario head-of-gzip <<'END'
http 0 method=HEAD status=200 framing=none body='b""'
stats record.content_cut=0 record.content_invalid=0
END

finish
