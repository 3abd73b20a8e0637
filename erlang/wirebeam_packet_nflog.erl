%% SPDX-License-Identifier: ISC
%%
%% @private
%% LINKTYPE_NFLOG: what Linux's netfilter log says of a packet, as TLVs, and the packet in the
%% last of them. Their heads are in the byte order of the machine that captured, which the
%% first tells: no type is beyond 255.
-module(wirebeam_packet_nflog).

-behaviour(wirebeam_packet_walk).

-export([decode/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [by/6, rest/3, short/3, malformed/3, bound/3]).

-define(HEADER_BYTES, 4).
-define(HEAD_BYTES, 4).
-define(PAYLOAD, 9).

%% @doc The header, and the packet where there is one.
-spec decode(nflog, binary(), #walk{}) -> wirebeam_packet:layers().
decode(nflog, <<Family, Version, Id:16, Tlvs/binary>> = Bytes, Walk) ->
    Order = byte_order(Tlvs),
    Layer = #nflog{family = Family, version = Version, resource_id = Id, byte_order = Order},
    case payload(Order, Tlvs, 0) of
        {At, Length} ->
            <<Before:At/binary, _:?HEAD_BYTES/binary, Behind/binary>> = Tlvs,
            {Packet, Trailer, Walk1} = bound(Behind, Length - ?HEAD_BYTES, Walk),
            [Layer#nflog{tlvs = Before, length = Length, trailer = Trailer}
             | by(family, Family, kind(Family), Packet, ?HEADER_BYTES + At + ?HEAD_BYTES, Walk1)];
        none ->
            [Layer#nflog{tlvs = Tlvs, length = undefined} | rest(<<>>, byte_size(Bytes), Walk)];
        malformed -> malformed(nflog, Bytes, Walk);
        short -> short(nflog, Bytes, Walk)
    end;
decode(nflog, Bytes, Walk) ->
    short(nflog, Bytes, Walk).

byte_order(<<_:24, 0, _/binary>>) -> little;
byte_order(_) -> big.

%% Where the payload's TLV begins, and its length. The last may go without what fills up.
payload(_, Tlvs, At) when At >= byte_size(Tlvs) -> none;
payload(Order, Tlvs, At) ->
    case Tlvs of
        <<_:At/binary, Head:?HEAD_BYTES/binary, Rest/binary>> ->
            case head(Order, Head) of
                {Length, _} when Length < ?HEAD_BYTES -> malformed;
                {Length, ?PAYLOAD} -> {At, Length};
                {Length, _} when Length - ?HEAD_BYTES > byte_size(Rest) -> short;
                {Length, _} -> payload(Order, Tlvs, At + (Length + 3) div 4 * 4)
            end;
        _ -> short
    end.

head(little, <<Length:16/little, Type:16/little>>) -> {Length, Type};
head(big, <<Length:16, Type:16>>) -> {Length, Type}.

kind(2) -> ip4;
kind(10) -> ip6;
kind(_) -> undefined.

%% @doc The header around the packet.
-spec encode(#nflog{}, iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#nflog{family = Family, version = Version, resource_id = Id, byte_order = Order,
              tlvs = Tlvs, length = SetLength, trailer = Trailer}, Inner, Next, _) ->
    Number = wirebeam_packet_field:auto(Family, family(Next)),
    Head = case SetLength of
               undefined -> <<>>;
               _ ->
                   Length = wirebeam_packet_field:auto(SetLength, ?HEAD_BYTES + iolist_size(Inner),
                                                       16, length),
                   encode_head(Order, Length)
           end,
    [<<Number, Version, Id:16>>, Tlvs, Head, Inner, Trailer].

encode_head(little, Length) -> <<Length:16/little, ?PAYLOAD:16/little>>;
encode_head(big, Length) -> <<Length:16, ?PAYLOAD:16>>.

family(ip6) -> 10;
family(_) -> 2.
