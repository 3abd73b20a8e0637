%% SPDX-License-Identifier: ISC
%% Whom a capture belongs to, and how it ends: with its owner, with the application, with its
%% worker. Live cases capture on loopback: run this in a network namespace (scripts/test does).
-module(wirebeam_life_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam.hrl").

-compile([export_all, nowarn_export_all]).

-import(eventually, [wait_until/1]).
-import(capturing, [open/2, open_file/3, path/1, all_packets/1, until_closed/1, some_packets/2,
                    flush/1, send/2, mailbox/0, worker_of/1, resources/0]).

all() -> [{group, port}, {group, nif}].


%% A thread of this VM cannot be killed or stopped.
groups() -> [{port, [], cases() ++ [worker_is_killed, killed_under_load, worker_is_slow,
                                    worker_is_frozen]},
             {nif, [], cases()}].

cases() ->
    [owner_dies, controlling_process_moves_messages, only_the_owner_receives,
     owners_that_cannot_be, closed_by_another, application_stops, application_is_stopped,
     application_stops_under_load, close_twice, many_opened].

init_per_suite(Config) -> capturing:start(Config).

end_per_suite(Config) -> capturing:stop(Config).

init_per_group(Backend, Config) -> [{backend, Backend} | Config].

end_per_group(_Backend, _Config) -> ok.

init_per_testcase(_Case, Config) -> Config.

end_per_testcase(_Case, _Config) -> capturing:none_is_left().

%% --- owners -----------------------------------------------------------------------------

owner_dies(Config) ->
    Self = self(),
    Path = path(Config),
    savefile:write(Path, [savefile:udp(1, <<>>)]),
    {Pid, Monitor} =
        spawn_monitor(fun() ->
                              {ok, C} = open(Config, #{file => Path, active => false}),
                              Self ! {opened, C},
                              receive never -> ok end
                      end),
    C = receive {opened, Capture} -> Capture after 5000 -> ct:fail(not_opened) end,
    CMonitor = monitor(process, C),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, killed} -> ok end,
    receive {'DOWN', CMonitor, process, C, normal} -> ok after 5000 -> ct:fail(alive) end.

controlling_process_moves_messages(Config) ->
    Frames = [savefile:udp(N, <<>>) || N <- lists:seq(1, 10)],
    C = open_file(Config, Frames, #{batch_bytes => 1, active => 5}),
    wait_until(fun() -> mailbox() >= 3 end),
    Self = self(),
    New = spawn_link(fun() ->
                             receive go -> ok end,
                             ok = wirebeam:setopts(C, #{active => true}),
                             Self ! {packets, all_packets(C)}
                     end),
    ok = wirebeam:controlling_process(C, New),
    New ! go,
    receive
        {packets, Packets} ->
            ?assertEqual(Frames, [P#wirebeam_packet.data || P <- Packets])
    after 5000 -> ct:fail(nothing)
    end,
    receive {wirebeam, C, _} -> ct:fail(left) after 0 -> ok end.

only_the_owner_receives(Config) ->
    C = open_file(Config, [savefile:udp(1, <<>>)], #{active => false}),
    Self = self(),
    spawn_link(fun() -> Self ! {answer, wirebeam:recv(C, 0),
                                wirebeam:controlling_process(C, self())} end),
    receive {answer, A, B} -> ?assertEqual({{error, not_owner}, {error, not_owner}}, {A, B}) end,
    ok = wirebeam:close(C).

%% Who cannot be the owner is not: the old one stays.
owners_that_cannot_be(Config) ->
    Remote = a_remote_pid(),
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", direction => in}),
    ?assertEqual({error, remote_owner}, wirebeam:controlling_process(C, Remote)),
    ?assertEqual({error, einval}, wirebeam:controlling_process(C, C)),
    send(7001, [<<"one">>]),
    [_] = some_packets(C, 1),
    ok = wirebeam:close(C).

%% Of a node that there is not: as this one is not distributed, it cannot have one of its own.
a_remote_pid() ->
    Node = <<"other@nowhere">>,
    binary_to_term(<<131, 88, 119, (byte_size(Node)), Node/binary, 1:32, 0:32, 1:32>>).

%% The owner waits for messages, and gets to know.
closed_by_another(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001"}),
    spawn_link(fun() -> ok = wirebeam:close(C) end),
    receive {wirebeam_closed, C, Reason} -> ?assertEqual(closed, Reason)
    after 5000 -> ct:fail(not_told)
    end.

application_stops(Config) ->
    Path = path(Config),
    savefile:write(Path, [savefile:udp(N rem 65536, <<0:8000>>) || N <- lists:seq(1, 20000)]),
    {ok, Active} = open(Config, #{interface => "lo", filter => "udp port 7001"}),
    {ok, Loaded} = open(Config, #{file => Path, batch_bytes => 65536}),
    Self = self(),
    Receiver = spawn_link(fun() ->
                                  {ok, C} = open(Config, #{interface => "lo", active => false,
                                                           filter => "udp port 7001"}),
                                  Self ! opened,
                                  Self ! {received, wirebeam:recv(C, 0)}
                          end),
    receive opened -> ok after 5000 -> ct:fail(Receiver) end,
    timer:sleep(50),
    ok = application:stop(wirebeam),
    receive {wirebeam_closed, Active, Reason} -> ?assertEqual({exit, shutdown}, Reason)
    after 5000 -> ct:fail(not_told)
    end,
    ?assertMatch({_, {exit, shutdown}}, until_closed(Loaded)),
    receive {received, Error} -> ?assertEqual({error, {closed, {exit, shutdown}}}, Error)
    after 5000 -> ct:fail(not_told)
    end,
    ?assertEqual({error, closed}, wirebeam:stats(Active)),
    ok = application:start(wirebeam).

application_is_stopped(Config) ->
    ok = application:stop(wirebeam),
    ?assertEqual({error, not_started}, open(Config, #{interface => "lo"})),
    ok = application:start(wirebeam).

%% Owners open one capture after the other. Whatever the stop hits, each gets to know, nothing
%% is left behind, and what was handed out stays as it was.
application_stops_under_load(Config) ->
    Path = path(Config),
    savefile:write(Path, [numbered(N) || N <- lists:seq(0, 9999)]),
    under_load(Config, Path, 0),
    Before = resources(),
    [under_load(Config, Path, Ms) || Ms <- [0, 1, 5, 20, 50, 100, 200, 500]],
    wait_until(fun() -> lists:all(fun({Now, Then}) -> Now =< Then end,
                                  lists:zip(resources(), Before))
               end).

numbered(N) -> savefile:udp(7, binary:copy(<<N:32>>, 250)).

under_load(Config, Path, Ms) ->
    Owners = [spawn_monitor(fun() -> read_until_stopped(Config, Path, Active) end)
              || Active <- [true, false, 1, true, false, 1]],
    timer:sleep(Ms),
    ok = application:stop(wirebeam),
    ?assertEqual([], [Port || Port <- erlang:ports(),
                              lists:suffix("/wirebeam-port", program(Port))]),
    [receive {'DOWN', Monitor, process, Pid, Reason} -> ?assertEqual(stopped, Reason)
     after 10000 -> ct:fail({not_told, process_info(Pid)})
     end || {Pid, Monitor} <- Owners],
    ok = application:start(wirebeam).

program(Port) ->
    case erlang:port_info(Port, name) of
        {name, Name} -> Name;
        undefined -> ""
    end.

read_until_stopped(Config, Path, Active) ->
    case open(Config, #{file => Path, active => Active, batch_bytes => 65536}) of
        {ok, C} ->
            {Packets, Reason} = read(C, Active, []),
            erlang:garbage_collect(),
            Count = length(Packets),
            ?assertEqual([numbered(N) || N <- lists:seq(0, Count - 1)],
                         [P#wirebeam_packet.data || P <- Packets]),
            case Reason of
                eof when Count =:= 10000 -> read_until_stopped(Config, Path, Active);
                {exit, shutdown} -> exit(stopped);
                closed -> exit(stopped) % nobody waited when it ended
            end;
        {error, Reason} when Reason =:= not_started; Reason =:= closed ->
            exit(stopped)
    end.

read(C, false, Read) ->
    case wirebeam:recv(C, 0) of
        {ok, {packets, Packets}} -> read(C, false, [Packets | Read]);
        {error, {closed, Reason}} -> {lists:append(lists:reverse(Read)), Reason};
        {error, closed} -> {lists:append(lists:reverse(Read)), closed}
    end;
read(C, Active, Read) ->
    receive
        {wirebeam, C, {packets, Packets}} -> read(C, Active, [Packets | Read]);
        {wirebeam_passive, C} ->
            case wirebeam:setopts(C, #{active => Active}) of
                ok -> read(C, Active, Read);
                {error, closed} -> {lists:append(lists:reverse(Read)), closed}
            end;
        {wirebeam_closed, C, Reason} -> {lists:append(lists:reverse(Read)), Reason}
    end.

close_twice(Config) ->
    C = open_file(Config, [savefile:udp(1, <<>>)], #{active => false}),
    ok = wirebeam:close(C),
    ok = wirebeam:close(C),
    ?assertEqual({error, closed}, wirebeam:stats(C)).

%% --- the worker -------------------------------------------------------------------------

worker_is_killed(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", direction => in}),
    send(7001, lists:duplicate(100, <<0:8000>>)),
    "" = os:cmd("kill -9 " ++ worker_of(C)),
    receive {wirebeam_closed, C, Reason} -> ?assertEqual({exit, 137}, Reason)
    after 5000 -> ct:fail(not_told)
    end,
    ?assertEqual("", os:cmd("pgrep wirebeam-port")),
    {ok, Again} = open(Config, #{interface => "lo"}),
    ok = wirebeam:close(Again),
    flush(C).

%% A kill at any moment of a delivery is told once, after what was delivered.
killed_under_load(Config) ->
    Path = path(Config),
    savefile:write(Path, [savefile:udp(N rem 65536, <<N:4000>>) || N <- lists:seq(1, 50000)]),
    %% Credit holds it back before the end of the file: each kill hits a worker that has more.
    [begin
         {ok, C} = open(Config, #{file => Path, memory => Memory, active => false}),
         {ok, {packets, First}} = wirebeam:recv(C, 0),
         %% Either way there are blocks as the file's reader wants them.
         {ok, #{worker := #{lent_frames := Lent}}} = wirebeam:stats(C),
         ?assert(Lent > 0, Memory),
         Worker = worker_of(C),
         spawn_link(fun() -> timer:sleep(Ms), os:cmd("kill -9 " ++ Worker) end),
         {Count, {exit, _}} = slowly(C, length(First)),
         ?assert(Count < 50000)
     end || Ms <- [0, 1, 2, 5, 10, 20], Memory <- [pipe, shared]],
    wait_until(fun() -> os:cmd("pgrep wirebeam-port") =:= "" end).

slowly(C, Count) ->
    timer:sleep(1),
    case wirebeam:recv(C, 100) of
        {ok, {packets, Packets}} -> slowly(C, Count + length(Packets));
        {error, {closed, Reason}} -> {Count, Reason}
    end.

%% Who asks it is told after five seconds; but it is only slow, and the capture goes on.
worker_is_slow(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", direction => in}),
    "" = os:cmd("kill -STOP " ++ worker_of(C)),
    ?assertEqual({error, timeout}, wirebeam:stats(C)),
    send(7001, [<<"one">>]),
    "" = os:cmd("kill -CONT " ++ worker_of(C)),
    [_] = some_packets(C, 1),
    ?assertMatch({ok, #{source := #{seen := 1, delivered := 1}}}, wirebeam:stats(C)),
    ok = wirebeam:close(C).

%% One that answers nothing for half a minute is killed; what came before it is delivered.
worker_is_frozen(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", direction => in}),
    send(7001, [<<"one">>]),
    [_] = some_packets(C, 1),
    "" = os:cmd("kill -STOP " ++ worker_of(C)),
    Start = erlang:monotonic_time(second),
    ?assertEqual({error, timeout}, wirebeam:stats(C)),
    receive {wirebeam_closed, C, Reason} -> ?assertEqual({error, timeout}, Reason)
    after 60000 -> ct:fail(not_told)
    end,
    ?assert(erlang:monotonic_time(second) - Start >= 29),
    wait_until(fun() -> os:cmd("pgrep wirebeam-port") =:= "" end).

many_opened(Config) ->
    Path = path(Config),
    savefile:write(Path, [savefile:udp(1, <<>>)]),
    cycles(Config, Path, 20),
    Before = resources(), Bytes = erlang:memory(total),
    cycles(Config, Path, 1000),
    wait_until(fun() -> lists:all(fun({Now, Then}) -> Now =< Then end,
                                  lists:zip(resources(), Before))
               end),
    [erlang:garbage_collect(Pid) || Pid <- [self(), whereis(wirebeam_sup)]],
    Growth = erlang:memory(total) - Bytes,
    ct:pal("the VM has ~b bytes more", [Growth]),
    ?assert(Growth < 1 bsl 20).

cycles(Config, Path, Count) ->
    [begin
         {ok, C} = open(Config, #{file => Path, active => N rem 2 =:= 0}),
         ok = wirebeam:close(C),
         flush(C)
     end || N <- lists:seq(1, Count)].
