/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/decode.h"

#include <errno.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_bpf.h>
#include <string.h>

#include "kernel/userdata.h"
#include "model/action.h"
#include "model/bytecode.h"
#include "model/family.h"
#include "model/name.h"

/* ---- the expressions of one of our rules, read from left to right ---- */

struct reading {
	struct nftnl_expr_iter *iter;
	struct nftnl_expr *e; /* the current one, NULL at the end */
	uint8_t family;
	struct rule *rule;
	struct action action;
	char pin[DECODE_PIN_MAX];
	bool code; /* rule->pub.bytecode was set */
};

static bool named(const struct nftnl_expr *e, const char *name)
{
	return e && !strcmp(nftnl_expr_get_str(e, NFTNL_EXPR_NAME), name);
}

static void advance(struct reading *r)
{
	r->e = nftnl_expr_iter_next(r->iter);
}

static bool skip_break(struct reading *r)
{
	if (!named(r->e, "immediate") ||
	    (int)nftnl_expr_get_u32(r->e, NFTNL_EXPR_IMM_VERDICT) != NFT_BREAK)
		return false;
	advance(r);
	return true;
}

/* The xt_bpf match of an expression; NULL if it is something else. */
static const struct xt_bpf_info_v1 *bpf_info(const struct nftnl_expr *e)
{
	const char *name;
	const void *info;
	uint32_t len;

	if (!named(e, "match"))
		return NULL;
	name = nftnl_expr_get_str(e, NFTNL_EXPR_MT_NAME);
	info = nftnl_expr_get(e, NFTNL_EXPR_MT_INFO, &len);
	if (!name || strcmp(name, "bpf") || nftnl_expr_get_u32(e, NFTNL_EXPR_MT_REV) != 1 ||
	    !info || len < offsetof(struct xt_bpf_info_v1, filter))
		return NULL;
	return info;
}

/* A path that may come from anybody's rule: its end is looked for, not trusted. */
static void copy_path(const struct xt_bpf_info_v1 *info, char ret[DECODE_PIN_MAX])
{
	size_t n = strnlen(info->path, sizeof(info->path));

	memcpy(ret, info->path, n);
	ret[n] = 0;
}

void decode_pin(struct nftnl_rule *in, char ret[DECODE_PIN_MAX])
{
	struct nftnl_expr_iter *iter = nftnl_expr_iter_create(in);
	struct nftnl_expr *e;

	*ret = 0;
	while (iter && !*ret && (e = nftnl_expr_iter_next(iter))) {
		const struct xt_bpf_info_v1 *info = bpf_info(e);

		if (info && info->mode == XT_BPF_MODE_PATH_PINNED)
			copy_path(info, ret);
	}
	if (iter)
		nftnl_expr_iter_destroy(iter);
}

/* 1 if there was a match, 0 if there was none, -ENOMEM. */
static int read_match(struct reading *r)
{
	const struct xt_bpf_info_v1 *info = bpf_info(r->e);
	cleanup_buf struct buf text = {};

	if (!info)
		return 0;
	if (info->mode == XT_BPF_MODE_PATH_PINNED) {
		copy_path(info, r->pin);
	} else if (info->mode == XT_BPF_MODE_BYTECODE && info->bpf_program_num_elem &&
		   info->bpf_program_num_elem <= BYTECODE_MAX) {
		if (bytecode_print(info->bpf_program, info->bpf_program_num_elem, &text) ||
		    rule_set_text(&r->rule->pub.bytecode, text.data))
			return -ENOMEM;
	} else {
		return 0;
	}
	advance(r);
	return 1;
}

static bool read_counter(struct reading *r)
{
	if (!named(r->e, "counter"))
		return false;
	r->rule->pub.counted = true;
	r->rule->pub.packets = nftnl_expr_get_u64(r->e, NFTNL_EXPR_CTR_PACKETS);
	r->rule->pub.bytes = nftnl_expr_get_u64(r->e, NFTNL_EXPR_CTR_BYTES);
	advance(r);
	return true;
}

