# SPDX-License-Identifier: GPL-2.0-or-later
"""The matchers of tests/bench/matchers: an expression, the nearest match of iptables, and packets."""

from dataclasses import dataclass
from typing import Optional

from match_cases import CLIENT, SERVER, TCP, UDP, ip, tcp, udp

LONG = 1400
# Text, so that single bytes and pairs of the patterns are found everywhere.
TEXT = (
    b"In the beginning of the packet there was some text, and text it was to the end. "
)


@dataclass
class Case:
    name: str
    expr: str
    iptables: Optional[str]
    hit: bytes
    """The payload that matches, as short as it can be; likewise the one that does not."""
    miss: bytes
    tcp: bool = False
    flags: int = 0x18
    at_end: bool = False
    """Where the payload is made longer: before what is looked for, or behind it."""
    note: str = ""

    def packet(self, hit: bool, long: bool) -> bytes:
        payload = self.hit if hit else self.miss
        if long:
            more = (TEXT * (LONG // len(TEXT) + 1))[: LONG - len(payload)]
            payload = more + payload if self.at_end else payload + more
        if self.tcp:
            body = tcp(CLIENT, SERVER, 40000, 5672, payload, flags=self.flags)
            return ip(CLIENT, SERVER, TCP, body)
        return ip(CLIENT, SERVER, UDP, udp(CLIENT, SERVER, 40000, 53, payload))


def name(text: str) -> bytes:
    labels = text.split(".") if text else []
    return b"".join(bytes([len(x)]) + x.encode() for x in labels) + b"\0"


def query(text: str) -> bytes:
    return b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + name(text) + b"\0\1\0\1"


def consume(method: int) -> bytes:
    arguments = b"\0\0\0\0\0\0\0\0\0\0\0"
    body = b"\0\x3c" + bytes([0, method]) + arguments
    return b"\1\0\1" + len(body).to_bytes(4, "big") + body + b"\xce"


REQUEST = b"OPTIONS sip:x SIP/2.0\r\n"
HEADERS = (
    b"Via: SIP/2.0/UDP c\r\nTo: b\r\nFrom: a\r\nCSeq: 1 OPTIONS\r\nCall-ID: d\r\n"
    b"Max-Forwards: 7\r\n\r\n"
)
NOT_SIP = b"OPTIONS sip:x HTP/2.0\r\n"
STRING = "-p udp -m string --algo bm --string"
HEX = "-p udp -m string --algo bm --hex-string"
LIMIT = "-m hashlimit --hashlimit-mode srcip --hashlimit-name"

CASES = [
    Case(
        "suffix",
        'suffix(bytes="xyzzy")',
        f"{STRING} xyzzy",
        b"xyzzy",
        b"xyzzz",
        at_end=True,
        note="iptables: anywhere",
    ),
    Case(
        "payload",
        'payload(bytes="xyzzy", within=1500)',
        f"{STRING} xyzzy",
        b"xyzzy",
        b"xyzzz",
        at_end=True,
    ),
    Case(
        "common",
        'payload(bytes="the thing", within=1500)',
        f"{STRING} the\\ thing",
        b"the thing",
        b"the think",
        at_end=True,
        note="its first two bytes are all over the text",
    ),
    Case(
        "long",
        'payload(bytes="a pattern of thirty-two bytes...", within=1500)',
        f"{STRING} a\\ pattern\\ of\\ thirty-two\\ bytes...",
        b"a pattern of thirty-two bytes...",
        b"a pattern of thirty-two bytes..,",
        at_end=True,
    ),
    Case(
        "case",
        'payload(bytes="xyzzy", within=1500, ignore_case=true)',
        f"{STRING} xyzzy --icase",
        b"XyZzY",
        b"XyZzZ",
        at_end=True,
    ),
    Case(
        "place",
        'payload(bytes="xyzz", offset=4, within=0)',
        "-p udp -m u32 --u32 32=0x78797a7a",
        b"....xyzz",
        b"....xyza",
    ),
    Case(
        "four",
        'payload(bytes="xyzzy", bytes2="plugh", bytes3="plover", bytes4="fee fie", within=1500)',
        f"{STRING} xyzzy",
        b"fee fie",
        b"fee foe",
        at_end=True,
        note="iptables: one pattern",
    ),
    Case("sip", "sip", f"{STRING} SIP/2.0", REQUEST, NOT_SIP),
    Case(
        "strict",
        'sip(level="strict")',
        f"{STRING} SIP/2.0",
        REQUEST + HEADERS,
        NOT_SIP + HEADERS,
    ),
    Case(
        "method",
        'sip.method == "OPTIONS"',
        "-p udp -m u32 --u32 28=0x4f505449",
        REQUEST,
        NOT_SIP,
    ),
    Case(
        "dns",
        "dns",
        "-p udp -m u32 --u32 30&0x7840=0&&32=0x10000",
        query("www.example.com"),
        b"\x12\x34\x39" + query("www.example.com")[3:],
        note="u32: two words of the header",
    ),
    Case(
        "name",
        'dns(name="www.*.com")',
        f"{HEX} |03777777|",
        query("www.example.com"),
        query("wwx.example.com"),
        note="iptables: the first label, anywhere",
    ),
    Case(
        "qname",
        'dns.qname == "www.example.com"',
        f"{HEX} |03777777076578616d706c6503636f6d00|",
        query("www.example.com"),
        query("wwx.example.com"),
        note="iptables: one case of letters, anywhere",
    ),
    Case(
        "amqp",
        "amqp_consumers(max=0)",
        "-p tcp -m string --algo bm --hex-string |003c0014|",
        consume(20),
        consume(30),
        tcp=True,
        note="iptables counts nothing",
    ),
    Case(
        "rate",
        "rate(pps=1, burst=1)",
        f"{LIMIT} a --hashlimit-above 1/sec --hashlimit-burst 1",
        b"",
        b"",
        note="exceeded by both packets",
    ),
    Case(
        "within",
        "rate(pps=1000000000)",
        f"{LIMIT} b --hashlimit-above 10000/sec --hashlimit-burst 10000",
        b"",
        b"",
        note="not exceeded; the hashlimit is, having no such rate",
    ),
    Case(
        "conn",
        "conn_rate(cps=1, burst=1)",
        f"-p tcp --syn {LIMIT} c --hashlimit-above 1/sec --hashlimit-burst 1",
        b"",
        b"",
        tcp=True,
        flags=2,
    ),
    Case(
        "fair",
        "fair_rate(pps=1000000)",
        f"{LIMIT} d --hashlimit-above 10000/sec --hashlimit-burst 10000",
        b"",
        b"",
    ),
]
