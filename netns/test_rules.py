# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules: put, moved, changed and taken away, with what they count and do."""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import ctl
from ctl import mfwctl, packets, refused, rules, run, same, true
from isolate import inside
from lab import Lab
from packet import TCP
from scenario import Skip, chain, customers

X = 'suffix(bytes="xyzzy")'


def refs(customer: str = "acme", name: str = "edge") -> list[str]:
    found = rules(customer, name)
    same([r["index"] for r in found], list(range(len(found))), "indexes")
    return [r["ref"] for r in found]


def add(ref: str, *words: str, verb: str = "add") -> None:
    mfwctl("rule", verb, "acme", "edge", "--ref", ref, *words, X, "continue")


@contextmanager
def acme() -> Iterator[Lab]:
    with customers("acme"), Lab("acme") as lab:
        chain("acme")
        yield lab


def test_places() -> None:
    """rule add, insert and move: at the ends, before and after rules, at an index"""
    with customers("acme"):
        chain("acme")
        add("c")
        add("e")
        add("a", verb="insert")
        same(refs(), ["a", "c", "e"], "add and insert")
        add("b", "--before", "c")
        add("d", "--after", "c")
        same(refs(), ["a", "b", "c", "d", "e"], "--before and --after")
        add("b2", "--index", "1")
        same(refs(), ["a", "b", "b2", "c", "d", "e"], "add --index is after it")
        add("a2", "--index", "1", verb="insert")
        same(
            refs(), ["a", "a2", "b", "b2", "c", "d", "e"], "insert --index is before it"
        )
        mfwctl("rule", "del", "acme", "edge", "a2", "b2")
        move = ["rule", "move", "acme", "edge"]
        mfwctl(*move, "a", "--after", "e")
        same(refs(), ["b", "c", "d", "e", "a"], "move --after the last")
        mfwctl(*move, "e", "--before", "b")
        same(refs(), ["e", "b", "c", "d", "a"], "move --before the first")
        mfwctl(*move, "a", "--index", "0")
        same(refs(), ["a", "e", "b", "c", "d"], "move --index 0")
        mfwctl(*move, "a", "--index", "4")
        same(refs(), ["e", "b", "c", "d", "a"], "move --index of the last")
        mfwctl(*move, "b", "--index", "2")
        same(refs(), ["e", "c", "b", "d", "a"], "move --index in the middle")
        mfwctl(*move, "b", "--index", "2")
        same(refs(), ["e", "c", "b", "d", "a"], "move to where it is")
        before = rules("acme", "edge")
        refused(*move, "a", "--index", "5", says="no index 5")
        refused(*move, "a", "--before", "a", says="beside itself", status=2)
        refused(*move, "a", "--before", "nobody", says="no rule 'nobody'")
        refused(*move, "nobody", "--index", "0", says="no rule 'nobody'")
        refused(*move, "a", says="needs at least one of", status=2)
        refused(*move, "a", "--index", "0", "--before", "b", says="exclude", status=2)
        same(rules("acme", "edge"), before, "after what was refused")


def test_refs() -> None:
    """A ref that is not given is made up, printed, and is unique in its chain"""
    with customers("acme"):
        chain("acme")
        made = [
            mfwctl("rule", "add", "acme", "edge", X, "drop").out.strip()
            for _ in range(3)
        ]
        same(len(set(made)), 3, "different refs")
        same(refs(), made, "as printed")
        mfwctl("rule", "del", "acme", "edge", made[1])
        again = mfwctl("--json", "rule", "insert", "acme", "edge", X, "drop").json()
        true(again.get("ref") not in (made[0], made[2], None), f"a free ref: {again}")
        refused(
            "rule", "add", "acme", "edge", "--ref", made[0], X, "drop", says="already"
        )
        mfwctl("chain", "add", "acme", "other")
        mfwctl("rule", "add", "acme", "other", "--ref", made[0], X, "drop")
        same(refs("acme", "other"), [made[0]], "the same ref in another chain")


