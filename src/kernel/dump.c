/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/nftnl.h"
#include "kernel/socket.h"
#include "model/family.h"

/* Debian 12's headers are of Linux 6.1; the message came with 6.3. */
#define MSG_GETRULE_RESET 25
/* How often a dump that another change cut into is begun again. */
#define DUMP_TRIES        16

static int refuse(int r, const char *what, struct mfw_err **err)
{
	const char *why = strerror(-r);

	if (r == -ENOMEM)
		return err_nomem(err);
	if (r == -EPERM)
		return err_make(err, EPERM, "nft.denied",
				"cannot read %s: this needs CAP_NET_ADMIN; run as root", what);
	if (r == -EINTR)
		why = "other programs change the namespace's rules all the time; try again";
	if (r == -EINVAL || r == -EOPNOTSUPP)
		why = "this kernel has no nf_tables; see mfwctl doctor";
	return err_make(err, -r, "nft.read", "cannot read %s: %s", what, why);
}

static int fail(int r)
{
	errno = -r;
	return MNL_CB_ERROR;
}

static int seen_genid(const struct nlmsghdr *h, void *ctx)
{
	const struct nlattr *attr;

	mnl_attr_for_each (attr, h, sizeof(struct nfgenmsg))
		if (mnl_attr_get_type(attr) == NFTA_GEN_ID)
			*(uint32_t *)ctx = ntohl(mnl_attr_get_u32(attr));
	return MNL_CB_OK;
}

int kernel_nft_genid(struct kernel_ns *ns, uint32_t *ret, struct mfw_err **err)
{
	uint32_t genid = 0;
	/* The answer is one message without an end mark; the ack is that mark. */
	int r = socket_ask(ns, socket_request(ns, NFT_MSG_GETGEN, AF_UNSPEC, NLM_F_ACK), seen_genid,
			   &genid);

	if (r)
		return refuse(r, "the namespace's nftables generation", err);
	*ret = genid;
	return 0;
}

struct scope {
	uint8_t family;
	const char *table;
	struct view *view;
};

static bool outside(const struct scope *s, uint8_t family, const char *table)
{
	return !family_name(family) || (s->family && s->family != family) ||
	       strcmp(s->table, table);
}

static int seen_table(const struct nlmsghdr *h, void *ctx)
{
	cleanup(nftnl_table_p) struct nftnl_table *in = nftnl_table_alloc();
	struct scope *s = ctx;
	uint8_t family;

	if (!in || nftnl_table_nlmsg_parse(h, in) < 0)
		return fail(-ENOMEM);
	family = nftnl_table_get_u32(in, NFTNL_TABLE_FAMILY);
	if (outside(s, family, nftnl_table_get_str(in, NFTNL_TABLE_NAME)))
		return MNL_CB_OK;
	return view_add_table(s->view, family, s->table) ? fail(-ENOMEM) : MNL_CB_OK;
}

static int seen_chain(const struct nlmsghdr *h, void *ctx)
{
	cleanup(nftnl_chain_p) struct nftnl_chain *in = nftnl_chain_alloc();
	cleanup_chain struct chain *chain = NULL;
	struct scope *s = ctx;

	if (!in || nftnl_chain_nlmsg_parse(h, in) < 0)
		return fail(-ENOMEM);
	if (outside(s, nftnl_chain_get_u32(in, NFTNL_CHAIN_FAMILY),
		    nftnl_chain_get_str(in, NFTNL_CHAIN_TABLE)))
		return MNL_CB_OK;
	if (decode_chain(in, &chain) || view_add_chain(s->view, chain))
		return fail(-ENOMEM);
	chain = NULL;
	return MNL_CB_OK;
}

static int dump_chains(struct kernel_ns *ns, struct scope *s)
{
	int r = socket_ask(ns, socket_request(ns, NFT_MSG_GETTABLE, s->family, NLM_F_DUMP),
			   seen_table, s);

	return r ? r
		 : socket_ask(ns, socket_request(ns, NFT_MSG_GETCHAIN, s->family, NLM_F_DUMP),
			      seen_chain, s);
}

