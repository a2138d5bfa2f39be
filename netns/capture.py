# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures for tests: written by hand, and read by other tools."""

import shutil
import struct
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from ctl import Failure, mfwctl, mfwctl_path
from scenario import Skip

ETHERNET, RAW, COOKED, COOKED2, NULL, LOOP = 1, 101, 113, 276, 0, 108
CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"


def _type(packet: bytes) -> int:
    return 0x86DD if packet[0] >> 4 == 6 else 0x0800


def frame(link: int, packet: bytes) -> bytes:
    """An IP packet in a frame of that link."""
    kind = struct.pack("!H", _type(packet))
    six = packet[0] >> 4 == 6
    return {
        ETHERNET: b"\2\0\0\0\0\1\2\0\0\0\0\2" + kind,
        RAW: b"",
        COOKED: struct.pack("!HHH8s", 0, 1, 6, b"") + kind,
        COOKED2: kind + struct.pack("!HIHBB8s", 0, 2, 1, 0, 6, b""),
        NULL: struct.pack("<I", 10 if six else 2),
        LOOP: struct.pack("!I", 10 if six else 2),
    }[link] + packet


def pcap(path: Path, frames: Iterable[bytes], link: int = RAW) -> Path:
    """Writes a capture; packet n is of second n."""
    with path.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link))
        for number, data in enumerate(frames, 1):
            out.write(struct.pack("<IIII", number, 0, len(data), len(data)) + data)
    return path


def seconds(data: bytes) -> list[int]:
    """The seconds of all packets of a little-endian pcap file."""
    found, at = [], 24
    while at < len(data):
        second, _, length = struct.unpack_from("<III", data, at)
        found.append(second)
        at += 16 + length
    return found


def matched(expression: str, path: Path) -> set[int]:
    """The packets that mfwctl says an expression matches; of the release build, if there is one."""
    kind = "rel" if Path(mfwctl_path("rel")).exists() else "san"
    return set(
        mfwctl("--json", "test", expression, str(path), kind=kind).json()["matched"]
    )


def tool(command: Sequence[str], stdin: bytes = b"") -> bytes:
    """What a program prints; a Skip where it is not installed."""
    if not shutil.which(command[0]):
        raise Skip(f"{command[0]} is not installed")
    done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    if done.returncode:
        raise Failure(f"{' '.join(command)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def tcpdump(expression: str, path: Path) -> set[int]:
    """The packets of a capture by pcap() or tests/differential that tcpdump matches."""
    # -s 0 and -U change nothing that is read here; -w - gives the packets as they were.
    return set(seconds(tool(["tcpdump", "-r", str(path), "-w", "-", expression])))


def corpus() -> list[Path]:
    """The captures of other projects, where they are."""
    found = sorted(
        p for p in CORPUS.glob("*") if p.suffix in (".pcap", ".pcapng", ".cap")
    )
    if not found:
        raise Skip(f"no captures in {CORPUS}")
    return found
