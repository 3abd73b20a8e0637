%% SPDX-License-Identifier: ISC
%% The examples, run as their users would: behind a real server and a real client on loopback,
%% and over nodes of which one is killed. Run this in a network namespace (scripts/test does).
-module(wirebeam_examples_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam.hrl").

-compile([export_all, nowarn_export_all]).

-import(eventually, [wait_until/1]).

-define(PORT, 8081).

all() -> [{group, port}, {group, nif}].

%% A thread of this VM cannot be killed.
groups() ->
    Cases = [client_side, client_side_again, by_etag, by_etag_what_is_no_page,
             sniffed, several_nodes],
    [{port, [], Cases ++ [by_etag_again_after_a_crash]}, {nif, [], Cases}].

init_per_suite(Config) ->
    {ok, Started} = application:ensure_all_started(wirebeam),
    ok = compile_all(source:find("examples/erlang"), ?config(priv_dir, Config)),
    true = code:add_patha(?config(priv_dir, Config)),
    [{started, Started} | start_nginx(Config)].

end_per_suite(Config) ->
    _ = os:cmd("nginx -s stop -c " ++ ?config(nginx, Config)),
    [ok = application:stop(Application) || Application <- ?config(started, Config)],
    ok.

init_per_group(Backend, Config) -> [{backend, Backend} | Config].

end_per_group(_Backend, _Config) -> ok.

%% Of a group.
directory(Name, Config) ->
    filename:join([?config(priv_dir, Config), ?config(backend, Config), Name]).

compile_all(Directory, To) ->
    [{ok, _} = compile:file(File, [{outdir, To}, warnings_as_errors, report])
     || File <- filelib:wildcard(filename:join(Directory, "*.erl"))],
    ok.

start_nginx(Config) ->
    Root = filename:join(?config(priv_dir, Config), "www"),
    ok = filelib:ensure_path(Root),
    ok = file:write_file(filename:join(Root, "small.txt"), <<"small\n">>),
    ok = file:write_file(filename:join(Root, "large.bin"), large()),
    Conf = filename:join(?config(priv_dir, Config), "nginx.conf"),
    ok = file:write_file(Conf, io_lib:format(
        "pid ~ts.pid; error_log ~ts.log; daemon on; user root;~n"
        "events {}~nhttp { access_log off; client_body_temp_path ~ts.body;~n"
        "  server { listen 127.0.0.1:~b; root ~ts; } }~n",
        [Conf, Conf, Conf, ?PORT, Root])),
    "" = os:cmd("nginx -c " ++ Conf),
    [{nginx, Conf} | Config].

large() ->
    << <<(erlang:phash2(N, 256))>> || N <- lists:seq(1, 300000) >>.

fetch(Path) ->
    os:cmd(io_lib:format("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:~b~ts",
                         [?PORT, Path])).

capture(Config) ->
    #{interface => "lo", direction => in, filter => io_lib_flat("tcp port ~b", [?PORT]),
      immediate => true, backend => ?config(backend, Config)}.

io_lib_flat(Format, Arguments) -> lists:flatten(io_lib:format(Format, Arguments)).

%% --- the client's side ------------------------------------------------------------------

client_side(Config) ->
    Directory = directory("requests", Config),
    Options = tell_opened(capture(Config)),
    {Pid, Monitor} = spawn_monitor(fun() -> http_client_side:run(Directory, Options) end),
    wait_for_open(node()),
    "200" = fetch("/small.txt"),
    "404" = fetch("/nothing"),
    wait_until(fun() -> length(wholes(Directory)) =:= 2 end),
    [One, Two] = lists:sort(wholes(Directory)),
    ?assertMatch(<<"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1:8081\r\n", _/binary>>, One),
    ?assertMatch(<<"GET /small.txt HTTP/1.1\r\nHost: 127.0.0.1:8081\r\n", _/binary>>, Two),
    ?assertEqual(nomatch, binary:match(Two, <<"200 OK">>)),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, _} -> ok end,
    capturing:none_is_left().

