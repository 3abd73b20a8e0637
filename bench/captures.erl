%% SPDX-License-Identifier: ISC
%% Consumers of packets in the VM, for bench/run: wirebeam in its ways, and what else there is.
%% Each matches on the headers of each packet. Usage:
%%
%%     erl -noinput -pa ... -run captures main WAY SOURCE
%%
%% WAY: port|pipe|nif followed by -packets|-recv|-batches|-scan, or by -transactions (without their
%% bytes) or -whole (with them); or term-port, or socket. SOURCE: a capture file, which is read
%% once before, so that no loading of code is measured; or an interface. At the end of a file, or on
%% SIGTERM, it prints "packets N" and "measured CPU WALL" (seconds; CPU that of the VM).
-module(captures).

-include_lib("wirebeam/include/wirebeam.hrl").

-export([main/1]).
-export([init/1, handle_event/2, handle_call/2]). % of gen_event: for the signal

-spec main([string()]) -> no_return().
main([Way, Source]) ->
    ok = gen_event:swap_handler(erl_signal_server, {erl_signal_handler, []}, {?MODULE, self()}),
    os:set_signal(sigterm, handle),
    {ok, _} = application:ensure_all_started(wirebeam),
    Words = string:split(Way, "-", trailing),
    _ = filelib:is_regular(Source) andalso run(Words, Source),
    {Cpu, _} = statistics(runtime),
    Start = erlang:monotonic_time(),
    Count = run(Words, Source),
    Wall = erlang:convert_time_unit(erlang:monotonic_time() - Start, native, microsecond) / 1.0e6,
    {CpuEnd, _} = statistics(runtime),
    io:format("packets ~b~nmeasured ~.3f ~.3f~n", [Count, (CpuEnd - Cpu) / 1.0e3, Wall]),
    halt(0).

