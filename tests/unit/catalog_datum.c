/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv[1] is a directory with visits.bpf.o, whose maps have members of every kind. */
#include "catalog/datum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const char *fixtures;

static void open_types(struct object *ret)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/visits.bpf.o", fixtures);
	*ret = (struct object){.btf = btf__parse(path, NULL)};
	assert_non_null(ret->btf);
}

/* "NAME=TEXT" for each piece, a blank between them. */
static void words(const char *type, const void *whole, uint32_t len, uint64_t now, char ret[512])
{
	cleanup_datums struct datums datums = {};
	cleanup_object struct object types = {};
	cleanup_buf struct buf text = {};
	int id;

	open_types(&types);
	id = type ? btf__find_by_name_kind(types.btf, type, BTF_KIND_STRUCT) : 0;
	assert_true(id >= 0);
	assert_int_equal(datums_read(&types, id, len, &datums), 0);
	for (size_t i = 0; i < datums_count(&datums); i++) {
		const struct datum *datum = datums_get(&datums, i);

		buf_printf(&text, "%s%s%s=", i ? " " : "", datum->name,
			   datum_is_number(datum) ? "#" : "");
		assert_int_equal(datum_print(datum, whole, now, &text), 0);
	}
	snprintf(ret, 512, "%s", text.data);
}

static void shows_addresses(void **state)
{
	static const unsigned char four[20] = {[10] = 255, 255, 192, 0, 2, 1, 17};
	static const unsigned char six[20] = {0x20, 1, 0xd, 0xb8, [15] = 1, 6};
	char text[512];

	(void)state;
	words("visits_key", four, 20, 0, text);
	assert_string_equal(text, "source=192.0.2.1 proto#=17");
	words("visits_key", six, 20, 0, text);
	assert_string_equal(text, "source=2001:db8::1 proto#=6");
}

static void shows_values(void **state)
{
	struct {
		uint64_t last;
		uint32_t packets;
		int16_t ttl[2];
		uint8_t first[3], pad;
	} value = {5000000000, 4000000000, {-64, 7}, {0x45, 0, 0xff}, 9};
	char text[512];

	(void)state;
	words("visits_value", &value, sizeof(value), 5000000000, text);
	assert_string_equal(text, "last#=0.000000 packets#=4000000000 ttl[0]#=-64 ttl[1]#=7 "
				  "first=4500ff");
	words("visits_value", &value, sizeof(value), 6500000000, text);
	assert_non_null(strstr(text, "last#=-1.500000 "));
	words("visits_value", &value, sizeof(value), 4999000000, text);
	assert_non_null(strstr(text, "last#=0.001000 "));
}

/* What the types do not say, or say wrongly, is bytes. */
static void shows_bytes(void **state)
{
	char text[512];

	(void)state;
	words(NULL, "\x01\xab", 2, 0, text);
	assert_string_equal(text, "=01ab");
	words("visits_key", "\x01\xab\x02", 3, 0, text);
	assert_string_equal(text, "=01ab02");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_addresses),
		cmocka_unit_test(shows_values),
		cmocka_unit_test(shows_bytes),
	};

	if (argc != 2)
		return 2;
	fixtures = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
