# SPDX-License-Identifier: ISC
"""A router that quotes as little as RFC 792 permits: the IP header and eight bytes. Answers every
IP packet to the addresses given that comes in by the interface given: prohibited. First come
errors that are about something else, and one whose checksum is wrong.
Usage: quoting.py INTERFACE ADDRESS ..."""
import ipaddress
import socket
import struct
import sys

hosts = {ipaddress.ip_address(text).packed for text in sys.argv[2:]}
packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
packets.bind((sys.argv[1], 3))
icmp4 = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
icmp6 = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def answer4(source, quote, wrong=0, code=13):
    rest = bytes(4) + quote
    message = struct.pack("!BBH", 3, code, 0) + rest
    message = struct.pack("!BBH", 3, code, checksum(message) ^ wrong) + rest
    icmp4.sendto(message, (str(ipaddress.ip_address(source)), 0))


def answer6(source, quote, code=1):
    icmp6.sendto(struct.pack("!BBHI", 1, code, 0, 0) + quote,
                 (str(ipaddress.ip_address(source)), 0))


print("ready", flush=True)
while True:
    packet = packets.recv(65536)
    if packet[0] >> 4 == 4 and packet[16:20] in hosts:
        answer4(packet[12:16], packet[:20] + bytes([packet[20] ^ 1]) + packet[21:28], code=0)
        answer4(packet[12:16], packet[:16] + bytes(4) + packet[20:28], code=1)
        answer4(packet[12:16], packet[:28], wrong=1, code=2)
        answer4(packet[12:16], packet[:26], code=4)
        answer4(packet[12:16], packet[:28])
    elif packet[0] >> 4 == 6 and packet[24:40] in hosts:
        answer6(packet[8:24], packet[:40] + bytes([packet[40] ^ 1]) + packet[41:48], code=0)
        answer6(packet[8:24], packet[:24] + bytes(16) + packet[40:48], code=3)
        answer6(packet[8:24], packet[:46], code=3)
        answer6(packet[8:24], packet[:48])
