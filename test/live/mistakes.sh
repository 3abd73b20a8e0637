#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Every mistake a user can make gets one line that says what is wrong, and the right exit
# status: 2 where the command line is wrong, 1 where the run could not do its job. What
# was recorded before a failure is kept.
set -eu
. "$(dirname "$0")/lib.sh"
live tcpdump tcpreplay setpriv python3

# expect STATUS TEXT ARGUMENT ...: exactly one line of "wirebeam", which holds TEXT.
expect() {
	wanted=$1 text=$2
	shift 2
	got=0
	in_server timeout 20 "$wirebeam" "$@" >"$work/mistake.out" 2>"$work/mistake.err" || got=$?
	judge "$wanted" "$text" "$got" "$*"
}
judge() { # STATUS TEXT GOT WHAT
	lines=$(grep -c '^wirebeam' "$work/mistake.err" || true)
	if [ "$3" = "$1" ] && [ "$lines" = 1 ] && grep '^wirebeam' "$work/mistake.err" | grep -qi -e "$2"; then
		echo "ok: $4: $(grep '^wirebeam' "$work/mistake.err")"
	else
		fail "$4: wanted status $1 and one line with '$2', got status $3 and: $(cat "$work/mistake.err")"
	fi
}

cd "$work"
python3 "$here/frames.py" vlan >good.pcap
head -c $(($(stat -c %s good.pcap) - 10)) good.pcap >cut.pcap
: >empty.pcap
echo 'this is no capture file, whatever its name says' >text.pcap
{ head -c 20 good.pcap; printf '\377\000\000\000'; tail -c +25 good.pcap; } >link.pcap
mkdir folder
touch secret.pcap
chmod 000 secret.pcap
cp "$wirebeam" wirebeam
chmod 755 wirebeam

# Commands and options.
expect 2 "frobnicate" frobnicate
expect 2 "frobnicate" help frobnicate
expect 2 "unknown option --frobnicate" --frobnicate
expect 2 "unknown option --frobnicate" http --frobnicate -r good.pcap
expect 2 "unknown option -Y" capture -Y
expect 2 "there is no user 'nosuchuser'" capture -i lo -Z nosuchuser
for command in "http -r good.pcap" "capture -i lo" "read -r good.pcap" "send -i lo -x 00" \
	"replay -i lo -r good.pcap" "ping $server_ip" "probe tcp $server_ip 80" "trace $server_ip"; do
	# shellcheck disable=SC2086 # its words
	set -- $command
	verb=$1
	shift
	expect 2 "--user and --sandbox off exclude each other" "$verb" --sandbox off -Z nobody "$@"
done
expect 2 "there is no user 'nosuchuser'" send -i lo -x 00 -Z nosuchuser
expect 2 "there is no user 'nosuchuser'" replay -i lo -r good.pcap -Z nosuchuser
expect 2 "wants an argument" http -r
expect 2 "takes no argument" http --quiet=yes -r good.pcap
expect 2 "-i" http
expect 2 "exclude each other" http -i "$server_if" -r good.pcap
expect 2 "exclude each other" http -q -v -r good.pcap
expect 2 "no meaning with -r" http -r good.pcap -B 1000
expect 2 "no meaning with -r" http -r good.pcap -Q in
expect 2 "wants a number" http -r good.pcap -c many
expect 2 "wants a number" http -r good.pcap -c -5
expect 2 "must be from 1" http -r good.pcap -c 0
expect 2 "wants a number" http -r good.pcap -c 99999999999999999999999
expect 2 "must be from 0 to 262144" http -r good.pcap -s 300000
expect 2 "must be one of" http -r good.pcap -o out --name magic
expect 2 "must be one of" http -i "$server_if" --source magic
expect 2 "needs -o" http -r good.pcap --name etag
expect 2 "needs --json" http -r good.pcap --records flow
expect 2 "must name" http -r good.pcap --json x.json --records flow,magic
expect 2 "wants NAME=VALUE" http -r good.pcap --limit flows
expect 2 "no limit named 'magic'" http -r good.pcap --limit magic=1
expect 2 "wants a number" http -r good.pcap --limit flows=many
expect 2 "from 1 to" http -r good.pcap --limit flows=99999999999
expect 2 "must name one of first|last|bsd" http -r good.pcap --target amiga
expect 2 "must name one of" http -r good.pcap --target 192.0.2.0/24=
expect 2 "wants a network" http -r good.pcap --target 192.0.2/24=linux
expect 2 "wants a network" http -r good.pcap --target =linux
expect 2 "from 0 to 32" http -r good.pcap --target 192.0.2.0/33=linux
expect 2 "from 0 to 128" http -r good.pcap --target 2001:db8::/=linux
expect 2 "beyond its prefix length" http -r good.pcap --target 192.0.2.1/24=linux
expect 2 "must name window, timestamps, checksum, reset, syn, ack, ip, urgent, or all" http -r good.pcap --lenient urgently
expect 2 "or all, not ''" http -r good.pcap --lenient ack,
expect 2 "name the interface" capture -w out.pcapng
expect 2 "needs -w" capture -i "$server_if" --format pcap
expect 2 "one word too many" interfaces up

