#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The main job, live: nginx serves, curl fetches in every way, wirebeam records. What is
# on disk is what was served and what was sent, byte for byte.
set -eu
. "$(dirname "$0")/lib.sh"
live nginx curl python3

serve '
    gzip on; gzip_min_length 100; gzip_types text/plain;
    location /sub { sub_filter wire WIRE; sub_filter_once off; sub_filter_types *; alias '"$work"'/www/; }
    location /hello { return 200 "hello\n"; }
'
cd "$work/www"
seq 1 5000 >numbers.txt
echo '<p>a wire</p>' >index.html
head -c 300000 /dev/urandom >random.bin
head -c 17 /dev/urandom >small.bin
: >empty.bin
cd "$work"
base=http://$server_ip

begin etag "$server_ns" http -i "$server_if" -o "$work/etag" --json "$work/etag.json" 'tcp port 80'
begin client "$client_ns" http -i "$client_if" -o "$work/client" --name client 'tcp port 80'

fetch() { in_client curl -sS --fail --max-time 20 "$@"; }
# One connection: plain files, kept alive.
fetch --trace plain.trace -o got.bin "$base/random.bin" -o got.small "$base/small.bin" \
	-o got.empty "$base/empty.bin" -o got.index "$base/index.html"
# gzip: nginx sends it chunked, with a weak ETag.
fetch --trace gzip.trace --compressed -o got.numbers "$base/numbers.txt"
# HEAD, and a GET on the same connection: the lengths that HEAD names have no bytes.
fetch --trace head.trace --head -o got.head "$base/random.bin" --next -sS -o got.small2 "$base/small.bin"
# 304: no body, although the file has one.
tag=$(sed -n 's/^ETag: \(.*\)\r$/\1/p' got.head)
fetch --trace 304.trace -H "If-None-Match: $tag" -o got.304 "$base/random.bin"
# A range: the same ETag, another body.
fetch --trace range.trace -r 1000-4999 -o got.range "$base/random.bin"
# A large request body: curl asks with Expect: 100-continue first.
fetch --trace post.trace -H 'Expect: 100-continue' --data-binary @www/random.bin -o got.post "$base/hello"
in_client curl -sS --max-time 20 --trace 404.trace -o got.404 "$base/missing"

interrupt client
equal "client: exit status" 0 "$wb_status"
adds_up client
interrupt etag
equal "etag: exit status" 0 "$wb_status"
adds_up etag

equal "transactions" 11 "$(number etag 'transactions seen')"
equal "incomplete" 0 "$(number etag incomplete)"
equal "JSON lines of transactions" 11 "$(grep -c '"event_type":"http"' etag.json)"
equal "curl's own copy of numbers.txt" "$(sha256sum <www/numbers.txt)" "$(sha256sum <got.numbers)"

# The files that the server served. The POST and the 404 have other answers.
mkdir answers
for file in etag/*.http; do
	if head -c 4 "$file" | grep -q POST || grep -aq '^HTTP/1.1 404' "$file"; then
		mv "$file" "${file%.http}.body" answers/ 2>/dev/null || fail "no body beside $file"
	fi
done
equal "answers that are no files" 2 "$(find answers -name '*.http' | wc -l)"
is_true "bodies are what was served" python3 "$here/bodies.py" etag www
is_true "the answer to POST" grep -qx hello answers/*.body
is_true "files are private" test -z "$(find etag client -type f ! -perm 0600)"

# Client sides: one file for each connection, equal to what curl says it sent.
traces=0
for trace in *.trace; do
	python3 "$here/sent.py" "$trace" | sha256sum
	traces=$((traces + 1))
done | sort >sent.sums
find client -type f ! -name '*.json' -exec sha256sum {} + | sed 's/ .*/  -/' | sort >client.sums
is_true "client sides are what curl sent" diff sent.sums client.sums
finish
