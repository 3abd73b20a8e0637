%% SPDX-License-Identifier: ISC
%%
%% @private
%% Lists of type, length and value, the form of the elements of many protocols. What does not
%% go on as it says is the last member, a binary.
-module(wirebeam_packet_tlv).

-export([decode/2, encode/2]).

%% Bits of the type and of the length; how many bytes the length counts that are not of the
%% value; the multiple that a value is filled up to.
-type shape() :: {pos_integer(), pos_integer(), non_neg_integer(), pos_integer()}.

%% @doc The elements of a list.
-spec decode(binary(), shape()) -> [{non_neg_integer(), binary()} | binary()].
decode(<<>>, _) -> [];
decode(Bytes, {TypeBits, LengthBits, Counted, Multiple} = Shape) ->
    case Bytes of
        <<Type:TypeBits, Length:LengthBits, Rest/binary>>
          when Length >= Counted, Length - Counted =< byte_size(Rest) ->
            <<Value:(Length - Counted)/binary, Behind/binary>> = Rest,
            Filler = wirebeam_packet_field:padding(byte_size(Value), Multiple),
            FillerLength = byte_size(Filler),
            case Behind of
                <<Filler:FillerLength/binary, More/binary>> ->
                    [{Type, Value} | decode(More, Shape)];
                _ -> [Bytes]
            end;
        _ -> [Bytes]
    end.

%% @doc The bytes of a list.
-spec encode(wirebeam_packet:options(), shape()) -> binary().
encode(Bytes, _) when is_binary(Bytes) -> Bytes;
encode(Elements, Shape) -> << <<(tlv(Element, Shape))/binary>> || Element <- Elements >>.

tlv(Bytes, _) when is_binary(Bytes) -> Bytes;
tlv({Type, Value}, {TypeBits, LengthBits, Counted, Multiple}) ->
    Filler = wirebeam_packet_field:padding(byte_size(Value), Multiple),
    <<Type:TypeBits, (byte_size(Value) + Counted):LengthBits, Value/binary, Filler/binary>>.
