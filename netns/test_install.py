# SPDX-License-Identifier: GPL-2.0-or-later
"""The installed form: mfwctl and the library work from where they are put."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ctl import PROJECT, build_dir, rules, run, same, true
from scenario import Skip, chain, customers, takes

X = 'suffix(bytes="xyzzy")'


@contextmanager
def installed() -> Iterator[Path]:
    """The release build, installed below a directory."""
    if not (build_dir("rel") / "build.ninja").exists():
        raise Skip(f"{build_dir('rel')} is no build directory")
    with TemporaryDirectory() as directory:
        meson = [
            "meson",
            "install",
            "-C",
            str(build_dir("rel")),
            "--no-rebuild",
            "--quiet",
        ]
        run(meson, env={"DESTDIR": directory})
        yield Path(directory)


def one(root: Path, pattern: str) -> Path:
    found = sorted(root.rglob(pattern))
    true(found, f"{pattern} is not installed")
    return found[0]


@takes(3)
def test_tool() -> None:
    """mfwctl runs from a DESTDIR and finds its matchers there"""
    with installed() as root, customers("acme"):
        chain("acme")
        moved = root / "moved"
        moved.mkdir()
        for entry in list(root.iterdir()):
            if entry != moved:
                shutil.move(str(entry), str(moved))
        tool = str(one(moved, "bin/mfwctl"))
        listed = run([tool, "matcher", "show", "suffix"]).out
        true(str(moved) in listed, f"the matchers beside it:\n{listed}")
        run([tool, "rule", "add", "acme", "edge", X, "drop"])
        same(len(rules("acme", "edge")), 1, "rules")
        for pattern in (
            "mfwctl.8*",
            "mfw-ruleset.5*",
            "mfw-matchers.7*",
            "ruleset.schema.json",
            "mfw.h",
            "matcher.h",
            "bucket.h",
            "libmfw.pc",
            "libmfw.a",
            "libmfw.so.0",
        ):
            one(moved, pattern)
        true(
            [p for p in moved.rglob("mfwctl") if "bash-completion" in str(p)],
            "completion",
        )


def sanitizers() -> list[str]:
    """A program has to have the sanitizers that its library has."""
    found = run(["meson", "introspect", "--buildoptions", str(build_dir("rel"))]).json()
    [which] = [one["value"] for one in found if one["name"] == "b_sanitize"]
    return [] if which == "none" else [f"-fsanitize={which}"]


def build_embed(root: Path, *compiler: str) -> Path:
    """tests/abi/embed.c against what is installed, with what pkg-config says."""
    env = {
        "PKG_CONFIG_PATH": str(one(root, "libmfw.pc").parent),
        "PKG_CONFIG_SYSROOT_DIR": str(root),
    }
    flags = run(["pkg-config", "--cflags", "--libs", "libmfw"], env=env).out.split()
    flags += sanitizers()
    program = root / "embed"
    source = str(PROJECT / "tests/abi/embed.c")
    strict = ["-Wall", "-Werror", "-pedantic"]
    run([*compiler, *strict, "-o", str(program), source, *flags])
    return program


@takes(3)
def test_embed() -> None:
    """A C program built through pkg-config against the installed library adds a rule"""
    with installed() as root, customers("acme"):
        chain("acme")
        program = build_embed(root, "gcc", "-std=c17", "-Wextra")
        env = {"LD_LIBRARY_PATH": str(one(root, "libmfw.so").parent)}
        done = run([str(program), "acme", "edge", X], env=env)
        same(
            [rule["ref"] for rule in rules("acme", "edge")],
            [done.out.strip()],
            "the ref",
        )
        same(rules("acme", "edge")[0]["match"], X, "the match")
        done = run([str(program), "nobody", "edge", X], 1, env=env)
        true("customer.missing" in done.err, f"{done}")
        done = run([str(program), "acme", "edge", "sufix()"], 1, env=env)
        true("expr." in done.err or "matcher." in done.err, f"{done}")


@takes(3, "full")
def test_cplusplus() -> None:
    """The header is C++, too"""
    with installed() as root:
        build_embed(root, "g++", "-std=c++20", "-x", "c++")