int kernel_nft_chains(struct kernel_ns *ns, uint8_t family, const char *table, struct view **ret,
		      struct mfw_err **err)
{
	int r = -EINTR;

	for (int i = 0; i < DUMP_TRIES && r == -EINTR; i++) {
		cleanup_view struct view *view = view_new();
		struct scope s = {.family = family, .table = table, .view = view};

		if (!view)
			return err_nomem(err);
		r = kernel_nft_genid(ns, &view->genid, err);
		if (r)
			return r;
		r = dump_chains(ns, &s);
		if (!r)
			*ret = steal_ptr(view);
	}
	return r ? refuse(r, "the namespace's tables and chains", err) : 0;
}

static int seen_rule(const struct nlmsghdr *h, void *ctx)
{
	cleanup(nftnl_rule_p) struct nftnl_rule *in = nftnl_rule_alloc();
	cleanup_rule struct rule *rule = NULL;
	struct chain *chain = ctx;

	if (!in || nftnl_rule_nlmsg_parse(h, in) < 0)
		return fail(-ENOMEM);
	if (decode_rule(in, &rule))
		return fail(-ENOMEM);
	/* A ref names one rule: somebody's copy of a rule of ours, user data and all, has none. */
	if (rule->pub.ref && chain_find(chain, rule->pub.ref, NULL))
		rule_set_text(&rule->pub.ref, NULL);
	return chain_insert(chain, SIZE_MAX, rule) ? fail(-ENOMEM) : MNL_CB_OK;
}

static struct nlmsghdr *request_rules(struct kernel_ns *ns, const struct chain *chain, bool reset)
{
	struct nlmsghdr *h = socket_request(ns, reset ? MSG_GETRULE_RESET : NFT_MSG_GETRULE,
					    chain->family, NLM_F_DUMP);

	mnl_attr_put_strz(h, NFTA_RULE_TABLE, chain->pub.table);
	mnl_attr_put_strz(h, NFTA_RULE_CHAIN, chain->pub.name);
	return h;
}

int kernel_nft_rules(struct kernel_ns *ns, struct chain *chain, bool reset, struct mfw_err **err)
{
	int r = -EINTR;

	/* What a reset has read cannot be read again: it is not begun anew. */
	for (int i = 0; i < (reset ? 1 : DUMP_TRIES) && r == -EINTR; i++) {
		chain_clear(chain);
		r = socket_ask(ns, request_rules(ns, chain, reset), seen_rule, chain);
	}
	if (r && reset && (r == -EINVAL || r == -EOPNOTSUPP))
		return err_make(err, EOPNOTSUPP, "nft.reset",
				"this kernel cannot set counters to zero as they are read; that "
				"needs Linux 6.3");
	if (r)
		return refuse(r, "the chain's rules", err);
	chain->loaded = true;
	chain->stale = false;
	return 0;
}

struct pin_reader {
	int (*seen)(void *ctx, const char *path);
	void *ctx;
};

static int seen_rule_pin(const struct nlmsghdr *h, void *ctx)
{
	cleanup(nftnl_rule_p) struct nftnl_rule *in = nftnl_rule_alloc();
	struct pin_reader *reader = ctx;
	char pin[DECODE_PIN_MAX];
	int r = 0;

	if (!in || nftnl_rule_nlmsg_parse(h, in) < 0)
		return fail(-ENOMEM);
	decode_pin(in, pin);
	if (*pin)
		r = reader->seen(reader->ctx, pin);
	return r ? fail(r) : MNL_CB_OK;
}

int kernel_nft_pins(struct kernel_ns *ns, int (*seen)(void *ctx, const char *path), void *ctx,
		    struct mfw_err **err)
{
	struct pin_reader reader = {.seen = seen, .ctx = ctx};
	int r = -EINTR;

	for (int i = 0; i < DUMP_TRIES && r == -EINTR; i++)
		r = socket_ask(ns, socket_request(ns, NFT_MSG_GETRULE, AF_UNSPEC, NLM_F_DUMP),
			       seen_rule_pin, &reader);
	return r ? refuse(r, "the namespace's rules", err) : 0;
}
