%% SPDX-License-Identifier: ISC
%%
%% @private
%% Tunnels of users' sessions: PPP (RFC 1661) with its control protocols, over Ethernet (RFC
%% 2516) and in L2TP (RFC 2661, 3931), Teredo (RFC 4380), and GTP (3GPP TS 29.281, 29.274).
-module(wirebeam_packet_session).

-behaviour(wirebeam_packet_walk).

-export([decode/3, encode/4, is_l2tp/2, is_gtp/3, is_teredo/2]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [next/5, by/6, rest/3, short/3, malformed/3, bound/3]).
-import(wirebeam_packet_field, [auto/2, auto/4, bit/1]).

-define(TAG, {16, 16, 0, 1}).           %% RFC 2516, appendix A
-define(L2TP_CONTROL, 16#8000).
-define(L2TP_LENGTH, 16#4000).
-define(L2TP_SEQUENCE, 16#0800).
-define(L2TP_OFFSET, 16#0200).
-define(GTP_EXTENSION, 4).
-define(GTP_OPTIONAL, 7).
-define(GTP2_TEID, 8).
-define(G_PDU, 255).

%% @doc Could these bytes be L2TP? Control messages have length and sequence numbers, and no
%% offset (RFC 2661, 3.1).
-spec is_l2tp(binary(), IsWhole :: boolean()) -> boolean().
is_l2tp(<<Flags:16, Second:16, _/binary>> = Bytes, IsWhole) ->
    Size = byte_size(Bytes),
    IsControl = Flags band ?L2TP_CONTROL =/= 0,
    Needed = ?L2TP_CONTROL bor ?L2TP_LENGTH bor ?L2TP_SEQUENCE,
    not (IsControl andalso Flags band (Needed bor ?L2TP_OFFSET) =/= Needed)
        andalso not (Flags band ?L2TP_LENGTH =/= 0 andalso IsWhole andalso Second > Size)
        andalso case Flags band 15 of
                    2 -> Size >= l2tp_length(Flags);
                    3 when IsControl -> Size >= 12;
                    3 -> Size >= 8;
                    _ -> false
                end;
is_l2tp(_, _) -> false.

l2tp_length(Flags) ->
    6 + lists:sum([Length || {Bit, Length} <- [{?L2TP_LENGTH, 2}, {?L2TP_SEQUENCE, 4},
                                               {?L2TP_OFFSET, 2}], Flags band Bit =/= 0]).

%% @doc Could these bytes be GTP of these versions?
-spec is_gtp([1 | 2], binary(), IsWhole :: boolean()) -> boolean().
is_gtp(Versions, <<Version:3, Flags:5, _, Length:16, _/binary>> = Bytes, IsWhole) ->
    HasRoom = fun(Needed) -> not IsWhole orelse Needed =< byte_size(Bytes) end,
    lists:member(Version, Versions) andalso
        case Version of
            1 -> Flags band 16#10 =/= 0 andalso HasRoom(8 + Length)
                     andalso Length >= 4 * bit(Flags band ?GTP_OPTIONAL =/= 0);
            2 -> HasRoom(4 + Length)
                     andalso Length >= 4 + 4 * bit(Flags band ?GTP2_TEID =/= 0)
        end;
is_gtp(_, _, _) -> false.

%% @doc Could these bytes be Teredo: what may stand before, and an IPv6 packet that has room?
-spec is_teredo(binary(), IsWhole :: boolean()) -> boolean().
is_teredo(Bytes, IsWhole) ->
    case teredo(Bytes) of
        {_, <<6:4, _:28, Length:16, _/binary>> = Ip6} ->
            not IsWhole orelse 40 + Length =< byte_size(Ip6);
        _ -> false
    end.

%% RFC 4380, 5.1.1. Port and address are obscured by inversion, so that translators leave them
%% alone.
teredo(<<1:16, IdLength, ValueLength, Id:IdLength/binary, Value:ValueLength/binary, Nonce:64,
         Confirmation, Rest/binary>>) ->
    origin(#teredo{authentication = {Id, Value, Nonce, Confirmation}}, Rest);
teredo(<<1:16, _/binary>>) -> short;
teredo(Bytes) -> origin(#teredo{}, Bytes).

origin(Teredo, <<0:16, Port:16, A, B, C, D, Rest/binary>>) ->
    Address = {A bxor 255, B bxor 255, C bxor 255, D bxor 255},
    {Teredo#teredo{origin = {Port bxor 16#ffff, Address}}, Rest};
origin(_, <<0:16, _/binary>>) -> short;
origin(Teredo, Bytes) -> {Teredo, Bytes}.

%% @doc One layer.
-spec decode(wirebeam_packet_walk:kind(), binary(), #walk{}) -> wirebeam_packet:layers().
decode(pppoes, <<_, Code, _/binary>> = Bytes, Walk) when Code =/= 0 ->
    decode(pppoed, Bytes, Walk);            %% RFC 2516, 6: of a session it is 0
decode(pppoes, <<Version:4, Type:4, Code, Session:16, Length:16, Rest/binary>>, Walk) ->
    {Inner, Trailer, Walk1} = bound(Rest, Length, Walk),
    [#pppoes{version = Version, type = Type, code = Code, session_id = Session,
             length = Length, trailer = Trailer}
     | case Inner of
           <<>> -> rest(<<>>, 6, Walk1);
           _ -> next(ppp, Inner, 6, 0, Walk1)
       end];
decode(pppoed, <<Version:4, Type:4, Code, Session:16, Length:16, Rest/binary>>, Walk) ->
    {Tags, Trailer, Walk1} = bound(Rest, Length, Walk),
    [#pppoed{version = Version, type = Type, code = Code, session_id = Session, length = Length,
             tags = wirebeam_packet_tlv:decode(Tags, ?TAG), trailer = Trailer}
     | rest(<<>>, 6 + byte_size(Tags), Walk1)];
decode(ppp, <<16#ff, 3, Rest/binary>> = Bytes, Walk) -> ppp(true, Rest, Bytes, Walk);
decode(ppp, <<16#ff>> = Bytes, Walk) -> short(ppp, Bytes, Walk);
decode(ppp, Bytes, Walk) -> ppp(false, Bytes, Bytes, Walk);
decode(ppp_control, <<Code, Id, Length:16, Rest/binary>>, #walk{number = Protocol} = Walk) ->
    {Data, Trailer, Walk1} = bound(Rest, Length - 4, Walk),
    [#ppp_control{protocol = Protocol, code = Code, identifier = Id, length = Length,
                  data = Data, trailer = Trailer}
     | rest(<<>>, 4 + byte_size(Data), Walk1)];
decode(l2tp, <<_:12, 2:4, _/binary>> = Bytes, Walk) ->
    l2tp_2(Bytes, Walk);
decode(l2tp, <<1:1, _:15, Length:16, Connection:32, Ns:16, Nr:16, Rest/binary>> = Bytes, Walk) ->
    <<Flags:16, _/binary>> = Bytes,
    [#l2tpv3{session_id = undefined, flags = Flags, length = Length,
             control_connection_id = Connection, ns = Ns, nr = Nr} | rest(Rest, 12, Walk)];
decode(l2tp, <<Flags:16, Reserved:16, Session:32, Rest/binary>>, Walk)
  when Flags band ?L2TP_CONTROL =:= 0 ->
    l2tp_data(#l2tpv3{session_id = Session, flags = Flags, reserved = Reserved}, 8, Rest, Walk);
decode(l2tpv3, <<0:32, Flags:16, Length:16, Connection:32, Ns:16, Nr:16, Rest/binary>>, Walk) ->
    [#l2tpv3{session_id = 0, flags = Flags, length = Length, control_connection_id = Connection,
             ns = Ns, nr = Nr} | rest(Rest, 16, Walk)];
decode(l2tpv3, <<Session:32, Rest/binary>>, Walk) when Session =/= 0 ->
    l2tp_data(#l2tpv3{session_id = Session}, 4, Rest, Walk);
decode(gtp, <<Flags, Type, Length:16, Rest/binary>> = Bytes, Walk) when Flags bsr 5 =:= 1 ->
    {Body, Trailer, Walk1} = bound(Rest, Length + 4, Walk),
    Gtp = #gtp{flags = Flags, message_type = Type, length = Length, trailer = Trailer},
    gtp_1(Gtp, Body, Bytes, Walk1);
decode(gtp, <<Flags, Type, Length:16, Rest/binary>> = Bytes, Walk) ->
    {Body, Trailer, Walk1} = bound(Rest, Length, Walk),
    Gtp = #gtp{flags = Flags, message_type = Type, length = Length, trailer = Trailer},
    case {Flags band ?GTP2_TEID, Body} of
        {0, <<Sequence:24, Spare, Inner/binary>>} ->
            [Gtp#gtp{teid = undefined, sequence_number = Sequence, spare = Spare}
             | rest(Inner, 8, Walk1)];
        {?GTP2_TEID, <<Teid:32, Sequence:24, Spare, Inner/binary>>} ->
            [Gtp#gtp{teid = Teid, sequence_number = Sequence, spare = Spare}
             | rest(Inner, 12, Walk1)];
        _ -> short(gtp, Bytes, Walk1)
    end;
decode(teredo, Bytes, Walk) ->
    case teredo(Bytes) of
        {Teredo, Ip6} -> [Teredo | next(ip6, Ip6, byte_size(Bytes) - byte_size(Ip6), 0, Walk)];
        short -> short(teredo, Bytes, Walk)
    end;
decode(udpencap, <<0:32, Rest/binary>>, Walk) ->
    [#udpencap{type = non_esp_marker} | rest(Rest, 4, Walk)];
decode(udpencap, <<16#ff>>, Walk) ->
    [#udpencap{type = keepalive} | rest(<<>>, 1, Walk)];
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

%% RFC 1661, 2 and 6.5: a protocol of one byte where that is odd.
ppp(HasAddress, <<Protocol, Rest/binary>>, Bytes, Walk) when Protocol band 1 =:= 1 ->
    [#ppp{address_and_control = HasAddress, compressed = true, protocol = Protocol}
     | by_ppp(Protocol, Rest, Bytes, Walk)];
ppp(HasAddress, <<Protocol:16, Rest/binary>>, Bytes, Walk) ->
    [#ppp{address_and_control = HasAddress, protocol = Protocol}
     | by_ppp(Protocol, Rest, Bytes, Walk)];
ppp(_, _, Bytes, Walk) -> short(ppp, Bytes, Walk).

by_ppp(Protocol, Rest, Bytes, Walk) ->
    by(ppp, Protocol, wirebeam_packet_number:ppp(Protocol), Rest,
       byte_size(Bytes) - byte_size(Rest), Walk).

l2tp_2(<<Flags:16, Rest/binary>> = Bytes, Walk) ->
    Fields = [Field || {Bit, Field} <- [{?L2TP_LENGTH, length}, {16#ffff, ids},
                                        {?L2TP_SEQUENCE, sequence}, {?L2TP_OFFSET, offset}],
                       Flags band Bit =/= 0],
    case l2tp_fields(Fields, Rest, #l2tp{flags = Flags}) of
        {L2tp, Behind} ->
            Taken = byte_size(Bytes) - byte_size(Behind),
            {Inner, Trailer, Walk1} = l2tp_bound(L2tp, Taken, Behind, Walk),
            [L2tp#l2tp{trailer = Trailer} | l2tp_inside(Flags, Inner, Taken, Walk1)];
        short -> short(l2tp, Bytes, Walk)
    end.

l2tp_fields([], Bytes, L2tp) -> {L2tp, Bytes};
l2tp_fields([length | More], <<Length:16, Rest/binary>>, L2tp) ->
    l2tp_fields(More, Rest, L2tp#l2tp{length = Length});
l2tp_fields([ids | More], <<Tunnel:16, Session:16, Rest/binary>>, L2tp) ->
    l2tp_fields(More, Rest, L2tp#l2tp{tunnel_id = Tunnel, session_id = Session});
l2tp_fields([sequence | More], <<Ns:16, Nr:16, Rest/binary>>, L2tp) ->
    l2tp_fields(More, Rest, L2tp#l2tp{ns = Ns, nr = Nr});
l2tp_fields([offset], <<Size:16, Offset:Size/binary, Rest/binary>>, L2tp) ->
    {L2tp#l2tp{offset = Offset}, Rest};
l2tp_fields(_, _, _) -> short.

l2tp_bound(#l2tp{length = Length}, Taken, Bytes, Walk) when is_integer(Length), Length >= Taken ->
    bound(Bytes, Length - Taken, Walk);
l2tp_bound(_, _, Bytes, Walk) ->
    {Bytes, <<>>, Walk}.

l2tp_inside(Flags, Bytes, Taken, Walk) when Flags band ?L2TP_CONTROL =/= 0; Bytes =:= <<>> ->
    rest(Bytes, Taken, Walk);
l2tp_inside(_, Bytes, Taken, Walk) ->
    next(ppp, Bytes, Taken, 0, Walk).

%% What data of version 3 holds was agreed on elsewhere. The guess is the shortest cookie and
%% sublayer behind which an Ethernet frame can be seen; else all is payload.
l2tp_data(L2tp, Taken, Bytes, Walk) ->
    Guesses = [Skip || Skip <- [0, 4, 8, 12], Skip < byte_size(Bytes),
                       wirebeam_packet_tunnel:is_ethernet(element(2, split_binary(Bytes, Skip)))],
    case Guesses of
        [Skip | _] ->
            {Cookie, Frame} = split_binary(Bytes, Skip),
            [L2tp#l2tpv3{guessed_cookie_and_sublayer = Cookie, length = 0}
             | next(ethernet, Frame, Taken + Skip, 0, Walk)];
        [] -> [L2tp#l2tpv3{length = 0} | rest(Bytes, Taken, Walk)]
    end.

%% Sequence number, N-PDU number and the first extension's type come together.
gtp_1(#gtp{flags = Flags} = Gtp, <<Teid:32, Inner/binary>>, _, Walk)
  when Flags band ?GTP_OPTIONAL =:= 0 ->
    [Gtp#gtp{teid = Teid} | gtp_inside(Gtp, Inner, 8, Walk)];
gtp_1(#gtp{flags = Flags} = Gtp, <<Teid:32, Sequence:16, Npdu, Next, Rest/binary>>, Bytes, Walk) ->
    HasExtension = Flags band ?GTP_EXTENSION =/= 0 andalso Next =/= 0,
    case gtp_extensions(HasExtension, Next, Rest) of
        {Extensions, Inner} ->
            Taken = 12 + byte_size(Rest) - byte_size(Inner),
            [Gtp#gtp{teid = Teid, sequence_number = Sequence, n_pdu_number = Npdu,
                     next_extension = Next, extension_headers = Extensions}
             | gtp_inside(Gtp, Inner, Taken, Walk)];
        malformed -> malformed(gtp, Bytes, Walk);
        short -> short(gtp, Bytes, Walk)
    end;
gtp_1(_, _, Bytes, Walk) -> short(gtp, Bytes, Walk).

%% 29.281, 5.2.1: each ends with the type of the next.
gtp_extensions(false, _, Bytes) -> {[], Bytes};
gtp_extensions(true, _, <<0, _/binary>>) -> malformed;
gtp_extensions(true, Type, <<Units, Rest/binary>>) ->
    case Rest of
        <<Content:(Units * 4 - 2)/binary, Next, Behind/binary>> ->
            case gtp_extensions(Next =/= 0, Next, Behind) of
                {More, Inner} -> {[{Type, Content} | More], Inner};
                Reason -> Reason
            end;
        _ -> short
    end;
gtp_extensions(true, _, <<>>) -> short.

%% Nobody names what a G-PDU holds: its first four bits say IPv4 or IPv6.
gtp_inside(#gtp{message_type = ?G_PDU}, <<4:4, _/bits>> = Bytes, Taken, Walk) ->
    next(ip4, Bytes, Taken, 0, Walk);
gtp_inside(#gtp{message_type = ?G_PDU}, <<6:4, _/bits>> = Bytes, Taken, Walk) ->
    next(ip6, Bytes, Taken, 0, Walk);
gtp_inside(#gtp{message_type = ?G_PDU}, <<_, _/binary>> = Bytes, Taken, Walk) ->
    by(gtp, ?G_PDU, undefined, Bytes, Taken, Walk);
gtp_inside(_, Bytes, Taken, Walk) ->
    rest(Bytes, Taken, Walk).

%% @doc The bytes of a layer around those of the layers inside.
-spec encode(tuple(), iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#pppoes{version = Version, type = Type, code = Code, session_id = Session,
               length = Length, trailer = Trailer}, Inner, _, _) ->
    [pppoe(Version, Type, Code, Session, Length, Inner), Inner, Trailer];
encode(#pppoed{version = Version, type = Type, code = Code, session_id = Session,
               length = Length, tags = SetTags, trailer = Trailer}, Inner, _, _) ->
    Tags = wirebeam_packet_tlv:encode(SetTags, ?TAG),
    [pppoe(Version, Type, Code, Session, Length, Tags), Tags, Inner, Trailer];
encode(#ppp{address_and_control = HasAddress, compressed = Compressed, protocol = Protocol},
       Inner, Next, _) ->
    Number = auto(Protocol, wirebeam_packet_number:of_ppp(Next)),
    Width = case Compressed of
                true -> 8;
                false -> 16
            end,
    [<< <<16#ff, 3>> || HasAddress >>, <<Number:Width>>, Inner];
encode(#ppp_control{code = Code, identifier = Id, length = Length, data = Data,
                    trailer = Trailer}, Inner, _, _) ->
    [<<Code, Id, (auto(Length, 4 + byte_size(Data), 16, length)):16>>, Data, Inner, Trailer];
encode(#l2tp{flags = SetFlags, length = SetLength, tunnel_id = Tunnel, session_id = Session,
             ns = Ns, nr = Nr, offset = Offset, trailer = Trailer} = L2tp, Inner, Next, _) ->
    Flags = auto(SetFlags, l2tp_flags(L2tp, Next)),
    Ids = <<Tunnel:16, Session:16>>,
    Sequence = << <<Ns:16, Nr:16>> || Ns =/= undefined >>,
    Skipped = << <<(byte_size(Offset)):16, Offset/binary>> || Offset =/= undefined >>,
    Length = 4 + iolist_size([Ids, Sequence, Skipped, Inner]),
    [<<Flags:16>>, << <<(auto(SetLength, Length, 16, length)):16>> || SetLength =/= undefined >>,
     Ids, Sequence, Skipped, Inner, Trailer];
encode(#l2tpv3{session_id = Session, flags = Flags, reserved = Reserved,
               control_connection_id = undefined, guessed_cookie_and_sublayer = Cookie},
       Inner, _, _) ->
    [<< <<Flags:16, Reserved:16>> || Flags =/= undefined >>, <<Session:32>>, Cookie, Inner];
encode(#l2tpv3{session_id = Session, flags = SetFlags, length = SetLength,
               control_connection_id = Connection, ns = Ns, nr = Nr}, Inner, _, _) ->
    Flags = case SetFlags of
                undefined -> ?L2TP_CONTROL bor ?L2TP_LENGTH bor ?L2TP_SEQUENCE bor 3;
                _ -> SetFlags
            end,
    Length = auto(SetLength, 12 + iolist_size(Inner), 16, length),
    [<< <<Session:32>> || Session =/= undefined >>,
     <<Flags:16, Length:16, Connection:32, Ns:16, Nr:16>>, Inner];
encode(#gtp{flags = SetFlags, message_type = Type, length = SetLength, trailer = Trailer} = Gtp,
       Inner, _, _) ->
    Flags = auto(SetFlags, gtp_flags(Gtp)),
    Fields = gtp_fields(Flags bsr 5, Gtp),
    Counted = iolist_size([Fields, Inner]) - 4 * bit(Flags bsr 5 =:= 1),
    [<<Flags, Type, (auto(SetLength, Counted, 16, length)):16>>, Fields, Inner, Trailer];
encode(#teredo{authentication = Authentication, origin = Origin}, Inner, _, _) ->
    [case Authentication of
         undefined -> <<>>;
         {Id, Value, Nonce, Confirmation} ->
             <<1:16, (byte_size(Id)), (byte_size(Value)), Id/binary, Value/binary, Nonce:64,
               Confirmation>>
     end,
     case Origin of
         undefined -> <<>>;
         {Port, {A, B, C, D}} ->
             <<0:16, (bnot Port):16, (bnot A), (bnot B), (bnot C), (bnot D)>>
     end, Inner];
encode(#udpencap{type = non_esp_marker}, Inner, _, _) ->
    [<<0:32>>, Inner];
encode(#udpencap{type = keepalive}, Inner, _, _) ->
    [<<16#ff>>, Inner].

pppoe(Version, Type, Code, Session, Length, Inner) ->
    Counted = auto(Length, iolist_size(Inner), 16, length),
    <<Version:4, Type:4, Code, Session:16, Counted:16>>.

l2tp_flags(#l2tp{length = Length, ns = Ns, offset = Offset}, Next) ->
    IsControl = Next =:= payload andalso Length =/= undefined andalso Ns =/= undefined,
    lists:sum([Bit || {Bit, true} <- [{?L2TP_CONTROL, IsControl},
                                      {?L2TP_LENGTH, Length =/= undefined},
                                      {?L2TP_SEQUENCE, Ns =/= undefined},
                                      {?L2TP_OFFSET, Offset =/= undefined}]]) bor 2.

gtp_flags(#gtp{next_extension = undefined, extension_headers = [], sequence_number = undefined}) ->
    16#30;
gtp_flags(#gtp{extension_headers = Extensions, sequence_number = Sequence, n_pdu_number = Npdu}) ->
    16#30 bor (?GTP_EXTENSION * bit(Extensions =/= [])) bor (2 * bit(Sequence =/= undefined))
        bor bit(Npdu =/= undefined).

gtp_fields(1, #gtp{teid = Teid, sequence_number = undefined, next_extension = undefined,
                   extension_headers = []}) ->
    <<Teid:32>>;
gtp_fields(1, #gtp{teid = Teid, sequence_number = Sequence, n_pdu_number = Npdu,
                   next_extension = Next, extension_headers = Extensions}) ->
    First = case Next of
                _ when is_integer(Next) -> Next;
                _ -> first_type(Extensions)
            end,
    [<<Teid:32, (defined(Sequence)):16, (defined(Npdu)), First>>, encode_extensions(Extensions)];
gtp_fields(_, #gtp{teid = Teid, sequence_number = Sequence, spare = Spare}) ->
    [<< <<Teid:32>> || Teid =/= undefined >>, <<(defined(Sequence)):24, Spare>>].

encode_extensions([]) -> [];
encode_extensions([{_, Content} | More]) ->
    [<<((byte_size(Content) + 2) div 4), Content/binary, (first_type(More))>>
     | encode_extensions(More)].

first_type([{Type, _} | _]) -> Type;
first_type([]) -> 0.

defined(undefined) -> 0;
defined(Number) -> Number.
