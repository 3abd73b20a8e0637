# SPDX-License-Identifier: ISC
"""Compares two tables of packets, by frame.number and column by column."""
import ipaddress


def as_number(text):
    try:
        return str(int(text, 0))
    except ValueError:
        return None


def one_value(text):
    """One form for what the two programs write in different ways."""
    if text in ("True", "False"):
        return "1" if text == "True" else "0"
    if as_number(text) is not None:
        return as_number(text)
    if ":" in text or text.count(".") == 3:
        try:
            return str(ipaddress.ip_address(text))
        except ValueError:
            pass
    return text.lower()


def values(text):
    return [one_value(part) for part in text.split(",")]


def differences(ours, theirs, columns):
    """(column, frame, ours, theirs) of each that is not equal; 'missing' and 'extra' as columns
    are rows that only one table has."""
    by_frame = {row["frame.number"]: row for row in ours}
    for their_row in theirs:
        frame = their_row["frame.number"]
        our_row = by_frame.pop(frame, None)
        if our_row is None:
            yield "missing", frame, "", their_row["frame.protocols"]
            continue
        for column in columns:
            if our_row[column] != their_row[column] \
                    and values(our_row[column]) != values(their_row[column]):
                yield column, frame, our_row[column], their_row[column]
    for frame, row in by_frame.items():
        yield "extra", frame, row["frame.protocols"], ""
