/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes that a matcher has made (struct mfw_value) in lists of names: as name.bpf.c, but of memory.
 * A matcher may have left anything from len on, so words are cut to what counts.
 */
#include <mfw/lookup_name.h>
#include <mfw/packet.h>

#define WORDS (MFW_VALUE_MAX / 8)
#define ONES  0x0101010101010101ULL

/* Eight bytes from `at` on. */
static __always_inline __u64 word_at(const struct mfw_value *value, __u32 at)
{
	const __u64 *words = (const __u64 *)value->data;
	__u32 shift = at % 8 * 8, i = at / 8 % WORDS;

	return words[i] >> shift | words[i + 1] << 1 << (63 - shift);
}

/* Eight bytes of the name from `at` on, 0 where it has ended. */
static __always_inline __u64 name_word(const struct mfw_value *value, __u32 off, __u32 len,
				       __u32 at)
{
	__s64 left = (__s64)len - at;
	__u64 some = (1ULL << (left & 7) * 8) - 1;

	return word_at(value, off + at) & (some | mfw_if_negative(7 - left)) &
	       ~mfw_if_negative(left);
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

/* A step, with the line that is next. */
__noinline __u32 mfw_value_name_step(struct mfw_list_scan *s, const struct mfw_value *value,
				     const union mfw_line *line, __u32 off, __u32 len)
{
	const __u64 *cell;
	__u64 other = 0;

	if (!s || !value || !line)
		return MFW_LIST_SCAN_NONE;
	if (!s->cell)
		return mfw_list_scan_next(s, mfw_list_scan_bucket(s, line));
	cell = mfw_list_scan_cell(s, line);
	for (int k = 0; k < 4; k++)
		other |= cell[k] ^ name_word(value, off, len, s->done + k * 8);
	return mfw_list_scan_next(s, mfw_list_scan_compared(s, !other, len));
}

struct search {
	void *list;
	const struct mfw_value *value;
	struct mfw_list_scan scan;
	__u32 off, len;
	__u32 line; /* the next one */
};

static long step(__u32 turn, struct search *s)
{
	const union mfw_line *line = mfw_list_line(s->list, s->line);

	(void)turn;
	if (!line)
		return 1;
	s->line = mfw_value_name_step(&s->scan, s->value, line, s->off, s->len);
	return mfw_list_scan_ends(s->line);
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
	s.line = mfw_list_scan_line(&s.scan);
	bpf_loop(MFW_LIST_SCAN_STEPS, step, &s, 0);
	return s.line == MFW_LIST_SCAN_FOUND;
}

/* ---- at the dots ---- */

/* 0x80 in the bytes that are 0. */
static __always_inline __u64 zero_bytes(__u64 x)
{
	return ~(((x & ONES * 0x7f) + ONES * 0x7f) | x) & ONES * 0x80;
}

/* Where the next dot is, behind it; `end`, or more, when there is none. */
__noinline __u32 mfw_value_next_label(const struct mfw_value *value, __u32 off, __u32 end)
{
	if (!value || end > MFW_VALUE_MAX)
		return end;
#pragma clang loop unroll(disable)
	for (__u32 at = 0; at < MFW_VALUE_MAX && off + at < end; at += 8) {
		__u64 dots = zero_bytes(word_at(value, off + at) ^ ONES * '.');

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
	__u32 line;     /* the next one; MFW_LIST_SCAN_NONE: to be begun with */
};

/* Begins to look for what is left of the name, goes on with that, or leaves a label out. */
static long domain_step(__u32 turn, struct domain_search *s)
{
	__u32 len = s->end - s->off;
	const union mfw_line *line;

	(void)turn;
	if (s->line == MFW_LIST_SCAN_NONE) {
		s->scan = mfw_list_scan_begin(
			s->head, mfw_value_name_hash(s->value, s->off, len, s->head->seed), len);
		s->line = mfw_list_scan_line(&s->scan);
		return 0;
	}
	line = mfw_list_line(s->list, s->line);
	if (!line)
		return 1;
	s->line = mfw_value_name_step(&s->scan, s->value, line, s->off, len);
	if (s->line == MFW_LIST_SCAN_NONE)
		s->off = mfw_value_next_label(s->value, s->off, s->end);
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
	s.line = s.head->zero;
	bpf_loop(DOMAIN_STEPS, domain_step, &s, 0);
	return s.line == MFW_LIST_SCAN_FOUND;
}

char _license[] SEC("license") = "GPL";
