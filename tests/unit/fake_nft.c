/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables, chains and rules: dumps into the model, and transactions that count wholly or not. */
#include "fake_kernel.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <string.h>

#include "model/action.h"
#include "model/family.h"

/* ---- looking ---- */

int kernel_nft_genid(struct kernel_ns *ns, uint32_t *ret, struct mfw_err **err)
{
	FAKE_LOCKED;
	int r = fake_fallible(err);

	if (!r)
		*ret = ns->ns->genid;
	return r;
}

static int add_chain(const struct fake_chain *c, struct view *view)
{
	bool base = *c->hook;
	struct mfw_chain pub = {.name = c->name,
				.table = c->table,
				.family = family_name(c->family),
				.type = base ? c->type : NULL,
				.hook = base ? c->hook : NULL,
				.policy = base ? c->policy : NULL,
				.priority = c->priority};
	struct chain *chain;

	if (chain_new(&pub, c->family, &chain))
		return -ENOMEM;
	chain->hooknum = c->hooknum;
	return view_add_chain(view, chain);
}

int kernel_nft_chains(struct kernel_ns *ns, uint8_t family, const char *table, struct view **ret,
		      struct mfw_err **err)
{
	FAKE_LOCKED;
	struct fake_ns *n = ns->ns;
	struct view *view;
	int r = fake_fallible(err);

	if (r)
		return r;
	view = view_new();
	view->genid = n->genid;
	for (size_t i = 0; i < FAKE_TABLES; i++)
		if (n->tables[i].family && (!family || family == n->tables[i].family) &&
		    !strcmp(n->tables[i].name, table))
			view_add_table(view, n->tables[i].family, table);
	for (size_t i = 0; i < FAKE_CHAINS; i++)
		if (n->chains[i].used && (!family || family == n->chains[i].family) &&
		    !strcmp(n->chains[i].table, table))
			add_chain(&n->chains[i], view);
	*ret = view;
	return 0;
}

static void fill_foreign(struct rule *rule)
{
	struct mfw_expr_info **exprs = calloc(1, sizeof(*exprs));

	exprs[0] = calloc(1, sizeof(**exprs));
	*exprs[0] =
		(struct mfw_expr_info){MFW_SIZE(struct mfw_expr_info), .name = strdup("immediate"),
				       .text = strdup("reg 0 accept")};
	rule->pub.exprs = (const struct mfw_expr_info *const *)exprs;
	rule->pub.n_exprs = 1;
	rule->pub.foreign = true;
}

static void fill_own(const struct fake_rule *from, struct rule *rule)
{
	rule->kind = from->kind;
	rule->pub.mode = from->mode;
	rule_set_text(&rule->pub.ref, from->ref);
	rule_set_text(&rule->pub.comment, *from->comment ? from->comment : NULL);
	rule_set_text(&rule->pub.action, from->action);
	rule_set_text(&rule->pub.bytecode, *from->bytecode ? from->bytecode : NULL);
	if (*from->pin)
		rule->program = program_new(from->pin, from->hash, from->named_id);
	rule->pub.counted = true;
	rule->pub.packets = from->packets;
	rule->pub.bytes = from->bytes;
}

static struct fake_chain *find_chain(struct fake_ns *ns, uint8_t family, const char *table,
				     const char *name)
{
	for (size_t i = 0; i < FAKE_CHAINS; i++) {
		struct fake_chain *c = &ns->chains[i];

		if (c->used && c->family == family && !strcmp(c->table, table) &&
		    !strcmp(c->name, name))
			return c;
	}
	return NULL;
}

int kernel_nft_rules(struct kernel_ns *ns, struct chain *chain, bool reset, struct mfw_err **err)
{
	FAKE_LOCKED;
	struct fake_chain *c = find_chain(ns->ns, chain->family, chain->pub.table, chain->pub.name);
	int r = fake_fallible(err);

	if (r)
		return r;
	if (!c)
		return err_make(err, ENOENT, "nft.read", "no chain %s", chain->pub.name);
	chain_clear(chain);
	for (size_t i = 0; i < c->n_rules; i++) {
		cleanup_rule struct rule *rule = rule_alloc();

		if (*c->rules[i].ref)
			fill_own(&c->rules[i], rule);
		else
			fill_foreign(rule);
		rule->pub.handle = c->rules[i].handle;
		chain_insert(chain, SIZE_MAX, rule);
		if (reset)
			c->rules[i].packets = c->rules[i].bytes = 0;
	}
	chain->loaded = true;
	chain->stale = false;
	return 0;
}

