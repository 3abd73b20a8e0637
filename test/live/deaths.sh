#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A worker that dies is told of with its last packet, another one goes on where it ended, and what
# was lost is counted; too many in a minute, or an opener that dies, are the end.
set -eu
. "$(dirname "$0")/lib.sh"
live nginx curl python3 pgrep

serve 'location /hello { return 200 "hello\n"; }'
python3 - "$work/www" <<'PYTHON'
import os, sys
for i in range(500):
    with open(os.path.join(sys.argv[1], f"{i}.bin"), "wb") as file:
        file.write(f"{i:06d}".encode() * (20 + i))
PYTHON
load() { in_client curl -s --fail -o /dev/null "http://$server_ip/[0-499].bin" >/dev/null; }
# after NAME PID: another worker than that one is there.
after() { next=$(worker "$1") && [ -n "$next" ] && [ "$next" != "$2" ]; }
told() { [ "$(grep -c "the worker died by signal $2 " "$work/$1.err")" -eq "$3" ]; } # NAME SIGNAL TIMES
lines() { grep -c '"event_type":"http"' "$work/lines" || true; }

# Live: three die under load, of two signals.
begin live "$server_ns" http -i "$server_if" -o "$work/kept" --json "$work/lines" 'tcp port 80'
times=0
for signal in SEGV KILL KILL; do
	was=$(lines)
	load &
	loading=$!
	wait_until sh -c "[ \$(grep -c '\"event_type\":\"http\"' '$work/lines') -gt $((was + 10)) ]"
	dead=$(worker live)
	kill -$signal "$dead"
	wait_until after live "$dead"
	wait $loading
	times=$((times + 1))
done
is_true "a crash is told" told live 11 1
is_true "kills are told" told live 9 2
wait_until sh -c "[ \$(grep -c '\"event_type\":\"start\"' '$work/lines') -eq 4 ]"
was=$(lines)
load
load
wait_until sh -c "[ \$(grep -c '\"event_type\":\"http\"' '$work/lines') -ge $((was + 990)) ]"
interrupt live
equal "live: exit status" 1 "$wb_status"
adds_up live
equal "live: nothing dropped" 0 "$(number live 'dropped by kernel ring')"
equal "live: workers that died" 3 "$(number live 'workers died')"
only_whole_sets live "$work/kept"
python3 "$here/deaths.py" "$work/lines" "$work/kept" 3 || fail "lines, files and counters differ"

# What a worker that died has made is deleted by the next one when the quota wants it.
begin quota "$server_ns" http -i "$server_if" -o "$work/few" --json "$work/of-few" --max-files 30 \
	--quota-policy oldest 'tcp port 80'
load
dead=$(worker quota)
kill -KILL "$dead"
wait_until after quota "$dead"
wait_until sh -c "[ \$(grep -c '\"event_type\":\"start\"' '$work/of-few') -eq 2 ]"
load
interrupt quota
adds_up quota
python3 - "$work/of-few" "$work/few" <<'PYTHON' || fail "the quota of those that died"
import json, os, sys
stats = [json.loads(line) for line in open(sys.argv[1])][-1]["stats"]
record = stats["record"]
stands = len(os.listdir(sys.argv[2]))
print(f"{stands} files, {record['files']} made, {record['deleted_files']} deleted")
assert record["lost_quota"] == 0 and record["deleted_files"] > 2000 and 27 <= stands <= 30, record
# What was made and deleted with the packets in its hands is in no counter.
counted = record["files"] - record["deleted_files"]
assert abs(counted - stands) <= 3 * stats["died"]["packets"], (counted, stats["died"])
PYTHON

# From a file: no packet comes twice, and none is missing but those that it had in its hands.
python3 - "$work/many.pcap" <<'PYTHON'
import struct, sys
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for number in range(60000):
        file.write(struct.pack("<IIII", number, 0, 60, 60) + bytes(60))
