%% SPDX-License-Identifier: ISC
%%
%% What the messages of a capture hold (see the module wirebeam).
-ifndef(WIREBEAM_HRL).
-define(WIREBEAM_HRL, true).

%% A packet as its source gave it. data is a part of the batch that it came in, which stays
%% in memory as long as any part of it is referred to: binary:copy/1 what is to be kept.
-record(wirebeam_packet,
        {time = 0 :: integer(),           % since 1970-01-01 UTC, in the unit of the capture
         data = <<>> :: binary(),         % the bytes that were captured
         length = 0 :: non_neg_integer(), % bytes that it had on the wire
         link_type = 1 :: 0..65535,       % LINKTYPE_ value; 1: Ethernet
         interface = 0 :: 0..65535,       % which of the source's interfaces
         direction = unknown :: unknown | in | out,
         flags = [] :: [wirebeam:packet_flag()]}).

%% Packets that are not taken apart yet: for wirebeam:fold/3, scan/3 and packets/1.
-record(wirebeam_batch,
        {count :: pos_integer(),     % packets in it
         index :: binary(),          % an entry for each (erlang/native/protocol.h)
         data :: binary()}).         % their bytes

-endif.
