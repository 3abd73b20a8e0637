#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs a command for which the kernel has no landlock: without_landlock.py COMMAND [ARGUMENT ...]"""
import ctypes
import errno
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
ALLOW, FAIL = 0x7FFF0000, 0x00050000
CREATE_RULESET = 444  # on every processor
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06

program = b"".join(struct.pack("<HBBI", *line) for line in [
    (LOAD, 0, 0, 0),  # the number of the call
    (JUMP_EQUAL, 0, 1, CREATE_RULESET),
    (RETURN, 0, 0, FAIL | errno.ENOSYS),
    (RETURN, 0, 0, ALLOW),
])
instructions = ctypes.create_string_buffer(program, len(program))


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


libc = ctypes.CDLL(None, use_errno=True)
described = Filter(len(program) // 8, ctypes.addressof(instructions))
if os.geteuid() != 0:
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
if libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(described), 0, 0) < 0:
    sys.exit(f"seccomp: {os.strerror(ctypes.get_errno())}")
os.execvp(sys.argv[1], sys.argv[1:])