# Filters.
expect 2 "syntax error" http -r good.pcap tcp port and
expect 2 "syntax error" capture -i "$server_if" -w out.pcapng 'tcp port and'
expect 2 "nosuchhost" http -r good.pcap 'host nosuchhost.invalid'

# Files.
expect 1 "missing.pcap" http -r missing.pcap
expect 1 "folder" http -r folder
expect 1 "empty" http -r empty.pcap
expect 1 "text.pcap" http -r text.pcap
expect 1 "cut.pcap" http -r cut.pcap
equal "what a cut file holds is read" 12 "$(sed -n 's/ packets seen.*//p' mistake.err)"
expect 1 "not-there" http -r good.pcap -o not-there/out
expect 1 "good.pcap" http -r good.pcap -o good.pcap
expect 1 "not-there" http -r good.pcap --json not-there/x.json
expect 1 "not-there" capture -i "$server_if" -w not-there/out.pcapng
expect 1 "folder" capture -i "$server_if" -w folder
expect 1 "nosuchif" http -i nosuchif0
expect 1 "nosuchif" capture -i nosuchif0 --source libpcap -w out.pcapng
expect 1 "link type" http -r link.pcap

# Without rights.
as_nobody() { in_server setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$work/wirebeam" "$@"; }
nobody() { # TEXT ARGUMENT ...
	text=$1
	shift
	got=0
	as_nobody "$@" >mistake.out 2>mistake.err || got=$?
	judge 1 "$text" "$got" "without rights: $*"
}
nobody "CAP_NET_RAW" http -i "$server_if"
nobody "CAP_NET_RAW" capture -i "$server_if" --source libpcap -w /dev/null
nobody "secret.pcap" http -r secret.pcap
nobody "out" http -r good.pcap -o "$work/out"
nobody "interfaces.json" http -r good.pcap --json "$work/interfaces.json"

# The interface goes down: what came before is kept.
goes_down() { # SOURCE
	begin down "$server_ns" capture -i "$server_if" --source "$1" -w "$work/down.pcap" --format pcap 'udp and not vlan'
	in_client tcpreplay -q -i "$client_if" good.pcap >/dev/null 2>&1
	sleep 0.2
	ip -n "$server_ns" link set "$server_if" down
	ended down
	cp down.err mistake.err
	judge 1 "$server_if.*down" "$wb_status" "the interface goes down, $1"
	equal "$1: packets before that are kept" "$(tcpdump -r good.pcap --count 'udp and not vlan' 2>/dev/null)" \
		"$(tcpdump -r down.pcap --count 2>/dev/null)"
	ip -n "$server_ns" link set "$server_if" up
	wait_until in_client ping -q -c 1 -W 1 $server_ip >/dev/null
}
goes_down packet
goes_down libpcap

# A full disk: told once, counted, and the run goes on.
mkdir disk
mount -t tmpfs -o size=256k none disk || skip "cannot mount a tmpfs"
mounted=$work/disk
python3 "$here/frames.py" udp 1000 >big.pcap
in_server sh -c "sleep 0.5; tcpreplay -q -t -i $server_if big.pcap" >/dev/null 2>&1 &
pids="$pids $!"
expect 1 "no space" capture -i "$server_if" -c 1000 -w disk/out.pcapng udp
is_true "what fitted is a readable file" sh -c "tcpdump -r disk/out.pcapng --count 2>/dev/null | grep -q '^[1-9]'"
rm disk/out.pcapng
python3 "$here/frames.py" http 40 10000 >http.pcap
expect 1 "no space" http -r http.pcap -o disk/kept
cp mistake.err full.err
is_true "some transactions were written, some lost" test "$(number full written)" -gt 0 -a "$(number full lost)" -gt 0
adds_up full
expect 1 "quota" http -r http.pcap -o quota --quota 100K
expect 1 "quota" http -r http.pcap -o files --max-files 10
equal "--max-files 10: three files for each of three" 9 "$(find files -type f | wc -l)"

# Standard output that cannot be written ends the run, and is told.
got=0
"$wirebeam" http -v -r http.pcap >/dev/full 2>mistake.err || got=$?
judge 1 "standard output" $got "standard output is a full disk"
{
	sleep 0.5
	"$wirebeam" http -v -r http.pcap 2>mistake.err || echo $? >pipe.status
} | true
equal "a reader that has enough: exit status" 1 "$(cat pipe.status)"
equal "a reader that has enough is no mistake" 0 "$(grep -c '^wirebeam' mistake.err || true)"
{
	sleep 0.5
	"$wirebeam" http -r http.pcap --json - 2>mistake.err || echo $? >pipe.status
} | true
judge 1 "42 JSON records not written" "$(cat pipe.status)" "JSON into a closed pipe"
finish
