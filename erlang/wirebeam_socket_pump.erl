%% SPDX-License-Identifier: ISC
%% @private The process that receives for the owner of an active socket and sends him what came.
%% It is there while the socket is active: when the credit is spent it says so, and ends.
%%
%% An owner that is always active gets no more while 32 messages wait in its mailbox: then packets
%% wait in the kernel, which counts those that it has no room for.
-module(wirebeam_socket_pump).

-export([start/3, add/2, stop/1]).

-define(MAILBOX, 32).
-define(MAILBOX_POLL_MS, 2).
-define(ACTIVE_MAX, 32767).

-type active() :: true | once | pos_integer().

-record(state,
        {socket :: wirebeam_socket_nif:socket(),
         owner :: pid(),
         monitor :: reference(),
         active :: active()}).

%% Starts the pump of a socket that has none, and is known to it.
-spec start(wirebeam_socket_nif:socket(), pid(), active()) -> ok.
start(Socket, Owner, Active) ->
    {Pid, Monitor} = spawn_monitor(fun() -> init(Socket, Owner, Active) end),
    Pid ! {request, self(), Monitor, start},
    case answer(Pid, Monitor) of
        {ok, ok} -> ok;
        gone -> ok % it had its credit spent, or was killed: as if it had been later
    end.

%% Sets the active mode; a number is added to one that is left. gone: there is no pump any more.
-spec add(pid(), active()) -> ok | {error, einval} | gone.
add(Pump, Active) ->
    case request(Pump, {active, Active}) of
        {ok, Answer} -> Answer;
        gone -> gone
    end.

%% Ends it. Afterwards no message comes; what is left of its credit is answered.
-spec stop(pid()) -> {ok, active()} | gone.
stop(Pump) ->
    request(Pump, stop).

request(Pump, Request) ->
    Monitor = monitor(process, Pump),
    Pump ! {request, self(), Monitor, Request},
    answer(Pump, Monitor).

answer(Pump, Monitor) ->
    receive
        {Monitor, Answer} ->
            demonitor(Monitor, [flush]),
            {ok, Answer};
        {'DOWN', Monitor, process, Pump, _} ->
            gone
    end.

%% --- the process ------------------------------------------------------------------------

init(Socket, Owner, Active) ->
    ok = wirebeam_socket_nif:set_pump(Socket, self()),
    receive
        {request, From, Reference, start} -> From ! {Reference, ok}
    end,
    try
        loop(#state{socket = Socket, owner = Owner, monitor = monitor(process, Owner),
                    active = Active})
    catch
        error:Reason when Reason =:= badarg; Reason =:= not_loaded ->
            %% Of a library that was unloaded.
            Owner ! {wirebeam_socket_closed, Socket, unloaded},
            ok
    end.

%% Requests go first.
loop(State) ->
    case next(State, 0) of
        timeout -> pull(State);
        Next -> Next
    end.

%% Waits for what concerns it.
next(#state{socket = Socket, monitor = Monitor} = State, Timeout) ->
    receive
        {request, From, Reference, Request} -> handle(Request, From, Reference, State);
        {'DOWN', Monitor, process, _, _} -> ok;
        {wirebeam_socket_nif, Socket, _} -> loop(State);
        _Strange -> next(State, Timeout)
    after Timeout -> timeout
    end.

handle({active, N}, From, Reference, #state{active = M} = State)
  when is_integer(N), is_integer(M), N + M > ?ACTIVE_MAX ->
    From ! {Reference, {error, einval}},
    loop(State);
handle({active, N}, From, Reference, #state{active = M} = State)
  when is_integer(N), is_integer(M) ->
    From ! {Reference, ok},
    loop(State#state{active = N + M});
handle({active, Active}, From, Reference, State) ->
    From ! {Reference, ok},
    loop(State#state{active = Active});
handle(stop, From, Reference, #state{active = Active} = State) ->
    leave(State),
    From ! {Reference, Active},
    ok.

%% The owner finds no pump any more when it gets the last message.
leave(#state{socket = Socket}) ->
    ok = wirebeam_socket_nif:cancel(Socket, read),
    ok = wirebeam_socket_nif:set_pump(Socket, none).

pull(#state{active = true, owner = Owner} = State) ->
    case process_info(Owner, message_queue_len) of
        {_, Length} when Length >= ?MAILBOX -> again(State, next(State, ?MAILBOX_POLL_MS));
        _ -> take(State)
    end;
pull(State) ->
    take(State).

again(State, timeout) -> loop(State);
again(_State, Next) -> Next.

take(#state{socket = Socket} = State) ->
    case wirebeam_socket_nif:recv(Socket) of
        {ok, Packets} -> deliver(Packets, State);
        wait -> next(State, infinity);
        {error, Reason} -> finish(Reason, State)
    end.

deliver(Packets, #state{socket = Socket, owner = Owner, active = Active} = State) ->
    Message = {wirebeam_socket, Socket, {packets, Packets}},
    case Active of
        once ->
            leave(State),
            Owner ! Message,
            ok;
        1 ->
            leave(State),
            Owner ! Message,
            Owner ! {wirebeam_socket_passive, Socket},
            ok;
        N when is_integer(N) ->
            Owner ! Message,
            loop(State#state{active = N - 1});
        true ->
            Owner ! Message,
            loop(State)
    end.

finish(Reason, #state{socket = Socket, owner = Owner} = State) ->
    leave(State),
    ok = wirebeam_socket_nif:close(Socket),
    Owner ! {wirebeam_socket_closed, Socket, Reason},
    ok.
