%% SPDX-License-Identifier: ISC
%% Raw sockets and devices of a VM without rights, by wirebeam-open, and what its list does not
%% permit. Run this by run.sh, which makes the network, the devices and the list.
-module(wirebeam_unprivileged_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam_packet.hrl").

-compile([export_all, nowarn_export_all]).

-import(eventually, [wait_until/1]).
-import(wired, [some/2, descriptors/0]).

-define(PORT, 7201).
-define(HOST, {10, 77, 2, 2}).

all() ->
    [frames, frames_to_send_by, without_link_headers, filters, another_namespace, icmp, icmp6,
     ip_packets, tun, tap, packets_of_captures, refused, not_to_be_asked_for,
     schedulers_run_on].

init_per_suite(Config) ->
    case os:cmd("id -u; sed -n 's/^CapEff:\t//p' /proc/self/status; ip -br link show wbutun") of
        "65534\n0000000000000000\nwbutun" ++ _ ->
            {ok, Started} = application:ensure_all_started(wirebeam),
            [{started, Started} | Config];
        _ ->
            {skip, "for a user without rights: run.sh unprivileged"}
    end.

end_per_suite(Config) ->
    [ok = application:stop(Application) || Application <- ?config(started, Config)],
    ok.

init_per_testcase(_Case, Config) ->
    erlang:garbage_collect(),
    [{descriptors, descriptors()} | Config].

end_per_testcase(_Case, Config) ->
    erlang:garbage_collect(),
    wait_until(fun() -> descriptors() =< ?config(descriptors, Config) end).

open(Options) ->
    {ok, S} = wirebeam_socket:open(Options),
    S.

%% Runs it with an ordinary socket, which is the kernel's word about what was sent.
with_udp(Port, Do) ->
    {ok, U} = gen_udp:open(Port, [binary, {active, false}, {recbuf, 1 bsl 20}]),
    Result = Do(U),
    ok = gen_udp:close(U),
    Result.

datagram(Text) ->
    Address = {127, 0, 0, 1},
    wirebeam_packet:encode([#ethernet{}, #ip4{source = Address, destination = Address},
                            #udp{source_port = 7200, destination_port = ?PORT}, Text]).

%% --- frames -----------------------------------------------------------------------------

%% What the kernel sends is received, and what is sent it receives.
frames(_Config) ->
    S = open(#{interface => "lo", promiscuous => true}),
    ?assertMatch({ok, #{family := packet, type := raw, interface := <<"lo">>}},
                 wirebeam_socket:sockname(S)),
    with_udp(?PORT, fun(U) ->
        ok = gen_udp:send(U, {127, 0, 0, 1}, ?PORT, <<"heard">>),
        {ok, {_, ?PORT, <<"heard">>}} = gen_udp:recv(U, 0, 2000),
        [Frame] = some(S, 1),
        ?assertMatch([#ethernet{}, #ip4{}, #udp{}, <<"heard">> | _], wirebeam_packet:decode(Frame)),
        ok = wirebeam_socket:send(S, datagram(<<"sent">>)),
        ?assertMatch({ok, {_, 7200, <<"sent">>}}, gen_udp:recv(U, 0, 2000))
    end),
    ok = wirebeam_socket:close(S).

frames_to_send_by(_Config) ->
    S = open(#{interface => "lo", protocol => 0}),
    with_udp(?PORT, fun(U) ->
        Texts = [<<N:32>> || N <- lists:seq(1, 100)],
        ?assertEqual([ok || _ <- Texts],
                     wirebeam_socket:send(S, [datagram(Text) || Text <- Texts])),
        ?assertEqual(Texts, [begin {ok, {_, 7200, Text}} = gen_udp:recv(U, 0, 2000), Text end
                             || _ <- Texts])
    end),
    ?assertEqual({error, timeout}, wirebeam_socket:recv(S, 50)),
    ok = wirebeam_socket:close(S).

without_link_headers(_Config) ->
    S = open(#{interface => "lo", type => dgram, filter => "udp dst port 7201"}),
    with_udp(?PORT, fun(U) ->
        ok = gen_udp:send(U, {127, 0, 0, 1}, ?PORT, <<"heard">>),
        [{{16#0800, _Mac}, Packet}] = some(S, 1),
        ?assertMatch([#ip4{}, #udp{}, <<"heard">> | _], wirebeam_packet:decode(raw, Packet))
    end),
    ok = wirebeam_socket:close(S).

%% In force before the first packet, and for good; both kinds of it.
filters(_Config) ->
    {error, {filter, Text}} = wirebeam_socket:open(#{interface => "lo", filter => "udp port"}),
    ?assertMatch(<<"filter \"udp port\": ", _/binary>>, Text),
    %% The last byte of an address is 7: ip[19] = 7.
    Instructions = [{16#30, 0, 0, 33}, {16#15, 0, 1, 7}, {6, 0, 0, 65535}, {6, 0, 0, 0}],
    [begin
         S = open(#{interface => Interface, filter => Filter, lock_filter => true}),
         with_udp(0, fun(U) ->
             [ok = gen_udp:send(U, {127, 0, 0, N}, ?PORT, <<N>>) || N <- lists:seq(1, 20)]
         end),
         [Frame | _] = some(S, Count),
         ?assertMatch([_, #ip4{destination = {127, 0, 0, 7}}, #udp{}, <<7>> | _],
                      wirebeam_packet:decode(Frame)),
         ?assertEqual({error, timeout}, wirebeam_socket:recv(S, 50)),
         ?assertEqual({error, eperm}, wirebeam_socket:set_filter(S, "tcp")),
         ?assertEqual({error, eperm}, wirebeam_socket:set_filter(S, none)),
         ok = wirebeam_socket:close(S)
     end || {Interface, Filter, Count} <- [{"lo", "udp dst port 7201 and dst host 127.0.0.7", 1},
                                           {"lo", Instructions, 1},
                                           %% of all interfaces: on its way out and in
                                           {any, "udp and dst host 127.0.0.7", 2}]].

%% The link type of an interface is asked there, too.
another_namespace(_Config) ->
    S = open(#{namespace => "wbhost", interface => "wbend", direction => in,
               filter => "icmp[0] = 8 and dst host 10.77.2.2"}),
    {ok, #{state := reply}} = wirebeam_probe:ping(?HOST, #{data => <<"over there">>}),
    [Frame] = some(S, 1),
    ?assertMatch([#ethernet{}, #ip4{destination = ?HOST}, #icmp{type = 8}, <<"over there">> | _],
                 wirebeam_packet:decode(Frame)),
    ?assertEqual({error, enodev},
                 wirebeam_socket:open(#{namespace => "wbhost", interface => "lo1"})),
    ok = wirebeam_socket:close(S).

%% --- packets ----------------------------------------------------------------------------

%% For the `socket' of OTP, to which the descriptor goes.
raw(Kind, Protocol, Use) ->
    {ok, Fd} = wirebeam_socket:to_fd(open(#{kind => Kind, type => raw, protocol => Protocol})),
    {ok, S} = socket:open(Fd, #{dup => false}),
    Result = Use(S),
    ok = socket:close(S),
    ok = wirebeam_socket:close_fd(Fd),
    Result.

icmp(_Config) ->
    Request = <<8, 0, 16#f7f5:16, 1:16, 9:16>>,
    raw(inet, 1, fun(S) ->
        ok = socket:sendto(S, Request, #{family => inet, addr => ?HOST, port => 0}),
        {ok, <<16#45, _:11/binary, 10, 77, 2, 2, 10, 77, 1, 1, 0, 0, _:16, 1:16, 9:16>>} =
            socket:recv(S, 0, 2000)
    end).

icmp6(_Config) ->
    raw(inet6, 58, fun(S) ->
        ok = socket:sendto(S, <<128, 0, 0:16, 1:16, 9:16>>,
                           #{family => inet6, addr => {16#fd77, 2, 0, 0, 0, 0, 0, 2}, port => 0}),
        echoed(S)
    end).

%% Neighbours are asked meanwhile.
echoed(S) ->
    case socket:recv(S, 0, 2000) of
        {ok, <<129, 0, _:16, 1:16, 9:16>>} -> ok;
        {ok, _} -> echoed(S)
    end.

ip_packets(_Config) ->
    <<_:14/binary, Packet/binary>> = datagram(<<"by IP">>),
    with_udp(?PORT, fun(U) ->
        raw(inet, 255, fun(S) ->
            ok = socket:sendto(S, Packet, #{family => inet, addr => {127, 0, 0, 1}, port => 0}),
            ?assertEqual({error, timeout}, socket:recv(S, 0, 50))
        end),
        ?assertMatch({ok, {_, 7200, <<"by IP">>}}, gen_udp:recv(U, 0, 2000))
    end),
    Here = {0, 0, 0, 0, 0, 0, 0, 1},
    {ok, U} = gen_udp:open(?PORT, [binary, inet6, {active, false}]),
    Packet6 = wirebeam_packet:encode([#ip6{source = Here, destination = Here},
                                      #udp{source_port = 7200, destination_port = ?PORT},
                                      <<"by IPv6">>]),
    raw(inet6, 255, fun(S) ->
        ok = socket:sendto(S, Packet6, #{family => inet6, addr => Here, port => 0})
    end),
    ?assertMatch({ok, {Here, 7200, <<"by IPv6">>}}, gen_udp:recv(U, 0, 2000)),
    ok = gen_udp:close(U).

%% --- devices ----------------------------------------------------------------------------

%% The kernel sends by a device that was set up for it, and takes what is answered.
tun(_Config) ->
    S = open(#{kind => tun, name => "wbutun"}),
    with_udp(?PORT, fun(U) ->
        ok = gen_udp:send(U, {10, 88, 1, 2}, 9, <<"asked">>),
        [Packet] = some(S, 1),
        [#ip4{source = Source, destination = Destination}, #udp{source_port = ?PORT}, <<"asked">>] =
            wirebeam_packet:decode(raw, Packet),
        ok = wirebeam_socket:send(S, wirebeam_packet:encode(
            [#ip4{source = Destination, destination = Source},
             #udp{source_port = 9, destination_port = ?PORT}, <<"answered">>])),
        ?assertMatch({ok, {{10, 88, 1, 2}, 9, <<"answered">>}}, gen_udp:recv(U, 0, 2000))
    end),
    ?assertMatch({ok, #{family := device, interface := <<"wbutun">>}},
                 wirebeam_socket:sockname(S)),
    ok = wirebeam_socket:close(S).

%% A host of our own, of which the kernel asks who it is.
tap(_Config) ->
    S = open(#{kind => tap, name => "wbutap"}),
    with_udp(?PORT, fun(U) ->
        ok = gen_udp:send(U, {10, 88, 2, 2}, 9, <<"asked">>),
        [<<_:48, Kernel:6/binary, 16#0806:16, 1:16, 16#0800:16, 6, 4, 1:16, Kernel:6/binary,
           10, 88, 2, 1, _:48, 10, 88, 2, 2, _/binary>>] = some(S, 1),
        Own = <<2, 0, 0, 0, 0, 9>>,
        ok = wirebeam_socket:send(S, <<Kernel/binary, Own/binary, 16#0806:16, 1:16, 16#0800:16, 6, 4,
                                       2:16, Own/binary, 10, 88, 2, 2, Kernel/binary,
                                       10, 88, 2, 1>>),
        [<<Own:6/binary, Kernel:6/binary, _/binary>> = Frame] = some(S, 1),
        ?assertMatch([#ethernet{}, #ip4{}, #udp{}, <<"asked">> | _], wirebeam_packet:decode(Frame))
    end),
    ok = wirebeam_socket:close(S).

%% --- refusals ---------------------------------------------------------------------------

%% One kind of socket is permitted on an interface, and not another.
packets_of_captures(_Config) ->
    [begin
         Options = #{interface => "wbnear", backend => Backend},
         {ok, C} = wirebeam:open(Options),
         ok = wirebeam:close(C),
         ?assertMatch({error, {eperm, <<"wbnear: no permission to send: wirebeam-open: inject on "
                                        "wbnear is not permitted to user nobody by ", _/binary>>}},
                      wirebeam:open(Options#{inject => true}))
     end || Backend <- [port, nif]].

refused(_Config) ->
    [begin
         Wanted = iolist_to_binary(["wirebeam-open: ", What, " is not permitted to user nobody by "]),
         {error, {eperm, Text}} = wirebeam_socket:open(Options),
         ?assertEqual(Wanted, binary:part(Text, 0, min(byte_size(Wanted), byte_size(Text)))),
         ?assertEqual(nomatch, binary:match(Text, <<"\n">>))
     end || {Options, What} <-
                [{#{interface => "wbnear", protocol => 0}, "inject on wbnear"},
                 {#{kind => tun, name => "other"}, "tun on other"},
                 {#{kind => tap, name => "other"}, "tun on other"},
                 {#{namespace => "wbrouter", interface => "wbfar"},
                  "packet on wbfar in /run/netns/wbrouter"},
                 {#{namespace => "/run/netns/wbrouter", interface => "wbfar", filter => "udp"},
                  "packet on wbfar in /run/netns/wbrouter"}]],
    ?assertEqual({error, enodev}, wirebeam_socket:open(#{interface => "nosuch"})).

%% Nobody opens these but who has rights; nobody sets up an interface either.
not_to_be_asked_for(_Config) ->
    [?assertEqual({error, eperm}, wirebeam_socket:open(Options))
     || Options <- [#{kind => tun}, #{kind => tap, name => "wbutap", no_pi => false},
                    #{kind => inet, type => raw, protocol => 89},
                    #{kind => inet6, type => raw, protocol => 1},
                    #{kind => tun, name => "wbutun", namespace => "wbhost"},
                    #{kind => tun, name => "wbutun", mtu => 1400},
                    #{interface => "lo", mark => 7}]].

%% Whoever asks is many, and wirebeam-open is slow: others go on meanwhile.
schedulers_run_on(_Config) ->
    Count = erlang:system_info(schedulers_online) + 1,
    Self = self(),
    Start = erlang:monotonic_time(millisecond),
    Asking = [spawn_link(fun() ->
                             Self ! {self(), wirebeam_socket:open(#{interface => "slow",
                                                                    protocol => 0})}
                         end) || _ <- lists:seq(1, Count)],
    Slept = sleeps(Start + 900),
    ?assert(Slept > 100, Slept),
    [receive {Pid, Answer} -> ?assertEqual({error, enodev}, Answer) after 10000 -> ct:fail(Pid) end
     || Pid <- Asking],
    ?assert(erlang:monotonic_time(millisecond) - Start >= 1000).

%% How many of a millisecond there are until then.
sleeps(Until) ->
    case erlang:monotonic_time(millisecond) < Until of
        true -> receive after 1 -> 1 + sleeps(Until) end;
        false -> 0
    end.
