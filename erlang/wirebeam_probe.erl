%% SPDX-License-Identifier: ISC
%% @doc Asks hosts for signs of life, with packets made here and answers caught by a capture: is
%% it there (ping/2), does a port answer (tcp/3, udp/3), who is on the way (trace/2).
%%
%% ```
%% {ok, #{time := Nanoseconds}} = wirebeam_probe:ping("192.0.2.1"),
%% {ok, #{state := open}} = wirebeam_probe:tcp("192.0.2.1", 80),
%% {ok, Hops} = wirebeam_probe:trace({192,0,2,1}).
%% '''
%%
%% Each needs the rights of a capture (see {@link wirebeam}), which is open for as long as the
%% probe lasts. These functions wait; start/2 does not, and sends a message.
%%
%% A TCP probe is one SYN. Where it is answered, this host's system, which knows of no such
%% connection, ends it with a RST.
-module(wirebeam_probe).

-include("wirebeam.hrl").
-include("wirebeam_packet.hrl").

-export([ping/1, ping/2, tcp/2, tcp/3, udp/2, udp/3, trace/1, trace/2, start/1, start/2,
         cancel/1]).

-define(TIMEOUT_MS, 1000).
-define(TIMEOUT_MAX, 16#ffffffff).
-define(ATTEMPTS, 3).
-define(HOPS, 30).
-define(TRACE_PORT, 33434). % of traceroute: nobody listens there

-type host() :: inet:ip_address() | inet:hostname().
-type options() ::
        #{timeout => 1..16#ffffffff,
          attempts => pos_integer(),
          family => inet | inet6,
          data => binary(),
          ttl => 1..255,
          method => icmp | udp | tcp,
          port => inet:port_number(),
          max_hops => 1..255,
          interface => string() | binary() | any,
          backend => port | nif}.
%% <dl>
%% <dt>`timeout'</dt><dd>milliseconds to wait for the answer to each attempt; 1000</dd>
%% <dt>`attempts'</dt><dd>packets that are sent until one is answered; 3</dd>
%% <dt>`family'</dt><dd>of a host name: its IPv4 address is asked, `inet', or its IPv6 one</dd>
%% <dt>`data'</dt><dd>of an echo request or a datagram; 32 bytes, and none</dd>
%% <dt>`ttl'</dt><dd>or hop limit; 64</dd>
%% <dt>`method', `port'</dt><dd>of trace: `udp', and 33434 and up; with `tcp' 80</dd>
%% <dt>`max_hops'</dt><dd>of trace; 30</dd>
%% <dt>`interface'</dt><dd>where answers are caught; `any'</dd>
%% <dt>`backend'</dt><dd>as of wirebeam:open/1</dd>
%% </dl>

-type answer() :: #{state := reply | open | closed | unreachable | time_exceeded,
                    from := inet:ip_address(), time := non_neg_integer(), attempt := pos_integer(),
                    code => 0..255, data => binary()}.
%% `state': `reply' to a ping; a port is `open', or `closed'; a router or host says that the
%% destination is `unreachable', or that the packet's time to live is over, with the `code' of its
%% ICMP message. `from' is who said so, `time' nanoseconds from the sending. `data' is the payload
%% of an answer to a datagram.

-type probe() :: {ping, host()} | {tcp, host(), inet:port_number()}
               | {udp, host(), inet:port_number()} | {trace, host()}.
-type result() :: {ok, answer() | [hop()]} | {error, timeout | term()}.
-type hop() :: {Ttl :: 1..255, answer() | timeout}.
-opaque handle() :: {pid(), reference()}.
-export_type([host/0, options/0, answer/0, probe/0, result/0, hop/0, handle/0]).

-record(session, {capture :: wirebeam:capture(), socket :: gen_udp:socket(),
                  source :: inet:ip_address(), target :: inet:ip_address(),
                  port :: inet:port_number(), % of this side; the identifier of echo requests
                  options :: options()}).

