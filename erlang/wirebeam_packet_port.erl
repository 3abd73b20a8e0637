%% SPDX-License-Identifier: ISC
%%
%% @private
%% What a UDP datagram holds, guessed from its ports: first from the destination's, then,
%% where both sides use the same, from the source's. A guess that the bytes do not bear out is
%% none.
-module(wirebeam_packet_port).

-export([kind/4, ports/1]).

-define(DYNAMIC, 49152).                %% the first of RFC 6335's dynamic ports

%% @doc The kind of layer in a datagram between these ports. Of one that is only there in part,
%% lengths may speak of more.
-spec kind(inet:port_number(), inet:port_number(), binary(), IsWhole :: boolean()) ->
    wirebeam_packet_walk:kind().
kind(Source, Destination, Bytes, IsWhole) ->
    case by_destination(Destination, Bytes) of
        payload ->
            case by_either(Destination, Bytes, IsWhole) of
                payload -> by_either(Source, Bytes, IsWhole);
                Kind -> Kind
            end;
        Kind -> Kind
    end.

%% What is sent to a port, while the source's may be any (RFC 7348, 5; RFC 8926, 3.3).
by_destination(4789, <<_:4, 1:1, _:3, _:7/binary, _/binary>>) -> vxlan;
by_destination(8472, <<_:4, 1:1, _:3, _:7/binary, _/binary>>) -> vxlan;    %% Linux of old
by_destination(4790, <<_:2, 0:2, 1:1, _:3, _:7/binary, _/binary>>) -> vxlan_gpe;
by_destination(6081, <<0:2, Words:6, _:7/binary, Rest/binary>>)
  when byte_size(Rest) >= Words * 4 -> geneve;
by_destination(4754, Bytes) -> borne_out(gre, wirebeam_packet_gre:is_gre(Bytes));
by_destination(6635, Bytes) -> borne_out(mpls, wirebeam_packet_tunnel:is_mpls(Bytes));
by_destination(_, _) -> payload.

%% What is sent to a port and answered from it.
by_either(53, _, _) -> dns;
by_either(67, _, _) -> dhcp;
by_either(68, _, _) -> dhcp;
by_either(546, _, _) -> dhcpv6;
by_either(547, _, _) -> dhcpv6;
by_either(1701, Bytes, IsWhole) ->
    borne_out(l2tp, wirebeam_packet_session:is_l2tp(Bytes, IsWhole));
by_either(2123, Bytes, IsWhole) ->
    borne_out(gtp, wirebeam_packet_session:is_gtp([1, 2], Bytes, IsWhole));
by_either(2152, Bytes, IsWhole) ->
    borne_out(gtp, wirebeam_packet_session:is_gtp([1], Bytes, IsWhole));
by_either(3544, Bytes, IsWhole) ->
    borne_out(teredo, wirebeam_packet_session:is_teredo(Bytes, IsWhole));
by_either(4500, <<16#ff>>, _) -> udpencap;
by_either(4500, <<0:32, _/binary>>, _) -> udpencap;
by_either(4500, <<Spi:32, Rest/binary>>, IsWhole)
  when Spi >= 256, byte_size(Rest) >= 4 orelse not IsWhole -> esp;     %% RFC 4303, 2.1
by_either(5353, _, _) -> mdns;
by_either(5355, _, _) -> llmnr;
by_either(_, _, _) -> payload.

borne_out(Kind, true) -> Kind;
borne_out(_, false) -> payload.

%% @doc The source's and the destination's port for a kind of layer.
-spec ports(wirebeam_packet_walk:next()) -> {inet:port_number(), inet:port_number()}.
ports(dns) -> {?DYNAMIC, 53};
ports(dhcp) -> {68, 67};
ports(dhcpv6) -> {546, 547};
ports(vxlan) -> {?DYNAMIC, 4789};
ports(vxlan_gpe) -> {?DYNAMIC, 4790};
ports(geneve) -> {?DYNAMIC, 6081};
ports(gre) -> {?DYNAMIC, 4754};
ports(mpls) -> {?DYNAMIC, 6635};
ports(l2tp) -> {1701, 1701};
ports(gtp) -> {2152, 2152};
ports(teredo) -> {?DYNAMIC, 3544};
ports(udpencap) -> {4500, 4500};
ports(esp) -> {4500, 4500};
ports(_) -> {0, 0}.
