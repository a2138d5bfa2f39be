/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lists that a ruleset does not have. A customer's go, unless one of his rules looks into them:
 * then it is others who say what is in them. Everybody's go only where all that is not in the
 * ruleset does.
 */
#include <errno.h>
#include <string.h>

#include "apply/applying.h"
#include "apply/lists.h"
#include "expr/expr.h"

struct gathering {
	const struct ruleset_list *had; /* by the ruleset */
	size_t n_had;
	struct others *others;
};

static bool is_had(const struct gathering *g, const char *name)
{
	for (size_t i = 0; i < g->n_had; i++)
		if (!strcmp(g->had[i].name, name))
			return true;
	return false;
}

static int see(void *ctx, const char *name)
{
	struct gathering *g = ctx;
	struct other_list *more;

	if (is_had(g, name))
		return 0;
	more = reallocarray(g->others->all, g->others->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	g->others->all = more;
	more[g->others->n] = (struct other_list){.name = strdup(name)};
	return more[g->others->n++].name ? 0 : -ENOMEM;
}

static int gather(const struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	struct gathering g = {a->ruleset->rs.lists, a->ruleset->rs.n_lists, &a->applied->others};
	int r;

	if (c)
		g = (struct gathering){c->to->lists, c->to->n_lists, &c->others};
	others_clear(g.others);
	r = lists_each(c ? c->name : NULL, see, &g);
	return r ? err_make(err, -r, "list.denied", "cannot see which lists there are: %s",
			    strerror(-r))
		 : 0;
}

/* ---- those that rules look into ---- */

static void keep_named(const struct expr *expr, bool shared, struct others *others)
{
	for (size_t i = 0; expr->list && expr->shared == shared && i < others->n; i++)
		others->all[i].stays |= !strcmp(others->all[i].name, expr->list);
	for (size_t i = 0; i < expr->n_operands; i++)
		keep_named(expr->operands[i], shared, others);
}

static void keep_of_rule(struct mfw *mfw, const struct rule *rule, bool shared,
			 struct others *others)
{
	cleanup_expr struct expr *expr = NULL;

	if (rule->kind != MATCH_EXPR || !strchr(rule->pub.match, '$'))
		return;
	/* That it can be parsed was found out before. */
	if (!expr_parse(rule->pub.match, &mfw->scheme, &expr, NULL))
		keep_named(expr, shared, others);
}

static void keep_of_customer(struct mfw *mfw, const struct ruleset_customer *c, bool shared,
			     struct others *others)
{
	for (size_t i = 0; i < c->n_chains; i++)
		for (size_t k = 0; k < c->chains[i].n_rules; k++)
			keep_of_rule(mfw, c->chains[i].rules[k].rule, shared, others);
}

static void keep_all(struct others *others)
{
	for (size_t i = 0; i < others->n; i++)
		others->all[i].stays = true;
}

/* What an apply has made goes when that is taken back, and nothing else. */
static void keep_not_made(const struct applying *a, const char *customer, struct others *others)
{
	for (size_t i = 0; i < others->n; i++)
		others->all[i].stays = !history_made_list(a->back, customer, others->all[i].name);
}

/* Of everybody's lists those that no rule here looks into may be others' business. */
static void pass_over_unnamed(struct others *others)
{
	size_t kept = 0;

	for (size_t i = 0; i < others->n; i++)
		if (others->all[i].stays)
			others->all[kept++] = others->all[i];
		else
			free(others->all[i].name);
	others->n = kept;
}

/* ---- all of it ---- */

static void choose(const struct applying *a, const struct applied_customer *c,
		   struct others *others)
{
	const struct ruleset *rs = &a->ruleset->rs;

	if (a->back) {
		keep_not_made(a, c ? c->name : NULL, others);
	} else if (a->ruleset->without_lists) {
		keep_all(others);
	} else if (c) {
		keep_of_customer(c->by->mfw, c->to, false, others);
	} else {
		for (size_t i = 0; i < rs->n_customers; i++)
			keep_of_customer(a->mfw, rs->customers[i], true, others);
		if (!a->options.prune)
			pass_over_unnamed(others);
	}
}

/* For the history. One that cannot be read goes all the same. */
static int read_going(const struct others *others, const char *customer,
		      struct ruleset_list **before, size_t *n_before)
{
	const struct other_list *list;
	int r = 0;

	for (size_t i = 0; (list = others_goes(others, i)) && r != -ENOMEM; i++)
		r = current_list(customer, list->name, before, n_before, NULL);
	return r == -ENOMEM ? r : 0;
}

int applying_look_at_others(struct applying *a, struct applied_customer *c, struct mfw_err **err)
{
	struct ruleset *shared = &a->applied->before;
	struct others *others = c ? &c->others : &a->applied->others;
	int r = gather(a, c, err);

	if (r || !others->n)
		return r;
	choose(a, c, others);
	if (!applying_wants_texts(a))
		return 0;
	r = c ? read_going(others, c->name, &c->from->lists, &c->from->n_lists)
	      : read_going(others, NULL, &shared->lists, &shared->n_lists);
	return r ? err_nomem(err) : 0;
}

/* ---- a word to whoever forgot some ---- */

struct staying {
	size_t n;
	struct list_at first;
};

static void count_staying(const char *customer, const struct others *others, struct staying *ret)
{
	for (size_t i = 0; i < others->n; i++)
		if (others->all[i].stays && !ret->n++)
			ret->first = (struct list_at){customer, others->all[i].name};
}

static int add_warning(struct mfw_ruleset *ruleset, const struct staying *s)
{
	const char *customer = s->first.customer;
	char word[MFW_NAME_MAX + 16];
	struct mfw_err *warning = NULL;

	lists_word(&s->first, word);
	err_make(&warning, ENOENT, "ruleset.list",
		 "rules look into %zu list%s that the ruleset does not have, such as %s%s%s: at "
		 "boot there is no such list, the ruleset is refused, and what was applied last "
		 "takes its place",
		 s->n, s->n == 1 ? "" : "s", word, customer ? " of customer " : "",
		 customer ? customer : "");
	return err_list_add(&ruleset->warnings, warning);
}

int applying_warn_of_others(struct applying *a, struct mfw_err **err)
{
	const struct mfw_applied *applied = a->applied;
	struct staying s = {};

	if (a->back || a->ruleset->without_lists || a->ruleset->warnings.n >= RULESET_ERRORS_MAX)
		return 0;
	count_staying(NULL, &applied->others, &s);
	for (size_t i = 0; i < applied->n; i++)
		count_staying(applied->all[i].name, &applied->all[i].others, &s);
	return s.n && add_warning(a->ruleset, &s) ? err_nomem(err) : 0;
}

int applying_drop_others(struct applying *a, const struct applied_customer *c, struct mfw_err **err)
{
	const struct others *others = c ? &c->others : &a->applied->others;
	const struct other_list *list;
	int r = 0;

	for (size_t i = 0; (list = others_goes(others, i)); i++) {
		const struct list_at at = {c ? c->name : NULL, list->name};
		cleanup_err struct mfw_err *why = NULL;
		int failed = lists_drop_locked(c ? c->by->mfw : a->mfw, &at, &why);

		/* Somebody else was quicker; or it is not the first one that fails. */
		if (!failed || failed == -ENOENT || r)
			continue;
		r = failed;
		if (err)
			*err = steal_ptr(why);
	}
	return r;
}
