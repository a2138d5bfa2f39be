# SPDX-License-Identifier: GPL-2.0-or-later
"""Countries and AS numbers of addresses: loaded, looked into by rules, changed under them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ctl import PROJECT, mfwctl, packets, refused, run, same, true
from lab import Lab
from packet import UDP
from scenario import Skip, chain, customers, pins


@contextmanager
def files() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def geo(path: Path, kind: str, *lines: str) -> None:
    file = path / f"{kind}.csv"
    file.write_text("".join(f"{line}\n" for line in lines))
    mfwctl("geo", "set", f"--{kind}", str(file))


def add(ref: str, match: str, *action: str) -> None:
    mfwctl("rule", "add", "acme", "edge", "--ref", ref, match, *(action or ("drop",)))


def arrives(lab: Lab) -> list[bool]:
    """Whether a packet of IPv4, and one of IPv6, gets through."""
    return lab.send(lab.probe(b"geo", version, UDP) for version in (4, 6))


def test_country_of_packets() -> None:
    """Rules drop what comes from a country, of both families, and see new data at once"""
    with files() as path, customers("acme"), Lab("acme") as lab:
        four, six = (lab.ends(version, "forward")[0] for version in (4, 6))
        chain("acme")
        says = "mfwctl geo set --country FILE"
        refused(
            *"rule add acme edge".split(), 'ip.src.country == "BR"', "drop", says=says
        )
        geo(path, "country", f"{four},BR", f"{six},DE")
        add("br", 'ip.src.country == "BR"')
        before = mfwctl("--json", "rule", "list", "acme").json()
        same(arrives(lab), [False, True], "BR, DE")
        geo(path, "country", f"{four},DE", f"{six},BR")
        same(arrives(lab), [True, False], "DE, BR")
        geo(path, "country", "::/0,BR", "0.0.0.0/0,BR")
        same(arrives(lab), [False, False], "everywhere BR")
        geo(path, "country", "0.0.0.0/0,BR", f"{four},DE")
        same(arrives(lab), [True, True], "a narrower range, and a family without data")
        same(packets("acme", "edge"), {"br": 4}, "counted")
        after = mfwctl("--json", "rule", "list", "acme").json()
        same(
            [r["program"]["id"] for r in rules_of(after)],
            [r["program"]["id"] for r in rules_of(before)],
            "programs stay when data changes",
        )
        kind = refused("geo", "del", "country", says='in use.*ip.src.country == "BR"')
        same(kind, "geo.busy", "kind")
        mfwctl("rule", "del", "acme", "edge", "br")
        mfwctl("geo", "del", "country")
        refused("geo", "test", four, says="nothing is loaded")


def rules_of(listing: dict[str, object]) -> list[dict[str, dict[str, object]]]:
    found = listing["chains"]
    assert isinstance(found, list)
    return [rule for one in found for rule in one["rules"]]


def test_missing() -> None:
    """An address without an entry has no AS number: ne is true, all else is false"""
    with files() as path, customers("acme"), Lab("acme") as lab:
        four = lab.ends(4, "forward")[0]
        chain("acme")
        geo(path, "asn", f"{four},AS4294967295")
        add("is", "ip.src.asnum == 4294967295", "continue")
        add("ge", "ip.src.asnum ge 0", "continue")
        add("ne", "ip.src.asnum ne 64500", "continue")
        add("not", "not ip.src.asnum ge 0", "continue")
        same(arrives(lab), [True, True], "all arrive")
        counted = {"is": 1, "ge": 1, "ne": 2, "not": 1}
        same(packets("acme", "edge"), counted, "counted")
        for ref in counted:
            mfwctl("rule", "del", "acme", "edge", ref)
        mfwctl("geo", "del", "asn")


def test_commands() -> None:
    """geo set, show, test and del; what is wrong in a file is named, and changes nothing"""
    with files() as path:
        geo(path, "country", "192.0.2.0/24,BR", "192.0.2.9,GB", "2001:db8::/32,FR")
        geo(path, "asn", "192.0.2.0-192.0.2.255\tAS64500\tExample, Inc.")
        shown = mfwctl("--json", "geo", "show").json()["geo"]
        found = [(one["kind"], one["ranges4"], one["ranges6"]) for one in shown]
        same(found, [("country", 2, 1), ("asn", 1, 0)], "what is loaded")
        words = ("192.0.2.1", "192.0.2.9", "2001:db8::1", "198.51.100.1")
        asked = mfwctl("--json", "geo", "test", *words).json()["addresses"]
        same(
            [(one["country"], one["asn"]) for one in asked],
            [("BR", 64500), ("GB", 64500), ("FR", None), (None, None)],
            "what it says",
        )
        (path / "bad.csv").write_text("192.0.2.0/24,br\n1.2.3.4/24,BR\n")
        bad = ("geo", "set", "--country", str(path / "bad.csv"))
        kind = refused(*bad, says=r"bad\.csv:1:14: 'br'.*", status=2)
        same(kind, "geo.value", "kind")
        refused(*bad, says=r"bad\.csv:2:1: ", status=2)
        same(mfwctl("--json", "geo", "show").json()["geo"], shown, "after the refusal")
        true({"geo/asnum", "geo/country"} <= set(pins()), "the pins are there")
        mfwctl("geo", "del", "country")
        mfwctl("geo", "del", "asn")
        same(pins(), [], "pins that are left over")
        same(run(["ls", "/sys/fs/bpf/mfw"]).out.split(), [], "directories left over")


NODES = {"A": "sfo06/WNAM", "B": "ams01/WEUR", "C": "", "D": "", "E": "fra02/WEUR"}


def test_answers() -> None:
    """The cases of golden/known.txt, each packet on its node, by program and evaluator"""
    capture = PROJECT.parent / "shared/conformance/packets.pcap"
    if not capture.exists():
        raise Skip(f"no {capture}")
    golden = (PROJECT / "tests/golden/known.txt").read_text().splitlines()
    with files() as path:
        (path / "c").write_text("198.51.100.5,BR\n203.0.113.9,GB\n198.51.100.7,DE\n")
        (path / "a").write_text(
            "198.51.100.5,64500\n203.0.113.9,13335\n198.51.100.7,64511\n"
        )
        known = ["--country", str(path / "c"), "--asn", str(path / "a"), "--verify"]
        for line in (one for one in golden if one and not one.startswith("#")):
            match, letters = line.split("\t")
            found = ""
            by_node = ".name" in match or ".region" in match
            for node in set(NODES.values()) if by_node else [""]:
                words = ["--json", "test", *known, *(["--node", node] if node else [])]
                done = mfwctl(
                    *words, match, str(capture), env={"MFW_NODE_FILE": "/nowhere"}
                )
                same(done.json()["different"], [], f"{match}: program and evaluator")
                here = [x for x, n in NODES.items() if n == node or not by_node]
                found += "".join(
                    x for x in here if "ABCDE".index(x) + 1 in done.json()["matched"]
                )
            same("".join(sorted(found)) or "-", letters, match)
