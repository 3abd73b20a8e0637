#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Packets in notation: addresses that they do not name are those that the kernel itself would use,
# kernels answer, tcpdump and tshark find no checksum wrong but those that are, and what is printed
# is what is sent.
set -eu
. "$(dirname "$0")/lib.sh"
live tcpdump tshark ping setpriv

sends() {
	wb_status=0
	in_client timeout 30 "$wirebeam" send "$@" >"$work/send.out" 2>"$work/send.err" || wb_status=$?
	sed "s/^/  | /" "$work/send.err"
}
prints() { in_client "$wirebeam" send -n "$@"; }
mac_of() { ip -n "$1" -o link show "$2" 2>/dev/null | sed -n 's/.*ether \([0-9a-f:]*\).*/\1/p'; } # NAMESPACE INTERFACE
ends() { prints -i "$client_if" "$1" | sed -n 's/^# \([0-9a-f:]* > [0-9a-f:]*\), .*/\1/p'; } # PACKET: its MAC addresses
ip_ends() { prints "$@" | sed -nE 's/^#.* ([0-9a-f.:]+ > [0-9a-f.:]+): .*/\1/p'; }

# IPv6 as well, and a gateway.
for ns in "$server_ns" "$client_ns"; do
	for place in all default "$server_if" "$client_if"; do
		ip netns exec "$ns" sh -c "echo 0 >/proc/sys/net/ipv6/conf/$place/disable_ipv6" 2>/dev/null || true
	done
done
ip -n "$server_ns" addr add 2001:db8::1/64 dev "$server_if" nodad
ip -n "$client_ns" addr add 2001:db8::2/64 dev "$client_if" nodad
ip -n "$client_ns" addr add 10.78.0.2/24 dev "$client_if"
ip -n "$client_ns" route add default via $server_ip src $client_ip
ip -n "$client_ns" -6 route add default via 2001:db8::1
server=$(mac_of "$server_ns" "$server_if") client=$(mac_of "$client_ns" "$client_if")
all=ff:ff:ff:ff:ff:ff

# Nobody is known yet; who does not answer is not known either.
ip -n "$client_ns" neigh flush dev "$client_if"
equal "an unknown neighbour" "$client > $all" "$(ends 'eth/ip(dst=10.77.0.1)')"
in_client ping -c 1 -W 1 10.77.0.99 >/dev/null || true
equal "one that does not answer" "$client > $all" "$(ends 'eth/ip(dst=10.77.0.99)')"
equal "no IP" "$client > $all" "$(ends 'eth/arp(op=1)')"

# Known neighbours, and gateways.
in_client ping -qc 1 $server_ip >/dev/null
in_client ping -qc 1 2001:db8::1 >/dev/null
equal "a neighbour" "$client > $server" "$(ends 'eth/ip(dst=10.77.0.1)')"
equal "a gateway" "$client > $server" "$(ends 'eth/ip(dst=192.0.2.1)')"
equal "an IPv6 neighbour" "$client > $server" "$(ends 'eth/ipv6(dst=2001:db8::1)')"
equal "an IPv6 gateway" "$client > $server" "$(ends 'eth/ipv6(dst=2001:db8:1::1)')"
equal "behind a VLAN tag" "$client > $server" "$(ends 'eth/vlan(id=7)/ip(dst=10.77.0.1)')"
equal "all stations of the net" "$client > $all" "$(ends 'eth/ip(dst=10.77.0.255)')"
equal "what is named stays" "02:00:00:00:00:02 > 02:00:00:00:00:01" \
	"$(ends 'eth(src=02:00:00:00:00:02,dst=02:00:00:00:00:01)/ip(dst=10.77.0.1)')"

# Groups: the kernel sends there, too.
group() { # ADDRESS NOTATION
	oracle group "$client_ns" "$client_if" "dst host $1 and (icmp or icmp6[0] == 128)"
	in_client ping -c 1 -W 1 -I "$client_if" "$1" >/dev/null 2>&1 || true
	oracle_ends group 1
	equal "the group $1" "$(tcpdump -r "$work/group.pcap" -nn -t -e 2>/dev/null | sed -n '1s/,.*//p')" "$(ends "$2")"
}
group 224.129.2.3 'eth/ip(dst=224.129.2.3)'
group ff02::1:3 'eth/ipv6(dst=ff02::1:3)'

# Sources.
equal "source" "10.77.0.2.0 > 10.77.0.1.0" "$(ip_ends -i "$client_if" 'eth/ip(dst=10.77.0.1)/udp')"
equal "source in the other net" "10.78.0.2.0 > 10.78.0.1.0" "$(ip_ends -i "$client_if" 'eth/ip(dst=10.78.0.1)/udp')"
equal "source of IPv6" "2001:db8::2.0 > 2001:db8::1.0" "$(ip_ends -i "$client_if" 'eth/ipv6(dst=2001:db8::1)/udp')"
equal "source by the routing table" "10.78.0.2.0 > 10.78.0.1.0" "$(ip_ends --ip 'ip(dst=10.78.0.1)/udp')"

