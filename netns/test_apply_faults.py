# SPDX-License-Identifier: GPL-2.0-or-later
"""Rulesets when something fails: each namespace is old or new, it is said, and nothing is left."""

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import test_kill
from ctl import (
    Result,
    build_dir,
    mfwctl,
    mfwctl_path,
    refused,
    rules,
    run,
    same,
    true,
)
from scenario import Skip, at_least, length, no_left_overs, pins, takes
from strace import UNDER_STRACE
from test_apply import (
    STATE,
    X,
    Y,
    apply,
    customer,
    gone_after,
    guards,
    one,
    rule,
    ruleset,
    wait_until,
)

BPFFS = Path("/sys/fs/bpf")
# What the loader says when it cannot start the program.
NOT_STARTED = 127
WAYS: list[list[str]] = [[], ["--confirm", "30"]]


def with_fault(inject: str, *words: str, stdin: str | None = None) -> Result:
    """mfwctl with a fault in a call, as strace has it: CALL:error=NAME:when=N."""
    call = inject.split(":", 1)[0]
    what = ["-e", f"trace={call}", "-e", f"inject={inject}"]
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", *what, mfwctl_path("rel")]
    done = run([*strace, *words], None, stdin, UNDER_STRACE)
    if done.status != NOT_STARTED:
        true(done.status in (0, 1, 2), f"it ends by itself:\n{done}")
        true(not done.status or done.err or done.out, f"it says something:\n{done}")
    return done


def fails(done: Result, *says: str) -> None:
    same(done.status, 1, f"the exit status of\n{done}")
    for text in says:
        true(re.search(text, done.err), f"/{text}/ in\n{done}")


def host() -> list[str]:
    """What an apply that came to nothing must leave as it was."""
    found = [p for p in STATE.rglob("*") if p.is_file()]
    for place in (Path("/run/mfw/customers"), Path("/run/netns")):
        found += place.iterdir() if place.exists() else []
    return sorted(map(str, [*found, *pins(), *guards()]))


@contextmanager
def nothing_comes_of_it() -> Iterator[None]:
    """Host and rules are the same after it."""
    before, saved = host(), mfwctl("save").out
    yield
    after = host()
    same([p for p in after if p not in before], [], "what has come")
    same([p for p in before if p not in after], [], "what has gone")
    same(mfwctl("save").out, saved, "rules")


def two(match: str) -> str:
    return ruleset(*(customer(n, rule("x", match, "drop")) for n in ("acme", "globex")))


@contextmanager
def two_customers() -> Iterator[None]:
    with gone_after("acme", "globex"):
        apply(two(X))
        yield


# ---- a fault in any call ----

CALLS = {
    "bpf": ("ENOMEM", "ENOSPC", "EACCES"),
    "sendmsg": ("ENOBUFS", "EMSGSIZE"),
    "sendto": ("ENOMEM",),
    "link": ("ENOSPC", "EROFS"),
    "unlink": ("EROFS",),
    "mkdir": ("ENOSPC", "EROFS"),
    "rename": ("EIO", "ENOSPC"),
    "write": ("ENOSPC", "EDQUOT"),
    "syncfs": ("EIO",),
    "flock": ("EINTR", "ENOLCK"),
    "socket": ("EMFILE",),
    "ftruncate": ("ENOSPC",),
    "fcntl": ("EMFILE",),
    "openat": ("EMFILE", "ENOMEM"),
    "newfstatat": ("ENOMEM",),
}


