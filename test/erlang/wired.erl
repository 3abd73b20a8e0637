%% SPDX-License-Identifier: ISC
%% Raw sockets at one end of a wire to a namespace, and what comes through them.
-module(wired).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-export([up/1, down/1, open/1, frame/1, some/2, next/1, nothing_more/1, descriptors/0]).

-define(HERE, "wbs0").
-define(MAC, <<2, 0, 0, 0, 0, 9>>).

%% A wire from wbs0, here, to wbs1 in a namespace, which has the addresses 10.77.0.2 and 3.
-spec up(atom()) -> ok.
up(Space) ->
    ok = network:add(Space),
    ok = network:wire(?HERE, Space, "wbs1", "10.77.0.2/24"),
    network:in(Space, "ip address add 10.77.0.3/24 dev wbs1").

-spec down(atom()) -> ok.
down(Space) ->
    ok = network:drop(?HERE),
    network:delete(Space).

-spec descriptors() -> non_neg_integer().
descriptors() ->
    {ok, Descriptors} = file:list_dir("/proc/self/fd"),
    length(Descriptors).

%% Of an experimental Ethertype (IEEE 802), to which no kernel answers.
-spec frame(binary()) -> binary().
frame(Payload) -> <<2:48, ?MAC/binary, 16#88b5:16, Payload/binary>>.

-spec open(map()) -> wirebeam_socket:socket().
open(Options) ->
    {ok, S} = wirebeam_socket:open(Options#{interface => ?HERE}),
    S.

%% So many packets of a socket that is not active.
-spec some(wirebeam_socket:socket(), non_neg_integer()) -> [term()].
some(_S, 0) ->
    [];
some(S, Count) ->
    {ok, Packets} = wirebeam_socket:recv(S, 2000),
    ?assert(length(Packets) =< Count),
    Packets ++ some(S, Count - length(Packets)).

-spec next(wirebeam_socket:socket()) -> [term()].
next(S) ->
    receive {wirebeam_socket, S, {packets, Packets}} -> Packets
    after 2000 -> ct:fail({nothing, wirebeam_socket:info(S)})
    end.

-spec nothing_more(wirebeam_socket:socket()) -> ok.
nothing_more(S) ->
    receive
        {wirebeam_socket, S, _} = Message -> ct:fail(Message);
        {wirebeam_socket_passive, S} = Message -> ct:fail(Message);
        {wirebeam_socket_closed, S, _} = Message -> ct:fail(Message);
        {wirebeam_socket_nif, _, _} = Message -> ct:fail(Message)
    after 20 -> ok
    end.
