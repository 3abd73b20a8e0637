%% SPDX-License-Identifier: ISC
%% @doc Captures network traffic, live or from files, and hands it to a process: packets, streams
%% of TCP bytes, HTTP transactions, anomalies, counters.
%%
%% ```
%% {ok, C} = wirebeam:open(#{interface => "eth0", filter => "tcp port 80",
%%                           deliver => [transactions]}),
%% receive {wirebeam, C, {transaction, #{request := #{target := Target}}}} -> Target end.
%% '''
%%
%% A capture belongs to its owner, at first the process that opened it, and ends with it. The
%% owner gets messages as its active mode has it, as with {@link gen_tcp}:
%%
%% <ul>
%% <li>`{wirebeam, C, Event}': see {@link event()}.</li>
%% <li>`{wirebeam_passive, C}': the last of the messages that `{active, N}' asked for is sent.</li>
%% <li>`{wirebeam_closed, C, Reason}': the capture has ended by itself, and all that it saw was
%%     delivered: `eof', `{error, Reason}' (see {@link reason()}), or `{exit, Status}' where the
%%     worker died. Or it was ended: `{exit, shutdown}' with the application, `closed' by another
%%     process, `{error, timeout}' as its worker, asked for something, was silent for long.</li>
%% </ul>
%%
%% A slow owner slows the delivery: at most a few messages wait for it, then the worker stops
%% taking packets, the kernel's ring fills, and what it drops is counted and told by a
%% `{lost, _}' event.
-module(wirebeam).

-include("wirebeam.hrl").

-export([open/1, close/1, recv/2, recv/3, send/2, send/3, stats/1, info/1, setopts/2, set_filter/2,
         controlling_process/2, interfaces/0, packets/1, fold/3, scan/3]).

-type capture() :: pid().
%% The handle of an open capture. It may be used from any node.

