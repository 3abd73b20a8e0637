%% SPDX-License-Identifier: ISC
%% @private The backend that has the worker in the virtual machine, in a thread of its own
%% (erlang/native/channel.h). It is the shortest way, and not apart: what it parses
%% it parses in this process's memory and with this process's rights.
-module(wirebeam_nif).
-behaviour(wirebeam_backend).

-export([open/2, command/2, handle_info/2, kill/1, close/1]).
-nifs([start/0, give/2, stop/1]).
-on_load(load/0).

-opaque worker() :: {Handle :: reference(), Tag :: reference()}.
-export_type([worker/0]).

-spec load() -> ok | {error, term()}.
load() ->
    Path = path(),
    case erlang:load_nif(Path, 0) of
        ok ->
            ok;
        {error, Reason} ->
            %% Where it was not built, the module is there to say so.
            case filelib:is_regular(Path ++ ".so") of
                true -> {error, Reason};
                false -> ok
            end
    end.

path() ->
    filename:join(code:priv_dir(wirebeam), "wirebeam_nif").

-spec open(wirebeam_options:options(), pos_integer()) ->
          {ok, worker(), []} | {error, term()}.
open(_Options, _Credit) ->
    try start() of
        {ok, Handle, Tag} -> {ok, {Handle, Tag}, []};
        {error, Reason} -> {error, Reason}
    catch
        error:not_loaded -> {error, {enotsup, missing()}}
    end.

missing() ->
    unicode:characters_to_binary([path(), ".so is not there: the headers of Erlang (erl_nif.h) "
                                  "were missing when it was built; or use backend => port"]).

-spec command(worker(), iodata()) -> ok | busy | closed.
command(Worker, Command) ->
    try iolist_to_binary(Command) of
        Binary -> give_binary(Worker, Binary)
    catch
        error:badarg -> closed % a hostile term; a port answers the same
    end.

give_binary({Handle, Tag}, Binary) ->
    try
        give(Handle, Binary)
    catch
        error:Reason when Reason =:= badarg; Reason =:= not_loaded ->
            %% Of a library that was unloaded: nobody gives it credit any more.
            self() ! {wirebeam_nif, Tag, exit, unloaded},
            closed
    end.

-spec handle_info(term(), worker()) ->
          {frames, [wirebeam_protocol:bytes()], worker()} | {exit, term()} | ignore.
handle_info({wirebeam_nif, Tag, Frame}, {_, Tag} = Worker) -> {frames, [Frame], Worker};
handle_info({wirebeam_nif, Tag, exit, Reason}, {_, Tag}) -> {exit, {exit, Reason}};
handle_info(_Message, _Worker) -> ignore.

%% No thread can be killed; that it is closed is all that can be done.
-spec kill(worker()) -> ok.
kill(_Worker) ->
    ok.

-spec close(worker()) -> ok.
close({Handle, Tag}) ->
    try
        stop(Handle)
    catch
        error:Reason when Reason =:= badarg; Reason =:= not_loaded -> ok
    end,
    flush(Tag).

flush(Tag) ->
    receive
        {wirebeam_nif, Tag, _} -> flush(Tag);
        {wirebeam_nif, Tag, exit, _} -> flush(Tag)
    after 0 -> ok
    end.

%% --- natives ----------------------------------------------------------------------------

-spec start() -> {ok, reference(), reference()} | {error, atom()}.
start() -> erlang:nif_error(not_loaded).

-spec give(reference(), binary()) -> ok | busy | closed.
give(_Handle, _Command) -> erlang:nif_error(not_loaded).

-spec stop(reference()) -> ok.
stop(_Handle) -> erlang:nif_error(not_loaded).
