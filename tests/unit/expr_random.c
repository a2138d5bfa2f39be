/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random trees, built without the parser: what is printed of one parses to its equal. The seed of a
 * failing one is printed; MFW_TEST_SEED begins with it.
 */
#include "random.h"
#include "test.h"

#define TREES 4000

static void check(uint64_t seed)
{
	cleanup_expr struct expr *tree = NULL, *parsed = NULL;
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf text = {};
	const struct random_kinds kinds = {};

	random_seed(seed);
	tree = random_tree(&kinds, 5);
	assert_int_equal(expr_print(tree, &text), 0);
	if (text.len > EXPR_TEXT_MAX)
		return;
	if (expr_parse(text.data, &test_scheme, &parsed, &err))
		fail_msg("MFW_TEST_SEED=%llu: %s: %s", (unsigned long long)seed, text.data,
			 mfw_err_message(err));
	if (!expr_equal(tree, parsed))
		fail_msg("MFW_TEST_SEED=%llu: %s", (unsigned long long)seed, text.data);
}

static void parses_what_is_printed(void **unused)
{
	const char *given = getenv("MFW_TEST_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : 1;

	(void)unused;
	for (int i = 0; i < (given ? 1 : TREES); i++)
		check(seed + i * 0x9e3779b97f4a7c15ull);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_what_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
