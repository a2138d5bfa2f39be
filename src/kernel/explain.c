/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/explain.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

/* What the offset of an answer points at. */
enum spot { SPOT_ANY, SPOT_TABLE, SPOT_CHAIN, SPOT_RULE, SPOT_MATCH, SPOT_EXPR };

struct blame {
	enum spot spot;
	int index;     /* SPOT_MATCH, SPOT_EXPR: which expression, from 0 */
	char expr[32]; /* its name */
};

static bool holds(const struct nlattr *attr, const struct nlmsghdr *h, uint32_t offset)
{
	uint32_t start = (const char *)attr - (const char *)h;

	return offset >= start && offset < start + attr->nla_len;
}

static void blame_expr(const struct nlattr *exprs, const struct nlmsghdr *h, uint32_t offset,
		       struct blame *ret)
{
	const struct nlattr *elem, *attr;
	int index = 0;

	mnl_attr_for_each_nested (elem, exprs) {
		if (holds(elem, h, offset)) {
			mnl_attr_for_each_nested (attr, elem)
				if (mnl_attr_get_type(attr) == NFTA_EXPR_NAME)
					snprintf(ret->expr, sizeof(ret->expr), "%s",
						 mnl_attr_get_str(attr));
			ret->index = index;
			ret->spot = strcmp(ret->expr, "match") ? SPOT_EXPR : SPOT_MATCH;
		}
		index++;
	}
}

static const struct {
	uint16_t message, attr;
	enum spot spot;
} spots[] = {
	{NFT_MSG_NEWRULE, NFTA_RULE_TABLE, SPOT_TABLE},
	{NFT_MSG_NEWRULE, NFTA_RULE_CHAIN, SPOT_CHAIN},
	{NFT_MSG_NEWRULE, NFTA_RULE_HANDLE, SPOT_RULE},
	{NFT_MSG_NEWRULE, NFTA_RULE_POSITION, SPOT_RULE},
	{NFT_MSG_NEWRULE, NFTA_RULE_POSITION_ID, SPOT_RULE},
	{NFT_MSG_DELRULE, NFTA_RULE_TABLE, SPOT_TABLE},
	{NFT_MSG_DELRULE, NFTA_RULE_CHAIN, SPOT_CHAIN},
	{NFT_MSG_DELRULE, NFTA_RULE_HANDLE, SPOT_RULE},
	{NFT_MSG_DELRULE, NFTA_RULE_ID, SPOT_RULE},
	{NFT_MSG_NEWCHAIN, NFTA_CHAIN_TABLE, SPOT_TABLE},
	{NFT_MSG_NEWCHAIN, NFTA_CHAIN_NAME, SPOT_CHAIN},
	{NFT_MSG_DELCHAIN, NFTA_CHAIN_TABLE, SPOT_TABLE},
	{NFT_MSG_DELCHAIN, NFTA_CHAIN_NAME, SPOT_CHAIN},
};

/* Walks our own message to what the kernel's offset points at. */
static struct blame find_blame(const struct nlmsghdr *h, uint32_t offset)
{
	uint16_t message = h->nlmsg_type & 0xff;
	struct blame blame = {.index = -1};
	const struct nlattr *attr;

	mnl_attr_for_each (attr, h, sizeof(struct nfgenmsg)) {
		uint16_t type = mnl_attr_get_type(attr);

		if (!offset || !holds(attr, h, offset))
			continue;
		if (message == NFT_MSG_NEWRULE && type == NFTA_RULE_EXPRESSIONS)
			blame_expr(attr, h, offset, &blame);
		for (size_t i = 0; i < ARRAY_SIZE(spots); i++)
			if (spots[i].message == message && spots[i].attr == type)
				blame.spot = spots[i].spot;
	}
	return blame;
}

/* Bits of operations that a row speaks of. */
#define OP(kind) (1u << (kind))
#define RULE     (OP(NFT_RULE_ADD) | OP(NFT_RULE_REPLACE))
#define ALL      (~0u)

/*
 * The first row that fits is said. In the sentence, %P is the pin, %T the table, %C the chain, %F
 * the family, %E the expression's name.
 */
