#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Writes a small pcap of crafted Ethernet frames to standard output.

Usage: frames.py udp COUNT | vlan | http COUNT SIZE
  udp   COUNT UDP datagrams of 60 to 1000 bytes to a MAC address that nobody has
  vlan  TCP and UDP in no VLAN, in 10, in 20, and in 40 inside of 30
  http  COUNT connections, each a GET and a response of SIZE bytes with an ETag
"""
import struct
import sys

MACS = bytes.fromhex("020000000099" "020000000098")
ADDRESSES = [bytes([10, 9, 0, 1]), bytes([10, 9, 0, 2])]
IPV4, VLAN, SERVICE_VLAN = 0x0800, 0x8100, 0x88A8


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF ^ ((total & 0xFFFF) + (total >> 16))


def ipv4(protocol, payload, to_client=False):
    source, destination = ADDRESSES[::-1] if to_client else ADDRESSES
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0,
                         source, destination)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def udp(port, size=40):
    return ipv4(17, struct.pack("!HHHH", 4000, port, 8 + size, 0) + bytes(size))


ACK, PSH_ACK, SYN, SYN_ACK, FIN_ACK = 0x10, 0x18, 0x02, 0x12, 0x11


def tcp(port, sequence):
    return segment((4000, port), sequence, 0, ACK, b"payload of a segment")


def segment(ports, sequence, acknowledgment, flags, payload=b"", to_client=False):
    """A TCP segment in IPv4; to_client swaps addresses and ports."""
    source, destination = ADDRESSES[::-1] if to_client else ADDRESSES
    ports = ports[::-1] if to_client else ports
    head = struct.pack("!HHIIBBHHH", *ports, sequence, acknowledgment, 0x50, flags, 1000, 0, 0)
    pseudo = source + destination + struct.pack("!HH", 6, len(head) + len(payload))
    padding = b"\0" * (len(payload) % 2)
    total = checksum(pseudo + head + payload + padding)
    return ipv4(6, head[:16] + struct.pack("!H", total) + head[18:] + payload, to_client)


def conversation(number, size):
    """Handshake, request, response in segments, end. Bodies differ in every byte row."""
    ports = (10000 + number, 80)
    request = f"GET /{number} HTTP/1.1\r\nHost: example\r\n\r\n".encode()
    body = (f"{number:08d}" * (size // 8 + 1)).encode()[:size]
    response = (f"HTTP/1.1 200 OK\r\nETag: \"{number}\"\r\nContent-Length: {size}\r\n\r\n"
                .encode() + body)
    yield segment(ports, 0, 0, SYN)
    yield segment(ports, 0, 1, SYN_ACK, to_client=True)
    yield segment(ports, 1, 1, PSH_ACK, request)
    client = 1 + len(request)
    for offset in range(0, len(response), 1400):
        yield segment(ports, 1 + offset, client, PSH_ACK, response[offset:offset + 1400], True)
    server = 1 + len(response)
    yield segment(ports, server, client, FIN_ACK, to_client=True)
    yield segment(ports, client, server + 1, FIN_ACK)
    yield segment(ports, server + 1, client + 1, ACK, to_client=True)


def frame(packet, *tags):
    out = MACS
    for tpid, vlan in tags:
        out += struct.pack("!HH", tpid, vlan)
    return (out + struct.pack("!H", IPV4) + packet).ljust(60, b"\0")


def vlan_frames():
    for i in range(3):
        yield frame(tcp(80, i))
    yield frame(udp(53))
    for i in range(4):
        yield frame(tcp(80, 10 + i), (VLAN, 10))
    yield frame(tcp(8080, 20), (VLAN, 10))
    yield frame(udp(53), (VLAN, 10))
    for i in range(2):
        yield frame(tcp(80, 30 + i), (VLAN, 20))
    yield frame(tcp(80, 40), (SERVICE_VLAN, 30), (VLAN, 40))


def udp_frames(count):
    for i in range(count):
        yield frame(udp(9999, 18 + i * 97 % 940))


def http_frames(count, size):
    for i in range(count):
        for packet in conversation(i, size):
            yield frame(packet)


def main():
    kind, *numbers = sys.argv[1:]
    makers = {"vlan": vlan_frames, "udp": udp_frames, "http": http_frames}
    frames = makers[kind](*map(int, numbers))
    out = sys.stdout.buffer
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    for i, data in enumerate(frames):
        out.write(struct.pack("<IIII", 1700000000, i, len(data), len(data)) + data)


main()
