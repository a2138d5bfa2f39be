/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <string.h>

#include "base/siphash.h"

/* The authors' own vectors: the key is 00 01 02 ..., and so is the input. */
static const struct {
	size_t len;
	const char *hex;
} vectors[] = {
	{0, "a3817f04ba25a8e66df67214c7550293"},
	{1, "da87c1d86b99af44347659119b22fc45"},
	{2, "8177228da4a45dc7fca38bdef60affe4"},
	{8, "3b62a9ba6258f5610f83e264f31497b4"},
};

static void digest(const unsigned char *data, size_t len, size_t step, char ret[33])
{
	unsigned char key[16], sum[SIPHASH_LEN];
	struct siphash s;

	for (unsigned i = 0; i < 16; i++)
		key[i] = i;
	siphash_init(&s, key);
	for (size_t i = 0; i < len; i += step)
		siphash_add(&s, data + i, len - i < step ? len - i : step);
	siphash_end(&s, sum);
	for (int i = 0; i < SIPHASH_LEN; i++)
		sprintf(ret + 2 * i, "%02x", sum[i]);
}

static void gives_published_digests(void **state)
{
	unsigned char data[8] = {0, 1, 2, 3, 4, 5, 6, 7};
	char found[33];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		digest(data, vectors[i].len, 8, found);
		assert_string_equal(found, vectors[i].hex);
	}
}

static void adds_in_any_parts(void **state)
{
	unsigned char data[61];
	char whole[33], parts[33];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i * 7;
	digest(data, sizeof(data), sizeof(data), whole);
	for (size_t step = 1; step < sizeof(data); step++) {
		digest(data, sizeof(data), step, parts);
		assert_string_equal(parts, whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_published_digests),
		cmocka_unit_test(adds_in_any_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
