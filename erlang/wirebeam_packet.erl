%% SPDX-License-Identifier: ISC
%%
%% @doc Packets as Erlang terms: decode/1,2 takes bytes apart into a list of records, encode/1
%% puts such a list together.
%%
%% Plain Erlang, without a NIF or a port: it runs in any process, and bytes from the wire can
%% do no more harm than any other term. The records are in `wirebeam_packet.hrl':
%%
%% ```
%% -include_lib("wirebeam/include/wirebeam_packet.hrl").
%%
%% requests(Frame) ->
%%     case wirebeam_packet:decode(Frame) of
%%         [#ethernet{}, #ip4{source = From}, #tcp{destination_port = 80}, Data] -> {From, Data};
%%         _ -> none
%%     end.
%%
%% ping(To) ->
%%     wirebeam_packet:encode([#ethernet{}, #ip4{destination = To}, #icmp{rest = {1, 1}}, "hello"]).
%% '''
%%
%% == The list ==
%%
%% A record for each layer, from the outermost in; the last member is the payload, a binary,
%% empty where there is none. Where decoding stopped before that, the last member is an
%% `#undecoded{}' instead, which says why, in which layer and at which offset, and has all bytes
%% from there on. That is so as well where the payload is not all there: a length says that it
%% goes on where the bytes end (`truncated'), or beyond what is around it (`malformed'), or it
%% is a part of an IP datagram (`fragment'). Fragments are not put together here.
%%
%% Binaries in the list, such as the payload, are parts of the one that was decoded, not copies:
%% a process that keeps one for long keeps all of it (see binary:copy/1).
%%
%% == What holds ==
%%
%% decode/2 is total: it gives a list for every binary, of at most 24 layers. Its records have
%% no field `auto', and encode/1 takes what is set as it is; so `encode(decode(Bytes))' is Bytes,
%% whatever they are. In the other direction `decode(encode(Layers))' is Layers with what was
%% computed in the place of `auto', if Layers can be what decode gives.
%%
%% To change a packet: decode, change, {@link recompute/1}, encode.
-module(wirebeam_packet).

-export([decode/1, decode/2, encode/1, recompute/1, name/2]).

-include("wirebeam_packet.hrl").

-type mac() :: <<_:48>>.
-type link() :: non_neg_integer()
              | ethernet | null | loop | raw | ipv4 | ipv6 | linux_sll | linux_sll2 | mpls
              | ppp | ppp_hdlc | ppp_ether | ieee802_11 | ieee802_11_radiotap | c_hdlc | frelay
              | fddi | ieee802_5 | atm_rfc1483 | nflog.
%% A link type of pcap, or its registered name.
-type layer() :: tuple().
%% A record of wirebeam_packet.hrl.
-type layers() :: [layer() | binary() | iodata() | #undecoded{}].
-type options() :: [atom() | tuple() | binary()] | binary().
%% Options in the order of the packet; their shapes stand beside each record.
-type tcp_flag() :: fin | syn | rst | psh | ack | urg | ece | cwr | ae.
-type numbering() :: link | ethertype | sap | snap | sll | family | protocol | ppp | nsh | etherip
                   | erspan | gre | mpls | pw | channel | gtp | wlan | nlpid | ring.
%% Whose numbers say what follows.
-type sctp_chunk() :: {byte(), byte(), tuple() | binary()}
                    | {byte(), byte(), tuple() | binary(), non_neg_integer()}.
-type icmp_rest() :: 0..16#ffffffff | {Identifier :: 0..16#ffff, SequenceNumber :: 0..16#ffff}
                   | inet:ip4_address().
-type nd_body() :: {} | {ReachableTime :: non_neg_integer(), RetransTimer :: non_neg_integer()}
                    | {Target :: inet:ip6_address()}
                    | {Target :: inet:ip6_address(), Destination :: inet:ip6_address()}.
-type bpdu() :: {Flags :: byte(), Root :: {0..16#ffff, mac()}, RootPathCost :: 0..16#ffffffff,
                 Bridge :: {0..16#ffff, mac()}, PortId :: 0..16#ffff, MessageAge :: 0..16#ffff,
                 MaxAge :: 0..16#ffff, HelloTime :: 0..16#ffff, ForwardDelay :: 0..16#ffff}.
%% Times in units of 1/256 s.
-type dns_name() :: [binary() | {pointer, 0..16#3fff}].
-type dns_question() :: {dns_name(), Type :: 0..16#ffff, Class :: 0..16#ffff}.
-type dns_record() :: {dns_name(), Type :: 0..16#ffff, Class :: 0..16#ffff,
                       TTL :: 0..16#ffffffff, inet:ip_address() | tuple() | binary()}.
-export_type([bpdu/0, dns_name/0, dns_question/0, dns_record/0]).
-export_type([mac/0, link/0, layer/0, layers/0, options/0, tcp_flag/0, numbering/0,
              sctp_chunk/0, icmp_rest/0, nd_body/0]).

%% @doc Decodes an Ethernet frame.
%% @equiv decode(ethernet, Bytes)
-spec decode(binary()) -> layers().
decode(Bytes) ->
    wirebeam_packet_walk:start(1, Bytes).

%% @doc Decodes a packet of a link type, which is a number as capture files have it
%% (LINKTYPE_, DLT_) or its registered name. Raises badarg only where Link is neither; a number
%% without a decoder gives an `#undecoded{}'.
-spec decode(link(), binary()) -> layers().
decode(Link, Bytes) when is_binary(Bytes) ->
    wirebeam_packet_walk:start(wirebeam_packet_number:link_type(Link), Bytes).

%% @doc Puts a packet together. What is `auto' is computed from what follows; what is set is
%% taken as it is, even where it is wrong, and cut to the width of its field. The payload may be
%% iodata. Raises `{too_long, Field, Value}' where a computed value does not fit its field, and
%% another error where the list holds what is no layer.
-spec encode(layers()) -> binary().
encode(Layers) ->
    iolist_to_binary(encode(Layers, none)).

encode([Layer | Inside], Around) when is_tuple(Layer), element(1, Layer) =/= undecoded ->
    Inner = encode(Inside, wirebeam_packet_checksum:around(Layer, Around)),
    wirebeam_packet_walk:encode(Layer, Inner, kind(Inside), Around);
encode([#undecoded{data = Data}], _) ->
    Data;
encode(Payload, _) ->
    Payload.

%% The layer inside as the numbers that name it go by: a tag has one of several.
kind([#vlan{tpid = Tpid} | _]) -> {vlan, Tpid};
kind([#ppp_control{protocol = Protocol} | _]) -> {ppp_control, Protocol};
kind([Layer | _]) when is_tuple(Layer), element(1, Layer) =/= undecoded -> element(1, Layer);
kind(_) -> payload.

%% @doc Makes all that encode/1 can compute `auto': lengths, checksums and the numbers of what
%% follows; where that has no record of its own, its number stays. A fragment, a quoted packet
%% or another that is only there in part keeps what it says of the whole.
-spec recompute(layers()) -> layers().
recompute(Layers) ->
    wirebeam_packet_auto:layers(Layers).

%% @doc The labels of a name of a DNS message with its pointers followed. Message is all of the
%% message: what encode/1 makes of `[Dns]'.
-spec name(dns_name(), binary()) -> {ok, [binary()]} | {error, malformed}.
name(Name, Message) ->
    wirebeam_packet_dns:name(Name, Message).
