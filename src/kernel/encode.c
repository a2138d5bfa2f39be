/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/encode.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_bpf.h>
#include <string.h>

#include "kernel/nftnl.h"
#include "kernel/userdata.h"
#include "model/action.h"
#include "model/bytecode.h"

/*
 * iptables compares this number, which the kernel ignores for a path, when it looks for a rule to
 * delete or check. It is the descriptor that its own open() of the pin gets, and that is 4.
 */
#define IPTABLES_FD 4

/* Makes an expression and hands it to the rule at once: it is the rule's from then on. */
static struct nftnl_expr *add_expr(struct nftnl_rule *out, const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	if (e)
		nftnl_rule_add_expr(out, e);
	return e;
}

static int fill_bytecode(const struct rule *rule, struct xt_bpf_info_v1 *info)
{
	size_t n;

	if (bytecode_parse(rule->pub.bytecode, info->bpf_program, &n, NULL))
		return -EINVAL;
	info->mode = XT_BPF_MODE_BYTECODE;
	info->bpf_program_num_elem = n;
	return 0;
}

static void fill_path(const struct rule *rule, struct xt_bpf_info_v1 *info)
{
	info->mode = XT_BPF_MODE_PATH_PINNED;
	info->fd = IPTABLES_FD;
	strncpy(info->path, rule->program->pin, sizeof(info->path) - 1);
}

static int add_match(const struct rule *rule, struct nftnl_rule *out)
{
	struct xt_bpf_info_v1 *info;
	struct nftnl_expr *e;

	if (!rule->program && rule->kind != MATCH_BYTECODE)
		return 0; /* true */
	/* libnftnl keeps the pointer and frees it. */
	info = calloc(1, sizeof(*info));
	if (!info)
		return -ENOMEM;
	if (rule->program)
		fill_path(rule, info);
	else if (fill_bytecode(rule, info)) {
		free(info);
		return -EINVAL;
	}
	e = add_expr(out, "match");
	if (!e) {
		free(info);
		return -ENOMEM;
	}
	nftnl_expr_set_str(e, NFTNL_EXPR_MT_NAME, "bpf");
	nftnl_expr_set_u32(e, NFTNL_EXPR_MT_REV, 1);
	nftnl_expr_set(e, NFTNL_EXPR_MT_INFO, info, sizeof(*info));
	return 0;
}

static int add_counter(const struct rule *rule, struct nftnl_rule *out)
{
	struct nftnl_expr *e = add_expr(out, "counter");

	if (!e)
		return -ENOMEM;
	nftnl_expr_set_u64(e, NFTNL_EXPR_CTR_PACKETS, rule->keep_count ? rule->pub.packets : 0);
	nftnl_expr_set_u64(e, NFTNL_EXPR_CTR_BYTES, rule->keep_count ? rule->pub.bytes : 0);
	return 0;
}

static int add_immediate(int verdict, const char *chain, struct nftnl_rule *out)
{
	struct nftnl_expr *e = add_expr(out, "immediate");

	if (!e)
		return -ENOMEM;
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	if (*chain && nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain))
		return -ENOMEM;
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, verdict);
	return 0;
}

static int add_log(const struct action *a, struct nftnl_rule *out)
{
	struct nftnl_expr *e = add_expr(out, "log");

	if (!e)
		return -ENOMEM;
	if (*a->log_prefix && nftnl_expr_set_str(e, NFTNL_EXPR_LOG_PREFIX, a->log_prefix))
		return -ENOMEM;
	if (a->log_has_group)
		nftnl_expr_set_u16(e, NFTNL_EXPR_LOG_GROUP, a->log_group);
	return 0;
}

static int add_limit(const struct action *a, struct nftnl_rule *out)
{
	struct nftnl_expr *e = add_expr(out, "limit");

	if (!e)
		return -ENOMEM;
	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_RATE, a->limit_rate);
	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_UNIT, a->limit_unit);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_BURST, a->limit_burst);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_FLAGS, a->limit_over ? NFT_LIMIT_F_INV : 0);
	return 0;
}

/* The reject type and code as nft chooses them, for a rule without `with`. */
static void reject_default(uint8_t family, uint32_t *type, uint8_t *code)
{
	*type = NFT_REJECT_ICMP_UNREACH;
	*code = family == NFPROTO_IPV6 ? 4 /* ICMPV6_PORT_UNREACH */ : 3 /* ICMP_PORT_UNREACH */;
	if (family == NFPROTO_INET || family == NFPROTO_BRIDGE) {
		*type = NFT_REJECT_ICMPX_UNREACH;
		*code = NFT_REJECT_ICMPX_PORT_UNREACH;
	}
}

