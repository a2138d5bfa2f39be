# SPDX-License-Identifier: GPL-2.0-or-later
"""Where rules can stand: every family at every hook, with packets that come by there."""

from ctl import packets, mfwctl, refused, same
from lab import Lab
from packet import TCP, UDP
from scenario import chain, customers, nft

# A path on which a packet comes by the hook.
PATHS = {
    "prerouting": "forward",
    "input": "input",
    "forward": "forward",
    "output": "output",
    "postrouting": "forward",
}
VERSIONS = {"ip": (4,), "ip6": (6,), "inet": (4, 6), "bridge": (4, 6)}


def check_hook(lab: Lab, family: str, hook: str) -> None:
    path = PATHS[hook]
    chain(lab.customer, hook, hook, family)
    mfwctl(
        "rule", "add", lab.customer, hook, "--ref", "r", 'suffix(bytes="bad")', "drop"
    )
    probes = [
        lab.probe(payload, version, protocol, path)
        for version in (4, 6)
        for protocol in (UDP, TCP)
        for payload in (b"it is bad", b"it is good", b"bad it is not")
    ]
    expected = [
        probe.version not in VERSIONS[family] or not probe.mark.endswith(b"bad")
        for probe in probes
    ]
    found = lab.send(probes, path)
    for probe, wanted, arrived in zip(probes, expected, found):
        same(arrived, wanted, f"{family} {hook}: {probe.name} arrived")
    same(packets(lab.customer, hook), {"r": expected.count(False)}, f"{family} {hook}")
    mfwctl("chain", "del", lab.customer, hook, "--flush")
    same(lab.send(probes, path), [True] * len(probes), f"{family} {hook} without rules")


def check_family(family: str) -> None:
    with customers("acme"), Lab("acme", bridged=family == "bridge") as lab:
        for hook in PATHS:
            check_hook(lab, family, hook)


def test_ip() -> None:
    """Family ip: suffix drops at all five hooks, IPv4 only"""
    check_family("ip")


def test_ip6() -> None:
    """Family ip6: suffix drops at all five hooks, IPv6 only"""
    check_family("ip6")


def test_inet() -> None:
    """Family inet: suffix drops at all five hooks, IPv4 and IPv6"""
    check_family("inet")


def test_bridge() -> None:
    """Family bridge: suffix drops at all five hooks, IPv4 and IPv6"""
    check_family("bridge")


def test_bridge_local_postrouting() -> None:
    """What the customer's own namespace sends passes output and postrouting, once each"""
    with customers("acme"), Lab("acme") as lab:
        for hook in "output", "postrouting":
            chain("acme", hook, hook)
            mfwctl(
                "rule",
                "add",
                "acme",
                hook,
                "--ref",
                "r",
                'suffix(bytes="bad")',
                "continue",
            )
        found = lab.send([lab.probe(b"bad", 4, UDP, "output")], "output")
        same(found, [True], "arrived")
        for hook in "output", "postrouting":
            same(packets("acme", hook), {"r": 1}, hook)


def test_nat_and_route() -> None:
    """Chains of type nat and route take a match, too"""
    with customers("acme"), Lab("acme") as lab:
        for kind, hook, family in (
            ("nat", "prerouting", "ip"),
            ("nat", "postrouting", "inet"),
            ("route", "output", "ip"),
        ):
            name = f"{kind}-{hook}"
            where = ["--type", kind, "--hook", hook, "--family", family]
            mfwctl("chain", "add", "acme", name, *where, "--priority", "0")
            rule = ["--ref", "r", 'suffix(bytes="bad")', "drop"]
            mfwctl("rule", "add", "acme", name, *rule)
        # Without connection tracking no packet is shown to a chain of type nat.
        nft(
            "acme",
            "table ip t { chain c { type filter hook input priority 0; ct state new; }; }",
        )
        probes = [lab.probe(b"bad"), lab.probe(b"good")]
        same(lab.send(probes), [False, True], "nat prerouting: arrived")
        same(packets("acme", "nat-prerouting"), {"r": 1}, "nat prerouting")
        same(packets("acme", "nat-postrouting"), {"r": 0}, "nat postrouting")


def test_priority() -> None:
    """Chains of one hook run in the order of their priorities, and accept ends one chain only"""
    with customers("acme"), Lab("acme") as lab:
        for name, priority in ("late", "10"), ("early", "-10"):
            where = ["--hook", "forward", "--priority", priority]
            mfwctl("chain", "add", "acme", name, *where)
        mfwctl(
            "rule", "add", "acme", "early", "--ref", "r", 'suffix(bytes="x")', "accept"
        )
        mfwctl(
            "rule", "add", "acme", "late", "--ref", "r", 'suffix(bytes="xx")', "drop"
        )
        same(lab.send([lab.probe(b"xx"), lab.probe(b"x")]), [False, True], "arrived")
        same(packets("acme", "early"), {"r": 2}, "early")
        same(packets("acme", "late"), {"r": 1}, "late")


def test_policy_drop() -> None:
    """A base chain's policy is what happens at its end; chain set changes it in place"""
    with customers("acme"), Lab("acme") as lab:
        where = ["--hook", "forward", "--priority", "0", "--policy", "drop"]
        mfwctl("chain", "add", "acme", "edge", *where)
        mfwctl(
            "rule", "add", "acme", "edge", "--ref", "r", 'suffix(bytes="ok")', "accept"
        )
        probes = [lab.probe(b"ok"), lab.probe(b"no")]
        same(lab.send(probes), [True, False], "with policy drop")
        mfwctl("chain", "set", "acme", "edge", "--policy", "accept")
        same(lab.send(probes), [True, True], "with policy accept")
        same(packets("acme", "edge"), {"r": 2}, "counters after chain set")
        mfwctl(
            "chain", "set", "acme", "edge", "--hook", "prerouting", "--priority", "-5"
        )
        found = mfwctl("--json", "rule", "list", "acme").json()["chains"][0]
        same((found["hook"], found["priority"]), ("prerouting", -5), "chain set")
        same(packets("acme", "edge"), {"r": 2}, "counters after a new hook")
        same(lab.send(probes), [True, True], "at prerouting")
        same(packets("acme", "edge"), {"r": 3}, "counters at prerouting")


def test_other_families() -> None:
    """ingress, netdev and arp take no match of xtables: refused, with a word on why"""
    with customers("acme"):
        add = ["chain", "add", "acme", "x", "--priority", "0", "--hook"]
        refused(*add, "ingress", says="--hook is one of prerouting", status=2)
        refused(
            *add, "input", "--family", "netdev", says="--family is one of", status=2
        )
        refused(*add, "input", "--family", "arp", says="--family is one of", status=2)
        nft(
            "acme",
            "table arp t { chain c { type filter hook input priority 0; }; }\n"
            "table netdev t { chain c { type filter hook ingress device lo priority 0; }; }\n"
            "table inet t { chain c { type filter hook ingress device lo priority 0; }; }\n",
        )
        for family in "arp", "netdev":
            where = [
                "--netns",
                "acme",
                "--family",
                family,
                "--table",
                "t",
                "--chain",
                "c",
            ]
            refused("rule", "add", *where, "true", "drop", says="family", status=2)
        where = ["--netns", "acme", "--table", "t", "--chain", "c"]
        refused("rule", "add", *where, 'suffix(bytes="x")', "drop", says="ingress|hook")
