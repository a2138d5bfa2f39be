# SPDX-License-Identifier: GPL-2.0-or-later
"""Customers: apart from each other, sharing programs, and what changes behind our back."""

import os
from pathlib import Path

from ctl import mfwctl, packets, refused, rules, run, same, true
from lab import Lab
from packet import TCP, UDP
from scenario import PINS, chain, customers, nft, nft_list, no_left_overs, pins

X = 'suffix(bytes="xyzzy")'
OWN = Path("/sys/fs/bpf/own")


def namespaces() -> list[str]:
    return sorted(
        line.split()[0] for line in run(["ip", "netns", "list"]).out.splitlines()
    )


def test_opposite_rules() -> None:
    """Two customers, the same addresses, opposite rules; the default namespace is untouched"""
    before = nft_list(None), run(["ip", "-s", "link"]).out.count("\n")
    with customers("acme", "globex"):
        with Lab("acme") as acme, Lab("globex") as globex:
            for name, match in ("acme", X), ("globex", f"not {X}"):
                chain(name)
                mfwctl("rule", "add", name, "edge", "--ref", "r", match, "drop")
            for version in 4, 6:
                for protocol in UDP, TCP:
                    for payload, hit in (b"a xyzzy", True), (b"xyzzy a", False):
                        for lab, wanted in (acme, not hit), (globex, hit):
                            probe = lab.probe(payload, version, protocol)
                            same(
                                lab.send([probe]),
                                [wanted],
                                f"{lab.customer} {probe.name}",
                            )
            same(packets("acme", "edge"), {"r": 4}, "acme")
            same(packets("globex", "edge"), {"r": 4}, "globex")
    same(
        (nft_list(None), run(["ip", "-s", "link"]).out.count("\n")),
        before,
        "default namespace",
    )


def test_namespace() -> None:
    """customer add makes a namespace as iproute2 does; ip netns shows and deletes it"""
    mfwctl("customer", "add", "acme")
    same(namespaces(), ["acme"], "ip netns list")
    same(
        run(["ip", "netns", "exec", "acme", "echo", "in"]).out, "in\n", "ip netns exec"
    )
    links = run(["ip", "-n", "acme", "-o", "link"]).out
    true("lo:" in links and "veth" not in links, f"no interface but lo: {links}")
    refused("customer", "add", "acme", says="already")
    mfwctl("customer", "del", "acme")
    same(namespaces(), [], "after customer del")
    refused("customer", "del", "acme", says="no customer 'acme'")
    no_left_overs()


def test_adopted() -> None:
    """--netns adopts a namespace by name or path; customer del leaves it, without our rules"""
    run(["ip", "netns", "add", "theirs"])
    refused("customer", "add", "theirs", says="--netns theirs")
    for where in "theirs", "/run/netns/theirs":
        mfwctl("customer", "add", "acme", "--netns", where)
        refused("customer", "add", "globex", "--netns", "theirs", says="acme")
        nft("theirs", "table inet other { chain c { counter; }; }")
        chain("acme")
        mfwctl("rule", "add", "acme", "edge", X, "drop")
        mfwctl("customer", "del", "acme")
        same(namespaces(), ["theirs"], "the namespace stays")
        true("table inet other" in nft_list("theirs"), "what others have there stays")
        true("mfw" not in nft_list("theirs"), "what we had there is gone")
        nft("theirs", "flush ruleset")
    no_left_overs()
    refused("customer", "add", "acme", "--netns", "nobody", says="no network namespace")
    refused(
        "customer",
        "add",
        "acme",
        "--netns",
        "/etc/passwd",
        says="not a network namespace",
    )


def test_sharing() -> None:
    """Two customers with one expression share the program; the last one takes it away"""
    with customers("acme", "globex"):
        for name in "acme", "globex":
            chain(name)
            mfwctl("rule", "add", name, "edge", "--ref", "r", X, "drop")
            mfwctl(
                "rule",
                "add",
                name,
                "edge",
                "--ref",
                "s",
                f'suffix(bytes = "{"xyzzy"}")',
                "drop",
            )
        programs = [
            rule["program"]
            for name in ("acme", "globex")
            for rule in rules(name, "edge")
        ]
        same(len({program["id"] for program in programs}), 1, "program ids")
        same(
            len({program["pin"] for program in programs}), 2, "a link for each customer"
        )
        shared = PINS / "prog" / programs[0]["hash"]
        same(shared.stat().st_nlink, 3, "links of the pin")
        mfwctl("rule", "del", "globex", "edge", "s")
        same(shared.stat().st_nlink, 3, "one more rule needs it")
        mfwctl("rule", "del", "globex", "edge", "r")
        same(shared.stat().st_nlink, 2, "links without globex")
        mfwctl("rule", "del", "acme", "edge", "r", "s")
        same(pins(), [], "pins without rules")
        mfwctl("rule", "add", "acme", "edge", "--ref", "r", f"not {X}", "drop")
        true(
            rules("acme", "edge")[0]["program"]["hash"] != programs[0]["hash"],
            "not: another",
        )
        mfwctl("rule", "replace", "acme", "edge", "r", 'suffix(bytes="a")', "drop")
        same(len(pins()), 2, "pins after a replace")
        mfwctl("chain", "del", "acme", "edge", "--flush")
        same(pins(), [], "pins after chain del --flush")


