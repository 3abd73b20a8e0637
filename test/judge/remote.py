# SPDX-License-Identifier: ISC
"""The remote host: one TCP connection to the target, made of crafted packets.

Offsets count the bytes of our stream from the first one after the SYN. What no argument
changes is as an honest host sends it.
"""
from packets import (ACK, FIN, OPTION_SACK_PERMITTED, RST, SYN, TCP, Path, Segment, option_mss,
                     option_timestamps, option_window_scale)
import target as host

OF_IP = ("ttl", "identification", "wrong_ip_checksum", "ip_options", "ip_length", "ip_words",
         "reserved")
LATEST = 1000 # the clock of our timestamps when a connection begins


class Connection:
    def __init__(self, target, address, port, isn=1, timestamps=False, sack=False, to=host.PORT):
        self.target = target
        self.address, self.port, self.to = address, port, to
        self.path = Path(address, host.ADDRESS[6 if ":" in address else 4])
        self.isn, self.timestamps, self.sack = isn, timestamps, sack
        self.clock = LATEST
        self.next = 0         # the target's next byte, as we know it
        self.edge = 0         # of the target's window: no byte from there on is welcome
        self.window_shift = 0
        self.ended = 0        # after our FIN
        self.has_overlap = None # of bytes that differ; None: nobody said
        self.fin_seen = False
        self.rst_seen = False

    # --- packets ---------------------------------------------------------------

    def options(self, flags, timestamp):
        options = b""
        if flags & SYN:
            options += option_mss(1400) + option_window_scale(7)
            options += OPTION_SACK_PERMITTED if self.sack else b""
        if self.timestamps and timestamp is not False:
            options += option_timestamps(self.clock if timestamp is None else timestamp, 0)
        return options

    def end(self, offset):
        """An honest FIN after so many bytes."""
        self.send(offset, flags=ACK | FIN)
        self.ended = offset + 1

    def segment(self, offset, data=b"", flags=ACK, acknowledgment=None, timestamp=None,
                options=None, **changes):
        self.clock += 1
        if acknowledgment is None:
            acknowledgment = self.next if flags & ACK else 0
        if options is None:
            options = self.options(flags, timestamp)
        return self.path.tcp((self.port, self.to), self.isn + 1 + offset, acknowledgment, flags,
                             data, options, **changes)

    def packet(self, offset, data=b"", flags=ACK, **changes):
        ip = {name.replace("ip_", "", 1) if name != "wrong_ip_checksum" else "wrong_checksum":
              changes.pop(name) for name in OF_IP if name in changes}
        return self.path.packet(TCP, self.segment(offset, data, flags, **changes), **ip)

    # --- what happens ----------------------------------------------------------

    def send(self, offset, data=b"", flags=ACK, **changes):
        self.send_packet(self.packet(offset, data, flags, **changes))

    def lose(self, offset, data=b"", flags=ACK, **changes):
        """Captured, but the target never gets it."""
        self.target.lose(self.packet(offset, data, flags, **changes))

    def send_packet(self, packet):
        for answer in self.target.receive(packet):
            self.take(Segment(answer))
        self.read()

    def take(self, answer):
        is_ours = answer.is_tcp and (answer.destination, answer.port) == (self.path.source,
                                                                          self.port)
        if not is_ours: # of an earlier connection, which the host tries again to end
            return
        if answer.flags & RST:
            self.rst_seen = True
            return
        self.edge = ((answer.acknowledgment - self.isn - 1) & 0xFFFFFFFF) + (
            answer.window << self.window_shift)
        if answer.flags & SYN:
            self.next = answer.sequence + 1
            self.window_shift = answer.window_shift()
        elif answer.flags & FIN and not self.fin_seen:
            self.fin_seen = True
            self.next = answer.sequence + len(answer.payload) + 1

    def accepted(self):
        return self.target.accepted.get((self.address, self.port), [])

    def read(self):
        self.target.accept()
        self.target.receive_datagrams()
        if self.to != host.SLOW_PORT:
            self.read_all()

    def read_all(self):
        """The application reads; the host may tell that its window is open again."""
        for accepted in self.accepted():
            accepted.read()
        for answer in self.target.answers():
            self.take(Segment(answer))

    def handshake(self):
        self.send(-1, flags=SYN)
        self.send(0)

    def close_application(self):
        for accepted in self.accepted():
            accepted.close()
        for answer in self.target.answers():
            self.take(Segment(answer))

    def close(self):
        """The application has read its all: an orderly end where it saw one, else an abort."""
        self.read_all()
        for accepted in self.accepted():
            accepted.abort_if_open()
        self.close_application()
        if self.fin_seen and self.ended:
            self.send(self.ended)
