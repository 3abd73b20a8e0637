%% SPDX-License-Identifier: ISC
%% @private The network devices, asked of a worker of its own that ends with the answer.
-module(wirebeam_interfaces).

-export([list/0]).

-define(TIMEOUT_MS, 10000).

-spec list() -> {ok, [wirebeam:interface()]} | {error, wirebeam:reason() | timeout}.
list() ->
    case wirebeam_port:open() of
        {ok, Port} ->
            ok = wirebeam_port:command(Port, wirebeam_protocol:interfaces(0)),
            Answer = answer(Port),
            wirebeam_port:close(Port),
            Answer;
        Error ->
            Error
    end.

answer(Port) ->
    receive
        {Port, {data, Frame}} -> answer_of(wirebeam_protocol:decode(Frame));
        {Port, {exit_status, Status}} -> {error, {exit, Status}}
    after ?TIMEOUT_MS -> {error, timeout}
    end.

answer_of({reply, 0, {ok, Interfaces}}) -> {ok, wirebeam_protocol:interface_list(Interfaces)};
answer_of({reply, 0, {error, Reason}}) -> {error, Reason};
answer_of(_Other) -> {error, protocol}.
