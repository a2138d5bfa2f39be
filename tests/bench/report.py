# SPDX-License-Identifier: GPL-2.0-or-later
"""Samples, their medians, spread and ratios; as a table and as JSON."""

import os
import platform
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any, Optional

from lab import Lab, version


@dataclass
class Goal:
    """A ratio to another row that is to be reached."""

    to: str
    what: str
    at_most: float


@dataclass
class Row:
    what: str
    unit: str
    scale: float
    """What a sample is multiplied with to have the unit."""
    rounds: list[list[float]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)

    def add_round(self, samples: list[float]) -> None:
        self.rounds.append([sample * self.scale for sample in samples])

    def samples(self) -> list[float]:
        return sorted(sample for samples in self.rounds for sample in samples)

    def median(self) -> float:
        return median(self.samples())

    def quartiles(self) -> tuple[float, float]:
        samples = self.samples()
        if len(samples) < 4:
            return samples[0], samples[-1]
        low, _, high = quantiles(samples, n=4)
        return low, high

    def ratio_to(self, base: "Row") -> float:
        """Of what was measured side by side."""
        both = zip(self.rounds, base.rounds)
        ratios = [median(a) * base.scale / (median(b) * base.scale) for a, b in both]
        return median(ratios)


@dataclass
class Section:
    title: str
    rows: list[Row]
    bases: list[str]
    """What rows that others are set beside."""
    note: str

    def find(self, what: str) -> Row:
        return next(row for row in self.rows if row.what == what)

    def base_of(self, row: Row, base: str) -> Optional[Row]:
        """The row to set beside: of the same unit and quantity."""
        quantity = row.what.partition(": ")[2]
        name = f"{base}: {quantity}" if quantity else base
        return next(
            (r for r in self.rows if r.what == name and r.unit == row.unit), None
        )


def number(x: float) -> str:
    if x >= 1000:
        return f"{x:,.0f}".replace(",", " ")
    return f"{x:.3g}" if x < 100 else f"{x:.0f}"


def ratio_text(x: float) -> str:
    return f"{x:.2f}" if x >= 0.1 else f"1/{1 / x:.0f}"


def section_text(section: Section) -> str:
    heads = ["", "median", "", "quartiles", "least", "most", "n"]
    heads += [f"to {base}" for base in section.bases]
    table = [heads]
    for row in section.rows:
        samples = row.samples()
        low, high = row.quartiles()
        cells = [row.what, number(row.median()), row.unit]
        if len(samples) > 1:
            cells += [
                f"{number(low)} - {number(high)}",
                number(samples[0]),
                number(samples[-1]),
            ]
            cells += [str(len(samples))]
        else:
            cells += ["", "", "", "1"]
        for base in section.bases:
            other = section.base_of(row, base)
            cells.append(
                "1"
                if other is row
                else ratio_text(row.ratio_to(other))
                if other
                else ""
            )
        table.append(cells)
    return "\n".join([section.title, "", *lines_of(table), "", section.note])


def lines_of(table: list[list[str]]) -> list[str]:
    widths = [max(len(cells[i]) for cells in table) for i in range(len(table[0]))]
    left = [0, 2]
    lines = []
    for cells in table:
        parts = [
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(cells, widths))
        ]
        lines.append(("  " + "  ".join(parts)).rstrip())
    return lines


def goals_of(sections: list[Section]) -> list[tuple[Goal, float]]:
    return [
        (goal, row.ratio_to(section.find(goal.to)))
        for section in sections
        for row in section.rows
        for goal in row.goals
    ]


def goals_text(sections: list[Section]) -> str:
    table = [["", "is", "to reach"]]
    for goal, ratio in goals_of(sections):
        words = f"{goal.what}, to {goal.to.partition(':')[0]}"
        table.append([words, ratio_text(ratio), "at most " + ratio_text(goal.at_most)])
    widths = [max(len(cells[i]) for cells in table) for i in range(3)]
    lines = [f"  {a.ljust(widths[0])}  {b.rjust(widths[1])}  {c}" for a, b, c in table]
    return "\n".join(["What is to be reached (printed, not asserted)", "", *lines])


def machine(lab: Lab) -> dict[str, Any]:
    return {
        "kernel": platform.release(),
        "cpus": os.cpu_count(),
        "mfwctl": version([lab.mfwctl, "--version"]),
        "nft": version(["nft", "--version"]),
        "iptables": version(["iptables-nft", "--version"]),
    }


def as_text(lab: Lab, sections: list[Section]) -> str:
    about = ", ".join(f"{key} {value}" for key, value in machine(lab).items())
    parts = [about, *map(section_text, sections), goals_text(sections)]
    return "\n\n".join(parts)


def row_json(section: Section, row: Row) -> dict[str, Any]:
    low, high = row.quartiles()
    samples = row.samples()
    others = [(base, section.base_of(row, base)) for base in section.bases]
    return {
        "what": row.what,
        "unit": row.unit,
        "n": len(samples),
        "median": row.median(),
        "q1": low,
        "q3": high,
        "min": samples[0],
        "max": samples[-1],
        "ratio_to": {base: row.ratio_to(other) for base, other in others if other},
    }


def as_json(lab: Lab, sections: list[Section]) -> dict[str, Any]:
    return {
        "machine": machine(lab),
        "sections": [
            {"title": s.title, "rows": [row_json(s, row) for row in s.rows]}
            for s in sections
        ],
        "goals": [
            {"what": goal.what, "to": goal.to, "ratio": ratio, "at_most": goal.at_most}
            for goal, ratio in goals_of(sections)
        ],
    }
