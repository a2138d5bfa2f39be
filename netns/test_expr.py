# SPDX-License-Identifier: GPL-2.0-or-later
"""Expressions as rules, on packets that come over a wire: every field, operator and function."""

import json
import re
import shlex
import struct

import packet
from ctl import PROJECT, mfwctl, packets, run, same, true
from lab import INTERNET, SILENT, Lab
from packet import DESTINATION, FRAGMENT, HOP_BY_HOP, TCP, UDP, Probe
from scenario import chain, customers

ICMP, ICMP6, SCTP, GRE = 1, 58, 132, 47
ROUTER_ALERT = b"\x94\x04\0\0"
SIP = b"OPTIONS sip:x SIP/2.0\r\nVia: a\r\n\r\n"
WEB = b"GET /index.html HTTP/1.1\r\nHost: www.example.net\r\n\r\n"
NAME = b"\x12\x34\x81\x80 an answer, which ends with xyzzy"

# ---- packets, by name ----


def make_packets(four: tuple[str, str], six: tuple[str, str]) -> dict[str, bytes]:
    def both(name: str, protocol: int, body: dict[int, bytes]) -> dict[str, bytes]:
        return {
            name: packet.ip4(*four, protocol, body[4]),
            name + "6": packet.ip6(*six, protocol, body[6]),
        }

    def tcp(dport: int, payload: bytes, flags: int) -> dict[int, bytes]:
        ends = {4: four, 6: six}
        return {
            v: packet.tcp(*ends[v], 40000, dport, payload, flags=flags) for v in ends
        }

    def udp(sport: int, dport: int, payload: bytes) -> dict[int, bytes]:
        ends = {4: four, 6: six}
        return {v: packet.udp(*ends[v], sport, dport, payload) for v in ends}

    ping = struct.pack("!BBHHH", 8, 0, 0, 7, 1)
    sctp = struct.pack("!HHII", 5060, 5061, 1, 0) + b"\0\0\0\4"
    gre = struct.pack("!HH", 0, 0x0800) + bytes(20)
    dns = udp(53, 33333, NAME)
    low = bytearray(packet.ip4(*four, UDP, dns[4]))
    low[8] = 3
    found = {
        **both("syn", TCP, tcp(443, b"", 0x02)),
        **both("web", TCP, tcp(80, WEB, 0x18)),
        **both("odd", TCP, tcp(8080, b"", 0xE5)),
        **both("sip", UDP, udp(5060, 5060, SIP)),
        **both("dns", UDP, dns),
        **both("sctp", SCTP, {4: sctp, 6: sctp}),
        **both("gre", GRE, {4: gre, 6: gre}),
        "ping": packet.ip4(*four, ICMP, ping),
        "ping6": packet.ip6(*six, ICMP6, b"\x80" + ping[1:]),
        "unreach": packet.ip4(*four, ICMP, b"\3\1" + bytes(6) + b"\x45" + bytes(19)),
        "low": bytes(low),
        "opt": packet.ip4(*four, UDP, udp(53, 5353, b"opt")[4], ROUTER_ALERT),
        "first": packet.ip4(*four, UDP, dns[4][:16], fragment=0x2000),
        "later": packet.ip4(*four, UDP, dns[4][16:], fragment=2),
    }
    extended = [
        ("hop6", HOP_BY_HOP, packet.extension(TCP), tcp(443, b"", 0x02)[6]),
        ("dst6", DESTINATION, packet.extension(UDP, 16), udp(5060, 5060, SIP)[6]),
        ("first6", FRAGMENT, packet.fragment6(UDP, 0, True, 9), dns[6][:16]),
        ("later6", FRAGMENT, packet.fragment6(UDP, 2, False, 9), dns[6][16:]),
    ]
    for name, kind, header, body in extended:
        found[name] = packet.ip6(*six, kind, header + body)
    return found


GROUPS = {
    "v4": "syn web odd sip dns sctp gre ping unreach low opt first later",
    "v6": "syn6 web6 odd6 sip6 dns6 sctp6 gre6 ping6 hop6 dst6 first6 later6",
    "all": "v4 v6",
    "tcp": "syn web odd syn6 web6 odd6 hop6",
    # of all UDP the header is there but in later fragments
    "udp": "sip dns low opt first sip6 dns6 dst6 first6",
    "udp_later": "later later6",
    "icmp": "ping unreach ping6",
}