static void read_log(struct reading *r)
{
	const char *prefix;

	if (!named(r->e, "log"))
		return;
	r->action.log = true;
	prefix = nftnl_expr_get_str(r->e, NFTNL_EXPR_LOG_PREFIX);
	if (prefix)
		snprintf(r->action.log_prefix, sizeof(r->action.log_prefix), "%s", prefix);
	if (nftnl_expr_is_set(r->e, NFTNL_EXPR_LOG_GROUP)) {
		r->action.log_has_group = true;
		r->action.log_group = nftnl_expr_get_u16(r->e, NFTNL_EXPR_LOG_GROUP);
	}
	advance(r);
}

static void read_limit(struct reading *r)
{
	uint64_t unit;

	if (!named(r->e, "limit") ||
	    nftnl_expr_get_u32(r->e, NFTNL_EXPR_LIMIT_TYPE) != NFT_LIMIT_PKTS)
		return;
	unit = nftnl_expr_get_u64(r->e, NFTNL_EXPR_LIMIT_UNIT);
	if (unit != 1 && unit != 60 && unit != 3600)
		return;
	r->action.limit = true;
	r->action.limit_rate = nftnl_expr_get_u64(r->e, NFTNL_EXPR_LIMIT_RATE);
	r->action.limit_unit = unit;
	r->action.limit_burst = nftnl_expr_get_u32(r->e, NFTNL_EXPR_LIMIT_BURST);
	r->action.limit_over = nftnl_expr_get_u32(r->e, NFTNL_EXPR_LIMIT_FLAGS) & NFT_LIMIT_F_INV;
	advance(r);
}

/* What `reject` without more means in this family is shown without more. */
static bool is_default_reject(uint8_t family, uint32_t type, uint8_t code)
{
	if (family == NFPROTO_INET || family == NFPROTO_BRIDGE)
		return type == NFT_REJECT_ICMPX_UNREACH && code == NFT_REJECT_ICMPX_PORT_UNREACH;
	return type == NFT_REJECT_ICMP_UNREACH && code == (family == NFPROTO_IPV6 ? 4 : 3);
}

static bool read_reject(struct reading *r)
{
	uint32_t type = nftnl_expr_get_u32(r->e, NFTNL_EXPR_REJECT_TYPE);
	uint8_t code = nftnl_expr_get_u8(r->e, NFTNL_EXPR_REJECT_CODE);

	r->action.verdict = VERDICT_REJECT;
	r->action.reject_code = code;
	if (type == NFT_REJECT_TCP_RST)
		r->action.reject_with = REJECT_TCP_RESET;
	else if (is_default_reject(r->family, type, code))
		r->action.reject_with = REJECT_DEFAULT;
	else if (type == NFT_REJECT_ICMPX_UNREACH)
		r->action.reject_with = REJECT_ICMPX;
	else
		r->action.reject_with = r->family == NFPROTO_IPV6 ? REJECT_ICMPV6 : REJECT_ICMP;
	advance(r);
	return true;
}

static const struct {
	int nf;
	enum verdict verdict;
} verdicts[] = {
	{NF_ACCEPT, VERDICT_ACCEPT},  {NF_DROP, VERDICT_DROP},  {NFT_CONTINUE, VERDICT_CONTINUE},
	{NFT_RETURN, VERDICT_RETURN}, {NFT_JUMP, VERDICT_JUMP}, {NFT_GOTO, VERDICT_GOTO},
};

static bool read_verdict(struct reading *r)
{
	const char *chain;
	int verdict;

	if (named(r->e, "reject"))
		return read_reject(r);
	if (!named(r->e, "immediate") ||
	    nftnl_expr_get_u32(r->e, NFTNL_EXPR_IMM_DREG) != NFT_REG_VERDICT)
		return false;
	verdict = nftnl_expr_get_u32(r->e, NFTNL_EXPR_IMM_VERDICT);
	chain = nftnl_expr_get_str(r->e, NFTNL_EXPR_IMM_CHAIN);
	if (chain && strlen(chain) > MFW_NAME_MAX)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		if (verdicts[i].nf != verdict)
			continue;
		r->action.verdict = verdicts[i].verdict;
		if (chain)
			strcpy(r->action.chain, chain);
		advance(r);
		return true;
	}
	return false;
}

