/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/diff.h"

#include <errno.h>
#include <string.h>

#include "model/action.h"
#include "model/diff_order.h"

/* ---- steps ---- */

static int add_step(struct diff *diff, struct diff_step step)
{
	if (diff->n == diff->cap) {
		size_t cap = diff->cap ? diff->cap * 2 : 8;
		struct diff_step *steps = reallocarray(diff->steps, cap, sizeof(*steps));

		if (!steps)
			return -ENOMEM;
		diff->steps = steps;
		diff->cap = cap;
	}
	diff->steps[diff->n++] = step;
	return 0;
}

void diff_clear(struct diff *diff)
{
	free(diff->steps);
	*diff = (struct diff){};
}

/* ---- rules ---- */

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* By what is run, where both know it: the same text may be another program than it was. */
static bool same_match(const struct rule *old, const struct rule *rule)
{
	if (old->kind != rule->kind)
		return false;
	if (old->kind && old->kind != MATCH_BYTECODE && old->pub.hash && rule->pub.hash)
		return !strcmp(old->pub.hash, rule->pub.hash);
	return !rule->kind || same(*rule_match_text((struct rule *)old, old->kind),
				   *rule_match_text((struct rule *)rule, rule->kind));
}

unsigned diff_rules(const struct rule *old, const struct rule *rule)
{
	unsigned fields = 0;

	if (!same_match(old, rule))
		fields |= MFW_RULE_MATCH;
	else if (old->pub.drift != MFW_DRIFT_NONE)
		fields |= MFW_RULE_PIN;
	if (!same(old->pub.action, rule->pub.action))
		fields |= MFW_RULE_ACTION;
	if (!same(old->pub.comment, rule->pub.comment))
		fields |= MFW_RULE_COMMENT;
	return old->pub.mode != rule->pub.mode ? fields | MFW_RULE_MODE : fields;
}

/* ---- chains ---- */

/* A chain with the same name before and after. */
struct pair {
	const struct ruleset_chain *from, *to;
	bool remade; /* what it has become cannot be made of it */
	struct diff_order order;
};

struct work {
	const struct ruleset_customer *from, *to;
	struct diff *diff;
	struct pair *pairs;
	size_t n_pairs;
	bool remakes; /* any of them */
};

static bool is_remade(const struct chain *from, const struct chain *to)
{
	return from->family != to->family || !from->pub.hook != !to->pub.hook ||
	       (to->pub.hook && !same(from->pub.type, to->pub.type));
}

static unsigned chain_fields(const struct mfw_chain *from, const struct mfw_chain *to)
{
	unsigned fields = 0;

	if (!to->hook)
		return 0;
	if (!same(from->policy, to->policy))
		fields |= MFW_CHAIN_POLICY;
	if (from->priority != to->priority)
		fields |= MFW_CHAIN_PRIORITY;
	return same(from->hook, to->hook) ? fields : fields | MFW_CHAIN_HOOK;
}

static const struct pair *find_pair(const struct work *w, const char *chain)
{
	for (size_t i = 0; i < w->n_pairs; i++)
		if (!strcmp(w->pairs[i].from->chain->pub.name, chain))
			return &w->pairs[i];
	return NULL;
}

/*
 * A rule that jumps to a chain that is made anew cannot be there meanwhile: it is deleted and added
 * again.
 */
static bool stands_in_the_way(const struct work *w, const struct ruleset_rule *rule)
{
	const struct pair *pair = NULL;
	struct action action;

	if (w->remakes && rule->rule->pub.action &&
	    !action_parse(rule->rule->pub.action, &action, NULL) && *action.chain)
		pair = find_pair(w, action.chain);
	return pair && pair->remade;
}

static int pair_chains(struct work *w)
{
	w->pairs = calloc(w->to->n_chains + 1, sizeof(*w->pairs));
	if (!w->pairs)
		return -ENOMEM;
	for (size_t i = 0; w->from && i < w->to->n_chains; i++) {
		const struct ruleset_chain *to = &w->to->chains[i];
		const struct ruleset_chain *from = ruleset_find_chain(w->from, to->chain->pub.name);

		if (!from)
			continue;
		w->pairs[w->n_pairs] =
			(struct pair){from, to, .remade = is_remade(from->chain, to->chain)};
		w->remakes |= w->pairs[w->n_pairs++].remade;
	}
	return 0;
}

static int pair_rules(struct work *w)
{
	for (size_t i = 0; i < w->n_pairs; i++) {
		struct pair *pair = &w->pairs[i];

		if (pair->remade)
			continue;
		if (diff_order_make(pair->from, pair->to, &pair->order))
			return -ENOMEM;
		for (size_t k = 0; w->remakes && k < pair->from->n_rules; k++)
			if (stands_in_the_way(w, &pair->from->rules[k]))
				diff_order_part(&pair->order, k);
		if (diff_order_choose(&pair->order))
			return -ENOMEM;
	}
	return 0;
}

/* ---- in which order ---- */

static int flush(struct work *w, const struct ruleset_chain *chain)
{
	if (!chain->n_rules)
		return 0;
	return add_step(w->diff, (struct diff_step){.kind = DIFF_CHAIN_FLUSH, .from = chain});
}

static bool goes(const struct work *w, const struct ruleset_chain *chain)
{
	return !find_pair(w, chain->chain->pub.name);
}

static int add_chains(struct work *w)
{
	int r = 0;

	for (size_t i = 0; i < w->to->n_chains && !r; i++)
		if (!find_pair(w, w->to->chains[i].chain->pub.name))
			r = add_step(w->diff, (struct diff_step){.kind = DIFF_CHAIN_ADD,
								 .to = &w->to->chains[i]});
	return r;
}

