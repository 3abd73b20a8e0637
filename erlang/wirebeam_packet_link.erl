%% SPDX-License-Identifier: ISC
%%
%% @private
%% Link layers that say little more than what follows: Ethernet (IEEE 802.3) and its tags,
%% Linux cooked captures, loopback, LLC (IEEE 802.2); and ARP (RFC 826), which ends there.
-module(wirebeam_packet_link).

-behaviour(wirebeam_packet_walk).

-export([ethernet/2, by_ethertype/4, by_snap/5, bridged/4, decode/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [next/5, by/6, rest/3, short/3, bound/3]).
-import(wirebeam_packet_field, [auto/2]).

-define(ETHERTYPE_FIRST, 1536).         %% below: the length of LLC
-define(OUI_BRIDGED, 16#0080c2).        %% RFC 2427, RFC 2684
-define(OUI_BRIDGE_TUNNEL, 16#0000f8).  %% IEEE 802.1H
-define(LINK_ATM, 100).
-define(FRAME_BYTES, 60).               %% the shortest, without its check sequence

%% @doc Ethernet, which most packets begin with.
-spec ethernet(binary(), #walk{}) -> wirebeam_packet:layers().
ethernet(<<Destination:6/binary, Source:6/binary, Type:16, Rest/binary>>, Walk)
  when Type >= ?ETHERTYPE_FIRST ->
    [#ethernet{destination = Destination, source = Source, type = Type, trailer = <<>>}
     | by_ethertype(Type, Rest, 14, Walk)];
ethernet(<<Destination:6/binary, Source:6/binary, Length:16, Rest/binary>>, Walk) ->
    {Inner, Trailer, Walk1} = bound(Rest, Length, Walk),
    [#ethernet{destination = Destination, source = Source, type = Length, trailer = Trailer}
     | by_length(Inner, 14, Walk1)];
ethernet(Bytes, Walk) ->
    short(ethernet, Bytes, Walk).

%% @doc What an EtherType behind Taken bytes of header names.
-spec by_ethertype(non_neg_integer(), binary(), non_neg_integer(), #walk{}) ->
    wirebeam_packet:layers().
by_ethertype(16#0800, Bytes, Taken, Walk) -> next(ip4, Bytes, Taken, 16#0800, Walk);
by_ethertype(Type, Bytes, Taken, Walk) ->
    by(ethertype, Type, wirebeam_packet_number:ethertype(Type), Bytes, Taken, Walk).

by_type_or_length(Type, Bytes, Taken, Walk) when Type >= ?ETHERTYPE_FIRST ->
    {<<>>, by_ethertype(Type, Bytes, Taken, Walk)};
by_type_or_length(Length, Bytes, Taken, Walk) ->
    {Inner, Trailer, Walk1} = bound(Bytes, Length, Walk),
    {Trailer, by_length(Inner, Taken, Walk1)}.

by_length(<<>>, Taken, Walk) -> rest(<<>>, Taken, Walk);
by_length(<<16#ffff:16, _/binary>> = Bytes, Taken, Walk) ->
    next(ipx, Bytes, Taken, 0, Walk);                   %% Novell's, without LLC
by_length(Bytes, Taken, Walk) -> next(llc, Bytes, Taken, 0, Walk).

%% @doc All of them, by kind.
-spec decode(wirebeam_packet_walk:kind(), binary(), #walk{}) -> wirebeam_packet:layers().
decode(ethernet, Bytes, Walk) -> ethernet(Bytes, Walk);
decode(vlan, <<Priority:3, Dei:1, Id:12, Type:16, Rest/binary>>, #walk{number = Tpid} = Walk) ->
    {Trailer, Layers} = by_type_or_length(Type, Rest, 4, Walk),
    [#vlan{tpid = Tpid, priority = Priority, drop_eligible = Dei =:= 1, id = Id, type = Type,
           trailer = Trailer} | Layers];
decode(sll, <<PacketType:16, Arphrd:16, Length:16, Address:8/binary, Protocol:16, Rest/binary>>,
       Walk) ->
    [#sll{packet_type = PacketType, arphrd_type = Arphrd, address_length = Length,
          address = Address, protocol = Protocol}
     | by_sll_protocol(Arphrd, Protocol, Rest, 16, Walk)];
decode(sll2, <<Protocol:16, Reserved:16, Interface:32, Arphrd:16, PacketType, Length,
               Address:8/binary, Rest/binary>>, Walk) ->
    [#sll2{protocol = Protocol, reserved = Reserved, interface_index = Interface,
           arphrd_type = Arphrd, packet_type = PacketType, address_length = Length,
           address = Address}
     | by_sll_protocol(Arphrd, Protocol, Rest, 20, Walk)];
%% Families are small numbers, so the order in which the upper half is zero is the right one.
decode(null, <<Family:32/little, Rest/binary>>, Walk) when Family =< 16#ffff ->
    [#null{family = Family, byte_order = little} | by_family(Family, Rest, Walk)];
decode(null, <<Family:32/big, Rest/binary>>, Walk) ->
    [#null{family = Family, byte_order = big} | by_family(Family, Rest, Walk)];
decode(loop, <<Family:32, Rest/binary>>, Walk) ->
    [#loop{family = Family} | by_family(Family, Rest, Walk)];
decode(llc, <<Dsap, Ssap, 3, Oui:24, Pid:16, Rest/binary>> = Bytes, Walk)
  when Dsap bor 1 =:= 16#ab, Ssap bor 1 =:= 16#ab ->
    Llc = #llc{dsap = Dsap, ssap = Ssap, oui = Oui, pid = Pid},
    case bridged(Oui, Pid, Rest, Walk) of
        {Padding, Frame, Fcs} ->
            [Llc#llc{padding = Padding, fcs = Fcs}
             | next(ethernet, Frame, 8 + byte_size(Padding), Pid, Walk)];
        short -> short(llc, Bytes, Walk);
        none -> [Llc | by_snap(Oui, Pid, Rest, 8, Walk)]
    end;
decode(llc, <<Dsap, Ssap, 3, _/binary>> = Bytes, Walk)
  when Dsap bor 1 =:= 16#ab, Ssap bor 1 =:= 16#ab ->
    short(llc, Bytes, Walk);
decode(llc, <<Dsap, Ssap, Control:6, 3:2, Rest/binary>>, Walk) ->
    [#llc{dsap = Dsap, ssap = Ssap, control = Control bsl 2 bor 3}
     | by(sap, Dsap, wirebeam_packet_number:sap(Dsap), Rest, 3, Walk)];
decode(llc, <<Dsap, Ssap, _:6, Low:2, _/binary>> = Bytes, Walk) when Low =/= 3 ->
    llc_numbered(Dsap, Ssap, Low, Bytes, Walk);
decode(arp, <<Hardware:16, Protocol:16, HL, PL, Operation:16, Rest/binary>> = Bytes, Walk) ->
    case Rest of
        <<SH:HL/binary, SP:PL/binary, TH:HL/binary, TP:PL/binary, Trailer/binary>> ->
            [#arp{hardware_type = Hardware, protocol_type = Protocol, hardware_length = HL,
                  protocol_length = PL, operation = Operation, sender_hardware = SH,
                  sender_protocol = protocol_address(Protocol, SP), target_hardware = TH,
                  target_protocol = protocol_address(Protocol, TP), trailer = Trailer},
             <<>>];
        _ ->
            short(arp, Bytes, Walk)
    end;
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

llc_numbered(Dsap, Ssap, Low, <<_:16, Control:16, Rest/binary>>, Walk) ->
    Format = case Low band 1 of 1 -> supervisory; 0 -> information end,
    [#llc{dsap = Dsap, ssap = Ssap, format = Format, control = Control}
     | by(sap, Dsap, undefined, Rest, 4, Walk)];
llc_numbered(_, _, _, Bytes, Walk) ->
    short(llc, Bytes, Walk).

protocol_address(16#0800, <<A, B, C, D>>) -> {A, B, C, D};
protocol_address(_, Bytes) -> Bytes.

%% The protocol is an EtherType except on devices whose ARPHRD_ type gives it another meaning.
by_sll_protocol(Arphrd, Protocol, Bytes, Taken, Walk)
  when Arphrd =:= 770; Arphrd =:= 824 ->                %% FRAD, NETLINK
    by(sll, Protocol, undefined, Bytes, Taken, Walk);
by_sll_protocol(801, _, Bytes, Taken, Walk) -> next(wlan, Bytes, Taken, 0, Walk);
by_sll_protocol(803, _, Bytes, Taken, Walk) -> next(radiotap, Bytes, Taken, 0, Walk);
by_sll_protocol(_, Protocol, Bytes, Taken, Walk) when Protocol >= ?ETHERTYPE_FIRST ->
    by_ethertype(Protocol, Bytes, Taken, Walk);
by_sll_protocol(_, 1, Bytes, Taken, Walk) -> next(ipx, Bytes, Taken, 1, Walk);
by_sll_protocol(_, 4, Bytes, Taken, Walk) -> next(llc, Bytes, Taken, 4, Walk);
by_sll_protocol(_, Protocol, Bytes, Taken, Walk) ->
    by(sll, Protocol, undefined, Bytes, Taken, Walk).

%% AF_INET is 2 everywhere; AF_INET6 is not the same number on any two systems.
by_family(2, Bytes, Walk) -> next(ip4, Bytes, 4, 2, Walk);
by_family(F, Bytes, Walk) when F =:= 10; F =:= 23; F =:= 24; F =:= 28; F =:= 30 ->
    next(ip6, Bytes, 4, F, Walk);
by_family(F, Bytes, Walk) -> by(family, F, undefined, Bytes, 4, Walk).

%% @doc A bridged frame with or without its check sequence, before which there are two bytes
%% over ATM (RFC 2684, 5.2): these, the frame, its sequence.
-spec bridged(non_neg_integer(), non_neg_integer(), binary(), #walk{}) ->
    {binary(), binary(), binary()} | short | none.
bridged(?OUI_BRIDGED, Pid, Bytes, #walk{number = Link}) when Pid =:= 1; Pid =:= 7 ->
    Skipped = case Link of
                  ?LINK_ATM -> 2;
                  _ -> 0
              end,
    case Bytes of
        <<Padding:Skipped/binary, Rest/binary>> when Pid =:= 1, byte_size(Rest) >= 4 ->
            {Frame, Fcs} = split_binary(Rest, byte_size(Rest) - 4),
            {Padding, Frame, Fcs};
        <<Padding:Skipped/binary, Rest/binary>> -> {Padding, Rest, <<>>};
        _ -> short
    end;
bridged(_, _, _, _) -> none.

%% @doc What an OUI and a PID behind Taken bytes of header name.
-spec by_snap(non_neg_integer(), non_neg_integer(), binary(), non_neg_integer(), #walk{}) ->
    wirebeam_packet:layers().
by_snap(Oui, Pid, Bytes, Taken, Walk) when Oui =:= 0; Oui =:= ?OUI_BRIDGE_TUNNEL ->
    by_ethertype(Pid, Bytes, Taken, Walk);
by_snap(Oui, Pid, Bytes, Taken, Walk) ->
    by(snap, Oui bsl 16 bor Pid, wirebeam_packet_number:snap(Oui, Pid), Bytes, Taken, Walk).

%% @doc The bytes of a layer around those of the layers inside.
-spec encode(tuple(), iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#ethernet{destination = Destination, source = Source, type = Type, trailer = Trailer},
       Inner, Next, Around) ->
    Frame = <<Destination/binary, Source/binary, (type(Type, Inner, Next)):16>>,
    [Frame, Inner, ethernet_trailer(Trailer, Inner, Around)];
encode(#vlan{priority = Priority, drop_eligible = Dei, id = Id, type = Type, trailer = Trailer},
       Inner, Next, _) ->
    [<<Priority:3, (wirebeam_packet_field:bit(Dei)):1, Id:12, (type(Type, Inner, Next)):16>>,
     Inner, Trailer];
encode(#sll{packet_type = PacketType, arphrd_type = Arphrd, address_length = Length,
            address = Address, protocol = Protocol}, Inner, Next, _) ->
    [<<PacketType:16, Arphrd:16, Length:16, Address:8/binary, (sll_protocol(Protocol, Next)):16>>,
     Inner];
encode(#sll2{protocol = Protocol, reserved = Reserved, interface_index = Interface,
             arphrd_type = Arphrd, packet_type = PacketType, address_length = Length,
             address = Address}, Inner, Next, _) ->
    [<<(sll_protocol(Protocol, Next)):16, Reserved:16, Interface:32, Arphrd:16, PacketType,
       Length, Address:8/binary>>, Inner];
encode(#null{family = Family, byte_order = little}, Inner, Next, _) ->
    [<<(family(Family, Next)):32/little>>, Inner];
encode(#null{family = Family, byte_order = big}, Inner, Next, _) ->
    [<<(family(Family, Next)):32/big>>, Inner];
encode(#loop{family = Family}, Inner, Next, _) ->
    [<<(family(Family, Next)):32>>, Inner];
encode(#llc{dsap = Dsap, ssap = Ssap, format = Format, control = Control, oui = undefined},
       Inner, Next, _) ->
    Sap = wirebeam_packet_number:of_sap(Next),
    [<<(auto(Dsap, Sap)), (auto(Ssap, Sap)), (control(Format, Control))/binary>>, Inner];
encode(#llc{dsap = Dsap, ssap = Ssap, format = Format, control = Control, oui = Oui, pid = Pid,
            padding = Padding, fcs = Fcs}, Inner, Next, _) ->
    {NextOui, NextPid} = wirebeam_packet_number:of_snap(Next),
    [<<(auto(Dsap, 16#aa)), (auto(Ssap, 16#aa)), (control(Format, Control))/binary,
       (auto(Oui, NextOui)):24, (auto(Pid, NextPid)):16>>, Padding, Inner, Fcs];
encode(#arp{hardware_type = Hardware, protocol_type = Protocol, hardware_length = HL,
            protocol_length = PL, operation = Operation, sender_hardware = SH,
            sender_protocol = SP, target_hardware = TH, target_protocol = TP,
            trailer = Trailer}, Inner, _, _) ->
    SPBytes = wirebeam_packet_field:address(SP),
    TPBytes = wirebeam_packet_field:address(TP),
    [<<Hardware:16, Protocol:16, (auto(HL, byte_size(SH))), (auto(PL, byte_size(SPBytes))),
       Operation:16, SH/binary, SPBytes/binary, TH/binary, TPBytes/binary>>, Inner, Trailer].

type(auto, Inner, llc) ->
    case iolist_size(Inner) of
        Length when Length < ?ETHERTYPE_FIRST -> Length;
        Length -> error({too_long, type, Length})
    end;
type(auto, _, Next) -> wirebeam_packet_number:of_ethertype(Next);
type(Type, _, _) -> Type.

ethernet_trailer(auto, Inner, none) ->
    Missing = ?FRAME_BYTES - 14 - iolist_size(Inner),
    <<0:(max(0, Missing))/unit:8>>;
ethernet_trailer(auto, _, _) -> <<>>;
ethernet_trailer(Trailer, _, _) -> Trailer.

sll_protocol(auto, llc) -> 4;
sll_protocol(auto, ipx) -> 1;
sll_protocol(auto, Next) -> wirebeam_packet_number:of_ethertype(Next);
sll_protocol(Protocol, _) -> Protocol.

family(auto, ip6) -> 10;
family(auto, _) -> 2;
family(Family, _) -> Family.

control(unnumbered, Control) -> <<Control>>;
control(_, Control) -> <<Control:16>>.
