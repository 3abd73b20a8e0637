%% SPDX-License-Identifier: ISC
%%
%% @private
%% GRE (RFC 2784, 2890, 1701), its version 1 in PPTP (RFC 2637), and ERSPAN.
-module(wirebeam_packet_gre).

-behaviour(wirebeam_packet_walk).

-export([decode/3, encode/4, is_gre/1]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [next/5, by/6, rest/3, short/3, bound/3]).
-import(wirebeam_packet_field, [auto/2, bit/1, fit/3]).
-import(wirebeam_packet_link, [by_ethertype/4]).

-define(CHECKSUM, 16#8000).
-define(ROUTING, 16#4000).
-define(KEY, 16#2000).
-define(SEQUENCE, 16#1000).
-define(ACKNOWLEDGMENT, 16#0080).
-define(VERSION, 16#0007).
-define(ERSPAN_2, 16#88be).
-define(ERSPAN_3, 16#22eb).
-define(WCCP, 16#883e).

%% @doc Could this be GRE in UDP (RFC 8086, 3): version 0 without the fields of RFC 1701,
%% reserved bits zero?
-spec is_gre(binary()) -> boolean().
is_gre(<<Flags:16, _:16, _/binary>> = Bytes) ->
    Flags band (bnot (?CHECKSUM bor ?KEY bor ?SEQUENCE)) =:= 0
        andalso byte_size(Bytes) >= 4 + 4 * length([B || B <- [?CHECKSUM, ?KEY, ?SEQUENCE],
                                                         Flags band B =/= 0]);
is_gre(_) -> false.

%% @doc One layer.
-spec decode(wirebeam_packet_walk:kind(), binary(), #walk{}) -> wirebeam_packet:layers().
decode(gre, <<Flags:16, Type:16, Rest/binary>> = Bytes, Walk) ->
    Version = Flags band ?VERSION,
    Fields = [{Flags band (?CHECKSUM bor ?ROUTING), checksum}, {Flags band ?KEY, key},
              {Flags band ?SEQUENCE, sequence}]
        ++ [{Flags band ?ACKNOWLEDGMENT, acknowledgment} || Version =:= 1]
        ++ [{Flags band ?ROUTING, routing}],
    case fields([Field || {Bit, Field} <- Fields, Bit =/= 0], Rest,
                #gre{flags = Flags, protocol_type = Type}) of
        {Gre, Behind} -> inside(Version, Gre, Behind, byte_size(Bytes) - byte_size(Behind), Walk);
        short -> short(gre, Bytes, Walk)
    end;
decode(erspan, <<2:4, Vlan:12, Cos:3, Bso:2, Truncated:1, Session:10, Timestamp:32, Tag:16,
                 Pdu:1, FrameType:5, Hardware:6, Direction:1, Granularity:2, HasPlatform:1,
                 Rest/binary>> = Bytes, Walk) ->
    Erspan = #erspan{version = 2, vlan = Vlan, cos = Cos, encapsulation = Bso,
                     truncated = Truncated =:= 1, session_id = Session, timestamp = Timestamp,
                     security_group_tag = Tag, frame_is_pdu = Pdu =:= 1, frame_type = FrameType,
                     hardware_id = Hardware, timestamp_granularity = Granularity,
                     direction = element(Direction + 1, {ingress, egress})},
    case {HasPlatform, Rest} of
        {0, _} -> [Erspan | by_frame_type(FrameType, Rest, 12, Walk)];
        {1, <<Id:6, Info:58, Behind/binary>>} ->
            [Erspan#erspan{platform = {Id, Info}} | by_frame_type(FrameType, Behind, 20, Walk)];
        _ -> short(erspan, Bytes, Walk)
    end;
decode(erspan, <<Version:4, Vlan:12, Cos:3, Encapsulation:2, Truncated:1, Session:10, Reserved:12,
                 Index:20, Rest/binary>>, Walk) when Version =/= 2 ->
    Kind = case Version of
               1 -> ethernet;
               _ -> undefined
           end,
    [#erspan{version = Version, vlan = Vlan, cos = Cos, encapsulation = Encapsulation,
             truncated = Truncated =:= 1, session_id = Session, reserved = Reserved,
             index = Index}
     | by(erspan, Version, Kind, Rest, 8, Walk)];
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

fields([], Bytes, Gre) -> {Gre, Bytes};
fields([checksum | More], <<Checksum:16, Offset:16, Rest/binary>>, Gre) ->
    fields(More, Rest, Gre#gre{checksum = Checksum, offset = Offset});
fields([key | More], <<Length:16, Call:16, Rest/binary>>, #gre{flags = Flags} = Gre)
  when Flags band ?VERSION =:= 1 ->
    fields(More, Rest, Gre#gre{key = {Length, Call}});
fields([key | More], <<Key:32, Rest/binary>>, Gre) ->
    fields(More, Rest, Gre#gre{key = Key});
fields([sequence | More], <<Sequence:32, Rest/binary>>, Gre) ->
    fields(More, Rest, Gre#gre{sequence_number = Sequence});
fields([acknowledgment | More], <<Acknowledgment:32, Rest/binary>>, Gre) ->
    fields(More, Rest, Gre#gre{acknowledgment_number = Acknowledgment});
fields([routing], Bytes, Gre) ->
    case routing_length(Bytes, 0) of
        short -> short;
        Length ->
            {Routing, Rest} = split_binary(Bytes, Length),
            {Gre#gre{routing = Routing}, Rest}
    end;
fields(_, _, _) -> short.

%% RFC 1701: entries follow each other up to one of family 0 and length 0.
routing_length(<<0:16, _, 0, _/binary>>, At) -> At + 4;
routing_length(<<_:24, Length, _:Length/binary, Rest/binary>>, At) ->
    routing_length(Rest, At + 4 + Length);
routing_length(_, _) -> short.

inside(0, #gre{protocol_type = 0} = Gre, Bytes, Taken, Walk) ->     %% keepalive
    [Gre | rest(Bytes, Taken, Walk)];
inside(0, #gre{protocol_type = ?ERSPAN_2, sequence_number = undefined} = Gre, Bytes, Taken, Walk) ->
    [Gre | next(ethernet, Bytes, Taken, ?ERSPAN_2, Walk)];          %% type I
inside(0, #gre{protocol_type = Type} = Gre, Bytes, Taken, Walk)
  when Type =:= ?ERSPAN_2; Type =:= ?ERSPAN_3 ->
    [Gre | next(erspan, Bytes, Taken, Type, Walk)];
%% Its redirect header comes with version 2 only, and begins with a 0 or 1.
inside(0, #gre{protocol_type = ?WCCP} = Gre, <<First:4, _:28, _/binary>> = Bytes, Taken, Walk)
  when First =/= 4 ->
    {Redirect, Rest} = split_binary(Bytes, 4),
    [Gre#gre{redirect = Redirect} | next(ip4, Rest, Taken + 4, ?WCCP, Walk)];
inside(0, #gre{protocol_type = ?WCCP} = Gre, <<4:4, _/bits>> = Bytes, Taken, Walk) ->
    [Gre | next(ip4, Bytes, Taken, ?WCCP, Walk)];
inside(0, #gre{protocol_type = Type} = Gre, Bytes, Taken, Walk) ->
    [Gre | by_ethertype(Type, Bytes, Taken, Walk)];
%% RFC 2637, 4.1: the key holds the payload's length; without it there is only an
%% acknowledgment.
inside(1, #gre{protocol_type = Type, key = {Length, _}} = Gre, Bytes, Taken, Walk) ->
    {Inner, Trailer, Walk1} = bound(Bytes, Length, Walk),
    [Gre#gre{trailer = Trailer} | pptp(Type, Inner, Taken, Walk1)];
inside(1, #gre{protocol_type = Type} = Gre, Bytes, Taken, Walk) ->
    [Gre | pptp(Type, Bytes, Taken, Walk)];
inside(Version, Gre, Bytes, Taken, Walk) ->
    [Gre | by(gre, Version, undefined, Bytes, Taken, Walk)].

pptp(_, <<>>, Taken, Walk) -> rest(<<>>, Taken, Walk);
pptp(Type, Bytes, Taken, Walk) -> by_ethertype(Type, Bytes, Taken, Walk).

by_frame_type(0, Bytes, Taken, Walk) -> next(ethernet, Bytes, Taken, 0, Walk);
by_frame_type(2, <<6:4, _/bits>> = Bytes, Taken, Walk) -> next(ip6, Bytes, Taken, 2, Walk);
by_frame_type(2, <<_, _/bits>> = Bytes, Taken, Walk) -> next(ip4, Bytes, Taken, 2, Walk);
by_frame_type(Type, Bytes, Taken, Walk) -> by(erspan, Type, undefined, Bytes, Taken, Walk).

%% @doc The bytes of a layer around those of the layers inside.
-spec encode(tuple(), iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#gre{flags = SetFlags, protocol_type = Type, checksum = SetChecksum, offset = Offset,
            routing = Routing, redirect = Redirect, trailer = Trailer} = Gre, Inner, Next, _) ->
    HasChecksum = SetChecksum =/= undefined orelse Routing =/= undefined,
    Begin = <<(auto(SetFlags, flags(Gre))):16, (auto(Type, protocol_type(Gre, Next))):16>>,
    End = [<< <<Offset:16>> || HasChecksum >>, key(Gre, Inner),
           number(Gre#gre.sequence_number), number(Gre#gre.acknowledgment_number),
           optional(Routing), Redirect, Inner],
    [Begin, << <<(checksum(SetChecksum, [Begin, 0, 0 | End])):16>> || HasChecksum >>,
     End, Trailer];
encode(#erspan{version = 2, vlan = Vlan, cos = Cos, encapsulation = Bso, truncated = Truncated,
               session_id = Session, timestamp = Timestamp, security_group_tag = Tag,
               frame_is_pdu = Pdu, frame_type = FrameType, hardware_id = Hardware,
               direction = Direction, timestamp_granularity = Granularity,
               platform = Platform}, Inner, _, _) ->
    [<<2:4, Vlan:12, Cos:3, Bso:2, (bit(Truncated)):1, Session:10, Timestamp:32, Tag:16,
       (bit(Pdu)):1, FrameType:5, Hardware:6, (bit(Direction =:= egress)):1, Granularity:2,
       (bit(Platform =/= undefined)):1>>,
     case Platform of
         undefined -> <<>>;
         {Id, Info} -> <<Id:6, Info:58>>
     end, Inner];
encode(#erspan{version = Version, vlan = Vlan, cos = Cos, encapsulation = Encapsulation,
               truncated = Truncated, session_id = Session, reserved = Reserved,
               index = Index}, Inner, _, _) ->
    [<<Version:4, Vlan:12, Cos:3, Encapsulation:2, (bit(Truncated)):1, Session:10, Reserved:12,
       Index:20>>, Inner].

flags(#gre{checksum = Checksum, key = Key, sequence_number = Sequence,
           acknowledgment_number = Acknowledgment, routing = Routing}) ->
    Version = bit(is_tuple(Key) orelse Acknowledgment =/= undefined),
    lists:sum([Bit || {Bit, Field} <- [{?CHECKSUM, Checksum}, {?KEY, Key}, {?SEQUENCE, Sequence},
                                       {?ACKNOWLEDGMENT, Acknowledgment}, {?ROUTING, Routing}],
                      Field =/= undefined]) bor Version.

protocol_type(_, erspan) -> ?ERSPAN_2;
protocol_type(_, ppp) -> 16#880b;
protocol_type(#gre{redirect = <<_, _/binary>>}, _) -> ?WCCP;
protocol_type(_, Next) -> wirebeam_packet_number:of_ethertype(Next).

checksum(undefined, _) -> 0;
checksum(auto, Bytes) -> wirebeam_packet_checksum:internet(Bytes);
checksum(Set, _) -> Set.

key(#gre{key = undefined}, _) -> <<>>;
key(#gre{key = {auto, Call}}, Inner) -> <<(fit(iolist_size(Inner), 16, key)):16, Call:16>>;
key(#gre{key = {Length, Call}}, _) -> <<Length:16, Call:16>>;
key(#gre{key = Key}, _) -> <<Key:32>>.

number(undefined) -> <<>>;
number(Number) -> <<Number:32>>.

optional(undefined) -> <<>>;
optional(Bytes) -> Bytes.
