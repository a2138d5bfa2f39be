# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists of addresses and names: looked into by rules, shared, changed under them, deleted."""

import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ctl import (
    PROJECT,
    Failure,
    mfwctl,
    mfwctl_path,
    packets,
    refused,
    rules,
    run,
    same,
    true,
)
from lab import INTERNET, Lab
from packet import TCP, UDP
from scenario import PINS, Skip, at_least, chain, customers, pins, takes


@contextmanager
def files() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def add(ref: str, match: str, *action: str, customer: str = "acme") -> None:
    words = ["rule", "add", customer, "edge", "--ref", ref]
    mfwctl(*words, match, *(action or ("drop",)))


def arrives(lab: Lab) -> list[bool]:
    """Whether a packet of IPv4, and one of IPv6, gets through."""
    return lab.send(lab.probe(b"list", version, UDP) for version in (4, 6))


def changed(*words: str) -> Any:
    return mfwctl("--json", "list", *words).json()


def entries(*words: str) -> list[str]:
    found: list[str] = mfwctl("--json", "list", "show", *words).json()["entries"]
    return found


FOUR, SIX = INTERNET[4], INTERNET[6]


def test_own() -> None:
    """Rules drop what a list has, of both families, and see each change at once"""
    with customers("acme"), Lab("acme") as lab:
        chain("acme")
        wanted = r"customer acme has no list \$bad.*mfwctl list set acme bad ENTRY"
        says = refused(
            *"rule add acme edge".split(), "ip.src in $bad", "drop", says=wanted
        )
        same(says, "list.missing", "kind")
        same(changed("set", "acme", "bad", FOUR)["changed"], True, "a new list")
        add("bad", "ip.src in $bad")
        before = rules("acme", "edge")[0]["program"]["id"]
        same(arrives(lab), [False, True], "IPv4 is in the list")
        same(changed("add", "acme", "bad", SIX)["added"], 1, "added")
        same(arrives(lab), [False, False], "both are")
        same(changed("add", "acme", "bad", SIX)["changed"], False, "added again")
        same(changed("del", "acme", "bad", FOUR)["deleted"], 1, "deleted")
        same(arrives(lab), [True, False], "IPv6 is")
        changed("set", "acme", "bad", "192.0.2.0/24", "198.51.100.7")
        same(arrives(lab), [False, True], "a network")
        same(changed("del", "acme", "bad", FOUR)["unchanged"], 1, "not an entry")
        same(arrives(lab), [False, True], "still in the network")
        changed("set", "acme", "bad", "0.0.0.0/0", "::/0")
        same(arrives(lab), [False, False], "everybody")
        changed("set", "acme", "bad", "--file", "/dev/null")
        same(arrives(lab), [True, True], "nobody")
        same(packets("acme", "edge"), {"bad": 8}, "counted")
        same(rules("acme", "edge")[0]["program"]["id"], before, "the same program")
        kind = refused(
            "list", "drop", "acme", "bad", says=r"\$bad is in use, by 1 prog"
        )
        same(kind, "list.busy", "kind")
        mfwctl("rule", "del", "acme", "edge", "bad")
        mfwctl("list", "drop", "acme", "bad")
        refused("list", "show", "acme", "bad", says="has no list")


