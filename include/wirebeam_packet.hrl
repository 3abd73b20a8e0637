%% SPDX-License-Identifier: ISC
%%
%% The layers of a packet as wirebeam_packet decodes and encodes them, a record each. The
%% fields bear the names of the documents that define them, as `wirebeam read --json` has
%% them, and stand in the order of the header; numbers are in host byte order.
%%
%% auto: encode computes it (a length, a checksum, the number of what follows). decode puts
%% what the packet says in its place; wirebeam_packet:recompute/1 makes it auto again.
%%
%% trailer: bytes behind the end that the layer itself gives, such as the padding of a short
%% Ethernet frame. They count in none of its lengths.
%%
%% Options: a list in the order of the packet, of the shapes named at each record and, of
%% what has no shape of its own, {Type, Data}. A binary stands for bytes as they are: those
%% of a list that does not go on as it says. encode fills up what must be a multiple of four
%% or eight bytes.
-ifndef(WIREBEAM_PACKET_HRL).
-define(WIREBEAM_PACKET_HRL, true).

%% Why and where decoding stopped: the last member of the list, in place of the payload.
-record(undecoded, {
    reason      :: truncated    %% the bytes end within layer; of payload: a length says more
                 | malformed    %% a field of layer contradicts another, or a length around it
                 | unsupported  %% layer, named by its number, has no decoder here
                 | fragment     %% a part of an IP datagram: the rest is elsewhere
                 | too_deep,    %% more than 24 layers
    layer       :: atom() | {wirebeam_packet:numbering(), non_neg_integer()},
    offset = 0  :: non_neg_integer(),   %% of data, in what was decoded
    data = <<>> :: binary()             %% all that is left from there on
}).

%%% Link layers

-record(ethernet, {                     %% IEEE 802.3
    destination = <<0:48>> :: wirebeam_packet:mac(),
    source = <<0:48>>      :: wirebeam_packet:mac(),
    type = auto            :: auto | 0..16#ffff,    %% below 1536 a length, of LLC
    trailer = auto         :: auto | binary()       %% auto: the outermost has 60 bytes
}).

-record(vlan, {                         %% IEEE 802.1Q, 802.1ad
    tpid = 16#8100        :: 0..16#ffff,            %% stands in the layer before
    priority = 0          :: 0..7,
    drop_eligible = false :: boolean(),
    id = 0                :: 0..4095,
    type = auto           :: auto | 0..16#ffff,
    trailer = <<>>        :: binary()
}).

-record(sll, {                          %% LINKTYPE_LINUX_SLL
    packet_type = 0    :: 0..16#ffff,
    arphrd_type = 1    :: 0..16#ffff,
    address_length = 6 :: 0..16#ffff,
    address = <<0:64>> :: <<_:64>>,
    protocol = auto    :: auto | 0..16#ffff
}).

-record(sll2, {                         %% LINKTYPE_LINUX_SLL2
    protocol = auto     :: auto | 0..16#ffff,
    reserved = 0        :: 0..16#ffff,
    interface_index = 0 :: 0..16#ffffffff,
    arphrd_type = 1     :: 0..16#ffff,
    packet_type = 0     :: 0..255,
    address_length = 6  :: 0..255,
    address = <<0:64>>  :: <<_:64>>
}).

-record(null, {                         %% LINKTYPE_NULL
    family = auto       :: auto | 0..16#ffffffff,
    byte_order = little :: little | big             %% of the machine that captured
}).

-record(loop, {                         %% LINKTYPE_LOOP
    family = auto :: auto | 0..16#ffffffff
}).

-record(llc, {                          %% IEEE 802.2, with SNAP where oui is a number
    dsap = auto     :: auto | 0..255,
    ssap = auto     :: auto | 0..255,
    format = unnumbered :: unnumbered | supervisory | information,
    control = 3     :: 0..16#ffff,                  %% 8 bits where unnumbered, else 16
    oui = undefined :: undefined | auto | 0..16#ffffff,
    pid = undefined :: undefined | auto | 0..16#ffff
}).

-record(arp, {                          %% RFC 826
    hardware_type = 1          :: 0..16#ffff,
    protocol_type = 16#0800    :: 0..16#ffff,
    hardware_length = auto     :: auto | 0..255,
    protocol_length = auto     :: auto | 0..255,
    operation = 1              :: 0..16#ffff,
    sender_hardware = <<0:48>> :: binary(),
    sender_protocol = <<0:32>> :: binary() | inet:ip4_address(),
    target_hardware = <<0:48>> :: binary(),
    target_protocol = <<0:32>> :: binary() | inet:ip4_address(),
    trailer = <<>>             :: binary()
}).

