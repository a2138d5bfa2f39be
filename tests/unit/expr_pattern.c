/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/pattern.h"
#include "test.h"

#include <string.h>

static const struct {
	const char *pattern, *text;
	bool fits, strict_fits;
} cases[] = {
	{"", "", true, true},
	{"", "a", false, false},
	{"*", "", true, true},
	{"*", "a\nb", true, true},
	{"abc", "abc", true, true},
	{"abc", "ABC", true, false},
	{"ABC", "abc", true, false},
	{"abc", "abcd", false, false},
	{"abc*", "abcd", true, true},
	{"*bc", "abc", true, true},
	{"*b*", "abc", true, true},
	{"a*c", "ac", true, true},
	{"a*c", "abcbc", true, true},
	{"a*c", "abcbd", false, false},
	{"*a*b*c*", "xxaxxbxxcxx", true, true},
	{"*a*b*c*", "xxcxxbxxaxx", false, false},
	{"*aab", "aaab", true, true},
	{"\\*", "*", true, true},
	{"\\*", "a", false, false},
	{"a\\\\b", "a\\b", true, true},
	{"*\\*", "ab*", true, true},
	{"*\\*", "ab", false, false},
	{"?", "a", false, false},
	{"\xff*", "\xff\xfe", true, true},
	{"[", "{", false, false},
};

static void fits(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *pattern = cases[i].pattern, *text = cases[i].text;

		assert_int_equal(pattern_fits(pattern, strlen(pattern), text, strlen(text), false),
				 cases[i].fits);
		assert_int_equal(pattern_fits(pattern, strlen(pattern), text, strlen(text), true),
				 cases[i].strict_fits);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
