%% SPDX-License-Identifier: ISC
%%
%% wirebeam_packet: its properties, and what the core and tshark say of the same packets.
%%
%% The packets are the seeds of the fuzzer of decode, a packet or more for each layer, and the
%% captures that the generator of the scenario tests makes. WIREBEAM_CORPUS adds the captures
%% below a directory. The core is the command that WIREBEAM names, or else one that was built
%% here; cases that need what is not there are skipped.
-module(wirebeam_packet_SUITE).

-include_lib("common_test/include/ct.hrl").
-include_lib("stdlib/include/assert.hrl").
-include("wirebeam_packet.hrl").

-export([all/0, suite/0, init_per_suite/1, end_per_suite/1, init_per_testcase/2,
         end_per_testcase/2]).
-export([random_bytes/1, changed_packets/1, every_prefix/1, layers/1, set_fields/1,
         says_why_it_stopped/1, as_deep_as_the_core/1, pads_short_frames/1, too_long/1,
         keeps_no_copy/1, costs_no_more_than_its_length/1, follows_pointers_of_names/1,
         knows_link_types/1,
         encodes_what_it_decoded/1, recomputes/1, says_what_the_core_says/1,
         checksums_are_right_to_the_core/1, checksums_are_right_to_tshark/1]).

-define(PROPERTIES, [random_bytes, changed_packets, layers, set_fields]).
-define(WITH_CORE, [recomputes, says_what_the_core_says, checksums_are_right_to_the_core]).

suite() -> [{timetrap, {minutes, 10}}].

all() ->
    ?PROPERTIES
        ++ [every_prefix, says_why_it_stopped, as_deep_as_the_core, pads_short_frames, too_long,
            keeps_no_copy, costs_no_more_than_its_length, follows_pointers_of_names,
            knows_link_types, encodes_what_it_decoded]
        ++ ?WITH_CORE ++ [checksums_are_right_to_tshark].

init_per_suite(Config) ->
    Root = root(?config(data_dir, Config)),
    Seeds = [wirebeam_packet_capture:seed(File)
             || File <- filelib:wildcard(filename:join(Root, "fuzz/corpus/decode/*"))],
    ?assert(length(Seeds) > 200),
    Private = ?config(priv_dir, Config),
    ok = wirebeam_packet_capture:write(filename:join(Private, "seeds.pcapng"), Seeds),
    generate(built(Root, "GENERATE", "test/generate/generate"), Private),
    Captures = filelib:wildcard(filename:join(Private, "*.{pcapng,capture}")) ++ corpus(),
    [{seeds, Seeds}, {captures, Captures}, {core, built(Root, "WIREBEAM", "wirebeam")} | Config].

end_per_suite(_) -> ok.

init_per_testcase(Case, Config) ->
    Lacks = [{lists:member(Case, ?PROPERTIES) andalso code:which(proper) =:= non_existing,
              "PropEr is not installed"},
             {lists:member(Case, ?WITH_CORE) andalso ?config(core, Config) =:= none,
              "the command wirebeam was not built"},
             {Case =:= checksums_are_right_to_the_core andalso code:which(proper) =:= non_existing,
              "PropEr is not installed"},
             {Case =:= checksums_are_right_to_tshark andalso
              (code:which(proper) =:= non_existing orelse os:find_executable("tshark") =:= false),
              "PropEr or tshark is not installed"}],
    case lists:keyfind(true, 1, Lacks) of
        {true, Why} -> {skip, Why};
        false -> Config
    end.

end_per_testcase(_, _) -> ok.

%% The tests may run from a copy below the root.
root(Directory) ->
    case filelib:is_dir(filename:join(Directory, "fuzz/corpus/decode")) of
        true -> Directory;
        false ->
            Parent = filename:dirname(Directory),
            ?assertNotEqual(Directory, Parent),
            root(Parent)
    end.

built(Root, Variable, Path) ->
    Candidates = [File || File <- [os:getenv(Variable, "none"),
                                   filename:join([Root, "build", Path]),
                                   filename:join([Root, "build-test", Path])],
                          filelib:is_regular(File)],
    hd(Candidates ++ [none]).

%% Each scenario's capture, by the program that makes them.
generate(none, _) -> ok;
generate(Program, Directory) ->
    Names = string:lexemes(os:cmd(Program ++ " --list"), "\n"),
    [os:cmd(lists:concat([Program, " ", Name, " ", filename:join(Directory, Name), ".capture"]))
     || Name <- Names],
    ok.

