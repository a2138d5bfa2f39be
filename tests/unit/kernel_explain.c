/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's answers, each with its own sentence. */
#include "message.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "kernel/explain.h"

/* Where the answer points: an attribute of the message, or one of its expressions. */
enum at { AT_NOTHING, AT_ATTR, AT_EXPR };

struct expectation {
	const char *name;
	int code;
	enum nft_op_kind kind;
	enum at at;
	int which; /* attribute's type, expression's index */
	enum match_kind match;
	const char *action;
	const char *error, *sentence;
};

#define PIN "/sys/fs/bpf/mfw/customer/acme/0123"

static const struct expectation table[] = {
	{"denied", EPERM, NFT_RULE_ADD, AT_NOTHING, 0, MATCH_EXPR, "drop", "nft.denied",
	 "CAP_NET_ADMIN"},
	{"pin missing", ENOENT, NFT_RULE_ADD, AT_EXPR, 0, MATCH_EXPR, "drop", "nft.pin",
	 "does not find the pinned program " PIN},
	{"pin missing, replace", ENOENT, NFT_RULE_REPLACE, AT_EXPR, 0, MATCH_OBJECT, "drop",
	 "nft.pin", "ip netns exec hides it"},
	{"no xt_bpf", ENOENT, NFT_RULE_ADD, AT_EXPR, 0, MATCH_BYTECODE, "drop", "nft.unsupported",
	 "no xt match bpf"},
	{"pin not usable", EACCES, NFT_RULE_ADD, AT_EXPR, 0, MATCH_OBJECT_PINNED, "drop", "nft.pin",
	 "may not use " PIN},
	{"wrong type", EINVAL, NFT_RULE_ADD, AT_EXPR, 0, MATCH_OBJECT_PINNED, "drop",
	 "nft.rejected", "not a socket filter"},
	{"bad bytecode", EINVAL, NFT_RULE_ADD, AT_EXPR, 0, MATCH_BYTECODE, "drop", "nft.rejected",
	 "refuses the bytecode"},
	{"family", EOPNOTSUPP, NFT_RULE_ADD, AT_EXPR, 0, MATCH_EXPR, "drop", "nft.unsupported",
	 "in the family inet"},
	{"reject here", EOPNOTSUPP, NFT_RULE_ADD, AT_EXPR, 2, MATCH_EXPR, "reject", "nft.rejected",
	 "reject does not work in the chain edge"},
	{"reject so", EINVAL, NFT_RULE_ADD, AT_EXPR, 2, MATCH_EXPR, "reject", "nft.rejected",
	 "does not fit the family inet"},
	{"jump target", ENOENT, NFT_RULE_ADD, AT_EXPR, 2, MATCH_EXPR, "jump side", "chain.missing",
	 "jumps to"},
	{"no expression", ENOENT, NFT_RULE_ADD, AT_EXPR, 2, MATCH_EXPR, "log drop",
	 "nft.unsupported", "'log'; load its module (nft_log)"},
	{"no logger", EBUSY, NFT_RULE_ADD, AT_EXPR, 2, MATCH_EXPR, "log group 3 drop",
	 "nft.rejected", "log group"},
	{"circle", ELOOP, NFT_RULE_ADD, AT_NOTHING, 0, MATCH_EXPR, "jump side", "chain.loop",
	 "circle"},
	{"depth", EMLINK, NFT_RULE_ADD, AT_EXPR, 2, MATCH_EXPR, "jump side", "chain.depth",
	 "nest them deeper"},
	{"table", ENOENT, NFT_RULE_ADD, AT_ATTR, NFTA_RULE_TABLE, MATCH_EXPR, "drop",
	 "table.missing", "the table inet mfw"},
	{"table, del", ENOENT, NFT_RULE_DEL, AT_ATTR, NFTA_RULE_TABLE, MATCH_EXPR, "drop",
	 "table.missing", "the table inet mfw"},
	{"table, chain", ENOENT, NFT_CHAIN_ADD, AT_ATTR, NFTA_CHAIN_TABLE, MATCH_EXPR, "drop",
	 "table.missing", "the table inet mfw"},
	{"table, chain del", ENOENT, NFT_CHAIN_DEL, AT_ATTR, NFTA_CHAIN_TABLE, MATCH_EXPR, "drop",
	 "table.missing", "the table inet mfw"},
	{"chain", ENOENT, NFT_RULE_ADD, AT_ATTR, NFTA_RULE_CHAIN, MATCH_EXPR, "drop",
	 "chain.missing", "the chain edge"},
	{"chain, flush", ENOENT, NFT_CHAIN_FLUSH, AT_ATTR, NFTA_RULE_CHAIN, MATCH_EXPR, "drop",
	 "chain.missing", "the chain edge"},
	{"chain, del", ENOENT, NFT_CHAIN_DEL, AT_ATTR, NFTA_CHAIN_NAME, MATCH_EXPR, "drop",
	 "chain.missing", "the chain edge"},
	{"rule, replace", ENOENT, NFT_RULE_REPLACE, AT_ATTR, NFTA_RULE_HANDLE, MATCH_EXPR, "drop",
	 "rule.missing", "removed in between"},
	{"rule, del", ENOENT, NFT_RULE_DEL, AT_ATTR, NFTA_RULE_HANDLE, MATCH_EXPR, "drop",
	 "rule.missing", "removed in between"},
	{"anchor", ENOENT, NFT_RULE_ADD, AT_ATTR, NFTA_RULE_POSITION, MATCH_EXPR, "drop",
	 "rule.missing", "removed in between"},
	{"chain exists", EEXIST, NFT_CHAIN_ADD, AT_ATTR, NFTA_CHAIN_NAME, MATCH_EXPR, "drop",
	 "chain.exists", "a chain edge"},
	{"hook", EOPNOTSUPP, NFT_CHAIN_ADD, AT_NOTHING, 0, MATCH_EXPR, "drop", "nft.unsupported",
	 "family inet: nat needs"},
	{"type", ENOENT, NFT_CHAIN_ADD, AT_ATTR, NFTA_CHAIN_TYPE, MATCH_EXPR, "drop",
	 "nft.unsupported", "type of chain in the family inet"},
	{"chain busy", EBUSY, NFT_CHAIN_DEL, AT_NOTHING, 0, MATCH_EXPR, "drop", "chain.busy",
	 "chain edge is in use"},
	{"busy", EBUSY, NFT_RULE_DEL, AT_NOTHING, 0, MATCH_EXPR, "drop", "nft.busy", "in use"},
	{"type, hook, priority", EINVAL, NFT_CHAIN_ADD, AT_NOTHING, 0, MATCH_EXPR, "drop",
	 "nft.rejected", "together"},
	{"memory", ENOMEM, NFT_RULE_ADD, AT_NOTHING, 0, MATCH_EXPR, "drop", "memory", "memory"},
	{"too many", ENFILE, NFT_CHAIN_ADD, AT_NOTHING, 0, MATCH_EXPR, "drop", "nft.rejected",
	 "too many"},
	/* What no row has. */
	{"unknown", EXDEV, NFT_RULE_ADD, AT_NOTHING, 0, MATCH_EXPR, "drop", "nft.rejected",
	 "the kernel refuses the new rule: Invalid cross-device link"},
	{"unknown, table", EXDEV, NFT_TABLE_ADD, AT_NOTHING, 0, MATCH_EXPR, "drop", "nft.rejected",
	 "the new table: "},
	{"unknown, table's removal", EXDEV, NFT_TABLE_DEL, AT_NOTHING, 0, MATCH_EXPR, "drop",
	 "nft.rejected", "the table's removal: "},
	{"unknown, policy", EXDEV, NFT_CHAIN_POLICY, AT_NOTHING, 0, MATCH_EXPR, "drop",
	 "nft.rejected", "the chain's policy: "},
	{"unknown, expression", EXDEV, NFT_RULE_ADD, AT_EXPR, 1, MATCH_EXPR, "drop", "nft.rejected",
	 "the new rule at its expression 1 (counter): "},
};

