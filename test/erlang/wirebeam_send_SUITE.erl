%% SPDX-License-Identifier: ISC
%% Packets that captures send, the same for every backend. The judge is the kernel: frames go out
%% by loopback, and ordinary sockets receive what is right in them. Run this in a network
%% namespace.
-module(wirebeam_send_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam.hrl").
-include_lib("wirebeam/include/wirebeam_packet.hrl").

-compile([export_all, nowarn_export_all]).

-import(eventually, [wait_until/1]).

-define(PORT, 7101).

all() -> [{group, port}, {group, nif}].

groups() -> [{Backend, [], cases()} || Backend <- [port, nif]].

cases() ->
    [frames_arrive, ip_packets_arrive, own_packets, what_the_system_refuses, pace_is_kept,
     time_is_over, time_is_over_in_the_queue, captures_meanwhile, sends_while_nobody_takes,
     many_at_once, too_many_wait, more_than_one_command, without_inject, wrong_options,
     wrong_packets, contradicting_lengths, closed_meanwhile].

%% What comes as a frame is routed as from another host, which addresses of loopback may not be.
init_per_suite(Config) ->
    [ok = network:set("/proc/sys/net/ipv4/conf/lo/" ++ Setting, <<"1\n">>)
     || Setting <- ["route_localnet", "accept_local"]],
    {ok, Started} = application:ensure_all_started(wirebeam),
    [{started, Started} | Config].

end_per_suite(Config) ->
    [ok = application:stop(Application) || Application <- ?config(started, Config)],
    ok.

init_per_group(Backend, Config) -> [{backend, Backend} | Config].

end_per_group(_Backend, _Config) -> ok.

init_per_testcase(_Case, Config) ->
    {ok, Socket} = gen_udp:open(?PORT, [binary, {ip, {127, 0, 0, 1}}, {active, false},
                                        {recbuf, 1 bsl 22}]),
    [{socket, Socket} | Config].

end_per_testcase(_Case, Config) ->
    ok = gen_udp:close(?config(socket, Config)),
    wait_until(fun() -> supervisor:which_children(wirebeam_sup) =:= [] end),
    ok.

%% --- what is sent -----------------------------------------------------------------------

frames_arrive(Config) ->
    C = open(Config, #{}),
    Texts = texts(200),
    ok = wirebeam:send(C, [frame(Text) || Text <- Texts]),
    ?assertEqual(Texts, receive_all(Config, 200)),
    ok = wirebeam:send(C, frame(<<"one">>)),
    ?assertEqual([<<"one">>], receive_all(Config, 1)),
    ok = wirebeam:send(C, []),
    {ok, #{inject := #{handled := 201, sent := 201, failed := 0}}} = wirebeam:stats(C),
    ok = wirebeam:close(C).

ip_packets_arrive(Config) ->
    C = open(Config, #{inject => #{kind => ip}}),
    <<_:14/binary, Packet/binary>> = frame(<<"by IP">>),
    ok = wirebeam:send(C, [Packet]),
    ?assertEqual([<<"by IP">>], receive_all(Config, 1)),
    ok = wirebeam:close(C).

%% Loopback brings back what is sent.
own_packets(Config) ->
    [begin
         C = open(Config, Options#{immediate => true, active => false, direction => in,
                                   filter => "udp port 7101"}),
         ok = wirebeam:send(C, frame(<<"mine">>)),
         ?assertEqual([<<"mine">>], receive_all(Config, 1)),
         ?assertEqual(Seen, case wirebeam:recv(C, 0, 300) of
                                {ok, {packets, Packets}} -> [text(P) || P <- Packets];
                                {error, timeout} -> []
                            end),
         ok = wirebeam:close(C)
     end || {Options, Seen} <- [{#{}, []}, {#{own_packets => true}, [<<"mine">>]}]].

what_the_system_refuses(Config) ->
    C = open(Config, #{}),
    Long = <<0:(70000 * 8)>>, % loopback takes 65536
    ?assertEqual({error, emsgsize}, wirebeam:send(C, Long)),
    ?assertEqual({error, {failed, [{2, emsgsize}, {4, emsgsize}]}},
                 wirebeam:send(C, [frame(<<"a">>), Long, frame(<<"b">>), Long])),
    ?assertEqual([<<"a">>, <<"b">>], receive_all(Config, 2)),
    {ok, #{inject := #{handled := 5, sent := 2, failed := 3}}} = wirebeam:stats(C),
    ok = wirebeam:close(C).

%% --- when -------------------------------------------------------------------------------

pace_is_kept(Config) ->
    [begin
         C = open(Config, #{inject => Pace}),
         Start = erlang:monotonic_time(millisecond),
         ok = wirebeam:send(C, [frame(<<0:(58 * 8)>>) || _ <- lists:seq(1, 200)]), % 100 bytes each
         Took = erlang:monotonic_time(millisecond) - Start,
         %% A slow machine is late, none is early.
         ?assert(Took >= 195, Took),
         ?assert(Took < 2000, Took),
         ok = wirebeam:close(C)
     end || Pace <- [#{packets_per_second => 1000}, #{bits_per_second => 800000}]].

time_is_over(Config) ->
    C = open(Config, #{inject => #{packets_per_second => 50}}),
    {error, {failed, Failed}} = wirebeam:send(C, [frame(T) || T <- texts(100)], 300),
    ?assertEqual([timeout], lists:usort([Reason || {_, Reason} <- Failed])),
    Sent = 100 - length(Failed),
    ?assert(Sent >= 1),
    ?assert(Sent < 50),
    ?assertEqual(lists:seq(Sent + 1, 100), [Place || {Place, _} <- Failed]),
    ?assertEqual(lists:sublist(texts(100), Sent), receive_all(Config, Sent)),
    ok = wirebeam:close(C).

%% The time of one that waits for another one is its time, too. The first is sent all the same, and
%% so is a third.
time_is_over_in_the_queue(Config) ->
    C = open(Config, #{inject => #{packets_per_second => 50}}),
    Self = self(),
    First = spawn_link(fun() -> Self ! {self(), wirebeam:send(C, [frame(T) || T <- texts(100)])} end),
    [<<"text 1">>] = receive_all(Config, 1),
    Third = spawn_link(fun() ->
                           receive go -> Self ! {self(), wirebeam:send(C, frame(<<"third">>), 60000)} end
                       end),
    Start = erlang:monotonic_time(millisecond),
    ?assertEqual({error, {failed, [{1, timeout}, {2, timeout}]}},
                 wirebeam:send(C, [frame(<<"not">>), frame(<<"sent">>)], 100)),
    Third ! go,
    ?assertEqual({error, timeout}, wirebeam:send(C, frame(<<"nor this">>), 0)),
    Took = erlang:monotonic_time(millisecond) - Start,
    ?assert(Took >= 100, Took),
    ?assert(Took < 1000, Took),
    [receive {Sender, Answer} -> ?assertEqual(ok, Answer) after 5000 -> ct:fail(Sender) end
     || Sender <- [First, Third]],
    ?assertEqual(tl(texts(100)) ++ [<<"third">>], receive_all(Config, 100)),
    {ok, #{inject := #{handled := 101, sent := 101}}} = wirebeam:stats(C),
    ok = wirebeam:close(C).

captures_meanwhile(Config) ->
    C = open(Config, #{inject => #{packets_per_second => 100}, immediate => true,
                       direction => in, filter => "udp port 7102"}),
    Self = self(),
    Sender = spawn_link(fun() ->
                            Self ! {self(), wirebeam:send(C, [frame(T) || T <- texts(100)])}
                        end),
    {ok, Other} = gen_udp:open(7102, [{ip, {127, 0, 0, 1}}]),
    {ok, Socket} = gen_udp:open(0, []),
    ok = gen_udp:send(Socket, {127, 0, 0, 1}, 7102, <<"meanwhile">>),
    receive
        {Sender, _} -> ct:fail("nothing was captured while packets were sent");
        {wirebeam, C, {packets, [Packet]}} -> ?assertEqual(<<"meanwhile">>, text(Packet))
    after 5000 -> ct:fail(nothing)
    end,
    {ok, #{}} = wirebeam:stats(C),
    receive {Sender, ok} -> ok after 5000 -> ct:fail(not_sent) end,
    ?assertEqual(texts(100), receive_all(Config, 100)),
    [ok = gen_udp:close(S) || S <- [Other, Socket]],
    ok = wirebeam:close(C).

%% The worker waits for credit; it sends all the same.
sends_while_nobody_takes(Config) ->
    C = open(Config, #{active => false, immediate => true, direction => in,
                       filter => "udp port 7101", batch_bytes => 1}),
    {ok, Socket} = gen_udp:open(0, []),
    [ok = gen_udp:send(Socket, {127, 0, 0, 1}, ?PORT, <<"x">>) || _ <- lists:seq(1, 100)],
    _ = receive_all(Config, 100),
    wait_until(fun() ->
                   {ok, #{worker := #{credit_waits := Waits}}} = wirebeam:stats(C),
                   Waits > 0
               end),
    ok = wirebeam:send(C, [frame(T) || T <- texts(100)], 5000),
    ?assertEqual(texts(100), receive_all(Config, 100)),
    ok = gen_udp:close(Socket),
    ok = wirebeam:close(C).

%% --- how many ---------------------------------------------------------------------------

many_at_once(Config) ->
    C = open(Config, #{}),
    Self = self(),
    Senders = [spawn_link(fun() -> Self ! {self(), wirebeam:send(C, [frame(<<N:32>>)])} end)
               || N <- lists:seq(1, 50)],
    [receive {Sender, ok} -> ok after 5000 -> ct:fail(Sender) end || Sender <- Senders],
    ?assertEqual([<<N:32>> || N <- lists:seq(1, 50)], lists:sort(receive_all(Config, 50))),
    ok = wirebeam:close(C).

%% One is with the worker, 64 wait, the others are told.
too_many_wait(Config) ->
    C = open(Config, #{inject => #{packets_per_second => 1}}),
    Self = self(),
    First = spawn_link(fun() -> Self ! {self(), wirebeam:send(C, [frame(T) || T <- texts(100)])} end),
    [_] = receive_all(Config, 1),
    Others = [spawn_link(fun() -> Self ! {self(), wirebeam:send(C, frame(<<"late">>))} end)
              || _ <- lists:seq(1, 70)],
    Busy = [receive {Pid, {error, busy}} -> Pid after 5000 -> ct:fail(not_busy) end
            || _ <- lists:seq(1, 6)],
    ok = wirebeam:close(C),
    [receive {Pid, Answer} -> ?assertEqual({error, closed}, Answer) after 5000 -> ct:fail(Pid) end
     || Pid <- [First | Others -- Busy]].

%% Places count through all of them. Nobody listens there: ICMP's errors are none of ours.
more_than_one_command(Config) ->
    C = open(Config, #{}),
    Long = <<0:(70000 * 8)>>, % loopback takes 65536
    Frames = [case N rem 7000 of
                  0 -> Long;
                  _ -> frame(7103, <<N:64>>)
              end || N <- lists:seq(1, 21000)],
    ?assertEqual({error, {failed, [{7000, emsgsize}, {14000, emsgsize}, {21000, emsgsize}]}},
                 wirebeam:send(C, Frames)),
    {ok, #{inject := #{handled := 21000, sent := 20997}}} = wirebeam:stats(C),
    ok = wirebeam:close(C).

%% --- mistakes ---------------------------------------------------------------------------

without_inject(Config) ->
    {ok, C} = wirebeam:open(#{backend => ?config(backend, Config), interface => "lo"}),
    ?assertMatch({error, {enotsup, <<"send: ", _/binary>>}}, wirebeam:send(C, frame(<<"a">>))),
    ok = wirebeam:close(C),
    ?assertEqual({error, closed}, wirebeam:send(C, frame(<<"a">>))).

wrong_options(Config) ->
    [?assertError({badarg, {inject, _}}, open(Config, #{inject => Wrong}))
     || Wrong <- [false, yes, #{kind => icmp}, #{kind => "packet"}, #{packets_per_second => 0},
                  #{packets_per_second => 1, bits_per_second => 1}, #{speed => 1}]],
    ?assertError({badarg, {inject, true}}, wirebeam:open(#{file => "a.pcap", inject => true})),
    ?assertError({badarg, {own_packets, 1}}, open(Config, #{own_packets => 1})),
    ?assertMatch({error, {argument, _}},
                 wirebeam:open(#{backend => ?config(backend, Config), interface => any,
                                 inject => true})).

wrong_packets(Config) ->
    C = open(Config, #{}),
    Good = frame(<<"good">>),
    [?assertError({badarg, {packet, Wrong}}, wirebeam:send(C, [Good, Wrong]))
     || Wrong <- [<<>>, <<0:(262145 * 8)>>, "text", <<1:1>>, 7, [Good]]],
    [?assertError({badarg, {packets, _}}, wirebeam:send(C, Wrong)) || Wrong <- [a, {Good}]],
    ?assertError({badarg, {packets, Good}}, wirebeam:send(C, [Good | Good])),
    ?assertError({badarg, {timeout, -1}}, wirebeam:send(C, Good, -1)),
    ok = wirebeam:send(C, Good),
    ?assertEqual([<<"good">>], receive_all(Config, 1)),
    ok = wirebeam:close(C).

%% As a hostile process may ask for it.
contradicting_lengths(Config) ->
    C = open(Config, #{}),
    [?assertMatch({error, {argument, _}}, gen_server:call(C, {send, Packets, infinity}))
     || Packets <- [{1, <<5:32>>, <<"four">>}, {1, <<3:32>>, <<"four">>}, {1, <<0:32>>, <<>>},
                    {2, <<1:32, 16#ffffffff:32>>, <<"a">>}, {0, <<>>, <<"more">>}]],
    [?assertEqual({error, einval}, gen_server:call(C, {send, Packets, Timeout}))
     || {Packets, Timeout} <- [{{2, <<1:32>>, <<"a">>}, infinity}, {{1, <<1:32>>, "a"}, infinity},
                               {{1, <<1:32>>, <<"a">>}, -1}, {{-1, <<>>, <<>>}, infinity},
                               {{1 bsl 40, <<>>, <<>>}, 0},
                               {{1, <<1:32>>, <<0:(5 bsl 23)>>}, infinity}]],
    ok = wirebeam:send(C, frame(<<"still">>)),
    ?assertEqual([<<"still">>], receive_all(Config, 1)),
    ok = wirebeam:close(C).

closed_meanwhile(Config) ->
    C = open(Config, #{inject => #{packets_per_second => 10}}),
    Self = self(),
    Senders = [spawn_link(fun() ->
                              Self ! {self(), wirebeam:send(C, [frame(T) || T <- texts(100)])}
                          end) || _ <- lists:seq(1, 3)],
    [<<_/binary>>] = receive_all(Config, 1),
    ok = wirebeam:close(C),
    [receive {Sender, Answer} -> ?assertEqual({error, closed}, Answer) after 5000 -> ct:fail(Sender) end
     || Sender <- Senders].

%% --- small things -----------------------------------------------------------------------

open(Config, Options) ->
    Defaults = #{backend => ?config(backend, Config), interface => "lo", inject => true},
    {ok, C} = wirebeam:open(maps:merge(Defaults, Options)),
    C.

texts(Count) -> [<<"text ", (integer_to_binary(N))/binary>> || N <- lists:seq(1, Count)].

frame(Text) -> frame(?PORT, Text).

frame(Port, Text) ->
    Address = {127, 0, 0, 1},
    wirebeam_packet:encode([#ethernet{}, #ip4{source = Address, destination = Address},
                            #udp{source_port = 7100, destination_port = Port}, Text]).

text(#wirebeam_packet{data = Data}) ->
    [#ethernet{}, #ip4{}, #udp{}, Text | _] = wirebeam_packet:decode(Data),
    Text.

receive_all(Config, Count) ->
    [begin
         {ok, {_, _, Text}} = gen_udp:recv(?config(socket, Config), 0, 5000),
         Text
     end || _ <- lists:seq(1, Count)].
