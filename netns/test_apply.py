# SPDX-License-Identifier: GPL-2.0-or-later
"""Rulesets: what files say is what customers have, and packets see it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ctl import Result, mfwctl, mfwctl_path, rules, run, same, true
from lab import Lab
from scenario import customers, nft_list, no_left_overs, pins
from strace import sent_by

X = 'suffix(bytes="xyzzy")'
Y = 'suffix(bytes="plugh")'

Rule = dict[str, Any]


def rule(ref: str, match: str, action: str, **more: Any) -> Rule:
    return {"ref": ref, "match": match, "action": action, **more}


def customer(name: str, *chain_rules: Rule, **more: Any) -> dict[str, Any]:
    edge = {"name": "edge", "hook": "forward", "rules": list(chain_rules)}
    return {"name": name, "chains": [edge], **more}


def ruleset(*whole: dict[str, Any]) -> str:
    return json.dumps({"version": 1, "customers": list(whole)})


def apply(text: str, *options: str, status: int | None = 0) -> Result:
    return mfwctl("apply", *options, "-", stdin=text, status=status)


@contextmanager
def gone_after(*names: str) -> Iterator[None]:
    """What an apply has made is taken away, and nothing is left."""
    try:
        yield
    finally:
        for name in names:
            mfwctl("customer", "del", name, status=None)
    no_left_overs()


def test_packets() -> None:
    """Real packets before and after: rules come, change, move and go; counts stay"""
    with customers("acme"), Lab("acme") as lab:
        apply(ruleset(customer("acme", rule("x", X, "drop"))))
        words = b"xyzzy", b"plugh", b"go"
        same(lab.send([lab.probe(w) for w in words]), [False, True, True], "x")
        text = ruleset(
            customer("acme", rule("y", Y, "drop"), rule("x", X, "drop", mode="monitor"))
        )
        apply(text)
        same(lab.send([lab.probe(w) for w in words]), [True, False, True], "y")
        same([r["packets"] for r in rules("acme", "edge")], [1, 2], "counts")
        apply(ruleset(customer("acme", rule("x", X, "drop"), rule("y", Y, "accept"))))
        same(lab.send([lab.probe(w) for w in words]), [False, True, True], "x again")
        same([r["packets"] for r in rules("acme", "edge")], [3, 2], "counts that stay")


def test_one_batch_each() -> None:
    """One transaction for each customer that changes, none for the others, and 3 for a look"""
    with gone_after("a", "b", "c"):
        whole = [customer(name, rule("x", X, "drop")) for name in "abc"]
        apply(ruleset(*whole))
        command = [mfwctl_path(), "apply", "-"]
        same(len(sent_by(command, stdin=ruleset(*whole)).batches()), 0, "unchanged")
        whole[1] = customer("b", rule("x", Y, "drop"))
        before = nft_list("b"), pins()
        look = apply(ruleset(*whole), "--check", "--diff", status=3)
        true("~ rule edge/x" in look.out and "plugh" in look.out, f"{look}")
        same((nft_list("b"), pins()), before, "nothing is changed by a look")
        same(len(sent_by(command, stdin=ruleset(*whole)).batches()), 1, "one changed")
        apply(ruleset(*whole), "--check")
        done = apply(ruleset(*whole), "--json").json()
        same((done["changed"], done["batches"]), (False, 0), "done already")


def test_look_asks_the_kernel() -> None:
    """A look at what the kernel refuses says so: a chain that somebody else's rule jumps to"""
    with customers("acme"):
        text = ruleset({"name": "acme", "chains": [{"name": "edge"}, {"name": "side"}]})
        apply(text)
        run(["ip", "netns", "exec", "acme", "nft", "add", "table", "inet", "other"], 0)
        big = {"name": "acme", "chains": [{"name": "edge", "hook": "prerouting"}]}
        big["chains"][0]["type"] = "nat"  # type: ignore[index]
        big["chains"][0]["priority"] = -300  # type: ignore[index]
        before = nft_list("acme")
        look = apply(ruleset(big), "--check", status=1)
        true("edge" in look.err, f"{look}")
        same(nft_list("acme"), before, "rules")


def test_directory_and_yaml() -> None:
    """Files of a directory are one ruleset; YAML is the same as JSON"""
    with gone_after("a", "b"), TemporaryDirectory() as directory:
        Path(directory, "1.json").write_text(
            ruleset(customer("a", rule("x", X, "drop")))
        )
        Path(directory, "2.yaml").write_text(
            "version: 1\ncustomers:\n- name: b\n  chains:\n  - name: edge\n    rules:\n"
            f"    - {{ref: x, match: '{X}', action: drop}}\n"
        )
        Path(directory, "other.txt").write_text("not a ruleset")
        mfwctl("apply", directory)
        same(rules("b", "edge")[0]["match"], X, "of the YAML file")
        mfwctl("apply", "--prune", str(Path(directory, "2.yaml")))
        same(
            [
                c["name"]
                for c in mfwctl("--json", "customer", "list").json()["customers"]
            ],
            ["b"],
            "customers after --prune",
        )


def test_mistakes() -> None:
    """Several mistakes at once, each with file, line, column and pointer; nothing is done"""
    with TemporaryDirectory() as directory:
        path = Path(directory, "bad.json")
        path.write_text(
            '{"version": 1, "customers": [{"name": "acme", "chains": [{"name": "edge",\n'
            '"rules": [{"ref": "a", "match": "ip.ttl == 999", "action": "drop"},\n'
            '{"ref": "b", "match": "nosuch(x=1)", "action": "drop"},\n'
            '{"ref": "c", "match": "true", "action": "jump away"}]}]}]}'
        )
        done = mfwctl("apply", str(path), status=2)
        for place in ":2:44:", ":3:24:", ":4:41:":
            true(f"bad.json{place}" in done.err, f"{place} in\n{done}")
        errors = mfwctl("--json", "apply", str(path), status=2).json()["errors"]
        pointers = [error["place"]["pointer"] for error in errors]
        rule_0 = "/customers/0/chains/0/rules"
        same(
            sorted(pointers),
            [f"{rule_0}/0/match", f"{rule_0}/1/match", f"{rule_0}/2/action"],
            "pointers",
        )
        same(mfwctl("--json", "customer", "list").json()["customers"], [], "customers")


def test_nodes() -> None:
    """A rule for other nodes is as if it were not there"""
    with gone_after("acme"), TemporaryDirectory() as directory:
        node = Path(directory, "node.json")
        node.write_text('{"name": "fra1", "region": "eu"}')
        text = ruleset(
            customer(
                "acme",
                rule("one", X, "drop", nodes=["fra1", "sfo6"]),
                rule("two", X, "drop", nodes=["eu"]),
                rule("three", X, "drop", nodes=["us"]),
            )
        )
        env = {"MFW_NODE_FILE": str(node)}
        run([mfwctl_path(), "apply", "-"], 0, text, env)
        same([r["ref"] for r in rules("acme", "edge")], ["one", "two"], "in fra1")
        done = apply(text)
        true("neither name nor region" in done.err, f"a warning:\n{done}")
        same(rules("acme", "edge"), [], "without a name")