-type active() :: boolean() | once | pos_integer().
%% Who asks for events: `false': the owner, with recv/2; `true': nobody, they come as they are
%% there; `once', N: one or N messages come, and then none until it is set again. A number is
%% added to what is left of one set before, up to 32767.

-type options() ::
        #{interface => string() | binary() | any,
          file => file:name_all(),
          filter => string() | binary(),
          snaplen => 1..262144,
          promiscuous => boolean(),
          direction => inout | in | out,
          immediate => boolean(),
          latency_ms => 1..60000,
          buffer_bytes => 1..16#ffffffff,
          batch_bytes => 1..2097152,
          max_packets => pos_integer(),
          kind => packet | libpcap,
          time_unit => erlang:time_unit(),
          backend => port | nif,
          memory => shared | pipe,
          sandbox => best_effort | on | off,
          user => string() | binary(),
          active => active(),
          deliver => [packets | batches | streams | transactions | anomalies | stats, ...],
          stats_interval_ms => 10..86400000,
          bodies => boolean(),
          max_body_bytes => 1..536870912,
          max_body_total => pos_integer(),
          limits => #{atom() => non_neg_integer()},
          lenient => [atom(), ...],
          targets => [string() | binary()],
          inject => true | inject_options(),
          own_packets => boolean(),
          telemetry => fun((list(), map(), map()) -> term())}.
%% Either `interface' (a device, or `any') or `file' (pcap or pcapng, plain or compressed by gzip
%% or zstd) must be there.
%%
%% <dl>
%% <dt>`filter'</dt><dd>an expression as of tcpdump, see pcap-filter(7)</dd>
%% <dt>`snaplen'</dt><dd>bytes kept of each packet; 262144</dd>
%% <dt>`promiscuous'</dt><dd>takes frames for others, too; false</dd>
%% <dt>`direction'</dt><dd>which packets of an interface; `inout'</dd>
%% <dt>`immediate', `latency_ms'</dt><dd>each packet at once, or after so many milliseconds at
%%     the latest; 50</dd>
%% <dt>`buffer_bytes'</dt><dd>the kernel's ring; 32 MiB</dd>
%% <dt>`batch_bytes'</dt><dd>a batch is sent when it has so many bytes, and where no more
%%     packets are there; 256 KiB, at most 2 MiB</dd>
%% <dt>`max_packets'</dt><dd>ends after so many</dd>
%% <dt>`kind'</dt><dd>how to capture: the `packet' ring of Linux (the default there), or
%%     `libpcap'</dd>
%% <dt>`time_unit'</dt><dd>of every time, of a nanosecond or more; `nanosecond'</dd>
%% <dt>`backend'</dt><dd>where the worker runs: `port' (the default), a program of its own
%%     without rights, or `nif', a thread of the VM: faster, but what goes wrong there takes the
%%     VM along</dd>
%% <dt>`memory'</dt><dd>how packets come from a worker that is a program of its own: in memory that
%%     it shares with the VM, which copies them out before it looks at them (the default where
%%     the system has sealed memory), or through a pipe</dd>
%% <dt>`sandbox'</dt><dd>whether the worker gives up its rights and confines itself before it reads
%%     the first packet: as far as the system can (`best_effort', the default; what is missing is
%%     logged), or `on', with all of it or an error, or `off'. The backend `nif' has none: `on' is
%%     an error there</dd>
%% <dt>`user'</dt><dd>whom a worker becomes that root started; `nobody', where the build names no
%%     other</dd>
%% <dt>`active'</dt><dd>see {@link active()}; `true'</dd>
%% <dt>`deliver'</dt><dd>which events; `[packets]'. `batches' instead of `packets' is for those who
%%     have millions of small packets a second: see {@link fold/3} and {@link scan/3}</dd>
%% <dt>`stats_interval_ms'</dt><dd>between events of `stats'; 1000</dd>
%% <dt>`bodies'</dt><dd>whether transactions have their bodies; true</dd>
%% <dt>`max_body_bytes', `max_body_total'</dt><dd>of a body, and of the memory for all that are
%%     not complete; 8 MiB, 256 MiB. What is beyond is left out and counted</dd>
%% <dt>`limits'</dt><dd>of the core, by the names of `wirebeam http --limit help' with _ for
%%     -; those of decoders and of recording have nothing to limit here</dd>
%% <dt>`lenient', `targets'</dt><dd>as the command's options of these names</dd>
%% <dt>`inject'</dt><dd>packets can be sent by the interface: see {@link send/3} and {@link
%%     inject_options()}</dd>
%% <dt>`own_packets'</dt><dd>also delivers what a wirebeam of this host has sent, as far as the
%%     system shows it; false</dd>
%% <dt>`telemetry'</dt><dd>is called with an event name (a list of atoms), measurements and
%%     metadata in the process of the capture: `fun telemetry:execute/3', for one</dd>
%% </dl>

-type inject_options() ::
        #{kind => packet | xdp | libpcap | ip,
          packets_per_second => 1..1000000000,
          bits_per_second => 1..1000000000000}.
%% How packets are sent. `kind': frames by a packet socket, by AF_XDP or by libpcap (without it, as
%% is best here), or `ip': IPv4 and IPv6 packets with a header of their own, where the routing
%% table says. One of the others is the pace, evenly spaced; without it, as fast as it goes.

-type packet_flag() :: checksum_not_ready | checksum_valid | segmented_later | vlan_restored
                     | reassembled.

-type packet() :: #wirebeam_packet{}.

-type batch() :: #wirebeam_batch{}.
%% `count' packets, not taken apart yet.

-type event() :: {packets, [packet(), ...]}
               | {batch, batch()}
               | {streams, [stream_event(), ...]}
               | {transaction, transaction()}
               | {anomaly, anomaly()}
               | {stats, stats()}
               | {lost, lost()}.
%% `{lost, _}' comes whatever was asked for, at most once a second.

-type endpoint() :: {inet:ip_address(), inet:port_number()}.
-type side() :: client | server.

