%% SPDX-License-Identifier: ISC
%% Captures of an interface, loopback: run this in a network namespace (scripts/test does).
-module(wirebeam_live_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam.hrl").

-compile([export_all, nowarn_export_all]).

-import(capturing, [open/2, some_packets/2, flush/1, send/2, mailbox/0]).

all() -> [{group, port}, {group, nif}].


groups() -> [{port, [], cases()}, {nif, [], cases()}].

cases() -> [live_udp, live_filter_swap, names_in_a_filter, live_losses_add_up, slow_owner_is_bounded, without_rights].

init_per_suite(Config) -> capturing:start(Config).

end_per_suite(Config) -> capturing:stop(Config).

init_per_group(Backend, Config) -> [{backend, Backend} | Config].

end_per_group(_Backend, _Config) -> ok.

init_per_testcase(without_rights, Config) ->
    case os:cmd("id -u") of
        "0\n" -> Config;
        _ -> {skip, "needs root, to start a VM as another user"}
    end;
init_per_testcase(_Case, Config) -> Config.

end_per_testcase(_Case, _Config) -> capturing:none_is_left().

live_udp(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", immediate => true,
                             direction => in}),
    send(7001, [<<"one">>, <<"two">>]),
    Packets = some_packets(C, 2),
    ?assertEqual([<<"one">>, <<"two">>],
                 [binary:part(P#wirebeam_packet.data, 42, 3) || P <- Packets]),
    {ok, #{source := #{seen := 2, delivered := 2, dropped_ring := 0}}} = wirebeam:stats(C),
    ok = wirebeam:close(C).

live_filter_swap(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", immediate => true,
                             direction => in}),
    send(7002, [<<"no">>]),
    send(7001, [<<"one">>]),
    [_] = some_packets(C, 1),
    ?assertMatch({error, {filter, _}}, wirebeam:set_filter(C, "udp port port")),
    send(7001, [<<"one">>]),
    [_] = some_packets(C, 1),
    ok = wirebeam:set_filter(C, <<"udp port 7002">>),
    send(7001, [<<"no">>]),
    send(7002, [<<"two">>]),
    [P] = some_packets(C, 1),
    ?assertEqual(<<"two">>, binary:part(P#wirebeam_packet.data, 42, 3)),
    ok = wirebeam:set_filter(C, <<"vlan 7 and udp port 7002">>),
    ?assertMatch({error, {filter, _}}, wirebeam:set_filter(C, "udp port \x{43a}\x{e9}")),
    ?assertError({badarg, {filter, _}}, wirebeam:set_filter(C, binary:copy(<<" ">>, 20 bsl 20))),
    ?assertMatch({ok, _}, wirebeam:stats(C)),
    ok = wirebeam:close(C).

%% A filter of `open' may have names, which are looked up before the worker confines itself; then it
%% can ask neither files nor the network for them. The VM of a NIF can.
names_in_a_filter(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "host localhost and not port http",
                             immediate => true, direction => in}),
    Answers = [wirebeam:set_filter(C, Filter) || Filter <- ["host localhost", "port http"]],
    case ?config(backend, Config) of
        nif ->
            ?assertEqual([ok, ok], Answers),
            ok = wirebeam:set_filter(C, "host localhost and not port http");
        port ->
            ?assertEqual([{error, {filter, <<"filter \"host localhost\": unknown host 'localhost'">>}},
                          {error, {filter, <<"filter \"port http\": unknown port 'http'">>}}],
                         Answers)
    end,
    send(7001, [<<"one">>]),
    [_] = some_packets(C, 1), % the first one is still in force
    ok = wirebeam:close(C).

%% Nobody asks for packets while far more of them come than ring and window hold.
live_losses_add_up(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", direction => in,
                             buffer_bytes => 1 bsl 20, active => false}),
    Sent = 20000,
    send(7001, lists:duplicate(Sent, <<0:8000>>)),
    {ok, #{source := #{dropped_ring := Dropped}}} = wirebeam:stats(C),
    ?assert(Dropped > 0),
    {Delivered, Lost} = drain(C, 0, 0),
    {ok, #{source := #{seen := Sent, delivered := Delivered, dropped_ring := Lost}}} =
        wirebeam:stats(C),
    ?assertEqual(Sent, Delivered + Lost),
    ok = wirebeam:close(C).

drain(C, Delivered, Lost) ->
    case wirebeam:recv(C, 0, 2000) of
        {ok, {packets, Packets}} -> drain(C, Delivered + length(Packets), Lost);
        {ok, {lost, #{ring := Ring}}} -> drain(C, Delivered, Lost + Ring);
        {error, timeout} -> {Delivered, Lost}
    end.

%% The mailbox of an owner that does nothing stays short, and the memory of the VM small.
slow_owner_is_bounded(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", direction => in,
                             buffer_bytes => 1 bsl 20, batch_bytes => 65536}),
    Before = erlang:memory(binary),
    send(7001, lists:duplicate(40000, <<0:8000>>)),
    Length = mailbox(),
    ?assert(Length >= 32 andalso Length =< 40, Length),
    ?assert(erlang:memory(binary) - Before < 16 bsl 20),
    ok = wirebeam:close(C),
    flush(C).

%% A user without rights gets to know what is missing, and how to come by it.
without_rights(Config) ->
    {0, Output} = machine:run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"],
                              ["-run", ?MODULE_STRING, "unprivileged",
                               atom_to_list(?config(backend, Config))]),
    %% The machine may say before that root's directories are not for it.
    [_, Answered] = string:split(Output, "answer: "),
    {ok, Tokens, _} = erl_scan:string(Answered),
    {ok, Answer} = erl_parse:parse_term(Tokens),
    {error, {eperm, Words}} = Answer,
    ct:pal("~ts", [Words]),
    ?assertMatch({_, _}, binary:match(Words, <<"lo: ">>)),
    ?assertMatch({_, _}, binary:match(Words, <<"cap_net_raw">>)).

unprivileged([Backend]) ->
    {ok, _} = application:ensure_all_started(wirebeam),
    Answer = wirebeam:open(#{interface => "lo", backend => list_to_atom(Backend)}),
    io:format("answer: ~w.~n", [Answer]),
    halt(0).
