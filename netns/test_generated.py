# SPDX-License-Identifier: GPL-2.0-or-later
"""Generated and mutated messages through matchers, against plain readings of the protocols."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import dns_reference as dns
from capture import matched, pcap
from ctl import mfwctl, same, true
from packet import TCP, UDP, ip, tcp, udp
from scenario import at_least, takes

CLIENT, SERVER = "192.0.2.1", "198.51.100.2"
WORDS = (
    b"www",
    b"WwW",
    b"a",
    b"example",
    b"exAmples",
    b"com",
    b"x" * 63,
    b"\0",
    b"a.b",
    b"*",
    b"d-1",
)
PATTERNS = (
    "www.example.com",
    "*.example.com",
    "*.*",
    "*",
    "**",
    "www.**",
    "w**",
    "WWW.*.com",
    ".",
    "",
    "*{3-7}.**",
    "*{1-1}.*{3-3}",
    "???.**",
    "a%2eb.**",
    "%00.**",
    ".a.com.",
    "*{63-63}.**",
    "www",
    "example**",
    "**.com",
    "w*.com",
    "*{2-}.com",
    "a..b",
    "?.com",
    "%zz.com",
    "x**",
)


def name(r: random.Random, size: int) -> bytes:
    """Mostly a right one; sometimes a pointer ends it, or a length that is none."""
    made = b""
    for _ in range(r.choice((0, 1, 2, 3, 3, 4, 6))):
        word = r.choice(WORDS)
        made += bytes([len(word)]) + word
    if r.random() < 0.12:
        target = r.choice((12, r.randrange(size + 40), 12 + len(made), 0x3FFF))
        return made + (0xC000 | target & 0x3FFF).to_bytes(2, "big")
    if r.random() < 0.04:
        return made + bytes([r.choice((64, 100, 128, 191))])
    return made + b"\0"


def question(r: random.Random) -> bytes:
    kind = r.choice((1, 28, 251, 255))
    return name(r, 30) + kind.to_bytes(2, "big") + b"\0\1"


def record(r: random.Random) -> bytes:
    owner = r.choice((b"\xc0\x0c", name(r, 60)))
    data = bytes(r.randrange(256) for _ in range(r.choice((0, 4, 16))))
    return owner + b"\0\1\0\1\0\0\0\x3c" + len(data).to_bytes(2, "big") + data


def message(r: random.Random) -> bytes:
    flags = r.choice(
        (0x0100, 0x0100, 0x8180, 0x8583, 0x2800, 0x0120, r.randrange(65536))
    )
    counts = [
        r.choice((1, 1, 1, 1, 0, 2)),
        *(r.choice((0, 0, 0, 1, 2)) for _ in range(3)),
    ]
    body = b"".join(question(r) for _ in range(counts[0]))
    body += b"".join(record(r) for _ in range(sum(counts[1:])))
    head = b"\x12\x34" + flags.to_bytes(2, "big")
    return head + b"".join(n.to_bytes(2, "big") for n in counts) + body


def mutated(r: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(r.choice((0, 0, 0, 1, 2))):
        changed[r.randrange(len(changed))] = r.choice(
            (0, 1, 63, 0xC0, r.randrange(256))
        )
    if r.random() < 0.2:
        del changed[r.randrange(len(changed)) :]
    if r.random() < 0.1:
        changed += bytes(r.randrange(1, 9))
    return bytes(changed)


def packets(r: random.Random, count: int) -> list[tuple[bytes, bool]]:
    """Payloads, and whether they go over TCP."""
    made = []
    for _ in range(count):
        data, over_tcp = message(r), r.random() < 0.3
        if over_tcp:
            length = len(data) + r.choice((0, 0, 0, 1, -1, 40))
            data = length.to_bytes(2, "big") + data
        made.append((mutated(r, data)[:1200], over_tcp))
    return made


def frame(payload: bytes, over_tcp: bool) -> bytes:
    if over_tcp:
        return ip(CLIENT, SERVER, TCP, tcp(CLIENT, SERVER, 1, 2, payload))
    return ip(CLIENT, SERVER, UDP, udp(CLIENT, SERVER, 1, 2, payload))


def compare(path: Path, expression: str, expected: set[int], domain: set[int]) -> None:
    found = matched(expression, path) & domain
    same(sorted(found ^ expected)[:9], [], f"packets that differ in {expression}")


def compare_lists(
    r: random.Random, path: Path, named: dict[int, list[bytes]], domain: set[int]
) -> None:
    """Names at the boundaries of labels, of a list with many others, and exactly."""
    texts = {n: text_of(one) for n, one in named.items() if b"." not in b"".join(one)}
    plain = {n for n, text in texts.items() if re.fullmatch(rb"[a-z0-9.-]+", text)}
    true(len(plain) > len(named) // 10, f"{len(plain)} names can be in a list")
    some = {
        texts[n].split(b".", r.randrange(3))[-1] for n in r.sample(sorted(plain), 12)
    }
    entries = {text.decode() for text in some if text}
    file = path.parent / "names"
    others = [f"x{i}.example.net" for i in range(20000)]
    file.write_text("\n".join([*entries, *others]) + "\n")
    given = ["--list", f"n={file}"]
    cases: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
        ('dns(level="header", any_of=$n)', lambda text: below(text, entries)),
        ("dns.qname in $n", lambda text: text.decode() in entries),
    )
    for expression, is_in in cases:
        expected = {n for n in plain & domain if is_in(texts[n])}
        words = ["--json", "test", *given, expression, str(path)]
        found = set(mfwctl(*words).json()["matched"]) & plain & domain
        same(sorted(found ^ expected)[:9], [], f"packets that differ in {expression}")
        true(expected, f"some are in {expression}")


def below(text: bytes, entries: set[str]) -> bool:
    labels = text.decode().split(".")
    return any(".".join(labels[i:]) in entries for i in range(len(labels)))


def text_of(labels: list[bytes]) -> bytes:
    return b".".join(labels).lower()


def escaped(text: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text)


@takes(60)
def test_dns() -> None:
    """dns and its fields say of 4000 generated messages what a plain reading says"""
    seed, count = 1, (20000 if at_least("full") else 4000)
    r = random.Random(seed)
    made = packets(r, count)
    with TemporaryDirectory() as folder:
        path = pcap(Path(folder, "made.pcap"), (frame(*one) for one in made))
        found = {n: dns.message_of(*one) for n, one in enumerate(made, 1)}
        there = {n: m for n, m in found.items() if m}
        everything = set(found)
        for level, reads in (
            ("header", dns.header),
            ("question", dns.question),
            ("strict", dns.strict),
        ):
            expected = {n for n, m in there.items() if reads(m)}
            true(count // 20 < len(expected) < count, f"{len(expected)} are {level}")
            compare(path, f'dns(level="{level}")', expected, everything)
        ends = {n: dns.question_end(m) for n, m in there.items()}
        for kind in 1, 28, 251, 255:
            expected = {
                n
                for n, e in ends.items()
                if e and dns.u16(there[n].data, e - 4) == kind
            }
            compare(path, f"dns.qtype == {kind}", expected, everything)
        labels = {n: dns.labels_of(m) for n, m in there.items()}
        named = {n: one for n, one in labels.items() if one is not None}
        compare(path, "len(dns.qname) ge 0", set(named), everything)
        texts = {n: text_of(one) for n, one in named.items()}
        for text in r.sample(sorted(set(texts.values())), 60):
            expected = {n for n, one in texts.items() if one == text}
            compare(path, f'dns.qname == "{escaped(text)}"', expected, everything)
        headers = {n for n in named if dns.header(there[n])}
        compare_lists(r, path, named, headers)
        for pattern in PATTERNS:
            for ignore, word in ((True, "true"), (False, "false")):
                call = f'dns(level="header", name="{pattern}", ignore_case={word})'
                expected = {n for n in headers if dns.fits(pattern, named[n], ignore)}
                compare(path, call, expected if pattern else headers, headers)


# ---- payload, suffix, sip ----


def some_text(r: random.Random, size: int) -> bytes:
    """Of few letters, so that parts of patterns stand everywhere."""
    alphabet = r.choice((b"ab", b"xyzXYZ ", b"the quick brown fox", bytes(range(256))))
    return bytes(r.choice(alphabet) for _ in range(size))


def cut_out(r: random.Random, texts: list[bytes]) -> bytes:
    """A piece of one of them, sometimes with a byte changed."""
    text = r.choice([text for text in texts if len(text) > 3])
    begin = r.randrange(len(text) - 1)
    piece = bytearray(text[begin : begin + r.choice((1, 2, 3, 4, 5, 9, 20, 64))])
    if r.random() < 0.3:
        piece[r.randrange(len(piece))] ^= 1
    return bytes(piece)


def holds(text: bytes, pattern: bytes, offset: int, within: int, fold: bool) -> bool:
    if fold:
        text, pattern = text.lower(), pattern.lower()
    if not within:
        return text[offset : offset + len(pattern)] == pattern
    return pattern in text[offset : offset + within]


@takes(60)
def test_payload() -> None:
    """payload and suffix find in random texts what is there"""
    r = random.Random(2)
    sizes = (0, 1, 5, 63, 64, 65, 127, 128, 129, 200, 700, 1400)
    texts = [some_text(r, r.choice(sizes)) for _ in range(1200)]
    whole = [(text, r.random() < 0.5) for text in texts]
    with TemporaryDirectory() as folder:
        path = pcap(Path(folder, "made.pcap"), (frame(*one) for one in whole))
        everything = set(range(1, len(texts) + 1))
        for _ in range(150 if at_least("full") else 40):
            patterns = [cut_out(r, texts) for _ in range(r.choice((1, 1, 2, 4)))]
            offset, within = r.choice((0, 0, 1, 60, 300)), r.choice((0, 10, 130, 1500))
            fold = r.random() < 0.3
            names = ("bytes", "bytes2", "bytes3", "bytes4")
            given = [f'{n}="{escaped(p)}"' for n, p in zip(names, patterns)]
            given += [f"offset={offset}", f"within={within}"]
            given.append(f"ignore_case={str(fold).lower()}")
            expected = {
                n
                for n, text in enumerate(texts, 1)
                if any(holds(text, p, offset, within, fold) for p in patterns)
            }
            compare(path, f"payload({', '.join(given)})", expected, everything)
            ending = patterns[0]
            expected = {n for n, text in enumerate(texts, 1) if text.endswith(ending)}
            compare(path, f'suffix(bytes="{escaped(ending)}")', expected, everything)


START = re.compile(
    rb"([0-9A-Za-z.!%*_+`'~-]{1,32} [^ \r]+ SIP/2\.0|SIP/2\.0 [1-6][0-9]{2} [^\r]*)\r\n"
)
LINES = (
    b"INVITE sip:bob@example.com SIP/2.0\r\n",
    b"OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP c\r\n\r\n",
    b"SIP/2.0 200 OK\r\nTo: <sip:b@x>\r\n\r\n",
    b"SIP/2.0 486 Busy Here\r\n",
    b"NOTIFY * HTTP/1.1\r\n",
    b"REGISTER sip:" + b"x" * 120 + b" SIP/2.0\r\n",
)


@takes(30)
def test_sip() -> None:
    """sip says of mutated start lines what a regular expression says"""
    r = random.Random(3)
    texts = []
    for _ in range(3000):
        text = bytearray(r.choice(LINES))
        for _ in range(r.choice((0, 0, 1, 1, 2))):
            at = r.randrange(min(len(text), 48))
            text[at] = r.choice(b" \r\nA/20:." + bytes([r.randrange(256)]))
        if r.random() < 0.2:
            del text[r.randrange(len(text)) :]
        texts.append(bytes(text))
    with TemporaryDirectory() as folder:
        frames = (frame(text, False) for text in texts)
        path = pcap(Path(folder, "made.pcap"), frames)
        found = {n: START.match(text) for n, text in enumerate(texts, 1)}
        expected = {n for n, match in found.items() if match}
        true(len(texts) // 5 < len(expected) < len(texts), f"{len(expected)} match")
        compare(path, "sip", expected, set(found))
        for code in 200, 486:
            begin = b"SIP/2.0 %d " % code
            is_code = {n for n in expected if texts[n - 1].startswith(begin)}
            compare(path, f"sip.status == {code}", is_code, set(found))
        for method in "INVITE", "OPTIONS", "REGISTER":
            word = method.encode() + b" "
            is_method = {n for n in expected if texts[n - 1].startswith(word)}
            compare(path, f'sip.method == "{method}"', is_method, set(found))
