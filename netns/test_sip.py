# SPDX-License-Identifier: GPL-2.0-or-later
"""sip beside real peers: sipp as server and as client, over UDP and TCP."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ctl import mfwctl, packets, same, true
from isolate import inside
from lab import INTERNET, ORIGIN, Lab
from peer import client, need, server
from scenario import chain, customers, takes

CALLS = 5
KEEPALIVES = (b"\r\n\r\n", b"\r\n", b"\r\n\0", b"")
GARBAGE = (
    b"garbage",
    b"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n",
    b"INVITE sip:x SIP/3.0\r\n\r\n",
    b"INVITE sip:x SIP/2.0",
    b"\0" * 4 + b"INVITE sip:x SIP/2.0\r\n",
)


def listens(namespace: str, transport: str) -> bool:
    with inside(namespace):
        table = Path(f"/proc/thread-self/net/{transport}").read_text()
    return ":13C4 " in table


@contextmanager
def answering(namespace: str, transport: str) -> Iterator[Path]:
    """sipp, which answers calls on port 5060."""
    with TemporaryDirectory(dir="/run") as name:
        folder = Path(name)
        mode = "u1" if transport == "udp" else "t1"
        command = ["sipp", "-sn", "uas", "-i", ORIGIN[4], "-p", "5060", "-t", mode]
        command += ["-nostdin", "-timeout", "100s"]
        with server(
            namespace, command, folder / "log", lambda: listens(namespace, transport)
        ):
            yield folder


def call(
    namespace: str, folder: Path, transport: str, patience: int = 30
) -> tuple[int, str]:
    """Calls that are answered and ended; the status is 0 when all of them were."""
    mode = "u1" if transport == "udp" else "t1"
    command = ["sipp", "-sn", "uac", f"{ORIGIN[4]}:5060", "-i", INTERNET[4], "-t", mode]
    command += ["-m", str(CALLS), "-r", "20", "-d", "50", "-nostdin"]
    return client(
        namespace, [*command, "-timeout", f"{patience}s", "-timeout_error"], folder
    )


def send(namespace: str, *payloads: bytes) -> None:
    with inside(namespace):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for payload in payloads:
        sock.sendto(payload, (ORIGIN[4], 5060))
    sock.close()


def rule(ref: str, match: str, *action: str) -> None:
    mfwctl("rule", "add", "acme", "edge", "--ref", ref, match, *action)


@takes(40)
def test_calls() -> None:
    """Calls pass, garbage on 5060 does not; keep-alives as the rule says"""
    need("sipp")
    with customers("acme"), Lab("acme") as lab, answering(lab.origin, "udp") as folder:
        chain("acme")
        to_server = "udp.dstport == 5060"
        rule("alive", f"{to_server} and sip(keepalives=true) and not sip", "continue")
        odd = f'{to_server} and not sip(level="strict", keepalives=true)'
        rule("odd", odd, "drop")
        rule("rest", to_server, "continue")
        status, out = call(lab.internet, folder, "udp")
        same(status, 0, f"calls:\n{out[-1500:]}")
        counts = packets("acme", "edge")
        same(counts["odd"], 0, "messages that were taken for garbage")
        true(counts["rest"] >= 3 * CALLS, "INVITE, ACK and BYE of each call")
        send(lab.internet, *GARBAGE, *KEEPALIVES)
        lab.settle()
        after = packets("acme", "edge")
        same(after["odd"], len(GARBAGE), "garbage that was dropped")
        same(after["alive"], len(KEEPALIVES), "keep-alives")
        same(after["rest"] - counts["rest"], len(KEEPALIVES), "what passed of these")
        mfwctl("rule", "del", "acme", "edge", "odd")
        rule("odd", f"{to_server} and not sip", "drop")
        send(lab.internet, *KEEPALIVES)
        lab.settle()
        found = packets("acme", "edge")["odd"]
        same(
            found,
            len(KEEPALIVES),
            "keep-alives that were dropped where none are allowed",
        )


@takes(40)
def test_no_calls() -> None:
    """A rule on a field of SIP stops the calls that it is about"""
    need("sipp")
    with customers("acme"), Lab("acme") as lab, answering(lab.origin, "udp") as folder:
        chain("acme")
        rule("invite", 'sip.method == "INVITE"', "drop")
        status, _ = call(lab.internet, folder, "udp", patience=3)
        true(status != 0, "no call gets through")
        true(packets("acme", "edge")["invite"] >= CALLS, "INVITEs that were dropped")


@takes(40)
def test_tcp() -> None:
    """Calls pass over TCP, where what begins a segment has to be a message"""
    need("sipp")
    with customers("acme"), Lab("acme") as lab, answering(lab.origin, "tcp") as folder:
        chain("acme")
        rule("odd", "tcp.dstport == 5060 and tcp.flags.push and not sip", "drop")
        rule("sip", "tcp.dstport == 5060 and sip", "continue")
        status, out = call(lab.internet, folder, "tcp")
        same(status, 0, f"calls:\n{out[-1500:]}")
        counts = packets("acme", "edge")
        same(counts["odd"], 0, "segments that begin otherwise")
        true(counts["sip"] >= 2, "messages")
