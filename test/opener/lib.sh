# shellcheck shell=sh disable=SC1091 # sourced
# SPDX-License-Identifier: ISC
#
# What the tests of wirebeam-open share, on top of those of live programs: the program, setuid
# root below $work, its allow-list in $OPENER_LIST, and a user without any rights.
. "$LIVE/lib.sh"

opener_end() {
	status=$?
	rm -rf "$OPENER_LIST"
	end $status
}

need_opener() { # PROGRAM ...: as `live`, and makes all of it
	live setpriv python3 "$@"
	make_opener
}

make_opener() { # behind `live`
	case ,$(findmnt -no OPTIONS -T "$work"), in *,nosuid,*) skip "no setuid programs in $work" ;; esac
	[ ! -e "$OPENER_LIST" ] || skip "$OPENER_LIST is there: another test runs"
	mkdir -m 755 "$OPENER_LIST"
	trap opener_end EXIT
	mkdir "$work/bin"
	cp "$OPENER" "$ASKING" "$wirebeam" "$work/bin/"
	opener=$work/bin/wirebeam-open
	chmod 4755 "$opener"
	export WIREBEAM_OPEN="$opener"
}

allow() { # RULE ...
	rm -rf "$OPENER_LIST/open.conf"
	printf '%s\n' "$@" >"$OPENER_LIST/open.conf"
	chmod 644 "$OPENER_LIST/open.conf"
}

nobody="setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all"
# shellcheck disable=SC2086 # words
as_nobody() { in_server $nobody "$@"; }
ask() { as_nobody "$work/bin/asking" "$@" >"$work/answer" 2>&1 || true; }
says() { # WHAT TEXT: of the last answer
	if grep -q -e "$2" "$work/answer"; then
		echo "ok: $1: $(grep -e "$2" "$work/answer" | head -n 1)"
	else
		fail "$1: wanted '$2', got: $(cat "$work/answer")"
	fi
}