-type stream_event() ::
        {open, flow(), #{client := endpoint(), server := endpoint()}}
      | {data, flow(), side(), Offset :: non_neg_integer(), binary()}
      | {gap, flow(), side(), Offset :: non_neg_integer(), Length :: pos_integer()}
      | {close, flow(), map()}.
%% A TCP connection. `data' is what that side sent, in order; Offset counts from its first byte.
%% `gap': so many bytes are missing. `close' has the endpoints, why it ended, and counters.

-type flow() :: pos_integer().

-type transaction() ::
        #{number := pos_integer(), index := non_neg_integer(), flow := flow(),
          client := endpoint(), server := endpoint(),
          complete := boolean(), missing := [atom()], anomalies := non_neg_integer(),
          tunnel := boolean(), request := message(), response := message()}.
%% A request and its response. `missing' says why it is not complete; `index' is its place in
%% the connection.

-type message() ::
        #{seen := boolean(), ended := boolean(), version := {0..9, 0..9}, framing := atom(),
          status := 0..999, interim_status := 0..199, content_length := non_neg_integer(),
          body_bytes := non_neg_integer(), wire_bytes := non_neg_integer(),
          first_time := integer(), last_time := integer(),
          gap_bytes := non_neg_integer(), gap_count := non_neg_integer(),
          gaps := [{Offset :: non_neg_integer(), Length :: pos_integer()}],
          method := binary(), target := binary(), reason := binary(), head := binary(),
          headers := [{binary(), binary()}], trailers := [{binary(), binary()}],
          body := binary(), omitted_bytes := non_neg_integer()}.
%% One side of a transaction. `head' is as it was on the wire, with its empty line; `body' is
%% without chunked coding, but with its content coding, and without the bytes of gaps.

-type anomaly() ::
        #{name := binary(), time := integer(), side := side(), offset := non_neg_integer(),
          length := non_neg_integer(), kept := binary(), rejected := binary(),
          flow => flow(), client => endpoint(), server => endpoint()}.
%% What receivers may read in different ways, and limits; the names are those of the command's
%% JSON records.

