# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab of real namespaces: internet - customer - origin, with packets forwarded through the middle.

    internet                  customer                    origin
    192.0.2.1      veth     192.0.2.254 198.51.100.254  veth   198.51.100.1   answers
    2001:db8:1::1           2001:db8:1::fe  2001:db8:2::fe     2001:db8:2::1
                                                               198.51.100.2   takes and is silent
                                                               2001:db8:2::2

Packets to the silent addresses go over the wire to origin, whose kernel drops them: so each one that
was sent is one packet and no more, and counters can be compared exactly. A bridged lab has the
first network on both sides, and a bridge in the middle.

Everything stands in namespaces, with neighbours entered by hand: no packet is sent that nobody asked
for. Run it in a process of isolate.run().
"""

import itertools
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import packet
from isolate import inside
from packet import Probe

ETH_P_ALL = 3
PACKET_OUTGOING = 4
IPV6_HDRINCL = 36

INTERNET = {4: "192.0.2.1", 6: "2001:db8:1::1"}
NEAR = {4: "192.0.2.254", 6: "2001:db8:1::fe"}
FAR = {4: "198.51.100.254", 6: "2001:db8:2::fe"}
ORIGIN = {4: "198.51.100.1", 6: "2001:db8:2::1"}
SILENT = {4: "198.51.100.2", 6: "2001:db8:2::2"}
BRIDGED_ORIGIN = {4: "192.0.2.2", 6: "2001:db8:1::2"}
BRIDGED_SILENT = {4: "192.0.2.3", 6: "2001:db8:1::3"}

PREFIX = {4: 24, 6: 64}
HOUR = 3_600_000  # ms
MACS = {
    "internet": "02:00:00:00:00:01",
    "outside": "02:00:00:00:00:02",
    "inside": "02:00:00:00:00:03",
    "origin": "02:00:00:00:00:04",
}


def ip(*lines: str, namespace: str | None = None) -> None:
    """Runs lines of ip(8) commands in one go."""
    where = ["-n", namespace] if namespace else []
    subprocess.run(
        ["ip", *where, "-batch", "-"], input="\n".join(lines), text=True, check=True
    )


def set_sysctl(namespace: str, key: str, value: int) -> None:
    with inside(namespace):
        Path("/proc/sys/net", key).write_text(str(value))


def _quiet(namespace: str) -> None:
    """No duplicate address detection, no router solicitation, no answer nobody waits for."""
    for conf in "default", "all":
        set_sysctl(namespace, f"ipv6/conf/{conf}/accept_dad", 0)
        set_sysctl(namespace, f"ipv6/conf/{conf}/router_solicitations", 0)
        set_sysctl(namespace, f"ipv4/conf/{conf}/rp_filter", 0)
        # what IPv6 says of its multicast groups by itself, said once is enough
        set_sysctl(
            namespace, f"ipv6/conf/{conf}/mldv2_unsolicited_report_interval", HOUR
        )
    set_sysctl(namespace, "ipv6/conf/default/addr_gen_mode", 1)


def _send_no_reports(namespace: str) -> None:
    """That once is kept off the wire, too: rules in the middle would count it at any time."""
    drop = "add rule ip6 lab output icmpv6 type mld2-listener-report drop"
    base = "add chain ip6 lab output { type filter hook output priority 0; }"
    with inside(namespace):
        subprocess.run(
            ["nft", "-f", "-"],
            input=f"add table ip6 lab\n{base}\n{drop}\n",
            text=True,
            check=True,
        )


class Settle:
    """Waits until every packet sent before has come to where it goes.

    All of a lab's packets stand in the queue of the CPU that we run on (isolate.run(cpu=N)), and so
    do those of the loopback device: when one of these has arrived, what was queued before it has
    been worked off, too. A packet is queued anew for every hop.
    """

    HOPS = 6

    def __init__(self) -> None:
        self.taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.taker.bind(("127.0.0.1", 0))
        self.taker.settimeout(60)

    def wait(self) -> None:
        for _ in range(self.HOPS):
            self.taker.sendto(b"mark", self.taker.getsockname())
            self.taker.recv(16)

    def close(self) -> None:
        self.taker.close()


class Catch:
    """Collects the packets that come to a device, or, past netfilter's input, to a namespace."""

    def __init__(self, namespace: str, device: str | None) -> None:
        self.sockets: list[socket.socket] = []
        with inside(namespace):
            if device:
                self._on_wire(device)
            else:
                self._past_input()

    def _add(self, sock: socket.socket) -> socket.socket:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.sockets.append(sock)
        return sock

    def _on_wire(self, device: str) -> None:
        sock = socket.socket(
            socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL)
        )
        self._add(sock).bind((device, ETH_P_ALL))

    def _past_input(self) -> None:
        for family in socket.AF_INET, socket.AF_INET6:
            for protocol in packet.UDP, packet.TCP:
                self._add(socket.socket(family, socket.SOCK_RAW, protocol))

    def take(self) -> list[bytes]:
        """What came since the last call."""
        found: list[bytes] = []
        for sock in self.sockets:
            while True:
                try:
                    data, sender = sock.recvfrom(65535)
                except BlockingIOError:
                    break
                if sock.family != socket.AF_PACKET or sender[2] != PACKET_OUTGOING:
                    found.append(data)
        return found

    def close(self) -> None:
        for sock in self.sockets:
            sock.close()


