%% SPDX-License-Identifier: ISC
%%
%% @private
%% Tunnels of virtual networks: VXLAN (RFC 7348) and its GPE, GENEVE (RFC 8926), NSH (RFC 8300),
%% EtherIP (RFC 3378), the I-TAG (IEEE 802.1ah), MPLS (RFC 3032) with pseudowires (RFC 4385).
-module(wirebeam_packet_tunnel).

-behaviour(wirebeam_packet_walk).

-export([decode/3, encode/4, is_ethernet/1, is_mpls/1]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [next/5, by/6, rest/3, short/3, malformed/3, bound/3]).
-import(wirebeam_packet_field, [auto/2, auto/4, bit/1]).
-import(wirebeam_packet_link, [by_ethertype/4]).

%% @doc One layer of a tunnel.
-spec decode(wirebeam_packet_walk:kind(), binary(), #walk{}) -> wirebeam_packet:layers().
decode(vxlan, <<Flags:16, Policy:16, Vni:24, Reserved, Rest/binary>>, Walk) ->
    [#vxlan{flags = Flags, group_policy_id = Policy, vni = Vni, reserved = Reserved}
     | next(ethernet, Rest, 8, 0, Walk)];
decode(vxlan_gpe, <<Flags, Reserved:16, Next, Vni:24, Reserved2, Rest/binary>>, Walk) ->
    Inside = case Flags band 4 of           %% without it, it is VXLAN
                 0 -> next(ethernet, Rest, 8, 0, Walk);
                 _ -> by(nsh, Next, wirebeam_packet_number:nsh(Next), Rest, 8, Walk)
             end,
    [#vxlan_gpe{flags = Flags, reserved = Reserved, next_protocol = Next, vni = Vni,
                reserved_2 = Reserved2} | Inside];
decode(geneve, <<Version:2, Words:6, Control:1, Critical:1, Reserved:6, Type:16, Vni:24,
                 Reserved2, Behind/binary>> = Bytes, Walk) ->
    case Behind of
        <<Options:(Words * 4)/binary, Rest/binary>> ->
            [#geneve{version = Version, options_length = Words * 4,
                     control_packet = Control =:= 1,
                     critical_options_present = Critical =:= 1, reserved = Reserved,
                     protocol_type = Type, vni = Vni, reserved_2 = Reserved2,
                     options = geneve_options(Options)}
             | by_ethertype(Type, Rest, 8 + Words * 4, Walk)];
        _ -> short(geneve, Bytes, Walk)
    end;
decode(nsh, <<Version:2, Oam:1, Unassigned:1, Ttl:6, Words:6, Unassigned2:4, MdType:4, Next,
              Path:24, Index, Behind/binary>> = Bytes, Walk) ->
    IsRight = case MdType of                %% RFC 8300, 2.4: a fixed length
                  1 -> Words =:= 6;
                  _ -> Words >= 2
              end,
    case Behind of
        _ when not IsRight -> malformed(nsh, Bytes, Walk);
        <<Context:(Words * 4 - 8)/binary, Rest/binary>> ->
            [#nsh{version = Version, oam = Oam =:= 1, unassigned = Unassigned, ttl = Ttl,
                  header_length = Words * 4, unassigned_2 = Unassigned2, md_type = MdType,
                  next_protocol = Next, service_path_id = Path, service_index = Index,
                  context = Context}
             | by(nsh, Next, wirebeam_packet_number:nsh(Next), Rest, Words * 4, Walk)];
        _ -> short(nsh, Bytes, Walk)
    end;
decode(etherip, <<Version:4, Reserved:12, Rest/binary>>, Walk) ->
    Kind = case Version of
               3 -> ethernet;
               _ -> undefined
           end,
    [#etherip{version = Version, reserved = Reserved} | by(etherip, Version, Kind, Rest, 2, Walk)];
decode(ieee8021ah, <<Priority:3, Dei:1, Uca:1, Reserved:3, Isid:24, Rest/binary>>, Walk) ->
    [#ieee8021ah{priority = Priority, drop_eligible = Dei =:= 1,
                 use_customer_address = Uca =:= 1, reserved = Reserved, isid = Isid}
     | next(ethernet, Rest, 4, 0, Walk)];
