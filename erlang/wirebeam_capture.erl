%% SPDX-License-Identifier: ISC
%% @private The process of a capture. It takes the worker's frames from a backend and hands
%% what they hold to the owner, as its active mode allows. A frame that is taken up gives
%% the worker a credit for another one; so what waits here, and in the owner's
%% mailbox, is bounded, and behind a slow owner the kernel's ring fills, where drops are
%% counted.
%%
%%     opening --OPENED--> running --CLOSED, exit, nonsense--> over --told--> terminated
%%        \------CLOSED, exit, nonsense--> unopened --told--------------------^
%%
%% The worker may be hostile: a frame beyond its credit is nonsense, and where there is
%% nonsense the worker is ended at once, before the owner takes what came until then.
-module(wirebeam_capture).
-behaviour(gen_server).

-include("wirebeam.hrl").

-export([start_link/2, await/1, take/3, info/1, stats/1, set_filter/2, send/3, setopts/2,
         close/1, pause/2, transfer/3]).
-export([init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2,
         code_change/3]).

-define(WINDOW, 8).         % frames under way, at most
-define(MAILBOX, 32).       % messages that may wait in an owner that is always active
-define(MAILBOX_POLL_MS, 2).
-define(ANSWER_MS, 5000).   % who asks the worker waits so long

%% A worker that was asked is looked at so often, and is ended when so many looks in a row saw
%% no answer. They are counted, since a VM that itself stood still makes one look of it.
-define(LOOK_MS, 10000).
-define(LOOKS, 3).

%% A batch is made a list here and is garbage then: with room for one, it is never copied. With
%% more room the VM would collect on another thread, and wake that one each time.
-define(HEAP, [{min_heap_size, 1 bsl 16}, {min_bin_vheap_size, 1 bsl 20}]).

%% Requests come from any process of any node, whatever the functions below let through.
-define(ACTIVE_MAX, 32767).
-define(IS_ACTIVE(Active), (is_boolean(Active) orelse Active =:= once orelse
                            (is_integer(Active) andalso Active > 0
                             andalso Active =< ?ACTIVE_MAX))).
-define(IS_CALLER(From), (is_tuple(From) andalso tuple_size(From) =:= 2 andalso
                          is_pid(element(1, From)))).