def test_replace() -> None:
    """rule replace: counts stay with a new action, comment, ref and mode, not with a new match"""
    with acme() as lab:
        add("r")
        lab.send([lab.probe(b"xyzzy")])
        same(packets("acme", "edge"), {"r": 1}, "one packet")
        replace = ["rule", "replace", "acme", "edge"]
        handle = rules("acme", "edge")[0]["program"]["id"]
        mfwctl(*replace, "r", "--action", "drop", "--comment", "why not")
        mfwctl(*replace, "r", "--ref", "q")
        mfwctl("rule", "mode", "acme", "edge", "q", "monitor")
        [rule] = rules("acme", "edge")
        same((rule["ref"], rule["packets"], rule["action"]), ("q", 1, "drop"), "kept")
        same((rule["comment"], rule["mode"]), ("why not", "monitor"), "changed")
        same(rule["program"]["id"], handle, "the same program")
        mfwctl("rule", "mode", "acme", "edge", "q", "enforce")
        mfwctl(*replace, "q", "--comment", "")
        mfwctl(*replace, "q", f"not {X}", "continue")
        [rule] = rules("acme", "edge")
        same(
            (rule["match"], rule["packets"]),
            (f"not {X}", 0),
            "a new match begins with 0",
        )
        true("comment" not in rule, "the comment is gone")
        lab.send([lab.probe(b"xyzzy"), lab.probe(b"plugh")])
        same(packets("acme", "edge"), {"q": 1}, "the new match counts")
        refused(*replace, "nobody", "--action", "drop", says="no rule 'nobody'")


def test_move_keeps_counts() -> None:
    """A moved rule keeps what it has counted, and its neighbours theirs"""
    with acme() as lab:
        add("a")
        add("b")
        lab.send([lab.probe(b"xyzzy")] * 3)
        mfwctl("rule", "move", "acme", "edge", "b", "--index", "0")
        same(packets("acme", "edge"), {"b": 3, "a": 3}, "after the move")
        lab.send([lab.probe(b"xyzzy")])
        same(packets("acme", "edge"), {"b": 4, "a": 4}, "and counts on")
        size = {rule["bytes"] for rule in rules("acme", "edge")}
        same(size, {4 * (20 + 8 + 5)}, "bytes")


def test_modes() -> None:
    """monitor counts without an effect, disabled does not even count"""
    with acme() as lab:
        mfwctl(
            "rule", "add", "acme", "edge", "--ref", "r", "--mode", "monitor", X, "drop"
        )
        probes = [lab.probe(b"xyzzy"), lab.probe(b"plugh")]
        mode = ["rule", "mode", "acme", "edge", "r"]
        for word, arrived, counted in (
            ("monitor", True, 1),
            ("enforce", False, 2),
            ("disabled", True, 2),
            ("disabled", True, 2),
            ("monitor", True, 3),
            ("enforce", False, 4),
        ):
            mfwctl(*mode, word)
            same(lab.send(probes), [arrived, True], f"{word}: arrived")
            [rule] = rules("acme", "edge")
            same((rule["mode"], rule["packets"]), (word, counted), "mode and count")
            same((rule["match"], rule["action"]), (X, "drop"), "match and action")
        refused(*mode, "off", says="enforce, monitor, disabled", status=2)


def test_reset() -> None:
    """rule list --reset gives the counts and sets them to zero"""
    with acme() as lab:
        add("r")
        lab.send([lab.probe(b"xyzzy")] * 2)
        done = mfwctl("--json", "rule", "list", "acme", "edge", "--reset", status=None)
        found = done.json()
        if done.status:
            same(found["error"]["kind"], "nft.reset", "the kind of error")
            same(packets("acme", "edge"), {"r": 2}, "the counts are not touched")
            raise Skip("this kernel is older than Linux 6.3")
        same(found["chains"][0]["rules"][0]["packets"], 2, "what it gives")
        same(packets("acme", "edge"), {"r": 0}, "what it leaves")


def test_chains() -> None:
    """jump comes back, goto does not, return goes back, continue goes on"""
    with acme() as lab:
        for name in "jumped", "gone":
            mfwctl("chain", "add", "acme", name)
        rule = ["rule", "add", "acme"]
        a, b, c = (f'suffix(bytes="{end}")' for end in "abc")
        mfwctl(*rule, "edge", "--ref", "on", "true", "continue")
        mfwctl(*rule, "edge", "--ref", "jump", a, "jump", "jumped")
        mfwctl(*rule, "edge", "--ref", "goto", b, "goto", "gone")
        mfwctl(*rule, "edge", "--ref", "back", "true", "accept")
        mfwctl(*rule, "jumped", "--ref", "return", 'suffix(bytes="aa")', "return")
        mfwctl(*rule, "jumped", "--ref", "drop", 'suffix(bytes="a")', "drop")
        mfwctl(*rule, "gone", "--ref", "count", "true", "continue")
        sent = [b"a", b"aa", b"b", b"c"]
        expected = [False, True, True, True]
        same(lab.send(lab.probe(one) for one in sent), expected, "arrived")
        same(
            packets("acme", "edge"), {"on": 4, "jump": 2, "goto": 1, "back": 2}, "edge"
        )
        same(packets("acme", "jumped"), {"return": 1, "drop": 1}, "jumped")
        same(packets("acme", "gone"), {"count": 1}, "gone")
        refused("chain", "del", "acme", "gone", "--flush", says="jumps? to it")
        refused(*rule, "edge", c, "jump", "nowhere", says="no chain 'nowhere'")
        refused(*rule, "gone", c, "jump", "edge", says="hook of its own", status=2)
        refused(*rule, "gone", c, "jump", "gone", says="circle")


