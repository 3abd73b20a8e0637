%% SPDX-License-Identifier: ISC
%% @private The backend that keeps the worker apart: a program of its own behind a pipe,
%% which has given up its rights before it looks at the first packet. Whatever becomes of
%% it, here it is one message.
-module(wirebeam_port).
-behaviour(wirebeam_backend).

-export([open/0, command/2, handle_info/2, close/1]).

-spec open() -> {ok, port()} | {error, term()}.
open() ->
    Program = filename:join(code:priv_dir(wirebeam), "wirebeam-port"),
    try
        {ok, open_port({spawn_executable, Program},
                       [{packet, 4}, binary, exit_status, use_stdio, hide])}
    catch
        error:Reason -> {error, {Reason, Program}}
    end.

-spec command(port(), iodata()) -> ok | busy | closed.
command(Port, Command) ->
    try port_command(Port, Command, [nosuspend]) of
        true -> ok;
        false -> busy
    catch
        error:badarg -> closed
    end.

-spec handle_info(term(), port()) -> {frame, binary()} | {exit, term()} | ignore.
handle_info({Port, {data, Frame}}, Port) -> {frame, Frame};
handle_info({Port, {exit_status, Status}}, Port) -> {exit, {exit, Status}};
handle_info({'EXIT', Port, Reason}, Port) -> {exit, {exit, Reason}};
handle_info(_Message, _Port) -> ignore.

-spec close(port()) -> ok.
close(Port) ->
    try port_close(Port) of
        true -> flush(Port)
    catch
        error:badarg -> flush(Port)
    end.

flush(Port) ->
    receive
        {Port, _} -> flush(Port);
        {'EXIT', Port, _} -> flush(Port)
    after 0 -> ok
    end.
