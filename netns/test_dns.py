# SPDX-License-Identifier: GPL-2.0-or-later
"""dns beside a real server: unbound, asked by dig and dnsperf."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ctl import mfwctl, packets, rules, same, true
from isolate import inside
from lab import ORIGIN, Lab
from peer import client, need, server
from scenario import chain, customers, takes

NAMES = ("www.example.", "blocked.example.", "a.bad.example.", "deep.a.bad.example.")


def configuration(folder: Path) -> Path:
    lines = [
        "server:",
        *(f"  interface: {ORIGIN[version]}" for version in (4, 6)),
        "  do-daemonize: no",
        '  username: ""',
        '  chroot: ""',
        f'  directory: "{folder}"',
        f'  pidfile: "{folder}/pid"',
        "  use-syslog: no",
        "  access-control: 0.0.0.0/0 allow",
        "  access-control: ::0/0 allow",
        "  num-threads: 1",
        '  module-config: "iterator"',
        '  local-zone: "example." static',
        *(f'  local-data: "{name} A 203.0.113.80"' for name in NAMES),
        "remote-control:",
        "  control-enable: no",
    ]
    path = folder / "unbound.conf"
    path.write_text("\n".join(lines) + "\n")
    return path


def dig(namespace: str, name: str, *words: str, version: int = 4) -> str:
    """The address that the name has; nothing when there is no answer."""
    command = ["dig", f"@{ORIGIN[version]}", name, "A", "+short", "+tries=1", *words]
    if "+tcp" not in words:
        command.append("+timeout=2")
    _, out = client(namespace, command)
    return "".join(line for line in out.splitlines() if line[:1].isdigit())


@contextmanager
def resolver(namespace: str) -> Iterator[Path]:
    with TemporaryDirectory(dir="/run") as name:
        folder = Path(name)
        command = ["unbound", "-c", str(configuration(folder))]
        with server(
            namespace,
            command,
            folder / "log",
            lambda: bool(dig(namespace, "www.example.")),
        ):
            yield folder


def rule(ref: str, match: str, *action: str) -> None:
    mfwctl("rule", "add", "acme", "edge", "--ref", ref, match, *action)


def garbage(namespace: str, *payloads: bytes) -> None:
    with inside(namespace):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for payload in payloads:
        sock.sendto(payload, (ORIGIN[4], 53))
    sock.close()


@takes(30)
def test_names() -> None:
    """unbound answers for names that pass, over UDP and TCP, and never hears of blocked ones"""
    need("unbound", "dig")
    with customers("acme"), Lab("acme") as lab, resolver(lab.origin):
        chain("acme")
        udp, tcp = "udp.dstport == 53", "tcp.dstport == 53"
        rule("name", f'{udp} and dns.qname == "blocked.example"', "drop")
        rule("pattern", f'{udp} and dns(name="*{{1-3}}.bad.**")', "drop")
        blocked = f'{tcp} and dns.qname == "blocked.example"'
        rule("tcp", blocked, "reject", "with", "tcp", "reset")
        for version in 4, 6:
            for name, passes in (
                ("www.example.", True),
                ("blocked.example.", False),
                ("bLoCkEd.ExAmPlE.", False),
                ("a.bad.example.", False),
                ("deep.a.bad.example.", True),
            ):
                answer = dig(lab.internet, name, version=version)
                same(bool(answer), passes, f"an answer for {name} over IPv{version}")
            true(dig(lab.internet, "www.example.", "+tcp", version=version), "over TCP")
            same(
                dig(lab.internet, "blocked.example.", "+tcp", version=version),
                "",
                "TCP",
            )
        counts = packets("acme", "edge")
        same(
            {ref: counts[ref] for ref in ("name", "pattern")},
            {"name": 4, "pattern": 2},
            "counted",
        )
        true(counts["tcp"] >= 2, "connections that were reset")


@takes(30)
def test_list() -> None:
    """Names in a list, and those below them, are blocked, as the list changes"""
    need("unbound", "dig")
    with customers("acme"), Lab("acme") as lab, resolver(lab.origin):
        chain("acme")
        mfwctl("list", "set", "acme", "names", "--type", "name", "bad.example")
        rule("names", "udp.dstport == 53 and dns(any_of=$names)", "drop")
        for version in 4, 6:
            true(dig(lab.internet, "www.example.", version=version), "not in the list")
            found = dig(lab.internet, "Deep.A.bad.example.", version=version)
            same(found, "", "below one in the list")
        mfwctl("list", "set", "acme", "names", "--type", "name", "blocked.example")
        true(dig(lab.internet, "deep.a.bad.example."), "not in it any more")
        same(dig(lab.internet, "blocked.example."), "", "in the list")
        listed = rules("acme", "edge")[0]["match"]
        same(listed, "udp.dstport == 53 and dns(any_of=$names)", "the rule's text")
        same(packets("acme", "edge")["names"], 3, "counted")


@takes(30)
def test_load() -> None:
    """Nothing of dnsperf's and dig's is malformed, with level strict; garbage does not pass"""
    need("unbound", "dnsperf", "dig")
    with customers("acme"), Lab("acme") as lab, resolver(lab.origin) as folder:
        chain("acme")
        rule("odd", 'udp.dstport == 53 and not dns(level="strict")', "drop")
        rule("all", "udp.dstport == 53", "continue")
        queries = folder / "queries"
        queries.write_text("".join(f"{name} A\n" for name in NAMES))
        command = [
            "dnsperf",
            "-s",
            ORIGIN[4],
            "-d",
            str(queries),
            "-n",
            "500",
            "-e",
            "-D",
        ]
        status, out = client(lab.internet, command)
        same(status, 0, out[-500:])
        true("Queries lost:         0" in out, f"no query is lost:\n{out}")
        true(dig(lab.internet, "www.example.", "+dnssec"), "with DNSSEC asked for")
        counts = packets("acme", "edge")
        same(counts["odd"], 0, "queries that were taken for malformed")
        true(counts["all"] > 2000, "queries")
        header = b"\x12\x34\1\0\0\1\0\0\0\0\0\0"
        bad = (
            b"",
            b"x" * 40,
            header + b"\3www",
            header + b"\300\14\0\1\0\1",
            header + b"\0" * 9,
        )
        garbage(lab.internet, *bad)
        lab.settle()
        same(
            packets("acme", "edge")["odd"],
            len(bad),
            "malformed queries that were dropped",
        )
