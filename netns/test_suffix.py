# SPDX-License-Identifier: GPL-2.0-or-later
"""What bpf/suffix.bpf.c says of itself, on packets that come over a wire."""

from collections.abc import Iterable

import packet
from ctl import mfwctl, packets, same
from lab import Lab
from packet import DESTINATION, FRAGMENT, HOP_BY_HOP, ROUTING, TCP, UDP, Probe
from scenario import chain, customers

NOP4 = b"\1\1\1\1"


class Judge:
    """Sends packets through a rule that drops what matches, and one that counts the rest."""

    def __init__(self, lab: Lab, match: str) -> None:
        self.lab = lab
        chain(lab.customer)
        mfwctl("rule", "add", lab.customer, "edge", "--ref", "hit", match, "drop")
        mfwctl(
            "rule",
            "add",
            lab.customer,
            "edge",
            "--ref",
            "miss",
            f"not {match}",
            "continue",
        )

    def check(self, cases: Iterable[tuple[Probe, bool]]) -> None:
        cases = list(cases)
        found = self.lab.send(probe for probe, _ in cases)
        for (probe, hit), arrived in zip(cases, found):
            same(not arrived, hit, f"{probe.name}: matches")
        hits = sum(1 for _, hit in cases if hit)
        counted = {"hit": hits, "miss": len(cases) - hits}
        same(packets(self.lab.customer, "edge"), counted, "counted")


def test_payloads() -> None:
    """UDP and TCP over IPv4 and IPv6: the end counts, not the middle; short ones do not match"""
    payloads = {
        b"xyzzy": True,
        b"hello xyzzy": True,
        b"xyzzyxyzzy": True,
        b"hello xyzz": False,
        b"hello xyzzY": False,
        b"hello Xyzzy": False,
        b"xyzzy ": False,
        b"yzzy": False,
        b"y": False,
        b"": False,
        b"-" * 1400 + b"xyzzy": True,
        b"xyzzy" + b"-" * 1400: False,
    }
    with customers("acme"), Lab("acme") as lab:
        Judge(lab, 'suffix(bytes="xyzzy")').check(
            (lab.probe(payload, version, protocol), hit)
            for payload, hit in payloads.items()
            for version in (4, 6)
            for protocol in (UDP, TCP)
        )


def test_bytes() -> None:
    """Any bytes, up to 64 of them, written as hexadecimal too"""
    long = bytes(range(1, 65))
    text = "".join(f"\\x{byte:02x}" for byte in long)
    with customers("acme"), Lab("acme") as lab:
        chain("acme")
        for ref, match in (
            ("zero", 'suffix(bytes="\\x00")'),
            ("long", f'suffix(bytes="{text}")'),
            ("quote", 'suffix(bytes="\\"")'),
        ):
            mfwctl("rule", "add", "acme", "edge", "--ref", ref, match, "drop")
        sent = [b"a\0", long, b"b" + long, long[1:], b'say "', b"say"]
        expected = [False, False, False, True, False, True]
        same(lab.send(lab.probe(one) for one in sent), expected, "arrived")
        same(packets("acme", "edge"), {"zero": 1, "long": 2, "quote": 1}, "counted")


def four(
    lab: Lab, protocol: int, body: bytes, name: str, options: bytes = b"", **more: int
) -> Probe:
    src, dst = lab.ends(4, "forward")
    return Probe(packet.ip4(src, dst, protocol, body, options, **more), body, name)


def test_ipv4_headers() -> None:
    """IPv4 with options, TCP with options; lengths are taken from the headers"""
    with customers("acme"), Lab("acme") as lab:
        judge = Judge(lab, 'suffix(bytes="xyzzy")')
        ends = lab.ends(4, "forward")

        def good() -> bytes:
            return packet.udp(*ends, lab.port(), 7, b"a xyzzy")

        segment = packet.tcp(*ends, lab.port(), 7, b"a xyzzy", NOP4 * 10)
        bare = packet.tcp(
            *ends, lab.port(), 7, b"", b"\1\1\1xyzzy\1\1\1\0" + b"\1xyzzy\1\1"[:4]
        )
        short = packet.udp(*ends, lab.port(), 7, b"a") + b"xyzzy"
        early = packet.udp(*ends, lab.port(), 7, b"xyzzy") + b"pad"
        judge.check(
            [
                (four(lab, UDP, good(), "4 bytes of IP options", NOP4), True),
                (four(lab, UDP, good(), "40 bytes of IP options", NOP4 * 10), True),
                (four(lab, TCP, segment, "40 bytes of TCP options"), True),
                (four(lab, TCP, bare, "the token in TCP options only"), False),
                (four(lab, UDP, short, "the token behind the end of UDP"), False),
                (four(lab, UDP, early, "UDP ends before IP does"), True),
                (four(lab, 132, good(), "another protocol"), False),
                (four(lab, UDP, good(), "don't fragment", fragment=0x4000), True),
            ]
        )


