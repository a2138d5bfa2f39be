/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <mfw/matcher.h>
#include <mfw/words.h>

MFW_MATCHER(
	payload, "bytes at a place in the payload of UDP or TCP, or anywhere in it",
	"True when one of up to four patterns is in the payload of a UDP datagram or of a TCP\n"
	"segment: with within=0 where the first `offset` bytes end, else anywhere in the `within`\n"
	"bytes behind them, as a whole. The part of a payload that a cut or fragmented packet has\n"
	"is not looked at: it never matches. What two segments have one half of each is not seen.\n"
	"\n"
	"What it costs: at a place, the same for every payload. Anywhere, it grows with the bytes\n"
	"looked through and with the number of patterns: 64 bytes at a time are compared with "
	"four\n"
	"bytes of a pattern, of its first eleven those that are seen least in text, and only "
	"where\n"
	"these stand the rest is. That is about half a nanosecond a byte and pattern, however "
	"long\n"
	"the pattern is: a string match of iptables skips what a long one allows, and is quicker\n"
	"from some 12 bytes on. The worst is a payload in which those four stand everywhere, with\n"
	"some 30 ns for each: `within` is the bound.")
MFW_INSNS("64 bytes are looked at without a branch, by unrolled code");

/* Patterns, in bytes. */
#define PAYLOAD_MAX      64
#define PAYLOAD_PATTERNS 4
/* What is looked through at once, and a word for what begins there and ends behind. */
#define PAYLOAD_BLOCK    128
#define PAYLOAD_WORDS    (PAYLOAD_BLOCK / 8)

struct payload_params {
	struct mfw_bytes_64 bytes MFW_DOC("what is looked for") MFW_RANGE(1, 64) MFW_REQUIRED;
	struct mfw_bytes_64 bytes2 MFW_DOC("or this; empty: nothing");
	struct mfw_bytes_64 bytes3 MFW_DOC("or this");
	struct mfw_bytes_64 bytes4 MFW_DOC("or this");
	__u16 offset MFW_DOC("bytes at the payload's beginning that are passed over");
	__u16 within
		MFW_DOC("bytes behind those that are looked through; 0: it stands right there");
	bool ignore_case MFW_DOC("A to Z count as a to z");
};

struct payload_block {
	__u64 w[PAYLOAD_WORDS + 1];
};

/* 1 when the pattern is at off, of which end - off bytes are to be had. */
__noinline int payload_is_at(struct __sk_buff *skb, __u32 off, __u32 end,
			     const struct mfw_bytes_64 *pattern, __u32 fold)
{
	__u64 bytes[PAYLOAD_MAX / 8] = {}, differ = 0;
	__u32 len;

	if (!pattern)
		return 0;
	len = pattern->len;
	if (end < off || end - off < len || mfw_load_some(skb, off, bytes, len, PAYLOAD_MAX))
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < PAYLOAD_MAX / 8; i++) {
		__u64 word = ((const __u64 *)pattern->data)[i], is = bytes[i];

		if (fold) {
			word = mfw_fold_word(word);
			is = mfw_fold_word(is);
		}
		differ |= word ^ is;
	}
	return !differ;
}

/* A..Z to a..z */
__noinline int payload_fold(struct payload_block *b)
{
	if (!b)
		return 0;
#pragma clang loop unroll(disable)
	for (int i = 0; i <= PAYLOAD_WORDS; i++)
		b->w[i] = mfw_fold_word(b->w[i]);
	return 0;
}

/*
 * Four bytes of a pattern that stand side by side, eight times each, how many are before them.
 */
struct payload_needle {
	__u64 first, second, third, fourth;
	__u8 two, four; /* whether there are as many bytes */
	__u8 before;
};

