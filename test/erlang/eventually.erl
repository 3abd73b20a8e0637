%% SPDX-License-Identifier: ISC
%% For what takes a moment: a process that ends, a file that is written.
-module(eventually).

-include_lib("stdlib/include/assert.hrl").

-export([wait_until/1]).

%% Five seconds at most.
-spec wait_until(fun(() -> boolean())) -> ok.
wait_until(Condition) -> wait_until(Condition, 500).

wait_until(Condition, 0) ->
    ?assert(Condition()),
    ok;
wait_until(Condition, Tries) ->
    case Condition() of
        true -> ok;
        false -> timer:sleep(10), wait_until(Condition, Tries - 1)
    end.
