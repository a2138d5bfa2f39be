/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/diff_order.h"

#include <errno.h>
#include <string.h>

struct entry {
	const char *ref;
	size_t index;
};

static int by_ref(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->ref, ((const struct entry *)b)->ref);
}

static const char *ref_at(const struct ruleset_chain *chain, size_t i)
{
	return i < chain->n_rules ? chain->rules[i].rule->pub.ref : NULL;
}

/* The rules that have a ref, sorted. NULL without memory. */
static struct entry *sort(const struct ruleset_chain *chain, size_t *ret_n)
{
	struct entry *entries = calloc(chain->n_rules + 1, sizeof(*entries));

	*ret_n = 0;
	for (size_t i = 0; entries && i < chain->n_rules; i++)
		if (ref_at(chain, i))
			entries[(*ret_n)++] = (struct entry){ref_at(chain, i), i};
	if (entries)
		qsort(entries, *ret_n, sizeof(*entries), by_ref);
	return entries;
}

static void set_pair(struct diff_order *order, size_t i, size_t old)
{
	order->old_of[i] = old;
	if (old != DIFF_NONE)
		order->kept[old] = true;
}

static int pair_by_search(struct diff_order *order, size_t from)
{
	size_t n;
	cleanup_free struct entry *entries = sort(order->from, &n);

	if (!entries)
		return -ENOMEM;
	for (size_t i = from; i < order->to->n_rules; i++) {
		struct entry key = {.ref = ref_at(order->to, i)}, *found;

		found = bsearch(&key, entries, n, sizeof(key), by_ref);
		set_pair(order, i, found ? found->index : DIFF_NONE);
	}
	return 0;
}

/* Most chains are as they were, or begin so: there is nothing to search for. */
static int pair_all(struct diff_order *order)
{
	for (size_t i = 0; i < order->to->n_rules; i++) {
		const char *old = ref_at(order->from, i);

		if (!old || strcmp(old, ref_at(order->to, i)) != 0)
			return pair_by_search(order, i);
		set_pair(order, i, i);
	}
	return 0;
}

int diff_order_make(const struct ruleset_chain *from, const struct ruleset_chain *to,
		    struct diff_order *ret)
{
	struct diff_order order = {
		.from = from,
		.to = to,
		.old_of = calloc(to->n_rules + 1, sizeof(*order.old_of)),
		.stays = calloc(to->n_rules + 1, sizeof(*order.stays)),
		.kept = calloc(from->n_rules + 1, sizeof(*order.kept)),
	};
	int r = order.old_of && order.stays && order.kept ? pair_all(&order) : -ENOMEM;

	if (r)
		diff_order_clear(&order);
	else
		*ret = order;
	return r;
}

void diff_order_part(struct diff_order *order, size_t old)
{
	order->kept[old] = false;
	for (size_t i = 0; i < order->to->n_rules; i++)
		if (order->old_of[i] == old)
			order->old_of[i] = DIFF_NONE;
}

/* The first of the ends whose rule stood not before old. */
static size_t find_end(const struct diff_order *order, const size_t *ends, size_t n, size_t old)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (order->old_of[ends[middle]] < old)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * The longest run of rules that stood in this order before: ends[k] is where the best run of k + 1
 * rules ends, before[i] the rule before i in its run.
 */
int diff_order_choose(struct diff_order *order)
{
	size_t n = order->to->n_rules, length = 0;
	cleanup_free size_t *ends = calloc(n + 1, sizeof(*ends));
	cleanup_free size_t *before = calloc(n + 1, sizeof(*before));

	if (!ends || !before)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t k;

		if (order->old_of[i] == DIFF_NONE)
			continue;
		k = find_end(order, ends, length, order->old_of[i]);
		before[i] = k ? ends[k - 1] : DIFF_NONE;
		ends[k] = i;
		length += k == length;
	}
	for (size_t i = length ? ends[length - 1] : DIFF_NONE; i != DIFF_NONE; i = before[i])
		order->stays[i] = true;
	return 0;
}

void diff_order_clear(struct diff_order *order)
{
	free(order->old_of);
	free(order->stays);
	free(order->kept);
	*order = (struct diff_order){};
}
