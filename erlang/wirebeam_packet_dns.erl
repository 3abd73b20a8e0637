%% SPDX-License-Identifier: ISC
%%
%% @private
%% DNS (RFC 1035), and with it multicast DNS (RFC 6762) and LLMNR (RFC 4795). Names are labels
%% as they stand in the message, pointers and all, so that it can be put together again byte
%% by byte; name/2 follows the pointers.
-module(wirebeam_packet_dns).

-behaviour(wirebeam_packet_walk).

-export([decode/3, encode/4, name/2]).

-include("wirebeam_packet.hrl").
-include("wirebeam_packet_walk.hrl").

-import(wirebeam_packet_walk, [rest/3, short/3]).
-import(wirebeam_packet_field, [auto/2, bit/1, fit/3, address/1, ip6_address/1]).

-define(NAME_BYTES, 255).

-type name() :: wirebeam_packet:dns_name().

%% @doc The labels of a name in a message, its pointers followed. They must go back (as all
%% that exist do), and a name has at most 255 bytes: so this ends.
-spec name(name(), binary()) -> {ok, [binary()]} | {error, malformed}.
name(Name, Message) -> name(Name, Message, byte_size(Message), ?NAME_BYTES, []).

name([], _, _, _, Labels) -> {ok, lists:reverse(Labels)};
name([{pointer, Offset}], Message, Before, Left, Labels) when Offset < Before ->
    <<_:Offset/binary, Bytes/binary>> = Message,
    case take_name(Bytes) of
        {Name, _} -> name(Name, Message, Offset, Left, Labels);
        short -> {error, malformed}
    end;
name([Label | More], Message, Before, Left, Labels)
  when is_binary(Label), Left > byte_size(Label) + 1 ->
    name(More, Message, Before, Left - byte_size(Label) - 1, [Label | Labels]);
name(_, _, _, _, _) -> {error, malformed}.

%% @doc A message.
-spec decode(dns | mdns | llmnr, binary(), #walk{}) -> wirebeam_packet:layers().
decode(_, <<Id:16, Qr:1, Opcode:4, Aa:1, Tc:1, Rd:1, Ra:1, Z:1, Ad:1, Cd:1, Rcode:4, Qd:16, An:16,
            Ns:16, Ar:16, Rest/binary>> = Bytes, Walk) ->
    {Questions, Rest1} = take(Qd, fun question/1, Rest),
    {Answers, Rest2} = take(An, fun record/1, Rest1),
    {Authorities, Rest3} = take(Ns, fun record/1, Rest2),
    {Additionals, Rest4} = take(Ar, fun record/1, Rest3),
    [#dns{id = Id, qr = Qr =:= 1, opcode = Opcode, aa = Aa =:= 1, tc = Tc =:= 1, rd = Rd =:= 1,
          ra = Ra =:= 1, z = Z, ad = Ad =:= 1, cd = Cd =:= 1, rcode = Rcode, qdcount = Qd,
          ancount = An, nscount = Ns, arcount = Ar, questions = Questions, answers = Answers,
          authorities = Authorities, additionals = Additionals,
          data = case Rest4 of
                     {stopped, Data} -> Data;
                     _ -> Rest4
                 end}
     | rest(<<>>, byte_size(Bytes), Walk)];
decode(Kind, Bytes, Walk) ->
    short(Kind, Bytes, Walk).

%% As many as the header says, or up to where one cannot be read; after that there are none.
take(_, _, {stopped, _} = Stopped) -> {[], Stopped};
take(0, _, Bytes) -> {[], Bytes};
take(Count, Take, Bytes) ->
    case Take(Bytes) of
        {Member, Rest} ->
            {Members, Behind} = take(Count - 1, Take, Rest),
            {[Member | Members], Behind};
        short -> {[], {stopped, Bytes}}
    end.

question(Bytes) ->
    case take_name(Bytes) of
        {Name, <<Type:16, Class:16, Rest/binary>>} -> {{Name, Type, Class}, Rest};
        _ -> short
    end.

record(Bytes) ->
    case take_name(Bytes) of
        {Name, <<Type:16, Class:16, Ttl:32, Length:16, Data:Length/binary, Rest/binary>>} ->
            {{Name, Type, Class, Ttl, data(Type, Data)}, Rest};
        _ -> short
    end.

