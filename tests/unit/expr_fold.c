/* SPDX-License-Identifier: GPL-2.0-or-later */
/* node.name is "sfo06", node.region is missing (tests/unit/scheme.c). */
#include "test.h"

static const struct {
	const char *text, *folded;
} cases[] = {
	{"node.name == \"sfo06\"", "true"},
	{"node.name ne \"sfo06\"", "false"},
	{"cf.colo.name in {\"ams01\" \"sfo06\"}", "true"},
	{"node.name wildcard \"SFO*\"", "true"},
	{"node.name strict wildcard \"SFO*\"", "false"},
	{"node.name contains \"o0\"", "true"},
	{"node.name lt \"sfo07\"", "true"},
	{"len(node.name) == 5", "true"},
	{"len(node.name) in {1..4 6}", "false"},
	{"substring(node.name, 0, 3) == \"sfo\"", "true"},
	{"substring(node.name, -2) == \"06\"", "true"},
	{"substring(node.name, 1, -1) == \"fo0\"", "true"},
	{"substring(node.name, 9) == \"\"", "true"},
	{"starts_with(node.name, \"sfo\")", "true"},
	{"ends_with(node.name, \"sfo\")", "false"},
	{"node.region == \"WEUR\"", "false"},
	{"node.region ne \"WEUR\"", "true"},
	{"not node.region contains \"\"", "true"},
	{"node.name == \"sfo06\" and ip.ttl == 1", "ip.ttl == 1"},
	{"node.name == \"ams01\" and ip.ttl == 1", "false"},
	{"node.name == \"sfo06\" or ip.ttl == 1", "true"},
	{"ip.ttl == 1 and (true or sip) and ip.len == 2", "ip.ttl == 1 and ip.len == 2"},
	{"ip.ttl == 1 and not not ip.len == 2", "ip.ttl == 1 and ip.len == 2"},
	{"not not not sip", "not sip"},
	{"true xor sip", "not sip"},
	{"true xor not sip", "sip"},
	{"sip xor true xor ip.ttl == 1 xor true", "sip xor ip.ttl == 1"},
	{"true xor true", "false"},
	{"(sip or (false or ip.ttl == 1)) and true", "sip or ip.ttl == 1"},
	{"not (false or (sip and true))", "not sip"},
	{"ip.ttl in {}", "false"},
	{"ip.ttl in {} or sip", "sip"},
	/* A matcher may count what it is asked: what is asked before stays, what is not goes. */
	{"sip and false", "sip and false"},
	{"sip and false and sip", "sip and false"},
	{"false and sip", "false"},
	{"ip.ttl == 1 and false", "false"},
	{"sip or true or sip", "sip or true"},
	/* An empty text is there even where nothing else is. */
	{"substring(udp, 4, 2) ne \"\"", "substring(udp, 4, 2) != \"\""},
	{"substring(udp, 4, 2) == \"\"", "substring(udp, 4, 2) == \"\""},
	{"lower(substring(udp, -2, -4)) in {\"\"}", "lower(substring(udp, -2, -4)) in {\"\"}"},
	/* True only where there is such a value: stays. */
	{"tcp.dstport ge 0", "tcp.dstport >= 0"},
	{"node.name in $sites", "node.name in $sites"},
};

static void folds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_expr struct expr *expr = NULL;
		cleanup_buf struct buf text = {};

		assert_int_equal(expr_parse(cases[i].text, &test_scheme, &expr, NULL), 0);
		assert_int_equal(expr_fold(&expr, &test_scheme), 0);
		assert_int_equal(expr_print(expr, &text), 0);
		assert_string_equal(text.data, cases[i].folded);
	}
}

static void leaves_unknown_nodes(void **state)
{
	struct scheme scheme = test_scheme;
	cleanup_expr struct expr *expr = NULL;
	cleanup_buf struct buf text = {};

	(void)state;
	scheme.node = NULL;
	assert_int_equal(expr_parse("node.name == \"x\" or false", &scheme, &expr, NULL), 0);
	assert_int_equal(expr_fold(&expr, &scheme), 0);
	assert_int_equal(expr_print(expr, &text), 0);
	assert_string_equal(text.data, "node.name == \"x\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folds),
		cmocka_unit_test(leaves_unknown_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
