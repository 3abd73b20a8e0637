%% SPDX-License-Identifier: ISC
%% What captures of files deliver, and what of their options is refused: the same for every
%% backend. Some cases capture on loopback: run this in a network namespace (scripts/test does).
-module(wirebeam_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam.hrl").

-compile([export_all, nowarn_export_all]).

-import(capturing, [open/2, open_file/3, path/1, all_packets/1, until_closed/1, all_of/2,
                    nothing_more/1, flush/1, send/2]).

all() -> [{group, port}, {group, nif}].


groups() -> [{port, [], cases()}, {nif, [], cases()}].

cases() ->
    [packets_of_a_file, packets_by_recv, at_most_so_many, batches, batches_by_recv,
     times_in_another_unit, active_once, active_n, active_n_adds_up, active_n_has_an_end,
     passive_then_active, filter_of_a_file, streams, transactions, anomalies, stats_of_a_file,
     hooks, large_frames, options_arrive, wrong_options, sandbox, files_of_any_name, no_such_file,
     no_such_interface, wrong_filter, cut_file].

init_per_suite(Config) -> capturing:start(Config).

end_per_suite(Config) -> capturing:stop(Config).

init_per_group(Backend, Config) -> [{backend, Backend} | Config].

end_per_group(_Backend, _Config) -> ok.

init_per_testcase(_Case, Config) -> Config.

end_per_testcase(_Case, _Config) -> capturing:none_is_left().

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
    Bytes = lists:reverse(wirebeam:fold(fun(#wirebeam_packet{data = Data}, Acc) -> [Data | Acc] end,
                                        [], Batch)),
    ?assertEqual(Bytes, in_place(Batch)),
    Bytes.

in_place(Batch) ->
    lists:reverse(wirebeam:scan(fun(Data, Start, Length, Acc) ->
                                        [binary:part(Data, Start, Length) | Acc]
                                end, [], Batch)).

%% All of erlang:time_unit() but parts of a nanosecond.
times_in_another_unit(Config) ->
    [begin
         C = open_file(Config, [{1700000000123456789, savefile:udp(1, <<>>)}],
                       #{time_unit => Unit}),
         ?assertMatch([#wirebeam_packet{time = Time}], all_packets(C))
     end || {Unit, Time} <- [{microsecond, 1700000000123456}, {second, 1700000000},
                             {1000, 1700000000123}, {milli_seconds, 1700000000123},
                             {perf_counter, erlang:convert_time_unit(1700000000123456789,
                                                                     nanosecond, perf_counter)}]].

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
    {ok, Live} = open(Config, #{interface => "lo", kind => other_kind(), promiscuous => false,
                                latency_ms => 10, direction => in, filter => "udp port 7001",
                                deliver => [packets, stats], stats_interval_ms => 20}),
    send(7001, [<<"one">>]),
    receive {wirebeam, Live, {packets, [_]}} -> ok after 5000 -> ct:fail(no_packet) end,
    [receive {wirebeam, Live, {stats, _}} -> ok after 1000 -> ct:fail(no_stats) end || _ <- [1, 2]],
    ok = wirebeam:close(Live),
    flush(Live),
    {ok, Interfaces} = wirebeam:interfaces(),
    ?assertMatch([_], [I || #{name := <<"lo">>, is_loopback := true, can_capture := true} = I
                                <- Interfaces]).

%% libpcap opens by itself, which this VM may have no right to (run.sh unprivileged).
other_kind() ->
    case os:cmd("id -u") of
        "0\n" -> libpcap;
        _ -> packet
    end.

wrong_options(Config) ->
    Wrong = [{nonsense, 1}, {"file", "x"}, {snaplen, 0}, {snaplen, "1"}, {snaplen, 1 bsl 70},
             {filter, 7}, {filter, [256, a]}, {filter, [$a | $b]}, {filter, <<"a", 0>>},
             {filter, lists:duplicate((1 bsl 20) + 1, $a)}, {active, 0}, {active, 40000},
             {deliver, []}, {deliver, [packet]}, {deliver, packets}, {deliver, [packets, batches]},
             {deliver, [packets | streams]}, {backend, nifty}, {promiscuous, 1},
             {time_unit, 0}, {time_unit, 1000000001}, {time_unit, 1.5}, {time_unit, fortnight},
             {max_body_bytes, 0}, {max_body_bytes, (1 bsl 29) + 1},
             {limits, #{flows => -1}}, {limits, #{"flows" => 1}}, {limits, []},
             {telemetry, fun() -> ok end}, {direction, both}, {lenient, [window | ip]},
             {targets, ["linux" | "bsd"]}, {targets, "linux"}, {targets, [linux]},
             {file, "-"}, {file, <<"-">>}, {file, ["-"]}, {file, [16#d800]}, {file, ""},
             {file, ["a", <<"b">>]}, {sandbox, report}, {sandbox, true}, {user, nobody}],
    [?assertError({badarg, {Key, _}}, open(Config, maps:merge(#{file => "x"}, #{Key => Value})))
     || {Key, Value} <- Wrong],
    [?assertError({badarg, {interface, _}}, open(Config, #{interface => Value}))
     || Value <- [eth0, 7, "", <<"lo", 0>>]],
    ?assertError({badarg, {file, "x"}}, open(Config, #{file => "x", interface => any})),
    ?assertError({badarg, {interface, missing}}, wirebeam:open(#{})),
    ?assertError({badarg, {options, []}}, wirebeam:open([])).

%% What confines the worker is what was asked for, or why it cannot be is told.
sandbox(Config) ->
    Info = fun(Options) ->
                   C = open_file(Config, [savefile:udp(7, <<>>)], Options#{active => false}),
                   {ok, #{kind := <<"file">>, sandbox := Sandbox}} = wirebeam:info(C),
                   ok = wirebeam:close(C),
                   Sandbox
           end,
    sandbox(?config(backend, Config), Info, Config).

sandbox(nif, Info, Config) ->
    ?assertMatch(#{mode := off, complete := false, means := [], user := <<>>, missing := <<>>},
                 Info(#{})),
    [?assertMatch({error, {enotsup, <<"sandbox: nothing confines", _/binary>>}},
                  open(Config, Options#{file => path(Config)}))
     || Options <- [#{sandbox => on}, #{user => "nobody"}]];
sandbox(port, Info, Config) ->
    ?assertMatch(#{mode := off, complete := false, means := []}, Info(#{sandbox => off})),
    #{mode := best_effort, means := Means} = Info(#{}),
    ?assert(lists:member(<<"seccomp">>, Means)),
    ?assertMatch(#{mode := on, complete := true, missing := <<>>}, Info(#{sandbox => on})),
    case string:trim(os:cmd("id -u")) of
        "0" -> ?assertMatch(#{user := <<"daemon">>}, Info(#{user => "daemon"}));
        _ -> ?assertMatch(#{user := <<>>}, Info(#{}))
    end,
    ?assertMatch({error, {argument, _}},
                 open(Config, #{file => path(Config), user => "no-such-user"})).

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
