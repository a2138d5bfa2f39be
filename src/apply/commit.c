/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "apply/customer.h"
#include "apply/plan.h"
#include "apply/release.h"
#include "apply/retry.h"

static void let_go(struct mfw_change *change)
{
	plan_free(change->plan);
	change->plan = NULL;
	plan_forget_programs(change);
	change->prepared = false;
	change->site->busy = false;
	lock_release(&change->own);
	lock_release(&change->global);
}

/*
 * Removes programs that have no rule any more. The change is decided by then: what cannot be let go
 * of now is left to the next holder of the lock, as if we had been killed.
 */
static void sweep(struct mfw_change *change)
{
	if (release_sweep(change->site, NULL))
		lock_abandon(&change->own);
}

/*
 * After a failure: what was staged for rules that did not come is removed, and what we know of the
 * namespace is forgotten, since the plan has changed it. An error here would hide the first one.
 */
static void back_out(struct mfw_change *change)
{
	site_forget_view(change->site);
	sweep(change);
	let_go(change);
}

void change_cancel(struct mfw_change *change)
{
	if (change->prepared)
		back_out(change);
}

/* What a killed process left of its programs. */
static int clean_up_after(struct site *site, struct mfw_err **err)
{
	int r = release_sweep(site, err);

	return r ? r : release_sweep_shared(err);
}

static int look(struct site *site, struct mfw_err **err)
{
	return kernel_nft_chains(site->ns, site->family, site->table, &site->view, err);
}

/* A refusal that comes of what others have changed since is none. */
static int plan_exactly(struct mfw_change *change, struct mfw_err **err)
{
	struct site *site = change->site;
	uint32_t genid;
	int r;

	if (!site->view)
		return -ERESTART;
	r = plan_make(change, &change->plan, err);
	if (!r || kernel_nft_genid(site->ns, &genid, NULL) || genid == site->view->genid)
		return r;
	if (err) {
		mfw_err_free(*err);
		*err = NULL;
	}
	return -ERESTART;
}

/*
 * Plans on what was last seen. That may be old: the kernel tells at the commit, by the generation;
 * but a refusal that rests on it is no refusal before a second look.
 */
static int plan_change(struct mfw_change *change, struct mfw_err **err)
{
	struct site *site = change->site;
	bool fresh = !site->view;
	int r = fresh && !change->exact ? look(site, err) : 0;

	if (change->exact)
		return plan_exactly(change, err);
	if (r || fresh)
		return r ? r : plan_make(change, &change->plan, err);
	if (!plan_make(change, &change->plan, NULL))
		return 0;
	site_forget_view(site);
	change->failed_step = -1;
	r = look(site, err);
	return r ? r : plan_make(change, &change->plan, err);
}

static int get_site(struct mfw_change *change, struct mfw_err **err)
{
	struct mfw_target target = {MFW_SIZE(struct mfw_target), .customer = change->customer,
				    .netns = change->netns, .family = change->family,
				    .table = change->table};
	int r = 0;

	if (change->given)
		change->site = change->given;
	else
		r = site_get(change->mfw, &target, &change->site, err);
	if (!r && change->site->busy)
		r = err_make(err, EBUSY, "lock.busy",
			     "another change of the same namespace is prepared already; commit or "
			     "free it first");
	return r;
}

/* Whatever is changed, a customer that was being made when somebody was killed is undone first. */
static int take_global(struct mfw_change *change, struct mfw_err **err)
{
	int r = lock_take(change->mfw, LOCK_GLOBAL, LOCK_SHARED, &change->global, err);

	if (r || !change->global.killed)
		return r;
	lock_release(&change->global);
	r = customer_recover(change->mfw, err);
	return r ? r : lock_take(change->mfw, LOCK_GLOBAL, LOCK_SHARED, &change->global, err);
}

/*
 * The site is looked up under the global lock: no customer goes, or comes back as another one,
 * between the look and the change.
 */
