/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What would be done, judged by the kernel without being done. */
#include <errno.h>

#include "apply/applying.h"
#include "apply/retry.h"
#include "apply/site.h"
#include "apply/source.h"
#include "apply/steps.h"

static int try_program(const struct applied_customer *c, const struct ruleset_rule *rule,
		       struct mfw_err **err)
{
	struct mfw *mfw = c->by->mfw;
	enum match_kind kind = rule->rule->kind;
	cleanup_source struct source source = SOURCE_NONE;
	cleanup_close int fd = -1;
	struct kept_source *kept;
	int r;

	if (kind == MATCH_BYTECODE)
		return 0;
	r = source_keep(mfw, c->name, kind, *rule_match_text(rule->rule, kind), &kept, err);
	if (r || kept->everything || kept->tried)
		return r;
	r = source_open(mfw, c->name, NULL, kind, kept->text, &source, err);
	r = r ? r : source_load(&source, &fd, err);
	kept->tried = !r;
	return r;
}

/* What a new list is needed for cannot be tried without it. */
static int try_placed(struct applying *a, const struct applied_customer *c,
		      const struct ruleset_chain *chain, const struct ruleset_rule *rule,
		      struct mfw_err **err)
{
	cleanup_err struct mfw_err *why = NULL;
	int r = try_program(c, rule, &why);

	if (!r || applying_lacks_list(a, why))
		return 0;
	applying_place(&why, c, chain, rule);
	if (err)
		*err = steal_ptr(why);
	return r;
}

/* Only the programs. */
static int try_programs(struct applying *a, const struct applied_customer *c, struct mfw_err **err)
{
	int r = 0;

	for (size_t i = 0; i < c->to->n_chains && !r; i++) {
		const struct ruleset_chain *chain = &c->to->chains[i];

		for (size_t k = 0; k < chain->n_rules && !r; k++)
			r = try_placed(a, c, chain, &chain->rules[k], err);
	}
	return r;
}

static int try_at(struct applied_customer *c, struct site *site, struct mfw_err **err)
{
	int r = change_new_at(c->by->mfw, site, &c->change, err);

	if (r)
		return r;
	c->change->exact = true;
	r = steps_add(c->change, &c->diff) ? err_nomem(err) : change_prepare(c->change, err);
	r = r ? r : change_try(c->change, err);
	if (r)
		applying_place_step(err, c, c->change->failed_step, r);
	change_free(steal_ptr(c->change));
	return r;
}

DEFINE_CLEANUP(site_trial_cleanup, struct site *, site_trial_end)

/* A customer that is not there: in the namespace that he would have, or one like it. */
static int try_new(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	cleanup(site_trial_cleanup_p) struct site *site = NULL;
	cleanup_err struct mfw_err *why = NULL;
	int r;

	pthread_mutex_lock(&a->mutex);
	r = customer_try_locked(&a->taken, c->name, c->to->netns, &why);
	pthread_mutex_unlock(&a->mutex);
	r = r ? r : site_trial(c->name, c->to->netns, &site, &why);
	r = r ? r : kernel_nft_chains(site->ns, site->family, site->table, &site->view, &why);
	if (r)
		applying_place(&why, c, NULL, NULL);
	/* What stands there already would go first. */
	else if (site->view->n_chains)
		return try_programs(a, c, err);
	else
		r = try_at(c, site, &why);
	if (r && applying_lacks_list(a, why))
		return try_programs(a, c, err);
	if (r && err)
		*err = steal_ptr(why);
	return r;
}

static int try_change(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	struct retry retry;
	int r;

	retry_start(c->by->mfw, &retry);
	do {
		r = applying_prepare(a, c, err);
		r = r || !c->change ? r : change_try(c->change, err);
		if (r && r != -ERESTART && c->change)
			applying_place_step(err, c, c->change->failed_step, r);
		change_free(steal_ptr(c->change));
	} while (r == -ERESTART && retry_again(&retry));
	return r == -ERESTART ? retry_refuse(&retry, "the ruleset was checked", err) : r;
}

static int try_one(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	cleanup_err struct mfw_err *why = NULL;
	int r = c->to ? applying_check_named(a, c, err) : 0;

	if (r)
		return r;
	if (c->to && !c->from)
		return try_new(a, c, err);
	if (c->diff.n)
		r = try_change(a, c, &why);
	if (applying_lacks_list(a, why))
		return 0;
	if (r && err)
		*err = steal_ptr(why);
	return r;
}

static int try(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	cleanup_err struct mfw_err *why = NULL;
	int r = c->error ? 0 : try_one(a, c, &why);

	if (r && applying_is_left_out(why)) {
		c->error = steal_ptr(why);
		r = 0;
	} else if (r && err) {
		*err = steal_ptr(why);
	}
	applying_tell(a);
	applying_tell(a);
	return r;
}

int applying_try(struct applying *a, struct mfw_err **err)
{
	return workers_each(a, try, err);
}
