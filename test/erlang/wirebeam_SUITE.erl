%% SPDX-License-Identifier: ISC
%% Captures as their owners see them, the same for every backend. The live cases capture on
%% loopback: run this in a network namespace (scripts/test does).
-module(wirebeam_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam.hrl").

-compile([export_all, nowarn_export_all]).

-import(eventually, [wait_until/1]).

all() -> [{group, port}, {group, nif}].

%% A thread of this VM cannot be killed.
groups() -> [{port, [], cases()}, {nif, [], cases() -- [killed_under_load]}].

cases() ->
    [packets_of_a_file, packets_by_recv, at_most_so_many, batches,
     batches_by_recv, times_in_another_unit, active_once,
     active_n, active_n_adds_up, active_n_has_an_end, passive_then_active, filter_of_a_file,
     streams, transactions, anomalies, stats_of_a_file, hooks, large_frames,
     options_arrive, wrong_options, files_of_any_name, no_such_file, no_such_interface, wrong_filter, cut_file,
     owner_dies,
     controlling_process_moves_messages, only_the_owner_receives, owners_that_cannot_be,
     closed_by_another, application_stops, application_is_stopped, close_twice,
     live_udp, live_filter_swap, live_losses_add_up, slow_owner_is_bounded,
     hostile_terms, worker_is_killed, killed_under_load, many_opened].

init_per_suite(Config) ->
    {ok, Started} = application:ensure_all_started(wirebeam),
    [{started, Started} | Config].

end_per_suite(Config) ->
    [ok = application:stop(Application) || Application <- ?config(started, Config)],
    ok.

init_per_group(Backend, Config) -> [{backend, Backend} | Config].

end_per_group(_Backend, _Config) -> ok.

init_per_testcase(_Case, Config) -> Config.

%% No capture is left, whatever the case did, and no message of one.
end_per_testcase(_Case, _Config) ->
    wait_until(fun() -> supervisor:which_children(wirebeam_sup) =:= [] end),
    ok.

%% --- files ------------------------------------------------------------------------------

packets_of_a_file(Config) ->
    Frames = [savefile:udp(N, <<N:32>>) || N <- lists:seq(1, 5000)],
    C = open_file(Config, Frames, #{}),
    Packets = all_packets(C),
    ?assertEqual(Frames, [P#wirebeam_packet.data || P <- Packets]),
    First = hd(Packets),
    ?assertMatch(#wirebeam_packet{time = 1700000000000000000, length = 46, link_type = 1,
                                  interface = 0, direction = unknown, flags = []}, First).

packets_by_recv(Config) ->
    Frames = [savefile:udp(N, <<N:32>>) || N <- lists:seq(1, 5000)],
    C = open_file(Config, Frames, #{active => false}),
    ?assertEqual({error, {closed, eof}}, received(C, Frames)),
    ?assertEqual({error, closed}, wirebeam:recv(C, 0)).

received(C, Frames) ->
    case wirebeam:recv(C, 0, 5000) of
        {ok, {packets, Packets}} ->
            {Now, Later} = lists:split(length(Packets), Frames),
            ?assertEqual(Now, [P#wirebeam_packet.data || P <- Packets]),
            received(C, Later);
        End ->
            ?assertEqual([], Frames),
            End
    end.

at_most_so_many(Config) ->
    Frames = [savefile:udp(N, <<0:N/unit:8>>) || N <- lists:seq(1, 10)],
    C = open_file(Config, Frames, #{active => false}),
    Sizes = [begin
                 {ok, {packets, Packets}} = wirebeam:recv(C, 3, 5000),
                 length(Packets)
             end || _ <- lists:seq(1, 4)],
    ?assertEqual([3, 3, 3, 1], Sizes),
    ok = wirebeam:close(C).

batches(Config) ->
    Frames = [savefile:udp(N, <<N:32>>) || N <- lists:seq(1, 5000)],
    C = open_file(Config, Frames, #{deliver => [batches]}),
    ?assertEqual(Frames, lists:append([bytes_of(Batch) || Batch <- all_of(batch, C)])).

batches_by_recv(Config) ->
    Frames = [savefile:udp(N, <<N:32>>) || N <- lists:seq(1, 10)],
    C = open_file(Config, Frames, #{deliver => [batches], active => false}),
    {ok, {batch, #wirebeam_batch{count = 4} = First}} = wirebeam:recv(C, 4),
    {ok, {batch, #wirebeam_batch{count = 6} = Others}} = wirebeam:recv(C, 0),
    ?assertEqual(Frames, bytes_of(First) ++ bytes_of(Others)),
    ok = wirebeam:close(C).

bytes_of(Batch) ->
    lists:reverse(wirebeam:fold(fun(#wirebeam_packet{data = Data}, Acc) -> [Data | Acc] end, [],
                                Batch)).

times_in_another_unit(Config) ->
    C = open_file(Config, [{1700000000123456789, savefile:udp(1, <<>>)}],
                  #{time_unit => microsecond}),
    ?assertMatch([#wirebeam_packet{time = 1700000000123456}], all_packets(C)).

filter_of_a_file(Config) ->
    Frames = [savefile:udp(N, <<>>) || N <- lists:seq(1, 100)],
    C = open_file(Config, Frames, #{filter => "udp dst port 7"}),
    ?assertEqual([savefile:udp(7, <<>>)], [P#wirebeam_packet.data || P <- all_packets(C)]).

large_frames(Config) ->
    Frames = [binary:copy(<<N>>, Size) || {N, Size} <- [{1, 65535}, {2, 65536}, {3, 65537},
                                                        {4, 200000}, {5, 262144}, {6, 60}]],
    C = open_file(Config, Frames, #{}),
    ?assertEqual(Frames, [P#wirebeam_packet.data || P <- all_packets(C)]).

cut_file(Config) ->
    Path = path(Config),
    Frames = [savefile:udp(N, <<N:800>>) || N <- lists:seq(1, 100)],
    savefile:write(Path, Frames),
    {ok, Whole} = file:read_file(Path),
    ok = file:write_file(Path, binary:part(Whole, 0, byte_size(Whole) - 5)),
    {ok, C} = open(Config, #{file => Path}),
    {Packets, Reason} = until_closed(C),
    ?assertEqual(lists:droplast(Frames), [P#wirebeam_packet.data || P <- Packets]),
    ?assertMatch({error, {truncated, <<_/binary>>}}, Reason).

%% --- streams and transactions -----------------------------------------------------------

request() -> <<"GET /a HTTP/1.1\r\nHost: h\r\n\r\n">>.
response() -> <<"HTTP/1.1 200 OK\r\nETag: \"x\"\r\nContent-Length: 5\r\n\r\nhello">>.

connection() ->
    Up = {40000, 80}, Down = {80, 40000},
    Q = byte_size(request()), A = byte_size(response()),
    [savefile:tcp(Up, {100, 0, 2}, <<>>),
     savefile:tcp(Down, {900, 101, 18}, <<>>),
     savefile:tcp(Up, {101, 901, 16}, <<>>),
     savefile:tcp(Up, {101, 901, 24}, request()),
     savefile:tcp(Down, {901, 101 + Q, 24}, response()),
     savefile:tcp(Up, {101 + Q, 901 + A, 17}, <<>>),
     savefile:tcp(Down, {901 + A, 102 + Q, 17}, <<>>),
     savefile:tcp(Up, {102 + Q, 902 + A, 16}, <<>>)].

streams(Config) ->
    C = open_file(Config, connection(), #{deliver => [streams]}),
    Events = all_of(streams, C),
    Ends = #{client => {{10, 0, 0, 1}, 40000}, server => {{10, 0, 0, 2}, 80}},
    Request = request(), Response = response(),
    ?assertMatch([{open, F, Ends}, {data, F, client, 0, Request}, {data, F, server, 0, Response},
                  {close, F, #{'end' := closed}}], Events).

transactions(Config) ->
    C = open_file(Config, connection(), #{deliver => [transactions]}),
    [#{complete := true, missing := [], request := Request, response := Response}] =
        all_of(transaction, C),
    ?assertMatch(#{method := <<"GET">>, target := <<"/a">>, version := {1, 1},
                   headers := [{<<"Host">>, <<"h">>}], body := <<>>}, Request),
    Head = binary:part(response(), 0, byte_size(response()) - 5),
    ?assertMatch(#{status := 200, head := Head, body := <<"hello">>, body_bytes := 5,
                   omitted_bytes := 0}, Response).

%% Two versions of the same bytes, of which the receiver's application has read the first.
anomalies(Config) ->
    [Syn, SynAck, Ack, Request | Rest] = connection(),
    Other = savefile:tcp({40000, 80}, {101, 901, 24}, <<"PUT", (request())/binary>>),
    C = open_file(Config, [Syn, SynAck, Ack, Request, Other | Rest],
                  #{deliver => [anomalies]}),
    [#{name := <<"tcp.overlap_differs">>, side := client, offset := 0, kept := Kept,
       rejected := Rejected, flow := _, client := {{10, 0, 0, 1}, 40000}} | _] = all_of(anomaly, C),
    ?assertMatch({<<"GET", _/binary>>, <<"PUT", _/binary>>}, {Kept, Rejected}).

stats_of_a_file(Config) ->
    C = open_file(Config, connection(), #{deliver => [stats, transactions]}),
    [#{source := #{seen := 8, delivered := 8}, flow := #{flows := 1},
       http := #{transactions := 1, complete := 1}, worker := #{frames := _}} | _] =
        lists:reverse([Stats || #{source := _} = Stats <- all_of(stats, C)]).

%% A hook that fails does not end the capture.
hooks(Config) ->
    Self = self(),
    Hook = fun(Event, Measurements, Metadata) ->
                   Self ! {hook, Event, Measurements, Metadata},
                   error(failed)
           end,
    C = open_file(Config, [savefile:udp(N, <<>>) || N <- lists:seq(1, 7)], #{telemetry => Hook}),
    ?assertEqual(7, length(all_packets(C))),
    [receive {hook, Event, Measurements, #{capture := C, owner := Self}} -> ok
     after 1000 -> ct:fail(Event)
     end || {Event, Measurements} <- [{[wirebeam, open], #{}},
                                      {[wirebeam, packets], #{count => 7, bytes => 7 * 42}},
                                      {[wirebeam, closed], #{}}]].

%% --- active modes -----------------------------------------------------------------------

active_once(Config) ->
    C = open_file(Config, [savefile:udp(1, <<>>) || _ <- lists:seq(1, 10)],
                  #{active => once, batch_bytes => 1}),
    receive {wirebeam, C, {packets, _}} -> ok after 5000 -> ct:fail(no_message) end,
    nothing_more(C),
    ok = wirebeam:setopts(C, #{active => once}),
    receive {wirebeam, C, {packets, _}} -> ok after 5000 -> ct:fail(no_message) end,
    nothing_more(C),
    ok = wirebeam:close(C).

active_n(Config) ->
    C = open_file(Config, [savefile:udp(1, <<>>) || _ <- lists:seq(1, 10)],
                  #{active => 3, batch_bytes => 1}),
    [receive {wirebeam, C, {packets, _}} -> ok after 5000 -> ct:fail(no_message) end
     || _ <- [1, 2, 3]],
    receive {wirebeam_passive, C} -> ok after 5000 -> ct:fail(no_message) end,
    nothing_more(C),
    ok = wirebeam:close(C).

active_n_adds_up(Config) ->
    C = open_file(Config, [savefile:udp(1, <<>>) || _ <- lists:seq(1, 10)],
                  #{active => false, batch_bytes => 1}),
    ok = wirebeam:setopts(C, [{active, 2}]),
    [receive {wirebeam, C, {packets, _}} -> ok after 5000 -> ct:fail(no_message) end
     || _ <- [1, 2]],
    receive {wirebeam_passive, C} -> ok after 5000 -> ct:fail(no_message) end,
    ?assertMatch({ok, {packets, [_]}}, wirebeam:recv(C, 0)),
    ok = wirebeam:close(C).

active_n_has_an_end(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", active => 32766}),
    ok = wirebeam:setopts(C, #{active => 1}),
    ?assertEqual({error, einval}, wirebeam:setopts(C, #{active => 1})),
    ok = wirebeam:close(C).

passive_then_active(Config) ->
    Frames = [savefile:udp(N, <<>>) || N <- lists:seq(1, 10)],
    C = open_file(Config, Frames, #{active => false}),
    {ok, {packets, [First]}} = wirebeam:recv(C, 1),
    ok = wirebeam:setopts(C, #{active => true}),
    ?assertEqual(Frames, [P#wirebeam_packet.data || P <- [First | all_packets(C)]]).

%% --- owners -----------------------------------------------------------------------------

owner_dies(Config) ->
    Self = self(),
    Path = path(Config),
    savefile:write(Path, [savefile:udp(1, <<>>)]),
    {Pid, Monitor} =
        spawn_monitor(fun() ->
                              {ok, C} = open(Config, #{file => Path, active => false}),
                              Self ! {opened, C},
                              receive never -> ok end
                      end),
    C = receive {opened, Capture} -> Capture after 5000 -> ct:fail(not_opened) end,
    CMonitor = monitor(process, C),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, killed} -> ok end,
    receive {'DOWN', CMonitor, process, C, normal} -> ok after 5000 -> ct:fail(alive) end.

controlling_process_moves_messages(Config) ->
    Frames = [savefile:udp(N, <<>>) || N <- lists:seq(1, 10)],
    C = open_file(Config, Frames, #{batch_bytes => 1, active => 5}),
    wait_until(fun() -> mailbox() >= 3 end),
    Self = self(),
    New = spawn_link(fun() ->
                             receive go -> ok end,
                             ok = wirebeam:setopts(C, #{active => true}),
                             Self ! {packets, all_packets(C)}
                     end),
    ok = wirebeam:controlling_process(C, New),
    New ! go,
    receive
        {packets, Packets} ->
            ?assertEqual(Frames, [P#wirebeam_packet.data || P <- Packets])
    after 5000 -> ct:fail(nothing)
    end,
    receive {wirebeam, C, _} -> ct:fail(left) after 0 -> ok end.

only_the_owner_receives(Config) ->
    C = open_file(Config, [savefile:udp(1, <<>>)], #{active => false}),
    Self = self(),
    spawn_link(fun() -> Self ! {answer, wirebeam:recv(C, 0),
                                wirebeam:controlling_process(C, self())} end),
    receive {answer, A, B} -> ?assertEqual({{error, not_owner}, {error, not_owner}}, {A, B}) end,
    ok = wirebeam:close(C).

%% Who cannot be the owner is not: the old one stays.
owners_that_cannot_be(Config) ->
    Remote = a_remote_pid(),
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", direction => in}),
    ?assertEqual({error, remote_owner}, wirebeam:controlling_process(C, Remote)),
    ?assertEqual({error, einval}, wirebeam:controlling_process(C, C)),
    send(7001, [<<"one">>]),
    [_] = some_packets(C, 1),
    ok = wirebeam:close(C).

%% Of a node that there is not: as this one is not distributed, it cannot have one of its own.
a_remote_pid() ->
    Node = <<"other@nowhere">>,
    binary_to_term(<<131, 88, 119, (byte_size(Node)), Node/binary, 1:32, 0:32, 1:32>>).

%% The owner waits for messages, and gets to know.
closed_by_another(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001"}),
    spawn_link(fun() -> ok = wirebeam:close(C) end),
    receive {wirebeam_closed, C, Reason} -> ?assertEqual(closed, Reason)
    after 5000 -> ct:fail(not_told)
    end.

application_stops(Config) ->
    Path = path(Config),
    savefile:write(Path, [savefile:udp(N rem 65536, <<0:8000>>) || N <- lists:seq(1, 20000)]),
    {ok, Active} = open(Config, #{interface => "lo", filter => "udp port 7001"}),
    {ok, Loaded} = open(Config, #{file => Path, batch_bytes => 65536}),
    Self = self(),
    Receiver = spawn_link(fun() ->
                                  {ok, C} = open(Config, #{interface => "lo", active => false,
                                                           filter => "udp port 7001"}),
                                  Self ! opened,
                                  Self ! {received, wirebeam:recv(C, 0)}
                          end),
    receive opened -> ok after 5000 -> ct:fail(Receiver) end,
    timer:sleep(50),
    ok = application:stop(wirebeam),
    receive {wirebeam_closed, Active, Reason} -> ?assertEqual({exit, shutdown}, Reason)
    after 5000 -> ct:fail(not_told)
    end,
    ?assertMatch({_, {exit, shutdown}}, until_closed(Loaded)),
    receive {received, Error} -> ?assertEqual({error, {closed, {exit, shutdown}}}, Error)
    after 5000 -> ct:fail(not_told)
    end,
    ?assertEqual({error, closed}, wirebeam:stats(Active)),
    ok = application:start(wirebeam).

application_is_stopped(Config) ->
    ok = application:stop(wirebeam),
    ?assertEqual({error, not_started}, open(Config, #{interface => "lo"})),
    ok = application:start(wirebeam).

close_twice(Config) ->
    C = open_file(Config, [savefile:udp(1, <<>>)], #{active => false}),
    ok = wirebeam:close(C),
    ok = wirebeam:close(C),
    ?assertEqual({error, closed}, wirebeam:stats(C)).

%% --- mistakes ---------------------------------------------------------------------------

%% Each option does something, or is refused by the worker where its value makes no sense.
options_arrive(Config) ->
    Frames = [savefile:udp(N, <<N:800>>) || N <- lists:seq(1, 10)],
    Short = open_file(Config, Frames, #{snaplen => 50, max_packets => 3}),
    ?assertEqual([{50, 142}, {50, 142}, {50, 142}],
                 [{byte_size(P#wirebeam_packet.data), P#wirebeam_packet.length}
                  || P <- all_packets(Short)]),
    Transaction = fun(Options) ->
                          C = open_file(Config, connection(),
                                        Options#{deliver => [transactions]}),
                          [#{response := Response}] = all_of(transaction, C),
                          Response
                  end,
    ?assertMatch(#{head := <<"HTTP", _/binary>>, body := <<>>, omitted_bytes := 5},
                 Transaction(#{bodies => false})),
    ?assertMatch(#{body := <<"he">>, omitted_bytes := 3}, Transaction(#{max_body_bytes => 2})),
    ?assertMatch(#{omitted_bytes := 5}, Transaction(#{max_body_total => 1})),
    ?assertMatch(#{status := 200},
                 Transaction(#{lenient => [checksum, all], targets => ["10.0.0.0/8=windows", "bsd"],
                               limits => #{flows => 10, direction_buffer => 70000}})),
    Refused = #{limits => #{no_such_limit => 1}, targets => ["10.0.0.0/8=amiga"]},
    [?assertMatch({error, {argument, <<_/binary>>}},
                  open(Config, #{file => path(Config), Key => Value}))
     || {Key, Value} <- maps:to_list(Refused)],
    {ok, Live} = open(Config, #{interface => "lo", kind => libpcap, promiscuous => false,
                                latency_ms => 10, direction => in, filter => "udp port 7001",
                                deliver => [packets, stats], stats_interval_ms => 20}),
    send(7001, [<<"one">>]),
    receive {wirebeam, Live, {packets, [_]}} -> ok after 5000 -> ct:fail(no_packet) end,
    [receive {wirebeam, Live, {stats, _}} -> ok after 1000 -> ct:fail(no_stats) end || _ <- [1, 2]],
    ok = wirebeam:close(Live),
    flush(Live),
    {ok, Interfaces} = wirebeam:interfaces(),
    ?assertMatch([_], [I || #{name := <<"lo">>, is_loopback := true} = I <- Interfaces]).

wrong_options(Config) ->
    Wrong = [{nonsense, 1}, {"file", "x"}, {snaplen, 0}, {snaplen, "1"}, {snaplen, 1 bsl 70},
             {filter, 7}, {filter, [256, a]}, {filter, [$a | $b]}, {filter, <<"a", 0>>},
             {filter, lists:duplicate((1 bsl 20) + 1, $a)}, {active, 0}, {active, 40000},
             {deliver, []}, {deliver, [packet]}, {deliver, packets}, {deliver, [packets, batches]},
             {deliver, [packets | streams]}, {backend, nifty}, {time_unit, 0}, {promiscuous, 1},
             {limits, #{flows => -1}}, {limits, #{"flows" => 1}}, {limits, []},
             {telemetry, fun() -> ok end}, {direction, both}, {lenient, [window | ip]},
             {targets, ["linux" | "bsd"]}, {targets, "linux"}, {targets, [linux]},
             {file, "-"}, {file, <<"-">>}, {file, ["-"]}, {file, [16#d800]}, {file, ""},
             {file, ["a", <<"b">>]}],
    [?assertError({badarg, {Key, _}}, open(Config, maps:merge(#{file => "x"}, #{Key => Value})))
     || {Key, Value} <- Wrong],
    [?assertError({badarg, {interface, _}}, open(Config, #{interface => Value}))
     || Value <- [eth0, 7, "", <<"lo", 0>>]],
    ?assertError({badarg, {file, "x"}}, open(Config, #{file => "x", interface => any})),
    ?assertError({badarg, {interface, missing}}, wirebeam:open(#{})),
    ?assertError({badarg, {options, []}}, wirebeam:open([])).

no_such_file(Config) ->
    ?assertMatch({error, {enoent, <<_/binary>>}}, open(Config, #{file => "/no/such/file"})).

%% What a file may be called is no matter of ours.
files_of_any_name(Config) ->
    Frames = [savefile:udp(7, <<>>)],
    [begin
         Path = filename:join(?config(priv_dir, Config), Name),
         savefile:write(Path, Frames),
         {ok, C} = open(Config, #{file => Path}),
         ?assertEqual(Frames, [P#wirebeam_packet.data || P <- all_packets(C)])
     end || Name <- ["new\nline", "quote'\"`$(x)", <<"not utf8 ", 255, 254>> | encodable()]].

encodable() ->
    case file:native_name_encoding() of
        utf8 -> ["\x{43a}\x{438}\x{442} \x{1f40b}"];
        latin1 -> ["\x{e9}"]
    end.

no_such_interface(Config) ->
    ?assertMatch({error, {enodev, <<_/binary>>}}, open(Config, #{interface => "nosuch0"})).

wrong_filter(Config) ->
    {error, {filter, Words}} = open(Config, #{interface => "lo", filter => "tcp port port"}),
    ?assertMatch({_, _}, binary:match(Words, <<"tcp port port">>)).

%% --- live -------------------------------------------------------------------------------

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

%% Whatever processes of this or another node send: the capture answers, and goes on.
hostile_terms(Config) ->
    C = open_file(Config, [savefile:udp(N, <<>>) || N <- lists:seq(1, 10)], #{active => false}),
    Terms = [x, <<>>, [], {}, #{}, self(), make_ref(), -1, 1 bsl 70, 1.5, fun() -> ok end,
             "", [a | b], {take, x, y}, {take, -1, 0}, {take, 0, -1}, {take, 0, 1 bsl 40},
             {setopts, #{active => 0}}, {setopts, #{active => x}}, {setopts, #{}}, {setopts, x},
             {set_filter, x}, {set_filter, [300]}, {set_filter, {}},
             {set_filter, binary:copy(<<" ">>, 20 bsl 20)}, {pause, x}, {pause, C},
             {transfer, x, true}, {transfer, self(), 0}, {transfer, self(), x},
             {transfer, C, false}, {open, []}],
    [begin
         ?assertMatch({error, _}, catch gen_server:call(C, Term), Term),
         C ! Term,
         gen_server:cast(C, Term),
         C ! {'$gen_call', Term, stats},
         C ! {'$gen_call', {Term, Term}, Term},
         C ! {'DOWN', Term, process, Term, Term},
         C ! {timeout, Term, take}
     end || Term <- Terms],
    [C ! Term || Term <- [mailbox, spent]],
    {ok, {packets, Packets}} = wirebeam:recv(C, 0),
    ?assertEqual(10, length(Packets)),
    ok = wirebeam:close(C).

%% --- the worker -------------------------------------------------------------------------

worker_is_killed(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", direction => in}),
    send(7001, lists:duplicate(100, <<0:8000>>)),
    case ?config(backend, Config) of
        port ->
            [] = os:cmd("kill -9 " ++ worker_of(C)),
            receive {wirebeam_closed, C, Reason} -> ?assertEqual({exit, 137}, Reason)
            after 5000 -> ct:fail(not_told)
            end,
            ?assertEqual("", os:cmd("pgrep wirebeam-port")),
            {ok, Again} = open(Config, #{interface => "lo"}),
            ok = wirebeam:close(Again);
        nif ->
            ok = wirebeam:close(C)
    end,
    flush(C).

%% A kill at any moment of a delivery is told once, after what was delivered.
killed_under_load(Config) ->
    Path = path(Config),
    savefile:write(Path, [savefile:udp(N rem 65536, <<N:4000>>) || N <- lists:seq(1, 50000)]),
    %% Credit holds it back before the end of the file: each kill hits a worker that has more.
    [begin
         {ok, C} = open(Config, #{file => Path, memory => Memory, active => false}),
         {ok, {packets, First}} = wirebeam:recv(C, 0),
         Worker = worker_of(C),
         spawn_link(fun() -> timer:sleep(Ms), os:cmd("kill -9 " ++ Worker) end),
         {Count, {exit, _}} = slowly(C, length(First)),
         ?assert(Count < 50000)
     end || Ms <- [0, 1, 2, 5, 10, 20], Memory <- [pipe, shared]],
    wait_until(fun() -> os:cmd("pgrep wirebeam-port") =:= "" end).

slowly(C, Count) ->
    timer:sleep(1),
    case wirebeam:recv(C, 100) of
        {ok, {packets, Packets}} -> slowly(C, Count + length(Packets));
        {error, {closed, Reason}} -> {Count, Reason}
    end.

worker_of(C) ->
    {links, Links} = process_info(C, links),
    [Worker] = [os_pid(Port) || Port <- Links, is_port(Port)],
    integer_to_list(Worker).

os_pid(Port) ->
    {os_pid, Pid} = erlang:port_info(Port, os_pid),
    Pid.

many_opened(Config) ->
    Path = path(Config),
    savefile:write(Path, [savefile:udp(1, <<>>)]),
    cycles(Config, Path, 20),
    Before = resources(), Bytes = erlang:memory(total),
    cycles(Config, Path, 1000),
    wait_until(fun() -> lists:all(fun({Now, Then}) -> Now =< Then end,
                                  lists:zip(resources(), Before))
               end),
    [erlang:garbage_collect(Pid) || Pid <- [self(), whereis(wirebeam_sup)]],
    Growth = erlang:memory(total) - Bytes,
    ct:pal("the VM has ~b bytes more", [Growth]),
    ?assert(Growth < 1 bsl 20).

cycles(Config, Path, Count) ->
    [begin
         {ok, C} = open(Config, #{file => Path, active => N rem 2 =:= 0}),
         ok = wirebeam:close(C),
         flush(C)
     end || N <- lists:seq(1, Count)].

%% What is left of a capture that was closed goes a moment later: then there may be less.
resources() ->
    {ok, Descriptors} = file:list_dir("/proc/self/fd"),
    {ok, Threads} = file:list_dir("/proc/self/task"),
    [length(Descriptors), length(Threads), length(erlang:ports()), length(erlang:processes()),
     list_to_integer(string:trim(os:cmd("pgrep -c wirebeam-port")))].

%% --- help -------------------------------------------------------------------------------

open(Config, Options) ->
    wirebeam:open(maps:merge(#{backend => ?config(backend, Config)}, Options)).

path(Config) ->
    filename:join(?config(priv_dir, Config), "capture.pcap").

open_file(Config, Frames, Options) ->
    savefile:write(path(Config), Frames),
    {ok, C} = open(Config, Options#{file => path(Config)}),
    C.

all_packets(C) ->
    {Packets, eof} = until_closed(C),
    Packets.

until_closed(C) ->
    receive
        {wirebeam, C, {packets, Packets}} ->
            {Others, Reason} = until_closed(C),
            {Packets ++ Others, Reason};
        {wirebeam_passive, C} -> until_closed(C);
        {wirebeam_closed, C, Reason} -> {[], Reason}
    after 10000 -> ct:fail({not_closed, process_info(self(), messages)})
    end.

all_of(Kind, C) ->
    receive
        {wirebeam, C, {streams, Events}} when Kind =:= streams -> Events ++ all_of(Kind, C);
        {wirebeam, C, {Kind, Event}} -> [Event | all_of(Kind, C)];
        {wirebeam, C, _} -> all_of(Kind, C);
        {wirebeam_closed, C, eof} -> []
    after 10000 -> ct:fail({not_closed, process_info(self(), messages)})
    end.

some_packets(_C, 0) ->
    [];
some_packets(C, Count) ->
    receive
        {wirebeam, C, {packets, Packets}} -> Packets ++ some_packets(C, Count - length(Packets))
    after 5000 -> ct:fail({missing, Count})
    end.

nothing_more(C) ->
    receive
        {wirebeam, C, _} = Message -> ct:fail(Message);
        {wirebeam_passive, C} = Message -> ct:fail(Message);
        {wirebeam_closed, C, _} = Message -> ct:fail(Message)
    after 100 -> ok
    end.

flush(C) ->
    receive
        {wirebeam, C, _} -> flush(C);
        {wirebeam_closed, C, _} -> flush(C)
    after 0 -> ok
    end.

send(Port, Datagrams) ->
    {ok, Receiver} = gen_udp:open(Port, [{ip, {127, 0, 0, 1}}, {active, false}]),
    {ok, Sender} = gen_udp:open(0, [{ip, {127, 0, 0, 1}}]),
    [ok = gen_udp:send(Sender, {127, 0, 0, 1}, Port, Datagram) || Datagram <- Datagrams],
    ok = gen_udp:close(Sender),
    ok = gen_udp:close(Receiver).

%% How many messages wait for this process. A receive takes in those that just came, which
%% process_info/2 leaves out.
mailbox() ->
    receive nothing_like_this -> ok after 0 -> ok end,
    {message_queue_len, Length} = process_info(self(), message_queue_len),
    Length.
