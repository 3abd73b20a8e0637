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
    reason      :: truncated    %% the bytes end within layer; of what follows: a length says more
                 | malformed    %% a field of layer contradicts another, or a length around it
                 | unsupported  %% layer, named by its number, has no decoder here
                 | fragment     %% a part of an IP datagram: the rest is elsewhere
                 | too_deep,    %% more than 24 layers
    layer       :: atom()       %% payload: what follows the headers that there are
                 | {wirebeam_packet:numbering(), non_neg_integer()},    %% without a decoder here
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
    pid = undefined :: undefined | auto | 0..16#ffff,
    padding = <<>>  :: binary(),        %% before a bridged frame over ATM (RFC 2684, 5.2)
    fcs = <<>>      :: binary()         %% behind a bridged frame that has one
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

%% tlvs: what is told of the packet, as bytes, up to the one that holds it.
-record(nflog, {                        %% LINKTYPE_NFLOG
    family = auto       :: auto | 0..255,
    version = 0         :: 0..255,
    resource_id = 0     :: 0..16#ffff,
    byte_order = little :: little | big,            %% of the machine that captured
    tlvs = <<>>         :: binary(),
    length = auto       :: undefined | auto | 0..16#ffff,   %% undefined: there is no packet
    trailer = <<>>      :: binary()
}).

-record(chdlc, {                        %% Cisco HDLC
    address = 16#0f :: 0..255,
    control = 0     :: 0..255,
    protocol = auto :: auto | 0..16#ffff
}).

%% first and second: of a request and a reply address and mask, of a keepalive my_sequence and
%% your_sequence.
-record(slarp, {                        %% of Cisco HDLC; followed by no payload
    code = 0        :: 0..16#ffffffff,
    first = 0       :: 0..16#ffffffff,
    second = 0      :: 0..16#ffffffff,
    reliability = 16#ffff :: 0..16#ffff,
    data = <<>>     :: binary()         %% an uptime
}).

%% control: undefined where an EtherType stands behind the address (Cisco).
-record(fr, {                           %% Frame Relay, ITU-T Q.922, RFC 2427
    address_length = 2 :: 2..4,
    dlci = 0           :: 0..16#7fffff,
    command_response = false    :: boolean(),
    forward_congestion = false  :: boolean(),
    backward_congestion = false :: boolean(),
    discard_eligible = false    :: boolean(),
    dlci_or_control = 0 :: 0..1,        %% of addresses of more than two bytes
    control = 3        :: undefined | 0..255,
    pad = <<>>         :: binary(),
    nlpid = auto       :: auto | undefined | 0..255,
    oui = undefined    :: undefined | 0..16#ffffff,
    pid = undefined    :: undefined | 0..16#ffff,
    ethertype = undefined :: undefined | 0..16#ffff,
    fcs = <<>>         :: binary()      %% behind a bridged frame that has one
}).

-record(fddi, {
    frame_control = 16#50  :: 0..255,
    destination = <<0:48>> :: wirebeam_packet:mac(),
    source = <<0:48>>      :: wirebeam_packet:mac()
}).

