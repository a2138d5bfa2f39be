# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo: two customers, opposite rules, the same packets. Started by netns/demo."""

import os
import shlex
import subprocess
import sys
import textwrap

import ctl
import isolate
from lab import Lab
from packet import TCP, UDP

MATCH = 'suffix(bytes="xyzzy")'
RULES = {
    "acme": ("no-xyzzy", MATCH),
    "globex": ("only-xyzzy", f"not {MATCH}"),
}
PAYLOADS = [b"open sesame xyzzy", b"open sesame plugh", b"xyzzy comes first", b"yzzy"]
KINDS = [(4, UDP), (4, TCP), (6, UDP), (6, TCP)]

PICTURE = """\
                 +----------+   +--------+   +--------+
                 | internet |---|  acme  |---| origin |    packets are forwarded
                 +----------+   +--------+   +--------+    through the customer's
                 +----------+   +--------+   +--------+    network namespace
                 | internet |---| globex |---| origin |
                 +----------+   +--------+   +--------+    same addresses twice
"""


def coloured(code: str, text: str) -> str:
    return f"\033[{code}m{text}\033[0m" if sys.stdout.isatty() else text


def title(text: str) -> None:
    print(f"\n{coloured('1', text)}")


def wrapped(line: str) -> str:
    return textwrap.fill(line, 80, initial_indent="    ", subsequent_indent=" " * 6)


def shown(*words: str) -> None:
    """Runs mfwctl and prints the command, as one would type it, and what it says."""
    print(coloured("36", f"  $ {shlex.join(['mfwctl', *words])}"))
    out = ctl.mfwctl(*words, kind="rel").out
    for line in out.splitlines():
        print(wrapped(line) if len(line) > 76 else f"    {line}".rstrip())


def set_up() -> None:
    title("A matcher is one small eBPF program in C, bpf/suffix.bpf.c, with parameters")
    shown("matcher", "list")
    title("Two customers, opposite rules")
    for customer, (ref, match) in RULES.items():
        shown("customer", "add", customer)
        shown("chain", "add", customer, "edge", "--hook", "forward")
        shown("rule", "add", customer, "edge", "--ref", ref, match, "drop")


def expected(customer: str, payload: bytes) -> bool:
    return payload.endswith(b"xyzzy") == (customer == "globex")


def verdict(arrived: bool, wanted: bool) -> str:
    text = "arrived" if arrived else "dropped"
    if arrived == wanted:
        return coloured("32" if arrived else "33", f"{text:10}")
    return coloured("31;1", f"{text + ' (!)':10}")


def send_all(labs: dict[str, Lab]) -> list[tuple[str, bool, bool]]:
    """Sends everything through every customer: (customer, arrived, as it should)."""
    results = []
    print(f"  {'sent by internet':34}{'at origin: acme':>18}  {'globex':>8}")
    for payload in PAYLOADS:
        for version, protocol in KINDS:
            cells = []
            for customer, lab in labs.items():
                [arrived] = lab.send([lab.probe(payload, version, protocol)])
                wanted = expected(customer, payload)
                results.append((customer, arrived, arrived == wanted))
                cells.append(verdict(arrived, wanted))
            name = "UDP" if protocol == UDP else "TCP"
            text = f"IPv{version} {name}  {payload.decode()!r}"
            print(f"  {text:34}{'':11}{cells[0]} {cells[1]}")
    return results


def check_counters(results: list[tuple[str, bool, bool]]) -> bool:
    """Whether each rule has counted what did not arrive, and nothing else."""
    right = True
    for customer, (ref, _) in RULES.items():
        dropped = sum(
            1 for name, arrived, _ in results if name == customer and not arrived
        )
        counted = ctl.packets(customer, "edge")[ref]
        sign = "=" if counted == dropped else coloured("31;1", "but")
        print(
            f"  {customer}: {dropped} packets did not arrive {sign} {ref} counted {counted}"
        )
        right &= counted == dropped
    return right


def demo() -> int:
    print(coloured("1", "mfw: eBPF programs as matches in nftables chains\n"))
    print(PICTURE, end="")
    set_up()
    labs = {customer: Lab(customer) for customer in RULES}
    title("Real packets: what internet sent, and what came out at origin")
    results = send_all(labs)
    title("What the rules counted")
    shown("rule", "list")
    counters = check_counters(results)
    title("And away with it")
    for customer in RULES:
        labs[customer].close()
        shown("customer", "del", customer)
    good = sum(1 for _, _, right in results if right)
    print(f"\ndemo: {len(results)} packets sent, {good} as expected")
    return 0 if good == len(results) and counters else 1


def interruptible() -> int:
    """What the demo makes is in namespaces of this process, and goes with it in any case."""
    try:
        return demo()
    except KeyboardInterrupt:
        print("\ndemo: interrupted; everything is cleaned up", file=sys.stderr)
        return 130
    except (ctl.Failure, subprocess.CalledProcessError) as why:
        print(f"\ndemo: {why}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    os.environ["MFW_BUILD_SAN"] = str(ctl.build_dir("rel"))
    sys.exit(isolate.run(interruptible, cpu=min(os.sched_getaffinity(0))))
