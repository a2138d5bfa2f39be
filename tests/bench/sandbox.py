# SPDX-License-Identifier: GPL-2.0-or-later
"""What the measuring scripts run in: a release build, namespaces of their own, a time limit."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Optional

ROOT = Path(__file__).resolve().parents[2]
# Private /run and bpffs, and no process survives: python becomes the first one of its own
# process namespace.
FURNISH = """
mount --make-rprivate / && mount -t tmpfs -o size=1g tmpfs /run && mkdir /run/netns &&
mount -t bpf bpf /sys/fs/bpf && exec "$@"
"""


def require(tools: list[str]) -> None:
    """Ends the script where it cannot run, and says why."""
    name = Path(sys.argv[0]).name
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        sys.exit(f"{name}: these are needed and missing: {', '.join(missing)}")
    if os.geteuid() != 0:
        sys.exit(
            f"{name}: this needs root, for namespaces and nftables; run it with sudo"
        )


def build() -> Path:
    where = ROOT / "build-release"
    log = subprocess.DEVNULL
    if not (where / "build.ninja").exists():
        setup = ["meson", "setup", "--buildtype=release", str(where), str(ROOT)]
        subprocess.run(setup, check=True, stdout=log)
    subprocess.run(["ninja", "-C", str(where)], check=True, stdout=log)
    return where


def enter(where: Optional[Path], options: list[str]) -> None:
    """Runs this script again in namespaces of its own, with --inside; does not return."""
    script = [sys.executable, str(Path(sys.argv[0]).resolve()), "--inside"]
    again = [*script, "--build", str((where or build()).resolve()), *options]
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
    unshare.append("--mount-proc")
    os.execvp(unshare[0], [*unshare, "sh", "-c", FURNISH, "sh", *again])


def limit(seconds: int) -> None:
    def give_up(_signal: int, _frame: object) -> None:
        sys.exit(f"{Path(sys.argv[0]).name}: it takes too long; given up")

    signal.signal(signal.SIGALRM, give_up)
    signal.signal(signal.SIGTERM, give_up)
    signal.alarm(seconds)
