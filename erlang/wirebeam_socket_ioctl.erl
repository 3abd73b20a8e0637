%% SPDX-License-Identifier: ISC
%% @private The structures of the requests of ioctl(2) that {@link wirebeam_socket:ioctl/3} knows
%% by name: terms to bytes and back, as Linux has them. What is no argument of a request raises
%% badarg. Sizes are checked again where they matter (erlang/native/socket_option_linux.c).
-module(wirebeam_socket_ioctl).

-export([encode/2, decode/2]).

-define(NAME_BYTES, 16).
-define(AF_INET, 2).
-define(ASKS_ADDRESS(Request), Request =:= siocgifaddr; Request =:= siocgifdstaddr;
        Request =:= siocgifbrdaddr; Request =:= siocgifnetmask).
-define(GIVES_ADDRESS(Request), Request =:= siocsifaddr; Request =:= siocsifdstaddr;
        Request =:= siocsifbrdaddr; Request =:= siocsifnetmask).
-define(ASKS_NUMBER(Request), Request =:= siocgifmtu; Request =:= siocgifmetric;
        Request =:= siocgiftxqlen).
-define(GIVES_NUMBER(Request), Request =:= siocsifmtu; Request =:= siocsiftxqlen).
-define(ASKS(Request), Request =:= siocgifindex; Request =:= siocgifflags;
        Request =:= siocgifhwaddr; Request =:= siocgifmap; ?ASKS_ADDRESS(Request);
        ?ASKS_NUMBER(Request)).
-define(IS_MAC(Request), Request =:= siocaddmulti; Request =:= siocdelmulti).
-define(IS_ASKED_INT(Request), Request =:= fionread; Request =:= siocoutq;
        Request =:= tungetfeatures; Request =:= tungetsndbuf).
-define(IS_GIVEN_INT(Request), Request =:= tunsetsndbuf; Request =:= tunsetowner;
        Request =:= tunsetgroup; Request =:= tunsetlink).

%% --- to the system ----------------------------------------------------------------------

-spec encode(atom(), term()) -> binary().
encode(Request, Name) when ?ASKS(Request) -> ifreq(Name, <<>>);
encode(siocgifname, Index) -> ifreq(<<>>, int(Index));
encode(siocsifname, {Name, New}) -> ifreq(Name, name(New));
encode(siocsifflags, {Name, Flags}) -> ifreq(Name, short(flags(Flags, interface_flags())));
encode(siocsifhwaddr, {Name, {Type, <<Mac:6/binary>>}}) -> ifreq(Name, [short(Type), Mac]);
encode(Request, {Name, <<Mac:6/binary>>}) when ?IS_MAC(Request) -> ifreq(Name, [short(0), Mac]);
encode(Request, {Name, Address}) when ?GIVES_ADDRESS(Request) -> ifreq(Name, sockaddr(Address));
encode(Request, {Name, Number}) when ?GIVES_NUMBER(Request) -> ifreq(Name, int(Number));
encode(Request, none) when ?IS_ASKED_INT(Request) -> int(0);
encode(tungetiff, none) -> ifreq(<<>>, <<>>);
encode(tunsetiff, {Name, Flags}) -> ifreq(Name, short(flags(Flags, device_flags())));
encode(tunsetqueue, Flags) -> ifreq(<<>>, short(flags(Flags, device_flags())));
encode(tunsetpersist, true) -> int(1);
encode(tunsetpersist, false) -> int(0);
encode(Request, Number) when ?IS_GIVEN_INT(Request) -> int(Number);
encode(_Request, _Argument) -> error(badarg).

%% struct ifreq: a name, and a union of which the largest is struct ifmap.
ifreq(Name, Value) ->
    Bytes = iolist_to_binary([name(Name), Value]),
    Size = ?NAME_BYTES + 8 + 2 * erlang:system_info(wordsize),
    <<Bytes/binary, 0:(Size - byte_size(Bytes))/unit:8>>.

name(Name) ->
    case unicode:characters_to_binary(Name) of
        Text when is_binary(Text), byte_size(Text) < ?NAME_BYTES ->
            binary:match(Text, <<0>>) =:= nomatch orelse error(badarg),
            <<Text/binary, 0:(?NAME_BYTES - byte_size(Text))/unit:8>>;
        _ ->
            error(badarg)
    end.

