# SPDX-License-Identifier: GPL-2.0-or-later
"""The article's own program: compiled, pinned and used unchanged."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ctl import PROJECT, mfwctl, packets, rules, run, same, true
from lab import Lab
from packet import TCP, UDP
from scenario import Skip, chain, customers, pins

SOURCE = PROJECT / "tests" / "article.bpf.c"
ARTICLES = PROJECT.parent / "shared" / "seeds"
PIN = "/sys/fs/bpf/match"


@contextmanager
def compiled() -> Iterator[str]:
    """The object, built as the article's readers build it."""
    with TemporaryDirectory() as directory:
        path = f"{directory}/match.o"
        headers = f"-I/usr/include/{platform.machine()}-linux-gnu"
        run(
            [
                "clang",
                "-target",
                "bpf",
                "-g",
                "-O2",
                headers,
                "-c",
                str(SOURCE),
                "-o",
                path,
            ]
        )
        yield path


def check_packets(lab: Lab) -> None:
    payloads = {b"a xyzzy": True, b"xyzzy": True, b"a xyzz": False, b"plugh": False}
    kinds = [(payload, protocol) for payload in payloads for protocol in (UDP, TCP)]
    found = lab.send(lab.probe(payload, 4, protocol) for payload, protocol in kinds)
    for (payload, protocol), arrived in zip(kinds, found):
        same(arrived, payloads[payload], f"protocol {protocol}, {payload!r}: arrived")
    same(packets("acme", "edge"), {"own": 4}, "counted")


def test_unchanged() -> None:
    """The program here is the article's, word for word"""
    texts = sorted(ARTICLES.glob("004_*")) if ARTICLES.is_dir() else []
    if not texts:
        raise Skip(f"{ARTICLES} is not there to compare with")
    article = texts[0].read_text()
    begin = article.index('SEC("socket")')
    program = article[begin : article.index("\n}\n", begin)]
    true(
        program.split()
        and " ".join(program.split()) in " ".join(SOURCE.read_text().split()),
        "tests/article.bpf.c has another program than the article",
    )


def test_object_pinned() -> None:
    """Loaded with bpftool, it matches through --object-pinned what lacks the magic word"""
    with customers("acme"), Lab("acme") as lab, compiled() as path:
        run(["bpftool", "prog", "load", path, PIN, "type", "socket"])
        chain("acme", family="ip")
        mfwctl(
            "rule",
            "add",
            "acme",
            "edge",
            "--ref",
            "own",
            "--object-pinned",
            PIN,
            "drop",
        )
        [rule] = rules("acme", "edge")
        same(rule["object_pinned"], PIN, "listed by its own path")
        check_packets(lab)
        form = mfwctl("rule", "list", "acme", "--format", "nft").out
        true("#match bpf pinned /sys/fs/bpf/" in form and " drop" in form, form)
        Path(PIN).unlink()
        check_again = lab.send([lab.probe(b"xyzzy"), lab.probe(b"plugh")])
        same(check_again, [True, False], "without the user's pin")


def test_object() -> None:
    """Given as --object it is loaded and pinned for the user, and let go of again"""
    with customers("acme"), Lab("acme") as lab, compiled() as path:
        chain("acme", family="ip")
        mfwctl("rule", "add", "acme", "edge", "--ref", "own", "--object", path, "drop")
        same(rules("acme", "edge")[0]["object"], path, "listed by its file")
        check_packets(lab)
        Path(path).unlink()
        mfwctl("rule", "mode", "acme", "edge", "own", "monitor")
        same(lab.send([lab.probe(b"plugh")]), [True], "in monitor, without the file")
        mfwctl("rule", "del", "acme", "edge", "own")
        same(pins(), [], "pins")
