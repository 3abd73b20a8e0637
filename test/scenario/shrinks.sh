#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A capture file that another program cuts short while it is being read. The reader stands
# still on a full pipe when that happens, so it has packets at hand that are no longer there.
# It must end with one line and the packets that it had read, not die.
set -eu
wirebeam=${WIREBEAM:?} generate=${GENERATE:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$generate" pipelined-50 "$work/one" >/dev/null
tail -c +25 "$work/one" >"$work/records"
for _ in 1 2 3 4 5 6 7; do # 128 times the records
	cat "$work/records" "$work/records" >"$work/twice"
	mv "$work/twice" "$work/records"
done
{
	head -c 24 "$work/one"
	while [ "$(stat -c %s "$work/big" 2>/dev/null || echo 0)" -lt 3000000 ] && cat "$work/records"; do :; done
} >"$work/big"
size=$(stat -c %s "$work/big")

mkfifo "$work/pipe"
"$wirebeam" read -r "$work/big" >"$work/pipe" 2>"$work/error" &
reader=$!
exec 3<"$work/pipe"
sleep 1 # the pipe is full, the reader waits
truncate -s 100000 "$work/big"
cat <&3 >"$work/lines"
status=0
wait "$reader" || status=$?

echo "size $size, status $status, $(wc -l <"$work/lines") lines"
cat "$work/error"
[ "$status" -eq 1 ]
grep -q 'cut off by another program' "$work/error"
[ "$(grep -c " IP " "$work/lines")" -gt 0 ] # those that were in the file still
