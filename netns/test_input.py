# SPDX-License-Identifier: GPL-2.0-or-later
"""Bad input: each is refused with a sentence, as text and as JSON, and changes nothing."""

import os
import platform
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ctl import mfwctl, mfwctl_path, refused, run, same, true
from scenario import chain, customers, nft, nft_list, pins

X = 'suffix(bytes="xyzzy")'
ADD = ["rule", "add", "acme", "edge"]
LONG = "a" * 64
BAD_NAMES = (
    "a/b",
    "../a",
    "a.b",
    ".",
    "..",
    "",
    "a b",
    "a\nb",
    "a\x01b",
    "\u00e4",
    LONG,
)

# Programs that cannot be used, each for a reason of its own.
SOURCES = {
    "xdp": 'SEC("xdp") int one(struct xdp_md *c) { return 2; }',
    "two": 'SEC("socket") int one(struct __sk_buff *s) { return 0; }\n'
    'SEC("socket") int two(struct __sk_buff *s) { return 1; }',
    "none": "int helper(int a) { return a; }",
    "refused": 'SEC("socket") int one(struct __sk_buff *s) '
    "{ return *(volatile int *)(long)s->len; }",
    "one": 'SEC("socket") int one(struct __sk_buff *s) { return s->len > 100; }',
}


@contextmanager
def objects() -> Iterator[Path]:
    """A directory with an object for each of SOURCES."""
    headers = f"-I/usr/include/{platform.machine()}-linux-gnu"
    with TemporaryDirectory() as directory:
        for name, text in SOURCES.items():
            source = Path(directory, f"{name}.c")
            source.write_text(
                f"#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n{text}\n"
                'char LICENSE[] SEC("license") = "GPL";\n'
            )
            clang = ["clang", "-target", "bpf", "-mcpu=v3", "-g", "-O2", headers]
            run([*clang, "-c", str(source), "-o", f"{directory}/{name}.o"])
        yield Path(directory)


@contextmanager
def acme() -> Iterator[None]:
    """A customer with one rule, of which nothing may change."""
    with customers("acme"):
        chain("acme")
        mfwctl(*ADD, "--ref", "r", X, "drop")
        before = nft_list("acme"), pins()
        yield
        same((nft_list("acme"), pins()), before, "rules and pins")


def test_names() -> None:
    """Names of customers, chains and refs: no slash, dot, control character; not too long"""
    with acme():
        for name in BAD_NAMES:
            for words in (
                ["customer", "add", name],
                ["chain", "add", "acme", name],
                [*ADD, "--ref", name, X, "drop"],
                ["rule", "list", name],
                ["rule", "move", "acme", "edge", "r", "--before", name],
            ):
                refused(*words, says="", status=None)
                status = mfwctl(*words, status=None).status
                same(status, 2, f"exit status of {words}")
        same(sorted(os.listdir("/run/netns")), ["acme"], "namespaces")
        same(sorted(os.listdir("/run/mfw/customers")), ["acme"], "customers")


def test_unknown() -> None:
    """What is not there: the message says which command would make it, or what is near"""
    with acme():
        refused(
            "rule", "add", "acmee", "edge", X, "drop", says="mfwctl customer add acmee"
        )
        refused(
            "rule",
            "add",
            "acme",
            "edgee",
            X,
            "drop",
            says="mfwctl chain add acme edgee",
        )
        refused("rule", "del", "acme", "edge", "s", says="mfwctl rule list")
        refused("rule", "list", "acme", "nochain", says="no chain 'nochain'")
        refused("rule", "ad", says="add", status=2)
        refused("rul", says="rule", status=2)
        refused(*ADD, "--reff", "x", X, "drop", says="--ref", status=2)
        refused(*ADD, 'sufix(bytes="x")', "drop", says="suffix", status=2)
        refused(*ADD, 'suffix(byte="x")', "drop", says="bytes", status=2)
        refused(*ADD, X, "dropp", says="drop", status=2)


def test_expressions() -> None:
    """Expressions: syntax, types, ranges; with the place"""
    with acme():
        for text in (
            "suffix(",
            "suffix()",
            'suffix(bytes="")',
            f'suffix(bytes="{"x" * 65}")',
            "suffix(bytes=1)",
            'suffix(bytes="a", bytes="b")',
            "not",
            "",
            "true true",
            'suffix(bytes="\\q")',
            "\x01",
            "((((((((((true",
            "not " * 20000 + "true",
        ):
            kind = refused(*ADD, text, "drop", says="", status=2)
            true(
                kind.split(".")[0] in ("expr", "matcher", "value"),
                f"{text!r}: kind {kind}",
            )
        error = mfwctl("--json", *ADD, "not sufix()", "drop", status=2).json()["error"]
        same((error["place"]["line"], error["place"]["column"]), (1, 5), "place")
        text = mfwctl(*ADD, "not sufix()", "drop", status=2).err
        true("not sufix()\n" in text and "    ^^^^^" in text, f"carets:\n{text}")


