%% SPDX-License-Identifier: ISC
%%
%% @private
%% What routers and hosts tell each other over IP: IGMP (RFC 3376), VRRP (RFC 9568, 3768) and
%% CARP, PIM (RFC 7761), OSPF (RFC 2328, 5340). All have a header here, and bytes behind it.
-module(wirebeam_packet_routing).

-behaviour(wirebeam_packet_walk).

-export([decode/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [next/5, rest/3, short/3, malformed/3, bound/3]).
-import(wirebeam_packet_field, [auto/4, address/1]).

-define(REGISTER, 1).

%% @doc One message.
-spec decode(wirebeam_packet_walk:kind(), binary(), #walk{}) -> wirebeam_packet:layers().
decode(igmp, <<Type, Code, Checksum:16, A, B, C, D, Data/binary>>, Walk) ->
    [#igmp{type = Type, max_resp_code = Code, checksum = Checksum, group_address = {A, B, C, D},
           data = Data} | rest(<<>>, 8 + byte_size(Data), Walk)];
%% CARP took VRRP's number: its authentication has seven words.
decode(vrrp, <<2:4, 1:4, Vhid, Skew, 7, Demote, Base, Checksum:16, Counter:64,
               Digest:20/binary>>, Walk) ->
    [#carp{vhid = Vhid, advskew = Skew, demote = Demote, advbase_s = Base, checksum = Checksum,
           counter = Counter, digest = Digest} | rest(<<>>, 36, Walk)];
decode(vrrp, <<2:4, Type:4, Id, Priority, Count, Auth, Interval, Checksum:16, Data/binary>>,
       Walk) ->
    [#vrrp{version = 2, type = Type, virtual_rtr_id = Id, priority = Priority,
           count_ip_addrs = Count, interval = {Auth, Interval}, checksum = Checksum, data = Data}
     | rest(<<>>, 8 + byte_size(Data), Walk)];
decode(vrrp, <<3:4, Type:4, Id, Priority, Count, Reserved:4, Interval:12, Checksum:16,
               Data/binary>>, Walk) ->
    [#vrrp{version = 3, type = Type, virtual_rtr_id = Id, priority = Priority,
           count_ip_addrs = Count, interval = {Reserved, Interval}, checksum = Checksum,
           data = Data}
     | rest(<<>>, 8 + byte_size(Data), Walk)];
decode(vrrp, <<_:64, _/binary>> = Bytes, Walk) ->
    malformed(vrrp, Bytes, Walk);
decode(pim, <<2:4, ?REGISTER:4, Reserved, Checksum:16, Flags:32, Rest/binary>>, Walk) ->
    [#pim{type = ?REGISTER, reserved = Reserved, checksum = Checksum, flags = Flags}
     | case Rest of
           <<4:4, _/bits>> -> next(ip4, Rest, 8, 4, Walk);
           <<6:4, _/bits>> -> next(ip6, Rest, 8, 41, Walk);
           _ -> rest(Rest, 8, Walk)
       end];
decode(pim, <<Version:4, Type:4, Reserved, Checksum:16, Data/binary>>, Walk)
  when {Version, Type} =/= {2, ?REGISTER} ->
    [#pim{version = Version, type = Type, reserved = Reserved, checksum = Checksum, data = Data}
     | rest(<<>>, 4 + byte_size(Data), Walk)];
