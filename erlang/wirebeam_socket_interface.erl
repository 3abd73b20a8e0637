%% SPDX-License-Identifier: ISC
%% @private What a socket is bound to: its name, the interface, which is asked and set up by
%% ioctl.
-module(wirebeam_socket_interface).

-export([ioctl/3, configure/2, name/1, bound/1, link_type/1, link_type/3]).

-type socket() :: wirebeam_socket_nif:socket().

-define(ETHERNET, 1). % LINKTYPE_ETHERNET
-define(RAW_IP, 101). % LINKTYPE_RAW

%% --- ioctl ------------------------------------------------------------------------------

-spec ioctl(socket(), atom() | non_neg_integer(), term()) -> ok | {ok, term()} | {error, term()}.
ioctl(Socket, Request, Argument) when is_atom(Request) ->
    Structure = wirebeam_socket_ioctl:encode(Request, Argument),
    case wirebeam_socket_nif:ioctl(Socket, Request, Structure) of
        {ok, Bytes} -> wirebeam_socket_ioctl:decode(Request, Bytes);
        Error -> Error
    end;
ioctl(Socket, Request, Structure) ->
    wirebeam_socket_nif:ioctl(Socket, Request, Structure).

%% An interface is up at last, so that nobody sees it half set up.
-spec configure(socket(), map()) -> ok | {error, term()}.
configure(Socket, Options) ->
    case name(Socket) of
        {ok, #{interface := Name}} when is_binary(Name) ->
            configure(Socket, Name, [{Key, maps:get(Key, Options)}
                                     || Key <- [hardware_address, mtu, address, destination, up],
                                        is_map_key(Key, Options)]);
        {ok, _} ->
            {error, enodev};
        Error ->
            Error
    end.

configure(_Socket, _Name, []) ->
    ok;
configure(Socket, Name, [{Key, Value} | Others]) ->
    case set(Socket, Name, Key, Value) of
        ok -> configure(Socket, Name, Others);
        Error -> Error
    end.

set(Socket, Name, address, {Address, Length}) ->
    <<A, B, C, D>> = <<(16#ffffffff bsl (32 - Length)):32>>,
    case ioctl(Socket, siocsifaddr, {Name, Address}) of
        ok -> ioctl(Socket, siocsifnetmask, {Name, {A, B, C, D}});
        Error -> Error
    end;
set(Socket, Name, destination, Address) ->
    ioctl(Socket, siocsifdstaddr, {Name, Address});
set(Socket, Name, hardware_address, Mac) ->
    ioctl(Socket, siocsifhwaddr, {Name, {1, Mac}});
set(Socket, Name, mtu, Mtu) ->
    ioctl(Socket, siocsifmtu, {Name, Mtu});
set(Socket, Name, up, IsUp) ->
    case ioctl(Socket, siocgifflags, Name) of
        {ok, Flags} -> ioctl(Socket, siocsifflags, {Name, [up || IsUp] ++ (Flags -- [up])});
        Error -> Error
    end.

%% --- names ------------------------------------------------------------------------------

-spec name(socket()) -> {ok, map()} | {error, term()}.
name(Socket) ->
    case wirebeam_socket_nif:name(Socket) of
        {ok, {device, _}} -> device_name(Socket);
        {ok, {Type, Bytes}} -> name(Socket, Bytes, #{type => Type});
        Error -> Error
    end.

device_name(Socket) ->
    case ioctl(Socket, tungetiff, none) of
        {ok, {Name, Flags}} -> {ok, #{family => device, interface => Name, flags => Flags}};
        Error -> Error
    end.

%% Numbers of Linux. A BPF device has no name to ask for.
name(Socket, <<17:16/native, Protocol:16, Index:32/native, Type:16/native, _, Length,
               Mac:Length/binary, _/binary>>, Name) ->
    {ok, Name#{family => packet, interface => interface(Socket, Index), index => Index,
               protocol => Protocol, hardware_type => Type, address => Mac}};
name(_Socket, <<2:16/native, Port:16, A, B, C, D, _/binary>>, Name) ->
    {ok, Name#{family => inet, address => {A, B, C, D}, port => Port}};
name(_Socket, <<10:16/native, Port:16, _:32, Address:16/binary, _/binary>>, Name) ->
    {ok, Name#{family => inet6, port => Port,
               address => list_to_tuple([Part || <<Part:16>> <= Address])}};
name(_Socket, <<Family:16/native, _/binary>>, Name) ->
    {ok, Name#{family => Family}};
name(_Socket, _Bytes, _Name) ->
    {error, enotsup}.

interface(_Socket, 0) -> any;
interface(Socket, Index) ->
    case ioctl(Socket, siocgifname, Index) of
        {ok, Name} -> Name;
        {error, _} -> any % it is gone
    end.

%% The number of the interface.
-spec bound(socket()) -> {ok, pos_integer()} | {error, term()}.
bound(Socket) ->
    case name(Socket) of
        {ok, #{index := Index}} when Index > 0 -> {ok, Index};
        {ok, _} -> {error, enodev};
        Error -> Error
    end.

%% --- link types -------------------------------------------------------------------------

%% Of the packets that a filter sees, by the name of a socket.
-spec link_type(map()) -> {ok, 0..16#ffff} | {error, term()}.
link_type(#{family := packet, type := raw, hardware_type := Type}) -> link_type_of(Type);
link_type(_) -> {ok, ?RAW_IP}.

%% Of a number of ARPHRD: Ethernet, loopback, none such as of any; TUN, raw IP.
link_type_of(Type) when Type =:= 0; Type =:= 1; Type =:= 772 -> {ok, ?ETHERNET};
link_type_of(Type) when Type =:= 16#fffe; Type =:= 519 -> {ok, ?RAW_IP};
link_type_of(Type) -> {error, {hardware_type, Type}}.

%% The same of a packet socket that is not bound yet.
-spec link_type(socket(), raw | dgram, string() | binary() | any) ->
          {ok, 0..16#ffff} | {error, term()}.
link_type(_Socket, dgram, _Interface) -> {ok, ?RAW_IP};
link_type(_Socket, raw, any) -> {ok, ?ETHERNET};
link_type(Socket, raw, Interface) ->
    case ioctl(Socket, siocgifhwaddr, Interface) of
        {ok, {Type, _}} -> link_type_of(Type);
        {error, enotsup} -> {ok, ?ETHERNET}; % of another system
        Error -> Error
    end.
