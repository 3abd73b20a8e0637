%% SPDX-License-Identifier: ISC
%% @private The options of a capture: each key checked by a clause. What is wrong raises
%% badarg with the key and its value.
-module(wirebeam_options).

-export([check/1, check_setopts/1, check_filter/1, for_worker/1]).

-type options() :: #{atom() => term()}.
-export_type([options/0]).

-define(BATCH_MAX, 2 bsl 20). % is copied by a scheduler in less than a millisecond
-define(BODY_MAX, 512 bsl 20). % two of them are one frame
-define(MAX_32, 16#ffffffff).
-define(MAX_64, 16#7fffffffffffffff).
-define(TEXT_MAX, 1 bsl 20). % a command has room for several

%% What open/1 was given, complete: every key that has a default is there.
-spec check(term()) -> options().
check(Options) when is_map(Options) ->
    maps:foreach(fun check/2, Options),
    check_source(Options),
    maps:merge(defaults(), Options);
check(Options) ->
    wrong(options, Options).

defaults() ->
    #{backend => port, active => true, deliver => [packets], time_unit => nanosecond}.

check_source(#{interface := _, file := File}) -> wrong(file, File);
check_source(#{file := _, inject := Inject}) -> wrong(inject, Inject);
check_source(#{interface := _}) -> ok;
check_source(#{file := _}) -> ok;
check_source(_) -> wrong(interface, missing).

%% What setopts/2 can change.
-spec check_setopts(term()) -> options().
check_setopts(Options) when is_list(Options) ->
    try maps:from_list(Options) of
        Map -> check_setopts(Map)
    catch
        error:_ -> wrong(options, Options)
    end;
check_setopts(#{active := Active} = Options) when map_size(Options) =:= 1 ->
    ok = check(active, Active),
    Options;
check_setopts(Options) when is_map(Options), map_size(Options) > 0 ->
    [{Key, Value} | _] = maps:to_list(maps:remove(active, Options)),
    wrong(Key, Value);
check_setopts(Options) ->
    wrong(options, Options).

%% A filter alone, as the worker takes it.
-spec check_filter(term()) -> binary().
check_filter(Filter) ->
    ok = check(filter, Filter),
    text(Filter).

-spec wrong(term(), term()) -> no_return().
wrong(Key, Value) ->
    error({badarg, {Key, Value}}).

%% --- each key ---------------------------------------------------------------------------

check(interface, any) -> ok;
check(interface, Value) -> is_text(Value) orelse wrong(interface, Value), ok;
check(file, Value) -> is_text(Value) andalso is_path(Value) orelse wrong(file, Value), ok;
check(filter, <<>>) -> ok;
check(filter, "") -> ok;
check(filter, Value) -> is_text(Value) orelse wrong(filter, Value), ok;
check(snaplen, Value) -> in_range(snaplen, Value, 1, 262144);
check(promiscuous, Value) -> boolean(promiscuous, Value);
check(direction, Value) -> one_of(direction, Value, [inout, in, out]);
check(immediate, Value) -> boolean(immediate, Value);
check(latency_ms, Value) -> in_range(latency_ms, Value, 1, 60000);
check(buffer_bytes, Value) -> in_range(buffer_bytes, Value, 1, ?MAX_32);
check(batch_bytes, Value) -> in_range(batch_bytes, Value, 1, ?BATCH_MAX);
check(max_packets, Value) -> in_range(max_packets, Value, 1, ?MAX_64);
check(kind, Value) -> one_of(kind, Value, [packet, libpcap]);
check(backend, Value) -> one_of(backend, Value, [port, nif]);
check(memory, Value) -> one_of(memory, Value, [shared, pipe]);
check(sandbox, Value) -> one_of(sandbox, Value, [best_effort, on, off]);
check(user, Value) -> is_text(Value) orelse wrong(user, Value), ok;
check(active, N) when is_integer(N), N > 0, N =< 32767 -> ok;
check(active, Value) -> one_of(active, Value, [true, false, once]);
check(deliver, Value) ->
    some_of(deliver, Value, [packets, batches, streams, transactions, anomalies, stats]),
    lists:member(packets, Value) andalso lists:member(batches, Value)
        andalso wrong(deliver, Value),
    ok;
check(time_unit, Value) ->
    try per_second(Value) of
        N -> N =< 1000000000 orelse wrong(time_unit, Value), ok
    catch
        error:badarg -> wrong(time_unit, Value)
    end;
check(stats_interval_ms, Value) -> in_range(stats_interval_ms, Value, 10, 86400000);
check(bodies, Value) -> boolean(bodies, Value);
check(max_body_bytes, Value) -> in_range(max_body_bytes, Value, 1, ?BODY_MAX);
check(max_body_total, Value) -> in_range(max_body_total, Value, 1, ?MAX_64);
check(limits, Value) when is_map(Value) -> maps:foreach(fun check_limit/2, Value);
check(lenient, Value) ->
    some_of(lenient, Value,
            [window, timestamps, checksum, reset, syn, ack, ip, urgent, all]);
check(targets, Value) -> are_texts(Value) orelse wrong(targets, Value), ok;
check(inject, true) -> ok;
check(inject, Value) when is_map(Value) ->
    maps:foreach(fun check_inject/2, Value),
    maps:is_key(packets_per_second, Value) andalso maps:is_key(bits_per_second, Value)
        andalso wrong(inject, Value),
    ok;
check(own_packets, Value) -> boolean(own_packets, Value);
check(telemetry, Value) when is_function(Value, 3) -> ok;
check(Key, Value) -> wrong(Key, Value).

check_limit(Name, Value) ->
    is_atom(Name) andalso is_integer(Value) andalso Value >= 0 andalso Value =< ?MAX_64
        orelse wrong(limits, #{Name => Value}).

%% The most are those of include/wirebeam/inject.h.
check_inject(kind, Value) -> one_of(inject, Value, [packet, xdp, libpcap, ip]);
check_inject(packets_per_second, Value) -> in_range(inject, Value, 1, 1000000000);
check_inject(bits_per_second, Value) -> in_range(inject, Value, 1, 1000000000000);
check_inject(Key, Value) -> wrong(inject, #{Key => Value}).

in_range(_Key, Value, Min, Max) when is_integer(Value), Value >= Min, Value =< Max -> ok;
in_range(Key, Value, _Min, _Max) -> wrong(Key, Value).

boolean(_Key, Value) when is_boolean(Value) -> ok;
boolean(Key, Value) -> wrong(Key, Value).

one_of(Key, Value, Allowed) ->
    lists:member(Value, Allowed) orelse wrong(Key, Value),
    ok.

some_of(Key, [_ | _] = Values, Allowed) ->
    is_list_of(Values, Allowed) orelse wrong(Key, Values),
    ok;
some_of(Key, Values, _Allowed) ->
    wrong(Key, Values).

is_list_of([Value | Values], Allowed) ->
    lists:member(Value, Allowed) andalso is_list_of(Values, Allowed);
is_list_of(End, _Allowed) ->
    End =:= [].

are_texts([Text | Texts]) -> is_text(Text) andalso are_texts(Texts);
are_texts(End) -> End =:= [].

%% A string or a binary that is not empty and that C can hold.
is_text(Value) when is_binary(Value); is_list(Value) ->
    try text(Value) of
        Text -> Text =/= <<>> andalso byte_size(Text) =< ?TEXT_MAX
                    andalso binary:match(Text, <<0>>) =:= nomatch
    catch
        error:_ -> false
    end;
is_text(_Value) ->
    false.

%% Standard input brings the worker's commands.
is_path(Value) ->
    try
        text(Value) =/= <<"-">> andalso is_binary(absolute(Value))
    catch
        error:_ -> false
    end.

text(Value) when is_binary(Value) ->
    Value;
text(Value) ->
    case unicode:characters_to_binary(Value) of
        Text when is_binary(Text) -> Text;
        _ -> error(badarg)
    end.

%% --- for the worker ---------------------------------------------------------------------

%% The options that concern the worker, as key and text (erlang/native/protocol.h).
-spec for_worker(options()) -> [{wirebeam_protocol:option(), binary()}].
for_worker(Options) ->
    lists:flatmap(fun({Key, Value}) -> for_worker(Key, Value) end, maps:to_list(Options)).

for_worker(file, Value) -> [{file, absolute(Value)}];
for_worker(interface, any) -> [{interface, <<"any">>}];
for_worker(interface, Value) -> [{interface, text(Value)}];
for_worker(filter, Value) -> [{filter, text(Value)}];
for_worker(direction, inout) -> [];
for_worker(sandbox, best_effort) -> [];
for_worker(user, Value) -> [{user, text(Value)}];
for_worker(time_unit, Unit) -> [{time_per_second, number(per_second(Unit))}];
for_worker(deliver, Values) -> [{deliver, deliver(Value)} || Value <- Values];
for_worker(lenient, Values) -> [{lenient, atom_to_binary(Value)} || Value <- Values];
for_worker(targets, Values) -> [{target, text(Value)} || Value <- Values];
for_worker(limits, Values) -> [{limit, limit(Limit)} || Limit <- maps:to_list(Values)];
for_worker(inject, true) -> for_worker(inject, #{});
for_worker(inject, Options) ->
    Kind = atom_to_binary(maps:get(kind, Options, frames)),
    [{inject, Kind} | [{Key, number(Value)} || {Key, Value} <- maps:to_list(Options),
                                              Key =/= kind]];
for_worker(Key, _Value) when Key =:= backend; Key =:= memory; Key =:= active;
                             Key =:= telemetry ->
    [];
for_worker(bodies, false) -> [{bodies, <<"0">>}];
for_worker(bodies, true) -> [];
for_worker(_Key, false) -> [];
for_worker(Key, true) -> [{Key, <<"1">>}];
for_worker(Key, Value) when is_integer(Value) -> [{Key, number(Value)}];
for_worker(Key, Value) when is_atom(Value) -> [{Key, atom_to_binary(Value)}].

%% The worker's directory is the one in which the VM was started. A string may have no form as
%% the system names files.
absolute(Path) when is_binary(Path) ->
    filename:absname(Path);
absolute(Path) ->
    unicode:characters_to_binary(filename:absname(Path), unicode, file:native_name_encoding()).

per_second(Unit) -> erlang:convert_time_unit(1, second, Unit).

deliver(batches) -> <<"packets">>;
deliver(Value) -> atom_to_binary(Value).

number(Value) -> integer_to_binary(Value).

%% max_flows, say, has a dash where an atom has an underscore.
limit({Name, Value}) ->
    Text = binary:replace(atom_to_binary(Name), <<"_">>, <<"-">>, [global]),
    <<Text/binary, "=", (number(Value))/binary>>.
