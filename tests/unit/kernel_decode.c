/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule that is sent and read again is equal; what is not quite ours is somebody else's. */
#include "message.h"

#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_bpf.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/userdata.h"

static const uint8_t families[] = {NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_BRIDGE};

static const char *const verdicts[] = {
	"accept",    "drop",      "continue", "return",
	"jump side", "goto side", "reject",   "reject with tcp reset"};
static const char *const rejects[][5] = {
	[NFPROTO_INET] = {"reject with icmpx no-route", "reject with icmpx host-unreachable",
			  "reject with icmpx admin-prohibited"},
	[NFPROTO_BRIDGE] = {"reject with icmpx no-route", "reject with icmpx host-unreachable",
			    "reject with icmpx admin-prohibited"},
	[NFPROTO_IPV4] = {"reject with icmp net-unreachable", "reject with icmp frag-needed",
			  "reject with icmp admin-prohibited"},
	[NFPROTO_IPV6] = {"reject with icmpv6 no-route", "reject with icmpv6 reject-route",
			  "reject with icmpv6 addr-unreachable"},
};
static const char *const logs[] = {
	"",
	"log ",
	"log prefix \"mfw: \" ",
	"log group 65535 ",
	"log prefix \"a\\\"b\\\\c\" group 0 ",
	"log prefix "
	"\"123456789012345678901234567890123456789012345678901234567890123456789012345678"
	"9012345678901234567890123456789012345678901234567\" "};
static const char *const limits[] = {"", "limit rate 10/second ", "limit rate over 1/hour burst 0 ",
				     "limit rate 4294967295/minute burst 4294967295 "};

static const char *random_verdict(uint8_t family)
{
	size_t i = rand() % (ARRAY_SIZE(verdicts) + 3);

	return i < ARRAY_SIZE(verdicts) ? verdicts[i] : rejects[family][i - ARRAY_SIZE(verdicts)];
}

static struct rule *random_rule(uint8_t family)
{
	enum match_kind kind = 1 + rand() % 4;
	struct rule *rule;
	char action[400];

	snprintf(action, sizeof(action), "%s%s%s", logs[rand() % ARRAY_SIZE(logs)],
		 limits[rand() % ARRAY_SIZE(limits)], random_verdict(family));
	rule = message_rule(kind, kind == MATCH_EXPR ? rand() % 2 : kind != MATCH_BYTECODE, action);
	rule->pub.mode = rand() % 3;
	rule->keep_count = rand() % 2;
	rule->pub.packets = (uint64_t)rand() << 32 | rand();
	rule->pub.bytes = rand();
	if (rand() % 2)
		rule_set_text(&rule->pub.comment, "a comment, \xc3\xa9 and all");
	return rule;
}

/* As the kernel would dump it. */
static struct nftnl_rule *parse(const struct nlmsghdr *h)
{
	struct nftnl_rule *in = nftnl_rule_alloc();

	assert_int_equal(nftnl_rule_nlmsg_parse(h, in), 0);
	return in;
}

static void expect_text(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_ptr_equal(a, b);
}

static void expect_equal(const struct rule *a, const struct rule *b)
{
	assert_false(b->pub.foreign);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->pub.mode, b->pub.mode);
	expect_text(a->pub.ref, b->pub.ref);
	expect_text(a->pub.comment, b->pub.comment);
	expect_text(a->pub.action, b->pub.action);
	expect_text(a->pub.bytecode, b->pub.bytecode);
	assert_true(b->pub.counted);
	assert_int_equal(b->pub.packets, a->keep_count ? a->pub.packets : 0);
	assert_int_equal(b->pub.bytes, a->keep_count ? a->pub.bytes : 0);
	assert_int_equal(!!a->program, !!b->program);
	if (!a->program)
		return;
	assert_string_equal(a->program->pin, b->program->pin);
	assert_int_equal(a->program->id, b->program->id);
	assert_memory_equal(a->program->hash, b->program->hash, PROGRAM_HASH_LEN);
}

static void sent_and_read(void **state)
{
	(void)state;
	srand(3);
	for (int i = 0; i < 6000; i++) {
		uint8_t family = families[rand() % ARRAY_SIZE(families)];
		cleanup_chain struct chain *chain = message_chain(family, "edge", "input");
		cleanup_rule struct rule *rule = random_rule(family), *again = NULL;
		struct nft_op op = {.kind = NFT_RULE_ADD, .chain = chain, .rule = rule};
		struct nlmsghdr *h = message_build(&op);
		struct nftnl_rule *in = parse(h);
		char pin[DECODE_PIN_MAX];

		assert_int_equal(decode_rule(in, &again), 0);
		if (again->pub.foreign)
			fail_msg("family %d mode %d kind %d: %s", family, rule->pub.mode,
				 rule->kind, rule->pub.action);
		expect_equal(rule, again);
		decode_pin(in, pin);
		assert_string_equal(pin, rule->program ? rule->program->pin : "");
		nftnl_rule_free(in);
		free(h);
	}
}