%% @equiv ping(Host, #{})
-spec ping(host()) -> {ok, answer()} | {error, term()}.
ping(Host) -> ping(Host, #{}).

%% @doc An echo request of ICMP. `{error, timeout}' when nothing is heard.
-spec ping(host(), options()) -> {ok, answer()} | {error, term()}.
ping(Host, Options) -> run({ping, Host}, Options).

%% @equiv tcp(Host, Port, #{})
-spec tcp(host(), inet:port_number()) -> {ok, answer()} | {error, term()}.
tcp(Host, Port) -> tcp(Host, Port, #{}).

%% @doc Is a TCP port open? `{error, timeout}' when nothing is heard: it is filtered, say.
-spec tcp(host(), inet:port_number(), options()) -> {ok, answer()} | {error, term()}.
tcp(Host, Port, Options) -> run({tcp, Host, Port}, Options).

%% @equiv udp(Host, Port, #{})
-spec udp(host(), inet:port_number()) -> {ok, answer()} | {error, term()}.
udp(Host, Port) -> udp(Host, Port, #{}).

%% @doc Does a UDP port answer to a datagram with `data'? `{error, timeout}' when nothing is heard:
%% it is open and silent, or filtered.
-spec udp(host(), inet:port_number(), options()) -> {ok, answer()} | {error, term()}.
udp(Host, Port, Options) -> run({udp, Host, Port}, Options).

%% @equiv trace(Host, #{})
-spec trace(host()) -> {ok, [hop()]} | {error, term()}.
trace(Host) -> trace(Host, #{}).

%% @doc The routers on the way, by packets whose time to live ends at each of them, as far as the
%% host itself or `max_hops'.
-spec trace(host(), options()) -> {ok, [hop()]} | {error, term()}.
trace(Host, Options) -> run({trace, Host}, Options).

%% @equiv start(Probe, #{})
-spec start(probe()) -> handle().
start(Probe) -> start(Probe, #{}).

%% @doc The same in a process of its own. The caller gets `{wirebeam_probe, Handle, Result}', one
%% message with what the other functions return, also where the probe fails.
-spec start(probe(), options()) -> handle().
start(Probe, Options) ->
    Caller = self(),
    Reference = make_ref(),
    Pid = spawn(fun() -> apart(Caller, Reference, Probe, Options) end),
    {Pid, Reference}.

apart(Caller, Reference, Probe, Options) ->
    Monitor = monitor(process, Caller),
    Self = self(),
    {Worker, Watch} = spawn_monitor(fun() -> Self ! {result, self(), run(Probe, Options)} end),
    receive
        {result, Worker, Result} ->
            Caller ! {wirebeam_probe, {self(), Reference}, Result};
        {'DOWN', Watch, process, Worker, Reason} ->
            Caller ! {wirebeam_probe, {self(), Reference}, {error, Reason}};
        {cancel, Reference} ->
            exit(Worker, kill);
        {'DOWN', Monitor, process, Caller, _} ->
            exit(Worker, kill)
    end.

%% @doc Ends a probe. Its message may be in the mailbox already.
-spec cancel(handle()) -> ok.
cancel({Pid, Reference}) ->
    Pid ! {cancel, Reference},
    ok.

%% --- a probe ----------------------------------------------------------------------------

run(Probe, Options) when is_map(Options) ->
    maps:foreach(fun check/2, Options),
    check_port(Probe),
    case address(element(2, Probe), Options) of
        {ok, Target} -> with_session(Target, Options, fun(Session) -> ask(Probe, Session) end);
        Error -> Error
    end;
run(_Probe, Options) ->
    error({badarg, {options, Options}}).

check(timeout, Value) ->
    is_integer(Value) andalso Value > 0 andalso Value =< ?TIMEOUT_MAX orelse wrong(timeout, Value);
check(attempts, Value) ->
    is_integer(Value) andalso Value > 0 orelse wrong(attempts, Value);
check(Key, Value) when Key =:= ttl; Key =:= max_hops ->
    is_integer(Value) andalso Value > 0 andalso Value < 256 orelse wrong(Key, Value);
check(port, Value) -> is_port_number(Value) orelse wrong(port, Value);
check(data, Value) -> is_binary(Value) andalso byte_size(Value) =< 65000 orelse wrong(data, Value);
check(family, Value) -> lists:member(Value, [inet, inet6]) orelse wrong(family, Value);
check(method, Value) -> lists:member(Value, [icmp, udp, tcp]) orelse wrong(method, Value);
check(Key, _Value) when Key =:= interface; Key =:= backend -> true; % wirebeam:open/1 does
check(Key, Value) -> wrong(Key, Value).

check_port({_, _, Port}) -> is_port_number(Port) orelse wrong(port, Port);
check_port({_, _}) -> true.

is_port_number(Value) -> is_integer(Value) andalso Value > 0 andalso Value < 65536.

-spec wrong(term(), term()) -> no_return().
wrong(Key, Value) -> error({badarg, {Key, Value}}).

address(Address, _Options) when is_tuple(Address) ->
    case inet:ntoa(Address) of
        {error, einval} -> wrong(host, Address);
        _ -> {ok, Address}
    end;
address(Host, Options) ->
    case inet:parse_strict_address(Host) of
        {ok, Address} -> {ok, Address};
        {error, einval} -> inet:getaddr(Host, maps:get(family, Options, inet))
    end.

%% A socket tells the address that packets leave from, and keeps a port from others meanwhile.
with_session(Target, Options, Ask) ->
    case gen_udp:open(0, [family(Target), {active, false}]) of
        {ok, Socket} ->
            try
                with_socket(Target, Socket, Options, Ask)
            after
                gen_udp:close(Socket)
            end;
        Error ->
            Error
    end.

with_socket(Target, Socket, Options, Ask) ->
    case gen_udp:connect(Socket, Target, 9) of
        ok -> with_capture(Target, Socket, Options, Ask);
        Error -> Error
    end.

with_capture(Target, Socket, Options, Ask) ->
    {ok, {Source, Port}} = inet:sockname(Socket),
    Where = maps:merge(#{interface => any}, maps:with([interface, backend], Options)),
    case wirebeam:open(Where#{inject => #{kind => ip}, filter => filter(Target, Port),
                              immediate => true, direction => in, active => false}) of
        {ok, Capture} ->
            try
                Ask(#session{capture = Capture, socket = Socket, source = Source, target = Target,
                             port = Port, options = Options})
            after
                wirebeam:close(Capture)
            end;
        Error ->
            Error
    end.

family(Address) when tuple_size(Address) =:= 4 -> inet;
family(_Address) -> inet6.

filter(Target, Port) ->
    Icmp = case family(Target) of
               inet -> "icmp";
               inet6 -> "icmp6"
           end,
    io_lib:format("~s or (src host ~s and dst port ~b)", [Icmp, inet:ntoa(Target), Port]).

ask({trace, _Host}, #session{options = Options} = Session) ->
    trace(1, maps:get(max_hops, Options, ?HOPS), Session);
ask(Probe, #session{options = Options} = Session) ->
    attempt(1, maps:get(ttl, Options, 64), Probe, Session).

trace(Ttl, Max, _Session) when Ttl > Max ->
    {ok, []};
trace(Ttl, Max, #session{options = Options, target = Target} = Session) ->
    Probe = case maps:get(method, Options, udp) of
                icmp -> {ping, Target};
                udp -> {udp, Target, maps:get(port, Options, ?TRACE_PORT) + Ttl - 1};
                tcp -> {tcp, Target, maps:get(port, Options, 80)}
            end,
    case attempt(1, Ttl, Probe, Session) of
        {ok, #{state := time_exceeded} = Answer} -> hop(Ttl, Answer, trace(Ttl + 1, Max, Session));
        {ok, Answer} -> {ok, [{Ttl, Answer}]};
        {error, timeout} -> hop(Ttl, timeout, trace(Ttl + 1, Max, Session));
        Error -> Error
    end.

hop(Ttl, Answer, {ok, Hops}) -> {ok, [{Ttl, Answer} | Hops]};
hop(_Ttl, _Answer, Error) -> Error.

attempt(Number, Ttl, Probe, #session{capture = Capture, options = Options} = Session) ->
    Timeout = maps:get(timeout, Options, ?TIMEOUT_MS),
    Until = erlang:monotonic_time(millisecond) + Timeout,
    Sent = erlang:system_time(nanosecond),
    case wirebeam:send(Capture, packet(Probe, Number, Ttl, Session), Timeout) of
        ok ->
            case await(Probe, Number, Sent, Until, Session) of
                timeout -> next_attempt(Number, Ttl, Probe, Session);
                Answer -> Answer
            end;
        Error ->
            Error
    end.

next_attempt(Number, Ttl, Probe, #session{options = Options} = Session) ->
    case Number < maps:get(attempts, Options, ?ATTEMPTS) of
        true -> attempt(Number + 1, Ttl, Probe, Session);
        false -> {error, timeout}
    end.

await(Probe, Number, Sent, Until, #session{capture = Capture} = Session) ->
    case wirebeam:recv(Capture, 0, max(0, Until - erlang:monotonic_time(millisecond))) of
        {ok, {packets, Packets}} ->
            case first_answer(Packets, Probe, Number, Session) of
                none -> await(Probe, Number, Sent, Until, Session);
                {Answer, Time} -> {ok, Answer#{time => max(0, Time - Sent), attempt => Number}}
            end;
        {ok, _Other} -> await(Probe, Number, Sent, Until, Session);
        {error, timeout} -> timeout;
        Error -> Error
    end.

%% --- what is sent -----------------------------------------------------------------------

packet(Probe, Number, Ttl, #session{target = Target} = Session) ->
    wirebeam_packet:encode([ip(Ttl, Session) | inside(Probe, Number, family(Target), Session)]).

ip(Ttl, #session{source = Source, target = Target}) when tuple_size(Target) =:= 4 ->
    #ip4{source = Source, destination = Target, ttl = Ttl,
         identification = rand:uniform(16#ffff)};
ip(Ttl, #session{source = Source, target = Target}) ->
    #ip6{source = Source, destination = Target, hop_limit = Ttl}.

inside({ping, _}, Number, inet, Session) ->
    [#icmp{type = 8, rest = {Session#session.port, Number}}, data(Session, <<0:256>>)];
inside({ping, _}, Number, inet6, Session) ->
    [#icmp6{type = 128, rest = {Session#session.port, Number}}, data(Session, <<0:256>>)];
inside({tcp, _, Port}, _Number, _Family, #session{port = Own}) ->
    [#tcp{source_port = Own, destination_port = Port, flags = [syn], window = 1024,
          sequence = rand:uniform(16#ffffffff)}, <<>>];
inside({udp, _, Port}, _Number, _Family, #session{port = Own} = Session) ->
    [#udp{source_port = Own, destination_port = Port}, data(Session, <<>>)].

data(#session{options = Options}, Default) -> maps:get(data, Options, Default).

%% --- what is heard ----------------------------------------------------------------------

first_answer([#wirebeam_packet{link_type = Link, data = Data, time = Time} | Packets], Probe,
             Number, Session) ->
    Layers = lists:dropwhile(fun(Layer) -> not is_ip(Layer) end, wirebeam_packet:decode(Link, Data)),
    case answer(Layers, Probe, Number, Session) of
        none -> first_answer(Packets, Probe, Number, Session);
        Answer -> {Answer, Time}
    end;
first_answer([], _Probe, _Number, _Session) ->
    none.

is_ip(Layer) -> is_record(Layer, ip4) orelse is_record(Layer, ip6).

answer([Ip | Layers], Probe, Number, Session) ->
    case heard(Layers, source(Ip) =:= Session#session.target, Probe, Number, Session) of
        none -> none;
        Answer -> Answer#{from => source(Ip)}
    end;
answer([], _Probe, _Number, _Session) ->
    none.

source(#ip4{source = Source}) -> Source;
source(#ip6{source = Source}) -> Source.

destination(#ip4{destination = Destination}) -> Destination;
destination(#ip6{destination = Destination}) -> Destination.

heard([#icmp{type = 0, rest = {Own, Number}} | _], true, {ping, _}, Number,
      #session{port = Own}) -> #{state => reply};
heard([#icmp6{type = 129, rest = {Own, Number}} | _], true, {ping, _}, Number,
      #session{port = Own}) -> #{state => reply};
heard([#tcp{source_port = Port, destination_port = Own, flags = Flags} | _], true, {tcp, _, Port},
      _Number, #session{port = Own}) ->
    case lists:member(rst, Flags) of
        true -> #{state => closed};
        false -> #{state => open}
    end;
heard([#udp{source_port = Port, destination_port = Own} | Payload], true, {udp, _, Port}, _Number,
      #session{port = Own}) ->
    #{state => open, data => wirebeam_packet:encode(Payload)}; % of some ports it was decoded
heard([#icmp{type = 3, code = Code} | Quoted], _IsTarget, Probe, Number, Session) ->
    quoted(Quoted, Probe, Number, Session, unreachable(Code, Code =:= 3, Probe));
heard([#icmp{type = 11, code = Code} | Quoted], _IsTarget, Probe, Number, Session) ->
    quoted(Quoted, Probe, Number, Session, #{state => time_exceeded, code => Code});
heard([#icmp6{type = 1, code = Code} | Quoted], _IsTarget, Probe, Number, Session) ->
    quoted(Quoted, Probe, Number, Session, unreachable(Code, Code =:= 4, Probe));
heard([#icmp6{type = 3, code = Code} | Quoted], _IsTarget, Probe, Number, Session) ->
    quoted(Quoted, Probe, Number, Session, #{state => time_exceeded, code => Code});
heard(_Layers, _IsTarget, _Probe, _Number, _Session) ->
    none.

%% Port unreachable is how a host says that a UDP port is closed.
unreachable(Code, true, {udp, _, _}) -> #{state => closed, code => Code};
unreachable(Code, _IsPort, _Probe) -> #{state => unreachable, code => Code}.

%% Is it our packet that the message is about? Of what it carried, 8 bytes are sure to be there.
quoted([Ip | Layers], Probe, Number, #session{target = Target} = Session, Answer) ->
    case is_ip(Ip) andalso destination(Ip) =:= Target andalso is_ours(Layers, Probe, Number, Session) of
        true -> Answer;
        false -> none
    end;
quoted([], _Probe, _Number, _Session, _Answer) ->
    none.

is_ours([#icmp{rest = {Own, Number}} | _], {ping, _}, Number, #session{port = Own}) -> true;
is_ours([#icmp6{rest = {Own, Number}} | _], {ping, _}, Number, #session{port = Own}) -> true;
is_ours([#udp{source_port = Own, destination_port = Port} | _], {udp, _, Port}, _Number,
        #session{port = Own}) -> true;
is_ours([#tcp{source_port = Own, destination_port = Port} | _], {tcp, _, Port}, _Number,
        #session{port = Own}) -> true;
is_ours([#undecoded{data = <<Own:16, Port:16, _/binary>>} | _], {Kind, _, Port}, _Number,
        #session{port = Own}) when Kind =:= tcp; Kind =:= udp -> true;
is_ours(_Layers, _Probe, _Number, _Session) -> false.
