/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the messages of operations hold, and where a rule is too long for one. */
#include "message.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/xt_bpf.h>
#include <string.h>

/* The number of a rule without a handle, of one with it. */
static void identify(struct rule *rule, uint64_t handle, uint32_t batch_id)
{
	rule->pub.handle = handle;
	rule->batch_id = batch_id;
}

static void expect_u32(struct nlmsghdr *h, uint16_t type, uint32_t value)
{
	struct nlattr *attr = message_attr(h, type);

	assert_non_null(attr);
	assert_int_equal(ntohl(mnl_attr_get_u32(attr)), value);
}

static void expect_u64(struct nlmsghdr *h, uint16_t type, uint64_t value)
{
	struct nlattr *attr = message_attr(h, type);

	assert_non_null(attr);
	assert_int_equal(be64toh(mnl_attr_get_u64(attr)), value);
}

static void expect_text(struct nlmsghdr *h, uint16_t type, const char *text)
{
	struct nlattr *attr = message_attr(h, type);

	assert_non_null(attr);
	assert_string_equal(mnl_attr_get_str(attr), text);
}

static void expect_head(const struct nlmsghdr *h, int type, unsigned flags, uint8_t family)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(h);

	assert_int_equal(h->nlmsg_type, NFNL_SUBSYS_NFTABLES << 8 | type);
	assert_int_equal(h->nlmsg_flags & ~NLM_F_ACK, NLM_F_REQUEST | flags);
	assert_int_equal(nfg->nfgen_family, family);
}

static void tables(void **state)
{
	struct nft_op op = {.kind = NFT_TABLE_ADD, .family = NFPROTO_IPV6, .table = "mfw"};
	struct nlmsghdr *h = message_build(&op);

	(void)state;
	expect_head(h, NFT_MSG_NEWTABLE, NLM_F_CREATE, NFPROTO_IPV6);
	expect_text(h, NFTA_TABLE_NAME, "mfw");
	free(h);
	op.kind = NFT_TABLE_DEL;
	h = message_build(&op);
	expect_head(h, NFT_MSG_DELTABLE, 0, NFPROTO_IPV6);
	free(h);
	op.kind = NFT_TABLE_STOP;
	h = message_build(&op);
	expect_head(h, NFT_MSG_NEWTABLE, 0, NFPROTO_IPV6);
	expect_u32(h, NFTA_TABLE_FLAGS, NFT_TABLE_F_DORMANT);
	free(h);
}

static void chains(void **state)
{
	cleanup_chain struct chain *base = message_chain(NFPROTO_INET, "edge", "postrouting");
	cleanup_chain struct chain *plain = message_chain(NFPROTO_BRIDGE, "side", NULL);
	struct nft_op op = {.kind = NFT_CHAIN_ADD, .chain = base};
	struct nlmsghdr *h = message_build(&op);
	struct nlattr *attr;

	(void)state;
	expect_head(h, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL, NFPROTO_INET);
	expect_text(h, NFTA_CHAIN_NAME, "edge");
	expect_text(h, NFTA_CHAIN_TYPE, "filter");
	expect_u32(h, NFTA_CHAIN_POLICY, NF_ACCEPT);
	mnl_attr_for_each_nested (attr, message_attr(h, NFTA_CHAIN_HOOK))
		assert_int_equal(ntohl(mnl_attr_get_u32(attr)),
				 mnl_attr_get_type(attr) == NFTA_HOOK_HOOKNUM ? NF_INET_POST_ROUTING
									      : (uint32_t)-5);
	free(h);
	base->pub.policy = strdup("drop");
	op.kind = NFT_CHAIN_POLICY;
	h = message_build(&op);
	expect_head(h, NFT_MSG_NEWCHAIN, 0, NFPROTO_INET);
	expect_u32(h, NFTA_CHAIN_POLICY, NF_DROP);
	assert_null(message_attr(h, NFTA_CHAIN_HOOK));
	free(h);
	op = (struct nft_op){.kind = NFT_CHAIN_ADD, .chain = plain};
	h = message_build(&op);
	assert_null(message_attr(h, NFTA_CHAIN_HOOK));
	assert_null(message_attr(h, NFTA_CHAIN_POLICY));
	free(h);
	op.kind = NFT_CHAIN_DEL;
	h = message_build(&op);
	expect_head(h, NFT_MSG_DELCHAIN, 0, NFPROTO_BRIDGE);
	free(h);
	op.kind = NFT_CHAIN_FLUSH;
	h = message_build(&op);
	expect_head(h, NFT_MSG_DELRULE, 0, NFPROTO_BRIDGE);
	expect_text(h, NFTA_RULE_CHAIN, "side");
	assert_null(message_attr(h, NFTA_RULE_HANDLE));
	free(h);
}

static void rule_places(void **state)
{
	cleanup_chain struct chain *chain = message_chain(NFPROTO_INET, "edge", "input");
	cleanup_rule struct rule *rule = message_rule(MATCH_EXPR, true, "drop");
	cleanup_rule struct rule *anchor = message_rule(MATCH_EXPR, true, "drop");
	struct nft_op op = {.kind = NFT_RULE_ADD, .chain = chain, .rule = rule, .anchor = anchor};
	struct nlmsghdr *h;

	(void)state;
	identify(rule, 0, 9);
	identify(anchor, 77, 0);
	for (enum nft_place place = NFT_LAST; place <= NFT_AFTER; place++) {
		bool append = place == NFT_LAST || place == NFT_AFTER;

		op.place = place;
		h = message_build(&op);
		expect_head(h, NFT_MSG_NEWRULE, NLM_F_CREATE | (append ? NLM_F_APPEND : 0),
			    NFPROTO_INET);
		expect_u32(h, NFTA_RULE_ID, 9);
		assert_null(message_attr(h, NFTA_RULE_HANDLE));
		if (place == NFT_BEFORE || place == NFT_AFTER)
			expect_u64(h, NFTA_RULE_POSITION, 77);
		else
			assert_null(message_attr(h, NFTA_RULE_POSITION));
		free(h);
	}
	identify(anchor, 0, 5);
	h = message_build(&op);
	expect_u32(h, NFTA_RULE_POSITION_ID, 5);
	assert_null(message_attr(h, NFTA_RULE_POSITION));
	free(h);
}

