#!/bin/sh
# SPDX-License-Identifier: ISC
#
# wirebeam-open before those who mean harm: every allow-list that could be somebody else's, and
# every surrounding that a caller can choose. It never gives more than is permitted, says why not,
# ends by itself, and logs.
set -eu
. "$(dirname "$0")/lib.sh"
need_opener mount

# hostile MANNER WORD ...: the user without rights starts it so.
hostile() {
	manner=$1
	shift
	as_nobody /usr/bin/python3 "$work/hostile.py" "$manner" "$opener" "$@" >"$work/answer" 2>&1 || true
}
refused() { # TEXT MANNER WORD ...
	text=$1
	shift
	hostile "$@"
	says "$1: no descriptor" "descriptors 0"
	says "$*" "$text"
}
granted() { # MANNER WORD ...
	hostile "$@"
	says "$*" "descriptors 1"
	says "$*" "status 0"
}
cp "$(dirname "$0")/hostile.py" "$work/"
list=$OPENER_LIST/open.conf

# Lists.
rule="user nobody packet *"
allow "$rule"
granted plain packet lo
chown 65534 "$list"
refused "it is not root's" plain packet lo
chown 0:65534 "$list"
granted plain packet lo
chmod 664 "$list"
refused "others than root may write" plain packet lo
chmod 646 "$list"
refused "others than root may write" plain packet lo
chmod 600 "$list"
granted plain packet lo
mv "$list" "$OPENER_LIST/other"
ln -s other "$list"
refused "it is a symbolic link" plain packet lo
rm "$list"
mkdir "$list"
refused "it is no regular file" plain packet lo
rmdir "$list"
mkfifo "$list"
refused "it is no regular file" plain packet lo
rm "$list"
refused "there is no" plain packet lo
allow "$rule"
chmod 777 "$OPENER_LIST"
refused "others than root may write" plain packet lo
chmod 755 "$OPENER_LIST"
chown 65534 "$OPENER_LIST"
refused "it is not root's" plain packet lo
chown 0 "$OPENER_LIST"
mv "$OPENER_LIST" "$work/list"
ln -s "$work/list" "$OPENER_LIST"
refused "nothing is permitted" plain packet lo
rm "$OPENER_LIST"
mv "$work/list" "$OPENER_LIST"
head -c $((65536 - $(stat -c %s "$list"))) /dev/zero | tr '\0' '\n' >>"$list"
equal "the longest list" 65536 "$(stat -c %s "$list")"
granted plain packet lo
echo >>"$list"
refused "more than 65536 bytes" plain packet lo
head -c 65536 /dev/urandom >"$list"
refused "nothing is permitted" plain packet lo

# Words.
allow "$rule"
long=$(head -c 100000 /dev/zero | tr '\0' x)
refused "status 65" plain
refused "the word is too long" plain packet "$long"
refused "the word is too long" plain "$long" lo
# shellcheck disable=SC2046 # words
refused "too many words" plain packet lo $(seq 5000)
refused "'?\[2J/': it cannot be" plain packet "$(printf '\033[2J/')"
refused "no such verb" plain '../../bin/sh' lo
refused "one interface is to be named" plain inject any

# Surroundings.
granted environment packet lo
granted many-descriptors packet lo
granted no-file-size packet lo
refused "standard input is no Unix socket" stream packet lo
refused "standard input is no Unix socket" not-a-socket packet lo
refused "standard input is no Unix socket" only-2 packet lo
refused "status 65" only-1 packet lo
hostile only-0 packet lo
says "only standard input" "descriptors 1"
hostile no-descriptors packet lo
says "no descriptors" "status 65"
refused "Too many open files" few-descriptors packet lo
hostile no-memory packet lo
says "no memory" "descriptors 0"
hostile gone packet lo
says "a caller who has gone" "status \(67\|-13\)"

# Filters.
granted good-filter packet lo filter
granted longest-filter packet lo filter
refused "the filter is too long" long-filter packet lo filter
refused "not 32776 bytes" longer-filter packet lo filter
refused "not 0 bytes" empty-filter packet lo filter
refused "not 7 bytes" odd-filter packet lo filter
refused "the kernel refuses the filter" endless-filter packet lo filter
refused "the kernel refuses the filter" strange-filter packet lo filter
granted filter-with-descriptors packet lo filter
# None comes: it ends by itself, also where its clock is not to be heard.
refused "status -14" none packet lo filter
says "in time" "seconds [56]"
refused "status -14" deaf packet lo filter

# Whom sudo names is believed of root alone.
allow "user root packet *"
refused "not permitted to user nobody" sudo-0 packet lo
refused "not permitted to user nobody" environment packet lo
allow "$rule"
for id in 65534 0 x '' 4294967295 99999999999; do
	in_server /usr/bin/python3 "$work/hostile.py" "sudo-$id" "$opener" packet lo >"$work/answer" 2>&1 || true
	case $id in
	65534) says "root by sudo from nobody" "descriptors 1" ;;
	0) says "root by sudo from root" "not permitted to user root" ;;
	*) says "root by sudo from '$id'" "sudo names no user" ;;
	esac
done

# Without rights of its own it says so, and gives nothing.
chmod 755 "$opener"
refused "the program itself lacks the right" plain packet lo
as_nobody "$opener" check packet lo 2>"$work/answer" || true
says "check" "lacks the right"
chmod 4755 "$opener"
as_nobody setpriv --no-new-privs "$work/bin/asking" packet lo >"$work/answer" 2>&1 || true
says "no_new_privs" "lacks the right"
as_nobody "$opener" check packet lo || fail "check: what is permitted"

# By file capabilities alone: those that are there.
cp "$opener" "$work/bin/caps"
chmod 755 "$work/bin/caps"
if setcap cap_net_raw=p "$work/bin/caps" 2>/dev/null; then
	allow "user nobody packet,inject,icmp4,tun *" "user nobody packet * netns=/run/netns/$client_ns"
	opener_before=$opener
	opener=$work/bin/caps
	granted plain packet lo
	granted plain inject lo
	granted plain icmp4 lo
	refused "lacks the right" plain tun wbt0
	refused "lacks the right" plain packet lo "netns=/run/netns/$client_ns"
	opener=$opener_before
fi

# What it grants and refuses is logged, on one line, whatever the words are.
cat >"$work/log.py" <<-'LOG'
	import socket, sys
	log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	log.bind("/dev/log")
	import os
	os.chmod("/dev/log", 0o666)
	log.settimeout(5)
	os.write(1, b"ready\n")
	for _ in range(2):
	    print(log.recv(4096), flush=True)
LOG
allow "$rule"
in_server sh -c "
	mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/urandom c 1 9
	/usr/bin/python3 '$work/log.py' >'$work/log' &
	while ! grep -q ready '$work/log'; do sleep 0.05; done
	for name in lo '$(printf 'a\033\nb')'; do
		$nobody /usr/bin/python3 '$work/hostile.py' plain '$opener' packet \"\$name\" || :
	done
	wait" >"$work/out" 2>&1 || fail "logging: $(cat "$work/out")"
cp "$work/log" "$work/answer"
says "a grant is logged" "b.<86>.*wirebeam-open\[[0-9]*\]: user nobody gets packet on lo by line 1"
says "a refusal is logged" "b.<85>.*wirebeam-open\[[0-9]*\]: user nobody refused: 'a??b': it cannot"
finish
