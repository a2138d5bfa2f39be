/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of the packet against bytes of the expression. Blocks are loaded in bulk and compared word
 * by word; nothing here branches on a single byte, which the verifier would have to follow.
 */
#include <mfw/parse.h>
#include <mfw/runtime.h>

#define ONES  0x0101010101010101ULL
#define HIGH  (ONES * 0x80)
#define BLOCK 64
#define WORDS (BLOCK / 8)

struct block {
	__u64 w[WORDS + 1]; /* the last one is for what begins in the block and ends behind it */
};

/* ---- blocks: functions of their own, so that the verifier looks at each of them once ---- */

/* A..Z to a..z */
__noinline int mfw_block_fold(struct block *b)
{
	if (!b)
		return 0;
#pragma clang loop unroll(disable)
	for (int i = 0; i <= WORDS; i++)
		b->w[i] = mfw_lower(b->w[i]);
	return 0;
}

/* Loads at most max bytes; those that are not there are 0. */
static __always_inline long load_block(struct __sk_buff *skb, struct block *b, __u32 off, __u32 n,
				       __u32 max, __u32 fold)
{
	__builtin_memset(b, 0, sizeof(*b));
	if (mfw_load_some(skb, off, b, n < max ? n : max, max))
		return -1;
	if (fold)
		mfw_block_fold(b);
	return 0;
}

/*
 * Compares at most BLOCK bytes at off with the text from its block `i` on: below, equal to or above
 * 0 as they come before, are equal to, or come behind.
 */
__noinline int mfw_block_order(struct __sk_buff *skb, __u32 off, __u32 n, const struct mfw_text *t,
			       __u32 i)
{
	struct block b;

	if (!t || i >= MFW_TEXT_MAX / BLOCK || load_block(skb, &b, off, n, BLOCK, t->fold))
		return -1;
#pragma clang loop unroll(disable)
	for (__u32 j = 0; j < WORDS; j++) {
		__u64 x = b.w[j], y = t->data[i * WORDS + j];

		if (x != y)
			return bpf_be64_to_cpu(x) < bpf_be64_to_cpu(y) ? -1 : 1;
	}
	return 0;
}

/* Whether the text is at off, in what ends at end. */
__noinline int mfw_text_at(struct __sk_buff *skb, __u32 off, __u32 end, const struct mfw_text *t)
{
	__u32 len;

	if (!t)
		return 0;
	len = t->len;
	if (len > MFW_TEXT_MAX || off > end || end - off < len)
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < MFW_TEXT_MAX / BLOCK; i++) {
		if (i * BLOCK >= len)
			break;
		if (mfw_block_order(skb, off + i * BLOCK, len - i * BLOCK, t, i))
			return 0;
	}
	return 1;
}

/*
 * Below, equal to or above 0 as the view is before, equal to or behind the text. Where the view has
 * ended the block is 0, so that only the lengths can still tell it from a text with zeros there.
 */
int mfw_bytes_order(struct __sk_buff *skb, const struct mfw_view *v, const struct mfw_text *t)
{
	__u32 len, have, n;
	int order;

	if (!v || !t)
		return 0;
	have = v->end - v->off;
	len = t->len;
	n = have < len ? have : len;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < MFW_TEXT_MAX / BLOCK; i++) {
		if (i * BLOCK >= n)
			break;
		order = mfw_block_order(skb, v->off + i * BLOCK, n - i * BLOCK, t, i);
		if (order)
			return order;
	}
	return have < len ? -1 : have > len;
}

/* ---- sets ---- */

/* What the view's bytes are in the table of a set; see mfw_text_hash_begin(). */
int mfw_bytes_hash(struct __sk_buff *skb, const struct mfw_view *v, __u32 fold, __u32 seed)
{
	__u32 len;
	__u64 hash;

	if (!v)
		return 0;
	len = v->end - v->off;
	hash = mfw_text_hash_begin(seed, len);
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < MFW_TEXT_MAX / BLOCK; i++) {
		struct block b;

		if (i * BLOCK >= len)
			break;
		if (load_block(skb, &b, v->off + i * BLOCK, len - i * BLOCK, BLOCK, fold))
			return 0;
#pragma clang loop unroll(disable)
		for (__u32 j = 0; j < WORDS; j++)
			hash = mfw_text_hash_word(hash, b.w[j]);
	}
	return mfw_text_hash_end(hash);
}

/* ---- search ---- */

/* What every block is looked through for. */
struct needle {
	__u64 first, mask;  /* its first 8 bytes, or as many as there are */
	__u64 byte0, byte1; /* its first two, eight times */
	__u64 any1;         /* all ones when it has no second */
};

struct search {
	struct __sk_buff *skb;
	const struct mfw_text *t;
	__u64 hits; /* places where it may be: bit i is base + i */
	__u32 base;
	__u32 off; /* of the block that is next */
	__u32 end;
	__u32 found; /* the place + 1 */
	struct needle needle;
};

