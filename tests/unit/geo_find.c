/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The array answers as the ranges that it was made of, looked through one by one. */
#include "geo/geo.h"
#include "test.h"

#include <string.h>

#define NETWORKS 3000
#define ASKED    20000

static uint64_t seed = 362436069362436069ULL;

static uint64_t next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static struct address below(struct address a, int family, unsigned prefix, bool fill)
{
	for (unsigned bit = prefix; bit < (family == 4 ? 32 : 128); bit++) {
		unsigned at = (family == 4 ? 31 : 127) - bit;
		uint64_t *half = at < 64 ? &a.low : &a.high;

		*half = (*half & ~(1ULL << at % 64)) | (uint64_t)fill << at % 64;
	}
	return a;
}

/* Most of them close to each other; networks lie within each other or apart. */
static struct address random_address(int family)
{
	struct address a = {.low = (next() % 4 ? 0xc0000000 : 0) + (next() & 0x7ffff)};

	if (!(next() % 8))
		a.low = next() & UINT32_MAX;
	if (family == 6) {
		a.high = (next() % 4 ? 0x20010db800000000 : 0) + (next() & 0xffff);
		a.low = next() % 4 ? next() & 0xff : next();
	}
	return a;
}

static const struct geo_range *find_plain(const struct geo_range *all, size_t n, struct address a)
{
	const struct geo_range *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct geo_range *r = &all[i];
		unsigned __int128 at = (unsigned __int128)a.high << 64 | a.low;
		unsigned __int128 first = (unsigned __int128)r->first.high << 64 | r->first.low;
		unsigned __int128 last = (unsigned __int128)r->last.high << 64 | r->last.low;

		/* Of networks that lie within each other the narrower one begins later or ends
		 * earlier. */
		if (at >= first && at <= last &&
		    (!best || r->first.high > best->first.high || r->first.low > best->first.low ||
		     r->last.high < best->last.high || r->last.low < best->last.low))
			best = r;
	}
	return best;
}

static void add_networks(struct buf *ranges, int family)
{
	for (uint32_t i = 0; i < NETWORKS; i++) {
		unsigned prefix = family == 4 ? 10 + next() % 23 : 20 + next() % 109;
		struct address a = random_address(family);
		struct geo_range r = {below(a, family, prefix, false),
				      below(a, family, prefix, true), 0, i + 1};

		/* Equal networks say the same. */
		r.value = (uint32_t)(r.first.low ^ r.first.high >> 3 ^ prefix << 7);
		buf_add(ranges, &r, sizeof(r));
	}
}

static void check(const uint64_t *words, size_t n, int family, const struct geo_range *all)
{
	for (size_t i = 0; i < ASKED; i++) {
		struct address a = random_address(family);
		const struct geo_range *near = &all[next() % NETWORKS], *best;

		if (i % 3 == 1)
			a = next() % 2 ? near->first : near->last;
		else if (i % 3 == 2)
			a.low = near->last.low + next() % 2;
		if (family == 4)
			a = (struct address){.low = a.low & UINT32_MAX};
		best = find_plain(all, NETWORKS, a);
		assert_int_equal(geo_find(words, n, family, a), best ? best->value + 1ULL : 0);
	}
}

static void answers_as_ranges(void **state)
{
	cleanup_geo_data struct geo_data data = {};
	cleanup_buf struct buf words = {};
	const uint64_t *all;
	size_t n;

	(void)state;
	add_networks(&data.ranges4, 4);
	add_networks(&data.ranges6, 6);
	assert_int_equal(geo_build(GEO_ASNUM, "f", 0, &data, &words, NULL), 0);
	all = (const void *)words.data;
	n = words.len / sizeof(*all);
	assert_true(geo_is_sound(all, n));
	check(all, n, 4, (const void *)data.ranges4.data);
	check(all, n, 6, (const void *)data.ranges6.data);
}

static void has_a_head(void **state)
{
	cleanup_geo_data struct geo_data data = {};
	cleanup_buf struct buf words = {};
	struct mfw_geo_head head;
	const char *text = "1.0.0.0/8,AS1\n1.1.0.0/16,AS2\n::/0,3";

	(void)state;
	assert_int_equal(geo_parse(GEO_ASNUM, "f", text, strlen(text), &data, NULL), 0);
	assert_int_equal(geo_build(GEO_ASNUM, "/etc/f.csv", 1234567, &data, &words, NULL), 0);
	head = geo_head((const void *)words.data);
	assert_string_equal(head.file, "/etc/f.csv");
	assert_int_equal(head.loaded, 1234567);
	assert_int_equal(head.ranges4, 2);
	assert_int_equal(head.segments4, 5);
	assert_int_equal(head.ranges6, 1);
	assert_int_equal(head.segments6, 1);
	assert_false(geo_is_sound((const void *)words.data, 100));
}

static void answers_at_the_edges(void **state)
{
	cleanup_geo_data struct geo_data data = {};
	cleanup_buf struct buf words = {};
	const char *text = "0.0.0.0,1\n255.255.255.255,2\n10.0.255.255-10.1.0.0,3\n"
			   "::,4\nffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,4294967295\n";
	const uint64_t *all;
	size_t n;

	(void)state;
	assert_int_equal(geo_parse(GEO_ASNUM, "f", text, strlen(text), &data, NULL), 0);
	assert_int_equal(geo_build(GEO_ASNUM, "f", 0, &data, &words, NULL), 0);
	all = (const void *)words.data;
	n = words.len / sizeof(*all);
#define FIND(family, high, low) geo_find(all, n, family, (struct address){high, low})
	assert_int_equal(FIND(4, 0, 0), 2);
	assert_int_equal(FIND(4, 0, 1), 0);
	assert_int_equal(FIND(4, 0, UINT32_MAX), 3);
	assert_int_equal(FIND(4, 0, UINT32_MAX - 1), 0);
	assert_int_equal(FIND(4, 0, 0x0a00fffe), 0);
	assert_int_equal(FIND(4, 0, 0x0a00ffff), 4);
	assert_int_equal(FIND(4, 0, 0x0a010000), 4);
	assert_int_equal(FIND(4, 0, 0x0a010001), 0);
	assert_int_equal(FIND(6, 0, 0), 5);
	assert_int_equal(FIND(6, 0, 1), 0);
	assert_int_equal(FIND(6, UINT64_MAX, UINT64_MAX), 1ULL << 32);
	assert_int_equal(FIND(6, UINT64_MAX, UINT64_MAX - 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_as_ranges),
		cmocka_unit_test(has_a_head),
		cmocka_unit_test(answers_at_the_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
