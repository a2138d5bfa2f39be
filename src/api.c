/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The public functions of mfw/mfw.h, which says what each does. */
#include <errno.h>
#include <string.h>

#include "apply/change.h"
#include "apply/context.h"
#include "apply/customer.h"
#include "apply/doctor.h"
#include "apply/expression.h"
#include "apply/listing.h"
#include "model/action.h"
#include "model/family.h"
#include "model/name.h"

/* Copies a caller's structure, which may be of an older, shorter version. */
#define TAKE(ret, from)                                                                            \
	memcpy(&(ret), (from), (from)->size < sizeof(ret) ? (from)->size : sizeof(ret))

int mfw_open(const struct mfw_options *opts, struct mfw **ret, struct mfw_err **err)
{
	return context_open(opts, ret, err);
}

void mfw_close(struct mfw *mfw)
{
	context_close(mfw);
}

const char *mfw_version(void)
{
	return MFW_VERSION;
}

/* ---- customers ---- */

struct mfw_customers {
	struct customer **all;
	size_t n;
};

int mfw_customer_add(struct mfw *mfw, const char *name, const char *netns, struct mfw_err **err)
{
	return customer_add(mfw, name, netns, err);
}

int mfw_customer_del(struct mfw *mfw, const char *name, struct mfw_err **err)
{
	return customer_del(mfw, name, err);
}

int mfw_customers_list(struct mfw *mfw, struct mfw_customers **ret, struct mfw_err **err)
{
	struct mfw_customers *list = calloc(1, sizeof(*list));
	int r;

	(void)mfw;
	if (!list)
		return err_nomem(err);
	r = customer_all(&list->all, &list->n, err);
	if (r)
		free(list);
	else
		*ret = list;
	return r;
}

size_t mfw_customers_count(const struct mfw_customers *customers)
{
	return customers->n;
}

const struct mfw_customer *mfw_customers_get(const struct mfw_customers *customers, size_t i)
{
	return i < customers->n ? &customers->all[i]->pub : NULL;
}

void mfw_customers_free(struct mfw_customers *customers)
{
	if (!customers)
		return;
	for (size_t i = 0; i < customers->n; i++)
		customer_free(customers->all[i]);
	free(customers->all);
	free(customers);
}

/* ---- lists ---- */

struct mfw_listing {
	struct view *view;
};

int mfw_list(struct mfw *mfw, const struct mfw_target *target, const char *chain, bool reset,
	     struct mfw_listing **ret, struct mfw_err **err)
{
	struct mfw_listing *listing = calloc(1, sizeof(*listing));
	int r;

	if (!listing)
		return err_nomem(err);
	r = listing_read(mfw, target, chain, reset, &listing->view, err);
	if (r)
		free(listing);
	else
		*ret = listing;
	return r;
}

size_t mfw_listing_chain_count(const struct mfw_listing *listing)
{
	return listing->view->n_chains;
}

const struct mfw_chain *mfw_listing_chain(const struct mfw_listing *listing, size_t chain)
{
	return chain < listing->view->n_chains ? &listing->view->chains[chain]->pub : NULL;
}

const struct mfw_rule *mfw_listing_rule(const struct mfw_listing *listing, size_t chain,
					size_t rule)
{
	const struct chain *c;

	if (chain >= listing->view->n_chains)
		return NULL;
	c = listing->view->chains[chain];
	return rule < c->n_rules ? &c->rules[rule]->pub : NULL;
}

void mfw_listing_free(struct mfw_listing *listing)
{
	if (listing)
		view_free(listing->view);
	free(listing);
}

/* ---- changes ---- */

static int copy_text(char **ret, const char *text)
{
	*ret = text ? strdup(text) : NULL;
	return text && !*ret ? -ENOMEM : 0;
}

int mfw_change_new(struct mfw *mfw, const struct mfw_target *target, struct mfw_change **ret,
		   struct mfw_err **err)
{
	return change_new(mfw, target, ret, err);
}

void mfw_change_free(struct mfw_change *change)
{
	change_free(change);
}

/* A change that is prepared or committed is closed. */
static int check_open(const struct mfw_change *change, struct mfw_err **err)
{
	if (!change->prepared && !change->spent)
		return 0;
	return err_make(err, EINVAL, "change.closed", "this change is %s already; begin another",
			change->spent ? "committed" : "prepared");
}

static int begin(struct mfw_change *change, enum step_kind kind, const char *chain,
		 struct step **ret, struct mfw_err **err)
{
	int r = check_open(change, err);

	/* Other tools' chains may be called what ours may not. */
	if (!r && (change->customer || !chain || !*chain))
		r = name_check("chain", chain, err);
	if (r)
		return r;
	*ret = change_step(change, kind, chain);
	return *ret ? 0 : err_nomem(err);
}

/* The tail of every step: a step that failed is not there. */
static int finish(struct mfw_change *change, int r)
{
	if (r) {
		change->last_match = NULL;
		change_drop_step(change);
	}
	return r;
}

