/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/field.h"
#include "base/cleanup.h"
#include "base/nearest.h"

#include <string.h>

#define BYTE     0, 255
#define PORT     0, 65535
#define HDR_LEN  20, 60
#define NO_RANGE 0, 0

#define PACKET(name_, type_, id_, l4_, range, doc_)                                                \
	{                                                                                          \
		.name = name_, .type = FIELD_##type_, .kind = FIELD_OF_PACKET, .id = FIELD_##id_,  \
		.l4 = FIELD_L4_##l4_, RANGE(range), .doc = doc_                                    \
	}
#define RANGE(...)        RANGE_(__VA_ARGS__)
#define RANGE_(low, high) .min = low, .max = high
#define FLAG(flag, bit, doc_)                                                                      \
	{                                                                                          \
		.name = "tcp.flags." flag, .type = FIELD_BOOL, .kind = FIELD_OF_PACKET,            \
		.id = FIELD_TCP_FLAG, .l4 = FIELD_L4_TCP, .mask = bit, .doc = doc_                 \
	}
#define HEADER(name_, id_, l4_, doc_)                                                              \
	{                                                                                          \
		.name = name_, .type = FIELD_BYTES, .kind = FIELD_OF_HEADER,                       \
		.id = FIELD_##id_##_HEADER, .l4 = FIELD_L4_##l4_, .doc = doc_                      \
	}
#define OTHER(name_, type_, kind_, id_, high, doc_)                                                \
	{                                                                                          \
		.name = name_, .type = FIELD_##type_, .kind = FIELD_OF_##kind_, .id = FIELD_##id_, \
		.max = high, .doc = doc_                                                           \
	}

static const struct field fields[] = {
	PACKET("ip.src", IP, IP_SRC, NONE, NO_RANGE, "source address, IPv4 or IPv6"),
	PACKET("ip.dst", IP, IP_DST, NONE, NO_RANGE, "destination address, IPv4 or IPv6"),
	PACKET("ip.proto", BYTES, IP_PROTO, NONE, NO_RANGE,
	       "the protocol's name in lower case, such as \"udp\"; its number if it has none"),
	PACKET("ip.len", INT, IP_LEN, NONE, PORT, "length of the IP packet in bytes"),
	PACKET("ip.hdr_len", INT, IP_HDR_LEN, NONE, HDR_LEN, "length of the IP header in bytes"),
	PACKET("ip.ttl", INT, IP_TTL, NONE, BYTE, "time to live, or hop limit"),
	PACKET("ip.opt.type", INT, IP_OPT_TYPE, NONE, BYTE, "type of the first IPv4 option"),
	OTHER("ip.src.country", BYTES, ADDRESS, IP_SRC_COUNTRY, 0,
	      "the source's country, two capital letters, such as \"BR\""),
	OTHER("ip.dst.country", BYTES, ADDRESS, IP_DST_COUNTRY, 0, "the destination's country"),
	OTHER("ip.src.asnum", INT, ADDRESS, IP_SRC_ASNUM, UINT32_MAX,
	      "the source's autonomous system number"),
	OTHER("ip.dst.asnum", INT, ADDRESS, IP_DST_ASNUM, UINT32_MAX,
	      "the destination's autonomous system number"),
	PACKET("tcp.srcport", INT, TCP_SRCPORT, TCP, PORT, "TCP source port"),
	PACKET("tcp.dstport", INT, TCP_DSTPORT, TCP, PORT, "TCP destination port"),
	PACKET("tcp.flags", INT, TCP_FLAGS, TCP, BYTE, "TCP flags: byte 13 of the header"),
	FLAG("ack", 0x10, "TCP flag ACK"),
	FLAG("cwr", 0x80, "TCP flag CWR"),
	FLAG("ecn", 0x40, "TCP flag ECE"),
	FLAG("fin", 0x01, "TCP flag FIN"),
	FLAG("push", 0x08, "TCP flag PSH"),
	FLAG("reset", 0x04, "TCP flag RST"),
	FLAG("syn", 0x02, "TCP flag SYN"),
	FLAG("urg", 0x20, "TCP flag URG"),
	PACKET("udp.srcport", INT, UDP_SRCPORT, UDP, PORT, "UDP source port"),
	PACKET("udp.dstport", INT, UDP_DSTPORT, UDP, PORT, "UDP destination port"),
	PACKET("icmp.type", INT, ICMP_TYPE, ICMP, BYTE, "type of ICMP or ICMPv6"),
	PACKET("icmp.code", INT, ICMP_CODE, ICMP, BYTE, "code of ICMP or ICMPv6"),
	HEADER("ip", IP, NONE, "bytes from the IP header on"),
	HEADER("tcp", TCP, TCP, "bytes from the TCP header on"),
	HEADER("udp", UDP, UDP, "bytes from the UDP header on"),
	HEADER("icmp", ICMP, ICMP, "bytes from the ICMP or ICMPv6 header on"),
	OTHER("node.name", BYTES, NODE, NODE_NAME, 0,
	      "this machine's name, from its configuration"),
	OTHER("node.region", BYTES, NODE, NODE_REGION, 0,
	      "this machine's region, from its configuration"),
};

