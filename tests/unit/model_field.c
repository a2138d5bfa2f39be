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

/* Each is said with fields that there are, and is none itself. */
static void knows_others_words(void **state)
{
	static const struct {
		const char *word, *means;
	} words[] = {
		{"ip.saddr", "ip.src"},
		{"port", "tcp.dstport or udp.dstport"},
		{"ttl", "ip.ttl"},
		{"tcp.rst", "tcp.flags.reset"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		assert_string_equal(field_meant(words[i].word), words[i].means);
		assert_null(field_find(words[i].word));
	}
	assert_null(field_meant("ip.src"));
	assert_null(field_meant("sip"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each),
		cmocka_unit_test(knows_aliases),
		cmocka_unit_test(knows_others_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
