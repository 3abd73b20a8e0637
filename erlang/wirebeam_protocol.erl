%% SPDX-License-Identifier: ISC
%% @private What the worker and the process of a capture say to each other
%% (erlang/native/protocol.h). The worker has looked at hostile bytes and may be hostile
%% itself: what it sends makes no atom and raises nothing but protocol_error, which
%% decode/1 catches.
-module(wirebeam_protocol).

-include("wirebeam.hrl").

-export([open/1, credit/1, set_filter/2, stats/1, interfaces/1, send/3]).
-export([limits/1, from_pieces/1, split_pieces/2, takes_credit/1, decode/2, answer/2]).
-export([packets/1, fold/3, scan/3, byte_count/1, split/2]).
-export([counter_names/0, missing_names/0, framing_names/0, end_names/0]).

-define(BATCH_BYTES, 262144). % the defaults of the worker
-define(HEADERS, 1000).
-define(WORDS_MAX, 4096). % an error has less, and a list of what does not confine the worker

-type option() :: atom().
-type reason() :: eof | {eperm | enoent | format | truncated | filter | argument | enotsup
                         | enodev | enomem | system | full | limit, binary()}.
-type item() :: {batch, wirebeam:batch()}
              | {streams, [wirebeam:stream_event()]}
              | {transaction, wirebeam:transaction()}
              | {anomaly, wirebeam:anomaly()}
              | {stats, wirebeam:stats()}
              | {lost, wirebeam:lost()}.
-type frame() :: {opened, info()}
               | {items, [item()]}
               | {reply, non_neg_integer(), {ok, binary()} | {error, reason()}}
               | {closed, reason()}
               | protocol_error.
%% How the worker was opened.
-type info() :: #{kind := binary(), sandbox := wirebeam:sandbox()}.
%% What a frame is made of. The data of packets may come apart from what is before it, and in pieces.
-type bytes() :: binary() | {Head :: binary(), Data :: binary() | [binary()]}.
-type limits() :: #{batch_bytes := pos_integer(), headers := pos_integer()}.
%% Of what an honest worker puts into a frame.
-type question() :: stats | set_filter | interfaces | send.
%% To be sent: how many, the length of each (4 bytes), all their bytes.
-type packets() :: {Count :: non_neg_integer(), Lengths :: binary(), Data :: binary()}.
-export_type([option/0, item/0, frame/0, info/0, limits/0, bytes/0, reason/0, question/0, packets/0]).

%% --- to the worker ----------------------------------------------------------------------

-spec open([{option(), binary()}]) -> iodata().
open(Options) ->
    [1 | [[option(Key), <<(byte_size(Text)):32>>, Text] || {Key, Text} <- Options]].

-spec credit(pos_integer()) -> iodata().
credit(Frames) -> <<2, Frames:32>>.

-spec set_filter(non_neg_integer(), binary()) -> iodata().
set_filter(Reference, Filter) -> [<<3, Reference:32>>, Filter].

-spec stats(non_neg_integer()) -> iodata().
stats(Reference) -> <<4, Reference:32>>.

-spec interfaces(non_neg_integer()) -> iodata().
interfaces(Reference) -> <<5, Reference:32>>.

-spec send(non_neg_integer(), packets(), timeout()) -> iodata().
send(Reference, {Count, Lengths, Data}, Timeout) ->
    [<<6, Reference:32, (milliseconds(Timeout)):32, Count:32>>, Lengths, Data].

