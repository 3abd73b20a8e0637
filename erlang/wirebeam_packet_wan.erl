%% SPDX-License-Identifier: ISC
%%
%% @private
%% Link layers of lines and rings: Cisco HDLC with SLARP, Frame Relay (ITU-T Q.922, RFC 2427),
%% FDDI (ANSI X3.139) and Token Ring (IEEE 802.5).
-module(wirebeam_packet_wan).

-behaviour(wirebeam_packet_walk).

-export([decode/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [next/5, by/6, rest/3, short/3, malformed/3]).
-import(wirebeam_packet_field, [auto/2, bit/1]).

-define(UI, 3).                         %% unnumbered information
-define(NLPID_SNAP, 16#80).

%% @doc One layer.
-spec decode(wirebeam_packet_walk:kind(), binary(), #walk{}) -> wirebeam_packet:layers().
decode(chdlc, <<Address, Control, Protocol:16, Rest/binary>>, Walk) ->
    [#chdlc{address = Address, control = Control, protocol = Protocol}
     | case Protocol of
           16#8035 -> next(slarp, Rest, 4, Protocol, Walk);
           16#2000 -> next(cdp, Rest, 4, Protocol, Walk);
           _ -> wirebeam_packet_link:by_ethertype(Protocol, Rest, 4, Walk)
       end];
decode(slarp, <<Code:32, First:32, Second:32, Reliability:16, Data/binary>> = Bytes, Walk) ->
    [#slarp{code = Code, first = First, second = Second, reliability = Reliability, data = Data}
     | rest(<<>>, byte_size(Bytes), Walk)];
decode(fr, Bytes, Walk) ->
    case address(Bytes) of
        {Fr, Length, Rest} -> frame_relay(Fr, Length, Rest, Bytes, Walk);
        malformed -> malformed(fr, Bytes, Walk);
        short -> short(fr, Bytes, Walk)
    end;
decode(fddi, <<Control, Destination:6/binary, Source:6/binary, Rest/binary>>, Walk) ->
    [#fddi{frame_control = Control, destination = Destination, source = Source}
     | llc(Control band 16#f0 =:= 16#50, Control, Rest, 13, Walk)];
decode(tr, <<Access, Control, Destination:6/binary, Routed:1, Source:47, Behind/binary>> = Bytes,
       Walk) ->
    case route(Routed, Behind) of
        {Route, Rest} ->
            [#tr{access_control = Access, frame_control = Control, destination = Destination,
                 source = <<Source:48>>, route = Route}
             | llc(Control band 16#c0 =:= 16#40, Control, Rest, 14 + byte_size(Route), Walk)];
        malformed -> malformed(tr, Bytes, Walk);
        short -> short(tr, Bytes, Walk)
    end;
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

%% The last byte of an address has its lowest bit set; there are two to four. Of the DLCI
%% they have 6 and 4 bits, then 7 in the third of four, and 6 in the last of more than two.
address(<<_:7, 1:1, _/bits>>) -> malformed;
address(<<A:6, Cr:1, 0:1, B:4, F:1, R:1, D:1, 1:1, Rest/binary>>) ->
    {fr(2, A bsl 4 bor B, Cr, F, R, D), 2, Rest};
address(<<A:6, Cr:1, 0:1, B:4, F:1, R:1, D:1, 0:1, C:6, X:1, 1:1, Rest/binary>>) ->
    {(fr(3, A bsl 10 bor (B bsl 6) bor C, Cr, F, R, D))#fr{dlci_or_control = X}, 3, Rest};
address(<<A:6, Cr:1, 0:1, B:4, F:1, R:1, D:1, 0:1, C:7, 0:1, E:6, X:1, 1:1, Rest/binary>>) ->
    Dlci = A bsl 17 bor (B bsl 13) bor (C bsl 6) bor E,
    {(fr(4, Dlci, Cr, F, R, D))#fr{dlci_or_control = X}, 4, Rest};
address(Bytes) when byte_size(Bytes) < 4 -> short;
address(_) -> malformed.

fr(Length, Dlci, Cr, Forward, Backward, Discard) ->
    #fr{address_length = Length, dlci = Dlci, command_response = Cr =:= 1,
        forward_congestion = Forward =:= 1, backward_congestion = Backward =:= 1,
        discard_eligible = Discard =:= 1, control = undefined, nlpid = undefined}.

%% RFC 2427, 3: a control field, perhaps padding, and an NLPID; Cisco has an EtherType there.
frame_relay(Fr, Length, <<?UI, 0, Nlpid, Rest/binary>>, Bytes, Walk) ->
    nlpid(Fr#fr{control = ?UI, pad = <<0>>, nlpid = Nlpid}, Nlpid, Rest, Length + 3, Bytes, Walk);
frame_relay(Fr, Length, <<?UI, Nlpid, Rest/binary>>, Bytes, Walk) when Nlpid =/= 0 ->
    nlpid(Fr#fr{control = ?UI, nlpid = Nlpid}, Nlpid, Rest, Length + 2, Bytes, Walk);
frame_relay(Fr, Length, <<First, Second, Rest/binary>>, _, Walk) when First =/= ?UI ->
    Type = First bsl 8 bor Second,
    [Fr#fr{ethertype = Type} | wirebeam_packet_link:by_ethertype(Type, Rest, Length + 2, Walk)];
frame_relay(_, _, _, Bytes, Walk) -> short(fr, Bytes, Walk).

nlpid(Fr, ?NLPID_SNAP, <<Oui:24, Pid:16, Rest/binary>>, Taken, _, Walk) ->
    case wirebeam_packet_link:bridged(Oui, Pid, Rest, Walk) of
        {<<>>, Frame, Fcs} ->
            [Fr#fr{oui = Oui, pid = Pid, fcs = Fcs} | next(ethernet, Frame, Taken + 5, Pid, Walk)];
        _ ->
            [Fr#fr{oui = Oui, pid = Pid}
             | wirebeam_packet_link:by_snap(Oui, Pid, Rest, Taken + 5, Walk)]
    end;
nlpid(_, ?NLPID_SNAP, _, _, Bytes, Walk) -> short(fr, Bytes, Walk);
nlpid(Fr, Nlpid, Rest, Taken, _, Walk) ->
    Kind = case Nlpid of
               16#cc -> ip4;
               16#8e -> ip6;
               16#cf -> ppp;            %% RFC 1973, 4: in the place of address and control
               _ -> undefined
           end,
    [Fr | by(nlpid, Nlpid, Kind, Rest, Taken, Walk)].

%% A route has 2 bytes and 2 more for each ring; its length is in the first.
route(0, Bytes) -> {<<>>, Bytes};
route(1, <<_:3, Length:5, _, _/binary>>) when Length < 2 -> malformed;
route(1, <<_:3, Length:5, _, _/binary>> = Bytes) when Length =< byte_size(Bytes) ->
    split_binary(Bytes, Length);
route(1, _) -> short.

llc(_, _, <<>>, Taken, Walk) -> rest(<<>>, Taken, Walk);
llc(true, Control, Bytes, Taken, Walk) -> next(llc, Bytes, Taken, Control, Walk);
llc(false, Control, Bytes, Taken, Walk) -> by(ring, Control, undefined, Bytes, Taken, Walk).

%% @doc The bytes of a layer around those of the layers inside.
-spec encode(tuple(), iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#chdlc{address = Address, control = Control, protocol = Protocol}, Inner, Next, _) ->
    Number = case Next of
                 slarp -> 16#8035;
                 cdp -> 16#2000;
                 _ -> wirebeam_packet_number:of_ethertype(Next)
             end,
    [<<Address, Control, (auto(Protocol, Number)):16>>, Inner];
encode(#slarp{code = Code, first = First, second = Second, reliability = Reliability,
              data = Data}, Inner, _, _) ->
    [<<Code:32, First:32, Second:32, Reliability:16>>, Data, Inner];
encode(#fr{control = undefined, ethertype = Type} = Fr, Inner, Next, _) ->
    Number = case Type of
                 undefined -> wirebeam_packet_number:of_ethertype(Next);
                 _ -> Type
             end,
    [encode_address(Fr), <<Number:16>>, Inner];
encode(#fr{control = Control, pad = Pad, nlpid = Nlpid, oui = Oui, pid = Pid,
           fcs = Fcs} = Fr, Inner, Next, _) ->
    [encode_address(Fr), Control, Pad, auto(Nlpid, of_nlpid(Next)),
     << <<Oui:24, Pid:16>> || Oui =/= undefined >>, Inner, Fcs];
encode(#fddi{frame_control = Control, destination = Destination, source = Source}, Inner, _, _) ->
    [<<Control, Destination/binary, Source/binary>>, Inner];
encode(#tr{access_control = Access, frame_control = Control, destination = Destination,
           source = <<_:1, Source:47>>, route = Route}, Inner, _, _) ->
    [<<Access, Control, Destination/binary, (bit(Route =/= <<>>)):1, Source:47>>, Route, Inner].

encode_address(#fr{address_length = Length, dlci = Dlci, command_response = Cr,
                   forward_congestion = F, backward_congestion = R, discard_eligible = D,
                   dlci_or_control = X}) ->
    Begin = fun(A, B, Last) ->
                <<A:6, (bit(Cr)):1, 0:1, B:4, (bit(F)):1, (bit(R)):1, (bit(D)):1, Last:1>>
            end,
    case Length of
        2 -> Begin(Dlci bsr 4, Dlci, 1);
        3 -> [Begin(Dlci bsr 10, Dlci bsr 6, 0), <<Dlci:6, X:1, 1:1>>];
        4 -> [Begin(Dlci bsr 17, Dlci bsr 13, 0), <<(Dlci bsr 6):7, 0:1, Dlci:6, X:1, 1:1>>]
    end.

of_nlpid(ip6) -> 16#8e;
of_nlpid(ppp) -> 16#cf;
of_nlpid(_) -> 16#cc.