%%% Internet layer

%% Options of IPv4: eol, nop, {record_route | loose_source_route | strict_source_route,
%% Pointer, [Address]}, {router_alert, Value}, {Type, Data}.
-record(ip4, {                          %% RFC 791
    header_length = auto    :: auto | 0..60,        %% bytes
    dscp = 0                :: 0..63,
    ecn = 0                 :: 0..3,
    total_length = auto     :: auto | 0..16#ffff,
    identification = 0      :: 0..16#ffff,
    reserved_flag = false   :: boolean(),
    dont_fragment = false   :: boolean(),
    more_fragments = false  :: boolean(),
    fragment_offset = 0     :: 0..65528,            %% bytes
    ttl = 64                :: 0..255,
    protocol = auto         :: auto | 0..255,
    checksum = auto         :: auto | 0..16#ffff,
    source = {0, 0, 0, 0}   :: inet:ip4_address(),
    destination = {0, 0, 0, 0} :: inet:ip4_address(),
    options = []            :: wirebeam_packet:options(),
    trailer = <<>>          :: binary()
}).

-record(ip6, {                          %% RFC 8200
    traffic_class = 0     :: 0..255,
    flow_label = 0        :: 0..16#fffff,
    payload_length = auto :: auto | 0..16#ffff,
    next_header = auto    :: auto | 0..255,
    hop_limit = 64        :: 0..255,
    source = {0, 0, 0, 0, 0, 0, 0, 0}      :: inet:ip6_address(),
    destination = {0, 0, 0, 0, 0, 0, 0, 0} :: inet:ip6_address(),
    trailer = <<>>        :: binary()
}).

%% Options of IPv6: pad1, {padn, Data}, {router_alert, Value},
%% {tunnel_encapsulation_limit, Limit}, {jumbo_payload, Length}, {home_address, Address},
%% {Type, Data}.
-record(ip6_hopopts, {                  %% RFC 8200, 4.3
    next_header = auto   :: auto | 0..255,
    header_length = auto :: auto | 0..2048,         %% bytes, a multiple of 8
    options = []         :: wirebeam_packet:options()
}).

-record(ip6_dstopts, {                  %% RFC 8200, 4.6
    next_header = auto   :: auto | 0..255,
    header_length = auto :: auto | 0..2048,
    options = []         :: wirebeam_packet:options()
}).