corpus() ->
    case os:getenv("WIREBEAM_CORPUS", "") of
        "" -> [];
        Directory -> [File || File <- filelib:wildcard(filename:join(Directory, "**")),
                              filelib:is_regular(File)]
    end.

%%% Properties

random_bytes(_) -> holds(prop_wirebeam_packet:prop_random_bytes(), 5000).

changed_packets(Config) ->
    holds(prop_wirebeam_packet:prop_changed_packets(?config(seeds, Config)), 20000).

layers(_) -> holds(prop_wirebeam_packet:prop_layers(), 2000).

set_fields(_) -> holds(prop_wirebeam_packet:prop_set_fields(), 200).

holds(Property, Tests) ->
    case proper:quickcheck(Property, [{numtests, Tests}, quiet]) of
        true -> ok;
        _ -> ct:fail(proper:counterexample())
    end.

%% As a capture with a short snaplen has them, and worse.
every_prefix(Config) ->
    [?assert(prop_wirebeam_packet:check(Link, binary:part(Bytes, 0, Length)), {Link, Bytes, Length})
     || {Link, Bytes} <- ?config(seeds, Config), Length <- lists:seq(0, byte_size(Bytes))].

%%% What is said of single packets

says_why_it_stopped(_) ->
    Whole = wirebeam_packet:encode([#ethernet{}, #ip4{}, #udp{source_port = 9}, "payload"]),
    Cut = binary:part(Whole, 0, 45),
    [#ethernet{}, #ip4{}, #udp{}, <<"payload">>] = lists:droplast(wirebeam_packet:decode(Whole))
        ++ [<<"payload">>],
    [#ethernet{}, #ip4{}, #udp{}, Payload] = wirebeam_packet:decode(Cut),
    ?assertEqual(#undecoded{reason = truncated, layer = payload, offset = 42, data = <<"pay">>},
                 Payload),
    [#ethernet{}, #ip4{}, Udp] = wirebeam_packet:decode(binary:part(Whole, 0, 38)),
    ?assertMatch(#undecoded{reason = truncated, layer = udp, offset = 34, data = <<_:32>>}, Udp),
    [#undecoded{reason = truncated, layer = ethernet, offset = 0, data = <<>>}] =
        wirebeam_packet:decode(<<>>),
    Malformed = wirebeam_packet:encode([#ethernet{}, #ip4{}, #tcp{header_length = 16}]),
    ?assertMatch([_, _, #undecoded{reason = malformed, layer = tcp, offset = 34}],
                 wirebeam_packet:decode(Malformed)),
    Within = wirebeam_packet:encode([#ethernet{}, #ip4{protocol = 6, total_length = 28},
                                     <<0:160>>]),
    ?assertMatch([_, _, #undecoded{reason = malformed, layer = tcp, data = <<0:64>>}],
                 wirebeam_packet:decode(Within)),
    Unknown = wirebeam_packet:encode([#ethernet{type = 16#88b5, trailer = <<>>}, "x"]),
    ?assertEqual(#undecoded{reason = unsupported, layer = {ethertype, 16#88b5}, offset = 14,
                            data = <<"x">>}, lists:last(wirebeam_packet:decode(Unknown))),
    First = wirebeam_packet:encode([#ip4{more_fragments = true}, #udp{length = 99}, "begin"]),
    ?assertMatch([#ip4{}, #udp{length = 99}, #undecoded{reason = fragment, data = <<"begin">>}],
                 wirebeam_packet:decode(raw, First)),
    Later = wirebeam_packet:encode([#ip4{fragment_offset = 1480, protocol = 17}, "end"]),
    ?assertMatch([#ip4{fragment_offset = 1480}, #undecoded{reason = fragment, data = <<"end">>}],
                 wirebeam_packet:decode(raw, Later)).

as_deep_as_the_core(_) ->
    Tags = [#vlan{id = N} || N <- lists:seq(1, 30)],
    Layers = wirebeam_packet:decode(wirebeam_packet:encode([#ethernet{} | Tags] ++ ["end"])),
    ?assertEqual(25, length(Layers)),
    ?assertMatch(#undecoded{reason = too_deep, layer = vlan, offset = 106}, lists:last(Layers)).

%% The outermost frame, not one in a tunnel.
pads_short_frames(_) ->
    Frame = wirebeam_packet:encode([#ethernet{}, #arp{}]),
    ?assertEqual(60, byte_size(Frame)),
    ?assertMatch([#ethernet{trailer = <<>>}, #arp{trailer = <<0:144>>}, <<>>],
                 wirebeam_packet:decode(Frame)),
    ?assertEqual(42, byte_size(wirebeam_packet:encode([#ethernet{trailer = <<>>}, #arp{}]))),
    Tunnel = wirebeam_packet:encode([#ethernet{}, #ip4{}, #udp{}, #vxlan{}, #ethernet{}, #arp{}]),
    ?assertEqual(14 + 20 + 8 + 8 + 42, byte_size(Tunnel)).

too_long(_) ->
    Big = <<0:65536/unit:8>>,
    ?assertError({too_long, total_length, 65556}, wirebeam_packet:encode([#ip4{}, Big])),
    ?assertError({too_long, payload_length, 65536}, wirebeam_packet:encode([#ip6{}, Big])),
    ?assertEqual(65556, byte_size(wirebeam_packet:encode([#ip4{total_length = 0}, Big]))).

keeps_no_copy(_) ->
    Frame = wirebeam_packet:encode([#ethernet{}, #ip4{}, #tcp{}, binary:copy(<<"x">>, 1000)]),
    Payload = lists:last(wirebeam_packet:decode(Frame)),
    ?assertEqual({1000, byte_size(Frame)},
                 {byte_size(Payload), binary:referenced_byte_size(Payload)}).

%% Lists of as many members as fit: four times the bytes take four times the work.
costs_no_more_than_its_length(_) ->
    [begin
         Small = work(Make, 4000),
         Large = work(Make, 16000),
         ?assert(Large < 5 * Small, {Name, Small, Large})
     end || {Name, Make} <- hostile()].

work(Make, Bytes) ->
    Packet = Make(Bytes),
    {reductions, Before} = process_info(self(), reductions),
    Layers = wirebeam_packet:decode(raw, Packet),
    Packet = wirebeam_packet:encode(Layers),
    {reductions, After} = process_info(self(), reductions),
    After - Before.

hostile() ->
    Udp = fun(Port, Begin, Member) ->
              fun(Bytes) ->
                  Members = binary:copy(Member, Bytes div byte_size(Member)),
                  wirebeam_packet:encode([#ip4{}, #udp{destination_port = Port},
                                          <<Begin/binary, Members/binary>>])
              end
          end,
    Ip = fun(Kind, Begin, Member) ->
             fun(Bytes) ->
                 Members = binary:copy(Member, Bytes div byte_size(Member)),
                 wirebeam_packet:encode([#ip6{next_header = Kind},
                                         <<Begin/binary, Members/binary>>])
             end
         end,
    [{dhcp_pads, Udp(67, <<0:1888, 16#63825363:32>>, <<0>>)},
     {dns_questions, Udp(53, <<0:32, -1:64>>, <<0, 1:16, 1:16>>)},
     {dns_labels, Udp(53, <<0:32, 1:16, 0:48>>, <<1, "a">>)},
     {dhcpv6_options, Udp(547, <<1, 0:24>>, <<0:32>>)},
     {gtp_extensions, fun(Bytes) ->
                          Begin = <<16#34, 255, (Bytes + 8):16, 0:56, 1>>,
                          (Udp(2152, Begin, <<1, 0:16, 1>>))(Bytes)
                      end},
     {mpls_in_udp, Udp(6635, <<>>, <<0:32>>)},
     {sctp_chunks, Ip(132, <<0:96>>, <<200, 0, 4:16>>)},
     {nd_options, Ip(58, <<133, 0, 0:48>>, <<200, 1, 0:48>>)},
     {gre_routes, Ip(47, <<16#4000:16, 16#0800:16, 0:32>>, <<1:16, 0, 0>>)},
     {extension_headers, Ip(60, <<>>, <<60, 0, 1, 4, 0:32>>)},
     {quoted, Ip(58, <<3, 0, 0:48>>, <<6:4, 0:28, 0:16, 58, 1, 0:256, 3, 0, 0:48>>)}].

follows_pointers_of_names(_) ->
    Dns = #dns{questions = [{[<<"www">>, <<"example">>], 1, 1}],
               answers = [{[{pointer, 12}], 5, 1, 60, {name, [<<"a">>, {pointer, 16}]}}]},
    Message = wirebeam_packet:encode([Dns]),
    [_, _, #dns{answers = [{Name, 5, 1, 60, {name, Alias}}]}, <<>>] =
        wirebeam_packet:decode(raw, wirebeam_packet:encode([#ip4{}, #udp{}, Dns])),
    ?assertEqual({ok, [<<"www">>, <<"example">>]}, wirebeam_packet:name(Name, Message)),
    ?assertEqual({ok, [<<"a">>, <<"example">>]}, wirebeam_packet:name(Alias, Message)),
    Loop = <<0:96, 16#c00c:16>>,
    ?assertEqual({error, malformed}, wirebeam_packet:name([{pointer, 12}], Loop)),
    Long = <<0:96, (binary:copy(<<63, 0:504>>, 5))/binary, 0>>,
    ?assertEqual({error, malformed}, wirebeam_packet:name([{pointer, 12}], Long)).

knows_link_types(_) ->
    ?assertError(badarg, wirebeam_packet:decode(no_such_link, <<>>)),
    ?assertMatch([#undecoded{reason = unsupported, layer = {link, 147}, data = <<"x">>}],
                 wirebeam_packet:decode(147, <<"x">>)),
    ?assertEqual(wirebeam_packet:decode(113, <<0:128>>),
                 wirebeam_packet:decode(linux_sll, <<0:128>>)).

%%% Packets of captures

encodes_what_it_decoded(Config) ->
    Counts = [length([?assert(prop_wirebeam_packet:check(Link, Bytes), {File, Link, Bytes})
                      || {Link, Bytes} <- wirebeam_packet_capture:packets(File)])
              || File <- ?config(captures, Config)],
    {comment, lists:concat([lists:sum(Counts), " packets"])}.

%% Of a packet without a fault, with right checksums, all that is computed comes out the same.
recomputes(Config) ->
    Results = [recomputed(File, Packet)
               || {File, Packets} <- with_core(Config), {_, _, Core} = Packet <- Packets,
                  is_sound(Core)],
    ?assertEqual([], [Result || Result <- Results, Result =/= same]),
    {comment, lists:concat([length(Results), " packets"])}.

recomputed(File, {Link, Bytes, _}) ->
    Layers = wirebeam_packet:decode(Link, Bytes),
    case wirebeam_packet:encode(wirebeam_packet:recompute(Layers)) of
        Bytes -> same;
        Other -> {filename:basename(File), Layers, wirebeam_packet:decode(Link, Other)}
    end.

%% The core says nothing of the checksum of CDP, which its seeds leave zero.
is_sound(Core) ->
    lists:all(fun(Layer) ->
                  maps:get(<<"status">>, Layer, <<"unknown">>) =:= <<"unknown">>
                      andalso lists:member(maps:get(<<"checksum_state">>, Layer, <<"absent">>),
                                           [<<"right">>, <<"absent">>])
                      andalso not is_zero_of_cdp(Layer)
              end, Core).

is_zero_of_cdp(Layer) ->
    maps:with([<<"layer">>, <<"checksum">>], Layer)
        =:= #{<<"layer">> => <<"cdp">>, <<"checksum">> => 0}.

says_what_the_core_says(Config) ->
    Compared = [{wirebeam_packet_core:compared(Layers, Core),
                 [{filename:basename(File), Difference}
                  || Difference <- wirebeam_packet_core:differences(Layers, Core)]}
                || {File, Packets} <- with_core(Config), {Link, Bytes, Core} <- Packets,
                   Layers <- [wirebeam_packet:decode(Link, Bytes)]],
    {Fields, Differences} = lists:unzip(Compared),
    ?assertEqual([], lists:append(Differences)),
    {comment, lists:concat([length(Compared), " packets, ", lists:sum(Fields), " fields"])}.

%% Packets with what the core makes of them. Of a file that it reads and the reader of these
%% tests does not, there are none.
with_core(Config) ->
    [{File, [{Link, Bytes, Core} || {{Link, Bytes}, Core} <- lists:zip(Packets, Cores)]}
     || File <- ?config(captures, Config),
        Packets <- [wirebeam_packet_capture:packets(File)], Packets =/= [],
        Cores <- [wirebeam_packet_core:read(?config(core, Config), File)],
        length(Packets) =:= length(Cores)].

%%% Others judge what was encoded

checksums_are_right_to_the_core(Config) ->
    File = filename:join(?config(priv_dir, Config), "encoded.core"),
    Packets = sample(400),
    ok = wirebeam_packet_capture:write(File, Packets),
    States = [{Name, State}
              || Core <- wirebeam_packet_core:read(?config(core, Config), File),
                 #{<<"layer">> := Name, <<"checksum_state">> := State} <- Core],
    ?assertEqual([], [Name || {Name, <<"wrong">>} <- States]),
    Right = lists:usort([Name || {Name, <<"right">>} <- States]),
    ?assertEqual([], [<<"dccp">>, <<"gre">>, <<"icmp">>, <<"icmpv6">>, <<"igmp">>, <<"ip">>,
                      <<"mipv6">>, <<"ospf">>, <<"pim">>, <<"sctp">>, <<"tcp">>, <<"udp">>,
                      <<"udplite">>, <<"vrrp">>] -- Right),
    {comment, lists:concat([length(States), " checksums"])}.

checksums_are_right_to_tshark(Config) ->
    File = filename:join(?config(priv_dir, Config), "encoded.tshark"),
    ok = wirebeam_packet_capture:write(File, [P || P <- sample(400), not is_igmp_in_ip6(P),
                                                   not is_read_otherwise(P)]),
    Options = [" -o " ++ Protocol ++ ".check_checksum:TRUE" || Protocol <- ["ip", "tcp", "udp"]],
    Fields = [" -e " ++ Protocol ++ ".checksum.status"
              || Protocol <- ["ip", "tcp", "udp", "icmp", "icmpv6", "sctp", "igmp",
                              "dccp", "vrrp"]],
    Command = lists:append(["tshark -n -r ", File, " -T fields -E separator=,"
                            " -o sctp.checksum:TRUE", lists:append(Options),
                            lists:append(Fields), " 2>/dev/null"]),
    Statuses = string:lexemes(os:cmd(Command), ",\n"),
    ?assert(lists:member("1", Statuses)),               %% good
    ?assertEqual([], [Status || Status <- Statuses, Status =:= "0"]),
    {comment, lists:concat([length([S || S <- Statuses, S =:= "1"]), " checksums"])}.

%% There is no such thing, and tshark counts the extension headers before it as a part of it.
is_igmp_in_ip6({Link, Bytes}) ->
    Layers = wirebeam_packet:decode(Link, Bytes),
    lists:keymember(igmp, 1, Layers) andalso lists:keymember(ip6, 1, Layers).

%% tshark takes the next hop for the destination, where RFC 1122, 4.1.3.5 has the last of the
%% route; and the eight bytes of an IGMP message for all, where RFC 2236, 2.3 has the IP payload.
is_read_otherwise({Link, Bytes}) ->
    lists:any(fun(#ip4{options = Options}) ->
                      lists:keymember(loose_source_route, 1, [O || O <- Options, is_tuple(O)]);
                 (#igmp{data = Data}) -> Data =/= <<>>;
                 (_) -> false
              end, wirebeam_packet:decode(Link, Bytes)).

%% Packets of the property, with all checksums computed, and one of each that has a checksum.
sample(Count) ->
    Each = [[#ip4{source = {10, 0, 0, 1}, destination = {10, 0, 0, 2}} | Inside]
            || Inside <- [[#tcp{flags = [syn], options = [{mss, 1460}]}],
                          [#udp{source_port = 9, destination_port = 9}, "odd"],
                          [#udplite{checksum_coverage = 9}, "odd"], [#dccp{}, "odd"],
                          [#icmp{rest = {1, 2}}, "odd"],
                          [#sctp{chunks = [{0, 3, {data, 1, 2, 3, 4, <<"odd">>}}]}],
                          [#igmp{type = 16#16}], [#vrrp{version = 2, data = <<0:96>>}],
                          [#vrrp{data = <<0:32>>}], [#pim{}], [#ospf{data = <<0:160>>}],
                          [#gre{checksum = auto}, #ip4{}, #icmp{}]]]
        ++ [[#ip6{source = {16#fd00, 0, 0, 0, 0, 0, 0, 1}}, #mipv6{message_data = <<0:80>>}],
            [#ip6{}, #icmp6{type = 135, body = {{1, 2, 3, 4, 5, 6, 7, 8}}, options = []}]],
    [{101, wirebeam_packet:encode(Layers)} || Layers <- Each]
        ++ [{wirebeam_packet_number:link_type(Link), wirebeam_packet:encode(Layers)}
            || _ <- lists:seq(1, Count),
               {ok, {Link, Layers}} <- [proper_gen:pick(prop_wirebeam_packet:packet(), 20)]].