def serve(server: socket.socket) -> NoReturn:
    """Answers each client in a process of its own; all of them end with the test."""
    while True:
        client = server.accept()[0]
        if not os.fork():
            if client.recv(100):
                client.sendall(b"yes")
            os._exit(0)
        client.close()


def connect(lab: Lab, port: int) -> type[OSError] | None:
    """Connects from internet to origin, as a client does."""
    with inside(lab.internet):
        client = socket.socket(socket.AF_INET)
    with client:
        client.settimeout(20)
        try:
            client.connect((lab.origin_address[4], port))
            client.sendall(b"a request that ends with xyzzy")
            return None if client.recv(100) == b"yes" else OSError
        except OSError as why:
            return type(why)


def test_reject() -> None:
    """reject: a TCP client is told at once, by a reset or by ICMP"""
    with acme() as lab:
        with inside(lab.origin):
            server = socket.create_server((lab.origin_address[4], 0))
        port = server.getsockname()[1]
        if not os.fork():
            serve(server)
        same(connect(lab, port), None, "without a rule")
        rule = ["rule", "add", "acme", "edge", "--ref", "r"]
        mfwctl(*rule, X, "reject", "with", "tcp", "reset")
        same(connect(lab, port), ConnectionResetError, "a reset in the connection")
        same(packets("acme", "edge"), {"r": 1}, "counted")
        mfwctl("rule", "del", "acme", "edge", "r")
        mfwctl(*rule, "true", "reject", "with", "tcp", "reset")
        same(connect(lab, port), ConnectionRefusedError, "a reset at once")
        mfwctl("rule", "replace", "acme", "edge", "r", "--action", "reject")
        same(connect(lab, port), ConnectionRefusedError, "port unreachable")
        action = "reject with icmpx admin-prohibited"
        mfwctl("rule", "replace", "acme", "edge", "r", "--action", action)
        same(rules("acme", "edge")[0]["action"], action, "listed")
        true(connect(lab, port) not in (None, TimeoutError), "admin prohibited")
        mfwctl("rule", "mode", "acme", "edge", "r", "monitor")
        same(connect(lab, port), None, "in monitor")


NFNL_SUBSYS_ULOG = 4


class LogGroup:
    """Listens to an nflog group of a namespace."""

    def __init__(self, namespace: str, group: int) -> None:
        with inside(namespace):
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        self.socket.bind((0, 0))
        for family in socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET6:
            self._configure(family, 0, struct.pack("!HHB3x", 5, 1, 3))  # PF_BIND
        self._configure(0, group, struct.pack("=HHB3x", 5, 1, 1))  # BIND
        # Each packet by itself: a queue threshold of 1, and whole packets.
        self._configure(0, group, struct.pack("=HH", 8, 5) + struct.pack("!I", 1))
        self._configure(
            0,
            group,
            struct.pack("=HH", 10, 2) + struct.pack("!IBx", 0xFFFF, 2) + b"\0\0",
        )

    def _configure(self, family: int, group: int, attribute: bytes) -> None:
        body = struct.pack("!BBH", family, 0, group) + attribute
        kind = NFNL_SUBSYS_ULOG << 8 | 1
        self.socket.send(struct.pack("=IHHII", 16 + len(body), kind, 1, 0, 0) + body)

    def take(self) -> list[bytes]:
        self.socket.setblocking(False)
        found = []
        while True:
            try:
                found.append(self.socket.recv(65536))
            except BlockingIOError:
                return found


