# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs mfwctl of a build directory, and looks hard at how it ended."""

import json
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
STATUSES = (0, 1, 2, 3)
ALARM = re.compile(r"AddressSanitizer|LeakSanitizer|runtime error:|==\d+==")


class Failure(Exception):
    """Something is not as it must be."""


def build_dir(kind: str) -> Path:
    """The sanitized ("san") or the release ("rel") build."""
    return Path(os.environ.get(f"MFW_BUILD_{kind.upper()}", PROJECT / f"build-{kind}"))


@dataclass(frozen=True)
class Result:
    command: str
    status: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"$ {self.command}\n{self.out}{self.err}[exit status {self.status}]"

    def json(self) -> Any:
        try:
            return json.loads(self.out)
        except ValueError as why:
            raise Failure(f"no JSON ({why}):\n{self}") from why


def mfwctl_path(kind: str = "san") -> str:
    return str(build_dir(kind) / "mfwctl")


def run(
    command: Sequence[str],
    status: int | None = 0,
    stdin: str | None = None,
    env: dict[str, str] | None = None,
) -> Result:
    """Runs a program; a status that is not the one expected is a failure (None: any)."""
    done = subprocess.run(
        command,
        input=stdin if stdin is not None else "",
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, **(env or {})},
        check=False,
    )
    shown = " ".join(part if part else "''" for part in command)
    if len(shown) > 2000:
        shown = f"{shown[:2000]}..."
    result = Result(shown, done.returncode, done.stdout, done.stderr)
    if ALARM.search(result.err):
        raise Failure(f"a sanitizer or valgrind complains:\n{result}")
    if status is not None and result.status != status:
        raise Failure(f"exit status {status} was expected:\n{result}")
    return result


def mfwctl(
    *words: str,
    status: int | None = 0,
    stdin: str | None = None,
    kind: str = "san",
    env: dict[str, str] | None = None,
) -> Result:
    """Runs mfwctl. Whatever is expected, it ends by itself, and says something if it fails."""
    result = run([mfwctl_path(kind), *words], status, stdin, env)
    if result.status not in STATUSES:
        raise Failure(f"ended in a way of its own:\n{result}")
    if result.status and not result.out and not result.err:
        raise Failure(f"failed without a word:\n{result}")
    return result


def refused(*words: str, says: str, status: int = 1, stdin: str | None = None) -> str:
    """A command that must fail, as text and as JSON, with a message in which `says` is found."""
    text = mfwctl(*words, status=status, stdin=stdin)
    if text.out:
        raise Failure(f"an error belongs on standard error only:\n{text}")
    if not text.err.startswith("mfwctl: ") or not re.search(says, text.err):
        raise Failure(f"the message should say /{says}/:\n{text}")
    tool = mfwctl("--json", *words, status=status, stdin=stdin)
    error = tool.json().get("error", {})
    if tool.err or not error.get("kind") or not error.get("message"):
        raise Failure(f"an error in JSON stands on standard output:\n{tool}")
    if not re.search(says, error["message"] + (error.get("detail") or "")):
        raise Failure(f"the message in JSON should say /{says}/:\n{tool}")
    return str(error["kind"])


def rules(customer: str, chain: str) -> list[dict[str, Any]]:
    """The rules of a customer's chain as rule list --json has them."""
    chains = mfwctl("--json", "rule", "list", customer, chain).json()["chains"]
    if len(chains) != 1:
        raise Failure(f"one chain {chain} was expected: {chains}")
    found: list[dict[str, Any]] = chains[0]["rules"]
    return found


def packets(customer: str, chain: str) -> dict[str, int]:
    """What each of our rules of the chain has counted, by ref."""
    return {
        rule["ref"]: rule["packets"] for rule in rules(customer, chain) if "ref" in rule
    }


def same(found: object, expected: object, what: str) -> None:
    """The tests' one comparison: says both sides."""
    if found != expected:
        raise Failure(f"{what}\n  expected {expected!r}\n  found    {found!r}")


def true(condition: object, what: str) -> None:
    if not condition:
        raise Failure(what)
