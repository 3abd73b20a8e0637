%% SPDX-License-Identifier: ISC
%% Matches HTTP transactions and writes each complete one to a file named by its ETag:
%%
%%     {ok, _} = http_by_etag:start_link("/tmp/pages", #{interface => "eth0"}).
%%
%% A file has the request's head and body, then the response's. What is not the page itself (HEAD,
%% 304, a part of it) has its method and status behind the ETag. Of several with the same name the
%% first stays.
-module(http_by_etag).
-behaviour(wirebeam_http).

-export([start_link/2]).
-export([init/1, handle_transaction/2, handle_end/2]).

-spec start_link(file:name(), wirebeam:options()) -> {ok, pid()} | {error, term()} | ignore.
start_link(Directory, Options) ->
    wirebeam_http:start_link(?MODULE, Directory,
                             maps:merge(#{filter => "tcp port 80"}, Options)).

-spec init(file:name()) -> {ok, file:name()}.
init(Directory) ->
    ok = filelib:ensure_path(Directory),
    {ok, Directory}.

-spec handle_transaction(wirebeam:transaction(), file:name()) -> {ok, file:name()}.
handle_transaction(#{complete := true, response := #{headers := Headers}} = Transaction,
                   Directory) ->
    case [Value || {Name, Value} <- Headers, string:equal(Name, <<"etag">>, true)] of
        [ETag] ->
            Name = <<(name(ETag))/binary, (ending(Transaction))/binary>>,
            write(filename:join(Directory, Name), Transaction);
        _ -> ok
    end,
    {ok, Directory};
handle_transaction(_Incomplete, Directory) ->
    {ok, Directory}.

-spec handle_end(term(), file:name()) -> ok.
handle_end(_Reason, _Directory) ->
    ok.

write(Path, #{request := #{omitted_bytes := 0} = Request,
              response := #{omitted_bytes := 0} = Response}) ->
    case file:write_file(Path, [whole(Request), whole(Response)], [exclusive]) of
        ok -> ok;
        {error, eexist} -> ok;
        {error, Reason} -> logger:error("~ts: ~ts", [Path, file:format_error(Reason)])
    end;
write(Path, _TooLong) ->
    logger:warning("~ts: the body is longer than max_body_bytes", [Path]).

whole(#{head := Head, body := Body}) ->
    [Head, Body].

%% What a server calls its page can be anything: only harmless bytes go into a file's name. A
%% weak ETag is another one.
name(<<"W/", ETag/binary>>) -> <<"~weak-", (harmless(ETag))/binary>>;
name(ETag) -> harmless(ETag).

ending(#{request := #{method := <<"GET">>}, response := #{status := 200}}) ->
    <<>>;
ending(#{request := #{method := Method}, response := #{status := Status}}) ->
    <<".", (harmless(Method))/binary, "-", (integer_to_binary(Status))/binary>>.

harmless(Text) -> << <<(harmless_byte(Byte))/binary>> || <<Byte>> <= Text, Byte =/= $" >>.

harmless_byte(Byte) when Byte >= $a, Byte =< $z; Byte >= $A, Byte =< $Z; Byte >= $0, Byte =< $9;
                         Byte =:= $- -> <<Byte>>;
harmless_byte(Byte) -> list_to_binary(io_lib:format("%~2.16.0B", [Byte])).
