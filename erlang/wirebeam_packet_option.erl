%% SPDX-License-Identifier: ISC
%%
%% @private
%% The options of IPv4 (RFC 791, 3.1), IPv6 (RFC 8200, 4.2), TCP (RFC 9293, 3.2) and
%% neighbour discovery (RFC 4861, 4.6), both ways. What does not go on as it says is the last
%% member, a binary, so that nothing is lost; zeros behind the end that only fill up are not
%% told, and are put there again.
-module(wirebeam_packet_option).

-export([ip4/1, encode_ip4/1, ip6/1, encode_ip6/1, tcp/1, encode_tcp/1, nd/1, encode_nd/1]).

-import(wirebeam_packet_field, [address/1, ip6_address/1, padding/2]).

-type options() :: wirebeam_packet:options().

%% @doc The options of IPv4.
-spec ip4(binary()) -> options().
ip4(<<>>) -> [];
ip4(<<0, Rest/binary>>) -> [eol | filler(Rest)];
ip4(<<1, Rest/binary>>) -> [nop | ip4(Rest)];
ip4(<<Type, Length, Rest/binary>> = Bytes) when Length >= 2 ->
    case Rest of
        <<Data:(Length - 2)/binary, More/binary>> -> [ip4_option(Type, Data) | ip4(More)];
        _ -> [Bytes]
    end;
ip4(Bytes) -> [Bytes].

%% All of them are a multiple of four bytes long.
filler(<<>>) -> [];
filler(<<0>>) -> [];
filler(<<0, 0>>) -> [];
filler(<<0, 0, 0>>) -> [];
filler(Bytes) -> [Bytes].

ip4_option(7, <<Pointer, Route/binary>>) when byte_size(Route) rem 4 =:= 0 ->
    {record_route, Pointer, ip4_addresses(Route)};
ip4_option(131, <<Pointer, Route/binary>>) when byte_size(Route) rem 4 =:= 0 ->
    {loose_source_route, Pointer, ip4_addresses(Route)};
ip4_option(137, <<Pointer, Route/binary>>) when byte_size(Route) rem 4 =:= 0 ->
    {strict_source_route, Pointer, ip4_addresses(Route)};
ip4_option(148, <<Value:16>>) -> {router_alert, Value};
ip4_option(Type, Data) -> {Type, Data}.

ip4_addresses(Bytes) -> [{A, B, C, D} || <<A, B, C, D>> <= Bytes].

%% @doc The bytes of options of IPv4.
-spec encode_ip4(options() | binary()) -> binary().
encode_ip4([]) -> <<>>;
encode_ip4(Options) -> filled(Options, fun encode_ip4_option/1, 4).

encode_ip4_option(eol) -> <<0>>;
encode_ip4_option(nop) -> <<1>>;
encode_ip4_option({record_route, Pointer, Route}) -> route(7, Pointer, Route);
encode_ip4_option({loose_source_route, Pointer, Route}) -> route(131, Pointer, Route);
encode_ip4_option({strict_source_route, Pointer, Route}) -> route(137, Pointer, Route);
encode_ip4_option({router_alert, Value}) -> <<148, 4, Value:16>>;
encode_ip4_option({Type, Data}) -> <<Type, (byte_size(Data) + 2), Data/binary>>;
encode_ip4_option(Bytes) when is_binary(Bytes) -> Bytes.

route(Type, Pointer, Route) ->
    <<Type, (length(Route) * 4 + 3), Pointer, << <<(address(A))/binary>> || A <- Route >>/binary>>.

filled(Bytes, _, _) when is_binary(Bytes) -> Bytes;
filled(Options, Encode, Multiple) ->
    Bytes = << <<(Encode(Option))/binary>> || Option <- Options >>,
    <<Bytes/binary, (padding(byte_size(Bytes), Multiple))/binary>>.

%% @doc The options of a header of IPv6.
-spec ip6(binary()) -> options().
ip6(<<>>) -> [];
ip6(<<0, Rest/binary>>) -> [pad1 | ip6(Rest)];
ip6(<<Type, Length, Data:Length/binary, Rest/binary>>) -> [ip6_option(Type, Data) | ip6(Rest)];
ip6(Bytes) -> [Bytes].

