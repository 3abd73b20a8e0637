%% SPDX-License-Identifier: ISC
%% @doc HTTP transactions for a module of callbacks, in a process for the user's supervisor.
%%
%% ```
%% -behaviour(wirebeam_http).
%% init(Directory) -> {ok, Directory}.
%% handle_transaction(#{request := #{target := Target}}, Directory) ->
%%     io:format("~ts~n", [Target]),
%%     {ok, Directory}.
%% handle_end(_Reason, _Directory) -> ok.
%%
%% wirebeam_http:child_spec(my_module, "/tmp", #{interface => "eth0", filter => "tcp port 80"})
%% '''
%%
%% The process owns the capture. It asks for a few events at a time, so callbacks that are slow
%% slow the capture, and nothing else. It stops when the capture ends: with `normal' at the end of
%% a file, else with the reason why, and then a supervisor starts it anew.
-module(wirebeam_http).
-behaviour(gen_server).

-export([start_link/3, start_link/4, child_spec/3, capture/1]).
-export([init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2,
         code_change/3]).

-define(AT_A_TIME, 16).

%% Called first, with what start_link/3 was given.
-callback init(Arguments :: term()) -> {ok, State :: term()} | {stop, Reason :: term()}.

%% A transaction has ended, complete or not (its `missing' says why not).
-callback handle_transaction(wirebeam:transaction(), State :: term()) ->
    {ok, State :: term()} | {stop, Reason :: term(), State :: term()}.

%% Something that receivers may read in different ways, or a limit. Without this callback no
%% anomalies are asked for.
-callback handle_anomaly(wirebeam:anomaly(), State :: term()) ->
    {ok, State :: term()} | {stop, Reason :: term(), State :: term()}.

%% Packets were lost. Without this callback the loss goes to the log.
-callback handle_lost(wirebeam:lost(), State :: term()) ->
    {ok, State :: term()} | {stop, Reason :: term(), State :: term()}.

%% The capture has ended (see the message `wirebeam_closed' of {@link wirebeam}), or the process
%% is to stop. Called last; not where there was no capture, as it could not be opened.
-callback handle_end(Reason :: term(), State :: term()) -> term().

-optional_callbacks([handle_anomaly/2, handle_lost/2]).

-record(state, {module :: module(),
                user :: term(),
                capture :: undefined | wirebeam:capture(),
                ended = none :: none | {ended, term()}}).

%% @doc Starts the process and opens the capture with the options of {@link wirebeam:open/1}, of
%% which `deliver' and `active' are chosen here.
-spec start_link(module(), term(), wirebeam:options()) -> {ok, pid()} | {error, term()} | ignore.
start_link(Module, Arguments, Options) ->
    gen_server:start_link(?MODULE, {Module, Arguments, Options}, []).

%% @doc The same with a registered name, as `{local, Name}'.
-spec start_link({local, atom()} | {global, term()} | {via, module(), term()}, module(), term(),
                 wirebeam:options()) -> {ok, pid()} | {error, term()} | ignore.
start_link(Name, Module, Arguments, Options) ->
    gen_server:start_link(Name, ?MODULE, {Module, Arguments, Options}, []).

%% @doc How a supervisor starts it: `transient', so that it comes again after a failure, but not
%% after the end of a file.
-spec child_spec(module(), term(), wirebeam:options()) -> supervisor:child_spec().
child_spec(Module, Arguments, Options) ->
    #{id => Module,
      start => {?MODULE, start_link, [Module, Arguments, Options]},
      restart => transient,
      modules => [?MODULE, Module]}.

%% @doc The capture of such a process, for {@link wirebeam:stats/1} and {@link
%% wirebeam:set_filter/2}.
-spec capture(gen_server:server_ref()) -> wirebeam:capture().
capture(Server) ->
    gen_server:call(Server, capture).

%% @private
-spec init({module(), term(), wirebeam:options()}) ->
          {ok, #state{}, {continue, start}} | {stop, term()}.
init({Module, Arguments, Options}) ->
    process_flag(trap_exit, true),
    case Module:init(Arguments) of
        {ok, User} -> open(Options, #state{module = Module, user = User});
        {stop, Reason} -> {stop, Reason}
    end.

open(Options, #state{module = Module} = State) ->
    Deliver = [transactions | [anomalies || erlang:function_exported(Module, handle_anomaly, 2)]],
    case wirebeam:open(Options#{deliver => Deliver, active => false}) of
        {ok, Capture} ->
            _ = monitor(process, Capture),
            {ok, State#state{capture = Capture}, {continue, start}};
        {error, Reason} -> {stop, Reason}
    end.

%% @private
-spec handle_continue(start, #state{}) -> {noreply, #state{}}.
handle_continue(start, State) ->
    ask(State).

ask(#state{capture = Capture} = State) ->
    _ = wirebeam:setopts(Capture, #{active => ?AT_A_TIME}),
    {noreply, State}.

%% @private
-spec handle_call(term(), gen_server:from(), #state{}) -> {reply, term(), #state{}}.
handle_call(capture, _From, #state{capture = Capture} = State) ->
    {reply, Capture, State};
handle_call(_Request, _From, State) ->
    {reply, {error, einval}, State}.

%% @private
-spec handle_cast(term(), #state{}) -> {noreply, #state{}}.
handle_cast(_Message, State) ->
    {noreply, State}.

%% @private
-spec handle_info(term(), #state{}) -> {noreply, #state{}} | {stop, term(), #state{}}.
handle_info({wirebeam, C, {transaction, Transaction}}, #state{capture = C} = State) ->
    call(handle_transaction, Transaction, State);
handle_info({wirebeam, C, {anomaly, Anomaly}}, #state{capture = C} = State) ->
    call(handle_anomaly, Anomaly, State);
handle_info({wirebeam, C, {lost, Lost}}, #state{capture = C, module = Module} = State) ->
    case erlang:function_exported(Module, handle_lost, 2) of
        true -> call(handle_lost, Lost, State);
        false -> logger:warning("wirebeam: ~p: packets lost: ~p", [Module, Lost]),
                 {noreply, State}
    end;
handle_info({wirebeam_passive, C}, #state{capture = C} = State) ->
    ask(State);
handle_info({wirebeam_closed, C, Reason}, #state{capture = C} = State) ->
    {stop, stop_reason(Reason), State#state{ended = {ended, Reason}}};
handle_info({'DOWN', _, process, C, Reason}, #state{capture = C} = State) -> % it was killed
    {stop, {exit, Reason}, State#state{ended = {ended, {exit, Reason}}}};
handle_info(_Message, State) ->
    {noreply, State}.

call(Callback, Event, #state{module = Module, user = User} = State) ->
    case Module:Callback(Event, User) of
        {ok, User1} -> {noreply, State#state{user = User1}};
        {stop, Reason, User1} -> {stop, Reason, State#state{user = User1}}
    end.

stop_reason(eof) -> normal;
stop_reason(Reason) -> Reason.

%% @private
-spec terminate(term(), #state{}) -> term().
terminate(_Reason, #state{ended = {ended, Reason}, module = Module, user = User}) ->
    Module:handle_end(Reason, User);
terminate(Reason, #state{capture = Capture, module = Module, user = User}) ->
    wirebeam:close(Capture),
    Module:handle_end(Reason, User).

%% @private Versions whose states differ are exchanged by a restart.
-spec code_change(term(), term(), term()) -> {ok, #state{}} | {error, other_state}.
code_change(_Version, #state{} = State, _Extra) -> {ok, State};
code_change(_Version, _State, _Extra) -> {error, other_state}.
