#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What a worker that was taken over could do: builds with tests try it in the worker's place
# (src/guard/probe.c), in each role, after it was confined and before it reads. The kernel says
# no to each. Then who it is, what is told of it, and a directory that vanishes.
set -eu
. "$(dirname "$0")/lib.sh"
live nginx curl python3

"$wirebeam" --version -v | sed -n '/^system calls/,$p' >"$work/calls"
if [ "$(uname -m)" = x86_64 ]; then # elsewhere some have other names
	is_true "the system calls of each role are those of the checked list" \
		diff "$here/../../src/guard/calls.txt" "$work/calls"
fi

# surround NAME: a directory with something around it.
surround() {
	mkdir "$work/$1" "$work/$1/dir"
	echo untouched >"$work/$1/victim"
	ln -s ../target "$work/$1/dir/link"
	echo mine >"$work/$1/dir/mine"
	echo secret >"$work/$1/target"
	chmod 700 "$work/$1"
}
surround outside
printf '%s\n' ffffffffffff0200000000aa88b50011223344 ffffffffffff0200000000aa88b5005566 >"$work/lines"
udp_pcap=$work/udp.pcap
python3 - "$udp_pcap" <<'PY'
import struct, sys
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for second in range(3):
        file.write(struct.pack("<IIII", second, 0, 60, 60) + bytes(60))
PY

attempts=25
has_tried() { [ "$(grep -c '^probe ' "$1")" = $attempts ]; }
# denied NAME "OTHER-ANSWERS" COMMAND ARGUMENT ...: each attempt fails with EPERM or EACCES, but for those
# that are named with what the kernel says instead. A live run gets a packet to end with.
denied() {
	name=$1 others=$2 command=$3
	shift 3
	# shellcheck disable=SC2086 # words, or none
	WIREBEAM_GUARD_PROBE=1 ip netns exec "$server_ns" ${without-} "$wirebeam" "$command" --sandbox on "$@" \
		>"$work/$name.out" 2>"$work/$name.err" &
	pid=$!
	pids="$pids $pid"
	wait_until has_tried "$work/$name.err"
	in_client ping -c 1 $server_ip >/dev/null
	got=0
	wait $pid || got=$?
	equal "$name: exit status" 0 "$got"
	equal "$name: attempts" $attempts "$(grep -c '^probe ' "$work/$name.err")"
	not_denied "$name" "$others" 'p'
}
# not_denied NAME OTHER-ANSWERS LINES: of the attempts that sed prints by these.
not_denied() {
	equal "$1: not denied by name" "$2" "$(grep '^probe ' "$work/$1.err" | sed -n "$3" |
		sed -n -e '/: EPERM$/d' -e '/: EACCES$/d' -e 's/^probe //p' | paste -sd ' ')"
}

