%% SPDX-License-Identifier: ISC
%% What the worker sends may be hostile: decoding it ends, and raises nothing. And the names
%% of both sides are the same.
-module(wirebeam_protocol_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam.hrl").

-compile([export_all, nowarn_export_all]).

all() -> [counters_are_those_of_the_header, missing_names_are, framing_names_are, end_names_are,
          check_names_are, any_frame, any_event, mutated_frames, frames_in_pieces,
          packets_beyond_the_data, as_many_as_they_say, as_many_as_an_honest_worker_sends].

decode(Frame) -> decode(Frame, #{}).

decode(Frame, Options) -> wirebeam_protocol:decode(Frame, wirebeam_protocol:limits(Options)).

%% --- names ------------------------------------------------------------------------------

%% The second and further arguments of an X-macro's lines, of a list that begins with Macro.
list_of(Header, Macro, Pattern) ->
    {ok, Text} = file:read_file(source:find(Header)),
    [_, After] = binary:split(Text, <<"#define ", Macro/binary, "(X)">>),
    [List | _] = re:split(After, "(?<!\\\\)\n", [{return, binary}]),
    {match, Found} = re:run(List, Pattern, [global, {capture, all_but_first, binary}]),
    Found.

atoms(Names) ->
    [binary_to_atom(binary:replace(Name, <<"-">>, <<"_">>, [global])) || [Name] <- Names].

counters_are_those_of_the_header(_Config) ->
    Found = list_of("erlang/native/counters.h", <<"WORKER_COUNTERS">>, "X\\((\\w+), (\\w+)\\)"),
    ?assertEqual([{binary_to_atom(Section), binary_to_atom(Name)} || [Section, Name] <- Found],
                 wirebeam_protocol:counter_names()).

missing_names_are(_Config) ->
    ?assertEqual(atoms(list_of("include/wirebeam/http.h", <<"WB_HTTP_MISSINGS">>,
                               "X\\(\\w+, \\d+, \"([^\"]+)\"")),
                 wirebeam_protocol:missing_names()).

framing_names_are(_Config) ->
    ?assertEqual(atoms(list_of("include/wirebeam/http.h", <<"WB_HTTP_FRAMINGS">>,
                               "X\\(\\w+, \"([^\"]+)\"")),
                 wirebeam_protocol:framing_names()).

end_names_are(_Config) ->
    ?assertEqual(atoms(list_of("include/wirebeam/flow.h", <<"WB_FLOW_ENDS">>,
                               "X\\(\\w+, \"([^\"]+)\"")),
                 wirebeam_protocol:end_names()).

%% Each check's name is one that `lenient' takes.
check_names_are(_Config) ->
    Names = atoms(list_of("include/wirebeam/flow.h", <<"WB_FLOW_CHECKS">>,
                          "X\\(\\w+, \"([^\"]+)\"")),
    ?assertMatch(#{lenient := Names}, wirebeam_options:check(#{file => "x", lenient => Names})).

%% --- hostile frames ---------------------------------------------------------------------

is_total(Frame) ->
    case decode(Frame) of
        {items, Items} -> lists:foreach(fun use/1, Items), true;
        {opened, _} -> true;
        {reply, _, _} -> true;
        {closed, _} -> true;
        protocol_error -> true
    end.

%% What is decoded later cannot fail either.
use({batch, #wirebeam_batch{count = Count} = Batch}) ->
    Packets = wirebeam:packets(Batch),
    Count = length(Packets),
    Packets = lists:reverse(wirebeam:fold(fun(Packet, Acc) -> [Packet | Acc] end, [], Batch)),
    Bytes = [Data || #wirebeam_packet{data = Data} <- Packets],
    Bytes = lists:reverse(wirebeam:scan(fun(All, Start, Length, Acc) ->
                                                [binary:part(All, Start, Length) | Acc]
                                        end, [], Batch)),
    use_parts(Count, Packets, Batch);
use(_Item) ->
    ok.

use_parts(1, _Packets, _Batch) ->
    ok;
use_parts(_Count, Packets, Batch) ->
    {First, Others} = wirebeam_protocol:split(1, Batch),
    Packets = wirebeam:packets(First) ++ wirebeam:packets(Others).

any_frame(_Config) ->
    holds(range(0, 8), fun(Type, Body) -> is_total(<<Type, Body/binary>>) end).

any_event(_Config) ->
    holds(range(0, 9),
          fun(Kind, Body) -> is_total(<<3, Kind, (byte_size(Body)):32, Body/binary>>) end).

range(Low, High) -> proper_types:range(Low, High).

%% For any number of a range and any bytes. (Debian's PropEr has no header with its macros.)
holds(Numbers, Holds) ->
    Property = proper:forall({Numbers, proper_types:binary()},
                             fun({Number, Bytes}) -> Holds(Number, Bytes) end),
    ?assert(proper:quickcheck(Property, [{numtests, 2000}, quiet])).

%% Frames of a real worker, of which a byte is another, or the end is missing.
mutated_frames(Config) ->
    Path = filename:join(?config(priv_dir, Config), "frames.pcap"),
    savefile:write(Path, wirebeam_SUITE:connection()),
    Frames = frames(Path),
    ?assert(length(Frames) >= 3),
    [?assert(is_total(Mutated)) || Frame <- Frames, Mutated <- mutations(Frame)].

frames(Path) ->
    {ok, Worker} = wirebeam_port:open(),
    Deliver = [packets, streams, transactions, anomalies, stats],
    Options = wirebeam_options:for_worker(
                wirebeam_options:check(#{file => Path, deliver => Deliver})),
    ok = wirebeam_port:command(Worker, wirebeam_protocol:open(Options)),
    ok = wirebeam_port:command(Worker, wirebeam_protocol:credit(100)),
    Frames = frames_of(Worker),
    ok = wirebeam_port:close(Worker),
    Frames.

frames_of(Worker) ->
    receive
        Message ->
            case wirebeam_port:handle_info(Message, Worker) of
                {frames, Frames, Worker1} ->
                    case Frames =/= [] andalso lists:last(Frames) of
                        <<5, _/binary>> -> Frames;
                        _ -> Frames ++ frames_of(Worker1)
                    end
            end
    after 5000 -> ct:fail(not_closed)
    end.

mutations(Frame) ->
    Places = lists:seq(0, min(byte_size(Frame) - 1, 2000)),
    [mutate(Frame, At, Value) || At <- Places, Value <- [0, 1, 127, 255]]
        ++ [binary:part(Frame, 0, At) || At <- Places].

mutate(Frame, At, Value) ->
    <<Before:At/binary, _, After/binary>> = Frame,
    <<Before/binary, Value, After/binary>>.

%% Wherever a frame is cut: it says the same.
frames_in_pieces(_Config) ->
    [?assertEqual(said(decode(Mutated)), said(decode(wirebeam_protocol:from_pieces(Pieces))), Pieces)
     || Frame <- [packets_frame([{0, 30}, {16, 0}, {3, 70}, {0, 1}]), packets_frame([{0, 0}]),
                  packets_frame([{1, 1} || _ <- lists:seq(1, 40)]), <<5, 11, 0:32>>],
        Mutated <- [Frame | mutations(Frame)],
        Pieces <- [[Mutated]] ++ [pieces(Mutated, Longest) || Longest <- [1, 7, 60, 200]]].

packets_frame(Entries) ->
    Index = << <<Skip:32, Captured:32, 0:(18 * 8)>> || {Skip, Captured} <- Entries >>,
    Data = << <<(rand:bytes(Skip + Captured))/binary>> || {Skip, Captured} <- Entries >>,
    <<2, (length(Entries)):32, (byte_size(Data)):32, Index/binary, Data/binary>>.

pieces(<<>>, _Longest) -> [];
pieces(Bytes, Longest) ->
    {Piece, Rest} = split_binary(Bytes, min(rand:uniform(Longest), byte_size(Bytes))),
    [Piece | pieces(Rest, Longest)].

said({items, Batches}) -> [Packet || {batch, Batch} <- Batches, Packet <- wirebeam:packets(Batch)];
said(Other) -> Other.

packets_beyond_the_data(_Config) ->
    Entry = fun(Skip, Captured) -> <<Skip:32, Captured:32, 0:(18 * 8)>> end,
    Frame = fun(Entries, Data) ->
                    <<2, (length(Entries)):32, (byte_size(Data)):32,
                      (iolist_to_binary(Entries))/binary, Data/binary>>
            end,
    Apart = fun(Entries, Data) ->
                    <<Head:(9 + 26 * length(Entries))/binary, Rest/binary>> = Frame(Entries, Data),
                    {Head, Rest}
            end,
    {items, [{batch, Batch}]} = decode(Frame([Entry(1, 2)], <<"abc">>)),
    ?assertEqual({items, [{batch, Batch}]},
                 decode(Apart([Entry(1, 2)], <<"abc">>))),
    ?assertEqual(2, wirebeam_protocol:byte_count(Batch)),
    [?assertEqual(protocol_error, decode(Whole(Entries, <<"abc">>)))
     || Whole <- [Frame, Apart],
        Entries <- [[], [Entry(0, 4)], [Entry(4, 0)], [Entry(0, 2), Entry(0, 2)],
                    [Entry(16#ffffffff, 16#ffffffff)]]].

as_many_as_they_say(_Config) ->
    [?assertEqual(protocol_error, decode(Frame))
     || Frame <- [<<2, 1:32, 0:32>>, <<2, 16#ffffffff:32, 0:32>>, <<3, 7, 3:32, 1:16, 0>>,
                  <<3, 1, 100:32>>,
                  {<<2, 1:32, 3:32, 0:(26 * 8)>>, <<"ab">>},
                  {<<2, 1:32, 2:32, 0:(26 * 8)>>, <<"abc">>},
                  {<<2, 1:32, 0:32, 0:(25 * 8)>>, <<>>}, {<<2, 0:32, 0:32>>, <<>>},
                  {<<3>>, <<>>}, {<<>>, <<>>}, {a, <<>>}]].

%% Of what is many times as long as a term there are not more than fit into the limits of the
%% capture.
as_many_as_an_honest_worker_sends(_Config) ->
    Transaction = fun(Headers, Trailers) ->
                          Body = <<0:(33 * 8), 4, 0:96, (message(Headers, 0))/binary,
                                   (message(0, Trailers))/binary>>,
                          <<3, 5, (byte_size(Body)):32, Body/binary>>
                  end,
    Lost = fun(Count) -> <<3, << <<8, 16:32, 0:128>> || _ <- lists:seq(1, Count) >>/binary>> end,
    Gaps = fun(Count) -> <<3, << <<2, 25:32, 0:(25 * 8)>> || _ <- lists:seq(1, Count) >>/binary>> end,
    Packets = fun(Count, Length) ->
                      <<2, Count:32, Length:32, 0:(Count * 26 * 8), 0:(Length * 8)>>
              end,
    Takes = fun(Frame, Options) -> decode(Frame, Options) =/= protocol_error end,
    [?assertEqual(Expected, Takes(Frame, Options), {Name, Options})
     || {Name, Frame, Options, Expected} <-
            [{headers, Transaction(1000, 1000), #{}, true},
             {headers, Transaction(1001, 0), #{}, false},
             {trailers, Transaction(0, 1001), #{}, false},
             {headers, Transaction(3, 3), #{limits => #{headers => 3}}, true},
             {headers, Transaction(4, 0), #{limits => #{headers => 3}}, false},
             {headers, Transaction(1000, 0), #{limits => #{flows => 3}}, true},
             {events, Lost(10), #{batch_bytes => 9 * 21 + 1}, true},
             {events, Lost(11), #{batch_bytes => 10 * 21}, false},
             {events, Lost(1), #{batch_bytes => 1}, true},
             {events, Lost(2), #{batch_bytes => 1}, false},
             {events, Lost(13000), #{}, false},
             {streams, Gaps(10), #{batch_bytes => 9 * 30 + 1}, true},
             {streams, Gaps(11), #{batch_bytes => 10 * 30}, false},
             {packets, Packets(2, 48), #{batch_bytes => 100}, true},
             {packets, Packets(2, 49), #{batch_bytes => 100}, false},
             {packets, Packets(1, 1000000), #{batch_bytes => 100}, true},
             {packets, Packets(11000, 0), #{}, false}]].

%% With fields that are empty.
message(Headers, Trailers) ->
    <<0:(61 * 8), 0:(4 * 32), Headers:32, 0:(Headers * 64), Trailers:32, 0:(Trailers * 64), 0:32,
      0:64>>.
