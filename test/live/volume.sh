#!/bin/sh
# SPDX-License-Identifier: ISC
#
# 10,000 transactions, four connections at once, kept alive: each of 10,000 different
# files is recorded as it was served, or, where the kernel dropped, the summary says so.
# Half of the files share their ETags with others (nginx makes them of time and size).
set -eu
. "$(dirname "$0")/lib.sh"
live nginx curl python3

total=10000
serve ''
python3 - "$work/www" $total <<'PYTHON'
import os, sys
root, total = sys.argv[1], int(sys.argv[2])
for i in range(total):
    path = os.path.join(root, f"{i}.bin")
    with open(path, "wb") as file:
        file.write(f"{i:06d}".encode() * (20 + i % 200))
    os.utime(path, (0, 1600000000 + (i if i % 2 else 0)))
PYTHON

begin volume "$server_ns" http -i "$server_if" -o "$work/kept" 'tcp port 80'
quarter=$((total / 4))
curls=
for part in 0 1 2 3; do
	in_client curl -sS --fail -o /dev/null \
		"http://$server_ip/[$((part * quarter))-$((part * quarter + quarter - 1))].bin" >/dev/null &
	curls="$curls $!"
done
for pid in $curls; do
	wait "$pid" || fail "curl failed"
done
interrupt volume
equal "exit status" 0 "$wb_status"
adds_up volume

if [ "$(number volume 'dropped by kernel ring')" -gt 0 ]; then
	echo "the kernel dropped packets: the summary has to say that transactions suffered"
	is_true "missing is told" test "$(number volume 'transactions seen')" -lt $total -o \
		"$(number volume incomplete)" -gt 0
	finish
fi
equal "complete" $total "$(number volume complete)"
equal "incomplete" 0 "$(number volume incomplete)"
equal "lost" 0 "$(number volume lost)"
python3 "$here/bodies.py" "$work/kept" "$work/www" >"$work/bodies.txt" ||
	fail "bodies differ: $(head -n 3 "$work/bodies.txt")"
equal "bodies that are what was served" "$total targets, 0 wrong" "$(tail -n 1 "$work/bodies.txt")"
finish
