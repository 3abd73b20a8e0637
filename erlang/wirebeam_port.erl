%% SPDX-License-Identifier: ISC
%% @private The backend that keeps the worker apart: a program of its own behind a pipe,
%% which has given up its rights before it looks at the first packet. Whatever becomes of
%% it, here it is one message.
-module(wirebeam_port).
-behaviour(wirebeam_backend).

-export([open/0, open/2, command/2, handle_info/2, kill/1, close/1]).

-define(LENGTH, 4).             % bytes of a frame's length
-define(BODY_BYTES, 8388608).   % these are the defaults
-define(HEAD_BYTES, 262144).
-define(SLOT_MORE, 262144).     % the longest packet may go beyond a batch
-define(BLOCKS, 4).             % that a file is read into
-define(BLOCK_BYTES, 2097152).  % as it is read
-define(FRAME_MORE, 16777216).  % for all that has no limit of its own
-define(PART, 4096).            % of a frame: shorter ones, and frames, are put together

-record(worker, {port :: port(),
                 memory = none :: none | wirebeam_memory:memory(),
                 slots = 0 :: non_neg_integer(),       % frames that can be in the memory
                 longest :: pos_integer(),             % frame that an honest worker sends
                 parts = [] :: [binary()],             % of a frame, the last one first,
                 have = 0 :: non_neg_integer(),        % so many bytes
                 need = ?LENGTH :: pos_integer()}).    % before there is anything to do


