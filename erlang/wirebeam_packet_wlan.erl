%% SPDX-License-Identifier: ISC
%%
%% @private
%% IEEE 802.11 and how a frame of it was received (radiotap). Numbers are in little endian, the
%% frame's control field bit by bit as the standard draws it. What is encrypted, a fragment of
%% an MSDU and the body of a management frame are payload; of an aggregate (A-MSDU) all is.
-module(wirebeam_packet_wlan).

-behaviour(wirebeam_packet_walk).

-export([decode/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [next/5, by/6, rest/3, short/3, malformed/3]).
-import(wirebeam_packet_field, [auto/4]).

-define(TYPES, {management, control, data, extension}).
-define(TO_AND_FROM_DS, 3).
-define(MORE_FRAGMENTS, 16#04).
-define(PROTECTED, 16#40).
-define(ORDER, 16#80).
-define(QOS_AMSDU, 16#80).
-define(PADDED, 16#20).                 %% radiotap's flags
-define(FCS, 16#10).

%% @doc One layer.
-spec decode(wirebeam_packet_walk:kind(), binary(), #walk{}) -> wirebeam_packet:layers().
decode(radiotap, <<Version, Pad, Length:16/little, Rest/binary>> = Bytes, Walk) ->
    case Rest of
        _ when Length < 8; Version =/= 0 -> malformed(radiotap, Bytes, Walk);
        <<Fields:(Length - 4)/binary, Behind/binary>> ->
            Flags = radiotap_flags(Fields),
            {Frame, Fcs} = cut_fcs(Flags, Behind, Walk),
            [#radiotap{version = Version, pad = Pad, length = Length, fields = Fields, fcs = Fcs}
             | case Frame of
                   <<>> -> rest(<<>>, Length, Walk);
                   _ -> next(wlan, Frame, Length, Flags, Walk)
               end];
        _ -> short(radiotap, Bytes, Walk)
    end;
decode(wlan, <<Subtype:4, Type:2, Version:2, Flags, Duration:16/little, Rest/binary>> = Bytes,
       #walk{number = RadiotapFlags} = Walk) ->
    Wlan = #wlan{type = element(Type + 1, ?TYPES), subtype = Subtype, version = Version,
                 flags = Flags, duration = Duration},
    case addresses(Wlan#wlan.type, Subtype, Wlan, Rest) of
        {Wlan1, Behind} ->
            Length = byte_size(Bytes) - byte_size(Behind),
            {Wlan2, Body} = padding(Wlan1#wlan.type, RadiotapFlags, Length, Wlan1, Behind),
            [Wlan2 | inside(Wlan2, Body, byte_size(Bytes) - byte_size(Body), Walk)];
        short -> short(wlan, Bytes, Walk)
    end;
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

%% The flags are the second field, behind the time, which stands on a multiple of eight from
%% the header's beginning; 0 where there are none.
radiotap_flags(<<Present:32/little, _/binary>> = Fields) when Present band 2 =/= 0 ->
    case bitmaps(Fields, 0) of
        short -> 0;
        Bitmaps when Present band 1 =/= 0 -> flags_at((Bitmaps + 4 + 7) div 8 * 8 + 8 - 4, Fields);
        Bitmaps -> flags_at(Bitmaps, Fields)
    end;
radiotap_flags(_) -> 0.

bitmaps(<<Present:32/little, Rest/binary>>, At) when Present bsr 31 =:= 1 -> bitmaps(Rest, At + 4);
bitmaps(<<_:32, _/binary>>, At) -> At + 4;
bitmaps(_, _) -> short.

flags_at(At, Fields) ->
    case Fields of
        <<_:At/binary, Flags, _/binary>> -> Flags;
        _ -> 0
    end.

%% The check sequence is no part of the frame's data; a capture that is cut has lost it.
cut_fcs(Flags, Bytes, #walk{ending = Ending})
  when Flags band ?FCS =/= 0, byte_size(Bytes) >= 4, Ending =/= truncated ->
    split_binary(Bytes, byte_size(Bytes) - 4);
cut_fcs(_, Bytes, _) -> {Bytes, <<>>}.

addresses(control, Subtype, Wlan, <<A1:6/binary, A2:6/binary, Control:4/binary, Rest/binary>>)
  when Subtype =:= 8; Subtype =:= 9 ->
    {Wlan#wlan{address_1 = A1, address_2 = A2, block_ack = Control}, Rest};
addresses(control, Subtype, _, _) when Subtype =:= 8; Subtype =:= 9 -> short;
addresses(control, Subtype, Wlan, <<A1:6/binary, A2:6/binary, Rest/binary>>)
  when Subtype =:= 10; Subtype =:= 11; Subtype =:= 14; Subtype =:= 15 ->
    {Wlan#wlan{address_1 = A1, address_2 = A2}, Rest};
addresses(control, Subtype, _, _)
  when Subtype =:= 10; Subtype =:= 11; Subtype =:= 14; Subtype =:= 15 -> short;
addresses(Type, _, Wlan, <<A1:6/binary, Rest/binary>>) when Type =:= control; Type =:= extension ->
    {Wlan#wlan{address_1 = A1}, Rest};
addresses(Type, Subtype, #wlan{flags = Flags} = Wlan,
          <<A1:6/binary, A2:6/binary, A3:6/binary, Sequence:16/little, Rest/binary>>)
  when Type =:= management; Type =:= data ->
    HasQos = Type =:= data andalso Subtype band 8 =/= 0,
    Fields = [address_4 || Type =:= data, Flags band 3 =:= ?TO_AND_FROM_DS]
        ++ [qos || HasQos]
        ++ [ht || Flags band ?ORDER =/= 0, HasQos orelse Type =:= management],
    more(Fields, Rest, Wlan#wlan{address_1 = A1, address_2 = A2, address_3 = A3,
                                 fragment_number = Sequence band 15,
                                 sequence_number = Sequence bsr 4});
addresses(_, _, _, _) -> short.

more([], Bytes, Wlan) -> {Wlan, Bytes};
more([address_4 | More], <<A4:6/binary, Rest/binary>>, Wlan) ->
    more(More, Rest, Wlan#wlan{address_4 = A4});
more([qos | More], <<Qos:16/little, Rest/binary>>, Wlan) ->
    more(More, Rest, Wlan#wlan{qos = Qos});
more([ht | More], <<Ht:32/little, Rest/binary>>, Wlan) ->
    more(More, Rest, Wlan#wlan{ht_control = Ht});
more(_, _, _) -> short.

%% Atheros puts padding behind a data frame's header so that what follows is aligned.
padding(data, RadiotapFlags, Length, Wlan, Bytes) when RadiotapFlags band ?PADDED =/= 0 ->
    Missing = (4 - Length rem 4) rem 4,
    case Bytes of
        <<Padding:Missing/binary, Body/binary>> -> {Wlan#wlan{padding = Padding}, Body};
        _ -> {Wlan, Bytes}
    end;
padding(_, _, _, Wlan, Bytes) -> {Wlan, Bytes}.

inside(#wlan{type = data, subtype = Subtype, flags = Flags, fragment_number = Fragment,
             qos = Qos}, <<_, _/binary>> = Body, Taken, Walk) when Subtype band 4 =:= 0 ->
    case Qos of
        _ when Flags band ?PROTECTED =/= 0 -> rest(Body, Taken, Walk);
        _ when Flags band ?MORE_FRAGMENTS =/= 0; Fragment > 0 ->
            rest(Body, Taken, Walk#walk{ending = fragment});
        _ when is_integer(Qos), Qos band ?QOS_AMSDU =/= 0 ->
            by(wlan, Qos, undefined, Body, Taken, Walk);
        _ -> next(llc, Body, Taken, 0, Walk)
    end;
inside(_, Body, Taken, Walk) ->
    rest(Body, Taken, Walk).

%% @doc The bytes of a layer around those of the layers inside.
-spec encode(tuple(), iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#radiotap{version = Version, pad = Pad, length = SetLength, fields = Fields, fcs = Fcs},
       Inner, _, _) ->
    Length = auto(SetLength, 4 + byte_size(Fields), 16, length),
    [<<Version, Pad, Length:16/little>>, Fields, Inner, Fcs];
encode(#wlan{type = Type, subtype = Subtype, version = Version, flags = Flags,
             duration = Duration, address_1 = A1, address_2 = A2, address_3 = A3,
             fragment_number = Fragment, sequence_number = Sequence, address_4 = A4,
             block_ack = BlockAck, qos = Qos, ht_control = Ht, padding = Padding}, Inner, _, _) ->
    [<<Subtype:4, (type(Type)):2, Version:2, Flags, Duration:16/little>>, A1,
     optional(A2), optional(A3),
     << <<(Sequence bsl 4 bor Fragment):16/little>> || A3 =/= undefined >>, optional(A4), BlockAck,
     << <<Qos:16/little>> || Qos =/= undefined >>, << <<Ht:32/little>> || Ht =/= undefined >>,
     Padding, Inner].

type(management) -> 0;
type(control) -> 1;
type(data) -> 2;
type(extension) -> 3.

optional(undefined) -> <<>>;
optional(Bytes) -> Bytes.