milliseconds(infinity) -> 16#ffffffff;
milliseconds(Timeout) -> min(Timeout, 16#fffffffe).

option(interface) -> 1;
option(file) -> 2;
option(filter) -> 3;
option(snaplen) -> 4;
option(buffer_bytes) -> 5;
option(latency_ms) -> 6;
option(immediate) -> 7;
option(promiscuous) -> 8;
option(direction) -> 9;
option(deliver) -> 10;
option(time_per_second) -> 11;
option(limit) -> 12;
option(lenient) -> 13;
option(target) -> 14;
option(bodies) -> 15;
option(max_body_bytes) -> 16;
option(stats_interval_ms) -> 17;
option(batch_bytes) -> 18;
option(kind) -> 19;
option(max_packets) -> 20;
option(max_body_total) -> 21;
option(memory) -> 22;
option(inject) -> 23;
option(packets_per_second) -> 24;
option(bits_per_second) -> 25;
option(own_packets) -> 26;
option(sandbox) -> 27;
option(user) -> 28.

%% --- frames -----------------------------------------------------------------------------

%% Terms are many times as long as the bytes that they are made of: so there are limits to how many
%% a frame makes, beside those to its length.
-spec limits(wirebeam_options:options()) -> limits().
limits(Options) ->
    Headers = case Options of
                  #{limits := #{headers := N}} when N > 0 -> N;
                  _ -> ?HEADERS
              end,
    #{batch_bytes => maps:get(batch_bytes, Options, ?BATCH_BYTES), headers => Headers}.

%% A frame that came in pieces. The data of packets are not put together.
-spec from_pieces([binary()]) -> bytes().
from_pieces([<<2, Count:32, _:32, _/binary>> | _] = Pieces) ->
    {Head, Data} = split_pieces(min(9 + Count * 26, iolist_size(Pieces)), Pieces),
    {iolist_to_binary(Head), Data};
from_pieces(Pieces) ->
    iolist_to_binary(Pieces).

%% So many bytes of pieces, and what is behind them.
-spec split_pieces(non_neg_integer(), [binary(), ...]) -> {[binary(), ...], [binary(), ...]}.
split_pieces(Bytes, [Piece | Pieces]) when Bytes > byte_size(Piece) ->
    {Front, Behind} = split_pieces(Bytes - byte_size(Piece), Pieces),
    {[Piece | Front], Behind};
split_pieces(Bytes, [Piece | Pieces]) ->
    {Front, Behind} = split_binary(Piece, Bytes),
    {[Front], [Behind | Pieces]}.

-spec takes_credit(bytes()) -> boolean().
takes_credit({_Head, _Data}) -> true;
takes_credit(<<Type, _/binary>>) -> Type =:= 2 orelse Type =:= 3;
takes_credit(<<>>) -> false.

-spec decode(bytes(), limits()) -> frame().
decode(Frame, Limits) ->
    try
        frame(Frame, Limits)
    catch
        throw:protocol_error -> protocol_error;
        error:_ -> protocol_error
    end.

frame(<<2, Count:32, Length:32, Rest/binary>>, Limits) ->
    {Index, Data} = split_index(Count, Rest),
    packets_frame(Count, Length, Index, Data, Limits);
frame({<<2, Count:32, Length:32, Index/binary>>, Data}, Limits) ->
    packets_frame(Count, Length, Index, Data, Limits);
frame(<<3, Events/binary>>, Limits) -> {items, events(Events, Limits)};
frame(<<4, Reference:32, 0, Answer/binary>>, _Limits) -> {reply, Reference, {ok, Answer}};
frame(<<4, Reference:32, Code, System:32, Words/binary>>, _Limits) ->
    {reply, Reference, {error, reason(Code, System, Words)}};
frame(<<5, Code, System:32, Words/binary>>, _Limits) -> {closed, reason(Code, System, Words)};
frame(<<1, Info/binary>>, _Limits) -> {opened, info(Info)}.

%% Only a single packet may be longer than a batch.
packets_frame(Count, Length, Index, Data, #{batch_bytes := BatchBytes})
  when Count > 0, byte_size(Index) =:= Count * 26,
       Count =:= 1 orelse byte_size(Index) + Length =< BatchBytes ->
    Length = iolist_size(Data),
    true = is_index(Index, Length),
    {items, batches(Count, Index, Data)}.

batches(Count, Index, Data) when is_binary(Data) -> [batch(Count, Index, Data)];
batches(_Count, Index, Pieces) -> batches(Index, Pieces).

batch(Count, Index, Data) ->
    {batch, #wirebeam_batch{count = Count, index = Index, data = Data}}.

%% A batch of the packets that lie in the first piece; where the next one begins in it and goes on
%% behind it, that one alone is put together.
batches(<<Skip:32, Captured:32, _:18/binary, Others/binary>> = Index, [Piece | Pieces]) ->
    case within(Index, byte_size(Piece), 0, 0) of
        {0, 0} ->
            {Packet, Behind} = split_pieces(Skip + Captured, [Piece | Pieces]),
            [batch(1, binary_part(Index, 0, 26), iolist_to_binary(Packet))
             | batches(Others, Behind)];
        {Count, Bytes} ->
            {First, Rest} = split_index(Count, Index),
            {Data, Behind} = split_binary(Piece, Bytes),
            [batch(Count, First, Data) | batches(Rest, [Behind | Pieces])]
    end;
batches(<<>>, _Pieces) ->
    [].

%% How many packets lie in so many bytes, and how far they go.
within(<<Skip:32, Captured:32, _:18/binary, Index/binary>>, Size, Count, Bytes)
  when Bytes + Skip + Captured =< Size ->
    within(Index, Size, Count + 1, Bytes + Skip + Captured);
within(_Index, _Size, Count, Bytes) ->
    {Count, Bytes}.

split_index(Count, Index) ->
    split_binary(Index, Count * 26).

%% What a reply to a question says.
-spec answer(question(), {ok, binary()} | {error, reason()}) ->
          ok | {ok, wirebeam:stats() | [wirebeam:interface()] | [{non_neg_integer(), binary()}]}
          | {error, reason()} | protocol_error.
answer(Question, {ok, Answer}) ->
    try
        answer_to(Question, Answer)
    catch
        error:_ -> protocol_error
    end;
answer(_Question, {error, _} = Error) ->
    Error.

answer_to(set_filter, <<>>) -> ok;
answer_to(stats, Answer) -> {ok, stats_of(Answer)};
answer_to(interfaces, Answer) -> {ok, interface_list(Answer)};
answer_to(send, Answer) -> {ok, failures(Answer)}.

failures(<<Index:32, Rest/binary>>) ->
    {Name, Others} = text(Rest),
    [{Index, Name} | failures(Others)];
failures(<<>>) ->
    [].

%% Do the packets lie within the data? Then packets/1 cannot fail, in whatever process.
is_index(<<Skip:32, Captured:32, _:18/binary, Index/binary>>, Left) ->
    is_index(Index, Left - Skip - Captured);
is_index(<<>>, Left) ->
    Left >= 0.

%% The codes of include/wirebeam/error.h, negated. The words name what failed and say what
%% to do.
reason(11, _System, _Words) -> eof;
reason(Code, System, Words) when byte_size(Words) =< ?WORDS_MAX ->
    {reason_name(Code, System), Words}.

reason_name(1, _) -> argument;
reason_name(2, _) -> enomem;
reason_name(4, 19) -> enodev;
reason_name(4, _) -> enoent;
reason_name(5, _) -> eperm;
reason_name(6, _) -> format;
reason_name(7, _) -> truncated;
reason_name(8, _) -> filter;
reason_name(9, _) -> enotsup;
reason_name(10, _) -> down;
reason_name(12, _) -> full;
reason_name(13, _) -> limit;
reason_name(_, _) -> system.

%% Part of it is logged, as text that is many times as long.
info(Bytes) when byte_size(Bytes) =< ?WORDS_MAX ->
    {Kind, Rest} = text(Bytes),
    {Mode, <<Complete, Rest1/binary>>} = text(Rest),
    {User, Rest2} = text(Rest1),
    {Missing, <<Count, Rest3/binary>>} = text(Rest2),
    {Means, <<>>} = many(Count, fun text/1, Rest3),
    #{kind => Kind,
      sandbox => #{mode => mode(Mode), complete => Complete =/= 0, user => User,
                   missing => Missing, means => Means}}.

mode(<<"best-effort">>) -> best_effort;
mode(<<"on">>) -> on;
mode(<<"off">>) -> off.

%% --- packets ----------------------------------------------------------------------------

%% The packets of a batch. Each refers to its data, and copies nothing.
-spec packets(wirebeam:batch()) -> [#wirebeam_packet{}, ...].
packets(#wirebeam_batch{index = Index, data = Data}) ->
    packets(Index, Data, 0).

packets(<<Skip:32, Captured:32, Length:32, Time:64/signed, LinkType:16, Interface:16,
          Direction, Flags, Index/binary>>, Data, End) ->
    Start = End + Skip,
    [#wirebeam_packet{time = Time, data = binary_part(Data, Start, Captured), length = Length,
                      link_type = LinkType, interface = Interface,
                      direction = direction(Direction), flags = flags(Flags)}
     | packets(Index, Data, Start + Captured)];
packets(<<>>, _Data, _End) ->
    [].

%% The same without a list.
-spec fold(fun((#wirebeam_packet{}, Acc) -> Acc), Acc, wirebeam:batch()) -> Acc.
fold(Function, Acc, #wirebeam_batch{index = Index, data = Data}) ->
    fold(Function, Acc, Index, Data, 0).

fold(Function, Acc, <<Skip:32, Captured:32, Length:32, Time:64/signed, LinkType:16, Interface:16,
                      Direction, Flags, Index/binary>>, Data, End) ->
    Start = End + Skip,
    Packet = #wirebeam_packet{time = Time, data = binary_part(Data, Start, Captured),
                              length = Length, link_type = LinkType, interface = Interface,
                              direction = direction(Direction), flags = flags(Flags)},
    fold(Function, Function(Packet, Acc), Index, Data, Start + Captured);
fold(_Function, Acc, <<>>, _Data, _End) ->
    Acc.

%% The same in place.
-spec scan(fun((binary(), non_neg_integer(), non_neg_integer(), Acc) -> Acc), Acc,
           wirebeam:batch()) -> Acc.
scan(Function, Acc, #wirebeam_batch{index = Index, data = Data}) ->
    scan(Function, Acc, Index, Data, 0).

scan(Function, Acc, <<Skip:32, Captured:32, _:18/binary, Index/binary>>, Data, End) ->
    Start = End + Skip,
    scan(Function, Function(Data, Start, Captured, Acc), Index, Data, Start + Captured);
scan(_Function, Acc, <<>>, _Data, _End) ->
    Acc.

%% How many bytes the packets have.
-spec byte_count(wirebeam:batch()) -> non_neg_integer().
byte_count(#wirebeam_batch{index = Index}) ->
    byte_count(Index, 0).

byte_count(<<_Skip:32, Captured:32, _:18/binary, Index/binary>>, Count) ->
    byte_count(Index, Count + Captured);
byte_count(<<>>, Count) ->
    Count.

direction(1) -> in;
direction(2) -> out;
direction(_) -> unknown.

flags(0) -> [];
flags(2) -> [checksum_valid];
flags(Flags) ->
    [Name || {Bit, Name} <- [{1, checksum_not_ready}, {2, checksum_valid},
                             {4, segmented_later}, {8, vlan_restored}, {16, reassembled}],
             Flags band Bit =/= 0].

%% The first packets of a batch that has more, and the others.
-spec split(pos_integer(), wirebeam:batch()) -> {wirebeam:batch(), wirebeam:batch()}.
split(First, #wirebeam_batch{count = Count, index = Index, data = Data}) when First < Count ->
    {FirstIndex, OtherIndex} = split_index(First, Index),
    Length = length_of(FirstIndex, 0),
    <<FirstData:Length/binary, OtherData/binary>> = Data,
    {#wirebeam_batch{count = First, index = FirstIndex, data = FirstData},
     #wirebeam_batch{count = Count - First, index = OtherIndex, data = OtherData}}.

length_of(<<Skip:32, Captured:32, _:18/binary, Index/binary>>, Length) ->
    length_of(Index, Length + Skip + Captured);
length_of(<<>>, Length) ->
    Length.

%% --- events -----------------------------------------------------------------------------

%% What tells of streams is gathered as long as nothing else comes between. None begins beyond a
%% batch.
events(Events, #{batch_bytes := BatchBytes} = Limits) -> events(Events, [], BatchBytes, Limits).

events(<<Kind, Length:32, Body:Length/binary, Events/binary>>, Streams, Left, Limits)
  when Kind =< 4, Left > 0 ->
    events(Events, [stream_event(Kind, Body) | Streams], Left - 5 - Length, Limits);
events(<<Kind, Length:32, Body:Length/binary, Events/binary>>, Streams, Left, Limits)
  when Left > 0 ->
    streams(Streams, [event(Kind, Body, Limits) | events(Events, [], Left - 5 - Length, Limits)]);
events(<<>>, Streams, _Left, _Limits) ->
    streams(Streams, []).

streams([], Items) -> Items;
streams(Streams, Items) -> [{streams, lists:reverse(Streams)} | Items].

stream_event(1, <<Flow:64, Direction, Offset:64, Bytes/binary>>) ->
    {data, Flow, side(Direction), Offset, Bytes};
stream_event(2, <<Flow:64, Direction, Offset:64, Length:64>>) ->
    {gap, Flow, side(Direction), Offset, Length};
stream_event(3, <<Flow:64, Rest/binary>>) ->
    {Endpoints, <<>>} = endpoints(Rest),
    {open, Flow, Endpoints};
stream_event(4, <<Flow:64, Rest/binary>>) ->
    {Endpoints, Rest1} = endpoints(Rest),
    <<End, Flags, First:64/signed, Last:64/signed, Halves/binary>> = Rest1,
    <<Client:32/binary, Server:32/binary>> = Halves,
    {close, Flow, Endpoints#{'end' => name(End, end_names()),
                             midstream => Flags band 1 =/= 0,
                             one_sided => Flags band 2 =/= 0,
                             first_time => First,
                             last_time => Last,
                             client_half => half(Client),
                             server_half => half(Server)}}.

half(<<Packets:64, Wire:64, Stream:64, Gap:64>>) ->
    #{packets => Packets, wire_bytes => Wire, stream_bytes => Stream, gap_bytes => Gap}.

event(5, <<Number:64, Index:32, Missing:32, Anomalies:64, Tunnel, Flow:64, Rest/binary>>,
      Limits) ->
    {Endpoints, Rest1} = endpoints(Rest),
    {Request, Rest2} = message(Rest1, Limits),
    {Response, <<>>} = message(Rest2, Limits),
    {transaction, Endpoints#{number => Number,
                             index => Index,
                             flow => Flow,
                             complete => Missing =:= 0,
                             missing => bits(Missing, missing_names()),
                             anomalies => Anomalies,
                             tunnel => Tunnel =/= 0,
                             request => Request,
                             response => Response}};
event(6, Body, _Limits) ->
    {Name, <<Time:64/signed, Whose, Flow:64, Rest/binary>>} = text(Body),
    {Places, Rest1} = anomaly_places(Whose, Flow, Rest),
    {anomaly, maps:merge(Places#{name => Name, time => Time}, anomaly_bytes(Rest1))};
event(7, Values, _Limits) ->
    {stats, stats_of(Values)};
event(8, <<Ring:64, Interface:64>>, _Limits) ->
    {lost, #{ring => Ring, interface => Interface}}.

%% Of a flow, of an IP datagram, or of neither.
anomaly_places(0, 0, Rest) ->
    {#{}, Rest};
anomaly_places(1, Flow, Rest) ->
    {Endpoints, Rest1} = endpoints(Rest),
    {Endpoints#{flow => Flow}, Rest1};
anomaly_places(2, 0, Rest) ->
    endpoints(Rest).

anomaly_bytes(<<Direction, Offset:64, Length:64, Rest/binary>>) ->
    {Kept, Rest1} = text(Rest),
    {Rejected, <<>>} = text(Rest1),
    #{side => side(Direction), offset => Offset, length => Length,
      kept => Kept, rejected => Rejected}.

endpoints(<<4, Client:4/binary, ClientPort:16, Server:4/binary, ServerPort:16, Rest/binary>>) ->
    {#{client => {address(Client), ClientPort}, server => {address(Server), ServerPort}}, Rest};
endpoints(<<6, Client:16/binary, ClientPort:16, Server:16/binary, ServerPort:16,
            Rest/binary>>) ->
    {#{client => {address(Client), ClientPort}, server => {address(Server), ServerPort}}, Rest}.

address(<<A, B, C, D>>) -> {A, B, C, D};
address(<<A:16, B:16, C:16, D:16, E:16, F:16, G:16, H:16>>) -> {A, B, C, D, E, F, G, H}.

message(<<Seen, Version, Framing, Ended, Status:16, Interim:16, ContentLength:64,
          BodyBytes:64, WireBytes:64, First:64/signed, Last:64/signed, GapBytes:64,
          GapCount:32, Kept, Rest/binary>>, Limits) ->
    {Gaps, Rest1} = many(Kept, fun gap/1, Rest),
    {Method, Rest2} = text(Rest1),
    {Target, Rest3} = text(Rest2),
    {Reason, Rest4} = text(Rest3),
    {Head, Rest5} = text(Rest4),
    {Headers, Rest6} = fields(Rest5, Limits),
    {Trailers, Rest7} = fields(Rest6, Limits),
    {Body, <<Omitted:64, Rest8/binary>>} = text(Rest7),
    {#{seen => Seen =/= 0, ended => Ended =/= 0,
       version => version(Version), framing => name(Framing, framing_names()),
       status => Status, interim_status => Interim,
       content_length => ContentLength, body_bytes => BodyBytes, wire_bytes => WireBytes,
       first_time => First, last_time => Last,
       gap_bytes => GapBytes, gap_count => GapCount, gaps => Gaps,
       method => Method, target => Target, reason => Reason, head => Head,
       headers => Headers, trailers => Trailers,
       body => Body, omitted_bytes => Omitted}, Rest8}.

version(9) -> {0, 9};
version(Version) -> {Version div 10, Version rem 10}.

gap(<<Offset:64, Length:64, Rest/binary>>) -> {{Offset, Length}, Rest}.

fields(<<Count:32, Rest/binary>>, #{headers := Max}) when Count =< Max ->
    many(Count, fun field/1, Rest).

field(<<L1:32, Name:L1/binary, L2:32, Value:L2/binary, Rest/binary>>) -> {{Name, Value}, Rest}.

text(<<Length:32, Text:Length/binary, Rest/binary>>) -> {Text, Rest}.

side(0) -> client;
side(_) -> server.

bits(Bits, Names) -> bits(Bits, Names, []).

bits(Bits, [Name | Names], Set) when Bits band 1 =/= 0 -> bits(Bits bsr 1, Names, [Name | Set]);
bits(Bits, [_ | Names], Set) -> bits(Bits bsr 1, Names, Set);
bits(_Bits, [], Set) -> lists:reverse(Set).

name(Number, Names) -> lists:nth(Number + 1, Names).

%% --- names, in the order of the C headers (a test holds them against each other) ----------

%% WB_HTTP_MISSINGS, include/wirebeam/http.h.
-spec missing_names() -> [atom()].
missing_names() ->
    [request_not_seen, response_not_seen, gap_in_request, gap_in_response, request_cut_off,
     response_cut_off, capture_ended, connection_reset, connection_timed_out, limit_reached,
     malformed].

%% WB_HTTP_FRAMINGS, the same.
-spec framing_names() -> [atom()].
framing_names() -> [none, content_length, chunked, close, tunnel].

%% WB_FLOW_ENDS, include/wirebeam/flow.h.
-spec end_names() -> [atom()].
end_names() -> [none, closed, reset, timeout, evicted, reused, shutdown].

%% The counters of STATS, erlang/native/counters.h.
-spec counter_names() -> [{atom(), atom()}].
counter_names() ->
    [{Section, Name} || {Section, Names} <- sections(), Name <- Names].

sections() ->
    [{source,
      [seen, delivered, dropped_ring, dropped_interface, bytes, ring_full_events, filtered,
       skipped_blocks, malformed_blocks]},
     {decode,
      [packets, other_packets, unknown_link, truncated, malformed, too_deep, fragments]},
     {fragment,
      [fragments, datagrams, active, active_peak, completed, expired, evicted, discarded,
       duplicates, overlaps_differing, ignored_malformed, dropped_memory_limit,
       memory_bytes, memory_peak]},
     {flow,
      [packets, flows, flows_midstream, flows_active, flows_peak, stream_bytes, gap_bytes,
       gaps, retransmissions, out_of_order, overlaps_differing, uncompared_bytes,
       buffered_bytes, buffered_peak, history_bytes, history_peak, dropped_buffer_limit,
       dropped_memory_limit, given_up_memory_limit, ignored_midstream, ignored_window,
       ignored_timestamp, ignored_checksum, ignored_reset, ignored_syn, ignored_ack,
       ignored_ip, urgent_bytes, checksum_untrusted, suspects_held, suspects_vouched,
       suspects_dropped, dropped_suspect_limit, suspect_bytes, suspect_peak, ignored_late,
       ignored_malformed, memory_bytes, memory_peak]},
     {http,
      [streams, streams_other, transactions, complete, incomplete, requests, responses,
       interim, headers, body_bytes, tunnels, skipped_bytes, memory_bytes, memory_peak]},
     {worker,
      [frames, frame_bytes, credit_waits, lent_frames, unlent_frames, body_bytes,
       body_left_out_limit, body_left_out_total, body_memory_bytes, body_memory_peak]},
     {inject, [handled, sent, failed, bytes, full, late]}].

stats_of(<<Count:16, Values/binary>>) ->
    Count = length(counter_names()),
    counters(counter_names(), Values, #{}).

counters([{Section, Name} | Names], <<Value:64, Values/binary>>, Stats) ->
    Counters = maps:get(Section, Stats, #{}),
    counters(Names, Values, Stats#{Section => Counters#{Name => Value}});
counters([], <<>>, Stats) ->
    Stats.

%% --- interfaces -------------------------------------------------------------------------

interface_list(<<Count:32, Rest/binary>>) ->
    {Interfaces, <<>>} = many(Count, fun interface/1, Rest),
    Interfaces.

interface(Rest) ->
    {Name, Rest1} = text(Rest),
    {Description, <<Flags, Mtu:32, Count:32, Rest2/binary>>} = text(Rest1),
    {Addresses, Rest3} = many(Count, fun text/1, Rest2),
    {#{name => Name, description => Description, mtu => Mtu, addresses => Addresses,
       is_up => Flags band 1 =/= 0, is_running => Flags band 2 =/= 0,
       is_loopback => Flags band 4 =/= 0, is_wireless => Flags band 8 =/= 0,
       can_capture => Flags band 16 =/= 0}, Rest3}.

many(0, _One, Rest) ->
    {[], Rest};
many(Count, One, Rest) ->
    {First, Rest1} = One(Rest),
    {Others, Rest2} = many(Count - 1, One, Rest1),
    {[First | Others], Rest2}.