int kernel_nft_pins(struct kernel_ns *ns, int (*seen)(void *ctx, const char *path), void *ctx,
		    struct mfw_err **err)
{
	FAKE_LOCKED;
	int r = fake_fallible(err);

	for (size_t i = 0; i < FAKE_CHAINS; i++)
		for (size_t j = 0; ns->ns->chains[i].used && j < ns->ns->chains[i].n_rules; j++)
			if (!r && *ns->ns->chains[i].rules[j].pin)
				r = seen(ctx, ns->ns->chains[i].rules[j].pin);
	return r;
}

/* ---- others ---- */

struct fake_chain *fake_chain(const char *netns, const char *chain)
{
	struct fake_ns *ns = fake_netns(netns);

	for (size_t i = 0; ns && i < FAKE_CHAINS; i++)
		if (ns->chains[i].used && !strcmp(ns->chains[i].name, chain))
			return &ns->chains[i];
	return NULL;
}

static int table_add(struct fake_ns *ns, uint8_t family, const char *name)
{
	struct fake_table *room = NULL;

	for (size_t i = 0; i < FAKE_TABLES; i++) {
		if (ns->tables[i].family == family && !strcmp(ns->tables[i].name, name))
			return 0;
		if (!ns->tables[i].family && !room)
			room = &ns->tables[i];
	}
	if (!room)
		return -ENFILE;
	room->family = family;
	FAKE_COPY(room->name, name);
	return 0;
}

static int chain_add(struct fake_ns *ns, const struct chain *chain)
{
	struct fake_chain *room = NULL;

	if (find_chain(ns, chain->family, chain->pub.table, chain->pub.name))
		return -EEXIST;
	for (size_t i = 0; i < FAKE_CHAINS && !room; i++)
		if (!ns->chains[i].used)
			room = &ns->chains[i];
	if (!room)
		return -ENFILE;
	*room = (struct fake_chain){.used = true,
				    .family = chain->family,
				    .hooknum = chain->hooknum,
				    .priority = chain->pub.priority};
	FAKE_COPY(room->table, chain->pub.table);
	FAKE_COPY(room->name, chain->pub.name);
	FAKE_COPY(room->type, chain->pub.type);
	FAKE_COPY(room->hook, chain->pub.hook);
	FAKE_COPY(room->policy, chain->pub.policy);
	return 0;
}

void fake_foreign_chain(const char *netns, uint8_t family, const char *table, const char *name)
{
	struct mfw_chain pub = {.table = table,
				.name = name,
				.type = "filter",
				.hook = "input",
				.policy = "accept"};
	struct fake_ns *ns = fake_netns(netns);
	cleanup_chain struct chain *chain;

	if (chain_new(&pub, family, &chain) || table_add(ns, family, table) || chain_add(ns, chain))
		abort();
	chain->hooknum = NF_INET_LOCAL_IN;
	ns->genid++;
}

static void foreign_rule(struct fake_ns *ns, struct fake_chain *c)
{
	if (c->n_rules == FAKE_RULES)
		abort();
	c->rules[c->n_rules++] = (struct fake_rule){.handle = ++ns->last_handle};
	ns->genid++;
}

void fake_foreign_rule(const char *netns, const char *chain)
{
	foreign_rule(fake_netns(netns), fake_chain(netns, chain));
}

void fake_intrude(unsigned n)
{
	fake->intrusions = n;
}

static void intrude(struct fake_ns *ns)
{
	if (!fake->intrusions)
		return;
	fake->intrusions--;
	ns->genid++;
	for (size_t i = 0; i < FAKE_CHAINS; i++)
		if (ns->chains[i].used && ns->chains[i].n_rules + 1 < FAKE_RULES)
			foreign_rule(ns, &ns->chains[i]);
}

/* ---- transactions ---- */

/* The rule at its handle or, of this same transaction, its number; n_rules: none. */
static size_t find_rule(const struct fake_chain *c, const struct rule *rule)
{
	size_t i;

	for (i = 0; i < c->n_rules; i++)
		if (rule->pub.handle ? c->rules[i].handle == rule->pub.handle
				     : rule->batch_id && c->rules[i].batch_id == rule->batch_id)
			break;
	return i;
}