/* How often a byte is seen in text and in binary protocols, roughly. */
static const __u8 payload_common[256] = {
	[0] = 8,   ['\r'] = 4, ['\n'] = 4, [' '] = 9, ['-'] = 4, ['.'] = 4, ['/'] = 4, [':'] = 3,
	['0'] = 4, ['1'] = 4,  ['2'] = 4,  ['3'] = 3, ['4'] = 3, ['5'] = 3, ['6'] = 3, ['7'] = 3,
	['8'] = 3, ['9'] = 3,  ['a'] = 7,  ['b'] = 3, ['c'] = 5, ['d'] = 5, ['e'] = 9, ['f'] = 4,
	['g'] = 4, ['h'] = 6,  ['i'] = 7,  ['l'] = 5, ['m'] = 4, ['n'] = 7, ['o'] = 7, ['p'] = 4,
	['r'] = 6, ['s'] = 6,  ['t'] = 8,  ['u'] = 5, ['v'] = 2, ['w'] = 3, ['y'] = 3, [255] = 3,
};

/* Eight bytes from `byte` on, of two words. */
static __always_inline __u64 payload_from(__u64 this, __u64 next, __u32 byte)
{
	return this >> byte * 8 | next << 1 << (63 - byte * 8);
}

static __always_inline __u64 payload_repeat(__u64 bytes, __u32 i)
{
	return (bytes >> i * 8 & 255) * MFW_ONES;
}

/*
 * Of the first eight places in the pattern the one whose two bytes are seen least. What changes
 * from turn to turn is kept in *n, where the verifier does not follow it; a branch would double the
 * paths.
 */
__noinline int payload_choose(struct payload_needle *n, const struct mfw_bytes_64 *pattern,
			      __u32 fold)
{
	__u64 head, next, chosen;
	__u32 last;

	if (!n || !pattern)
		return 0;
	last = pattern->len < 4 ? 0 : pattern->len - 4;
	head = ((const __u64 *)pattern->data)[0];
	next = ((const __u64 *)pattern->data)[1];
	head ^= (head ^ mfw_fold_word(head)) & -(__u64)fold;
	next ^= (next ^ mfw_fold_word(next)) & -(__u64)fold;
	n->before = 0;
	n->first = head;
	n->second = ~0U;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < 8; i++) {
		__u64 here = payload_from(head, next, i);
		__u64 is = payload_common[here & 255] + payload_common[here >> 8 & 255];
		__u64 take = (is - n->second) >> 63 & ((__u64)i - last - 1) >> 63;

		n->second -= (n->second - is) * take;
		n->first ^= (n->first ^ here) * take;
		n->before += (i - n->before) * take;
	}
	chosen = n->first;
	n->first = payload_repeat(chosen, 0);
	n->second = payload_repeat(chosen, 1);
	n->third = payload_repeat(chosen, 2);
	n->fourth = payload_repeat(chosen, 3);
	n->two = pattern->len > 1;
	n->four = pattern->len > 3;
	return 0;
}

/*
 * Where the needle may be, among the 64 bytes of a half: bit 7 of byte k stands for byte k of the
 * first word, bit 6 for that of the second, and so on. A place above a true one may be wrong.
 */
__noinline __u64 payload_places(const struct payload_block *b, const struct payload_needle *n,
				__u32 half)
{
	__u64 found = 0, more = 0, first, second, both, this, next;

	if (!b || !n)
		return 0;
	first = n->first;
	second = n->second;
	both = -(__u64)n->two;
	half = half ? PAYLOAD_WORDS / 2 : 0;
	next = b->w[half];
#pragma clang loop unroll(full)
	for (__u32 i = 0; i < PAYLOAD_WORDS / 2; i++) {
		__u64 x;

		this = next;
		next = b->w[half + i + 1];
		x = (this ^ first) | ((payload_from(this, next, 1) ^ second) & both);
		found |= ((x - MFW_ONES) & ~x & MFW_HIGH) >> i;
		/* All loads first would fill the stack. */
		asm volatile("" : "+r"(found)::"memory");
	}
	if (!found || !n->four)
		return found;
	first = n->third;
	second = n->fourth;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < PAYLOAD_WORDS / 2; i++) {
		__u64 x;

		this = b->w[half + i];
		next = b->w[half + i + 1];
		x = (payload_from(this, next, 2) ^ first) | (payload_from(this, next, 3) ^ second);
		more |= ((x - MFW_ONES) & ~x & MFW_HIGH) >> i;
	}
	return found & more;
}