static int refuse_chain_here(const struct mfw_change *change, struct mfw_err **err)
{
	if (change->customer)
		return 0;
	return err_make(err, EOPNOTSUPP, "chain.direct",
			"chains are made and changed for customers only; beside other tools' rules "
			"use theirs (nft add chain)");
}

static int fill_spec(struct step *step, struct mfw_chain *c, struct mfw_err **err)
{
	if (step->fields & MFW_CHAIN_HOOK && !c->hook)
		return err_make(err, EINVAL, "chain.hook",
				"a chain cannot lose its hook; delete it and add it without one");
	if (step->fields & MFW_CHAIN_POLICY && !c->policy)
		c->policy = "accept";
	return chain_of_customer(c, &step->spec, err);
}

int mfw_change_chain_add(struct mfw_change *change, const struct mfw_chain *chain,
			 struct mfw_err **err)
{
	struct mfw_chain c = {};
	struct step *step;
	int r = refuse_chain_here(change, err);

	TAKE(c, chain);
	if (!r && !c.hook && (c.policy || c.type || c.priority))
		r = err_make(err, EINVAL, "chain.hook",
			     "a chain without a hook has no policy, type or priority; give --hook "
			     "too, or none of them");
	r = r ? r : begin(change, STEP_CHAIN_ADD, c.name, &step, err);
	return r ? r : finish(change, fill_spec(step, &c, err));
}

int mfw_change_chain_set(struct mfw_change *change, const struct mfw_chain *chain, unsigned fields,
			 struct mfw_err **err)
{
	struct mfw_chain c = {};
	struct step *step;
	int r = refuse_chain_here(change, err);

	TAKE(c, chain);
	if (!r && (!fields || fields & ~7u))
		r = err_make(err, EINVAL, "chain.fields",
			     "say what to change of the chain: its policy, priority or hook");
	r = r ? r : begin(change, STEP_CHAIN_SET, c.name, &step, err);
	if (r)
		return r;
	step->fields = fields;
	return finish(change, fill_spec(step, &c, err));
}

int mfw_change_chain_del(struct mfw_change *change, const char *chain, bool flush,
			 struct mfw_err **err)
{
	struct step *step;
	int r = refuse_chain_here(change, err);

	r = r ? r : begin(change, STEP_CHAIN_DEL, chain, &step, err);
	if (!r)
		step->flush = flush;
	return r;
}

static int set_place(struct step *step, const struct mfw_place *place, struct mfw_err **err)
{
	struct mfw_place p = {.kind = MFW_PLACE_LAST};
	bool by_ref;

	if (place)
		TAKE(p, place);
	by_ref = p.kind == MFW_PLACE_BEFORE || p.kind == MFW_PLACE_AFTER;
	if ((unsigned)p.kind > MFW_PLACE_AFTER_INDEX)
		return err_make(err, EINVAL, "rule.place", "there is no such kind of place");
	if (by_ref) {
		int r = name_check("ref", p.ref, err);

		if (r)
			return r;
		if (copy_text(&step->place_ref, p.ref))
			return err_nomem(err);
	}
	step->place = p.kind;
	step->place_index = p.index;
	return 0;
}

static int set_ref(struct step *step, const char *ref, struct mfw_err **err)
{
	int r = name_check("ref", ref, err);

	if (!r && copy_text(&step->ref, ref))
		return err_nomem(err);
	return r;
}

/* Takes the text. */
static int add_warning(struct mfw_change *change, char *text, struct mfw_err **err)
{
	char **more =
		text ? reallocarray(change->warnings, change->n_warnings + 1, sizeof(*more)) : NULL;

	if (!more) {
		free(text);
		return err_nomem(err);
	}
	change->warnings = more;
	more[change->n_warnings++] = text;
	return 0;
}

static int warn(struct mfw_change *change, const struct rule *rule, struct mfw_err **err)
{
	const char *warning = NULL;
	struct action action;

	if (rule->pub.action && !action_parse(rule->pub.action, &action, NULL))
		warning = action_warning(&action);
	return warning ? add_warning(change, strdup(warning), err) : 0;
}

static int warn_of_match(struct mfw_change *change, const struct err_list *warnings,
			 struct mfw_err **err)
{
	for (size_t i = 0; i < warnings->n; i++) {
		unsigned line, column;
		char *text;

		mfw_err_place(warnings->items[i], &line, &column, NULL);
		if (asprintf(&text, "match, line %u, column %u: %s", line, column,
			     mfw_err_message(warnings->items[i])) < 0)
			text = NULL;
		if (add_warning(change, text, err))
			return -ENOMEM;
	}
	return 0;
}

static int refuse_match(struct expr_report *report, const char *ref, struct mfw_err **err)
{
	int code = -mfw_err_code(report->errors.items[0]);

	if (!err)
		return code;
	mfw_err_free(*err);
	*err = steal_ptr(report->errors.items[0]);
	err_set_ref(err, ref);
	return code;
}

