/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking for a name in a list (mfw/list.h), for eBPF programs: going through the candidates that
 * its hash has. bpf/lib/name.bpf.c compares them with one that lies in the packet,
 * bpf/lib/value_name.bpf.c with one in memory.
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

#endif