/* ---- what is not ours ---- */

struct twist {
	const char *name;
	void (*change)(struct nftnl_rule *in);
	/* Our own expressions after all. */
	bool none;
};

static struct nftnl_expr *find(struct nftnl_rule *in, const char *name)
{
	struct nftnl_expr_iter *iter = nftnl_expr_iter_create(in);
	struct nftnl_expr *e;

	while ((e = nftnl_expr_iter_next(iter)))
		if (!strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), name))
			break;
	nftnl_expr_iter_destroy(iter);
	assert_non_null(e);
	return e;
}

static void nothing(struct nftnl_rule *in)
{
	(void)in;
}

static void one_more(struct nftnl_rule *in)
{
	nftnl_rule_add_expr(in, nftnl_expr_alloc("counter"));
}

static void other_match(struct nftnl_rule *in)
{
	nftnl_expr_set_str(find(in, "match"), NFTNL_EXPR_MT_NAME, "string");
}

static void other_revision(struct nftnl_rule *in)
{
	nftnl_expr_set_u32(find(in, "match"), NFTNL_EXPR_MT_REV, 0);
}

static void set_info(struct nftnl_rule *in, size_t len, uint16_t mode)
{
	struct xt_bpf_info_v1 *info = calloc(1, sizeof(*info));

	info->mode = mode;
	memset(info->path, 'p', sizeof(info->path));
	nftnl_expr_set(find(in, "match"), NFTNL_EXPR_MT_INFO, info, len);
}

static void short_info(struct nftnl_rule *in)
{
	set_info(in, 20, XT_BPF_MODE_PATH_PINNED);
}

static void descriptor_mode(struct nftnl_rule *in)
{
	set_info(in, sizeof(struct xt_bpf_info_v1), XT_BPF_MODE_FD_ELF);
}

static void no_instructions(struct nftnl_rule *in)
{
	set_info(in, sizeof(struct xt_bpf_info_v1), XT_BPF_MODE_BYTECODE);
}

static void limit_of_bytes(struct nftnl_rule *in)
{
	nftnl_expr_set_u32(find(in, "limit"), NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKT_BYTES);
}

static void limit_of_days(struct nftnl_rule *in)
{
	nftnl_expr_set_u64(find(in, "limit"), NFTNL_EXPR_LIMIT_UNIT, 86400);
}

static void unknown_verdict(struct nftnl_rule *in)
{
	nftnl_expr_set_u32(find(in, "immediate"), NFTNL_EXPR_IMM_VERDICT, 99);
}

static void jump_nowhere(struct nftnl_rule *in)
{
	nftnl_expr_set_u32(find(in, "immediate"), NFTNL_EXPR_IMM_VERDICT, NFT_JUMP);
}

static void set_userdata(struct nftnl_rule *in, const char *data, uint32_t len)
{
	nftnl_rule_set_data(in, NFTNL_RULE_USERDATA, data, len);
}

static void no_userdata(struct nftnl_rule *in)
{
	set_userdata(in, "\0\4why\0", 6);
}

static void bad_ref(struct nftnl_rule *in)
{
	set_userdata(in, "\xd0\4a\x1b[\0\xd1\1\4", 9);
}

static void other_kind(struct nftnl_rule *in)
{
	set_userdata(in, "\xd0\3ab\0\xd1\1\4", 8);
}

static void unknown_kind(struct nftnl_rule *in)
{
	set_userdata(in, "\xd0\3ab\0\xd1\1\x7f", 8);
}

static const struct twist twists[] = {
	{"nothing", nothing, .none = true},
	{"one more", one_more},
	{"other match", other_match},
	{"other revision", other_revision},
	{"short info", short_info},
	{"descriptor mode", descriptor_mode},
	{"no instructions", no_instructions},
	{"limit of bytes", limit_of_bytes},
	{"limit of days", limit_of_days},
	{"unknown verdict", unknown_verdict},
	{"jump nowhere", jump_nowhere},
	{"no userdata", no_userdata},
	{"bad ref", bad_ref},
	{"other kind", other_kind},
	{"unknown kind", unknown_kind},
};

