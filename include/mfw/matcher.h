/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For authors of matchers: a question about a packet, written in C, that becomes a word of the
 * expression language.
 *
 * A matcher in ten minutes
 * ------------------------
 * Put this into bpf/ttl.bpf.c and build. That is all: `mfwctl matcher show ttl` explains it, the
 * expression `not ttl(max=5)` uses it, the test run checks it.
 *
 *	#include <mfw/matcher.h>
 *
 *	MFW_MATCHER(ttl, "TTL or hop limit within a range",
 *		    "True when TTL or hop limit is at least min and at most max.");
 *
 *	struct ttl_params {
 *		__u8 min MFW_DOC("lowest value that matches");
 *		__u8 max MFW_DOC("highest value that matches") MFW_RANGE(1, 255);
 *	};
 *
 *	int ttl(struct __sk_buff *skb, const struct mfw_pkt *pkt, const struct ttl_params *p)
 *	{
 *		(void)skb;
 *		if (!pkt || !p)
 *			return 0;
 *		return pkt->version && pkt->ttl >= p->min && pkt->ttl <= p->max;
 *	}
 *
 *	MFW_MAIN(ttl, .min = 0, .max = 64);
 *
 *	MFW_TESTS(ttl) = {
 *		{ MFW_TEST("low", MFW_MATCH, MFW_IP4(20, 17)), { .max = 64 } },
 *		{ MFW_TEST("high", MFW_NO_MATCH, MFW_IP4(20, 17)), { .max = 63 } },
 *		{ MFW_TEST("cut", MFW_CUT_NO_MATCH, 0x60, 0, 0, 0, 0, 0, 17, 64,
 *			   0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0), { .max = 64 } },
 *	};
 *
 *	MFW_LICENSE;
 *
 * The rules
 * ---------
 * - Name of the file, of the function and of the word are one: [a-z][a-z0-9_]*, not a word of the
 *   language (true, false, not, and, or, xor, in, ...).
 * - The function is global (neither static nor __hidden): the verifier then looks at it once
 *   however often it is called. It must check its pointers against NULL first; it answers non-zero
 *   for a match. It runs on every packet, IP or not: look at pkt->version and pkt->flags.
 * - Packet bytes come from bpf_skb_load_bytes(); load in bulk, then work on the stack. The
 *   verifier may process at most 5000 instructions for the whole program, parser included, or
 *   50000 with the reason in MFW_INSNS. words.h looks at text without branches.
 * - A program and all that it calls have 512 bytes of stack; 240 of them are for a matcher's
 *   function with what that calls, or for a field's.
 * - Helper functions are static.
 * - Maps are allowed, and keep state: what a rule's matcher remembers is the rule's alone, stays
 *   while the rule does, also when its parameters change, and is shown by `mfwctl rule state`.
 *   Their names begin with the matcher's and _. Give them a limit that can be said in the doc, make
 *   them LRU so that a flood evicts instead of locking out, and let no packet wait: no spin locks.
 *   An expression calls a matcher that keeps state once.
 * - Types of parameters: __u8, __u16, __u32, __u64, bool, struct mfw_bytes_16, _64 or _256 (written
 *   "text" or 75:64:70), struct mfw_duration (10s), mfw_rate (100/second), mfw_address, mfw_prefix
 *   (192.0.2.0/24), and enumerations: of `enum sip_level { SIP_LEVEL_LINE, SIP_LEVEL_STRICT }` the
 *   words are "line" and "strict". All of them carry MFW_DOC; integers, bytes (their length),
 *   durations (in ns) and rates (their count) may carry MFW_RANGE.
 * - A matcher may offer fields too: MFW_FIELD_* below.
 * - A list of names is a parameter of its own kind, MFW_NAMES below.
 * - Values that MFW_MAIN gives are the defaults in the language too, except for members with
 *   MFW_REQUIRED, which every expression has to give.
 * - Tests: at least one that matches, one that does not, one that is truncated.
 *
 * The object also works alone, with its defaults:
 *
 *	bpftool prog load ttl.bpf.o /sys/fs/bpf/ttl
 *	iptables -A INPUT -m bpf --object-pinned /sys/fs/bpf/ttl -j DROP
 *
 * To compile one elsewhere:
 *
 *	clang -target bpf -mcpu=v3 -g -O2 -Wall -Wextra -I/usr/include/$(uname -m)-linux-gnu \
 *		-c ttl.bpf.c -o ttl.bpf.o
 */
#ifndef MFW_MATCHER_H
#define MFW_MATCHER_H

#include <stdbool.h>

#include <mfw/packet.h>
#include <mfw/parse.h>

#define MFW_STRING_(x) #x
#define MFW_STRING(x)  MFW_STRING_(x)
#define MFW_TAG(text)  __attribute__((btf_decl_tag("mfw:" text)))

/* ---- the matcher and its parameters ---- */

/*
 * Declares the matcher with its struct NAME_params. summary: one line; doc: what a user needs.
 *
 * Weak, so that the compiler does not know it when it is called: it would not pass an argument that
 * the function does not use, and the verifier wants all of them.
 */