/* 0x80 in the bytes that are 0; a byte above one of them may have it too. */
static __always_inline __u64 zero_bytes(__u64 x)
{
	return (x - ONES) & ~x & HIGH;
}

/* Places at which the first two bytes fit, and perhaps a few more. */
static __always_inline __u64 rough_hits(const struct needle *n, const struct block *b)
{
	__u64 hits = 0;

	for (int i = 0; i < WORDS; i++) {
		__u64 next = b->w[i] >> 8 | b->w[i + 1] << 56;
		__u64 both =
			zero_bytes(b->w[i] ^ n->byte0) & (zero_bytes(next ^ n->byte1) | n->any1);

		hits |= (both >> 7) * 0x0102040810204080ULL >> 56 << i * 8;
	}
	return hits;
}

/* Places at which the first eight bytes fit. The barrier keeps it free of branches. */
static __always_inline __u64 exact_hits(const struct needle *n, const struct block *b)
{
	__u64 hits = 0;

	for (int i = 0; i < BLOCK; i++) {
		__u64 x = b->w[i / 8], minus;

		if (i % 8)
			x = x >> i % 8 * 8 | b->w[i / 8 + 1] << (64 - i % 8 * 8);
		x = (x ^ n->first) & n->mask;
		minus = -x;
		asm volatile("" : "+r"(minus));
		hits |= (~(x | minus) >> 63) << i;
	}
	return hits;
}

__noinline __u64 mfw_block_hits(const struct needle *n, const struct block *b)
{
	if (!n || !b || !rough_hits(n, b))
		return 0;
	return exact_hits(n, b);
}

static __always_inline __u32 lowest_bit(__u64 x)
{
	x = (x & -x) - 1;
	x -= x >> 1 & ONES * 0x55;
	x = (x & ONES * 0x33) + (x >> 2 & ONES * 0x33);
	x = (x + (x >> 4)) & ONES * 0x0f;
	return x * ONES >> 56;
}

static __always_inline void scan(struct search *s)
{
	__u32 have = s->end - s->off, places = have - s->t->len + 1;
	struct block b;

	s->base = s->off;
	s->off += BLOCK;
	if (load_block(s->skb, &b, s->base, have, sizeof(b), s->t->fold))
		return;
	s->hits = mfw_block_hits(&s->needle, &b);
	if (places < BLOCK)
		s->hits &= (1ULL << (places & (BLOCK - 1))) - 1;
}

/* One block, or one place where it may be. */
static long search_step(__u32 i, struct search *s)
{
	__u32 at;

	(void)i;
	if (!s->hits) {
		if (s->off > s->end || s->end - s->off < s->t->len)
			return 1;
		scan(s);
		return 0;
	}
	at = s->base + lowest_bit(s->hits);
	s->hits &= s->hits - 1;
	if (s->t->len > 8 && !mfw_text_at(s->skb, at, s->end, s->t))
		return 0;
	s->found = at + 1;
	return 1;
}

static __always_inline struct needle make_needle(const struct mfw_text *t)
{
	__u64 first = t->data[0];

	return (struct needle){
		.first = first,
		.mask = t->len < 8 ? (1ULL << (t->len & 7) * 8) - 1 : ~0ULL,
		.byte0 = (first & 255) * ONES,
		.byte1 = (first >> 8 & 255) * ONES,
		.any1 = t->len == 1 ? ~0ULL : 0,
	};
}

/* Whether the text is somewhere in the view, which then begins behind its first occurrence. */
int mfw_bytes_find(struct __sk_buff *skb, struct mfw_view *v, const struct mfw_text *t)
{
	struct search s = {.skb = skb, .t = t};
	__u32 have, len;

	if (!v || !t)
		return 0;
	have = v->end - v->off;
	len = t->len;
	if (!len || have < len)
		return !len;
	s.off = v->off;
	s.end = v->end;
	s.hits = s.base = s.found = t->zero;
	s.needle = make_needle(t);
	bpf_loop(have + have / BLOCK + 2, search_step, &s, 0);
	if (!s.found)
		return 0;
	v->off = s.found - 1 + len;
	return 1;
}

/* ---- views ---- */

/* A place counted from the beginning, or from the end when it is negative, within len. */
static __always_inline __u32 place(__s32 at, __u32 len)
{
	if (at >= 0)
		return (__u32)at < len ? (__u32)at : len;
	return (__u32)-at < len ? len - (__u32)-at : 0;
}

/* Makes the view a part of itself. */
int mfw_view_cut(struct mfw_view *v, __s32 start, __s32 end)
{
	__u32 len, from, to;

	if (!v)
		return 0;
	len = v->end - v->off;
	from = place(start, len);
	to = place(end, len);
	v->end = v->off + (to > from ? to : from);
	v->off += from;
	return 0;
}

char _license[] SEC("license") = "GPL";
