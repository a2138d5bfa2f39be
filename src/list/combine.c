/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list/combine.h"

#include <errno.h>
#include <string.h>

/* The kinds of entries that have an order by themselves; names need their text. */
static const struct kind {
	size_t at, size;
	int (*order)(const void *a, const void *b);
} kinds[] = {
	{offsetof(struct entries, hosts), sizeof(uint32_t), number_order},
	{offsetof(struct entries, nets), sizeof(struct net4), net4_order},
	{offsetof(struct entries, six), sizeof(struct net6), net6_order},
};

static struct buf *items_of(const struct entries *entries, const struct kind *kind)
{
	return (struct buf *)((char *)entries + kind->at);
}

static const struct name *name_at(const struct entries *entries, size_t i)
{
	return ENTRIES_AT(entries->names, struct name, i);
}

static int name_order(const struct entries *a, size_t i, const struct entries *b, size_t k)
{
	const struct name *x = name_at(a, i), *y = name_at(b, k);
	size_t len = x->len < y->len ? x->len : y->len;
	int order = memcmp(entries_name(a, x), entries_name(b, y), len);

	return order ? order : x->len - y->len;
}

bool entries_same(const struct entries *a, const struct entries *b)
{
	size_t n = ENTRIES_N(a->names, struct name);

	if (n != ENTRIES_N(b->names, struct name))
		return false;
	for (size_t i = 0; i < n; i++)
		if (name_order(a, i, b, i))
			return false;
	for (const struct kind *k = kinds; k < kinds + ARRAY_SIZE(kinds); k++) {
		const struct buf *x = items_of(a, k), *y = items_of(b, k);

		if (x->len != y->len)
			return false;
		for (size_t at = 0; at < x->len; at += k->size)
			if (k->order(x->data + at, y->data + at))
				return false;
	}
	return true;
}

int entries_join(struct entries *entries, const struct entries *more, struct entries_noted *noted)
{
	for (const struct kind *k = kinds; k < kinds + ARRAY_SIZE(kinds); k++) {
		const struct buf *from = items_of(more, k);

		if (from->len && buf_add(items_of(entries, k), from->data, from->len))
			return -ENOMEM;
	}
	for (size_t i = 0; i < ENTRIES_N(more->names, struct name); i++) {
		const struct name *name = name_at(more, i);

		if (entries_add_name(entries, entries_name(more, name), name->len))
			return -ENOMEM;
	}
	return entries_tidy(entries, noted);
}

static size_t subtract_kind(const struct kind *k, struct buf *items, const struct buf *less)
{
	size_t kept = 0, gone = 0, other = 0;

	for (size_t at = 0; at < items->len; at += k->size) {
		int order = -1;

		while (other < less->len &&
		       (order = k->order(items->data + at, less->data + other)) > 0)
			other += k->size;
		if (other < less->len && !order) {
			gone++;
			continue;
		}
		memmove(items->data + kept, items->data + at, k->size);
		kept += k->size;
	}
	items->len = kept;
	return gone;
}

static size_t subtract_names(struct entries *entries, const struct entries *less)
{
	size_t n = ENTRIES_N(entries->names, struct name),
	       n_less = ENTRIES_N(less->names, struct name);
	size_t kept = 0, other = 0;

	for (size_t i = 0; i < n; i++) {
		int order = -1;

		while (other < n_less && (order = name_order(entries, i, less, other)) > 0)
			other++;
		if (other == n_less || order)
			*ENTRIES_AT(entries->names, struct name, kept++) = *name_at(entries, i);
	}
	entries->names.len = kept * sizeof(struct name);
	return n - kept;
}

size_t entries_subtract(struct entries *entries, const struct entries *less)
{
	size_t gone = subtract_names(entries, less);

	for (const struct kind *k = kinds; k < kinds + ARRAY_SIZE(kinds); k++)
		gone += subtract_kind(k, items_of(entries, k), items_of(less, k));
	return gone;
}
