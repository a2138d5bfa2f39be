# SPDX-License-Identifier: GPL-2.0-or-later
"""What tshark's dissectors say of the packets of dns and sip in other projects' captures.

Differences that are known, and why; every other one is a failure:

| what | tshark | we | why |
|---|---|---|---|
| upper case in names | as it is | lower case | dns.qname is; compared in lower case |
| bytes above 127 in names | replaced in its output | as they are | compared by length and type alone |
| several messages in a TCP segment | all | the first | a field has one value |
| RCODE of a query | not shown | there | it is a field of the header |
| NetBIOS names | nbns | dns | it has the format of DNS, on port 137 |
| multicast DNS | mdns | level="header" only | it has several questions, or none |
| multicast DNS's class | without its highest bit | with it | it is that bit of the class |
| SIP keep-alives | data | no SIP, but for keepalives=true | which is asked for explicitly |
| packets inside of packets | dissected | the outer one counts | a rule sees the outer one |
"""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from capture import corpus, matched, tool
from ctl import same, true
from scenario import at_least, takes
from test_judges import BEFORE_IP

Row = dict[str, str]
OPTIONS = (
    "tcp.desegment_tcp_streams:FALSE",
    "ip.defragment:FALSE",
    "ipv6.defragment:FALSE",
)
COMMON = (
    "frame.number",
    "frame.protocols",
    "frame.len",
    "frame.cap_len",
    "_ws.malformed",
)


def dissect(path: Path, fields: tuple[str, ...]) -> dict[int, Row]:
    """The first occurrence of each field, by packet."""
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "occurrence=f"]
    for option in OPTIONS:
        command += ["-o", option]
    for field in COMMON + fields:
        command += ["-e", field]
    found: dict[int, Row] = {}
    for line in tool(command).decode(errors="replace").splitlines():
        row = dict(zip(COMMON + fields, line.split("\t")))
        found[int(row["frame.number"])] = row
    return found


def carries(row: Row, *protocols: str) -> bool:
    """Whether the packet itself, and not one inside of it, carries one of the protocols."""
    names = row["frame.protocols"].split(":")
    while names and names[0] in BEFORE_IP:
        names.pop(0)
    return (
        names[:1] in (["ip"], ["ipv6"])
        and names[1:2] in (["udp"], ["tcp"])
        and names[2:3] != []
        and names[2] in protocols
        and row["frame.len"] == row["frame.cap_len"]
    )


def merged(folder: str) -> Path:
    path = Path(folder, "all.pcapng")
    tool(["mergecap", "-w", str(path), *map(str, corpus())])
    return path


def compare(path: Path, expression: str, expected: set[int], domain: set[int]) -> None:
    found = matched(expression, path) & domain
    same(sorted(found ^ expected)[:9], [], f"packets that differ in {expression}")


# ---- dns ----

NUMBERS = {
    "dns.id": "dns.id",
    "dns.opcode": "dns.flags.opcode",
    "dns.rcode": "dns.flags.rcode",
    "dns.qdcount": "dns.count.queries",
    "dns.ancount": "dns.count.answers",
    "dns.nscount": "dns.count.auth_rr",
    "dns.arcount": "dns.count.add_rr",
    "dns.qtype": "dns.qry.type",
    "len(dns.qname)": "dns.qry.name.len",
}
FLAGS = {
    "dns.qr": "dns.flags.response",
    "dns.aa": "dns.flags.authoritative",
    "dns.tc": "dns.flags.truncated",
    "dns.rd": "dns.flags.recdesired",
    "dns.ra": "dns.flags.recavail",
    "dns.ad": "dns.flags.authenticated",
    "dns.cd": "dns.flags.checkdisable",
}
DNS = ("dns", "mdns", "llmnr")


def number(text: str) -> int:
    return int(text, 0) if text else -1


def some(values: Counter[str] | Counter[int], least: int) -> list[str]:
    """All of them in a long run, the most common ones in others."""
    most = None if at_least("long") else 4 * least if at_least("full") else least
    return [str(v) for v, _ in values.most_common(most)]


def compare_numbers(path: Path, rows: dict[int, Row], domain: set[int]) -> None:
    for ours, theirs in NUMBERS.items():
        values = {n: number(rows[n][theirs]) for n in domain}
        present = {n for n in domain if values[n] >= 0}
        for value in some(Counter(values[n] for n in present), 3):
            expected = {n for n in present if values[n] == int(value)}
            compare(path, f"{ours} == {value}", expected, present)
        if ours != "dns.rcode":
            compare(path, f"{ours} ge 0", present, domain)