/* 1 if the expressions are all that and no more, 0 if not, -ENOMEM. */
static int read_all(struct reading *r)
{
	int found;

	advance(r);
	if (skip_break(r))
		r->rule->pub.mode = MFW_MODE_DISABLED;
	found = read_match(r);
	if (found < 0 || !read_counter(r))
		return found < 0 ? found : 0;
	if (r->rule->pub.mode == MFW_MODE_ENFORCE && skip_break(r))
		r->rule->pub.mode = MFW_MODE_MONITOR;
	read_log(r);
	read_limit(r);
	return read_verdict(r) && !r->e;
}

/* Whether what the user data says fits what the expressions are. */
static bool consistent(const struct reading *r, const struct userdata *data)
{
	switch (data->kind) {
	case MATCH_EXPR: return !r->rule->pub.bytecode && data->has_program == !!*r->pin;
	case MATCH_BYTECODE: return r->rule->pub.bytecode && !data->has_program;
	case MATCH_OBJECT:
	case MATCH_OBJECT_PINNED: return *r->pin && data->has_program;
	}
	return false;
}

/* 1 if the action can be written as ours are, 0 if another tool put in what ours lack, -ENOMEM. */
static int finish_action(struct reading *r)
{
	cleanup_buf struct buf text = {};
	struct action again;

	if (action_print(&r->action, &text) || rule_set_text(&r->rule->pub.action, text.data))
		return -ENOMEM;
	return !action_parse(text.data, &again, NULL);
}

static int finish_own(struct reading *r, const struct userdata *data)
{
	struct rule *rule = r->rule;

	if (rule_set_text(&rule->pub.ref, data->ref) ||
	    rule_set_text(&rule->pub.comment, *data->comment ? data->comment : NULL))
		return -ENOMEM;
	rule->kind = data->kind;
	if (*r->pin) {
		rule->program = program_new(r->pin, data->hash, data->prog_id);
		if (!rule->program)
			return -ENOMEM;
	}
	return 1;
}

/* 1 and *ret if it is one of ours; 0 if not; -ENOMEM. */
static int decode_own(struct nftnl_rule *in, const struct userdata *data, struct rule **ret)
{
	cleanup_rule struct rule *rule = rule_alloc();
	struct reading r = {.rule = rule,
			    .family = nftnl_rule_get_u32(in, NFTNL_RULE_FAMILY),
			    .iter = nftnl_expr_iter_create(in)};
	int own = -ENOMEM;

	if (rule && r.iter)
		own = read_all(&r);
	if (r.iter)
		nftnl_expr_iter_destroy(r.iter);
	if (own > 0)
		own = consistent(&r, data) ? finish_action(&r) : 0;
	if (own > 0)
		own = finish_own(&r, data);
	if (own > 0)
		*ret = steal_ptr(rule);
	return own;
}

/* ---- anybody's rule ---- */

static int copy_data(const void **ret, const void *data, size_t len)
{
	*ret = malloc(len ? len : 1);
	if (!*ret)
		return -ENOMEM;
	if (len)
		memcpy((void *)*ret, data, len);
	return 0;
}

static int describe_xt(const struct nftnl_expr *e, bool match, struct mfw_expr_info *info)
{
	uint16_t name = match ? NFTNL_EXPR_MT_NAME : NFTNL_EXPR_TG_NAME;
	uint16_t rev = match ? NFTNL_EXPR_MT_REV : NFTNL_EXPR_TG_REV;
	uint16_t data = match ? NFTNL_EXPR_MT_INFO : NFTNL_EXPR_TG_INFO;
	const char *xt_name = nftnl_expr_get_str(e, name);
	const void *bytes;
	uint32_t len = 0;

	bytes = nftnl_expr_get(e, data, &len);
	info->xt_rev = nftnl_expr_get_u32(e, rev);
	info->xt_len = len;
	info->xt_name = strdup(xt_name ? xt_name : "");
	return !info->xt_name || copy_data(&info->xt_info, bytes, len) ? -ENOMEM : 0;
}

