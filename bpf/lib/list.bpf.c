/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses in lists (mfw/list.h). What takes a list is hidden, so that the verifier takes it as a
 * part of its caller: only such a function can be lent a map.
 */
#include <mfw/lookup.h>

/* ---- IPv4; addresses in host order ---- */

/* Whether one of the numbers is the address's low half: branch-free, four at a time. */
static __always_inline int in_row(const __u64 *row, int words, __u32 address)
{
	__u64 wanted = (address & 0xffff) * 0x0001000100010001ULL, zeros = 0;

	for (int i = 0; i < words; i++) {
		__u64 x = row[i] ^ wanted;

		zeros |= (x - 0x0001000100010001ULL) & ~x;
	}
	return !!(zeros & 0x8000800080008000ULL);
}

static __always_inline int in_table(void *list, const union mfw_line *line, __u32 address)
{
	const struct mfw_list_table *table = (const void *)line;
	__u32 word = address >> 14 & 3, bit = address >> 8 & 63, cell, half;
	__u64 any = table->any[word];

	if (table->wide) {
		const union mfw_line *wide = mfw_list_line(list, table->wide);

		if (wide && wide->d[word] >> bit & 1)
			return 1;
	}
	if (!(any >> bit & 1))
		return 0;
	cell = table->bitmaps + table->before[word] + mfw_count_bits(any & ((1ULL << bit) - 1));
	line = mfw_list_line(list, cell >> 1);
	half = (cell & 1) << 2;
	/* A sum that stays one: before Linux 6.7 an `or` has no bounds to the verifier. */
	asm volatile("" : "+r"(half));
	return line && line->d[half + (address >> 6 & 3)] >> (address & 63) & 1;
}

/* Numbers and pairs of them, by their place in the whole list. */
#define CHUNK_WORDS (MFW_LIST_CHUNK / 4)
#define CHUNK_PAIRS (MFW_LIST_CHUNK / 8)

static __always_inline __u32 number_in(const void *chunk, __u32 word)
{
	return ((const __u32 *)chunk)[word & (CHUNK_WORDS - 1)];
}

/* A node's number; 0: it leads nowhere. */
static __always_inline __u32 number_at(void *list, __u32 word)
{
	__u32 key = word / CHUNK_WORDS;
	const void *chunk = bpf_map_lookup_elem(list, &key);

	return chunk ? number_in(chunk, word) : 0;
}

static __always_inline int in_record(void *list, __u32 number, __u32 address)
{
	__u32 key = number / (MFW_LIST_CHUNK_LINES << MFW_LIST_LINE_SHIFT), pair;
	const void *chunk = bpf_map_lookup_elem(list, &key);
	const __u64 *pairs = chunk;

	if (!chunk)
		return 0;
	/* A line has 8 pairs, a quarter of it 2; a long row's quarter is 0. */
	pair = number >> 3 << 1 & (CHUNK_PAIRS - 1);
	switch (MFW_LIST_SHAPE(number)) {
	case MFW_LIST_SHORT: return in_row(&pairs[pair], 2, address);
	case MFW_LIST_LONG: return in_row(&pairs[pair & ~7u], 8, address);
	default:
		return in_table(list, mfw_list_line_in(chunk, number >> MFW_LIST_LINE_SHIFT),
				address);
	}
}

/* The number of the address's /16 by root and pages. */
static __always_inline __u32 find_page(void *list, __u32 address)
{
	const struct mfw_list_head *head = (const void *)mfw_list_line(list, 0);
	__u32 word, next;

	if (!head)
		return 0;
	word = head->root * 16 + (address >> 24);
	next = word < CHUNK_WORDS ? number_in(head, word) : number_at(list, word);
	if (next & MFW_LIST_ALL || !next)
		return next;
	return number_at(list, (next >> MFW_LIST_LINE_SHIFT) * 16 + (address >> 16 & 255));
}

/* Whether one of the few addresses in a number is this one. */
static __always_inline int in_few(__u64 number, __u32 address)
{
	__u64 x = number ^ (address & 0xffff) * 0x0001000100010000ULL;

	return !!((x - 0x0001000100010001ULL) & ~x & 0x8000800080008000ULL);
}

