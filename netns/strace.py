# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program sends to the kernel, byte for byte, as strace sees it."""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from ctl import Failure, Result, run

# strace's shape of a buffer: " | 00000  14 00 00 00 ...  ................ |"
LINE = re.compile(r"^ \| [0-9a-f]+  ((?:[0-9a-f]{2} +)+)")

NFT_NEWTABLE = 0x0A00
NFT_DELTABLE = 0x0A02
NFT_NEWRULE = 0x0A06
NFT_DELRULE = 0x0A08
NFTA_RULE_EXPRESSIONS = 4
NFTA_EXPR_NAME = 1
NFTA_EXPR_DATA = 2
NFTA_MATCH_INFO = 3
BATCH_BEGIN = 0x10

# LeakSanitizer cannot trace a process that strace traces.
UNDER_STRACE = {"ASAN_OPTIONS": "detect_leaks=0"}


@dataclass
class Sent:
    """One sendmsg() or sendto()."""

    data: bytes = b""

    def messages(self) -> Iterator[tuple[int, bytes]]:
        """Type and payload of each netlink message."""
        at = 0
        while at + 16 <= len(self.data):
            length, kind = struct.unpack_from("=IH", self.data, at)
            if length < 16:
                raise Failure(f"a netlink message of {length} bytes")
            yield kind, self.data[at + 16 : at + length]
            at += length + 3 & ~3


@dataclass
class Trace:
    result: Result
    calls: list[Sent] = field(default_factory=list)

    def batches(self) -> list[Sent]:
        """The calls that carry a transaction of nftables."""
        return [
            call
            for call in self.calls
            if any(kind == BATCH_BEGIN for kind, _ in call.messages())
        ]


def attributes(data: bytes) -> list[tuple[int, bytes]]:
    """Type, without flags, and value of each attribute of a nest."""
    found, at = [], 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        found.append((kind & 0x3FFF, data[at + 4 : at + length]))
        at += length + 3 & ~3
    return found


def expressions(rule: bytes) -> bytes:
    """The nest of expressions of a NEWRULE message."""
    return dict(attributes(rule[4:]))[NFTA_RULE_EXPRESSIONS]


def match_info(exprs: bytes) -> bytes:
    """The private part of the first xt match."""
    for _, element in attributes(exprs):
        parts = dict(attributes(element))
        if parts[NFTA_EXPR_NAME] == b"match\0":
            return dict(attributes(parts[NFTA_EXPR_DATA]))[NFTA_MATCH_INFO]
    raise Failure("no match among the expressions")


def _read(text: str) -> list[Sent]:
    calls: list[Sent] = []
    for line in text.splitlines():
        if re.match(r"^(\d+ +)?(sendmsg|sendto)\(", line):
            calls.append(Sent())
        found = LINE.match(line)
        if found and calls:
            calls[-1].data += bytes.fromhex(found[1])
    return calls


def sent_by(command: Sequence[str], stdin: str | None = None) -> Trace:
    with TemporaryDirectory() as directory:
        path = Path(directory, "trace")
        what = ["-e", "trace=sendmsg,sendto", "-e", "write=all", "-s", "0"]
        strace = ["strace", "-f", "-o", str(path), *what, "--"]
        result = run([*strace, *command], 0, stdin, UNDER_STRACE)
        return Trace(result, _read(path.read_text()))


def sizes_sent(command: Sequence[str], stdin: str | None = None) -> list[int]:
    """How many bytes each sendmsg() and sendto() of it sent: for what is too much to be dumped."""
    with TemporaryDirectory() as directory:
        path = Path(directory, "trace")
        what = ["-e", "trace=sendmsg,sendto", "-e", "abbrev=all", "-s", "0"]
        run(
            ["strace", "-f", "-o", str(path), *what, "--", *command],
            0,
            stdin,
            UNDER_STRACE,
        )
        return [
            int(n) for n in re.findall(r"\) += (\d+)$", path.read_text(), re.MULTILINE)
        ]
