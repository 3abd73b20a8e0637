%% SPDX-License-Identifier: ISC
%% Monitors HTTP requests and writes one file with just the client's side of each connection:
%%
%%     http_client_side:run("/tmp/requests", #{interface => "eth0"}).
%%
%% A file is named by the two ends, the time at which the capture began and the connection's
%% number in it, so that none writes into the file of another. It ends with the capture.
-module(http_client_side).

-export([run/2]).

-spec run(file:name(), wirebeam:options()) -> {ended, term()}.
run(Directory, Options) ->
    ok = filelib:ensure_path(Directory),
    {ok, Capture} = wirebeam:open(maps:merge(#{filter => "tcp port 80"},
                                             Options#{deliver => [streams], active => false})),
    loop(Capture, {Directory, erlang:system_time(microsecond)}, #{}).

loop(Capture, Place, Files) ->
    case wirebeam:recv(Capture, 0) of
        {ok, {streams, Events}} ->
            Opened = lists:foldl(fun(Event, Known) -> write(Event, Place, Known) end, Files,
                                 Events),
            loop(Capture, Place, Opened);
        {ok, {lost, Lost}} ->
            logger:warning("packets lost: ~p", [Lost]),
            loop(Capture, Place, Files);
        {error, {closed, Reason}} ->
            {ended, Reason}
    end.

%% What is known of a flow: its file's name, then the file, open as long as bytes may come.
write({open, Flow, #{client := Client, server := Server}}, {Directory, Begun}, Files) ->
    Name = io_lib:format("~ts-~ts-~b-~b", [name(Client), name(Server), Begun, Flow]),
    Files#{Flow => filename:join(Directory, Name)};
write({data, Flow, client, _Offset, Bytes}, _Place, Files) ->
    File = opened(maps:get(Flow, Files)),
    ok = file:write(File, Bytes),
    Files#{Flow := File};
write({gap, Flow, client, Offset, Length}, _Place, Files) ->
    logger:warning("flow ~b: ~b bytes are missing at ~b", [Flow, Length, Offset]),
    Files;
write({close, Flow, _}, _Place, Files) ->
    case maps:take(Flow, Files) of
        {File, Others} when is_pid(File); is_tuple(File) ->
            ok = file:close(File),
            Others;
        {_Name, Others} ->
            Others;
        error ->
            Files
    end;
write(_ServerSide, _Place, Files) ->
    Files.

opened(Name) when is_list(Name) ->
    {ok, File} = file:open(Name, [write, exclusive, raw, {delayed_write, 65536, 1000}]),
    File;
opened(File) ->
    File.

name({Address, Port}) ->
    io_lib:format("~ts_~b", [inet:ntoa(Address), Port]).
