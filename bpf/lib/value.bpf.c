/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes that a matcher has made (struct mfw_value) against bytes of the expression: as bytes.bpf.c,
 * but of memory, and without its folding: mfw_value_fold() is asked for before.
 *
 * A matcher may have left anything from len on, so words are cut to what counts.
 */
#include <mfw/parse.h>
#include <mfw/runtime.h>
#include <mfw/words.h>

#define WORDS (MFW_VALUE_MAX / 8)

/* Eight bytes from at on, of two words: not every machine loads what is not aligned. */
static __always_inline __u64 word_at(const struct mfw_value *m, __u32 at)
{
	const __u64 *words = (const __u64 *)m->data;
	__u32 shift = at % 8 * 8;

	at = at / 8 % WORDS;
	return words[at] >> shift | words[at + 1] << 1 << (63 - shift);
}

/* Ones for n bytes, all of them from 8 on. */
static __always_inline __u64 first_bytes(__u32 n)
{
	return n < 8 ? (1ULL << n * 8) - 1 : ~0ULL;
}

static __always_inline bool is_sound(const struct mfw_view *v)
{
	return v->end <= MFW_VALUE_MAX && v->off <= v->end;
}

/* n bytes from off on against the beginning of the text. */
struct compare {
	const struct mfw_value *m;
	const struct mfw_text *t;
	__u32 off, n;
	__s32 order;
};

static long compare_step(__u32 i, struct compare *c)
{
	__u64 mask = first_bytes(c->n - i * 8);
	__u64 x = word_at(c->m, c->off + i * 8) & mask, y = c->t->data[i % WORDS] & mask;

	if (x == y)
		return 0;
	c->order = bpf_be64_to_cpu(x) < bpf_be64_to_cpu(y) ? -1 : 1;
	return 1;
}

/* A function of its own, so that the verifier looks at it once. */
__noinline int mfw_value_compare(const struct mfw_value *m, const struct mfw_text *t, __u32 off,
				 __u32 n)
{
	struct compare c = {.m = m, .t = t, .off = off, .n = n};

	if (!m || !t)
		return 0;
	c.order = t->zero;
	bpf_loop((n + 7) / 8, compare_step, &c, 0);
	return c.order;
}

/* As mfw_text_at(). */
__noinline int mfw_value_at(const struct mfw_value *m, __u32 off, __u32 end,
			    const struct mfw_text *t)
{
	if (!m || !t || end > MFW_VALUE_MAX || off > end || end - off < t->len)
		return 0;
	return !mfw_value_compare(m, t, off, t->len);
}

/* As mfw_bytes_order(). */
int mfw_value_order(const struct mfw_value *m, const struct mfw_view *v, const struct mfw_text *t)
{
	__u32 have, len;
	int order;

	if (!m || !v || !t || !is_sound(v))
		return 0;
	have = v->end - v->off;
	len = t->len;
	order = mfw_value_compare(m, t, v->off, have < len ? have : len);
	return order ? order : have < len ? -1 : have > len;
}

struct hashing {
	const struct mfw_value *m;
	__u64 hash;
	__u32 off, len;
};

static long hash_step(__u32 i, struct hashing *h)
{
	__u64 word = 0;

	if (i * 8 < h->len)
		word = word_at(h->m, h->off + i * 8) & first_bytes(h->len - i * 8);
	h->hash = mfw_text_hash_word(h->hash, word);
	return 0;
}

/* As mfw_bytes_hash(). */
int mfw_value_hash(const struct mfw_value *m, const struct mfw_view *v, __u32 seed)
{
	struct hashing h = {.m = m};

	if (!m || !v || !is_sound(v))
		return 0;
	h.off = v->off;
	h.len = v->end - v->off;
	h.hash = mfw_text_hash_begin(seed, h.len);
	bpf_loop(MFW_TEXT_HASHED(h.len) / 8, hash_step, &h, 0);
	return mfw_text_hash_end(h.hash);
}

struct search {
	const struct mfw_value *m;
	const struct mfw_text *t;
	struct mfw_view v;
	__u64 first, mask;
	__u32 found;
};

static long search_step(__u32 i, struct search *s)
{
	__u32 at = s->v.off + i;

	if (at > s->v.end || s->v.end - at < s->t->len)
		return 1;
	if ((word_at(s->m, at) ^ s->first) & s->mask)
		return 0;
	if (s->t->len > 8 && !mfw_value_at(s->m, at, s->v.end, s->t))
		return 0;
	s->found = 1;
	s->v.off = at + s->t->len;
	return 1;
}

/* As mfw_bytes_find(). */
int mfw_value_find(const struct mfw_value *m, struct mfw_view *v, const struct mfw_text *t)
{
	struct search s = {.m = m, .t = t};

	if (!m || !v || !t || !is_sound(v))
		return 0;
	s.v = *v;
	s.first = t->data[0];
	s.mask = first_bytes(t->len);
	s.found = t->zero;
	bpf_loop(v->end - v->off + 1, search_step, &s, 0);
	if (s.found)
		*v = s.v;
	return s.found;
}

/* A..Z to a..z in all of it. */
int mfw_value_fold(struct mfw_value *m)
{
	__u64 *words;

	if (!m)
		return 0;
	words = (__u64 *)m->data;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < WORDS; i++)
		words[i] = mfw_fold_word(words[i]);
	return 0;
}

char _license[] SEC("license") = "GPL";
