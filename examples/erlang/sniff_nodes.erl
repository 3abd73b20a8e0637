%% SPDX-License-Identifier: ISC
%% Captures on several nodes, consumed by one process:
%%
%%     sniff_nodes:run(['a@host', 'b@host'], #{interface => any, filter => "icmp"},
%%                     fun(Node, Packets) -> io:format("~p: ~b~n", [Node, length(Packets)]) end).
%%
%% The consumer owns all captures and asks each for a few messages at a time, so that a slow
%% consumer fills the kernel's rings of the nodes, and not the wire between them. A node that
%% goes away is told and left out; the others go on. run/3 returns when no capture is left.
-module(sniff_nodes).

-include_lib("wirebeam/include/wirebeam.hrl").

-export([run/3]).
-export([open_for/2]).

-define(AT_A_TIME, 8).

-type consumer() :: fun((node(), [#wirebeam_packet{}]) -> term()).

-spec run([node()], wirebeam:options(), consumer()) -> #{node() => Reason :: term()}.
run(Nodes, Options, Consume) ->
    Opened = [{Node, open(Node, Options)} || Node <- Nodes],
    loop(maps:from_list([{Capture, Node} || {Node, {ok, Capture}} <- Opened]), Consume,
         maps:from_list([{Node, Reason} || {Node, {error, Reason}} <- Opened])).

open(Node, Options) ->
    try erpc:call(Node, ?MODULE, open_for, [self(), Options]) of
        {ok, Capture} ->
            _ = monitor(process, Capture),
            ok = wirebeam:setopts(Capture, #{active => ?AT_A_TIME}),
            {ok, Capture};
        Error ->
            Error
    catch
        error:{erpc, Reason} -> {error, Reason}
    end.

%% On the node of the capture: opens it and gives it to the consumer.
-spec open_for(pid(), wirebeam:options()) -> {ok, wirebeam:capture()} | {error, term()}.
open_for(Consumer, Options) ->
    {ok, _} = application:ensure_all_started(wirebeam),
    case wirebeam:open(Options#{active => false}) of
        {ok, Capture} ->
            ok = wirebeam:controlling_process(Capture, Consumer),
            {ok, Capture};
        Error ->
            Error
    end.

loop(Captures, _Consume, Ended) when map_size(Captures) =:= 0 ->
    Ended;
loop(Captures, Consume, Ended) ->
    receive
        {wirebeam, Capture, {packets, Packets}} when is_map_key(Capture, Captures) ->
            _ = Consume(maps:get(Capture, Captures), Packets),
            loop(Captures, Consume, Ended);
        {wirebeam_passive, Capture} when is_map_key(Capture, Captures) ->
            _ = wirebeam:setopts(Capture, #{active => ?AT_A_TIME}),
            loop(Captures, Consume, Ended);
        {wirebeam, Capture, {lost, Lost}} when is_map_key(Capture, Captures) ->
            logger:warning("~p: packets lost: ~p", [maps:get(Capture, Captures), Lost]),
            loop(Captures, Consume, Ended);
        {wirebeam_closed, Capture, Reason} when is_map_key(Capture, Captures) ->
            without(Capture, Reason, Captures, Consume, Ended);
        {'DOWN', _, process, Capture, Reason} when is_map_key(Capture, Captures) ->
            without(Capture, Reason, Captures, Consume, Ended)
    end.

without(Capture, Reason, Captures, Consume, Ended) ->
    {Node, Others} = maps:take(Capture, Captures),
    loop(Others, Consume, Ended#{Node => Reason}).
