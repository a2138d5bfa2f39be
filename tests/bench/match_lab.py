# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs and rules of every contender, and what they cost, through tests/bench/weigh.c."""

import json
import platform
import resource
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from lab import Failed
from match_cases import Case

HAND = Path(__file__).resolve().parent / "hand"
PINS = Path("/sys/fs/bpf/match")
CLANG = ["clang", "-target", "bpf", "-mcpu=v3", "-g", "-O2", "-Wall", "-Wextra"]
CLANG += ["-Werror", f"-I/usr/include/{platform.machine()}-linux-gnu"]
# The same rule so many times in a chain: what one costs shows better.
COPIES = 10
DEVICE = "v0"
MAC = "02:00:00:00:00:05"
PROGRAMS = ["ours", "C", "tcpdump"]
RULES = [*PROGRAMS, "nft", "iptables"]
EMPTY = "empty"


@dataclass
class Size:
    insns: int
    processed: int
    jited: int
    verifier_ns: int


@dataclass
class Made:
    """The programs of one case."""

    sizes: dict[str, Size] = field(default_factory=dict)
    own_ns: list[float] = field(default_factory=list)
    """Of our compiler, in a process that is there already."""
    process_ms: dict[str, float] = field(default_factory=dict)
    """Processor time of a process that compiles, or that adds the rules."""
    objects: dict[str, str] = field(default_factory=dict)


def pin(contender: str) -> str:
    return str(PINS / contender)


def frame(packet: bytes) -> str:
    kind = "86dd" if packet[0] >> 4 == 6 else "0800"
    return MAC.replace(":", "") + "020000000006" + kind + packet.hex()