take_name(<<0, Rest/binary>>) -> {[], Rest};
take_name(<<3:2, Offset:14, Rest/binary>>) -> {[{pointer, Offset}], Rest};
take_name(<<0:2, Length:6, Label:Length/binary, Rest/binary>>) ->
    case take_name(Rest) of
        {Labels, Behind} -> {[Label | Labels], Behind};
        short -> short
    end;
take_name(_) -> short.

%% The data of a record whose form is known, and that has this form.
data(1, <<A, B, C, D>>) -> {A, B, C, D};
data(28, <<Address:16/binary>>) -> ip6_address(Address);
data(15, <<Preference:16, Name/binary>> = Data) -> names([Name], {mx, Preference}, Data);
data(33, <<Priority:16, Weight:16, Port:16, Name/binary>> = Data) ->
    names([Name], {srv, Priority, Weight, Port}, Data);
data(6, Data) -> soa(Data);
data(16, Data) -> txt(Data, [], Data);
data(Type, Data) when Type =:= 2; Type =:= 5; Type =:= 12; Type =:= 39 ->
    names([Data], {name}, Data);
data(_, Data) -> Data.

names([Bytes], Before, Data) ->
    case take_name(Bytes) of
        {Name, <<>>} -> erlang:append_element(Before, Name);
        _ -> Data
    end.

soa(Data) ->
    case take_name(Data) of
        {MName, Rest} ->
            case take_name(Rest) of
                {RName, <<Serial:32, Refresh:32, Retry:32, Expire:32, Minimum:32>>} ->
                    {soa, MName, RName, Serial, Refresh, Retry, Expire, Minimum};
                _ -> Data
            end;
        short -> Data
    end.

txt(<<>>, [_ | _] = Texts, _) -> {txt, lists:reverse(Texts)};
txt(<<Length, Text:Length/binary, Rest/binary>>, Texts, Data) -> txt(Rest, [Text | Texts], Data);
txt(_, _, Data) -> Data.

%% @doc The bytes of a message.
-spec encode(#dns{}, iodata(), wirebeam_packet_walk:next(), wirebeam_packet_checksum:around()) ->
    iodata().
encode(#dns{id = Id, qr = Qr, opcode = Opcode, aa = Aa, tc = Tc, rd = Rd, ra = Ra, z = Z, ad = Ad,
            cd = Cd, rcode = Rcode, qdcount = Qd, ancount = An, nscount = Ns, arcount = Ar,
            questions = Questions, answers = Answers, authorities = Authorities,
            additionals = Additionals, data = Data}, Inner, _, _) ->
    [<<Id:16, (bit(Qr)):1, Opcode:4, (bit(Aa)):1, (bit(Tc)):1, (bit(Rd)):1, (bit(Ra)):1, Z:1,
       (bit(Ad)):1, (bit(Cd)):1, Rcode:4, (auto(Qd, length(Questions))):16,
       (auto(An, length(Answers))):16, (auto(Ns, length(Authorities))):16,
       (auto(Ar, length(Additionals))):16>>,
     [[encode_name(Name), <<Type:16, Class:16>>] || {Name, Type, Class} <- Questions],
     [encode_record(Record) || Record <- Answers ++ Authorities ++ Additionals], Data, Inner].

encode_record({Name, Type, Class, Ttl, Data}) ->
    Bytes = iolist_to_binary(encode_data(Data)),
    [encode_name(Name), <<Type:16, Class:16, Ttl:32, (fit(byte_size(Bytes), 16, rdlength)):16>>,
     Bytes].

encode_name([]) -> [0];
encode_name([{pointer, Offset}]) -> [<<3:2, Offset:14>>];
encode_name([Label | More]) -> [<<0:2, (byte_size(Label)):6>>, Label | encode_name(More)].

encode_data({name, Name}) -> encode_name(Name);
encode_data({mx, Preference, Name}) -> [<<Preference:16>>, encode_name(Name)];
encode_data({srv, Priority, Weight, Port, Name}) ->
    [<<Priority:16, Weight:16, Port:16>>, encode_name(Name)];
encode_data({soa, MName, RName, Serial, Refresh, Retry, Expire, Minimum}) ->
    [encode_name(MName), encode_name(RName),
     <<Serial:32, Refresh:32, Retry:32, Expire:32, Minimum:32>>];
encode_data({txt, Texts}) -> [[byte_size(Text), Text] || Text <- Texts];
encode_data(Address) -> address(Address).
