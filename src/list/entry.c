/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list/entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int entries_add4(struct entries *entries, uint32_t address, unsigned length)
{
	const struct net4 net = {address, length};

	if (length == 32)
		return buf_add(&entries->hosts, &address, sizeof(address));
	return buf_add(&entries->nets, &net, sizeof(net));
}

int entries_add6(struct entries *entries, uint64_t high, uint64_t low, unsigned length)
{
	const struct net6 net = {high, low, length};

	return buf_add(&entries->six, &net, sizeof(net));
}

int entries_add_name(struct entries *entries, const char *name, size_t len)
{
	const struct name n = {entries->text.len, len};

	if (buf_add(&entries->text, name, len))
		return -ENOMEM;
	return buf_add(&entries->names, &n, sizeof(n));
}

size_t entries_count(const struct entries *entries)
{
	return ENTRIES_N(entries->hosts, uint32_t) + ENTRIES_N(entries->nets, struct net4) +
	       ENTRIES_N(entries->six, struct net6) + ENTRIES_N(entries->names, struct name);
}

const char *entries_name(const struct entries *entries, const struct name *name)
{
	return entries->text.data + name->at;
}

void entries_clear(struct entries *entries)
{
	buf_clear(&entries->hosts);
	buf_clear(&entries->nets);
	buf_clear(&entries->six);
	buf_clear(&entries->names);
	buf_clear(&entries->text);
}

/* ---- order ---- */

#define DIGIT_BITS 11
#define DIGITS     (1u << DIGIT_BITS)

/* One pass of a radix sort: by the digit at shift. */
static void sort_pass(const uint32_t *from, uint32_t *to, size_t n, unsigned shift)
{
	size_t place[DIGITS] = {}, sum = 0;

	for (size_t i = 0; i < n; i++)
		place[from[i] >> shift & (DIGITS - 1)]++;
	for (size_t d = 0; d < DIGITS; d++) {
		size_t count = place[d];

		place[d] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		to[place[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

static bool in_order(const uint32_t *numbers, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (numbers[i - 1] > numbers[i])
			return false;
	return true;
}

static int sort_hosts(uint32_t *hosts, size_t n)
{
	cleanup_free uint32_t *other = NULL;

	if (in_order(hosts, n))
		return 0;
	other = malloc(n * sizeof(*hosts));
	if (!other)
		return -ENOMEM;
	sort_pass(hosts, other, n, 0);
	sort_pass(other, hosts, n, DIGIT_BITS);
	sort_pass(hosts, other, n, 2 * DIGIT_BITS);
	memcpy(hosts, other, n * sizeof(*hosts));
	return 0;
}

int net4_order(const void *a, const void *b)
{
	const struct net4 *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->length - y->length;
}

int net6_order(const void *a, const void *b)
{
	const struct net6 *x = a, *y = b;

	if (x->high != y->high)
		return x->high < y->high ? -1 : 1;
	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return x->length - y->length;
}

static int by_name(const void *a, const void *b, void *text)
{
	const struct name *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order = memcmp((char *)text + x->at, (char *)text + y->at, len);

	return order ? order : x->len - y->len;
}

int number_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Keeps one of those that are equal, side by side. Returns how many went. */
static size_t drop_equal(struct buf *items, size_t size, int (*compare)(const void *, const void *))
{
	size_t kept = size;

	if (!items->len)
		return 0;
	for (size_t at = size; at < items->len; at += size) {
		if (!compare(items->data + at, items->data + kept - size))
			continue;
		if (kept != at)
			memcpy(items->data + kept, items->data + at, size);
		kept += size;
	}
	size = (items->len - kept) / size;
	items->len = kept;
	return size;
}

static size_t drop_equal_names(struct entries *entries)
{
	struct name *names = ENTRIES_AT(entries->names, struct name, 0);
	size_t n = ENTRIES_N(entries->names, struct name), kept = n > 0;

	for (size_t i = 1; i < n; i++)
		if (by_name(&names[i], &names[kept - 1], entries->text.data))
			names[kept++] = names[i];
	entries->names.len = kept * sizeof(*names);
	return n - kept;
}

/* ---- what wider ones cover ---- */

static size_t covered4(const struct entries *entries)
{
	const uint32_t *hosts = ENTRIES_AT(entries->hosts, uint32_t, 0);
	size_t n_hosts = ENTRIES_N(entries->hosts, uint32_t), host = 0, n = 0;
	uint64_t end = 0; /* of the widest network so far, exclusive */

	for (size_t i = 0; i < ENTRIES_N(entries->nets, struct net4); i++) {
		const struct net4 *net = ENTRIES_AT(entries->nets, struct net4, i);
		uint64_t own_end = (uint64_t)net->address + (1ULL << (32 - net->length));

		for (; host < n_hosts && hosts[host] < net->address; host++)
			n += hosts[host] < end;
		n += own_end <= end;
		end = own_end > end ? own_end : end;
	}
	for (; host < n_hosts && hosts[host] < end; host++)
		n++;
	return n;
}

static bool covers(const struct net6 *wide, const struct net6 *net)
{
	unsigned high = wide->length < 64 ? wide->length : 64;

	return wide->length < net->length && !((wide->high ^ net->high) & bits_first64(high)) &&
	       !((wide->low ^ net->low) & bits_first64(wide->length - high));
}

static size_t covered6(const struct entries *entries)
{
	const struct net6 *wide = NULL;
	size_t n = 0;

	for (size_t i = 0; i < ENTRIES_N(entries->six, struct net6); i++) {
		const struct net6 *net = ENTRIES_AT(entries->six, struct net6, i);

		if (wide && covers(wide, net))
			n++;
		else
			wide = net;
	}
	return n;
}

static void sort(struct buf *items, size_t size, int (*compare)(const void *, const void *))
{
	if (items->len)
		qsort(items->data, items->len / size, size, compare);
}

int entries_tidy(struct entries *entries, struct entries_noted *noted)
{
	struct entries_noted n = {};

	if (sort_hosts(ENTRIES_AT(entries->hosts, uint32_t, 0),
		       ENTRIES_N(entries->hosts, uint32_t)))
		return -ENOMEM;
	sort(&entries->nets, sizeof(struct net4), net4_order);
	sort(&entries->six, sizeof(struct net6), net6_order);
	if (entries->names.len)
		qsort_r(entries->names.data, ENTRIES_N(entries->names, struct name),
			sizeof(struct name), by_name, entries->text.data);
	n.twice = drop_equal(&entries->hosts, sizeof(uint32_t), number_order) +
		  drop_equal(&entries->nets, sizeof(struct net4), net4_order) +
		  drop_equal(&entries->six, sizeof(struct net6), net6_order) +
		  drop_equal_names(entries);
	n.covered = covered4(entries) + covered6(entries);
	if (noted)
		*noted = n;
	return 0;
}