static void foreign(void **state)
{
	const struct twist *twist = *state;
	cleanup_chain struct chain *chain = message_chain(NFPROTO_INET, "edge", "input");
	cleanup_rule struct rule *rule =
		message_rule(MATCH_OBJECT, true, "limit rate 5/second accept");
	struct nft_op op = {.kind = NFT_RULE_ADD, .chain = chain, .rule = rule};
	cleanup_rule struct rule *again = NULL;
	struct nlmsghdr *h = message_build(&op);
	struct nftnl_rule *in = parse(h);

	rule_set_text(&rule->pub.comment, "why");
	twist->change(in);
	nftnl_rule_set_u64(in, NFTNL_RULE_HANDLE, 42);
	assert_int_equal(decode_rule(in, &again), 0);
	assert_int_equal(again->pub.foreign, !twist->none);
	assert_int_equal(again->pub.handle, 42);
	if (!twist->none) {
		assert_null(again->pub.ref);
		assert_int_equal(again->kind, 0);
		assert_in_range(again->pub.n_exprs, 4, 5);
		assert_string_equal(again->pub.exprs[0]->name, "match");
		assert_non_null(again->pub.exprs[0]->xt_info);
		assert_string_equal(again->pub.exprs[1]->name, "counter");
		assert_true(again->pub.counted);
	}
	nftnl_rule_free(in);
	free(h);
}

static void foreign_keeps_comment(void **state)
{
	cleanup_rule struct rule *again = NULL;
	struct nftnl_rule *in = nftnl_rule_alloc();

	(void)state;
	no_userdata(in);
	assert_int_equal(decode_rule(in, &again), 0);
	assert_true(again->pub.foreign);
	assert_string_equal(again->pub.comment, "why");
	assert_false(again->pub.counted);
	nftnl_rule_free(in);
}

static void match_without_info(void **state)
{
	cleanup_rule struct rule *again = NULL;
	struct nftnl_rule *in = nftnl_rule_alloc();
	char pin[DECODE_PIN_MAX];

	(void)state;
	nftnl_rule_add_expr(in, nftnl_expr_alloc("match"));
	nftnl_rule_add_expr(in, nftnl_expr_alloc("target"));
	assert_int_equal(decode_rule(in, &again), 0);
	assert_int_equal(again->pub.n_exprs, 2);
	assert_int_equal(again->pub.exprs[0]->xt_len, 0);
	decode_pin(in, pin);
	assert_string_equal(pin, "");
	nftnl_rule_free(in);
}

static void unknown_reject(void **state)
{
	cleanup_chain struct chain *chain = message_chain(NFPROTO_INET, "edge", "input");
	cleanup_rule struct rule *rule = message_rule(MATCH_EXPR, true, "reject");
	struct nft_op op = {.kind = NFT_RULE_ADD, .chain = chain, .rule = rule};
	cleanup_rule struct rule *again = NULL;
	struct nlmsghdr *h = message_build(&op);
	struct nftnl_rule *in = parse(h);

	(void)state;
	nftnl_expr_set_u8(find(in, "reject"), NFTNL_EXPR_REJECT_CODE, 77);
	assert_int_equal(decode_rule(in, &again), 0);
	assert_true(again->pub.foreign);
	nftnl_rule_free(in);
	free(h);
}

static void chains(void **state)
{
	struct nftnl_chain *in = nftnl_chain_alloc();
	cleanup_chain struct chain *plain = NULL, *base = NULL;

	(void)state;
	nftnl_chain_set_str(in, NFTNL_CHAIN_NAME, "side");
	nftnl_chain_set_str(in, NFTNL_CHAIN_TABLE, "mfw");
	nftnl_chain_set_u32(in, NFTNL_CHAIN_FAMILY, NFPROTO_BRIDGE);
	assert_int_equal(decode_chain(in, &plain), 0);
	assert_string_equal(plain->pub.name, "side");
	assert_string_equal(plain->pub.family, "bridge");
	assert_null(plain->pub.hook);
	assert_null(plain->pub.policy);
	nftnl_chain_set_u32(in, NFTNL_CHAIN_HOOKNUM, NF_INET_FORWARD);
	nftnl_chain_set_s32(in, NFTNL_CHAIN_PRIO, -300);
	nftnl_chain_set_u32(in, NFTNL_CHAIN_POLICY, NF_DROP);
	nftnl_chain_set_str(in, NFTNL_CHAIN_TYPE, "route");
	assert_int_equal(decode_chain(in, &base), 0);
	assert_string_equal(base->pub.hook, "forward");
	assert_int_equal(base->hooknum, NF_INET_FORWARD);
	assert_int_equal(base->pub.priority, -300);
	assert_string_equal(base->pub.policy, "drop");
	assert_string_equal(base->pub.type, "route");
	nftnl_chain_free(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sent_and_read),
		cmocka_unit_test(foreign_keeps_comment),
		cmocka_unit_test(match_without_info),
		cmocka_unit_test(unknown_reject),
		cmocka_unit_test(chains),
	};
	struct CMUnitTest twisted[ARRAY_SIZE(twists)];
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(twists); i++)
		twisted[i] = (struct CMUnitTest){.name = twists[i].name,
						 .test_func = foreign,
						 .initial_state = (void *)&twists[i]};
	return failed + cmocka_run_group_tests(twisted, NULL, NULL);
}
