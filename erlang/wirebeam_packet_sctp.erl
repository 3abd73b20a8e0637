%% SPDX-License-Identifier: ISC
%%
%% @private
%% SCTP (RFC 9260): a header, and chunks, which are its own up to the end of the packet.
-module(wirebeam_packet_sctp).

-behaviour(wirebeam_packet_walk).

-export([decode/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [rest/3, short/3]).
-import(wirebeam_packet_field, [padding/2, fit/3]).

-define(PARAMETER, {16, 16, 4, 4}).

%% @doc A packet with its chunks.
-spec decode(sctp, binary(), #walk{}) -> wirebeam_packet:layers().
decode(sctp, <<Source:16, Destination:16, Tag:32, Checksum:32, Chunks/binary>> = Bytes, Walk) ->
    [#sctp{source_port = Source, destination_port = Destination, verification_tag = Tag,
           checksum = Checksum, chunks = chunks(Chunks)}
     | rest(<<>>, byte_size(Bytes), Walk)];
decode(sctp, Bytes, Walk) ->
    short(sctp, Bytes, Walk).

%% Values are filled up to multiples of four; the last may go without.
chunks(<<>>) -> [];
chunks(<<Type, Flags, Length:16, Rest/binary>> = Bytes)
  when Length >= 4, Length - 4 =< byte_size(Rest) ->
    <<Value:(Length - 4)/binary, Behind/binary>> = Rest,
    Filler = padding(Length, 4),
    FillerLength = byte_size(Filler),
    case Behind of
        <<Filler:FillerLength/binary, More/binary>> ->
            [{Type, Flags, value(Type, Value)} | chunks(More)];
        _ -> [Bytes]
    end;
chunks(Bytes) -> [Bytes].

value(0, <<Tsn:32, Stream:16, Sequence:16, Ppid:32, Data/binary>>) ->
    {data, Tsn, Stream, Sequence, Ppid, Data};
value(Type, <<Tag:32, Window:32, Outbound:16, Inbound:16, Tsn:32, Parameters/binary>>)
  when Type =:= 1; Type =:= 2 ->
    {init, Tag, Window, Outbound, Inbound, Tsn,
     wirebeam_packet_tlv:decode(Parameters, ?PARAMETER)};
value(3, <<Tsn:32, Window:32, Blocks:16, Duplicates:16, Rest/binary>>)
  when byte_size(Rest) =:= (Blocks + Duplicates) * 4 ->
    <<Gaps:(Blocks * 4)/binary, Twice/binary>> = Rest,
    {sack, Tsn, Window, [{Start, End} || <<Start:16, End:16>> <= Gaps], [D || <<D:32>> <= Twice]};
value(_, Value) -> Value.

%% @doc The bytes of a packet.
-spec encode(#sctp{}, iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#sctp{source_port = Source, destination_port = Destination, verification_tag = Tag,
             checksum = SetChecksum, chunks = Chunks}, Inner, _, _) ->
    Begin = <<Source:16, Destination:16, Tag:32>>,
    End = [[encode_chunk(Chunk) || Chunk <- Chunks], Inner],
    Checksum = case SetChecksum of
                   auto -> wirebeam_packet_checksum:crc32c([Begin, <<0:32>>, End]);
                   _ -> SetChecksum
               end,
    [Begin, <<Checksum:32>>, End].

encode_chunk(Bytes) when is_binary(Bytes) -> Bytes;
encode_chunk({Type, Flags, Value}) ->
    Bytes = encode_value(Value),
    encode_chunk({Type, Flags, Bytes, fit(byte_size(Bytes) + 4, 16, length)});
encode_chunk({Type, Flags, Value, Length}) ->
    Bytes = encode_value(Value),
    [<<Type, Flags, Length:16>>, Bytes, padding(byte_size(Bytes), 4)].

encode_value({data, Tsn, Stream, Sequence, Ppid, Data}) ->
    <<Tsn:32, Stream:16, Sequence:16, Ppid:32, Data/binary>>;
encode_value({init, Tag, Window, Outbound, Inbound, Tsn, Parameters}) ->
    <<Tag:32, Window:32, Outbound:16, Inbound:16, Tsn:32,
      (wirebeam_packet_tlv:encode(Parameters, ?PARAMETER))/binary>>;
encode_value({sack, Tsn, Window, Gaps, Duplicates}) ->
    <<Tsn:32, Window:32, (length(Gaps)):16, (length(Duplicates)):16,
      << <<Start:16, End:16>> || {Start, End} <- Gaps >>/binary,
      << <<D:32>> || D <- Duplicates >>/binary>>;
encode_value(Bytes) when is_binary(Bytes) -> Bytes.