/* Of all that go, before the first of them is deleted: they may jump to each other. */
static int flush_chains(struct work *w)
{
	int r = 0;

	for (size_t i = 0; w->from && i < w->from->n_chains && !r; i++)
		if (goes(w, &w->from->chains[i]))
			r = flush(w, &w->from->chains[i]);
	for (size_t i = 0; i < w->n_pairs && !r; i++)
		if (w->pairs[i].remade)
			r = flush(w, w->pairs[i].from);
	return r;
}

static int delete_rules(struct work *w, const struct pair *pair)
{
	int r = 0;

	for (size_t i = 0; i < pair->from->n_rules && !r; i++)
		if (!pair->order.kept[i])
			r = add_step(w->diff, (struct diff_step){.kind = DIFF_RULE_DEL,
								 .from = pair->from,
								 .to = pair->to,
								 .old = &pair->from->rules[i]});
	return r;
}

static int remake_chain(struct work *w, const struct pair *pair)
{
	int r = add_step(w->diff, (struct diff_step){.kind = DIFF_CHAIN_DEL, .from = pair->from});

	return r ? r
		 : add_step(w->diff, (struct diff_step){.kind = DIFF_CHAIN_ADD, .to = pair->to});
}

static int set_chain(struct work *w, const struct pair *pair)
{
	unsigned fields = chain_fields(&pair->from->chain->pub, &pair->to->chain->pub);

	if (pair->remade || !fields)
		return 0;
	return add_step(w->diff, (struct diff_step){.kind = DIFF_CHAIN_SET,
						    .fields = fields,
						    .from = pair->from,
						    .to = pair->to});
}

/* left: how many of the rules that were there are still to be passed. */
static int put_rule(struct work *w, struct diff_step step, size_t at, size_t left)
{
	step.place = MFW_PLACE_AFTER;
	if (!at)
		step.place = MFW_PLACE_FIRST;
	else
		step.after = step.to->rules[at - 1].rule->pub.ref;
	/* The same when nothing of what was there stands behind it, and quicker to find. */
	if (!left)
		step.place = MFW_PLACE_LAST;
	return add_step(w->diff, step);
}

/* How many of the rules that were there are kept. */
static size_t count_kept(const struct diff_order *order, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; order && i < n; i++)
		kept += order->old_of[i] != DIFF_NONE;
	return kept;
}

static int replace_rule(struct work *w, struct diff_step step)
{
	step.kind = DIFF_RULE_REPLACE;
	step.fields = diff_rules(step.old->rule, step.rule->rule);
	return step.fields ? add_step(w->diff, step) : 0;
}

/*
 * From the first to the last each rule is put behind the one before it. Those that stay where they
 * are have the right order among each other, and all others go behind one of them.
 */
static int arrange(struct work *w, const struct ruleset_chain *from, const struct ruleset_chain *to,
		   const struct diff_order *order)
{
	size_t left = count_kept(order, to->n_rules);
	int r = 0;

	for (size_t i = 0; i < to->n_rules && !r; i++) {
		size_t old = order ? order->old_of[i] : DIFF_NONE;
		struct diff_step step = {.from = from, .to = to, .rule = &to->rules[i]};

		if (old == DIFF_NONE) {
			step.kind = DIFF_RULE_ADD;
			r = put_rule(w, step, i, left);
			continue;
		}
		step.old = &from->rules[old];
		left--;
		r = replace_rule(w, step);
		step.kind = DIFF_RULE_MOVE;
		if (!r && !order->stays[i])
			r = put_rule(w, step, i, left);
	}
	return r;
}

static int arrange_all(struct work *w)
{
	int r = 0;

	for (size_t i = 0; i < w->to->n_chains && !r; i++) {
		const struct ruleset_chain *to = &w->to->chains[i];
		const struct pair *pair = find_pair(w, to->chain->pub.name);

		r = arrange(w, pair ? pair->from : NULL, to,
			    pair && !pair->remade ? &pair->order : NULL);
	}
	return r;
}

static int delete_chains(struct work *w)
{
	int r = 0;

	for (size_t i = 0; w->from && i < w->from->n_chains && !r; i++)
		if (goes(w, &w->from->chains[i]))
			r = add_step(w->diff, (struct diff_step){.kind = DIFF_CHAIN_DEL,
								 .from = &w->from->chains[i]});
	return r;
}

static int each_pair(struct work *w, bool remade,
		     int (*todo)(struct work *w, const struct pair *pair))
{
	int r = 0;

	for (size_t i = 0; i < w->n_pairs && !r; i++)
		if (w->pairs[i].remade == remade)
			r = todo(w, &w->pairs[i]);
	return r;
}

/*
 * New chains come first and old ones go last, so that rules always find what they jump to, and no
 * chain goes that is jumped to.
 */
static int make(struct work *w)
{
	int r = pair_chains(w);

	r = r ? r : pair_rules(w);
	r = r ? r : add_chains(w);
	r = r ? r : flush_chains(w);
	r = r ? r : each_pair(w, false, delete_rules);
	r = r ? r : each_pair(w, true, remake_chain);
	r = r ? r : each_pair(w, false, set_chain);
	r = r ? r : arrange_all(w);
	return r ? r : delete_chains(w);
}

int diff_make(const struct ruleset_customer *from, const struct ruleset_customer *to,
	      struct diff *ret)
{
	struct diff diff = {};
	struct work w = {.from = from, .to = to, .diff = &diff};
	int r = make(&w);

	for (size_t i = 0; i < w.n_pairs; i++)
		diff_order_clear(&w.pairs[i].order);
	free(w.pairs);
	if (r)
		diff_clear(&diff);
	else
		*ret = diff;
	return r;
}
