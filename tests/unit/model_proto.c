/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/proto.h"
#include "test.h"

#include <string.h>

/* Every protocol has one text, and no two have the same. */
static void names_each_once(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		const char *name = proto_name(i);

		assert_true(*name && strlen(name) <= PROTO_NAME_MAX);
		assert_int_equal(proto_find(name, strlen(name)), i);
		for (const char *c = name; *c; c++)
			assert_false(*c >= 'A' && *c <= 'Z');
	}
}

static void refuses_others(void **state)
{
	(void)state;
	assert_string_equal(proto_name(253), "253");
	assert_int_equal(proto_find("udp", 2), -1);
	assert_int_equal(proto_find("17", 2), -1);
	assert_int_equal(proto_find("256", 3), -1);
	assert_int_equal(proto_find("", 0), -1);
	assert_string_equal(proto_nearest("17"), "udp");
	assert_string_equal(proto_nearest("UDP"), "udp");
	assert_string_equal(proto_nearest("upd"), "udp");
	assert_string_equal(proto_nearest("ipv6-icmp"), "icmpv6");
	assert_null(proto_nearest("nothing of the kind"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_each_once),
		cmocka_unit_test(refuses_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
