# SPDX-License-Identifier: GPL-2.0-or-later
"""What matchers remember: one rule's alone, through changes, and gone with the rule."""

import os
from typing import Any

from ctl import build_dir, mfwctl, packets, refused, rules, same, true
from lab import Lab
from scenario import PINS, chain, customers

SEEN = "visits_seen"


def use_fixtures() -> None:
    """The tests' own matchers beside the library's."""
    build = build_dir("san")
    os.environ["MFW_MATCHER_PATH"] = f"{build}/mfw:{build}/tests/fixtures"


def entries(ref: str, *more: str) -> list[dict[str, Any]]:
    maps = mfwctl("--json", "rule", "state", "acme", "edge", ref, *more).json()["state"]
    same([one["map"] for one in maps], [SEEN, "visits_total"], "maps")
    found: list[dict[str, Any]] = maps[0]["entries"]
    return found


def counted(ref: str) -> dict[str, int]:
    """Packets by source."""
    return {one["key"]["source"]: one["value"]["packets"] for one in entries(ref)}


def state_pins() -> list[str]:
    return [path.name for path in PINS.rglob("state-*")]


def test_shown() -> None:
    """rule state shows entries with their addresses and times; --reset forgets them"""
    use_fixtures()
    with customers("acme"), Lab("acme") as lab:
        chain("acme")
        mfwctl("rule", "add", "acme", "edge", "--ref", "v", "visits(max=3)", "drop")
        mfwctl("rule", "add", "acme", "edge", "--ref", "s", "ip.ttl == 1", "drop")
        probes = [lab.probe(b"x", 4) for _ in range(5)] + [lab.probe(b"x", 6)]
        same(lab.send(probes), [True] * 3 + [False] * 2 + [True], "arrived")
        same(counted("v"), {"192.0.2.1": 5, "2001:db8:1::1": 1}, "remembered")
        entry = next(e for e in entries("v") if ":" in e["key"]["source"])
        same(entry["key"]["proto"], 17, "protocol")
        same(entry["value"]["first"], "600000", "first bytes")
        true(
            -60 < entry["value"]["last"] <= 0, f"the last packet was just now: {entry}"
        )
        text = mfwctl("rule", "state", "acme", "edge", "v").out
        true(f"{SEEN}: 2 of at most 64 entries\n" in text, text)
        true("  192.0.2.1 " in text, text)
        entries("v", "--reset")
        same(counted("v"), {}, "remembered after --reset")
        same(lab.send([lab.probe(b"x", 4)]), [True], "arrived after --reset")
        kind = refused("rule", "state", "acme", "edge", "s", says="keeps no state")
        same(kind, "rule.no_state", "kind")
        refused("rule", "state", "acme", "edge", "nosuch", says="no rule 'nosuch'")


def test_stays() -> None:
    """What is remembered stays through every change of the rule and of others"""
    use_fixtures()
    changes = [
        ["rule", "add", "acme", "edge", "--ref", "w", "visits(max=100)", "drop"],
        ["rule", "replace", "acme", "edge", "v", "visits(max=7)", "drop"],
        ["rule", "replace", "acme", "edge", "v", "--action", "accept"],
        ["rule", "mode", "acme", "edge", "v", "monitor"],
        ["rule", "move", "acme", "edge", "v", "--index", "0"],
        ["chain", "set", "acme", "edge", "--priority", "7"],
        ["rule", "del", "acme", "edge", "w"],
        [
            "rule",
            "replace",
            "acme",
            "edge",
            "v",
            "ip.ttl gt 1 and visits(max=3)",
            "drop",
        ],
        ["rule", "replace", "acme", "edge", "v", "--ref", "u"],
        ["rule", "mode", "acme", "edge", "u", "enforce"],
    ]
    with customers("acme"), Lab("acme") as lab:
        chain("acme")
        mfwctl("rule", "add", "acme", "edge", "--ref", "v", "visits(max=100)", "drop")
        lab.send(lab.probe(b"x") for _ in range(9))
        for change in changes:
            mfwctl(*change)
            ref = "u" if "u" in change else "v"
            same(counted(ref), {"192.0.2.1": 9}, f"after {change}")
        mfwctl("rule", "add", "acme", "edge", "--ref", "v", "visits(max=100)", "drop")
        same(counted("v"), {}, "a new rule with the old ref")
        same(lab.send([lab.probe(b"x")]), [False], "arrived")
        same(counted("u"), {"192.0.2.1": 10}, "the old rule")
        same(packets("acme", "edge"), {"u": 1, "v": 0}, "counted")


def test_goes() -> None:
    """It goes with the rule, the chain, the customer; pins are root's alone"""
    use_fixtures()
    with customers("acme", "beta"), Lab("acme"):
        for customer in "acme", "beta":
            chain(customer)
            for ref in "v", "w":
                words = ["--ref", ref, "visits(max=1)", "drop"]
                mfwctl("rule", "add", customer, "edge", *words)
        same(len(set(state_pins())), 8, "two maps for each rule")
        same(
            {r["program"]["id"] for r in rules("acme", "edge")}
            & {r["program"]["id"] for r in rules("beta", "edge")},
            set(),
            "shared",
        )
        directory = next(PINS.rglob("state-*")).parent
        same(directory.stat().st_mode & 0o777, 0o700, "mode of the directory")
        mfwctl("rule", "del", "acme", "edge", "v")
        same(len(state_pins()), 6, "pins after rule del")
        mfwctl("rule", "replace", "acme", "edge", "w", "ip.ttl == 1", "drop")
        same(len(state_pins()), 4, "pins after a match without state")
        mfwctl("chain", "del", "beta", "edge", "--flush")
        same(len(state_pins()), 0, "pins after chain del --flush")


def test_twice() -> None:
    """An expression that asks a matcher with state twice is refused, and leaves nothing"""
    use_fixtures()
    with customers("acme"):
        chain("acme")
        match = "visits(max=1) or visits(max=2)"
        refused("rule", "add", "acme", "edge", match, "drop", says="make it two rules")
        same(state_pins(), [], "pins")


def test_direct() -> None:
    """A rule beside other tools' rules has its state too"""
    use_fixtures()
    with customers("acme"):
        mfwctl("chain", "add", "acme", "edge", "--hook", "input")
        where = ["--netns", "acme", "--table", "mfw", "--chain", "edge"]
        mfwctl("rule", "add", *where, "--ref", "v", "visits(max=1)", "drop")
        mfwctl("rule", "state", *where, "v")
        same(len(state_pins()), 2, "pins")
        mfwctl("rule", "del", *where, "v")
        same(len(state_pins()), 0, "pins")
