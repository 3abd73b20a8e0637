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

%% So many slots of so many bytes, and the path by which another process of this user maps
%% them. Raises not_loaded where the system has no such memory.
-spec new(pos_integer(), pos_integer()) -> {memory(), Path :: string()} | error.
new(_Slots, _SlotBytes) ->
    erlang:nif_error(not_loaded).

%% The first bytes of a slot. Raises badarg where there are none such, and not_loaded where the
%% memory is of a library that was unloaded.
-spec copy(memory(), non_neg_integer(), non_neg_integer()) -> binary().
copy(_Memory, _Slot, _Length) ->
    erlang:nif_error(not_loaded).
