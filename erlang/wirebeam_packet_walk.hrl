%% SPDX-License-Identifier: ISC
%%
%% What a decoder is told beside its bytes.
-record(walk, {
    offset = 0  :: non_neg_integer(),   %% of the bytes, in what decode was given
    left        :: integer(),           %% layers that may still follow
    number = 0  :: non_neg_integer(),   %% that named this layer
    %% What the end of the bytes means: nothing has said where the packet ends; a length
    %% has, and it was there; a length says more than is there, because the capture ends
    %% or because it contradicts one around it; the rest is in other fragments.
    ending = open :: open | bound | truncated | malformed | fragment
}).