def compare_names(path: Path, rows: dict[int, Row], domain: set[int]) -> None:
    names = {n: rows[n]["dns.qry.name"].lower() for n in domain}
    plain = {n: v for n, v in names.items() if v and v.isascii() and v.isprintable()}
    true(len(plain) > len(domain) // 2, "most names can be compared")
    for name in some(Counter(plain.values()), 20):
        text = (
            "" if name == "<root>" else name.replace("\\", "\\\\").replace('"', '\\"')
        )
        expected = {n for n, v in plain.items() if v == name}
        compare(path, f'dns.qname == "{text}"', expected, set(plain))
        top = text.rpartition(".")[2]
        suffix = {n for n, v in plain.items() if v.rpartition(".")[2] == top}
        if top:
            compare(
                path,
                f'dns.qname wildcard "*.{top}" or dns.qname == "{top}"',
                suffix,
                set(plain),
            )


@takes(120)
def test_dns() -> None:
    """tshark finds the same fields in every packet of DNS, and calls the same ones malformed"""
    with TemporaryDirectory() as folder:
        path = merged(folder)
        rows = dissect(
            path, (*NUMBERS.values(), *FLAGS.values(), "dns.qry.name", "dns.qry.class")
        )
        dns = {n for n, row in rows.items() if carries(row, *DNS)}
        true(len(dns) > 900, f"packets of DNS in the corpus: {len(dns)}")
        whole = {n for n in dns if not rows[n]["_ws.malformed"]}
        others = set(rows) - dns
        multicast = {n for n in dns if carries(rows[n], "mdns")}
        compare(path, 'dns(level="header")', whole, dns)
        for question in "dns", 'dns(level="strict")':
            compare(path, question, whole - multicast, dns - multicast)
            taken = matched(question, path) & others
            taken -= {n for n in others if carries(rows[n], "nbns")}
            same(taken, set(), f"what is no DNS for tshark and is for {question}")
        compare_numbers(path, rows, whole)
        for ours, theirs in FLAGS.items():
            expected = {n for n in whole if rows[n][theirs] in ("1", "True")}
            compare(path, ours, expected, whole)
        compare_names(path, rows, whole)
        for value in {rows[n]["dns.qry.class"] for n in whole - multicast} - {""}:
            expected = {n for n in whole if rows[n]["dns.qry.class"] == value}
            compare(
                path,
                f"dns.qclass == {number(value)}",
                expected - multicast,
                whole - multicast,
            )


# ---- sip ----

TEXTS = {
    "sip.method": "sip.Method",
    "sip.cseq_method": "sip.CSeq.method",
    "sip.call_id": "sip.Call-ID",
    "sip.user_agent": "sip.User-Agent",
    "sip.from": "sip.From",
    "sip.to": "sip.To",
}
SIP_NUMBERS = {
    "sip.status": "sip.Status-Code",
    "sip.content_length": "sip.Content-Length",
}
# Without which a message is not one of level="headers"; a request has this one, too.
MANDATORY = ("sip.To", "sip.From", "sip.CSeq", "sip.Call-ID", "sip.Via")
FORWARDS = "sip.Max-Forwards"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def has_headers(row: Row) -> bool:
    needed = (*MANDATORY, FORWARDS) if row["sip.Method"] else MANDATORY
    return all(row[header] for header in needed)


def is_strict(row: Row) -> bool:
    """What tshark shows of it; that headers are there once it does not."""
    same_method = row["sip.Method"] in ("", row["sip.CSeq.method"])
    return has_headers(row) and same_method


@takes(60)
def test_sip() -> None:
    """tshark finds the same fields in every packet of SIP, and as much of the messages"""
    with TemporaryDirectory() as folder:
        path = merged(folder)
        names = (*TEXTS.values(), *SIP_NUMBERS.values(), *MANDATORY, FORWARDS)
        rows = dissect(path, names)
        sip = {n for n, row in rows.items() if carries(row, "sip")}
        true(len(sip) > 80, f"packets of SIP in the corpus: {len(sip)}")
        everything = set(rows)
        compare(path, "sip", sip, everything)
        headers = {n for n in sip if has_headers(rows[n])}
        true(0 < len(headers) < len(sip), "some messages have all headers, some not")
        compare(path, 'sip(level="headers")', headers, everything)
        strict = {n for n in sip if is_strict(rows[n])}
        compare(path, 'sip(level="strict")', strict, everything)
        compare(
            path, "sip.is_response", {n for n in sip if rows[n]["sip.Status-Code"]}, sip
        )
        for fields in TEXTS, SIP_NUMBERS:
            for ours, theirs in fields.items():
                values = {n: rows[n][theirs] for n in sip}
                for value in some(Counter(v for v in values.values() if v), 5):
                    text = value if fields is SIP_NUMBERS else quoted(value)
                    expected = {n for n, v in values.items() if v == value}
                    compare(path, f"{ours} == {text}", expected, everything)
