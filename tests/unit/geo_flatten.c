/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random ranges over few addresses, against what the rule says of each address. */
#include "geo/geo.h"
#include "test.h"

#include <errno.h>
#include <string.h>

#define SPACE  40 /* addresses */
#define RANGES 7
#define ROUNDS 60000

static uint64_t seed = 88172645463325252ULL;

static unsigned below(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % n);
}

/* Addresses 0.. lie at the end of the family, so that its last address is among them. */
static struct address address(int family, unsigned i)
{
	struct address a = {.low = UINT32_MAX - (SPACE - 1) + i};

	if (family == 6)
		a = (struct address){UINT64_MAX, UINT64_MAX - (SPACE - 1) + i};
	return a;
}

struct plain {
	unsigned first, last, value;
};

static bool contradict(const struct plain *a, const struct plain *b)
{
	bool apart = a->last < b->first || b->last < a->first;
	bool equal = a->first == b->first && a->last == b->last;
	bool nested = !equal && ((a->first <= b->first && a->last >= b->last) ||
				 (b->first <= a->first && b->last >= a->last));

	return !apart && !nested && a->value != b->value;
}

static bool is_refused(const struct plain *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (contradict(&ranges[i], &ranges[j]))
				return true;
	return false;
}

static uint64_t expected(const struct plain *ranges, size_t n, unsigned at)
{
	const struct plain *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (ranges[i].first <= at && ranges[i].last >= at &&
		    (!best || ranges[i].last - ranges[i].first < best->last - best->first))
			best = &ranges[i];
	return best ? best->value + 1 : 0;
}

static uint64_t found(const struct buf *segments, struct address a)
{
	const struct geo_segment *s = (const void *)segments->data;
	uint64_t said = 0;

	for (size_t i = 0; i < segments->len / sizeof(*s); i++)
		if (s[i].first.high < a.high ||
		    (s[i].first.high == a.high && s[i].first.low <= a.low))
			said = s[i].said;
	return said;
}

/* In order, starting at 0, and each says something else than the one before it. */
static void is_tidy(const struct buf *segments)
{
	const struct geo_segment *s = (const void *)segments->data;

	assert_int_equal(s[0].first.high | s[0].first.low, 0);
	for (size_t i = 1; i < segments->len / sizeof(*s); i++) {
		assert_true(s[i].first.high > s[i - 1].first.high ||
			    (s[i].first.high == s[i - 1].first.high &&
			     s[i].first.low > s[i - 1].first.low));
		assert_int_not_equal(s[i].said, s[i - 1].said);
	}
}

static void try(int family, unsigned round, unsigned *refused)
{
	size_t n = 1 + below(RANGES);
	struct plain plain[RANGES];
	cleanup_buf struct buf ranges = {}, segments = {};
	cleanup_err struct mfw_err *err = NULL;

	for (unsigned i = 0; i < n; i++) {
		unsigned first = below(SPACE), last = first + below(SPACE - first);
		struct geo_range r = {address(family, first), address(family, last), below(3),
				      i + 1};

		plain[i] = (struct plain){first, last, r.value};
		buf_add(&ranges, &r, sizeof(r));
	}
	if (geo_flatten(GEO_ASNUM, "f", family, &ranges, &segments, &err)) {
		if (!is_refused(plain, n) || strcmp(mfw_err_kind(err), "geo.overlap"))
			fail_msg("round %u: %s", round, mfw_err_message(err));
		++*refused;
		return;
	}
	if (is_refused(plain, n))
		fail_msg("round %u: is not refused", round);
	is_tidy(&segments);
	for (unsigned at = 0; at < SPACE; at++)
		if (found(&segments, address(family, at)) != expected(plain, n, at))
			fail_msg("round %u: address %u", round, at);
}

static void follows_the_rule(void **state)
{
	unsigned refused = 0;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++)
		try(i % 2 ? 4 : 6, i, &refused);
	assert_in_range(refused, ROUNDS / 10, ROUNDS - ROUNDS / 10);
}

static void names_both_lines(void **state)
{
	const struct geo_range two[] = {{{0, 5}, {0, 9}, 1, 3}, {{0, 1}, {0, 6}, 2, 8}};
	cleanup_buf struct buf ranges = {}, segments = {};
	cleanup_err struct mfw_err *err = NULL;

	(void)state;
	buf_add(&ranges, two, sizeof(two));
	assert_int_equal(geo_flatten(GEO_ASNUM, "f.csv", 4, &ranges, &segments, &err), -EINVAL);
	assert_string_equal(mfw_err_message(err),
			    "f.csv:8:1: this range, with 2, overlaps with that of line 3, with 1: "
			    "neither lies within the other");
}

/* Each begins and ends behind the one before: a file must not make this slow. */
static void bounds_depth(void **state)
{
	cleanup_buf struct buf ranges = {}, segments = {};
	cleanup_err struct mfw_err *err = NULL;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		struct geo_range r = {{0, i}, {0, 1000000 + i}, 7, i + 1};

		buf_add(&ranges, &r, sizeof(r));
	}
	assert_int_equal(geo_flatten(GEO_ASNUM, "f", 4, &ranges, &segments, &err), -EINVAL);
	assert_string_equal(mfw_err_kind(err), "geo.too_large");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_rule),
		cmocka_unit_test(names_both_lines),
		cmocka_unit_test(bounds_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