-define(TIMEOUT_MAX, 16#ffffffff).
-define(SENDS_MAX, 64).      % that wait for the one before
-define(SEND_MAX, 4 bsl 20). % bytes of one
-define(FILTER_MAX, 1 bsl 20). % a command that is longer than the worker takes would end it

-type send() :: {gen_server:from(), wirebeam_protocol:packets(), none | reference()}.
%% The timer ends its waiting.

-record(state,
        {backend :: module(),
         worker :: wirebeam_backend:state(),
         phase = opening :: opening | unopened | running | over,
         end_reason :: term(),
         owner :: pid(),
         monitor :: reference(),
         active :: boolean() | once | pos_integer(),
         frames = queue:new() :: queue:queue([wirebeam_protocol:item()]),
         items = [] :: [wirebeam_protocol:item()], % left of the frame that is handed out
         spent = 0 :: non_neg_integer(),           % credit to be given back
         credit = 0 :: non_neg_integer(),          % frames that the worker may still send
         throttle = none :: none | reference(),    % the mailbox of an active owner is full:
                                                   % a timer until it is asked again
         opener :: undefined | gen_server:from(),  % waits for the end of opening
         info :: undefined | wirebeam_protocol:info(),
         taker :: undefined | {gen_server:from(), Max :: non_neg_integer(),
                               none | reference()},
         asked = #{} :: #{non_neg_integer() => {gen_server:from(), wirebeam_protocol:question()}},
         watch = none :: none | {reference(), LooksLeft :: pos_integer()}, % while it is asked
         sends = queue:new() :: queue:queue(send()), % that wait: one is with the worker
         is_sending = false :: boolean(),
         reference = 0 :: non_neg_integer(),
         wants_packets :: boolean(),               % and not their batches
         limits :: wirebeam_protocol:limits(),
         telemetry :: undefined | fun((list(), map(), map()) -> term())}).

%% --- calls ------------------------------------------------------------------------------

-spec start_link(pid(), wirebeam_options:options()) -> {ok, pid()} | {error, term()}.
start_link(Owner, Options) ->
    gen_server:start_link(?MODULE, {Owner, Options}, [{spawn_opt, ?HEAP}]).

%% Waits until the capture runs, or could not be opened.
-spec await(pid()) -> ok | {error, wirebeam:reason()}.
await(Capture) -> call(Capture, await).

%% The next item for an owner that is not active, with at most Max packets, and whether batches
%% are to be taken apart.
-spec take(pid(), non_neg_integer(), timeout()) ->
          {ok, wirebeam_protocol:item(), boolean()} | {error, term()}.
take(Capture, Max, Timeout) -> call(Capture, {take, Max, Timeout}).

-spec info(pid()) -> {ok, wirebeam_protocol:info()} | {error, term()}.
info(Capture) -> call(Capture, info).

-spec stats(pid()) -> {ok, wirebeam:stats()} | {error, term()}.
stats(Capture) -> call(Capture, stats, ?ANSWER_MS).

-spec set_filter(pid(), binary()) -> ok | {error, term()}.
set_filter(Capture, Filter) -> call(Capture, {set_filter, Filter}, ?ANSWER_MS).

%% The packets that were not sent: their index, from 0, and why.
-spec send(pid(), wirebeam_protocol:packets(), timeout()) ->
          {ok, [{non_neg_integer(), binary()}]} | {error, term()}.
send(Capture, Packets, Timeout) -> call(Capture, {send, Packets, Timeout}).

-spec setopts(pid(), wirebeam_options:options()) -> ok | {error, term()}.
setopts(Capture, Options) -> call(Capture, {setopts, Options}).

-spec close(pid()) -> ok.
close(Capture) ->
    _ = call(Capture, close),
    ok.

%% Stops the delivery to the caller, who must be the owner, if the other process may become the
%% owner. Answers the active mode.
-spec pause(pid(), pid()) -> {ok, wirebeam:active()} | {error, term()}.
pause(Capture, Owner) -> call(Capture, {pause, Owner}).

%% Makes another process the owner, in an active mode.
-spec transfer(pid(), pid(), wirebeam:active()) -> ok | {error, term()}.
transfer(Capture, Owner, Active) -> call(Capture, {transfer, Owner, Active}).

call(Capture, Request) ->
    call(Capture, Request, infinity).

call(Capture, Request, Timeout) ->
    try
        gen_server:call(Capture, Request, Timeout)
    catch
        exit:{timeout, _} -> {error, timeout};
        exit:_ -> {error, closed}
    end.

%% --- opening ----------------------------------------------------------------------------

-spec init({pid(), wirebeam_options:options()}) ->
          {ok, #state{}, {continue, {open, [{wirebeam_protocol:option(), binary()}]}}}
          | {stop, term()}.
init({Owner, #{backend := Name, active := Active} = Options}) ->
    process_flag(trap_exit, true),
    Backend = wirebeam_backend:module(Name),
    try Backend:open(Options, ?WINDOW) of
        {ok, Worker, MoreOptions} ->
            {ok, #state{backend = Backend, worker = Worker, owner = Owner,
                        monitor = monitor(process, Owner), active = Active,
                        wants_packets = not lists:member(batches, maps:get(deliver, Options)),
                        limits = wirebeam_protocol:limits(Options),
                        telemetry = maps:get(telemetry, Options, undefined)},
             {continue, {open, MoreOptions ++ wirebeam_options:for_worker(Options)}}};
        {error, Reason} ->
            {stop, Reason}
    catch
        error:undef -> {stop, {exit, unloaded}}
    end.

-spec handle_continue({open, [{wirebeam_protocol:option(), binary()}]}, #state{}) ->
          {noreply, #state{}}.
handle_continue({open, Options}, State) ->
    _ = command(wirebeam_protocol:open(Options), State),
    {noreply, State}.

opened(Info, #state{opener = Opener} = State) ->
    warn(Info),
    Running = give_credit(State#state{phase = running, opener = undefined, info = Info,
                                      spent = ?WINDOW}),
    reply(Opener, ok),
    hook([wirebeam, open], #{}, Running),
    Running.

%% Where the worker asked the system for more than there was.
warn(#{sandbox := #{missing := <<>>}}) ->
    ok;
warn(#{sandbox := #{missing := Missing}}) ->
    logger:warning("wirebeam: the worker is not confined as it should be: ~p", [Missing]).

%% --- requests ---------------------------------------------------------------------------

-spec handle_call(term(), gen_server:from(), #state{}) ->
          {reply, term(), #state{}} | {noreply, #state{}} | {stop, term(), term(), #state{}}
          | {stop, normal, #state{}}.
handle_call(_Request, From, State) when not ?IS_CALLER(From) ->
    {noreply, State};
handle_call(await, From, #state{phase = opening, opener = undefined} = State) ->
    {noreply, State#state{opener = From}};
handle_call(await, _From, #state{phase = opening} = State) ->
    {reply, {error, einval}, State};
handle_call(await, _From, #state{phase = unopened, end_reason = Reason} = State) ->
    {stop, normal, {error, open_error(Reason)}, State};
handle_call(await, _From, State) -> % it runs, or is at its end already
    {reply, ok, State};
handle_call(close, {Pid, _}, #state{owner = Pid} = State) ->
    {stop, normal, ok, State};
handle_call(close, _From, State) ->
    {stop, {shutdown, closed}, ok, State};
handle_call({take, Max, Timeout}, {Pid, _} = From, #state{owner = Pid} = State)
  when is_integer(Max), Max >= 0, Timeout =:= infinity;
       is_integer(Max), Max >= 0, is_integer(Timeout), Timeout >= 0, Timeout =< ?TIMEOUT_MAX ->
    take(From, Max, Timeout, State);
handle_call({take, _, _}, {Pid, _}, #state{owner = Owner} = State) when Pid =/= Owner ->
    {reply, {error, not_owner}, State};
handle_call(info, _From, #state{info = Info} = State) when Info =/= undefined ->
    {reply, {ok, Info}, State};
handle_call(stats, From, State) ->
    ask(From, stats, fun wirebeam_protocol:stats/1, State);
handle_call({set_filter, Filter}, From, State)
  when is_binary(Filter), byte_size(Filter) =< ?FILTER_MAX ->
    ask(From, set_filter, fun(Reference) -> wirebeam_protocol:set_filter(Reference, Filter) end,
        State);
handle_call({send, {Count, Lengths, Data} = Packets, Timeout}, From, #state{sends = Sends} = State)
  when is_integer(Count), is_binary(Lengths), byte_size(Lengths) =:= 4 * Count, is_binary(Data),
       byte_size(Lengths) + byte_size(Data) =< ?SEND_MAX,
       Timeout =:= infinity orelse (is_integer(Timeout) andalso Timeout >= 0) ->
    case queue:len(Sends) < ?SENDS_MAX of
        true -> Send = {From, Packets, send_timer(Timeout)},
                {noreply, send_next(State#state{sends = queue:in(Send, Sends)})};
        false -> {reply, {error, busy}, State}
    end;
handle_call({setopts, #{active := Active}}, _From, State) when ?IS_ACTIVE(Active) ->
    set_active(Active, State);
handle_call({pause, _}, {Pid, _}, #state{owner = Owner} = State) when Pid =/= Owner ->
    {reply, {error, not_owner}, State};
handle_call({pause, Owner}, _From, #state{active = Active, taker = undefined} = State)
  when is_pid(Owner) ->
    case objection(Owner, Active) of
        none -> {reply, {ok, Active}, State#state{active = false}};
        Reason -> {reply, {error, Reason}, State}
    end;
handle_call({transfer, _, _}, {Pid, _}, #state{owner = Owner} = State) when Pid =/= Owner ->
    {reply, {error, not_owner}, State};
handle_call({transfer, Owner, Active}, _From, #state{taker = undefined} = State)
  when is_pid(Owner), ?IS_ACTIVE(Active) ->
    case objection(Owner, Active) of
        none ->
            demonitor(State#state.monitor, [flush]),
            set_active(Active, State#state{owner = Owner, monitor = monitor(process, Owner)});
        Reason ->
            {reply, {error, Reason}, State}
    end;
handle_call(_Request, _From, State) ->
    {reply, {error, einval}, State}.

-spec handle_cast(term(), #state{}) -> {noreply, #state{}}.
handle_cast(_Message, State) ->
    {noreply, State}.

%% Why a process cannot be the owner in an active mode.
objection(Owner, true) when node(Owner) =/= node() -> remote_owner;
objection(Owner, _Active) when Owner =:= self() -> einval;
objection(_Owner, _Active) -> none.

set_active(true, #state{owner = Owner} = State) when node(Owner) =/= node() ->
    {reply, {error, remote_owner}, State};
set_active(_Active, #state{taker = Taker} = State) when Taker =/= undefined ->
    {reply, {error, einval}, State};
set_active(N, #state{active = M} = State) when is_integer(N), is_integer(M), N + M > ?ACTIVE_MAX ->
    {reply, {error, einval}, State};
set_active(N, #state{active = M} = State) when is_integer(N), is_integer(M) ->
    after_reply(ok, deliver(State#state{active = N + M}));
set_active(Active, State) ->
    after_reply(ok, deliver(State#state{active = Active})).

after_reply(Reply, {stop, State}) -> {stop, normal, Reply, State};
after_reply(Reply, State) -> {reply, Reply, State}.

%% Gives the worker the packets that have waited longest.
send_next(#state{is_sending = false, sends = Sends} = State) ->
    case queue:peek(Sends) of
        {value, {From, Packets, Timer}} ->
            Command = fun(Reference) ->
                              wirebeam_protocol:send(Reference, Packets, time_left(Timer))
                      end,
            case put_question(From, send, Command, State) of
                {ok, Asked} ->
                    cancel(Timer),
                    Asked#state{sends = queue:drop(Sends), is_sending = true};
                busy ->
                    _ = erlang:send_after(?MAILBOX_POLL_MS, self(), send_next),
                    State;
                Error ->
                    gen_server:reply(From, {error, Error}),
                    send_next(State#state{sends = queue:drop(Sends)})
            end;
        empty ->
            State
    end;
send_next(State) ->
    State.

send_timer(infinity) -> none;
send_timer(Timeout) -> erlang:start_timer(min(Timeout, ?TIMEOUT_MAX), self(), send).

time_left(none) -> infinity;
time_left(Timer) ->
    case erlang:read_timer(Timer) of
        false -> 0;
        Left -> Left
    end.

%% Of one that waited for too long nothing was sent.
send_is_late(Timer, #state{sends = Sends} = State) ->
    IsLate = fun({_, _, Its}) -> Its =:= Timer end,
    [gen_server:reply(From, {ok, [{Index, <<"etimedout">>} || Index <- lists:seq(0, Count - 1)]})
     || {From, {Count, _, _}, _} <- lists:filter(IsLate, queue:to_list(Sends))],
    State#state{sends = queue:filter(fun(Send) -> not IsLate(Send) end, Sends)}.

%% Asks the worker something that it replies to at once.
ask(From, Question, Command, State) ->
    case put_question(From, Question, Command, State) of
        {ok, Asked} -> {noreply, watch(Asked)};
        Error -> {reply, {error, Error}, State}
    end.

put_question(From, Question, Command, #state{reference = Reference, asked = Asked} = State) ->
    case command(Command(Reference), State) of
        ok -> {ok, State#state{reference = (Reference + 1) band 16#ffffffff,
                               asked = Asked#{Reference => {From, Question}}}};
        Error -> Error
    end.

watch(#state{watch = none} = State) ->
    State#state{watch = {erlang:start_timer(?LOOK_MS, self(), watch), ?LOOKS}};
watch(State) ->
    State.

%% Packets are sent for as long as their pace takes.
look(#state{asked = Asked, is_sending = IsSending} = State)
  when map_size(Asked) =:= 0; map_size(Asked) =:= 1, IsSending ->
    State#state{watch = none};
look(#state{watch = {_, 1}, backend = Backend, worker = Worker} = State) ->
    ok = Backend:kill(Worker),
    finish({error, timeout}, State#state{watch = none});
look(#state{watch = {_, Left}} = State) ->
    State#state{watch = {erlang:start_timer(?LOOK_MS, self(), watch), Left - 1}}.

take(From, Max, Timeout, #state{active = false, taker = undefined} = State) ->
    Timer = case Timeout of
                infinity -> none;
                _ -> erlang:start_timer(Timeout, self(), take)
            end,
    after_message(deliver(State#state{taker = {From, Max, Timer}}));
take(_From, _Max, _Timeout, State) ->
    {reply, {error, einval}, State}.

%% --- messages ---------------------------------------------------------------------------

-spec handle_info(term(), #state{}) -> {noreply, #state{}} | {stop, normal, #state{}}.
handle_info({'DOWN', Monitor, process, _, _}, #state{monitor = Monitor} = State) ->
    {stop, normal, State};
handle_info({timeout, Timer, take}, #state{taker = {From, _, Timer}} = State) ->
    gen_server:reply(From, {error, timeout}),
    {noreply, State#state{taker = undefined}};
handle_info({timeout, Timer, mailbox}, #state{throttle = Timer} = State) ->
    after_message(deliver(throttle(State)));
handle_info({timeout, Timer, send}, State) when is_reference(Timer) ->
    {noreply, send_is_late(Timer, State)};
handle_info({timeout, Timer, watch}, #state{watch = {Timer, _}} = State) ->
    after_message(look(State));
handle_info(spent, State) ->
    {noreply, give_credit(State)};
handle_info(send_next, State) ->
    {noreply, send_next(State)};
handle_info(unloaded, State) ->
    after_message(finish({exit, unloaded}, State));
handle_info(Message, State) ->
    case translated(Message, State) of
        {frames, Frames, Worker1} ->
            after_message(take_frames(Frames, State#state{worker = Worker1}));
        {exit, Reason} -> after_message(finish(Reason, State));
        ignore -> {noreply, State}
    end.

translated(Message, #state{backend = Backend, worker = Worker}) ->
    try
        Backend:handle_info(Message, Worker)
    catch
        error:undef -> {exit, {exit, unloaded}}
    end.

after_message({stop, State}) -> {stop, normal, State};
after_message(State) -> {noreply, State}.

take_frames([Frame | Frames], #state{phase = Phase} = State)
  when Phase =:= opening; Phase =:= running ->
    case take_frame(decoded(Frame, State), State) of
        {stop, Stopped} -> {stop, Stopped};
        State1 -> take_frames(Frames, State1)
    end;
take_frames(_Frames, State) ->
    State.

%% What has no credit is not even looked at.
decoded(Frame, #state{credit = Credit, limits = Limits}) ->
    case Credit > 0 orelse not wirebeam_protocol:takes_credit(Frame) of
        true -> wirebeam_protocol:decode(Frame, Limits);
        false -> protocol_error
    end.

take_frame({items, Items}, #state{phase = running, frames = Frames, credit = Credit} = State) ->
    deliver(State#state{frames = queue:in(Items, Frames), credit = Credit - 1});
take_frame({opened, Info}, #state{phase = opening} = State) ->
    opened(Info, State);
take_frame({reply, Reference, Reply}, #state{asked = Asked} = State)
  when is_map_key(Reference, Asked) ->
    {{From, Question}, Others} = maps:take(Reference, Asked),
    case wirebeam_protocol:answer(Question, Reply) of
        protocol_error ->
            finish({error, protocol}, State);
        Answer ->
            gen_server:reply(From, Answer),
            answered(Question, State#state{asked = Others})
    end;
take_frame({closed, Reason}, State) ->
    finish(closed_reason(Reason), State);
take_frame(_Frame, State) ->
    finish({error, protocol}, State).

answered(send, State) -> send_next(lives(State#state{is_sending = false}));
answered(_Question, State) -> lives(State).

lives(#state{watch = {Timer, _}} = State) -> State#state{watch = {Timer, ?LOOKS}};
lives(State) -> State.

closed_reason(eof) -> eof;
closed_reason(Reason) -> {error, Reason}.

%% The worker has ended, or is ended now: nothing more comes from it.
finish(Reason, #state{phase = opening, opener = undefined} = State) ->
    end_worker(State#state{phase = unopened, end_reason = Reason});
finish(Reason, #state{phase = opening, opener = Opener} = State) ->
    reply(Opener, {error, open_error(Reason)}),
    {stop, State#state{phase = unopened, opener = undefined}};
finish(Reason, #state{phase = running} = State) ->
    hook([wirebeam, closed], #{}, State),
    deliver(end_worker(State#state{phase = over, end_reason = Reason}));
finish(_Reason, State) ->
    State.

open_error({error, Reason}) -> Reason;
open_error(Reason) -> Reason.

end_worker(#state{asked = Asked, sends = Sends} = State) ->
    ok = close_worker(State),
    maps:foreach(fun(_, {From, _}) -> gen_server:reply(From, {error, closed}) end, Asked),
    [gen_server:reply(From, {error, closed}) || {From, _, _} <- queue:to_list(Sends)],
    State#state{asked = #{}, sends = queue:new()}.

%% Of a module that is not there, the worker ends with this process.
close_worker(#state{backend = Backend, worker = Worker}) ->
    try
        Backend:close(Worker)
    catch
        error:undef -> ok
    end.

%% An owner who waits for messages is told of an end that it did not cause.
-spec terminate(term(), #state{}) -> ok.
terminate(normal, State) ->
    _ = end_worker(State),
    ok;
terminate(Reason, #state{phase = Phase} = State) ->
    Ended = end_worker(State#state{end_reason = terminate_reason(Reason)}),
    case Phase =:= running orelse Phase =:= over of
        true -> _ = tell_waiting(Ended), ok;
        false -> ok
    end.

terminate_reason({shutdown, closed}) -> closed;
terminate_reason(Reason) -> {exit, Reason}.

tell_waiting(#state{active = false, taker = undefined} = State) -> State;
tell_waiting(State) -> tell_end(State).

%% Versions whose states differ are exchanged by a restart of the application.
-spec code_change(term(), term(), term()) -> {ok, #state{}} | {error, other_state}.
code_change(_Version, #state{} = State, _Extra) -> {ok, State};
code_change(_Version, _State, _Extra) -> {error, other_state}.

%% --- delivery ---------------------------------------------------------------------------

%% Hands out as much as the owner's mode allows now.
deliver(#state{active = false, taker = undefined} = State) ->
    State;
deliver(#state{throttle = Timer} = State) when Timer =/= none ->
    State;
deliver(#state{items = [Item | Items]} = State) ->
    deliver(throttle(hand_out(Item, State#state{items = Items})));
deliver(#state{items = [], frames = Frames, phase = Phase} = State) ->
    case queue:out(Frames) of
        {{value, Items}, Left} ->
            deliver(give_credit(State#state{items = Items, frames = Left,
                                            spent = State#state.spent + 1}));
        {empty, _} when Phase =:= over ->
            tell_end(State);
        {empty, _} ->
            State
    end.

hand_out(Item, #state{taker = {From, Max, Timer}} = State) ->
    cancel(Timer),
    {First, State1} = at_most(Max, Item, State),
    gen_server:reply(From, {ok, First, State#state.wants_packets}),
    hook_item(First, State1),
    State1#state{taker = undefined};
hand_out(Item, #state{owner = Owner, active = Active} = State) ->
    Owner ! {wirebeam, self(), event(Item, State)},
    hook_item(Item, State),
    State#state{active = less(Active, State)}.

event({batch, Batch}, #state{wants_packets = true}) ->
    {packets, wirebeam_protocol:packets(Batch)};
event(Item, _State) ->
    Item.

at_most(Max, {batch, #wirebeam_batch{count = Count} = Batch}, #state{items = Items} = State)
  when Max > 0, Max < Count ->
    {First, Others} = wirebeam_protocol:split(Max, Batch),
    {{batch, First}, State#state{items = [{batch, Others} | Items]}};
at_most(_Max, Item, State) ->
    {Item, State}.

less(true, _State) -> true;
less(once, _State) -> false;
less(1, #state{owner = Owner}) ->
    Owner ! {wirebeam_passive, self()},
    false;
less(N, _State) -> N - 1.

%% An owner that is always active is asked how much it has to do.
throttle(#state{active = true, owner = Owner} = State) ->
    case process_info(Owner, message_queue_len) of
        {message_queue_len, Length} when Length >= ?MAILBOX ->
            Timer = erlang:start_timer(?MAILBOX_POLL_MS, self(), mailbox),
            State#state{throttle = Timer};
        _ ->
            State#state{throttle = none}
    end;
throttle(State) ->
    State#state{throttle = none}.

%% Half of the window at a time.
give_credit(#state{spent = Spent, phase = running} = State) when Spent >= ?WINDOW div 2 ->
    case command(wirebeam_protocol:credit(Spent), State) of
        ok ->
            State#state{spent = 0, credit = State#state.credit + Spent};
        busy ->
            _ = erlang:send_after(?MAILBOX_POLL_MS, self(), spent),
            State;
        closed ->
            State
    end;
give_credit(State) ->
    State.

tell_end(#state{taker = {From, _, Timer}, end_reason = Reason} = State) ->
    cancel(Timer),
    gen_server:reply(From, {error, {closed, Reason}}),
    {stop, State#state{taker = undefined}};
tell_end(#state{owner = Owner, end_reason = Reason} = State) ->
    Owner ! {wirebeam_closed, self(), Reason},
    {stop, State}.

%% --- small things -----------------------------------------------------------------------

%% A backend's module may be deleted at any moment.
command(Command, #state{backend = Backend, worker = Worker}) ->
    try
        Backend:command(Worker, Command)
    catch
        error:undef ->
            self() ! unloaded,
            closed
    end.

reply(undefined, _Answer) -> ok;
reply(From, Answer) -> gen_server:reply(From, Answer).

cancel(none) ->
    ok;
cancel(Timer) ->
    _ = erlang:cancel_timer(Timer),
    receive
        {timeout, Timer, _} -> ok
    after 0 -> ok
    end.

hook_item(_Item, #state{telemetry = undefined}) -> ok;
hook_item({batch, #wirebeam_batch{count = Count} = Batch}, State) ->
    hook([wirebeam, packets],
         #{count => Count, bytes => wirebeam_protocol:byte_count(Batch)}, State);
hook_item({streams, Events}, State) ->
    hook([wirebeam, streams], #{count => length(Events)}, State);
hook_item({lost, Lost}, State) ->
    hook([wirebeam, lost], Lost, State);
hook_item({Kind, _}, State) ->
    hook([wirebeam, Kind], #{count => 1}, State).

%% A hook that fails costs a line in the log.
hook(_Event, _Measurements, #state{telemetry = undefined}) ->
    ok;
hook(Event, Measurements, #state{telemetry = Hook, owner = Owner}) ->
    try
        _ = Hook(Event, Measurements, #{capture => self(), owner => Owner}),
        ok
    catch
        Class:Reason ->
            logger:warning("wirebeam: the hook failed on ~p: ~p:~p", [Event, Class, Reason])
    end.
