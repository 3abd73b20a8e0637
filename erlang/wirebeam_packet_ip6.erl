%% SPDX-License-Identifier: ISC
%%
%% @private
%% The extension headers of IPv6 (RFC 8200, 4), each a layer of its own, and the headers of
%% IPsec (RFC 4302, 4303) and IPComp (RFC 3173), which IPv4 has as well.
-module(wirebeam_packet_ip6).

-behaviour(wirebeam_packet_walk).

-export([by_next_header/4, number/2, decode/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [by/6, rest/3, short/3]).
-import(wirebeam_packet_field, [auto/2, bit/1, fit/3, address/1]).

-define(NO_NEXT_HEADER, 59).

%% @doc What a Next Header field behind Taken bytes names.
-spec by_next_header(byte(), binary(), non_neg_integer(), #walk{}) -> wirebeam_packet:layers().
by_next_header(?NO_NEXT_HEADER, Bytes, Taken, Walk) ->
    rest(Bytes, Taken, Walk);
by_next_header(Next, Bytes, Taken, Walk) ->
    by(protocol, Next, kind(Next), Bytes, Taken, Walk).

kind(0) -> ip6_hopopts;
kind(43) -> ip6_routing;
kind(44) -> ip6_fragment;
kind(60) -> ip6_dstopts;
kind(135) -> mipv6;
kind(139) -> hip;
kind(140) -> shim6;
kind(Next) -> wirebeam_packet_number:protocol(Next).

%% @doc The Next Header of what is inside.
-spec number(wirebeam_packet_walk:kind(), iodata()) -> byte().
number(payload, Inner) ->
    case iolist_size(Inner) of
        0 -> ?NO_NEXT_HEADER;
        _ -> wirebeam_packet_number:of_protocol(payload)
    end;
number(Next, _) ->
    wirebeam_packet_number:of_protocol(Next).

%% @doc One header. All but the fragment header begin alike: the next header, and the length
%% in units of 8 bytes without the first 8.
-spec decode(wirebeam_packet_walk:kind(), binary(), #walk{}) -> wirebeam_packet:layers().
decode(ip6_fragment, <<Next, Reserved, Offset:13, Res:2, More:1, Id:32, Rest/binary>>, Walk) ->
    [#ip6_fragment{next_header = Next, reserved = Reserved, fragment_offset = Offset bsl 3,
                   res = Res, more_fragments = More =:= 1, identification = Id}
     | fragment(Offset, More, Next, Rest, Walk)];
decode(ah, <<Next, Words, Reserved:16, Spi:32, Sequence:32, Rest/binary>> = Bytes, Walk) ->
    IcvLength = (Words - 1) * 4,
    case Rest of
        <<Icv:IcvLength/binary, Inner/binary>> ->
            [#ah{next_header = Next, header_length = (Words + 2) * 4, reserved = Reserved,
                 spi = Spi, sequence_number = Sequence, integrity_check_value = Icv}
             | by_next_header(Next, Inner, (Words + 2) * 4, Walk)];
        _ when Words =:= 0 -> wirebeam_packet_walk:malformed(ah, Bytes, Walk);
        _ -> short(ah, Bytes, Walk)
    end;
decode(esp, <<Spi:32, Sequence:32, Rest/binary>>, Walk) ->
    [#esp{spi = Spi, sequence_number = Sequence} | rest(Rest, 8, Walk)];
decode(ipcomp, <<Next, Flags, Cpi:16, Rest/binary>>, Walk) ->
    [#ipcomp{next_header = Next, flags = Flags, cpi = Cpi} | rest(Rest, 4, Walk)];
decode(Kind, <<Next, Units, Rest/binary>> = Bytes, Walk)
  when Kind =/= ip6_fragment, Kind =/= ah, Kind =/= esp, Kind =/= ipcomp ->
    Length = (Units + 1) * 8,
    case Rest of
        <<Data:(Length - 2)/binary, Inner/binary>> ->
            [extension(Kind, Next, Length, Data)
             | by_next_header(Next, Inner, Length, jumbo(Kind, Data, Inner, Walk))];
        _ -> short(Kind, Bytes, Walk)
    end;
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

fragment(0, 0, Next, Bytes, Walk) -> by_next_header(Next, Bytes, 8, Walk);
fragment(0, 1, Next, Bytes, Walk) ->
    by_next_header(Next, Bytes, 8, Walk#walk{ending = fragment});
fragment(_, _, _, Bytes, Walk) -> rest(Bytes, 8, Walk#walk{ending = fragment}).

%% RFC 2675: IPv6's own length is 0 there, and this one, from behind the fixed header, is in
%% force: here it only says whether all is there.
jumbo(ip6_hopopts, Data, Inner, #walk{ending = Ending} = Walk) when Ending =/= bound ->
    case lists:keyfind(jumbo_payload, 1, [O || O <- wirebeam_packet_option:ip6(Data),
                                               is_tuple(O)]) of
        {_, Length} when Length > byte_size(Inner) + byte_size(Data) + 2 ->
            wirebeam_packet_walk:overrun(Walk);
        _ -> Walk
    end;
jumbo(_, _, _, Walk) -> Walk.

extension(ip6_hopopts, Next, Length, Data) ->
    #ip6_hopopts{next_header = Next, header_length = Length,
                 options = wirebeam_packet_option:ip6(Data)};
extension(ip6_dstopts, Next, Length, Data) ->
    #ip6_dstopts{next_header = Next, header_length = Length,
                 options = wirebeam_packet_option:ip6(Data)};
extension(ip6_routing, Next, Length, <<Type, Left, Data/binary>>) ->
    #ip6_routing{next_header = Next, header_length = Length, routing_type = Type,
                 segments_left = Left, data = route(Type, Data)};
extension(mipv6, Next, Length, <<Type, Reserved, Checksum:16, Data/binary>>) ->
    #mipv6{payload_proto = Next, header_length = Length, mh_type = Type, reserved = Reserved,
           checksum = Checksum, message_data = Data};
extension(hip, Next, Length, Data) ->
    #hip{next_header = Next, header_length = Length, data = Data};
extension(shim6, Next, Length, Data) ->
    #shim6{next_header = Next, header_length = Length, data = Data}.

route(Type, <<Reserved:32, Addresses/binary>>)
  when (Type =:= 0 orelse Type =:= 2), byte_size(Addresses) rem 16 =:= 0 ->
    {Reserved, addresses(Addresses)};
route(4, <<LastEntry, Flags, Tag:16, Rest/binary>> = Data) ->
    Length = (LastEntry + 1) * 16,
    case Rest of
        <<Segments:Length/binary, Tlvs/binary>> ->
            {LastEntry, Flags, Tag, addresses(Segments), Tlvs};
        _ -> Data
    end;
route(_, Data) -> Data.

addresses(Bytes) -> [wirebeam_packet_field:ip6_address(A) || <<A:16/binary>> <= Bytes].

%% @doc The bytes of a header before those of what is inside.
-spec encode(tuple(), iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#ip6_fragment{next_header = SetNext, reserved = Reserved, fragment_offset = Offset,
                     res = Res, more_fragments = More, identification = Id}, Inner, Next, _) ->
    [<<(auto(SetNext, number(Next, Inner))), Reserved, (Offset bsr 3):13, Res:2, (bit(More)):1,
       Id:32>>, Inner];
encode(#ah{next_header = SetNext, header_length = SetLength, reserved = Reserved, spi = Spi,
           sequence_number = Sequence, integrity_check_value = Icv}, Inner, Next, _) ->
    Words = auto(SetLength, 12 + byte_size(Icv)) div 4 - 2,
    [<<(auto(SetNext, number(Next, Inner))), Words, Reserved:16, Spi:32, Sequence:32,
       Icv/binary>>, Inner];