decode(ospf, <<Version, Type, Length:16, R1, R2, R3, R4, A1, A2, A3, A4, Checksum:16,
               Behind/binary>> = Bytes, Walk) ->
    Ospf = #ospf{version = Version, type = Type, packet_length = Length,
                 router_id = {R1, R2, R3, R4}, area_id = {A1, A2, A3, A4}, checksum = Checksum},
    case {Version, Behind} of
        {2, <<AuType:16, Authentication:8/binary, Rest/binary>>} ->
            ospf(Ospf#ospf{authentication = {AuType, Authentication}}, 24, Rest, Walk);
        {3, <<Instance, Reserved, Rest/binary>>} ->
            ospf(Ospf#ospf{authentication = {Instance, Reserved}}, 16, Rest, Walk);
        _ when Version =/= 2, Version =/= 3 -> malformed(ospf, Bytes, Walk);
        _ -> short(ospf, Bytes, Walk)
    end;
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

ospf(#ospf{packet_length = Length} = Ospf, HeaderLength, Rest, Walk) ->
    {Data, Trailer, Walk1} = bound(Rest, Length - HeaderLength, Walk),
    [Ospf#ospf{data = Data, trailer = Trailer}
     | rest(<<>>, HeaderLength + byte_size(Data), Walk1)].

%% @doc The bytes of a message.
-spec encode(tuple(), iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#igmp{type = Type, max_resp_code = Code, checksum = SetChecksum, group_address = Group,
             data = Data}, Inner, _, _) ->
    summed(SetChecksum, <<Type, Code>>, [address(Group), Data, Inner],
           fun wirebeam_packet_checksum:internet/1);
encode(#carp{version = Version, type = Type, vhid = Vhid, advskew = Skew, authlen = Words,
             demote = Demote, advbase_s = Base, checksum = SetChecksum, counter = Counter,
             digest = Digest}, Inner, _, _) ->
    summed(SetChecksum, <<Version:4, Type:4, Vhid, Skew, Words, Demote, Base>>,
           [<<Counter:64>>, Digest, Inner], fun wirebeam_packet_checksum:internet/1);
encode(#vrrp{version = 3, type = Type, virtual_rtr_id = Id, priority = Priority,
             count_ip_addrs = Count, interval = {Reserved, Interval}, checksum = SetChecksum,
             data = Data}, Inner, _, Around) ->
    summed(SetChecksum, <<3:4, Type:4, Id, Priority, Count, Reserved:4, Interval:12>>,
           [Data, Inner], fun(Bytes) -> wirebeam_packet_checksum:pseudo(Around, 112, Bytes) end);
encode(#vrrp{version = Version, type = Type, virtual_rtr_id = Id, priority = Priority,
             count_ip_addrs = Count, interval = {Auth, Interval}, checksum = SetChecksum,
             data = Data}, Inner, _, _) ->
    summed(SetChecksum, <<Version:4, Type:4, Id, Priority, Count, Auth, Interval>>,
           [Data, Inner], fun wirebeam_packet_checksum:internet/1);
encode(#pim{type = Type, reserved = Reserved, checksum = SetChecksum, flags = Flags,
            version = Version, data = Data}, Inner, _, Around) ->
    Begin = <<Version:4, Type:4, Reserved>>,
    %% RFC 7761, 4.9: of a Register the packet inside is left out.
    case Flags of
        undefined -> summed(SetChecksum, Begin, [Data, Inner],
                            fun(Bytes) -> pim_checksum(Around, Bytes) end);
        _ -> [summed(SetChecksum, Begin, [<<Flags:32>>],
                     fun(Bytes) -> pim_checksum(Around, Bytes) end), Data, Inner]
    end;
encode(#ospf{version = Version, type = Type, packet_length = SetLength, router_id = Router,
             area_id = Area, checksum = SetChecksum, authentication = Authentication,
             data = Data, trailer = Trailer}, Inner, _, Around) ->
    {Before, Field} = case {Version, Authentication} of
                          {2, {AuType, Value}} -> {<<AuType:16>>, Value};
                          {_, {Instance, Reserved}} -> {<<Instance, Reserved>>, <<>>}
                      end,
    Length = 14 + byte_size(Before) + byte_size(Field) + iolist_size([Data, Inner]),
    Begin = [<<Version, Type, (auto(SetLength, Length, 16, packet_length)):16>>,
             address(Router), address(Area)],
    Checksum = case {SetChecksum, Version, Authentication} of
                   {auto, 2, {2, _}} -> 0;      %% cryptographic: RFC 2328, D.4
                   {auto, 2, _} ->
                       wirebeam_packet_checksum:internet([Begin, 0, 0, Before, Data, Inner]);
                   {auto, _, _} ->
                       wirebeam_packet_checksum:pseudo(Around, 89,
                                                       [Begin, 0, 0, Before, Data, Inner]);
                   _ -> SetChecksum
               end,
    [Begin, <<Checksum:16>>, Before, Field, Data, Inner, Trailer].

%% Over IPv6 it has a pseudo-header.
pim_checksum({ip, <<_:128>>, _} = Around, Bytes) ->
    wirebeam_packet_checksum:pseudo(Around, 103, Bytes);
pim_checksum(_, Bytes) ->
    wirebeam_packet_checksum:internet(Bytes).

summed(auto, Begin, End, Sum) -> [Begin, <<(Sum([Begin, 0, 0, End])):16>>, End];
summed(Checksum, Begin, End, _) -> [Begin, <<Checksum:16>>, End].
