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
	__s64 less = (__s64)n - MFW_LIST_CELL;

	__builtin_memset(cell, 0, sizeof(*cell));
	if (mfw_load_some(skb, off, cell, MFW_LIST_CELL + (less & mfw_if_negative(less)),
			  sizeof(*cell)))
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

struct mfw_name_search {
	struct mfw_list_scan scan;
	__u32 off, len, fold;
};

/* A step, with the line that is next. */
__noinline __u32 mfw_name_step(struct mfw_name_search *s, struct __sk_buff *skb,
			       const union mfw_line *line)
{
	struct mfw_name_cell own;
	const __u64 *cell;
	__u32 done;
	int same;

	if (!s || !line)
		return MFW_LIST_SCAN_NONE;
	if (!s->scan.cell)
		return mfw_list_scan_next(&s->scan, mfw_list_scan_bucket(&s->scan, line));
	cell = mfw_list_scan_cell(&s->scan, line);
	done = s->scan.done;
	same = !load_cell(skb, &own, s->off + done, s->len - done, s->fold) &&
	       !((cell[0] ^ own.w[0]) | (cell[1] ^ own.w[1]) | (cell[2] ^ own.w[2]) |
		 (cell[3] ^ own.w[3]));
	return mfw_list_scan_next(&s->scan, mfw_list_scan_compared(&s->scan, same, s->len));
}

struct search {
	struct __sk_buff *skb;
	void *list;
	struct mfw_name_search name;
	__u32 line; /* the next one */
};

static long step(__u32 turn, struct search *s)
{
	const union mfw_line *line = mfw_list_line(s->list, s->line);

	(void)turn;
	if (!line)
		return 1;
	s->line = mfw_name_step(&s->name, s->skb, line);
	return mfw_list_scan_ends(s->line);
}

/* fold: A..Z of the packet count as a..z. */
__hidden int mfw_name_has(void *list, struct __sk_buff *skb, const struct mfw_view *view,
			  __u32 fold)
{
	const struct mfw_list_head *head = (const void *)mfw_list_line(list, 0);
	struct search s = {.skb = skb, .list = list, .name.fold = fold};
	__u32 len = view->end - view->off;

	if (!head || !len || len > MFW_LIST_NAME_MAX)
		return 0;
	s.name.off = view->off;
	s.name.len = len;
	s.name.scan = mfw_list_scan_begin(
		head, mfw_name_hash(skb, view->off, len, fold, head->seed), len);
	s.line = mfw_list_scan_line(&s.name.scan);
	bpf_loop(MFW_LIST_SCAN_STEPS, step, &s, 0);
	return s.line == MFW_LIST_SCAN_FOUND;
}

char _license[] SEC("license") = "GPL";
