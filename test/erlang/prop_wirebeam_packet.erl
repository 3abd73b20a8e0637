%% SPDX-License-Identifier: ISC
%%
%% What holds of wirebeam_packet for whatever comes: properties for PropEr, which the suite runs.
-module(prop_wirebeam_packet).

-export([packet/0, prop_random_bytes/0, prop_changed_packets/1, prop_layers/0, prop_set_fields/0,
         agrees/2, check/2]).

-include("wirebeam_packet_property.hrl").
-include("wirebeam_packet.hrl").

-define(LAYERS_MAX, 24).

%% @doc Any bytes, under any link type: a list of layers, and the same bytes again.
prop_random_bytes() ->
    ?FORALL({Link, Bytes}, {link_type(), binary()}, check(Link, Bytes)).

%% @doc Packets that were good, with bytes changed, taken out, put in, and cut.
prop_changed_packets(Packets) ->
    ?FORALL({{Link, Bytes}, Changes}, {oneof(Packets), list(change())},
            check(Link, lists:foldl(fun change/2, Bytes, Changes))).

%% @doc Is what decode gives of these bytes a list as it is documented, and encoded the same?
check(Link, Bytes) ->
    Layers = wirebeam_packet:decode(Link, Bytes),
    is_documented(Layers, Bytes) andalso wirebeam_packet:encode(Layers) =:= Bytes.

is_documented(Layers, Bytes) ->
    {Records, [End]} = lists:split(length(Layers) - 1, Layers),
    length(Records) =< ?LAYERS_MAX
        andalso lists:all(fun(Record) -> is_whole_record(Record) end, Records)
        andalso is_end(End, Bytes).

is_whole_record(Record) ->
    Fields = wirebeam_packet_fields:of_kind(element(1, Record)),
    tuple_size(Record) =:= length(Fields) + 1 andalso not lists:member(auto, tuple_to_list(Record)).