def own_programs() -> tuple[Path, Path]:
    """Two different programs of the user's own, pinned outside of our directory."""
    objects = Path(os.environ.get("MFW_BUILD_SAN", "build-san"))
    OWN.mkdir()
    source = next(objects.glob("mfw/suffix.bpf.o"))
    paths = OWN / "one", OWN / "two"
    for path in paths:
        run(["bpftool", "prog", "load", str(source), str(path), "type", "socket"])
    return paths


def remove_own() -> None:
    for path in OWN.iterdir():
        path.unlink()
    OWN.rmdir()


def test_user_pin_replaced() -> None:
    """--object-pinned: the user may replace or remove his pin, the rule runs what it ran"""
    one, two = own_programs()
    with customers("acme"), Lab("acme") as lab:
        chain("acme")
        rule = ["rule", "add", "acme", "edge", "--ref"]
        mfwctl(*rule, "r", "--object-pinned", str(one), "drop")
        [before] = rules("acme", "edge")
        same(before["object_pinned"], str(one), "the path as given")
        one.unlink()
        two.rename(one)
        same(rules("acme", "edge"), [before], "listed as before")
        mfwctl("rule", "mode", "acme", "edge", "r", "monitor")
        mfwctl("rule", "mode", "acme", "edge", "r", "enforce")
        mfwctl(*rule, "s", "--object-pinned", str(one), "drop")
        ids = [found["program"]["id"] for found in rules("acme", "edge")]
        true(
            ids[0] == before["program"]["id"] != ids[1], f"each its own program: {ids}"
        )
        same(
            lab.send([lab.probe(b"xyzzy"), lab.probe(b"plugh")]),
            [False, True],
            "arrived",
        )
    remove_own()


def test_pin_replaced() -> None:
    """Our pin replaced behind our back: said by rule list, and mode and move are refused"""
    one, _ = own_programs()
    with customers("acme"):
        chain("acme")
        for ref in "r", "s":
            mfwctl("rule", "add", "acme", "edge", "--ref", ref, X, "drop")
        pin = Path(rules("acme", "edge")[0]["program"]["pin"])
        id_before = rules("acme", "edge")[0]["program"]["id"]
        pin.unlink()
        same(
            {r["program"].get("drift") for r in rules("acme", "edge")},
            {"pin_missing"},
            "drift",
        )
        true("is gone" in mfwctl("rule", "list", "acme").out, "said in the text")
        refused(
            "rule", "mode", "acme", "edge", "r", "monitor", says="no pinned program"
        )
        pin.parent.mkdir(mode=0o700)  # it had become empty, and went with the refusal
        os.link(one, pin)
        found = rules("acme", "edge")
        same({r["program"].get("drift") for r in found}, {"pin_replaced"}, "drift")
        same({r["program"]["id"] for r in found}, {id_before}, "what runs")
        true("names program" in mfwctl("rule", "list", "acme").out, "said in the text")
        before = nft_list("acme")
        for words in (
            ["mode", "acme", "edge", "r", "monitor"],
            ["move", "acme", "edge", "r", "--index", "1"],
        ):
            refused("rule", *words, says="names program")
        same(nft_list("acme"), before, "the rules")
        mfwctl("rule", "replace", "acme", "edge", "r", 'suffix(bytes="other")', "drop")
        same(
            "drift" in rules("acme", "edge")[0]["program"],
            False,
            "a new match mends it",
        )
        mfwctl("rule", "del", "acme", "edge", "s")
        mfwctl("rule", "del", "acme", "edge", "r")
        same(pins(), [], "pins")
    remove_own()


def test_flushed_by_nft() -> None:
    """A chain that nft has flushed, a table that it has deleted: said, and worked on"""
    with customers("acme"):
        chain("acme")
        add = ["rule", "add", "acme", "edge", "--ref", "r", X, "drop"]
        mfwctl(*add)
        nft("acme", "flush chain inet mfw edge")
        same(rules("acme", "edge"), [], "listed")
        refused("rule", "del", "acme", "edge", "r", says="no rule 'r'")
        mfwctl(*add)
        same(len(rules("acme", "edge")), 1, "added again")
        nft("acme", "delete table inet mfw")
        refused(*add, says="mfwctl chain add acme edge")
        chain("acme")
        mfwctl(*add)
        nft("acme", "flush ruleset")
        mfwctl("chain", "add", "acme", "edge")
        mfwctl("chain", "del", "acme", "edge")
        same(mfwctl("--json", "doctor", status=None).json()["healthy"], True, "healthy")


