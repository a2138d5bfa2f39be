/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries as people write them: read, printed, combined. */
#include "check.h"

#include <errno.h>
#include <stdio.h>

#include "list/combine.h"
#include "list/text.h"
#include "lists/model.h"

/* What is read, printed again: "-" for a refusal. */
static void check_entry(enum mfw_list_kind kind, const char *text, const char *expected)
{
	cleanup_entries struct entries entries = {};
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf out = {};
	int r = text_add(kind, text, &entries, &err);

	if (r) {
		assert_int_equal(r, -EINVAL);
		assert_string_equal(mfw_err_kind(err), "list.entry");
		assert_string_equal("-", expected);
		return;
	}
	assert_int_equal(entries_count(&entries), 1);
	assert_int_equal(text_print(&entries, 0, &out), 0);
	assert_string_equal(out.data, expected);
}

static void addresses(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"192.0.2.1", "192.0.2.1"},
		{"192.0.2.1/32", "192.0.2.1"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"10.0.0.0/8", "10.0.0.0/8"},
		{"255.255.255.254/31", "255.255.255.254/31"},
		{"2001:DB8:0:0::1", "2001:db8::1"},
		{"2001:db8::/32", "2001:db8::/32"},
		{"::/0", "::/0"},
		{"::ffff:1.2.3.4", "::ffff:1.2.3.4"},
		{"10.0.0.1/8", "-"},
		{"2001:db8::1/64", "-"},
		{"10.0.0.0/33", "-"},
		{"10.0.0.0/08", "-"},
		{"10.0.0.0/", "-"},
		{"10.0.0.0/-1", "-"},
		{"::/129", "-"},
		{"10.0.0", "-"},
		{"10.0.0.01", "-"},
		{"10.0.0.256", "-"},
		{"10.0.0.1-10.0.0.9", "-"},
		{"1.2.3.4 ", "-"},
		{"example.com", "-"},
		{"", "-"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_entry(MFW_LIST_IP, cases[i].text, cases[i].expected);
}

static void names(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"example.com", "example.com"},
		{"a#b;c", "a#b;c"},
		{"\"example.com\"", "example.com"},
		{"\"a b\"", "\"a b\""},
		{"\"\\x00\\377\\\"\\\\\"", "\"\\x00\\xff\\\"\\\\\""},
		{"\"#\"", "\"#\""},
		{"a\"", "a\""},
		{"\"\"", "-"},
		{"\"a", "-"},
		{"\"a\"b", "-"},
		{"\"\\q\"", "-"},
		{"\"\\x1\"", "-"},
		{"\"\\400\"", "-"},
		{"\"\\", "-"},
		{"a b", "-"},
		{"a\tb", "-"},
		{"", "-"},
	};
	char longest[MFW_LIST_NAME_MAX + 2];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_entry(MFW_LIST_NAME, cases[i].text, cases[i].expected);
	memset(longest, 'x', sizeof(longest));
	longest[MFW_LIST_NAME_MAX + 1] = 0;
	check_entry(MFW_LIST_NAME, longest, "-");
	longest[MFW_LIST_NAME_MAX] = 0;
	check_entry(MFW_LIST_NAME, longest, longest);
}

/* ---- files ---- */

static int read_file(enum mfw_list_kind kind, const char *text, struct entries *entries,
		     struct mfw_err **err)
{
	return text_read(kind, "f", text, strlen(text), entries, err);
}

static void files(void **state)
{
	cleanup_entries struct entries entries = {}, texts = {};

	(void)state;
	assert_int_equal(read_file(MFW_LIST_IP,
				   "# a comment\n\n1.2.3.4 # of ours\r\n\t10.0.0.0/8 ; SBL1\n"
				   "2001:db8::/32",
				   &entries, NULL),
			 0);
	assert_int_equal(entries_count(&entries), 3);
	assert_int_equal(
		read_file(MFW_LIST_NAME, "\"a # b\" # c\na#b\n;x\n\"\\\" ;\"\n", &texts, NULL), 0);
	assert_int_equal(entries_count(&texts), 3);
	assert_int_equal(ENTRIES_AT(texts.names, struct name, 0)->len, 5);
	assert_int_equal(ENTRIES_AT(texts.names, struct name, 2)->len, 3);
	assert_int_equal(read_file(MFW_LIST_IP, "", &entries, NULL), 0);
}

