# SPDX-License-Identifier: GPL-2.0-or-later
"""IP packets as bytes, written out by hand so that any of their fields can be wrong."""

import socket
import struct
from dataclasses import dataclass

UDP = 17
TCP = 6
HOP_BY_HOP = 0
ROUTING = 43
FRAGMENT = 44
DESTINATION = 60


def checksum(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    words: tuple[int, ...] = struct.unpack(f"!{len(data) // 2}H", data)
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def address(text: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def _pseudo(src: str, dst: str, protocol: int, length: int) -> bytes:
    ends = address(src) + address(dst)
    if ":" in src:
        return ends + struct.pack("!I3xB", length, protocol)
    return ends + struct.pack("!xBH", protocol, length)


def udp(src: str, dst: str, sport: int, dport: int, payload: bytes) -> bytes:
    length = 8 + len(payload)
    raw = struct.pack("!HHHH", sport, dport, length, 0) + payload
    value = checksum(_pseudo(src, dst, UDP, length) + raw) or 0xFFFF
    return raw[:6] + struct.pack("!H", value) + raw[8:]


def tcp(
    src: str,
    dst: str,
    sport: int,
    dport: int,
    payload: bytes,
    options: bytes = b"",
    flags: int = 0x18,
) -> bytes:
    """One segment, PSH and ACK unless said otherwise, of no connection."""
    assert len(options) % 4 == 0
    offset = (5 + len(options) // 4) << 4
    raw = struct.pack("!HHIIBBHHH", sport, dport, 1, 1, offset, flags, 65535, 0, 0)
    raw += options + payload
    value = checksum(_pseudo(src, dst, TCP, len(raw)) + raw)
    return raw[:16] + struct.pack("!H", value) + raw[18:]


def ip4(
    src: str,
    dst: str,
    protocol: int,
    body: bytes,
    options: bytes = b"",
    ident: int = 1,
    fragment: int = 0,
) -> bytes:
    """fragment: the field with flags and offset, such as 0x2000 for the first of several."""
    assert len(options) % 4 == 0
    words = 5 + len(options) // 4
    head = struct.pack(
        "!BBHHHBBH4s4s",
        0x40 | words,
        0,
        4 * words + len(body),
        ident,
        fragment,
        64,
        protocol,
        0,
        address(src),
        address(dst),
    )
    head += options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def ip6(src: str, dst: str, next_header: int, body: bytes) -> bytes:
    head = struct.pack("!IHBB", 6 << 28, len(body), next_header, 64)
    return head + address(src) + address(dst) + body


def ip(src: str, dst: str, protocol: int, body: bytes) -> bytes:
    """A plain packet of the version that the addresses are of."""
    if ":" in src:
        return ip6(src, dst, protocol, body)
    return ip4(src, dst, protocol, body)


def extension(next_header: int, length: int = 8) -> bytes:
    """A hop-by-hop or destination options header that holds padding only."""
    assert length % 8 == 0
    return struct.pack("!BBBB", next_header, length // 8 - 1, 1, length - 4) + bytes(
        length - 4
    )


def fragment6(next_header: int, offset: int, more: bool, ident: int) -> bytes:
    return struct.pack("!BBHI", next_header, 0, offset << 3 | more, ident)


@dataclass(frozen=True)
class Probe:
    """A packet to be sent, and the part of it by which it is known where it arrives."""

    packet: bytes
    mark: bytes
    name: str = ""

    @property
    def version(self) -> int:
        return self.packet[0] >> 4

    @property
    def target(self) -> str:
        if self.version == 6:
            return socket.inet_ntop(socket.AF_INET6, self.packet[24:40])
        return socket.inet_ntop(socket.AF_INET, self.packet[16:20])
