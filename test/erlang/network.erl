%% SPDX-License-Identifier: ISC
%% Network namespaces, and what connects them. Their names have the number of this process's own
%% namespace, since the folder of names may be everybody's. Run in
%% namespaces of the network and of mounts that are the test's own (run.sh).
-module(network).

-export([add/1, delete/1, name/1, in/2, shell/1, set/2, wire/4, drop/1, tcpdump/3, stop/1]).

%% The name of a namespace, for ip-netns(8).
-spec name(atom()) -> string().
name(Space) ->
    {ok, "net:[" ++ Number} = file:read_link("/proc/self/ns/net"),
    "wirebeam-" ++ lists:droplast(Number) ++ "-" ++ atom_to_list(Space).

-spec add(atom()) -> ok.
add(Space) ->
    ok = shell(["ip netns add ", name(Space)]),
    ok = in(Space, "ip link set lo up").

-spec delete(atom()) -> ok.
delete(Space) -> shell(["ip netns del ", name(Space)]).

%% A command that succeeds and says nothing.
-spec in(atom(), iodata()) -> ok.
in(Space, Command) -> shell(["ip netns exec ", name(Space), " ", Command]).

-spec shell(iodata()) -> ok.
shell(Command) ->
    Text = unicode:characters_to_list(Command),
    case os:cmd(Text) of
        "" -> ok;
        Output -> error({Text, Output})
    end.

%% A setting of the kernel; no rights are needed where it has been set.
-spec set(file:filename(), binary()) -> ok | {error, file:posix()}.
set(Path, Value) ->
    case file:read_file(Path) of
        {ok, Value} -> ok;
        _ -> file:write_file(Path, Value)
    end.

%% A wire from an interface here to one in a namespace, on which nobody speaks by himself.
-spec wire(string(), atom(), string(), iodata()) -> ok.
wire(Here, Space, There, Address) ->
    ok = shell(["ip link add ", Here, " type veth peer name ", There, " netns ", name(Space)]),
    ok = shell(["ip link set ", Here, " addrgenmode none"]),
    ok = in(Space, ["ip link set ", There, " addrgenmode none"]),
    ok = in(Space, ["ip address add ", Address, " dev ", There]),
    ok = in(Space, ["ip link set ", There, " up"]),
    ok = shell(["ip link set ", Here, " up"]),
    carrier(Here, 500).

carrier(Interface, Tries) when Tries > 0 ->
    case string:find(os:cmd("ip -o link show " ++ Interface), "state UP") of
        nomatch -> timer:sleep(10), carrier(Interface, Tries - 1);
        _ -> ok
    end.

-spec drop(string()) -> ok.
drop(Interface) -> shell(["ip link del ", Interface]).

%% Starts tcpdump with a file, and waits until it listens.
-spec tcpdump(string(), file:filename(), [string()]) -> port().
tcpdump(Interface, File, Filter) ->
    Port = open_port({spawn_executable, os:find_executable("tcpdump")},
                     [{args, ["-U", "-Z", "root", "-i", Interface, "-w", File | Filter]},
                      exit_status, stderr_to_stdout, {line, 1000}]),
    listening(Port).

listening(Port) ->
    receive
        {Port, {data, {_, Line}}} ->
            case string:find(Line, "listening on") of
                nomatch -> listening(Port);
                _ -> Port
            end;
        {Port, Other} -> error(Other)
    after 5000 -> error(silent)
    end.

%% Ends a program as Ctrl-C does.
-spec stop(port()) -> ok.
stop(Port) ->
    {os_pid, Pid} = erlang:port_info(Port, os_pid),
    ok = shell(["kill -INT ", integer_to_list(Pid)]),
    ended(Port).

ended(Port) ->
    receive
        {Port, {exit_status, _}} -> ok;
        {Port, _} -> ended(Port)
    after 5000 -> error(alive)
    end.
