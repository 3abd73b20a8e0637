%% SPDX-License-Identifier: ISC
%%
%% @private
%% TCP (RFC 9293), UDP (RFC 768), UDP-Lite (RFC 3828) and DCCP (RFC 4340).
-module(wirebeam_packet_transport).

-behaviour(wirebeam_packet_walk).

-export([tcp/2, udp/2, decode/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [next/5, rest/3, short/3, malformed/3]).
-import(wirebeam_packet_field, [auto/2, bit/1, fit/3]).

-define(TCP_BYTES, 20).
-define(UDP_BYTES, 8).

%% @doc TCP. The segment ends where the IP packet does.
-spec tcp(binary(), #walk{}) -> wirebeam_packet:layers().
tcp(<<Source:16, Destination:16, Sequence:32, Acknowledgment:32, Bits:16, Window:16,
      Checksum:16, Urgent:16, Rest/binary>> = Bytes, Walk) when Bits >= 16#5000 ->
    HeaderLength = (Bits bsr 12) * 4,
    Layer = #tcp{source_port = Source, destination_port = Destination, sequence = Sequence,
                 acknowledgment = Acknowledgment, header_length = HeaderLength,
                 reserved = (Bits bsr 9) band 7, flags = flags(Bits band 16#1ff),
                 window = Window, checksum = Checksum, urgent_pointer = Urgent, options = []},
    case HeaderLength of
        ?TCP_BYTES -> [Layer | rest(Rest, HeaderLength, Walk)];
        _ ->
            case Rest of
                <<Options:(HeaderLength - ?TCP_BYTES)/binary, Payload/binary>> ->
                    [Layer#tcp{options = wirebeam_packet_option:tcp(Options)}
                     | rest(Payload, HeaderLength, Walk)];
                _ -> short(tcp, Bytes, Walk)
            end
    end;
tcp(<<_:?TCP_BYTES/binary, _/binary>> = Bytes, Walk) ->
    malformed(tcp, Bytes, Walk);
tcp(Bytes, Walk) ->
    short(tcp, Bytes, Walk).

%% The lists of most segments are constants.
flags(16#010) -> [ack];
flags(16#018) -> [psh, ack];
flags(16#002) -> [syn];
flags(16#012) -> [syn, ack];
flags(16#011) -> [fin, ack];
flags(16#004) -> [rst];
flags(16#014) -> [rst, ack];
flags(16#019) -> [fin, psh, ack];
flags(Flags) -> [Name || {Bit, Name} <- flag_names(), Flags band Bit =/= 0].

flag_names() ->
    [{16#001, fin}, {16#002, syn}, {16#004, rst}, {16#008, psh}, {16#010, ack}, {16#020, urg},
     {16#040, ece}, {16#080, cwr}, {16#100, ae}].

encode_flags(Flags) when is_integer(Flags) -> Flags;
encode_flags(Flags) ->
    lists:foldl(fun(Name, Bits) ->
                    {Bit, _} = lists:keyfind(Name, 2, flag_names()),
                    Bits bor Bit
                end, 0, Flags).

%% @doc UDP, whose length may end it before the IP packet does. The ports say what follows.
-spec udp(binary(), #walk{}) -> wirebeam_packet:layers().
udp(<<Source:16, Destination:16, Length:16, Checksum:16, Rest/binary>>, Walk)
  when Length - ?UDP_BYTES =:= byte_size(Rest) ->
    [#udp{source_port = Source, destination_port = Destination, length = Length,
          checksum = Checksum, trailer = <<>>}
     | by_ports(Source, Destination, Rest, Walk#walk{ending = bound})];
udp(<<Source:16, Destination:16, Length:16, Checksum:16, Rest/binary>>, Walk)
  when Length >= ?UDP_BYTES ->
    {Payload, Trailer, Walk1} = wirebeam_packet_walk:bound(Rest, Length - ?UDP_BYTES, Walk),
    [#udp{source_port = Source, destination_port = Destination, length = Length,
          checksum = Checksum, trailer = Trailer}
     | by_ports(Source, Destination, Payload, Walk1)];
%% Of a jumbogram (RFC 2675, 4) and of a segmentation-offload frame.
udp(<<Source:16, Destination:16, 0:16, Checksum:16, Rest/binary>>, Walk)
  when byte_size(Rest) + ?UDP_BYTES > 16#ffff ->
    [#udp{source_port = Source, destination_port = Destination, length = 0, checksum = Checksum}
     | rest(Rest, ?UDP_BYTES, Walk)];
udp(<<_:?UDP_BYTES/binary, _/binary>> = Bytes, Walk) ->
    malformed(udp, Bytes, Walk);
udp(Bytes, Walk) ->
    short(udp, Bytes, Walk).

by_ports(_, _, <<>>, Walk) ->
    rest(<<>>, ?UDP_BYTES, Walk);
by_ports(Source, Destination, Payload, Walk) ->
    case wirebeam_packet_port:kind(Source, Destination, Payload, Walk#walk.ending =:= bound) of
        payload -> rest(Payload, ?UDP_BYTES, Walk);
        Kind -> next(Kind, Payload, ?UDP_BYTES, Destination, Walk)
    end.

%% @doc All of them, by kind.
-spec decode(wirebeam_packet_walk:kind(), binary(), #walk{}) -> wirebeam_packet:layers().
decode(tcp, Bytes, Walk) -> tcp(Bytes, Walk);
decode(udp, Bytes, Walk) -> udp(Bytes, Walk);
decode(udplite, <<Source:16, Destination:16, Coverage:16, Checksum:16, Rest/binary>>, Walk) ->
    [#udplite{source_port = Source, destination_port = Destination,
              checksum_coverage = Coverage, checksum = Checksum}
     | rest(Rest, ?UDP_BYTES, Walk)];
decode(dccp, <<Source:16, Destination:16, Words, Ccval:4, Cscov:4, Checksum:16, Res:3, Type:4, X:1,
               Behind/binary>> = Bytes, Walk) ->
    SequenceBits = 24 + X * 24,
    Fixed = 12 + X * 4,
    OptionsLength = Words * 4 - Fixed,
    case Behind of
        _ when OptionsLength < 0 -> malformed(dccp, Bytes, Walk);
        <<Reserved:(X * 8), Sequence:SequenceBits, Options:OptionsLength/binary,
          Payload/binary>> ->
            [#dccp{source_port = Source, destination_port = Destination,
                   header_length = Words * 4, ccval = Ccval, cscov = Cscov,
                   checksum = Checksum, res = Res, type = Type,
                   extended_sequence_numbers = X =:= 1, reserved = Reserved,
                   sequence_number = Sequence, options = Options}
             | rest(Payload, Words * 4, Walk)];
        _ -> short(dccp, Bytes, Walk)
    end;
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

%% @doc The bytes of a layer around those of the layers inside.
-spec encode(tuple(), iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#tcp{source_port = Source, destination_port = Destination, sequence = Sequence,
            acknowledgment = Acknowledgment, header_length = SetLength, reserved = Reserved,
            flags = Flags, window = Window, checksum = SetChecksum, urgent_pointer = Urgent,
            options = SetOptions}, Inner, _, Around) ->
    Options = wirebeam_packet_option:encode_tcp(SetOptions),
    Words = case SetLength of
                auto -> fit((?TCP_BYTES + byte_size(Options)) div 4, 4, header_length);
                _ -> SetLength div 4
            end,
    Begin = <<Source:16, Destination:16, Sequence:32, Acknowledgment:32, Words:4, Reserved:3,
              (encode_flags(Flags)):9, Window:16>>,
    End = [<<Urgent:16>>, Options | Inner],
    Checksum = case SetChecksum of
                   auto -> wirebeam_packet_checksum:pseudo(Around, 6, [Begin, 0, 0 | End]);
                   _ -> SetChecksum
               end,
    [Begin, <<Checksum:16>> | End];
encode(#udp{source_port = SetSource, destination_port = SetDestination, length = SetLength,
            checksum = SetChecksum, trailer = Trailer}, Inner, Next, Around) ->
    {Source, Destination} = wirebeam_packet_port:ports(Next),
    Length = case SetLength of
                 auto -> fit(?UDP_BYTES + iolist_size(Inner), 16, length);
                 _ -> SetLength
             end,
    Begin = <<(auto(SetSource, Source)):16, (auto(SetDestination, Destination)):16, Length:16>>,
    Checksum = case SetChecksum of
                   auto -> not_zero(wirebeam_packet_checksum:pseudo(Around, 17,
                                                                    [Begin, 0, 0 | Inner]));
                   _ -> SetChecksum
               end,
    [Begin, <<Checksum:16>>, Inner, Trailer];
encode(#udplite{source_port = Source, destination_port = Destination,
                checksum_coverage = Coverage, checksum = SetChecksum}, Inner, _, Around) ->
    Begin = <<Source:16, Destination:16, Coverage:16>>,
    Checksum = case SetChecksum of
                   auto -> not_zero(covered(Around, 136, Coverage, [Begin, 0, 0 | Inner]));
                   _ -> SetChecksum
               end,
    [Begin, <<Checksum:16>> | Inner];
encode(#dccp{source_port = Source, destination_port = Destination, header_length = SetLength,
             ccval = Ccval, cscov = Cscov, checksum = SetChecksum, res = Res, type = Type,
             extended_sequence_numbers = Extended, reserved = Reserved,
             sequence_number = Sequence, options = Options}, Inner, _, Around) ->
    X = bit(Extended),
    Words = case SetLength of
                auto -> fit((12 + X * 4 + byte_size(Options)) div 4, 8, header_length);
                _ -> SetLength div 4
            end,
    Begin = <<Source:16, Destination:16, Words, Ccval:4, Cscov:4>>,
    End = [<<Res:3, Type:4, X:1, Reserved:(X * 8), Sequence:(24 + X * 24)>>, Options | Inner],
    %% RFC 4340, 9.2: of the payload 0 covers all, others so many words less one.
    Covered = case Cscov of
                  0 -> 0;
                  _ -> Words * 4 + (Cscov - 1) * 4
              end,
    Checksum = case SetChecksum of
                   auto -> covered(Around, 33, Covered, [Begin, 0, 0 | End]);
                   _ -> SetChecksum
               end,
    [Begin, <<Checksum:16>> | End].

%% 0 says that there is none.
not_zero(0) -> 16#ffff;
not_zero(Checksum) -> Checksum.

%% Over the first Coverage bytes, of which 0 stands for all.
covered(Around, Protocol, Coverage, Bytes) ->
    Whole = iolist_to_binary(Bytes),
    Covered = case Coverage of
                  0 -> Whole;
                  _ -> binary:part(Whole, 0, min(Coverage, byte_size(Whole)))
              end,
    wirebeam_packet_checksum:pseudo(Around, Protocol, Covered, byte_size(Whole)).
