# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured. A scene runs its contenders in turns, and gives a section of the report."""

import re
import shutil
from typing import Callable, Optional

from lab import CHAIN, MATCH, PIN, Lab
from report import Goal, Row, Section

BULK = {10_000: 5, 100_000: 3}
BULK_QUICK = {10_000: 3}
NAMESPACES = 1000
RULES_EACH = 10

IPTABLES_RULE = ["-m", "bpf", "--object-pinned", PIN, "-j", "DROP"]
RESTORE = "iptables-nft-restore"
NFT_RULE = "udp dport 5060 counter drop"


def mfwctl_line(customer: str, ref: str) -> str:
    return f"rule add {customer} {CHAIN} --ref {ref} '{MATCH}' drop"


# ---- one rule ----


def one_rule(lab: Lab, quick: bool) -> Section:
    rows = {
        "libmfw": Row("libmfw, kept open", "us", 1000),
        "mfwctl": Row("mfwctl rule add", "us", 1000),
        "iptables": Row("iptables-nft -A", "us", 1000),
        "nft": Row("nsenter nft add rule", "us", 1000),
    }
    # A few rounds in each namespace: its chains stay small.
    for _ in range(4 if quick else 20):
        (name,) = lab.customers(1)
        prepare_others(lab, name)
        one_round(lab, name)
        for _ in range(5):
            for key, samples in one_round(lab, name).items():
                rows[key].add_round(samples)
    rows["mfwctl"].goals.append(
        Goal("iptables-nft -A", "a mfwctl process no slower", 1)
    )
    rows["libmfw"].goals.append(
        Goal("nsenter nft add rule", "a 50th through libmfw", 1 / 50)
    )
    return Section(
        "One rule, added to a small chain",
        list(rows.values()),
        ["iptables-nft -A", "nsenter nft add rule"],
        "All in the same namespaces in turns. iptables-nft is begun inside the namespace, so that"
        " it need not enter it.\nA chain each; the native rule is the lightest, `"
        + NFT_RULE
        + "`.",
    )


def prepare_others(lab: Lab, name: str) -> None:
    lab.run(["iptables-nft", "-A", "INPUT", *IPTABLES_RULE], name)
    lab.run(["nft", f"add table inet native; add chain inet native {CHAIN}"], name)


def one_round(lab: Lab, name: str) -> dict[str, list[float]]:
    mfwctl = [lab.mfwctl, "rule", "add", name, CHAIN, MATCH, "drop"]
    nft = ["nft", f"add rule inet native {CHAIN} {NFT_RULE}"]
    return {
        "libmfw": lab.adds(name, 10),
        "mfwctl": [lab.run(mfwctl).ms],
        "iptables": [lab.run(["iptables-nft", "-A", "INPUT", *IPTABLES_RULE], name).ms],
        "nft": [lab.run(["nsenter", f"--net=/run/netns/{name}", *nft]).ms],
    }


# ---- many rules ----

Contender = Callable[[Lab, str, int], tuple[list[str], bool]]
"""The command that puts n rules into a customer's namespace, and whether to begin it inside."""


def by_mfwctl(lab: Lab, name: str, n: int) -> tuple[list[str], bool]:
    lines = [mfwctl_line(name, f"n{i}") for i in range(n)]
    return [lab.mfwctl, "-f", lab.file("mfwctl", lines)], False


def by_libmfw(lab: Lab, name: str, n: int) -> tuple[list[str], bool]:
    return [lab.measure, "change", name, MATCH, str(n)], False


def by_nft(lab: Lab, _name: str, n: int) -> tuple[list[str], bool]:
    lines = ["add table inet native", f"add chain inet native {CHAIN}"]
    lines += [f"add rule inet native {CHAIN} {NFT_RULE}"] * n
    return ["nft", "-f", lab.file("nft", lines)], True


def by_iptables(lab: Lab, _name: str, n: int) -> tuple[list[str], bool]:
    lines = [
        "*filter",
        ":INPUT ACCEPT [0:0]",
        ":FORWARD ACCEPT [0:0]",
        ":OUTPUT ACCEPT [0:0]",
    ]
    lines += ["-A INPUT " + " ".join(IPTABLES_RULE)] * n + ["COMMIT"]
    return ["iptables-nft-restore", lab.file("iptables", lines)], True


CONTENDERS: dict[str, Contender] = {
    "mfwctl -f": by_mfwctl,
    "libmfw, one change": by_libmfw,
    "nft -f, native rules": by_nft,
    RESTORE: by_iptables,
}


def able(lab: Lab, n: int) -> dict[str, Contender]:
    """
    Without iptables-nft-restore where it may not open a descriptor for each rule. Bytecode would
    need none, but then each rule has a program: as many programs freed at once as these block
    each other for ever in some kernels (Linux 6.18), and with them everything that uses BPF.
    """
    enough = n + 100 <= lab.descriptors
    return {what: how for what, how in CONTENDERS.items() if enough or what != RESTORE}


