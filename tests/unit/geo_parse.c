/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "geo/geo.h"
#include "test.h"

#include <errno.h>
#include <string.h>

static const struct geo_range *range(const struct buf *ranges, size_t i)
{
	assert_true(i < ranges->len / sizeof(struct geo_range));
	return &((const struct geo_range *)(const void *)ranges->data)[i];
}

static void is_range(const struct geo_range *r, uint64_t first, uint64_t last, uint32_t value,
		     unsigned line)
{
	assert_int_equal(r->first.high, 0);
	assert_int_equal(r->first.low, first);
	assert_int_equal(r->last.low, last);
	assert_int_equal(r->value, value);
	assert_int_equal(r->line, line);
}

#define COUNTRY(name) (uint32_t)((name[0] - 'A') * 26 + name[1] - 'A')

static int parse(enum geo_kind kind, const char *text, struct geo_data *ret, struct mfw_err **err)
{
	return geo_parse(kind, "data.csv", text, strlen(text), ret, err);
}

/* Each of these lines says that 192.0.2.4 to 192.0.2.7 are in BR, or in AS 64500. */
static void takes_forms(void **state)
{
	static const char *const countries[] = {
		"192.0.2.4/30,BR",
		"192.0.2.4-192.0.2.7,BR",
		"192.0.2.4,192.0.2.7,BR",
		" 192.0.2.4 - 192.0.2.7 , BR ",
		"\"192.0.2.4\",\"192.0.2.7\",\"BR\"",
		"\"192.0.2.4\",\"192.0.2.7\",\"BR\",\"Brazil, the country\"",
		"192.0.2.4\t192.0.2.7\tBR\tBrazil",
		"192.0.2.4/30,BR\r",
		"192.0.2.4/30,BR # from the registry",
		"\"192.0.2.4-192.0.2.7\",BR#",
		"\uFEFF192.0.2.4/30,BR",
	};
	static const char *const systems[] = {
		"192.0.2.4/30,64500",
		"192.0.2.4/30,AS64500",
		"192.0.2.4,192.0.2.7,\"64500\",\"Example, Inc.\"",
		"192.0.2.4/30,\"AS64500\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(countries); i++) {
		cleanup_geo_data struct geo_data data = {};

		assert_int_equal(parse(GEO_COUNTRY, countries[i], &data, NULL), 0);
		assert_int_equal(data.ranges4.len, sizeof(struct geo_range));
		is_range(range(&data.ranges4, 0), 0xc0000204, 0xc0000207, COUNTRY("BR"), 1);
	}
	for (size_t i = 0; i < ARRAY_SIZE(systems); i++) {
		cleanup_geo_data struct geo_data data = {};

		assert_int_equal(parse(GEO_ASNUM, systems[i], &data, NULL), 0);
		is_range(range(&data.ranges4, 0), 0xc0000204, 0xc0000207, 64500, 1);
	}
}

static void takes_a_file(void **state)
{
	cleanup_geo_data struct geo_data data = {};
	const char *text = "network,country_code\n"
			   "# a comment\n"
			   "\n"
			   "   \t\r\n";
	const char *rest = "network,country_code\n"
			   "# a comment\n"
			   "\n"
			   "  # another\r\n"
			   "0.0.0.0/0,AA\n"
			   "255.255.255.255,ZZ\n"
			   "2001:db8::/32,GB\n"
			   "2001:db8::1,2001:db8::ff,FR";
	const struct geo_range *r;

	(void)state;
	assert_int_equal(parse(GEO_COUNTRY, text, &data, NULL), -EINVAL);
	assert_int_equal(parse(GEO_COUNTRY, rest, &data, NULL), 0);
	is_range(range(&data.ranges4, 0), 0, UINT32_MAX, 0, 5);
	is_range(range(&data.ranges4, 1), UINT32_MAX, UINT32_MAX, 675, 6);
	r = range(&data.ranges6, 0);
	assert_int_equal(r->first.high, 0x20010db800000000);
	assert_int_equal(r->last.high, 0x20010db8ffffffff);
	assert_int_equal(r->last.low, UINT64_MAX);
	r = range(&data.ranges6, 1);
	assert_int_equal(r->first.low, 1);
	assert_int_equal(r->last.low, 0xff);
	assert_int_equal(r->line, 8);
}

static void takes_bounds(void **state)
{
	cleanup_geo_data struct geo_data data = {};

	(void)state;
	assert_int_equal(parse(GEO_ASNUM, "1.2.3.4,0\n1.2.3.5,4294967295\n::/0,AS0", &data, NULL),
			 0);
	is_range(range(&data.ranges4, 0), 0x01020304, 0x01020304, 0, 1);
	is_range(range(&data.ranges4, 1), 0x01020305, 0x01020305, UINT32_MAX, 2);
	assert_int_equal(range(&data.ranges6, 0)->last.high, UINT64_MAX);
}

