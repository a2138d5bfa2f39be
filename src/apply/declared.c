/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/declared.h"

#include <errno.h>
#include <search.h>
#include <string.h>

#include "apply/expression.h"
#include "model/action.h"

int declared_new(struct mfw *mfw, struct mfw_ruleset **ret, struct mfw_err **err)
{
	struct mfw_ruleset *d = calloc(1, sizeof(*d));

	if (!d)
		return err_nomem(err);
	d->mfw = mfw;
	*ret = d;
	return 0;
}

void declared_free(struct mfw_ruleset *d)
{
	if (!d)
		return;
	ruleset_clear(&d->rs);
	err_list_clear(&d->errors);
	err_list_clear(&d->warnings);
	for (size_t i = 0; i < d->n_lists; i++)
		entries_clear(&d->lists[i].entries);
	free(d->lists);
	free(d);
}

/* ---- expressions and actions ---- */

struct checking {
	struct mfw_ruleset *d;
	void *sound; /* tsearch() tree of texts that are right */
};

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void keep(void *text)
{
	(void)text;
}

static bool is_full(const struct err_list *list)
{
	return list->n >= RULESET_ERRORS_MAX;
}

/* Moves what is found in a match to its place in the file. */
static int note_all(struct err_list *from, const struct ruleset_where *where, struct place place,
		    struct err_list *to)
{
	for (size_t i = 0; i < from->n && !is_full(to); i++) {
		ruleset_place_in(&from->items[i], where, place);
		if (err_list_add(to, steal_ptr(from->items[i])))
			return -ENOMEM;
	}
	return 0;
}

/* So that what is written down means the same from anywhere. */
static int make_absolute(struct rule *rule)
{
	const char **member = rule_match_text(rule, rule->kind);
	cleanup_free char *path = NULL;

	if (rule->kind != MATCH_OBJECT && rule->kind != MATCH_OBJECT_PINNED)
		return 0;
	path = realpath(*member, NULL);
	return path ? rule_set_text(member, path) : 0;
}

static int check_match(struct checking *c, struct ruleset_where *where)
{
	cleanup_expr_report struct expr_report report = {};
	const struct ruleset_rule *rule = where->rule;
	const char *text = rule->rule->pub.match;

	if (rule->rule->kind != MATCH_EXPR)
		return make_absolute(rule->rule);
	if (tfind(text, &c->sound, by_text))
		return 0;
	if (expression_check(c->d->mfw, &c->d->mfw->scheme, text, &report, NULL))
		return -ENOMEM;
	where->key = "match";
	if (report.errors.n)
		return note_all(&report.errors, where, rule->match, &c->d->errors);
	if (!tsearch(text, &c->sound, by_text))
		return -ENOMEM;
	return note_all(&report.warnings, where, rule->match, &c->d->warnings);
}

static int check_action(struct checking *c, struct ruleset_where *where)
{
	const char *text = where->rule->rule->pub.action, *warning;
	struct mfw_err *err = NULL;
	struct action action;

	if (is_full(&c->d->warnings) || action_parse(text, &action, NULL))
		return 0;
	warning = action_warning(&action);
	if (!warning)
		return 0;
	err_make(&err, EINVAL, "action.limit", "%s", warning);
	where->key = "action";
	ruleset_place_in(&err, where, where->rule->action);
	return err_list_add(&c->d->warnings, err);
}

static int check_chain(struct checking *c, struct ruleset_where *where)
{
	int r = 0;

	for (size_t i = 0; i < where->chain->n_rules && !r; i++) {
		if (is_full(&c->d->errors))
			return 0;
		where->rule = &where->chain->rules[i];
		r = check_match(c, where);
		r = r ? r : check_action(c, where);
	}
	return r;
}

static int check_strays(struct checking *c)
{
	const struct ruleset *rs = &c->d->rs;

	for (size_t i = 0; i < rs->n_strays && !is_full(&c->d->errors); i++) {
		cleanup_expr_report struct expr_report report = {};

		if (expression_check(c->d->mfw, &c->d->mfw->scheme, rs->strays[i].match, &report,
				     NULL))
			return -ENOMEM;
		for (size_t k = 0; k < report.errors.n && !is_full(&c->d->errors); k++) {
			ruleset_place_stray(&report.errors.items[k], &rs->strays[i]);
			if (err_list_add(&c->d->errors, steal_ptr(report.errors.items[k])))
				return -ENOMEM;
		}
	}
	return 0;
}

