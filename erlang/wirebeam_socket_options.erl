%% SPDX-License-Identifier: ISC
%% @private The options of a socket: each key checked by a clause, and whether it is one of the
%% socket's kind. What is wrong raises badarg with the key and its value.
-module(wirebeam_socket_options).

-export([check/1, check_setopts/1, check_configuration/1, check_from_fd/1, namespace/1]).

-define(ACTIVE_MAX, 32767).
-define(INT_MAX, 16#7fffffff).
-define(SNAPLEN_MAX, 262144).
-define(INSTRUCTIONS_MAX, 4096).

%% What open/1 was given, complete: every key that has a default is there.
-spec check(term()) -> map().
check(Options) when is_map(Options) ->
    Kind = maps:get(kind, Options, packet),
    Defaults = defaults(Kind),
    maps:foreach(fun(Key, Value) ->
                         lists:member(Key, keys(Kind)) orelse wrong(Key, Value),
                         check(Key, Value),
                         check(Kind, Key, Value)
                 end, Options),
    maps:merge(Defaults, Options);
check(Options) ->
    error({badarg, Options}).

-spec check_setopts(term()) -> map().
check_setopts(Options) ->
    check_some(Options, [active, promiscuous, direction, buffer_bytes, mark]).

-spec check_configuration(term()) -> map().
check_configuration(Options) ->
    check_some(Options, [address, destination, hardware_address, mtu, up]).

-spec check_from_fd(term()) -> map().
check_from_fd(Options) ->
    maps:merge(defaults(), check_some(Options, [active, snaplen])).

%% The path of the network namespace; an empty one is that of the VM.
-spec namespace(map()) -> binary().
namespace(#{namespace := Name}) ->
    Text = unicode:characters_to_binary(Name),
    case Text =:= <<>> orelse binary:match(Text, <<"/">>) =/= nomatch of
        true -> Text;
        false -> <<"/run/netns/", Text/binary>>
    end.

check_some(Options, Keys) when is_list(Options) ->
    check_some(try maps:from_list(Options) catch error:_ -> error({badarg, Options}) end, Keys);
check_some(Options, Keys) when is_map(Options) ->
    maps:foreach(fun(Key, Value) ->
                         lists:member(Key, Keys) orelse wrong(Key, Value),
                         check(Key, Value)
                 end, Options),
    Options;
check_some(Options, _Keys) ->
    error({badarg, Options}).

-spec wrong(term(), term()) -> no_return().
wrong(Key, Value) -> error({badarg, {Key, Value}}).

common() -> [kind, namespace, active, snaplen].

keys(packet) ->
    common() ++ [interface, type, protocol, promiscuous, direction, filter, lock_filter,
                 buffer_bytes, mark];
keys(Kind) when Kind =:= tun; Kind =:= tap ->
    common() ++ [name, no_pi, address, destination, hardware_address, mtu, up];
keys(Kind) when Kind =:= inet; Kind =:= inet6 ->
    common() ++ [type, protocol, buffer_bytes, mark];
keys(Kind) ->
    wrong(kind, Kind).

%% A frame that is segmented later is longer than any MTU.
defaults(packet) -> (defaults())#{kind => packet, type => raw, protocol => all};
defaults(Kind) when Kind =:= inet; Kind =:= inet6 -> (defaults())#{type => dgram, protocol => 0};
defaults(_) -> (defaults())#{name => <<>>, no_pi => true}.

defaults() -> #{namespace => <<>>, active => false, snaplen => 65600}.

check(kind, Kind) when is_atom(Kind) -> ok;
check(namespace, Value) -> is_text(Value, 4000) orelse wrong(namespace, Value);
check(active, Value) when is_boolean(Value); Value =:= once -> ok;
check(active, N) when is_integer(N), N > 0, N =< ?ACTIVE_MAX -> ok;
check(snaplen, N) when is_integer(N), N > 0, N =< ?SNAPLEN_MAX -> ok;
check(interface, any) -> ok;
check(interface, Value) -> is_text(Value, 16) orelse wrong(interface, Value);
check(name, Value) -> is_text(Value, 16) orelse wrong(name, Value);
check(type, Value) when Value =:= raw; Value =:= dgram; Value =:= stream -> ok;
check(protocol, all) -> ok;
check(protocol, N) when is_integer(N), N >= 0, N =< 16#ffff -> ok;
check(direction, Value) when Value =:= in; Value =:= inout -> ok;
check(filter, Value) -> is_filter(Value) orelse wrong(filter, Value);
check(buffer_bytes, N) when is_integer(N), N > 0, N =< ?INT_MAX -> ok;
check(mark, N) when is_integer(N), N >= 0, N =< ?INT_MAX -> ok;
check(address, {Address, Length}) when is_integer(Length), Length >= 0, Length =< 32 ->
    inet:is_ipv4_address(Address) orelse wrong(address, {Address, Length});
check(destination, Value) -> inet:is_ipv4_address(Value) orelse wrong(destination, Value);
check(hardware_address, <<_:6/binary>>) -> ok;
check(mtu, N) when is_integer(N), N > 0, N =< ?INT_MAX -> ok;
check(Key, Value) when Key =:= promiscuous; Key =:= lock_filter; Key =:= no_pi; Key =:= up ->
    is_boolean(Value) orelse wrong(Key, Value);
check(Key, Value) -> wrong(Key, Value).

%% What another kind may have.
check(packet, type, stream) -> wrong(type, stream);
check(Kind, protocol, Value)
  when Kind =/= packet, not (is_integer(Value) andalso Value =< 255) -> wrong(protocol, Value);
check(_Kind, _Key, _Value) -> ok.

%% A string or a binary that is not empty and that C can hold, below a number of bytes.
is_text(Value, Below) when is_binary(Value); is_list(Value) ->
    try unicode:characters_to_binary(Value) of
        Text -> is_binary(Text) andalso Text =/= <<>> andalso byte_size(Text) < Below
                    andalso binary:match(Text, <<0>>) =:= nomatch
    catch
        error:_ -> false
    end;
is_text(_Value, _Below) ->
    false.

%% An expression, or instructions.
is_filter([Instruction | _] = Instructions) when is_tuple(Instruction) ->
    are_instructions(Instructions, 0);
is_filter(Value) ->
    is_text(Value, 1 bsl 20).

are_instructions([{Code, Jt, Jf, K} | Others], Count)
  when is_integer(Code), Code >= 0, Code =< 16#ffff, is_integer(Jt), Jt >= 0, Jt =< 255,
       is_integer(Jf), Jf >= 0, Jf =< 255, is_integer(K), K >= 0, K =< 16#ffffffff,
       Count < ?INSTRUCTIONS_MAX ->
    are_instructions(Others, Count + 1);
are_instructions(End, _Count) ->
    End =:= [].
