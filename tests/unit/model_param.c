/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/param.h"
#include "test.h"

#include <mfw/packet.h>
#include <string.h>

static const struct param bytes = {
	.pub = {.min = 1, .max = 8},
	.type = PARAM_BYTES,
	.len = sizeof(struct mfw_bytes_16),
};

/* Matchers compare whole words: nothing of an older, longer value stays. */
static void shorter_bytes_clear_longer(void **state)
{
	struct mfw_bytes_16 value = {};

	(void)state;
	param_set_bytes(&bytes, (unsigned char *)&value, "12345678", 8);
	param_set_bytes(&bytes, (unsigned char *)&value, "ab", 2);
	assert_int_equal(value.len, 2);
	assert_memory_equal(value.data, "ab\0\0\0\0\0\0\0", 9);
}

/* A length from a file may be anything. */
static void bounds_stored_length(void **state)
{
	struct mfw_bytes_16 value = {.len = 60000};
	size_t len;

	(void)state;
	param_bytes(&bytes, (unsigned char *)&value, &len);
	assert_int_equal(len, 16);
	assert_false(param_in_range(&bytes, (unsigned char *)&value));
	value.len = 8;
	assert_true(param_in_range(&bytes, (unsigned char *)&value));
	value.len = 9;
	assert_false(param_in_range(&bytes, (unsigned char *)&value));
}

static void keeps_numbers_of_every_size(void **state)
{
	(void)state;
	for (uint32_t len = 1; len <= 8; len *= 2) {
		struct param param = {.type = PARAM_INT, .offset = 8, .len = len};
		unsigned char params[24] = {};

		param_set_number(&param, params, UINT64_MAX);
		assert_true(param_number(&param, params) == UINT64_MAX >> (64 - len * 8));
		assert_int_equal(params[7], 0);
		assert_int_equal(params[8 + len], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shorter_bytes_clear_longer),
		cmocka_unit_test(bounds_stored_length),
		cmocka_unit_test(keeps_numbers_of_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