# ---- rows: an expression, and the packets that match: names, groups, -without ----

ROWS = r"""
ip.src == 192.0.2.1 | v4
ip.src != 192.0.2.1 | v6
ip.src == 2001:db8:1::1 | v6
ip.src lt 192.0.2.1 | none
ip.src le 192.0.2.1 | v4
ip.src > 2001:db8:: | v6
ip.src >= 192.0.2.2 | none
ip.dst in {198.51.100.0/24} | v4
ip.dst in {2001:db8:2::/64 192.0.2.0..192.0.2.9} | v6
ip.dst in {198.51.100.2 2001:db8:2::2} | all
ip.dst in {198.51.100.3..198.51.100.9 2001:db8:2::3} | none
ip.proto == "tcp" | tcp
ip.proto == "udp" | udp udp_later
ip.proto ne "udp" | all -udp -udp_later
ip.proto in {"sctp" "gre"} | sctp sctp6 gre gre6
ip.proto contains "icmp" | icmp
ip.proto wildcard "ICMP*6" | ping6
ip.len == 40 | syn odd
ip.len gt 60 | web web6 sip sip6 dst6 dns dns6 low gre6 hop6 first6 later6
ip.len in {28 32..36} | ping sctp opt first
ip.hdr_len == 24 | opt
ip.hdr_len == 40 | v6
ip.hdr_len lt 21 | v4 -opt
ip.ttl == 64 | all -low
ip.ttl < 4 | low
ip.ttl & 3 | low
ip.ttl ne 64 | low
ip.opt.type == 148 | opt
ip.opt.type ne 148 | all -opt
tcp.srcport == 40000 | tcp
tcp.dstport in {80 443} | tcp -odd -odd6
tcp.dstport ge 8080 | odd odd6
tcp.dstport ne 443 | all -syn -syn6 -hop6
udp.srcport == 53 | dns dns6 low opt first first6
udp.dstport eq 5060 | sip sip6 dst6
udp.dstport in {1..5000 5353 33333} | udp -sip -sip6 -dst6
tcp.flags == 0x02 | syn syn6 hop6
tcp.flags & 0x10 | web web6
tcp.flags in {0..255} | tcp
tcp.flags.syn | syn syn6 hop6
tcp.flags.ack | web web6
tcp.flags.push | web web6
tcp.flags.fin | odd odd6
tcp.flags.reset | odd odd6
tcp.flags.urg | odd odd6
tcp.flags.ecn | odd odd6
tcp.flags.cwr | odd odd6
not tcp.flags.syn | all -syn -syn6 -hop6
icmp.type == 8 | ping
icmp.type in {3 128} | unreach ping6
icmp.type ge 128 | ping6
icmp.code == 1 | unreach
icmp.code ne 0 | all -ping -ping6
sip | sip sip6 dst6
not sip | all -sip -sip6 -dst6
suffix(bytes="xyzzy") | dns dns6 low
udp contains "sip:x" | sip sip6 dst6
tcp contains "example.net" | web web6
not tcp contains "example.net" | all -web -web6
ip contains "xyzzy" | dns dns6 low later later6
icmp contains "\x45" | unreach
udp == "nothing" | none
substring(udp, 8, 12) == "\x12\x34\x81\x80" | dns dns6 low first first6
substring(udp, 8) ne "opt" | all -opt
substring(udp, 8) in {"opt" "xyzzy"} | opt
substring(udp, -5) == 78:79:7a:7a:79 | dns dns6 low
substring(tcp, 20) gt "GET" | web web6
substring(tcp, 20) ge "GET /" | web web6
substring(tcp, 20) lt "GET" | syn odd syn6 odd6 hop6
substring(tcp, 20) <= "" | syn odd syn6 odd6 hop6
substring(tcp, 20) wildcard "get *host: *.NET*" | web web6
substring(tcp, 20) strict wildcard "GET *Host: *.net*" | web web6
substring(tcp, 20) strict wildcard "get *" | none
lower(udp) contains "options" | sip sip6 dst6
starts_with(substring(udp, 8), "OPTIONS sip:") | sip sip6 dst6
starts_with(lower(substring(udp, 8)), "options sip:") | sip sip6 dst6
ends_with(udp, "xyzzy") | dns dns6 low
not ends_with(udp, "xyzzy") | all -dns -dns6 -low
len(udp) == 11 | opt
len(substring(udp, 8)) gt 30 | sip sip6 dst6 dns dns6 low
len(icmp) lt 9 | ping ping6
bit_slice(ip, 0, 4) == 4 | v4
bit_slice(tcp, 110, 111) == 1 | syn syn6 hop6
bit_slice(udp, 64, 96) == 0x12348180 | dns dns6 low first first6
bit_slice(icmp, 0, 8) in {8 128} | ping ping6
tcp.flags.syn and ip.src in {192.0.2.0/24} | syn
tcp.flags.syn or udp.dstport == 5060 and ip.src in {2001:db8::/32} | syn syn6 hop6 sip6 dst6
tcp.flags.syn xor ip.ttl == 64 | all -syn -syn6 -hop6 -low
tcp.flags.fin ^^ ip.src in {192.0.2.0/24} | v4 odd6 -odd
(tcp.dstport == 443 or not udp.dstport ne 5060) && !(ip.hdr_len == 40) || icmp.code == 1 | syn sip unreach
true | all
false | none
"""