ip6_option(1, Data) -> {padn, Data};
ip6_option(4, <<Limit>>) -> {tunnel_encapsulation_limit, Limit};
ip6_option(5, <<Value:16>>) -> {router_alert, Value};
ip6_option(16#c2, <<Length:32>>) -> {jumbo_payload, Length};
ip6_option(16#c9, <<Address:16/binary>>) -> {home_address, ip6_address(Address)};
ip6_option(Type, Data) -> {Type, Data}.

%% @doc The bytes of options of IPv6: with the two before them a multiple of eight, which
%% options of padding (RFC 8200, 4.2) fill up.
-spec encode_ip6(options() | binary()) -> binary().
encode_ip6(Bytes) when is_binary(Bytes) -> Bytes;
encode_ip6(Options) ->
    Bytes = << <<(encode_ip6_option(Option))/binary>> || Option <- Options >>,
    <<Bytes/binary, (ip6_padding(byte_size(padding(byte_size(Bytes) + 2, 8))))/binary>>.

ip6_padding(0) -> <<>>;
ip6_padding(1) -> <<0>>;
ip6_padding(Length) -> encode_ip6_option({padn, <<0:(Length - 2)/unit:8>>}).

encode_ip6_option(pad1) -> <<0>>;
encode_ip6_option({padn, Data}) -> ip6_bytes(1, Data);
encode_ip6_option({tunnel_encapsulation_limit, Limit}) -> <<4, 1, Limit>>;
encode_ip6_option({router_alert, Value}) -> <<5, 2, Value:16>>;
encode_ip6_option({jumbo_payload, Length}) -> <<16#c2, 4, Length:32>>;
encode_ip6_option({home_address, Address}) -> ip6_bytes(16#c9, address(Address));
encode_ip6_option({Type, Data}) -> ip6_bytes(Type, Data);
encode_ip6_option(Bytes) when is_binary(Bytes) -> Bytes.

ip6_bytes(Type, Data) -> <<Type, (byte_size(Data)), Data/binary>>.

%% @doc The options of TCP. The first two clauses are those of most segments.
-spec tcp(binary()) -> options().
tcp(<<>>) -> [];
tcp(<<1, 1, 8, 10, Value:32, Reply:32, Rest/binary>>) ->
    [nop, nop, {timestamps, Value, Reply} | tcp(Rest)];
tcp(<<0, Rest/binary>>) -> [eol | filler(Rest)];
tcp(<<1, Rest/binary>>) -> [nop | tcp(Rest)];
tcp(<<2, 4, Size:16, Rest/binary>>) -> [{mss, Size} | tcp(Rest)];
tcp(<<3, 3, Shift, Rest/binary>>) -> [{window_scale, Shift} | tcp(Rest)];
tcp(<<4, 2, Rest/binary>>) -> [sack_permitted | tcp(Rest)];
tcp(<<8, 10, Value:32, Reply:32, Rest/binary>>) -> [{timestamps, Value, Reply} | tcp(Rest)];
tcp(<<Kind, Length, Rest/binary>> = Bytes) when Length >= 2 ->
    case Rest of
        <<Data:(Length - 2)/binary, More/binary>> -> [tcp_option(Kind, Data) | tcp(More)];
        _ -> [Bytes]
    end;
tcp(Bytes) -> [Bytes].

tcp_option(5, <<_:64, _/binary>> = Blocks) when byte_size(Blocks) rem 8 =:= 0 ->
    {sack, [{Left, Right} || <<Left:32, Right:32>> <= Blocks]};
tcp_option(Kind, Data) -> {Kind, Data}.

%% @doc The bytes of options of TCP.
-spec encode_tcp(options() | binary()) -> binary().
encode_tcp([]) -> <<>>;
encode_tcp(Options) -> filled(Options, fun encode_tcp_option/1, 4).

encode_tcp_option(eol) -> <<0>>;
encode_tcp_option(nop) -> <<1>>;
encode_tcp_option({mss, Size}) -> <<2, 4, Size:16>>;
encode_tcp_option({window_scale, Shift}) -> <<3, 3, Shift>>;
encode_tcp_option(sack_permitted) -> <<4, 2>>;
encode_tcp_option({sack, Blocks}) ->
    <<5, (length(Blocks) * 8 + 2), << <<Left:32, Right:32>> || {Left, Right} <- Blocks >>/binary>>;
encode_tcp_option({timestamps, Value, Reply}) -> <<8, 10, Value:32, Reply:32>>;
encode_tcp_option({Kind, Data}) -> <<Kind, (byte_size(Data) + 2), Data/binary>>;
encode_tcp_option(Bytes) when is_binary(Bytes) -> Bytes.

%% @doc The options of neighbour discovery, whose lengths are in units of 8 bytes.
-spec nd(binary()) -> options().
nd(<<Type, Units, Rest/binary>> = Bytes) when Units > 0 ->
    case Rest of
        <<Data:(Units * 8 - 2)/binary, More/binary>> -> [nd_option(Type, Data) | nd(More)];
        _ -> [Bytes]
    end;
nd(<<>>) -> [];
nd(Bytes) -> [Bytes].

nd_option(1, Address) -> {source_link_layer_address, Address};
nd_option(2, Address) -> {target_link_layer_address, Address};
nd_option(3, <<Length, Flags, Valid:32, Preferred:32, Reserved:32, Prefix:16/binary>>) ->
    {prefix_information, Length, Flags, Valid, Preferred, Reserved, ip6_address(Prefix)};
nd_option(5, <<Reserved:16, Mtu:32>>) -> {mtu, Reserved, Mtu};
nd_option(Type, Data) -> {Type, Data}.

%% @doc The bytes of options of neighbour discovery.
-spec encode_nd(options() | binary()) -> binary().
encode_nd(Options) -> filled(Options, fun encode_nd_option/1, 1).

encode_nd_option({source_link_layer_address, Address}) -> nd_bytes(1, Address);
encode_nd_option({target_link_layer_address, Address}) -> nd_bytes(2, Address);
encode_nd_option({prefix_information, Length, Flags, Valid, Preferred, Reserved, Prefix}) ->
    nd_bytes(3, <<Length, Flags, Valid:32, Preferred:32, Reserved:32, (address(Prefix))/binary>>);
encode_nd_option({mtu, Reserved, Mtu}) -> nd_bytes(5, <<Reserved:16, Mtu:32>>);
encode_nd_option({Type, Data}) -> nd_bytes(Type, Data);
encode_nd_option(Bytes) when is_binary(Bytes) -> Bytes.

nd_bytes(Type, Data) ->
    Filler = padding(byte_size(Data) + 2, 8),
    <<Type, ((byte_size(Data) + byte_size(Filler) + 2) div 8), Data/binary, Filler/binary>>.
