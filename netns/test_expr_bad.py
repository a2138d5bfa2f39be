# SPDX-License-Identifier: GPL-2.0-or-later
"""Expressions that are too much: refused in time and in words, or warned of, or taken."""

import platform
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ctl import PROJECT, mfwctl, mfwctl_path, packets, refused, run, same, true
from scenario import chain, customers, nft_list, pins
from strace import UNDER_STRACE

ADD = ["rule", "add", "acme", "edge"]
TEXT_MAX = 65536
DEPTH_MAX = 128

# A matcher that the verifier refuses.
WILD = """
#include <mfw/matcher.h>
MFW_MATCHER_PLAIN(wild, "reads where it may not", "Refused.");
int wild(struct __sk_buff *skb, const struct mfw_pkt *pkt)
{
	(void)pkt;
	return *(volatile int *)(long)skb->len;
}
MFW_MAIN_PLAIN(wild);
MFW_LICENSE;
"""


def many(form: str, n: int, by: str, first: int = 1) -> str:
    return by.join(form.format(i=i) for i in range(first, first + n))


def nested(depth: int) -> str:
    return "(" * depth + "true" + ")" * depth


@contextmanager
def acme() -> Iterator[None]:
    """A customer with one rule, of which nothing may change."""
    with customers("acme"):
        chain("acme")
        mfwctl(*ADD, "--ref", "r", "udp", "drop", status=2)
        mfwctl(*ADD, "--ref", "r", "ip.ttl == 1", "drop")
        before = nft_list("acme"), pins()
        yield
        same((nft_list("acme"), pins()), before, "rules and pins")


@contextmanager
def wild() -> Iterator[str]:
    """A directory with the matcher `wild`."""
    headers = f"-I/usr/include/{platform.machine()}-linux-gnu"
    clang = ["clang", "-target", "bpf", "-mcpu=v3", "-g", "-O2", headers]
    with TemporaryDirectory() as directory:
        source = Path(directory, "wild.bpf.c")
        source.write_text(WILD)
        out = ["-c", str(source), "-o", f"{directory}/wild.bpf.o"]
        run([*clang, f"-I{PROJECT}/include", *out])
        yield directory


def test_refused() -> None:
    """Too long, too deep, matches, unknown lists and names: refused as rules, with the place"""
    with acme():
        for text, kind, says in (
            ("true" + " " * (TEXT_MAX - 3), "expr.too_long", "65536"),
            (nested(DEPTH_MAX + 1), "expr.too_deep", "128"),
            ("not " * (DEPTH_MAX + 1) + "true", "expr.too_deep", "128"),
            ('udp matches "a.*b"', "expr.unsupported", "contains"),
            ('udp ~ "a.*b"', "expr.unsupported", "contains"),
            ("ip.ttl gt 255", "expr.value", "255"),
        ):
            same(refused(*ADD, text, "drop", says=says, status=2), kind, text[:50])
        kind = refused(*ADD, "ip.src in $nowhere", "drop", says="nowhere", status=None)
        true(kind.partition(".")[0] in ("list", "codegen"), f"unknown list: {kind}")
        long = 'udp contains "' + "x" * 257 + '"'
        refused(*ADD, long, "drop", says="256 bytes")
        searches = many('udp contains "{i:x}"', 2400, " or ")
        kind = refused(*ADD, searches, "drop", says="a list; or make it several rules")
        same(kind, "codegen.too_long", "2400 searches")
        for text, says in ((long, "256 bytes"), (searches, "several rules")):
            err = mfwctl("expr", "check", text, status=2).err
            true(says in err, f"expr check {text[:50]}: {err}")


def test_never() -> None:
    """What can never match is said, and is taken as a rule all the same"""
    for text, says in (
        ("tcp.dstport == 443 and udp.dstport == 80", "never true"),
        ("ip.src in {}", "never true"),
        ("tcp.dstport lt 0", "never true"),
    ):
        for verb in "check", "explain":
            err = mfwctl("expr", verb, text).err
            true(re.search(f"warning: .*{says}", err), f"{verb} {text}: {err}")
        warnings = mfwctl("--json", "expr", "explain", text).json()["warnings"]
        same([w["kind"] for w in warnings], ["expr.never"], text)
    with customers("acme"):
        chain("acme")
        mfwctl(*ADD, "--ref", "n", "ip.src in {}", "drop")
        same(packets("acme", "edge"), {"n": 0}, "counted")


def test_verifier() -> None:
    """A program that the verifier refuses: its log's end, and the part that it is about"""
    text = "ip.ttl gt 3 and wild"
    with wild() as directory, acme():
        path = ["--matcher-path", directory]
        says = r"in wild\(\)"
        same(refused(*path, *ADD, text, "drop", says=says), "bpf.verifier", "kind")
        error = mfwctl("--json", *path, *ADD, text, "drop", status=1).json()["error"]
        true("R1 invalid mem access" in error["detail"], error["detail"])
        found = mfwctl("--json", *path, "expr", "explain", text).json()["not_loaded"]
        same(found["kind"], "bpf.verifier", "explain")
        true(
            re.search(says, found["message"]) and "R1 inv" in found["detail"],
            f"{found}",
        )
        shown = mfwctl(*path, "expr", "explain", text).out
        true("not loaded:" in shown and "R1 invalid mem access" in shown, shown)


