# SPDX-License-Identifier: ISC
"""What a case of insertion or evasion is, and the list of them all.

A case is a function that lets one connection (or one sender of datagrams) play its trick. It
is played over IPv4 and IPv6, without and with TCP timestamps, unless it says otherwise. What
the application then has read is asked of the kernel, never assumed.
"""
CASES = []


class Case:
    def __init__(self, title, play, versions=(4, 6), timestamps=(False, True), sack=False,
                 is_undecidable=False, is_slow=False):
        self.title, self.play = title, play
        self.versions, self.timestamps, self.sack = versions, timestamps, sack
        self.is_undecidable = is_undecidable # no sniffer can know what the host received
        self.is_slow = is_slow # the application reads only when told to, into a small buffer


def case(title, **traits):
    """Decorates the function that plays a case."""
    def add(play):
        CASES.append(Case(title, play, **traits))
        return play
    return add
