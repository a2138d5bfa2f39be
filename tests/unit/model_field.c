/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <string.h>

static void finds_each(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct field *field; (field = field_at(n)); n++) {
		assert_ptr_equal(field_find(field->name), field);
		assert_true(field->doc && *field->doc);
		assert_true(field->type != FIELD_INT || field->min < field->max);
		assert_int_equal(!!field->mask, field->id == FIELD_TCP_FLAG);
	}
	assert_int_equal(n, 32);
	assert_null(field_find("sip"));
	assert_null(field_find(""));
}

static void knows_aliases(void **state)
{
	(void)state;
	assert_string_equal(field_find("cf.colo.name")->name, "node.name");
	assert_string_equal(field_find("cf.colo.region")->name, "node.region");
	assert_string_equal(field_nearest("cf.colo.nam"), "cf.colo.name");
	assert_null(field_nearest("nothing like a field"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each),
		cmocka_unit_test(knows_aliases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