def test_actions() -> None:
    """Actions: unknown words, bad numbers, bad order"""
    with acme():
        for action in (
            "",
            "drop drop",
            "jump",
            "jump a.b",
            "jump nowhere",
            "log",
            "log prefix drop",
            f"log prefix {'p' * 128} drop",
            "log group 65536 drop",
            "log group -1 drop",
            "limit rate 0/second drop",
            "limit rate 5/fortnight drop",
            "limit rate x drop",
            "drop log",
            "reject with",
            "reject with icmp nothing",
            "break",
        ):
            status = 1 if action == "jump nowhere" else 2
            refused(*ADD, X, *action.split(), says="", status=status)
        refused(*ADD, X, "reject with icmp host-unreachable", says="", status=None)


def test_bytecode() -> None:
    """Bytecode: what is no bytecode, and what the kernel's checker refuses"""
    with acme():
        for text in (
            "",
            "x",
            "1",
            "2,6 0 0 1",
            "1,6 0 0",
            "0,",
            "65," + ",".join(["6 0 0 1"] * 65),
            "1,6 0 0 4294967296",
            "1,6 256 0 1",
            "-1,6 0 0 1",
        ):
            refused(*ADD, "--bytecode", text, "drop", says="", status=2)
        for text in ("1,5 0 0 9", "1,0 0 0 0", "2,6 0 0 1,255 0 0 0"):
            refused(*ADD, "--bytecode", text, "drop", says="checker refuses")
        mfwctl(
            *ADD,
            "--ref",
            "most",
            "--bytecode",
            "64," + ",".join(["6 0 0 1"] * 64),
            "drop",
        )
        mfwctl("rule", "del", "acme", "edge", "most")


def test_pins() -> None:
    """--object-pinned: nothing there, no pin, a map, a program of another type"""
    with acme(), objects() as directory:
        run(
            [
                "bpftool",
                "prog",
                "load",
                f"{directory}/xdp.o",
                "/sys/fs/bpf/xdp",
                "type",
                "xdp",
            ]
        )
        run(
            [
                "bpftool",
                "map",
                "create",
                "/sys/fs/bpf/map",
                "type",
                "array",
                "key",
                "4",
                "value",
                "4",
                "entries",
                "1",
                "name",
                "m",
            ]
        )
        for path, says in (
            ("/sys/fs/bpf/nothing", "no pinned program"),
            ("/etc/passwd", "not a BPF pin"),
            ("/sys/fs/bpf", "."),
            ("/sys/fs/bpf/map", "map|not a program"),
            ("/sys/fs/bpf/xdp", "socket"),
            ("/nowhere/at/all", "no pinned program"),
            ("", "."),
            ("x" * 5000, "."),
        ):
            refused(*ADD, "--object-pinned", path, "drop", says=says, status=None)
        os.unlink("/sys/fs/bpf/xdp")
        os.unlink("/sys/fs/bpf/map")


