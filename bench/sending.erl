%% SPDX-License-Identifier: ISC
%% Senders of 64-byte frames in the VM, for bench/run: wirebeam in its ways, and OTP's socket.
%% Usage:
%%
%%     erl -noinput -pa ... -run sending main WAY INTERFACE COUNT
%%
%% WAY: socket; or port or nif, each alone or followed by -packet for the plain packet socket.
%% Prints "sent N" and "measured CPU WALL" (seconds; CPU that of the VM).
-module(sending).

-export([main/1]).

-define(BATCH, 8192).

-spec main([string()]) -> no_return().
main([Way, Interface, Count]) ->
    Send = sender(string:split(Way, "-"), Interface),
    Send(?BATCH), % whatever is made at the first call
    {Cpu, _} = statistics(runtime),
    Start = erlang:monotonic_time(),
    Sent = repeat(Send, list_to_integer(Count), 0),
    Wall = erlang:convert_time_unit(erlang:monotonic_time() - Start, native, microsecond) / 1.0e6,
    {CpuEnd, _} = statistics(runtime),
    io:format("sent ~b~nmeasured ~.3f ~.3f~n", [Sent, (CpuEnd - Cpu) / 1.0e3, Wall]),
    halt(0).

repeat(_Send, Left, Sent) when Left =< 0 -> Sent;
repeat(Send, Left, Sent) ->
    ok = Send(?BATCH),
    repeat(Send, Left - ?BATCH, Sent + ?BATCH).

frame() -> <<16#ffffffffffff:48, 16#0200000000aa:48, 16#88b5:16, 0:(50 * 8)>>.

%% A function that sends as many frames as it is told.
sender(["socket"], Interface) ->
    {ok, Index} = net:if_name2index(Interface),
    {ok, Socket} = socket:open(17, raw, 0),
    Address = #{family => 17, addr => <<16#88b5:16, Index:32/native, 0:16, 0, 6, 0:64>>},
    fun(Count) -> send_each(Socket, frame(), Address, Count) end;
sender([Backend | Kind], Interface) ->
    {ok, _} = application:ensure_all_started(wirebeam),
    Inject = case Kind of [] -> true; ["packet"] -> #{kind => packet} end,
    {ok, C} = wirebeam:open(#{interface => Interface, backend => list_to_atom(Backend),
                              filter => "udp port 1", active => false, inject => Inject}),
    Batch = lists:duplicate(?BATCH, frame()),
    fun(?BATCH) -> wirebeam:send(C, Batch) end.

send_each(_Socket, _Frame, _Address, 0) -> ok;
send_each(Socket, Frame, Address, Count) ->
    ok = socket:sendto(Socket, Frame, Address),
    send_each(Socket, Frame, Address, Count - 1).