static int take_locks(struct mfw_change *change, struct mfw_err **err)
{
	int r = change->exact ? 0 : take_global(change, err);

	r = r ? r : get_site(change, err);
	r = r ? r : lock_take(change->mfw, change->site->lock_name, LOCK_ALONE, &change->own, err);
	if (!r && change->own.killed) {
		r = clean_up_after(change->site, err);
		if (r)
			lock_abandon(&change->own);
	}
	if (r)
		lock_release(&change->global);
	return r;
}

int change_prepare(struct mfw_change *change, struct mfw_err **err)
{
	int r = take_locks(change, err);

	change->failed_step = -1;
	if (r)
		return r;
	change->site->busy = true;
	r = plan_change(change, err);
	if (r) {
		back_out(change);
		return r;
	}
	change->prepared = true;
	return 0;
}

/* The view is now what the kernel holds, but that new rules have handles that we do not know. */
static void adopt_view(struct mfw_change *change)
{
	struct plan *plan = change->plan;
	struct view *view = change->site->view;

	if (plan->n_ops && !++view->genid)
		view->genid = 1; /* the kernel passes over 0 */
	for (size_t i = 0; i < plan->n_ops; i++) {
		const struct nft_op *op = &plan->ops[i];

		if (op->kind != NFT_RULE_ADD && op->kind != NFT_RULE_REPLACE)
			continue;
		((struct chain *)op->chain)->stale = true;
		((struct rule *)op->rule)->batch_id = 0;
	}
}

static int send_plan(struct mfw_change *change, struct mfw_err **err)
{
	struct plan *plan = change->plan;
	size_t failed = plan->n_ops;
	int r = kernel_nft_commit(change->site->ns, change->site->view->genid, plan->ops,
				  plan->n_ops, &failed, err);

	if (r && failed < plan->n_ops)
		change->failed_step = plan->ops[failed].step;
	return r;
}

/* Another program changed the namespace since we looked: look and plan again. */
static int plan_again(struct mfw_change *change, struct mfw_err **err)
{
	int r;

	plan_free(change->plan);
	change->plan = NULL;
	site_forget_view(change->site);
	r = plan_change(change, err);
	/* The first plan may have made programs that this one does not need. */
	if (!r)
		change->plan->releases = true;
	return r;
}

/* Others may be quicker at every look; each is whole, and so is what comes of ours. */
static int send_patiently(struct mfw_change *change, struct mfw_err **err)
{
	struct retry retry;
	int r = send_plan(change, err);

	if (r != -ERESTART || change->exact)
		return r;
	retry_start(change->mfw, &retry);
	while (r == -ERESTART && retry_again(&retry)) {
		r = plan_again(change, err);
		r = r ? r : send_plan(change, err);
	}
	return r == -ERESTART ? retry_refuse(&retry, "this change was made", err) : r;
}

int change_commit(struct mfw_change *change, struct mfw_err **err)
{
	int r = change->prepared ? 0 : change_prepare(change, err);

	if (r)
		return r;
	/* Of an apply, the look was some time ago: what has gone since would take it, too. */
	r = change->exact ? site_check(change->site, err) : 0;
	r = r ? r : send_patiently(change, err);
	if (r) {
		back_out(change);
		return r;
	}
	adopt_view(change);
	/* The next change may let go of as many. */
	if (change->plan->own_gone > kernel_programs_at_once() / 4)
		kernel_programs_settle();
	if (change->plan->releases)
		sweep(change);
	let_go(change);
	change->spent = true;
	return 0;
}

int change_try(struct mfw_change *change, struct mfw_err **err)
{
	struct plan *plan = change->plan;
	size_t failed = plan->n_ops;
	int r = kernel_nft_try(change->site->ns, change->site->view->genid, plan->ops, plan->n_ops,
			       &failed, err);

	if (r && failed < plan->n_ops)
		change->failed_step = plan->ops[failed].step;
	return r;
}

int change_recover(struct mfw *mfw, struct site *site, struct mfw_err **err)
{
	cleanup_lock struct lock lock = LOCK_NONE;
	int r;

	if (!lock_is_left(site->lock_name))
		return 0;
	r = lock_take(mfw, site->lock_name, LOCK_ALONE, &lock, err);
	if (r || !lock.killed)
		return r;
	r = clean_up_after(site, err);
	if (r)
		lock_abandon(&lock);
	return r;
}