def test_shared() -> None:
    """A shared list is one map for all; customers' own ones are apart, whatever their names"""
    with customers("acme", "beta"), Lab("acme") as a, Lab("beta") as b:
        for customer in "acme", "beta":
            chain(customer)
        mfwctl("list", "set", "--shared", "malware", FOUR)
        mfwctl("list", "set", "acme", "bad", SIX)
        mfwctl("list", "set", "beta", "bad", "2001:db8:ffff::/48")
        for customer in "acme", "beta":
            add("m", "ip.src in $shared.malware", customer=customer)
            add("b", "ip.src in $bad", customer=customer)
        ids = [[r["program"]["id"] for r in rules(c, "edge")] for c in ("acme", "beta")]
        same(ids[0][0], ids[1][0], "the program that looks into the shared list")
        true(ids[0][1] != ids[1][1], "programs of customers' own lists")
        same([arrives(a), arrives(b)], [[False, False], [False, True]], "at first")
        mfwctl("list", "add", "beta", "bad", SIX)
        mfwctl("list", "del", "acme", "bad", SIX)
        same(
            [arrives(a), arrives(b)], [[False, True], [False, False]], "own ones change"
        )
        mfwctl("list", "set", "--shared", "malware", "203.0.113.1")
        same([arrives(a), arrives(b)], [[True, True], [True, False]], "shared changes")
        listed = mfwctl("--json", "list").json()["lists"]
        same(
            [(one["customer"], one["list"], one["count"]) for one in listed],
            [(None, "malware", 1), ("acme", "bad", 0), ("beta", "bad", 2)],
            "all lists",
        )
        text = mfwctl("list").out
        true(text.endswith("rules: mfwctl rule list\n"), text)
        for path in "shared", "customer/acme/list":
            same((PINS / path).stat().st_mode & 0o777, 0o700, f"mode of {path}")
        true({"shared/malware", "customer/acme/list/bad"} <= set(pins()), "pins")
        refused("list", "drop", "--shared", "malware", says="in use, by 1 program")
        for customer in "acme", "beta":
            mfwctl("rule", "del", customer, "edge", "m")
        mfwctl("list", "drop", "--shared", "malware")


def test_names() -> None:
    """A list of names has bytes exactly; the other kind of list is refused, with the place"""
    with customers("acme"), Lab("acme") as lab:
        chain("acme")
        mfwctl("list", "set", "acme", "names", "--type", "name", "hello", '"a b"')
        mfwctl("list", "set", "acme", "bad", FOUR)
        add("is", "substring(udp, 8) in $names", "continue")
        add("low", "lower(substring(udp, 8)) in $names", "continue")
        add("proto", "ip.proto in $names", "continue")
        payloads = [b"hello", b"HELLO", b"hell", b"hello!", b"a b", b""]
        probes = [lab.probe(one, 4, UDP) for one in payloads]
        same(lab.send(probes), [True] * len(payloads), "arrive")
        same(packets("acme", "edge"), {"is": 2, "low": 3, "proto": 0}, "counted")
        mfwctl("list", "add", "acme", "names", "udp")
        lab.send([lab.probe(b"x", 4, UDP), lab.probe(b"x", 6, TCP)])
        same(packets("acme", "edge"), {"is": 2, "low": 3, "proto": 1}, "counted")
        where = "rule add acme edge".split()
        kind = refused(
            *where, "ip.src in $names", "drop", says="list of names", status=2
        )
        same(kind, "list.type", "an address in names")
        error = mfwctl(
            "--json", *where, "ip.ttl == 1 or udp in $bad", "drop", status=None
        ).json()["error"]
        place = (
            error["kind"],
            *(error["place"][k] for k in ("line", "column", "length")),
        )
        same(place, ("list.type", 1, 23, 4), "bytes in addresses")
        again = ("list", "set", "acme", "names", "--type", "ip", "1.2.3.4")
        same(
            refused(*again, says="of type name", status=2), "list.type", "another type"
        )
        same(entries("acme", "names"), ['"a b"', "hello", "udp"], "entries")


def test_replaced_in_traffic() -> None:
    """While a list is replaced again and again, what all its states have never gets through"""
    with customers("acme"), Lab("acme") as lab, files() as path:
        chain("acme")
        number = random.Random(7)
        for name in "a", "b":
            others = (
                f"{number.getrandbits(7) + 1}.{i >> 8}.{i & 255}.1" for i in range(5000)
            )
            (path / name).write_text("".join(f"{x}\n" for x in (FOUR, SIX, *others)))
        mfwctl("list", "set", "acme", "bad", "--file", str(path / "a"))
        add("bad", "ip.src in $bad")
        add("odd", "ip.src in $bad and not ip.src in $bad", "accept")
        words = [mfwctl_path(), "list", "set", "acme", "bad", "--file"]
        probes = [lab.probe(b"list", v, UDP) for v in (4, 6) for _ in range(20)]
        loop = (
            f"while :; do {' '.join(words)} {path}/b; {' '.join(words)} {path}/a; done"
        )
        writer = subprocess.Popen(["sh", "-c", loop], stderr=subprocess.DEVNULL)
        try:
            end = time.monotonic() + (10 if at_least("full") else 3)
            sent = 0
            while time.monotonic() < end:
                same(lab.send(probes), [False] * 40, "arrived")
                sent += 40
        finally:
            writer.kill()
            writer.wait()
        same(packets("acme", "edge"), {"bad": sent, "odd": 0}, "counted")


