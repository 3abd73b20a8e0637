%% SPDX-License-Identifier: ISC
%% @private Memory that is shared with the worker behind a port (erlang/native/memory.h): the
%% frames are copied out of it, and are not parsed here. Where there is none, they go through
%% the pipe.
-module(wirebeam_memory).

-export([new/2, copy/3]).
-on_load(load/0).
-nifs([new/2, copy/3]).

-opaque memory() :: reference().
-export_type([memory/0]).

-spec load() -> ok.
load() ->
    _ = erlang:load_nif(filename:join(code:priv_dir(wirebeam), "wirebeam_memory"), 0),
    ok.

%% Memory of so many bytes, of which so many at most are copied at once, and the path by which
%% another process of this user maps it. Raises not_loaded where the system has no such memory.
-spec new(pos_integer(), pos_integer()) -> {memory(), Path :: string()} | error.
new(_Length, _Longest) ->
    erlang:nif_error(not_loaded).

%% Bytes of it. Raises badarg where there are none such, and not_loaded where the memory is of a
%% library that was unloaded.
-spec copy(memory(), Offset :: non_neg_integer(), Length :: non_neg_integer()) -> binary().
copy(_Memory, _Offset, _Length) ->
    erlang:nif_error(not_loaded).
