%% SPDX-License-Identifier: ISC
%% A router and a host behind it, each a namespace, for those who ask hosts. Here is 10.77.1.1, the
%% router 10.77.1.2 and 10.77.2.1, the host 10.77.2.2; the same in fd77:x::.
-module(routed).

-export([up/0, down/1]).

-define(HERE, "wbnear").

%% Makes them, or finds them there: a user without rights has them made by another.
-spec up() -> made | there.
up() ->
    {ok, Interfaces} = inet:getifaddrs(),
    case lists:keymember(?HERE, 1, Interfaces) of
        true -> there;
        false -> make()
    end.

make() ->
    lists:foreach(
      fun network:shell/1,
      ["ip netns add wbrouter", "ip netns add wbhost",
       "ip link add wbnear type veth peer name wbfar netns wbrouter",
       "ip -n wbrouter link add wbnext type veth peer name wbend netns wbhost",
       "ip link set lo up", "ip link set wbnear up",
       "ip -n wbrouter link set wbfar up", "ip -n wbrouter link set wbnext up",
       "ip -n wbhost link set wbend up", "ip -n wbhost link set lo up",
       "ip addr add 10.77.1.1/24 dev wbnear", "ip addr add fd77:1::1/64 dev wbnear nodad",
       "ip -n wbrouter addr add 10.77.1.2/24 dev wbfar",
       "ip -n wbrouter addr add fd77:1::2/64 dev wbfar nodad",
       "ip -n wbrouter addr add 10.77.2.1/24 dev wbnext",
       "ip -n wbrouter addr add fd77:2::1/64 dev wbnext nodad",
       "ip -n wbhost addr add 10.77.2.2/24 dev wbend",
       "ip -n wbhost addr add fd77:2::2/64 dev wbend nodad",
       "ip netns exec wbrouter sysctl -qw net.ipv4.ip_forward=1 "
       "net.ipv6.conf.all.forwarding=1 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0",
       "ip netns exec wbhost sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0",
       "ip route add 10.77.0.0/16 via 10.77.1.2", "ip route add fd77::/16 via fd77:1::2",
       "ip -n wbhost route add default via 10.77.2.1",
       "ip -n wbhost route add default via fd77:2::1",
       "ip -n wbrouter route add blackhole 10.77.9.0/24",
       "ip -n wbrouter route add unreachable 10.77.8.0/24"]),
    made.

-spec down(made | there) -> ok.
down(there) -> ok;
down(made) -> lists:foreach(fun network:shell/1, ["ip netns delete wbrouter",
                                                  "ip netns delete wbhost"]).