def test_namespace_deleted() -> None:
    """ip netns del behind our back: said; customer del cleans up"""
    mfwctl("customer", "add", "acme")
    chain("acme")
    mfwctl("rule", "add", "acme", "edge", X, "drop")
    run(["ip", "netns", "del", "acme"])
    refused("rule", "add", "acme", "edge", X, "drop", says="gone|no network namespace")
    refused("rule", "list", "acme", says="gone|no network namespace")
    [shown] = mfwctl("--json", "customer", "list").json()["customers"]
    true("gone" in shown.get("drift", ""), f"customer list: {shown}")
    mfwctl("customer", "del", "acme")
    no_left_overs()


def test_namespace_replaced() -> None:
    """A customer's path that names another namespace now: its rules are not touched"""
    mfwctl("customer", "add", "acme")
    chain("acme")
    mfwctl("rule", "add", "acme", "edge", X, "drop")
    run(["ip", "netns", "del", "acme"])
    run(["ip", "netns", "add", "acme"])
    nft("acme", "table inet mfw { chain edge { counter; }; }")
    before = nft_list("acme")
    refused("rule", "add", "acme", "edge", X, "drop", says="another namespace|replaced")
    refused("rule", "list", "acme", says="another namespace|replaced")
    [shown] = mfwctl("--json", "customer", "list").json()["customers"]
    true("another" in shown.get("drift", ""), f"customer list: {shown}")
    mfwctl("customer", "del", "acme")
    same(nft_list("acme"), before, "the other namespace")
    same(namespaces(), ["acme"], "the other namespace stays")
    no_left_overs()


def test_direct() -> None:
    """--netns --table: a table of somebody else's, without a customer"""
    run(["ip", "netns", "add", "theirs"])
    nft("theirs", "table inet t { chain c { type filter hook forward priority 0; }; }")
    where = ["--netns", "theirs", "--table", "t", "--chain", "c"]
    with Lab("theirs") as lab:
        mfwctl("rule", "add", *where, "--ref", "r", X, "drop")
        same(
            lab.send([lab.probe(b"xyzzy"), lab.probe(b"plugh")]),
            [False, True],
            "arrived",
        )
        found = mfwctl("--json", "rule", "list", *where).json()["chains"][0]["rules"]
        same([(r["ref"], r["packets"]) for r in found], [("r", 1)], "listed")
        mfwctl("rule", "mode", *where, "r", "disabled")
        same(lab.send([lab.probe(b"xyzzy")]), [True], "disabled")
        mfwctl("rule", "del", *where, "r")
    same(pins(), [], "pins")
    refused(
        "rule",
        "add",
        "--netns",
        "theirs",
        "--table",
        "no",
        "--chain",
        "c",
        X,
        "drop",
        says="no table|table",
    )
    refused(
        "rule",
        "add",
        "--netns",
        "theirs",
        "--table",
        "t",
        "--chain",
        "no",
        X,
        "drop",
        says="no chain|chain",
    )
    run(["ip", "netns", "del", "theirs"])


def test_own_namespace() -> None:
    """--table without --netns is the caller's own namespace"""
    run(["nft", "add table inet t"])
    run(["nft", "add chain inet t c"])
    where = ["--table", "t", "--chain", "c"]
    mfwctl("rule", "add", *where, "--ref", "r", X, "drop")
    true("xt match" in nft_list(None), nft_list(None))
    mfwctl("rule", "del", *where, "r")
    same(pins(), [], "pins")


def test_left_over_pins() -> None:
    """What the doctor says of pins that nobody holds removes them, and only them"""
    with customers("acme"):
        chain("acme")
        for port in (1, 2, 3):
            mfwctl("rule", "add", "acme", "edge", f"udp.dstport == {port}", "drop")
        mine = Path("/sys/fs/bpf/mfw/customer/acme")
        min(mine.iterdir()).unlink()
        found = mfwctl("--json", "doctor", status=None).json()["findings"]
        finding = next(one for one in found if one["check"] == "pins")
        same(finding["health"], "warn", "pins without a holder")
        run(["sh", "-c", finding["remedy"].rpartition(": ")[2]])
        found = mfwctl("--json", "doctor", status=None).json()["findings"]
        same(
            [one for one in found if one["check"] == "pins"][0]["health"], "ok", "then"
        )
        same(len(list(Path("/sys/fs/bpf/mfw/prog").iterdir())), 2, "programs stay")
