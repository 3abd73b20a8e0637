%% SPDX-License-Identifier: ISC
%%
%% @private
%% The numbers that name layers, both ways: which kind of layer a number stands for, and
%% which number encode writes for a kind.
-module(wirebeam_packet_number).

-export([link_type/1, link_kind/1, ethertype/1, of_ethertype/1, protocol/1, of_protocol/1,
         sap/1, of_sap/1, snap/2, of_snap/1, ppp/1,
         of_ppp/1, nsh/1, of_nsh/1]).

-type kind() :: wirebeam_packet_walk:kind().
-type next() :: wirebeam_packet_walk:next().

%% @doc The number of a link type by its registered name, without LINKTYPE_ and in lower case.
-spec link_type(wirebeam_packet:link()) -> non_neg_integer().
link_type(Number) when is_integer(Number), Number >= 0 -> Number;
link_type(null) -> 0;
link_type(ethernet) -> 1;
link_type(ieee802_5) -> 6;
link_type(ppp) -> 9;
link_type(fddi) -> 10;
link_type(ppp_hdlc) -> 50;
link_type(ppp_ether) -> 51;
link_type(atm_rfc1483) -> 100;
link_type(raw) -> 101;
link_type(c_hdlc) -> 104;
link_type(ieee802_11) -> 105;
link_type(frelay) -> 107;
link_type(loop) -> 108;
link_type(linux_sll) -> 113;
link_type(ieee802_11_radiotap) -> 127;
link_type(mpls) -> 219;
link_type(ipv4) -> 228;
link_type(ipv6) -> 229;
link_type(nflog) -> 239;
link_type(linux_sll2) -> 276;
link_type(Other) -> error(badarg, [Other]).

%% @doc The kind of the first layer of a link type.
-spec link_kind(non_neg_integer()) -> kind() | undefined.
link_kind(0) -> null;
link_kind(1) -> ethernet;
link_kind(9) -> ppp;
link_kind(6) -> tr;
link_kind(10) -> fddi;
link_kind(12) -> raw;
link_kind(14) -> raw;
link_kind(50) -> ppp;
link_kind(51) -> pppoes;
link_kind(100) -> llc;
link_kind(101) -> raw;
link_kind(104) -> chdlc;
link_kind(105) -> wlan;
link_kind(107) -> fr;
link_kind(108) -> loop;
link_kind(113) -> sll;
link_kind(127) -> radiotap;
link_kind(219) -> mpls;
link_kind(228) -> ip4;
link_kind(229) -> ip6;
link_kind(239) -> nflog;
link_kind(276) -> sll2;
link_kind(_) -> undefined.