%% The same connections once more, in the same directory: no file is written over.
client_side_again(Config) ->
    Directory = directory("again_requests", Config),
    Options = #{file => source:find("examples/demo.pcapng"), backend => ?config(backend, Config)},
    {ended, eof} = http_client_side:run(Directory, Options),
    First = lists:sort(wholes(Directory)),
    ?assertEqual(7, length(First)),
    {ended, eof} = http_client_side:run(Directory, Options),
    ?assertEqual(lists:sort(First ++ First), lists:sort(wholes(Directory))).

%% Of the connections that are over.
wholes(Directory) ->
    {ok, Names} = file:list_dir(Directory),
    Files = [element(2, file:read_file(filename:join(Directory, Name))) || Name <- Names],
    [File || File <- Files, binary:match(File, <<"\r\n\r\n">>) =/= nomatch].

%% --- by ETag ----------------------------------------------------------------------------

by_etag(Config) ->
    Directory = directory("pages", Config),
    {ok, Pid} = http_by_etag:start_link(Directory, capture(Config)),
    "200" = fetch("/small.txt"),
    "200" = fetch("/large.bin"),
    "404" = fetch("/nothing"), % has no ETag
    wait_until(fun() -> {ok, Names} = file:list_dir(Directory), length(Names) =:= 2 end),
    Large = large(),
    Bodies = [binary:part(File, byte_size(File), -min(byte_size(File), byte_size(Large)))
              || File <- pages(Directory)],
    ?assert(lists:member(Large, Bodies)),
    ?assert(lists:any(fun(File) -> string:prefix(lists:last(binary:split(File, <<"\r\n\r\n">>,
                                                                         [global])),
                                                 <<"small\n">>) =:= <<>> end,
                      pages(Directory))),
    unlink(Pid),
    ok = gen_server:stop(Pid),
    capturing:none_is_left().

%% What has no body, or a part of it, leaves the page its name.
by_etag_what_is_no_page(Config) ->
    Directory = directory("no-page", Config),
    {ok, Pid} = http_by_etag:start_link(Directory, capture(Config)),
    "200" = fetch("/small.txt --head"),
    "206" = fetch("/small.txt --range 1-2"),
    "304" = fetch("/small.txt --header 'If-None-Match: *'"),
    "200" = fetch("/small.txt"),
    wait_until(fun() -> {ok, Names} = file:list_dir(Directory), length(Names) =:= 4 end),
    {ok, Names} = file:list_dir(Directory),
    [Page | Others] = lists:sort(Names),
    ?assertEqual([Page ++ Ending || Ending <- [".GET-206", ".GET-304", ".HEAD-200"]], Others),
    {ok, File} = file:read_file(filename:join(Directory, Page)),
    ?assertMatch([_, _, <<"small\n">>], binary:split(File, <<"\r\n\r\n">>, [global])),
    unlink(Pid),
    ok = gen_server:stop(Pid),
    capturing:none_is_left().

pages(Directory) ->
    {ok, Names} = file:list_dir(Directory),
    [element(2, file:read_file(filename:join(Directory, Name))) || Name <- Names].

%% A supervisor starts the capture anew when its worker was killed.
by_etag_again_after_a_crash(Config) ->
    Directory = directory("again", Config),
    Spec = wirebeam_http:child_spec(http_by_etag, Directory, capture(Config)),
    {ok, Supervisor} = supervisor:start_link(?MODULE, [Spec]),
    [{_, First, _, _}] = supervisor:which_children(Supervisor),
    "" = os:cmd("kill -9 " ++ capturing:worker_of(wirebeam_http:capture(First))),
    wait_until(fun() ->
                       case supervisor:which_children(Supervisor) of
                           [{_, Pid, _, _}] -> is_pid(Pid) andalso Pid =/= First;
                           _ -> false
                       end
               end),
    "200" = fetch("/small.txt"),
    wait_until(fun() -> {ok, Names} = file:list_dir(Directory), length(Names) =:= 1 end),
    unlink(Supervisor),
    exit(Supervisor, shutdown),
    capturing:none_is_left().

