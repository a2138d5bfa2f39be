/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether there are the lists that rules name, or the ruleset makes them. */
#include <errno.h>
#include <string.h>

#include "apply/applying.h"
#include "apply/lists.h"
#include "apply/scope.h"

struct asking {
	struct scope scope; /* first, for the scheme's other functions */
	const struct applying *a;
	const struct applied_customer *c;
};

static bool is_in(const struct ruleset_list *lists, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(lists[i].name, name))
			return true;
	return false;
}

static int refuse_missing(const struct list_at *at, struct mfw_err **err)
{
	char word[MFW_NAME_MAX + 16];

	lists_word(at, word);
	return err_make(err, ENOENT, "list.missing",
			"there is no list %s, and the ruleset does not make it: it belongs among "
			"the lists of %s%s",
			word, at->customer ? "customer " : "all, at the top of the ruleset",
			at->customer ? at->customer : "");
}

/* One that is not there is the ruleset's, or nobody's. */
static int check_list(void *ctx, const char *name, bool shared, enum field_type type,
		      struct mfw_err **err)
{
	const struct asking *asking = ctx;
	const struct ruleset *rs = &asking->a->ruleset->rs;
	const struct applied_customer *c = asking->c;
	const struct list_at at = {shared ? NULL : c->name, name};
	enum mfw_list_kind kind;

	int r;

	(void)type;
	if (shared ? is_in(rs->lists, rs->n_lists, name)
		   : is_in(c->to->lists, c->to->n_lists, name))
		return 0;
	r = shared || c->from ? lists_kind(&at, &kind, NULL) : -ENOENT;
	return r == -ENOENT ? refuse_missing(&at, err) : r ? lists_kind(&at, &kind, err) : 0;
}

static int check_rule(const struct applying *a, const struct applied_customer *c,
		      const struct ruleset_chain *chain, const struct ruleset_rule *rule,
		      struct mfw_err **err)
{
	struct asking asking = {.scope.mfw = c->by->mfw, .a = a, .c = c};
	struct scheme scheme = c->by->mfw->scheme;
	const char *text = rule->rule->pub.match;
	cleanup_expr struct expr *expr = NULL;
	int r;

	if (rule->rule->kind != MATCH_EXPR || !strchr(text, '$'))
		return 0;
	scheme.ctx = &asking;
	scheme.list = check_list;
	r = expr_parse(text, &scheme, &expr, err);
	if (r)
		applying_place(err, c, chain, rule);
	return r;
}

int applying_check_named(const struct applying *a, const struct applied_customer *c,
			 struct mfw_err **err)
{
	int r = 0;

	for (size_t i = 0; i < c->to->n_chains && !r; i++) {
		const struct ruleset_chain *chain = &c->to->chains[i];

		for (size_t k = 0; k < chain->n_rules && !r; k++)
			r = check_rule(a, c, chain, &chain->rules[k], err);
	}
	return r;
}