static void bad_lines(void **state)
{
	cleanup_entries struct entries entries = {};
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf many = {};
	size_t n = 0;

	(void)state;
	assert_int_equal(read_file(MFW_LIST_IP, "1.2.3.4\n\n  1.2.3\n::g\n", &entries, &err),
			 -EINVAL);
	assert_string_equal(mfw_err_kind(err), "list.entry");
	assert_non_null(strstr(mfw_err_message(err), "f:3:3: '1.2.3' is no address"));
	assert_non_null(strstr(mfw_err_detail(err), "f:4:1: '::g'"));
	for (int i = 0; i < 1000; i++)
		buf_add_str(&many, "x\n");
	mfw_err_free(err);
	err = NULL;
	assert_int_equal(read_file(MFW_LIST_IP, many.data, &entries, &err), -EINVAL);
	for (const char *at = mfw_err_detail(err); (at = strchr(at, '\n')); at++)
		n++;
	assert_int_equal(n, TEXT_ERRORS_MAX - 1);
}

/* ---- what is printed is read again; sets against a plain one ---- */

static void random_entries(enum mfw_list_kind kind, size_t n, struct model *model)
{
	model->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct list_entry entry = model_random(kind == MFW_LIST_NAME ? 0
						       : random() % 2        ? 4
									     : 6);

		model_add(model, &entry);
	}
}

static void tidy(const struct model *model, struct entries *ret)
{
	model_entries(model, ret);
	assert_int_equal(entries_tidy(ret, NULL), 0);
}

static void check_print(enum mfw_list_kind kind, const struct entries *entries)
{
	cleanup_entries struct entries again = {};
	cleanup_buf struct buf text = {};

	for (size_t i = 0; i < entries_count(entries); i++) {
		assert_int_equal(text_print(entries, i, &text), 0);
		buf_add_str(&text, "\n");
	}
	assert_int_equal(text_read(kind, "f", text.data ? text.data : "", text.len, &again, NULL),
			 0);
	assert_int_equal(entries_tidy(&again, NULL), 0);
	assert_true(entries_same(entries, &again));
}

static void combined(void **state)
{
	static struct model a, b, all;

	(void)state;
	for (int round = 0; round < 60; round++) {
		enum mfw_list_kind kind = round % 2 ? MFW_LIST_NAME : MFW_LIST_IP;
		cleanup_entries struct entries x = {}, y = {}, z = {}, expected = {};
		size_t before;

		random_entries(kind, (size_t)random() % 200, &a);
		random_entries(kind, (size_t)random() % 200, &b);
		/* What is in both. */
		for (size_t i = 0; i < a.n; i += 3)
			model_add(&b, &a.entries[i]);
		tidy(&a, &x);
		tidy(&b, &y);
		check_print(kind, &x);
		assert_true(entries_same(&x, &x));
		all = a;
		for (size_t i = 0; i < b.n; i++)
			model_add(&all, &b.entries[i]);
		tidy(&all, &expected);
		tidy(&a, &z);
		assert_int_equal(entries_join(&z, &y, NULL), 0);
		assert_true(entries_same(&z, &expected));
		assert_true(entries_same(&x, &z) == (entries_count(&x) == entries_count(&z)));
		/* And without the second ones. */
		for (size_t i = 0; i < b.n; i++)
			model_del(&all, &b.entries[i]);
		entries_clear(&expected);
		expected = (struct entries){};
		tidy(&all, &expected);
		before = entries_count(&z);
		assert_int_equal(entries_subtract(&z, &y), before - entries_count(&expected));
		assert_true(entries_same(&z, &expected));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses), cmocka_unit_test(names),    cmocka_unit_test(files),
		cmocka_unit_test(bad_lines), cmocka_unit_test(combined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
