#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A user without rights does the main job through wirebeam-open, and gets what the allow-list
# permits and nothing more.
set -eu
. "$(dirname "$0")/lib.sh"
need_opener nginx curl ip

serve 'location /hello { return 200 "hello\n"; }'
seq 1 5000 >"$work/www/numbers.txt"
mkdir -m 777 "$work/out"
wirebeam=$work/bin/wirebeam

# record NAME FILTER: wirebeam http of that user, in the background.
record() {
	# shellcheck disable=SC2086 # words
	ip netns exec "$server_ns" $nobody "$wirebeam" http -i "$server_if" -o "$work/out/$1" ${2:+"$2"} \
		>"$work/$1.out" 2>"$work/$1.err" &
	begun "$1" $!
}
fetch() { in_client curl -sS --fail --max-time 20 -o "$work/got" "http://$server_ip/numbers.txt"; }

# The main job.
allow "user nobody packet $server_if"
equal "the user has no rights" 0000000000000000 "$(as_nobody sed -n 's/^CapEff:\t//p' /proc/self/status)"
for filter in '' 'tcp port 80' 'tcp port 80 and not vlan'; do
	name=main$(printf %s "$filter" | wc -c)
	record "$name" "$filter"
	fetch
	interrupt "$name"
	equal "$name: exit status" 0 "$wb_status"
	adds_up "$name"
	equal "$name: incomplete" 0 "$(number "$name" incomplete)"
	is_true "$name: the body is what was served" cmp -s "$work/www/numbers.txt" "$work"/out/"$name"/*.body
done

# What can be captured is told.
as_nobody "$wirebeam" interfaces --json >"$work/interfaces"
is_true "the permitted interface can be captured" sh -c "grep '\"$server_if\"' '$work/interfaces' | grep -q '\"can_capture\":true'"
equal "no other one" 1 "$(grep -c '"can_capture":true' "$work/interfaces")"

# What cannot is refused, with the reason.
refused() { # WHAT TEXT ARGUMENT ...
	what=$1 text=$2
	shift 2
	got=0
	as_nobody env WIREBEAM_OPEN="$opener" timeout 20 "$wirebeam" "$@" >"$work/answer" 2>&1 || got=$?
	equal "$what: exit status" 1 "$got"
	says "$what" "$text"
}
refused "another interface" "lo: no permission to capture: wirebeam-open: packet on lo is not permitted to user nobody by" http -i lo
refused "all interfaces" "packet on any is not permitted" http -i any
refused "no such interface" "nosuch: there is no such interface" http -i nosuch
allow "user nobody packet $server_if" "user root"
refused "a list with a mistake" "line 2: a rule is" http -i "$server_if"
rm "$OPENER_LIST/open.conf"
refused "no list" "nothing is permitted: there is no" http -i "$server_if"
opener=$work/bin/none
refused "no program" "none cannot be run" http -i lo
opener=$work/bin/wirebeam-open

# One who refuses and is gone before his caller looks, and has not read the filter, has still said
# why: the caller is stopped meanwhile.
cat >"$work/bin/hasty" <<'SH'
#!/bin/sh
sleep 0.2
kill -STOP $PPID
echo "wirebeam-open: not today" >&2
(exec <&- >&- 2>&-; sleep 0.3; kill -CONT $PPID) &
SH
chmod 755 "$work/bin/hasty"
opener=$work/bin/hasty
refused "gone before it is heard" "lo: no permission to capture: wirebeam-open: not today" http -i lo 'tcp port 80'
opener=$work/bin/wirebeam-open

# Groups.
allow "group 54321 packet $server_if"
ask packet "$server_if"
says "not in the group" "not permitted"
in_server setpriv --reuid=65534 --regid=65534 --groups=54321 --inh-caps=-all "$work/bin/asking" packet "$server_if" >"$work/answer"
says "in the group" opened
in_server setpriv --reuid=65534 --regid=54321 --clear-groups --inh-caps=-all "$work/bin/asking" packet "$server_if" >"$work/answer"
says "in the primary group" opened

# The filter is locked, whatever the socket is bound to; nothing else is held back.
allow "user 65534 packet,inject $server_if"
ask packet "$server_if"
says "permits" "permits: yes"
says "one descriptor" "descriptors: 1"
says "attach" "attach: Operation not permitted"
says "detach" "detach: Operation not permitted"
says "unlock" "unlock: Operation not permitted"
says "promiscuous mode needs no right" "promiscuous: yes"
says "binding needs no right" "bind: yes"
says "nothing of another interface" "heard: 0"
allow "user nobody packet *"
ask packet lo
# Five datagrams and the errors about them, each on its way out and in.
says "the interface itself is heard" "heard: 20"
allow "user nobody packet * ports=80"
ask packet lo cooked
says "another port is not" "heard: 0"
allow "user nobody packet * ports=1-8,9,10-20"
ask packet lo cooked
says "the permitted port is" "heard: 10"
allow "user nobody inject *"
ask inject lo
says "a socket to send by hears nothing" "heard: 0"
says "a socket to send by is locked" "attach: Operation not permitted"

# In a program that ignores SIGCHLD, as the Erlang VM does, the system keeps no exit status.
allow "user nobody packet *"
for name in lo nosuch; do
	as_nobody env --ignore-signal=CHLD "$work/bin/asking" packet "$name" >"$work/answer" 2>&1 || true
	says "without SIGCHLD: $name" "permits: yes"
done
says "without SIGCHLD: the error" "NOT_FOUND: wirebeam-open: nosuch"

# The other verbs, and each alone.
allow "user nobody ip4,ip6,icmp4,icmp6,tun *"
for verb in ip4 ip6 icmp4 icmp6; do
	ask $verb any
	says "$verb" opened
	ask $verb lo
	says "$verb on an interface" opened
	ask $verb nosuch
	says "$verb on none" "NOT_FOUND: wirebeam-open: nosuch: there is no such interface"
done
ask packet lo
says "packet is not among them" "not permitted"
mknod "$work/tun" c 10 200
chmod 666 "$work/tun"
for kind in tun tap; do
	in_server sh -c "mount --bind '$work/tun' /dev/net/tun && exec $nobody '$work/bin/asking' tun wb$kind $kind" >"$work/answer" 2>&1 || true
	says "a $kind device" opened
done

# Another network namespace: the rule's path, which has to be one.
allow "user nobody packet * netns=/run/netns/$client_ns" "user nobody packet * netns=$work/www/numbers.txt" \
	"user nobody packet * netns=$work/link" "user nobody packet * netns=$work/fifo" \
	"user nobody packet * netns=/proc/1/ns/net" "user nobody packet * netns=$work/none" \
	"user nobody packet * netns=$work/uts"
ask packet "$client_if" "netns=/run/netns/$client_ns"
says "another namespace" opened
ask packet "$server_if" "netns=/run/netns/$client_ns"
says "it is the other one" "no such interface"
ask packet lo
says "the own one is not permitted" "not permitted"
ask packet lo "netns=/run/netns/$server_ns"
says "a namespace of no rule" "not permitted"
ask packet lo "netns=$work/www/numbers.txt"
says "a file" "it is no network namespace"
ln -s "/run/netns/$client_ns" "$work/link"
mkfifo "$work/fifo"
: >"$work/uts"
ask packet lo "netns=$work/link"
says "a link" "Too many levels of symbolic links"
ask packet lo "netns=$work/fifo"
says "a FIFO" "it is no network namespace"
ask packet lo "netns=/proc/1/ns/net"
says "a link of /proc" "symbolic links\|denied"
ask packet lo "netns=$work/none"
says "nothing" "No such file"
in_server sh -c "mount --bind /proc/self/ns/uts '$work/uts' && exec $nobody '$work/bin/asking' packet lo 'netns=$work/uts'" >"$work/answer" 2>&1 || true
says "a namespace of another kind" "it is no network namespace"
finish