static int check_jump(struct fake_ns *ns, const struct fake_chain *c, const char *action)
{
	struct fake_chain *target;
	struct action a;

	if (action_parse(action, &a, NULL))
		return -EINVAL;
	if (!*a.chain)
		return 0;
	target = find_chain(ns, c->family, c->table, a.chain);
	if (!target)
		return -ENOENT;
	return *target->hook ? -EOPNOTSUPP : 0;
}

/* What the kernel would keep of the rule. */
static int make_rule(struct fake_ns *ns, const struct fake_chain *c, const struct rule *rule,
		     struct fake_rule *ret)
{
	*ret = (struct fake_rule){.kind = rule->kind,
				  .mode = rule->pub.mode,
				  .batch_id = rule->batch_id,
				  .handle = ++ns->last_handle,
				  .packets = rule->keep_count ? rule->pub.packets : 0,
				  .bytes = rule->keep_count ? rule->pub.bytes : 0};
	FAKE_COPY(ret->ref, rule->pub.ref);
	FAKE_COPY(ret->comment, rule->pub.comment);
	FAKE_COPY(ret->action, rule->pub.action);
	if (rule->kind == MATCH_BYTECODE)
		FAKE_COPY(ret->bytecode, rule->pub.bytecode);
	if (rule->program) {
		struct fake_file *pin = fake_file(rule->program->pin);

		if (!pin || pin->kind != FAKE_PIN)
			return -ENOENT;
		FAKE_COPY(ret->pin, rule->program->pin);
		memcpy(ret->hash, rule->program->hash, PROGRAM_HASH_LEN);
		ret->named_id = rule->program->id;
		ret->runs_id = pin->prog_id;
	}
	return check_jump(ns, c, rule->pub.action);
}

static void remove_at(struct fake_chain *c, size_t i)
{
	c->n_rules--;
	memmove(&c->rules[i], &c->rules[i + 1], (c->n_rules - i) * sizeof(*c->rules));
	memset(&c->rules[c->n_rules], 0, sizeof(*c->rules));
}

static int rule_add(struct fake_ns *ns, struct fake_chain *c, const struct nft_op *op)
{
	size_t at = op->place == NFT_LAST ? c->n_rules : 0;
	struct fake_rule rule;
	int r = make_rule(ns, c, op->rule, &rule);

	if (r || c->n_rules == FAKE_RULES)
		return r ? r : -ENFILE;
	if (op->place == NFT_BEFORE || op->place == NFT_AFTER) {
		at = find_rule(c, op->anchor);
		if (at == c->n_rules)
			return -ENOENT;
		at += op->place == NFT_AFTER;
	}
	memmove(&c->rules[at + 1], &c->rules[at], (c->n_rules - at) * sizeof(*c->rules));
	c->rules[at] = rule;
	c->n_rules++;
	return 0;
}

/* By handle only, and what it replaces must be of an earlier transaction. */
static int rule_replace(struct fake_ns *ns, struct fake_chain *c, const struct nft_op *op)
{
	size_t at = find_rule(c, op->anchor);

	if (!op->anchor->pub.handle || at == c->n_rules)
		return -ENOENT;
	return make_rule(ns, c, op->rule, &c->rules[at]);
}

static int rule_del(struct fake_chain *c, const struct nft_op *op)
{
	size_t at = find_rule(c, op->rule);

	if (at == c->n_rules)
		return -ENOENT;
	remove_at(c, at);
	return 0;
}

static bool is_jumped_to(const struct fake_ns *ns, const struct fake_chain *target)
{
	struct action a;

	for (size_t i = 0; i < FAKE_CHAINS; i++)
		for (size_t j = 0; ns->chains[i].used && j < ns->chains[i].n_rules; j++)
			if (*ns->chains[i].rules[j].ref &&
			    !action_parse(ns->chains[i].rules[j].action, &a, NULL) &&
			    ns->chains[i].family == target->family &&
			    !strcmp(a.chain, target->name))
				return true;
	return false;
}

static int table_del(struct fake_ns *ns, uint8_t family, const char *name)
{
	for (size_t i = 0; i < FAKE_CHAINS; i++)
		if (ns->chains[i].used && ns->chains[i].family == family &&
		    !strcmp(ns->chains[i].table, name))
			ns->chains[i] = (struct fake_chain){};
	for (size_t i = 0; i < FAKE_TABLES; i++) {
		if (ns->tables[i].family != family || strcmp(ns->tables[i].name, name))
			continue;
		ns->tables[i] = (struct fake_table){};
		return 0;
	}
	return -ENOENT;
}