# There is no packet socket in a file's worker: a descriptor that is none is all it can try.
denied file 'inject: EBADF' read -r "$udp_pcap"
denied live '' capture -i "$server_if" -c 1 --source packet
denied libpcap '' capture -i "$server_if" -c 1 --source libpcap
denied client '' http -i "$server_if" -c 1
denied writer 'inject: EBADF' http -r "$udp_pcap" -o "$work/outside/dir" --json "$work/json"
denied both '' http -i "$server_if" -c 1 -o "$work/outside/dir"
# On a kernel without landlock a writer makes the files, and tries first. Its directory is its root:
# what is tried outside is not there, or comes to lie inside. The worker can name no file at all.
surround around
attempts=50
without="python3 $here/without_landlock.py"
handed() { # NAME WORKER-OTHERS COMMAND ARGUMENT ...
	name=$1 workers=$2
	shift 2
	denied "$name" "up: allowed link: allowed link-name: EEXIST rename: allowed unlink: ENOENT${workers:+ }$workers" "$@"
	not_denied "$name" "$workers" '26,$p' # the worker alone
	is_true "$name: what was made lies inside" test -f "$work/around/dir/escaped" -a -f "$work/around/dir/target"
	equal "$name: the file beside" untouched "$(cat "$work/around/victim")"
	equal "$name: what the link points to" secret "$(cat "$work/around/target")"
	equal "$name: files outside" "dir target victim" "$(ls -x "$work/around" | tr -s ' ')"
	rm -r "$work/around"
	surround around
}
handed handed 'inject: EBADF' http -r "$udp_pcap" -o "$work/around/dir" --json "$work/json2"
handed handed-live '' http -i "$server_if" -c 1 -o "$work/around/dir"
without=
attempts=25
# Those that ask may send by what is open: ping has no packet socket, and that of a probe is bound to
# no interface, which is all that stops an attempt that names none.
denied ping 'inject: EBADF' ping -c 1 "$client_ip"
ip netns exec "$client_ns" python3 -m http.server -d "$work/outside" --bind $client_ip 80 >/dev/null 2>&1 &
pids="$pids $!"
wait_until in_client curl -s -o /dev/null "http://$client_ip/"
denied probe 'inject: ENXIO' probe -W 5 tcp "$client_ip" 80
denied trace 'inject: ENXIO' trace -w 5 "$client_ip"
# What is to be sent may be sent by what is open, and nothing else. The attempt to inject looks for a
# packet socket by a call that is denied here.
injectors='packet libpcap'
in_server "$wirebeam" send -i lo -x 00 --injector xdp 2>&1 | grep -q 'no such kind' || injectors="xdp $injectors"
for injector in $injectors; do
	denied "send-$injector" 'inject: EBADF' send -i "$server_if" --injector "$injector" -p 1k -x "@$work/lines"
done
denied send-ip 'inject: EBADF' send --ip "ip(dst=$client_ip)/udp(dport=9)/zeros(9)"
denied send-icmp 'inject: EBADF' send --icmp $client_ip -x 0800f7fd00010001
denied send-raw 'inject: EBADF' send -i "$server_if" --raw "$udp_pcap"
denied send-print 'inject: EBADF' send -n -r "$udp_pcap"
denied replay 'inject: EBADF' replay -i "$server_if" -r "$udp_pcap" -p 1k
equal "the file beside" untouched "$(cat "$work/outside/victim")"
equal "what the link points to" secret "$(cat "$work/outside/target")"
equal "files outside" "dir target victim" "$(ls -x "$work/outside" | tr -s ' ')"
equal "nothing was created in /tmp" no "$([ -e /tmp/wirebeam-probe ] && echo yes || echo no)"

# Who it is: another user, without capabilities, confined.
status_of() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$(cat "$work/$2.pid")/status"; }
begin user "$server_ns" http -i "$server_if" -o "$work/user" -v --sandbox on
worker user >"$work/worker.pid"
nobody=$(id -u nobody)
equal "real, effective and saved user" "$nobody $nobody $nobody" \
	"$(status_of Uid worker | awk '{print $1, $2, $3}')"
equal "capabilities" "0000000000000000 0000000000000000" "$(status_of CapPrm worker) $(status_of CapBnd worker)"
equal "no_new_privs, seccomp" "1 2" "$(status_of NoNewPrivs worker) $(status_of Seccomp worker)"
interrupt user
equal "user: exit status" 0 "$wb_status"
is_true "what is active is told" grep -q '^sandbox on: user, capabilities, no_new_privs, landlock, seccomp (nobody)' \
	"$work/user.err"

