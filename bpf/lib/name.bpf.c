/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of the packet in lists of names. Hidden for the reason that lib/list.bpf.c gives. */
#include <mfw/lookup_name.h>
#include <mfw/parse.h>
#include <mfw/runtime.h>

struct mfw_name_cell {
	__u64 w[4];
};

/* A cell of what begins at off and has n bytes left: 0 where it has ended. */
static __always_inline long load_cell(struct __sk_buff *skb, struct mfw_name_cell *cell, __u32 off,
				      __u32 n, __u32 fold)
{
	__builtin_memset(cell, 0, sizeof(*cell));
	if (mfw_load_some(skb, off, cell, n < sizeof(*cell) ? n : sizeof(*cell), sizeof(*cell)))
		return -1;
	for (int i = 0; fold && i < 4; i++)
		cell->w[i] = mfw_lower(cell->w[i]);
	return 0;
}

/* A function of its own, so that the verifier looks at it once. */
__noinline __u64 mfw_name_hash(struct __sk_buff *skb, __u32 off, __u32 len, __u32 fold, __u64 seed)
{
	__u64 hash = mfw_list_name_begin(seed, len);

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < MFW_LIST_CELLS; i++) {
		struct mfw_name_cell cell;

		if (i * sizeof(cell) >= len ||
		    load_cell(skb, &cell, off + i * sizeof(cell), len - i * sizeof(cell), fold))
			break;
		hash = mfw_list_name_cell(hash, cell.w);
	}
	return hash;
}

/* Whether the cell is what begins at off and has n bytes left. Of its own for the same reason. */
__noinline int mfw_name_cell(struct __sk_buff *skb, const struct mfw_name_cell *cell, __u32 off,
			     __u32 n, __u32 fold)
{
	struct mfw_name_cell own;

	if (!cell || load_cell(skb, &own, off, n, fold))
		return 0;
	return !((cell->w[0] ^ own.w[0]) | (cell->w[1] ^ own.w[1]) | (cell->w[2] ^ own.w[2]) |
		 (cell->w[3] ^ own.w[3]));
}

struct search {
	struct __sk_buff *skb;
	void *list;
	struct mfw_list_scan scan;
	__u32 off, len, fold;
	__u32 found;
};

static long step(__u32 turn, struct search *s)
{
	__s64 at = mfw_list_scan_step(s->list, &s->scan);
	__u32 done = 0;

	(void)turn;
	if (at <= 0)
		return at < 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < MFW_LIST_CELLS && done < s->len; i++) {
		const struct mfw_name_cell *cell = (const void *)mfw_list_cell(s->list, at + i);

		if (!cell || !mfw_name_cell(s->skb, cell, s->off + done, s->len - done, s->fold))
			return 0;
		done += sizeof(*cell);
	}
	s->found = 1;
	return 1;
}

/* fold: A..Z of the packet count as a..z. */
__hidden int mfw_name_has(void *list, struct __sk_buff *skb, const struct mfw_view *view,
			  __u32 fold)
{
	const struct mfw_list_head *head = (const void *)mfw_list_line(list, 0);
	struct search s = {.skb = skb, .list = list, .fold = fold};

	s.off = view->off;
	s.len = view->end - view->off;
	if (!head || !s.len || s.len > MFW_LIST_NAME_MAX)
		return 0;
	s.scan = mfw_list_scan_begin(head, mfw_name_hash(skb, s.off, s.len, fold, head->seed),
				     s.len);
	bpf_loop(MFW_LIST_SCAN_STEPS, step, &s, 0);
	return s.found;
}

char _license[] SEC("license") = "GPL";
