# SPDX-License-Identifier: GPL-2.0-or-later
"""One case's measurements: every contender in turns, round by round."""

from dataclasses import dataclass, field
from statistics import median

from lab import Failed
from match_cases import Case
from match_lab import COPIES, EMPTY, PROGRAMS, Made, Weigher


@dataclass
class Length:
    rounds: int
    runs: int
    packets: int
    compiles: int


LONG = Length(rounds=9, runs=1_000_000, packets=200_000, compiles=200)
SHORT = Length(rounds=3, runs=200_000, packets=40_000, compiles=50)
PACKETS = ("hit", "miss")


@dataclass
class Result:
    case: Case
    made: Made
    test_runs: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    """ns, by contender and packet; an entry a round."""
    chains: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    """ns of one rule, likewise."""

    @staticmethod
    def both(times: dict[tuple[str, str], list[float]], who: str) -> list[float]:
        """The mean of both packets, round by round."""
        return [(a + b) / 2 for a, b in zip(times[who, "hit"], times[who, "miss"])]

    def ratio(
        self, times: dict[tuple[str, str], list[float]], who: str, to: str
    ) -> float | None:
        if (who, "hit") not in times or (to, "hit") not in times:
            return None
        pairs = zip(self.both(times, who), self.both(times, to))
        return median(a / b for a, b in pairs)


def packet_of(case: Case, kind: str) -> bytes:
    return case.hit if kind == "hit" else case.miss


def test_runs(weigher: Weigher, result: Result, length: Length) -> None:
    for _ in range(length.rounds):
        for kind in PACKETS:
            for who in PROGRAMS:
                packet = packet_of(result.case, kind)
                ns = weigher.test_run(who, packet, length.runs, kind == "hit")
                result.test_runs.setdefault((who, kind), []).append(ns)


def chains(weigher: Weigher, result: Result, length: Length) -> None:
    there = weigher.add_rules(result.case, result.made)
    for who in [EMPTY, *there]:
        weigher.live(who, result.case.miss, length.packets // 10)
    for _ in range(length.rounds):
        for kind in PACKETS:
            packet = packet_of(result.case, kind)
            empty = weigher.live(EMPTY, packet, length.packets)
            for who in there:
                ns = weigher.live(who, packet, length.packets)
                result.chains.setdefault((who, kind), []).append((ns - empty) / COPIES)
    for who in there:
        expected = [length.rounds * length.packets] * COPIES
        if weigher.counted(who) != expected:
            found = weigher.counted(who)
            raise Failed(
                f"{result.case.name}: the rules of {who} counted {found}, not {expected}"
            )
    weigher.drop_rules()


def floor(weigher: Weigher, case: Case, length: Length) -> tuple[float, float]:
    """ns of a program that looks at nothing: by test run, and as a rule."""
    weigher.make_floor()
    weigher.add_floor()
    runs, rules = [], []
    for _ in range(length.rounds):
        runs.append(weigher.test_run("floor", case.hit, length.runs, False))
        empty = weigher.live(EMPTY, case.hit, length.packets)
        rules.append((weigher.live("ours", case.hit, length.packets) - empty) / COPIES)
    weigher.drop_rules()
    return median(runs), median(rules)


def weigh(weigher: Weigher, case: Case, length: Length) -> Result:
    result = Result(case, weigher.make(case, length.compiles))
    test_runs(weigher, result, length)
    chains(weigher, result, length)
    return result
