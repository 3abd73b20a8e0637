%% SPDX-License-Identifier: ISC
%%
%% The names of the fields of the records, for the tests.
-module(wirebeam_packet_fields).

-export([of_kind/1]).

-include("wirebeam_packet.hrl").

%% @doc The fields of a kind of layer, in the record's order.
-spec of_kind(atom()) -> [atom()].
of_kind(undecoded) -> record_info(fields, undecoded);
of_kind(ethernet) -> record_info(fields, ethernet);
of_kind(vlan) -> record_info(fields, vlan);
of_kind(sll) -> record_info(fields, sll);
of_kind(sll2) -> record_info(fields, sll2);
of_kind(null) -> record_info(fields, null);
of_kind(loop) -> record_info(fields, loop);
of_kind(llc) -> record_info(fields, llc);
of_kind(arp) -> record_info(fields, arp);
of_kind(nflog) -> record_info(fields, nflog);
of_kind(chdlc) -> record_info(fields, chdlc);
of_kind(slarp) -> record_info(fields, slarp);
of_kind(fr) -> record_info(fields, fr);
of_kind(fddi) -> record_info(fields, fddi);
of_kind(tr) -> record_info(fields, tr);
of_kind(ip4) -> record_info(fields, ip4);
of_kind(ip6) -> record_info(fields, ip6);
of_kind(ip6_hopopts) -> record_info(fields, ip6_hopopts);
of_kind(ip6_dstopts) -> record_info(fields, ip6_dstopts);
of_kind(ip6_routing) -> record_info(fields, ip6_routing);
of_kind(ip6_fragment) -> record_info(fields, ip6_fragment);
of_kind(hip) -> record_info(fields, hip);
of_kind(shim6) -> record_info(fields, shim6);
of_kind(mipv6) -> record_info(fields, mipv6);
of_kind(ah) -> record_info(fields, ah);
of_kind(esp) -> record_info(fields, esp);
of_kind(ipcomp) -> record_info(fields, ipcomp);
of_kind(tcp) -> record_info(fields, tcp);
of_kind(udp) -> record_info(fields, udp);
of_kind(udplite) -> record_info(fields, udplite);
of_kind(sctp) -> record_info(fields, sctp);
of_kind(dccp) -> record_info(fields, dccp);
of_kind(icmp) -> record_info(fields, icmp);
of_kind(icmp6) -> record_info(fields, icmp6);
of_kind(igmp) -> record_info(fields, igmp);
of_kind(vrrp) -> record_info(fields, vrrp);
of_kind(carp) -> record_info(fields, carp);
of_kind(pim) -> record_info(fields, pim);
of_kind(ospf) -> record_info(fields, ospf);
of_kind(mpls) -> record_info(fields, mpls);
of_kind(pw) -> record_info(fields, pw);
of_kind(gre) -> record_info(fields, gre);
of_kind(erspan) -> record_info(fields, erspan);
of_kind(etherip) -> record_info(fields, etherip);
of_kind(ieee8021ah) -> record_info(fields, ieee8021ah);
of_kind(vxlan) -> record_info(fields, vxlan);
of_kind(vxlan_gpe) -> record_info(fields, vxlan_gpe);
of_kind(nsh) -> record_info(fields, nsh);
of_kind(geneve) -> record_info(fields, geneve);
of_kind(gtp) -> record_info(fields, gtp);
of_kind(l2tp) -> record_info(fields, l2tp);
of_kind(l2tpv3) -> record_info(fields, l2tpv3);
of_kind(teredo) -> record_info(fields, teredo);
of_kind(udpencap) -> record_info(fields, udpencap);
of_kind(pppoed) -> record_info(fields, pppoed);
of_kind(pppoes) -> record_info(fields, pppoes);
of_kind(ppp) -> record_info(fields, ppp);
of_kind(ppp_control) -> record_info(fields, ppp_control);
of_kind(stp) -> record_info(fields, stp);
of_kind(cdp) -> record_info(fields, cdp);
of_kind(lldp) -> record_info(fields, lldp);
of_kind(macc) -> record_info(fields, macc);
of_kind(eapol) -> record_info(fields, eapol);
of_kind(eap) -> record_info(fields, eap);
of_kind(ipx) -> record_info(fields, ipx);
of_kind(radiotap) -> record_info(fields, radiotap);
of_kind(wlan) -> record_info(fields, wlan);
of_kind(dns) -> record_info(fields, dns);
of_kind(dhcp) -> record_info(fields, dhcp);
of_kind(dhcpv6) -> record_info(fields, dhcpv6).
