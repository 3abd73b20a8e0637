%% SPDX-License-Identifier: ISC
%% @private The captures that are open. None is started anew: what its owner wants after
%% the end of one is the owner's to say.
-module(wirebeam_sup).
-behaviour(supervisor).

-export([start_link/0, start_capture/2]).
-export([init/1]).

-spec start_link() -> {ok, pid()} | {error, term()}.
start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

-spec start_capture(pid(), wirebeam_options:options()) -> {ok, pid()} | {error, term()}.
start_capture(Owner, Options) ->
    try supervisor:start_child(?MODULE, [Owner, Options]) of
        {ok, Pid} when is_pid(Pid) -> {ok, Pid};
        {error, Reason} -> {error, Reason}
    catch
        exit:_ -> {error, not_started}
    end.

-spec init([]) -> {ok, {supervisor:sup_flags(), [supervisor:child_spec()]}}.
init([]) ->
    {ok, {#{strategy => simple_one_for_one},
          [#{id => capture,
             start => {wirebeam_capture, start_link, []},
             restart => temporary,
             shutdown => 5000}]}}.
