/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"
#include "model/name.h"

#include <errno.h>

static void good(void **state)
{
	static const char *const names[] = {"a", "Z", "0", "_", "-", "sip-only", "A_b-9"};
	char longest[MFW_NAME_MAX + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(name_check("ref", names[i], NULL), 0);
	memset(longest, 'x', MFW_NAME_MAX);
	longest[MFW_NAME_MAX] = 0;
	assert_int_equal(name_check("ref", longest, NULL), 0);
}

static void bad(void **state)
{
	static const struct {
		const char *name, *words;
	} cases[] = {
		{NULL, "is empty"},
		{"", "is empty"},
		{"a b", "\\x20"},
		{"a/b", "'/'"},
		{"..", "'.'"},
		{"../x", "'.'"},
		{"a.b", "'.'"},
		{"a\nb", "the customer 'a?b'"},
		{"\x1b[2J", "\\x1b"},
		{"\xc3\xa9", "\\xc3"},
		{"a\x7f", "\\x7f"},
		{"$x", "'$'"},
		{"caf\xc3\xa9", "'caf\?\?'"},
		{"a'b", "'''"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_err struct mfw_err *err = NULL;

		check_refused(name_check("customer", cases[i].name, &err), &err, "name.bad",
			      cases[i].words);
	}
}

/* What is shown of it must not drive the terminal, nor fill it. */
static void shown(void **state)
{
	char longer[5000];
	cleanup_err struct mfw_err *err = NULL;

	(void)state;
	memset(longer, 'x', sizeof(longer));
	longer[MFW_NAME_MAX + 1] = 0;
	assert_int_equal(name_check("ref", longer, &err), -ENAMETOOLONG);
	assert_non_null(strstr(mfw_err_message(err), "64 characters"));
	longer[MFW_NAME_MAX + 1] = '\r';
	longer[sizeof(longer) - 1] = 0;
	assert_int_equal(name_check("ref", longer, &err), -EINVAL);
	assert_true(strlen(mfw_err_message(err)) < 300);
	for (const char *c = mfw_err_message(err); *c; c++)
		assert_in_range(*c, 0x20, 0x7e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
