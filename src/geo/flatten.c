/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranges that lie within each other become segments side by side. Ranges are taken by where they
 * begin, the longer one of two first; those that have begun and not ended are a stack in which each
 * ends no later than the one below it. What the topmost one says holds.
 */
#include "base/complain.h"
#include "geo/geo.h"

#include <errno.h>
#include <string.h>

/* So that a file cannot make this slow. Networks within each other are at most 129. */
#define DEPTH_MAX 256

struct sweep {
	enum geo_kind kind;
	int family;
	struct complaints complaints;
	const struct geo_range *open[DEPTH_MAX];
	size_t depth;
	struct buf *segments;
};

static int by_place(const void *x, const void *y)
{
	const struct geo_range *a = x, *b = y;
	int order = address_order(a->first, b->first);

	order = order ? order : address_order(b->last, a->last);
	return order ? order : (a->line > b->line) - (a->line < b->line);
}

/* Files mostly are in order. */
static void sort(struct geo_range *ranges, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (by_place(&ranges[i - 1], &ranges[i]) > 0) {
			qsort(ranges, n, sizeof(*ranges), by_place);
			return;
		}
}

static struct geo_segment *segment(const struct buf *segments, size_t i)
{
	return &((struct geo_segment *)(void *)segments->data)[i];
}

/* From here on the topmost range holds, or nothing. */
static void say(struct sweep *s, struct address first)
{
	uint64_t said = s->depth ? (uint64_t)s->open[s->depth - 1]->value + 1 : 0;
	const struct geo_segment next = {first, said};
	size_t n = s->segments->len / sizeof(next);
	struct geo_segment *last = n ? segment(s->segments, n - 1) : NULL;

	/* What began at the same address is covered wholly. */
	if (last && !address_order(last->first, first)) {
		n--;
		s->segments->len -= sizeof(next);
		last = n ? segment(s->segments, n - 1) : NULL;
	}
	if (!last || last->said != said)
		s->complaints.no_memory |= !!buf_add(s->segments, &next, sizeof(next));
}

static bool is_last(const struct sweep *s, struct address address)
{
	return s->family == 4 ? address.low == UINT32_MAX
			      : address.high == UINT64_MAX && address.low == UINT64_MAX;
}

/* Ends the ranges that end before an address; NULL: all. */
static void end_before(struct sweep *s, const struct address *address)
{
	while (s->depth) {
		struct address last = s->open[s->depth - 1]->last;

		if (address && address_order(last, *address) >= 0)
			return;
		s->depth--;
		/* One below may end there too. */
		if (s->depth && !address_order(s->open[s->depth - 1]->last, last))
			continue;
		if (!is_last(s, last))
			say(s, address_next(last));
	}
}

static void refuse(struct sweep *s, const struct geo_range *a, const struct geo_range *b)
{
	const struct geo_range *early = a->line < b->line ? a : b, *late = early == a ? b : a;
	char values[2][16];

	geo_value_text(s->kind, late->value, values[0]);
	geo_value_text(s->kind, early->value, values[1]);
	complain(&s->complaints, "geo.overlap", late->line, 1,
		 "this range, with %s, overlaps with that of line %u, with %s: neither lies within "
		 "the other",
		 values[0], early->line, values[1]);
}

/* Where in the stack the range belongs; false: nowhere. */
static bool find_level(struct sweep *s, const struct geo_range *range, size_t *ret)
{
	size_t level = s->depth;

	for (; level; level--) {
		const struct geo_range *below = s->open[level - 1];
		int order = address_order(range->last, below->last);
		bool same = !order && !address_order(range->first, below->first);

		if (order < 0 || (!order && !same))
			break;
		if (below->value != range->value)
			refuse(s, range, below);
		if (below->value != range->value || same)
			return false;
	}
	*ret = level;
	return true;
}

static void begin(struct sweep *s, const struct geo_range *range)
{
	size_t level;

	end_before(s, &range->first);
	if (!find_level(s, range, &level))
		return;
	if (s->depth == DEPTH_MAX) {
		complain(&s->complaints, "geo.too_large", range->line, 1,
			 "more than %d ranges lie over each other here", DEPTH_MAX);
		return;
	}
	memmove(&s->open[level + 1], &s->open[level], (s->depth - level) * sizeof(*s->open));
	s->open[level] = range;
	s->depth++;
	say(s, range->first);
}

int geo_flatten(enum geo_kind kind, const char *name, int family, struct buf *ranges,
		struct buf *ret, struct mfw_err **err)
{
	struct geo_range *all = (void *)ranges->data;
	size_t n = ranges->len / sizeof(*all);
	struct sweep *sweep = calloc(1, sizeof(*sweep));
	int r;

	if (!sweep)
		return err_nomem(err);
	*sweep = (struct sweep){
		.kind = kind, .family = family, .complaints = {.name = name}, .segments = ret};
	sort(all, n);
	say(sweep, (struct address){});
	for (size_t i = 0; i < n && sweep->complaints.n < GEO_ERRORS_MAX; i++)
		begin(sweep, &all[i]);
	end_before(sweep, NULL);
	r = complaints_end(&sweep->complaints, err);
	free(sweep);
	return r;
}