PYTHON
for form in '' .gz; do
	[ -z "$form" ] || gzip -k "$work/many.pcap"
	mkfifo "$work/pipe$form"
	"$wirebeam" read --json -r "$work/many.pcap$form" >"$work/pipe$form" 2>"$work/read.err" &
	echo $! >"$work/read.pid"
	pids="$pids $!"
	exec 9<"$work/pipe$form"
	head -c 200000 <&9 >"$work/printed"
	dead=$(worker read)
	kill -9 "$dead"
	wait_until after read "$dead"
	cat <&9 >>"$work/printed"
	exec 9<&-
	ended read
	equal "read$form: exit status" 1 "$wb_status"
	python3 - "$work/printed" "$work/read.err" <<'PYTHON' || fail "read$form: packets are missing, or twice"
import re, sys
numbers = [int(n) for n in re.findall(r'"packet":(\d+)', open(sys.argv[1]).read())]
missing = sorted(set(range(1, 60001)) - set(numbers))
in_hand = int(re.search(r"(\d+) packets in its hands", open(sys.argv[2]).read())[1])
print(f"{len(numbers)} printed, {len(missing)} missing, {in_hand} in its hands")
assert len(numbers) == len(set(numbers)) and 0 < len(missing) <= in_hand + 1, (len(missing), in_hand)
assert missing == list(range(missing[0], missing[-1] + 1))
PYTHON
done

# A pipe cannot be read again.
mkfifo "$work/input"
"$wirebeam" http -r - <"$work/input" 2>"$work/piped.err" &
echo $! >"$work/piped.pid"
pids="$pids $!"
exec 9>"$work/input"
head -c 1000 "$work/many.pcap" >&9
wait_until worker piped >"$work/dead"
sleep 0.5
kill -9 "$(worker piped)"
exec 9>&-
ended piped
equal "piped: exit status" 1 "$wb_status"
is_true "piped: why none goes on" grep -q 'with this input or output none can go on' "$work/piped.err"

# Who starts us may ignore the end of processes.
got=0
timeout 10 python3 -c '
import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$wirebeam" http -q -r "$work/many.pcap" || got=$?
equal "without SIGCHLD: exit status" 0 "$got"

# Once is enough for who says so; a stop is no death.
begin once "$server_ns" http -i "$server_if" --restarts 1
for signal in KILL KILL; do
	dead=$(worker once)
	kill -$signal "$dead"
	[ "$(grep -c 'worker died' "$work/once.err")" -gt 1 ] || wait_until sh -c "! kill -0 $dead"
	wait_until sh -c "[ \$(grep -c 'worker died' '$work/once.err') -gt 0 ]"
	wait_until sh -c "! kill -0 $(cat "$work/once.pid") || [ \$(grep -c '^capturing on' '$work/once.err') -gt 1 ]"
done
ended once
equal "once: exit status" 1 "$wb_status"
is_true "once: why it is over" grep -q 'no more of them are started (--restarts)' "$work/once.err"
begin stopped "$server_ns" http -i "$server_if"
interrupt stopped
equal "stopped: exit status" 0 "$wb_status"

# The opener dies under load: the worker ends as by an interrupt, and loses nothing.
begin killed "$server_ns" http -i "$server_if" -o "$work/held" --json "$work/last" 'tcp port 80'
left=$(worker killed)
while [ ! -e "$work/gone" ]; do load; done &
loading=$!
wait_until sh -c "[ \$(grep -c '\"event_type\":\"http\"' '$work/last') -gt 10 ]"
send KILL killed
wait "$(cat "$work/killed.pid")" || true
wait_until sh -c "! kill -0 $left"
touch "$work/gone"
wait $loading
python3 - "$work/last" "$work/held" <<'PYTHON' || fail "without an opener: lines, files and counters differ"
import json, os, sys
lines = [json.loads(line) for line in open(sys.argv[1])] # each is whole
http = [line for line in lines if line["event_type"] == "http"]
stats = lines[-1]["stats"]
held = set(os.listdir(sys.argv[2]))
named = {name for line in http for name in line["http"].get("files", [])}
print(f"{len(http)} lines, {len(held)} files")
assert len(http) == stats["http"]["transactions"]
assert len(http) > 10
assert named == held and stats["record"]["lost_error"] == 0, (named ^ held, stats["record"])
PYTHON
finish
