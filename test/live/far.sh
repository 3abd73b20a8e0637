# shellcheck shell=sh disable=SC2034,SC2154 # sourced behind lib.sh; what it sets is used by the tests
# SPDX-License-Identifier: ISC
#
# A third namespace behind the server's, which becomes a router. IPv4 and IPv6 everywhere, and
# what a router does not let through, by version (4 or 6) in $family:
#
#   client .2  <- 10.77.0, fd77:: ->  .1 router .1  <- 10.78.0, fd78:: ->  .2 far

far_ns=wblive$$f far_if=wbf$$ router_if=wbr$$
far_ip=10.78.0.2
client_ip6=fd77::2 server_ip6=fd77::1 router_ip6=fd78::1 far_ip6=fd78::2

in_far() { ip netns exec "$far_ns" "$@"; }

# The loopback device's switch too, for addresses are kept there.
with_ip6() { # NAMESPACE INTERFACE ADDRESS
	ip netns exec "$1" sh -c "echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6
		echo 0 > /proc/sys/net/ipv6/conf/$2/disable_ipv6; echo 0 > /proc/sys/net/ipv6/conf/lo/disable_ipv6"
	ip -n "$1" addr add "$3/64" dev "$2" nodad
}

# Routers answer as often as they are asked, and do not wait between two answers.
answers_always() { # NAMESPACE
	ip netns exec "$1" sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
		echo 0 > /proc/sys/net/ipv6/icmp/ratelimit'
}

live_far() { # PROGRAM ...
	live "$@"
	[ -e /proc/sys/net/ipv6 ] || skip "needs IPv6"
	ip netns add "$far_ns"
	ip link add "$router_if" netns "$server_ns" type veth peer name "$far_if" netns "$far_ns"
	join_ns "$server_ns" "$router_if" 10.78.0.1
	join_ns "$far_ns" "$far_if" $far_ip
	with_ip6 "$client_ns" "$client_if" $client_ip6
	with_ip6 "$server_ns" "$server_if" $server_ip6
	with_ip6 "$server_ns" "$router_if" $router_ip6
	with_ip6 "$far_ns" "$far_if" $far_ip6
	in_server sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
	ip -n "$client_ns" route add default via $server_ip
	ip -n "$client_ns" -6 route add default via $server_ip6
	ip -n "$far_ns" route add default via 10.78.0.1
	ip -n "$far_ns" -6 route add default via $router_ip6
	for ns in "$client_ns" "$server_ns" "$far_ns"; do answers_always "$ns"; done
	# What the router says of hosts that it does not lead to: address, kind of route.
	for kind in unreachable prohibit blackhole; do
		case $kind in unreachable) n=1 ;; prohibit) n=2 ;; blackhole) n=3 ;; esac
		ip -n "$server_ns" route add $kind 10.99.0.$n
		ip -n "$server_ns" -6 route add $kind fd99::$n
	done
	wait_until in_client ping -6 -qc 1 $far_ip6 >/dev/null
	wait_until in_client ping -qc 1 $far_ip >/dev/null
}

# asks COMMAND ARGUMENT ...: wirebeam from the client; $wb_status is its exit status.
asks() {
	wb_status=0
	in_client timeout 60 "$wirebeam" "$@" >"$work/asks.out" 2>"$work/asks.err" || wb_status=$?
	sed "s/^/  | /" "$work/asks.out" "$work/asks.err"
}