decode(mpls, <<Label:20, Class:3, Bottom:1, Ttl, Rest/binary>>, Walk) ->
    [#mpls{label = Label, traffic_class = Class, bottom_of_stack = Bottom =:= 1, ttl = Ttl}
     | below(Label, Bottom, Rest, Walk)];
decode(pw, <<1:4, Version:4, Reserved, Type:16, Rest/binary>>, Walk) ->
    [#pw{channel = {Version, Reserved, Type}} | channel(Type, Rest, Walk)];
decode(pw, <<0:4, Flags:4, Fragmentation:2, Length:6, Sequence:16, Rest/binary>>, Walk) ->
    %% RFC 4385, 3: the length is of short packets only, and tells them from padding.
    {Inner, Trailer, Walk1} = case Length >= 18 andalso Length < byte_size(Rest) + 4 of
                                  true -> bound(Rest, Length - 4, Walk);
                                  false -> {Rest, <<>>, Walk}
                              end,
    [#pw{flags = Flags, fragmentation = Fragmentation, length = Length,
         sequence_number = Sequence, trailer = Trailer} | pseudowire(Inner, Walk1)];
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

%% Reserved bits have no place in what is told of an option: then it is bytes.
geneve_options(<<>>) -> [];
geneve_options(<<Class:16, Type, 0:3, Words:5, Rest/binary>> = Bytes) ->
    case Rest of
        <<Data:(Words * 4)/binary, More/binary>> -> [{Class, Type, Data} | geneve_options(More)];
        _ -> [Bytes]
    end;
geneve_options(Bytes) -> [Bytes].

%% Nothing in a label stack says what lies below it but the explicit null labels; else it is
%% a guess from the first four bits, as routers make it (RFC 4928): 4 and 6 are IP, 0 is the
%% control word of a pseudowire and 1 its associated channel (RFC 4385).
below(_, 0, Bytes, Walk) -> next(mpls, Bytes, 4, 0, Walk);
below(0, 1, Bytes, Walk) -> next(ip4, Bytes, 4, 0, Walk);
below(2, 1, Bytes, Walk) -> next(ip6, Bytes, 4, 2, Walk);
below(_, 1, <<4:4, Words:4, _/binary>> = Bytes, Walk) when Words >= 5 ->
    next(ip4, Bytes, 4, 0, Walk);
below(_, 1, <<6:4, _:4, _/binary>> = Bytes, Walk) ->
    next(ip6, Bytes, 4, 0, Walk);
below(_, 1, <<>>, Walk) ->
    rest(<<>>, 4, Walk);