static uint32_t point(struct nlmsghdr *h, const struct expectation *e)
{
	struct nlattr *attr;

	if (e->at == AT_NOTHING)
		return 0;
	attr = e->at == AT_ATTR ? message_attr(h, e->which) : message_expr(h, e->which);
	assert_non_null(attr);
	return message_offset(h, attr);
}

static void answer(void **state)
{
	const struct expectation *e = *state;
	cleanup_chain struct chain *chain = message_chain(NFPROTO_INET, "edge", "input");
	cleanup_rule struct rule *rule =
		message_rule(e->match, e->match != MATCH_BYTECODE, e->action);
	cleanup_rule struct rule *anchor = message_rule(MATCH_EXPR, true, "drop");
	bool is_table = e->kind == NFT_TABLE_ADD || e->kind == NFT_TABLE_DEL;
	bool has_rule =
		e->kind == NFT_RULE_ADD || e->kind == NFT_RULE_REPLACE || e->kind == NFT_RULE_DEL;
	struct nft_op op = {.kind = e->kind,
			    .place = NFT_BEFORE,
			    .chain = is_table ? NULL : chain,
			    .rule = has_rule ? rule : NULL,
			    .anchor = anchor,
			    .family = NFPROTO_INET,
			    .table = "mfw"};
	cleanup_err struct mfw_err *err = NULL;
	struct nlmsghdr *h;

	anchor->pub.handle = rule->pub.handle = 5;
	h = message_build(&op);
	assert_int_equal(explain(&op, h, e->code, point(h, e), NULL, &err), -e->code);
	assert_int_equal(mfw_err_code(err), e->code);
	assert_string_equal(mfw_err_kind(err), e->error);
	if (!strstr(mfw_err_message(err), e->sentence))
		fail_msg("'%s' is not in: %s", e->sentence, mfw_err_message(err));
	assert_null(strchr(mfw_err_message(err), '%'));
	if (has_rule)
		assert_string_equal(mfw_err_ref(err), "some-ref");
	else
		assert_null(mfw_err_ref(err));
	assert_int_equal(explain(&op, h, e->code, point(h, e), NULL, NULL), -e->code);
	free(h);
}

