%% SPDX-License-Identifier: ISC
%%
%% @private
%% The walk from layer to layer: the table that says which module knows a layer, and what
%% decoders share. A decoder takes the bytes of a layer, to the end that the layers around it
%% leave, and gives the list of what it made of them: its record, and what next/5, by/5 or
%% rest/3 make of what follows its header. Each step takes one of the layers that are left,
%% so that the walk ends whatever the packet says.
%%
%% Decoders must not fail: a header that is not there, or contradicts itself, is short/3 or
%% malformed/3.
-module(wirebeam_packet_walk).

-export([start/2, next/5, by/6, rest/3, short/3, malformed/3, overrun/1, bound/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-type walk() :: #walk{}.
-type kind() :: atom().
-type next() :: kind() | {vlan | ppp_control, 0..16#ffff}.
-export_type([walk/0, kind/0, next/0]).

%% A module that knows layers: how to take one apart, and how to put it around what is inside.
-callback decode(kind(), binary(), walk()) -> wirebeam_packet:layers().
-callback encode(tuple(), iodata(), next(), wirebeam_packet_checksum:around()) -> iodata().

-define(LAYERS_MAX, 24).
-define(PPP_HDLC, 50).

%% @doc Decodes bytes that begin with a header of the link type.
-spec start(non_neg_integer(), binary()) -> wirebeam_packet:layers().
start(LinkType, Bytes) ->
    Walk = #walk{left = ?LAYERS_MAX - 1},
    case wirebeam_packet_number:link_kind(LinkType) of
        undefined -> [undecoded(unsupported, {link, LinkType}, Bytes, Walk)];
        raw -> raw(Bytes, Walk);
        llc -> decode(llc, Bytes, Walk#walk{number = LinkType});
        ppp when LinkType =:= ?PPP_HDLC -> hdlc(Bytes, Walk);
        Kind -> decode(Kind, Bytes, Walk)
    end.

%% It also holds Cisco's framing, told by its addresses.
hdlc(<<Address, _/binary>> = Bytes, Walk) when Address =:= 16#0f; Address =:= 16#8f ->
    decode(chdlc, Bytes, Walk);
hdlc(Bytes, Walk) -> decode(ppp, Bytes, Walk).

%% No header says what follows but its first four bits.
raw(<<4:4, _/bits>> = Bytes, Walk) -> decode(ip4, Bytes, Walk);
raw(<<6:4, _/bits>> = Bytes, Walk) -> decode(ip6, Bytes, Walk);
raw(<<>>, Walk) -> short(raw, <<>>, Walk);
raw(Bytes, Walk) -> [undecoded(unsupported, raw, Bytes, Walk)].

%% @doc What follows a header of Taken bytes is a layer of this kind, named by Number.
-spec next(kind(), binary(), non_neg_integer(), non_neg_integer(), walk()) ->
    wirebeam_packet:layers().
next(Kind, Bytes, Taken, _Number, #walk{left = 0} = Walk) ->
    [undecoded(too_deep, Kind, Bytes, skip(Taken, Walk))];
next(Kind, Bytes, Taken, Number, #walk{offset = Offset, left = Left} = Walk) ->
    decode(Kind, Bytes, Walk#walk{offset = Offset + Taken, left = Left - 1, number = Number}).

%% @doc The same, where a number says which layer it is: Kind is what the numbering has for
%% it, undefined where there is no decoder; that it is not all there is then the better reason.
-spec by(wirebeam_packet:numbering(), non_neg_integer(), kind() | undefined, binary(),
         non_neg_integer(), walk()) -> wirebeam_packet:layers().
by(Numbering, Number, undefined, Bytes, Taken, #walk{ending = Ending} = Walk) ->
    [undecoded(unsupported(Ending), {Numbering, Number}, Bytes, skip(Taken, Walk))];
by(_Numbering, Number, Kind, Bytes, Taken, Walk) ->
    next(Kind, Bytes, Taken, Number, Walk).

unsupported(open) -> unsupported;
unsupported(bound) -> unsupported;
unsupported(Ending) -> Ending.

%% @doc What follows is payload; where it is not all there, that is said.
-spec rest(binary(), non_neg_integer(), walk()) -> wirebeam_packet:layers().
rest(Bytes, _Taken, #walk{ending = Ending}) when Ending =:= open; Ending =:= bound ->
    [Bytes];
rest(Bytes, Taken, #walk{ending = Ending} = Walk) ->
    [undecoded(Ending, payload, Bytes, skip(Taken, Walk))].

%% @doc The bytes end within this layer's header.
-spec short(kind(), binary(), walk()) -> wirebeam_packet:layers().
short(Kind, Bytes, #walk{ending = Ending} = Walk) when Ending =:= bound; Ending =:= malformed ->
    [undecoded(malformed, Kind, Bytes, Walk)];
short(Kind, Bytes, Walk) ->
    [undecoded(truncated, Kind, Bytes, Walk)].

%% @doc This layer's header contradicts itself or the numbers that name it.
-spec malformed(kind(), binary(), walk()) -> wirebeam_packet:layers().
malformed(Kind, Bytes, Walk) ->
    [undecoded(malformed, Kind, Bytes, Walk)].

%% @doc Bounds what follows by a length: its bytes, the trailer behind them, and the walk
%% that goes on within.
-spec bound(binary(), integer(), walk()) -> {binary(), binary(), walk()}.
bound(Bytes, Length, Walk) when Length =:= byte_size(Bytes) ->
    {Bytes, <<>>, Walk#walk{ending = bound}};
bound(Bytes, Length, Walk) when Length >= 0, Length < byte_size(Bytes) ->
    <<Inner:Length/binary, Trailer/binary>> = Bytes,
    {Inner, Trailer, Walk#walk{ending = bound}};
bound(Bytes, Length, Walk) when Length < 0 ->
    {Bytes, <<>>, Walk#walk{ending = malformed}};
bound(Bytes, _Length, Walk) ->
    {Bytes, <<>>, overrun(Walk)}.

%% @doc A length says more than there is.
-spec overrun(walk()) -> walk().
overrun(#walk{ending = open} = Walk) -> Walk#walk{ending = truncated};
overrun(#walk{ending = bound} = Walk) -> Walk#walk{ending = malformed};
overrun(Walk) -> Walk.

skip(Taken, #walk{offset = Offset} = Walk) ->
    Walk#walk{offset = Offset + Taken}.

undecoded(Reason, Layer, Bytes, #walk{offset = Offset}) ->
    #undecoded{reason = Reason, layer = Layer, offset = Offset, data = Bytes}.

%% The layers of most packets are called by name, which is faster.
decode(ethernet, B, W) -> wirebeam_packet_link:ethernet(B, W);
decode(ip4, B, W) -> wirebeam_packet_ip:ip4(B, W);
decode(ip6, B, W) -> wirebeam_packet_ip:ip6(B, W);
decode(tcp, B, W) -> wirebeam_packet_transport:tcp(B, W);
decode(udp, B, W) -> wirebeam_packet_transport:udp(B, W);
decode(Kind, B, W) -> (module(Kind)):decode(Kind, B, W).

%% @doc The bytes of a layer around those of the layers inside, of which Next is the kind of
%% the first; Around is what the layers around it say (wirebeam_packet_checksum).
-spec encode(tuple(), iodata(), next(), wirebeam_packet_checksum:around()) -> iodata().
encode(Layer, Inner, Next, Around) ->
    (module(element(1, Layer))):encode(Layer, Inner, Next, Around).

%% Which module knows a layer.
-spec module(kind()) -> module().
module(ethernet) -> wirebeam_packet_link;
module(vlan) -> wirebeam_packet_link;
module(sll) -> wirebeam_packet_link;
module(sll2) -> wirebeam_packet_link;
module(null) -> wirebeam_packet_link;
module(loop) -> wirebeam_packet_link;
module(llc) -> wirebeam_packet_link;
module(arp) -> wirebeam_packet_link;
module(chdlc) -> wirebeam_packet_wan;
module(slarp) -> wirebeam_packet_wan;
module(fr) -> wirebeam_packet_wan;
module(fddi) -> wirebeam_packet_wan;
module(tr) -> wirebeam_packet_wan;
module(nflog) -> wirebeam_packet_nflog;
module(ip4) -> wirebeam_packet_ip;
module(ip6) -> wirebeam_packet_ip;
module(ip6_hopopts) -> wirebeam_packet_ip6;
module(ip6_dstopts) -> wirebeam_packet_ip6;
module(ip6_routing) -> wirebeam_packet_ip6;
module(ip6_fragment) -> wirebeam_packet_ip6;
module(hip) -> wirebeam_packet_ip6;
module(shim6) -> wirebeam_packet_ip6;
module(mipv6) -> wirebeam_packet_ip6;
module(ah) -> wirebeam_packet_ip6;
module(esp) -> wirebeam_packet_ip6;
module(ipcomp) -> wirebeam_packet_ip6;
module(tcp) -> wirebeam_packet_transport;
module(udp) -> wirebeam_packet_transport;
module(udplite) -> wirebeam_packet_transport;
module(dccp) -> wirebeam_packet_transport;
module(sctp) -> wirebeam_packet_sctp;
module(icmp) -> wirebeam_packet_icmp;
module(icmp6) -> wirebeam_packet_icmp;
module(igmp) -> wirebeam_packet_routing;
module(vrrp) -> wirebeam_packet_routing;
module(carp) -> wirebeam_packet_routing;
module(pim) -> wirebeam_packet_routing;
module(ospf) -> wirebeam_packet_routing;
module(mpls) -> wirebeam_packet_tunnel;
module(pw) -> wirebeam_packet_tunnel;
module(etherip) -> wirebeam_packet_tunnel;
module(ieee8021ah) -> wirebeam_packet_tunnel;
module(vxlan) -> wirebeam_packet_tunnel;
module(vxlan_gpe) -> wirebeam_packet_tunnel;
module(nsh) -> wirebeam_packet_tunnel;
module(geneve) -> wirebeam_packet_tunnel;
module(gre) -> wirebeam_packet_gre;
module(erspan) -> wirebeam_packet_gre;
module(pppoed) -> wirebeam_packet_session;
module(pppoes) -> wirebeam_packet_session;
module(ppp) -> wirebeam_packet_session;
module(ppp_control) -> wirebeam_packet_session;
module(l2tp) -> wirebeam_packet_session;
module(l2tpv3) -> wirebeam_packet_session;
module(gtp) -> wirebeam_packet_session;
module(teredo) -> wirebeam_packet_session;
module(udpencap) -> wirebeam_packet_session;
module(ipx) -> wirebeam_packet_lan;
module(stp) -> wirebeam_packet_lan;
module(cdp) -> wirebeam_packet_lan;
module(lldp) -> wirebeam_packet_lan;
module(macc) -> wirebeam_packet_lan;
module(eapol) -> wirebeam_packet_lan;
module(eap) -> wirebeam_packet_lan;
module(radiotap) -> wirebeam_packet_wlan;
module(wlan) -> wirebeam_packet_wlan;
module(dns) -> wirebeam_packet_dns;
module(mdns) -> wirebeam_packet_dns;
module(llmnr) -> wirebeam_packet_dns;
module(dhcp) -> wirebeam_packet_dhcp;
module(dhcpv6) -> wirebeam_packet_dhcp.
