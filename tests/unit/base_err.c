/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <errno.h>

static void made(void **state)
{
	cleanup_err struct mfw_err *err = NULL;
	unsigned line = 9, column = 9, length = 9;

	(void)state;
	assert_int_equal(err_make(&err, ENOENT, "chain.missing", "no %s", "chain"), -ENOENT);
	assert_int_equal(mfw_err_code(err), ENOENT);
	assert_string_equal(mfw_err_kind(err), "chain.missing");
	assert_string_equal(mfw_err_message(err), "no chain");
	assert_null(mfw_err_detail(err));
	assert_null(mfw_err_ref(err));
	assert_null(mfw_err_source(err));
	mfw_err_place(err, &line, &column, &length);
	assert_int_equal(line + column + length, 0);
	mfw_err_place(err, NULL, NULL, NULL);
	/* The newer one takes the older one's place. */
	assert_int_equal(err_make(&err, EBUSY, "lock.busy", "%d%%", 7), -EBUSY);
	assert_string_equal(mfw_err_message(err), "7%");
}

static void not_wanted(void **state)
{
	(void)state;
	assert_int_equal(err_make(NULL, EPERM, "x", "y"), -EPERM);
	assert_int_equal(err_nomem(NULL), -ENOMEM);
	assert_int_equal(err_prefix(NULL, -EPERM, "x"), -EPERM);
	assert_int_equal(err_at(NULL, "x", 1, 1, 1), -EINVAL);
	err_set_ref(NULL, "x");
	err_set_detail(NULL, "x");
	mfw_err_free(NULL);
}

/* It is one for all: nothing may be written to it. */
static void without_memory(void **state)
{
	struct mfw_err *err = NULL, *other = NULL;

	(void)state;
	assert_int_equal(err_make(&err, EPERM, "x", "y"), -EPERM);
	assert_int_equal(err_nomem(&err), -ENOMEM);
	assert_int_equal(err_nomem(&other), -ENOMEM);
	err_set_ref(&err, "ref");
	err_set_detail(&err, "detail");
	assert_int_equal(err_prefix(&err, -ENOMEM, "while %s", "x"), -ENOMEM);
	assert_int_equal(err_at(&err, "source", 1, 2, 3), -ENOMEM);
	assert_string_equal(mfw_err_message(other), "out of memory");
	assert_string_equal(mfw_err_kind(other), "memory");
	assert_null(mfw_err_ref(other));
	assert_null(mfw_err_source(other));
	mfw_err_free(err);
	assert_int_equal(err_make(&other, EPERM, "x", "y"), -EPERM);
	mfw_err_free(other);
}

static void prefixes(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	(void)state;
	err_make(&err, EPERM, "x", "a reason with %%");
	assert_int_equal(err_prefix(&err, -EPERM, "%s %d", "file", 3), -EPERM);
	assert_string_equal(mfw_err_message(err), "file 3: a reason with %");
}

static void parts(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	(void)state;
	err_make(&err, EPERM, "x", "y");
	err_set_ref(&err, "one");
	err_set_ref(&err, "two");
	err_set_detail(&err, "log");
	assert_string_equal(mfw_err_ref(err), "two");
	assert_string_equal(mfw_err_detail(err), "log");
	err_set_ref(&err, NULL);
	assert_null(mfw_err_ref(err));
}

static void places(void **state)
{
	static const struct {
		size_t offset;
		unsigned line, column;
	} places[] = {{0, 1, 1}, {2, 1, 3}, {3, 1, 4}, {4, 2, 1}, {5, 3, 1}, {7, 3, 3}, {99, 3, 3}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		cleanup_err struct mfw_err *err = NULL;
		unsigned line, column, length;

		err_make(&err, EINVAL, "x", "y");
		assert_int_equal(err_at_offset(&err, "abc\n\nde", places[i].offset, 2), -EINVAL);
		mfw_err_place(err, &line, &column, &length);
		assert_int_equal(line, places[i].line);
		assert_int_equal(column, places[i].column);
		assert_int_equal(length, 2);
		assert_string_equal(mfw_err_source(err), "abc\n\nde");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made),           cmocka_unit_test(not_wanted),
		cmocka_unit_test(without_memory), cmocka_unit_test(prefixes),
		cmocka_unit_test(parts),          cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
