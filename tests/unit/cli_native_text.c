/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/native_text.h"

#define MAX 8
#define E(n, t)                                                                                    \
	{                                                                                          \
		.name = (n), .text = (t)                                                           \
	}
#define XT(n, ext)                                                                                 \
	{                                                                                          \
		.name = (n), .text = "", .xt_name = (ext)                                          \
	}

static void check(const struct mfw_expr_info *exprs, const char *family, const char *hint,
		  const char *expected)
{
	static const char *const xt_texts[] = {"-m one", "-j two", NULL};
	const struct mfw_expr_info *pointers[MAX];
	struct mfw_rule rule = {.foreign = true, .exprs = pointers};
	char *text;

	for (; exprs[rule.n_exprs].name; rule.n_exprs++)
		pointers[rule.n_exprs] = &exprs[rule.n_exprs];
	text = native_text(&rule, family, hint, xt_texts);
	assert_string_equal(text, expected);
	free(text);
}

#define CHECK(family, hint, expected, ...)                                                         \
	check((const struct mfw_expr_info[]){__VA_ARGS__, {}}, family, hint, expected)

static void writes_as_nft(void **state)
{
	(void)state;
	CHECK("ip", NULL, "ip saddr 10.0.0.1 counter packets 3 bytes 4 accept",
	      E("payload", "load 4b @ network header + 12 => reg 1 "),
	      E("cmp", "eq reg 1 0x0100000a "), E("counter", "pkts 3 bytes 4 "),
	      E("immediate", "reg 0 accept "));
	CHECK("ip", NULL, "meta l4proto tcp tcp dport != 53 jump c",
	      E("meta", "load l4proto => reg 1 "), E("cmp", "eq reg 1 0x00000006 "),
	      E("payload", "load 2b @ transport header + 2 => reg 1 "),
	      E("cmp", "neq reg 1 0x00003500 "), E("immediate", "reg 0 jump -> c "));
	CHECK("ip", NULL, "ip saddr 10.0.0.0/9",
	      E("payload", "load 4b @ network header + 12 => reg 1 "),
	      E("bitwise", "reg 1 = ( reg 1 & 0x000080ff ) ^ 0x00000000 "),
	      E("cmp", "eq reg 1 0x0000000a "));
	CHECK("ip", NULL, "th dport >= 1 th dport <= 5",
	      E("payload", "load 2b @ transport header + 2 => reg 1 "),
	      E("cmp", "gte reg 1 0x00000100 "), E("cmp", "lte reg 1 0x00000500 "));
	CHECK("ip", NULL, "ct state established,related", E("ct", "load state => reg 1 "),
	      E("bitwise", "reg 1 = ( reg 1 & 0x00000006 ) ^ 0x00000000 "),
	      E("cmp", "neq reg 1 0x00000000 "));
	CHECK("inet", NULL, "limit rate over 5/minute burst 7 packets",
	      E("limit", "rate 5/minute burst 7 type packets flags 0x1 "));
	CHECK("bridge", NULL, "ether saddr 00:11:22:33:44:55 ether type ip6",
	      E("payload", "load 6b @ link header + 6 => reg 1 "),
	      E("cmp", "eq reg 1 0x33221100 0x00005544 "),
	      E("payload", "load 2b @ link header + 12 => reg 1 "),
	      E("cmp", "eq reg 1 0x0000dd86 "));
}

/* One word may be "lo" with its end or the beginning "lo*": only what is known is said. */
static void tells_names_from_beginnings(void **state)
{
	(void)state;
	CHECK("ip", NULL, "iifname \"lo\"", E("meta", "load iifname => reg 1 "),
	      E("cmp", "eq reg 1 0x00006f6c 0x00000000 0x00000000 0x00000000 "));
	CHECK("ip", NULL, "iifname \"eth0\"", E("meta", "load iifname => reg 1 "),
	      E("cmp", "eq reg 1 0x30687465 0x00000000 "));
	CHECK("ip", NULL, "iifname \"eth0*\"", E("meta", "load iifname => reg 1 "),
	      E("cmp", "eq reg 1 0x30687465 "));
	CHECK("ip", "iifname \"lo\" drop", "iifname \"lo\"", E("meta", "load iifname => reg 1 "),
	      E("cmp", "eq reg 1 0x00006f6c "));
	CHECK("ip", "iifname \"lo*\" drop", "iifname \"lo*\"", E("meta", "load iifname => reg 1 "),
	      E("cmp", "eq reg 1 0x00006f6c "));
	CHECK("ip", NULL, "[ meta load iifname => reg 1 ] [ cmp eq reg 1 0x00006f6c ]",
	      E("meta", "load iifname => reg 1 "), E("cmp", "eq reg 1 0x00006f6c "));
}

static void keeps_what_it_does_not_know(void **state)
{
	(void)state;
	CHECK("ip", NULL, "[ payload load 3b @ network header + 1 => reg 1 ] [ cmp eq reg 1 0x1 ]",
	      E("payload", "load 3b @ network header + 1 => reg 1 "), E("cmp", "eq reg 1 0x1 "));
	CHECK("ip", NULL,
	      "[ payload load 4b @ network header + 12 => reg 1 ] [ lookup reg 1 set s ]",
	      E("payload", "load 4b @ network header + 12 => reg 1 "), E("lookup", "reg 1 set s "));
	CHECK("ip6", NULL, "[ payload load 4b @ network header + 12 => reg 1 ]",
	      E("payload", "load 4b @ network header + 12 => reg 1 "));
	CHECK("ip", NULL, "-m one counter packets 0 bytes 0 -j two", XT("match", "one"),
	      E("counter", "pkts 0 bytes 0 "), XT("target", "two"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_as_nft),
		cmocka_unit_test(tells_names_from_beginnings),
		cmocka_unit_test(keeps_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
