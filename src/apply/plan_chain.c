/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that concern chains. */
#include <errno.h>
#include <string.h>

#include "apply/plan.h"
#include "apply/program.h"
#include "apply/site.h"

int plan_chain_add(struct plan *plan, struct step *step, struct mfw_err **err)
{
	struct chain *spec = step->spec, *chain;

	if (view_find(plan->view, step->chain))
		return err_make(err, EEXIST, "chain.exists",
				"customer %s has a chain '%s' already; mfwctl chain set changes it",
				plan->site->customer, step->chain);
	if (!view_has_table(plan->view, spec->family, CUSTOMER_TABLE)) {
		int r = plan_add_op(plan,
				    (struct nft_op){.kind = NFT_TABLE_ADD,
						    .family = spec->family,
						    .table = CUSTOMER_TABLE},
				    err);

		if (r)
			return r;
		if (view_add_table(plan->view, spec->family, CUSTOMER_TABLE))
			return err_nomem(err);
	}
	if (chain_new(&spec->pub, spec->family, &chain))
		return err_nomem(err);
	chain->hooknum = spec->hooknum;
	chain->loaded = true;
	if (view_add_chain(plan->view, chain)) {
		chain_free(chain);
		return err_nomem(err);
	}
	return plan_add_op(plan, (struct nft_op){.kind = NFT_CHAIN_ADD, .chain = chain}, err);
}

/* Takes the chain out of the view; it stays until the transaction is done. */
static int take_chain(struct plan *plan, struct chain *chain)
{
	struct chain **gone = reallocarray(plan->gone, plan->n_gone + 1, sizeof(*gone));

	if (!gone)
		return -ENOMEM;
	plan->gone = gone;
	gone[plan->n_gone++] = chain;
	view_take_chain(plan->view, chain);
	return 0;
}

static int delete_chain(struct plan *plan, struct chain *chain, struct mfw_err **err)
{
	int r = 0;

	if (chain->n_rules)
		r = plan_add_op(plan, (struct nft_op){.kind = NFT_CHAIN_FLUSH, .chain = chain},
				err);
	r = r ? r : plan_add_op(plan, (struct nft_op){.kind = NFT_CHAIN_DEL, .chain = chain}, err);
	if (!r && take_chain(plan, chain))
		return err_nomem(err);
	return r;
}

int plan_chain_del(struct plan *plan, struct step *step, struct mfw_err **err)
{
	struct chain *chain;
	int r = plan_chain(plan, step->chain, &chain, err);

	if (r)
		return r;
	if (chain->n_rules && !step->flush)
		return err_make(
			err, EBUSY, "chain.busy",
			"the chain %s has %zu rule%s; delete them first, or give --flush to "
			"delete them with it",
			step->chain, chain->n_rules, chain->n_rules == 1 ? "" : "s");
	plan->releases |= chain->n_rules > 0;
	return delete_chain(plan, chain, err);
}

int plan_chain_flush(struct plan *plan, struct step *step, struct mfw_err **err)
{
	struct chain *chain;
	int r = plan_chain(plan, step->chain, &chain, err);

	r = r ? r
	      : plan_add_op(plan, (struct nft_op){.kind = NFT_CHAIN_FLUSH, .chain = chain}, err);
	for (size_t i = 0; !r && i < chain->n_rules; i++)
		r = plan_keep(plan, chain->rules[i]) ? err_nomem(err) : 0;
	if (r)
		return r;
	plan->releases |= chain->n_rules > 0;
	chain_clear(chain);
	return 0;
}

/* The chain as the step wants it, without rules. */
static int make_chain(const struct chain *old, const struct step *step, struct chain **ret)
{
	struct mfw_chain pub = old->pub;

	if (step->fields & MFW_CHAIN_POLICY)
		pub.policy = step->spec->pub.policy;
	if (step->fields & MFW_CHAIN_PRIORITY)
		pub.priority = step->spec->pub.priority;
	if (step->fields & MFW_CHAIN_HOOK)
		pub.hook = step->spec->pub.hook;
	if (chain_new(&pub, old->family, ret))
		return -ENOMEM;
	(*ret)->loaded = true;
	(*ret)->hooknum = step->fields & MFW_CHAIN_HOOK ? step->spec->hooknum : old->hooknum;
	return 0;
}

static int copy_rule(struct plan *plan, struct chain *to, const struct rule *old,
		     struct mfw_err **err)
{
	static const struct mfw_rule nothing = {MFW_SIZE(struct mfw_rule)};
	cleanup_rule struct rule *rule = NULL;
	int r;

	/* One without a ref is somebody's copy of a rule of ours. */
	if (old->pub.foreign || !old->pub.ref)
		return err_make(
			err, EOPNOTSUPP, "chain.foreign",
			"the chain %s has to be made anew for that, and it has a rule that "
			"another tool made (handle %llu), which cannot be made again exactly; "
			"delete that rule first",
			to->pub.name, (unsigned long long)old->pub.handle);
	r = rule_new_with(old, &nothing, NULL, &rule, err);
	if (!r && rule->program)
		r = program_check(rule->program, err);
	if (r)
		return r;
	rule->batch_id = ++plan->last_id;
	if (chain_insert(to, SIZE_MAX, rule))
		return err_nomem(err);
	return plan_add_op(plan, (struct nft_op){.kind = NFT_RULE_ADD, .chain = to, .rule = rule},
			   err);
}

/* The kernel changes neither hook nor priority of a live chain: an equal one takes its place. */
static int rebuild(struct plan *plan, struct chain *old, const struct step *step,
		   struct mfw_err **err)
{
	struct chain *chain;
	int r = delete_chain(plan, old, err);

	if (r)
		return r;
	if (make_chain(old, step, &chain))
		return err_nomem(err);
	if (view_add_chain(plan->view, chain)) {
		chain_free(chain);
		return err_nomem(err);
	}
	r = plan_add_op(plan, (struct nft_op){.kind = NFT_CHAIN_ADD, .chain = chain}, err);
	for (size_t i = 0; i < old->n_rules && !r; i++)
		r = copy_rule(plan, chain, old->rules[i], err);
	return r;
}

static int set_policy(struct plan *plan, struct chain *chain, const char *policy,
		      struct mfw_err **err)
{
	char *copy = strdup(policy);

	if (!copy)
		return err_nomem(err);
	free((char *)chain->pub.policy);
	chain->pub.policy = copy;
	return plan_add_op(plan, (struct nft_op){.kind = NFT_CHAIN_POLICY, .chain = chain}, err);
}

int plan_chain_set(struct plan *plan, struct step *step, struct mfw_err **err)
{
	struct chain *chain;
	int r = plan_chain(plan, step->chain, &chain, err);

	if (r)
		return r;
	if (!chain->pub.hook)
		return err_make(
			err, EINVAL, "chain.hook",
			"the chain %s has no hook, so that it has no policy and no priority; "
			"it runs where a rule jumps to it",
			step->chain);
	if (step->fields == MFW_CHAIN_POLICY)
		return set_policy(plan, chain, step->spec->pub.policy, err);
	return rebuild(plan, chain, step, err);
}
