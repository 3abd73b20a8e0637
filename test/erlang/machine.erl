%% SPDX-License-Identifier: ISC
%% Other virtual machines: programs of their own, and nodes.
-module(machine).

-include_lib("common_test/include/ct.hrl").

-export([run/1, run/2, start_nodes/0, start_node/1, stop_nodes/0]).

-import(eventually, [wait_until/1]).

%% Runs a virtual machine with the code paths of this one to its end: status and output.
-spec run([string()]) -> {integer(), string()}.
run(Arguments) -> run([], Arguments).

%% By a command that runs others.
-spec run([string()], [string()]) -> {integer(), string()}.
run(Command, Arguments) ->
    Paths = lists:append([["-pa", Path] || Path <- code:get_path(), Path =/= "."]),
    [First | Others] = Command ++ ["erl", "-noshell", "-noinput" | Paths ++ Arguments],
    Port = open_port({spawn_executable, os:find_executable(First)},
                     [{args, Others}, {cd, "/"}, exit_status, stderr_to_stdout]),
    output(Port, []).

output(Port, Output) ->
    receive
        {Port, {data, Data}} -> output(Port, Output ++ Data);
        {Port, {exit_status, Status}} -> {Status, Output}
    after 60000 -> ct:fail({machine, Output})
    end.

%% This one becomes a node, and can start others.
start_nodes() ->
    "" = os:cmd("epmd -daemon"),
    wait_until(fun() -> erl_epmd:names({127, 0, 0, 1}) =:= {ok, []} end),
    {ok, _} = net_kernel:start(['consumer@127.0.0.1', longnames]),
    ok.

start_node(Name) ->
    {ok, Peer, Node} = peer:start_link(#{name => Name, host => "127.0.0.1", longnames => true,
                                         args => ["-pa" | code:get_path()]}),
    unlink(Peer),
    {Peer, Node}.

stop_nodes() ->
    ok = net_kernel:stop(),
    _ = os:cmd("epmd -kill"),
    ok.