class Wires:
    """Sends packets that are given whole, from a namespace."""

    def __init__(self, namespace: str) -> None:
        with inside(namespace):
            self.four = socket.socket(
                socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW
            )
            self.six = socket.socket(
                socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW
            )
        self.six.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)

    def send(self, probe: Probe) -> None:
        if probe.version == 6:
            self.six.sendto(probe.packet, (probe.target, 0))
        else:
            self.four.sendto(probe.packet, (probe.target, 0))

    def close(self) -> None:
        self.four.close()
        self.six.close()


class Lab:
    """The lab around a customer's namespace, which is there already (mfwctl customer add)."""

    def __init__(self, customer: str, bridged: bool = False) -> None:
        self.customer = customer
        self.internet = f"{customer}-internet"
        self.origin = f"{customer}-origin"
        self.bridged = bridged
        self.origin_address = BRIDGED_ORIGIN if bridged else ORIGIN
        self.silent_address = BRIDGED_SILENT if bridged else SILENT
        self._ports = itertools.count(20000)
        ip(f"netns add {self.internet}", f"netns add {self.origin}")
        for namespace in self.internet, self.customer, self.origin:
            _quiet(namespace)
        for namespace in self.internet, self.origin:
            _send_no_reports(namespace)
        self._lay_wires()
        if bridged:
            self._set_up_bridge()
        else:
            self._set_up_router()
        self._settle = Settle()
        self._senders = {name: Wires(name) for name in (self.internet, self.customer)}
        self._catches = {
            "forward": Catch(self.origin, "eth0"),
            "input": Catch(self.customer, None),
        }

    def __enter__(self) -> "Lab":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Takes the lab away; the customer's namespace stays, without its wires."""
        for sender in self._senders.values():
            sender.close()
        for catch in self._catches.values():
            catch.close()
        self._settle.close()
        ip(f"netns del {self.internet}", f"netns del {self.origin}")

    def _lay_wires(self) -> None:
        ip(
            f"link add outside netns {self.customer} address {MACS['outside']} type veth "
            f"peer name eth0 netns {self.internet} address {MACS['internet']}",
            f"link add inside netns {self.customer} address {MACS['inside']} type veth "
            f"peer name eth0 netns {self.origin} address {MACS['origin']}",
        )

    @staticmethod
    def _end(own: dict[int, str], way: dict[int, str], mac: str) -> list[str]:
        """An end of the lab: its addresses, and the way out with its neighbour's address."""
        lines = ["link set lo up", "link set eth0 up"]
        for version, text in own.items():
            lines += [
                f"addr add {text}/{PREFIX[version]} dev eth0",
                f"neigh replace {way[version]} lladdr {mac} dev eth0 nud permanent",
                f"route add default via {way[version]} dev eth0",
            ]
        return lines

    def _set_up_router(self) -> None:
        lines = ["link set lo up", "link set outside up", "link set inside up"]
        for version in 4, 6:
            lines += [
                f"addr add {NEAR[version]}/{PREFIX[version]} dev outside",
                f"addr add {FAR[version]}/{PREFIX[version]} dev inside",
                f"neigh replace {INTERNET[version]} lladdr {MACS['internet']} dev outside "
                "nud permanent",
            ]
            lines += [
                f"neigh replace {text} lladdr {MACS['origin']} dev inside nud permanent"
                for text in (ORIGIN[version], SILENT[version])
            ]
        ip(*lines, namespace=self.customer)
        ip(
            *self._end(INTERNET, NEAR, MACS["outside"]),
            namespace=self.internet,
        )
        ip(*self._end(ORIGIN, FAR, MACS["inside"]), namespace=self.origin)
        set_sysctl(self.customer, "ipv4/ip_forward", 1)
        set_sysctl(self.customer, "ipv6/conf/all/forwarding", 1)

    def _set_up_bridge(self) -> None:
        # Where br_netfilter is loaded it would take packets past chains of priority 0.
        for kind in "iptables", "ip6tables":
            key = f"bridge/bridge-nf-call-{kind}"
            with inside(self.customer):
                there = Path("/proc/sys/net", key).exists()
            if there:
                set_sysctl(self.customer, key, 0)
        lines = [
            "link set lo up",
            f"link add br0 address {MACS['inside']} type bridge stp_state 0 "
            "forward_delay 0 mcast_snooping 0",
            "link set outside address 02:00:00:00:00:12 master br0 up",
            "link set inside address 02:00:00:00:00:13 master br0 up",
            "link set br0 up",
        ]
        for version in 4, 6:
            lines.append(f"addr add {NEAR[version]}/{PREFIX[version]} dev br0")
            for text, end in (
                (INTERNET[version], "internet"),
                (BRIDGED_ORIGIN[version], "origin"),
                (BRIDGED_SILENT[version], "origin"),
            ):
                lines.append(
                    f"neigh replace {text} lladdr {MACS[end]} dev br0 nud permanent"
                )
        ip(*lines, namespace=self.customer)
        # A bridge that does not know where an address lives sends to all ports: a hook sees it twice.
        for port, end in ("outside", "internet"), ("inside", "origin"):
            entry = f"fdb replace {MACS[end]} dev {port} master static".split()
            subprocess.run(["bridge", "-n", self.customer, *entry], check=True)
        ip(*self._end(INTERNET, NEAR, MACS["inside"]), namespace=self.internet)
        ip(
            *(
                f"neigh replace {text[version]} lladdr {MACS['origin']} dev eth0 nud permanent"
                for text in (BRIDGED_ORIGIN, BRIDGED_SILENT)
                for version in (4, 6)
            ),
            namespace=self.internet,
        )
        ip(*self._end(BRIDGED_ORIGIN, NEAR, MACS["inside"]), namespace=self.origin)
        ip(
            *(
                f"neigh replace {INTERNET[version]} lladdr {MACS['internet']} dev eth0 "
                "nud permanent"
                for version in (4, 6)
            ),
            namespace=self.origin,
        )

    # ---- packets ----

    def ends(self, version: int, path: str) -> tuple[str, str]:
        """Source and destination of a packet on a path: forward, input or output."""
        if path == "input":
            return INTERNET[version], NEAR[version]
        if path == "output":
            source = NEAR if self.bridged else FAR
            return source[version], self.silent_address[version]
        return INTERNET[version], self.silent_address[version]

    def port(self) -> int:
        """A source port that no packet of this lab has had."""
        return next(self._ports)

    def probe(
        self,
        payload: bytes,
        version: int = 4,
        protocol: int = packet.UDP,
        path: str = "forward",
        dport: int = 7,
    ) -> Probe:
        """A UDP datagram or a TCP segment, plain and right."""
        src, dst = self.ends(version, path)
        if protocol == packet.UDP:
            body = packet.udp(src, dst, self.port(), dport, payload)
        else:
            body = packet.tcp(src, dst, self.port(), dport, payload)
        whole = packet.ip(src, dst, protocol, body)
        name = f"IPv{version} {'UDP' if protocol == packet.UDP else 'TCP'} {payload!r}"
        return Probe(whole, body, name)

    def send(self, probes: Iterable[Probe], path: str = "forward") -> list[bool]:
        """Sends them one after the other; says of each whether it arrived."""
        sender = self._senders[self.customer if path == "output" else self.internet]
        catch = self._catches["input" if path == "input" else "forward"]
        catch.take()
        probes = list(probes)
        for probe in probes:
            try:
                sender.send(probe)
            except PermissionError:
                pass  # dropped on its way out: the sender is told
        self._settle.wait()
        found = catch.take()
        return [any(probe.mark in data for data in found) for probe in probes]

    def settle(self) -> None:
        self._settle.wait()
