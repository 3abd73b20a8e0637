%% SPDX-License-Identifier: ISC
%% The behaviour for HTTP, of which this module is one: its callbacks tell the test case what
%% they were called with, and answer what the case wants.
-module(wirebeam_http_SUITE).
-behaviour(wirebeam_http).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").

-compile([export_all, nowarn_export_all]).

all() ->
    [all_callbacks, stopped_by_a_callback, callback_that_fails, file_that_is_not_there,
     stopped_from_outside, capture_is_killed].

init_per_suite(Config) ->
    {ok, Started} = application:ensure_all_started(wirebeam),
    Path = filename:join(?config(priv_dir, Config), "http.pcap"),
    [Syn, SynAck, Ack, Request | Rest] = wirebeam_SUITE:connection(),
    Other = savefile:tcp({40000, 80}, {101, 901, 24},
                         <<"PUT", (wirebeam_SUITE:request())/binary>>),
    savefile:write(Path, [Syn, SynAck, Ack, Request, Other | Rest]),
    [{started, Started}, {file, Path} | Config].

end_per_suite(Config) ->
    [ok = application:stop(Application) || Application <- ?config(started, Config)],
    ok.

%% No capture outlives its process.
end_per_testcase(_Case, _Config) ->
    eventually:wait_until(fun() -> supervisor:which_children(wirebeam_sup) =:= [] end).

%% --- callbacks --------------------------------------------------------------------------

init({Case, Answers}) ->
    Case ! {called, init},
    {ok, {Case, Answers}}.

handle_transaction(#{request := #{target := Target}}, State) ->
    called({transaction, Target}, State).

handle_anomaly(#{name := Name}, State) -> called({anomaly, Name}, State).

handle_end(Reason, State) -> called({'end', Reason}, State).

called(Call, {Case, Answers} = State) ->
    Case ! {called, Call},
    case Answers of
        #{Call := {stop, Reason}} -> {stop, Reason, State};
        #{Call := fail} -> exit(failed);
        #{} -> {ok, State}
    end.

%% --- cases ------------------------------------------------------------------------------

%% Linked: a process that is gone sooner than anybody asks for it tells its reason all the same.
start(Source, Answers) ->
    process_flag(trap_exit, true),
    {ok, Pid} = wirebeam_http:start_link(?MODULE, {self(), Answers}, Source),
    Pid.

%% What it stopped with, and all calls before.
stopped(Pid) ->
    receive {'EXIT', Pid, Reason} -> {Reason, calls()}
    after 5000 -> ct:fail(lives)
    end.

calls() ->
    receive {called, Call} -> [Call | calls()]
    after 0 -> []
    end.

all_callbacks(Config) ->
    {normal, Calls} = stopped(start(#{file => ?config(file, Config)}, #{})),
    ?assertEqual([init, {anomaly, <<"tcp.overlap_differs">>}, {transaction, <<"/a">>},
                  {'end', eof}],
                 Calls).

stopped_by_a_callback(Config) ->
    Answers = #{{transaction, <<"/a">>} => {stop, enough}},
    {enough, Calls} = stopped(start(#{file => ?config(file, Config)}, Answers)),
    ?assertEqual([{transaction, <<"/a">>}, {'end', enough}], lists:nthtail(2, Calls)).

callback_that_fails(Config) ->
    Answers = #{{transaction, <<"/a">>} => fail},
    {failed, Calls} = stopped(start(#{file => ?config(file, Config)}, Answers)),
    ?assertEqual([{transaction, <<"/a">>}, {'end', failed}], lists:nthtail(2, Calls)).

file_that_is_not_there(_Config) ->
    process_flag(trap_exit, true),
    {error, Reason} = wirebeam_http:start_link(?MODULE, {self(), #{}}, #{file => "/no/such"}),
    ?assertMatch({enoent, <<_/binary>>}, Reason),
    receive {'EXIT', _, Reason} -> process_flag(trap_exit, false) end.

stopped_from_outside(_Config) ->
    Pid = start(#{interface => "lo"}, #{}),
    ok = gen_server:stop(Pid),
    ?assertEqual([init, {'end', normal}], calls()).

%% Nobody can say so then but the monitor.
capture_is_killed(_Config) ->
    Pid = start(#{interface => "lo"}, #{}),
    exit(wirebeam_http:capture(Pid), kill),
    ?assertEqual({{exit, killed}, [init, {'end', {exit, killed}}]}, stopped(Pid)).