# Kernels answer.
oracle answers "$client_ns" "$client_if" 'icmp[0] = 0 or icmp[0] = 3 or tcp[13] & 4 != 0 or icmp6[0] = 129 or (icmp6 and icmp6[0] = 1)'
sends -i "$client_if" 'eth/ip(dst=10.77.0.1)/icmp(type=8,id=1,seq=1)/"ping"' 'eth/ip(dst=10.77.0.1)/udp(sport=7,dport=9)/"x"' \
	'eth/ip(dst=10.77.0.1)/tcp(sport=7,dport=9,seq=1,flags=syn)' \
	'eth/ipv6(dst=2001:db8::1)/icmpv6(type=128,id=1,seq=1)/"ping"' 'eth/ipv6(dst=2001:db8::1)/udp(sport=7,dport=9)/"x"'
equal "answers: exit status" 0 "$wb_status"
oracle_ends answers 5
tcpdump -r "$work/answers.pcap" -nn -t 2>/dev/null | sed 's/^/  | /'
equal "the kernel answers" "echo reply, unreachable port, Flags [R.], echo reply, unreachable port" \
	"$(tcpdump -r "$work/answers.pcap" -nn -t 2>/dev/null |
		sed -E 's/.*(echo reply|Flags \[R\.\]).*/\1/; s/.*(udp port 9 unreachable|unreachable port).*/unreachable port/' | paste -sd , | sed 's/,/, /g')"

# Checksums, and some that are wrong: who judges finds those.
statuses=$(for protocol in ip udp tcp icmp icmpv6 igmp sctp dccp vrrp; do echo "$protocol.checksum.status == 0"; done | paste -sd '|' | sed 's/|/ || /g')
judge() { # NAME WRONG-BY-TCPDUMP WRONG-BY-TSHARK
	tcpdump -r "$work/$1.pcap" -nn -t -vv 2>/dev/null >"$work/$1.txt"
	sed 's/^/  | /' "$work/$1.txt"
	equal "$1: wrong, says tcpdump" "$2" "$(grep -Ec 'incorrect|bad|wrong' "$work/$1.txt" || true)"
	tshark -r "$work/$1.pcap" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -o tcp.check_checksum:TRUE \
		-o sctp.checksum:crc-32c -T fields -e frame.number -Y "$statuses || _ws.malformed" >"$work/$1.tshark" 2>/dev/null || fail "$1: tshark does not judge"
	equal "$1: wrong, says tshark" "$3" "$(wc -l <"$work/$1.tshark")"
}
to='eth/ip(dst=10.77.0.1,id=4242)'
oracle right "$server_ns" "$server_if" 'ether src '"$client"' and (ip[4:2] = 4242 or ip6[40:2] = 4242)'
sends -i "$client_if" "$to/udp(dport=9)/\"odd\"" "$to/tcp(dport=9,flags=syn,options=hex'020405b4')" "$to/icmp(type=8)/\"x\"" \
	"$to/sctp(dport=9,chunks=hex'03000010000000000000000100000000')" "$to/igmp(type=0x16)" "$to/gre/ipv6/udp(dport=9)/\"inner\"" \
	"$to/udp(dport=4789)/vxlan(vni=1)/eth/ip/tcp" 'eth/ipv6(dst=2001:db8::1)/udp(sport=4242,dport=9)/"odd"' 'eth/ipv6(dst=2001:db8::1)/tcp(sport=4242,dport=9)'
equal "right: exit status" 0 "$wb_status"
oracle_ends right 9
judge right 0 0
oracle wrong "$server_ns" "$server_if" 'ip[4:2] = 4242'
sends -i "$client_if" 'eth/ip(dst=10.77.0.1,id=4242,sum=1)/udp' "$to/udp(dport=9,sum=1)" "$to/tcp(dport=9,sum=1)" "$to/icmp(type=8,sum=1)" \
	"$to/sctp(dport=9,sum=1,chunks=hex'03000010000000000000000100000000')" "$to/igmp(type=0x16,sum=1)" "$to/ipv6/icmpv6(type=128,sum=1)"
oracle_ends wrong 7
judge wrong 6 7 # tcpdump takes SCTP as it is

