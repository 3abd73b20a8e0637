#!/usr/bin/env escript
%% SPDX-License-Identifier: ISC
%%
%% How many packets a second one process takes apart and puts together with wirebeam_packet,
%% beside the bare match of the same fields without a term for each of them, which is the
%% limit of plain bit syntax. Time is that of the processor, as the machine may be shared.
%%
%%     bench/packet.escript EBIN [PACKETS]
%%
%% EBIN is the directory of the compiled modules.

-mode(compile).

main([Ebin]) -> main([Ebin, "2000000"]);
main([Ebin, Packets]) ->
    true = code:add_patha(Ebin),
    Payload = binary:copy(<<"x">>, 1000),
    Ip4 = "45000410000000004006000000000000000000000000",
    Frames = [{"eth/ip/tcp", frame("0800", Ip4, tcp("50"), Payload)},
              {"eth/ip/tcp, timestamps", frame("0800", "4500041c" ++ lists:nthtail(8, Ip4),
                                               tcp("80") ++ "0101080a0000000100000002", Payload)},
              {"eth/ip/udp", frame("0800", "450004040000000040110000" ++ lists:duplicate(16, $0),
                                   "00070009" ++ "03f00000", Payload)},
              {"eth/vlan/ip/tcp", frame("8100006408" ++ "00", Ip4, tcp("50"), Payload)},
              {"eth/ipv6/tcp", frame("86dd", "6000000003fc0640" ++ lists:duplicate(64, $0),
                                     tcp("50"), Payload)}],
    Count = list_to_integer(Packets),
    show("bare match, eth/ip/tcp", fun bare/1, element(2, hd(Frames)), Count),
    [show("decode, " ++ Name, fun(Bytes) -> wirebeam_packet:decode(Bytes) end, Frame, Count)
     || {Name, Frame} <- Frames],
    Layers = wirebeam_packet:decode(element(2, hd(Frames))),
    show("encode, all set", fun(L) -> wirebeam_packet:encode(L) end, Layers, Count div 10),
    show("encode, 1,000 bytes summed", fun(L) -> wirebeam_packet:encode(L) end,
         wirebeam_packet:recompute(Layers), Count div 10).

frame(Type, Network, Transport, Payload) ->
    Header = "020000000002020000000001" ++ Type ++ string:slice(Network, 0, length_of(Network))
        ++ Transport,
    <<(binary:decode_hex(list_to_binary(Header)))/binary, Payload/binary>>.

%% A header of IPv4 has 20 bytes here, one of IPv6 40.
length_of([$4 | _]) -> 40;
length_of([$6 | _]) -> 80.

tcp(Offset) -> "000700090000000100000002" ++ Offset ++ "10ffff00000000".

bare(<<Destination:6/binary, Source:6/binary, 16#0800:16, 16#45, _, Total:16, _:40, 6, _:16,
       From:32, To:32, FromPort:16, ToPort:16, Sequence:32, Acknowledgment:32, 5:4, _:4, Flags,
       _:48, Rest/binary>>) ->
    Length = Total - 40,
    <<Payload:Length/binary, _/binary>> = Rest,
    {Destination, Source, From, To, FromPort, ToPort, Sequence, Acknowledgment, Flags, Payload}.

show(Name, Run, Argument, Count) ->
    Self = self(),
    Process = fun() ->
                  repeat(Run, Argument, Count div 10),
                  {Before, _} = statistics(runtime),
                  repeat(Run, Argument, Count),
                  {After, _} = statistics(runtime),
                  Self ! {took, After - Before}
              end,
    spawn_opt(Process, [{min_heap_size, 100000}]),
    receive
        {took, Ms} -> io:format("~-32s ~8.2f M packets/s~n", [Name, Count / max(1, Ms) / 1000])
    end.

repeat(_, _, 0) -> ok;
repeat(Run, Argument, Count) ->
    Run(Argument),
    repeat(Run, Argument, Count - 1).
