# SPDX-License-Identifier: GPL-2.0-or-later
"""What the README shows is what happens."""

import re

from ctl import PROJECT, mfwctl_path, run, same


def sixty_seconds() -> list[str]:
    """The example's lines: commands begin with '# '."""
    text = (PROJECT / "README.md").read_text()
    example = text.partition("## Sixty seconds")[2].partition("## ")[0]
    return [line[4:] for line in example.splitlines() if line.startswith("    ")]


def plain(lines: list[str]) -> list[str]:
    """Handles are the kernel's affair."""
    return [re.sub(r"handle \d+", "handle N", line).rstrip() for line in lines]


def test_sixty_seconds() -> None:
    """The README's first example prints what stands there"""
    expected = sixty_seconds()
    found: list[str] = []
    for line in expected:
        if not line.startswith("# "):
            continue
        command = line[2:].replace("mfwctl", mfwctl_path(), 1)
        done = run(["sh", "-c", command], status=None)
        found += [line] + (done.out + done.err).splitlines()
    same(plain(found), plain(expected), "the README")