# What packets alone do not say is tested where its data is.
ELSEWHERE = re.compile(r"node\.|\.country|\.asnum")


def names_of(words: str) -> set[str]:
    found: set[str] = set()
    for word in words.split():
        if word.startswith("-"):
            found -= names_of(word[1:])
        elif word in GROUPS:
            found |= names_of(GROUPS[word])
        elif word != "none":
            found.add(word)
    return found


def read_rows() -> list[tuple[str, set[str]]]:
    lines = ROWS.strip().splitlines()
    parts = [line.rpartition(" | ") for line in lines]
    return [(expression, names_of(words)) for expression, _, words in parts]


def counted(customer: str) -> list[int]:
    """The counters of the chain's rules in their order, as nft sees them."""
    nft = ["nft", "-j", "list", "chain", "inet", "mfw", "edge"]
    listed = json.loads(run(["ip", "netns", "exec", customer, *nft]).out)["nftables"]
    return [
        part["counter"]["packets"]
        for entry in listed
        for part in entry.get("rule", {}).get("expr", [])
        if "counter" in part
    ]


def test_packets() -> None:
    """Every field, operator and function in rules: each packet counts where it has to"""
    rows = read_rows()
    with customers("acme"), Lab("acme") as lab:
        chain("acme", hook="prerouting")
        mfwctl(
            *["-f", "-"],
            stdin="".join(
                f"rule add acme edge --ref n{i} {shlex.quote(expression)} continue\n"
                for i, (expression, _) in enumerate(rows)
            ),
        )
        made = make_packets((INTERNET[4], SILENT[4]), (INTERNET[6], SILENT[6]))
        same(set(made), names_of("all"), "the packets that groups know")
        before = counted("acme")
        for name, raw in made.items():
            lab.send([Probe(raw, raw, name)])
            after = counted("acme")
            for (expression, expected), old, new in zip(rows, before, after):
                same(new - old, int(name in expected), f"{expression}: counts {name}")
            before = after
        totals = {f"n{i}": len(expected) for i, (_, expected) in enumerate(rows)}
        same(packets("acme", "edge"), totals, "what rule list counts")


def known_words() -> set[str]:
    """The names of fields, of operators and functions, where the project defines them."""
    fields = (PROJECT / "src" / "model" / "field.c").read_text()
    words = set(re.findall(r'(?:PACKET|HEADER)\("([a-z0-9_.]+)"', fields))
    words |= {f"tcp.flags.{flag}" for flag in re.findall(r'FLAG\("(\w+)"', fields)}
    words |= {"lower(", "len(", "substring(", "starts_with(", "ends_with("}
    words |= {"bit_slice(", "contains", "wildcard", "strict wildcard", "in {"}
    words |= {"and", "or", "xor", "not", "&&", "||", "^^", "!(", "& "}
    words |= {"eq", "ne", "lt", "le", "gt", "ge", "==", "!=", "<", "<=", ">", ">="}
    return {word for word in words if not ELSEWHERE.search(word)}


def test_rows() -> None:
    """The table of expressions leaves out no field, operator or function"""
    rows = [expression for expression, _ in read_rows()]
    for word in known_words():
        found = [
            row
            for row in rows
            if re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.=])", row)
            or (not word[-1].isalnum() and word in row)
        ]
        true(found, f"no row has {word!r}")