static __always_inline int find4(void *list, __u32 address)
{
	__u32 part = address >> 16, key = (MFW_LIST_FLAT_LINE * 8 + part) / CHUNK_PAIRS;
	const __u64 *chunk = bpf_map_lookup_elem(list, &key);
	/* All that a page's number leads to may have the address. */
	__u64 number =
		chunk ? chunk[part & (CHUNK_PAIRS - 1)] : ~0ULL << 32 | find_page(list, address);

	if (number & MFW_LIST_ALL)
		return 1;
	if (MFW_LIST_SHAPE(number) == MFW_LIST_FEW)
		return in_few(number, address);
	if (!(__u32)number || !(number >> 32 >> (address >> 11 & 31) & 1))
		return 0;
	return in_record(list, number, address);
}

/* ---- IPv6 ---- */

/* Where a search is. */
struct mfw_list_six_at {
	__u64 high, low;  /* what is looked for */
	__u64 lengths[2]; /* still to be asked for */
	__u64 seed;
	__u32 buckets, bucket_mask;
	/* What it looks for now, and in which neighbour of the bucket. */
	__u64 key[2];
	__u32 length, hash, probe;
	__u32 found;
};

/* 0x8000...: the first n bits, 1 to 64 of them. */
static __always_inline __u64 first_bits(__u32 n)
{
	return ~0ULL << (64 - n & 63);
}

static __always_inline int has_key(const struct mfw_list_six_at *at,
				   const struct mfw_list_six *bucket)
{
	for (int i = 0; i < MFW_LIST_SIX_SLOTS; i++)
		if (bucket->address[i][0] == at->key[0] && bucket->address[i][1] == at->key[1] &&
		    bucket->state[i] == at->length + 1)
			return 1;
	return 0;
}

/* Goes on to the next length; false: there are no more. */
static __always_inline int next_length(struct mfw_list_six_at *at)
{
	__u32 second = !at->lengths[0], length;
	__u64 left = at->lengths[second];

	if (!left)
		return 0;
	at->lengths[second] = left & (left - 1);
	length = mfw_lowest_bit(left) + 1;
	at->key[0] = second ? at->high : at->high & first_bits(length);
	at->key[1] = second ? at->low & first_bits(length) : 0;
	at->length = length + second * 64;
	at->hash = mfw_list_six_hash(at->seed, at->key[0], at->key[1], at->length);
	at->probe = 0;
	return 1;
}

/*
 * Looks into the bucket (NULL: into none yet), and gives the line of the next one; 0: it was found,
 * or there are no more. A function of its own, so that the verifier knows nothing of the line, and
 * has nothing to follow back through the hash.
 */
__noinline __u32 mfw_list_six_next(struct mfw_list_six_at *at, const struct mfw_list_six *bucket)
{
	if (!at)
		return 0;
	if (bucket && has_key(at, bucket)) {
		at->found = 1;
		return 0;
	}
	if (bucket && bucket->more && at->probe < MFW_LIST_PROBES - 1)
		at->probe++;
	else if (!next_length(at))
		return 0;
	return at->buckets + ((at->hash + at->probe) & at->bucket_mask);
}

struct search {
	void *list;
	struct mfw_list_six_at at;
	__u32 line; /* the next one */
};

static long step(__u32 turn, struct search *s)
{
	const union mfw_line *line = mfw_list_line(s->list, s->line);

	(void)turn;
	if (!line)
		return 1;
	s->line = mfw_list_six_next(&s->at, (const void *)line);
	return !s->line;
}

static __always_inline int find6(void *list, const __be64 *address)
{
	const struct mfw_list_head *head = (const void *)mfw_list_line(list, 0);
	struct search s = {.list = list};

	if (!head)
		return 0;
	if (head->six_all)
		return 1;
	s.at.lengths[0] = head->lengths[0];
	s.at.lengths[1] = head->lengths[1];
	if (!(s.at.lengths[0] | s.at.lengths[1]))
		return 0;
	s.at.high = bpf_be64_to_cpu(address[0]);
	s.at.low = bpf_be64_to_cpu(address[1]);
	s.at.seed = head->seed;
	s.at.buckets = head->buckets;
	s.at.bucket_mask = head->bucket_mask;
	s.line = mfw_list_six_next(&s.at, 0);
	bpf_loop(128 * MFW_LIST_PROBES, step, &s, 0);
	return s.at.found;
}

/* address: 8-byte aligned, as in struct mfw_pkt; version 4 or 6, else there is none. */
__hidden int mfw_list_has(void *list, const __be32 *address, __u32 version)
{
	if (version == 4)
		return find4(list, bpf_ntohl(address[0]));
	if (version == 6)
		return find6(list, (const __be64 *)(const void *)address);
	return 0;
}

char _license[] SEC("license") = "GPL";