# Optional fields and options by name: both read what was named, and find nothing wrong.
named="$work/named.expected"
cat >"$named" <<'LINES'
udp/gtp(teid=7,seq=5,data=hex'')/ip(dst=10.77.0.1)/udp|tshark|gtp.seq_number == 5 && gtp.length == 32
udp/gtp(teid=7,npdu=6)/ip(dst=10.77.0.1)/udp|tshark|gtp.npdu_number == 6
dccp(dport=9,seq=5,service=42)|tcpdump|DCCP-Request (service=42) seq 5
dccp(dport=9,type=data,seq=281474976710655)/"x"|tcpdump|DCCP-Data seq 281474976710655
dccp(dport=9,type=data_ack,x=0,sseq=5,sack=6,cscov=1)/"not covered"|tcpdump|(correct)) DCCP-DataAck (ack=6) seq 5
dccp(dport=9,reset=2,ack=6)|tcpdump|DCCP-Reset (code=aborted) (ack=6)
vrrp(vrid=7,addresses=192.0.2.10+192.0.2.11)|tcpdump|vrid 7, prio 100, intvl 100cs, length 16, addrs(2): 192.0.2.10,192.0.2.11
vrrp(auth=1,authentication_data="password",addresses=192.0.2.10)|tcpdump|vrid 1, prio 100, authtype simple, intvl 1s, length 20, addrs: 192.0.2.10 auth "password"
ah(icv=zeros(16))/udp|tcpdump|AH(length=5(28-bytes)
tcp(dport=9,flags=syn,mss=1460,sackok=1,tsval=1,tsecr=2,wscale=7)|tcpdump|options [mss 1460,sackOK,TS val 1 ecr 2,wscale 7,eol]
tcp(dport=9,flags=ack,ack=1,sack=10+20+30+40)|tcpdump|options [sack 2 {10:20}{30:40},eol]
icmp(mtu=1400)/ip(dst=10.77.0.1)/udp/zeros(8)|tcpdump|unreachable - need to frag (mtu 1400)
icmp(gateway=192.0.2.254,code=host)/ip(dst=10.77.0.1)/udp/zeros(8)|tcpdump|to host 192.0.2.254
icmp(type=time_exceeded,code=reassembly)/ip(dst=10.77.0.1)/udp/zeros(8)|tcpdump|ip reassembly time exceeded
ipv6/vrrp(addresses=fe80::7+2001:db8::7)|tcpdump|addrs(2): fe80::7,2001:db8::7
ipv6/ah(icv=zeros(16))/udp|tcpdump|AH(length=6(32-bytes)
ipv6/icmpv6(mtu=1300)/ipv6/udp/zeros(8)|tcpdump|packet too big, mtu 1300
ipv6/icmpv6(pointer=6,code=next_header_type)/ipv6(nh=253)/zeros(8)|tcpdump|next header - octet 6
LINES
oracle named "$server_ns" "$server_if" 'ip[4:2] = 4242'
cut -d '|' -f 1 "$named" | while IFS= read -r inside; do
	sends -i "$client_if" "$to/$inside"
done
sends -i "$client_if" 'eth/ip(dst=10.77.0.1,id=4242,alert=0,rr=zeros(8))/icmp'
oracle_ends named $(($(wc -l <"$named") + 1))
judge named 0 0
number=0
while IFS='|' read -r inside reader expected; do
	number=$((number + 1))
	if [ "$reader" = tshark ]; then
		equal "$inside" $number "$(tshark -r "$work/named.pcap" -Y "frame.number == $number && $expected" -T fields -e frame.number 2>/dev/null)"
	else
		is_true "$inside" sh -c 'tshark -r "$1" -Y "frame.number == $2" -w - 2>/dev/null | tcpdump -r - -nn -t -vv 2>/dev/null |
			grep -Fq -- "$3"' read "$work/named.pcap" $number "$expected"
	fi
done <"$named"
is_true "options of IPv4" grep -q 'options (RA,RR 0.0.0.0 0.0.0.0,EOL))' "$work/named.txt"

# What is printed is what is sent, and can be sent again.
oracle same "$server_ns" "$server_if" 'udp port 4243'
packet='eth/ip(dst=10.77.0.1)/udp(dport=4243)/"the same"'
prints -i "$client_if" "$packet" >"$work/printed"
sends -i "$client_if" "$packet"
sends -i "$client_if" -x "@$work/printed"
oracle_ends same 2
sent=$(grep -v '^#' "$work/printed")
equal "printed and sent" "$sent$sent" "$(tcpdump -r "$work/same.pcap" -nn -t -xx 2>/dev/null | sed -n 's/^\t0x[0-9a-f]*: *//p' | tr -d ' \n')"
equal "nothing is sent: by nobody with rights" "$sent" \
	"$(in_client setpriv --reuid 65534 --regid 65534 --clear-groups "$wirebeam" send -n -i "$client_if" "$packet" | grep -v '^#')"
wb_status=0
prints "$packet" >/dev/full 2>"$work/full.err" || wb_status=$?
equal "a full device: exit status" 1 "$wb_status"
is_true "a full device is told" grep -q 'standard output: No space left' "$work/full.err"

# A mistake: the text, and below it a caret at its place.
sends -n 'eth/ip(dst=10.77.0.1)/"ü"/udp(dprot=53)'
equal "a mistake: exit status" 2 "$wb_status"
equal "a mistake: the caret" '                              ^' "$(tail -n 1 "$work/send.err" | cut -c 1-60)"
finish
