# SPDX-License-Identifier: GPL-2.0-or-later
"""What other tools say of the same packets: tcpdump's filters, tshark's fields."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from capture import corpus, matched, tcpdump, tool
from ctl import Failure, build_dir, same, true
from scenario import at_least, takes

# Of which packets a filter of tcpdump's can be compared. It looks at fixed places, behind the end
# that a header claims too; a place behind the last byte makes it say no, even under a `not`. It
# knows no extension headers.
FOUR = "bit_slice(ip, 0, 4) == 4"
SIX = "bit_slice(ip, 0, 4) == 6"
FIRST = "bit_slice(ip, 51, 64) == 0"


def whole(proto: str, header: str, least: int) -> str:
    """IPv4 packets whose L4 header is whole, where they are of that protocol."""
    is_cut = f'ip.proto == "{proto}" and {FIRST} and not len({header}) ge {least}'
    return f"{FOUR} and not ({is_cut})"


TCP4, UDP4 = whole("tcp", "tcp", 20), whole("udp", "udp", 8)
ICMP4 = f'{whole("icmp", "icmp", 8)} and ip.proto ne "icmpv6"'
PAYLOAD4 = f"{UDP4} and (not len(udp) lt 12)"
TCP6 = f"{SIX} and bit_slice(ip, 48, 56) == 6 and len(tcp) ge 20"
UDP6 = f"{SIX} and bit_slice(ip, 48, 56) == 17 and len(udp) ge 8"

# The expression, tcpdump's filter, and the packets that are compared.
FILTERS = (
    ("ip.src == 192.0.2.1", "src host 192.0.2.1", FOUR),
    ("ip.dst in {10.0.0.0/8}", "dst net 10.0.0.0/8", FOUR),
    ("ip.src in {192.0.2.0/24} or ip.dst in {192.0.2.0/24}", "net 192.0.2.0/24", FOUR),
    ("ip.dst >= 198.51.100.0", "ip[16:4] >= 0xc6336400", FOUR),
    ("ip.src lt 10.1.2.3", "ip[12:4] < 0x0a010203", FOUR),
    ("ip.ttl lt 64", "ip[8] < 64", FOUR),
    ("ip.ttl in {1 64 128..255}", "ip[8]=1 or ip[8]=64 or ip[8]>=128", FOUR),
    ("ip.ttl & 0x81", "ip[8] & 0x81 != 0", FOUR),
    ("ip.hdr_len gt 24", "ip[0] & 15 > 6", FOUR),
    ("ip.len gt 80", "ip[2:2] > 80", f"{FOUR} and bit_slice(ip, 16, 32) ne 0"),
    ("ip.opt.type & 1", "ip[0] & 15 > 5 and ip[20] & 1 != 0", FOUR),
    ('ip.proto == "udp"', "ip proto 17", FOUR),
    ('ip.proto in {"gre" "sctp" "udplite"}', "ip proto 47 or 132 or 136", FOUR),
    ("bit_slice(ip, 50, 51) == 1", "ip[6] & 0x20 != 0", FOUR),
    ("ip.src == 2001:db8::1", "src host 2001:db8::1", SIX),
    ("ip.dst in {2001:db8::/32}", "dst net 2001:db8::/32", SIX),
    ("ip.dst in {ff00::/8 fe80::/10}", "dst net ff00::/8 or dst net fe80::/10", SIX),
    ("ip.ttl ge 128", "ip6[7] >= 128", SIX),
    (
        "ip.len in {41..140}",
        "ip6[4:2] >= 1 and ip6[4:2] <= 100",
        f"{SIX} and bit_slice(ip, 32, 48) ne 0",
    ),
    ("tcp.dstport == 443", "tcp dst port 443", TCP4),
    ("tcp.srcport in {22..80}", "tcp src portrange 22-80", TCP4),
    ("tcp.flags.syn and not tcp.flags.ack", "tcp[13] & 0x12 = 2", TCP4),
    ("tcp.flags == 2", "tcp[13] = 2", TCP4),
    ("tcp.srcport == 80 or tcp.dstport == 80", "tcp port 80", TCP4),
    ("not tcp.dstport == 443", "not tcp dst port 443", TCP4),
    ("udp.dstport == 53", "udp dst port 53", UDP4),
    ("udp.srcport lt 1024", "udp src portrange 0-1023", UDP4),
    (
        "not (udp.dstport == 53 or ip.ttl == 64)",
        "not (udp dst port 53 or ip[8]=64)",
        UDP4,
    ),
    ("bit_slice(udp, 64, 96) gt 0x48000000", "udp[8:4] > 0x48000000", PAYLOAD4),
    ("icmp.type == 8", "icmp[0] = 8", ICMP4),
    (
        "icmp.code lt 100 and icmp.type in {0..9}",
        "icmp[1] < 100 and icmp[0] <= 9",
        ICMP4,
    ),
    ("tcp.dstport == 443", "tcp dst port 443", TCP6),
    ("tcp.srcport in {22..80}", "tcp src portrange 22-80", TCP6),
    ("udp.dstport == 53 or udp.srcport == 53", "udp port 53", UDP6),
    ("tcp.flags & 0x3f", "ip6[53] & 0x3f != 0", TCP6),
    (
        "ip.src == 192.0.2.1 xor ip.ttl == 64",
        "(src host 192.0.2.1 and ip[8] != 64) or (not src host 192.0.2.1 and ip[8] = 64)",
        FOUR,
    ),
)


@takes(30)
def test_tcpdump() -> None:
    """tcpdump's filters match the same ones of random packets"""
    count, seed = (20000 if at_least("full") else 3000), 1
    write = [str(build_dir("san") / "tests" / "write"), str(seed), str(count)]
    with TemporaryDirectory() as name:
        path = Path(name, "random.pcap")
        path.write_bytes(tool(write))
        domains = {domain: matched(domain, path) for _, _, domain in FILTERS}
        for ours, theirs, domain in FILTERS:
            compared = domains[domain]
            mine, yours = (
                matched(ours, path) & compared,
                tcpdump(theirs, path) & compared,
            )
            if mine != yours:
                raise Failure(
                    f"seed {seed}: {ours} only: packets {sorted(mine - yours)[:5]}; "
                    f"tcpdump {theirs} only: {sorted(yours - mine)[:5]}"
                )
            true(0 < len(mine) < len(compared), f"{ours} matches some of them, not all")


