# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside iptables-nft: the same message, and each reads and deletes the other's rules."""

import re
import shlex

from ctl import Failure, mfwctl, mfwctl_path, refused, run, same, true
from scenario import Skip, customers, pins
from strace import NFT_NEWRULE, Trace, expressions, match_info, sent_by

PIN = "/sys/fs/bpf/own"
WHERE = ["--family", "ip", "--table", "filter", "--chain", "INPUT"]
COMMENT = "of ours"


def iptables(*words: str, status: int | None = 0) -> str:
    return run(["iptables-nft", *words], status).out


def save() -> list[str]:
    """The rules of table filter as iptables-nft-save has them."""
    lines = run(["iptables-nft-save", "-t", "filter"]).out.splitlines()
    return [line for line in lines if line.startswith("-A ")]


def set_up() -> None:
    """Makes iptables' table and chains, and pins a program of one's own."""
    iptables("-N", "OTHER")
    iptables("-A", "INPUT", "-j", "ACCEPT")
    iptables("-F", "INPUT")
    source = mfwctl_path().replace("/mfwctl", "/mfw/suffix.bpf.o")
    run(["bpftool", "prog", "load", source, PIN, "type", "socket"])


def add(*words: str) -> str:
    """Adds a rule of ours and gives back the pin that it names."""
    mfwctl("rule", "add", *WHERE, "--ref", "r", "--object-pinned", PIN, *words)
    [rule] = listed()
    return str(rule["program"]["pin"])


def listed() -> list[dict[str, dict[str, object]]]:
    chains = mfwctl("--json", "rule", "list", *WHERE).json()["chains"]
    return [rule for chain in chains for rule in chain["rules"] if "ref" in rule]


def new_rule(trace: Trace) -> bytes:
    found = [
        body
        for call in trace.batches()
        for kind, body in call.messages()
        if kind == NFT_NEWRULE
    ]
    same(len(found), 1, "rules that are sent")
    return found[0]


def without_fd(exprs: bytes) -> tuple[bytes, int]:
    """The expressions with the number in struct xt_bpf_info_v1's fd taken out, and the number."""
    info = match_info(exprs)
    same(len(info), 528, "bytes of NFTA_MATCH_INFO")
    at = exprs.index(info)
    number = int.from_bytes(info[4:8], "little", signed=True)
    return exprs[: at + 4] + bytes(4) + exprs[at + 8 :], number


def test_message() -> None:
    """What we send for a rule is what iptables-nft sends for it, but for the number in fd"""
    set_up()
    pin = add("drop")
    for verdict, target in (
        ("accept", "ACCEPT"),
        ("drop", "DROP"),
        ("return", "RETURN"),
        ("jump OTHER", "OTHER"),
    ):
        match = ["-m", "bpf", "--object-pinned", pin, "-j", target]
        theirs = expressions(new_rule(sent_by(["iptables-nft", "-A", "INPUT", *match])))
        words = ["--object-pinned", pin, *verdict.split()]
        ours = expressions(
            new_rule(
                sent_by([mfwctl_path(), "rule", "add", *WHERE, "--ref", "s", *words])
            )
        )
        path = match_info(ours)[8:].split(b"\0")[0].decode()
        if path != pin:
            # Our link has another name: what the path fills is known, the rest must be the same.
            theirs = theirs.replace(
                pin.encode().ljust(512, b"\0"), path.encode().ljust(512, b"\0")
            )
        same(
            without_fd(ours)[0].hex(),
            without_fd(theirs)[0].hex(),
            f"expressions for {verdict}",
        )
        same(without_fd(ours)[1], 4, "our fd")
        mfwctl("rule", "del", *WHERE, "s")
        iptables("-D", "INPUT", *match)


def test_message_bytecode() -> None:
    """The same for classic bytecode"""
    set_up()
    code = "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"
    theirs = expressions(
        new_rule(
            sent_by(
                [
                    "iptables-nft",
                    "-A",
                    "INPUT",
                    "-m",
                    "bpf",
                    "--bytecode",
                    code,
                    "-j",
                    "DROP",
                ]
            )
        )
    )
    ours = expressions(
        new_rule(
            sent_by([mfwctl_path(), "rule", "add", *WHERE, "--bytecode", code, "drop"])
        )
    )
    same(match_info(ours).hex(), match_info(theirs).hex(), "NFTA_MATCH_INFO")
    same(ours.hex(), theirs.hex(), "expressions")
    same(len(set(save())), 1, "iptables-nft-save takes both for the same rule")


