# SPDX-License-Identifier: ISC
"""Starts wirebeam-open as somebody would who means harm.

Usage: hostile.py MANNER PROGRAM [WORD ...]. Prints what comes back: "descriptors N", the lines
of the program, "status N" (negative: the signal that ended it) and "seconds N".
"""
import array
import os
import resource
import signal
import socket
import struct
import sys
import time

manner, program, words = sys.argv[1], sys.argv[2], sys.argv[3:]
KIND = socket.SOCK_STREAM if manner == "stream" else socket.SOCK_SEQPACKET
ours, theirs = socket.socketpair(socket.AF_UNIX, KIND)


def instructions(count, code=6, k=1):
    return struct.pack("HBBI", code, 0, 0, k) * count


MESSAGES = {
    "empty-filter": b"",
    "odd-filter": instructions(1)[:-1],
    "longest-filter": instructions(3900),
    "long-filter": instructions(4096),
    "longer-filter": instructions(4097),
    "endless-filter": instructions(1, code=5, k=0xFFFFFFFF),
    "strange-filter": b"\xff" * 80,
    "good-filter": instructions(1),
}
if manner in MESSAGES:
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    ours.send(MESSAGES[manner])
if manner == "filter-with-descriptors":
    ours.sendmsg([instructions(1)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                      array.array("i", [0] * 50))])


def misbehave():
    """In the child, before the program runs."""
    if manner == "gone":  # by then
        os.close(stay)
        ours.close()
        os.read(left, 1)
    if manner == "no-descriptors":
        os.closerange(0, 256)
        return
    if manner.startswith("only-"):  # that standard descriptor alone is open
        wanted = int(manner[-1])
        os.dup2(theirs.fileno(), 10)
        os.dup2(10, wanted)
        for number in (0, 1, 2):
            if number != wanted:
                os.close(number)
        os.closerange(3, 256)
        return
    if manner != "not-a-socket":
        os.dup2(theirs.fileno(), 0)
    os.dup2(theirs.fileno(), 2)
    if manner == "many-descriptors":
        for number in range(3, 200):
            os.dup2(theirs.fileno(), number)
    if manner == "few-descriptors":
        resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
    if manner == "no-memory":
        resource.setrlimit(resource.RLIMIT_DATA, (4096, 4096))
    if manner == "no-file-size":
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if manner == "deaf":
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))


environment = {
    "PATH": "/nonexistent", "LD_PRELOAD": "/nonexistent/evil.so", "LD_LIBRARY_PATH": "/tmp",
    "MALLOC_CHECK_": "3", "TZ": "/etc/shadow", "LANG": "../../x", "SUDO_UID": "0",
    "WIREBEAM_OPEN_CONF": "/tmp/open.conf", "X" * 5000: "Y" * 100000,
} if manner == "environment" else {}
if manner.startswith("sudo-"):
    environment["SUDO_UID"] = manner[5:]
left, stay = os.pipe()
start = time.time()
child = os.fork()
if child == 0:
    misbehave()
    try:
        os.execve(program, [program] + words, environment)
    finally:
        os._exit(99)
theirs.close()
if manner == "gone":
    ours.close()
    os.close(stay)
else:
    text, count = b"", 0
    while True:
        data, control, _, _ = ours.recvmsg(65536, 4096, socket.MSG_CMSG_CLOEXEC)
        if not data and not control:
            break
        for _, _, numbers in control:
            count += len(numbers) // 4
        text += data if data[:1] != b"\0" else b""  # else the error's number
    print("descriptors", count)
    print(text.decode().strip())
_, status = os.waitpid(child, 0)
print("status", os.waitstatus_to_exitcode(status))
print("seconds", int(time.time() - start))
