%% SPDX-License-Identifier: ISC
%% What the suites have in common: the application, and captures as their owners use them. Config
%% says by `backend' where the worker runs.
-module(capturing).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam.hrl").

-export([start/1, stop/1, none_is_left/0, resources/0,
         open/2, open_file/3, path/1, all_packets/1, until_closed/1, all_of/2, some_packets/2,
         nothing_more/1, flush/1, send/2, mailbox/0, worker_of/1]).

-import(eventually, [wait_until/1]).

%% --- the application --------------------------------------------------------------------

start(Config) ->
    {ok, Started} = application:ensure_all_started(wirebeam),
    [{started, Started} | Config].

stop(Config) ->
    [ok = application:stop(Application) || Application <- ?config(started, Config)],
    ok.

%% No capture, whatever the case did.
none_is_left() ->
    wait_until(fun() -> supervisor:which_children(wirebeam_sup) =:= [] end).

%% What is left of a capture that was closed goes a moment later: then there may be less.
resources() ->
    {ok, Descriptors} = file:list_dir("/proc/self/fd"),
    {ok, Threads} = file:list_dir("/proc/self/task"),
    [length(Descriptors), length(Threads), length(erlang:ports()), length(erlang:processes()),
     list_to_integer(string:trim(os:cmd("pgrep -c wirebeam-port")))].

%% --- captures ---------------------------------------------------------------------------

open(Config, Options) ->
    wirebeam:open(maps:merge(#{backend => ?config(backend, Config)}, Options)).

path(Config) ->
    filename:join(?config(priv_dir, Config), "capture.pcap").

open_file(Config, Frames, Options) ->
    savefile:write(path(Config), Frames),
    {ok, C} = open(Config, Options#{file => path(Config)}),
    C.

all_packets(C) ->
    {Packets, eof} = until_closed(C),
    Packets.

until_closed(C) ->
    receive
        {wirebeam, C, {packets, Packets}} ->
            {Others, Reason} = until_closed(C),
            {Packets ++ Others, Reason};
        {wirebeam_passive, C} -> until_closed(C);
        {wirebeam_closed, C, Reason} -> {[], Reason}
    after 10000 -> ct:fail({not_closed, process_info(self(), messages)})
    end.

all_of(Kind, C) ->
    receive
        {wirebeam, C, {streams, Events}} when Kind =:= streams -> Events ++ all_of(Kind, C);
        {wirebeam, C, {Kind, Event}} -> [Event | all_of(Kind, C)];
        {wirebeam, C, _} -> all_of(Kind, C);
        {wirebeam_closed, C, eof} -> []
    after 10000 -> ct:fail({not_closed, process_info(self(), messages)})
    end.

some_packets(_C, 0) ->
    [];
some_packets(C, Count) ->
    receive
        {wirebeam, C, {packets, Packets}} -> Packets ++ some_packets(C, Count - length(Packets))
    after 5000 -> ct:fail({missing, Count})
    end.

nothing_more(C) ->
    receive
        {wirebeam, C, _} = Message -> ct:fail(Message);
        {wirebeam_passive, C} = Message -> ct:fail(Message);
        {wirebeam_closed, C, _} = Message -> ct:fail(Message)
    after 100 -> ok
    end.

flush(C) ->
    receive
        {wirebeam, C, _} -> flush(C);
        {wirebeam_passive, C} -> flush(C);
        {wirebeam_closed, C, _} -> flush(C)
    after 0 -> ok
    end.

send(Port, Datagrams) ->
    {ok, Receiver} = gen_udp:open(Port, [{ip, {127, 0, 0, 1}}, {active, false}]),
    {ok, Sender} = gen_udp:open(0, [{ip, {127, 0, 0, 1}}]),
    [ok = gen_udp:send(Sender, {127, 0, 0, 1}, Port, Datagram) || Datagram <- Datagrams],
    ok = gen_udp:close(Sender),
    ok = gen_udp:close(Receiver).

%% How many messages wait for this process. A receive takes in those that just came, which
%% process_info/2 leaves out.
mailbox() ->
    receive nothing_like_this -> ok after 0 -> ok end,
    {message_queue_len, Length} = process_info(self(), message_queue_len),
    Length.

%% The process of the worker, as kill(1) wants it.
worker_of(C) ->
    {links, Links} = process_info(C, links),
    [Port] = [Link || Link <- Links, is_port(Link)],
    {os_pid, Pid} = erlang:port_info(Port, os_pid),
    integer_to_list(Pid).
