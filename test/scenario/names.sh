#!/bin/sh
# SPDX-License-Identifier: ISC
# Names of files, when the wire chooses them (RFC 9110, 8.8.3: an ETag holds nearly any
# byte). Only letters, digits, '_', '.' and '-' stay themselves, the first of a name
# neither a dot (hidden) nor a dash (an option of the next command that meets `*`).
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

sha256() { printf %s "$1" | sha256sum | cut -c1-64; }

# The control bytes of /j have no place in a field's value (RFC 9110, 5.5).
scenario etag-hostile <<'END'
http  0 target=/a body='b"body a"' file=%2E.%2F..%2Fetc%2Fpasswd
http  1 target=/b body='b"body b"' file=a%2Fb%5Cc
http  2 target=/c body='b"body c"' file=%2Ehidden
http  3 target=/d body='b"body d"' file=%2E.
http  4 target=/e body='b"body e"' file=%2E
http  5 target=/f body='b"body f"' file=empty-etag
http  6 target=/g body='b"body g"' file=%252e%252e%252f
http  7 target=/h body='b"body h"' file=W%2Fweak
http  8 target=/i body='b"body i"' file=%C3%A9t%C3%A9
http  9 target=/j body='b"body j"' file=a%01%1F%7Fb anomalies=http.header_invalid
http 10 target=/k body='b"body k"' file=unquoted
http 11 target=/l body='b"body l"' file=%2Drf
http 12 target=/m body='b"body m"' file=%24%28id%29%20%60id%60%3B%2A
http 13 target=/n body='b"body n"' file=%2Fetc%2Fpasswd
stats record.written=14 record.shared=0 record.renamed=0 record.files=42
END

scenario etag-nul <<'END'
http 0 target=/nul status=200 body='b"nul\n"' file=a%00%2F..%2Fb anomalies=http.nul_in_head
files a%00%2F..%2Fb.body a%00%2F..%2Fb.http a%00%2F..%2Fb.json
END

# A name ends after 200 bytes; the digits of the ETag's hash keep two of them apart.
xs=$(printf '%4095s' '' | tr ' ' x)
cut_name() { printf 'x%.0s' $(seq 183) && printf '~' && sha256 "\"$xs$1\"" | cut -c1-16; }
scenario etag-4-kib <<END
http 0 target=/1 body='b"first"'  file=$(cut_name 1)
http 1 target=/2 body='b"second"' file=$(cut_name 2)
http 2 target=/3 body='b"first"'  file=$(cut_name 1) shared=true
stats record.written=3 record.shared=1 record.renamed=0 record.files=6
END

scenario etag-duplicates <<'END'
http 0 target=/1 body='b"one"' file=v1   shared=false
http 1 target=/2 body='b"one"' file=v1   shared=true
http 2 target=/3 body='b"two"' file=v1~2 shared=false
http 3 target=/4 body='b"one"' file=v1   shared=true
files v1.body v1.http v1.json v1~2.body v1~2.http v1~2.json
contents v1.body 'b"one"'
contents v1~2.body 'b"two"'
contents v1.http 'b"GET /1 HTTP/1.1\r\nHost: example.test\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: \"v1\"\r\n\r\none"'
stats record.written=4 record.shared=2 record.renamed=1 record.files=6
END

scenario etag-duplicates --name sha256 <<END
http 0 target=/1 file=$(sha256 one) shared=false
http 1 target=/2 file=$(sha256 one) shared=true
http 2 target=/3 file=$(sha256 two) shared=false
http 3 target=/4 file=$(sha256 one) shared=true
files $(sha256 one).body $(sha256 two).body
stats record.written=4 record.shared=2 record.files=2
END

# The client's side of a connection: its bytes, all of them, and nothing else.
scenario etag-duplicates --name client <<'END'
count http=4
http * file=none
flow 0 client='b"".join(b"GET /%d HTTP/1.1\r\nHost: example.test\r\n\r\n" % i for i in (1, 2, 3, 4))'
stats record.client_files=1 record.files=2
END

scenario midstream --name client <<'END'
http * missing=* anomalies=*
flow 0 midstream=true client='b"GET /whole HTTP/1.1\r\nHost: example.test\r\n\r\n"'
stats record.client_files=1
END

# 10 bytes are missing: the file holds the others, no filling, and the record says where.
scenario gap-in-request --name client <<'END'
http * missing=* anomalies=*
stream-anomalies tcp.gap
flow 0 client='b"GET /gap/in/the/request HTTP/1.1\r\nHost: st\r\n\r\nGET /second HTTP/1.1\r\nHost: example.test\r\n\r\n"'
flow 0 client_side.gap_bytes=10 client_side.gap_count=1
flow 0 client_side.gaps.0.offset=40 client_side.gaps.0.length=10
END

scenario not-http --name client <<'END'
flow 0 client_side.file=none app_proto=none
files
END

scenario etag-weak-and-strong <<'END'
http 0 body='b"strong"' file=v1
http 1 body='b"weak"'   file=W%2Fv1
stats record.written=2 record.shared=0 record.renamed=0
END

scenario etag-none <<END
http 0 body='b"same"'  file=$(sha256 same) shared=false
http 1 body='b"other"' file=$(sha256 other)
http 2 body='b"same"'  file=$(sha256 same) shared=true
stats record.written=3 record.shared=1 record.files=6
END

# A quota stops the writing, not the capture; what was not kept is counted and told.
scenario etag-weak-and-strong --max-files 3 <<'END'
exit 1
http 0 body='b"strong"' file=v1
http 1 body='b"weak"'   file=none file_lost=quota
files v1.body v1.http v1.json
stats record.written=1 record.lost_quota=1
END

# Or the oldest make place. The record of the first still names its files.
"$generate" etag-weak-and-strong "$work/oldest" >/dev/null
"$wirebeam" http -r "$work/oldest" -o "$work/latest" --max-files 3 --quota-policy oldest --sync \
	2>"$work/oldest.err"
status=$?
count=$((count + 1))
if [ $status = 0 ] && [ "$(ls "$work/latest" | tr '\n' ' ')" = 'W%2Fv1.body W%2Fv1.http W%2Fv1.json ' ] &&
	grep -q 'the oldest 1 were deleted for the quota: 3 files' "$work/oldest.err"; then
	echo "ok $count - --quota-policy oldest"
else
	echo "not ok $count - --quota-policy oldest"
fi

finish