%% @doc What an EtherType names (IEEE's registry).
-spec ethertype(non_neg_integer()) -> kind() | undefined.
ethertype(16#0800) -> ip4;
ethertype(16#0806) -> arp;
ethertype(16#6558) -> ethernet;
ethertype(16#8100) -> vlan;
ethertype(16#8137) -> ipx;
ethertype(16#86dd) -> ip6;
ethertype(16#88a8) -> vlan;
ethertype(16#8808) -> macc;
ethertype(16#880b) -> ppp;
ethertype(16#8847) -> mpls;
ethertype(16#8848) -> mpls;
ethertype(16#8863) -> pppoed;
ethertype(16#8864) -> pppoes;
ethertype(16#888e) -> eapol;
ethertype(16#88cc) -> lldp;
ethertype(16#88e7) -> ieee8021ah;
ethertype(16#894f) -> nsh;
ethertype(16#9100) -> vlan;
ethertype(_) -> undefined.

%% @doc The EtherType of a kind; where it has none, the first for experiments (IEEE 802).
-spec of_ethertype(next()) -> non_neg_integer().
of_ethertype(ip4) -> 16#0800;
of_ethertype(arp) -> 16#0806;
of_ethertype(ethernet) -> 16#6558;
of_ethertype({vlan, Tpid}) -> Tpid;
of_ethertype(ipx) -> 16#8137;
of_ethertype(ip6) -> 16#86dd;
of_ethertype(macc) -> 16#8808;
of_ethertype(ppp) -> 16#880b;
of_ethertype(mpls) -> 16#8847;
of_ethertype(pppoed) -> 16#8863;
of_ethertype(pppoes) -> 16#8864;
of_ethertype(eapol) -> 16#888e;
of_ethertype(lldp) -> 16#88cc;
of_ethertype(ieee8021ah) -> 16#88e7;
of_ethertype(nsh) -> 16#894f;
of_ethertype(_) -> 16#88b5.

%% @doc What an IP protocol number names (IANA's registry).
-spec protocol(non_neg_integer()) -> kind() | undefined.
protocol(1) -> icmp;
protocol(2) -> igmp;
protocol(4) -> ip4;
protocol(6) -> tcp;
protocol(17) -> udp;
protocol(33) -> dccp;
protocol(41) -> ip6;
protocol(47) -> gre;
protocol(50) -> esp;
protocol(51) -> ah;
protocol(58) -> icmp6;
protocol(89) -> ospf;
protocol(97) -> etherip;
protocol(103) -> pim;
protocol(108) -> ipcomp;
protocol(112) -> vrrp;
protocol(115) -> l2tpv3;
protocol(132) -> sctp;
protocol(136) -> udplite;
protocol(137) -> mpls;
protocol(143) -> ethernet;
protocol(_) -> undefined.

%% @doc The IP protocol number of a kind; where it has none, the first for experiments
%% (RFC 3692).
-spec of_protocol(next()) -> non_neg_integer().
of_protocol(ip6_hopopts) -> 0;
of_protocol(icmp) -> 1;
of_protocol(igmp) -> 2;
of_protocol(ip4) -> 4;
of_protocol(tcp) -> 6;
of_protocol(udp) -> 17;
of_protocol(dccp) -> 33;
of_protocol(ip6) -> 41;
of_protocol(ip6_routing) -> 43;
of_protocol(ip6_fragment) -> 44;
of_protocol(gre) -> 47;
of_protocol(esp) -> 50;
of_protocol(ah) -> 51;
of_protocol(icmp6) -> 58;
of_protocol(ip6_dstopts) -> 60;
of_protocol(ospf) -> 89;
of_protocol(etherip) -> 97;
of_protocol(pim) -> 103;
of_protocol(ipcomp) -> 108;
of_protocol(vrrp) -> 112;
of_protocol(carp) -> 112;
of_protocol(l2tpv3) -> 115;
of_protocol(sctp) -> 132;
of_protocol(mipv6) -> 135;
of_protocol(udplite) -> 136;
of_protocol(mpls) -> 137;
of_protocol(hip) -> 139;
of_protocol(shim6) -> 140;
of_protocol(ethernet) -> 143;
of_protocol(_) -> 253.

%% @doc What a service access point names (IEEE 802.2).
-spec sap(byte()) -> kind() | undefined.
sap(16#06) -> ip4;
sap(16#42) -> stp;
sap(16#e0) -> ipx;
sap(_) -> undefined.

%% @doc The service access point of a kind.
-spec of_sap(next()) -> byte().
of_sap(ip4) -> 16#06;
of_sap(stp) -> 16#42;
of_sap(ipx) -> 16#e0;
of_sap(_) -> 0.

%% @doc What an OUI and a PID of SNAP name; with OUI 0 the PID is an EtherType.
-spec snap(non_neg_integer(), non_neg_integer()) -> kind() | undefined.
snap(16#00000c, 16#2000) -> cdp;
snap(16#00000c, 16#010b) -> stp;
snap(16#0080c2, 16#000e) -> stp;
snap(_, _) -> undefined.

%% @doc The OUI and the PID of a kind.
-spec of_snap(next()) -> {non_neg_integer(), non_neg_integer()}.
of_snap(cdp) -> {16#00000c, 16#2000};
of_snap(stp) -> {16#00000c, 16#010b};
of_snap(ethernet) -> {16#0080c2, 16#0007};
of_snap(Kind) -> {0, of_ethertype(Kind)}.

%% @doc What a protocol number of PPP names.
-spec ppp(non_neg_integer()) -> kind() | undefined.
ppp(16#0021) -> ip4;
ppp(16#002b) -> ipx;
ppp(16#0057) -> ip6;
ppp(16#0281) -> mpls;
ppp(16#0283) -> mpls;
ppp(16#8021) -> ppp_control;            %% IPCP
ppp(16#802b) -> ppp_control;            %% IPXCP
ppp(16#8053) -> ppp_control;            %% ECP
ppp(16#8057) -> ppp_control;            %% IPV6CP
ppp(16#80fd) -> ppp_control;            %% CCP
ppp(16#8281) -> ppp_control;            %% MPLSCP
ppp(16#c021) -> ppp_control;            %% LCP
ppp(16#c023) -> ppp_control;            %% PAP
ppp(16#c223) -> ppp_control;            %% CHAP
ppp(16#c227) -> eap;
ppp(_) -> undefined.

%% @doc The protocol number of a kind.
-spec of_ppp(next()) -> non_neg_integer().
of_ppp(ip4) -> 16#0021;
of_ppp(ipx) -> 16#002b;
of_ppp(ip6) -> 16#0057;
of_ppp(mpls) -> 16#0281;
of_ppp({ppp_control, Protocol}) -> Protocol;
of_ppp(eap) -> 16#c227;
of_ppp(_) -> 16#0021.

%% @doc What a next protocol of NSH and of VXLAN-GPE names.
-spec nsh(byte()) -> kind() | undefined.
nsh(1) -> ip4;
nsh(2) -> ip6;
nsh(3) -> ethernet;
nsh(4) -> nsh;
nsh(5) -> mpls;
nsh(_) -> undefined.

%% @doc The next protocol of a kind; where it has none, the first for experiments (RFC 8300).
-spec of_nsh(next()) -> byte().
of_nsh(ip4) -> 1;
of_nsh(ip6) -> 2;
of_nsh(ethernet) -> 3;
of_nsh(nsh) -> 4;
of_nsh(mpls) -> 5;
of_nsh(_) -> 254.
