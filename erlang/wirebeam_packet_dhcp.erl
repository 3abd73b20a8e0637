%% SPDX-License-Identifier: ISC
%%
%% @private
%% DHCP (RFC 2131) with BOOTP (RFC 951), and DHCP for IPv6 (RFC 8415).
-module(wirebeam_packet_dhcp).

-behaviour(wirebeam_packet_walk).

-export([decode/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [rest/3, short/3]).
-import(wirebeam_packet_field, [address/1, ip6_address/1]).

-define(MAGIC_COOKIE, 16#63825363).     %% RFC 2131, 3
-define(DHCP6_OPTION, {16, 16, 0, 1}).

%% @doc A message.
-spec decode(dhcp | dhcpv6, binary(), #walk{}) -> wirebeam_packet:layers().
decode(dhcp, <<Op, Htype, Hlen, Hops, Xid:32, Secs:16, Flags:16, Ciaddr:4/binary, Yiaddr:4/binary,
               Siaddr:4/binary, Giaddr:4/binary, Chaddr:16/binary, Sname:64/binary,
               File:128/binary, Vendor/binary>> = Bytes, Walk) ->
    Dhcp = #dhcp{op = Op, htype = Htype, hlen = Hlen, hops = Hops, xid = Xid, secs = Secs,
                 flags = Flags, ciaddr = ip4(Ciaddr), yiaddr = ip4(Yiaddr), siaddr = ip4(Siaddr),
                 giaddr = ip4(Giaddr), chaddr = Chaddr, sname = Sname, file = File},
    [case Vendor of
         <<?MAGIC_COOKIE:32, Options/binary>> -> Dhcp#dhcp{options = options(Options)};
         _ -> Dhcp#dhcp{options = undefined, vend = Vendor}
     end | rest(<<>>, byte_size(Bytes), Walk)];
decode(dhcpv6, <<Type, Hops, Link:16/binary, Peer:16/binary, Options/binary>> = Bytes, Walk)
  when Type =:= 12; Type =:= 13 ->
    [#dhcpv6{msg_type = Type, transaction_id = undefined, hop_count = Hops,
             link_address = ip6_address(Link), peer_address = ip6_address(Peer),
             options = wirebeam_packet_tlv:decode(Options, ?DHCP6_OPTION)}
     | rest(<<>>, byte_size(Bytes), Walk)];
decode(dhcpv6, <<Type, Xid:24, Options/binary>> = Bytes, Walk) when Type =/= 12, Type =/= 13 ->
    [#dhcpv6{msg_type = Type, transaction_id = Xid,
             options = wirebeam_packet_tlv:decode(Options, ?DHCP6_OPTION)}
     | rest(<<>>, byte_size(Bytes), Walk)];
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

ip4(<<A, B, C, D>>) -> {A, B, C, D}.

%% Behind the end there is only what fills up.
options(<<>>) -> [];
options(<<0, Rest/binary>>) -> [pad | options(Rest)];
options(<<255>>) -> [eol];
options(<<255, Rest/binary>>) -> [eol, Rest];
options(<<Code, Length, Value:Length/binary, Rest/binary>>) ->
    [option(Code, Value) | options(Rest)];
options(Bytes) -> [Bytes].

option(53, <<Type>>) -> {message_type, Type};
option(51, <<Seconds:32>>) -> {lease_time, Seconds};
option(12, Text) -> {host_name, Text};
option(Code, <<_:32, _/binary>> = Value) when byte_size(Value) rem 4 =:= 0 ->
    case address_option(Code) of
        undefined -> {Code, Value};
        Name -> {Name, [{A, B, C, D} || <<A, B, C, D>> <= Value]}
    end;
option(Code, Value) -> {Code, Value}.

address_option(1) -> subnet_mask;
address_option(3) -> router;
address_option(6) -> domain_name_server;
address_option(50) -> requested_ip_address;
address_option(54) -> server_identifier;
address_option(_) -> undefined.

%% @doc The bytes of a message.
-spec encode(#dhcp{} | #dhcpv6{}, iodata(), wirebeam_packet_walk:next(),
             wirebeam_packet_checksum:around()) -> iodata().
encode(#dhcp{op = Op, htype = Htype, hlen = Hlen, hops = Hops, xid = Xid, secs = Secs,
             flags = Flags, ciaddr = Ciaddr, yiaddr = Yiaddr, siaddr = Siaddr, giaddr = Giaddr,
             chaddr = Chaddr, sname = Sname, file = File, options = Options, vend = Vendor},
       Inner, _, _) ->
    [<<Op, Htype, Hlen, Hops, Xid:32, Secs:16, Flags:16>>, address(Ciaddr), address(Yiaddr),
     address(Siaddr), address(Giaddr), filled(Chaddr, 16), filled(Sname, 64), filled(File, 128),
     encode_options(Options), Vendor, Inner];
encode(#dhcpv6{msg_type = Type, transaction_id = undefined, hop_count = Hops,
               link_address = Link, peer_address = Peer, options = Options}, Inner, _, _) ->
    [<<Type, Hops>>, address(Link), address(Peer),
     wirebeam_packet_tlv:encode(Options, ?DHCP6_OPTION), Inner];
encode(#dhcpv6{msg_type = Type, transaction_id = Xid, options = Options}, Inner, _, _) ->
    [<<Type, Xid:24>>, wirebeam_packet_tlv:encode(Options, ?DHCP6_OPTION), Inner].

filled(Bytes, Length) -> <<Bytes/binary, 0:(max(0, Length - byte_size(Bytes)))/unit:8>>.

encode_options(undefined) -> <<>>;
encode_options(Bytes) when is_binary(Bytes) -> [<<?MAGIC_COOKIE:32>>, Bytes];
encode_options(Options) -> [<<?MAGIC_COOKIE:32>> | [encode_option(Option) || Option <- Options]].

encode_option(pad) -> <<0>>;
encode_option(eol) -> <<255>>;
encode_option(Bytes) when is_binary(Bytes) -> Bytes;
encode_option({message_type, Type}) -> <<53, 1, Type>>;
encode_option({lease_time, Seconds}) -> <<51, 4, Seconds:32>>;
encode_option({host_name, Text}) -> option_bytes(12, Text);
encode_option({subnet_mask, Addresses}) -> addresses(1, Addresses);
encode_option({router, Addresses}) -> addresses(3, Addresses);
encode_option({domain_name_server, Addresses}) -> addresses(6, Addresses);
encode_option({requested_ip_address, Addresses}) -> addresses(50, Addresses);
encode_option({server_identifier, Addresses}) -> addresses(54, Addresses);
encode_option({Code, Value}) -> option_bytes(Code, Value).

addresses(Code, Addresses) -> option_bytes(Code, << <<(address(A))/binary>> || A <- Addresses >>).

option_bytes(Code, Value) -> <<Code, (byte_size(Value)), Value/binary>>.
