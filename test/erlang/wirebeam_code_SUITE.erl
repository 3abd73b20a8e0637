%% SPDX-License-Identifier: ISC
%% Code that is exchanged or unloaded while captures run: the modules with a library of C, of
%% either backend, and the processes' own.
-module(wirebeam_code_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("kernel/include/file.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam.hrl").

-compile([export_all, nowarn_export_all]).

-import(eventually, [wait_until/1]).
-import(capturing, [open/2, send/2, some_packets/2, resources/0]).

-define(FRAMES, 20000).

all() -> [{group, port}, {group, nif}].

groups() -> [{port, [], cases()}, {nif, [], cases()}].

cases() ->
    [reload_under_load, upgrade_under_load, unload_ends_workers, unload_under_load,
     exchange_under_load, exchange_by_release_handler, exchange_while_owners_wait,
     state_of_another_version].

init_per_suite(Config) ->
    Path = filename:join(?config(priv_dir, Config), "many.pcap"),
    savefile:write(Path, [frame(N) || N <- lists:seq(1, ?FRAMES)]),
    [{file, Path} | capturing:start(Config)].

frame(N) -> savefile:udp(N rem 65536, <<N:8000>>).

end_per_suite(Config) -> capturing:stop(Config).

init_per_group(port, Config) -> [{backend, port}, {module, wirebeam_memory} | Config];
init_per_group(nif, Config) -> [{backend, nif}, {module, wirebeam_nif} | Config].

end_per_group(_Backend, _Config) -> ok.

init_per_testcase(_Case, Config) -> Config.

end_per_testcase(_Case, _Config) -> capturing:none_is_left().

%% --- libraries --------------------------------------------------------------------------

reload_under_load(Config) ->
    Reader = reader(Config),
    [begin reload(?config(module, Config)), timer:sleep(5) end || _ <- lists:seq(1, 50)],
    stop_reader(Reader).

%% Delete, purge, load: the old code goes while the library is in use.
reload(Module) ->
    _ = code:purge(Module),
    {module, Module} = code:load_file(Module),
    _ = code:purge(Module),
    ok.

%% Another version from another directory: another library.
upgrade_under_load(Config) ->
    Module = ?config(module, Config),
    Old = code:lib_dir(wirebeam),
    Reader = reader(Config),
    [begin
         New = filename:join([?config(priv_dir, Config), ?config(backend, Config),
                              integer_to_list(N), "wirebeam-" ++ integer_to_list(N)]),
         copy(Old, New),
         ok = use_code(Module, New),
         Name = atom_to_list(Module),
         ?assertEqual(filename:join([New, "ebin", Name ++ ".beam"]), code:which(Module)),
         ?assert(is_mapped(filename:join([New, "priv", Name ++ ".so"]))),
         timer:sleep(20)
     end || N <- lists:seq(1, 5)],
    ok = use_code(Module, Old),
    stop_reader(Reader).

use_code(Module, Directory) ->
    true = code:replace_path(wirebeam, filename:join(Directory, "ebin")),
    reload(Module).

copy(From, To) ->
    [begin
         Target = filename:join([To, Directory, filename:basename(File)]),
         ok = filelib:ensure_dir(Target),
         {ok, _} = file:copy(File, Target),
         {ok, #file_info{mode = Mode}} = file:read_file_info(File),
         ok = file:change_mode(Target, Mode)
     end || Directory <- ["ebin", "priv"],
            File <- filelib:wildcard(filename:join([From, Directory, "*"]))],
    ok.

is_mapped(Library) ->
    {ok, Maps} = file:read_file("/proc/self/maps"),
    binary:match(Maps, unicode:characters_to_binary(Library)) =/= nomatch.

%% The module goes, and comes again when it is needed: as another library, to which the handle
%% of the old one is strange.
unload_ends_workers(Config) ->
    {ok, C} = open(Config, #{file => ?config(file, Config), active => false}),
    {ok, _} = wirebeam:recv(C, 1, 5000),
    timer:sleep(100), % the worker waits for credit: no message loads the module between
    unload(?config(module, Config)),
    ok = wirebeam:setopts(C, #{active => true}),
    {_, Reason} = read(C, []),
    ?assertEqual({exit, unloaded}, Reason),
    {Packets, eof} = read_all(Config),
    ?assertEqual(?FRAMES, length(Packets)).

unload(Module) ->
    _ = code:delete(Module),
    _ = code:purge(Module),
    ok.

%% At any moment: captures go on to their end or are told why not, and what was handed out
%% stays as it was. To purge is to kill who is just in the code, as a capture may be.
unload_under_load(Config) ->
    {_, eof} = read_all(Config),
    Before = resources(),
    Readers = [spawn_monitor(fun() -> exit({ends, [kept(read_all(Config))
                                                   || _ <- lists:seq(1, 20)]}) end)
               || _ <- lists:seq(1, 3)],
    unload_while_alive(?config(module, Config), Readers),
    Ends = lists:append([receive {'DOWN', Monitor, process, Pid, {ends, List}} -> List;
                                 {'DOWN', Monitor, process, Pid, Other} -> ct:fail(Other)
                         end || {Pid, Monitor} <- Readers]),
    ct:pal("~p", [[{End, length([x || E <- Ends, E =:= End])} || End <- lists:usort(Ends)]]),
    ?assertEqual([], lists:usort(Ends) -- [eof, {exit, unloaded}, killed]),
    ?assert(lists:member({exit, unloaded}, Ends)),
    erlang:garbage_collect(),
    wait_until(fun() -> lists:all(fun({Now, Then}) -> Now =< Then end,
                                  lists:zip(resources(), Before))
               end).

%% Not while the module is being loaded: the code server may lose it for good then.
unload_while_alive(Module, Readers) ->
    _ = erlang:module_loaded(Module) andalso unload(Module),
    timer:sleep(rand:uniform(40)),
    case lists:any(fun({Pid, _}) -> is_process_alive(Pid) end, Readers) of
        true -> unload_while_alive(Module, Readers);
        false -> ok
    end.

kept({Packets, Reason}) ->
    erlang:garbage_collect(),
    Expected = [frame(N) || N <- lists:seq(1, length(Packets))],
    ?assertEqual(Expected, [P#wirebeam_packet.data || P <- Packets]),
    ?assert(Reason =/= eof orelse length(Packets) =:= ?FRAMES),
    Reason.

%% --- processes --------------------------------------------------------------------------

%% New versions of the modules while packets come: the next message is handled by the new code.
exchange_under_load(Config) ->
    Reader = reader(Config),
    [begin
         exchange(Module, N),
         timer:sleep(10),
         wait_until(fun() -> code:soft_purge(Module) end)
     end || N <- lists:seq(1, 10),
            Module <- [wirebeam_capture, wirebeam_protocol, wirebeam_port, wirebeam_sup]],
    stop_reader(Reader),
    restore([wirebeam_capture, wirebeam_protocol, wirebeam_port, wirebeam_sup]).

%% As release_handler has it: suspended, told of the change, resumed.
exchange_by_release_handler(Config) ->
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", direction => in,
                             immediate => true}),
    [begin
         ok = sys:suspend(C),
         send(7001, [<<N>>]),
         exchange(wirebeam_capture, N),
         ok = sys:change_code(C, wirebeam_capture, N - 1, []),
         ok = sys:resume(C),
         [#wirebeam_packet{data = Data}] = some_packets(C, 1),
         ?assertEqual(N, binary:at(Data, 42)),
         ?assert(code:soft_purge(wirebeam_capture))
     end || N <- lists:seq(1, 5)],
    ?assertMatch({ok, #{source := #{seen := 5, delivered := 5}}}, wirebeam:stats(C)),
    ok = wirebeam:close(C),
    restore([wirebeam_capture]).

%% An owner in recv/2 is in the code that it called: it gets its answer all the same, and a soft
%% purge waits for that.
exchange_while_owners_wait(Config) ->
    Self = self(),
    spawn_link(fun() ->
                       {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001",
                                                direction => in, active => false}),
                       Self ! opened,
                       Self ! {received, wirebeam:recv(C, 0)},
                       ok = wirebeam:close(C)
               end),
    receive opened -> ok after 5000 -> ct:fail(not_opened) end,
    timer:sleep(50),
    exchange(wirebeam_capture, 1),
    ?assertNot(code:soft_purge(wirebeam_capture)),
    send(7001, [<<"one">>]),
    receive {received, Answer} -> ?assertMatch({ok, {packets, [_]}}, Answer)
    after 5000 -> ct:fail(nothing)
    end,
    wait_until(fun() -> code:soft_purge(wirebeam_capture) end),
    restore([wirebeam_capture]).

%% It is refused, and the capture goes on in the old one.
state_of_another_version(Config) ->
    [?assertEqual({error, other_state}, Module:code_change(1, {state, 1}, []))
     || Module <- [wirebeam_capture, wirebeam_http]],
    {ok, C} = open(Config, #{interface => "lo", filter => "udp port 7001", direction => in}),
    State = sys:get_state(C),
    ?assertEqual({ok, State}, wirebeam_capture:code_change(1, State, [])),
    ok = wirebeam:close(C).

%% Loads a module that differs in its version.
exchange(Module, Version) ->
    {ok, {_, [{abstract_code, {raw_abstract_v1, Forms}}]}} =
        beam_lib:chunks(beam(Module), [abstract_code]),
    [File, Name | Others] = Forms,
    Vsn = {attribute, erl_anno:new(1), vsn, Version},
    {ok, Module, Binary} = compile:forms([File, Name, Vsn | Others]),
    _ = code:purge(Module),
    {module, Module} = code:load_binary(Module, beam(Module), Binary),
    ?assertEqual([Version], proplists:get_value(vsn, Module:module_info(attributes))),
    ok.

beam(Module) ->
    filename:join([code:lib_dir(wirebeam), "ebin", atom_to_list(Module) ++ ".beam"]).

restore(Modules) ->
    [begin
         {module, Module} = code:load_file(Module),
         wait_until(fun() -> code:soft_purge(Module) end)
     end || Module <- Modules],
    ok.

%% --- help -------------------------------------------------------------------------------

%% Reads the file again and again: every time all of it comes.
reader(Config) ->
    Pid = spawn_link(fun() -> read_until_stopped(Config, 0) end),
    timer:sleep(20),
    Pid.

read_until_stopped(Config, Times) ->
    receive
        {stop, From} -> From ! {read, self(), Times}
    after 0 ->
            {Packets, eof} = read_all(Config),
            ?assertEqual(?FRAMES, length(Packets)),
            read_until_stopped(Config, Times + 1)
    end.

stop_reader(Pid) ->
    Pid ! {stop, self()},
    receive
        {read, Pid, Times} -> ct:pal("read ~p times", [Times]), ?assert(Times > 0)
    after 20000 -> ct:fail(reader)
    end.

read_all(Config) ->
    case open(Config, #{file => ?config(file, Config)}) of
        {ok, C} ->
            Monitor = monitor(process, C),
            Result = read(C, []),
            demonitor(Monitor, [flush]),
            Result;
        {error, {exit, unloaded} = Reason} -> {[], Reason};
        {error, closed} -> {[], killed}
    end.

read(C, Read) ->
    receive
        {wirebeam, C, {packets, Packets}} -> read(C, [Packets | Read]);
        {wirebeam_closed, C, Reason} -> {lists:append(lists:reverse(Read)), Reason};
        {'DOWN', _, process, C, killed} -> {lists:append(lists:reverse(Read)), killed}
    after 10000 -> ct:fail({not_closed, process_info(self(), messages)})
    end.
