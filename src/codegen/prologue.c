/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codegen/prologue.h"
#include "codegen/needs.h"

#include <endian.h>
#include <linux/in.h>

#define IP4_LEN      20
#define IP6_LEN      40
#define PROTO_ICMPV6 58

/*
 * With more questions than this, the calls are nothing beside them, and what the verifier knows
 * of values that were stored here makes it look at too many paths.
 */
#define QUESTIONS_MAX 48

_Static_assert(sizeof(struct mfw_pkt) % 8 == 0, "struct mfw_pkt is cleared in words");
_Static_assert(FRAME_HEAD % 8 == 0, "addresses are read in words");

struct plain {
	struct asker *a;
	unsigned needs;
	int l4_len;
	uint32_t slow, done;
};

/* r1 = a number of the headers that were loaded, in the packet's byte order. */
static void load_head(struct plain *p, int size, int offset)
{
	code_load(p->a->code, size, BPF_REG_1, BPF_REG_10, FRAME_HEAD + offset);
}

static void copy(struct plain *p, int size, int to, int offset)
{
	load_head(p, size, offset);
	code_store(p->a->code, size, BPF_REG_10, to, BPF_REG_1);
}

static void copy_port(struct plain *p, int to, int offset)
{
	load_head(p, 2, offset);
	code_from_network(p->a->code, BPF_REG_1, 16);
	code_store(p->a->code, 2, BPF_REG_10, to, BPF_REG_1);
}

/* Loads the packet's bytes from..to; not there is not plain. */
static void load_bytes(struct plain *p, int from, int to)
{
	struct code *code = p->a->code;

	code_set(code, BPF_REG_2, from);
	ask_set_frame(p->a, BPF_REG_3, FRAME_HEAD + from);
	code_set(code, BPF_REG_4, to - from);
	code_call_helper(code, BPF_FUNC_skb_load_bytes);
	code_jump32(code, BPF_JNE, BPF_REG_0, 0, p->slow);
}

/* ---- members ---- */

/*
 * version, proto, ttl and flags are stored, and looked at, in one: a load of what several stores
 * wrote waits for all of them. r1 is proto | ttl << 8.
 */
static void set_first(struct plain *p, int version)
{
	uint32_t flags = p->l4_len ? MFW_PKT_L4 : 0;

	code_alu32(p->a->code, BPF_LSH, BPF_REG_1, 8);
	code_alu32(p->a->code, BPF_OR, BPF_REG_1, (int32_t)(flags << 24 | version));
	code_store(p->a->code, 4, BPF_REG_10, FRAME_PKT, BPF_REG_1);
}

/* w1 is the claimed length of the packet: it has to have what is asked for. */
static void set_end(struct plain *p, int ip_len)
{
	struct code *code = p->a->code;

	code_jump32(code, BPF_JLT, BPF_REG_1, ip_len + p->l4_len, p->slow);
	if (!(p->needs & NEED_END))
		return;
	code_jump64(code, BPF_JGT, BPF_REG_1, BPF_REG_7, p->slow);
	code_store(code, 4, BPF_REG_10, PKT(end), BPF_REG_1);
}

/* Jumps to other unless the protocol is this one. */
static void require_proto(struct plain *p, uint32_t proto, uint32_t other)
{
	code_load(p->a->code, 1, BPF_REG_2, BPF_REG_10, PKT(proto));
	code_jump32(p->a->code, BPF_JNE, BPF_REG_2, proto, other);
}

/* Flags, type and code are 0 where their header is not. */
static void set_tcp_flags(struct plain *p, int l4)
{
	uint32_t store = code_label(p->a->code);

	code_set(p->a->code, BPF_REG_1, 0);
	require_proto(p, IPPROTO_TCP, store);
	load_head(p, 1, l4 + 13);
	code_place(p->a->code, store);
	code_store(p->a->code, 1, BPF_REG_10, PKT(tcp_flags), BPF_REG_1);
}

static void set_icmp(struct plain *p, int l4)
{
	uint32_t store = code_label(p->a->code), six = code_label(p->a->code);
	uint32_t here = code_label(p->a->code);

	code_set(p->a->code, BPF_REG_1, 0);
	if (l4 == IP4_LEN) {
		require_proto(p, IPPROTO_ICMP, six);
		code_goto(p->a->code, here);
	}
	/* In IPv4, too, nonsense though it is. */
	code_place(p->a->code, six);
	require_proto(p, PROTO_ICMPV6, store);
	code_place(p->a->code, here);
	load_head(p, 2, l4);
	code_place(p->a->code, store);
	code_store(p->a->code, 2, BPF_REG_10, PKT(icmp_type), BPF_REG_1);
}

static void set_l4(struct plain *p, int l4)
{
	if (p->needs & NEED_L4_OFF)
		code_store_value(p->a->code, 4, BPF_REG_10, PKT(l4_off), l4);
	if (p->needs & NEED_SPORT)
		copy_port(p, PKT(sport), l4);
	if (p->needs & NEED_DPORT)
		copy_port(p, PKT(dport), l4 + 2);
	if (p->needs & NEED_TCP_FLAGS)
		set_tcp_flags(p, l4);
	if (p->needs & NEED_ICMP)
		set_icmp(p, l4);
	code_goto(p->a->code, p->done);
}

