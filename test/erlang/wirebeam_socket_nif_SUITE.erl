%% SPDX-License-Identifier: ISC
%% What the NIF of raw sockets alone can do wrong: take an argument that harms the VM, leave
%% descriptors behind, hold a scheduler, not survive that its module is exchanged.
-module(wirebeam_socket_nif_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-compile([export_all, nowarn_export_all]).

-import(eventually, [wait_until/1]).

-define(TRIES, 5).
-define(MAX_CALL_US, 1000).
-define(MAX_GROWTH, 4 bsl 20).
-define(HERE, "wbn0").
-define(THERE, "wbn1").

all() ->
    [strange_terms, strange_arguments, closed_sockets, descriptors_of_others, ioctls, ioctl_sizes,
     filters_of_noise, sockets_of_other_processes, close_while_others_call, cycles_leave_nothing,
     calls_are_short, reload_under_load, upgrade_under_load, unload_and_load, halt_under_load].

init_per_suite(Config) ->
    ok = network:shell("ip link add " ?HERE " type veth peer name " ?THERE),
    [ok = network:shell(["ip link set ", Name, " addrgenmode none up"]) || Name <- [?HERE, ?THERE]],
    Config.

end_per_suite(_Config) ->
    network:drop(?HERE).

init_per_testcase(_Case, Config) ->
    erlang:garbage_collect(),
    [{descriptors, descriptors()} | Config].

end_per_testcase(_Case, Config) ->
    erlang:garbage_collect(),
    wait_until(fun() -> descriptors() =< ?config(descriptors, Config) end).

%% --- arguments --------------------------------------------------------------------------

functions() ->
    [{Name, Arity} || {Name, Arity} <- wirebeam_socket_nif:module_info(exports),
                      not lists:member(Name, [module_info, load])].

strange() ->
    [nothing, '', 0, -1, 1 bsl 31, 1 bsl 32, 1 bsl 64, -1 bsl 64, 1.5, <<>>, <<1:3>>, <<0>>,
     binary:copy(<<0>>, 1 bsl 20), [], [1 | 2], [<<"a">> | <<"b">>], "text", [<<1:7>>], {},
     {1, 2}, {<<>>, <<>>}, #{}, #{a => 1}, self(), make_ref(), fun() -> ok end,
     list_to_tuple(lists:seq(1, 1000)), lists:seq(1, 1000)].

%% In the place of the socket: each raises badarg, and so does every other first argument but
%% those that the function is for.
strange_terms(_Config) ->
    [?assertError(badarg, apply(wirebeam_socket_nif, Name,
                                [Term | lists:duplicate(Arity - 1, <<>>)]))
     || {Name, Arity} <- functions(), Term <- strange(),
        not lists:member(Name, [open, adopt, compile, close_released])].

%% In every place of every function, and in two places at once, by chance: an answer or badarg.
strange_arguments(_Config) ->
    S = socket(),
    _ = rand:seed(exsss, {1, 2, 3}),
    Terms = list_to_tuple(strange() ++ useful(S)),
    [begin
         {Name, Arity} = lists:nth(rand:uniform(length(functions())), functions()),
         Arguments = [element(rand:uniform(tuple_size(Terms)), Terms) || _ <- lists:seq(1, Arity)],
         case Name of
             _ when Name =:= close; Name =:= release; Name =:= set_owner; Name =:= set_pump -> ok;
             _ -> answers(Name, Arguments)
         end
     end || _ <- lists:seq(1, 20000)],
    flush(),
    ok = wirebeam_socket_nif:close(S).

%% What it opens, it closes.
answers(Name, Arguments) ->
    try apply(wirebeam_socket_nif, Name, Arguments) of
        {ok, New} when Name =:= open; Name =:= ask; Name =:= adopt -> ok = wirebeam_socket_nif:close(New);
        _ -> ok
    catch
        error:badarg -> ok
    end.

useful(S) ->
    [S, S, S, S, packet, tun, plain, tap, inet, raw, dgram, stream, promiscuous, incoming, buffer_bytes,
     mark, read, write, siocgifmtu, tungetiff, 16#8921, 16#8933, <<"lo", 0:304>>, <<0:320>>, 1,
     65536, <<6:16/native, 0, 0, 1:32/native>>, <<"udp port 7">>, [<<0:480>>], none, <<"lo">>, 3].

flush() -> receive _ -> flush() after 0 -> ok end.

%% Every function of a socket that is closed.
closed_sockets(_Config) ->
    S = socket(),
    ok = wirebeam_socket_nif:close(S),
    ok = wirebeam_socket_nif:close(S),
    Closed = {error, closed},
    ?assertEqual(Closed, wirebeam_socket_nif:release(S)),
    ?assertEqual(Closed, wirebeam_socket_nif:set_owner(S, self())),
    ?assertEqual(Closed, wirebeam_socket_nif:recv(S)),
    ?assertEqual({0, Closed}, wirebeam_socket_nif:send(S, [<<1>>])),
    ?assertEqual(ok, wirebeam_socket_nif:cancel(S, read)),
    ?assertEqual(Closed, wirebeam_socket_nif:index(S, <<"lo">>)),
    ?assertEqual(Closed, wirebeam_socket_nif:bind(S, 1, 3)),
    ?assertEqual(Closed, wirebeam_socket_nif:set(S, mark, 1, 0)),
    ?assertEqual(Closed, wirebeam_socket_nif:filter(S, <<>>)),
    ?assertEqual(Closed, wirebeam_socket_nif:name(S)),
    ?assertEqual(Closed, wirebeam_socket_nif:counters(S)),
    ?assertEqual(Closed, wirebeam_socket_nif:ioctl(S, siocgifmtu, <<"lo", 0:304>>)),
    ?assertEqual({self(), none}, wirebeam_socket_nif:owner(S)).

%% Whatever the VM has open, it is not ours: neither closed nor made a socket, but for what is one.
descriptors_of_others(Config) ->
    Before = lists:sort(filelib:wildcard("/proc/self/fd/*")),
    [begin
         ?assertEqual({error, einval}, wirebeam_socket:close_fd(Fd)),
         case wirebeam_socket:from_fd(Fd) of
             {ok, S} ->
                 {ok, "socket:" ++ _} = file:read_link("/proc/self/fd/" ++ integer_to_list(Fd)),
                 ok = wirebeam_socket:close(S);
             {error, Reason} ->
                 ?assert(lists:member(Reason, [einval, ebadf]))
         end
     end || Fd <- lists:seq(-1, 1000) ++ [16#7fffffff, -16#80000000]],
    wait_until(fun() -> descriptors() =:= ?config(descriptors, Config) end),
    ?assertEqual(Before, lists:sort(filelib:wildcard("/proc/self/fd/*"))),
    [?assertError(badarg, wirebeam_socket:from_fd(Fd)) || Fd <- [1 bsl 31, x, <<>>, 1.0]].

%% All numbers of the families that sockets and devices know, each with structures of some sizes
%% full of what would be an address: what holds addresses is not allowed.
ioctls(_Config) ->
    {ok, Tap} = wirebeam_socket:open(#{kind => tap}),
    S = socket(),
    Numbers = [16#8900 bor N || N <- lists:seq(0, 255)]
        ++ [(Direction bsl 30) bor (Size bsl 16) bor (Type bsl 8) bor N
            || Direction <- [0, 1, 2, 3], Size <- [0, 4, 8, 16, 40, 16383], Type <- [$T, 16#89, $f],
               N <- lists:seq(0, 255)],
    Allowed = [Number || Number <- Numbers, Socket <- [S, Tap], Bytes <- [4, 16, 40],
                         wirebeam_socket_nif:ioctl(Socket, Number, <<-1:Bytes/unit:8>>)
                             =/= {error, enotsup}],
    %% SIOCGIFCONF, SIOCETHTOOL, SIOCADDRT, SIOCDEVPRIVATE, TUNATTACHFILTER, SIOCGIWNAME.
    [?assertNot(lists:member(Number, Allowed))
     || Number <- [16#8912, 16#8946, 16#890b, 16#89f0, 16#401054d5, 16#8b01]],
    ?assert(lists:member(16#8921, Allowed)),
    %% FS_IOC_FIEMAP and the like are _IOWR.
    ?assertEqual({error, enotsup}, wirebeam_socket_nif:ioctl(S, 16#c020660b, <<0:256>>)),
    [ok = wirebeam_socket:close(Each) || Each <- [S, Tap]].

ioctl_sizes(_Config) ->
    S = socket(),
    [?assertEqual({error, einval}, wirebeam_socket_nif:ioctl(S, Request, <<0:Size/unit:8>>))
     || Request <- [siocgifmtu, 16#8921], Size <- [0, 1, 16, 39, 41, 100000]],
    [?assertEqual({error, enotsup}, wirebeam_socket_nif:ioctl(S, Request, <<0:320>>))
     || Request <- [siocgifconf, '', list_to_atom(lists:duplicate(255, $x)), 1 bsl 32, -1, 1.5]],
    [?assertError(badarg, wirebeam_socket:ioctl(S, Request, Argument))
     || {Request, Argument} <-
            [{siocgifmtu, lists:duplicate(16, $x)}, {siocgifmtu, <<"a", 0, "b">>}, {siocgifmtu, 1},
             {siocsifmtu, {"lo", x}}, {siocsifmtu, {"lo", 1 bsl 32}},
             {siocsifflags, {"lo", [high]}}, {siocsifflags, {"lo", up}},
             {siocsifaddr, {"lo", {1, 2, 3}}},
             {siocsifaddr, {"lo", {1, 2, 3, 256}}}, {siocsifhwaddr, {"lo", {1, <<1>>}}},
             {nothing, none}, {fionread, 1}, {tunsetpersist, 1}, {siocgifname, x}]],
    ok = wirebeam_socket:close(S).

%% The kernel takes or refuses them; programs that it takes filter.
filters_of_noise(_Config) ->
    S = socket(),
    _ = rand:seed(exsss, {4, 5, 6}),
    Answers = [wirebeam_socket_nif:filter(S, rand:bytes(8 * rand:uniform(20)))
               || _ <- lists:seq(1, 5000)],
    ?assertEqual([], lists:usort(Answers) -- [ok, {error, einval}]),
    ?assertEqual({error, einval}, wirebeam_socket_nif:filter(S, <<0:(4097 * 64)>>)),
    ?assertError(badarg, wirebeam_socket_nif:filter(S, <<0:(4096 * 64 + 8)>>)),
    [case wirebeam_socket_nif:compile(Noise, 1, 65535) of
         {ok, _} -> ok;
         {error, {filter, _}} -> ok
     end || _ <- lists:seq(1, 500),
            Noise <- [<< <<(lists:nth(rand:uniform(12), words()))/binary, " ">>
                         || _ <- lists:seq(1, rand:uniform(8)) >>]],
    ok = wirebeam_socket:close(S).

words() ->
    [<<"udp">>, <<"port">>, <<"7">>, <<"and">>, <<"not">>, <<"(">>, <<")">>, <<"ether[0]">>,
     <<"=">>, <<"vlan">>, <<"ip6">>, <<"\\arp">>].

%% --- processes --------------------------------------------------------------------------

%% Who has a handle may call, also what is the owner's; the owner dies meanwhile.
sockets_of_other_processes(_Config) ->
    [begin
         Self = self(),
         Owner = spawn(fun() -> Self ! {socket, socket()}, receive never -> ok end end),
         S = receive {socket, Socket} -> Socket after 5000 -> ct:fail(nothing) end,
         _ = wirebeam_socket_nif:recv(S),
         exit(Owner, kill),
         _ = [wirebeam_socket_nif:recv(S) || _ <- lists:seq(1, 10)],
         wait_until(fun() -> wirebeam_socket_nif:recv(S) =:= {error, closed} end)
     end || _ <- lists:seq(1, 100)],
    flush().

%% Several receive, send and ask while it is closed.
close_while_others_call(Config) ->
    [begin
         S = socket(),
         Callers = [spawn_monitor(fun() -> call_until_closed(S, Call) end)
                    || Call <- [fun() -> wirebeam_socket_nif:recv(S) end,
                                fun() -> wirebeam_socket_nif:recv(S) end,
                                fun() -> element(2, wirebeam_socket_nif:send(S, [<<0:480>>])) end,
                                fun() -> wirebeam_socket:ioctl(S, siocgifmtu, "lo") end,
                                fun() -> wirebeam_socket_nif:counters(S) end]],
         busy_wait(N),
         ok = wirebeam_socket_nif:close(S),
         [receive {'DOWN', Monitor, process, Pid, Reason} -> ?assertEqual(normal, Reason)
          after 5000 -> ct:fail(stuck)
          end || {Pid, Monitor} <- Callers]
     end || N <- lists:seq(1, 200)],
    wait_until(fun() -> descriptors() =< ?config(descriptors, Config) end).

call_until_closed(S, Call) ->
    case Call() of
        {error, closed} -> ok;
        _ -> call_until_closed(S, Call)
    end.

busy_wait(N) -> lists:sum(lists:seq(1, N * 100)).

%% --- leaks ------------------------------------------------------------------------------

cycles_leave_nothing(Config) ->
    [cycle(N) || N <- lists:seq(1, 300)], % allocators reach their size
    settled(Config),
    Memory = memory(), Bytes = erlang:memory(total),
    [cycle(N) || N <- lists:seq(1, 1000)],
    settled(Config),
    ct:pal("grown by ~p bytes, those of the VM by ~p, in 1000 cycles",
           [memory() - Memory, erlang:memory(total) - Bytes]),
    ?assert(memory() - Memory < ?MAX_GROWTH),
    ?assert(erlang:memory(total) - Bytes < 1 bsl 20).

settled(Config) ->
    erlang:garbage_collect(),
    wait_until(fun() -> descriptors() =:= ?config(descriptors, Config) end).

%% Each time it ends in another way.
cycle(N) ->
    {Pid, Monitor} = spawn_monitor(fun() -> cycle(N, N rem 9) end),
    receive {'DOWN', Monitor, process, Pid, _} -> ok after 10000 -> ct:fail({cycle, N}) end.

cycle(_, 0) -> ok = wirebeam_socket:close(socket());
cycle(_, 1) -> _ = socket();
cycle(_, 2) ->
    S = socket(),
    {error, timeout} = wirebeam_socket:recv(S, 0),
    ok = wirebeam_socket:close(S);
cycle(_, 3) -> _ = wirebeam_socket:recv(socket(), 1);
cycle(_, 4) -> {ok, _} = wirebeam_socket:open(#{kind => tap, active => true});
cycle(_, 5) ->
    {ok, S} = wirebeam_socket:open(#{kind => inet}),
    {ok, Fd} = wirebeam_socket:to_fd(S),
    {ok, _} = wirebeam_socket:from_fd(Fd),
    ok = wirebeam_socket:close_fd(Fd);
cycle(_, 6) ->
    {error, {filter, _}} = wirebeam_socket:open(#{interface => "lo", filter => "nonsense here"});
cycle(_, 7) ->
    {ok, S} = wirebeam_socket:open(#{interface => "lo", filter => "udp port 7", active => once,
                                     namespace => "/proc/self/ns/net"}),
    _ = wirebeam_socket:send(S, [<<0:800>> || _ <- lists:seq(1, 10)]);
cycle(_, 8) ->
    S = socket(),
    ok = wirebeam_socket:setopts(S, #{active => true}),
    exit(killed).

%% --- schedulers -------------------------------------------------------------------------

%% Batches as large as they get: of many small frames, and of the longest. One call of ten may be
%% held up by another program that uses the processor.
calls_are_short(_Config) ->
    ?assert(are_short(?TRIES)).

%% Other programs of the machine take time as well: of several rounds one has to be short.
are_short(0) -> false;
are_short(Tries) -> lists:all(fun(IsShort) -> IsShort end, measured()) orelse are_short(Tries - 1).

measured() ->
    {ok, S} = wirebeam_socket:open(#{interface => ?HERE, buffer_bytes => 64 bsl 20}),
    {ok, T} = wirebeam_socket:open(#{interface => ?THERE, buffer_bytes => 64 bsl 20}),
    Exchanges = [begin
         Frames = [<<2:48, 3:48, 16#88b5:16, 0:(Size * 8)>> || _ <- lists:seq(1, 128)],
         Times = [begin
                      {Sending, {_, ok}} = timer:tc(wirebeam_socket_nif, send, [T, Frames]),
                      {Receiving, {ok, Received}} = timer:tc(wirebeam_socket_nif, recv, [S]),
                      {Sending, Receiving, length(Received)}
                  end || _ <- lists:seq(1, 200)],
         {Sends, Receives, Counts} = lists:unzip3(Times),
         ct:pal("~p bytes: ~p packets at once", [Size, lists:max(Counts)]),
         [is_short({Size, send}, lists:sort(Sends)), is_short({Size, recv}, lists:sort(Receives))]
     end || Size <- [46, 1486]],
    ok = wirebeam_socket:close(T),
    IsClosed = is_short(close, lists:sort([begin
                                 {Closing, ok} = timer:tc(wirebeam_socket_nif, close, [Each]),
                                 Closing
                             end || Each <- [S | [socket() || _ <- lists:seq(1, 50)]]])),
    [IsClosed | lists:append(Exchanges)].

is_short(What, Sorted) ->
    Length = length(Sorted),
    Most = lists:nth(Length * 9 div 10, Sorted),
    ct:pal("~p: half within ~p us, 90 % within ~p us, all within ~p us",
           [What, lists:nth(Length div 2, Sorted), Most, lists:last(Sorted)]),
    Most < ?MAX_CALL_US.

%% --- code -------------------------------------------------------------------------------

%% Delete, purge, load, while frames go to and fro: all of them come.
reload_under_load(_Config) ->
    Pids = carriers(),
    [begin reload(), timer:sleep(5) end || _ <- lists:seq(1, 50)],
    stop(Pids).

%% A purge that does not wait kills who is in a dirty call, as of any module.
reload() ->
    {module, wirebeam_socket_nif} = code:load_file(wirebeam_socket_nif),
    wait_until(fun() -> code:soft_purge(wirebeam_socket_nif) end).

%% Another version from another directory: another library. What the old one handed out, the new
%% one closes.
upgrade_under_load(Config) ->
    Old = code:lib_dir(wirebeam),
    Pids = carriers(),
    {ok, S} = wirebeam_socket:open(#{kind => inet}),
    {ok, Fd} = wirebeam_socket:to_fd(S),
    [begin
         %% No place of another suite: what is loaded there stays mapped.
         New = filename:join([?config(priv_dir, Config), "socket", integer_to_list(N),
                              "wirebeam-" ++ integer_to_list(N)]),
         wirebeam_code_SUITE:copy(Old, New),
         ok = use_code(New),
         ?assert(wirebeam_code_SUITE:is_mapped(filename:join(New, "priv/wirebeam_socket.so"))),
         timer:sleep(20)
     end || N <- lists:seq(1, 5)],
    ok = use_code(Old),
    ok = wirebeam_socket:close_fd(Fd),
    stop(Pids).

use_code(Directory) ->
    true = code:replace_path(wirebeam, filename:join(Directory, "ebin")),
    reload().

%% The module goes, and comes again as another library, to which the handles of the old one are
%% strange: their owners are told, and they still end.
unload_and_load(Config) ->
    {Pid, Monitor} = spawn_monitor(fun() -> unloading() end),
    receive {'DOWN', Monitor, process, Pid, Reason} -> ?assertEqual(normal, Reason)
    after 10000 -> ct:fail(stuck)
    end,
    wait_until(fun() -> descriptors() =< ?config(descriptors, Config) end).

unloading() ->
    {ok, Active} = wirebeam_socket:open(#{interface => ?HERE, active => true,
                                          filter => "ether proto 0x88b7"}),
    Passive = socket(),
    {ok, #{}} = wirebeam_socket:info(Active),
    timer:sleep(20), % the pump waits
    true = code:delete(wirebeam_socket_nif),
    _ = code:purge(wirebeam_socket_nif),
    {ok, T} = wirebeam_socket:open(#{interface => ?THERE}),
    ok = wirebeam_socket:send(T, <<2:48, 3:48, 16#88b7:16, 0:400>>),
    receive {wirebeam_socket_closed, Active, Reason} -> ?assertEqual(unloaded, Reason)
    after 5000 -> ct:fail(not_told)
    end,
    ?assertError(badarg, wirebeam_socket:recv(Passive, 0)),
    ok = wirebeam_socket:close(T).

%% Frames to and fro, each counted.
carriers() ->
    [spawn_link(fun() -> carry(N, 0) end) || N <- [1, 2]].

carry(N, Times) ->
    receive
        {stop, From} -> From ! {carried, self(), Times}
    after 0 ->
            Filter = "ether proto " ++ integer_to_list(16#9000 + N),
            {ok, S} = wirebeam_socket:open(#{interface => ?HERE, active => true,
                                             filter => Filter}),
            {ok, T} = wirebeam_socket:open(#{interface => ?THERE}),
            Frames = [<<2:48, 3:48, (16#9000 + N):16, I:400>> || I <- lists:seq(1, 100)],
            ?assertEqual([ok || _ <- Frames], wirebeam_socket:send(T, Frames)),
            ?assertEqual(Frames, frames(S, 100)),
            ok = wirebeam_socket:close(S),
            ok = wirebeam_socket:close(T),
            carry(N, Times + 1)
    end.

frames(_S, 0) -> [];
frames(S, Count) ->
    receive
        {wirebeam_socket, S, {packets, Packets}} ->
            Packets ++ frames(S, Count - length(Packets))
    after 5000 -> ct:fail({missing, Count})
    end.

stop(Pids) ->
    [begin
         Pid ! {stop, self()},
         receive {carried, Pid, Times} -> ct:pal("~p times", [Times]), ?assert(Times > 0)
         after 20000 -> ct:fail(stuck)
         end
     end || Pid <- Pids].

halt_under_load(_Config) ->
    [?assertEqual({0, ""}, machine:run(["-run", ?MODULE_STRING, "halted"]))
     || _ <- lists:seq(1, 5)].

halted() ->
    [spawn(fun() -> carry(N, 0) end) || N <- [11, 12]],
    timer:sleep(100),
    halt(0).

%% --- help -------------------------------------------------------------------------------

%% To which nobody speaks.
socket() ->
    {ok, S} = wirebeam_socket:open(#{interface => ?HERE, filter => "ether proto 0x88b7"}),
    S.

descriptors() ->
    {ok, Descriptors} = file:list_dir("/proc/self/fd"),
    length(Descriptors).

memory() -> wirebeam_nif_SUITE:memory().