def test_objects() -> None:
    """--object: no file, no ELF, no program, two, another type, one that the verifier refuses"""
    with acme(), objects() as directory:
        Path(directory, "empty.o").touch()
        Path(directory, "text.o").write_text("hello, this is no object file\n" * 10)
        whole = Path(directory, "one.o").read_bytes()
        Path(directory, "cut.o").write_bytes(whole[: len(whole) // 2])
        os.mkfifo(f"{directory}/fifo.o")
        for name, says in (
            ("nothing", "cannot read the object file"),
            ("empty", "not an eBPF object"),
            ("text", "not an eBPF object"),
            ("cut", "not an eBPF object"),
            ("none", "no .*program"),
            ("two", "program"),
            ("xdp", "socket"),
            ("refused", "verifier"),
            ("fifo", "."),
        ):
            refused(
                *ADD,
                "--object",
                f"{directory}/{name}.o",
                "drop",
                says=says,
                status=None,
            )
        refused(*ADD, "--object", str(directory), "drop", says="cannot read")
        refused(
            *ADD, "--object", sys.executable, "drop", says="not an eBPF object.*format"
        )
        error = mfwctl(
            "--json", *ADD, "--object", f"{directory}/refused.o", "drop", status=1
        )
        detail = error.json()["error"]["detail"]
        true("R1" in detail or "invalid" in detail, f"the verifier's log: {detail}")
        mfwctl(*ADD, "--ref", "o", "--object", f"{directory}/one.o", "drop")
        mfwctl("rule", "del", "acme", "edge", "o")


def test_twice() -> None:
    """Two matches, or none, in one rule; options that exclude each other"""
    with acme():
        refused(*ADD, X, "--bytecode", "1,6 0 0 1", "drop", says="", status=2)
        refused(
            *ADD,
            "--object",
            "a",
            "--object-pinned",
            "b",
            "drop",
            says="exclude",
            status=2,
        )
        refused(*ADD, says="", status=2)
        refused(*ADD, X, says="", status=2)
        refused(*ADD, "--ref", "a", "--ref", "b", X, "drop", says="twice", status=2)
        refused("chain", "add", "acme", "c", "--policy", "drop", says="hook", status=2)
        refused("chain", "add", "acme", "edge", says="already")


def test_batch_lines() -> None:
    """-f: an error names its file, line and column; nothing before it is sent"""
    with acme():
        lines = [f"rule add acme edge --ref n{i} '{X}' drop" for i in range(6)]
        for bad, status in (
            (f"rule add acme edge --ref n3 '{X}' drop", 1),
            ("rule add acme edge 'sufix()' drop", 2),
            ("rule add acme edge --ref a.b true drop", 2),
            ("rule add acme edge 'unended", 2),
            ("rule list acme", 2),
            ("customer add globex", 2),
            ("rule del acme edge nobody", 1),
        ):
            text = "\n".join([*lines, bad, lines[0].replace("n0", "n9"), ""])
            refused("-f", "-", says="", status=status, stdin=text)
            done = mfwctl("-f", "-", status=status, stdin=text)
            true(":7:" in done.err, f"line 7 in:\n{done}")
        refused("-f", "/nowhere", says="/nowhere", status=None)
        refused("-f", "/", says="", status=None)
        refused("-f", "-", says="", status=None, stdin="\0\0\0")


def test_nobody() -> None:
    """Without root: a clear message, exit status 1, nothing changed"""
    with acme():
        for words in (
            ["rule", "add", "acme", "edge", X, "drop"],
            ["customer", "add", "globex"],
            ["customer", "del", "acme"],
            ["chain", "add", "acme", "c"],
            ["rule", "list", "acme"],
            ["rule", "add", "--table", "t", "--chain", "c", X, "drop"],
        ):
            done = run(
                [
                    "setpriv",
                    "--reuid",
                    "65534",
                    "--regid",
                    "65534",
                    "--clear-groups",
                    mfwctl_path(),
                    *words,
                ],
                None,
            )
            same(done.status, 1, f"exit status:\n{done}")
            true("root" in done.err, f"says root:\n{done}")


def test_large() -> None:
    """A rule near and above the limits of a netlink message"""
    with acme():
        long = "x" * 65536
        refused(*ADD, f'suffix(bytes="{long}")', "drop", says="", status=2)
        refused(*ADD, X + " " * 70000, "drop", says="", status=None)
        refused(*ADD, X, "log prefix " + "a" * 70000, says="", status=2)


def test_full_bpffs() -> None:
    """A pin directory that cannot be written: said, and the old rules are in force"""
    with acme():
        run(["mount", "-o", "remount,ro", "/sys/fs/bpf"])
        refused(*ADD, 'suffix(bytes="new")', "drop", says="[Rr]ead-only")
        mfwctl(*ADD, "--ref", "same", X, "drop", status=None)
        run(["mount", "-o", "remount,rw", "/sys/fs/bpf"])
        mfwctl("rule", "del", "acme", "edge", "same", status=None)


def test_output() -> None:
    """A full disk under the output is not success"""
    with acme():
        done = run(
            ["sh", "-c", f"exec {mfwctl_path()} rule list acme > /dev/full"], None
        )
        same(done.status, 1, str(done))
        true("cannot write" in done.err, str(done))
        nft("acme", "table inet t { }")
        nft("acme", "delete table inet t")


def test_closed_files() -> None:
    """Standard files that are closed are errors where they are needed, and nobody else's"""
    with acme():
        ctl, lines = mfwctl_path(), ["rule list acme", "expr print sip"]
        for line in lines:
            done = run(["sh", "-c", f"exec {ctl} {line} >&-"], None)
            true("cannot write the output: Bad file" in done.err, str(done))
            done = run(["sh", "-c", f"exec {ctl} {line} <&- 2>&-"])
            same(done.out, run([ctl, *line.split()]).out, f"of {line} without a stderr")
        done = run(["sh", "-c", f"exec {ctl} rule add acme edge nosuch drop 2>&-"], 2)
        same((done.out, done.err), ("", ""), "where there is no place for an error")
        done = run(["sh", "-c", f"exec {ctl} test true - <&-"], None)
        true(": Bad file descriptor" in done.err, str(done))


def test_few_descriptors() -> None:
    """Too few file descriptors: a sentence of ours, with libbpf's words below it"""
    words = []
    for n in range(6, 24):
        command = f"ulimit -n {n}; exec {mfwctl_path()} expr compile sip -o /dev/null"
        done = run(["sh", "-c", command], None)
        true(done.status in (0, 1, 2, 127), str(done))
        true(not re.search(r"^libbpf", done.err, re.M), str(done))
        words += re.findall(r"^    libbpf: .*", done.err, re.M)
    true(words, "libbpf had something to say")
