%% SPDX-License-Identifier: ISC
%%
%% @private
%% ICMP (RFC 792) and ICMPv6 (RFC 4443) with neighbour discovery (RFC 4861). What an error
%% quotes follows as layers of its own; what stands behind it (RFC 4884) are extensions.
-module(wirebeam_packet_icmp).

-behaviour(wirebeam_packet_walk).

-export([decode/3, encode/4]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [next/5, rest/3, short/3]).
-import(wirebeam_packet_field, [address/1, ip6_address/1]).

-define(QUOTED_MIN_BYTES, 128).

%% @doc A message of either version.
-spec decode(wirebeam_packet_walk:kind(), binary(), #walk{}) -> wirebeam_packet:layers().
decode(icmp, <<Type, Code, Checksum:16, Four:4/binary, Rest/binary>>, Walk) ->
    Icmp = #icmp{type = Type, code = Code, checksum = Checksum, rest = icmp_rest(Type, Four)},
    case is_error(icmp, Type) of
        true ->
            {Quoted, Extensions} = quotation(icmp, Type, Four, Rest),
            [Icmp#icmp{extensions = Extensions} | quoted(ip4, Quoted, Extensions, Walk)];
        false ->
            [Icmp | rest(Rest, 8, Walk)]
    end;
decode(icmp6, <<Type, Code, Checksum:16, Four:4/binary, Rest/binary>>, Walk) ->
    Icmp = #icmp6{type = Type, code = Code, checksum = Checksum, rest = icmp6_rest(Type, Four)},
    case is_error(icmp6, Type) of
        true ->
            {Quoted, Extensions} = quotation(icmp6, Type, Four, Rest),
            [Icmp#icmp6{extensions = Extensions} | quoted(ip6, Quoted, Extensions, Walk)];
        false ->
            message(Icmp, Rest, Walk)
    end;
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

is_error(icmp, Type) ->
    Type =:= 3 orelse Type =:= 4 orelse Type =:= 5 orelse Type =:= 11 orelse Type =:= 12;
is_error(icmp6, Type) -> Type >= 1 andalso Type =< 4.

%% Of an echo what it is known by, of a redirect the gateway; else a number.
icmp_rest(Type, <<Id:16, Sequence:16>>) when Type =:= 0; Type =:= 8 -> {Id, Sequence};
icmp_rest(5, <<A, B, C, D>>) -> {A, B, C, D};
icmp_rest(_, <<Number:32>>) -> Number.

icmp6_rest(Type, <<Id:16, Sequence:16>>) when Type =:= 128; Type =:= 129 -> {Id, Sequence};
icmp6_rest(_, <<Number:32>>) -> Number.

%% Only some messages have a length of what they quote (RFC 4884, 4), in units of 4 or 8
%% bytes. Those who came before that document put the extensions behind 128 bytes and said
%% nothing; their version and their checksum tell them from a longer quotation (5.5).
quotation(icmp, Type, <<_, Words, _:16>>, Bytes) when Type =:= 3; Type =:= 11; Type =:= 12 ->
    split(Words * 4, Bytes);
quotation(icmp6, Type, <<Units, _:24>>, Bytes) when Type =:= 1; Type =:= 3 ->
    split(Units * 8, Bytes);
quotation(_, _, _, Bytes) ->
    {Bytes, <<>>}.

split(0, <<Quoted:?QUOTED_MIN_BYTES/binary, 2:4, _:28, _/binary>> = Bytes) ->
    <<_:?QUOTED_MIN_BYTES/binary, Extensions/binary>> = Bytes,
    case wirebeam_packet_checksum:internet(Extensions) of
        0 -> {Quoted, Extensions};
        _ -> {Bytes, <<>>}
    end;
split(Length, Bytes) when Length > 0, Length < byte_size(Bytes) ->
    split_binary(Bytes, Length);
split(_, Bytes) ->
    {Bytes, <<>>}.

%% A quotation ends where its sender cut it.
quoted(_, <<>>, _, Walk) -> rest(<<>>, 8, Walk);
quoted(Kind, Quoted, _, Walk) -> next(Kind, Quoted, 8, 0, Walk#walk{ending = truncated}).

%% Neighbour discovery: what is fixed, and options up to the end.
message(#icmp6{type = 133} = Icmp, Options, Walk) ->
    discovery(Icmp#icmp6{body = {}}, Options, Walk);
message(#icmp6{type = 134} = Icmp, <<Reachable:32, Retrans:32, Options/binary>>, Walk) ->
    discovery(Icmp#icmp6{body = {Reachable, Retrans}}, Options, Walk);
message(#icmp6{type = Type} = Icmp, <<Target:16/binary, Options/binary>>, Walk)
  when Type =:= 135; Type =:= 136 ->
    discovery(Icmp#icmp6{body = {ip6_address(Target)}}, Options, Walk);
message(#icmp6{type = 137} = Icmp, <<Target:16/binary, Destination:16/binary, Options/binary>>,
        Walk) ->
    Body = {ip6_address(Target), ip6_address(Destination)},
    discovery(Icmp#icmp6{body = Body}, Options, Walk);
message(#icmp6{type = Type} = Icmp, <<Group:16/binary, Rest/binary>>, Walk)
  when Type >= 130, Type =< 132 ->
    [Icmp#icmp6{body = {ip6_address(Group)}} | rest(Rest, 24, Walk)];
message(Icmp, Rest, Walk) ->
    [Icmp | rest(Rest, 8, Walk)].

discovery(Icmp, Options, Walk) ->
    [Icmp#icmp6{options = wirebeam_packet_option:nd(Options)} | rest(<<>>, 0, Walk)].

%% @doc The bytes of a message around those of what it quotes or holds.
-spec encode(#icmp{} | #icmp6{}, iodata(), wirebeam_packet_walk:next(),
             wirebeam_packet_checksum:around()) -> iodata().
encode(#icmp{type = Type, code = Code, checksum = SetChecksum, rest = Rest,
             extensions = Extensions}, Inner, _, _) ->
    Begin = <<Type, Code>>,
    End = [encode_rest(Rest), Inner, Extensions],
    Checksum = case SetChecksum of
                   auto -> wirebeam_packet_checksum:internet([Begin | End]);
                   _ -> SetChecksum
               end,
    [Begin, <<Checksum:16>> | End];
encode(#icmp6{type = Type, code = Code, checksum = SetChecksum, rest = Rest, body = Body,
              options = Options, extensions = Extensions}, Inner, _, Around) ->
    Begin = <<Type, Code>>,
    End = [encode_rest(Rest), encode_body(Body), encode_options(Options), Inner,
           Extensions],
    Checksum = case SetChecksum of
                   auto -> wirebeam_packet_checksum:pseudo(Around, 58, [Begin, 0, 0 | End]);
                   _ -> SetChecksum
               end,
    [Begin, <<Checksum:16>> | End].

encode_rest({Id, Sequence}) -> <<Id:16, Sequence:16>>;
encode_rest({A, B, C, D}) -> <<A, B, C, D>>;
encode_rest(Number) -> <<Number:32>>.

encode_body(undefined) -> <<>>;
encode_body({}) -> <<>>;
encode_body({Reachable, Retrans}) when is_integer(Reachable) -> <<Reachable:32, Retrans:32>>;
encode_body({Address}) -> address(Address);
encode_body({Target, Destination}) -> [address(Target), address(Destination)].

encode_options(undefined) -> <<>>;
encode_options(Options) -> wirebeam_packet_option:encode_nd(Options).
