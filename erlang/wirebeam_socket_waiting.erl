%% SPDX-License-Identifier: ISC
%% @private Until a socket is ready, or the time is over: deadlines, and the messages of the NIF.
-module(wirebeam_socket_waiting).

-export([wait/3, flush/1, deadline/1, left/1]).

-type socket() :: wirebeam_socket_nif:socket().
-type deadline() :: infinity | integer().
-export_type([deadline/0]).

%% What comes says that the socket is ready, or closed: then the next call says so.
-spec wait(socket(), read | write, deadline()) -> ok | timeout.
wait(Socket, Direction, Deadline) ->
    receive
        {wirebeam_socket_nif, Socket, _} -> ok
    after left(Deadline) ->
            ok = wirebeam_socket_nif:cancel(Socket, Direction),
            flush(Socket),
            timeout
    end.

-spec flush(socket()) -> ok.
flush(Socket) ->
    receive
        {wirebeam_socket_nif, Socket, _} -> flush(Socket)
    after 0 -> ok
    end.

-spec deadline(timeout()) -> deadline().
deadline(infinity) -> infinity;
deadline(Timeout) when is_integer(Timeout), Timeout >= 0, Timeout =< 16#ffffffff ->
    erlang:monotonic_time(millisecond) + Timeout;
deadline(_) -> error(badarg).

-spec left(deadline()) -> timeout().
left(infinity) -> infinity;
left(Deadline) -> max(0, Deadline - erlang:monotonic_time(millisecond)).