def test_commands() -> None:
    """list set, add, del, show, test: from words, files and standard input; bad ones are named"""
    with customers("acme"), files() as path:
        (path / "l").write_text("# ours\n192.0.2.1 # web\n\n2001:db8::/32 ; SBL1\r\n")
        same(
            changed("set", "acme", "bad", "--file", str(path / "l"))["count"],
            2,
            "count",
        )
        mfwctl(
            "list", "add", "acme", "bad", "--file", "-", stdin="10.0.0.0/8\n10.1.2.3\n"
        )
        shown = mfwctl("list", "show", "acme", "bad").out
        same(shown, "10.0.0.0/8\n10.1.2.3\n192.0.2.1\n2001:db8::/32\n", "entries")
        again = mfwctl(
            "--json", "list", "set", "acme", "bad", "--file", "-", stdin=shown
        )
        same(again.json()["changed"], False, "what show gives is the same list")
        test = [
            "--json",
            "list",
            "test",
            "acme",
            "bad",
            "10.9.9.9",
            "2001:db8::1",
            "1.1.1.1",
        ]
        found = mfwctl(*test, status=3).json()["entries"]
        same([one["found"] for one in found], [True, True, False], "list test")
        mfwctl("list", "test", "acme", "bad", "10.9.9.9")
        (path / "bad").write_text("1.2.3.4\n\n1.2.3\n10.1.1.1/8\n")
        bad = ("list", "set", "acme", "bad", "--file", str(path / "bad"))
        same(
            refused(*bad, says=r"bad:3:1: '1\.2\.3' is no", status=2),
            "list.entry",
            "kind",
        )
        refused(*bad, says=r"bad:4:1: .*10\.0\.0\.0/8", status=2)
        refused("list", "add", "acme", "bad", "x", says="no address", status=2)
        same(mfwctl("list", "show", "acme", "bad").out, shown, "after the refusals")
        refused("list", "set", "acme", "Bad", "1.2.3.4", says="a-z 0-9 _", status=2)
        refused("list", "set", "acme", "b-d", "1.2.3.4", says="a-z 0-9 _", status=2)
        refused("list", "set", "acme", "new", says="needs entries", status=2)
        refused(
            "list", "add", "acme", "new", "1.2.3.4", says="mfwctl list set acme new"
        )
        refused("list", "del", "acme", "bad", says="list drop acme bad", status=2)
        refused("list", "set", "nobody", "bad", "1.2.3.4", says="no customer 'nobody'")
        direct = "rule add --table t --chain c".split()
        run(["nft", "add table inet t; add chain inet t c"])
        same(
            refused(
                *direct, "ip.src in $bad", "drop", says=r"\$shared\.bad", status=None
            ),
            "list.nobody",
            "a rule of no customer",
        )
        run(["nft", "delete table inet t"])


@takes(30)
def test_many() -> None:
    """A hundred thousand random entries, by words of one command each: all are given back"""
    with customers("acme"), files() as path:
        number = random.Random(11)
        wanted = {f"{number.getrandbits(32) >> 8 << 8 | 1:d}" for _ in range(100000)}
        lines = sorted(
            ".".join(str(int(x) >> s & 255) for s in (24, 16, 8, 0)) for x in wanted
        )
        (path / "l").write_text("\n".join(lines))
        mfwctl("list", "set", "acme", "big", "--file", str(path / "l"))
        same(sorted(entries("acme", "big")), lines, "entries")
        for i in range(20):
            changed("add", "acme", "big", f"203.0.113.{i}")
            changed("del", "acme", "big", lines[i])
        same(len(entries("acme", "big")), len(lines), "as many")


SEEN = {"bad": "198.51.100.0/24\n2001:db8::/64\n", "names": "udp\ntcp\n"}


