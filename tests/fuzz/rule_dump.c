/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump's message of one rule: the family in the first byte, then its attributes. Any is read as
 * ours or as somebody else's; one of ours can be sent again and is then read as the same.
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/encode.h"
#include "model/family.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

DEFINE_CLEANUP(nftnl_rule, struct nftnl_rule *, nftnl_rule_free)

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Sends the rule and reads what was sent. */
static void check_again(struct rule *rule, uint8_t family)
{
	struct mfw_chain pub = {.name = "edge", .table = "mfw", .family = family_name(family)};
	cleanup(nftnl_rule_p) struct nftnl_rule *in = nftnl_rule_alloc();
	cleanup_free char *at = calloc(1, ENCODE_ROOM);
	cleanup_chain struct chain *chain = NULL;
	cleanup_rule struct rule *again = NULL;
	struct nft_op op = {.kind = NFT_RULE_ADD, .rule = rule};
	uint32_t len;

	require(!chain_new(&pub, family, &chain));
	op.chain = chain;
	require(!encode_op(&op, at, 1, &len));
	require(!nftnl_rule_nlmsg_parse((struct nlmsghdr *)at, in) && !decode_rule(in, &again));
	require(!again->pub.foreign && again->kind == rule->kind &&
		again->pub.mode == rule->pub.mode && same_text(again->pub.ref, rule->pub.ref) &&
		same_text(again->pub.comment, rule->pub.comment) &&
		same_text(again->pub.action, rule->pub.action) &&
		same_text(again->pub.bytecode, rule->pub.bytecode) &&
		!again->program == !rule->program);
	require(!rule->program || !strncmp(again->program->pin, rule->program->pin, 511));
}

static void check_rule(struct nftnl_rule *in, uint8_t family)
{
	cleanup_rule struct rule *rule = NULL;
	char pin[DECODE_PIN_MAX];

	decode_pin(in, pin);
	require(!decode_rule(in, &rule));
	require(rule->pub.foreign == !rule->kind && rule->pub.foreign == !rule->pub.ref);
	if (!rule->pub.foreign && family_name(family))
		check_again(rule, family);
}

/* ---- what libnftnl takes from a kernel: it ends the process where an attribute's type is wrong */

/* The type of an attribute, by the expression and the attribute that it is in. */
static const struct policy {
	const char *where;
	uint16_t attr;
	enum mnl_attr_data_type type; /* MNL_TYPE_NESTED: `where` of what is in it follows */
	const char *inside;
} policies[] = {
	{"rule", NFTA_RULE_TABLE, MNL_TYPE_NUL_STRING, NULL},
	{"rule", NFTA_RULE_CHAIN, MNL_TYPE_NUL_STRING, NULL},
	{"rule", NFTA_RULE_HANDLE, MNL_TYPE_U64, NULL},
	{"rule", NFTA_RULE_POSITION, MNL_TYPE_U64, NULL},
	{"rule", NFTA_RULE_USERDATA, MNL_TYPE_BINARY, NULL},
	{"rule", NFTA_RULE_EXPRESSIONS, MNL_TYPE_NESTED, "list"},
	{"list", NFTA_LIST_ELEM, MNL_TYPE_NESTED, "expr"},
	{"match", NFTA_MATCH_NAME, MNL_TYPE_NUL_STRING, NULL},
	{"match", NFTA_MATCH_REV, MNL_TYPE_U32, NULL},
	{"match", NFTA_MATCH_INFO, MNL_TYPE_BINARY, NULL},
	{"target", NFTA_TARGET_NAME, MNL_TYPE_NUL_STRING, NULL},
	{"target", NFTA_TARGET_REV, MNL_TYPE_U32, NULL},
	{"target", NFTA_TARGET_INFO, MNL_TYPE_BINARY, NULL},
	{"counter", NFTA_COUNTER_BYTES, MNL_TYPE_U64, NULL},
	{"counter", NFTA_COUNTER_PACKETS, MNL_TYPE_U64, NULL},
	{"immediate", NFTA_IMMEDIATE_DREG, MNL_TYPE_U32, NULL},
	{"immediate", NFTA_IMMEDIATE_DATA, MNL_TYPE_NESTED, "data"},
	{"data", NFTA_DATA_VERDICT, MNL_TYPE_NESTED, "verdict"},
	{"verdict", NFTA_VERDICT_CODE, MNL_TYPE_U32, NULL},
	{"verdict", NFTA_VERDICT_CHAIN, MNL_TYPE_NUL_STRING, NULL},
	{"log", NFTA_LOG_GROUP, MNL_TYPE_U16, NULL},
	{"log", NFTA_LOG_PREFIX, MNL_TYPE_NUL_STRING, NULL},
	{"log", NFTA_LOG_LEVEL, MNL_TYPE_U32, NULL},
	{"log", NFTA_LOG_FLAGS, MNL_TYPE_U32, NULL},
	{"limit", NFTA_LIMIT_RATE, MNL_TYPE_U64, NULL},
	{"limit", NFTA_LIMIT_UNIT, MNL_TYPE_U64, NULL},
	{"limit", NFTA_LIMIT_BURST, MNL_TYPE_U32, NULL},
	{"limit", NFTA_LIMIT_TYPE, MNL_TYPE_U32, NULL},
	{"limit", NFTA_LIMIT_FLAGS, MNL_TYPE_U32, NULL},
	{"reject", NFTA_REJECT_TYPE, MNL_TYPE_U32, NULL},
	{"reject", NFTA_REJECT_ICMP_CODE, MNL_TYPE_U8, NULL},
};

