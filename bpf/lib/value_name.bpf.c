/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes that a matcher has made (struct mfw_value) in lists of names: as name.bpf.c, but of memory.
 * A matcher may have left anything from len on, so words are cut to what counts.
 */
#include <mfw/lookup_name.h>
#include <mfw/packet.h>

#define WORDS (MFW_VALUE_MAX / 8)
#define ONES  0x0101010101010101ULL

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

/* ---- at the dots ---- */

/* 0x80 in the bytes that are 0. */
static __always_inline __u64 zero_bytes(__u64 x)
{
	return ~(((x & ONES * 0x7f) + ONES * 0x7f) | x) & ONES * 0x80;
}

/* Where the next dot is, behind it; `end` when there is none. */
__noinline __u32 mfw_value_next_label(const struct mfw_value *value, __u32 off, __u32 end)
{
	if (!value || end > MFW_VALUE_MAX)
		return end;
#pragma clang loop unroll(disable)
	for (__u32 at = 0; at < MFW_VALUE_MAX; at += 8) {
		__u64 dots;

		if (off + at >= end)
			break;
		dots = zero_bytes(name_word(value, off, end - off, at) ^ ONES * '.');
		if (dots)
			return off + at + mfw_lowest_bit(dots) / 8 + 1;
	}
	return end;
}

struct domain_search {
	void *list;
	const struct mfw_value *value;
	const struct mfw_list_head *head;
	struct mfw_list_scan scan;
	__u32 off, end; /* of what is looked for */
	__u32 begun;    /* the scan is for that */
	__u32 found;
};

static __always_inline int is_cell(struct domain_search *s, __u32 at)
{
	__u32 len = s->end - s->off;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < MFW_LIST_CELLS && i * MFW_LIST_CELL < len; i++) {
		const struct mfw_value_cell *cell = (const void *)mfw_list_cell(s->list, at + i);

		if (!cell || !mfw_value_name_cell(s->value, cell, s->off, len, i * MFW_LIST_CELL))
			return 0;
	}
	return 1;
}

/* Begins to look for what is left of the name, goes on with that, or leaves a label out. */
static long domain_step(__u32 turn, struct domain_search *s)
{
	__u32 len = s->end - s->off;
	__s64 at;

	(void)turn;
	if (!s->begun) {
		s->scan = mfw_list_scan_begin(
			s->head, mfw_value_name_hash(s->value, s->off, len, s->head->seed), len);
		s->begun = 1;
		return 0;
	}
	at = mfw_list_scan_step(s->list, &s->scan);
	if (!at)
		return 0;
	if (at > 0) {
		s->found = is_cell(s, at);
		return s->found != 0;
	}
	s->off = mfw_value_next_label(s->value, s->off, s->end);
	s->begun = s->head->zero;
	/* To the verifier the scan may go on: it would count the probes of that one by one. */
	s->scan.probe = s->head->zero;
	return s->off >= s->end;
}

/* As many labels as a name of that length can have, each with all that looking for it takes. */
#define DOMAIN_STEPS (MFW_VALUE_MAX / 2 * (MFW_LIST_SCAN_STEPS + 1))

/* The bytes from off to before end, or what is behind one of the dots in them. */
__hidden int mfw_value_domain_has(void *list, const struct mfw_value *value, __u32 off, __u32 end)
{
	struct domain_search s = {.list = list, .value = value};

	s.head = (const void *)mfw_list_line(list, 0);
	if (!s.head || end > MFW_VALUE_MAX || off >= end || end - off > MFW_LIST_NAME_MAX)
		return 0;
	s.off = off;
	s.end = end;
	s.begun = s.found = s.head->zero;
	bpf_loop(DOMAIN_STEPS, domain_step, &s, 0);
	return s.found;
}

char _license[] SEC("license") = "GPL";
