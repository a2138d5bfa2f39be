/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What customers have, and what has to be changed. */
#include <errno.h>
#include <string.h>

#include "apply/applying.h"
#include "apply/program.h"
#include "apply/retry.h"
#include "apply/site.h"
#include "apply/steps.h"

static int identify_rule(struct applying *a, const struct applied_customer *c,
			 const struct chain *chain, const struct rule *old, struct rule *rule,
			 struct mfw_err **err)
{
	const struct state_place place = {c->site, chain, rule->pub.ref, old};
	cleanup_err struct mfw_err *why = NULL;
	char hex[PROGRAM_HEX_LEN + 1];
	int r;

	if (rule->kind == MATCH_BYTECODE)
		return 0;
	r = program_identify(c->by->mfw, &place, rule, hex, &why);
	if (applying_lacks_list(a, why)) {
		/* It is none that is there. */
		strcpy(hex, "new");
		r = 0;
	}
	if (r && err)
		*err = steal_ptr(why);
	return r ? r : rule_set_text(&rule->pub.hash, hex) ? err_nomem(err) : 0;
}

/* So that rules can be compared by the programs that they run, those of the file are told theirs.
 */
static int identify_chain(struct applying *a, const struct applied_customer *c,
			  const struct ruleset_chain *to, struct mfw_err **err)
{
	const struct chain *chain = view_find(c->site->view, to->chain->pub.name);
	int r = 0;

	for (size_t i = 0; chain && i < to->n_rules && !r; i++) {
		struct rule *rule = to->rules[i].rule;
		const struct rule *old = chain_find(chain, rule->pub.ref, NULL);

		if (old)
			r = identify_rule(a, c, chain, old, rule, err);
		if (r)
			applying_place(err, c, to, &to->rules[i]);
	}
	return r;
}

static int check_netns(const struct applied_customer *c, struct mfw_err **err)
{
	char path[512];
	int r;

	if (!c->to->netns)
		return 0;
	r = site_netns_path(c->to->netns, path, err);
	if (!r && strcmp(path, c->site->netns) != 0)
		r = err_make(
			err, EEXIST, "customer.netns",
			"customer %s is there with the namespace %s, and is to have %s: delete "
			"it first (mfwctl customer del %s)",
			c->name, c->site->netns, path, c->name);
	if (r)
		applying_place(err, c, NULL, NULL);
	return r;
}

/* What differs now; what was found before is forgotten. */
static int compare(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	int r = 0;

	for (size_t i = 0; c->from && i < c->to->n_chains && !r; i++)
		r = identify_chain(a, c, &c->to->chains[i], err);
	if (r)
		return r;
	diff_clear(&c->diff);
	if (diff_make(c->from, c->to, &c->diff))
		return err_nomem(err);
	/* Also where only lists differ: all of the customer is written down. */
	c->had = c->from && (c->diff.n || applying_changes_lists(a, c));
	if (c->had && applying_wants_texts(a) && current_texts(&c->by->said, c->from))
		return err_nomem(err);
	return 0;
}

static int look_closely(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	int r = check_netns(c, err);

	if (!r && !a->options.look)
		r = change_recover(c->by->mfw, c->site, err);
	r = r ? r : applying_look_at_lists(a, c, err);
	r = r ? r : applying_look_at_others(a, c, err);
	return r ? r : compare(a, c, err);
}

/* One that will be made. */
static int look_at_nothing(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	int r = applying_look_at_lists(a, c, err);

	return r ? r : compare(a, c, err);
}

int applying_look(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	cleanup_err struct mfw_err *why = NULL;
	int r = current_read(c->by->mfw, c->name, &c->by->said, &c->by->before, &c->from, &c->site,
			     &why);

	if (r && strcmp(mfw_err_kind(why), "customer.missing") != 0) {
		if (err) {
			*err = steal_ptr(why);
			err_prefix(err, r, "customer %s", c->name);
		}
		return r;
	}
	r = r ? look_at_nothing(a, c, err) : look_closely(a, c, err);
	applying_tell(a);
	return r;
}

/* ---- before anything is sent ---- */

static int make_change(struct applied_customer *c, struct mfw_err **err)
{
	struct mfw_target target = {MFW_SIZE(struct mfw_target), .customer = c->name};
	int r = change_new(c->by->mfw, &target, &c->change, err);

	if (r)
		return err_prefix(err, r, "customer %s", c->name);
	c->change->exact = true;
	if (steps_add(c->change, &c->diff))
		return err_nomem(err);
	r = change_prepare(c->change, err);
	return r && r != -ERESTART ? applying_place_step(err, c, c->change->failed_step, r) : r;
}

/* What its lists had is known from the first look. */
static void take_lists(struct ruleset_customer *before, struct ruleset_customer *now)
{
	if (!before)
		return;
	now->lists = steal_ptr(before->lists);
	now->n_lists = before->n_lists;
	before->n_lists = 0;
}

/* Reads what is there now, and prepares what differs from it. */
int applying_look_again(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	struct ruleset_customer *before = c->from;
	int r;

	change_free(steal_ptr(c->change));
	r = current_read(c->by->mfw, c->name, &c->by->said, &c->by->before, &c->from, &c->site,
			 err);
	if (r)
		return err_prefix(err, r, "customer %s", c->name);
	take_lists(before, c->from);
	r = compare(a, c, err);
	return r || !c->diff.n ? r : make_change(c, err);
}

/* Others may change the namespace between the look and the plan. */
int applying_prepare(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	struct retry retry;
	int r = c->made ? applying_look_again(a, c, err) : make_change(c, err);

	if (r != -ERESTART)
		return r;
	retry_start(c->by->mfw, &retry);
	while (r == -ERESTART && retry_again(&retry))
		r = applying_look_again(a, c, err);
	return r == -ERESTART ? retry_refuse(&retry, "the ruleset was compared with them", err) : r;
}