static int add_reject(const struct action *a, uint8_t family, struct nftnl_rule *out)
{
	struct nftnl_expr *e = add_expr(out, "reject");
	uint8_t code = a->reject_code;
	uint32_t type = NFT_REJECT_ICMP_UNREACH;

	if (!e)
		return -ENOMEM;
	switch (a->reject_with) {
	case REJECT_DEFAULT: reject_default(family, &type, &code); break;
	case REJECT_TCP_RESET: type = NFT_REJECT_TCP_RST; break;
	case REJECT_ICMPX: type = NFT_REJECT_ICMPX_UNREACH; break;
	case REJECT_ICMP:
	case REJECT_ICMPV6: break;
	}
	nftnl_expr_set_u32(e, NFTNL_EXPR_REJECT_TYPE, type);
	if (type != NFT_REJECT_TCP_RST)
		nftnl_expr_set_u8(e, NFTNL_EXPR_REJECT_CODE, code);
	return 0;
}

static const int verdicts[] = {
	[VERDICT_ACCEPT] = NF_ACCEPT,  [VERDICT_DROP] = NF_DROP,  [VERDICT_CONTINUE] = NFT_CONTINUE,
	[VERDICT_RETURN] = NFT_RETURN, [VERDICT_JUMP] = NFT_JUMP, [VERDICT_GOTO] = NFT_GOTO,
};

static int add_action(const struct rule *rule, uint8_t family, struct nftnl_rule *out)
{
	struct action a;
	int r = action_parse(rule->pub.action, &a, NULL);

	if (!r && a.log)
		r = add_log(&a, out);
	if (!r && a.limit)
		r = add_limit(&a, out);
	if (r)
		return r;
	if (a.verdict == VERDICT_REJECT)
		return add_reject(&a, family, out);
	return add_immediate(verdicts[a.verdict], a.chain, out);
}

int encode_exprs(const struct rule *rule, uint8_t family, struct nftnl_rule *out)
{
	int r = 0;

	if (rule->pub.mode == MFW_MODE_DISABLED)
		r = add_immediate(NFT_BREAK, "", out);
	r = r ? r : add_match(rule, out);
	r = r ? r : add_counter(rule, out);
	if (!r && rule->pub.mode == MFW_MODE_MONITOR)
		r = add_immediate(NFT_BREAK, "", out);
	return r ? r : add_action(rule, family, out);
}

/* ---- messages ---- */

int encode_rule(struct nftnl_rule *rule, uint16_t type, uint16_t flags, char *at, uint32_t seq,
		uint32_t *ret_len)
{
	struct nlmsghdr *h = nftnl_nlmsg_build_hdr(
		at, type, nftnl_rule_get_u32(rule, NFTNL_RULE_FAMILY), flags, seq);

	nftnl_rule_nlmsg_build_payload(h, rule);
	/* An attribute's length has 16 bits; all that a rule has beside its expressions is short.
	 */
	if (h->nlmsg_len > UINT16_MAX)
		return -E2BIG;
	*ret_len = h->nlmsg_len;
	return 0;
}

/* A deletion without its chain would be one of all rules of the table. */
static int set_where(const struct chain *chain, struct nftnl_rule *out)
{
	nftnl_rule_set_u32(out, NFTNL_RULE_FAMILY, chain->family);
	return nftnl_rule_set_str(out, NFTNL_RULE_TABLE, chain->pub.table) ||
			       nftnl_rule_set_str(out, NFTNL_RULE_CHAIN, chain->pub.name)
		       ? -ENOMEM
		       : 0;
}

static void set_position(const struct rule *anchor, struct nftnl_rule *out)
{
	if (anchor->pub.handle)
		nftnl_rule_set_u64(out, NFTNL_RULE_POSITION, anchor->pub.handle);
	else
		nftnl_rule_set_u32(out, NFTNL_RULE_POSITION_ID, anchor->batch_id);
}

static int op_rule_add(const struct nft_op *op, char *at, uint32_t seq, uint32_t *ret_len)
{
	cleanup(nftnl_rule_p) struct nftnl_rule *out = nftnl_rule_alloc();
	unsigned char data[USERDATA_MAX];
	uint16_t flags = NLM_F_CREATE;
	int r;

	if (!out || set_where(op->chain, out))
		return -ENOMEM;
	if (op->kind == NFT_RULE_REPLACE) {
		flags = NLM_F_REPLACE;
		nftnl_rule_set_u64(out, NFTNL_RULE_HANDLE, op->anchor->pub.handle);
	} else {
		if (op->place == NFT_LAST || op->place == NFT_AFTER)
			flags |= NLM_F_APPEND;
		if (op->place == NFT_BEFORE || op->place == NFT_AFTER)
			set_position(op->anchor, out);
	}
	/* Later steps of the transaction may name it, also one that takes another's place. */
	if (op->rule->batch_id)
		nftnl_rule_set_u32(out, NFTNL_RULE_ID, op->rule->batch_id);
	/* Without it the rule would be another tool's. */
	if (nftnl_rule_set_data(out, NFTNL_RULE_USERDATA, data, userdata_write(op->rule, data)))
		return -ENOMEM;
	r = encode_exprs(op->rule, op->chain->family, out);
	return r ? r : encode_rule(out, NFT_MSG_NEWRULE, flags, at, seq, ret_len);
}

