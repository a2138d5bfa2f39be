# SPDX-License-Identifier: GPL-2.0-or-later
"""The questions of tests/bench/match, in every contender's own words, and packets to ask about."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

sys.path.append(str(Path(__file__).resolve().parents[2] / "netns"))

from packet import TCP, UDP, ip, tcp, udp  # noqa: E402

CLIENT = "198.51.100.5"
SERVER = "192.0.2.10"
CLIENT6 = "2001:db8::53"
SERVER6 = "2001:db8:1::1"
SYN = 2

PORTS = "20-25 53 80 110 143 443 465 587 993 995 3306 5432 8080 8443".split()
NETS = [f"{n}.51.100.0/24" for n in range(1, 192, 3)]


@dataclass
class Case:
    name: str
    expr: str
    """In ours; tests/bench/hand/NAME.bpf.c is the same by hand."""
    hit: bytes
    """Matches, and takes every part of the question to see that."""
    miss: bytes
    """Does not match, as most packets do not."""
    classic: str
    """In tcpdump's language."""
    nft: Optional[str]
    """The nearest that one rule of nftables can say; None: nothing like it."""
    iptables: Optional[str]
    conjuncts: int = 1
    note: str = ""


def udp4(dport: int, payload: bytes, src: str = CLIENT) -> bytes:
    return ip(src, SERVER, UDP, udp(src, SERVER, 40000, dport, payload))


def tcp4(dport: int, src: str = CLIENT, flags: int = SYN) -> bytes:
    return ip(src, SERVER, TCP, tcp(src, SERVER, 40000, dport, b"", flags=flags))


def udp6(dport: int, payload: bytes) -> bytes:
    body = udp(CLIENT6, SERVER6, 40000, dport, payload)
    return ip(CLIENT6, SERVER6, UDP, body)


def any_of(words: list[str], what: str) -> str:
    return " or ".join(f"{what} {word}" for word in words)


DATA = b"Hello, this is a payload of 40 bytes, so"
WEB = tcp4(443)
OTHER = tcp4(22, src="8.8.8.8", flags=0x10)

CASES = [
    Case(
        "one",
        "udp.dstport == 5060",
        udp4(5060, DATA),
        OTHER,
        "udp dst port 5060",
        "udp dport 5060",
        "-p udp --dport 5060",
    ),
    Case(
        "two",
        "udp.dstport in {53 5060..5070} and ip.src in {198.51.100.0/24}",
        udp4(5065, DATA),
        OTHER,
        "(udp dst port 53 or udp dst portrange 5060-5070) and src net 198.51.100.0/24",
        "udp dport { 53, 5060-5070 } ip saddr 198.51.100.0/24",
        "-s 198.51.100.0/24 -p udp -m multiport --dports 53,5060:5070",
        conjuncts=2,
    ),
    Case(
        "three",
        "tcp.dstport == 443 and ip.dst in {192.0.2.0/24} and tcp.flags.syn",
        WEB,
        tcp4(443, flags=0x10),
        "tcp dst port 443 and dst net 192.0.2.0/24 and tcp[13] & 2 != 0",
        "tcp dport 443 ip daddr 192.0.2.0/24 tcp flags & syn == syn",
        "-d 192.0.2.0/24 -p tcp --dport 443 --tcp-flags SYN SYN",
        conjuncts=3,
    ),
    Case(
        "five",
        "ip.src in {198.51.100.0/24} and ip.dst == 192.0.2.10 and tcp.dstport in {80 443} "
        "and ip.ttl gt 10 and tcp.flags.syn",
        WEB,
        tcp4(443, flags=0x10),
        "src net 198.51.100.0/24 and dst host 192.0.2.10 and (tcp dst port 80 or "
        "tcp dst port 443) and ip[8] > 10 and tcp[13] & 2 != 0",
        "ip saddr 198.51.100.0/24 ip daddr 192.0.2.10 tcp dport { 80, 443 } ip ttl > 10 "
        "tcp flags & syn == syn",
        "-s 198.51.100.0/24 -d 192.0.2.10 -p tcp -m multiport --dports 80,443 "
        "-m ttl --ttl-gt 10 -m tcp --tcp-flags SYN SYN",
        conjuncts=5,
    ),
    Case(
        "ports",
        f"tcp.dstport in {{{' '.join(PORTS).replace('-', '..')}}}",
        tcp4(3306),
        tcp4(3307),
        any_of([p for p in PORTS if "-" not in p], "tcp dst port")
        + " or tcp dst portrange 20-25",
        f"tcp dport {{ {', '.join(PORTS)} }}",
        "-p tcp -m multiport --dports " + ",".join(PORTS).replace("-", ":"),
    ),
    Case(
        "nets",
        f"ip.src in {{{' '.join(NETS)}}}",
        tcp4(443, src="100.51.100.9"),
        tcp4(443, src="101.51.100.9"),
        any_of(NETS, "src net"),
        f"ip saddr {{ {', '.join(NETS)} }}",
        None,
        note="64 networks; one rule of iptables has one",
    ),
    Case(
        "six",
        "ip.src in {2001:db8::/32} and udp.dstport in {53 5353}",
        udp6(5353, DATA),
        udp6(5354, DATA),
        "ip6 src net 2001:db8::/32 and (udp dst port 53 or udp dst port 5353)",
        "ip6 saddr 2001:db8::/32 udp dport { 53, 5353 }",
        "-s 2001:db8::/32 -p udp -m multiport --dports 53,5353",
        conjuncts=2,
    ),
    Case(
        "tail",
        'ends_with(udp, "xyzzy")',
        udp4(9, DATA + b"xyzzy"),
        udp4(9, DATA + b"xyzzz"),
        "udp and ip[ip[2:2] - 5 : 4] = 0x78797a7a and ip[ip[2:2] - 1] = 0x79",
        None,
        "-p udp -m string --algo bm --string xyzzy",
        note="iptables: anywhere in the packet; tcpdump: IPv4",
    ),
    Case(
        "bits",
        "bit_slice(udp, 64, 96) == 0x48656c6c",
        udp4(9, DATA),
        udp4(9, b"J" + DATA[1:]),
        "udp[8:4] = 0x48656c6c",
        "meta l4proto udp @th,64,32 0x48656c6c",
        "-p udp -m u32 --u32 0>>22&0x3C@8=0x48656c6c",
        note="tcpdump: IPv4",
    ),
    Case(
        "long",
        "(tcp.dstport in {80 443 8080} and ip.src in {10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 "
        "198.51.100.0/24} or udp.dstport in {5060..5070} and not ip.src in {203.0.113.0/24}) "
        "and ip.ttl gt 5 and ip.len lt 1400",
        WEB,
        OTHER,
        "((tcp dst port 80 or tcp dst port 443 or tcp dst port 8080) and (src net 10.0.0.0/8 or "
        "src net 172.16.0.0/12 or src net 192.168.0.0/16 or src net 198.51.100.0/24) or "
        "udp dst portrange 5060-5070 and not src net 203.0.113.0/24) and ip[8] > 5 "
        "and ip[2:2] < 1400",
        "tcp dport { 80, 443, 8080 } ip saddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, "
        "198.51.100.0/24 } ip ttl > 5 ip length < 1400",
        "-s 198.51.100.0/24 -p tcp -m multiport --dports 80,443,8080 -m ttl --ttl-gt 5 "
        "-m length --length 0:1399",
        conjuncts=6,
        note="nft and iptables: the first half only; tcpdump: IPv4",
    ),
]
