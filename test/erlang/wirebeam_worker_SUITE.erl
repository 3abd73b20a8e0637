%% SPDX-License-Identifier: ISC
%% A worker that is hostile, or not there: a shell script in the place of wirebeam-port says
%% what it likes. The capture ends it, and neither the VM nor the owner is harmed.
-module(wirebeam_worker_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include_lib("wirebeam/include/wirebeam.hrl").

-compile([export_all, nowarn_export_all]).

-import(eventually, [wait_until/1]).

-define(WINDOW, 8).
-define(SLOT, (512 bsl 10)).                       % bytes that are copied at once
-define(MEMORY, (?WINDOW * ?SLOT + (8 bsl 20))).  % and that are shared

all() ->
    [frames_in_pieces, frames_too_long, byte_by_byte, words_too_long, more_frames_than_credit,
     frames_after_the_end, places_without_a_frame, more_places_than_credit,
     more_terms_than_bytes, nonsense_answers, nonsense_interfaces, unconfined, no_program,
     program_that_ends].

init_per_suite(Config) ->
    {ok, Started} = application:ensure_all_started(wirebeam),
    {ok, Modules} = application:get_key(wirebeam, modules),
    ok = code:ensure_modules_loaded(Modules),
    [{started, Started} | Config].

end_per_suite(Config) ->
    [ok = application:stop(Application) || Application <- ?config(started, Config)],
    ok.

%% The application's priv is a directory of the case; its code is loaded already.
init_per_testcase(Case, Config) ->
    Whole = code:lib_dir(wirebeam),
    Directory = filename:join([?config(priv_dir, Config), Case, "wirebeam"]),
    ok = filelib:ensure_path(filename:join(Directory, "ebin")),
    ok = filelib:ensure_path(filename:join(Directory, "priv")),
    true = code:replace_path(wirebeam, filename:join(Directory, "ebin")),
    [{whole, Whole}, {priv, filename:join(Directory, "priv")}, {ports, erlang:ports()} | Config].

end_per_testcase(_Case, Config) ->
    true = code:replace_path(wirebeam, filename:join(?config(whole, Config), "ebin")),
    ?assertEqual([], supervisor:which_children(wirebeam_sup)),
    ?assertEqual([], erlang:ports() -- ?config(ports, Config)).

%% --- lengths ----------------------------------------------------------------------------

%% A pipe may give a byte at a time, or many frames at once.
frames_in_pieces(Config) ->
    Frames = [opened(), packets(300), packets(1), packets(70000), packets(2), <<5, 11, 0:32>>],
    [begin
         worker(Config, [{Way, Frames}]),
         {ok, C} = wirebeam:open(#{file => "x", active => false, memory => pipe}),
         ?assertEqual([300, 1, 70000, 2], sizes(C), Way)
     end || Way <- [bytes, at_once]].

sizes(C) ->
    case wirebeam:recv(C, 0, 20000) of
        {ok, {packets, [#wirebeam_packet{data = Data}]}} -> [byte_size(Data) | sizes(C)];
        {error, {closed, eof}} -> []
    end.

%% The VM makes no room for what a worker only announces.
frames_too_long(Config) ->
    [begin
         worker(Config, [opened(), {raw, <<Length:32>>}, zeroes]),
         Before = erlang:memory(total),
         {ok, C} = wirebeam:open(#{file => "x", memory => pipe, max_body_bytes => 1}),
         receive {wirebeam_closed, C, Reason} -> ?assertEqual({error, protocol}, Reason)
         after 20000 -> ct:fail(not_closed)
         end,
         ?assert(erlang:memory(total) - Before < 64 bsl 20)
     end || Length <- [16#ffffffff, 16#7fffffff, 64 bsl 20]].

%% A worker that waits until each byte was taken has no more room than another one.
byte_by_byte(Config) ->
    worker(Config, []),
    {ok, Worker, []} = wirebeam_port:open(#{memory => pipe}, ?WINDOW),
    Port = element(2, Worker),
    Bytes = <<(1 bsl 20):32, 0:300000/unit:8>>,
    Last = lists:foldl(fun(Byte, Worker1) ->
                               Data = {data, <<Byte>>},
                               {frames, [], Next} = wirebeam_port:handle_info({Port, Data}, Worker1),
                               Next
                       end, Worker, binary_to_list(Bytes)),
    ?assert(erts_debug:flat_size(Last) * erlang:system_info(wordsize) < 300000),
    Rest = <<0:((1 bsl 20) - 300000)/unit:8>>,
    ?assertMatch({frames, [<<0:(1 bsl 20)/unit:8>>], _},
                 wirebeam_port:handle_info({Port, {data, Rest}}, Last)),
    ok = wirebeam_port:close(Worker).

%% Words are logged by us or by the owner, each byte as a few characters of a list.
words_too_long(Config) ->
    Words = <<255:(1 bsl 20)/unit:8>>,
    Before = most_memory(),
    worker(Config, [opened(Words)]),
    ?assertEqual({error, protocol}, wirebeam:open(#{file => "x", memory => pipe})),
    ?assert(most_memory() - Before < 64 bsl 20),
    worker(Config, [opened(), <<5, 6, 0:32, Words/binary>>]),
    {ok, C} = wirebeam:open(#{file => "x", active => false, memory => pipe}),
    ?assertEqual({0, {error, protocol}}, until_closed(C, 0)).

%% --- frames without credit --------------------------------------------------------------

%% Nobody takes anything, and the worker never ends: it is ended, and what had credit is there.
more_frames_than_credit(Config) ->
    worker(Config, [opened(), {repeat, packets(2000)}]),
    {ok, C} = wirebeam:open(#{file => "x", active => false, memory => pipe}),
    wait_until(fun() -> erlang:ports() =:= ?config(ports, Config) end),
    ?assertEqual({message_queue_len, 0}, process_info(C, message_queue_len)),
    ?assertEqual({?WINDOW, {error, protocol}}, until_closed(C, 0)).

%% CLOSED is the last frame: the worker is ended with it, whatever it sends then.
frames_after_the_end(Config) ->
    worker(Config, [opened(), packets(1), <<5, 11, 0:32>>, {repeat, packets(1)}]),
    {ok, C} = wirebeam:open(#{file => "x", active => false, memory => pipe}),
    wait_until(fun() -> erlang:ports() =:= ?config(ports, Config) end),
    ?assertEqual({1, eof}, until_closed(C, 0)).

%% Of the shared memory, in which there are zeroes, or where there is none.
places_without_a_frame(Config) ->
    [begin
         worker(Config, [opened(), <<6, Place/binary>>]),
         {ok, C} = wirebeam:open(#{file => "x", active => false}),
         ?assertEqual({0, {error, protocol}}, until_closed(C, 0))
     end || Place <- [<<>>, <<0:32>>, <<0:32, 0:32>>, <<0:32, 29:32>>, <<?MEMORY:32, 1:32>>,
                      <<(?MEMORY - 1):32, 2:32>>, <<0:32, (?SLOT + 1):32>>, <<-1:32, -1:32>>,
                      <<-1:32, 2:32>>, <<0:32, 29:32, 0>>, <<0:32, 29:32, 0:32>>,
                      <<0:32, 29:32, 0:32, 9:32>>, <<0:32, 29:32, ?MEMORY:32, 1:32>>,
                      <<?MEMORY:32, 1:32, 0:32, 9:32>>, <<0:32, 29:32, 0:32, (?SLOT + 1):32>>,
                      <<0:32, 29:32, 0:32, 9:32, 0:32, 9:32>>]].

%% Few bytes in the pipe do not make the VM copy many.
more_places_than_credit(Config) ->
    Places = [<<6, 0:32, ?SLOT:32>> || _ <- lists:seq(1, 400)],
    worker(Config, [opened(), wait, {at_once, Places}]),
    {ok, C} = wirebeam:open(#{file => "x", active => false}),
    Before = most_memory(),
    go(Config),
    ?assertEqual({0, {error, protocol}}, until_closed(C, 0)),
    ?assert(most_memory() - Before < 32 bsl 20).

%% A field takes 8 bytes in a frame, and a hundred in the VM.
more_terms_than_bytes(Config) ->
    Fields = 1500000,
    Body = <<0:(33 * 8), 4, 0:96, 0:(61 * 8), 0:(4 * 32), Fields:32, 0:(Fields * 64), 0:32>>,
    worker(Config, [opened(), wait, <<3, 5, (byte_size(Body)):32, Body/binary>>]),
    {ok, C} = wirebeam:open(#{file => "x", active => false, memory => pipe}),
    Before = most_memory(),
    go(Config),
    ?assertEqual({0, {error, protocol}}, until_closed(C, 0)),
    ?assert(most_memory() - Before < 64 bsl 20).

%% That the VM had up to now.
most_memory() ->
    {ok, Status} = file:read_file("/proc/self/status"),
    {match, [KiB]} = re:run(Status, "VmHWM:\\s*(\\d+) kB", [{capture, all_but_first, binary}]),
    binary_to_integer(KiB) bsl 10.

until_closed(C, Frames) ->
    case wirebeam:recv(C, 0, 5000) of
        {ok, {packets, [#wirebeam_packet{} | _]}} -> until_closed(C, Frames + 1);
        {error, {closed, Reason}} -> {Frames, Reason}
    end.

%% --- answers ----------------------------------------------------------------------------

nonsense_answers(Config) ->
    [begin
         worker(Config, [opened(), wait, <<4, 0:32, Answer/binary>>]),
         {ok, C} = wirebeam:open(#{file => "x", memory => pipe}),
         _ = spawn_link(fun() -> timer:sleep(100), go(Config) end),
         ?assertEqual({error, closed}, Ask(C), Answer),
         receive {wirebeam_closed, C, Reason} -> ?assertEqual({error, protocol}, Reason)
         after 5000 -> ct:fail(not_closed)
         end
     end || {Ask, Answer} <- [{fun wirebeam:stats/1, <<0>>},
                              {fun wirebeam:stats/1, <<0, 1:16, 7:64>>},
                              {fun wirebeam:stats/1, <<0, 9:16, "x">>},
                              {fun wirebeam:stats/1, <<>>},
                              {fun(C) -> wirebeam:set_filter(C, "udp") end, <<0, "more">>}]].

nonsense_interfaces(Config) ->
    [begin
         worker(Config, [<<4, 0:32, 0, Answer/binary>>]),
         ?assertEqual({error, protocol}, wirebeam:interfaces(), Answer)
     end || Answer <- [<<>>, <<1:32>>, <<16#ffffffff:32, 0:800>>, <<0:32, "more">>]].

%% What is missing is logged, and asked for it is told; no word of it makes an atom.
unconfined(Config) ->
    ok = logger:add_handler(?MODULE, ?MODULE, #{config => #{pid => self()}}),
    worker(Config, [opened(<<"landlock">>), <<5, 11, 0:32>>]),
    {ok, C} = wirebeam:open(#{file => "x", active => false, memory => pipe}),
    receive
        {logged, Words} -> ?assertMatch({match, _}, re:run(Words, "not confined .* <<\"landlock\">>"))
    after 5000 -> ct:fail(not_logged)
    end,
    ?assertEqual({ok, #{kind => <<"file">>,
                        sandbox => #{mode => best_effort, complete => false, user => <<>>,
                                     missing => <<"landlock">>, means => []}}},
                 wirebeam:info(C)),
    ok = logger:remove_handler(?MODULE),
    ok = wirebeam:close(C),
    ?assertEqual({error, closed}, wirebeam:info(C)),
    worker(Config, [<<1, 4:32, "file", 4:32, "free", 0, 0:32, 0:32, 0>>]),
    ?assertEqual({error, protocol}, wirebeam:open(#{file => "x", memory => pipe})).

log(#{msg := {Format, Arguments}}, #{config := #{pid := Pid}}) ->
    Pid ! {logged, io_lib:format(Format, Arguments)};
log(_Event, _Config) ->
    ok.

%% --- no worker --------------------------------------------------------------------------

no_program(Config) ->
    Program = unicode:characters_to_binary(filename:join(?config(priv, Config), "wirebeam-port")),
    [begin
         {error, {system, Words}} = Answer,
         ?assertEqual(<<Program/binary, ": cannot be started: no such file or directory">>, Words)
     end || Answer <- [wirebeam:open(#{interface => any}), wirebeam:interfaces()]].

program_that_ends(Config) ->
    worker(Config, [exit]),
    ?assertEqual({error, {exit, 7}}, wirebeam:open(#{interface => any})),
    ?assertEqual({error, {exit, 7}}, wirebeam:interfaces()).

%% --- help -------------------------------------------------------------------------------

opened() -> opened(<<>>).

opened(Missing) ->
    <<1, 4:32, "file", 11:32, "best-effort", 0, 0:32, (byte_size(Missing)):32, Missing/binary, 0>>.

packets(Length) ->
    <<2, 1:32, Length:32, 0:32, Length:32, Length:32, 0:64, 1:16, 0:16, 0, 0, 0:Length/unit:8>>.

%% Writes the program: frames in turn, one that is repeated without end, and a wait for go/1.
worker(Config, Steps) ->
    Priv = ?config(priv, Config),
    Numbered = lists:enumerate(Steps),
    _ = file:delete(filename:join(Priv, "go")),
    Program = filename:join(Priv, "wirebeam-port"),
    ok = file:write_file(Program, ["#!/bin/sh\nexec 2>/dev/null\ncd '", Priv, "'\n",
                                   [step(Priv, N, Step) || {N, Step} <- Numbered],
                                   "exec cat > all-commands\n"]),
    ok = file:change_mode(Program, 8#755).

%% Not before it is written to: to write to one that is gone is an error of its own (epipe).
step(_Priv, _N, exit) ->
    "head -c 1 > first-byte\nexit 7\n";
step(_Priv, _N, wait) ->
    "until [ -e go ]; do sleep 0.01; done\n";
step(_Priv, _N, zeroes) ->
    "cat /dev/zero\n";
step(Priv, N, {bytes, Frames}) ->
    ["dd bs=1 if=", step_file(Priv, N, [framed(Frame) || Frame <- Frames]), "\n"];
step(Priv, N, {at_once, Frames}) ->
    ["cat ", step_file(Priv, N, [framed(Frame) || Frame <- Frames]), "\n"];
step(Priv, N, {raw, Bytes}) ->
    ["cat ", step_file(Priv, N, Bytes), "\n"];
step(Priv, N, {repeat, Frame}) ->
    ["while :; do cat ", step_file(Priv, N, framed(Frame)), " || exit; done\n"];
step(Priv, N, Frame) ->
    step(Priv, N, {raw, framed(Frame)}).

framed(Frame) -> <<(byte_size(Frame)):32, Frame/binary>>.

step_file(Priv, N, Bytes) ->
    Name = integer_to_list(N),
    ok = file:write_file(filename:join(Priv, Name), Bytes),
    Name.

go(Config) ->
    ok = file:write_file(filename:join(?config(priv, Config), "go"), <<>>).
