/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model.h"

#include <stdio.h>
#include <string.h>

#define NAMES 512

static unsigned below(unsigned n)
{
	return (unsigned)random() % n;
}

/* ---- entries ---- */

/* Of few first bytes, so that many share a /8, a /16 and a /24; sometimes of the edges. */
static uint32_t random4(void)
{
	static const uint8_t bytes[] = {0, 1, 10, 127, 192, 255};
	uint32_t address = 0;

	for (int i = 0; i < 4; i++)
		address = address << 8 | (i == 3 && below(2) ? below(256) : bytes[below(6)]);
	return address;
}

static struct net4 random_net4(void)
{
	static const uint8_t lengths[] = {0, 1, 7, 8, 9, 15, 16, 17, 20, 23, 24, 25, 28, 31};
	unsigned length = below(3) ? 32 : lengths[below(sizeof(lengths))];

	return (struct net4){random4() & bits_first32(length), length};
}

static struct net6 cut6(uint64_t high, uint64_t low, unsigned length)
{
	unsigned n = length < 64 ? length : 64;

	return (struct net6){high & bits_first64(n), low & bits_first64(length - n), length};
}

static struct net6 random_net6(void)
{
	static const uint8_t lengths[] = {0, 1, 3, 32, 48, 63, 64, 65, 96, 127};
	unsigned length = below(3) ? 128 : lengths[below(sizeof(lengths))];
	uint64_t high = 0x20010db800000000 | below(3), low = (uint64_t)below(3) << 63 | below(40);

	return cut6(high, low, length);
}

/* Names of all lengths; some differ only in their end. */
static const char *names(size_t i, size_t *ret_len)
{
	static char text[NAMES][MFW_LIST_NAME_MAX + 1];
	static size_t len[NAMES];

	if (!len[i]) {
		len[i] = i < MFW_LIST_NAME_MAX ? i + 1 : 1 + below(40);
		for (size_t k = 0; k < len[i]; k++)
			text[i][k] = k % 7 == 6 ? '.' : 'a' + (int)(k % 3);
		snprintf(text[i] + (len[i] > 4 ? len[i] - 4 : 0), 5, "%04x", (unsigned)i);
		len[i] = len[i] > 4 ? len[i] : 4;
	}
	*ret_len = len[i];
	return text[i];
}

struct list_entry model_random(uint8_t family)
{
	struct list_entry entry = {.family = family};

	switch (family) {
	case 4: entry.four = random_net4(); break;
	case 6: entry.six = random_net6(); break;
	default: entry.name.text = names(below(NAMES), &entry.name.len); break;
	}
	return entry;
}

struct list_entry model_random_key(uint8_t family)
{
	struct list_entry entry = model_random(family);

	if (family == 4)
		entry.four = (struct net4){random4(), 32};
	if (family == 6) {
		struct net6 other = random_net6();

		entry.six.high |= other.high;
		entry.six.low |= other.low;
		entry.six.length = 128;
	}
	return entry;
}

/* ---- the set ---- */

static bool equal(const struct list_entry *a, const struct list_entry *b)
{
	if (a->family != b->family)
		return false;
	switch (a->family) {
	case 4: return a->four.address == b->four.address && a->four.length == b->four.length;
	case 6:
		return a->six.high == b->six.high && a->six.low == b->six.low &&
		       a->six.length == b->six.length;
	default:
		return a->name.len == b->name.len &&
		       !memcmp(a->name.text, b->name.text, a->name.len);
	}
}

static size_t place(const struct model *model, const struct list_entry *entry)
{
	size_t i = 0;

	while (i < model->n && !equal(&model->entries[i], entry))
		i++;
	return i;
}

bool model_has(const struct model *model, const struct list_entry *entry)
{
	return place(model, entry) < model->n;
}

bool model_add(struct model *model, const struct list_entry *entry)
{
	if (model_has(model, entry))
		return false;
	if (model->n == ARRAY_SIZE(model->entries))
		abort();
	model->entries[model->n++] = *entry;
	return true;
}

bool model_del(struct model *model, const struct list_entry *entry)
{
	size_t i = place(model, entry);

	if (i == model->n)
		return false;
	model->entries[i] = model->entries[--model->n];
	return true;
}

static bool covers(const struct list_entry *entry, const struct list_entry *key)
{
	struct net6 net;

	if (entry->family != key->family)
		return false;
	switch (entry->family) {
	case 4:
		return (key->four.address & bits_first32(entry->four.length)) ==
		       entry->four.address;
	case 6:
		net = cut6(key->six.high, key->six.low, entry->six.length);
		return net.high == entry->six.high && net.low == entry->six.low;
	default: return equal(entry, key);
	}
}

bool model_find(const struct model *model, const struct list_entry *key)
{
	for (size_t i = 0; i < model->n; i++)
		if (covers(&model->entries[i], key))
			return true;
	return false;
}

void model_entries(const struct model *model, struct entries *ret)
{
	for (size_t i = 0; i < model->n; i++)
		if (entries_add(ret, &model->entries[i]))
			abort();
	if (entries_tidy(ret, NULL))
		abort();
}
