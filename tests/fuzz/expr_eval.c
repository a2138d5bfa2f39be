/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a packet: every field and function has a value for it, or none, and reads nothing
 * behind its end. A value that is there is within its field's range.
 */
#include "../unit/test.h"
#include "expr/eval.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* For every packet, each of them is true. */
static const char *const always[] = {
	"ip.hdr_len in {20..60} xor not bit_slice(ip, 0, 1) in {0 1}",
	"ip.hdr_len ne 40 or ip.opt.type ne 1 or bit_slice(ip, 0, 4) == 4",
	"not tcp.flags.syn or len(tcp) in {20..4294967295}",
	"not icmp.type in {0..255} or ip.proto in {\"icmp\" \"icmpv6\"}",
};

static const char *const some[] = {
	"ip.src in {0.0.0.0/0 ::/0} xor ip.dst == 192.0.2.1",
	"ip.proto == \"udp\" xor ip.ttl & 1 xor ip.opt.type == 1",
	"tcp.srcport == 1 xor tcp.dstport == 2 xor udp.srcport == 3 xor udp.dstport == 4",
	"tcp.flags == 2 xor tcp.flags.syn xor icmp.type == 8 xor icmp.code == 0",
	"ip contains \"ab\" xor tcp contains \"ab\" xor udp contains \"ab\" xor icmp contains "
	"\"ab\"",
	"ip wildcard \"*a*b\" xor lower(udp) strict wildcard \"*a\" xor ends_with(tcp, \"b\")",
	"substring(ip, -20, 40) == \"\" xor substring(udp, 8) > \"m\" xor len(icmp) lt 9",
	"bit_slice(ip, 0, 32) == 1 xor bit_slice(tcp, 2040, 2072) ne 1 xor bit_slice(udp, 7, 39) "
	"== 1",
};

static bool ask(const char *text, const uint8_t *packet, size_t len)
{
	const struct eval_hooks hooks = {};
	cleanup_expr struct expr *expr = NULL;
	bool answer;

	if (expr_parse(text, &test_scheme, &expr, NULL) ||
	    eval(expr, packet, len, &hooks, &answer, NULL))
		abort();
	return answer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of exactly this size, for those who watch what lies behind. */
	cleanup_free uint8_t *packet = malloc(size ? size : 1);

	if (size)
		memcpy(packet, data, size);
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		if (!ask(always[i], packet, size))
			abort();
	for (size_t i = 0; i < ARRAY_SIZE(some); i++)
		ask(some[i], packet, size);
	return 0;
}
