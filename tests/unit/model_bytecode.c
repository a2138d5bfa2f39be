/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"
#include "model/bytecode.h"

static void roundtrip(void **state)
{
	static const struct {
		const char *text, *canonical;
	} cases[] = {
		{"1,6 0 0 65535", NULL},
		{"2,48 0 0 0,6 0 0 4294967295", NULL},
		{"2\n48 0 0 0\n6 0 0 1\n", "2,48 0 0 0,6 0 0 1"},
		{" 1 ,\t6\t0  0 1 , ", "1,6 0 0 1"},
		{"1,0x6 255 0xff 0x10,\n,", "1,6 255 255 16"},
		{"1,65535 255 255 4294967295", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sock_filter code[BYTECODE_MAX];
		cleanup_buf struct buf text = {};
		cleanup_err struct mfw_err *err = NULL;
		size_t n;

		if (bytecode_parse(cases[i].text, code, &n, &err))
			fail_msg("%s: %s", cases[i].text, mfw_err_message(err));
		assert_int_equal(bytecode_print(code, n, &text), 0);
		assert_string_equal(text.data,
				    cases[i].canonical ? cases[i].canonical : cases[i].text);
	}
}

static void longest(void **state)
{
	struct sock_filter code[BYTECODE_MAX + 1] = {}, again[BYTECODE_MAX];
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf text = {};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i <= BYTECODE_MAX; i++)
		code[i] = (struct sock_filter){.code = i * 1000, .jt = i, .jf = 255 - i, .k = ~i};
	bytecode_print(code, BYTECODE_MAX, &text);
	assert_int_equal(bytecode_parse(text.data, again, &n, NULL), 0);
	assert_int_equal(n, BYTECODE_MAX);
	assert_memory_equal(code, again, sizeof(again));
	buf_clear(&text);
	bytecode_print(code, BYTECODE_MAX + 1, &text);
	check_refused(bytecode_parse(text.data, again, &n, &err), &err, "bytecode.too_long",
		      "65 instructions");
	assert_int_equal(n, BYTECODE_MAX);
}

static void refused(void **state)
{
	static const struct {
		const char *text, *kind, *words;
		unsigned line, column;
	} cases[] = {
		{"", "bytecode.syntax", "missing", 1, 1},
		{"x", "bytecode.syntax", "missing", 1, 1},
		{"-1,6 0 0 1", "bytecode.syntax", "missing", 1, 1},
		{"0", "bytecode.too_long", "0 instructions", 0, 0},
		{"0,6 0 0 1", "bytecode.too_long", "1 to 64", 0, 0},
		{"1000,6 0 0 1", "bytecode.too_long", "1000", 0, 0},
		{"99999999999999999999,6 0 0 1", "bytecode.syntax", "too large", 1, 1},
		{"1", "bytecode.syntax", "ends too soon", 1, 2},
		{"1;6 0 0 1", "bytecode.syntax", "comma", 1, 2},
		{"1,6 0 0", "bytecode.syntax", "missing", 1, 8},
		{"1,6 0 256 1", "bytecode.syntax", "too large", 1, 7},
		{"1,65536 0 0 1", "bytecode.syntax", "too large", 1, 3},
		{"1,6 0 0 4294967296", "bytecode.syntax", "too large", 1, 9},
		{"1,6 0 0 18446744073709551616", "bytecode.syntax", "too large", 1, 9},
		{"1,6 0 0 1,6 0 0 1", "bytecode.syntax", "more instructions", 1, 11},
		{"2,6 0 0 1", "bytecode.syntax", "ends too soon", 1, 10},
		{"2\n6 0 0 1\n6 0 q 1", "bytecode.syntax", "missing", 3, 5},
		{"1,6 0 0 1 x", "bytecode.syntax", "more instructions", 1, 11},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sock_filter code[BYTECODE_MAX];
		cleanup_err struct mfw_err *err = NULL;
		unsigned line, column;
		size_t n = 77;
		int r = bytecode_parse(cases[i].text, code, &n, &err);

		if (!r)
			fail_msg("'%s' was taken", cases[i].text);
		mfw_err_place(err, &line, &column, NULL);
		if (line != cases[i].line || column != cases[i].column)
			fail_msg("'%s': %u:%u", cases[i].text, line, column);
		assert_int_equal(n, 77);
		check_refused(r, &err, cases[i].kind, cases[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roundtrip),
		cmocka_unit_test(longest),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