def many_rules(lab: Lab, n: int, rounds: int) -> Section:
    contenders = able(lab, n)
    times = {what: Row(what, "ms", 1) for what in contenders}
    peaks = {what: Row(what + ": peak memory", "MiB", 1) for what in contenders}
    for _ in range(rounds):
        # A namespace each: the kernel checks all rules of a namespace at every commit.
        names = lab.customers(len(contenders))
        for what, name in zip(contenders, names):
            argv, inside = contenders[what](lab, name, n)
            cost = lab.run(argv, name if inside else None)
            times[what].add_round([cost.ms])
            peaks[what].add_round([cost.peak_mib])
        lab.drop(names)
    base = "nft -f, native rules"
    if n == 10_000:
        times["mfwctl -f"].goals.append(Goal(base, "10 000 rules by mfwctl -f", 0.6))
    if n == 100_000:
        goal = Goal(base + ": peak memory", "memory for 100 000 rules", 0.5)
        peaks["mfwctl -f"].goals.append(goal)
    return Section(
        f"{n:,} rules at once".replace(",", " "),
        [*times.values(), *peaks.values()],
        [base],
        "A process each, in new namespaces, in turns; peak memory is the process's resident set."
        + (
            ""
            if contenders == CONTENDERS
            else f"\n{RESTORE} may not open a descriptor for each."
        ),
    )


# ---- many namespaces ----


def many_namespaces(lab: Lab, quick: bool) -> Section:
    names = lab.customers(NAMESPACES)
    ours = Row("mfwctl -f, all namespaces", "us", 1000 / NAMESPACES)
    nft = Row("nsenter nft -f", "us", 1000)
    lines = [f"add table inet native; add chain inet native {CHAIN}"]
    lines += [f"add rule inet native {CHAIN} {NFT_RULE}"] * RULES_EACH
    native = lab.file("nft", lines)
    for i in range(2 if quick else 5):
        refs = [f"n{i}-{j}" for j in range(RULES_EACH)]
        lines = [mfwctl_line(name, ref) for name in names for ref in refs]
        ours.add_round([lab.run([lab.mfwctl, "-f", lab.file("mfwctl", lines)]).ms])
        sample = names[i * 20 : i * 20 + 20]
        argv = [
            ["nsenter", f"--net=/run/netns/{name}", "nft", "-f", native]
            for name in sample
        ]
        nft.add_round([lab.run(words).ms for words in argv])
    lab.drop(names)
    return Section(
        f"{NAMESPACES} namespaces x {RULES_EACH} rules: per namespace",
        [ours, nft],
        ["nsenter nft -f"],
        "One mfwctl process for all of them, divided by their number; one nft process for each, in"
        " a sample of them.",
    )


# ---- system calls and bytes ----

CALL = re.compile(r"^\d+ +(\w+)\(")
SENT = re.compile(r"^\d+ +(?:<\.\.\. )?(?:sendmsg|sendto).*= (\d+)$")


def trace(lab: Lab, argv: list[str], inside: Optional[str]) -> tuple[int, int]:
    """System calls that a process makes, and bytes that it sends."""
    out = lab.scratch / "trace"
    lab.run(["strace", "-f", "-qq", "-s", "0", "-o", str(out), "--", *argv], inside)
    calls = sent = 0
    with out.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            calls += bool(CALL.match(line))
            found = SENT.match(line)
            sent += int(found[1]) if found else 0
    out.unlink()
    return calls, sent


def traced_rows(what: str, calls: float, sent: float) -> list[Row]:
    rows = [Row(what + ": system calls", "", 1), Row(what + ": bytes sent", "", 1)]
    rows[0].add_round([calls])
    rows[1].add_round([sent])
    return rows


def traces(lab: Lab) -> list[Section]:
    if not shutil.which("strace"):
        return []
    n = 10_000
    names = lab.customers(len(CONTENDERS))
    many: list[Row] = []
    for what, name in zip(CONTENDERS, names):
        argv, inside = CONTENDERS[what](lab, name, n)
        calls, sent = trace(lab, argv, name if inside else None)
        many += traced_rows(what, calls / n, sent / n)
    lab.drop(names)
    (name,) = lab.customers(1)
    prepare_others(lab, name)
    lab.adds(name, 1)
    nft = ["nft", f"add rule inet native {CHAIN} {NFT_RULE}"]
    one = [
        (
            "mfwctl rule add",
            [lab.mfwctl, "rule", "add", name, CHAIN, MATCH, "drop"],
            None,
        ),
        ("iptables-nft -A", ["iptables-nft", "-A", "INPUT", *IPTABLES_RULE], name),
        ("nft add rule", nft, name),
    ]
    single = [
        row
        for what, argv, inside in one
        for row in traced_rows(what, *trace(lab, argv, inside))
    ]
    return [
        Section("Per rule of 10 000 at once", many, [], "Traced once."),
        Section("One rule, the whole process", single, [], "Traced once."),
    ]


def play(lab: Lab, quick: bool) -> list[Section]:
    sections = [one_rule(lab, quick)]
    for n, rounds in (BULK_QUICK if quick else BULK).items():
        sections.append(many_rules(lab, n, rounds))
    sections.append(many_namespaces(lab, quick))
    return sections + traces(lab)
