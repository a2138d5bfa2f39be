# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 at any system call: old rules or new ones, lists too, and the next command cleans up."""

import json
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ctl import Failure, mfwctl_path, run, same, true
from scenario import at_least, length, no_left_overs, nft_list, pins, takes
from strace import UNDER_STRACE

X = 'suffix(bytes="xyzzy")'
Y = 'suffix(bytes="plugh")'

# Calls that change something that outlives the process, or end it. What happens between two of them
# is the same to everybody else: killing at each of these is killing anywhere.
CHANGING = (
    "bpf,sendmsg,sendto,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,symlink,symlinkat,rename,"
    "renameat,renameat2,mount,umount2,flock,ftruncate,write,pwrite64,open,openat,unshare,setns,"
    "clone,clone3,exit_group"
)
KILLED = -9


def ctl(*words: str, status: int | None = 0) -> str:
    return run([mfwctl_path("rel"), *words], status).out


Point = tuple[str, int]  # a system call, and which of this name in its thread


def under_strace(point: Point, words: list[str]) -> int:
    """Runs mfwctl, killed as it enters that call; gives back how it ended."""
    name, number = point
    inject = f"inject={name}:signal=SIGKILL:when={number}"
    strace = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        f"trace={name}",
        "-e",
        inject,
    ]
    return run([*strace, mfwctl_path("rel"), *words], None, None, UNDER_STRACE).status


def points_of(calls: str, words: list[str], status: int = 0) -> list[Point]:
    """Every call of these that the command makes, in order."""
    with TemporaryDirectory() as directory:
        path = Path(directory, "trace")
        strace = [
            "strace",
            "-f",
            "-qq",
            "-o",
            str(path),
            "-e",
            f"trace={calls}",
            "-e",
            "signal=none",
        ]
        run([*strace, mfwctl_path("rel"), *words], status, None, UNDER_STRACE)
        count: Counter[tuple[str, str]] = Counter()
        found: list[Point] = []
        for thread, name in re.findall(
            r"^(\d+) +(\w+)\(", path.read_text(), re.MULTILINE
        ):
            count[thread, name] += 1
            found.append((name, count[thread, name]))
        return list(dict.fromkeys(found))


