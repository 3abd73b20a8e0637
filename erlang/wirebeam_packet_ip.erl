%% SPDX-License-Identifier: ISC
%%
%% @private
%% IPv4 (RFC 791) and the fixed header of IPv6 (RFC 8200). The length fields decide where a
%% packet ends, so that Ethernet padding is never taken for data: it is the trailer. A length
%% of 0 is that of a segmentation-offload frame or a jumbogram, as long as the frame.
-module(wirebeam_packet_ip).

-behaviour(wirebeam_packet_walk).

-export([ip4/2, ip6/2, decode/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [next/5, by/6, rest/3, short/3, malformed/3, bound/3]).
-import(wirebeam_packet_field, [auto/2, bit/1, fit/3]).

-compile({inline, [ip4_address/1]}).

-define(IP4_BYTES, 20).
-define(RESERVED, 16#8000).
-define(DONT_FRAGMENT, 16#4000).
-define(MORE_FRAGMENTS, 16#2000).
-define(OFFSET, 16#1fff).               %% in units of 8 bytes

%% @doc Either, by kind.
-spec decode(ip4 | ip6, binary(), #walk{}) -> wirebeam_packet:layers().
decode(ip4, Bytes, Walk) -> ip4(Bytes, Walk);
decode(ip6, Bytes, Walk) -> ip6(Bytes, Walk).

%% @doc IPv4, as far as its own length goes. Whole bytes are matched and bits taken from them,
%% which costs half as much as to match bits.
-spec ip4(binary(), #walk{}) -> wirebeam_packet:layers().
ip4(<<VersionWords, Tos, Total:16, Id:16, Fragment:16, Ttl, Protocol, Checksum:16,
      Source:32, Destination:32, Rest/binary>> = Bytes, Walk)
  when VersionWords >= 16#45, VersionWords =< 16#4f ->
    HeaderLength = (VersionWords band 15) * 4,
    Layer = #ip4{header_length = HeaderLength, dscp = Tos bsr 2, ecn = Tos band 3,
                 total_length = Total, identification = Id,
                 reserved_flag = Fragment band ?RESERVED =/= 0,
                 dont_fragment = Fragment band ?DONT_FRAGMENT =/= 0,
                 more_fragments = Fragment band ?MORE_FRAGMENTS =/= 0,
                 fragment_offset = (Fragment band ?OFFSET) bsl 3, ttl = Ttl,
                 protocol = Protocol, checksum = Checksum, source = ip4_address(Source),
                 destination = ip4_address(Destination), options = [], trailer = <<>>},
    case HeaderLength of
        ?IP4_BYTES -> ip4_inside(Layer, Fragment, Rest, Walk);
        _ ->
            case Rest of
                <<Options:(HeaderLength - ?IP4_BYTES)/binary, Behind/binary>> ->
                    ip4_inside(Layer#ip4{options = wirebeam_packet_option:ip4(Options)}, Fragment,
                               Behind, Walk);
                _ -> short(ip4, Bytes, Walk)
            end
    end;
ip4(<<_:?IP4_BYTES/binary, _/binary>> = Bytes, Walk) ->
    malformed(ip4, Bytes, Walk);
ip4(Bytes, Walk) ->
    short(ip4, Bytes, Walk).

ip4_address(Number) ->
    {Number bsr 24, (Number bsr 16) band 255, (Number bsr 8) band 255, Number band 255}.

ip4_inside(#ip4{header_length = Taken, total_length = Total} = Layer, Fragment, Behind, Walk)
  when Total - Taken =:= byte_size(Behind) ->
    [Layer | ip4_payload(Layer, Fragment, Behind, Walk#walk{ending = bound})];
ip4_inside(#ip4{total_length = 0} = Layer, Fragment, Behind, Walk) ->
    [Layer | ip4_payload(Layer, Fragment, Behind, Walk)];
%% A total length that has no room for the header is no length of anything.
ip4_inside(#ip4{header_length = Taken, total_length = Total} = Layer, _, Behind, Walk)
  when Total < Taken ->
    [Layer | rest(Behind, Taken, Walk#walk{ending = malformed})];
ip4_inside(#ip4{header_length = Taken, total_length = Total} = Layer, Fragment, Behind, Walk) ->
    {Payload, Trailer, Walk1} = bound(Behind, Total - Taken, Walk),
    [Layer#ip4{trailer = Trailer} | ip4_payload(Layer, Fragment, Payload, Walk1)].

%% The first fragment has headers, but no end; the others have neither.
ip4_payload(#ip4{protocol = Protocol, header_length = Taken}, Fragment, Payload, Walk)
  when Fragment band (?MORE_FRAGMENTS bor ?OFFSET) =:= 0 ->
    by_protocol(Protocol, Payload, Taken, Walk);
ip4_payload(#ip4{protocol = Protocol, header_length = Taken}, Fragment, Payload, Walk)
  when Fragment band ?OFFSET =:= 0 ->
    by_protocol(Protocol, Payload, Taken, Walk#walk{ending = fragment});
ip4_payload(#ip4{header_length = Taken}, _, Payload, Walk) ->
    rest(Payload, Taken, Walk#walk{ending = fragment}).

by_protocol(6, Bytes, Taken, Walk) -> next(tcp, Bytes, Taken, 6, Walk);
by_protocol(17, Bytes, Taken, Walk) -> next(udp, Bytes, Taken, 17, Walk);
by_protocol(Protocol, Bytes, Taken, Walk) ->
    by(protocol, Protocol, wirebeam_packet_number:protocol(Protocol), Bytes, Taken, Walk).

%% @doc The fixed header of IPv6; extension headers are layers of their own.
-spec ip6(binary(), #walk{}) -> wirebeam_packet:layers().
ip6(<<First:32, Length:16, Next, Hops, S1:16, S2:16, S3:16, S4:16, S5:16, S6:16,
      S7:16, S8:16, D1:16, D2:16, D3:16, D4:16, D5:16, D6:16, D7:16, D8:16, Behind/binary>>,
    Walk) when First bsr 28 =:= 6 ->
    {Payload, Trailer, Walk1} = ip6_payload(Length, Next, Behind, Walk),
    [#ip6{traffic_class = (First bsr 20) band 255, flow_label = First band 16#fffff,
          payload_length = Length, next_header = Next, hop_limit = Hops,
          source = {S1, S2, S3, S4, S5, S6, S7, S8},
          destination = {D1, D2, D3, D4, D5, D6, D7, D8}, trailer = Trailer}
     | wirebeam_packet_ip6:by_next_header(Next, Payload, 40, Walk1)];
ip6(<<_:40/binary, _/binary>> = Bytes, Walk) ->
    malformed(ip6, Bytes, Walk);
ip6(Bytes, Walk) ->
    short(ip6, Bytes, Walk).

ip6_payload(0, Next, Behind, Walk) when Next =/= 59 -> {Behind, <<>>, Walk};
ip6_payload(Length, _, Behind, Walk) -> bound(Behind, Length, Walk).

%% @doc The bytes of a layer around those of the layers inside.
-spec encode(#ip4{} | #ip6{}, iodata(), wirebeam_packet_walk:next(),
             wirebeam_packet_checksum:around()) -> iodata().
encode(#ip4{header_length = SetLength, dscp = Dscp, ecn = Ecn, total_length = SetTotal,
            identification = Id, reserved_flag = Reserved, dont_fragment = Dont,
            more_fragments = More, fragment_offset = Offset, ttl = Ttl, protocol = SetProtocol,
            checksum = SetChecksum, source = Source, destination = Destination,
            options = SetOptions, trailer = Trailer}, Inner, Next, _) ->
    Options = wirebeam_packet_option:encode_ip4(SetOptions),
    Words = case SetLength of
                auto -> fit((?IP4_BYTES + byte_size(Options)) div 4, 4, header_length);
                _ -> SetLength div 4
            end,
    Total = case SetTotal of
                auto -> fit(?IP4_BYTES + byte_size(Options) + iolist_size(Inner), 16, total_length);
                _ -> SetTotal
            end,
    Protocol = auto(SetProtocol, wirebeam_packet_number:of_protocol(Next)),
    Begin = <<4:4, Words:4, Dscp:6, Ecn:2, Total:16, Id:16, (bit(Reserved)):1, (bit(Dont)):1,
              (bit(More)):1, (Offset bsr 3):13, Ttl, Protocol>>,
    End = <<(wirebeam_packet_field:address(Source))/binary,
            (wirebeam_packet_field:address(Destination))/binary, Options/binary>>,
    Checksum = case SetChecksum of
                   auto -> wirebeam_packet_checksum:internet([Begin, End]);
                   _ -> SetChecksum
               end,
    [Begin, <<Checksum:16>>, End, Inner, Trailer];
encode(#ip6{traffic_class = Class, flow_label = Label, payload_length = SetLength,
            next_header = SetNext, hop_limit = Hops, source = Source,
            destination = Destination, trailer = Trailer}, Inner, Next, _) ->
    Length = case SetLength of
                 auto -> fit(iolist_size(Inner), 16, payload_length);
                 _ -> SetLength
             end,
    Number = case SetNext of
                 auto -> wirebeam_packet_ip6:number(Next, Inner);
                 _ -> SetNext
             end,
    [<<6:4, Class, Label:20, Length:16, Number, Hops>>, wirebeam_packet_field:address(Source),
     wirebeam_packet_field:address(Destination), Inner, Trailer].