is_end(#undecoded{reason = Reason, layer = Layer, offset = Offset, data = Data}, Bytes) ->
    lists:member(Reason, [truncated, malformed, unsupported, fragment, too_deep])
        andalso (is_atom(Layer) orelse is_tuple(Layer))
        andalso Data =:= binary:part(Bytes, Offset, byte_size(Data));
is_end(Payload, _) -> is_binary(Payload).

%% @doc Layers of which much is left open: decoded, they are the same with the rest filled in,
%% and what was filled in is what encode computes of it.
prop_layers() ->
    ?FORALL({Link, Layers}, packet(),
            begin
                Bytes = wirebeam_packet:encode(Layers),
                Decoded = wirebeam_packet:decode(Link, Bytes),
                ?WHENFAIL(io:format("~p~n~p~n~p~n", [Layers, Bytes, Decoded]),
                          agrees(Layers, Decoded)
                              andalso wirebeam_packet:encode(Decoded) =:= Bytes
                              andalso wirebeam_packet:decode(Link, wirebeam_packet:encode(Decoded))
                                      =:= Decoded
                              andalso wirebeam_packet:encode(wirebeam_packet:recompute(Decoded))
                                      =:= Bytes)
            end).

%% @doc A field that is set is taken as it is, however wrong.
prop_set_fields() ->
    ?FORALL({Word, Byte, Nibble}, {uint(16), uint(8), uint(4)},
            begin
                Ip = #ip4{header_length = Nibble * 4, total_length = Word, checksum = Word bxor 1,
                          protocol = Byte},
                Tcp = #tcp{header_length = Nibble * 4, checksum = Word},
                Udp = #udp{source_port = 7, destination_port = 7, length = Word, checksum = Byte},
                Other = Word bxor 1,
                <<_:12/binary, Word:16, 4:4, Nibble:4, _, Word:16, _:40, Byte, Other:16, _:76/bits,
                  _:20, _/binary>> = encode([#ethernet{type = Word}, Ip]),
                <<_:12/binary, Nibble:4, _:12, _:16, Word:16, _/binary>> = encode([Tcp]),
                <<7:16, 7:16, Word:16, Byte:16, "abc">> = encode([Udp, "abc"]),
                <<6:4, _:28, Word:16, Byte, _/binary>> =
                    encode([#ip6{payload_length = Word, next_header = Byte}, "abc"]),
                true
            end).

encode(Layers) -> wirebeam_packet:encode(Layers).

%% @doc Are these the same but for what was open?
agrees([Layer | More], [Decoded | Others]) when is_tuple(Layer) ->
    agrees_tuple(Layer, Decoded) andalso agrees(More, Others);
agrees([Payload], [Decoded]) -> iolist_to_binary(Payload) =:= Decoded;
agrees([], [<<>>]) -> true;
agrees(_, _) -> false.

agrees_tuple(Layer, Decoded) ->
    tuple_size(Layer) =:= tuple_size(Decoded)
        andalso lists:all(fun({auto, Value}) -> Value =/= auto;
                             ({{auto, B, C, D, E}, {_, B, C, D, E}}) -> true;
                             ({{auto, B}, {_, B}}) -> true;
                             ({A, B}) -> A =:= B
                          end, lists:zip(tuple_to_list(Layer), tuple_to_list(Decoded))).

%%% Changes of a packet

change() ->
    oneof([{set, non_neg_integer(), uint(8)}, {flip, non_neg_integer(), choose(0, 7)},
           {cut, non_neg_integer()}, {insert, non_neg_integer(), binary()},
           {remove, non_neg_integer(), choose(1, 8)}]).

change(_, <<>>) -> <<>>;
change({set, At, Value}, Bytes) ->
    {Before, <<_, Behind/binary>>} = split_binary(Bytes, scaled(At, Bytes)),
    <<Before/binary, Value, Behind/binary>>;
change({flip, At, Bit}, Bytes) ->
    {Before, <<Byte, Behind/binary>>} = split_binary(Bytes, scaled(At, Bytes)),
    <<Before/binary, (Byte bxor (1 bsl Bit)), Behind/binary>>;
change({cut, At}, Bytes) ->
    binary:part(Bytes, 0, scaled(At, Bytes));
change({insert, At, More}, Bytes) ->
    {Before, Behind} = split_binary(Bytes, scaled(At, Bytes)),
    <<Before/binary, More/binary, Behind/binary>>;
change({remove, At, Count}, Bytes) ->
    {Before, Behind} = split_binary(Bytes, scaled(At, Bytes)),
    <<Before/binary, (binary:part(Behind, min(Count, byte_size(Behind)),
                                  max(0, byte_size(Behind) - Count)))/binary>>.

%% Small numbers are more frequent; all places are to be reached.
scaled(At, Bytes) -> At * 7919 rem byte_size(Bytes).

%%% Layers

link_type() ->
    oneof([0, 1, 6, 9, 10, 50, 51, 100, 101, 104, 105, 107, 108, 113, 127, 219, 228, 229, 239, 276,
           uint(16)]).

%% @doc A link type and layers.
packet() ->
    ?LET(Link, oneof([ethernet, linux_sll, linux_sll2, null, loop, raw, ppp, c_hdlc, frelay, fddi,
                      ieee802_5, ieee802_11_radiotap, nflog]),
         {Link, ?SIZED(Size, link_layers(Link, min(Size, 12)))}).

link_layers(ethernet, Size) -> ethernet_layers(Size);
link_layers(linux_sll, Size) ->
    [#sll{packet_type = uint(16), arphrd_type = oneof([1, 772]), address_length = uint(16),
          address = binary(8)} | network(Size)];
link_layers(linux_sll2, Size) ->
    [#sll2{interface_index = uint(32), packet_type = uint(8), address = binary(8)} | network(Size)];
link_layers(null, Size) -> [#null{byte_order = oneof([little, big])} | ip(Size)];
link_layers(loop, Size) -> [#loop{} | ip(Size)];
link_layers(raw, Size) -> ip(Size);
link_layers(c_hdlc, Size) ->
    oneof([[#chdlc{} | network(Size)], [#chdlc{} | cdp()],
           [#chdlc{}, #slarp{code = uint(2), first = uint(32), second = uint(32),
                              data = binary(4)}]]);
link_layers(frelay, Size) ->
    oneof([[#fr{dlci = uint(10), command_response = boolean(), discard_eligible = boolean()}
            | ip(Size)],
           [#fr{nlpid = 16#80, oui = 16#0080c2, pid = 1, fcs = binary(4)}, ethernet(<<>>),
            ip4() | transport(Size)],
           [#fr{address_length = 3, dlci = uint(16), pad = oneof([<<>>, <<0>>]), nlpid = 16#80,
                oui = 0, pid = 16#0800}, ip4() | transport(Size)],
           [#fr{address_length = 4, dlci = uint(23), dlci_or_control = uint(1), control = undefined,
                nlpid = undefined, ethertype = 16#86dd}, ip6() | transport(Size)]]);
link_layers(nflog, Size) ->
    [#nflog{resource_id = uint(16), byte_order = oneof([little, big]), trailer = binary()}
     | ip(Size)];
link_layers(fddi, Size) ->
    [#fddi{destination = binary(6), source = binary(6)}, #llc{oui = auto, pid = auto}
     | network(Size)];
link_layers(ieee802_5, Size) ->
    [#tr{destination = binary(6), source = ?LET(Bits, uint(47), <<Bits:48>>),
         route = oneof([<<>>, <<2, 0>>, <<6, 0, 1, 2, 3, 4>>])},
     #llc{oui = auto, pid = auto} | network(Size)];
link_layers(ieee802_11_radiotap, Size) ->
    [#radiotap{fcs = <<>>},
     oneof([#wlan{address_2 = binary(6), address_3 = binary(6), sequence_number = uint(12)},
            #wlan{subtype = 8, flags = 3, address_2 = binary(6), address_3 = binary(6),
                  address_4 = binary(6), qos = uint(4)}]),
     #llc{oui = auto, pid = auto} | network(Size)];
link_layers(ppp, Size) -> [#ppp{address_and_control = boolean()} | ip(Size)].

ethernet_layers(Size) ->
    oneof([[ethernet(<<>>) | network(Size)],
           [ethernet(binary()), #llc{} | stp()],
           [ethernet(binary()), #llc{oui = auto, pid = auto}
            | oneof([cdp(), [ip4(), tcp(), binary(9)], arp()])],
           [ethernet(<<>>) | ?LAZY(control())]]).

ethernet(Trailer) ->
    #ethernet{destination = binary(6), source = binary(6), trailer = Trailer}.

network(0) -> ip(0);
network(Size) ->
    frequency([{6, ip(Size)},
               {1, ?LAZY([#vlan{priority = uint(3), drop_eligible = boolean(), id = uint(12),
                                tpid = oneof([16#8100, 16#88a8, 16#9100])} | network(Size div 2)])},
               {1, arp()},
               {1, ?LAZY([mpls() | oneof([ip(Size div 2), [mpls() | ip(Size div 2)]])])},
               {1, ?LAZY([#pppoes{session_id = uint(16)}, #ppp{} | ip(Size div 2)])},
               {1, ?LAZY([#ieee8021ah{isid = uint(24)}, ethernet(<<>>) | ip(Size div 2)])},
               {1, ?LAZY([nsh() | ip(Size div 2)])}]).

mpls() -> #mpls{label = choose(16, 16#fffff), traffic_class = uint(3), ttl = uint(8)}.

nsh() -> #nsh{ttl = uint(6), service_path_id = uint(24), service_index = uint(8),
              context = binary(16)}.

arp() ->
    [#arp{operation = uint(16), sender_hardware = binary(6), sender_protocol = ip4_address(),
          target_hardware = binary(6), target_protocol = ip4_address(), trailer = binary()}].

control() ->
    oneof([[#lldp{tlvs = ?LET(Tlvs, few({choose(1, 127), binary()}), Tlvs ++ [{0, <<>>}]),
                  trailer = <<>>}],
           [#macc{opcode = choose(2, 6), data = binary()}],
           [#eapol{type = 3, trailer = binary()}, non_empty(binary())],
           [#eapol{}, #eap{code = oneof([1, 2]), identifier = uint(8), type = uint(8),
                           data = binary()}],
           [#pppoed{code = oneof([9, 7, 16#19, 16#65]), tags = few({uint(16), binary()}),
                    trailer = binary()}],
           [#pppoes{session_id = uint(16)}, #ppp{},
            #ppp_control{protocol = oneof([16#c021, 16#c023, 16#8021]), code = uint(8),
                         identifier = uint(8), data = binary(), trailer = binary()}]]).

stp() ->
    [#stp{type = 0, config = {uint(8), {uint(16), binary(6)}, uint(32), {uint(16), binary(6)},
                              uint(16), uint(16), uint(16), uint(16), uint(16)},
          data = binary()}].

cdp() -> [#cdp{ttl_s = uint(8), tlvs = [{uint(16), binary()}, {uint(16), binary(30)}]}].

ip(Size) -> oneof([[ip4() | ip_inside(Size)], [ip6() | ip6_inside(Size)]]).

ip4() ->
    #ip4{dscp = uint(6), ecn = uint(2), identification = uint(16), reserved_flag = boolean(),
         dont_fragment = boolean(), ttl = uint(8), source = ip4_address(),
         destination = ip4_address(), options = ip4_options()}.

ip6() ->
    #ip6{traffic_class = uint(8), flow_label = uint(20), hop_limit = uint(8),
         source = ip6_address(), destination = ip6_address()}.

ip4_options() ->
    oneof([[], [{router_alert, uint(16)}], [nop, {record_route, 4, [ip4_address(), ip4_address()]}],
           [{loose_source_route, choose(4, 12), [ip4_address(), ip4_address()]}, eol],
           [{68, binary(6)}]]).

ip6_inside(0) -> ip_inside(0);
ip6_inside(Size) ->
    frequency([{4, ip_inside(Size)},
               {1, ?LAZY([#ip6_hopopts{options = [{router_alert, uint(16)}, {padn, <<>>}]}
                          | ip6_inside(Size div 2)])},
               {1, ?LAZY([#ip6_dstopts{options = oneof([[{home_address, ip6_address()},
                                                         {padn, <<0, 0>>}],
                                                        [{tunnel_encapsulation_limit, uint(8)},
                                                         {padn, <<0>>}]])}
                          | ip6_inside(Size div 2)])},
               {1, ?LAZY([oneof([#ip6_routing{segments_left = choose(0, 2),
                                              data = {uint(32), [ip6_address(), ip6_address()]}},
                                 #ip6_routing{routing_type = 2, segments_left = choose(0, 1),
                                              data = {uint(32), [ip6_address()]}}])
                          | ip6_inside(Size div 2)])},
               {1, ?LAZY([#ip6_routing{routing_type = 4, segments_left = 1,
                                       data = {auto, uint(8), uint(16),
                                               [ip6_address(), ip6_address()], <<>>}}
                          | ip6_inside(Size div 2)])},
               {1, ?LAZY([#ip6_fragment{identification = uint(32)} | ip6_inside(Size div 2)])},
               {1, [#mipv6{mh_type = uint(8), message_data = binary(10)}]},
               {1, [oneof([#hip{data = binary(14)}, #shim6{data = binary(6)}]), <<>>]}]).

ip_inside(0) -> transport(0);
ip_inside(Size) ->
    frequency([{8, transport(Size)},
               {1, ?LAZY(ip(Size div 2))},
               {1, ?LAZY([ah() | ip_inside(Size div 2)])},
               {1, ?LAZY([#gre{checksum = oneof([undefined, auto]),
                               key = oneof([undefined, uint(32)]),
                               sequence_number = oneof([undefined, uint(32)])}
                          | oneof([ip(Size div 2), [ethernet(<<>>) | ip(Size div 2)]])])},
               {1, ?LAZY([#gre{key = {auto, uint(16)}, sequence_number = uint(32),
                               acknowledgment_number = oneof([undefined, uint(32)])},
                          #ppp{address_and_control = boolean()} | ip(Size div 2)])},
               {1, ?LAZY([#gre{sequence_number = uint(32)},
                          #erspan{vlan = uint(12), session_id = uint(10), index = uint(20)},
                          ethernet(<<>>) | ip(Size div 2)])},
               {1, ?LAZY([#etherip{}, ethernet(<<>>) | ip(Size div 2)])},
               {1, ?LAZY([#l2tpv3{session_id = choose(1, 16#ffffffff), length = 0},
                          ethernet(<<>>) | [ip4() | transport(0)]])},
               {1, routing()}]).

ah() ->
    #ah{reserved = uint(16), spi = uint(32), sequence_number = uint(32),
        integrity_check_value = oneof([binary(12), binary(16)])}.

routing() ->
    oneof([[#igmp{type = uint(8), max_resp_code = uint(8), group_address = ip4_address(),
                  data = binary()}],
           [#vrrp{virtual_rtr_id = uint(8), priority = uint(8), data = binary(4)}],
           [#vrrp{version = 2, interval = {0, uint(8)}, data = binary(12)}],
           [#carp{vhid = uint(8), counter = uint(64), digest = binary(20)}],
           [#pim{type = oneof([0, 3, 5]), data = binary()}],
           [#ospf{router_id = ip4_address(), area_id = ip4_address(),
                  authentication = {uint(1), binary(8)}, data = binary()}],
           [#ospf{version = 3, authentication = {uint(8), 0}, data = binary()}],
           [#esp{spi = uint(32), sequence_number = uint(32)}, binary()],
           [#ipcomp{next_header = uint(8), cpi = uint(16)}, binary()]]).

transport(Size) ->
    frequency([{4, [tcp(), binary()]},
               {3, [udp(), binary()]},
               {1, [#udplite{source_port = uint(16), checksum_coverage = oneof([0, 8, 9]),
                             destination_port = uint(16)}, ?LET(B, binary(), <<B/binary, 0>>)]},
               {1, [dccp(), binary()]},
               {1, [sctp()]},
               {1, [#icmp{type = oneof([8, 0]), rest = {uint(16), uint(16)}}, binary()]},
               {1, icmp6()},
               {1, ?LAZY(application(Size))}]).

tcp() ->
    #tcp{source_port = uint(16), destination_port = uint(16), sequence = uint(32),
         acknowledgment = uint(32), reserved = uint(3), flags = flags(), window = uint(16),
         urgent_pointer = uint(16), options = tcp_options()}.

flags() ->
    ?LET(Bits, [boolean() || _ <- lists:seq(1, 9)],
         [Flag || {Flag, true} <- lists:zip([fin, syn, rst, psh, ack, urg, ece, cwr, ae], Bits)]).

tcp_options() ->
    oneof([[], [nop, nop, {timestamps, uint(32), uint(32)}],
           [{mss, uint(16)}, sack_permitted, {timestamps, uint(32), uint(32)}, nop,
            {window_scale, uint(8)}],
           [nop, nop, {sack, [{uint(32), uint(32)}, {uint(32), uint(32)}]}],
           [{mss, uint(16)}, {window_scale, uint(8)}, eol],
           [{254, binary(6)}], [{mss, uint(16)}, {34, binary(1)}, eol]]).

%% Ports that no layer is known by.
udp() -> #udp{source_port = choose(10000, 50000), destination_port = choose(10000, 50000)}.

dccp() ->
    oneof([#dccp{source_port = uint(16), destination_port = uint(16), ccval = uint(4),
                 cscov = oneof([0, 1]), type = uint(4), sequence_number = uint(48),
                 options = oneof([<<>>, binary(4), binary(8)])},
           #dccp{extended_sequence_numbers = false, sequence_number = uint(24), type = 2}]).

sctp() ->
    #sctp{source_port = uint(16), destination_port = uint(16), verification_tag = uint(32),
          chunks = few(oneof([{0, uint(8), {data, uint(32), uint(16), uint(16), uint(32),
                                             binary()}},
                               {1, 0, {init, uint(32), uint(32), uint(16), uint(16), uint(32),
                                       few({uint(16), binary()})}},
                               {3, 0, {sack, uint(32), uint(32), list({uint(16), uint(16)}),
                                       list(uint(32))}},
                               {choose(4, 255), uint(8), binary()}]))}.

icmp6() ->
    oneof([[#icmp6{type = oneof([128, 129]), rest = {uint(16), uint(16)}}, binary()],
           [#icmp6{type = 133, body = {}, options = nd_options()}],
           [#icmp6{type = 134, rest = uint(32), body = {uint(32), uint(32)},
                   options = nd_options()}],
           [#icmp6{type = oneof([135, 136]), rest = uint(32), body = {ip6_address()},
                   options = nd_options()}],
           [#icmp6{type = 137, body = {ip6_address(), ip6_address()}, options = nd_options()}],
           [#icmp6{type = oneof([131, 132]), body = {ip6_address()}}, <<>>]]).

nd_options() ->
    few(oneof([{source_link_layer_address, binary(6)}, {target_link_layer_address, binary(6)},
                {mtu, 0, uint(32)},
                {prefix_information, uint(7), uint(8), uint(32), uint(32), 0, ip6_address()},
                {choose(24, 255), binary(14)}])).

application(Size) ->
    oneof([[#udp{}, dns()],
           [#udp{}, dhcp()],
           [#udp{}, #dhcpv6{msg_type = oneof([1, 2, 3, 7, 11]), transaction_id = uint(24),
                            options = few({uint(16), binary()})}],
           [#udp{checksum = oneof([0, auto])}, #vxlan{vni = uint(24)}, ethernet(<<>>)
            | ip(Size div 3)],
           [#udp{}, #vxlan_gpe{vni = uint(24)} | oneof([ip(Size div 3), [nsh() | ip(Size div 3)]])],
           [#udp{}, #geneve{vni = uint(24), options = oneof([[], [{uint(16), uint(8), binary(8)},
                                                              {uint(16), uint(8), <<>>}]])}
            | oneof([ip(Size div 3), [ethernet(<<>>) | ip(Size div 3)]])],
           [#udp{}, #gtp{teid = uint(32)} | ip(Size div 3)],
           [#udp{}, #gtp{teid = uint(32), sequence_number = uint(16), n_pdu_number = 0,
                         next_extension = auto, extension_headers = [{16#85, binary(2)},
                                                                     {16#c0, binary(6)}]}
            | ip(Size div 3)],
           [#udp{}, #l2tp{tunnel_id = uint(16), session_id = uint(16),
                          length = oneof([undefined, auto])}, #ppp{} | ip(Size div 3)],
           [#udp{}, #teredo{authentication = oneof([undefined, {<<>>, <<>>, uint(64), 0}]),
                            origin = oneof([undefined, {uint(16), ip4_address()}])},
            ip6() | transport(Size div 3)],
           [#udp{}, #udpencap{}, binary()]]).

dns() ->
    #dns{id = uint(16), qr = boolean(), opcode = uint(4), aa = boolean(), tc = boolean(),
         rd = boolean(), ra = boolean(), ad = boolean(), cd = boolean(), rcode = uint(4),
         questions = few({dns_name(), uint(16), uint(16)}), answers = few(dns_record()),
         authorities = few(dns_record()), additionals = few(dns_record())}.

dns_record() ->
    ?LET({Type, Data}, oneof([{1, ip4_address()}, {28, ip6_address()}, {5, {name, dns_name()}},
                              {15, {mx, uint(16), dns_name()}},
                              {33, {srv, uint(16), uint(16), uint(16), dns_name()}},
                              {6, {soa, dns_name(), dns_name(), uint(32), uint(32), uint(32),
                                   uint(32), uint(32)}},
                              {16, {txt, [binary(), binary()]}}, {99, binary()}]),
         {dns_name(), Type, uint(16), uint(32), Data}).

dns_name() ->
    ?LET({Labels, Pointer}, {few(non_empty(short_binary())), oneof([[], [{pointer, uint(14)}]])},
         Labels ++ Pointer).

dhcp() ->
    #dhcp{op = oneof([1, 2]), xid = uint(32), secs = uint(16), ciaddr = ip4_address(),
          yiaddr = ip4_address(), chaddr = binary(16), sname = binary(64), file = binary(128),
          options = ?LET(Options, list(dhcp_option()), Options ++ [eol])}.

dhcp_option() ->
    oneof([{message_type, uint(8)}, {lease_time, uint(32)}, {host_name, short_binary()},
           {router, [ip4_address(), ip4_address()]}, {subnet_mask, [ip4_address()]}, pad,
           {choose(60, 250), short_binary()}]).

%% As many as an item of each kind takes; long lists would only make packets too long.
few(Type) -> oneof([[], [Type], [Type, Type], [Type, Type, Type]]).

short_binary() -> ?LET(Bytes, binary(), binary:part(Bytes, 0, min(63, byte_size(Bytes)))).

ip4_address() -> {uint(8), uint(8), uint(8), uint(8)}.
ip6_address() ->
    {uint(16), uint(16), uint(16), uint(16), uint(16), uint(16), uint(16), uint(16)}.

uint(Bits) -> choose(0, 1 bsl Bits - 1).
