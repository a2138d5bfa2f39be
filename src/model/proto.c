/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/proto.h"
#include "base/cleanup.h"
#include "base/nearest.h"

#include <stdbool.h>
#include <string.h>

#define N 256

static const char *const named[N] = {
	[0] = "hopopt",     [1] = "icmp",         [2] = "igmp",
	[3] = "ggp",        [4] = "ipip",         [5] = "st",
	[6] = "tcp",        [8] = "egp",          [9] = "igp",
	[12] = "pup",       [17] = "udp",         [20] = "hmp",
	[22] = "xns-idp",   [27] = "rdp",         [29] = "iso-tp4",
	[33] = "dccp",      [36] = "xtp",         [37] = "ddp",
	[38] = "idpr-cmtp", [41] = "ipv6",        [43] = "ipv6-route",
	[44] = "ipv6-frag", [45] = "idrp",        [46] = "rsvp",
	[47] = "gre",       [50] = "esp",         [51] = "ah",
	[57] = "skip",      [58] = "icmpv6",      [59] = "ipv6-nonxt",
	[60] = "ipv6-opts", [73] = "rspf",        [81] = "vmtp",
	[88] = "eigrp",     [89] = "ospf",        [93] = "ax.25",
	[97] = "etherip",   [98] = "encap",       [103] = "pim",
	[108] = "ipcomp",   [112] = "vrrp",       [115] = "l2tp",
	[124] = "isis",     [132] = "sctp",       [133] = "fc",
	[136] = "udplite",  [137] = "mpls-in-ip", [138] = "manet",
	[139] = "hip",      [140] = "shim6",      [141] = "wesp",
	[142] = "rohc",     [143] = "ethernet",   [135] = "mobility-header",
};

/* What some call them. */
static const struct {
	const char *name, *ours;
} others[] = {
	{"ipv6-icmp", "icmpv6"}, {"icmp6", "icmpv6"},  {"ip-in-ip", "ipip"},    {"ipencap", "ipip"},
	{"ipv4", "ipip"},        {"ospfigp", "ospf"},  {"udp-lite", "udplite"}, {"ipsec", "esp"},
	{"ipsec-ah", "ah"},      {"ipsec-esp", "esp"},
};

static const char *const numbers[N] = {
#define ONE(n) #n
#define TEN(n)                                                                                     \
	ONE(n##0), ONE(n##1), ONE(n##2), ONE(n##3), ONE(n##4), ONE(n##5), ONE(n##6), ONE(n##7),    \
		ONE(n##8), ONE(n##9)
	ONE(0),  ONE(1),  ONE(2),   ONE(3),   ONE(4),   ONE(5),   ONE(6),   ONE(7),
	ONE(8),  ONE(9),  TEN(1),   TEN(2),   TEN(3),   TEN(4),   TEN(5),   TEN(6),
	TEN(7),  TEN(8),  TEN(9),   TEN(10),  TEN(11),  TEN(12),  TEN(13),  TEN(14),
	TEN(15), TEN(16), TEN(17),  TEN(18),  TEN(19),  TEN(20),  TEN(21),  TEN(22),
	TEN(23), TEN(24), ONE(250), ONE(251), ONE(252), ONE(253), ONE(254), ONE(255),
};

const char *proto_name(uint8_t proto)
{
	return named[proto] ? named[proto] : numbers[proto];
}

int proto_find(const char *name, size_t len)
{
	for (int i = 0; i < N; i++)
		if (strlen(proto_name(i)) == len && !memcmp(proto_name(i), name, len))
			return i;
	return -1;
}

const char *proto_nearest(const char *name)
{
	struct nearest nearest = NEAREST_INIT(name);

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcasecmp(others[i].name, name))
			return others[i].ours;
	for (int i = 0; i < N; i++)
		if (!strcmp(numbers[i], name))
			return proto_name(i);
	for (int i = 0; i < N; i++)
		if (named[i])
			nearest_try(&nearest, named[i]);
	return nearest.best;
}