%% The memory is for as many frames as there is credit.
-spec open(wirebeam_options:options(), pos_integer()) ->
          {ok, #worker{}, [{wirebeam_protocol:option(), binary()}]} | {error, term()}.
open(Options, Credit) ->
    case start(longest(Options)) of
        {ok, Worker} -> share(Worker, Options, Credit);
        Error -> Error
    end.

%% A batch, and a transaction that goes beyond it: two bodies, and two heads in their forms.
longest(Options) ->
    Head = maps:get(head, maps:get(limits, Options, #{}), ?HEAD_BYTES),
    batch_bytes(Options)
        + 2 * maps:get(max_body_bytes, Options, ?BODY_BYTES) + 16 * Head + ?FRAME_MORE.

batch_bytes(Options) ->
    maps:get(batch_bytes, wirebeam_protocol:limits(Options)).

share(Worker, #{memory := pipe}, _Credit) ->
    {ok, Worker, []};
share(Worker, Options, Credit) ->
    SlotBytes = batch_bytes(Options) + ?SLOT_MORE,
    Blocks = case Options of
                 #{file := _} -> ?BLOCKS;
                 _ -> 0
             end,
    try wirebeam_memory:new(Credit * SlotBytes + Blocks * ?BLOCK_BYTES, SlotBytes) of
        {Memory, Path} ->
            Text = io_lib:format("~b ~b ~b ~b ~s",
                                 [Credit, SlotBytes, Blocks, ?BLOCK_BYTES, Path]),
            {ok, Worker#worker{memory = Memory, slots = Credit},
             [{memory, iolist_to_binary(Text)}]};
        error ->
            {ok, Worker, []}
    catch
        error:Reason when Reason =:= not_loaded; Reason =:= undef -> {ok, Worker, []}
    end.

%% Without a capture, for questions.
-spec open() -> {ok, #worker{}} | {error, term()}.
open() ->
    start(?FRAME_MORE).

%% The frames are told apart here, and not by {packet, 4}: the VM would make room for whatever
%% length a worker announces.
start(Longest) ->
    Program = filename:join(code:priv_dir(wirebeam), "wirebeam-port"),
    try
        {ok, #worker{port = open_port({spawn_executable, Program},
                                      [stream, binary, exit_status, use_stdio, hide]),
                     longest = Longest}}
    catch
        error:Reason ->
            Words = io_lib:format("~ts: cannot be started: ~ts",
                                  [Program, file:format_error(Reason)]),
            {error, {system, unicode:characters_to_binary(Words)}}
    end.

-spec command(#worker{}, iodata()) -> ok | busy | closed.
command(#worker{port = Port}, Command) ->
    try port_command(Port, [<<(iolist_size(Command)):32>> | Command], [nosuspend]) of
        true -> ok;
        false -> busy
    catch
        error:badarg -> closed
    end.

-spec handle_info(term(), #worker{}) ->
          {frames, [wirebeam_protocol:bytes()], #worker{}} | {exit, term()} | ignore.
handle_info({Port, {data, Bytes}}, #worker{port = Port} = Worker) -> take(Bytes, Worker);
handle_info({Port, {exit_status, Status}}, #worker{port = Port}) -> {exit, {exit, Status}};
handle_info({'EXIT', Port, Reason}, #worker{port = Port}) -> {exit, {exit, Reason}};
handle_info(_Message, _Worker) -> ignore.

%% --- frames -----------------------------------------------------------------------------

%% Bytes wait until all of a frame are there.
take(Bytes, #worker{parts = Parts, have = Have, need = Need} = Worker)
  when Have + byte_size(Bytes) < Need ->
    {frames, [], Worker#worker{parts = add(Bytes, Parts), have = Have + byte_size(Bytes)}};
take(Bytes, #worker{parts = Parts, need = Need} = Worker) when Parts =/= [], Need > ?PART ->
    take_pieces(Need, lists:reverse(Parts, [Bytes]), Worker);
take(Bytes, #worker{parts = Parts, slots = Slots} = Worker) ->
    split(iolist_to_binary(lists:reverse(Parts, [Bytes])), [], Slots, Worker).

%% A frame in pieces, and what is behind it in the last one.
take_pieces(Need, Pieces, #worker{slots = Slots} = Worker) ->
    {_, Behind} = wirebeam_protocol:split_pieces(?LENGTH, Pieces),
    {Frame, [Rest]} = wirebeam_protocol:split_pieces(Need - ?LENGTH, Behind),
    split(Rest, [wirebeam_protocol:from_pieces(Frame)], Slots, Worker).

%% What comes a byte at a time is to take no more memory, and time, than what comes at once.
add(Bytes, [Last | Parts]) when byte_size(Last) < ?PART ->
    [<<Last/binary, Bytes/binary>> | Parts];
add(Bytes, Parts) ->
    [Bytes | Parts].

%% Frames in the memory have credit, so there are not more of them than slots: whoever sends more
%% at once would have the VM copy as much as he likes.
split(<<Length:32, _/binary>>, _Frames, _Slots, #worker{longest = Longest})
  when Length > Longest ->
    {exit, {error, protocol}};
split(<<Length:32, 6, Place:(Length - 1)/binary, Bytes/binary>>, Frames, Slots, Worker)
  when Slots > 0 ->
    case placed(Place, Worker) of
        unloaded -> {exit, {exit, unloaded}};
        Frame -> split(Bytes, [Frame | Frames], Slots - 1, Worker)
    end;
split(<<Length:32, Frame:Length/binary, Bytes/binary>>, Frames, Slots, Worker) ->
    split(Bytes, [Frame | Frames], Slots, Worker);
split(Bytes, Frames, _Slots, Worker) ->
    Need = case Bytes of
               <<Length:32, _/binary>> -> ?LENGTH + Length;
               _ -> ?LENGTH
           end,
    {frames, lists:reverse(Frames), Worker#worker{parts = [Bytes || Bytes =/= <<>>],
                                                  have = byte_size(Bytes), need = Need}}.

%% A place that there is not is no frame.
placed(Place, #worker{memory = Memory}) ->
    try
        parts(Place, Memory)
    catch
        error:Reason when Reason =:= not_loaded; Reason =:= undef -> unloaded;
        error:_ -> <<>>
    end.

parts(<<Offset:32, Length:32>>, Memory) ->
    wirebeam_memory:copy(Memory, Offset, Length);
parts(<<Head:8/binary, Data:8/binary>>, Memory) ->
    {parts(Head, Memory), parts(Data, Memory)}.

%% What was stopped (SIGSTOP) does not see the end of its pipe.
-spec kill(#worker{}) -> ok.
kill(#worker{port = Port}) ->
    case erlang:port_info(Port, os_pid) of
        {os_pid, Pid} ->
            _ = os:cmd("kill -9 " ++ integer_to_list(Pid)),
            ok;
        undefined ->
            ok
    end.

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