def test_delete() -> None:
    """iptables-nft shows, checks and deletes our rule, with and without a comment"""
    set_up()
    for comment in False, True:
        for verdict, target in (
            ("accept", "-j ACCEPT"),
            ("drop", "-j DROP"),
            ("return", "-j RETURN"),
            ("jump OTHER", "-j OTHER"),
            ("goto OTHER", "-g OTHER"),
        ):
            pin = add(*(["--comment", COMMENT] if comment else []), *verdict.split())
            match = ["-m", "bpf", "--object-pinned", pin]
            if comment:
                match += ["-m", "comment", "--comment", COMMENT]
            rule = ["INPUT", *match, *target.split()]
            same(
                [shlex.split(line) for line in save()],
                [["-A", *rule]],
                "iptables-nft-save",
            )
            shown = iptables("-L", "INPUT", "-v", "-n")
            true(f"match bpf pinned {pin}" in shown, shown)
            true(not comment or f"/* {COMMENT} */" in shown, shown)
            iptables("-C", *rule)
            iptables("-D", *rule)
            same(save(), [], "after iptables-nft -D")
            same(listed(), [], "and as we list it")
    # What iptables deleted leaves a link of ours; the next change of ours sees to it.
    add("drop")
    mfwctl("rule", "del", *WHERE, "r")
    same(pins(), [], "pins")


def test_refused_actions() -> None:
    """What iptables-nft cannot read, or would show as what it is not, is not put beside it"""
    set_up()
    add("drop")
    before = run(["nft", "list", "ruleset"]).out
    rule = ["rule", "add", *WHERE, "--object-pinned", PIN]
    for action in (
        "reject",
        "continue",
        "log drop",
        "log prefix a group 1 drop",
        "limit rate over 1/second drop",
        "limit rate 1/second accept",
    ):
        refused(*rule, *action.split(), says="iptables-nft reads")
        refused(
            "rule",
            "replace",
            *WHERE,
            "r",
            "--action",
            action,
            says="iptables-nft reads",
        )
    for mode in "monitor", "disabled":
        refused(*rule, "--mode", mode, "drop", says="iptables-nft reads")
        refused("rule", "mode", *WHERE, "r", mode, says="iptables-nft reads")
    same(run(["nft", "list", "ruleset"]).out, before, "the rules")
    true("bpf" in iptables("-S", "INPUT"), "iptables-nft reads the table")


# What iptables-nft is given, and what is to be found in our listing.
FOREIGN = {
    "-p tcp -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT": [
        "-m conntrack --ctstate NEW,ESTABLISHED",
        "accept",
    ],
    "-p tcp -m multiport --dports 80,443 -j DROP": [
        "-m multiport --dports 80,443",
        "drop",
    ],
    "-m comment --comment hello -j ACCEPT": ["hello", "accept"],
    "-m string --string foo --algo bm -j DROP": [
        '-m string --string "foo" --algo bm',
        "drop",
    ],
    "-m statistic --mode random --probability 0.5 -j ACCEPT": [
        "-m statistic --mode random --probability 0.50000000000"
    ],
    "-s 192.0.2.7 -i eth0 -p udp --dport 53 -j LOG --log-prefix xx": [
        'iifname "eth0"',
        "ip saddr 192.0.2.7",
        "53",
        "-j LOG --log-prefix xx",
    ],
    "-m limit --limit 5/min -j REJECT": ["limit rate 5/minute", "-j REJECT"],
    "-m u32 --u32 6&0xFF=1 -j DROP": ['-m u32 --u32 "0x6&0xff=0x1"'],
    "-m recent --set --name seen -j DROP": ["-m recent --set --name seen"],
    "-m hashlimit --hashlimit-upto 5/s --hashlimit-name a -j DROP": [
        "-m hashlimit --hashlimit-upto 5/sec"
    ],
    "-j MARK --set-mark 1": ["-j MARK --set-xmark 0x1/0xffffffff"],
    "-m addrtype --dst-type LOCAL -j RETURN": [
        "-m addrtype --dst-type LOCAL",
        "return",
    ],
    "-p tcp -m multiport --dports 1:9 -m string --string a --algo kmp -m ttl --ttl-lt 5 -j OTHER": [
        "-m multiport --dports 1:9",
        '-m string --string "a" --algo kmp',
        "-m ttl --ttl-lt 5",
        "jump OTHER",
    ],
    f"-m bpf --object-pinned {PIN} -j DROP": [f"-m bpf --object-pinned {PIN}", "drop"],
}


