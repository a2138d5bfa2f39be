/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cleanup.h"
#include "model/word.h"
#include "test.h"

#include <string.h>

/* Words and functions of the grammar, taken from the manual's list. */
static void knows_the_language(void **state)
{
	static const char *const words[] = {
		"and",      "or",      "xor",  "not",   "eq",     "ne",
		"lt",       "le",      "gt",   "ge",    "in",     "bitwise_and",
		"contains", "matches", "true", "false", "strict", "wildcard",
	};
	static const char *const functions[] = {
		"bit_slice", "lower", "len", "substring", "starts_with", "ends_with",
	};
	static const char *const fields[] = {"ip", "tcp", "udp", "icmp", "node", "cf"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		assert_string_equal(word_meaning(words[i]), "a word");
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		assert_string_equal(word_meaning(functions[i]), "a function");
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		assert_string_equal(word_meaning(fields[i]), "a field");
	assert_null(word_meaning("suffix"));
	assert_null(word_meaning("ipx"));
	assert_null(word_meaning("i"));
	assert_null(word_meaning("tc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(knows_the_language)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
