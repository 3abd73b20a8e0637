#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Compares a directory that `wirebeam http -o DIR --name etag` wrote with the files that
the server served, byte for byte. It reads NAME.http by itself: the request's target and
method, the response's status and range say what NAME.body has to be.

Usage: bodies.py DIR DOCUMENT-ROOT. Prints counts; exit status 1 where anything differs.
"""
import collections
import pathlib
import re
import sys


def expected_body(root, head_request, head_response):
    method, target = head_request.split(b"\r\n")[0].split(b" ")[:2]
    status = int(head_response.split(b" ")[1])
    if method == b"HEAD" or status == 304:
        return method, status, b""
    content = (root / target.decode().lstrip("/")).read_bytes()
    span = re.search(rb"\r\nContent-Range: bytes (\d+)-(\d+)/", head_response)
    if status == 206 and span:
        return method, status, content[int(span[1]):int(span[2]) + 1]
    return method, status, content


def split_http(path):
    """The two heads of a NAME.http of a request without body."""
    request, rest = path.read_bytes().split(b"\r\n\r\n", 1)
    return request, rest.split(b"\r\n\r\n", 1)[0] + b"\r\n"


def main():
    directory, root = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    kinds, wrong = collections.Counter(), 0
    targets = set()
    for http in sorted(directory.glob("*.http")):
        request, response = split_http(http)
        method, status, wanted = expected_body(root, request, response)
        body = http.with_suffix(".body")
        got = body.read_bytes() if body.exists() else b""
        if got != wanted:
            wrong += 1
            print(f"FAIL: {http.name}: body has {len(got)} bytes, served were {len(wanted)}")
        kinds[f"{method.decode()} {status}"] += 1
        targets.add(request.split(b" ")[1])
    for kind, count in sorted(kinds.items()):
        print(f"{count} {kind}")
    print(f"{len(targets)} targets, {wrong} wrong")
    return 1 if wrong or not kinds else 0


sys.exit(main())