def test_foreign() -> None:
    """Rules of iptables-nft, of several xt matches and targets, are listed as what they are"""
    set_up()
    expected = []
    for words, parts in FOREIGN.items():
        done = run(["iptables-nft", "-A", "INPUT", *words.split()], None)
        if done.status:
            print(f"not in this kernel: {words}")
        else:
            expected.append((words, parts))
    if not expected:
        raise Skip("the kernel has none of the matches")
    chains = mfwctl("--json", "rule", "list", *WHERE).json()["chains"]
    found = [rule for chain in chains for rule in chain["rules"]]
    same(len(found), len(expected), "rules listed")
    same(len(save()), len(expected), "rules that iptables-nft-save shows")
    text = mfwctl("rule", "list", *WHERE).out
    for rule, line, (words, parts) in zip(found, save(), expected):
        true(rule["foreign"], f"{words} is not ours")
        for part in parts:
            true(part in rule["text"], f"{words}: {part!r} is not in {rule['text']!r}")
            true(part in text, f"{words}: {part!r} is not in the text")
        check_against_save(line, rule["text"])


def check_against_save(line: str, text: str) -> None:
    """Every xt match that we print must be in words that iptables-nft-save has, too."""
    for match in re.findall(r"-m (?!comment|limit)(\S+) (--\S+)", text):
        if f"-m {match[0]} " not in line or match[1] not in line:
            raise Failure(
                f"{text!r} says -m {' '.join(match)}, iptables-nft-save {line!r}"
            )


def test_native() -> None:
    """Rules of nft are listed in nft's words, with their counters, between ours"""
    with customers("acme"):
        rules = [
            'iifname "eth0" udp dport 5060 counter packets 3 bytes 300 drop',
            "tcp dport { 22, 23 } accept",
            "ip saddr 192.0.2.1 counter packets 0 bytes 0 jump x",
            "ct state established,related accept",
        ]
        lines = "\n".join(f"add rule inet mfw edge {rule}" for rule in rules)
        mfwctl("chain", "add", "acme", "edge", "--hook", "forward", "--priority", "0")
        mfwctl("chain", "add", "acme", "x")
        mfwctl("rule", "add", "acme", "edge", "--ref", "a", 'suffix(bytes="a")', "drop")
        run(["ip", "netns", "exec", "acme", "nft", "-f", "-"], stdin=lines)
        mfwctl("rule", "add", "acme", "edge", "--ref", "z", 'suffix(bytes="z")', "drop")
        [found] = mfwctl("--json", "rule", "list", "acme", "edge").json()["chains"]
        refs = [rule.get("ref") for rule in found["rules"]]
        same(refs, ["a", None, None, None, None, "z"], "refs")
        foreign = found["rules"][1]
        same(
            (foreign["packets"], foreign["bytes"]),
            (3, 300),
            "counter of another's rule",
        )
        for rule, word in zip(
            found["rules"][1:], ("5060", "22, 23", "192.0.2.1", "established")
        ):
            true(word in rule["text"], f"{word} is not in {rule['text']!r}")
        mfwctl("rule", "move", "acme", "edge", "z", "--index", "2")
        [found] = mfwctl("--json", "rule", "list", "acme", "edge").json()["chains"]
        refs = [rule.get("ref") for rule in found["rules"]]
        same(refs, ["a", None, "z", None, None, None], "moved between others' rules")


def test_changed_by_others() -> None:
    """A rule of ours that another tool has rebuilt is not taken for ours"""
    set_up()
    add("drop")
    # iptables-nft reads our rule and writes what it understood: without our ref.
    text = run(["iptables-nft-save", "-t", "filter"]).out
    run(["iptables-nft-restore"], stdin=text)
    same(listed(), [], "rules with a ref")
    refused("rule", "del", *WHERE, "r", says="no rule 'r'")
    same(len(save()), 1, "the rule is there")