%% Of the test's own supervisor.
init(Specs) -> {ok, {#{intensity => 5}, Specs}}.

%% --- sniffed ----------------------------------------------------------------------------

sniffed(Config) ->
    Path = filename:join(?config(priv_dir, Config), "sniffed.pcap"),
    savefile:write(Path, [savefile:udp(7, <<"abc">>), savefile:tcp({40000, 80}, {1, 2, 2}, <<>>)]),
    {ok, C} = wirebeam:open(#{file => Path, active => false, time_unit => microsecond,
                              backend => ?config(backend, Config)}),
    {ok, {packets, Packets}} = wirebeam:recv(C, 0),
    ?assertEqual(["2023-11-14T22:13:20.000000Z ethernet | ip4 10.0.0.1 > 10.0.0.2 | "
                  "udp 40000 > 7 | 3 bytes (45)\n",
                  "2023-11-14T22:13:20.001000Z ethernet | ip4 10.0.0.1 > 10.0.0.2 | "
                  "tcp 40000 > 80 [syn] | 0 bytes (54)\n"],
                 [lists:flatten(sniff:line(Packet)) || Packet <- Packets]),
    ?assertEqual(eof, sniff:run(#{file => Path})).

%% --- several nodes ----------------------------------------------------------------------

several_nodes(Config) ->
    Backend = ?config(backend, Config),
    ok = machine:start_nodes(),
    Path = filename:join(?config(priv_dir, Config), "nodes.pcap"),
    savefile:write(Path, [savefile:udp(N rem 65536, <<N:32>>) || N <- lists:seq(1, 50000)]),
    {_, Endless} = machine:start_node(endless),
    {FilePeer, File} = machine:start_node(file),
    {_, Killed} = machine:start_node(killed),
    Self = self(),
    Options = tell_opened(#{interface => "lo", filter => "udp port 7009", direction => in,
                            immediate => true, backend => Backend}),
    Live = spawn_link(fun() ->
        Ends = sniff_nodes:run([Killed, Endless], Options,
                               fun(Node, Packets) -> Self ! {packets, Node, length(Packets)} end),
        Self ! {ends, Ends}
                      end),
    [wait_for_open(Node) || Node <- [Killed, Endless]],
    capturing:send(7009, [<<"x">>]),
    [receive {packets, Node, _} -> ok after 5000 -> ct:fail(Node) end || Node <- [Killed, Endless]],
    "" = os:cmd("kill -9 " ++ erpc:call(Killed, os, getpid, [])),
    wait_until(fun() -> not is_capturing(Killed) end),
    %% Its worker goes with it; that of the other, where it is a program, stays.
    Left = case Backend of port -> "1\n"; nif -> "0\n" end,
    wait_until(fun() -> os:cmd("pgrep -c -x wirebeam-port") =:= Left end),
    capturing:send(7009, [<<"x">>]),
    receive {packets, Endless, _} -> ok after 5000 -> ct:fail(endless) end,
    Counted = counters:new(1, []),
    ?assertEqual(#{File => eof},
                 sniff_nodes:run([File], #{file => Path, batch_bytes => 10000, backend => Backend},
                                 fun(_, Packets) -> counters:add(Counted, 1, length(Packets)) end)),
    ?assertEqual(50000, counters:get(Counted, 1)),
    %% The consumer's death closes the captures of the nodes.
    unlink(Live),
    exit(Live, kill),
    wait_until(fun() -> not is_capturing(Endless) end),
    ok = peer:stop(FilePeer),
    ok = machine:stop_nodes().

is_capturing(Node) ->
    try erpc:call(Node, supervisor, which_children, [wirebeam_sup]) of
        Children -> Children =/= []
    catch
        _:_ -> false
    end.

%% --- help -------------------------------------------------------------------------------

%% With a hook that tells this process.
tell_opened(Options) ->
    Self = self(),
    Options#{telemetry => fun([wirebeam, open], _, _) -> Self ! {opened, node()};
                             (_, _, _) -> ok
                          end}.

wait_for_open(Node) ->
    receive {opened, Node} -> ok after 10000 -> ct:fail({not_opened, Node}) end.