/* A rule that replaces another has a number of its own too: later steps may name it. */
static void rule_replace_and_del(void **state)
{
	cleanup_chain struct chain *chain = message_chain(NFPROTO_IPV4, "edge", "input");
	cleanup_rule struct rule *rule = message_rule(MATCH_EXPR, true, "drop");
	cleanup_rule struct rule *old = message_rule(MATCH_EXPR, true, "drop");
	struct nft_op op = {.kind = NFT_RULE_REPLACE, .chain = chain, .rule = rule, .anchor = old};
	struct nlmsghdr *h;

	(void)state;
	identify(rule, 0, 9);
	identify(old, 77, 0);
	h = message_build(&op);
	expect_head(h, NFT_MSG_NEWRULE, NLM_F_REPLACE, NFPROTO_IPV4);
	expect_u64(h, NFTA_RULE_HANDLE, 77);
	expect_u32(h, NFTA_RULE_ID, 9);
	free(h);
	op = (struct nft_op){.kind = NFT_RULE_DEL, .chain = chain, .rule = old};
	h = message_build(&op);
	expect_head(h, NFT_MSG_DELRULE, 0, NFPROTO_IPV4);
	expect_u64(h, NFTA_RULE_HANDLE, 77);
	free(h);
	op.rule = rule;
	h = message_build(&op);
	expect_u32(h, NFTA_RULE_ID, 9);
	assert_null(message_attr(h, NFTA_RULE_HANDLE));
	free(h);
}

/* The match as iptables-nft sends it, byte for byte but for the path. */
static void match_bytes(void **state)
{
	cleanup_chain struct chain *chain = message_chain(NFPROTO_IPV4, "edge", "input");
	cleanup_rule struct rule *rule = message_rule(MATCH_OBJECT_PINNED, true, "drop");
	struct nft_op op = {.kind = NFT_RULE_ADD, .chain = chain, .rule = rule};
	struct xt_bpf_info_v1 expected = {.mode = XT_BPF_MODE_PATH_PINNED, .fd = 4};
	struct nlmsghdr *h = message_build(&op);
	struct nlattr *attr, *inner;
	int seen = 0;

	(void)state;
	strcpy(expected.path, rule->program->pin);
	mnl_attr_for_each_nested (attr, message_expr(h, 0)) {
		if (mnl_attr_get_type(attr) == NFTA_EXPR_NAME)
			assert_string_equal(mnl_attr_get_str(attr), "match");
		if (mnl_attr_get_type(attr) != NFTA_EXPR_DATA)
			continue;
		mnl_attr_for_each_nested (inner, attr) {
			seen++;
			switch (mnl_attr_get_type(inner)) {
			case NFTA_MATCH_NAME:
				assert_string_equal(mnl_attr_get_str(inner), "bpf");
				break;
			case NFTA_MATCH_REV:
				assert_int_equal(ntohl(mnl_attr_get_u32(inner)), 1);
				break;
			case NFTA_MATCH_INFO:
				assert_int_equal(mnl_attr_get_payload_len(inner), 528);
				assert_memory_equal(mnl_attr_get_payload(inner), &expected,
						    offsetof(struct xt_bpf_info_v1, filter));
				break;
			}
		}
	}
	assert_int_equal(seen, 3);
	free(h);
}

/* 64 KiB and more would wrap around in the attribute's length: another rule. */
static void too_long(void **state)
{
	char *at = calloc(1, 2 * ENCODE_ROOM);
	bool refused = false;

	(void)state;
	for (int n = 1; n <= 130; n++) {
		struct nftnl_rule *out = nftnl_rule_alloc();
		cleanup_rule struct rule *rule = message_rule(MATCH_BYTECODE, false, "drop");
		uint32_t len = 0;
		int r;

		nftnl_rule_set_u32(out, NFTNL_RULE_FAMILY, NFPROTO_INET);
		nftnl_rule_set_str(out, NFTNL_RULE_TABLE, "mfw");
		nftnl_rule_set_str(out, NFTNL_RULE_CHAIN, "edge");
		for (int i = 0; i < n; i++)
			assert_int_equal(encode_exprs(rule, NFPROTO_INET, out), 0);
		r = encode_rule(out, NFT_MSG_NEWRULE, NLM_F_CREATE, at, 1, &len);
		assert_true(r == 0 || r == -E2BIG);
		assert_true(!refused || r);
		refused |= r != 0;
		if (!r) {
			struct nlmsghdr *h = (struct nlmsghdr *)at;
			struct nlattr *exprs = message_attr(h, NFTA_RULE_EXPRESSIONS), *elem;
			int there = 0;

			mnl_attr_for_each_nested (elem, exprs)
				there++;
			assert_int_equal(there, 3 * n);
		}
		nftnl_rule_free(out);
	}
	assert_true(refused);
	free(at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables),      cmocka_unit_test(chains),
		cmocka_unit_test(rule_places), cmocka_unit_test(rule_replace_and_del),
		cmocka_unit_test(match_bytes), cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