def chosen(points: list[Point]) -> list[Point]:
    """All of them in a long run; else every other one, or six, spread over the command's run."""
    if length() == "quick":
        return [points[i * (len(points) - 1) // 5] for i in range(6)]
    return points if at_least("long") else points[::2]


@dataclass
class Case:
    """One command, with what stands before it."""

    name: str
    words: list[str]
    set_up: Callable[[], None]
    clean_up: Callable[[], None]


def state() -> tuple[str, list[str]]:
    """What counts: the customer's rules and list, and who there is. A dot is in nobody's name."""
    # A name on which no namespace is mounted yet, or any more, is none.
    rules = nft_list("acme") if os.path.ismount("/run/netns/acme") else ""
    names = sorted(n for n in os.listdir("/run/mfw/customers") if "." not in n)
    if "acme" in names and "customer/acme/list/bad" in pins():
        rules += ctl("list", "show", "acme", "bad")
    return re.sub(r" # handle \d+", "", rules), names


def customer() -> None:
    ctl("customer", "add", "acme")
    ctl("chain", "add", "acme", "edge", "--hook", "forward", "--priority", "0")
    ctl("rule", "add", "acme", "edge", "--ref", "a", X, "drop")


def no_customer() -> None:
    ctl("customer", "del", "acme")


def remove_if_there() -> None:
    ctl("customer", "del", "acme", status=None)


def list_of_customer() -> None:
    customer()
    ctl("list", "set", "acme", "bad", "192.0.2.1", "2001:db8::/32")
    ctl("rule", "add", "acme", "edge", "--ref", "l", "ip.src in $bad", "drop")


LIST = ["acme", "bad"]


def nothing() -> None:
    """/run/mfw itself is there: the first command of all makes it."""
    ctl("customer", "add", "first")
    ctl("customer", "del", "first")


BEFORE = "/run/before.json"
AFTER = "/run/after.json"


def ruleset(*whole: tuple[str, list[tuple[str, str]], str]) -> str:
    """Customers with rules (ref, match) and a list's entry."""
    return json.dumps(
        {
            "version": 1,
            "customers": [
                {
                    "name": name,
                    "lists": {"bad": [entry]},
                    "chains": [
                        {
                            "name": "edge",
                            "hook": "forward",
                            "rules": [
                                {"ref": ref, "match": match, "action": "drop"}
                                for ref, match in rules
                            ],
                        }
                    ],
                }
                for name, rules, entry in whole
            ],
        }
    )


def applied() -> None:
    """Two customers by a ruleset, and the file of another one."""
    bad = "ip.src in $bad"
    Path(BEFORE).write_text(
        ruleset(
            ("acme", [("a", X), ("b", bad), ("c", "ip.ttl == 7")], "192.0.2.1"),
            ("globex", [("a", X)], "192.0.2.1"),
        )
    )
    Path(AFTER).write_text(
        ruleset(
            (
                "acme",
                [("c", "ip.ttl == 7"), ("a", Y), ("b", bad), ("d", X)],
                "192.0.2.2",
            ),
            ("globex", [("a", Y)], "192.0.2.1"),
        )
    )
    ctl("apply", BEFORE)
    ctl("list", "set", "acme", "old", "192.0.2.3")


def no_customers() -> None:
    for name in "acme", "globex":
        ctl("customer", "del", name, status=None)


CASES = [
    Case(
        "add",
        ["rule", "add", "acme", "edge", "--ref", "b", Y, "drop"],
        customer,
        no_customer,
    ),
    Case(
        "replace",
        ["rule", "replace", "acme", "edge", "a", Y, "accept"],
        customer,
        no_customer,
    ),
    Case("del", ["rule", "del", "acme", "edge", "a"], customer, no_customer),
    Case("chain", ["chain", "del", "acme", "edge", "--flush"], customer, no_customer),
    Case("customer-add", ["customer", "add", "acme"], nothing, remove_if_there),
    Case("customer-del", ["customer", "del", "acme"], customer, remove_if_there),
    Case("apply", ["apply", AFTER], applied, no_customers),
    Case("list", ["list", "set", *LIST, "192.0.2.9", "::1"], customer, no_customer),
    Case(
        "list-set",
        ["list", "set", *LIST, "192.0.2.9", "192.0.2.1"],
        list_of_customer,
        no_customer,
    ),
    Case("list-add", ["list", "add", *LIST, "::9"], list_of_customer, no_customer),
    Case(
        "list-del",
        ["list", "del", *LIST, "192.0.2.1", "2001:db8::/32"],
        list_of_customer,
        no_customer,
    ),
]


def whole(case: Case) -> list[tuple[str, list[str]]]:
    """The states before and after the command."""
    case.set_up()
    before = state()
    ctl(*case.words)
    after = state()
    case.clean_up()
    true(before != after, f"{case.name} changes something")
    return [before, after]


def check_unfinished(case: Case, point: Point) -> None:
    """A killed customer del may have emptied the namespace; the customer is then still there."""
    if case.name != "customer-del":
        raise Failure(
            f"{case.name}, killed at {point}: neither old nor new:\n{state()}"
        )
    rules, names = state()
    same(names, ["acme"], f"killed at {point}: customers")
    same(rules, "", f"killed at {point}: rules")


def check_next(case: Case, point: Point) -> None:
    """The next command of anybody succeeds and leaves nothing that is not in use."""
    what = f"{case.name}, killed at {point}"
    ctl("customer", "add", "next")
    ctl("chain", "add", "next", "edge")
    ctl("rule", "add", "next", "edge", X, "drop")
    ctl("customer", "del", "next")
    if "acme" in os.listdir("/run/mfw/customers") and "edge" in state()[0]:
        ctl("rule", "add", "acme", "edge", "--ref", "z", X, "drop")
        ctl("rule", "del", "acme", "edge", "z")
        check_pins(what)
    case.clean_up()
    if Path("/run/netns/acme").exists():
        raise Failure(f"{what}: the namespace acme is left over")
    same(pins(), [], f"{what}: pins")
    no_left_overs()


def check_pins(what: str) -> None:
    """Each pin is one that a rule names, or the shared one of it."""
    named = set(re.findall(r'"hash": ?"(\w+)"', ctl("--json", "rule", "list", "acme")))
    for pin in pins():
        if pin == "customer/acme/list/bad":
            continue
        true(pin.rsplit("/", 1)[-1] in named, f"{what}: nobody uses the pin {pin}")


def list_of(name: str, which: str = "bad") -> str:
    return ctl("list", "show", name, which, status=None)


def each_part() -> dict[str, str]:
    """What is old or new by itself: each namespace, and each list."""
    found = {}
    for name in "acme", "globex":
        listed = json.loads(ctl("--json", "rule", "list", name))["chains"]
        found[f"rules of {name}"] = str(
            [(r.get("ref"), r.get("match")) for c in listed for r in c["rules"]]
        )
        found[f"list of {name}"] = list_of(name)
    found["list that goes"] = list_of("acme", "old")
    return found


def kill_apply(calls: str) -> int:
    """Kills apply at each call: parts are old or new, and the same command finishes."""
    [case] = [case for case in CASES if case.name == "apply"]
    case.set_up()
    every = points_of(calls, case.words)
    new = each_part()
    case.clean_up()
    case.set_up()
    old = each_part()
    case.clean_up()
    true(old != new, "the ruleset changes something")
    points = chosen(every)
    for point in points:
        what = f"apply, killed at {point}"
        case.set_up()
        under_strace(point, case.words)
        for part, found in each_part().items():
            true(found in (old[part], new[part]), f"{what}: {part}: {found}")
        ctl(*case.words)
        same(each_part(), new, f"{what}: after the same command again")
        same(ctl("verify", AFTER), "all is as the ruleset says\n", what)
        held = [pin for pin in pins() if "/list/" not in pin]
        named = {
            r["program"]["hash"]
            for name in ("acme", "globex")
            for c in json.loads(ctl("--json", "rule", "list", name))["chains"]
            for r in c["rules"]
        }
        for pin in held:
            true(pin.rsplit("/", 1)[-1] in named, f"{what}: nobody uses the pin {pin}")
        case.clean_up()
        no_left_overs()
    return len(points)


def kill_everywhere(case: Case, calls: str) -> None:
    expected = whole(case)
    case.set_up()
    every = points_of(calls, case.words)
    case.clean_up()
    alive = []
    for point in chosen(every):
        case.set_up()
        if under_strace(point, case.words) != KILLED:
            alive.append(point)
        if state() not in expected:
            check_unfinished(case, point)
        check_next(case, point)
    # Not every run makes every call: one that waits for a lock looks at it more often.
    true(
        len(alive) <= len(every) // 10, f"{case.name}: not killed at {alive} of {every}"
    )


def run_case(name: str) -> None:
    [case] = [case for case in CASES if case.name == name]
    kill_everywhere(case, "all" if at_least("long") else CHANGING)


@takes(60)
def test_add() -> None:
    """rule add, with a program to load"""
    run_case("add")


@takes(60)
def test_replace() -> None:
    """rule replace, with another program"""
    run_case("replace")


@takes(60, "full")
def test_del() -> None:
    """rule del, with a program to let go of"""
    run_case("del")


@takes(60, "full")
def test_chain() -> None:
    """chain del --flush"""
    run_case("chain")


@takes(60, "full")
def test_customer_add() -> None:
    """customer add"""
    run_case("customer-add")


@takes(60)
def test_customer_del() -> None:
    """customer del"""
    run_case("customer-del")


@takes(60)
def test_apply() -> None:
    """apply of two customers with lists: each namespace and each list old or new"""
    count = kill_apply("all" if at_least("long") else CHANGING)
    true(not at_least("long") or count >= 500, f"{count} points")


@takes(60)
def test_list() -> None:
    """list set, of a list that is not there"""
    run_case("list")


@takes(60)
def test_list_set() -> None:
    """list set, of a list that a rule looks into"""
    run_case("list-set")


@takes(60, "full")
def test_list_add() -> None:
    """list add, in place"""
    run_case("list-add")


@takes(60, "full")
def test_list_del() -> None:
    """list del, of several entries"""
    run_case("list-del")


@takes(60)
def test_check() -> None:
    """apply --check of customers that are not there: nothing of what was tried stays"""
    nothing()
    rules = [("a", X), ("r", "rate(pps=5)"), ("b", "ip.src in $bad")]
    Path(AFTER).write_text(
        ruleset(("acme", rules[:2], "192.0.2.1"), ("globex", rules, "192.0.2.1"))
    )
    words = ["apply", "--check", AFTER]
    run([mfwctl_path("rel"), *words], 3)
    same(pins(), [], "pins")
    calls = "all" if at_least("long") else CHANGING
    for point in chosen(points_of(calls, words, 3)):
        under_strace(point, words)
        what = f"check, killed at {point}"
        same(os.listdir("/run/mfw/customers"), [], what)
        ctl("customer", "add", "next")
        ctl("customer", "del", "next")
        same(pins(), [], f"{what}: pins")
        no_left_overs()