static int check_rules(struct mfw_ruleset *d)
{
	struct checking c = {.d = d};
	int r = check_strays(&c);

	for (size_t i = 0; i < d->rs.n_customers && !r; i++) {
		struct ruleset_where where = {.customer = d->rs.customers[i]};

		for (size_t k = 0; k < where.customer->n_chains && !r; k++) {
			where.chain = &where.customer->chains[k];
			r = check_chain(&c, &where);
		}
	}
	tdestroy(c.sound, keep);
	return r;
}

/* ---- other machines' rules ---- */

static bool is_label(const char *label, const char *text)
{
	return label && !strcmp(label, text);
}

static bool is_for(const struct ruleset_rule *rule, const struct node *node)
{
	for (size_t i = 0; i < rule->n_nodes; i++)
		if (is_label(node->name, rule->nodes[i]) || is_label(node->region, rule->nodes[i]))
			return true;
	return !rule->n_nodes;
}

static bool any_for_nodes(const struct ruleset *rs)
{
	for (size_t i = 0; i < rs->n_customers; i++)
		for (size_t k = 0; k < rs->customers[i]->n_chains; k++)
			for (size_t j = 0; j < rs->customers[i]->chains[k].n_rules; j++)
				if (rs->customers[i]->chains[k].rules[j].n_nodes)
					return true;
	return false;
}

static void keep_own(struct mfw_ruleset *d, struct ruleset_chain *chain)
{
	size_t kept = 0;

	for (size_t i = 0; i < chain->n_rules; i++) {
		if (is_for(&chain->rules[i], &d->mfw->node))
			chain->rules[kept++] = chain->rules[i];
		else
			ruleset_rule_clear(&chain->rules[i]);
	}
	d->n_elsewhere += chain->n_rules - kept;
	chain->n_rules = kept;
}

/* A machine without a name may have been forgotten. */
static int warn_nameless(struct mfw_ruleset *d)
{
	struct mfw_err *err = NULL;

	if (!d->n_elsewhere || d->mfw->node.name || d->mfw->node.region)
		return 0;
	err_make(&err, ENOENT, "ruleset.nodes",
		 "%zu rule%s limited to nodes, and this one has neither name nor region: it gets "
		 "none of them; %s says what it is called",
		 d->n_elsewhere, d->n_elsewhere == 1 ? " is" : "s are", d->mfw->node_file);
	return err_list_add(&d->warnings, err);
}

static int take_own(struct mfw_ruleset *d, struct mfw_err **err)
{
	int r;

	if (!any_for_nodes(&d->rs))
		return 0;
	r = context_know_node(d->mfw, err);
	if (r)
		return r;
	for (size_t i = 0; i < d->rs.n_customers; i++)
		for (size_t k = 0; k < d->rs.customers[i]->n_chains; k++)
			keep_own(d, &d->rs.customers[i]->chains[k]);
	return warn_nameless(d) ? err_nomem(err) : 0;
}

/* ---- in the order of the files ---- */

static size_t file_of(const struct ruleset *rs, const struct mfw_err *err)
{
	const char *file = mfw_err_file(err);
	size_t i = 0;

	while (file && i < rs->n_files && strcmp(rs->files[i]->name, file))
		i++;
	return i;
}

static bool stands_before(const struct ruleset *rs, const struct mfw_err *a,
			  const struct mfw_err *b)
{
	size_t file[] = {file_of(rs, a), file_of(rs, b)};
	unsigned line[2], column[2];

	mfw_err_place(a, &line[0], &column[0], NULL);
	mfw_err_place(b, &line[1], &column[1], NULL);
	if (file[0] != file[1])
		return file[0] < file[1];
	return line[0] != line[1] ? line[0] < line[1] : column[0] < column[1];
}

/* There are few, and most are in order already. */
static void sort_errors(struct mfw_ruleset *d)
{
	struct mfw_err **items = d->errors.items;

	for (size_t i = 1; i < d->errors.n; i++)
		for (size_t k = i; k && stands_before(&d->rs, items[k], items[k - 1]); k--) {
			struct mfw_err *first = items[k];

			items[k] = items[k - 1];
			items[k - 1] = first;
		}
}

int declared_check(struct mfw_ruleset *d, struct mfw_err **err)
{
	if (d->checked)
		return 0;
	d->checked = true;
	if (ruleset_check(&d->rs, &d->errors) || declared_lists(d) || check_rules(d))
		return err_nomem(err);
	sort_errors(d);
	return d->errors.n ? 0 : take_own(d, err);
}
