%% SPDX-License-Identifier: ISC
%%
%% What the core makes of packets, as `wirebeam read --json' tells it, and how that compares with
%% what wirebeam_packet makes of them: the kinds of the layers, and all fields that both have.
-module(wirebeam_packet_core).

-export([read/2, differences/2, compared/2, checksum_state/2, json/1]).

-include("wirebeam_packet.hrl").

%% Layers that the core decodes and wirebeam_packet does not: there it stops.
-define(UNCOVERED, [<<"prism">>, <<"wlancap">>, <<"ppi">>, <<"wlan_aggregate">>]).

%% @doc The layers of each packet of a capture file.
-spec read(file:filename(), file:filename()) -> [[map()]].
read(Command, File) ->
    Port = open_port({spawn_executable, Command},
                     [{args, ["read", "--json", "--quiet", "-r", File]}, binary, exit_status,
                      stderr_to_stdout]),
    Lines = binary:split(collect(Port, []), <<"\n">>, [global]),
    [maps:get(<<"layers">>, Packet, [])
     || <<"{", _/binary>> = Line <- Lines, Packet <- [json(Line)],
        maps:get(<<"event_type">>, Packet, undefined) =:= <<"packet">>].

collect(Port, Parts) ->
    receive
        {Port, {data, Data}} -> collect(Port, [Data | Parts]);
        {Port, {exit_status, _}} -> iolist_to_binary(lists:reverse(Parts))
    end.

%% @doc What differs: [] if nothing does.
-spec differences(wirebeam_packet:layers(), [map()]) -> [term()].
differences(Layers, Core) ->
    {Records, End} = lists:split(length(Layers) - 1, Layers),
    Headers = [L || #{<<"layer">> := Name} = L <- Core, Name =/= <<"raw">>, Name =/= <<"payload">>],
    kinds(Records, hd(End), [Name || #{<<"layer">> := Name} <- Headers])
        ++ lists:append(lists:zipwith(fun fields/2, Records,
                                      lists:sublist(Headers ++ lists:duplicate(24, #{}),
                                                    length(Records)))).

%% @doc How many fields were compared.
-spec compared(wirebeam_packet:layers(), [map()]) -> non_neg_integer().
compared(Layers, Core) ->
    Headers = [L || #{<<"layer">> := Name} = L <- Core, Name =/= <<"raw">>, Name =/= <<"payload">>],
    Records = lists:droplast(Layers),
    Pairs = lists:zip(lists:sublist(Records, length(Headers)),
                      lists:sublist(Headers, length(Records))),
    lists:sum([length(comparable(Record, Header)) || {Record, Header} <- Pairs]).

kinds(Records, End, Names) ->
    Own = [name(Record) || Record <- Records],
    Stopped = case End of
                  #undecoded{reason = Reason, layer = Kind}
                    when Reason =:= truncated orelse Reason =:= malformed,
                         is_atom(Kind), Kind =/= payload, Kind =/= raw -> [name({Kind})];
                  _ -> []
              end,
    {Same, Rest} = lists:split(min(length(Own ++ Stopped), length(Names)), Names),
    [{kinds, Own ++ Stopped, Names} || not same(Own ++ Stopped, Same)]
        ++ [{behind, End, Rest} || not may_follow(End, Rest)].

same(Own, Core) ->
    length(Own) =:= length(Core) andalso
        lists:all(fun({<<"dns">>, B}) -> lists:member(B, [<<"dns">>, <<"mdns">>, <<"llmnr">>]);
                     %% Over UDP, both versions are one kind to the core.
                     ({<<"l2tpv3">>, B}) -> lists:member(B, [<<"l2tp">>, <<"l2tpv3">>]);
                     %% The core keeps the kind of the link type.
                     ({<<"pppoed">>, B}) -> lists:member(B, [<<"pppoed">>, <<"pppoes">>]);
                     ({A, B}) -> A =:= B
                  end, lists:zip(Own, Core)).

may_follow(_, []) -> true;
may_follow(#undecoded{reason = too_deep}, _) -> true;
%% Of bytes that are not there, the core still says what they would be.
may_follow(#undecoded{reason = truncated, layer = payload, data = <<>>}, [_]) -> true;
may_follow(#undecoded{layer = {_, _}}, [Name | _]) -> lists:member(Name, ?UNCOVERED);
may_follow(_, _) -> false.

name({mdns}) -> <<"dns">>;
name({llmnr}) -> <<"dns">>;
name(Layer) ->
    case element(1, Layer) of
        ethernet -> <<"eth">>;
        ip4 -> <<"ip">>;
        ip6 -> <<"ipv6">>;
        ip6_hopopts -> <<"ipv6.hopopts">>;
        ip6_dstopts -> <<"ipv6.dstopts">>;
        ip6_routing -> <<"ipv6.routing">>;
        ip6_fragment -> <<"ipv6.fraghdr">>;
        icmp6 -> <<"icmpv6">>;
        ppp_control -> <<"ppp.control">>;
        vxlan_gpe -> <<"vxlan-gpe">>;
        Kind -> atom_to_binary(Kind)
    end.

fields(Record, Header) ->
    [{element(1, Record), Field, Own, Core}
     || {Field, Own, Core} <- comparable(Record, Header), not equal(Own, Core)].

%% Fields of both that have one value. Not the bytes that the core shows in another form.
comparable(Record, Header) ->
    Kind = element(1, Record),
    [{Field, Own, Core}
     || {Field, Own} <- lists:zip(wirebeam_packet_fields:of_kind(Kind), tl(tuple_to_list(Record))),
        Field =/= trailer, Own =/= undefined, not lists:member({Kind, Field}, other_form()),
        Core <- [maps:get(atom_to_binary(Field), Header, absent)],
        Core =/= absent, not is_list(Core) orelse Field =:= flags, not is_map(Core)].

%% Bytes here and text or a structure there, or the same name for something else.
other_form() ->
    [{pw, flags}, {radiotap, flags}, {stp, flags}, {wlan, flags}, {ospf, authentication},
     {dhcp, sname}, {dhcp, file}, {dhcp, chaddr}, {sll, address}, {sll2, address},
     {icmp, rest}, {icmp6, rest}, {eap, data}, {gre, key}].

equal(Own, Core) when is_boolean(Own), is_integer(Core) -> wirebeam_packet_field:bit(Own) =:= Core;
equal(Own, Core) when is_integer(Own), is_boolean(Core) -> wirebeam_packet_field:bit(Core) =:= Own;
equal(Own, Core) when is_tuple(Own) -> {ok, Own} =:= inet:parse_address(binary_to_list(Core));
equal(Own, Core) when is_list(Own), is_list(Core) ->
    [string:uppercase(atom_to_list(Flag)) || Flag <- Own] =:= [binary_to_list(F) || F <- Core];
equal(Own, Core) when is_atom(Own), is_binary(Core) -> atom_to_binary(Own) =:= Core;
equal(Own, Core) when is_binary(Own), is_binary(Core) ->
    binary:encode_hex(Own) =:= string:uppercase(binary:replace(Core, <<":">>, <<>>, [global]));
equal(Own, Core) -> Own =:= Core.

%% @doc What the core says of the checksums of a kind of layer.
-spec checksum_state(atom(), [map()]) -> [binary()].
checksum_state(Kind, Core) ->
    [State || #{<<"layer">> := Name, <<"checksum_state">> := State} <- Core, Name =:= name({Kind})].

%% @doc A value of JSON, as far as the command writes it.
-spec json(binary()) -> term().
json(Bytes) ->
    {Value, _} = value(Bytes),
    Value.

value(<<"{}", Rest/binary>>) -> {#{}, Rest};
value(<<"{", Rest/binary>>) -> members(Rest, #{});
value(<<"[]", Rest/binary>>) -> {[], Rest};
value(<<"[", Rest/binary>>) -> elements(Rest, []);
value(<<"\"", Rest/binary>>) -> text(Rest, <<>>);
value(<<"true", Rest/binary>>) -> {true, Rest};
value(<<"false", Rest/binary>>) -> {false, Rest};
value(<<"null", Rest/binary>>) -> {null, Rest};
value(Bytes) ->
    {match, [{0, Length}]} = re:run(Bytes, "^-?[0-9.eE+-]+"),
    <<Number:Length/binary, Rest/binary>> = Bytes,
    {try binary_to_integer(Number) catch error:badarg -> binary_to_float(Number) end, Rest}.

members(<<"\"", Rest/binary>>, Map) ->
    {Key, <<":", Behind/binary>>} = text(Rest, <<>>),
    case value(Behind) of
        {Value, <<",", More/binary>>} -> members(More, Map#{Key => Value});
        {Value, <<"}", More/binary>>} -> {Map#{Key => Value}, More}
    end.

elements(Bytes, Values) ->
    case value(Bytes) of
        {Value, <<",", More/binary>>} -> elements(More, [Value | Values]);
        {Value, <<"]", More/binary>>} -> {lists:reverse([Value | Values]), More}
    end.

text(<<"\"", Rest/binary>>, Text) -> {Text, Rest};
text(<<"\\u", Hex:4/binary, Rest/binary>>, Text) ->
    text(Rest, <<Text/binary, (binary_to_integer(Hex, 16)):16>>);
text(<<"\\", Byte, Rest/binary>>, Text) -> text(Rest, <<Text/binary, Byte>>);
text(<<Byte, Rest/binary>>, Text) -> text(Rest, <<Text/binary, Byte>>).
