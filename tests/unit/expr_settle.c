/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons of one value that settle an and, or an or: against trying every value there is. */
#include "expr/compare.h"
#include "expr/settle.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool settles(const char *text)
{
	cleanup_expr struct expr *expr = NULL;
	cleanup_err struct mfw_err *err = NULL;

	if (expr_parse(text, &test_scheme, &expr, &err))
		fail_msg("%s: %s", text, mfw_err_message(err));
	return settling_value(expr);
}

static void settles_some(void **state)
{
	static const char *const settled[] = {
		"tcp.dstport == 80 and tcp.dstport == 443",
		"ip.ttl == 4 and tcp.dstport == 80 and tcp.dstport in {1..79 81..65535}",
		"ip.src != 192.0.2.1 or ip.src != 192.0.2.2",
		"ip.src in {192.0.2.0/24} and ip.src in {2001:db8::/32}",
		"ip.src == 192.0.2.255 and ip.src gt 192.0.2.255",
		"ip.ttl < 3 and ip.ttl > 2",
		"ip.ttl ne 3 or ip.ttl ne 4",
		"ip.ttl in {3} and not ip.ttl in {1..5}",
		"not ip.ttl == 1 or not ip.ttl in {2 3}",
		"udp == \"a\" and udp == \"b\"",
		"udp == \"ab\" and udp contains \"c\"",
		"lower(udp) != \"a\" or lower(udp) != \"b\"",
	};
	static const char *const open[] = {
		"tcp.dstport == 80 or tcp.dstport == 443",
		"tcp.dstport != 80 and tcp.dstport != 443",
		"tcp.dstport == 80 and udp.dstport == 443",
		"ip.ttl < 3 or ip.ttl > 2", /* without a packet's TTL it is false */
		"ip.ttl & 1 and ip.ttl & 2",
		"ip.src in $bad and ip.src == 192.0.2.1",
		"ip.src == 192.0.2.1 and ip.dst == 192.0.2.2",
		"udp contains \"a\" and udp contains \"b\"",
		"udp wildcard \"a*\" and udp wildcard \"b*\"", /* not seen */
		"udp != \"a\" and udp != \"b\"",
		"lower(udp) == \"a\" and udp == \"A\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(settled) / sizeof(*settled); i++)
		if (!settles(settled[i]))
			fail_msg("%s: not settled", settled[i]);
	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
		if (settles(open[i]))
			fail_msg("%s: settled", open[i]);
}

/* ---- every value ---- */

#define VALUES 12

static void make_comparison(char *text, size_t size)
{
	static const char *const ops[] = {"==", "!=", "<", "<=", ">", ">=", "in"};
	const char *op = ops[random() % 7], *no = random() % 4 ? "" : "not ";
	long a = 1 + random() % 10, b = a + random() % (11 - a);

	if (*op == 'i' && random() % 2)
		snprintf(text, size, "%sip.ttl in {%ld..%ld}", no, a, b);
	else if (*op == 'i')
		snprintf(text, size, "%sip.ttl in {%ld %ld}", no, a, b);
	else
		snprintf(text, size, "%sip.ttl %s %ld", no, op, a);
}

static bool answer(const struct expr *expr, bool missing, uint64_t value)
{
	if (expr->kind == EXPR_NOT)
		return !answer(expr->operands[0], missing, value);
	return missing ? expr->op == OP_NE : compare_number(expr, value);
}

/* Whether for some value, or without one, all operands answer what leaves the whole open. */
static bool is_open(const struct expr *many)
{
	for (uint64_t value = 0; value <= VALUES; value++) {
		size_t n = 0;

		for (size_t i = 0; i < many->n_operands; i++)
			n += answer(many->operands[i], value == VALUES, value) ==
			     (many->kind == EXPR_AND);
		if (n == many->n_operands)
			return true;
	}
	return false;
}

static void settles_as_trying_does(void **state)
{
	size_t settled = 0;

	(void)state;
	srandom(7);
	for (int round = 0; round < 20000; round++) {
		cleanup_expr struct expr *expr = NULL;
		const char *with = random() % 2 ? "and" : "or";
		char one[64], text[256] = "";

		for (long n = 2 + random() % 3, i = 0; i < n; i++) {
			make_comparison(one, sizeof(one));
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s%s%s",
				 i ? " " : "", i ? with : "", i ? " " : "", one);
		}
		assert_int_equal(expr_parse(text, &test_scheme, &expr, NULL), 0);
		if (!settling_value(expr) != is_open(expr))
			fail_msg("%s", text);
		settled += settling_value(expr) != NULL;
	}
	/* both answers come up */
	assert_in_range(settled, 1000, 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settles_some),
		cmocka_unit_test(settles_as_trying_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
