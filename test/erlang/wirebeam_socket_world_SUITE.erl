%% SPDX-License-Identifier: ISC
%% Raw sockets and the world: namespaces, TUN and TAP devices, conversations of raw frames with
%% real servers, descriptors that come from other modules and go to them.
-module(wirebeam_socket_world_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam_packet.hrl").

-compile([export_all, nowarn_export_all]).

-import(eventually, [wait_until/1]).
-import(wired, [open/1, frame/1, some/2, next/1, descriptors/0]).

-define(HERE, "wbs0").             % the wire's end here, whose address no kernel has
-define(MAC, <<2, 0, 0, 0, 0, 9>>).
-define(IP, {10, 77, 0, 9}).
-define(THERE, {10, 77, 0, 2}).
-define(PORT, 8090).

all() ->
    [namespaces, namespaces_that_are_none, tun_frames, tap_frames, tun_carries_download,
     udp_echo, tcp_echo, fd_to_gen_udp, fd_from_gen_udp, fd_to_and_from_gen_tcp,
     fd_to_and_from_socket].

init_per_suite(Config) ->
    ok = network:add(two),
    ok = wired:up(one),
    start_nginx(Config).

end_per_suite(Config) ->
    _ = os:cmd("nginx -s stop -c " ++ ?config(nginx, Config)),
    ok = wired:down(one),
    network:delete(two).

start_nginx(Config) ->
    Root = filename:join(?config(priv_dir, Config), "www"),
    ok = filelib:ensure_path(Root),
    ok = file:write_file(filename:join(Root, "small.txt"), <<"small\n">>),
    ok = file:write_file(filename:join(Root, "large.bin"), large()),
    Conf = filename:join(?config(priv_dir, Config), "nginx.conf"),
    ok = file:write_file(Conf, io_lib:format(
        "pid ~ts.pid; error_log ~ts.log; daemon on; user root;~n"
        "events {}~nhttp { access_log off; client_body_temp_path ~ts.body;~n"
        "  server { listen ~b; root ~ts; } }~n", [Conf, Conf, Conf, ?PORT, Root])),
    ok = network:in(one, "nginx -c " ++ Conf),
    [{nginx, Conf} | Config].

large() ->
    << <<(erlang:phash2(N)):32>> || N <- lists:seq(1, 2000000) >>.

%% Nothing is left, whatever the case did.
init_per_testcase(_Case, Config) ->
    erlang:garbage_collect(),
    [{descriptors, descriptors()} | Config].

end_per_testcase(_Case, Config) ->
    erlang:garbage_collect(),
    wait_until(fun() -> descriptors() =< ?config(descriptors, Config) end).

%% --- namespaces -------------------------------------------------------------------------

%% By name and by path, and all threads of the VM stay where they were.
namespaces(_Config) ->
    Before = spaces_of_threads(),
    Sockets = [begin
                   {ok, S} = wirebeam_socket:open(#{interface => "wbs1", namespace => Space}),
                   S
               end || _ <- lists:seq(1, 20),
                      Space <- [network:name(one), "/run/netns/" ++ network:name(one)]],
    [?assertMatch({ok, #{interface := <<"wbs1">>}}, wirebeam_socket:sockname(S)) || S <- Sockets],
    ?assertEqual({error, enodev}, wirebeam_socket:open(#{interface => "wbs1"})),
    ?assertEqual({error, enodev}, wirebeam_socket:open(#{interface => ?HERE,
                                                         namespace => network:name(one)})),
    {ok, Tun} = wirebeam_socket:open(#{kind => tun, name => "wbspace",
                                       namespace => network:name(two),
                                       address => {{10, 79, 3, 1}, 24}, up => true}),
    ?assertNotEqual(nomatch, string:find(os:cmd("ip netns exec " ++ network:name(two) ++
                                                    " ip address"), "10.79.3.1/24")),
    ?assertEqual(nomatch, string:find(os:cmd("ip address"), "wbspace")),
    ?assertEqual([hd(Before)], lists:usort(Before)),
    ?assertEqual([hd(Before)], lists:usort(spaces_of_threads())),
    [ok = wirebeam_socket:close(S) || S <- [Tun | Sockets]].

spaces_of_threads() ->
    [begin {ok, Link} = file:read_link(Path), Link end
     || Path <- filelib:wildcard("/proc/self/task/*/ns/net")].

namespaces_that_are_none(Config) ->
    Fifo = filename:join(?config(priv_dir, Config), "socket.fifo"),
    ok = network:shell(["mkfifo '", Fifo, "'"]),
    [?assertEqual({error, Reason}, wirebeam_socket:open(#{namespace => Space}))
     || {Space, Reason} <- [{"nothing", enoent}, {"/etc/passwd", einval}, {"/", einval},
                            {"..", einval}, {"/proc/self/ns/pid", einval}, {Fifo, einval},
                            {"/dev/zero", einval}, {"/proc/self/ns", einval},
                            {lists:duplicate(3000, $/) ++ "x", enoent}]].

%% --- devices ----------------------------------------------------------------------------

%% Pings come out of a device, and what is written into it is answered by the kernel.
tun_frames(_Config) ->
    {ok, Tun} = wirebeam_socket:open(#{kind => tun, name => "wbtun",
                                       address => {{10, 79, 2, 1}, 24}, up => true,
                                       active => true}),
    spawn(fun() -> os:cmd("ping -c 1 -W 1 10.79.2.2") end),
    Request = packet_of(Tun, fun([#ip4{protocol = 1}, #icmp{type = 8} | _]) -> true;
                                (_) -> false
                             end),
    [#ip4{source = {10, 79, 2, 1}, destination = {10, 79, 2, 2}} | _] = Request,
    Ping = wirebeam_packet:encode([#ip4{source = {10, 79, 2, 2}, destination = {10, 79, 2, 1}},
                                   #icmp{type = 8, rest = {7, 9}}, <<"from Erlang">>]),
    ok = wirebeam_socket:send(Tun, Ping),
    Reply = packet_of(Tun, fun([#ip4{}, #icmp{type = 0} | _]) -> true; (_) -> false end),
    ?assertMatch([#ip4{source = {10, 79, 2, 1}}, #icmp{rest = {7, 9}}, <<"from Erlang">>], Reply),
    ok = wirebeam_socket:close(Tun).

packet_of(Tun, IsWanted) ->
    receive
        {wirebeam_socket, Tun, {packets, Packets}} ->
            Decoded = [wirebeam_packet:decode(raw, Bytes) || Bytes <- Packets],
            case lists:filter(IsWanted, Decoded) of
                [Packet | _] -> Packet;
                [] -> packet_of(Tun, IsWanted)
            end
    after 3000 -> ct:fail(nothing)
    end.

%% With the 4 bytes before it, and as a frame.
tap_frames(_Config) ->
    {ok, Tap} = wirebeam_socket:open(#{kind => tap, name => "wbtap2", no_pi => false}),
    ok = network:shell("ip link set wbtap2 addrgenmode none up"),
    {ok, S} = wirebeam_socket:open(#{interface => "wbtap2", filter => "ether proto 0x88b5"}),
    _ = wirebeam_socket:recv(Tap, 50),
    Frame = frame(<<5:400>>),
    ok = wirebeam_socket:send(S, Frame),
    ?assert(lists:member(<<0:16, 16#88b5:16, Frame/binary>>, some(Tap, 1))),
    ok = wirebeam_socket:send(Tap, <<0:16, 16#88b5:16, Frame/binary>>),
    ?assertEqual([Frame], some(S, 1)),
    [ok = wirebeam_socket:close(Each) || Each <- [S, Tap]].

%% A client and a server in namespaces that only this process connects, packet for packet.
tun_carries_download(Config) ->
    Open = fun(Name, Space, Address, Peer) ->
                   {ok, S} = wirebeam_socket:open(
                               #{kind => tun, name => Name, namespace => network:name(Space),
                                 address => {Address, 32}, destination => Peer, mtu => 1400,
                                 up => true, active => true}),
                   S
           end,
    Client = Open("wbclient", two, {10, 79, 4, 1}, {10, 79, 4, 2}),
    Server = Open("wbserver", one, {10, 79, 4, 2}, {10, 79, 4, 1}),
    File = filename:join(?config(priv_dir, Config), "downloaded"),
    Self = self(),
    spawn_link(fun() ->
                       Url = io_lib:format("http://10.79.4.2:~b/large.bin", [?PORT]),
                       Self ! {curl, os:cmd(lists:flatten(
                           ["ip netns exec ", network:name(two), " curl -s -S -m 60 -o '", File,
                            "' -w '%{http_code} %{time_total}' ", Url]))}
               end),
    {Said, Carried} = carry(Client, Server, {0, 0}),
    ct:pal("curl: ~s s; ~p packets up and down", [Said, Carried]),
    ?assertMatch("200 " ++ _, Said),
    {ok, Got} = file:read_file(File),
    ?assert(Got =:= large()),
    ?assert(element(2, Carried) > byte_size(Got) div 1400),
    [ok = wirebeam_socket:close(S) || S <- [Client, Server]].

carry(Client, Server, {Up, Down}) ->
    receive
        {wirebeam_socket, Client, {packets, Packets}} ->
            _ = wirebeam_socket:send(Server, Packets),
            carry(Client, Server, {Up + length(Packets), Down});
        {wirebeam_socket, Server, {packets, Packets}} ->
            _ = wirebeam_socket:send(Client, Packets),
            carry(Client, Server, {Up, Down + length(Packets)});
        {curl, Said} ->
            {Said, {Up, Down}}
    after 60000 -> ct:fail(stuck)
    end.

%% --- conversations by raw frames --------------------------------------------------------

%% The server is a process with an ordinary socket in the other namespace: its kernel checks our
%% checksums, and asks for our address.
udp_echo(_Config) ->
    {ok, Echo} = gen_udp:open(7007, [binary, {active, true},
                                     {netns, "/run/netns/" ++ network:name(one)}]),
    S = open(#{filter => "arp or udp", direction => in}),
    Mac = resolve(S),
    [begin
         Payload = << <<(N rem 256)>> || _ <- lists:seq(1, N) >>,
         ok = wirebeam_socket:send(S, datagram(Mac, #udp{source_port = 4000 + N,
                                                         destination_port = 7007}, Payload)),
         receive {udp, Echo, ?IP, Port, Data} ->
                 ?assertEqual({4000 + N, Payload}, {Port, Data}),
                 ok = gen_udp:send(Echo, ?IP, Port, ["echo: ", Data])
         after 2000 -> ct:fail({no_datagram, N})
         end,
         {#udp{destination_port = Back}, Answer} = answer(S, Mac),
         ?assertEqual({4000 + N, <<"echo: ", Payload/binary>>}, {Back, Answer})
     end || N <- [0, 1, 2, 17, 18, 19, 100, 1000, 1460]],
    ok = gen_udp:close(Echo),
    ok = wirebeam_socket:close(S).

%% A connection, made of segments, to nginx, from which comes all of a page.
tcp_echo(_Config) ->
    S = open(#{filter => "arp or tcp", direction => in}),
    Mac = resolve(S),
    Segment = fun(Flags, Sequence, Acknowledgment, Payload) ->
                      ok = wirebeam_socket:send(S, datagram(Mac, #tcp{
                          source_port = 5555, destination_port = ?PORT, flags = Flags,
                          sequence = Sequence, acknowledgment = Acknowledgment}, Payload))
              end,
    Segment([syn], 1000, 0, <<>>),
    {#tcp{flags = SynAck, acknowledgment = 1001, sequence = Theirs}, <<>>} = answer(S, Mac),
    ?assertEqual([ack, syn], lists:sort(SynAck)),
    Request = <<"GET /small.txt HTTP/1.0\r\nHost: x\r\n\r\n">>,
    Segment([ack], 1001, Theirs + 1, <<>>),
    Segment([psh, ack], 1001, Theirs + 1, Request),
    Response = response(S, Mac, Theirs + 1, <<>>),
    ?assertMatch({match, _}, re:run(Response, "^HTTP/1.1 200 OK\r\n.*\r\n\r\nsmall\n$", [dotall])),
    Segment([rst], 1001 + byte_size(Request), 0, <<>>),
    ok = wirebeam_socket:close(S).

response(S, Mac, Next, Seen) ->
    case answer(S, Mac) of
        {#tcp{sequence = Next, flags = Flags}, Data} ->
            All = <<Seen/binary, Data/binary>>,
            case lists:member(fin, Flags) of
                true -> All;
                false -> response(S, Mac, Next + byte_size(Data), All)
            end;
        {#tcp{}, _Again} ->
            response(S, Mac, Next, Seen)
    end.

datagram(Mac, Transport, Payload) ->
    wirebeam_packet:encode([#ethernet{destination = Mac, source = ?MAC},
                            #ip4{source = ?IP, destination = ?THERE}, Transport, Payload]).

resolve(S) ->
    ok = wirebeam_socket:send(S, wirebeam_packet:encode(
        [#ethernet{destination = <<-1:48>>, source = ?MAC},
         #arp{sender_hardware = ?MAC, sender_protocol = ?IP, target_protocol = ?THERE}, <<>>])),
    {ok, Frames} = wirebeam_socket:recv(S, 2000),
    [Mac | _] = [Mac || [#ethernet{}, #arp{operation = 2, sender_hardware = Mac} | _] <-
                            [wirebeam_packet:decode(Frame) || Frame <- Frames]],
    Mac.

%% The next segment or datagram to us; questions for our address are answered.
answer(S, Mac) ->
    case frame_of(S) of
        [#ethernet{}, #ip4{destination = ?IP}, Transport, Data] ->
            {Transport, Data};
        [#ethernet{}, #arp{operation = 1, target_protocol = ?IP, sender_protocol = Sender} | _] ->
            ok = wirebeam_socket:send(S, wirebeam_packet:encode(
                [#ethernet{destination = Mac, source = ?MAC},
                 #arp{operation = 2, sender_hardware = ?MAC, sender_protocol = ?IP,
                      target_hardware = Mac, target_protocol = Sender}, <<>>])),
            answer(S, Mac);
        _ ->
            answer(S, Mac)
    end.

%% One after the other, of those that came at once.
frame_of(S) ->
    receive
        {frame, S, Frame} -> wirebeam_packet:decode(Frame)
    after 0 ->
            {ok, Frames} = wirebeam_socket:recv(S, 3000),
            [self() ! {frame, S, Frame} || Frame <- Frames],
            frame_of(S)
    end.

%% --- descriptors ------------------------------------------------------------------------

%% A socket that was opened in another namespace becomes gen_udp's.
fd_to_gen_udp(_Config) ->
    Before = descriptors(),
    {ok, S} = wirebeam_socket:open(#{kind => inet, namespace => network:name(one)}),
    {ok, Fd} = wirebeam_socket:to_fd(S),
    ?assertEqual({error, closed}, wirebeam_socket:info(S)),
    {ok, U} = gen_udp:open(0, [binary, {fd, Fd}, {active, true}]),
    {ok, Echo} = gen_udp:open(7008, [binary, {active, true},
                                     {netns, "/run/netns/" ++ network:name(one)}]),
    ok = gen_udp:send(U, {127, 0, 0, 1}, 7008, <<"from one">>),
    receive {udp, Echo, {127, 0, 0, 1}, Port, <<"from one">>} ->
            ok = gen_udp:send(Echo, {127, 0, 0, 1}, Port, <<"to one">>)
    after 2000 -> ct:fail(not_sent)
    end,
    receive {udp, U, {127, 0, 0, 1}, 7008, <<"to one">>} -> ok
    after 2000 -> ct:fail(not_received)
    end,
    [ok = gen_udp:close(Each) || Each <- [U, Echo]],
    ok = wirebeam_socket:close_fd(Fd), % OTP does not
    [?assertEqual({error, einval}, wirebeam_socket:close_fd(Other))
     || Other <- [Fd, 0, 1, 2, -1, 9999]],
    wait_until(fun() -> descriptors() =:= Before end).

%% Both hold the socket; each closes its own descriptor.
fd_from_gen_udp(_Config) ->
    {ok, U} = gen_udp:open(7009, [binary, {active, false}, {ip, {127, 0, 0, 1}}]),
    {ok, Fd} = inet:getfd(U),
    {ok, S} = wirebeam_socket:from_fd(Fd),
    ?assertEqual({ok, #{family => inet, type => dgram, address => {127, 0, 0, 1}, port => 7009}},
                 wirebeam_socket:sockname(S)),
    {ok, V} = gen_udp:open(0, [binary, {active, true}]),
    ok = gen_udp:send(V, {127, 0, 0, 1}, 7009, <<"one">>),
    ?assertEqual([<<"one">>], some(S, 1)),
    ok = gen_udp:close(U),
    ok = gen_udp:send(V, {127, 0, 0, 1}, 7009, <<"two">>),
    ok = wirebeam_socket:setopts(S, #{active => once}),
    ?assertEqual([<<"two">>], next(S)),
    %% And back: nothing of the socket is lost on the way.
    {ok, Fd2} = wirebeam_socket:to_fd(S),
    {ok, W} = gen_udp:open(0, [binary, {fd, Fd2}, {active, false}]),
    {ok, Port} = inet:port(V),
    ok = gen_udp:send(V, {127, 0, 0, 1}, 7009, <<"three">>),
    ?assertEqual({ok, {{127, 0, 0, 1}, Port, <<"three">>}}, gen_udp:recv(W, 0, 1000)),
    ok = gen_udp:send(W, {127, 0, 0, 1}, Port, <<"four">>),
    receive {udp, V, {127, 0, 0, 1}, 7009, <<"four">>} -> ok after 1000 -> ct:fail(four) end,
    [ok = gen_udp:close(Each) || Each <- [V, W]],
    ok = wirebeam_socket:close_fd(Fd2).

%% A stream, of which more is sent at once than the kernel takes; and its end.
fd_to_and_from_gen_tcp(_Config) ->
    {ok, L} = gen_tcp:listen(0, [binary, {active, false}, {ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(L),
    {ok, C} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}]),
    {ok, A} = gen_tcp:accept(L),
    {ok, Fd} = inet:getfd(C),
    {ok, S} = wirebeam_socket:from_fd(Fd),
    Data = large(),
    Self = self(),
    spawn_link(fun() -> Self ! {received, gen_tcp:recv(A, byte_size(Data), 20000)} end),
    ?assertEqual([ok, ok], wirebeam_socket:send(S, [binary:part(Data, 0, 4000000),
                                                    binary:part(Data, 4000000, 4000000)])),
    receive {received, {ok, Got}} -> ?assert(Got =:= Data) after 20000 -> ct:fail(stuck) end,
    ok = gen_tcp:send(A, <<"back">>),
    ?assertEqual({ok, [<<"back">>]}, wirebeam_socket:recv(S, 1000)),
    {ok, Fd2} = wirebeam_socket:to_fd(S),
    ok = gen_tcp:close(C),
    {ok, T} = gen_tcp:fdopen(Fd2, [binary, {active, false}]),
    ok = gen_tcp:send(A, <<"to gen_tcp">>),
    ?assertEqual({ok, <<"to gen_tcp">>}, gen_tcp:recv(T, 0, 1000)),
    {ok, S2} = wirebeam_socket:from_fd(Fd2, #{active => true}),
    ok = gen_tcp:close(T),
    ok = wirebeam_socket:close_fd(Fd2),
    ok = gen_tcp:send(A, <<"again">>),
    ?assertEqual([<<"again">>], next(S2)),
    ok = gen_tcp:close(A),
    receive {wirebeam_socket_closed, S2, Reason} -> ?assertEqual(eof, Reason)
    after 1000 -> ct:fail(no_end)
    end,
    ok = gen_tcp:close(L).

fd_to_and_from_socket(_Config) ->
    {ok, S} = wirebeam_socket:open(#{kind => inet}),
    {ok, Fd} = wirebeam_socket:to_fd(S),
    {ok, T} = socket:open(Fd, #{dup => false}),
    ok = socket:bind(T, #{family => inet, addr => {127, 0, 0, 1}, port => 7010}),
    {ok, U} = wirebeam_socket:from_fd(Fd),
    {ok, V} = gen_udp:open(0, [binary]),
    ok = gen_udp:send(V, {127, 0, 0, 1}, 7010, <<"one">>),
    ?assertEqual([<<"one">>], some(U, 1)),
    ok = wirebeam_socket:close(U),
    ok = gen_udp:send(V, {127, 0, 0, 1}, 7010, <<"two">>),
    ?assertEqual({ok, <<"two">>}, socket:recv(T, 0, 1000)),
    ok = socket:close(T),
    ok = wirebeam_socket:close_fd(Fd),
    ok = gen_udp:close(V).