run(["term", "port"], File) -> term_port(File);
run(["socket"], Interface) -> socket(Interface);
run([Backend, "recv"], Source) -> recv(open(Backend, [packets], false, Source), 0);
run([Backend, "packets"], Source) -> active(open(Backend, [packets], 16, Source), 0);
run([Backend, "scan"], Source) -> active(open(Backend, [batches], 16, Source), 0, fun scan/1);
run([Backend, "batches"], Source) -> active(open(Backend, [batches], 16, Source), 0);
run([Backend, "transactions"], Source) ->
    active(open(Backend, #{bodies => false}, [transactions], 16, Source), 0);
run([Backend, "whole"], Source) -> active(open(Backend, [transactions], 16, Source), 0).

open(Backend, Deliver, Active, Source) ->
    open(Backend, #{}, Deliver, Active, Source).

open(Backend, Options, Deliver, Active, Source) ->
    Where = case filelib:is_regular(Source) of
                true -> #{file => Source};
                false -> #{interface => Source}
            end,
    How = case Backend of
              "port" -> #{backend => port};
              "pipe" -> #{backend => port, memory => pipe};
              "nif" -> #{backend => nif}
          end,
    {ok, C} = wirebeam:open(maps:merge(maps:merge(Where, Options),
                                       How#{deliver => Deliver, active => Active})),
    C.

recv(C, Count) ->
    case wirebeam:recv(C, 0, 100) of
        {ok, {packets, Packets}} ->
            _ = match_all(Packets, 0),
            recv(C, Count + length(Packets));
        {ok, {lost, _}} -> recv(C, Count);
        {error, timeout} -> receive terminate -> Count after 0 -> recv(C, Count) end;
        {error, {closed, eof}} -> Count
    end.

active(C, Count) ->
    active(C, Count, fun fold/1).

active(C, Count, Look) ->
    receive
        {wirebeam, C, {packets, Packets}} ->
            _ = match_all(Packets, 0),
            active(C, Count + length(Packets), Look);
        {wirebeam, C, {batch, #wirebeam_batch{count = More} = Batch}} ->
            _ = Look(Batch),
            active(C, Count + More, Look);
        {wirebeam, C, {transaction, #{request := #{method := _}}}} ->
            active(C, Count + 1, Look);
        {wirebeam, C, _} ->
            active(C, Count, Look);
        {wirebeam_passive, C} ->
            ok = wirebeam:setopts(C, #{active => 16}),
            active(C, Count, Look);
        {wirebeam_closed, C, eof} ->
            Count;
        {wirebeam_closed, C, Reason} ->
            exit(Reason);
        terminate ->
            Count
    end.

match_all([Packet | Packets], Acc) -> match_all(Packets, match_packet(Packet, Acc));
match_all([], Acc) -> Acc.

match_packet(#wirebeam_packet{data = Data}, Acc) -> match(Data, Acc).

fold(Batch) -> wirebeam:fold(fun match_packet/2, 0, Batch).

scan(Batch) -> wirebeam:scan(fun match_at/4, 0, Batch).

%% All of them are looked at, so that none of it can be left out.
match(<<_:96, Type:16, Version:4, _:4, _, _:16, _:32, _, Protocol, _:16, Source:32,
        Destination:32, SourcePort:16, DestinationPort:16, _/binary>>, Acc)
  when Type =:= 16#0800, Version =:= 4, Protocol =:= 6 ->
    Acc bxor Source bxor Destination bxor SourcePort bxor DestinationPort;
match(_, Acc) ->
    Acc.

-define(HEADERS_BYTES, 38). % that are matched

match_at(Data, Start, Length, Acc) when Length >= ?HEADERS_BYTES ->
    case Data of
        <<_:Start/binary, _:96, Type:16, Version:4, _:4, _, _:16, _:32, _, Protocol, _:16, Source:32,
          Destination:32, SourcePort:16, DestinationPort:16, _/binary>>
          when Type =:= 16#0800, Version =:= 4, Protocol =:= 6 ->
            Acc bxor Source bxor Destination bxor SourcePort bxor DestinationPort;
        _ ->
            Acc
    end;
match_at(_, _, _, Acc) ->
    Acc.

%% --- peers ------------------------------------------------------------------------------

term_port(File) ->
    Program = filename:join(os:getenv("BENCH_TOOLS"), "peer_term_port"),
    Port = open_port({spawn_executable, Program}, [{args, [File]}, {packet, 4}, binary, eof]),
    term_port(Port, 0).

term_port(Port, Count) ->
    receive
        {Port, {data, Term}} ->
            {packet, _, _, _, Data} = binary_to_term(Term),
            _ = match(Data, 0),
            term_port(Port, Count + 1);
        {Port, eof} -> Count
    end.

%% A packet socket by OTP's own module: a packet a call.
socket(Interface) ->
    {ok, Index} = net:if_name2index(Interface),
    {ok, Socket} = socket:open(17, raw, {raw, 16#0300}),
    ok = socket:setopt(Socket, {socket, rcvbuf}, 32 bsl 20),
    Address = <<3:16, Index:32/native, 0:16, 0, 6, 0:64>>,
    ok = socket:bind(Socket, #{family => 17, addr => Address}),
    socket_loop(Socket, 0).

socket_loop(Socket, Count) ->
    case socket:recv(Socket, 0, [], 100) of
        {ok, Data} -> _ = match(Data, 0), socket_loop(Socket, Count + 1);
        {error, _} -> receive terminate -> Count after 0 -> socket_loop(Socket, Count) end
    end.

%% --- the signal -------------------------------------------------------------------------

-spec init({pid(), term()}) -> {ok, pid()}.
init({Main, _}) -> {ok, Main}.

-spec handle_event(atom(), pid()) -> {ok, pid()}.
handle_event(sigterm, Main) ->
    Main ! terminate,
    {ok, Main};
handle_event(_Signal, Main) ->
    {ok, Main}.

-spec handle_call(term(), pid()) -> {ok, ok, pid()}.
handle_call(_Request, Main) -> {ok, ok, Main}.
