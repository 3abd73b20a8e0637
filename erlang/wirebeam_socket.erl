%% SPDX-License-Identifier: ISC
%% @doc Raw sockets and devices that the `socket' of OTP does not have: frames of an interface,
%% with filters in the kernel, TUN and TAP devices, ioctl, sockets of other network namespaces.
%%
%% ```
%% {ok, S} = wirebeam_socket:open(#{interface => "eth0", filter => "icmp", active => once}),
%% receive {wirebeam_socket, S, {packets, Frames}} -> Frames end,
%% ok = wirebeam_socket:send(S, wirebeam_packet:encode(Layers)).
%% '''
%%
%% A socket belongs to its owner, at first the process that opened it. It is closed by
%% {@link close/1}, with the death of its owner, or, where it is not active, when no process has
%% it any more. It is for processes of this node. The owner alone receives and sets; any process
%% may send, close and ask. `{error, closed}': the socket is closed; `{error, not_owner}': the
%% caller is not its owner; other reasons are those of the system, as in {@link inet:posix()}.
%% What is no argument of a function raises badarg, and does nothing else.
%%
%% The owner gets messages as its active mode has it, as with {@link gen_tcp}:
%%
%% <ul>
%% <li>`{wirebeam_socket, S, {packets, Packets}}': what came, at least one, in order.</li>
%% <li>`{wirebeam_socket_passive, S}': the last of the messages that `{active, N}' asked for is
%%     sent.</li>
%% <li>`{wirebeam_socket_closed, S, Reason}': the active socket has ended, by itself or by another
%%     process (`closed'). `enetdown': the interface went down; `eof': the other side of a stream
%%     has ended it; `unloaded': the module of the NIF was deleted and purged, not exchanged.</li>
%% </ul>
%%
%% A packet is a binary: a frame with its link header, and its VLAN tag where it had one. Of a
%% packet socket of type `dgram' it is `{{Protocol, Mac}, Binary}', without the header, with what
%% was in it. A socket does not receive what it sends itself. Received packets are parts of larger
%% binaries: `binary:copy/1' what is kept.
%%
%% No function keeps a scheduler for long: what waits, waits as a message does; opening, compiling
%% and ioctl run on dirty schedulers.
-module(wirebeam_socket).

-export([open/1, close/1, send/2, send/3, recv/1, recv/2, setopts/2, set_filter/2, lock_filter/1,
         controlling_process/2, ioctl/3, configure/2, sockname/1, info/1,
         from_fd/1, from_fd/2, to_fd/1, close_fd/1]).

-opaque socket() :: wirebeam_socket_nif:socket().

-type active() :: boolean() | once | 1..32767.
%% Who asks for packets: `false': the owner, with recv/1,2; `true': nobody, they come as they are
%% there; `once', N: one or N messages come, and then none until it is set again. A number is
%% added to what is left of one set before.

-type packet() :: iodata() | {address(), iodata()}.
-type address() :: {Protocol :: 0..16#ffff, Mac :: binary()}.
%% An Ethertype, and the link address of whom it comes from or goes to.

-type instruction() :: {Code :: 0..16#ffff, JumpTrue :: byte(), JumpFalse :: byte(),
                        K :: 0..16#ffffffff}.
%% Of classic BPF, as `tcpdump -dd' prints it.

-type filter() :: string() | binary() | [instruction(), ...].
%% A program, or an expression, see pcap-filter(7). An expression is about Ethernet frames, or
%% about IP packets where the interface has no link header or the socket is of type `dgram'. It
%% does not see VLAN tags, which the kernel keeps beside a frame; instructions can.

-type options() ::
        #{kind => packet | tun | tap | inet | inet6,
          namespace => string() | binary(),
          active => active(),
          snaplen => 1..262144,
          interface => string() | binary() | any,
          type => raw | dgram | stream,
          protocol => 0..16#ffff | all,
          filter => filter(),
          lock_filter => boolean(),
          promiscuous => boolean(),
          direction => in | inout,
          buffer_bytes => pos_integer(),
          mark => non_neg_integer(),
          name => string() | binary(),
          no_pi => boolean(),
          address => {inet:ip4_address(), PrefixLength :: 0..32},
          destination => inet:ip4_address(),
          hardware_address => <<_:48>>,
          mtu => pos_integer(),
          up => boolean()}.
%% <dl>
%% <dt>`kind'</dt><dd>`packet', the default: frames of an interface (AF_PACKET; on a BSD a BPF
%%     device). `tun', `tap': a device whose packets, or frames, this socket reads and writes.
%%     `inet', `inet6': a socket of that family, to be handed to gen_udp and the like, see {@link
%%     to_fd/1}</dd>
%% <dt>`namespace'</dt><dd>the network namespace to open it in: a name, as of ip-netns(8), or a
%%     path with a slash, such as `/proc/PID/ns/net'</dd>
%% <dt>`active'</dt><dd>see {@link active()}; `false'</dd>
%% <dt>`snaplen'</dt><dd>bytes kept of a packet that is received; 65600. A longer one is counted
%%     as `truncated', see {@link info/1}</dd>
%% <dt>`buffer_bytes'</dt><dd>of memory for packets that wait in the kernel, which counts more
%%     than their bytes</dd>
%% <dt>`mark'</dt><dd>of what is sent, for routing and packet filters (SO_MARK)</dd>
%% </dl>
%% Of kind `packet':
%% <dl>
%% <dt>`interface'</dt><dd>to receive from and send to; `any', the default, only receives</dd>
%% <dt>`type'</dt><dd>`raw', the default, or `dgram': the kernel takes link headers off and puts
%%     them before</dd>
%% <dt>`protocol'</dt><dd>an Ethertype, the only one that is received, and only in packets that
%%     come in; `all', the default; 0: none is</dd>
%% <dt>`filter', `lock_filter'</dt><dd>in force before the first packet; locked, it can never be
%%     exchanged</dd>
%% <dt>`promiscuous'</dt><dd>takes frames for others, too; false</dd>
%% <dt>`direction'</dt><dd>`in': not those that are sent. `inout', the default, but on loopback,
%%     where each packet would come twice</dd>
%% </dl>
%% Of kinds `tun' and `tap' (the others are those of {@link configure/2}):
%% <dl>
%% <dt>`name'</dt><dd>of the interface; without one the system finds one, see {@link sockname/1}.
%%     The interface goes with the socket</dd>
%% <dt>`no_pi'</dt><dd>true, the default: a packet is just that. false: 4 bytes stand before it,
%%     flags and Ethertype</dd>
%% </dl>
%% Of kinds `inet' and `inet6': `type', `dgram', and `protocol', 0: the default of the type.

-export_type([socket/0, options/0, active/0, packet/0, address/0, filter/0, instruction/0]).

-define(ETH_P_ALL, 3).
-define(CLOSE_MS, 5000).

%% --- opening and closing ----------------------------------------------------------------

%% @doc Opens a socket that the caller owns. Raises `{badarg, {Key, Value}}' for an option that is
%% wrong.
%%
%% What the VM has no right to open, it asks wirebeam-open(8) for, where that is installed: packet
%% sockets (of `protocol' 0 and one interface, without a filter, one to send by, otherwise one to
%% capture by), raw sockets of the protocols 1 (`inet'), 58 (`inet6') and 255, and devices that are
%% named, with `no_pi' and in the VM's own namespace. `{eperm, Text}': it is not permitted, and the
%% text says what; `eperm': there is nobody to ask. A filter of a socket that was given is locked.
-spec open(options()) -> {ok, socket()} | {error, term()}.
open(Options) ->
    #{kind := Kind, active := Active} = Checked = wirebeam_socket_options:check(Options),
    case make(Kind, Checked) of
        {ok, Socket} -> prepared(Socket, prepare(Kind, Socket, Checked), Active);
        Error -> Error
    end.

make(Kind, Options) ->
    case make_itself(Kind, Options) of
        {error, Reason} when Reason =:= eperm; Reason =:= eacces ->
            case wirebeam_socket_opener:open(Kind, Options) of
                none -> {error, Reason};
                Answer -> Answer
            end;
        Answer ->
            Answer
    end.

make_itself(Kind, #{snaplen := Snaplen} = Options) ->
    {Domain, Type, Protocol} = domain(Kind, Options),
    Namespace = wirebeam_socket_options:namespace(Options),
    try wirebeam_socket_nif:open(Domain, Type, Protocol, Namespace, Snaplen) of
        {ok, Socket} -> prepared(Socket, begin_as(Kind, Socket, Options), false);
        Error -> Error
    catch
        error:not_loaded -> {error, enotsup}
    end.

%% A packet socket receives nothing before it is bound.
domain(packet, #{type := Type}) -> {packet, Type, 0};
domain(Kind, _) when Kind =:= tun; Kind =:= tap -> {tun, raw, 0};
domain(Kind, #{type := Type, protocol := Protocol}) -> {Kind, Type, Protocol}.

%% What wirebeam-open does with a socket that it gives.
begin_as(packet, Socket, #{filter := Filter, type := Type} = Options) ->
    Interface = maps:get(interface, Options, any),
    LinkType = wirebeam_socket_interface:link_type(Socket, Type, Interface),
    wirebeam_socket_filter:set(Socket, Filter, LinkType);
begin_as(Kind, Socket, #{name := Name, no_pi := NoPi}) when Kind =:= tun; Kind =:= tap ->
    ok_of(ioctl(Socket, tunsetiff, {Name, [Kind | [no_pi || NoPi]]}));
begin_as(_Kind, _Socket, _Options) ->
    ok.

prepared(Socket, ok, false) ->
    {ok, Socket};
prepared(Socket, ok, Active) ->
    ok = wirebeam_socket_pump:start(Socket, self(), Active),
    {ok, Socket};
prepared(Socket, Error, _Active) ->
    ok = wirebeam_socket_nif:close(Socket),
    Error.

prepare(packet, Socket, Options) ->
    Interface = maps:get(interface, Options, any),
    steps([fun() -> set_all(Socket, maps:with([buffer_bytes, mark], Options)) end,
           fun() -> set_all(Socket, directed(Socket, Interface, Options)) end,
           fun() -> set_lock(Socket, Options) end,
           fun() -> bind(Socket, Interface, Options) end,
           fun() -> set_all(Socket, maps:with([promiscuous], Options)) end]);
prepare(Kind, Socket, Options) when Kind =:= tun; Kind =:= tap ->
    configure(Socket, maps:with([address, destination, hardware_address, mtu, up], Options));
prepare(_Kind, Socket, Options) ->
    set_all(Socket, maps:with([buffer_bytes, mark], Options)).

steps([]) -> ok;
steps([Step | Steps]) ->
    case Step() of
        ok -> steps(Steps);
        Error -> Error
    end.

ok_of({ok, _}) -> ok;
ok_of(Other) -> Other.

bind(Socket, any, #{protocol := Protocol}) ->
    wirebeam_socket_nif:bind(Socket, 0, protocol(Protocol));
bind(Socket, Interface, #{protocol := Protocol}) ->
    case wirebeam_socket_nif:index(Socket, unicode:characters_to_binary(Interface)) of
        {ok, Index} -> wirebeam_socket_nif:bind(Socket, Index, protocol(Protocol));
        Error -> Error
    end.

protocol(all) -> ?ETH_P_ALL;
protocol(Number) -> Number.

directed(_Socket, _Interface, #{direction := Direction}) -> #{direction => Direction};
directed(_Socket, any, _Options) -> #{};
directed(Socket, Interface, _Options) ->
    case ioctl(Socket, siocgifflags, Interface) of
        {ok, Flags} -> maps:from_list([{direction, in} || lists:member(loopback, Flags)]);
        {error, _} -> #{}
    end.

%% @doc Closes a socket. No message of it comes afterwards, but some may be in the mailbox.
-spec close(socket()) -> ok.
close(Socket) ->
    _ = case wirebeam_socket_nif:owner(Socket) of
            {Owner, Pump} when Owner =:= self(), is_pid(Pump) -> wirebeam_socket_pump:stop(Pump);
            _ -> none
        end,
    ok = wirebeam_socket_nif:close(Socket),
    wirebeam_socket_waiting:flush(Socket),
    await_end(Socket, ?CLOSE_MS).

%% Its name, or its port, is free then. A call of another process may still be inside, in ioctl.
await_end(_Socket, 0) -> ok;
await_end(Socket, Left) ->
    case wirebeam_socket_nif:is_closed(Socket) of
        true -> ok;
        false -> receive after 1 -> await_end(Socket, Left - 1) end
    end.

%% --- packets ----------------------------------------------------------------------------

%% @equiv send(Socket, Packets, infinity)
-spec send(socket(), binary() | {address(), iodata()}) -> ok | {error, term()};
          (socket(), [packet()]) -> [ok | {error, term()}].
send(Socket, Packets) ->
    send(Socket, Packets, infinity).

%% @doc Sends a packet, or a list of them: then there is an answer for each, in order. Waits, at
%% most Timeout milliseconds, while the socket takes no more; what is left then has `{error,
%% timeout}'. What the interface had no room for has `{error, enobufs}'. One that fails keeps none
%% of the others from being sent. A list is always a list of packets, each a binary or iodata.
-spec send(socket(), binary() | {address(), iodata()}, timeout()) -> ok | {error, term()};
          (socket(), [packet()], timeout()) -> [ok | {error, term()}].
send(Socket, Packets, Timeout) when is_list(Packets) ->
    wirebeam_socket_sending:send(Socket, [to_packet(Packet) || Packet <- Packets],
                                 wirebeam_socket_waiting:deadline(Timeout));
send(Socket, Packet, Timeout) ->
    [Result] = send(Socket, [Packet], Timeout),
    Result.

to_packet(Packet) when is_binary(Packet) -> Packet;
to_packet({Address, Data}) -> {Address, iolist_to_binary(Data)};
to_packet(Packet) -> iolist_to_binary(Packet).

%% @equiv recv(Socket, infinity)
-spec recv(socket()) -> {ok, [binary() | {address(), binary()}, ...]} | {error, term()}.
recv(Socket) ->
    recv(Socket, infinity).

%% @doc Takes the packets that are there, at most 128, or waits for the next, at most Timeout
%% milliseconds. For the owner of a socket that is not active. Errors: `timeout'; `einval': it is
%% active; `eof': the end of a stream.
-spec recv(socket(), timeout()) ->
          {ok, [binary() | {address(), binary()}, ...]} | {error, term()}.
recv(Socket, Timeout) ->
    Deadline = wirebeam_socket_waiting:deadline(Timeout),
    case pump(Socket) of
        none -> recv_until(Socket, Deadline);
        not_owner -> {error, not_owner};
        _Pump -> {error, einval}
    end.

recv_until(Socket, Deadline) ->
    case wirebeam_socket_nif:recv(Socket) of
        wait ->
            case wirebeam_socket_waiting:wait(Socket, read, Deadline) of
                ok -> recv_until(Socket, Deadline);
                timeout -> {error, timeout}
            end;
        {error, closed} ->
            wirebeam_socket_waiting:flush(Socket),
            {error, closed};
        Answer ->
            Answer
    end.

%% --- options ----------------------------------------------------------------------------

%% @doc Changes `active', `promiscuous', `direction', `buffer_bytes' or `mark': a map, or a list
%% of pairs. `einval': a number of `active' that is too large with what is left.
-spec setopts(socket(), map() | [{atom(), term()}]) -> ok | {error, term()}.
setopts(Socket, Options) ->
    Checked = wirebeam_socket_options:check_setopts(Options),
    case pump(Socket) of
        not_owner ->
            {error, not_owner};
        Pump ->
            steps([fun() -> set_all(Socket, maps:remove(active, Checked)) end,
                   fun() -> set_active(Socket, Pump, Checked) end])
    end.

set_all(Socket, Options) ->
    steps([fun() -> set(Socket, Key, Value) end || {Key, Value} <- maps:to_list(Options)]).

set(Socket, promiscuous, IsWanted) ->
    case wirebeam_socket_interface:bound(Socket) of
        {ok, Index} -> wirebeam_socket_nif:set(Socket, promiscuous, number(IsWanted), Index);
        Error -> Error
    end;
set(Socket, direction, Direction) ->
    wirebeam_socket_nif:set(Socket, incoming, number(Direction =:= in), 0);
set(Socket, Option, Value) ->
    wirebeam_socket_nif:set(Socket, Option, Value, 0).

number(true) -> 1;
number(false) -> 0.

set_active(_Socket, _Pump, Options) when not is_map_key(active, Options) -> ok;
set_active(Socket, none, #{active := false}) -> open_or_closed(Socket);
set_active(_Socket, Pump, #{active := false}) ->
    _ = wirebeam_socket_pump:stop(Pump),
    ok;
set_active(Socket, none, #{active := Active}) ->
    steps([fun() -> open_or_closed(Socket) end,
           fun() -> wirebeam_socket_pump:start(Socket, self(), Active) end]);
set_active(Socket, Pump, #{active := Active} = Options) ->
    case wirebeam_socket_pump:add(Pump, Active) of
        gone -> set_active(Socket, none, Options);
        Answer -> Answer
    end.

open_or_closed(Socket) ->
    case wirebeam_socket_nif:counters(Socket) of
        {error, closed} -> {error, closed};
        _ -> ok
    end.

%% What receives for the caller, if that is the owner.
pump(Socket) ->
    case wirebeam_socket_nif:owner(Socket) of
        {Owner, _} when Owner =/= self() -> not_owner;
        {_, none} -> none;
        {_, Pump} ->
            case is_process_alive(Pump) of
                true -> Pump;
                false -> none
            end
    end.

%% @doc Exchanges the filter of a packet socket; `none' takes it off. Packets that wait in the
%% kernel have passed the old one. `{filter, Text}': the expression does not compile, and the text
%% says why; `eperm': the filter is locked.
-spec set_filter(socket(), filter() | none) -> ok | {error, term()}.
set_filter(Socket, none) ->
    owned(Socket, fun() -> wirebeam_socket_nif:filter(Socket, <<>>) end);
set_filter(Socket, Filter) ->
    _ = wirebeam_socket_options:check(#{filter => Filter}),
    owned(Socket, fun() -> filter(Socket, Filter) end).

%% @doc Locks the filter: neither this process nor whoever gets the descriptor can exchange it.
-spec lock_filter(socket()) -> ok | {error, term()}.
lock_filter(Socket) ->
    owned(Socket, fun() -> lock(Socket) end).

owned(Socket, Function) ->
    case pump(Socket) of
        not_owner -> {error, not_owner};
        _ -> Function()
    end.

filter(Socket, Filter) ->
    case sockname(Socket) of
        {ok, Name} ->
            wirebeam_socket_filter:set(Socket, Filter, wirebeam_socket_interface:link_type(Name));
        Error -> Error
    end.

set_lock(Socket, #{lock_filter := true}) -> lock(Socket);
set_lock(_Socket, _Options) -> ok.

lock(Socket) -> wirebeam_socket_nif:set(Socket, lock_filter, 1, 0).

%% --- interfaces -------------------------------------------------------------------------

%% @doc Asks or tells the system about an interface, or about the socket: ioctl(2). Request is a
%% name, with terms, or a number, with the bytes of its structure, as {@link
%% wirebeam_socket_nif} checks them: those that hold addresses of memory are not allowed
%% (`enotsup'), and the size must be right (`einval').
%%
%% `siocgifindex', `siocgifflags', `siocgifmtu', `siocgifmetric', `siocgiftxqlen',
%% `siocgifhwaddr' (`{Type, Mac}'), `siocgifaddr', `siocgifdstaddr', `siocgifbrdaddr',
%% `siocgifnetmask', `siocgifmap' take a name of an interface and answer `{ok, Value}'.
%% `siocgifname' takes a number of one.
%% `siocsifname', `siocsifflags', `siocsifmtu', `siocsiftxqlen', `siocsifhwaddr', `siocsifaddr',
%% `siocsifdstaddr', `siocsifbrdaddr', `siocsifnetmask', `siocaddmulti', `siocdelmulti' take
%% `{Name, Value}' and answer `ok'. Flags are a list of atoms: `up', `promisc' and so on.
%% `fionread', `siocoutq', `tungetiff', `tungetfeatures', `tungetsndbuf' take `none';
%% `tunsetiff' takes `{Name, Flags}', `tunsetqueue' flags, `tunsetpersist' a boolean,
%% `tunsetowner', `tunsetgroup', `tunsetlink', `tunsetsndbuf' a number.
-spec ioctl(socket(), atom() | non_neg_integer(), term()) -> ok | {ok, term()} | {error, term()}.
ioctl(Socket, Request, Argument) ->
    wirebeam_socket_interface:ioctl(Socket, Request, Argument).

%% @doc Sets up the interface of a device, or the one that a packet socket is bound to: `address'
%% (IPv4, with the length of its prefix), `destination' (the other end of a TUN device),
%% `hardware_address', `mtu', `up'.
-spec configure(socket(), map() | [{atom(), term()}]) -> ok | {error, term()}.
configure(Socket, Options) ->
    Checked = wirebeam_socket_options:check_configuration(Options),
    wirebeam_socket_interface:configure(Socket, Checked).

%% @doc What the socket is bound to. `family' is `packet', with `interface' (`any': all), `index',
%% `protocol', `hardware_type' and `address'; `inet' or `inet6', with `address' and `port';
%% `device', with `interface' and `flags'; or a number. `type' of those that are sockets is `raw',
%% `dgram' or `stream'.
-spec sockname(socket()) -> {ok, map()} | {error, term()}.
sockname(Socket) ->
    wirebeam_socket_interface:name(Socket).

%% @doc What sockname/1 answers, `owner', `is_active', and counters: `received', `received_bytes',
%% `truncated' (longer than `snaplen'), `dropped' (of a packet socket: the kernel had no room for
%% them), `sent', `sent_bytes'.
-spec info(socket()) -> {ok, map()} | {error, term()}.
info(Socket) ->
    case {sockname(Socket), wirebeam_socket_nif:counters(Socket)} of
        {{ok, Name}, {Received, ReceivedBytes, Truncated, Dropped, Sent, SentBytes}} ->
            {Owner, Pump} = wirebeam_socket_nif:owner(Socket),
            {ok, Name#{owner => Owner, is_active => is_pid(Pump), received => Received,
                       received_bytes => ReceivedBytes, truncated => Truncated,
                       dropped => Dropped, sent => Sent, sent_bytes => SentBytes}};
        {{error, _} = Error, _} -> Error;
        {_, Error} -> Error
    end.

%% --- owners -----------------------------------------------------------------------------

%% @doc Makes another process of this node the owner. What the old one has in its mailbox goes to
%% the new one first. Only the owner can. Nothing changes where there is an error:
%% `remote_owner', `noproc': there is no such process.
-spec controlling_process(socket(), pid()) -> ok | {error, term()}.
controlling_process(Socket, Owner) when is_pid(Owner), node(Owner) =:= node() ->
    case pump(Socket) of
        not_owner -> {error, not_owner};
        none -> wirebeam_socket_nif:set_owner(Socket, Owner);
        Pump -> transfer(Socket, Owner, wirebeam_socket_pump:stop(Pump))
    end;
controlling_process(Socket, Owner) when is_pid(Owner) ->
    case pump(Socket) of
        not_owner -> {error, not_owner};
        _ -> {error, remote_owner}
    end;
controlling_process(_Socket, _Owner) ->
    error(badarg).

%% The active mode goes along. A pump that was gone had spent its credit.
transfer(Socket, Owner, Active) ->
    pass_on(Socket, Owner),
    Answer = wirebeam_socket_nif:set_owner(Socket, Owner),
    Receiver = case Answer of ok -> Owner; _ -> self() end,
    case Active of
        {ok, Mode} when Answer =/= {error, closed} ->
            ok = wirebeam_socket_pump:start(Socket, Receiver, Mode);
        _ -> ok
    end,
    Answer.

pass_on(Socket, Owner) ->
    receive
        {wirebeam_socket, Socket, _} = Message -> pass_on(Message, Socket, Owner);
        {wirebeam_socket_passive, Socket} = Message -> pass_on(Message, Socket, Owner);
        {wirebeam_socket_closed, Socket, _} = Message -> pass_on(Message, Socket, Owner)
    after 0 -> ok
    end.

pass_on(Message, Socket, Owner) ->
    Owner ! Message,
    pass_on(Socket, Owner).

%% --- descriptors ------------------------------------------------------------------------

%% @equiv from_fd(Fd, #{})
-spec from_fd(non_neg_integer()) -> {ok, socket()} | {error, term()}.
from_fd(Fd) ->
    from_fd(Fd, #{}).

%% @doc Makes a socket of a descriptor that someone else has, as {@link inet:getfd/1} or
%% `socket:getopt(Socket, otp, fd)' tell it: of any socket, or of a TUN or TAP device
%% (others: `einval'). The descriptor is duplicated: it stays its holder's, who closes it, as
%% ours is closed with our socket. Both receive from the same queue; so the holder should be
%% passive, or be closed. Options: `active', `snaplen'.
-spec from_fd(non_neg_integer(), #{active => active(), snaplen => 1..262144}) ->
          {ok, socket()} | {error, term()}.
from_fd(Fd, Options) when is_integer(Fd) ->
    #{snaplen := Snaplen, active := Active} = wirebeam_socket_options:check_from_fd(Options),
    try wirebeam_socket_nif:adopt(Fd, Snaplen) of
        {ok, Socket} -> prepared(Socket, ok, Active);
        Error -> Error
    catch
        error:not_loaded -> {error, enotsup}
    end;
from_fd(_Fd, _Options) ->
    error(badarg).

%% @doc Closes the socket, and answers a descriptor of what it was, for gen_udp, gen_tcp or
%% `socket': `gen_udp:open(0, [{fd, Fd}])'. From now on it is the caller's, and nobody else's: it
%% stays open, also when the caller dies. OTP does not close a descriptor that it was given:
%% {@link close_fd/1} does, once that which has it is closed. Only the owner can.
-spec to_fd(socket()) -> {ok, non_neg_integer()} | {error, term()}.
to_fd(Socket) ->
    case pump(Socket) of
        not_owner ->
            {error, not_owner};
        Pump ->
            _ = is_pid(Pump) andalso wirebeam_socket_pump:stop(Pump),
            wirebeam_socket_nif:release(Socket)
    end.

%% @doc Closes a descriptor that {@link to_fd/1} gave; `einval' for any other. Nobody may use it
%% any more: close what it was given to first.
-spec close_fd(non_neg_integer()) -> ok | {error, term()}.
close_fd(Fd) ->
    wirebeam_socket_nif:close_released(Fd).