# The same for what sends, which is one process. Whether it ends by itself or not, the interface has
# no XDP program, and its queue is free for the next one: the kernel frees it a moment later.
sends() { # NAME COMMAND ARGUMENT ...
	name=$1
	shift
	ip netns exec "$server_ns" "$wirebeam" "$@" -i "$server_if" 2>"$work/$name.err" &
	echo $! >"$work/$name.pid"
	pids="$pids $!"
}
is_confined() { [ "$(status_of Seccomp "$1")" = 2 ]; }
is_free() { ip netns exec "$server_ns" "$wirebeam" send -q -i "$server_if" -x "@$work/lines" --injector "$injector"; }
injector=${injectors%% *}
for name in send replay; do
	wait_until is_free
	sleep 1 # until it is so again
	if [ $name = send ]; then
		sends send send --injector "$injector" -c 0 -x "@$work/lines" -p 1k --sandbox on
	else
		sends replay replay --injector "$injector" -l 0 -r "$udp_pcap" -p 1k --sandbox on
	fi
	wait_until is_confined "$name"
	equal "$name: real, effective and saved user" "$nobody $nobody $nobody" \
		"$(status_of Uid "$name" | awk '{print $1, $2, $3}')"
	equal "$name: capabilities" "0000000000000000 0000000000000000" \
		"$(status_of CapPrm "$name") $(status_of CapBnd "$name")"
	equal "$name: processes that it may have" "0 0" \
		"$(sed -n 's/^Max processes *//p' "/proc/$(cat "$work/$name.pid")/limits" | awk '{print $1, $2}')"
	interrupt "$name"
	equal "$name: interrupted: exit status" 1 "$wb_status"
	equal "$name: no XDP program stays" 0 "$(ip -d -n "$server_ns" link show "$server_if" | grep -c xdp)"
	wait_until is_free
	equal "$name: nor after an end by itself" 0 "$(ip -d -n "$server_ns" link show "$server_if" | grep -c xdp)"
done

# What the JSON begins with, and what a report says instead of denying it.
start=$(head -n 1 "$work/json")
is_true "the first JSON record tells what confines" python3 -c '
import json, sys
record = json.loads(sys.argv[1])
assert record["event_type"] == "start"
assert record["start"]["sandbox"] == {"mode": "on", "complete": True, "user": "nobody",
    "means": ["user", "capabilities", "no_new_privs", "landlock", "seccomp"]}, record' "$start"
is_true "that of one with a writer, too" python3 -c '
import json, sys
record = json.loads(sys.argv[1])
assert record["start"]["sandbox"]["means"] == ["user", "capabilities", "no_new_privs", "writer", "seccomp"]
assert record["start"]["sandbox"]["complete"], record' "$(head -n 1 "$work/json2")"
# libpcap asks the file system for a counter, which we have from elsewhere.
begin report "$server_ns" capture -i "$server_if" --source libpcap -w "$work/report.pcap" --sandbox report
in_client ping -c 2 -i 0.2 $server_ip >/dev/null
interrupt report
equal "report: exit status" 0 "$wb_status"
equal "report: what would be denied is told once" 1 "$(grep -c 'would deny openat (' "$work/report.err")"
adds_up report

# Directories of others: files are their owner's.
for owner in root nobody daemon; do
	mkdir -m 700 "$work/of-$owner"
	chown "$owner" "$work/of-$owner"
	"$wirebeam" http -r "$here/../../examples/demo.pcapng" -o "$work/of-$owner" -q >/dev/null
	equal "files in a directory of $owner belong to" "$owner" \
		"$(find "$work/of-$owner" -type f -printf '%u\n' | sort -u)"
done
mkdir -m 555 "$work/closed"
got=0
"$wirebeam" http -r "$udp_pcap" -o "$work/closed" -q 2>"$work/closed.err" || got=$?
equal "a directory that its owner may not write to" 1 "$got"
is_true "is told" grep -q "takes no files once rights are given up" "$work/closed.err"

# A directory that vanishes: what cannot be kept is counted, and the run goes on to its end.
serve 'location /hello { return 200 "hello\n"; }'
directory_vanishes hello hello

# Names of services are looked up before; descriptors that a shell opened are files.
equal "a filter with a name" 14 "$("$wirebeam" read -q -r "$here/../../examples/demo.pcapng" \
	'tcp[13] & 2 != 0 and port http' 2>&1 | wc -l)"
equal "a file by its descriptor" 3 "$("$wirebeam" read -q -r /dev/fd/7 7<"$udp_pcap" | wc -l)"
finish
