%% SPDX-License-Identifier: ISC
%% @private The network devices, asked of a worker of its own that ends with the answer.
-module(wirebeam_interfaces).

-export([list/0]).

-define(TIMEOUT_MS, 10000).

%% In a process of its own, whose mailbox has nothing else.
-spec list() -> {ok, [wirebeam:interface()]} | {error, wirebeam:reason() | timeout}.
list() ->
    {Pid, Monitor} = spawn_monitor(fun answer_and_exit/0),
    receive
        {'DOWN', Monitor, process, Pid, {answer, Answer}} -> Answer;
        {'DOWN', Monitor, process, Pid, Reason} -> {error, {exit, Reason}}
    end.

-spec answer_and_exit() -> no_return().
answer_and_exit() ->
    exit({answer, ask()}).

ask() ->
    case wirebeam_port:open() of
        {ok, Worker} ->
            _ = wirebeam_port:command(Worker, wirebeam_protocol:interfaces(0)),
            answer(Worker);
        Error ->
            Error
    end.

answer(Worker) ->
    receive
        Message ->
            case wirebeam_port:handle_info(Message, Worker) of
                {frames, [Frame | _], _} -> answer_of(decoded(Frame));
                {frames, [], Waiting} -> answer(Waiting);
                {exit, Reason} -> {error, Reason};
                ignore -> answer(Worker)
            end
    after ?TIMEOUT_MS -> {error, timeout}
    end.

decoded(Frame) ->
    wirebeam_protocol:decode(Frame, wirebeam_protocol:limits(#{})).

answer_of({reply, 0, Reply}) ->
    case wirebeam_protocol:answer(interfaces, Reply) of
        protocol_error -> {error, protocol};
        Answer -> Answer
    end;
answer_of(_Other) ->
    {error, protocol}.
