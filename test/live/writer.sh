#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A kernel without landlock: the directory is a writer's, and the files are the same. Writers and
# workers are killed under load, disks are full, directories vanish: nothing that was complete is
# lost, nothing half stays, counters add up, and no process is left.
set -eu
. "$(dirname "$0")/lib.sh"
live nginx curl python3 pgrep tcpdump setpriv
without="python3 $here/without_landlock.py"

serve ''
python3 - "$work/www" <<'PYTHON'
import os, sys
for i in range(500):
    with open(os.path.join(sys.argv[1], f"{i}.bin"), "wb") as file: # some need temporary files
        file.write(f"{i:06d}".encode() * (20 + i if i % 50 else 30000))
PYTHON
load() { in_client curl -s --fail -o /dev/null "http://$server_ip/[0-499].bin" >/dev/null; }
# renew: all files get other ETags, so that there is something to write. A writer that is gone is missed
# when there is.
renewed=0
renew() {
	renewed=$((renewed + 1))
	find "$work/www" -name '*.bin' -exec touch -d "@$((1600000000 + renewed))" {} +
}
lines() { grep -c '"event_type":"http"' "$work/lines" || true; }
writer() { pgrep -P "$(worker "$1")"; } # NAME
# after NAME PID: another worker than that one is there, with a writer.
after() { next=$(worker "$1") && [ -n "$next" ] && [ "$next" != "$2" ] && pgrep -P "$next" >/dev/null; }
told() { [ "$(grep -c "the worker died by signal $2 " "$work/$1.err")" -eq "$3" ]; } # NAME SIGNAL TIMES
who_is_left() { pgrep -f "wirebeam.* $work/" | paste -sd ' '; }
are_over() { [ -z "$(who_is_left)" ]; }
nobody_is_left() { equal "$1: no process is left" '' "$(who_is_left)"; }

# The main job: all files are those that landlock leaves us to make, whoever starts it.
begin traffic "$server_ns" capture -i "$server_if" -w "$work/traffic.pcapng" 'tcp port 80'
load
load
interrupt traffic
chmod 644 "$work/traffic.pcapng"
mkdir -m 777 "$work/of-nobody"
for naming in etag client sha256; do
	"$wirebeam" http -q -r "$work/traffic.pcapng" -o "$work/$naming" --name $naming --sandbox on >/dev/null
	$without "$wirebeam" http -v -r "$work/traffic.pcapng" -o "$work/$naming-handed" --name $naming \
		--sandbox on >/dev/null 2>"$work/$naming.err"
	is_true "$naming: the means are told" grep -q \
		'^sandbox on: user, capabilities, no_new_privs, writer, seccomp (nobody)$' "$work/$naming.err"
	is_true "$naming: files and bytes are the same" diff -r "$work/$naming" "$work/$naming-handed"
	$without setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$wirebeam" http -v \
		-r "$work/traffic.pcapng" -o "$work/of-nobody/$naming" --name $naming --sandbox on \
		>/dev/null 2>"$work/$naming.err"
	is_true "$naming: the means are told, without rights" grep -q \
		'^sandbox on: capabilities, no_new_privs, writer, seccomp$' "$work/$naming.err"
	is_true "$naming: the same without rights" diff -r "$work/$naming" "$work/of-nobody/$naming"
done
is_true "there are large ones" test "$(find "$work/etag" -size +100k | wc -l)" -ge 10
equal "who started us owns none of another's" "root" \
	"$(find "$work/etag-handed" -type f -printf '%u\n' | sort -u)"
nobody_is_left "the main job"

# Who they are: none but the writer has the directory, and that has nothing else.
holds() { # PID PATH
	find "/proc/$1/fd" -lname "$2" | wc -l
}
status_of() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$2/status"; }
begin roles "$server_ns" http -i "$server_if" -o "$work/roles" --sandbox on 'tcp port 80'
load
equal "the worker holds no directory" 0 "$(holds "$(worker roles)" "$work/roles")"
equal "the writer holds it" 1 "$(holds "$(writer roles)" "$work/roles")"
holds_three() { [ "$(find "/proc/$(writer roles)/fd" -type l | wc -l)" -eq 3 ]; } # but for what it hands over
is_true "and, besides, its socket and standard error" wait_until holds_three
id=$(id -u nobody)
equal "the writer: user" "$id $id $id" "$(status_of Uid "$(writer roles)" | awk '{print $1, $2, $3}')"
equal "the writer: capabilities" "0000000000000000 0000000000000000" \
	"$(status_of CapPrm "$(writer roles)") $(status_of CapBnd "$(writer roles)")"
equal "the writer: no_new_privs, seccomp" "1 2" \
	"$(status_of NoNewPrivs "$(writer roles)") $(status_of Seccomp "$(writer roles)")"
interrupt roles
equal "roles: exit status" 0 "$wb_status"
adds_up roles
nobody_is_left roles