struct payload_search {
	struct __sk_buff *skb;
	const struct mfw_bytes_64 *pattern;
	struct payload_needle needle;
	__u64 places[2]; /* in the block at base, that are still to be tried */
	__u32 base;      /* where a pattern begins whose needle is the block's first byte */
	__u32 begin;     /* of what is looked through */
	__u32 off;       /* of the next block */
	__u32 end;
	__u16 fold;
	__u16 found;
};

static __always_inline long payload_next_block(struct payload_search *s)
{
	__u32 have = s->end - s->off;
	struct payload_block b = {};

	if (s->off >= s->end)
		return 1;
	if (mfw_load_some(s->skb, s->off, &b, have < sizeof(b) ? have : sizeof(b), sizeof(b)))
		return 1;
	if (s->fold)
		payload_fold(&b);
	s->base = s->off - s->needle.before;
	s->off += PAYLOAD_BLOCK;
	s->places[0] = payload_places(&b, &s->needle, 0);
	s->places[1] = payload_places(&b, &s->needle, 1);
	return 0;
}

/* One block, or one place. */
static long payload_step(__u32 i, struct payload_search *s)
{
	__u32 second = !s->places[0], bit, at;

	(void)i;
	if (!(s->places[0] | s->places[1]))
		return payload_next_block(s);
	if (second) {
		bit = mfw_lowest_bit(s->places[1]);
		s->places[1] &= s->places[1] - 1;
	} else {
		bit = mfw_lowest_bit(s->places[0]);
		s->places[0] &= s->places[0] - 1;
	}
	at = s->base + (7 - bit % 8) * 8 + bit / 8 + second * (PAYLOAD_BLOCK / 2);
	s->found = at >= s->begin && payload_is_at(s->skb, at, s->end, s->pattern, s->fold);
	return !!s->found;
}

/* Whether the pattern is somewhere from off to end. */
__noinline int payload_find(struct __sk_buff *skb, __u32 off, __u32 end,
			    const struct mfw_bytes_64 *pattern, __u64 fold)
{
	struct payload_search s = {.skb = skb, .pattern = pattern, .off = off, .end = end};

	if (!pattern || off > end || end - off < pattern->len)
		return 0;
	s.begin = off;
	s.fold = fold;
	/* 0, which the verifier does not know. */
	s.places[0] = s.places[1] = s.base = s.found = pattern->pad[0];
	payload_choose(&s.needle, pattern, fold);
	/* The blocks, and the places in them: those behind the end, too. */
	bpf_loop(end - off + (end - off) / PAYLOAD_BLOCK + 2 + PAYLOAD_BLOCK, payload_step, &s, 0);
	return s.found;
}

static __always_inline int payload_try(struct __sk_buff *skb, __u32 off, __u32 end,
				       const struct mfw_bytes_64 *pattern,
				       const struct payload_params *p)
{
	if (!pattern->len)
		return 0;
	return p->within ? payload_find(skb, off, end, pattern, p->ignore_case)
			 : payload_is_at(skb, off, end, pattern, p->ignore_case);
}

int payload(struct __sk_buff *skb, const struct mfw_pkt *pkt, const struct payload_params *p)
{
	__u32 off, end;

	if (!pkt || !p || !mfw_has_whole_payload(pkt))
		return 0;
	off = pkt->payload_off + p->offset;
	end = pkt->payload_end;
	if (off >= end)
		return 0;
	if (p->within && end - off > p->within)
		end = off + p->within;
	return payload_try(skb, off, end, &p->bytes, p) ||
	       payload_try(skb, off, end, &p->bytes2, p) ||
	       payload_try(skb, off, end, &p->bytes3, p) ||
	       payload_try(skb, off, end, &p->bytes4, p);
}

MFW_MAIN(payload, .bytes = MFW_BYTES("xyzzy"), .within = 1500);

#define ALL(text)                                                                                  \
	{                                                                                          \
		.bytes = MFW_BYTES(text), .within = 1500                                           \
	}
