# SPDX-License-Identifier: GPL-2.0-or-later
"""mfwctl test: captures of all kinds, what is written of them, and how far the answers are right."""

import os
import random
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from capture import (
    COOKED,
    COOKED2,
    ETHERNET,
    LOOP,
    NULL,
    RAW,
    corpus,
    frame,
    pcap,
    tool,
)
from ctl import build_dir, mfwctl, mfwctl_path, refused, run, same, true
from packet import ip, tcp, udp
from scenario import Skip, at_least, takes

A4, B4, A6, B6 = "192.0.2.1", "198.51.100.2", "2001:db8::1", "2001:db8::2"
PACKETS = [
    ip(A4, B4, 17, udp(A4, B4, 5060, 53, b"Hello")),
    ip(A6, B6, 17, udp(A6, B6, 5060, 53, b"xyzzy")),
    ip(A4, B4, 6, tcp(A4, B4, 40000, 443, b"")),
]
# Expressions of different kinds, for packets that nobody has picked.
SOME = (
    'ip.proto in {"tcp" "udp"} and (udp contains "a" xor tcp.flags & 0x12) or ip.ttl lt 64',
    "tcp.dstport in {80 443 1024..65535} or udp.srcport lt 1024 and not ip.src in {10.0.0.0/8}",
    'len(tcp) gt 60 xor ip.len gt 100 xor lower(ip) wildcard "*http*a*"',
    'bit_slice(ip, 0, 4) == 4 and ends_with(ip, "\\x00") or icmp.type ne 8',
)


@contextmanager
def directory() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


def test_links() -> None:
    """Every link type gives the same answers; VLAN tags and what is not IP too"""
    with directory() as where:
        for link in (ETHERNET, RAW, COOKED, COOKED2, NULL, LOOP):
            path = pcap(where / "a", [frame(link, p) for p in PACKETS], link)
            found = mfwctl("--json", "test", "udp.dstport == 53", str(path)).json()
            same(found["matched"], [1, 2], f"of link type {link}")
            same(found["packets"], 3, f"packets of link type {link}")
        macs = frame(ETHERNET, PACKETS[0])[:12]
        tagged = [
            macs + b"\x81\0\0\7\x08\0" + PACKETS[0],
            macs + b"\x88\xa8\0\7\x81\0\0\7\x86\xdd" + PACKETS[1],
            macs + b"\x08\x06" + bytes(28),
        ]
        path = pcap(where / "b", tagged, ETHERNET)
        found = mfwctl("--json", "test", "true", str(path)).json()
        same((found["matched"], found["not_ip"]), ([1, 2], [3]), "with tags; ARP")


def test_text() -> None:
    """Numbers and a summary as text; from standard input"""
    with directory() as where:
        path = pcap(where / "a", PACKETS)
        out = mfwctl("test", "udp.dstport == 53", str(path)).out
        same(out, "1\n2\n3 packets: 2 match, 1 do not\n", "what is printed")
        command = f"{mfwctl_path()} test 'tcp.flags.syn' - <{path}"
        true("3 packets" in run(["sh", "-c", command]).out, "from standard input")


def test_sizes() -> None:
    """Packets too short or too long for the test run get their answer too, and are named"""
    lengths = [0, 1, 19, 20, 21, 3390, 3400, 3401, 9000, 40000, 65507]
    body = [udp(A4, B4, 1, 2, bytes(max(0, n - 28)) + b"xyzzy") for n in lengths]
    packets = [(ip(A4, B4, 17, b))[:n] for n, b in zip(lengths, body)]
    packets.append(ip(A4, B4, 17, udp(A4, B4, 1, 2, bytes(60000) + b"xyzzy")))
    with directory() as where:
        path = pcap(where / "a", packets)
        words = ["--json", "test", "--verify", 'ends_with(ip, "xyzzy")', str(path)]
        found = mfwctl(*words).json()
        same(found["matched"], [12], "what ends with the text")
        same(found["by_socket"], [1, 2, 3, 8, 9, 10, 11, 12], "by a socket")
        found = mfwctl("--json", "test", "ip.len gt 20", str(path)).json()
        same(
            found["matched"], [4, 5, 6, 7, 8, 9, 10, 11, 12], "what has a sound header"
        )


