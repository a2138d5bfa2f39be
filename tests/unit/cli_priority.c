/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <string.h>

#include "cli/priority.h"

static void check(const char *text, const char *family, int32_t expected)
{
	cleanup_fault struct fault fault = {};
	int32_t value = 12345;

	assert_int_equal(priority_parse(text, family, &value, &fault), 0);
	assert_int_equal(value, expected);
}

static void accepts(void **state)
{
	(void)state;
	check("-10", NULL, -10);
	check("+7", NULL, 7);
	check("0", NULL, 0);
	check("2147483647", NULL, INT32_MAX);
	check("-2147483648", NULL, INT32_MIN);
	check("raw", NULL, -300);
	check("mangle", "ip", -150);
	check("dstnat", "inet", -100);
	check("filter", "ip6", 0);
	check("security", NULL, 50);
	check("srcnat", NULL, 100);
	check("filter-10", NULL, -10);
	check("filter + 5", NULL, 5);
	check(" mangle  -  50 ", NULL, -200);
	check("dstnat", "bridge", -300);
	check("filter", "bridge", -200);
	check("out", "bridge", 100);
	check("srcnat", "bridge", 300);
}

static void refuse(const char *text, const char *family, const char *part)
{
	cleanup_fault struct fault fault = {};
	int32_t value = 12345;

	assert_int_equal(priority_parse(text, family, &value, &fault), -1);
	assert_int_equal(value, 12345);
	assert_int_equal(fault_status(&fault), STATUS_BAD_INPUT);
	assert_non_null(strstr(fault.message, part));
}

static void refuses(void **state)
{
	(void)state;
	refuse("", NULL, "no priority");
	refuse("-", NULL, "no priority");
	refuse("1x", NULL, "no priority");
	refuse("filter5", NULL, "no priority");
	refuse("filter+", NULL, "no priority");
	refuse("filter--5", NULL, "no priority");
	refuse("2147483648", NULL, "2147483647");
	refuse("srcnat+2147483647", NULL, "2147483647");
	refuse("99999999999999999999", NULL, "no priority");
	refuse("fliter", NULL, "did you mean 'filter'");
	refuse("raw", "bridge", "dstnat, filter, out, srcnat");
	refuse("out", "ip", "family ip");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
