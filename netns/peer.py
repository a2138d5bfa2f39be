# SPDX-License-Identifier: GPL-2.0-or-later
"""Real servers and clients of Debian's packages, in namespaces of a lab."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ctl import Failure
from scenario import Skip

# The machine may be busy with other tests.
PATIENCE = 60.0


def need(*programs: str) -> None:
    for program in programs:
        if not shutil.which(program, path="/usr/bin:/usr/sbin:/bin:/sbin"):
            raise Skip(f"{program} is not installed (tests/install peer)")


def within(namespace: str, command: Sequence[str]) -> list[str]:
    return ["nsenter", f"--net=/run/netns/{namespace}", *command]


@contextmanager
def server(
    namespace: str, command: Sequence[str], log: Path, ready: Callable[[], bool]
) -> Iterator[None]:
    """Runs in the foreground until the end of the block; the block begins when it is ready."""
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            within(namespace, command), stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        end = time.monotonic() + PATIENCE
        while not ready():
            if process.poll() is not None or time.monotonic() > end:
                raise Failure(f"{command[0]} is not there:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)


def client(
    namespace: str, command: Sequence[str], cwd: Path | None = None
) -> tuple[int, str]:
    """The status and the output of a program that ends by itself."""
    done = subprocess.run(
        within(namespace, command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=PATIENCE * 2,
        check=False,
        cwd=cwd,
    )
    return done.returncode, done.stdout
