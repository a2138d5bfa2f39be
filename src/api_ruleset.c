/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public functions: rulesets. */
#include "apply/apply.h"
#include "apply/history.h"

int mfw_ruleset_new(struct mfw *mfw, struct mfw_ruleset **ret, struct mfw_err **err)
{
	return declared_new(mfw, ret, err);
}

int mfw_ruleset_read(struct mfw_ruleset *ruleset, const char *path, struct mfw_err **err)
{
	return declared_read(ruleset, path, err);
}

int mfw_ruleset_read_text(struct mfw_ruleset *ruleset, const char *name, const char *text,
			  size_t len, struct mfw_err **err)
{
	cleanup_buf struct buf copy = {};

	if (buf_add(&copy, text, len))
		return err_nomem(err);
	return declared_take(ruleset, name, &copy, err);
}

int mfw_ruleset_check(struct mfw_ruleset *ruleset, struct mfw_err **err)
{
	return declared_check(ruleset, err);
}

static const struct mfw_err *get(const struct err_list *list, size_t i)
{
	return i < list->n ? list->items[i] : NULL;
}

const struct mfw_err *mfw_ruleset_error(const struct mfw_ruleset *ruleset, size_t i)
{
	return get(&ruleset->errors, i);
}

const struct mfw_err *mfw_ruleset_warning(const struct mfw_ruleset *ruleset, size_t i)
{
	return get(&ruleset->warnings, i);
}

void mfw_ruleset_free(struct mfw_ruleset *ruleset)
{
	declared_free(ruleset);
}

/* ---- applying ---- */

int mfw_apply(struct mfw *mfw, struct mfw_ruleset *ruleset, const struct mfw_apply_options *options,
	      struct mfw_applied **ret, struct mfw_err **err)
{
	return apply_run(mfw, ruleset, options, ret, err);
}

const struct mfw_applied_customer *mfw_applied_get(const struct mfw_applied *applied, size_t i)
{
	return i < applied->n ? &applied->all[i].pub : NULL;
}

static enum mfw_delta_kind delta_kind(enum diff_kind kind)
{
	static const enum mfw_delta_kind kinds[] = {
		[DIFF_CHAIN_ADD] = MFW_DELTA_CHAIN_ADD,
		[DIFF_CHAIN_SET] = MFW_DELTA_CHAIN_SET,
		[DIFF_CHAIN_DEL] = MFW_DELTA_CHAIN_DELETE,
		[DIFF_RULE_ADD] = MFW_DELTA_RULE_ADD,
		[DIFF_RULE_REPLACE] = MFW_DELTA_RULE_REPLACE,
		[DIFF_RULE_MOVE] = MFW_DELTA_RULE_MOVE,
		[DIFF_RULE_DEL] = MFW_DELTA_RULE_DELETE,
	};

	return kinds[kind];
}

static void fill_delta(struct mfw_delta *delta, const struct diff_step *step)
{
	const struct ruleset_chain *to = step->to;
	size_t at = to && step->rule ? step->rule - to->rules : 0;

	*delta = (struct mfw_delta){
		MFW_SIZE(struct mfw_delta),
		.kind = delta_kind(step->kind),
		.fields = step->fields,
		.chain_before = step->from ? &step->from->chain->pub : NULL,
		.chain = to ? &to->chain->pub : NULL,
		.before = step->old ? &step->old->rule->pub : NULL,
		.rule = step->rule ? &step->rule->rule->pub : NULL,
		.after = at ? to->rules[at - 1].rule->pub.ref : NULL,
	};
}

/* Which of the ruleset's lists that are new or differ; *step counts down to it. */
static const struct declared_list *find_list(const struct mfw_applied *applied,
					     const struct ruleset_customer *customer, size_t *step)
{
	for (size_t i = 0; i < applied->of->n_lists; i++) {
		const struct declared_list *l = &applied->of->lists[i];

		if (l->customer == customer && (l->is_new || l->differs) && !(*step)--)
			return l;
	}
	return NULL;
}

/* The step is that of a list: it is made, changed or deleted. */
static bool fill_list(struct mfw_applied *applied, const struct applied_customer *c, size_t *step,
		      struct mfw_delta *delta)
{
	const struct others *others = c ? &c->others : &applied->others;
	const struct declared_list *list = find_list(applied, c ? c->to : NULL, step);
	const struct other_list *other = list ? NULL : others_goes(others, *step);

	*delta = (struct mfw_delta){MFW_SIZE(struct mfw_delta)};
	if (list) {
		delta->kind = list->is_new ? MFW_DELTA_LIST_ADD : MFW_DELTA_LIST_CHANGE;
		delta->list = list->from->name;
	} else if (other) {
		delta->kind = MFW_DELTA_LIST_DELETE;
		delta->list = other->name;
	} else {
		*step -= others_going(others);
	}
	return delta->list;
}

const struct mfw_delta *mfw_applied_delta(struct mfw_applied *applied, size_t i, size_t step)
{
	const struct applied_customer *c = i < applied->n ? &applied->all[i] : NULL;

	if ((c ? !!c->to : i == MFW_APPLIED_SHARED) &&
	    fill_list(applied, c, &step, &applied->delta))
		return &applied->delta;
	/* That a chain is emptied before it is deleted is nobody's business. */
	for (size_t k = 0; c && k < c->diff.n; k++) {
		if (c->diff.steps[k].kind == DIFF_CHAIN_FLUSH || step--)
			continue;
		fill_delta(&applied->delta, &c->diff.steps[k]);
		return &applied->delta;
	}
	return NULL;
}

void mfw_applied_lists(const struct mfw_applied *applied, size_t *ret_added, size_t *ret_changed,
		       size_t *ret_deleted)
{
	*ret_added = applied->lists_added;
	*ret_changed = applied->lists_changed;
	*ret_deleted = others_going(&applied->others);
}

const struct mfw_err *mfw_applied_error(const struct mfw_applied *applied)
{
	return applied->error;
}

int mfw_rollback(struct mfw *mfw, uint64_t entry, const struct mfw_apply_options *options,
		 struct mfw_applied **ret, struct mfw_err **err)
{
	return apply_back(mfw, entry, options, ret, err);
}

int mfw_confirm(struct mfw *mfw, uint64_t entry, struct mfw_err **err)
{
	return apply_confirm(mfw, entry, err);
}

void mfw_applied_free(struct mfw_applied *applied)
{
	applied_free(applied);
}

/* ---- what there is ---- */

int mfw_ruleset_current(struct mfw *mfw, const char *customer, struct mfw_ruleset **ret,
			struct mfw_err **err)
{
	return current_all(mfw, customer, false, ret, err);
}

int mfw_ruleset_bare(struct mfw *mfw, const char *customer, struct mfw_ruleset **ret,
		     struct mfw_err **err)
{
	return current_all(mfw, customer, true, ret, err);
}

int mfw_ruleset_keep(const struct mfw_ruleset *ruleset, struct mfw_err **err)
{
	return good_replace(ruleset->mfw, &ruleset->rs, err);
}

int mfw_ruleset_print(const struct mfw_ruleset *ruleset, enum mfw_format format, char **ret,
		      struct mfw_err **err)
{
	cleanup_buf struct buf text = {};
	int r = format == MFW_FORMAT_YAML ? ruleset_print_yaml(&ruleset->rs, &text)
					  : ruleset_print_json(&ruleset->rs, &text);

	if (!r)
		*ret = buf_steal(&text);
	return r || !*ret ? err_nomem(err) : 0;
}
