%% SPDX-License-Identifier: ISC
%% @private Filters of packet sockets: expressions and instructions become the program that the
%% kernel runs.
-module(wirebeam_socket_filter).

-export([program/2, set/3]).

-define(SNAPLEN_MAX, 262144).

%% The program; the link type matters for an expression alone.
-spec program(wirebeam_socket:filter(), {ok, 0..16#ffff} | {error, term()}) ->
          {ok, binary()} | {error, term()}.
program([Instruction | _] = Instructions, _LinkType) when is_tuple(Instruction) ->
    {ok, << <<Code:16/native, Jt, Jf, K:32/native>> || {Code, Jt, Jf, K} <- Instructions >>};
program(Expression, {ok, LinkType}) ->
    Text = unicode:characters_to_binary(Expression),
    wirebeam_socket_nif:compile(Text, LinkType, ?SNAPLEN_MAX);
program(_Expression, Error) ->
    Error.

-spec set(wirebeam_socket_nif:socket(), wirebeam_socket:filter(),
          {ok, 0..16#ffff} | {error, term()}) -> ok | {error, term()}.
set(Socket, Filter, LinkType) ->
    case program(Filter, LinkType) of
        {ok, Program} -> wirebeam_socket_nif:filter(Socket, Program);
        Error -> Error
    end.
