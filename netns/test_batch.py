# SPDX-License-Identifier: GPL-2.0-or-later
"""Many at once: rules of one batch, several customers, several processes."""

import fcntl
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ctl import PROJECT, mfwctl, mfwctl_path, refused, rules, run, same, true
from lab import Lab
from scenario import Skip, chain, customers, nft_list, no_left_overs, pins, takes
from strace import (
    NFT_DELRULE,
    NFT_DELTABLE,
    NFT_NEWTABLE,
    sent_by,
    sizes_sent,
)

X = 'suffix(bytes="xyzzy")'


def lines(customer: str, count: int, first: int = 0) -> str:
    return "".join(
        f"rule add {customer} edge --ref n{i} '{X}' drop\n"
        for i in range(first, first + count)
    )


@takes(8, "full")
def test_ten_thousand() -> None:
    """10 000 rules of one -f are one transaction, sent by one sendmsg"""
    with customers("acme"):
        chain("acme")
        text = lines("acme", 10000)
        large = [n for n in sizes_sent([mfwctl_path(), "-f", "-"], text) if n > 10000]
        same(len(large), 1, "large messages that are sent")
        true(large[0] > 10000 * 528, f"it has all the rules: {large[0]} bytes")
        found = rules("acme", "edge")
        same(
            [rule["ref"] for rule in found], [f"n{i}" for i in range(10000)], "in order"
        )
        same(len(pins()), 2, "pins")
        refused("-f", "-", says="already", stdin=lines("acme", 3, 9999))
        same(len(rules("acme", "edge")), 10000, "rules after a failure")


def test_several_customers() -> None:
    """One -f for several customers: one transaction for each, in the order of the file"""
    names = ["acme", "globex", "initech"]
    with customers(*names):
        text = "# several\n\n"
        for name in names:
            text += f"chain add {name} edge --hook forward --priority 0\n"
        for i in range(9):
            text += lines(names[i % 3], 1, i)
        trace = sent_by([mfwctl_path(), "-f", "-"], stdin=text)
        same(len(trace.batches()), 3, "transactions")
        for k, name in enumerate(names):
            refs = [rule["ref"] for rule in rules(name, "edge")]
            same(refs, [f"n{i}" for i in range(9) if i % 3 == k], name)


def test_error_sends_nothing() -> None:
    """An error in line 7 of a file for two customers: nothing is sent to either"""
    with customers("acme", "globex"):
        chain("acme")
        chain("globex")
        before = nft_list("acme"), nft_list("globex"), pins()
        text = (
            lines("acme", 3)
            + lines("globex", 3)
            + lines("acme", 1, 2)
            + lines("acme", 2, 7)
        )
        refused("-f", "-", says="already", stdin=text)
        error = mfwctl("--json", "-f", "-", status=1, stdin=text).json()["error"]
        same(error["place"]["line"], 7, "line")
        same((nft_list("acme"), nft_list("globex"), pins()), before, "state")
        path = "/run/lines"
        Path(path).write_text(text)
        done = mfwctl("-f", path, status=1)
        true(f"{path}:7:" in done.err, f"the place:\n{done}")


def test_batch_mixed() -> None:
    """Every kind of step in one file, each seeing those before it"""
    with customers("acme"), Lab("acme") as lab:
        mfwctl(
            "-f",
            "-",
            stdin=f"""
chain add acme edge --hook forward --priority 0
chain add acme side
rule add acme edge --ref a '{X}' drop
rule insert acme edge --ref b 'not {X}' jump side
rule add acme side --ref c 'suffix(bytes="stop")' drop
rule add acme side --ref d true continue
rule move acme edge a --before b
rule replace acme edge a --action continue --comment 'a comment; with "things"'
rule mode acme side d monitor
rule add acme edge --ref e true accept
rule del acme edge e
chain set acme edge --policy drop
chain set acme edge --policy accept
""",
        )
        same([rule["ref"] for rule in rules("acme", "edge")], ["a", "b"], "edge")
        same([rule["ref"] for rule in rules("acme", "side")], ["c", "d"], "side")
        same(rules("acme", "edge")[0]["comment"], 'a comment; with "things"', "comment")
        probes = [lab.probe(b"xyzzy"), lab.probe(b"stop"), lab.probe(b"go")]
        same(lab.send(probes), [True, False, True], "arrived")


