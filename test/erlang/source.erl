%% SPDX-License-Identifier: ISC
%% Finds files of the source from a suite that was compiled somewhere below its root.
-module(source).

-export([find/1]).

-spec find(file:name()) -> file:name().
find(Path) ->
    find(filename:dirname(code:which(?MODULE)), Path).

find("/", Path) ->
    error({not_found, Path});
find(Directory, Path) ->
    Here = filename:join(Directory, Path),
    case filelib:is_file(Here) of
        true -> Here;
        false -> find(filename:dirname(Directory), Path)
    end.
