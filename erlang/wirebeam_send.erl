%% SPDX-License-Identifier: ISC
%% @private Packets of the owner's on their way to the worker: any number of them, in commands of
%% a bounded size, one after the other, and what became of each.
-module(wirebeam_send).

-export([all/3, check/2]).

-define(PACKET_MAX, 262144).  % bytes
-define(COMMAND_PACKETS, 8192).
-define(COMMAND_BYTES, 1 bsl 19).

-type failure() :: {Place :: pos_integer(), reason()}.
-type reason() :: timeout | eagain | enobufs | emsgsize | enetdown | enetunreach | ehostunreach
                | enodev | enxio | eperm | eacces | einval | enomem | eafnosupport | eprotonosupport
                | eaddrnotavail | eio | binary().
-export_type([failure/0, reason/0]).

%% Are these packets to be sent, and is this a timeout? A list that is none is told as a whole.
-spec check(term(), term()) -> ok.
check(Packets, infinity) -> check(Packets);
check(Packets, Timeout) when is_integer(Timeout), Timeout >= 0 -> check(Packets);
check(_Packets, Timeout) -> error({badarg, {timeout, Timeout}}).

check([Packet | Packets])
  when is_binary(Packet), byte_size(Packet) > 0, byte_size(Packet) =< ?PACKET_MAX ->
    check(Packets);
check([]) -> ok;
check([Packet | _]) -> error({badarg, {packet, Packet}});
check(Packets) -> error({badarg, {packets, Packets}}).

%% Sends them. What is not sent when the time is over has failed by it.
-spec all(wirebeam:capture(), [binary()], timeout()) ->
          ok | {error, {failed, [failure(), ...]} | term()}.
all(Capture, Packets, Timeout) ->
    all(Capture, Packets, 0, until(Timeout), []).

all(_Capture, [], _Before, _Until, []) ->
    ok;
all(_Capture, [], _Before, _Until, Failed) ->
    {error, {failed, lists:append(lists:reverse(Failed))}};
all(Capture, Packets, Before, Until, Failed) ->
    {Count, Lengths, Data, Left} = command(Packets),
    case wirebeam_capture:send(Capture, {Count, Lengths, Data}, left(Until)) of
        {ok, []} ->
            all(Capture, Left, Before + Count, Until, Failed);
        {ok, Failures} ->
            Here = [{Before + Index + 1, reason(Name)} || {Index, Name} <- Failures],
            all(Capture, Left, Before + Count, Until, [Here | Failed]);
        Error ->
            Error
    end.

%% As many packets as a command takes.
command(Packets) ->
    command(Packets, 0, <<>>, <<>>).

command([Packet | Packets], Count, Lengths, Data)
  when Count < ?COMMAND_PACKETS, byte_size(Data) < ?COMMAND_BYTES ->
    command(Packets, Count + 1, <<Lengths/binary, (byte_size(Packet)):32>>,
            <<Data/binary, Packet/binary>>);
command(Packets, Count, Lengths, Data) ->
    {Count, Lengths, Data, Packets}.

until(infinity) -> infinity;
until(Timeout) -> erlang:monotonic_time(millisecond) + Timeout.

left(infinity) -> infinity;
left(Until) -> max(0, Until - erlang:monotonic_time(millisecond)).

%% The names are those of erlang/native/sending.c; of others no atom is made.
reason(<<"etimedout">>) -> timeout;
reason(<<"eagain">>) -> eagain;
reason(<<"enobufs">>) -> enobufs;
reason(<<"emsgsize">>) -> emsgsize;
reason(<<"enetdown">>) -> enetdown;
reason(<<"enetunreach">>) -> enetunreach;
reason(<<"ehostunreach">>) -> ehostunreach;
reason(<<"enodev">>) -> enodev;
reason(<<"enxio">>) -> enxio;
reason(<<"eperm">>) -> eperm;
reason(<<"eacces">>) -> eacces;
reason(<<"einval">>) -> einval;
reason(<<"enomem">>) -> enomem;
reason(<<"eafnosupport">>) -> eafnosupport;
reason(<<"eprotonosupport">>) -> eprotonosupport;
reason(<<"eaddrnotavail">>) -> eaddrnotavail;
reason(<<"eio">>) -> eio;
reason(Other) -> Other.
