%% SPDX-License-Identifier: ISC
%%
%% @private
%% What bridges and hosts of a local network tell each other: STP (IEEE 802.1D, 802.1Q), CDP,
%% IPX, LLDP (IEEE 802.1AB), MAC control (IEEE 802.3, annex 31), EAPOL (IEEE 802.1X) with EAP (RFC
%% 3748).
-module(wirebeam_packet_lan).

-behaviour(wirebeam_packet_walk).

-export([decode/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [next/5, rest/3, short/3, bound/3]).
-import(wirebeam_packet_field, [auto/4]).

-define(CDP_TLV, {16, 16, 4, 1}).
-define(IPX_BYTES, 30).
-define(LLDP_TLV, {7, 9, 0, 1}).

%% @doc One message.
-spec decode(wirebeam_packet_walk:kind(), binary(), #walk{}) -> wirebeam_packet:layers().
decode(stp, <<Protocol:16, Version, Type, Rest/binary>> = Bytes, Walk) ->
    Stp = #stp{protocol_id = Protocol, version = Version, type = Type},
    case Rest of
        <<Flags, Root:16, RootAddress:6/binary, Cost:32, Bridge:16, BridgeAddress:6/binary,
          Port:16, Age:16, MaxAge:16, Hello:16, Delay:16, Data/binary>>
          when Type =:= 0; Type =:= 2, Data =/= <<>> ->
            Config = {Flags, {Root, RootAddress}, Cost, {Bridge, BridgeAddress}, Port, Age, MaxAge,
                      Hello, Delay},
            ended(Stp#stp{config = Config, data = Data}, Bytes, Walk);
        _ when Type =:= 0; Type =:= 2 -> short(stp, Bytes, Walk);
        _ -> ended(Stp#stp{data = Rest}, Bytes, Walk)
    end;
decode(ipx, <<Checksum:16, Length:16, Control, Type, DestinationNetwork:32,
               DestinationNode:6/binary, DestinationSocket:16, SourceNetwork:32,
               SourceNode:6/binary, SourceSocket:16, Rest/binary>>, Walk) ->
    {Inner, Trailer, Walk1} = bound(Rest, Length - ?IPX_BYTES, Walk),
    [#ipx{checksum = Checksum, length = Length, transport_control = Control, packet_type = Type,
          destination_network = DestinationNetwork, destination_node = DestinationNode,
          destination_socket = DestinationSocket, source_network = SourceNetwork,
          source_node = SourceNode, source_socket = SourceSocket, trailer = Trailer}
     | rest(Inner, ?IPX_BYTES, Walk1)];
decode(cdp, <<Version, Ttl, Checksum:16, Tlvs/binary>> = Bytes, Walk) ->
    ended(#cdp{version = Version, ttl_s = Ttl, checksum = Checksum,
               tlvs = wirebeam_packet_tlv:decode(Tlvs, ?CDP_TLV)}, Bytes, Walk);
decode(lldp, <<_:16, _/binary>> = Bytes, Walk) ->
    {Tlvs, Trailer} = lldp_end(wirebeam_packet_tlv:decode(Bytes, ?LLDP_TLV)),
    ended(#lldp{tlvs = Tlvs, trailer = Trailer}, Bytes, Walk);
decode(macc, <<1:16, Time:2/binary, Data/binary>> = Bytes, Walk) ->
    ended(#macc{opcode = 1, data = <<Time/binary, Data/binary>>}, Bytes, Walk);
decode(macc, <<16#0101:16, _:18/binary, _/binary>> = Bytes, Walk) ->
    <<_:16, Data/binary>> = Bytes,
    ended(#macc{opcode = 16#0101, data = Data}, Bytes, Walk);
decode(macc, <<Opcode:16, Data/binary>> = Bytes, Walk) when Opcode =/= 1, Opcode =/= 16#0101 ->
    ended(#macc{opcode = Opcode, data = Data}, Bytes, Walk);
decode(eapol, <<Version, Type, Length:16, Rest/binary>>, Walk) ->
    {Inner, Trailer, Walk1} = bound(Rest, Length, Walk),
    [#eapol{version = Version, type = Type, length = Length, trailer = Trailer}
     | case {Type, Inner} of
           {0, <<_, _/binary>>} -> next(eap, Inner, 4, 0, Walk1);
           _ -> rest(Inner, 4, Walk1)
       end];
decode(eap, <<Code, Id, Length:16, Rest/binary>>, Walk) ->
    {Inner, Trailer, Walk1} = bound(Rest, Length - 4, Walk),
    Eap = #eap{code = Code, identifier = Id, length = Length, trailer = Trailer},
    [case Inner of
         <<Type, Data/binary>> when Code =:= 1; Code =:= 2 -> Eap#eap{type = Type, data = Data};
         _ -> Eap#eap{data = Inner}
     end | rest(<<>>, 4 + byte_size(Inner), Walk1)];
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

%% All that is left is the layer's.
ended(Layer, Bytes, Walk) ->
    [Layer | rest(<<>>, byte_size(Bytes), Walk)].

%% Behind the end there is padding, which is no list.
lldp_end(Tlvs) ->
    case lists:splitwith(fun(Tlv) -> Tlv =/= {0, <<>>} end, Tlvs) of
        {_, []} -> {Tlvs, <<>>};
        {Before, [End | Padding]} ->
            {Before ++ [End], wirebeam_packet_tlv:encode(Padding, ?LLDP_TLV)}
    end.

%% @doc The bytes of a message.
-spec encode(tuple(), iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#stp{protocol_id = Protocol, version = Version, type = Type, config = Config,
            data = Data}, Inner, _, _) ->
    [<<Protocol:16, Version, Type>>, config(Config), Data, Inner];
encode(#ipx{checksum = Checksum, length = Length, transport_control = Control, packet_type = Type,
            destination_network = DestinationNetwork, destination_node = DestinationNode,
            destination_socket = DestinationSocket, source_network = SourceNetwork,
            source_node = SourceNode, source_socket = SourceSocket, trailer = Trailer},
       Inner, _, _) ->
    [<<Checksum:16, (auto(Length, ?IPX_BYTES + iolist_size(Inner), 16, length)):16, Control, Type,
       DestinationNetwork:32, DestinationNode/binary, DestinationSocket:16, SourceNetwork:32,
       SourceNode/binary, SourceSocket:16>>, Inner, Trailer];
encode(#cdp{version = Version, ttl_s = Ttl, checksum = SetChecksum, tlvs = Tlvs}, Inner, _, _) ->
    Begin = <<Version, Ttl>>,
    End = [wirebeam_packet_tlv:encode(Tlvs, ?CDP_TLV), Inner],
    Checksum = case SetChecksum of
                   auto -> cdp_checksum(iolist_to_binary([Begin, 0, 0, End]));
                   _ -> SetChecksum
               end,
    [Begin, <<Checksum:16>>, End];
encode(#lldp{tlvs = Tlvs, trailer = Trailer}, Inner, _, _) ->
    [wirebeam_packet_tlv:encode(Tlvs, ?LLDP_TLV), Inner, Trailer];
encode(#macc{opcode = Opcode, data = Data}, Inner, _, _) ->
    [<<Opcode:16>>, Data, Inner];
encode(#eapol{version = Version, type = Type, length = Length, trailer = Trailer}, Inner, _, _) ->
    [<<Version, Type, (auto(Length, iolist_size(Inner), 16, length)):16>>, Inner, Trailer];
encode(#eap{code = Code, identifier = Id, length = Length, type = Type, data = Data,
            trailer = Trailer}, Inner, _, _) ->
    Body = [<< <<Type>> || Type =/= undefined >>, Data],
    [<<Code, Id, (auto(Length, 4 + iolist_size(Body), 16, length)):16>>, Body, Inner, Trailer].

config(undefined) -> <<>>;
config({Flags, {Root, RootAddress}, Cost, {Bridge, BridgeAddress}, Port, Age, MaxAge, Hello,
        Delay}) ->
    <<Flags, Root:16, RootAddress/binary, Cost:32, Bridge:16, BridgeAddress/binary, Port:16,
      Age:16, MaxAge:16, Hello:16, Delay:16>>.

%% Cisco's sum has an odd last byte in the lower half, not as RFC 1071 has it.
cdp_checksum(Bytes) when byte_size(Bytes) rem 2 =:= 0 ->
    wirebeam_packet_checksum:internet(Bytes);
cdp_checksum(Bytes) ->
    {Even, <<Last>>} = split_binary(Bytes, byte_size(Bytes) - 1),
    wirebeam_packet_checksum:internet([Even, 0, Last]).