static int describe(const struct nftnl_expr *e, struct mfw_expr_info *info)
{
	char text[1024] = "";

	info->size = sizeof(*info);
	nftnl_expr_snprintf(text, sizeof(text), e, NFTNL_OUTPUT_DEFAULT, 0);
	info->name = strdup(nftnl_expr_get_str(e, NFTNL_EXPR_NAME));
	info->text = strdup(text);
	if (!info->name || !info->text)
		return -ENOMEM;
	if (named(e, "match") || named(e, "target"))
		return describe_xt(e, named(e, "match"), info);
	return 0;
}

static int add_description(const struct nftnl_expr *e, struct rule *rule)
{
	struct mfw_expr_info **exprs =
		reallocarray((void *)rule->pub.exprs, rule->pub.n_exprs + 1, sizeof(*exprs));

	if (!exprs)
		return -ENOMEM;
	rule->pub.exprs = (const struct mfw_expr_info *const *)exprs;
	exprs[rule->pub.n_exprs] = calloc(1, sizeof(**exprs));
	if (!exprs[rule->pub.n_exprs])
		return -ENOMEM;
	return describe(e, exprs[rule->pub.n_exprs++]);
}

static int decode_foreign(struct nftnl_rule *in, const struct userdata *data, struct rule **ret)
{
	cleanup_rule struct rule *rule = rule_alloc();
	struct reading r = {.rule = rule, .iter = nftnl_expr_iter_create(in)};
	int e = rule && r.iter ? 0 : -ENOMEM;

	while (!e) {
		advance(&r);
		if (!r.e)
			break;
		if (named(r.e, "counter") && !rule->pub.counted) {
			rule->pub.counted = true;
			rule->pub.packets = nftnl_expr_get_u64(r.e, NFTNL_EXPR_CTR_PACKETS);
			rule->pub.bytes = nftnl_expr_get_u64(r.e, NFTNL_EXPR_CTR_BYTES);
		}
		e = add_description(r.e, rule);
	}
	if (r.iter)
		nftnl_expr_iter_destroy(r.iter);
	if (e || rule_set_text(&rule->pub.comment, *data->comment ? data->comment : NULL))
		return -ENOMEM;
	rule->pub.foreign = true;
	*ret = steal_ptr(rule);
	return 0;
}

int decode_rule(struct nftnl_rule *in, struct rule **ret)
{
	struct userdata data = {};
	const void *bytes;
	uint32_t len = 0;
	int own = 0;

	bytes = nftnl_rule_get_data(in, NFTNL_RULE_USERDATA, &len);
	if (bytes)
		userdata_read(bytes, len, &data);
	if (*data.ref && !name_check("ref", data.ref, NULL))
		own = decode_own(in, &data, ret);
	if (!own)
		own = decode_foreign(in, &data, ret);
	if (own < 0)
		return own;
	(*ret)->pub.handle = nftnl_rule_get_u64(in, NFTNL_RULE_HANDLE);
	return 0;
}

int decode_chain(struct nftnl_chain *in, struct chain **ret)
{
	struct mfw_chain pub = {
		.name = nftnl_chain_get_str(in, NFTNL_CHAIN_NAME),
		.table = nftnl_chain_get_str(in, NFTNL_CHAIN_TABLE),
		.family = family_name(nftnl_chain_get_u32(in, NFTNL_CHAIN_FAMILY)),
	};
	uint8_t hooknum = 0;
	int r;

	if (nftnl_chain_is_set(in, NFTNL_CHAIN_HOOKNUM)) {
		hooknum = nftnl_chain_get_u32(in, NFTNL_CHAIN_HOOKNUM);
		pub.hook = hook_name(hooknum) ? hook_name(hooknum) : "ingress";
		pub.priority = nftnl_chain_get_s32(in, NFTNL_CHAIN_PRIO);
		pub.type = nftnl_chain_get_str(in, NFTNL_CHAIN_TYPE);
		pub.policy =
			nftnl_chain_get_u32(in, NFTNL_CHAIN_POLICY) == NF_DROP ? "drop" : "accept";
	}
	r = chain_new(&pub, nftnl_chain_get_u32(in, NFTNL_CHAIN_FAMILY), ret);
	if (!r)
		(*ret)->hooknum = hooknum;
	return r;
}
