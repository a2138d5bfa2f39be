# SPDX-License-Identifier: GPL-2.0-or-later
"""amqp_consumers beside a real broker: RabbitMQ, with clients of python3-pika."""

import importlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ctl import mfwctl, packets, same, true
from isolate import inside
from lab import ORIGIN, Lab
from scenario import Skip, chain, customers, takes

SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
RULE = "amqp_consumers(max=10)"
PATIENCE = 300.0


def pika() -> Any:
    """The client library, where Debian's is installed."""
    if not os.access(SERVER, os.X_OK):
        raise Skip("rabbitmq-server is not installed (tests/install peer)")
    try:
        return importlib.import_module("pika")
    except ImportError as why:
        raise Skip(f"{why} (tests/install peer)") from why


def environment(folder: Path) -> dict[str, str]:
    conf = folder / "rabbitmq.conf"
    conf.write_text(
        f"listeners.tcp.1 = {ORIGIN[4]}:5672\nlisteners.tcp.2 = {ORIGIN[6]}:5672\n"
        "loopback_users = none\n"
    )
    return {
        **os.environ,
        "HOME": str(folder),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_CONFIG_FILE": str(conf),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_NODENAME": "r@localhost",
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}",
    }


def wait_for_port(namespace: str, address: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with inside(namespace):
                probe = socket.create_connection((address, 5672), timeout=1)
            probe.close()
            return
        except OSError:
            time.sleep(0.3)
    raise Skip(f"RabbitMQ does not listen after {PATIENCE:.0f} seconds")


@contextmanager
def broker(namespace: str) -> Iterator[None]:
    """RabbitMQ in the namespace, with all that it writes in a folder of its own."""
    with TemporaryDirectory(dir="/run") as name:
        folder = Path(name)
        with open(folder / "out", "w", encoding="utf-8") as out:
            server = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{namespace}", SERVER],
                env=environment(folder),
                stdout=out,
                stderr=out,
            )
        try:
            wait_for_port(namespace, ORIGIN[4])
            yield
        finally:
            server.terminate()
            server.wait(60)


class Client:
    """A connection with a channel and a queue of its own."""

    def __init__(self, library: Any, lab: Lab, version: int = 4) -> None:
        self.library = library
        where = library.ConnectionParameters(
            host=ORIGIN[version], socket_timeout=60, blocked_connection_timeout=60
        )
        with inside(lab.internet):
            self.connection = library.BlockingConnection(where)
        self.channel = self.connection.channel()
        self.queue = self.channel.queue_declare("", exclusive=True).method.queue

    def consume(self) -> str:
        return str(self.channel.basic_consume(self.queue, lambda *_: None))

    def is_cut_off(self) -> bool:
        """Whether one consumer more ends the connection."""
        begin = time.monotonic()
        try:
            self.consume()
        except self.library.exceptions.AMQPError:
            true(time.monotonic() - begin < 5, "the client sees it at once")
            return True
        return False


@takes(60, "full")
def test_rabbitmq() -> None:
    """Ten consumers pass, the 11th is cut off; each connection has its own; cancel gives one back"""
    library = pika()
    with customers("acme"), Lab("acme") as lab, broker(lab.origin):
        chain("acme")
        words = ["--ref", "ten", RULE, "reject", "with", "tcp", "reset"]
        mfwctl("rule", "add", "acme", "edge", *words)
        for version in 4, 6:
            first, second = Client(library, lab, version), Client(library, lab, version)
            tags = [first.consume() for _ in range(10)]
            for _ in range(10):
                second.consume()
            before = packets("acme", "edge")["ten"]
            true(
                second.is_cut_off(), f"IPv{version}: the 11th of the second is cut off"
            )
            true(packets("acme", "edge")["ten"] > before, "counted")
            for tag in tags[:2]:
                first.channel.basic_cancel(tag)
            first.consume()
            first.consume()
            true(first.is_cut_off(), f"IPv{version}: the 11th of the first is cut off")
        third = Client(library, lab)
        for _ in range(10):
            third.consume()
        third.channel.close()
        third.channel = third.connection.channel()
        for _ in range(10):
            third.consume()
        true(third.is_cut_off(), "the 11th of the new channel is cut off")


@takes(40, "full")
def test_monitor() -> None:
    """In the mode monitor each consumer beyond ten is one packet, and no client is disturbed"""
    library = pika()
    with customers("acme"), Lab("acme") as lab, broker(lab.origin):
        chain("acme")
        words = ["--ref", "ten", "--mode", "monitor", RULE, "drop"]
        mfwctl("rule", "add", "acme", "edge", *words)
        client = Client(library, lab)
        for _ in range(13):
            client.consume()
        same(packets("acme", "edge")["ten"], 3, "consumers beyond ten")
        state = mfwctl("--json", "rule", "state", "acme", "edge", "ten").json()["state"]
        conns = next(m for m in state if m["map"] == "amqp_consumers_conns")["entries"]
        counts = [e["value"]["consumers"] for e in conns if e["value"]["consumers"]]
        same(counts, [13], "consumers in the state")
        client.connection.close()
