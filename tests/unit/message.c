/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "model/family.h"

struct nlmsghdr *message_build(const struct nft_op *op)
{
	char *at = calloc(1, ENCODE_ROOM);
	uint32_t len = 0;

	assert_int_equal(encode_op(op, at, 7, &len), 0);
	assert_int_equal(len, ((struct nlmsghdr *)at)->nlmsg_len);
	assert_int_equal(((struct nlmsghdr *)at)->nlmsg_seq, 7);
	return (struct nlmsghdr *)at;
}

struct nlattr *message_attr(struct nlmsghdr *h, uint16_t type)
{
	struct nlattr *attr;

	mnl_attr_for_each (attr, h, sizeof(struct nfgenmsg))
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

struct nlattr *message_expr(struct nlmsghdr *h, int index)
{
	struct nlattr *exprs = message_attr(h, NFTA_RULE_EXPRESSIONS), *elem;

	mnl_attr_for_each_nested (elem, exprs)
		if (!index--)
			return elem;
	return NULL;
}

uint32_t message_offset(const struct nlmsghdr *h, const struct nlattr *attr)
{
	return (const char *)attr - (const char *)h;
}

struct chain *message_chain(uint8_t family, const char *name, const char *hook)
{
	struct mfw_chain pub = {.name = name,
				.table = "mfw",
				.family = family_name(family),
				.hook = hook,
				.type = hook ? "filter" : NULL,
				.priority = -5};
	struct chain *chain;

	assert_int_equal(chain_new(&pub, family, &chain), 0);
	if (hook)
		hook_parse(hook, &chain->hooknum, NULL);
	return chain;
}

struct rule *message_rule(enum match_kind kind, bool program, const char *action)
{
	static const unsigned char hash[PROGRAM_HASH_LEN] = "sixteen of these";
	struct mfw_rule spec = {MFW_SIZE(struct mfw_rule), .ref = "some-ref", .action = action};
	struct rule *rule;

	switch (kind) {
	case MATCH_EXPR: spec.match = "true"; break;
	case MATCH_OBJECT: spec.object = "/tmp/x.bpf.o"; break;
	case MATCH_OBJECT_PINNED: spec.object_pinned = "/sys/fs/bpf/x"; break;
	case MATCH_BYTECODE: spec.bytecode = "2,48 0 0 0,6 0 0 65535"; break;
	}
	assert_int_equal(rule_new(&spec, &rule, NULL), 0);
	if (program)
		rule->program = program_new("/sys/fs/bpf/mfw/customer/acme/0123", hash, 4711);
	return rule;
}