def test_tried() -> None:
    """expr check and test: --list and --customer, with warnings without; no rule is needed"""
    capture = PROJECT.parent / "shared/conformance/packets.pcap"
    if not capture.exists():
        raise Skip(f"no {capture}")
    with customers("acme"), files() as path:
        for name, text in SEEN.items():
            (path / name).write_text(text)
        given = [f"--list={name}={path / name}" for name in SEEN]
        cases = {
            "ip.src in $bad": [1, 4, 5],
            "not ip.src in $bad": [2, 3],
            "ip.proto in $names and not ip.src in $bad": [2],
            "ip.src in $shared.bad": [1],
        }
        given.append(f"--list=shared.bad={path / 'shared'}")
        (path / "shared").write_text("198.51.100.5\n")
        for match, numbers in cases.items():
            done = mfwctl(
                "--json", "test", "--verify", *given, match, str(capture)
            ).json()
            same((done["matched"], done["different"]), (numbers, []), match)
        same(
            check("ip.src in $bad")["warnings"][0]["kind"], "list.unknown", "a warning"
        )
        empty = mfwctl(
            "--json", "test", "--verify", "ip.src in $bad", str(capture)
        ).json()
        same(empty["matched"], [], "an unknown list is empty")
        found = check("ip.src in $bad", "--customer", "acme", status=2)["errors"][0]
        same(
            (found["kind"], found["column"]),
            ("list.missing", 11),
            "the customer has none",
        )
        for name, says in (
            ("nosuch", "no customer 'nosuch'"),
            ("../acme", "'.'"),
            ("", "empty"),
        ):
            refused("expr", "check", "sip", "--customer", name, says=says, status=None)
        mfwctl("list", "set", "acme", "bad", "10.1.2.3")
        same(check("ip.src in $bad", "--customer", "acme")["warnings"], [], "he has")
        words = ["--json", "test", "--verify", "--customer", "acme", "ip.src in $bad"]
        same(mfwctl(*words, str(capture)).json()["matched"], [3], "what he has")
        found = check("ip.src in $other", *given, status=2)["errors"][0]
        same(found["kind"], "list.missing", "one that is not given")
        found = check("ip.proto in $bad and ip.src in $bad", *given, status=2)[
            "errors"
        ][0]
        same(found["kind"], "list.type", "a file is of one type")


def check(match: str, *words: str, status: int = 0) -> Any:
    return mfwctl("--json", "expr", "check", *words, match, status=status).json()


def test_compiled() -> None:
    """An object of expr compile, loaded by bpftool and bound to the list, sees it change"""
    with customers("acme"), Lab("acme") as lab, files() as path:
        chain("acme")
        mfwctl("list", "set", "acme", "bad", FOUR)
        match = "not ip.src in $bad and not ip.dst in $bad"
        mfwctl("expr", "compile", "-o", str(path / "x.bpf.o"), match)
        load = ["bpftool", "prog", "load", str(path / "x.bpf.o")]
        bind = [
            "map",
            "name",
            "mfw_list_bad",
            "pinned",
            str(PINS / "customer/acme/list/bad"),
        ]
        run([*load, "/sys/fs/bpf/bound", *bind])
        run([*load, "/sys/fs/bpf/unbound"])
        for name in "bound", "unbound":
            words = ["--ref", name, "--object-pinned", f"/sys/fs/bpf/{name}", "drop"]
            mfwctl("rule", "add", "acme", "edge", *words)
        same(arrives(lab), [True, False], "IPv4 is in the list")
        mfwctl("list", "add", "acme", "bad", SIX)
        same(arrives(lab), [True, True], "both are")
        mfwctl("list", "set", "acme", "bad", "192.0.2.77")
        same(arrives(lab), [False, False], "neither is")
        same(packets("acme", "edge"), {"bound": 3, "unbound": 0}, "counted")


def test_full() -> None:
    """A list that would have more than it has room for is refused, and stays as it was"""
    if not at_least("long"):
        raise Skip("it takes a file of 16 777 217 addresses")
    with customers("acme"), files() as path:
        mfwctl("list", "set", "acme", "big", "192.0.2.1")
        with (path / "l").open("w") as file:
            for i in range((1 << 24) + 1):
                file.write(
                    f"{(i >> 24) + 1}.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}\n"
                )
        words = ("list", "set", "acme", "big", "--file", str(path / "l"))
        done = mfwctl(*words, status=1, kind="rel")
        if "room for 16777216" not in done.err:
            raise Failure(str(done))
        same(entries("acme", "big"), ["192.0.2.1"], "entries")
