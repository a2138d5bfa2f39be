# SPDX-License-Identifier: GPL-2.0-or-later
"""What programs have besides their code: the stack, and room for what matchers make."""

import json
import random
import tempfile
from pathlib import Path
from typing import Any

import packet
from ctl import Failure, mfwctl, run, same, true
from scenario import PINS, customers, takes

ETHERNET = bytes(12) + b"\x08\x00"


# ---- many at once ----


def argument(parameter: dict[str, Any]) -> str:
    if parameter["type"] == "int":
        return str(max(parameter["min"], 1))
    if parameter["type"] == "rate":
        return "5/second"
    return '"x"'


def call(matcher: dict[str, Any]) -> str:
    limits = ("pps", "cps") if "rate" in matcher["name"] else ()
    needed = [p for p in matcher["parameters"] if p["required"] or p["name"] in limits]
    given = ", ".join(f"{p['name']}={argument(p)}" for p in needed)
    return f"{matcher['name']}({given})"


def question(field: dict[str, Any]) -> str:
    name, kind = field["name"], field["type"].lower()
    return {"bool": name, "int": f"{name} == 1"}.get(kind, f'{name} contains "x"')


def questions() -> list[str]:
    """One to every matcher and field, and some that take much of the stack themselves."""
    found = ['udp wildcard "*a*b*"', 'lower(tcp) contains "y"', "ip.src == 192.0.2.1"]
    found += [f"ip.src in $a{n}" for n in range(4)]
    for matcher in mfwctl("--json", "matcher", "list").json()["matchers"]:
        found.append(call(matcher))
        found += [question(field) for field in matcher["fields"]]
    return found


@takes(20)
def test_together() -> None:
    """Whatever matchers, fields and lists one expression asks for, the verifier takes it"""
    with customers("acme"):
        for n in range(4):
            mfwctl("list", "set", "acme", f"a{n}", "192.0.2.1")
        every = questions()
        true(len(every) > 30, f"there are questions: {every}")
        chosen = random.Random(4)
        for count in [2] * 10 + [4] * 10 + [8] * 10:
            word = chosen.choice([" and ", " or "])
            expression = word.join(chosen.sample(every, count))
            found = mfwctl("expr", "explain", "--customer", "acme", expression).out
            if "the verifier went through" not in found:
                raise Failure(f"not loaded: {expression}\n{found}")


# ---- room ----


def places(pins: Path) -> list[list[str]]:
    """Each CPU's four places for what a matcher makes, as they lie in memory."""
    dump = run(["bpftool", "-j", "map", "dump", "pinned", str(pins / "mfw_room")]).out
    [entry] = json.loads(dump)
    found = []
    for value in entry["values"]:
        size = len(value["value"]) // 4
        found += [value["value"][n * size : (n + 1) * size] for n in range(4)]
    return found


def taken(pins: Path) -> set[int]:
    return {int(place[0], 16) for place in places(pins)}


def answer(pins: Path, packet_file: Path) -> int:
    command = ["bpftool", "-j", "prog", "run", "pinned", str(pins / "mfw_main")]
    return int(json.loads(run([*command, "data_in", str(packet_file)]).out)["retval"])


def dns(name: bytes) -> bytes:
    labels = b"".join(bytes([len(one)]) + one for one in name.split(b"."))
    message = b"\0\1\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1"
    ends = ("192.0.2.1", "192.0.2.2")
    return ETHERNET + packet.ip4(
        *ends, packet.UDP, packet.udp(*ends, 4000, 53, message)
    )


def test_room() -> None:
    """The room for what a matcher makes is given back, whatever the answer; with none left: no"""
    with customers("acme"), tempfile.TemporaryDirectory() as directory:
        program, yes, no = (Path(directory, name) for name in ("x.bpf.o", "yes", "no"))
        yes.write_bytes(dns(b"a.example"))
        no.write_bytes(dns(b"b.example"))
        mfwctl("expr", "compile", 'dns.qname == "a.example"', "-o", str(program))
        pins = PINS / "test"
        pins.mkdir(mode=0o700, parents=True)
        load = ["bpftool", "prog", "loadall", str(program), str(pins)]
        run([*load, "pinmaps", str(pins)])
        try:
            for _ in range(3):
                same(answer(pins, yes), 1, "a.example")
                same(answer(pins, no), 0, "b.example")
            same(taken(pins), {0}, "places taken behind it")
            full = (["1"] + ["0"] * (len(places(pins)[0]) - 1)) * 4
            where = ["map", "update", "pinned", str(pins / "mfw_room")]
            zero = ["key", "0", "0", "0", "0"]
            run(["bpftool", *where, *zero, "value", *full])
            same(taken(pins), {1}, "places taken by hand")
            same(answer(pins, yes), 0, "without a place")
        finally:
            for pin in pins.iterdir():
                pin.unlink()
            pins.rmdir()
