# SPDX-License-Identifier: GPL-2.0-or-later
"""What the end-to-end tests share beside the lab: how they are marked, and how they clean up."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ctl import Failure, mfwctl, run, same

PINS = Path("/sys/fs/bpf/mfw")
LENGTHS = ("quick", "full", "long")
Test = Callable[[], None]


class Skip(Exception):
    """The test cannot be run here; its text says why."""


def length() -> str:
    """How much is wanted of tests that can be short or long: quick, full or long."""
    return os.environ.get("MFW_TEST_LENGTH", "full")


def at_least(least: str) -> bool:
    return LENGTHS.index(length()) >= LENGTHS.index(least)


def takes(seconds: int, least: str = "quick") -> Callable[[Test], Test]:
    """Marks a test that is long: those are started first. least: not before that length."""

    def mark(test: Test) -> Test:
        setattr(test, "seconds", seconds)
        setattr(test, "least", least)
        return test

    return mark


def pins() -> list[str]:
    """All pins of ours, relative to the pin root."""
    return sorted(str(p.relative_to(PINS)) for p in PINS.rglob("*") if not p.is_dir())


def no_left_overs() -> None:
    """Nothing of any customer is there any more."""
    same(pins(), [], "pins that are left over")
    same(os.listdir("/run/mfw/customers"), [], "customers that are left over")
    found = [
        one
        for one in mfwctl("--json", "doctor", status=None).json()["findings"]
        if one["check"] == "pins" and one["health"] != "ok"
    ]
    same(found, [], "what the doctor finds left over")


@contextmanager
def customers(*names: str) -> Iterator[None]:
    """Customers for a test, which are deleted in its end, and must leave nothing."""
    for name in names:
        mfwctl("customer", "add", name)
    yield
    for name in names:
        mfwctl("customer", "del", name)
        if Path("/run/netns", name).exists():
            raise Failure(f"the namespace {name} is still there")
    no_left_overs()


def chain(
    customer: str, name: str = "edge", hook: str = "forward", family: str = "inet"
) -> None:
    where = ["--hook", hook, "--priority", "0", "--family", family]
    mfwctl("chain", "add", customer, name, *where)


def nft(namespace: str, text: str) -> str:
    return run(["ip", "netns", "exec", namespace, "nft", "-f", "-"], stdin=text).out


def nft_list(namespace: str | None) -> str:
    where = ["ip", "netns", "exec", namespace] if namespace else []
    return run([*where, "nft", "list", "ruleset"]).out
