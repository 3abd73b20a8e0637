%% SPDX-License-Identifier: ISC
%%
%% @private
%% The checksums that encode fills in: the Internet checksum (RFC 1071), with the
%% pseudo-header of IP (RFC 9293, 3.1; RFC 8200, 8.1), and CRC32c (RFC 9260, appendix A).
-module(wirebeam_packet_checksum).

-export([around/2, internet/1, pseudo/3, pseudo/4, crc32c/1]).

-include("wirebeam_packet.hrl").

%% What the layers around one say: none are there; or the addresses of the nearest IP layer,
%% where a routing header or a source route puts the last one in the destination's place.
-type around() :: none | inside | {ip, Source :: binary(), Destination :: binary()}.
-export_type([around/0]).

%% @doc What a layer adds to what is around those inside of it.
-spec around(tuple(), around()) -> around().
around(#ip4{source = Source, destination = Destination, options = Options}, _) ->
    {ip, wirebeam_packet_field:address(Source),
     wirebeam_packet_field:address(source_routed(Options, Destination))};
around(#ip6{source = Source, destination = Destination}, _) ->
    {ip, wirebeam_packet_field:address(Source), wirebeam_packet_field:address(Destination)};
around(#ip6_routing{segments_left = Left} = Routing, {ip, Source, Destination}) when Left > 0 ->
    {ip, Source, routed(Routing, Destination)};
around(#ip6_dstopts{options = Options}, {ip, _, Destination} = Around) when is_list(Options) ->
    case lists:keyfind(home_address, 1, [O || O <- Options, is_tuple(O)]) of
        {_, Home} -> {ip, wirebeam_packet_field:address(Home), Destination};
        false -> Around
    end;
around(_, none) -> inside;
around(_, Around) -> Around.

%% RFC 791, 3.1: the route is not at its end as long as its pointer has not passed it.
source_routed(Options, Destination) when is_list(Options) ->
    Routes = [lists:last(Route) || {Type, Pointer, [_ | _] = Route} <- Options,
                                   Type =:= loose_source_route orelse
                                   Type =:= strict_source_route,
                                   Pointer =< length(Route) * 4],
    case Routes of
        [Last | _] -> Last;
        [] -> Destination
    end;
source_routed(_, Destination) -> Destination.

%% The last address to be visited: the last of type 0, the only one of type 2, the first of type
%% 4, whose list is in the reverse order (RFC 8754, 2); type 3 leaves out what its addresses
%% have in common with the destination (RFC 6554, 3).
routed(#ip6_routing{routing_type = 2, data = {_, [Home | _]}}, _) ->
    wirebeam_packet_field:address(Home);
routed(#ip6_routing{data = {_, [_ | _] = Addresses}}, _) ->
    wirebeam_packet_field:address(lists:last(Addresses));
routed(#ip6_routing{data = {_, _, _, [First | _], _}}, _) ->
    wirebeam_packet_field:address(First);
routed(#ip6_routing{routing_type = 3, data = <<_:4, CmprE:4, Pad:4, _:20, Rest/binary>>},
       Destination) when byte_size(Rest) >= 16 - CmprE + Pad ->
    <<Prefix:CmprE/binary, _/binary>> = Destination,
    Last = binary:part(Rest, byte_size(Rest) - Pad, CmprE - 16),
    <<Prefix/binary, Last/binary>>;
routed(_, Destination) -> Destination.

%% @doc The Internet checksum of bytes in which its own place is zero or left out.
-spec internet(iodata()) -> 0..16#ffff.
internet(Bytes) ->
    complement(sum(iolist_to_binary(Bytes), 0)).

%% @doc The same with the pseudo-header before it.
-spec pseudo(around(), byte(), iodata()) -> 0..16#ffff.
pseudo(Around, Protocol, Bytes) ->
    Whole = iolist_to_binary(Bytes),
    pseudo(Around, Protocol, Whole, byte_size(Whole)).

%% @doc The same over a part of a packet that has Length bytes.
-spec pseudo(around(), byte(), iodata(), non_neg_integer()) -> 0..16#ffff.
pseudo({ip, Source, Destination}, Protocol, Covered, Length) ->
    Sum = sum(<<Source/binary, Destination/binary, Length:32, Protocol:32>>, 0),
    complement(sum(iolist_to_binary(Covered), Sum));
pseudo(_, _Protocol, Covered, _Length) ->
    internet(Covered).

%% Sums of wider words come to the same when they are folded; seven of 32 bits at a time keep
%% all numbers small ones.
sum(<<A:32, B:32, C:32, D:32, E:32, F:32, G:32, H:32, Rest/binary>>, Sum) ->
    sum(Rest, Sum + A + B + C + D + E + F + G + H);
sum(<<A:32, Rest/binary>>, Sum) -> sum(Rest, Sum + A);
sum(<<A:16>>, Sum) -> fold(Sum + A);
sum(<<A:16, B:8>>, Sum) -> fold(Sum + A + (B bsl 8));
sum(<<A:8>>, Sum) -> fold(Sum + (A bsl 8));
sum(<<>>, Sum) -> fold(Sum).

fold(Sum) when Sum =< 16#ffff -> Sum;
fold(Sum) -> fold((Sum band 16#ffff) + (Sum bsr 16)).

complement(Sum) -> (bnot Sum) band 16#ffff.

%% @doc CRC32c in the order of bytes in which SCTP has it.
-spec crc32c(iodata()) -> 0..16#ffffffff.
crc32c(Bytes) ->
    Crc = crc32c(iolist_to_binary(Bytes), 16#ffffffff) bxor 16#ffffffff,
    <<Swapped:32/little>> = <<Crc:32>>,
    Swapped.

crc32c(<<Byte, Rest/binary>>, Crc) ->
    Index = (Crc bxor Byte) band 255,
    crc32c(Rest, element(Index + 1, table()) bxor (Crc bsr 8));
crc32c(<<>>, Crc) -> Crc.

table() ->
    case persistent_term:get(?MODULE, undefined) of
        undefined ->
            Table = list_to_tuple([entry(N, 8) || N <- lists:seq(0, 255)]),
            persistent_term:put(?MODULE, Table),
            Table;
        Table -> Table
    end.

entry(Crc, 0) -> Crc;
entry(Crc, N) when Crc band 1 =:= 1 -> entry((Crc bsr 1) bxor 16#82f63b78, N - 1);
entry(Crc, N) -> entry(Crc bsr 1, N - 1).
