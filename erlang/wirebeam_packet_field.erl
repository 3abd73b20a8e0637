%% SPDX-License-Identifier: ISC
%%
%% @private
%% Forms of fields that many layers share.
-module(wirebeam_packet_field).

-export([bit/1, auto/2, auto/4, address/1, ip6_address/1, padding/2, fit/3]).

%% @doc A flag as the header has it.
-spec bit(boolean() | 0 | 1) -> 0 | 1.
bit(true) -> 1;
bit(false) -> 0;
bit(Bit) -> Bit.

%% @doc What is set, or else what was computed.
-spec auto(auto | Value, Value) -> Value.
auto(auto, Computed) -> Computed;
auto(Set, _) -> Set.

%% @doc The same, where what was computed must fit a field of so many bits.
-spec auto(auto | non_neg_integer(), non_neg_integer(), pos_integer(), atom()) ->
    non_neg_integer().
auto(auto, Computed, Bits, Field) -> fit(Computed, Bits, Field);
auto(Set, _, _, _) -> Set.

%% @doc The bytes of an address.
-spec address(inet:ip_address() | binary()) -> binary().
address({A, B, C, D}) -> <<A, B, C, D>>;
address({A, B, C, D, E, F, G, H}) -> <<A:16, B:16, C:16, D:16, E:16, F:16, G:16, H:16>>;
address(Bytes) when is_binary(Bytes) -> Bytes.

%% @doc The address of 16 bytes.
-spec ip6_address(<<_:128>>) -> inet:ip6_address().
ip6_address(<<A:16, B:16, C:16, D:16, E:16, F:16, G:16, H:16>>) -> {A, B, C, D, E, F, G, H}.

%% @doc Zeros that fill up a length to a multiple.
-spec padding(non_neg_integer(), pos_integer()) -> binary().
padding(Length, Multiple) ->
    <<0:((Multiple - Length rem Multiple) rem Multiple)/unit:8>>.

%% @doc A computed value that its field of so many bits must hold.
-spec fit(non_neg_integer(), pos_integer(), atom()) -> non_neg_integer().
fit(Value, Bits, _Field) when Value < 1 bsl Bits -> Value;
fit(Value, _, Field) -> error({too_long, Field, Value}).
