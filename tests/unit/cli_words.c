/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <string.h>

#include "cli/words.h"

/* Splits line and compares with the words joined by '|'. */
static void check(const char *line, const char *expected, size_t used)
{
	cleanup(words_clear) struct words words = {};
	cleanup_fault struct fault fault = {};
	char joined[256] = "";
	size_t took;

	assert_int_equal(words_split(&words, line, strlen(line), &took, &fault), 0);
	for (size_t i = 0; i < words.n; i++) {
		strcat(joined, i ? "|" : "");
		strcat(joined, words.argv[i]);
	}
	assert_string_equal(joined, expected);
	assert_int_equal(took, used ? used : strlen(line));
}

static void splits(void **state)
{
	(void)state;
	check("", "", 0);
	check("  rule\tadd  x \r\n", "rule|add|x", 0);
	check("a\nb", "a", 2);
	check("a # b c\nd", "a", 8);
	check("a#b", "a#b", 0);
	check("# only\n", "", 0);
	check("a '' \"\"", "a||", 0);
}

static void quotes(void **state)
{
	(void)state;
	check("'a b'c\"d e\"",
	      "a bc"
	      "d e",
	      0);
	check("'a\\b \"x\"'", "a\\b \"x\"", 0);
	check("\"a \\\" \\\\ \\$ \\` \\n 'x'\"", "a \" \\ $ ` \\n 'x'", 0);
	check("a\\ b\\'c", "a b'c", 0);
	check("'# no comment'", "# no comment", 0);
}

static void continues(void **state)
{
	(void)state;
	check("a \\\n b\nc", "a|b", 7);
	check("ab\\\ncd\n", "abcd", 0);
	check("\"a\\\nb\"", "ab", 0);
}

static void refuse(const char *line, size_t len, size_t bad, size_t used)
{
	cleanup(words_clear) struct words words = {};
	cleanup_fault struct fault fault = {};
	size_t took;

	assert_int_equal(words_split(&words, line, len, &took, &fault), -1);
	assert_int_equal(fault_status(&fault), STATUS_BAD_INPUT);
	assert_int_equal(words.bad, bad);
	assert_int_equal(took, used);
}

static void refuses(void **state)
{
	(void)state;
	refuse("a 'b\nc'", 7, 2, 5);
	refuse("a \"b", 4, 2, 4);
	refuse("a\\", 2, 1, 2);
	refuse("a\0b\nc", 5, 1, 4);
}

static void locates(void **state)
{
	static const char line[] = "x \"a\\\"b\" 'cd' e\\\nf ''";

	(void)state;
	assert_int_equal(words_locate(line, strlen(line), 0, 0), 0);
	assert_int_equal(line[words_locate(line, strlen(line), 1, 0)], 'a');
	assert_int_equal(line[words_locate(line, strlen(line), 1, 1)], '"');
	assert_int_equal(line[words_locate(line, strlen(line), 1, 2)], 'b');
	assert_int_equal(line[words_locate(line, strlen(line), 2, 1)], 'd');
	assert_int_equal(line[words_locate(line, strlen(line), 3, 1)], 'f');
	assert_int_equal(words_locate(line, strlen(line), 4, 0), strlen(line) - 2);
	/* Past the word's end: right behind it. */
	assert_int_equal(words_locate(line, strlen(line), 0, 5), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),  cmocka_unit_test(quotes),  cmocka_unit_test(continues),
		cmocka_unit_test(refuses), cmocka_unit_test(locates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