/* A line, where its error is, and a part of what is said. */
static const struct {
	enum geo_kind kind;
	const char *line, *place, *part;
} wrong[] = {
	{GEO_COUNTRY, "192.0.2.0/24,br", ":1:14:", "'br' is no country: two capital letters"},
	{GEO_COUNTRY, "192.0.2.0/24,BRA", ":1:14:", "no country"},
	{GEO_COUNTRY, "192.0.2.0/24,B", ":1:14:", "no country"},
	{GEO_COUNTRY, "192.0.2.0/24,64500", ":1:14:", "no country"},
	{GEO_COUNTRY, "192.0.2.0/24", ":1:13:", "nothing is said"},
	{GEO_COUNTRY, "192.0.2.0/24,", ":1:14:", "nothing is said"},
	{GEO_COUNTRY, "192.0.2.0/24,\"\"", ":1:15:", "nothing is said"},
	{GEO_COUNTRY, "192.0.2.0/24,#BR", ":1:14:", "nothing is said"},
	{GEO_COUNTRY, "192.0.2.0/24,\"BR", ":1:14:", "no closing quote"},
	{GEO_COUNTRY, "192.0.2.0/24,\"BR\"x", ":1:18:", "expected a comma"},
	{GEO_COUNTRY, "192.0.2.1/24,BR", ":1:1:", "the network is 192.0.2.0/24"},
	{GEO_COUNTRY, "192.0.2.0/33,BR", ":1:11:", "0 to 32"},
	{GEO_COUNTRY, "192.0.2.0/,BR", ":1:11:", "0 to 32"},
	{GEO_COUNTRY, "192.0.2.0/x,BR", ":1:11:", "0 to 32"},
	{GEO_COUNTRY, "2001:db8::/129,BR", ":1:12:", "0 to 128"},
	{GEO_COUNTRY, "2001:db8::1/64,BR", ":1:1:", "the network is 2001:db8::/64"},
	{GEO_COUNTRY, "192.0.2.9-192.0.2.1,BR", ":1:1:", "upside down"},
	{GEO_COUNTRY, "192.0.2.9-2001:db8::,BR", ":1:1:", "one family"},
	{GEO_COUNTRY, "192.0.2.9-,BR", ":1:11:", "expected an address"},
	{GEO_COUNTRY, "192.0.2.9,192.0.2,BR", ":1:11:", "'192.0.2' is no address"},
	{GEO_COUNTRY, "16777216,16777471,AU", ":1:1:", "as one number is not taken"},
	{GEO_COUNTRY, "192.0.2.01,BR", ":1:1:", "no address"},
	{GEO_COUNTRY, "192.0.2.256,BR", ":1:1:", "no address"},
	{GEO_COUNTRY, ",BR", ":1:1:", "expected an address"},
	{GEO_COUNTRY, "\n\nx,BR", ":3:1:", "'x' is no address"},
	{GEO_COUNTRY, "\nnetwork,country", ":2:1:", "'network' is no address"},
	{GEO_COUNTRY, "\x1b[31m,BR", ":1:1:", "'.[31m' is no address"},
	{GEO_ASNUM, "192.0.2.0/24,BR", ":1:14:", "'BR' is no AS number"},
	{GEO_ASNUM, "192.0.2.0/24,AS", ":1:14:", "no AS number"},
	{GEO_ASNUM, "192.0.2.0/24,-1", ":1:14:", "no AS number"},
	{GEO_ASNUM, "192.0.2.0/24,4294967296", ":1:14:", "0 to 4294967295"},
	{GEO_ASNUM, "192.0.2.0/24,99999999999999999999", ":1:14:", "no AS number"},
	{GEO_ASNUM, "192.0.2.0/24,064500", ":1:14:", "no AS number"},
	{GEO_ASNUM, "192.0.2.0/24,as64500", ":1:14:", "no AS number"},
};

static void says_where(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		cleanup_geo_data struct geo_data data = {};
		cleanup_err struct mfw_err *err = NULL;
		const char *message;

		assert_int_equal(parse(wrong[i].kind, wrong[i].line, &data, &err), -EINVAL);
		message = mfw_err_message(err);
		if (strncmp(message, "data.csv", 8) ||
		    strncmp(message + 8, wrong[i].place, strlen(wrong[i].place)) ||
		    !strstr(message, wrong[i].part))
			fail_msg("%s: %s", wrong[i].line, message);
		assert_int_equal(data.ranges4.len + data.ranges6.len, 0);
	}
}

static size_t count(const char *text, char c)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == c;
	return n;
}

static void says_several(void **state)
{
	cleanup_geo_data struct geo_data data = {};
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf many = {};

	(void)state;
	assert_int_equal(parse(GEO_COUNTRY, "1.2.3.4,x\n1.2.3.4,BR\n1.2.3,BR", &data, &err),
			 -EINVAL);
	assert_non_null(strstr(mfw_err_message(err), "data.csv:1:9: 'x'"));
	assert_non_null(strstr(mfw_err_detail(err), "data.csv:3:1: '1.2.3'"));
	for (int i = 0; i < 100; i++)
		buf_add_str(&many, "bad\n");
	assert_int_equal(parse(GEO_COUNTRY, many.data, &data, &err), -EINVAL);
	assert_int_equal(count(mfw_err_detail(err), '\n'), GEO_ERRORS_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_forms),  cmocka_unit_test(takes_a_file),
		cmocka_unit_test(takes_bounds), cmocka_unit_test(says_where),
		cmocka_unit_test(says_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
