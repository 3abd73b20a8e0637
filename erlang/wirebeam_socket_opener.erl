%% SPDX-License-Identifier: ISC
%% @private Asks wirebeam-open(8), a program that has rights, for what the VM may not open. What
%% it gives has its filter in force, or is the device that was named.
-module(wirebeam_socket_opener).

-export([open/2]).

-type socket() :: wirebeam_socket_nif:socket().

-define(ICMP, 1).
-define(ICMP6, 58).
-define(RAW, 255).

%% none: it is not installed, or opens nothing of the kind.
-spec open(packet | tun | tap | inet | inet6, map()) -> {ok, socket()} | none | {error, term()}.
open(packet, #{filter := Filter} = Options) ->
    case wirebeam_socket_filter:program(Filter, link_type(Filter, Options)) of
        {ok, Program} -> ask(packet, Options, Program);
        Error -> Error
    end;
open(packet, #{protocol := 0, interface := Interface} = Options) when Interface =/= any ->
    ask(inject, Options, <<>>);
open(packet, Options) ->
    ask(packet, Options, <<>>);
open(Kind, #{name := Name, no_pi := true, namespace := <<>>} = Options)
  when Kind =:= tun, Name =/= <<>>; Kind =:= tap, Name =/= <<>> ->
    ask(tun, Options, <<>>);
open(inet, #{type := raw, protocol := ?RAW} = Options) -> ask(ip4, Options, <<>>);
open(inet6, #{type := raw, protocol := ?RAW} = Options) -> ask(ip6, Options, <<>>);
open(inet, #{type := raw, protocol := ?ICMP} = Options) -> ask(icmp4, Options, <<>>);
open(inet6, #{type := raw, protocol := ?ICMP6} = Options) -> ask(icmp6, Options, <<>>);
open(_Kind, _Options) -> none.

ask(Verb, #{snaplen := Snaplen} = Options, Program) ->
    Namespace = wirebeam_socket_options:namespace(Options),
    case wirebeam_socket_nif:ask(Verb, device(Options), variant(Options), Namespace, Program,
                                 Snaplen) of
        {error, {unsupported, _}} -> none;
        {error, {not_found, _}} -> {error, enodev};
        {error, {permission, Text}} -> {error, {eperm, Text}};
        Answer -> Answer
    end.

device(#{name := Name}) -> unicode:characters_to_binary(Name);
device(#{interface := Interface}) when Interface =/= any -> unicode:characters_to_binary(Interface);
device(_Options) -> <<"any">>.

variant(#{kind := tap}) -> tap;
variant(#{kind := packet, type := dgram}) -> cooked;
variant(_Options) -> plain.

%% What has a link type is asked by a socket of its namespace.
link_type([Instruction | _], _Options) when is_tuple(Instruction) ->
    {error, none};
link_type(_Expression, #{type := Type} = Options) ->
    Interface = maps:get(interface, Options, any),
    case look_by(Options) of
        {ok, Socket} ->
            LinkType = wirebeam_socket_interface:link_type(Socket, Type, Interface),
            ok = wirebeam_socket_nif:close(Socket),
            LinkType;
        none -> {error, eperm};
        Error -> Error
    end.

look_by(#{namespace := <<>>}) -> wirebeam_socket_nif:open(inet, dgram, 0, <<>>, 1);
look_by(Options) -> ask(packet, Options, <<>>).
