/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message.h"

#include <string.h>

#include "kernel/userdata.h"

static void longest_fits(void **state)
{
	char ref[MFW_NAME_MAX + 1], comment[MFW_COMMENT_MAX + 1], pin[600];
	unsigned char data[USERDATA_MAX + 64], hash[PROGRAM_HASH_LEN];
	struct rule *rule = rule_alloc();
	struct userdata read;
	size_t n;

	(void)state;
	memset(ref, 'r', MFW_NAME_MAX);
	memset(comment, 'c', MFW_COMMENT_MAX);
	memset(pin, 'p', sizeof(pin));
	memset(hash, 0xee, sizeof(hash));
	memset(data, 0xaa, sizeof(data));
	ref[MFW_NAME_MAX] = comment[MFW_COMMENT_MAX] = pin[sizeof(pin) - 1] = 0;
	rule_set_text(&rule->pub.ref, ref);
	rule_set_text(&rule->pub.comment, comment);
	rule->kind = MATCH_BYTECODE;
	rule->program = program_new(pin, hash, UINT32_MAX);
	n = userdata_write(rule, data);
	assert_in_range(n, 1, USERDATA_MAX);
	assert_int_equal(data[USERDATA_MAX], 0xaa);
	userdata_read(data, n, &read);
	assert_string_equal(read.ref, ref);
	assert_string_equal(read.comment, comment);
	assert_int_equal(read.kind, MATCH_BYTECODE);
	assert_true(read.has_program);
	assert_int_equal(read.prog_id, UINT32_MAX);
	assert_memory_equal(read.hash, hash, sizeof(hash));
	rule_unref(rule);
}

static void shortest(void **state)
{
	struct rule *rule = message_rule(MATCH_EXPR, false, "drop");
	unsigned char data[USERDATA_MAX];
	struct userdata read;

	(void)state;
	userdata_read(data, userdata_write(rule, data), &read);
	assert_string_equal(read.ref, "some-ref");
	assert_string_equal(read.comment, "");
	assert_int_equal(read.kind, MATCH_EXPR);
	assert_false(read.has_program);
	rule_unref(rule);
}

/* nft reads its own comment there: type 0, length with the NUL, text. */
static void comment_is_as_nft_has_it(void **state)
{
	struct rule *rule = message_rule(MATCH_EXPR, false, "drop");
	unsigned char data[USERDATA_MAX];

	(void)state;
	rule_set_text(&rule->pub.comment, "why");
	userdata_write(rule, data);
	assert_memory_equal(data, "\0\4why\0", 6);
	rule_unref(rule);
}

static void expect_nothing(const void *data, size_t len)
{
	char *copy = calloc(1, len);
	struct userdata read;

	memcpy(copy, data, len);
	userdata_read(copy, len, &read);
	assert_string_equal(read.ref, "");
	assert_string_equal(read.comment, "");
	assert_false(read.has_program);
	free(copy);
}

static void hostile(void **state)
{
	char longer[200] = {(char)0xd0, 65};

	(void)state;
	expect_nothing("", 0);
	expect_nothing("\xd0", 1);
	expect_nothing("\xd0\x00", 2);
	expect_nothing("\xd0\x02r", 3);
	expect_nothing("\xd0\x02rr", 4); /* no NUL */
	expect_nothing("\xd0\xffr\0", 4);
	expect_nothing("\xd3\x0f"
		       "123456789012345",
		       17);
	memset(longer + 2, 'r', 64);
	expect_nothing(longer, 67); /* 64 characters and NUL */
	memset(longer + 2, 'c', 129);
	longer[0] = 0;
	longer[1] = (char)130;
	expect_nothing(longer, 132);
}

static void foreign_types_are_passed_over(void **state)
{
	static const char data[] = "\x07\x03xyz\xd0\x03r1\0\x55\0";
	struct userdata read;

	(void)state;
	userdata_read(data, sizeof(data) - 1, &read);
	assert_string_equal(read.ref, "r1");
}

static void random_bytes(void **state)
{
	(void)state;
	srand(2);
	for (int i = 0; i < 20000; i++) {
		size_t len = rand() % 300;
		unsigned char *data = malloc(len ? len : 1);
		struct userdata read;

		for (size_t j = 0; j < len; j++)
			data[j] = rand() % 4 ? rand() % 8 : 0xd0 + rand() % 5;
		userdata_read(data, len, &read);
		assert_true(strlen(read.ref) <= MFW_NAME_MAX);
		assert_true(strlen(read.comment) <= MFW_COMMENT_MAX);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(longest_fits),
		cmocka_unit_test(shortest),
		cmocka_unit_test(comment_is_as_nft_has_it),
		cmocka_unit_test(hostile),
		cmocka_unit_test(foreign_types_are_passed_over),
		cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