#define MFW_MATCHER(name, summary, doc)                                                            \
	struct name##_params;                                                                      \
	__weak int name(struct __sk_buff *skb, const struct mfw_pkt *pkt,                          \
			const struct name##_params *p) MFW_TAG("matcher:" MFW_STRING(MFW_ABI))     \
		MFW_TAG("summary:" summary) MFW_TAG("doc:" doc)
/* One without parameters: int NAME(struct __sk_buff *skb, const struct mfw_pkt *pkt). */
#define MFW_MATCHER_PLAIN(name, summary, doc)                                                      \
	__weak int name(struct __sk_buff *skb, const struct mfw_pkt *pkt)                          \
		MFW_TAG("matcher:" MFW_STRING(MFW_ABI)) MFW_TAG("summary:" summary)                \
			MFW_TAG("doc:" doc)

/*
 * Behind MFW_MATCHER(...): a parameter that is a list of names, NAME(param=$list). The matcher is
 * then true only when the list also has what its field `field`, one of MFW_FIELD_TEXT, is: that, or
 * what is behind one of the dots in it. The field is looked up by the program, not by the matcher.
 */
#define MFW_NAMES(param, field, doc) MFW_TAG("names:" #param "=" #field ":" doc)

/* Behind MFW_MATCHER(...): why the verifier may process up to 50000 instructions. */
#define MFW_INSNS(reason) MFW_TAG("insns:" reason)

/*
 * Declares a field, NAME.FIELD in the language, with its function NAME_FIELD(). That one is global
 * too, checks its pointers, and answers 0 when the packet does not have the field. It has:
 *
 *	BYTES	int sip_method(struct __sk_buff *skb, const struct mfw_pkt *pkt, struct mfw_view *v)
 *		bytes that stand in the packet as they are: sets *v
 *	TEXT	int dns_qname(struct __sk_buff *skb, const struct mfw_pkt *pkt, struct mfw_value *v)
 *		bytes that have to be made, at most MFW_VALUE_MAX: fills *v
 *	INT	int sip_status(struct __sk_buff *skb, const struct mfw_pkt *pkt, __u64 *v)
 *		a number within the range, whose greatest is 4294967295: sets *v
 *	BOOL	int dns_qr(struct __sk_buff *skb, const struct mfw_pkt *pkt)
 *		answers non-zero when it is true; what is missing counts as false
 *
 * doc: one line.
 */
#define MFW_FIELD_BYTES(name, field, doc) MFW_FIELD_(name, field, doc, struct mfw_view *v)
#define MFW_FIELD_TEXT(name, field, doc)  MFW_FIELD_(name, field, doc, struct mfw_value *v)
#define MFW_FIELD_INT(name, field, min, max, doc)                                                  \
	MFW_FIELD_(name, field, doc, __u64 *v) MFW_RANGE(min, max)
#define MFW_FIELD_BOOL(name, field, doc)                                                           \
	int name##_##field(struct __sk_buff *skb, const struct mfw_pkt *pkt)                       \
		MFW_TAG("field:" #field) MFW_TAG("doc:" doc)
#define MFW_FIELD_(name, field, doc, result)                                                       \
	int name##_##field(struct __sk_buff *skb, const struct mfw_pkt *pkt, result)               \
		MFW_TAG("field:" #field) MFW_TAG("doc:" doc)

/* Behind a member of struct NAME_params. */
#define MFW_DOC(text)       MFW_TAG("doc:" text)
/* Least and greatest value of an integer, or length of bytes; decimal. */
#define MFW_RANGE(min, max) MFW_TAG("range:" #min ".." #max)
#define MFW_REQUIRED        MFW_TAG("required:")

/* ---- state ---- */

/*
 * Behind a member of a map's key or value: how it is shown. An address: 16 bytes, network order,
 * IPv4 as ::ffff:a.b.c.d (mfw_set_address()). A time: __u64 of bpf_ktime_get_ns().
 */
#define MFW_STATE_ADDRESS MFW_TAG("address:")
#define MFW_STATE_TIME    MFW_TAG("time:")

/* addr: one of struct mfw_pkt. to: as MFW_STATE_ADDRESS. */
static __always_inline void mfw_set_address(__be32 *to, const struct mfw_pkt *pkt,
					    const __be32 *addr)
{
	bool four = pkt->version == 4;

	to[0] = four ? 0 : addr[0];
	to[1] = four ? 0 : addr[1];
	to[2] = four ? bpf_htonl(0xffff) : addr[2];
	to[3] = four ? addr[0] : addr[3];
}

/* The value of a parameter of bytes, from a string literal. */
#define MFW_BYTES(text)                                                                            \
	{                                                                                          \
		.len = sizeof(text) - 1, .data = text                                              \
	}

/* True when the whole payload of TCP or UDP is in this packet. */
static __always_inline bool mfw_has_whole_payload(const struct mfw_pkt *pkt)
{
	return (pkt->flags & (MFW_PKT_PAYLOAD | MFW_PKT_CUT | MFW_PKT_FRAGMENT)) == MFW_PKT_PAYLOAD;
}

/* ---- the program that makes the object work alone ---- */

/*
 * Weak: the program that libmfw makes of an expression has the same name, and takes this one's
 * place when it is linked with the object.
 *
 * The defaults are in .data, not .rodata: the verifier refuses read-only memory as an argument of a
 * global function, which it assumes to write to it.
 */
#define MFW_MAIN(name, ...)                                                                        \
	struct name##_params name##_defaults SEC(".data") = {__VA_ARGS__};                         \
	MFW_MAIN_(name(skb, &pkt, &name##_defaults))
#define MFW_MAIN_PLAIN(name) MFW_MAIN_(name(skb, &pkt))
#define MFW_MAIN_(call)                                                                            \
	SEC("socket") __weak int mfw_main(struct __sk_buff *skb)                                   \
	{                                                                                          \
		struct mfw_pkt pkt = {};                                                           \
                                                                                                   \
		mfw_parse(skb, &pkt);                                                              \
		return !!(call);                                                                   \
	}                                                                                          \
	_Static_assert(1, "") /* takes the semicolon */

#define MFW_LICENSE char _license[] SEC("license") = "GPL"

/* ---- tests ---- */

/*
 * What MFW_TEST() expects; CUT is for packets that are cut off. Each test begins with empty maps,
 * but for one with THEN: it is asked after the one before it, whose parameters it shares.
 */
#define MFW_MATCH         1, 0
#define MFW_NO_MATCH      0, 0
#define MFW_CUT_MATCH     1, MFW_TEST_CUT
#define MFW_CUT_NO_MATCH  0, MFW_TEST_CUT
#define MFW_THEN_MATCH    1, MFW_TEST_THEN
#define MFW_THEN_NO_MATCH 0, MFW_TEST_THEN

#define MFW_TESTS(matcher)                                                                         \
	static const struct {                                                                      \
		struct mfw_test test;                                                              \
		struct matcher##_params params __attribute__((aligned(8)));                        \
	} matcher##_tests[] SEC(MFW_TEST_SECTION) __attribute__((used))
#define MFW_TESTS_PLAIN(matcher)                                                                   \
	static const struct {                                                                      \
		struct mfw_test test;                                                              \
	} matcher##_tests[] SEC(MFW_TEST_SECTION) __attribute__((used))

/* The packet: bytes from the IP header on, by the macros below where they fit. */
#define MFW_TEST(what, expect, ...) MFW_TEST_(what, expect, __VA_ARGS__)
#define MFW_TEST_(what, answer, kind, ...)                                                         \
	{                                                                                          \
		.name = what, .match = answer, .flags = kind,                                      \
		.len = sizeof((__u8[]){__VA_ARGS__}), .packet = {                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
/* The same with a string literal behind the bytes: MFW_TEST_TEXT(what, expect, text, BYTES...). */
#define MFW_TEST_TEXT(what, expect, ...) MFW_TEST_TEXT_(what, expect, __VA_ARGS__)
#define MFW_TEST_TEXT_(what, answer, kind, string, ...)                                            \
	{                                                                                          \
		.name = what, .match = answer, .flags = kind,                                      \
		.len = sizeof((__u8[]){__VA_ARGS__}), .packet = {__VA_ARGS__},                     \
		.text_len = sizeof(string) - 1, .text = string                                     \
	}

/* Two bytes, network order. */
#define MFW_U16(x)            (((x) >> 8) & 255), ((x)&255)
/* 20 bytes: header of an IPv4 packet of `total` bytes, 192.0.2.1 > 198.51.100.2, TTL 64. */
#define MFW_IP4(total, proto) MFW_IP4_FRAG(total, proto, 0)
/* The same as a fragment: frag is the header's word, flags (0x2000: more) and offset / 8. */
#define MFW_IP4_FRAG(total, proto, frag)                                                           \
	0x45, 0, MFW_U16(total), 0, 1, MFW_U16(frag), 64, proto, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2
/* 40 bytes: header of an IPv6 packet with `payload` bytes behind it, 2001:db8::1 > 2001:db8::2. */
#define MFW_IP6(payload, next)                                                                     \
	0x60, 0, 0, 0, MFW_U16(payload), next, 64, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0,  \
		0, 0, 1, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2
/* 8 bytes: header of a datagram of `len` bytes, these 8 included. */
#define MFW_UDP(sport, dport, len) MFW_U16(sport), MFW_U16(dport), MFW_U16(len), 0, 0
/* 28 bytes: IPv4 and UDP for a payload that is this string literal; 40: IPv4 and TCP. */
#define MFW_IP4_UDP(sport, dport, text)                                                            \
	MFW_IP4(28 + sizeof(text) - 1, 17), MFW_UDP(sport, dport, 8 + sizeof(text) - 1)
#define MFW_IP4_TCP(sport, dport, text) MFW_IP4(40 + sizeof(text) - 1, 6), MFW_TCP(sport, dport)
/* 20 bytes: PSH and ACK, no options. */
#define MFW_TCP(sport, dport)                                                                      \
	MFW_U16(sport), MFW_U16(dport), 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0

#endif
