%% SPDX-License-Identifier: ISC
%% Probes of this host, of another one behind a router, and of nobody: the kernel is who answers.
%% Run this as root in a network namespace.
-module(wirebeam_probe_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam_packet.hrl").

-compile([export_all, nowarn_export_all]).

all() -> [{group, port}, {group, nif}].

groups() -> [{Backend, [], cases()} || Backend <- [port, nif]].

cases() ->
    [ping_itself, ping_a_host, ping_nobody, tcp_ports, udp_ports, udp_answer_of_a_known_layer,
     ways, names, time_to_live_ends, by_messages, canceled, wrong_options].

init_per_suite(Config) ->
    {ok, Started} = application:ensure_all_started(wirebeam),
    [{started, Started}, {routed, routed:up()} | Config].

end_per_suite(Config) ->
    ok = routed:down(?config(routed, Config)),
    [ok = application:stop(Application) || Application <- ?config(started, Config)],
    ok.

init_per_group(Backend, Config) -> [{backend, Backend} | Config].

end_per_group(_Backend, _Config) -> ok.

options(Config) -> options(Config, #{}).

options(Config, Options) -> Options#{backend => ?config(backend, Config)}.

%% --- cases ------------------------------------------------------------------------------

ping_itself(Config) ->
    {ok, Answer} = wirebeam_probe:ping({127, 0, 0, 1}, options(Config)),
    ?assertMatch(#{state := reply, from := {127, 0, 0, 1}, attempt := 1}, Answer),
    ?assert(maps:get(time, Answer) < 5 * 1000000000),
    {ok, #{state := reply, from := {0, 0, 0, 0, 0, 0, 0, 1}}} =
        wirebeam_probe:ping("::1", options(Config)).

ping_a_host(Config) ->
    Host6 = {16#fd77, 2, 0, 0, 0, 0, 0, 2},
    {ok, #{state := reply, from := {10, 77, 2, 2}}} =
        wirebeam_probe:ping("10.77.2.2", options(Config, #{data => binary:copy(<<"x">>, 1000)})),
    {ok, #{state := reply, from := Host6}} = wirebeam_probe:ping(Host6, options(Config)).

ping_nobody(Config) ->
    Start = erlang:monotonic_time(millisecond),
    {error, timeout} = wirebeam_probe:ping("10.77.9.1", options(Config, #{timeout => 100,
                                                                          attempts => 3})),
    Took = erlang:monotonic_time(millisecond) - Start,
    ?assert(Took >= 300, Took),
    {ok, #{state := unreachable, from := {10, 77, 1, 2}, code := 1}} =
        wirebeam_probe:ping("10.77.8.1", options(Config)).

tcp_ports(Config) ->
    {ok, Listener} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Listener),
    {ok, #{state := open}} = wirebeam_probe:tcp("127.0.0.1", Port, options(Config)),
    ok = gen_tcp:close(Listener),
    {ok, #{state := closed}} = wirebeam_probe:tcp("127.0.0.1", Port, options(Config)),
    {ok, #{state := closed, from := {10, 77, 2, 2}}} =
        wirebeam_probe:tcp("10.77.2.2", 80, options(Config)),
    {ok, #{state := closed}} = wirebeam_probe:tcp("fd77:2::2", 80, options(Config)),
    {ok, #{state := unreachable, code := 1}} =
        wirebeam_probe:tcp("10.77.8.1", 80, options(Config)),
    {error, timeout} = wirebeam_probe:tcp("10.77.9.1", 80, options(Config, #{timeout => 100})).

udp_ports(Config) ->
    {ok, Socket} = gen_udp:open(0, [binary, {ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Socket),
    Self = self(),
    Echo = spawn_link(fun() ->
                          Self ! ready,
                          receive
                              {udp, S, From, FromPort, Text} ->
                                  gen_udp:send(S, From, FromPort, ["re: ", Text])
                          end
                      end),
    receive ready -> ok end,
    ok = gen_udp:controlling_process(Socket, Echo),
    {ok, #{state := open, data := <<"re: hello">>}} =
        wirebeam_probe:udp("127.0.0.1", Port, options(Config, #{data => <<"hello">>})),
    {ok, #{state := closed, code := 3, from := {10, 77, 2, 2}}} =
        wirebeam_probe:udp("10.77.2.2", 7, options(Config)),
    {ok, #{state := closed, code := 4}} = wirebeam_probe:udp("fd77:2::2", 7, options(Config)),
    gen_udp:close(Socket).

%% What answers is a payload, even from a port whose layer is known: multicast DNS.
udp_answer_of_a_known_layer(Config) ->
    {ok, Socket} = gen_udp:open(5353, [binary, {ip, {127, 0, 0, 1}}]),
    Dns = wirebeam_packet:encode([#dns{id = 7, questions = [{[<<"host">>, <<"local">>], 1, 1}]}]),
    [begin
         Handle = wirebeam_probe:start({udp, "127.0.0.1", 5353},
                                       options(Config, #{data => Text, timeout => 5000})),
         receive {udp, Socket, From, FromPort, Text} -> gen_udp:send(Socket, From, FromPort, Text)
         after 5000 -> ct:fail(nothing)
         end,
         receive {wirebeam_probe, Handle, Result} ->
             ?assertMatch({ok, #{state := open, data := Text}}, Result)
         end
     end || Text <- [Dns, <<"no DNS">>]],
    gen_udp:close(Socket).

ways(Config) ->
    [begin
         {ok, [{1, #{state := time_exceeded, from := Router}}, {2, #{from := Host, state := State}}]} =
             wirebeam_probe:trace(Target, options(Config, #{method => Method})),
         ?assertEqual(Wanted, {inet:ntoa(Router), inet:ntoa(Host), State})
     end || {Target, Method, Wanted} <-
                [{"10.77.2.2", udp, {"10.77.1.2", "10.77.2.2", closed}},
                 {"10.77.2.2", tcp, {"10.77.1.2", "10.77.2.2", closed}},
                 {"10.77.2.2", icmp, {"10.77.1.2", "10.77.2.2", reply}},
                 {"fd77:2::2", udp, {"fd77:1::2", "fd77:2::2", closed}},
                 {"fd77:2::2", tcp, {"fd77:1::2", "fd77:2::2", closed}},
                 {"fd77:2::2", icmp, {"fd77:1::2", "fd77:2::2", reply}}]],
    {ok, [{1, timeout}, {2, timeout}]} =
        wirebeam_probe:trace("10.77.9.1", options(Config, #{max_hops => 2, timeout => 50,
                                                            attempts => 1})).

names(Config) ->
    {ok, #{from := {127, 0, 0, 1}}} = wirebeam_probe:ping("localhost", options(Config)),
    {error, nxdomain} = wirebeam_probe:ping("no.such.name.invalid", options(Config)).

time_to_live_ends(Config) ->
    {ok, #{state := time_exceeded, from := {10, 77, 1, 2}}} =
        wirebeam_probe:ping("10.77.2.2", options(Config, #{ttl => 1})).

by_messages(Config) ->
    Handles = [wirebeam_probe:start({ping, "10.77.2.2"}, options(Config)) || _ <- lists:seq(1, 5)],
    [receive
         {wirebeam_probe, Handle, Result} -> ?assertMatch({ok, #{state := reply}}, Result)
     after 5000 -> ct:fail(nothing)
     end || Handle <- Handles],
    Wrong = wirebeam_probe:start({ping, "10.77.2.2"}, #{interface => "wbnone"}),
    receive
        {wirebeam_probe, Wrong, Answer} -> ?assertMatch({error, {enodev, _}}, Answer)
    after 5000 -> ct:fail(nothing)
    end.

canceled(Config) ->
    Handle = wirebeam_probe:start({ping, "10.77.9.1"}, options(Config, #{timeout => 60000})),
    eventually:wait_until(fun() -> supervisor:which_children(wirebeam_sup) =/= [] end),
    ok = wirebeam_probe:cancel(Handle),
    eventually:wait_until(fun() -> supervisor:which_children(wirebeam_sup) =:= [] end),
    receive {wirebeam_probe, _, _} = Message -> ct:fail(Message) after 100 -> ok end.

wrong_options(_Config) ->
    [?assertError({badarg, {Key, _}}, wirebeam_probe:ping("127.0.0.1", #{Key => Value}))
     || {Key, Value} <- [{timeout, 0}, {timeout, 1 bsl 32}, {attempts, -1}, {ttl, 256},
                         {data, "text"}, {family, ip}, {method, sctp}, {port, 0}, {hops, 3}]],
    ?assertError({badarg, {port, 65536}}, wirebeam_probe:tcp("127.0.0.1", 65536)),
    ?assertError({badarg, {host, {1, 2, 3}}}, wirebeam_probe:ping({1, 2, 3})),
    ?assertError({badarg, {options, []}}, wirebeam_probe:ping("127.0.0.1", [])),
    ?assertError({badarg, {backend, thread}}, wirebeam_probe:ping("127.0.0.1", #{backend => thread})).
