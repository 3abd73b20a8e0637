%% SPDX-License-Identifier: ISC
%% @private A list of packets on its way into a socket, and what became of each.
-module(wirebeam_socket_sending).

-export([send/3]).

-type socket() :: wirebeam_socket_nif:socket().

-define(BUSY_MS, 1).

-spec send(socket(), [wirebeam_socket_nif:packet()], wirebeam_socket_waiting:deadline()) ->
          [ok | {error, term()}].
send(Socket, Packets, Deadline) ->
    send(Socket, Packets, Deadline, []).

send(_Socket, [], _Deadline, Results) ->
    lists:reverse(Results);
send(Socket, Packets, Deadline, Results) ->
    case wirebeam_socket_nif:send(Socket, Packets) of
        {Sent, {short, Bytes}} ->
            [<<_:Bytes/binary, Rest/binary>> | Others] = lists:nthtail(Sent - 1, Packets),
            send(Socket, [Rest | Others], Deadline, succeeded(Sent - 1, Results));
        {Sent, State} ->
            Others = lists:nthtail(Sent, Packets),
            sent(State, Socket, Others, Deadline, succeeded(Sent, Results))
    end.

succeeded(Count, Results) -> lists:duplicate(Count, ok) ++ Results.

sent(ok, Socket, Packets, Deadline, Results) ->
    send(Socket, Packets, Deadline, Results);
sent(wait, Socket, Packets, Deadline, Results) ->
    case wirebeam_socket_waiting:wait(Socket, write, Deadline) of
        ok -> send(Socket, Packets, Deadline, Results);
        timeout -> failed(timeout, Packets, Results)
    end;
sent(busy, Socket, Packets, Deadline, Results) -> % another process waits for the socket
    case wirebeam_socket_waiting:left(Deadline) of
        0 ->
            failed(timeout, Packets, Results);
        _ ->
            receive after ?BUSY_MS -> ok end,
            send(Socket, Packets, Deadline, Results)
    end;
sent({error, closed}, Socket, Packets, _Deadline, Results) ->
    ok = wirebeam_socket_waiting:flush(Socket),
    failed(closed, Packets, Results);
sent({error, _} = Error, Socket, [_ | Packets], Deadline, Results) ->
    send(Socket, Packets, Deadline, [Error | Results]).

failed(Reason, Packets, Results) ->
    lists:reverse(Results, [{error, Reason} || _ <- Packets]).
