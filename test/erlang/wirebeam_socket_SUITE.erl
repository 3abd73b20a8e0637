%% SPDX-License-Identifier: ISC
%% Raw sockets as their owners see them, at one end of a wire: frames, filters, options, results,
%% active modes, owners. The kernel and tcpdump are the judges. Devices, namespaces and
%% conversations are in wirebeam_socket_world_SUITE; what the NIF alone can do wrong is in
%% wirebeam_socket_nif_SUITE.
-module(wirebeam_socket_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam.hrl").

-compile([export_all, nowarn_export_all]).

-import(eventually, [wait_until/1]).
-import(wired, [open/1, frame/1, some/2, next/1, nothing_more/1, descriptors/0]).

-define(HERE, "wbs0").             % the wire's end here, whose address no kernel has

all() ->
    [frames_as_tcpdump, frames_sent_as_tcpdump, filter_expression, filter_instructions,
     filter_is_locked, filter_comes_first, promiscuous, direction, dgram, snaplen,
     results_of_a_batch, full_queue_is_told, full_socket_waits, names, interfaces,
     wrong_options, recv_with_timeout, active_once, active_n, active_n_adds_up,
     active_to_passive, slow_owner_is_bounded, interface_goes_down, device_is_deleted,
     controlling_process_moves_messages, owners_that_cannot_be, only_the_owner, owner_dies,
     socket_is_dropped, closed_by_another].

init_per_suite(Config) ->
    ok = wired:up(one),
    Config.

end_per_suite(_Config) ->
    wired:down(one).

%% Nothing is left, whatever the case did.
init_per_testcase(_Case, Config) ->
    erlang:garbage_collect(),
    [{descriptors, descriptors()} | Config].

end_per_testcase(_Case, Config) ->
    erlang:garbage_collect(),
    wait_until(fun() -> descriptors() =< ?config(descriptors, Config) end).

%% --- frames -----------------------------------------------------------------------------

%% What comes and goes on a wire, with VLAN tags, is byte for byte what tcpdump has of it.
frames_as_tcpdump(Config) ->
    File = filename:join(?config(priv_dir, Config), "received.pcap"),
    Tcpdump = network:tcpdump(?HERE, File, []),
    S = open(#{active => true, promiscuous => true}),
    T = open(#{}), % a socket does not get what it sends itself
    {ok, There} = wirebeam_socket:open(#{interface => "wbs1", namespace => network:name(one)}),
    [_ = os:cmd("ip netns exec " ++ network:name(one) ++ " " ++ Command)
     || Command <- ["ping -c 3 -i 0.01 -W 0.1 10.77.0.9",
                    "ping -c 1 -s 1400 -W 0.1 -b 10.77.0.255"]],
    Tagged = [<<2:48, 3:48, 16#8100:16, N:16, 16#88b5:16, 0:(N * 8)>> || N <- lists:seq(2, 101)],
    ?assertEqual([ok || _ <- Tagged], wirebeam_socket:send(There, Tagged)),
    [ok = wirebeam_socket:send(T, frame(<<N:800>>)) || N <- lists:seq(1, 50)],
    Last = frame(<<"the last">>),
    ok = wirebeam_socket:send(T, Last),
    timer:sleep(1200), % tcpdump looks once a second
    ok = wirebeam_socket:setopts(S, #{active => false}),
    ok = network:stop(Tcpdump),
    {ok, #{received := Count, dropped := 0, truncated := 0}} = wirebeam_socket:info(S),
    All = packets_in_mailbox(S),
    ?assertEqual(length(All), Count),
    UpToLast = fun(Frame) -> Frame =/= Last end,
    Received = lists:takewhile(UpToLast, All),
    same(lists:takewhile(UpToLast, saved(File)), Received),
    ?assertEqual([], Tagged -- Received),
    ?assert(length(Received) > 151), % and what the pings asked
    [ok = wirebeam_socket:close(Each) || Each <- [S, T, There]].

%% Without both of them in the log where they differ.
same(Wanted, Got) ->
    Differing = [N || {N, {A, B}} <- lists:enumerate(zip(Wanted, Got)), A =/= B],
    ?assertEqual({length(Wanted), []}, {length(Got), lists:sublist(Differing, 10)}).

zip([A | As], [B | Bs]) -> [{A, B} | zip(As, Bs)];
zip(_, _) -> [].

%% A batch of every length, in order.
frames_sent_as_tcpdump(Config) ->
    File = filename:join(?config(priv_dir, Config), "sent.pcap"),
    Tcpdump = network:tcpdump(?HERE, File, ["not arp"]), % the other kernel may still ask
    S = open(#{}),
    Frames = [frame(noise(N, Length)) || {N, Length} <-
                  lists:enumerate(lists:seq(0, 1500 - 60))],
    ?assertEqual([ok || _ <- Frames], wirebeam_socket:send(S, Frames)),
    ?assertEqual([ok, ok], wirebeam_socket:send(S, [[hd(Frames), "io"], ["list" | hd(Frames)]])),
    {ok, #{sent := Sent}} = wirebeam_socket:info(S),
    ?assertEqual(length(Frames) + 2, Sent),
    timer:sleep(1200),
    ok = network:stop(Tcpdump),
    same(Frames ++ [<<(hd(Frames))/binary, "io">>, <<"list", (hd(Frames))/binary>>], saved(File)),
    ok = wirebeam_socket:close(S).

noise(Seed, Length) ->
    << <<(erlang:phash2({Seed, N}, 256))>> || N <- lists:seq(1, Length) >>.

saved(File) ->
    {ok, C} = wirebeam_started(File),
    saved_packets(C).

wirebeam_started(File) ->
    {ok, _} = application:ensure_all_started(wirebeam),
    wirebeam:open(#{file => File}).

saved_packets(C) ->
    receive
        {wirebeam, C, {packets, Packets}} ->
            [P#wirebeam_packet.data || P <- Packets] ++ saved_packets(C);
        {wirebeam_closed, C, eof} ->
            []
    after 5000 -> ct:fail(no_file)
    end.

%% --- filters ----------------------------------------------------------------------------

filter_expression(_Config) ->
    S = open(#{filter => "ether proto 0x88b5 and ether[14] = 7", direction => inout}),
    T = open(#{}),
    [ok = wirebeam_socket:send(T, frame(<<N, 0:400>>)) || N <- lists:seq(1, 20)],
    ?assertEqual({ok, [frame(<<7, 0:400>>)]}, wirebeam_socket:recv(S, 1000)),
    ok = wirebeam_socket:set_filter(S, <<"ether proto 0x88b5 and ether[14] > 18">>),
    [ok = wirebeam_socket:send(T, frame(<<N, 0:400>>)) || N <- lists:seq(1, 20)],
    ?assertEqual([frame(<<19, 0:400>>), frame(<<20, 0:400>>)], some(S, 2)),
    {error, {filter, Text}} = wirebeam_socket:set_filter(S, "udp port"),
    ?assertMatch(<<"filter \"udp port\": ", _/binary>>, Text),
    ok = wirebeam_socket:send(T, frame(<<20, 0:400>>)), % the old one stays
    ok = wirebeam_socket:send(T, frame(<<1, 0:400>>)),
    ?assertEqual([frame(<<20, 0:400>>)], some(S, 1)),
    ok = wirebeam_socket:set_filter(S, none),
    ok = wirebeam_socket:send(T, frame(<<1, 0:400>>)),
    ?assertEqual([frame(<<1, 0:400>>)], some(S, 1)),
    [ok = wirebeam_socket:close(Each) || Each <- [S, T]].

%% ld [12]; jeq 0x88b6; and a program that the kernel refuses.
filter_instructions(_Config) ->
    Program = [{16#28, 0, 0, 12}, {16#15, 0, 1, 16#88b6}, {6, 0, 0, 262144}, {6, 0, 0, 0}],
    S = open(#{filter => Program}),
    T = open(#{}),
    Wanted = <<2:48, 3:48, 16#88b6:16, 5:400>>,
    Frames = [frame(<<1:400>>), Wanted, frame(<<2:400>>)],
    ?assertEqual([ok, ok, ok], wirebeam_socket:send(T, Frames)),
    ?assertEqual({ok, [Wanted]}, wirebeam_socket:recv(S, 1000)),
    ?assertEqual({error, einval}, wirebeam_socket:set_filter(S, [{16#28, 0, 0, 12}])),
    ?assertEqual({error, einval}, wirebeam_socket:set_filter(S, [{5, 0, 0, 16#ffffffff},
                                                                 {6, 0, 0, 0}])),
    ?assertEqual({error, einval}, wirebeam_socket:set_filter(S, [{16#ffff, 255, 255, 0}])),
    [ok = wirebeam_socket:close(Each) || Each <- [S, T]].

filter_is_locked(_Config) ->
    S = open(#{filter => "arp", lock_filter => true}),
    ?assertEqual({error, eperm}, wirebeam_socket:set_filter(S, "udp")),
    ?assertEqual({error, eperm}, wirebeam_socket:set_filter(S, none)),
    T = open(#{filter => "arp"}),
    ok = wirebeam_socket:set_filter(T, "udp"),
    ok = wirebeam_socket:lock_filter(T),
    ?assertEqual({error, eperm}, wirebeam_socket:set_filter(T, "arp")),
    [ok = wirebeam_socket:close(Each) || Each <- [S, T]].

%% While a flood goes on, what is opened with a filter never has anything else.
filter_comes_first(_Config) ->
    Flood = spawn_link(fun() -> T = open(#{}), flood(T) end),
    [begin
         S = open(#{filter => "ether proto 0x88b6"}),
         ?assertEqual({error, timeout}, wirebeam_socket:recv(S, 5)),
         ok = wirebeam_socket:close(S)
     end || _ <- lists:seq(1, 50)],
    unlink(Flood),
    exit(Flood, kill).

flood(T) ->
    _ = wirebeam_socket:send(T, [frame(<<0:800>>) || _ <- lists:seq(1, 100)]),
    flood(T).

%% --- options of packet sockets ----------------------------------------------------------

promiscuous(_Config) ->
    S = open(#{}),
    ?assertEqual(0, promiscuity()),
    ok = wirebeam_socket:setopts(S, [{promiscuous, true}]),
    ?assertEqual(1, promiscuity()),
    ok = wirebeam_socket:setopts(S, #{promiscuous => false}),
    ?assertEqual(0, promiscuity()),
    T = open(#{promiscuous => true}),
    ?assertEqual(1, promiscuity()),
    ok = wirebeam_socket:close(T),
    wait_until(fun() -> promiscuity() =:= 0 end),
    ok = wirebeam_socket:close(S),
    {ok, Any} = wirebeam_socket:open(#{}),
    ?assertEqual({error, enodev}, wirebeam_socket:setopts(Any, #{promiscuous => true})),
    ok = wirebeam_socket:close(Any).

promiscuity() ->
    {match, [Count]} = re:run(os:cmd("ip -d link show " ?HERE), "promiscuity (\\d+)",
                              [{capture, [1], list}]),
    list_to_integer(Count).

direction(_Config) ->
    In = open(#{direction => in}), Both = open(#{}), T = open(#{}),
    ok = wirebeam_socket:send(T, frame(<<1:400>>)),
    ?assertEqual([frame(<<1:400>>)], some(Both, 1)),
    ?assertEqual({error, timeout}, wirebeam_socket:recv(In, 50)),
    ok = wirebeam_socket:setopts(In, #{direction => inout}),
    ok = wirebeam_socket:send(T, frame(<<2:400>>)),
    ?assertEqual([frame(<<2:400>>)], some(In, 1)),
    %% On loopback a packet comes once.
    {ok, Loop} = wirebeam_socket:open(#{interface => "lo", filter => "udp port 7021"}),
    {ok, U} = gen_udp:open(0),
    ok = gen_udp:send(U, {127, 0, 0, 1}, 7021, <<"once">>),
    ?assertMatch([<<_:42/binary, "once">>], some(Loop, 1)),
    ?assertEqual({error, timeout}, wirebeam_socket:recv(Loop, 50)),
    ok = gen_udp:close(U),
    [ok = wirebeam_socket:close(Each) || Each <- [In, Both, T, Loop]].

%% The kernel takes the header off, and puts one before.
dgram(_Config) ->
    S = open(#{type => dgram, protocol => 16#88b5}),
    T = open(#{filter => "ether proto 0x88b5"}), % of one protocol only what comes is received
    {ok, There} = wirebeam_socket:open(#{interface => "wbs1", type => dgram, protocol => 16#88b5,
                                         namespace => network:name(one)}),
    ok = wirebeam_socket:send(S, {{16#88b5, <<2:48>>}, [<<"to ">>, "two"]}),
    {ok, Mac} = own_mac(S),
    ?assertEqual([<<2:48, Mac/binary, 16#88b5:16, "to two">>], some(T, 1)),
    ?assertEqual([{{16#88b5, Mac}, <<"to two">>}], some(There, 1)),
    ?assertError(badarg, wirebeam_socket:send(S, <<"no address">>)),
    ?assertError(badarg, wirebeam_socket:send(S, {{16#10000, <<2:48>>}, <<>>})),
    ?assertError(badarg, wirebeam_socket:send(S, {{1, <<0:72>>}, <<>>})),
    ?assertError(badarg, wirebeam_socket:send(T, {{1, <<2:48>>}, <<>>})),
    ok = wirebeam_socket:set_filter(There, "udp port 7030"),
    ok = wirebeam_socket:send(S, {{16#88b5, <<2:48>>}, <<"no IP">>}),
    ?assertEqual({error, timeout}, wirebeam_socket:recv(There, 50)),
    [ok = wirebeam_socket:close(Each) || Each <- [S, T, There]].

own_mac(S) ->
    {ok, {1, Mac}} = wirebeam_socket:ioctl(S, siocgifhwaddr, ?HERE),
    {ok, Mac}.

snaplen(_Config) ->
    S = open(#{snaplen => 100, direction => inout}), T = open(#{}),
    ?assertEqual([ok, ok], wirebeam_socket:send(T, [frame(<<1:800>>), frame(<<2:400>>)])),
    Long = frame(<<1:800>>),
    ?assertEqual([binary:part(Long, 0, 100), frame(<<2:400>>)], some(S, 2)),
    ?assertMatch({ok, #{truncated := 1, received := 2}}, wirebeam_socket:info(S)),
    [ok = wirebeam_socket:close(Each) || Each <- [S, T]].

%% --- sending ----------------------------------------------------------------------------

results_of_a_batch(_Config) ->
    S = open(#{}),
    Good = frame(<<1:400>>),
    Batch = [Good, <<0:80000>>, Good, <<>>, <<1, 2, 3>>, Good],
    ?assertMatch([ok, {error, emsgsize}, ok, {error, einval}, {error, einval}, ok],
                 wirebeam_socket:send(S, Batch)),
    ?assertEqual([], wirebeam_socket:send(S, [])),
    ?assertEqual({error, emsgsize}, wirebeam_socket:send(S, <<0:80000>>)),
    {ok, Any} = wirebeam_socket:open(#{}),
    ?assertEqual({error, enxio}, wirebeam_socket:send(Any, Good)),
    {ok, #{sent := 3, sent_bytes := Bytes}} = wirebeam_socket:info(S),
    ?assertEqual(3 * byte_size(Good), Bytes),
    [ok = wirebeam_socket:close(Each) || Each <- [S, Any]].

%% What a queue has no room for is told, packet for packet: exactly the others arrive.
full_queue_is_told(_Config) ->
    ok = network:shell("tc qdisc replace dev " ?HERE " root tbf rate 8mbit burst 1600 limit 20000"),
    S = open(#{}),
    {ok, There} = wirebeam_socket:open(#{interface => "wbs1", filter => "ether proto 0x88b5",
                                         namespace => network:name(one)}),
    Frames = [frame(<<N:8000>>) || N <- lists:seq(1, 100)],
    Results = lists:zip(wirebeam_socket:send(S, Frames), Frames),
    Sent = [Frame || {ok, Frame} <- Results],
    ?assertEqual(100 - length(Sent), length([full || {{error, enobufs}, _} <- Results])),
    ?assert(length(Sent) > 10 andalso length(Sent) < 50),
    ?assertEqual(Sent, some(There, length(Sent))),
    ?assertEqual({error, timeout}, wirebeam_socket:recv(There, 100)),
    ok = network:shell("tc qdisc del dev " ?HERE " root"),
    [ok = wirebeam_socket:close(Each) || Each <- [S, There]].

%% A socket whose queue the kernel limits: some are told that it is full while the others wait.
full_socket_waits(_Config) ->
    ok = network:shell("tc qdisc replace dev " ?HERE " root tbf rate 800kbit burst 1600 "
                       "limit 10000000"),
    S = open(#{}),
    Frames = [frame(<<N:8000>>) || N <- lists:seq(1, 300)],
    Now = wirebeam_socket:send(S, Frames, 0),
    Sent = length([ok || ok <- Now]),
    ?assertEqual([{error, timeout}], lists:usort(lists:nthtail(Sent, Now))),
    Self = self(),
    [spawn_link(fun() -> Self ! {results, wirebeam_socket:send(S, [hd(Frames)], 10000)} end)
     || _ <- lists:seq(1, 5)], % of several that wait, each goes on
    ?assertEqual([ok, ok], wirebeam_socket:send(S, lists:sublist(Frames, 2), 10000)),
    [receive {results, Results} -> ?assertEqual([ok], Results) after 10000 -> ct:fail(stuck) end
     || _ <- lists:seq(1, 5)],
    ok = network:shell("tc qdisc del dev " ?HERE " root"),
    ok = wirebeam_socket:close(S).

%% --- names and interfaces ---------------------------------------------------------------

names(_Config) ->
    S = open(#{}),
    {ok, Mac} = own_mac(S),
    {ok, Index} = wirebeam_socket:ioctl(S, siocgifindex, ?HERE),
    ?assertEqual({ok, #{family => packet, type => raw, interface => <<?HERE>>, index => Index,
                        protocol => 3, hardware_type => 1, address => Mac}},
                 wirebeam_socket:sockname(S)),
    {ok, U} = wirebeam_socket:open(#{kind => inet}),
    ?assertEqual({ok, #{family => inet, type => dgram, address => {0, 0, 0, 0}, port => 0}},
                 wirebeam_socket:sockname(U)),
    {ok, U6} = wirebeam_socket:open(#{kind => inet6, type => stream}),
    ?assertEqual({ok, #{family => inet6, type => stream, address => {0, 0, 0, 0, 0, 0, 0, 0},
                        port => 0}}, wirebeam_socket:sockname(U6)),
    {ok, Tap} = wirebeam_socket:open(#{kind => tap}),
    {ok, #{family := device, interface := <<"tap", _/binary>>, flags := [tap, no_pi]}} =
        wirebeam_socket:sockname(Tap),
    Self = self(),
    ?assertMatch({ok, #{owner := Self, is_active := false}}, wirebeam_socket:info(Tap)),
    [ok = wirebeam_socket:close(Each) || Each <- [S, U, U6, Tap]],
    ?assertEqual({error, closed}, wirebeam_socket:sockname(S)),
    ?assertEqual({error, closed}, wirebeam_socket:info(S)).

%% What we set, ip(8) sees.
interfaces(_Config) ->
    {ok, Tap} = wirebeam_socket:open(#{kind => tap, name => "wbtap",
                                       hardware_address => <<2, 0, 0, 0, 0, 7>>,
                                       address => {{10, 79, 0, 1}, 28}, mtu => 1333, up => true}),
    Seen = os:cmd("ip address show wbtap"),
    [?assertNotEqual(nomatch, string:find(Seen, Text))
     || Text <- ["mtu 1333", "02:00:00:00:00:07", "10.79.0.1/28",
                 "<BROADCAST,MULTICAST,UP,LOWER_UP>"]],
    [?assertEqual({ok, Value}, wirebeam_socket:ioctl(Tap, Request, Name))
     || {Request, Value} <- [{siocgifmtu, 1333}, {siocgifaddr, {10, 79, 0, 1}},
                             {siocgifnetmask, {255, 255, 255, 240}},
                             {siocgifhwaddr, {1, <<2, 0, 0, 0, 0, 7>>}}],
        Name <- ["wbtap", <<"wbtap">>]],
    {ok, Flags} = wirebeam_socket:ioctl(Tap, siocgifflags, "wbtap"),
    ?assert(lists:member(up, Flags)),
    ok = wirebeam_socket:configure(Tap, #{up => false, mtu => 1444}),
    ?assertNotEqual(nomatch, string:find(os:cmd("ip link show wbtap"), "mtu 1444")),
    ok = wirebeam_socket:ioctl(Tap, siocsifname, {"wbtap", "wbtap9"}),
    ?assertMatch({ok, #{interface := <<"wbtap9">>}}, wirebeam_socket:sockname(Tap)),
    {ok, Index} = wirebeam_socket:ioctl(Tap, siocgifindex, "wbtap9"),
    ?assertEqual({ok, <<"wbtap9">>}, wirebeam_socket:ioctl(Tap, siocgifname, Index)),
    ?assertEqual({error, enodev}, wirebeam_socket:ioctl(Tap, siocgifmtu, "nothing")),
    {ok, Features} = wirebeam_socket:ioctl(Tap, tungetfeatures, none),
    ?assert(lists:member(tap, Features)),
    %% By number, as bytes: SIOCGIFMTU.
    {ok, <<"wbtap9", 0:80, 1444:32/native, _/binary>>} =
        wirebeam_socket:ioctl(Tap, 16#8921, <<"wbtap9", 0:272>>),
    {ok, Point} = wirebeam_socket:open(#{kind => tun, name => "wbpoint", up => true,
                                         destination => {10, 79, 1, 2},
                                         address => {{10, 79, 1, 1}, 32}}),
    ?assertNotEqual(nomatch, string:find(os:cmd("ip address show wbpoint"),
                                         "10.79.1.1 peer 10.79.1.2/32")),
    [ok = wirebeam_socket:close(Each) || Each <- [Tap, Point]],
    wait_until(fun() -> string:find(os:cmd("ip link"), "wbtap9") =:= nomatch end).

wrong_options(_Config) ->
    [?assertError({badarg, {Key, Value}}, wirebeam_socket:open(Options#{Key => Value}))
     || {Options, Key, Value} <-
            [{#{}, kind, bpf}, {#{}, kind, 1}, {#{}, interface, ""}, {#{}, interface, [0]},
             {#{}, interface, "0123456789abcdef"}, {#{}, interface, any_}, {#{}, type, seqpacket},
             {#{}, type, stream}, {#{}, protocol, 65536}, {#{}, protocol, -1}, {#{}, filter, ""},
             {#{}, filter, []}, {#{}, filter, [{1, 2, 3}]}, {#{}, filter, [{1, 2, 3, -1}]},
             {#{}, filter, [{65536, 0, 0, 0}]}, {#{}, filter, [{0, 0, 0, 0} | x]},
             {#{}, filter, [{6, 0, 0, 0} || _ <- lists:seq(1, 4097)]},
             {#{}, snaplen, 0}, {#{}, snaplen, 262145}, {#{}, active, 0}, {#{}, active, 32768},
             {#{}, direction, out}, {#{}, promiscuous, 1}, {#{}, buffer_bytes, 1 bsl 31},
             {#{}, namespace, ""}, {#{}, namespace, "a\0b"}, {#{}, mtu, 1500}, {#{}, nonsense, 1},
             {#{kind => tun}, interface, "lo"}, {#{kind => tun}, address, {10, 0, 0, 1}},
             {#{kind => tun}, address, {{10, 0, 0, 1}, 33}}, {#{kind => tun}, mtu, 0},
             {#{kind => tap}, hardware_address, <<1, 2, 3>>}, {#{kind => tun}, name, "a/\0"},
             {#{kind => inet}, protocol, all}, {#{kind => inet}, protocol, 256},
             {#{kind => inet}, filter, "udp"}]],
    ?assertError({badarg, nonsense}, wirebeam_socket:open(nonsense)),
    S = open(#{}),
    [?assertError({badarg, _}, wirebeam_socket:setopts(S, Options))
     || Options <- [#{active => 0}, [{active, maybe}], #{filter => "udp"}, [x], x,
                    #{direction => out}]],
    ?assertEqual({error, enodev}, wirebeam_socket:open(#{interface => "nothing"})),
    ok = wirebeam_socket:close(S).

%% --- receiving --------------------------------------------------------------------------

recv_with_timeout(_Config) ->
    S = open(#{filter => "ether proto 0x88b5", direction => inout}), T = open(#{}),
    ?assertEqual({error, timeout}, wirebeam_socket:recv(S, 0)),
    {Time, {error, timeout}} = timer:tc(wirebeam_socket, recv, [S, 50]),
    ?assert(Time >= 50000),
    Self = self(),
    spawn_link(fun() -> timer:sleep(50), Self ! wirebeam_socket:send(T, frame(<<1:400>>)) end),
    ?assertEqual({ok, [frame(<<1:400>>)]}, wirebeam_socket:recv(S)),
    receive ok -> ok after 1000 -> ct:fail(sender) end,
    Frames = [frame(<<N:400>>) || N <- lists:seq(1, 200)],
    _ = wirebeam_socket:send(T, Frames),
    {ok, First} = wirebeam_socket:recv(S, 1000),
    ?assertEqual(128, length(First)), % one call is bounded
    ?assertEqual(Frames, First ++ some(S, 72)),
    [?assertError(badarg, wirebeam_socket:recv(S, Timeout)) || Timeout <- [-1, x, 1.5, 1 bsl 32]],
    nothing_more(S),
    [ok = wirebeam_socket:close(Each) || Each <- [S, T]].

active_once(_Config) ->
    S = open(#{active => once, filter => "ether proto 0x88b5"}), T = open(#{}),
    [begin
         ok = wirebeam_socket:send(T, frame(<<N:400>>)),
         ?assertEqual([frame(<<N:400>>)], next(S)),
         nothing_more(S),
         ok = wirebeam_socket:send(T, frame(<<N:392, 1>>)),
         nothing_more(S),
         ok = wirebeam_socket:setopts(S, #{active => once}),
         ?assertEqual([frame(<<N:392, 1>>)], next(S)),
         ok = wirebeam_socket:setopts(S, [{active, once}])
     end || N <- lists:seq(1, 5)],
    [ok = wirebeam_socket:close(Each) || Each <- [S, T]].

active_n(_Config) ->
    S = open(#{active => 3, filter => "ether proto 0x88b5"}), T = open(#{}),
    [begin
         ok = wirebeam_socket:send(T, frame(<<N:400>>)),
         ?assertEqual([frame(<<N:400>>)], next(S))
     end || N <- [1, 2, 3]],
    receive {wirebeam_socket_passive, S} -> ok after 1000 -> ct:fail(not_passive) end,
    ok = wirebeam_socket:send(T, frame(<<4:400>>)),
    nothing_more(S),
    ?assertEqual({ok, [frame(<<4:400>>)]}, wirebeam_socket:recv(S, 1000)),
    [ok = wirebeam_socket:close(Each) || Each <- [S, T]].

active_n_adds_up(_Config) ->
    S = open(#{active => 32766, filter => "ether proto 0x88b5"}), T = open(#{}),
    ok = wirebeam_socket:setopts(S, #{active => 1}),
    ?assertEqual({error, einval}, wirebeam_socket:setopts(S, #{active => 1})),
    ok = wirebeam_socket:setopts(S, #{active => once}),
    ok = wirebeam_socket:send(T, frame(<<1:400>>)),
    ?assertEqual([frame(<<1:400>>)], next(S)),
    ok = wirebeam_socket:setopts(S, #{active => 1}),
    ok = wirebeam_socket:setopts(S, #{active => 1}),
    [begin ok = wirebeam_socket:send(T, frame(<<N:400>>)), next(S) end || N <- [1, 2]],
    receive {wirebeam_socket_passive, S} -> ok after 1000 -> ct:fail(not_passive) end,
    [ok = wirebeam_socket:close(Each) || Each <- [S, T]].

active_to_passive(_Config) ->
    S = open(#{active => true, filter => "ether proto 0x88b5"}), T = open(#{}),
    ?assertEqual({error, einval}, wirebeam_socket:recv(S, 0)),
    ok = wirebeam_socket:send(T, frame(<<1:400>>)),
    ?assertEqual([frame(<<1:400>>)], next(S)),
    ok = wirebeam_socket:setopts(S, #{active => false}),
    ok = wirebeam_socket:send(T, frame(<<2:400>>)),
    nothing_more(S),
    ?assertEqual({ok, [frame(<<2:400>>)]}, wirebeam_socket:recv(S, 1000)),
    ok = wirebeam_socket:close(S),
    ok = wirebeam_socket:close(S),
    ?assertEqual({error, closed}, wirebeam_socket:recv(S)),
    ?assertEqual({error, closed}, wirebeam_socket:setopts(S, #{active => true})),
    ?assertEqual({error, closed}, wirebeam_socket:send(S, <<0:480>>)),
    ok = wirebeam_socket:close(T).

%% An owner that does not look: a bounded number of messages waits, and what the kernel has no
%% room for is counted: sent = received + dropped.
slow_owner_is_bounded(_Config) ->
    T = open(#{}),
    S = open(#{active => true, filter => "ether proto 0x88b5", buffer_bytes => 200000}),
    Count = 200000,
    Batch = [frame(<<N:800>>) || N <- lists:seq(1, 100)],
    Sent = length([ok || _ <- lists:seq(1, Count div 100),
                         ok <- wirebeam_socket:send(T, Batch)]),
    ?assertEqual(Count, Sent),
    timer:sleep(100),
    {message_queue_len, Length} = process_info(self(), message_queue_len),
    ct:pal("~p messages wait", [Length]),
    ?assert(Length >= 32 andalso Length < 40),
    Received = count_until_quiet(S, 0),
    {ok, #{received := Received, dropped := Dropped}} = wirebeam_socket:info(S),
    ct:pal("~p received, ~p dropped", [Received, Dropped]),
    ?assert(Dropped > 0),
    ?assertEqual(Count, Received + Dropped),
    [ok = wirebeam_socket:close(Each) || Each <- [S, T]].

count_until_quiet(S, Count) ->
    receive
        {wirebeam_socket, S, {packets, Packets}} ->
            count_until_quiet(S, Count + length(Packets))
    after 300 -> Count
    end.

interface_goes_down(_Config) ->
    ok = network:shell("ip link add wbdown type veth peer name wbdown2"),
    ok = network:shell("ip link set wbdown addrgenmode none"),
    ok = network:shell("ip link set wbdown2 addrgenmode none up"),
    ok = network:shell("ip link set wbdown up"),
    {ok, S} = wirebeam_socket:open(#{interface => "wbdown", active => true}),
    {ok, T} = wirebeam_socket:open(#{interface => "wbdown"}),
    ok = network:shell("ip link set wbdown down"),
    receive {wirebeam_socket_closed, S, Reason} -> ?assertEqual(enetdown, Reason)
    after 2000 -> ct:fail(not_told)
    end,
    ?assertEqual({error, closed}, wirebeam_socket:recv(S)),
    ?assertEqual({error, enetdown}, wirebeam_socket:recv(T, 1000)),
    ?assertEqual({error, enetdown}, wirebeam_socket:send(T, frame(<<1:400>>))),
    ok = network:shell("ip link set wbdown up"), % and goes on
    {ok, U} = wirebeam_socket:open(#{interface => "wbdown2"}),
    wait_until(fun() -> wirebeam_socket:send(U, frame(<<1:400>>)) =:= ok end),
    ?assertEqual([frame(<<1:400>>)], some(T, 1)),
    [ok = wirebeam_socket:close(Each) || Each <- [T, U]],
    ok = network:drop("wbdown").

device_is_deleted(_Config) ->
    {ok, S} = wirebeam_socket:open(#{kind => tun, name => "wbgone", active => true, up => true}),
    ok = network:drop("wbgone"),
    receive {wirebeam_socket_closed, S, Reason} -> ?assert(lists:member(Reason, [ebadfd, eio]))
    after 2000 -> ct:fail(not_told)
    end.

%% --- owners -----------------------------------------------------------------------------

controlling_process_moves_messages(_Config) ->
    S = open(#{active => 5, filter => "ether proto 0x88b5"}), T = open(#{}),
    [begin ok = wirebeam_socket:send(T, frame(<<N:400>>)), wait_for_messages(N) end || N <- [1, 2]],
    Self = self(),
    New = spawn_link(fun() -> receive go -> ok end, Self ! {got, some_active(S, 4)},
                              receive stop -> ok end
                     end),
    ok = wirebeam_socket:controlling_process(S, New),
    ?assertEqual({error, not_owner}, wirebeam_socket:recv(S, 0)),
    [ok = wirebeam_socket:send(T, frame(<<N:400>>)) || N <- [3, 4]],
    New ! go,
    receive {got, Packets} -> ?assertEqual([frame(<<N:400>>) || N <- [1, 2, 3, 4]], Packets)
    after 2000 -> ct:fail(nothing)
    end,
    nothing_more(S),
    New ! stop,
    wait_until(fun() -> wirebeam_socket:info(S) =:= {error, closed} end),
    ok = wirebeam_socket:close(T).

wait_for_messages(Count) ->
    wait_until(fun() -> capturing:mailbox() >= Count end).

owners_that_cannot_be(_Config) ->
    S = open(#{active => true, filter => "ether proto 0x88b5"}), T = open(#{}),
    Dead = spawn(fun() -> ok end),
    wait_until(fun() -> not is_process_alive(Dead) end),
    ?assertEqual({error, noproc}, wirebeam_socket:controlling_process(S, Dead)),
    ?assertEqual({error, remote_owner},
                 wirebeam_socket:controlling_process(S, wirebeam_life_SUITE:a_remote_pid())),
    ?assertError(badarg, wirebeam_socket:controlling_process(S, me)),
    ok = wirebeam_socket:send(T, frame(<<1:400>>)), % all is as before
    ?assertEqual([frame(<<1:400>>)], next(S)),
    [ok = wirebeam_socket:close(Each) || Each <- [S, T]].

only_the_owner(_Config) ->
    S = open(#{filter => "ether proto 0x88b5"}),
    Self = self(),
    Calls = [fun() -> wirebeam_socket:recv(S, 0) end,
             fun() -> wirebeam_socket:setopts(S, #{active => true}) end,
             fun() -> wirebeam_socket:set_filter(S, none) end,
             fun() -> wirebeam_socket:lock_filter(S) end,
             fun() -> wirebeam_socket:controlling_process(S, self()) end,
             fun() -> wirebeam_socket:to_fd(S) end],
    spawn_link(fun() -> Self ! {answers, [Call() || Call <- Calls],
                                wirebeam_socket:send(S, frame(<<1:400>>))} end),
    receive {answers, Answers, Sent} ->
            ?assertEqual([{error, not_owner} || _ <- Calls], Answers),
            ?assertEqual(ok, Sent)
    after 2000 -> ct:fail(nothing)
    end,
    ok = wirebeam_socket:close(S).

%% Others have the handle, and a pump may run: it is the owner's death that closes.
owner_dies(_Config) ->
    Before = descriptors(),
    Self = self(),
    [begin
         {Pid, Monitor} = spawn_monitor(fun() -> Self ! {socket, open(#{active => Active})},
                                                 receive never -> ok end
                                        end),
         S = receive {socket, Socket} -> Socket after 2000 -> ct:fail(nothing) end,
         ?assertMatch({ok, #{owner := Pid}}, wirebeam_socket:info(S)),
         exit(Pid, kill),
         receive {'DOWN', Monitor, process, Pid, killed} -> ok end,
         wait_until(fun() -> wirebeam_socket:info(S) =:= {error, closed} end),
         wait_until(fun() -> descriptors() =:= Before end)
     end || Active <- [false, true, once, 7]].

%% The owner lives on, nobody has the handle any more; it may have waited before.
socket_is_dropped(_Config) ->
    Before = descriptors(),
    [begin
         drop(Timeout),
         erlang:garbage_collect(),
         wait_until(fun() -> descriptors() =:= Before end)
     end || Timeout <- [none, 0, 10]].

drop(none) -> _ = open(#{}), ok;
drop(Timeout) ->
    S = open(#{filter => "ether proto 0x88b6"}),
    {error, timeout} = wirebeam_socket:recv(S, Timeout),
    ok.

%% Whoever waits is told.
closed_by_another(_Config) ->
    Active = open(#{active => true, filter => "ether proto 0x88b6"}),
    ok = closing(Active),
    receive {wirebeam_socket_closed, Active, Reason} -> ?assertEqual(closed, Reason)
    after 2000 -> ct:fail(not_told)
    end,
    Passive = open(#{filter => "ether proto 0x88b6"}),
    spawn_link(fun() -> timer:sleep(50), closing(Passive) end),
    ?assertEqual({error, closed}, wirebeam_socket:recv(Passive)),
    nothing_more(Passive),
    receive {wirebeam_socket_nif, _, _} = Left -> ct:fail(Left) after 0 -> ok end.

closing(S) ->
    Self = self(),
    spawn_link(fun() -> ok = wirebeam_socket:close(S), Self ! closed end),
    receive closed -> ok after 2000 -> ct:fail(not_closed) end.

%% --- help -------------------------------------------------------------------------------

some_active(_S, 0) ->
    [];
some_active(S, Count) ->
    Packets = next(S),
    Packets ++ some_active(S, Count - length(Packets)).

packets_in_mailbox(S) ->
    receive {wirebeam_socket, S, {packets, Packets}} -> Packets ++ packets_in_mailbox(S)
    after 0 -> []
    end.