# Expressions that make the verifier work, and how much it may.
HEAVY = {
    "the deepest": (nested(DEPTH_MAX), 1000),
    "1000 conjuncts": (many("udp.dstport ne {i}", 1000, " and "), 30_000),
    "1000 of one field": (many("udp.dstport == {i}", 1000, " or "), 30_000),
    "1000 pairs": (
        many("(tcp.dstport == {i} and ip.src == 10.1.2.3)", 1000, " or "),
        60_000,
    ),
    "1000 xors": (many("ip.len == {i}", 1000, " xor "), 90_000),
    "xors inside of xors": (
        many("(ip.ttl gt {i} xor ", 120, "") + "tcp.flags.syn" + ")" * 120,
        10_000,
    ),
    "a set of 10 000": ("tcp.dstport in {" + many("{i}", 10_000, " ") + "}", 5000),
    "10 000 apart": (
        f"tcp.dstport in {{{' '.join(str(2 * i) for i in range(10_000))}}}",
        5000,
    ),
    "4000 addresses": (
        f"ip.src in {{{' '.join(f'10.{i >> 8}.{i & 255}.1' for i in range(4000))}}}",
        5000,
    ),
    "4000 addresses of IPv6": (
        "ip.src in {" + many("1::{i:x}:0", 4000, " ") + "}",
        5000,
    ),
    "8000 texts": ("udp in {" + many('"{i}"', 8000, " ") + "}", 6000),
    "600 long texts": (
        "lower(udp) in {" + many('"' + "x" * 70 + '{i}"', 600, " ") + "}",
        6000,
    ),
    "5000 names": ("dns.qname in {" + many('"{i}.net"', 5000, " ") + "}", 8000),
    "200 searches": (many('udp contains "abc{i}"', 200, " or "), 20_000),
    "100 stars": ('udp wildcard "' + "*".join("a" * 100) + '"', 10_000),
    "1000 ends": (many('ends_with(udp, "a{i}")', 1000, " or "), 60_000),
    "1000 slices": (many("bit_slice(udp, {i}, 1{i}) == 9", 9, " or "), 10_000),
    "200 calls of a matcher": (many('suffix(bytes="a{i}")', 200, " or "), 10_000),
    "65 536 characters": (
        many("ip.src == 10.1.2.{i}", 200, " or ")
        + " or "
        + 'udp == "'
        + "x" * 60_000
        + '"',
        20_000,
    ),
}


def test_heavy() -> None:
    """Long and nested expressions load, and the verifier's work grows no faster than they do"""
    for name, (text, most) in HEAVY.items():
        true(len(text) <= TEXT_MAX, f"{name}: {len(text)} characters")
        begun = time.monotonic()
        found = mfwctl("--json", "expr", "explain", text, kind="rel").json()
        true("loaded" in found, f"{name}: {found.get('not_loaded')}")
        processed = found["loaded"]["processed"]
        true(0 < processed <= most, f"{name}: {processed} instructions processed")
        true(time.monotonic() - begun < 20, f"{name}: it takes too long")


def test_lines() -> None:
    """bpftool shows the expression's parts beside the instructions"""
    parts = [
        "tcp.dstport == 443",
        "ip.src in {192.0.2.0/24}",
        'udp contains "x"',
        "ip.ttl < 5",
        'suffix(bytes="abc")',
    ]
    text = (
        f"({parts[0]} xor {parts[2]}) and {parts[1]} or not {parts[3]} and {parts[4]}"
    )
    if not shutil.which("bpftool"):
        raise AssertionError("bpftool is missing")
    with TemporaryDirectory() as directory:
        path, pin = f"{directory}/a.bpf.o", "/sys/fs/bpf/lines"
        mfwctl("expr", "compile", "-o", path, text)
        run(["bpftool", "prog", "load", path, pin])
        shown = run(["bpftool", "prog", "dump", "xlated", "pinned", pin, "linum"]).out
        for part in parts:
            found = re.search(rf"^; {re.escape(part)} \[file:expression", shown, re.M)
            true(found, f"no line {part!r}:\n{shown[:3000]}")
        Path(pin).unlink()


def test_long_places() -> None:
    """What is wrong all through a long text is shown in part, and found in no time"""
    for text, says in (
        ("a." * 32000 + "b", "no field 'a.a"),
        ("sip or " + "x" * 60000, "no field or matcher 'xxx"),
        ("(" * 65000, "nested too deep"),
        ('udp == "' + "a" * 65000, "no end"),
    ):
        started = time.monotonic()
        tool = mfwctl("expr", "check", text, status=2)
        true(says in tool.err, f"'{says}' should be said: {tool.err[:300]}")
        true(len(tool.err) < 1200, f"{len(tool.err)} bytes about {text[:10]}")
        true(time.monotonic() - started < 2, f"soon done with {text[:10]}")
    command = ["strace", "-e", "trace=write", mfwctl_path(), "expr", "check", "nosuch"]
    found = run(command, 2, None, UNDER_STRACE)
    writes = len(re.findall(r"^write\(2,", found.err, re.M))
    true(writes < 10, f"one message takes {writes} writes")


def test_long_texts() -> None:
    """A rule's text is listed, saved and read again whole, up to what the language takes"""
    text = f"tcp.dstport in {{{many('{i}', 10000, ' ', 50000)}}}"
    with customers("acme"), TemporaryDirectory() as directory:
        chain("acme")
        mfwctl(*ADD, "--ref", "r", text, "drop")
        listed = mfwctl("--json", "rule", "list", "acme").json()["chains"][0]["rules"]
        same(listed[0]["match"] == text, True, "what is listed is what was entered")
        saved = Path(directory, "saved.json")
        saved.write_text(mfwctl("save", "acme").out)
        mfwctl("verify", str(saved))
        mfwctl("rule", "del", "acme", "edge", "r")
        mfwctl("apply", str(saved))
        mfwctl("verify", str(saved))