def test_log() -> None:
    """log sends matching packets, with a prefix, to the nflog group"""
    with acme() as lab:
        group = LogGroup("acme", 5)
        action = 'log prefix "ends so: " group 5 drop'
        mfwctl("rule", "add", "acme", "edge", "--ref", "r", X, action)
        same(rules("acme", "edge")[0]["action"], action, "listed")
        same(
            lab.send([lab.probe(b"1 xyzzy"), lab.probe(b"2 plugh")]),
            [False, True],
            "arrived",
        )
        seen = [text for text in group.take() if b"ends so: " in text]
        same([b"1 xyzzy" in text for text in seen], [True], "logged")
        mfwctl("rule", "mode", "acme", "edge", "r", "monitor")
        lab.send([lab.probe(b"3 xyzzy")])
        same([text for text in group.take() if b"ends so: " in text], [], "in monitor")
        group.socket.close()


def test_limit() -> None:
    """limit lets only so many through to the verdict; over turns it round; a warning says so"""
    with acme() as lab:
        done = mfwctl(
            "rule",
            "add",
            "acme",
            "edge",
            "--ref",
            "r",
            X,
            "limit rate 1/hour burst 2 drop",
        )
        true("limit" in done.err and "warning" in done.err, f"a warning:\n{done}")
        probes = [lab.probe(b"xyzzy") for _ in range(5)]
        same(lab.send(probes), [False] * 2 + [True] * 3, "two are dropped")
        action = "limit rate over 1/hour burst 2 drop"
        done = mfwctl("rule", "replace", "acme", "edge", "r", "--action", action)
        same(done.err, "", "no warning")
        same(rules("acme", "edge")[0]["action"], action, "listed")
        same(lab.send(probes), [True] * 2 + [False] * 3, "all but two are dropped")


def test_comment() -> None:
    """A comment of 128 bytes beside the longest ref; nft shows it; one more byte is refused"""
    with customers("acme"):
        chain("acme")
        long, ref = "\u00e9" * 64, "r" * 63
        rule = ["rule", "add", "acme", "edge", "--ref"]
        mfwctl(*rule, ref, "--comment", long, X, "drop")
        [found] = rules("acme", "edge")
        same((found["ref"], found["comment"]), (ref, long), "ref and comment")
        shown = run(["ip", "netns", "exec", "acme", "nft", "list", "ruleset"]).out
        true(f'comment "{long}"' in shown, f"nft shows it:\n{shown}")
        refused(*rule, "b", "--comment", long + "x", X, "drop", says="128", status=2)
        refused(*rule, "b" * 64, X, "drop", says="63", status=2)


def test_list_forms() -> None:
    """rule list: as text, as JSON, and in the form that the article prints"""
    with customers("acme"):
        chain("acme")
        mfwctl("rule", "add", "acme", "edge", "--ref", "r", X, "drop")
        text = mfwctl("rule", "list", "acme").out
        true(all(word in text for word in ("edge", "r", X, "drop")), text)
        [rule] = rules("acme", "edge")
        form = mfwctl("rule", "list", "acme", "--format", "nft").out
        true(f"#match bpf pinned {rule['program']['pin']} drop" in form, form)
        true("table inet mfw {" in form and "chain edge {" in form, form)
        same(
            mfwctl("rule", "list", "acme", "--format", "json").json()["chains"][0][
                "rules"
            ][0],
            rule,
            "the same JSON in both ways",
        )
        true(
            f"name {'mfw'}"[:4]
            in run(["bpftool", "prog", "show", "pinned", rule["program"]["pin"]]).out,
            "bpftool knows the pin",
        )


def test_nothing_half_done() -> None:
    """A line that fails leaves the old rules in force"""
    with customers("acme"):
        chain("acme")
        add("r")
        before = ctl.run(
            ["ip", "netns", "exec", "acme", "nft", "-a", "list", "ruleset"]
        ).out
        lines = (
            f"rule add acme edge --ref b {X!r} drop\n"
            "rule del acme edge r\n"
            "chain set acme edge --policy drop\n"
            f"rule add acme edge --ref b {X!r} drop\n"
        )
        refused("-f", "-", says="already", stdin=lines)
        after = ctl.run(
            ["ip", "netns", "exec", "acme", "nft", "-a", "list", "ruleset"]
        ).out
        same(after, before, "the ruleset")
        same(len(rules("acme", "edge")), 1, "rules")


def test_tcp_reset_udp() -> None:
    """reject with tcp reset in front of UDP matches, but cannot reset; the packet is dropped"""
    with acme() as lab:
        mfwctl(
            "rule",
            "add",
            "acme",
            "edge",
            "--ref",
            "r",
            X,
            "reject",
            "with",
            "tcp",
            "reset",
        )
        probes = [lab.probe(b"xyzzy"), lab.probe(b"xyzzy", 6, TCP), lab.probe(b"plugh")]
        same(lab.send(probes)[1:], [False, True], "arrived")