# A writer that is stopped holds up nobody who wants an end.
begin stopped "$server_ns" http -i "$server_if" -o "$work/stopped" 'tcp port 80'
load
kill -STOP "$(writer stopped)"
for signal in INT INT INT TERM; do
	send $signal stopped 2>/dev/null || true
	sleep 0.3
done
is_true "stopped: all are over" wait_until are_over
wait "$(cat "$work/stopped.pid")" || true

# Root who may not change its root becomes another user all the same, and it is told what is missing.
able=$without
without="setpriv --bounding-set=-sys_chroot --inh-caps=-sys_chroot $able"
got=0
$without "$wirebeam" http -q -r "$work/traffic.pcapng" -o "$work/refused" --sandbox on 2>"$work/refused.err" || got=$?
equal "no chroot, --sandbox on: exit status" 1 "$got"
is_true "no chroot: why" grep -q 'no landlock for the directory, and chroot is not permitted' "$work/refused.err"
begin rootless "$server_ns" http -i "$server_if" -v -o "$work/rootless" --json "$work/rootless.json" 'tcp port 80'
load
equal "no chroot, the writer: user" "$id $id $id" "$(status_of Uid "$(writer rootless)" | awk '{print $1, $2, $3}')"
interrupt rootless
without=$able
is_true "no chroot: it is told" grep -q 'not confined as it should be: .*chroot is not permitted' "$work/rootless.err"
is_true "no chroot: it is in the record" grep -q '"complete": *false' "$work/rootless.json"
adds_up rootless
nobody_is_left rootless

# Under load, writers and workers die in turn.
begin killed "$server_ns" http -i "$server_if" -B 131072 -o "$work/kept" --json "$work/lines" --restarts 50 'tcp port 80'
for whom in writer worker writer worker writer; do
	was=$(lines)
	renew
	load &
	loading=$!
	wait_until sh -c "[ \$(grep -c '\"event_type\":\"http\"' '$work/lines') -gt $((was + 10)) ]"
	dead=$(worker killed)
	kill -KILL "$($whom killed)"
	wait $loading
	tries=0
	until after killed "$dead" || [ $tries -gt 20 ]; do
		renew
		load
		tries=$((tries + 1))
	done
	is_true "another worker, when a $whom died" after killed "$dead"
done
is_true "a worker without its writer ends, and it is told" told killed 6 3
equal "why it did" 3 "$(grep -c "^wirebeam: the writer of '$work/kept' is gone\$" "$work/killed.err")"
is_true "kills of workers are told" told killed 9 2
was=$(lines)
load
wait_until sh -c "[ \$(grep -c '\"event_type\":\"http\"' '$work/lines') -ge $((was + 490)) ]"
interrupt killed
equal "killed: exit status" 1 "$wb_status"
adds_up killed
equal "killed: nothing dropped" 0 "$(number killed 'dropped by kernel ring')"
equal "killed: workers that died" 5 "$(number killed 'workers died')"
only_whole_sets killed "$work/kept"
nobody_is_left killed
python3 "$here/deaths.py" "$work/lines" "$work/kept" 5 || fail "lines, files and counters differ"
rm -f "$work/kept/"*.incomplete.* # cut by a death
python3 "$here/bodies.py" "$work/kept" "$work/www" >"$work/bodies.txt" ||
	fail "bodies differ: $(head -n 3 "$work/bodies.txt")"
is_true "bodies that are what was served" grep -q ' targets, 0 wrong' "$work/bodies.txt"

# The opener dies: all end as by an interrupt.
begin opener "$server_ns" http -i "$server_if" -o "$work/held" --json "$work/last" 'tcp port 80'
load
send KILL opener
wait "$(cat "$work/opener.pid")" || true
wait_until are_over
only_whole_sets opener "$work/held"
equal "opener: the last record is the statistics'" 1 "$(tail -n 1 "$work/last" | grep -c '"event_type":"stats"')"

# A full disk: what fits is whole, the rest is counted.
mkdir "$work/disk"
mount -t tmpfs -o size=1m none "$work/disk"
mounted=$work/disk
begin full "$server_ns" http -i "$server_if" -o "$work/disk/kept" 'tcp port 80'
load
interrupt full
equal "full: exit status" 1 "$wb_status"
adds_up full
is_true "full: some are lost" test "$(number full lost)" -gt 10
is_true "full: some are kept" test "$(number full written)" -gt 10
is_true "full: why is told" grep -q 'No space left on device' "$work/full.err"
only_whole_sets full "$work/disk/kept"
nobody_is_left full

# A directory that vanishes: what cannot be kept is counted, and the run goes on to its end.
directory_vanishes 1.bin 2.bin
nobody_is_left gone

# A directory that its owner may not write to is refused by the writer, in one line.
mkdir -m 555 "$work/closed"
got=0
$without "$wirebeam" http -r "$work/traffic.pcapng" -o "$work/closed" -q 2>"$work/closed.err" || got=$?
equal "a directory that its owner may not write to" 1 "$got"
equal "is told in one line" 1 "$(wc -l <"$work/closed.err")"
is_true "of why" grep -q 'takes no files once rights are given up' "$work/closed.err"
nobody_is_left closed
finish
