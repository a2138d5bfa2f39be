/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What customers have now, fit to be written and applied again. */
#include <errno.h>
#include <string.h>

#include "apply/current.h"
#include "apply/customer_file.h"
#include "apply/declared.h"

static int by_name(const void *a, const void *b)
{
	const struct ruleset_chain *x = a, *y = b;

	return strcmp(x->chain->pub.name, y->chain->pub.name);
}

/* Takes out what no ruleset can say; how many rules that were. */
static size_t drop_foreign(struct ruleset_chain *chain)
{
	size_t kept = 0, n = chain->n_rules;

	for (size_t i = 0; i < n; i++) {
		if (chain->rules[i].rule->kind && chain->rules[i].rule->pub.ref)
			chain->rules[kept++] = chain->rules[i];
		else
			ruleset_rule_clear(&chain->rules[i]);
	}
	chain->n_rules = kept;
	return n - kept;
}

static int warn_foreign(struct mfw_ruleset *d, const char *customer, const struct chain *chain,
			size_t n)
{
	struct mfw_err *err = NULL;

	if (!n || d->warnings.n >= RULESET_ERRORS_MAX)
		return 0;
	err_make(&err, EOPNOTSUPP, "ruleset.foreign",
		 "the chain %s of customer %s has %zu rule%s of another tool, which a ruleset "
		 "cannot "
		 "have: applied, it would remove %s (mfwctl rule list %s)",
		 chain->pub.name, customer, n, n == 1 ? "" : "s", n == 1 ? "it" : "them", customer);
	return err_list_add(&d->warnings, err);
}

static int check_text(const struct rule *rule, const char *customer, const struct chain *chain,
		      struct mfw_err **err)
{
	if (!rule->kind || *rule_match_text((struct rule *)rule, rule->kind))
		return 0;
	return err_make(
		err, ENODATA, "ruleset.unreadable",
		"it cannot be read what rule '%s' of customer %s, chain %s, matches: its "
		"program %u says nothing, or its pin is gone; mfwctl rule replace gives it a "
		"match again",
		rule->pub.ref, customer, chain->pub.name, rule->program ? rule->program->id : 0);
}

int current_check_texts(const struct ruleset_customer *c, struct mfw_err **err)
{
	int r = 0;

	for (size_t i = 0; i < c->n_chains && !r; i++)
		for (size_t k = 0; k < c->chains[i].n_rules && !r; k++)
			r = check_text(c->chains[i].rules[k].rule, c->name, c->chains[i].chain,
				       err);
	return r;
}

static int tidy(struct mfw_ruleset *d, struct said *said, struct ruleset_customer *c,
		struct mfw_err **err)
{
	if (c->n_chains)
		qsort(c->chains, c->n_chains, sizeof(*c->chains), by_name);
	for (size_t i = 0; i < c->n_chains; i++)
		if (warn_foreign(d, c->name, c->chains[i].chain, drop_foreign(&c->chains[i])))
			return err_nomem(err);
	if (current_texts(said, c))
		return err_nomem(err);
	return current_check_texts(c, err);
}

/* Only chains, which let everything pass. */
static int strip(struct ruleset_customer *c, struct mfw_err **err)
{
	for (size_t i = 0; i < c->n_chains; i++) {
		struct ruleset_chain *chain = &c->chains[i];

		while (chain->n_rules)
			ruleset_rule_clear(&chain->rules[--chain->n_rules]);
		if (chain->chain->pub.hook && rule_set_text(&chain->chain->pub.policy, "accept"))
			return err_nomem(err);
	}
	return 0;
}

struct reading {
	struct mfw_ruleset *d;
	struct said said;
	bool bare;
};

static int read_one(struct reading *r, const char *name, struct mfw_err **err)
{
	struct ruleset_customer *c;
	struct site *site;
	int e = current_read(r->d->mfw, name, &r->said, &r->d->rs, &c, &site, err);

	if (e)
		return e;
	if (r->bare)
		return strip(c, err);
	e = tidy(r->d, &r->said, c, err);
	return e ? e : current_lists(name, &c->lists, &c->n_lists, err);
}

/* One that cannot be read is told of, and the others are read. */
static int read_or_note(struct reading *r, const char *name)
{
	struct mfw_err *why = NULL;
	int e = read_one(r, name, &why);

	if (!e)
		return 0;
	err_prefix(&why, e, "customer %s", name);
	return err_list_add(&r->d->errors, why);
}

static int read_all(struct reading *r, struct mfw_err **err)
{
	cleanup_free char **names = NULL;
	bool full = false;
	size_t n = 0;
	struct ruleset *rs = &r->d->rs;
	int e = customer_names(&names, &n, err);

	if (!e && !r->bare)
		e = current_lists(NULL, &rs->lists, &rs->n_lists, err);

	for (size_t i = 0; i < n; i++) {
		full = full || read_or_note(r, names[i]);
		free(names[i]);
	}
	return full ? err_nomem(err) : e;
}

int current_all(struct mfw *mfw, const char *customer, bool bare, struct mfw_ruleset **ret,
		struct mfw_err **err)
{
	struct reading reading = {.bare = bare};
	int r = declared_new(mfw, &reading.d, err);

	if (r)
		return r;
	reading.d->without_lists = bare;
	r = customer ? read_one(&reading, customer, err) : read_all(&reading, err);
	said_clear(&reading.said);
	if (r)
		declared_free(reading.d);
	else
		*ret = reading.d;
	return r;
}