-type stats() :: #{atom() => #{atom() => non_neg_integer()}}.
%% The counters of each stage: `#{source := #{seen := Seen, delivered := _, dropped_ring := _}}'
%% and so on. Seen are the packets that passed the filter: delivered + dropped.

-type lost() :: #{ring := non_neg_integer(), interface := non_neg_integer()}.
%% Packets lost since the last such event, by where: the kernel's ring was full, or the device
%% had no buffer.

-type sandbox() :: #{mode := best_effort | on | off, complete := boolean(), user := binary(),
                     missing := binary(), means := [binary()]}.
%% What confines a worker. `complete': files, network and other processes are out of its reach; else
%% `missing' says what is not, and why, or is empty where nobody asked for it. `user': whom it
%% became, or empty where it is who it was. `means': what it is done by, as in the start record of
%% the command.

-type interface() ::
        #{name := binary(), description := binary(), mtu := non_neg_integer(),
          addresses := [binary()], is_up := boolean(), is_running := boolean(),
          is_loopback := boolean(), is_wireless := boolean(), can_capture := boolean()}.

-type send_error() :: {failed, [wirebeam_send:failure(), ...]} | wirebeam_send:reason() | reason()
                    | busy | closed.

-type reason() :: wirebeam_protocol:reason() | {exit, term()} | protocol | timeout | not_started
                | closed.
%% The binary is one line for a person: what failed, on what, what to do.
%%
%% `eperm': no permission. `enodev': no such interface. `enoent': no such file. `format': not
%% a capture file, or malformed from here on. `truncated': the file was cut off in a record.
%% `filter': the expression does not compile. `down': the interface went down. `enotsup',
%% `enomem', `system', `argument', `full', `limit'. `protocol': the worker sent what makes no
%% sense. `timeout': it does not answer. `not_started': the application wirebeam does not run;
%% `closed': it was stopped meanwhile.

-export_type([capture/0, options/0, active/0, event/0, packet/0, batch/0, packet_flag/0,
              stream_event/0,
              transaction/0, message/0, anomaly/0, stats/0, lost/0, flow/0, side/0, endpoint/0,
              sandbox/0, interface/0, inject_options/0, send_error/0, reason/0]).

%% @doc Opens a capture that the caller owns. Events come only after it returned.
%% Raises `{badarg, {Key, Value}}' for an option that is wrong.
-spec open(options()) -> {ok, capture()} | {error, reason()}.
open(Options) ->
    Checked = #{active := Active} = wirebeam_options:check(Options),
    case wirebeam_sup:start_capture(self(), Checked#{active := false}) of
        {ok, Capture} -> opened(Capture, Active);
        {error, Reason} -> {error, Reason}
    end.

opened(Capture, Active) ->
    case wirebeam_capture:await(Capture) of
        ok -> activated(Capture, wirebeam_capture:setopts(Capture, #{active => Active}));
        {error, Reason} -> {error, Reason}
    end.

activated(Capture, ok) -> {ok, Capture};
activated(_Capture, {error, Reason}) -> {error, Reason}. % the application was stopped meanwhile

%% @doc Ends a capture. No message of it comes afterwards, but some may be in the mailbox.
-spec close(capture()) -> ok.
close(Capture) ->
    wirebeam_capture:close(Capture).

%% @equiv recv(Capture, Max, infinity)
-spec recv(capture(), non_neg_integer()) -> {ok, event()} | {error, term()}.
recv(Capture, Max) ->
    recv(Capture, Max, infinity).

%% @doc Waits for the next event, at most Timeout milliseconds. Of packets, at most Max come (0:
%% the whole batch). For the owner of a capture that is not active. Errors: `timeout',
%% `einval' (it is active, or another recv waits, or Max or Timeout, of at most 4294967295, is no
%% such number), `not_owner', `{closed, Reason}' (the capture has ended, once all was given),
%% `closed' (after that).
-spec recv(capture(), non_neg_integer(), timeout()) -> {ok, event()} | {error, term()}.
recv(Capture, Max, Timeout) ->
    case wirebeam_capture:take(Capture, Max, Timeout) of
        {ok, {batch, Batch}, true} -> {ok, {packets, packets(Batch)}};
        {ok, Event, _WantsPackets} -> {ok, Event};
        Error -> Error
    end.

%% @equiv send(Capture, Packets, infinity)
-spec send(capture(), binary() | [binary()]) -> ok | {error, send_error()}.
send(Capture, Packets) ->
    send(Capture, Packets, infinity).

%% @doc Sends packets, whole as they are, by the interface of a capture that was opened with
%% `inject'; any process may. Of many packets that are sent at once each is cheaper. Returns when
%% all were handed to the system, or Timeout milliseconds are over: those left are not sent.
%% Errors: of a single packet its reason; of a list `{failed, [{Place, Reason}]}' with the place, from
%% 1, of each that was not sent: all others were. A reason is `timeout', or what the system says
%% (`emsgsize', `enetdown', ...). And: `{enotsup, Text}' without `inject', `busy' when too
%% many wait, `closed'. Raises `{badarg, {packet, Term}}' for what is no binary of 1 to 262144
%% bytes; nothing is sent then.
-spec send(capture(), binary() | [binary()], timeout()) -> ok | {error, send_error()}.
send(Capture, Packet, Timeout) when is_binary(Packet) ->
    case send(Capture, [Packet], Timeout) of
        {error, {failed, [{1, Reason}]}} -> {error, Reason};
        Answer -> Answer
    end;
send(Capture, Packets, Timeout) ->
    ok = wirebeam_send:check(Packets, Timeout),
    wirebeam_send:all(Capture, Packets, Timeout).

%% @doc The packets of a batch.
-spec packets(batch()) -> [packet(), ...].
packets(Batch) ->
    wirebeam_protocol:packets(Batch).

%% @doc Calls a function for each packet of a batch, in order, with the result of the last. There is
%% no list of them, and a message with a batch costs the same for one packet as for thousands.
-spec fold(fun((packet(), Acc) -> Acc), Acc, batch()) -> Acc.
fold(Function, Acc, Batch) ->
    wirebeam_protocol:fold(Function, Acc, Batch).

%% @doc As {@link fold/3}, but no packet is taken out of the batch: the function gets the bytes of
%% all of them, where the packet starts, and how many bytes it has. To match on headers in place,
%% `<<_:Start/binary, _:96, 16#0800:16, _/binary>>', is the fastest way to look at packets. Behind
%% the end of one is the next: what is matched has to be within `Length'. Its time and link type are
%% not told.
-spec scan(fun((Data :: binary(), Start :: non_neg_integer(), Length :: non_neg_integer(), Acc) ->
                     Acc), Acc, batch()) -> Acc.
scan(Function, Acc, Batch) ->
    wirebeam_protocol:scan(Function, Acc, Batch).

%% @doc The counters at this moment. `closed': the worker has ended, though what it sent may still
%% wait for recv/2; the last counters are those of the last event, see `deliver => [stats]'.
-spec stats(capture()) -> {ok, stats()} | {error, timeout | reason() | closed | busy}.
stats(Capture) ->
    wirebeam_capture:stats(Capture).

%% @doc How the capture was opened: the kind of its source (`<<"packet">>', `<<"libpcap">>' or
%% `<<"file">>') and what confines its worker.
-spec info(capture()) -> {ok, #{kind := binary(), sandbox := sandbox()}} | {error, closed}.
info(Capture) ->
    wirebeam_capture:info(Capture).

%% @doc Changes `active': `#{active => once}' or `[{active, once}]'. An owner on another node
%% cannot have `true', since nobody would see how much waits in its mailbox.
-spec setopts(capture(), #{active => active()} | [{active, active()}]) ->
          ok | {error, einval | remote_owner | closed}.
setopts(Capture, Options) ->
    wirebeam_capture:setopts(Capture, wirebeam_options:check_setopts(Options)).

%% @doc Exchanges the filter while packets come in. Those that the kernel holds already have
%% passed the old one. The old one stays where the new one does not compile: the answer is
%% `{error, {filter, Text}}'. In the new one hosts, networks and services have to be numbers, as in
%% `"host 192.0.2.1 and port 80"': the program of the backend `port' is confined by then and can
%% look up no name, so that each is unknown to it. The filter of {@link open/1} may have names.
-spec set_filter(capture(), string() | binary()) ->
          ok | {error, reason() | timeout | closed | busy}.
set_filter(Capture, Filter) ->
    wirebeam_capture:set_filter(Capture, wirebeam_options:check_filter(Filter)).

%% @doc Makes another process the owner. What the old one has in its mailbox goes to the new
%% one first. Only the owner can. Nothing changes where there is an error: `remote_owner', see
%% {@link setopts/2}; `einval', the capture itself cannot be its owner.
-spec controlling_process(capture(), pid()) ->
          ok | {error, not_owner | closed | remote_owner | einval}.
controlling_process(Capture, Owner) when is_pid(Owner) ->
    case wirebeam_capture:pause(Capture, Owner) of
        {ok, Active} ->
            pass_on(Capture, Owner),
            wirebeam_capture:transfer(Capture, Owner, Active);
        Error ->
            Error
    end.

pass_on(Capture, Owner) ->
    receive
        {wirebeam, Capture, _} = Message -> pass_on(Message, Capture, Owner);
        {wirebeam_passive, Capture} = Message -> pass_on(Message, Capture, Owner);
        {wirebeam_closed, Capture, _} = Message -> pass_on(Message, Capture, Owner)
    after 0 -> ok
    end.

pass_on(Message, Capture, Owner) ->
    Owner ! Message,
    pass_on(Capture, Owner).

%% @doc The network devices of this host, and whether this user can capture on them.
-spec interfaces() -> {ok, [interface()]} | {error, reason()}.
interfaces() ->
    wirebeam_interfaces:list().
