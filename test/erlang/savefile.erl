%% SPDX-License-Identifier: ISC
%% Writes capture files, and makes the packets for them.
-module(savefile).

-export([write/2, write/3, udp/2, udp/3, tcp/3]).

%% Packets are {Time in ns, Bytes} or Bytes, a millisecond apart.
-spec write(file:name_all(), [binary() | {integer(), binary()}]) -> ok.
write(Path, Packets) ->
    write(Path, 1, Packets).

-spec write(file:name_all(), LinkType :: 0..65535, [binary() | {integer(), binary()}]) -> ok.
write(Path, LinkType, Packets) ->
    Header = <<16#a1b23c4d:32, 2:16, 4:16, 0:64, 262144:32, LinkType:32>>,
    ok = file:write_file(Path, [Header | records(Packets, 1700000000000000000)]).

records([{Time, Bytes} | Packets], _Next) ->
    [<<(Time div 1000000000):32, (Time rem 1000000000):32, (byte_size(Bytes)):32,
       (byte_size(Bytes)):32>>, Bytes | records(Packets, Time + 1000000)];
records([Bytes | Packets], Next) ->
    records([{Next, Bytes} | Packets], Next);
records([], _Next) ->
    [].

%% An Ethernet frame with a datagram from 10.0.0.1 to 10.0.0.2.
-spec udp(inet:port_number(), binary()) -> binary().
udp(Port, Payload) ->
    udp(40000, Port, Payload).

-spec udp(inet:port_number(), inet:port_number(), binary()) -> binary().
udp(From, To, Payload) ->
    ip(17, {1, 2}, <<From:16, To:16, (8 + byte_size(Payload)):16, 0:16, Payload/binary>>).

%% A segment of {Port, Port}, {Sequence, Acknowledgment, Flags}. 10.0.0.2 has port 80.
-spec tcp({inet:port_number(), inet:port_number()}, {integer(), integer(), integer()},
          binary()) -> binary().
tcp({From, To}, {Sequence, Acknowledgment, Flags}, Payload) ->
    Ends = if From =:= 80 -> {2, 1}; true -> {1, 2} end,
    ip(6, Ends, <<From:16, To:16, Sequence:32, Acknowledgment:32, 5:4, 0:4, Flags, 65535:16,
                  0:16, 0:16, Payload/binary>>).

ip(Protocol, {From, To}, Payload) ->
    <<2:48, 4:48, 16#0800:16, 4:4, 5:4, 0, (20 + byte_size(Payload)):16, 0:16, 0:16, 64,
      Protocol, 0:16, 10, 0, 0, From, 10, 0, 0, To, Payload/binary>>.
