%% SPDX-License-Identifier: ISC
%%
%% @private
%% Which fields encode can compute: makes them auto.
-module(wirebeam_packet_auto).

-export([layers/1]).

-include("wirebeam_packet.hrl").

%% @doc All of a packet; what is only there in part keeps what it says of the whole.
-spec layers(wirebeam_packet:layers()) -> wirebeam_packet:layers().
layers([]) -> [];
layers(Layers) ->
    case lists:splitwith(fun(Layer) -> not quotes(Layer) end, Layers) of
        {_, []} ->
            case lists:last(Layers) of
                #undecoded{reason = Reason} when Reason =/= unsupported, Reason =/= too_deep ->
                    Layers;
                _ -> whole(Layers)
            end;
        {Around, [Error | Quoted]} ->
            whole(Around ++ [Error]) ++ Quoted
    end.

quotes(#icmp{type = Type}) ->
    Type =:= 3 orelse Type =:= 4 orelse Type =:= 5 orelse Type =:= 11 orelse Type =:= 12;
quotes(#icmp6{type = Type}) -> Type >= 1 andalso Type =< 4;
quotes(_) -> false.

whole([Layer | Inside]) when is_tuple(Layer), element(1, Layer) =/= undecoded ->
    [layer(Layer, Inside) | whole(Inside)];
whole(Inside) ->
    Inside.

layer(#ethernet{type = Type} = L, Inside) -> L#ethernet{type = number(Type, Inside)};
layer(#vlan{type = Type} = L, Inside) -> L#vlan{type = number(Type, Inside)};
layer(#sll{protocol = Protocol} = L, Inside) -> L#sll{protocol = number(Protocol, Inside)};
layer(#sll2{protocol = Protocol} = L, Inside) -> L#sll2{protocol = number(Protocol, Inside)};
layer(#chdlc{protocol = Protocol} = L, Inside) -> L#chdlc{protocol = number(Protocol, Inside)};
layer(#nflog{length = Length} = L, _) when Length =/= undefined -> L#nflog{length = auto};
layer(#ipx{} = L, _) -> L#ipx{length = auto};
layer(#arp{} = L, _) -> L#arp{hardware_length = auto, protocol_length = auto};
layer(#ip4{protocol = Protocol} = L, Inside) ->
    L#ip4{header_length = auto, total_length = length_of(L#ip4.total_length, Inside),
          checksum = auto, protocol = number(Protocol, Inside)};
layer(#ip6{next_header = Next} = L, Inside) ->
    L#ip6{payload_length = length_of(L#ip6.payload_length, Inside),
          next_header = number(Next, Inside)};
layer(#ip6_hopopts{next_header = Next} = L, Inside) ->
    L#ip6_hopopts{header_length = auto, next_header = number(Next, Inside)};
layer(#ip6_dstopts{next_header = Next} = L, Inside) ->
    L#ip6_dstopts{header_length = auto, next_header = number(Next, Inside)};
layer(#ip6_routing{next_header = Next} = L, Inside) ->
    L#ip6_routing{header_length = auto, next_header = number(Next, Inside)};
layer(#ip6_fragment{next_header = Next} = L, Inside) ->
    L#ip6_fragment{next_header = number(Next, Inside)};
layer(#hip{next_header = Next} = L, Inside) ->
    L#hip{header_length = auto, next_header = number(Next, Inside)};
layer(#shim6{next_header = Next} = L, Inside) ->
    L#shim6{header_length = auto, next_header = number(Next, Inside)};
layer(#mipv6{payload_proto = Next} = L, Inside) ->
    L#mipv6{header_length = auto, checksum = auto, payload_proto = number(Next, Inside)};
layer(#ah{next_header = Next} = L, Inside) ->
    L#ah{header_length = auto, next_header = number(Next, Inside)};
layer(#tcp{} = L, _) -> L#tcp{header_length = auto, checksum = auto};
layer(#udp{checksum = 0} = L, _) -> L#udp{length = auto};
layer(#udp{} = L, _) -> L#udp{length = auto, checksum = auto};
layer(#udplite{} = L, _) -> L#udplite{checksum = auto};
layer(#dccp{} = L, _) -> L#dccp{header_length = auto, checksum = auto};
layer(#icmp{} = L, _) -> L#icmp{checksum = auto};
layer(#icmp6{} = L, _) -> L#icmp6{checksum = auto};
layer(#sctp{} = L, _) -> L#sctp{checksum = auto};
layer(#igmp{} = L, _) -> L#igmp{checksum = auto};
layer(#vrrp{} = L, _) -> L#vrrp{checksum = auto};
layer(#carp{} = L, _) -> L#carp{checksum = auto};
layer(#pim{} = L, _) -> L#pim{checksum = auto};
layer(#ospf{version = 2, authentication = {2, _}} = L, _) -> L#ospf{packet_length = auto};
layer(#ospf{} = L, _) -> L#ospf{packet_length = auto, checksum = auto};
layer(#mpls{} = L, _) -> L#mpls{bottom_of_stack = auto};
layer(#gre{checksum = undefined, key = Key} = L, _) -> L#gre{key = pptp_key(Key)};
layer(#gre{key = Key, flags = Flags} = L, _) when Flags band 16#8000 =/= 0 ->
    L#gre{checksum = auto, key = pptp_key(Key)};
layer(#vxlan_gpe{next_protocol = Next} = L, Inside) ->
    L#vxlan_gpe{next_protocol = number(Next, Inside)};
layer(#nsh{next_protocol = Next} = L, Inside) ->
    L#nsh{header_length = auto, next_protocol = number(Next, Inside)};
layer(#geneve{protocol_type = Type} = L, Inside) ->
    L#geneve{options_length = auto, protocol_type = number(Type, Inside)};
layer(#gtp{} = L, _) -> L#gtp{length = auto};
layer(#l2tp{length = Length} = L, _) when Length =/= undefined -> L#l2tp{length = auto};
layer(#l2tpv3{control_connection_id = Id} = L, _) when Id =/= undefined ->
    L#l2tpv3{length = auto};
layer(#pppoed{} = L, _) -> L#pppoed{length = auto};
layer(#pppoes{} = L, _) -> L#pppoes{length = auto};
layer(#ppp{protocol = Protocol} = L, Inside) -> L#ppp{protocol = number(Protocol, Inside)};
layer(#ppp_control{} = L, _) -> L#ppp_control{length = auto};
layer(#cdp{} = L, _) -> L#cdp{checksum = auto};
layer(#eapol{} = L, _) -> L#eapol{length = auto};
layer(#eap{} = L, _) -> L#eap{length = auto};
layer(#radiotap{} = L, _) -> L#radiotap{length = auto};
layer(#dns{data = <<>>} = L, _) ->
    L#dns{qdcount = auto, ancount = auto, nscount = auto, arcount = auto};
layer(L, _) -> L.

%% A length of 0 is that of a jumbogram or of a frame that is yet to be cut into segments.
length_of(0, [Inside]) when Inside =:= <<>> -> auto;
length_of(0, _) -> 0;
length_of(_, _) -> auto.

pptp_key({_, Call}) -> {auto, Call};
pptp_key(Key) -> Key.

%% Only a layer that has a record says its own number.
number(Number, [#undecoded{} | _]) -> Number;
number(Number, [#ipx{} | _]) when Number < 1536 -> Number;      %% a length, without LLC
number(Number, [#wlan{} | _]) -> Number;                %% the ARPHRD_ type says it
number(Number, [#radiotap{} | _]) -> Number;
number(_, [Layer | _]) when is_tuple(Layer) -> auto;
number(Number, _) -> Number.
