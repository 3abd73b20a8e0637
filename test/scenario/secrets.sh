#!/bin/sh
# SPDX-License-Identifier: ISC
# Credentials are for two hosts, and records are for others: JSON and lines name the fields
# and keep the values to themselves, unless --keep-secrets is given. What is kept as it was
# on the wire (NAME.http, the client's side, capture files) has them, for its owner alone.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

scenario secrets <<'END'
http 0 anomalies=http.space_before_colon file=login target='http://[redacted]@example.test/login?next=//[redacted]@b/' url='http://[redacted]@example.test/login?next=//[redacted]@b/' hostname=[redacted]@example.test http_refer='https://[redacted]@example.test/from@here' redirect=http://[redacted]@example.test/home request:host=[redacted]@example.test:80 request:authorization=[redacted] request:proxy-authorization=[redacted] request:cookie=[redacted] response:set-cookie=[redacted],[redacted] trailer:set-cookie=[redacted] response:link='<http://[redacted]@a/>, <http://[redacted]@b/>'
http 1 file=tunnel target=[redacted]@example.test:443 url=[redacted]@example.test:443
END

scenario secrets --keep-secrets <<'END'
http 0 anomalies=http.space_before_colon file=login target='http://hush:hush@example.test/login?next=//hush@b/' hostname=hush@example.test request:authorization='Basic hush' request:cookie='a=hush; b=hush' response:set-cookie='a=hush; Secure,b=hush' trailer:set-cookie=c=hush response:link='<http://hush@a/>, <http://hush@b/>'
http 1 file=tunnel target=hush:hush@example.test:443
END

# check TEXT COMMAND ...
check() {
	count=$((count + 1))
	text=$1
	shift
	"$@" && echo "ok $count - $text" || echo "not ok $count - $text"
}
has_none() { ! grep -rq hush "$@"; }

# Everything that is written but the bytes of the wire, with a secret in the environment too.
"$generate" secrets "$work/capture" >/dev/null
umask 0
HUSH=hush "$wirebeam" http -v -r "$work/capture" -o "$work/out" --json "$work/json" --records all \
	>"$work/lines" 2>"$work/summary"
"$wirebeam" http -v -r "$work/capture" --keep-secrets >"$work/open" 2>/dev/null
"$wirebeam" http -q -r "$work/capture" -o "$work/client" --name client
check "no secret in JSON" has_none "$work/json"
check "no secret in sidecars" has_none "$work/out/login.json" "$work/out/tunnel.json"
check "no secret in lines and summary" has_none "$work/lines" "$work/summary"
check "lines show where one was" grep -q 'CONNECT \[redacted\]@example.test:443' "$work/lines"
check "lines with --keep-secrets" grep -q 'CONNECT hush:hush@example.test:443' "$work/open"
check "NAME.http is as on the wire" grep -q '^Cookie : a=hush; b=hush' "$work/out/login.http"
check "the client's side is as on the wire" grep -rq '^Authorization: Basic hush' "$work/client"

# Whatever the umask, what is made is for its owner.
modes=$(find "$work/json" "$work/out" "$work/client" -type f -printf '%m\n' | sort -u)
check "files have mode 0600" test "$modes" = 600
check "directories have mode 0700" test "$(stat -c %a "$work/out")" = 700
finish
