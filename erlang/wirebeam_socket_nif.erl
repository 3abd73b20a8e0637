%% SPDX-License-Identifier: ISC
%% @private The functions of erlang/native/socket_nif.c, which says what each answers. Whatever
%% the arguments, they answer or raise badarg; `not_loaded' is raised where the library was not
%% built.
-module(wirebeam_socket_nif).

-export([open/5, ask/6, adopt/2, release/1, close_released/1, close/1, is_closed/1, owner/1,
         set_owner/2, set_pump/2, recv/1, send/2, cancel/2, index/2, bind/3, set/4, filter/2, compile/3, name/1,
         counters/1, ioctl/3]).
-nifs([open/5, ask/6, adopt/2, release/1, close_released/1, close/1, is_closed/1, owner/1,
       set_owner/2, set_pump/2, recv/1, send/2, cancel/2, index/2, bind/3, set/4, filter/2, compile/3, name/1,
       counters/1, ioctl/3]).
-on_load(load/0).

-type socket() :: reference().
-type error() :: {error, atom() | pos_integer()}.
-type address() :: {Protocol :: 0..16#ffff, Mac :: binary()}.
-type packet() :: binary() | {address(), binary()}.
-export_type([socket/0, error/0, address/0, packet/0]).

-spec load() -> ok | {error, term()}.
load() ->
    Path = filename:join(code:priv_dir(wirebeam), "wirebeam_socket"),
    case erlang:load_nif(Path, 0) of
        ok ->
            ok;
        {error, Reason} ->
            case filelib:is_regular(Path ++ ".so") of
                true -> {error, Reason};
                false -> ok
            end
    end.

-spec open(packet | tun | inet | inet6, raw | dgram | stream, integer(), Namespace :: binary(),
           pos_integer()) -> {ok, socket()} | error().
open(_Kind, _Type, _Protocol, _Namespace, _Snaplen) -> erlang:nif_error(not_loaded).

-spec ask(packet | inject | ip4 | ip6 | icmp4 | icmp6 | tun, Interface :: binary(),
          plain | cooked | tap, Namespace :: binary(), Instructions :: binary(), pos_integer()) ->
          {ok, socket()} | error()
              | {error, {permission | not_found | filter | unsupported, binary()}}.
ask(_Verb, _Interface, _Variant, _Namespace, _Instructions, _Snaplen) ->
    erlang:nif_error(not_loaded).

-spec adopt(integer(), pos_integer()) -> {ok, socket()} | error().
adopt(_Descriptor, _Snaplen) -> erlang:nif_error(not_loaded).

-spec release(socket()) -> {ok, non_neg_integer()} | error().
release(_Socket) -> erlang:nif_error(not_loaded).

-spec close_released(integer()) -> ok | error().
close_released(_Descriptor) -> erlang:nif_error(not_loaded).

-spec close(socket()) -> ok.
close(_Socket) -> erlang:nif_error(not_loaded).

-spec is_closed(socket()) -> boolean().
is_closed(_Socket) -> erlang:nif_error(not_loaded).

-spec owner(socket()) -> {pid(), pid() | none}.
owner(_Socket) -> erlang:nif_error(not_loaded).

-spec set_owner(socket(), pid()) -> ok | error().
set_owner(_Socket, _Owner) -> erlang:nif_error(not_loaded).

-spec set_pump(socket(), pid() | none) -> ok.
set_pump(_Socket, _Pump) -> erlang:nif_error(not_loaded).

-spec recv(socket()) -> {ok, [packet(), ...]} | wait | error().
recv(_Socket) -> erlang:nif_error(not_loaded).

-spec send(socket(), [packet()]) ->
          {non_neg_integer(), ok | wait | busy | {short, non_neg_integer()} | error()}.
send(_Socket, _Packets) -> erlang:nif_error(not_loaded).

-spec cancel(socket(), read | write) -> ok.
cancel(_Socket, _Direction) -> erlang:nif_error(not_loaded).

-spec index(socket(), binary()) -> {ok, non_neg_integer()} | error().
index(_Socket, _Name) -> erlang:nif_error(not_loaded).

-spec bind(socket(), non_neg_integer(), 0..16#ffff) -> ok | error().
bind(_Socket, _Index, _Protocol) -> erlang:nif_error(not_loaded).

-spec set(socket(), promiscuous | incoming | buffer_bytes | lock_filter | mark, integer(),
          integer()) -> ok | error().
set(_Socket, _Option, _Value, _Index) -> erlang:nif_error(not_loaded).

-spec filter(socket(), binary()) -> ok | error().
filter(_Socket, _Instructions) -> erlang:nif_error(not_loaded).

-spec compile(binary(), 0..16#ffff, pos_integer()) ->
          {ok, binary()} | {error, {filter, binary()} | enomem}.
compile(_Expression, _LinkType, _Snaplen) -> erlang:nif_error(not_loaded).

-spec name(socket()) ->
          {ok, {device | raw | dgram | stream | other, Sockaddr :: binary()}} | error().
name(_Socket) -> erlang:nif_error(not_loaded).

-spec counters(socket()) -> {Received, Bytes, Truncated, Dropped, Sent, Bytes} | error()
              when Received :: non_neg_integer(), Truncated :: non_neg_integer(),
                   Dropped :: non_neg_integer(), Sent :: non_neg_integer(),
                   Bytes :: non_neg_integer().
counters(_Socket) -> erlang:nif_error(not_loaded).

-spec ioctl(socket(), atom() | non_neg_integer(), binary()) -> {ok, binary()} | error().
ioctl(_Socket, _Request, _Structure) -> erlang:nif_error(not_loaded).