/* Offsets outside of the message, and into the middle of an expression. */
static void any_offset(void **state)
{
	cleanup_chain struct chain *chain = message_chain(NFPROTO_INET, "edge", "input");
	cleanup_rule struct rule *rule = message_rule(MATCH_EXPR, true, "reject");
	struct nft_op op = {.kind = NFT_RULE_ADD, .chain = chain, .rule = rule};
	struct nlmsghdr *h = message_build(&op);
	uint32_t match = message_offset(h, message_expr(h, 0));

	(void)state;
	for (uint32_t offset = 0; offset < h->nlmsg_len + 64; offset++) {
		cleanup_err struct mfw_err *err = NULL;

		assert_int_equal(explain(&op, h, ENOENT, offset, "words", &err), -ENOENT);
		if (offset >= match && offset < match + message_expr(h, 0)->nla_len)
			assert_string_equal(mfw_err_kind(err), "nft.pin");
		else if (!offset || offset >= h->nlmsg_len)
			assert_non_null(strstr(mfw_err_message(err), "words"));
	}
	free(h);
}

static void batches(void **state)
{
	static const struct {
		int code;
		const char *kind, *sentence;
	} answers[] = {
		{EPERM, "nft.denied", "run as root"},
		{EACCES, "nft.denied", "run as root"},
		{EMSGSIZE, "nft.too_large", "12345 bytes"},
		{ENOBUFS, "nft.too_large", "wmem_max"},
		{ENOMEM, "memory", "memory"},
		{EXDEV, "nft.rejected", "cross-device"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		cleanup_err struct mfw_err *err = NULL;

		assert_int_equal(explain_batch(answers[i].code, 12345, &err), -answers[i].code);
		assert_string_equal(mfw_err_kind(err), answers[i].kind);
		assert_non_null(strstr(mfw_err_message(err), answers[i].sentence));
	}
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(any_offset),
		cmocka_unit_test(batches),
	};
	struct CMUnitTest tests[ARRAY_SIZE(table)];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		tests[i] = (struct CMUnitTest){.name = table[i].name,
					       .test_func = answer,
					       .initial_state = (void *)&table[i]};
	return cmocka_run_group_tests(tests, NULL, NULL) +
	       cmocka_run_group_tests(others, NULL, NULL);
}