def test_ipv4_fragments() -> None:
    """IPv4 fragments in forward are seen as they are, and never match"""
    with customers("acme"), Lab("acme") as lab:
        judge = Judge(lab, 'suffix(bytes="xyzzy")')
        whole = packet.udp(*lab.ends(4, "forward"), lab.port(), 7, b"-" * 19 + b"xyzzy")
        assert len(whole) == 32
        judge.check(
            [
                (four(lab, UDP, whole[:16], "first", fragment=0x2000), False),
                (four(lab, UDP, whole[16:], "last, ends so", fragment=2), False),
                (
                    four(lab, UDP, whole, "first of a longer one", fragment=0x2000),
                    False,
                ),
            ]
        )


def test_ipv4_reassembled() -> None:
    """At input IPv4 has put the fragments together: the whole datagram matches"""
    with customers("acme"), Lab("acme") as lab:
        chain("acme", "edge", "input")
        mfwctl(
            "rule",
            "add",
            "acme",
            "edge",
            "--ref",
            "hit",
            'suffix(bytes="xyzzy")',
            "drop",
        )
        src, dst = lab.ends(4, "input")
        for ident, payload, arrived in (
            (7, b"-" * 19 + b"xyzzy", False),
            (8, b"-" * 24, True),
        ):
            whole = packet.udp(src, dst, lab.port(), 7, payload)
            parts = [
                Probe(packet.ip4(src, dst, UDP, part, b"", ident, place), whole)
                for part, place in ((whole[:16], 0x2000), (whole[16:], 2))
            ]
            same(lab.send(parts, "input"), [arrived] * 2, f"{payload!r} arrived")
        same(packets("acme", "edge"), {"hit": 1}, "counted")


def test_ipv6_headers() -> None:
    """IPv6 with extension headers; fragments never match, atomic ones do"""
    with customers("acme"), Lab("acme") as lab:
        judge = Judge(lab, 'suffix(bytes="xyzzy")')
        src, dst = lab.ends(6, "forward")

        def six(
            name: str, chain_: list[tuple[int, int]], token: bytes = b"a xyzzy"
        ) -> Probe:
            """chain_: type and length of each extension header."""
            body = packet.udp(src, dst, lab.port(), 7, token)
            mark, following = body, UDP
            for kind, size in reversed(chain_):
                body = packet.extension(following, size) + body
                following = kind
            return Probe(packet.ip6(src, dst, following, body), mark, name)

        def part(name: str, offset: int, more: bool, text: bytes) -> Probe:
            body = packet.udp(src, dst, lab.port(), 7, text)
            head = packet.fragment6(UDP, offset, more, 99)
            return Probe(packet.ip6(src, dst, FRAGMENT, head + body), body, name)

        options, routing = (DESTINATION, 24), (ROUTING, 8)
        judge.check(
            [
                (six("destination options", [options]), True),
                (six("hop by hop", [(HOP_BY_HOP, 8)]), True),
                (six("three of them", [(HOP_BY_HOP, 8), routing, options]), True),
                (six("three of them, ends otherwise", [options], b"xyzzy a"), False),
                (part("first fragment", 0, True, b"--- xyzzy"[:8]), False),
                (part("first fragment that ends so", 0, True, b"---xyzzy"), False),
                (part("last fragment that ends so", 2, False, b"---xyzzy"), False),
                (part("atomic fragment", 0, False, b"---xyzzy"), True),
            ]
        )


def test_not() -> None:
    """not: what lacks the ending, and that is also what has none, such as ICMP or a fragment"""
    with customers("acme"), Lab("acme") as lab:
        chain("acme")
        match = 'not suffix(bytes="xyzzy")'
        mfwctl("rule", "add", "acme", "edge", "--ref", "r", match, "drop")
        body = packet.udp(*lab.ends(4, "forward"), lab.port(), 7, b"a xyzzy")
        icmp = b"\x08\x00\x00\x00\x00\x01\x00\x01 xyzzy"
        probes = [
            lab.probe(b"a xyzzy"),
            lab.probe(b"a xyzzy", 6, TCP),
            lab.probe(b"xyzzy a"),
            lab.probe(b""),
            four(lab, UDP, body, "fragment", fragment=0x2000),
            four(lab, 1, icmp, "icmp"),
        ]
        expected = [True, True, False, False, False, False]
        same(lab.send(probes), expected, "arrived")
        same(packets("acme", "edge"), {"r": 4}, "counted")


def test_true() -> None:
    """true matches every packet, not true none"""
    with customers("acme"), Lab("acme") as lab:
        chain("acme")
        mfwctl("rule", "add", "acme", "edge", "--ref", "none", "not true", "drop")
        mfwctl("rule", "add", "acme", "edge", "--ref", "all", "true", "drop")
        probes = [lab.probe(b"a", version) for version in (4, 6)]
        same(lab.send(probes), [False, False], "arrived")
        same(packets("acme", "edge"), {"none": 0, "all": 2}, "counted")
