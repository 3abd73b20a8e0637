%% SPDX-License-Identifier: ISC
%% @private The backend that keeps the worker apart: a program of its own behind a pipe,
%% which has given up its rights before it looks at the first packet. Whatever becomes of
%% it, here it is one message.
-module(wirebeam_port).
-behaviour(wirebeam_backend).

-export([open/0, open/2, command/2, handle_info/2, close/1]).

-record(worker, {port :: port(),
                 memory = none :: none | wirebeam_memory:memory()}).

-define(BATCH_BYTES, 262144).   % the default
-define(SLOT_MORE, 262144).     % the longest packet may go beyond a batch

%% The memory is for as many frames as there is credit.
-spec open(wirebeam_options:options(), pos_integer()) ->
          {ok, #worker{}, [{wirebeam_protocol:option(), binary()}]} | {error, term()}.
open(Options, Credit) ->
    case open() of
        {ok, Worker} -> share(Worker, Options, Credit);
        Error -> Error
    end.

share(Worker, #{memory := pipe}, _Credit) ->
    {ok, Worker, []};
share(Worker, Options, Credit) ->
    SlotBytes = maps:get(batch_bytes, Options, ?BATCH_BYTES) + ?SLOT_MORE,
    try wirebeam_memory:new(Credit, SlotBytes) of
        {Memory, Path} ->
            Text = io_lib:format("~b ~b ~s", [Credit, SlotBytes, Path]),
            {ok, Worker#worker{memory = Memory}, [{memory, iolist_to_binary(Text)}]};
        error ->
            {ok, Worker, []}
    catch
        error:not_loaded -> {ok, Worker, []}
    end.

-spec open() -> {ok, #worker{}} | {error, term()}.
open() ->
    Program = filename:join(code:priv_dir(wirebeam), "wirebeam-port"),
    try
        {ok, #worker{port = open_port({spawn_executable, Program},
                                      [{packet, 4}, binary, exit_status, use_stdio, hide])}}
    catch
        error:Reason ->
            Words = io_lib:format("~ts: cannot be started: ~ts",
                                  [Program, file:format_error(Reason)]),
            {error, {system, unicode:characters_to_binary(Words)}}
    end.

-spec command(#worker{}, iodata()) -> ok | busy | closed.
command(#worker{port = Port}, Command) ->
    try port_command(Port, Command, [nosuspend]) of
        true -> ok;
        false -> busy
    catch
        error:badarg -> closed
    end.

-spec handle_info(term(), #worker{}) -> {frame, binary()} | {exit, term()} | ignore.
handle_info({Port, {data, <<6, Place/binary>>}}, #worker{port = Port, memory = Memory}) ->
    {frame, placed(Place, Memory)};
handle_info({Port, {data, Frame}}, #worker{port = Port}) -> {frame, Frame};
handle_info({Port, {exit_status, Status}}, #worker{port = Port}) -> {exit, {exit, Status}};
handle_info({'EXIT', Port, Reason}, #worker{port = Port}) -> {exit, {exit, Reason}};
handle_info(_Message, _Worker) -> ignore.

%% A place that there is not is no frame.
placed(<<Slot:32, Length:32>>, Memory) when Memory =/= none ->
    try
        wirebeam_memory:copy(Memory, Slot, Length)
    catch
        error:badarg -> <<>>
    end;
placed(_Place, _Memory) ->
    <<>>.

-spec close(#worker{}) -> ok.
close(#worker{port = Port}) ->
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
