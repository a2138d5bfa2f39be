# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests/bench/match found, as tables and as JSON."""

import os
import platform
from statistics import median
from typing import Any, Optional

from match_lab import COPIES, PROGRAMS, RULES
from match_rounds import PACKETS, Result
from report import lines_of, ratio_text

Times = dict[tuple[str, str], list[float]]


def ns(samples: Optional[list[float]]) -> str:
    return f"{median(samples):.1f}" if samples else "-"


def ratio(x: Optional[float]) -> str:
    return ratio_text(x) if x else "-"


def both(times: Times, who: str) -> str:
    """Of the packet that matches, and of the one that does not."""
    if (who, "hit") not in times:
        return "-"
    return " / ".join(ns(times[who, kind]) for kind in PACKETS)


def time_table(
    results: list[Result], who: list[str], test_run: bool
) -> list[list[str]]:
    table = [["", *who, "ours to C", "tcpdump to ours"]]
    for r in results:
        times = r.test_runs if test_run else r.chains
        table.append(
            [r.case.name]
            + [both(times, one) for one in who]
            + [
                ratio(r.ratio(times, "ours", "C")),
                ratio(r.ratio(times, "tcpdump", "ours")),
            ]
        )
    return table


def size_table(results: list[Result]) -> list[list[str]]:
    table = [["", *(f"{what} {who}" for what in ("insns", "JIT") for who in PROGRAMS)]]
    table[0] += ["processed ours", "processed C"]
    for r in results:
        sizes = r.made.sizes
        table.append([r.case.name])
        table[-1] += [str(sizes[who].insns) for who in PROGRAMS]
        table[-1] += [str(sizes[who].jited) for who in PROGRAMS]
        table[-1] += [str(sizes[who].processed) for who in ("ours", "C")]
    return table


def make_table(results: list[Result]) -> list[list[str]]:
    heads = ["", "length", "ours us", "verifier us: ours", "C", "process ms: ours"]
    table = [[*heads, *RULES[1:]]]
    for r in results:
        table.append([r.case.name, str(len(r.case.expr))])
        table[-1].append(f"{median(r.made.own_ns) / 1000:.0f}")
        table[-1] += [
            f"{r.made.sizes[who].verifier_ns / 1000:.0f}" for who in ("ours", "C")
        ]
        table[-1] += [
            f"{r.made.process_ms[who]:.1f}" if who in r.made.process_ms else "-"
            for who in RULES
        ]
    return table


def goals(results: list[Result]) -> list[tuple[str, float, str]]:
    """What is to be reached, what it is, and the bound."""
    found = [
        (f"ours to C, median, {what}", median(ratios), "at most 1.2")
        for what, ratios in (
            ("test run", [r.ratio(r.test_runs, "ours", "C") or 0 for r in results]),
            ("in a chain", [r.ratio(r.chains, "ours", "C") or 0 for r in results]),
        )
    ]
    for r in results:
        if r.case.conjuncts >= 3:
            for what, times in (("test run", r.test_runs), ("in a chain", r.chains)):
                x = r.ratio(times, "tcpdump", "ours")
                if x:
                    found.append(
                        (f"tcpdump to ours, {r.case.name}, {what}", x, "at least 1.5")
                    )
    longest = max(
        results, key=lambda r: len(r.case.expr) if len(r.case.expr) < 300 else 0
    )
    own = median(longest.made.own_ns) / 1e6
    words = f"ms to compile {len(longest.case.expr)} characters, the verifier apart"
    return [*found, (words, own, "below 1")]


def goal_lines(results: list[Result]) -> list[str]:
    table = [["", "is", "to reach"]]
    table += [[what, f"{x:.2f}", bound] for what, x, bound in goals(results)]
    return lines_of(table)


def as_text(results: list[Result], floor: tuple[float, float]) -> str:
    parts = [
        [f"Linux {platform.release()}, {os.cpu_count()} processors"],
        ["Expressions", ""],
        [f"  {r.case.name:6} {r.case.expr[:200]}" for r in results],
        [f"  {r.case.name:6} {r.case.note}" for r in results if r.case.note],
        ["Test run: ns of a packet that matches / of one that does not", ""],
        lines_of(time_table(results, PROGRAMS, True)),
        [
            f"  A program that looks at nothing: {floor[0]:.1f}. tcpdump's bytecode is translated",
            "  for these runs, and slower here than in a chain: see tests/bench/classic.h.",
        ],
        [f"In a chain of {COPIES}: ns of one rule", ""],
        lines_of(time_table(results, RULES, False)),
        [f"  A rule with a program that looks at nothing: {floor[1]:.1f}."],
        ["Sizes, as loaded", ""],
        lines_of(size_table(results)),
        [
            "Making it: processor time. A process: mfwctl, clang, tcpdump, nft, iptables",
            "",
        ],
        lines_of(make_table(results)),
        ["To be reached (printed, not asserted)", ""],
        goal_lines(results),
    ]
    text = ""
    for part in filter(None, parts):
        text += "\n".join(part) + ("\n" if part[-1] == "" else "\n\n")
    return text.rstrip()


def times_json(times: Times) -> dict[str, Any]:
    return {
        f"{who} {kind}": {
            "median": median(samples),
            "min": min(samples),
            "n": len(samples),
        }
        for (who, kind), samples in times.items()
    }


def as_json(results: list[Result], floor: tuple[float, float]) -> dict[str, Any]:
    return {
        "kernel": platform.release(),
        "floor_ns": {"test_run": floor[0], "chain": floor[1]},
        "cases": [
            {
                "name": r.case.name,
                "expression": r.case.expr,
                "test_run_ns": times_json(r.test_runs),
                "chain_ns": times_json(r.chains),
                "sizes": {who: vars(size) for who, size in r.made.sizes.items()},
                "own_us": median(r.made.own_ns) / 1000,
                "process_ms": r.made.process_ms,
            }
            for r in results
        ],
        "goals": [
            {"what": what, "is": x, "to_reach": bound}
            for what, x, bound in goals(results)
        ],
    }
