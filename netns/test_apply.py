# SPDX-License-Identifier: GPL-2.0-or-later
"""Rulesets: what files say is what customers have, and packets see it."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ctl import Result, mfwctl, mfwctl_path, refused, rules, run, same, true
from lab import Lab
from scenario import customers, nft_list, no_left_overs, pins
from strace import UNDER_STRACE, sent_by

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


def test_look_at_new_ones() -> None:
    """What a customer would get that is not there is judged, too; refused, it is not made"""
    nat = customer("new", rule("x", X, "drop"))
    nat["chains"][0].update(type="nat", hook="prerouting", priority=-300)
    state = customer("new", rule("x", "rate(pps=5)", "drop"), rule("y", Y, "drop"))
    other = customer("other", rule("x", X, "drop"))
    with customers("first"):
        pass
    with gone_after("other"):
        look = apply(ruleset(nat), "--check", status=1)
        true(":1:" in look.err and "nat needs" in look.err, f"{look}")
        no_left_overs()
        done = apply(ruleset(nat, other), status=1)
        true("new: failed" in done.out and "nat needs" in done.err, f"{done}")
        same(names(), ["other"], "customers")
        mfwctl("customer", "del", "other")
        apply(ruleset(state, other), "--check", status=3)
        no_left_overs()
        run(["ip", "netns", "add", "mine"], 0)
        nat["netns"] = state["netns"] = "mine"
        apply(ruleset(nat), "--check", status=1)
        apply(ruleset(state), "--check", status=3)
        lists = customer("new", rule("x", "ip.src in $bad", "drop"), lists={"bad": []})
        apply(ruleset(lists), "--check", status=3)
        lists["chains"][0]["rules"].append(rule("y", "ip.dst in $nosuch", "drop"))
        look = apply(ruleset(lists), "--check", "--json", status=1)
        place = look.json()["error"]["place"]
        same(place["pointer"], "/customers/0/chains/0/rules/1/match", "a missing list")
        same(nft_list("mine"), "", "nothing is there")
        for text in (
            ruleset(state, customer("second", netns="mine")),
            ruleset(customer("mine")),
        ):
            for option in "--check", "--diff":
                refused("apply", option, "-", says="namespace", stdin=text)
        run(["ip", "netns", "del", "mine"], 0)
        no_left_overs()


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


def everything() -> str:
    """A ruleset with all that rules can be."""
    own = rule("own", "", "accept")
    del own["match"]
    own["bytecode"] = "1,6 0 0 65535"
    return ruleset(
        {
            "name": "acme",
            "chains": [
                {"name": "side", "rules": [rule("x", X, "return")]},
                {
                    "name": "edge",
                    "hook": "forward",
                    "priority": -7,
                    "policy": "drop",
                    "rules": [
                        rule("x", X, 'log prefix "say \\"x\\"" drop', comment="a; b"),
                        rule("y", f"not {Y}", "jump side", mode="monitor"),
                        rule("rate", "rate(pps=1000)", "drop", mode="disabled"),
                        rule("all", "true", "accept"),
                        own,
                    ],
                },
                {"name": "v4", "family": "ip", "hook": "input", "rules": []},
            ],
        },
        customer("globex", rule("x", X, "drop")),
    )


def test_save() -> None:
    """save | apply sends nothing; after a flush it restores exactly, also as YAML"""
    with gone_after("acme", "globex"):
        apply(everything())
        saved = mfwctl("save").out
        before = nft_list("acme"), pins()
        command = [mfwctl_path(), "apply", "-"]
        same(len(sent_by(command, stdin=saved).batches()), 0, "batches")
        yaml = mfwctl("save", "--yaml").out
        same(len(sent_by(command, stdin=yaml).batches()), 0, "batches of YAML")
        mfwctl("flush", status=2)
        same((nft_list("acme"), pins()), before, "without --yes")
        mfwctl("flush", "acme", "--yes")
        same(rules("acme", "edge"), [], "after flush")
        true("policy accept" in nft_list("acme"), "the policy after flush")
        same(len(rules("globex", "edge")), 1, "of another customer")
        mfwctl("flush", "--yes")
        same(pins(), [], "pins after flush")
        apply(saved)
        same(mfwctl("save").out, saved, "restored")
        same(json.loads(saved)["customers"][0]["chains"][0]["name"], "edge", "order")


def words_that_pass(lab: Lab) -> list[bool]:
    return lab.send([lab.probe(w) for w in (b"xyzzy", b"plugh")])


STATE = Path("/var/lib/mfw")


def test_rollback() -> None:
    """rollback goes back step by step: rules, customers that were made, and deleted ones"""
    with gone_after("acme", "globex"), customers("acme"):
        apply(ruleset(customer("acme", rule("x", X, "drop"))))
        mfwctl("rule", "add", "acme", "edge", "--ref", "by-hand", Y, "drop")
        saved = mfwctl("save").out
        apply(ruleset(customer("acme"), customer("globex", rule("x", X, "drop"))))
        both = mfwctl("save").out
        apply(ruleset(customer("globex")), "--prune")
        same(
            [c["name"] for c in json.loads(mfwctl("save").out)["customers"]],
            ["globex"],
            "after --prune",
        )
        look = mfwctl("rollback", "--check", "--diff", status=3)
        true("+ rule edge/x" in look.out, f"{look}")
        mfwctl("rollback")
        same(mfwctl("save").out, both, "one step back")
        mfwctl("rollback")
        same(mfwctl("save").out, saved, "two steps back, with what was added by hand")
        for _ in range(14):
            apply(ruleset(customer("acme", rule("x", X, "drop"))))
            apply(ruleset(customer("acme", rule("x", Y, "drop"))))
        kept = sorted(p.name for p in (STATE / "history").glob("*.json"))
        same(len(kept), 10, "entries that are kept")
        same(
            {p.stat().st_mode & 0o777 for p in STATE.rglob("*.json")}, {0o600}, "modes"
        )
        same({p.stat().st_mode & 0o777 for p in STATE.iterdir()}, {0o700}, "modes")
        for _ in kept:
            mfwctl("rollback")
        refused("rollback", says="nothing to go back to")


def guards() -> list[int]:
    """The processes that wait to take an apply back."""
    found = []
    for path in Path("/proc").iterdir():
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            continue
        if b"guard" in words:
            found.append(int(path.name))
    return found


def wait_until(done: Callable[[], bool], what: str, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not done():
        true(time.monotonic() < end, f"{what} within {seconds} s")
        time.sleep(0.05)


def one(match: str) -> str:
    return ruleset(customer("acme", rule("x", match, "drop")))


def test_confirm() -> None:
    """--confirm: stays when confirmed; else what was before comes back, and real packets see it"""
    with customers("acme"), Lab("acme") as lab:
        apply(one(X))
        good = (STATE / "good/acme.json").read_text()
        apply(one(Y), "--confirm", "30")
        same(words_that_pass(lab), [True, False], "applied")
        same((STATE / "good/acme.json").read_text(), good, "for good: as before")
        refused("apply", "-", says="waits to be confirmed", stdin=one(X))
        same(len(guards()), 1, "guards")
        mfwctl("confirm")
        true(Y in json.loads((STATE / "good/acme.json").read_text()).__repr__(), "good")
        refused("confirm", says="no apply waits")
        apply(one(X), "--confirm", "2")
        same(words_that_pass(lab), [False, True], "applied again")
        wait_until(lambda: not guards(), "taken back")
        same(words_that_pass(lab), [True, False], "what was before")
        refused("confirm", says="no apply waits")
        apply(one(X), "--confirm", "30")
        mfwctl("rollback")
        same(words_that_pass(lab), [True, False], "taken back by hand")
        good = (STATE / "good/acme.json").read_text()
        mfwctl("flush", "--yes")
        apply(ruleset(), "--prune", "--confirm", "30")
        same((STATE / "good/acme.json").read_text(), good, "for good: as before")
        mfwctl("rollback")
        same(rules("acme", "edge"), [], "the customer is there again, flushed")
        mfwctl("rollback")
        same(rules("acme", "edge")[0]["match"], Y, "the rules are there again")


def end_guards() -> None:
    for pid in guards():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not guards(), "guards are gone")


def test_confirm_guard_killed() -> None:
    """With its guard killed, the next command takes the apply back first"""
    with customers("acme"):
        apply(one(X))
        apply(one(Y), "--confirm", "1")
        end_guards()
        time.sleep(1.1)
        same(nft_list("acme").count("drop"), 1, "still there")
        done = mfwctl("customer", "list")
        true("has been taken back" in done.err, f"{done}")
        same(rules("acme", "edge")[0]["match"], X, "what was before")
        mfwctl("customer", "list")


def test_confirm_killed() -> None:
    """With mfwctl killed at any point of an apply --confirm, in the end there is the old ruleset"""
    with customers("acme"):
        apply(one(X))
        killed = []
        for call in ("sendmsg", "renameat", "rename", "clone", "exit_group", "wait4"):
            strace = ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e"]
            strace += [f"inject={call}:signal=SIGKILL:when=1"]
            words = [mfwctl_path("rel"), "apply", "--confirm", "1", "-"]
            done = run([*strace, *words], None, one(Y), UNDER_STRACE)
            killed.append(done.status == -signal.SIGKILL)
            wait_until(lambda: not guards(), f"killed at {call}: the guard's end")
            time.sleep(1.1)
            same(rules("acme", "edge")[0]["match"], X, f"killed at {call}")
            true(not (STATE / "pending.json").exists(), "nothing waits")
        true(sum(killed) >= 4, f"it was killed each time: {killed}")


def test_confirm_path_cut() -> None:
    """Rules that cut the path to the machine itself, over which confirm would come: it is back"""
    with customers("acme"), Lab("acme") as lab:
        path: dict[str, Any] = {"name": "in", "hook": "input", "rules": []}
        before = {"name": "acme", "chains": [path]}
        apply(ruleset(before))

        def ask() -> list[bool]:
            return lab.send([lab.probe(b"confirm", path="input")], "input")

        same(ask(), [True], "the path before")
        cut = {
            "name": "acme",
            "chains": [{**path, "rules": [rule("all", "true", "drop")]}],
        }
        apply(ruleset(cut), "--confirm", "2")
        same(ask(), [False], "the path is cut")
        wait_until(lambda: ask() == [True], "the path is back", 15)
        wait_until(lambda: not guards(), "the guard's end")


def test_two_at_once() -> None:
    """Two applies at once: one after the other, and each is whole"""
    with gone_after("a", "b", "c"):
        texts = [
            ruleset(*(customer(name, rule("x", match, "drop")) for name in "abc"))
            for match in (X, Y)
        ]
        for _ in range(5):
            running = [
                subprocess.Popen(
                    [mfwctl_path("rel"), "apply", "-"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    text=True,
                )
                for _ in texts
            ]
            for process, text in zip(running, texts):
                assert process.stdin
                process.stdin.write(text)
                process.stdin.close()
            same([process.wait() for process in running], [0, 0], "exit statuses")
            found = {rules(name, "edge")[0]["match"] for name in "abc"}
            same(len(found), 1, "one ruleset")


def test_jobs() -> None:
    """Many at a time come to the same as one after the other, also where one fails"""
    names = [f"j{i}" for i in range(24)]
    with gone_after(*names):

        def text(action: str, address: str) -> str:
            match = "ip.src in $bad"
            return ruleset(
                *(
                    customer(
                        name,
                        rule("x", X, "drop"),
                        rule("bad", match, action),
                        lists={"bad": [address, f"198.51.100.{i}"]},
                    )
                    for i, name in enumerate(names)
                )
            )

        first, second = text("drop", "192.0.2.1"), text("accept", "192.0.2.2")
        saved = []
        for jobs in ("1", "7", "200"):
            apply(first, "--jobs", jobs)
            done = apply(second, "--jobs", jobs, "--json").json()
            same(done["batches"], len(names), "batches")
            same([c["name"] for c in done["customers"]], names, "their order")
            apply(second, "--jobs", jobs, "--check")
            saved.append(mfwctl("save").out)
            mfwctl("verify", "-", stdin=second)
            apply(ruleset(), "--prune", "--jobs", jobs)
            no_left_overs()
        same(saved[1:], saved[:1] * 2, "what came of it")
        wrong = second.replace(json.dumps(X)[1:-1], "ip.src in $nosuch")
        refused("apply", "--jobs", "5", "-", says="nosuch", stdin=wrong)
        no_left_overs()
        refused("apply", "--jobs", "300", "-", says="256", stdin=first)


def test_verify() -> None:
    """verify names what is otherwise: rules of others, missing ones, pins, chains, customers"""
    with gone_after("acme", "globex"):
        text = everything()
        mfwctl("verify", "-", stdin=text, status=3)
        apply(text)
        same(
            mfwctl("verify", "-", stdin=text).out,
            "all is as the ruleset says\n",
            "no drift",
        )
        found = rules("acme", "edge")
        pin = found[0]["program"]["pin"]
        rules_globex = rules("globex", "edge")[0]["program"]["pin"]
        Path(rules_globex).unlink()
        other = rules("acme", "edge")[1]["program"]["pin"]
        nft = ["ip", "netns", "exec", "acme", "nft"]
        run([*nft, "insert rule inet mfw edge counter accept"], 0)
        mfwctl("rule", "del", "acme", "edge", "all")
        mfwctl("rule", "add", "acme", "edge", "--ref", "new", X, "drop")
        mfwctl("chain", "set", "acme", "edge", "--policy", "accept")
        mfwctl("chain", "del", "acme", "v4")
        Path(pin).unlink()
        os.link(other, pin)
        done = mfwctl("verify", "-", stdin=text, status=3)
        for line in (
            "acme: chain v4 is missing",
            "acme: chain edge differs: policy",
            "acme: a rule in edge (handle ",
            "acme: rule edge/new is not in the ruleset",
            "acme: rule edge/all is missing",
            "acme: rule edge/x runs another program than its pin names",
            "globex: rule edge/x has lost its pin",
        ):
            true(line in done.out, f"{line} in\n{done}")
        drift = mfwctl("verify", "--json", "-", stdin=text, status=3).json()
        kinds = {d["kind"] for d in drift["customers"][0]["drift"]}
        true({"rule_foreign", "pin_replaced", "chain_missing"} <= kinds, f"{kinds}")
        apply(text)
        mfwctl("verify", "-", stdin=text)
        mended = rules("acme", "edge")
        same(mended[0]["program"]["pin"], pin, "the pin of x")
        same([r["match"] for r in mended[:2]], [X, f"not {Y}"], "what they match")
        run(["ip", "netns", "del", "globex"], 0)
        done = mfwctl("verify", "-", stdin=text, status=3)
        true("globex: " in done.out and "gone" in done.out, f"{done}")


def with_lists(own: list[str], shared: list[str], match: str) -> str:
    whole = customer("acme", rule("bad", match, "drop"), lists={"bad": own})
    return json.dumps({"version": 1, "lists": {"all": shared}, "customers": [whole]})


def entries(*which: str) -> list[str]:
    shown = mfwctl("--json", "list", "show", *which).json()
    return list(shown["entries"])


def test_lists() -> None:
    """Lists of a ruleset: made, changed in place, looked into, saved, gone back to"""
    with gone_after("acme"):
        match = "ip.src in $bad or ip.src in $shared.all"
        first = with_lists(["192.0.2.0/24", "2001:db8::/32"], ["203.0.113.9"], match)
        look = apply(first, "--check", status=3)
        true("1 list added" in look.out, f"{look}")
        apply(first)
        same(entries("acme", "bad"), ["192.0.2.0/24", "2001:db8::/32"], "own")
        saved = mfwctl("save").out
        command = [mfwctl_path(), "apply", "-"]
        same(len(sent_by(command, stdin=saved).batches()), 0, "batches")
        program = rules("acme", "edge")[0]["program"]["id"]
        second = with_lists(["192.0.2.7"], ["203.0.113.9", "203.0.113.10"], match)
        found = mfwctl("verify", "-", stdin=second, status=3).out
        for what in "for all: list all has other", "acme: list bad has other":
            true(what in found, f"{what} in {found}")
        done = apply(second, "--json").json()
        counts = {"added": 0, "changed": 1, "removed": 0}
        same(done["lists"], counts, "everybody's")
        same(done["customers"][0]["lists"], counts, "acme's")
        same(done["batches"], 0, "batches for lists alone")
        same(entries("acme", "bad"), ["192.0.2.7"], "own after")
        same(rules("acme", "edge")[0]["program"]["id"], program, "the program")
        mfwctl("verify", "-", stdin=second)
        mfwctl("rollback")
        same(mfwctl("save").out, saved, "gone back to")
        wrong = with_lists(["192.0.2.300"], ["x"], match)
        errors = mfwctl("--json", "apply", "-", stdin=wrong, status=2).json()["errors"]
        same(
            [error["place"]["pointer"] for error in errors],
            ["/lists/all/0", "/customers/0/lists/bad/0"],
            "mistakes",
        )
        missing = with_lists(["192.0.2.7"], [], "ip.src in $nosuch")
        refused("apply", "-", says="nosuch", stdin=missing)
        same(mfwctl("save").out, saved, "after refusals")
        mfwctl("flush", "--yes")
        mfwctl("list", "drop", "acme", "bad")
        apply(saved)
        same(mfwctl("save").out, saved, "restored with its lists")
        mfwctl("flush", "--yes")
        mfwctl("list", "drop", "--shared", "all")


def list_names(*options: str) -> list[str]:
    shown = mfwctl("--json", "list", *options).json()["lists"]
    return [one["list"] for one in shown]


def test_lists_go() -> None:
    """Lists that a ruleset does not have go, unless its rules look into them; and come back"""
    with gone_after("acme"):
        apply(with_lists(["192.0.2.7"], ["203.0.113.9"], "ip.src in $bad"))
        for name in "old", "others":
            mfwctl("list", "set", "acme", name, "198.51.100.1", "198.51.100.2")
        mfwctl("list", "set", "--shared", "unnamed", "198.51.100.3")
        saved = mfwctl("save").out
        match = "ip.src in $bad or udp.dstport == 7 and not ip.dst in $others"
        text = with_lists(["192.0.2.7"], ["203.0.113.9"], match).replace(
            '"bad": [', '"new": ["192.0.2.9"], "bad": ['
        )
        found = mfwctl("verify", "-", stdin=text, status=3).out
        true("acme: list old is not in the ruleset" in found, found)
        true("others" not in found and "unnamed" not in found, found)
        look = apply(text, "--check", "--diff", status=3)
        true("- list old" in look.out and "1 removed" in look.out, f"{look}")
        same(mfwctl("save").out, saved, "after looks")
        done = apply(text, "--json").json()
        [warning] = done["warnings"]
        true("1 list that" in warning["message"], f"{warning}")
        true("$others of customer acme" in warning["message"], f"{warning}")
        counts = {"added": 1, "changed": 0, "removed": 1}
        same(done["customers"][0]["lists"], counts, "acme's")
        same(
            [c for c in done["customers"][0]["changes"] if c["what"] == "list"],
            [
                {"what": "list", "change": "added", "list": "new"},
                {"what": "list", "change": "removed", "list": "old"},
            ],
            "changes",
        )
        same(list_names("show", "acme"), ["bad", "new", "others"], "acme's")
        same(entries("acme", "others"), ["198.51.100.1", "198.51.100.2"], "others'")
        same(list_names("show", "--shared"), ["all", "unnamed"], "everybody's")
        apply(text, "--check")
        mfwctl("rollback")
        same(mfwctl("save").out, saved, "gone back to")

        mfwctl("flush", "--yes")
        same(list_names("show", "acme"), ["bad", "old", "others"], "after a flush")
        mfwctl("list", "add", "acme", "old", "198.51.100.3")
        before = mfwctl("save").out
        only = ruleset(customer("acme", rule("x", X, "drop")))
        apply(only, "--confirm", "1")
        same(list_names("show", "acme"), [], "not confirmed yet")
        wait_until(lambda: mfwctl("save").out == before, "taken back")
        apply(only, "--confirm", "60")
        mfwctl("confirm")
        same(list_names("show", "acme"), [], "confirmed")
        apply(only, "--prune")


def test_shared_lists_go() -> None:
    """With --prune everybody's lists go, too, unless somebody's rules look into them"""
    direct = ["--netns", "acme", "--family", "inet", "--table", "t", "--chain", "c"]
    with gone_after("acme"):
        match = "ip.src in $shared.named"
        for name in "named", "direct", "unused":
            mfwctl("list", "set", "--shared", name, "198.51.100.3")
        text = ruleset(customer("acme", rule("x", match, "drop")))
        apply(text)
        same(list_names("show", "--shared"), ["direct", "named", "unused"], "all")
        nft = ["ip", "netns", "exec", "acme", "nft", "add"]
        run([*nft, "table", "inet", "t"], 0)
        run([*nft, "chain", "inet", "t", "c"], 0)
        mfwctl("rule", "add", *direct, "--ref", "r", "ip.src in $shared.direct", "drop")
        saved = mfwctl("save").out
        done = apply(text, "--prune", status=1)
        true("$shared.direct is in use" in done.err, f"{done}")
        mfwctl("rule", "del", *direct, "r")
        look = apply(text, "--prune", "--check", "--diff", status=3)
        true("for all: 1 list removed" in look.out or "- list" in look.out, f"{look}")
        apply(text, "--prune")
        same(list_names("show", "--shared"), ["named"], "after --prune")
        mfwctl("rollback")
        mfwctl("rollback")
        same(mfwctl("save").out, saved, "gone back to")
        apply(ruleset(customer("acme")), "--prune")
        same(list_names("show", "--shared"), [], "at last")


def test_boot_with_others_lists() -> None:
    """A boot has the lists that rules look into, also if the ruleset does not say what they have"""
    with gone_after("acme"), TemporaryDirectory() as directory:
        config = Path(directory)
        text = with_lists(["192.0.2.7"], [], "ip.src in $bad")
        apply(text)
        mfwctl("list", "set", "acme", "mine", "198.51.100.1")
        mfwctl("list", "set", "--shared", "ours", "198.51.100.2")
        text = with_lists(
            ["192.0.2.7"], [], "ip.src in $mine or ip.src in $shared.ours"
        )
        (config / "ruleset.json").write_text(text)
        apply(text)
        saved = mfwctl("save").out
        reboot()
        done = boot(config, status=1)
        true("mine" in done.err and "last good" in done.err, f"{done}")
        same(mfwctl("save").out, saved, "booted")
        apply(text.replace("drop", "accept"))
        mfwctl("rollback")
        (config / "ruleset.json").unlink()
        reboot()
        boot(config)
        same(mfwctl("save").out, saved, "gone back to, and booted")
        more = text.replace('"all": []', '"all": ["192.0.2.8"]')
        apply(more, "--confirm", "60")
        mfwctl("confirm")
        saved = mfwctl("save").out
        reboot()
        boot(config)
        same(mfwctl("save").out, saved, "confirmed, and booted")
        apply(ruleset(customer("acme")), "--prune")


def looks_into(name: str, shared: str) -> dict[str, Any]:
    return customer(name, rule("x", f"ip.src in $shared.{shared}", "drop"))


def with_shared(lists: dict[str, list[str]], *whole: dict[str, Any]) -> str:
    return json.dumps({"version": 1, "lists": lists, "customers": list(whole)})


def test_boot_several_rulesets() -> None:
    """Everybody's lists at a boot are those there were, whichever ruleset had them"""
    with gone_after("a", "b"), TemporaryDirectory() as directory:
        none = Path(directory)
        apply(with_shared({"x": ["192.0.2.1"]}, looks_into("a", "x")))
        apply(with_shared({"y": ["192.0.2.2"]}, looks_into("b", "y")))
        saved = mfwctl("save").out
        reboot()
        boot(none)
        same(mfwctl("save").out, saved, "of two rulesets")
        only = [looks_into("a", "y"), looks_into("b", "y")]
        apply(with_shared({"y": ["192.0.2.3"]}, *only), "--only", "a")
        saved = mfwctl("save").out
        true("192.0.2.2" in saved and "192.0.2.3" not in saved, saved)
        reboot()
        boot(none)
        same(mfwctl("save").out, saved, "of --only")
        mfwctl("list", "set", "--shared", "z", "192.0.2.4")
        apply(ruleset(looks_into("a", "z")), "--confirm", "60")
        mfwctl("confirm")
        saved = mfwctl("save").out
        reboot()
        boot(none)
        same(mfwctl("save").out, saved, "confirmed")
        good = STATE / "good" / "a.json"
        good.write_text(good.read_text().replace("shared.z", "shared.nosuch"))
        reboot()
        done = boot(none, status=1)
        true("nosuch" in done.err, f"{done}")
        same(names(), ["b"], "who has something good")
        apply(ruleset(), "--prune")


