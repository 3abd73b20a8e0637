%% SPDX-License-Identifier: ISC
%%
%% Packets for the tests of wirebeam_packet: from capture files (pcap, pcapng), from the seeds
%% of the fuzzer of decode; and a capture file of packets. A file of another form gives none.
-module(wirebeam_packet_capture).

-export([packets/1, seed/1, write/2]).

-type packet() :: {LinkType :: non_neg_integer(), binary()}.
-export_type([packet/0]).

%% @doc The packets of a file, in their order.
-spec packets(file:filename()) -> [packet()].
packets(File) ->
    case file:read_file(File) of
        {ok, <<16#d4c3b2a1:32, Rest/binary>>} -> pcap(little, Rest);
        {ok, <<16#4d3cb2a1:32, Rest/binary>>} -> pcap(little, Rest);
        {ok, <<16#a1b2c3d4:32, Rest/binary>>} -> pcap(big, Rest);
        {ok, <<16#a1b23c4d:32, Rest/binary>>} -> pcap(big, Rest);
        {ok, <<16#0a0d0d0a:32, _/binary>> = Bytes} -> pcapng(Bytes, big, []);
        _ -> []
    end.

pcap(little, <<_:16/binary, LinkType:16/little, _:16, Rest/binary>>) ->
    records(little, LinkType, Rest);
pcap(big, <<_:16/binary, _:16, LinkType:16, Rest/binary>>) ->
    records(big, LinkType, Rest);
pcap(_, _) -> [].

records(little, LinkType, <<_:64, N:32/little, _:32, Bytes:N/binary, Rest/binary>>) ->
    [{LinkType, Bytes} | records(little, LinkType, Rest)];
records(big, LinkType, <<_:64, N:32, _:32, Bytes:N/binary, Rest/binary>>) ->
    [{LinkType, Bytes} | records(big, LinkType, Rest)];
records(_, _, _) -> [].

%% Each section has its byte order, and interfaces of its own.
pcapng(<<16#0a0d0d0a:32, _:32, 16#4d3c2b1a:32, _/binary>> = Bytes, _, _) ->
    block(Bytes, little, []);
pcapng(<<16#0a0d0d0a:32, _:32, 16#1a2b3c4d:32, _/binary>> = Bytes, _, _) ->
    block(Bytes, big, []);
pcapng(Bytes, Order, Interfaces) -> block(Bytes, Order, Interfaces).

block(<<TypeBytes:4/binary, LengthBytes:4/binary, Rest/binary>>, Order, Interfaces) ->
    Type = number(Order, TypeBytes),
    Length = number(Order, LengthBytes) - 12,
    case Rest of
        <<Body:Length/binary, _:32, Behind/binary>> when Length >= 0 ->
            body(Type, Body, Behind, Order, Interfaces);
        _ -> []
    end;
block(_, _, _) -> [].

body(1, <<Link:2/binary, _/binary>>, Behind, Order, Interfaces) ->
    pcapng(Behind, Order, Interfaces ++ [number(Order, Link)]);
body(6, <<Interface:4/binary, _:64, Captured:4/binary, _:32, Bytes/binary>>, Behind, Order,
     Interfaces) ->
    packet(number(Order, Interface), number(Order, Captured), Bytes, Behind, Order, Interfaces);
body(2, <<Interface:2/binary, _:80, Captured:4/binary, _:32, Bytes/binary>>, Behind, Order,
     Interfaces) ->
    packet(number(Order, Interface), number(Order, Captured), Bytes, Behind, Order, Interfaces);
body(3, <<Length:4/binary, Bytes/binary>>, Behind, Order, Interfaces) ->
    packet(0, min(number(Order, Length), byte_size(Bytes)), Bytes, Behind, Order, Interfaces);
body(_, _, Behind, Order, Interfaces) ->
    pcapng(Behind, Order, Interfaces).

packet(Interface, Captured, Bytes, Behind, Order, Interfaces)
  when Interface < length(Interfaces), Captured =< byte_size(Bytes) ->
    [{lists:nth(Interface + 1, Interfaces), binary:part(Bytes, 0, Captured)}
     | pcapng(Behind, Order, Interfaces)];
packet(_, _, _, _, _, _) -> [].

number(Order, Bytes) -> binary:decode_unsigned(Bytes, Order).

%% @doc The packet of a seed, whose first bytes choose among these link types.
-spec seed(file:filename()) -> packet().
seed(File) ->
    {ok, <<Choice, _:24, Bytes/binary>>} = file:read_file(File),
    Links = [1, 113, 276, 0, 108, 101, 228, 229, 12, 14, 147, 6, 9, 10, 50, 51, 100, 104, 105,
             107, 119, 127, 163, 192, 239, 219],
    {lists:nth(Choice rem length(Links) + 1, Links), Bytes}.

%% @doc Writes a pcapng file, in which each packet has an interface of its own.
-spec write(file:filename(), [packet()]) -> ok.
write(File, Packets) ->
    Section = ng_block(16#0a0d0d0a, <<16#1a2b3c4d:32/little, 1:16/little, 0:16, -1:64>>),
    Blocks = [[ng_block(1, <<Link:16/little, 0:16, 0:32>>),
               ng_block(6, <<Index:32/little, 0:64, (byte_size(Bytes)):32/little,
                             (byte_size(Bytes)):32/little, Bytes/binary,
                             0:(-byte_size(Bytes) band 3)/unit:8>>)]
              || {Index, {Link, Bytes}} <- lists:zip(lists:seq(0, length(Packets) - 1), Packets)],
    ok = file:write_file(File, [Section | Blocks]).

ng_block(Type, Body) ->
    Length = byte_size(Body) + 12,
    <<Type:32/little, Length:32/little, Body/binary, Length:32/little>>.