def test_parallel_customers() -> None:
    """Several processes at once, each on a customer of its own, with one shared program"""
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    names = [f"c{i}" for i in range(6)]
    with customers(*names):
        for name in names:
            chain(name)
        failures: list[str] = []

        def work(name: str) -> None:
            try:
                for i in range(8):
                    mfwctl("rule", "add", name, "edge", "--ref", f"r{i}", X, "drop")
                    mfwctl("rule", "del", name, "edge", f"r{i}")
                mfwctl("rule", "add", name, "edge", "--ref", "last", X, "drop")
            except Exception as why:  # to be shown by the thread that started this one
                failures.append(str(why))

        threads = [threading.Thread(target=work, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        same(failures, [], "failures")
        for name in names:
            same([rule["ref"] for rule in rules(name, "edge")], ["last"], name)
        same(len(pins()), len(names) + 1, "pins")
        same(
            len({rules(name, "edge")[0]["program"]["id"] for name in names}),
            1,
            "programs",
        )


def test_parallel_one() -> None:
    """Several processes at once on one customer: one after the other, none lost"""
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    with customers("acme"):
        chain("acme")
        words = [mfwctl_path(), "rule", "add", "acme", "edge", X, "drop", "--ref"]
        running = [
            subprocess.Popen([*words, f"r{i}"], stdin=subprocess.DEVNULL)
            for i in range(12)
        ]
        same([process.wait() for process in running], [0] * 12, "exit statuses")
        refs = sorted(rule["ref"] for rule in rules("acme", "edge"))
        same(refs, sorted(f"r{i}" for i in range(12)), "rules")


def test_lock() -> None:
    """Who waits too long for another change is told who holds it"""
    with customers("acme"):
        chain("acme")
        lock = open("/run/mfw/lock/customer-acme", "r+")
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("somebody (pid 4711)")
        lock.flush()
        add = ["--wait", "0", "rule", "add", "acme", "edge", X, "drop"]
        kind = refused(*add, says=r"somebody \(pid 4711\)")
        same(kind, "lock.busy", "kind")
        same(rules("acme", "edge"), [], "what reads needs no lock")
        mfwctl("customer", "add", "globex")
        mfwctl("customer", "del", "globex")
        lock.close()
        mfwctl("rule", "add", "acme", "edge", X, "drop")


@contextmanager
def disturbed(netns: str) -> Iterator[None]:
    """Somebody changes the namespace's rules all the time, some hundred times a second."""
    script = "while sleep 0.005; do echo 'add table inet noise; delete table inet noise'; done"
    noise = subprocess.Popen(
        ["ip", "netns", "exec", netns, "sh", "-c", f"{script} | nft -i"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(noise.pid, signal.SIGKILL)
        noise.wait()


@takes(4)
def test_changed_between() -> None:
    """While others change the namespace all the time, each change of ours is whole"""
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    with customers("acme"):
        chain("acme")
        with disturbed("acme"):
            done = [
                mfwctl("rule", "add", "acme", "edge", X, "drop", status=None)
                for _ in range(12)
            ]
        good = sum(1 for result in done if not result.status)
        same(len(rules("acme", "edge")), good, "as many rules as successes")
        for result in done:
            true(not result.status or "other programs" in result.err, f"{result}")
        true(good > 0, f"none came through: {done[0]}")


def test_programs_freed() -> None:
    """After many programs and rules of two customers no program and no pin is left"""
    with customers("acme", "globex"):
        names = "acme", "globex"
        text = "".join(f"chain add {name} edge\n" for name in names)
        for i in range(20):
            for name in names:
                text += (
                    f"rule add {name} edge --ref n{i} 'suffix(bytes=\"{i}\")' drop\n"
                )
        mfwctl("-f", "-", stdin=text)
        same(len(pins()), 60, "pins")
        ids = {rule["program"]["id"] for name in names for rule in rules(name, "edge")}
        same(len(ids), 20, "programs")
        text = "".join(
            f"rule del {name} edge n{i}\n" for i in range(20) for name in names
        )
        mfwctl("-f", "-", stdin=text)
        same(pins(), [], "pins")
    # The kernel frees them a moment later, but it does; nobody else may have got their ids.
    left = ids
    for _ in range(600):
        left = {
            i
            for i in left
            if not run(["bpftool", "prog", "show", "id", str(i)], None).status
        }
        if not left:
            return
        run(["sleep", "0.1"])
    same(left, set(), "programs that are still loaded")


OWN = "--bytecode '1,6 0 0 1'"  # each rule has a program of its own


def own_lines(count: int, first: int) -> str:
    return "".join(
        f"rule add acme edge --ref n{i} {OWN} drop\n"
        for i in range(first, first + count)
    )


@takes(4)
def test_own_programs() -> None:
    """Programs of bytecode rules: no more than the kernel can free at once; del in portions"""
    mfwctl("customer", "add", "acme")
    chain("acme")
    mfwctl("-f", "-", stdin=own_lines(200, 0))
    refused("-f", "-", says="at most 256", stdin=own_lines(257, 200))
    mfwctl("-f", "-", stdin=own_lines(80, 200))
    refused("chain", "del", "acme", "edge", "--flush", says="removes 280 rules")
    same(len(rules("acme", "edge")), 280, "rules after a refusal")
    trace = sent_by([mfwctl_path("rel"), "customer", "del", "acme"])
    stop, portion, last = [list(batch.messages()) for batch in trace.batches()]
    same([kind for kind, _ in stop[1:-1]], [NFT_NEWTABLE], "out of force, all together")
    same([kind for kind, _ in portion[1:-1]], [NFT_DELRULE] * 256, "a portion")
    same([kind for kind, _ in last[1:-1]], [NFT_DELTABLE], "the rest")
    no_left_overs()


@takes(15, "full")
def test_valgrind() -> None:
    """The release build under valgrind: no error, no leak, no descriptor left open"""
    if run(["sh", "-c", "command -v valgrind"], None).status:
        raise Skip("valgrind is not installed")
    valgrind = [
        "valgrind",
        "-q",
        "--leak-check=full",
        "--track-fds=yes",
        "--error-exitcode=99",
    ]
    valgrind += ["--show-leak-kinds=definite,possible"]
    valgrind += [f"--suppressions={PROJECT / 'tests/valgrind.supp'}"]
    tool = mfwctl_path("rel")
    with customers("acme"):
        for status, words in (
            (
                0,
                [
                    "chain",
                    "add",
                    "acme",
                    "edge",
                    "--hook",
                    "forward",
                    "--priority",
                    "0",
                ],
            ),
            (0, ["rule", "add", "acme", "edge", "--ref", "a", X, "drop"]),
            (0, ["rule", "add", "acme", "edge", "--ref", "b", f"not {X}", "log drop"]),
            (0, ["rule", "move", "acme", "edge", "b", "--index", "0"]),
            (0, ["rule", "replace", "acme", "edge", "a", "true", "accept"]),
            (0, ["rule", "mode", "acme", "edge", "a", "monitor"]),
            (0, ["rule", "list", "acme"]),
            (0, ["--json", "rule", "list", "acme"]),
            (1, ["rule", "add", "acme", "edge", "--ref", "a", X, "drop"]),
            (2, ["rule", "add", "acme", "edge", "sufix()", "drop"]),
            (0, ["rule", "del", "acme", "edge", "a", "b"]),
            (0, ["matcher", "list"]),
            (0, ["doctor"]),
        ):
            env = {"LD_BIND_NOW": "1"}
            done = subprocess.run(
                [*valgrind, tool, *words],
                capture_output=True,
                text=True,
                env={**os.environ, **env},
                stdin=subprocess.DEVNULL,
                check=False,
            )
            same(done.returncode, status, f"{words}:\n{done.stderr}")
            own = [line for line in done.stderr.splitlines() if line.startswith("==")]
            left = [
                line for line in own if "Open file descriptor" in line or "lost" in line
            ]
            same(left, [], f"{words}")