def reboot(*adopted: str) -> None:
    """Namespaces, rules, pins and /run/mfw go; what is on the disk stays."""
    for made in mfwctl("--json", "customer", "list").json()["customers"]:
        if made["name"] not in adopted:
            run(["ip", "netns", "del", made["name"]], None)
    run(["rm", "-rf", "/run/mfw"], 0)
    run(["find", "/sys/fs/bpf/mfw", "-mindepth", "1", "-delete"], None)


def boot(config: Path, *options: str, status: int = 0) -> Result:
    env = {"MFW_CONFIG_DIR": str(config)}
    return run([mfwctl_path(), *options, "boot"], status, None, env)


def names() -> list[str]:
    listed = mfwctl("--json", "customer", "list").json()["customers"]
    return [c["name"] for c in listed]


def test_boot() -> None:
    """At boot: what /etc has, else what was last good, customer by customer; never nothing"""
    with gone_after("a", "b", "adopted"), TemporaryDirectory() as directory:
        config = Path(directory)
        boot(config, status=1)
        apply(ruleset(customer("a", rule("x", X, "drop")), customer("b")))
        saved = mfwctl("save").out
        apply(ruleset(customer("b", rule("y", Y, "drop"))), "--confirm", "60")
        end_guards()
        reboot()
        done = boot(config)
        true("gets what was last good" in done.err, f"{done}")
        same(mfwctl("save").out, saved, "what was last good, without the unconfirmed")
        true(not (STATE / "pending.json").exists(), "nothing waits")

        reboot()
        run(["ip", "netns", "add", "adopted"], 0)
        good = ruleset(
            customer("a", rule("x", Y, "drop")),
            customer("b"),
            customer("gone", netns="gone"),
            customer("adopted", netns="adopted"),
        )
        (config / "ruleset.json").write_text(good)
        done = boot(config, status=1)
        true("netns" in done.err and "gone" in done.err, f"{done}")
        same(names(), ["a", "adopted", "b"], "the others are there")
        same(rules("a", "edge")[0]["match"], Y, "of /etc")

        reboot("adopted")
        (config / "ruleset.json").write_text(good.replace("suffix", "sufix"))
        done = boot(config, status=1)
        true("sufix" in done.err and "last good" in done.err, f"{done}")
        same(rules("a", "edge")[0]["match"], Y, "what was last good")

        mfwctl("rule", "add", "b", "edge", "--ref", "hand", X, "drop")
        mfwctl("save", "--boot")
        (config / "ruleset.json").unlink()
        reboot("adopted")
        told = json.loads(boot(config, "--json").out)
        same(told["fell_back"], True, "said in JSON")
        same(rules("b", "edge")[0]["ref"], "hand", "of save --boot")
        run(["ip", "netns", "del", "adopted"], 0)
