# SPDX-License-Identifier: GPL-2.0-or-later
"""The measurements of tests/bench/matchers, round by round, and its tables."""

import os
import platform
import shlex
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from lab import Failed
from match_lab import COPIES, EMPTY, Size, Weigher, frame, pin
from matchers_cases import Case
from report import lines_of, ratio_text

KINDS = {
    "match": (True, False),
    "no match": (False, False),
    "match, 1400": (True, True),
    "no match, 1400": (False, True),
}
# In whose namespaces the rules stand.
OURS, NEAREST, FLOOR = "ours", "iptables", "C"
Times = dict[tuple[str, str], list[float]]


@dataclass
class Result:
    case: Case
    size: Size
    runs: Times = field(default_factory=dict)
    """ns of a test run, and of one rule in a chain: by contender and packet; an entry a round."""
    chains: Times = field(default_factory=dict)


def add_nearest(weigher: Weigher, case: Case) -> None:
    words = ["iptables-nft", "-t", "raw"]
    weigher.inside(NEAREST, [*words, "-P", "PREROUTING", "DROP"])
    add = [*words, "-A", "PREROUTING", *shlex.split(case.iptables or "")]
    for _ in range(COPIES):
        weigher.inside(NEAREST, add)


def add_own(weigher: Weigher, name: str, expr: str) -> None:
    where = "--hook prerouting --priority -300 --policy drop"
    weigher.run([weigher.mfwctl, "chain", "add", name, "edge", *where.split()])
    for _ in range(COPIES):
        rule = [weigher.mfwctl, "rule", "add", name, "edge", expr, "continue"]
        weigher.run(rule)


def drop_rules(weigher: Weigher) -> None:
    for name in OURS, FLOOR:
        weigher.run([weigher.mfwctl, "chain", "del", name, "edge", "--flush"])
    weigher.inside(NEAREST, ["nft", "flush", "ruleset"])


def check(weigher: Weigher, case: Case) -> None:
    """Each of ours has matched all of the packets of the last run, which matches."""
    counts = weigher.counted(OURS)
    if len(counts) != COPIES:
        raise Failed(f"{case.name}: {len(counts)} rules instead of {COPIES}")


def weigh_case(weigher: Weigher, case: Case, quick: bool) -> Result:
    rounds, runs, packets = (3, 100_000, 20_000) if quick else (7, 500_000, 100_000)
    path = str(weigher.scratch / "ours.o")
    weigher.run([weigher.mfwctl, "expr", "compile", "-o", path, case.expr])
    result = Result(case, Size(*weigher.ask("load", path, pin(OURS))))
    add_own(weigher, OURS, case.expr)
    add_own(weigher, FLOOR, "false")
    add_nearest(weigher, case)
    check(weigher, case)
    for _ in range(rounds):
        for kind, (hit, long) in KINDS.items():
            packet = case.packet(hit, long)
            for who in OURS, "floor":
                _, ps = weigher.ask("run", pin(who), frame(packet), str(runs))
                result.runs.setdefault((who, kind), []).append(ps / 1000)
            empty = weigher.live(EMPTY, packet, packets)
            for who in OURS, NEAREST, FLOOR:
                ns = (weigher.live(who, packet, packets) - empty) / COPIES
                result.chains.setdefault((who, kind), []).append(ns)
    drop_rules(weigher)
    return result


def weigh(weigher: Weigher, cases: list[Case], quick: bool) -> list[Result]:
    weigher.make_floor()
    return [weigh_case(weigher, case, quick) for case in cases]


def middle(times: Times, who: str, kind: str) -> float:
    return median(times[who, kind])


def ratio(times: Times, who: str, to: str, kind: str) -> float:
    """The median of each round's: what disturbs one disturbs the other."""
    pairs = zip(times[who, kind], times[to, kind])
    return median(max(a, 0.1) / max(b, 0.1) for a, b in pairs)


def table(results: list[Result], who: list[str], runs: bool) -> list[list[str]]:
    rows = [["", *(f"{one}: {kind}" for one in who for kind in KINDS)]]
    for r in results:
        times = r.runs if runs else r.chains
        rows.append([r.case.name])
        rows[-1] += [f"{middle(times, one, k):.0f}" for one in who for k in KINDS]
    return rows


def ratios(results: list[Result]) -> list[list[str]]:
    rows = [["", *KINDS, "processed", "beside", ""]]
    for r in results:
        cells = [ratio_text(ratio(r.chains, OURS, NEAREST, kind)) for kind in KINDS]
        rows.append([r.case.name, *cells, str(r.size.processed)])
        rows[-1] += [r.case.iptables or "-", r.case.note]
    return rows


def as_text(results: list[Result]) -> str:
    floor = [median(r.chains[FLOOR, kind]) for r in results for kind in KINDS]
    parts = [
        [f"Linux {platform.release()}, {os.cpu_count()} processors", ""],
        *[[f"  {r.case.name:8} {r.case.expr}"] for r in results],
        ["", "Test run, ns; floor: a program that returns 0", ""],
        lines_of(table(results, [OURS, "floor"], True)),
        ["", f"In a chain of {COPIES}: ns of one rule", ""],
        lines_of(table(results, [OURS, NEAREST], False)),
        ["", f"A rule whose program returns 0: {median(floor):.0f}"],
        ["", "A rule of ours to one of iptables", ""],
        lines_of(ratios(results)),
    ]
    return "\n".join(line for part in parts for line in part)


def as_json(results: list[Result]) -> dict[str, Any]:
    return {
        "kernel": platform.release(),
        "cases": [
            {
                "name": r.case.name,
                "expression": r.case.expr,
                "iptables": r.case.iptables,
                "size": vars(r.size),
                "test_run_ns": {" ".join(key): v for key, v in r.runs.items()},
                "chain_ns": {" ".join(key): v for key, v in r.chains.items()},
            }
            for r in results
        ],
    }
