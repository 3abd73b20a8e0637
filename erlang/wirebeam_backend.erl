%% SPDX-License-Identifier: ISC
%% @private What carries the frames of a capture (erlang/native/protocol.h) between its
%% process and the worker. A backend belongs to the process that opened it, which gets the
%% worker's frames as messages that handle_info/2 knows.
-module(wirebeam_backend).

-export([module/1]).

-type state() :: term().

%% Starts a worker that waits for its first command, which is to have these options as well.
-callback open(wirebeam_options:options(), Credit :: pos_integer()) ->
    {ok, state(), [{wirebeam_protocol:option(), binary()}]} | {error, term()}.

%% Gives the worker a command. busy: it does not read just now; nothing was sent.
-callback command(state(), iodata()) -> ok | busy | closed.

%% What a message to the process means: frames, in order. That a worker ended comes once, last.
-callback handle_info(Message :: term(), state()) ->
    {frames, [wirebeam_protocol:bytes()], state()} | {exit, Reason :: term()} | ignore.

%% Ends a worker that does not read what it is told, as far as it can be; close/1 follows.
-callback kill(state()) -> ok.

%% Ends the worker, if it has not ended; no message of it comes afterwards.
-callback close(state()) -> ok.

-export_type([state/0]).

-spec module(port | nif) -> module().
module(port) -> wirebeam_port;
module(nif) -> wirebeam_nif.
