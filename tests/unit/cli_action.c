/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/action.h"

#define JOINED(expected, ...) joined(expected, (const char *const[]){__VA_ARGS__, NULL})

static void joined(const char *expected, const char *const *words)
{
	size_t n = 0;
	char *text;

	while (words[n])
		n++;
	text = action_join(words, n);
	assert_string_equal(text, expected);
	free(text);
}

static void joins(void **state)
{
	(void)state;
	JOINED("drop", "drop");
	JOINED("reject with tcp reset", "reject", "with", "tcp", "reset");
	JOINED("reject with tcp reset", "reject with", "tcp reset");
	JOINED("log prefix \"a b\" drop", "log", "prefix", "a b", "drop");
	JOINED("log prefix \"a b\" drop", "log prefix \"a b\"", "drop");
	JOINED("log prefix \"a b\" drop", "log prefix", "\"a b\"", "drop");
	JOINED("log prefix \"\" drop", "log", "prefix", "", "drop");
	JOINED("log prefix \"a\\\\b\\\"\" drop", "log", "prefix", "a\\b\"", "drop");
	JOINED("log prefix ab drop", "log", "prefix", "ab", "drop");
	JOINED("noprefix a b", "noprefix", "a b");
}

static void locates(void **state)
{
	static const char *const words[] = {"log", "prefix", "a \"b", "drp"};
	char *text = action_join(words, 4);
	size_t offset;

	(void)state;
	assert_int_equal(action_locate(words, 4, (size_t)(strstr(text, "drp") - text), &offset), 3);
	assert_int_equal(offset, 0);
	assert_int_equal(action_locate(words, 4, (size_t)(strchr(text, 'b') - text), &offset), 2);
	assert_int_equal(words[2][offset], 'b');
	assert_int_equal(action_locate(words, 4, 5, &offset), 1);
	assert_int_equal(offset, 1);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins),
		cmocka_unit_test(locates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