def chosen(points: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """A few in a quick run, every eighth in a full one."""
    some = {"quick": 6, "full": len(points) // 8, "long": len(points)}[length()]
    return [points[i * (len(points) - 1) // (some - 1)] for i in range(some)]


def check_parts(
    done: Result, old: dict[str, str], new: dict[str, str], what: str
) -> None:
    for part, found in test_kill.each_part().items():
        wanted = (old[part], new[part]) if done.status else (new[part],)
        true(found in wanted, f"{what}: {part}: {found}\n{done}")


@takes(60)
def test_any_call() -> None:
    """Each system call of an apply fails once: parts are old or new, and the next apply mends"""
    [case] = [case for case in test_kill.CASES if case.name == "apply"]
    case.set_up()
    every = test_kill.points_of(",".join(CALLS), case.words)
    new = test_kill.each_part()
    case.clean_up()
    case.set_up()
    old = test_kill.each_part()
    case.clean_up()
    for call, n in chosen(every):
        for error in CALLS[call] if at_least("long") else CALLS[call][:1]:
            what = f"{call} {n}: {error}"
            case.set_up()
            done = with_fault(f"{call}:error={error}:when={n}", *case.words)
            check_parts(done, old, new, what)
            test_kill.ctl(*case.words)
            same(test_kill.each_part(), new, f"{what}, and again")
            drift = test_kill.ctl("verify", test_kill.AFTER)
            same(drift, "all is as the ruleset says\n", what)
            case.clean_up()
            no_left_overs()


# ---- transactions ----


def test_new_customers() -> None:
    """A new customer whose transaction fails is not there; another one is done"""
    mfwctl("customer", "list")
    with gone_after("acme", "globex"):
        fault = "sendmsg:error=ENOBUFS:when=1"
        words = ["apply", "--jobs", "1", "-"]
        with nothing_comes_of_it():
            done = with_fault(fault, *words, stdin=one(X))
            fails(done, "customer acme: .*net.core.wmem_max.*smaller steps")
            true("nothing has changed" in done.out, f"{done}")
            fails(with_fault(fault, *words, "--confirm", "30", stdin=one(X)), "acme")
            refused("confirm", says="no apply waits")
            mfwctl("rollback", status=None)
        done = with_fault(fault, *words, "--json", stdin=two(X))
        same(done.status, 1, "exit status")
        acme, globex = done.json()["customers"]
        true("error" in acme and "error" not in globex, f"{done}")
        same((acme["changed"], globex["changed"]), (False, True), "changed")
        names = [c["name"] for c in json.loads(mfwctl("save").out)["customers"]]
        same(names, ["globex"], "customers")
        apply(two(X))
        mfwctl("verify", "-", stdin=two(X))


def test_lists_before_a_failure() -> None:
    """Lists that were changed before a transaction failed can be gone back to, and it is said"""
    fault = "sendmsg:error=ENOBUFS:when=1"

    def text(match: str, entry: str) -> str:
        match = f"{match} and not ip.src in $mine"
        return ruleset(
            customer("acme", rule("x", match, "drop"), lists={"mine": [entry]})
        )

    with gone_after("acme"):
        apply(text(X, "192.0.2.1"))
        saved = mfwctl("save").out
        done = with_fault(fault, "apply", "-", stdin=text(Y, "192.0.2.2"))
        fails(done, "customer acme: ")
        true("failed in part" in done.out, f"{done}")
        true("nothing has changed" not in done.out, f"{done}")
        true("192.0.2.2" in mfwctl("save").out, "the list was changed")
        mfwctl("rollback")
        same(mfwctl("save").out, saved, "gone back to")


def test_made_since() -> None:
    """What somebody makes after an apply failed to make it stays with a rollback"""
    fault = "sendmsg:error=ENOBUFS:when=1"
    acme = customer("acme", rule("x", "ip.src in $l", "drop"), lists={"l": []})
    text = ruleset(acme, customer("globex", rule("x", X, "drop")))
    with gone_after("acme", "globex"):
        fails(with_fault(fault, "apply", "--jobs", "1", "-", stdin=text), "acme")
        mfwctl("customer", "add", "acme")
        mfwctl("rollback")
        listed = mfwctl("customer", "list").out
        true("acme" in listed and "globex" not in listed, listed)
        fails(with_fault(fault, "apply", "--jobs", "1", "-", stdin=text), "acme")
        mfwctl("list", "set", "acme", "l", "192.0.2.1")
        saved = mfwctl("save", "acme").out
        mfwctl("rollback")
        same(mfwctl("save", "acme").out, saved, "acme")
        mfwctl("list", "drop", "acme", "l")
        saved = mfwctl("save").out
        apply(text)
        fails(with_fault(fault, "rollback"), "acme")
        mfwctl("rollback")
        same(mfwctl("save").out, saved, "at the second attempt")


def test_new_customer_with_lists() -> None:
    """Of a new customer that cannot be prepared, its lists' files go, too"""
    mfwctl("customer", "list")
    whole = customer("acme", rule("x", "ip.src in $mine", "drop"), lists={"mine": []})
    with nothing_comes_of_it():
        done = with_fault(
            "link:error=ENOSPC:when=1", "apply", "-", stdin=ruleset(whole)
        )
        fails(done, "No space left")
    true(not Path("/run/mfw/lock/lists-acme").exists(), "its lists' lock")


def unprivileged(script: str, text: str) -> Result:
    """A shell that is root in a user namespace of its own only; $mfwctl runs mfwctl."""
    places = "mount -t tmpfs -o mode=0755 t /run; mount -t tmpfs -o mode=0700 t /var/lib/mfw;"
    shell = ["sh", "-c", f"mfwctl={mfwctl_path('rel')}; {places} {script}"]
    return run(["unshare", "--user", "--map-root-user", "--mount", *shell], None, text)


@takes(3)
def test_too_large() -> None:
    """More than a socket may send, where that limit binds: refused as a whole, with what helps"""
    limit = int(Path("/proc/sys/net/core/wmem_max").read_text())
    if run(["unshare", "--user", "--map-root-user", "true"], None).status:
        raise Skip("user namespaces are not allowed here")
    # A rule takes more than 120 bytes, and the kernel doubles what it is asked for.
    some = [rule(f"r{i}", "true", "drop") for i in range(limit // 60)]
    text = ruleset(customer("acme", *some))
    done = unprivileged("$mfwctl apply -; echo $?; $mfwctl customer list --json", text)
    true("net.core.wmem_max" in done.err, f"{done}")
    true("\n1\n" in done.out and "acme" not in done.out.split("\n1\n")[1], f"{done}")
    done = unprivileged("$mfwctl apply -; echo $?", one("true"))
    true("1 rule added" in done.out and "\n0\n" in done.out, f"{done}")


@takes(20, "full")
def test_large() -> None:
    """20 000 rules with the longest log prefix and comment are one transaction"""
    more = {"comment": "c" * 128}
    action = f'log prefix "{"p" * 127}" drop'
    some = [rule(f"r{i}", X, action, **more) for i in range(20_000)]
    text = ruleset(customer("acme", *some))
    with gone_after("acme"):
        apply(text)
        shown = mfwctl("rule", "list", "acme").out
        same(shown.count("p" * 127), 20_000, "rules")


# ---- where programs are pinned ----


def remount(where: Path, how: str) -> None:
    run(["mount", "-o", f"remount,{how}", str(where)], 0)


def test_bpffs_read_only() -> None:
    """A bpffs that cannot be written: nothing is changed, the message has the command that helps"""
    with two_customers():
        for words in (*WAYS, ["--check"]):
            with nothing_comes_of_it():
                remount(BPFFS, "ro")
                refused("apply", *words, "-", says="remount,rw", stdin=two(Y))
                remount(BPFFS, "rw")
        apply(two(Y))


def test_bpffs_blocked() -> None:
    """Something else stands where pins are to be: it is named, and stays"""
    for name in ("mfw", "mfw/prog", "mfw/customer"):
        path = BPFFS / name
        with gone_after("acme"):
            run(["find", str(BPFFS / "mfw"), "-mindepth", "0", "-delete"], None)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.symlink_to("elsewhere")
            mfwctl("customer", "list")
            before = host()
            refused("apply", "-", says=f"{path} is not a directory", stdin=one(X))
            same([p for p in host() if p not in before], [], "what was left")
            path.unlink()
            apply(one(X))


# ---- limits ----


def limited(limit: str, *words: str, stdin: str) -> Result:
    return run(["prlimit", limit, mfwctl_path("rel"), *words], None, stdin)


def hundred(match: str) -> str:
    return ruleset(*(customer(f"c{i}", rule("x", match, "drop")) for i in range(100)))


@contextmanager
def one_build() -> Iterator[None]:
    """Of two builds' matchers the same expression is another program: all commands are of one."""
    before = os.environ.get("MFW_BUILD_SAN")
    os.environ["MFW_BUILD_SAN"] = str(build_dir("rel"))
    try:
        yield
    finally:
        del os.environ["MFW_BUILD_SAN"]
        if before is not None:
            os.environ["MFW_BUILD_SAN"] = before


@contextmanager
def hundred_customers() -> Iterator[None]:
    with one_build(), gone_after(*(f"c{i}" for i in range(100))):
        apply(hundred(X))
        yield


@takes(5)
def test_limits() -> None:
    """Few descriptors, little memory: 100 customers are all old or all new, and it is said why"""
    with hundred_customers():
        for n in (16, 64, 110):
            with nothing_comes_of_it():
                done = limited(f"--nofile={n}", "apply", "-", stdin=hundred(Y))
                fails(done, "Too many open files", r"ulimit -n")
        sizes = range(4, 14) if at_least("full") else (6, 8)
        for size in sizes:
            done = limited(f"--as={size << 20}", "apply", "-", stdin=hundred(Y))
            if done.status in (NOT_STARTED, -11) and size < 8:
                continue
            true(
                not done.status or re.search("memory|unavailable", done.err),
                f"{size} MiB:\n{done}",
            )
            now = mfwctl("verify", "-", stdin=hundred(Y if not done.status else X))
            same(now.out, "all is as the ruleset says\n", f"{size} MiB:\n{done}")
            apply(hundred(X))
        limited("--memlock=0", "apply", "-", stdin=hundred(Y))
        mfwctl("verify", "-", stdin=hundred(Y))


# ---- where things are kept ----


def keep_free(pages: int) -> None:
    """The state directory becomes a filesystem with room for so many more pages."""
    filler = STATE / "filler"
    filler.unlink(missing_ok=True)
    with filler.open("wb", buffering=0) as f:
        try:
            while f.write(bytes(4096)):
                pass
        except OSError:
            pass
        f.truncate(f.tell() - 4096 * pages)


def kept_small(check: Callable[[], None]) -> None:
    run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=0700", "t", str(STATE)], 0)
    try:
        check()
    finally:
        run(["umount", str(STATE)], 0)


def check_full() -> None:
    """The history takes one page, and what is good one for each customer."""
    with two_customers():
        for pages, status in ((0, 1), (1, 1), (2, 1), (3, 0)):
            keep_free(pages)
            done = mfwctl("apply", "-", stdin=two(Y), status=status)
            if not pages:
                fails(done, "nothing has been changed: .*No space left", "MFW_STATE")
            elif status:
                fails(done, "applied, but the next boot", "No space left")
            mfwctl("verify", "-", stdin=two(Y if pages else X))
            same(list(STATE.rglob("*.new")), [], "files that are left over")
            keep_free(20)
            apply(two(Y))
            true("plugh" in (STATE / "good/globex.json").read_text(), "good")
            apply(two(X))


def check_full_confirm() -> None:
    with two_customers():
        for pages in (0, 1):
            keep_free(pages)
            with nothing_comes_of_it():
                done = mfwctl("apply", "--confirm", "30", "-", stdin=two(Y), status=1)
                fails(done, "No space left")
        keep_free(20)
        apply(two(Y), "--confirm", "30")
        mfwctl("confirm")


def check_read_only() -> None:
    with two_customers():
        remount(STATE, "ro")
        for words in WAYS:
            with nothing_comes_of_it():
                refused("apply", *words, "-", says="Read-only", stdin=two(Y))
        remount(STATE, "rw")
        apply(two(Y))
        apply(two(X), "--confirm", "3")
        remount(STATE, "ro")
        refused("confirm", says="Read-only")
        wait_until(lambda: not guards(), "the guard's end")
        mfwctl("verify", "-", stdin=two(Y))
        done = mfwctl("rule", "add", "acme", "edge", "--ref", "hand", X, "drop")
        true("cannot be written" in done.err, f"{done}")
        same(len(rules("acme", "edge")), 2, "rules, with one made by hand")
        remount(STATE, "rw")
        mfwctl("customer", "list")
        mfwctl("verify", "-", stdin=two(Y))


def test_state_full() -> None:
    """A full /var/lib/mfw: either nothing is changed, or all is, and the next boot is spoken of"""
    kept_small(check_full)


def test_state_full_confirm() -> None:
    """With --confirm nothing is changed unless the way back has been written"""
    kept_small(check_full_confirm)


def test_state_read_only() -> None:
    """A read-only /var/lib/mfw: nothing is changed"""
    kept_small(check_read_only)


def test_guard_fails() -> None:
    """A guard that cannot be started: nothing is changed, and nothing waits"""
    with two_customers():
        for fault in ("clone:error=EAGAIN:when=1", "execve:error=ENOMEM:when=1"):
            with nothing_comes_of_it():
                words = ["apply", "--jobs", "1", "--confirm", "30", "-"]
                done = with_fault(fault, *words, stdin=two(Y))
                fails(done, "cannot start the process .*nothing has been changed")


def test_guard_unheard() -> None:
    """Who ignores his children, and has no standard streams, has a guard that takes back"""
    with two_customers():
        saved = mfwctl("save").out
        ignoring = ["env", "--ignore-signal=CHLD", mfwctl_path("rel")]
        words = [*ignoring, "apply", "--confirm", "1", "-"]
        run(words, 0, stdin=two(Y))
        wait_until(lambda: mfwctl("save").out == saved, "taken back")
        Path("/run/two.json").write_text(two(Y))
        words[-1] = "/run/two.json"
        run(["sh", "-c", '"$@" <&- >&- 2>&-', "sh", *words], 1)
        true(mfwctl("save").out != saved, "applied")
        wait_until(lambda: mfwctl("save").out == saved, "taken back")


# ---- namespaces ----


@contextmanager
def held_up(*words: str, stdin: str) -> Iterator[list[Result]]:
    """An apply that waits for two seconds before it sends; its result is there in the end."""
    entries = len(list((STATE / "history").glob("*.json")))
    what = ["-e", "trace=sendmsg", "-e", "inject=sendmsg:delay_enter=2s:when=1"]
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", *what, mfwctl_path("rel")]
    result: list[Result] = []
    with subprocess.Popen(
        [*strace, "apply", "--jobs", "1", *words, "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin
        running.stdin.write(stdin)
        running.stdin.close()
        running.stdin = None
        wait_until(
            lambda: len(list((STATE / "history").glob("*.json"))) > entries,
            "all is looked at and prepared",
        )
        yield result
        out, err = running.communicate(timeout=60)
    result.append(Result(" ".join(words), running.returncode, out, err))


@takes(15, "full")
def test_namespaces_go() -> None:
    """Of 100 customers 3 namespaces go in the middle of an apply: 97 are done, it says which not"""
    with hundred_customers():
        with held_up(stdin=hundred(Y)) as result:
            for name in ("c3", "c50"):
                run(["ip", "netns", "del", name], 0)
            run(["ip", "netns", "del", "c99"], 0)
            run(["ip", "netns", "add", "c99"], 0)
        [done] = result
        fails(
            done, *(f"customer {n}: .*mfwctl customer del {n}" for n in ("c3", "c50"))
        )
        fails(done, "c99: .*another namespace", "is gone")
        true("97 of 100 customers changed" in done.out, f"{done}")
        drift = mfwctl("verify", "-", stdin=hundred(Y), status=3)
        found = [line.split(":")[0] for line in drift.out.splitlines()]
        same(found, ["c3", "c50", "c99"], "customers that differ")
        for name in ("c3", "c50", "c99"):
            mfwctl("customer", "del", name)
        run(["ip", "netns", "del", "c99"], 0)
        apply(hundred(X))
        with held_up("--json", "--confirm", "3", stdin=hundred(Y)) as result:
            run(["ip", "netns", "del", "c7"], 0)
        [done] = result
        same(done.status, 1, "exit status")
        failed = [c["name"] for c in done.json()["customers"] if "error" in c]
        same(failed, ["c7"], "customers with an error")
        # strace waits for the guard.
        drift = mfwctl("verify", "-", stdin=hundred(X), status=3)
        found = [line.split(":")[0] for line in drift.out.splitlines()]
        same(found, ["c7"], "customers that differ when it has been taken back")


# ---- files ----


def large_files(size: int) -> Iterator[tuple[str, str, str]]:
    """Names, texts of that size, and what their refusals say."""
    begin = '{"version": 1, "customers": [{"name": '
    flat = begin + '"acme", "chains": [{"name": "edge", "rules": [{"ref": "x", '
    match = flat + '"action": "drop", "match": "'
    yield "name.json", begin + '"' + "a" * size, "this text has no end"
    yield "match.json", match + "a" * size + '"}]}]}]}', "65536 bytes"
    yield "nest.json", "[" * size, "nested deeper"
    yield "blank.json", " " * size, "file is empty"
    yield "digits.json", '{"version": ' + "1" * size + "}", "whole number"
    yield "keys.json", "{" + '"k": 1, ' * (size // 8) + '"k": 1}', 'no key "k"'
    yield "text.yaml", "version: 1\ncustomers:\n- name: " + "a" * size, "63 are poss"
    yield "nest.yaml", "- " * (size // 2), "nested deeper"
    yield "comment.yaml", "#" * size, "is nothing"
    yield "anchors.yaml", "version: 1\nx:\n" + "- &a x\n" * (size // 7), "no key"


def laughs() -> str:
    """Aliases of aliases: 9 to the power of 9 texts, if one did as they say."""
    lines = ['a: &a ["x", "x", "x", "x", "x", "x", "x", "x", "x"]']
    for before, name in zip("abcdefgh", "bcdefghi"):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
    return "\n".join(lines)


def refused_within(path: Path, memory: int, says: str) -> None:
    """An apply of the file is refused, for what it is, with so much memory, in half a minute."""
    command = ["timeout", "30", "prlimit", f"--as={memory}", mfwctl_path("rel")]
    done = run([*command, "apply", str(path)], 2)
    true(says in done.err, f"{says!r} in {done.err[:1000]}")


@takes(20)
def test_files_large() -> None:
    """Files of 100 MB that are nonsense are refused in seconds, for a few times that of memory"""
    size = 100 << 20 if at_least("long") else 16 << 20 if at_least("full") else 4 << 20
    with TemporaryDirectory(dir="/run") as directory:
        path = Path(directory)
        for name, text, says in large_files(size):
            (path / name).write_text(text)
            refused_within(path / name, 5 * size + (16 << 20), says)
            (path / name).unlink()
        (path / "laughs.yaml").write_text(laughs())
        refused_within(path / "laughs.yaml", 16 << 20, "no aliases")
    refused_within(Path("/dev/zero"), 600 << 20, "256 MiB")


@takes(20, "long")
def test_files_too_many_rules() -> None:
    """A million rules is the limit, and one more is refused"""
    text = one("true")
    [at] = re.findall(r"\{[^{}]*\"ref\"[^{}]*\}", text)
    some = ",".join(at.replace('"x"', f'"r{i}"', 1) for i in range(1_000_001))
    with TemporaryDirectory(dir="/run") as directory:
        path = Path(directory, "many.json")
        path.write_text(text.replace(at, some))
        refused_within(path, 1 << 30, "more than 1000000 rules")


def test_files_odd() -> None:
    """No files: a directory, a pipe, nothing, a loop of links; a pipe with a ruleset is as good"""
    with TemporaryDirectory(dir="/run") as directory, gone_after("acme"):
        path = Path(directory)
        for where, says in (
            (path / "none", "No such file"),
            (path, "has no ruleset"),
            (Path("/dev/null"), "file is empty"),
        ):
            refused("apply", str(where), says=says, status=2)
        os.mkfifo(path / "pipe.json")
        refused("apply", directory, says="pipe.json is no file", status=2)
        with subprocess.Popen(
            [mfwctl_path(), "apply", str(path / "pipe.json")]
        ) as process:
            (path / "pipe.json").write_text(one(X))
        same(process.returncode, 0, "from a pipe")
        (path / "pipe.json").unlink()
        (path / "sub.json").mkdir()
        refused("apply", directory, says="sub.json is no file", status=2)
        (path / "sub.json").rmdir()
        (path / "loop.json").symlink_to("loop.json")
        refused("apply", directory, says="symbolic links", status=2)
        (path / "loop.json").unlink()
        for name in ("1.json", "2.json"):
            (path / name).write_text(one(Y))
        refused("apply", directory, says="already, in .*1.json, line 1", status=2)
        mfwctl("verify", "-", stdin=one(X))


@takes(3)
def test_file_grows() -> None:
    """A file that somebody still writes ends where it ended when it was read"""
    with TemporaryDirectory(dir="/run") as directory:
        path = Path(directory, "grows.json")
        script = f'i=0; while [ $i -lt 20 ]; do echo "   "; sleep 0.02; i=$((i+1)); done >{path}'
        with subprocess.Popen(["sh", "-c", script]):
            wait_until(path.exists, "it is there")
            for _ in range(5):
                refused("apply", str(path), says="empty", status=2)