encode(#esp{spi = Spi, sequence_number = Sequence}, Inner, _, _) ->
    [<<Spi:32, Sequence:32>>, Inner];
encode(#ipcomp{next_header = Next, flags = Flags, cpi = Cpi}, Inner, _, _) ->
    [<<Next, Flags, Cpi:16>>, Inner];
encode(#ip6_hopopts{next_header = SetNext, header_length = Length, options = Options}, Inner,
       Next, _) ->
    [extension(SetNext, Next, Length, wirebeam_packet_option:encode_ip6(Options), Inner), Inner];
encode(#ip6_dstopts{next_header = SetNext, header_length = Length, options = Options}, Inner,
       Next, _) ->
    [extension(SetNext, Next, Length, wirebeam_packet_option:encode_ip6(Options), Inner), Inner];
encode(#ip6_routing{next_header = SetNext, header_length = Length, routing_type = Type,
                    segments_left = Left, data = Route}, Inner, Next, _) ->
    Data = <<Type, Left, (encode_route(Route))/binary>>,
    [extension(SetNext, Next, Length, Data, Inner), Inner];
encode(#hip{next_header = SetNext, header_length = Length, data = Data}, Inner, Next, _) ->
    [extension(SetNext, Next, Length, Data, Inner), Inner];
encode(#shim6{next_header = SetNext, header_length = Length, data = Data}, Inner, Next, _) ->
    [extension(SetNext, Next, Length, Data, Inner), Inner];
encode(#mipv6{payload_proto = SetNext, header_length = Length, mh_type = Type,
              reserved = Reserved, checksum = SetChecksum, message_data = Data}, Inner, Next,
       Around) ->
    Whole = fun(Checksum) ->
                extension(SetNext, Next, Length,
                          <<Type, Reserved, Checksum:16, Data/binary>>, Inner)
            end,
    Checksum = case SetChecksum of
                   auto -> wirebeam_packet_checksum:pseudo(Around, 135, Whole(0));
                   _ -> SetChecksum
               end,
    [Whole(Checksum), Inner].

extension(SetNext, Next, SetLength, Data, Inner) ->
    Units = case SetLength of
                auto -> fit((byte_size(Data) + 2) div 8 - 1, 8, header_length);
                _ -> SetLength div 8 - 1
            end,
    <<(auto(SetNext, number(Next, Inner))), Units, Data/binary>>.

encode_route({Reserved, Addresses}) ->
    <<Reserved:32, (encode_addresses(Addresses))/binary>>;
encode_route({LastEntry, Flags, Tag, Segments, Tlvs}) ->
    Last = auto(LastEntry, max(0, length(Segments) - 1)),
    <<Last, Flags, Tag:16, (encode_addresses(Segments))/binary, Tlvs/binary>>;
encode_route(Data) ->
    Data.

encode_addresses(Addresses) -> << <<(address(A))/binary>> || A <- Addresses >>.