class Weigher:
    """The helper, and processes."""

    def __init__(self, build: Path) -> None:
        self.mfwctl = str(build / "mfwctl")
        self.scratch = Path(tempfile.mkdtemp(prefix="mfw-match-"))
        PINS.mkdir()
        self.helper = subprocess.Popen(
            [str(build / "tests" / "weigh")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Weigher":
        self._lay_wires()
        return self

    def __exit__(self, *_: object) -> None:
        if self.helper.stdin:
            self.helper.stdin.close()
        self.helper.wait()
        shutil.rmtree(self.scratch)

    def ask(self, *words: str) -> list[int]:
        assert self.helper.stdin and self.helper.stdout
        self.helper.stdin.write("\t".join(words) + "\n")
        self.helper.stdin.flush()
        answer = self.helper.stdout.readline()
        if not answer:
            raise Failed(f"the helper ended at: {' '.join(words)[:200]}")
        return [int(number) for number in answer.split()]

    @staticmethod
    def run(argv: list[str], stdin: str = "") -> tuple[str, float]:
        """What a process prints, and the processor time it takes, ms."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            argv, input=stdin, capture_output=True, text=True, check=False
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise Failed(
                f"{' '.join(argv)[:300]}: {(done.stderr or done.stdout)[-400:]}"
            )
        seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        return done.stdout, seconds * 1000

    # ---- programs ----

    def make(self, case: Case, n: int) -> Made:
        """Compiles the programs of a case, and loads them for test runs."""
        made = Made()
        ours, hand = str(self.scratch / "ours.o"), str(self.scratch / "hand.o")
        argv = [self.mfwctl, "expr", "compile", "-o", ours, case.expr]
        _, made.process_ms["ours"] = self.run(argv)
        source = str(HAND / f"{case.name}.bpf.c")
        _, made.process_ms["C"] = self.run([*CLANG, "-c", source, "-o", hand])
        argv = ["tcpdump", "-y", "RAW", "-ddd", case.classic]
        code, made.process_ms["tcpdump"] = self.run(argv)
        code = ",".join(code.split("\n")).rstrip(",")
        made.objects = {"C": hand, "tcpdump": code}
        made.sizes["ours"] = Size(*self.ask("load", ours, pin("ours")))
        made.sizes["C"] = Size(*self.ask("load", hand, pin("C")))
        made.sizes["tcpdump"] = Size(*self.ask("classic", code, pin("tcpdump")))
        self.ask("compile", case.expr, "20")
        made.own_ns = [float(ns) for ns in self.ask("compile", case.expr, str(n))]
        return made

    def make_floor(self) -> None:
        """A program that looks at nothing: what is left is what running any costs."""
        path = str(self.scratch / "floor.o")
        self.run([self.mfwctl, "expr", "compile", "-o", path, "false"])
        self.ask("load", path, pin("floor"))

    def test_run(self, contender: str, packet: bytes, n: int, match: bool) -> float:
        """ns of one run."""
        answer, picoseconds = self.ask("run", pin(contender), frame(packet), str(n))
        if bool(answer) != match:
            raise Failed(
                f"{contender} answers {answer} to a packet that is to be {match}"
            )
        return picoseconds / 1000

    # ---- chains ----

    def _lay_wires(self) -> None:
        """A namespace each, with a device that packets come from."""
        for name in [*RULES, EMPTY]:
            self.run([self.mfwctl, "customer", "add", name])
            lines = [
                f"link add {DEVICE} address {MAC} type veth peer name p0",
                f"link set {DEVICE} addrgenmode none up",
                "link set p0 addrgenmode none up",
            ]
            self.run(["ip", "-n", name, "-batch", "-"], "\n".join(lines))
        self._own_chains([EMPTY])

    def _own_chains(self, names: list[str]) -> None:
        where = "--hook prerouting --priority -300 --policy drop"
        for name in names:
            self.run([self.mfwctl, "chain", "add", name, "edge", *where.split()])

    def inside(self, name: str, argv: list[str], stdin: str = "") -> float:
        return self.run(["nsenter", f"--net=/run/netns/{name}", *argv], stdin)[1]

    def add_rules(self, case: Case, made: Made) -> list[str]:
        """Which contenders have rules now."""
        self._own_chains(PROGRAMS)
        matches = {
            "ours": [case.expr],
            "C": ["--object", made.objects["C"]],
            "tcpdump": ["--bytecode", made.objects["tcpdump"]],
        }
        there = []
        for name in PROGRAMS:
            if name == "tcpdump" and int(made.objects[name].split(",")[0]) > 64:
                continue
            self._add_own(name, matches[name])
            there.append(name)
        if case.nft:
            made.process_ms["nft"] = self._add_nft(case.nft)
            there.append("nft")
        if case.iptables:
            made.process_ms["iptables"] = self._add_iptables(case)
            there.append("iptables")
        return there

    def _add_own(self, name: str, match: list[str]) -> None:
        rule = [self.mfwctl, "rule", "add", name, "edge", *match, "continue"]
        for _ in range(COPIES):
            self.run(rule)

    def add_floor(self) -> None:
        self._own_chains(PROGRAMS)
        self._add_own("ours", ["false"])

    def _add_nft(self, match: str) -> float:
        hook = "type filter hook prerouting priority -300; policy drop;"
        text = [f"add table inet native; add chain inet native edge {{ {hook} }}"]
        self.inside("nft", ["nft", "-f", "-"], "\n".join(text))
        text = [f"add rule inet native edge {match} counter continue"]
        ms = self.inside("nft", ["nft", "-f", "-"], "\n".join(text))
        self.inside("nft", ["nft", "-f", "-"], "\n".join(text * (COPIES - 1)))
        return ms

    def _add_iptables(self, case: Case) -> float:
        six = case.hit[0] >> 4 == 6
        tool = "ip6tables-nft" if six else "iptables-nft"
        words = [tool, "-t", "raw"]
        self.inside("iptables", [*words, "-P", "PREROUTING", "DROP"])
        add = [*words, "-A", "PREROUTING", *(case.iptables or "").split()]
        return [self.inside("iptables", add) for _ in range(COPIES)][0]

    def drop_rules(self) -> None:
        for name in PROGRAMS:
            self.run([self.mfwctl, "chain", "del", name, "edge", "--flush"])
        for name in "nft", "iptables":
            self.inside(name, ["nft", "flush", "ruleset"])

    def live(self, name: str, packet: bytes, n: int) -> float:
        """ns of one packet through the namespace's chain."""
        netns = f"/run/netns/{name}"
        (ns,) = self.ask("live", netns, DEVICE, frame(packet), str(n))
        return ns / n

    def counted(self, name: str) -> list[int]:
        """The counters of the namespace's rules, as nft sees them."""
        argv = ["nsenter", f"--net=/run/netns/{name}", "nft", "-j", "list", "ruleset"]
        rules = [
            o["rule"] for o in json.loads(self.run(argv)[0])["nftables"] if "rule" in o
        ]
        return [
            part["counter"]["packets"]
            for rule in rules
            for part in rule["expr"]
            if "counter" in part
        ]
