/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking for a name in a list (mfw/list.h), for eBPF programs: one that lies in memory, whole or
 * by its domains. bpf/lib/name.bpf.c looks for one that lies in the packet.
 */
#ifndef MFW_LOOKUP_NAME_H
#define MFW_LOOKUP_NAME_H

#include <mfw/lookup.h>

#define MFW_LIST_CELLS 8 /* of the longest name */

/* A place in the buckets: `tried` are the slots that were candidates already. */
struct mfw_list_scan {
	__u32 buckets, bucket_mask;
	__u32 hash, mark;
	__u32 probe, tried;
};

static __always_inline struct mfw_list_scan mfw_list_scan_begin(const struct mfw_list_head *head,
								__u64 hash, __u32 length)
{
	return (struct mfw_list_scan){
		.buckets = head->buckets,
		.bucket_mask = head->bucket_mask,
		.hash = hash,
		.mark = mfw_list_name_mark(hash, length),
		/* What it knows here it follows, and goes through the look-up once for each. */
		.probe = head->zero,
		.tried = head->zero,
	};
}

/* Goes on by a bucket, or by a candidate: its cell. 0: none here. -1: there are no more. */
static __always_inline __s64 mfw_list_scan_step(void *list, struct mfw_list_scan *s)
{
	const union mfw_line *line =
		mfw_list_line(list, s->buckets + ((s->hash + s->probe) & s->bucket_mask));
	__u64 free = 0, fits = 0;
	__u32 slot;

	if (!line)
		return -1;
	for (int i = 0; i < MFW_LIST_NAME_SLOTS; i++) {
		__u64 x = line->d[i], other = (__u32)x ^ s->mark;

		free |= ~(x | -x) >> 63;
		fits |= (other - 1) >> 63 << i;
	}
	fits &= ~(__u64)s->tried;
	if (!fits) {
		s->tried = 0;
		s->probe++;
		return free || s->probe >= MFW_LIST_PROBES ? -1 : 0;
	}
	slot = mfw_lowest_bit(fits) & 7;
	s->tried |= 1u << slot;
	return line->d[slot] >> 32;
}

/* More than a look for one name takes, even when many hash alike. */
#define MFW_LIST_SCAN_STEPS 24

/* One cell's four words, or NULL. */
static __always_inline const __u64 *mfw_list_cell(void *list, __u32 cell)
{
	const union mfw_line *line = mfw_list_line(list, cell >> 1);

	return line ? &line->d[(cell & 1) * 4] : 0;
}

/* ---- a name in memory ---- */

struct mfw_list_name {
	__u32 len; /* 1 to MFW_LIST_NAME_MAX */
	__u32 pad;
	/* The bytes, 0 from len on, and a word more. */
	__u64 words[MFW_LIST_CELLS * 4 + 1];
};

struct mfw_list_name_search {
	void *list;
	const struct mfw_list_name *name;
	struct mfw_list_scan scan;
	__u32 at; /* where what is looked for begins; it goes to the name's end */
	__u32 len;
	__u32 found;
};

/* Eight bytes of what is looked for. */
static __always_inline __u64 mfw_list_name_word(const struct mfw_list_name_search *s, __u32 i)
{
	__u32 word = (s->at >> 3) + i, shift = (s->at & 7) * 8;
	const __u64 *words;

	/* Compared in the register that is used, or the verifier does not know it there. */
	asm volatile("" : "+r"(word));
	if (word >= MFW_LIST_CELLS * 4)
		return 0;
	asm volatile("" : "+r"(word));
	words = &s->name->words[word];
	return words[0] >> shift | words[1] << 1 << (63 - shift);
}

static long mfw_list_name_step(__u32 turn, struct mfw_list_name_search *s)
{
	__s64 cell = mfw_list_scan_step(s->list, &s->scan);
	__u64 other = 0;

	(void)turn;
	if (cell <= 0)
		return cell < 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < MFW_LIST_CELLS; i++) {
		const __u64 *words;

		if (i * MFW_LIST_CELL >= s->len)
			break;
		words = mfw_list_cell(s->list, cell + i);
		if (!words)
			return 1;
		for (int k = 0; k < 4; k++)
			other |= words[k] ^ mfw_list_name_word(s, i * 4 + k);
	}
	s->found = !other;
	return s->found != 0;
}

/* Whether the name from byte `at` on, to its end, is in the list. */
static __always_inline int mfw_list_find_name(void *list, const struct mfw_list_name *name,
					      __u32 at)
{
	const struct mfw_list_head *head = (const void *)mfw_list_line(list, 0);
	struct mfw_list_name_search s = {.list = list, .name = name, .at = at};
	__u64 hash;

	if (!head || name->len > MFW_LIST_NAME_MAX || at >= name->len)
		return 0;
	s.len = name->len - at;
	hash = mfw_list_name_begin(head->seed, s.len);
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < MFW_LIST_CELLS; i++) {
		__u64 cell[4];

		if (i * MFW_LIST_CELL >= s.len)
			break;
		for (int k = 0; k < 4; k++)
			cell[k] = mfw_list_name_word(&s, i * 4 + k);
		hash = mfw_list_name_cell(hash, cell);
	}
	s.scan = mfw_list_scan_begin(head, hash, s.len);
	bpf_loop(MFW_LIST_SCAN_STEPS, mfw_list_name_step, &s, 0);
	return s.found;
}

struct mfw_list_domain_search {
	void *list;
	const struct mfw_list_name *name;
	__u32 found;
};

static long mfw_list_domain_step(__u32 at, struct mfw_list_domain_search *s)
{
	__u32 before = (at - 1) & 255;

	if (at && (s->name->words[before >> 3] >> (before & 7) * 8 & 255) != '.')
		return 0;
	s->found = mfw_list_find_name(s->list, s->name, at);
	return s->found != 0;
}

/*
 * Whether the list has the name or one that it lies below, at a dot: a.example.com is in a list
 * that has example.com. The name has dots between its labels and none at its end.
 */
static __always_inline int mfw_list_find_domain(void *list, const struct mfw_list_name *name)
{
	struct mfw_list_domain_search s = {.list = list, .name = name};

	if (name->len > MFW_LIST_NAME_MAX)
		return 0;
	bpf_loop(name->len, mfw_list_domain_step, &s, 0);
	return s.found;
}

#endif