def test_large_sets() -> None:
    """Sets of up to 10 000 members have just these, whatever is near a member"""
    chosen = random.Random(2)
    ports = [chosen.randrange(65536) for _ in range(300)]
    hosts = [f"10.{n >> 8}.{n & 255}.1" for n in ports]
    sent = [
        ip(host, B4, 17, udp(host, B4, 53, port, b""))
        for host, port in zip(hosts, ports)
    ]
    with directory() as where:
        path = pcap(where / "a", sent)
        for size in (300, 4090, 4100, 8200, 10000):
            step = 65536 // size
            found = mfwctl(
                "--json",
                "test",
                f"udp.dstport in {{{' '.join(str(n * step) for n in range(size))}}}",
                str(path),
            ).json()
            expected = [
                i + 1
                for i, port in enumerate(ports)
                if port % step == 0 and port < size * step
            ]
            same(found["matched"], expected, f"ports in a set of {size}")
        members = sorted(set(hosts[::2]))
        members += [f"172.16.{n >> 7}.{(n & 127) * 2}" for n in range(4200)]
        text = f"ip.src in {{{' '.join(members)}}}"
        found = mfwctl("--json", "test", text, str(path)).json()
        expected = [i + 1 for i, host in enumerate(hosts) if host in members]
        same(found["matched"], expected, f"addresses in a set of {len(members)}")


def test_comments() -> None:
    """tshark shows what -w has written: answers, times, link types"""
    with directory() as where:
        path, out = where / "a", where / "out.pcapng"
        pcap(path, [frame(ETHERNET, p) for p in PACKETS] + [bytes(60)], ETHERNET)
        mfwctl("test", "udp.dstport == 53", str(path), "-w", str(out))
        fields = ["frame.comment", "frame.time_epoch", "frame.len", "frame.encap_type"]
        words = [word for field in fields for word in ("-e", field)]
        command = ["tshark", "-r", str(out), "-T", "fields", *words]
        found = [line.split("\t") for line in tool(command).decode().splitlines()]
        same(
            [line[0] for line in found],
            ["mfw: match", "mfw: match", "mfw: no match", "mfw: not IP"],
            "comments",
        )
        same(
            [line[1] for line in found],
            [f"{n}.000000000" for n in (1, 2, 3, 4)],
            "times",
        )
        same({line[3] for line in found}, {"1"}, "link types")
        again = mfwctl("--json", "test", "udp.dstport == 53", str(out)).json()
        same(again["matched"], [1, 2], "of what was written")
        same(sorted(os.listdir(where)), ["a", "out.pcapng"], "files")


def test_output() -> None:
    """A file that cannot be written is named, and nothing is left of it"""
    with directory() as where:
        path = pcap(where / "a", PACKETS)
        refused("test", "true", str(path), "-w", "/nonexistent/x", says="cannot write")
        path.write_bytes(path.read_bytes()[:24] + b"\xff" * 64)
        words = ["test", "true", str(path), "-w", str(where / "out")]
        refused(*words, says="damaged", status=2)
        same(os.listdir(where), ["a"], "what is left")
        refused("test", "true", str(path), "-w", "-", says="not '-'", status=2)


def test_output_elsewhere() -> None:
    """A pipe or a link that a file's name stands for is written to, and not replaced"""
    with directory() as where:
        path, pipe = pcap(where / "a", PACKETS), where / "pipe"
        os.mkfifo(pipe)
        (where / "link").symlink_to("pipe")
        for name, words in (
            ("pipe", ["test", "true", str(path), "-w"]),
            ("link", ["expr", "compile", "sip", "-o"]),
        ):
            reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
            mfwctl(*words, str(where / name))
            same(len(os.read(reader, 200)), 200, f"bytes from {words[0]} at least")
            os.close(reader)
        true(pipe.is_fifo() and (where / "link").is_symlink(), "pipe and link stay")


def test_warnings() -> None:
    """What may not be meant is said, as by expr check"""
    with directory() as where:
        path = pcap(where / "a", PACKETS)
        tool = mfwctl("test", "ip.src in $nosuch or tcp.dstport ne 0443", str(path))
        for text in ("$nosuch", "octal", "packets that are not tcp"):
            true(f"{text}" in tool.err, f"{text} in the warnings: {tool.err}")
        tool = mfwctl("--json", "test", "tcp.dstport eq 0443", str(path))
        same([w["kind"] for w in tool.json()["warnings"]], ["expr.octal"], "as JSON")