static const struct {
	const char *name, *means;
} aliases[] = {
	{"cf.colo.name", "node.name"},
	{"cf.colo.region", "node.region"},
};

const struct field *field_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (!strcmp(aliases[i].name, name))
			name = aliases[i].means;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	return NULL;
}

const struct field *field_at(size_t i)
{
	return i < ARRAY_SIZE(fields) ? &fields[i] : NULL;
}

const char *field_nearest(const char *name)
{
	struct nearest nearest = NEAREST_INIT(name);

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		nearest_try(&nearest, fields[i].name);
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		nearest_try(&nearest, aliases[i].name);
	return nearest.best;
}

#define SOURCE      "ip.src"
#define DESTINATION "ip.dst"
#define EITHER      "ip.src or ip.dst"
#define SOURCE_PORT "tcp.srcport or udp.srcport"
#define PORT_TO     "tcp.dstport or udp.dstport"

/* nft's, tcpdump's, tshark's and older Wirefilter's words. */
static const struct {
	const char *name, *means;
} others[] = {
	{"src", SOURCE},
	{"saddr", SOURCE},
	{"ip.saddr", SOURCE},
	{"ip6.saddr", SOURCE},
	{"ip6.src", SOURCE},
	{"ipv6.src", SOURCE},
	{"dst", DESTINATION},
	{"daddr", DESTINATION},
	{"ip.daddr", DESTINATION},
	{"ip6.daddr", DESTINATION},
	{"ip6.dst", DESTINATION},
	{"ipv6.dst", DESTINATION},
	{"host", EITHER},
	{"net", EITHER},
	{"ip.addr", EITHER},
	{"ipv6.addr", EITHER},
	{"port", PORT_TO},
	{"dport", PORT_TO},
	{"dstport", PORT_TO},
	{"th.dport", PORT_TO},
	{"sport", SOURCE_PORT},
	{"srcport", SOURCE_PORT},
	{"th.sport", SOURCE_PORT},
	{"tcp.port", "tcp.srcport or tcp.dstport"},
	{"tcp.sport", "tcp.srcport"},
	{"tcp.dport", "tcp.dstport"},
	{"udp.port", "udp.srcport or udp.dstport"},
	{"udp.sport", "udp.srcport"},
	{"udp.dport", "udp.dstport"},
	{"proto", "ip.proto"},
	{"protocol", "ip.proto"},
	{"ip.protocol", "ip.proto"},
	{"ip6.nexthdr", "ip.proto"},
	{"ipv6.nxt", "ip.proto"},
	{"meta.l4proto", "ip.proto"},
	{"ttl", "ip.ttl"},
	{"hoplimit", "ip.ttl"},
	{"ip6.hoplimit", "ip.ttl"},
	{"ipv6.hlim", "ip.ttl"},
	{"length", "ip.len"},
	{"ip.length", "ip.len"},
	{"ip6.length", "ip.len"},
	{"frame.len", "ip.len"},
	{"meta.length", "ip.len"},
	{"udp.payload", "substring(udp, 8)"},
	{"tcp.payload", "tcp, which begins with its header"},
	{"icmp6.type", "icmp.type"},
	{"icmpv6.type", "icmp.type"},
	{"icmp6.code", "icmp.code"},
	{"icmpv6.code", "icmp.code"},
	{"syn", "tcp.flags.syn"},
	{"tcp.syn", "tcp.flags.syn"},
	{"ack", "tcp.flags.ack"},
	{"tcp.ack", "tcp.flags.ack"},
	{"fin", "tcp.flags.fin"},
	{"tcp.fin", "tcp.flags.fin"},
	{"rst", "tcp.flags.reset"},
	{"tcp.rst", "tcp.flags.reset"},
	{"tcp.flags.rst", "tcp.flags.reset"},
	{"tcp.flags.psh", "tcp.flags.push"},
	{"tcp.flags.ece", "tcp.flags.ecn"},
	{"ip.geoip.country", "ip.src.country"},
	{"ip.geoip.asnum", "ip.src.asnum"},
};

const char *field_meant(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(others[i].name, name))
			return others[i].means;
	return NULL;
}

const char *field_type_name(enum field_type type)
{
	static const char *const names[] = {
		[FIELD_BOOL] = "Bool",
		[FIELD_INT] = "Int",
		[FIELD_IP] = "IP",
		[FIELD_BYTES] = "Bytes",
	};

	return names[type];
}