static int table_stop(struct fake_ns *ns, uint8_t family, const char *name)
{
	for (size_t i = 0; i < FAKE_TABLES; i++) {
		if (ns->tables[i].family != family || strcmp(ns->tables[i].name, name))
			continue;
		ns->tables[i].stopped = true;
		return 0;
	}
	return -ENOENT;
}

static int do_chain_op(struct fake_ns *ns, const struct nft_op *op, struct fake_chain *c)
{
	switch (op->kind) {
	case NFT_CHAIN_POLICY: FAKE_COPY(c->policy, op->chain->pub.policy); return 0;
	case NFT_CHAIN_FLUSH:
		c->n_rules = 0;
		memset(c->rules, 0, sizeof(c->rules));
		return 0;
	case NFT_CHAIN_DEL:
		if (c->n_rules || is_jumped_to(ns, c))
			return -EBUSY;
		*c = (struct fake_chain){};
		return 0;
	case NFT_RULE_ADD: return rule_add(ns, c, op);
	case NFT_RULE_REPLACE: return rule_replace(ns, c, op);
	default: return rule_del(c, op);
	}
}

static int do_op(struct fake_ns *ns, const struct nft_op *op)
{
	struct fake_chain *c;

	switch (op->kind) {
	case NFT_TABLE_ADD: return table_add(ns, op->family, op->table);
	case NFT_TABLE_DEL: return table_del(ns, op->family, op->table);
	case NFT_TABLE_STOP: return table_stop(ns, op->family, op->table);
	case NFT_CHAIN_ADD: return chain_add(ns, op->chain);
	default: break;
	}
	c = find_chain(ns, op->chain->family, op->chain->pub.table, op->chain->pub.name);
	return c ? do_chain_op(ns, op, c) : -ENOENT;
}

static void forget_batch(struct fake_ns *ns)
{
	for (size_t i = 0; i < FAKE_CHAINS; i++)
		for (size_t j = 0; j < FAKE_RULES; j++)
			ns->chains[i].rules[j].batch_id = 0;
}

static bool has_handle(const struct fake_ns *ns, uint64_t handle)
{
	for (size_t i = 0; i < FAKE_CHAINS; i++)
		for (size_t j = 0; j < ns->chains[i].n_rules; j++)
			if (ns->chains[i].rules[j].handle == handle)
				return true;
	return false;
}

/* How many rules with a program of their own are not there any more. */
static size_t own_programs_gone(const struct fake_ns *before, const struct fake_ns *after)
{
	size_t n = 0;

	for (size_t i = 0; i < FAKE_CHAINS; i++)
		for (size_t j = 0; j < before->chains[i].n_rules; j++)
			n += before->chains[i].rules[j].kind == MATCH_BYTECODE &&
			     !has_handle(after, before->chains[i].rules[j].handle);
	return n;
}

static int do_batch(struct kernel_ns *ns, uint32_t genid, const struct nft_op *ops, size_t n,
		    bool ends, size_t *ret_op, struct mfw_err **err)
{
	cleanup_free struct fake_ns *next = malloc(sizeof(*next));
	FAKE_LOCKED;
	int r;

	if (!n)
		return 0;
	*ret_op = n;
	r = fake_fallible(err);
	if (r)
		return r;
	intrude(ns->ns);
	if (genid != ns->ns->genid)
		return -ERESTART;
	*next = *ns->ns;
	for (size_t i = 0; i < n; i++) {
		r = do_op(next, &ops[i]);
		if (!r)
			continue;
		*ret_op = i;
		return err_make(err, -r, "nft.rejected", "operation %zu of kind %d: %s", i,
				ops[i].kind, strerror(-r));
	}
	if (!ends)
		return 0;
	fake_freed(own_programs_gone(ns->ns, next));
	forget_batch(next);
	next->genid++;
	*ns->ns = *next;
	return 0;
}

int kernel_nft_commit(struct kernel_ns *ns, uint32_t genid, const struct nft_op *ops, size_t n,
		      size_t *ret_op, struct mfw_err **err)
{
	return do_batch(ns, genid, ops, n, true, ret_op, err);
}

int kernel_nft_try(struct kernel_ns *ns, uint32_t genid, const struct nft_op *ops, size_t n,
		   size_t *ret_op, struct mfw_err **err)
{
	return do_batch(ns, genid, ops, n, false, ret_op, err);
}
