/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes that a matcher has made (struct mfw_value) in lists of names: as name.bpf.c, but of memory.
 * A matcher may have left anything from len on, so words are cut to what counts.
 */
#include <mfw/lookup_name.h>
#include <mfw/packet.h>

#define WORDS (MFW_VALUE_MAX / 8)

struct mfw_value_cell {
	__u64 w[4];
};

/* Eight bytes of the name from `at` on, 0 where it has ended. */
static __always_inline __u64 name_word(const struct mfw_value *value, __u32 off, __u32 len,
				       __u32 at)
{
	const __u64 *words = (const __u64 *)value->data;
	__u32 shift = (off + at) % 8 * 8, i = (off + at) / 8 % WORDS;
	__u64 word = words[i] >> shift | words[i + 1] << 1 << (63 - shift);
	__u32 left = len > at ? len - at : 0;

	return left < 8 ? word & ((1ULL << left * 8) - 1) : word;
}

/* A function of its own, so that the verifier looks at it once; so is the next one. */
__noinline __u64 mfw_value_name_hash(const struct mfw_value *value, __u32 off, __u32 len,
				     __u64 seed)
{
	__u64 hash = mfw_list_name_begin(seed, len);

	if (!value)
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < MFW_LIST_CELLS && i * MFW_LIST_CELL < len; i++) {
		__u64 cell[4];

		for (int k = 0; k < 4; k++)
			cell[k] = name_word(value, off, len, i * MFW_LIST_CELL + k * 8);
		hash = mfw_list_name_cell(hash, cell);
	}
	return hash;
}

/* Whether the cell is what the name has from byte `at` on. */
__noinline int mfw_value_name_cell(const struct mfw_value *value, const struct mfw_value_cell *cell,
				   __u32 off, __u32 len, __u32 at)
{
	__u64 other = 0;

	if (!value || !cell)
		return 0;
	for (int k = 0; k < 4; k++)
		other |= cell->w[k] ^ name_word(value, off, len, at + k * 8);
	return !other;
}

struct search {
	void *list;
	const struct mfw_value *value;
	struct mfw_list_scan scan;
	__u32 off, len;
	__u32 found;
};

static long step(__u32 turn, struct search *s)
{
	__s64 at = mfw_list_scan_step(s->list, &s->scan);

	(void)turn;
	if (at <= 0)
		return at < 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < MFW_LIST_CELLS && i * MFW_LIST_CELL < s->len; i++) {
		const struct mfw_value_cell *cell = (const void *)mfw_list_cell(s->list, at + i);

		if (!cell ||
		    !mfw_value_name_cell(s->value, cell, s->off, s->len, i * MFW_LIST_CELL))
			return 0;
	}
	s->found = 1;
	return 1;
}

/* The bytes from off to before end. Hidden for the reason that lib/list.bpf.c gives. */
__hidden int mfw_value_name_has(void *list, const struct mfw_value *value, __u32 off, __u32 end)
{
	const struct mfw_list_head *head = (const void *)mfw_list_line(list, 0);
	struct search s = {.list = list, .value = value};

	if (!head || end > MFW_VALUE_MAX || off >= end || end - off > MFW_LIST_NAME_MAX)
		return 0;
	s.off = off;
	s.len = end - off;
	s.scan = mfw_list_scan_begin(head, mfw_value_name_hash(value, s.off, s.len, head->seed),
				     s.len);
	bpf_loop(MFW_LIST_SCAN_STEPS, step, &s, 0);
	return s.found;
}

char _license[] SEC("license") = "GPL";
