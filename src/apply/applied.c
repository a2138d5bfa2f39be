/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/applied.h"

#include <string.h>

#include "apply/declared.h"

struct applied_customer *applied_add(struct mfw_applied *a, const char *name,
				     const struct ruleset_customer *to)
{
	struct applied_customer *c;

	if (a->n == a->cap) {
		size_t cap = a->cap ? a->cap * 2 : 16;
		struct applied_customer *more = reallocarray(a->all, cap, sizeof(*more));

		if (!more)
			return NULL;
		a->all = more;
		a->cap = cap;
	}
	c = &a->all[a->n];
	*c = (struct applied_customer){.name = strdup(name), .to = to};
	if (!c->name)
		return NULL;
	c->pub = (struct mfw_applied_customer){MFW_SIZE(struct mfw_applied_customer),
					       .name = c->name};
	a->n++;
	return c;
}

static void count_step(struct mfw_applied_customer *pub, const struct diff_step *step)
{
	size_t *const counts[] = {
		[DIFF_CHAIN_ADD] = &pub->chains_added,
		[DIFF_CHAIN_SET] = &pub->chains_changed,
		[DIFF_CHAIN_FLUSH] = NULL,
		[DIFF_CHAIN_DEL] = &pub->chains_deleted,
		[DIFF_RULE_ADD] = &pub->rules_added,
		[DIFF_RULE_REPLACE] = &pub->rules_replaced,
		[DIFF_RULE_MOVE] = &pub->rules_moved,
		[DIFF_RULE_DEL] = &pub->rules_deleted,
	};

	if (step->kind == DIFF_CHAIN_FLUSH)
		pub->rules_deleted += step->from->n_rules;
	else
		++*counts[step->kind];
}

void applied_count(struct applied_customer *c)
{
	c->pub.made = !c->error && (c->made || (c->to && !c->from));
	c->pub.lists_deleted = others_going(&c->others);
	/* Before a transaction that failed, the lists have got what they are to have. */
	c->pub.changed = c->error && !c->sent
				 ? c->touched
				 : c->diff.n || c->pub.made || !c->to || c->pub.lists_added ||
					   c->pub.lists_changed || c->pub.lists_deleted;
	c->pub.error = c->error;
	c->pub.deleted = !c->to;
	for (size_t i = 0; i < c->diff.n; i++)
		count_step(&c->pub, &c->diff.steps[i]);
}

void applied_free(struct mfw_applied *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->n; i++) {
		change_free(a->all[i].change);
		diff_clear(&a->all[i].diff);
		others_clear(&a->all[i].others);
		mfw_err_free(a->all[i].error);
		free(a->all[i].name);
	}
	free(a->all);
	for (size_t i = 0; i < a->n_workers; i++)
		ruleset_clear(&a->workers[i].before);
	free(a->workers);
	others_clear(&a->others);
	declared_free(a->own);
	mfw_err_free(a->error);
	ruleset_clear(&a->before);
	free(a);
}
