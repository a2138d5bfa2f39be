/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be checked of a whole ruleset only: where rules jump to. */
#include <errno.h>
#include <string.h>

#include "model/action.h"
#include "model/ruleset.h"

/* A chain and where its rules jump to. */
struct node {
	const struct ruleset_chain *chain;
	struct jump {
		struct node *to;
		const struct ruleset_rule *rule;
	} * jumps;
	size_t n_jumps;
	enum { NEW, OPEN, DONE } state;
};

struct graph {
	const struct ruleset_customer *customer;
	struct node *nodes; /* by name */
	struct err_list *errors;
};

static int by_name(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	return strcmp(x->chain->chain->pub.name, y->chain->chain->pub.name);
}

static int to_name(const void *name, const void *node)
{
	return strcmp(name, ((const struct node *)node)->chain->chain->pub.name);
}

static int complain(const struct graph *g, const struct node *node, const struct ruleset_rule *rule,
		    struct mfw_err *err)
{
	struct ruleset_where where = {g->customer, node->chain, rule, "action"};

	ruleset_place_in(&err, &where, rule->action);
	return err_list_add(g->errors, err) ? -ENOMEM : 0;
}

static int check_target(const struct graph *g, const struct node *node,
			const struct ruleset_rule *rule, const char *name, const struct node *to)
{
	const struct mfw_chain *from = &node->chain->chain->pub;
	struct mfw_err *err = NULL;

	if (!to)
		err_make(&err, ENOENT, "ruleset.jump",
			 "customer %s has no chain '%s' to jump to in its ruleset",
			 g->customer->name, name);
	else if (to->chain->chain->family != node->chain->chain->family)
		err_make(&err, EINVAL, "ruleset.jump",
			 "the chain %s is of the family %s, and a jump stays in its own, %s", name,
			 to->chain->chain->pub.family, from->family);
	else if (to->chain->chain->pub.hook)
		err_make(&err, EINVAL, "ruleset.jump",
			 "the chain %s has a hook of its own, and only chains without one can be "
			 "jumped to",
			 name);
	return err ? complain(g, node, rule, err) : 0;
}

static int add_jump(const struct graph *g, struct node *node, const struct ruleset_rule *rule)
{
	struct action action;
	struct jump *more;
	struct node *to;

	if (action_parse(rule->rule->pub.action, &action, NULL) || !*action.chain)
		return 0;
	to = bsearch(action.chain, g->nodes, g->customer->n_chains, sizeof(*to), to_name);
	if (!to || to->chain->chain->pub.hook ||
	    to->chain->chain->family != node->chain->chain->family)
		return check_target(g, node, rule, action.chain, to);
	more = reallocarray(node->jumps, node->n_jumps + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	node->jumps = more;
	more[node->n_jumps++] = (struct jump){to, rule};
	return 0;
}

/* Goes where the chain's rules jump to; one that is open already is come back to. */
static int visit(const struct graph *g, struct node *node)
{
	struct mfw_err *err = NULL;
	int r = 0;

	node->state = OPEN;
	for (size_t i = 0; i < node->n_jumps && !r; i++) {
		struct node *to = node->jumps[i].to;

		if (to->state == NEW)
			r = visit(g, to);
		if (to->state != OPEN || r || g->errors->n >= RULESET_ERRORS_MAX)
			continue;
		err_make(&err, ELOOP, "ruleset.loop",
			 "jumps go round: from here to the chain %s, and from there back to the "
			 "chain %s",
			 to->chain->chain->pub.name, node->chain->chain->pub.name);
		r = complain(g, node, node->jumps[i].rule, steal_ptr(err));
	}
	node->state = DONE;
	return r;
}

static int check_customer(const struct ruleset_customer *c, struct err_list *errors)
{
	struct graph g = {c, calloc(c->n_chains + 1, sizeof(struct node)), errors};
	int r = g.nodes ? 0 : -ENOMEM;

	for (size_t i = 0; i < c->n_chains && !r; i++)
		g.nodes[i].chain = &c->chains[i];
	if (!r)
		qsort(g.nodes, c->n_chains, sizeof(*g.nodes), by_name);
	for (size_t i = 0; i < c->n_chains && !r; i++)
		for (size_t j = 0; j < g.nodes[i].chain->n_rules && !r; j++)
			if (errors->n < RULESET_ERRORS_MAX)
				r = add_jump(&g, &g.nodes[i], &g.nodes[i].chain->rules[j]);
	for (size_t i = 0; i < c->n_chains && !r; i++)
		if (g.nodes[i].state == NEW)
			r = visit(&g, &g.nodes[i]);
	for (size_t i = 0; g.nodes && i < c->n_chains; i++)
		free(g.nodes[i].jumps);
	free(g.nodes);
	return r;
}

int ruleset_check(const struct ruleset *rs, struct err_list *errors)
{
	int r = 0;

	for (size_t i = 0; i < rs->n_customers && !r; i++)
		if (errors->n < RULESET_ERRORS_MAX)
			r = check_customer(rs->customers[i], errors);
	return r;
}
