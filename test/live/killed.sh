#!/bin/sh
# SPDX-License-Identifier: ISC
#
# kill -9 while nginx and curl make traffic, again and again into the same directory and the same
# file of lines, at some instant and in the middle of naming in turn: what was complete is there,
# nothing is half, and the last run, which ends in order, adds up.
set -eu
. "$(dirname "$0")/lib.sh"
live nginx curl python3

total=2000 kills=12
serve ''
python3 - "$work/www" $total <<'PYTHON'
import os, sys
for i in range(int(sys.argv[2])):
    path = os.path.join(sys.argv[1], f"{i}.bin")
    with open(path, "wb") as file: # some of them large enough for temporary files
        file.write(f"{i:06d}".encode() * (20 + i % 200 if i % 50 else 30000))
PYTHON

# renew ROUND: all files get other ETags, so that there is something to name in each run.
renew() {
	python3 - "$work/www" $total "$1" <<-'PYTHON'
		import os, sys
		www, total, round = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
		for i in range(total):
		    os.utime(os.path.join(www, f"{i}.bin"), (0, 1600000000 + round * total + i))
	PYTHON
}

load() {
	while :; do
		in_client curl -s -o /dev/null "http://$server_ip/[0-$((total - 1))].bin" >/dev/null || true
	done
}
renew 0
load &
pids="$pids $!"

# What a set is called stays in the journal until the next one, but for the first byte.
has_named() { tr -d '\0' <"$(ls -d "$work/kept/.naming-"*)" | grep -q '\.json'; }
is_naming() { [ -n "$(head -c 1 "$work/kept/.naming-"* | tr -d '\0')" ]; }

# kill_at_entry PID: as soon as the journal has an entry, which is while a set gets its names.
kill_at_entry() {
	python3 - "$work/kept" "$1" <<-'PYTHON'
		import glob, os, signal, sys, time
		(journal,) = glob.glob(os.path.join(sys.argv[1], ".naming-*"))
		fd, end = os.open(journal, os.O_RDONLY), time.monotonic() + 10
		while os.pread(fd, 1, 0) == b"\0":
		    if time.monotonic() > end:
		        sys.exit(1)
		os.kill(int(sys.argv[2]), signal.SIGKILL)
	PYTHON
}

round=0 caught=0
while [ $round -lt $kills ]; do
	begin run$round "$server_ns" http -i "$server_if" --restarts 0 -o "$work/kept" --json "$work/lines" 'tcp port 80'
	if [ $((round % 2)) -eq 0 ]; then
		is_true "run$round: the journal tells what gets its name" wait_until has_named
		sleep "0.$((1 + round % 5))"
		kill -KILL "$(worker run$round)"
	else
		kill_at_entry "$(worker run$round)" &
		killer=$!
		renew $((kills + round)) # something to name, should all be named already
		wait $killer || {
			fail "run$round: the journal had no entry"
			kill -KILL "$(worker run$round)"
		}
	fi
	wait "$(cat "$work/run$round.pid")" 2>/dev/null || true
	if is_naming; then caught=$((caught + 1)); fi
	round=$((round + 1))
	renew $round
done
echo "$caught of $kills kills came while a set got its names"
begin last "$server_ns" http -i "$server_if" -o "$work/kept" --json "$work/lines" 'tcp port 80'
sleep 0.5
interrupt last
equal "exit status" 0 "$wb_status"
adds_up last

only_whole_sets kept "$work/kept"
is_true "transactions were kept" test "$(wc -l <"$work/bodies")" -gt 100
python3 - "$work/lines" "$work/kept" <<'PYTHON' || fail "lines and files differ"
import json, os, sys
kept = set(os.listdir(sys.argv[2]))
lines = [json.loads(line) for line in open(sys.argv[1])] # each is whole
named = {name for line in lines for name in line.get("http", {}).get("files", [])}
missing = named - kept
print(f"{len(lines)} lines name {len(named)} files, {len(missing)} of them are not there")
sys.exit(1 if missing or not named else 0)
PYTHON
rm -f "$work/kept/"*.incomplete.* # begun before the capture, or cut by its end
python3 "$here/bodies.py" "$work/kept" "$work/www" >"$work/bodies.txt" ||
	fail "bodies differ: $(head -n 3 "$work/bodies.txt")"
is_true "bodies that are what was served" grep -q ' targets, 0 wrong' "$work/bodies.txt"
finish
