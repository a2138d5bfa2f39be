# SPDX-License-Identifier: GPL-2.0-or-later
"""Matchers from outside: built against the installed header, and without a compiler."""

import platform
from pathlib import Path

from capture import pcap
from ctl import PROJECT, build_dir, packets, run, same, true
from lab import Lab
from packet import UDP, ip, udp
from scenario import chain, customers, takes
from test_install import installed, one

CLIENT, SERVER = "192.0.2.1", "198.51.100.2"


def example(header: Path) -> str:
    """The matcher that stands in the header's first comment."""
    text = header.read_text()
    begin = text.index("A matcher in ten minutes")
    lines = text[begin : text.index("The rules\n", begin)].splitlines()
    code = [line.removeprefix(" *").removeprefix("\t") for line in lines]
    taken = [c for line, c in zip(lines, code) if line.startswith(" *\t") or c == ""]
    return "/* SPDX-License-Identifier: GPL-2.0-or-later */\n" + "\n".join(taken) + "\n"


def build(root: Path, folder: Path) -> None:
    """As the header says, but for where it is installed."""
    header = one(root, "matcher.h")
    source = folder / "ttl.bpf.c"
    source.write_text(example(header))
    command = ["clang", "-target", "bpf", "-mcpu=v3", "-g", "-O2", "-Wall", "-Wextra"]
    command += ["-Werror", f"-I/usr/include/{platform.machine()}-linux-gnu"]
    command += [f"-I{header.parent.parent}", "-c", str(source)]
    run([*command, "-o", str(folder / "ttl.bpf.o")])
    assembly = PROJECT / "tests" / "outside" / "odd_ttl.s"
    command = ["clang", "-target", "bpf", "-c", str(assembly)]
    run([*command, "-o", str(folder / "odd_ttl.bpf.o")])


def packet(ttl: int) -> bytes:
    whole = bytearray(ip(CLIENT, SERVER, UDP, udp(CLIENT, SERVER, 1, 2, b"")))
    whole[8] = ttl
    return bytes(whole)


@takes(5)
def test_outside() -> None:
    """The header's example and one in assembly are found, explained, checked and used in a rule"""
    with installed() as root, customers("acme"):
        folder = root / "mine"
        folder.mkdir()
        build(root, folder)
        tool = str(one(root, "bin/mfwctl"))
        path = f"{folder}:{one(root, 'suffix.bpf.o').parent}"
        ours = [tool, "--matcher-path", path]
        shown = run([*ours, "matcher", "show", "ttl"]).out
        true("highest value that matches" in shown, shown)
        vectors = str(build_dir("rel") / "tests" / "test-vectors")
        (folder / "odd_ttl.bpf.o").rename(root / "odd_ttl.bpf.o")
        run([vectors, str(folder)])
        (root / "odd_ttl.bpf.o").rename(folder / "odd_ttl.bpf.o")
        capture = pcap(root / "some.pcap", [packet(ttl) for ttl in range(256)])
        for expression, expected in (
            ("odd_ttl", set(range(2, 257, 2))),
            ("ttl(min=10, max=20)", set(range(11, 22))),
            (
                'ttl(max=20) and not odd_ttl and not suffix(bytes="x")',
                set(range(1, 22, 2)),
            ),
        ):
            found = run([*ours, "--json", "test", expression, str(capture)]).json()
            same(set(found["matched"]), expected, f"packets that match {expression}")
        chain("acme")
        # Forwarded packets have one less than they were sent with.
        rule = "ttl(min=63, max=63) and odd_ttl"
        run([*ours, "rule", "add", "acme", "edge", "--ref", "own", rule, "drop"])
        with Lab("acme") as lab:
            arrived = lab.send([lab.probe(b"") for _ in range(3)])
            same(arrived, [False] * 3, "packets that arrive")
            same(packets("acme", "edge")["own"], 3, "packets that matched")


@takes(3)
def test_clash() -> None:
    """Objects that are broken, hidden, or called like a word are refused by name; others work"""
    with installed() as root:
        folder = root / "mine"
        folder.mkdir()
        suffix = one(root, "suffix.bpf.o")
        (folder / "broken.bpf.o").write_bytes(suffix.read_bytes()[:2000])
        for name in "lower", "and", "udp", "suffix", "other":
            (folder / f"{name}.bpf.o").write_bytes(suffix.read_bytes())
        path = f"{folder}:{suffix.parent}"
        tool = [str(one(root, "bin/mfwctl")), "--matcher-path", path]
        listed = run([*tool, "--json", "matcher", "list"]).json()["matchers"]
        why = {
            e["name"]: e["broken"]
            for e in listed
            if e.get("broken") and str(folder) in e["path"]
        }
        same(sorted(why), ["and", "broken", "lower", "other", "udp"], "refused")
        true("'and' is a word" in why["and"], why["and"])
        true("'lower' is a function" in why["lower"], why["lower"])
        true("'udp' is a field" in why["udp"], why["udp"])
        true("expected a function 'other'" in why["other"], why["other"])
        hidden = [
            e["broken"] for e in listed if e["name"] == "suffix" and e.get("broken")
        ]
        true(len(hidden) == 1 and "hidden by" in hidden[0], f"{hidden}")
        said = run([*tool, "expr", "check", "broken"], 2).err
        true("'broken' (" in said and "broken.bpf.o" in said, said)
        run(
            [
                *tool,
                "expr",
                "check",
                'suffix(bytes="x") and lower(udp) contains "a" and sip',
            ]
        )
