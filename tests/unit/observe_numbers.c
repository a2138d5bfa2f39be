/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/numbers.h"
#include "test.h"

static void gives_back_what_was_added(void **unused)
{
	static const uint64_t all[] = {1, 2, 7, 8, 9, 15, 16, 4096, 32767, 32768, 40000, 1000000};
	struct numbers numbers = {};
	uint64_t at = 0;

	(void)unused;
	assert_int_equal(numbers_next(&numbers, 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		assert_int_equal(numbers_add(&numbers, all[ARRAY_SIZE(all) - 1 - i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		at = numbers_next(&numbers, at);
		assert_int_equal(at, all[i]);
	}
	assert_int_equal(numbers_next(&numbers, at), 0);
	assert_int_equal(numbers_next(&numbers, UINT64_MAX - 1), 0);
	assert_int_equal(numbers.n, ARRAY_SIZE(all));
	numbers_clear(&numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_was_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