#define AT(text, n)                                                                                \
	{                                                                                          \
		.bytes = MFW_BYTES(text), .offset = n                                              \
	}
#define FROM(text, n, many)                                                                        \
	{                                                                                          \
		.bytes = MFW_BYTES(text), .offset = n, .within = many                              \
	}
#define ANY_OF(a, b, c, d, many)                                                                   \
	{                                                                                          \
		.bytes = MFW_BYTES(a), .bytes2 = MFW_BYTES(b), .bytes3 = MFW_BYTES(c),             \
		.bytes4 = MFW_BYTES(d), .within = many                                             \
	}
#define FOLDED(text, many)                                                                         \
	{                                                                                          \
		.bytes = MFW_BYTES(text), .within = many, .ignore_case = true                      \
	}
#define UDP(text) text, MFW_IP4_UDP(1, 2, text)
#define TCP(text) text, MFW_IP4_TCP(1, 2, text)
#define DOTS16    "................"
#define DOTS64    DOTS16 DOTS16 DOTS16 DOTS16
#define DOTS127   DOTS64 DOTS16 DOTS16 DOTS16 "..............."

/* clang-format off */
MFW_TESTS(payload) = {
	/* anywhere */
	{ MFW_TEST_TEXT("nothing else", MFW_MATCH, UDP("xyzzy")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("in the middle", MFW_MATCH, UDP("plugh xyzzy plover")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("at the end", MFW_MATCH, UDP("plugh xyzzy")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("over TCP", MFW_MATCH, TCP("plugh xyzzy")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("not there", MFW_NO_MATCH, UDP("plugh xyzz plover")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("the end is missing", MFW_NO_MATCH, UDP("plugh xyzz")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("the end is padding", MFW_NO_MATCH, "plugh xyzzy",
		MFW_IP4_UDP(1, 2, "plugh xyzz")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("the beginning is header", MFW_NO_MATCH, "zzy", MFW_IP4(31, 17),
		MFW_U16(1), MFW_U16(2), MFW_U16(11), 'x', 'y'), ALL("xyzzy") },
	{ MFW_TEST_TEXT("no payload", MFW_NO_MATCH, UDP("")), ALL("x") },
	{ MFW_TEST_TEXT("one byte", MFW_MATCH, UDP("plugx")), ALL("x") },
	{ MFW_TEST_TEXT("one byte, a zero behind the end", MFW_NO_MATCH, UDP("plugh")), ALL("\0") },
	{ MFW_TEST_TEXT("two bytes, a zero behind the end", MFW_NO_MATCH, UDP("plugh")), ALL("h\0") },
	{ MFW_TEST_TEXT("two bytes", MFW_MATCH, UDP("plugxy")), ALL("xy") },
	{ MFW_TEST_TEXT("zeros", MFW_MATCH, UDP("a\0\0b")), ALL("\0\0") },
	{ MFW_TEST_TEXT("bytes above 127", MFW_MATCH, UDP("\xff\xfe\xfd\xfc")), ALL("\xfe\xfd") },
	{ MFW_TEST_TEXT("a beginning that repeats", MFW_MATCH, UDP("xyxyxyzzy")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("over the end of a word", MFW_MATCH, UDP(".......xyzzy")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("over the end of a block", MFW_MATCH, UDP(DOTS127 "xyzzy")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("at the end of a block", MFW_MATCH, UDP(DOTS64 DOTS16 DOTS16 DOTS16 "...........xyzzy.")),
	  ALL("xyzzy") },
	{ MFW_TEST_TEXT("in the second half of a block", MFW_MATCH, UDP(DOTS64 "....xyzzy")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("in the fourth block", MFW_MATCH, UDP(DOTS127 DOTS127 DOTS127 "..xyzzy.")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("64 bytes", MFW_MATCH, UDP("a" DOTS64 DOTS64 "b")), ALL(DOTS16 DOTS16 DOTS16 "...............b") },
	{ MFW_TEST_TEXT("64 bytes, the last differs", MFW_NO_MATCH, UDP("a" DOTS64 DOTS64 "b")),
	  ALL(DOTS16 DOTS16 DOTS16 "...............c") },

	/* at a place, within so many bytes */
	{ MFW_TEST_TEXT("at the beginning", MFW_MATCH, UDP("xyzzy plugh")), AT("xyzzy", 0) },
	{ MFW_TEST_TEXT("not at the beginning", MFW_NO_MATCH, UDP(" xyzzy plugh")), AT("xyzzy", 0) },
	{ MFW_TEST_TEXT("at byte 1", MFW_MATCH, UDP(" xyzzy plugh")), AT("xyzzy", 1) },
	{ MFW_TEST_TEXT("beyond the end", MFW_NO_MATCH, UDP(" xyzzy")), AT("xyzzy", 2) },
	{ MFW_TEST_TEXT("behind the end", MFW_NO_MATCH, UDP("x")), AT("xyzzy", 65535) },
	{ MFW_TEST_TEXT("within", MFW_MATCH, UDP("...xyzzy...")), FROM("xyzzy", 2, 6) },
	{ MFW_TEST_TEXT("within too few", MFW_NO_MATCH, UDP("...xyzzy...")), FROM("xyzzy", 2, 5) },
	{ MFW_TEST_TEXT("before those", MFW_NO_MATCH, UDP("...xyzzy...")), FROM("xyzzy", 4, 60) },
	{ MFW_TEST_TEXT("within 65535", MFW_MATCH, UDP("...xyzzy...")), FROM("xyzzy", 0, 65535) },

	/* several */
	{ MFW_TEST_TEXT("the first", MFW_MATCH, UDP("...one...")), ANY_OF("one", "two", "three", "four", 100) },
	{ MFW_TEST_TEXT("the second", MFW_MATCH, UDP("...two...")), ANY_OF("one", "two", "three", "four", 100) },
	{ MFW_TEST_TEXT("the third", MFW_MATCH, UDP("...three...")), ANY_OF("one", "two", "three", "four", 100) },
	{ MFW_TEST_TEXT("the fourth", MFW_MATCH, UDP("...four...")), ANY_OF("one", "two", "three", "four", 100) },
	{ MFW_TEST_TEXT("none", MFW_NO_MATCH, UDP("...five...")), ANY_OF("one", "two", "three", "four", 100) },
	{ MFW_TEST_TEXT("the third, at a place", MFW_MATCH, UDP("three...")), ANY_OF("one", "two", "three", "", 0) },

	/* case */
	{ MFW_TEST_TEXT("another case", MFW_NO_MATCH, UDP("plugh XyZZy")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("another case, ignored", MFW_MATCH, UDP("plugh XyZZy")), FOLDED("xYzzy", 100) },
	{ MFW_TEST_TEXT("another case, ignored, at a place", MFW_MATCH, UDP("XyZZy")), FOLDED("xYzzy", 0) },
	{ MFW_TEST_TEXT("what is no letter is not folded", MFW_NO_MATCH, UDP("plugh [@")), FOLDED("{`", 100) },
	{ MFW_TEST_TEXT("bytes above 127 are not folded", MFW_NO_MATCH, UDP("\xc1\xc2")), FOLDED("\xe1\xe2", 100) },

	/* what is not all there */
	{ MFW_TEST_TEXT("cut off", MFW_CUT_NO_MATCH, "xyzzy", MFW_IP4(100, 17), MFW_UDP(1, 2, 80)), ALL("xyzzy") },
	{ MFW_TEST_TEXT("cut in it", MFW_CUT_NO_MATCH, "xyz", MFW_IP4_UDP(1, 2, "xyzzy")), ALL("xyzzy") },
	{ MFW_TEST_TEXT("first fragment", MFW_NO_MATCH, "xyzzy",
		MFW_IP4_FRAG(33, 17, 0x2000), MFW_UDP(1, 2, 13)), ALL("xyzzy") },
	{ MFW_TEST_TEXT("ICMP", MFW_NO_MATCH, "xyzzy", MFW_IP4(33, 1), MFW_UDP(1, 2, 13)), ALL("xyzzy") },
};
/* clang-format on */

MFW_LICENSE;
