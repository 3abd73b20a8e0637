%% SPDX-License-Identifier: ISC
%% Whatever processes of this or another node send to a capture: it answers, and goes on.
-module(wirebeam_hostile_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam.hrl").

-compile([export_all, nowarn_export_all]).

-import(capturing, [open/2, open_file/3]).

all() -> [{group, port}, {group, nif}].


groups() -> [{port, [], cases()}, {nif, [], cases()}].

cases() -> [hostile_terms, hostile_peer].

init_per_suite(Config) -> capturing:start(Config).

end_per_suite(Config) -> capturing:stop(Config).

init_per_group(Backend, Config) -> [{backend, Backend} | Config].

end_per_group(_Backend, _Config) -> ok.

init_per_testcase(_Case, Config) -> Config.

end_per_testcase(_Case, _Config) -> capturing:none_is_left().

%% Whatever processes of this or another node send: the capture answers, and goes on.
hostile_terms(Config) ->
    C = open_file(Config, [savefile:udp(N, <<>>) || N <- lists:seq(1, 10)], #{active => false}),
    Terms = [x, <<>>, [], {}, #{}, self(), make_ref(), -1, 1 bsl 70, 1.5, fun() -> ok end,
             "", [a | b], {take, x, y}, {take, -1, 0}, {take, 0, -1}, {take, 0, 1 bsl 40},
             {setopts, #{active => 0}}, {setopts, #{active => x}}, {setopts, #{}}, {setopts, x},
             {set_filter, x}, {set_filter, [300]}, {set_filter, {}},
             {set_filter, binary:copy(<<" ">>, 20 bsl 20)}, {pause, x}, {pause, C},
             {transfer, x, true}, {transfer, self(), 0}, {transfer, self(), x},
             {transfer, C, false}, {open, []}],
    [begin
         ?assertMatch({error, _}, catch gen_server:call(C, Term), Term),
         C ! Term,
         gen_server:cast(C, Term),
         C ! {'$gen_call', Term, stats},
         C ! {'$gen_call', {Term, Term}, Term},
         C ! {'DOWN', Term, process, Term, Term},
         C ! {timeout, Term, take}
     end || Term <- Terms],
    [C ! Term || Term <- [mailbox, spent]],
    {ok, {packets, Packets}} = wirebeam:recv(C, 0),
    ?assertEqual(10, length(Packets)),
    ok = wirebeam:close(C).

%% A node that has the cookie. It may call what it likes here, so what only it could do by that is
%% not tried: kill the capture, or pretend to be its owner, its port or its supervisor.
hostile_peer(Config) ->
    ok = machine:start_nodes(),
    {Peer, Node} = machine:start_node(hostile),
    Frames = [savefile:udp(N, <<N:32>>) || N <- lists:seq(1, 20000)],
    C = open_file(Config, Frames, #{active => false, batch_bytes => 10000}),
    {ok, Other} = open(Config, #{interface => "lo", filter => "udp port 7001"}),
    Strangers = #{ports => erlang:ports() -- links(C), others => links(Other)},
    Self = self(),
    spawn_link(fun() -> Self ! {attacked, erpc:call(Node, ?MODULE, attack, [C, Strangers])} end),
    {Answers, Meanwhile} = until_attacked(C, []),
    ?assertEqual([], [Answer || Answer <- Answers, not is_refusal(Answer)]),
    Later = received(C),
    ct:pal("~p packets meanwhile, ~p later", [length(Meanwhile), length(Later)]),
    ?assert(length(Meanwhile) > 1 andalso length(Later) > 1),
    ?assertEqual(Frames, Meanwhile ++ Later),
    ?assertMatch({ok, #{source := _}}, wirebeam:stats(Other)),
    ok = wirebeam:close(Other),
    ok = peer:stop(Peer),
    ok = machine:stop_nodes().

links(C) ->
    {links, Links} = process_info(C, links),
    [Port || Port <- Links, is_port(Port)].

%% Packets are taken one by one, so that there are some left when the attack is over.
until_attacked(C, Data) ->
    receive
        {attacked, Answers} -> {Answers, lists:reverse(Data)}
    after 1 ->
        {ok, {packets, [Packet]}} = wirebeam:recv(C, 1, 10000),
        until_attacked(C, [Packet#wirebeam_packet.data | Data])
    end.

received(C) ->
    case wirebeam:recv(C, 0, 10000) of
        {ok, {packets, Packets}} -> [P#wirebeam_packet.data || P <- Packets] ++ received(C);
        {error, {closed, eof}} -> []
    end.

is_refusal({error, _}) -> true;
is_refusal({'EXIT', _}) -> true;
is_refusal(_) -> false.

%% On the other node: the answers to what has one, none of which may be a success.
attack(C, Strangers) ->
    [signal(C, Term) || Term <- terms(C)],
    [[C ! Message || Message <- messages(Term, Strangers)] || Term <- terms(C)],
    [C ! Atom || Atom <- [mailbox, spent, timeout, stop, shutdown], _ <- lists:seq(1, 1000)],
    Requests = [gen_server:send_request(C, Term) || Term <- terms(C)],
    Answers = [element(2, gen_server:receive_response(Request, 10000)) || Request <- Requests],
    Answers ++ calls(C) ++ children(C).

%% An exit signal of a process that it is not linked to, and the end of one that it is.
signal(_C, Term) when Term =:= kill ->
    ok;
signal(C, Term) ->
    exit(C, Term),
    {Pid, Monitor} = spawn_monitor(fun() -> link(C), exit(Term) end),
    receive {'DOWN', Monitor, process, Pid, _} -> ok end.

terms(C) ->
    [x, <<>>, <<1, 4:32, "file">>, [], {}, #{}, self(), make_ref(), -1, 1 bsl 70, 1.5,
     fun() -> ok end, fun erlang:halt/1, "", [a | b], normal, shutdown, {shutdown, closed},
     binary:copy(<<5>>, 1 bsl 20), lists:seq(1, 10000), {take, 0, infinity}, {take, 0, 0},
     {take, x, y}, {setopts, #{active => 1 bsl 70}}, {setopts, [{active, true}]},
     {set_filter, <<"udp port port">>}, {set_filter, fun() -> ok end},
     {set_filter, binary:copy(<<" ">>, 2 bsl 20)}, {pause, self()}, {pause, C},
     {transfer, self(), once}, {transfer, C, true}, {open, [{file, <<"/etc/passwd">>}]},
     {batch, x}, {items, []}, {opened, <<>>}, {closed, eof}, {reply, 0, <<0>>}].

%% As the machine itself, gen_server, a port, the NIF or a timer would send them.
messages(Term, #{ports := Ports, others := Others}) ->
    Frame = <<9:32, 1, 4:32, "file">>,
    Strange = Ports ++ Others ++ erlang:ports() ++ [self(), make_ref(), Term],
    [Term, {Term, Term}, {Term, Term, Term},
     {'$gen_call', Term, stats}, {'$gen_call', {Term, Term}, stats},
     {'$gen_call', {self(), Term}, Term}, {'$gen_call', {self(), [alias | Term]}, Term},
     {'$gen_cast', Term}, {'$gen_cast', close}, {ack, Term, Term},
     {'DOWN', make_ref(), process, self(), Term}, {'DOWN', Term, port, Term, Term},
     {'EXIT', self(), Term}, {'EXIT', Term, Term},
     {timeout, make_ref(), take}, {timeout, Term, watch}, {timeout, make_ref(), mailbox},
     {timeout, make_ref(), watch}, {nif, Term}, {nif, make_ref(), Term},
     {nodedown, node()}, {io_reply, Term, Term}]
        ++ [{Port, {data, Data}} || Port <- Strange, Data <- [Frame, Term]]
        ++ [{Port, {exit_status, 0}} || Port <- Strange]
        ++ [{Port, closed} || Port <- Strange]
        ++ [{'EXIT', Port, Term} || Port <- Strange]
        ++ [{wirebeam_nif, Tag, <<1, 4:32, "file">>} || Tag <- Strange]
        ++ [{wirebeam_nif, Tag, exit, Term} || Tag <- Strange].

%% The functions that users have, with terms that they take and with those that they do not.
calls(C) ->
    [catch Call(Term) || Term <- terms(C),
                         Call <- [fun(T) -> wirebeam:recv(C, T) end,
                                  fun(T) -> wirebeam:recv(C, 0, T) end,
                                  fun(T) -> wirebeam:setopts(C, T) end,
                                  fun(T) -> wirebeam:setopts(C, #{active => T}) end,
                                  fun(T) -> wirebeam:setopts(C, #{active => true, T => T}) end,
                                  fun(_) -> wirebeam:set_filter(C, "udp port port") end,
                                  fun(_) -> wirebeam:controlling_process(C, self()) end]].

%% Of the supervisor, which has other captures.
children(C) ->
    Supervisor = {wirebeam_sup, node(C)},
    [supervisor:start_child(Supervisor, Arguments)
     || Term <- terms(C), erlang:external_size(Term) < 1000,
        Arguments <- [Term, [Term], [self(), Term], [self(), Term, Term]]].