def test_bad_files() -> None:
    """Files that are no captures, damaged ones, unknown links: each with its reason"""
    with directory() as where:
        bad = where / "bad"
        refused("test", "true", str(where / "none"), says="cannot open", status=None)
        refused("test", "true", str(where), says="Is a directory", status=None)
        for data, says in (
            (b"", "less than 4 bytes"),
            (b"#!/bin/sh\n", "neither pcap nor pcapng"),
            (b"\x1f\x8b\x08\x00", "compressed"),
        ):
            bad.write_bytes(data)
            refused("test", "true", str(bad), says=says, status=2)
        pcap(bad, [bytes(64)], 105)
        refused("test", "true", str(bad), says="link type 105", status=2)
        pcap(bad, PACKETS)
        bad.write_bytes(bad.read_bytes()[:-1])
        found = mfwctl("--json", "test", "true", str(bad)).json()
        same(
            (found["packets"], found["broken_off"]), (2, True), "of one that ends early"
        )


def test_unprivileged() -> None:
    """Without privilege the evaluator answers, says so, and refuses matchers"""
    drop = ["setpriv", "--reuid=65534", "--clear-groups", "--bounding-set=-all"]
    drop += ["--inh-caps=-all", mfwctl_path(), "--json", "test"]
    with directory() as where:
        path = str(pcap(where / "a", PACKETS))
        if run([*drop, "true", path], status=None).status == 126:
            raise Skip("the build directory is closed to others")
        found = run([*drop, "udp.dstport == 53", path]).json()
        same(found["matched"], [1, 2], "what the evaluator answers")
        same(found["no_program"]["kind"], "bpf.denied", "why")
        for words, kind in (
            (['suffix(bytes="x")', path], "test.matcher"),
            (["--verify", "true", path], "bpf.denied"),
        ):
            error = run([*drop, *words], status=None).json()["error"]
            same(error["kind"], kind, f"refusal of {words[0]}")


def test_verify_matchers() -> None:
    """--verify asks the kernel for matchers alone"""
    with directory() as where:
        path = pcap(where / "a", PACKETS)
        expression = (
            'suffix(bytes="xyzzy") xor not suffix(bytes="Hello") and ip.ttl gt 0'
        )
        found = mfwctl("--json", "test", "--verify", expression, str(path)).json()
        same((found["matched"], found["different"]), ([3], []), "matched; different")


def counts(files: list[Path]) -> list[int]:
    """How many packets each capture has, by capinfos."""
    lines = tool(["capinfos", "-c", "-M", "-T", "-r", *map(str, files)]).decode()
    return [int(line.split("\t")[1]) for line in lines.splitlines()]


@takes(20)
def test_corpus() -> None:
    """Captures of other projects: as many packets as capinfos counts, and all answers agree"""
    files = corpus() if at_least("full") else corpus()[::6]
    for number, (path, count) in enumerate(zip(files, counts(files), strict=True)):
        expression = SOME[number % len(SOME)]
        found = mfwctl("--json", "test", "--verify", expression, str(path)).json()
        same(found["different"], [], f"{path.name}: packets that differ")
        same(found["packets"], count, f"packets of {path.name}")


def test_stream() -> None:
    """A capture larger than its share of memory: it is never held"""
    release = Path(mfwctl_path("rel"))
    if not at_least("full") or not release.exists() or "san" in build_dir("rel").name:
        raise Skip("measured with the release build, in the full run")
    data = frame(RAW, ip(A4, B4, 17, udp(A4, B4, 1, 2, bytes(1400))))
    record = struct.pack("<IIII", 1, 0, len(data), len(data)) + data
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, RAW)
    with directory() as where:
        path = where / "a"
        with path.open("wb") as out:
            out.write(header)
            for _ in range(200):
                out.write(record * 500)
        command = f"ulimit -v 100000; exec {release} --json test ip.ttl==64 {path}"
        found = run(["sh", "-c", command]).json()
        same(found["packets"], 100_000, "packets of 145 MB, within 100 MB of addresses")