/* An expression is checked as soon as it is given, so that its error comes before any lock. */
static int check_match(struct mfw_change *change, const struct rule *rule, struct mfw_err **err)
{
	cleanup_expr_report struct expr_report report = {};

	if (rule->kind != MATCH_EXPR)
		return 0;
	if (change->last_match && !strcmp(change->last_match, rule->pub.match))
		return 0;
	if (expression_check(change->mfw, &change->mfw->scheme, rule->pub.match, &report, NULL))
		return err_nomem(err);
	if (report.errors.n)
		return refuse_match(&report, rule->pub.ref, err);
	change->last_match = rule->pub.match;
	return warn_of_match(change, &report.warnings, err);
}

int mfw_change_rule_add(struct mfw_change *change, const char *chain, const struct mfw_rule *rule,
			const struct mfw_place *place, struct mfw_err **err)
{
	struct step *step;
	int r = begin(change, STEP_RULE_ADD, chain, &step, err);

	if (r)
		return r;
	r = rule_new(rule, &step->rule, err);
	if (!r && copy_text(&step->ref, step->rule->pub.ref))
		r = err_nomem(err);
	r = r ? r : set_place(step, place, err);
	r = r ? r : check_match(change, step->rule, err);
	r = r ? r : warn(change, step->rule, err);
	return finish(change, r);
}

int mfw_change_rule_replace(struct mfw_change *change, const char *chain, const char *ref,
			    const struct mfw_rule *rule, const enum mfw_mode *mode,
			    struct mfw_err **err)
{
	struct step *step;
	int r = begin(change, STEP_RULE_REPLACE, chain, &step, err);

	if (r)
		return r;
	r = set_ref(step, ref, err);
	r = r ? r : rule_new_overlay(rule, &step->rule, err);
	r = r ? r : check_match(change, step->rule, err);
	if (!r && mode && (unsigned)*mode > MFW_MODE_DISABLED)
		r = err_make(err, EINVAL, "rule.mode",
			     "a rule's mode is enforce, monitor or disabled");
	if (!r && mode) {
		step->set_mode = true;
		step->mode = *mode;
	}
	r = r ? r : warn(change, step->rule, err);
	return finish(change, r);
}

int mfw_change_rule_move(struct mfw_change *change, const char *chain, const char *ref,
			 const struct mfw_place *place, struct mfw_err **err)
{
	struct step *step;
	int r = begin(change, STEP_RULE_MOVE, chain, &step, err);

	if (r)
		return r;
	r = set_ref(step, ref, err);
	return finish(change, r ? r : set_place(step, place, err));
}

int mfw_change_rule_del(struct mfw_change *change, const char *chain, const char *ref,
			struct mfw_err **err)
{
	struct step *step;
	int r = begin(change, STEP_RULE_DEL, chain, &step, err);

	return r ? r : finish(change, set_ref(step, ref, err));
}

int mfw_change_prepare(struct mfw_change *change, struct mfw_err **err)
{
	int r = check_open(change, err);

	return r ? r : change_prepare(change, err);
}

int mfw_change_commit(struct mfw_change *change, struct mfw_err **err)
{
	int r = change->prepared ? 0 : check_open(change, err);

	return r ? r : change_commit(change, err);
}

size_t mfw_change_count(const struct mfw_change *change)
{
	return change->n_steps;
}

const char *mfw_change_ref(const struct mfw_change *change, size_t step)
{
	if (!change->spent || step >= change->n_steps || !change->steps[step].result)
		return NULL;
	return change->steps[step].result->pub.ref;
}

long mfw_change_failed_step(const struct mfw_change *change)
{
	return change->failed_step;
}

const char *mfw_change_warning(const struct mfw_change *change, size_t i)
{
	return i < change->n_warnings ? change->warnings[i] : NULL;
}

/* ---- matchers ---- */

struct mfw_matchers {
	const struct matcher **all;
	size_t n;
};

int mfw_matchers_list(struct mfw *mfw, struct mfw_matchers **ret, struct mfw_err **err)
{
	struct mfw_matchers *list = calloc(1, sizeof(*list));
	int r;

	if (!list)
		return err_nomem(err);
	r = catalog_all(mfw->catalog, &list->all, &list->n, err);
	if (r)
		free(list);
	else
		*ret = list;
	return r;
}

size_t mfw_matchers_count(const struct mfw_matchers *matchers)
{
	return matchers->n;
}

const struct mfw_matcher *mfw_matchers_get(const struct mfw_matchers *matchers, size_t i)
{
	return i < matchers->n ? &matchers->all[i]->pub : NULL;
}

void mfw_matchers_free(struct mfw_matchers *matchers)
{
	if (!matchers)
		return;
	free(matchers->all);
	free(matchers);
}

/* ---- doctor ---- */

int mfw_doctor(struct mfw *mfw, struct mfw_report **ret, struct mfw_err **err)
{
	return doctor_examine(mfw, ret, err);
}

size_t mfw_report_count(const struct mfw_report *report)
{
	return report->n;
}

const struct mfw_finding *mfw_report_get(const struct mfw_report *report, size_t i)
{
	return i < report->n ? &report->findings[i] : NULL;
}

void mfw_report_free(struct mfw_report *report)
{
	doctor_free(report);
}
