/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/listing.h"

#include <errno.h>
#include <search.h>
#include <string.h>

#include "apply/program.h"

/* What is to be said of a program, asked once however many rules run it. */
struct words {
	const char *pin;
	uint32_t id;
	enum match_kind kind;
	char *text; /* of the match; NULL: it could not be read */
	enum mfw_drift drift;
	uint32_t pin_id;
};

static int by_program(const void *a, const void *b)
{
	const struct words *x = a, *y = b;

	return x->id != y->id ? (x->id < y->id ? -1 : 1) : strcmp(x->pin, y->pin);
}

static void words_free(void *p)
{
	free(((struct words *)p)->text);
	free(p);
}

static void compare_pin(struct words *w)
{
	cleanup_close int fd = -1;
	struct prog_info info;

	w->drift = MFW_DRIFT_PIN_MISSING;
	if (kernel_prog_open(w->pin, &fd, NULL) || kernel_prog_info(fd, &info, NULL))
		return;
	w->pin_id = info.id;
	w->drift = info.id == w->id ? MFW_DRIFT_NONE : MFW_DRIFT_PIN_REPLACED;
}

/* The text that the running program was built from, or the path that it came from. */
static void read_text(struct words *w)
{
	cleanup_buf struct buf text = {};
	cleanup_close int fd = -1;

	if (w->kind == MATCH_EXPR) {
		if (!kernel_prog_by_id(w->id, &fd) && !kernel_prog_source(fd, &text))
			w->text = buf_steal(&text);
	} else if (!program_origin(w->pin, &text)) {
		w->text = buf_steal(&text);
	}
}

static struct words *words_for(void **known, const struct rule *rule)
{
	struct words key = {.pin = rule->program->pin, .id = rule->program->id}, **found, *w;

	found = tfind(&key, known, by_program);
	if (found)
		return *found;
	w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	*w = key;
	w->kind = rule->kind;
	if (!tsearch(w, known, by_program)) {
		free(w);
		return NULL;
	}
	compare_pin(w);
	read_text(w);
	return w;
}

static int complete_rule(struct rule *rule, uint32_t index, void **known)
{
	const char **text = rule->kind ? rule_match_text(rule, rule->kind) : NULL;
	struct words *w;

	rule->pub.index = index;
	if (!rule->program)
		return rule->kind == MATCH_EXPR ? rule_set_text(text, "true") : 0;
	w = words_for(known, rule);
	if (!w)
		return -ENOMEM;
	rule->pub.prog_id = w->id;
	rule->pub.drift = w->drift;
	rule->pub.pin_prog_id = w->drift == MFW_DRIFT_PIN_REPLACED ? w->pin_id : 0;
	if (rule_set_text(&rule->pub.pin, rule->program->pin) ||
	    rule_set_text(&rule->pub.hash, rule->program->hex))
		return -ENOMEM;
	return rule_set_text(text, w->text);
}

static int complete(struct view *view)
{
	void *known = NULL;
	int r = 0;

	for (size_t c = 0; c < view->n_chains && !r; c++) {
		struct chain *chain = view->chains[c];

		chain->pub.n_rules = chain->n_rules;
		for (size_t i = 0; i < chain->n_rules && !r; i++)
			r = complete_rule(chain->rules[i], i, &known);
	}
	tdestroy(known, words_free);
	return r;
}

/* Leaves only the chain of that name in the view. */
static int keep_only(struct view *view, const struct site *site, const char *name,
		     struct mfw_err **err)
{
	struct chain *chain = view_find(view, name);

	if (!chain)
		return err_make(err, ENOENT, "chain.missing", "%s%s has no chain '%s'",
				site->customer ? "customer " : "the table ",
				site->customer ? site->customer : site->table, name);
	for (size_t i = view->n_chains; i-- > 0;) {
		struct chain *other = view->chains[i];

		if (other == chain)
			continue;
		view_take_chain(view, other);
		chain_free(other);
	}
	return 0;
}

int listing_read(struct mfw *mfw, const struct mfw_target *target, const char *chain, bool reset,
		 struct view **ret, struct mfw_err **err)
{
	cleanup_view struct view *view = NULL;
	struct site *site;
	int r = site_get(mfw, target, &site, err);

	r = r ? r : kernel_nft_chains(site->ns, site->family, site->table, &view, err);
	if (!r && !site->customer && !view->n_tables)
		r = err_make(err, ENOENT, "table.missing",
			     "there is no table %s in this family of the namespace (nft list "
			     "tables)",
			     site->table);
	if (!r && chain)
		r = keep_only(view, site, chain, err);
	for (size_t i = 0; !r && i < view->n_chains; i++)
		r = kernel_nft_rules(site->ns, view->chains[i], reset, err);
	if (!r && complete(view))
		r = err_nomem(err);
	if (!r)
		*ret = steal_ptr(view);
	return r;
}