-record(tr, {                           %% Token Ring, IEEE 802.5
    access_control = 16#10 :: 0..255,
    frame_control = 16#40  :: 0..255,
    destination = <<0:48>> :: wirebeam_packet:mac(),
    source = <<0:48>>      :: wirebeam_packet:mac(),    %% without the bit that says of a route
    route = <<>>           :: binary()
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

%% body: what stands behind rest in the messages of neighbour discovery (RFC 4861) and
%% multicast listener discovery, up to their options or payload.
-record(icmp6, {                        %% RFC 4443
    type = 128           :: 0..255,
    code = 0             :: 0..255,
    checksum = auto      :: auto | 0..16#ffff,
    rest = 0             :: wirebeam_packet:icmp_rest(),
    body = undefined     :: undefined | wirebeam_packet:nd_body(),
    options = undefined  :: undefined | wirebeam_packet:options(),
    extensions = <<>>    :: binary()
}).

%% What of the protocols below has no fields of its own is data, the bytes up to the end.
-record(igmp, {                         %% RFC 3376; followed by no payload
    type = 16#11   :: 0..255,
    max_resp_code = 0 :: 0..255,
    checksum = auto :: auto | 0..16#ffff,
    group_address = {0, 0, 0, 0} :: inet:ip4_address(),
    data = <<>>    :: binary()          %% of version 3: sources or group records
}).

%% interval: of version 2 {AuthType, AdverInt}, of version 3 {Reserved, MaxAdverInt}.
-record(vrrp, {                         %% RFC 9568, RFC 3768; followed by no payload
    version = 3        :: 0..15,
    type = 1           :: 0..15,
    virtual_rtr_id = 1 :: 0..255,
    priority = 100     :: 0..255,
    count_ip_addrs = 0 :: 0..255,
    interval = {0, 100} :: {0..255, 0..16#fff},
    checksum = auto    :: auto | 0..16#ffff,
    data = <<>>        :: binary()      %% addresses, and what authenticates them
}).

-record(carp, {                         %% OpenBSD; followed by no payload
    version = 2 :: 0..15,
    type = 1    :: 0..15,
    vhid = 1    :: 0..255,
    advskew = 0 :: 0..255,
    authlen = 7 :: 0..255,
    demote = 0  :: 0..255,
    advbase_s = 1 :: 0..255,
    checksum = auto :: auto | 0..16#ffff,
    counter = 0 :: 0..16#ffffffffffffffff,
    digest = <<0:160>> :: <<_:160>>
}).

-record(pim, {                          %% RFC 7761; a Register is followed by its packet
    version = 2     :: 0..15,
    type = 0        :: 0..15,
    reserved = 0    :: 0..255,
    checksum = auto :: auto | 0..16#ffff,
    flags = undefined :: undefined | 0..16#ffffffff,    %% of a Register
    data = <<>>     :: binary()
}).

%% authentication: of version 2 {AuType, 8 bytes}, of version 3 {InstanceId, Reserved}.
-record(ospf, {                         %% RFC 2328, RFC 5340; followed by no payload
    version = 2        :: 2 | 3,
    type = 1           :: 0..255,
    packet_length = auto :: auto | 0..16#ffff,
    router_id = {0, 0, 0, 0} :: inet:ip4_address(),
    area_id = {0, 0, 0, 0}   :: inet:ip4_address(),
    checksum = auto    :: auto | 0..16#ffff,
    authentication = {0, <<0:64>>} :: {0..16#ffff, <<_:64>>} | {0..255, 0..255},
    data = <<>>        :: binary(),
    trailer = <<>>     :: binary()
}).

%%% Tunnels

-record(mpls, {                         %% RFC 3032
    label = 16             :: 0..16#fffff,
    traffic_class = 0      :: 0..7,
    bottom_of_stack = auto :: auto | boolean(),
    ttl = 64               :: 0..255
}).

%% channel: {Version, Reserved, Type}, of an associated channel; the others are of a control
%% word.
-record(pw, {                           %% RFC 4385
    channel = undefined :: undefined | {0..15, 0..255, 0..16#ffff},
    flags = 0           :: 0..15,
    fragmentation = 0   :: 0..3,
    length = 0          :: 0..63,
    sequence_number = 0 :: 0..16#ffff,
    trailer = <<>>      :: binary()
}).

%% A field that is undefined is not there. key: of version 1 {PayloadLength, CallId}.
-record(gre, {                          %% RFC 2784, RFC 2890, RFC 2637, RFC 1701
    flags = auto         :: auto | 0..16#ffff,      %% the first two bytes, with the version
    protocol_type = auto :: auto | 0..16#ffff,
    checksum = undefined :: undefined | auto | 0..16#ffff,
    offset = 0           :: 0..16#ffff,             %% with checksum or routing
    key = undefined      :: undefined | 0..16#ffffffff | {auto | 0..16#ffff, 0..16#ffff},
    sequence_number = undefined :: undefined | 0..16#ffffffff,
    acknowledgment_number = undefined :: undefined | 0..16#ffffffff,
    routing = undefined  :: undefined | binary(),   %% entries, the last of zeros
    redirect = <<>>      :: binary(),               %% of WCCP, behind the header
    trailer = <<>>       :: binary()                %% of version 1
}).

-record(erspan, {                       %% draft-foschiano-erspan, types II and III
    version = 1      :: 0..15,
    vlan = 0         :: 0..4095,
    cos = 0          :: 0..7,
    encapsulation = 0 :: 0..3,                      %% of type III: bso
    truncated = false :: boolean(),
    session_id = 0   :: 0..1023,
    reserved = 0     :: 0..4095,                    %% of type II
    index = 0        :: 0..16#fffff,                %% of type II
    timestamp = 0    :: 0..16#ffffffff,             %% of type III, as all below
    security_group_tag = 0 :: 0..16#ffff,
    frame_is_pdu = false :: boolean(),
    frame_type = 0   :: 0..31,
    hardware_id = 0  :: 0..63,
    direction = ingress :: ingress | egress,
    timestamp_granularity = 0 :: 0..3,
    platform = undefined :: undefined | {Id :: 0..63, Info :: non_neg_integer()}
}).

-record(etherip, {                      %% RFC 3378
    version = 3  :: 0..15,
    reserved = 0 :: 0..4095
}).

-record(ieee8021ah, {                   %% IEEE 802.1ah: the I-TAG
    priority = 0                 :: 0..7,
    drop_eligible = false        :: boolean(),
    use_customer_address = false :: boolean(),
    reserved = 0                 :: 0..7,
    isid = 0                     :: 0..16#ffffff
}).

-record(vxlan, {                        %% RFC 7348
    flags = 16#0800     :: 0..16#ffff,
    group_policy_id = 0 :: 0..16#ffff,
    vni = 0             :: 0..16#ffffff,
    reserved = 0        :: 0..255
}).

-record(vxlan_gpe, {                    %% draft-ietf-nvo3-vxlan-gpe
    flags = 16#0c        :: 0..255,
    reserved = 0         :: 0..16#ffff,
    next_protocol = auto :: auto | 0..255,
    vni = 0              :: 0..16#ffffff,
    reserved_2 = 0       :: 0..255
}).

-record(nsh, {                          %% RFC 8300
    version = 0          :: 0..3,
    oam = false          :: boolean(),
    unassigned = 0       :: 0..1,
    ttl = 63             :: 0..63,
    header_length = auto :: auto | 0..252,          %% bytes
    unassigned_2 = 0     :: 0..15,
    md_type = 1          :: 0..15,
    next_protocol = auto :: auto | 0..255,
    service_path_id = 0  :: 0..16#ffffff,
    service_index = 255  :: 0..255,
    context = <<0:128>>  :: binary()
}).

%% Options of GENEVE: {Class, Type, Data}.
-record(geneve, {                       %% RFC 8926
    version = 0             :: 0..3,
    options_length = auto   :: auto | 0..252,       %% bytes
    control_packet = false  :: boolean(),
    critical_options_present = false :: boolean(),
    reserved = 0            :: 0..63,
    protocol_type = auto    :: auto | 0..16#ffff,
    vni = 0                 :: 0..16#ffffff,
    reserved_2 = 0          :: 0..255,
    options = []            :: wirebeam_packet:options()
}).

%% A field that is undefined is not there; sequence_number, n_pdu_number and next_extension
%% of version 1 are there together. Extension headers: {Type, Content}.
-record(gtp, {                          %% 3GPP TS 29.281; version 2: TS 29.274
    flags = auto        :: auto | 0..255,           %% the first byte, with the version
    message_type = 255  :: 0..255,
    length = auto       :: auto | 0..16#ffff,
    teid = 0            :: undefined | 0..16#ffffffff,
    sequence_number = undefined :: undefined | 0..16#ffffff,
    n_pdu_number = undefined    :: undefined | 0..255,
    next_extension = undefined  :: undefined | auto | 0..255,
    extension_headers = []      :: [{0..255, binary()}],
    spare = 0           :: 0..255,                  %% of version 2
    trailer = <<>>      :: binary()
}).

%% A field that is undefined is not there.
-record(l2tp, {                         %% RFC 2661: version 2
    flags = auto            :: auto | 0..16#ffff,   %% the first two bytes, with the version
    length = undefined      :: undefined | auto | 0..16#ffff,
    tunnel_id = 0           :: 0..16#ffff,
    session_id = 0          :: 0..16#ffff,
    ns = undefined          :: undefined | 0..16#ffff,
    nr = undefined          :: undefined | 0..16#ffff,
    offset = undefined      :: undefined | binary(),        %% what is skipped
    trailer = <<>>          :: binary()
}).

%% flags: undefined in data directly over IP; of control, control_connection_id is a number.
-record(l2tpv3, {                       %% RFC 3931
    session_id = 0   :: undefined | 0..16#ffffffff,
    flags = undefined :: undefined | 0..16#ffff,
    reserved = 0     :: 0..16#ffff,
    length = auto    :: auto | 0..16#ffff,
    control_connection_id = undefined :: undefined | 0..16#ffffffff,
    ns = 0           :: 0..16#ffff,
    nr = 0           :: 0..16#ffff,
    guessed_cookie_and_sublayer = <<>> :: binary()
}).

%% What may stand before the IPv6 packet.
-record(teredo, {                       %% RFC 4380
    authentication = undefined ::       %% client id and value, nonce, confirmation
        undefined | {binary(), binary(), 0..16#ffffffffffffffff, 0..255},
    origin = undefined :: undefined | {inet:port_number(), inet:ip4_address()}
}).

-record(udpencap, {                     %% RFC 3948
    type = non_esp_marker :: non_esp_marker | keepalive
}).

-record(pppoed, {                       %% RFC 2516: discovery; followed by no payload
    version = 1    :: 0..15,
    type = 1       :: 0..15,
    code = 9       :: 0..255,
    session_id = 0 :: 0..16#ffff,
    length = auto  :: auto | 0..16#ffff,
    tags = []      :: wirebeam_packet:options(),
    trailer = <<>> :: binary()
}).

-record(pppoes, {                       %% RFC 2516: session
    version = 1    :: 0..15,
    type = 1       :: 0..15,
    code = 0       :: 0..255,
    session_id = 0 :: 0..16#ffff,
    length = auto  :: auto | 0..16#ffff,
    trailer = <<>> :: binary()
}).

-record(ppp, {                          %% RFC 1661, RFC 1662
    address_and_control = false :: boolean(),       %% ff 03 stands before
    compressed = false          :: boolean(),       %% a protocol of one byte
    protocol = auto             :: auto | 0..16#ffff
}).

-record(ppp_control, {                  %% LCP, the NCPs, PAP, CHAP; followed by no payload
    protocol = 16#c021 :: 0..16#ffff,               %% stands in the layer before
    code = 1           :: 0..255,
    identifier = 0     :: 0..255,
    length = auto      :: auto | 0..16#ffff,
    data = <<>>        :: binary(),
    trailer = <<>>     :: binary()
}).

%%% Control of local networks, none followed by payload

-record(stp, {                          %% IEEE 802.1D, 802.1Q
    protocol_id = 0 :: 0..16#ffff,
    version = 0     :: 0..255,
    type = 0        :: 0..255,
    config = undefined :: undefined | wirebeam_packet:bpdu(),
    data = <<>>     :: binary()
}).

-record(cdp, {
    version = 2     :: 0..255,
    ttl_s = 180     :: 0..255,
    checksum = auto :: auto | 0..16#ffff,
    tlvs = []       :: wirebeam_packet:options()
}).

-record(lldp, {                         %% IEEE 802.1AB
    tlvs = []       :: wirebeam_packet:options(),   %% with the end, {0, <<>>}
    trailer = <<>>  :: binary()
}).

-record(macc, {                         %% IEEE 802.3, annex 31
    opcode = 1      :: 0..16#ffff,
    data = <<0:16>> :: binary()
}).

-record(eapol, {                        %% IEEE 802.1X
    version = 1    :: 0..255,
    type = 0       :: 0..255,
    length = auto  :: auto | 0..16#ffff,
    trailer = <<>> :: binary()
}).

-record(eap, {                          %% RFC 3748
    code = 1         :: 0..255,
    identifier = 0   :: 0..255,
    length = auto    :: auto | 0..16#ffff,
    type = undefined :: undefined | 0..255,
    data = <<>>      :: binary(),
    trailer = <<>>   :: binary()
}).

-record(ipx, {                          %% Novell; followed by payload
    checksum = 16#ffff    :: 0..16#ffff,
    length = auto         :: auto | 0..16#ffff,
    transport_control = 0 :: 0..255,
    packet_type = 0       :: 0..255,
    destination_network = 0 :: 0..16#ffffffff,
    destination_node = <<0:48>> :: wirebeam_packet:mac(),
    destination_socket = 0 :: 0..16#ffff,
    source_network = 0    :: 0..16#ffffffff,
    source_node = <<0:48>> :: wirebeam_packet:mac(),
    source_socket = 0     :: 0..16#ffff,
    trailer = <<>>        :: binary()
}).

%%% IEEE 802.11

-record(radiotap, {
    version = 0        :: 0..255,
    pad = 0            :: 0..255,
    length = auto      :: auto | 0..16#ffff,
    fields = <<0:32>>  :: binary(),                 %% the bitmaps and what they tell of
    fcs = <<>>         :: binary()                  %% behind the frame
}).

%% A field that is undefined is not there.
-record(wlan, {                         %% IEEE 802.11
    type = data      :: management | control | data | extension,
    subtype = 0      :: 0..15,
    version = 0      :: 0..3,
    flags = 0        :: 0..255,
    duration = 0     :: 0..16#ffff,
    address_1 = <<0:48>>  :: wirebeam_packet:mac(),
    address_2 = undefined :: undefined | wirebeam_packet:mac(),
    address_3 = undefined :: undefined | wirebeam_packet:mac(),
    fragment_number = 0   :: 0..15,
    sequence_number = 0   :: 0..4095,
    address_4 = undefined :: undefined | wirebeam_packet:mac(),
    block_ack = <<>>      :: binary(),              %% its control and sequence number
    qos = undefined       :: undefined | 0..16#ffff,
    ht_control = undefined :: undefined | 0..16#ffffffff,
    padding = <<>>        :: binary()
}).

%%% Names and configuration, none followed by payload

%% A name is a list of labels; the last member is {pointer, Offset} where the rest stands
%% elsewhere in the message (RFC 1035, 4.1.4): wirebeam_packet:name/2. A question is
%% {Name, Type, Class}, a record {Name, Type, Class, TTL, Data}; Data an address of A and AAAA,
%% {name, Name} of NS, CNAME, PTR and DNAME, {mx, Preference, Name}, {srv, Priority, Weight,
%% Port, Name}, {soa, MName, RName, Serial, Refresh, Retry, Expire, Minimum}, {txt, [Text]},
%% or bytes. Lengths and counts follow from these.
-record(dns, {                          %% RFC 1035; also mdns and llmnr, by their ports
    id = 0         :: 0..16#ffff,
    qr = false     :: boolean(),
    opcode = 0     :: 0..15,
    aa = false     :: boolean(),
    tc = false     :: boolean(),
    rd = true      :: boolean(),
    ra = false     :: boolean(),
    z = 0          :: 0..1,
    ad = false     :: boolean(),
    cd = false     :: boolean(),
    rcode = 0      :: 0..15,
    qdcount = auto :: auto | 0..16#ffff,
    ancount = auto :: auto | 0..16#ffff,
    nscount = auto :: auto | 0..16#ffff,
    arcount = auto :: auto | 0..16#ffff,
    questions = []   :: [wirebeam_packet:dns_question()],
    answers = []     :: [wirebeam_packet:dns_record()],
    authorities = [] :: [wirebeam_packet:dns_record()],
    additionals = [] :: [wirebeam_packet:dns_record()],
    data = <<>>    :: binary()          %% from where the message does not go on as it says
}).

%% Options: pad, eol, {message_type, N}, {Address option, [Address]} of those that are named
%% subnet_mask, router, domain_name_server, requested_ip_address, server_identifier;
%% {lease_time, Seconds}, {host_name, Text}, {Code, Data}.
-record(dhcp, {                         %% RFC 2131, RFC 951
    op = 1          :: 0..255,
    htype = 1       :: 0..255,
    hlen = 6        :: 0..255,
    hops = 0        :: 0..255,
    xid = 0         :: 0..16#ffffffff,
    secs = 0        :: 0..16#ffff,
    flags = 0       :: 0..16#ffff,
    ciaddr = {0, 0, 0, 0} :: inet:ip4_address(),
    yiaddr = {0, 0, 0, 0} :: inet:ip4_address(),
    siaddr = {0, 0, 0, 0} :: inet:ip4_address(),
    giaddr = {0, 0, 0, 0} :: inet:ip4_address(),
    chaddr = <<0:128>> :: binary(),                 %% encode fills up these three
    sname = <<0:512>>  :: binary(),
    file = <<0:1024>>  :: binary(),
    options = []    :: undefined | wirebeam_packet:options(),
    vend = <<>>     :: binary()                     %% where there are no options
}).

-record(dhcpv6, {                       %% RFC 8415
    msg_type = 1       :: 0..255,
    transaction_id = 0 :: undefined | 0..16#ffffff,
    hop_count = undefined    :: undefined | 0..255,  %% of relayed messages, as those below
    link_address = undefined :: undefined | inet:ip6_address(),
    peer_address = undefined :: undefined | inet:ip6_address(),
    options = []       :: wirebeam_packet:options()
}).

-endif.
