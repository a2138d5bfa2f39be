# SPDX-License-Identifier: GPL-2.0-or-later
"""Namespaces, processes and what they cost, through the helper tests/bench/measure.c."""

import os
import resource
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

MATCH = 'suffix(bytes="xyzzy")'
CHAIN = "edge"
PIN = "/sys/fs/bpf/bench"


@dataclass
class Cost:
    """What one process cost."""

    ms: float
    peak_mib: float
    user_ms: float
    system_ms: float


class Failed(Exception):
    """A measured process failed: the figures would mean nothing."""


class Lab:
    def __init__(self, build: Path) -> None:
        self.mfwctl = str(build / "mfwctl")
        self.measure = str(build / "tests" / "measure")
        self.scratch = Path(tempfile.mkdtemp(prefix="mfw-bench-"))
        self.log = self.scratch / "log"
        self.made = 0
        self.descriptors = raise_descriptor_limit()
        self.helper = subprocess.Popen(
            [self.measure], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "Lab":
        self._pin_a_program()
        return self

    def __exit__(self, *_: object) -> None:
        if self.helper.stdin:
            self.helper.stdin.close()
        self.helper.wait()
        shutil.rmtree(self.scratch)

    def _pin_a_program(self) -> None:
        """Gives the other tools the very program that our rules run, under a short name."""
        (holder,) = self.customers(1)
        self.adds(holder, 1)
        (pin,) = Path("/sys/fs/bpf/mfw/prog").iterdir()
        os.link(pin, PIN)

    def ask(self, *words: str) -> list[int]:
        assert self.helper.stdin and self.helper.stdout
        self.helper.stdin.write("\t".join(words) + "\n")
        self.helper.stdin.flush()
        answer = self.helper.stdout.readline()
        if not answer:
            raise Failed(f"the helper ended at: {' '.join(words)[:200]}")
        return [int(number) for number in answer.split()]

    def customers(self, n: int) -> list[str]:
        """New customers, each with a namespace and a chain of its own."""
        names = [f"c{self.made + i}" for i in range(n)]
        self.made += n
        for i in range(0, n, 500):
            self.ask("customer", *names[i : i + 500])
        return names

    def drop(self, customers: list[str]) -> None:
        """Deletes customers, and lets the kernel's work on that end."""
        for name in customers:
            self.run([self.mfwctl, "customer", "del", name])
        time.sleep(0.5)

    def adds(self, customer: str, n: int) -> list[float]:
        """Milliseconds of each of n adds through the library that the helper keeps open."""
        return [ns / 1e6 for ns in self.ask("adds", customer, MATCH, str(n))]

    def run(self, argv: list[str], inside: Optional[str] = None) -> Cost:
        """Runs a process, begun in the namespace of a customer; what it cost."""
        netns = f"/run/netns/{inside}" if inside else "-"
        ns, kib, status, user, system = self.ask("run", str(self.log), netns, *argv)
        if status:
            words = self.log.read_text(errors="replace")[-400:]
            raise Failed(f"{' '.join(argv)[:200]}: exit status {status}: {words}")
        return Cost(ns / 1e6, kib / 1024, user / 1e6, system / 1e6)

    def file(self, name: str, lines: list[str]) -> str:
        path = self.scratch / name
        path.write_text("\n".join(lines) + "\n", encoding="ascii")
        return str(path)


def raise_descriptor_limit() -> int:
    """The match bpf of iptables leaves a descriptor open for each rule with a pinned program."""
    enough = 262_144
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, enough))
        return enough
    except (ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return hard


def version(argv: list[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return done.stdout.strip().split("\n", maxsplit=1)[0]
