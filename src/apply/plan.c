/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/plan.h"

#include <errno.h>
#include <string.h>

#include "apply/site.h"

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->n_gone; i++)
		chain_free(plan->gone[i]);
	for (size_t i = 0; i < plan->n_old; i++)
		rule_unref(plan->old[i]);
	free(plan->gone);
	free(plan->old);
	free(plan->ops);
	free(plan);
}

static size_t count_own(const struct chain *chain)
{
	size_t n = 0;

	for (size_t i = 0; i < chain->n_rules; i++)
		n += chain->rules[i]->kind == MATCH_BYTECODE;
	return n;
}

static void count_programs(struct plan *plan, const struct nft_op *op)
{
	bool own = op->rule && op->rule->kind == MATCH_BYTECODE;

	switch (op->kind) {
	case NFT_RULE_REPLACE:
		plan->own_gone += op->anchor->kind == MATCH_BYTECODE;
		plan->own_new += own;
		break;
	case NFT_RULE_ADD: plan->own_new += own; break;
	case NFT_RULE_DEL: plan->own_gone += own; break;
	case NFT_CHAIN_FLUSH: plan->own_gone += count_own(op->chain); break;
	default: break;
	}
}

/* New ones count likewise: were the transaction refused, they would all go again. */
static int check_programs(const struct plan *plan, struct mfw_err **err)
{
	size_t most = kernel_programs_at_once();

	if (plan->own_gone <= most && plan->own_new <= most)
		return 0;
	return err_make(err, E2BIG, "programs.many",
			"this change %s %zu rules with --bytecode, each a program of its own, and "
			"the kernel can lock up when so many are freed at once: at most %zu a "
			"change; an expression's program is shared, and has no such limit",
			plan->own_gone > most ? "removes" : "adds",
			plan->own_gone > most ? plan->own_gone : plan->own_new, most);
}

int plan_add_op(struct plan *plan, struct nft_op op, struct mfw_err **err)
{
	if (plan->n_ops == plan->cap_ops) {
		size_t cap = plan->cap_ops ? plan->cap_ops * 2 : 16;
		struct nft_op *ops = reallocarray(plan->ops, cap, sizeof(*ops));

		if (!ops)
			return err_nomem(err);
		plan->ops = ops;
		plan->cap_ops = cap;
	}
	op.step = plan->step;
	count_programs(plan, &op);
	plan->ops[plan->n_ops++] = op;
	return 0;
}

int plan_keep(struct plan *plan, struct rule *rule)
{
	if (plan->n_old == plan->cap_old) {
		size_t cap = plan->cap_old ? plan->cap_old * 2 : 16;
		struct rule **old = reallocarray(plan->old, cap, sizeof(*old));

		if (!old)
			return -ENOMEM;
		plan->old = old;
		plan->cap_old = cap;
	}
	plan->old[plan->n_old++] = rule_ref(rule);
	return 0;
}

/* Whether the step needs to know handles or counters of rules that are there already. */
static bool needs_rules_afresh(const struct step *step)
{
	switch (step->kind) {
	case STEP_RULE_REPLACE:
	case STEP_RULE_MOVE: return true;
	case STEP_CHAIN_SET: return step->fields & ~(unsigned)MFW_CHAIN_POLICY;
	default: return false;
	}
}

static bool needs_handles(const struct step *step)
{
	if (step->kind == STEP_RULE_DEL)
		return true;
	return step->kind == STEP_RULE_ADD && step->place != MFW_PLACE_LAST &&
	       step->place != MFW_PLACE_FIRST;
}

/*
 * What is known of a chain is let go where a step needs more: counters move without the generation
 * changing, and rules of our own last transaction have handles that we were not told.
 */
static void unload(struct view *view, const struct mfw_change *change)
{
	for (size_t i = 0; i < change->n_steps; i++) {
		const struct step *step = &change->steps[i];
		struct chain *chain;

		if (!needs_rules_afresh(step) && !needs_handles(step))
			continue;
		chain = view_find(view, step->chain);
		if (chain && (chain->stale || needs_rules_afresh(step)))
			chain->loaded = false;
	}
}

static int refuse_no_chain(struct plan *plan, const char *name, struct mfw_err **err)
{
	struct site *site = plan->site;

	if (site->customer)
		return err_make(err, ENOENT, "chain.missing",
				"customer %s has no chain '%s'; make it with: mfwctl chain add %s "
				"%s --hook forward --priority 0",
				site->customer, name, site->customer, name);
	if (!plan->view->n_tables)
		return err_make(
			err, ENOENT, "table.missing",
			"there is no table %s in this family of the namespace; beside other "
			"tools' rules a table must exist: nft add table FAMILY %s",
			site->table, site->table);
	return err_make(err, ENOENT, "chain.missing",
			"the table %s has no chain '%s'; beside other tools' rules a chain must "
			"exist (nft list chains)",
			site->table, name);
}

int plan_chain(struct plan *plan, const char *name, struct chain **ret, struct mfw_err **err)
{
	struct chain *chain = view_find(plan->view, name);

	if (!chain)
		return refuse_no_chain(plan, name, err);
	if (!chain->loaded) {
		int r = kernel_nft_rules(plan->site->ns, chain, false, err);

		if (r)
			return r;
	}
	*ret = chain;
	return 0;
}

static int plan_step(struct plan *plan, struct step *step, struct mfw_err **err)
{
	static int (*const planners[])(struct plan *, struct step *, struct mfw_err **) = {
		[STEP_CHAIN_ADD] = plan_chain_add,     [STEP_CHAIN_SET] = plan_chain_set,
		[STEP_CHAIN_FLUSH] = plan_chain_flush, [STEP_CHAIN_DEL] = plan_chain_del,
		[STEP_RULE_ADD] = plan_rule_add,       [STEP_RULE_REPLACE] = plan_rule_replace,
		[STEP_RULE_MOVE] = plan_rule_move,     [STEP_RULE_DEL] = plan_rule_del,
	};

	rule_unref(step->result);
	step->result = NULL;
	return planners[step->kind](plan, step, err);
}

int plan_make(struct mfw_change *change, struct plan **ret, struct mfw_err **err)
{
	cleanup_plan struct plan *plan = calloc(1, sizeof(*plan));
	int r;

	if (!plan)
		return err_nomem(err);
	plan->change = change;
	plan->site = change->site;
	plan->view = change->site->view;
	unload(plan->view, change);
	for (size_t i = 0; i < change->n_steps; i++) {
		plan->step = i;
		r = plan_step(plan, &change->steps[i], err);
		if (r) {
			change->failed_step = i;
			return r;
		}
	}
	r = check_programs(plan, err);
	if (r)
		return r;
	*ret = steal_ptr(plan);
	return 0;
}