# ---- tshark ----

Row = dict[str, str]
FIELDS = (
    *("frame.number", "frame.protocols", "frame.len", "frame.cap_len", "_ws.malformed"),
    *("ip.src", "ip.dst", "ip.ttl", "ip.len", "ip.hdr_len", "ip.proto"),
    *("ipv6.src", "ipv6.dst", "ipv6.hlim", "ipv6.plen"),
    *("tcp.srcport", "tcp.dstport", "tcp.flags", "udp.srcport", "udp.dstport"),
    *("icmp.type", "icmp.code", "icmpv6.type", "icmpv6.code"),
)
BEFORE_IP = ("eth", "ethertype", "vlan", "raw", "sll", "null", "ieee8021ad")
EXTENSIONS = ("ipv6.hopopts", "ipv6.routing", "ipv6.fraghdr", "ipv6.dstopts", "ah")


def layers(row: Row) -> tuple[str, str]:
    """ip, ipv6 or nothing; and the protocol behind."""
    names = row["frame.protocols"].split(":")
    while names and names[0] in BEFORE_IP:
        names.pop(0)
    three = names.pop(0) if names and names[0] in ("ip", "ipv6") else ""
    while three == "ipv6" and names and names[0] in EXTENSIONS:
        names.pop(0)
    return three, names[0] if three and names else ""


def of(key: str, layer: str) -> Callable[[Row], str]:
    """A field, where its protocol is the packet's own and not one inside of it."""
    return lambda row: row[key] if layer in layers(row) else ""


def either(four: str, six: str, layer4: str, layer6: str) -> Callable[[Row], str]:
    return lambda row: of(four, layer4)(row) or of(six, layer6)(row)


def length(row: Row) -> str:
    plain = of("ip.len", "ip")(row)
    payload = of("ipv6.plen", "ipv6")(row)
    return plain or (str(40 + int(payload)) if payload else "")


COMPARED: dict[str, Callable[[Row], str]] = {
    "ip.src": either("ip.src", "ipv6.src", "ip", "ipv6"),
    "ip.dst": either("ip.dst", "ipv6.dst", "ip", "ipv6"),
    "ip.ttl": either("ip.ttl", "ipv6.hlim", "ip", "ipv6"),
    "ip.len": length,
    "tcp.srcport": of("tcp.srcport", "tcp"),
    "tcp.dstport": of("tcp.dstport", "tcp"),
    "tcp.flags": of("tcp.flags", "tcp"),
    "udp.srcport": of("udp.srcport", "udp"),
    "udp.dstport": of("udp.dstport", "udp"),
    "icmp.type": either("icmp.type", "icmpv6.type", "icmp", "icmpv6"),
    "icmp.code": either("icmp.code", "icmpv6.code", "icmp", "icmpv6"),
}


def dissect(path: Path) -> list[Row]:
    """The first occurrence of each field: the outermost packet's."""
    command = ["tshark", "-r", str(path), "-T", "fields", "-E", "occurrence=f"]
    for option in ("ip.defragment:FALSE", "ipv6.defragment:FALSE"):
        command += ["-o", option]
    for field in FIELDS:
        command += ["-e", field]
    rows = tool(command).decode(errors="replace").splitlines()
    return [dict(zip(FIELDS, row.split("\t"))) for row in rows]


def comparable(row: Row) -> bool:
    """Of a packet that is cut off or malformed, tshark shows what it can."""
    return row["frame.len"] == row["frame.cap_len"] and not row["_ws.malformed"]


@takes(60)
def test_tshark() -> None:
    """tshark finds the same values in captures of other projects"""
    n_values = 4 if at_least("full") else 1
    with TemporaryDirectory() as name:
        path = Path(name, "all.pcapng")
        tool(["mergecap", "-w", str(path), *map(str, corpus())])
        rows = dissect(path)
        compared = {int(row["frame.number"]) for row in rows if comparable(row)}
        true(len(compared) > len(rows) // 2, "most packets can be compared")
        for field, value_of in COMPARED.items():
            values = {int(row["frame.number"]): value_of(row) for row in rows}
            common = Counter(v for v in values.values() if v).most_common(n_values)
            for value, _ in common:
                number = str(int(value, 0)) if value.startswith("0x") else value
                expected = {n for n, v in values.items() if v == value} & compared
                found = matched(f"{field} == {number}", path) & compared
                same(
                    sorted(found ^ expected)[:9],
                    [],
                    f"packets that differ in {field} == {value}",
                )
