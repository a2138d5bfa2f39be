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

/*
 * A place in the buckets: `tried` are the slots that were candidates already. Or in a candidate:
 * `cell` is the one to compare next, `done` the bytes before it.
 */
struct mfw_list_scan {
	__u32 buckets, bucket_mask;
	__u32 hash, mark;
	__u32 probe, tried;
	__u32 cell, done;
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
		.cell = head->zero,
		.done = head->zero,
	};
}

/* The line that is to be looked at next. */
static __always_inline __u32 mfw_list_scan_line(const struct mfw_list_scan *s)
{
	return s->cell ? s->cell >> 1 : s->buckets + ((s->hash + s->probe) & s->bucket_mask);
}

/* Goes on by that bucket, or to a candidate in it. 0, or -1: there are no more. */
static __always_inline int mfw_list_scan_bucket(struct mfw_list_scan *s, const union mfw_line *line)
{
	__u64 free = 0, fits = 0;
	__u32 slot;

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
	s->cell = line->d[slot] >> 32;
	s->done = 0;
	return 0;
}

/* The candidate's cell that is next, in its line. */
static __always_inline const __u64 *mfw_list_scan_cell(const struct mfw_list_scan *s,
						       const union mfw_line *line)
{
	return &line->d[(s->cell & 1) * 4];
}

/* Goes on by a cell, or leaves the candidate. 1: all of a name of that length was the same. */
static __always_inline int mfw_list_scan_compared(struct mfw_list_scan *s, int same, __u32 len)
{
	s->cell = same ? s->cell + 1 : 0;
	s->done += MFW_LIST_CELL;
	return same && s->done >= len;
}

/*
 * What a function says that takes a step: the next line, or one of these. It is to be a function
 * of its own, so that the verifier knows nothing of the line: it would follow it back to all that
 * it comes from.
 */
#define MFW_LIST_SCAN_FOUND 0xffffffffu
#define MFW_LIST_SCAN_NONE  0 /* the head's line */

/* Whether it is one of these. */
static __always_inline int mfw_list_scan_ends(__u32 next)
{
	return next + 1 <= 1;
}

/* The same from what the parts above give: 1, 0 or -1. */
static __always_inline __u32 mfw_list_scan_next(const struct mfw_list_scan *s, int r)
{
	if (r)
		return r > 0 ? MFW_LIST_SCAN_FOUND : MFW_LIST_SCAN_NONE;
	return mfw_list_scan_line(s);
}

/* More than a look for one name takes, even when many hash alike. */
#define MFW_LIST_SCAN_STEPS 64

#endif