static const struct row {
	int code;
	unsigned ops;
	enum spot spot;
	const char *expr; /* with SPOT_EXPR; NULL: any */
	bool pinned;      /* only for rules with a pinned program */
	const char *kind;
	const char *sentence;
} rows[] = {
	{EPERM, ALL, SPOT_ANY, NULL, false, "nft.denied",
	 "this needs CAP_NET_ADMIN in the namespace; run as root"},
	{ENOENT, RULE, SPOT_MATCH, NULL, true, "nft.pin",
	 "the kernel does not find the pinned program %P, or has no xt match bpf of revision 1: "
	 "the pin was removed in between, or this process's mount namespace has another "
	 "/sys/fs/bpf "
	 "(ip netns exec hides it), or the modules nft_compat and xt_bpf are missing; mfwctl "
	 "doctor "
	 "tells"},
	{ENOENT, RULE, SPOT_MATCH, NULL, false, "nft.unsupported",
	 "the kernel has no xt match bpf of revision 1; load the modules nft_compat and xt_bpf "
	 "(mfwctl doctor)"},
	{EACCES, RULE, SPOT_MATCH, NULL, false, "nft.pin",
	 "the kernel may not use %P: it is no pinned program, or this process may not read it or a "
	 "directory above it"},
	{EINVAL, RULE, SPOT_MATCH, NULL, true, "nft.rejected",
	 "the kernel refuses the program %P: it is not a socket filter, the only type that xt_bpf "
	 "runs"},
	{EINVAL, RULE, SPOT_MATCH, NULL, false, "nft.rejected",
	 "the kernel's checker refuses the bytecode: every jump must stay inside it, every opcode "
	 "be known, and its last instruction return"},
	{EOPNOTSUPP, RULE, SPOT_MATCH, NULL, false, "nft.unsupported",
	 "this kernel takes no xt match in the family %F; some older kernels refuse inet: use a "
	 "chain of family ip, and one of family ip6"},
	{EOPNOTSUPP, RULE, SPOT_EXPR, "reject", false, "nft.rejected",
	 "reject does not work in the chain %C: it can be used in input, forward, output and "
	 "prerouting chains and those that only these jump to"},
	{EINVAL, RULE, SPOT_EXPR, "reject", false, "nft.rejected",
	 "this reject does not fit the family %F: icmp is for ip, icmpv6 for ip6, icmpx for inet "
	 "and bridge"},
	{EOPNOTSUPP, RULE, SPOT_ANY, NULL, false, "nft.unsupported",
	 "the kernel takes no xt match in the chain %C: it does at the hooks prerouting, input, "
	 "forward, output and postrouting and in chains without a hook, not at ingress or egress"},
	{ENOENT, RULE, SPOT_EXPR, "immediate", false, "chain.missing",
	 "the chain that the rule jumps to was removed in between"},
	{ENOENT, RULE, SPOT_EXPR, NULL, false, "nft.unsupported",
	 "the kernel has no nftables expression '%E'; load its module (nft_%E)"},
	{EBUSY, RULE, SPOT_EXPR, "log", false, "nft.rejected",
	 "the log group cannot be used: no logger is there for it (nfnetlink_log)"},
	{ELOOP, ALL, SPOT_ANY, NULL, false, "chain.loop",
	 "the jump would make chains call each other in a circle"},
	{EMLINK, ALL, SPOT_ANY, NULL, false, "chain.depth",
	 "the jump would make chains call each other in a circle, or nest them deeper than the "
	 "kernel allows (16 jumps)"},
	{ENOENT, ALL, SPOT_TABLE, NULL, false, "table.missing",
	 "the table %F %T is not there (any more); another program may have removed it"},
	{ENOENT, ALL, SPOT_CHAIN, NULL, false, "chain.missing",
	 "the chain %C is not there (any more); another program may have removed it"},
	{ENOENT, ALL, SPOT_RULE, NULL, false, "rule.missing",
	 "the rule was removed in between by another program"},
	{EEXIST, OP(NFT_CHAIN_ADD), SPOT_ANY, NULL, false, "chain.exists",
	 "there is a chain %C already"},
	{EOPNOTSUPP, OP(NFT_CHAIN_ADD), SPOT_ANY, NULL, false, "nft.unsupported",
	 "the kernel does not take this type of chain at this hook in the family %F: nat needs "
	 "prerouting, input, output or postrouting and a priority above -200, route needs output"},
	{ENOENT, OP(NFT_CHAIN_ADD), SPOT_ANY, NULL, false, "nft.unsupported",
	 "the kernel does not know this type of chain in the family %F (its module may be "
	 "missing)"},
	{EBUSY, OP(NFT_CHAIN_DEL), SPOT_ANY, NULL, false, "chain.busy",
	 "the chain %C is in use: a rule jumps to it, or it has rules; delete those first"},
	{EBUSY, ALL, SPOT_ANY, NULL, false, "nft.busy", "the kernel says that it is in use"},
	{EINVAL, OP(NFT_CHAIN_ADD), SPOT_ANY, NULL, false, "nft.rejected",
	 "the kernel does not take this chain's type, hook and priority together"},
	{ENOMEM, ALL, SPOT_ANY, NULL, false, "memory", "the kernel has no memory for it"},
	{ENFILE, ALL, SPOT_ANY, NULL, false, "nft.rejected",
	 "the table has too many chains or rules"},
};

