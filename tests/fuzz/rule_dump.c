/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump's message of one rule: the family in the first byte, then its attributes. Any is read as
 * ours or as somebody else's; one of ours can be sent again and is then read as the same.
 */
#include <libmnl/libmnl.h>
#include <libnftnl/rule.h>
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
	if (nftnl_rule_nlmsg_parse(h, in) >= 0)
		check_rule(in, data[0]);
	return 0;
}
