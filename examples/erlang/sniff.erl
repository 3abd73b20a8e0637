%% SPDX-License-Identifier: ISC
%% Sniffs and prints packets, a line for each:
%%
%%     sniff:run(#{interface => any, filter => "udp"}).
-module(sniff).

-include_lib("wirebeam/include/wirebeam.hrl").
-include_lib("wirebeam/include/wirebeam_packet.hrl").

-export([run/1, line/1]).

%% Prints until the capture ends, and returns why it did.
-spec run(wirebeam:options()) -> term().
run(Options) ->
    {ok, Capture} = wirebeam:open(Options#{active => once, time_unit => microsecond}),
    loop(Capture).

loop(Capture) ->
    receive
        {wirebeam, Capture, {packets, Packets}} ->
            io:put_chars([line(Packet) || Packet <- Packets]),
            again(Capture);
        {wirebeam, Capture, {lost, Lost}} ->
            io:format("packets lost: ~p~n", [Lost]),
            again(Capture);
        {wirebeam_closed, Capture, Reason} ->
            Reason
    end.

again(Capture) ->
    _ = wirebeam:setopts(Capture, #{active => once}),
    loop(Capture).

%% The time, the layers from the outside in, the length on the wire.
-spec line(#wirebeam_packet{}) -> iolist().
line(#wirebeam_packet{time = Time, data = Data, link_type = LinkType, length = Length}) ->
    Layers = wirebeam_packet:decode(LinkType, Data),
    [calendar:system_time_to_rfc3339(Time, [{unit, microsecond}, {offset, "Z"}]), " ",
     lists:join(" | ", [text(Layer) || Layer <- Layers]),
     io_lib:format(" (~b)~n", [Length])].

text(#ip4{source = Source, destination = Destination}) -> ends("ip4", Source, Destination);
text(#ip6{source = Source, destination = Destination}) -> ends("ip6", Source, Destination);
text(#tcp{source_port = Source, destination_port = Destination, flags = Flags}) ->
    io_lib:format("tcp ~b > ~b ~p", [Source, Destination, Flags]);
text(#udp{source_port = Source, destination_port = Destination}) ->
    io_lib:format("udp ~b > ~b", [Source, Destination]);
text(#undecoded{reason = Reason, layer = Layer}) ->
    io_lib:format("~p ~p", [Reason, Layer]);
text(Payload) when is_binary(Payload) ->
    io_lib:format("~b bytes", [byte_size(Payload)]);
text(Layer) ->
    atom_to_list(element(1, Layer)).

ends(Name, Source, Destination) ->
    [Name, " ", inet:ntoa(Source), " > ", inet:ntoa(Destination)].