int(Number) when is_integer(Number), Number >= -16#80000000, Number =< 16#ffffffff ->
    <<Number:32/native>>;
int(_) ->
    error(badarg).

short(Number) when is_integer(Number), Number >= 0, Number =< 16#ffff -> <<Number:16/native>>;
short(_) -> error(badarg).

sockaddr({A, B, C, D})
  when (A bor B bor C bor D) band (bnot 16#ff) =:= 0 ->
    <<?AF_INET:16/native, 0:16, A, B, C, D, 0:64>>;
sockaddr(_) ->
    error(badarg).

flags(Flags, Known) when is_list(Flags) ->
    lists:foldl(fun(Flag, Bits) -> Bits bor bit(Flag, Known) end, 0, Flags);
flags(_, _) ->
    error(badarg).

bit(Flag, Known) ->
    case lists:keyfind(Flag, 1, Known) of
        {_, Bit} -> Bit;
        false -> error(badarg)
    end.

%% --- and back ---------------------------------------------------------------------------

%% What the system answered; ok where it has no more to say.
-spec decode(atom(), binary()) -> ok | {ok, term()}.
decode(siocgifindex, <<_:?NAME_BYTES/binary, Index:32/native, _/binary>>) ->
    {ok, Index};
decode(siocgifname, <<Name:?NAME_BYTES/binary, _/binary>>) ->
    {ok, until_nul(Name)};
decode(siocgifflags, <<_:?NAME_BYTES/binary, Flags:16/native, _/binary>>) ->
    {ok, words(Flags, interface_flags())};
decode(siocgifhwaddr, <<_:?NAME_BYTES/binary, Type:16/native, Mac:6/binary, _/binary>>) ->
    {ok, {Type, Mac}};
decode(siocgifmap, <<_:?NAME_BYTES/binary, Map/binary>>) ->
    Word = erlang:system_info(wordsize),
    <<Start:Word/unit:8-native, End:Word/unit:8-native, Base:16/native, Irq, Dma, Port,
      _/binary>> = Map,
    {ok, #{mem_start => Start, mem_end => End, base_addr => Base, irq => Irq, dma => Dma,
           port => Port}};
decode(Request, Bytes) when Request =:= tunsetiff; Request =:= tungetiff ->
    <<Name:?NAME_BYTES/binary, Flags:16/native, _/binary>> = Bytes,
    {ok, {until_nul(Name), words(Flags, device_flags())}};
decode(tungetfeatures, <<Flags:32/native>>) ->
    {ok, words(Flags, device_flags())};
decode(Request, <<Number:32/native-signed>>) when ?IS_ASKED_INT(Request) ->
    {ok, Number};
decode(Request, <<_:?NAME_BYTES/binary, _:32, A, B, C, D, _/binary>>)
  when ?ASKS_ADDRESS(Request) ->
    {ok, {A, B, C, D}};
decode(Request, <<_:?NAME_BYTES/binary, Number:32/native-signed, _/binary>>)
  when ?ASKS_NUMBER(Request) ->
    {ok, Number};
decode(_Request, _Bytes) ->
    ok.

until_nul(Bytes) ->
    hd(binary:split(Bytes, <<0>>)).

words(Bits, Known) ->
    [Word || {Word, Bit} <- Known, Bits band Bit =/= 0].

%% netdevice(7)
interface_flags() ->
    [{up, 16#1}, {broadcast, 16#2}, {debug, 16#4}, {loopback, 16#8}, {pointtopoint, 16#10},
     {notrailers, 16#20}, {running, 16#40}, {noarp, 16#80}, {promisc, 16#100},
     {allmulti, 16#200}, {master, 16#400}, {slave, 16#800}, {multicast, 16#1000},
     {portsel, 16#2000}, {automedia, 16#4000}, {dynamic, 16#8000}].

device_flags() ->
    [{tun, 16#1}, {tap, 16#2}, {napi, 16#10}, {napi_frags, 16#20}, {multi_queue, 16#100},
     {attach_queue, 16#200}, {detach_queue, 16#400}, {persist, 16#800}, {no_pi, 16#1000},
     {one_queue, 16#2000}, {vnet_hdr, 16#4000}, {tun_excl, 16#8000}].