static const struct policy *find_policy(const char *where, uint16_t attr)
{
	for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
		if (policies[i].attr == attr && !strcmp(policies[i].where, where))
			return &policies[i];
	return NULL;
}

static bool sound_expr(const struct nlattr *elem);

/* A kernel's verdict has a chain where it goes to one. */
static bool sound_verdict(const struct nlattr *verdict)
{
	bool goes = false, chain = false;
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, verdict) {
		int code = (int)ntohl(mnl_attr_get_u32(attr));

		if (mnl_attr_get_type(attr) == NFTA_VERDICT_CODE)
			goes = code == NFT_JUMP || code == NFT_GOTO;
		else
			chain = true;
	}
	return chain || !goes;
}

static bool sound(const struct nlattr *attr, const char *where)
{
	const struct policy *policy = find_policy(where, mnl_attr_get_type(attr));
	const struct nlattr *inner;

	if (!policy || mnl_attr_validate(attr, policy->type) < 0)
		return false;
	if (policy->type != MNL_TYPE_NESTED)
		return true;
	if (!strcmp(policy->inside, "expr"))
		return sound_expr(attr);
	mnl_attr_for_each_nested (inner, attr)
		if (!sound(inner, policy->inside))
			return false;
	return strcmp(policy->inside, "verdict") || sound_verdict(attr);
}

/* A name, then data of that name's kind. */
static bool sound_expr(const struct nlattr *elem)
{
	const struct nlattr *attr, *inner;
	const char *name = NULL;

	mnl_attr_for_each_nested (attr, elem) {
		if (mnl_attr_get_type(attr) == NFTA_EXPR_NAME && !name) {
			if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
				return false;
			name = mnl_attr_get_str(attr);
			continue;
		}
		if (mnl_attr_get_type(attr) != NFTA_EXPR_DATA || !name ||
		    mnl_attr_validate(attr, MNL_TYPE_NESTED) < 0)
			return false;
		mnl_attr_for_each_nested (inner, attr)
			if (!sound(inner, name))
				return false;
	}
	return name;
}

static bool sound_message(const struct nlmsghdr *h)
{
	const struct nlattr *attr;

	mnl_attr_for_each (attr, h, sizeof(struct nfgenmsg))
		if (!sound(attr, "rule"))
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup(nftnl_rule_p) struct nftnl_rule *in = nftnl_rule_alloc();
	size_t room = MNL_NLMSG_HDRLEN + sizeof(struct nfgenmsg) + size + 8;
	cleanup_free char *message = calloc(1, room);
	struct nfgenmsg *nfg;
	struct nlmsghdr *h;

	if (!size || size > UINT16_MAX)
		return 0;
	h = mnl_nlmsg_put_header(message);
	nfg = mnl_nlmsg_put_extra_header(h, sizeof(*nfg));
	nfg->nfgen_family = data[0];
	memcpy(mnl_nlmsg_get_payload_tail(h), data + 1, size - 1);
	h->nlmsg_len += size - 1;
	if (sound_message(h) && nftnl_rule_nlmsg_parse(h, in) >= 0)
		check_rule(in, data[0]);
	return 0;
}