/* ---- packets ---- */

static void plain4(struct plain *p)
{
	struct code *code = p->a->code;

	load_head(p, 2, 2);
	code_from_network(code, BPF_REG_1, 16);
	set_end(p, IP4_LEN);
	if (p->l4_len) {
		load_head(p, 2, 6);
		code_jump32(code, BPF_JSET, BPF_REG_1, htobe16(0x3fff), p->slow);
	}
	load_head(p, 2, 8);
	code_from_network(code, BPF_REG_1, 16);
	set_first(p, 4);
	if (p->needs & NEED_SADDR)
		copy(p, 4, PKT(saddr), 12);
	if (p->needs & NEED_DADDR)
		copy(p, 4, PKT(daddr), 16);
	set_l4(p, IP4_LEN);
}

/* Extension headers are not plain, and what is neither TCP, UDP nor ICMP may be one. */
static void refuse_extension(struct plain *p)
{
	struct code *code = p->a->code;
	uint32_t plain = code_label(code);

	load_head(p, 1, 6);
	code_jump32(code, BPF_JEQ, BPF_REG_1, IPPROTO_TCP, plain);
	code_jump32(code, BPF_JEQ, BPF_REG_1, IPPROTO_UDP, plain);
	code_jump32(code, BPF_JNE, BPF_REG_1, PROTO_ICMPV6, p->slow);
	code_place(code, plain);
}

static void copy_address6(struct plain *p, int to, int offset)
{
	copy(p, 8, to, offset);
	copy(p, 8, to + 8, offset + 8);
}

/* A payload length of 0 may be a jumbogram's. */
static void plain6(struct plain *p)
{
	struct code *code = p->a->code;

	load_head(p, 2, 4);
	code_from_network(code, BPF_REG_1, 16);
	code_jump32(code, BPF_JEQ, BPF_REG_1, 0, p->slow);
	code_alu32(code, BPF_ADD, BPF_REG_1, IP6_LEN);
	set_end(p, IP6_LEN);
	if (p->needs & NEED_PROTO)
		refuse_extension(p);
	load_head(p, 2, 6);
	set_first(p, 6);
	if (p->needs & NEED_SADDR)
		copy_address6(p, PKT(saddr), 8);
	if (p->needs & NEED_DADDR)
		copy_address6(p, PKT(daddr), 24);
	set_l4(p, IP6_LEN);
}

/* One load has the headers of IPv4; those of IPv6 take another, unless it can only be IPv6. */
static void ask_version(struct plain *p, unsigned families, uint32_t no)
{
	struct code *code = p->a->code;
	bool only6 = families == KNOWN_IP6;
	int first = (only6 ? IP6_LEN : IP4_LEN) + p->l4_len, six = IP6_LEN + p->l4_len;
	uint32_t other = code_label(code);

	load_bytes(p, 0, first);
	load_head(p, 1, 0);
	if (!only6) {
		code_jump32(code, BPF_JNE, BPF_REG_1, 4 << 4 | IP4_LEN / 4, other);
		plain4(p);
		code_place(code, other);
	}
	code_alu32(code, BPF_RSH, BPF_REG_1, 4);
	code_jump32(code, BPF_JNE, BPF_REG_1, 6, only6 ? no : p->slow);
	if (families == KNOWN_IP4) {
		code_goto(code, no);
		return;
	}
	if (!only6) {
		code_move(code, BPF_REG_1, BPF_REG_6);
		load_bytes(p, first, six);
	}
	plain6(p);
}

/* Before Linux 6.3 the verifier wants the memory that is lent out to be written. */
static void parse(struct asker *a)
{
	for (int at = FRAME_PKT; at < 0; at += 8)
		code_store_value(a->code, 8, BPF_REG_10, at, 0);
	code_move(a->code, BPF_REG_1, BPF_REG_6);
	ask_set_frame(a, BPF_REG_2, FRAME_PKT);
	code_call_runtime(a->code, RUNTIME_PARSE);
}

void prologue(struct asker *a, const struct expr *expr, unsigned families, uint32_t no)
{
	struct plain p = {.a = a, .needs = needs_of(expr)};

	code_move(a->code, BPF_REG_6, BPF_REG_1);
	if (p.needs & NEED_ALL || needs_count(expr) > QUESTIONS_MAX) {
		parse(a);
		return;
	}
	/* Whoever looks into a list is lent all of an address. */
	for (int at = PKT(saddr); a->slots.n_lists && at < 0; at += 8)
		code_store_value(a->code, 8, BPF_REG_10, at, 0);
	p.l4_len = needs_l4_len(p.needs);
	p.slow = code_label(a->code);
	p.done = code_label(a->code);
	if (p.needs & NEED_END)
		code_load(a->code, 4, BPF_REG_7, BPF_REG_1, offsetof(struct __sk_buff, len));
	ask_version(&p, families, no);
	code_place(a->code, p.slow);
	parse(a);
	code_place(a->code, p.done);
}