%% What a routing header holds: of types 0 and 2 {Reserved, [Address]}, of type 4 (RFC 8754)
%% {LastEntry, Flags, Tag, [Segment], TLVs :: binary()}, of others the bytes.
-record(ip6_routing, {                  %% RFC 8200, 4.4
    next_header = auto   :: auto | 0..255,
    header_length = auto :: auto | 0..2048,
    routing_type = 0     :: 0..255,
    segments_left = 0    :: 0..255,
    data = {0, []}       :: {0..16#ffffffff, [inet:ip6_address()]}
                          | {auto | 0..255, 0..255, 0..16#ffff, [inet:ip6_address()], binary()}
                          | binary()
}).

-record(ip6_fragment, {                 %% RFC 8200, 4.5
    next_header = auto     :: auto | 0..255,
    reserved = 0           :: 0..255,
    fragment_offset = 0    :: 0..65528,             %% bytes
    res = 0                :: 0..3,
    more_fragments = false :: boolean(),
    identification = 0     :: 0..16#ffffffff
}).

%% HIP (RFC 7401) and Shim6 (RFC 5533): where they end, and their bytes.
-record(hip,   {next_header = auto :: auto | 0..255, header_length = auto :: auto | 0..2048,
                data = <<0:48>> :: binary()}).
-record(shim6, {next_header = auto :: auto | 0..255, header_length = auto :: auto | 0..2048,
                data = <<0:48>> :: binary()}).

-record(mipv6, {                        %% RFC 6275
    payload_proto = auto    :: auto | 0..255,
    header_length = auto    :: auto | 0..2048,
    mh_type = 0             :: 0..255,
    reserved = 0            :: 0..255,
    checksum = auto         :: auto | 0..16#ffff,
    message_data = <<0:16>> :: binary()
}).

-record(ah, {                           %% RFC 4302
    next_header = auto    :: auto | 0..255,
    header_length = auto  :: auto | 0..1028,        %% bytes, a multiple of 4
    reserved = 0          :: 0..16#ffff,
    spi = 0               :: 0..16#ffffffff,
    sequence_number = 0   :: 0..16#ffffffff,
    integrity_check_value = <<0:96>> :: binary()
}).

-record(esp, {                          %% RFC 4303; what follows is encrypted
    spi = 0             :: 0..16#ffffffff,
    sequence_number = 0 :: 0..16#ffffffff
}).

-record(ipcomp, {                       %% RFC 3173; what follows is compressed
    next_header = 0 :: 0..255,
    flags = 0       :: 0..255,
    cpi = 0         :: 0..16#ffff
}).

%%% Transport layer

%% Options of TCP: eol, nop, {mss, Bytes}, {window_scale, Shift}, sack_permitted,
%% {sack, [{Left, Right}]}, {timestamps, Value, EchoReply}, {Kind, Data}.
-record(tcp, {                          %% RFC 9293
    source_port = 0      :: inet:port_number(),
    destination_port = 0 :: inet:port_number(),
    sequence = 0         :: 0..16#ffffffff,
    acknowledgment = 0   :: 0..16#ffffffff,
    header_length = auto :: auto | 0..60,           %% bytes
    reserved = 0         :: 0..7,
    flags = []           :: [wirebeam_packet:tcp_flag()] | 0..511,
    window = 65535       :: 0..16#ffff,
    checksum = auto      :: auto | 0..16#ffff,
    urgent_pointer = 0   :: 0..16#ffff,
    options = []         :: wirebeam_packet:options()
}).

-record(udp, {                          %% RFC 768
    source_port = auto      :: auto | inet:port_number(),   %% auto: of the layer inside
    destination_port = auto :: auto | inet:port_number(),
    length = auto           :: auto | 0..16#ffff,
    checksum = auto         :: auto | 0..16#ffff,   %% 0: none
    trailer = <<>>          :: binary()
}).

-record(udplite, {                      %% RFC 3828
    source_port = 0       :: inet:port_number(),
    destination_port = 0  :: inet:port_number(),
    checksum_coverage = 0 :: 0..16#ffff,            %% 0: all
    checksum = auto       :: auto | 0..16#ffff
}).

%% Chunks: {Type, Flags, Value} with Value one of
%% {data, TSN, Stream, StreamSequence, PPID, Bytes}, {init, Tag, Window, Outbound, Inbound, TSN,
%% Parameters} (also of INIT ACK), {sack, TSN, Window, [{Start, End}], [Duplicate]}, or bytes;
%% a parameter is {Type, Value}; {Type, Flags, Value, Length} has a length that is not its own.
-record(sctp, {                         %% RFC 9260; followed by no payload
    source_port = 0      :: inet:port_number(),
    destination_port = 0 :: inet:port_number(),
    verification_tag = 0 :: 0..16#ffffffff,
    checksum = auto      :: auto | 0..16#ffffffff,  %% CRC32c
    chunks = []          :: [wirebeam_packet:sctp_chunk() | binary()]
}).

-record(dccp, {                         %% RFC 4340
    source_port = 0      :: inet:port_number(),
    destination_port = 0 :: inet:port_number(),
    header_length = auto :: auto | 0..1020,         %% bytes
    ccval = 0            :: 0..15,
    cscov = 0            :: 0..15,
    checksum = auto      :: auto | 0..16#ffff,
    res = 0              :: 0..7,
    type = 0             :: 0..15,
    extended_sequence_numbers = true :: boolean(),
    reserved = 0         :: 0..255,                 %% only with extended sequence numbers
    sequence_number = 0  :: 0..16#ffffffffffff,
    options = <<>>       :: binary()    %% all that the header holds behind this
}).

%%% ICMP, and what manages groups and routes

%% rest: the four bytes behind the checksum. Of an error (quoted packets follow as layers)
%% extensions are the bytes behind the quotation (RFC 4884).
-record(icmp, {                         %% RFC 792
    type = 8          :: 0..255,
    code = 0          :: 0..255,
    checksum = auto   :: auto | 0..16#ffff,
    rest = 0          :: wirebeam_packet:icmp_rest(),
    extensions = <<>> :: binary()
}).

%% message: what stands behind rest in the messages of neighbour discovery (RFC 4861) and
%% multicast listener discovery, up to their options or payload.
-record(icmp6, {                        %% RFC 4443
    type = 128           :: 0..255,
    code = 0             :: 0..255,
    checksum = auto      :: auto | 0..16#ffff,
    rest = 0             :: wirebeam_packet:icmp_rest(),
    message = undefined  :: undefined | wirebeam_packet:nd_message(),
    options = undefined  :: undefined | wirebeam_packet:options(),
    extensions = <<>>    :: binary()
}).

-endif.
