%% SPDX-License-Identifier: ISC
%%
%% The macros of PropEr that the properties use. Its own header is in another package of the
%% archive than the library, and brings a parse transform that is not needed here.
-import(proper_types, [binary/0, binary/1, boolean/0, choose/2, frequency/1, list/1, non_empty/1,
                       non_neg_integer/0, oneof/1]).

%% What is raised fails the property; this build of PropEr cannot say so itself on OTP 25.
-define(FORALL(Pattern, Type, Property),
        proper:forall(Type, fun(Pattern) ->
                                try Property
                                catch Class:Reason:Stack ->
                                    io:format("~p: ~p~n~p~n", [Class, Reason, Stack]),
                                    false
                                end
                            end)).
-define(LET(Pattern, Type, Result),
        proper_types:bind(Type, fun(Pattern) -> Result end, false)).
-define(LAZY(Type), proper_types:lazy(fun() -> Type end)).
-define(SIZED(Size, Type), proper_types:sized(fun(Size) -> Type end)).
-define(WHENFAIL(Action, Property), proper:whenfail(fun() -> Action end, fun() -> Property end)).