static int op_rule_del(const struct nft_op *op, char *at, uint32_t seq, uint32_t *ret_len)
{
	cleanup(nftnl_rule_p) struct nftnl_rule *out = nftnl_rule_alloc();

	if (!out || set_where(op->chain, out))
		return -ENOMEM;
	if (op->kind == NFT_RULE_DEL && op->rule->pub.handle)
		nftnl_rule_set_u64(out, NFTNL_RULE_HANDLE, op->rule->pub.handle);
	else if (op->kind == NFT_RULE_DEL)
		nftnl_rule_set_u32(out, NFTNL_RULE_ID, op->rule->batch_id);
	return encode_rule(out, NFT_MSG_DELRULE, 0, at, seq, ret_len);
}

static uint32_t policy_number(const char *policy)
{
	return policy && !strcmp(policy, "drop") ? NF_DROP : NF_ACCEPT;
}

static int set_base(const struct chain *chain, struct nftnl_chain *out)
{
	const char *type = chain->pub.type ? chain->pub.type : "filter";

	nftnl_chain_set_u32(out, NFTNL_CHAIN_HOOKNUM, chain->hooknum);
	nftnl_chain_set_s32(out, NFTNL_CHAIN_PRIO, chain->pub.priority);
	nftnl_chain_set_u32(out, NFTNL_CHAIN_POLICY, policy_number(chain->pub.policy));
	return nftnl_chain_set_str(out, NFTNL_CHAIN_TYPE, type) ? -ENOMEM : 0;
}

static int op_chain(const struct nft_op *op, char *at, uint32_t seq, uint32_t *ret_len)
{
	cleanup(nftnl_chain_p) struct nftnl_chain *out = nftnl_chain_alloc();
	uint16_t type = op->kind == NFT_CHAIN_DEL ? NFT_MSG_DELCHAIN : NFT_MSG_NEWCHAIN;
	uint16_t flags = op->kind == NFT_CHAIN_ADD ? NLM_F_CREATE | NLM_F_EXCL : 0;
	struct nlmsghdr *h;

	if (!out || nftnl_chain_set_str(out, NFTNL_CHAIN_TABLE, op->chain->pub.table) ||
	    nftnl_chain_set_str(out, NFTNL_CHAIN_NAME, op->chain->pub.name))
		return -ENOMEM;
	if (op->kind == NFT_CHAIN_ADD && op->chain->pub.hook && set_base(op->chain, out))
		return -ENOMEM;
	if (op->kind == NFT_CHAIN_POLICY)
		nftnl_chain_set_u32(out, NFTNL_CHAIN_POLICY, policy_number(op->chain->pub.policy));
	h = nftnl_nlmsg_build_hdr(at, type, op->chain->family, flags, seq);
	nftnl_chain_nlmsg_build_payload(h, out);
	*ret_len = h->nlmsg_len;
	return 0;
}

static int op_table(const struct nft_op *op, char *at, uint32_t seq, uint32_t *ret_len)
{
	cleanup(nftnl_table_p) struct nftnl_table *out = nftnl_table_alloc();
	bool del = op->kind == NFT_TABLE_DEL;
	struct nlmsghdr *h;

	if (!out || nftnl_table_set_str(out, NFTNL_TABLE_NAME, op->table))
		return -ENOMEM;
	if (op->kind == NFT_TABLE_STOP)
		nftnl_table_set_u32(out, NFTNL_TABLE_FLAGS, NFT_TABLE_F_DORMANT);
	h = nftnl_nlmsg_build_hdr(at, del ? NFT_MSG_DELTABLE : NFT_MSG_NEWTABLE, op->family,
				  op->kind == NFT_TABLE_ADD ? NLM_F_CREATE : 0, seq);
	nftnl_table_nlmsg_build_payload(h, out);
	*ret_len = h->nlmsg_len;
	return 0;
}

int encode_op(const struct nft_op *op, char *at, uint32_t seq, uint32_t *ret_len)
{
	switch (op->kind) {
	case NFT_TABLE_ADD:
	case NFT_TABLE_DEL:
	case NFT_TABLE_STOP: return op_table(op, at, seq, ret_len);
	case NFT_CHAIN_ADD:
	case NFT_CHAIN_POLICY:
	case NFT_CHAIN_DEL: return op_chain(op, at, seq, ret_len);
	case NFT_RULE_ADD:
	case NFT_RULE_REPLACE: return op_rule_add(op, at, seq, ret_len);
	case NFT_CHAIN_FLUSH:
	case NFT_RULE_DEL: return op_rule_del(op, at, seq, ret_len);
	}
	return -EINVAL;
}
