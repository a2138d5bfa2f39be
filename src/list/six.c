/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list/six.h"

#include <errno.h>
#include <string.h>

#define BUCKETS_MIN 4

size_t six_lines(size_t n)
{
	size_t lines = BUCKETS_MIN;

	/* At most half of the slots in use: few entries are not in their own bucket. */
	while (lines * MFW_LIST_SIX_SLOTS < n * 2)
		lines *= 2;
	return lines;
}

static struct mfw_list_six *bucket_at(const struct area *area, uint64_t hash, unsigned probe)
{
	const struct mfw_list_head *head = area_head(area);
	uint32_t i = ((uint32_t)hash + probe) & head->bucket_mask;

	return (void *)&area->lines[head->buckets + i];
}

static uint64_t hash_of(const struct area *area, const struct net6 *net)
{
	return mfw_list_six_hash(area_head(area)->seed, net->high, net->low, net->length);
}

/* ---- which lengths there are ---- */

static void count_length(struct area *area, unsigned length, int change)
{
	struct mfw_list_head *head = area_head(area);
	struct mfw_list_book *book = area_book(area);
	__u64 *word, bit;

	book->n_six += change;
	book->by_length[length] += change;
	if (!length) {
		AREA_PUBLISH(&head->six_all, book->by_length[0] > 0);
		return;
	}
	word = (__u64 *)&head->lengths[(length - 1) / 64];
	bit = 1ULL << (length - 1) % 64;
	AREA_PUBLISH(word, book->by_length[length] ? *word | bit : *word & ~bit);
}

void six_mend(struct area *area)
{
	const struct mfw_list_head *head = area_head(area);
	struct mfw_list_book *book = area_book(area);

	book->n_six = 0;
	memset(book->by_length, 0, sizeof(book->by_length));
	for (uint64_t i = 0; i <= head->bucket_mask; i++) {
		const struct mfw_list_six *bucket = bucket_at(area, i, 0);

		for (int s = 0; s < MFW_LIST_SIX_SLOTS; s++)
			if (bucket->state[s] != MFW_LIST_SIX_FREE &&
			    bucket->state[s] != MFW_LIST_SIX_GONE)
				count_length(area, bucket->state[s] - 1, 1);
	}
	for (unsigned length = 0; length <= 128; length++)
		count_length(area, length, 0);
}

/* ---- entries ---- */

static bool is_at(const struct mfw_list_six *bucket, int slot, const struct net6 *net)
{
	return bucket->address[slot][0] == net->high && bucket->address[slot][1] == net->low;
}

/* The entry's slot, NULL if it is not there. gone: one where it was, to be taken again. */
static uint8_t *find_slot(const struct area *area, const struct net6 *net, uint8_t **gone)
{
	uint64_t hash = hash_of(area, net);

	*gone = NULL;
	for (unsigned probe = 0; probe < MFW_LIST_PROBES; probe++) {
		struct mfw_list_six *bucket = bucket_at(area, hash, probe);

		for (int i = 0; i < MFW_LIST_SIX_SLOTS; i++) {
			if (!is_at(bucket, i, net))
				continue;
			if (bucket->state[i] == net->length + 1)
				return &bucket->state[i];
			if (bucket->state[i] == MFW_LIST_SIX_GONE)
				*gone = &bucket->state[i];
		}
		if (!bucket->more)
			break;
	}
	return NULL;
}

/* Puts it into the first free slot. A bucket that is passed by says so before. */
static int put(struct area *area, const struct net6 *net)
{
	uint64_t hash = hash_of(area, net);

	for (unsigned probe = 0; probe < MFW_LIST_PROBES; probe++) {
		struct mfw_list_six *bucket = bucket_at(area, hash, probe);

		for (int i = 0; i < MFW_LIST_SIX_SLOTS; i++) {
			if (bucket->state[i] != MFW_LIST_SIX_FREE)
				continue;
			bucket->address[i][0] = net->high;
			bucket->address[i][1] = net->low;
			AREA_PUBLISH(&bucket->state[i], net->length + 1);
			return 0;
		}
		bucket->more = 1;
	}
	return -ENOSPC;
}

int six_add(struct area *area, struct net6 net)
{
	uint8_t *gone;
	int r = 0;

	if (find_slot(area, &net, &gone))
		return -EEXIST;
	if (gone)
		AREA_PUBLISH(gone, net.length + 1);
	else
		r = put(area, &net);
	if (!r)
		count_length(area, net.length, 1);
	return r;
}

int six_del(struct area *area, struct net6 net)
{
	uint8_t *gone, *slot = find_slot(area, &net, &gone);

	if (!slot)
		return -ENOENT;
	AREA_PUBLISH(slot, MFW_LIST_SIX_GONE);
	count_length(area, net.length, -1);
	return 0;
}

int six_build(struct area *area, const struct entries *entries, size_t lines)
{
	struct mfw_list_head *head = area_head(area);
	int r = 0;

	head->buckets = area_take(area, lines);
	head->bucket_mask = lines - 1;
	if (!head->buckets)
		return -ENOSPC;
	for (size_t i = 0; i < ENTRIES_N(entries->six, struct net6) && !r; i++) {
		const struct net6 *net = ENTRIES_AT(entries->six, struct net6, i);

		r = put(area, net);
		if (!r)
			count_length(area, net->length, 1);
	}
	return r;
}

int six_read(const struct area *area, struct entries *ret)
{
	int r = 0;

	for (uint64_t i = 0; i <= area_head(area)->bucket_mask && !r; i++) {
		const struct mfw_list_six *bucket = bucket_at(area, i, 0);

		for (int s = 0; s < MFW_LIST_SIX_SLOTS && !r; s++)
			if (bucket->state[s] != MFW_LIST_SIX_FREE &&
			    bucket->state[s] != MFW_LIST_SIX_GONE)
				r = entries_add6(ret, bucket->address[s][0], bucket->address[s][1],
						 bucket->state[s] - 1);
	}
	return r;
}

bool six_find(const struct area *area, uint64_t high, uint64_t low)
{
	const struct mfw_list_head *head = area_head(area);
	uint8_t *gone;

	if (head->six_all)
		return true;
	for (unsigned length = 1; length <= 128; length++) {
		unsigned n = length < 64 ? length : 64;
		const struct net6 net = {high & bits_first64(n), low & bits_first64(length - n),
					 length};

		if (head->lengths[(length - 1) / 64] >> (length - 1) % 64 & 1 &&
		    find_slot(area, &net, &gone))
			return true;
	}
	return false;
}