static void say(const char *sentence, const struct nft_op *op, const struct blame *blame,
		struct buf *out)
{
	bool table = !op->chain;

	for (; *sentence; sentence++) {
		if (*sentence != '%') {
			buf_add(out, sentence, 1);
			continue;
		}
		switch (*++sentence) {
		case 'P':
			buf_add_str(out, op->rule && op->rule->program ? op->rule->program->pin
								       : "bytecode");
			break;
		case 'T': buf_add_str(out, table ? op->table : op->chain->pub.table); break;
		case 'C': buf_add_str(out, table ? "" : op->chain->pub.name); break;
		case 'F': buf_add_str(out, table ? "" : op->chain->pub.family); break;
		case 'E': buf_add_str(out, blame->expr); break;
		}
	}
}

static bool fits(const struct row *row, const struct nft_op *op, const struct blame *blame,
		 int code)
{
	if (row->code != code || !(row->ops & OP(op->kind)))
		return false;
	if (row->pinned && !(op->rule && op->rule->program))
		return false;
	if (row->spot == SPOT_ANY)
		return true;
	return row->spot == blame->spot && (!row->expr || !strcmp(row->expr, blame->expr));
}

static int say_unknown(const struct nft_op *op, const struct blame *blame, int code,
		       const char *text, struct mfw_err **err)
{
	static const char *const what[] = {
		[NFT_TABLE_ADD] = "the new table",
		[NFT_TABLE_DEL] = "the table's removal",
		[NFT_TABLE_STOP] = "the table's end of service",
		[NFT_CHAIN_ADD] = "the new chain",
		[NFT_CHAIN_POLICY] = "the chain's policy",
		[NFT_CHAIN_FLUSH] = "the chain's flush",
		[NFT_CHAIN_DEL] = "the chain's removal",
		[NFT_RULE_ADD] = "the new rule",
		[NFT_RULE_REPLACE] = "the rule's new form",
		[NFT_RULE_DEL] = "the rule's removal",
	};

	if (blame->index >= 0)
		return err_make(err, code, "nft.rejected",
				"the kernel refuses %s at its expression %d (%s): %s",
				what[op->kind], blame->index, blame->expr,
				text ? text : strerror(code));
	return err_make(err, code, "nft.rejected", "the kernel refuses %s: %s", what[op->kind],
			text ? text : strerror(code));
}

int explain(const struct nft_op *op, const struct nlmsghdr *h, int code, uint32_t offset,
	    const char *text, struct mfw_err **err)
{
	struct blame blame = find_blame(h, offset);
	cleanup_buf struct buf sentence = {};
	int r = -code;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!fits(&rows[i], op, &blame, code))
			continue;
		say(rows[i].sentence, op, &blame, &sentence);
		r = err_make(err, code, rows[i].kind, "%s", sentence.data ? sentence.data : "");
		break;
	}
	if (!sentence.len)
		r = say_unknown(op, &blame, code, text, err);
	if (op->rule)
		err_set_ref(err, op->rule->pub.ref);
	return r;
}

int explain_batch(int code, size_t len, struct mfw_err **err)
{
	switch (code) {
	case EPERM:
	case EACCES:
		return err_make(err, code, "nft.denied",
				"cannot change rules: this needs CAP_NET_ADMIN in the namespace; "
				"run as root");
	case EMSGSIZE:
	case ENOBUFS:
		return err_make(
			err, code, "nft.too_large",
			"the transaction has %zu bytes, more than may be sent at once; this "
			"needs CAP_NET_ADMIN in the initial user namespace, or a larger "
			"sysctl net.core.wmem_max, or smaller steps",
			len);
	case ENOMEM: return err_make(err, code, "memory", "the kernel has no memory for it");
	}
	return err_make(err, code, "nft.rejected", "the kernel refuses the transaction: %s",
			strerror(code));
}