below(Label, 1, Bytes, Walk) ->
    case guess(Bytes) of
        undefined when byte_size(Bytes) < 20, Walk#walk.ending =/= bound ->
            rest(Bytes, 4, Walk#walk{ending = truncated});      %% too few bytes to tell
        Kind -> by(mpls, Label, Kind, Bytes, 4, Walk)
    end.

%% A control word is a good guess where an Ethernet frame follows it, and an Ethernet frame
%% without one where the bytes say so: addresses may begin with any four bits.
guess(<<Nibble:4, _:28, Frame/binary>> = Bytes) ->
    case is_ethernet(Bytes) of
        true when Nibble > 1 -> ethernet;
        true ->
            case is_ethernet(Frame) of
                true -> pw;
                false -> ethernet
            end;
        false when Nibble =< 1 -> pw;
        false -> undefined
    end;
guess(_) -> undefined.

channel(16#21, Bytes, Walk) -> next(ip4, Bytes, 4, 16#21, Walk);
channel(16#57, Bytes, Walk) -> next(ip6, Bytes, 4, 16#57, Walk);
channel(Type, Bytes, Walk) -> by(channel, Type, undefined, Bytes, 4, Walk).

pseudowire(Bytes, Walk) ->
    case is_ethernet(Bytes) of
        true -> next(ethernet, Bytes, 4, 0, Walk);
        false -> by(pw, 0, undefined, Bytes, 4, Walk)
    end.

%% @doc Do these bytes look like an Ethernet frame that holds what can be told?
-spec is_ethernet(binary()) -> boolean().
is_ethernet(<<_:96, 16#0800:16, 4:4, Words:4, _, _/binary>>) -> Words >= 5;
is_ethernet(<<_:96, 16#86dd:16, 6:4, _:4, _, _/binary>>) -> true;
is_ethernet(<<_:96, 16#0806:16, 1:16, _/binary>>) -> true;
is_ethernet(<<_:96, Type:16, _:16, _/binary>>) ->
    Type =:= 16#8100 orelse Type =:= 16#88a8 orelse Type =:= 16#8847;
is_ethernet(_) -> false.

%% @doc A stack has a bottom, and not as far away as a packet may have layers.
-spec is_mpls(binary()) -> boolean().
is_mpls(Bytes) -> is_mpls(Bytes, 24).

is_mpls(_, 0) -> false;
is_mpls(<<_:23, 1:1, _, _/binary>>, _) -> true;
is_mpls(<<_:32, Rest/binary>>, Left) -> is_mpls(Rest, Left - 1);
is_mpls(_, _) -> false.

%% @doc The bytes of a layer around those of the layers inside.
-spec encode(tuple(), iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#vxlan{flags = Flags, group_policy_id = Policy, vni = Vni, reserved = Reserved}, Inner,
       _, _) ->
    [<<Flags:16, Policy:16, Vni:24, Reserved>>, Inner];
encode(#vxlan_gpe{flags = Flags, reserved = Reserved, next_protocol = Next, vni = Vni,
                  reserved_2 = Reserved2}, Inner, Kind, _) ->
    [<<Flags, Reserved:16, (auto(Next, wirebeam_packet_number:of_nsh(Kind))), Vni:24, Reserved2>>,
     Inner];
encode(#geneve{version = Version, options_length = Length, control_packet = Control,
               critical_options_present = Critical, reserved = Reserved, protocol_type = Type,
               vni = Vni, reserved_2 = Reserved2, options = SetOptions}, Inner, Kind, _) ->
    Options = encode_geneve_options(SetOptions),
    Words = auto(Length, byte_size(Options), 8, options_length) div 4,
    [<<Version:2, Words:6, (bit(Control)):1, (bit(Critical)):1, Reserved:6,
       (auto(Type, wirebeam_packet_number:of_ethertype(Kind))):16, Vni:24, Reserved2>>,
     Options, Inner];
encode(#nsh{version = Version, oam = Oam, unassigned = Unassigned, ttl = Ttl,
            header_length = Length, unassigned_2 = Unassigned2, md_type = MdType,
            next_protocol = Next, service_path_id = Path, service_index = Index,
            context = Context}, Inner, Kind, _) ->
    Words = auto(Length, 8 + byte_size(Context), 8, header_length) div 4,
    [<<Version:2, (bit(Oam)):1, Unassigned:1, Ttl:6, Words:6, Unassigned2:4, MdType:4,
       (auto(Next, wirebeam_packet_number:of_nsh(Kind))), Path:24, Index>>, Context, Inner];
encode(#etherip{version = Version, reserved = Reserved}, Inner, _, _) ->
    [<<Version:4, Reserved:12>>, Inner];
encode(#ieee8021ah{priority = Priority, drop_eligible = Dei, use_customer_address = Uca,
                   reserved = Reserved, isid = Isid}, Inner, _, _) ->
    [<<Priority:3, (bit(Dei)):1, (bit(Uca)):1, Reserved:3, Isid:24>>, Inner];
encode(#mpls{label = Label, traffic_class = Class, bottom_of_stack = Bottom, ttl = Ttl}, Inner,
       Kind, _) ->
    [<<Label:20, Class:3, (bit(auto(Bottom, Kind =/= mpls))):1, Ttl>>, Inner];
encode(#pw{channel = {Version, Reserved, Type}}, Inner, _, _) ->
    [<<1:4, Version:4, Reserved, Type:16>>, Inner];
encode(#pw{flags = Flags, fragmentation = Fragmentation, length = Length,
           sequence_number = Sequence, trailer = Trailer}, Inner, _, _) ->
    [<<0:4, Flags:4, Fragmentation:2, Length:6, Sequence:16>>, Inner, Trailer].

encode_geneve_options(Bytes) when is_binary(Bytes) -> Bytes;
encode_geneve_options(Options) ->
    << <<(encode_geneve_option(Option))/binary>> || Option <- Options >>.

encode_geneve_option({Class, Type, Data}) ->
    Filler = wirebeam_packet_field:padding(byte_size(Data), 4),
    <<Class:16, Type, 0:3, ((byte_size(Data) + byte_size(Filler)) div 4):5, Data/binary,
      Filler/binary>>;
encode_geneve_option(Bytes) -> Bytes.
